/*
 * policy/condition.c: tests, and patterns with the document's title in them.
 *
 * A title pattern is compiled only for a text that could match it: where the title must literally be in every match (it stands
 * outside of groups, classes and alternatives, and no quantifier follows), a text without it is refused by a search.
 */
#include "policy/condition.h"

#define TITLE_MARK "{title}"
#define TITLE_MARK_LEN 7u
#define TITLE_LIMIT 4096u
#define PATTERN_LIMIT 65536u

/* What stands in for a title that is not known: matches nothing. */
static const char nothing[] = "(?!)";

void af_condition_init(af_condition_t *condition, af_heap_t *heap, uint32_t match_limit)
{
    *condition = (af_condition_t){.heap = heap, .match_limit = match_limit};
}

void af_condition_destroy(af_condition_t *condition)
{
    for (size_t i = 0; i < condition->entry_count; i++) {
        if (condition->entries[i].regex != NULL) {
            af_regex_destroy(condition->entries[i].regex);
        }
    }
    af_heap_release(condition->heap, condition->entries, condition->entry_capacity * sizeof(*condition->entries));
    af_heap_release(condition->heap, condition->title, condition->title_capacity);
    af_heap_release(condition->heap, condition->leads, AF_CONDITION_LEADS * sizeof *condition->leads);
    if (condition->run != NULL) {
        af_regex_run_destroy(condition->run);
    }
    *condition = (af_condition_t){.heap = condition->heap, .match_limit = condition->match_limit};
}

af_status_t af_condition_set_title(af_condition_t *condition, af_slice_t title)
{
    if (condition->title_known) {
        return AF_OK;
    }
    if (title.len > 0) {
        void *block = condition->title;
        af_status_t status = af_heap_grow(condition->heap, &block, &condition->title_capacity, title.len, 1, TITLE_LIMIT);
        condition->title = block;
        if (status != AF_OK) {
            return status;
        }
        memcpy(condition->title, title.data, title.len);
    }
    condition->title_len = title.len;
    condition->title_known = true;
    /* Patterns made before were made without a title. */
    for (size_t i = 0; i < condition->entry_count; i++) {
        if (condition->entries[i].regex != NULL) {
            af_regex_destroy(condition->entries[i].regex);
        }
    }
    condition->entry_count = 0;
    return AF_OK;
}

af_regex_run_t *af_condition_run(af_condition_t *condition)
{
    if (condition->run == NULL && af_regex_run_create(condition->heap, condition->match_limit, &condition->run) != AF_OK) {
        condition->run = NULL;
    }
    return condition->run;
}

/* --- {title} -------------------------------------------------------------------------------------------------------------- */

/* Tells whether each match must have the title in it as it is. Doubt says no. */
static bool title_is_required(const af_rule_t *rule)
{
    const char *pattern = rule->pattern;
    const char *mark = strstr(pattern, TITLE_MARK);
    if (mark == NULL || (rule->pattern_flags & AF_REGEX_CASELESS) != 0 || strpbrk(pattern, "|[\\") != NULL) {
        return false;
    }
    const char *group = strchr(pattern, '(');
    if (group != NULL && group < mark) {
        return false;
    }
    char after = mark[TITLE_MARK_LEN];
    return after != '?' && after != '*' && after != '{';
}

static bool is_word(uint8_t c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c >= 0x80;
}

/* Writes the title as a pattern (or counts, `out` NULL). */
static size_t put_title(const af_condition_t *condition, uint8_t *out)
{
    size_t len = 0;
    if (!condition->title_known) {
        if (out != NULL) {
            memcpy(out, nothing, sizeof(nothing) - 1);
        }
        return sizeof(nothing) - 1;
    }
    for (size_t i = 0; i < condition->title_len; i++) {
        uint8_t c = condition->title[i];
        if (!is_word(c)) {
            if (out != NULL) {
                out[len] = '\\';
            }
            len++;
        }
        if (out != NULL) {
            out[len] = c;
        }
        len++;
    }
    return len;
}

/* Writes the rule's pattern with the title in it (or counts, `out` NULL). */
static size_t put_pattern(const af_condition_t *condition, const char *pattern, uint8_t *out)
{
    size_t len = 0;
    for (;;) {
        const char *mark = strstr(pattern, TITLE_MARK);
        size_t literal = mark == NULL ? strlen(pattern) : (size_t) (mark - pattern);
        if (out != NULL) {
            memcpy(out + len, pattern, literal);
        }
        len += literal;
        if (mark == NULL) {
            return len;
        }
        len += put_title(condition, out == NULL ? NULL : out + len);
        pattern = mark + TITLE_MARK_LEN;
    }
}

