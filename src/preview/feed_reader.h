/*
 * preview/feed_reader.h: what a person reads in a feed's item, from its bytes: a field a paragraph, tags and escapes gone.
 *
 * Bytes come one at a time with what is done to them; text that goes or comes is in <del> or <ins>. The text is written as
 * HTML whose only markup is the reader's own. Two readers over the bytes before and after show an item's two sides.
 * Limits: names of 48 bytes; a side that has no room is cut. A view, no parser: of broken XML it shows something.
 */
#ifndef AF_PREVIEW_FEED_READER_H
#define AF_PREVIEW_FEED_READER_H

#include "base/slice.h"

#define AF_READER_NAME 48u
#define AF_READER_LEVELS 64u

typedef enum { AF_READ_KEPT, AF_READ_DROPPED, AF_READ_INSERTED } af_read_t;
typedef enum { AF_READER_GOES_ON, AF_READER_ITEM_BEGINS, AF_READER_ITEM_ENDS } af_reader_event_t;

/* HTML that is lent memory of a fixed size; cut: it did not hold all. */
typedef struct {
    uint8_t *bytes;
    size_t len, capacity;
    bool cut;
} af_column_t;

typedef struct {
    uint8_t bytes[12];
    uint8_t len; /* 0: none; the ampersand counts */
} af_reference_t;

typedef struct {
    uint8_t state;               /* of the markup: XML's or JSON's */
    bool json, in_item, closing, self_closing;
    uint8_t quote, tail[3];
    uint8_t name_len;
    uint8_t name[AF_READER_NAME];
    uint32_t depth, item_depth;
    uint8_t arrays[AF_READER_LEVELS / 8]; /* JSON: a bit a level */
    bool is_items, wants_key;
    af_reference_t outer;

    uint8_t html_state;          /* of the field's own markup */
    uint8_t tag_len;
    uint8_t tag[12];
    af_reference_t inner;

    uint8_t field_len;
    uint8_t field[AF_READER_NAME];
    bool field_open, space, line_begins;
    af_read_t kind, open_mark;
    af_column_t column, title;
} af_reader_t;

/* Begins a feed: `json` is what its first byte told. `column` and `title` are lent for as long as the reader is used. */
void af_reader_init(af_reader_t *reader, bool json, af_column_t column, af_column_t title);

/* Takes a byte. When an item begins, column and title are empty; when it ends, they are whole until the next one begins. */
af_reader_event_t af_reader_take(af_reader_t *reader, uint8_t byte, af_read_t kind);

/* Appends text as it is, and as text of a page. A whole reference or nothing. */
void af_column_put(af_column_t *column, const char *markup);
void af_column_put_byte(af_column_t *column, uint8_t byte);

#endif
