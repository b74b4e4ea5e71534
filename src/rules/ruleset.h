/*
 * rules/ruleset.h: what the builder made, as the rewriter and the policies read it. Immutable; shared by all streams.
 */
#ifndef AF_RULES_RULESET_H
#define AF_RULES_RULESET_H

#include "base/memory.h"
#include "base/regex.h"
#include "rules/needles.h"
#include "rules/phrases.h"
#include "select/match.h"

typedef enum {
    AF_VERB_REMOVE, AF_VERB_UNWRAP, AF_VERB_KEEP, AF_VERB_STRIP, AF_VERB_DEDUPE, AF_VERB_PROTECT, AF_VERB_ATTRIBUTION,
    AF_VERB_FEED_REMOVE, AF_VERB_FEED_FIELDS, AF_VERB_FEED_ADD /* of elements of feeds; no selector */
} af_verb_t;

typedef struct af_attribution_rule af_attribution_rule_t; /* rules/template.h */
typedef struct af_sites af_sites_t;                       /* rules/sites.h */

#define AF_STRUCTURE_ANY UINT32_MAX
#define AF_AHEAD_RULES 32u

/* What a held element has to be like, beside its selector and text. Characters here are those that are not white space. */
typedef struct {
    uint32_t max;                /* characters of text at most; AF_STRUCTURE_ANY: no limit */
    uint32_t links;              /* per cent of the text at least that are in links */
    uint32_t min_links;          /* links at least */
    uint32_t max_prose;          /* running text at most: a run counts once, and again for each 200; AF_STRUCTURE_ANY */
    uint32_t link_length;        /* characters that a link with text has at least, on average */
    uint32_t in_row;             /* runs of running text at most with no run of links between; AF_STRUCTURE_ANY */
    uint32_t min_pictures;       /* pictures, videos and frames at least */
    bool controls;               /* a field to type or choose in */
    bool emptied;                /* removals took all that it shows */
    const af_regex_t *heading;   /* its first run of text; NULL: any */
    const char *heading_text; uint32_t heading_flags; /* as written, AF_REGEX_ */
    const af_phrases_t *begins;  /* what such a heading begins with; NULL: that tells nothing */
} af_structure_t;

/* Lists have tens of thousands of these: wide members stand first, so that none is padded. */
typedef struct {
    const char *text;            /* as written */
    const char *file;
    const char *label;           /* or NULL */
    const char *const *sites;    /* site=; lower case; "~" in front: not there. None: everywhere */
    const char *pattern;         /* text=/pattern/ as written, for {title}; NULL: no text condition */
    const af_regex_t *regex;     /* NULL where there is no condition or it has {title} */
    const af_structure_t *structure; /* NULL: none asked for */
    /* Text rules of presets with one selector are asked together: the first of them is in the index. */
    const af_phrases_t *phrases; /* the first: of all of them; a rule of its own: its beginnings; NULL: there are none */
    const af_attribution_rule_t *attribution; /* AF_VERB_ATTRIBUTION; AF_VERB_FEED_ADD: its parts, when and fallback */
    const char *const *elements; /* AF_VERB_FEED_: names with the prefixes of custom */
    const char *url;             /* AF_VERB_FEED_ADD, source: as markup; NULL: none */
    size_t site_count, element_count;
    af_verb_t verb;
    uint32_t line;
    uint32_t pattern_flags;      /* AF_REGEX_ */
    uint32_t max;                /* characters of normal text; 300 */
    uint32_t after;              /* so much running text has to stand before the element; 0: any */
    uint32_t before;             /* protect: only where less running text stands before, or for the first it picks; 0: always */
    uint32_t next;               /* the next rule of the group; 0: none */
    uint32_t group_max;          /* the longest text that any of the group wants */
    bool from_preset;            /* guards apply */
    bool pattern_has_title;      /* {title} inside: compiled per document */
    bool begins_with_title;      /* and what it matches begins with the title as it is */
    bool force;                  /* the guard does not look at the text */
    bool of_channel;             /* AF_VERB_FEED_ADD: to the channel, not to each item */
} af_rule_t;

/* What there is among rules. */
typedef struct {
    bool structure, guard, text, dedupe, title, attribution, protect, keep, strip, unwrap;
    uint32_t most_after; /* of all, before= too */
} af_rule_kinds_t;

struct af_ruleset {
    af_heap_t heap;
    const af_rule_t *rules; uint32_t rule_count;
    const af_index_t *index;     /* owners are rule numbers; attribution rules' in= too */
    const af_index_t *firm;      /* the same of those that ask even for what is in a removed element; NULL: there are none */
    af_rule_kinds_t has;
    const uint32_t *attributions; uint32_t attribution_count; /* numbers of the AF_VERB_ATTRIBUTION rules, rising */
    const af_needles_t *notice_needles; /* text without any is nothing to those rules; NULL: not known */
    const uint32_t *feed_removes; uint32_t feed_remove_count; /* likewise */
    const uint32_t *feed_fields; uint32_t feed_field_count;
    const uint32_t *feed_adds; uint32_t feed_add_count;
    /* Rules that the text of an element can refute, by the bits that af_match_classes gives. */
    uint32_t ahead[AF_AHEAD_RULES], ahead_count;
    uint32_t ahead_emptied;      /* those that want an emptied element */
    uint32_t ahead_heading;      /* those that the first text of an element refutes, or nothing does before it is held */
    uint32_t ahead_late;         /* those with after= */
    uint32_t ahead_inner;        /* those that want something in it that the quiet way leaves to the general one */
    const af_openings_t *openings; /* of all phrases; NULL: there are none */
    const af_regex_t *guard;     /* what text of preset rules must not have; NULL: nothing asks */
    uint8_t digest[16];
    const char *const *variables; uint32_t variable_count; /* names without $ */
    /* Where many rules are for some hosts only: the indexes have what is for all, and layers (select/layers.c). */
    const af_sites_t *sites;       /* NULL: the set is for every page */
    const af_ruleset_t *elsewhere; /* the same rules on pages of hosts that none of them names */
};

/* What a text, or a heading where the rule asks for what an element is like, has to begin with; NULL: that tells nothing. */
static inline const af_phrases_t *af_rule_phrases(const af_rule_t *rule)
{
    return rule->structure != NULL ? rule->structure->begins : rule->phrases;
}

/* Tells whether the rule is for pages of `site` ("": not known), as its site= says. */
bool af_rule_on_site(const af_rule_t *rule, af_slice_t site);

/* Gives the ruleset for a page of `site`: the same rules by the same numbers, asking only for what those that are for that site
 * ask for. Time and memory do not depend on the number of rules. Lives no longer than `rules`; af_ruleset_leave gives it back,
 * with the same `rules` and heap. AF_NOMEM, AF_LIMIT. */
AF_MUST_USE af_status_t af_ruleset_for(const af_ruleset_t *rules, af_slice_t site, af_heap_t *heap, const af_ruleset_t **out);
void af_ruleset_leave(const af_ruleset_t *rules, const af_ruleset_t *here, af_heap_t *heap);

#endif
