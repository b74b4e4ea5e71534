/*
 * rewrite/rewriter.c: the loop: token, tree, matches, what follows.
 *
 * Invariant: the settled tree (`past` while tokens wait, `in` otherwise) stands where the edits' frontier is, and `out`, once
 * diverged, is the state of a parser that has read exactly what was emitted. When a limit is hit the rewriter stops looking and
 * keeps the rest: nothing is lost.
 */
#include "rewrite/hold.h"
#include "rewrite/ways.h"

#define NODE_LIMIT ((size_t) 1 << 20)
#define TAPE_LIMIT ((size_t) 64 * 1024)

static af_status_t start_parts(af_rewriter_t *rw)
{
    const af_limits_t *limits = &rw->options.limits;
    uint64_t names[AF_ATTRIBUTE_BITS / 64] = {0};
    af_status_t status = af_tokenizer_create(rw->heap, limits->tag, limits->attributes, &rw->tokenizer);

    if (status != AF_OK) {
        return status;
    }
    af_pool_init(&rw->pool, rw->heap, NODE_LIMIT);
    rw->pool.mark_roots = af_rewriter_mark_roots;
    rw->pool.opaque = rw;
    rw->retains_children = af_index_needs_children(rw->rules->index);
    rw->retains_siblings = rw->retains_children || af_index_needs_siblings(rw->rules->index);
    rw->pool.retain_previous = af_index_needs_previous(rw->rules->index);
    rw->pool.link_siblings = af_index_needs_links(rw->rules->index);
    rw->pool.retain_children = rw->retains_children;
    rw->pool.retain_siblings = rw->retains_siblings;
    rw->in_ready = true;
    status = af_tree_init(&rw->in, rw->heap, &rw->pool, limits->depth);
    af_matcher_init(&rw->matcher, rw->rules->index, &rw->pool, rw->heap);
    af_matcher_init(&rw->firm, rw->rules->firm, &rw->pool, rw->heap);
    af_index_want(rw->rules->index, names);
    if (rw->rules->firm != NULL) {
        af_index_want(rw->rules->firm, names);
    }
    af_tokenizer_want(rw->tokenizer, names);
    af_waiting_note_implied(rw);
    rw->keep = rw->rules->has.keep ? KEEP_WAITING : KEEP_NONE;
    for (uint32_t i = 0; rw->rules->has.keep && i < rw->rules->rule_count; i++) {
        rw->keep_rule = rw->rules->rules[i].verb == AF_VERB_KEEP ? i : rw->keep_rule;
    }
    rw->watches_output = rw->rules->rule_count > 0;
    af_tape_init(&rw->tape, rw->heap, TAPE_LIMIT);
    af_tape_init(&rw->raw_tape, rw->heap, TAPE_LIMIT);
    af_condition_init(&rw->condition, rw->heap, limits->match_steps);
    af_dedupe_init(&rw->dedupe, rw->heap, 0);
    if (status == AF_OK && (rw->rules->has.text || rw->rules->has.dedupe || rw->rules->has.attribution ||
                            rw->rules->has.strip || rw->rules->has.guard)) {
        rw->asks_charset = rw->charset_label == NULL;
        status = af_charset_create(rw->heap, rw->charset_label, &rw->charset);
        rw->tape.charset = rw->charset;
    }
    af_tape_init(&rw->ahead.tape, rw->heap, TAPE_LIMIT);
    rw->ahead.tape.charset = rw->charset;
    af_facts_init(&rw->facts, rw->heap, rw->charset);
    rw->wants_facts = rw->rules->has.title || rw->rules->has.attribution;
    if (status == AF_OK && af_notices_active(rw)) {
        status = af_notices_init(rw);
    }
    if (status == AF_OK && rw->options.mode == AF_PREVIEW) {
        status = af_preview_create(rw->rules, rw->heap, &rw->marks.preview);
    }
#ifndef AF_NO_FAST_PATH
    rw->reads_ahead = af_notices_active(rw) && rw->rules->notice_needles != NULL && !rw->step.wanted;
    rw->may_be_quiet = rw->marks.preview == NULL && !rw->implied_atoms && (!af_notices_active(rw) || rw->reads_ahead) &&
                       !rw->rules->has.keep && !rw->rules->has.strip;
    rw->may_foresee = rw->may_carry = rw->may_be_quiet;
#endif
    return status;
}

