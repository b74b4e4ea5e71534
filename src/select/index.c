/*
 * select/index.c: from selectors to atoms.
 *
 * Equal own-attribute tests are one atom, whichever selectors have them; buckets.c says where a tag finds it. After compile
 * nothing here changes.
 */
#include "select/gates.h"
#include "select/index.h"

struct af_index_builder {
    af_index_t *index;
    uint32_t *table;            /* atoms by the hash of their tests; 0 is free */
    size_t table_size;          /* a power of two */
    bool allow_text;
    uint32_t group;             /* of the selector that is added */
};

/* --- Life -------------------------------------------------------------------------------------------------------------- */

/* Number 0 is "none" in every list that is referred to. */
static af_status_t reserve_zero(af_index_t *index)
{
    const af_test_t test = {0};
    const af_condition_t condition = {0};
    const af_compound_t compound = {0};
    const af_alternative_t alternative = {0};
    const af_atom_t atom = {0};
    const af_selector_t selector = {0};
    const af_entry_t entry = {0};
    const af_doubts_t doubts = {0};
    const af_layer_t layer = {0};
    uint32_t zero;
    af_status_t status = af_list_add(index->heap, &index->tests, &test, sizeof test, &zero);

    status = status == AF_OK ? af_list_add(index->heap, &index->conditions, &condition, sizeof condition, &zero) : status;
    status = status == AF_OK ? af_list_add(index->heap, &index->compounds, &compound, sizeof compound, &zero) : status;
    status = status == AF_OK ? af_list_add(index->heap, &index->alternatives, &alternative, sizeof alternative, &zero) : status;
    status = status == AF_OK ? af_list_add(index->heap, &index->atoms, &atom, sizeof atom, &zero) : status;
    status = status == AF_OK ? af_list_add(index->heap, &index->selectors, &selector, sizeof selector, &zero) : status;
    status = status == AF_OK ? af_list_add(index->heap, &index->entries, &entry, sizeof entry, &zero) : status;
    status = status == AF_OK ? af_list_add(index->heap, &index->doubts, &doubts, sizeof doubts, &zero) : status;
    return status == AF_OK ? af_list_add(index->heap, &index->layers, &layer, sizeof layer, &zero) : status;
}

af_status_t af_index_builder_create(af_heap_t *heap, af_index_builder_t **out)
{
    af_index_builder_t *builder = af_heap_alloc(heap, sizeof *builder);
    af_index_t *index;
    af_status_t status;

    *out = NULL;
    if (builder == NULL) {
        return af_heap_why(heap, sizeof *builder);
    }
    index = af_heap_alloc(heap, sizeof *index);
    if (index == NULL) {
        status = af_heap_why(heap, sizeof *index);
        af_heap_release(heap, builder, sizeof *builder);
        return status;
    }
    memset(index, 0, sizeof *index); /* padding too: layers are told by what differs */
    index->heap = heap;
    *builder = (af_index_builder_t){.index = index};
    index->image = af_tag_lookup((const uint8_t *) "image", 5);
    index->img = af_tag_lookup((const uint8_t *) "img", 3);
    status = reserve_zero(index);
    if (status != AF_OK) {
        af_index_builder_destroy(builder);
        return status;
    }
    *out = builder;
    return AF_OK;
}

void af_index_builder_allow_text(af_index_builder_t *builder)
{
    builder->allow_text = true;
}

static void release_builder(af_index_builder_t *builder)
{
    af_heap_t *heap = builder->index->heap;

    af_heap_release(heap, builder->table, builder->table_size * sizeof *builder->table);
    af_heap_release(heap, builder, sizeof *builder);
}

void af_index_builder_destroy(af_index_builder_t *builder)
{
    if (builder != NULL) {
        af_index_t *index = builder->index;
        release_builder(builder);
        af_index_destroy(index);
    }
}

