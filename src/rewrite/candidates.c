/*
 * rewrite/candidates.c: what rules say of a new node, and the candidates among them.
 *
 * A rule that picks a node at its start tag decides its fate there. Where the selector or the text condition is not decided yet,
 * the pair becomes a candidate, and the node's tokens wait in the queue until it is done: when the element ends, when its text
 * outgrows the rule's max, when a later sibling or the parent's end settles the selector, or when the cap is hit (then the
 * element is kept and the limit is reported).
 */
#include "rewrite/candidate.h"
#include "rewrite/ways.h"

#define MAX_CANDIDATES 4096u
#define FEW_CANDIDATES 64u     /* done ones leave a list that is not longer at once */
#define LATE_BODY 65536u       /* bytes of a body for whose tag a selector waits that asks for attributes */
#define REVIEW_SHARE 64u       /* nodes that a review may walk over for each token that changes the tree */
#define END_SHARE 64u          /* and the one at the document's end for each byte that is held */

typedef struct {
    af_rewriter_t *rw;
    af_node_t node;
    bool dead; /* it goes with what is around it, whatever rules take it */
    af_status_t status;
} found_t;

bool af_rule_here(const af_rewriter_t *rw, const af_rule_t *rule)
{
    return af_rule_on_site(rule, (af_slice_t){(const uint8_t *) rw->site, rw->site_len});
}

static bool needs_tape(const af_rule_t *rule)
{
    return rule->pattern != NULL || rule->verb == AF_VERB_DEDUPE ||
           (rule->structure != NULL && (rule->structure->heading != NULL || (rule->from_preset && !rule->force)));
}

/* The candidate needs its text no more. */
static void text_known(af_rewriter_t *rw, af_candidate_t *candidate)
{
    rw->text_candidates -= candidate->text_open;
    rw->asking_candidates += candidate->text_open && candidate->selector_open;
    rw->tape_candidates -= candidate->tape;
    rw->raw_candidates -= candidate->raw;
    candidate->text_open = candidate->tape = candidate->raw = false;
}

/* `by` more candidates (or one less) whose selector looks at what comes after them. */
static void looking(af_rewriter_t *rw, int by)
{
    rw->looking_candidates += (uint32_t) by;
    rw->pool.retain_siblings = rw->retains_siblings || rw->looking_candidates > 0;
    rw->pool.retain_children = rw->retains_children || rw->looking_candidates > 0;
}

static void selector_known(af_rewriter_t *rw, af_candidate_t *candidate)
{
    rw->asking_candidates -= candidate->selector_open && !candidate->text_open;
    candidate->selector_open = false;
    if (candidate->looks) {
        candidate->looks = false;
        looking(rw, -1);
    }
}

static af_status_t add_candidate(af_rewriter_t *rw, af_node_t node, uint32_t rule, uint32_t selector, bool open, bool text)
{
    af_status_t status = AF_OK;

    /* Those that wait for text are counted apart: whether text refutes one before it waits depends on where chunks end. */
    if ((text ? rw->text_candidates : rw->open_candidates - rw->text_candidates) >= MAX_CANDIDATES) {
        af_candidates_oldest_gives_up(rw, text ? AF_WAITS_TEXT : AF_WAITS_OTHER, "candidates");
    }
    af_candidate_t *candidate = af_vector_add(rw, &rw->candidates, sizeof *candidate, &status);
    if (candidate == NULL) {
        return status;
    }
    memset(candidate, 0, sizeof *candidate);
    candidate->node = candidate->until = node;
    candidate->rule = rule;
    candidate->selector = selector;
    candidate->selector_open = open;
    candidate->looks = open && af_index_looks_later(rw->rules->index, selector);
    if (candidate->looks) {
        looking(rw, 1);
    }
    candidate->text_open = text;
    const af_structure_t *structure = af_candidate_structure(rw, candidate);
    candidate->raw = text && structure == NULL && af_raw_has_own_text(rw, node);
    candidate->tape = text && !candidate->raw && needs_tape(&rw->rules->rules[rule]);
    if (!af_contents_count(rw)) {
        rw->contents.count = 0; /* nobody is around it */
    }
    candidate->contents = (uint32_t) rw->contents.count;
    candidate->heading_open = structure != NULL && structure->heading != NULL;
    if (candidate->raw && rw->raw_candidates++ == 0) {
        af_raw_start(rw);
    }
    candidate->mark = af_tape_mark(af_candidate_tape(rw, candidate));
    if (rw->moved_mark != SIZE_MAX && (node_of(rw, node)->flags & AF_NODE_CLONE) != 0) {
        candidate->mark = rw->moved_mark; /* what the adoption agency moves is in the clone */
    }
    candidate->from_pos = rw->token_pos;
    node_of(rw, node)->hold++;
    rw->open_candidates++;
    rw->text_candidates += text;
    rw->asking_candidates += open && !text;
    rw->tape_candidates += candidate->tape;
    if (structure != NULL && rw->structure_candidates++ == 0) {
        af_structure_start(rw);
    }
    candidate->in_link = structure != NULL && structure->link_length > 0 && af_structure_in_link(rw, node_of(rw, node)->parent);
    candidate->counts = rw->counts;
    return AF_OK;
}

