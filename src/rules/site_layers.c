/*
 * rules/site_layers.c: from the drafts' hosts to groups of rules, and to the layers of the hosts.
 *
 * Rules for the same hosts are a group. A host's layer has the groups that name it, over the layer of the innermost domain around
 * it that is named, too; hosts of the same groups in the same domain are one site. A host has a bounded number of groups: a rule
 * that would be one more is asked for everywhere, which costs time and nothing else, since the rewriter looks at a rule's hosts.
 */
#include "rules/sites.h"

#include "rules/builder.h"

#define SITED_LEAST 16u /* rules for sites that make layers worth their memory */
#define GROUPS_MAX 64u  /* of a host */

typedef struct {
    void *items;
    size_t count, capacity;
} pile_t;

#define PILE_AT(type, pile, number) (&((type *) (pile).items)[number])

/* Rules for the same hosts. */
typedef struct {
    const char *const *sites; size_t site_count; /* of the first of them, with those that it is not for */
    uint32_t same;           /* the next of the same hash; 0: none */
    af_rule_kinds_t has;
} group_t;

/* What is only known while the plan is made: beside each host. */
typedef struct {
    uint32_t first, count;   /* its groups: a link, from 1 */
} named_t;

typedef struct {
    uint32_t group, next;
} link_t;

/* Beside each site: its groups, and the site that it is in. */
typedef struct {
    uint32_t from, count, under;
    uint32_t same;
} draft_site_t;

struct af_site_plan {
    pile_t groups, hosts, named, links, sites, drafts, numbers; /* groups and sites from 1 */
    uint32_t *group_slots, *host_slots, *site_slots;
    size_t group_slot_count, host_slot_count;
    af_rule_kinds_t has;     /* of the rules in no group */
    bool firm;               /* one of those is firm */
};

static af_status_t put(af_builder_t *builder, pile_t *pile, const void *item, size_t size)
{
    af_status_t status = af_heap_grow(builder->heap, &pile->items, &pile->capacity, pile->count + 1, size, UINT32_MAX / 4);

    if (status == AF_OK) {
        memcpy((uint8_t *) pile->items + pile->count++ * size, item, size);
    }
    return status;
}

/* A power of two, so that at most half of them are taken. */
static size_t slots_for(size_t items)
{
    size_t count = 16;

    while (count < 2 * items) {
        count *= 2;
    }
    return count;
}

static uint32_t *make_slots(af_builder_t *builder, size_t least, size_t *count)
{
    *count = slots_for(least);
    uint32_t *slots = af_heap_alloc(builder->heap, *count * sizeof *slots);
    if (slots != NULL) {
        memset(slots, 0, *count * sizeof *slots);
    }
    return slots;
}

void af_sites_forget(af_builder_t *builder)
{
    af_site_plan_t *plan = builder->plan;
    af_heap_t *heap = builder->heap;

    if (plan == NULL) {
        return;
    }
    af_heap_release(heap, plan->groups.items, plan->groups.capacity * sizeof(group_t));
    af_heap_release(heap, plan->hosts.items, plan->hosts.capacity * sizeof(af_host_t));
    af_heap_release(heap, plan->named.items, plan->named.capacity * sizeof(named_t));
    af_heap_release(heap, plan->links.items, plan->links.capacity * sizeof(link_t));
    af_heap_release(heap, plan->sites.items, plan->sites.capacity * sizeof(af_site_t));
    af_heap_release(heap, plan->drafts.items, plan->drafts.capacity * sizeof(draft_site_t));
    af_heap_release(heap, plan->numbers.items, plan->numbers.capacity * sizeof(uint32_t));
    af_heap_release(heap, plan->group_slots, plan->group_slot_count * sizeof *plan->group_slots);
    af_heap_release(heap, plan->host_slots, plan->host_slot_count * sizeof *plan->host_slots);
    af_heap_release(heap, plan->site_slots, plan->host_slot_count * sizeof *plan->site_slots);
    af_heap_release(heap, plan, sizeof *plan);
    builder->plan = NULL;
}

/* --- Groups ----------------------------------------------------------------------------------------------------------------- */

/* The next host that a rule is for, from `*at` on, or NULL. */
static const char *next_host(const char *const *sites, size_t count, size_t *at)
{
    while (*at < count && sites[*at][0] == '~') {
        ++*at;
    }
    return *at < count ? sites[(*at)++] : NULL;
}

static size_t count_hosts(const af_rule_t *rule)
{
    size_t count = 0, at = 0;

    while (next_host(rule->sites, rule->site_count, &at) != NULL) {
        count++;
    }
    return count;
}

