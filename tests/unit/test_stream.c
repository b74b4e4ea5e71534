/*
 * test_stream.c: the public stream where its type is not known yet, and where memory is not to be had.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "article_filter.h"

typedef struct {
    const uint8_t *in;
    uint8_t out[100000];
    size_t len;
    uint64_t pos;
    int refuse_at; /* the edit that the host refuses, from 1; 0: none */
} host_t;

typedef struct { size_t calls, fail_at, blocks, bytes; } memory_t;

static void *take(void *opaque, size_t len)
{
    memory_t *memory = opaque;

    if (++memory->calls == memory->fail_at) {
        return NULL;
    }
    void *block = malloc(len);
    memory->blocks++;
    memory->bytes += malloc_usable_size(block);
    return block;
}

static void give_back(void *opaque, void *block)
{
    memory_t *memory = opaque;

    memory->blocks -= block != NULL;
    memory->bytes -= malloc_usable_size(block);
    free(block);
}

static af_status_t on_edit(void *opaque, const af_edit_t *edit)
{
    host_t *host = opaque;
    size_t len = (size_t) (edit->to_pos - edit->from_pos);

    if (host->refuse_at > 0 && --host->refuse_at == 0) {
        return AF_HOST;
    }
    assert_int_equal(edit->from_pos, host->pos);
    host->pos = edit->to_pos;
    if (edit->kind == AF_INSERT) {
        memcpy(host->out + host->len, edit->data, edit->len);
        host->len += edit->len;
    } else if (edit->kind == AF_KEEP) {
        memcpy(host->out + host->len, host->in + edit->from_pos, len);
        host->len += len;
    }
    return AF_OK;
}

static af_ruleset_t *rules_of(const char *text)
{
    af_builder_t *builder;
    af_ruleset_t *rules;

    assert_int_equal(af_builder_create(NULL, &builder), AF_OK);
    assert_int_equal(af_builder_add_text(builder, text, strlen(text), "test", 1, NULL), AF_OK);
    assert_int_equal(af_builder_compile(builder, &rules, NULL), AF_OK);
    return rules;
}

static af_status_t run(const af_ruleset_t *rules, const char *in, size_t chunk, memory_t *memory, host_t *host)
{
    const af_memory_t hooks = {take, give_back, memory};
    const af_sink_t sink = {on_edit, NULL, NULL, host};
    af_options_t options;
    af_stream_t *stream;
    af_status_t status;

    host->in = (const uint8_t *) in;
    af_options_init(&options);
    options.site = "www.example.org";
    options.url = "https://www.example.org/";
    options.charset = "utf-8";
    status = af_stream_create(rules, &options, &sink, memory == NULL ? NULL : &hooks, &stream);
    if (status != AF_OK) {
        assert_null(stream);
        return status;
    }
    for (size_t at = 0, left = strlen(in); left > 0 && status != AF_HOST; at += chunk, left -= chunk) {
        chunk = chunk < left ? chunk : left;
        uint8_t *copy = malloc(chunk); /* it is the host's again after the push */
        memcpy(copy, host->in + at, chunk);
        af_status_t pushed = af_stream_push(stream, copy, chunk);
        free(copy);
        status = pushed != AF_OK ? pushed : status;
        af_stats_t stats;
        af_stream_stats(stream, &stats);
        assert_true(status == AF_HOST || stats.pushed == at + chunk);
        assert_true(status == AF_HOST || af_stream_frontier(stream) == host->pos);
    }
    if (status != AF_HOST) {
        af_status_t finished = af_stream_finish(stream);
        status = finished != AF_OK ? finished : status;
    }
    af_stream_destroy(stream);
    return status;
}

static const char *const pages[] = {"<p>a<b class=c>b</b>d</p>", " \n<?xml version='1.0'?><rss><channel><item><description>"
    "&lt;p&gt;a&lt;b class=c>b&lt;/b>d</description></item></channel></rss>", "  {\"version\":\"https://jsonfeed.org/version/1\","
    "\"items\":[{\"content_html\":\"<p>a<b class=c>b</b>d</p>\"}]}", " ", "", "\xef\xbb\xbf<"};
static const char *const expected[] = {"<p>ad</p>", " \n<?xml version='1.0'?><rss><channel><item><description>"
    "&lt;p&gt;ad</description></item></channel></rss>", "  {\"version\":\"https://jsonfeed.org/version/1\","
    "\"items\":[{\"content_html\":\"<p>ad</p>\"}]}", " ", "", "\xef\xbb\xbf<"};
#define PAGES (sizeof pages / sizeof *pages)

static void test_types(void **state)
{
    af_ruleset_t *rules = rules_of("remove .c");

    (void) state;
    for (size_t i = 0; i < PAGES; i++) {
        for (size_t chunk = 1; chunk < 200; chunk += 33) {
            host_t host = {.pos = 0};
            assert_int_equal(run(rules, pages[i], chunk, NULL, &host), AF_OK);
            assert_int_equal(host.len, strlen(expected[i]));
            assert_memory_equal(host.out, expected[i], host.len);
        }
    }
    af_ruleset_destroy(rules);
}

