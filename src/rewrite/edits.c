/*
 * rewrite/edits.c: order, joining of neighbours, frontier.
 *
 * Invariant: edits cover the stream from 0 to the frontier without gap or overlap. In report and preview mode drops become keeps
 * and insertions vanish, so that a host needs no second path for a dry run; the counts stay those of the real thing.
 */
#include "rewrite/edits.h"

#include "base/slice.h"

void af_edits_init(af_edits_t *edits, const af_sink_t *sink, af_mode_t mode, af_stats_t *stats)
{
    memset(edits, 0, sizeof *edits);
    edits->sink = sink;
    edits->report = mode != AF_FILTER;
    edits->stats = stats;
}

static void hand_over(af_edits_t *edits, const af_edit_t *edit)
{
    if (edits->status != AF_OK) {
        return;
    }
    if (edits->sink->edit(edits->sink->opaque, edit) != AF_OK) {
        edits->status = AF_HOST;
    }
}

void af_edits_flush(af_edits_t *edits)
{
    if (edits->from_pos == edits->to_pos) {
        return;
    }
    af_edit_t edit = {edits->kind, edits->rule, edits->from_pos, edits->to_pos, NULL, 0};
    edits->from_pos = edits->to_pos;
    hand_over(edits, &edit);
}

static void decide(af_edits_t *edits, uint64_t to_pos, af_edit_kind_t kind, uint32_t rule)
{
    if (to_pos <= edits->frontier) {
        return;
    }
    if (edits->from_pos == edits->to_pos || edits->kind != kind || edits->rule != rule) {
        af_edits_flush(edits);
        edits->from_pos = edits->frontier;
        edits->kind = kind;
        edits->rule = rule;
    }
    edits->to_pos = edits->frontier = to_pos;
}

void af_edits_keep(af_edits_t *edits, uint64_t to_pos)
{
    decide(edits, to_pos, AF_KEEP, AF_NO_RULE);
}

void af_edits_drop(af_edits_t *edits, uint64_t to_pos, uint32_t rule)
{
    if (to_pos > edits->frontier) {
        edits->stats->dropped += to_pos - edits->frontier;
    }
    if (edits->report) {
        decide(edits, to_pos, AF_KEEP, AF_NO_RULE);
    } else {
        decide(edits, to_pos, AF_DROP, rule);
    }
}

void af_edits_insert(af_edits_t *edits, const uint8_t *data, size_t len, uint32_t rule)
{
    if (len == 0) {
        return;
    }
    edits->stats->inserted += len;
    if (edits->report) {
        return;
    }
    af_edits_flush(edits);
    af_edit_t edit = {AF_INSERT, rule, edits->frontier, edits->frontier, data, len};
    hand_over(edits, &edit);
}

void af_edits_mark(af_edits_t *edits, const uint8_t *data, size_t len)
{
    af_edits_flush(edits);
    af_edit_t edit = {AF_INSERT, AF_NO_RULE, edits->frontier, edits->frontier, data, len};
    if (len > 0) {
        hand_over(edits, &edit);
    }
}

void af_edits_event(af_edits_t *edits, const af_event_t *event)
{
    if (edits->sink->event != NULL) {
        edits->sink->event(edits->sink->opaque, event);
    }
}
