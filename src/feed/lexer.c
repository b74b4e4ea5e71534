/*
 * feed/lexer.c: XML cut into markup and text.
 *
 * A "<" inside of a tag, in its quotes too, is an error of XML 1.0, and what regains the place: the broken tag ends there,
 * so that an attribute without its second quote costs one item and not the feed.
 */
#include "feed/lexer.h"

static bool is_name_start(uint8_t c)
{
    return (uint8_t) ((c | 0x20) - 'a') < 26 || c == '_' || c == ':' || c >= 0x80;
}

static bool ends_name(uint8_t c)
{
    return af_xml_space(c) || c == '/' || c == '>' || c == '<' || c == '=';
}

static void give(af_xml_lexer_t *lexer, af_xml_token_t *out, af_xml_kind_t kind, size_t len)
{
    out->kind = kind;
    out->len = len;
    lexer->searched = 0;
    lexer->quote = 0;
    lexer->subset = 0;
}

/* --- Comments, processing instructions, CDATA --------------------------------------------------------------------------- */

static const char *terminator(af_xml_kind_t kind)
{
    return kind == AF_XML_COMMENT ? "-->" : kind == AF_XML_PI ? "?>" : "]]>";
}

static void go_on(af_xml_lexer_t *lexer, const uint8_t *data, size_t len, bool last, af_xml_token_t *out)
{
    const char *end = terminator(lexer->inside);
    size_t end_len = strlen(end);
    const uint8_t *found = memmem(data, len, end, end_len);
    af_xml_kind_t kind = lexer->inside;

    if (found != NULL) {
        lexer->inside = AF_XML_MORE;
        give(lexer, out, kind, (size_t) (found - data) + end_len);
    } else if (last) {
        lexer->inside = AF_XML_MORE;
        give(lexer, out, AF_XML_BAD, len);
    } else if (len >= end_len) {
        give(lexer, out, kind, len - (end_len - 1));
    }
}

/* --- Tags --------------------------------------------------------------------------------------------------------------- */

static void tag(af_xml_lexer_t *lexer, const uint8_t *data, size_t len, size_t name_at, af_xml_token_t *out)
{
    size_t at = lexer->searched > name_at ? lexer->searched : name_at;

    for (; at < len; at++) {
        uint8_t c = data[at];
        if (c == '<') {
            give(lexer, out, AF_XML_BAD, at);
            return;
        }
        if (lexer->quote != 0) {
            lexer->quote = c == lexer->quote ? 0 : lexer->quote;
        } else if (c == '"' || c == '\'') {
            lexer->quote = c;
        } else if (c == '>') {
            break;
        }
    }
    lexer->searched = at;
    if (at == len) {
        return;
    }
    size_t name_end = name_at;
    while (!ends_name(data[name_end])) {
        name_end++;
    }
    out->name_len = name_end - name_at;
    out->empty = name_at == 1 && data[at - 1] == '/';
    give(lexer, out, name_at == 1 ? AF_XML_START : AF_XML_END, at + 1);
}

/* --- DOCTYPE ------------------------------------------------------------------------------------------------------------ */

static bool ends_with(const uint8_t *data, size_t len, const char *word)
{
    size_t word_len = strlen(word);

    return len >= word_len && memcmp(data + len - word_len, word, word_len) == 0;
}

/* One byte of a DOCTYPE, data[at]; true: it is the last. */
static bool doctype_byte(af_xml_lexer_t *lexer, const uint8_t *data, size_t at)
{
    uint8_t c = data[at];

    if (lexer->subset == 2 || lexer->subset == 3) {
        if (c == '>' && ends_with(data, at, lexer->subset == 2 ? "--" : "?")) {
            lexer->subset = 1;
        }
    } else if (lexer->quote != 0) {
        lexer->quote = c == lexer->quote ? 0 : lexer->quote;
    } else if (c == '"' || c == '\'') {
        lexer->quote = c;
    } else if (lexer->subset == 1) {
        lexer->subset = c == ']' ? 0 : ends_with(data, at + 1, "<!--") ? 2 : ends_with(data, at + 1, "<?") ? 3 : 1;
    } else if (c == '[') {
        lexer->subset = 1;
    } else {
        return c == '>';
    }
    return false;
}

static void doctype(af_xml_lexer_t *lexer, const uint8_t *data, size_t len, af_xml_token_t *out)
{
    size_t at = lexer->searched > 9 ? lexer->searched : 9;

    while (at < len && !doctype_byte(lexer, data, at)) {
        at++;
    }
    lexer->searched = at;
    if (at < len) {
        give(lexer, out, AF_XML_DOCTYPE, at + 1);
    }
}

