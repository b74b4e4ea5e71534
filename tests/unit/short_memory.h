/*
 * short_memory.h: a host's memory that ends after some allocations, and that knows whether all of it came back.
 */
#ifndef SHORT_MEMORY_H
#define SHORT_MEMORY_H

#include <stdlib.h>

typedef struct {
    size_t left, out; /* allocations before the one that fails; blocks not given back */
} short_memory_t;

static inline void *short_alloc(void *opaque, size_t len)
{
    short_memory_t *memory = opaque;

    if (memory->left == 0) {
        return NULL;
    }
    memory->left--;
    void *block = malloc(len);
    memory->out += block != NULL;
    return block;
}

static inline void short_release(void *opaque, void *block)
{
    ((short_memory_t *) opaque)->out -= block != NULL;
    free(block);
}

#endif
