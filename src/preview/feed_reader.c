/*
 * preview/feed_reader.c: XML or JSON, in it text of fields, in that HTML.
 *
 * Two levels, each with a state of its own, so that a byte is enough at any place: the feed's markup and escapes, then those
 * of the HTML that a field holds.
 */
#include "preview/feed_reader.h"

#include <stdio.h>

#include "base/ascii.h"

enum { X_TEXT, X_OPEN, X_NAME, X_TAG, X_BANG, X_COMMENT, X_CDATA, X_SKIP };
enum { J_OUT, J_KEY, J_STRING, J_ESCAPE, J_UNICODE };
enum { H_TEXT, H_OPEN, H_NAME, H_TAG };

void af_reader_init(af_reader_t *reader, bool json, af_column_t column, af_column_t title)
{
    memset(reader, 0, sizeof *reader);
    reader->json = json;
    reader->column = column;
    reader->title = title;
}

/* --- Columns -------------------------------------------------------------------------------------------------------------- */

/* Room for the marks that close is never given to text. */
#define ENDS 16u

static void put(af_column_t *column, const char *text, size_t len, size_t spare)
{
    if (column->cut && spare > 0) {
        return;
    }
    if (column->capacity - column->len < len + spare) {
        column->cut = true;
        return;
    }
    memcpy(column->bytes + column->len, text, len);
    column->len += len;
}

void af_column_put(af_column_t *column, const char *markup)
{
    put(column, markup, strlen(markup), ENDS);
}

void af_column_put_byte(af_column_t *column, uint8_t byte)
{
    char one[] = {(char) byte, '\0'};

    switch (byte) {
    case '<': af_column_put(column, "&lt;"); break;
    case '>': af_column_put(column, "&gt;"); break;
    case '&': af_column_put(column, "&amp;"); break;
    case '"': af_column_put(column, "&quot;"); break;
    case '\'': af_column_put(column, "&#39;"); break;
    default:
        if (byte >= 0x20 && byte != 0x7f) {
            put(column, one, 1, ENDS);
        }
    }
}

/* --- What is read --------------------------------------------------------------------------------------------------------- */

static void close_mark(af_reader_t *reader)
{
    if (reader->open_mark != AF_READ_KEPT) {
        const char *end = reader->open_mark == AF_READ_DROPPED ? "</del>" : "</ins>";
        put(&reader->column, end, strlen(end), 0);
        reader->open_mark = AF_READ_KEPT;
    }
}

static void open_mark(af_reader_t *reader)
{
    if (reader->open_mark == reader->kind) {
        return;
    }
    close_mark(reader);
    if (reader->kind != AF_READ_KEPT && !reader->column.cut) {
        af_column_put(&reader->column, reader->kind == AF_READ_DROPPED ? "<del>" : "<ins>");
        reader->open_mark = reader->column.cut ? AF_READ_KEPT : reader->kind;
    }
}

static void open_field(af_reader_t *reader)
{
    if (reader->field_open) {
        return;
    }
    reader->field_open = true;
    reader->space = false;
    af_column_put(&reader->column, "<p><b>");
    for (size_t i = 0; i < reader->field_len; i++) {
        af_column_put_byte(&reader->column, reader->field[i]);
    }
    af_column_put(&reader->column, "</b> ");
    reader->line_begins = true;
}

static void close_field(af_reader_t *reader)
{
    close_mark(reader);
    if (reader->field_open) {
        af_column_put(&reader->column, "</p>\n");
    }
    reader->field_open = reader->space = false;
    reader->html_state = H_TEXT;
    reader->inner.len = 0;
}

static bool is_title(const af_reader_t *reader)
{
    return reader->field_len == 5 && memcmp(reader->field, "title", 5) == 0;
}

static void before_text(af_reader_t *reader)
{
    open_field(reader);
    open_mark(reader);
    if (reader->space && !reader->line_begins) {
        af_column_put(&reader->column, " ");
        if (is_title(reader)) {
            af_column_put(&reader->title, " ");
        }
    }
    reader->space = reader->line_begins = false;
}

