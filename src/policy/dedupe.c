/*
 * policy/dedupe.c: an open-addressed table of 16-bit indexes over a plain array of hashes.
 *
 * The text itself is not kept: 128 bits make a false duplicate less likely than a fault of the memory. Entries never go, so a
 * slot once taken stays; the table doubles while it is more than half full.
 */
#include "policy/dedupe.h"

#define FIRST_SLOTS 64u

static uint64_t mix(uint64_t a, uint64_t b)
{
    a ^= b;
    a *= UINT64_C(0xD6E8FEB86659FD93);
    a ^= a >> 32;
    a *= UINT64_C(0xCF1BBCDCB7A56463);
    return a ^ a >> 29;
}

static void hash_text(uint32_t rule, af_slice_t text, uint64_t out[2])
{
    uint64_t one = mix(UINT64_C(0x243F6A8885A308D3), rule), two = mix(UINT64_C(0x13198A2E03707344), ~(uint64_t) text.len);
    size_t i = 0;
    for (; i < text.len; i += 8) {
        uint64_t word = 0;
        memcpy(&word, text.data + i, text.len - i < 8 ? text.len - i : 8);
        one = mix(one, word);
        two = mix(two + UINT64_C(0x9E3779B97F4A7C15), word ^ (one << 32 | one >> 32));
    }
    out[0] = mix(one, text.len);
    out[1] = mix(two, rule);
}

void af_dedupe_init(af_dedupe_t *dedupe, af_heap_t *heap, size_t limit)
{
    *dedupe = (af_dedupe_t){.heap = heap, .limit = limit == 0 || limit > AF_DEDUPE_LIMIT ? AF_DEDUPE_LIMIT : limit};
}

void af_dedupe_destroy(af_dedupe_t *dedupe)
{
    af_heap_release(dedupe->heap, dedupe->entries, dedupe->capacity * sizeof(*dedupe->entries));
    af_heap_release(dedupe->heap, dedupe->slots, dedupe->slot_count * sizeof(*dedupe->slots));
    dedupe->entries = NULL;
    dedupe->slots = NULL;
    dedupe->count = dedupe->capacity = dedupe->slot_count = 0;
}

/* The slot of that hash, or the free one where it belongs. There is always a free one. */
static uint16_t *find_slot(const af_dedupe_t *dedupe, const uint64_t hash[2])
{
    size_t mask = dedupe->slot_count - 1, at = (size_t) hash[0] & mask;
    while (dedupe->slots[at] != 0) {
        const af_dedupe_entry_t *entry = &dedupe->entries[dedupe->slots[at] - 1];
        if (entry->hash[0] == hash[0] && entry->hash[1] == hash[1]) {
            break;
        }
        at = (at + 1) & mask;
    }
    return &dedupe->slots[at];
}

static bool grow_slots(af_dedupe_t *dedupe)
{
    if ((dedupe->count + 1) * 2 <= dedupe->slot_count) {
        return true;
    }
    size_t count = dedupe->slot_count == 0 ? FIRST_SLOTS : dedupe->slot_count * 2;
    uint16_t *slots = af_heap_alloc(dedupe->heap, count * sizeof(*slots));
    if (slots == NULL) {
        return false;
    }
    memset(slots, 0, count * sizeof(*slots));
    af_heap_release(dedupe->heap, dedupe->slots, dedupe->slot_count * sizeof(*slots));
    dedupe->slots = slots;
    dedupe->slot_count = count;
    for (size_t i = 0; i < dedupe->count; i++) {
        *find_slot(dedupe, dedupe->entries[i].hash) = (uint16_t) (i + 1);
    }
    return true;
}

static bool add(af_dedupe_t *dedupe, const af_dedupe_entry_t *entry)
{
    if (dedupe->count >= dedupe->limit || !grow_slots(dedupe)) {
        return false;
    }
    void *block = dedupe->entries;
    af_status_t status = af_heap_grow(dedupe->heap, &block, &dedupe->capacity, dedupe->count + 1, sizeof(*entry), dedupe->limit);
    dedupe->entries = block;
    if (status != AF_OK) {
        return false;
    }
    dedupe->entries[dedupe->count++] = *entry;
    *find_slot(dedupe, entry->hash) = (uint16_t) dedupe->count;
    return true;
}

af_dedupe_result_t af_dedupe_seen(af_dedupe_t *dedupe, uint32_t rule, af_slice_t text, uint32_t node, uint64_t from_pos,
                                  uint32_t *first)
{
    if (first != NULL) {
        *first = node;
    }
    if (text.len == 0) {
        return AF_DEDUPE_FIRST;
    }
    af_dedupe_entry_t entry = {.from_pos = from_pos, .node = node};
    hash_text(rule, text, entry.hash);
    uint16_t index = dedupe->slot_count == 0 ? 0 : *find_slot(dedupe, entry.hash);
    if (index == 0) {
        if (!add(dedupe, &entry)) {
            dedupe->full = true;
            dedupe->unseen++;
        }
        return AF_DEDUPE_FIRST;
    }
    af_dedupe_entry_t *seen = &dedupe->entries[index - 1];
    if (first != NULL) {
        *first = seen->node;
    }
    if (seen->node == node && seen->from_pos == from_pos) {
        return AF_DEDUPE_FIRST; /* two of the rule's selectors picked it */
    }
    if (seen->from_pos <= from_pos) {
        return AF_DEDUPE_DUPLICATE;
    }
    *seen = entry;
    return AF_DEDUPE_OUTER;
}
