/*
 * base/scan_avx2.c: scans in steps of 32 and 128 bytes, reached only where the machine has AVX2.
 *
 * A run of 32 bytes or more ends with a step that overlaps the one before, so that nothing is read past its end.
 */
#include "base/scan.h"

#if defined(__x86_64__)

#include <immintrin.h>

/* Each function says what it needs, so that the file needs no flag of its own in any host's build. */
#define AVX2 __attribute__((target("avx2,bmi")))

#define STEP ((size_t) 32)

AVX2 static inline __m256i load(const uint8_t *data)
{
    return _mm256_loadu_si256((const __m256i *) (const void *) data);
}

AVX2 static inline uint32_t mask_of(__m256i bytes)
{
    return (uint32_t) _mm256_movemask_epi8(bytes);
}

AVX2 static inline size_t first_of(uint32_t mask)
{
    return (size_t) __builtin_ctz(mask);
}

AVX2 static size_t find_byte(const uint8_t *data, size_t len, uint8_t c)
{
    const __m256i wanted = _mm256_set1_epi8((char) c);
    size_t at = 0;

    if (len < STEP) {
        return af_scan_sse2.byte(data, len, c);
    }
    for (; at + 4 * STEP <= len; at += 4 * STEP) {
        __m256i a = _mm256_cmpeq_epi8(load(data + at), wanted);
        __m256i b = _mm256_cmpeq_epi8(load(data + at + STEP), wanted);
        __m256i d = _mm256_cmpeq_epi8(load(data + at + 2 * STEP), wanted);
        __m256i e = _mm256_cmpeq_epi8(load(data + at + 3 * STEP), wanted);
        if (mask_of(_mm256_or_si256(_mm256_or_si256(a, b), _mm256_or_si256(d, e))) != 0) {
            uint64_t low = mask_of(a) | (uint64_t) mask_of(b) << 32, high = mask_of(d) | (uint64_t) mask_of(e) << 32;
            return low != 0 ? at + (size_t) __builtin_ctzll(low) : at + 2 * STEP + (size_t) __builtin_ctzll(high);
        }
    }
    while (at < len) {
        at = at + STEP <= len ? at : len - STEP;
        uint32_t mask = mask_of(_mm256_cmpeq_epi8(load(data + at), wanted));
        if (mask != 0) {
            return at + first_of(mask);
        }
        at += STEP;
    }
    return len;
}

/* "<" before "/" or "!" within the 32 bytes at `data`; one more byte is read. */
AVX2 static inline __m256i raw_ends(const uint8_t *data)
{
    __m256i next = load(data + 1);
    __m256i slash = _mm256_cmpeq_epi8(next, _mm256_set1_epi8('/')), mark = _mm256_cmpeq_epi8(next, _mm256_set1_epi8('!'));

    return _mm256_and_si256(_mm256_cmpeq_epi8(load(data), _mm256_set1_epi8('<')), _mm256_or_si256(slash, mark));
}

AVX2 static inline __m256i less_than(const uint8_t *data)
{
    return _mm256_cmpeq_epi8(load(data), _mm256_set1_epi8('<'));
}

/* A script seldom has a "<": what comes behind is looked at only where there is one. */
AVX2 static size_t find_raw_end(const uint8_t *data, size_t len)
{
    size_t at = 0, last = len - 1;

    if (len < STEP + 1) {
        return af_scan_sse2.raw_end(data, len);
    }
    for (; at + 4 * STEP <= last; at += 4 * STEP) {
        __m256i low = _mm256_or_si256(less_than(data + at), less_than(data + at + STEP));
        __m256i high = _mm256_or_si256(less_than(data + at + 2 * STEP), less_than(data + at + 3 * STEP));
        if (mask_of(_mm256_or_si256(low, high)) == 0) {
            continue;
        }
        for (size_t half = at; half < at + 4 * STEP; half += 2 * STEP) {
            uint64_t ends = mask_of(raw_ends(data + half)) | (uint64_t) mask_of(raw_ends(data + half + STEP)) << STEP;
            if (ends != 0) {
                return half + (size_t) __builtin_ctzll(ends);
            }
        }
    }
    while (at < last) {
        at = at + STEP <= last ? at : last - STEP;
        uint32_t mask = mask_of(raw_ends(data + at));
        if (mask != 0) {
            return at + first_of(mask);
        }
        at += STEP;
    }
    return data[last] == '<' ? last : len;
}

const af_scan_t af_scan_avx2 = {"avx2", find_byte, find_raw_end};

#endif
