/*
 * html/node.c: the pool of nodes: records, their atoms and tags, and the sweep that frees what nobody can reach.
 *
 * Invariant: atoms and tag bytes of live nodes lie in the two stores; what a sweep leaves is packed, so that the stores grow with
 * what is alive and not with the document. Clones share their origin's ranges until the next sweep.
 */
#include "html/node.h"

#include <stdio.h>
#include <stdlib.h>

#define FIRST_NODES 64u
#define FIRST_ATOMS 128u
#define FIRST_BYTES 1024u
#define STORE_MAX ((size_t) UINT32_MAX / 2)

void af_pool_init(af_pool_t *pool, af_heap_t *heap, size_t max)
{
    memset(pool, 0, sizeof *pool);
    pool->heap = heap;
    pool->max = max;
}

void af_pool_destroy(af_pool_t *pool)
{
    af_heap_release(pool->heap, pool->records, pool->capacity * sizeof *pool->records);
    af_heap_release(pool->heap, pool->atoms, pool->atom_store.capacity * sizeof *pool->atoms);
    af_heap_release(pool->heap, pool->bytes, pool->byte_store.capacity);
    af_heap_release(pool->heap, pool->atom_store.spare, pool->atom_store.capacity * sizeof *pool->atoms);
    af_heap_release(pool->heap, pool->byte_store.spare, pool->byte_store.capacity);
}

/* --- the sweep ------------------------------------------------------------------------------------------------------------- */

static void mark_one(af_pool_t *pool, af_node_t node)
{
    af_node_record_t *record = af_node_at(pool, node);

    if (node != 0 && (record->flags & AF_NODE_MARKED) == 0) {
        record->flags |= AF_NODE_MARKED;
        record->next = pool->marking;
        pool->marking = node;
    }
}

void af_pool_mark(af_pool_t *pool, af_node_t node)
{
    if (pool->records == NULL) {
        return;
    }
    mark_one(pool, node);
    while (pool->marking != 0) {
        const af_node_record_t *record = af_node_at(pool, pool->marking);
        pool->marking = record->next;
        mark_one(pool, record->parent);
        if (pool->retain_previous && (record->flags & AF_NODE_CLOSED) == 0) {
            mark_one(pool, record->previous);
            mark_one(pool, record->last_child);
        }
        if (pool->retain_siblings) {
            mark_one(pool, record->previous);
            if (pool->retain_children || (record->flags & AF_NODE_CLOSED) == 0) {
                mark_one(pool, record->last_child);
            }
        }
    }
}

/* Takes a block for what is alive and `need` items in all: the spare one, or the next larger where half of it would not do. */
static af_status_t take_block(af_pool_t *pool, af_node_store_t *store, size_t need, size_t first, size_t item, void **block,
                              size_t *capacity)
{
    *block = NULL;
    *capacity = 0;
    if (need * 2 <= store->capacity && first <= store->capacity && store->spare != NULL) {
        *block = store->spare;
        *capacity = store->capacity;
        store->spare = NULL;
        return AF_OK;
    }
    need = need * 2 < store->capacity ? store->capacity : need * 2;
    return af_heap_grow(pool->heap, block, capacity, need < first ? first : need, item, STORE_MAX);
}

/* A sweep looks at every node: a store that is swept when it is full has to grow with them, or many nodes with a small store
 * would be looked at again and again. */
static size_t first_of(const af_pool_t *pool, size_t first)
{
    return pool->used < first ? first : pool->used;
}

/* The block that was packed away stays as the spare of one of its size. */
static void put_block(af_pool_t *pool, af_node_store_t *store, void *old, size_t capacity, size_t item)
{
    if (old == NULL || capacity == store->capacity) {
        store->spare = old;
        return;
    }
    af_heap_release(pool->heap, old, capacity * item);
    af_heap_release(pool->heap, store->spare, capacity * item);
    store->spare = NULL;
}

/* Where a node's part of a store begins, and how many items it has. */
static uint32_t *part_of(const af_pool_t *pool, const af_node_store_t *store, af_node_record_t *record, size_t *count)
{
    bool atoms = store == &pool->atom_store;

    *count = atoms ? record->atom_count : record->tag_len;
    return atoms ? &record->atoms : &record->tag_bytes;
}

