/*
 * select/selector_pseudo.c: pseudo-classes (Selectors #structural-pseudos, #logical-combination, #relational) and an+b.
 *
 * :is(), :where() and :not() whose arguments look at own attributes only become tests of the atom; others become conditions. What
 * depends on a user, a browser's state or layout is refused as unsupported, as are pseudo-elements.
 */
#include "select/selector.h"

typedef enum { FORM_PLAIN, FORM_NTH, FORM_LIST, FORM_RELATIVE, FORM_TEXT, FORM_WORDS, FORM_CUSTOM } form_t;

typedef struct {
    const char *name;
    form_t form;
    af_condition_kind_t kind;
    int32_t b;
    bool last, of_type;
} pseudo_t;

static const pseudo_t pseudos[] = {
    {"first-child", FORM_PLAIN, AF_CONDITION_NTH, 1, false, false},
    {"last-child", FORM_PLAIN, AF_CONDITION_NTH, 1, true, false},
    {"only-child", FORM_PLAIN, AF_CONDITION_ONLY, 0, false, false},
    {"first-of-type", FORM_PLAIN, AF_CONDITION_NTH, 1, false, true},
    {"last-of-type", FORM_PLAIN, AF_CONDITION_NTH, 1, true, true},
    {"only-of-type", FORM_PLAIN, AF_CONDITION_ONLY, 0, false, true},
    {"empty", FORM_PLAIN, AF_CONDITION_EMPTY, 0, false, false},
    {"root", FORM_PLAIN, AF_CONDITION_ROOT, 0, false, false},
    {"scope", FORM_PLAIN, AF_CONDITION_ROOT, 0, false, false},
    {"nth-child", FORM_NTH, AF_CONDITION_NTH, 0, false, false},
    {"nth-last-child", FORM_NTH, AF_CONDITION_NTH, 0, true, false},
    {"nth-of-type", FORM_NTH, AF_CONDITION_NTH, 0, false, true},
    {"nth-last-of-type", FORM_NTH, AF_CONDITION_NTH, 0, true, true},
    {"is", FORM_LIST, AF_CONDITION_ANY, 0, false, false},
    {"where", FORM_LIST, AF_CONDITION_ANY, 0, false, false},
    {"matches", FORM_LIST, AF_CONDITION_ANY, 0, false, false},
    {"not", FORM_LIST, AF_CONDITION_NONE, 0, false, false},
    {"has", FORM_RELATIVE, AF_CONDITION_HAS, 0, false, false},
    {"named", FORM_WORDS, AF_CONDITION_ANY, 0, false, false},
    {"custom", FORM_CUSTOM, AF_CONDITION_ANY, 0, false, false},
    {"has-text", FORM_TEXT, AF_CONDITION_TEXT, 0, false, false},
    {"contains", FORM_TEXT, AF_CONDITION_TEXT, 0, false, false}
};

static const af_slice_t nothing = {NULL, 0};

static af_status_t add_condition(af_parser_t *parser, af_compound_t *compound, const af_condition_t *condition)
{
    af_condition_t copy = *condition;

    copy.next = compound->conditions;
    return af_list_add(parser->index->heap, &parser->index->conditions, &copy, sizeof copy, &compound->conditions);
}

static bool at_digit(const af_parser_t *parser)
{
    return af_is_digit(af_parse_peek(parser, 0));
}

/* Digits; more than any document has elements is as good as the largest. */
static int32_t parse_digits(af_parser_t *parser)
{
    int32_t value = 0;

    while (at_digit(parser)) {
        value = value < 100000000 ? value * 10 + (af_parse_peek(parser, 0) - '0') : value;
        parser->at++;
    }
    return value;
}

static bool take_word(af_parser_t *parser, const char *word)
{
    size_t len = strlen(word);

    for (size_t i = 0; i < len; i++) {
        if (af_fold(af_parse_peek(parser, i)) != (uint8_t) word[i]) {
            return false;
        }
    }
    parser->at += len;
    return true;
}

/* What follows "an": nothing, or a sign and digits with white space around. */
static af_status_t parse_offset(af_parser_t *parser, int32_t *b)
{
    size_t before = parser->at;
    bool negative;

    if (af_parse_peek(parser, 0) != '-' || !(af_parse_peek(parser, 1) >= '0' && af_parse_peek(parser, 1) <= '9')) {
        af_parse_space(parser);
    }
    if (af_parse_peek(parser, 0) != '+' && af_parse_peek(parser, 0) != '-') {
        parser->at = before;
        *b = 0;
        return AF_OK;
    }
    negative = af_parse_peek(parser, 0) == '-';
    parser->at++;
    af_parse_space(parser);
    if (!at_digit(parser)) {
        return af_parse_expected(parser, "digits, as in 2n+1");
    }
    *b = parse_digits(parser);
    *b = negative ? -*b : *b;
    return AF_OK;
}

