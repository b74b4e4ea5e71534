/*
 * fuzz_codec.c: any bytes as a content coding's data.
 *
 * The first byte: bits 0 and 1 the coding, bit 2: the rest is text that is packed (gzip or deflate) first and has to come back. The
 * second: how input and space are cut. Checked: pieces give what the whole gives, and the same status; the limit holds; a call that
 * changes nothing is not repeated for ever; all is given back, also where an allocation fails.
 */
#include <zlib.h>

#include "fuzz.h"

#define LIMIT ((size_t) 1 << 20)

static const char *const codings[] = {"gzip", "deflate", "br", "zstd"};

typedef struct {
    fuzz_bytes_t out;
    af_status_t status;
} decoded_t;

static decoded_t decode(const char *coding, const uint8_t *in, size_t len, uint8_t cut, fuzz_memory_t *memory)
{
    static uint8_t room[4096];
    const af_memory_t hooks = {fuzz_alloc, fuzz_release, memory};
    decoded_t decoded = {.status = AF_OK};
    af_decoder_t *decoder;
    fuzz_chunks_t chunks = {.how = cut};
    size_t left = len, idle = 0;

    fuzz_put(&decoded.out, "", 0);
    decoded.status = af_decoder_create(coding, LIMIT, memory == NULL ? NULL : &hooks, &decoder);
    if (decoded.status != AF_OK) {
        CHECK(memory != NULL);
        return decoded;
    }
    for (;;) {
        size_t give = fuzz_chunk(&chunks, left), rest = give, space = cut == 0 ? sizeof room : cut % 61 + 1u, got = space;
        const uint8_t *at = in + (len - left), *before = at;
        af_end_t end = give == left ? AF_LAST : AF_MORE;
        decoded.status = af_decoder_run(decoder, &at, &rest, room, &got, end);
        CHECK(got <= space && rest <= give && at == before + (give - rest));
        fuzz_put(&decoded.out, room, got);
        left -= give - rest;
        idle = got == 0 && give == rest ? idle + 1 : 0;
        CHECK(decoded.out.len <= LIMIT && idle < 4096);
        if (decoded.status != AF_OK || (end == AF_LAST && left == 0 && got < space)) {
            break;
        }
    }
    af_decoder_destroy(decoder);
    return decoded;
}

static void check_packed(const uint8_t *text, size_t len, uint8_t how)
{
    z_stream z = {.next_in = (Bytef *) (uintptr_t) text, .avail_in = (uInt) len};
    static const int windows[] = {15 + 16, 15, -15};
    unsigned which = how % 3u;

    CHECK(deflateInit2(&z, how % 10, Z_DEFLATED, windows[which], 8, Z_DEFAULT_STRATEGY) == Z_OK);
    uLong room = deflateBound(&z, (uLong) len);
    uint8_t *packed = malloc(room);
    CHECK(packed != NULL);
    z.next_out = packed;
    z.avail_out = (uInt) room;
    CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
    decoded_t got = decode(codings[which > 0], packed, z.total_out, how, NULL);
    CHECK(got.status == AF_OK && got.out.len == len && (len == 0 || memcmp(got.out.data, text, len) == 0));
    deflateEnd(&z);
    free(packed);
    free(got.out.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len < 2) {
        return 0;
    }
    if ((data[0] & 4) != 0) {
        check_packed(data + 2, len - 2, data[1]);
        return 0;
    }
    const char *coding = codings[data[0] & 3];
    decoded_t whole = decode(coding, data + 2, len - 2, 0, NULL), parts = decode(coding, data + 2, len - 2, data[1], NULL);

    CHECK(whole.status == AF_OK || whole.status == AF_CORRUPT || whole.status == AF_LIMIT);
    CHECK(parts.status == whole.status);
    /* What comes out before an error may differ in length. */
    size_t both = whole.out.len < parts.out.len ? whole.out.len : parts.out.len;
    CHECK((whole.status != AF_OK || whole.out.len == parts.out.len) && memcmp(whole.out.data, parts.out.data, both) == 0);
    if ((data[0] & 8) != 0) {
        fuzz_memory_t memory = {.fail_at = data[1] % 16 + 1u};
        decoded_t failing = decode(coding, data + 2, len - 2, data[1], &memory);
        CHECK(memory.blocks == 0);
        free(failing.out.data);
    }
    free(whole.out.data);
    free(parts.out.data);
    return 0;
}
