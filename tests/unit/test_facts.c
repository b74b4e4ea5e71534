/*
 * test_facts.c: title, dates, author, address; nothing guessed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "html/names.h"
#include "policy/facts.h"

static void expect(af_slice_t text, const char *expected)
{
    if (expected == NULL) {
        assert_null(text.data);
        return;
    }
    assert_non_null(text.data);
    assert_int_equal(text.len, strlen(expected));
    assert_memory_equal(text.data, expected, text.len);
}

/* Feeds a start tag that is given as name, value, name, value, ..., NULL. */
static void tag(af_facts_t *facts, uint32_t name, const char *const *pairs)
{
    char bytes[1024];
    af_attribute_t attributes[8];
    uint32_t len = 0, count = 0;
    for (; *pairs != NULL; pairs += 2, count++) {
        uint32_t name_len = (uint32_t) strlen(pairs[0]), value_len = (uint32_t) strlen(pairs[1]);
        memcpy(bytes + len, pairs[0], name_len);
        memcpy(bytes + len + name_len, pairs[1], value_len);
        attributes[count] = (af_attribute_t){len, name_len, len + name_len, value_len};
        len += name_len + value_len;
    }
    af_token_t token = {.type = AF_TOKEN_START_TAG, .tag = name, .bytes = {(const uint8_t *) bytes, len},
                        .attributes = attributes, .attribute_count = count};
    assert_int_equal(af_facts_start_tag(facts, &token), AF_OK);
}

#define TAG(facts, name, ...) tag(facts, name, (const char *const[]){__VA_ARGS__, NULL})

static void title(af_facts_t *facts, const char *text)
{
    tag(facts, AF_TAG_TITLE, (const char *const[]){NULL});
    if (facts->wants_text) {
        assert_int_equal(af_facts_text(facts, af_slice_of(text), 0, AF_TEXT_RCDATA), AF_OK);
        assert_int_equal(af_facts_end(facts), AF_OK);
    }
}

static void script(af_facts_t *facts, const char *text, size_t chunk)
{
    size_t len = strlen(text);
    TAG(facts, AF_TAG_SCRIPT, "type", "application/ld+json");
    assert_true(facts->wants_text);
    for (size_t i = 0; i < len; i += chunk) {
        af_slice_t piece = {(const uint8_t *) text + i, len - i < chunk ? len - i : chunk};
        assert_int_equal(af_facts_text(facts, piece, 0, AF_TEXT_SCRIPT), AF_OK);
    }
    assert_int_equal(af_facts_end(facts), AF_OK);
    assert_false(facts->wants_text);
}

static void test_title(void **state)
{
    af_heap_t heap;
    af_facts_t facts;
    (void) state;
    af_heap_init(&heap, NULL, 0);
    af_facts_init(&facts, &heap, NULL);
    expect(af_facts_title(&facts), NULL);
    title(&facts, " Putin &amp; more\n | Site ");
    expect(af_facts_title(&facts), "Putin & more | Site");
    title(&facts, "second");
    expect(af_facts_title(&facts), "Putin & more | Site");
    af_facts_destroy(&facts);
    af_facts_init(&facts, &heap, NULL);
    title(&facts, "");
    expect(af_facts_title(&facts), "");
    af_facts_destroy(&facts);
    assert_int_equal(heap.used, 0);
}

static void test_long_title_is_unknown(void **state)
{
    af_heap_t heap;
    af_facts_t facts;
    char text[2000];
    (void) state;
    memset(text, 'x', sizeof(text));
    af_heap_init(&heap, NULL, 0);
    af_facts_init(&facts, &heap, NULL);
    tag(&facts, AF_TAG_TITLE, (const char *const[]){NULL});
    assert_int_equal(af_facts_text(&facts, (af_slice_t){(const uint8_t *) text, sizeof(text)}, 0, AF_TEXT_RCDATA), AF_LIMIT);
    assert_false(facts.wants_text);
    expect(af_facts_title(&facts), NULL);
    title(&facts, "second");
    expect(af_facts_title(&facts), NULL);
    af_facts_destroy(&facts);
    assert_int_equal(heap.used, 0);
}