/* CSS Syntax #anb */
static af_status_t parse_nth(af_parser_t *parser, af_condition_t *condition)
{
    bool negative = false, digits;
    int32_t value;

    if (take_word(parser, "odd")) {
        condition->a = 2;
        condition->b = 1;
        return AF_OK;
    }
    if (take_word(parser, "even")) {
        condition->a = 2;
        condition->b = 0;
        return AF_OK;
    }
    if (af_parse_peek(parser, 0) == '+' || af_parse_peek(parser, 0) == '-') {
        negative = af_parse_peek(parser, 0) == '-';
        parser->at++;
    }
    digits = at_digit(parser);
    value = digits ? parse_digits(parser) : 1;
    value = negative ? -value : value;
    if (take_word(parser, "n")) {
        condition->a = value;
        return parse_offset(parser, &condition->b);
    }
    if (!digits) {
        return af_parse_expected(parser, "odd, even, a number or an+b");
    }
    condition->b = value;
    return AF_OK;
}

/* Whether every alternative looks at own attributes only. */
static bool are_tests(const af_index_t *index, uint32_t alternative)
{
    while (alternative != 0) {
        const af_alternative_t *item = AF_AT(af_alternative_t, index->alternatives, alternative);
        const af_compound_t *compound = AF_AT(af_compound_t, index->compounds, item->compound);
        if (compound->left != 0 || compound->conditions != 0) {
            return false;
        }
        alternative = item->next;
    }
    return true;
}

/* :is() and :not(). Where :is() is no test, the tests of its subjects are still needed, and keep the atom out of the bucket that
 * every tag asks. */
static af_status_t add_group(af_parser_t *parser, af_compound_t *compound, const af_condition_t *condition)
{
    bool tests = are_tests(parser->index, condition->ref);
    af_status_t status = AF_OK;

    if (tests || condition->kind == AF_CONDITION_ANY) {
        af_test_t test = {.kind = condition->kind == AF_CONDITION_ANY ? AF_TEST_ANY : AF_TEST_NONE, .ref = condition->ref};
        status = af_parse_add_test(parser, compound, &test);
    }
    return status == AF_OK && !tests ? add_condition(parser, compound, condition) : status;
}

static uint32_t flag_of(uint8_t c)
{
    return c == 'i' ? 1u : c == 'm' ? 2u : c == 's' ? 4u : 0u; /* AF_REGEX_ of base/regex.h */
}

/* "/pattern/flags" or plain text up to the parenthesis that closes; a string in quotes is taken without them. */
static af_status_t parse_text(af_parser_t *parser, uint32_t *number)
{
    af_index_t *index = parser->index;
    af_pattern_t pattern = {.text = {(uint32_t) index->bytes.count, 0}};
    size_t from = parser->at, end = parser->at, open = 0;
    af_status_t status = AF_OK;

    if (af_parse_peek(parser, 0) == '"' || af_parse_peek(parser, 0) == '\'') {
        status = af_parse_string(parser, &pattern.text);
        return status == AF_OK ? af_list_add(index->heap, &index->patterns, &pattern, sizeof pattern, number) : status;
    }
    while (end < parser->text.len && (open > 0 || parser->text.data[end] != ')')) {
        uint8_t c = parser->text.data[end];
        open += c == '(';
        open -= c == ')';
        end += c == '\\' ? 2 : 1;
    }
    if (end >= parser->text.len) {
        parser->at = parser->text.len;
        return af_parse_expected(parser, "\")\" after the text");
    }
    parser->at = end;
    while (end > from && af_is_space(parser->text.data[end - 1])) {
        end--;
    }
    if (parser->text.data[from] == '/') {
        size_t slash = end;
        while (slash > from + 1 && flag_of(parser->text.data[slash - 1]) != 0) {
            pattern.flags |= flag_of(parser->text.data[--slash]);
        }
        if (slash > from + 1 && parser->text.data[slash - 1] == '/') {
            pattern.regex = true;
            from++;
            end = slash - 1;
        } else {
            pattern.flags = 0;
        }
    }
    if (from >= end) {
        return af_parse_expected(parser, "a text or /pattern/");
    }
    for (size_t i = from; status == AF_OK && i < end; i++) {
        status = af_parse_byte(parser, parser->text.data[i], &pattern.text);
    }
    return status == AF_OK ? af_list_add(index->heap, &index->patterns, &pattern, sizeof pattern, number) : status;
}

static const pseudo_t *find_pseudo(af_slice_t name)
{
    for (size_t i = 0; i < sizeof pseudos / sizeof pseudos[0]; i++) {
        if (af_slice_equal(name, af_slice_of(pseudos[i].name))) {
            return &pseudos[i];
        }
    }
    return NULL;
}

