/*
 * rewrite/region.h: a region of held tokens, between the two files that build and write it.
 */
#ifndef AF_REWRITE_REGION_H
#define AF_REWRITE_REGION_H

#include "rewrite/reconcile.h"

typedef struct {
    uint32_t parent, previous, next, first, last; /* items; 0: none */
    af_node_t node;                               /* 0: text, a comment, the document */
    uint32_t token;                               /* in the queue; NO_TOKEN: a clone, implied, or from before the region */
    uint64_t from_pos, to_pos;
    bool outer, early, is_attributes; /* early: before the lift, or by it; is_attributes: of a second html or body tag */
    bool in_front;                    /* of a table that goes: not in what it is written with */
    uint32_t depth, closed_by; /* depth of what it hung on when the lift came; 1 + the token that closed it, 0: none did */
} item_t;

#define NO_TOKEN UINT32_MAX

typedef struct {
    af_rewriter_t *rw;
    af_vector_t items, map, path; /* item_t (the first is none), uint32_t by node, af_node_t */
    af_tree_t replay, spare;                      /* after the last token; before it, once there is a lift */
    uint32_t kept, content, lift; /* of the stack before it, stays open; the last item of content; the lift's token or NO_TOKEN */
    af_node_t lifted;                             /* the formatting element that the lift's token ends */
    uint32_t reopened;                            /* so many of its nodes it opens again before it moves anything */
    af_vector_t early, before, after;             /* uint32_t: items; af_node_t: open before the lift, and when it was done */
    size_t end; /* of the queue's tokens that belong to it */
    uint64_t pos, until;                          /* of the token that is taken; of one that belongs to it */
    uint32_t table;                               /* a table's item, whose end belongs to it */
    uint64_t table_pos;                           /* of the token that made it */
    af_node_t gone_table;                         /* the item is what stays in the place of that, whose end it is; 0 */
    bool fits, complete;
} region_t;

static inline item_t *item_at(region_t *region, uint32_t i)
{
    return AF_VECTOR_AT(item_t, &region->items, i);
}

static inline uint32_t mapped(const region_t *region, af_node_t node)
{
    return node < region->map.count ? *AF_VECTOR_AT(uint32_t, &region->map, node) : 0;
}

/* Builds what begins with the queue's first token. `fits`: it can be written. */
AF_MUST_USE af_status_t af_region_build(region_t *region);

#endif
