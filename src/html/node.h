/*
 * html/node.h: what is remembered of an element while somebody may still ask for it.
 *
 * A node is a record without text and attributes: its place, its name, and the atoms (own-attribute conditions of selectors)
 * that it fulfils. Nodes live in a pool; a reference is an index, 0 is none. A node lives as long as it can be reached from the
 * roots that the pool's owner marks (stacks, lists, held tokens); a sweep frees the others when the pool is full.
 */
#ifndef AF_HTML_NODE_H
#define AF_HTML_NODE_H

#include "base/memory.h"

typedef uint32_t af_node_t; /* index into the pool; 0: none */

typedef enum { AF_NS_HTML, AF_NS_SVG, AF_NS_MATHML } af_namespace_t;

#define AF_NODE_CLOSED 0x01u        /* no child can be added any more */
#define AF_NODE_FOLLOWED 0x02u      /* another element came after it under the same parent */
#define AF_NODE_HAS_TEXT 0x04u      /* has a text child that is more than white space */
#define AF_NODE_MOVED 0x08u         /* the adoption agency has put it elsewhere than it was made */
#define AF_NODE_RECAST 0x10u        /* the rewriter's: and an end tag in its place would not do that in the output */
#define AF_NODE_UNSTABLE 0x20u      /* its place, and that of its children, may still change: open inside a formatting element */
#define AF_NODE_CLONE 0x40u         /* made by reconstruction or adoption */
#define AF_NODE_IMPLIED 0x80u       /* made without a tag of its own */
#define AF_NODE_SHIFTING 0x100u     /* elements may still come before it: an open table */
#define AF_NODE_LISTED 0x200u       /* in the list of active formatting elements */
#define AF_NODE_QUIET 0x800u        /* closed, and nothing but its links refers to it */
#define AF_NODE_LINKED 0x400u       /* among its parent's element children: a later sibling may refer to it */
#define AF_NODE_LATE_TAG 0x1000u    /* html, body: made without a tag, a later one has given it its atoms */
#define AF_NODE_NOTED 0x2000u       /* the matcher's: something is noted of it, and not of one that had its number before */
#define AF_NODE_ESCAPES 0x4000u     /* the rewriter's: held since it may leave something that goes */
#define AF_NODE_MARKED 0x8000u      /* by the sweep */

typedef struct {
    af_node_t parent;
    af_node_t previous;    /* the element sibling before it, where siblings are linked */
    af_node_t last_child;  /* the last element child, where siblings are linked */
    uint32_t name;         /* af_tag_t, or AF_TAG_COUNT + n for the n-th unknown name of the stream */
    uint32_t index;        /* from 1 among the parent's element children */
    uint32_t type_index;   /* from 1 among those of its name */
    uint32_t children;     /* element children so far */
    uint32_t atoms;        /* into the pool's atoms */
    uint16_t atom_count;
    uint16_t flags;        /* AF_NODE_ */
    uint8_t space;         /* af_namespace_t */
    uint8_t fate;          /* the rewriter's: what is decided about it */
    uint16_t hold : 14;    /* the rewriter's: open candidates, 0 none */
    uint16_t ended : 1;    /* the rewriter's: a tag has closed it in the output, for good */
    uint16_t left : 1;     /* a closed child waits for the sweep, so that this may not be freed before it */
    uint32_t rule;         /* the rewriter's: why */
    uint32_t tag_bytes, tag_len; /* formatting elements: the start tag as written, in the pool's bytes; len 0: none kept */
    af_node_t next;        /* the sweep's worklist; the free list */
    uint64_t above;        /* af_name_bit of its ancestors; moves leave only some of these above it, or a clone of one */
} af_node_record_t;

/* The bit of an element's name in `above`. */
static inline uint64_t af_name_bit(uint32_t name) { return (uint64_t) 1 << (name & 63); }

/* What stands above the children of an element. */
static inline uint64_t af_above_children(const af_node_record_t *record) { return record->above | af_name_bit(record->name); }

/* How much there is of a store, and the block that the next packing goes into, of the same capacity (NULL: none). */
typedef struct {
    void *spare;
    size_t used, capacity;
} af_node_store_t;

typedef struct af_pool {
    af_heap_t *heap;
    af_node_record_t *records; /* [0] unused */
    size_t capacity, used, max;
    af_node_t free;
    uint32_t *atoms; af_node_store_t atom_store;
    uint8_t *bytes; af_node_store_t byte_store;
    bool link_siblings;        /* `previous` and `last_child` are kept; a sweep cuts them where what they name is not retained */
    bool retain_previous;      /* the element before an open node lives, and its last child; needs link_siblings */
    bool retain_siblings;      /* all earlier element siblings of a live node live; needs link_siblings */
    bool retain_children;      /* and what is in them */
    bool too_deep;             /* one of its trees could not open an element: the limit of depth */
    af_node_t marking;
    void (*mark_roots)(void *opaque, struct af_pool *pool); /* calls af_pool_mark for each */
    void *opaque;
} af_pool_t;

