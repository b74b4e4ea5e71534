/*
 * html/names.c: tag names as small integers. One multiplication finds the only name that it can be.
 */
#include "html/names.h"

uint32_t af_tag_lookup(const uint8_t *name, size_t len)
{
    uint64_t key = 0;
    size_t head = len < 8 ? len : 8;

    if (len > AF_TAG_NAME_MAX) {
        return AF_TAG_UNKNOWN;
    }
    for (size_t i = 0; i < head; i++) {
        uint64_t c = name[i];
        key |= (c - 'A' < 26 ? c | 0x20 : c) << (8 * i);
    }
    key = (key ^ (uint64_t) len << 59) * AF_TAG_HASH_FACTOR;
    uint32_t tag = af_tag_slots[key >> (64 - AF_TAG_HASH_BITS)];
    if (tag == 0 || af_tag_lengths[tag] != len) {
        return AF_TAG_UNKNOWN;
    }
    const char *known = af_tag_names[tag];
    for (size_t i = 0; i < len; i++) {
        uint32_t c = name[i];
        if ((c - 'A' < 26 ? c | 0x20 : c) != (uint8_t) known[i]) {
            return AF_TAG_UNKNOWN;
        }
    }
    return tag;
}

const char *af_tag_name(uint32_t tag)
{
    return af_tag_names[tag < AF_TAG_COUNT ? tag : AF_TAG_UNKNOWN];
}