static bool needs_end(const af_rule_t *rule)
{
    return rule->pattern != NULL || rule->verb == AF_VERB_DEDUPE || rule->structure != NULL;
}

static bool is_clone(const af_rewriter_t *rw, af_node_t node)
{
    return (node_of(rw, node)->flags & AF_NODE_CLONE) != 0;
}

static void found_rule(void *opaque, uint32_t owner, uint32_t selector, af_match_t match)
{
    found_t *found = opaque;
    af_rewriter_t *rw = found->rw;
    const af_rule_t *rule = &rw->rules->rules[owner];

    if (found->status != AF_OK || !af_rule_here(rw, rule) || af_candidates_refused(rw, rule, node_of(rw, found->node))) {
        return;
    }
    if (rule->verb == AF_VERB_STRIP) {
        if (match == AF_MATCH_YES) {
            found->status = af_strip_scope(rw, owner, found->node);
        }
        return;
    }
    if (rule->verb == AF_VERB_ATTRIBUTION) {
        if (match == AF_MATCH_YES) {
            found->status = af_notices_scope(rw, owner, found->node);
        }
        return;
    }
    if (match == AF_MATCH_YES && !needs_end(rule)) {
        rw->found_before |= rule->before > 0;
        af_candidates_take(rw, found->node, owner);
    } else if (match != AF_MATCH_NO && !(rw->moved_lost && needs_tape(rule) && is_clone(rw, found->node))) {
        found->status = add_candidate(rw, found->node, owner, selector, match == AF_MATCH_UNKNOWN, needs_end(rule));
    }
}

static bool takes(const af_rule_t *rule)
{
    return rule->verb == AF_VERB_REMOVE || rule->verb == AF_VERB_UNWRAP;
}

/* Whether a rule is for what stands before the article's text, and this stands in or behind it, and is not the first. */
static bool comes_late(const af_rewriter_t *rw, const af_rule_t *rule)
{
    return rule->before > 0 && rule->before <= rw->counts.prose && rw->found_before;
}

/* Whether where the node stands, or what it begins with, refutes the rule. */
static bool is_refuted(void *opaque, uint32_t owner)
{
    const found_t *found = opaque;
    af_rewriter_t *rw = found->rw;
    const af_rule_t *rule = &rw->rules->rules[owner];

    return rule->after > rw->counts.prose || comes_late(rw, rule) || (found->dead && takes(rule)) ||
           (rw->peek_node == found->node && needs_end(rule) && af_peek_refutes(rw, rule));
}

bool af_rewriter_holding(const af_rewriter_t *rw)
{
    return rw->held.count > rw->held_first;
}

void af_candidates_finish(af_rewriter_t *rw, af_candidate_t *candidate, bool holds)
{
    if (candidate->done) {
        return;
    }
    candidate->done = true;
    selector_known(rw, candidate);
    rw->open_candidates--;
    rw->table_candidates -= candidate->table;
    rw->escape_candidates -= candidate->escape && !candidate->table;
    if (!holds) {
        uint64_t from_pos = is_clone(rw, candidate->node) ? 0 : candidate->from_pos;
        rw->stale_from = rw->escapes_stale && rw->stale_from < from_pos ? rw->stale_from : from_pos;
        rw->escapes_stale = true;
    }
    text_known(rw, candidate);
    rw->structure_candidates -= af_candidate_structure(rw, candidate) != NULL;
    node_of(rw, candidate->node)->hold--;
    if (holds) {
        af_structure_removed(rw, candidate);
        af_candidates_take(rw, candidate->node, candidate->rule);
    }
}