af_status_t af_rewriter_create(const af_ruleset_t *rules, const af_options_t *options, const af_fragment_t *fragment,
                               const af_sink_t *sink, af_heap_t *heap, af_rewriter_t **out)
{
    af_rewriter_t *rw = af_heap_alloc(heap, sizeof *rw);

    *out = NULL;
    if (rw == NULL) {
        return af_heap_why(heap, sizeof *rw);
    }
    memset(rw, 0, sizeof *rw);
    rw->heap = heap;
    rw->options = *options;
    rw->site = options->site;
    rw->site_len = rw->site == NULL ? 0 : strlen(rw->site);
    rw->all_rules = rules;
    rw->charset_label = options->charset;
    rw->stats.reason = rw->stats.attribution = "";
    rw->drop_rule = AF_NO_RULE;
    rw->moved_mark = SIZE_MAX;
    rw->matched_pos = UINT64_MAX;
    af_edits_init(&rw->edits, sink, options->mode, &rw->stats);
    af_status_t status = af_ruleset_for(rules, (af_slice_t){(const uint8_t *) rw->site, rw->site_len}, heap, &rw->rules);
    status = status == AF_OK ? start_parts(rw) : status;
    if (status == AF_OK && fragment != NULL) {
        status = af_fragment_start(rw, fragment);
        af_tokenizer_allow_cdata(rw->tokenizer, af_tree_in_foreign(&rw->in));
        af_marks_part(rw);
    }
    if (status != AF_OK) {
        af_rewriter_destroy(rw);
        return status;
    }
    rw->check = fragment == NULL ? af_check_create(rw) : NULL;
    *out = rw;
    return AF_OK;
}

static void destroy_vector(af_rewriter_t *rw, af_vector_t *vector, size_t item)
{
    af_heap_release(rw->heap, vector->items, vector->capacity * item);
}

static void destroy_vectors(af_rewriter_t *rw)
{
    af_vector_t *nodes[] = {&rw->made, &rw->before, &rw->before_list, &rw->after, &rw->pending, &rw->script};

    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        destroy_vector(rw, nodes[i], sizeof(af_node_t));
    }
    for (size_t i = 0; i < rw->inserts.count; i++) {
        af_insert_t *insert = AF_VECTOR_AT(af_insert_t, &rw->inserts, i);
        af_heap_release(rw->heap, insert->data, insert->len > 0 ? insert->len : 1);
    }
    destroy_vector(rw, &rw->inserts, sizeof(af_insert_t));
    destroy_vector(rw, &rw->own_atoms, sizeof(uint32_t));
    destroy_vector(rw, &rw->scratch, 1);
    destroy_vector(rw, &rw->waiting, 1);
    af_carry_release(rw);
    destroy_vector(rw, &rw->fronts, sizeof(af_front_t));
    destroy_vector(rw, &rw->moves, sizeof(af_move_t));
    af_moved_destroy(rw);
    af_contents_destroy(rw);
    af_strip_destroy(rw);
    af_queue_destroy(rw);
    destroy_vector(rw, &rw->candidates, sizeof(af_candidate_t));
}

void af_rewriter_destroy(af_rewriter_t *rw)
{
    if (rw == NULL) {
        return;
    }
    af_tokenizer_destroy(rw->tokenizer);
    if (rw->in_ready) {
        af_notices_destroy(rw);
        af_tree_destroy(&rw->trial);
        af_tree_destroy(&rw->out);
        af_tree_destroy(&rw->past);
        af_tree_destroy(&rw->undo);
        af_tree_destroy(&rw->in);
        af_matcher_destroy(&rw->matcher);
        af_matcher_destroy(&rw->firm);
        af_pool_destroy(&rw->pool);
        af_tape_destroy(&rw->tape);
        af_tape_destroy(&rw->raw_tape);
        af_tape_destroy(&rw->ahead.tape);
        rw->ahead.count = 0;
        af_ahead_rest(rw);
        af_condition_destroy(&rw->condition);
        af_dedupe_destroy(&rw->dedupe);
        af_facts_destroy(&rw->facts);
        af_charset_destroy(rw->charset);
    }
    af_check_destroy(rw->check);
    af_preview_destroy(rw->marks.preview);
    destroy_vectors(rw);
    af_ruleset_leave(rw->all_rules, rw->rules, rw->heap);
    af_heap_release(rw->heap, rw, sizeof *rw);
}

