/*
 * select/index.h: keys of buckets, shared by the index and by those who look things up in it. Only for the files of this room.
 *
 * Keys fold ASCII case, since quirks mode and the flag i may ask so; a few other bytes fall together too. The atoms' tests
 * decide.
 */
#ifndef AF_SELECT_INDEX_H
#define AF_SELECT_INDEX_H

#include "base/eight.h"
#include "select/selector.h"

#define AF_HASH_START 2166136261u
#define AF_VALUE_HEAD 16u /* bytes of a value that its key has */
#define AF_GRAM 4u        /* bytes in a row of a value that its key has, where a test asks for a part of it */
#define AF_GRAM_STEP 2u   /* a value is asked at every second place; what a test wants anywhere lies in two buckets therefore */
#define AF_GRAM_FILTER 4096u

typedef enum {
    AF_KEY_NAME = 1, AF_KEY_ID, AF_KEY_CLASS, AF_KEY_ATTRIBUTE, AF_KEY_VALUE, AF_KEY_HEAD, AF_KEY_GRAM, AF_KEY_WORD
} af_key_kind_t;

/* --- For tables of the builder ------------------------------------------------------------------------------------------ */

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

/* --- Keys of buckets -------------------------------------------------------------------------------------------------------- */

static inline uint64_t af_key_mix(uint64_t hash, uint64_t bytes)
{
    hash = (hash ^ bytes) * 0x9fb21c651e98df25u;
    return hash ^ hash >> 32;
}

/* 0 marks a free slot. */
static inline uint32_t af_key_end(uint64_t hash)
{
    return (uint32_t) (hash >> 16) | 1u << 31;
}

/* A letter's case is one bit. */
static inline uint64_t af_key_fold(uint64_t bytes)
{
    return bytes | 0x2020202020202020u;
}

/* The key of bytes whose first eight (the others 0 where there are fewer), second eight (the last ones where there are fewer than
 * sixteen) and last eight are `first`, `middle` and `last`: few names are longer, so that it seldom has to be asked how long. */
static inline uint32_t af_key_of(uint32_t seed, af_slice_t bytes, uint64_t first, uint64_t middle, uint64_t last)
{
    uint64_t hash = af_key_mix((uint64_t) seed << 32 ^ bytes.len, af_key_fold(first));

    hash = af_key_mix(hash, af_key_fold(middle));
    for (size_t at = 16; at + 8 < bytes.len; at += 8) {
        hash = af_key_mix(hash, af_key_fold(af_eight_load(bytes.data + at)));
    }
    return af_key_end(af_key_mix(hash, af_key_fold(last)));
}

static inline uint32_t af_key(uint32_t seed, af_slice_t bytes)
{
    uint64_t first = 0;

    if (bytes.len >= 8) {
        uint64_t middle = af_eight_load(bytes.data + (bytes.len < 16 ? bytes.len - 8 : 8));
        return af_key_of(seed, bytes, af_eight_load(bytes.data), middle, af_eight_load(bytes.data + bytes.len - 8));
    }
    if (bytes.len > 0) {
        memcpy(&first, bytes.data, bytes.len);
    }
    return af_key_of(seed, bytes, first, first, first);
}

/* The same of a word that ends at `end`, where the eight bytes before `end` may be read, whatever they are. */
static inline uint32_t af_key_before(uint32_t seed, const uint8_t *end, size_t len)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    unsigned short_by = len < 8 ? 8 * (8 - (unsigned) len) : 0;
    uint64_t last = af_eight_load(end - 8) >> short_by;
    uint64_t first = af_eight_load(end - (len > 8 ? len : 8)) >> short_by;
    uint64_t middle = af_eight_load(end - (len > 16 ? len - 8 : 8)) >> short_by;

    return af_key_of(seed, (af_slice_t){end - len, len}, first, middle, last);
#else
    return af_key(seed, (af_slice_t){end - len, len});
#endif
}

/* A short value has a key of its own; long ones share the key of their first bytes, so that [a^=...] finds them too. */
static inline uint32_t af_key_value(uint32_t attribute_key, af_slice_t value)
{
    bool head = value.len >= AF_VALUE_HEAD;
    af_slice_t part = {value.data, head ? AF_VALUE_HEAD : value.len};

    return af_key(attribute_key ^ (head ? AF_KEY_HEAD : AF_KEY_VALUE), part);
}

/* Four bytes of a value, and their key among those of an attribute. */
static inline uint32_t af_gram_load(const uint8_t *data)
{
    uint32_t bytes;

    memcpy(&bytes, data, AF_GRAM);
    return bytes | 0x20202020u;
}

static inline uint32_t af_key_gram(uint32_t attribute_key, uint32_t gram)
{
    return af_key_end(af_key_mix((uint64_t) (attribute_key ^ AF_KEY_GRAM) << 32, gram));
}

/* remember.c: gives back what tags were told to be. */
void af_match_forget_tags(af_matcher_t *matcher);

/* Whether two tests ask for the same thing. */
bool af_index_same_test(const af_index_t *index, const af_test_t *a, const af_test_t *b);

/* --- Looking up ------------------------------------------------------------------------------------------------------------- */

