/*
 * feed/xml.c: RSS, Atom and RDF: items, the fields in them, and how the place is regained.
 *
 * A unit is an item, or a field outside of items. It is held to its end. Tags that do not match, or no tags at all, break
 * the unit: it passes as it is, and the next item is a unit again, wherever it begins. Whether a unit is well formed in all
 * else is asked of the judge, and only if rules change something in it. A unit that outgrows the limit of what is held is
 * settled up to there; the field that is too large passes, and the rest of the item goes on as a unit of its own.
 */
#include "feed/xml.h"

#define LONGEST_OPENING ((size_t) 9) /* "<![CDATA[", "<!DOCTYPE" */

static af_slice_t slice_of(const af_feed_t *feed, size_t from, size_t to)
{
    return (af_slice_t){feed->bytes + from, to - from};
}

/* What of a unit is settled: all of an item, to which notices may be added, or something else. */
typedef enum { SETTLED_PART, SETTLED_ITEM, SETTLED_CHANNEL } settled_t;

/* --- Units -------------------------------------------------------------------------------------------------------------- */

/* What is held from here on is a unit's, inside of the `outer` outermost elements that are open. */
static af_status_t hold(af_feed_t *feed, af_xml_t *xml, size_t from, size_t outer)
{
    void *block = xml->surroundings;
    af_slice_t tags = af_xml_stack_tags(&xml->stack, outer);
    af_status_t status = af_heap_grow(feed->heap, &block, &xml->surroundings_capacity, tags.len, 1, SIZE_MAX / 2);

    xml->surroundings = block;
    if (status != AF_OK) {
        return status;
    }
    if (tags.len > 0) {
        memcpy(xml->surroundings, tags.data, tags.len);
    }
    xml->surroundings_len = tags.len;
    xml->unit = XML_HOLDING;
    xml->unit_from = xml->tag_end = from;
    feed->field_count = 0;
    return AF_OK;
}

static af_status_t begin_unit(af_feed_t *feed, af_xml_t *xml, af_unit_t kind, size_t from, size_t outer)
{
    xml->unit_depth = outer + 1;
    xml->unit_kind = kind;
    xml->field.open = false;
    xml->fact.open = false;
    xml->author_depth = 0;
    xml->item_says = 0;
    xml->item_applies = 0;
    xml->indent_len = 0;
    af_unit_begin(feed);
    return hold(feed, xml, from, outer);
}

/* What feed-add rules find in the unit, and, at an item's end, what they add behind its last element. */
static af_status_t add_rights(af_feed_t *feed, af_xml_t *xml, settled_t settled)
{
    size_t at = xml->tag_end > xml->unit_from ? xml->tag_end : xml->unit_from;

    if (feed->rules->feed_add_count == 0) {
        return AF_OK;
    }
    af_status_t status = af_rights_read(feed, xml);
    return status == AF_OK && settled != SETTLED_PART ? af_rights_add(feed, xml, at) : status;
}

/* Settles [unit_from, to), behind which `depth` elements are open. */
static af_status_t settle(af_feed_t *feed, af_xml_t *xml, size_t to, size_t depth, settled_t settled)
{
    af_status_t status = af_unit_change(feed, xml->unit_kind);
    af_status_t added = add_rights(feed, xml, settled);

    status = status != AF_OK ? status : added;

    if (feed->changes.count > 0) {
        xml_wrong_t wrong;
        af_status_t judged = af_xml_judge(feed, xml, to, depth, &wrong);
        if (wrong.what[0] != '\0') {
            af_unit_withdraw(feed, wrong.what, wrong.at);
        }
        status = judged != AF_OK ? judged : status;
    }
    af_unit_settle(feed, to);
    return status;
}

/* The unit is broken at `at`: nothing in it changes. */
static void break_unit(af_feed_t *feed, af_xml_t *xml, size_t at)
{
    if (xml->unit == XML_HOLDING || xml->unit == XML_TOO_LARGE || xml->unit == XML_GAP) {
        xml->unit = XML_BROKEN;
        xml->field.open = xml->fact.open = false;
        feed->stats.reason = "malformed";
        af_feed_tell(feed, AF_ILL_FORMED, at, "xml");
    }
}

