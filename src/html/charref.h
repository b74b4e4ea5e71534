/*
 * html/charref.h: HTML #character-reference-state, over bytes.
 */
#ifndef AF_HTML_CHARREF_H
#define AF_HTML_CHARREF_H

#include "base/slice.h"

/* Reads the reference whose "&" stands before `data`. Returns how many bytes of `data` belong to it and the one or two characters
 * that it stands for (the second is 0 where there is one); 0: it is no reference. `*more`: further bytes could change the
 * answer. */
size_t af_charref_match(af_slice_t data, bool in_attribute, uint32_t characters[2], bool *more);

/* Writes `character` as UTF-8, up to 4 bytes; returns their number. */
size_t af_utf8_encode(uint32_t character, uint8_t out[4]);

#endif