static bool same_hosts(const group_t *group, const af_rule_t *rule)
{
    size_t a = 0, b = 0;
    const char *left, *right;

    do {
        left = next_host(group->sites, group->site_count, &a);
        right = next_host(rule->sites, rule->site_count, &b);
    } while (left != NULL && right != NULL && strcmp(left, right) == 0);
    return left == right;
}

static size_t hash_hosts(const af_rule_t *rule)
{
    uint64_t hash = AF_HASH_START;
    const char *host;

    for (size_t at = 0; (host = next_host(rule->sites, rule->site_count, &at)) != NULL;) {
        hash = af_hash_more(hash, host, strlen(host) + 1);
    }
    return (size_t) (hash ^ hash >> 29);
}

static uint32_t hash_host(af_slice_t name)
{
    uint32_t hash = AF_HOST_HASH;

    for (size_t at = name.len; at > 0;) {
        hash = af_host_hash(hash, name.data[--at]);
    }
    return hash;
}

static af_status_t find_host(af_builder_t *builder, const char *name, uint32_t *number)
{
    af_site_plan_t *plan = builder->plan;
    const af_host_t host = {.name = name, .len = strlen(name)};
    const named_t named = {0};
    af_slice_t bytes = af_slice_of(name);
    size_t at = af_host_place(plan->hosts.items, plan->host_slots, plan->host_slot_count, bytes, hash_host(bytes));
    af_status_t status = AF_OK;

    if (plan->host_slots[at] == 0) {
        status = put(builder, &plan->named, &named, sizeof named);
        status = status == AF_OK ? put(builder, &plan->hosts, &host, sizeof host) : status;
        plan->host_slots[at] = status == AF_OK ? (uint32_t) plan->hosts.count : 0;
    }
    *number = plan->host_slots[at];
    return status;
}

/* Whether all hosts of the rule have room for one more group. */
static af_status_t has_room(af_builder_t *builder, const af_rule_t *rule, bool *room)
{
    af_status_t status = AF_OK;
    const char *host;
    uint32_t number;

    *room = true;
    for (size_t at = 0; status == AF_OK && (host = next_host(rule->sites, rule->site_count, &at)) != NULL;) {
        status = find_host(builder, host, &number);
        *room = *room && status == AF_OK && PILE_AT(named_t, builder->plan->named, number - 1)->count < GROUPS_MAX;
    }
    return status;
}

/* A group more for each of the rule's hosts; for one that is named twice, once. */
static af_status_t link_hosts(af_builder_t *builder, const af_rule_t *rule, uint32_t group)
{
    af_site_plan_t *plan = builder->plan;
    af_status_t status = AF_OK;
    const char *host;
    uint32_t number;

    for (size_t at = 0; status == AF_OK && (host = next_host(rule->sites, rule->site_count, &at)) != NULL;) {
        status = find_host(builder, host, &number);
        if (status != AF_OK) {
            break;
        }
        named_t *named = PILE_AT(named_t, plan->named, number - 1);
        const link_t link = {group, named->first};
        if (named->first == 0 || PILE_AT(link_t, plan->links, named->first - 1)->group != group) {
            status = put(builder, &plan->links, &link, sizeof link);
            named->first = (uint32_t) plan->links.count;
            named->count++;
        }
    }
    return status;
}

/* The group of a rule that is for some hosts: `*group` is 0 where one of these has too many. */
static af_status_t find_group(af_builder_t *builder, const af_rule_t *rule, uint32_t *group)
{
    af_site_plan_t *plan = builder->plan;
    uint32_t *slot = &plan->group_slots[hash_hosts(rule) & (plan->group_slot_count - 1)];
    const group_t made = {.sites = rule->sites, .site_count = rule->site_count, .same = *slot};
    bool room;

    for (*group = *slot; *group != 0; *group = PILE_AT(group_t, plan->groups, *group)->same) {
        if (same_hosts(PILE_AT(group_t, plan->groups, *group), rule)) {
            return AF_OK;
        }
    }
    af_status_t status = has_room(builder, rule, &room);
    if (status != AF_OK || !room) {
        return status;
    }
    *group = (uint32_t) plan->groups.count;
    status = put(builder, &plan->groups, &made, sizeof made);
    *slot = status == AF_OK ? *group : *slot;
    return status == AF_OK ? link_hosts(builder, rule, *group) : status;
}

static af_status_t begin(af_builder_t *builder, size_t sited, size_t hosts)
{
    const group_t group = {0};
    const af_site_t site = {0};
    const draft_site_t draft = {0};
    af_site_plan_t *plan = af_heap_alloc(builder->heap, sizeof *plan);

    if (plan == NULL) {
        return AF_NOMEM;
    }
    memset(plan, 0, sizeof *plan);
    builder->plan = plan;
    plan->group_slots = make_slots(builder, sited, &plan->group_slot_count);
    plan->host_slots = make_slots(builder, hosts, &plan->host_slot_count);
    plan->site_slots = make_slots(builder, hosts, &plan->host_slot_count);
    if (plan->group_slots == NULL || plan->host_slots == NULL || plan->site_slots == NULL) {
        return AF_NOMEM;
    }
    af_status_t status = put(builder, &plan->groups, &group, sizeof group);
    status = status == AF_OK ? put(builder, &plan->sites, &site, sizeof site) : status;
    return status == AF_OK ? put(builder, &plan->drafts, &draft, sizeof draft) : status;
}

