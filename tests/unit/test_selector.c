/*
 * test_selector.c: what the grammar takes and refuses, own attributes of tags, and 50,000 rules.
 */
#include "select_page.h"

/* --- Grammar
 * ------------------------------------------------------------------------------------------------------------ */

static void test_errors(void **state)
{
    static const struct {
        const char *text;
        af_status_t status;
        size_t at;
        const char *message;
    } cases[] = {
        {"", AF_SYNTAX, 0, "expected a selector: a type, * . # [ or :, found the end"},
        {".", AF_SYNTAX, 1, "expected a class name after \".\", found the end"},
        {"p..a", AF_SYNTAX, 2, "expected a class name after \".\", found \".\""},
        {"p #", AF_SYNTAX, 3, "expected an id after \"#\", found the end"},
        {"#1a", AF_SYNTAX, 1,
         "expected an id after \"#\" (a first digit is written as \\31 , \\32 , ...), found \"1\""},
        {"> p", AF_SYNTAX, 0, "expected a selector: a type, * . # [ or :, found \">\""},
        {"p >", AF_SYNTAX, 3, "expected a selector after the combinator: a type, * . # [ or :, found the end"},
        {"p,", AF_SYNTAX, 2, "expected a selector: a type, * . # [ or :, found the end"},
        {"p > > a", AF_SYNTAX, 4, "expected a selector after the combinator: a type, * . # [ or :, found \">\""},
        {"p)", AF_SYNTAX, 1, "expected a combinator, \",\" or the end, found \")\""},
        {"p { }", AF_SYNTAX, 2, "expected a combinator, \",\" or the end, found \"{\""},
        {"[", AF_SYNTAX, 1, "expected an attribute name after \"[\", found the end"},
        {"[a", AF_SYNTAX, 2, "expected \"]\" or one of = ~= |= ^= $= *=, found the end"},
        {"[a!=b]", AF_SYNTAX, 2, "expected \"]\" or one of = ~= |= ^= $= *=, found \"!\""},
        {"[a=]", AF_SYNTAX, 3, "expected a value: a name or a string in quotes, found \"]\""},
        {"[a=1]", AF_SYNTAX, 3, "expected a value in quotes, as it begins with a digit, found \"1\""},
        {"[a=b x]", AF_SYNTAX, 5, "expected \"]\", or the flag i or s, found \"x\""},
        {"[a=\"b]", AF_SYNTAX, 3, "this string has no end; expected its closing quote"},
        {"[a]b", AF_SYNTAX, 3, "expected white space, a combinator or . # [ :, found \"b\""},
        {"a:", AF_SYNTAX, 2, "expected the name of a pseudo-class after \":\", found the end"},
        {"a:not(", AF_SYNTAX, 6, "expected a selector: a type, * . # [ or :, found the end"},
        {"a:not(b", AF_SYNTAX, 7, "expected \")\", found the end"},
        {"a:not", AF_SYNTAX, 5, "expected \"(\": this pseudo-class has an argument, found the end"},
        {"a:first-child(2)", AF_SYNTAX, 13, "expected no \"(\": this pseudo-class has no argument, found \"(\""},
        {"a:nth-child(x)", AF_SYNTAX, 12, "expected odd, even, a number or an+b, found \"x\""},
        {"a:nth-child(2n+)", AF_SYNTAX, 15, "expected digits, as in 2n+1, found \")\""},
        {"a:nth-child(2 of b)", AF_UNSUPPORTED, 14, "\"of\" with a selector is not supported"},
        {"a:hover", AF_UNSUPPORTED, 1, "no stream can decide the pseudo-class \":hover\""},
        {"p a::before", AF_UNSUPPORTED, 3, "pseudo-elements are no elements of the document"},
        {"svg|a", AF_UNSUPPORTED, 0, "namespace prefixes are not supported; write the name alone"},
        {"a || b", AF_UNSUPPORTED, 2, "the column combinator is not supported"},
        {"p:has(a:has(b))", AF_UNSUPPORTED, 7, ":has() inside :has() is not supported"},
        {"a\xc3\xa9 \xe2\x82\xac, $", AF_SYNTAX, 9, "expected a selector: a type, * . # [ or :, found \"$\""},
        {"a:has-text(x)", AF_UNSUPPORTED, 1,
         "a text condition can only stand at the end of a rule; expected text=/pattern/"}};
    af_heap_t heap;
    af_index_builder_t *builder;
    (void) state;
    af_heap_init(&heap, NULL, 0);
    assert_int_equal(af_index_builder_create(&heap, &builder), AF_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        af_selector_error_t error;
        af_status_t status = af_index_add(builder, af_slice_of(cases[i].text), 0, &error);
        if (status != cases[i].status || error.at != cases[i].at || strcmp(error.message, cases[i].message) != 0) {
            fail_msg("%s\nexpected %d at %zu: %s\ngot      %d at %zu: %s", cases[i].text, cases[i].status, cases[i].at,
                     cases[i].message, status, error.at, error.message);
        }
    }
    af_index_builder_destroy(builder);
    assert_int_equal(heap.used, 0);
}

