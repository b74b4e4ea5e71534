/*
 * preview/feed_page.h: the preview of a feed: a page that lists its items, and of those that would change both sides.
 *
 * It stands between the feed and the host's sink: the feed's edits go in, and what comes out drops the whole feed and inserts the
 * page, piece by piece. Statistics and events are the feed's own. No script; the style is preview's, so that one hash is enough.
 */
#ifndef AF_PREVIEW_FEED_PAGE_H
#define AF_PREVIEW_FEED_PAGE_H

#include "base/memory.h"
#include "rules/ruleset.h"

typedef struct af_feed_page af_feed_page_t;

/* `rules`, `heap` and what `sink` lends outlive the page; `charset` (NULL: UTF-8) is read during the call. AF_NOMEM,
 * AF_LIMIT. */
AF_MUST_USE af_status_t af_feed_page_create(const af_ruleset_t *rules, const char *charset, const af_sink_t *sink,
                                            af_heap_t *heap, af_feed_page_t **out);
void af_feed_page_destroy(af_feed_page_t *page);

/* The sink that the feed gets. */
const af_sink_t *af_feed_page_sink(const af_feed_page_t *page);

/* Around each push of the feed: lends the bytes, and keeps those that the feed has not decided; without memory they are not
 * shown. */
void af_feed_page_lend(af_feed_page_t *page, const uint8_t *data, size_t len);
AF_MUST_USE af_status_t af_feed_page_keep(af_feed_page_t *page);

/* After the feed's end: ends the page. */
AF_MUST_USE af_status_t af_feed_page_finish(af_feed_page_t *page);

#endif
