/*
 * feed/feed.c: the loop: bytes in, a parser over what is held, edits out.
 *
 * Invariant: held bytes [done, len) are undecided, those before have left. Where there are no rules nothing is looked at.
 */
#include "feed/feed_internal.h"

#define PIECE ((size_t) 32 * 1024)

af_status_t af_feed_create(const af_ruleset_t *rules, const af_options_t *options, const af_sink_t *sink, af_heap_t *heap,
                           af_feed_t **out)
{
    af_feed_t *feed = af_heap_alloc(heap, sizeof *feed);

    *out = NULL;
    if (feed == NULL) {
        return af_heap_why(heap, sizeof *feed);
    }
    memset(feed, 0, sizeof *feed);
    feed->heap = heap;
    feed->rules = rules;
    feed->sink = sink;
    feed->line = 1;
    feed->options = *options;
    feed->options.type = AF_HTML;
    feed->options.mode = AF_FILTER; /* of the fields' rewriters: what is only reported is this feed's edits */
    feed->stats.reason = feed->stats.attribution = "";
    feed->unit_stats.reason = feed->unit_stats.attribution = "";
    feed->wants_facts = rules->has.title || rules->has.attribution || rules->feed_add_count > 0;
    feed->passing = rules->rule_count == 0;
    af_edits_init(&feed->edits, sink, options->mode, &feed->stats);
    af_changes_init(&feed->changes, heap);
    *out = feed;
    return AF_OK;
}

void af_feed_destroy(af_feed_t *feed)
{
    if (feed == NULL) {
        return;
    }
    af_xml_destroy(feed, feed->xml);
    af_json_destroy(feed, feed->json);
    af_charset_destroy(feed->charset);
    af_changes_destroy(&feed->changes);
    af_heap_release(feed->heap, feed->bytes, feed->capacity);
    af_heap_release(feed->heap, feed->fields, feed->field_capacity * sizeof *feed->fields);
    af_heap_release(feed->heap, feed->events, feed->event_capacity * sizeof *feed->events);
    af_heap_release(feed->heap, feed, sizeof *feed);
}

void af_feed_release(af_feed_t *feed, size_t to)
{
    feed->done = to > feed->done ? to : feed->done;
    af_edits_keep(&feed->edits, feed->bytes_pos + to);
}

void af_feed_pass(af_feed_t *feed, const char *reason)
{
    feed->passing = true;
    feed->stats.reason = reason;
}

void af_feed_tell(af_feed_t *feed, af_event_kind_t kind, size_t at, const char *detail)
{
    af_event_t event = {kind, AF_NO_RULE, feed->bytes_pos + at, feed->bytes_pos + at, detail};

    af_edits_event(&feed->edits, &event);
}

bool af_feed_on_site(const af_feed_t *feed, const af_rule_t *rule)
{
    return af_rule_on_site(rule, af_slice_of(feed->options.site == NULL ? "" : feed->options.site));
}

/* --- Held bytes --------------------------------------------------------------------------------------------------------- */

/* Goes on from the first held byte to held byte `to`: the line there, and where it begins in the stream. */
static void count_lines(const af_feed_t *feed, size_t to, uint64_t *line, uint64_t *line_pos)
{
    const uint8_t *at = feed->bytes, *end = feed->bytes + to;

    *line = feed->line;
    *line_pos = feed->line_pos;
    while (at < end && (at = memchr(at, '\n', (size_t) (end - at))) != NULL) {
        at++;
        ++*line;
        *line_pos = feed->bytes_pos + (size_t) (at - feed->bytes);
    }
}

void af_feed_place(const af_feed_t *feed, uint64_t pos, uint64_t *line, uint64_t *column)
{
    *line = *column = 0;
    if (pos >= feed->bytes_pos && pos - feed->bytes_pos <= feed->len) {
        uint64_t line_pos;
        count_lines(feed, (size_t) (pos - feed->bytes_pos), line, &line_pos);
        *column = pos - line_pos + 1;
    }
}

