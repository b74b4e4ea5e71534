/*
 * rules/rule_attribution.c: attribution rules: the template, its patterns, and what is to happen where.
 *
 * Patterns that the rule does not give are made of the template. A repair needs the groups "year" and "date" of match=; without
 * them a malformed notice is told of and left alone.
 */
#include "rules/parse.h"
#include "rules/template.h"

static size_t pass_blanks(const af_parse_t *parse, size_t at)
{
    while (at < parse->text.len && af_is_blank(parse->text.data[at])) {
        at++;
    }
    return at;
}

static af_status_t read_quoted(af_parse_t *parse, af_slice_t *out, size_t *at)
{
    uint8_t quote = parse->text.data[parse->at];
    size_t from = parse->at + 1, end = from;

    while (end < parse->text.len && parse->text.data[end] != quote) {
        end += parse->text.data[end] == '\\' ? 2 : 1;
    }
    if (end >= parse->text.len) {
        return af_rule_error(parse, parse->at, "the template has no end: expected %c behind it", quote);
    }
    *out = (af_slice_t){parse->text.data + from, end - from};
    *at = from;
    parse->at = end + 1;
    if (parse->at < parse->text.len && !af_is_blank(parse->text.data[parse->at])) {
        return af_rule_error(parse, parse->at, "expected a space behind the template's quote");
    }
    return AF_OK;
}

static void read_bare(af_parse_t *parse, af_slice_t *out, size_t *at)
{
    size_t end = *at = parse->at;

    while (end < parse->text.len && !(af_is_blank(parse->text.data[end - 1]) && af_option_at(parse, end) != AF_OPTION_NONE)) {
        end++;
    }
    *out = af_trim((af_slice_t){parse->text.data + *at, end - *at});
    parse->at = end;
}

af_status_t af_rule_template(af_parse_t *parse, af_attribution_rule_t *rule, size_t *at)
{
    af_slice_t text = {NULL, 0};
    af_template_error_t error;
    af_builder_t *builder = parse->line->builder;

    parse->at = pass_blanks(parse, parse->at);
    if (parse->at >= parse->text.len || af_option_at(parse, parse->at) != AF_OPTION_NONE) {
        return af_rule_error(parse, parse->at, "expected a template in quotes behind \"%s\"", parse->verb_name);
    }
    if (parse->text.data[parse->at] == '"' || parse->text.data[parse->at] == '\'') {
        af_status_t status = read_quoted(parse, &text, at);
        if (status != AF_OK) {
            return status;
        }
    } else {
        read_bare(parse, &text, at);
    }
    af_status_t status = af_template_parse(builder->store, text, af_builder_variable, builder, rule, &error);
    return status == AF_SYNTAX ? af_rule_error(parse, *at + error.at, "in the template: %s", error.message) : status;
}

/* --- Patterns ------------------------------------------------------------------------------------------------------------- */

af_status_t af_rule_given(const af_parse_t *parse, const af_option_value_t *given, const af_regex_t **out)
{
    const uint8_t *title = memmem(given->value.data, given->value.len, "{title}", 7);

    if (title != NULL) {
        return af_rule_error(parse, given->at + (size_t) (title - given->value.data),
                             "{title} cannot stand in this pattern: expected it in text= or strip only");
    }
    return af_rule_compile(parse, given, out);
}

static af_status_t compile_default(const af_parse_t *parse, const af_attribution_rule_t *rule, size_t at,
                                   af_template_pattern_t which, af_slice_t *pattern, const af_regex_t **out)
{
    char message[160];
    size_t where;
    af_regex_t *regex = NULL;
    af_builder_t *builder = parse->line->builder;
    af_status_t status = af_template_pattern(builder->store, rule, which, pattern);

    if (status == AF_SYNTAX) {
        return af_rule_error(parse, at,
                             "the template has too little text to know its notices by: expected more words, or match= and good=");
    }
    if (status == AF_LIMIT) {
        return af_rule_error(parse, at, "the template is too long: expected a notice of a few lines");
    }
    if (status != AF_OK) {
        return status;
    }
    status = af_regex_compile(builder->heap, *pattern, AF_REGEX_CASELESS, &regex, &where, message, sizeof message);
    *out = regex;
    return status == AF_SYNTAX ? af_rule_error(parse, at, "no pattern can be made of the template: %s", message) : status;
}

