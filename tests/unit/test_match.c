/*
 * test_match.c: whole selectors on nodes, with what is known while the document is not at its end.
 */
#include "select_page.h"

/* --- The tree
 * ------------------------------------------------------------------------------------------------------------ */

static void test_combinators(void **state)
{
    static const char *const rules[] = {"body p",      "body > p",     "div > p",
                                        "i + p",       "i ~ p",        "div i ~ p",
                                        ".c > .d p",   "* p",          "html > body > div > p",
                                        "p ~ p",       "b + i + p",    "body p + p",
                                        "div > i ~ p", "a > b > i ~ p"};
    (void) state;
    OPEN(rules);
    af_node_t html = add(0, "html", ""), body = add(html, "body", ""), c = add(body, "section", "class=c"),
              d = add(c, "div", "class=d");
    af_node_t first = add(d, "b", ""), i = add(d, "i", ""), p = add(d, "p", ""), later = add(d, "p", ""),
              top = add(body, "p", "");
    expect(html, "00000000");
    expect(first, "0000");
    expect(i, "0000");
    expect(p, "10111111"
              "00"
              "1010");
    expect(later, "10101111"
                  "01"
                  "0110");
    expect(top, "11000001"
                "00"
                "0000");
    close_page();
}

/* An earlier candidate that fails further left does not end the search. */
static void test_backtracking(void **state)
{
    static const char *const rules[] = {".a > .b .c", ".a ~ .b + .c", ".x .a > .b > .c", ".r .a ~ .b .c", ".a .b ~ .c"};
    (void) state;
    OPEN(rules);
    af_node_t root = add(0, "div", "class=r"), a = add(root, "div", "class=a"), b = add(a, "div", "class=b");
    af_node_t inner = add(b, "div", "class=b"), c = add(inner, "p", "class=c");
    expect(c, "10000");
    af_node_t sibling = add(root, "div", "class=b"), under = add(sibling, "p", "class=c"),
              next = add(root, "p", "class=c");
    expect(under, "00010");
    expect(next, "01000");
    af_node_t last = add(a, "p", "class=c");
    expect(last, "00001");
    close_page();
}

/* Fifty compounds that all match but the leftmost, over 250 ancestors with a sibling each: only a search without
 * repetition ends. */
static void test_no_explosion(void **state)
{
    char text[1024] = ".no";
    const char *rule = text;
    clock_t from = clock();
    af_node_t node = 0;
    (void) state;
    for (int i = 0; i < 30; i++) {
        strcat(text, i % 3 == 0 ? " div" : i % 3 == 1 ? " div > div" : " * ~ div");
    }
    open_page(&rule, 1, false);
    for (int i = 0; i < 250; i++) {
        node = add(node, "div", "");
        if (i > 0) {
            node = add(page.records[node].parent, "div", "");
        }
    }
    expect(node, "0");
    assert_true(clock() - from < CLOCKS_PER_SEC);
    close_page();
}

static void test_positions(void **state)
{
    static const char *const rules[] = {"p:first-child",         "p:nth-child(2)",    "p:nth-child(odd)",
                                        "p:nth-child(2n)",       "p:nth-child(-n+2)", "p:nth-child(n + 3)",
                                        "p:first-of-type",       "p:nth-of-type(2)",  "p:not(:first-child)",
                                        "p:nth-child( 3n - 1 )", "p:nth-child(n)",    "p:nth-child(-2n+3)"};
    (void) state;
    OPEN(rules);
    af_node_t div = add(0, "div", ""), one = add(div, "p", ""), two = add(div, "i", ""), three = add(div, "p", ""),
              four = add(div, "p", "");
    expect(one, "101010100011");
    expect(two, "000000000000");
    expect(three, "001001011011");
    expect(four, "000101001010");
    set(four, AF_NODE_UNSTABLE);
    expect(four, "??????????"
                 "??");
    close_page();
}

static void test_last_positions(void **state)
{
    static const char *const rules[] = {"p:last-child",        "p:only-child",
                                        "p:nth-last-child(2)", "p:nth-last-child(-n+2)",
                                        "p:last-of-type",      "p:only-of-type",
                                        "p:not(:last-child)",  "p:nth-last-of-type(2)",
                                        "p:nth-last-child(n)", "p:not(:last-child):last-child"};
    (void) state;
    OPEN(rules);
    af_node_t div = add(0, "div", ""), one = add(div, "p", "");
    expect(one, "????????1"
                "?");
    af_node_t two = add(div, "i", "");
    expect(one, "00????1?1"
                "0");
    af_node_t three = add(div, "p", "");
    expect(one, "00000"
                "01?1"
                "0");
    expect(three, "?0??"
                  "?0?"
                  "?1"
                  "?");
    expect(two, "000000000");
    set(div, AF_NODE_CLOSED);
    expect(one, "00000"
                "01110");
    expect(three, "10011"
                  "00010");
    close_page();
}

static void test_root(void **state)
{
    static const char *const rules[] = {":root",           ":scope > body",      "html:only-child",
                                        "html:last-child", "html:first-of-type", "html:nth-last-of-type(1)"};
    (void) state;
    OPEN(rules);
    af_node_t html = add(0, "html", ""), body = add(html, "body", "");
    expect(html, "101111");
    expect(body, "010000");
    close_page();
}

