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
#include "html/names.h"
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

static af_slice_t slice_of(const char *text)
{
    return (af_slice_t){(const uint8_t *) text, strlen(text)};
}

/* A page of a host that a rule is for has a set of its own, and all others have one. */
static void test_sets(void **state)
{
    char text[8192];
    size_t len = write_rules(text, sizeof text), shared = 0;
    af_heap_t heap;
    af_status_t status;
    af_ruleset_t *rules = compile(NULL, text, len, &status);

    (void) state;
    assert_int_equal(status, AF_OK);
    af_heap_init(&heap, NULL, 0);
    for (size_t i = 0; i < HOSTS; i++) {
        const af_ruleset_t *here, *again;
        bool some = false;
        assert_int_equal(af_ruleset_for(rules, slice_of(hosts[i]), &heap, &here), AF_OK);
        for (uint32_t k = 0; k < rules->rule_count; k++) {
            some = some || (is_for_some(&rules->rules[k]) && af_rule_on_site(&rules->rules[k], slice_of(hosts[i])));
        }
        if (some && (here == rules || here == rules->elsewhere)) {
            fail_msg("%s: a rule for it is left out", hosts[i]);
        }
        assert_ptr_equal(here->rules, rules->rules);
        assert_int_equal(af_ruleset_for(here, slice_of("s5.example"), &heap, &again), AF_OK);
        assert_ptr_equal(here, again);
        af_ruleset_leave(here, again, &heap);
        shared += here == rules->elsewhere;
        af_ruleset_leave(rules, here, &heap);
        assert_int_equal(heap.used, 0);
    }
    assert_true(shared >= 6);
    af_ruleset_destroy(rules);
}

/* A few such rules are asked for everywhere. */
static void test_few(void **state)
{
    static const char text[] = "a.example##.b\n##.c\n";
    af_status_t status;
    af_heap_t heap;
    const af_ruleset_t *here;
    af_ruleset_t *rules = compile(NULL, text, sizeof text - 1, &status);

    (void) state;
    assert_int_equal(status, AF_OK);
    af_heap_init(&heap, NULL, 0);
    assert_null(rules->elsewhere);
    assert_int_equal(af_ruleset_for(rules, slice_of("a.example"), &heap, &here), AF_OK);
    assert_ptr_equal(here, rules);
    af_ruleset_leave(rules, here, &heap);
    af_ruleset_destroy(rules);
}

/* --- Pages ------------------------------------------------------------------------------------------------------------------ */

