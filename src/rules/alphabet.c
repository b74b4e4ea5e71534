/*
 * rules/alphabet.c: by the pattern's text: every character that stands in it is named, whatever it means there.
 */
#include "rules/alphabet.h"

#include "base/ascii.h"
#include "rules/builder.h"

static void name(af_alphabet_t *alphabet, uint8_t c)
{
    if (c < 0x80) {
        alphabet->bits[c / 64] |= (uint64_t) 1 << c % 64;
    }
}

/* The long s and the sign of Kelvin have letters of ASCII for their other case, and all else beyond it has not. */
static bool is_beyond(unsigned long number)
{
    return number >= 0x80 && number != 0x17f && number != 0x212a;
}

/* Whether this is \x{...} of a character beyond ASCII that is none to it. */
static bool is_number_beyond(const char *at)
{
    static const char digits[] = "0123456789abcdef";
    unsigned long number = 0;

    if (strncmp(at, "\\x{", 3) != 0) {
        return false;
    }
    for (at += 3; *at != '\0' && number <= 0x10ffff; at++) {
        const char *digit = strchr(digits, *at >= 'A' && *at <= 'F' ? *at | 0x20 : *at);
        if (digit == NULL) {
            break;
        }
        number = number * 16 + (unsigned long) (digit - digits);
    }
    return is_beyond(number);
}

/* \p{Lu}: of letters and digits properties take kinds, too. */
static bool is_property_of_kinds(const char *at)
{
    return (at[1] | 0x20) == 'p' && at[2] == '{' && (at[3] == 'L' || at[3] == 'N');
}

/* What takes characters by a number, a property or what they took before, or is a verb. \d, \s, \w and \b take kinds. */
static bool is_odd_escape(const char *at)
{
    return at[0] == '\\' && at[1] != '\0' && !is_number_beyond(at) && !is_property_of_kinds(at) &&
           (strchr("cgkopxuULNPQRXCE", at[1]) != NULL || (at[1] >= '0' && at[1] <= '9'));
}

/* A range of a class: those of a whole kind are as good as none. */
static bool is_odd_range(const char *at)
{
    uint8_t from = (uint8_t) at[0], to = at[1] == '-' ? (uint8_t) at[2] : '\0';

    return to != '\0' && to != ']' && !(from == 'a' && to == 'z') && !(from == 'A' && to == 'Z') && !(from == '0' && to == '9');
}

static bool is_folded_into_ascii(const char *at)
{
    return strncmp(at, "\xC5\xBF", 2) == 0 || strncmp(at, "\xE2\x84\xAA", 3) == 0;
}

static bool is_odd(const char *at, bool in_class)
{
    return is_odd_escape(at) || (in_class && is_odd_range(at)) || is_folded_into_ascii(at) || strncmp(at, "[:", 2) == 0 ||
           strncmp(at, "(*", 2) == 0 || strncmp(at, "(?P", 3) == 0;
}

/* How much of what stands outside of classes is no character: "(?:", "{2,30}", "|". 0: it is one. */
static size_t syntax_at(const char *at)
{
    if (*at == '{' && strchr("0123456789,", at[1]) != NULL && at[1] != '\0') {
        return strspn(at + 1, "0123456789,") + 1;
    }
    if (at[0] == '(' && at[1] == '?') {
        return 2 + strspn(at + 2, "<:=!>|");
    }
    return strchr("()|*+?.^$[{}", *at) != NULL;
}

/* Names what stands at `at`, and tells how long that is. */
static size_t name_at(af_alphabet_t *alphabet, const char *at, bool in_class)
{
    size_t syntax = in_class ? 0 : syntax_at(at);

    if (syntax > 0) {
        return syntax;
    }
    bool escape = at[0] == '\\' && at[1] != '\0' && !af_is_letter((uint8_t) at[1]);
    uint8_t c = (uint8_t) at[escape];
    name(alphabet, c);
    if (af_is_letter(c)) {
        name(alphabet, c ^ 0x20);
    }
    return escape ? 2 : 1;
}

af_alphabet_t af_alphabet_of(const char *pattern)
{
    static const af_alphabet_t all = {{UINT64_MAX, UINT64_MAX}};
    af_alphabet_t alphabet = {{0, 0}};
    const char *class_end = pattern;

    name(&alphabet, ' ');
    name(&alphabet, '_'); /* of the rest it alone is part of words */
    for (const char *at = pattern; *at != '\0';) {
        if (*at == '[' && at >= class_end) {
            class_end = af_end_of_class(at);
            at += at[1] == '^' ? 2 : 1;
        } else if (is_odd(at, at < class_end)) {
            return all;
        } else {
            at += name_at(&alphabet, at, at < class_end);
        }
        if (class_end == NULL) {
            return all;
        }
    }
    return alphabet;
}
