/*
 * html/tree.h: HTML #tree-construction as state without a DOM.
 *
 * The state is the standard's: stack of open elements, active formatting elements, insertion mode, template modes, head and
 * form pointers, frameset-ok, quirks. Each token gives a short list of events, in the order in which the standard has them,
 * from which the rewriter learns what was made, closed and moved and where text went. Scripting is on (noscript is raw text).
 *
 * Trees over one node pool: the input's, which makes nodes and writes their records, and *scripted* ones, which are given the
 * nodes that the input made, must want the same, and only read records. `clone` makes one of the other.
 */
#ifndef AF_HTML_TREE_H
#define AF_HTML_TREE_H

#include "html/names.h"
#include "html/node.h"
#include "html/tokenizer.h"

typedef enum {
    AF_EVENT_CREATED,   /* node was made and put under parent (before: in front of that child; foster parenting) */
    AF_EVENT_CLOSED,    /* node left the stack of open elements (before: the one above it, 0: it was the last) */
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

typedef struct {
    af_node_t node; /* 0: marker */
    uint32_t name;
    uint32_t digest; /* of the start tag's attributes; 0: nobody has asked */
} af_formatting_entry_t;

/* What the algorithms ask of an open element, beside its node. */
typedef struct {
    uint32_t name;
    uint32_t classes; /* CLASS_ of tree_internal.h */
} af_open_t;

/* The run of text directly in a table that is being read, HTML #parsing-main-intabletext. */
typedef enum { AF_TABLE_TEXT_NONE, AF_TABLE_TEXT_SPACE, AF_TABLE_TEXT_FOSTER } af_table_text_t;

typedef struct af_tree {
    af_heap_t *heap;
    af_pool_t *pool;
    af_node_t *stack;
    af_open_t *open;                   /* beside `stack`; one block holds both, this first */
    uint32_t depth, depth_limit;
    size_t stack_capacity;
    uint16_t open_counts[AF_TAG_COUNT]; /* open HTML elements by tag */
    af_formatting_entry_t *formatting; uint32_t formatting_count; size_t formatting_capacity;
    uint8_t *template_modes; uint32_t template_count; size_t template_capacity;
    uint8_t mode, original_mode;       /* mode_t of tree_internal.h */
    bool frameset_ok, quirks, foster, ignore_line_feed;
    uint8_t table_text;                /* af_table_text_t */
    bool xml;                          /* a fragment of XHTML */
    af_node_t head, form;
    af_node_t late_body; uint64_t late_pos; /* a body that no tag made, and has not had one yet; 0; where it was made */
    af_text_kind_t next_text;          /* what the tokenizer must do next; AF_TEXT_DATA: nothing */
    af_tree_event_t *events; uint32_t event_count; size_t event_capacity;
    af_status_t status;                /* of the token being processed */
    /* Scripted trees: nodes to use, in order, instead of new ones. `mismatch` is set where the tree wanted another name,
     * more nodes or none. Nodes whose fate has a bit of `gone` are not in this tree's document. */
    const af_node_t *script; uint32_t script_count, script_used; bool scripted, mismatch;
    uint8_t gone;
    uint8_t fate;                      /* that nodes are made with; the caller's */
    bool loose_dirty; uint32_t loose_count; /* see AF_NODE_LOOSE */
    /* Names that the table does not hold: shared by all trees of a document, owned by the one that was initialised. */
    struct af_names *names; bool owns_names;
} af_tree_t;

/* Starts a document. AF_NOMEM, AF_LIMIT. */
AF_MUST_USE af_status_t af_tree_init(af_tree_t *tree, af_heap_t *heap, af_pool_t *pool, uint32_t depth_limit);
void af_tree_destroy(af_tree_t *tree);

typedef enum { AF_FRAGMENT_HTML, AF_FRAGMENT_XML } af_fragment_markup_t; /* xml: well formed, names without prefixes */

/* Makes a tree that was just initialised one of a fragment: html and body are open, without tags. `*body`: its node. */
AF_MUST_USE af_status_t af_tree_begin_fragment(af_tree_t *tree, af_fragment_markup_t markup, af_node_t *body);

/* Makes `to` (zeroed, or made by an earlier clone of the same tree: its arrays are used again) a scripted copy of `from`,
 * without its events. */
AF_MUST_USE af_status_t af_tree_clone(af_tree_t *to, const af_tree_t *from);

/* Takes one token of the tokenizer (comments: the first piece only). Afterwards `events` tells what it did; nodes made by it
 * have name, space, flags, parent, index and, if they are formatting elements, the start tag's bytes. AF_LIMIT: too many open
 * elements; nothing further is known of the document. */
AF_MUST_USE af_status_t af_tree_process(af_tree_t *tree, const af_token_t *token);

/* Whether text is now taken as a whole and at once, whatever it is. */
bool af_tree_text_whole(const af_tree_t *tree);

/* Of a text token, how many of its first bytes have one fate in the tree: a token of their own for af_tree_process. */
size_t af_tree_text_piece(const af_tree_t *tree, const af_token_t *token);

/* Whether text that is not white space would make the body. */
bool af_tree_before_body(const af_tree_t *tree);

/* Length of the white space at a text token's beginning. */
size_t af_text_leading_space(const af_token_t *token);

/* Tells whether a text token stands directly in a table and is white space so far: text that follows it at once decides where it
 * goes, so it has to be joined with it before the tree may take it. */
bool af_tree_text_waits(const af_tree_t *tree, const af_token_t *token);

/* Length of a text token in a column group up to and with a NUL that ends the group: what follows is the table's, as if it came
 * by itself. 0: no such NUL comes first, or no group is open. */
size_t af_tree_text_of_columns(const af_tree_t *tree, const af_token_t *token);

/* Whether text, unless it begins with NUL, goes into the current node and changes nothing else; true until a tag is taken in
 * another way than by af_tree_quick_tag. */
bool af_tree_is_plain(const af_tree_t *tree);

/* Makes room where the quick ways have little: they make none themselves, and leave the token. May sweep, as af_pool_add. */
AF_MUST_USE af_status_t af_tree_make_room(af_tree_t *tree);

/* As af_tree_quick for a tag where af_tree_is_plain. */
bool af_tree_quick_tag(af_tree_t *tree, const af_token_t *token);

static inline void af_tree_quick_text(af_tree_t *tree)
{
    af_node_at(tree->pool, tree->stack[tree->depth - 1])->flags |= AF_NODE_HAS_TEXT;
}

/* Where a tree stands that af_tree_is_plain of. */
typedef struct {
    uint32_t depth, children, formatting_count, loose_count;
    size_t bytes_used;
    af_node_t last_child, form;
    uint8_t mode;
} af_tree_place_t;

af_tree_place_t af_tree_place(const af_tree_t *tree);

/* Takes back what af_tree_quick and af_tree_quick_tag did since, where all of it was in elements that began since. */
void af_tree_go_back(af_tree_t *tree, const af_tree_place_t *place);

/* As af_tree_process for a token that changes the stack by one element at most, without events; false: it has to be processed.
 * Nodes that it closes are freed at once, on the terms of af_tree_free_closed. */
bool af_tree_quick(af_tree_t *tree, const af_token_t *token);

/* Frees the nodes that the last token closed and that nobody can ask for any more. For who keeps no nodes of his own, where the
 * pool retains no siblings. The events are gone then. */
void af_tree_free_closed(af_tree_t *tree);

/* Leaves them to the sweep, for who has asked for none of this. The events stay. */
void af_tree_leave_closed(af_tree_t *tree);

bool af_tag_is_formatting(uint32_t tag); /* an HTML element of that name is a formatting element */

/* Whether the adjusted current node is foreign, or all is XML: for af_tokenizer_allow_cdata. */
bool af_tree_in_foreign(const af_tree_t *tree);
bool af_tree_fosters(const af_tree_t *tree, uint32_t at); /* the open element at `at` is one that text does not stay in */
bool af_tree_in_svg(const af_tree_t *tree); /* it is an SVG element, and not one that holds HTML */
bool af_tree_template_in_body(const af_tree_t *tree); /* in a template whose contents are read as those of body */
bool af_tree_in_fostered(const af_tree_t *tree); /* what is open stands in front of a table that is open */
bool af_tree_in_table_part(const af_tree_t *tree); /* start tags of cells and rows make elements, a table's end tag ends one */
bool af_tree_in_plaintext(const af_tree_t *tree);
bool af_tree_past_body(const af_tree_t *tree); /* </body> has come, and nothing that goes back into it */

/* Marks all nodes that the tree holds. */
void af_tree_mark(const af_tree_t *tree, af_pool_t *pool);

/* Tells whether both trees will do the same with any input. */
bool af_tree_same(const af_tree_t *a, const af_tree_t *b);

/* Tells whether the open elements are `want`, but for others that have to be closed: at the end of the stack, or before
   what scopes them
 * is closed (elements that are open below a table, say, while the table is). */
bool af_tree_agrees(const af_tree_t *tree, const af_node_t *want, size_t count);

/* Name of a node for messages and inserted tags: lower case, valid until the tree goes. */
af_slice_t af_tree_name(const af_tree_t *tree, af_node_t node);

/* The last entry of that name in the list of active formatting elements, after the last marker: its place plus one; 0: none. */
uint32_t af_formatting_find(const af_tree_t *tree, uint32_t name);

#endif
