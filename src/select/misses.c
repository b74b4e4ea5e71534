/*
 * select/misses.c: tags whose attributes hit no bucket, told without the room that a match needs: nearly all tags of a page.
 *
 * What it goes by is a part of what atoms.c does with the same attributes: where a bucket may be hit, or a value does not stand
 * for itself, the answer is no, and the tag is looked at again.
 */
#include "select/attributes.h"

#define APART static __attribute__((noinline)) /* rare: what is common has more registers without it */

/* Whether a name of `len` bytes that ends at `end` has no bucket. */
APART bool key_misses(const af_index_t *index, uint32_t kind, const uint8_t *end, size_t len)
{
    return !af_index_may_have(index, af_key_before(kind, end, len));
}

static inline bool word_misses(void *opaque, const uint8_t *from, const uint8_t *stop)
{
    const af_index_t *index = opaque;

    return stop == from || !af_may_have_class(index, *from, stop[-1]) ||
           key_misses(index, AF_KEY_CLASS, stop, (size_t) (stop - from));
}

APART bool grams_miss(const af_index_t *index, af_slice_t value)
{
    for (size_t at = 0; at + AF_GRAM <= value.len; at += AF_GRAM_STEP) {
        if (af_index_may_have_gram(index, af_gram_load(value.data + at))) {
            return false;
        }
    }
    return true;
}

/* Whether no bucket that goes by parts of the value is hit. */
static inline bool parts_miss(const af_index_t *index, const af_slot_t *slot, const af_pairs_t *pairs, af_slice_t value)
{
    if (slot->finer == 0) {
        return true;
    }
    return pairs->count == 1              ? !af_holds_pair(value, pairs, 1)
           : pairs->count <= AF_PAIRS_MAX ? !af_holds_pair(value, pairs, pairs->count)
                                          : grams_miss(index, value);
}

static inline bool id_misses(const af_index_t *index, af_slice_t value)
{
    const uint8_t *end = value.data + value.len;

    for (const uint8_t *at = value.data; at < end; at += AF_PAIR_SIZE) {
        if (af_ends_in(at, (size_t) (end - at)) != 0) {
            return false;
        }
    }
    return value.len == 0 || key_misses(index, AF_KEY_ID, end, value.len);
}

APART bool name_misses(const af_index_t *index, af_slice_t name)
{
    return !af_index_may_have(index, af_key(AF_KEY_ATTRIBUTE, name));
}

static inline bool attribute_misses(const af_index_t *index, const af_token_t *tag, const af_attribute_t *attribute)
{
    af_slice_t name = {tag->bytes.data + attribute->name, attribute->name_len};
    af_slice_t value = {tag->bytes.data + attribute->value, attribute->value_len};

    if (af_is_class(name)) {
        return index->class_by_parts && af_has_room(tag, tag->readable, value) &&
               af_each_word(value, word_misses, (void *) index) &&
               parts_miss(index, &index->class_name, &index->class_pairs, value);
    }
    if (af_is_id(name)) {
        return index->id_by_parts && af_has_room(tag, tag->readable, value) && id_misses(index, value) &&
               parts_miss(index, &index->id_name, &index->other_pairs, value);
    }
    return name_misses(index, name);
}

bool af_index_misses(const af_index_t *index, const af_token_t *tag)
{
    for (uint64_t left = ~tag->unasked; left != 0; left &= left - 1) {
        if (!attribute_misses(index, tag, &tag->attributes[__builtin_ctzll(left)])) {
            return false;
        }
    }
    return true;
}
