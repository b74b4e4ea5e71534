/*
 * rewrite/output.c: settled tokens on their way to the edit list, and what is told of them.
 *
 * The one place where bytes are kept, dropped and inserted, so that the guard sees everything the output gets, in order.
 */
#include "rewrite/rewriter_internal.h"

/* Whether what it is for has gone. */
static bool is_void(const af_rewriter_t *rw, const af_insert_t *insert)
{
    return insert->scope != 0 && (node_of(rw, insert->scope)->fate & (FATE_REMOVE | FATE_DEAD)) != 0;
}

static void write_insert(af_rewriter_t *rw, const af_insert_t *insert)
{
    if (is_void(rw, insert)) {
        af_notices_void(rw);
        return;
    }
    if (insert->pos < rw->edits.frontier) {
        return;
    }
    af_edits_keep(&rw->edits, insert->pos);
    af_marks_notice(rw, insert);
    af_edits_insert(&rw->edits, insert->data, insert->len, insert->rule);
    if (insert->drop_to > insert->pos) {
        af_edits_drop(&rw->edits, insert->drop_to, insert->rule);
    }
    af_guard_inserted(&rw->guard);
    af_notices_written(rw, insert);
}

/* Writes the insertions whose place is before `pos` (`at_end`: or at it), keeping what lies between. */
static void write_inserts(af_rewriter_t *rw, uint64_t pos, bool at_end)
{
    size_t done = 0;

    while (done < rw->inserts.count) {
        af_insert_t *insert = AF_VECTOR_AT(af_insert_t, &rw->inserts, done);
        if (insert->pos > pos || (insert->pos == pos && !at_end)) {
            break;
        }
        write_insert(rw, insert);
        af_heap_release(rw->heap, insert->data, insert->len > 0 ? insert->len : 1);
        done++;
    }
    if (done > 0) {
        rw->inserts.count -= done;
        memmove(rw->inserts.items, AF_VECTOR_AT(af_insert_t, &rw->inserts, done), rw->inserts.count * sizeof(af_insert_t));
    }
}

/* The insertions into a token that is dropped go with it. A notice that is due where it begins is written in front of it, unless
 * its scope is gone. */
static void drop_inserts(af_rewriter_t *rw, const af_token_t *token)
{
    size_t to = 0;

    for (size_t i = 0; i < rw->inserts.count; i++) {
        af_insert_t *insert = AF_VECTOR_AT(af_insert_t, &rw->inserts, i);
        bool is_due = insert->is_whole && insert->pos <= token->from_pos;
        if (is_due) {
            write_insert(rw, insert);
        }
        if (is_due || insert->pos < token->to_pos) {
            af_heap_release(rw->heap, insert->data, insert->len > 0 ? insert->len : 1);
        } else {
            *AF_VECTOR_AT(af_insert_t, &rw->inserts, to++) = *insert;
        }
    }
    rw->inserts.count = to;
}

/* Writes the first insertions that are whole notices up to `pos`; `of_tag`: those alone that go with the start tag in front. */
static void write_notices(af_rewriter_t *rw, uint64_t pos, bool of_tag)
{
    while (rw->inserts.count > 0) {
        const af_insert_t *insert = AF_VECTOR_AT(af_insert_t, &rw->inserts, 0);
        if (!insert->is_whole || insert->pos > pos || (of_tag && !insert->at_start)) {
            return;
        }
        af_insert_t due = *insert;
        rw->inserts.count--;
        memmove(rw->inserts.items, AF_VECTOR_AT(af_insert_t, &rw->inserts, 1), rw->inserts.count * sizeof due);
        write_insert(rw, &due);
        af_heap_release(rw->heap, due.data, due.len > 0 ? due.len : 1);
    }
}

/* A notice that is due where the token begins is told of before what becomes of the token, wherever the chunk ended. */
static void write_due(af_rewriter_t *rw, const af_token_t *token)
{
    write_notices(rw, token->from_pos, false);
}

/* Text that comes to be the output's first bytes, or to be joined with them, may read as a byte order mark, which overrides every
 * charset that is told: a tag that changes nothing stands in front of it. A piece of another page, of which a doctype is taken as
 * seen, is not alone. */
static void write_before_mark(af_rewriter_t *rw, uint8_t first)
{
    static const uint8_t tag[] = "<html>";
    uint64_t written = rw->edits.frontier - rw->stats.dropped + rw->stats.inserted;

    if ((first == 0xEF || first == 0xFE || first == 0xFF || first == 0xBB || first == 0xBF) && !rw->doctype_seen && written < 3) {
        af_edits_insert(&rw->edits, tag, sizeof tag - 1, AF_NO_RULE);
        af_guard_inserted(&rw->guard);
    }
}

void af_write_token(af_rewriter_t *rw, const af_token_t *token, bool swallows_newline)
{
    if (rw->inserts.count > 0) {
        write_inserts(rw, token->from_pos, true);
    }
    af_marks_before(rw, token);
    if (rw->dropped_since && token->type == AF_TOKEN_TEXT) {
        uint8_t join[16];
        size_t skip;
        write_before_mark(rw, token->bytes.data[0]);
        size_t len = af_guard_join(&rw->guard, token, join, &skip);
        if (skip > 0) {
            af_edits_drop(&rw->edits, token->from_pos + skip, AF_NO_RULE);
        }
        af_edits_insert(&rw->edits, join, len, AF_NO_RULE);
    }
    if (rw->inserts.count > 0) {
        write_inserts(rw, token->to_pos, token->type == AF_TOKEN_END);
    }
    af_edits_keep(&rw->edits, token->to_pos);
    rw->wrote_last = true;
    if (rw->watches_output) {
        af_guard_wrote(&rw->guard, token, swallows_newline);
    }
    if (token->type != AF_TOKEN_IGNORED) {
        rw->dropped_since = false;
    }
    if (rw->inserts.count > 0 && token->type == AF_TOKEN_START_TAG) {
        write_notices(rw, token->to_pos, true); /* whatever becomes of what follows */
    }
}

