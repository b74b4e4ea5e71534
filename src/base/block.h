/*
 * base/block.h: sixteen bytes at a time, inline, for runs that are mostly shorter than that: names, attributes, the first bytes
 * of a value. What every machine of an architecture has (SSE2, NEON), or plain C. Longer runs are for base/scan.h.
 *
 * A mask has the bits of byte n at n * AF_BLOCK_STEP; af_block_first tells the first byte whose bit is set. Every function reads
 * exactly AF_BLOCK_SIZE bytes.
 */
#ifndef AF_BASE_BLOCK_H
#define AF_BASE_BLOCK_H

#include "base/slice.h"

#define AF_BLOCK_SIZE 16u

#if defined(__SSE2__) && !defined(AF_SCAN_PORTABLE)

#include <emmintrin.h>

typedef __m128i af_block_t;
typedef uint32_t af_mask_t;
#define AF_BLOCK_STEP 1u

static inline af_block_t af_block_load(const uint8_t *data)
{
    return _mm_loadu_si128((const __m128i *) (const void *) data);
}

static inline af_block_t af_block_fill(uint8_t c)
{
    return _mm_set1_epi8((char) c);
}

static inline af_block_t af_block_and(af_block_t a, af_block_t b)
{
    return _mm_and_si128(a, b);
}

static inline af_block_t af_block_same(af_block_t a, af_block_t b)
{
    return _mm_cmpeq_epi8(a, b);
}

static inline af_block_t af_block_equal(af_block_t block, uint8_t c)
{
    return _mm_cmpeq_epi8(block, _mm_set1_epi8((char) c));
}

/* Bytes of at most 0x20: white space, and controls that are none. */
static inline af_block_t af_block_low(af_block_t block)
{
    return _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x20)), block);
}

/* Bytes from `from` to `to`, both taken in. */
static inline af_block_t af_block_within(af_block_t block, uint8_t from, uint8_t to)
{
    __m128i clamped = _mm_min_epu8(_mm_max_epu8(block, _mm_set1_epi8((char) from)), _mm_set1_epi8((char) to));

    return _mm_cmpeq_epi8(clamped, block);
}

static inline af_block_t af_block_or(af_block_t a, af_block_t b)
{
    return _mm_or_si128(a, b);
}

static inline af_mask_t af_block_mask(af_block_t block)
{
    return (af_mask_t) _mm_movemask_epi8(block);
}

static inline size_t af_block_first(af_mask_t mask)
{
    return (size_t) __builtin_ctz(mask);
}

#elif defined(__aarch64__) && defined(__ARM_NEON) && !defined(AF_SCAN_PORTABLE)

#include <arm_neon.h>

typedef uint8x16_t af_block_t;
typedef uint64_t af_mask_t;
#define AF_BLOCK_STEP 4u

static inline af_block_t af_block_load(const uint8_t *data)
{
    return vld1q_u8(data);
}

static inline af_block_t af_block_fill(uint8_t c)
{
    return vdupq_n_u8(c);
}

static inline af_block_t af_block_and(af_block_t a, af_block_t b)
{
    return vandq_u8(a, b);
}

static inline af_block_t af_block_same(af_block_t a, af_block_t b)
{
    return vceqq_u8(a, b);
}

static inline af_block_t af_block_equal(af_block_t block, uint8_t c)
{
    return vceqq_u8(block, vdupq_n_u8(c));
}

static inline af_block_t af_block_low(af_block_t block)
{
    return vcleq_u8(block, vdupq_n_u8(0x20));
}

static inline af_block_t af_block_within(af_block_t block, uint8_t from, uint8_t to)
{
    return vandq_u8(vcgeq_u8(block, vdupq_n_u8(from)), vcleq_u8(block, vdupq_n_u8(to)));
}

static inline af_block_t af_block_or(af_block_t a, af_block_t b)
{
    return vorrq_u8(a, b);
}

/* NEON has no movemask: narrowing by four bits leaves a nibble a byte. */
static inline af_mask_t af_block_mask(af_block_t block)
{
    return vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(block), 4)), 0);
}

static inline size_t af_block_first(af_mask_t mask)
{
    return (size_t) __builtin_ctzll(mask) / AF_BLOCK_STEP;
}

#else

typedef struct {
    uint8_t bytes[AF_BLOCK_SIZE];
} af_block_t;
typedef uint32_t af_mask_t;
#define AF_BLOCK_STEP 1u

static inline af_block_t af_block_load(const uint8_t *data)
{
    af_block_t block;

    memcpy(block.bytes, data, AF_BLOCK_SIZE);
    return block;
}

static inline af_block_t af_block_fill(uint8_t c)
{
    af_block_t block;

    memset(block.bytes, c, AF_BLOCK_SIZE);
    return block;
}

static inline af_block_t af_block_and(af_block_t a, af_block_t b)
{
    for (size_t i = 0; i < AF_BLOCK_SIZE; i++) {
        a.bytes[i] &= b.bytes[i];
    }
    return a;
}