static af_status_t observe_text(af_rewriter_t *rw, const af_token_t *token, const af_tree_event_t *event)
{
    if (event->parent == 0 || !af_is_taped_text(rw, event->parent)) {
        return AF_OK;
    }
    if (event->before != 0 || (rw->in.open_counts[AF_TAG_TABLE] > 0 && af_tree_in_fostered(&rw->in))) {
        af_candidates_fostered(rw, event->parent);
    }
    af_slice_t raw = {(const uint8_t *) " ", 1};
    if (event->from_pos >= token->from_pos && event->to_pos <= token->to_pos && token->bytes.data != NULL) {
        raw.data = token->bytes.data + (event->from_pos - token->from_pos);
        raw.len = (size_t) (event->to_pos - event->from_pos);
    }
    af_candidates_forget_text(rw);
    size_t before = af_tape_mark(&rw->tape);
    af_status_t status = af_tape_text(&rw->tape, raw, event->from_pos, token->type == AF_TOKEN_TEXT ? token->text : AF_TEXT_DATA);
    if (status == AF_LIMIT) {
        af_hold_tape_full(rw, false);
        status = AF_OK;
    }
    af_candidates_text(rw, &rw->tape, before);
    if (status == AF_OK && af_notices_active(rw)) {
        status = af_notices_text(rw);
    }
    return status;
}

static af_status_t observe_created(af_rewriter_t *rw, const af_token_t *token, const af_tree_event_t *event)
{
    af_status_t status;
    af_node_t *made = af_vector_add(rw, &rw->made, sizeof *made, &status);

    if (made == NULL) {
        return status;
    }
    *made = event->node;
    af_node_record_t *record = node_of(rw, event->node);
    if (record->name == AF_TAG_BODY && record->space == AF_NS_HTML) { /* no tag that comes later gives html or body attributes */
        rw->matcher.gated = ((record->flags | node_of(rw, rw->in.stack[0])->flags) & AF_NODE_IMPLIED) == 0;
    }
    if (event->origin == 0 && token->type == AF_TOKEN_START_TAG && (record->flags & AF_NODE_IMPLIED) == 0) {
        if (rw->own_atoms.count > 0) {
            status = af_pool_set_atoms(&rw->pool, event->node, rw->own_atoms.items, rw->own_atoms.count);
        }
    } else if (event->origin == 0) {
        status = af_waiting_give_atoms(rw, event->node);
    }
    if (status != AF_OK) {
        return status;
    }
    record = node_of(rw, event->node);
    if (record->atom_count > 0 && record->tag_len > 0) {
        rw->formatting_atoms = true;
    }
    af_peek_made(rw, token, event);
    status = af_rewriter_match(rw, event->node);
    if (status == AF_OK && rw->past_live && af_candidates_escape_risk(rw, token)) {
        status = af_candidates_escape(rw, event->node);
    }
    if (status == AF_OK && rw->rules->has.protect) {
        status = af_candidates_in_table(rw, event->node);
    }
    return status == AF_OK && af_candidates_tables(rw) ? af_candidates_table(rw, token, event) : status;
}

