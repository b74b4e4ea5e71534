/*
 * rewrite/queue.c: tokens that wait for a decision.
 *
 * A held token is a copy of its bytes, attributes and node numbers, so that the trees can take it a second time after the chunk
 * it came in is gone. The stores are emptied together when the queue is; while it is not, what was passed is
 * moved out before a store grows.
 */
#include "rewrite/rewriter_internal.h"

#define KEPT_STORE 16384u /* bytes of a store that stay with an empty queue */

static af_held_t *held_at(af_rewriter_t *rw, size_t i)
{
    return AF_VECTOR_AT(af_held_t, &rw->held, i);
}

static void shift(af_vector_t *vector, size_t by, size_t item)
{
    if (by < vector->count) {
        memmove(vector->items, (uint8_t *) vector->items + by * item, (vector->count - by) * item);
    }
    vector->count -= by;
}

/* Empties a store; one that has become large is given back. */
static void empty(af_rewriter_t *rw, af_vector_t *vector, size_t item)
{
    vector->count = 0;
    if (vector->capacity * item > KEPT_STORE) {
        af_heap_release(rw->heap, vector->items, vector->capacity * item);
        *vector = (af_vector_t){0};
    }
}

/* Moves out what the queue's front has passed. */
static void compact(af_rewriter_t *rw)
{
    size_t first = rw->held_first;

    if (first == 0 || first < rw->held.count / 2) {
        return;
    }
    if (first == rw->held.count) {
        empty(rw, &rw->held, sizeof(af_held_t));
        empty(rw, &rw->held_bytes, 1);
        empty(rw, &rw->held_attributes, sizeof(af_attribute_t));
        empty(rw, &rw->held_nodes, sizeof(af_node_t));
        rw->held_first = 0;
        return;
    }
    af_held_t front = *held_at(rw, first);
    for (size_t i = first; i < rw->held.count; i++) {
        held_at(rw, i)->bytes_at -= front.bytes_at;
        held_at(rw, i)->attributes_at -= front.attributes_at;
        held_at(rw, i)->nodes_at -= front.nodes_at;
    }
    shift(&rw->held, first, sizeof front);
    shift(&rw->held_bytes, front.bytes_at, 1);
    shift(&rw->held_attributes, front.attributes_at, sizeof(af_attribute_t));
    shift(&rw->held_nodes, front.nodes_at, sizeof(af_node_t));
    rw->held_first = 0;
}

/* Puts a copy at the end of a store. `*at`: where it is. */
static af_status_t store(af_rewriter_t *rw, af_vector_t *vector, const void *items, size_t count, size_t item, uint32_t *at)
{
    af_status_t status = af_vector_reserve(rw, vector, vector->count + count, item);

    if (status != AF_OK) {
        return status;
    }
    *at = (uint32_t) vector->count; /* less than af_vector_reserve's most */
    if (count > 0) {
        memcpy((uint8_t *) vector->items + vector->count * item, items, count * item);
        vector->count += count;
    }
    return AF_OK;
}

static af_status_t store_name(af_rewriter_t *rw, const af_token_t *token, af_held_t *held)
{
    af_slice_t bytes = token->bytes, name = token->name;
    uint32_t ignored;

    held->name_len = (uint32_t) name.len;
    if (name.data != NULL && bytes.data != NULL && name.data >= bytes.data && name.data + name.len <= bytes.data + bytes.len) {
        held->name_at = (uint32_t) (name.data - bytes.data);
        return AF_OK;
    }
    held->name_at = held->bytes_len;
    return store(rw, &rw->held_bytes, name.data, name.len, 1, &ignored);
}

/* Whether the token goes on with the text that was held last, so that where a chunk ended makes no difference. */
static bool goes_on(af_rewriter_t *rw, const af_token_t *token)
{
    if (token->type != AF_TOKEN_TEXT || !af_rewriter_holding(rw) || rw->made.count > 0 || rw->text_parent == 0) {
        return false;
    }
    const af_held_t *last = held_at(rw, rw->held.count - 1);
    return last->type == AF_TOKEN_TEXT && last->text == (uint8_t) token->text && last->text_parent == rw->text_parent &&
           last->from_pos + last->span == token->from_pos && last->bytes_at + last->bytes_len == rw->held_bytes.count &&
           last->bytes_len == last->span && token->bytes.len == token->to_pos - token->from_pos &&
           last->stripped == ((token->flags & TOKEN_STRIPPED) != 0);
}