static void read_code(af_reader_t *reader, uint32_t code)
{
    if (code < 0x80 && af_is_space((uint8_t) code)) {
        reader->space = true;
        return;
    }
    before_text(reader);
    if (code < 0x80) {
        af_column_put_byte(&reader->column, (uint8_t) code);
        if (is_title(reader)) {
            af_column_put_byte(&reader->title, (uint8_t) code);
        }
        return;
    }
    char text[16];
    snprintf(text, sizeof text, "&#%u;", (unsigned) code);
    af_column_put(&reader->column, text);
    if (is_title(reader)) {
        af_column_put(&reader->title, text);
    }
}

/* A byte of a character beyond ASCII stays as it is: the page is in the feed's charset. */
static void read_byte(af_reader_t *reader, uint8_t byte)
{
    if (byte < 0x80) {
        read_code(reader, byte);
        return;
    }
    before_text(reader);
    af_column_put_byte(&reader->column, byte);
    if (is_title(reader)) {
        af_column_put_byte(&reader->title, byte);
    }
}

/* --- References ------------------------------------------------------------------------------------------------------------ */

static uint32_t number_of(const af_reference_t *reference)
{
    uint32_t code = 0;
    bool hex = reference->len > 2 && (reference->bytes[2] | 0x20) == 'x';

    for (size_t i = hex ? 3 : 2; i < reference->len; i++) {
        uint8_t c = reference->bytes[i];
        uint32_t digit = c >= '0' && c <= '9' ? (uint32_t) (c - '0') : hex && (c | 0x20) >= 'a' && (c | 0x20) <= 'f'
                         ? (uint32_t) ((c | 0x20) - 'a' + 10) : 99;
        if (digit > 15 || code > 0x10ffff) {
            return 0;
        }
        code = code * (hex ? 16 : 10) + digit;
    }
    return code < 0x20 || code > 0x10ffff ? ' ' : code;
}

/* The character of a reference without its semicolon; 0: not known here. */
static uint32_t code_of(const af_reference_t *reference)
{
    static const struct { const char *name; uint32_t code; } known[] = {
        {"&amp", '&'}, {"&lt", '<'}, {"&gt", '>'}, {"&quot", '"'}, {"&apos", '\''}, {"&nbsp", ' '},
        {"&mdash", 0x2014}, {"&ndash", 0x2013}, {"&hellip", 0x2026}, {"&copy", 0xa9},
    };

    if (reference->len > 1 && reference->bytes[1] == '#') {
        return number_of(reference);
    }
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strlen(known[i].name) == reference->len && memcmp(known[i].name, reference->bytes, reference->len) == 0) {
            return known[i].code;
        }
    }
    return 0;
}

/* Takes `byte` into a reference that may be open. True: it is gone there, and `*code` is 0 or the reference's character. */
static bool refer(af_reference_t *reference, uint8_t byte, uint32_t *code)
{
    *code = 0;
    if (reference->len == 0 && byte != '&') {
        return false;
    }
    bool ends = reference->len > 0 && byte == ';';
    bool goes_on = reference->len == 0 || byte == '#' || af_is_digit(byte) || af_is_letter(byte);
    if (ends) {
        *code = code_of(reference);
    }
    if ((ends && *code != 0) || (goes_on && reference->len < sizeof reference->bytes)) {
        if (ends) {
            reference->len = 0;
        } else {
            reference->bytes[reference->len++] = byte;
        }
        return true;
    }
    return false;
}

/* --- A field's HTML --------------------------------------------------------------------------------------------------------- */

static bool is_among(const af_reader_t *reader, const char *const *names)
{
    for (; *names != NULL; names++) {
        if (strlen(*names) == reader->tag_len && memcmp(*names, reader->tag, reader->tag_len) == 0) {
            return true;
        }
    }
    return false;
}

static void tag_ends(af_reader_t *reader)
{
    static const char *const blocks[] = {"p", "div", "br", "li", "ul", "ol", "tr", "h1", "h2", "h3", "h4", "section", "figure",
                                         "figcaption", "blockquote", NULL};
    static const char *const things[] = {"img", "video", "audio", "iframe", "script", "object", NULL};

    reader->html_state = H_TEXT;
    if (is_among(reader, blocks)) {
        if (reader->field_open && !reader->line_begins) {
            close_mark(reader);
            af_column_put(&reader->column, "<br>");
        }
        reader->line_begins = true;
        reader->space = false;
    } else if (is_among(reader, things)) {
        read_code(reader, '[');
        for (size_t i = 0; i < reader->tag_len; i++) {
            read_code(reader, reader->tag[i]);
        }
        read_code(reader, ']');
    }
}

