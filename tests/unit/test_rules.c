/*
 * test_rules.c: the rule language, cosmetic lines, presets, the digest, and what happens without memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "rules/builder.h"
#include "rules/ruleset.h"
#include "rules/template.h"
#include "short_memory.h"

typedef struct {
    af_error_t last;
    size_t count[3]; /* by severity */
} reports_t;

static void on_report(void *opaque, af_severity_t severity, const af_error_t *error)
{
    reports_t *reports = opaque;

    reports->count[severity]++;
    reports->last = *error;
}

static af_builder_t *make_builder(reports_t *reports)
{
    af_builder_t *builder = NULL;

    memset(reports, 0, sizeof *reports);
    assert_int_equal(af_builder_create(NULL, &builder), AF_OK);
    af_builder_on_report(builder, on_report, reports);
    return builder;
}

static af_status_t add(af_builder_t *builder, const char *text, af_error_t *error)
{
    return af_builder_add_text(builder, text, strlen(text), "test.rules", 1, error);
}

static af_ruleset_t *compile(af_builder_t *builder)
{
    af_ruleset_t *rules = NULL;

    assert_int_equal(af_builder_compile(builder, &rules, NULL), AF_OK);
    return rules;
}

/* The rules of a text without errors. */
static af_ruleset_t *rules_of(const char *text, reports_t *reports)
{
    af_error_t error;
    af_builder_t *builder = make_builder(reports);
    af_status_t status = add(builder, text, &error);

    if (status != AF_OK) {
        print_error("%s\n%u:%u: %s\n", text, error.line, error.column, error.message);
    }
    assert_int_equal(status, AF_OK);
    return compile(builder);
}

/* --- Right lines -------------------------------------------------------------------------------------------------------- */

static void test_options(void **state)
{
    reports_t reports;
    af_ruleset_t *rules = rules_of("\xef\xbb\xbf  remove .e[a=\"x in=y\"] label=x text=/^a b\\/c$/im max=20 site=B.example,~c.b.example \r\n"
                                   "! comment\r\n# comment\n\n####\nkeep\tarticle,  main\nunwrap span\nprotect [a=b] > c\ndedupe figcaption",
                                   &reports);
    const af_rule_t *rule = &rules->rules[0];
    uint32_t line = 0;

    (void) state;
    assert_int_equal(af_ruleset_count(rules), 5);
    assert_int_equal(rule->verb, AF_VERB_REMOVE);
    assert_string_equal(rule->pattern, "^a b\\/c$");
    assert_int_equal(rule->pattern_flags, AF_REGEX_CASELESS | AF_REGEX_MULTILINE);
    assert_non_null(rule->regex);
    assert_int_equal(rule->max, 20);
    assert_string_equal(rule->label, "x");
    assert_int_equal(rule->site_count, 2);
    assert_string_equal(rule->sites[0], "~c.b.example");
    assert_string_equal(rule->sites[1], "b.example");
    assert_false(rule->from_preset);
    assert_string_equal(af_ruleset_text(rules, 1), "keep\tarticle,  main");
    assert_string_equal(af_ruleset_origin(rules, 1, &line), "test.rules");
    assert_int_equal(line, 6);
    assert_int_equal(rules->rules[1].max, 300);
    assert_true(rules->has.text && rules->has.keep && rules->has.protect && rules->has.dedupe);
    assert_false(rules->has.strip || rules->has.title || rules->has.attribution);
    assert_null(af_ruleset_text(rules, 5));
    assert_int_equal(reports.count[AF_ERROR] + reports.count[AF_SKIPPED] + reports.count[AF_WARNING], 0);
    af_ruleset_destroy(rules);
}

static void test_title_and_strip(void **state)
{
    reports_t reports;
    af_ruleset_t *rules = rules_of("remove figure p text=/^{title}$/\nstrip /\\[ad\\] ?/i in=p a label=y\nstrip /x/", &reports);

    (void) state;
    assert_true(rules->rules[0].pattern_has_title && rules->has.title && rules->has.strip);
    assert_null(rules->rules[0].regex);
    assert_string_equal(rules->rules[1].pattern, "\\[ad\\] ?");
    assert_non_null(rules->rules[1].regex);
    assert_string_equal(rules->rules[1].label, "y");
    af_ruleset_destroy(rules);
}

