/*
 * codec/brotli.c: br (RFC 7932). Its window may take up to 16 MiB; large windows, which browsers refuse, are refused.
 */
#include "codec/decoder.h"

#include <brotli/decode.h>

typedef struct {
    af_heap_t *heap;
    BrotliDecoderState *brotli;
    bool read_any, ended;
} brotli_t;

static void brotli_destroy(void *state)
{
    brotli_t *br = state;

    if (br == NULL) {
        return;
    }
    if (br->brotli != NULL) {
        BrotliDecoderDestroyInstance(br->brotli);
    }
    af_codec_free(br->heap, br);
}

static af_status_t brotli_create(af_heap_t *heap, void **out)
{
    brotli_t *br = af_codec_alloc(heap, sizeof *br);

    *out = br;
    if (br == NULL) {
        return AF_NOMEM;
    }
    *br = (brotli_t){.heap = heap, .brotli = BrotliDecoderCreateInstance(af_codec_alloc, af_codec_free, heap)};
    return br->brotli != NULL ? AF_OK : AF_NOMEM;
}

static af_status_t why(const brotli_t *br)
{
    BrotliDecoderErrorCode code = BrotliDecoderGetErrorCode(br->brotli);

    return code <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES && code >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES ? AF_NOMEM
                                                                                                                   : AF_CORRUPT;
}

static af_status_t brotli_run(void *state, af_codec_io_t *io)
{
    brotli_t *br = state;
    af_status_t status = AF_OK;

    br->read_any |= io->in_len > 0;
    if (!br->ended && br->read_any) {
        BrotliDecoderResult result =
            BrotliDecoderDecompressStream(br->brotli, &io->in_len, &io->in, &io->out_len, &io->out, NULL);
        br->ended = result == BROTLI_DECODER_RESULT_SUCCESS;
        status = result == BROTLI_DECODER_RESULT_ERROR ? why(br) : AF_OK;
    }
    if (br->ended) {
        io->in += io->in_len;
        io->in_len = 0;
    }
    io->may_end = br->ended || !br->read_any;
    return status;
}

const af_codec_t af_codec_brotli = {"br", brotli_create, brotli_run, brotli_destroy};
