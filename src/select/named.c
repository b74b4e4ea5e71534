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

static bool is_upper(uint8_t c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_letter(uint8_t c)
{
    return is_upper(c) || (c >= 'a' && c <= 'z') || c >= 0x80;
}

static bool begins_word(af_slice_t name, size_t at)
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

af_slice_t af_named_cut(af_slice_t value, size_t *at)
{
    af_slice_t name = {value.data, 0};

    while (*at < value.len) {
        size_t from = *at, words = 0;
        while (from < value.len && af_is_space(value.data[from])) {
            from++;
        }
        name = (af_slice_t){value.data + from, 0};
        while (from + name.len < value.len && !af_is_space(value.data[from + name.len])) {
            name.len++;
        }
        *at = from + name.len;
        for (size_t i = 0; i < name.len; i++) {
            words += begins_word(name, i);
        }
        if (words > 0 && words <= NAME_WORDS && !begins_with(name, "tag-") && !begins_with(name, "category-")) {
            return name;
        }
        name.len = 0;
    }
    return name;
}

bool af_named_attribute(uint32_t tag, af_slice_t name)
{
    bool heading = tag >= AF_TAG_H1 && tag <= AF_TAG_H6;

    if (name.len > 14) {
        return false;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (af_slice_same(name, af_slice_of(names[i]), true)) {
            return i != 1 || !heading;
        }
    }
    return false;
}

bool af_named_next(af_slice_t name, size_t *at, uint32_t *key)
{
    for (; *at < name.len; ++*at) {
        if (!begins_word(name, *at)) {
            continue;
        }
        uint8_t letters[KEY_LETTERS];
        size_t count = 0;
        for (size_t i = *at; i < name.len && count < KEY_LETTERS && !af_is_space(name.data[i]); i++) {
            if (is_letter(name.data[i])) {
                letters[count++] = name.data[i];
            }
        }
        ++*at;
        if (count == KEY_LETTERS) {
            *key = af_key(AF_KEY_WORD, (af_slice_t){letters, count});
            return true;
        }
    }
    return false;
}

uint32_t af_named_key(af_slice_t pattern)
{
    return af_key(AF_KEY_WORD, (af_slice_t){pattern.data, pattern.len < KEY_LETTERS ? pattern.len : KEY_LETTERS});
}

static bool holds_at(af_slice_t name, size_t at, af_slice_t pattern, bool goes_on)
{
    size_t done = 0;

    for (; done < pattern.len; at++) {
        if (at >= name.len || af_is_space(name.data[at])) {
            return false;
        }
        if (!is_letter(name.data[at])) {
            continue;
        }
        if (af_fold(name.data[at]) != pattern.data[done]) {
            return false;
        }
        done++;
    }
    return goes_on || at >= name.len || !is_letter(name.data[at]) || begins_word(name, at);
}

static bool name_holds(af_slice_t name, af_slice_t pattern, bool goes_on)
{
    for (size_t at = 0; at + pattern.len <= name.len; at++) {
        if (af_fold(name.data[at]) == pattern.data[0] && begins_word(name, at) && holds_at(name, at, pattern, goes_on)) {
            return true;
        }
    }
    return false;
}

bool af_named_holds(af_slice_t value, af_slice_t pattern, bool goes_on)
{
    size_t at = 0;
    af_slice_t name;

    while ((name = af_named_cut(value, &at)).len > 0) {
        if (name_holds(name, pattern, goes_on)) {
            return true;
        }
    }
    return false;
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
