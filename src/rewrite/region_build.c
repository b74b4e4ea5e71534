/*
 * rewrite/region_build.c: the tree that a region's tokens made.
 *
 * The tokens are taken a second time, from where the settled tree stands, up to the first place where all is as it will be.
 */
#include "rewrite/region.h"

static af_status_t add_item(region_t *region, af_node_t node, uint32_t token, uint32_t *out)
{
    af_status_t status = AF_OK;
    item_t *item = af_vector_add(region->rw, &region->items, sizeof *item, &status);

    *out = 0;
    if (item != NULL) {
        *item = (item_t){.node = node, .token = token};
        *out = (uint32_t) region->items.count - 1;
    }
    return status;
}

/* The item of a node, made for one from before the region. */
static af_status_t item_of(region_t *region, af_node_t node, uint32_t *out)
{
    af_status_t status = AF_OK;

    *out = mapped(region, node);
    if (*out == 0) {
        status = add_item(region, node, NO_TOKEN, out);
        if (status == AF_OK) {
            item_at(region, *out)->outer = true;
            *AF_VECTOR_AT(uint32_t, &region->map, node) = *out;
        }
    }
    return status;
}

static void take_out(region_t *region, uint32_t i)
{
    item_t *item = item_at(region, i);

    if (item->parent == 0) {
        return;
    }
    item_t *parent = item_at(region, item->parent);
    *(item->previous != 0 ? &item_at(region, item->previous)->next : &parent->first) = item->next;
    *(item->next != 0 ? &item_at(region, item->next)->previous : &parent->last) = item->previous;
    item->parent = item->previous = item->next = 0;
}

static void put(region_t *region, uint32_t i, uint32_t parent, uint32_t before)
{
    item_t *item = item_at(region, i), *up = item_at(region, parent);

    item->parent = parent;
    item->next = before;
    item->previous = before != 0 ? item_at(region, before)->previous : up->last;
    *(item->previous != 0 ? &item_at(region, item->previous)->next : &up->first) = i;
    *(before != 0 ? &item_at(region, before)->previous : &up->last) = i;
}

/* The innermost part of a table from before the region in which text does not stay: what is fostered comes before the table when
 * it is written there. */
static af_node_t foster_context(const region_t *region)
{
    const af_tree_t *tree = &region->replay;

    for (uint32_t i = region->rw->past.depth; i > 0; i--) {
        af_node_t node = region->rw->past.stack[i - 1];
        if (i <= tree->depth && tree->stack[i - 1] == node && af_tree_fosters(tree, i - 1)) {
            return node;
        }
    }
    return 0;
}

static af_status_t place(region_t *region, uint32_t i, const af_tree_event_t *event)
{
    uint32_t parent, before = event->before == 0 ? 0 : mapped(region, event->before);
    af_node_t under = event->parent;

    if (event->before != 0 && event->before == region->gone_table) {
        item_at(region, i)->in_front = true; /* of all that is written of the table */
        put(region, i, item_at(region, region->table)->parent, region->table);
        return AF_OK;
    }
    if (event->before != 0 && (before == 0 || item_at(region, before)->outer)) {
        under = foster_context(region);
        region->fits = region->fits && under != 0;
        before = 0;
    }
    /* In front of a table: where that is now. The record of it tells where it is in the end. */
    parent = before != 0 ? item_at(region, before)->parent : 0;
    af_status_t status = parent == 0 ? item_of(region, under, &parent) : AF_OK;
    if (status != AF_OK) {
        return status;
    }
    put(region, i, parent, before);
    return AF_OK;
}

/* All children of `from` but `to` itself, which stays the only one. */
static void move_children(region_t *region, uint32_t from, uint32_t to)
{
    uint32_t next;

    for (uint32_t child = item_at(region, from)->first; child != 0; child = next) {
        next = item_at(region, child)->next;
        if (child != to) {
            take_out(region, child);
            put(region, child, to, 0);
        }
    }
}

/* What is in an element that goes does not move with it in the output. */
static void write_later(region_t *region, uint32_t parent)
{
    for (uint32_t child = item_at(region, parent)->first; child != 0; child = item_at(region, child)->next) {
        item_at(region, child)->early = false;
    }
}

/* Notes how far the region has to go for an item: to where it is moved last; to a table's end, where something precedes it. */
static void note_needs(region_t *region, uint32_t i)
{
    af_rewriter_t *rw = region->rw;
    const item_t *item = item_at(region, i);
    af_node_t gone;

    if (af_queue_recast(rw, &region->replay, item->node, item_at(region, item->parent)->node)) {
        uint64_t pos = af_queue_last_move(rw, item->node);
        region->until = pos > region->until ? pos : region->until;
    } else if (region->gone_table == 0 && af_queue_fronted(rw, item->node, &gone)) {
        region->table = i;
        region->table_pos = region->pos;
        region->gone_table = gone;
    }
}