static af_status_t observe_events(af_rewriter_t *rw, const af_token_t *token)
{
    af_status_t status = AF_OK;
    bool changed = false, moved = false;

    af_moved_find(rw);
    if (rw->in.formatting_count == 0) {
        rw->text_marks.count = 0;
    }
    rw->made.count = 0;
    rw->text_parent = 0;
    if (rw->tape.partial.len > 0 && token->type != AF_TOKEN_TEXT) {
        status = af_tape_break(&rw->tape);
        status = status == AF_LIMIT ? AF_OK : status; /* the next text tells that the tape is full */
    }
    for (uint32_t i = 0; status == AF_OK && i < rw->in.event_count; i++) {
        af_tree_event_t event = rw->in.events[i];
        switch (event.kind) {
        case AF_EVENT_CREATED:
            changed = true;
            if (af_notices_active(rw)) {
                status = af_notices_created(rw, token, event.node);
            }
            if (status == AF_OK && rw->step.wanted) {
                status = af_in_step_created(rw, token, event.node);
            }
            if (af_structure_active(rw)) {
                af_structure_boundary(rw, event.node);
            }
            status = status == AF_OK ? af_contents_begin(rw, event.node) : status;
            status = status == AF_OK ? observe_created(rw, token, &event) : status;
            if (status == AF_OK && (rw->text_candidates > 0 || af_structure_active(rw))) {
                af_structure_created(rw, token, event.node);
            }
            if (status == AF_OK && (node_of(rw, event.node)->flags & AF_NODE_UNSTABLE) != 0) {
                status = af_moved_note(rw, event.node);
            }
            break;
        case AF_EVENT_CLOSED:
            changed = true;
            if (rw->raw_candidates > 0) {
                status = af_raw_end(rw);
            }
            if (af_notices_active(rw)) {
                status = af_notices_closed(rw, token, event.node);
            }
            if (af_structure_active(rw)) {
                af_structure_boundary(rw, event.node);
            }
            if (status == AF_OK) {
                status = af_candidates_closed(rw, event.node);
            }
            af_contents_end(rw, event.node);
            if (rw->text_marks.count > 0) {
                af_moved_closed(rw, event.node);
            }
            if (rw->strips.count > 0) {
                af_strip_closed(rw, event.node);
            }
            break;
        case AF_EVENT_TEXT:
            rw->text_parent = event.parent;
            if (rw->table_candidates > 0 && event.before != 0) {
                status = af_candidates_in_front(rw, event.before);
            }
            if (rw->raw_candidates > 0) {
                status = af_raw_text(rw, token);
            } else if (rw->tape_candidates > 0 || af_notices_active(rw) || af_moved_asks(rw)) {
                status = observe_text(rw, token, &event);
            }
            if (af_structure_active(rw) && af_is_normal_text(rw, event.parent)) {
                af_structure_amount(rw, token, &event);
            }
            break;
        case AF_EVENT_CHILDREN_MOVED:
            af_queue_moved(rw, event.node, event.parent);
            rw->queue_moved = changed = moved = true;
            break;
        case AF_EVENT_MOVED:
            af_candidates_replaced(rw, &event);
            rw->queue_moved = changed = moved = true;
            break;
        case AF_EVENT_COMMENT:
            rw->text_parent = event.parent;
            break;
        case AF_EVENT_ATTRIBUTES:
            changed = true;
            status = af_root_attributes(rw, event.node);
            break;
        }
    }
    if (status == AF_OK && moved) {
        status = af_queue_note_moves(rw);
    }
    if (rw->keep == KEEP_ACTIVE && moved) {
        af_keep_moved(rw);
    }
    bool is_nothing = token->type == AF_TOKEN_TEXT && rw->text_parent == 0 && rw->made.count == 0;
    if (rw->keep != KEEP_NONE && is_nothing && rw->in.depth > 0) {
        rw->text_parent = rw->in.stack[rw->in.depth - 1]; /* NULs, which the tree ignores, go with the text around them */
    }
    if (status == AF_OK && rw->wants_facts) {
        status = af_facts_observe(rw, token);
    }
    if (status == AF_OK && rw->step.wanted) {
        status = af_in_step_settle(rw, token->type == AF_TOKEN_END);
    }
    if (status == AF_OK && changed && rw->asking_candidates > 0) {
        af_candidates_review(rw);
    }
    return status;
}