/* Packs a store whose block is `items`, with place for `room` more; gives its block from then on, or NULL: `*status` tells. */
static void *pack(af_pool_t *pool, af_node_store_t *store, void *items, size_t item, size_t first, size_t room,
                  af_status_t *status)
{
    size_t live = 0, used = 0, count, capacity, old = store->capacity;
    void *block;

    for (size_t i = 1; i < pool->used; i++) {
        (void) part_of(pool, store, &pool->records[i], &count);
        live += (pool->records[i].flags & AF_NODE_MARKED) != 0 ? count : 0;
    }
    *status = take_block(pool, store, live + room, first_of(pool, first), item, &block, &capacity);
    if (*status != AF_OK) {
        return NULL;
    }
    for (size_t i = 1; i < pool->used; i++) {
        uint32_t *from = part_of(pool, store, &pool->records[i], &count);
        if ((pool->records[i].flags & AF_NODE_MARKED) != 0 && count > 0) {
            memcpy((uint8_t *) block + used * item, (const uint8_t *) items + *from * item, count * item);
            *from = (uint32_t) used;
            used += count;
        }
    }
    store->capacity = capacity;
    store->used = used;
    put_block(pool, store, items, old, item);
    return block;
}

static af_status_t pack_atoms(af_pool_t *pool, size_t room)
{
    af_status_t status;
    void *block = pack(pool, &pool->atom_store, pool->atoms, sizeof *pool->atoms, FIRST_ATOMS, room, &status);

    pool->atoms = block == NULL ? pool->atoms : block;
    return status;
}

static af_status_t pack_bytes(af_pool_t *pool, size_t room)
{
    af_status_t status;
    void *block = pack(pool, &pool->byte_store, pool->bytes, 1, FIRST_BYTES, room, &status);

    pool->bytes = block == NULL ? pool->bytes : block;
    return status;
}

static bool is_live(const af_pool_t *pool, af_node_t node)
{
    return (pool->records[node].flags & AF_NODE_MARKED) != 0;
}

/* Links to what will be freed are cut. */
static void cut_links(af_pool_t *pool)
{
    for (size_t i = 1; i < pool->used; i++) {
        af_node_record_t *record = &pool->records[i];
        if ((record->flags & AF_NODE_MARKED) == 0) {
            continue;
        }
        bool live = is_live(pool, record->last_child);
        if (((record->flags & AF_NODE_CLOSED) != 0 && !pool->retain_children) || !live) {
            record->left = record->left || live;
            record->last_child = 0;
        }
        if (!is_live(pool, record->previous)) {
            record->previous = 0;
        }
    }
}

static size_t free_unmarked(af_pool_t *pool)
{
    size_t live = 0;

    if (pool->link_siblings) {
        cut_links(pool);
    }
    pool->free = 0;
    for (size_t i = pool->used; i-- > 1;) {
        af_node_record_t *record = &pool->records[i];
        if ((record->flags & AF_NODE_MARKED) != 0) {
            record->flags &= (uint16_t) ~AF_NODE_MARKED;
            live++;
        } else {
            *record = (af_node_record_t){.next = pool->free};
            pool->free = (af_node_t) i;
        }
    }
    return live;
}

/* Frees what cannot be reached; the stores are packed where they need `atoms` or `bytes` more. Gives the number of live nodes. */
static af_status_t sweep(af_pool_t *pool, size_t atoms, size_t bytes, size_t *live)
{
    af_status_t status = AF_OK;

    pool->marking = 0;
    if (pool->mark_roots != NULL) {
        pool->mark_roots(pool->opaque, pool);
    }
    if (atoms > 0 || pool->atom_store.used > pool->atom_store.capacity / 2) {
        status = pack_atoms(pool, atoms);
    }
    if (status == AF_OK && (bytes > 0 || pool->byte_store.used > pool->byte_store.capacity / 2)) {
        status = pack_bytes(pool, bytes);
    }
    *live = free_unmarked(pool);
    return status;
}

/* --- nodes ----------------------------------------------------------------------------------------------------------------- */