static void test_priority(void **state)
{
    af_heap_t heap;
    af_facts_t facts;
    (void) state;
    af_heap_init(&heap, NULL, 0);
    af_facts_init(&facts, &heap, NULL);
    expect(af_facts_year(&facts), NULL);
    TAG(&facts, AF_TAG_META, "name", "DC.date", "content", "2001-01-01");
    expect(af_facts_date(&facts), "2001-01-01");
    TAG(&facts, AF_TAG_TIME, "datetime", "10:30");
    TAG(&facts, AF_TAG_TIME, "datetime", "2002-02-02T10:30:00Z");
    TAG(&facts, AF_TAG_TIME, "datetime", "2003-02-02");
    expect(af_facts_date(&facts), "2002-02-02");
    TAG(&facts, AF_TAG_UNKNOWN, "itemprop", "x datePublished", "content", "2004-04-04");
    expect(af_facts_date(&facts), "2004-04-04");
    script(&facts, "{\"@type\":\"NewsArticle\",\"datePublished\":\"2005-05-05T00:00:00Z\"}", 1);
    expect(af_facts_date(&facts), "2005-05-05");
    TAG(&facts, AF_TAG_META, "property", "article:published_time", "content", "2006-06-06T01:02:03+00:00");
    expect(af_facts_date(&facts), "2006-06-06");
    TAG(&facts, AF_TAG_META, "property", "article:published_time", "content", "2007-06-06");
    TAG(&facts, AF_TAG_META, "property", "article:modified_time", "content", "2008-06-06");
    expect(af_facts_year(&facts), "2006");
    af_facts_destroy(&facts);
    assert_int_equal(heap.used, 0);
}

static void test_jsonld(void **state)
{
    static const struct {
        const char *json, *date, *author;
    } cases[] = {
        {"{\"@context\":\"x\",\"author\":{\"@type\":\"Person\",\"name\":\"Jane \\u00e9 & \\\"Doe\\\"\",\"worksFor\":{\"name\":\"AP\"}},"
         "\"datePublished\":\"2025-10-25\",\"@type\":\"NewsArticle\"}",
         "2025-10-25", "Jane \xC3\xA9 & \"Doe\""},
        {"{\"@graph\":[{\"@type\":\"WebPage\",\"datePublished\":\"2020-01-01\"},"
         "{\"@type\":[\"Thing\",\"Article\"],\"datePublished\":\"2021-02-03\",\"author\":[{\"name\":\"A\"},\"B\"]}]}",
         "2021-02-03", "A, B"},
        {"{\"@type\":\"Comment\",\"datePublished\":\"2020-01-01\",\"author\":\"Troll\"}", NULL, NULL},
        {"{\"comment\":[{\"@type\":\"Article\",\"datePublished\":\"2020-01-01\",\"author\":\"Troll\"}],\"author\":\"Me\"}", NULL, "Me"},
        {"[{\"datePublished\":\"2019-12-31\"}]", "2019-12-31", NULL},
        {"{\"datePublished\":\"\"}", NULL, NULL},
        {"{\"datePublished\":\"2019-12-31\"", NULL, NULL},
        {"{\"headline\":\"\\\"datePublished\\\":\\\"2019-12-31\\\"\"}", NULL, NULL},
        {"not json \"datePublished\": \"2019-12-31\"", NULL, NULL},
        {"}{\"datePublished\":\"2019-12-31\"}", NULL, NULL},
    };
    (void) state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (size_t chunk = 1; chunk < 400; chunk *= 5) {
            af_heap_t heap;
            af_facts_t facts;
            af_heap_init(&heap, NULL, 0);
            af_facts_init(&facts, &heap, NULL);
            script(&facts, cases[i].json, chunk);
            expect(af_facts_date(&facts), cases[i].date);
            expect(af_facts_author(&facts), cases[i].author);
            af_facts_destroy(&facts);
            assert_int_equal(heap.used, 0);
        }
    }
}

