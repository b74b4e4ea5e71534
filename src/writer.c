/*
 * writer.c: edits to bytes, for hosts that have no buffers of their own (CLI, bench, fuzzing).
 *
 * Invariant: `held` has exactly the bytes [done_pos, chunk_pos) that came in earlier pushes and are not decided; the push that is
 * running has the rest. What a push decides of its own bytes is written from the caller's memory and never copied.
 * Limit: where there is no memory to hold undecided bytes, they and all that follow are written as they came (fail open).
 */
#include "article_filter.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY ((size_t) 4096)

struct af_writer {
    af_memory_t memory;
    af_sink_t sink; /* the host's event and variable */
    af_write_t write;
    void *opaque;
    af_stream_t *stream;
    uint8_t *held;
    size_t start, len, capacity; /* the held bytes are held[start .. start + len) */
    uint64_t done_pos, chunk_pos;
    const uint8_t *chunk;
    size_t chunk_len;
    bool passing; /* no memory: the stream is not asked any more */
};

static void *default_alloc(void *opaque, size_t len)
{
    (void) opaque;
    return malloc(len);
}

static void default_release(void *opaque, void *block)
{
    (void) opaque;
    free(block);
}

static af_status_t write_bytes(af_writer_t *writer, const uint8_t *data, size_t len)
{
    if (len == 0) {
        return AF_OK;
    }
    return writer->write(writer->opaque, data, len) == AF_OK ? AF_OK : AF_HOST;
}

/* Takes [done_pos, to_pos) off what is held and off the running push, writing it if `keep` asks so. */
static af_status_t advance(af_writer_t *writer, uint64_t to_pos, af_edit_kind_t keep)
{
    af_status_t status = AF_OK;

    if (writer->done_pos < writer->chunk_pos) {
        uint64_t stop = to_pos < writer->chunk_pos ? to_pos : writer->chunk_pos;
        size_t take = (size_t) (stop - writer->done_pos);
        if (keep == AF_KEEP) {
            status = write_bytes(writer, writer->held + writer->start, take);
        }
        writer->start += take;
        writer->len -= take;
        writer->done_pos = stop;
    }
    if (status == AF_OK && writer->done_pos < to_pos) {
        size_t from = (size_t) (writer->done_pos - writer->chunk_pos);
        if (keep == AF_KEEP) {
            status = write_bytes(writer, writer->chunk + from, (size_t) (to_pos - writer->done_pos));
        }
        writer->done_pos = to_pos;
    }
    return status;
}

static af_status_t on_edit(void *opaque, const af_edit_t *edit)
{
    af_writer_t *writer = opaque;

    if (edit->kind == AF_INSERT) {
        return write_bytes(writer, edit->data, edit->len);
    }
    return advance(writer, edit->to_pos, edit->kind);
}

static void on_event(void *opaque, const af_event_t *event)
{
    const af_writer_t *writer = opaque;

    if (writer->sink.event != NULL) {
        writer->sink.event(writer->sink.opaque, event);
    }
}

static const char *on_variable(void *opaque, uint32_t index, size_t *len)
{
    const af_writer_t *writer = opaque;

    return writer->sink.variable == NULL ? NULL : writer->sink.variable(writer->sink.opaque, index, len);
}

af_status_t af_writer_create(const af_ruleset_t *rules, const af_options_t *options, const af_sink_t *sink, af_write_t write,
                             void *opaque, const af_memory_t *memory, af_writer_t **out)
{
    const af_memory_t hooks = memory != NULL ? *memory : (af_memory_t){default_alloc, default_release, NULL};
    af_writer_t *writer = hooks.alloc(hooks.opaque, sizeof *writer);

    *out = NULL;
    if (writer == NULL) {
        return AF_NOMEM;
    }
    memset(writer, 0, sizeof *writer);
    writer->memory = hooks;
    if (sink != NULL) {
        writer->sink = *sink;
    }
    writer->write = write;
    writer->opaque = opaque;
    const af_sink_t own = {on_edit, on_event, on_variable, writer};
    af_status_t status = af_stream_create(rules, options, &own, memory, &writer->stream);
    if (status != AF_OK) {
        af_writer_destroy(writer);
        return status;
    }
    *out = writer;
    return AF_OK;
}

/* Makes room for `more` bytes behind the held ones. */
static af_status_t make_room(af_writer_t *writer, size_t more)
{
    if (more <= writer->capacity - writer->start - writer->len) {
        return AF_OK;
    }
    /* Moving down pays only where half the buffer is free: each byte then moves a bounded number of times. */
    if (writer->start >= writer->len && more <= writer->capacity - writer->len) {
        memmove(writer->held, writer->held + writer->start, writer->len);
        writer->start = 0;
        return AF_OK;
    }
    if (more > SIZE_MAX / 4 || writer->len > SIZE_MAX / 4) {
        return AF_NOMEM;
    }
    size_t capacity = FIRST_CAPACITY;
    while (capacity < 2 * (writer->len + more)) {
        capacity *= 2;
    }
    uint8_t *grown = writer->memory.alloc(writer->memory.opaque, capacity);
    if (grown == NULL) {
        return AF_NOMEM;
    }
    if (writer->len > 0) {
        memcpy(grown, writer->held + writer->start, writer->len);
    }
    if (writer->held != NULL) {
        writer->memory.release(writer->memory.opaque, writer->held);
    }
    writer->held = grown;
    writer->start = 0;
    writer->capacity = capacity;
    return AF_OK;
}

/* Holds what the running push has left undecided. */
static af_status_t hold_rest(af_writer_t *writer)
{
    uint64_t end_pos = writer->chunk_pos + writer->chunk_len;
    uint64_t from_pos = writer->done_pos > writer->chunk_pos ? writer->done_pos : writer->chunk_pos;
    size_t rest = (size_t) (end_pos - from_pos);

    if (writer->len == 0) {
        writer->start = 0;
    }
    if (rest > 0 && make_room(writer, rest) != AF_OK) {
        writer->passing = true;
        af_status_t status = advance(writer, end_pos, AF_KEEP);
        writer->chunk_pos = end_pos;
        return status == AF_OK ? AF_NOMEM : status;
    }
    if (rest > 0) {
        memcpy(writer->held + writer->start + writer->len, writer->chunk + (from_pos - writer->chunk_pos), rest);
        writer->len += rest;
    }
    writer->chunk_pos = end_pos;
    return AF_OK;
}

af_status_t af_writer_push(af_writer_t *writer, const uint8_t *data, size_t len)
{
    if (writer->passing) {
        return write_bytes(writer, data, len);
    }
    writer->chunk = data;
    writer->chunk_len = len;
    af_status_t status = af_stream_push(writer->stream, data, len);
    if (status == AF_HOST) {
        return status;
    }
    af_status_t held = hold_rest(writer);
    writer->chunk = NULL;
    writer->chunk_len = 0;
    return held != AF_OK ? held : status;
}

af_status_t af_writer_finish(af_writer_t *writer)
{
    return writer->passing ? AF_OK : af_stream_finish(writer->stream);
}

const af_stream_t *af_writer_stream(const af_writer_t *writer)
{
    return writer->stream;
}

void af_writer_destroy(af_writer_t *writer)
{
    if (writer == NULL) {
        return;
    }
    const af_memory_t memory = writer->memory;
    af_stream_destroy(writer->stream);
    if (writer->held != NULL) {
        memory.release(memory.opaque, writer->held);
    }
    memory.release(memory.opaque, writer);
}
