/*
 * feed/lexer.h: XML cut into markup and text, as it comes.
 *
 * A lexer, no parser: it finds where tags, comments, processing instructions, CDATA sections and the DOCTYPE begin and end,
 * and regains its place at the next "<" where they are broken. Whether XML is well formed is feed/judge's to tell. Nothing
 * is expanded and nothing is fetched: references are not even looked at.
 */
#ifndef AF_FEED_LEXER_H
#define AF_FEED_LEXER_H

#include "base/slice.h"

typedef enum {
    AF_XML_MORE,    /* more bytes are needed */
    AF_XML_TEXT,    /* without "<"; may come in pieces */
    AF_XML_START,
    AF_XML_END,
    AF_XML_COMMENT, /* these three come in pieces */
    AF_XML_PI,
    AF_XML_CDATA,
    AF_XML_DOCTYPE,
    AF_XML_BAD      /* no XML: the markup is broken */
} af_xml_kind_t;

typedef struct {
    af_xml_kind_t kind;
    size_t len;      /* bytes from the window's beginning */
    size_t name_len; /* tags: the name is at 1 (start) or 2 (end) */
    bool empty;      /* start tag: "/>" */
} af_xml_token_t;

/* Zeroed: at the document's beginning. */
typedef struct {
    af_xml_kind_t inside; /* comment, PI or CDATA that goes on; else AF_XML_MORE */
    size_t searched;      /* of the window, by the call before: the token goes on behind */
    uint8_t quote;        /* tag, DOCTYPE: inside of this quote */
    uint8_t subset;       /* DOCTYPE: in its brackets; 2 in a comment, 3 in a processing instruction */
} af_xml_lexer_t;

/* Takes the token that `data` begins with; after AF_XML_MORE it has to be called with the same bytes and more. `last`:
 * there are no more; then a token that is not whole is AF_XML_BAD. */
void af_xml_next(af_xml_lexer_t *lexer, const uint8_t *data, size_t len, bool last, af_xml_token_t *out);

/* An attribute of a start tag, as written. */
typedef struct {
    af_slice_t name, value;
} af_xml_attribute_t;

/* Takes the next attribute at or after `*at` of a start tag (at first: behind its name). False: there is none, or it is
 * broken. */
bool af_xml_attribute(af_slice_t tag, size_t *at, af_xml_attribute_t *out);

/* The value of an attribute, by its name as written; {NULL, 0}: it has none. */
af_slice_t af_xml_attribute_of(af_slice_t tag, const char *name);

static inline bool af_xml_space(uint8_t c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

#endif
