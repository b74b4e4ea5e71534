/*
 * test_template.c: templates: their parts, their patterns, their markup.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rules/template.h"

static af_heap_t heap;
static af_store_t store;

static int setup(void **state)
{
    (void) state;
    af_heap_init(&heap, NULL, 0);
    af_store_init(&store, &heap);
    return 0;
}

static int teardown(void **state)
{
    (void) state;
    af_store_destroy(&store);
    return heap.used == 0 ? 0 : -1;
}

static af_status_t number_of(void *opaque, af_slice_t name, uint32_t *index)
{
    (void) name;
    *index = (*(uint32_t *) opaque)++;
    return AF_OK;
}

static af_attribution_rule_t parse(const char *text)
{
    af_attribution_rule_t rule = {.max = 0};
    af_template_error_t error;
    uint32_t count = 0;

    assert_int_equal(af_template_parse(&store, af_slice_of(text), number_of, &count, &rule, &error), AF_OK);
    return rule;
}

static void test_parts(void **state)
{
    af_attribution_rule_t rule = parse("a \\\"b\\\" {year}$host${x}c $ {canonical}");
    static const af_part_kind_t kinds[] = {
        AF_PART_LITERAL, AF_PART_YEAR, AF_PART_VARIABLE, AF_PART_VARIABLE, AF_PART_LITERAL, AF_PART_CANONICAL
    };

    (void) state;
    assert_int_equal(rule.part_count, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(rule.parts[i].kind, kinds[i]);
    }
    assert_true(af_slice_equal(rule.parts[0].text, af_slice_of("a \"b\" ")));
    assert_int_equal(rule.parts[3].variable, 1);
    assert_true(af_slice_equal(rule.parts[4].text, af_slice_of("c $ ")));
    assert_true(rule.has_year);
    assert_false(rule.has_date);
}

static void test_errors(void **state)
{
    static const struct { const char *text; size_t at; } wrong[] = {
        {"", 0}, {"a {", 2}, {"a {b}", 2}, {"a ${", 2}, {"{year}{year}", 0}, {"ab $x", 3}
    };

    (void) state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        af_attribution_rule_t rule = {.max = 0};
        af_template_error_t error;
        assert_int_equal(af_template_parse(&store, af_slice_of(wrong[i].text), NULL, NULL, &rule, &error), AF_SYNTAX);
        assert_int_equal(error.at, wrong[i].at);
        assert_true(strlen(error.message) > 0);
    }
}

static bool finds(const af_attribution_rule_t *rule, af_template_pattern_t which, const char *text)
{
    af_slice_t pattern;
    af_regex_t *regex;
    af_regex_run_t *run;
    char message[100];
    size_t at;
    af_group_t group;

    assert_int_equal(af_template_pattern(&store, rule, which, &pattern), AF_OK);
    assert_int_equal(af_regex_compile(&heap, pattern, AF_REGEX_CASELESS, &regex, &at, message, sizeof message), AF_OK);
    assert_int_equal(af_regex_run_create(&heap, 10000, &run), AF_OK);
    bool found = af_regex_match(regex, run, af_slice_of(text), 0, &group, 1) == AF_OK;
    af_regex_run_destroy(run);
    af_regex_destroy(regex);
    return found;
}

static void test_patterns(void **state)
{
    af_attribution_rule_t rule = parse("\xc2\xa9 {year} Agence France-Presse. All rights reserved.");
    af_slice_t pattern;
    static const struct { const char *text; bool match, good; } texts[] = {
        {"\xc2\xa9 2025 Agence France-Presse. All rights reserved.", true, true},
        {"(C) 2025 AGENCE France-Presse.All rights  reserved.", true, true},
        {"\xc2\xa9 Agence France-Presse. All rights reserved.", true, false},
        {"\xc2\xa9 0 Agence France-Presse. All rights reserved.", true, false},
        {"\xc2\xa9 2025 Agence. All rights reserved.", false, false},
        {"\xc2\xa9 AFP / Jane Doe", false, false},
    };

    (void) state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_int_equal(finds(&rule, AF_TEMPLATE_MATCH, texts[i].text), texts[i].match);
        assert_int_equal(finds(&rule, AF_TEMPLATE_GOOD, texts[i].text), texts[i].good);
    }
    rule = parse("From\x02The Example Press"); /* a control is rendered as a space */
    assert_true(finds(&rule, AF_TEMPLATE_MATCH, "From The Example Press"));
    assert_true(finds(&rule, AF_TEMPLATE_GOOD, "From The Example Press"));
    rule = parse("\xc2\xa9 {year}");
    assert_int_equal(af_template_pattern(&store, &rule, AF_TEMPLATE_MATCH, &pattern), AF_SYNTAX);
}

static void test_render(void **state)
{
    af_attribution_rule_t rule = parse("<\xc2\xa9> {title} '{year}'");
    af_template_values_t values = {.variable = NULL};
    static const char expected[] = "&lt;&#169;&gt; a&#8212;b &#65533;&#65533;&#128512; &#39;2025&#39;";
    uint8_t out[100];
    size_t len;
    af_part_kind_t missing = AF_PART_LITERAL;

    (void) state;
    values.part[AF_PART_TITLE] = af_slice_of("a\xe2\x80\x94" "b\n\xff\xc3\xf0\x9f\x98\x80");
    assert_int_equal(af_template_render(&rule, &values, out, sizeof out, &len, &missing), AF_NOT_FOUND);
    assert_int_equal(missing, AF_PART_YEAR);
    values.part[AF_PART_YEAR] = af_slice_of("2025");
    assert_int_equal(af_template_render(&rule, &values, out, sizeof out, &len, NULL), AF_OK);
    assert_int_equal(len, sizeof expected - 1);
    assert_memory_equal(out, expected, len);
    assert_int_equal(af_template_render(&rule, &values, out, len - 1, &len, NULL), AF_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_parts, setup, teardown), cmocka_unit_test_setup_teardown(test_errors, setup, teardown),
        cmocka_unit_test_setup_teardown(test_patterns, setup, teardown),
        cmocka_unit_test_setup_teardown(test_render, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