static void test_attribution_lines(void **state)
{
    reports_t reports;
    /* A directive's arguments come without their quotes. */
    af_ruleset_t *rules = rules_of(
        "attribution \"\xc2\xa9 {year} \\\"The\\\" Agency $host\" in=figure p when=/\\(AP\\)/ at=after date=response max=90\n"
        "remove .a\n"
        "attribution News = the {year} Agency for ${scheme} and $host. label=x in=.b", &reports);
    const af_attribution_rule_t *first = rules->rules[0].attribution, *second = rules->rules[2].attribution;

    (void) state;
    assert_int_equal(first->place, AF_PLACE_AFTER);
    assert_int_equal(first->fallback, AF_FALLBACK_RESPONSE);
    assert_int_equal(first->max, 90);
    assert_int_equal(rules->rules[0].max, 90);
    assert_non_null(first->when);
    assert_true(first->year_group > 0);
    assert_int_equal(first->date_group, 0);
    assert_null(second->when);
    assert_int_equal(second->max, AF_ATTRIBUTION_MAX);
    assert_int_equal(rules->attribution_count, 2);
    assert_int_equal(rules->attributions[1], 2);
    assert_string_equal(af_ruleset_variable(rules, 0), "host");
    assert_string_equal(af_ruleset_variable(rules, 1), "scheme");
    assert_null(af_ruleset_variable(rules, 2));
    af_ruleset_destroy(rules);
}

/* --- Wrong lines -------------------------------------------------------------------------------------------------------- */

static const struct {
    const char *line;
    uint32_t column;
    const char *message; /* a part of it */
} wrong[] = {
    {"removee .a", 1, "unknown verb \"removee\": expected remove"},
    {"  .a", 3, "unknown verb"},
    {"remove", 7, "expected a selector"},
    {"remove label=x", 8, "expected a selector"},
    {"remove .a foo=3", 11, "unknown option \"foo\": expected text=, max=, site=, label=, links=, min-links=, max-prose=, heading=, "
                           "link-length=, in-row=, min-pictures=, controls, emptied, force or after="},
    {"remove .a in=.b", 11, "\"remove\" does not take the option \"in\""},
    {"keep p text=/a/", 8, "expected site= or label="},
    {"remove .a label=x y", 19, "expected an option of \"remove\""},
    {"remove .a label=x label=y", 19, "stands twice"},
    {"remove .a label=", 17, "expected a value"},
    {"remove .a text=a", 16, "between slashes"},
    {"remove .a text=/a", 16, "no end"},
    {"remove .a text=//", 16, "empty"},
    {"remove .a text=/a/ix", 20, "not a flag"},
    {"remove .a text=/a/b/", 19, "\\/"},
    {"remove .a text=/a(b/", 20, "in the pattern: "},
    {"remove .a text=/{title}(/", 25, "in the pattern: "},
    {"remove .a text=/a/ max=0", 24, "from 1 to"},
    {"remove .a text=/a/ max=1x", 25, "from 1 to"},
    {"remove .a text=/a/ max=99999999999", 30, "from 1 to"},
    {"remove .a site=a.example,,b.example", 26, "empty host"},
    {"remove .a site=a.example,b.*", 26, "top-level domain"},
    {"remove .a site=a.example/x", 16, "not a host name"},
    {"remove .a[b", 12, "in the selector: "},
    {"remove .a > > b", 13, "in the selector: "},
    {"remove a:hover", 9, "in the selector: "},
    {"remove p:has-text(x)", 9, "text=/pattern/"},
    {"remove body", 8, "never removed"},
    {"unwrap html, head", 8, "never unwrapped"},
    {"strip", 6, "between slashes"},
    {"strip /a/ .b", 11, "expected an option of \"strip\""},
    {"strip /a/ in=.b[", 17, "in the selector: "},
    {"attribution", 12, "expected a template"},
    {"attribution \"a", 13, "no end"},
    {"attribution \"News {yeer}\"", 19, "unknown placeholder"},
    {"attribution \"{year}\"", 14, "too little text"},
    {"attribution \"News of {year}\" at=top", 33, "at=end"},
    {"attribution \"News of {year}\" date=now", 35, "date=last-modified"},
    {"attribution \"News of {year}\" match=/{title}/", 37, "{title} cannot"},
    {"attribution \"News of {year}\" good=/(/", 37, "in the pattern: "},
    {"preset", 7, "preset's name"},
    {"preset nix", 8, "no preset \"nix\""},
    {"preset share comments", 14, "one preset"},
    {"#comment", 1, "with a space"},
    {"## comment", 1, "with a space"},
    {"||ads.example^", 1, "unknown verb"},
};

