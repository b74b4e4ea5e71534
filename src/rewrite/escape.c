/*
 * rewrite/escape.c: elements that are held although no rule wants them.
 *
 * What stands in an open formatting element may be taken out of a removed one by an end tag; until that is known it waits. A
 * table waits for what is put in front of it, HTML #foster-parent: where that is unwrapped, its children go there too, and those
 * that a table would keep (white space, comments, scripts) are written before the table is. So do rows in a template, behind
 * which it is put. A body that the tag of an element makes which goes waits until no frameset can replace it any more: it would
 * have to be written as a tag, which ends that.
 */
#include "rewrite/rewriter_internal.h"

bool af_candidates_ends_scope(const af_node_record_t *record)
{
    if (record->space != AF_NS_HTML) {
        return true;
    }
    switch (record->name) {
    case AF_TAG_HTML: case AF_TAG_TABLE: case AF_TAG_TD: case AF_TAG_TH: case AF_TAG_CAPTION: case AF_TAG_TEMPLATE:
    case AF_TAG_APPLET: case AF_TAG_MARQUEE: case AF_TAG_OBJECT:
        return true;
    default:
        return false;
    }
}

/* How often a notice alone holds the node, in which no other block can begin: nothing leaves it. */
static uint32_t held_by_notice(const af_rewriter_t *rw, af_node_t node)
{
    return rw->block.held == node && rw->block.node == node;
}

bool af_candidates_escape_risk(const af_rewriter_t *rw, const af_token_t *token)
{
    bool by_notice = rw->block.held != 0 && rw->block.held == rw->block.node && rw->open_candidates == 1 && rw->keep == KEEP_NONE;
    bool holding = af_rewriter_holding(rw) && !by_notice;

    return token->type == AF_TOKEN_START_TAG && rw->in.formatting_count > 0 &&
           (rw->diverged || rw->formatting_atoms || rw->own_atoms.count > 0 || holding);
}

static bool may_go(const af_node_record_t *record)
{
    return record->hold > 0 || (record->fate & (FATE_REMOVE | FATE_UNWRAP | FATE_DEAD)) != 0;
}

/* Whether something may leave the open element at `at` that would go with it, or wait; or with its parent, a form that its end
 * tag took off the stack. */
static bool may_leave(const af_rewriter_t *rw, uint32_t at)
{
    const af_node_record_t *record = node_of(rw, rw->in.stack[at]);

    if (may_go(record) || (record->tag_len > 0 && record->atom_count > 0)) { /* its clone may be picked although it is not */
        return true;
    }
    return at > 0 && record->parent != rw->in.stack[at - 1] && record->parent != 0 && may_go(node_of(rw, record->parent));
}

/* Whether it is a formatting element, the end tag of which moves. Where it is a protected one of a removed element, what leaves
 * it goes, and where it is one that goes with its parent; but for a parent that its end tag took off the stack, a form. */
static bool moves_out(const af_rewriter_t *rw, uint32_t at)
{
    af_node_t open = rw->in.stack[at];
    const af_node_record_t *record = node_of(rw, open);

    return record->tag_len > 0 && (!node_known_dead(rw, record->parent) || !node_known_dead(rw, open) ||
                                   (at > 0 && !node_known_dead(rw, rw->in.stack[at - 1])));
}

bool af_candidates_hole(const af_rewriter_t *rw, af_node_t node)
{
    const af_node_record_t *record = node_of(rw, node);

    if ((record->fate & FATE_PROTECT) == 0) {
        return false;
    }
    for (af_node_t up = record->parent; up != 0; up = node_of(rw, up)->parent) {
        if ((node_of(rw, up)->fate & (FATE_REMOVE | FATE_DEAD)) != 0) {
            return true;
        }
    }
    return false;
}

