/*
 * rewrite/region.c: held tokens written from the tree that they made.
 *
 * Where the adoption agency moved nodes among held tokens, and some of them go, the tokens' order is no longer the tree's: an
 * element may have to begin before a tag that came earlier. Then the region's final tree is built from the events (the tokens are
 * taken a second time), and written in tree order: start tags and text as they came, end tags where they are due. Bytes that the
 * order brings forward are insertions of a copy.
 *
 * A region begins at the first token that cannot be written by itself: one whose element leaves a removed one, one that moves in
 * the input what it would not in the output, a table in front of which something is unwrapped. It ends where that has happened
 * and what is open can be open in the output too. Neither depends on what else is held, and so not on where chunks end.
 *
 * A token of the region may move elements from before it (the *lift*): then what hangs on these so far is written first, then the
 * end tag that does the same to the output's elements, then the rest. What cannot be written like this is left to the token by
 * token way.
 */
#include "rewrite/region.h"

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

/* A comment's form and its last bytes. */
typedef struct {
    uint8_t tail[4];
    size_t len;
    bool is_bogus;
} comment_end_t;

static void note_comment(comment_end_t *end, const af_token_t *token)
{
    if (end->len == 0) {
        end->is_bogus = token->bytes.len < 4 || memcmp(token->bytes.data, "<!--", 4) != 0;
    }
    for (size_t i = token->bytes.len > 4 ? token->bytes.len - 4 : 0; i < token->bytes.len; i++) {
        memmove(end->tail, end->tail + 1, 3);
        end->tail[3] = token->bytes.data[i];
    }
    end->len += token->bytes.len;
}

/* What a comment lacks that the document's end has cut: HTML #comment-end-dash-state and its neighbours. */
static const char *missing_end(const comment_end_t *end)
{
    const uint8_t *last = end->tail;
    size_t dashes = 0;

    if (end->is_bogus) {
        return last[3] == '>' ? "" : ">";
    }
    if (last[3] == '>' && (end->len < 7 || memcmp(last + 1, "-->", 3) == 0 || memcmp(last, "--!>", 4) == 0)) {
        return "";
    }
    while (dashes < 2 && end->len - dashes > 4 && last[3 - dashes] == '-') {
        dashes++;
    }
    bool bang = end->len > 6 && memcmp(last + 1, "--!", 3) == 0;
    return dashes == 2 || bang ? ">" : dashes == 1 ? "->" : "-->";
}

/* "</" at the document's end is text; with a tag behind it, it is not. */
static void write_open_tag(af_rewriter_t *rw, const af_token_t *token)
{
    static const uint8_t slash[] = "&#47;";
    af_token_t before = *token;

    before.bytes.len--;
    before.to_pos--;
    af_write_moved(rw, &before);
    af_write_markup(rw, slash, sizeof slash - 1, AF_NO_RULE);
}

