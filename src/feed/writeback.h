/*
 * feed/writeback.h: edits of a field's HTML as changes of the field's own bytes.
 *
 * Drops and insertions arrive with positions in the HTML, in order; changes leave with positions in the field. Markup of
 * the field's form (CDATA brackets, comments) is never dropped with text, so that what was well formed stays so; text that
 * comes together never ends a CDATA section.
 */
#ifndef AF_FEED_WRITEBACK_H
#define AF_FEED_WRITEBACK_H

#include "base/memory.h"
#include "feed/form.h"

/* Bytes [from, to) of the held bytes go, or, where they are equal, text comes: [text_at, text_at + text_len) of the texts. */
typedef struct {
    size_t from, to, text_at, text_len;
    uint32_t rule;
} af_change_t;

typedef struct {
    af_heap_t *heap;
    af_change_t *items;
    size_t count, capacity;
    uint8_t *texts;
    size_t text_len, text_capacity;
} af_changes_t;

void af_changes_init(af_changes_t *changes, af_heap_t *heap);
void af_changes_destroy(af_changes_t *changes);

/* Adds a drop; it is joined with the one before where they touch and are one rule's. `from` is not before that one's end. */
AF_MUST_USE af_status_t af_changes_drop(af_changes_t *changes, size_t from, size_t to, uint32_t rule);
AF_MUST_USE af_status_t af_changes_insert(af_changes_t *changes, size_t at, const uint8_t *text, size_t len, uint32_t rule);

typedef struct {
    af_changes_t *changes;
    af_form_reader_t reader;
    af_character_as_t characters;
    af_slice_t prefix;   /* XHTML: what elements of HTML are called with, with the colon */
    size_t base;         /* where the field begins in the held bytes */
    uint64_t html_pos;   /* all before it was walked */
    af_piece_t piece;    /* the one that html_pos is in */
    size_t used;         /* bytes of it that were walked */
    uint8_t brackets;    /* "]" at the end of what is kept, up to 2 */
    bool joins;          /* something went or came after them */
    bool begun;          /* something was walked */
    bool failed;         /* an edit cuts through a character, or the field cannot be read */
} af_writeback_t;

/* Starts at the beginning of `field`, which stands at `base` of the held bytes. `changes` and what is lent outlive it. */
void af_writeback_begin(af_writeback_t *writeback, af_changes_t *changes, af_form_t form, af_slice_t field, size_t base,
                        af_character_as_t characters);

typedef enum { AF_WALK_KEEP, AF_WALK_DROP } af_walk_t;

/* Keeps or drops the HTML up to `to_pos`. Where `failed` is set afterwards, the changes of this field are of no use. */
AF_MUST_USE af_status_t af_writeback_walk(af_writeback_t *writeback, uint64_t to_pos, af_walk_t walk, uint32_t rule);

/* Inserts HTML at the place that was walked to. */
AF_MUST_USE af_status_t af_writeback_insert(af_writeback_t *writeback, const uint8_t *html, size_t len, uint32_t rule);

/* Where the walked part ends in the held bytes. */
size_t af_writeback_place(const af_writeback_t *writeback);

#endif