/* The outermost removed element around `node` that an end tag of a formatting element may move, with all that is in it; 0. */
static af_node_t moved_with(const af_rewriter_t *rw, af_node_t node)
{
    const af_tree_t *in = &rw->in;
    af_node_t gone = 0, until = 0;

    for (uint32_t i = in->depth; i > 0; i--) {
        const af_node_record_t *record = node_of(rw, in->stack[i - 1]);
        if (in->stack[i - 1] == node) {
            continue;
        }
        if (af_candidates_ends_scope(record)) {
            break;
        }
        gone = (record->fate & (FATE_REMOVE | FATE_DEAD)) != 0 ? in->stack[i - 1] : gone;
        until = record->tag_len > 0 ? gone : until;
    }
    return until;
}

/* Holds the node for what an end tag may do until it ends; where it is a protected one, all that it goes with, too. */
static af_status_t hold_escape(af_rewriter_t *rw, af_node_t node, bool hole)
{
    af_node_t until = hole ? moved_with(rw, node) : 0;
    af_status_t status = af_candidates_hold(rw, node);

    if (status != AF_OK || node_of(rw, node)->hold <= held_by_notice(rw, node)) {
        return status;
    }
    af_candidate_t *candidate = AF_VECTOR_AT(af_candidate_t, &rw->candidates, rw->candidates.count - 1);
    candidate->escape = true;
    candidate->table = until != 0;
    candidate->until = until != 0 ? until : node;
    node_of(rw, node)->flags |= AF_NODE_ESCAPES;
    *(until != 0 ? &rw->table_candidates : &rw->escape_candidates) += 1;
    return AF_OK;
}

void af_candidates_until(af_rewriter_t *rw, af_candidate_t *candidate)
{
    uint32_t flags = node_of(rw, candidate->node)->flags;

    if (candidate->until == candidate->node || (flags & (AF_NODE_ESCAPES | AF_NODE_CLOSED)) != AF_NODE_ESCAPES) {
        af_candidates_finish(rw, candidate, false);
        return;
    }
    candidate->table = false;
    candidate->until = candidate->node;
    rw->table_candidates--;
    rw->escape_candidates++;
}

/* HTML #adoption-agency-algorithm: an end tag of a formatting element that is open below `node` moves the first special element
 * in it, with what is in that, to where the formatting element stands. Whatever lies between is left behind. */
af_status_t af_candidates_escape(af_rewriter_t *rw, af_node_t node)
{
    bool leaves = false, hole = false, escapes = false;

    for (uint32_t i = rw->in.depth; i > 0 && !escapes; i--) {
        af_node_t open = rw->in.stack[i - 1];
        const af_node_record_t *record = node_of(rw, open);
        if (open == node) {
            hole = af_candidates_hole(rw, node);
            leaves = (record->fate & FATE_UNWRAP) != 0 || record->hold > held_by_notice(rw, node);
            continue;
        }
        if (af_candidates_ends_scope(record)) {
            break;
        }
        leaves = leaves || may_leave(rw, i - 1);
        escapes = escapes || (leaves && moves_out(rw, i - 1)) || (hole && record->tag_len > 0);
    }
    return escapes ? hold_escape(rw, node, hole) : AF_OK;
}

static void finish_escape(af_rewriter_t *rw, af_node_t node, uint64_t from_pos)
{
    for (size_t i = rw->candidates.count; i > 0; i--) {
        af_candidate_t *candidate = AF_VECTOR_AT(af_candidate_t, &rw->candidates, i - 1);
        if (candidate->node == node && candidate->escape && !candidate->table && !candidate->done) {
            if (candidate->from_pos < from_pos) {
                return;
            }
            af_candidates_finish(rw, candidate, false);
            break;
        }
    }
    node_of(rw, node)->flags &= (uint16_t) ~AF_NODE_ESCAPES;
}

/* From the outside: what one that is let go was a reason for is asked after it; what began before that had others, and what is
 * peeked at refutes some that would wait, and be let go, otherwise. Without this, whether an end tag's work is laid
 * out would hang on how soon the rules that made others wait were refuted, which is a question of chunks. */