static af_status_t build_created(region_t *region, const af_tree_event_t *event, uint32_t token, bool is_start_tag)
{
    bool own = is_start_tag && (node_of(region->rw, event->node)->flags & (AF_NODE_IMPLIED | AF_NODE_CLONE)) == 0;
    uint32_t item;
    af_status_t status = add_item(region, event->node, own ? token : NO_TOKEN, &item);

    if (status == AF_OK && event->node < region->map.count) {
        *AF_VECTOR_AT(uint32_t, &region->map, event->node) = item;
        status = place(region, item, event);
        note_needs(region, item);
    }
    return status;
}

/* A second html or body tag: it is written wherever, and changes nothing there. */
static af_status_t build_attributes(region_t *region, const af_tree_event_t *event, uint32_t token)
{
    const af_tree_t *tree = &region->replay;
    uint32_t item;
    af_status_t status = add_item(region, 0, token, &item);

    if (status == AF_OK) {
        item_at(region, item)->from_pos = event->from_pos;
        item_at(region, item)->to_pos = event->to_pos;
        item_at(region, item)->is_attributes = true;
        status = place(region, item, &(af_tree_event_t){.parent = tree->stack[tree->depth - 1]});
    }
    return status;
}

static af_status_t build_event(region_t *region, const af_tree_event_t *event, uint32_t token, bool is_start_tag)
{
    uint32_t item = mapped(region, event->node), other;
    af_status_t status = AF_OK;

    switch (event->kind) {
    case AF_EVENT_CREATED:
        return build_created(region, event, token, is_start_tag);
    case AF_EVENT_TEXT:
    case AF_EVENT_COMMENT:
        status = add_item(region, 0, token, &item);
        if (status == AF_OK) {
            region->content = item;
            item_at(region, item)->from_pos = event->from_pos;
            item_at(region, item)->to_pos = event->to_pos;
            status = place(region, item, event);
        }
        return status;
    case AF_EVENT_MOVED:
        region->fits = region->fits && event->parent != 0;
        if (item == 0 || item_at(region, item)->outer || event->parent == 0) {
            return AF_OK; /* a lift does it in the output */
        }
        item_at(region, item)->early = false; /* the lift's own: it comes later */
        take_out(region, item);
        return place(region, item, event);
    case AF_EVENT_CHILDREN_MOVED:
        other = mapped(region, event->parent);
        if (item != 0 && item_at(region, item)->outer && node_gone(region->rw, event->node)) {
            write_later(region, item);
        }
        if (item != 0 && other != 0) {
            move_children(region, item, other);
        }
        region->fits = region->fits && other != 0;
        return AF_OK;
    case AF_EVENT_ATTRIBUTES:
        return build_attributes(region, event, token);
    case AF_EVENT_CLOSED:
        if (item == 0 && (event->node == region->rw->removal || event->node == region->gone_table)) {
            status = item_of(region, event->node, &item);
        }
        if (status == AF_OK && item != 0) {
            item_at(region, item)->closed_by = token + 1;
        }
        break;
    }
    return status;
}

/* Whether the token that the replay has taken moves what is from before the region, or will be written before the lift. */
static bool lifts(const region_t *region)
{
    const af_tree_t *tree = &region->replay;

    for (uint32_t i = 0; i < tree->event_count; i++) {
        const af_tree_event_t *event = &tree->events[i];
        uint32_t item = mapped(region, event->node);
        bool made = item != 0 && !AF_VECTOR_AT(item_t, &region->items, item)->outer &&
                    !AF_VECTOR_AT(item_t, &region->items, item)->early;
        for (uint32_t k = 0; k < i; k++) {
            made = made || (tree->events[k].kind == AF_EVENT_CREATED && tree->events[k].node == event->node);
        }
        if (!made && event->parent != 0 && (event->kind == AF_EVENT_MOVED || event->kind == AF_EVENT_CHILDREN_MOVED)) {
            return true;
        }
    }
    return false;
}

/* How many nodes the token that the tree has taken opened again before it moved any: the first one that is made for a move is
 * made of an element that is closed for it, or behind a move. HTML #parsing-main-inbody: of those that move only <nobr> does. */
static uint32_t first_reopened(const af_tree_t *tree)
{
    uint32_t count = 0;

    while (count < tree->event_count && tree->events[count].kind == AF_EVENT_CREATED) {
        count++;
    }
    bool closes = count < tree->event_count && tree->events[count].kind == AF_EVENT_CLOSED;
    return closes && count > 0 ? count - 1 : count;
}

/* Notes what is written before the lift, in that order: what hangs on the innermost elements from before the region first. */
static af_status_t note_lift(region_t *region, uint32_t token)
{
    af_rewriter_t *rw = region->rw;
    af_status_t status = AF_OK;

    region->lift = token;
    region->reopened = first_reopened(&region->replay);
    for (uint32_t depth = rw->past.depth + 1; depth > 0; depth--) {
        uint32_t top = mapped(region, depth > 1 ? rw->past.stack[depth - 2] : 0);
        for (uint32_t i = top == 0 ? 0 : item_at(region, top)->first; i != 0; i = item_at(region, i)->next) {
            uint32_t *early = af_vector_add(rw, &region->early, sizeof *early, &status);
            if (early == NULL) {
                return status;
            }
            *early = i;
            item_at(region, i)->early = true;
            item_at(region, i)->depth = depth - 1;
        }
    }
    return status;
}