static void test_other_scripts(void **state)
{
    af_heap_t heap;
    af_facts_t facts;
    (void) state;
    af_heap_init(&heap, NULL, 0);
    af_facts_init(&facts, &heap, NULL);
    TAG(&facts, AF_TAG_SCRIPT, "type", "text/javascript");
    assert_false(facts.wants_text);
    TAG(&facts, AF_TAG_SCRIPT, "type", "application/ld+json; charset=utf-8");
    assert_true(facts.wants_text);
    af_facts_destroy(&facts);
}

static void test_author_and_address(void **state)
{
    af_heap_t heap;
    af_facts_t facts;
    (void) state;
    af_heap_init(&heap, NULL, 0);
    af_facts_init(&facts, &heap, NULL);
    TAG(&facts, AF_TAG_LINK, "rel", "stylesheet", "href", "x.css");
    TAG(&facts, AF_TAG_LINK, "rel", "x CANONICAL", "href", "https://a.example/?a=1&amp;b=2");
    TAG(&facts, AF_TAG_LINK, "rel", "canonical", "href", "https://b.example/");
    TAG(&facts, AF_TAG_META, "name", "author", "content", " ");
    TAG(&facts, AF_TAG_META, "name", "Author", "content", "The  Associated Press");
    TAG(&facts, AF_TAG_META, "name", "author", "content", "Other");
    expect(af_facts_canonical(&facts), "https://a.example/?a=1&b=2");
    expect(af_facts_author(&facts), "The Associated Press");
    af_facts_destroy(&facts);
    assert_int_equal(heap.used, 0);
}

static void test_dates(void **state)
{
    static const struct {
        const char *text, *year, *date;
    } cases[] = {
        {"2025-10-25", "2025", "2025-10-25"},
        {" 2025-10-25T01:02:03Z", "2025", "2025-10-25"},
        {"20251025", "2025", "2025-10-25"},
        {"2025/10/25", "2025", "2025-10-25"},
        {"2025-10", "2025", ""},
        {"2025", "2025", ""},
        {"Sat, 25 Oct 2025 10:11:12 GMT", "2025", "2025-10-25"},
        {"October 25, 2025", "2025", "2025-10-25"},
        {"Oct. 8, 2025", "2025", "2025-10-08"},
        {"8 Sept 2025", "2025", "2025-09-08"},
        {"10/11/2025", "2025", ""},
        {"25.10.2025", "2025", ""},
        {"2025-02-30", "2025", ""},
        {"2024-02-29", "2024", "2024-02-29"},
        {"2019-2025", NULL, NULL},
        {"1830", NULL, NULL},
        {"12025", NULL, NULL},
        {"10:30", NULL, NULL},
        {"PT3M", NULL, NULL},
        {"yesterday", NULL, NULL},
        {"", NULL, NULL},
        {"0000-00-00", NULL, NULL},
    };
    (void) state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char year[5], date[11];
        bool known = af_date_read(af_slice_of(cases[i].text), year, date);
        assert_int_equal(known, cases[i].year != NULL);
        if (known) {
            assert_string_equal(year, cases[i].year);
            assert_string_equal(date, cases[i].date);
        }
    }
}

static void test_dates_of_times(void **state)
{
    char year[5], date[11];
    (void) state;
    assert_true(af_date_of(0, year, date));
    assert_string_equal(date, "1970-01-01");
    assert_true(af_date_of(1761350399, year, date));
    assert_string_equal(date, "2025-10-24");
    assert_true(af_date_of(951782400, year, date));
    assert_string_equal(date, "2000-02-29");
    assert_true(af_date_of(1735689599, year, date));
    assert_string_equal(date, "2024-12-31");
    assert_true(af_date_of(-1, year, date));
    assert_string_equal(date, "1969-12-31");
    assert_false(af_date_of(INT64_MIN, year, date));
    assert_false(af_date_of(INT64_MAX, year, date));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_title), cmocka_unit_test(test_long_title_is_unknown), cmocka_unit_test(test_priority),
        cmocka_unit_test(test_jsonld), cmocka_unit_test(test_other_scripts), cmocka_unit_test(test_author_and_address),
        cmocka_unit_test(test_dates), cmocka_unit_test(test_dates_of_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
