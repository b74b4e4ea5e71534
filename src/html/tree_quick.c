/*
 * html/tree_quick.c: tokens in body that push, pop or put text and do nothing else, without events.
 *
 * Each case is the one that af_tree_process would come to, with all that it would find nothing to do about left out; what is
 * left out is what is asked first. Where anything is in the way the tree is as it was, and the answer is false. A node that is
 * closed here is freed at once: by what was asked, nothing refers to it.
 */
#include "html/tree_internal.h"

typedef enum {
    QUICK_NOT,
    QUICK_BLOCK,      /* closes a p, is pushed */
    QUICK_HEADING,
    QUICK_ITEM,       /* li */
    QUICK_INLINE,     /* is pushed */
    QUICK_VOID,       /* is closed at once */
    QUICK_FORMATTING  /* is pushed, and put into the list */
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
    [AF_TAG_Q] = I,
    [AF_TAG_SAMP] = I, [AF_TAG_SPAN] = I, [AF_TAG_SUB] = I, [AF_TAG_SUP] = I, [AF_TAG_TIME] = I, [AF_TAG_VAR] = I,
    [AF_TAG_VIDEO] = I, [AF_TAG_AUDIO] = I, [AF_TAG_CANVAS] = I,
    [AF_TAG_BR] = QUICK_VOID, [AF_TAG_IMG] = QUICK_VOID, [AF_TAG_WBR] = QUICK_VOID, [AF_TAG_EMBED] = QUICK_VOID,
    [AF_TAG_A] = F, [AF_TAG_B] = F, [AF_TAG_BIG] = F, [AF_TAG_CODE] = F, [AF_TAG_EM] = F, [AF_TAG_FONT] = F, [AF_TAG_I] = F,
    [AF_TAG_S] = F, [AF_TAG_SMALL] = F, [AF_TAG_STRIKE] = F, [AF_TAG_STRONG] = F, [AF_TAG_TT] = F, [AF_TAG_U] = F,
};

