/*
 * policy/attribution.h: what becomes of attribution notices.
 *
 * Decides only: the rewriter feeds the normal text of finished leaf blocks of a rule's scope and makes the edits. A notice is
 * what the rule's match finds; credits that it does not find are never looked at. The first notice of a scope counts: good as it
 * is, or repaired, or left alone. A repair puts the date in, or the template itself in the place of a notice that is wrong in
 * another way (a broken sign, a sentence twice, the whole twice); it is proposed only where the text is good after it, so that
 * running over one's own output changes nothing. Nothing is inserted or repaired to contradict what the page says to machines
 * (policy/claims.h). A year comes from the document or the fallback that the rule names, never from
 * elsewhere.
 */
#ifndef AF_POLICY_ATTRIBUTION_H
#define AF_POLICY_ATTRIBUTION_H

#include "policy/condition.h"
#include "policy/facts.h"
#include "rules/template.h"

typedef enum {
    AF_NOTICE_NOTHING, /* nothing to do */
    AF_NOTICE_GOOD,    /* block: the first notice, well formed */
    AF_NOTICE_REPEAT,  /* block: its whole text is a notice, and there was one: drop the block */
    AF_NOTICE_REPAIR,  /* block: replace [from, to) of the text (often empty) with `bytes` */
    AF_NOTICE_INSERT,  /* scope end: write `bytes`, a paragraph, at the rule's place */
    AF_NOTICE_NO_DATE, /* a date is needed and not known: leave everything */
    AF_NOTICE_REFUSED, /* block: malformed in a way that cannot be repaired: leave it */
    AF_NOTICE_CONTRADICTED /* the page says something else to machines: leave everything */
} af_notice_kind_t;

typedef struct {
    size_t from, to;
    af_slice_t bytes;
} af_notice_edit_t;

typedef struct {
    af_notice_kind_t kind;
    size_t from, to;  /* repair: of the block's text, in bytes; whole characters */
    af_slice_t bytes; /* repair, insert: ASCII markup; lent until the next call */
    af_notice_edit_t more[3]; /* repair: further changes, none inside of another */
    size_t more_count;
} af_notice_t;

#define AF_ATTRIBUTION_AGENCY 62u /* bytes of an agency's name */

typedef struct {
    bool applies; /* `when` was seen, or there is none */
    bool found;   /* a notice was in the scope */
    bool done;    /* the page has one: found or inserted, in whatever scope */
    bool inserted;    /* it was inserted */
    bool told;        /* that what the page says contradicts it */
    char year[5];     /* that the notice has; "" none */
    uint32_t letters; /* of the first one in the scope, if it is right or was repaired */
    uint8_t agency_len;
    char agency[AF_ATTRIBUTION_AGENCY]; /* the group "agency" of `when`, for {agency} */
} af_attribution_state_t;

typedef struct {
    af_heap_t *heap;
    const af_ruleset_t *rules;
    const af_facts_t *facts;
    af_condition_t *condition;
    int64_t last_modified, date; /* of the response: fallbacks; INT64_MIN unknown */
    const af_sink_t *sink;       /* for variables; may be NULL */
    const af_tape_t *tape;       /* that texts of blocks are lent from; NULL: there are no tags in them */
    af_attribution_state_t *states; /* one for each of the set's `attributions`; NULL where it has none */
    bool chosen;                 /* one of `attribution auto` applies: no other one will */
    uint8_t *bytes;              /* what is rendered */
    af_tape_t plain;             /* and its normal text */
} af_attribution_t;

#define AF_ATTRIBUTION_BYTES 8192u /* of one rendered notice */

/* All that is pointed to outlives it. AF_NOMEM, AF_LIMIT. */
AF_MUST_USE af_status_t af_attribution_init(af_attribution_t *attribution, af_heap_t *heap, const af_ruleset_t *rules,
                                            const af_facts_t *facts, af_condition_t *condition);
void af_attribution_destroy(af_attribution_t *attribution);

typedef enum {
    AF_PAGE_TEXT_BEGINS, /* a block begins with it */
    AF_PAGE_TEXT_GOES_ON /* it goes on in a block: what `when` wants at the beginning is not in it */
} af_page_text_t;

/* Some text of the page (a block's, normal), whatever the scope: for the rules' `when`. Before af_attribution_block. */
void af_attribution_page_text(af_attribution_t *attribution, af_slice_t text, af_page_text_t place);

/* The author that the page's head names, as if it were such a text, and with "By " in front of it, as bylines have it. */
void af_attribution_page_author(af_attribution_t *attribution);

/* A scope of `rule` begins: no notice was seen in it. */
void af_attribution_scope_begin(af_attribution_t *attribution, uint32_t rule);

/* The normal text of a finished leaf block inside the scope of `rule`. */
void af_attribution_block(af_attribution_t *attribution, uint32_t rule, af_slice_t text, af_notice_t *out);

/* What is to become of a claim that is the rule's notice: REPAIR, of its text, or NOTHING. An empty one is filled where the rule
 * applies already. */
void af_attribution_claim(af_attribution_t *attribution, uint32_t rule, const af_claim_t *claim, af_notice_t *out);

/* At the page's end: whether it said, behind a notice, what that one contradicts; `*rule` is the notice's. */
bool af_attribution_contradicts(const af_attribution_t *attribution, uint32_t *rule);

/* The scope of `rule` ends: a missing notice is to be inserted. */
void af_attribution_scope_end(af_attribution_t *attribution, uint32_t rule, af_notice_t *out);

#endif
