/*
 * rules/group.c: text rules of presets with one selector are asked together.
 *
 * A preset says in many patterns what a whole block may say, all with the same list of block elements. Such rules have one entry
 * in the index, and one set of phrases: what a block says first refutes most of them at once, and the others are
 * asked in their order. An operator's rule is a set of its own.
 */
#include "rules/builder.h"

#define ALONE_MAX 64u /* rules that are a set of their own: each takes some 100 us and some KiB of the tree */

/* What may match anywhere in a text is not refuted by its beginning. */
static bool can_be_asked_together(const af_rule_t *rule)
{
    return rule->from_preset && rule->verb == AF_VERB_REMOVE && rule->regex != NULL && rule->structure == NULL &&
           rule->site_count == 0 && rule->after == 0 && af_regex_is_anchored(rule->regex);
}

/* An operator's rule whose beginning refutes most of what it picks. */
static bool can_be_asked_alone(const af_rule_t *rule)
{
    return !rule->from_preset && rule->verb == AF_VERB_REMOVE && rule->regex != NULL && rule->structure == NULL &&
           rule->pattern[0] == '^' && !af_has_alternatives(rule->pattern);
}

static size_t first_of(const af_draft_t *drafts, size_t count, const af_draft_t *draft)
{
    for (size_t i = 0; i < count; i++) {
        if (!drafts[i].follows && can_be_asked_together(&drafts[i].rule) &&
            af_slice_equal(drafts[i].selector, draft->selector)) {
            return i;
        }
    }
    return count;
}

bool af_group_joins(const af_builder_t *builder, size_t count, const af_draft_t *draft)
{
    return can_be_asked_together(&draft->rule) && first_of(builder->drafts, count, draft) < count;
}

/* The byte behind the group that begins at `at`, or NULL. */
static const char *end_of_group(const char *at)
{
    size_t depth = 0;

    while (at != NULL && *at != '\0') {
        if (*at == '[') {
            at = af_end_of_class(at);
            continue;
        }
        depth += *at == '(';
        if (*at == ')' && --depth == 0) {
            return at + 1;
        }
        at += *at == '\\' && at[1] != '\0' ? 2 : 1;
    }
    return NULL;
}

/* Where a pattern goes on behind "^" and what is only looked ahead for: that waits for text to come, and would keep every block
 * waiting with it. Without it the pattern takes more. */
static const char *behind_looks(const char *pattern)
{
    const char *at = pattern + 1;

    if (*pattern != '^') {
        return pattern;
    }
    while (at != NULL && at[0] == '(' && at[1] == '?' && (at[2] == '!' || at[2] == '=')) {
        at = end_of_group(at);
    }
    return at == NULL || at == pattern + 1 ? pattern : at;
}

/* A pattern as written, and compiled. */
typedef struct {
    const af_regex_t *regex;
    const char *text;
    uint32_t flags;
} pattern_t;

static pattern_t pattern_of(const af_rule_t *rule)
{
    return (pattern_t){rule->regex, rule->pattern, rule->pattern_flags};
}

/* Whether letters of both cases are the same to the pattern, wherever they stand. Doubt says no. */
static bool is_caseless(pattern_t pattern)
{
    const char *at = pattern.text;

    if ((pattern.flags & AF_REGEX_CASELESS) == 0 || strstr(at, "\\p") != NULL || strstr(at, "\\P") != NULL ||
        strstr(at, "[:") != NULL || strstr(at, "(*") != NULL) {
        return false;
    }
    while ((at = strstr(at, "(?")) != NULL) {
        at += 2;
        if (strchr(":=!<>|", *at) == NULL) {
            return false;
        }
    }
    return true;
}

/* What is asked about beginnings in the place of a pattern that looks ahead. */
static af_status_t compile_rest(af_builder_t *builder, uint32_t flags, const char *rest, af_phrase_t *phrase)
{
    char message[8];
    size_t len = strlen(rest), at;
    af_regex_t *regex = NULL;
    char *pattern = af_heap_alloc(builder->heap, len + 1);

    if (pattern == NULL) {
        return af_heap_why(builder->heap, len + 1);
    }
    pattern[0] = '^';
    memcpy(pattern + 1, rest, len);
    af_status_t status = af_regex_compile(builder->heap, (af_slice_t){(const uint8_t *) pattern, len + 1},
                                          flags | AF_REGEX_PARTIAL, &regex, &at, message, sizeof message);
    af_heap_release(builder->heap, pattern, len + 1);
    if (status == AF_OK) {
        phrase->begins = regex;
        phrase->owned = true;
    }
    return status;
}

