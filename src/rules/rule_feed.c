/*
 * rules/rule_feed.c: feed-remove NAME...: elements of feeds that are no HTML, as comment links and counters.
 *
 * A name has the prefix that its namespace has by custom (slash:comments); what the feed calls it does not matter. Elements
 * that a feed is made of are refused, and those that tell whose the content is: no rule takes a notice away.
 */
#include "rules/parse.h"

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
static const char *wrong(af_slice_t name)
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
    return is_one_of(name, notices) ? "elements that tell whose the content is are never removed" : NULL;
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
        const char *message = rule->element_count == NAMES_MAX ? "too many names in one rule" : wrong(name);
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
