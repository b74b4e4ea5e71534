/*
 * html/tree_quick.c: tokens in body that push, pop or put text and do nothing else, without events.
 *
 * Each case is the one that af_tree_process would come to, with all that it would find nothing to do about left out; what is
 * left out is what is asked first. Where anything is in the way the tree is as it was, and the answer is false. A node that is
 * closed here is freed at once: by what was asked, nothing refers to it.
 */
#include "html/tree_internal.h"

#include "base/ascii.h"

/* The ways of one tag are one function: what calls cost is as much as what they do. */
#define QUICK static inline __attribute__((always_inline))

#define ROOM_BYTES 512u /* of start tags of formatting elements */
#define ROOM_LISTED 4u  /* entries of their list */

typedef enum {
    QUICK_NOT,
    QUICK_BLOCK,      /* closes a p, is pushed */
    QUICK_HEADING,
    QUICK_ITEM,       /* li */
    QUICK_INLINE,     /* is pushed */
    QUICK_VOID,       /* is closed at once */
    QUICK_META,       /* the same, in the head too, and whatever is in the list */
    QUICK_INPUT,      /* a void element as long as frames are out of the question */
    QUICK_BUTTON,
    QUICK_RULE,       /* hr */
    QUICK_TERM,       /* dt, dd */
    QUICK_FORM,
    QUICK_FORMATTING, /* is pushed, and put into the list */
    QUICK_RAW,        /* is pushed, with a text of its own that follows */
    QUICK_SVG
} quick_t;

#define B QUICK_BLOCK
#define I QUICK_INLINE
#define F QUICK_FORMATTING

/* By the cases of HTML #parsing-main-inbody for start tags; what is not here is rare or does more. */
static const uint8_t kinds[AF_TAG_COUNT] = {
    [AF_TAG_ADDRESS] = B, [AF_TAG_ARTICLE] = B, [AF_TAG_ASIDE] = B, [AF_TAG_BLOCKQUOTE] = B, [AF_TAG_CENTER] = B,
    [AF_TAG_DETAILS] = B, [AF_TAG_DIALOG] = B, [AF_TAG_DIR] = B, [AF_TAG_DIV] = B, [AF_TAG_DL] = B, [AF_TAG_FIELDSET] = B,
    [AF_TAG_FIGCAPTION] = B, [AF_TAG_FIGURE] = B, [AF_TAG_FOOTER] = B, [AF_TAG_HEADER] = B, [AF_TAG_HGROUP] = B,
    [AF_TAG_MAIN] = B, [AF_TAG_MENU] = B, [AF_TAG_NAV] = B, [AF_TAG_OL] = B, [AF_TAG_P] = B, [AF_TAG_SEARCH] = B,
    [AF_TAG_SECTION] = B, [AF_TAG_SUMMARY] = B, [AF_TAG_UL] = B,
    [AF_TAG_H1] = QUICK_HEADING, [AF_TAG_H2] = QUICK_HEADING, [AF_TAG_H3] = QUICK_HEADING, [AF_TAG_H4] = QUICK_HEADING,
    [AF_TAG_H5] = QUICK_HEADING, [AF_TAG_H6] = QUICK_HEADING, [AF_TAG_LI] = QUICK_ITEM,
    [AF_TAG_ABBR] = I, [AF_TAG_BDI] = I, [AF_TAG_BDO] = I, [AF_TAG_CITE] = I, [AF_TAG_DATA] = I, [AF_TAG_DEL] = I,
    [AF_TAG_DFN] = I, [AF_TAG_INS] = I, [AF_TAG_KBD] = I, [AF_TAG_LABEL] = I, [AF_TAG_MARK] = I, [AF_TAG_PICTURE] = I,
    [AF_TAG_Q] = I, [AF_TAG_LEGEND] = I, [AF_TAG_MAP] = I, [AF_TAG_METER] = I, [AF_TAG_OUTPUT] = I,
    [AF_TAG_SAMP] = I, [AF_TAG_SPAN] = I, [AF_TAG_SUB] = I, [AF_TAG_SUP] = I, [AF_TAG_TIME] = I, [AF_TAG_VAR] = I,
    [AF_TAG_VIDEO] = I, [AF_TAG_AUDIO] = I, [AF_TAG_CANVAS] = I,
    [AF_TAG_LINK] = QUICK_META, [AF_TAG_META] = QUICK_META, [AF_TAG_SOURCE] = QUICK_META, [AF_TAG_TRACK] = QUICK_META,
    [AF_TAG_INPUT] = QUICK_INPUT, [AF_TAG_BUTTON] = QUICK_BUTTON, [AF_TAG_SVG] = QUICK_SVG,
    [AF_TAG_SCRIPT] = QUICK_RAW, [AF_TAG_STYLE] = QUICK_RAW, [AF_TAG_NOSCRIPT] = QUICK_RAW, [AF_TAG_TITLE] = QUICK_RAW,
    [AF_TAG_IFRAME] = QUICK_RAW,
    [AF_TAG_BR] = QUICK_VOID, [AF_TAG_IMG] = QUICK_VOID, [AF_TAG_WBR] = QUICK_VOID, [AF_TAG_EMBED] = QUICK_VOID,
    [AF_TAG_AREA] = QUICK_VOID, [AF_TAG_HR] = QUICK_RULE, [AF_TAG_DD] = QUICK_TERM, [AF_TAG_DT] = QUICK_TERM,
    [AF_TAG_FORM] = QUICK_FORM,
    [AF_TAG_A] = F, [AF_TAG_B] = F, [AF_TAG_BIG] = F, [AF_TAG_CODE] = F, [AF_TAG_EM] = F, [AF_TAG_FONT] = F, [AF_TAG_I] = F,
    [AF_TAG_S] = F, [AF_TAG_SMALL] = F, [AF_TAG_STRIKE] = F, [AF_TAG_STRONG] = F, [AF_TAG_TT] = F, [AF_TAG_U] = F,
};