static void test_nesting(void **state)
{
    char text[512] = "";
    af_heap_t heap;
    af_index_builder_t *builder;
    af_selector_error_t error;
    (void) state;
    af_heap_init(&heap, NULL, 0);
    assert_int_equal(af_index_builder_create(&heap, &builder), AF_OK);
    for (int i = 0; i < 16; i++) {
        strcat(text, ":not(");
    }
    strcat(text, "a))))))))))))))))");
    assert_int_equal(af_index_add(builder, af_slice_of(text), 0, &error), AF_OK);
    memmove(text + 5, text, strlen(text) + 1);
    memcpy(text, ":not(", 5);
    strcat(text, ")");
    assert_int_equal(af_index_add(builder, af_slice_of(text), 0, &error), AF_UNSUPPORTED);
    assert_int_equal(error.at, 85);
    text[0] = '\0';
    for (int i = 0; i < 64; i++) {
        strcat(text, "a ");
    }
    assert_int_equal(af_index_add(builder, af_slice_of(text), 0, &error), AF_OK);
    strcat(text, "b");
    assert_int_equal(af_index_add(builder, af_slice_of(text), 0, &error), AF_UNSUPPORTED);
    af_index_builder_destroy(builder);
    assert_int_equal(heap.used, 0);
}

/* Which places of :has() make a node's children needed for good; and that asking takes no longer than the selector is. */
static void test_has_places(void **state)
{
    static const struct {
        const char *selector;
        bool children;
    } rules[] = {
        {"a b:has(c)", false}, {"a:not(:has(c))", false}, {"a:is(b, c:has(d))", false}, {"a:has(~ b)", false},
        {"a:has(~ b c)", true}, {"a:has(b) c", true}, {"a:has(b) > c d e", true}, {"a:is(b:has(c) d)", true},
        {"a:not(b:not(:has(c)) ~ d)", true},
    };
    char text[400] = "p:has(i), ";
    (void) state;
    for (int i = 0; i < 63; i++) {
        strcat(text, "a > ");
    }
    strcat(text, "a");
    for (size_t i = 0; i <= sizeof rules / sizeof *rules; i++) {
        bool last = i == sizeof rules / sizeof *rules;
        af_heap_t heap;
        af_index_builder_t *builder;
        af_index_t *index;
        af_heap_init(&heap, NULL, 0);
        assert_int_equal(af_index_builder_create(&heap, &builder), AF_OK);
        assert_int_equal(af_index_add(builder, af_slice_of(last ? text : rules[i].selector), 0, NULL), AF_OK);
        assert_int_equal(af_index_compile(builder, &index), AF_OK);
        assert_true(af_index_needs_links(index));
        assert_int_equal(af_index_needs_children(index), !last && rules[i].children);
        af_index_destroy(index);
    }
}