/* The unit ends with its element, which is still open. */
static af_status_t end_unit(af_feed_t *feed, af_xml_t *xml, size_t to)
{
    settled_t settled = xml->unit_kind == AF_UNIT_ITEM ? SETTLED_ITEM : SETTLED_PART;
    bool whole = xml->unit == XML_HOLDING;

    xml->unit = XML_NONE;
    return whole ? settle(feed, xml, to, xml->stack.depth - 1, settled) : AF_OK;
}

/* The unit outgrows what may be held: what has whole tags so far is settled. Depends on the places of tags alone, not on how the
 * bytes come. */
static af_status_t cut_unit(af_feed_t *feed, af_xml_t *xml)
{
    bool in_field = xml->field.open;
    size_t whole = xml->tag_end > xml->unit_from ? xml->tag_end : xml->unit_from;
    size_t to = in_field ? xml->field.from : whole;
    size_t inside = xml->field.depth - (xml->field.removed_by != AF_NO_RULE); /* of what begins there */
    af_status_t status = settle(feed, xml, to, in_field ? inside : xml->stack.depth, SETTLED_PART);

    feed->stats.limited++;
    feed->stats.reason = "hold";
    af_feed_tell(feed, AF_LIMIT_HIT, to, "hold");
    xml->fact.open = false;
    xml->unit = in_field ? XML_TOO_LARGE : XML_GAP;
    return status;
}

/* Before a token that is no text: cuts the unit if that does not fit, and goes on behind a gap. */
static af_status_t make_room(af_feed_t *feed, af_xml_t *xml, size_t end)
{
    af_status_t status = AF_OK;

    if (xml->unit == XML_HOLDING && end - xml->unit_from > feed->options.limits.hold) {
        status = cut_unit(feed, xml);
    }
    if (xml->unit == XML_GAP) {
        af_feed_release(feed, xml->at);
        af_status_t held = hold(feed, xml, xml->at, xml->stack.depth);
        status = status != AF_OK ? status : held;
    }
    return status;
}

/* --- Start tags --------------------------------------------------------------------------------------------------------- */

static bool is(af_slice_t value, const char *word)
{
    return af_slice_equal(value, af_slice_of(word));
}

static void take_link(af_feed_t *feed, af_slice_t tag, const af_element_t *element)
{
    af_slice_t href = af_xml_attribute_of(tag, "href"), rel = af_xml_attribute_of(tag, "rel");

    if (element->fact == AF_FACT_LINK && href.data != NULL && (rel.data == NULL || is(rel, "alternate"))) {
        af_item_take(&feed->item, AF_FACT_LINK, element->fact_rank, AF_FORM_TEXT, href, feed->charset);
    }
}

static af_element_t element_of(const af_feed_t *feed, af_slice_t name, af_space_t space)
{
    af_xml_name_t cut = af_xml_name_cut(name);
    af_element_t element = {AF_ELEMENT_OTHER, AF_FACT_NONE, 0, 0};

    if (space != AF_SPACE_OTHER || cut.prefix.len == 0) {
        element = af_element_of(space, cut.local);
    }
    if (feed->rules->feed_field_count > 0) {
        af_xml_choose_field(feed, name, space, &element);
    }
    return element;
}

/* Keeps the white space in front of an item's element: what is added behind the last one looks the same. */
static void note_indent(const af_feed_t *feed, af_xml_t *xml)
{
    size_t len = xml->at - xml->tag_end;

    if (xml->unit_kind != AF_UNIT_ITEM || xml->stack.depth != xml->unit_depth || xml->at < xml->tag_end) {
        return;
    }
    xml->indent_len = 0;
    for (size_t i = 0; i < len && len <= XML_INDENT; i++) {
        xml->indent[i] = feed->bytes[xml->tag_end + i];
        xml->indent_len = af_xml_space(xml->indent[i]) ? len : 0;
        if (xml->indent_len == 0) {
            return;
        }
    }
}

