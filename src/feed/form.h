/*
 * feed/form.h: the forms in which a feed holds HTML, read piece by piece.
 *
 * A piece is a run of the field's bytes that stands for itself, one reference or escape that stands for a character, or
 * bytes that are no part of the HTML. Edits of the HTML are made in the field's bytes by walking the same pieces again
 * (feed/writeback), so no table of positions is kept and what no edit touches is the same to the byte.
 */
#ifndef AF_FEED_FORM_H
#define AF_FEED_FORM_H

#include "base/slice.h"

typedef enum {
    AF_FORM_TEXT,  /* character data of XML: CDATA sections, references, or both */
    AF_FORM_XHTML, /* elements of XML; prefixes of their names are no part of the HTML */
    AF_FORM_JSON   /* between the quotes of a JSON string */
} af_form_t;

typedef enum {
    AF_PIECE_END,
    AF_PIECE_LITERAL,   /* stands for itself */
    AF_PIECE_CHARACTER, /* stands for `character` */
    AF_PIECE_MARK,      /* stands for nothing and stays: "<![CDATA[", "]]>", comments and processing instructions between them */
    AF_PIECE_GLUE,      /* stands for nothing and goes with what is around it: a prefix, a comment in XHTML */
    AF_PIECE_BAD        /* what the field holds is not known: an entity of the document, a child element, a broken escape */
} af_piece_kind_t;

typedef struct {
    af_piece_kind_t kind;
    size_t from, len; /* in the field */
    uint32_t character;
} af_piece_t;

typedef struct {
    af_form_t form;
    af_slice_t field; /* lent */
    size_t at;
    bool cdata;       /* behind "<![CDATA[" */
    bool in_tag;      /* XHTML: behind "<" or "</": a prefix may come */
} af_form_reader_t;

void af_form_begin(af_form_reader_t *reader, af_form_t form, af_slice_t field);
void af_form_next(af_form_reader_t *reader, af_piece_t *out);

#define AF_CHARACTER_BYTES 12u

/* Writes a character as UTF-8, or, where the document is in another charset and it is not ASCII, as a reference of HTML. Returns
 * the length. */
typedef enum { AF_CHARACTER_UTF8, AF_CHARACTER_REFERENCE } af_character_as_t;
size_t af_character_write(uint32_t character, af_character_as_t as, uint8_t out[AF_CHARACTER_BYTES]);

/* Tells whether the HTML of a field may hold a tag or a comment. A quick look: a false yes is allowed. */
bool af_form_may_have_markup(af_form_t form, af_slice_t field);

#endif
