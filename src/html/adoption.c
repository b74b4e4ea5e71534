/*
 * html/adoption.c: HTML #adoption-agency-algorithm and #parsing-main-inbody's "any other end tag".
 *
 * Nodes are moved by events; the trees of the output repeat the moves on their own stacks and lists.
 */
#include "html/tree_internal.h"

void af_any_other_end_tag(af_tree_t *tree, const af_token_t *token)
{
    uint32_t name = af_name_of(tree, token, false);

    if (name == 0) {
        return;
    }
    for (uint32_t i = tree->depth; i > 1; i--) {
        const af_open_t *open = &tree->open[i - 1];
        if (open->name == name && (open->classes & CLASS_HTML) != 0) {
            af_open_implied(tree, name);
            af_open_pop_to(tree, i - 1);
            return;
        }
        if ((open->classes & CLASS_SPECIAL) != 0) {
            return;
        }
    }
}

/* The topmost special element that is open inside of the one at `at`, plus one; 0: none. */
static uint32_t furthest_block(const af_tree_t *tree, uint32_t at)
{
    for (uint32_t i = at + 1; i < tree->depth; i++) {
        if ((tree->open[i].classes & CLASS_SPECIAL) != 0) {
            return i + 1;
        }
    }
    return 0;
}

/* Whether the element at `at` of the stack is in scope. */
static bool place_in_scope(const af_tree_t *tree, uint32_t at)
{
    for (uint32_t i = tree->depth; i > at + 1; i--) {
        if ((tree->open[i - 1].classes & CLASS_SCOPE) != 0) {
            return false;
        }
    }
    return true;
}

static void move(af_tree_t *tree, af_node_t node, af_place_in_tree_t place)
{
    if (!tree->scripted && node != 0) {
        af_pool_append(tree->pool, node, place.parent, place.before);
        af_node_at(tree->pool, node)->flags |= AF_NODE_MOVED;
    }
    af_tree_event(tree, &(af_tree_event_t){.kind = AF_EVENT_MOVED, .node = node, .parent = place.parent, .before = place.before});
}

/* A clone that the algorithm makes in the place of an open formatting element; it is put into the document later. */
static af_node_t clone_entry(af_tree_t *tree, uint32_t entry, uint64_t pos, af_node_t parent)
{
    return af_insert_clone(tree, tree->formatting[entry].node, tree->formatting[entry].name,
                           (af_place_in_tree_t){parent, 0}, pos);
}

typedef struct {
    uint32_t formatting, block; /* places in the stack */
    uint32_t bookmark;          /* place in the list */
    uint64_t pos;
} agency_t;

/* Steps of the inner loop: clones what is open between the two. Gives the node that goes under the common ancestor. */
static af_node_t inner_loop(af_tree_t *tree, agency_t *agency)
{
    af_node_t last = tree->stack[agency->block], block = last;
    uint32_t at = agency->block;

    for (uint32_t counter = 1; at - 1 > agency->formatting && tree->status == AF_OK; counter++) {
        at--;
        uint32_t entry = af_formatting_place(tree, tree->stack[at]);
        if (counter > 3 && entry > 0) {
            af_formatting_remove(tree, entry - 1);
            agency->bookmark -= entry - 1 < agency->bookmark;
            entry = 0;
        }
        if (entry == 0) {
            af_open_remove(tree, at);
            agency->block--;
            continue;
        }
        af_node_t common = tree->stack[agency->formatting > 0 ? agency->formatting - 1 : 0];
        af_node_t clone = clone_entry(tree, entry - 1, agency->pos, common);
        if (clone == 0) {
            break;
        }
        if (!tree->scripted) {
            af_node_at(tree->pool, tree->stack[at])->flags |= AF_NODE_CLOSED;
        }
        af_tree_event(tree, &(af_tree_event_t){.kind = AF_EVENT_CLOSED, .node = tree->stack[at]});
        af_formatting_replace(tree, entry - 1, clone);
        tree->stack[at] = clone;
        if (last == block) {
            agency->bookmark = entry;
        }
        move(tree, last, (af_place_in_tree_t){clone, 0});
        last = clone;
    }
    return last;
}

/* The furthest block's content goes into a clone of the formatting element, which goes into it. */
static void wrap_block(af_tree_t *tree, agency_t *agency, uint32_t entry)
{
    af_node_t block = tree->stack[agency->block];
    af_formatting_entry_t old = tree->formatting[entry];
    af_node_t clone = clone_entry(tree, entry, agency->pos, block);

    if (clone == 0) {
        return;
    }
    if (!tree->scripted) {
        /* Being the last child already, the clone must not become its own. */
        af_pool_append(tree->pool, clone, 0, 0);
        af_pool_move_children(tree->pool, block, clone);
        af_pool_append(tree->pool, clone, block, 0);
    }
    af_tree_event(tree, &(af_tree_event_t){.kind = AF_EVENT_CHILDREN_MOVED, .node = block, .parent = clone});
    uint32_t bookmark = agency->bookmark - (entry < agency->bookmark);
    af_formatting_remove(tree, entry);
    af_formatting_insert(tree, bookmark, (af_formatting_entry_t){clone, old.name, old.digest});
    af_open_remove(tree, agency->formatting);
    agency->block--;
    uint32_t depth = tree->depth;
    af_open_push(tree, clone, old.name, af_tag_classes(old.name));
    if (tree->depth == depth) {
        return;
    }
    uint32_t at = agency->block + 1;
    memmove(tree->stack + at + 1, tree->stack + at, (depth - at) * sizeof *tree->stack);
    af_open_t open = tree->open[depth];
    memmove(tree->open + at + 1, tree->open + at, (depth - at) * sizeof *tree->open);
    tree->stack[at] = clone;
    tree->open[at] = open;
}

/* One turn of the outer loop; false: it was the last. */
static bool outer_turn(af_tree_t *tree, uint32_t tag, const af_token_t *token)
{
    uint32_t entry = af_formatting_find(tree, tag);

    if (entry == 0) {
        af_any_other_end_tag(tree, token);
        return false;
    }
    uint32_t at = af_open_place(tree, tree->formatting[entry - 1].node);
    if (at == 0) {
        af_formatting_remove(tree, entry - 1);
        return false;
    }
    if (!place_in_scope(tree, at - 1)) {
        return false;
    }
    uint32_t block = furthest_block(tree, at - 1);
    if (block == 0) {
        af_open_pop_to(tree, at - 1);
        af_formatting_remove(tree, entry - 1);
        return false;
    }
    agency_t agency = {at - 1, block - 1, entry - 1, token->from_pos};
    af_node_t last = inner_loop(tree, &agency);
    if (tree->status != AF_OK) {
        return false;
    }
    move(tree, last, af_place_for(tree, agency.formatting));
    entry = af_formatting_place(tree, tree->stack[agency.formatting]);
    if (entry == 0) {
        return false;
    }
    wrap_block(tree, &agency, entry - 1);
    return tree->status == AF_OK;
}

void af_adoption_agency(af_tree_t *tree, uint32_t tag, const af_token_t *token)
{
    if (af_current_is(tree, tag) && af_formatting_place(tree, tree->stack[tree->depth - 1]) == 0) {
        af_open_pop(tree);
        return;
    }
    for (int i = 0; i < 8 && outer_turn(tree, tag, token); i++) {
    }
}
