/*
 * rewrite/candidate.h: what a candidate waits for.
 */
#ifndef AF_REWRITE_CANDIDATE_H
#define AF_REWRITE_CANDIDATE_H

#include "rewrite/rewriter_internal.h"

static inline const af_structure_t *af_candidate_structure(const af_rewriter_t *rw, const af_candidate_t *candidate)
{
    return candidate->rule == AF_NO_RULE ? NULL : rw->rules->rules[candidate->rule].structure;
}

static inline const af_tape_t *af_candidate_tape(const af_rewriter_t *rw, const af_candidate_t *candidate)
{
    return candidate->raw ? &rw->raw_tape : &rw->tape;
}

/* The candidate's text so far. */
static inline af_slice_t af_candidate_text(const af_rewriter_t *rw, const af_candidate_t *candidate)
{
    size_t end = candidate->raw ? SIZE_MAX : af_contents_mark(rw, candidate->contents);

    return end == SIZE_MAX ? af_tape_since(af_candidate_tape(rw, candidate), candidate->mark)
                           : af_tape_between(&rw->tape, candidate->mark, end);
}

#endif
