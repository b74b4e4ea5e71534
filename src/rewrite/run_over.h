/*
 * rewrite/run_over.h: a run of text that is too long for a notice.
 */
#ifndef AF_REWRITE_RUN_OVER_H
#define AF_REWRITE_RUN_OVER_H

#include "rewrite/rewriter_internal.h"

#define AF_NOTICE_MOST 8000u /* characters of the longest notice: the tape has room for two */

/* The next window of the open run; false: its text does not fill one. */
bool af_run_window(af_rewriter_t *rw, af_slice_t *window);

/* What is looked at for a notice of the rule, of the run's text behind its last window. */
af_slice_t af_run_end_of(const af_rewriter_t *rw, uint32_t rule, af_slice_t text);

#endif