static inline af_block_t af_block_same(af_block_t a, af_block_t b)
{
    for (size_t i = 0; i < AF_BLOCK_SIZE; i++) {
        a.bytes[i] = a.bytes[i] == b.bytes[i] ? 0xff : 0;
    }
    return a;
}

static inline af_block_t af_block_equal(af_block_t block, uint8_t c)
{
    for (size_t i = 0; i < AF_BLOCK_SIZE; i++) {
        block.bytes[i] = block.bytes[i] == c ? 0xff : 0;
    }
    return block;
}

static inline af_block_t af_block_low(af_block_t block)
{
    for (size_t i = 0; i < AF_BLOCK_SIZE; i++) {
        block.bytes[i] = block.bytes[i] <= 0x20 ? 0xff : 0;
    }
    return block;
}

static inline af_block_t af_block_within(af_block_t block, uint8_t from, uint8_t to)
{
    for (size_t i = 0; i < AF_BLOCK_SIZE; i++) {
        block.bytes[i] = block.bytes[i] >= from && block.bytes[i] <= to ? 0xff : 0;
    }
    return block;
}

static inline af_block_t af_block_or(af_block_t a, af_block_t b)
{
    for (size_t i = 0; i < AF_BLOCK_SIZE; i++) {
        a.bytes[i] |= b.bytes[i];
    }
    return a;
}

static inline af_mask_t af_block_mask(af_block_t block)
{
    af_mask_t mask = 0;

    for (size_t i = 0; i < AF_BLOCK_SIZE; i++) {
        mask |= (af_mask_t) (block.bytes[i] & 1u) << i;
    }
    return mask;
}

static inline size_t af_block_first(af_mask_t mask)
{
    return (size_t) __builtin_ctz(mask);
}

#endif

/* Where a tag's name may end: white space, a control, "/", ">". */
static inline af_mask_t af_block_name_end(const uint8_t *data)
{
    af_block_t block = af_block_load(data);

    return af_block_mask(af_block_or(af_block_low(block), af_block_or(af_block_equal(block, '/'), af_block_equal(block, '>'))));
}

/* Where an attribute's name may end: the same, or "=". */
static inline af_mask_t af_block_attribute_end(const uint8_t *data)
{
    af_block_t block = af_block_load(data);
    af_block_t signs = af_block_or(af_block_equal(block, '/'), af_block_equal(block, '>'));

    return af_block_mask(af_block_or(af_block_or(af_block_low(block), af_block_equal(block, '=')), signs));
}

/* Where something else stands than white space and controls; NUL counts as something. */
static inline af_mask_t af_block_visible(const uint8_t *data)
{
    af_block_t block = af_block_load(data);

    return af_block_mask(af_block_or(af_block_equal(af_block_low(block), 0), af_block_equal(block, 0)));
}

/* Where a tag may end, an attribute's value begin, or something stand that no plain tag has outside of values. */
static inline af_mask_t af_block_tag_sign(const uint8_t *data)
{
    af_block_t block = af_block_load(data);
    af_block_t signs = af_block_or(af_block_equal(block, '>'), af_block_equal(block, '='));
    af_block_t quotes = af_block_or(af_block_equal(block, '"'), af_block_equal(block, '\''));

    return af_block_mask(af_block_or(af_block_or(signs, quotes),
                                     af_block_or(af_block_equal(block, '<'), af_block_equal(block, 0))));
}

/* Where a value without quotes may end: white space, a control, ">". */
static inline af_mask_t af_block_unquoted_end(const uint8_t *data)
{
    af_block_t block = af_block_load(data);

    return af_block_mask(af_block_or(af_block_low(block), af_block_equal(block, '>')));
}

static inline af_mask_t af_block_byte(const uint8_t *data, uint8_t c)
{
    return af_block_mask(af_block_equal(af_block_load(data), c));
}

/* --- Two blocks at once: a mask has one bit a byte -------------------------------------------------------------------------- */

#define AF_PAIR_SIZE (2 * AF_BLOCK_SIZE)

/* The masks of two blocks in a row as one, a bit a byte. */
static inline uint64_t af_block_pair(af_block_t first, af_block_t second)
{
#if AF_BLOCK_STEP == 1
    return af_block_mask(first) | (uint64_t) af_block_mask(second) << AF_BLOCK_SIZE;
#else
    static const uint8_t bits[AF_BLOCK_SIZE] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const af_block_t bit = af_block_load(bits);
    af_block_t both = vpaddq_u8(vandq_u8(first, bit), vandq_u8(second, bit));

    both = vpaddq_u8(both, both);
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(both, both)), 0) & UINT32_MAX;
#endif
}

static inline uint64_t af_pair_byte(const uint8_t *data, uint8_t c)
{
    return af_block_pair(af_block_equal(af_block_load(data), c), af_block_equal(af_block_load(data + AF_BLOCK_SIZE), c));
}

#endif
