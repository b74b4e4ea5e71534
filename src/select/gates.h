/*
 * select/gates.h: types that stand for themselves in a selector, as the p of ".a p", and are no question on a page on which no
 * element was ".a" yet. Only for the files of this room.
 *
 * An atom of a type is kept for its selectors alone. Where each of these wants an element around its subject that has certain
 * attributes (the gate), the atom is left out until such an element was there. What is around an element was made before it, or
 * is a clone of what was. Two exceptions have no gates: a formatting element, which knows what is asked of its clones, and these
 * stand elsewhere; and html and body may get attributes later, where no tag made them.
 */
#ifndef AF_SELECT_GATES_H
#define AF_SELECT_GATES_H

#include "select/selector.h"

/* An atom that opens another one, by its number among those that have gates. */
typedef struct {
    uint32_t atom, number;
} af_gate_t;

/* Finds them, once selectors are linked to their subjects. */
AF_MUST_USE af_status_t af_index_make_gates(af_index_t *index);

static inline bool af_gate_is_open(const af_matcher_t *matcher, uint32_t atom)
{
    uint32_t number = AF_AT(af_atom_t, matcher->index->atoms, atom)->gated;

    return !matcher->gated || number == 0 || (matcher->gates_open[number >> 6] >> (number & 63) & 1) != 0;
}

/* Whether the name alone makes a tag a question. */
static inline bool af_gate_asks(const af_matcher_t *matcher, uint32_t tag)
{
    const af_index_t *index = matcher->index;

    if (!index->asked[tag] || !matcher->gated || !index->only_gated[tag]) {
        return index->asked[tag];
    }
    for (uint32_t i = 0; i < index->plain[tag].count; i++) {
        if (af_gate_is_open(matcher, AF_AT(uint32_t, index->plain_atoms, index->plain[tag].from)[i])) {
            return true;
        }
    }
    return false;
}

/* Copies what is true of every tag of that name, for which there is room; tells how many there are. */
static inline size_t af_gate_copy_plain(const af_matcher_t *matcher, uint32_t tag, uint32_t *to)
{
    const af_index_t *index = matcher->index;
    size_t count = index->plain[tag].count, copied = 0;

    if (count == 0) {
        return 0;
    }
    const uint32_t *atoms = AF_AT(uint32_t, index->plain_atoms, index->plain[tag].from);
    if (!matcher->gated || index->gates.count == 0) {
        memcpy(to, atoms, count * sizeof *atoms);
        return count;
    }
    for (size_t i = 0; i < count; i++) {
        to[copied] = atoms[i];
        copied += af_gate_is_open(matcher, atoms[i]);
    }
    return copied;
}

#endif