static af_status_t more_records(af_pool_t *pool)
{
    size_t live = 0, capacity = pool->capacity;
    void *block = pool->records;

    if (pool->mark_roots != NULL && pool->used > 1) {
        af_status_t status = sweep(pool, 0, 0, &live);
        if (status != AF_OK || (pool->free != 0 && live < pool->used / 2)) {
            return status;
        }
    }
    size_t need = capacity == 0 ? FIRST_NODES : capacity + 1;
    af_status_t status = af_heap_grow(pool->heap, &block, &capacity, need, sizeof *pool->records, pool->max);
    if (status != AF_OK) {
        return pool->free != 0 ? AF_OK : status;
    }
    pool->records = block;
    pool->records[0] = (af_node_record_t){0};
    for (size_t i = capacity; i-- > (pool->used == 0 ? 1 : pool->used);) {
        pool->records[i] = (af_node_record_t){.next = pool->free};
        pool->free = (af_node_t) i;
    }
    pool->used = pool->capacity = capacity;
    return AF_OK;
}

/* For tests: what is needed and not told as a root shows at once, instead of once in many pages. */
static bool sweeps_always(const af_pool_t *pool)
{
#ifdef AF_CHECK_SWEEP
    return pool->mark_roots != NULL && pool->used > 1;
#else
    (void) pool;
    return false;
#endif
}

static af_status_t room_for_node(af_pool_t *pool)
{
    size_t live;

    if (sweeps_always(pool)) {
        af_status_t status = sweep(pool, 0, 0, &live);
        if (status != AF_OK) {
            return status;
        }
    }
    return pool->free != 0 ? AF_OK : more_records(pool);
}

static af_status_t room_for_bytes(af_pool_t *pool, size_t bytes)
{
    size_t live;

    return bytes <= pool->byte_store.capacity - pool->byte_store.used ? AF_OK : sweep(pool, 0, bytes, &live);
}

af_status_t af_pool_make_room(af_pool_t *pool, size_t bytes)
{
    af_status_t status = room_for_bytes(pool, bytes);

    return status == AF_OK ? room_for_node(pool) : status;
}

af_status_t af_pool_add(af_pool_t *pool, af_node_t *out)
{
    af_status_t status = room_for_node(pool);

    *out = 0;
    if (status != AF_OK) {
        return status;
    }
    *out = pool->free;
    pool->free = pool->records[*out].next;
    pool->records[*out] = (af_node_record_t){0};
    return AF_OK;
}

af_status_t af_pool_set_atoms(af_pool_t *pool, af_node_t node, const uint32_t *atoms, size_t count)
{
    size_t live;

    if (count > UINT16_MAX) {
        return AF_LIMIT;
    }
    bool full = count > pool->atom_store.capacity - pool->atom_store.used;
    if (full || sweeps_always(pool)) {
        af_status_t status = sweep(pool, full ? count : 0, 0, &live);
        if (status != AF_OK) {
            return status;
        }
    }
    af_node_record_t *record = af_node_at(pool, node);
    record->atoms = (uint32_t) pool->atom_store.used;
    record->atom_count = (uint16_t) count;
    memcpy(pool->atoms + pool->atom_store.used, atoms, count * sizeof *atoms);
    pool->atom_store.used += count;
    return AF_OK;
}

af_status_t af_pool_set_tag(af_pool_t *pool, af_node_t node, af_slice_t bytes)
{
    af_status_t status = bytes.len > STORE_MAX ? AF_LIMIT : room_for_bytes(pool, bytes.len);

    if (status != AF_OK) {
        return status;
    }
    af_node_record_t *record = af_node_at(pool, node);
    record->tag_bytes = (uint32_t) pool->byte_store.used;
    record->tag_len = (uint32_t) bytes.len;
    memcpy(pool->bytes + pool->byte_store.used, bytes.data, bytes.len);
    pool->byte_store.used += bytes.len;
    return AF_OK;
}

void af_pool_copy_origin(af_pool_t *pool, af_node_t node, af_node_t origin)
{
    const af_node_record_t *from = af_node_at(pool, origin);
    af_node_record_t *to = af_node_at(pool, node);

    to->atoms = from->atoms;
    to->atom_count = from->atom_count;
    to->tag_bytes = from->tag_bytes;
    to->tag_len = from->tag_len;
}

#ifdef AF_CHECK_OUTPUT
void af_pool_check_free(const af_pool_t *pool, af_node_t node)
{
    for (size_t i = 1; i < pool->used; i++) {
        if (pool->records[i].parent == node) {
            fprintf(stderr, "check: a node is freed before its child\n");
            abort();
        }
    }
}
#endif

/* --- places ---------------------------------------------------------------------------------------------------------------- */