/* Done candidates leave the list, and the tape what nobody needs any more; of a long list once an eighth is done, so that each is
 * looked at a few times, however many are open. */
void af_candidates_tidy(af_rewriter_t *rw)
{
    size_t to = 0, next = 0, done = rw->candidates.count - rw->open_candidates;
    size_t mark = af_moved_needs(rw);

    if (rw->candidates.count > FEW_CANDIDATES && done < rw->candidates.count / 8) {
        return;
    }
    for (size_t i = 0; i < rw->candidates.count; i++) {
        const af_candidate_t *candidate = AF_VECTOR_AT(af_candidate_t, &rw->candidates, i);
        if (candidate->done) {
            continue;
        }
        if (candidate->tape && candidate->mark < mark) {
            mark = candidate->mark;
        }
        if (to != i) {
            *AF_VECTOR_AT(af_candidate_t, &rw->candidates, to) = *candidate;
        }
        to++;
        next = i < rw->review_next ? to : next;
    }
    rw->candidates.count = to;
    rw->review_next = next;
    if (rw->block.open && rw->block.mark < mark) {
        mark = rw->block.mark;
    }
    af_tape_forget(&rw->tape, mark);
}

/* A rule that waits for nothing removes the node: of those that would take it too, one is asked that goes before it. */
static void settle_taken(af_rewriter_t *rw, af_node_t node)
{
    const af_rule_t *rules = rw->rules->rules;
    const af_node_record_t *record = node_of(rw, node);

    for (size_t i = rw->candidates.count; record->hold > 0 && i > 0; i--) {
        af_candidate_t *candidate = AF_VECTOR_AT(af_candidate_t, &rw->candidates, i - 1);
        if (candidate->node != node) {
            break;
        }
        if (!candidate->done && candidate->rule != AF_NO_RULE && takes(&rules[candidate->rule]) &&
            (rules[candidate->rule].from_preset || !rules[record->rule].from_preset)) {
            af_candidates_finish(rw, candidate, false);
        }
    }
    af_candidates_tidy(rw);
}

/* HTML #parsing-main-inbody: where something stood in front of <body>, its attributes are waited for. */
static void know_body(af_rewriter_t *rw)
{
    const af_tree_t *in = &rw->in;

    rw->matcher.late = in->late_body != 0 && rw->token_pos - in->late_pos < LATE_BODY ? in->late_body : 0;
}

af_status_t af_rewriter_match(af_rewriter_t *rw, af_node_t node)
{
    const af_node_record_t *record = node_of(rw, node);
    /* But of what the adoption agency may still take out of it. */
    found_t found = {rw, node, node_known_dead(rw, record->parent) && (record->flags & AF_NODE_UNSTABLE) == 0, AF_OK};

    if (record->atom_count == 0) {
        return AF_OK;
    }
    af_match_open_gates(&rw->matcher, &rw->pool.atoms[record->atoms], record->atom_count);
    rw->retains_siblings |= af_index_wakes(rw->rules->index, &rw->pool.atoms[record->atoms], record->atom_count);
    rw->pool.retain_siblings |= rw->retains_siblings;
    if (found.dead && !rw->rules->has.protect) {
        return AF_OK;
    }
    know_body(rw);
    uint64_t steps = rw->matcher.steps;
    rw->matcher.hurries = rw->review_debt >= REVIEW_SHARE;
    af_match_node(&rw->matcher, node, is_refuted, found_rule, &found);
    rw->matcher.hurries = false;
    rw->review_debt += rw->matcher.steps - steps;
    if ((node_of(rw, node)->fate & FATE_REMOVE) != 0 && node_of(rw, node)->hold > 0) {
        settle_taken(rw, node);
    }
    return found.status;
}

static bool is_in(const af_rewriter_t *rw, af_node_t inner, af_node_t node)
{
    while (inner != 0 && inner != node) {
        inner = node_of(rw, inner)->parent;
    }
    return inner != 0;
}

