/*
 * rewrite/notice_cut.h: text of a notice that goes.
 */
#ifndef AF_REWRITE_NOTICE_CUT_H
#define AF_REWRITE_NOTICE_CUT_H

#include "rewrite/rewriter_internal.h"

/* Takes the text in [from_pos, to_pos) of the queue out, and the elements that are wholly in it. An element that ends in it
 * stays, without that part of its text; one that goes on behind it, and whatever else is there, refuses. `rule` AF_NO_RULE: only
 * tells whether it can be done (AF_NOT_FOUND: no). */
af_status_t af_notice_cut(af_rewriter_t *rw, uint32_t rule, uint64_t from_pos, uint64_t to_pos);

#endif
