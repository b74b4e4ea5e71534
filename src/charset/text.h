/*
 * charset/text.h: bytes of the document's charset to UTF-8, a character at a time, for text conditions.
 *
 * What comes out is always valid UTF-8. Single-byte charsets are a table made once; UTF-8 is validated here; only charsets of
 * several bytes go through iconv, and those are stateless, so that one af_charset_t serves several readers of a stream, each
 * with its own af_partial_t (a character that a chunk's end cut). ASCII bytes of ASCII-compatible charsets are themselves when
 * nothing is pending.
 */
#ifndef AF_CHARSET_TEXT_H
#define AF_CHARSET_TEXT_H

#include "base/memory.h"

#define AF_CHARSET_OUT 16u /* bytes that a character (with combining marks) can become */

typedef struct af_charset af_charset_t;

typedef struct {
    uint8_t bytes[8];
    uint8_t len; /* 0: nothing is pending */
} af_partial_t;

/* Makes a converter. `name`: any label; NULL or an unknown one: UTF-8, and what is not valid as such is read as windows-1252.
 * Memory from `heap`, which outlives it (iconv's own state is the C library's). AF_NOMEM, AF_LIMIT; AF_UNSUPPORTED: not
 * ASCII-compatible, or the C library does not know it. */
AF_MUST_USE af_status_t af_charset_create(af_heap_t *heap, const char *name, af_charset_t **out);
void af_charset_destroy(af_charset_t *charset);

/* Takes one character from `at` (len > 0): returns the bytes of `at` it used (0 only where a pending character turned out to be
 * broken: the byte has to be offered again), `*out_len` is what was written to `out` (valid UTF-8; U+FFFD for what is not a
 * character). `*out_len` 0: the character goes on after `at + len`, all was used and is pending. `charset` NULL: UTF-8. */
size_t af_charset_take(const af_charset_t *charset, af_partial_t *partial, const uint8_t *at, size_t len,
                       uint8_t out[AF_CHARSET_OUT], size_t *out_len);

/* Ends a run of text: writes U+FFFD if a character was pending; returns the length written, 0 or 3. */
size_t af_charset_flush(af_partial_t *partial, uint8_t out[AF_CHARSET_OUT]);

#endif
