/*
 * codec/gzip.c: gzip (RFC 1952, members in a row) and deflate (RFC 1950; and RFC 1951 without its wrapping, which some servers
 * send).
 */
#include "codec/decoder.h"

#include <limits.h>

#define ZLIB_CONST
#include <zlib.h>

typedef enum { FORM_GZIP, FORM_DEFLATE } form_t;

typedef struct {
    af_heap_t *heap;
    z_stream z;
    form_t form;
    bool begun, ended, ignoring; /* ignoring: what follows is no member */
    uint8_t first;               /* deflate: the byte that was read to tell the forms apart */
    bool has_first;
} gzip_t;

static voidpf gzip_alloc(voidpf opaque, uInt items, uInt size)
{
    size_t len = 0;

    return af_size_mul(items, size, &len) ? af_codec_alloc(opaque, len) : NULL;
}

static void gzip_free(voidpf opaque, voidpf block)
{
    af_codec_free(opaque, block);
}

static af_status_t create(af_heap_t *heap, form_t form, void **out)
{
    gzip_t *gzip = af_codec_alloc(heap, sizeof *gzip);

    *out = gzip;
    if (gzip == NULL) {
        return AF_NOMEM;
    }
    *gzip = (gzip_t){.heap = heap, .form = form};
    gzip->z.zalloc = gzip_alloc;
    gzip->z.zfree = gzip_free;
    gzip->z.opaque = heap;
    return AF_OK;
}

static af_status_t gzip_create(af_heap_t *heap, void **out)
{
    return create(heap, FORM_GZIP, out);
}

static af_status_t deflate_create(af_heap_t *heap, void **out)
{
    return create(heap, FORM_DEFLATE, out);
}

/* zlib's window bits say which wrapping is expected: +16 gzip, negative none. */
static af_status_t begin(gzip_t *gzip, int window_bits)
{
    int rc = inflateInit2(&gzip->z, window_bits);

    gzip->begun = rc == Z_OK;
    return rc == Z_OK ? AF_OK : rc == Z_MEM_ERROR ? AF_NOMEM : AF_CORRUPT;
}

/* Inflates from `in`, which is the caller's or the byte kept in the struct. */
static af_status_t inflate_some(gzip_t *gzip, const uint8_t **in, size_t *in_len, af_codec_io_t *io)
{
    uInt avail_in = *in_len > UINT_MAX ? UINT_MAX : (uInt) *in_len;
    uInt avail_out = io->out_len > UINT_MAX ? UINT_MAX : (uInt) io->out_len;

    gzip->z.next_in = *in;
    gzip->z.avail_in = avail_in;
    gzip->z.next_out = io->out;
    gzip->z.avail_out = avail_out;
    int rc = inflate(&gzip->z, Z_NO_FLUSH);
    *in += avail_in - gzip->z.avail_in;
    *in_len -= avail_in - gzip->z.avail_in;
    io->out += avail_out - gzip->z.avail_out;
    io->out_len -= avail_out - gzip->z.avail_out;
    switch (rc) {
    case Z_STREAM_END:
        gzip->ended = true;
        return AF_OK;
    case Z_OK:
    case Z_BUF_ERROR: /* no progress without more input or space */
        return AF_OK;
    case Z_MEM_ERROR:
        return AF_NOMEM;
    default:
        return AF_CORRUPT;
    }
}

/* RFC 1950 2.2: the first two bytes of a zlib header are a multiple of 31, and the method is 8. */
static bool is_wrapped(uint8_t first, uint8_t second)
{
    return (first & 0x0f) == 8 && ((unsigned) first << 8 | second) % 31 == 0;
}

/* Tells deflate's forms apart, for which two bytes are needed. AF_OK and not begun: more input is. */
static af_status_t begin_deflate(gzip_t *gzip, af_codec_io_t *io)
{
    if (!gzip->has_first && io->in_len > 0) {
        gzip->first = *io->in++;
        io->in_len--;
        gzip->has_first = true;
    }
    if (!gzip->has_first || io->in_len == 0) {
        return AF_OK;
    }
    af_status_t status = begin(gzip, is_wrapped(gzip->first, *io->in) ? MAX_WBITS : -MAX_WBITS);
    const uint8_t *first = &gzip->first;
    size_t one = 1;
    return status == AF_OK ? inflate_some(gzip, &first, &one, io) : status;
}

/* Behind a member: another one, or bytes to be ignored. */
static af_status_t next_member(gzip_t *gzip, const af_codec_io_t *io)
{
    if (gzip->form == FORM_DEFLATE || *io->in != 0x1f) {
        gzip->ignoring = true;
        return AF_OK;
    }
    gzip->ended = false;
    return inflateReset(&gzip->z) == Z_OK ? AF_OK : AF_CORRUPT;
}

static af_status_t gzip_run(void *state, af_codec_io_t *io)
{
    gzip_t *gzip = state;
    af_status_t status = AF_OK;

    if (!gzip->begun) {
        status = gzip->form == FORM_GZIP ? begin(gzip, MAX_WBITS + 16) : begin_deflate(gzip, io);
    }
    while (status == AF_OK && gzip->begun) {
        if (gzip->ended && !gzip->ignoring && io->in_len > 0) {
            status = next_member(gzip, io);
        }
        if (gzip->ignoring) {
            io->in += io->in_len;
            io->in_len = 0;
        }
        if (status != AF_OK || gzip->ended) {
            break;
        }
        size_t in_len = io->in_len, out_len = io->out_len;
        status = inflate_some(gzip, &io->in, &io->in_len, io);
        if (in_len == io->in_len && out_len == io->out_len && !gzip->ended) {
            break;
        }
    }
    io->may_end = gzip->ended || (!gzip->has_first && (!gzip->begun || gzip->z.total_in == 0));
    return status;
}

static void gzip_destroy(void *state)
{
    gzip_t *gzip = state;

    if (gzip == NULL) {
        return;
    }
    if (gzip->begun) {
        (void) inflateEnd(&gzip->z);
    }
    af_codec_free(gzip->heap, gzip);
}

const af_codec_t af_codec_gzip = {"gzip", gzip_create, gzip_run, gzip_destroy};
const af_codec_t af_codec_deflate = {"deflate", deflate_create, gzip_run, gzip_destroy};
