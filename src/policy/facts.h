/*
 * policy/facts.h: what the document tells of itself: title, date of publication, author, canonical address.
 *
 * Fed by the rewriter with the start tags of HTML elements (not of SVG or MathML, which have titles of their own) and, while
 * `wants_text` is set, with the text of the element whose start tag set it, until af_facts_end. Nothing is guessed: a date is one
 * that is written out with a four-digit year. Dates rank article:published_time, JSON-LD datePublished, itemprop, the first
 * time[datetime], other meta. JSON-LD is scanned as it passes and not kept.
 */
#ifndef AF_POLICY_FACTS_H
#define AF_POLICY_FACTS_H

#include "policy/claims.h"
#include "policy/jsonld.h"
#include "policy/tape.h"

#define AF_FACTS_TITLE 1024u     /* bytes of a title; a longer one counts as unknown */
#define AF_FACTS_AUTHOR 256u
#define AF_FACTS_ADDRESS 2048u
#define AF_FACTS_JSONLD 65536u   /* bytes of one JSON-LD script that are read */

typedef enum {
    AF_DATE_NONE, AF_DATE_META, AF_DATE_TIME, AF_DATE_ITEMPROP, AF_DATE_JSONLD, AF_DATE_ARTICLE
} af_date_source_t;

typedef enum { AF_FACTS_NOTHING, AF_FACTS_IN_TITLE, AF_FACTS_IN_JSONLD } af_facts_reading_t;

typedef struct {
    af_heap_t *heap;
    const af_charset_t *charset;
    bool wants_text;             /* text and the end of the element that just began are wanted */
    bool title_known;            /* the first title element has ended */
    bool title_lost;             /* and was too long to be kept */
    af_tape_t title, author, canonical; /* read them with the functions below */
    char year[5], date[11];      /* "2025", "2025-10-25"; "" unknown. A known year may come without a date */
    af_date_source_t date_source;
    af_facts_reading_t reading;
    bool author_known, canonical_known;
    bool wants_claims;           /* the caller's to set: claims are taken */
    af_claims_t claims;
    af_jsonld_t *jsonld;         /* made when first needed */
    size_t jsonld_read;
} af_facts_t;

void af_facts_init(af_facts_t *facts, af_heap_t *heap, const af_charset_t *charset);
void af_facts_destroy(af_facts_t *facts);
/* The charset of what comes from here on; lent. */
void af_facts_charset(af_facts_t *facts, const af_charset_t *charset);

/* Whether a start tag may tell something that is not known better: the others need not be given. */
bool af_facts_may_tell(const af_facts_t *facts, const af_token_t *tag);

/* Whether it is a meta or JSON-LD tag that may make a claim. */
bool af_facts_may_claim(const af_token_t *tag);

/* Reads a start tag of an HTML element. AF_NOMEM, AF_LIMIT: a fact is lost, the rest goes on. */
AF_MUST_USE af_status_t af_facts_start_tag(af_facts_t *facts, const af_token_t *tag);
AF_MUST_USE af_status_t af_facts_text(af_facts_t *facts, af_slice_t raw, uint64_t pos, af_text_kind_t kind);
AF_MUST_USE af_status_t af_facts_end(af_facts_t *facts);

/* Tells what is known from elsewhere than the document's markup, which then counts no more: UTF-8 text, {NULL, 0} unknown. */
AF_MUST_USE af_status_t af_facts_give(af_facts_t *facts, af_slice_t title, af_slice_t author, af_slice_t canonical,
                                      af_slice_t date);

/* Normal text; {NULL, 0} where unknown. Lent until the next call that feeds. */
af_slice_t af_facts_title(const af_facts_t *facts);
af_slice_t af_facts_author(const af_facts_t *facts);
af_slice_t af_facts_canonical(const af_facts_t *facts);
af_slice_t af_facts_year(const af_facts_t *facts);
af_slice_t af_facts_date(const af_facts_t *facts);

/* Reads a date as pages write it: ISO 8601, RFC 9110, "October 25, 2025", or any text with one four-digit year in it. Fills
 * `year`, and `date` where month and day are beyond doubt ("" if not); false: no year. */
bool af_date_read(af_slice_t text, char year[5], char date[11]);

/* Writes "2024-10-25" as agencies do: "Oct. 25, 2024". "" stays "". */
void af_date_short(const char date[11], char out[16]);

/* The date of a time in seconds since 1970 (UTC), years 1900 to 2099; false outside. */
bool af_date_of(int64_t seconds, char year[5], char date[11]);

#endif
