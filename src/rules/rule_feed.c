/*
 * rules/rule_feed.c: rules for the elements of feeds.
 *
 * feed-remove NAME... takes elements away that are no HTML, as comment links and counters. feed-fields NAME... says which
 * elements hold HTML. feed-add NAME TEMPLATE puts a notice into items that have none. A name has the prefix that its namespace
 * has by custom (slash:comments); what the feed calls it does not matter. Elements that a feed is made of are refused, and those
 * that tell whose the content is: no rule takes a notice away or changes one.
 */
#include "rules/parse.h"
#include "rules/template.h"

#define NAMES_MAX 64u

static bool is_name_byte(uint8_t c)
{
    return (uint8_t) ((c | 0x20) - 'a') < 26 || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' || c == ':';
}

static bool is_one_of(af_slice_t name, const char *const *names)
{
    while (*names != NULL && !af_slice_equal(name, af_slice_of(*names))) {
        names++;
    }
    return *names != NULL;
}

/* What is wrong with a name; NULL: nothing. */
static const char *wrong(af_verb_t verb, af_slice_t name)
{
    static const char *const frame[] = {"rss", "channel", "item", "items", "rdf:RDF", "feed", "atom:feed", "entry", "atom:entry",
                                        NULL};
    static const char *const notices[] = {"copyright", "rights", "atom:rights", "dc:rights", "dcterms:rights", "dc:creator",
                                          "creator", "author", "atom:author", "dc:publisher", "source", "atom:source",
                                          "media:credit", "media:copyright", "media:rights", "media:license", "itunes:author",
                                          "creativeCommons:license", "cc:license", "dcterms:license",
                                          "dcterms:rightsHolder", NULL};
    size_t colons = 0;

    for (size_t i = 0; i < name.len; i++) {
        if (!is_name_byte(name.data[i])) {
            return "expected names of elements, as in slash:comments, with a space between";
        }
        colons += name.data[i] == ':';
    }
    if (colons > 1 || name.data[0] == ':' || name.data[name.len - 1] == ':') {
        return "expected NAME or PREFIX:NAME";
    }
    if (is_one_of(name, frame)) {
        return "a feed is made of these: expected an element of an item or a channel";
    }
    if (!is_one_of(name, notices)) {
        return NULL;
    }
    return verb == AF_VERB_FEED_FIELDS ? "elements that tell whose the content is are never cleaned"
                                       : "elements that tell whose the content is are never removed";
}

/* Cuts the first word off. */
static af_slice_t cut_word(af_slice_t *text)
{
    size_t len = 0;

    while (len < text->len && !af_is_blank(text->data[len])) {
        len++;
    }
    af_slice_t word = {text->data, len};
    *text = af_trim((af_slice_t){text->data + len, text->len - len});
    return word;
}

af_status_t af_rule_feed(af_parse_t *parse)
{
    af_store_t *store = parse->line->builder->store;
    af_rule_t *rule = &parse->draft.rule;
    size_t at = parse->at;
    af_slice_t text;

    if (!af_rule_selector(parse, &text)) {
        return af_rule_error(parse, at, "expected names of elements behind \"%s\"", parse->verb_name);
    }
    const char **names = af_store_alloc(store, NAMES_MAX * sizeof *names);
    if (names == NULL) {
        return AF_NOMEM;
    }
    while (text.len > 0) {
        af_slice_t name = cut_word(&text);
        const char *message = rule->element_count == NAMES_MAX ? "too many names in one rule" : wrong(parse->verb, name);
        if (message != NULL) {
            return af_rule_error(parse, (size_t) (name.data - parse->text.data), "%s", message);
        }
        names[rule->element_count] = af_store_string(store, name);
        if (names[rule->element_count++] == NULL) {
            return AF_NOMEM;
        }
    }
    rule->elements = names;
    af_status_t status = af_rule_options(parse);
    return status == AF_OK ? af_rule_common(parse) : status;
}

/* --- feed-add ------------------------------------------------------------------------------------------------------------- */

static af_status_t take_place(af_parse_t *parse)
{
    const af_option_value_t *in = &parse->options[AF_OPTION_IN];
    af_rule_t *rule = &parse->draft.rule;

    rule->of_channel = in->set && af_slice_equal(in->value, af_slice_of("channel"));
    if (in->set && !rule->of_channel && !af_slice_equal(in->value, af_slice_of("item"))) {
        return af_rule_error(parse, in->at, "expected in=item or in=channel");
    }
    if (rule->of_channel && parse->options[AF_OPTION_WHEN].set) {
        return af_rule_error(parse, parse->options[AF_OPTION_WHEN].name_at, "when= is for items: expected in=item, or no when=");
    }
    return AF_OK;
}

