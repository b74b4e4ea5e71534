/*
 * rules/rule_options.c: the pieces of a rule line: selectors up to the first option, /patterns/, name=value in any order.
 *
 * A value of in= is a selector and may have spaces in it; all others end at white space. Some options are a word alone.
 * Whether an option is for the verb is
 * checked here, so that a wrong one is never read as a part of something else.
 */
#include <stdarg.h>
#include <stdio.h>

#include "rules/parse.h"

typedef enum { VALUE_PATTERN, VALUE_NUMBER, VALUE_WORD, VALUE_SELECTOR, VALUE_NONE } value_kind_t;

#define OF(verb) (1u << AF_VERB_##verb)
#define OF_ALL 0x3ffu

static const struct {
    const char *name;
    value_kind_t kind;
    unsigned verbs;
} options[AF_OPTIONS] = {
    [AF_OPTION_TEXT] = {"text", VALUE_PATTERN, OF(REMOVE) | OF(DEDUPE)},
    [AF_OPTION_MAX] = {"max", VALUE_NUMBER, OF(REMOVE) | OF(DEDUPE) | OF(ATTRIBUTION)},
    [AF_OPTION_SITE] = {"site", VALUE_WORD, OF_ALL},
    [AF_OPTION_LABEL] = {"label", VALUE_WORD, OF_ALL},
    [AF_OPTION_IN] = {"in", VALUE_SELECTOR, OF(STRIP) | OF(ATTRIBUTION) | OF(FEED_ADD)},
    [AF_OPTION_MATCH] = {"match", VALUE_PATTERN, OF(ATTRIBUTION)},
    [AF_OPTION_GOOD] = {"good", VALUE_PATTERN, OF(ATTRIBUTION)},
    [AF_OPTION_WHEN] = {"when", VALUE_PATTERN, OF(ATTRIBUTION) | OF(FEED_ADD)},
    [AF_OPTION_AT] = {"at", VALUE_WORD, OF(ATTRIBUTION)},
    [AF_OPTION_DATE] = {"date", VALUE_WORD, OF(ATTRIBUTION) | OF(FEED_ADD)},
    [AF_OPTION_LINKS] = {"links", VALUE_NUMBER, OF(REMOVE)},
    [AF_OPTION_MIN_LINKS] = {"min-links", VALUE_NUMBER, OF(REMOVE)},
    [AF_OPTION_MAX_PROSE] = {"max-prose", VALUE_NUMBER, OF(REMOVE)},
    [AF_OPTION_LINK_LENGTH] = {"link-length", VALUE_NUMBER, OF(REMOVE)},
    [AF_OPTION_IN_ROW] = {"in-row", VALUE_NUMBER, OF(REMOVE)},
    [AF_OPTION_MIN_PICTURES] = {"min-pictures", VALUE_NUMBER, OF(REMOVE)},
    [AF_OPTION_HEADING] = {"heading", VALUE_PATTERN, OF(REMOVE)},
    [AF_OPTION_CONTROLS] = {"controls", VALUE_NONE, OF(REMOVE)},
    [AF_OPTION_EMPTIED] = {"emptied", VALUE_NONE, OF(REMOVE)},
    [AF_OPTION_AFTER] = {"after", VALUE_NUMBER, OF(REMOVE)},
    [AF_OPTION_BEFORE] = {"before", VALUE_NUMBER, OF(PROTECT)},
    [AF_OPTION_URL] = {"url", VALUE_WORD, OF(FEED_ADD)},
    [AF_OPTION_ALSO] = {"also", VALUE_WORD, OF(ATTRIBUTION)},
    [AF_OPTION_FORCE] = {"force", VALUE_NONE, OF(REMOVE) | OF(DEDUPE)},
};

/* --- Characters ----------------------------------------------------------------------------------------------------------- */

bool af_is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

af_slice_t af_trim(af_slice_t text)
{
    while (text.len > 0 && af_is_blank(text.data[text.len - 1])) {
        text.len--;
    }
    while (text.len > 0 && af_is_blank(text.data[0])) {
        text.data++;
        text.len--;
    }
    return text;
}

static bool is_lower(uint8_t c)
{
    return c >= 'a' && c <= 'z';
}

static uint8_t byte_at(const af_parse_t *parse, size_t at)
{
    return at < parse->text.len ? parse->text.data[at] : 0;
}

static bool ends_at(const af_parse_t *parse, size_t at)
{
    return at >= parse->text.len || af_is_blank(parse->text.data[at]);
}

static void pass_blanks(af_parse_t *parse)
{
    while (parse->at < parse->text.len && af_is_blank(parse->text.data[parse->at])) {
        parse->at++;
    }
}

