/*
 * base/memory.h: the host's memory behind one limiter.
 *
 * Every allocation of a stream or a ruleset goes through an af_heap_t, which counts what is out and refuses what would pass
 * the limit. There is no realloc: the host's release may do nothing. Releases are sized, so nothing is stored beside a block.
 */
#ifndef AF_BASE_MEMORY_H
#define AF_BASE_MEMORY_H

#include "article_filter.h"
#include "base/slice.h"

typedef struct {
    af_memory_t hooks;
    size_t used, peak, limit; /* bytes */
} af_heap_t;

/* Makes a heap over `hooks` (copied; NULL: malloc and free) that gives at most `limit` bytes at a time (0: no limit). */
void af_heap_init(af_heap_t *heap, const af_memory_t *hooks, size_t limit);

/* Gives `len` bytes (len > 0), not cleared, or NULL: over the limit, or the host has none. */
void *af_heap_alloc(af_heap_t *heap, size_t len);

/* Gives `block` of `len` bytes back. NULL is allowed. */
void af_heap_release(af_heap_t *heap, void *block, size_t len);

/* Makes room for `need` items of `item` bytes in `*block` (capacity `*capacity` items), doubling and copying what is there; a
 * capacity never passes `max` items. AF_LIMIT: need > max, or the heap's limit; AF_NOMEM: the host has none. On failure
 * nothing changed. */
AF_MUST_USE af_status_t af_heap_grow(af_heap_t *heap, void **block, size_t *capacity, size_t need, size_t item, size_t max);

/* Tells why the last af_heap_alloc of `len` gave NULL: AF_LIMIT or AF_NOMEM. */
af_status_t af_heap_why(const af_heap_t *heap, size_t len);

#endif
