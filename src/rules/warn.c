/*
 * rules/warn.c: warnings about rules that do nothing: they can pick nothing, or another rule has done their work.
 *
 * Only lines of the rule language that an operator wrote are looked at; lists repeat each other by nature. Work is rules of the
 * operator's times unconditional rules, so it is done for hosts that ask for reports alone.
 */
#include "rules/builder.h"

static void warn(af_builder_t *builder, const af_rule_t *rule, const char *format, const char *text, const char *file,
                 uint32_t line_number)
{
    const af_line_t line = {builder, rule->file, rule->line, af_slice_of(rule->text), rule->from_preset, NULL};

    (void) af_line_tell(&line, AF_WARNING, 0, format, text, file, line_number);
}

/* Whether a person wrote the rule here; a filter list's has no verb in front. */
static bool is_own(const af_rule_t *rule)
{
    return !rule->from_preset && rule->text[strspn(rule->text, "abcdefghijklmnopqrstuvwxyz-")] == ' ';
}

static bool same_sites(const af_rule_t *a, const af_rule_t *b)
{
    if (a->site_count != b->site_count) {
        return false;
    }
    for (size_t i = 0; i < a->site_count; i++) {
        if (strcmp(a->sites[i], b->sites[i]) != 0) {
            return false;
        }
    }
    return true;
}

/* Whether the rule does its work on all that its selector picks, wherever `other` applies. */
static bool is_plain(const af_rule_t *rule, const af_rule_t *other)
{
    return (rule->verb == AF_VERB_REMOVE || rule->verb == AF_VERB_PROTECT) && rule->pattern == NULL && rule->structure == NULL &&
           rule->after == 0 && rule->before == 0 && !rule->from_preset && (rule->site_count == 0 || same_sites(rule, other));
}

static bool may_be_shadowed(const af_rule_t *rule)
{
    return rule->verb == AF_VERB_REMOVE || rule->verb == AF_VERB_UNWRAP || rule->verb == AF_VERB_DEDUPE;
}

/* The rule that leaves nothing to do for `selector`, or AF_NO_RULE. */
static uint32_t shadow_of(const af_ruleset_t *set, uint32_t selector)
{
    uint32_t owner = af_index_owner(set->index, selector);
    size_t count = af_index_selectors(set->index);

    for (uint32_t i = 1; i < count; i++) {
        uint32_t other = af_index_owner(set->index, i);
        if (other != owner && is_plain(&set->rules[other], &set->rules[owner]) &&
            af_index_covers(set->index, i, selector) &&
            (other < owner || set->rules[other].verb == AF_VERB_PROTECT || !af_index_covers(set->index, selector, i) ||
             !is_plain(&set->rules[owner], &set->rules[other]))) {
            return other;
        }
    }
    return AF_NO_RULE;
}

/* All selectors of a rule, which follow each other from `first` to `end`. */
static void look_at(af_builder_t *builder, const af_ruleset_t *set, const af_rule_t *rule, uint32_t first, uint32_t end)
{
    uint32_t never = 0, shadowed = 0, shadow = AF_NO_RULE;
    const char *why = NULL;

    for (uint32_t i = first; i < end; i++) {
        const char *reason = af_index_never(set->index, i);
        why = reason != NULL ? reason : why;
        never += reason != NULL;
        uint32_t other = reason == NULL && may_be_shadowed(rule) ? shadow_of(set, i) : AF_NO_RULE;
        shadow = other != AF_NO_RULE ? other : shadow;
        shadowed += other != AF_NO_RULE;
    }
    if (never > 0) {
        warn(builder, rule, never == end - first ? "the rule can never match: %s" : "a part of the selector can never match: %s",
             why, NULL, 0);
    } else if (shadowed == end - first) {
        const af_rule_t *by = &set->rules[shadow];
        warn(builder, rule, by->verb == AF_VERB_PROTECT ? "the rule does nothing: \"%s\" (%s:%u) protects what it picks"
             : "the rule does nothing: \"%s\" (%s:%u) removes what it picks", by->text, by->file, by->line);
    }
}

void af_builder_warn(af_builder_t *builder)
{
    const af_ruleset_t *set = &builder->whole->set;
    uint32_t count = (uint32_t) af_index_selectors(set->index);

    for (uint32_t first = 1, end; first < count; first = end) {
        uint32_t owner = af_index_owner(set->index, first);
        for (end = first + 1; end < count && af_index_owner(set->index, end) == owner; end++) {
        }
        const af_rule_t *rule = &set->rules[owner];
        if (is_own(rule)) {
            look_at(builder, set, rule, first, end);
        }
    }
    for (uint32_t i = 0; i < set->rule_count; i++) {
        const af_rule_t *rule = &set->rules[i];
        if (is_own(rule) && rule->regex != NULL && rule->verb == AF_VERB_REMOVE && af_regex_least(rule->regex) > rule->max) {
            warn(builder, rule, "the rule can never match: max= is shorter than any text that the pattern finds%s", "", NULL, 0);
        }
    }
}
