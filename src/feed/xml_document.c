/*
 * feed/xml_document.c: the XML declaration, the DOCTYPE, and the judge's view of a unit.
 *
 * The charset is the byte order mark's, else the Content-Type's, else the declaration's (RFC 7303 3). Markup is read as
 * ASCII-compatible bytes; what is not, like UTF-16, passes as it is.
 */
#include "feed/xml.h"

#define DECLARATION_MAX ((size_t) 1024)
#define ENTITIES_MAX ((size_t) 64 * 1024)

/* --- Declaration -------------------------------------------------------------------------------------------------------- */

/* The value of encoding= in a declaration, or {NULL, 0}. */
static af_slice_t declared(af_slice_t declaration)
{
    af_xml_attribute_t attribute;
    size_t at = 5;

    while (af_xml_attribute(declaration, &at, &attribute)) {
        if (af_slice_equal(attribute.name, af_slice_of("encoding"))) {
            return attribute.value;
        }
    }
    return (af_slice_t){NULL, 0};
}

static af_slice_t encoding_of(const af_feed_t *feed, const char *bom, af_slice_t declaration)
{
    if (bom != NULL) {
        return af_slice_of(bom);
    }
    if (feed->options.charset != NULL && feed->options.charset[0] != '\0') {
        return af_slice_of(feed->options.charset);
    }
    af_slice_t name = declaration.len == 0 ? declaration : declared(declaration);
    return name.len == 0 ? af_slice_of("utf-8") : name;
}

/* Characters that a label has; anything else would not stay inside the declaration that the judge gets. */
static bool is_label(af_slice_t name)
{
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.data[i];
        bool letter = (uint8_t) ((c | 0x20) - 'a') < 26 || (c >= '0' && c <= '9');
        if (!letter && (i == 0 || memchr("-_.:+", c, 5) == NULL)) {
            return false;
        }
    }
    return name.len > 0 && name.len < XML_CHARSET;
}

static af_status_t take_charset(af_feed_t *feed, af_xml_t *xml, af_slice_t name)
{
    if (!is_label(name)) {
        name = af_slice_of("unknown");
    }
    memcpy(xml->charset, name.data, name.len);
    xml->charset[name.len] = '\0';
    if (!af_charset_supported(xml->charset)) {
        af_feed_pass(feed, "charset");
        return AF_UNSUPPORTED;
    }
    const char *canonical = af_charset_canonical(name);
    bool utf8 = canonical != NULL && strcmp(canonical, "utf-8") == 0;
    feed->options.charset = xml->charset;
    feed->characters = utf8 ? AF_CHARACTER_UTF8 : AF_CHARACTER_REFERENCE;
    if (!utf8 && feed->wants_facts) {
        af_status_t status = af_charset_create(feed->heap, xml->charset, &feed->charset);
        feed->wants_facts = status == AF_OK;
        return status == AF_UNSUPPORTED ? AF_OK : status;
    }
    return AF_OK;
}

static bool is_wide(const af_feed_t *feed, const char *bom)
{
    const uint8_t *data = feed->bytes;

    if (bom != NULL) {
        return strcmp(bom, "utf-8") != 0;
    }
    return feed->len >= 4 && (data[0] == 0 || data[1] == 0 || data[2] == 0);
}

af_status_t af_xml_start(af_feed_t *feed, af_xml_t *xml, bool last)
{
    size_t bom_len = 0;
    if (feed->len == 0) {
        return AF_OK;
    }
    const char *bom = af_charset_bom(feed->bytes, feed->len, &bom_len);
    size_t at = bom_len;

    if (is_wide(feed, bom)) {
        af_feed_pass(feed, "charset");
        return AF_UNSUPPORTED;
    }
    size_t len = feed->len < DECLARATION_MAX ? feed->len : DECLARATION_MAX;
    while (at < len && af_xml_space(feed->bytes[at])) {
        at++;
    }
    size_t left = len - at;
    const uint8_t *from = feed->bytes + at;
    const uint8_t *end = memmem(from, left, "?>", 2);
    bool is_declaration = memcmp(from, "<?xml", left < 5 ? left : 5) == 0;
    if (!last && len < DECLARATION_MAX && (left < 5 || (is_declaration && end == NULL))) {
        return AF_OK;
    }
    af_slice_t declaration = {from, is_declaration && end != NULL ? (size_t) (end - from) : 0};
    xml->started = true;
    xml->at = bom_len;
    return take_charset(feed, xml, encoding_of(feed, bom, declaration));
}

/* --- DOCTYPE ------------------------------------------------------------------------------------------------------------ */