/* Tells whether the element is the item's own: facts deeper inside are of something else, but for the name of an author. */
static void open_fact(af_xml_t *xml, const af_element_t *element, af_slice_t name, size_t from)
{
    size_t depth = xml->stack.depth - xml->unit_depth;

    if (xml->fact.open || xml->unit_kind != AF_UNIT_ITEM) {
        return;
    }
    if (depth == 1 && element->kind == AF_ELEMENT_AUTHOR) {
        xml->author_depth = xml->stack.depth;
    } else if (depth == 1 && element->fact != AF_FACT_NONE) {
        xml->fact = (xml_fact_t){true, element->fact, element->fact_rank, xml->stack.depth, from};
    } else if (depth == 2 && xml->author_depth + 1 == xml->stack.depth && is(af_xml_name_cut(name).local, "name")) {
        xml->fact = (xml_fact_t){true, AF_FACT_AUTHOR, 2, xml->stack.depth, from};
    }
}

/* What an element that was just opened is, in a unit that is held or outside of one. */
static af_status_t look_at_element(af_feed_t *feed, af_xml_t *xml, const af_element_t *element, af_slice_t tag, af_slice_t name)
{
    af_form_t form;
    bool holds_html = af_xml_form_of(element, tag, &form);
    size_t from = xml->at + tag.len;

    if (xml->unit == XML_NONE && holds_html) {
        af_status_t status = begin_unit(feed, xml, AF_UNIT_FIELD, xml->at, xml->stack.depth - 1);
        if (status != AF_OK) {
            return status;
        }
    }
    if (xml->unit != XML_HOLDING) {
        return AF_OK;
    }
    if (feed->wants_facts) {
        take_link(feed, tag, element);
        open_fact(xml, element, name, from);
    }
    if (holds_html) {
        af_xml_open_field(xml, element, form, from, tag.len);
    }
    return AF_OK;
}

/* Begins the removal of an element whose start tag is at xml->at; an empty one is all there is. */
static af_status_t remove_element(af_feed_t *feed, af_xml_t *xml, const af_xml_token_t *token, uint32_t rule)
{
    af_field_t all = {.from = xml->at, .to = xml->at + token->len, .removed_by = rule};
    bool alone = xml->unit == XML_NONE;
    af_status_t status = AF_OK;

    if (alone) {
        status = begin_unit(feed, xml, AF_UNIT_FIELD, xml->at, xml->stack.depth - !token->empty);
    }
    if (status != AF_OK || xml->unit != XML_HOLDING) {
        return status;
    }
    if (!token->empty) {
        xml->field = (xml_field_t){.open = true, .depth = xml->stack.depth, .from = xml->at, .removed_by = rule};
        return AF_OK;
    }
    status = af_unit_add(feed, &all);
    if (alone) {
        xml->unit = XML_NONE;
        af_status_t settled = settle(feed, xml, all.to, xml->stack.depth, SETTLED_PART);
        return status != AF_OK ? status : settled;
    }
    return status;
}

/* An item begins where no item can be: the one before was not ended. */
static void regain(af_feed_t *feed, af_xml_t *xml)
{
    if (xml->unit != XML_NONE) {
        break_unit(feed, xml, xml->at);
        xml->unit = XML_NONE;
        af_xml_stack_pop_to(&xml->stack, xml->unit_depth - 1);
    }
    if (xml->lost && xml->item_depth > 0) {
        af_xml_stack_pop_to(&xml->stack, xml->item_depth - 1);
    }
    xml->lost = false;
}

static af_status_t open_item(af_feed_t *feed, af_xml_t *xml, af_slice_t tag, size_t name_len)
{
    regain(feed, xml);
    af_status_t status = begin_unit(feed, xml, AF_UNIT_ITEM, xml->at, xml->stack.depth);
    if (status == AF_OK) {
        status = af_xml_stack_push(&xml->stack, tag, name_len);
    }
    if (status == AF_OK) {
        xml->item_depth = xml->stack.depth;
    } else {
        xml->unit = XML_NONE;
        xml->lost = true; /* its fields are no units of their own: nobody would judge the item */
    }
    return status;
}

