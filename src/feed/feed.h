/*
 * feed/feed.h: a feed from bytes to edits: RSS, Atom, RDF, JSON Feed, and posts as WordPress gives them.
 *
 * What is decided at once is an item: its bytes are held to its end, the HTML in its fields goes through a rewriter, and
 * the edits are made if the item was well formed and still is. Memory is bounded by the limit of what is held: a field
 * beyond it passes as it is, and so does an item that is broken; the next one is cleaned again.
 */
#ifndef AF_FEED_FEED_H
#define AF_FEED_FEED_H

#include "base/memory.h"
#include "rules/ruleset.h"

typedef enum {
    AF_SNIFF_MORE,  /* not enough bytes to tell */
    AF_SNIFF_HTML,
    AF_SNIFF_XML,   /* a feed in XML */
    AF_SNIFF_JSON,  /* a JSON Feed */
    AF_SNIFF_OTHER  /* XML or JSON that is no feed */
} af_sniff_t;

#define AF_SNIFF_LIMIT ((size_t) 64 * 1024)

/* Tells what a document is by its first bytes. `len` at AF_SNIFF_LIMIT: it is told in any case. */
af_sniff_t af_feed_sniff(const uint8_t *data, size_t len);

typedef struct af_feed af_feed_t;

/* Starts a feed. `rules`, `sink`, `heap` and the strings of `options` outlive it. AF_NOMEM, AF_LIMIT. */
AF_MUST_USE af_status_t af_feed_create(const af_ruleset_t *rules, const af_options_t *options, const af_sink_t *sink,
                                       af_heap_t *heap, af_feed_t **out);

/* As af_stream_push and af_stream_finish. */
AF_MUST_USE af_status_t af_feed_push(af_feed_t *feed, const uint8_t *data, size_t len);
AF_MUST_USE af_status_t af_feed_finish(af_feed_t *feed);

uint64_t af_feed_frontier(const af_feed_t *feed);
/* As af_stream_place. */
void af_feed_place(const af_feed_t *feed, uint64_t pos, uint64_t *line, uint64_t *column);

void af_feed_stats(const af_feed_t *feed, af_stats_t *out);
void af_feed_destroy(af_feed_t *feed);

#endif
