/*
 * base/eight.h: text eight bytes at a time, in one register: what is asked of every byte of a page's text.
 */
#ifndef AF_BASE_EIGHT_H
#define AF_BASE_EIGHT_H

#include <stdbool.h>
#include <string.h>

#include "base/ascii.h"
#include "base/slice.h"

#define AF_EIGHT(byte) ((uint64_t) (byte) * 0x0101010101010101u) /* that byte eight times */
#define AF_EIGHT_TOP AF_EIGHT(0x80)

static inline uint64_t af_eight_load(const uint8_t *at)
{
    uint64_t bytes;

    memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

/* The top bit of each byte that is `byte`. */
static inline uint64_t af_eight_equal(uint64_t bytes, uint8_t byte)
{
    uint64_t differ = bytes ^ AF_EIGHT(byte);

    return ~(((differ & ~AF_EIGHT_TOP) + ~AF_EIGHT_TOP) | differ) & AF_EIGHT_TOP;
}

/* Whether the eight bytes from `at` on are ASCII as normal text has it: no control, "&" or "<", and spaces one by one. `*space`:
 * a space stands before them; then whether they end in one. False: not known, `*space` stays. */
static inline bool af_eight_is_plain(const uint8_t *at, bool *space)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t bytes = af_eight_load(at), low = bytes & ~AF_EIGHT_TOP;
    uint64_t printed = (low + AF_EIGHT(0x60)) & ~(low + AF_EIGHT(0x01)) & ~bytes; /* from 0x20 to 0x7e */
    uint64_t signs = af_eight_equal(bytes, '&') | af_eight_equal(bytes, '<'), spaces = af_eight_equal(bytes, ' ');
    uint64_t doubled = spaces & (spaces << 8 | (*space ? 0x80u : 0));

    if ((printed & AF_EIGHT_TOP) != AF_EIGHT_TOP || (signs | doubled) != 0) {
        return false;
    }
    *space = spaces >> 63 != 0;
    return true;
#else
    (void) at;
    (void) space;
    return false;
#endif
}

/* Behind the white space that `at` begins with. */
static inline const uint8_t *af_skip_space(const uint8_t *at, const uint8_t *end)
{
    while (end - at >= 8) {
        uint64_t bytes = af_eight_load(at);
        uint64_t white = af_eight_equal(bytes, ' ') | af_eight_equal(bytes, '\n') | af_eight_equal(bytes, '\t');
        if (white != AF_EIGHT_TOP) {
            break;
        }
        at += 8;
    }
    while (at < end && af_is_space(*at)) {
        at++;
    }
    return at;
}

/* Characters of UTF-8 that are no white space of ASCII and no control. */
static inline uint32_t af_count_shown(af_slice_t text)
{
    uint32_t count = 0;
    size_t at = 0;

    for (; at + 8 <= text.len; at += 8) {
        uint64_t bytes = af_eight_load(text.data + at);
        uint64_t ascii = ((bytes & ~AF_EIGHT_TOP) + AF_EIGHT(0x5f)) & ~bytes, first = bytes & bytes << 1;
        count += (uint32_t) ((((ascii | first) & AF_EIGHT_TOP) >> 7) * AF_EIGHT(1) >> 56);
    }
    for (; at < text.len; at++) {
        count += af_is_shown(text.data[at]);
    }
    return count;
}

#endif
