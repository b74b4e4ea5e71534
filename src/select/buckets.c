/*
 * select/buckets.c: where a start tag finds the atoms that it may fulfil.
 *
 * An atom lies in the bucket of its rarest test: id, class, attribute with value, four bytes of an attribute's value, attribute
 * name, tag; only what has none of these is asked of every tag. A bucket is found by the hash of its key alone: a false hit costs
 * a test and changes nothing. Before the table stand a filter of bits by hash and one by attribute name, both small enough to
 * stay in the cache, so that what no rule wants costs the same for any number of rules.
 */
#include "select/index.h"

#define FILTER_BITS 16u              /* a key */
#define FILTER_WORDS_MIN ((size_t) 64)
#define FILTER_WORDS_MAX ((size_t) 1 << 14)

typedef enum { RANK_ALL, RANK_TAG, RANK_ATTRIBUTE, RANK_GRAM, RANK_VALUE, RANK_CLASS, RANK_ID } rank_t;

static rank_t rank_of_tests(const af_index_t *index, uint32_t tests, uint32_t *best);

static rank_t rank_of_attribute(const af_test_t *test)
{
    switch ((af_value_operation_t) test->operation) {
    case AF_VALUE_EQUALS:
        return RANK_VALUE;
    case AF_VALUE_PREFIX:
        return test->value.len >= AF_VALUE_HEAD ? RANK_VALUE : test->value.len >= AF_GRAM ? RANK_GRAM : RANK_ATTRIBUTE;
    case AF_VALUE_DASH:
        return test->value.len >= AF_GRAM ? RANK_GRAM : RANK_ATTRIBUTE;
    case AF_VALUE_WORD: case AF_VALUE_SUFFIX: case AF_VALUE_INSIDE:
        return test->value.len >= AF_GRAM + AF_GRAM_STEP - 1 ? RANK_GRAM : RANK_ATTRIBUTE;
    case AF_VALUE_PRESENT:
        break;
    }
    return RANK_ATTRIBUTE;
}

/* How rare what a test asks for is; a group is as rare as its commonest alternative. */
static rank_t rank_of(const af_index_t *index, const af_test_t *test)
{
    rank_t rank = RANK_ID;
    uint32_t best;

    switch ((af_test_kind_t) test->kind) {
    case AF_TEST_TAG:
    case AF_TEST_NAME:
    case AF_TEST_CUSTOM:
        return RANK_TAG;
    case AF_TEST_ID:
        return RANK_ID;
    case AF_TEST_CLASS:
    case AF_TEST_WORDS:
        return RANK_CLASS;
    case AF_TEST_ATTRIBUTE:
        return rank_of_attribute(test);
    case AF_TEST_ANY:
        for (uint32_t i = test->ref; i != 0; i = AF_AT(af_alternative_t, index->alternatives, i)->next) {
            uint32_t compound = AF_AT(af_alternative_t, index->alternatives, i)->compound;
            rank_t other = rank_of_tests(index, AF_AT(af_compound_t, index->compounds, compound)->tests, &best);
            rank = other < rank ? other : rank;
        }
        return rank;
    case AF_TEST_NONE:
        break;
    }
    return RANK_ALL;
}

static rank_t rank_of_tests(const af_index_t *index, uint32_t tests, uint32_t *best)
{
    rank_t rank = RANK_ALL;

    *best = 0;
    for (; tests != 0; tests = AF_AT(af_test_t, index->tests, tests)->next) {
        rank_t other = rank_of(index, AF_AT(af_test_t, index->tests, tests));
        if (other > rank) {
            rank = other;
            *best = tests;
        }
    }
    return rank;
}

/* --- The table ----------------------------------------------------------------------------------------------------------- */

static size_t place_of(const af_slot_t *slots, size_t count, uint32_t hash)
{
    size_t at = hash & (count - 1);

    while (slots[at].hash != 0 && slots[at].hash != hash) {
        at = (at + 1) & (count - 1);
    }
    return at;
}

/* A layer's slot has what those under it have, too. */
const af_slot_t *af_index_slot(const af_index_t *index, uint32_t hash)
{
    const af_layer_t *layer;

    for (uint32_t i = index->layer; i != 0; i = layer->under) {
        layer = AF_AT(af_layer_t, index->layers, i);
        const af_slot_t *slots = AF_AT(af_slot_t, index->layer_slots, layer->slots);
        const af_slot_t *slot = layer->slot_count == 0 ? NULL : &slots[place_of(slots, layer->slot_count, hash)];
        if (slot != NULL && slot->hash != 0) {
            return slot;
        }
    }
    const af_slot_t *slot = &index->slots[place_of(index->slots, index->slot_count, hash)];
    return slot->hash == 0 ? NULL : slot;
}

