/*
 * rewrite/reconcile.c: the least markup after which the output's open elements are those asked for.
 *
 * End tags for what the output has open beyond the common part, then start tags for what it lacks: the start tag as it was
 * written where it is known (formatting elements), a bare one for elements that tree construction implies. Each tag goes through
 * the output's tree like any other, so that the state stays that of a parser reading the output.
 */
#include "rewrite/reconcile.h"

static af_status_t add_bytes(af_rewriter_t *rw, const void *data, size_t len)
{
    af_status_t status = af_vector_reserve(rw, &rw->scratch, rw->scratch.count + len, 1);

    if (status == AF_OK && len > 0) {
        memcpy((uint8_t *) rw->scratch.items + rw->scratch.count, data, len);
        rw->scratch.count += len;
    }
    return status;
}

/* Makes the tag's bytes in the scratch and the token that a tokenizer would make of them. */
static af_status_t make_tag(af_rewriter_t *rw, af_node_t node, af_token_type_t type, af_token_t *token)
{
    const af_node_record_t *record = node_of(rw, node);
    af_slice_t name = af_tree_name(&rw->in, node);
    af_status_t status;

    rw->scratch.count = 0;
    if (type == AF_TOKEN_START_TAG && record->tag_len > 0) {
        status = add_bytes(rw, rw->pool.bytes + record->tag_bytes, record->tag_len);
    } else {
        status = add_bytes(rw, type == AF_TOKEN_END_TAG ? "</" : "<", type == AF_TOKEN_END_TAG ? 2 : 1);
        if (status == AF_OK) {
            status = add_bytes(rw, name.data, name.len);
        }
        if (status == AF_OK) {
            status = add_bytes(rw, ">", 1);
        }
    }
    memset(token, 0, sizeof *token);
    token->type = type;
    token->from_pos = token->to_pos = rw->edits.frontier;
    token->bytes = (af_slice_t){rw->scratch.items, rw->scratch.count};
    token->name = name;
    token->tag = record->name < AF_TAG_COUNT ? record->name : AF_TAG_UNKNOWN;
    return status;
}

/* The place of a node among the pending ones; their number if it is none of them. */
static size_t pending_place(const af_rewriter_t *rw, af_node_t node)
{
    size_t i = 0;

    while (i < rw->pending.count && *AF_VECTOR_AT(af_node_t, &rw->pending, i) != node) {
        i++;
    }
    return i;
}

static void forget_pending(af_rewriter_t *rw, size_t count)
{
    if (count == 0) {
        return;
    }
    rw->pending.count -= count;
    memmove(rw->pending.items, AF_VECTOR_AT(af_node_t, &rw->pending, count), rw->pending.count * sizeof(af_node_t));
}

static af_status_t set_script(af_rewriter_t *rw, size_t pending, af_node_t node)
{
    af_status_t status = af_vector_reserve(rw, &rw->script, pending + 1, sizeof(af_node_t));

    if (status != AF_OK) {
        return status;
    }
    if (pending > 0) {
        memcpy(rw->script.items, rw->pending.items, pending * sizeof(af_node_t));
    }
    *AF_VECTOR_AT(af_node_t, &rw->script, pending) = node;
    rw->script.count = pending + 1;
    return AF_OK;
}

typedef bool refuses_fn(const af_rewriter_t *rw); /* asked of the trial */

/* Runs a tag through a copy of the output's tree; a start tag makes the first `pending` pending nodes and then `node`. `*taken`:
 * it made just these, and nothing `refuses` it; then the copy is the output's tree from now on. */
static af_status_t take_tag(af_rewriter_t *rw, af_node_t node, const af_token_t *token, size_t pending, refuses_fn *refuses,
                            bool *taken)
{
    bool start = token->type == AF_TOKEN_START_TAG;
    af_status_t status = af_tree_clone(&rw->trial, &rw->out);

    *taken = false;
    if (status == AF_OK && start) {
        status = set_script(rw, pending, node);
    }
    if (status != AF_OK) {
        return status;
    }
    rw->trial.script = rw->script.items;
    rw->trial.script_count = start ? (uint32_t) rw->script.count : 0;
    status = af_tree_process(&rw->trial, token);
    if (status != AF_OK || rw->trial.mismatch || rw->trial.script_used != rw->trial.script_count ||
        (refuses != NULL && refuses(rw))) {
        return status;
    }
    af_tree_t old = rw->out;
    rw->out = rw->trial;
    rw->trial = old;
    if (start) {
        bool own = pending_place(rw, node) == pending && pending < rw->pending.count;
        forget_pending(rw, pending + own);
    }
    *taken = true;
    return AF_OK;
}

