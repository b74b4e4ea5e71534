/*
 * base/scan_neon.c: scans in steps of 16 bytes, as every AArch64 can.
 *
 * A run of 16 bytes or more ends with a step that overlaps the one before, so that nothing is read past its end.
 */
#include "base/scan.h"

#if defined(__aarch64__) && defined(__ARM_NEON)

#include <arm_neon.h>

#define STEP ((size_t) 16)

/* A nibble a byte. */
static inline uint64_t mask_of(uint8x16_t bytes)
{
    return vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(bytes), 4)), 0);
}

static inline size_t first_of(uint64_t mask)
{
    return (size_t) __builtin_ctzll(mask) / 4;
}

static size_t find_byte(const uint8_t *data, size_t len, uint8_t c)
{
    const uint8x16_t wanted = vdupq_n_u8(c);
    size_t at = 0;

    if (len < STEP) {
        return af_scan_portable.byte(data, len, c);
    }
    while (at < len) {
        at = at + STEP <= len ? at : len - STEP;
        uint64_t mask = mask_of(vceqq_u8(vld1q_u8(data + at), wanted));
        if (mask != 0) {
            return at + first_of(mask);
        }
        at += STEP;
    }
    return len;
}

/* "<" before "/" or "!" within the 16 bytes at `data`; one more byte is read. */
static inline uint64_t raw_ends(const uint8_t *data)
{
    uint8x16_t next = vld1q_u8(data + 1);
    uint8x16_t after = vorrq_u8(vceqq_u8(next, vdupq_n_u8('/')), vceqq_u8(next, vdupq_n_u8('!')));

    return mask_of(vandq_u8(vceqq_u8(vld1q_u8(data), vdupq_n_u8('<')), after));
}

static size_t find_raw_end(const uint8_t *data, size_t len)
{
    size_t at = 0, last = len - 1;

    if (len < STEP + 1) {
        return af_scan_portable.raw_end(data, len);
    }
    while (at < last) {
        at = at + STEP <= last ? at : last - STEP;
        uint64_t mask = raw_ends(data + at);
        if (mask != 0) {
            return at + first_of(mask);
        }
        at += STEP;
    }
    return data[last] == '<' ? last : len;
}

const af_scan_t af_scan_neon = {"neon", find_byte, find_raw_end};

#endif
