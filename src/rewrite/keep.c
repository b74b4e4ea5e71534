/*
 * rewrite/keep.c: `keep`: of the body, only what a rule picks, with the tags of what is around it.
 *
 * Until the first element is picked, the body waits. From then on an element under the body, or under one that holds a picked one
 * (its *shell*), waits until it ends or a picked one appears in it; text directly in a shell goes. Where nothing is picked
 * within the hold-back, nothing changes. In an open formatting element all waits: its end tag may move what is picked out of it
 * (HTML #adoption-agency-algorithm), and then it is no shell.
 */
#include "rewrite/rewriter_internal.h"

static bool is_body(const af_node_record_t *record)
{
    return record->space == AF_NS_HTML && record->name == AF_TAG_BODY;
}

/* The outermost element around `node` (or it) that is neither a shell nor picked. 0: it is outside of the body, or inside
   a picked one. */
static af_node_t unpicked_top(const af_rewriter_t *rw, af_node_t node)
{
    af_node_t top = 0;

    for (; node != 0; node = node_of(rw, node)->parent) {
        const af_node_record_t *record = node_of(rw, node);
        if ((record->fate & FATE_KEPT) != 0) {
            return 0;
        }
        if (is_body(record) || (record->fate & FATE_SHELL) != 0) {
            return top;
        }
        top = node;
    }
    return 0;
}

/* What is open, and is not the root, is in the body where that is open. */
static bool in_body(const af_rewriter_t *rw, af_node_t node)
{
    bool open = rw->in.depth > 1 && is_body(node_of(rw, rw->in.stack[1]));

    while (node != 0 && !is_body(node_of(rw, node))) {
        if (open && node != rw->in.stack[0] && (node_of(rw, node)->flags & AF_NODE_CLOSED) == 0) {
            return true;
        }
        node = node_of(rw, node)->parent;
    }
    return node != 0;
}

/* All of a picked element stays: what else is picked in it needs no shells there. */
static void make_shells(af_rewriter_t *rw, af_node_t node)
{
    af_node_t end = node_of(rw, node)->parent;

    while (end != 0 && (node_of(rw, end)->fate & (FATE_KEPT | FATE_SHELL)) == 0) {
        end = node_of(rw, end)->parent;
    }
    if (end != 0 && (node_of(rw, end)->fate & FATE_KEPT) != 0) {
        return;
    }
    /* What is around a shell is one too. */
    for (af_node_t up = node_of(rw, node)->parent; up != end; up = node_of(rw, up)->parent) {
        node_of(rw, up)->fate |= FATE_SHELL;
        if (is_body(node_of(rw, up))) {
            break;
        }
    }
}

void af_keep_found(af_rewriter_t *rw, af_node_t node)
{
    if (!rw->rules->has.keep || rw->keep == KEEP_GIVEN_UP || !in_body(rw, node) || is_body(node_of(rw, node))) {
        return;
    }
    rw->keep = KEEP_ACTIVE;
    node_of(rw, node)->fate |= FATE_KEPT;
    make_shells(rw, node);
}

/* The unsettled nodes, one after the other, from `*at` = 0 on; 0: no more. */
static af_node_t next_unsettled(const af_rewriter_t *rw, size_t *at)
{
    while (*at < rw->held_nodes.count + rw->made.count) {
        size_t i = (*at)++;
        af_node_t node = i < rw->held_nodes.count ? *AF_VECTOR_AT(af_node_t, &rw->held_nodes, i)
                                                  : *AF_VECTOR_AT(af_node_t, &rw->made, i - rw->held_nodes.count);
        if ((node_of(rw, node)->fate & FATE_SETTLED) == 0) {
            return node;
        }
    }
    return 0;
}

void af_keep_moved(af_rewriter_t *rw)
{
    af_node_t node;

    for (size_t at = 0; (node = next_unsettled(rw, &at)) != 0;) {
        node_of(rw, node)->fate &= (uint8_t) ~FATE_SHELL;
    }
    for (size_t at = 0; (node = next_unsettled(rw, &at)) != 0;) {
        if ((node_of(rw, node)->fate & FATE_KEPT) != 0) {
            make_shells(rw, node);
        }
    }
}

/* Whether the end of a formatting element that is open may still move the node, or what is in it. */
static bool may_move(const af_rewriter_t *rw, af_node_t node)
{
    for (; node != 0 && !is_body(node_of(rw, node)); node = node_of(rw, node)->parent) {
        const af_node_record_t *record = node_of(rw, node);
        if ((record->flags & (AF_NODE_LISTED | AF_NODE_CLOSED)) == AF_NODE_LISTED) {
            return !rw->keep_hurries;
        }
        if (af_candidates_ends_scope(record)) {
            return false;
        }
    }
    return false;
}

bool af_keep_undecided(const af_rewriter_t *rw, af_node_t node)
{
    if (rw->keep == KEEP_WAITING) {
        return in_body(rw, node) && !is_body(node_of(rw, node));
    }
    if (rw->keep != KEEP_ACTIVE || rw->keep_ended) {
        return false;
    }
    af_node_t top = unpicked_top(rw, node);
    return (top != 0 && (node_of(rw, top)->flags & AF_NODE_CLOSED) == 0) || (may_move(rw, node) && in_body(rw, node));
}

bool af_keep_text_undecided(const af_rewriter_t *rw, af_node_t parent)
{
    return rw->keep == KEEP_WAITING && parent != 0 && in_body(rw, parent);
}

bool af_keep_removes(const af_rewriter_t *rw, af_node_t node)
{
    const af_node_record_t *record = node_of(rw, node);

    return rw->keep == KEEP_ACTIVE && record->parent != 0 && (record->fate & (FATE_KEPT | FATE_SHELL)) == 0 &&
           (node_of(rw, record->parent)->fate & (FATE_KEPT | FATE_SHELL)) == FATE_SHELL;
}

bool af_keep_drops_text(const af_rewriter_t *rw, af_node_t parent)
{
    return rw->keep == KEEP_ACTIVE && parent != 0 && (node_of(rw, parent)->fate & (FATE_SHELL | FATE_KEPT)) == FATE_SHELL;
}

void af_keep_end(af_rewriter_t *rw)
{
    rw->keep_ended = true;
    if (rw->keep == KEEP_WAITING) {
        rw->keep = KEEP_GIVEN_UP;
    }
}

void af_keep_gives_up(af_rewriter_t *rw, const af_node_t *nodes, uint32_t count)
{
    uint64_t pos = rw->edits.frontier;
    af_event_t event = {AF_LIMIT_HIT, rw->keep_rule, pos, pos + rw->options.limits.hold, "hold"};

    rw->stats.limited++;
    rw->stats.reason = "hold";
    af_edits_event(&rw->edits, &event);
    if (rw->keep == KEEP_WAITING) {
        rw->keep = KEEP_GIVEN_UP;
        return;
    }
    rw->keep_hurries = true;
    for (uint32_t i = 0; i < count; i++) {
        af_node_t top = unpicked_top(rw, nodes[i]);
        if (top != 0) {
            node_of(rw, top)->fate |= FATE_KEPT;
        }
    }
}