static af_status_t add_entity(af_feed_t *feed, af_xml_t *xml, af_slice_t name)
{
    void *block = xml->entities;
    size_t need = xml->entities_len + name.len + 1;
    af_status_t status = af_heap_grow(feed->heap, &block, &xml->entities_capacity, need, 1, ENTITIES_MAX);

    xml->entities = block;
    if (status != AF_OK) {
        return status == AF_LIMIT ? AF_OK : status; /* a reference to one that is not noted is an error: its item passes */
    }
    memcpy(xml->entities + xml->entities_len, name.data, name.len);
    xml->entities[xml->entities_len + name.len] = '\0';
    xml->entities_len += name.len + 1;
    return AF_OK;
}

static af_slice_t word_at(af_slice_t text, size_t at)
{
    while (at < text.len && af_xml_space(text.data[at])) {
        at++;
    }
    size_t to = at;
    while (to < text.len && !af_xml_space(text.data[to]) && text.data[to] != '>') {
        to++;
    }
    return (af_slice_t){text.data + at, to - at};
}

af_status_t af_xml_doctype(af_feed_t *feed, af_xml_t *xml, af_slice_t doctype)
{
    const uint8_t *subset = memchr(doctype.data, '[', doctype.len);
    size_t head = subset == NULL ? doctype.len : (size_t) (subset - doctype.data);
    af_status_t status = AF_OK;

    xml->declares_any = memmem(doctype.data, head, "SYSTEM", 6) != NULL || memmem(doctype.data, head, "PUBLIC", 6) != NULL;
    for (size_t at = head; status == AF_OK && at < doctype.len;) {
        const uint8_t *found = memmem(doctype.data + at, doctype.len - at, "<!ENTITY", 8);
        if (found == NULL) {
            break;
        }
        at = (size_t) (found - doctype.data) + 8;
        af_slice_t name = word_at(doctype, at);
        if (name.len == 1 && name.data[0] == '%') {
            xml->declares_any = true;
        } else {
            status = add_entity(feed, xml, name);
        }
    }
    return status;
}

static bool declares(const void *opaque, const char *name)
{
    const af_xml_t *xml = opaque;

    for (size_t at = 0; at < xml->entities_len; at += strlen(xml->entities + at) + 1) {
        if (strcmp(xml->entities + at, name) == 0) {
            return true;
        }
    }
    return xml->declares_any;
}

/* --- Judge -------------------------------------------------------------------------------------------------------------- */

static void push_changed(const af_feed_t *feed, af_xml_t *xml, size_t to)
{
    size_t at = xml->unit_from;

    for (size_t i = 0; i < feed->changes.count; i++) {
        const af_change_t *change = &feed->changes.items[i];
        af_judge_push(xml->judge, feed->bytes + at, change->from - at);
        if (change->from == change->to) {
            af_judge_push(xml->judge, feed->changes.texts + change->text_at, change->text_len);
        }
        at = change->to;
    }
    af_judge_push(xml->judge, feed->bytes + at, to - at);
}

static af_verdict_t end_judging(af_xml_t *xml, size_t depth)
{
    for (size_t i = depth; i > 0; i--) {
        af_slice_t name = af_xml_stack_name(&xml->stack, i - 1);
        af_judge_push(xml->judge, (const uint8_t *) "</", 2);
        af_judge_push(xml->judge, name.data, name.len);
        af_judge_push(xml->judge, (const uint8_t *) ">", 1);
    }
    return af_judge_end(xml->judge);
}

af_status_t af_xml_judge(af_feed_t *feed, af_xml_t *xml, size_t to, size_t depth, xml_wrong_t *wrong)
{
    const af_entities_t entities = {declares, xml};
    const af_slice_t around = {xml->surroundings, xml->surroundings_len};
    af_status_t status = xml->judge == NULL ? af_judge_create(feed->heap, &xml->judge) : AF_OK;

    *wrong = (xml_wrong_t){"memory", xml->unit_from};
    if (status != AF_OK) {
        return status;
    }
    af_judge_begin(xml->judge, xml->charset, around, &entities);
    af_judge_push(xml->judge, feed->bytes + xml->unit_from, to - xml->unit_from);
    af_verdict_t before = end_judging(xml, depth);
    if (!before.well_formed) {
        size_t len = to - xml->unit_from;
        *wrong = (xml_wrong_t){"xml", xml->unit_from + (before.wrong_at < len ? (size_t) before.wrong_at : len)};
        return AF_OK;
    }
    af_judge_begin(xml->judge, xml->charset, around, &entities);
    push_changed(feed, xml, to);
    af_verdict_t after = end_judging(xml, depth);
    wrong->what = !after.well_formed || after.unbound > before.unbound ? "changed-xml" : "";
    return AF_OK;
}
