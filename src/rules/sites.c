/*
 * rules/sites.c: rules that are for some sites only.
 *
 * Most lines of a filter list name hosts. What such rules ask of every tag, and what the tree has to keep for them, is nothing on
 * pages of other hosts. So what holds everywhere, or everywhere but on some hosts, is one index, and each host that rules are for
 * has a layer over it (select/layers.c). A page gets the layer of its host, or of the innermost domain around that.
 */
#include "rules/sites.h"

#include "rules/builder.h"

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

size_t af_host_place(const af_host_t *hosts, const uint32_t *slots, size_t slot_count, af_slice_t name, uint32_t hash)
{
    size_t at = (hash ^ hash >> 15) & (slot_count - 1);

    while (slots[at] != 0 && !af_slice_equal((af_slice_t){(const uint8_t *) hosts[slots[at] - 1].name, hosts[slots[at] - 1].len},
                                             name)) {
        at = (at + 1) & (slot_count - 1);
    }
    return at;
}

uint32_t af_host_find(const af_host_t *hosts, const uint32_t *slots, size_t slot_count, af_slice_t host, size_t most)
{
    uint32_t hash = AF_HOST_HASH, found = 0;

    for (size_t at = host.len; at > 0 && host.len - at < most;) {
        hash = af_host_hash(hash, host.data[--at]);
        if (at == 0 || host.data[at - 1] == '.') {
            af_slice_t domain = {host.data + at, host.len - at};
            uint32_t number = slots[af_host_place(hosts, slots, slot_count, domain, hash)];
            found = number != 0 ? number : found;
        }
    }
    return found;
}

/* --- Sets ------------------------------------------------------------------------------------------------------------------- */

static af_status_t make_set(const af_ruleset_t *rules, const af_site_t *site, af_heap_t *heap, af_ruleset_t **out)
{
    af_ruleset_t *set = af_heap_alloc(heap, sizeof *set);
    af_status_t status = AF_OK;

    *out = NULL;
    if (set == NULL) {
        return af_heap_why(heap, sizeof *set);
    }
    *set = *site->base;
    set->has = site->has;
    status = site->layer == 0 ? AF_OK : af_index_on_layer(rules->index, site->layer, heap, &set->index);
    if (status == AF_OK && site->firm != 0) {
        status = af_index_on_layer(rules->firm, site->firm, heap, &set->firm);
        if (status != AF_OK && site->layer != 0) {
            af_index_leave_layer(heap, set->index);
        }
    }
    if (status != AF_OK) {
        af_heap_release(heap, set, sizeof *set);
        return status;
    }
    *out = set;
    return AF_OK;
}

af_status_t af_ruleset_for(const af_ruleset_t *rules, af_slice_t site, af_heap_t *heap, const af_ruleset_t **out)
{
    const af_sites_t *sites = rules->sites;
    uint32_t host = sites == NULL ? 0 : af_host_find(sites->hosts, sites->slots, sites->slot_count, site, SIZE_MAX);
    af_ruleset_t *made;

    *out = sites == NULL ? rules : rules->elsewhere;
    if (host == 0) {
        return AF_OK;
    }
    af_status_t status = make_set(rules, &sites->all[sites->hosts[host - 1].site], heap, &made);
    *out = made;
    return status;
}

void af_ruleset_leave(const af_ruleset_t *rules, const af_ruleset_t *here, af_heap_t *heap)
{
    if (here == NULL || here == rules || here == rules->elsewhere) {
        return;
    }
    if (here->index != rules->index) {
        af_index_leave_layer(heap, here->index);
    }
    if (here->firm != rules->firm && here->firm != NULL) {
        af_index_leave_layer(heap, here->firm);
    }
    af_heap_release(heap, (af_ruleset_t *) here, sizeof *here);
}
