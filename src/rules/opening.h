/*
 * rules/opening.h: which two characters a text that a pattern matches can begin with.
 *
 * Most blocks of a page are none that a preset's phrases want, and their first letters tell. The table is made of answers of the
 * pattern itself (PCRE2's partial matching), so that it is exact whatever the pattern is. ASCII only: the caller asks about
 * nothing else.
 */
#ifndef AF_RULES_OPENING_H
#define AF_RULES_OPENING_H

#include "base/regex.h"
#include "rules/store.h"

typedef struct {
    bool empty;                  /* a text of no characters may match */
    uint64_t first[2];           /* a bit for each character */
    uint64_t second[128][2];     /* by the first; bit 0x20 stands for white space */
} af_opening_t;

/* Makes the table of `regex` (AF_REGEX_PARTIAL) in `store`. `*out` NULL: it would tell nothing. AF_NOMEM, AF_LIMIT. */
AF_MUST_USE af_status_t af_opening_make(af_store_t *store, const af_regex_t *regex, const af_opening_t **out);

/* Whether a text that begins with `text` (ASCII, normal text) may match. */
static inline bool af_opening_may(const af_opening_t *opening, af_slice_t text)
{
    uint8_t one = text.len > 0 ? text.data[0] & 0x7fu : 0, two = text.len > 1 ? text.data[1] & 0x7fu : 0;

    if (text.len == 0) {
        return true;
    }
    return text.len == 1 ? (opening->first[one >> 6] >> (one & 63) & 1) != 0
                         : (opening->second[one][two >> 6] >> (two & 63) & 1) != 0;
}

#endif
