/*
 * feed/feed_internal.h: what the files of this room share.
 *
 * The held bytes begin at the first that has not left. A parser (feed/xml, feed/json) looks at them from its place on, opens a
 * *unit* where an item begins, notes the fields in it, and settles it where it ends.
 */
#ifndef AF_FEED_FEED_INTERNAL_H
#define AF_FEED_FEED_INTERNAL_H

#include "charset/detect.h"
#include "feed/feed.h"
#include "feed/item.h"
#include "feed/judge.h"
#include "feed/lexer.h"
#include "feed/writeback.h"
#include "rewrite/edits.h"

/* A part of the held bytes that rules may change. */
typedef struct {
    af_form_t form;
    size_t from, to;
    size_t prefix_at, prefix_len; /* XHTML: the prefix of its elements, in the held bytes */
    uint8_t rank;
    uint32_t removed_by;          /* the rule that takes all of it away, or AF_NO_RULE */
} af_field_t;

typedef struct af_xml af_xml_t;
typedef struct af_json af_json_t;

struct af_feed {
    af_heap_t *heap;
    const af_ruleset_t *rules;
    const af_sink_t *sink;
    af_options_t options;     /* of the rewriters: the fields' HTML */
    af_edits_t edits;
    af_stats_t stats;
    bool passing;             /* the rest goes as it is */

    uint8_t *bytes;           /* what is held */
    size_t len, capacity;
    size_t done;              /* bytes of it that have left */
    uint64_t bytes_pos;       /* of the first in the stream */
    uint64_t line, line_pos;  /* the line that it is in, from 1, and where that begins */

    af_character_as_t characters;
    af_charset_t *charset;    /* of the facts; NULL: UTF-8 */
    bool wants_facts;
    af_item_t item;
    af_field_t *fields;
    size_t field_count, field_capacity;
    af_changes_t changes;
    af_event_t *events;       /* of the unit; told when it is settled */
    size_t event_count, event_capacity;
    af_stats_t unit_stats;

    af_xml_t *xml;            /* one of both, chosen by the first byte */
    af_json_t *json;
};

/* --- unit --------------------------------------------------------------------------------------------------------------- */

/* Forgets the fields and facts of the unit before. */
void af_unit_begin(af_feed_t *feed);

AF_MUST_USE af_status_t af_unit_add(af_feed_t *feed, const af_field_t *field);

/* Makes the changes that rules ask for in the unit's fields. `notices`: a notice that is missing may be inserted into one
 * of them. */
typedef enum { AF_UNIT_ITEM, AF_UNIT_FIELD } af_unit_t;
AF_MUST_USE af_status_t af_unit_change(af_feed_t *feed, af_unit_t unit);

/* Notes an event of the unit at held byte `at`, and counts it. */
void af_unit_tell(af_feed_t *feed, af_event_kind_t kind, uint32_t rule, size_t at, const char *word);

/* Takes the changes back: the unit stays as it is, for the reason in `detail`, which shows at held byte `at`. */
void af_unit_withdraw(af_feed_t *feed, const char *detail, size_t at);

/* Tells the changes and events, and keeps what is left of the held bytes up to `to`. */
void af_unit_settle(af_feed_t *feed, size_t to);

/* --- feed --------------------------------------------------------------------------------------------------------------- */

/* Bytes before `to` leave as they are. */
void af_feed_release(af_feed_t *feed, size_t to);

/* The rest of the feed goes as it is, for that reason. */
void af_feed_pass(af_feed_t *feed, const char *reason);

/* Tells that something is broken at held byte `at`, or over a limit. */
void af_feed_tell(af_feed_t *feed, af_event_kind_t kind, size_t at, const char *detail);

/* Tells whether the rule is for the site that the feed is of. */
bool af_feed_on_site(const af_feed_t *feed, const af_rule_t *rule);

/* --- parsers ------------------------------------------------------------------------------------------------------------ */

AF_MUST_USE af_status_t af_xml_create(af_feed_t *feed, af_xml_t **out);
void af_xml_destroy(af_feed_t *feed, af_xml_t *xml);
AF_MUST_USE af_status_t af_json_create(af_feed_t *feed, af_json_t **out);
void af_json_destroy(af_feed_t *feed, af_json_t *json);

/* Looks at what is held, from its place on. `last`: there is no more. AF_UNSUPPORTED: a charset that cannot be filtered. */
AF_MUST_USE af_status_t af_xml_run(af_feed_t *feed, af_xml_t *xml, bool last);
AF_MUST_USE af_status_t af_json_run(af_feed_t *feed, af_json_t *json, bool last);

/* The held bytes moved by `by` to the front. */
void af_xml_moved(af_xml_t *xml, size_t by);
void af_json_moved(af_json_t *json, size_t by);

#endif