/* In the layer that is being made, or in the index. */
static af_slot_t *make_slot(af_index_t *index, uint32_t hash)
{
    const af_layer_t *layer = AF_AT(af_layer_t, index->layers, index->layer);
    bool own = index->layer != 0;
    af_slot_t *slots = own ? AF_AT(af_slot_t, index->layer_slots, layer->slots) : index->slots;
    uint64_t *filter = own ? AF_AT(uint64_t, index->layer_filters, layer->filter) : index->filter;
    af_slot_t *slot = &slots[place_of(slots, own ? layer->slot_count : index->slot_count, hash)];

    if (slot->hash == 0) {
        const af_slot_t *under = own ? af_index_slot(index, hash) : NULL;
        *slot = under == NULL ? (af_slot_t){.hash = hash} : *under;
        af_filter_note(filter, own ? layer->filter_words : index->filter_words, hash);
    }
    return slot;
}

/* --- Filling ------------------------------------------------------------------------------------------------------------- */

static void want_name(af_index_t *index, af_slice_t name)
{
    unsigned bit = af_attribute_bit(name.len > 0 ? name.data[0] : 0, name.len);

    index->names[bit >> 6] |= (uint64_t) 1 << (bit & 63);
}

static void want_named(af_index_t *index)
{
    af_slice_t name;

    for (size_t i = 0; (name = af_named_name(i)).len > 0; i++) {
        want_name(index, name);
    }
}

/* What most addresses have makes a part of them common. */
static size_t address_rank(af_slice_t part)
{
    static const char *const common[] = {"http", "://", "www", ".co", "com"};
    size_t rank = 0;

    for (size_t i = 0; i < sizeof common / sizeof *common; i++) {
        rank += memmem(part.data, part.len, common[i], strlen(common[i])) != NULL ? 60 : 0;
    }
    return rank;
}

/* Of a part that values must hold, where the `len` bytes are that are likely the rarest. */
static size_t rarest(af_slice_t part, size_t len)
{
    /* By how often a letter stands in names of classes and ids; what is no letter is commoner than most ("-", digits). */
    static const char common[] = "zqjxkvwyfbugphmcdlnsioarte";
    size_t best = 0, best_rank = SIZE_MAX;

    for (size_t at = 0; at + len <= part.len; at++) {
        size_t rank = address_rank((af_slice_t){part.data + at, len});
        for (size_t i = 0; i < len; i++) {
            const char *found = memchr(common, af_fold(part.data[at + i]), sizeof common - 1);
            rank += found == NULL ? 20 : (size_t) (found - common);
        }
        if (rank < best_rank) {
            best_rank = rank;
            best = at;
        }
    }
    return best;
}

static af_status_t add_entry(af_index_t *index, uint32_t *entries, uint32_t atom)
{
    const af_entry_t entry = {.atom = atom, .next = *entries};

    return af_list_add(index->heap, &index->entries, &entry, sizeof entry, entries);
}

static af_status_t add_gram(af_index_t *index, uint32_t key, const uint8_t *data, uint32_t atom)
{
    uint32_t gram = af_gram_load(data), bit = af_index_gram_bit(gram);

    index->grams[bit >> 6] |= (uint64_t) 1 << (bit & 63);
    return add_entry(index, &make_slot(index, af_key_gram(key, gram))->entries, atom);
}

static void want_pair(af_index_t *index, af_slice_t name, af_slice_t value)
{
    const uint8_t *pair = value.data + rarest(value, 2);
    af_pairs_t *pairs = af_slice_same(name, af_slice_of("class"), true) ? &index->class_pairs : &index->other_pairs;

    if (pairs->count < AF_PAIRS_MAX) {
        memset(pairs->bytes[pairs->count][0], pair[0] | 0x20, sizeof pairs->bytes[0][0]);
        memset(pairs->bytes[pairs->count][1], pair[1] | 0x20, sizeof pairs->bytes[0][1]);
    }
    pairs->count += pairs->count <= AF_PAIRS_MAX;
}