static void empty_tag(af_feed_t *feed, af_xml_t *xml, const af_element_t *element, const af_xml_token_t *token, af_slice_t tag)
{
    if (xml->unit != XML_HOLDING) {
        return;
    }
    if (xml->field.open) {
        af_xml_child_of_field(xml, token, (af_slice_t){tag.data + 1, token->name_len}, xml->stack.depth + 1);
    } else if (feed->wants_facts) {
        take_link(feed, tag, element);
    }
}

static af_status_t push_element(af_feed_t *feed, af_xml_t *xml, af_slice_t tag, size_t name_len)
{
    af_status_t status = af_xml_stack_push(&xml->stack, tag, name_len);

    if (status == AF_LIMIT) {
        break_unit(feed, xml, xml->at);
        xml->lost = true;
        return AF_OK;
    }
    return status;
}

/* libxml2 compares each attribute of a tag with each: a tag with very many costs its unit. */
static void limit_attributes(af_feed_t *feed, af_xml_t *xml, af_slice_t tag, size_t name_len)
{
    af_xml_attribute_t attribute;
    size_t at = name_len + 1, count = 0, limit = feed->options.limits.attributes;

    if (tag.len / 5 <= limit || xml->unit != XML_HOLDING) {
        return;
    }
    while (count <= limit && af_xml_attribute(tag, &at, &attribute)) {
        count++;
    }
    if (count > limit) {
        break_unit(feed, xml, xml->at);
    }
}

static af_status_t start_tag(af_feed_t *feed, af_xml_t *xml, const af_xml_token_t *token)
{
    af_slice_t tag = slice_of(feed, xml->at, xml->at + token->len), name = {tag.data + 1, token->name_len};
    af_space_t space = af_xml_stack_space(&xml->stack, tag, name.len, af_xml_name_cut(name).prefix);
    af_element_t element = element_of(feed, name, space);

    if (xml->stack.depth == 0 && !xml->lost && element.kind != AF_ELEMENT_ROOT && element.kind != AF_ELEMENT_ITEM) {
        af_feed_pass(feed, "not-a-feed");
        return AF_OK;
    }
    if (element.kind == AF_ELEMENT_ITEM && !token->empty) {
        af_status_t opened = open_item(feed, xml, tag, token->name_len);
        limit_attributes(feed, xml, tag, token->name_len);
        return opened;
    }
    limit_attributes(feed, xml, tag, token->name_len);
    if (xml->lost) {
        return AF_OK;
    }
    bool in_field = xml->unit == XML_HOLDING && xml->field.open;
    uint32_t rule = in_field ? AF_NO_RULE : af_xml_remover(feed, name, space);
    if (feed->rules->feed_add_count > 0 && !in_field) {
        af_rights_see(xml, space, name);
        note_indent(feed, xml);
    }
    if (!token->empty) {
        af_status_t status = push_element(feed, xml, tag, token->name_len);
        if (status != AF_OK || xml->lost) {
            return status;
        }
    }
    if (rule != AF_NO_RULE) {
        return remove_element(feed, xml, token, rule);
    }
    if (token->empty) {
        empty_tag(feed, xml, &element, token, tag);
    } else if (xml->unit == XML_HOLDING && xml->field.open) {
        af_xml_child_of_field(xml, token, name, xml->stack.depth);
    } else {
        return look_at_element(feed, xml, &element, tag, name);
    }
    return AF_OK;
}

/* --- End tags ----------------------------------------------------------------------------------------------------------- */

