/*
 * rewrite/rewriter.h: one HTML document from bytes to edits.
 */
#ifndef AF_REWRITE_REWRITER_H
#define AF_REWRITE_REWRITER_H

#include "article_filter.h"
#include "base/memory.h"
#include "html/tree.h"
#include "rules/ruleset.h"

typedef struct af_rewriter af_rewriter_t;

/* What is known of a piece of HTML that stands in another document (a feed's item): its markup, whether a notice that is missing
 * may be inserted into it, and the facts of its item as UTF-8 text with references decoded ({NULL, 0}: unknown). */
typedef struct {
    af_fragment_markup_t markup;
    bool takes_notices;
    af_slice_t title, author, canonical, date;
} af_fragment_t;

/* Starts a document, or, with `fragment`, a fragment: it begins inside of body, which rules may pick as the scope that they
 * are for, and positions count from its beginning. `rules`, `sink`, `heap` and the strings of `options` outlive it;
 * `fragment` (NULL: a page) is read during the call only. AF_NOMEM, AF_LIMIT. */
AF_MUST_USE af_status_t af_rewriter_create(const af_ruleset_t *rules, const af_options_t *options, const af_fragment_t *fragment,
                                           const af_sink_t *sink, af_heap_t *heap, af_rewriter_t **out);

/* Leaves every token to the general way, before the first push: for tests, which must see no difference. */
void af_rewriter_disable_fast_paths(af_rewriter_t *rewriter);

/* As af_stream_push and af_stream_finish. */
AF_MUST_USE af_status_t af_rewriter_push(af_rewriter_t *rewriter, const uint8_t *data, size_t len);
AF_MUST_USE af_status_t af_rewriter_finish(af_rewriter_t *rewriter);

uint64_t af_rewriter_frontier(const af_rewriter_t *rewriter);
void af_rewriter_stats(const af_rewriter_t *rewriter, af_stats_t *out);
void af_rewriter_destroy(af_rewriter_t *rewriter);

#endif