void af_candidates_escapes_again(af_rewriter_t *rw)
{
    bool in_formatting = false, in_any = false, leaves = false;
    uint64_t from_pos = rw->stale_from;

    rw->escapes_stale = false;
    for (uint32_t i = 0; rw->escape_candidates > 0 && i < rw->in.depth; i++) {
        af_node_t open = rw->in.stack[i];
        const af_node_record_t *record = node_of(rw, open);
        bool goes = (record->fate & FATE_UNWRAP) != 0 || record->hold > held_by_notice(rw, open) + 1u;
        bool escapes = leaves || (in_formatting && goes);
        if ((record->flags & AF_NODE_ESCAPES) != 0 && !escapes && !(in_any && af_candidates_hole(rw, open))) {
            finish_escape(rw, open, from_pos);
        }
        if (af_candidates_ends_scope(record)) {
            in_formatting = in_any = leaves = false;
            continue;
        }
        in_formatting = in_formatting || moves_out(rw, i);
        in_any = in_any || record->tag_len > 0;
        leaves = leaves || (in_formatting && may_leave(rw, i));
    }
    af_candidates_tidy(rw);
}

/* The table that the node was put in front of; or the rows of a template that it was put behind, HTML #foster-parent: their
 * outermost. 0: none. */
static af_node_t fostered_by(const af_rewriter_t *rw, const af_tree_event_t *made)
{
    const af_tree_t *in = &rw->in;
    uint32_t i = in->depth;

    if (made->before != 0 || made->parent == 0 || !node_is_template(rw, made->parent)) {
        return made->before;
    }
    while (i > 0 && in->stack[i - 1] != made->parent) {
        i--;
    }
    return i > 0 && i < in->depth && in->stack[i] != made->node && af_tree_fosters(in, i) ? in->stack[i] : 0;
}

/* Whether the node is a table, or rows directly in a template, and in the output. */
static bool is_held_table(const af_rewriter_t *rw, const af_node_record_t *record)
{
    if (record->space != AF_NS_HTML || node_known_dead(rw, record->parent)) {
        return false;
    }
    return record->name == AF_TAG_TABLE ||
           (af_is_row(record->name) && record->parent != 0 && node_is_template(rw, record->parent));
}

af_status_t af_candidates_table(af_rewriter_t *rw, const af_token_t *token, const af_tree_event_t *made)
{
    const af_node_record_t *record = node_of(rw, made->node);
    af_status_t status = AF_OK;
    bool fosters = rw->table_candidates > 0 && made->before != 0;
    bool unwraps = rw->table_candidates > 0 && ((record->fate & FATE_UNWRAP) != 0 || record->hold > 0);
    af_node_t table = unwraps ? fostered_by(rw, made) : 0;

    if (table != 0) {
        af_front_t *front = af_vector_add(rw, &rw->fronts, sizeof *front, &status);
        if (front == NULL) {
            return status;
        }
        *front = (af_front_t){made->node, table, 0};
        rw->queue_moved = true;
    }
    status = fosters ? af_candidates_in_front(rw, made->before) : AF_OK;
    if (status != AF_OK) {
        return status;
    }
    if (rw->table_candidates > 0 && token->type == AF_TOKEN_START_TAG && token->from_pos > AF_TABLE_HOLD) {
        af_candidates_tables_end(rw, token->from_pos - AF_TABLE_HOLD);
    }
    if (!rw->past_live || !af_candidates_table_risk(rw, token) || !is_held_table(rw, record)) {
        return AF_OK;
    }
    size_t count = rw->open_candidates;
    status = af_candidates_hold(rw, made->node);
    if (status == AF_OK && rw->open_candidates > count) {
        af_candidate_t *candidate = AF_VECTOR_AT(af_candidate_t, &rw->candidates, rw->candidates.count - 1);
        candidate->escape = candidate->table = true;
        rw->table_candidates++;
    }
    return status;
}

/* The outermost table around the node that goes, where nothing between them is protected; 0. */
static af_node_t gone_table(const af_rewriter_t *rw, af_node_t node)
{
    af_node_t table = 0;

    for (af_node_t up = node_of(rw, node)->parent; up != 0; up = node_of(rw, up)->parent) {
        const af_node_record_t *record = node_of(rw, up);
        if ((record->fate & FATE_PROTECT) != 0) {
            return 0;
        }
        bool goes = (record->fate & (FATE_REMOVE | FATE_DEAD)) != 0;
        table = goes && record->space == AF_NS_HTML && record->name == AF_TAG_TABLE ? up : table;
    }
    return table;
}