/* The element at the top of the stack is closed by the tag that begins at xml->at. */
static af_status_t close_top(af_feed_t *feed, af_xml_t *xml, size_t to)
{
    af_status_t status = AF_OK;
    size_t depth = xml->stack.depth;

    if (xml->fact.open && xml->fact.depth == depth) {
        xml->fact.open = false;
        af_item_take(&feed->item, xml->fact.fact, xml->fact.rank, AF_FORM_TEXT, slice_of(feed, xml->fact.from, xml->at),
                     feed->charset);
    }
    if (xml->field.open && xml->field.body == XML_BODY_OPEN && depth == xml->field.depth + 1) {
        xml->field.body = XML_BODY_CLOSED;
        xml->field.to_body = xml->at;
    }
    bool ends_field = xml->field.open && xml->field.depth == depth;
    if (ends_field) {
        status = af_xml_close_field(feed, xml, xml->at, to);
    }
    if (xml->unit != XML_NONE && depth == xml->unit_depth) {
        af_status_t ended = end_unit(feed, xml, to);
        af_xml_stack_pop_to(&xml->stack, depth - 1);
        return status != AF_OK ? status : ended;
    }
    af_xml_stack_pop_to(&xml->stack, depth - 1);
    if (ends_field && xml->unit == XML_TOO_LARGE && status == AF_OK) {
        status = hold(feed, xml, to, xml->stack.depth);
    }
    return status;
}

/* What is said of the whole feed is known where its channel ends. */
static af_status_t end_channel(af_feed_t *feed, af_xml_t *xml)
{
    size_t depth = xml->stack.depth;
    af_slice_t local = af_xml_name_cut(af_xml_stack_name(&xml->stack, depth - 1)).local;

    if (xml->unit != XML_NONE || !((depth == 2 && is(local, "channel")) || (depth == 1 && is(local, "feed")))) {
        return AF_OK;
    }
    af_status_t status = begin_unit(feed, xml, AF_UNIT_FIELD, xml->at, depth);
    xml->tag_end = xml->at;
    status = status == AF_OK ? settle(feed, xml, xml->at, depth, SETTLED_CHANNEL) : status;
    xml->unit = XML_NONE;
    return status;
}

static af_status_t end_tag(af_feed_t *feed, af_xml_t *xml, const af_xml_token_t *token)
{
    af_slice_t name = {feed->bytes + xml->at + 2, token->name_len};
    size_t bottom = xml->unit == XML_NONE ? 0 : xml->unit_depth - 1;

    if (xml->lost && (xml->unit == XML_NONE || !af_slice_equal(name, af_xml_stack_name(&xml->stack, bottom)))) {
        return AF_OK;
    }
    size_t found = xml->lost ? bottom + 1 : af_xml_stack_find(&xml->stack, name, 0);
    if (found != xml->stack.depth || found == 0) {
        break_unit(feed, xml, xml->at);
    }
    if (found == 0) {
        return AF_OK;
    }
    xml->lost = false;
    af_xml_stack_pop_to(&xml->stack, found);
    if (found <= bottom) {
        xml->unit = XML_NONE; /* what is around the unit ends, and it with that */
    }
    af_status_t status = feed->rules->feed_add_count > 0 ? end_channel(feed, xml) : AF_OK;
    af_status_t closed = close_top(feed, xml, xml->at + token->len);
    return status != AF_OK ? status : closed;
}

/* --- The document ------------------------------------------------------------------------------------------------------- */

static bool is_text(af_xml_kind_t kind)
{
    return kind == AF_XML_TEXT || kind == AF_XML_COMMENT || kind == AF_XML_PI || kind == AF_XML_CDATA;
}

static af_status_t take(af_feed_t *feed, af_xml_t *xml, const af_xml_token_t *token)
{
    af_status_t status = is_text(token->kind) ? AF_OK : make_room(feed, xml, xml->at + token->len);

    if (status != AF_OK) {
        return status;
    }
    switch (token->kind) {
    case AF_XML_START:
        return start_tag(feed, xml, token);
    case AF_XML_END:
        return end_tag(feed, xml, token);
    case AF_XML_DOCTYPE:
        return af_xml_doctype(feed, xml, slice_of(feed, xml->at, xml->at + token->len));
    case AF_XML_BAD:
        break_unit(feed, xml, xml->at);
        break;
    case AF_XML_MORE: case AF_XML_TEXT: case AF_XML_COMMENT: case AF_XML_PI: case AF_XML_CDATA:
        break;
    }
    return AF_OK;
}

