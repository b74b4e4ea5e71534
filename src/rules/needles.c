/*
 * rules/needles.c: see needles.h.
 *
 * Of a sequence the best item counts, of alternatives all do, of what may be missing nothing. Better is what has the longer
 * shortest word.
 */
#include "rules/needles.h"

#include <string.h>

#include "base/ascii.h"

#define DEPTH 32u /* of groups; a pattern with more has no words */

typedef struct {
    af_needle_t words[AF_NEEDLES_EACH];
    size_t count; /* 0: none is known */
} words_t;

typedef struct {
    const uint8_t *at, *end;
    uint32_t depth;
    bool failed;  /* not understood */
} walk_t;

typedef enum { ATOM_OTHER, ATOM_BYTE, ATOM_GROUP } atom_t;

static void read_alternatives(walk_t *walk, words_t *out);

/* --- words ----------------------------------------------------------------------------------------------------------------- */

static size_t shortest(const words_t *words)
{
    size_t least = words->count > 0 ? AF_NEEDLE_BYTES : 0;

    for (size_t i = 0; i < words->count; i++) {
        least = words->words[i].len < least ? words->words[i].len : least;
    }
    return least;
}

static void take_better(words_t *best, const words_t *other)
{
    size_t a = shortest(best), b = shortest(other);

    if (b > a || (b == a && other->count < best->count)) {
        *best = *other;
    }
}

/* Ends a run of bytes that follow each other. */
static void end_run(words_t *best, af_needle_t *run)
{
    if (run->len >= AF_NEEDLE_LEAST) {
        words_t one = {.words = {*run}, .count = 1};
        take_better(best, &one);
    }
    run->len = 0;
}

static void add_byte(words_t *best, af_needle_t *run, uint8_t byte)
{
    if (run->len == AF_NEEDLE_BYTES) {
        end_run(best, run);
    }
    run->text[run->len++] = byte;
}

/* --- the pattern ------------------------------------------------------------------------------------------------------------ */

static bool next_is(const walk_t *walk, uint8_t byte)
{
    return walk->at < walk->end && *walk->at == byte;
}

static uint8_t take(walk_t *walk)
{
    if (walk->at == walk->end) {
        walk->failed = true;
        return 0;
    }
    return *walk->at++;
}

static void skip_past(walk_t *walk, uint8_t byte)
{
    while (!walk->failed && take(walk) != byte) {
    }
}

static bool is_hex(uint8_t c)
{
    return af_is_digit(c) || (uint8_t) ((c | 0x20) - 'a') < 6;
}

/* Behind a backslash. */
static atom_t read_escape(walk_t *walk, uint8_t *byte)
{
    uint8_t c = take(walk);

    if (!af_is_letter(c) && !af_is_digit(c)) {
        *byte = c;
        return c == '(' || c == ')' ? ATOM_BYTE : ATOM_OTHER;
    }
    switch (c) {
    case 'Q': case 'E': case 'C':
        walk->failed = true;
        break;
    case 'x':
        for (size_t i = 0; i < 2 && walk->at < walk->end && is_hex(*walk->at); i++) {
            walk->at++;
        }
        if (next_is(walk, '{')) {
            skip_past(walk, '}');
        }
        break;
    case 'p': case 'P': case 'N': case 'o': case 'g': case 'k':
        if (next_is(walk, '{')) {
            skip_past(walk, '}');
        } else {
            walk->failed = c != 'p' && c != 'P' && c != 'N';
            walk->at += (c == 'p' || c == 'P') && walk->at < walk->end;
        }
        break;
    case 'c':
        take(walk);
        break;
    default:
        while (af_is_digit(c) && walk->at < walk->end && af_is_digit(*walk->at)) {
            walk->at++;
        }
    }
    return ATOM_OTHER;
}

/* Behind "[". */
static void skip_class(walk_t *walk)
{
    if (next_is(walk, '^')) {
        walk->at++;
    }
    if (next_is(walk, ']')) {
        walk->at++;
    }
    while (!walk->failed) {
        uint8_t c = take(walk);
        if (c == ']') {
            return;
        }
        if (c == '\\') {
            walk->failed |= next_is(walk, 'Q') || next_is(walk, 'E');
            take(walk);
        } else if (c == '[' && (next_is(walk, ':') || next_is(walk, '.') || next_is(walk, '='))) {
            skip_past(walk, ']');
        }
    }
}

/* Behind "(?": up to what the group holds. `*holds` false: it was a comment, flags or a reference, and is over. `*counts` false:
 * what it holds is not a part of the match. */
static void read_kind(walk_t *walk, bool *holds, bool *counts)
{
    uint8_t c = take(walk);

    *holds = *counts = true;
    if (c == 'P' && next_is(walk, '<')) {
        c = take(walk);
    }
    switch (c) {
    case ':': case '|': case '>':
        return;
    case '=': case '!':
        *counts = false;
        return;
    case '<':
        if (next_is(walk, '=') || next_is(walk, '!')) {
            walk->at++;
            *counts = false;
            return;
        }
        skip_past(walk, '>');
        return;
    case '\'':
        skip_past(walk, '\'');
        return;
    case '#':
        skip_past(walk, ')');
        *holds = false;
        return;
    default:
        break;
    }
    while (c != ')' && c != ':' && !walk->failed) {
        walk->failed = memchr("imsnJU-^", c, 8) == NULL; /* "x" changes how the rest is read */
        c = take(walk);
    }
    *holds = c == ':';
}