static void html_text(af_reader_t *reader, uint8_t byte)
{
    uint32_t code;

    if (reader->inner.len == 0 && byte == '<') {
        reader->html_state = H_OPEN;
        return;
    }
    if (refer(&reader->inner, byte, &code)) {
        if (code != 0) {
            read_code(reader, code);
        }
        return;
    }
    size_t len = reader->inner.len;
    reader->inner.len = 0;
    for (size_t i = 0; i < len; i++) {
        read_byte(reader, reader->inner.bytes[i]);
    }
    if (len > 0) {
        html_text(reader, byte);
        return;
    }
    read_byte(reader, byte);
}

static void html_byte(af_reader_t *reader, uint8_t byte)
{
    switch (reader->html_state) {
    case H_TEXT:
        html_text(reader, byte);
        return;
    case H_OPEN:
        reader->tag_len = 0;
        if (byte == '/' || byte == '!' || byte == '?') {
            reader->html_state = byte == '/' ? H_NAME : H_TAG;
        } else if (af_is_letter(byte)) {
            reader->tag[reader->tag_len++] = af_fold(byte);
            reader->html_state = H_NAME;
        } else {
            reader->html_state = H_TEXT;
            read_byte(reader, '<');
            html_text(reader, byte);
        }
        return;
    case H_NAME:
        if (byte == '>') {
            tag_ends(reader);
        } else if (af_is_space(byte) || byte == '/') {
            reader->html_state = H_TAG;
        } else if (reader->tag_len < sizeof reader->tag) {
            reader->tag[reader->tag_len++] = af_fold(byte);
        }
        return;
    default:
        if (byte == '>') {
            tag_ends(reader);
        }
    }
}

static void html_code(af_reader_t *reader, uint32_t code)
{
    if (code < 0x80) {
        html_byte(reader, (uint8_t) code);
    } else if (reader->html_state == H_TEXT) {
        read_code(reader, code);
    }
}

/* --- Items and fields --------------------------------------------------------------------------------------------------- */

static void begin_item(af_reader_t *reader)
{
    reader->in_item = true;
    reader->item_depth = reader->depth;
    reader->column.len = reader->title.len = 0;
    reader->column.cut = reader->title.cut = false;
    reader->field_len = 0;
    reader->field_open = reader->space = false;
    reader->open_mark = AF_READ_KEPT;
    reader->html_state = H_TEXT;
    reader->inner.len = 0;
}

static void name_field(af_reader_t *reader)
{
    close_field(reader);
    memcpy(reader->field, reader->name, reader->name_len);
    reader->field_len = reader->name_len;
}

static bool name_is(const af_reader_t *reader, const char *name)
{
    return reader->name_len == strlen(name) && memcmp(reader->name, name, reader->name_len) == 0;
}

/* --- XML ------------------------------------------------------------------------------------------------------------------ */

/* A tag of a field that holds elements, not text. */
static void xml_inner_tag(af_reader_t *reader)
{
    reader->tag_len = (uint8_t) (reader->name_len < sizeof reader->tag ? reader->name_len : sizeof reader->tag);
    memcpy(reader->tag, reader->name, reader->tag_len);
    tag_ends(reader);
}

static af_reader_event_t xml_tag(af_reader_t *reader)
{
    bool is_item = name_is(reader, "item") || name_is(reader, "entry");

    reader->state = X_TEXT;
    if (reader->closing) {
        reader->depth -= reader->depth > 0;
        if (reader->in_item && reader->depth < reader->item_depth) {
            close_field(reader);
            reader->in_item = false;
            return AF_READER_ITEM_ENDS;
        }
        if (reader->in_item && reader->depth == reader->item_depth) {
            close_field(reader);
            reader->field_len = 0;
        } else if (reader->in_item) {
            xml_inner_tag(reader);
        }
        return AF_READER_GOES_ON;
    }
    reader->depth += !reader->self_closing;
    if (!reader->in_item && is_item && !reader->self_closing) {
        begin_item(reader);
        return AF_READER_ITEM_BEGINS;
    }
    if (reader->in_item && reader->depth == reader->item_depth + 1 && !reader->self_closing) {
        name_field(reader);
    } else if (reader->in_item && reader->depth > reader->item_depth) {
        xml_inner_tag(reader);
    }
    return AF_READER_GOES_ON;
}

