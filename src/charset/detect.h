/*
 * charset/detect.h: which charset a document says it is in.
 *
 * Labels are the Encoding standard's. The core reads markup as ASCII-compatible bytes, so all that matters before the first
 * token is whether the charset is one; its name matters to text conditions alone. Nothing is guessed from the text.
 */
#ifndef AF_CHARSET_DETECT_H
#define AF_CHARSET_DETECT_H

#include "base/slice.h"

#define AF_CHARSET_PRESCAN 1024u /* bytes that a meta declaration must be in, HTML #prescan-a-byte-stream */

/* Gives the canonical name of a label in lower case ("windows-1252" of "Latin1"), static, or NULL where the Encoding standard
 * has no such label. White space around it and ASCII case do not count. */
const char *af_charset_canonical(af_slice_t label);

/* Tells whether markup in that charset can be read: ASCII-compatible ones, and labels nobody knows, which browsers ignore. False
 * for UTF-16, UTF-32, UCS-2, UTF-7, ISO-2022-*, HZ and EBCDIC. NULL: no label, true. */
bool af_charset_supported(const char *label);

/* Gives "utf-8", "utf-16le", "utf-16be" or "utf-32le", "utf-32be" by the byte order mark that `data` begins with, and its
 * length; NULL and 0 without one. */
const char *af_charset_bom(const uint8_t *data, size_t len, size_t *bom_len);

/* Looks for a meta declaration in the first AF_CHARSET_PRESCAN bytes; canonical name or NULL.
 * HTML #prescan-a-byte-stream-to-determine-its-encoding. */
const char *af_charset_prescan(const uint8_t *data, size_t len);

/* All of it, in the standard's order: byte order mark, `label` (of the Content-Type; may be NULL), meta. A name for
 * af_charset_supported and af_charset_create; NULL: the document does not tell. */
const char *af_charset_detect(const char *label, const uint8_t *data, size_t len);

#endif
