/* Content codings: samples of other encoders, in pieces of any size; cut, corrupt and hostile input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "article_filter.h"
#include "decoder_samples.h"
#include "short_memory.h"

typedef struct {
    const char *coding;
    const uint8_t *data;
    size_t len;
} sample_t;

static const sample_t samples[] = {
    {"gzip", gzip_sample, sizeof gzip_sample},    {"x-gzip", gzip_sample, sizeof gzip_sample},
    {"GZip", gzip_sample, sizeof gzip_sample},    {"deflate", zlib_sample, sizeof zlib_sample},
    {"deflate", raw_sample, sizeof raw_sample},   {"br", br_sample, sizeof br_sample},
    {"zstd", zstd_sample, sizeof zstd_sample},
};

#define SAMPLES (sizeof samples / sizeof samples[0])
#define TEXT_MAX 65536u

static char text[TEXT_MAX];
static size_t text_len;
static uint8_t out[4 * TEXT_MAX];
static size_t out_len;

static int make_text(void **state)
{
    (void) state;
    for (int i = 0; i < 200; i++) {
        text_len += (size_t) snprintf(text + text_len, TEXT_MAX - text_len, "paragraph %d of the page\n", i);
    }
    return 0;
}

/* Decodes `len` bytes in pieces of `step` into spaces of `space`; the status of the first run that fails, or of the last. */
static af_status_t decode(af_decoder_t *decoder, const uint8_t *data, size_t len, size_t step, size_t space)
{
    out_len = 0;
    for (size_t at = 0; at <= len; at += step) {
        const uint8_t *in = data + at;
        size_t in_len = len - at < step ? len - at : step;
        af_end_t end = at + step > len ? AF_LAST : AF_MORE;
        size_t wrote = space;
        while (wrote == space || in_len > 0) {
            wrote = space;
            assert_true(out_len + space <= sizeof out);
            af_status_t status = af_decoder_run(decoder, &in, &in_len, out + out_len, &wrote, end);
            out_len += wrote;
            if (status != AF_OK) {
                return status;
            }
        }
    }
    return AF_OK;
}

static af_status_t decode_new(const char *coding, const uint8_t *data, size_t len, size_t step, size_t space)
{
    af_decoder_t *decoder;

    assert_int_equal(af_decoder_create(coding, 1u << 20, NULL, &decoder), AF_OK);
    af_status_t status = decode(decoder, data, len, step, space);
    af_decoder_destroy(decoder);
    return status;
}

static void test_samples(void **state)
{
    static const size_t steps[] = {1, 2, 3, 7, 100, 1000, 65536}, spaces[] = {1, 5, 1000, 65536};

    (void) state;
    for (size_t i = 0; i < SAMPLES; i++) {
        for (size_t j = 0; j < sizeof steps / sizeof steps[0]; j++) {
            for (size_t k = 0; k < sizeof spaces / sizeof spaces[0]; k++) {
                assert_int_equal(decode_new(samples[i].coding, samples[i].data, samples[i].len, steps[j], spaces[k]), AF_OK);
                assert_int_equal(out_len, text_len);
                assert_memory_equal(out, text, text_len);
            }
        }
    }
}

static void test_cut(void **state)
{
    (void) state;
    for (size_t i = 0; i < SAMPLES; i++) {
        for (size_t len = 1; len < samples[i].len; len++) {
            assert_int_equal(decode_new(samples[i].coding, samples[i].data, len, 50, 1000), AF_CORRUPT);
            assert_true(out_len <= text_len);
            assert_memory_equal(out, text, out_len);
        }
        assert_int_equal(decode_new(samples[i].coding, samples[i].data, 0, 1, 1000), AF_OK);
        assert_int_equal(out_len, 0);
    }
}

/* A changed byte gives an error or other text, within the memory and the space that were given. */
static void test_corrupt(void **state)
{
    uint8_t copy[sizeof gzip_sample];

    (void) state;
    for (size_t i = 0; i < SAMPLES; i++) {
        for (size_t at = 0; at < samples[i].len; at++) {
            memcpy(copy, samples[i].data, samples[i].len);
            copy[at] ^= 0x41;
            (void) decode_new(samples[i].coding, copy, samples[i].len, 13, 512);
        }
    }
    assert_int_equal(decode_new("gzip", br_sample, sizeof br_sample, 100, 100), AF_CORRUPT);
    assert_int_equal(decode_new("zstd", gzip_sample, sizeof gzip_sample, 100, 100), AF_CORRUPT);
}

static void test_members(void **state)
{
    static const sample_t rows[] = {{"gzip", gzip_sample, sizeof gzip_sample}, {"zstd", zstd_sample, sizeof zstd_sample}};
    uint8_t twice[2 * sizeof gzip_sample];

    (void) state;
    for (size_t i = 0; i < 2; i++) {
        memcpy(twice, rows[i].data, rows[i].len);
        memcpy(twice + rows[i].len, rows[i].data, rows[i].len);
        for (size_t step = 1; step < 600; step += 7) {
            assert_int_equal(decode_new(rows[i].coding, twice, 2 * rows[i].len, step, 1000), AF_OK);
            assert_int_equal(out_len, 2 * text_len);
            assert_memory_equal(out + text_len, text, text_len);
        }
    }
}