/* What stands behind the node moves up by one. */
static void take_out(af_pool_t *pool, af_node_t node)
{
    af_node_record_t *record = af_node_at(pool, node), *parent = af_node_at(pool, record->parent);

    parent->children -= parent->children > 0;
    if ((record->flags & AF_NODE_LINKED) != 0) {
        af_node_t after = 0;
        for (af_node_t at = parent->last_child; at != 0 && at != node; at = af_node_at(pool, at)->previous) {
            af_node_record_t *later = af_node_at(pool, at);
            later->index--;
            later->type_index -= later->name == record->name;
            after = at;
        }
        if (after == 0) {
            parent->last_child = record->previous;
        } else {
            af_node_at(pool, after)->previous = record->previous;
        }
    }
    record->previous = 0;
}

static uint32_t type_index_after(const af_pool_t *pool, af_node_t at, uint32_t name)
{
    while (at != 0 && af_node_at(pool, at)->name != name) {
        at = af_node_at(pool, at)->previous;
    }
    return at == 0 ? 1 : af_node_at(pool, at)->type_index + 1;
}

static void put_last(af_pool_t *pool, af_node_record_t *record, af_node_t node, af_node_record_t *parent)
{
    record->index = ++parent->children;
    if (pool->link_siblings) {
        record->flags |= AF_NODE_LINKED;
        record->previous = parent->last_child;
        if (record->previous != 0) {
            af_node_at(pool, record->previous)->flags |= AF_NODE_FOLLOWED;
        }
        record->type_index = type_index_after(pool, record->previous, record->name);
        parent->last_child = node;
    }
}

/* What stands from `next` on moves on by one. Foster parenting is the only one that asks for it, and then it is the last child,
 * which need not be linked yet. */
static void put_before(af_pool_t *pool, af_node_record_t *record, af_node_t node, af_node_record_t *parent, af_node_t next)
{
    af_node_record_t *later = af_node_at(pool, next);

    record->index = later->index;
    later->index++;
    parent->children++;
    record->flags |= AF_NODE_FOLLOWED;
    if (pool->link_siblings) {
        if ((later->flags & AF_NODE_LINKED) == 0) {
            later->flags |= AF_NODE_LINKED;
            later->previous = parent->last_child;
            parent->last_child = next;
        }
        record->flags |= AF_NODE_LINKED;
        record->previous = later->previous;
        later->previous = node;
        record->type_index = type_index_after(pool, record->previous, record->name);
        later->type_index += later->name == record->name;
    }
}

void af_pool_append(af_pool_t *pool, af_node_t node, af_node_t parent, af_node_t before)
{
    af_node_record_t *record = af_node_at(pool, node);

    if (record->parent != 0) {
        take_out(pool, node);
    }
    record->parent = parent;
    record->above = parent == 0 ? 0 : af_above_children(af_node_at(pool, parent));
    record->flags &= (uint16_t) ~(AF_NODE_FOLLOWED | AF_NODE_LINKED);
    if (parent == 0) {
        record->index = record->type_index = 1;
    } else if (before != 0 && af_node_at(pool, before)->parent == parent) {
        put_before(pool, record, node, af_node_at(pool, parent), before);
    } else {
        put_last(pool, record, node, af_node_at(pool, parent));
    }
}

void af_pool_move_children(af_pool_t *pool, af_node_t from, af_node_t to)
{
    af_node_record_t *source = af_node_at(pool, from), *target = af_node_at(pool, to);

    /* Most often they are the last ones that were made. */
    for (size_t i = pool->used, left = source->children; left > 0 && i-- > 1;) {
        if (pool->records[i].parent == from) {
            pool->records[i].parent = to;
            left--;
        }
    }
    target->children = source->children;
    target->last_child = source->last_child;
    target->flags |= source->flags & AF_NODE_HAS_TEXT;
    target->left |= source->left;
    source->children = 0;
    source->last_child = 0;
    source->flags &= (uint16_t) ~AF_NODE_HAS_TEXT;
}

bool af_pool_same_tag(const af_pool_t *pool, af_node_t a, af_node_t b)
{
    const af_node_record_t *left = af_node_at(pool, a), *right = af_node_at(pool, b);

    return left->tag_len == right->tag_len &&
           (left->tag_bytes == right->tag_bytes ||
            memcmp(pool->bytes + left->tag_bytes, pool->bytes + right->tag_bytes, left->tag_len) == 0);
}