static inline bool af_filter_has(const uint64_t *filter, size_t words, uint32_t key)
{
    return (filter[(key >> 6) & (words - 1)] >> (key & 63) & 1) != 0;
}

static inline void af_filter_note(uint64_t *filter, size_t words, uint32_t key)
{
    filter[(key >> 6) & (words - 1)] |= (uint64_t) 1 << (key & 63);
}

static inline bool af_layers_may_have(const af_index_t *index, uint32_t key)
{
    const af_layer_t *layer;

    for (uint32_t i = index->layer; i != 0; i = layer->under) {
        layer = AF_AT(af_layer_t, index->layers, i);
        if (af_filter_has(AF_AT(uint64_t, index->layer_filters, layer->filter), layer->filter_words, key)) {
            return true;
        }
    }
    return false;
}

/* Whether the key may have a slot. */
static inline bool af_index_may_have(const af_index_t *index, uint32_t key)
{
    return af_filter_has(index->filter, index->filter_words, key) || (index->layer != 0 && af_layers_may_have(index, key));
}

/* The place of a gram in index->grams. */
static inline uint32_t af_index_gram_bit(uint32_t gram)
{
    return gram * 0x9e3779b1u >> 20;
}

/* Whether some bucket has it, whatever its attribute. */
static inline bool af_index_may_have_gram(const af_index_t *index, uint32_t gram)
{
    uint32_t bit = af_index_gram_bit(gram);

    return (index->grams[bit >> 6] >> (bit & 63) & 1) != 0;
}

/* The place of a class in index->class_ends; letters alike in any case. */
static inline unsigned af_class_bit(uint8_t first, uint8_t last)
{
    return (first & 31u) << 5 | (last & 31u);
}

/* named.c: whether :named() looks into the attribute of an element of that type. */
bool af_named_attribute(uint32_t tag, af_slice_t name);

af_slice_t af_named_name(size_t i); /* those, one by one; of length 0 past the last */

/* A pattern that a name may have: where its first word begins, the name's end, and its bucket. */
typedef struct {
    const uint8_t *from, *end;
    uint32_t key;
} af_word_t;

#define AF_WORDS 128u /* of a tag; what goes beyond is not looked at */
#define AF_WORDS_FILTER 65536u

/* words.c: fills `words` from a value as it is written and tells how many there are, at most `room`. They lie in the value, and
 * that in at least AF_BLOCK_SIZE bytes up to `readable`. */
size_t af_words_find(const af_index_t *index, af_slice_t value, const uint8_t *readable, af_word_t *words, size_t room);

/* Makes index->words, if there are any, and fills the filter. */
AF_MUST_USE af_status_t af_words_prepare(af_index_t *index);

/* named.c: the patterns that the letters from `from` on may be, or begin with. */
size_t af_named_look_up(const af_index_t *index, const uint8_t *from, const uint8_t *end, af_word_t *words, size_t room);

/* Of what was found in a value, keeps what is in names, and fills `end`. */
size_t af_named_keep(af_slice_t value, af_word_t *words, size_t count);

/* The key of a pattern (letters, lower case). */
uint32_t af_named_key(af_slice_t pattern);

/* That of its first letters, by which af_named_look_up knows that it may go on; 0: it is no longer than these. */
uint32_t af_named_head_key(af_slice_t pattern);

/* Whether the words from `word` on are the pattern; `goes_on`: or begin with it. */
bool af_named_holds(const af_word_t *word, af_slice_t pattern, bool goes_on);

/* The bucket of a key, or NULL. */
const af_slot_t *af_index_slot(const af_index_t *index, uint32_t key);

/* buckets.c: for those atoms, rising: at the end of compile, when all are there, or for the layer that is being made. */
AF_MUST_USE af_status_t af_index_make_buckets(af_index_t *index, const uint32_t *atoms, size_t atom_count);

/* index.c: notes what an atom is to af_index_in_has, and gives back what lists were grown by and do not need. */
void af_index_note_in_has(af_index_t *index, uint32_t atom);
void af_list_fit(af_heap_t *heap, af_list_t *list, size_t item);
void af_index_fit(af_index_t *index);

/* --- layers.c: groups of atoms, until all layers are made ------------------------------------------------------------------ */

static inline uint32_t af_group_of(const af_index_t *index, uint32_t atom)
{
    return index->groups.count == 0 ? 0 : *AF_AT(uint32_t, index->groups, atom);
}

/* Before a selector of a group that is not 0: what its selectors needed so far, until the next one begins. */
AF_MUST_USE af_status_t af_groups_begin(af_index_t *index, uint32_t group, af_needs_t **needs);
AF_MUST_USE af_status_t af_groups_note(af_index_t *index, uint32_t atom, uint32_t group);

/* When all atoms are there: the atoms of each group in a row. */
AF_MUST_USE af_status_t af_groups_sort(af_index_t *index);

/* classify.c: af_index_classify of what those atoms are the subjects of. */
AF_MUST_USE af_status_t af_index_classify_atoms(af_index_t *index, const uint32_t *atoms, size_t count,
                                                af_bit_of_t bit_of, void *opaque);

void af_layers_destroy(af_index_t *index);

#endif
