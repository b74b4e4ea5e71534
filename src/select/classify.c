/*
 * select/classify.c: what selectors ask of an element, for who wants to know before it is asked.
 */
#include "select/index.h"

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
    for (size_t i = 0; index->needs.wakes && i < count; i++) {
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

/* Whether no element whose name is in `above` is what has to stand above the selector's subject. */
static bool names_refute(const af_index_t *index, uint32_t selector, uint64_t above)
{
    const af_compound_t *compound = af_subject_of(index, selector);

    if (compound->combinator != AF_COMBINATOR_INSIDE && compound->combinator != AF_COMBINATOR_CHILD) {
        return false;
    }
    const af_atom_t *atom = AF_AT(af_atom_t, index->atoms, AF_AT(af_compound_t, index->compounds, compound->left)->atom);
    if (atom->tag != 0 || !atom->plain || atom->tests == 0) {
        return atom->tag != 0 && (above & af_name_bit(atom->tag)) == 0;
    }
    for (uint32_t tag = 1; tag < AF_TAG_COUNT; tag++) {
        if ((above & af_name_bit(tag)) != 0 && af_index_has_type(index, atom->tests, tag)) {
            return false;
        }
    }
    return true;
}

bool af_match_only(const af_matcher_t *matcher, uint64_t above, bool (*skip)(void *opaque, uint32_t owner, uint32_t selector),
                   void *opaque)
{
    const af_index_t *index = matcher->index;

    for (size_t i = 0; i < matcher->atom_count; i++) {
        const af_atom_t *atom = AF_AT(af_atom_t, index->atoms, matcher->atoms[i]);
        if (!atom->plain) {
            return false;
        }
        for (uint32_t at = atom->selectors; at != 0; at = AF_AT(af_selector_t, index->selectors, at)->next) {
            if (!names_refute(index, at, above) && !skip(opaque, AF_AT(af_selector_t, index->selectors, at)->owner, at)) {
                return false;
            }
        }
    }
    return true;
}

/* Whether the last tag's atoms are those of its type, and a few selectors at most are to be looked at one by one. */
static bool is_classified(const af_matcher_t *matcher)
{
    const af_index_t *index = matcher->index;

    for (size_t i = 0; i < matcher->atom_count; i++) {
        const af_atom_t *atom = AF_AT(af_atom_t, index->atoms, matcher->atoms[i]);
        if (!atom->plain || atom->tests == 0) {
            return false;
        }
    }
    return matcher->atom_count > 0 && matcher->name != index->image && index->doubt_count[matcher->name] <= AF_DOUBTS;
}

bool af_match_classes(const af_matcher_t *matcher, uint64_t above,
                      bool (*skip)(void *opaque, uint32_t owner, uint32_t selector), void *opaque, uint32_t *bits)
{
    const af_index_t *index = matcher->index;

    if (!is_classified(matcher)) {
        return false;
    }
    const af_doubts_t *doubts = AF_AT(af_doubts_t, index->doubts, index->doubt[matcher->name]);
    *bits = index->classes[matcher->name];
    for (uint8_t i = 0; i < index->doubt_count[matcher->name]; i++) {
        uint32_t selector = doubts->at[i].selector;
        if (names_refute(index, selector, above)) {
            continue;
        }
        *bits |= doubts->at[i].bit;
        if (doubts->at[i].bit == 0 && !skip(opaque, AF_AT(af_selector_t, index->selectors, selector)->owner, selector)) {
            return false;
        }
    }
    return true;
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

/* The doubts of a tag that may be changed: not those of a layer under this one. */
static af_status_t own_doubts(af_index_t *index, uint32_t tag, uint32_t first)
{
    af_doubts_t doubts = *AF_AT(af_doubts_t, index->doubts, index->doubt[tag]);

    return index->doubt[tag] >= first ? AF_OK
                                      : af_list_add(index->heap, &index->doubts, &doubts, sizeof doubts, &index->doubt[tag]);
}

static af_status_t classify(af_index_t *index, uint32_t tag, uint32_t selector, uint32_t bit, uint32_t first)
{
    uint8_t *count = &index->doubt_count[tag];
    af_status_t status = AF_OK;

    if (bit != 0 && !names_refute(index, selector, 0)) {
        index->classes[tag] |= bit;
    } else if (*count >= AF_DOUBTS) {
        *count = AF_DOUBTS + 1;
    } else if ((status = own_doubts(index, tag, first)) == AF_OK) {
        af_doubts_t *doubts = AF_AT(af_doubts_t, index->doubts, index->doubt[tag]);
        doubts->at[*count].selector = selector;
        doubts->at[(*count)++].bit = bit;
    }
    return status;
}

/* `first`: the first of the doubts that are this layer's. */
static af_status_t classify_selector(af_index_t *index, uint32_t number, af_bit_of_t bit_of, void *opaque, uint32_t first)
{
    const af_selector_t *selector = AF_AT(af_selector_t, index->selectors, number);
    const af_atom_t *atom = AF_AT(af_atom_t, index->atoms, AF_AT(af_compound_t, index->compounds, selector->compound)->atom);
    af_status_t status = AF_OK;

    if (!atom->plain || atom->tests == 0) {
        return AF_OK;
    }
    uint32_t bit = bit_of(opaque, selector->owner, number);
    for (uint32_t tag = 1; status == AF_OK && tag < AF_TAG_COUNT; tag++) {
        if (atom->tag == tag || (atom->tag == 0 && af_index_has_type(index, atom->tests, tag))) {
            status = classify(index, tag, number, bit, first);
        }
    }
    return status;
}

af_status_t af_index_classify(af_index_t *index, af_bit_of_t bit_of, void *opaque)
{
    uint32_t first = (uint32_t) index->doubts.count;
    af_status_t status = AF_OK;

    for (uint32_t i = 1; status == AF_OK && i < index->selectors.count; i++) {
        if (af_group_of(index, af_subject_of(index, i)->atom) == 0) {
            status = classify_selector(index, i, bit_of, opaque, first);
        }
    }
    return status;
}

af_status_t af_index_classify_atoms(af_index_t *index, const uint32_t *atoms, size_t count, af_bit_of_t bit_of, void *opaque)
{
    uint32_t first = (uint32_t) index->doubts.count;
    af_status_t status = AF_OK;

    for (size_t i = 0; i < count; i++) {
        for (uint32_t at = AF_AT(af_atom_t, index->atoms, atoms[i])->selectors; status == AF_OK && at != 0;
             at = AF_AT(af_selector_t, index->selectors, at)->next) {
            status = classify_selector(index, at, bit_of, opaque, first);
        }
    }
    return status;
}
