/*
 * html/open_elements.c: HTML #the-stack-of-open-elements, scopes, implied end tags.
 *
 * Invariant: `open_counts` holds how many HTML elements of each tag are open, so that most questions about a scope are answered
 * without a look at the stack.
 */
#include "html/tree_internal.h"

#define S CLASS_SPECIAL
#define FORMAT CLASS_FORMATTING
#define TABLE_TAG (CLASS_SPECIAL | CLASS_TABLE_PART)

const uint32_t af_tag_class_table[AF_TAG_COUNT] = {
    [AF_TAG_ADDRESS] = S, [AF_TAG_APPLET] = S | CLASS_SCOPE | CLASS_MARKER, [AF_TAG_AREA] = S, [AF_TAG_ARTICLE] = S,
    [AF_TAG_ASIDE] = S, [AF_TAG_BASE] = S, [AF_TAG_BASEFONT] = S, [AF_TAG_BGSOUND] = S, [AF_TAG_BLOCKQUOTE] = S,
    [AF_TAG_BODY] = S, [AF_TAG_BR] = S, [AF_TAG_BUTTON] = S | CLASS_BUTTON_SCOPE,
    [AF_TAG_CAPTION] = TABLE_TAG | CLASS_SCOPE | CLASS_MARKER, [AF_TAG_CENTER] = S, [AF_TAG_COL] = S | CLASS_TABLE_PART,
    [AF_TAG_COLGROUP] = TABLE_TAG, [AF_TAG_DD] = S | CLASS_IMPLIED, [AF_TAG_DETAILS] = S, [AF_TAG_DIR] = S, [AF_TAG_DIV] = S,
    [AF_TAG_DL] = S, [AF_TAG_DT] = S | CLASS_IMPLIED, [AF_TAG_EMBED] = S, [AF_TAG_FIELDSET] = S, [AF_TAG_FIGCAPTION] = S,
    [AF_TAG_FIGURE] = S, [AF_TAG_FOOTER] = S, [AF_TAG_FORM] = S, [AF_TAG_FRAME] = S, [AF_TAG_FRAMESET] = S,
    [AF_TAG_H1] = S | CLASS_HEADING, [AF_TAG_H2] = S | CLASS_HEADING, [AF_TAG_H3] = S | CLASS_HEADING,
    [AF_TAG_H4] = S | CLASS_HEADING, [AF_TAG_H5] = S | CLASS_HEADING, [AF_TAG_H6] = S | CLASS_HEADING, [AF_TAG_HEAD] = S,
    [AF_TAG_HEADER] = S, [AF_TAG_HGROUP] = S, [AF_TAG_HR] = S, [AF_TAG_HTML] = S | CLASS_SCOPE | CLASS_TABLE_SCOPE,
    [AF_TAG_IFRAME] = S, [AF_TAG_IMG] = S, [AF_TAG_INPUT] = S, [AF_TAG_KEYGEN] = S, [AF_TAG_LI] = S | CLASS_IMPLIED,
    [AF_TAG_LINK] = S, [AF_TAG_LISTING] = S, [AF_TAG_MAIN] = S, [AF_TAG_MARQUEE] = S | CLASS_SCOPE | CLASS_MARKER,
    [AF_TAG_MENU] = S, [AF_TAG_META] = S, [AF_TAG_NAV] = S, [AF_TAG_NOEMBED] = S, [AF_TAG_NOFRAMES] = S, [AF_TAG_NOSCRIPT] = S,
    [AF_TAG_OBJECT] = S | CLASS_SCOPE | CLASS_MARKER, [AF_TAG_OL] = S | CLASS_LIST_SCOPE,
    [AF_TAG_OPTGROUP] = CLASS_IMPLIED | CLASS_SELECT_TRANSPARENT, [AF_TAG_OPTION] = CLASS_IMPLIED | CLASS_SELECT_TRANSPARENT,
    [AF_TAG_P] = S | CLASS_IMPLIED, [AF_TAG_PARAM] = S, [AF_TAG_PLAINTEXT] = S, [AF_TAG_PRE] = S, [AF_TAG_RB] = CLASS_IMPLIED,
    [AF_TAG_RP] = CLASS_IMPLIED, [AF_TAG_RT] = CLASS_IMPLIED, [AF_TAG_RTC] = CLASS_IMPLIED, [AF_TAG_SCRIPT] = S,
    [AF_TAG_SEARCH] = S, [AF_TAG_SECTION] = S, [AF_TAG_SELECT] = S, [AF_TAG_SOURCE] = S, [AF_TAG_STYLE] = S,
    [AF_TAG_SUMMARY] = S, [AF_TAG_TABLE] = S | CLASS_SCOPE | CLASS_TABLE_SCOPE | CLASS_FOSTER,
    [AF_TAG_TBODY] = TABLE_TAG | CLASS_FOSTER, [AF_TAG_TD] = TABLE_TAG | CLASS_SCOPE | CLASS_MARKER,
    [AF_TAG_TEMPLATE] = S | CLASS_SCOPE | CLASS_TABLE_SCOPE | CLASS_MARKER, [AF_TAG_TEXTAREA] = S,
    [AF_TAG_TFOOT] = TABLE_TAG | CLASS_FOSTER, [AF_TAG_TH] = TABLE_TAG | CLASS_SCOPE | CLASS_MARKER,
    [AF_TAG_THEAD] = TABLE_TAG | CLASS_FOSTER, [AF_TAG_TITLE] = S, [AF_TAG_TR] = TABLE_TAG | CLASS_FOSTER, [AF_TAG_TRACK] = S,
    [AF_TAG_UL] = S | CLASS_LIST_SCOPE, [AF_TAG_WBR] = S, [AF_TAG_XMP] = S,
    [AF_TAG_A] = FORMAT, [AF_TAG_B] = FORMAT, [AF_TAG_BIG] = FORMAT, [AF_TAG_CODE] = FORMAT, [AF_TAG_EM] = FORMAT,
    [AF_TAG_FONT] = FORMAT, [AF_TAG_I] = FORMAT, [AF_TAG_NOBR] = FORMAT, [AF_TAG_S] = FORMAT, [AF_TAG_SMALL] = FORMAT,
    [AF_TAG_STRIKE] = FORMAT, [AF_TAG_STRONG] = FORMAT, [AF_TAG_TT] = FORMAT, [AF_TAG_U] = FORMAT,
};

