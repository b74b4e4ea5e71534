/*
 * rules/builder.h: what the files of the builder share: the builder itself, the line that is being read, and its errors.
 *
 * A builder makes the ruleset's struct at once, so that everything allocated on the way has the heap that it will live with.
 * Rules are drafts until the whole is compiled: exceptions of filter lists may still change or undo them. Selectors go into the
 * index as they are read (that is their check); the owner is the draft's number. Where a text was refused or a draft undone,
 * those numbers are wrong and the index is made anew.
 */
#ifndef AF_RULES_BUILDER_H
#define AF_RULES_BUILDER_H

#include "rules/preset_table.h"
#include "rules/ruleset.h"
#include "rules/store.h"

#define AF_RULES_LINE 65536u      /* bytes of a line */
#define AF_RULES_MAX (1u << 20)   /* rules of a set */
#define AF_RULES_VARIABLES 1024u  /* different $names */
#define AF_RULES_SITES 4096u      /* hosts of one rule */
#define AF_RULES_TEXT_MAX 300u    /* characters of normal text that a text condition looks at, by default */

/* The ruleset with what only its end has to know. `set` is first: a pointer to one is a pointer to the other. */
typedef struct {
    af_ruleset_t set;
    af_store_t store;
    const char **variables;
    size_t variable_capacity;
} af_ruleset_whole_t;

typedef struct {
    af_rule_t rule;
    af_slice_t selector; /* lives in the store */
    af_slice_t body;     /* of a cosmetic line, behind its ##; data NULL: a line of the rule language */
    bool undone;         /* by an exception without hosts, or lifted */
    size_t lifted_by;    /* the call whose text lifted it; 0: none */
    uint32_t group;      /* of the rules for the same hosts; 0: it is asked for everywhere */
    bool follows;        /* an earlier one has its selector, in the index for both: group.c */
} af_draft_t;

/* hosts#@#body */
typedef struct {
    af_slice_t body;
    const char *const *sites; size_t site_count; /* "~host"; 0: everywhere */
    uint32_t next;                               /* index + 1 of one with the same slot, 0: the last */
} af_exception_t;

typedef struct af_site_plan af_site_plan_t; /* site_layers.c */

struct af_builder {
    af_ruleset_whole_t *whole;
    af_heap_t *heap;
    af_store_t *store;
    af_index_builder_t *index;
    af_draft_t *drafts; size_t draft_count, draft_capacity;
    af_exception_t *exceptions; size_t exception_count, exception_capacity;
    const struct af_parse *automatic; /* the line "attribution auto" whose presets are being read; NULL: none */
    af_site_plan_t *plan;          /* of the layers for hosts; NULL: there are none */
    size_t calls;                  /* texts and presets that were added or refused */
    bool presets[AF_PRESET_COUNT]; /* those that were added: a second time changes nothing */
    bool stale;                    /* owners in the index are not the drafts' numbers */
    void (*report)(void *opaque, af_severity_t severity, const af_error_t *error);
    void *opaque;
    af_error_t first;              /* error of the call, if `failed` */
    bool failed;
    bool skipped;                  /* something of the line that is being read */
    af_line_counts_t counts;
};

/* A line that is being read. */
typedef struct {
    af_builder_t *builder;
    const char *file; /* lives in the store */
    uint32_t number;
    af_slice_t text;  /* without its line end; the caller's */
    bool from_preset;
    bool *filter_list; /* the text it is in has shown to be a filter list */
} af_line_t;

/* FNV-1a, to go on from `hash`. */
static inline uint64_t af_hash_more(uint64_t hash, const void *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ ((const uint8_t *) data)[i]) * 0x100000001b3u;
    }
    return hash;
}

#define AF_HASH_START 0xcbf29ce484222325u

/* --- report.c -------------------------------------------------------------------------------------------------------------- */

#if defined(__GNUC__)
#define AF_FORMAT(text, values) __attribute__((format(printf, text, values)))
#else
#define AF_FORMAT(text, values)
#endif

/* Tells of a place of the line (`at`, in bytes) and remembers the first error of the call. Gives AF_SYNTAX for AF_ERROR, else
 * AF_OK. */
