/*
 * rewrite/hold.h: the limits of what is held: bytes, and their text.
 */
#ifndef AF_REWRITE_HOLD_H
#define AF_REWRITE_HOLD_H

#include "rewrite/rewriter_internal.h"

/* Before text is observed: makes it as short as may be held in one piece, where something is held after what had to give way. */
AF_MUST_USE af_status_t af_hold_text(af_rewriter_t *rw, af_token_t *text);

/* After a token was observed and put into the queue: where more is held than may be, what it waits for gives way. */
AF_MUST_USE af_status_t af_hold_check(af_rewriter_t *rw, const af_token_t *token);

/* The tape (`raw`: that of raw text) has no room for the text: what waits for it is kept. */
void af_hold_tape_full(af_rewriter_t *rw, bool raw);

#endif