typedef struct {
    char data[16384];
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

static void run(const af_ruleset_t *rules, const char *site, const char *html, text_t *out)
{
    af_options_t options;
    af_writer_t *writer;

    af_options_init(&options);
    options.site = site;
    out->len = 0;
    assert_int_equal(af_writer_create(rules, &options, NULL, on_output, out, NULL, &writer), AF_OK);
    assert_int_equal(af_writer_push(writer, (const uint8_t *) html, strlen(html)), AF_OK);
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

static void assert_same_names(const af_index_t *a, const af_index_t *b)
{
    uint64_t left[AF_ATTRIBUTE_BITS / 64] = {0}, right[AF_ATTRIBUTE_BITS / 64] = {0};

    af_index_want(a, left);
    af_index_want(b, right);
    assert_memory_equal(left, right, sizeof left);
}

static void assert_kinds_same(const af_rule_kinds_t *a, const af_rule_kinds_t *b)
{
    assert_int_equal(a->structure, b->structure);
    assert_int_equal(a->guard, b->guard);
    assert_int_equal(a->text, b->text);
    assert_int_equal(a->dedupe, b->dedupe);
    assert_int_equal(a->title, b->title);
    assert_int_equal(a->attribution, b->attribution);
    assert_int_equal(a->protect, b->protect);
    assert_int_equal(a->keep, b->keep);
    assert_int_equal(a->strip, b->strip);
    assert_int_equal(a->unwrap, b->unwrap);
    assert_int_equal(a->most_after, b->most_after);
}

/* What a host's set asks for is what one of the rules that are for the host would. */
static void assert_asks_same(const af_ruleset_t *here, const af_ruleset_t *alone)
{
    const af_index_t *a = here->index, *b = alone->index;

    assert_kinds_same(&here->has, &alone->has);
    assert_int_equal(here->firm != NULL, alone->firm != NULL);
    assert_int_equal(af_index_needs_siblings(a), af_index_needs_siblings(b));
    assert_int_equal(af_index_needs_previous(a), af_index_needs_previous(b));
    assert_int_equal(af_index_needs_children(a), af_index_needs_children(b));
    assert_int_equal(af_index_needs_links(a), af_index_needs_links(b));
    for (uint32_t tag = 0; tag < AF_TAG_COUNT; tag++) {
        assert_int_equal(af_index_needs_tags(a, tag), af_index_needs_tags(b, tag));
        assert_int_equal(af_index_in_has(a, tag), af_index_in_has(b, tag));
    }
    assert_same_names(a, b);
    if (here->firm != NULL) {
        assert_same_names(here->firm, alone->firm);
    }
    assert_int_equal(here->ahead_count, alone->ahead_count);
}

/* What comes out is what comes of the lines that are for the host alone: too few for a second set. */
static void test_pages(void **state)
{
    static const struct { const char *site; unsigned number; } pages[] = {
        {"s1.example", 1}, {"www.s2.example", 2}, {"s3.example", 3}, {"s7.example", 7}, {"", 99}, {"other.test", 99}};
    char text[8192], part[8192];
    size_t len = write_rules(text, sizeof text);
    af_status_t status;
    af_heap_t heap;
    const af_ruleset_t *here;
    af_ruleset_t *all = compile(NULL, text, len, &status);

    (void) state;
    assert_int_equal(status, AF_OK);
    af_heap_init(&heap, NULL, 0);
    assert_non_null(all->elsewhere);
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        text_t expected, out;
        af_ruleset_t *some = compile(NULL, part, lines_for(text, len, pages[i].number, part), &status);
        assert_int_equal(status, AF_OK);
        assert_null(some->elsewhere);
        run(some, pages[i].site, page, &expected);
        run(all, pages[i].site, page, &out);
        assert_int_equal(af_ruleset_for(all, slice_of(pages[i].site), &heap, &here), AF_OK);
        assert_asks_same(here, some);
        af_ruleset_leave(all, here, &heap);
        if (out.len != expected.len || memcmp(out.data, expected.data, out.len) != 0) {
            fail_msg("%s\nexpected: %.*s\ncame:     %.*s", pages[i].site, (int) expected.len, expected.data, (int) out.len, out.data);
        }
        assert_true(out.len < sizeof page - 1);
        af_ruleset_destroy(some);
    }
    af_ruleset_destroy(all);
}

/* --- Hosts in hosts --------------------------------------------------------------------------------------------------------- */

/* Elements by class, each with a rule that is for the hosts in front. */
static const struct { const char *hosts, *removed; } lines[] = {
    {"", "all"},
    {"top.example", "top"},                     /* the domain alone, and what is in it */
    {"in.top.example", "in"},
    {"deep.in.top.example", "deep"},
    {"other.deep.in.top.example", "other"},     /* named by one line alone */
    {"top.example,in.top.example", "both"},     /* a host that is in another one of the line */
    {"in.top.example,side.example", "aside"},
    {"side.example,top.example,far.example", "three"},
    {"top.example,~in.top.example", "without"}, /* but not there */
    {"~top.example", "elsewhere"},
    {"far.example", "far"},
    {"top.example,top.example", "twice"},
    {"top.*", "entity"},                        /* not supported: skipped */
};

#define LINES_IN_HOSTS (sizeof lines / sizeof *lines)

/* The classes that a host's page keeps, by hand. */
static const struct { const char *site, *kept; } kept[] = {
    {"", " top in deep other both aside three without far twice entity excepted"},
    {"none.example", " top in deep other both aside three without far twice entity excepted"},
    {"example", " top in deep other both aside three without far twice entity excepted"},
    {"top.example", " in deep other aside elsewhere far entity"},
    {"www.top.example", " in deep other aside elsewhere far entity"},
    {"in.top.example", " deep other without elsewhere far entity"},
    {"x.in.top.example", " deep other without elsewhere far entity"},
    {"deep.in.top.example", " other without elsewhere far entity excepted"},
    {"a.b.deep.in.top.example", " other without elsewhere far entity excepted"},
    {"other.deep.in.top.example", " without elsewhere far entity excepted"},
    {"side.example", " top in deep other both without far twice entity excepted"},
    {"far.example", " top in deep other both aside without twice entity excepted"},
    {"xtop.example", " top in deep other both aside three without far twice entity excepted"},
};

/* Rules for hosts of no page make the set one with layers; they are written with every combinator. */
static size_t write_nested(char *to, size_t size, const char *pattern)
{
    size_t len = 0;

    for (size_t i = 0; i < LINES_IN_HOSTS; i++) {
        len += (size_t) snprintf(to + len, size - len, "%s##", lines[i].hosts);
        len += (size_t) snprintf(to + len, size - len, pattern, lines[i].removed);
        to[len++] = '\n';
    }
    len += (size_t) snprintf(to + len, size - len, "top.example##");
    len += (size_t) snprintf(to + len, size - len, pattern, "excepted");
    len += (size_t) snprintf(to + len, size - len, "\ndeep.in.top.example#@#");
    len += (size_t) snprintf(to + len, size - len, pattern, "excepted");
    to[len++] = '\n';
    for (unsigned i = 0; i < 20; i++) {
        len += (size_t) snprintf(to + len, size - len, "h%u.test##div:has(p) + b\n", i);
    }
    return len;
}

/* A page that has an element of each class. */
static void write_classes(char *to, size_t size, const char *keeps)
{
    size_t len = 0;

    to[0] = '\0';
    for (size_t i = 0; i <= LINES_IN_HOSTS; i++) {
        const char *name = i < LINES_IN_HOSTS ? lines[i].removed : "excepted";
        char wanted[32], words[256];
        snprintf(wanted, sizeof wanted, " %s ", name);
        snprintf(words, sizeof words, "%s ", keeps == NULL ? "" : keeps);
        if (keeps == NULL || strstr(words, wanted) != NULL) {
            len += (size_t) snprintf(to + len, size - len, "<i class=\"mark\"></i><p class=\"%s\">%s</p>", name, name);
        } else {
            len += (size_t) snprintf(to + len, size - len, "<i class=\"mark\"></i>");
        }
    }
}

static void test_nested(void **state)
{
    static const char *const patterns[] = {".%s", "p[class=\"%s\"]", "[class^=\"%s\"]", ".mark + .%s", ".mark ~ .%s", "body > .%s",
                                           "html .%s", "p.%s:not(.mark)", "p.%s:not(:has(b))", ".%s:nth-child(n)", ":is(.%s, .none)"};
    char text[8192], before[4096], after[4096];

    (void) state;
    write_classes(before, sizeof before, NULL);
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        af_status_t status;
        size_t len = write_nested(text, sizeof text, patterns[i]);
        af_ruleset_t *rules = compile(NULL, text, len, &status);
        assert_int_equal(status, AF_OK);
        assert_non_null(rules->elsewhere);
        for (size_t k = 0; k < sizeof kept / sizeof *kept; k++) {
            text_t out;
            write_classes(after, sizeof after, kept[k].kept);
            run(rules, kept[k].site, before, &out);
            if (out.len != strlen(after) || memcmp(out.data, after, out.len) != 0) {
                fail_msg("%s on \"%s\"\nexpected: %s\ncame:     %.*s", patterns[i], kept[k].site, after, (int) out.len, out.data);
            }
        }
        af_ruleset_destroy(rules);
    }
}

