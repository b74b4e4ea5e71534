/*
 * select/selector.c: the grammar of Selectors Level 4 (#grammar), from a list down to compounds.
 *
 * Each error tells the byte at which the text can no longer be a selector, and what could stand there. Pseudo-classes are in
 * selector_pseudo.c. Namespaces do not exist here: "*|" is taken, other prefixes are refused.
 */
#include "select/selector.h"

static const af_slice_t nothing = {NULL, 0};

af_status_t af_list_add(af_heap_t *heap, af_list_t *list, const void *item, size_t size, uint32_t *number)
{
    af_status_t status = AF_OK;

    if (list->count == list->capacity) {
        status = af_heap_grow(heap, &list->items, &list->capacity, list->count + 1, size, UINT32_MAX / 4);
    }
    if (status == AF_OK) {
        memcpy((uint8_t *) list->items + list->count * size, item, size);
        *number = (uint32_t) list->count++;
    }
    return status;
}

af_status_t af_parse_add_test(af_parser_t *parser, af_compound_t *compound, const af_test_t *test)
{
    af_index_t *index = parser->index;
    uint32_t number, last = compound->tests;
    af_status_t status = af_list_add(index->heap, &index->tests, test, sizeof *test, &number);

    if (status != AF_OK) {
        return status;
    }
    if (last == 0) {
        compound->tests = number;
        return AF_OK;
    }
    while (AF_AT(af_test_t, index->tests, last)->next != 0) {
        last = AF_AT(af_test_t, index->tests, last)->next;
    }
    AF_AT(af_test_t, index->tests, last)->next = number;
    return AF_OK;
}

static af_status_t refuse_prefix(af_parser_t *parser, size_t at)
{
    return af_parse_fail(parser, AF_UNSUPPORTED, at, "namespace prefixes are not supported; write the name alone", nothing);
}

static af_status_t parse_type(af_parser_t *parser, af_compound_t *compound)
{
    af_test_t test = {.kind = AF_TEST_NAME};
    size_t from = parser->at;
    af_status_t status = af_parse_name(parser, true, &test.name);

    if (status != AF_OK) {
        return status;
    }
    if (af_parse_peek(parser, 0) == '|' && af_parse_peek(parser, 1) != '|') {
        return refuse_prefix(parser, from);
    }
    test.ref = af_tag_lookup(af_span_slice(parser->index, test.name).data, test.name.len);
    if (test.ref != AF_TAG_UNKNOWN) {
        test.kind = AF_TEST_TAG;
    } else {
        parser->index->needs.names = true;
    }
    return af_parse_add_test(parser, compound, &test);
}

/* ".name" and "#name", from the sign on. */
static af_status_t parse_named(af_parser_t *parser, af_compound_t *compound, af_test_kind_t kind)
{
    af_test_t test = {.kind = (uint8_t) kind};
    af_status_t status;

    parser->at++;
    if (!af_parse_at_name(parser)) {
        uint8_t c = af_parse_peek(parser, 0);
        if (c >= '0' && c <= '9') {
            return af_parse_expected(parser, kind == AF_TEST_ID
                                                 ? "an id after \"#\" (a first digit is written as \\31 , \\32 , ...)"
                                                 : "a class after \".\" (a first digit is written as \\31 , \\32 , ...)");
        }
        return af_parse_expected(parser, kind == AF_TEST_ID ? "an id after \"#\"" : "a class name after \".\"");
    }
    status = af_parse_name(parser, false, &test.value);
    return status == AF_OK ? af_parse_add_test(parser, compound, &test) : status;
}

static bool parse_operation(af_parser_t *parser, af_test_t *test)
{
    static const struct { char sign; af_value_operation_t operation; } signs[] = {
        {'~', AF_VALUE_WORD}, {'|', AF_VALUE_DASH}, {'^', AF_VALUE_PREFIX}, {'$', AF_VALUE_SUFFIX}, {'*', AF_VALUE_INSIDE}
    };

    if (af_parse_take(parser, '=')) {
        test->operation = AF_VALUE_EQUALS;
        return true;
    }
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (af_parse_peek(parser, 0) == (uint8_t) signs[i].sign && af_parse_peek(parser, 1) == '=') {
            parser->at += 2;
            test->operation = (uint8_t) signs[i].operation;
            return true;
        }
    }
    return false;
}

