/*
 * feed/unit.c: the fields of a unit through the rewriter, and the unit's edits.
 *
 * Edits are collected and told when the whole unit is settled, so that they can be taken back. A field whose rewriter fails
 * (memory, a limit) stays as it is; the others are cleaned.
 */
#include "feed/feed_internal.h"

#include "rewrite/rewriter.h"

#define FIELDS_MAX ((size_t) 1 << 20)
#define EVENTS_MAX ((size_t) 1 << 20)
#define HTML_PIECE ((size_t) 2048)

void af_unit_begin(af_feed_t *feed)
{
    feed->field_count = 0;
    af_item_clear(&feed->item);
}

af_status_t af_unit_add(af_feed_t *feed, const af_field_t *field)
{
    void *block = feed->fields;
    af_status_t status = af_heap_grow(feed->heap, &block, &feed->field_capacity, feed->field_count + 1, sizeof *feed->fields,
                                      FIELDS_MAX);

    feed->fields = block;
    if (status == AF_OK) {
        feed->fields[feed->field_count++] = *field;
    }
    return status;
}

/* --- One field ---------------------------------------------------------------------------------------------------------- */

typedef struct {
    af_feed_t *feed;
    af_field_t field;
    af_slice_t bytes;
    af_writeback_t writeback;
    af_writeback_t places; /* walks for the positions of events; changes nothing */
    af_changes_t nothing;
    af_rewriter_t *rewriter;
    uint8_t html[HTML_PIECE];
    size_t html_len;
    bool unreadable;
    af_status_t edit_status; /* of the edit that ended the rewriting */
} run_t;

static af_status_t on_edit(void *opaque, const af_edit_t *edit)
{
    run_t *run = opaque;
    af_status_t status = AF_OK;

    switch (edit->kind) {
    case AF_KEEP:
        status = af_writeback_walk(&run->writeback, edit->to_pos, AF_WALK_KEEP, AF_NO_RULE);
        break;
    case AF_DROP:
        status = af_writeback_walk(&run->writeback, edit->to_pos, AF_WALK_DROP, edit->rule);
        break;
    case AF_INSERT:
        status = af_writeback_insert(&run->writeback, edit->data, edit->len, edit->rule);
        break;
    }
    run->edit_status = status == AF_OK && run->writeback.failed ? AF_LIMIT : status;
    return run->edit_status;
}

static void begin_places(run_t *run)
{
    af_writeback_begin(&run->places, &run->nothing, run->field.form, run->bytes, run->field.from, run->feed->characters);
}

/* Where a position of the HTML is in the stream. Events come in about their order, so the walk seldom begins anew. */
static uint64_t place_of(run_t *run, uint64_t html_pos)
{
    if (html_pos < run->places.html_pos || run->places.failed) {
        begin_places(run);
    }
    if (af_writeback_walk(&run->places, html_pos, AF_WALK_KEEP, AF_NO_RULE) != AF_OK) {
        return run->feed->bytes_pos + run->field.from;
    }
    return run->feed->bytes_pos + af_writeback_place(&run->places);
}

static void add_event(af_feed_t *feed, const af_event_t *event)
{
    void *block = feed->events;
    af_status_t status = af_heap_grow(feed->heap, &block, &feed->event_capacity, feed->event_count + 1, sizeof *feed->events,
                                      EVENTS_MAX);

    feed->events = block;
    if (status == AF_OK) {
        feed->events[feed->event_count++] = *event; /* an event that finds no memory is not told; the counts are right */
    }
}

static void on_event(void *opaque, const af_event_t *event)
{
    run_t *run = opaque;
    af_event_t placed = *event;

    if (run->feed->sink->event == NULL) {
        return;
    }
    placed.from_pos = place_of(run, event->from_pos);
    placed.to_pos = event->to_pos > event->from_pos ? place_of(run, event->to_pos) : placed.from_pos;
    add_event(run->feed, &placed);
}

static const char *on_variable(void *opaque, uint32_t index, size_t *len)
{
    const run_t *run = opaque;
    const af_sink_t *sink = run->feed->sink;

    return sink->variable == NULL ? NULL : sink->variable(sink->opaque, index, len);
}

