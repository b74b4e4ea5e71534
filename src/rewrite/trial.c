/*
 * rewrite/trial.c: a token tried on a copy of the output's tree.
 *
 * The copy may make the nodes of the script and no others. The token is accepted if the copy then has what the input's tree has,
 * as far as that stays: the same nodes made at the same places, text at the same places, the same open elements.
 */
#include "rewrite/reconcile.h"

bool af_trial_listed(const af_tree_t *tree, af_node_t node)
{
    for (uint32_t i = 0; i < tree->formatting_count; i++) {
        if (tree->formatting[i].node == node) {
            return true;
        }
    }
    return false;
}

af_node_t af_trial_unlisted(const af_rewriter_t *rw, const af_tree_t *tree)
{
    for (size_t i = 0; i < rw->before_list.count; i++) {
        af_node_t node = *AF_VECTOR_AT(af_node_t, &rw->before_list, i);
        if (!af_trial_listed(tree, node)) {
            return node;
        }
    }
    return 0;
}

bool af_trial_ends_page(const af_token_t *token)
{
    return token->type == AF_TOKEN_END_TAG && (token->tag == AF_TAG_BODY || token->tag == AF_TAG_HTML);
}

/* Whether the trial put the node where the input did, as far as that is in the output. */
static bool same_place(const af_rewriter_t *rw, const af_tree_t *tree, const af_tree_event_t *made)
{
    for (uint32_t i = 0; i < tree->event_count; i++) {
        const af_tree_event_t *event = &tree->events[i];
        if (event->kind == AF_EVENT_CREATED && event->node == made->node) {
            af_node_t before = event->before != 0 && !node_gone(rw, event->before) ? event->before : 0;
            return made->parent == node_kept(rw, event->parent) && made->before == before;
        }
    }
    const af_node_record_t *record = node_of(rw, made->node);
    bool replaced = record->parent == 0 && record->name == AF_TAG_BODY; /* by a frameset that is held too */
    return replaced || made->parent == node_kept(rw, record->parent);
}

const af_tree_event_t *af_trial_placed(af_rewriter_t *rw, const af_tree_t *tree, uint32_t *at)
{
    while (*at < tree->event_count) {
        const af_tree_event_t *event = &tree->events[(*at)++];
        if ((event->kind == AF_EVENT_TEXT || event->kind == AF_EVENT_COMMENT) && !node_dead(rw, event->parent)) {
            return event;
        }
    }
    return NULL;
}

/* Whether something pending that the trial has not made comes before what hangs last on the same element. */
static bool overtakes_pending(const af_rewriter_t *rw, const af_tree_t *trial, const af_tree_event_t *event)
{
    bool puts = event->kind == AF_EVENT_CREATED || event->kind == AF_EVENT_TEXT || event->kind == AF_EVENT_COMMENT;

    for (size_t i = trial->script_used; puts && event->before == 0 && i < rw->pending.count; i++) {
        if (node_kept(rw, node_of(rw, *AF_VECTOR_AT(af_node_t, &rw->pending, i))->parent) == event->parent) {
            return true;
        }
    }
    return false;
}

static bool same_places(af_rewriter_t *rw, const af_tree_t *tree, const af_tree_t *trial)
{
    for (uint32_t i = 0; i < trial->event_count; i++) {
        const af_tree_event_t *event = &trial->events[i];
        if (overtakes_pending(rw, trial, event)) {
            return false;
        }
        if (event->kind == AF_EVENT_CREATED && !same_place(rw, tree, event)) {
            return false;
        }
    }
    uint32_t at = 0, trial_at = 0;
    for (;;) {
        const af_tree_event_t *want = af_trial_placed(rw, tree, &at);
        const af_tree_event_t *got = af_trial_placed(rw, trial, &trial_at);
        if (want == NULL || got == NULL) {
            return want == got;
        }
        af_node_t before = want->before != 0 && !node_gone(rw, want->before) ? want->before : 0;
        if (got->parent != node_kept(rw, want->parent) || got->before != before || got->from_pos != want->from_pos ||
            got->to_pos != want->to_pos) {
            return false;
        }
    }
}

bool af_trial_nothing(const af_tree_t *tree, const af_token_t *token)
{
    return tree->event_count == 0 && token->type != AF_TOKEN_IGNORED && token->type != AF_TOKEN_END && !af_trial_ends_page(token);
}

/* Whether what did nothing in the input, but for the list of formatting elements, the form pointer or a line feed that is waited
 * for, did that in the trial too. */
