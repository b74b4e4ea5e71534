/*
 * fuzz_feed.c: any bytes as a feed.
 *
 * The first byte: bits 0 and 1 the limit of what is held, bits 2 and 3 the rules; the second the chunks. Checked: edits cover the
 * input once and in order; chunks change no byte of the output; XML that libxml2 takes is still taken where something changed; JSON
 * that nothing changed is the same; with an allocation that fails, all is given back (a sample); and it takes no longer than a hang
 * is defined to be.
 */
#include <libxml/parser.h>

#include "fuzz.h"

#define RULES 4
static af_ruleset_t *rules[RULES];

static const char *const texts[RULES] = {
    "remove .w\nremove p text=/^Join/\nunwrap b\ndedupe i\nfeed-remove slash:comments comments\nprotect .k\n",
    "remove b\nunwrap i\nremove p:last-child\nstrip /a|&/\n",
    "remove *:nth-child(2)\nfeed-fields extra\nfeed-add dc:rights \"From {title}\"\nfeed-remove category\n",
    "preset feed-comments\nattribution \"News from The Press, {year}.\" date=response\npreset feed-share\nremove div > p\n",
};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void) argc;
    (void) argv;
    for (size_t i = 0; i < RULES; i++) {
        af_builder_t *builder;
        af_error_t error;
        CHECK(af_builder_create(NULL, &builder) == AF_OK);
        CHECK(af_builder_add_text(builder, texts[i], strlen(texts[i]), "fuzz", 1, &error) == AF_OK);
        CHECK(af_builder_compile(builder, &rules[i], &error) == AF_OK);
    }
    return 0;
}

typedef struct {
    const uint8_t *in;
    size_t in_len;
    fuzz_bytes_t out;
    uint64_t pos;
    bool changed;
} run_t;

typedef struct {
    const af_ruleset_t *rules;
    size_t hold;
    uint8_t chunks;
    fuzz_memory_t *memory;
} way_t;

static af_status_t on_edit(void *opaque, const af_edit_t *edit)
{
    run_t *run = opaque;

    CHECK(edit->from_pos == run->pos);
    run->changed = run->changed || edit->kind != AF_KEEP;
    if (edit->kind == AF_INSERT) {
        CHECK(edit->len > 0);
        fuzz_put(&run->out, edit->data, edit->len);
        return AF_OK;
    }
    CHECK(edit->to_pos > edit->from_pos && edit->to_pos <= run->in_len);
    if (edit->kind == AF_KEEP) {
        fuzz_put(&run->out, run->in + edit->from_pos, (size_t) (edit->to_pos - edit->from_pos));
    }
    run->pos = edit->to_pos;
    return AF_OK;
}

static void run_feed(run_t *run, const uint8_t *data, size_t len, const way_t *way)
{
    const af_sink_t sink = {on_edit, NULL, NULL, run};
    const af_memory_t hooks = {fuzz_alloc, fuzz_release, way->memory};
    fuzz_chunks_t chunks = {.how = way->chunks};
    af_options_t options;
    af_stream_t *stream;

    run->in = data;
    run->in_len = len;
    run->pos = 0;
    run->changed = false;
    run->out.len = 0;
    fuzz_put(&run->out, "", 0);
    af_options_init(&options);
    options.type = AF_FEED;
    options.date = 1700000000;
    options.limits.hold = way->hold;
    options.limits.memory = 64u << 20;
    af_status_t status = af_stream_create(way->rules, &options, &sink, way->memory == NULL ? NULL : &hooks, &stream);
    CHECK(status == AF_OK || way->memory != NULL);
    if (status != AF_OK) {
        return;
    }
    for (size_t at = 0, give; at < len; at += give) {
        give = fuzz_chunk(&chunks, len - at);
        uint8_t *block = fuzz_lend(data + at, give);
        status = af_stream_push(stream, block, give);
        CHECK(status != AF_HOST && (status != AF_NOMEM || way->memory != NULL));
        fuzz_take_back(block, give);
    }
    CHECK(af_stream_finish(stream) != AF_HOST && run->pos == len);
    af_stream_destroy(stream);
}

static void silent(void *opaque, xmlErrorPtr error)
{
    (void) opaque;
    (void) error;
}

static bool well_formed(const uint8_t *data, size_t len)
{
    xmlSetStructuredErrorFunc(NULL, silent);
    xmlDocPtr document = xmlReadMemory((const char *) data, (int) len, "in", NULL, XML_PARSE_NONET);
    bool ok = document != NULL;

    xmlFreeDoc(document);
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const size_t holds[] = {64, 300, 1000, 1u << 20};
    static run_t whole, parts;

    if (len < 2) {
        return 0;
    }
    way_t way = {.rules = rules[data[0] >> 2 & 3], .hold = holds[data[0] & 3]};
    IN_TIME(len > 65536 ? 10 : FUZZ_MAX_SECONDS, run_feed(&whole, data + 2, len - 2, &way));
    way.chunks = data[1] == 0 ? 1 : data[1];
    run_feed(&parts, data + 2, len - 2, &way);
    if (!fuzz_same(&whole.out, &parts.out)) {
        fuzz_show("whole", whole.out.data, whole.out.len);
        fuzz_show("parts", parts.out.data, parts.out.len);
    }
    CHECK(fuzz_same(&whole.out, &parts.out));
    CHECK(whole.changed || (whole.out.len == len - 2 && memcmp(whole.out.data, data + 2, len - 2) == 0));
    if (whole.changed && whole.out.len > 0 && whole.out.data[0] == '<' && well_formed(data + 2, len - 2)) {
        if (!well_formed(whole.out.data, whole.out.len)) {
            fuzz_show("was", data + 2, len - 2);
            fuzz_show("is", whole.out.data, whole.out.len);
        }
        CHECK(well_formed(whole.out.data, whole.out.len));
    }
    uint32_t random = fuzz_hash(data, len);
    if (random % 8 == 1) {
        fuzz_memory_t memory = {.fail_at = 1 + (random >> 3) % 64};
        way.memory = &memory;
        run_feed(&parts, data + 2, len - 2, &way);
        CHECK(memory.blocks == 0);
    }
    return 0;
}
