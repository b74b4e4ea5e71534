/*
 * stream.c: the public functions of a response: options, memory, and what runs: a page's rewriter or a feed.
 *
 * Where the host does not know the type, the first bytes tell. They are looked at where they are; only where one push does not
 * hold enough of them are they copied, and given to what was chosen as if they had come then.
 */
#include "article_filter.h"
#include "base/memory.h"
#include "charset/detect.h"
#include "feed/feed.h"
#include "preview/feed_page.h"
#include "rewrite/rewriter.h"

#define KIB ((size_t) 1024)

struct af_stream {
    af_heap_t heap;
    af_sink_t sink;
    const af_ruleset_t *rules;
    af_options_t options;
    char *charset, *site, *url; /* copies */
    af_rewriter_t *rewriter;    /* one of both, once the type is known */
    af_feed_t *feed;
    af_feed_page_t *page;       /* a feed's preview */
    uint8_t *first;             /* bytes that came before it was */
    size_t first_len, first_capacity;
    uint64_t passed;            /* neither could be made: all goes as it is */
    bool passing;
};

void af_options_init(af_options_t *out)
{
    *out = (af_options_t){0};
    out->type = AF_AUTO;
    out->last_modified = out->date = INT64_MIN;
    out->limits.memory = 1024 * KIB;
    out->limits.hold = 256 * KIB;
    out->limits.tag = 256 * KIB;
    out->limits.depth = 512;
    out->limits.attributes = 1024;
    out->limits.match_steps = 100000;
}

/* --- Beginning ---------------------------------------------------------------------------------------------------------- */

static af_status_t copy_string(af_heap_t *heap, const char *text, char **copy)
{
    size_t len = text == NULL ? 0 : strlen(text) + 1;

    *copy = NULL;
    if (len == 0) {
        return AF_OK;
    }
    *copy = af_heap_alloc(heap, len);
    if (*copy == NULL) {
        return af_heap_why(heap, len);
    }
    memcpy(*copy, text, len);
    return AF_OK;
}

static void release_string(af_heap_t *heap, char *text)
{
    if (text != NULL) {
        af_heap_release(heap, text, strlen(text) + 1);
    }
}

static af_status_t copy_options(af_stream_t *stream, const af_options_t *options)
{
    af_status_t status = copy_string(&stream->heap, options->charset, &stream->charset);

    if (status == AF_OK) {
        status = copy_string(&stream->heap, options->site, &stream->site);
    }
    if (status == AF_OK) {
        status = copy_string(&stream->heap, options->url, &stream->url);
    }
    stream->options = *options;
    stream->options.charset = stream->charset;
    stream->options.site = stream->site;
    stream->options.url = stream->url;
    return status;
}

/* A feed that is previewed is filtered, and the page shows what that changes. */
static af_status_t start_feed(af_stream_t *stream)
{
    const af_sink_t *sink = &stream->sink;

    if (stream->options.mode == AF_PREVIEW) {
        af_status_t status = af_feed_page_create(stream->rules, stream->charset, sink, &stream->heap, &stream->page);
        if (status != AF_OK) {
            return status;
        }
        stream->options.mode = AF_FILTER;
        sink = af_feed_page_sink(stream->page);
    }
    return af_feed_create(stream->rules, &stream->options, sink, &stream->heap, &stream->feed);
}

static af_status_t start(af_stream_t *stream, af_type_t type)
{
    static const af_fragment_t fragment = {.markup = AF_FRAGMENT_HTML};

    if (type == AF_FEED) {
        return start_feed(stream);
    }
    return af_rewriter_create(stream->rules, &stream->options, type == AF_FRAGMENT ? &fragment : NULL, &stream->sink,
                              &stream->heap, &stream->rewriter);
}

af_status_t af_stream_create(const af_ruleset_t *rules, const af_options_t *options, const af_sink_t *sink,
                             const af_memory_t *memory, af_stream_t **out)
{
    af_heap_t heap;

    *out = NULL;
    if (options->charset != NULL && !af_charset_supported(options->charset)) {
        return AF_UNSUPPORTED;
    }
    af_heap_init(&heap, memory, options->limits.memory);
    af_stream_t *stream = af_heap_alloc(&heap, sizeof *stream);
    if (stream == NULL) {
        return af_heap_why(&heap, sizeof *stream);
    }
    memset(stream, 0, sizeof *stream);
    stream->heap = heap;
    stream->sink = *sink;
    stream->rules = rules;
    af_status_t status = copy_options(stream, options);
    if (status == AF_OK && options->type != AF_AUTO) {
        status = start(stream, options->type);
    }
    if (status != AF_OK) {
        af_stream_destroy(stream);
        return status;
    }
    *out = stream;
    return AF_OK;
}

/* --- The type ----------------------------------------------------------------------------------------------------------- */

static af_status_t push(af_stream_t *stream, const uint8_t *data, size_t len)
{
    if (stream->page != NULL) {
        af_feed_page_lend(stream->page, data, len);
        af_status_t pushed = af_feed_push(stream->feed, data, len);
        af_status_t kept = af_feed_page_keep(stream->page);
        return pushed == AF_OK ? kept : pushed;
    }
    return stream->feed != NULL ? af_feed_push(stream->feed, data, len) : af_rewriter_push(stream->rewriter, data, len);
}