/* What was refused in the middle leaves nothing that could match. */
static void test_refused(void **state)
{
    af_heap_t heap;
    af_index_builder_t *builder;
    af_index_t *index;
    af_matcher_t matcher;
    af_selector_error_t error;
    af_token_t token = make_token("p", "class=a b");
    (void) state;
    af_heap_init(&heap, NULL, 0);
    assert_int_equal(af_index_builder_create(&heap, &builder), AF_OK);
    assert_int_equal(af_index_add(builder, af_slice_of(".a, p + .b:has(i), :hover"), 0, &error), AF_UNSUPPORTED);
    assert_int_equal(af_index_compile(builder, &index), AF_OK);
    assert_false(af_index_needs_siblings(index));
    assert_false(af_index_needs_children(index));
    af_matcher_init(&matcher, index, NULL, &heap);
    assert_int_equal(af_match_tag(&matcher, &token, token.tag, AF_NS_HTML), AF_OK);
    assert_int_equal(matcher.atom_count, 0);
    af_matcher_destroy(&matcher);
    af_index_destroy(index);
    assert_int_equal(heap.used, 0);
}

static void test_names_root(void **state)
{
    static const char *const roots[] = {
        "body",   "BODY.x",           "html > body",           "body, html",    "div ~ body#a[b=\"c d\"]", ":root",
        "*:root", "head:not(.a, .b)", "html:scope , frameset", "a /* , */ body"};
    static const char *const others[] = {"p",     "body p",          "body, .x",    ".body",    "body-x",
                                         "#html", "[a=body]",        ":not(:root)", "body > *", "a:is(body, html p)",
                                         "",      "b\\6f dy body x", "bodyx",       "\"body\""};
    (void) state;
    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++) {
        if (!af_selector_names_root(af_slice_of(roots[i]))) {
            fail_msg("%s", roots[i]);
        }
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (af_selector_names_root(af_slice_of(others[i]))) {
            fail_msg("%s", others[i]);
        }
    }
}

/* --- Own attributes
 * ------------------------------------------------------------------------------------------------------ */

static void test_simple(void **state)
{
    static const char *const rules[] = {
        "p",      "*",    "#x",         ".a",  "P.a.b",          "fb\\:comments",      ".\\31 0",
        ".a\\.b", "#\\x", "custom-tag", "*|p", "div, p.b , .zz", "[class=\"a\\A b\"]", ".\\000062"};
    (void) state;
    OPEN(rules);
    expect(add(0, "p", "id=x|class=a b"), "11111000"
                                          "10110"
                                          "1");
    expect(add(0, "p", "class=\tb\fa\rc"), "11011000"
                                           "00110"
                                           "1");
    expect(add(0, "FB:Comments", ""), "01000100"
                                      "00000"
                                      "0");
    expect(add(0, "custom-TAG", "class=10"), "01000010"
                                             "01000"
                                             "0");
    expect(add(0, "div", "class=a.b|class=a"), "01000001"
                                               "00010"
                                               "0");
    expect(add(0, "i", "CLASS=a&#9;&#98;|iD=X"), "01010000"
                                                 "00000"
                                                 "1");
    expect(add(0, "i", "class=a\rb"), "01010000"
                                      "00001"
                                      "1");
    close_page();
}

static void test_attributes(void **state)
{
    static const char *const rules[] = {"[a]",      "[a=x]",      "[a='x y']", "[a~=x]",          "[a|=x]",  "[a^=x]",
                                        "[a$=y]",   "[a*='x y']", "[a=X i]",   "[A=\"X\"s]",      "[a^='']", "[a~='']",
                                        "[a=\"\"]", "[a='x&y']",  "[a$=Y I]",  "[ a *= \"Y\" i ]"};
    (void) state;
    OPEN(rules);
    expect(add(0, "p", "a"), "1000000000001000");
    expect(add(0, "p", "a=x"), "1101110010000000");
    expect(add(0, "p", "A=X"), "1000000011000000");
    expect(add(0, "p", "a=x y"), "1011011100000011");
    expect(add(0, "p", "a=x-y"), "1000111000000011");
    expect(add(0, "p", "a=x&amp;y"), "1000011000000111");
    expect(add(0, "p", "a=z|a=x"), "1000000000000000");
    expect(add(0, "p", "b=x"), "0000000000000000");
    close_page();
}