static af_status_t flush_html(run_t *run)
{
    size_t len = run->html_len;

    run->html_len = 0;
    return len == 0 ? AF_OK : af_rewriter_push(run->rewriter, run->html, len);
}

static af_status_t push_html(run_t *run, const uint8_t *html, size_t len)
{
    if (len > sizeof run->html - run->html_len) {
        af_status_t status = flush_html(run);
        if (status != AF_OK || len >= sizeof run->html) {
            return status == AF_OK ? af_rewriter_push(run->rewriter, html, len) : status;
        }
    }
    memcpy(run->html + run->html_len, html, len);
    run->html_len += len;
    return AF_OK;
}

static af_status_t push_field(run_t *run)
{
    af_form_reader_t reader;
    af_piece_t piece;
    uint8_t html[AF_CHARACTER_BYTES];
    af_status_t status = AF_OK;

    af_form_begin(&reader, run->field.form, run->bytes);
    while (status == AF_OK) {
        af_form_next(&reader, &piece);
        switch (piece.kind) {
        case AF_PIECE_LITERAL:
            status = push_html(run, run->bytes.data + piece.from, piece.len);
            break;
        case AF_PIECE_CHARACTER:
            status = push_html(run, html, af_character_write(piece.character, run->feed->characters, html));
            break;
        case AF_PIECE_MARK: case AF_PIECE_GLUE:
            break;
        case AF_PIECE_END:
            status = flush_html(run);
            return status == AF_OK ? af_rewriter_finish(run->rewriter) : status;
        case AF_PIECE_BAD:
            run->unreadable = true;
            return AF_OK;
        }
    }
    return status;
}

static void add_stats(af_stats_t *to, const af_stats_t *from)
{
    to->removed += from->removed;
    to->unwrapped += from->unwrapped;
    to->stripped += from->stripped;
    to->duplicates += from->duplicates;
    to->attributions += from->attributions;
    to->guarded += from->guarded;
    to->refused += from->refused;
    to->limited += from->limited;
    to->reason = from->reason[0] != '\0' ? from->reason : to->reason;
    to->attribution = from->attribution[0] != '\0' ? from->attribution : to->attribution;
}

static af_status_t rewrite(run_t *run, const af_fragment_t *fragment)
{
    af_feed_t *feed = run->feed;
    const af_sink_t sink = {on_edit, on_event, on_variable, run};
    af_status_t status = af_rewriter_create(feed->rules, &feed->options, fragment, &sink, feed->heap, &run->rewriter);

    if (status != AF_OK) {
        return status;
    }
    status = push_field(run);
    if (status == AF_OK && !run->unreadable && !run->writeback.failed) {
        af_stats_t stats;
        af_rewriter_stats(run->rewriter, &stats);
        add_stats(&feed->unit_stats, &stats);
    }
    af_rewriter_destroy(run->rewriter);
    return status;
}

static af_fragment_t fragment_of(const af_feed_t *feed, const af_field_t *field)
{
    af_fragment_t fragment = {.markup = field->form == AF_FORM_XHTML ? AF_FRAGMENT_XML : AF_FRAGMENT_HTML};

    if (feed->wants_facts) {
        fragment.title = af_item_fact(&feed->item, AF_FACT_TITLE);
        fragment.author = af_item_fact(&feed->item, AF_FACT_AUTHOR);
        fragment.canonical = af_item_fact(&feed->item, AF_FACT_LINK);
        fragment.date = af_item_fact(&feed->item, AF_FACT_DATE);
    }
    return fragment;
}

/* AF_NOMEM, AF_LIMIT: the field stays as it is. */
static af_status_t change_field(af_feed_t *feed, const af_field_t *field, const af_fragment_t *fragment)
{
    run_t run = {.feed = feed, .field = *field, .bytes = {feed->bytes + field->from, field->to - field->from}};
    size_t changes = feed->changes.count, events = feed->event_count;

    af_changes_init(&run.nothing, feed->heap);
    af_writeback_begin(&run.writeback, &feed->changes, field->form, run.bytes, field->from, feed->characters);
    if (field->prefix_len > 0) { /* else its place means nothing */
        run.writeback.prefix = (af_slice_t){feed->bytes + field->prefix_at, field->prefix_len};
    }
    begin_places(&run);
    af_status_t status = rewrite(&run, fragment);
    if (status != AF_OK || run.unreadable || run.writeback.failed) {
        feed->changes.count = changes;
        feed->event_count = events;
    }
    af_changes_destroy(&run.nothing);
    if (run.writeback.failed) {
        feed->unit_stats.refused++;
        return AF_OK;
    }
    return status == AF_HOST ? run.edit_status : status;
}

