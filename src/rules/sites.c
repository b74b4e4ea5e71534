/*
 * rules/sites.c: rules that are for some sites only.
 *
 * Most lines of a filter list name hosts. On a page of none of these such rules pick nothing, but what they ask of every tag, and
 * what the tree has to keep for them, would cost as if they did. So there is a second index of the rules that hold everywhere, or
 * everywhere but on some hosts, and a page gets it whose host, and the domains it is in, no rule is for. Whether one is, is told
 * from hashes alone: two hosts of one hash cost time and nothing else.
 */
#include "rules/builder.h"

#define SITED_LEAST 16u /* rules for sites that make a second index worth its memory */

bool af_rule_on_site(const af_rule_t *rule, af_slice_t site)
{
    bool positive = false;

    for (size_t i = 0; i < rule->site_count; i++) {
        const char *wanted = rule->sites[i];
        bool inverse = wanted[0] == '~';
        size_t len = strlen(wanted) - inverse;
        wanted += inverse;
        if (site.len >= len && memcmp(site.data + (site.len - len), wanted, len) == 0 &&
            (site.len == len || site.data[site.len - len - 1] == '.')) {
            return !inverse;
        }
        positive = positive || !inverse;
    }
    return !positive;
}

/* --- Hosts ------------------------------------------------------------------------------------------------------------------ */

/* From the last byte to the first: the domains that a host is in are on the way to it. */
static uint32_t hash_more(uint32_t hash, uint8_t byte)
{
    return (hash ^ byte) * 16777619u;
}

/* 0 marks a free place. */
static uint32_t hash_end(uint32_t hash)
{
    hash ^= hash >> 15;
    return hash | (hash == 0);
}

#define HASH_START 2166136261u

static uint32_t hash_host(const char *host)
{
    uint32_t hash = HASH_START;

    for (size_t at = strlen(host); at-- > 0;) {
        hash = hash_more(hash, (uint8_t) host[at]);
    }
    return hash_end(hash);
}

/* Where the hash is, or would be put. */
static size_t place_of(const uint32_t *sites, size_t slots, uint32_t hash)
{
    size_t at = hash & (slots - 1);

    while (sites[at] != 0 && sites[at] != hash) {
        at = (at + 1) & (slots - 1);
    }
    return at;
}

/* Whether a rule is for the host, or for a domain that it is in. */
static bool names_site(const af_ruleset_t *rules, af_slice_t site)
{
    uint32_t hash = HASH_START;

    for (size_t at = site.len; at-- > 0;) {
        hash = hash_more(hash, site.data[at]);
        if ((at == 0 || site.data[at - 1] == '.') &&
            rules->sites[place_of(rules->sites, rules->site_slots, hash_end(hash))] != 0) {
            return true;
        }
    }
    return false;
}

const af_ruleset_t *af_ruleset_for(const af_ruleset_t *rules, af_slice_t site)
{
    return rules->elsewhere == NULL || names_site(rules, site) ? rules : rules->elsewhere;
}

/* --- Compiling ------------------------------------------------------------------------------------------------------------ */

/* Hosts that the rule is for. */
static size_t count_hosts(const af_rule_t *rule)
{
    size_t count = 0;

    for (size_t i = 0; i < rule->site_count; i++) {
        count += rule->sites[i][0] != '~';
    }
    return count;
}

/* Of drafts that are asked together only the first is in an index. */
static bool holds_elsewhere(const af_draft_t *draft)
{
    return !draft->follows && count_hosts(&draft->rule) == 0;
}

static bool is_firm_elsewhere(const af_draft_t *draft)
{
    return holds_elsewhere(draft) && af_draft_is_firm(draft);
}

static af_status_t note_hosts(af_builder_t *builder, size_t count)
{
    af_ruleset_t *set = &builder->whole->set;
    size_t slots = 16;

    while (slots < 2 * count) {
        slots *= 2;
    }
    uint32_t *sites = af_store_alloc(builder->store, slots * sizeof *sites);
    if (sites == NULL) {
        return AF_NOMEM;
    }
    memset(sites, 0, slots * sizeof *sites);
    for (size_t i = 0; i < builder->draft_count; i++) {
        const af_rule_t *rule = &builder->drafts[i].rule;
        for (size_t k = 0; k < rule->site_count; k++) {
            if (rule->sites[k][0] != '~') {
                uint32_t hash = hash_host(rule->sites[k]);
                sites[place_of(sites, slots, hash)] = hash;
            }
        }
    }
    set->sites = sites;
    set->site_slots = slots;
    return AF_OK;
}

static af_status_t make_empty(af_heap_t *heap, const af_index_t **out)
{
    af_index_builder_t *none;
    af_index_t *index = NULL;
    af_status_t status = af_index_builder_create(heap, &none);

    if (status == AF_OK) {
        status = af_index_compile(none, &index);
    }
    *out = index;
    return status;
}

af_status_t af_sites_index(af_builder_t *builder)
{
    size_t hosts = 0, sited = 0;

    for (size_t i = 0; i < builder->draft_count; i++) {
        size_t count = count_hosts(&builder->drafts[i].rule);
        hosts += count;
        sited += count > 0 && builder->drafts[i].selector.len > 0;
    }
    if (sited < SITED_LEAST) {
        return AF_OK;
    }
    af_ruleset_t *elsewhere = af_store_alloc(builder->store, sizeof *elsewhere);
    if (elsewhere == NULL) {
        return AF_NOMEM;
    }
    memset(elsewhere, 0, sizeof *elsewhere);
    builder->whole->set.elsewhere = elsewhere;
    af_status_t status = note_hosts(builder, hosts);
    for (size_t i = 0; i < builder->draft_count; i++) {
        if (count_hosts(&builder->drafts[i].rule) == 0) {
            af_rule_kinds_add(&elsewhere->has, &builder->drafts[i].rule);
        }
    }
    status = status == AF_OK ? af_builder_index(builder, holds_elsewhere, &elsewhere->index) : status;
    status = status == AF_OK ? af_builder_index(builder, is_firm_elsewhere, &elsewhere->firm) : status;
    return status == AF_OK && elsewhere->index == NULL ? make_empty(builder->heap, &elsewhere->index) : status;
}

void af_sites_finish(af_ruleset_t *set)
{
    af_ruleset_t *elsewhere = (af_ruleset_t *) set->elsewhere;

    if (elsewhere == NULL) {
        return;
    }
    const af_ruleset_t own = *elsewhere;
    *elsewhere = *set;
    elsewhere->elsewhere = NULL;
    elsewhere->index = own.index;
    elsewhere->firm = own.firm;
    elsewhere->has = own.has;
    af_ahead_make(elsewhere, (af_index_t *) own.index);
}

void af_sites_destroy(const af_ruleset_t *set)
{
    if (set->elsewhere != NULL) {
        af_index_destroy((af_index_t *) set->elsewhere->index);
        af_index_destroy((af_index_t *) set->elsewhere->firm);
    }
}