static inline af_node_record_t *current_record(const af_tree_t *tree)
{
    return af_node_at(tree->pool, tree->stack[tree->depth - 1]);
}

/* HTML #parsing-main-intd: but for the parts of a table, which are no quick tags, a cell is a body. */
static inline bool follows_body(const af_tree_t *tree)
{
    return tree->mode == MODE_IN_BODY || tree->mode == MODE_IN_CELL;
}

/* Whether HTML #reconstruct-the-active-formatting-elements has nothing to do. Then no entry after the last marker is closed. */
static inline bool list_is_open(const af_tree_t *tree)
{
    if (tree->formatting_count == 0) {
        return true;
    }
    af_node_t last = tree->formatting[tree->formatting_count - 1].node;
    return last == 0 || (af_node_at(tree->pool, last)->flags & AF_NODE_CLOSED) == 0;
}

/* --- end tags -------------------------------------------------------------------------------------------------------------- */

/* A form that is the document's: the pointer goes with it. */
static inline bool ends_form(const af_tree_t *tree)
{
    return tree->form == tree->stack[tree->depth - 1] && tree->template_count == 0;
}

/* End tags that do more than pop, or that may. */
static const bool odd_ends[AF_TAG_COUNT] = {
    [AF_TAG_UNKNOWN] = true, [AF_TAG_HTML] = true, [AF_TAG_BODY] = true, [AF_TAG_FORM] = true,
    [AF_TAG_APPLET] = true, [AF_TAG_CAPTION] = true, [AF_TAG_MARQUEE] = true, [AF_TAG_OBJECT] = true, /* end at a marker */
    [AF_TAG_TD] = true, [AF_TAG_TEMPLATE] = true, [AF_TAG_TH] = true,
};

/* Whether the current node is what the end tag names, nothing but it is to be popped, and what is below is HTML. */
QUICK bool pops_current(const af_tree_t *tree, const af_token_t *token, const af_open_t *current)
{
    return current->name == token->tag && tree->depth > 2 && (tree->open[tree->depth - 2].classes & CLASS_HTML) != 0 &&
           (!odd_ends[token->tag] || (token->tag == AF_TAG_FORM && ends_form(tree)));
}

/* The start tag of a formatting element goes with it where it is the last one stored: it has no clone that shares it. */
static inline void forget_tag(af_pool_t *pool, const af_node_record_t *record)
{
    if ((record->flags & AF_NODE_CLONE) == 0 && (size_t) record->tag_bytes + record->tag_len == pool->byte_store.used) {
        pool->byte_store.used = record->tag_bytes;
    }
}

