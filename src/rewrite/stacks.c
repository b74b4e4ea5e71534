/*
 * rewrite/stacks.c: what the output has open where the input's tree stands: its open elements that stay.
 */
#include "rewrite/reconcile.h"

/* A form that its end tag took off the stack while an element in it, at `at`, stayed open, HTML #parsing-main-inbody: where that
 * element is unwrapped, what comes is the form's. 0: none. */
static af_node_t form_around(const af_rewriter_t *rw, const af_tree_t *tree, uint32_t at)
{
    const af_node_record_t *record = node_of(rw, tree->stack[at]);
    af_node_t form = (record->fate & (FATE_UNWRAP | FATE_DEAD)) == FATE_UNWRAP ? record->parent : 0;

    if (form == 0 || node_of(rw, form)->name != AF_TAG_FORM || node_gone(rw, form) || at == 0 || tree->stack[at - 1] == form) {
        return 0;
    }
    return tree->stack[at - 1] == node_of(rw, form)->parent ? form : 0;
}

bool af_settle_off_stack(const af_node_t *stack, uint32_t at, af_node_t parent)
{
    while (at > 0 && stack[at - 1] != parent) {
        at--;
    }
    return at == 0;
}

/* Whether an open element at `at` or in it stays. */
static bool any_stays(const af_rewriter_t *rw, const af_tree_t *tree, uint32_t at)
{
    while (at < tree->depth && node_gone(rw, tree->stack[at])) {
        at++;
    }
    return at < tree->depth;
}

af_status_t af_settle_stack(af_rewriter_t *rw, const af_tree_t *tree, af_vector_t *to)
{
    af_status_t status = af_vector_reserve(rw, to, (size_t) tree->depth * 2, sizeof(af_node_t));

    if (status != AF_OK) {
        return status;
    }
    const uint32_t out_depth = rw->diverged ? rw->out.depth : 0;
    af_node_t *nodes = to->items;
    uint32_t i = 0;
    size_t count;
    while (i < tree->depth && i < out_depth && tree->stack[i] == rw->out.stack[i]) {
        nodes[i] = tree->stack[i]; /* what the output has open stays */
        i++;
    }
    for (count = i; i < tree->depth; i++) {
        af_node_t detached = count < out_depth ? af_settle_detached(rw, tree->stack, i, count) : 0;
        if (detached != 0 && any_stays(rw, tree, i)) {
            nodes[count++] = detached;
        }
        af_node_t node = node_gone(rw, tree->stack[i]) ? form_around(rw, tree, i) : tree->stack[i];
        if (node != 0 && (count == 0 || node != nodes[count - 1])) {
            nodes[count++] = node;
        }
    }
    to->count = count;
    return AF_OK;
}

af_status_t af_settle_before(af_rewriter_t *rw, const af_tree_t *tree)
{
    rw->before_list.count = 0;
    af_status_t status = af_vector_reserve(rw, &rw->before_list, tree->formatting_count, sizeof(af_node_t));
    for (uint32_t i = 0; status == AF_OK && i < tree->formatting_count; i++) {
        af_node_t node = tree->formatting[i].node;
        if (node != 0 && !node_gone(rw, node)) {
            *AF_VECTOR_AT(af_node_t, &rw->before_list, rw->before_list.count++) = node;
        }
    }
    return status == AF_OK ? af_settle_stack(rw, tree, &rw->before) : status;
}
