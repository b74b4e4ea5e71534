/*
 * rules/refutable.c: which rules can be refuted by the text that an element begins with.
 *
 * Such a rule wants elements of some type for what they say, or for what other rules took out of them. Until that is seen the
 * element can pass like any other; most begin with words that refute all of these rules at once.
 */
#include "rules/builder.h"

#define TITLE "^{title}"

const char *af_end_of_class(const char *at)
{
    at += at[1] == '^' ? 2 : 1;
    at += *at == ']';
    while (*at != '\0' && *at != ']') {
        at += *at == '\\' && at[1] != '\0' ? 2 : 1;
    }
    return *at == ']' ? at + 1 : NULL;
}

bool af_has_alternatives(const char *at)
{
    int depth = 0;

    while (at != NULL && *at != '\0') {
        if (*at == '\\') {
            if (at[1] == '\0' || at[1] == 'Q') {
                return true;
            }
            at += 2;
        } else if (*at == '[') {
            at = af_end_of_class(at);
        } else {
            depth += *at == '(' ? 1 : *at == ')' ? -1 : 0;
            if (*at == '|' && depth == 0) {
                return true;
            }
            at++;
        }
    }
    return at == NULL;
}

bool af_begins_with_title(const af_rule_t *rule)
{
    const char *rest = rule->pattern + strlen(TITLE);

    return strncmp(rule->pattern, TITLE, strlen(TITLE)) == 0 && *rest != '?' && *rest != '*' && *rest != '{' &&
           (rule->pattern_flags & (AF_REGEX_CASELESS | AF_REGEX_MULTILINE)) == 0 && !af_has_alternatives(rest);
}

static bool is_emptied(const af_rule_t *rule)
{
    return rule->structure != NULL && rule->structure->emptied && rule->pattern == NULL && rule->structure->heading == NULL;
}

/* A heading that the first text of most elements refutes. */
static bool has_heading(const af_rule_t *rule)
{
    return rule->structure != NULL && rule->structure->begins != NULL && !rule->structure->emptied;
}

static bool can_be_refuted(const af_rule_t *rule)
{
    if (rule->verb != AF_VERB_REMOVE) {
        return false;
    }
    if (rule->pattern == NULL || rule->structure != NULL) {
        return is_emptied(rule) || has_heading(rule);
    }
    return (rule->phrases != NULL && rule->phrases->tells) || rule->begins_with_title;
}

/* Beside the text: a rule that wants some element inside, and can only be picked where the general way has seen one. */
static bool wants_inner(const af_ruleset_t *set, uint32_t owner, uint32_t selector)
{
    const af_rule_t *rule = &set->rules[owner];

    return rule->verb == AF_VERB_REMOVE && rule->structure != NULL && !rule->structure->emptied &&
           rule->structure->max != AF_STRUCTURE_ANY && af_index_wants_inner(set->index, selector);
}

uint32_t af_ahead_bit(void *opaque, uint32_t owner, uint32_t selector)
{
    af_ruleset_t *set = opaque;
    const af_rule_t *rule = &set->rules[owner];
    bool refutable = can_be_refuted(rule);
    uint32_t at = 0;

    while (at < set->ahead_count && set->ahead[at] != owner) {
        at++;
    }
    if (at == AF_AHEAD_RULES || !(refutable || wants_inner(set, owner, selector))) {
        return 0;
    }
    uint32_t bit = (uint32_t) 1 << at;
    if (at == set->ahead_count) {
        set->ahead[set->ahead_count++] = owner;
        set->ahead_emptied |= is_emptied(rule) ? bit : 0;
        set->ahead_heading |= has_heading(rule) ? bit : 0;
        set->ahead_inner |= refutable ? 0 : bit;
        set->ahead_late |= rule->after > 0 ? bit : 0;
    }
    return bit;
}

af_status_t af_ahead_make(af_ruleset_t *set, af_index_t *index)
{
    return af_index_classify(index, af_ahead_bit, set);
}
