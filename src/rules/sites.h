/*
 * rules/sites.h: the hosts that rules are for, as the ruleset has them.
 */
#ifndef AF_RULES_SITES_H
#define AF_RULES_SITES_H

#include "rules/ruleset.h"

/* What is different on pages of some hosts that the same rules are for. */
typedef struct {
    const af_ruleset_t *base; /* the set that it differs from, by: */
    uint32_t layer, firm;     /* the layers of its indexes; 0: none */
    af_rule_kinds_t has;
} af_site_t;

typedef struct {
    const char *name;
    size_t len;
    uint32_t site;            /* among all */
} af_host_t;

struct af_sites {
    const af_host_t *hosts;
    const uint32_t *slots; size_t slot_count; /* by hash: a host's number, from 1; 0: a free place; a power of two */
    const af_site_t *all;
};

#define AF_HOST_HASH 2166136261u

/* From the last byte to the first: the domains that a host is in are on the way to it. */
static inline uint32_t af_host_hash(uint32_t hash, uint8_t byte)
{
    return (hash ^ byte) * 16777619u;
}

/* Where the host is, whose bytes have that hash, or would be put. */
size_t af_host_place(const af_host_t *hosts, const uint32_t *slots, size_t slot_count, af_slice_t name, uint32_t hash);

/* The innermost domain that the host is or is in, of those of at most `most` bytes: its number, from 1; 0: none is known. */
uint32_t af_host_find(const af_host_t *hosts, const uint32_t *slots, size_t slot_count, af_slice_t host, size_t most);

#endif
