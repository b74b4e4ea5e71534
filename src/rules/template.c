/*
 * rules/template.c: attribution templates: parsing, default patterns, rendering.
 *
 * The default pattern reads the template's own words literally, but for what differs between systems that write notices: white
 * space (none is needed beside punctuation, "Press, .All"), the form of the copyright sign, case. In the `match` form the date
 * may be missing or the "0" of an empty field, and the comma before it may be missing with it; the group stays set, so that a
 * repair knows the place. The `good` form takes nothing but whole dates.
 */
#include "rules/template.h"


#define PATTERN_LIMIT 16384u
#define LETTERS_NEEDED 3u /* a notice that is known by less would be found in any sentence */
#define MAX_PARTS 64u
#define SHORT_DATE "short-date"

#define SIGN_GOOD "(?:©|\\(c\\))"
#define SIGN_ANY "(?:©|Â©|\\x{FFFD}|\\(c\\)|&copy;|&#0*169;|&#x0*a9;)"
#define YEAR_GOOD "(?<year>(?:19|20)\\d{2})"
#define YEAR_ANY "(?<year>(?:\\d{4}(?!\\d)|0(?!\\d))?)"
#define DAY "\\d{4}-\\d{2}-\\d{2}|\\p{L}{3,12}\\.?\\s\\d{1,2},\\s\\d{4}|\\d{1,2}\\.?\\s\\p{L}{3,12}\\.?\\s\\d{4}"
#define DATE_GOOD "(?<date>" DAY ")"
#define DATE_ANY "(?<date>(?:" DAY ")?)"

static const char *const placeholder_names[AF_PART_KINDS] = {
    [AF_PART_YEAR] = "year", [AF_PART_DATE] = "date", [AF_PART_TITLE] = "title", [AF_PART_AUTHOR] = "author",
    [AF_PART_AGENCY] = "agency", [AF_PART_CANONICAL] = "canonical"
};

/* --- Parsing --------------------------------------------------------------------------------------------------------------- */

typedef struct {
    af_store_t *store;
    af_slice_t text;
    size_t at;
    af_status_t (*variable)(void *opaque, af_slice_t name, uint32_t *index);
    void *opaque;
    af_template_error_t *error;
    af_template_part_t parts[MAX_PARTS];
    size_t count;
    uint8_t *literal; /* as long as the text; the pieces lie in it one behind the other */
    size_t literal_len, literal_from;
} parser_t;

static void append(char *out, size_t size, size_t *len, const char *text, size_t text_len)
{
    size_t room = size - 1 - *len;
    size_t take = text_len < room ? text_len : room;

    memcpy(out + *len, text, take);
    *len += take;
    out[*len] = '\0';
}

static af_status_t fail(parser_t *parser, size_t at, const char *before, af_slice_t word, const char *after)
{
    size_t len = 0;
    char *out = parser->error->message;
    size_t size = sizeof parser->error->message;

    parser->error->at = at;
    append(out, size, &len, before, strlen(before));
    append(out, size, &len, (const char *) word.data, word.len < 60 ? word.len : 60);
    append(out, size, &len, after, strlen(after));
    return AF_SYNTAX;
}