/* Finds the atoms of a start tag before the tree takes it; tells whether it may make something that a rule picks. */
static af_status_t look_ahead(af_rewriter_t *rw, const af_token_t *token, bool *risk)
{
    af_status_t status = AF_OK;

    rw->own_atoms.count = 0;
    if (rw->in.formatting_count == 0) {
        rw->formatting_atoms = false;
    }
    *risk = (token->flags & TOKEN_STRIPPED) != 0 || rw->keep == KEEP_WAITING || rw->keep == KEEP_ACTIVE ||
            (rw->in.depth < 2 && rw->root_atoms) || rw->implied_atoms || af_waiting_implies(rw, token) || rw->formatting_atoms ||
            af_notices_risk(rw, token) || af_candidates_escape_risk(rw, token) || af_candidates_table_risk(rw, token) ||
            (rw->diverged && af_may_move(&rw->in, token));
    if (token->type == AF_TOKEN_DOCTYPE) {
        rw->doctype_seen = true;
    }
    if (token->type != AF_TOKEN_START_TAG || (token->flags & AF_TOKEN_OVERLONG) != 0) {
        return AF_OK;
    }
    status = af_rewriter_match_tag(rw, token);
    if (status != AF_OK || rw->matcher.atom_count == 0) {
        return status;
    }
    status = af_vector_reserve(rw, &rw->own_atoms, rw->matcher.atom_count, sizeof(uint32_t));
    if (status == AF_OK) {
        memcpy(rw->own_atoms.items, rw->matcher.atoms, rw->matcher.atom_count * sizeof(uint32_t));
        rw->own_atoms.count = rw->matcher.atom_count;
        *risk = true;
    }
    return status;
}

static bool any_undecided(const af_rewriter_t *rw)
{
    for (size_t i = 0; rw->keep != KEEP_NONE && i < rw->made.count; i++) {
        if (af_keep_undecided(rw, *AF_VECTOR_AT(af_node_t, &rw->made, i))) {
            return true;
        }
    }
    if (rw->keep != KEEP_NONE && af_keep_text_undecided(rw, rw->text_parent)) {
        return true;
    }
    for (size_t i = 0; rw->open_candidates > 0 && i < rw->made.count; i++) {
        if (node_of(rw, *AF_VECTOR_AT(af_node_t, &rw->made, i))->hold > 0) {
            return true;
        }
    }
    return false;
}

static af_status_t settle_now(af_rewriter_t *rw, const af_token_t *token)
{
    const af_node_t *nodes = rw->made.items;
    uint32_t count = (uint32_t) rw->made.count;

    bool gone = af_settle_any_gone(rw, nodes, count);
    if ((gone || af_settle_drops(rw, token)) && !rw->diverged) {
        af_status_t status = af_settle_diverge(rw);
        if (status == AF_OK) {
            status = af_settle_before(rw, &rw->past);
        }
        if (status != AF_OK) {
            return status;
        }
    }
    rw->may_lay_out = rw->past_live;
    return af_settle(rw, &rw->in, token, nodes, count);
}

static af_status_t hold_or_settle(af_rewriter_t *rw, const af_token_t *token, bool was_holding)
{
    af_status_t status;

    if (token->type == AF_TOKEN_END) {
        af_candidates_end(rw);
        af_keep_end(rw);
    }
    if (!was_holding && !any_undecided(rw)) {
        rw->queue_moved = false;
        rw->moves.count = rw->moves_judged = 0;
        status = settle_now(rw, token);
        if (status == AF_OK && rw->lay_out) {
            rw->queue_moved = rw->region_due = true;
            status = af_queue_add(rw, token);
            status = status == AF_OK ? af_queue_flush(rw) : status;
        }
        rw->past_live = false;
        return status;
    }
    status = af_queue_add(rw, token);
    rw->text_parent = 0;
    if (status == AF_OK) {
        status = af_queue_flush(rw);
    }
    if (status == AF_OK) {
        status = af_hold_check(rw, token);
    }
    rw->past_live = af_rewriter_holding(rw);
    return status;
}

/* The end of observing a start tag, which may make an element wait where nothing else does. */
static af_status_t foresee(af_rewriter_t *rw, af_token_t token)
{
    af_status_t status = af_foresee(rw, &token);

    if (status != AF_OK || rw->carries) {
        return status;
    }
    status = hold_or_settle(rw, &token, false);
    return status == AF_OK ? af_foresee_pass(rw, &token) : status;
}

