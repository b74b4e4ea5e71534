/*
 * codec/decoder.c: content codings by name, with limits of size, ratio and memory.
 *
 * The ratio counts from the first mebibyte on: a small page may be all white space, a large one that grows by more than any page
 * does is a bomb. What follows a complete coding is ignored, as browsers do.
 */
#include "codec/decoder.h"

#include <stddef.h>

#define RATIO_FREE ((uint64_t) 1024 * 1024)
#define RATIO_MAX 250u

struct af_decoder {
    af_heap_t heap;
    const af_codec_t *codec;
    void *state;
    uint64_t limit, read, written; /* bytes */
    bool may_end;
    af_status_t failed; /* what the first failing run gave */
};

/* --- Memory for libraries --------------------------------------------------------------------------------------------------- */

#define PREFIX sizeof(max_align_t)

void *af_codec_alloc(void *opaque, size_t len)
{
    size_t total = 0;

    if (!af_size_add(len, PREFIX, &total)) {
        return NULL;
    }
    uint8_t *block = af_heap_alloc(opaque, total);
    if (block == NULL) {
        return NULL;
    }
    memcpy(block, &total, sizeof total);
    return block + PREFIX;
}

void af_codec_free(void *opaque, void *block)
{
    size_t total = 0;

    if (block != NULL) {
        uint8_t *start = (uint8_t *) block - PREFIX;
        memcpy(&total, start, sizeof total);
        af_heap_release(opaque, start, total);
    }
}

/* --- Names -------------------------------------------------------------------------------------------------------- */

/* RFC 9110 8.4.1: names have no case, x-gzip is gzip. */
static bool same_name(const char *a, const char *b)
{
    size_t i = 0;

    for (; a[i] != '\0' && b[i] != '\0'; i++) {
        char lower = a[i] >= 'A' && a[i] <= 'Z' ? (char) (a[i] + ('a' - 'A')) : a[i];
        if (lower != b[i]) {
            return false;
        }
    }
    return a[i] == b[i];
}

static const af_codec_t *codec_of(const char *coding)
{
    static const af_codec_t *const codecs[] = {&af_codec_gzip, &af_codec_deflate, &af_codec_brotli, &af_codec_zstd};

    for (size_t i = 0; i < sizeof codecs / sizeof codecs[0]; i++) {
        if (same_name(coding, codecs[i]->name)) {
            return codecs[i];
        }
    }
    return same_name(coding, "x-gzip") ? &af_codec_gzip : NULL;
}

/* --- The public functions ----------------------------------------------------------------------------------------- */

af_status_t af_decoder_create(const char *coding, uint64_t limit, const af_memory_t *memory, af_decoder_t **out)
{
    const af_codec_t *codec = codec_of(coding);
    af_heap_t heap;

    *out = NULL;
    if (codec == NULL) {
        return AF_UNSUPPORTED;
    }
    af_heap_init(&heap, memory, AF_DECODER_MEMORY);
    af_decoder_t *decoder = af_heap_alloc(&heap, sizeof *decoder);
    if (decoder == NULL) {
        return AF_NOMEM;
    }
    *decoder = (af_decoder_t){.heap = heap, .codec = codec, .limit = limit, .may_end = true};
    af_status_t status = codec->create(&decoder->heap, &decoder->state);
    if (status != AF_OK) {
        af_decoder_destroy(decoder);
        return status;
    }
    *out = decoder;
    return AF_OK;
}

static bool is_bomb(const af_decoder_t *decoder)
{
    return decoder->written > RATIO_FREE && decoder->written / RATIO_MAX > decoder->read;
}

static af_status_t run(af_decoder_t *decoder, af_codec_io_t *io, af_end_t end)
{
    size_t in_len = io->in_len, space = io->out_len;
    uint64_t left = decoder->limit - decoder->written;

    if (space > left) {
        /* A byte more shows whether the limit is passed. */
        io->out_len = space = (size_t) left + 1;
    }
    io->may_end = decoder->may_end;
    af_status_t status = decoder->codec->run(decoder->state, io);
    decoder->may_end = io->may_end;
    decoder->read += in_len - io->in_len;
    decoder->written += space - io->out_len;
    if (status != AF_OK) {
        return status;
    }
    if (decoder->written > decoder->limit) {
        io->out--; /* the byte that showed it */
        decoder->written--;
        return AF_LIMIT;
    }
    if (is_bomb(decoder)) {
        return AF_LIMIT;
    }
    bool drained = io->in_len == 0 && io->out_len > 0;
    return end == AF_LAST && drained && !decoder->may_end ? AF_CORRUPT : AF_OK;
}

af_status_t af_decoder_run(af_decoder_t *decoder, const uint8_t **in, size_t *in_len, uint8_t *out, size_t *out_len, af_end_t end)
{
    af_codec_io_t io = {*in, *in_len, out, *out_len, false};

    if (decoder->failed != AF_OK) {
        *out_len = 0;
        return decoder->failed;
    }
    decoder->failed = run(decoder, &io, end);
    *in = io.in;
    *in_len = io.in_len;
    *out_len = (size_t) (io.out - out);
    return decoder->failed;
}

void af_decoder_destroy(af_decoder_t *decoder)
{
    if (decoder == NULL) {
        return;
    }
    decoder->codec->destroy(decoder->state);
    af_heap_t heap = decoder->heap;
    af_heap_release(&heap, decoder, sizeof *decoder);
}
