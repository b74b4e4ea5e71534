/*
 * rules/parse.c: a line is a comment, a rule, a cosmetic filter, or wrong.
 *
 * The verb decides. Lines without one are cosmetic filters where they have the form; network filters are skipped where the text
 * has shown to be a filter list, and a wrong verb everywhere else, so that a misspelt rule is not lost. The rule's text is copied
 * before it is read: what is found in it lives in the store.
 */
#include "rules/parse.h"

#include "rules/cosmetic.h"

static const struct {
    const char *name;
    af_verb_t verb;
} verbs[] = {
    {"remove", AF_VERB_REMOVE}, {"unwrap", AF_VERB_UNWRAP}, {"keep", AF_VERB_KEEP}, {"strip", AF_VERB_STRIP},
    {"dedupe", AF_VERB_DEDUPE}, {"protect", AF_VERB_PROTECT}, {"attribution", AF_VERB_ATTRIBUTION},
    {"feed-remove", AF_VERB_FEED_REMOVE}, {"feed-fields", AF_VERB_FEED_FIELDS}, {"feed-add", AF_VERB_FEED_ADD},
};

#define VERBS (sizeof verbs / sizeof verbs[0])
#define VERB_NAMES "remove, unwrap, keep, strip, dedupe, protect, attribution, feed-remove, feed-fields, feed-add, lift or preset"

static bool starts_with(af_slice_t text, const char *word)
{
    size_t len = strlen(word);

    return text.len >= len && memcmp(text.data, word, len) == 0;
}

static af_slice_t first_word(af_slice_t text)
{
    size_t len = 0;

    while (len < text.len && !af_is_blank(text.data[len])) {
        len++;
    }
    return (af_slice_t){text.data, len};
}

/* --- Conditions ----------------------------------------------------------------------------------------------------------- */

#define TITLE "{title}"
#define TITLE_LEN 7u

static bool has_title(af_slice_t pattern)
{
    return memmem(pattern.data, pattern.len, TITLE, TITLE_LEN) != NULL;
}

/* A pattern with a title in it is tried with a group of the same length in its place, so that positions stay. */
static af_status_t try_title(const af_parse_t *parse, const af_option_value_t *pattern)
{
    af_option_value_t tried = *pattern;
    const af_regex_t *regex = NULL;
    char *copy = af_store_string(parse->line->builder->store, pattern->value);

    if (copy == NULL) {
        return AF_NOMEM;
    }
    for (char *at = strstr(copy, TITLE); at != NULL; at = strstr(at, TITLE)) {
        memcpy(at, "(?:xxx)", TITLE_LEN);
    }
    tried.value.data = (const uint8_t *) copy;
    af_status_t status = af_rule_compile(parse, &tried, &regex);
    af_regex_destroy((af_regex_t *) regex);
    return status;
}

static af_status_t take_pattern(af_parse_t *parse, const af_option_value_t *pattern)
{
    af_rule_t *rule = &parse->draft.rule;

    rule->pattern = af_store_string(parse->line->builder->store, pattern->value);
    rule->pattern_flags = pattern->flags;
    rule->pattern_has_title = has_title(pattern->value);
    if (rule->pattern == NULL) {
        return AF_NOMEM;
    }
    rule->begins_with_title = rule->pattern_has_title && af_begins_with_title(rule);
    return rule->pattern_has_title ? try_title(parse, pattern) : af_rule_compile(parse, pattern, &rule->regex);
}

/* --- Selectors ------------------------------------------------------------------------------------------------------------ */

/* Elements whose children cannot take their place: unwrap never does anything to them. */
static bool is_never_unwrapped(af_slice_t name)
{
    static const char *const names[] = {
        "script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "noscript", "plaintext", "template",
        "table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "td", "th", "select", "optgroup",
        "option", "frame"
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (af_slice_equal(name, af_slice_of(names[i]))) {
            return true;
        }
    }
    return false;
}

static af_status_t warn_of_unwrap(const af_parse_t *parse, af_slice_t selector, size_t at)
{
    if (!is_never_unwrapped(selector)) {
        return AF_OK;
    }
    return af_line_tell(parse->line, AF_WARNING, parse->offset + at,
                        "elements of this name cannot be unwrapped: the rule does nothing (remove would take them away)");
}

static af_status_t select_draft(af_parse_t *parse, af_slice_t selector, size_t at)
{
    af_selector_error_t error;
    af_verb_t verb = parse->verb;

    parse->draft.selector = selector;
    parse->draft.follows = af_group_joins(parse->line->builder, parse->line->builder->draft_count, &parse->draft);
    if (parse->draft.follows) {
        return AF_OK;
    }
    af_status_t status = af_builder_select(parse->line->builder, selector, &error);

    if (status == AF_SYNTAX || status == AF_UNSUPPORTED) {
        return af_rule_error(parse, at + error.at, "in the selector: %s", error.message);
    }
    if (status != AF_OK) {
        return status;
    }
    if ((verb == AF_VERB_REMOVE || verb == AF_VERB_UNWRAP) && af_selector_names_root(selector)) {
        parse->line->builder->stale = true;
        return af_rule_error(parse, at, "html, head, body and frameset are never %s: expected a selector of other elements",
                             verb == AF_VERB_REMOVE ? "removed" : "unwrapped");
    }
    return verb == AF_VERB_UNWRAP ? warn_of_unwrap(parse, selector, at) : AF_OK;
}

