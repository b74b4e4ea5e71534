/*
 * feed/rights.c: feed-add: whose an item is, in elements of the feed, where it does not say so.
 *
 * What an item says of itself is noted as its tags go by, at any depth: the rights of a picture or of the feed that an entry was
 * taken from are said, too, and nothing is put over them. What is missing is written behind the item's last element, in the
 * namespace's prefix as it stands there, or with a declaration of its own. Limit: `when` reads the item's text without its tags,
 * not as a browser shows it.
 */
#include "feed/xml.h"

#include "policy/facts.h"
#include "policy/tape.h"
#include "rules/template.h"

#define NOTICE_MAX ((size_t) 4096)
#define TEXT_MAX ((size_t) 64 * 1024) /* bytes of an item's text that `when` is tried on */

enum { SAYS_DC = 1, SAYS_ATOM = 2, SAYS_MEDIA = 4, SAYS_COPYRIGHT = 8, SAYS_SOURCE = 16 };

/* --- What is there ------------------------------------------------------------------------------------------------------ */

static bool is(af_slice_t name, const char *word)
{
    return af_slice_equal(name, af_slice_of(word));
}

static unsigned says(af_space_t space, af_slice_t local)
{
    bool dc = space == AF_SPACE_DC || space == AF_SPACE_DCTERMS;
    bool atom = space == AF_SPACE_ATOM || space == AF_SPACE_ATOM03;

    if (is(local, "rights")) {
        return dc ? SAYS_DC : atom ? SAYS_ATOM : 0;
    }
    if (is(local, "copyright")) {
        return space == AF_SPACE_MEDIA ? SAYS_MEDIA : space == AF_SPACE_ATOM03 ? SAYS_ATOM : SAYS_COPYRIGHT;
    }
    return is(local, "source") ? SAYS_SOURCE : 0;
}

void af_rights_see(af_xml_t *xml, af_space_t space, af_slice_t name)
{
    unsigned said = says(space, af_xml_name_cut(name).local);

    if (xml->unit_kind == AF_UNIT_ITEM && xml->unit != XML_NONE) {
        xml->item_says |= said;
    } else {
        xml->channel_says |= said;
    }
}

/* --- What is asked for -------------------------------------------------------------------------------------------------- */

typedef struct {
    af_space_t space;   /* AF_SPACE_NONE: the one that the item is in */
    const char *local;
    unsigned instead;   /* what makes it unneeded */
} wanted_t;

static wanted_t rights_of(af_space_t outer, bool channel)
{
    const unsigned any = SAYS_DC | SAYS_ATOM | SAYS_COPYRIGHT;

    if (outer == AF_SPACE_ATOM || outer == AF_SPACE_ATOM03) {
        return (wanted_t){outer, outer == AF_SPACE_ATOM ? "rights" : "copyright", any};
    }
    if (channel && outer != AF_SPACE_RSS1) {
        return (wanted_t){AF_SPACE_NONE, "copyright", any};
    }
    return (wanted_t){AF_SPACE_DC, "rights", any};
}

static wanted_t wanted_of(const af_rule_t *rule, af_space_t outer)
{
    af_slice_t name = af_slice_of(rule->elements[0]);

    if (is(name, "dc:rights")) {
        return (wanted_t){AF_SPACE_DC, "rights", SAYS_DC};
    }
    if (is(name, "atom:rights")) {
        return (wanted_t){AF_SPACE_ATOM, "rights", SAYS_ATOM};
    }
    if (is(name, "media:copyright")) {
        return (wanted_t){AF_SPACE_MEDIA, "copyright", SAYS_MEDIA};
    }
    if (is(name, "source")) {
        bool own = outer == AF_SPACE_NONE || outer == AF_SPACE_OTHER;
        return (wanted_t){own || outer == AF_SPACE_ATOM ? AF_SPACE_NONE : AF_SPACE_DC, "source", SAYS_SOURCE};
    }
    return rights_of(outer, rule->of_channel);
}

/* --- when ---------------------------------------------------------------------------------------------------------------- */

/* Tags that stand inside of words. */
static bool is_inline(af_slice_t tag)
{
    static const char *const names[] = {"a", "abbr", "b", "em", "font", "i", "mark", "s", "small", "span", "strong", "sub", "sup",
                                        "u", NULL};
    size_t from = tag.len > 1 && tag.data[1] == '/' ? 2 : 1, to = from;

    while (to < tag.len && tag.data[to] != '>' && tag.data[to] != '/' && tag.data[to] > ' ') {
        to++;
    }
    for (size_t i = 0; names[i] != NULL; i++) {
        if (is((af_slice_t){tag.data + from, to - from}, names[i])) {
            return true;
        }
    }
    return false;
}