/* Whatever allocation fails: all bytes are passed on, changed or not, and all is given back. */
static void test_memory(void **state)
{
    af_ruleset_t *rules = rules_of("remove .c");

    (void) state;
    for (size_t i = 0; i < PAGES; i++) {
        for (size_t n = 1, last = 1; n <= last + 1; n++) {
            memory_t memory = {.fail_at = n};
            host_t host = {.pos = 0};
            af_status_t status = run(rules, pages[i], 5, &memory, &host);
            last = memory.calls;
            assert_int_equal(memory.blocks, 0);
            assert_true(status == AF_OK || status == AF_NOMEM || status == AF_LIMIT); /* limit: a field could not be written back */
            assert_true(host.pos == strlen(pages[i]) || (host.pos == 0 && status == AF_NOMEM));
        }
    }
    af_ruleset_destroy(rules);
}

static void test_host(void **state)
{
    af_ruleset_t *rules = rules_of("remove .c");

    (void) state;
    for (size_t i = 0; i < 3; i++) {
        host_t host = {.refuse_at = 2};
        assert_int_equal(run(rules, pages[i], 1, NULL, &host), AF_HOST);
    }
    af_ruleset_destroy(rules);
}

/* A page with an element of `len` bytes whose first line is `heading`. */
static char *page_of(const char *heading, size_t len)
{
    static const char head[] = "<p>Before</p><div><h3>", item[] = "</h3><a href=x>Link</a><h3>", tail[] = "</h3></div><p>Behind";
    char *page = malloc(sizeof head + strlen(heading) + len + sizeof item + sizeof tail);
    size_t at = (size_t) sprintf(page, "%s%s", head, heading);

    while (at < len) {
        at += (size_t) sprintf(page + at, "%s", item);
    }
    (void) sprintf(page + at, "%s", tail);
    return page;
}

/* Elements that begin in one chunk and end in another, whose end decides; the chunks are gone after each push. */
static void test_carried(void **state)
{
    static const size_t lengths[] = {200, 5000, 32700, 33000, 42000}, chunks[] = {7, 1000, 4096, 32768, 40000};
    static const char *const headings[] = {"Related", "Something else"};
    af_ruleset_t *rules = rules_of("remove div heading=/^Related/ min-links=4 max=90000 max-prose=1000");
    static host_t host;

    (void) state;
    for (size_t i = 0; i < 2 * sizeof lengths / sizeof *lengths; i++) {
        char *page = page_of(headings[i % 2], lengths[i / 2]);
        const char *want = i % 2 == 0 ? "<p>Before</p><p>Behind" : page;
        for (size_t j = 0; j < sizeof chunks / sizeof *chunks; j++) {
            memory_t memory = {0};
            memset(&host, 0, sizeof host);
            assert_int_equal(run(rules, page, chunks[j], &memory, &host), AF_OK);
            assert_int_equal(host.len, strlen(want));
            assert_memory_equal(host.out, want, host.len);
            for (size_t n = 1; n <= memory.calls; n++) {
                memory_t poor = {.fail_at = n};
                memset(&host, 0, sizeof host);
                af_status_t status = run(rules, page, chunks[j], &poor, &host);
                assert_true(status == AF_OK || status == AF_NOMEM);
                assert_int_equal(poor.blocks, 0);
            }
        }
        free(page);
    }
    af_ruleset_destroy(rules);
}

/* What a stream holds that has read the page in such chunks and waits for more. */
static size_t bytes_waiting(const af_ruleset_t *rules, const char *page, size_t chunk)
{
    memory_t memory = {0};
    const af_memory_t hooks = {take, give_back, &memory};
    host_t host = {.in = (const uint8_t *) page};
    const af_sink_t sink = {on_edit, NULL, NULL, &host};
    af_options_t options;
    af_stream_t *stream;

    af_options_init(&options);
    assert_int_equal(af_stream_create(rules, &options, &sink, &hooks, &stream), AF_OK);
    for (size_t at = 0, left = strlen(page); left > 0; at += chunk, left -= chunk) {
        chunk = chunk < left ? chunk : left;
        assert_int_equal(af_stream_push(stream, (const uint8_t *) page + at, chunk), AF_OK);
    }
    size_t bytes = memory.bytes;
    af_stream_destroy(stream);
    assert_int_equal(memory.bytes, 0);
    return bytes;
}

/* What answers left to remember goes at the end of a push where little is held, but not of each small one. */
static void test_rest(void **state)
{
    af_ruleset_t *rules = rules_of("remove div:has(.k ~ .z)");
    char page[8192] = "";

    (void) state;
    for (int i = 0; i < 900; i++) {
        strcat(page, i < 300 ? "<div>" : i < 600 ? "<p>a</p>" : "</div>");
    }
    assert_true(bytes_waiting(rules, page, 8192) + 8192 < bytes_waiting(rules, page, 100));
    af_ruleset_destroy(rules);
}

static void test_charset(void **state)
{
    af_ruleset_t *rules = rules_of("remove .c");
    const af_sink_t sink = {on_edit, NULL, NULL, NULL};
    af_options_t options;
    af_stream_t *stream;

    (void) state;
    af_options_init(&options);
    options.charset = "utf-16le";
    assert_int_equal(af_stream_create(rules, &options, &sink, NULL, &stream), AF_UNSUPPORTED);
    assert_null(stream);
    af_stream_destroy(NULL);
    af_ruleset_destroy(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types), cmocka_unit_test(test_memory), cmocka_unit_test(test_host), cmocka_unit_test(test_charset),
        cmocka_unit_test(test_carried), cmocka_unit_test(test_rest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