static bool holds(const af_xml_t *xml)
{
    return xml->unit == XML_HOLDING;
}

/* Memory that is not there for a unit costs that unit; the feed goes on. */
static void lose_unit(af_feed_t *feed, af_xml_t *xml, af_status_t status)
{
    feed->stats.limited++;
    feed->stats.reason = status == AF_NOMEM ? "nomem" : "memory";
    af_feed_tell(feed, AF_LIMIT_HIT, xml->at, feed->stats.reason);
    if (xml->unit == XML_HOLDING) {
        xml->unit = XML_BROKEN;
        xml->field.open = xml->fact.open = false;
    }
}

static void run_tokens(af_feed_t *feed, af_xml_t *xml, bool last, af_status_t *told)
{
    af_xml_token_t token;

    while (!feed->passing) {
        af_xml_next(&xml->lexer, feed->bytes + xml->at, feed->len - xml->at, last, &token);
        if (token.kind == AF_XML_MORE) {
            break;
        }
        af_status_t status = take(feed, xml, &token);
        xml->at += token.len;
        xml->tag_end = is_text(token.kind) ? xml->tag_end : xml->at;
        if (status != AF_OK) {
            lose_unit(feed, xml, status);
            *told = status;
        }
        if (!feed->passing && !holds(xml)) {
            af_feed_release(feed, xml->at);
        }
    }
}

af_status_t af_xml_run(af_feed_t *feed, af_xml_t *xml, bool last)
{
    af_status_t status = AF_OK;

    if (!xml->started) {
        status = af_xml_start(feed, xml, last);
        if (status != AF_OK || !xml->started) {
            return status;
        }
    }
    run_tokens(feed, xml, last, &status);
    if (last) {
        break_unit(feed, xml, xml->at);
    }
    if (feed->passing || last) {
        return status;
    }
    size_t left = feed->len - xml->at;
    size_t seen = left < LONGEST_OPENING ? xml->at + (left > 0) : feed->len; /* of what may turn out to be no markup: one byte */
    if (holds(xml) && seen - xml->unit_from > feed->options.limits.hold) {
        af_status_t cut = cut_unit(feed, xml); /* the next tag ends still farther away */
        af_feed_release(feed, xml->at);
        status = cut != AF_OK ? cut : status;
    }
    if (feed->len - xml->at > feed->options.limits.tag) {
        af_feed_tell(feed, AF_LIMIT_HIT, xml->at, "tag");
        feed->stats.limited++;
        af_feed_pass(feed, "tag");
        return AF_LIMIT;
    }
    return status;
}

void af_xml_moved(af_xml_t *xml, size_t by)
{
    xml->at -= by;
    xml->unit_from -= by;
    xml->tag_end -= by;
    xml->field.from -= by;
    xml->field.from_body -= by;
    xml->field.to_body -= by;
    xml->field.prefix_at -= by;
    xml->fact.from -= by;
}

af_status_t af_xml_create(af_feed_t *feed, af_xml_t **out)
{
    af_xml_t *xml = af_heap_alloc(feed->heap, sizeof *xml);

    *out = xml;
    if (xml == NULL) {
        return af_heap_why(feed->heap, sizeof *xml);
    }
    memset(xml, 0, sizeof *xml);
    size_t depth = feed->options.limits.depth;
    af_xml_stack_init(&xml->stack, feed->heap, depth < XML_DEPTH ? depth : XML_DEPTH);
    return AF_OK;
}

void af_xml_destroy(af_feed_t *feed, af_xml_t *xml)
{
    if (xml != NULL) {
        af_xml_stack_destroy(&xml->stack);
        af_judge_destroy(xml->judge);
        af_heap_release(feed->heap, xml->surroundings, xml->surroundings_capacity);
        af_heap_release(feed->heap, xml->entities, xml->entities_capacity);
        af_heap_release(feed->heap, xml, sizeof *xml);
    }
}