static bool does_the_same(const af_rewriter_t *rw, const af_tree_t *tree)
{
    const af_tree_t *trial = &rw->trial;
    af_node_t off = af_trial_unlisted(rw, tree);
    af_tree_t out = rw->out;

    if (off != 0) {
        return trial->event_count == 0 && trial->formatting_count + 1 == out.formatting_count && af_trial_listed(&out, off) &&
               !af_trial_listed(trial, off);
    }
    out.ignore_line_feed = trial->ignore_line_feed;
    if (trial->form == 0 && tree->form == 0) {
        out.form = 0;
    }
    return trial->event_count == 0 && af_tree_same(trial, &out);
}

/* Whether a second <html> makes the output's own, which was pending. */
static bool makes_root(const af_rewriter_t *rw, const af_tree_t *tree)
{
    const af_tree_t *trial = &rw->trial;

    return tree->event_count == 1 && tree->events[0].kind == AF_EVENT_ATTRIBUTES && trial->script_used == 1 &&
           trial->depth == 1 && trial->stack[0] == tree->events[0].node;
}

af_status_t af_trial_token(af_rewriter_t *rw, const af_tree_t *tree, const af_token_t *token, bool *accepted)
{
    af_status_t status = af_tree_clone(&rw->trial, &rw->out);

    *accepted = false;
    if (status != AF_OK) {
        return status;
    }
    af_tree_t *trial = &rw->trial;
    if (rw->dropped_since) {
        trial->ignore_line_feed = false;
    }
    trial->scripted = true;
    trial->script = rw->script.items;
    trial->script_count = (uint32_t) rw->script.count;
    trial->script_used = 0;
    trial->mismatch = false;
    status = af_tree_process(trial, token);
    if (status != AF_OK || trial->mismatch) {
        return status;
    }
    bool all_used = trial->script_used == trial->script_count;
    if (token->type == AF_TOKEN_END) {
        *accepted = all_used;
        return AF_OK;
    }
    if (af_trial_ends_page(token) && af_tree_past_body(trial) != af_tree_past_body(tree)) {
        return AF_OK;
    }
    if (af_trial_nothing(tree, token)) {
        *accepted = all_used && does_the_same(rw, tree);
        return AF_OK;
    }
    if (token->type == AF_TOKEN_START_TAG && rw->script.count == 0 && af_tree_template_in_body(trial) &&
        !af_tree_template_in_body(&rw->out) && !af_tree_template_in_body(tree)) {
        return AF_OK; /* it makes nothing, but for how the template is read from there on */
    }
    if (makes_root(rw, tree)) {
        *accepted = true;
        return AF_OK;
    }
    if (!same_places(rw, tree, trial)) {
        return AF_OK;
    }
    bool agrees = all_used && af_tree_agrees(trial, rw->after.items, rw->after.count);
    bool idle = trial->script_used == 0 && rw->script.count == rw->pending.count &&
                same_nodes(trial->stack, trial->depth, rw->out.stack, rw->out.depth) &&
                same_nodes(rw->before.items, rw->before.count, rw->after.items, rw->after.count);
    *accepted = agrees || idle;
    return AF_OK;
}

size_t af_trial_left(af_rewriter_t *rw, const af_tree_t *tree)
{
    const af_tree_t *trial = &rw->trial;
    size_t used = trial->script_used, left = rw->script.count - used;

    if (trial->mismatch || used < rw->pending.count || left > rw->after.count) {
        return 0;
    }
    size_t open = rw->after.count - left;
    const af_node_t *last = AF_VECTOR_FROM(af_node_t, &rw->after, open), *rest = AF_VECTOR_FROM(af_node_t, &rw->script, used);
    return same_nodes(last, left, rest, left) && same_places(rw, tree, trial) && af_tree_agrees(trial, rw->after.items, open)
               ? left : 0;
}

void af_trial_take(af_rewriter_t *rw)
{
    af_tree_t old = rw->out;

    size_t used = rw->trial.script_used < rw->pending.count ? rw->trial.script_used : rw->pending.count;

    rw->pending.count -= used; /* the script begins with them */
    if (used > 0 && rw->pending.count > 0) {
        memmove(rw->pending.items, AF_VECTOR_AT(af_node_t, &rw->pending, used), rw->pending.count * sizeof(af_node_t));
    }
    rw->out = rw->trial;
    rw->trial = old;
}