static af_status_t parse_has(af_parser_t *parser, size_t from, uint32_t *ref)
{
    af_status_t status;

    if (parser->in_has) {
        return af_parse_fail(parser, AF_UNSUPPORTED, from, ":has() inside :has() is not supported", nothing);
    }
    parser->in_has = true;
    parser->index->needs.has = true;
    status = af_parse_inner_list(parser, true, ref);
    parser->in_has = false;
    return status;
}

static af_status_t parse_argument(af_parser_t *parser, const pseudo_t *pseudo, size_t from, af_condition_t *condition)
{
    switch (pseudo->form) {
    case FORM_PLAIN:
        break;
    case FORM_NTH: {
        af_status_t status = parse_nth(parser, condition);
        af_parse_space(parser);
        if (status == AF_OK && take_word(parser, "of")) {
            return af_parse_fail(parser, AF_UNSUPPORTED, parser->at - 2, "\"of\" with a selector is not supported", nothing);
        }
        return status;
    }
    case FORM_LIST:
        return af_parse_inner_list(parser, false, &condition->ref);
    case FORM_RELATIVE:
        return parse_has(parser, from, &condition->ref);
    case FORM_TEXT:
        if (!parser->allow_text) {
            return af_parse_fail(parser, AF_UNSUPPORTED, from,
                                 "a text condition can only stand at the end of a rule; expected text=/pattern/", nothing);
        }
        return parse_text(parser, &condition->ref);
    case FORM_WORDS: case FORM_CUSTOM:
        break;
    }
    return AF_OK;
}

/* Finds the name in the table; the index's bytes that it took are given back. NULL: `*status` tells why. */
static const pseudo_t *parse_pseudo_name(af_parser_t *parser, size_t from, af_status_t *status)
{
    af_index_t *index = parser->index;
    size_t bytes = index->bytes.count;
    af_span_t span;

    if (!af_parse_at_name(parser)) {
        *status = af_parse_expected(parser, "the name of a pseudo-class after \":\"");
        return NULL;
    }
    *status = af_parse_name(parser, true, &span);
    if (*status != AF_OK) {
        return NULL;
    }
    const pseudo_t *pseudo = find_pseudo(af_span_slice(index, span));
    index->bytes.count = bytes;
    if (pseudo == NULL) {
        *status = af_parse_fail(parser, AF_UNSUPPORTED, from, "no stream can decide the pseudo-class",
                                (af_slice_t){parser->text.data + from, parser->at - from});
    }
    return pseudo;
}

static af_status_t add_pseudo(af_parser_t *parser, af_compound_t *compound, const pseudo_t *pseudo, af_condition_t *condition)
{
    parser->index->needs.siblings |= condition->kind == AF_CONDITION_NTH ||
                                     (condition->kind == AF_CONDITION_ONLY && condition->of_type);
    parser->index->needs.previous |= condition->kind == AF_CONDITION_ONLY;
    parser->index->needs.empty |= condition->kind == AF_CONDITION_EMPTY;
    if (pseudo->form == FORM_LIST) {
        return add_group(parser, compound, condition);
    }
    if (parser->in_has && strcmp(pseudo->name, "scope") == 0) {
        condition->kind = AF_CONDITION_ANCHOR;
    }
    return add_condition(parser, compound, condition);
}

af_status_t af_parse_pseudo(af_parser_t *parser, af_compound_t *compound)
{
    size_t from = parser->at++;
    af_status_t status;

    if (af_parse_peek(parser, 0) == ':') {
        return af_parse_fail(parser, AF_UNSUPPORTED, from, "pseudo-elements are no elements of the document", nothing);
    }
    const pseudo_t *pseudo = parse_pseudo_name(parser, from, &status);
    if (pseudo == NULL) {
        return status;
    }
    af_condition_t condition = {.kind = (uint8_t) pseudo->kind, .b = pseudo->b, .last = pseudo->last, .of_type = pseudo->of_type};
    if (pseudo->form == FORM_PLAIN || pseudo->form == FORM_CUSTOM) {
        if (af_parse_peek(parser, 0) == '(') {
            return af_parse_expected(parser, "no \"(\": this pseudo-class has no argument");
        }
        return pseudo->form == FORM_PLAIN ? add_pseudo(parser, compound, pseudo, &condition)
                                          : af_parse_add_test(parser, compound, &(af_test_t){.kind = AF_TEST_CUSTOM});
    }
    if (!af_parse_take(parser, '(')) {
        return af_parse_expected(parser, "\"(\": this pseudo-class has an argument");
    }
    if (pseudo->form != FORM_TEXT) {
        af_parse_space(parser);
    }
    status = pseudo->form == FORM_WORDS ? af_parse_named(parser, compound) : parse_argument(parser, pseudo, from, &condition);
    if (status != AF_OK) {
        return status;
    }
    af_parse_space(parser);
    if (!af_parse_take(parser, ')')) {
        return af_parse_expected(parser, "\")\"");
    }
    return pseudo->form == FORM_WORDS ? AF_OK : add_pseudo(parser, compound, pseudo, &condition);
}
