/*
 * test_sites.c: rules for some sites only, and the pages of other sites, which are filtered as if these rules were not there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "article_filter.h"
#include "rules/ruleset.h"
#include "short_memory.h"

#define LINES 40u

/* Lines of every kind: `host` of each is one of a few, some lines are for two, some but for one, some for all. */
static size_t write_rules(char *to, size_t size)
{
    size_t len = 0;

    for (unsigned i = 0; i < LINES; i++) {
        static const char *const bodies[] = {"div", "p:last-child", "section:has(p)", ".a + p", "*:empty", "p:has-text(seven)"};
        len += (size_t) snprintf(to + len, size - len, "s%u.example,~not.s%u.example##%s\n", i % 8, i % 8,
                                 bodies[i % (sizeof bodies / sizeof *bodies)]);
    }
    len += (size_t) snprintf(to + len, size - len, "~s1.example##.b\n##.c\nremove p text=/nine/\nattribution \"From {title}\" "
                                                   "in=main site=s2.example\nstrip /six/ in=p site=s3.example\n");
    return len;
}

static af_ruleset_t *compile(const af_memory_t *memory, const char *text, size_t len, af_status_t *status)
{
    af_builder_t *builder;
    af_ruleset_t *rules = NULL;
    af_error_t error;

    *status = af_builder_create(memory, &builder);
    if (*status != AF_OK) {
        return NULL;
    }
    *status = af_builder_add_text(builder, text, len, "list", 1, &error);
    if (*status != AF_OK) {
        af_builder_destroy(builder);
        return NULL;
    }
    *status = af_builder_compile(builder, &rules, &error);
    return rules;
}

static const char *const hosts[] = {
    "", "s1.example", "www.s1.example", "not.s1.example", "a.not.s1.example", "s1.example.org", "xs1.example", "example", "s2.example",
    "s3.example", "deep.in.s3.example", "other.test", ".s1.example", "s1.example.", "s", "."
};

#define HOSTS (sizeof hosts / sizeof *hosts)

static bool is_for_some(const af_rule_t *rule)
{
    for (size_t i = 0; i < rule->site_count; i++) {
        if (rule->sites[i][0] != '~') {
            return true;
        }
    }
    return false;
}

/* On a page that gets the smaller set no rule holds that is not in it, and one gets it where that is so. */
static void test_sets(void **state)
{
    char text[8192];
    size_t len = write_rules(text, sizeof text), smaller = 0;
    af_status_t status;
    af_ruleset_t *rules = compile(NULL, text, len, &status);

    (void) state;
    assert_int_equal(status, AF_OK);
    for (size_t i = 0; i < HOSTS; i++) {
        af_slice_t host = {(const uint8_t *) hosts[i], strlen(hosts[i])};
        const af_ruleset_t *here = af_ruleset_for(rules, host);
        bool some = false;
        for (uint32_t k = 0; k < rules->rule_count; k++) {
            some = some || (is_for_some(&rules->rules[k]) && af_rule_on_site(&rules->rules[k], host));
        }
        if (some && here != rules) {
            fail_msg("%s: a rule for it is left out", hosts[i]);
        }
        assert_ptr_equal(here->rules, rules->rules);
        smaller += here != rules;
    }
    assert_true(smaller >= 6);
    af_ruleset_destroy(rules);
}

/* A few such rules are in the one index. */
static void test_few(void **state)
{
    static const char text[] = "a.example##.b\n##.c\n";
    af_status_t status;
    af_ruleset_t *rules = compile(NULL, text, sizeof text - 1, &status);

    (void) state;
    assert_int_equal(status, AF_OK);
    assert_null(rules->elsewhere);
    assert_ptr_equal(af_ruleset_for(rules, (af_slice_t){(const uint8_t *) "x", 1}), rules);
    af_ruleset_destroy(rules);
}

/* --- Pages ------------------------------------------------------------------------------------------------------------------ */

typedef struct {
    char data[4096];
    size_t len;
} text_t;