/* --- Rules ---------------------------------------------------------------------------------------------------------------- */

static af_status_t read_selector_rule(af_parse_t *parse)
{
    af_slice_t selector;
    const af_option_value_t *text = &parse->options[AF_OPTION_TEXT], *max = &parse->options[AF_OPTION_MAX];
    size_t at = parse->at;

    if (!af_rule_selector(parse, &selector)) {
        return af_rule_error(parse, at, "expected a selector behind \"%s\"", parse->verb_name);
    }
    at = (size_t) (selector.data - parse->text.data);
    af_status_t status = af_rule_options(parse);
    if (status == AF_OK) {
        status = af_rule_common(parse);
    }
    if (status == AF_OK && text->set) {
        status = take_pattern(parse, text);
    }
    if (status == AF_OK) {
        status = af_rule_structure(parse);
    }
    if (status == AF_OK && max->set && !text->set && parse->verb == AF_VERB_DEDUPE) {
        status = af_line_tell(parse->line, AF_WARNING, parse->offset + max->name_at, "max= of dedupe does nothing without text=");
    }
    return status == AF_OK ? select_draft(parse, selector, at) : status;
}

af_status_t af_rule_scope(af_parse_t *parse)
{
    const af_option_value_t *in = &parse->options[AF_OPTION_IN];

    return in->set ? select_draft(parse, in->value, in->at) : select_draft(parse, af_slice_of("body"), 0);
}

static af_status_t read_strip(af_parse_t *parse)
{
    af_option_value_t pattern = {.set = false};
    af_status_t status = af_rule_pattern(parse, &pattern);

    status = status == AF_OK ? af_rule_options(parse) : status;
    status = status == AF_OK ? af_rule_common(parse) : status;
    status = status == AF_OK ? take_pattern(parse, &pattern) : status;
    return status == AF_OK ? af_rule_scope(parse) : status;
}

static af_status_t read_attribution(af_parse_t *parse)
{
    af_status_t status = af_rule_attribution(parse);

    return status == AF_OK ? af_rule_scope(parse) : status;
}

static af_status_t read_rule_of_verb(af_parse_t *parse)
{
    switch (parse->verb) {
    case AF_VERB_REMOVE: case AF_VERB_UNWRAP: case AF_VERB_KEEP: case AF_VERB_DEDUPE: case AF_VERB_PROTECT:
        return read_selector_rule(parse);
    case AF_VERB_STRIP:
        return read_strip(parse);
    case AF_VERB_ATTRIBUTION:
        return read_attribution(parse);
    case AF_VERB_FEED_REMOVE: case AF_VERB_FEED_FIELDS:
        return af_rule_feed(parse);
    case AF_VERB_FEED_ADD:
        return af_rule_feed_add(parse);
    }
    return AF_SYNTAX;
}

static af_status_t read_rule(const af_line_t *line, af_slice_t text, size_t word_len, size_t number)
{
    const char *copy = af_store_string(line->builder->store, text);
    af_parse_t parse = {.line = line, .offset = (size_t) (text.data - line->text.data), .at = word_len,
                        .verb_name = verbs[number].name, .verb = verbs[number].verb};

    if (copy == NULL) {
        return AF_NOMEM;
    }
    parse.text = (af_slice_t){(const uint8_t *) copy, text.len};
    parse.draft.rule = (af_rule_t){.verb = parse.verb, .text = copy, .file = line->file, .line = line->number,
                                   .from_preset = line->from_preset, .max = AF_RULES_TEXT_MAX};
    while (parse.at < text.len && af_is_blank(text.data[parse.at])) {
        parse.at++;
    }
    af_status_t status;
    if (parse.verb == AF_VERB_ATTRIBUTION && af_rule_automatic(&parse, &status)) {
        return status;
    }
    status = read_rule_of_verb(&parse);
    if (status == AF_OK) {
        status = af_builder_add_draft(line->builder, &parse.draft);
    }
    if (status != AF_OK) {
        af_rule_release(&parse.draft.rule);
    }
    return status;
}

