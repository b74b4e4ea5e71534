/*
 * rewrite/check.h: a second parser that reads what was emitted (make CHECK=1, the fuzz targets; nothing in other builds).
 *
 * The rewriter believes to know the state of the parser that will read its output. Here that parser is: its own tokenizer, tree
 * and memory, fed with the edits. After each token that was settled both must agree, or the program aborts.
 */
#ifndef AF_REWRITE_CHECK_H
#define AF_REWRITE_CHECK_H

#include "article_filter.h"
#include "base/memory.h"

typedef struct af_check af_check_t;
struct af_rewriter;

#ifdef AF_CHECK_OUTPUT
/* Puts itself between the rewriter and its sink: edits go through. NULL where there is nothing to check (fragments, rules that
 * insert notices, other modes than AF_FILTER). */
af_check_t *af_check_create(struct af_rewriter *rewriter);
void af_check_destroy(af_check_t *check);
void af_check_pushed(af_check_t *check, const uint8_t *data, size_t len); /* before they are looked at */
void af_check_settled(af_check_t *check);                                /* what was settled was told to the edits */
#else
static inline af_check_t *af_check_create(struct af_rewriter *rewriter)
{
    (void) rewriter;
    return NULL;
}
static inline void af_check_destroy(af_check_t *check) { (void) check; }
static inline void af_check_pushed(af_check_t *check, const uint8_t *data, size_t len)
{
    (void) check;
    (void) data;
    (void) len;
}
static inline void af_check_settled(af_check_t *check) { (void) check; }
#endif

#endif