static af_status_t go_on(af_rewriter_t *rw, const af_token_t *token)
{
    uint32_t ignored;
    af_status_t status = store(rw, &rw->held_bytes, token->bytes.data, token->bytes.len, 1, &ignored);

    if (status == AF_OK) {
        af_held_t *last = held_at(rw, rw->held.count - 1);
        last->span += (uint32_t) token->bytes.len;
        last->bytes_len += (uint32_t) token->bytes.len;
        last->name_at = last->bytes_len;
    }
    return status;
}

af_status_t af_queue_add(af_rewriter_t *rw, const af_token_t *token)
{
    af_held_t held = {.from_pos = token->from_pos, .tag = token->tag, .text_parent = rw->text_parent};
    af_status_t status;

    if (token->to_pos - token->from_pos > UINT32_MAX) {
        return AF_LIMIT;
    }
    if (goes_on(rw, token)) {
        return go_on(rw, token);
    }
    compact(rw);
    held.span = (uint32_t) (token->to_pos - token->from_pos);
    held.type = (uint8_t) token->type;
    held.text = (uint8_t) token->text;
    held.flags = (uint8_t) token->flags;
    held.stripped = (token->flags & TOKEN_STRIPPED) != 0;
    held.bytes_len = (uint32_t) token->bytes.len;
    held.attribute_count = token->attribute_count;
    held.node_count = (uint32_t) rw->made.count;
    status = store(rw, &rw->held_bytes, token->bytes.data, token->bytes.len, 1, &held.bytes_at);
    if (status == AF_OK) {
        status = store_name(rw, token, &held);
    }
    if (status == AF_OK) {
        status = store(rw, &rw->held_attributes, token->attributes, token->attribute_count, sizeof *token->attributes,
                       &held.attributes_at);
    }
    if (status == AF_OK) {
        status = store(rw, &rw->held_nodes, rw->made.items, rw->made.count, sizeof(af_node_t), &held.nodes_at);
    }
    uint32_t ignored;
    return status == AF_OK ? store(rw, &rw->held, &held, 1, sizeof held, &ignored) : status;
}

static af_token_t token_of(const af_rewriter_t *rw, const af_held_t *held)
{
    const uint8_t *bytes = AF_VECTOR_FROM(uint8_t, &rw->held_bytes, held->bytes_at);

    return (af_token_t){
        .type = (af_token_type_t) held->type,
        .text = (af_text_kind_t) held->text,
        .flags = held->flags | (held->stripped ? TOKEN_STRIPPED : 0),
        .from_pos = held->from_pos,
        .to_pos = held->from_pos + held->span,
        .bytes = {bytes, held->bytes_len},
        .name = {bytes == NULL ? NULL : bytes + held->name_at, held->name_len},
        .tag = held->tag,
        .attributes = AF_VECTOR_FROM(af_attribute_t, &rw->held_attributes, held->attributes_at),
        .attribute_count = held->attribute_count
    };
}

af_token_t af_queue_token(const af_rewriter_t *rw, uint32_t number, const af_node_t **nodes, uint32_t *count)
{
    const af_held_t *held = AF_VECTOR_AT(af_held_t, &rw->held, number);

    *nodes = AF_VECTOR_FROM(af_node_t, &rw->held_nodes, held->nodes_at);
    *count = held->node_count;
    return token_of(rw, held);
}

static bool has_made(const af_rewriter_t *rw, const af_held_t *held, af_node_t node)
{
    for (uint32_t i = 0; i < held->node_count; i++) {
        if (*AF_VECTOR_AT(af_node_t, &rw->held_nodes, held->nodes_at + i) == node) {
            return true;
        }
    }
    return false;
}