QUICK void pop(af_tree_t *tree, uint32_t name)
{
    af_node_t node = tree->stack[--tree->depth];
    af_node_record_t *record = af_node_at(tree->pool, node);

    tree->open_counts[name]--;
    tree->loose_count -= (record->flags & AF_NODE_UNSTABLE) != 0;
    record->flags &= (uint16_t) ~AF_NODE_UNSTABLE;
    if (node == tree->form || node == tree->head) {
        record->flags |= AF_NODE_CLOSED;
        af_pool_leave(tree->pool, node);
    } else {
        af_pool_free_linked(tree->pool, node);
    }
}

/* Whether the entry below the last one, which is about to go, is open or none. */
static inline bool next_is_open(const af_tree_t *tree)
{
    af_node_t next = tree->formatting_count < 2 ? 0 : tree->formatting[tree->formatting_count - 2].node;

    return next == 0 || (af_node_at(tree->pool, next)->flags & AF_NODE_CLOSED) == 0;
}

/* An end tag of an element that is not open, and that is none of those that close others: HTML #parsing-main-inbody, "any other
 * end tag", ignores it. The list has none of that name either, as far as the adoption agency would look. */
static inline bool is_ignored(const af_tree_t *tree, const af_token_t *token)
{
    switch ((quick_t) kinds[token->tag]) {
    case QUICK_INLINE: case QUICK_VOID: case QUICK_META: case QUICK_INPUT: case QUICK_FORMATTING:
        return token->tag != AF_TAG_BR && tree->open_counts[token->tag] == 0;
    case QUICK_NOT: case QUICK_BLOCK: case QUICK_HEADING: case QUICK_ITEM: case QUICK_BUTTON: case QUICK_RULE: case QUICK_TERM:
    case QUICK_FORM: case QUICK_RAW: case QUICK_SVG:
        break;
    }
    return false;
}

QUICK bool end_tag(af_tree_t *tree, const af_token_t *token, const af_open_t *current)
{
    const af_node_record_t *record = current_record(tree);

    if (!pops_current(tree, token, current)) {
        return is_ignored(tree, token);
    }
    tree->form = token->tag == AF_TAG_FORM ? 0 : tree->form;
    if ((record->flags & AF_NODE_LISTED) != 0) {
        /* HTML #adoption-agency-algorithm: the last entry is the current node, and there is no furthest block. */
        if (tree->loose_count > 0 || tree->formatting_count == 0 || !next_is_open(tree) ||
            tree->formatting[tree->formatting_count - 1].node != tree->stack[tree->depth - 1]) {
            return false;
        }
        tree->formatting_count--;
        forget_tag(tree->pool, record);
    }
    pop(tree, token->tag);
    return true;
}

/* --- start tags ------------------------------------------------------------------------------------------------------------ */

/* Whether no entry of the list, but markers and what is before them, stops a formatting element from being pushed. */
static inline bool list_allows(const af_tree_t *tree, uint32_t tag)
{
    uint32_t count = tree->formatting_count;

    if (count == 0 || tree->formatting[count - 1].node == 0) {
        return true;
    }
    if (count > 2) {
        return false; /* the Noah's Ark clause may have something to say */
    }
    for (uint32_t i = count; tag == AF_TAG_A && i > 0; i--) {
        if (tree->formatting[i - 1].name == AF_TAG_A) {
            return false;
        }
    }
    return true;
}

/* The node is the last child of its parent. */
QUICK void link_child(af_pool_t *pool, af_node_t node, af_node_record_t *record, af_node_record_t *parent)
{
    record->previous = parent->last_child;
    record->flags |= AF_NODE_LINKED;
    af_node_at(pool, record->previous)->flags |= record->previous != 0 ? AF_NODE_FOLLOWED : 0;
    parent->last_child = node;
}