bool af_tag_is_formatting(uint32_t tag)
{
    return (af_tag_classes(tag) & CLASS_FORMATTING) != 0;
}

bool af_tree_more_events(af_tree_t *tree)
{
    void *block = tree->events;
    af_status_t status = af_heap_grow(tree->heap, &block, &tree->event_capacity, tree->event_count + 1u, sizeof *tree->events,
                                      UINT32_MAX / 2);

    tree->events = block;
    if (status != AF_OK) {
        tree->status = status;
    }
    return status == AF_OK;
}

#define FIRST_DEPTH 32u

/* --- push and pop ---------------------------------------------------------------------------------------------------------- */

static af_status_t grow_stack(af_tree_t *tree)
{
    const size_t item = sizeof *tree->stack + sizeof *tree->open;
    size_t capacity = 0;
    void *block = NULL;

    if (tree->depth >= tree->depth_limit) {
        tree->pool->too_deep = true;
        return AF_LIMIT;
    }
    af_status_t status = af_heap_grow(tree->heap, &block, &capacity, tree->depth == 0 ? FIRST_DEPTH : tree->depth * 2, item,
                                      (size_t) tree->depth_limit * 2 + FIRST_DEPTH);
    if (status != AF_OK) {
        return status;
    }
    af_open_t *open = block;
    af_node_t *stack = (af_node_t *) (void *) (open + capacity);
    if (tree->depth > 0) {
        memcpy(open, tree->open, tree->depth * sizeof *open);
        memcpy(stack, tree->stack, tree->depth * sizeof *stack);
    }
    af_heap_release(tree->heap, tree->open, tree->stack_capacity * item);
    tree->open = open;
    tree->stack = stack;
    tree->stack_capacity = capacity;
    return AF_OK;
}

/* Whether an end tag may still take the element out of its place: a formatting element is open outside of it, and no marker lies
 * between. */
static bool inside_formatting(const af_tree_t *tree)
{
    for (uint32_t i = tree->formatting_count; i > 0 && tree->formatting[i - 1].node != 0; i--) {
        if ((af_node_at(tree->pool, tree->formatting[i - 1].node)->flags & AF_NODE_CLOSED) == 0) {
            return true;
        }
    }
    return false;
}

void af_open_push(af_tree_t *tree, af_node_t node, uint32_t name, uint32_t class)
{
    if (tree->depth == tree->stack_capacity || tree->depth >= tree->depth_limit) {
        af_status_t status = grow_stack(tree);
        if (status != AF_OK) {
            tree->status = status;
            return;
        }
    }
    if (!tree->scripted && tree->formatting_count > 0 && (class & CLASS_SPECIAL) != 0 && inside_formatting(tree)) {
        af_node_at(tree->pool, node)->flags |= AF_NODE_UNSTABLE;
        tree->loose_count++;
    }
    tree->stack[tree->depth] = node;
    tree->open[tree->depth++] = (af_open_t){name, class};
    if ((class & CLASS_HTML) != 0 && name < AF_TAG_COUNT) {
        tree->open_counts[name]++;
    }
}