static af_status_t write_content(region_t *region, const item_t *item)
{
    af_rewriter_t *rw = region->rw;
    const af_node_t *nodes;
    uint32_t count, number = item->token;
    comment_end_t end = {.len = 0};
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
        if (first && token.type == AF_TOKEN_COMMENT && region->path.count == 0 && rw->out.depth > 0) {
            status = af_settle_go_behind(rw, true);
        }
        if (first && status == AF_OK) {
            status = af_reconcile_content(rw, &token, region->path.items, region->path.count);
        }
        if (token.type == AF_TOKEN_COMMENT) {
            note_comment(&end, &token);
        }
        if (af_ends_in_open_tag(&token)) {
            write_open_tag(rw, &token);
        } else if (token.type == AF_TOKEN_TEXT && (token.text == AF_TEXT_CDATA || af_escaped_needed(rw, &token))) {
            af_escaped_write(rw, &token);
        } else {
            af_write_moved(rw, &token);
        }
    }
    const char *missing = end.len > 0 ? missing_end(&end) : "";
    if (*missing != '\0') {
        af_write_markup(rw, (const uint8_t *) missing, strlen(missing), AF_NO_RULE);
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
        if (node != 0 && !item.is_attributes && !item.in_front && (node_dead(rw, node) || af_keep_drops_text(rw, node))) {
            return AF_OK;
        }
    } else if (node_dead(rw, item.node) || node_gone(rw, item.node)) {
        return AF_OK;
    }
    if (item.token == NO_TOKEN && item.node != 0 && af_reconcile_is_open(rw, item.node)) {
        *inside = true; /* around what was written of the innermost element */
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

/* What nothing in it has implied, and nothing will, is opened by a tag; a head is implied by the body. */
static af_status_t leave(region_t *region, uint32_t i)
{
    af_rewriter_t *rw = region->rw;
    af_node_t node = item_at(region, i)->node;
    size_t count = region->path.count;
    af_status_t status = AF_OK;

    if (node != 0 && count > 0 && *AF_VECTOR_AT(af_node_t, &region->path, count - 1) == node) {
        if (af_reconcile_waits(rw, node) && node_of(rw, node)->name != AF_TAG_HEAD && item_at(region, i)->closed_by != 0) {
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

/* Makes `path` the kept ones of stack[0, depth), and what the output has open around these. */
static af_status_t set_path(region_t *region, const af_node_t *stack, uint32_t depth)
{
    af_rewriter_t *rw = region->rw;
    af_status_t status = AF_OK;

    region->path.count = 0;
    for (uint32_t i = 0; status == AF_OK && i < depth; i++) {
        af_node_t detached = af_settle_detached(rw, stack, i, region->path.count);
        if (detached != 0) {
            status = enter(region, detached);
        }
        if (status == AF_OK && !node_gone(rw, stack[i])) {
            status = enter(region, stack[i]);
        }
    }
    return status;
}

/* What the region added to elements of the stack from before it: to the innermost first. */
static af_status_t write_all(region_t *region, const af_node_t *stack, uint32_t count)
{
    af_status_t status = AF_OK;

    for (uint32_t depth = count + 1; status == AF_OK && depth > 0; depth--) {
        uint32_t top = mapped(region, depth > 1 ? stack[depth - 2] : 0);
        if (top == 0 || !(item_at(region, top)->outer || depth == 1)) {
            continue;
        }
        for (uint32_t i = item_at(region, top)->first; status == AF_OK && i != 0; i = item_at(region, i)->next) {
            status = item_at(region, i)->early ? AF_OK : set_path(region, stack, depth - 1);
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

/* Whether the node is in the output before the lift: it is from before the region, or in what is written early. */
static bool stands_before(region_t *region, af_node_t node)
{
    uint32_t i = mapped(region, node);

    while (i != 0 && !item_at(region, i)->outer && !item_at(region, i)->early) {
        i = item_at(region, i)->parent;
        if (i == 0 || item_at(region, i)->outer || item_at(region, i)->node == 0) {
            return false;
        }
    }
    return true;
}

/* How many of what was open before the lift is in the output by then. */
static uint32_t open_before(region_t *region)
{
    uint32_t count = 0;

    while (count < region->before.count && stands_before(region, *AF_VECTOR_AT(af_node_t, &region->before, count))) {
        count++;
    }
    return count;
}

/* Marks the first `count` of the nodes that stay: they are in the output. */
static void note_written(region_t *region, const af_node_t *nodes, uint32_t node_count, uint32_t count)
{
    for (uint32_t i = 0; i < node_count && count > 0; i++) {
        uint32_t item = mapped(region, nodes[i]);
        if (!node_gone(region->rw, nodes[i]) && item != 0) {
            item_at(region, item)->outer = item_at(region, item)->early = true;
            count--;
        }
    }
}

/* What a <nobr> opens again before it moves anything: its clones, each in the one before. */
static af_status_t reopen(region_t *region, const af_node_t *nodes)
{
    af_rewriter_t *rw = region->rw;
    uint32_t opened = 0;
    af_status_t status = AF_OK;

    for (uint32_t i = 0; status == AF_OK && i < region->reopened; i++) {
        if (!node_gone(rw, nodes[i])) {
            status = enter(region, nodes[i]);
            opened++;
        }
    }
    if (status == AF_OK && opened > 0) {
        status = af_reconcile(rw, region->path.items, region->path.count);
        note_written(region, nodes, region->reopened, opened);
    }
    return status;
}

/* Does to the output's elements what the token did to the input's. What it makes there too need not be written. Where the element
 * that it ended goes, an end tag would be another one's. */
static af_status_t write_lift(region_t *region)
{
    af_rewriter_t *rw = region->rw;
    const af_node_t *nodes;
    uint32_t count, used = 0;
    af_token_t token = af_queue_token(rw, region->lift, &nodes, &count), end = {.type = AF_TOKEN_END_TAG};
    af_status_t status = set_path(region, region->before.items, open_before(region));

    if (status == AF_OK) {
        status = af_reconcile(rw, region->path.items, region->path.count);
    }
    status = status == AF_OK ? reopen(region, nodes) : status;
    end.tag = token.tag;
    end.name = token.name;
    end.from_pos = end.to_pos = token.from_pos;
    nodes += region->reopened;
    count -= region->reopened;
    if (status == AF_OK && (region->lifted == 0 || !node_gone(rw, region->lifted))) {
        status = af_reconcile_end(rw, &end, nodes, count, &used);
    }
    note_written(region, nodes, count, used);
    return status;
}

static af_status_t write_lifted(region_t *region)
{
    af_status_t status = write_early(region);

    if (status == AF_OK) {
        status = write_lift(region);
    }
    return status == AF_OK ? write_all(region, region->after.items, (uint32_t) region->after.count) : status;
}

/* An element that the output still lacks, and that ends in the region, is opened first. */
static af_status_t open_pending(region_t *region)
{
    af_rewriter_t *rw = region->rw;
    af_status_t status = AF_OK;
    bool ends = false;

    for (uint32_t i = region->kept; i < rw->past.depth; i++) {
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

/* Closes what is not open any more. */
static af_status_t close_rest(region_t *region)
{
    af_rewriter_t *rw = region->rw;
    af_status_t status = set_path(region, region->replay.stack, region->replay.depth);
    const af_node_t *path = region->path.items;
    size_t count = 0;

    while (count < region->path.count && count < rw->out.depth && rw->out.stack[count] == path[count]) {
        count++;
    }
    return status == AF_OK ? af_reconcile(rw, path, count) : status;
}

static af_status_t write_region(region_t *region)
{
    af_rewriter_t *rw = region->rw;

    for (size_t i = rw->held_first; i < region->end; i++) {
        const af_node_t *nodes;
        uint32_t count;
        af_token_t token = af_queue_token(rw, (uint32_t) i, &nodes, &count);
        af_queue_tell_up_to(rw, token.from_pos);
        af_settle_any_gone(rw, nodes, count);
        af_tell_made(rw, &token, nodes, count);
        if (rw->removal != 0 && item_at(region, mapped(region, rw->removal))->closed_by == i + 1) {
            af_tell_closed_by(rw, &token);
        }
    }
    af_status_t status = af_settle_diverge(rw);
    status = status == AF_OK ? open_pending(region) : status;
    if (status == AF_OK) {
        status = region->lift == NO_TOKEN ? write_all(region, rw->past.stack, rw->past.depth) : write_lifted(region);
    }
    status = status == AF_OK ? close_rest(region) : status;
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
    af_heap_release(heap, region->after.items, region->after.capacity * sizeof(af_node_t));
    af_tree_destroy(&region->replay);
    af_tree_destroy(&region->spare);
}

/* Whether a notice, or a part of one, belongs between the region's tokens. */
static bool has_inserts(const region_t *region)
{
    const af_rewriter_t *rw = region->rw;
    const af_held_t *last = AF_VECTOR_AT(af_held_t, &rw->held, region->end - 1);
    bool found = false;

    for (size_t i = 0; i < rw->inserts.count; i++) {
        found = found || AF_VECTOR_AT(af_insert_t, &rw->inserts, i)->pos < last->from_pos + last->span;
    }
    return found;
}

af_status_t af_region_flush(af_rewriter_t *rw, bool *written)
{
    region_t region = {.rw = rw, .end = rw->held.count};

    *written = false;
    af_status_t status = af_region_build(&region);
    if (status == AF_OK && region.fits && !has_inserts(&region)) {
        status = write_region(&region);
        *written = status == AF_OK;
    } else if (status == AF_LIMIT) {
        status = AF_OK; /* too big to be laid out: token by token */
        rw->pool.too_deep = false;
    }
    destroy(&region);
    return status;
}
