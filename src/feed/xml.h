/*
 * feed/xml.h: what the files of the XML parser share.
 */
#ifndef AF_FEED_XML_H
#define AF_FEED_XML_H

#include "feed/feed_internal.h"
#include "feed/xml_stack.h"

#define XML_DEPTH 256u        /* open elements; more are beyond libxml2's own limit */
#define XML_CHARSET 64u

typedef enum {
    XML_NONE,
    XML_HOLDING,
    XML_BROKEN,    /* passes as it is to its end */
    XML_TOO_LARGE, /* a field of it passes as it is to the field's end */
    XML_GAP        /* text of it passes as it is to the next tag */
} xml_unit_t;

typedef enum { XML_BODY_NONE, XML_BODY_OPEN, XML_BODY_CLOSED, XML_BODY_SELF } xml_body_t;

/* A field that is open. Places are in the held bytes. */
typedef struct {
    bool open, unreadable;
    af_form_t form;
    size_t depth, from;
    uint8_t rank;
    uint32_t removed_by; /* the rule that takes the element away; then `from` is where it begins */
    xml_body_t body; /* XHTML: the div around the content */
    size_t from_body, to_body, prefix_at;
} xml_field_t;

typedef struct {
    bool open;
    af_fact_t fact;
    uint8_t rank;
    size_t depth, from;
} xml_fact_t;

struct af_xml {
    af_xml_lexer_t lexer;
    af_xml_stack_t stack;
    size_t at;              /* of the held bytes: what is before was looked at */
    bool started;           /* the declaration was read */
    bool lost;              /* too deep: tags are not followed until an item begins or ends */
    char charset[XML_CHARSET];
    xml_unit_t unit;
    af_unit_t unit_kind;
    size_t tag_end;         /* of the last token that was no text */
    size_t unit_from, unit_depth; /* depth: with the unit's element open */
    size_t item_depth;      /* where items are, with the item open; 0: none was seen */
    size_t author_depth;
    xml_field_t field;
    xml_fact_t fact;
    uint8_t *surroundings;  /* the start tags that were open where the held unit begins */
    size_t surroundings_len, surroundings_capacity;
    af_judge_t *judge;      /* made when first needed */
    char *entities;         /* names that the DOCTYPE declares, each with a NUL */
    size_t entities_len, entities_capacity;
    bool declares_any;      /* declarations may be where we do not look: outside of the document */
};

/* Reads the declaration and finds the charset; `started` where that is done. AF_UNSUPPORTED: the feed passes. */
AF_MUST_USE af_status_t af_xml_start(af_feed_t *feed, af_xml_t *xml, bool last);

/* Notes the names of the entities that a DOCTYPE declares, and nothing else of it. */
AF_MUST_USE af_status_t af_xml_doctype(af_feed_t *feed, af_xml_t *xml, af_slice_t doctype);

/* Has the unit up to `to`, behind which `depth` elements are open, judged as it is and with its changes. `*wrong`: "" where
 * both are well formed. */
AF_MUST_USE af_status_t af_xml_judge(af_feed_t *feed, af_xml_t *xml, size_t to, size_t depth, const char **wrong);

#endif
