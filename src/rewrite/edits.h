/*
 * rewrite/edits.h: edits in stream order, neighbours joined, on their way to the host.
 */
#ifndef AF_REWRITE_EDITS_H
#define AF_REWRITE_EDITS_H

#include <stdbool.h>

#include "article_filter.h"

/* Joins keeps (and drops of one rule) that touch and hands them to the sink when something else follows or at flush. */
typedef struct {
    const af_sink_t *sink;
    af_edit_kind_t kind; /* of the waiting edit */
    uint32_t rule;
    uint64_t from_pos, to_pos; /* the waiting edit; equal: none */
    uint64_t frontier;         /* end of what was decided, the waiting edit included */
    bool report;               /* AF_REPORT, AF_PREVIEW: every byte is kept, nothing but marks is inserted */
    af_status_t status;        /* AF_HOST once the sink refused */
    af_stats_t *stats;
} af_edits_t;

void af_edits_init(af_edits_t *edits, const af_sink_t *sink, af_mode_t mode, af_stats_t *stats);

/* Decides [frontier, to_pos). `to_pos` is at or after the frontier. */
void af_edits_keep(af_edits_t *edits, uint64_t to_pos);
void af_edits_drop(af_edits_t *edits, uint64_t to_pos, uint32_t rule);

/* Inserts at the frontier. */
void af_edits_insert(af_edits_t *edits, const uint8_t *data, size_t len, uint32_t rule);

/* Inserts a mark of preview at the frontier; it counts for nothing. */
void af_edits_mark(af_edits_t *edits, const uint8_t *data, size_t len);

/* Hands over what waits. */
void af_edits_flush(af_edits_t *edits);

/* Tells the sink of something done or not done. */
void af_edits_event(af_edits_t *edits, const af_event_t *event);

#endif