/* HTML #case-sensitivity-of-selectors: attributes whose values are compared in any ASCII case. */
static bool is_caseless_attribute(af_slice_t name)
{
    static const char *const names[] = {
        "accept", "accept-charset", "align", "alink", "axis", "bgcolor", "charset", "checked", "clear", "codetype", "color",
        "compact", "declare", "defer", "dir", "direction", "disabled", "enctype", "face", "frame", "hreflang", "http-equiv",
        "lang",
        "language", "link", "media", "method", "multiple", "nohref", "noresize", "noshade", "nowrap", "readonly", "rel", "rev",
        "rules", "scope", "scrolling", "selected", "shape", "target", "text", "type", "valign", "valuetype", "vlink"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (af_slice_equal(name, af_slice_of(names[i]))) {
            return true;
        }
    }
    return false;
}

static af_status_t parse_value(af_parser_t *parser, af_test_t *test)
{
    uint8_t c = af_parse_peek(parser, 0);
    af_status_t status;

    if (c == '"' || c == '\'') {
        status = af_parse_string(parser, &test->value);
    } else if (af_parse_at_name(parser)) {
        status = af_parse_name(parser, false, &test->value);
    } else {
        return af_parse_expected(parser, c >= '0' && c <= '9' ? "a value in quotes, as it begins with a digit"
                                                              : "a value: a name or a string in quotes");
    }
    if (status != AF_OK) {
        return status;
    }
    test->caseless = is_caseless_attribute(af_span_slice(parser->index, test->name));
    af_parse_space(parser);
    c = af_fold(af_parse_peek(parser, 0));
    if ((c == 'i' || c == 's') && af_parse_at_name(parser)) {
        test->caseless = c == 'i';
        parser->at++;
        if (af_parse_at_name(parser)) {
            return af_parse_expected(parser, "\"]\" after the flag");
        }
        af_parse_space(parser);
    }
    return AF_OK;
}

/* Selectors #attribute-selectors, from "[" on. */
static af_status_t parse_attribute(af_parser_t *parser, af_compound_t *compound)
{
    af_test_t test = {.kind = AF_TEST_ATTRIBUTE, .operation = AF_VALUE_PRESENT};
    af_status_t status;
    size_t from;

    parser->at++;
    af_parse_space(parser);
    from = parser->at;
    if (af_parse_peek(parser, 0) == '*' && af_parse_peek(parser, 1) == '|') {
        parser->at += 2;
    }
    if (!af_parse_at_name(parser)) {
        return af_parse_expected(parser, "an attribute name after \"[\"");
    }
    status = af_parse_name(parser, true, &test.name);
    if (status != AF_OK) {
        return status;
    }
    if (af_parse_peek(parser, 0) == '|' && af_parse_peek(parser, 1) != '=') {
        return refuse_prefix(parser, from);
    }
    af_parse_space(parser);
    if (!af_parse_end(parser) && af_parse_peek(parser, 0) != ']') {
        if (!parse_operation(parser, &test)) {
            return af_parse_expected(parser, "\"]\" or one of = ~= |= ^= $= *=");
        }
        af_parse_space(parser);
        status = parse_value(parser, &test);
        if (status != AF_OK) {
            return status;
        }
    }
    if (!af_parse_take(parser, ']')) {
        return af_parse_expected(parser, test.operation == AF_VALUE_PRESENT ? "\"]\" or one of = ~= |= ^= $= *="
                                                                            : "\"]\", or the flag i or s");
    }
    return af_parse_add_test(parser, compound, &test);
}

static bool at_compound(const af_parser_t *parser)
{
    uint8_t c = af_parse_peek(parser, 0);

    return c == '*' || c == '.' || c == '#' || c == '[' || c == ':' || c == '|' || af_parse_at_name(parser);
}

