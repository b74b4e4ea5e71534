/*
 * base/memory.c: the host's memory behind one limiter.
 */
#include "base/memory.h"

#include <stdlib.h>

static void *standard_alloc(void *opaque, size_t len)
{
    (void) opaque;
    return malloc(len);
}

static void standard_release(void *opaque, void *block)
{
    (void) opaque;
    free(block);
}

void af_heap_init(af_heap_t *heap, const af_memory_t *hooks, size_t limit)
{
    memset(heap, 0, sizeof *heap);
    if (hooks != NULL) {
        heap->hooks = *hooks;
    } else {
        heap->hooks.alloc = standard_alloc;
        heap->hooks.release = standard_release;
    }
    heap->limit = limit == 0 ? SIZE_MAX : limit;
}

void *af_heap_alloc(af_heap_t *heap, size_t len)
{
    if (len > heap->limit - heap->used) {
        return NULL;
    }
    void *block = heap->hooks.alloc(heap->hooks.opaque, len);
    if (block == NULL) {
        return NULL;
    }
    heap->used += len;
    if (heap->used > heap->peak) {
        heap->peak = heap->used;
    }
    return block;
}

void af_heap_release(af_heap_t *heap, void *block, size_t len)
{
    if (block != NULL) {
        heap->hooks.release(heap->hooks.opaque, block);
        heap->used -= len;
    }
}

af_status_t af_heap_why(const af_heap_t *heap, size_t len)
{
    return len > heap->limit - heap->used ? AF_LIMIT : AF_NOMEM;
}

af_status_t af_heap_grow(af_heap_t *heap, void **block, size_t *capacity, size_t need, size_t item, size_t max)
{
    size_t count = *capacity < 8 ? 8 : *capacity, len;

    if (need <= *capacity) {
        return AF_OK;
    }
    if (need > max) {
        return AF_LIMIT;
    }
    while (count < need) {
        count = count > max / 2 ? max : count * 2;
    }
    count = count > max ? max : count;
    if (!af_size_mul(count, item, &len)) {
        return AF_LIMIT;
    }
    void *grown = af_heap_alloc(heap, len);
    if (grown == NULL) {
        return af_heap_why(heap, len);
    }
    if (*block != NULL) {
        memcpy(grown, *block, *capacity * item);
        af_heap_release(heap, *block, *capacity * item);
    }
    *block = grown;
    *capacity = count;
    return AF_OK;
}