static void test_wrong_lines(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char text[200];
        reports_t reports;
        af_error_t error;
        af_builder_t *builder = make_builder(&reports);
        (void) snprintf(text, sizeof text, "remove .good\n%s\nremove .good", wrong[i].line);
        af_status_t status = add(builder, text, &error);
        if (status != AF_SYNTAX || error.line != 2 || error.column != wrong[i].column || error.caret != wrong[i].column - 1 ||
            strstr(error.message, wrong[i].message) == NULL) {
            fail_msg("%s\nexpected column %u: %s\ncame %d, column %u, caret %u: %s", wrong[i].line, wrong[i].column,
                     wrong[i].message, (int) status, error.column, error.caret, error.message);
        }
        assert_string_equal(error.file, "test.rules");
        assert_string_equal(error.excerpt, wrong[i].line);
        assert_int_equal(reports.count[AF_ERROR], 1);
        af_ruleset_t *rules = compile(builder);
        assert_int_equal(af_ruleset_count(rules), 0);
        af_ruleset_destroy(rules);
    }
}

/* A refused text leaves the builder as it was; owners in the index are right afterwards. */
static void test_taken_back(void **state)
{
    reports_t reports;
    af_error_t error;
    af_builder_t *builder = make_builder(&reports);

    (void) state;
    assert_int_equal(add(builder, "remove .a", NULL), AF_OK);
    assert_int_equal(add(builder, "preset share\nremove .b\nattribution \"News $x\"\n##.c\nb.example#@#.c\nwrong\nremove [", &error), AF_SYNTAX);
    assert_int_equal(error.line, 6);
    assert_int_equal(reports.count[AF_ERROR], 2);
    assert_int_equal(add(builder, "attribution \"News of $y\"\nremove .d", &error), AF_OK);
    assert_string_equal(error.message, "");
    af_ruleset_t *rules = compile(builder);
    assert_int_equal(af_ruleset_count(rules), 3);
    assert_string_equal(af_ruleset_variable(rules, 0), "y");
    assert_null(af_ruleset_variable(rules, 1));
    assert_int_equal(rules->attributions[0], 1);
    af_ruleset_destroy(rules);
}

/* A text that is refused lifts nothing; a label that no rule has is an error at its place. */
static void test_lift(void **state)
{
    reports_t reports;
    af_error_t error;
    af_ruleset_t *rules = NULL;

    (void) state;
    af_builder_t *builder = make_builder(&reports);
    assert_int_equal(add(builder, "remove .a label=one\nremove .b label=two", &error), AF_OK);
    assert_int_equal(add(builder, "lift one\nlift  two three", &error), AF_SYNTAX);
    assert_int_equal(error.line, 2);
    assert_int_equal(error.column, 11);
    assert_int_equal(add(builder, "lift", &error), AF_SYNTAX);
    assert_int_equal(add(builder, "lift two", &error), AF_OK);
    assert_int_equal(af_builder_compile(builder, &rules, &error), AF_OK);
    assert_int_equal(af_ruleset_count(rules), 1);
    assert_string_equal(af_ruleset_text(rules, 0), "remove .a label=one");
    af_ruleset_destroy(rules);
}