static af_status_t try_tag(af_rewriter_t *rw, af_node_t node, af_token_type_t type, size_t pending, refuses_fn *refuses,
                           bool *taken)
{
    af_token_t token;

    *taken = false;
    if (rw->out.open_counts[AF_TAG_PLAINTEXT] > 0) {
        return AF_OK; /* a tag would be text there */
    }
    af_status_t status = make_tag(rw, node, type, &token);
    if (status == AF_OK) {
        status = take_tag(rw, node, &token, pending, refuses, taken);
    }
    if (status == AF_OK && *taken) {
        af_write_markup(rw, token.bytes.data, token.bytes.len, AF_NO_RULE);
    }
    return status;
}

/* Whether there is a tag for the node: that of a formatting element, or a bare one for what tree construction implies. Any other
 * would be an element that the input has not, and so would be a second one for a node that was open and is no more. */
static bool has_tag(const af_rewriter_t *rw, af_node_t node)
{
    const af_node_record_t *record = node_of(rw, node);

    return (record->tag_len > 0 || (record->flags & AF_NODE_IMPLIED) != 0) && !record->ended;
}

/* Whether the start tag that was tried closes what is open, as <nobr> does in another one. */
static bool trial_closes_open(const af_rewriter_t *rw)
{
    const af_tree_t *out = &rw->out;

    return rw->trial.depth < out->depth || !same_nodes(rw->trial.stack, out->depth, out->stack, out->depth);
}

static af_status_t put_start_tag(af_rewriter_t *rw, af_node_t node, bool *taken)
{
    size_t pending = pending_place(rw, node);

    *taken = false;
    if (!has_tag(rw, node)) {
        return AF_OK;
    }
    af_status_t status = try_tag(rw, node, AF_TOKEN_START_TAG, pending, trial_closes_open, taken);

    if (status == AF_OK && !*taken && pending > 0) {
        status = try_tag(rw, node, AF_TOKEN_START_TAG, 0, trial_closes_open, taken);
    }
    return status;
}

static bool on_stack(const af_tree_t *tree, af_node_t node)
{
    return !af_settle_off_stack(tree->stack, tree->depth, node);
}

/* Whether the end tag that was tried would close something: one of that name that is not in the list, or that is foreign. */
static bool trial_closes(const af_rewriter_t *rw)
{
    return rw->trial.event_count > 0 || rw->trial.formatting_count >= rw->out.formatting_count;
}

/* An end tag for an element that is in the list but not on the stack only takes it off the list, most often. */
af_status_t af_reconcile_forget(af_rewriter_t *rw)
{
    for (;;) {
        const af_tree_t *out = &rw->out;
        af_node_t node = out->formatting_count == 0 ? 0 : out->formatting[out->formatting_count - 1].node;
        if (node == 0 || on_stack(out, node)) {
            return AF_OK;
        }
        bool taken;
        af_status_t status = try_tag(rw, node, AF_TOKEN_END_TAG, 0, trial_closes, &taken);
        if (status != AF_OK || !taken) {
            return status;
        }
    }
}

static bool trial_does(const af_rewriter_t *rw)
{
    return rw->trial.event_count > 0;
}

af_status_t af_reconcile_forget_form(af_rewriter_t *rw)
{
    bool taken;

    return rw->out.form == 0 ? AF_OK : try_tag(rw, rw->out.form, AF_TOKEN_END_TAG, 0, trial_does, &taken);
}

af_status_t af_reconcile_open(af_rewriter_t *rw, af_node_t node)
{
    bool taken;
    af_status_t status = put_start_tag(rw, node, &taken);

    if (status == AF_OK && !taken) {
        status = af_reconcile_forget(rw);
    }
    return status == AF_OK && !taken ? put_start_tag(rw, node, &taken) : status;
}

static bool trial_does_nothing(const af_rewriter_t *rw)
{
    return rw->trial.event_count == 0 && af_tree_same(&rw->trial, &rw->out);
}

/* Closes what the output has open beyond `depth`, the innermost first; where nothing closes that here it ends. */
static af_status_t close_to(af_rewriter_t *rw, size_t depth, bool *closed)
{
    af_status_t status = AF_OK;
    bool goes_on = true;

    while (status == AF_OK && goes_on && rw->out.depth > depth) {
        uint32_t before = rw->out.depth, listed = rw->out.formatting_count;
        af_node_t last = rw->out.stack[before - 1];
        status = try_tag(rw, last, AF_TOKEN_END_TAG, 0, trial_does_nothing, closed);
        if (rw->out.depth < before) {
            node_of(rw, last)->ended = true;
        }
        /* The first end tag may only take another element of the name off the list. */
        goes_on = rw->out.depth < before || rw->out.formatting_count < listed;
    }
    *closed = rw->out.depth <= depth;
    return status;
}

