/*
 * rules/ruleset.c: drafts to a ruleset, and what hosts may ask of it.
 *
 * The digest is of what the rules say and for which hosts they do, in order; names of files and numbers of lines are not in it.
 */
#include "rules/cosmetic.h"

#include "rules/template.h"

/* --- Compiling ------------------------------------------------------------------------------------------------------------ */

static void drop_undone(af_builder_t *builder)
{
    size_t to = 0;

    for (size_t i = 0; i < builder->draft_count; i++) {
        if (builder->drafts[i].undone) {
            af_rule_release(&builder->drafts[i].rule);
        } else {
            builder->drafts[to++] = builder->drafts[i];
        }
    }
    builder->draft_count = to;
}

/* Makes the index anew: its owners are the drafts' numbers then. */
static af_status_t index_again(af_builder_t *builder)
{
    af_index_builder_destroy(builder->index);
    builder->index = NULL;
    af_status_t status = af_index_builder_create(builder->heap, &builder->index);
    for (size_t i = 0; status == AF_OK && i < builder->draft_count; i++) {
        af_selector_error_t error;
        af_draft_t *draft = &builder->drafts[i];
        draft->follows = draft->follows && af_group_joins(builder, i, draft); /* its first may be undone */
        if (draft->selector.len > 0 && !draft->follows) {
            status = af_index_add_to(builder->index, draft->group, draft->selector, (uint32_t) i, &error);
        }
    }
    return status;
}

void af_rule_kinds_add(af_rule_kinds_t *has, const af_rule_t *rule)
{
    bool condition = rule->verb == AF_VERB_REMOVE || rule->verb == AF_VERB_DEDUPE;
    bool held = rule->verb == AF_VERB_DEDUPE || (condition && rule->pattern != NULL) || rule->structure != NULL;

    has->text |= condition && rule->pattern != NULL;
    has->text |= rule->structure != NULL && rule->structure->heading != NULL;
    has->structure |= rule->structure != NULL;
    has->most_after = rule->after > has->most_after ? rule->after : has->most_after;
    has->most_after = rule->before > has->most_after ? rule->before : has->most_after;
    has->guard |= rule->from_preset && held && !rule->force;
    has->title |= rule->pattern_has_title;
    has->dedupe |= rule->verb == AF_VERB_DEDUPE;
    has->attribution |= rule->verb == AF_VERB_ATTRIBUTION;
    has->protect |= rule->verb == AF_VERB_PROTECT;
    has->keep |= rule->verb == AF_VERB_KEEP;
    has->strip |= rule->verb == AF_VERB_STRIP;
    has->unwrap |= rule->verb == AF_VERB_UNWRAP;
}

void af_rule_kinds_join(af_rule_kinds_t *has, const af_rule_kinds_t *more)
{
    has->structure |= more->structure;
    has->guard |= more->guard;
    has->text |= more->text;
    has->dedupe |= more->dedupe;
    has->title |= more->title;
    has->attribution |= more->attribution;
    has->protect |= more->protect;
    has->keep |= more->keep;
    has->strip |= more->strip;
    has->unwrap |= more->unwrap;
    has->most_after = more->most_after > has->most_after ? more->most_after : has->most_after;
}

static void count_rule(af_ruleset_t *set, const af_rule_t *rule)
{
    af_rule_kinds_add(&set->has, rule);
    set->attribution_count += rule->verb == AF_VERB_ATTRIBUTION;
    set->feed_remove_count += rule->verb == AF_VERB_FEED_REMOVE;
    set->feed_field_count += rule->verb == AF_VERB_FEED_FIELDS;
    set->feed_add_count += rule->verb == AF_VERB_FEED_ADD;
}

/* The numbers of the rules of a verb; NULL: no memory. */
static const uint32_t *numbers_of(af_builder_t *builder, af_verb_t verb, uint32_t count)
{
    uint32_t *numbers = af_store_alloc(builder->store, ((size_t) count + 1) * sizeof *numbers);
    size_t at = 0;

    for (size_t i = 0; numbers != NULL && i < builder->draft_count; i++) {
        if (builder->drafts[i].rule.verb == verb) {
            numbers[at++] = (uint32_t) i;
        }
    }
    return numbers;
}