void af_index_destroy(af_index_t *index)
{
    if (index == NULL) {
        return;
    }
    af_heap_release(index->heap, index->tests.items, index->tests.capacity * sizeof(af_test_t));
    af_heap_release(index->heap, index->conditions.items, index->conditions.capacity * sizeof(af_condition_t));
    af_heap_release(index->heap, index->compounds.items, index->compounds.capacity * sizeof(af_compound_t));
    af_heap_release(index->heap, index->alternatives.items, index->alternatives.capacity * sizeof(af_alternative_t));
    af_heap_release(index->heap, index->atoms.items, index->atoms.capacity * sizeof(af_atom_t));
    af_heap_release(index->heap, index->selectors.items, index->selectors.capacity * sizeof(af_selector_t));
    af_heap_release(index->heap, index->patterns.items, index->patterns.capacity * sizeof(af_pattern_t));
    af_heap_release(index->heap, index->bytes.items, index->bytes.capacity);
    af_heap_release(index->heap, index->entries.items, index->entries.capacity * sizeof(af_entry_t));
    af_heap_release(index->heap, index->gates.items, index->gates.capacity * sizeof(af_gate_t));
    af_heap_release(index->heap, index->plain_atoms.items, index->plain_atoms.capacity * sizeof(uint32_t));
    af_heap_release(index->heap, index->doubts.items, index->doubts.capacity * sizeof(af_doubts_t));
    af_heap_release(index->heap, index->words, AF_WORDS_FILTER / 8);
    af_layers_destroy(index);
    af_heap_release(index->heap, index->slots, index->slot_count * sizeof(af_slot_t));
    af_heap_release(index->heap, index->filter, index->filter_words * sizeof(uint64_t));
    af_heap_release(index->heap, index, sizeof *index);
}

/* --- Atoms ------------------------------------------------------------------------------------------------------------- */

static uint32_t hash_tests(const af_index_t *index, uint32_t number)
{
    uint32_t hash = AF_HASH_START;

    for (; number != 0; number = AF_AT(af_test_t, index->tests, number)->next) {
        const af_test_t *test = AF_AT(af_test_t, index->tests, number);
        hash = af_hash_number(hash, test->kind * 64u + test->operation * 2u + test->caseless);
        if (test->kind == AF_TEST_ANY || test->kind == AF_TEST_NONE) {
            for (uint32_t item = test->ref; item != 0; item = AF_AT(af_alternative_t, index->alternatives, item)->next) {
                uint32_t compound = AF_AT(af_alternative_t, index->alternatives, item)->compound;
                hash = af_hash_number(hash, hash_tests(index, AF_AT(af_compound_t, index->compounds, compound)->tests));
            }
        } else {
            hash = af_hash_number(hash, test->ref);
            hash = af_hash_bytes(hash, af_span_slice(index, test->name));
            hash = af_hash_bytes(hash, af_span_slice(index, test->value));
        }
    }
    return hash;
}

/* Atoms are shared in their group alone: what layers have is told by them. */
static uint32_t hash_atom(const af_index_t *index, uint32_t tests, uint32_t group)
{
    uint32_t hash = hash_tests(index, tests);

    return group == 0 ? hash : af_hash_number(hash, group);
}

static bool same_tests(const af_index_t *index, uint32_t a, uint32_t b);

static bool same_alternatives(const af_index_t *index, uint32_t a, uint32_t b)
{
    while (a != 0 && b != 0) {
        const af_alternative_t *left = AF_AT(af_alternative_t, index->alternatives, a);
        const af_alternative_t *right = AF_AT(af_alternative_t, index->alternatives, b);
        if (!same_tests(index, AF_AT(af_compound_t, index->compounds, left->compound)->tests,
                        AF_AT(af_compound_t, index->compounds, right->compound)->tests)) {
            return false;
        }
        a = left->next;
        b = right->next;
    }
    return a == b;
}

bool af_index_same_test(const af_index_t *index, const af_test_t *a, const af_test_t *b)
{
    if (a->kind != b->kind || a->operation != b->operation || a->caseless != b->caseless) {
        return false;
    }
    if (a->kind == AF_TEST_ANY || a->kind == AF_TEST_NONE) {
        return same_alternatives(index, a->ref, b->ref);
    }
    return a->ref == b->ref && af_slice_equal(af_span_slice(index, a->name), af_span_slice(index, b->name)) &&
           af_slice_equal(af_span_slice(index, a->value), af_span_slice(index, b->value));
}