static void test_excerpt(void **state)
{
    enum { LONG = 1000 };
    char text[LONG + 40];
    reports_t reports;
    af_error_t error;
    af_builder_t *builder = make_builder(&reports);

    (void) state;
    memcpy(text, "remove .", 8);
    for (size_t i = 8; i < LONG; i += 2) {
        memcpy(text + i, "\xc3\xa9", 2);
    }
    memcpy(text + LONG, "\t~~\xc3\xa9\xc3\xa9 label=x\ty", 17);
    assert_int_equal(af_builder_add_text(builder, text, LONG + 17, "x", 7, &error), AF_SYNTAX);
    assert_int_equal(error.line, 7);
    assert_true(strlen(error.excerpt) <= 159 && strlen(error.excerpt) > 100);
    assert_true(((uint8_t) error.excerpt[0] & 0xc0) != 0x80);
    assert_null(strchr(error.excerpt, '\t'));
    assert_true(error.column > LONG);
    assert_int_equal(error.excerpt[error.caret], text[error.column - 1]);
    af_builder_destroy(builder);
}

static void test_limits_of_lines(void **state)
{
    reports_t reports;
    af_error_t error;
    af_builder_t *builder = make_builder(&reports);
    size_t len = AF_RULES_LINE + 2;
    char *text = malloc(len);

    (void) state;
    assert_non_null(text);
    memset(text, 'a', len);
    memcpy(text, "remove .", 8);
    assert_int_equal(af_builder_add_text(builder, text, len, "x", 1, &error), AF_SYNTAX);
    assert_non_null(strstr(error.message, "too long"));
    assert_int_equal(af_builder_add_text(builder, text, len - 2, "x", 1, &error), AF_OK);
    assert_int_equal(af_builder_add_text(builder, "remove .a\0b", 11, "x", 1, &error), AF_SYNTAX);
    assert_int_equal(error.column, 10);
    free(text);
    af_builder_destroy(builder);
}

static void test_warnings(void **state)
{
    reports_t reports;

    (void) state;
    af_ruleset_destroy(rules_of("unwrap script", &reports));
    assert_int_equal(reports.count[AF_WARNING], 1);
    af_ruleset_destroy(rules_of("dedupe .a max=30", &reports));
    assert_int_equal(reports.count[AF_WARNING], 1);
    assert_int_equal(reports.last.column, 11);
}

/* --- Cosmetic lines ------------------------------------------------------------------------------------------------------ */

static void test_cosmetic(void **state)
{
    reports_t reports;
    af_ruleset_t *rules = rules_of("##.a, .b\n"
                                   "###id\n"
                                   "~x.b.example,b.example,A.example##.c > d[e=\"#\"]\n"
                                   "##.p:has-text(a.b \"c\")\n"
                                   "##p > :has-text(/x(y)/i)\n"
                                   "a.example#?#:-abp-contains(z)\n"
                                   "*##.g", &reports);

    (void) state;
    assert_int_equal(reports.count[AF_SKIPPED], 0);
    assert_int_equal(af_ruleset_count(rules), 7);
    assert_int_equal(rules->rules[0].verb, AF_VERB_REMOVE);
    assert_int_equal(rules->rules[0].site_count, 0);
    assert_int_equal(rules->rules[2].site_count, 3);
    assert_string_equal(rules->rules[2].sites[0], "~x.b.example");
    assert_string_equal(rules->rules[3].pattern, "a\\.b\\ \\\"c\\\"");
    assert_string_equal(rules->rules[4].pattern, "x(y)");
    assert_int_equal(rules->rules[4].pattern_flags, AF_REGEX_CASELESS);
    assert_non_null(rules->rules[5].regex);
    assert_int_equal(rules->rules[6].site_count, 0);
    af_ruleset_destroy(rules);
}

static void test_exceptions(void **state)
{
    reports_t reports;
    af_ruleset_t *rules = rules_of("b.example#@#.a\n##.a\na.example##.a\n##.b\n#@#.b\nremove .b\n##.c\nb.example,c.example#@#.a", &reports);

    (void) state;
    assert_int_equal(af_ruleset_count(rules), 4);
    assert_string_equal(af_ruleset_text(rules, 0), "##.a");
    assert_int_equal(rules->rules[0].site_count, 3);
    assert_string_equal(rules->rules[0].sites[0], "~b.example");
    assert_int_equal(rules->rules[1].site_count, 4);
    assert_string_equal(rules->rules[1].sites[3], "a.example");
    assert_string_equal(af_ruleset_text(rules, 2), "remove .b");
    assert_string_equal(af_ruleset_text(rules, 3), "##.c");
    assert_int_equal(rules->rules[3].site_count, 0);
    af_ruleset_destroy(rules);
}