void af_candidates_fostered(af_rewriter_t *rw, af_node_t parent)
{
    for (size_t i = 0; i < rw->candidates.count; i++) {
        af_candidate_t *candidate = AF_VECTOR_AT(af_candidate_t, &rw->candidates, i);
        if (candidate->tape && !is_in(rw, parent, candidate->node)) {
            af_candidates_finish(rw, candidate, false);
        }
    }
    af_candidates_tidy(rw);
}

/* HTML #parsing-main-inbody: a frameset takes the body out of the document, and what is in it is nobody's to remove. */
void af_candidates_replaced(af_rewriter_t *rw, const af_tree_event_t *event)
{
    for (size_t i = 0; event->parent == 0 && i < rw->candidates.count; i++) {
        af_candidate_t *candidate = AF_VECTOR_AT(af_candidate_t, &rw->candidates, i);
        if (is_in(rw, candidate->node, event->node)) {
            af_candidates_finish(rw, candidate, false);
        }
    }
    if (event->node == rw->body_held) {
        af_queue_body_replaced(rw);
    }
}

void af_candidates_structure(af_rewriter_t *rw)
{
    bool changed = false;

    /* From the inside: what an inner one lets go of stays in the outer ones. */
    for (size_t i = rw->candidates.count, left = rw->text_candidates; left > 0 && i > 0; i--) {
        af_candidate_t *candidate = AF_VECTOR_AT(af_candidate_t, &rw->candidates, i - 1);
        left -= candidate->text_open;
        bool inside = candidate->contents == rw->contents.count; /* not in a template that is in it */
        bool counts = candidate->text_open && af_candidate_structure(rw, candidate) != NULL;
        if (inside && counts && af_structure_refuted(rw, candidate)) {
            af_candidates_finish(rw, candidate, false);
            changed = true;
        }
    }
    if (changed) {
        af_candidates_tidy(rw);
    }
}

static void tell_guarded(af_rewriter_t *rw, const af_candidate_t *candidate, const char *why, uint64_t pos)
{
    af_event_t event = {AF_GUARDED, candidate->rule, candidate->from_pos, pos, why};

    af_queue_tell(rw, &event);
}

void af_candidates_guard(af_rewriter_t *rw)
{
    bool changed = false;

    for (size_t i = 0; i < rw->candidates.count; i++) {
        af_candidate_t *candidate = AF_VECTOR_AT(af_candidate_t, &rw->candidates, i);
        if (!candidate->text_open || candidate->done || (node_of(rw, candidate->node)->flags & AF_NODE_CLOSED) != 0 ||
            !rw->rules->rules[candidate->rule].from_preset) {
            continue;
        }
        const af_rule_t *rule = &rw->rules->rules[candidate->rule];
        if (rule->pattern != NULL ||
            (rule->structure != NULL && (rule->structure->emptied || rule->structure->heading != NULL))) {
            candidate->guarded = "protected"; /* whether it holds is not known: most do not */
            continue;
        }
        tell_guarded(rw, candidate, "protected", rw->token_pos);
        af_candidates_finish(rw, candidate, false);
        changed = true;
    }
    if (changed) {
        af_candidates_tidy(rw);
    }
}

/* Whether the rule's pattern matches, or that of another rule of its group, which is the candidate's from then on. */
static bool pattern_holds(af_rewriter_t *rw, af_candidate_t *candidate, af_slice_t text)
{
    uint32_t number = af_condition_first(&rw->condition, rw->rules->rules, candidate->rule, text);

    candidate->rule = number == UINT32_MAX ? candidate->rule : number;
    return number != UINT32_MAX;
}

/* What the element says, but for what is moved out of it. */
static af_slice_t whole_text(const af_rewriter_t *rw, const af_candidate_t *candidate)
{
    bool moved_out = !candidate->raw && rw->moved_mark != SIZE_MAX && rw->moved_mark > candidate->mark;

    return moved_out ? af_tape_between(af_candidate_tape(rw, candidate), candidate->mark, rw->moved_mark)
                     : af_candidate_text(rw, candidate);
}

