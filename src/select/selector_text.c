/*
 * select/selector_text.c: the characters of a selector: names, strings, escapes, white space; and its errors.
 *
 * CSS Syntax #consume-name, #consume-escaped-code-point, #consume-string-token. Names and strings are unescaped into the index's
 * bytes; invalid UTF-8 passes as it is, since pages are compared byte by byte.
 */
#include "select/selector.h"

bool af_parse_end(const af_parser_t *parser)
{
    return parser->at >= parser->text.len;
}

uint8_t af_parse_peek(const af_parser_t *parser, size_t ahead)
{
    return ahead < parser->text.len - parser->at ? parser->text.data[parser->at + ahead] : 0;
}

bool af_parse_take(af_parser_t *parser, char c)
{
    if (af_parse_end(parser) || parser->text.data[parser->at] != (uint8_t) c) {
        return false;
    }
    parser->at++;
    return true;
}

bool af_parse_space(af_parser_t *parser)
{
    size_t from = parser->at;

    for (;;) {
        if (!af_parse_end(parser) && af_is_space(parser->text.data[parser->at])) {
            parser->at++;
        } else if (af_parse_peek(parser, 0) == '/' && af_parse_peek(parser, 1) == '*') {
            size_t end = parser->at + 2;
            while (end + 1 < parser->text.len && (parser->text.data[end] != '*' || parser->text.data[end + 1] != '/')) {
                end++;
            }
            parser->at = end + 1 < parser->text.len ? end + 2 : parser->text.len;
        } else {
            return parser->at > from;
        }
    }
}

static size_t append(char *out, size_t at, size_t size, af_slice_t text)
{
    for (size_t i = 0; i < text.len && at + 1 < size; i++) {
        uint8_t c = text.data[i];
        out[at++] = (char) (c < 0x20 || c == 0x7f ? '?' : c);
    }
    while (at > 0 && at + 1 == size && ((uint8_t) out[at - 1] & 0xc0u) == 0x80) {
        at--; /* no half of a character at the cut */
    }
    out[at] = '\0';
    return at;
}

af_status_t af_parse_fail(af_parser_t *parser, af_status_t status, size_t at, const char *message, af_slice_t word)
{
    af_selector_error_t *error = parser->error;

    if (error != NULL) {
        error->at = at;
        size_t end = append(error->message, 0, sizeof error->message, af_slice_of(message));
        if (word.len > 0) {
            end = append(error->message, end, sizeof error->message, af_slice_of(" \""));
            end = append(error->message, end, sizeof error->message, (af_slice_t){word.data, word.len < 60 ? word.len : 60});
            append(error->message, end, sizeof error->message, af_slice_of("\""));
        }
    }
    return status;
}

/* The character at the parser's place, whole. */
static af_slice_t character(const af_parser_t *parser)
{
    size_t len = 1, left = parser->text.len - parser->at;
    const uint8_t *data = parser->text.data + parser->at;

    while (data[0] >= 0xc0 && len < left && len < 4 && (data[len] & 0xc0u) == 0x80) {
        len++;
    }
    return (af_slice_t){data, len};
}

af_status_t af_parse_expected(af_parser_t *parser, const char *what)
{
    char message[160];
    size_t end = append(message, 0, sizeof message, af_slice_of("expected "));

    end = append(message, end, sizeof message, af_slice_of(what));
    if (af_parse_end(parser)) {
        append(message, end, sizeof message, af_slice_of(", found the end"));
        return af_parse_fail(parser, AF_SYNTAX, parser->at, message, (af_slice_t){NULL, 0});
    }
    append(message, end, sizeof message, af_slice_of(", found"));
    return af_parse_fail(parser, AF_SYNTAX, parser->at, message, character(parser));
}

static bool is_name_start(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}

static bool is_escape(const af_parser_t *parser, size_t ahead)
{
    uint8_t next = af_parse_peek(parser, ahead + 1);

    return af_parse_peek(parser, ahead) == '\\' && next != 0 && next != '\n' && next != '\r' && next != '\f';
}

bool af_parse_at_name(const af_parser_t *parser)
{
    size_t first = af_parse_peek(parser, 0) == '-' ? 1 : 0;

    return is_name_start(af_parse_peek(parser, first)) || is_escape(parser, first) ||
           (first == 1 && af_parse_peek(parser, 1) == '-');
}