static void compact(af_feed_t *feed)
{
    size_t by = feed->done;

    if (by == 0) {
        return;
    }
    count_lines(feed, by, &feed->line, &feed->line_pos);
    if (by < feed->len) {
        memmove(feed->bytes, feed->bytes + by, feed->len - by);
    }
    feed->len -= by;
    feed->bytes_pos += by;
    feed->done = 0;
    for (size_t i = 0; i < feed->field_count; i++) {
        feed->fields[i].from -= by;
        feed->fields[i].to -= by;
        feed->fields[i].prefix_at -= by;
    }
    if (feed->xml != NULL) {
        af_xml_moved(feed->xml, by);
    }
    if (feed->json != NULL) {
        af_json_moved(feed->json, by);
    }
}

static af_status_t append(af_feed_t *feed, const uint8_t *data, size_t len)
{
    void *block = feed->bytes;
    af_status_t status = af_heap_grow(feed->heap, &block, &feed->capacity, feed->len + len, 1, SIZE_MAX / 4);

    feed->bytes = block;
    if (status == AF_OK) {
        memcpy(feed->bytes + feed->len, data, len);
        feed->len += len;
    }
    return status;
}

/* --- Parsers ------------------------------------------------------------------------------------------------------------ */

/* Chooses by the first byte that is no white space, behind a byte order mark. */
static af_status_t choose(af_feed_t *feed, bool last)
{
    size_t bom_len = 0, at;

    if (feed->len < 3 && !last) {
        return AF_OK;
    }
    af_charset_bom(feed->bytes, feed->len, &bom_len);
    for (at = bom_len; at < feed->len && af_xml_space(feed->bytes[at]); at++) {
    }
    if (at == feed->len && !last && at < PIECE) {
        return AF_OK;
    }
    if (at < feed->len && (feed->bytes[at] == '{' || feed->bytes[at] == '[')) {
        return af_json_create(feed, &feed->json);
    }
    return af_xml_create(feed, &feed->xml);
}

static af_status_t run(af_feed_t *feed, bool last)
{
    af_status_t status = AF_OK;

    if (feed->xml == NULL && feed->json == NULL) {
        status = choose(feed, last);
    }
    if (status == AF_OK && feed->xml != NULL) {
        status = af_xml_run(feed, feed->xml, last);
    } else if (status == AF_OK && feed->json != NULL) {
        status = af_json_run(feed, feed->json, last);
    }
    if (feed->len - feed->done > feed->stats.hold_peak) {
        feed->stats.hold_peak = feed->len - feed->done;
    }
    return status;
}

/* Memory that is not there for the held bytes ends the looking. */
static af_status_t give_up(af_feed_t *feed, af_status_t status)
{
    feed->stats.limited++;
    af_feed_pass(feed, status == AF_NOMEM ? "nomem" : "memory");
    af_feed_tell(feed, AF_LIMIT_HIT, feed->done, feed->stats.reason);
    return status;
}

af_status_t af_feed_push(af_feed_t *feed, const uint8_t *data, size_t len)
{
    af_status_t told = AF_OK;

    feed->stats.pushed += len;
    for (size_t at = 0; at < len && !feed->passing;) {
        size_t part = len - at < PIECE ? len - at : PIECE;
        compact(feed);
        af_status_t status = append(feed, data + at, part);
        status = status == AF_OK ? run(feed, false) : give_up(feed, status);
        told = status != AF_OK ? status : told;
        at += part;
    }
    if (feed->passing) {
        af_edits_keep(&feed->edits, feed->stats.pushed);
    }
    af_edits_flush(&feed->edits);
    return feed->edits.status != AF_OK ? feed->edits.status : told;
}

af_status_t af_feed_finish(af_feed_t *feed)
{
    af_status_t status = feed->passing ? AF_OK : run(feed, true);

    af_edits_keep(&feed->edits, feed->stats.pushed);
    af_edits_flush(&feed->edits);
    return feed->edits.status != AF_OK ? feed->edits.status : status;
}

uint64_t af_feed_frontier(const af_feed_t *feed)
{
    return feed->edits.frontier;
}

void af_feed_stats(const af_feed_t *feed, af_stats_t *out)
{
    *out = feed->stats;
    out->memory_peak = feed->heap->peak;
}