af_status_t af_rule_error(const af_parse_t *parse, size_t at, const char *format, ...)
{
    char message[sizeof ((af_error_t *) 0)->message];
    va_list arguments;

    va_start(arguments, format);
    /* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): it was begun */
    if (vsnprintf(message, sizeof message, format, arguments) < 0) {
        message[0] = '\0';
    }
    va_end(arguments);
    return af_line_tell(parse->line, AF_ERROR, parse->offset + at, "%s", message);
}

/* --- Selectors ------------------------------------------------------------------------------------------------------------ */

/* The length of a word at `at` that is an option without a value, 0: there is none. */
static size_t flag_len(const af_parse_t *parse, size_t at)
{
    size_t end = at;

    while (!ends_at(parse, end)) {
        end++;
    }
    for (uint32_t i = 0; i < AF_OPTIONS; i++) {
        if (options[i].kind == VALUE_NONE &&
            af_slice_equal((af_slice_t){parse->text.data + at, end - at}, af_slice_of(options[i].name))) {
            return end - at;
        }
    }
    return 0;
}

/* The length of "name=" at `at`, 0: there is none. */
static size_t name_len(const af_parse_t *parse, size_t at)
{
    size_t end = at;

    while (is_lower(byte_at(parse, end)) || (end > at && byte_at(parse, end) == '-')) {
        end++;
    }
    return end > at && byte_at(parse, end) == '=' ? end + 1 - at : 0;
}

uint32_t af_option_at(const af_parse_t *parse, size_t at)
{
    size_t flag = flag_len(parse, at), len = flag > 0 ? flag + 1 : name_len(parse, at);

    for (uint32_t i = 0; len > 0 && i < AF_OPTIONS; i++) {
        if ((options[i].kind == VALUE_NONE) == (flag > 0) &&
            af_slice_equal((af_slice_t){parse->text.data + at, len - 1}, af_slice_of(options[i].name))) {
            return i;
        }
    }
    return AF_OPTION_NONE;
}

/* Behind the string that begins at `at`; the text's end where it has none. */
static size_t pass_string(const af_parse_t *parse, size_t at)
{
    uint8_t quote = parse->text.data[at++];

    while (at < parse->text.len && parse->text.data[at] != quote) {
        at += parse->text.data[at] == '\\' ? 2 : 1;
    }
    return at < parse->text.len ? at + 1 : parse->text.len;
}

bool af_rule_selector(af_parse_t *parse, af_slice_t *out)
{
    size_t from = parse->at, depth = 0, at = from;

    while (at < parse->text.len) {
        uint8_t c = parse->text.data[at];
        if (c == '"' || c == '\'') {
            at = pass_string(parse, at);
            continue;
        }
        if (depth == 0 && at > 0 && af_is_blank(parse->text.data[at - 1]) &&
            (name_len(parse, at) > 0 || flag_len(parse, at) > 0)) {
            break;
        }
        depth += c == '(' || c == '[';
        depth -= depth > 0 && (c == ')' || c == ']');
        at += c == '\\' ? 2 : 1;
    }
    parse->at = at < parse->text.len ? at : parse->text.len;
    *out = af_trim((af_slice_t){parse->text.data + from, parse->at - from});
    return out->len > 0;
}

/* --- Patterns ------------------------------------------------------------------------------------------------------------- */

static uint32_t flag_of(uint8_t c)
{
    return c == 'i' ? AF_REGEX_CASELESS : c == 'm' ? AF_REGEX_MULTILINE : c == 's' ? AF_REGEX_DOTALL : 0;
}

af_status_t af_rule_pattern(af_parse_t *parse, af_option_value_t *out)
{
    size_t from = parse->at;

    if (byte_at(parse, from) != '/') {
        return af_rule_error(parse, from, "expected a pattern between slashes: /.../");
    }
    size_t end = from + 1;
    while (end < parse->text.len && parse->text.data[end] != '/') {
        end += parse->text.data[end] == '\\' ? 2 : 1;
    }
    if (end >= parse->text.len) {
        return af_rule_error(parse, from, "the pattern has no end: expected \"/\" behind it");
    }
    if (end == from + 1) {
        return af_rule_error(parse, from, "the pattern is empty: expected something between the slashes");
    }
    out->set = true;
    out->at = from + 1;
    out->value = (af_slice_t){parse->text.data + from + 1, end - from - 1};
    for (parse->at = end + 1; !ends_at(parse, parse->at); parse->at++) {
        uint32_t flag = flag_of(byte_at(parse, parse->at));
        if (flag == 0) {
            return af_rule_error(parse, parse->at,
                                 "not a flag of a pattern: expected i, m, s or a space (a \"/\" inside of a pattern is \"\\/\")");
        }
        out->flags |= flag;
    }
    return AF_OK;
}