static void want_class(af_index_t *index, af_slice_t name)
{
    unsigned bit = name.len == 0 ? 0 : af_class_bit(name.data[0], name.data[name.len - 1]);

    index->has_classes = true;
    index->class_ends[bit >> 6] |= (uint64_t) 1 << (bit & 63);
}

static af_status_t add_attribute(af_index_t *index, const af_test_t *test, rank_t rank, uint32_t atom)
{
    af_slice_t name = af_span_slice(index, test->name), value = af_span_slice(index, test->value);
    uint32_t key = af_key(AF_KEY_ATTRIBUTE, name);
    af_slot_t *slot = make_slot(index, key);

    want_name(index, name);
    if (rank == RANK_ATTRIBUTE) {
        return add_entry(index, &slot->entries, atom);
    }
    if (rank == RANK_VALUE) {
        slot->finer |= AF_FINER_VALUE;
        return add_entry(index, &make_slot(index, af_key_value(key, value))->entries, atom);
    }
    slot->finer |= AF_FINER_GRAM;
    want_pair(index, name, value);
    if (test->operation == AF_VALUE_PREFIX || test->operation == AF_VALUE_DASH) {
        return add_gram(index, key, value.data, atom);
    }
    const uint8_t *part = value.data + rarest(value, AF_GRAM + AF_GRAM_STEP - 1);
    af_status_t status = AF_OK;
    for (size_t i = 0; status == AF_OK && i < AF_GRAM_STEP; i++) {
        status = add_gram(index, key, part + i, atom);
    }
    return status;
}

/* The entry remembers its pattern: a group of many is not tried as a whole for each tag that shares four letters with one. */
static af_status_t add_words(af_index_t *index, af_test_t *test, uint32_t group, uint32_t atom)
{
    af_slot_t *slot = make_slot(index, test->ref);
    af_status_t status = add_entry(index, &slot->entries, atom);

    test->name.from = group;

    want_named(index);
    if (status == AF_OK) {
        AF_AT(af_entry_t, index->entries, slot->entries)->test = (uint32_t) (test - (const af_test_t *) index->tests.items);
    }
    return status;
}

static af_status_t add_to_bucket(af_index_t *index, af_test_t *test, rank_t rank, uint32_t group, uint32_t atom)
{
    af_slice_t value = af_span_slice(index, test->value);

    switch ((af_test_kind_t) test->kind) {
    case AF_TEST_TAG:
        return add_entry(index, &index->tags[test->ref], atom);
    case AF_TEST_CUSTOM:
        return add_entry(index, &index->tags[AF_TAG_UNKNOWN], atom);
    case AF_TEST_NAME:
        return add_entry(index, &make_slot(index, af_key(AF_KEY_NAME, af_span_slice(index, test->name)))->entries, atom);
    case AF_TEST_ID:
        index->has_ids = true;
        want_name(index, af_slice_of("id"));
        return add_entry(index, &make_slot(index, af_key(AF_KEY_ID, value))->entries, atom);
    case AF_TEST_CLASS:
        want_class(index, value);
        want_name(index, af_slice_of("class"));
        return add_entry(index, &make_slot(index, af_key(AF_KEY_CLASS, value))->entries, atom);
    case AF_TEST_ATTRIBUTE:
        return add_attribute(index, test, rank, atom);
    case AF_TEST_WORDS:
        return add_words(index, test, group, atom);
    case AF_TEST_ANY:
    case AF_TEST_NONE:
        break;
    }
    return add_entry(index, &index->universal, atom);
}

/* An atom lies in a bucket for each alternative where the rarest test is a group (`group`: the atom's own that is one). Two
 * passes: `fill` false counts. */
static af_status_t add_keys(af_index_t *index, uint32_t tests, uint32_t group, uint32_t atom, bool fill, size_t *count)
{
    uint32_t best;
    rank_t rank = rank_of_tests(index, tests, &best);
    af_status_t status = AF_OK;

    if (rank != RANK_ALL && AF_AT(af_test_t, index->tests, best)->kind == AF_TEST_ANY) {
        for (uint32_t i = AF_AT(af_test_t, index->tests, best)->ref; status == AF_OK && i != 0;
             i = AF_AT(af_alternative_t, index->alternatives, i)->next) {
            uint32_t compound = AF_AT(af_alternative_t, index->alternatives, i)->compound;
            uint32_t inner = AF_AT(af_compound_t, index->compounds, compound)->tests;
            status = add_keys(index, inner, group == 0 ? best : 0, atom, fill, count);
        }
        return status;
    }
    *count += rank == RANK_GRAM ? 1 + AF_GRAM_STEP : rank == RANK_VALUE ? 2 : 1; /* the name's slot, and those of the value */
    if (!fill) {
        return AF_OK;
    }
    af_test_t *test = AF_AT(af_test_t, index->tests, best);
    bool alone = tests == best && test->next == 0;
    return rank == RANK_ALL ? add_entry(index, &index->universal, atom)
                            : add_to_bucket(index, test, rank, alone ? group : 0, atom);
}