static void xml_text(af_reader_t *reader, uint8_t byte)
{
    uint32_t code;

    if (refer(&reader->outer, byte, &code)) {
        if (code != 0) {
            html_code(reader, code);
        }
        return;
    }
    size_t len = reader->outer.len;
    reader->outer.len = 0;
    for (size_t i = 0; i < len; i++) {
        html_byte(reader, reader->outer.bytes[i]);
    }
    if (len > 0) {
        xml_text(reader, byte);
    } else {
        html_byte(reader, byte);
    }
}

/* Tells whether the last bytes were `end`, which ends a comment or a section. */
static bool ended(af_reader_t *reader, uint8_t byte, const char *end)
{
    reader->tail[0] = reader->tail[1];
    reader->tail[1] = reader->tail[2];
    reader->tail[2] = byte;
    return memcmp(reader->tail, end, 3) == 0;
}

static void cdata_byte(af_reader_t *reader, uint8_t byte)
{
    uint8_t first = reader->tail[0];

    if (first != 0 && reader->in_item && reader->field_len > 0) {
        html_byte(reader, first);
    }
    if (ended(reader, byte, "]]>")) {
        reader->state = X_TEXT;
    }
}

static af_reader_event_t xml_in_tag(af_reader_t *reader, uint8_t byte)
{
    if (reader->quote != 0) {
        reader->quote = byte == reader->quote ? 0 : reader->quote;
    } else if (byte == '"' || byte == '\'') {
        reader->quote = byte;
    } else if (byte == '>') {
        return xml_tag(reader);
    }
    reader->self_closing = byte == '/';
    return AF_READER_GOES_ON;
}

static void xml_bang(af_reader_t *reader, uint8_t byte)
{
    if (reader->name_len < AF_READER_NAME) {
        reader->name[reader->name_len++] = byte;
    }
    if (name_is(reader, "--")) {
        reader->state = X_COMMENT;
    } else if (name_is(reader, "[CDATA[")) {
        reader->state = X_CDATA;
    } else if (byte == '>') {
        reader->state = X_TEXT;
    }
    memset(reader->tail, 0, sizeof reader->tail);
}

static af_reader_event_t xml_byte(af_reader_t *reader, uint8_t byte)
{
    switch (reader->state) {
    case X_TEXT:
        if (byte == '<') {
            reader->state = X_OPEN;
        } else if (reader->in_item && reader->field_len > 0) {
            xml_text(reader, byte);
        }
        break;
    case X_OPEN:
        reader->name_len = 0;
        reader->closing = byte == '/';
        reader->self_closing = false;
        reader->quote = 0;
        reader->state = byte == '!' ? X_BANG : byte == '?' ? X_SKIP : X_NAME;
        if (reader->state == X_NAME && !reader->closing) {
            reader->name[reader->name_len++] = byte;
        }
        break;
    case X_NAME:
        if (byte == '>' || byte == '/' || af_is_space(byte)) {
            reader->state = X_TAG;
            return xml_in_tag(reader, byte);
        }
        if (reader->name_len < AF_READER_NAME) {
            reader->name[reader->name_len++] = byte;
        }
        break;
    case X_TAG:
        return xml_in_tag(reader, byte);
    case X_BANG:
        xml_bang(reader, byte);
        break;
    case X_COMMENT:
        reader->state = ended(reader, byte, "-->") ? X_TEXT : X_COMMENT;
        break;
    case X_CDATA:
        cdata_byte(reader, byte);
        break;
    default:
        reader->state = byte == '>' ? X_TEXT : X_SKIP;
    }
    return AF_READER_GOES_ON;
}

/* --- JSON ----------------------------------------------------------------------------------------------------------------- */

static bool is_array(const af_reader_t *reader, uint32_t depth)
{
    return depth > 0 && depth <= AF_READER_LEVELS && (reader->arrays[(depth - 1) / 8] >> ((depth - 1) % 8) & 1) != 0;
}