static void write_join(af_rewriter_t *rw, const af_token_t *token, size_t *skip)
{
    uint8_t join[16];
    size_t len = af_guard_join(&rw->guard, token, join, skip);

    write_before_mark(rw, token->bytes.data[0]);
    af_edits_insert(&rw->edits, join, len, AF_NO_RULE);
}

void af_write_moved(af_rewriter_t *rw, const af_token_t *token)
{
    bool swallows = swallows_newline(&rw->out, token);

    /* Two pieces of one text have met already. */
    rw->dropped_since = !rw->guard.text_last || rw->moved_to_pos != token->from_pos;
    rw->moved_to_pos = token->to_pos;
    if (token->from_pos >= rw->edits.frontier) {
        af_edits_drop(&rw->edits, token->from_pos, rw->drop_rule);
        af_write_token(rw, token, swallows);
        return;
    }
    size_t skip = 0;
    if (token->type == AF_TOKEN_TEXT && rw->dropped_since) {
        write_join(rw, token, &skip);
    }
    af_edits_insert(&rw->edits, token->bytes.data + skip, token->bytes.len - skip, AF_NO_RULE);
    af_guard_wrote(&rw->guard, token, swallows);
    rw->dropped_since = false;
}

void af_write_markup(af_rewriter_t *rw, const uint8_t *data, size_t len, uint32_t rule)
{
    if (rw->section == SECTION_OPEN) {
        af_edits_insert(&rw->edits, (const uint8_t *) "]]>", 3, rule);
        rw->section = SECTION_ENDED;
    }
    af_edits_insert(&rw->edits, data, len, rule);
    af_guard_inserted(&rw->guard);
}

void af_write_drop(af_rewriter_t *rw, const af_token_t *token, uint32_t rule)
{
    if (rw->inserts.count > 0) {
        drop_inserts(rw, token);
    }
    rw->wrote_last = false;
    af_marks_before(rw, token);
    af_marks_dropped(rw, token);
    if (token->to_pos > rw->edits.frontier) {
        af_edits_drop(&rw->edits, token->to_pos, rule);
        rw->dropped_since = true;
    }
}

static void tell(af_rewriter_t *rw, af_event_kind_t kind, uint32_t rule, uint64_t from_pos, uint64_t to_pos)
{
    af_event_t event = {kind, rule, from_pos, to_pos, ""};

    af_edits_event(&rw->edits, &event);
}

static void tell_removed(af_rewriter_t *rw, uint64_t to_pos)
{
    bool duplicate = rw->rules->rules[rw->removal_rule].verb == AF_VERB_DEDUPE;

    rw->removal = 0;
    if (rw->marks.preview != NULL) {
        af_preview_add(rw->marks.preview, to_pos - rw->removal_from, (af_slice_t){NULL, 0});
    }
    tell(rw, duplicate ? AF_DUPLICATE : AF_REMOVED, rw->removal_rule, rw->removal_from, to_pos);
}

void af_tell_made(af_rewriter_t *rw, const af_token_t *token, const af_node_t *nodes, uint32_t node_count)
{
    for (uint32_t i = 0; i < node_count; i++) {
        const af_node_record_t *record = node_of(rw, nodes[i]);
        if ((record->flags & AF_NODE_CLONE) != 0 || !node_gone(rw, nodes[i])) {
            continue;
        }
        write_due(rw, token);
        if ((record->fate & FATE_UNWRAP) != 0) {
            rw->stats.unwrapped++;
            af_marks_element(rw, AF_MARK_UNWRAP, token, record);
            tell(rw, AF_UNWRAPPED, record->rule, token->from_pos, token->to_pos);
        } else if ((record->fate & FATE_REMOVE) != 0 && !node_dead(rw, record->parent)) {
            if (rw->removal != 0) {
                tell_removed(rw, token->from_pos);
            }
            if (rw->rules->rules[record->rule].verb == AF_VERB_DEDUPE) {
                rw->stats.duplicates++;
            } else {
                rw->stats.removed++;
            }
            af_marks_element(rw, AF_MARK_REMOVE, token, record);
            rw->removal = nodes[i];
            rw->removal_rule = record->rule;
            rw->removal_from = token->from_pos;
        }
    }
}

void af_tell_closed_by(af_rewriter_t *rw, const af_token_t *token)
{
    bool own = token->type == AF_TOKEN_END_TAG && token->tag == node_of(rw, rw->removal)->name;

    tell_removed(rw, own ? token->to_pos : token->from_pos);
}

void af_tell_closed(af_rewriter_t *rw, const af_tree_t *tree, const af_token_t *token)
{
    for (uint32_t i = 0; rw->removal != 0 && i < tree->event_count; i++) {
        const af_tree_event_t *event = &tree->events[i];
        if (event->kind == AF_EVENT_CLOSED && event->node == rw->removal) {
            /* Its own end tag went with it; what closes it otherwise is no part of it, and text may be cut anywhere. */
            bool end_went = token->type == AF_TOKEN_END_TAG && rw->edits.frontier > token->from_pos && !rw->wrote_last;
            tell_removed(rw, end_went ? token->to_pos : token->from_pos);
        }
    }
    if (rw->removal != 0 && token->type == AF_TOKEN_END) {
        tell_removed(rw, token->to_pos);
    }
}
