/*
 * test_attribution.c: notices that are missing, malformed, repeated or right, and that nothing changes the second time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "policy/attribution.h"

#define SIGN "\xc2\xa9"
#define AP "attribution \"News from " SIGN " The Associated Press, {year}. All rights reserved.\""
#define AFP "attribution \"" SIGN " {year} Agence France-Presse. All rights reserved.\""

typedef struct {
    af_ruleset_t *rules;
    af_heap_t heap;
    af_facts_t facts;
    af_condition_t condition;
    af_attribution_t attribution;
    af_sink_t sink;
} page_t;

static page_t page;

static const char *variable(void *opaque, uint32_t index, size_t *len)
{
    (void) opaque;
    *len = 7;
    return index == 0 ? "a<b.net" : NULL;
}

static void open_page(const char *rule, const char *year, const char *date)
{
    af_builder_t *builder = NULL;
    af_error_t error;

    assert_int_equal(af_builder_create(NULL, &builder), AF_OK);
    assert_int_equal(af_builder_add_text(builder, rule, strlen(rule), "test", 1, &error), AF_OK);
    assert_int_equal(af_builder_compile(builder, &page.rules, &error), AF_OK);
    af_heap_init(&page.heap, NULL, 0);
    af_facts_init(&page.facts, &page.heap, NULL);
    (void) snprintf(page.facts.year, sizeof page.facts.year, "%s", year);
    (void) snprintf(page.facts.date, sizeof page.facts.date, "%s", date);
    af_condition_init(&page.condition, &page.heap, 100000);
    assert_int_equal(af_attribution_init(&page.attribution, &page.heap, page.rules, &page.facts, &page.condition), AF_OK);
    page.sink = (af_sink_t){.variable = variable};
    page.attribution.sink = &page.sink;
    af_attribution_scope_begin(&page.attribution, 0);
}

static void close_page(void)
{
    af_attribution_destroy(&page.attribution);
    af_condition_destroy(&page.condition);
    af_facts_destroy(&page.facts);
    assert_int_equal(page.heap.used, 0);
    af_ruleset_destroy(page.rules);
}

static af_notice_t block(const char *text)
{
    af_notice_t notice;

    af_attribution_page_text(&page.attribution, af_slice_of(text), AF_PAGE_TEXT_BEGINS);
    af_attribution_block(&page.attribution, 0, af_slice_of(text), &notice);
    return notice;
}

static af_notice_t end_scope(void)
{
    af_notice_t notice;

    af_attribution_scope_end(&page.attribution, 0, &notice);
    return notice;
}

/* The text with the repair in it. */
static const char *repaired(const char *text, const af_notice_t *notice)
{
    static char out[2000];

    (void) snprintf(out, sizeof out, "%.*s%.*s%s", (int) notice->from, text, (int) notice->bytes.len,
                    (const char *) notice->bytes.data, text + notice->to);
    return out;
}

static void expect_repair(const char *rule, const char *text, const char *expected)
{
    char copy[2000];

    open_page(rule, "2025", "2025-10-25");
    af_notice_t notice = block(text);
    if (notice.kind != AF_NOTICE_REPAIR) {
        fail_msg("%s\nexpected a repair, came kind %d", text, (int) notice.kind);
    }
    (void) snprintf(copy, sizeof copy, "%s", repaired(text, &notice));
    assert_string_equal(copy, expected);
    assert_int_equal(end_scope().kind, AF_NOTICE_NOTHING);
    close_page();
    /* The second time it is right. */
    open_page(rule, "2025", "2025-10-25");
    assert_int_equal(block(copy).kind, AF_NOTICE_GOOD);
    assert_int_equal(end_scope().kind, AF_NOTICE_NOTHING);
    close_page();
}

static void expect_kind(const char *rule, const char *year, const char *text, af_notice_kind_t kind)
{
    open_page(rule, year, "");
    af_notice_t notice = block(text);
    if (notice.kind != kind) {
        fail_msg("%s\nexpected kind %d, came %d", text, (int) kind, (int) notice.kind);
    }
    close_page();
}