#define CROWD 150u

/* More sets of hosts than a host has room for: what has none is asked for everywhere, and holds on its hosts alone. */
static void test_crowd(void **state)
{
    char text[16384], html[16384];
    size_t len = 0, html_len = 0;
    af_status_t status;
    text_t out;

    (void) state;
    for (unsigned i = 0; i < CROWD; i++) {
        len += (size_t) snprintf(text + len, sizeof text - len, "crowd.example,h%u.example##.m%u\n", i, i);
        html_len += (size_t) snprintf(html + html_len, sizeof html - html_len, "<p class=m%u>%u</p>", i, i);
    }
    af_ruleset_t *rules = compile(NULL, text, len, &status);
    assert_int_equal(status, AF_OK);
    run(rules, "www.crowd.example", html, &out);
    assert_int_equal(out.len, 0);
    run(rules, "none.example", html, &out);
    assert_int_equal(out.len, html_len);
    for (unsigned i = 0; i < CROWD; i++) {
        char host[32], element[64];
        snprintf(host, sizeof host, "h%u.example", i);
        size_t gone = (size_t) snprintf(element, sizeof element, "<p class=m%u>%u</p>", i, i);
        run(rules, host, html, &out);
        assert_int_equal(out.len, html_len - gone);
        assert_null(memmem(out.data, out.len, element, gone));
    }
    af_ruleset_destroy(rules);
}

