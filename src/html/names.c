/*
 * html/names.c: tag names as small integers. One multiplication finds the only name that it can be.
 */
#include "html/names.h"

static bool same_tail(const uint8_t *name, const char *known, size_t len)
{
    for (size_t i = 8; i < len; i++) {
        uint8_t c = name[i];
        if (((uint8_t) (c - 'A') < 26 ? c | 0x20 : c) != (uint8_t) known[i]) {
            return false;
        }
    }
    return true;
}

uint32_t af_tag_lookup(const uint8_t *name, size_t len)
{
    uint64_t key = 0;
    size_t head = len < 8 ? len : 8;

    if (len > AF_TAG_NAME_MAX) {
        return AF_TAG_UNKNOWN;
    }
    for (size_t i = 0; i < head; i++) {
        key |= (uint64_t) name[i] << (8 * i);
    }
    key = af_tag_fold(key);
    uint32_t tag = af_tag_guess(key, len);
    bool found = af_tag_keys[tag] == key && af_tag_lengths[tag] == len && same_tail(name, af_tag_names[tag], len);

    return found ? tag : AF_TAG_UNKNOWN;
}

const char *af_tag_name(uint32_t tag)
{
    return af_tag_names[tag < AF_TAG_COUNT ? tag : AF_TAG_UNKNOWN];
}

bool af_tag_is_void(uint32_t tag)
{
    switch (tag) {
    case AF_TAG_AREA: case AF_TAG_BASE: case AF_TAG_BR: case AF_TAG_COL: case AF_TAG_EMBED: case AF_TAG_HR: case AF_TAG_IMG:
    case AF_TAG_INPUT: case AF_TAG_LINK: case AF_TAG_META: case AF_TAG_SOURCE: case AF_TAG_TRACK: case AF_TAG_WBR:
        return true;
    default:
        return false;
    }
}

bool af_tag_is_shape(uint32_t tag)
{
    switch (tag) {
    case AF_TAG_CIRCLE: case AF_TAG_DEFS: case AF_TAG_ELLIPSE: case AF_TAG_G: case AF_TAG_LINE: case AF_TAG_PATH:
    case AF_TAG_POLYGON: case AF_TAG_POLYLINE: case AF_TAG_RECT: case AF_TAG_USE:
        return true;
    default:
        return false;
    }
}
