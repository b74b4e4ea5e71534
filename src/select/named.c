/*
 * select/named.c: :named(share, related-posts, newsletter*): words in an element's names, however they are spelled.
 *
 * Names are the class, the id, the attributes that components are told apart by, and the type where no standard knows it. A name
 * falls into words at hyphens, underscores, digits and changes from lower to upper case; a pattern is its letters alone, and
 * holds where a run of words gives them: "relatedposts" is in related-posts, relatedPosts, c-related_posts--wide and
 * relatedposts, not in unrelatedposts. With "*" the last word may go on. White space ends a name. What texts give is no name: the
 * slugs of tags and categories (tag-, category-), the ids of headings, and names of more than NAME_WORDS words.
 */
#include "select/index.h"

#define KEY_LETTERS 4u /* of a pattern are in its bucket's key; no pattern is shorter */
#define NAME_WORDS 8u

static inline bool is_upper(uint8_t c)
{
    return c >= 'A' && c <= 'Z';
}

static inline bool is_letter(uint8_t c)
{
    return (uint8_t) ((c | 0x20) - 'a') < 26 || c >= 0x80;
}

static inline bool begins_word(af_slice_t name, size_t at)
{
    if (!is_letter(name.data[at])) {
        return false;
    }
    if (at == 0 || !is_letter(name.data[at - 1])) {
        return true;
    }
    if (!is_upper(name.data[at])) {
        return false;
    }
    return !is_upper(name.data[at - 1]) ||
           (at + 1 < name.len && is_letter(name.data[at + 1]) && !is_upper(name.data[at + 1]));
}

static const char *const names[] = {"class", "id", "data-testid", "data-test-id", "data-qa", "data-component", "data-module"};

af_slice_t af_named_name(size_t i)
{
    return i < sizeof names / sizeof *names ? af_slice_of(names[i]) : (af_slice_t){NULL, 0};
}

static bool begins_with(af_slice_t text, const char *part)
{
    size_t len = strlen(part);

    return text.len >= len && af_slice_same((af_slice_t){text.data, len}, af_slice_of(part), true);
}

/* The key of the letters that begin at `at`; 0: there are too few. */
static uint32_t key_at(const uint8_t *at, const uint8_t *end)
{
    uint8_t letters[KEY_LETTERS];
    size_t count = 0;

    for (; at < end && count < KEY_LETTERS; at++) {
        if (is_letter(*at)) {
            letters[count++] = *at;
        }
    }
    return count == KEY_LETTERS ? af_key(AF_KEY_WORD, (af_slice_t){letters, count}) : 0;
}

/* Notes the words of one name as far as there is room, and tells how many it has. */
static size_t cut_words(af_slice_t name, af_word_t *words, size_t room)
{
    size_t count = 0;

    for (size_t at = 0; at < name.len; at++) {
        if (!begins_word(name, at)) {
            continue;
        }
        if (count < room) {
            const uint8_t *end = name.data + name.len;
            words[count] = (af_word_t){name.data + at, end, key_at(name.data + at, end)};
        }
        count++;
    }
    return count;
}

size_t af_named_words(af_slice_t value, af_word_t *words, size_t room)
{
    size_t at = 0, count = 0;

    while (at < value.len) {
        size_t from = at;
        while (at < value.len && !af_is_space(value.data[at])) {
            at++;
        }
        af_slice_t name = {value.data + from, at - from};
        size_t found = cut_words(name, words + count, room - count);
        if (found <= NAME_WORDS && !begins_with(name, "tag-") && !begins_with(name, "category-")) {
            count += found <= room - count ? found : 0;
        }
        at++;
    }
    return count;
}

bool af_named_attribute(uint32_t tag, af_slice_t name)
{
    bool heading = tag >= AF_TAG_H1 && tag <= AF_TAG_H6;

    if (name.len == 5 || name.len == 2) {
        return af_slice_same(name, af_slice_of(names[name.len == 2]), true) && (name.len == 5 || !heading);
    }
    if (name.len < 7 || name.len > 14 || name.data[4] != '-') {
        return false;
    }
    for (size_t i = 2; i < sizeof names / sizeof names[0]; i++) {
        if (af_slice_same(name, af_slice_of(names[i]), true)) {
            return true;
        }
    }
    return false;
}

uint32_t af_named_key(af_slice_t pattern)
{
    return af_key(AF_KEY_WORD, (af_slice_t){pattern.data, pattern.len < KEY_LETTERS ? pattern.len : KEY_LETTERS});
}

bool af_named_holds(const af_word_t *word, af_slice_t pattern, bool goes_on)
{
    const uint8_t *at = word->from;
    size_t done = 0;

    for (; done < pattern.len; at++) {
        if (at >= word->end) {
            return false;
        }
        if (!is_letter(*at)) {
            continue;
        }
        if (af_fold(*at) != pattern.data[done]) {
            return false;
        }
        done++;
    }
    af_slice_t name = {word->from, (size_t) (word->end - word->from)};
    return goes_on || at >= word->end || !is_letter(*at) || begins_word(name, (size_t) (at - word->from));
}

/* --- Parsing ------------------------------------------------------------------------------------------------------------- */

static af_status_t parse_pattern(af_parser_t *parser, af_test_t *test)
{
    af_index_t *index = parser->index;
    af_status_t status = AF_OK;
    size_t from = parser->at;

    test->value = (af_span_t){(uint32_t) index->bytes.count, 0};
    for (;; parser->at++) {
        uint8_t c = af_parse_peek(parser, 0);
        if (is_letter(c)) {
            status = af_parse_byte(parser, af_fold(c), &test->value);
        } else if (c != '-' && c != '_') {
            break;
        }
        if (status != AF_OK) {
            return status;
        }
    }
    test->operation = af_parse_take(parser, '*') ? AF_VALUE_PREFIX : AF_VALUE_EQUALS;
    test->ref = af_named_key(af_span_slice(index, test->value));
    if (test->value.len < KEY_LETTERS) {
        parser->at = from;
        return af_parse_expected(parser, "a word of four letters or more, as in :named(share, related-posts, newsletter*)");
    }
    return AF_OK;
}

af_status_t af_parse_named(af_parser_t *parser, af_compound_t *compound)
{
    af_index_t *index = parser->index;
    af_test_t group = {.kind = AF_TEST_ANY};
    af_status_t status;

    index->has_words = true;
    do {
        af_test_t test = {.kind = AF_TEST_WORDS};
        af_compound_t inner = {0};
        af_alternative_t item = {.next = group.ref, .direct = true};
        af_parse_space(parser);
        status = parse_pattern(parser, &test);
        status = status == AF_OK ? af_parse_add_test(parser, &inner, &test) : status;
        status = status == AF_OK ? af_list_add(index->heap, &index->compounds, &inner, sizeof inner, &item.compound) : status;
        status = status == AF_OK ? af_list_add(index->heap, &index->alternatives, &item, sizeof item, &group.ref) : status;
        af_parse_space(parser);
    } while (status == AF_OK && af_parse_take(parser, ','));
    return status == AF_OK ? af_parse_add_test(parser, compound, &group) : status;
}