/* `from` is an element that nothing was moved into: its text came behind its tag. */
void af_queue_moved(af_rewriter_t *rw, af_node_t from, af_node_t to)
{
    for (size_t i = rw->held.count; i > rw->held_first && !has_made(rw, held_at(rw, i - 1), from); i--) {
        if (held_at(rw, i - 1)->text_parent == from) {
            held_at(rw, i - 1)->text_parent = to;
        }
    }
}

static bool undecided(const af_rewriter_t *rw, const af_node_t *nodes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (node_of(rw, nodes[i])->hold > 0 || (rw->keep != KEEP_NONE && af_keep_undecided(rw, nodes[i]))) {
            return true;
        }
    }
    return false;
}

typedef struct {
    af_event_t event;
    uint64_t pos; /* of the token that it was known at */
} told_t;

void af_queue_tell(af_rewriter_t *rw, const af_event_t *event)
{
    af_status_t status;
    told_t *told = af_rewriter_holding(rw) ? af_vector_add(rw, &rw->told, sizeof *told, &status) : NULL;

    if (told == NULL) { /* where there is no memory the order is lost, not the event */
        af_edits_event(&rw->edits, event);
        return;
    }
    *told = (told_t){*event, rw->token_pos};
}

void af_queue_tell_up_to(af_rewriter_t *rw, uint64_t pos)
{
    size_t count = 0;

    while (count < rw->told.count && AF_VECTOR_AT(told_t, &rw->told, count)->pos <= pos) {
        af_edits_event(&rw->edits, &AF_VECTOR_AT(told_t, &rw->told, count++)->event);
    }
    shift(&rw->told, count, sizeof(told_t));
}

void af_queue_destroy(af_rewriter_t *rw)
{
    af_heap_release(rw->heap, rw->held.items, rw->held.capacity * sizeof(af_held_t));
    af_heap_release(rw->heap, rw->held_bytes.items, rw->held_bytes.capacity);
    af_heap_release(rw->heap, rw->held_attributes.items, rw->held_attributes.capacity * sizeof(af_attribute_t));
    af_heap_release(rw->heap, rw->held_nodes.items, rw->held_nodes.capacity * sizeof(af_node_t));
    af_heap_release(rw->heap, rw->told.items, rw->told.capacity * sizeof(told_t));
}

static af_status_t pass_front(af_rewriter_t *rw, const af_held_t *held, const af_node_t *nodes)
{
    af_token_t token = token_of(rw, held);
    af_status_t status = AF_OK;

    if (token.type == AF_TOKEN_COMMENT && (token.flags & AF_TOKEN_CONTINUED) != 0) {
        return af_settle_continued(rw, &token);
    }
    rw->text_parent = held->text_parent;
    bool gone = af_settle_any_gone(rw, nodes, held->node_count);
    if (gone || af_settle_drops(rw, &token)) {
        status = af_settle_diverge(rw);
    }
    if (status == AF_OK && rw->diverged) {
        status = af_settle_before(rw, &rw->past);
    }
    if (status != AF_OK) {
        return status;
    }
    rw->past.scripted = true;
    rw->past.script = nodes;
    rw->past.script_count = held->node_count;
    rw->past.script_used = 0;
    rw->past.next_text = AF_TEXT_DATA;
    status = af_tree_process(&rw->past, &token);
    rw->text_parent = held->text_parent;
    if (status == AF_OK) {
        status = af_settle(rw, &rw->past, &token, nodes, held->node_count);
    }
    rw->text_parent = 0;
    rw->past.script = NULL;
    rw->past.script_count = 0;
    return status;
}

bool af_queue_undecided(const af_rewriter_t *rw, const af_node_t **nodes, uint32_t *count)
{
    for (size_t i = rw->held_first; (rw->open_candidates > 0 || rw->keep != KEEP_NONE) && i < rw->held.count; i++) {
        const af_held_t *held = AF_VECTOR_AT(af_held_t, &rw->held, i);
        *nodes = AF_VECTOR_FROM(af_node_t, &rw->held_nodes, held->nodes_at);
        *count = held->node_count;
        if (undecided(rw, *nodes, *count) || af_keep_text_undecided(rw, held->text_parent)) {
            return true;
        }
    }
    return false;
}