static bool is_name_byte(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static af_status_t add_part(parser_t *parser, af_template_part_t part)
{
    if (parser->count == MAX_PARTS) {
        return fail(parser, parser->at, "the template has too many parts: expected at most 64", af_slice_of(""), "");
    }
    parser->parts[parser->count++] = part;
    return AF_OK;
}

static af_status_t end_literal(parser_t *parser)
{
    size_t len = parser->literal_len - parser->literal_from;
    af_slice_t text = {parser->literal + parser->literal_from, len};

    parser->literal_from = parser->literal_len;
    return len > 0 ? add_part(parser, (af_template_part_t){AF_PART_LITERAL, text, 0}) : AF_OK;
}

static af_status_t add_variable(parser_t *parser, size_t at, af_slice_t name)
{
    af_template_part_t part = {AF_PART_VARIABLE, name, 0};

    if (parser->variable == NULL) {
        return fail(parser, at, "variables cannot stand here: \"$", name, "\"");
    }
    char *copy = af_store_string(parser->store, name);
    if (copy == NULL) {
        return AF_NOMEM;
    }
    part.text.data = (const uint8_t *) copy;
    af_status_t status = parser->variable(parser->opaque, name, &part.variable);
    return status == AF_OK ? add_part(parser, part) : status;
}

static af_status_t read_placeholder(parser_t *parser)
{
    size_t from = parser->at + 1;
    size_t end = from;
    af_status_t status = end_literal(parser);

    while (end < parser->text.len && parser->text.data[end] != '}' && parser->text.data[end] != '{') {
        end++;
    }
    if (status != AF_OK) {
        return status;
    }
    if (end == parser->text.len || parser->text.data[end] == '{') {
        return fail(parser, parser->at, "\"{\" is not closed: expected \"}\" after the placeholder's name", af_slice_of(""), "");
    }
    af_slice_t name = {parser->text.data + from, end - from};
    if (af_slice_equal(name, af_slice_of(SHORT_DATE))) {
        parser->at = end + 1;
        return add_part(parser, (af_template_part_t){AF_PART_DATE, af_slice_of(SHORT_DATE), 0});
    }
    for (unsigned kind = AF_PART_YEAR; kind < AF_PART_VARIABLE; kind++) {
        af_slice_t known = af_slice_of(placeholder_names[kind]);
        if (af_slice_equal(name, known)) {
            parser->at = end + 1;
            return add_part(parser, (af_template_part_t){(af_part_kind_t) kind, known, 0});
        }
    }
    return fail(parser, parser->at, "unknown placeholder \"{", name,
                "}\": expected {year}, {date}, {short-date}, {title}, {author}, {agency} or {canonical}");
}

/* $name and ${name}; a dollar sign before anything else is one. */
static af_status_t read_dollar(parser_t *parser)
{
    const uint8_t *data = parser->text.data;
    size_t start = parser->at;
    bool braces = start + 1 < parser->text.len && data[start + 1] == '{';
    size_t from = start + 1 + braces;
    size_t end = from;

    while (end < parser->text.len && is_name_byte(data[end])) {
        end++;
    }
    if (braces && (end == from || end == parser->text.len || data[end] != '}')) {
        return fail(parser, start, "\"${\" is not closed: expected a variable's name and \"}\"", af_slice_of(""), "");
    }
    if (end == from) {
        parser->literal[parser->literal_len++] = '$';
        parser->at++;
        return AF_OK;
    }
    af_status_t status = end_literal(parser);
    parser->at = end + braces;
    return status == AF_OK ? add_variable(parser, start, (af_slice_t){data + from, end - from}) : status;
}

static af_status_t read_parts(parser_t *parser)
{
    af_status_t status = AF_OK;

    while (status == AF_OK && parser->at < parser->text.len) {
        uint8_t c = parser->text.data[parser->at];
        if (c == '{') {
            status = read_placeholder(parser);
        } else if (c == '$') {
            status = read_dollar(parser);
        } else {
            uint8_t next = parser->at + 1 < parser->text.len ? parser->text.data[parser->at + 1] : 0;
            parser->at += c == '\\' && (next == '"' || next == '\'' || next == '\\');
            parser->literal[parser->literal_len++] = parser->text.data[parser->at++];
        }
    }
    return status == AF_OK ? end_literal(parser) : status;
}

/* Each group of a pattern is named once, so a repair has one place. */
static af_status_t check_dates(parser_t *parser)
{
    size_t years = 0, dates = 0;

    for (size_t i = 0; i < parser->count; i++) {
        years += parser->parts[i].kind == AF_PART_YEAR;
        dates += parser->parts[i].kind == AF_PART_DATE;
    }
    if (years > 1 || dates > 1) {
        return fail(parser, 0,
                    "a placeholder of a date stands twice: expected {year} and {date} once at most", af_slice_of(""), "");
    }
    return AF_OK;
}

af_status_t af_template_parse(af_store_t *store, af_slice_t text,
                              af_status_t (*variable)(void *opaque, af_slice_t name, uint32_t *index), void *opaque,
                              af_attribution_rule_t *rule, af_template_error_t *error)
{
    parser_t parser = {.store = store, .text = text, .variable = variable, .opaque = opaque, .error = error};

    if (text.len == 0) {
        return fail(&parser, 0, "the template is empty: expected the text of the notice", af_slice_of(""), "");
    }
    parser.literal = af_store_alloc(store, text.len);
    if (parser.literal == NULL) {
        return AF_NOMEM;
    }
    af_status_t status = read_parts(&parser);
    if (status == AF_OK) {
        status = check_dates(&parser);
    }
    if (status != AF_OK) {
        return status;
    }
    af_template_part_t *parts = af_store_alloc(store, parser.count * sizeof *parts);
    if (parts == NULL) {
        return AF_NOMEM;
    }
    memcpy(parts, parser.parts, parser.count * sizeof *parts);
    rule->parts = parts;
    rule->part_count = parser.count;
    for (size_t i = 0; i < parser.count; i++) {
        rule->has_year |= parts[i].kind == AF_PART_YEAR;
        rule->has_date |= parts[i].kind == AF_PART_DATE;
        rule->has_short_date |= parts[i].kind == AF_PART_DATE && af_slice_equal(parts[i].text, af_slice_of(SHORT_DATE));
    }
    return AF_OK;
}

/* --- Default patterns ---------------------------------------------------------------------------------------------------- */

typedef struct {
    char *data;
    size_t len;
    bool full;
} text_t;

static void put_bytes(text_t *out, const void *data, size_t len)
{
    if (len > PATTERN_LIMIT - out->len) {
        out->full = true;
        return;
    }
    memcpy(out->data + out->len, data, len);
    out->len += len;
}

static void put(text_t *out, const char *text)
{
    put_bytes(out, text, strlen(text));
}

static bool is_word(uint8_t c)
{
    return is_name_byte(c) || c >= 0x80;
}

/* White space, and the controls that are rendered as such. */
static bool is_blank(uint8_t c)
{
    return c <= 0x20 || c == 0x7f;
}

/* White space as text[at] has it, up to `*end`. Between two words some is needed; elsewhere systems leave it out. At the edges of
 * the literal (what stands beside it is a placeholder) it is free in `match`, since a date may be missing there. */
static void put_space(text_t *out, af_slice_t text, size_t at, size_t *end, af_template_pattern_t which)
{
    *end = at;
    while (*end < text.len && is_blank(text.data[*end])) {
        (*end)++;
    }
    bool edge = at == 0 || *end == text.len;
    bool words = edge || (is_word(text.data[at - 1]) && is_word(text.data[*end]));
    put(out, words && !(edge && which == AF_TEMPLATE_MATCH) ? "\\s+" : "\\s*");
}

/* Where the literal's end before a date begins: ", " of "Press, {year}" may be missing with the date. */
static size_t loose_end(af_slice_t text)
{
    size_t end = text.len;

    while (end > 0 && (is_blank(text.data[end - 1]) || text.data[end - 1] == ',')) {
        end--;
    }
    return end;
}

static bool has_sign(af_slice_t text, size_t at)
{
    return text.len - at >= 2 && memcmp(text.data + at, "©", 2) == 0;
}

static void put_literal(text_t *out, af_slice_t text, af_template_pattern_t which)
{
    size_t at = 0;

    while (at < text.len) {
        uint8_t c = text.data[at];
        if (is_blank(c)) {
            put_space(out, text, at, &at, which);
        } else if (has_sign(text, at)) {
            put(out, which == AF_TEMPLATE_MATCH ? SIGN_ANY "\\s*" : SIGN_GOOD);
            at += 2;
        } else {
            if (!is_word(c)) {
                put(out, "\\");
            }
            put_bytes(out, &c, 1);
            at++;
        }
    }
}

static bool is_date(const af_attribution_rule_t *rule, size_t part)
{
    return part < rule->part_count && (rule->parts[part].kind == AF_PART_YEAR || rule->parts[part].kind == AF_PART_DATE);
}

static void put_part(text_t *out, const af_attribution_rule_t *rule, size_t number, af_template_pattern_t which)
{
    const af_template_part_t *part = &rule->parts[number];
    bool last = number + 1 == rule->part_count;
    af_slice_t text = part->text;

    switch (part->kind) {
    case AF_PART_LITERAL:
        if (which == AF_TEMPLATE_MATCH && is_date(rule, number + 1)) {
            text.len = loose_end(text);
            put_literal(out, text, which);
            put(out, text.len < part->text.len ? "[\\s,]*" : "");
        } else {
            put_literal(out, text, which);
        }
        return;
    case AF_PART_YEAR:
        put(out, which == AF_TEMPLATE_MATCH ? YEAR_ANY : YEAR_GOOD);
        return;
    case AF_PART_DATE:
        put(out, which == AF_TEMPLATE_MATCH ? DATE_ANY : DATE_GOOD);
        return;
    case AF_PART_CANONICAL:
        put(out, "\\S*");
        return;
    case AF_PART_TITLE: case AF_PART_AUTHOR: case AF_PART_AGENCY: case AF_PART_VARIABLE:
        put(out, last ? ".{0,300}" : ".{0,300}?");
        return;
    }
}

static bool is_recognisable(const af_attribution_rule_t *rule)
{
    size_t letters = 0;

    for (size_t i = 0; i < rule->part_count; i++) {
        af_slice_t text = rule->parts[i].kind == AF_PART_LITERAL ? rule->parts[i].text : (af_slice_t){NULL, 0};
        for (size_t k = 0; k < text.len; k++) {
            letters += is_word(text.data[k]) && !has_sign(text, k) && !(k > 0 && has_sign(text, k - 1));
        }
    }
    return letters >= LETTERS_NEEDED;
}

/* The notice's words, not the end of longer ones. */
static void put_start(text_t *out, const af_attribution_rule_t *rule)
{
    const af_template_part_t *first = &rule->parts[0];

    if (first->kind != AF_PART_LITERAL || is_name_byte(first->text.data[0])) {
        put(out, "\\b");
    }
}

af_status_t af_template_pattern(af_store_t *store, const af_attribution_rule_t *rule, af_template_pattern_t which,
                                af_slice_t *out)
{
    if (!is_recognisable(rule)) {
        return AF_SYNTAX;
    }
    text_t text = {.data = af_store_alloc(store, PATTERN_LIMIT)};
    if (text.data == NULL) {
        return AF_NOMEM;
    }
    if (rule->parts[0].kind == AF_PART_LITERAL) {
        put_start(&text, rule);
    }
    for (size_t i = 0; i < rule->part_count; i++) {
        put_part(&text, rule, i, which);
    }
    *out = (af_slice_t){(const uint8_t *) text.data, text.len};
    return text.full ? AF_LIMIT : AF_OK;
}
