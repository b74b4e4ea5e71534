/*
 * base/slice.h: borrowed ranges of bytes, and the one place where lengths are added.
 */
#ifndef AF_BASE_SLICE_H
#define AF_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/ascii.h"

/* Bytes that somebody else owns; who, and until when, the user of the slice says. */
typedef struct {
    const uint8_t *data;
    size_t len;
} af_slice_t;

/* Tells whether two slices hold the same bytes. */
static inline bool af_slice_equal(af_slice_t a, af_slice_t b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Gives a slice over a C string, without its NUL. */
static inline af_slice_t af_slice_of(const char *text)
{
    return (af_slice_t){(const uint8_t *) text, strlen(text)};
}

/* Adds two lengths; tells false where the sum does not fit. */
static inline bool af_size_add(size_t a, size_t b, size_t *sum)
{
    return !__builtin_add_overflow(a, b, sum);
}

/* Multiplies two lengths; tells false where the product does not fit. */
static inline bool af_size_mul(size_t a, size_t b, size_t *product)
{
    return !__builtin_mul_overflow(a, b, product);
}

/* Of UTF-8: the bytes of the character at `at`, and how many characters there are. */
static inline size_t af_utf8_length(af_slice_t text, size_t at)
{
    size_t len = 1;

    while (at + len < text.len && (text.data[at + len] & 0xC0) == 0x80) {
        len++;
    }
    return len;
}

static inline size_t af_utf8_count(af_slice_t text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.len; i++) {
        count += (text.data[i] & 0xC0) != 0x80;
    }
    return count;
}

/* Whether `part` stands in `text` at `at`, and anywhere in it; ASCII letters of either case are the same. */
static inline bool af_slice_has_at(af_slice_t text, size_t at, af_slice_t part)
{
    size_t i = 0;

    while (i < part.len && at + i < text.len && af_fold(text.data[at + i]) == af_fold(part.data[i])) {
        i++;
    }
    return i == part.len;
}

static inline bool af_slice_has(af_slice_t text, af_slice_t part)
{
    for (size_t at = 0; part.len > 0 && at + part.len <= text.len; at++) {
        if (af_slice_has_at(text, at, part)) {
            return true;
        }
    }
    return false;
}

#endif