/* All of a group. */
static af_status_t each_atom(af_index_t *index, const uint32_t *atoms, size_t atom_count, bool fill, size_t *count)
{
    af_status_t status = AF_OK;

    /* From the last on: buckets are filled from the front. */
    for (size_t i = atom_count; status == AF_OK && i-- > 0;) {
        const af_atom_t *atom = AF_AT(af_atom_t, index->atoms, atoms[i]);
        if (!atom->plain || atom->is_subject) {
            status = add_keys(index, atom->tests, 0, atoms[i], fill, count);
        }
    }
    return status;
}

/* Puts an atom among those that are true of each tag of the name, for which there is a place of their own. */
static af_status_t add_plain(af_index_t *index, uint32_t tag, uint32_t atom)
{
    uint32_t ignored;
    af_status_t status = af_list_add(index->heap, &index->plain_atoms, &atom, sizeof atom, &ignored);

    if (status == AF_OK) {
        uint32_t *atoms = AF_AT(uint32_t, index->plain_atoms, index->plain[tag].from);
        size_t at = index->plain[tag].count++;
        for (; at > 0 && atoms[at - 1] > atom; at--) {
            atoms[at] = atoms[at - 1];
        }
        atoms[at] = atom;
    }
    return status;
}

/* Gives the plain atoms of a tag a place at the end of the list; a layer's has those that are under it. */
static af_status_t move_plain(af_index_t *index, uint32_t tag)
{
    uint32_t from = index->plain[tag].from, count = index->plain[tag].count;
    af_status_t status = AF_OK;

    index->plain[tag].from = (uint32_t) index->plain_atoms.count;
    index->plain[tag].count = 0;
    for (uint32_t i = 0; status == AF_OK && i < count; i++) {
        status = add_plain(index, tag, *AF_AT(uint32_t, index->plain_atoms, from + i));
    }
    return status;
}

/* Takes the plain atoms of a type out of its bucket, up to the entry `end`: nothing has to be tested for them. The bucket
 * rises. */
static af_status_t set_plain_apart(af_index_t *index, uint32_t tag, uint32_t end)
{
    uint32_t *link = &index->tags[tag];
    bool moved = false;
    af_status_t status = AF_OK;

    while (status == AF_OK && *link != end) {
        af_entry_t *entry = AF_AT(af_entry_t, index->entries, *link);
        if (!AF_AT(af_atom_t, index->atoms, entry->atom)->plain) {
            link = &entry->next;
            continue;
        }
        status = moved ? AF_OK : move_plain(index, tag);
        status = status == AF_OK ? add_plain(index, tag, entry->atom) : status;
        moved = true;
        *link = entry->next;
    }
    return status;
}

static void note_asked(af_index_t *index, uint32_t tag)
{
    index->asked[tag] = index->tags[tag] != 0 || index->plain[tag].count > 0;
    index->only_gated[tag] = index->tags[tag] == 0 && tag != index->image && tag != AF_TAG_UNKNOWN;
    for (uint32_t i = 0; i < index->plain[tag].count; i++) {
        uint32_t atom = AF_AT(uint32_t, index->plain_atoms, index->plain[tag].from)[i];
        index->only_gated[tag] = index->only_gated[tag] && AF_AT(af_atom_t, index->atoms, atom)->gated != 0;
    }
}