static void test_skipped(void **state)
{
    static const struct {
        const char *line, *message;
    } lines[] = {
        {"a.example##+js(x)", "scriptlet"}, {"a.example#%#x", "scriptlet"}, {"a.example#$#.x { y: z }", "style"},
        {"###x:style(display: none)", "style"}, {"##^script:has-text(x)", "HTML filter"}, {"##.a:upward(2)", "selector"},
        {"##.a:has-text(b):upward(2)", "selector"}, {"##.a, .b:has-text(c)", "selector"}, {"##.a:has-text(/(/)", "selector"},
        {"##.a:has-text(/[/)", "pattern"}, {"##body", "never removed"}, {"example.*##.a", "top-level"}, {"~example.*,b.example##.a", "top-level"},
        {"~a.example#@#.a", "exception"}, {"/x/##.a", "patterns of hosts"}, {"[$path=/x]a.example##.a", "patterns of hosts"},
        {"##.a[", "selector"}, {"||ads.example^$third-party", "network"}, {"@@/x y/", "network"}, {"/banner/", "network"},
        {"-ad-", "network"}, {"!#include x.txt", "include"}, {"*,*##.a", "no host"}, {"##.a:has-text()", "empty"},
    };

    (void) state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char text[200];
        reports_t reports;
        (void) snprintf(text, sizeof text, "[Adblock Plus 2.0]\n! x\n%s\n", lines[i].line);
        af_ruleset_t *rules = rules_of(text, &reports);
        if (af_ruleset_count(rules) != 0 || reports.count[AF_SKIPPED] == 0 || strstr(reports.last.message, lines[i].message) == NULL) {
            fail_msg("%s\nexpected to be skipped: %s\ncame: %s", lines[i].line, lines[i].message, reports.last.message);
        }
        assert_int_equal(reports.last.line, 3);
        af_ruleset_destroy(rules);
    }
}

/* What of a list of hosts can be decided is kept; a network filter needs a sign that the text is a list. */
static void test_lists(void **state)
{
    reports_t reports;
    af_error_t error;
    af_ruleset_t *rules = rules_of("! Title: A list\n||a.example^\nb.*,c.example##.x", &reports);

    (void) state;
    assert_int_equal(reports.count[AF_SKIPPED], 2);
    assert_int_equal(rules->rules[0].site_count, 1);
    assert_string_equal(rules->rules[0].sites[0], "c.example");
    af_ruleset_destroy(rules);
    af_builder_t *builder = make_builder(&reports);
    assert_int_equal(add(builder, "##.a\n||a.example^\nremoove .b", &error), AF_SYNTAX);
    assert_int_equal(error.line, 3);
    assert_int_equal(reports.count[AF_SKIPPED], 1);
    af_builder_destroy(builder);
}

/* --- Presets and the digest ---------------------------------------------------------------------------------------------- */

static void test_presets(void **state)
{
    const char *name, *summary = NULL;
    size_t count = 0;

    (void) state;
    for (; (name = af_preset_name(count, &summary)) != NULL; count++) {
        reports_t reports;
        af_error_t error;
        af_builder_t *builder = make_builder(&reports);
        if (af_builder_add_preset(builder, name, &error) != AF_OK) {
            fail_msg("preset %s:%u:%u: %s", name, error.line, error.column, error.message);
        }
        assert_true(strlen(summary) > 10);
        af_ruleset_t *rules = compile(builder);
        assert_true(af_ruleset_count(rules) > 0);
        assert_true(rules->rules[0].from_preset);
        assert_int_equal(reports.count[AF_WARNING] + reports.count[AF_SKIPPED], 0);
        af_ruleset_destroy(rules);
    }
    assert_true(count >= 10);
}

