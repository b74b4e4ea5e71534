/*
 * rewrite/queue.c: tokens that wait for a decision.
 *
 * A held token is a copy of its bytes, attributes and node numbers, so that the trees can take it a second time after the chunk
 * it came in is gone. The stores are emptied together when the queue is; while it is not, what was passed is
 * moved out before a store grows.
 */
#include "rewrite/rewriter_internal.h"

#define KEPT_STORE 16384u /* bytes of a store that stay with an empty queue */
#define MAKES_NOTHING 0x80u /* flag of a held text, beside AF_TOKEN_: a NUL, a line feed behind <pre> */

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
    if (vector->capacity - vector->count < count) {
        af_status_t status = af_vector_reserve(rw, vector, vector->count + count, item);
        if (status != AF_OK) {
            return status;
        }
    }
    *at = (uint32_t) vector->count; /* less than af_vector_reserve's most */
    if (count > 0) {
        /* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): none of them if NULL */
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
    if (token->type != AF_TOKEN_TEXT || !af_rewriter_holding(rw) || rw->made.count > 0 || rw->text_parent == 0 ||
        rw->in.event_count == 0) {
        return false;
    }
    const af_held_t *last = held_at(rw, rw->held.count - 1);
    return last->type == AF_TOKEN_TEXT && (last->flags & MAKES_NOTHING) == 0 && last->text == (uint8_t) token->text &&
           last->text_parent == rw->text_parent &&
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
    held.flags = (uint8_t) (token->flags | (token->type == AF_TOKEN_TEXT && rw->in.event_count == 0 ? MAKES_NOTHING : 0));
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

/* What is in it is in no document, and no rule's. */
void af_queue_body_replaced(af_rewriter_t *rw)
{
    for (size_t i = rw->held_first; i < rw->held.count; i++) {
        const af_held_t *held = held_at(rw, i);
        for (uint32_t k = 0; k < held->node_count; k++) {
            af_node_record_t *record = node_of(rw, *AF_VECTOR_AT(af_node_t, &rw->held_nodes, held->nodes_at + k));
            if ((record->fate & FATE_SETTLED) == 0) {
                record->fate &= (uint8_t) ~(FATE_REMOVE | FATE_UNWRAP);
            }
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

/* Nothing was guarded where something around it goes all the same. */
static void tell_now(af_rewriter_t *rw, const af_event_t *event)
{
    if (event->kind == AF_GUARDED && rw->removal != 0 && event->from_pos >= rw->removal_from) {
        return;
    }
    rw->stats.guarded += event->kind == AF_GUARDED;
    af_edits_event(&rw->edits, event);
}

void af_queue_tell(af_rewriter_t *rw, const af_event_t *event)
{
    af_queue_tell_at(rw, event, rw->token_pos);
}

void af_queue_tell_at(af_rewriter_t *rw, const af_event_t *event, uint64_t pos)
{
    af_status_t status;
    told_t *told = af_rewriter_holding(rw) ? af_vector_add(rw, &rw->told, sizeof *told, &status) : NULL;

    if (told == NULL) { /* where there is no memory the order is lost, not the event */
        tell_now(rw, event);
        return;
    }
    *told = (told_t){*event, pos};
}

void af_queue_tell_up_to(af_rewriter_t *rw, uint64_t pos)
{
    size_t count = 0;

    while (count < rw->told.count && AF_VECTOR_AT(told_t, &rw->told, count)->pos <= pos) {
        tell_now(rw, &AF_VECTOR_AT(told_t, &rw->told, count++)->event);
    }
    shift(&rw->told, count, sizeof(told_t));
}

void af_queue_rest(af_rewriter_t *rw)
{
    af_heap_release(rw->heap, rw->held.items, rw->held.capacity * sizeof(af_held_t));
    af_heap_release(rw->heap, rw->held_bytes.items, rw->held_bytes.capacity);
    af_heap_release(rw->heap, rw->held_attributes.items, rw->held_attributes.capacity * sizeof(af_attribute_t));
    af_heap_release(rw->heap, rw->held_nodes.items, rw->held_nodes.capacity * sizeof(af_node_t));
    rw->held = rw->held_bytes = rw->held_attributes = rw->held_nodes = (af_vector_t){0};
    rw->held_first = 0;
}

void af_queue_destroy(af_rewriter_t *rw)
{
    af_queue_rest(rw);
    af_heap_release(rw->heap, rw->told.items, rw->told.capacity * sizeof(told_t));
}

bool af_queue_fronted(const af_rewriter_t *rw, af_node_t table, af_node_t *gone)
{
    *gone = 0;
    for (size_t i = 0; i < rw->fronts.count; i++) {
        const af_front_t *front = AF_VECTOR_AT(af_front_t, &rw->fronts, i);
        if (front->table == table && (front->node == 0 || (node_of(rw, front->node)->fate & FATE_GONE) == FATE_UNWRAP)) {
            *gone = front->gone;
            return true;
        }
    }
    return false;
}

af_status_t af_queue_note_moves(af_rewriter_t *rw)
{
    af_status_t status = AF_OK;

    for (uint32_t i = 0; status == AF_OK && i < rw->in.event_count; i++) {
        const af_tree_event_t *event = &rw->in.events[i];
        bool clones = event->kind == AF_EVENT_CREATED && event->origin != 0;
        if (!clones && (event->kind != AF_EVENT_MOVED || event->parent == 0)) {
            continue;
        }
        af_move_t *move = af_vector_add(rw, &rw->moves, sizeof *move, &status);
        if (move != NULL) {
            *move = (af_move_t){rw->token_pos, event->node, event->origin};
        }
    }
    return status;
}

/* Whether a protected clone stays though what it is in goes. */
static bool stays_alone(af_rewriter_t *rw, af_node_t clone)
{
    af_node_t parent = node_of(rw, clone)->parent;

    return parent != 0 && node_dead(rw, parent) && !node_dead(rw, clone);
}

/* Once all is decided: marks what a token moved that clones something which goes, or clones of which go, and what goes itself but
 * leaves a clone. */
static void judge_moves(af_rewriter_t *rw)
{
    const af_move_t *moves = rw->moves.items;

    while (rw->moves_judged < rw->moves.count) {
        size_t first = rw->moves_judged, end = first;
        bool gone = false, leaves = false;
        for (; end < rw->moves.count && moves[end].pos == moves[first].pos; end++) {
            if (moves[end].origin != 0) {
                leaves = leaves || stays_alone(rw, moves[end].node);
                gone = gone || node_dead(rw, moves[end].node) || node_gone(rw, moves[end].node) ||
                       node_dead(rw, moves[end].origin) || node_gone(rw, moves[end].origin);
            }
        }
        for (size_t i = first; i < end; i++) {
            if (moves[i].origin == 0 && (node_dead(rw, moves[i].node) ? leaves : gone)) {
                node_of(rw, moves[i].node)->flags |= AF_NODE_RECAST;
            }
        }
        rw->moves_judged = end;
    }
}

static uint64_t last_move(const af_rewriter_t *rw, af_node_t node)
{
    uint64_t pos = 0;

    for (size_t i = 0; i < rw->moves.count; i++) {
        const af_move_t *move = AF_VECTOR_AT(af_move_t, &rw->moves, i);
        pos = move->node == node && move->origin == 0 ? move->pos : pos;
    }
    return pos;
}

/* A protected element in one that goes is moved with that. */
uint64_t af_queue_last_move(af_rewriter_t *rw, af_node_t node)
{
    uint64_t pos = last_move(rw, node);
    af_node_t up = af_candidates_hole(rw, node) ? node_of(rw, node)->parent : 0;

    for (; node_dead(rw, up); up = node_of(rw, up)->parent) {
        uint64_t other = last_move(rw, up);
        pos = other > pos ? other : pos;
    }
    return pos;
}

/* What stays of the open elements that `place` is in, or it, as they are in the tree. */
static af_node_t kept_in(const af_rewriter_t *rw, const af_tree_t *tree, af_node_t place)
{
    uint32_t i = tree->depth;

    while (i > 0 && tree->stack[i - 1] != place) {
        i--;
    }
    while (i > 0 && node_gone(rw, tree->stack[i - 1])) {
        i--;
    }
    return i == 0 ? 0 : tree->stack[i - 1];
}

bool af_queue_recast(af_rewriter_t *rw, const af_tree_t *tree, af_node_t node, af_node_t place)
{
    const af_node_record_t *record = node_of(rw, node);

    if (place != 0 && rw->moves.count > 0 && af_candidates_hole(rw, node) && node_dead(rw, record->parent) &&
        kept_in(rw, tree, place) != node_kept(rw, record->parent)) {
        return true;
    }
    if ((record->flags & AF_NODE_MOVED) == 0 || place == 0) {
        return false;
    }
    return (record->flags & AF_NODE_RECAST) != 0 || (!node_dead(rw, node) && (node_gone(rw, node) || node_dead(rw, place)));
}

/* Whether the token made what is elsewhere now, or has something put in front of it. */
static bool makes_moved(const af_rewriter_t *rw, const af_node_t *nodes, uint32_t count)
{
    af_node_t gone;

    for (uint32_t i = 0; i < count; i++) {
        if ((node_of(rw, nodes[i])->flags & AF_NODE_MOVED) != 0 ||
            (rw->fronts.count > 0 && af_queue_fronted(rw, nodes[i], &gone)) ||
            (rw->moves.count > 0 && af_candidates_hole(rw, nodes[i]))) {
            return true;
        }
    }
    return false;
}

/* Whether the token may be one that cannot be written by itself. */
static bool may_begin_region(const af_rewriter_t *rw, const af_token_t *token, const af_node_t *nodes, uint32_t count)
{
    if (!rw->queue_moved || token->from_pos < rw->no_region_to) {
        return false;
    }
    return makes_moved(rw, nodes, count) || (rw->diverged && af_may_move(&rw->past, token));
}

/* Whether the token, which `past` has taken, made an element that cannot be written yet. */
static bool begins_region(af_rewriter_t *rw, const af_node_t *nodes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        af_node_t place = 0, gone;
        for (uint32_t k = 0; k < rw->past.event_count; k++) {
            const af_tree_event_t *event = &rw->past.events[k];
            bool puts = event->kind == AF_EVENT_CREATED || event->kind == AF_EVENT_MOVED;
            place = puts && event->node == nodes[i] ? event->parent : place;
        }
        if (af_queue_fronted(rw, nodes[i], &gone) || af_queue_recast(rw, &rw->past, nodes[i], place)) {
            return true;
        }
    }
    return false;
}

/* As if `past` had not taken the token: it is the first of a region. */
static void take_back(af_rewriter_t *rw)
{
    af_tree_t past = rw->past;

    rw->past = rw->undo;
    rw->undo = past;
    rw->region_due = true;
}

static af_status_t take_front(af_rewriter_t *rw, const af_token_t *token, const af_node_t *nodes, uint32_t count,
                              af_node_t text_parent)
{
    if (makes_moved(rw, nodes, count)) {
        judge_moves(rw); /* all is decided */
    }
    rw->may_lay_out = may_begin_region(rw, token, nodes, count);
    af_status_t status = rw->may_lay_out ? af_tree_clone(&rw->undo, &rw->past) : AF_OK;

    rw->past.scripted = true;
    rw->past.script = nodes;
    rw->past.script_count = count;
    rw->past.script_used = 0;
    rw->past.next_text = AF_TEXT_DATA;
    status = status == AF_OK ? af_tree_process(&rw->past, token) : status;
    if (status == AF_OK && rw->may_lay_out && begins_region(rw, nodes, count)) {
        take_back(rw);
        return AF_OK;
    }
    rw->text_parent = text_parent;
    status = status == AF_OK ? af_settle(rw, &rw->past, token, nodes, count) : status;
    rw->text_parent = 0;
    rw->past.script = NULL;
    rw->past.script_count = 0;
    if (status == AF_OK && rw->lay_out) {
        take_back(rw);
    }
    return status;
}

/* Settles the first token, or tells that it begins a region (region_due). */
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
    return status == AF_OK ? take_front(rw, &token, nodes, held->node_count, held->text_parent) : status;
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

/* Whether all of the queue stays as it is: most of what is held turns out to be nothing that a rule wants. */
static bool all_stays(const af_rewriter_t *rw)
{
    if (rw->open_candidates > 0 || rw->diverged || rw->dropped_since || rw->inserts.count > 0 || rw->removal != 0 ||
        rw->keep != KEEP_NONE || rw->rules->has.strip || rw->marks.preview != NULL || af_notices_active(rw)) {
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
        bool swallows = i + 1 == rw->held.count && held_at(rw, i)->node_count > 0 && swallows_newline(&rw->in, &token);
        af_write_token(rw, &token, swallows);
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

/* Whether something of what is held is not known yet. */
static bool waits_for_more(const af_rewriter_t *rw)
{
    const af_node_t *nodes;
    uint32_t count;

    return ends_in_comment(rw) || rw->open_candidates > 0 || af_queue_undecided(rw, &nodes, &count);
}

static af_status_t lay_out(af_rewriter_t *rw)
{
    bool written = false;

    judge_moves(rw);
    rw->region_due = false;
    af_status_t status = af_region_flush(rw, &written);
    if (status == AF_OK && !written) {
        const af_held_t *last = held_at(rw, rw->held.count - 1);
        rw->no_region_to = last->from_pos + last->span;
    }
    return status;
}

af_status_t af_queue_flush(af_rewriter_t *rw)
{
    if (rw->escapes_stale) {
        af_candidates_escapes_again(rw);
    }
    if (af_rewriter_holding(rw) && all_stays(rw)) {
        keep_all(rw);
    }
    while (rw->held_first < rw->held.count) {
        const af_held_t *held = AF_VECTOR_AT(af_held_t, &rw->held, rw->held_first);
        const af_node_t *nodes = AF_VECTOR_FROM(af_node_t, &rw->held_nodes, held->nodes_at);
        if ((rw->open_candidates > 0 || rw->keep != KEEP_NONE) &&
            (undecided(rw, nodes, held->node_count) || af_keep_text_undecided(rw, held->text_parent))) {
            return AF_OK;
        }
        bool laid_out = rw->region_due;
        if (rw->queue_moved && (laid_out || makes_moved(rw, nodes, held->node_count)) && waits_for_more(rw)) {
            return AF_OK;
        }
        if (rw->told.count > 0) {
            af_queue_tell_up_to(rw, held->from_pos);
        }
        af_status_t status = laid_out ? lay_out(rw) : pass_front(rw, held, nodes);
        if (status != AF_OK) {
            return status;
        }
        rw->held_first += !laid_out && !rw->region_due; /* a region has gone on itself; or it begins, or could not be written */
    }
    rw->queue_moved = false;
    af_queue_tell_up_to(rw, UINT64_MAX);
    rw->fronts.count = rw->moves.count = rw->moves_judged = 0;
    compact(rw);
    return AF_OK;
}

static void let_go(af_rewriter_t *rw)
{
    for (size_t i = 0; i < rw->candidates.count; i++) {
        af_candidates_finish(rw, AF_VECTOR_AT(af_candidate_t, &rw->candidates, i), false);
    }
    af_candidates_tidy(rw);
    rw->made.count = 0;
    if (af_queue_flush(rw) != AF_OK) {
        rw->held_first = rw->held.count; /* it goes as it is, too */
    }
}

void af_queue_let_go(af_rewriter_t *rw)
{
    if (rw->pool.too_deep) { /* else there is no memory for it */
        let_go(rw);
    }
    af_queue_tell_up_to(rw, UINT64_MAX);
}