/* Whether something of the queue, or around it, does not reach the output. */
static bool any_goes(const af_rewriter_t *rw)
{
    for (size_t i = 0; i < rw->held_nodes.count; i++) {
        if ((node_of(rw, *AF_VECTOR_AT(af_node_t, &rw->held_nodes, i))->fate & (FATE_REMOVE | FATE_GONE)) != 0) {
            return true;
        }
    }
    return rw->diverged || rw->keep == KEEP_ACTIVE;
}

/* Whether all of the queue stays as it is: most of what is held turns out to be nothing that a rule wants. */
static bool all_stays(const af_rewriter_t *rw)
{
    if (rw->open_candidates > 0 || rw->diverged || rw->dropped_since || rw->inserts.count > 0 || rw->removal != 0 ||
        rw->keep != KEEP_NONE || rw->rules->has_strip || rw->marks.preview != NULL || af_notices_active(rw)) {
        return false;
    }
    for (size_t i = 0; i < rw->held_nodes.count; i++) {
        const af_node_record_t *record = node_of(rw, *AF_VECTOR_AT(af_node_t, &rw->held_nodes, i));
        if ((record->fate & (FATE_REMOVE | FATE_GONE)) != 0 || node_known_dead(rw, record->parent)) {
            return false;
        }
    }
    return true;
}

/* Then the output's tree is the input's, and no token has to be taken once more: the guard asks how the last text ended. */
static void keep_all(af_rewriter_t *rw)
{
    size_t run = rw->held.count - 1;

    while (run > rw->held_first && (held_at(rw, run)->type == AF_TOKEN_TEXT || held_at(rw, run)->type == AF_TOKEN_IGNORED)) {
        run--;
    }
    for (size_t i = 0; i < rw->held_nodes.count; i++) {
        af_settle_fate(rw, *AF_VECTOR_AT(af_node_t, &rw->held_nodes, i));
    }
    for (size_t i = run; i < rw->held.count; i++) {
        af_token_t token = token_of(rw, held_at(rw, i));
        af_write_token(rw, &token, i + 1 == rw->held.count && swallows_newline(&rw->in, &token));
    }
    rw->held_first = rw->held.count;
    rw->text_parent = 0;
}

/* Whether the last comment goes on, which need not be what is written last; one that outgrows the hold-back is not waited for. */
static bool ends_in_comment(const af_rewriter_t *rw)
{
    const af_held_t *last = AF_VECTOR_AT(af_held_t, &rw->held, rw->held.count - 1);

    return last->type == AF_TOKEN_COMMENT && (last->flags & AF_TOKEN_UNFINISHED) != 0 &&
           last->from_pos + last->span - rw->edits.frontier <= rw->options.limits.hold;
}

af_status_t af_queue_flush(af_rewriter_t *rw)
{
    if (af_rewriter_holding(rw) && all_stays(rw)) {
        keep_all(rw);
    }
    if (rw->queue_moved && af_rewriter_holding(rw)) {
        const af_node_t *nodes;
        uint32_t count;
        if (ends_in_comment(rw) || rw->open_candidates > 0 || af_queue_undecided(rw, &nodes, &count)) {
            return AF_OK;
        }
        for (bool written = rw->inserts.count == 0 && any_goes(rw); written;) {
            af_status_t status = af_region_flush(rw, &written);
            if (status != AF_OK) {
                return status;
            }
        }
    }
    while (rw->held_first < rw->held.count) {
        const af_held_t *held = held_at(rw, rw->held_first);
        const af_node_t *nodes = AF_VECTOR_FROM(af_node_t, &rw->held_nodes, held->nodes_at);
        if ((rw->open_candidates > 0 || rw->keep != KEEP_NONE) &&
            (undecided(rw, nodes, held->node_count) || af_keep_text_undecided(rw, held->text_parent))) {
            return AF_OK;
        }
        if (rw->told.count > 0) {
            af_queue_tell_up_to(rw, held->from_pos);
        }
        af_status_t status = pass_front(rw, held, nodes);
        if (status != AF_OK) {
            return status;
        }
        rw->held_first++;
    }
    rw->queue_moved = false;
    af_queue_tell_up_to(rw, UINT64_MAX);
    compact(rw);
    return AF_OK;
}
