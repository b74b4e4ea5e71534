/*
 * rewrite/queue.c: tokens that wait for a decision.
 *
 * A held token is a copy of its bytes, attributes and node numbers, so that the trees can take it a second time after the chunk
 * it came in is gone. The stores are emptied together when the queue is; while it is not, what was passed is
 * moved out before a store grows.
 */
#include "rewrite/rewriter_internal.h"

static af_held_t *held_at(af_rewriter_t *rw, size_t i)
{
    return AF_VECTOR_AT(af_held_t, &rw->held, i);
}

static void shift(af_vector_t *vector, size_t by, size_t item)
{
    if (by < vector->count) {
        memmove(vector->items, (uint8_t *) vector->items + by * item, (vector->count - by) * item);
    }
    vector->count -= by;
}

/* Moves out what the queue's front has passed. */
static void compact(af_rewriter_t *rw)
{
    size_t first = rw->held_first;

    if (first == 0 || first < rw->held.count / 2) {
        return;
    }
    if (first == rw->held.count) {
        rw->held.count = rw->held_bytes.count = rw->held_attributes.count = rw->held_nodes.count = 0;
        rw->held_first = 0;
        return;
    }
    af_held_t front = *held_at(rw, first);
    for (size_t i = first; i < rw->held.count; i++) {
        held_at(rw, i)->bytes_at -= front.bytes_at;
        held_at(rw, i)->attributes_at -= front.attributes_at;
        held_at(rw, i)->nodes_at -= front.nodes_at;
    }
    shift(&rw->held, first, sizeof front);
    shift(&rw->held_bytes, front.bytes_at, 1);
    shift(&rw->held_attributes, front.attributes_at, sizeof(af_attribute_t));
    shift(&rw->held_nodes, front.nodes_at, sizeof(af_node_t));
    rw->held_first = 0;
}

static af_status_t store(af_rewriter_t *rw, af_vector_t *vector, const void *items, size_t count, size_t item, size_t *at)
{
    af_status_t status = af_vector_reserve(rw, vector, vector->count + count, item);

    if (status != AF_OK) {
        return status;
    }
    *at = vector->count;
    if (count > 0) {
        memcpy((uint8_t *) vector->items + vector->count * item, items, count * item);
        vector->count += count;
    }
    return AF_OK;
}

af_status_t af_queue_add(af_rewriter_t *rw, const af_token_t *token)
{
    af_status_t status = AF_OK;

    compact(rw);
    af_held_t *held = af_vector_add(rw, &rw->held, sizeof *held, &status);
    if (held == NULL) {
        return status;
    }
    memset(held, 0, sizeof *held);
    held->token = *token;
    held->node_count = (uint32_t) rw->made.count;
    held->text_parent = rw->text_parent;
    bool inside = token->name.data != NULL && token->bytes.data != NULL && token->name.data >= token->bytes.data &&
                  token->name.data + token->name.len <= token->bytes.data + token->bytes.len;
    held->name_inside = inside;
    size_t ignored;
    status = store(rw, &rw->held_bytes, token->bytes.data, token->bytes.len, 1, &held->bytes_at);
    if (status == AF_OK && inside) {
        held->name_at = (size_t) (token->name.data - token->bytes.data);
    } else if (status == AF_OK) {
        held->name_at = token->bytes.len;
        status = store(rw, &rw->held_bytes, token->name.data, token->name.len, 1, &ignored);
    }
    if (status == AF_OK) {
        status = store(rw, &rw->held_attributes, token->attributes, token->attribute_count, sizeof *token->attributes,
                       &held->attributes_at);
    }
    if (status == AF_OK) {
        status = store(rw, &rw->held_nodes, rw->made.items, rw->made.count, sizeof(af_node_t), &held->nodes_at);
    }
    if (status != AF_OK) {
        rw->held.count--;
    }
    return status;
}

