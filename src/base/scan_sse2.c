/*
 * base/scan_sse2.c: scans in steps of 16 bytes, as every x86-64 can.
 *
 * A run of 16 bytes or more ends with a step that overlaps the one before, so that nothing is read past its end.
 */
#include "base/scan.h"

#if defined(__SSE2__) && defined(__x86_64__)

#include <emmintrin.h>

#define STEP ((size_t) 16)

static inline __m128i load(const uint8_t *data)
{
    return _mm_loadu_si128((const __m128i *) (const void *) data);
}

static inline uint32_t mask_of(__m128i bytes)
{
    return (uint32_t) _mm_movemask_epi8(bytes);
}

static inline size_t first_of(uint32_t mask)
{
    return (size_t) __builtin_ctz(mask);
}

static size_t find_byte(const uint8_t *data, size_t len, uint8_t c)
{
    const __m128i wanted = _mm_set1_epi8((char) c);
    size_t at = 0;

    if (len < STEP) {
        return af_scan_portable.byte(data, len, c);
    }
    for (; at + 2 * STEP <= len; at += 2 * STEP) {
        uint32_t mask = mask_of(_mm_cmpeq_epi8(load(data + at), wanted)) |
                        mask_of(_mm_cmpeq_epi8(load(data + at + STEP), wanted)) << STEP;
        if (mask != 0) {
            return at + first_of(mask);
        }
    }
    while (at < len) {
        at = at + STEP <= len ? at : len - STEP;
        uint32_t mask = mask_of(_mm_cmpeq_epi8(load(data + at), wanted));
        if (mask != 0) {
            return at + first_of(mask);
        }
        at += STEP;
    }
    return len;
}

/* "<" before "/" or "!" within the 16 bytes at `data`; one more byte is read. */
static inline uint32_t raw_ends(const uint8_t *data)
{
    __m128i next = load(data + 1);
    __m128i after = _mm_or_si128(_mm_cmpeq_epi8(next, _mm_set1_epi8('/')), _mm_cmpeq_epi8(next, _mm_set1_epi8('!')));

    return mask_of(_mm_and_si128(_mm_cmpeq_epi8(load(data), _mm_set1_epi8('<')), after));
}

static size_t find_raw_end(const uint8_t *data, size_t len)
{
    size_t at = 0, last = len - 1;

    if (len < STEP + 1) {
        return af_scan_portable.raw_end(data, len);
    }
    while (at < last) {
        at = at + STEP <= last ? at : last - STEP;
        uint32_t mask = raw_ends(data + at);
        if (mask != 0) {
            return at + first_of(mask);
        }
        at += STEP;
    }
    return data[last] == '<' ? last : len;
}

const af_scan_t af_scan_sse2 = {"sse2", find_byte, find_raw_end};

#endif