static bool same_tests(const af_index_t *index, uint32_t a, uint32_t b)
{
    while (a != 0 && b != 0) {
        const af_test_t *left = AF_AT(af_test_t, index->tests, a), *right = AF_AT(af_test_t, index->tests, b);
        if (!af_index_same_test(index, left, right)) {
            return false;
        }
        a = left->next;
        b = right->next;
    }
    return a == b;
}

static void place_atom(uint32_t *table, size_t size, uint32_t hash, uint32_t atom)
{
    size_t at = hash & (size - 1);

    while (table[at] != 0) {
        at = (at + 1) & (size - 1);
    }
    table[at] = atom;
}

static af_status_t grow_table(af_index_builder_t *builder)
{
    af_index_t *index = builder->index;
    size_t size = builder->table_size == 0 ? 64 : builder->table_size * 2;
    uint32_t *table = af_heap_alloc(index->heap, size * sizeof *table);

    if (table == NULL) {
        return af_heap_why(index->heap, size * sizeof *table);
    }
    memset(table, 0, size * sizeof *table);
    for (uint32_t i = 1; i < index->atoms.count; i++) {
        place_atom(table, size, hash_atom(index, AF_AT(af_atom_t, index->atoms, i)->tests, af_group_of(index, i)), i);
    }
    af_heap_release(index->heap, builder->table, builder->table_size * sizeof *table);
    builder->table = table;
    builder->table_size = size;
    return AF_OK;
}

/* The type that the tests ask for in every case, or 0. */
static uint32_t tag_of(const af_index_t *index, uint32_t number)
{
    for (; number != 0; number = AF_AT(af_test_t, index->tests, number)->next) {
        if (AF_AT(af_test_t, index->tests, number)->kind == AF_TEST_TAG) {
            return AF_AT(af_test_t, index->tests, number)->ref;
        }
    }
    return 0;
}

static const af_test_t *test_of(const af_index_t *index, uint32_t alternative)
{
    uint32_t compound = AF_AT(af_alternative_t, index->alternatives, alternative)->compound;

    return AF_AT(af_test_t, index->tests, AF_AT(af_compound_t, index->compounds, compound)->tests);
}

/* Whether the tests are one group of types. */
static bool are_types(const af_index_t *index, uint32_t tests)
{
    const af_test_t *test = AF_AT(af_test_t, index->tests, tests);

    if (test->kind != AF_TEST_ANY || test->next != 0) {
        return false;
    }
    for (uint32_t i = test->ref; i != 0; i = AF_AT(af_alternative_t, index->alternatives, i)->next) {
        const af_test_t *inner = test_of(index, i);
        if (inner->kind != AF_TEST_TAG || inner->ref == 0 || inner->next != 0) {
            return false;
        }
    }
    return test->ref != 0;
}

bool af_index_has_type(const af_index_t *index, uint32_t tests, uint32_t tag)
{
    for (uint32_t i = AF_AT(af_test_t, index->tests, tests)->ref; i != 0;
         i = AF_AT(af_alternative_t, index->alternatives, i)->next) {
        if (test_of(index, i)->ref == tag) {
            return true;
        }
    }
    return false;
}

static af_status_t find_atom(af_index_builder_t *builder, uint32_t tests, uint32_t *out)
{
    af_index_t *index = builder->index;
    uint32_t hash = hash_atom(index, tests, builder->group);
    af_atom_t atom = {.tests = tests, .tag = tag_of(index, tests)};
    af_status_t status;

    if (index->atoms.count * 2 >= builder->table_size) {
        status = grow_table(builder);
        if (status != AF_OK) {
            return status;
        }
    }
    for (size_t at = hash & (builder->table_size - 1); builder->table[at] != 0; at = (at + 1) & (builder->table_size - 1)) {
        uint32_t number = builder->table[at];
        if (af_group_of(index, number) == builder->group &&
            same_tests(index, AF_AT(af_atom_t, index->atoms, number)->tests, tests)) {
            *out = number;
            return AF_OK;
        }
    }
    atom.plain = tests == 0 || (atom.tag != 0 && AF_AT(af_test_t, index->tests, tests)->next == 0) || are_types(index, tests);
    status = af_list_add(index->heap, &index->atoms, &atom, sizeof atom, out);
    status = status == AF_OK ? af_groups_note(index, *out, builder->group) : status;
    if (status == AF_OK) {
        place_atom(builder->table, builder->table_size, hash, *out);
    }
    return status;
}