/* Whether what is in the element is what the rule wants, unless it is a notice. */
static bool text_fits(af_rewriter_t *rw, af_candidate_t *candidate)
{
    const af_rule_t *rule = &rw->rules->rules[candidate->rule];

    if (!candidate->tape && !candidate->raw) {
        return af_structure_holds(rw, candidate); /* the tape need not reach back to it */
    }
    if (candidate->mark < af_candidate_tape(rw, candidate)->base || (candidate->tape && rw->moved_lost)) {
        return false; /* moved text that nobody kept: the element stays */
    }
    return (rule->pattern == NULL || pattern_holds(rw, candidate, whole_text(rw, candidate))) &&
           !af_structure_has_picture(rw, candidate) && (rule->structure == NULL || af_structure_holds(rw, candidate));
}

static bool text_holds(af_rewriter_t *rw, af_candidate_t *candidate)
{
    if (!text_fits(rw, candidate)) {
        return false;
    }
    if (candidate->tape && af_structure_guarded(rw, candidate)) {
        candidate->guarded = "notice";
        return true;
    }
    const af_rule_t *rule = &rw->rules->rules[candidate->rule];
    if ((candidate->tape || candidate->raw) && rule->verb == AF_VERB_DEDUPE) {
        af_slice_t text = whole_text(rw, candidate);
        return text.len > 0 && af_dedupe_seen(&rw->dedupe, candidate->rule, text, candidate->node, candidate->from_pos,
                                              NULL) == AF_DEDUPE_DUPLICATE;
    }
    return true;
}

/* All is known of it, and the rule holds. */
static void finish_held(af_rewriter_t *rw, af_candidate_t *candidate)
{
    if (candidate->guarded != NULL) {
        tell_guarded(rw, candidate, candidate->guarded, candidate->guarded_pos);
    }
    af_candidates_finish(rw, candidate, candidate->guarded == NULL);
}

static void settle_text(af_rewriter_t *rw, af_candidate_t *candidate)
{
    bool holds = text_holds(rw, candidate);

    candidate->guarded_pos = rw->token_pos;
    text_known(rw, candidate);
    if (!holds) {
        af_candidates_finish(rw, candidate, false);
    } else if (!candidate->selector_open) {
        finish_held(rw, candidate);
    }
}

af_status_t af_candidates_closed(af_rewriter_t *rw, af_node_t node)
{
    for (size_t i = rw->candidates.count, left = node_of(rw, node)->hold; left > 0 && i > 0; i--) {
        af_candidate_t *candidate = AF_VECTOR_AT(af_candidate_t, &rw->candidates, i - 1);
        if (candidate->node != node || candidate->done) {
            continue;
        }
        left--;
        if (candidate->escape && candidate->until == node) {
            af_candidates_finish(rw, candidate, false);
        } else if (candidate->text_open) {
            settle_text(rw, candidate);
        }
    }
    for (size_t i = 0; rw->table_candidates > 0 && i < rw->candidates.count; i++) {
        af_candidate_t *candidate = AF_VECTOR_AT(af_candidate_t, &rw->candidates, i);
        if (candidate->table && candidate->until == node) {
            af_candidates_until(rw, candidate);
        }
    }
    af_candidates_tidy(rw);
    return AF_OK;
}

/* Settles what does not hold and tells of the rest; false: what is left is a notice, or may be. */
static bool refute_foreseen(af_rewriter_t *rw, size_t mark, bool *any, bool *open)
{
    for (size_t i = rw->candidates.count; i > 0; i--) {
        af_candidate_t *candidate = AF_VECTOR_AT(af_candidate_t, &rw->candidates, i - 1);
        if (candidate->done || af_wants_emptied(&rw->rules->rules[candidate->rule])) {
            continue;
        }
        bool lacks = candidate->selector_open && af_index_wants_inner(rw->rules->index, candidate->selector);
        if (lacks || !text_fits(rw, candidate)) {
            af_candidates_finish(rw, candidate, false);
        } else if (!*any && af_guarded_text(rw, mark)) {
            return false; /* it is told of where the element ends, or one in it that a rule picks */
        } else {
            *any = true;
            *open = *open || candidate->selector_open;
        }
    }
    return true;
}

bool af_candidates_foreseen(af_rewriter_t *rw, size_t mark)
{
    bool any = false, open = false, known = refute_foreseen(rw, mark, &any, &open);

    for (size_t i = known && any && !open ? rw->candidates.count : 0; i > 0; i--) {
        af_candidate_t *candidate = AF_VECTOR_AT(af_candidate_t, &rw->candidates, i - 1);
        af_candidates_finish(rw, candidate, !af_wants_emptied(&rw->rules->rules[candidate->rule]));
    }
    af_candidates_tidy(rw);
    return known && any && !open;
}