static af_status_t parse_type_or_any(af_parser_t *parser, af_compound_t *compound)
{
    if (af_parse_peek(parser, 0) == '*' && af_parse_peek(parser, 1) == '|' && af_parse_peek(parser, 2) != '|') {
        parser->at += 2;
        if (af_parse_peek(parser, 0) != '*' && !af_parse_at_name(parser)) {
            return af_parse_expected(parser, "a type or \"*\" after \"*|\"");
        }
    } else if (af_parse_peek(parser, 0) == '|') {
        return refuse_prefix(parser, parser->at);
    }
    if (af_parse_take(parser, '*')) {
        if (af_parse_at_name(parser)) {
            return af_parse_expected(parser, "white space, a combinator or . # [ : after \"*\"");
        }
        return AF_OK;
    }
    return af_parse_at_name(parser) ? parse_type(parser, compound) : AF_OK;
}

static af_status_t parse_compound(af_parser_t *parser, af_compound_t *compound)
{
    af_status_t status;

    if (!at_compound(parser)) {
        return af_parse_expected(parser, "a selector: a type, * . # [ or :");
    }
    status = parse_type_or_any(parser, compound);
    while (status == AF_OK) {
        switch (af_parse_peek(parser, 0)) {
        case '.': status = parse_named(parser, compound, AF_TEST_CLASS); break;
        case '#': status = parse_named(parser, compound, AF_TEST_ID); break;
        case '[': status = parse_attribute(parser, compound); break;
        case ':': status = af_parse_pseudo(parser, compound); break;
        case '*': return af_parse_expected(parser, "white space or a combinator before \"*\"");
        default:
            /* A type is only the first of a compound: "[a]b". */
            return af_parse_at_name(parser) ? af_parse_expected(parser, "white space, a combinator or . # [ :") : AF_OK;
        }
    }
    return status;
}

static af_combinator_t take_sign(af_parser_t *parser)
{
    if (af_parse_take(parser, '>')) {
        return AF_COMBINATOR_CHILD;
    }
    if (af_parse_take(parser, '+')) {
        return AF_COMBINATOR_NEXT;
    }
    return af_parse_take(parser, '~') ? AF_COMBINATOR_AFTER : AF_COMBINATOR_NONE;
}

/* The combinator after a compound, AF_COMBINATOR_NONE at the end of the complex selector. */
static af_status_t parse_combinator(af_parser_t *parser, af_combinator_t *out)
{
    bool space = af_parse_space(parser);
    size_t from = parser->at;
    uint8_t c = af_parse_peek(parser, 0);

    *out = take_sign(parser);
    if (*out != AF_COMBINATOR_NONE) {
        af_parse_space(parser);
        if (!at_compound(parser)) {
            return af_parse_expected(parser, "a selector after the combinator: a type, * . # [ or :");
        }
        return AF_OK;
    }
    if (af_parse_end(parser) || c == ',' || (c == ')' && parser->nesting > 0)) {
        return AF_OK;
    }
    if (c == '|' && af_parse_peek(parser, 1) == '|') {
        return af_parse_fail(parser, AF_UNSUPPORTED, from, "the column combinator is not supported", nothing);
    }
    if (space && at_compound(parser)) {
        *out = AF_COMBINATOR_INSIDE;
        return AF_OK;
    }
    return af_parse_expected(parser, parser->nesting > 0 ? "a combinator, \",\" or \")\"" : "a combinator, \",\" or the end");
}

/* The compound that stands for the element of :has(). */
static af_status_t add_anchor(af_parser_t *parser, uint32_t *out)
{
    af_index_t *index = parser->index;
    af_condition_t condition = {.kind = AF_CONDITION_ANCHOR};
    af_compound_t compound = {0};
    af_status_t status = af_list_add(index->heap, &index->conditions, &condition, sizeof condition, &compound.conditions);

    return status == AF_OK ? af_list_add(index->heap, &index->compounds, &compound, sizeof compound, out) : status;
}