/* Gives atoms to a complex selector's compounds and to those inside its conditions. */
static af_status_t assign_atoms(af_index_builder_t *builder, uint32_t number)
{
    af_index_t *index = builder->index;
    af_status_t status = AF_OK;

    for (; status == AF_OK && number != 0; number = AF_AT(af_compound_t, index->compounds, number)->left) {
        af_compound_t *compound = AF_AT(af_compound_t, index->compounds, number);
        status = find_atom(builder, compound->tests, &compound->atom);
        for (uint32_t item = compound->conditions; status == AF_OK && item != 0;
             item = AF_AT(af_condition_t, index->conditions, item)->next) {
            const af_condition_t *condition = AF_AT(af_condition_t, index->conditions, item);
            if (condition->kind < AF_CONDITION_ANY || condition->kind > AF_CONDITION_HAS) {
                continue;
            }
            for (uint32_t i = condition->ref; status == AF_OK && i != 0;
                 i = AF_AT(af_alternative_t, index->alternatives, i)->next) {
                const af_alternative_t *argument = AF_AT(af_alternative_t, index->alternatives, i);
                uint32_t inside = argument->compound;
                bool asks_inside = condition->kind == AF_CONDITION_HAS && argument->lead < AF_COMBINATOR_NEXT;
                status = assign_atoms(builder, inside);
                if (status == AF_OK && asks_inside) {
                    AF_AT(af_atom_t, index->atoms, AF_AT(af_compound_t, index->compounds, inside)->atom)->in_has = true;
                }
            }
        }
    }
    return status;
}

/* --- Adding ------------------------------------------------------------------------------------------------------------ */

static bool has_condition(const af_index_t *index, uint32_t compound, af_condition_kind_t kind)
{
    uint32_t at = AF_AT(af_compound_t, index->compounds, compound)->conditions;

    while (at != 0 && AF_AT(af_condition_t, index->conditions, at)->kind != kind) {
        at = AF_AT(af_condition_t, index->conditions, at)->next;
    }
    return at != 0;
}

/* Whether `asked` says yes to one of the compounds in the :is(), :where() and :not() of the compound. */
static bool in_groups(const af_index_t *index, uint32_t compound, bool (*asked)(const af_index_t *index, uint32_t compound))
{
    for (uint32_t i = AF_AT(af_compound_t, index->compounds, compound)->conditions; i != 0;) {
        const af_condition_t *condition = AF_AT(af_condition_t, index->conditions, i);
        bool group = condition->kind == AF_CONDITION_ANY || condition->kind == AF_CONDITION_NONE;
        for (uint32_t k = group ? condition->ref : 0; k != 0; k = AF_AT(af_alternative_t, index->alternatives, k)->next) {
            if (asked(index, AF_AT(af_alternative_t, index->alternatives, k)->compound)) {
                return true;
            }
        }
        i = condition->next;
    }
    return false;
}

/* Whether :has() is asked of the compound's own element. */
static bool has_here(const af_index_t *index, uint32_t compound)
{
    return has_condition(index, compound, AF_CONDITION_HAS) || in_groups(index, compound, has_here);
}

/* Whether the compound, or what is left of it, is asked for what stands before it or around it. */
static bool looks_before(const af_index_t *index, uint32_t compound)
{
    for (; compound != 0; compound = AF_AT(af_compound_t, index->compounds, compound)->left) {
        if (AF_AT(af_compound_t, index->compounds, compound)->combinator == AF_COMBINATOR_NEXT ||
            has_condition(index, compound, AF_CONDITION_ONLY) || in_groups(index, compound, looks_before)) {
            return true;
        }
    }
    return false;
}