af_status_t af_rule_compile(const af_parse_t *parse, const af_option_value_t *pattern, const af_regex_t **out)
{
    char message[160];
    size_t at;
    af_regex_t *regex = NULL;
    af_status_t status = af_regex_compile(parse->line->builder->heap, pattern->value, pattern->flags, &regex, &at, message,
                                          sizeof message);

    *out = regex;
    return status == AF_SYNTAX ? af_rule_error(parse, pattern->at + at, "in the pattern: %s", message) : status;
}

/* --- Options -------------------------------------------------------------------------------------------------------------- */

/* "text=, max=, site= or label=" */
static void list_options(af_verb_t verb, char *out, size_t size)
{
    unsigned left = 0;
    size_t len = 0;

    for (uint32_t i = 0; i < AF_OPTIONS; i++) {
        left += (options[i].verbs >> verb) & 1u;
    }
    out[0] = '\0';
    for (uint32_t i = 0; i < AF_OPTIONS && len < size; i++) {
        if (((options[i].verbs >> verb) & 1u) != 0) {
            left--;
            len += (size_t) snprintf(out + len, size - len, "%s%s%s", options[i].name,
                                     options[i].kind == VALUE_NONE ? "" : "=", left > 1 ? ", " : left == 1 ? " or " : "");
        }
    }
}

static af_status_t refuse_option(const af_parse_t *parse, size_t at, const char *what)
{
    char known[160];
    size_t len = name_len(parse, at);

    list_options(parse->verb, known, sizeof known);
    if (len == 0) {
        return af_rule_error(parse, at, "expected an option of \"%s\": %s", parse->verb_name, known);
    }
    len = len < 41 ? len : 41;
    return af_rule_error(parse, at, "%s \"%.*s\": expected %s", what, (int) (len - 1),
                         (const char *) parse->text.data + at, known);
}

af_status_t af_rule_number(const af_parse_t *parse, const af_option_value_t *value, uint32_t least, uint32_t most, bool percent,
                           uint32_t *out)
{
    size_t len = value->value.len;

    len -= percent && len > 1 && value->value.data[len - 1] == '%';
    *out = 0;
    for (size_t i = 0; i < len; i++) {
        uint8_t c = value->value.data[i];
        if (c < '0' || c > '9' || *out > most / 10) {
            return af_rule_error(parse, value->at + i, "expected a number from %u to %u", least, most);
        }
        *out = *out * 10 + (uint32_t) (c - '0');
    }
    return *out >= least && *out <= most ? AF_OK
                                         : af_rule_error(parse, value->at, "expected a number from %u to %u", least, most);
}

static af_status_t read_value(af_parse_t *parse, uint32_t option)
{
    af_option_value_t *value = &parse->options[option];

    value->set = true;
    value->at = parse->at;
    if (options[option].kind == VALUE_PATTERN) {
        return af_rule_pattern(parse, value);
    }
    if (options[option].kind == VALUE_NONE) {
        return AF_OK;
    }
    if (options[option].kind == VALUE_SELECTOR) {
        (void) af_rule_selector(parse, &value->value);
    } else {
        while (!ends_at(parse, parse->at)) {
            parse->at++;
        }
        value->value = (af_slice_t){parse->text.data + value->at, parse->at - value->at};
    }
    return value->value.len > 0 ? AF_OK
                                : af_rule_error(parse, value->at, "expected a value behind \"%s=\"", options[option].name);
}

static af_status_t read_option(af_parse_t *parse)
{
    size_t at = parse->at;
    uint32_t option = af_option_at(parse, at);

    if (option == AF_OPTION_NONE) {
        return refuse_option(parse, at, "unknown option");
    }
    if (((options[option].verbs >> parse->verb) & 1u) == 0) {
        char what[60];
        (void) snprintf(what, sizeof what, "\"%s\" does not take the option", parse->verb_name);
        return refuse_option(parse, at, what);
    }
    if (parse->options[option].set) {
        return af_rule_error(parse, at, "the option \"%s\" stands twice: expected it once", options[option].name);
    }
    parse->options[option].name_at = at;
    parse->at += options[option].kind == VALUE_NONE ? strlen(options[option].name) : name_len(parse, at);
    return read_value(parse, option);
}