/* Pushes an element; there is room for it, and `node` is the first free one. */
QUICK void push(af_tree_t *tree, uint32_t tag, af_namespace_t space, uint32_t classes, af_node_t node)
{
    af_node_t parent = tree->stack[tree->depth - 1];
    af_node_record_t *above = af_node_at(tree->pool, parent);
    uint32_t index = ++above->children;

    tree->pool->free = af_node_at(tree->pool, node)->next;
    *af_node_at(tree->pool, node) = (af_node_record_t){
        .parent = parent, .name = tag, .index = index, .space = (uint8_t) space, .fate = tree->fate,
        .above = af_above_children(above)};
    if (tree->pool->retain_previous) {
        link_child(tree->pool, node, af_node_at(tree->pool, node), above);
    }
    tree->stack[tree->depth] = node;
    tree->open[tree->depth++] = (af_open_t){tag, classes};
}

/* An element that has no content; false: there is no node for it. */
QUICK bool put_void(af_tree_t *tree, uint32_t tag, af_namespace_t space)
{
    af_node_t parent = tree->stack[tree->depth - 1], node = tree->pool->free;

    if (tree->pool->retain_previous) {
        if (node == 0) {
            return false;
        }
        tree->pool->free = af_node_at(tree->pool, node)->next;
        af_node_record_t *record = af_node_at(tree->pool, node), *above = af_node_at(tree->pool, parent);
        *record = (af_node_record_t){.parent = parent, .name = tag, .index = ++above->children, .space = (uint8_t) space,
                                     .fate = tree->fate, .above = af_above_children(above)};
        link_child(tree->pool, node, record, above);
        af_pool_free_linked(tree->pool, node);
        return true;
    }
    af_node_at(tree->pool, parent)->children++;
    return true;
}

/* The list holds no closed entry here: what is special and open inside one may be moved by its end tag. */
QUICK void push_html(af_tree_t *tree, uint32_t tag, af_node_t node)
{
    uint32_t classes = af_tag_classes(tag), count = tree->formatting_count;

    push(tree, tag, AF_NS_HTML, classes, node);
    tree->open_counts[tag]++;
    if (count > 0 && (classes & CLASS_SPECIAL) != 0 && tree->formatting[count - 1].node != 0) {
        af_node_at(tree->pool, node)->flags |= AF_NODE_UNSTABLE;
        tree->loose_count++;
    }
}

QUICK bool push_formatting(af_tree_t *tree, const af_token_t *token, af_node_t node)
{
    af_pool_t *pool = tree->pool;

    if (token->bytes.len > pool->byte_store.capacity - pool->byte_store.used ||
        tree->formatting_count == tree->formatting_capacity) {
        return false;
    }
    push_html(tree, token->tag, node);
    af_node_record_t *record = af_node_at(pool, node);
    record->flags |= AF_NODE_LISTED;
    record->tag_bytes = (uint32_t) pool->byte_store.used;
    record->tag_len = (uint32_t) token->bytes.len;
    memcpy(pool->bytes + pool->byte_store.used, token->bytes.data, token->bytes.len);
    pool->byte_store.used += token->bytes.len;
    tree->formatting[tree->formatting_count++] = (af_formatting_entry_t){node, token->tag, 0};
    return true;
}

QUICK bool has_room(const af_tree_t *tree, af_node_t node)
{
    return node != 0 && tree->depth < tree->stack_capacity && tree->depth < tree->depth_limit;
}

static void push_raw(af_tree_t *tree, uint32_t tag, af_node_t node)
{
    push_html(tree, tag, node);
    tree->next_text = tag == AF_TAG_SCRIPT ? AF_TEXT_SCRIPT : tag == AF_TAG_TITLE ? AF_TEXT_RCDATA : AF_TEXT_RAWTEXT;
    tree->original_mode = tree->mode;
    tree->mode = MODE_TEXT;
}

static bool svg(af_tree_t *tree, const af_token_t *token, af_node_t node)
{
    if ((token->flags & AF_TOKEN_SELF_CLOSING) != 0) {
        return false;
    }
    push(tree, AF_TAG_SVG, AF_NS_SVG, CLASS_SVG, node);
    return true;
}

