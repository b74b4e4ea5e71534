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

#define KEY_LETTERS AF_GRAM /* no pattern has fewer */
#define HEAD_LETTERS 6u       /* what no longer pattern begins with is looked at no further */
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

static const char *const names[] = {"class", "id", "data-testid", "data-test-id", "data-qa", "data-component", "data-module",
                                    "data-hook"};

af_slice_t af_named_name(size_t i)
{
    return i < sizeof names / sizeof *names ? af_slice_of(names[i]) : (af_slice_t){NULL, 0};
}

static bool begins_with(af_slice_t text, const char *part)
{
    size_t len = strlen(part);

    return text.len >= len && af_slice_same((af_slice_t){text.data, len}, af_slice_of(part), true);
}

static inline uint64_t key_step(uint64_t hash, uint8_t letter)
{
    return (hash ^ (letter | 0x20u)) * 0x9fb21c651e98df25u;
}

static inline uint32_t key_end(uint64_t hash)
{
    return af_key_end(hash ^ hash >> 32);
}

static inline uint32_t head_end(uint64_t hash)
{
    return af_key_end(hash ^ hash >> 29);
}

size_t af_named_look_up(const af_index_t *index, const uint8_t *from, const uint8_t *end, af_word_t *words, size_t room)
{
    uint64_t hash = AF_KEY_WORD;
    size_t letters = 0, count = 0;

    for (const uint8_t *at = from; at < end && !af_is_space(*at) && letters < index->word_letters; at++) {
        if (!is_letter(*at)) {
            continue;
        }
        hash = key_step(hash, *at);
        if (++letters >= KEY_LETTERS && count < room && af_index_may_have(index, key_end(hash))) {
            words[count++] = (af_word_t){from, end, key_end(hash)};
        }
        if (letters == HEAD_LETTERS && !af_index_may_have(index, head_end(hash))) {
            break;
        }
    }
    return count;
}

/* The name in `value` that `at` is in. */
static af_slice_t name_around(af_slice_t value, const uint8_t *at)
{
    const uint8_t *from = at, *end = at;

    while (from > value.data && !af_is_space(from[-1])) {
        from--;
    }
    while (end < value.data + value.len && !af_is_space(*end)) {
        end++;
    }
    return (af_slice_t){from, (size_t) (end - from)};
}

static bool is_name(af_slice_t name)
{
    size_t count = 0;

    for (size_t at = 0; at < name.len; at++) {
        count += begins_word(name, at);
    }
    return count <= NAME_WORDS && !begins_with(name, "tag-") && !begins_with(name, "category-");
}

size_t af_named_keep(af_slice_t value, af_word_t *words, size_t count)
{
    af_slice_t name = {NULL, 0};
    bool is_one = false;
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        if (name.data == NULL || words[i].from >= name.data + name.len) {
            name = name_around(value, words[i].from);
            is_one = is_name(name);
        }
        if (is_one) {
            words[kept] = words[i];
            words[kept++].end = name.data + name.len;
        }
    }
    return kept;
}

bool af_named_attribute(uint32_t tag, af_slice_t name)
{
    bool heading = tag >= AF_TAG_H1 && tag <= AF_TAG_H6;

    if (name.len == 5 && memcmp(name.data, "class", 5) == 0) {
        return true;
    }
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
    uint64_t hash = AF_KEY_WORD;

    for (size_t i = 0; i < pattern.len; i++) {
        hash = key_step(hash, pattern.data[i]);
    }
    return key_end(hash);
}

uint32_t af_named_head_key(af_slice_t pattern)
{
    uint64_t hash = AF_KEY_WORD;

    for (size_t i = 0; i < HEAD_LETTERS && i < pattern.len; i++) {
        hash = key_step(hash, pattern.data[i]);
    }
    return pattern.len > HEAD_LETTERS ? head_end(hash) : 0;
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

    index->needs.words = true;
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