static af_status_t remember(af_stream_t *stream, const uint8_t *data, size_t len)
{
    void *block = stream->first;
    af_status_t status = af_heap_grow(&stream->heap, &block, &stream->first_capacity, stream->first_len + len, 1, SIZE_MAX / 4);

    stream->first = block;
    if (status == AF_OK && len > 0) {
        memcpy(stream->first + stream->first_len, data, len);
        stream->first_len += len;
    }
    return status;
}

static void forget(af_stream_t *stream)
{
    af_heap_release(&stream->heap, stream->first, stream->first_capacity);
    stream->first = NULL;
    stream->first_len = stream->first_capacity = 0;
}

/* Starts what `found` asks for and gives it what was remembered. */
static af_status_t choose(af_stream_t *stream, af_sniff_t found)
{
    af_status_t status = start(stream, found == AF_SNIFF_XML || found == AF_SNIFF_JSON ? AF_FEED : AF_HTML);

    if (status == AF_OK && stream->first_len > 0) {
        status = push(stream, stream->first, stream->first_len);
    }
    forget(stream);
    return status;
}

/* Keeps `len` more bytes. */
static af_status_t pass(af_stream_t *stream, size_t len)
{
    af_edit_t edit = {AF_KEEP, AF_NO_RULE, stream->passed, stream->passed + len, NULL, 0};

    stream->passing = true;
    stream->passed += len;
    return len == 0 || stream->sink.edit(stream->sink.opaque, &edit) == AF_OK ? AF_OK : AF_HOST;
}

static bool is_known(const af_stream_t *stream)
{
    return stream->feed != NULL || stream->rewriter != NULL;
}

static af_status_t push_first(af_stream_t *stream, const uint8_t *data, size_t len)
{
    af_sniff_t found = stream->first_len == 0 ? af_feed_sniff(data, len) : AF_SNIFF_MORE;
    size_t all = stream->first_len + len;
    af_status_t status = AF_OK;

    if (found == AF_SNIFF_MORE) {
        status = remember(stream, data, len);
        len = 0;
        found = status == AF_OK ? af_feed_sniff(stream->first, stream->first_len) : found;
        if (status == AF_OK && found == AF_SNIFF_MORE) {
            return AF_OK;
        }
    }
    if (status == AF_OK) {
        status = choose(stream, found);
    }
    if (!is_known(stream)) {
        forget(stream);
        af_status_t passed = pass(stream, all);
        return passed == AF_OK ? status : passed;
    }
    if (status == AF_HOST || len == 0) {
        return status;
    }
    af_status_t pushed = push(stream, data, len);
    return pushed == AF_OK ? status : pushed;
}

/* --- The response ------------------------------------------------------------------------------------------------------- */

af_status_t af_stream_push(af_stream_t *stream, const uint8_t *data, size_t len)
{
    if (stream->passing) {
        return pass(stream, len);
    }
    return is_known(stream) ? push(stream, data, len) : push_first(stream, data, len);
}

af_status_t af_stream_finish(af_stream_t *stream)
{
    size_t all = stream->first_len;
    af_status_t status = is_known(stream) || stream->passing ? AF_OK : choose(stream, AF_SNIFF_HTML);

    if (!is_known(stream)) {
        af_status_t passed = stream->passing ? AF_OK : pass(stream, all);
        return passed == AF_OK ? status : passed;
    }
    if (status == AF_HOST) {
        return status;
    }
    status = stream->feed != NULL ? af_feed_finish(stream->feed) : af_rewriter_finish(stream->rewriter);
    if (stream->page != NULL && status != AF_HOST) {
        af_status_t finished = af_feed_page_finish(stream->page);
        status = finished == AF_OK ? status : AF_HOST;
    }
    return status;
}

uint64_t af_stream_frontier(const af_stream_t *stream)
{
    if (!is_known(stream)) {
        return stream->passed;
    }
    return stream->feed != NULL ? af_feed_frontier(stream->feed) : af_rewriter_frontier(stream->rewriter);
}

void af_stream_place(const af_stream_t *stream, uint64_t pos, uint64_t *line, uint64_t *column)
{
    *line = *column = 0;
    if (stream->feed != NULL) {
        af_feed_place(stream->feed, pos, line, column);
    }
}

void af_stream_stats(const af_stream_t *stream, af_stats_t *out)
{
    if (!is_known(stream)) {
        *out = (af_stats_t){.pushed = stream->passed + stream->first_len, .reason = stream->passing ? "memory" : "",
                            .attribution = "", .memory_peak = stream->heap.peak};
    } else if (stream->feed != NULL) {
        af_feed_stats(stream->feed, out);
    } else {
        af_rewriter_stats(stream->rewriter, out);
    }
}

void af_stream_destroy(af_stream_t *stream)
{
    if (stream == NULL) {
        return;
    }
    af_feed_destroy(stream->feed);
    af_feed_page_destroy(stream->page);
    af_rewriter_destroy(stream->rewriter);
    forget(stream);
    af_heap_t *heap = &stream->heap;
    release_string(heap, stream->charset);
    release_string(heap, stream->site);
    release_string(heap, stream->url);
    af_heap_t last = stream->heap;
    af_heap_release(&last, stream, sizeof *stream);
}