static af_status_t note_open(region_t *region, af_vector_t *to)
{
    const af_tree_t *tree = &region->replay;
    af_status_t status = af_vector_reserve(region->rw, to, tree->depth, sizeof *tree->stack);

    if (status == AF_OK && tree->depth > 0) {
        memcpy(to->items, tree->stack, tree->depth * sizeof *tree->stack);
        to->count = tree->depth;
    }
    return status;
}

/* A second lift is the beginning of another region. */
static void end_before(region_t *region, uint32_t token)
{
    af_tree_t replay = region->replay;

    region->replay = region->spare;
    region->spare = replay;
    region->end = token;
}

static af_status_t build_token(region_t *region, uint32_t number)
{
    af_rewriter_t *rw = region->rw;
    const af_node_t *nodes;
    uint32_t count;
    af_token_t token = af_queue_token(rw, number, &nodes, &count);

    if (token.type == AF_TOKEN_COMMENT && (token.flags & AF_TOKEN_CONTINUED) != 0) {
        item_at(region, region->content)->to_pos = token.to_pos;
        return AF_OK;
    }
    if ((token.flags & AF_TOKEN_OVERLONG) != 0) {
        region->fits = false;
    }
    region->pos = token.from_pos;
    region->replay.script = nodes;
    region->replay.script_count = count;
    region->replay.script_used = 0;
    if (region->lift == NO_TOKEN) {
        uint32_t entry = af_formatting_find(&region->replay, token.tag); /* HTML #adoption-agency-algorithm */
        region->lifted = entry == 0 ? 0 : region->replay.formatting[entry - 1].node;
    }
    af_status_t status =
        region->lift == NO_TOKEN ? note_open(region, &region->before) : af_tree_clone(&region->spare, &region->replay);
    if (status == AF_OK) {
        status = af_tree_process(&region->replay, &token);
    }
    if (status == AF_OK && lifts(region)) {
        if (region->lift != NO_TOKEN) {
            end_before(region, number);
            return AF_OK;
        }
        status = note_lift(region, number);
        status = status == AF_OK ? note_open(region, &region->after) : status;
    }
    for (uint32_t i = 0; status == AF_OK && i < region->replay.event_count; i++) {
        status = build_event(region, &region->replay.events[i], number, token.type == AF_TOKEN_START_TAG);
    }
    region->replay.script = NULL;
    region->replay.script_count = 0;
    return status;
}

/* What is open at the end must be what the output has open when all is written, the last child of the last child. */
static bool ends_at_the_edge(region_t *region)
{
    const af_tree_t *tree = &region->replay, *past = &region->rw->past;

    region->kept = 0;
    while (region->kept < past->depth && region->kept < tree->depth && past->stack[region->kept] == tree->stack[region->kept]) {
        region->kept++;
    }
    for (uint32_t i = region->kept; i < tree->depth; i++) {
        uint32_t item = mapped(region, tree->stack[i]), up = mapped(region, i == 0 ? 0 : tree->stack[i - 1]);
        if (region->lift != NO_TOKEN && (item == 0 || item_at(region, item)->outer)) {
            continue; /* the lift brings it there */
        }
        if (item == 0 || up == 0 || item_at(region, item)->parent != up || item_at(region, item)->next != 0) {
            return false;
        }
    }
    return true;
}

static bool is_complete(region_t *region)
{
    if (region->table != 0) {
        uint32_t table = region->gone_table == 0 ? region->table : mapped(region, region->gone_table);
        if ((table == 0 || item_at(region, table)->closed_by == 0) && region->pos - region->table_pos <= AF_TABLE_HOLD) {
            return false;
        }
    }
    return region->pos >= region->until && ends_at_the_edge(region);
}

/* Whether the document ends with token `number`. */
static bool is_last(const region_t *region, size_t number)
{
    const af_rewriter_t *rw = region->rw;

    return number + 1 < rw->held.count && AF_VECTOR_AT(af_held_t, &rw->held, number + 1)->type == AF_TOKEN_END;
}

af_status_t af_region_build(region_t *region)
{
    af_rewriter_t *rw = region->rw;
    uint32_t none;
    af_status_t status = af_tree_clone(&region->replay, &rw->past);

    if (status == AF_OK) {
        status = add_item(region, 0, NO_TOKEN, &none);
    }
    if (status == AF_OK) {
        status = af_vector_reserve(rw, &region->map, rw->pool.used, sizeof(uint32_t));
    }
    if (status != AF_OK) {
        return status;
    }
    region->map.count = rw->pool.used;
    memset(region->map.items, 0, region->map.count * sizeof(uint32_t));
    region->fits = true;
    region->lift = NO_TOKEN;
    for (size_t i = rw->held_first; status == AF_OK && region->fits && !region->complete && i < region->end; i++) {
        status = build_token(region, (uint32_t) i);
        if (status == AF_OK && i < region->end) {
            region->complete = is_complete(region) || is_last(region, i);
            region->end = region->complete ? i + 1 : region->end;
        }
    }
    region->fits = region->fits && status == AF_OK && (region->complete || ends_at_the_edge(region));
    return status;
}
