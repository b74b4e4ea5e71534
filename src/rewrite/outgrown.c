/*
 * rewrite/outgrown.c: elements that wait for their text, asked while it grows.
 *
 * The text so far may be no beginning of what a rule wants. Text comes in pieces, as chunks cut it, and the answer must not
 * depend on them: by the next tag all is asked that is due, and what is refuted leaves before the tag changes the tree. What is
 * due depends on the text at tags alone: it has to be twice as long as when it was asked at one. Within a text it is asked
 * earlier, of what will be due, since what is refuted need not wait any longer. Where no more may be held all is asked of all
 * the text there is.
 */
#include "rewrite/candidate.h"

/* What was said last of a text and some rules: many that wait are one in the other, and say the same so far. */
typedef struct {
    const af_rule_t *rule;
    const af_tape_t *tape;
    size_t len;
    bool refuted;
} said_t;

typedef enum { IN_TEXT, AT_TAG, AT_LIMIT } place_t;

/* Whether the text is to be asked now; it is noted that it was. */
static bool is_due(af_candidate_t *candidate, size_t len, place_t place)
{
    bool due = place == AT_LIMIT || len >= candidate->asked_at_tag * (size_t) 2 + 1;
    bool asks = due && len >= (place == IN_TEXT ? candidate->asked * (size_t) 2 + 1 : candidate->asked + (size_t) 1);

    if (asks) {
        candidate->asked = (uint32_t) len;
    }
    if (due && place == AT_TAG) {
        candidate->asked_at_tag = (uint32_t) len;
    }
    return asks;
}

/* Whether the first text is no beginning of the heading that the rule wants: whatever follows, it begins with that. */
static bool heading_outgrown(af_rewriter_t *rw, af_candidate_t *candidate, const af_phrases_t *begins, place_t place)
{
    af_slice_t first = af_candidate_text(rw, candidate);

    if (!is_due(candidate, first.len, place)) {
        return false;
    }
    const af_opening_t opening = af_openings_find(begins->openings, first);
    return !af_condition_may(&rw->condition, begins, &opening);
}

/* Whether the text so far can be no beginning of what the rule, or one of its group, wants. */
static bool outgrown(af_rewriter_t *rw, af_candidate_t *candidate, said_t *said, place_t place)
{
    const af_rule_t *rule = &rw->rules->rules[candidate->rule];
    const af_structure_t *structure = rule->structure;

    if (candidate->heading_open && candidate->asked_at_tag == 0 && structure->begins != NULL) {
        return heading_outgrown(rw, candidate, structure->begins, place);
    }
    if (rule->pattern == NULL) {
        return false;
    }
    const af_tape_t *tape = af_candidate_tape(rw, candidate);
    if (candidate->contents == rw->contents.count && af_tape_longer(tape, candidate->mark, rule->group_max)) {
        return true;
    }
    if (rule->phrases == NULL) {
        return false;
    }
    af_slice_t text = af_candidate_text(rw, candidate);
    if (!is_due(candidate, text.len, place)) {
        return false;
    }
    if (said->rule != rule || said->tape != tape || said->len != text.len) {
        const af_opening_t opening = af_openings_find(rule->phrases->openings, text);
        *said = (said_t){rule, tape, text.len, !af_condition_may(&rw->condition, rule->phrases, &opening)};
    }
    return said->refuted;
}

static bool ask(af_rewriter_t *rw, place_t place)
{
    bool changed = false;
    said_t said[2] = {{NULL, NULL, 0, false}, {NULL, NULL, 0, false}}; /* of few groups */

    for (size_t i = rw->candidates.count, left = rw->text_candidates; left > 0 && i > 0; i--) {
        af_candidate_t *candidate = AF_VECTOR_AT(af_candidate_t, &rw->candidates, i - 1);
        left -= candidate->text_open;
        if (candidate->text_open && outgrown(rw, candidate, &said[candidate->rule & 1], place)) {
            af_candidates_finish(rw, candidate, false);
            changed = true;
        }
    }
    if (changed) {
        af_candidates_tidy(rw);
    }
    rw->let_go = rw->let_go || changed;
    return changed;
}

/* The text since the last tag stays in what is around those that it refuted: elements that want to be emptied are not. */
static void ask_around(af_rewriter_t *rw)
{
    if (rw->let_go && rw->text_at != 0 && rw->structure_candidates > 0) {
        af_structure_shown(rw, rw->text_at);
    }
    rw->let_go = false;
    rw->text_at = 0;
}

void af_candidates_text(af_rewriter_t *rw, const af_tape_t *tape, size_t before)
{
    const size_t mark = af_tape_mark(tape);

    rw->text_came = true;
    if (mark > before + 1 || (mark == before + 1 && tape->data[tape->len - 1] != ' ')) { /* else it is the space between tags */
        (void) ask(rw, IN_TEXT);
    }
}

bool af_candidates_ask(af_rewriter_t *rw)
{
    return rw->text_candidates > 0 && ask(rw, AT_LIMIT);
}

af_status_t af_candidates_before(af_rewriter_t *rw, const af_token_t *token)
{
    bool changed = rw->text_came && rw->text_candidates > 0 && ask(rw, AT_TAG);
    size_t waiting = rw->text_candidates;

    rw->text_came = false;
    ask_around(rw);
    changed = changed || rw->text_candidates != waiting;
    changed = (rw->block.held != 0 && af_notices_tag(rw, token)) || changed;
    if (!changed) {
        return AF_OK;
    }
    af_status_t status = af_queue_flush(rw);
    rw->past_live = af_rewriter_holding(rw);
    return status;
}
