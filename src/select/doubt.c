/*
 * select/doubt.c: selectors that a person did not mean: those that pick nothing, and those that another one makes useless.
 *
 * Only what is plain from the selectors is told: a "no" here says nothing.
 */
#include "select/index.h"

static const af_compound_t *compound_at(const af_index_t *index, uint32_t number)
{
    return AF_AT(af_compound_t, index->compounds, number);
}

static uint32_t tag_of(const af_index_t *index, uint32_t compound)
{
    for (uint32_t i = compound_at(index, compound)->tests; i != 0; i = AF_AT(af_test_t, index->tests, i)->next) {
        if (AF_AT(af_test_t, index->tests, i)->kind == AF_TEST_TAG) {
            return AF_AT(af_test_t, index->tests, i)->ref;
        }
    }
    return AF_TAG_UNKNOWN;
}

static bool has_test(const af_index_t *index, uint32_t tests, const af_test_t *wanted)
{
    for (uint32_t i = tests; i != 0; i = AF_AT(af_test_t, index->tests, i)->next) {
        if (af_index_same_test(index, AF_AT(af_test_t, index->tests, i), wanted)) {
            return true;
        }
    }
    return false;
}

/* Whether all tests from `first` on are among `tests`. */
static bool are_among(const af_index_t *index, uint32_t first, uint32_t tests)
{
    for (uint32_t i = first; i != 0; i = AF_AT(af_test_t, index->tests, i)->next) {
        if (!has_test(index, tests, AF_AT(af_test_t, index->tests, i))) {
            return false;
        }
    }
    return true;
}

static bool excludes_itself(const af_index_t *index, uint32_t tests, const af_test_t *none)
{
    for (uint32_t i = none->ref; i != 0; i = AF_AT(af_alternative_t, index->alternatives, i)->next) {
        const af_compound_t *other = compound_at(index, AF_AT(af_alternative_t, index->alternatives, i)->compound);
        if (other->left == 0 && other->conditions == 0 && are_among(index, other->tests, tests)) {
            return true;
        }
    }
    return false;
}

static const char *contradiction(const af_index_t *index, uint32_t tests)
{
    af_slice_t id = {NULL, 0};

    for (uint32_t i = tests; i != 0; i = AF_AT(af_test_t, index->tests, i)->next) {
        const af_test_t *test = AF_AT(af_test_t, index->tests, i);
        if (test->kind == AF_TEST_NONE && excludes_itself(index, tests, test)) {
            return "its :not() excludes what it asks for";
        }
        if (test->kind == AF_TEST_ID) {
            af_slice_t value = af_span_slice(index, test->value);
            if (id.data != NULL && !af_slice_same(id, value, true)) {
                return "no element has two ids";
            }
            id = value;
        }
    }
    return NULL;
}

static bool holds_text_alone(uint32_t tag)
{
    switch (tag) {
    case AF_TAG_SCRIPT: case AF_TAG_STYLE: case AF_TAG_TEXTAREA: case AF_TAG_TITLE: case AF_TAG_IFRAME: case AF_TAG_NOEMBED:
    case AF_TAG_NOFRAMES: case AF_TAG_XMP:
        return true;
    default:
        return false;
    }
}

static bool is_table_part(uint32_t tag)
{
    return tag == AF_TAG_TR || tag == AF_TAG_TD || tag == AF_TAG_TH;
}

static const char *wrong_place(const af_index_t *index, uint32_t compound)
{
    const af_compound_t *right = compound_at(index, compound);
    bool child = right->combinator == AF_COMBINATOR_CHILD;
    uint32_t parent = tag_of(index, right->left), tag = tag_of(index, compound);

    if (!child && right->combinator != AF_COMBINATOR_INSIDE) {
        return NULL;
    }
    if (af_tag_is_void(parent)) {
        return "nothing is inside of that element";
    }
    if (holds_text_alone(parent)) {
        return "that element holds text alone";
    }
    if (child && parent == AF_TAG_TABLE && is_table_part(tag)) {
        return "a browser puts a tbody between table and its rows";
    }
    if (child && (parent == AF_TAG_TBODY || parent == AF_TAG_THEAD || parent == AF_TAG_TFOOT) &&
        (tag == AF_TAG_TD || tag == AF_TAG_TH)) {
        return "a browser puts a tr around cells";
    }
    return NULL;
}

const char *af_index_never(const af_index_t *index, uint32_t selector)
{
    const char *why = NULL;

    for (uint32_t i = AF_AT(af_selector_t, index->selectors, selector)->compound; why == NULL && i != 0;
         i = compound_at(index, i)->left) {
        why = contradiction(index, compound_at(index, i)->tests);
        if (why == NULL && compound_at(index, i)->left != 0) {
            why = wrong_place(index, i);
        }
    }
    return why;
}

bool af_index_covers(const af_index_t *index, uint32_t wide, uint32_t narrow)
{
    const af_compound_t *a = compound_at(index, AF_AT(af_selector_t, index->selectors, wide)->compound);
    const af_compound_t *b = compound_at(index, AF_AT(af_selector_t, index->selectors, narrow)->compound);

    while (are_among(index, a->tests, b->tests) && a->conditions == 0) {
        if (a->left == 0) {
            return true;
        }
        if (b->left == 0 || a->combinator != b->combinator || b->conditions != 0) {
            return false;
        }
        a = compound_at(index, a->left);
        b = compound_at(index, b->left);
    }
    return false;
}

size_t af_index_selectors(const af_index_t *index)
{
    return index->selectors.count;
}

uint32_t af_index_owner(const af_index_t *index, uint32_t selector)
{
    return AF_AT(af_selector_t, index->selectors, selector)->owner;
}