/* The length of the tag or comment that begins at `at`; 0: there is none. */
static size_t tag_len(af_slice_t html, size_t at)
{
    uint8_t next = at + 1 < html.len ? html.data[at + 1] : 0;
    bool comment = html.len - at >= 4 && memcmp(html.data + at, "<!--", 4) == 0;
    const char *end = comment ? "-->" : ">";

    if (next != '/' && next != '!' && next != '?' && (uint8_t) ((next | 0x20) - 'a') >= 26) {
        return 0;
    }
    const uint8_t *found = memmem(html.data + at, html.len - at, end, strlen(end));
    return found == NULL ? html.len - at : (size_t) (found - html.data) - at + strlen(end);
}

static af_status_t read_html(af_tape_t *tape, af_slice_t html)
{
    af_status_t status = AF_OK;
    size_t from = 0;

    for (size_t at = 0; status == AF_OK && at < html.len;) {
        size_t len = html.data[at] == '<' ? tag_len(html, at) : 0;
        if (len == 0) {
            at++;
            continue;
        }
        status = af_tape_text(tape, (af_slice_t){html.data + from, at - from}, 0, AF_TEXT_DATA);
        if (status == AF_OK && !is_inline((af_slice_t){html.data + at, len})) {
            status = af_tape_text(tape, af_slice_of(" "), 0, AF_TEXT_DATA);
        }
        from = at += len;
    }
    return status == AF_OK ? af_tape_text(tape, (af_slice_t){html.data + from, html.len - from}, 0, AF_TEXT_DATA) : status;
}

/* Decoded HTML is never longer than what it stands for. */
static size_t decode(const af_feed_t *feed, const af_field_t *field, uint8_t *out)
{
    af_form_reader_t reader;
    af_piece_t piece;
    size_t len = 0;

    af_form_begin(&reader, field->form, (af_slice_t){feed->bytes + field->from, field->to - field->from});
    for (;;) {
        af_form_next(&reader, &piece);
        switch (piece.kind) {
        case AF_PIECE_LITERAL:
            memcpy(out + len, reader.field.data + piece.from, piece.len);
            len += piece.len;
            break;
        case AF_PIECE_CHARACTER: {
            uint8_t character[AF_CHARACTER_BYTES];
            size_t character_len = af_character_write(piece.character, feed->characters, character);
            character_len = character_len < piece.len ? character_len : piece.len;
            memcpy(out + len, character, character_len);
            len += character_len;
            break;
        }
        case AF_PIECE_MARK: case AF_PIECE_GLUE:
            break;
        case AF_PIECE_END: case AF_PIECE_BAD:
            return len;
        }
    }
}

static af_status_t read_field(af_feed_t *feed, const af_field_t *field, af_tape_t *tape)
{
    size_t size = field->to - field->from;
    uint8_t *html = af_heap_alloc(feed->heap, size);

    if (html == NULL) {
        return af_heap_why(feed->heap, size);
    }
    af_status_t status = read_html(tape, (af_slice_t){html, decode(feed, field, html)});
    af_heap_release(feed->heap, html, size);
    return status == AF_OK ? af_tape_text(tape, af_slice_of(" "), 0, AF_TEXT_DATA) : status;
}

static bool finds(const af_rule_t *rule, af_regex_run_t *run, af_slice_t text)
{
    af_group_t group;

    return text.len > 0 && af_regex_match(rule->attribution->when, run, text, 0, &group, 1) == AF_OK;
}

/* Tries the rules' `when` on the item's text, author and title. */
static void try_rules(af_feed_t *feed, af_xml_t *xml, af_regex_run_t *run, af_slice_t text)
{
    const af_ruleset_t *rules = feed->rules;

    for (uint32_t i = 0; i < rules->feed_add_count && i < 64; i++) {
        const af_rule_t *rule = &rules->rules[rules->feed_adds[i]];
        if (rule->attribution->when != NULL &&
            (finds(rule, run, text) || finds(rule, run, af_item_fact(&feed->item, AF_FACT_AUTHOR)) ||
             finds(rule, run, af_item_fact(&feed->item, AF_FACT_TITLE)))) {
            xml->item_applies |= UINT64_C(1) << i;
        }
    }
}

static bool any_when(const af_ruleset_t *rules)
{
    for (uint32_t i = 0; i < rules->feed_add_count; i++) {
        if (rules->rules[rules->feed_adds[i]].attribution->when != NULL) {
            return true;
        }
    }
    return false;
}

