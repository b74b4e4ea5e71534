/*
 * policy/jsonld.h: datePublished, author and what is said of rights in JSON-LD, while the script passes.
 *
 * A push scanner for JSON with a bounded stack; it keeps one key, one value and a date for each open object, and nothing
 * of the text but what it says of rights. An object's date counts when the object ends, because its @type may come last: an
 * article's before a page's, others not at all; nor what hangs on comments, reviews, lists and other works. Text that is no JSON
 * ends the scan, and what was complete by then counts.
 */
#ifndef AF_POLICY_JSONLD_H
#define AF_POLICY_JSONLD_H

#include "policy/claims.h"

#define AF_JSONLD_DEPTH 24u
#define AF_JSONLD_VALUE 200u

typedef enum { AF_LD_UNTYPED, AF_LD_PAGE, AF_LD_ARTICLE, AF_LD_OTHER } af_jsonld_type_t;

typedef enum {
    AF_LD_KEY_OTHER, AF_LD_KEY_TYPE, AF_LD_KEY_DATE, AF_LD_KEY_AUTHOR, AF_LD_KEY_NAME, AF_LD_KEY_SHUT,
    AF_LD_KEY_NOTICE, AF_LD_KEY_CREDIT, AF_LD_KEY_HOLDER, AF_LD_KEY_YEAR
} af_jsonld_key_t;

typedef struct {
    bool object, expects_key, shut, person; /* shut: under a key whose dates are another work's; person: an author's object */
    bool holder;                     /* a copyright holder's object, or the array of them */
    af_jsonld_type_t type;
    af_jsonld_key_t key;
    char date[32], year[6];          /* year: copyrightYear; longer than four is none */
    uint8_t year_len;
} af_jsonld_frame_t;

typedef struct {
    af_jsonld_frame_t frames[AF_JSONLD_DEPTH];
    uint32_t depth;
    uint8_t state;
    bool cut;                        /* the string did not fit */
    char text[AF_JSONLD_VALUE]; size_t len; /* the string that is being read, as HTML text: "&" and escapes are references */
    uint32_t unicode, digits, high;  /* of an escape */
    uint8_t raw[AF_CLAIM_RAW]; size_t raw_len; /* the string as it is written */
    bool raw_cut;
    uint64_t raw_pos;
    af_claims_t *claims;             /* the caller's to set: takes what is said of rights; NULL: nobody does */
    af_status_t status;              /* AF_NOMEM: a claim was lost */
    uint32_t author_depth;           /* of the object that `author` belongs to */
    bool author_sure;
    /* Results: as HTML text in the document's charset; "" unknown. */
    char date[32]; uint8_t date_rank;
    char author[AF_JSONLD_VALUE]; size_t author_len;
} af_jsonld_t;

void af_jsonld_begin(af_jsonld_t *scan);  /* a new script; results stay */
void af_jsonld_clear(af_jsonld_t *scan);  /* and the results go too */
void af_jsonld_push(af_jsonld_t *scan, const uint8_t *data, size_t len, uint64_t pos); /* pos: of data[0] in the stream */

#endif
