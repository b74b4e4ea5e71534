/*
 * policy/condition.h: text=/re/ with {title} and max.
 *
 * A rule's pattern is compiled with the ruleset unless it has {title}; those are compiled for the document, when first needed,
 * and at most AF_CONDITION_TITLES of them a stream. A document without a (known) title matches no pattern that has {title} in it.
 * Over a limit (of matching, memory or the number) a condition does not hold: the element is kept, and `limited` counts it.
 */
#ifndef AF_POLICY_CONDITION_H
#define AF_POLICY_CONDITION_H

#include "rules/ruleset.h"

#define AF_CONDITION_TITLES 64u

typedef struct {
    const af_rule_t *rule;
    af_regex_t *regex; /* NULL: could not be made */
} af_condition_entry_t;

#define AF_CONDITION_LEADS 64u
#define AF_CONDITION_LEFT 6u

/* What the first character of a text leaves of some phrases, where it is none of ASCII: asked once a document. */
typedef struct {
    const af_phrases_t *phrases; /* NULL: nothing is noted here */
    uint32_t character;          /* its bytes */
    uint8_t count;               /* above AF_CONDITION_LEFT: all */
    uint8_t left[AF_CONDITION_LEFT];
} af_condition_lead_t;

typedef struct {
    af_heap_t *heap;
    uint32_t match_limit;
    af_regex_run_t *run;      /* made when first needed; lent by af_condition_run */
    uint8_t *title;           /* a copy */
    size_t title_len, title_capacity;
    bool title_known;
    af_condition_entry_t *entries;
    size_t entry_count, entry_capacity;
    uint32_t limited;
    af_condition_lead_t *leads; /* AF_CONDITION_LEADS; made when first needed */
    bool notices_lost; /* a pattern of a notice could not be asked: nothing is known of notices from there on */
} af_condition_t;

void af_condition_init(af_condition_t *condition, af_heap_t *heap, uint32_t match_limit);
void af_condition_destroy(af_condition_t *condition);

/* Tells the document's title (normal text; copied). The first one counts. */
AF_MUST_USE af_status_t af_condition_set_title(af_condition_t *condition, af_slice_t title);

/* Tells whether `text` (normal text) is no longer than the rule's max and matches its pattern (no pattern: yes). */
bool af_condition_test(af_condition_t *condition, const af_rule_t *rule, af_slice_t text);

/* Tells whether the text of the opening, or one that begins with it, may match one of the phrases. */
bool af_condition_may(af_condition_t *condition, const af_phrases_t *phrases, const af_opening_t *opening);

/* The first rule that `text` fulfils, of `rules[number]` and those that are asked together with it; UINT32_MAX: none. */
uint32_t af_condition_first(af_condition_t *condition, const af_rule_t *rules, uint32_t number, af_slice_t text);

/* Looks for the rule's pattern at or after `from` of `text`, whatever its length (strip). False: none. An empty match counts. */
bool af_condition_find(af_condition_t *condition, const af_rule_t *rule, af_slice_t text, size_t from, af_group_t *found);

/* The stream's match state, for other patterns; NULL: no memory. */
af_regex_run_t *af_condition_run(af_condition_t *condition);

#endif
