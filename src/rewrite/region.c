/*
 * rewrite/region.c: held tokens written from the tree that they made.
 *
 * Where the adoption agency moved nodes among held tokens, and some of them go, the tokens' order is no longer the tree's: an
 * element may have to begin before a tag that came earlier. Then the region's final tree is built from the events (the tokens are
 * taken a second time), and written in tree order: start tags and text as they came, end tags where they are due. Bytes that the
 * order brings forward are insertions of a copy.
 *
 * A token of the region may move elements from before it (the *lift*): then what hangs on these so far is written first, then the
 * end tag that does the same to the output's elements, then the rest. What cannot be written like this is left to the token by
 * token way.
 */
#include "rewrite/rewriter_internal.h"

typedef struct {
    uint32_t parent, previous, next, first, last; /* items; 0: none */
    af_node_t node;                               /* 0: text, a comment, the document */
    uint32_t token;                               /* in the queue; NO_TOKEN: a clone, implied, or from before the region */
    uint64_t from_pos, to_pos;
    bool outer, early, is_attributes; /* early: before the lift, or by it; is_attributes: of a second html or body tag */
    uint32_t depth, closed_by; /* depth of what it hung on when the lift came; 1 + the token that closed it, 0: none did */
} item_t;

#define NO_TOKEN UINT32_MAX

typedef struct {
    af_rewriter_t *rw;
    af_vector_t items, map, path; /* item_t (the first is none), uint32_t by node, af_node_t */
    af_tree_t replay, spare;                      /* after the last token; before it, once there is a lift */
    uint32_t start_depth, content, lift;          /* the last item of content; the token of the lift, NO_TOKEN: none */
    af_vector_t early, before;                    /* uint32_t: items; af_node_t: open before the lift */
    size_t end; /* of the queue's tokens that belong to it: all but the document's end, or up to a second lift */
    bool fits;
} region_t;

static item_t *item_at(region_t *region, uint32_t i)
{
    return AF_VECTOR_AT(item_t, &region->items, i);
}

/* --- building -------------------------------------------------------------------------------------------------------------- */

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

