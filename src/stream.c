/*
 * stream.c: the public functions of a response: options, memory, and which rewriter runs.
 */
#include "article_filter.h"
#include "base/memory.h"
#include "charset/detect.h"
#include "rewrite/rewriter.h"

#define KIB ((size_t) 1024)

struct af_stream {
    af_heap_t heap;
    af_sink_t sink;
    af_rewriter_t *rewriter;
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

af_status_t af_stream_create(const af_ruleset_t *rules, const af_options_t *options, const af_sink_t *sink,
                             const af_memory_t *memory, af_stream_t **out)
{
    af_heap_t heap;

    *out = NULL;
    if (options->type == AF_FEED || (options->charset != NULL && !af_charset_supported(options->charset))) {
        return AF_UNSUPPORTED;
    }
    af_heap_init(&heap, memory, options->limits.memory);
    af_stream_t *stream = af_heap_alloc(&heap, sizeof *stream);
    if (stream == NULL) {
        return af_heap_why(&heap, sizeof *stream);
    }
    stream->heap = heap;
    stream->sink = *sink;
    af_status_t status = af_rewriter_create(rules, options, NULL, &stream->sink, &stream->heap, &stream->rewriter);
    if (status != AF_OK) {
        af_stream_destroy(stream);
        return status;
    }
    *out = stream;
    return AF_OK;
}

af_status_t af_stream_push(af_stream_t *stream, const uint8_t *data, size_t len)
{
    return af_rewriter_push(stream->rewriter, data, len);
}

af_status_t af_stream_finish(af_stream_t *stream)
{
    return af_rewriter_finish(stream->rewriter);
}

uint64_t af_stream_frontier(const af_stream_t *stream)
{
    return af_rewriter_frontier(stream->rewriter);
}

void af_stream_stats(const af_stream_t *stream, af_stats_t *out)
{
    af_rewriter_stats(stream->rewriter, out);
}

void af_stream_destroy(af_stream_t *stream)
{
    if (stream == NULL) {
        return;
    }
    af_rewriter_destroy(stream->rewriter);
    af_heap_t heap = stream->heap;
    af_heap_release(&heap, stream, sizeof *stream);
}