af_status_t af_parse_byte(af_parser_t *parser, uint8_t byte, af_span_t *out)
{
    uint32_t number;
    af_status_t status = af_list_add(parser->index->heap, &parser->index->bytes, &byte, 1, &number);

    if (status == AF_OK) {
        out->len++;
    }
    return status;
}

static af_status_t add_code_point(af_parser_t *parser, uint32_t code, af_span_t *out)
{
    uint8_t utf8[4];
    size_t len;

    if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
        code = 0xfffd;
    }
    if (code < 0x80) {
        return af_parse_byte(parser, (uint8_t) code, out);
    }
    len = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = len; i > 1; i--) {
        utf8[i - 1] = (uint8_t) (0x80 | (code & 0x3f));
        code >>= 6;
    }
    utf8[0] = (uint8_t) (code | (len == 2 ? 0xc0u : len == 3 ? 0xe0u : 0xf0u));
    for (size_t i = 0; i < len; i++) {
        af_status_t status = af_parse_byte(parser, utf8[i], out);
        if (status != AF_OK) {
            return status;
        }
    }
    return AF_OK;
}

static int hex_value(uint8_t c)
{
    if (af_is_digit(c)) {
        return c - '0';
    }
    c = af_fold(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* #consume-escaped-code-point, at the backslash. */
static af_status_t parse_escape(af_parser_t *parser, bool fold, af_span_t *out)
{
    uint32_t code = 0;
    int digits = 0;

    parser->at++;
    while (digits < 6 && hex_value(af_parse_peek(parser, 0)) >= 0) {
        code = code * 16 + (uint32_t) hex_value(af_parse_peek(parser, 0));
        parser->at++;
        digits++;
    }
    if (digits == 0) {
        uint8_t c = parser->text.data[parser->at++]; /* what follows of a longer character is a name's too */
        return af_parse_byte(parser, fold ? af_fold(c) : c, out);
    }
    if (af_parse_peek(parser, 0) == '\r' && af_parse_peek(parser, 1) == '\n') {
        parser->at++;
    }
    if (!af_parse_end(parser) && af_is_space(parser->text.data[parser->at])) {
        parser->at++;
    }
    return add_code_point(parser, fold && code < 0x80 ? af_fold((uint8_t) code) : code, out);
}

af_status_t af_parse_name(af_parser_t *parser, bool fold, af_span_t *out)
{
    af_status_t status = AF_OK;

    *out = (af_span_t){(uint32_t) parser->index->bytes.count, 0};
    while (status == AF_OK) {
        uint8_t c = af_parse_peek(parser, 0);
        if (is_escape(parser, 0)) {
            status = parse_escape(parser, fold, out);
        } else if (is_name_start(c) || af_is_digit(c) || c == '-') {
            parser->at++;
            status = af_parse_byte(parser, fold ? af_fold(c) : c, out);
        } else {
            break;
        }
    }
    return status;
}

static void skip_line_break(af_parser_t *parser)
{
    parser->at += af_parse_peek(parser, 0) == '\r' && af_parse_peek(parser, 1) == '\n' ? 2 : 1;
}

af_status_t af_parse_string(af_parser_t *parser, af_span_t *out)
{
    size_t opened = parser->at;
    uint8_t quote = parser->text.data[parser->at++];
    af_status_t status = AF_OK;

    *out = (af_span_t){(uint32_t) parser->index->bytes.count, 0};
    while (status == AF_OK) {
        uint8_t c = af_parse_peek(parser, 0);
        if (af_parse_end(parser)) {
            return af_parse_fail(parser, AF_SYNTAX, opened, "this string has no end; expected its closing quote",
                                 (af_slice_t){NULL, 0});
        }
        if (c == quote) {
            parser->at++;
            break;
        }
        if (c == '\n' || c == '\r' || c == '\f') {
            return af_parse_fail(parser, AF_SYNTAX, parser->at, "a line break inside a string; expected its closing quote",
                                 (af_slice_t){NULL, 0});
        }
        if (is_escape(parser, 0)) {
            status = parse_escape(parser, false, out);
        } else if (c == '\\') {
            parser->at++;
            if (!af_parse_end(parser)) {
                skip_line_break(parser);
            }
        } else {
            parser->at++;
            status = af_parse_byte(parser, c, out);
        }
    }
    return status;
}