static uint32_t mapped(const region_t *region, af_node_t node)
{
    return node < region->map.count ? *AF_VECTOR_AT(uint32_t, &region->map, node) : 0;
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

    for (uint32_t i = region->start_depth; i > 0; i--) {
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

    if (event->before != 0 && (before == 0 || item_at(region, before)->outer)) {
        under = foster_context(region);
        region->fits = region->fits && under != 0;
        before = 0;
    }
    af_status_t status = item_of(region, under, &parent);
    if (status != AF_OK) {
        return status;
    }
    if (before != 0 && item_at(region, before)->parent != parent) {
        region->fits = false;
        before = 0;
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

static af_status_t build_created(region_t *region, const af_tree_event_t *event, uint32_t token, bool is_start_tag)
{
    bool own = is_start_tag && (node_of(region->rw, event->node)->flags & (AF_NODE_IMPLIED | AF_NODE_CLONE)) == 0;
    uint32_t item;
    af_status_t status = add_item(region, event->node, own ? token : NO_TOKEN, &item);

    if (status == AF_OK && event->node < region->map.count) {
        *AF_VECTOR_AT(uint32_t, &region->map, event->node) = item;
        status = place(region, item, event);
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
        if (item != 0 && other != 0) {
            move_children(region, item, other);
        }
        region->fits = region->fits && other != 0;
        return AF_OK;
    case AF_EVENT_ATTRIBUTES:
        return build_attributes(region, event, token);
    case AF_EVENT_CLOSED:
        item_at(region, item)->closed_by = token + 1;
        break;
    }
    return AF_OK;
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

/* Notes what is written before the lift, in that order: what hangs on the innermost elements from before the region first. */
static af_status_t note_lift(region_t *region, uint32_t token)
{
    af_rewriter_t *rw = region->rw;
    af_status_t status = AF_OK;

    region->lift = token;
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

static af_status_t note_open(region_t *region)
{
    const af_tree_t *tree = &region->replay;
    af_status_t status = af_vector_reserve(region->rw, &region->before, tree->depth, sizeof *tree->stack);

    if (status == AF_OK && tree->depth > 0) {
        memcpy(region->before.items, tree->stack, tree->depth * sizeof *tree->stack);
        region->before.count = tree->depth;
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
    region->replay.script = nodes;
    region->replay.script_count = count;
    region->replay.script_used = 0;
    af_status_t status = region->lift == NO_TOKEN ? note_open(region) : af_tree_clone(&region->spare, &region->replay);
    if (status == AF_OK) {
        status = af_tree_process(&region->replay, &token);
    }
    if (status == AF_OK && lifts(region)) {
        if (region->lift != NO_TOKEN) {
            end_before(region, number);
            return AF_OK;
        }
        status = note_lift(region, number);
    }
    for (uint32_t i = 0; status == AF_OK && i < region->replay.event_count; i++) {
        status = build_event(region, &region->replay.events[i], number, token.type == AF_TOKEN_START_TAG);
    }
    region->replay.script = NULL;
    region->replay.script_count = 0;
    return status;
}

/* What is open at the end must be what the output has open when all is written, the last child of the last child; at the end of
 * the document it does not matter. */
static bool ends_at_the_edge(region_t *region)
{
    const af_tree_t *tree = &region->replay;
    const af_rewriter_t *rw = region->rw;

    if (region->end < rw->held.count && AF_VECTOR_AT(af_held_t, &rw->held, region->end)->type == AF_TOKEN_END) {
        return true;
    }
    for (uint32_t i = region->start_depth; i < tree->depth; i++) {
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

static af_status_t build(region_t *region)
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
    region->start_depth = rw->past.depth;
    for (size_t i = rw->held_first; status == AF_OK && i < region->end; i++) {
        status = build_token(region, (uint32_t) i);
    }
    uint32_t kept = 0;
    while (kept < region->start_depth && kept < region->replay.depth && rw->past.stack[kept] == region->replay.stack[kept]) {
        kept++;
    }
    region->start_depth = kept;
    region->fits = region->fits && status == AF_OK && ends_at_the_edge(region);
    return status;
}

/* --- writing --------------------------------------------------------------------------------------------------------------- */

static af_status_t write_element(region_t *region, const item_t *item)
{
    af_rewriter_t *rw = region->rw;
    const af_node_t *nodes;
    uint32_t count;

    if (item->token == NO_TOKEN) {
        return af_reconcile_later(rw, item->node, region->path.items, region->path.count);
    }
    af_token_t token = af_queue_token(rw, item->token, &nodes, &count);
    bool taken;
    af_status_t status = af_reconcile_take(rw, item->node, &token, region->path.items, region->path.count, &taken);
    if (status == AF_OK && taken) {
        af_write_moved(rw, &token);
    }
    return status;
}

static af_status_t write_content(region_t *region, const item_t *item)
{
    af_rewriter_t *rw = region->rw;
    const af_node_t *nodes;
    uint32_t count, number = item->token;
    af_status_t status = AF_OK;

    for (bool first = true; status == AF_OK && number < region->end; number++, first = false) {
        af_token_t token = af_queue_token(rw, number, &nodes, &count);
        if (token.from_pos >= item->to_pos) {
            break;
        }
        if (token.type == AF_TOKEN_TEXT) {
            token.bytes.data += item->from_pos - token.from_pos;
            token.bytes.len = (size_t) (item->to_pos - item->from_pos);
            token.from_pos = item->from_pos;
            token.to_pos = item->to_pos;
        }
        if (first) {
            status = af_reconcile_content(rw, &token, region->path.items, region->path.count);
        }
        af_write_moved(rw, &token);
    }
    return status;
}

static af_status_t write_item(region_t *region, uint32_t i, bool *inside)
{
    af_rewriter_t *rw = region->rw;
    const item_t item = *item_at(region, i);
    af_status_t status;

    *inside = false;
    if (item.node == 0) {
        uint32_t parent = item.parent;
        af_node_t node = item_at(region, parent)->node;
        if (node != 0 && !item.is_attributes && (node_dead(rw, node) || af_keep_drops_text(rw, node))) {
            return AF_OK;
        }
    } else if (node_dead(rw, item.node) || node_gone(rw, item.node)) {
        return AF_OK;
    }
    status = af_reconcile_known(rw, region->path.items, region->path.count);
    if (status != AF_OK) {
        return status;
    }
    if (item.node == 0) {
        return write_content(region, &item);
    }
    status = write_element(region, &item);
    *inside = af_reconcile_waits(rw, item.node) || (rw->out.depth > 0 && rw->out.stack[rw->out.depth - 1] == item.node);
    return status;
}

static af_status_t enter(region_t *region, af_node_t node)
{
    af_status_t status = af_vector_reserve(region->rw, &region->path, region->path.count + 1, sizeof(af_node_t));

    if (status == AF_OK) {
        *AF_VECTOR_AT(af_node_t, &region->path, region->path.count++) = node;
    }
    return status;
}

/* What nothing in it has implied is opened by a tag; a head is implied by the body. */
static af_status_t leave(region_t *region, uint32_t i)
{
    af_rewriter_t *rw = region->rw;
    af_node_t node = item_at(region, i)->node;
    size_t count = region->path.count;
    af_status_t status = AF_OK;

    if (node != 0 && count > 0 && *AF_VECTOR_AT(af_node_t, &region->path, count - 1) == node) {
        if (af_reconcile_waits(rw, node) && node_of(rw, node)->name != AF_TAG_HEAD) {
            status = af_reconcile(rw, region->path.items, count);
        }
        region->path.count--;
    }
    return status;
}

/* Writes item `root` and what is under it, in tree order; `path` holds the kept nodes around it. */
static af_status_t write_tree(region_t *region, uint32_t root)
{
    uint32_t at = root;
    af_status_t status = AF_OK;

    while (status == AF_OK) {
        bool inside;
        status = write_item(region, at, &inside);
        if (status == AF_OK && inside) {
            status = enter(region, item_at(region, at)->node);
        }
        if (item_at(region, at)->first != 0) {
            at = item_at(region, at)->first;
            continue;
        }
        status = status == AF_OK ? leave(region, at) : status;
        while (status == AF_OK && at != root && item_at(region, at)->next == 0) {
            at = item_at(region, at)->parent;
            status = leave(region, at);
        }
        if (at == root) {
            break;
        }
        at = item_at(region, at)->next;
    }
    return status;
}

/* Makes `path` the kept ones of stack[0, depth). */
static af_status_t set_path(region_t *region, const af_node_t *stack, uint32_t depth)
{
    af_status_t status = AF_OK;

    region->path.count = 0;
    for (uint32_t i = 0; status == AF_OK && i < depth; i++) {
        if (!node_gone(region->rw, stack[i])) {
            status = enter(region, stack[i]);
        }
    }
    return status;
}

/* What the region added to elements of `tree` from before it: to the innermost first. */
static af_status_t write_all(region_t *region, const af_tree_t *tree)
{
    af_status_t status = AF_OK;

    for (uint32_t depth = tree->depth + 1; status == AF_OK && depth > 0; depth--) {
        uint32_t top = mapped(region, depth > 1 ? tree->stack[depth - 2] : 0);
        if (top == 0 || !(item_at(region, top)->outer || depth == 1)) {
            continue;
        }
        for (uint32_t i = item_at(region, top)->first; status == AF_OK && i != 0; i = item_at(region, i)->next) {
            status = item_at(region, i)->early ? AF_OK : set_path(region, tree->stack, depth - 1);
            if (status == AF_OK && !item_at(region, i)->early) {
                status = write_tree(region, i);
            }
        }
    }
    return status;
}

static af_status_t write_early(region_t *region)
{
    af_rewriter_t *rw = region->rw;
    af_status_t status = AF_OK;

    for (size_t i = 0; status == AF_OK && i < region->early.count; i++) {
        uint32_t number = *AF_VECTOR_AT(uint32_t, &region->early, i);
        if (item_at(region, number)->early) {
            status = set_path(region, rw->past.stack, item_at(region, number)->depth);
        }
        if (status == AF_OK && item_at(region, number)->early) {
            status = write_tree(region, number);
        }
    }
    return status;
}

/* Does to the output's elements what the token did to the input's. What it makes there too need not be written. */
static af_status_t write_lift(region_t *region)
{
    af_rewriter_t *rw = region->rw;
    const af_node_t *nodes;
    uint32_t count;
    af_token_t token = af_queue_token(rw, region->lift, &nodes, &count), end = {.type = AF_TOKEN_END_TAG};
    af_status_t status = set_path(region, region->before.items, (uint32_t) region->before.count);

    if (status == AF_OK) {
        status = af_reconcile(rw, region->path.items, region->path.count);
    }
    end.tag = token.tag;
    end.name = token.name;
    end.from_pos = end.to_pos = token.from_pos;
    uint32_t used = 0;
    if (status == AF_OK) {
        status = af_reconcile_end(rw, &end, nodes, count, &used);
    }
    for (uint32_t i = 0; i < count && used > 0; i++) {
        uint32_t item = mapped(region, nodes[i]);
        if (!node_gone(rw, nodes[i]) && item != 0) {
            item_at(region, item)->outer = item_at(region, item)->early = true;
            used--;
        }
    }
    return status;
}

static af_status_t write_lifted(region_t *region)
{
    af_status_t status = write_early(region);

    if (status == AF_OK) {
        status = write_lift(region);
    }
    return status == AF_OK ? write_all(region, &region->rw->out) : status;
}

/* An element that the output still lacks, and that ends in the region, is opened first. */
static af_status_t open_pending(region_t *region)
{
    af_rewriter_t *rw = region->rw;
    af_status_t status = AF_OK;
    bool ends = false;

    for (uint32_t i = region->start_depth; i < rw->past.depth; i++) {
        for (size_t k = 0; k < rw->pending.count; k++) {
            ends = ends || *AF_VECTOR_AT(af_node_t, &rw->pending, k) == rw->past.stack[i];
        }
    }
    if (ends) {
        status = af_settle_before(rw, &rw->past);
        if (status == AF_OK) {
            status = af_reconcile(rw, rw->before.items, rw->before.count);
        }
    }
    return status;
}

static af_status_t write_region(region_t *region)
{
    af_rewriter_t *rw = region->rw;

    for (size_t i = rw->held_first; i < region->end; i++) {
        const af_node_t *nodes;
        uint32_t count;
        af_token_t token = af_queue_token(rw, (uint32_t) i, &nodes, &count);
        af_settle_any_gone(rw, nodes, count);
        af_tell_made(rw, &token, nodes, count);
        if (rw->removal != 0 && item_at(region, mapped(region, rw->removal))->closed_by == i + 1) {
            af_tell_closed_by(rw, &token);
        }
    }
    af_status_t status = af_settle_diverge(rw);
    status = status == AF_OK ? open_pending(region) : status;
    if (status == AF_OK) {
        status = region->lift == NO_TOKEN ? write_all(region, &rw->past) : write_lifted(region);
    }
    if (status != AF_OK) {
        return status;
    }
    const af_node_t *nodes;
    uint32_t count;
    af_token_t last = af_queue_token(rw, (uint32_t) region->end - 1, &nodes, &count);
    af_write_drop(rw, &last, rw->drop_rule);
    af_tree_t old = rw->past;
    rw->past = region->replay;
    region->replay = old;
    rw->held_first = region->end;
    return AF_OK;
}

static void destroy(region_t *region)
{
    af_heap_t *heap = region->rw->heap;

    af_heap_release(heap, region->items.items, region->items.capacity * sizeof(item_t));
    af_heap_release(heap, region->map.items, region->map.capacity * sizeof(uint32_t));
    af_heap_release(heap, region->path.items, region->path.capacity * sizeof(af_node_t));
    af_heap_release(heap, region->early.items, region->early.capacity * sizeof(uint32_t));
    af_heap_release(heap, region->before.items, region->before.capacity * sizeof(af_node_t));
    af_tree_destroy(&region->replay);
    af_tree_destroy(&region->spare);
}

af_status_t af_region_flush(af_rewriter_t *rw, bool *written)
{
    region_t region = {.rw = rw, .end = rw->held.count};

    *written = false;
    if (AF_VECTOR_AT(af_held_t, &rw->held, region.end - 1)->type == AF_TOKEN_END) {
        region.end--;
    }
    if (region.end == rw->held_first) {
        return AF_OK;
    }
    af_status_t status = build(&region);
    if (status == AF_OK && region.fits) {
        status = write_region(&region);
        *written = status == AF_OK;
    } else if (status == AF_LIMIT) {
        status = AF_OK; /* too big to be laid out: token by token */
    }
    destroy(&region);
    return status;
}
