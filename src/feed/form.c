/*
 * feed/form.c: the forms in which a feed holds HTML, read piece by piece.
 *
 * Decodes one level and repairs nothing: what is escaped twice is text of the HTML. The five references that XML itself defines
 * and character references are read; any other entity is the document's own and makes the field unreadable, on purpose.
 */
#include "feed/form.h"

#include <stdio.h>

void af_form_begin(af_form_reader_t *reader, af_form_t form, af_slice_t field)
{
    *reader = (af_form_reader_t){.form = form, .field = field};
}

static bool begins(af_slice_t field, size_t at, const char *word)
{
    size_t len = strlen(word);

    return field.len - at >= len && memcmp(field.data + at, word, len) == 0;
}

/* The length up to and with `word`, or 0. */
static size_t length_to(af_slice_t field, size_t at, const char *word)
{
    size_t len = strlen(word);
    const uint8_t *found = memmem(field.data + at, field.len - at, word, len);

    return found == NULL ? 0 : (size_t) (found - field.data) - at + len;
}

/* The length up to the next of two bytes, or to the end. One pass: either of them may be far away each time. */
static size_t length_before(af_slice_t field, size_t at, uint8_t a, uint8_t b)
{
    size_t to = at;

    while (to < field.len && field.data[to] != a && field.data[to] != b) {
        to++;
    }
    return to - at;
}

/* --- Numbers ------------------------------------------------------------------------------------------------------------ */

static uint32_t digit_of(uint8_t c)
{
    if (c >= '0' && c <= '9') {
        return (uint32_t) (c - '0');
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? (uint32_t) (c - 'a') + 10 : 99;
}

/* Reads digits of `base` from [at, end); UINT32_MAX: none, another byte, or too large. */
static uint32_t number(const uint8_t *at, const uint8_t *end, uint32_t base)
{
    uint32_t value = 0;

    if (at == end) {
        return UINT32_MAX;
    }
    for (; at < end; at++) {
        uint32_t digit = digit_of(*at);
        if (digit >= base || value > 0x10ffff) {
            return UINT32_MAX;
        }
        value = value * base + digit;
    }
    return value;
}

static bool is_character(uint32_t c)
{
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0xd800) || (c >= 0xe000 && c < 0xfffe) ||
           (c >= 0x10000 && c <= 0x10ffff);
}

/* --- XML ---------------------------------------------------------------------------------------------------------------- */

/* XML 4.1, 4.6. */
static void reference(af_slice_t field, size_t at, af_piece_t *out)
{
    static const struct { const char *text; uint32_t character; } predefined[] = {
        {"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''},
    };

    out->kind = AF_PIECE_BAD;
    for (size_t i = 0; i < sizeof predefined / sizeof predefined[0]; i++) {
        if (begins(field, at, predefined[i].text)) {
            *out = (af_piece_t){AF_PIECE_CHARACTER, at, strlen(predefined[i].text), predefined[i].character};
            return;
        }
    }
    const uint8_t *from = field.data + at;
    const uint8_t *end = memchr(from, ';', field.len - at < 16 ? field.len - at : 16);
    if (!begins(field, at, "&#") || end == NULL) {
        return;
    }
    uint32_t value = from[2] == 'x' ? number(from + 3, end, 16) : number(from + 2, end, 10);
    if (is_character(value)) {
        *out = (af_piece_t){AF_PIECE_CHARACTER, at, (size_t) (end - from) + 1, value};
    }
}

/* A comment or processing instruction that begins at `at`: its length, 0: none. */
static size_t aside(af_slice_t field, size_t at)
{
    return begins(field, at, "<!--") ? length_to(field, at, "-->") : begins(field, at, "<?") ? length_to(field, at, "?>") : 0;
}

static void text_piece(af_form_reader_t *reader, af_piece_t *out)
{
    af_slice_t field = reader->field;
    size_t at = reader->at;

    if (reader->cdata) {
        size_t len = length_to(field, at, "]]>");
        if (len == 3) {
            reader->cdata = false;
            *out = (af_piece_t){AF_PIECE_MARK, at, 3, 0};
        } else {
            *out = (af_piece_t){len == 0 ? AF_PIECE_BAD : AF_PIECE_LITERAL, at, len - 3, 0};
        }
        return;
    }
    if (field.data[at] == '&') {
        reference(field, at, out);
        return;
    }
    if (field.data[at] != '<') {
        *out = (af_piece_t){AF_PIECE_LITERAL, at, length_before(field, at, '<', '&'), 0};
        return;
    }
    if (begins(field, at, "<![CDATA[")) {
        reader->cdata = true;
        *out = (af_piece_t){AF_PIECE_MARK, at, 9, 0};
        return;
    }
    size_t len = aside(field, at);
    *out = (af_piece_t){len == 0 ? AF_PIECE_BAD : AF_PIECE_MARK, at, len, 0};
}

static size_t prefix_at(af_slice_t field, size_t at)
{
    for (size_t i = at; i < field.len; i++) {
        switch (field.data[i]) {
        case ':': return i - at + 1;
        case ' ': case '\t': case '\r': case '\n': case '>': case '/': case '=': return 0;
        default: break;
        }
    }
    return 0;
}

/* References stay as they are: HTML reads those of XML alike. */
static void xhtml_piece(af_form_reader_t *reader, af_piece_t *out)
{
    af_slice_t field = reader->field;
    size_t at = reader->at, prefix = reader->in_tag ? prefix_at(field, at) : 0;

    if (prefix > 0) {
        reader->in_tag = false;
        *out = (af_piece_t){AF_PIECE_GLUE, at, prefix, 0};
        return;
    }
    if (reader->in_tag || field.data[at] != '<') {
        reader->in_tag = false;
        *out = (af_piece_t){AF_PIECE_LITERAL, at, length_before(field, at, '<', '<'), 0};
        return;
    }
    if (begins(field, at, "<![CDATA[")) {
        size_t len = length_to(field, at, "]]>");
        *out = (af_piece_t){len == 0 ? AF_PIECE_BAD : AF_PIECE_LITERAL, at, len, 0};
        return;
    }
    size_t len = aside(field, at);
    if (len > 0) {
        *out = (af_piece_t){AF_PIECE_GLUE, at, len, 0};
        return;
    }
    reader->in_tag = true;
    *out = (af_piece_t){AF_PIECE_LITERAL, at, begins(field, at, "</") ? 2 : 1, 0};
}

/* --- JSON --------------------------------------------------------------------------------------------------------------- */

static uint32_t code_unit(af_slice_t field, size_t at)
{
    return begins(field, at, "\\u") && field.len - at >= 6 ? number(field.data + at + 2, field.data + at + 6, 16) : UINT32_MAX;
}

/* RFC 8259 7. A surrogate without its other half stands for no character. */
static void unicode_escape(af_slice_t field, size_t at, af_piece_t *out)
{
    uint32_t high = code_unit(field, at);

    if (high == UINT32_MAX) {
        return;
    }
    *out = (af_piece_t){AF_PIECE_CHARACTER, at, 6, high};
    if (high < 0xd800 || high > 0xdfff) {
        return;
    }
    uint32_t low = high < 0xdc00 ? code_unit(field, at + 6) : UINT32_MAX;
    if (low >= 0xdc00 && low <= 0xdfff) {
        *out = (af_piece_t){AF_PIECE_CHARACTER, at, 12, 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)};
    } else {
        out->character = 0xfffd;
    }
}