/* The buckets of tags that were changed since they ended so. */
static af_status_t settle_tags(af_index_t *index, const uint32_t ends[AF_TAG_COUNT])
{
    af_status_t status = AF_OK;

    for (uint32_t tag = 0; status == AF_OK && tag < AF_TAG_COUNT; tag++) {
        if (index->tags[tag] != ends[tag]) {
            status = tag == AF_TAG_UNKNOWN ? AF_OK : set_plain_apart(index, tag, ends[tag]);
            note_asked(index, tag);
        }
    }
    index->asked[AF_TAG_UNKNOWN] = index->tags[AF_TAG_UNKNOWN] != 0 || index->needs.names || index->needs.words;
    if (index->image != AF_TAG_UNKNOWN) {
        index->asked[index->image] = index->asked[index->image] || index->asked[index->img];
    }
    return status;
}

static af_slot_t slot_of_name(const af_index_t *index, const char *name)
{
    const af_slot_t *slot = af_index_slot(index, af_key(AF_KEY_ATTRIBUTE, af_slice_of(name)));

    return slot == NULL ? (af_slot_t){.hash = af_key(AF_KEY_ATTRIBUTE, af_slice_of(name))} : *slot;
}

/* How many slots `count` keys need, of which at most half are taken, and words of a filter. */
static void size_tables(size_t count, size_t least, size_t *slots, size_t *words)
{
    *slots = 2;
    *words = least;
    while (*slots < 2 * count) {
        *slots *= 2;
    }
    while (*words < FILTER_WORDS_MAX && *words * 64 < count * FILTER_BITS) {
        *words *= 2;
    }
}

static af_status_t make_tables(af_index_t *index, size_t count)
{
    size_t slots, words;

    size_tables(count, FILTER_WORDS_MIN, &slots, &words);
    index->slots = af_heap_alloc(index->heap, slots * sizeof *index->slots);
    if (index->slots == NULL) {
        return af_heap_why(index->heap, slots * sizeof *index->slots);
    }
    index->slot_count = slots;
    memset(index->slots, 0, slots * sizeof *index->slots);
    index->filter = af_heap_alloc(index->heap, words * sizeof *index->filter);
    if (index->filter == NULL) {
        return af_heap_why(index->heap, words * sizeof *index->filter);
    }
    index->filter_words = words;
    memset(index->filter, 0, words * sizeof *index->filter);
    return AF_OK;
}

static af_status_t make_layer_tables(af_index_t *index, size_t count)
{
    const af_slot_t slot = {0};
    const uint64_t word = 0;
    af_layer_t *layer = AF_AT(af_layer_t, index->layers, index->layer);
    size_t slots, words;
    uint32_t ignored;
    af_status_t status = AF_OK;

    size_tables(count, 1, &slots, &words);
    layer->slots = (uint32_t) index->layer_slots.count;
    layer->filter = (uint32_t) index->layer_filters.count;
    layer->slot_count = (uint32_t) slots;
    layer->filter_words = (uint32_t) words;
    for (size_t i = 0; status == AF_OK && i < slots; i++) {
        status = af_list_add(index->heap, &index->layer_slots, &slot, sizeof slot, &ignored);
    }
    for (size_t i = 0; status == AF_OK && i < words; i++) {
        status = af_list_add(index->heap, &index->layer_filters, &word, sizeof word, &ignored);
    }
    return status;
}

af_status_t af_index_make_buckets(af_index_t *index, const uint32_t *atoms, size_t atom_count)
{
    uint32_t ends[AF_TAG_COUNT];
    size_t count = 0, again = 0;
    af_status_t status = each_atom(index, atoms, atom_count, false, &count);

    memcpy(ends, index->tags, sizeof ends);
    if (status == AF_OK) {
        status = index->layer == 0 ? make_tables(index, count) : make_layer_tables(index, count);
    }
    if (status == AF_OK) {
        status = each_atom(index, atoms, atom_count, true, &again);
    }
    status = status == AF_OK ? settle_tags(index, ends) : status;
    if (status == AF_OK && index->layer == 0) {
        status = af_words_prepare(index);
    }
    if (status == AF_OK) {
        index->class_name = slot_of_name(index, "class");
        index->id_name = slot_of_name(index, "id");
        index->class_by_parts = index->class_name.entries == 0 && (index->class_name.finer & AF_FINER_VALUE) == 0;
        index->id_by_parts = index->id_name.entries == 0 && (index->id_name.finer & AF_FINER_VALUE) == 0;
    }
    return status;
}

void af_index_want(const af_index_t *index, uint64_t names[AF_ATTRIBUTE_BITS / 64])
{
    for (size_t i = 0; i < AF_ATTRIBUTE_BITS / 64; i++) {
        names[i] |= index->names[i];
    }
}