/* Whether :has() is asked of another element than the subject: also of one that was read before the subject. */
static bool has_elsewhere(const af_index_t *index, uint32_t compound)
{
    uint32_t left = AF_AT(af_compound_t, index->compounds, compound)->left;

    return (left != 0 && (has_here(index, left) || has_elsewhere(index, left))) || in_groups(index, compound, has_elsewhere);
}

/* Whether siblings are nothing to the selector before there is an element that some compound left of a "~" or "+" names by its
 * attributes; a type is too common, and the body's attributes may come late. */
static bool can_wake(const af_index_t *index, uint32_t compound)
{
    for (uint32_t left; compound != 0; compound = left) {
        const af_compound_t *right = AF_AT(af_compound_t, index->compounds, compound);
        left = right->left;
        for (uint32_t i = right->conditions; i != 0; i = AF_AT(af_condition_t, index->conditions, i)->next) {
            uint8_t kind = AF_AT(af_condition_t, index->conditions, i)->kind;
            if (kind != AF_CONDITION_EMPTY && kind != AF_CONDITION_ROOT && kind != AF_CONDITION_TEXT) {
                return false;
            }
        }
        if (right->combinator >= AF_COMBINATOR_NEXT &&
            AF_AT(af_atom_t, index->atoms, AF_AT(af_compound_t, index->compounds, left)->atom)->plain) {
            return false;
        }
    }
    return true;
}

static void wake(af_index_t *index, uint32_t compound)
{
    for (uint32_t left; compound != 0; compound = left) {
        const af_compound_t *right = AF_AT(af_compound_t, index->compounds, compound);
        left = right->left;
        if (right->combinator >= AF_COMBINATOR_NEXT) {
            AF_AT(af_atom_t, index->atoms, AF_AT(af_compound_t, index->compounds, left)->atom)->wakes = true;
            index->needs.wakes = true;
        }
    }
}

/* The selectors from `first` on are the first that need siblings: lets them ask when it is time, if they can. */
static void wake_later(af_index_t *index, size_t first)
{
    for (size_t i = first; i < index->selectors.count; i++) {
        if (!can_wake(index, AF_AT(af_selector_t, index->selectors, i)->compound)) {
            return;
        }
    }
    for (size_t i = first; i < index->selectors.count; i++) {
        wake(index, AF_AT(af_selector_t, index->selectors, i)->compound);
    }
    index->needs.siblings = false;
}

static af_status_t accept(af_index_builder_t *builder, uint32_t first, uint32_t owner)
{
    af_index_t *index = builder->index;
    af_status_t status = AF_OK;

    for (uint32_t item = first; status == AF_OK && item != 0; item = AF_AT(af_alternative_t, index->alternatives, item)->next) {
        af_selector_t selector = {.compound = AF_AT(af_alternative_t, index->alternatives, item)->compound, .owner = owner};
        uint32_t number;
        status = assign_atoms(builder, selector.compound);
        index->needs.children |= index->needs.has && has_elsewhere(index, selector.compound);
        if (status == AF_OK) {
            status = af_list_add(index->heap, &index->selectors, &selector, sizeof selector, &number);
        }
    }
    return status;
}

/* Cuts the lists back to what they were; the lists may have moved meanwhile. */
static void cut_back(af_index_builder_t *builder, const af_index_t *before)
{
    af_index_t *index = builder->index;
    bool atoms = index->atoms.count != before->atoms.count;

    index->tests.count = before->tests.count;
    index->conditions.count = before->conditions.count;
    index->compounds.count = before->compounds.count;
    index->alternatives.count = before->alternatives.count;
    index->atoms.count = before->atoms.count;
    index->selectors.count = before->selectors.count;
    index->patterns.count = before->patterns.count;
    index->bytes.count = before->bytes.count;
    index->groups.count = before->groups.count;
    index->needs = before->needs;
    if (atoms) {
        memset(builder->table, 0, builder->table_size * sizeof *builder->table);
        for (uint32_t i = 1; i < index->atoms.count; i++) {
            uint32_t hash = hash_atom(index, AF_AT(af_atom_t, index->atoms, i)->tests, af_group_of(index, i));
            place_atom(builder->table, builder->table_size, hash, i);
        }
    }
}