/* --- All ---------------------------------------------------------------------------------------------------------------- */

typedef enum { NO, YES, MAYBE } answer_t;

static answer_t begins(const uint8_t *data, size_t len, const char *word)
{
    size_t word_len = strlen(word);

    if (memcmp(data, word, len < word_len ? len : word_len) != 0) {
        return NO;
    }
    return len < word_len ? MAYBE : YES;
}

/* "<!" or "<?". */
static void declaration(af_xml_lexer_t *lexer, const uint8_t *data, size_t len, af_xml_token_t *out)
{
    static const struct { const char *word; af_xml_kind_t kind; } openings[] = {
        {"<!--", AF_XML_COMMENT}, {"<![CDATA[", AF_XML_CDATA}, {"<!DOCTYPE", AF_XML_DOCTYPE}, {"<?", AF_XML_PI},
    };
    bool maybe = false;

    for (size_t i = 0; i < sizeof openings / sizeof openings[0]; i++) {
        answer_t answer = begins(data, len, openings[i].word);
        maybe = maybe || answer == MAYBE;
        if (answer != YES) {
            continue;
        }
        if (openings[i].kind == AF_XML_DOCTYPE) {
            doctype(lexer, data, len, out);
            return;
        }
        lexer->inside = openings[i].kind;
        give(lexer, out, openings[i].kind, strlen(openings[i].word));
        return;
    }
    if (!maybe) {
        give(lexer, out, AF_XML_BAD, 1);
    }
}

static void markup(af_xml_lexer_t *lexer, const uint8_t *data, size_t len, af_xml_token_t *out)
{
    if (len < 2) {
        return;
    }
    if (data[1] == '!' || data[1] == '?') {
        declaration(lexer, data, len, out);
        return;
    }
    size_t name_at = data[1] == '/' ? 2 : 1;
    if (len <= name_at) {
        return;
    }
    if (is_name_start(data[name_at])) {
        tag(lexer, data, len, name_at, out);
    } else {
        give(lexer, out, AF_XML_BAD, 1);
    }
}

void af_xml_next(af_xml_lexer_t *lexer, const uint8_t *data, size_t len, bool last, af_xml_token_t *out)
{
    *out = (af_xml_token_t){.kind = AF_XML_MORE};
    if (len == 0) {
        return;
    }
    if (lexer->inside != AF_XML_MORE) {
        go_on(lexer, data, len, last, out);
    } else if (data[0] != '<') {
        const uint8_t *next = memchr(data, '<', len);
        give(lexer, out, AF_XML_TEXT, next == NULL ? len : (size_t) (next - data));
    } else {
        markup(lexer, data, len, out);
    }
    if (out->kind == AF_XML_MORE && last) {
        give(lexer, out, AF_XML_BAD, lexer->inside == AF_XML_MORE ? 1 : len);
    }
}

/* --- Attributes --------------------------------------------------------------------------------------------------------- */

static size_t skip_space(af_slice_t tag, size_t at)
{
    while (at < tag.len && af_xml_space(tag.data[at])) {
        at++;
    }
    return at;
}

bool af_xml_attribute(af_slice_t tag, size_t *at, af_xml_attribute_t *out)
{
    size_t from = skip_space(tag, *at), to = from;

    while (to < tag.len && !ends_name(tag.data[to])) {
        to++;
    }
    size_t equals = skip_space(tag, to);
    if (to == from || equals >= tag.len || tag.data[equals] != '=') {
        return false;
    }
    size_t value = skip_space(tag, equals + 1);
    if (value >= tag.len || (tag.data[value] != '"' && tag.data[value] != '\'')) {
        return false;
    }
    const uint8_t *end = memchr(tag.data + value + 1, tag.data[value], tag.len - value - 1);
    if (end == NULL) {
        return false;
    }
    out->name = (af_slice_t){tag.data + from, to - from};
    out->value = (af_slice_t){tag.data + value + 1, (size_t) (end - tag.data) - value - 1};
    *at = (size_t) (end - tag.data) + 1;
    return true;
}

af_slice_t af_xml_attribute_of(af_slice_t tag, const char *name)
{
    af_xml_attribute_t attribute;
    size_t at = 1;

    while (at < tag.len && !ends_name(tag.data[at])) {
        at++;
    }
    while (af_xml_attribute(tag, &at, &attribute)) {
        if (af_slice_equal(attribute.name, af_slice_of(name))) {
            return attribute.value;
        }
    }
    return (af_slice_t){NULL, 0};
}