static af_status_t read_preset(const af_line_t *line, af_slice_t text, size_t word_len)
{
    af_slice_t name = af_trim((af_slice_t){text.data + word_len, text.len - word_len});
    size_t at = (size_t) (name.data - line->text.data);

    if (name.len == 0) {
        return af_line_tell(line, AF_ERROR, at, "expected a preset's name behind \"preset\"");
    }
    af_slice_t word = first_word(name);
    if (word.len < name.len) {
        return af_line_tell(line, AF_ERROR, at + word.len + 1, "expected one preset's name and nothing behind it");
    }
    af_status_t status = af_builder_include(line->builder, name);
    if (status != AF_NOT_FOUND) {
        return status;
    }
    return af_line_tell(line, AF_ERROR, at, "no preset \"%.*s\": expected a name that the list of presets has",
                        (int) (name.len < 60 ? name.len : 60), (const char *) name.data);
}

/* --- Lines ---------------------------------------------------------------------------------------------------------------- */

/* "! Title: ..." and what else stands at the top of filter lists. */
static bool is_list_comment(af_slice_t text)
{
    static const char *const heads[] = {"Title:", "Homepage:", "Expires:", "Last modified:"};
    af_slice_t rest = af_trim((af_slice_t){text.data + 1, text.len - 1});

    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        if (starts_with(rest, heads[i])) {
            return true;
        }
    }
    return false;
}

static af_status_t read_comment(const af_line_t *line, af_slice_t text)
{
    *line->filter_list = *line->filter_list || is_list_comment(text);
    if (starts_with(text, "!#include")) {
        return af_line_tell(line, AF_SKIPPED, (size_t) (text.data - line->text.data),
                            "lists do not include other lists here: add the other one, too");
    }
    return AF_OK;
}

/* Network filters have no white space, but for some patterns and modifiers at their end, and more than letters. */
static bool is_network_filter(af_slice_t text)
{
    static const char signs[] = "|@/.-_&?=*^:,;+$~%[(";
    af_slice_t word = first_word(text);

    if (memchr(signs, text.data[0], sizeof signs - 1) != NULL) {
        return true;
    }
    for (size_t i = 0; i < word.len && word.len == text.len; i++) {
        if (memchr(signs, word.data[i], sizeof signs - 1) != NULL) {
            return true;
        }
    }
    return false;
}

static af_status_t read_other(const af_line_t *line, af_slice_t text)
{
    size_t at = (size_t) (text.data - line->text.data);
    af_slice_t word = first_word(text);

    if (*line->filter_list && is_network_filter(text)) {
        return af_line_tell(line, AF_SKIPPED, at, "a network filter: it picks requests, not elements");
    }
    if (text.data[0] == '#') {
        return af_line_tell(line, AF_ERROR, at,
                            "expected \"# comment\" with a space, \"##SELECTOR\", or a verb in front: " VERB_NAMES);
    }
    return af_line_tell(line, AF_ERROR, at, "unknown verb \"%.*s\": expected " VERB_NAMES ", or HOSTS##SELECTOR",
                        (int) (word.len < 40 ? word.len : 40), (const char *) word.data);
}

static af_status_t check_line(const af_line_t *line)
{
    const uint8_t *nul;

    if (line->text.len > AF_RULES_LINE) {
        return af_line_tell(line, AF_ERROR, AF_RULES_LINE, "the line is too long: expected at most %u bytes", AF_RULES_LINE);
    }
    nul = line->text.len > 0 ? memchr(line->text.data, 0, line->text.len) : NULL;
    return nul == NULL ? AF_OK : af_line_tell(line, AF_ERROR, (size_t) (nul - line->text.data), "a NUL byte: expected text");
}

/* "#" alone in front of a comment, or a line drawn with many. */
static bool is_ruler(af_slice_t word)
{
    for (size_t i = 0; i < word.len; i++) {
        if (word.data[i] != '#') {
            return false;
        }
    }
    return word.len != 2;
}

af_status_t af_parse_line(const af_line_t *line)
{
    af_slice_t text = af_trim(line->text);
    af_status_t status = check_line(line);

    if (status != AF_OK || text.len == 0) {
        return status;
    }
    if (text.data[0] == '!') {
        return read_comment(line, text);
    }
    if (starts_with(text, "[Adblock") || starts_with(text, "[uBlock")) {
        *line->filter_list = true;
        return AF_OK;
    }
    af_slice_t word = first_word(text);
    if (is_ruler(word)) {
        return AF_OK;
    }
    for (size_t i = 0; i < VERBS; i++) {
        if (af_slice_equal(word, af_slice_of(verbs[i].name))) {
            return read_rule(line, text, word.len, i);
        }
    }
    if (af_slice_equal(word, af_slice_of("preset"))) {
        return read_preset(line, text, word.len);
    }
    if (af_slice_equal(word, af_slice_of("lift"))) {
        return af_lift_read(line, (af_slice_t){text.data + word.len, text.len - word.len});
    }
    af_cosmetic_t cosmetic;
    if (af_cosmetic_split(text, &cosmetic)) {
        *line->filter_list = true;
        return af_cosmetic_read(line, text, &cosmetic);
    }
    return read_other(line, text);
}
