/*
 * select/layers.c: an index for some pages: the selectors of all of them, and those of a few groups more.
 *
 * All selectors are in the index, but buckets, and what is told of tags and names, are made of group 0 alone. A layer adds those
 * of other groups: a table of its own for what goes by hashes, each slot with what is under it behind its own entries, and for
 * the rest the words of the index that differ. So a page's index is a copy of these words with some patched, whatever the number
 * of selectors and of layers.
 */
#include <stddef.h>
#include <stdlib.h>

#include "select/index.h"

#define PATCHED_FROM offsetof(af_index_t, layer)
#define ROW 32u
#define PATCHED_WORDS ((sizeof(af_index_t) - PATCHED_FROM) / sizeof(uint32_t))

/* What becomes of a word of the index. */
typedef struct {
    uint32_t at, value;
} patch_t;

/* --- Groups ----------------------------------------------------------------------------------------------------------------- */

/* Adds zeros, until there are so many items. */
static af_status_t fill_with(af_index_t *index, af_list_t *list, size_t size, size_t count)
{
    static const af_needs_t none = {0};
    uint32_t ignored;
    af_status_t status = AF_OK;

    while (status == AF_OK && list->count < count) {
        status = af_list_add(index->heap, list, &none, size, &ignored);
    }
    return status;
}

af_status_t af_groups_begin(af_index_t *index, uint32_t group, af_needs_t **needs)
{
    af_status_t status = fill_with(index, &index->group_needs, sizeof(af_needs_t), (size_t) group + 1);

    *needs = status == AF_OK ? AF_AT(af_needs_t, index->group_needs, group) : NULL;
    return status;
}

af_status_t af_groups_note(af_index_t *index, uint32_t atom, uint32_t group)
{
    uint32_t ignored;

    if (group == 0 && index->groups.count == 0) {
        return AF_OK;
    }
    af_status_t status = fill_with(index, &index->groups, sizeof group, atom);
    return status == AF_OK ? af_list_add(index->heap, &index->groups, &group, sizeof group, &ignored) : status;
}

/* Counts the atoms of each group, then puts them in their places. */
af_status_t af_groups_sort(af_index_t *index)
{
    size_t groups = index->group_needs.count > 0 ? index->group_needs.count : 1;
    af_status_t status = fill_with(index, &index->group_from, sizeof(uint32_t), groups + 2);

    status = status == AF_OK ? fill_with(index, &index->group_atoms, sizeof(uint32_t), index->atoms.count) : status;
    if (status != AF_OK) {
        return status;
    }
    uint32_t *from = index->group_from.items;
    for (uint32_t i = 1; i < index->atoms.count; i++) {
        from[af_group_of(index, i) + 2]++;
    }
    for (size_t i = 2; i < groups + 2; i++) {
        from[i] += from[i - 1];
    }
    for (uint32_t i = 1; i < index->atoms.count; i++) {
        *AF_AT(uint32_t, index->group_atoms, from[af_group_of(index, i) + 1]++) = i;
    }
    return AF_OK;
}

/* --- Making ----------------------------------------------------------------------------------------------------------------- */

static void save(const af_index_t *index, uint32_t *words)
{
    memcpy(words, (const uint8_t *) index + PATCHED_FROM, PATCHED_WORDS * sizeof *words);
}

static void restore(af_index_t *index, const uint32_t *words)
{
    memcpy((uint8_t *) index + PATCHED_FROM, words, PATCHED_WORDS * sizeof *words);
}

/* Those of the outermost layer first; layers stand in each other as domains do. */
static void patch(af_index_t *to, const af_index_t *index, uint32_t number)
{
    const af_layer_t *layer = AF_AT(af_layer_t, index->layers, number);

    if (number == 0) {
        return;
    }
    patch(to, index, layer->under);
    for (uint32_t i = 0; i < layer->patch_count; i++) {
        const patch_t *one = AF_AT(patch_t, index->patches, layer->patches + i);
        memcpy((uint8_t *) to + PATCHED_FROM + one->at * sizeof one->value, &one->value, sizeof one->value);
    }
}

/* Most words stay as they are: they are compared many at a time. */
static af_status_t note_patches(af_index_t *index, const uint32_t *before)
{
    af_layer_t *layer = AF_AT(af_layer_t, index->layers, index->layer);
    const uint8_t *now = (const uint8_t *) index + PATCHED_FROM;
    af_status_t status = AF_OK;

    layer->patches = (uint32_t) index->patches.count;
    for (uint32_t i = 0; status == AF_OK && i < PATCHED_WORDS; i++) {
        patch_t one = {.at = i};
        uint32_t ignored;
        if (i % ROW == 0 && PATCHED_WORDS - i >= ROW && memcmp(now + i * sizeof *before, before + i, ROW * sizeof *before) == 0) {
            i += ROW - 1;
            continue;
        }
        memcpy(&one.value, now + i * sizeof *before, sizeof one.value);
        if (before[i] != one.value) {
            status = af_list_add(index->heap, &index->patches, &one, sizeof one, &ignored);
        }
    }
    layer->patch_count = (uint32_t) index->patches.count - layer->patches;
    return status;
}

static int rising(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *) a, right = *(const uint32_t *) b;

    return (left > right) - (left < right);
}