/* Behind "^", an alternative outside of all groups might begin anywhere. */
static void note_high_bytes(af_builder_t *builder, pattern_t pattern, const char *rest, af_phrase_t *phrase)
{
    phrase->high[0] = phrase->high[1] = UINT64_MAX;
    if (pattern.text[0] == '^' && !af_has_alternatives(rest)) {
        const char *begin = rest + (*rest == '^');
        af_regex_high_bytes(builder->heap, af_slice_of(begin), pattern.flags, phrase->high);
    }
}

static af_status_t make_phrase(af_builder_t *builder, pattern_t pattern, size_t rule, af_phrase_t *phrase)
{
    const char *rest = behind_looks(pattern.text);
    af_status_t status = AF_OK;

    *phrase = (af_phrase_t){.begins = pattern.regex, .text = pattern.text, .rule = (uint32_t) rule,
                            .caseless = is_caseless(pattern)};
    if (rest == pattern.text) {
        af_regex_prepare_partial((af_regex_t *) pattern.regex);
    } else {
        status = compile_rest(builder, pattern.flags, rest, phrase);
    }
    note_high_bytes(builder, pattern, rest, phrase);
    return status;
}

static af_status_t fill(af_builder_t *builder, const af_rule_t *rules, size_t first, af_phrase_t *phrases, uint32_t *count)
{
    af_status_t status = AF_OK;

    for (size_t i = first; status == AF_OK; i = rules[i].next) {
        status = make_phrase(builder, pattern_of(&rules[i]), i, &phrases[*count]);
        *count += status == AF_OK;
        if (rules[i].next == 0) {
            break;
        }
    }
    return status;
}

static af_status_t compile(af_builder_t *builder, af_rule_t *rules, size_t first)
{
    size_t most = 1;
    uint32_t count = 0;

    for (size_t i = first; rules[i].next != 0; i = rules[i].next) {
        most++;
    }
    af_phrase_t *phrases = af_store_alloc(builder->store, most * sizeof *phrases);
    if (phrases == NULL) {
        return AF_NOMEM;
    }
    af_phrases_t *set = NULL;
    af_status_t status = fill(builder, rules, first, phrases, &count);
    if (status == AF_OK) {
        status = af_phrases_make(builder->store, phrases, count, &set);
    }
    if (status != AF_OK) {
        af_phrases_release(&(af_phrases_t){.phrases = phrases, .count = count});
    }
    builder->drafts[first].rule.phrases = rules[first].phrases = set; /* the draft owns them until all is well */
    return status;
}

/* The tree of one heading. */
static af_status_t compile_heading(af_builder_t *builder, const af_rule_t *rule, size_t number)
{
    af_structure_t *structure = (af_structure_t *) rule->structure;
    const pattern_t pattern = {structure->heading, structure->heading_text, structure->heading_flags};
    af_phrase_t *phrase = af_store_alloc(builder->store, sizeof *phrase);
    af_phrases_t *set = NULL;

    if (phrase == NULL) {
        return AF_NOMEM;
    }
    af_status_t status = make_phrase(builder, pattern, number, phrase);
    if (status == AF_OK) {
        status = af_phrases_make(builder->store, phrase, 1, &set);
    }
    if (status != AF_OK || !set->tells) {
        af_phrases_release(&(af_phrases_t){.phrases = phrase, .count = phrase->owned});
        set = NULL;
    }
    structure->begins = set;
    return status;
}

/* Whether the rule asks for a heading that begins like few. */
static bool has_heading(const af_rule_t *rule)
{
    return rule->verb == AF_VERB_REMOVE && rule->structure != NULL && rule->structure->heading != NULL &&
           rule->structure->heading_text[0] == '^' && !af_has_alternatives(rule->structure->heading_text);
}

af_status_t af_group_link(af_builder_t *builder, af_rule_t *rules, size_t count)
{
    af_status_t status = AF_OK;

    for (size_t i = 0; i < count; i++) {
        rules[i].group_max = rules[i].max;
        if (!builder->drafts[i].follows) {
            continue;
        }
        size_t first = first_of(builder->drafts, count, &builder->drafts[i]), last = first;
        while (rules[last].next != 0) {
            last = rules[last].next;
        }
        rules[last].next = (uint32_t) i;
        rules[first].group_max = rules[i].max > rules[first].group_max ? rules[i].max : rules[first].group_max;
    }
    for (size_t i = 0, alone = 0; status == AF_OK && i < count; i++) {
        bool own = alone < ALONE_MAX && can_be_asked_alone(&rules[i]);
        if (own || (!builder->drafts[i].follows && can_be_asked_together(&rules[i]))) {
            status = compile(builder, rules, i);
            alone += own;
        } else if (alone < ALONE_MAX && has_heading(&rules[i])) {
            status = compile_heading(builder, &rules[i], i);
            alone++;
        }
    }
    return status;
}
