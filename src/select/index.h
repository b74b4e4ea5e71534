/*
 * select/index.h: keys of buckets, shared by the index and by those who look things up in it. Only for the files of this room.
 *
 * Keys fold ASCII case, since quirks mode and the flag i may ask so; the atoms' tests decide.
 */
#ifndef AF_SELECT_INDEX_H
#define AF_SELECT_INDEX_H

#include "select/selector.h"

#define AF_HASH_START 2166136261u
#define AF_VALUE_HEAD 16u /* bytes of a value that its key has */

typedef enum { AF_KEY_TAG = 1, AF_KEY_NAME, AF_KEY_ID, AF_KEY_CLASS, AF_KEY_ATTRIBUTE, AF_KEY_WORD } af_key_kind_t;

static inline uint32_t af_hash_number(uint32_t hash, uint32_t number)
{
    hash = (hash ^ number) * 0x9e3779b1u;
    return hash ^ (hash >> 15);
}

static inline uint32_t af_hash_bytes(uint32_t hash, af_slice_t bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        hash = (hash ^ af_fold(bytes.data[i])) * 16777619u;
    }
    return af_hash_number(hash, (uint32_t) bytes.len);
}

/* 0 marks a free slot. */
static inline uint32_t af_key(af_key_kind_t kind, af_slice_t bytes)
{
    return af_hash_bytes(af_hash_number(AF_HASH_START, (uint32_t) kind), bytes) | 1u << 31;
}

static inline uint32_t af_key_tag(uint32_t tag)
{
    return af_hash_number(af_hash_number(AF_HASH_START, AF_KEY_TAG), tag) | 1u << 31;
}

/* A short value has a key of its own; long ones share the key of their first bytes, so that [a^=...] finds them too. */
static inline uint32_t af_key_value(uint32_t attribute_key, af_slice_t value)
{
    bool head = value.len >= AF_VALUE_HEAD;
    af_slice_t part = {value.data, head ? AF_VALUE_HEAD : value.len};

    return af_hash_bytes(af_hash_number(attribute_key, head ? 2 : 1), part) | 1u << 31;
}

/* named.c: whether :named() looks into the attribute. */
bool af_named_attribute(af_slice_t name);

/* Goes to the next word of a name and gives the bucket's key of what begins there; false: there is none. */
bool af_named_next(af_slice_t name, size_t *at, uint32_t *key);

/* The key of a pattern (letters, lower case). */
uint32_t af_named_key(af_slice_t pattern);

/* Whether a run of the name's words is the pattern; `goes_on`: or begins with it. */
bool af_named_holds(af_slice_t name, af_slice_t pattern, bool goes_on);

/* The bucket of a key, or NULL. */
const af_slot_t *af_index_slot(const af_index_t *index, uint32_t hash);

#endif