af_status_t af_sites_plan(af_builder_t *builder)
{
    size_t hosts = 0, sited = 0, worth = 0;
    af_status_t status = AF_OK;

    for (size_t i = 0; i < builder->draft_count; i++) {
        size_t count = count_hosts(&builder->drafts[i].rule);
        hosts += count;
        sited += count > 0;
        worth += count > 0 && builder->drafts[i].selector.len > 0;
    }
    if (worth < SITED_LEAST) {
        return AF_OK;
    }
    status = begin(builder, sited, hosts);
    for (size_t i = 0; status == AF_OK && i < builder->draft_count; i++) {
        af_draft_t *draft = &builder->drafts[i];
        if (count_hosts(&draft->rule) > 0) {
            status = find_group(builder, &draft->rule, &draft->group);
        }
        if (status != AF_OK) {
            return status; /* the group may not have come to be */
        }
        af_rule_kinds_add(draft->group == 0 ? &builder->plan->has : &PILE_AT(group_t, builder->plan->groups, draft->group)->has,
                          &draft->rule);
        builder->plan->firm |= draft->group == 0 && draft->selector.len > 0 && af_draft_is_firm(draft);
    }
    return status;
}

/* --- Sites ------------------------------------------------------------------------------------------------------------------ */

static af_slice_t host_name(const af_host_t *host)
{
    return (af_slice_t){(const uint8_t *) host->name, host->len};
}

/* Puts the host's groups behind the numbers, rising. */
static af_status_t list_groups(af_builder_t *builder, uint32_t host, draft_site_t *draft)
{
    af_site_plan_t *plan = builder->plan;
    const named_t *named = PILE_AT(named_t, plan->named, host - 1);
    af_status_t status = AF_OK;

    draft->from = (uint32_t) plan->numbers.count;
    draft->count = named->count;
    for (uint32_t i = named->first; status == AF_OK && i != 0; i = PILE_AT(link_t, plan->links, i - 1)->next) {
        status = put(builder, &plan->numbers, &PILE_AT(link_t, plan->links, i - 1)->group, sizeof(uint32_t));
    }
    for (uint32_t i = 0; status == AF_OK && i < draft->count / 2; i++) {
        uint32_t *numbers = PILE_AT(uint32_t, plan->numbers, draft->from);
        uint32_t last = numbers[draft->count - 1 - i];
        numbers[draft->count - 1 - i] = numbers[i];
        numbers[i] = last;
    }
    return status;
}

static bool same_site(const af_site_plan_t *plan, const draft_site_t *a, const draft_site_t *b)
{
    return a->count == b->count && a->under == b->under &&
           memcmp(PILE_AT(uint32_t, plan->numbers, a->from), PILE_AT(uint32_t, plan->numbers, b->from),
                  a->count * sizeof(uint32_t)) == 0;
}

/* Makes the layers of a site, whose rules are for what `set` is for, and more. */
static af_status_t make_layers(af_builder_t *builder, const draft_site_t *draft, af_site_t *site)
{
    af_site_plan_t *plan = builder->plan;
    const af_site_t *under = PILE_AT(af_site_t, plan->sites, draft->under);
    const uint32_t *groups = PILE_AT(uint32_t, plan->numbers, draft->from);
    const af_ruleset_t *set = &builder->whole->set;
    af_ruleset_t own = *under->base;
    af_status_t status = af_index_add_layer((af_index_t *) set->index, under->layer, groups, draft->count, af_ahead_bit, &own,
                                            &site->layer);

    if (status == AF_OK && set->firm != NULL) {
        status = af_index_add_layer((af_index_t *) set->firm, under->firm, groups, draft->count, NULL, NULL, &site->firm);
    }
    site->base = under->base;
    site->has = under->has;
    for (uint32_t i = 0; i < draft->count; i++) {
        af_rule_kinds_join(&site->has, &PILE_AT(group_t, plan->groups, groups[i])->has);
    }
    if (status == AF_OK && own.ahead_count > under->base->ahead_count) {
        af_ruleset_t *base = af_store_alloc(builder->store, sizeof *base);
        if (base == NULL) {
            return AF_NOMEM;
        }
        *base = own;
        site->base = base;
    }
    return status;
}

