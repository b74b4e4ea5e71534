/*
 * select/gates.c: which atoms have gates, and what opens them.
 */
#include "select/gates.h"

#include <stdlib.h>

#include "html/tree.h"
#include "select/index.h"

#define LAYERED 64u /* numbers of gates that all layers share */

/* The innermost element around the subject that the selector wants and whose name does not tell it: its atom, or 0. */
static uint32_t gate_of(const af_index_t *index, uint32_t compound)
{
    const af_compound_t *at = AF_AT(af_compound_t, index->compounds, compound);

    while (at->combinator == AF_COMBINATOR_INSIDE || at->combinator == AF_COMBINATOR_CHILD) {
        at = AF_AT(af_compound_t, index->compounds, at->left);
        if (!AF_AT(af_atom_t, index->atoms, at->atom)->plain) {
            return at->atom;
        }
    }
    return 0;
}

/* Whether one of the types is that of formatting elements: a clone may come to stand where its origin did not. */
static bool may_be_cloned(const af_index_t *index, const af_atom_t *atom)
{
    for (uint32_t tag = 1; tag < AF_TAG_COUNT; tag++) {
        if (af_tag_is_formatting(tag) && (atom->tag == tag || (atom->tag == 0 && af_index_has_type(index, atom->tests, tag)))) {
            return true;
        }
    }
    return false;
}

static bool has_gates(const af_index_t *index, const af_atom_t *atom)
{
    for (uint32_t i = atom->selectors; i != 0; i = AF_AT(af_selector_t, index->selectors, i)->next) {
        if (gate_of(index, AF_AT(af_selector_t, index->selectors, i)->compound) == 0) {
            return false;
        }
    }
    return atom->plain && atom->tests != 0 && atom->selectors != 0 && !may_be_cloned(index, atom);
}

static af_status_t add_gates(af_index_t *index, const af_atom_t *atom)
{
    af_status_t status = AF_OK;

    for (uint32_t i = atom->selectors; status == AF_OK && i != 0; i = AF_AT(af_selector_t, index->selectors, i)->next) {
        af_gate_t gate = {gate_of(index, AF_AT(af_selector_t, index->selectors, i)->compound), atom->gated};
        uint32_t number;
        status = af_list_add(index->heap, &index->gates, &gate, sizeof gate, &number);
        AF_AT(af_atom_t, index->atoms, gate.atom)->is_gate = true;
    }
    return status;
}

static int by_atom(const void *a, const void *b)
{
    const af_gate_t *left = a, *right = b;

    return (left->atom > right->atom) - (left->atom < right->atom);
}

/* Atoms of layers share the last numbers: few of them are on one page, and a gate too many that opens costs time alone. */
static uint8_t next_number(uint32_t *own, uint32_t *layered, uint32_t group, uint32_t most)
{
    if (group != 0) {
        return (uint8_t) (most + (*layered)++ % (AF_GATED_MAX - most));
    }
    return (uint8_t) (*own + 1 < most ? ++*own : 0);
}

af_status_t af_index_make_gates(af_index_t *index)
{
    af_status_t status = AF_OK;
    uint32_t own = 0, layered = 0, most = index->groups.count == 0 ? AF_GATED_MAX : AF_GATED_MAX - LAYERED;

    for (uint32_t i = 1; status == AF_OK && i < index->atoms.count; i++) {
        af_atom_t *atom = AF_AT(af_atom_t, index->atoms, i);
        if (has_gates(index, atom)) {
            atom->gated = next_number(&own, &layered, af_group_of(index, i), most);
            status = atom->gated == 0 ? AF_OK : add_gates(index, atom);
        }
    }
    if (index->gates.count > 1) {
        qsort(index->gates.items, index->gates.count, sizeof(af_gate_t), by_atom);
    }
    return status;
}

/* The first gate that the atom is. */
static size_t first_gate(const af_index_t *index, uint32_t atom)
{
    size_t from = 0, to = index->gates.count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (AF_AT(af_gate_t, index->gates, middle)->atom < atom) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from;
}

void af_match_open_gates(af_matcher_t *matcher, const uint32_t *atoms, size_t count)
{
    const af_index_t *index = matcher->index;

    for (size_t i = 0; index->gates.count > 0 && i < count; i++) {
        if (!AF_AT(af_atom_t, index->atoms, atoms[i])->is_gate) {
            continue;
        }
        for (size_t at = first_gate(index, atoms[i]);
             at < index->gates.count && AF_AT(af_gate_t, index->gates, at)->atom == atoms[i]; at++) {
            uint32_t number = AF_AT(af_gate_t, index->gates, at)->number;
            matcher->gates_open[number >> 6] |= (uint64_t) 1 << (number & 63);
        }
    }
}
