/*
 * rules/store.h: memory of what is kept as long as a ruleset: strings, arrays, parsed rules. Given back as a whole.
 */
#ifndef AF_RULES_STORE_H
#define AF_RULES_STORE_H

#include "base/memory.h"

typedef struct af_store_block af_store_block_t;

typedef struct {
    af_heap_t *heap; /* outlives the store */
    af_store_block_t *blocks;
    size_t used;     /* of the first block */
} af_store_t;

void af_store_init(af_store_t *store, af_heap_t *heap);
void af_store_destroy(af_store_t *store);

/* Gives `len` bytes aligned for any object, not cleared, or NULL. */
void *af_store_alloc(af_store_t *store, size_t len);

/* Gives a copy with a NUL behind it, or NULL. */
char *af_store_string(af_store_t *store, af_slice_t text);

#endif