static af_regex_t *compile_title(af_condition_t *condition, const af_rule_t *rule)
{
    size_t len = put_pattern(condition, rule->pattern, NULL), at;
    char message[8];
    af_regex_t *regex = NULL;
    if (len == 0 || len > PATTERN_LIMIT) {
        return NULL;
    }
    uint8_t *pattern = af_heap_alloc(condition->heap, len);
    if (pattern == NULL) {
        return NULL;
    }
    (void) put_pattern(condition, rule->pattern, pattern);
    if (af_regex_compile(condition->heap, (af_slice_t){pattern, len}, rule->pattern_flags, &regex, &at, message,
                         sizeof(message)) != AF_OK) {
        regex = NULL;
    }
    af_heap_release(condition->heap, pattern, len);
    return regex;
}

/* The rule's pattern for this document; made once, also where that failed. */
static const af_regex_t *title_regex(af_condition_t *condition, const af_rule_t *rule)
{
    for (size_t i = 0; i < condition->entry_count; i++) {
        if (condition->entries[i].rule == rule) {
            return condition->entries[i].regex;
        }
    }
    void *block = condition->entries;
    af_status_t status = af_heap_grow(condition->heap, &block, &condition->entry_capacity, condition->entry_count + 1,
                                      sizeof(*condition->entries), AF_CONDITION_TITLES);
    condition->entries = block;
    if (status != AF_OK) {
        condition->limited++;
        return NULL;
    }
    af_regex_t *regex = compile_title(condition, rule);
    condition->limited += regex == NULL;
    condition->entries[condition->entry_count++] = (af_condition_entry_t){rule, regex};
    return regex;
}

/* --- asking -------------------------------------------------------------------------------------------------------------- */

static bool holds_title(const af_condition_t *condition, af_slice_t text)
{
    return condition->title_len == 0 ||
           (text.len > 0 && memmem(text.data, text.len, condition->title, condition->title_len) != NULL);
}

static bool begins_with_title(const af_condition_t *condition, af_slice_t text, size_t from)
{
    return condition->title_known && from == 0 && text.len >= condition->title_len &&
           (condition->title_len == 0 || memcmp(text.data, condition->title, condition->title_len) == 0);
}

bool af_condition_find(af_condition_t *condition, const af_rule_t *rule, af_slice_t text, size_t from, af_group_t *found)
{
    const af_regex_t *regex = rule->regex;
    if (rule->pattern_has_title) {
        if (rule->begins_with_title ? !begins_with_title(condition, text, from)
                                    : title_is_required(rule) && (!condition->title_known || !holds_title(condition, text))) {
            return false;
        }
        regex = title_regex(condition, rule);
    }
    af_regex_run_t *run = regex == NULL ? NULL : af_condition_run(condition);
    if (run == NULL) {
        return false;
    }
    if (text.data == NULL) {
        text.data = (const uint8_t *) "";
    }
    af_status_t status = af_regex_match(regex, run, text, from, found, 1);
    condition->limited += status != AF_OK && status != AF_NOT_FOUND;
    return status == AF_OK;
}

static bool is_longer(af_slice_t text, uint32_t max)
{
    return text.len > max && af_utf8_count(text) > max;
}

bool af_condition_test(af_condition_t *condition, const af_rule_t *rule, af_slice_t text)
{
    af_group_t found;
    if (rule->pattern == NULL) {
        return true;
    }
    return !is_longer(text, rule->max) && af_condition_find(condition, rule, text, 0, &found);
}

/* The bytes of the first character, 0: it is none of UTF-8, or not whole. */
static size_t lead_len(af_slice_t text)
{
    size_t len = text.data[0] >= 0xf0 ? 4 : text.data[0] >= 0xe0 ? 3 : 2;

    return text.data[0] >= 0xc2 && text.data[0] <= 0xf4 && len <= text.len ? len : 0;
}

/* Where what the character leaves is noted; NULL: no memory. */
static af_condition_lead_t *place_of(af_condition_t *condition, const af_phrases_t *phrases, uint32_t character)
{
    const size_t size = AF_CONDITION_LEADS * sizeof *condition->leads;

    if (condition->leads == NULL) {
        condition->leads = af_heap_alloc(condition->heap, size);
        if (condition->leads == NULL) {
            return NULL;
        }
        memset(condition->leads, 0, size);
    }
    return &condition->leads[((character ^ (uint32_t) ((uintptr_t) phrases >> 4)) * 0x9e3779b1u >> 16) % AF_CONDITION_LEADS];
}

