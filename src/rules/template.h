/*
 * rules/template.h: attribution templates, and the patterns by which their notices are recognised.
 *
 * A template is plain text with {year}, {date}, {title}, {author}, {agency}, {canonical} and $variable (or ${variable}) in it.
 * The default `match` finds the notice whether or not its date is there; the default `good` wants the date. Both take any
 * white space for white space, any case, and "(c)" for the copyright sign; `match` takes its broken forms, too. Normal text is
 * what they are tried on.
 *
 * All of it lives with the ruleset.
 */
#ifndef AF_RULES_TEMPLATE_H
#define AF_RULES_TEMPLATE_H

#include "base/regex.h"
#include "rules/needles.h"
#include "rules/store.h"

/* also= */
#define AF_ALSO_META 1u
#define AF_ALSO_JSONLD 2u

/* Of an inserted notice, as to its scope. */
typedef enum { AF_PLACE_END, AF_PLACE_START, AF_PLACE_AFTER, AF_PLACE_NONE } af_place_t;

/* date=, where the document has none */
typedef enum { AF_FALLBACK_NONE, AF_FALLBACK_LAST_MODIFIED, AF_FALLBACK_RESPONSE } af_fallback_t;

typedef enum {
    AF_PART_LITERAL, AF_PART_YEAR, AF_PART_DATE, AF_PART_TITLE, AF_PART_AUTHOR, AF_PART_AGENCY, AF_PART_CANONICAL,
    AF_PART_VARIABLE
} af_part_kind_t;

#define AF_PART_KINDS 8u
#define AF_ATTRIBUTION_MAX 600u /* characters of a block's normal text that is looked at, by default */

typedef struct {
    af_part_kind_t kind;
    af_slice_t text;   /* literal: what it says; otherwise the placeholder's name */
    uint32_t variable; /* AF_PART_VARIABLE: index of af_ruleset_variable */
} af_template_part_t;

typedef struct af_attribution_rule {
    const af_template_part_t *parts;
    size_t part_count;
    bool has_year, has_date;   /* the template has {year}, {date} or {short-date} */
    bool has_short_date;       /* it is {short-date}: "Oct. 25, 2024" */
    const af_regex_t *match;   /* never NULL */
    const af_regex_t *good;    /* never NULL; a notice is well formed where this finds something in it */
    const af_regex_t *when;    /* NULL: applies to every page */
    /* Capture groups of `match` named "year" and "date": what a repair replaces (in the default pattern they are always set, and
     * empty where the date is missing). 0: there is none. */
    uint32_t year_group, date_group;
    af_place_t place;
    af_fallback_t fallback;
    bool automatic;            /* by `attribution auto` */
    bool once;                 /* of a preset: at most one is inserted, whatever scopes there are */
    uint32_t max;              /* as rule->max */
    af_needle_t needles[2 * AF_NEEDLES_EACH]; /* a text without any is nothing to `match` and `when` */
    uint32_t needle_count;     /* 0: none are known */
    unsigned also;             /* AF_ALSO_…: forms for machines that are kept in step */
} af_attribution_rule_t;

/* --- Rendering: by the policies ------------------------------------------------------------------------------------------ */

typedef struct {
    af_slice_t part[AF_PART_KINDS]; /* by kind, UTF-8; data NULL: unknown */
    /* Value of a $variable; data NULL: unknown. May be NULL. Lent until the next call. */
    af_slice_t (*variable)(void *opaque, uint32_t index);
    void *opaque;
} af_template_values_t;

/* Writes the notice into `out` as ASCII markup: & < > " ' escaped, what is not ASCII as numeric character references (bytes that
 * are no UTF-8 as U+FFFD). AF_NOT_FOUND: a value is unknown (`*missing`, may be NULL, tells which); AF_LIMIT: longer than
 * `capacity`. */
AF_MUST_USE af_status_t af_template_render(const af_attribution_rule_t *rule, const af_template_values_t *values, uint8_t *out,
                                           size_t capacity, size_t *len, af_part_kind_t *missing);

/* --- Compiling: by parse.c and ruleset.c --------------------------------------------------------------------------------- */

typedef struct {
    const char *const *names; /* without $ */
    uint32_t count;
} af_variables_t;

typedef struct {
    size_t at;         /* byte in the template's text */
    char message[200]; /* what is wrong and what is expected */
} af_template_error_t;

/* Parses `text` (between its quotes; a backslash before a quote or a backslash is left out) into `rule`'s parts, in memory of
 * `store`. `variable` gives the index of a name, and may be NULL to refuse variables. AF_SYNTAX: `error` tells. */
AF_MUST_USE af_status_t af_template_parse(af_store_t *store, af_slice_t text,
                                          af_status_t (*variable)(void *opaque, af_slice_t name, uint32_t *index), void *opaque,
                                          af_attribution_rule_t *rule, af_template_error_t *error);

typedef enum { AF_TEMPLATE_MATCH, AF_TEMPLATE_GOOD } af_template_pattern_t;

/* Makes the default pattern of a parsed template (to be compiled with AF_REGEX_CASELESS). AF_SYNTAX: the template has too little
 * text of its own to be recognised by; AF_LIMIT: it has too much. */
AF_MUST_USE af_status_t af_template_pattern(af_store_t *store, const af_attribution_rule_t *rule, af_template_pattern_t which,
                                            af_slice_t *out);

#endif