static af_status_t find_site(af_builder_t *builder, uint32_t host, uint32_t *number);

/* Of a host that has none yet. */
static af_status_t make_site(af_builder_t *builder, uint32_t host, uint32_t *number)
{
    af_site_plan_t *plan = builder->plan;
    af_slice_t name = host_name(PILE_AT(af_host_t, plan->hosts, host - 1));
    uint32_t around = af_host_find(plan->hosts.items, plan->host_slots, plan->host_slot_count, name, name.len - 1);
    draft_site_t draft = {0};
    af_site_t site = {0};
    af_status_t status = around == 0 ? AF_OK : find_site(builder, around, &draft.under);

    status = status == AF_OK ? list_groups(builder, host, &draft) : status;
    if (status != AF_OK) {
        return status;
    }
    uint64_t hash = af_hash_more(AF_HASH_START + draft.under, PILE_AT(uint32_t, plan->numbers, draft.from),
                                 draft.count * sizeof(uint32_t));
    uint32_t *slot = &plan->site_slots[(hash ^ hash >> 29) & (plan->host_slot_count - 1)];
    for (*number = *slot; *number != 0; *number = PILE_AT(draft_site_t, plan->drafts, *number)->same) {
        if (same_site(plan, PILE_AT(draft_site_t, plan->drafts, *number), &draft)) {
            plan->numbers.count = draft.from;
            return AF_OK;
        }
    }
    draft.same = *slot;
    status = make_layers(builder, &draft, &site);
    *number = (uint32_t) plan->sites.count;
    status = status == AF_OK ? put(builder, &plan->sites, &site, sizeof site) : status;
    status = status == AF_OK ? put(builder, &plan->drafts, &draft, sizeof draft) : status;
    *slot = status == AF_OK ? *number : *slot;
    return status;
}

/* The domains around a host come first: as many as it has dots, at most. */
static af_status_t find_site(af_builder_t *builder, uint32_t host, uint32_t *number)
{
    af_status_t status = AF_OK;

    *number = PILE_AT(af_host_t, builder->plan->hosts, host - 1)->site;
    if (*number == 0) {
        status = make_site(builder, host, number);
        PILE_AT(af_host_t, builder->plan->hosts, host - 1)->site = *number;
    }
    return status;
}

/* The plan's results, where they live as long as the set. */
static af_status_t keep_results(af_builder_t *builder)
{
    af_site_plan_t *plan = builder->plan;
    af_sites_t *sites = af_store_alloc(builder->store, sizeof *sites);
    af_host_t *hosts = af_store_alloc(builder->store, plan->hosts.count * sizeof *hosts);
    af_site_t *all = af_store_alloc(builder->store, plan->sites.count * sizeof *all);
    size_t count = slots_for(plan->hosts.count);
    uint32_t *slots = af_store_alloc(builder->store, count * sizeof *slots);
    if (sites == NULL || hosts == NULL || all == NULL || slots == NULL) {
        return AF_NOMEM;
    }
    memcpy(hosts, plan->hosts.items, plan->hosts.count * sizeof *hosts);
    memcpy(all, plan->sites.items, plan->sites.count * sizeof *all);
    memset(slots, 0, count * sizeof *slots);
    for (uint32_t i = 0; i < plan->hosts.count; i++) {
        af_slice_t name = host_name(&hosts[i]);
        slots[af_host_place(hosts, slots, count, name, hash_host(name))] = i + 1;
    }
    *sites = (af_sites_t){hosts, slots, count, all};
    builder->whole->set.sites = sites;
    return AF_OK;
}

af_status_t af_sites_finish(af_builder_t *builder)
{
    af_ruleset_t *set = &builder->whole->set;
    af_site_plan_t *plan = builder->plan;
    af_ruleset_t *elsewhere;
    af_status_t status = AF_OK;
    uint32_t ignored;

    if (plan == NULL) {
        return AF_OK;
    }
    elsewhere = af_store_alloc(builder->store, sizeof *elsewhere);
    if (elsewhere == NULL) {
        return AF_NOMEM;
    }
    *elsewhere = *set;
    elsewhere->has = plan->has;
    elsewhere->firm = plan->firm ? set->firm : NULL;
    *PILE_AT(af_site_t, plan->sites, 0) = (af_site_t){.base = elsewhere, .has = plan->has};
    for (uint32_t i = 1; status == AF_OK && i <= plan->hosts.count; i++) {
        status = find_site(builder, i, &ignored);
    }
    af_index_end_layers((af_index_t *) set->index);
    if (set->firm != NULL) {
        af_index_end_layers((af_index_t *) set->firm);
    }
    status = status == AF_OK ? keep_results(builder) : status;
    set->elsewhere = status == AF_OK ? elsewhere : NULL;
    af_sites_forget(builder);
    return status;
}
