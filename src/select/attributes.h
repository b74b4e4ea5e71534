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

/* Where words end in the pair of blocks at `at`, of which `left` bytes count. */
static inline uint64_t af_ends_in(const uint8_t *at, size_t left)
{
    uint64_t ends = af_block_pair(af_word_ends(af_block_load(at)), af_word_ends(af_block_load(at + AF_BLOCK_SIZE)));

    return left < AF_PAIR_SIZE ? ends & (((uint64_t) 1 << left) - 1) : ends;
}

typedef bool (*af_take_word_t)(void *opaque, const uint8_t *from, const uint8_t *stop);

/* Gives `take` the words of a value for which there is room (af_has_room), empty ones too. False: a byte may not stand for
 * itself, or `take` said no. */
static inline __attribute__((always_inline)) bool af_each_word(af_slice_t value, af_take_word_t take, void *opaque)
{
    const uint8_t *from = value.data, *end = value.data + value.len;

    for (const uint8_t *at = from; at < end; at += AF_PAIR_SIZE) {
        for (uint64_t ends = af_ends_in(at, (size_t) (end - at)); ends != 0; ends &= ends - 1) {
            const uint8_t *stop = at + __builtin_ctzll(ends);
            if (!af_is_space(*stop) || !take(opaque, from, stop)) {
                return false;
            }
            from = stop + 1;
        }
    }
    return take(opaque, from, end);
}

static inline bool af_may_have_class(const af_index_t *index, uint8_t first, uint8_t last)
{
    unsigned bit = af_class_bit(first, last);

    return (index->class_ends[bit >> 6] >> (bit & 63) & 1) != 0;
}

/* Whether one of the first `count` pairs stands in a value; some bytes behind it are looked at too. */
static inline bool af_holds_pair(af_slice_t value, const af_pairs_t *pairs, uint32_t count)
{
    af_block_t found = af_block_fill(0), bit = af_block_fill(0x20);

    for (const uint8_t *at = value.data, *end = at + value.len; at < end; at += AF_BLOCK_SIZE) {
        af_block_t first = af_block_or(af_block_load(at), bit), second = af_block_or(af_block_load(at + 1), bit);
        for (uint32_t i = 0; i < count; i++) {
            af_block_t one = af_block_same(first, af_block_load(pairs->bytes[i][0]));
            found = af_block_or(found, af_block_and(one, af_block_same(second, af_block_load(pairs->bytes[i][1]))));
        }
    }
    return af_block_mask(found) != 0;
}

/* misses.c: whether no attribute of a tag that was read the quick way hits a bucket, as far as that can be told at little cost;
 * false: one may. */
bool af_index_misses(const af_index_t *index, const af_token_t *tag);

#endif
