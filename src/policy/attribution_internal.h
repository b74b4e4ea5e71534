/*
 * policy/attribution_internal.h: what the files of attribution share: finding a notice, what the page knows, rendering.
 */
#ifndef AF_POLICY_ATTRIBUTION_INTERNAL_H
#define AF_POLICY_ATTRIBUTION_INTERNAL_H

#include "policy/attribution.h"

#define AF_NOTICE_GROUPS 32u

typedef struct {
    af_group_t groups[AF_NOTICE_GROUPS]; /* of the rule's match */
    size_t to;                           /* where the notice ends: a good one may go on behind its match */
    bool good;
} af_finding_t;

typedef struct {
    char year[5], date[11], short_date[16]; /* "": unknown */
} af_dates_t;

/* What the page says to machines of the rights in what the rule's notice is about. */
typedef struct {
    char year[5]; /* "": nothing, or not one */
    bool differ;  /* more than one year */
    bool other;   /* the article is another owner's */
} af_says_t;

static inline af_slice_t af_notice_part(af_slice_t text, size_t from, size_t to)
{
    return (af_slice_t){text.data + from, to - from};
}

static inline af_slice_t af_notice_known(const char *text)
{
    return text[0] != '\0' ? af_slice_of(text) : (af_slice_t){NULL, 0};
}

/* NULL: the rule is none of attribution. */
af_attribution_state_t *af_attribution_state_of(const af_attribution_t *attribution, uint32_t rule);

/* Finds the first notice in `text`. Good is one with a good part in it; or one from whose beginning on the text is good, since
 * a match whose last part may be missing ends as early as it can. */
bool af_notice_find(const af_attribution_t *attribution, const af_attribution_rule_t *rule, af_slice_t text, af_finding_t *out);
bool af_notice_good(const af_attribution_t *attribution, const af_attribution_rule_t *rule, af_slice_t text);
size_t af_notice_characters(af_slice_t text);
bool af_notice_match(const af_attribution_t *attribution, const af_regex_t *regex, af_slice_t text,
                     af_group_t groups[AF_NOTICE_GROUPS]);

/* claims: what is said, and whether a notice with that year ("": none) would contradict it. */
af_says_t af_notice_says(const af_attribution_t *attribution, const af_attribution_rule_t *rule);
bool af_notice_contradicted(const af_says_t *says, const char year[5]);
bool af_notice_stands(const af_attribution_t *attribution, const af_attribution_rule_t *rule, af_attribution_state_t *state,
                      af_slice_t notice);

/* The page's own, or the response's where the page has none and the rule allows it; never one of each. */
af_dates_t af_notice_dates(const af_attribution_t *attribution, const af_attribution_rule_t *rule);

/* Writes the template into the buffer from `at` on. `year`: one that stands there already, before the page's. */
af_status_t af_notice_render(const af_attribution_t *attribution, const af_attribution_rule_t *rule,
                             const af_attribution_state_t *state, af_slice_t year, size_t at, size_t *len,
                             af_part_kind_t *missing);

/* The normal text of markup; data NULL: too long. Lent until the next call. */
af_slice_t af_notice_plain(af_attribution_t *attribution, af_slice_t markup);

/* repair: the least change that makes [groups[0].from, to) of the text a good notice. */
void af_notice_repair(af_attribution_t *attribution, const af_attribution_rule_t *rule, const af_attribution_state_t *state,
                      af_slice_t text, const af_finding_t *found, size_t to, af_notice_t *out);
/* The year that stands in [from, to), {NULL, 0} if none. False: two that differ. */
bool af_notice_standing_year(af_slice_t text, size_t from, size_t to, af_slice_t *out);
/* Puts spaces where the notice in [from, to) is glued to the sentence before it or to a word behind it. */
void af_notice_unglue(const af_attribution_t *attribution, af_slice_t text, size_t from, size_t to, af_notice_t *notice);
/* Where what follows the notice at once, and says it again, ends. */
size_t af_notice_excess(const af_attribution_t *attribution, const af_attribution_rule_t *rule, af_slice_t text, size_t to);

#endif
