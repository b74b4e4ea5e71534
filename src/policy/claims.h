/*
 * policy/claims.h: what the page says of its rights to machines: copyrightNotice, creditText, copyrightHolder and copyrightYear
 * of its article's JSON-LD, and the meta names copyright, dcterms.rights and dc.rights.
 *
 * Texts are kept as normal text with the positions of their characters, so that attribution can weigh them against a notice and
 * keep them in step with it. What an object of JSON-LD says counts when the object ends, because its @type may come last. At most
 * AF_CLAIMS of them are kept, of AF_CLAIM_RAW bytes each: what is longer, or comes later, is not looked at.
 */
#ifndef AF_POLICY_CLAIMS_H
#define AF_POLICY_CLAIMS_H

#include "policy/tape.h"

#define AF_CLAIMS 8u
#define AF_CLAIM_RAW 640u /* bytes of a value as it is written */

typedef enum { AF_CLAIM_NONE, AF_CLAIM_META, AF_CLAIM_NOTICE, AF_CLAIM_CREDIT, AF_CLAIM_HOLDER } af_claim_kind_t;

typedef struct {
    af_claim_kind_t kind;     /* NONE: proved to be another thing's */
    uint32_t depth;           /* of the JSON object whose @type is not known yet; 0: settled */
    size_t from, to;          /* marks of the tape */
    uint64_t from_pos;        /* stream position of the value, behind its quote */
    uint8_t quote;            /* that it stands in; 0: none */
} af_claim_t;

typedef struct {
    af_tape_t tape;
    af_claim_t items[AF_CLAIMS];
    uint32_t count;
    char year[5];             /* copyrightYear; "" unknown */
    uint8_t year_rank;
} af_claims_t;

void af_claims_init(af_claims_t *claims, af_heap_t *heap);
void af_claims_destroy(af_claims_t *claims);

/* Takes the value of an attribute as it is written, at `pos` of the stream. AF_NOMEM. */
AF_MUST_USE af_status_t af_claims_attribute(af_claims_t *claims, af_slice_t raw, uint64_t pos, uint8_t quote);

/* Takes a string of JSON as it is written between its quotes; the object that says it is the `depth`th that is open. AF_NOMEM. */
AF_MUST_USE af_status_t af_claims_json(af_claims_t *claims, af_claim_kind_t kind, af_slice_t raw, uint64_t pos, uint32_t depth);

/* The object ends: a story's or page's (rank 2, 1), or another thing's (0). `year`: its copyrightYear, "" if none. */
void af_claims_settle(af_claims_t *claims, uint32_t depth, uint8_t rank, const char *year);

/* The normal text of a claim; lent until the next one is taken. */
af_slice_t af_claims_text(const af_claims_t *claims, const af_claim_t *claim);

#endif
