/*
 * policy/tape.h: the normal text of what is held.
 *
 * One tape a stream: text that a condition may want is appended once, in document order, as UTF-8 with references decoded and
 * runs of white space (tab, LF, FF, CR, space, U+00A0) as one space, also across pieces. An element's normal text is then a range
 * of it: from the mark taken where it began, trimmed. Marks are offsets since the stream's beginning and stay good when the
 * front is forgotten. The length is bounded by a limit; over it nothing is appended and AF_LIMIT told: the caller gives up its
 * candidates (fail open). Which text counts (not script, title, ...) is the caller's.
 */
#ifndef AF_POLICY_TAPE_H
#define AF_POLICY_TAPE_H

#include "charset/text.h"
#include "html/tokenizer.h"

/* Tape bytes from `at` on come from stream bytes from `pos` on, `to` tape bytes of each `from` stream bytes. */
typedef struct {
    size_t at;
    uint64_t pos;
    uint32_t to, from;
} af_tape_run_t;

typedef struct {
    af_heap_t *heap;
    const af_charset_t *charset; /* the caller's to set; NULL: UTF-8 */
    bool positions;              /* the caller's to set before the first text: af_tape_position may be asked */
    uint8_t *data;
    size_t base, len, capacity, limit; /* data[0] is at mark `base` */
    af_tape_run_t *runs;
    size_t run_count, run_capacity;
    af_partial_t partial;
    uint64_t partial_pos, end_pos; /* of the pending character; of the text seen so far */
} af_tape_t;

/* Makes an empty tape that holds at most `limit` bytes. */
void af_tape_init(af_tape_t *tape, af_heap_t *heap, size_t limit);
void af_tape_destroy(af_tape_t *tape);

/* Appends raw text of the document, which begins at `pos` of the stream. AF_LIMIT, AF_NOMEM: what fits was appended. */
AF_MUST_USE af_status_t af_tape_text(af_tape_t *tape, af_slice_t raw, uint64_t pos, af_text_kind_t kind);

/* Appends the character `point`, which `from` bytes at `pos` of the stream stand for. AF_LIMIT, AF_NOMEM. */
AF_MUST_USE af_status_t af_tape_character(af_tape_t *tape, uint32_t point, uint64_t pos, uint32_t from);

/* What of a character stands at the end of the text so far is U+FFFD: a tag follows it. AF_LIMIT, AF_NOMEM. */
AF_MUST_USE af_status_t af_tape_break(af_tape_t *tape);

/* Where a text that begins now starts. */
size_t af_tape_mark(const af_tape_t *tape);

/* The text from `mark` on, without space at its ends. Lent until the next af_tape_text or af_tape_forget. */
af_slice_t af_tape_since(const af_tape_t *tape, size_t mark);

/* The text between two marks, without space at its ends; lent as above. */
af_slice_t af_tape_between(const af_tape_t *tape, size_t mark, size_t end);

/* Takes off what was appended since `mark`. */
void af_tape_cut(af_tape_t *tape, size_t mark);

/* Whether af_tape_since(tape, mark) has more than `max` characters; most often its length in bytes tells. */
bool af_tape_longer(const af_tape_t *tape, size_t mark, size_t max);

/* Characters (code points) of af_tape_since(tape, mark). */
size_t af_tape_characters(const af_tape_t *tape, size_t mark);

/* Stream position of the character that gave the tape's byte `at` (a pointer into a lent slice; its end is allowed, and is where
 * the last character ends). Only with `positions`. */
uint64_t af_tape_position(const af_tape_t *tape, const uint8_t *at);

/* Stream position where the character before `at` ends; unlike af_tape_position(at), not beyond tags that follow it. A run
 * of white space ends where the white space does that is next to it in the stream. Only with `positions`. */
uint64_t af_tape_position_after(const af_tape_t *tape, const uint8_t *at);

/* Whether the tape's bytes [from, to) are one piece of the stream, without tags between. Only with `positions`. */
bool af_tape_is_piece(const af_tape_t *tape, const uint8_t *from, const uint8_t *to);

/* Nothing before `mark` is needed any more; SIZE_MAX: nothing at all. */
void af_tape_forget(af_tape_t *tape, size_t mark);

#endif
