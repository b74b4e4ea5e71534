/*
 * select/classify.c: what selectors ask of an element, for who wants to know before it is asked.
 */
#include "select/selector.h"

bool af_match_any_subject(const af_matcher_t *matcher)
{
    for (size_t i = 0; i < matcher->atom_count; i++) {
        if (AF_AT(af_atom_t, matcher->index->atoms, matcher->atoms[i])->selectors != 0) {
            return true;
        }
    }
    return false;
}

bool af_index_wakes(const af_index_t *index, const uint32_t *atoms, size_t count)
{
    for (size_t i = 0; index->wakes && i < count; i++) {
        if (AF_AT(af_atom_t, index->atoms, atoms[i])->wakes) {
            return true;
        }
    }
    return false;
}

bool af_match_in_has(const af_matcher_t *matcher)
{
    for (size_t i = 0; i < matcher->atom_count; i++) {
        const af_atom_t *atom = AF_AT(af_atom_t, matcher->index->atoms, matcher->atoms[i]);
        if (atom->in_has && !atom->plain) {
            return true;
        }
    }
    return false;
}

uint32_t af_match_classes(const af_matcher_t *matcher)
{
    const af_index_t *index = matcher->index;

    for (size_t i = 0; i < matcher->atom_count; i++) {
        const af_atom_t *atom = AF_AT(af_atom_t, index->atoms, matcher->atoms[i]);
        if (!atom->plain || atom->tests == 0) {
            return 0;
        }
    }
    return matcher->atom_count == 0 || matcher->name == index->image ? 0 : index->classes[matcher->name];
}

/* Whether the :has() of a subject asks for what a node's name alone does not tell, inside of the element. */
static bool is_inner(const af_index_t *index, const af_condition_t *condition)
{
    for (uint32_t i = condition->ref; i != 0; i = AF_AT(af_alternative_t, index->alternatives, i)->next) {
        const af_alternative_t *item = AF_AT(af_alternative_t, index->alternatives, i);
        const af_compound_t *compound = AF_AT(af_compound_t, index->compounds, item->compound);
        if (item->lead >= AF_COMBINATOR_NEXT || AF_AT(af_atom_t, index->atoms, compound->atom)->plain) {
            return false;
        }
    }
    return condition->ref != 0;
}

bool af_index_wants_inner(const af_index_t *index, uint32_t selector)
{
    uint32_t subject = AF_AT(af_selector_t, index->selectors, selector)->compound;

    for (uint32_t i = AF_AT(af_compound_t, index->compounds, subject)->conditions; i != 0;) {
        const af_condition_t *condition = AF_AT(af_condition_t, index->conditions, i);
        if (condition->kind == AF_CONDITION_HAS && is_inner(index, condition)) {
            return true;
        }
        i = condition->next;
    }
    return false;
}

static void classify(af_index_t *index, bool *lacks, uint32_t tag, uint32_t bit)
{
    lacks[tag] = lacks[tag] || bit == 0;
    index->classes[tag] = lacks[tag] ? 0 : index->classes[tag] | bit;
}

void af_index_classify(af_index_t *index, uint32_t (*bit_of)(void *opaque, uint32_t owner, uint32_t selector), void *opaque)
{
    bool lacks[AF_TAG_COUNT] = {false};

    for (uint32_t i = 1; i < index->selectors.count; i++) {
        const af_selector_t *selector = AF_AT(af_selector_t, index->selectors, i);
        const af_atom_t *atom = AF_AT(af_atom_t, index->atoms, AF_AT(af_compound_t, index->compounds, selector->compound)->atom);
        if (!atom->plain || atom->tests == 0) {
            continue;
        }
        uint32_t bit = bit_of(opaque, selector->owner, i);
        for (uint32_t tag = 1; tag < AF_TAG_COUNT; tag++) {
            if (atom->tag == tag || (atom->tag == 0 && af_index_has_type(index, atom->tests, tag))) {
                classify(index, lacks, tag, bit);
            }
        }
    }
}
