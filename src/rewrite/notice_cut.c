/*
 * rewrite/notice_cut.c: takes text of a notice out that has tags in it, as where it stands there once more.
 *
 * What goes is text, and elements that are wholly in it and that only shape it. Where anything else is there, nothing goes.
 */
#include "rewrite/notice_cut.h"

#define CUT_DEPTH 8u

/* Elements that may go with the text of a notice that stands there once more. */
static bool goes_with_text(uint32_t tag)
{
    switch (tag) {
    case AF_TAG_A: case AF_TAG_B: case AF_TAG_BR: case AF_TAG_EM: case AF_TAG_FONT: case AF_TAG_I: case AF_TAG_SMALL:
    case AF_TAG_SPAN: case AF_TAG_STRONG: case AF_TAG_U:
        return true;
    default:
        return false;
    }
}

/* Text that goes is one edit, however it came. */
static af_status_t drop_text(af_rewriter_t *rw, uint32_t rule, uint64_t from_pos, uint64_t to_pos)
{
    for (size_t i = 0; i < rw->inserts.count; i++) {
        af_insert_t *before = AF_VECTOR_AT(af_insert_t, &rw->inserts, i);
        if (before->drop_to == from_pos && before->drop_to > before->pos && before->len == 0 && before->rule == rule) {
            before->drop_to = to_pos;
            return AF_OK;
        }
    }
    return af_notices_edit(rw, rule, from_pos, to_pos, (af_slice_t){NULL, 0});
}

af_status_t af_notice_cut(af_rewriter_t *rw, uint32_t rule, uint64_t from_pos, uint64_t to_pos)
{
    uint32_t open[CUT_DEPTH], depth = 0, count;
    const af_node_t *nodes;
    af_status_t status = AF_OK;

    if (!af_rewriter_holding(rw) || AF_VECTOR_AT(af_held_t, &rw->held, rw->held_first)->from_pos > from_pos) {
        return AF_NOT_FOUND;
    }
    for (size_t i = rw->held_first; status == AF_OK && i < rw->held.count; i++) {
        af_token_t token = af_queue_token(rw, (uint32_t) i, &nodes, &count);
        if (token.to_pos <= from_pos) {
            continue;
        }
        if (token.from_pos >= to_pos && (depth == 0 || token.type != AF_TOKEN_END_TAG)) {
            break;
        }
        if (token.type == AF_TOKEN_TEXT && count == 0 && (depth == 0 || token.to_pos <= to_pos)) {
            uint64_t from = token.from_pos > from_pos ? token.from_pos : from_pos;
            if (depth == 0 && rule != AF_NO_RULE) {
                status = drop_text(rw, rule, from, token.to_pos < to_pos ? token.to_pos : to_pos);
            }
        } else if (token.type == AF_TOKEN_START_TAG && count == 1 && token.from_pos >= from_pos && depth < CUT_DEPTH &&
                   goes_with_text(token.tag) && (node_of(rw, nodes[0])->fate & FATE_PROTECT) == 0) {
            if (depth == 0 && rule != AF_NO_RULE) {
                af_candidates_take(rw, nodes[0], rule);
            }
            open[depth] = token.tag;
            depth += token.tag != AF_TAG_BR;
        } else if (token.type == AF_TOKEN_END_TAG && count == 0 && goes_with_text(token.tag) && token.tag != AF_TAG_BR &&
                   (depth == 0 || open[depth - 1] == token.tag)) {
            depth -= depth > 0;
        } else {
            return AF_NOT_FOUND;
        }
    }
    return depth > 0 && status == AF_OK ? AF_NOT_FOUND : status;
}