/* Starts an empty pool of at most `max` nodes. Nothing is allocated before the first node. */
void af_pool_init(af_pool_t *pool, af_heap_t *heap, size_t max);
void af_pool_destroy(af_pool_t *pool);

/* Has a node to give, and room for `bytes` of tags; may sweep, so every node that is needed must be reachable. AF_LIMIT,
 * AF_NOMEM. */
AF_MUST_USE af_status_t af_pool_make_room(af_pool_t *pool, size_t bytes);

/* Gives a cleared node; may sweep first, so every node that is needed must be reachable. AF_LIMIT, AF_NOMEM. */
AF_MUST_USE af_status_t af_pool_add(af_pool_t *pool, af_node_t *out);

/* Stores a copy of atoms (of start tag bytes) for `node`. May compact: slices into the pool do not survive. */
AF_MUST_USE af_status_t af_pool_set_atoms(af_pool_t *pool, af_node_t node, const uint32_t *atoms, size_t count);
AF_MUST_USE af_status_t af_pool_set_tag(af_pool_t *pool, af_node_t node, af_slice_t bytes);

/* Marks `node`, its ancestors and its retained siblings (and theirs) as alive. */
void af_pool_mark(af_pool_t *pool, af_node_t node);

/* Gives `node` the atoms and the start tag of `origin`, whose clone it is. */
void af_pool_copy_origin(af_pool_t *pool, af_node_t node, af_node_t origin);

/* Whether two formatting elements were written the same, so that a clone of the one could be one of the other. */
bool af_pool_same_tag(const af_pool_t *pool, af_node_t a, af_node_t b);

/* Puts `node` under `parent` as its last element child (`before`: in front of that child instead, 0: none), or moves it there. */
void af_pool_append(af_pool_t *pool, af_node_t node, af_node_t parent, af_node_t before);

/* Puts all children of `from` under `to`, which has none. */
void af_pool_move_children(af_pool_t *pool, af_node_t from, af_node_t to);

static inline af_node_record_t *af_node_at(const af_pool_t *pool, af_node_t node) { return &pool->records[node]; }

#ifdef AF_CHECK_OUTPUT
/* Ends the process where the node is the parent of another. */
void af_pool_check_free(const af_pool_t *pool, af_node_t node);
#else
static inline void af_pool_check_free(const af_pool_t *pool, af_node_t node)
{
    (void) pool;
    (void) node;
}
#endif

/* Frees a node at once: nothing may refer to it, or what takes its number next would get its children. */
static inline void af_pool_free(af_pool_t *pool, af_node_t node)
{
    af_pool_check_free(pool, node);
    pool->records[node].parent = 0;
    pool->records[node].flags = 0;
    pool->records[node].next = pool->free;
    pool->free = node;
}

/* Leaves a closed node to the sweep. */
static inline void af_pool_leave(af_pool_t *pool, af_node_t node)
{
    af_node_t parent = af_node_at(pool, node)->parent;

    if (parent != 0) {
        af_node_at(pool, parent)->left = 1;
    }
}

/* Frees a closed node at once, or leaves it where a child of it was left. Its last child, where that is retained, has gone. */
static inline void af_pool_free_closed(af_pool_t *pool, af_node_t node)
{
    if (pool->records[node].left) {
        pool->records[node].flags |= AF_NODE_CLOSED;
        af_pool_leave(pool, node);
    } else {
        af_pool_free(pool, node);
    }
}

/* Frees the last child of a node that closes, which was retained for the next one. */
static inline void af_pool_free_last(af_pool_t *pool, af_node_record_t *record)
{
    af_node_t last = record->last_child;

    if (last != 0 && (pool->records[last].flags & AF_NODE_QUIET) != 0) {
        record->last_child = 0;
        af_pool_free_closed(pool, last);
    }
}

/* The same for a node that may be linked, and whose parent is alive: the sweep's work where a later sibling refers to it. Where
 * the element before the next one is retained, it waits for that; what was before itself goes, and its last child. */
static inline void af_pool_free_linked(af_pool_t *pool, af_node_t node)
{
    af_node_record_t *record = &pool->records[node], *parent = &pool->records[record->parent];

    af_pool_free_last(pool, record);
    if (pool->retain_previous && (record->flags & AF_NODE_LINKED) != 0) {
        af_node_t before = record->previous;
        record->flags |= AF_NODE_CLOSED | AF_NODE_QUIET;
        record->previous = 0;
        if (before != 0 && (pool->records[before].flags & AF_NODE_QUIET) != 0 && parent->last_child == node) {
            af_pool_free_closed(pool, before);
        } else if (before != 0) {
            parent->left = 1;
        }
        return;
    }
    if ((record->flags & AF_NODE_LINKED) != 0) {
        if (parent->last_child != node) {
            record->flags |= AF_NODE_CLOSED;
            parent->left = 1;
            return;
        }
        parent->last_child = record->previous;
    }
    af_pool_free_closed(pool, node);
}

#endif