/* HTML #parsing-main-inbody: whether a p, or what may not be in another, has to be closed before. */
QUICK bool closes_none(const af_tree_t *tree, const af_open_t *current, quick_t kind)
{
    if (tree->open_counts[AF_TAG_P] > 0) {
        return false;
    }
    return kind == QUICK_HEADING ? (current->classes & CLASS_HEADING) == 0
           : kind == QUICK_ITEM  ? (current->classes & CLASS_LIST_SCOPE) != 0 || tree->open_counts[AF_TAG_LI] == 0
           : kind == QUICK_TERM  ? tree->open_counts[AF_TAG_DD] == 0 && tree->open_counts[AF_TAG_DT] == 0
                                 : kind != QUICK_FORM || (tree->form == 0 && tree->template_count == 0);
}

/* An element that ends where it begins; but for those that the head may have, a frameset may not replace the body any more. */
QUICK bool start_void(af_tree_t *tree, uint32_t tag, quick_t kind)
{
    if (!put_void(tree, tag, AF_NS_HTML)) {
        return false;
    }
    tree->frameset_ok = tree->frameset_ok && kind == QUICK_META;
    return true;
}

QUICK bool start_tag(af_tree_t *tree, const af_token_t *token, const af_open_t *current)
{
    quick_t kind = (quick_t) kinds[token->tag];
    af_node_t node = tree->pool->free;

    if (!has_room(tree, node)) {
        return false;
    }
    switch (kind) {
    case QUICK_NOT:
        return false;
    case QUICK_INLINE:
        break;
    case QUICK_BLOCK: case QUICK_HEADING:
        if (!closes_none(tree, current, kind)) {
            return false;
        }
        break;
    case QUICK_ITEM: case QUICK_TERM:
        if (!closes_none(tree, current, kind)) {
            return false;
        }
        tree->frameset_ok = false;
        break;
    case QUICK_VOID: case QUICK_META:
        return start_void(tree, token->tag, kind);
    case QUICK_INPUT:
        return !tree->frameset_ok && start_void(tree, token->tag, kind);
    case QUICK_RULE:
        return closes_none(tree, current, kind) && start_void(tree, token->tag, kind);
    case QUICK_BUTTON:
        if (tree->open_counts[AF_TAG_BUTTON] > 0) {
            return false;
        }
        tree->frameset_ok = false;
        break;
    case QUICK_FORM:
        if (!closes_none(tree, current, kind)) {
            return false;
        }
        tree->form = node;
        break;
    case QUICK_FORMATTING:
        return list_allows(tree, token->tag) && push_formatting(tree, token, node);
    case QUICK_RAW:
        tree->frameset_ok = tree->frameset_ok && token->tag != AF_TAG_IFRAME;
        push_raw(tree, token->tag, node);
        return true;
    case QUICK_SVG:
        return svg(tree, token, node);
    }
    push_html(tree, token->tag, node);
    return true;
}

af_status_t af_tree_make_room(af_tree_t *tree)
{
    af_status_t status = af_pool_make_room(tree->pool, ROOM_BYTES);

    return status == AF_OK ? af_formatting_make_room(tree, ROOM_LISTED) : status;
}

/* --- other places ---------------------------------------------------------------------------------------------------------- */

static bool is_space(const af_token_t *token)
{
    for (size_t i = 0; i < token->bytes.len; i++) {
        if (!af_is_space(token->bytes.data[i])) {
            return false;
        }
    }
    return true;
}

/* HTML #parsing-main-inhead */
static bool in_head(af_tree_t *tree, const af_token_t *token)
{
    af_node_t node = tree->pool->free;

    if (token->type == AF_TOKEN_TEXT) {
        return is_space(token);
    }
    if (token->type != AF_TOKEN_START_TAG || !af_current_is(tree, AF_TAG_HEAD)) {
        return false;
    }
    if (token->tag == AF_TAG_META || token->tag == AF_TAG_LINK) {
        return put_void(tree, token->tag, AF_NS_HTML);
    }
    if (kinds[token->tag] != QUICK_RAW || token->tag == AF_TAG_IFRAME || !has_room(tree, node) || tree->formatting_count > 0) {
        return false;
    }
    push_raw(tree, token->tag, node);
    return true;
}

/* In an element of RCDATA, RAWTEXT or script data: its text, and its end tag. */
static bool in_text(af_tree_t *tree, const af_token_t *token)
{
    if (token->type == AF_TOKEN_TEXT) {
        current_record(tree)->flags |= AF_NODE_HAS_TEXT;
        return true;
    }
    if (token->type != AF_TOKEN_END_TAG || !pops_current(tree, token, af_current(tree))) {
        return false;
    }
    tree->mode = tree->original_mode;
    pop(tree, token->tag);
    return true;
}