static void test_repair(void **state)
{
    (void) state;
    expect_repair(AP, "News from " SIGN " The Associated Press, . All rights reserved.",
                  "News from " SIGN " The Associated Press, 2025. All rights reserved.");
    expect_repair(AP, "News from " SIGN " The Associated Press,. All rights reserved.",
                  "News from " SIGN " The Associated Press, 2025. All rights reserved.");
    expect_repair(AP, "News from " SIGN " The Associated Press. All rights reserved.",
                  "News from " SIGN " The Associated Press, 2025. All rights reserved.");
    expect_repair(AP, "News from " SIGN " The Associated Press, 0. All rights reserved.",
                  "News from " SIGN " The Associated Press, 2025. All rights reserved.");
    expect_repair(AP, "Before. news from (c) the associated press, . All rights reserved. Behind.",
                  "Before. news from (c) the associated press, 2025. All rights reserved. Behind.");
    expect_repair(AFP, SIGN " Agence France-Presse. All rights reserved.",
                  SIGN " 2025 Agence France-Presse. All rights reserved.");
    expect_repair(AFP, SIGN "Agence France-Presse. All rights reserved.", SIGN " 2025 Agence France-Presse. All rights reserved.");
    expect_repair("attribution \"First published {date} by The Agency\"", "First published by The Agency",
                  "First published 2025-10-25 by The Agency");
    expect_repair("attribution \"The Agency {year}\" match=/The Agency,? ?(?<year>\\d*)$/ good=/Agency, \\d{4}$/", "The Agency, ",
                  "The Agency, 2025");
}

/* A repair changes no more than it has to. */
static void test_repair_is_short(void **state)
{
    const char *text = "News from " SIGN " The Associated Press. All rights reserved.";

    (void) state;
    open_page(AP, "2025", "");
    af_notice_t notice = block(text);
    assert_int_equal(notice.kind, AF_NOTICE_REPAIR);
    assert_int_equal(notice.from, notice.to);
    assert_memory_equal(notice.bytes.data, ", 2025", 6);
    assert_int_equal(notice.bytes.len, 6);
    close_page();
}

static void test_good_and_others(void **state)
{
    (void) state;
    expect_kind(AP, "2025", "News from " SIGN " The Associated Press, 2023. All rights reserved.", AF_NOTICE_GOOD);
    expect_kind(AP, "", "News from " SIGN " The Associated Press, 2023. All rights reserved.", AF_NOTICE_GOOD);
    expect_kind(AP, "2025", "(AP Photo/Jane Doe)", AF_NOTICE_NOTHING);
    expect_kind(AP, "2025", "The Associated Press contributed to this report.", AF_NOTICE_NOTHING);
    expect_kind(AFP, "2025", SIGN " AFP / Jane Doe", AF_NOTICE_NOTHING);
    expect_kind(AP, "", "News from " SIGN " The Associated Press, . All rights reserved.", AF_NOTICE_NO_DATE);
    /* The sign is broken: the notice is written anew, with the year that it has. */
    expect_kind(AP, "2025", "News from \xc3\x82" SIGN " The Associated Press, 2023. All rights reserved.", AF_NOTICE_REPAIR);
    /* Without a group the year is looked for in the notice: none, and two that differ. */
    expect_kind("attribution \"News of {year}\" match=/News of/", "2025", "News of", AF_NOTICE_REPAIR);
    expect_kind("attribution \"News of {year}\" match=/News of.*/ good=/^News of \\d{4}$/", "2025", "News of 2023, 2024",
                AF_NOTICE_REFUSED);
    expect_kind("attribution \"News of {year}\" max=20", "2025", "News of , and much more than twenty", AF_NOTICE_NOTHING);
    expect_kind("attribution \"News of {year}\" max=10", "2025", "News of", AF_NOTICE_REFUSED); /* too long after it */
    expect_kind("remove p", "2025", "News of", AF_NOTICE_NOTHING);
}

static void test_repeats(void **state)
{
    (void) state;
    open_page(AP, "2025", "");
    assert_int_equal(block("News from " SIGN " The Associated Press, 2025. All rights reserved.").kind, AF_NOTICE_GOOD);
    assert_int_equal(block("News from " SIGN " The Associated Press, . All rights reserved.").kind, AF_NOTICE_REPEAT);
    assert_int_equal(block("It said: News from " SIGN " The Associated Press, 2025. All rights reserved.").kind, AF_NOTICE_NOTHING);
    assert_int_equal(end_scope().kind, AF_NOTICE_NOTHING);
    af_attribution_scope_begin(&page.attribution, 0);
    assert_int_equal(end_scope().kind, AF_NOTICE_INSERT);
    close_page();
}