static bool is_anchor_alone(const af_index_t *index, const af_compound_t *compound)
{
    const af_condition_t *condition = AF_AT(af_condition_t, index->conditions, compound->conditions);

    return compound->tests == 0 && compound->conditions != 0 && condition->kind == AF_CONDITION_ANCHOR && condition->next == 0;
}

/* What siblings have to be there for the compound that stands left of the combinator: the one next to it where it is alone. */
static void note_siblings(af_parser_t *parser, const af_compound_t *compound, af_combinator_t combinator)
{
    bool alone = combinator == AF_COMBINATOR_NEXT && compound->combinator < AF_COMBINATOR_NEXT && compound->conditions == 0 &&
                 !parser->in_has;

    parser->index->needs.previous |= alone;
    parser->index->needs.siblings |= combinator >= AF_COMBINATOR_NEXT && !alone;
}

static af_status_t parse_complex(af_parser_t *parser, bool relative, af_alternative_t *out)
{
    af_index_t *index = parser->index;
    af_combinator_t combinator = AF_COMBINATOR_NONE;
    uint32_t left = 0, count = 0;
    af_status_t status = AF_OK;
    bool implicit = false;

    if (relative) {
        combinator = take_sign(parser);
        implicit = combinator == AF_COMBINATOR_NONE;
        combinator = implicit ? AF_COMBINATOR_INSIDE : combinator;
        out->lead = (uint8_t) combinator;
        af_parse_space(parser);
        status = add_anchor(parser, &left);
    }
    for (; status == AF_OK; count++) {
        af_compound_t compound = {.left = left, .combinator = (uint8_t) combinator, .relative = relative};
        size_t from = parser->at;
        status = parse_compound(parser, &compound);
        if (status == AF_OK && count == AF_SELECT_COMPOUNDS) {
            return af_parse_fail(parser, AF_UNSUPPORTED, from, "more than 64 compounds in one selector", nothing);
        }
        if (status == AF_OK) {
            status = parse_combinator(parser, &combinator);
        }
        if (status != AF_OK) {
            return status;
        }
        note_siblings(parser, &compound, combinator);
        if (implicit && count == 0 && combinator != AF_COMBINATOR_NONE && is_anchor_alone(index, &compound)) {
            compound.left = 0; /* ":has(:scope > a)" is ":has(> a)" */
            compound.combinator = AF_COMBINATOR_NONE;
            out->lead = (uint8_t) combinator;
        }
        status = af_list_add(index->heap, &index->compounds, &compound, sizeof compound, &left);
        if (status == AF_OK && combinator == AF_COMBINATOR_NONE) {
            break;
        }
    }
    out->compound = left;
    out->direct = relative && count == 0;
    if (out->lead >= AF_COMBINATOR_NEXT && !out->direct) {
        index->needs.children = true; /* a table that content is put before has been read already */
    }
    return status;
}

static af_status_t parse_alternatives(af_parser_t *parser, bool relative, uint32_t *first)
{
    af_index_t *index = parser->index;
    uint32_t last = 0;

    do {
        af_alternative_t alternative = {0};
        uint32_t number;
        af_parse_space(parser);
        af_status_t status = parse_complex(parser, relative, &alternative);
        if (status == AF_OK) {
            status = af_list_add(index->heap, &index->alternatives, &alternative, sizeof alternative, &number);
        }
        if (status != AF_OK) {
            return status;
        }
        if (last == 0) {
            *first = number;
        } else {
            AF_AT(af_alternative_t, index->alternatives, last)->next = number;
        }
        last = number;
    } while (af_parse_take(parser, ','));
    return AF_OK;
}

af_status_t af_parse_inner_list(af_parser_t *parser, bool relative, uint32_t *first)
{
    af_status_t status;

    if (parser->nesting == AF_SELECT_NESTING) {
        return af_parse_fail(parser, AF_UNSUPPORTED, parser->at, "more than 16 parentheses in each other", nothing);
    }
    parser->nesting++;
    status = parse_alternatives(parser, relative, first);
    parser->nesting--;
    return status;
}

af_status_t af_parse_list(af_parser_t *parser, uint32_t *first)
{
    return parse_alternatives(parser, false, first);
}