af_status_t af_line_tell(const af_line_t *line, af_severity_t severity, size_t at, const char *format, ...) AF_FORMAT(4, 5);

/* The same without a line (a preset's name, a limit): gives `status`. */
af_status_t af_builder_tell(af_builder_t *builder, af_status_t status, const char *format, ...) AF_FORMAT(3, 4);

/* --- builder.c ------------------------------------------------------------------------------------------------------------- */

/* Reads a preset's lines into the builder, if they are not in it. AF_NOT_FOUND; as af_builder_add_text. */
AF_MUST_USE af_status_t af_builder_include(af_builder_t *builder, af_slice_t name);

/* Puts the draft's selector into the index. AF_SYNTAX, AF_UNSUPPORTED: `error` tells. */
AF_MUST_USE af_status_t af_builder_select(af_builder_t *builder, af_slice_t selector, af_selector_error_t *error);

/* Takes the draft over, with its patterns. Its selector was the last that was selected. On failure it stays the caller's. */
AF_MUST_USE af_status_t af_builder_add_draft(af_builder_t *builder, const af_draft_t *draft);

/* Makes an index of the drafts with a selector that `takes` says yes to; NULL: there are none. */
AF_MUST_USE af_status_t af_builder_index(const af_builder_t *builder, bool (*takes)(const af_draft_t *draft),
                                         const af_index_t **out);

/* The rules that are no matter in an element that goes are those that take elements; an operator's pattern may hit a limit. */
static inline bool af_draft_is_firm(const af_draft_t *draft)
{
    bool takes = draft->rule.verb == AF_VERB_REMOVE || draft->rule.verb == AF_VERB_UNWRAP;

    return !takes || (!draft->rule.from_preset && draft->rule.pattern != NULL);
}

/* site_layers.c: gives the drafts their groups, where that is worth it, before they are indexed; then, when all but the sites is
 * in the set, makes these; and the plan's end. */
AF_MUST_USE af_status_t af_sites_plan(af_builder_t *builder);
AF_MUST_USE af_status_t af_sites_finish(af_builder_t *builder);
void af_sites_forget(af_builder_t *builder);

void af_rule_kinds_add(af_rule_kinds_t *has, const af_rule_t *rule);
void af_rule_kinds_join(af_rule_kinds_t *has, const af_rule_kinds_t *more);

/* rule_structure.c: the pattern of what presets leave alone: notices, agencies' credits. */
AF_MUST_USE af_status_t af_guard_compile(af_heap_t *heap, const af_regex_t **out);

/* group.c: whether one of the first `count` drafts has its selector in the index, for a rule that it can be asked with. */
bool af_group_joins(const af_builder_t *builder, size_t count, const af_draft_t *draft);

/* lift.c: forgets what the text of this call lifted. */
void af_lift_take_back(af_builder_t *builder);

/* Links the rules that were made of the builder's drafts, one by one. */
AF_MUST_USE af_status_t af_group_link(af_builder_t *builder, af_rule_t *rules, size_t count);

/* refutable.c: behind the class of a pattern that begins at `at`, or NULL. */
const char *af_end_of_class(const char *at);

/* Whether an alternative of the pattern stands outside of all groups. Where in doubt, yes. */
bool af_has_alternatives(const char *pattern);

/* Whether a text that the pattern matches begins with the title as it is. Doubt says no. */
bool af_begins_with_title(const af_rule_t *rule);

/* Fills the set's ahead, and the classes of its index; what it does so with (`opaque` is the set), for a layer. */
AF_MUST_USE af_status_t af_ahead_make(af_ruleset_t *set, af_index_t *index);
uint32_t af_ahead_bit(void *opaque, uint32_t owner, uint32_t selector);

/* warn.c: tells of rules that can do nothing, once the whole is compiled. */
void af_builder_warn(af_builder_t *builder);

/* The number of a template's variable; `opaque` is the builder. */
AF_MUST_USE af_status_t af_builder_variable(void *opaque, af_slice_t name, uint32_t *index);

/* Gives back what a rule owns outside of the store. */
void af_rule_release(const af_rule_t *rule);

#endif