/* Keys of values: short, long, cut, with case ignored. */
static void test_values(void **state)
{
    static const char *const rules[] = {"[href^=\"https://ads.example/\"]",
                                        "[href=\"https://ads.example/x\"]",
                                        "[href^=https]",
                                        "[href='/X' i]",
                                        "a[href^=\"HTTPS://ADS.EXAMPLE/Y\" i]",
                                        "[href$='/x']",
                                        "a[href=\"\"]"};
    (void) state;
    OPEN(rules);
    expect(add(0, "a", "href=https://ads.example/x"), "1110010");
    expect(add(0, "a", "href=https://ads.example/yy"), "1010100");
    expect(add(0, "a", "href=https"), "0010000");
    expect(add(0, "a", "href=/x"), "0001010");
    expect(add(0, "a", "href="), "0000001");
    expect(add(0, "a", "rel=x"), "0000000");
    close_page();
}

static void test_groups(void **state)
{
    static const char *const rules[] = {
        ":not(.a)",          "p:not(.a, #x)", ":is(.a, #x).b",   ":where(div, p):not([hidden])",
        ":is(:not(.a), .b)", ":not(:is(.a))", ":is(div.a, p.b)", "p:not(:not(.b))"};
    (void) state;
    OPEN(rules);
    expect(add(0, "p", ""), "11011100");
    expect(add(0, "p", "class=a b"), "00111011");
    expect(add(0, "p", "id=x|class=b|hidden"), "10101111");
    expect(add(0, "i", "class=a"), "00000000");
    expect(add(0, "div", "class=a"), "00010010");
    close_page();
}

static void test_quirks(void **state)
{
    static const char *const rules[] = {".Ab", "#Cd", "[class=Ab]", ":not(.ab)"};
    (void) state;
    open_page(rules, 4, true);
    expect(add(0, "p", "class=aB|id=cD"), "1100");
    expect(add(0, "p", "class=Ab"), "1010");
    close_page();
    open_page(rules, 4, false);
    expect(add(0, "p", "class=aB|id=cD"), "0001");
    expect(add(0, "p", "class=Ab|id=Cd"), "1111");
    close_page();
}

/* Implied elements have no attributes; only types and what is universal pick them. */
static void test_implied(void **state)
{
    static const char *const rules[] = {"body.x", "td > p", "#a"};
    static const char *const universal[] = {":not(.a)"};
    (void) state;
    OPEN(rules);
    assert_int_equal(af_match_tag(&page.matcher, NULL, tag_number("p"), AF_NS_HTML), AF_OK);
    assert_int_equal(page.matcher.atom_count, 1);
    assert_int_equal(af_match_tag(&page.matcher, NULL, tag_number("body"), AF_NS_HTML), AF_OK);
    assert_int_equal(page.matcher.atom_count, 0);
    assert_true(af_index_needs_tags(page.index, tag_number("p")));
    assert_false(af_index_needs_tags(page.index, tag_number("td")));
    assert_false(af_index_needs_tags(page.index, AF_TAG_COUNT + 1));
    close_page();
    OPEN(universal);
    assert_true(af_index_needs_tags(page.index, tag_number("td")));
    close_page();
}

/* A start tag "image" makes an img in HTML, an image in SVG. */
static void test_image(void **state)
{
    static const char *const rules[] = {"img", "image"};
    (void) state;
    OPEN(rules);
    af_node_t node = add(0, "image", "");
    expect(node, "01");
    page.records[node].name = tag_number("img");
    expect(node, "10");
    close_page();
}

/* --- Scale
 * --------------------------------------------------------------------------------------------------------------- */

