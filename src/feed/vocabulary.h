/*
 * feed/vocabulary.h: what the elements of feeds are.
 */
#ifndef AF_FEED_VOCABULARY_H
#define AF_FEED_VOCABULARY_H

#include "base/slice.h"

typedef enum {
    AF_SPACE_NONE,  /* RSS 2.0 has no namespace; some declare one that nobody knows: AF_SPACE_OTHER */
    AF_SPACE_OTHER, AF_SPACE_ATOM, AF_SPACE_ATOM03, AF_SPACE_RDF, AF_SPACE_RSS1, AF_SPACE_CONTENT, AF_SPACE_EXCERPT,
    AF_SPACE_MEDIA, AF_SPACE_ITUNES, AF_SPACE_DC, AF_SPACE_DCTERMS, AF_SPACE_XHTML, AF_SPACE_SLASH, AF_SPACE_WFW, AF_SPACE_THREAD
} af_space_t;

/* The address of a namespace; "" where it has none. */
const char *af_space_address(af_space_t space);

/* The prefix that it has by custom. */
const char *af_space_prefix(af_space_t space);

/* The namespace of an address. */
af_space_t af_space_of(af_slice_t address);

/* The one that a prefix stands for by custom: for feeds that forgot to declare it. */
af_space_t af_space_by_custom(af_slice_t prefix);

typedef enum {
    AF_ELEMENT_OTHER,
    AF_ELEMENT_ROOT,    /* rss, feed, rdf:RDF */
    AF_ELEMENT_ITEM,    /* item, entry */
    AF_ELEMENT_HTML,    /* escaped HTML, always */
    AF_ELEMENT_TYPED,   /* type="html", "text/html": escaped HTML; "xhtml": elements */
    AF_ELEMENT_XHTML,   /* elements of XHTML, itself the body */
    AF_ELEMENT_AUTHOR   /* Atom's, around a name */
} af_element_kind_t;

typedef enum { AF_FACT_NONE, AF_FACT_TITLE, AF_FACT_AUTHOR, AF_FACT_LINK, AF_FACT_DATE } af_fact_t;

/* `rank`: of two fields, where a missing notice goes (the higher); `fact_rank`: of two facts of a kind, which counts. */
typedef struct {
    af_element_kind_t kind;
    af_fact_t fact;
    uint8_t rank, fact_rank;
} af_element_t;

/* What an element is; unknown ones are AF_ELEMENT_OTHER. */
af_element_t af_element_of(af_space_t space, af_slice_t local);

#endif