static void test_preset_by_line(void **state)
{
    reports_t reports;
    af_error_t error;
    af_ruleset_t *rules = rules_of("preset share\npreset share\nremove .a\npreset attribution/ap", &reports);
    size_t all = af_ruleset_count(rules);

    (void) state;
    af_ruleset_destroy(rules);
    rules = rules_of("preset share", &reports);
    assert_int_equal(af_ruleset_count(rules) + 2, all);
    af_ruleset_destroy(rules);
    af_builder_t *builder = make_builder(&reports);
    assert_int_equal(af_builder_add_preset(builder, "nix", &error), AF_NOT_FOUND);
    assert_non_null(strstr(error.message, "nix"));
    af_builder_destroy(builder);
}

static void digest_of(const char *name, const char *text, uint8_t out[16])
{
    reports_t reports;
    af_builder_t *builder = make_builder(&reports);

    assert_int_equal(af_builder_add_text(builder, text, strlen(text), name, 5, NULL), AF_OK);
    af_ruleset_t *rules = compile(builder);
    af_ruleset_digest(rules, out);
    af_ruleset_destroy(rules);
}

static void test_digest(void **state)
{
    static const char *const others[] = {
        "remove .b\nremove .a", "remove .a", "remove .a\nremove .b\nremove .b", "", "##.a\nremove .b",
        "##.a\nx.example#@#.a\nremove .b"
    };
    uint8_t first[16], other[16];

    (void) state;
    digest_of("a", "remove .a\nremove .b\n", first);
    digest_of("b", "! x\nremove .a\r\n\n  remove .b", other);
    assert_memory_equal(first, other, 16);
    assert_memory_not_equal(first, first + 8, 8);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        digest_of("a", others[i], other);
        assert_memory_not_equal(first, other, 8);
        assert_memory_not_equal(first + 8, other + 8, 8);
    }
}

/* --- Memory ----------------------------------------------------------------------------------------------------------------- */

static af_status_t build_all(const af_memory_t *memory)
{
    static const char text[] =
        "remove .a text=/x(y)/ site=a.example,b.example label=z\nstrip /{title}/ in=p\ndedupe div text=/^.{3}$/\n"
        "attribution \"News of {year} $host\" when=/x/ match=/News of (?<year>\\d*)/\n##.a:has-text(b)\nc.example##.d\n"
        "e.example#@#.d\n#@#.a:has-text(b)\npreset attribution/ap\npreset author-bio\nb.*##.x";
    af_builder_t *builder;
    af_ruleset_t *rules = NULL;
    af_error_t error;
    af_status_t status = af_builder_create(memory, &builder);

    if (status != AF_OK) {
        return status;
    }
    status = af_builder_add_text(builder, text, sizeof text - 1, "x", 1, &error);
    if (status != AF_OK) {
        af_builder_destroy(builder);
        return status;
    }
    status = af_builder_compile(builder, &rules, &error);
    af_ruleset_destroy(rules);
    return status;
}

static void test_no_memory(void **state)
{
    size_t count = 0;
    af_status_t status = AF_NOMEM;

    (void) state;
    for (; status != AF_OK; count++) {
        short_memory_t memory = {count, 0};
        af_memory_t hooks = {short_alloc, short_release, &memory};
        status = build_all(&hooks);
        if (memory.out != 0 || (status != AF_OK && status != AF_NOMEM)) {
            fail_msg("allocation %zu fails: status %d, %zu blocks left", count, (int) status, memory.out);
        }
    }
    assert_true(count > 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options), cmocka_unit_test(test_title_and_strip), cmocka_unit_test(test_attribution_lines),
        cmocka_unit_test(test_wrong_lines), cmocka_unit_test(test_taken_back), cmocka_unit_test(test_lift),
        cmocka_unit_test(test_excerpt),
        cmocka_unit_test(test_limits_of_lines), cmocka_unit_test(test_warnings), cmocka_unit_test(test_cosmetic),
        cmocka_unit_test(test_exceptions), cmocka_unit_test(test_skipped), cmocka_unit_test(test_lists),
        cmocka_unit_test(test_presets), cmocka_unit_test(test_preset_by_line), cmocka_unit_test(test_digest),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