static void test_empty(void **state)
{
    static const char *const rules[] = {"p:empty", "p:not(:empty)", "div:empty > p", "i ~ p:empty"};
    (void) state;
    OPEN(rules);
    af_node_t div = add(0, "div", ""), p = add(div, "p", "");
    expect(p, "??00");
    set(p, AF_NODE_CLOSED);
    expect(p, "1000");
    af_node_t text = add(div, "p", "");
    set(text, AF_NODE_HAS_TEXT);
    expect(text, "0100");
    af_node_t full = add(div, "p", "");
    add(full, "i", "");
    expect(full, "0100");
    close_page();
}

/* Own attributes are judged as ever; what lies beyond an unstable node, or beyond a child of one, is not known. The link between
 * a child and its own child is. */
static void test_unstable(void **state)
{
    static const char *const rules[] = {"p", "div p", "i > p", "i p", "em p", "p:not(div p)", "i + p", "p > u", "i u", "div > u"};
    (void) state;
    OPEN(rules);
    af_node_t div = add(0, "div", ""), i = add(div, "i", ""), p = add(i, "p", ""), u = add(p, "u", "");
    set(i, AF_NODE_UNSTABLE);
    expect(p, "1???0??000"); /* wherever it goes, no em will be above it */
    expect(u, "00000001?0");
    page.records[i].flags = 0;
    set(p, AF_NODE_SHIFTING);
    expect(p, "111100?000");
    page.records[p].flags = 0;
    set(p, AF_NODE_UNSTABLE);
    expect(p, "1???0??000");
    expect(u, "0000000???");
    page.records[p].flags = 0;
    expect(p, "1111000000");
    expect(u, "0000000110");
    close_page();
}

static void test_has(void **state)
{
    static const char *const rules[] = {"div:has(i)",       "div:has(> i)",        "div:has(+ p)",
                                        "div:has(~ p)",     "div:has(b i)",        "div:not(:has(i))",
                                        "div:has(.n, > b)", "div:has(:scope > b)", "section:has(.x) i",
                                        "div:has(+ p > i)", "div:has(section i)",  "div:has(i:last-child)"};
    (void) state;
    OPEN(rules);
    assert_true(af_index_needs_children(page.index));
    af_node_t section = add(0, "section", ""), div = add(section, "div", "");
    expect(div, "????????"
                "0???");
    af_node_t b = add(div, "b", "");
    expect(div, "??????11"
                "0???");
    af_node_t i = add(b, "i", "");
    expect(div, "1???1011"
                "0???");
    expect(i, "00000000"
              "?");
    set(b, AF_NODE_CLOSED);
    expect(div, "1???1011"
                "0??1");
    set(div, AF_NODE_CLOSED);
    expect(div, "10??1011"
                "0?01");
    af_node_t p = add(section, "p", "class=x");
    expect(div, "10111011"
                "0?01");
    expect(i, "00000000"
              "1");
    add(p, "i", "");
    expect(div, "10111011"
                "0101");
    af_node_t last = add(section, "div", "");
    set(last, AF_NODE_CLOSED);
    expect(last, "00??01"
                 "00"
                 "0?00");
    set(section, AF_NODE_CLOSED);
    expect(last, "00000100"
                 "0000");
    close_page();
}

static void test_complex_groups(void **state)
{
    static const char *const rules[] = {"p:not(.a *)", "p:is(.a > p, section p)", "p:is(.b:last-child, .q)",
                                        ":not(.a > p, i):not(div)", ":is(div .b)"};
    (void) state;
    OPEN(rules);
    af_node_t div = add(0, "div", "class=a"), p = add(div, "p", "class=b");
    expect(p, "01?01");
    af_node_t i = add(div, "i", ""), inner = add(i, "p", "");
    expect(p, "01001");
    expect(i, "00000");
    expect(inner, "00010");
    af_node_t other = add(0, "p", "class=q");
    expect(other, "10110");
    close_page();
}

static af_match_t has_text(void *opaque, af_node_t node, uint32_t pattern)
{
    (void) opaque;
    return pattern == 0 ? AF_MATCH_YES : pattern == 1 ? AF_MATCH_UNKNOWN : node == 1 ? AF_MATCH_YES : AF_MATCH_NO;
}

static void test_has_text(void **state)
{
    static const char *const rules[] = {"p:has-text(a (b) c)", "p:has-text(/^x(y)\\)/is)", "p:contains('q)')",
                                        "p:not(:has-text(/ab/x))"};
    af_slice_t text;
    uint32_t flags;
    bool regex;
    (void) state;
    OPEN(rules);
    assert_true(af_index_pattern(page.index, 0, &text, &regex, &flags));
    assert_true(!regex && af_slice_equal(text, af_slice_of("a (b) c")));
    assert_true(af_index_pattern(page.index, 1, &text, &regex, &flags));
    assert_true(regex && flags == 5 && af_slice_equal(text, af_slice_of("^x(y)\\)")));
    assert_true(af_index_pattern(page.index, 2, &text, &regex, &flags));
    assert_true(!regex && af_slice_equal(text, af_slice_of("q)")));
    assert_true(af_index_pattern(page.index, 3, &text, &regex, &flags));
    assert_true(!regex && af_slice_equal(text, af_slice_of("/ab/x")));
    assert_false(af_index_pattern(page.index, 4, &text, &regex, &flags));
    af_node_t p = add(0, "p", "");
    expect(p, "0001");
    page.matcher.has_text = has_text;
    expect(p, "1?10");
    close_page();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_combinators),
        cmocka_unit_test(test_backtracking),
        cmocka_unit_test(test_no_explosion),
        cmocka_unit_test(test_positions),
        cmocka_unit_test(test_last_positions),
        cmocka_unit_test(test_root),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_unstable),
        cmocka_unit_test(test_has),
        cmocka_unit_test(test_complex_groups),
        cmocka_unit_test(test_has_text)
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