/* Both patterns' words, or none. */
static void note_needles(af_attribution_rule_t *rule, af_slice_t match, const af_option_value_t *when)
{
    size_t of_match = af_needles_of(match, rule->needles), of_when = 0;

    if (when->set) {
        of_when = af_needles_of(when->value, rule->needles + of_match);
    }
    rule->needle_count = of_match > 0 && (of_when > 0 || !when->set) ? (uint32_t) (of_match + of_when) : 0;
}

static af_status_t make_patterns(const af_parse_t *parse, af_attribution_rule_t *rule, size_t at)
{
    const af_option_value_t *match = &parse->options[AF_OPTION_MATCH], *good = &parse->options[AF_OPTION_GOOD];
    const af_option_value_t *when = &parse->options[AF_OPTION_WHEN];
    af_slice_t made, match_made = match->value;
    af_status_t status = match->set ? af_rule_given(parse, match, &rule->match)
                                    : compile_default(parse, rule, at, AF_TEMPLATE_MATCH, &match_made, &rule->match);

    if (status == AF_OK) {
        status = good->set ? af_rule_given(parse, good, &rule->good)
                           : compile_default(parse, rule, at, AF_TEMPLATE_GOOD, &made, &rule->good);
    }
    if (status == AF_OK && when->set) {
        status = af_rule_given(parse, when, &rule->when);
    }
    if (status == AF_OK) {
        rule->year_group = af_regex_group(rule->match, "year");
        rule->date_group = af_regex_group(rule->match, "date");
        note_needles(rule, match_made, when);
    }
    return status;
}

/* --- Words ---------------------------------------------------------------------------------------------------------------- */

static bool is_word(const af_option_value_t *value, const char *word)
{
    return af_slice_equal(value->value, af_slice_of(word));
}

/* also=meta,json-ld, in any order. */
static af_status_t read_also(const af_parse_t *parse, const af_option_value_t *given, af_attribution_rule_t *rule)
{
    for (size_t at = 0; given->set && at <= given->value.len; at++) {
        size_t from = at;
        while (at < given->value.len && given->value.data[at] != ',') {
            at++;
        }
        af_slice_t word = {given->value.data + from, at - from};
        if (af_slice_equal(word, af_slice_of("meta"))) {
            rule->also |= AF_ALSO_META;
        } else if (af_slice_equal(word, af_slice_of("json-ld"))) {
            rule->also |= AF_ALSO_JSONLD;
        } else {
            return af_rule_error(parse, given->at + from, "expected also=meta, also=json-ld or also=meta,json-ld");
        }
    }
    return AF_OK;
}

af_status_t af_rule_words(const af_parse_t *parse, af_attribution_rule_t *rule)
{
    const af_option_value_t *place = &parse->options[AF_OPTION_AT], *date = &parse->options[AF_OPTION_DATE];

    if (is_word(place, "start")) {
        rule->place = AF_PLACE_START;
    } else if (is_word(place, "after")) {
        rule->place = AF_PLACE_AFTER;
    } else if (is_word(place, "none")) {
        rule->place = AF_PLACE_NONE;
    } else if (place->set && !is_word(place, "end")) {
        return af_rule_error(parse, place->at, "expected at=end, at=start, at=after or at=none");
    }
    if (is_word(date, "last-modified")) {
        rule->fallback = AF_FALLBACK_LAST_MODIFIED;
    } else if (is_word(date, "response")) {
        rule->fallback = AF_FALLBACK_RESPONSE;
    } else if (date->set) {
        return af_rule_error(parse, date->at, "expected date=last-modified or date=response");
    }
    return read_also(parse, &parse->options[AF_OPTION_ALSO], rule);
}

/* --- attribution auto ----------------------------------------------------------------------------------------------------- */

static const af_option_t of_automatic[] = {AF_OPTION_IN, AF_OPTION_AT, AF_OPTION_DATE, AF_OPTION_SITE, AF_OPTION_ALSO};