static bool moves(const af_tree_t *tree)
{
    for (uint32_t i = 0; i < tree->event_count; i++) {
        if (tree->events[i].kind == AF_EVENT_MOVED || tree->events[i].kind == AF_EVENT_CHILDREN_MOVED) {
            return true;
        }
    }
    return false;
}

/* Tries the end tag on a copy of the output's tree that may make those of the nodes that stay. */
static af_status_t try_end(af_rewriter_t *rw, const af_token_t *token, const af_node_t *nodes, uint32_t count)
{
    af_status_t status = af_tree_clone(&rw->trial, &rw->out);
    size_t kept = 0;

    if (status == AF_OK) {
        status = af_vector_reserve(rw, &rw->script, count, sizeof(af_node_t));
    }
    for (uint32_t i = 0; status == AF_OK && i < count; i++) {
        if (!node_gone(rw, nodes[i])) {
            *AF_VECTOR_AT(af_node_t, &rw->script, kept++) = nodes[i];
        }
    }
    if (status != AF_OK) {
        return status;
    }
    rw->script.count = kept;
    rw->trial.script = rw->script.items;
    rw->trial.script_count = (uint32_t) kept;
    return af_tree_process(&rw->trial, token);
}

af_status_t af_reconcile_end(af_rewriter_t *rw, const af_token_t *token, const af_node_t *nodes, uint32_t count, uint32_t *used)
{
    af_status_t status = try_end(rw, token, nodes, count);

    *used = 0;
    if (status == AF_OK && !rw->trial.mismatch && !moves(&rw->trial) && rw->trial.depth + 1 < rw->out.depth) {
        /* What it moves in the input has gone. Formatting elements in it, which it clones there, must not stay in the list. */
        bool closed;
        status = close_to(rw, rw->trial.depth + 1, &closed);
        status = status == AF_OK ? try_end(rw, token, nodes, count) : status;
    }
    if (status != AF_OK || rw->trial.mismatch) {
        return status;
    }
    rw->scratch.count = 0;
    status = add_bytes(rw, "</", 2);
    status = status == AF_OK ? add_bytes(rw, token->name.data, token->name.len) : status;
    status = status == AF_OK ? add_bytes(rw, ">", 1) : status;
    if (status == AF_OK) {
        *used = rw->trial.script_used;
        af_tree_t old = rw->out;
        rw->out = rw->trial;
        rw->trial = old;
        af_write_markup(rw, rw->scratch.items, rw->scratch.count, AF_NO_RULE);
    }
    return status;
}

/* Opens want[at] and those before it that its own tag implies, or writes the tag of the first of them. */
static af_status_t open_next(af_rewriter_t *rw, const af_node_t *want, size_t at, size_t count, size_t *next)
{
    size_t last = at;
    bool taken = false;
    af_status_t status = AF_OK;

    *next = at;
    while (last + 1 < count && pending_place(rw, want[last]) < rw->pending.count) {
        last++;
    }
    if (last > at && has_tag(rw, want[last])) {
        status = try_tag(rw, want[last], AF_TOKEN_START_TAG, pending_place(rw, want[last]), trial_closes_open,
                         &taken);
        if (status == AF_OK && taken) {
            *next = last + 1;
            return AF_OK;
        }
    }
    if (status == AF_OK) {
        status = put_start_tag(rw, want[at], &taken);
    }
    *next = at + taken;
    return status;
}

af_status_t af_reconcile(af_rewriter_t *rw, const af_node_t *want, size_t count)
{
    size_t common = 0;
    af_status_t status = AF_OK;

    while (common < count && common < rw->out.depth && rw->out.stack[common] == want[common]) {
        common++;
    }
    bool closed;
    status = close_to(rw, common, &closed);
    if (status != AF_OK || !closed) {
        return status; /* the text stays where it can be */
    }
    while (common < count) {
        size_t next = common;
        status = af_reconcile_forget(rw);
        if (status == AF_OK) {
            status = open_next(rw, want, common, count, &next);
        }
        if (status != AF_OK || next == common) {
            return status;
        }
        common = next;
    }
    return AF_OK;
}

/* --- by the region --------------------------------------------------------------------------------------------------------- */

bool af_reconcile_is_open(const af_rewriter_t *rw, af_node_t node)
{
    return on_stack(&rw->out, node);
}

