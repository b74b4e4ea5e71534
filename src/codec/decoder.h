/*
 * codec/decoder.h: what a coding's file gives to decoder.c, which is behind the public af_decoder_ functions.
 */
#ifndef AF_CODEC_DECODER_H
#define AF_CODEC_DECODER_H

#include "base/memory.h"

/* A window of a coding that is larger than what RFC 9659 allows (8 MiB) is refused; brotli's largest is 16 MiB. */
#define AF_DECODER_MEMORY ((size_t) 20 * 1024 * 1024)

/* Input that is left and space that is left; run moves both. */
typedef struct {
    const uint8_t *in;
    size_t in_len;
    uint8_t *out;
    size_t out_len;
    bool may_end; /* set by run: the coding is complete as far as it was read, or nothing was read at all */
} af_codec_io_t;

typedef struct {
    const char *name;
    /* AF_NOMEM, AF_LIMIT. The state's memory is of the heap, which outlives it. */
    af_status_t (*create)(af_heap_t *heap, void **state);
    /* Goes on until the input is used up or the space is full. AF_CORRUPT; AF_LIMIT: of memory. */
    af_status_t (*run)(void *state, af_codec_io_t *io);
    void (*destroy)(void *state); /* NULL is allowed */
} af_codec_t;

extern const af_codec_t af_codec_gzip, af_codec_deflate, af_codec_brotli, af_codec_zstd;

/* Memory for libraries, whose frees do not tell a length; `opaque` is the heap. */
void *af_codec_alloc(void *opaque, size_t len);
void af_codec_free(void *opaque, void *block);

#endif
