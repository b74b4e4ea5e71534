/*
 * feed/xml.h: what the files of the XML parser share.
 */
#ifndef AF_FEED_XML_H
#define AF_FEED_XML_H

#include "feed/feed_internal.h"
#include "feed/xml_stack.h"

#define XML_DEPTH 256u        /* open elements; more are beyond libxml2's own limit */
#define XML_CHARSET 64u
#define XML_INDENT 64u

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
    unsigned item_says, channel_says; /* feed/rights: what they say of whose they are */
    uint64_t item_applies;  /* feed-add rules whose `when` was found in the item, a bit each */
    uint8_t indent[XML_INDENT]; /* the white space in front of the item's last element */
    size_t indent_len;
};

/* --- xml_field ---------------------------------------------------------------------------------------------------------- */

/* The feed-remove rule that names an element, or AF_NO_RULE. */
uint32_t af_xml_remover(const af_feed_t *feed, af_slice_t name, af_space_t space);

/* Changes what an element is where feed-fields rules say so. */
void af_xml_choose_field(const af_feed_t *feed, af_slice_t name, af_space_t space, af_element_t *element);

/* Whether the element holds HTML, and in which form. */
bool af_xml_form_of(const af_element_t *element, af_slice_t tag, af_form_t *form);

/* `from`: behind the start tag, which is `tag_len` bytes long. */
void af_xml_open_field(af_xml_t *xml, const af_element_t *element, af_form_t form, size_t from, size_t tag_len);

/* A start tag inside of a field; `depth`: of its element. */
void af_xml_child_of_field(af_xml_t *xml, const af_xml_token_t *token, af_slice_t name, size_t depth);

/* The field's end tag is [to, end). */
AF_MUST_USE af_status_t af_xml_close_field(af_feed_t *feed, af_xml_t *xml, size_t to, size_t end);

/* --- rights --------------------------------------------------------------------------------------------------------------- */

/* An element that is no part of a field. */
void af_rights_see(af_xml_t *xml, af_space_t space, af_slice_t name);

/* Tries the rules' `when` on the unit's fields. AF_NOMEM: nothing was found. */
AF_MUST_USE af_status_t af_rights_read(af_feed_t *feed, af_xml_t *xml);

/* Adds to the unit's changes what the innermost open element, an item or a channel, does not say. */
AF_MUST_USE af_status_t af_rights_add(af_feed_t *feed, af_xml_t *xml, size_t at);

/* --- xml_document ------------------------------------------------------------------------------------------------------- */

/* Reads the declaration and finds the charset; `started` where that is done. AF_UNSUPPORTED: the feed passes. */
AF_MUST_USE af_status_t af_xml_start(af_feed_t *feed, af_xml_t *xml, bool last);

/* Notes the names of the entities that a DOCTYPE declares, and nothing else of it. */
AF_MUST_USE af_status_t af_xml_doctype(af_feed_t *feed, af_xml_t *xml, af_slice_t doctype);

/* What is wrong with a unit, and about where in the held bytes. */
typedef struct {
    const char *what; /* "": nothing */
    size_t at;
} xml_wrong_t;

/* Has the unit up to `to`, behind which `depth` elements are open, judged as it is and with its changes. */
AF_MUST_USE af_status_t af_xml_judge(af_feed_t *feed, af_xml_t *xml, size_t to, size_t depth, xml_wrong_t *wrong);

#endif
