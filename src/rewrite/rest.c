/*
 * rewrite/rest.c: between pushes: what a stream tells, and what it gives back before it waits for more bytes.
 *
 * Many streams wait at a time, most of them for long, and hold little then. What was only remembered goes where little is to be
 * asked again, and so does room that is empty; what small pushes leave stays, since it would be made anew for each.
 */
#include "rewrite/rewriter_internal.h"

#define REST_PUSHED ((size_t) 4096)
#define REST_HELD ((size_t) 8192)

void af_rewriter_rest(af_rewriter_t *rw, size_t pushed)
{
    if (pushed >= REST_PUSHED && rw->pushed - rw->edits.frontier <= REST_HELD) {
        af_match_forget(&rw->matcher);
        af_ahead_rest(rw);
        af_tokenizer_rest(rw->tokenizer);
        if (!af_rewriter_holding(rw)) {
            af_queue_rest(rw);
        }
        if (rw->candidates.count == 0) {
            af_heap_release(rw->heap, rw->candidates.items, rw->candidates.capacity * sizeof(af_candidate_t));
            rw->candidates = (af_vector_t){0};
        }
    }
}

uint64_t af_rewriter_frontier(const af_rewriter_t *rw)
{
    return rw->edits.frontier;
}

void af_rewriter_stats(const af_rewriter_t *rw, af_stats_t *out)
{
    const af_token_cuts_t cuts = af_tokenizer_cuts(rw->tokenizer);

    *out = rw->stats;
    out->memory_peak = rw->heap->peak;
    out->limited += cuts.overlong + cuts.attributes;
    if (out->reason[0] == '\0' && cuts.overlong + cuts.attributes > 0) {
        out->reason = cuts.overlong > 0 ? "tag" : "attributes";
    }
}