bool af_reconcile_waits(const af_rewriter_t *rw, af_node_t node)
{
    return pending_place(rw, node) < rw->pending.count;
}

static size_t known_count(const af_rewriter_t *rw, const af_node_t *want, size_t count)
{
    while (count > 0 && af_reconcile_waits(rw, want[count - 1])) {
        count--;
    }
    return count;
}

af_status_t af_reconcile_known(af_rewriter_t *rw, const af_node_t *want, size_t count)
{
    return af_reconcile(rw, want, known_count(rw, want, count));
}

af_status_t af_reconcile_later(af_rewriter_t *rw, af_node_t node, const af_node_t *around, size_t count)
{
    af_status_t status;

    if ((node_of(rw, node)->flags & AF_NODE_IMPLIED) == 0) {
        status = af_reconcile(rw, around, count);
        return status == AF_OK ? af_reconcile_open(rw, node) : status;
    }
    af_node_t *pending = af_vector_add(rw, &rw->pending, sizeof *pending, &status);
    if (pending != NULL) {
        *pending = node;
    }
    return status;
}

/* Text or a comment on a copy of the output's tree that makes the nodes of `script`. */
static af_status_t try_content(af_rewriter_t *rw, const af_token_t *token, const af_vector_t *script)
{
    af_status_t status = af_tree_clone(&rw->trial, &rw->out);

    if (status == AF_OK) {
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a NULL is set here, not followed */
        rw->trial.script = script == NULL ? NULL : script->items;
        rw->trial.script_count = script == NULL ? 0 : (uint32_t) script->count;
        status = af_tree_process(&rw->trial, token);
    }
    return status;
}

/* Whether the text was put somewhere from its beginning on: white space in front of the body is not. */
static bool puts_all(const af_tree_t *tree, const af_token_t *token)
{
    for (uint32_t i = 0; i < tree->event_count; i++) {
        if (tree->events[i].kind == AF_EVENT_TEXT) {
            return tree->events[i].from_pos == token->from_pos;
        }
    }
    return token->type != AF_TOKEN_TEXT;
}

af_status_t af_reconcile_content(af_rewriter_t *rw, const af_token_t *token, const af_node_t *around, size_t count)
{
    af_status_t status = AF_OK;

    if (known_count(rw, around, count) < count) {
        status = try_content(rw, token, &rw->pending);
        const af_tree_t *trial = &rw->trial;
        if (status == AF_OK && !trial->mismatch && trial->script_used == rw->pending.count && trial->depth == count &&
            puts_all(trial, token) && memcmp(trial->stack, around, count * sizeof *around) == 0) {
            af_tree_t old = rw->out;
            rw->out = rw->trial;
            rw->trial = old;
            rw->pending.count = 0;
            return AF_OK;
        }
        status = status == AF_OK ? af_reconcile(rw, around, count) : status;
    }
    if (status == AF_OK && token->type == AF_TOKEN_TEXT) {
        status = try_content(rw, token, NULL);
        /* All that is to be open is open: what text would open again beyond that goes off the list. */
        status = status == AF_OK && rw->trial.mismatch ? af_reconcile_forget(rw) : status;
    }
    if (status == AF_OK) {
        rw->out.script = NULL;
        rw->out.script_count = rw->out.script_used = 0;
        status = af_tree_process(&rw->out, token);
    }
    return status;
}

/* With what waits, which the tag may imply; without, only where nothing around it does. */
static af_status_t take_in(af_rewriter_t *rw, af_node_t node, const af_token_t *token, bool alone, bool *taken)
{
    size_t pending = pending_place(rw, node);
    af_status_t status = AF_OK;

    *taken = false;
    if (pending > 0) {
        status = take_tag(rw, node, token, pending, NULL, taken);
    }
    return status == AF_OK && !*taken && alone ? take_tag(rw, node, token, 0, NULL, taken) : status;
}

af_status_t af_reconcile_take(af_rewriter_t *rw, af_node_t node, const af_token_t *token, const af_node_t *around, size_t count,
                              bool *taken)
{
    af_status_t status = take_in(rw, node, token, known_count(rw, around, count) == count, taken);

    if (status == AF_OK && !*taken) {
        status = af_reconcile(rw, around, count);
        status = status == AF_OK ? take_in(rw, node, token, true, taken) : status;
    }
    if (status == AF_OK && !*taken) {
        status = af_reconcile_forget(rw);
        status = status == AF_OK ? take_in(rw, node, token, true, taken) : status;
    }
    return status;
}