static af_status_t observe(af_rewriter_t *rw, const af_token_t *token)
{
    af_status_t status = token->type != AF_TOKEN_TEXT ? af_candidates_before(rw, token) : AF_OK;
    bool risk = false, holding = af_rewriter_holding(rw);

    status = status == AF_OK && rw->formatting_plain ? af_waiting_note_formatting(rw) : status;
    status = status == AF_OK ? look_ahead(rw, token, &risk) : status;

    rw->token_pos = token->from_pos;
    rw->token_end = token->to_pos;
    if (status == AF_OK && !holding && rw->diverged) {
        status = af_settle_before(rw, &rw->in);
    }
    if (status == AF_OK && !holding && risk) {
        status = af_tree_clone(&rw->past, &rw->in);
        rw->past_live = status == AF_OK;
    }
    if (status == AF_OK && af_notices_active(rw)) {
        status = af_notices_token(rw, token);
    }
    if (status == AF_OK) {
        rw->in.next_text = AF_TEXT_DATA;
        status = af_tree_process(&rw->in, token);
        af_tree_leave_closed(&rw->in);
    }
    if (status != AF_OK) {
        return status;
    }
    if (token->type == AF_TOKEN_START_TAG && rw->in.next_text != AF_TEXT_DATA) {
        af_tokenizer_set_text(rw->tokenizer, rw->in.next_text);
    }
    af_tokenizer_allow_cdata(rw->tokenizer, af_tree_in_foreign(&rw->in));
    status = observe_events(rw, token);
    status = status == AF_OK ? af_candidates_frameset(rw, token) : status;
    if (status == AF_OK && !holding && rw->text_candidates > 0 && token->type == AF_TOKEN_START_TAG) {
        return foresee(rw, *token);
    }
    return status == AF_OK ? hold_or_settle(rw, token, holding) : status;
}

/* The rest goes as it is, and so does what was held, but for the limit of depth. */
static void pass_on(af_rewriter_t *rw, const af_token_t *token, af_status_t status)
{
    uint64_t pos = token->type == AF_TOKEN_NONE ? rw->edits.frontier : token->from_pos;
    af_event_t event = {AF_LIMIT_HIT, AF_NO_RULE, pos, rw->pushed, status == AF_NOMEM ? "nomem" : "memory"};

    rw->passing = true;
    rw->stats.limited++;
    if (rw->pool.too_deep) {
        event.detail = "depth";
        event.to_pos = pos;
    }
    rw->stats.reason = event.detail;
    af_queue_let_go(rw);
    af_edits_event(&rw->edits, &event);
}

static af_status_t continue_comment(af_rewriter_t *rw, const af_token_t *token)
{
    rw->made.count = 0;
    rw->in.event_count = 0;
    if (af_rewriter_holding(rw)) {
        return hold_or_settle(rw, token, true);
    }
    return af_settle_continued(rw, token);
}

/* Text, in pieces that have one fate each. */
af_status_t af_rewriter_observe_text(af_rewriter_t *rw, const af_token_t *token)
{
    size_t at = 0;
    af_status_t status = AF_OK;

    while (status == AF_OK && at < token->bytes.len) {
        af_token_t piece = *token;
        piece.bytes = (af_slice_t){token->bytes.data + at, token->bytes.len - at};
        piece.from_pos = token->from_pos + at;
        status = af_hold_text(rw, &piece);
        piece.bytes.len = af_tree_text_piece(&rw->in, &piece);
        bool empty = token->to_pos == token->from_pos; /* it stands for no bytes */
        piece.to_pos = piece.from_pos + (empty ? 0 : piece.bytes.len);
        at += piece.bytes.len;
        status = status == AF_OK ? observe(rw, &piece) : status;
    }
    return status;
}

static af_status_t take(af_rewriter_t *rw, af_token_t *token)
{
    af_status_t status = rw->asks_charset ? af_ask_charset(rw, token) : AF_OK;

    if (status == AF_OK && token->type == AF_TOKEN_TEXT) {
        status = af_strip_begin_body(rw, token);
    }
    if (status != AF_OK || (token->type == AF_TOKEN_TEXT && token->bytes.len == 0)) {
        return status;
    }
    if (token->type == AF_TOKEN_TEXT) {
        if (af_strip_waits(rw, token)) {
            return af_waiting_add(rw, token);
        }
        if (af_tree_text_waits(&rw->in, token) ||
            (rw->diverged && !af_rewriter_holding(rw) && af_tree_text_waits(&rw->out, token))) {
            return af_waiting_add(rw, token);
        }
        if (rw->waiting.count > 0) {
            status = af_waiting_add(rw, token);
            return status == AF_OK ? af_waiting_end(rw, token) : status;
        }
        return af_waiting_take(rw, token);
    }
    if (rw->waiting.count > 0) {
        status = af_waiting_end(rw, token);
    }
    rw->strip_over = false;
    if (status == AF_OK && token->type == AF_TOKEN_COMMENT && (token->flags & AF_TOKEN_CONTINUED) != 0) {
        return continue_comment(rw, token);
    }
    return status == AF_OK ? observe(rw, token) : status;
}

