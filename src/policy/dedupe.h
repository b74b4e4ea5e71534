/*
 * policy/dedupe.h: the texts that elements of dedupe rules had so far.
 *
 * Of equal texts of one rule the first in document order stays, and an element inside an earlier equal one is not its
 * duplicate. Elements are told at their end, so an outer one comes after what is in it: where it began decides. Texts are
 * kept as 128-bit hashes, at most `limit` of them; then, or without memory, `full` is set and new texts are no longer remembered.
 */
#ifndef AF_POLICY_DEDUPE_H
#define AF_POLICY_DEDUPE_H

#include "base/memory.h"

#define AF_DEDUPE_LIMIT 4096u

typedef struct {
    uint64_t hash[2];
    uint64_t from_pos; /* where the first element of that text begins */
    uint32_t node;     /* it; may have been used again since */
} af_dedupe_entry_t;

typedef struct {
    af_heap_t *heap;
    af_dedupe_entry_t *entries;
    size_t count, capacity, limit;
    uint16_t *slots; /* index + 1 of an entry, 0: free */
    size_t slot_count;
    bool full;
    uint32_t unseen; /* texts that were not remembered */
} af_dedupe_t;

typedef enum {
    AF_DEDUPE_FIRST,     /* no earlier element of the rule has this text (or it is empty): stays */
    AF_DEDUPE_DUPLICATE, /* an earlier one has it */
    AF_DEDUPE_OUTER      /* one inside this element has it, which was told first: both stay */
} af_dedupe_result_t;

/* `limit`: texts at most, 0: AF_DEDUPE_LIMIT, never more than that. */
void af_dedupe_init(af_dedupe_t *dedupe, af_heap_t *heap, size_t limit);
void af_dedupe_destroy(af_dedupe_t *dedupe);

/* Tells whether the element `node`, which begins at `from_pos` and ends now, has a text that was seen for `rule`, and remembers
 * it if not. `*first` (may be NULL) is the node that had it first; for DUPLICATE the caller must still keep the element where
 * that one is its ancestor (possible in misnested markup only). */
af_dedupe_result_t af_dedupe_seen(af_dedupe_t *dedupe, uint32_t rule, af_slice_t text, uint32_t node, uint64_t from_pos,
                                  uint32_t *first);

#endif