/* RFC 8878, 3.1: frames and skippable frames. What the library knows besides is refused, alone and behind a frame. */
static void test_magic(void **state)
{
    static const uint8_t skippable[] = {0x53, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 'a', 'b'}, old[] = {0x25, 0xb5, 0x2f, 0xfd, 0, 0xff, 0xff, 0};
    uint8_t both[sizeof zstd_sample + sizeof skippable];

    (void) state;
    for (size_t step = 1; step < 12; step++) {
        memcpy(both, skippable, sizeof skippable);
        memcpy(both + sizeof skippable, zstd_sample, sizeof zstd_sample);
        assert_int_equal(decode_new("zstd", both, sizeof both, step, 1000), AF_OK);
        assert_int_equal(out_len, text_len);
        memcpy(both, zstd_sample, sizeof zstd_sample);
        memcpy(both + sizeof zstd_sample, old, sizeof old);
        assert_int_equal(decode_new("zstd", both, sizeof zstd_sample + sizeof old, step, 1000), AF_CORRUPT);
        assert_memory_equal(out, text, out_len);
        for (size_t len = 1; len <= sizeof old; len++) {
            assert_int_equal(decode_new("zstd", old, len, step, 1000), AF_CORRUPT);
        }
    }
}

/* RFC 8878, 3.1.1.1.4: a frame with a last block of nothing that says that it has 100 or 0 bytes. */
static void test_size(void **state)
{
    uint8_t frame[] = {0x28, 0xb5, 0x2f, 0xfd, 0x20, 100, 1, 0, 0};

    (void) state;
    for (size_t step = 1; step <= sizeof frame; step++) {
        frame[5] = 100;
        assert_int_equal(decode_new("zstd", frame, sizeof frame, step, 1000), AF_CORRUPT);
        frame[5] = 0;
        assert_int_equal(decode_new("zstd", frame, sizeof frame, step, 1000), AF_OK);
    }
}

static void test_bytes_behind(void **state)
{
    uint8_t more[sizeof gzip_sample + 4];

    (void) state;
    for (size_t i = 0; i < SAMPLES - 1; i++) { /* to zstd they are a frame that is wrong */
        memcpy(more, samples[i].data, samples[i].len);
        memset(more + samples[i].len, 0, 4);
        assert_int_equal(decode_new(samples[i].coding, more, samples[i].len + 4, 10, 1000), AF_OK);
        assert_int_equal(out_len, text_len);
    }
}

static void test_names(void **state)
{
    static const char *const names[] = {"", "compress", "gzip, br", "gzi", "identity"};
    af_decoder_t *decoder;

    (void) state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(af_decoder_create(names[i], 1000, NULL, &decoder), AF_UNSUPPORTED);
        assert_null(decoder);
    }
    af_decoder_destroy(NULL);
}

static void test_size_limit(void **state)
{
    (void) state;
    for (size_t i = 0; i < SAMPLES; i++) {
        for (uint64_t limit = text_len - 1; limit <= text_len; limit++) {
            af_decoder_t *decoder;
            assert_int_equal(af_decoder_create(samples[i].coding, limit, NULL, &decoder), AF_OK);
            af_status_t status = decode(decoder, samples[i].data, samples[i].len, 60, 3000);
            assert_int_equal(status, limit < text_len ? AF_LIMIT : AF_OK);
            assert_true(out_len <= limit);
            af_decoder_destroy(decoder);
        }
    }
}

/* 64 MiB of zeros are 64 KiB of gzip. */
static void test_ratio(void **state)
{
    const size_t zeros = (size_t) 64 << 20;
    uLongf len = compressBound((uLong) zeros);
    uint8_t *plain = calloc(1, zeros), *packed = malloc(len), space[4096];
    af_decoder_t *decoder;
    af_status_t status = AF_OK;
    uint64_t total = 0;

    (void) state;
    assert_non_null(plain);
    assert_non_null(packed);
    assert_int_equal(compress2(packed, &len, plain, (uLong) zeros, 9), Z_OK);
    assert_int_equal(af_decoder_create("deflate", UINT64_MAX, NULL, &decoder), AF_OK);
    const uint8_t *in = packed;
    size_t in_len = len;
    while (status == AF_OK && in_len > 0) {
        size_t wrote = sizeof space;
        status = af_decoder_run(decoder, &in, &in_len, space, &wrote, AF_LAST);
        total += wrote;
    }
    assert_int_equal(status, AF_LIMIT);
    assert_true(total < 2u << 20);
    af_decoder_destroy(decoder);
    free(plain);
    free(packed);
}

/* --- Memory that runs out, and that comes back ------------------------------------------------------------------------------- */

static void test_memory(void **state)
{
    (void) state;
    for (size_t i = 0; i < SAMPLES; i++) {
        af_status_t status = AF_NOMEM;
        for (size_t n = 0; status != AF_OK; n++) {
            short_memory_t counted = {n, 0};
            af_memory_t memory = {short_alloc, short_release, &counted};
            af_decoder_t *decoder;
            assert_true(n < 100);
            status = af_decoder_create(samples[i].coding, 1u << 20, &memory, &decoder);
            if (status == AF_OK) {
                status = decode(decoder, samples[i].data, samples[i].len, 100, 1000);
                af_decoder_destroy(decoder);
            }
            assert_true(status == AF_OK || status == AF_NOMEM);
            assert_int_equal(counted.out, 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples), cmocka_unit_test(test_cut),        cmocka_unit_test(test_corrupt),
        cmocka_unit_test(test_members), cmocka_unit_test(test_magic), cmocka_unit_test(test_size),
        cmocka_unit_test(test_bytes_behind), cmocka_unit_test(test_names),
        cmocka_unit_test(test_size_limit), cmocka_unit_test(test_ratio),   cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, make_text, NULL);
}
