/*
 * html/tree.h: HTML #tree-construction as state without a DOM.
 *
 * The state is the standard's: stack of open elements, active formatting elements, insertion mode, template modes, head and
 * form pointers, frameset-ok, quirks. Each token gives a short list of events, in the order in which the standard has them,
 * from which the rewriter learns what was made, closed and moved and where text went. Scripting is on (noscript is raw text).
 *
 * Two trees run over one node pool: the input's, which makes nodes, and the output's, which is given the nodes that the input
 * made (a script) and must want the same. `clone` makes the output's tree of the input's.
 */
#ifndef AF_HTML_TREE_H
#define AF_HTML_TREE_H

#include "html/names.h"
#include "html/node.h"
#include "html/tokenizer.h"

typedef enum {
    AF_EVENT_CREATED,   /* node was made and put under parent (before: in front of that child; foster parenting) */
    AF_EVENT_CLOSED,    /* node left the stack of open elements */
    AF_EVENT_MOVED,     /* node was put under another parent (adoption agency; frameset removing body: parent 0) */
    AF_EVENT_CHILDREN_MOVED, /* all children of node went under parent (adoption agency) */
    AF_EVENT_TEXT,      /* bytes [from_pos, to_pos) became text under parent (before as above) */
    AF_EVENT_COMMENT,   /* the comment went under parent (0: the document) */
    AF_EVENT_ATTRIBUTES /* attributes of a second html or body tag were added to node */
} af_tree_event_kind_t;

typedef struct {
    af_tree_event_kind_t kind;
    af_node_t node, parent, before;
    af_node_t origin;   /* created: the node that it is a clone of, 0 if made by a tag or implied */
    uint64_t from_pos, to_pos;
} af_tree_event_t;

typedef struct { af_node_t node; /* 0: marker */ } af_formatting_entry_t;

typedef struct af_tree {
    af_heap_t *heap;
    af_pool_t *pool;
    af_node_t *stack; uint32_t depth, depth_limit;
    af_formatting_entry_t *formatting; uint32_t formatting_count, formatting_capacity;
    uint8_t *template_modes; uint32_t template_count, template_capacity;
    uint8_t mode, original_mode;       /* af_mode_t of tree_internal.h */
    bool frameset_ok, quirks, foster, ignore_line_feed, stopped;
    af_node_t head, form;
    af_text_kind_t next_text;          /* what the tokenizer must do next; AF_TEXT_DATA: nothing */
    af_tree_event_t *events; uint32_t event_count, event_capacity;
    uint32_t changes;                  /* counts changes of stack, list or mode: equal numbers, equal state */
    /* The output's tree: nodes to use, in order, instead of new ones. `mismatch` is set where the tree wanted another name,
     * more nodes or none. */
    const af_node_t *script; uint32_t script_count, script_used; bool scripted, mismatch;
    /* Names that the table does not hold. */
    struct af_names *unknown;
    /* White space directly in a table waits for the next token, HTML #parsing-main-intabletext: its range. */
    uint64_t table_text_from, table_text_to; bool table_text_pending, table_text_foster;
} af_tree_t;

/* Starts a document. AF_NOMEM, AF_LIMIT. `names` (shared by the two trees) is made by the first tree and owned by it. */
AF_MUST_USE af_status_t af_tree_init(af_tree_t *tree, af_heap_t *heap, af_pool_t *pool, uint32_t depth_limit);
void af_tree_destroy(af_tree_t *tree);

/* Makes `to` (zeroed, or made by an earlier clone of the same tree: its arrays are used again) a copy of `from`. */
AF_MUST_USE af_status_t af_tree_clone(af_tree_t *to, const af_tree_t *from);

/* Takes one token of the tokenizer (comments: the first piece only). Afterwards `events` tells what it did; nodes made by it
 * have name, space, flags, parent, index and, if they are formatting elements, the start tag's bytes. AF_LIMIT: too many open
 * elements; nothing further is known of the document. */
AF_MUST_USE af_status_t af_tree_process(af_tree_t *tree, const af_token_t *token);

/* Whether the adjusted current node is foreign: for af_tokenizer_allow_cdata. */
bool af_tree_in_foreign(const af_tree_t *tree);

/* Marks all nodes that the tree holds. */
void af_tree_mark(const af_tree_t *tree, af_pool_t *pool);

/* Tells whether both trees will do the same with any input. */
bool af_tree_same(const af_tree_t *a, const af_tree_t *b);

/* Name of a node for messages and inserted tags: lower case, valid until the tree goes. */
af_slice_t af_tree_name(const af_tree_t *tree, af_node_t node);

#endif