/* What the first character leaves. NULL: it is of ASCII, or too much to note. */
static const af_condition_lead_t *find_lead(af_condition_t *condition, const af_phrases_t *phrases, af_slice_t text)
{
    size_t len = text.len == 0 || text.data[0] < 0x80 || phrases->count > UINT8_MAX ? 0 : lead_len(text);
    af_regex_run_t *run = len == 0 ? NULL : af_condition_run(condition);
    uint32_t character = 0;

    if (run == NULL) {
        return NULL;
    }
    memcpy(&character, text.data, len);
    af_condition_lead_t *lead = place_of(condition, phrases, character);
    if (lead == NULL) {
        return NULL;
    }
    if (lead->phrases != phrases || lead->character != character) {
        *lead = (af_condition_lead_t){.phrases = phrases, .character = character};
        for (uint32_t i = 0; i < phrases->count && lead->count <= AF_CONDITION_LEFT; i++) {
            const af_phrase_t *phrase = &phrases->phrases[i];
            if ((phrase->high[(text.data[0] - 0x80u) >> 6] >> (text.data[0] & 63) & 1) == 0 ||
                !af_regex_may_match(phrase->begins, run, (af_slice_t){text.data, len})) {
                continue;
            }
            if (lead->count < AF_CONDITION_LEFT) {
                lead->left[lead->count] = (uint8_t) i;
            }
            lead->count++;
        }
    }
    return lead->count <= AF_CONDITION_LEFT ? lead : NULL;
}

/* The phrases of a set that are left to ask about a text. */
typedef struct {
    const af_phrases_t *phrases;
    const af_opening_t *opening;
    const af_condition_lead_t *lead; /* what the first character leaves; NULL: what the tree does */
    uint32_t at, count;              /* in the lead's list, or in the tree's */
    bool may;                        /* of the last one: the tree says that it may go on */
} left_t;

static left_t left_of(af_condition_t *condition, const af_phrases_t *phrases, const af_opening_t *opening)
{
    left_t left = {.phrases = phrases, .opening = opening};

    if (af_opening_leaves(opening, phrases)) {
        left.lead = find_lead(condition, phrases, opening->text);
        left.count = left.lead != NULL ? left.lead->count : opening->node->count;
    }
    return left;
}

/* The next of them, or NULL. */
static const af_phrase_t *next_left(left_t *left)
{
    const af_phrases_t *phrases = left->phrases;

    while (left->at < left->count) {
        uint32_t at = left->at++;
        if (left->lead != NULL) {
            return &phrases->phrases[left->lead->left[at]];
        }
        uint32_t entry = phrases->openings->lists[left->opening->node->first + at];
        uint32_t number = (entry & AF_OPENING_PHRASE) - phrases->base; /* far above the count for those of sets before */
        if (number < phrases->count) {
            left->may = left->opening->whole && (entry & AF_OPENING_ASK) == 0;
            return &phrases->phrases[number];
        }
    }
    return NULL;
}

bool af_condition_may(af_condition_t *condition, const af_phrases_t *phrases, const af_opening_t *opening)
{
    left_t left = left_of(condition, phrases, opening);
    const af_phrase_t *phrase = next_left(&left);
    af_regex_run_t *run = phrase == NULL ? NULL : af_condition_run(condition);

    while (phrase != NULL && run != NULL && !left.may && !af_regex_may_match(phrase->begins, run, opening->text)) {
        phrase = next_left(&left);
    }
    return phrase != NULL;
}

uint32_t af_condition_first(af_condition_t *condition, const af_rule_t *rules, uint32_t number, af_slice_t text)
{
    const af_phrases_t *phrases = rules[number].phrases;

    if (phrases == NULL) {
        return af_condition_test(condition, &rules[number], text) ? number : UINT32_MAX;
    }
    if (text.len == 0 && !phrases->empty) {
        return UINT32_MAX;
    }
    const af_opening_t opening = af_openings_find(phrases->openings, text);
    left_t left = left_of(condition, phrases, &opening);
    const af_phrase_t *phrase = next_left(&left);
    while (phrase != NULL && !af_condition_test(condition, &rules[phrase->rule], text)) {
        phrase = next_left(&left);
    }
    return phrase == NULL ? UINT32_MAX : phrase->rule;
}