static void on_event(void *opaque, const af_event_t *event)
{
    uint32_t *counts = opaque;

    counts[event->rule] += event->kind == AF_REMOVED;
}

static af_status_t on_edit(void *opaque, const af_edit_t *edit)
{
    (void) opaque;
    (void) edit;
    return AF_OK;
}

/* Removals are told of the rule that took them, by its number among all. */
static void test_counts(void **state)
{
    static const uint8_t html[] = "<p class=top>a</p><p class=far>b</p><p class=\"all\">c</p><p class=\"excepted\">d</p>";
    char text[8192];
    size_t len = write_nested(text, sizeof text, ".%s");
    uint32_t counts[64] = {0};
    const af_sink_t sink = {on_edit, on_event, NULL, counts};
    af_status_t status;
    af_ruleset_t *rules = compile(NULL, text, len, &status);
    af_options_t options;
    af_stream_t *stream;

    (void) state;
    assert_int_equal(status, AF_OK);
    assert_true(af_ruleset_count(rules) < 64);
    af_options_init(&options);
    options.site = "www.top.example";
    assert_int_equal(af_stream_create(rules, &options, &sink, NULL, &stream), AF_OK);
    assert_int_equal(af_stream_push(stream, html, sizeof html - 1), AF_OK);
    assert_int_equal(af_stream_finish(stream), AF_OK);
    for (uint32_t i = 0; i < af_ruleset_count(rules); i++) {
        bool took = i < 2 || strcmp(af_ruleset_text(rules, i), "top.example##.excepted") == 0;
        assert_int_equal(counts[i], took);
    }
    af_stream_destroy(stream);
    af_ruleset_destroy(rules);
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

static void test_no_memory_here(void **state)
{
    char text[8192];
    size_t len = write_rules(text, sizeof text);
    af_status_t status;
    af_ruleset_t *rules = compile(NULL, text, len, &status);

    (void) state;
    assert_int_equal(status, AF_OK);
    status = AF_NOMEM;
    for (size_t count = 0; status != AF_OK; count++) {
        short_memory_t memory = {count, 0};
        af_memory_t hooks = {short_alloc, short_release, &memory};
        af_heap_t heap;
        const af_ruleset_t *here;
        af_heap_init(&heap, &hooks, 0);
        status = af_ruleset_for(rules, slice_of("s3.example"), &heap, &here);
        assert_true(status == AF_OK || (status == AF_NOMEM && here == NULL));
        af_ruleset_leave(rules, here, &heap);
        assert_int_equal(memory.out, 0);
        assert_int_equal(heap.used, 0);
    }
    status = AF_NOMEM;
    for (size_t count = 0; status != AF_OK; count++) {
        const af_sink_t sink = {.edit = on_edit};
        short_memory_t memory = {count, 0};
        af_memory_t hooks = {short_alloc, short_release, &memory};
        af_options_t options;
        af_stream_t *stream;
        af_options_init(&options);
        options.site = "s3.example";
        status = af_stream_create(rules, &options, &sink, &hooks, &stream);
        assert_true(status == AF_OK || status == AF_NOMEM);
        if (status == AF_OK) {
            af_stream_destroy(stream);
        }
        assert_int_equal(memory.out, 0);
    }
    af_ruleset_destroy(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sets), cmocka_unit_test(test_few), cmocka_unit_test(test_pages), cmocka_unit_test(test_nested),
        cmocka_unit_test(test_crowd), cmocka_unit_test(test_counts), cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_no_memory_here),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