af_status_t af_rights_read(af_feed_t *feed, af_xml_t *xml)
{
    af_tape_t tape;
    af_regex_run_t *run = NULL;

    if (xml->unit_kind != AF_UNIT_ITEM || !any_when(feed->rules)) {
        return AF_OK;
    }
    af_status_t status = af_regex_run_create(feed->heap, feed->options.limits.match_steps, &run);
    af_tape_init(&tape, feed->heap, TEXT_MAX);
    tape.charset = feed->charset;
    size_t mark = af_tape_mark(&tape);
    for (size_t i = 0; status == AF_OK && i < feed->field_count; i++) {
        if (feed->fields[i].removed_by == AF_NO_RULE) {
            status = read_field(feed, &feed->fields[i], &tape);
        }
    }
    if (status == AF_LIMIT) {
        status = AF_OK; /* what fits is looked at */
    }
    if (status == AF_OK) {
        try_rules(feed, xml, run, af_tape_since(&tape, mark));
    }
    af_tape_destroy(&tape);
    af_regex_run_destroy(run);
    return status;
}

/* --- Writing ------------------------------------------------------------------------------------------------------------ */

typedef struct {
    af_feed_t *feed;
    const af_xml_t *xml;
    size_t at;           /* in the held bytes */
    uint32_t rule;
    af_space_t outer;    /* of the item or channel */
    af_slice_t prefix;   /* and the one that its name is written with */
    af_status_t status;
} place_t;

static void put(place_t *place, const void *text, size_t len)
{
    if (place->status == AF_OK) {
        place->status = af_changes_insert(&place->feed->changes, place->at, text, len, place->rule);
    }
}

static void put_word(place_t *place, const char *text)
{
    put(place, text, strlen(text));
}

static void put_name(place_t *place, af_slice_t prefix, const char *local)
{
    if (prefix.len > 0) {
        put(place, prefix.data, prefix.len);
        put_word(place, ":");
    }
    put_word(place, local);
}

/* Writes the start tag without its ">", and gives the prefix that its end tag has to have. */
static af_slice_t open_element(place_t *place, const wanted_t *wanted)
{
    af_slice_t prefix = place->prefix;
    bool bound = wanted->space == AF_SPACE_NONE || af_xml_stack_prefix(&place->xml->stack, wanted->space, &prefix);

    if (!bound) {
        prefix = af_slice_of(af_space_prefix(wanted->space));
    }
    put_word(place, "<");
    put_name(place, prefix, wanted->local);
    if (!bound) {
        put_word(place, " xmlns:");
        put(place, prefix.data, prefix.len);
        put_word(place, "=\"");
        put_word(place, af_space_address(wanted->space));
        put_word(place, "\"");
    }
    return prefix;
}

static void close_element(place_t *place, af_slice_t prefix, const char *local)
{
    put_word(place, "</");
    put_name(place, prefix, local);
    put_word(place, ">");
}

/* RFC 4287 4.2.11: what is known of the feed that an entry comes from. */
static void put_atom_source(place_t *place, const af_rule_t *rule, af_slice_t name)
{
    put_word(place, ">");
    put_word(place, "<");
    put_name(place, place->prefix, "title");
    put_word(place, ">");
    put(place, name.data, name.len);
    close_element(place, place->prefix, "title");
    put_word(place, "<");
    put_name(place, place->prefix, "link");
    put_word(place, " rel=\"self\" href=\"");
    put_word(place, rule->url);
    put_word(place, "\"/>");
}

static void write_element(place_t *place, const af_rule_t *rule, const wanted_t *wanted, af_slice_t text)
{
    af_slice_t prefix = open_element(place, wanted);

    if (rule->url == NULL) {
        put_word(place, ">");
        put(place, text.data, text.len);
    } else if (place->outer == AF_SPACE_ATOM) {
        put_atom_source(place, rule, text);
    } else if (wanted->space == AF_SPACE_DC) {
        put_word(place, ">");
        put_word(place, rule->url);
    } else {
        put_word(place, " url=\"");
        put_word(place, rule->url);
        put_word(place, "\">");
        put(place, text.data, text.len);
    }
    close_element(place, prefix, wanted->local);
}

/* --- Text --------------------------------------------------------------------------------------------------------------- */

typedef struct {
    char year[5], date[11];
} dates_t;

static dates_t dates_of(const af_feed_t *feed, const af_attribution_rule_t *rule, const af_facts_t *facts)
{
    dates_t dates = {"", ""};
    af_slice_t year = af_facts_year(facts), date = af_facts_date(facts);
    int64_t fallback = INT64_MIN;

    if (year.len == 4) {
        memcpy(dates.year, year.data, 4);
        if (date.len == 10) {
            memcpy(dates.date, date.data, 10);
        }
        return dates;
    }
    switch (rule->fallback) {
    case AF_FALLBACK_NONE: break;
    case AF_FALLBACK_LAST_MODIFIED: fallback = feed->options.last_modified; break;
    case AF_FALLBACK_RESPONSE: fallback = feed->options.date; break;
    }
    if (fallback != INT64_MIN && !af_date_of(fallback, dates.year, dates.date)) {
        dates = (dates_t){"", ""};
    }
    return dates;
}

