/*
 * rewrite/reconcile.c: the least markup after which the output's open elements are those asked for.
 *
 * End tags for what the output has open beyond the common part, then start tags for what it lacks: the start tag as it was
 * written where it is known (formatting elements), a bare one for elements that tree construction implies. Each tag goes through
 * the output's tree like any other, so that the state stays that of a parser reading the output.
 */
#include "rewrite/rewriter_internal.h"

static af_status_t add_bytes(af_rewriter_t *rw, const void *data, size_t len)
{
    af_status_t status = af_vector_reserve(rw, &rw->scratch, rw->scratch.count + len, 1);

    if (status == AF_OK && len > 0) {
        memcpy((uint8_t *) rw->scratch.items + rw->scratch.count, data, len);
        rw->scratch.count += len;
    }
    return status;
}

/* Makes the tag's bytes in the scratch and the token that a tokenizer would make of them. */
static af_status_t make_tag(af_rewriter_t *rw, af_node_t node, af_token_type_t type, af_token_t *token)
{
    const af_node_record_t *record = node_of(rw, node);
    af_slice_t name = af_tree_name(&rw->in, node);
    af_status_t status;

    rw->scratch.count = 0;
    if (type == AF_TOKEN_START_TAG && record->tag_len > 0) {
        status = add_bytes(rw, rw->pool.bytes + record->tag_bytes, record->tag_len);
    } else {
        status = add_bytes(rw, type == AF_TOKEN_END_TAG ? "</" : "<", type == AF_TOKEN_END_TAG ? 2 : 1);
        if (status == AF_OK) {
            status = add_bytes(rw, name.data, name.len);
        }
        if (status == AF_OK) {
            status = add_bytes(rw, ">", 1);
        }
    }
    memset(token, 0, sizeof *token);
    token->type = type;
    token->from_pos = token->to_pos = rw->edits.frontier;
    token->bytes = (af_slice_t){rw->scratch.items, rw->scratch.count};
    token->name = name;
    token->tag = record->name < AF_TAG_COUNT ? record->name : AF_TAG_UNKNOWN;
    return status;
}

static af_status_t put_tag(af_rewriter_t *rw, af_node_t node, af_token_type_t type)
{
    af_token_t token;
    af_status_t status = make_tag(rw, node, type, &token);

    if (status != AF_OK) {
        return status;
    }
    rw->out.scripted = true;
    rw->out.script = &node;
    rw->out.script_count = type == AF_TOKEN_START_TAG ? 1 : 0;
    rw->out.script_used = 0;
    rw->out.mismatch = false;
    status = af_tree_process(&rw->out, &token);
    rw->out.script = NULL;
    rw->out.script_count = 0;
    if (status == AF_OK) {
        af_write_markup(rw, token.bytes.data, token.bytes.len, AF_NO_RULE);
    }
    return status;
}

static bool on_stack(const af_tree_t *tree, af_node_t node)
{
    for (uint32_t i = tree->depth; i > 0; i--) {
        if (tree->stack[i - 1] == node) {
            return true;
        }
    }
    return false;
}

/* An entry of the active formatting elements that is not open would be opened again by the next text or tag: an end tag for an
 * element that is in the list but not on the stack only takes it off the list. */
static af_status_t forget_closed_formatting(af_rewriter_t *rw)
{
    for (;;) {
        const af_tree_t *out = &rw->out;
        uint32_t count = out->formatting_count;
        if (count == 0) {
            return AF_OK;
        }
        af_node_t node = out->formatting[count - 1].node;
        if (node == 0 || on_stack(out, node)) {
            return AF_OK;
        }
        af_status_t status = put_tag(rw, node, AF_TOKEN_END_TAG);
        if (status != AF_OK || rw->out.formatting_count >= count) {
            return status;
        }
    }
}

af_status_t af_reconcile(af_rewriter_t *rw, const af_node_t *want, size_t count)
{
    size_t common = 0;

    while (common < count && common < rw->out.depth && rw->out.stack[common] == want[common]) {
        common++;
    }
    while (rw->out.depth > common) {
        uint32_t depth = rw->out.depth;
        af_status_t status = put_tag(rw, rw->out.stack[depth - 1], AF_TOKEN_END_TAG);
        if (status != AF_OK) {
            return status;
        }
        if (rw->out.depth >= depth) {
            return AF_OK; /* nothing closes it here: the text stays where it can be */
        }
    }
    for (size_t i = common; i < count; i++) {
        af_status_t status = forget_closed_formatting(rw);
        if (status == AF_OK) {
            status = put_tag(rw, want[i], AF_TOKEN_START_TAG);
        }
        if (status != AF_OK) {
            return status;
        }
    }
    return AF_OK;
}