static void review_one(af_rewriter_t *rw, af_candidate_t *candidate)
{
    if (!candidate->selector_open || candidate->done) {
        return;
    }
    af_match_t match = af_match_again(&rw->matcher, candidate->node, candidate->selector);
    if (match == AF_MATCH_UNKNOWN) {
        return;
    }
    selector_known(rw, candidate);
    if (match == AF_MATCH_NO) {
        af_candidates_finish(rw, candidate, false);
    } else if (!candidate->text_open) {
        finish_held(rw, candidate);
    }
}

/* From the newest to the oldest, and round: where all cannot be asked at once, it goes on with the next token. An answer that
 * comes late is the same. */
void af_candidates_review(af_rewriter_t *rw)
{
    if (rw->review_debt >= REVIEW_SHARE) {
        af_match_remember(&rw->matcher);
    }
    af_match_changed(&rw->matcher);
    know_body(rw);
    rw->review_debt -= rw->review_debt < REVIEW_SHARE ? rw->review_debt : REVIEW_SHARE;
    for (size_t left = rw->candidates.count; left > 0 && rw->review_debt < REVIEW_SHARE; left--) {
        uint64_t steps = rw->matcher.steps;
        rw->review_next = rw->review_next == 0 ? rw->candidates.count : rw->review_next;
        review_one(rw, AF_VECTOR_AT(af_candidate_t, &rw->candidates, --rw->review_next));
        rw->review_debt += rw->matcher.steps - steps + 1;
    }
    af_candidates_tidy(rw);
}

static void end_node(af_rewriter_t *rw, af_node_t node)
{
    node_of(rw, node)->flags = (uint16_t) ((node_of(rw, node)->flags | AF_NODE_CLOSED) & ~(AF_NODE_UNSTABLE | AF_NODE_SHIFTING));
}

/* What has been closed already is marked as that, but for the head. */
static void end_open(af_rewriter_t *rw)
{
    for (uint32_t i = 0; i < rw->in.depth; i++) {
        end_node(rw, rw->in.stack[i]);
    }
    if (rw->in.head != 0) {
        end_node(rw, rw->in.head);
    }
}

/* What was held for it ends where the limit of bytes is; another limit is one of the element. */
static void tell_limit(af_rewriter_t *rw, const af_candidate_t *candidate, const char *limit)
{
    uint64_t pos = candidate->from_pos, end = rw->edits.frontier + rw->options.limits.hold;
    af_event_t event = {AF_LIMIT_HIT, candidate->rule, pos, strcmp(limit, "hold") == 0 && end > pos ? end : pos, limit};

    rw->stats.limited++;
    rw->stats.reason = limit;
    af_edits_event(&rw->edits, &event);
}

/* All that can be known is known now. What would take more walking than the share stays. */
static void review_all(af_rewriter_t *rw)
{
    uint64_t held = rw->token_pos - rw->edits.frontier, until = rw->matcher.steps + END_SHARE * held;

    if (rw->candidates.count > FEW_CANDIDATES) {
        af_match_remember(&rw->matcher);
    }
    af_match_changed(&rw->matcher);
    rw->matcher.late = 0;
    /* From the inside, and from the end: what is found of one helps those around it and before it. */
    for (size_t i = rw->candidates.count; i > FEW_CANDIDATES && rw->matcher.steps <= until; i--) {
        const af_candidate_t *candidate = AF_VECTOR_AT(af_candidate_t, &rw->candidates, i - 1);
        if (candidate->selector_open && !candidate->done) {
            (void) af_match_again(&rw->matcher, candidate->node, candidate->selector);
        }
    }
    for (size_t i = 0; i < rw->candidates.count; i++) {
        af_candidate_t *candidate = AF_VECTOR_AT(af_candidate_t, &rw->candidates, i);
        rw->matcher.hurries = rw->matcher.steps > until;
        review_one(rw, candidate);
        if (rw->matcher.hurries && candidate->selector_open) {
            tell_limit(rw, candidate, "steps");
            af_candidates_finish(rw, candidate, false);
        }
    }
    rw->matcher.hurries = false;
}