static af_status_t add(af_index_builder_t *builder, af_slice_t text, uint32_t owner, af_selector_error_t *error)
{
    const af_index_t before = *builder->index;
    af_parser_t parser = {.index = builder->index, .text = text, .error = error, .allow_text = builder->allow_text};
    uint32_t first = 0;
    af_status_t status;

    if (error != NULL) {
        *error = (af_selector_error_t){0};
    }
    status = af_parse_list(&parser, &first);
    if (status == AF_OK) {
        status = accept(builder, first, owner);
    }
    if (status == AF_OK && builder->index->needs.siblings && !before.needs.siblings) {
        wake_later(builder->index, before.selectors.count);
    }
    if (status != AF_OK) {
        cut_back(builder, &before);
    } else if (builder->index->alternatives.count == before.alternatives.count + 1) {
        builder->index->alternatives.count--; /* the list's only one: its selector names the compound */
    }
    return status;
}

af_status_t af_index_add(af_index_builder_t *builder, af_slice_t text, uint32_t owner, af_selector_error_t *error)
{
    return add(builder, text, owner, error);
}

/* What the other groups need is nothing to this one. */
af_status_t af_index_add_to(af_index_builder_t *builder, uint32_t group, af_slice_t text, uint32_t owner,
                            af_selector_error_t *error)
{
    af_index_t *index = builder->index;
    const af_needs_t of_all = index->needs;
    af_needs_t *needs;
    af_status_t status = AF_OK;

    if (group == 0) {
        return add(builder, text, owner, error);
    }
    status = af_groups_begin(index, group, &needs);
    if (status != AF_OK) {
        return status;
    }
    index->needs = *needs;
    builder->group = group;
    status = add(builder, text, owner, error);
    *needs = index->needs;
    builder->group = 0;
    index->needs = of_all;
    return status;
}

/* --- Done ------------------------------------------------------------------------------------------------------------------ */

void af_list_fit(af_heap_t *heap, af_list_t *list, size_t item)
{
    void *items = list->count == 0 || list->count == list->capacity ? NULL : af_heap_alloc(heap, list->count * item);

    if (items != NULL) {
        memcpy(items, list->items, list->count * item);
        af_heap_release(heap, list->items, list->capacity * item);
        list->items = items;
        list->capacity = list->count;
    }
}

void af_index_fit(af_index_t *index)
{
    af_list_fit(index->heap, &index->tests, sizeof(af_test_t));
    af_list_fit(index->heap, &index->conditions, sizeof(af_condition_t));
    af_list_fit(index->heap, &index->compounds, sizeof(af_compound_t));
    af_list_fit(index->heap, &index->alternatives, sizeof(af_alternative_t));
    af_list_fit(index->heap, &index->atoms, sizeof(af_atom_t));
    af_list_fit(index->heap, &index->selectors, sizeof(af_selector_t));
    af_list_fit(index->heap, &index->bytes, 1);
    af_list_fit(index->heap, &index->entries, sizeof(af_entry_t));
    af_list_fit(index->heap, &index->plain_atoms, sizeof(uint32_t));
    af_list_fit(index->heap, &index->gates, sizeof(af_gate_t));
    af_list_fit(index->heap, &index->doubts, sizeof(af_doubts_t));
}

static void link_subjects(af_index_t *index)
{
    for (uint32_t i = (uint32_t) index->selectors.count; i-- > 1;) {
        af_selector_t *selector = AF_AT(af_selector_t, index->selectors, i);
        af_atom_t *atom = AF_AT(af_atom_t, index->atoms, AF_AT(af_compound_t, index->compounds, selector->compound)->atom);
        selector->next = atom->selectors;
        atom->selectors = i;
        atom->is_subject = true;
    }
}