af_status_t af_rule_options(af_parse_t *parse)
{
    for (;;) {
        pass_blanks(parse);
        if (parse->at >= parse->text.len) {
            return AF_OK;
        }
        af_status_t status = read_option(parse);
        if (status != AF_OK) {
            return status;
        }
    }
}

/* --- Sites ---------------------------------------------------------------------------------------------------------------- */

static bool is_host_byte(uint8_t c)
{
    return is_lower(c) || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

const char *af_site_wrong(af_slice_t host)
{
    size_t from = host.len > 0 && host.data[0] == '~';

    if (host.len == from) {
        return "an empty host: expected host names with commas between them";
    }
    if (host.data[host.len - 1] == '*') {
        return "hosts of any top-level domain are not supported: expected a whole host name";
    }
    for (size_t i = from; i < host.len; i++) {
        if (!is_host_byte(host.data[i])) {
            return host.data[i] >= 0x80 ? "a host name that is not ASCII: expected its form for the wire (xn--...)"
                                        : "not a host name: expected letters, digits, dots and hyphens";
        }
    }
    if (host.data[from] == '.' || host.data[host.len - 1] == '.') {
        return "a dot at the edge of a host name: expected the name alone, which stands for its subdomains too";
    }
    return NULL;
}

static bool goes_before(const char *a, const char *b)
{
    size_t a_len = strlen(a) - (a[0] == '~'), b_len = strlen(b) - (b[0] == '~');

    return a_len != b_len ? a_len > b_len : a[0] == '~' && b[0] != '~';
}

/* Lists are short, and most are in order: insertion. */
void af_sites_sort(const char **sites, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const char *site = sites[i];
        size_t at = i;
        for (; at > 0 && goes_before(site, sites[at - 1]); at--) {
            sites[at] = sites[at - 1];
        }
        sites[at] = site;
    }
}

static const char *copy_host(af_store_t *store, af_slice_t host)
{
    char *copy = af_store_string(store, host);

    for (char *c = copy; c != NULL && *c != '\0'; c++) {
        *c = (char) (*c >= 'A' && *c <= 'Z' ? *c | 0x20 : *c);
    }
    return copy;
}

af_slice_t af_site_cut(af_slice_t *list)
{
    const uint8_t *comma = memchr(list->data, ',', list->len);
    size_t len = comma != NULL ? (size_t) (comma - list->data) : list->len;
    af_slice_t host = {list->data, len};

    list->data += comma != NULL ? len + 1 : len;
    list->len -= comma != NULL ? len + 1 : len;
    return af_trim(host);
}

af_status_t af_sites_make(af_store_t *store, af_slice_t list, const char *const **sites, size_t *count, af_slice_t *bad,
                          const char **why)
{
    size_t commas = 0;

    for (size_t i = 0; i < list.len; i++) {
        commas += list.data[i] == ',';
    }
    *bad = (af_slice_t){list.data, 0};
    *why = "too many hosts: expected at most 4096";
    if (commas >= AF_RULES_SITES) {
        return AF_SYNTAX;
    }
    const char **made = af_store_alloc(store, (commas + 1) * sizeof *made);
    if (made == NULL) {
        return AF_NOMEM;
    }
    for (*count = 0; *count <= commas; (*count)++) {
        *bad = af_site_cut(&list);
        *why = af_site_wrong(*bad);
        if (*why != NULL) {
            return AF_SYNTAX;
        }
        made[*count] = copy_host(store, *bad);
        if (made[*count] == NULL) {
            return AF_NOMEM;
        }
    }
    af_sites_sort(made, *count);
    *sites = made;
    return AF_OK;
}

/* --- What all verbs have ------------------------------------------------------------------------------------------------ */

af_status_t af_rule_common(af_parse_t *parse)
{
    const af_option_value_t *max = &parse->options[AF_OPTION_MAX], *site = &parse->options[AF_OPTION_SITE];
    const af_option_value_t *label = &parse->options[AF_OPTION_LABEL];
    af_rule_t *rule = &parse->draft.rule;
    af_store_t *store = parse->line->builder->store;
    af_status_t status = AF_OK;

    if (max->set) {
        status = af_rule_number(parse, max, 1, 1000000, false, &rule->max);
    }
    if (status == AF_OK && site->set) {
        af_slice_t bad;
        const char *why;
        status = af_sites_make(store, site->value, &rule->sites, &rule->site_count, &bad, &why);
        if (status == AF_SYNTAX) {
            return af_rule_error(parse, (size_t) (bad.data - parse->text.data), "%s", why);
        }
    }
    if (status == AF_OK && label->set) {
        rule->label = af_store_string(store, label->value);
        status = rule->label != NULL ? AF_OK : AF_NOMEM;
    }
    return status;
}