static af_status_t add_many(af_index_builder_t *builder)
{
    af_status_t status = AF_OK;

    for (uint32_t i = 0; status == AF_OK && i < 50000; i++) {
        char text[80];
        int len;
        switch (i % 5) {
        case 0:
            len = snprintf(text, sizeof text, ".ad-%u", i);
            break;
        case 1:
            len = snprintf(text, sizeof text, "#banner_%u", i);
            break;
        case 3:
            len = snprintf(text, sizeof text, "a[href^=\"https://click%u.example/\"]", i);
            break;
        case 4:
            len = snprintf(text, sizeof text, "[data-ad-%u]", i);
            break;
        default:
            len = snprintf(text, sizeof text, "div.box%u > .ad%u", i, i);
            break;
        }
        status = af_index_add(builder, (af_slice_t){(const uint8_t *) text, (size_t) len}, i, NULL);
    }
    return status;
}

static void test_scale(void **state)
{
    af_index_builder_t *builder;
    af_token_t token;
    clock_t from = clock();
    (void) state;
    memset(&page, 0, sizeof page);
    af_heap_init(&page.heap, NULL, 16 * 1024 * 1024);
    assert_int_equal(af_index_builder_create(&page.heap, &builder), AF_OK);
    assert_int_equal(add_many(builder), AF_OK);
    assert_int_equal(af_index_compile(builder, &page.index), AF_OK);
    print_message("50,000 rules: %ld ms, %zu KiB, peak %zu KiB\n", (long) ((clock() - from) * 1000 / CLOCKS_PER_SEC),
                  page.heap.used / 1024, page.heap.peak / 1024);
    assert_true(clock() - from < CLOCKS_PER_SEC * 3); /* ten times the goal: sanitizers and busy machines */
    af_matcher_init(&page.matcher, page.index, NULL, &page.heap);
    size_t before = page.heap.used;
    from = clock();
    token = make_token("div", "id=main|class=article wide first|data-x=1");
    for (int i = 0; i < 100000; i++) {
        assert_int_equal(af_match_tag(&page.matcher, &token, token.tag, AF_NS_HTML), AF_OK);
        assert_int_equal(page.matcher.atom_count, 0);
    }
    print_message("a tag without hits: %ld ns\n", (long) ((clock() - from) * 10000 / CLOCKS_PER_SEC));
    assert_int_equal(page.heap.used, before);
    token = make_token("a", "id=banner_1|class=ad-0 ad2 ad-49995|data-ad-4|href=https://click3.example/x");
    assert_int_equal(af_match_tag(&page.matcher, &token, token.tag, AF_NS_HTML), AF_OK);
    assert_int_equal(page.matcher.atom_count, 6);
    close_page();
}

/* Each allocation fails once; whatever happens, nothing is left. */
static void test_no_memory(void **state)
{
    static const char *const rules[] = {"div.a > p:not(.b *):nth-child(2n+1)",
                                        "#x, .y[z='&'], :is(i, b) ~ em:has(> u)"};
    af_status_t status = AF_LIMIT;
    (void) state;
    for (size_t limit = 1; status != AF_OK; limit += 16) {
        af_heap_t heap;
        af_index_builder_t *builder;
        af_index_t *index = NULL;
        af_heap_init(&heap, NULL, limit);
        status = af_index_builder_create(&heap, &builder);
        if (status != AF_OK) {
            assert_int_equal(heap.used, 0);
            continue;
        }
        status = af_index_add(builder, af_slice_of(rules[0]), 0, NULL);
        if (status == AF_OK) {
            status = af_index_add(builder, af_slice_of(rules[1]), 1, NULL);
        }
        if (status == AF_OK) {
            status = af_index_compile(builder, &index);
        } else {
            af_index_builder_destroy(builder);
        }
        af_index_destroy(index);
        assert_int_equal(heap.used, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_nesting),
        cmocka_unit_test(test_has_places),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_names_root),
        cmocka_unit_test(test_simple),
        cmocka_unit_test(test_attributes),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_quirks),
        cmocka_unit_test(test_implied),
        cmocka_unit_test(test_image),
        cmocka_unit_test(test_scale),
        cmocka_unit_test(test_no_memory)
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