af_status_t af_candidates_hold_in_table(af_rewriter_t *rw, af_node_t node)
{
    af_node_t table = gone_table(rw, node);
    size_t count = rw->open_candidates;
    af_status_t status = table != 0 ? af_candidates_hold(rw, node) : AF_OK;

    if (status == AF_OK && rw->open_candidates > count) {
        af_candidate_t *candidate = AF_VECTOR_AT(af_candidate_t, &rw->candidates, rw->candidates.count - 1);
        candidate->escape = candidate->table = true;
        candidate->until = table;
        rw->table_candidates++;
    }
    return status;
}

/* The first one that waits in the removed table: what is written of that begins there. */
static af_node_t first_in_table(const af_rewriter_t *rw, af_node_t table)
{
    for (size_t i = 0; i < rw->candidates.count; i++) {
        const af_candidate_t *candidate = AF_VECTOR_AT(af_candidate_t, &rw->candidates, i);
        if (candidate->table && candidate->until == table && candidate->node != table) {
            return candidate->node;
        }
    }
    return 0;
}

af_status_t af_candidates_in_front(af_rewriter_t *rw, af_node_t table)
{
    af_node_t first = first_in_table(rw, table), gone;
    af_status_t status = AF_OK;

    if (first == 0 || af_queue_fronted(rw, first, &gone)) {
        return AF_OK;
    }
    af_front_t *front = af_vector_add(rw, &rw->fronts, sizeof *front, &status);
    if (front != NULL) {
        *front = (af_front_t){0, first, table};
        rw->queue_moved = true;
    }
    return status;
}

void af_candidates_tables_end(af_rewriter_t *rw, uint64_t before_pos)
{
    for (size_t i = 0; i < rw->candidates.count; i++) {
        af_candidate_t *candidate = AF_VECTOR_AT(af_candidate_t, &rw->candidates, i);
        if (candidate->table && candidate->from_pos < before_pos) {
            af_candidates_until(rw, candidate);
        }
    }
    af_candidates_tidy(rw);
}

/* The body that the start tag implied, in front of an element that goes or may go; 0. */
static af_node_t implied_body(const af_rewriter_t *rw, const af_token_t *token)
{
    if (token->type != AF_TOKEN_START_TAG || !rw->past_live || rw->made.count < 2) {
        return 0;
    }
    const af_node_t *made = AF_VECTOR_AT(af_node_t, &rw->made, rw->made.count - 1);
    const af_node_record_t *own = node_of(rw, made[0]), *body = node_of(rw, made[-1]);
    bool goes = own->hold > 0 || (own->fate & (FATE_REMOVE | FATE_UNWRAP)) != 0;

    return goes && body->space == AF_NS_HTML && body->name == AF_TAG_BODY ? made[-1] : 0;
}

void af_candidates_body_goes(af_rewriter_t *rw)
{
    for (size_t i = 0; i < rw->candidates.count; i++) {
        af_candidate_t *candidate = AF_VECTOR_AT(af_candidate_t, &rw->candidates, i);
        if (candidate->node == rw->body_held && candidate->escape) {
            af_candidates_finish(rw, candidate, false);
        }
    }
    rw->body_held = 0;
    af_candidates_tidy(rw);
}

/* HTML #parsing-main-inbody: "frameset-ok". */
af_status_t af_candidates_body(af_rewriter_t *rw, const af_token_t *token)
{
    if (rw->body_held != 0) {
        if (!rw->in.frameset_ok || rw->in.open_counts[AF_TAG_BODY] == 0) {
            af_candidates_body_goes(rw);
        }
        return AF_OK;
    }
    af_node_t body = implied_body(rw, token);
    size_t count = rw->open_candidates;
    af_status_t status = body != 0 && rw->in.frameset_ok ? af_candidates_hold(rw, body) : AF_OK;
    if (status == AF_OK && rw->open_candidates > count) {
        AF_VECTOR_AT(af_candidate_t, &rw->candidates, rw->candidates.count - 1)->escape = true;
        rw->escape_candidates++;
        rw->body_held = body;
    }
    return status;
}