static void pop_foreign(af_tree_t *tree)
{
    af_pool_free_linked(tree->pool, tree->stack[--tree->depth]);
}

/* Inside of an SVG element that is no integration point. */
static bool in_svg(af_tree_t *tree, const af_token_t *token, const af_open_t *current)
{
    af_node_t node = tree->pool->free;

    if (token->type == AF_TOKEN_TEXT) {
        return is_space(token);
    }
    if (token->type == AF_TOKEN_END_TAG) {
        if (current->name != token->tag || (token->tag != AF_TAG_SVG && !af_tag_is_shape(token->tag))) {
            return false;
        }
        pop_foreign(tree);
        return true;
    }
    if (token->type != AF_TOKEN_START_TAG || !af_tag_is_shape(token->tag) || !has_room(tree, node)) {
        return false;
    }
    if ((token->flags & AF_TOKEN_SELF_CLOSING) != 0) {
        return put_void(tree, token->tag, AF_NS_SVG);
    }
    push(tree, token->tag, AF_NS_SVG, CLASS_SVG, node);
    return true;
}

/* --- the tree -------------------------------------------------------------------------------------------------------------- */

/* A comment changes nothing but that it ends a run of text. */
static bool comment(af_tree_t *tree)
{
    if (tree->xml) {
        return false;
    }
    tree->ignore_line_feed = false;
    tree->table_text = AF_TABLE_TEXT_NONE;
    return true;
}

static bool elsewhere(af_tree_t *tree, const af_token_t *token, const af_open_t *current)
{
    if (tree->mode == MODE_TEXT) {
        return in_text(tree, token);
    }
    if (tree->mode == MODE_IN_HEAD) {
        return in_head(tree, token);
    }
    return follows_body(tree) && current->classes == CLASS_SVG && in_svg(tree, token, current);
}

bool af_tree_is_plain(const af_tree_t *tree)
{
    return tree->depth >= 2 && follows_body(tree) && !tree->frameset_ok && !tree->xml && !tree->ignore_line_feed &&
           !tree->foster && tree->table_text == AF_TABLE_TEXT_NONE && (af_current(tree)->classes & CLASS_HTML) != 0 &&
           list_is_open(tree);
}

bool af_tree_quick_tag(af_tree_t *tree, const af_token_t *token)
{
    const af_open_t *current = &tree->open[tree->depth - 1];

    tree->event_count = 0;
    if (token->type == AF_TOKEN_END_TAG) {
        return end_tag(tree, token, current);
    }
    return kinds[token->tag] < QUICK_RAW && start_tag(tree, token, current); /* those have other contents */
}

bool af_tree_quick(af_tree_t *tree, const af_token_t *token)
{
    const af_open_t *current = af_current(tree);

    tree->event_count = 0;
    if (token->type == AF_TOKEN_COMMENT) {
        return comment(tree);
    }
    if (tree->depth < 2 || tree->xml || tree->ignore_line_feed || tree->foster || tree->table_text != AF_TABLE_TEXT_NONE) {
        return false;
    }
    if (!follows_body(tree) || (current->classes & CLASS_HTML) == 0) {
        return elsewhere(tree, token, current);
    }
    if (!list_is_open(tree)) {
        return false;
    }
    if (token->type == AF_TOKEN_END_TAG) {
        return end_tag(tree, token, current);
    }
    if (token->type == AF_TOKEN_START_TAG) {
        return start_tag(tree, token, current);
    }
    if (tree->frameset_ok || token->type != AF_TOKEN_TEXT || token->bytes.data[0] == 0) {
        return false;
    }
    current_record(tree)->flags |= AF_NODE_HAS_TEXT;
    return true;
}

/* --- back ------------------------------------------------------------------------------------------------------------------ */

af_tree_place_t af_tree_place(const af_tree_t *tree)
{
    const af_node_record_t *current = current_record(tree);

    return (af_tree_place_t){tree->depth, current->children, tree->formatting_count, tree->loose_count,
                             tree->pool->byte_store.used, current->last_child, tree->form, tree->mode};
}