void af_candidates_end(af_rewriter_t *rw)
{
    if (rw->candidates.count > 0) {
        end_open(rw);
    }
    for (size_t i = rw->candidates.count; i > 0; i--) {
        af_candidate_t *candidate = AF_VECTOR_AT(af_candidate_t, &rw->candidates, i - 1);
        if (candidate->text_open && !candidate->done) {
            settle_text(rw, candidate);
        }
    }
    review_all(rw);
    for (size_t i = 0; i < rw->candidates.count; i++) {
        af_candidates_finish(rw, AF_VECTOR_AT(af_candidate_t, &rw->candidates, i), false);
    }
    af_candidates_tidy(rw);
}

/* A rule's candidate for the node of candidate `i`, where there is one; else that: what waits for a notice may be known earlier,
 * by what is at hand. */
static const af_candidate_t *of_rule(const af_rewriter_t *rw, size_t i)
{
    const af_candidate_t *first = AF_VECTOR_AT(af_candidate_t, &rw->candidates, i);

    for (size_t k = i; k < rw->candidates.count; k++) {
        const af_candidate_t *candidate = AF_VECTOR_AT(af_candidate_t, &rw->candidates, k);
        if (candidate->node == first->node && !candidate->done && candidate->rule != AF_NO_RULE) {
            return candidate;
        }
    }
    return first;
}

void af_candidates_give_up(af_rewriter_t *rw, af_node_t node, const char *limit)
{
    /* A block that waits for nothing but its run of text does so no longer than is read ahead: no rule is known to want it. */
    bool told = rw->block.held == node && node_of(rw, node)->hold == 1;

    if (rw->body_held == node) {
        af_candidates_body_goes(rw); /* no rule's */
        return;
    }
    for (size_t i = 0; node_of(rw, node)->hold > 0 && i < rw->candidates.count; i++) {
        af_candidate_t *candidate = AF_VECTOR_AT(af_candidate_t, &rw->candidates, i);
        if (candidate->node != node || candidate->done) {
            continue;
        }
        if (!told) {
            tell_limit(rw, of_rule(rw, i), limit);
            told = true;
        }
        af_candidates_finish(rw, candidate, false);
    }
    af_candidates_tidy(rw);
}

void af_candidates_oldest_gives_up(af_rewriter_t *rw, unsigned waits, const char *limit)
{
    for (size_t i = 0; i < rw->candidates.count; i++) {
        const af_candidate_t *candidate = AF_VECTOR_AT(af_candidate_t, &rw->candidates, i);
        if (!candidate->done && (waits & (candidate->text_open ? AF_WAITS_TEXT : AF_WAITS_OTHER)) != 0) {
            af_candidates_give_up(rw, candidate->node, limit);
            return;
        }
    }
}

void af_candidates_forget_text(af_rewriter_t *rw)
{
    size_t mark = rw->block.open ? rw->block.mark : SIZE_MAX, moved = af_moved_needs(rw);

    if (rw->tape.len < rw->tape.limit / 2) {
        return;
    }
    mark = moved < mark ? moved : mark;
    for (size_t i = 0; i < rw->candidates.count; i++) {
        const af_candidate_t *candidate = AF_VECTOR_AT(af_candidate_t, &rw->candidates, i);
        if (candidate->tape && candidate->mark < mark) {
            mark = candidate->mark;
        }
    }
    af_tape_forget(&rw->tape, mark);
}

af_status_t af_candidates_hold(af_rewriter_t *rw, af_node_t node)
{
    return add_candidate(rw, node, AF_NO_RULE, 0, false, false);
}

void af_candidates_release(af_rewriter_t *rw, af_node_t node, uint32_t rule, bool removes)
{
    for (size_t i = rw->candidates.count; i > 0; i--) {
        af_candidate_t *candidate = AF_VECTOR_AT(af_candidate_t, &rw->candidates, i - 1);
        if (candidate->node != node || candidate->done || candidate->escape || candidate->rule != AF_NO_RULE) {
            continue;
        }
        candidate->rule = removes ? rule : AF_NO_RULE;
        af_candidates_finish(rw, candidate, removes);
        break;
    }
    af_candidates_tidy(rw);
}