static void json_piece(const af_form_reader_t *reader, af_piece_t *out)
{
    static const char escapes[] = "\"\\/bfnrt", characters[] = "\"\\/\b\f\n\r\t";
    af_slice_t field = reader->field;
    size_t at = reader->at;

    if (field.data[at] != '\\') {
        *out = (af_piece_t){AF_PIECE_LITERAL, at, length_before(field, at, '\\', '\\'), 0};
        return;
    }
    out->kind = AF_PIECE_BAD;
    if (field.len - at < 2) {
        return;
    }
    const char *found = memchr(escapes, field.data[at + 1], sizeof escapes - 1);
    if (found != NULL) {
        *out = (af_piece_t){AF_PIECE_CHARACTER, at, 2, (uint8_t) characters[found - escapes]};
    } else {
        unicode_escape(field, at, out);
    }
}

/* --- All ---------------------------------------------------------------------------------------------------------------- */

void af_form_next(af_form_reader_t *reader, af_piece_t *out)
{
    *out = (af_piece_t){AF_PIECE_END, reader->at, 0, 0};
    if (reader->at >= reader->field.len) {
        out->kind = reader->cdata ? AF_PIECE_BAD : AF_PIECE_END;
        return;
    }
    switch (reader->form) {
    case AF_FORM_TEXT:
        text_piece(reader, out);
        break;
    case AF_FORM_XHTML:
        xhtml_piece(reader, out);
        break;
    case AF_FORM_JSON:
        json_piece(reader, out);
        break;
    }
    reader->at += out->kind == AF_PIECE_BAD ? 0 : out->len;
}

size_t af_character_write(uint32_t c, af_character_as_t as, uint8_t out[AF_CHARACTER_BYTES])
{
    if (c < 0x80) {
        out[0] = (uint8_t) c;
        return 1;
    }
    if (as == AF_CHARACTER_REFERENCE) {
        return (size_t) snprintf((char *) out, AF_CHARACTER_BYTES, "&#%u;", (unsigned) c);
    }
    size_t len = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = len - 1; i > 0; i--) {
        out[i] = (uint8_t) (0x80 | (c & 0x3f));
        c >>= 6;
    }
    out[0] = (uint8_t) (lead[len] | c);
    return len;
}

bool af_form_may_have_markup(af_form_t form, af_slice_t field)
{
    if (memchr(field.data, '<', field.len) != NULL) {
        return true;
    }
    return memchr(field.data, form == AF_FORM_JSON ? '\\' : '&', field.len) != NULL;
}