static void expect_insert(const char *rule, const char *expected)
{
    af_notice_t notice;

    open_page(rule, "2025", "2025-10-25");
    assert_int_equal(block("A story.").kind, AF_NOTICE_NOTHING);
    notice = end_scope();
    assert_int_equal(notice.kind, AF_NOTICE_INSERT);
    assert_int_equal(notice.bytes.len, strlen(expected));
    assert_memory_equal(notice.bytes.data, expected, notice.bytes.len);
    close_page();
}

static void test_insert(void **state)
{
    static const char open_ended[] = "Read it \"all\" & more on a<b.net, 2025-10-25";

    (void) state;
    expect_insert(AP, "<p>News from &#169; The Associated Press, 2025. All rights reserved.</p>");
    expect_insert(AFP, "<p>&#169; 2025 Agence France-Presse. All rights reserved.</p>");
    expect_insert("attribution \"Read it \\\"all\\\" & more on $host, {date}\"",
                  "<p>Read it &quot;all&quot; &amp; more on a&lt;b.net, 2025-10-25</p>");
    open_page("attribution \"Read it \\\"all\\\" & more on $host, {date}\"", "2025", "2025-10-25");
    assert_int_equal(block(open_ended).kind, AF_NOTICE_GOOD);
    assert_int_equal(block(open_ended).kind, AF_NOTICE_REPEAT);
    close_page();
}

static void expect_end(const char *rule, const char *year, af_notice_kind_t kind)
{
    open_page(rule, year, "");
    assert_int_equal(end_scope().kind, kind);
    close_page();
}

static void test_not_inserted(void **state)
{
    (void) state;
    expect_end(AP, "", AF_NOTICE_NO_DATE);
    expect_end("attribution \"News of {date}\"", "2025", AF_NOTICE_NO_DATE);
    expect_end("attribution \"News by {author}\"", "2025", AF_NOTICE_REFUSED);
    expect_end("attribution \"$host $other\" match=/x/ good=/x/", "2025", AF_NOTICE_REFUSED);
    expect_end("attribution \"News of {year}\" match=/never/ good=/never/", "2025", AF_NOTICE_REFUSED); /* would come again and again */
    expect_end("attribution \"News of the {year}\" max=5", "2025", AF_NOTICE_REFUSED);
}

static void test_when(void **state)
{
    af_notice_t notice;

    (void) state;
    open_page("attribution \"News of {agency}, {year}.\" when=/\\((?<agency>AP|AFP)\\) ?\xe2\x80\x94/", "2025", "");
    assert_int_equal(block("News of AP, .").kind, AF_NOTICE_NOTHING);
    assert_int_equal(end_scope().kind, AF_NOTICE_NOTHING);
    af_attribution_page_text(&page.attribution, af_slice_of("RIVERTON (AP) \xe2\x80\x94 A story."), AF_PAGE_TEXT_BEGINS);
    notice = end_scope();
    assert_int_equal(notice.kind, AF_NOTICE_INSERT);
    assert_memory_equal(notice.bytes.data, "<p>News of AP, 2025.</p>", notice.bytes.len);
    assert_int_equal(block("News of AP, .").kind, AF_NOTICE_REPAIR);
    close_page();
}

static void test_fallback(void **state)
{
    af_notice_t notice;

    (void) state;
    open_page("attribution \"News of {year}\" date=response", "", "");
    page.attribution.last_modified = 1000000000; /* 2001 */
    assert_int_equal(end_scope().kind, AF_NOTICE_NO_DATE);
    page.attribution.date = 1500000000; /* 2017 */
    notice = end_scope();
    assert_int_equal(notice.kind, AF_NOTICE_INSERT);
    assert_memory_equal(notice.bytes.data, "<p>News of 2017</p>", notice.bytes.len);
    close_page();
    open_page("attribution \"News of {year}\" date=last-modified", "2025", "");
    page.attribution.last_modified = 1000000000;
    notice = end_scope();
    assert_memory_equal(notice.bytes.data, "<p>News of 2025</p>", notice.bytes.len);
    close_page();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_repair), cmocka_unit_test(test_repair_is_short), cmocka_unit_test(test_good_and_others),
        cmocka_unit_test(test_repeats), cmocka_unit_test(test_insert), cmocka_unit_test(test_not_inserted),
        cmocka_unit_test(test_when), cmocka_unit_test(test_fallback),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