void af_index_note_in_has(af_index_t *index, uint32_t number)
{
    const af_atom_t *atom = AF_AT(af_atom_t, index->atoms, number);

    for (uint32_t tag = 0; atom->in_has && !atom->plain && tag < AF_TAG_COUNT; tag++) {
        index->in_has[tag] |= atom->tag == 0 || atom->tag == tag;
    }
}

/* What has to stand above each of the alternatives, by name; 0: something else may be picked. */
static uint64_t names_above(const af_index_t *index, uint32_t first)
{
    uint64_t above = 0;

    for (uint32_t i = first; i != 0; i = AF_AT(af_alternative_t, index->alternatives, i)->next) {
        const af_compound_t *compound = AF_AT(af_compound_t, index->compounds,
                                              AF_AT(af_alternative_t, index->alternatives, i)->compound);
        bool inside = compound->combinator == AF_COMBINATOR_INSIDE || compound->combinator == AF_COMBINATOR_CHILD;
        uint32_t left = inside ? AF_AT(af_compound_t, index->compounds, compound->left)->atom : 0;
        uint32_t tag = inside ? AF_AT(af_atom_t, index->atoms, left)->tag : 0;
        if (tag == 0) {
            return 0;
        }
        above |= af_name_bit(tag);
    }
    return above;
}

static void note_above(af_index_t *index)
{
    for (uint32_t i = 1; i < index->conditions.count; i++) {
        af_condition_t *condition = AF_AT(af_condition_t, index->conditions, i);
        bool any = condition->kind == AF_CONDITION_ANY || condition->kind == AF_CONDITION_NONE;
        condition->above = any ? names_above(index, condition->ref) : 0;
    }
}

af_status_t af_index_compile(af_index_builder_t *builder, af_index_t **out)
{
    af_index_t *index = builder->index;
    af_status_t status;

    release_builder(builder);
    *out = NULL;
    link_subjects(index);
    for (uint32_t i = 1; i < index->atoms.count; i++) {
        if (af_group_of(index, i) == 0) {
            af_index_note_in_has(index, i);
        }
    }
    note_above(index);
    status = af_index_make_gates(index);
    status = status == AF_OK ? af_groups_sort(index) : status;
    if (status == AF_OK) {
        status = af_index_make_buckets(index, index->group_atoms.items, *AF_AT(uint32_t, index->group_from, 1));
    }
    if (status != AF_OK) {
        af_index_destroy(index);
        return status;
    }
    if (index->groups.count == 0) {
        af_index_end_layers(index);
    }
    *out = index;
    return AF_OK;
}

/* --- Questions --------------------------------------------------------------------------------------------------------- */

bool af_index_needs_siblings(const af_index_t *index)
{
    return index->needs.siblings;
}

bool af_index_needs_previous(const af_index_t *index)
{
    return index->needs.previous;
}

bool af_index_needs_children(const af_index_t *index)
{
    return index->needs.children;
}

bool af_index_needs_links(const af_index_t *index)
{
    return index->needs.siblings || index->needs.wakes || index->needs.previous || index->needs.children || index->needs.has ||
           index->needs.empty;
}

bool af_index_in_has(const af_index_t *index, uint32_t tag)
{
    return tag >= AF_TAG_COUNT || index->in_has[tag];
}

bool af_index_looks_later(const af_index_t *index, uint32_t selector)
{
    uint32_t compound = AF_AT(af_selector_t, index->selectors, selector)->compound;

    return (index->needs.has && has_here(index, compound)) || (index->needs.previous && looks_before(index, compound));
}

bool af_index_needs_tags(const af_index_t *index, uint32_t tag)
{
    return index->universal != 0 ||
           (tag != AF_TAG_UNKNOWN && tag < AF_TAG_COUNT && (index->tags[tag] != 0 || index->plain[tag].count > 0));
}

bool af_index_pattern(const af_index_t *index, uint32_t number, af_slice_t *text, bool *regex, uint32_t *flags)
{
    if (number >= index->patterns.count) {
        return false;
    }
    const af_pattern_t *pattern = AF_AT(af_pattern_t, index->patterns, number);
    *text = af_span_slice(index, pattern->text);
    *regex = pattern->regex;
    *flags = pattern->flags;
    return true;
}