/* What items tell is not known of a channel, whose notice would have to wait for what comes behind them. */
static af_status_t check_parts(const af_parse_t *parse, const af_attribution_rule_t *made, size_t at)
{
    for (size_t i = 0; parse->draft.rule.of_channel && i < made->part_count; i++) {
        af_part_kind_t kind = made->parts[i].kind;
        bool of_response = (kind == AF_PART_YEAR || kind == AF_PART_DATE) && made->fallback != AF_FALLBACK_NONE;
        if (kind != AF_PART_LITERAL && kind != AF_PART_VARIABLE && !of_response) {
            return af_rule_error(parse, at, "a channel's notice can have no {%.*s}: expected plain text, or date= for a year",
                                 (int) made->parts[i].text.len, (const char *) made->parts[i].text.data);
        }
    }
    return AF_OK;
}

/* The address as it stands in an attribute. */
static af_status_t take_url(af_parse_t *parse)
{
    const af_option_value_t *url = &parse->options[AF_OPTION_URL];
    af_slice_t text = url->value;
    size_t len = 0;
    bool http = (text.len > 7 && memcmp(text.data, "http://", 7) == 0) || (text.len > 8 && memcmp(text.data, "https://", 8) == 0);

    if (!url->set) {
        return AF_OK;
    }
    char *markup = af_store_alloc(parse->line->builder->store, text.len * 5 + 1);
    if (markup == NULL) {
        return AF_NOMEM;
    }
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        if (!http || c <= 0x20 || c >= 0x7f || strchr("\"'<>\\^`{|}", c) != NULL) {
            return af_rule_error(parse, url->at + (http ? i : 0), "expected an address of http or https, percent-encoded");
        }
        memcpy(markup + len, c == '&' ? "&amp;" : (const char *) &c, c == '&' ? 5 : 1);
        len += c == '&' ? 5 : 1;
    }
    markup[len] = '\0';
    parse->draft.rule.url = markup;
    return AF_OK;
}

static af_status_t check_name(const af_parse_t *parse, const char *name, size_t at)
{
    const af_rule_t *rule = &parse->draft.rule;
    bool source = strcmp(name, "source") == 0;

    if (source && rule->of_channel) {
        return af_rule_error(parse, at, "a channel has no source: expected in=item, or another element");
    }
    if (source != parse->options[AF_OPTION_URL].set) {
        return source ? af_rule_error(parse, at, "expected url= with the address of the source's feed")
                      : af_rule_error(parse, parse->options[AF_OPTION_URL].name_at, "url= is for source only");
    }
    if (strcmp(name, "copyright") == 0 && !rule->of_channel) {
        return af_rule_error(parse, at, "copyright is a channel's: expected in=channel, or rights for items");
    }
    return AF_OK;
}

af_status_t af_rule_feed_add(af_parse_t *parse)
{
    static const char *const known[] = {"rights", "dc:rights", "atom:rights", "media:copyright", "copyright", "source", NULL};
    af_store_t *store = parse->line->builder->store;
    af_rule_t *rule = &parse->draft.rule;
    af_slice_t rest = {parse->text.data + parse->at, parse->text.len - parse->at};
    size_t name_at = parse->at, at = 0;
    af_slice_t name = cut_word(&rest);
    const char **names = af_store_alloc(store, sizeof *names);
    af_attribution_rule_t *made = af_store_alloc(store, sizeof *made);

    if (names == NULL || made == NULL) {
        return AF_NOMEM;
    }
    if (!is_one_of(name, known)) {
        return af_rule_error(parse, name_at, "expected rights, dc:rights, atom:rights, media:copyright, copyright or source");
    }
    names[0] = af_store_string(store, name);
    *made = (af_attribution_rule_t){.place = AF_PLACE_END};
    rule->elements = names;
    rule->element_count = 1;
    rule->attribution = made;
    parse->at += name.len;
    af_status_t status = names[0] == NULL ? AF_NOMEM : af_rule_template(parse, made, &at);
    status = status == AF_OK ? af_rule_options(parse) : status;
    status = status == AF_OK ? af_rule_common(parse) : status;
    status = status == AF_OK ? af_rule_words(parse, made) : status;
    status = status == AF_OK ? take_place(parse) : status;
    status = status == AF_OK ? check_name(parse, names[0], name_at) : status;
    status = status == AF_OK ? check_parts(parse, made, at) : status;
    status = status == AF_OK ? take_url(parse) : status;
    if (status == AF_OK && parse->options[AF_OPTION_WHEN].set) {
        status = af_rule_given(parse, &parse->options[AF_OPTION_WHEN], &made->when);
    }
    return status;
}