/* The words of all attribution rules, if all have some. */
static af_status_t join_needles(af_builder_t *builder)
{
    af_needles_t *needles = af_store_alloc(builder->store, sizeof *needles);
    bool known = true;

    if (needles == NULL) {
        return AF_NOMEM;
    }
    memset(needles, 0, sizeof *needles);
    for (size_t i = 0; i < builder->draft_count; i++) {
        const af_rule_t *rule = &builder->drafts[i].rule;
        if (rule->verb == AF_VERB_ATTRIBUTION) {
            known = known && rule->attribution->needle_count > 0;
            af_needles_add(needles, rule->attribution->needles, rule->attribution->needle_count);
        }
    }
    af_needles_ready(needles);
    builder->whole->set.notice_needles = known && !needles->full ? needles : NULL;
    return AF_OK;
}

/* Makes one tree of the phrases of all rules, which are the set's to change until it is handed out. */
static af_status_t make_openings(af_builder_t *builder, const af_rule_t *rules, size_t count)
{
    size_t found = 0, len = 0;

    for (size_t i = 0; i < count; i++) {
        len += af_rule_phrases(&rules[i]) != NULL ? sizeof(af_phrases_t *) : 0;
    }
    af_phrases_t **sets = len == 0 ? NULL : af_heap_alloc(builder->heap, len);
    if (sets == NULL) {
        return len == 0 ? AF_OK : af_heap_why(builder->heap, len);
    }
    for (size_t i = 0; i < count; i++) {
        if (af_rule_phrases(&rules[i]) != NULL) {
            sets[found++] = (af_phrases_t *) af_rule_phrases(&rules[i]);
        }
    }
    af_status_t status = af_openings_make(builder->store, sets, found, &builder->whole->set.openings);
    af_heap_release(builder->heap, sets, len);
    return status;
}

/* Moves the drafts' rules into the set, which owns their patterns from then on. */
static af_status_t move_rules(af_builder_t *builder)
{
    af_ruleset_t *set = &builder->whole->set;
    size_t count = builder->draft_count;
    af_rule_t *rules = af_store_alloc(builder->store, (count > 0 ? count : 1) * sizeof *rules);

    if (rules == NULL) {
        return AF_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        count_rule(set, &builder->drafts[i].rule);
    }
    set->attributions = numbers_of(builder, AF_VERB_ATTRIBUTION, set->attribution_count);
    set->feed_removes = numbers_of(builder, AF_VERB_FEED_REMOVE, set->feed_remove_count);
    set->feed_fields = numbers_of(builder, AF_VERB_FEED_FIELDS, set->feed_field_count);
    set->feed_adds = numbers_of(builder, AF_VERB_FEED_ADD, set->feed_add_count);
    if (set->attributions == NULL || set->feed_removes == NULL || set->feed_fields == NULL || set->feed_adds == NULL) {
        return AF_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        rules[i] = builder->drafts[i].rule;
    }
    af_status_t status = set->has.attribution ? join_needles(builder) : AF_OK;
    status = status == AF_OK ? af_group_link(builder, rules, count) : status;
    status = status == AF_OK ? make_openings(builder, rules, count) : status;
    if (status != AF_OK) {
        return status;
    }
    set->rules = rules;
    set->rule_count = (uint32_t) count;
    builder->draft_count = 0;
    return AF_OK;
}

static uint64_t mix(uint64_t hash)
{
    hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdu;
    hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53u;
    return hash ^ (hash >> 33);
}

static uint64_t hash_rule(uint64_t hash, const af_rule_t *rule)
{
    hash = af_hash_more(hash, rule->text, strlen(rule->text) + 1);
    hash = af_hash_more(hash, rule->from_preset ? "p" : "-", 1);
    for (size_t i = 0; i < rule->site_count; i++) {
        hash = af_hash_more(hash, rule->sites[i], strlen(rule->sites[i]) + 1);
    }
    return mix(hash);
}