static af_token_t token_of(const af_rewriter_t *rw, const af_held_t *held)
{
    af_token_t token = held->token;

    token.bytes.data = (const uint8_t *) rw->held_bytes.items + held->bytes_at;
    token.name.data = token.bytes.data + held->name_at;
    token.attributes = AF_VECTOR_AT(af_attribute_t, &rw->held_attributes, held->attributes_at);
    return token;
}

af_token_t af_queue_token(const af_rewriter_t *rw, uint32_t number, const af_node_t **nodes, uint32_t *count)
{
    const af_held_t *held = AF_VECTOR_AT(af_held_t, &rw->held, number);

    *nodes = AF_VECTOR_AT(af_node_t, &rw->held_nodes, held->nodes_at);
    *count = held->node_count;
    return token_of(rw, held);
}

void af_queue_moved(af_rewriter_t *rw, af_node_t from, af_node_t to)
{
    for (size_t i = rw->held_first; i < rw->held.count; i++) {
        if (held_at(rw, i)->text_parent == from) {
            held_at(rw, i)->text_parent = to;
        }
    }
}

static bool undecided(const af_rewriter_t *rw, const af_node_t *nodes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (node_of(rw, nodes[i])->hold > 0 || (rw->keep != KEEP_NONE && af_keep_undecided(rw, nodes[i]))) {
            return true;
        }
    }
    return false;
}

static af_status_t pass_front(af_rewriter_t *rw, const af_held_t *held, const af_node_t *nodes)
{
    af_token_t token = token_of(rw, held);
    af_status_t status = AF_OK;

    if (token.type == AF_TOKEN_COMMENT && (token.flags & AF_TOKEN_CONTINUED) != 0) {
        return af_settle_continued(rw, &token);
    }
    rw->text_parent = held->text_parent;
    bool gone = af_settle_any_gone(rw, nodes, held->node_count);
    if (gone || af_settle_drops(rw, &token)) {
        status = af_settle_diverge(rw);
    }
    if (status == AF_OK && rw->diverged) {
        status = af_settle_before(rw, &rw->past);
    }
    if (status != AF_OK) {
        return status;
    }
    rw->past.scripted = true;
    rw->past.script = nodes;
    rw->past.script_count = held->node_count;
    rw->past.script_used = 0;
    status = af_tree_process(&rw->past, &token);
    rw->text_parent = held->text_parent;
    if (status == AF_OK) {
        status = af_settle(rw, &rw->past, &token, nodes, held->node_count);
    }
    rw->text_parent = 0;
    rw->past.script = NULL;
    rw->past.script_count = 0;
    return status;
}

/* Whether something of the queue, or around it, does not reach the output. */
static bool any_goes(const af_rewriter_t *rw)
{
    for (size_t i = 0; i < rw->held_nodes.count; i++) {
        if ((node_of(rw, *AF_VECTOR_AT(af_node_t, &rw->held_nodes, i))->fate & (FATE_REMOVE | FATE_GONE)) != 0) {
            return true;
        }
    }
    return rw->diverged;
}

af_status_t af_queue_flush(af_rewriter_t *rw)
{
    if (rw->queue_moved && af_rewriter_holding(rw)) {
        if (rw->open_candidates > 0 || af_keep_blocks(rw)) {
            return AF_OK;
        }
        if (rw->inserts.count == 0 && any_goes(rw)) {
            bool written;
            af_status_t status = af_region_flush(rw, &written);
            if (status != AF_OK) {
                return status;
            }
        }
    }
    while (rw->held_first < rw->held.count) {
        const af_held_t *held = held_at(rw, rw->held_first);
        const af_node_t *nodes = AF_VECTOR_AT(af_node_t, &rw->held_nodes, held->nodes_at);
        if ((rw->open_candidates > 0 || rw->keep != KEEP_NONE) &&
            (undecided(rw, nodes, held->node_count) || af_keep_text_undecided(rw, held->text_parent))) {
            return AF_OK;
        }
        af_status_t status = pass_front(rw, held, nodes);
        if (status != AF_OK) {
            return status;
        }
        rw->held_first++;
    }
    rw->queue_moved = false;
    compact(rw);
    return AF_OK;
}
