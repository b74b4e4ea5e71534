/*
 * rules/alphabet.h: which characters of ASCII a pattern tells apart.
 *
 * A letter that a pattern does not name is like any other letter that it does not name, and so are digits, and the rest: who asks
 * a pattern about every character need ask about those that it names, and about one of each kind.
 */
#ifndef AF_RULES_ALPHABET_H
#define AF_RULES_ALPHABET_H

#include "base/memory.h"

typedef struct {
    uint64_t bits[2]; /* by byte */
} af_alphabet_t;

typedef enum { AF_KIND_SMALL, AF_KIND_CAPITAL, AF_KIND_DIGIT, AF_KIND_OTHER, AF_KIND_COUNT } af_character_kind_t;

/* What the pattern, as written, names; all of ASCII where that is in doubt. */
af_alphabet_t af_alphabet_of(const char *pattern);

static inline bool af_alphabet_has(const af_alphabet_t *alphabet, uint8_t c)
{
    return c < 0x80 && (alphabet->bits[c / 64] >> c % 64 & 1) != 0;
}

static inline af_character_kind_t af_character_kind(uint8_t c)
{
    return c >= 'a' && c <= 'z' ? AF_KIND_SMALL : c >= 'A' && c <= 'Z' ? AF_KIND_CAPITAL : c >= '0' && c <= '9' ? AF_KIND_DIGIT
         : AF_KIND_OTHER;
}

#endif
