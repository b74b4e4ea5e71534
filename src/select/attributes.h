/*
 * select/attributes.h: how attributes are looked at for buckets, shared by those who note what they hit and those who only ask
 * whether they hit any. Only for the files of this room.
 */
#ifndef AF_SELECT_ATTRIBUTES_H
#define AF_SELECT_ATTRIBUTES_H

#include "base/block.h"
#include "html/tokenizer.h"
#include "select/index.h"

static inline bool af_is_class(af_slice_t name)
{
    return name.len == 5 && af_gram_load(name.data) == af_gram_load((const uint8_t *) "clas") && (name.data[4] | 0x20) == 's';
}

static inline bool af_is_id(af_slice_t name)
{
    return name.len == 2 && (name.data[0] | 0x20) == 'i' && (name.data[1] | 0x20) == 'd';
}

/* Whether from a value on AF_PAIR_SIZE bytes past its end, and eight before it, may be read: in the tag, or up to `readable`. */
static inline bool af_has_room(const af_token_t *tag, const uint8_t *readable, af_slice_t value)
{
    return (size_t) (readable - value.data) > value.len + AF_PAIR_SIZE && value.data >= tag->bytes.data + 8;
}

/* Where a word ends that begins in this block: white space, a control, "&". */
static inline af_block_t af_word_ends(af_block_t block)
{
    return af_block_or(af_block_low(block), af_block_equal(block, '&'));
}

static inline bool af_may_have_class(const af_index_t *index, uint8_t first, uint8_t last)
{
    unsigned bit = af_class_bit(first, last);

    return (index->class_ends[bit >> 6] >> (bit & 63) & 1) != 0;
}

/* Where one of the first `count` pairs begins in a block; `next` begins a byte after it. */
static inline af_block_t af_pairs_in(af_block_t block, af_block_t next, const af_pairs_t *pairs, uint32_t count)
{
    af_block_t found = af_block_fill(0), bit = af_block_fill(0x20);

    block = af_block_or(block, bit);
    next = af_block_or(next, bit);
    for (uint32_t i = 0; i < count; i++) {
        af_block_t first = af_block_same(block, af_block_load(pairs->bytes[i][0]));
        found = af_block_or(found, af_block_and(first, af_block_same(next, af_block_load(pairs->bytes[i][1]))));
    }
    return found;
}

/* misses.c: whether no attribute of a tag that was read the quick way hits a bucket, as far as that can be told at little cost;
 * false: one may. */
bool af_index_misses(const af_index_t *index, const af_token_t *tag);

#endif
