/*
 * rewrite/vector.c: growing arrays of a stream's heap.
 */
#include "rewrite/rewriter_internal.h"

#define MAX_ITEMS ((size_t) 1 << 28)

af_status_t af_vector_reserve(af_rewriter_t *rw, af_vector_t *vector, size_t count, size_t item)
{
    if (count <= vector->capacity) {
        return AF_OK;
    }
    return af_heap_grow(rw->heap, &vector->items, &vector->capacity, count, item, MAX_ITEMS);
}

void *af_vector_add(af_rewriter_t *rw, af_vector_t *vector, size_t item, af_status_t *status)
{
    *status = af_vector_reserve(rw, vector, vector->count + 1, item);
    if (*status != AF_OK) {
        return NULL;
    }
    return (uint8_t *) vector->items + item * vector->count++;
}