static void digest(af_ruleset_t *set)
{
    uint64_t halves[2] = {AF_HASH_START, mix(AF_HASH_START)};

    for (uint32_t i = 0; i < set->rule_count; i++) {
        halves[0] = hash_rule(halves[0], &set->rules[i]);
        halves[1] = hash_rule(halves[1], &set->rules[i]);
    }
    for (size_t i = 0; i < sizeof set->digest; i++) {
        set->digest[i] = (uint8_t) (halves[i / 8] >> (i % 8 * 8));
    }
}

static af_status_t compile(af_builder_t *builder)
{
    af_index_t *index = NULL;
    af_status_t status = af_cosmetic_settle(builder);

    if (status == AF_OK && builder->stale) {
        drop_undone(builder);
    }
    status = status == AF_OK ? af_sites_plan(builder) : status;
    if (status == AF_OK && (builder->stale || builder->plan != NULL)) {
        status = index_again(builder);
    }
    if (status == AF_OK) {
        status = af_builder_index(builder, af_draft_is_firm, &builder->whole->set.firm);
    }
    if (status == AF_OK) {
        status = move_rules(builder);
    }
    if (status == AF_OK) {
        status = af_index_compile(builder->index, &index);
        builder->index = NULL;
        builder->whole->set.index = index;
    }
    if (status == AF_OK) {
        status = af_ahead_make(&builder->whole->set, index);
    }
    if (status == AF_OK && builder->whole->set.has.guard) {
        status = af_guard_compile(builder->heap, &builder->whole->set.guard);
    }
    if (status == AF_OK && builder->report != NULL) {
        af_builder_warn(builder);
    }
    if (status == AF_OK) {
        digest(&builder->whole->set);
        status = af_sites_finish(builder);
    }
    return status;
}

af_status_t af_builder_compile(af_builder_t *builder, af_ruleset_t **out, af_error_t *error)
{
    af_ruleset_whole_t *whole = builder->whole;
    af_heap_t *heap = builder->heap;

    *out = NULL;
    if (error != NULL) {
        *error = (af_error_t){.line = 0};
    }
    af_status_t status = compile(builder);
    if (status != AF_OK) {
        af_builder_destroy(builder);
        return status;
    }
    af_heap_release(heap, builder->drafts, builder->draft_capacity * sizeof *builder->drafts);
    af_heap_release(heap, builder->exceptions, builder->exception_capacity * sizeof *builder->exceptions);
    af_heap_release(heap, builder, sizeof *builder);
    *out = &whole->set;
    return AF_OK;
}

/* --- Asking ----------------------------------------------------------------------------------------------------------------- */

size_t af_ruleset_count(const af_ruleset_t *rules)
{
    return rules->rule_count;
}

const char *af_ruleset_text(const af_ruleset_t *rules, uint32_t rule)
{
    return rule < rules->rule_count ? rules->rules[rule].text : NULL;
}

const char *af_ruleset_origin(const af_ruleset_t *rules, uint32_t rule, uint32_t *line)
{
    if (rule >= rules->rule_count) {
        return NULL;
    }
    if (line != NULL) {
        *line = rules->rules[rule].line;
    }
    return rules->rules[rule].file;
}

const char *af_ruleset_label(const af_ruleset_t *rules, uint32_t rule)
{
    return rule < rules->rule_count ? rules->rules[rule].label : NULL;
}

const char *af_ruleset_variable(const af_ruleset_t *rules, uint32_t index)
{
    return index < rules->variable_count ? rules->variables[index] : NULL;
}

void af_ruleset_digest(const af_ruleset_t *rules, uint8_t out[16])
{
    memcpy(out, rules->digest, sizeof rules->digest);
}

void af_ruleset_destroy(af_ruleset_t *rules)
{
    if (rules == NULL) {
        return;
    }
    af_ruleset_whole_t *whole = (af_ruleset_whole_t *) rules;
    for (uint32_t i = 0; i < rules->rule_count; i++) {
        af_rule_release(&rules->rules[i]);
    }
    af_regex_destroy((af_regex_t *) rules->guard);
    af_index_destroy((af_index_t *) rules->index);
    af_index_destroy((af_index_t *) rules->firm);
    af_heap_release(&rules->heap, whole->variables, whole->variable_capacity * sizeof *whole->variables);
    af_store_destroy(&whole->store);
    af_heap_t heap = rules->heap;
    af_heap_release(&heap, whole, sizeof *whole);
}
