/*
 * rules/parse.h: lines of the rule language.
 *
 *   remove|dedupe SELECTOR [text=/re/ims] [max=N] [force] [site=HOSTS] [label=NAME]
 *   remove also: [links=N%] [min-links=N] [link-length=N] [max-prose=N] [in-row=N] [min-pictures=N] [heading=/re/ims] [controls]
 *                [emptied] [after=N]
 *   protect also: [before=N]
 *   unwrap|keep|protect SELECTOR [site=] [label=]       strip /re/ims [in=SELECTOR] [site=] [label=]
 *   feed-remove|feed-fields NAME...  feed-add NAME TEMPLATE [when=/re/] [url=] [in=item|channel] [date=] [site=] [label=]
 *   attribution TEMPLATE [match=/re/] [good=/re/] [when=/re/] [in=SELECTOR] [at=] [date=] [max=N] [site=] [label=]
 *   lift LABEL ...      preset NAME      ! comment      # comment (with a space; ##SELECTOR: rules/cosmetic.h)
 *
 * A selector goes on to the first " name=" outside of brackets and strings. A template may stand without its quotes, since hosts
 * take them off; it goes on to the first " name=" of a known option then.
 */
#ifndef AF_RULES_PARSE_H
#define AF_RULES_PARSE_H

#include "rules/builder.h"

typedef enum {
    AF_OPTION_TEXT, AF_OPTION_MAX, AF_OPTION_SITE, AF_OPTION_LABEL, AF_OPTION_IN, AF_OPTION_MATCH, AF_OPTION_GOOD,
    AF_OPTION_WHEN, AF_OPTION_AT, AF_OPTION_DATE, AF_OPTION_LINKS, AF_OPTION_MIN_LINKS, AF_OPTION_MAX_PROSE,
    AF_OPTION_HEADING, AF_OPTION_LINK_LENGTH, AF_OPTION_IN_ROW, AF_OPTION_MIN_PICTURES, AF_OPTION_CONTROLS, AF_OPTION_EMPTIED,
    AF_OPTION_FORCE, AF_OPTION_AFTER, AF_OPTION_BEFORE, AF_OPTION_URL, AF_OPTION_ALSO
} af_option_t;

#define AF_OPTIONS 24u
#define AF_OPTION_NONE AF_OPTIONS

typedef struct {
    bool set;
    size_t name_at, at; /* in the parse's text: of the name, of the value */
    af_slice_t value;   /* patterns: between the slashes */
    uint32_t flags;     /* patterns */
} af_option_value_t;

/* A rule that is being read. */
typedef struct af_parse {
    const af_line_t *line;
    size_t offset;   /* of `text` in the line */
    af_slice_t text; /* the rule, in the store */
    size_t at;
    const char *verb_name;
    af_verb_t verb;
    af_option_value_t options[AF_OPTIONS];
    af_draft_t draft;
} af_parse_t;

/* Reads a line: adds its rule, tells of what it cannot add. AF_SYNTAX: told; go on with the next line. Else: stop. */
AF_MUST_USE af_status_t af_parse_line(const af_line_t *line);

/* --- rule_options.c -------------------------------------------------------------------------------------------------------- */

bool af_is_blank(uint8_t c);
af_slice_t af_trim(af_slice_t text);

/* Tells an error at `at` of the rule's text. */
af_status_t af_rule_error(const af_parse_t *parse, size_t at, const char *format, ...) AF_FORMAT(3, 4);

/* The option whose name stands at `at` with its "=" behind, AF_OPTION_NONE: none. */
uint32_t af_option_at(const af_parse_t *parse, size_t at);

/* Reads a selector from the parse's place to the first option. False: nothing there. */
bool af_rule_selector(af_parse_t *parse, af_slice_t *out);

/* Reads /pattern/flags at the parse's place. */
AF_MUST_USE af_status_t af_rule_pattern(af_parse_t *parse, af_option_value_t *out);

/* Reads all options that are left. */
AF_MUST_USE af_status_t af_rule_options(af_parse_t *parse);

/* A number up to `most`; `percent`: "%" may follow. */
AF_MUST_USE af_status_t af_rule_number(const af_parse_t *parse, const af_option_value_t *value, uint32_t least, uint32_t most,
                                       bool percent, uint32_t *out);

/* Puts max=, site= and label= into the draft's rule. */
AF_MUST_USE af_status_t af_rule_common(af_parse_t *parse);

/* Compiles a pattern that was read; errors are told at their place. */
AF_MUST_USE af_status_t af_rule_compile(const af_parse_t *parse, const af_option_value_t *pattern, const af_regex_t **out);

/* What is wrong with a host name (or "~" and one) of a list of sites; NULL: nothing. */
const char *af_site_wrong(af_slice_t host);

/* Cuts the first host off a comma-separated list, trimmed. */
af_slice_t af_site_cut(af_slice_t *list);

/* Makes the sites of a comma-separated list: lower case, longest first, so that the first that fits decides. Told: `*bad`, the
 * wrong one, and why. AF_SYNTAX, AF_NOMEM. */
AF_MUST_USE af_status_t af_sites_make(af_store_t *store, af_slice_t list, const char *const **sites, size_t *count,
                                       af_slice_t *bad, const char **why);

/* Puts sites into that order, in place. */
void af_sites_sort(const char **sites, size_t count);

/* --- rule_structure.c ------------------------------------------------------------------------------------------------------ */

/* Puts the conditions on a held element into the draft's rule, where there are any. */
AF_MUST_USE af_status_t af_rule_structure(af_parse_t *parse);

/* --- rule_attribution.c ---------------------------------------------------------------------------------------------------- */

/* "attribution auto": reads its options and all presets attribution/NAME, to which they apply. False: the line is another one. */
AF_MUST_USE bool af_rule_automatic(af_parse_t *parse, af_status_t *status);

/* Selects by in=, or the body where there is none, for the draft. */
AF_MUST_USE af_status_t af_rule_scope(af_parse_t *parse);

/* Reads what follows the verb: template and options. Fills the draft's rule; in= is af_rule_options' as with other verbs. */
AF_MUST_USE af_status_t af_rule_attribution(af_parse_t *parse);

/* Reads the template at the parse's place into `rule`; `*at`: where its text begins. */
AF_MUST_USE af_status_t af_rule_template(af_parse_t *parse, af_attribution_rule_t *rule, size_t *at);

/* Compiles a pattern of it that the rule gives. */
AF_MUST_USE af_status_t af_rule_given(const af_parse_t *parse, const af_option_value_t *given, const af_regex_t **out);

/* Puts at= and date= into `rule`. */
AF_MUST_USE af_status_t af_rule_words(const af_parse_t *parse, af_attribution_rule_t *rule);

/* --- lift.c ---------------------------------------------------------------------------------------------------------------- */

/* Reads what follows lift: labels of rules that stand before it. */
AF_MUST_USE af_status_t af_lift_read(const af_line_t *line, af_slice_t rest);

/* --- rule_feed.c ----------------------------------------------------------------------------------------------------------- */

/* Reads what follows feed-remove and feed-fields: names of elements, and options. */
AF_MUST_USE af_status_t af_rule_feed(af_parse_t *parse);

/* Reads what follows feed-add: the element's name, a template, options. */
AF_MUST_USE af_status_t af_rule_feed_add(af_parse_t *parse);

#endif