/* Items are the objects in an array that is all, or that "items" names. */
static af_reader_event_t json_opens(af_reader_t *reader, uint8_t byte)
{
    bool in_items = is_array(reader, reader->depth) && (reader->depth == 1 || (reader->depth == 2 && reader->is_items));

    if (byte == '[' && reader->depth == 1) {
        reader->is_items = name_is(reader, "items");
    }
    if (reader->depth < AF_READER_LEVELS) {
        uint8_t bit = (uint8_t) (1u << (reader->depth % 8));
        uint8_t *bits = &reader->arrays[reader->depth / 8];
        *bits = (uint8_t) (byte == '[' ? *bits | bit : *bits & ~bit);
    }
    reader->depth++;
    reader->wants_key = byte == '{';
    if (byte == '{' && in_items && !reader->in_item) {
        begin_item(reader);
        return AF_READER_ITEM_BEGINS;
    }
    return AF_READER_GOES_ON;
}

static af_reader_event_t json_closes(af_reader_t *reader)
{
    reader->depth -= reader->depth > 0;
    reader->wants_key = false;
    if (reader->in_item && reader->depth < reader->item_depth) {
        close_field(reader);
        reader->in_item = false;
        return AF_READER_ITEM_ENDS;
    }
    return AF_READER_GOES_ON;
}

static af_reader_event_t json_outside(af_reader_t *reader, uint8_t byte)
{
    switch (byte) {
    case '{': case '[':
        return json_opens(reader, byte);
    case '}': case ']':
        return json_closes(reader);
    case ',':
        reader->wants_key = !is_array(reader, reader->depth);
        break;
    case ':':
        reader->wants_key = false;
        if (reader->in_item && reader->depth == reader->item_depth) {
            name_field(reader);
        }
        break;
    case '"':
        reader->state = reader->wants_key ? J_KEY : J_STRING;
        reader->name_len = reader->wants_key ? 0 : reader->name_len;
        break;
    default:
        break;
    }
    return AF_READER_GOES_ON;
}

/* An escape's character; \uXXXX is read by the caller, and a half of a pair is left out. */
static void json_string(af_reader_t *reader, uint8_t byte)
{
    if (reader->in_item && reader->field_len > 0) {
        html_byte(reader, byte);
    }
}

static void json_escape(af_reader_t *reader, uint8_t byte)
{
    reader->state = J_STRING;
    if (byte == 'u') {
        reader->state = J_UNICODE;
        reader->outer.len = 3;
        memcpy(reader->outer.bytes, "&#x", 3);
        return;
    }
    json_string(reader, byte == 'n' || byte == 't' || byte == 'r' || byte == 'b' || byte == 'f' ? ' ' : byte);
}

static void json_unicode(af_reader_t *reader, uint8_t byte)
{
    reader->outer.bytes[reader->outer.len++] = byte;
    if (reader->outer.len < 7) {
        return;
    }
    uint32_t code = number_of(&reader->outer);
    reader->outer.len = 0;
    reader->state = J_STRING;
    if (code != 0 && (code < 0xd800 || code > 0xdfff) && reader->in_item && reader->field_len > 0) {
        html_code(reader, code);
    }
}

static af_reader_event_t json_byte(af_reader_t *reader, uint8_t byte)
{
    switch (reader->state) {
    case J_OUT:
        return json_outside(reader, byte);
    case J_KEY:
        if (byte == '"') {
            reader->state = J_OUT;
        } else if (reader->name_len < AF_READER_NAME) {
            reader->name[reader->name_len++] = byte;
        }
        break;
    case J_STRING:
        if (byte == '"') {
            reader->state = J_OUT;
            html_byte(reader, ' ');
        } else if (byte == '\\') {
            reader->state = J_ESCAPE;
        } else {
            json_string(reader, byte);
        }
        break;
    case J_ESCAPE:
        json_escape(reader, byte);
        break;
    default:
        json_unicode(reader, byte);
    }
    return AF_READER_GOES_ON;
}

af_reader_event_t af_reader_take(af_reader_t *reader, uint8_t byte, af_read_t kind)
{
    reader->kind = kind;
    return reader->json ? json_byte(reader, byte) : xml_byte(reader, byte);
}
