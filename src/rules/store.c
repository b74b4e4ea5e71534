/*
 * rules/store.c: blocks in a list, filled from the front. A large piece gets a block of its own, behind the one being filled.
 */
#include "rules/store.h"

#define BLOCK_LEN 16384u
#define ALIGN 16u

struct af_store_block {
    af_store_block_t *next;
    size_t len; /* of the whole, this head included */
};

#define HEAD_LEN ((sizeof(af_store_block_t) + ALIGN - 1) / ALIGN * ALIGN)

void af_store_init(af_store_t *store, af_heap_t *heap)
{
    *store = (af_store_t){.heap = heap};
}

void af_store_destroy(af_store_t *store)
{
    while (store->blocks != NULL) {
        af_store_block_t *block = store->blocks;
        store->blocks = block->next;
        af_heap_release(store->heap, block, block->len);
    }
    store->used = 0;
}

static af_store_block_t *add_block(af_store_t *store, size_t len)
{
    af_store_block_t *block = af_heap_alloc(store->heap, len);

    if (block != NULL) {
        *block = (af_store_block_t){.len = len};
    }
    return block;
}

static void *alloc_alone(af_store_t *store, size_t len)
{
    size_t whole;
    af_store_block_t *block = af_size_add(len, HEAD_LEN, &whole) ? add_block(store, whole) : NULL;

    if (block == NULL) {
        return NULL;
    }
    if (store->blocks == NULL) {
        store->blocks = block;
        store->used = block->len;
    } else {
        block->next = store->blocks->next;
        store->blocks->next = block;
    }
    return (uint8_t *) block + HEAD_LEN;
}

void *af_store_alloc(af_store_t *store, size_t len)
{
    if (len > BLOCK_LEN / 4) {
        return alloc_alone(store, len);
    }
    len = (len + ALIGN - 1) / ALIGN * ALIGN;
    if (store->blocks == NULL || store->blocks->len - store->used < len) {
        af_store_block_t *block = add_block(store, BLOCK_LEN);
        if (block == NULL) {
            return NULL;
        }
        block->next = store->blocks;
        store->blocks = block;
        store->used = HEAD_LEN;
    }
    void *out = (uint8_t *) store->blocks + store->used;
    store->used += len;
    return out;
}

char *af_store_string(af_store_t *store, af_slice_t text)
{
    size_t len;
    char *out = af_size_add(text.len, 1, &len) ? af_store_alloc(store, len) : NULL;

    if (out != NULL) {
        if (text.len > 0) {
            memcpy(out, text.data, text.len);
        }
        out[text.len] = '\0';
    }
    return out;
}
