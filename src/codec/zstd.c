/*
 * codec/zstd.c: zstd (RFC 8878), frames in a row, windows of at most 8 MiB (RFC 9659).
 *
 * The library may know formats from before the standard, too; they are no coding of HTTP, and are refused by their first bytes.
 * A frame that the library gets whole it takes another way, which asks whether it has as many bytes as it says (RFC 8878,
 * 3.1.1.1.4), and which takes blocks that the usual one refuses. What is broken must not depend on how the data come: so a
 * frame's first byte goes alone, and that question is asked here.
 */
#include "codec/decoder.h"

/* For decoders with memory of their own: the library has exported it since 1.4. */
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include <zstd_errors.h>

#define WINDOW_LOG_MAX 23

typedef struct {
    af_heap_t *heap;
    ZSTD_DCtx *zstd;
    bool may_end;
    uint8_t head[ZSTD_FRAMEHEADERSIZE_MAX]; /* the frame's first bytes, so many */
    size_t begun;
    uint64_t made;                          /* bytes that came out of the frame */
} zstd_t;

static void zstd_destroy(void *state)
{
    zstd_t *zs = state;

    if (zs == NULL) {
        return;
    }
    (void) ZSTD_freeDCtx(zs->zstd);
    af_codec_free(zs->heap, zs);
}

static af_status_t zstd_create(af_heap_t *heap, void **out)
{
    zstd_t *zs = af_codec_alloc(heap, sizeof *zs);

    *out = zs;
    if (zs == NULL) {
        return AF_NOMEM;
    }
    ZSTD_customMem memory = {af_codec_alloc, af_codec_free, heap};
    *zs = (zstd_t){.heap = heap, .zstd = ZSTD_createDCtx_advanced(memory), .may_end = true};
    if (zs->zstd == NULL) {
        return AF_NOMEM;
    }
    return ZSTD_isError(ZSTD_DCtx_setParameter(zs->zstd, ZSTD_d_windowLogMax, WINDOW_LOG_MAX)) ? AF_UNSUPPORTED : AF_OK;
}

static af_status_t why(size_t result)
{
    switch (ZSTD_getErrorCode(result)) {
    case ZSTD_error_memory_allocation:
        return AF_NOMEM;
    case ZSTD_error_frameParameter_windowTooLarge:
        return AF_LIMIT;
    default:
        return AF_CORRUPT;
    }
}

/* The frame's first bytes with `len` more, as many as are wanted. */
static void add_head(zstd_t *zs, const uint8_t *at, size_t len)
{
    size_t more = sizeof zs->head - zs->begun;

    more = len < more ? len : more;
    memcpy(zs->head + zs->begun, at, more);
    zs->begun += more;
}

/* Whether what comes next may begin a frame as RFC 8878, 3.1 has them, where one begins. */
static bool may_begin(const zstd_t *zs, const uint8_t *at, size_t len)
{
    uint32_t magic = 0;

    for (size_t i = 0; i < 4; i++) {
        if (i >= zs->begun + len) {
            return true;
        }
        magic |= (uint32_t) (i < zs->begun ? zs->head[i] : at[i - zs->begun]) << 8 * i;
    }
    return magic == ZSTD_MAGICNUMBER || (magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START;
}

/* A frame has ended: whether it had as many bytes as it said, if it did. */
static bool end_frame(zstd_t *zs)
{
    unsigned long long said = ZSTD_getFrameContentSize(zs->head, zs->begun);
    bool right = said == ZSTD_CONTENTSIZE_UNKNOWN || said == ZSTD_CONTENTSIZE_ERROR || said == zs->made;

    zs->begun = 0;
    zs->made = 0;
    return right;
}

static af_status_t zstd_run(void *state, af_codec_io_t *io)
{
    zstd_t *zs = state;
    ZSTD_inBuffer in = {io->in, io->in_len, 0};
    ZSTD_outBuffer out = {io->out, io->out_len, 0};
    size_t result = 0;
    bool legal = true;

    while (in.pos < in.size || (!zs->may_end && out.pos < out.size)) {
        size_t in_pos = in.pos, out_pos = out.pos;
        legal = may_begin(zs, (const uint8_t *) in.src + in.pos, in.size - in.pos);
        if (!legal) {
            break;
        }
        in.size = zs->begun == 0 && in.pos < io->in_len ? in.pos + 1 : io->in_len;
        result = ZSTD_decompressStream(zs->zstd, &out, &in);
        in.size = io->in_len;
        add_head(zs, (const uint8_t *) in.src + in_pos, in.pos - in_pos);
        zs->made += out.pos - out_pos;
        if (ZSTD_isError(result)) {
            break;
        }
        zs->may_end = result == 0; /* a frame is complete, and all of it is out */
        legal = !zs->may_end || end_frame(zs);
        if (!legal) {
            break;
        }
        if (out.pos == out.size || (in_pos == in.pos && out_pos == out.pos)) {
            break;
        }
    }
    io->in += in.pos;
    io->in_len -= in.pos;
    io->out += out.pos;
    io->out_len -= out.pos;
    io->may_end = zs->may_end;
    return !legal ? AF_CORRUPT : ZSTD_isError(result) ? why(result) : AF_OK;
}

const af_codec_t af_codec_zstd = {"zstd", zstd_create, zstd_run, zstd_destroy};
