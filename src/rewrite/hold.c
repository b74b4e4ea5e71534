/*
 * rewrite/hold.c: the limits of what is held, and what gives way to them.
 *
 * No byte is held that stands `hold` bytes or more behind the first one that is. Text comes in pieces as chunks cut it, so it
 * is cut there: then what waits for text is asked about what has come by then, and if that is not enough, what the first
 * token of the queue waits for is kept. A tag is one piece: it is looked at behind it. So what gives way, and when, depends
 * on the bytes and not on chunks; the quick ways decide nothing by bytes that the general one might not hold.
 */
#include "rewrite/hold.h"

/* Bytes of text that go to the tape at once: what its beginning refutes leaves before there is no room for the rest. */
#define PIECE 4096u

/* How many bytes of the text can be taken as one piece. 0: its first ones may not be held with what is. */
static size_t room_for(const af_rewriter_t *rw, const af_token_t *text)
{
    uint64_t first = af_rewriter_holding(rw) ? rw->edits.frontier : text->from_pos, behind = text->from_pos - first;
    size_t hold = rw->options.limits.hold;

    if (behind >= hold) {
        return 0;
    }
    return text->bytes.len <= hold - (size_t) behind ? text->bytes.len : af_token_cut(text, hold - (size_t) behind);
}

/* What the queue's first token that is undecided waits for is kept; false: nothing waits. */
static bool give_way(af_rewriter_t *rw)
{
    const af_node_t *nodes;
    uint32_t count;

    if (!af_queue_undecided(rw, &nodes, &count)) {
        if (rw->open_candidates == 0) {
            return false;
        }
        af_candidates_oldest_gives_up(rw, AF_WAITS_TEXT | AF_WAITS_OTHER, "hold");
        return true;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (node_of(rw, nodes[i])->hold > 0) {
            af_candidates_give_up(rw, nodes[i], "hold");
            return true;
        }
    }
    af_keep_gives_up(rw, nodes, count);
    return true;
}

/* What is refuted by the text so far leaves; then, one after the other, what may be wanted. */
static af_status_t make_room(af_rewriter_t *rw, const af_token_t *text)
{
    af_status_t status = af_candidates_ask(rw) ? af_queue_flush(rw) : AF_OK;

    while (status == AF_OK && af_rewriter_holding(rw) && room_for(rw, text) == 0 && give_way(rw)) {
        status = af_queue_flush(rw);
    }
    rw->past_live = af_rewriter_holding(rw);
    return status;
}

/* Cuts the text where it may be cut, at `most` bytes or before. */
static void cut(af_token_t *text, size_t most)
{
    size_t len = most < text->bytes.len ? af_token_cut(text, most) : 0;

    if (len > 0) {
        text->bytes.len = len;
        text->to_pos = text->from_pos + len;
    }
}

af_status_t af_hold_text(af_rewriter_t *rw, af_token_t *text)
{
    af_status_t status = AF_OK;

    if (text->to_pos - text->from_pos != text->bytes.len) {
        return AF_OK; /* it stands for no bytes */
    }
    if (af_rewriter_holding(rw) && room_for(rw, text) == 0) {
        status = make_room(rw, text);
    }
    cut(text, room_for(rw, text));
    if (rw->tape_candidates > 0 || rw->raw_candidates > 0 || af_notices_active(rw)) {
        cut(text, PIECE);
    }
    return status;
}

af_status_t af_hold_check(af_rewriter_t *rw, const af_token_t *token)
{
    af_status_t status = AF_OK;
    size_t hold = rw->options.limits.hold;

    if (af_rewriter_holding(rw) && token->to_pos - rw->edits.frontier > hold && af_candidates_ask(rw)) {
        status = af_queue_flush(rw);
    }
    while (status == AF_OK && af_rewriter_holding(rw) && token->to_pos - rw->edits.frontier > hold && give_way(rw)) {
        status = af_queue_flush(rw);
    }
    size_t held = (size_t) (token->to_pos - rw->edits.frontier);
    if (held > rw->stats.hold_peak) {
        rw->stats.hold_peak = held;
    }
    return status;
}

void af_hold_tape_full(af_rewriter_t *rw, bool raw)
{
    (void) af_candidates_ask(rw);
    for (size_t i = 0; (raw ? rw->raw_candidates : rw->tape_candidates) > 0 && i < rw->candidates.count;) {
        const af_candidate_t *candidate = AF_VECTOR_AT(af_candidate_t, &rw->candidates, i);
        if (!candidate->done && (raw ? candidate->raw : candidate->tape)) {
            af_candidates_give_up(rw, candidate->node, "text");
            i = 0; /* what is done may have left the list */
        } else {
            i++;
        }
    }
}