static inline af_node_record_t *current_record(const af_tree_t *tree)
{
    return af_node_at(tree->pool, tree->stack[tree->depth - 1]);
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

/* Whether the current node is what the end tag names, nothing but it is to be popped, and what is below is HTML. */
static inline bool pops_current(const af_tree_t *tree, const af_token_t *token, const af_open_t *current)
{
    return current->name == token->tag && token->tag != AF_TAG_UNKNOWN && (current->classes & CLASS_MARKER) == 0 &&
           token->tag != AF_TAG_FORM && token->tag != AF_TAG_BODY && token->tag != AF_TAG_HTML &&
           (tree->open[tree->depth - 2].classes & CLASS_HTML) != 0;
}

static inline void pop(af_tree_t *tree, uint32_t name)
{
    af_node_t node = tree->stack[--tree->depth];

    tree->open_counts[name]--;
    if (node == tree->form || node == tree->head) {
        af_node_at(tree->pool, node)->flags |= AF_NODE_CLOSED;
    } else {
        af_pool_free_linked(tree->pool, node);
    }
}

static inline bool end_tag(af_tree_t *tree, const af_token_t *token, const af_open_t *current)
{
    const af_node_record_t *record = current_record(tree);

    if (!pops_current(tree, token, current) || (record->flags & AF_NODE_UNSTABLE) != 0) {
        return false;
    }
    if ((record->flags & AF_NODE_LISTED) != 0) {
        /* HTML #adoption-agency-algorithm: the last entry is the current node, and there is no furthest block. */
        if (tree->loose_count > 0 || tree->formatting_count == 0 ||
            tree->formatting[tree->formatting_count - 1].node != tree->stack[tree->depth - 1]) {
            return false;
        }
        tree->formatting_count--;
    }
    pop(tree, token->tag);
    return true;
}

/* --- start tags ------------------------------------------------------------------------------------------------------------ */

/* Whether no entry of the list, but markers and what is before them, stops a start tag from being pushed. */
static inline bool list_allows(const af_tree_t *tree, uint32_t tag, quick_t kind)
{
    uint32_t count = tree->formatting_count;

    if (count == 0 || tree->formatting[count - 1].node == 0) {
        return true;
    }
    if (kind != QUICK_FORMATTING) {
        return (af_tag_classes(tag) & CLASS_SPECIAL) == 0 || kind == QUICK_VOID; /* else it would be unstable */
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

static inline bool stack_allows(const af_tree_t *tree, const af_open_t *current, quick_t kind)
{
    switch (kind) {
    case QUICK_NOT:
        return false;
    case QUICK_HEADING:
        return tree->open_counts[AF_TAG_P] == 0 && (current->classes & CLASS_HEADING) == 0;
    case QUICK_BLOCK:
        return tree->open_counts[AF_TAG_P] == 0;
    case QUICK_ITEM:
        return tree->open_counts[AF_TAG_P] == 0 &&
               ((current->classes & CLASS_LIST_SCOPE) != 0 || tree->open_counts[AF_TAG_LI] == 0);
    case QUICK_INLINE: case QUICK_VOID: case QUICK_FORMATTING:
        break;
    }
    return true;
}

static inline void make_node(af_tree_t *tree, uint32_t tag, uint32_t flags, af_node_t node)
{
    af_node_t parent = tree->stack[tree->depth - 1];
    uint32_t index = ++af_node_at(tree->pool, parent)->children;

    tree->pool->free = af_node_at(tree->pool, node)->next;
    *af_node_at(tree->pool, node) = (af_node_record_t){
        .parent = parent, .name = tag, .index = index, .flags = (uint16_t) flags, .fate = tree->fate};
}

static bool start_tag(af_tree_t *tree, const af_token_t *token, const af_open_t *current)
{
    quick_t kind = (quick_t) kinds[token->tag];
    af_pool_t *pool = tree->pool;
    af_node_t node = pool->free;

    if (kind == QUICK_VOID) {
        current_record(tree)->children++;
        tree->frameset_ok = false;
        return true;
    }
    if (!stack_allows(tree, current, kind) || !list_allows(tree, token->tag, kind) || node == 0 ||
        tree->depth == tree->stack_capacity || tree->depth >= tree->depth_limit) {
        return false;
    }
    if (kind == QUICK_FORMATTING) {
        if (token->bytes.len > pool->bytes_capacity - pool->bytes_used || tree->formatting_count == tree->formatting_capacity) {
            return false;
        }
        make_node(tree, token->tag, AF_NODE_LISTED, node);
        af_node_record_t *record = af_node_at(pool, node);
        record->tag_bytes = (uint32_t) pool->bytes_used;
        record->tag_len = (uint32_t) token->bytes.len;
        memcpy(pool->bytes + pool->bytes_used, token->bytes.data, token->bytes.len);
        pool->bytes_used += token->bytes.len;
        tree->formatting[tree->formatting_count++] = (af_formatting_entry_t){node, token->tag};
    } else {
        make_node(tree, token->tag, 0, node);
        tree->frameset_ok = tree->frameset_ok && kind != QUICK_ITEM;
    }
    tree->stack[tree->depth] = node;
    tree->open[tree->depth++] = (af_open_t){token->tag, af_tag_classes(token->tag)};
    tree->open_counts[token->tag]++;
    return true;
}

/* --- the tree -------------------------------------------------------------------------------------------------------------- */

/* In an element of RCDATA, RAWTEXT or script data: its text, and its end tag. */
static bool in_text(af_tree_t *tree, const af_token_t *token)
{
    const af_open_t *current = af_current(tree);

    if (token->type == AF_TOKEN_TEXT) {
        current_record(tree)->flags |= AF_NODE_HAS_TEXT;
        return true;
    }
    if (token->type != AF_TOKEN_END_TAG || !pops_current(tree, token, current) ||
        (current_record(tree)->flags & AF_NODE_UNSTABLE) != 0) {
        return false;
    }
    tree->mode = tree->original_mode;
    pop(tree, token->tag);
    return true;
}

bool af_tree_quick(af_tree_t *tree, const af_token_t *token)
{
    const af_open_t *current = af_current(tree);

    tree->event_count = 0;
    if (tree->depth < 2 || tree->xml || tree->ignore_line_feed || tree->foster || tree->table_text != AF_TABLE_TEXT_NONE) {
        return false;
    }
    if (tree->mode == MODE_TEXT) {
        return in_text(tree, token);
    }
    if (tree->mode != MODE_IN_BODY || (current->classes & CLASS_HTML) == 0 || !list_is_open(tree)) {
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

/* --- with events ------------------------------------------------------------------------------------------------------------ */

void af_tree_free_closed(af_tree_t *tree)
{
    uint32_t count = tree->event_count;

    tree->event_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (tree->events[i].kind == AF_EVENT_MOVED || tree->events[i].kind == AF_EVENT_CHILDREN_MOVED) {
            return;
        }
    }
    if (!list_is_open(tree)) {
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        const af_tree_event_t *event = &tree->events[i];
        if (event->kind == AF_EVENT_CLOSED && event->before == 0 && event->node != tree->head && event->node != tree->form &&
            (af_node_at(tree->pool, event->node)->flags & (AF_NODE_CLOSED | AF_NODE_LISTED)) == AF_NODE_CLOSED) {
            af_pool_free_linked(tree->pool, event->node);
        }
    }
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
