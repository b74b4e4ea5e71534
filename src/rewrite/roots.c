/*
 * rewrite/roots.c: the nodes that somebody may still ask for, for the pool's sweep.
 */
#include "rewrite/rewriter_internal.h"

static void mark_vector(af_pool_t *pool, const af_vector_t *nodes, size_t from)
{
    for (size_t i = from; i < nodes->count; i++) {
        af_pool_mark(pool, *AF_VECTOR_AT(af_node_t, nodes, i));
    }
}

/* What the token made is not matched yet, and may be asked what stands before it, though it is closed already: a void element. */
static void mark_made(af_pool_t *pool, const af_vector_t *nodes)
{
    for (size_t i = 0; i < nodes->count; i++) {
        af_node_t node = *AF_VECTOR_AT(af_node_t, nodes, i);
        af_pool_mark(pool, node);
        if (pool->retain_previous && af_node_at(pool, node)->previous != 0) {
            af_pool_mark(pool, af_node_at(pool, node)->previous);
        }
    }
}

void af_rewriter_mark_roots(void *opaque, af_pool_t *pool)
{
    const af_rewriter_t *rw = opaque;

    af_tree_mark(&rw->in, pool);
    if (rw->past_live) {
        af_tree_mark(&rw->past, pool);
    }
    if (rw->diverged) {
        af_tree_mark(&rw->out, pool);
    }
    mark_made(pool, &rw->made);
    mark_vector(pool, &rw->before, 0);
    mark_vector(pool, &rw->before_list, 0);
    mark_vector(pool, &rw->pending, 0);
    mark_vector(pool, &rw->held_nodes, 0);
    for (size_t i = rw->held_first; i < rw->held.count; i++) {
        af_pool_mark(pool, AF_VECTOR_AT(af_held_t, &rw->held, i)->text_parent);
    }
    for (size_t i = 0; i < rw->moves.count; i++) {
        af_pool_mark(pool, AF_VECTOR_AT(af_move_t, &rw->moves, i)->node);
        af_pool_mark(pool, AF_VECTOR_AT(af_move_t, &rw->moves, i)->origin);
    }
    for (size_t i = 0; i < rw->candidates.count; i++) {
        af_pool_mark(pool, AF_VECTOR_AT(af_candidate_t, &rw->candidates, i)->node);
    }
    for (size_t i = 0; i < rw->inserts.count; i++) {
        af_pool_mark(pool, AF_VECTOR_AT(af_insert_t, &rw->inserts, i)->scope);
    }
    if (rw->removal != 0) {
        af_pool_mark(pool, rw->removal);
    }
    if (rw->facts_node != 0) {
        af_pool_mark(pool, rw->facts_node);
    }
    if (rw->block.open) {
        af_pool_mark(pool, rw->block.node);
    }
    if (rw->block.held != 0) {
        af_pool_mark(pool, rw->block.held);
    }
}