/* An open element of the quiet that was never there: the one before it is its parent's last child again. */
static void take_back(af_pool_t *pool, af_node_t node)
{
    af_node_record_t *record = af_node_at(pool, node), *parent = af_node_at(pool, record->parent);

    if (parent->last_child == node) {
        parent->last_child = record->previous;
    }
    af_pool_free_last(pool, record);
    af_pool_free_closed(pool, node);
}

void af_tree_go_back(af_tree_t *tree, const af_tree_place_t *place)
{
    while (tree->depth > place->depth) {
        const af_open_t *open = &tree->open[--tree->depth];
        if ((open->classes & CLASS_HTML) != 0) {
            tree->open_counts[open->name]--;
        }
        take_back(tree->pool, tree->stack[tree->depth]);
    }
    if (current_record(tree)->last_child != place->last_child) {
        af_pool_free_last(tree->pool, current_record(tree));
    }
    current_record(tree)->children = place->children;
    current_record(tree)->last_child = place->last_child;
    tree->formatting_count = place->formatting_count;
    tree->loose_count = place->loose_count;
    tree->pool->byte_store.used = place->bytes_used;
    tree->form = place->form;
    tree->mode = place->mode;
    tree->next_text = AF_TEXT_DATA;
    tree->event_count = 0;
}

/* --- with events ------------------------------------------------------------------------------------------------------------ */

void af_tree_leave_closed(af_tree_t *tree)
{
    for (uint32_t i = 0; i < tree->event_count; i++) {
        if (tree->events[i].kind == AF_EVENT_CLOSED && tree->events[i].node != 0) {
            af_pool_leave(tree->pool, tree->events[i].node);
        }
    }
}

/* Whether what the token closed may be freed where nothing else refers to it. */
static bool frees_closed(const af_tree_t *tree)
{
    for (uint32_t i = 0; i < tree->event_count; i++) {
        if (tree->events[i].kind == AF_EVENT_MOVED || tree->events[i].kind == AF_EVENT_CHILDREN_MOVED) {
            return false;
        }
    }
    return list_is_open(tree);
}

static bool is_done_with(const af_tree_t *tree, const af_tree_event_t *event)
{
    return event->before == 0 && event->node != tree->head && event->node != tree->form &&
           (af_node_at(tree->pool, event->node)->flags & (AF_NODE_CLOSED | AF_NODE_LISTED)) == AF_NODE_CLOSED;
}

void af_tree_free_closed(af_tree_t *tree)
{
    bool frees = frees_closed(tree);

    for (uint32_t i = 0; i < tree->event_count; i++) {
        const af_tree_event_t *event = &tree->events[i];
        if (event->kind == AF_EVENT_CLOSED && frees && is_done_with(tree, event)) {
            af_pool_free_linked(tree->pool, event->node);
        } else if (event->kind == AF_EVENT_CLOSED) {
            af_pool_leave(tree->pool, event->node);
        }
    }
    tree->event_count = 0;
}

/* In body, an end tag of the current node, for which every case of HTML #parsing-main-inbody pops it and nothing else. */
static bool closes_current(const af_open_t *current, const af_token_t *token)
{
    return token->type == AF_TOKEN_END_TAG && token->tag == current->name && token->tag != AF_TAG_UNKNOWN &&
           (current->classes & (CLASS_FORMATTING | CLASS_MARKER)) == 0 && token->tag != AF_TAG_FORM &&
           token->tag != AF_TAG_BODY && token->tag != AF_TAG_HTML;
}

bool af_tree_in_body(af_tree_t *tree, const af_token_t *token)
{
    const af_open_t *current = af_current(tree);

    if (tree->mode != MODE_IN_BODY || (current->classes & CLASS_HTML) == 0 || tree->ignore_line_feed) {
        return false;
    }
    if (closes_current(current, token)) {
        af_open_pop(tree);
    } else if (token->type == AF_TOKEN_START_TAG) {
        af_body_start_tag(tree, token);
    } else {
        af_mode_in_body(tree, token);
    }
    if (token->type != AF_TOKEN_TEXT) {
        tree->table_text = AF_TABLE_TEXT_NONE;
    }
    return true;
}
