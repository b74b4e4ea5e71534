/*
 * base/ascii.h: bytes as HTML, CSS and the rule language class them; no locale.
 */
#ifndef AF_BASE_ASCII_H
#define AF_BASE_ASCII_H

#include <stdbool.h>
#include <stdint.h>

/* ASCII white space: tab, LF, FF, CR, space. Infra #ascii-whitespace. */
static inline bool af_is_space(uint8_t c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

/* The lower-case letter of an upper-case one; other bytes as they are. Infra #ascii-lowercase. */
static inline uint8_t af_fold(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t) (c | 0x20) : c;
}

/* ASCII digits, letters, both. Infra #ascii-digit, #ascii-alpha, #ascii-alphanumeric. */
static inline bool af_is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static inline bool af_is_letter(uint8_t c)
{
    return (uint8_t) ((c | 0x20) - 'a') < 26;
}

static inline bool af_is_alnum(uint8_t c)
{
    return af_is_letter(c) || af_is_digit(c);
}

/* Whether a byte counts as a character that shows: it begins one of UTF-8 that is no white space. */
static inline bool af_is_shown(uint8_t c)
{
    return c > 0x20 && (c & 0xC0) != 0x80;
}

#endif
