/*
 * fuzz_feed.c: any bytes as a feed.
 *
 * The first byte chooses the limit of what is held, the second the chunk size. What must hold whatever the rest is: edits
 * cover the input once and in order, chunking does not change the output, and XML that libxml2 takes is still taken
 * afterwards. Run: build/fuzz/fuzz_feed -max_len=4096 -dict=tests/fuzz/feed.dict CORPUS
 */
#include <libxml/parser.h>

#include <stdlib.h>
#include <string.h>

#include "article_filter.h"

static af_ruleset_t *rules;

static const char text[] = "remove .w\nremove p text=/^Join/\nunwrap b\ndedupe i\nfeed-remove slash:comments comments\n"
                           "protect .k\nattribution \"News from The Example Press, {year}.\" date=response\n";

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    af_builder_t *builder;
    af_error_t error;

    (void) argc;
    (void) argv;
    if (af_builder_create(NULL, &builder) != AF_OK ||
        af_builder_add_text(builder, text, sizeof text - 1, "fuzz", 1, &error) != AF_OK ||
        af_builder_compile(builder, &rules, &error) != AF_OK) {
        abort();
    }
    return 0;
}

typedef struct {
    const uint8_t *in;
    size_t in_len;
    uint8_t *out;
    size_t out_len, capacity;
    uint64_t pos;
} run_t;

static void put(run_t *run, const uint8_t *data, size_t len)
{
    if (run->out_len + len > run->capacity) {
        run->capacity = 2 * (run->out_len + len);
        run->out = realloc(run->out, run->capacity);
        if (run->out == NULL) {
            abort();
        }
    }
    if (len > 0) {
        memcpy(run->out + run->out_len, data, len);
    }
    run->out_len += len;
}

static af_status_t on_edit(void *opaque, const af_edit_t *edit)
{
    run_t *run = opaque;

    if (edit->kind == AF_INSERT) {
        put(run, edit->data, edit->len);
        return AF_OK;
    }
    if (edit->from_pos != run->pos || edit->to_pos <= edit->from_pos || edit->to_pos > run->in_len) {
        abort();
    }
    if (edit->kind == AF_KEEP) {
        put(run, run->in + edit->from_pos, (size_t) (edit->to_pos - edit->from_pos));
    }
    run->pos = edit->to_pos;
    return AF_OK;
}

static run_t run_feed(const uint8_t *data, size_t len, size_t chunk, size_t hold)
{
    run_t run = {.in = data, .in_len = len};
    const af_sink_t sink = {on_edit, NULL, NULL, &run};
    af_options_t options;
    af_stream_t *stream;

    af_options_init(&options);
    options.type = AF_FEED;
    options.date = 1700000000;
    options.limits.hold = hold;
    options.limits.memory = 64u << 20;
    put(&run, (const uint8_t *) "", 0);
    if (af_stream_create(rules, &options, &sink, NULL, &stream) != AF_OK) {
        abort();
    }
    for (size_t at = 0; at < len; at += chunk) {
        af_status_t status = af_stream_push(stream, data + at, len - at < chunk ? len - at : chunk);
        if (status == AF_HOST || status == AF_NOMEM) {
            abort();
        }
    }
    if (af_stream_finish(stream) == AF_HOST || run.pos != len) {
        abort();
    }
    af_stream_destroy(stream);
    return run;
}

static void silent(void *opaque, xmlErrorPtr error)
{
    (void) opaque;
    (void) error;
}

static int well_formed(const uint8_t *data, size_t len)
{
    xmlSetStructuredErrorFunc(NULL, silent);
    xmlDocPtr document = xmlReadMemory((const char *) data, (int) len, "in", NULL, XML_PARSE_NONET);
    int ok = document != NULL;

    xmlFreeDoc(document);
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t holds[] = {64, 300, 1000, 1u << 20};

    if (size < 2) {
        return 0;
    }
    size_t hold = holds[data[0] % 4], chunk = data[1] % 64 + 1u;
    run_t whole = run_feed(data + 2, size - 2, size, hold), parts = run_feed(data + 2, size - 2, chunk, hold);
    if (whole.out_len != parts.out_len || (whole.out_len > 0 && memcmp(whole.out, parts.out, whole.out_len) != 0)) {
        abort();
    }
    if (whole.out_len > 0 && whole.out[0] == '<' && well_formed(data + 2, size - 2) && !well_formed(whole.out, whole.out_len)) {
        abort();
    }
    free(whole.out);
    free(parts.out);
    return 0;
}