static void closed(af_tree_t *tree, uint32_t at)
{
    const af_open_t *open = &tree->open[at];
    af_node_t node = tree->stack[at];

    if ((open->classes & CLASS_HTML) != 0 && open->name < AF_TAG_COUNT) {
        tree->open_counts[open->name]--;
    }
    if (!tree->scripted) {
        af_node_record_t *record = af_node_at(tree->pool, node);
        tree->loose_count -= (record->flags & AF_NODE_UNSTABLE) != 0;
        tree->loose_dirty = tree->loose_dirty || (record->flags & AF_NODE_LISTED) != 0;
        record->flags &= (uint16_t) ~(AF_NODE_UNSTABLE | AF_NODE_SHIFTING);
        record->flags |= (uint16_t) (node == tree->head ? 0 : AF_NODE_CLOSED); /* the head is opened again before the body */
    }
    af_node_t above = at + 1 < tree->depth ? tree->stack[at + 1] : 0;
    af_tree_event(tree, &(af_tree_event_t){.kind = AF_EVENT_CLOSED, .node = node, .before = above});
}

void af_open_pop(af_tree_t *tree)
{
    if (tree->depth > 0) {
        closed(tree, tree->depth - 1);
        tree->depth--;
    }
}

void af_open_pop_to(af_tree_t *tree, uint32_t depth)
{
    while (tree->depth > depth) {
        af_open_pop(tree);
    }
}

void af_open_remove(af_tree_t *tree, uint32_t at)
{
    closed(tree, at);
    memmove(tree->stack + at, tree->stack + at + 1, (tree->depth - at - 1) * sizeof *tree->stack);
    memmove(tree->open + at, tree->open + at + 1, (tree->depth - at - 1) * sizeof *tree->open);
    tree->depth--;
}

/* --- looking --------------------------------------------------------------------------------------------------------------- */

uint32_t af_open_find(const af_tree_t *tree, uint32_t tag)
{
    if (tree->open_counts[tag] == 0) {
        return 0;
    }
    for (uint32_t i = tree->depth; i > 0; i--) {
        if (tree->open[i - 1].name == tag && (tree->open[i - 1].classes & CLASS_HTML) != 0) {
            return i;
        }
    }
    return 0;
}

uint32_t af_open_place(const af_tree_t *tree, af_node_t node)
{
    for (uint32_t i = tree->depth; i > 0; i--) {
        if (tree->stack[i - 1] == node) {
            return i;
        }
    }
    return 0;
}

void af_open_pop_until(af_tree_t *tree, uint32_t tag)
{
    uint32_t at = af_open_find(tree, tag);

    af_open_pop_to(tree, at > 0 ? at - 1 : 0);
}

bool af_open_in_scope(const af_tree_t *tree, uint32_t tag, uint32_t ends)
{
    if (tree->open_counts[tag] == 0) {
        return false;
    }
    for (uint32_t i = tree->depth; i > 0; i--) {
        const af_open_t *open = &tree->open[i - 1];
        if (open->name == tag && (open->classes & CLASS_HTML) != 0) {
            return true;
        }
        if ((open->classes & ends) != 0) {
            return false;
        }
    }
    return false;
}

bool af_open_class_in_scope(const af_tree_t *tree, uint32_t wanted, uint32_t ends)
{
    for (uint32_t i = tree->depth; i > 0; i--) {
        if ((tree->open[i - 1].classes & wanted) != 0) {
            return true;
        }
        if ((tree->open[i - 1].classes & ends) != 0) {
            return false;
        }
    }
    return false;
}

bool af_open_in_select_scope(const af_tree_t *tree, uint32_t tag)
{
    for (uint32_t i = tree->depth; i > 0; i--) {
        const af_open_t *open = &tree->open[i - 1];
        if (open->name == tag && (open->classes & CLASS_HTML) != 0) {
            return true;
        }
        if ((open->classes & CLASS_SELECT_TRANSPARENT) == 0) {
            return false;
        }
    }
    return false;
}

/* --- closing --------------------------------------------------------------------------------------------------------------- */

void af_open_implied(af_tree_t *tree, uint32_t but)
{
    while ((af_current(tree)->classes & CLASS_IMPLIED) != 0 && af_current(tree)->name != but) {
        af_open_pop(tree);
    }
}

void af_open_clear_to(af_tree_t *tree, uint32_t a, uint32_t b, uint32_t c)
{
    while (tree->depth > 0) {
        const af_open_t *current = af_current(tree);
        uint32_t name = current->name;
        if ((current->classes & CLASS_HTML) != 0 &&
            (name == a || name == b || name == c || name == AF_TAG_TEMPLATE || name == AF_TAG_HTML)) {
            break;
        }
        af_open_pop(tree);
    }
}

void af_open_close_p(af_tree_t *tree)
{
    if (tree->open_counts[AF_TAG_P] > 0 && af_open_in_scope(tree, AF_TAG_P, CLASS_SCOPE | CLASS_BUTTON_SCOPE)) {
        af_open_implied(tree, AF_TAG_P);
        af_open_pop_until(tree, AF_TAG_P);
    }
}