static af_status_t on_output(void *opaque, const uint8_t *data, size_t len)
{
    text_t *text = opaque;

    assert_true(len <= sizeof text->data - text->len);
    memcpy(text->data + text->len, data, len);
    text->len += len;
    return AF_OK;
}

static const char page[] =
    "<!DOCTYPE html><title>T</title><body><main><div class=a>one</div><p>two<p class=b>three<p class=c>four</p>"
    "<section><p>five <b>six</b></p></section><section>seven</section><ul><li></li><li>eight</li></ul><p>nine<p>seven<p>ten"
    "</main>";

static void run(const af_ruleset_t *rules, const char *site, text_t *out)
{
    af_options_t options;
    af_writer_t *writer;

    af_options_init(&options);
    options.site = site;
    out->len = 0;
    assert_int_equal(af_writer_create(rules, &options, NULL, on_output, out, NULL, &writer), AF_OK);
    assert_int_equal(af_writer_push(writer, (const uint8_t *) page, sizeof page - 1), AF_OK);
    assert_int_equal(af_writer_finish(writer), AF_OK);
    af_writer_destroy(writer);
}

/* The lines of `text` that name `site`, or are for all: their hosts are for the caller to know. */
static size_t lines_for(const char *text, size_t len, unsigned number, char *to)
{
    size_t to_len = 0;

    for (const char *at = text, *end = text + len; at < end;) {
        const char *stop = memchr(at, '\n', (size_t) (end - at));
        unsigned host;
        bool other = (sscanf(at, "s%u.example,", &host) == 1 && host != number) ||
                     (strncmp(at, "attribution", 11) == 0 && number != 2) || (strncmp(at, "strip", 5) == 0 && number != 3);
        if (!other) {
            memcpy(to + to_len, at, (size_t) (stop + 1 - at));
            to_len += (size_t) (stop + 1 - at);
        }
        at = stop + 1;
    }
    return to_len;
}

/* What comes out is what comes of the lines that are for the host alone: too few for a second set. */
static void test_pages(void **state)
{
    static const struct { const char *site; unsigned number; } pages[] = {
        {"s1.example", 1}, {"www.s2.example", 2}, {"s3.example", 3}, {"s7.example", 7}, {"", 99}, {"other.test", 99}};
    char text[8192], part[8192];
    size_t len = write_rules(text, sizeof text);
    af_status_t status;
    af_ruleset_t *all = compile(NULL, text, len, &status);

    (void) state;
    assert_int_equal(status, AF_OK);
    assert_non_null(all->elsewhere);
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        text_t expected, out;
        af_ruleset_t *some = compile(NULL, part, lines_for(text, len, pages[i].number, part), &status);
        assert_int_equal(status, AF_OK);
        assert_null(some->elsewhere);
        run(some, pages[i].site, &expected);
        run(all, pages[i].site, &out);
        if (out.len != expected.len || memcmp(out.data, expected.data, out.len) != 0) {
            fail_msg("%s\nexpected: %.*s\ncame:     %.*s", pages[i].site, (int) expected.len, expected.data, (int) out.len, out.data);
        }
        assert_true(out.len < sizeof page - 1);
        af_ruleset_destroy(some);
    }
    af_ruleset_destroy(all);
}

/* --- Memory ----------------------------------------------------------------------------------------------------------------- */

static void test_no_memory(void **state)
{
    char text[8192];
    size_t len = write_rules(text, sizeof text), count = 0;
    af_status_t status = AF_NOMEM;

    (void) state;
    for (; status != AF_OK; count++) {
        short_memory_t memory = {count, 0};
        af_memory_t hooks = {short_alloc, short_release, &memory};
        af_ruleset_destroy(compile(&hooks, text, len, &status));
        if (memory.out != 0 || (status != AF_OK && status != AF_NOMEM)) {
            fail_msg("allocation %zu fails: status %d, %zu blocks left", count, (int) status, memory.out);
        }
    }
    assert_true(count > 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sets), cmocka_unit_test(test_few), cmocka_unit_test(test_pages), cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
