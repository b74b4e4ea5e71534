/*
 * feed/xml_field.c: which elements are fields of HTML, in which form, and where their content is.
 *
 * The vocabulary tells, or feed-fields rules where there are some: they name all elements that are looked at then.
 */
#include "feed/xml.h"

static bool is(af_slice_t value, const char *word)
{
    return af_slice_equal(value, af_slice_of(word));
}

/* --- Names that rules give ---------------------------------------------------------------------------------------------- */

/* Tells whether an element is the one that a rule names, by namespace, or as it is written where that is not known. */
static bool is_called(af_slice_t name, af_space_t space, af_slice_t wanted)
{
    af_xml_name_t cut = af_xml_name_cut(name), want = af_xml_name_cut(wanted);

    if (!af_slice_equal(cut.local, want.local)) {
        return false;
    }
    if (want.prefix.len == 0) {
        return cut.prefix.len == 0;
    }
    af_space_t by_custom = af_space_by_custom(want.prefix);
    return by_custom == AF_SPACE_OTHER ? af_slice_equal(name, wanted) : space == by_custom;
}

static bool is_named(const af_feed_t *feed, const af_rule_t *rule, af_slice_t name, af_space_t space)
{
    if (!af_feed_on_site(feed, rule)) {
        return false;
    }
    for (size_t i = 0; i < rule->element_count; i++) {
        if (is_called(name, space, af_slice_of(rule->elements[i]))) {
            return true;
        }
    }
    return false;
}

uint32_t af_xml_remover(const af_feed_t *feed, af_slice_t name, af_space_t space)
{
    for (uint32_t i = 0; i < feed->rules->feed_remove_count; i++) {
        if (is_named(feed, &feed->rules->rules[feed->rules->feed_removes[i]], name, space)) {
            return feed->rules->feed_removes[i];
        }
    }
    return AF_NO_RULE;
}

static bool holds_html(af_element_kind_t kind)
{
    return kind == AF_ELEMENT_HTML || kind == AF_ELEMENT_TYPED || kind == AF_ELEMENT_XHTML;
}

void af_xml_choose_field(const af_feed_t *feed, af_slice_t name, af_space_t space, af_element_t *element)
{
    bool named = false, restricted = false, usual = false;

    for (uint32_t i = 0; i < feed->rules->feed_field_count; i++) {
        const af_rule_t *rule = &feed->rules->rules[feed->rules->feed_fields[i]];
        restricted = restricted || af_feed_on_site(feed, rule);
        named = named || is_named(feed, rule, name, space);
        usual = usual || is_named(feed, rule, af_slice_of("default"), AF_SPACE_NONE);
    }
    if (!restricted) {
        return;
    }
    if (named && element->kind == AF_ELEMENT_OTHER) {
        element->kind = AF_ELEMENT_HTML;
        element->rank = element->fact == AF_FACT_NONE;
    } else if (!named && !usual && holds_html(element->kind)) {
        element->kind = AF_ELEMENT_OTHER;
    }
}

/* --- Fields ------------------------------------------------------------------------------------------------------------- */

bool af_xml_form_of(const af_element_t *element, af_slice_t tag, af_form_t *form)
{
    af_slice_t type = {NULL, 0}, mode = {NULL, 0};

    if (!holds_html(element->kind)) {
        return false;
    }
    type = af_xml_attribute_of(tag, "type");
    mode = af_xml_attribute_of(tag, "mode");
    *form = element->kind == AF_ELEMENT_XHTML ? AF_FORM_XHTML : AF_FORM_TEXT;
    if (element->kind == AF_ELEMENT_HTML) {
        return !is(type, "plain") && !is(type, "text") && !is(mode, "xml");
    }
    if (element->kind == AF_ELEMENT_TYPED && (is(type, "xhtml") || (is(type, "application/xhtml+xml") && is(mode, "xml")))) {
        *form = AF_FORM_XHTML;
    }
    return *form == AF_FORM_XHTML || is(type, "html") || (is(type, "text/html") && !is(mode, "base64") && !is(mode, "xml"));
}

/* `from`: behind the start tag, which is `tag_len` bytes long. */
void af_xml_open_field(af_xml_t *xml, const af_element_t *element, af_form_t form, size_t from, size_t tag_len)
{
    xml->field = (xml_field_t){.open = true, .form = form, .depth = xml->stack.depth, .from = from, .rank = element->rank,
                               .removed_by = AF_NO_RULE,
                               .body = element->kind == AF_ELEMENT_XHTML ? XML_BODY_SELF : XML_BODY_NONE,
                               .prefix_at = from - tag_len + 1};
}

/* A start tag inside of a field; `depth`: of its element. */
void af_xml_child_of_field(af_xml_t *xml, const af_xml_token_t *token, af_slice_t name, size_t depth)
{
    xml_field_t *field = &xml->field;

    if (field->form == AF_FORM_TEXT) {
        field->unreadable = true;
        return;
    }
    if (field->body != XML_BODY_NONE || depth != field->depth + 1) {
        return;
    }
    field->prefix_at = xml->at + 1;
    if (!is(af_xml_name_cut(name).local, "div")) {
        field->body = XML_BODY_SELF;
        return;
    }
    /* Atom: the content is in one div, which is no part of it (RFC 4287 3.1.1.3). */
    field->body = token->empty ? XML_BODY_CLOSED : XML_BODY_OPEN;
    field->from_body = field->to_body = xml->at + token->len;
}

static size_t prefix_len(const af_feed_t *feed, size_t at)
{
    size_t to = at;

    while (feed->bytes[to] != ':' && feed->bytes[to] != '>' && !af_xml_space(feed->bytes[to]) && feed->bytes[to] != '/') {
        to++;
    }
    return feed->bytes[to] == ':' ? to + 1 - at : 0;
}

/* The field's end tag is [to, end). */
af_status_t af_xml_close_field(af_feed_t *feed, af_xml_t *xml, size_t to, size_t end)
{
    xml_field_t *open = &xml->field;
    af_field_t field = {.form = open->form, .from = open->from, .to = to, .rank = open->rank, .removed_by = open->removed_by};

    open->open = false;
    if (xml->unit != XML_HOLDING) {
        return AF_OK;
    }
    if (open->removed_by != AF_NO_RULE) {
        field.to = end;
        return af_unit_add(feed, &field);
    }
    if (open->unreadable) {
        return AF_OK;
    }
    if (open->form == AF_FORM_XHTML) {
        if (open->body == XML_BODY_CLOSED) {
            field.from = open->from_body;
            field.to = open->to_body;
        } else if (open->body != XML_BODY_SELF) {
            return AF_OK;
        }
        field.prefix_at = open->prefix_at;
        field.prefix_len = prefix_len(feed, open->prefix_at);
    }
    return field.from < field.to ? af_unit_add(feed, &field) : AF_OK;
}
