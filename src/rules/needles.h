/*
 * rules/needles.h: words that a text must have for a pattern to match, so that most text need not be asked.
 *
 * They are read off the pattern as written. What is not understood of it yields no words, never wrong ones: each text that
 * matches has one of the words in it, as a run of bytes, in whatever case. Words are of ASCII letters, digits and parentheses,
 * without "s" and "k", which other characters are a case of.
 */
#ifndef AF_RULES_NEEDLES_H
#define AF_RULES_NEEDLES_H

#include "base/slice.h"
#include "rules/store.h"

#define AF_NEEDLE_LEAST 4u   /* bytes of a word; a shorter one would be found everywhere */
#define AF_NEEDLE_BYTES 24u
#define AF_NEEDLES_EACH 24u  /* words of one pattern at most */

typedef struct {
    uint8_t text[AF_NEEDLE_BYTES]; /* lower case */
    uint8_t len;
} af_needle_t;

/* Finds the words of `pattern` (without {title}); returns how many. 0: none is known. */
size_t af_needles_of(af_slice_t pattern, af_needle_t out[AF_NEEDLES_EACH]);

#define AF_NEEDLES_SET 255u
#define AF_NEEDLES_STRIDE 4u

/* Words of several patterns, to look for all at once. Of each word the four bytes at its first places are known, as many as the
 * stride has; so only every so manieth place of a text need be looked at. */
typedef struct {
    struct {
        uint8_t word, place;
        uint16_t next;       /* with the same hash, plus one */
    } parts[AF_NEEDLES_SET * AF_NEEDLES_STRIDE];
    uint16_t first[4096];    /* by hash of four bytes: the first part, plus one */
    af_needle_t words[AF_NEEDLES_SET];
    uint32_t count, stride;
    bool full;               /* more were added than it takes: of no use */
} af_needles_t;

/* `needles` begins as zeros; when all words are added it has to be made ready. */
void af_needles_add(af_needles_t *needles, const af_needle_t *words, size_t count);
void af_needles_ready(af_needles_t *needles);

/* Whether one of the words is in `text`. Bytes that fold to a letter count as that letter, so that it may be true of more. */
bool af_needles_in(const af_needles_t *needles, af_slice_t text);

/* Whether words have such a byte. */
static inline bool af_needle_byte(uint8_t byte)
{
    uint8_t low = byte | 0x20;

    return (uint8_t) (low - 'a') < 26 || (uint8_t) (byte - '0') < 10 || byte == '(' || byte == ')';
}

#endif