/* --- The unit ----------------------------------------------------------------------------------------------------------- */

static size_t place_for_notice(const af_feed_t *feed)
{
    size_t best = SIZE_MAX;

    for (size_t i = 0; i < feed->field_count; i++) {
        if (feed->fields[i].rank > 0 && feed->fields[i].removed_by == AF_NO_RULE &&
            (best == SIZE_MAX || feed->fields[i].rank > feed->fields[best].rank)) {
            best = i;
        }
    }
    return best;
}

/* Fields without a tag need no look, unless rules are about text. */
static bool wants_field(const af_feed_t *feed, const af_field_t *field)
{
    const af_ruleset_t *rules = feed->rules;

    return rules->has.attribution || rules->has.strip || rules->has.keep ||
           af_form_may_have_markup(field->form, (af_slice_t){feed->bytes + field->from, field->to - field->from});
}

af_status_t af_unit_change(af_feed_t *feed, af_unit_t unit)
{
    size_t notice = unit == AF_UNIT_ITEM ? place_for_notice(feed) : SIZE_MAX;
    af_status_t told = AF_OK;

    feed->changes.count = feed->changes.text_len = feed->event_count = 0;
    feed->unit_stats = (af_stats_t){.reason = "", .attribution = ""};
    for (size_t i = 0; i < feed->field_count; i++) {
        const af_field_t *field = &feed->fields[i];
        af_status_t status = AF_OK;
        if (field->removed_by != AF_NO_RULE) {
            af_event_t event = {AF_REMOVED, field->removed_by, feed->bytes_pos + field->from, feed->bytes_pos + field->to, ""};
            status = af_changes_drop(&feed->changes, field->from, field->to, field->removed_by);
            feed->unit_stats.removed++;
            add_event(feed, &event);
        } else if (wants_field(feed, field)) {
            af_fragment_t fragment = fragment_of(feed, field);
            fragment.takes_notices = i == notice;
            status = change_field(feed, field, &fragment);
        }
        if (status != AF_OK) {
            feed->unit_stats.limited++;
            feed->unit_stats.reason = "memory";
            told = status;
        }
    }
    return told;
}

void af_unit_tell(af_feed_t *feed, af_event_kind_t kind, uint32_t rule, size_t at, const char *word)
{
    af_event_t event = {kind, rule, feed->bytes_pos + at, feed->bytes_pos + at, ""};

    feed->unit_stats.attribution = word;
    feed->unit_stats.attributions += kind == AF_INSERTED;
    add_event(feed, &event);
}

void af_unit_withdraw(af_feed_t *feed, const char *detail, size_t at)
{
    af_event_t event = {AF_ILL_FORMED, AF_NO_RULE, feed->bytes_pos + at, feed->bytes_pos + at, detail};

    feed->changes.count = feed->event_count = 0;
    feed->unit_stats = (af_stats_t){.reason = "malformed", .attribution = ""};
    add_event(feed, &event);
}

void af_unit_settle(af_feed_t *feed, size_t to)
{
    for (size_t i = 0; i < feed->changes.count; i++) {
        const af_change_t *change = &feed->changes.items[i];
        af_edits_keep(&feed->edits, feed->bytes_pos + change->from);
        if (change->from < change->to) {
            af_edits_drop(&feed->edits, feed->bytes_pos + change->to, change->rule);
        } else {
            af_edits_insert(&feed->edits, feed->changes.texts + change->text_at, change->text_len, change->rule);
        }
    }
    af_feed_release(feed, to);
    for (size_t i = 0; i < feed->event_count; i++) {
        af_edits_event(&feed->edits, &feed->events[i]);
    }
    add_stats(&feed->stats, &feed->unit_stats);
    feed->changes.count = feed->event_count = 0;
    feed->unit_stats = (af_stats_t){.reason = "", .attribution = ""};
}
