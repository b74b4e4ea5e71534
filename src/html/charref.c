/*
 * html/charref.c: character references, the longest name that fits.
 *
 * The names are sorted, so the candidates are a range that each byte narrows.
 */
#include "html/charref.h"

#include "base/ascii.h"
#include "html/charref_table.h"

#define REPLACEMENT 0xfffdu

static int hex_value(uint8_t c)
{
    if (af_is_digit(c)) {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* HTML #numeric-character-reference-end-state */
static uint32_t numeric_character(uint32_t number)
{
    static const uint16_t windows[32] = {
        0x20ac, 0x81, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8d, 0x017d, 0x8f,
        0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d, 0x017e,
        0x0178,
    };

    if (number == 0 || number > 0x10ffff || (number >= 0xd800 && number <= 0xdfff)) {
        return REPLACEMENT;
    }
    return number >= 0x80 && number <= 0x9f ? windows[number - 0x80] : number;
}

static size_t match_number(af_slice_t data, uint32_t characters[2], bool *more)
{
    bool hex = data.len > 1 && (data.data[1] | 0x20) == 'x';
    size_t at = hex ? 2 : 1, first = at;
    uint32_t number = 0;

    for (; at < data.len; at++) {
        int digit = hex ? hex_value(data.data[at]) : af_is_digit(data.data[at]) ? data.data[at] - '0' : -1;
        if (digit < 0) {
            break;
        }
        if (number <= 0x10ffff) {
            number = number * (hex ? 16 : 10) + (uint32_t) digit;
        }
    }
    *more = at == data.len;
    if (at == first) {
        return 0;
    }
    if (at < data.len && data.data[at] == ';') {
        at++;
    }
    characters[0] = numeric_character(number);
    characters[1] = 0;
    return at;
}

static uint8_t name_byte(size_t name, size_t at)
{
    size_t from = af_charref_offsets[name];
    return from + at < af_charref_offsets[name + 1] ? (uint8_t) af_charref_names[from + at] : 0;
}

/* The first name of [low, high) whose byte at `at` is not below `c`. */
static size_t lower_bound(size_t low, size_t high, size_t at, unsigned c)
{
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (name_byte(middle, at) < c) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static size_t match_name(af_slice_t data, bool in_attribute, uint32_t characters[2], bool *more)
{
    size_t low = 0, high = AF_CHARREF_COUNT, found = 0, found_len = 0, at = 0;

    for (; at < data.len && low < high; at++) {
        uint8_t c = data.data[at];
        low = lower_bound(low, high, at, c);
        high = lower_bound(low, high, at, c + 1u);
        if (low < high && (size_t) (af_charref_offsets[low + 1] - af_charref_offsets[low]) == at + 1) {
            found = low;
            found_len = at + 1;
        }
    }
    *more = low < high && at == data.len && (found_len != at || data.data[at - 1] != ';');
    if (found_len == 0) {
        return 0;
    }
    if (in_attribute && data.data[found_len - 1] != ';' && found_len < data.len) {
        uint8_t next = data.data[found_len];
        if (next == '=' || af_is_digit(next) || af_is_letter(next)) {
            return 0;
        }
    }
    characters[0] = af_charref_values[found][0];
    characters[1] = af_charref_values[found][1];
    return found_len;
}

size_t af_charref_match(af_slice_t data, bool in_attribute, uint32_t characters[2], bool *more)
{
    *more = data.len == 0;
    if (data.len == 0) {
        return 0;
    }
    if (data.data[0] == '#') {
        return match_number(data, characters, more);
    }
    if (!af_is_letter(data.data[0])) {
        return 0;
    }
    return match_name(data, in_attribute, characters, more);
}

size_t af_utf8_encode(uint32_t c, uint8_t out[4])
{
    if (c < 0x80) {
        out[0] = (uint8_t) c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (uint8_t) (0xc0 | c >> 6);
        out[1] = (uint8_t) (0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (uint8_t) (0xe0 | c >> 12);
        out[1] = (uint8_t) (0x80 | (c >> 6 & 0x3f));
        out[2] = (uint8_t) (0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (uint8_t) (0xf0 | c >> 18);
    out[1] = (uint8_t) (0x80 | (c >> 12 & 0x3f));
    out[2] = (uint8_t) (0x80 | (c >> 6 & 0x3f));
    out[3] = (uint8_t) (0x80 | (c & 0x3f));
    return 4;
}