static void add_needs(af_needs_t *to, const af_needs_t *more)
{
    to->siblings |= more->siblings;
    to->previous |= more->previous;
    to->children |= more->children;
    to->has |= more->has;
    to->empty |= more->empty;
    to->wakes |= more->wakes;
    to->names |= more->names;
    to->words |= more->words;
}

/* The atoms of some groups, rising; `*atoms` is the caller's to give back. */
static af_status_t gather(af_index_t *index, const uint32_t *groups, size_t count, uint32_t **atoms, size_t *atom_count)
{
    const uint32_t *from = index->group_from.items;
    size_t all = 0;

    *atoms = NULL;
    *atom_count = 0;
    for (size_t i = 0; i < count; i++) {
        all += groups[i] < index->group_needs.count ? from[groups[i] + 1] - from[groups[i]] : 0;
    }
    if (all == 0) {
        return AF_OK;
    }
    *atoms = af_heap_alloc(index->heap, all * sizeof **atoms);
    if (*atoms == NULL) {
        return af_heap_why(index->heap, all * sizeof **atoms);
    }
    for (size_t i = 0; i < count; i++) {
        if (groups[i] < index->group_needs.count) {
            size_t own = from[groups[i] + 1] - from[groups[i]];
            memcpy(*atoms + *atom_count, AF_AT(uint32_t, index->group_atoms, from[groups[i]]), own * sizeof **atoms);
            *atom_count += own;
            add_needs(&index->needs, AF_AT(af_needs_t, index->group_needs, groups[i]));
        }
    }
    if (count > 1) {
        qsort(*atoms, *atom_count, sizeof **atoms, rising);
    }
    return AF_OK;
}

/* Changes the index as the layer that is being made does. */
static af_status_t lay(af_index_t *index, const uint32_t *groups, size_t count, af_bit_of_t bit_of, void *opaque, bool *empty)
{
    uint32_t *atoms;
    size_t atom_count;
    af_status_t status = gather(index, groups, count, &atoms, &atom_count);

    *empty = atom_count == 0;
    for (size_t i = 0; i < atom_count; i++) {
        af_index_note_in_has(index, atoms[i]);
    }
    if (status == AF_OK && !*empty) {
        status = af_index_make_buckets(index, atoms, atom_count);
    }
    if (status == AF_OK && bit_of != NULL) {
        status = af_index_classify_atoms(index, atoms, atom_count, bit_of, opaque);
    }
    af_heap_release(index->heap, atoms, atom_count * sizeof *atoms);
    return status;
}

af_status_t af_index_add_layer(af_index_t *index, uint32_t under, const uint32_t *groups, size_t count, af_bit_of_t bit_of,
                               void *opaque, uint32_t *layer)
{
    const af_layer_t made = {.under = under};
    uint32_t alone[PATCHED_WORDS], before[PATCHED_WORDS], number;
    bool empty = true;
    af_status_t status = af_list_add(index->heap, &index->layers, &made, sizeof made, &number);

    *layer = under;
    if (status != AF_OK) {
        return status;
    }
    save(index, alone);
    patch(index, index, under);
    save(index, before);
    index->layer = number;
    status = lay(index, groups, count, bit_of, opaque, &empty);
    if (status == AF_OK && !empty) {
        status = note_patches(index, before);
        *layer = number;
    } else {
        index->layers.count--;
    }
    restore(index, alone);
    return status;
}

static void release(af_heap_t *heap, af_list_t *list, size_t item)
{
    af_heap_release(heap, list->items, list->capacity * item);
    *list = (af_list_t){0};
}

static void release_groups(af_index_t *index)
{
    release(index->heap, &index->groups, sizeof(uint32_t));
    release(index->heap, &index->group_needs, sizeof(af_needs_t));
    release(index->heap, &index->group_from, sizeof(uint32_t));
    release(index->heap, &index->group_atoms, sizeof(uint32_t));
}

void af_index_end_layers(af_index_t *index)
{
    release_groups(index);
    af_list_fit(index->heap, &index->layers, sizeof(af_layer_t));
    af_list_fit(index->heap, &index->layer_slots, sizeof(af_slot_t));
    af_list_fit(index->heap, &index->layer_filters, sizeof(uint64_t));
    af_list_fit(index->heap, &index->patches, sizeof(patch_t));
    af_index_fit(index);
}

void af_layers_destroy(af_index_t *index)
{
    release_groups(index);
    release(index->heap, &index->layers, sizeof(af_layer_t));
    release(index->heap, &index->layer_slots, sizeof(af_slot_t));
    release(index->heap, &index->layer_filters, sizeof(uint64_t));
    release(index->heap, &index->patches, sizeof(patch_t));
}

/* --- Using ------------------------------------------------------------------------------------------------------------------ */

af_status_t af_index_on_layer(const af_index_t *index, uint32_t layer, af_heap_t *heap, const af_index_t **out)
{
    af_index_t *copy = af_heap_alloc(heap, sizeof *copy);

    *out = copy;
    if (copy == NULL) {
        return af_heap_why(heap, sizeof *copy);
    }
    memcpy(copy, index, sizeof *copy);
    patch(copy, index, layer);
    return AF_OK;
}

void af_index_leave_layer(af_heap_t *heap, const af_index_t *index)
{
    af_heap_release(heap, (af_index_t *) index, index == NULL ? 0 : sizeof *index);
}
