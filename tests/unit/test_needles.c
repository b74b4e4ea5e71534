/*
 * test_needles.c: words that patterns need; PCRE2 itself is the judge of whether a text without them can match.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/regex.h"
#include "rules/needles.h"

static const struct {
    const char *pattern, *words; /* separated by spaces; "" none is known */
} patterns[] = {
    {"copyright", "copyright"},
    {"Copyright (?:19|20)\\d\\d", "copyright"},
    {"all rights reserved", "right"},            /* "s" has another character of its case */
    {"\\(AP\\) ?[—–-]", "(ap)"},
    {"(?:©|copyright|derechos)", ""},
    {"(?:copyright|derecho)", "copyright derecho"},
    {"(?:news from )?the (?|(?<y>\\d{4}) united press|united press (?<y>\\d{4}))", "united united"},
    {"colou?r of paint", "paint"},
    {"paint+ed", "paint"},
    {"(?:paint){0,2}", ""},
    {"(?:paint){2}", "paint"},
    {"(?:paint)*", ""},
    {"paint{0}er", "pain"},
    {"paint{,3}|brush", ""},
    {"paint|", ""},
    {"^\\s*paint\\s*$", "paint"},
    {"(?=paint)p", ""},
    {"(?<!wall )paint", "paint"},
    {"(?# paint )table", "table"},
    {"(?i)table", "table"},
    {"(?x) t a b l e", ""},
    {"(?i:table)", "table"},
    {"\\Qtable\\E", ""},
    {"(?(?=a)table|chair)", ""},
    {"(*UCP)table", ""},
    {"[table]+", ""},
    {"[]table]", ""},
    {"[^]a]table", "table"},
    {"[[:alpha:]]table", "table"},
    {"\\x{62}anana", "anana"},
    {"\\x62anana", "anana"},
    {"\\p{L}anana", "anana"},
    {"\\pLanana", "anana"},
    {"\\cAanana", "anana"},
    {"(a|anana)banana", "banana"},
    {"(?<name>anana)\\k{name}", "anana"},
    {"(?P<name>anana)(?P=name)", ""},
    {"(?'name'anana)(?1)", ""},
    {"ta\\bble", ""},
    {"table.chair", "table"},
    {"{title}", "title"},
    {"größe|gramme", ""},
    {"abcdefghijlmnopqrtuvwxyz0123456789", "abcdefghijlmnopqrtuvwxyz"},
};

static void test_words(void **state)
{
    af_needle_t words[AF_NEEDLES_EACH];

    (void) state;
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        char got[AF_NEEDLES_EACH * (AF_NEEDLE_BYTES + 1) + 1] = "";
        size_t len = 0, count = af_needles_of(af_slice_of(patterns[i].pattern), words);
        for (size_t k = 0; k < count; k++) {
            len += (size_t) snprintf(got + len, sizeof got - len, "%s%.*s", k > 0 ? " " : "", (int) words[k].len,
                                     (const char *) words[k].text);
        }
        if (strcmp(got, patterns[i].words) != 0) {
            fail_msg("%s: \"%s\" instead of \"%s\"", patterns[i].pattern, got, patterns[i].words);
        }
    }
}

static void test_deep(void **state)
{
    char pattern[512];
    af_needle_t words[AF_NEEDLES_EACH];

    (void) state;
    memset(pattern, '(', 200);
    memcpy(pattern + 200, "table", 5);
    memset(pattern + 205, ')', 200);
    pattern[405] = '\0';
    assert_int_equal(af_needles_of(af_slice_of(pattern), words), 0);
    assert_int_equal(af_needles_of(af_slice_of("table("), words), 0);
    assert_int_equal(af_needles_of(af_slice_of("table)"), words), 0);
    assert_int_equal(af_needles_of(af_slice_of("table\\"), words), 0);
}

/* --- texts ------------------------------------------------------------------------------------------------------------------ */

static const char *const pieces[] = {
    "copyright", "Copyright ", "19", "2020", "all ", "rights", "right\xc5\xbf", " re\xc5\xbf" "erved", "(AP)", " —", "derecho", "derechos",
    "news from ", "the ", "united press", " 1999", "colo", "u", "r of paint", "paint", "t", "ed", "er", "brush", "table", "TABLE", "t a ble",
    "ble", "a", "anana", "b", "\xe2\x84\xaa", "banana", "wall ", "chair", " ", "größe", "gramme", "abcdefghij", "lmnopqrtuvwxyz", "0123456789",
};

static uint32_t draw(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static size_t make_text(uint32_t *seed, uint8_t *out, size_t size)
{
    size_t len = 0, count = 1 + draw(seed) % 6;

    for (size_t i = 0; i < count; i++) {
        const char *piece = pieces[draw(seed) % (sizeof pieces / sizeof *pieces)];
        size_t add = strlen(piece);
        if (len + add <= size) {
            memcpy(out + len, piece, add);
            len += add;
        }
    }
    return len;
}

static void check_texts(const char *pattern, af_regex_run_t *run, af_heap_t *heap, uint32_t *matches)
{
    af_needle_t words[AF_NEEDLES_EACH];
    af_needles_t needles = {.count = 0};
    af_regex_t *regex;
    char message[100];
    size_t at, count = af_needles_of(af_slice_of(pattern), words);
    uint32_t seed = 7;

    if (count == 0 || af_regex_compile(heap, af_slice_of(pattern), AF_REGEX_CASELESS, &regex, &at, message, sizeof message) != AF_OK) {
        return;
    }
    af_needles_add(&needles, words, count);
    af_needles_ready(&needles);
    for (size_t i = 0; i < 5000; i++) {
        uint8_t text[256];
        af_slice_t slice = {text, make_text(&seed, text, sizeof text)};
        af_group_t groups[1];
        if (af_regex_match(regex, run, slice, 0, groups, 1) == AF_OK) {
            (*matches)++;
            if (!af_needles_in(&needles, slice)) {
                fail_msg("%s matches \"%.*s\"", pattern, (int) slice.len, (const char *) text);
            }
        }
    }
    af_regex_destroy(regex);
}

static void test_texts(void **state)
{
    af_heap_t heap;
    af_regex_run_t *run;
    uint32_t matches = 0;

    (void) state;
    af_heap_init(&heap, NULL, 0);
    assert_int_equal(af_regex_run_create(&heap, 0, &run), AF_OK);
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        check_texts(patterns[i].pattern, run, &heap, &matches);
    }
    assert_true(matches > 1000);
    af_regex_run_destroy(run);
    assert_int_equal(heap.used, 0);
}

static void test_many(void **state)
{
    static af_needles_t needles;
    af_needle_t word = {.text = "wordaa", .len = 6};

    (void) state;
    for (size_t i = 0; i < 255; i++) {
        word.text[4] = (uint8_t) ('a' + i % 16);
        word.text[5] = (uint8_t) ('a' + i / 16);
        assert_false(needles.full);
        af_needles_add(&needles, &word, 1);
    }
    af_needles_ready(&needles);
    assert_true(af_needles_in(&needles, af_slice_of("a WORDAA")));
    assert_true(af_needles_in(&needles, af_slice_of("wordop")));
    assert_false(af_needles_in(&needles, af_slice_of("wordpp wordqa wor word worda")));
    af_needles_add(&needles, &word, 1);
    assert_true(needles.full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words), cmocka_unit_test(test_deep), cmocka_unit_test(test_texts), cmocka_unit_test(test_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
