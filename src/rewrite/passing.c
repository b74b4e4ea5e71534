/*
 * rewrite/passing.c: formatting elements that a start tag opens again and closes at once.
 *
 * HTML #parsing-main-inbody: <nobr> opens the list's elements again, and ends the nobr among them if that is in scope. What was
 * opened for nothing is in the document, empty. Where the tag goes, or would not do that in the output, tags do it.
 */
#include "rewrite/reconcile.h"

/* Whether the token put the node in front of a table, or of a template's rows behind them. */
static bool fosters(const af_rewriter_t *rw, const af_tree_t *tree, af_node_t node)
{
    for (uint32_t i = 0; i < tree->event_count; i++) {
        const af_tree_event_t *event = &tree->events[i];
        if (event->kind == AF_EVENT_CREATED && event->node == node) {
            return event->before != 0 || node_is_template(rw, event->parent);
        }
    }
    return false;
}

/* Whether the element is open after the token. */
static bool stays_open(const af_rewriter_t *rw, af_node_t node)
{
    for (size_t i = 0; i < rw->after.count; i++) {
        if (*AF_VECTOR_AT(af_node_t, &rw->after, i) == node) {
            return true;
        }
    }
    return false;
}

af_status_t af_passing_open(af_rewriter_t *rw, const af_tree_t *tree, const af_node_t *nodes, uint32_t count, uint32_t *opened)
{
    size_t before = rw->before.count;
    af_node_t last = before == 0 ? 0 : *AF_VECTOR_AT(af_node_t, &rw->before, before - 1);
    af_status_t status = af_vector_reserve(rw, &rw->before, before + count, sizeof *nodes);
    bool passes = false;
    uint32_t i = 0;

    for (; status == AF_OK && i < count; i++) {
        const af_node_record_t *record = node_of(rw, nodes[i]);
        bool in_last = node_kept(rw, record->parent) == last || (i == 0 && fosters(rw, tree, nodes[i]));
        if ((record->flags & AF_NODE_CLONE) == 0 || node_gone(rw, nodes[i]) || !in_last) {
            break;
        }
        last = nodes[i];
        *AF_VECTOR_AT(af_node_t, &rw->before, rw->before.count++) = last;
        passes = passes || !stays_open(rw, last);
    }
    *opened = status == AF_OK && passes ? i : 0;
    if (*opened > 0) {
        status = af_settle_bring_to(rw, &rw->before, rw->before.count);
    }
    rw->before.count = before;
    return status;
}

af_status_t af_passing_close(af_rewriter_t *rw, const af_tree_t *tree, const af_token_t *token, const af_node_t *nodes,
                             uint32_t node_count, uint32_t *opened)
{
    *opened = 0;
    if (token->type != AF_TOKEN_START_TAG) {
        return AF_OK;
    }
    af_status_t status = af_passing_open(rw, tree, nodes, node_count, opened);
    if (status == AF_OK && *opened > 0) {
        size_t count = rw->after.count;
        for (uint32_t i = *opened; i < node_count && count > 0; i++) {
            count -= stays_open(rw, nodes[i]);
        }
        status = af_settle_bring_to(rw, &rw->after, count);
    }
    return status;
}