/* The rule's text and that of the line "attribution auto", which is a part of what it does. */
static af_status_t note_automatic(af_parse_t *parse, const af_parse_t *automatic)
{
    size_t len = parse->text.len + automatic->text.len + 3, at = parse->text.len;
    char *text = af_store_alloc(parse->line->builder->store, len + 1);

    if (text == NULL) {
        return AF_NOMEM;
    }
    memcpy(text, parse->text.data, at);
    memcpy(text + at, " (", 2);
    memcpy(text + at + 2, automatic->text.data, automatic->text.len);
    memcpy(text + len - 1, ")", 2);
    parse->draft.rule.text = text;
    return AF_OK;
}

/* What the line "attribution auto" says goes before what the preset says. */
static af_status_t take_automatic(af_parse_t *parse)
{
    const af_parse_t *automatic = parse->line->builder->automatic;

    for (size_t i = 0; automatic != NULL && i < sizeof of_automatic / sizeof *of_automatic; i++) {
        bool never = of_automatic[i] == AF_OPTION_AT && is_word(&parse->options[AF_OPTION_AT], "none");
        if (automatic->options[of_automatic[i]].set && !never) {
            parse->options[of_automatic[i]] = automatic->options[of_automatic[i]];
        }
    }
    return automatic != NULL ? note_automatic(parse, automatic) : AF_OK;
}

static af_status_t include_all(af_builder_t *builder)
{
    static const char folder[] = "attribution/";
    af_status_t status = AF_OK;

    for (size_t i = 0; status == AF_OK && i < AF_PRESET_COUNT; i++) {
        if (strncmp(af_presets[i].name, folder, sizeof folder - 1) == 0) {
            status = af_builder_include(builder, af_slice_of(af_presets[i].name));
        }
    }
    return status;
}

bool af_rule_automatic(af_parse_t *parse, af_status_t *status)
{
    size_t at = pass_blanks(parse, parse->at), end = at;
    af_builder_t *builder = parse->line->builder;

    while (end < parse->text.len && !af_is_blank(parse->text.data[end])) {
        end++;
    }
    if (!af_slice_equal((af_slice_t){parse->text.data + at, end - at}, af_slice_of("auto"))) {
        return false;
    }
    parse->at = end;
    *status = af_rule_options(parse);
    for (uint32_t i = 0; *status == AF_OK && i < AF_OPTIONS; i++) {
        bool known = false;
        for (size_t k = 0; k < sizeof of_automatic / sizeof *of_automatic; k++) {
            known = known || of_automatic[k] == i;
        }
        if (parse->options[i].set && !known) {
            *status = af_rule_error(parse, parse->options[i].name_at,
                                    "\"attribution auto\" takes in=, at=, date=, also= and site= only");
        }
    }
    /* What is wrong in the line is told of the line, not of the presets that it stands in. */
    af_attribution_rule_t words = {.place = AF_PLACE_END};
    *status = *status == AF_OK ? af_rule_common(parse) : *status;
    *status = *status == AF_OK ? af_rule_words(parse, &words) : *status;
    *status = *status == AF_OK ? af_rule_scope(parse) : *status;
    if (*status == AF_OK) {
        builder->stale = true; /* the scope was selected for a rule that is none */
        builder->automatic = parse;
        *status = include_all(builder);
        builder->automatic = NULL;
    }
    return true;
}

af_status_t af_rule_attribution(af_parse_t *parse)
{
    size_t at = 0;
    af_rule_t *rule = &parse->draft.rule;
    af_attribution_rule_t *made = af_store_alloc(parse->line->builder->store, sizeof *made);

    if (made == NULL) {
        return AF_NOMEM;
    }
    *made = (af_attribution_rule_t){.place = AF_PLACE_END};
    rule->attribution = made;
    rule->max = AF_ATTRIBUTION_MAX;
    af_status_t status = af_rule_template(parse, made, &at);
    status = status == AF_OK ? af_rule_options(parse) : status;
    status = status == AF_OK ? take_automatic(parse) : status;
    status = status == AF_OK ? af_rule_common(parse) : status;
    status = status == AF_OK ? af_rule_words(parse, made) : status;
    status = status == AF_OK ? make_patterns(parse, made, at) : status;
    made->max = rule->max;
    made->automatic = parse->line->builder->automatic != NULL;
    made->once = parse->line->from_preset;
    return status;
}
