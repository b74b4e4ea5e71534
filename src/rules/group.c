/*
 * rules/group.c: text rules of presets with one selector are asked together.
 *
 * A preset says in many patterns what a whole block may say, all with the same list of block elements. Such rules have one entry
 * in the index, and one pattern made of all: what a block says first refutes most blocks for all of them at once. Which
 * rule it is
 * is asked only where the whole pattern matches.
 */
#include "rules/builder.h"

#define OPEN "(?:"
#define CASELESS "(?i:"

static bool can_be_asked_together(const af_rule_t *rule)
{
    return rule->from_preset && rule->verb == AF_VERB_REMOVE && rule->regex != NULL && rule->structure == NULL &&
           rule->site_count == 0 && rule->after == 0;
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

static size_t put(char *out, size_t at, const char *text)
{
    size_t len = strlen(text);

    if (out != NULL) {
        memcpy(out + at, text, len);
    }
    return at + len;
}

/* The byte behind the group that begins at `at`, or NULL. */
static const char *end_of_group(const char *at)
{
    bool in_class = false;
    size_t depth = 0;

    for (; *at != '\0'; at++) {
        if (*at == '\\' && at[1] != '\0') {
            at++;
        } else if (in_class) {
            in_class = *at != ']';
        } else if (*at == '[') {
            in_class = true;
            at += at[1] == '^';
            at += at[1] == ']';
        } else if (*at == '(') {
            depth++;
        } else if (*at == ')' && --depth == 0) {
            return at + 1;
        }
    }
    return NULL;
}

/* Where a pattern goes on behind "^" and what is only looked ahead for: that waits for text to come, and would keep every block
 * waiting with it. Without it the group takes more, and the pattern itself decides. */
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

/* Writes the group's patterns as alternatives (or counts, `out` NULL). */
static size_t put_patterns(const af_rule_t *rules, size_t first, char *out)
{
    size_t at = 0;

    for (size_t i = first;; i = rules[i].next) {
        uint32_t flags = rules[i].pattern_flags;
        at = put(out, at, (flags & AF_REGEX_CASELESS) != 0 ? CASELESS : OPEN);
        at = put(out, at, (flags & AF_REGEX_DOTALL) != 0 ? "(?s)" : "");
        at = put(out, at, (flags & AF_REGEX_MULTILINE) != 0 ? "(?m)" : "");
        const char *rest = behind_looks(rules[i].pattern);
        at = put(out, at, rest == rules[i].pattern ? "" : "^");
        at = put(out, at, rest);
        at = put(out, at, ")");
        if (rules[i].next == 0) {
            return at;
        }
        at = put(out, at, "|");
    }
}

static af_status_t compile(af_builder_t *builder, af_rule_t *rules, size_t first)
{
    size_t len = put_patterns(rules, first, NULL), at;
    char message[8];
    af_regex_t *regex = NULL;
    char *pattern = af_heap_alloc(builder->heap, len);

    if (pattern == NULL) {
        return af_heap_why(builder->heap, len);
    }
    (void) put_patterns(rules, first, pattern);
    af_status_t status = af_regex_compile(builder->heap, (af_slice_t){(const uint8_t *) pattern, len}, AF_REGEX_PARTIAL, &regex,
                                          &at, message, sizeof message);
    af_heap_release(builder->heap, pattern, len);
    if (status == AF_OK) {
        status = af_opening_make(builder->store, regex, &rules[first].opening);
    }
    rules[first].group = regex;
    builder->drafts[first].rule.group = regex; /* which owns it until all is well */
    return status;
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
    for (size_t i = 0; status == AF_OK && i < count; i++) {
        if (!builder->drafts[i].follows && can_be_asked_together(&rules[i])) {
            status = compile(builder, rules, i);
        }
    }
    return status;
}