/* Behind "(". */
static void read_group(walk_t *walk, words_t *out)
{
    bool holds = true, counts = true;

    out->count = 0;
    walk->failed |= next_is(walk, '*') || ++walk->depth > DEPTH;
    if (next_is(walk, '?')) {
        walk->at++;
        read_kind(walk, &holds, &counts);
    }
    if (holds && !walk->failed) {
        read_alternatives(walk, out);
        walk->failed |= take(walk) != ')';
        out->count = counts ? out->count : 0;
    }
    walk->depth--;
}

static atom_t read_atom(walk_t *walk, uint8_t *byte, words_t *group)
{
    uint8_t c = take(walk);

    switch (c) {
    case '\\':
        return read_escape(walk, byte);
    case '[':
        skip_class(walk);
        return ATOM_OTHER;
    case '(':
        read_group(walk, group);
        return ATOM_GROUP;
    default:
        break;
    }
    *byte = af_fold(c);
    return (af_is_letter(c) && *byte != 's' && *byte != 'k') || af_is_digit(c) ? ATOM_BYTE : ATOM_OTHER;
}

/* What stands behind an atom; `*optional`: which may be missing. */
static bool read_quantifier(walk_t *walk, bool *optional)
{
    const uint8_t *at = walk->at;

    *optional = false;
    if (at == walk->end || memchr("?*+{", *at, 4) == NULL) {
        return false;
    }
    if (*at == '{') {
        const uint8_t *number = ++at;
        while (at < walk->end && (af_is_digit(*at) || *at == ',' || *at == ' ')) {
            at++;
        }
        if (at == walk->end || *at != '}' || at == number) {
            return false;
        }
        *optional = !(*number >= '1' && *number <= '9'); /* "{01}" is taken for none, which is on the safe side */
    } else {
        *optional = *at != '+';
    }
    walk->at = at + 1;
    if (next_is(walk, '?') || next_is(walk, '+')) {
        walk->at++;
    }
    return true;
}

static void read_branch(walk_t *walk, words_t *best)
{
    af_needle_t run = {.len = 0};

    best->count = 0;
    while (!walk->failed && walk->at < walk->end && *walk->at != '|' && *walk->at != ')') {
        words_t group = {.count = 0};
        uint8_t byte = 0;
        bool optional;
        atom_t atom = read_atom(walk, &byte, &group);
        bool quantified = read_quantifier(walk, &optional);
        if (atom == ATOM_BYTE && !optional) {
            add_byte(best, &run, byte);
        }
        if (atom != ATOM_BYTE || quantified) {
            end_run(best, &run);
        }
        if (atom == ATOM_GROUP && !optional && group.count > 0) {
            take_better(best, &group);
        }
    }
    end_run(best, &run);
}

static void read_alternatives(walk_t *walk, words_t *out)
{
    bool known = true;

    out->count = 0;
    for (;;) {
        words_t branch;
        read_branch(walk, &branch);
        known = known && branch.count > 0 && out->count + branch.count <= AF_NEEDLES_EACH;
        if (known) {
            memcpy(out->words + out->count, branch.words, branch.count * sizeof branch.words[0]);
            out->count += branch.count;
        }
        if (walk->failed || !next_is(walk, '|')) {
            break;
        }
        walk->at++;
    }
    out->count = known ? out->count : 0;
}

size_t af_needles_of(af_slice_t pattern, af_needle_t out[AF_NEEDLES_EACH])
{
    walk_t walk = {.at = pattern.data, .end = pattern.data + pattern.len};
    words_t words;

    read_alternatives(&walk, &words);
    if (walk.failed || walk.at != walk.end) {
        return 0;
    }
    memcpy(out, words.words, words.count * sizeof *out);
    return words.count;
}

/* --- looking ---------------------------------------------------------------------------------------------------------------- */

static inline uint32_t beginning(const uint8_t *data)
{
    uint32_t four;

    memcpy(&four, data, sizeof four);
    return four | 0x20202020u;
}

static inline uint32_t hash(uint32_t four)
{
    return (four * 0x9e3779b1u) >> 20;
}

void af_needles_add(af_needles_t *needles, const af_needle_t *words, size_t count)
{
    if (count > AF_NEEDLES_SET - needles->count) {
        needles->full = true;
        return;
    }
    memcpy(needles->words + needles->count, words, count * sizeof *words);
    needles->count += (uint32_t) count;
}

void af_needles_ready(af_needles_t *needles)
{
    uint16_t parts = 0;

    needles->stride = AF_NEEDLES_STRIDE;
    for (uint32_t i = 0; i < needles->count; i++) {
        uint32_t places = needles->words[i].len - AF_NEEDLE_LEAST + 1;
        needles->stride = places < needles->stride ? places : needles->stride;
    }
    for (uint32_t i = 0; i < needles->count; i++) {
        for (uint32_t place = 0; place < needles->stride; place++) {
            uint16_t *first = &needles->first[hash(beginning(needles->words[i].text + place))];
            needles->parts[parts].word = (uint8_t) i;
            needles->parts[parts].place = (uint8_t) place;
            needles->parts[parts].next = *first;
            *first = ++parts;
        }
    }
}

static bool stands_at(const af_needle_t *needle, const uint8_t *at, size_t left)
{
    size_t i = 0;

    while (i < needle->len && i < left && (at[i] | 0x20) == needle->text[i]) {
        i++;
    }
    return i == needle->len;
}

bool af_needles_in(const af_needles_t *needles, af_slice_t text)
{
    for (size_t at = 0; at + AF_NEEDLE_LEAST <= text.len; at += needles->stride) {
        uint16_t part = needles->first[hash(beginning(text.data + at))];
        for (; part != 0; part = needles->parts[part - 1].next) {
            size_t place = needles->parts[part - 1].place;
            if (place <= at && stands_at(&needles->words[needles->parts[part - 1].word], text.data + at - place,
                                         text.len - at + place)) {
                return true;
            }
        }
    }
    return false;
}