/* The next token; a start tag that waited for this chunk was observed before. */
static af_status_t next(af_rewriter_t *rw, af_token_t *token)
{
    if (rw->carries) {
        return af_tokenizer_next(rw->tokenizer, token);
    }
    af_status_t status = af_rewriter_quiet(rw, token);
    if (status == AF_OK) {
        af_check_settled(rw->check);
    }
    return status;
}

static af_status_t run(af_rewriter_t *rw)
{
    af_token_t token = {.type = AF_TOKEN_NONE};
    af_status_t status = AF_OK;

    while (!rw->passing) {
        status = next(rw, &token);
        if (status == AF_OK && token.type == AF_TOKEN_NONE) {
            break;
        }
        if (status == AF_OK) {
            status = rw->carries ? foresee(rw, token) : take(rw, &token);
            token.from_pos = status == AF_OK ? token.from_pos : rw->token_pos; /* text may have waited in front of it */
        }
        if (status != AF_OK) {
            pass_on(rw, &token, status);
        } else if (token.type == AF_TOKEN_END || rw->carries) {
            break;
        }
        if (rw->edits.status != AF_OK) {
            return rw->edits.status;
        }
    }
    return status;
}

/* Reads what `af_carry_join` told. */
static af_status_t read_chunk(af_rewriter_t *rw)
{
    af_tokenizer_feed(rw->tokenizer, rw->chunk, rw->chunk_len);
    rw->peek.pos = 0; /* what it looked at is gone */
    af_match_next_round(&rw->matcher);
    af_status_t status = run(rw);
    rw->chunk_len = 0;
    if (!rw->carries && rw->carried.capacity > 0) {
        af_carry_release(rw);
    }
    return status;
}

static af_status_t finish_push(af_rewriter_t *rw, af_status_t status, size_t pushed)
{
    if (rw->passing) {
        af_edits_keep(&rw->edits, rw->pushed);
    }
    af_edits_flush(&rw->edits);
    if (rw->heap->peak > rw->stats.memory_peak) {
        rw->stats.memory_peak = rw->heap->peak;
    }
    af_rewriter_rest(rw, pushed);
    return rw->edits.status != AF_OK ? rw->edits.status : status;
}

af_status_t af_rewriter_push(af_rewriter_t *rw, const uint8_t *data, size_t len)
{
    af_status_t status = AF_OK;
    size_t pushed = len;

    if (len > 0 && rw->pushed == 0 && (data[0] == 0xfe || data[0] == 0xff)) {
        rw->passing = true; /* a UTF-16 byte order mark: no ASCII-compatible page begins like this */
        rw->stats.reason = "charset";
        status = AF_UNSUPPORTED;
    }
    af_check_pushed(rw->check, data, len);
    while (len > 0 && !rw->passing && rw->edits.status == AF_OK) {
        size_t taken = af_carry_join(rw, data, len);
        rw->pushed += taken;
        data += taken;
        len -= taken;
        status = read_chunk(rw);
    }
    rw->stats.pushed = rw->pushed += len;
    return finish_push(rw, status, pushed);
}

af_status_t af_rewriter_finish(af_rewriter_t *rw)
{
    af_status_t status = AF_OK;

    if (rw->carries) {
        rw->may_carry = false;
        (void) af_carry_join(rw, NULL, 0);
        status = read_chunk(rw);
    }
    if (!rw->passing && status == AF_OK) {
        if (af_notices_active(rw)) {
            af_notices_finish(rw);
        }
        af_tokenizer_finish(rw->tokenizer);
        status = run(rw);
    }
    af_edits_keep(&rw->edits, rw->pushed);
    return finish_push(rw, status, 0);
}