static af_slice_t variable_of(void *opaque, uint32_t index)
{
    const af_sink_t *sink = opaque;
    size_t len = 0;
    const char *value = sink->variable == NULL ? NULL : sink->variable(sink->opaque, index, &len);

    return (af_slice_t){(const uint8_t *) value, value == NULL ? 0 : len};
}

static af_slice_t known(const char *text)
{
    return text[0] == '\0' ? (af_slice_t){NULL, 0} : af_slice_of(text);
}

static af_status_t render(const af_feed_t *feed, const af_rule_t *rule, const af_facts_t *facts, uint8_t *out, size_t *len)
{
    dates_t dates = dates_of(feed, rule->attribution, facts);
    af_template_values_t values = {.variable = variable_of, .opaque = (void *) (uintptr_t) feed->sink};

    values.part[AF_PART_YEAR] = known(dates.year);
    values.part[AF_PART_DATE] = known(dates.date);
    values.part[AF_PART_TITLE] = af_facts_title(facts);
    values.part[AF_PART_AUTHOR] = af_facts_author(facts);
    values.part[AF_PART_CANONICAL] = af_facts_canonical(facts);
    return af_template_render(rule->attribution, &values, out, NOTICE_MAX, len, NULL);
}

/* --- Adding ------------------------------------------------------------------------------------------------------------- */

static bool applies(const af_feed_t *feed, const af_xml_t *xml, uint32_t number, bool channel)
{
    const af_rule_t *rule = &feed->rules->rules[feed->rules->feed_adds[number]];

    return rule->of_channel == channel && af_feed_on_site(feed, rule) &&
           (rule->attribution->when == NULL || (number < 64 && (xml->item_applies >> number & 1) != 0));
}

static void add_notice(place_t *place, unsigned *said, const af_facts_t *facts, uint8_t *text)
{
    const af_rule_t *rule = &place->feed->rules->rules[place->rule];
    wanted_t wanted = wanted_of(rule, place->outer);
    size_t len;

    if ((*said & wanted.instead) != 0) {
        return;
    }
    if (render(place->feed, rule, facts, text, &len) != AF_OK) {
        af_unit_tell(place->feed, AF_NO_DATE, place->rule, place->at, "no-date");
        return;
    }
    if (place->xml->unit_kind == AF_UNIT_ITEM) {
        put(place, place->xml->indent, place->xml->indent_len);
    }
    write_element(place, rule, &wanted, (af_slice_t){text, len});
    *said |= says(wanted.space == AF_SPACE_NONE ? place->outer : wanted.space, af_slice_of(wanted.local));
    af_unit_tell(place->feed, AF_INSERTED, place->rule, place->at, "inserted");
}

static af_status_t know_item(const af_feed_t *feed, af_facts_t *facts)
{
    return af_facts_give(facts, af_item_fact(&feed->item, AF_FACT_TITLE), af_item_fact(&feed->item, AF_FACT_AUTHOR),
                         af_item_fact(&feed->item, AF_FACT_LINK), af_item_fact(&feed->item, AF_FACT_DATE));
}

af_status_t af_rights_add(af_feed_t *feed, af_xml_t *xml, size_t at)
{
    bool channel = xml->unit_kind != AF_UNIT_ITEM;
    af_slice_t name = af_xml_stack_name(&xml->stack, xml->stack.depth - 1);
    place_t place = {.feed = feed, .xml = xml, .at = at, .prefix = af_xml_name_cut(name).prefix};
    af_facts_t facts;
    uint8_t *text = af_heap_alloc(feed->heap, NOTICE_MAX);

    if (text == NULL) {
        return af_heap_why(feed->heap, NOTICE_MAX);
    }
    place.outer = af_xml_stack_space(&xml->stack, (af_slice_t){NULL, 0}, 0, place.prefix);
    af_facts_init(&facts, feed->heap, NULL);
    place.status = channel ? AF_OK : know_item(feed, &facts);
    for (uint32_t i = 0; place.status == AF_OK && i < feed->rules->feed_add_count; i++) {
        place.rule = feed->rules->feed_adds[i];
        if (applies(feed, xml, i, channel)) {
            add_notice(&place, channel ? &xml->channel_says : &xml->item_says, &facts, text);
        }
    }
    af_facts_destroy(&facts);
    af_heap_release(feed->heap, text, NOTICE_MAX);
    return place.status;
}
