/*
 * select/atoms.c: which atoms a start tag fulfils.
 *
 * First the tag's attributes are walked once and the buckets that they hit are noted; then the atoms in these buckets are tested,
 * each once. A tag that hits nothing costs a bit looked up for each attribute name, and a hash and another bit for each id and
 * class. Values are decoded only where a test or a bucket wants them. Of duplicate attributes the first counts (HTML
 * #attribute-name-state).
 */
#include "select/attributes.h"
#include "select/gates.h"

/* A tag while it is tested. */
typedef struct {
    af_matcher_t *matcher;
    const af_index_t *index;
    const af_token_t *token; /* NULL: no attributes */
    const uint8_t *readable; /* where bytes end that may be read, in the tag and behind it */
    uint32_t name;
    const af_attribute_t *decoded; /* whose value is in the scratch */
    size_t decoded_len;
    bool camel_case;               /* an SVG element whose name no type selector has */
    size_t word_count;             /* patterns of :named() that its names may have */
    uint8_t small[2 * AF_BLOCK_SIZE]; /* the values of a tag that is shorter than a block, where they lie in it */
    af_status_t status;
    af_word_t words[AF_WORDS];     /* set as far as word_count tells */
} view_t;

void af_matcher_init(af_matcher_t *matcher, const af_index_t *index, af_pool_t *pool, af_heap_t *heap)
{
    *matcher = (af_matcher_t){.index = index, .pool = pool, .heap = heap, .remembers = index != NULL && index->needs.words};
}

void af_match_forget(af_matcher_t *matcher)
{
    af_heap_release(matcher->heap, matcher->memo, AF_HAS_MEMO * sizeof *matcher->memo);
    af_heap_release(matcher->heap, matcher->notes, AF_NOTE_SETS * AF_NOTE_WAYS * sizeof *matcher->notes);
    matcher->memo = NULL;
    matcher->notes = NULL;
    af_match_forget_tags(matcher);
}

void af_matcher_destroy(af_matcher_t *matcher)
{
    af_match_forget(matcher);
    af_heap_release(matcher->heap, matcher->atoms, matcher->atom_capacity * sizeof *matcher->atoms);
    af_heap_release(matcher->heap, matcher->hits, matcher->hit_capacity * sizeof *matcher->hits);
    af_heap_release(matcher->heap, matcher->scratch, matcher->scratch_capacity);
    matcher->atoms = matcher->hits = NULL;
    matcher->scratch = NULL;
    matcher->atom_count = matcher->atom_capacity = matcher->hit_count = matcher->hit_capacity = matcher->scratch_capacity = 0;
}

/* Finds `value` in sorted numbers: where it is or belongs. */
static size_t find_place(const uint32_t *numbers, size_t count, uint32_t value)
{
    size_t from = 0, to = count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (numbers[middle] < value) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from;
}

static af_status_t insert_sorted(af_heap_t *heap, uint32_t **numbers, size_t *count, size_t *capacity, uint32_t value)
{
    size_t at = *count == 0 || (*numbers)[*count - 1] < value ? *count : find_place(*numbers, *count, value);

    if (at < *count && (*numbers)[at] == value) {
        return AF_OK;
    }
    if (*count == *capacity) {
        void *block = *numbers;
        af_status_t status = af_heap_grow(heap, &block, capacity, *count + 1, sizeof **numbers, UINT32_MAX / 4);
        if (status != AF_OK) {
            return status;
        }
        *numbers = block;
    }
    memmove(*numbers + at + 1, *numbers + at, (*count - at) * sizeof **numbers);
    (*numbers)[at] = value;
    ++*count;
    return AF_OK;
}

/* --- Attributes -------------------------------------------------------------------------------------------------------- */

static af_slice_t name_of(const view_t *view, const af_attribute_t *attribute)
{
    return (af_slice_t){view->token->bytes.data + attribute->name, attribute->name_len};
}

static const af_attribute_t *find_attribute(const view_t *view, af_slice_t name)
{
    for (uint32_t i = 0; view->token != NULL && i < view->token->attribute_count; i++) {
        if (af_slice_same(name_of(view, &view->token->attributes[i]), name, true)) {
            return &view->token->attributes[i];
        }
    }
    return NULL;
}

/* Whether a value stands for itself. Short ones are read with the bytes of the tag before them. */
static inline bool is_plain(const af_token_t *token, af_slice_t raw)
{
    const uint8_t *end = raw.data + raw.len;

    if (raw.len > AF_BLOCK_SIZE || end < token->bytes.data + AF_BLOCK_SIZE) {
        return !af_text_needs_decoding(raw);
    }
    af_block_t block = af_block_load(end - AF_BLOCK_SIZE);
    af_block_t odd = af_block_or(af_block_equal(block, 0), af_block_or(af_block_equal(block, '\r'), af_block_equal(block, '&')));
    return raw.len == 0 || af_block_mask(odd) >> (AF_BLOCK_SIZE - raw.len) * AF_BLOCK_STEP == 0;
}

/* The value as the document object model has it; valid until the next call. */
static af_slice_t value_of(view_t *view, const af_attribute_t *attribute)
{
    af_matcher_t *matcher = view->matcher;
    af_slice_t raw = {view->token->bytes.data + attribute->value, attribute->value_len};

    if (is_plain(view->token, raw)) {
        return raw;
    }
    if (view->decoded != attribute) {
        size_t need = raw.len * 2 + 8;
        if (need > matcher->scratch_capacity) {
            void *block = matcher->scratch;
            view->status = af_heap_grow(matcher->heap, &block, &matcher->scratch_capacity, need, 1, SIZE_MAX / 4);
            if (view->status != AF_OK) {
                return (af_slice_t){NULL, 0};
            }
            matcher->scratch = block;
        }
        view->decoded_len = af_text_decode(raw, true, matcher->scratch, matcher->scratch_capacity);
        view->decoded = attribute;
    }
    return (af_slice_t){matcher->scratch, view->decoded_len};
}

/* The next of words between white space, or one of length 0. */
static af_slice_t next_word(af_slice_t text, size_t *at)
{
    size_t from;

    while (*at < text.len && af_is_space(text.data[*at])) {
        ++*at;
    }
    from = *at;
    while (*at < text.len && !af_is_space(text.data[*at])) {
        ++*at;
    }
    return (af_slice_t){text.len > 0 ? text.data + from : NULL, *at - from};
}

/* --- Tests ------------------------------------------------------------------------------------------------------------- */

static bool has_word(af_slice_t text, af_slice_t word, bool caseless)
{
    size_t at = 0;
    af_slice_t found;

    if (word.len == 0) {
        return false;
    }
    while ((found = next_word(text, &at)).len > 0) {
        if (af_slice_same(found, word, caseless)) {
            return true;
        }
    }
    return false;
}

static bool has_at(af_slice_t text, size_t at, af_slice_t part, bool caseless)
{
    return part.len <= text.len && at <= text.len - part.len &&
           af_slice_same((af_slice_t){text.data + at, part.len}, part, caseless);
}

static bool has_inside(af_slice_t text, af_slice_t part, bool caseless)
{
    if (!caseless) {
        return part.len <= text.len && memmem(text.data, text.len, part.data, part.len) != NULL;
    }
    for (size_t at = 0; at + part.len <= text.len; at++) {
        if (has_at(text, at, part, caseless)) {
            return true;
        }
    }
    return false;
}

/* Selectors #attribute-representation, #attribute-substrings: an empty part is in nothing. */
static bool value_holds(af_slice_t value, const af_test_t *test, af_slice_t wanted)
{
    bool caseless = test->caseless;

    switch ((af_value_operation_t) test->operation) {
    case AF_VALUE_PRESENT:
        return true;
    case AF_VALUE_EQUALS:
        return af_slice_same(value, wanted, caseless);
    case AF_VALUE_WORD:
        return has_word(value, wanted, caseless);
    case AF_VALUE_DASH:
        return has_at(value, 0, wanted, caseless) && (value.len == wanted.len || value.data[wanted.len] == '-');
    case AF_VALUE_PREFIX:
        return wanted.len > 0 && has_at(value, 0, wanted, caseless);
    case AF_VALUE_SUFFIX:
        return wanted.len > 0 && value.len >= wanted.len && has_at(value, value.len - wanted.len, wanted, caseless);
    case AF_VALUE_INSIDE:
        return wanted.len > 0 && has_inside(value, wanted, caseless);
    }
    return false;
}

static bool attribute_holds(view_t *view, const af_test_t *test, af_slice_t name)
{
    const af_attribute_t *attribute = find_attribute(view, name);
    af_slice_t wanted = af_span_slice(view->index, test->value);

    if (attribute == NULL) {
        return false;
    }
    if (test->kind == AF_TEST_ATTRIBUTE && test->operation == AF_VALUE_PRESENT) {
        return true;
    }
    af_slice_t value = value_of(view, attribute);
    if (view->status != AF_OK) {
        return false;
    }
    if (test->kind == AF_TEST_CLASS) {
        return has_word(value, wanted, view->matcher->quirks);
    }
    return test->kind == AF_TEST_ID ? af_slice_same(value, wanted, view->matcher->quirks) : value_holds(value, test, wanted);
}

/* :named(): in any of the element's names. */
static bool words_hold(view_t *view, const af_test_t *test)
{
    for (size_t i = 0; i < view->word_count; i++) {
        if (view->words[i].key == test->ref &&
            af_named_holds(&view->words[i], af_span_slice(view->index, test->value), test->operation == AF_VALUE_PREFIX)) {
            return true;
        }
    }
    return false;
}

static bool tests_hold(view_t *view, uint32_t number);

static bool any_holds(view_t *view, uint32_t number)
{
    while (number != 0) {
        const af_alternative_t *item = AF_AT(af_alternative_t, view->index->alternatives, number);
        if (tests_hold(view, AF_AT(af_compound_t, view->index->compounds, item->compound)->tests)) {
            return true;
        }
        number = item->next;
    }
    return false;
}

/* HTML #valid-custom-element-name; those of SVG and MathML with a dash are none. */
static bool is_custom(const view_t *view)
{
    static const char *const others[] = {"annotation-xml", "color-profile", "font-face", "font-face-src", "font-face-uri",
                                         "font-face-format", "font-face-name", "missing-glyph"};
    af_slice_t name = view->token != NULL && view->name == AF_TAG_UNKNOWN ? view->token->name : (af_slice_t){NULL, 0};

    if (name.len == 0 || memchr(name.data, '-', name.len) == NULL) {
        return false;
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (af_slice_same(name, af_slice_of(others[i]), true)) {
            return false;
        }
    }
    return true;
}

static bool test_holds(view_t *view, const af_test_t *test)
{
    const af_index_t *index = view->index;

    switch ((af_test_kind_t) test->kind) {
    case AF_TEST_TAG:
        if (view->camel_case) {
            return false;
        }
        /* "image" becomes an img in HTML and stays itself in SVG: the node's name decides when it is known. */
        return view->name == test->ref || (view->name == index->image && view->name != AF_TAG_UNKNOWN && test->ref == index->img);
    case AF_TEST_NAME:
        return view->token != NULL && !view->camel_case && view->name == AF_TAG_UNKNOWN &&
               af_slice_same(view->token->name, af_span_slice(index, test->name), true);
    case AF_TEST_CUSTOM:
        return is_custom(view);
    case AF_TEST_ID:
        return attribute_holds(view, test, af_slice_of("id"));
    case AF_TEST_CLASS:
        return attribute_holds(view, test, af_slice_of("class"));
    case AF_TEST_ATTRIBUTE:
        return attribute_holds(view, test, af_span_slice(index, test->name));
    case AF_TEST_WORDS:
        return words_hold(view, test);
    case AF_TEST_ANY:
        return any_holds(view, test->ref);
    case AF_TEST_NONE:
        return !any_holds(view, test->ref);
    }
    return false;
}

/* All tests from `number` on but one that is known to hold. */
static bool others_hold(view_t *view, uint32_t number, uint32_t known)
{
    for (; number != 0; number = AF_AT(af_test_t, view->index->tests, number)->next) {
        if (number != known && !test_holds(view, AF_AT(af_test_t, view->index->tests, number))) {
            return false;
        }
    }
    return true;
}

static bool tests_hold(view_t *view, uint32_t number)
{
    return others_hold(view, number, 0);
}

/* --- Buckets ----------------------------------------------------------------------------------------------------------- */

static void note_entries(view_t *view, uint32_t entries)
{
    af_matcher_t *matcher = view->matcher;

    if (entries != 0 && view->status == AF_OK) {
        view->status = insert_sorted(matcher->heap, &matcher->hits, &matcher->hit_count, &matcher->hit_capacity, entries);
    }
}

static inline void note_key(view_t *view, uint32_t key)
{
    if (af_index_may_have(view->index, key)) {
        const af_slot_t *slot = af_index_slot(view->index, key);
        note_entries(view, slot == NULL ? 0 : slot->entries);
    }
}

static inline bool note_word(void *opaque, const uint8_t *from, const uint8_t *stop)
{
    view_t *view = opaque;

    if (stop > from && af_may_have_class(view->index, *from, stop[-1])) {
        note_key(view, af_key_before(AF_KEY_CLASS, stop, (size_t) (stop - from)));
    }
    return true;
}

/* Notes the words of a value that stands for itself; false where a byte may not, or where there is no room to look. */
static inline bool note_plain_words(view_t *view, af_slice_t raw)
{
    return af_has_room(view->token, view->readable, raw) && af_each_word(raw, note_word, view);
}

static void note_classes(view_t *view, af_slice_t value)
{
    af_slice_t word;
    size_t at = 0;

    while ((word = next_word(value, &at)).len > 0) {
        note_key(view, af_key(AF_KEY_CLASS, word));
    }
}

/* The words of :named(). A tag shorter than a block is read where there is room behind it. */
static void note_words(view_t *view, af_slice_t value)
{
    af_slice_t bytes = view->token->bytes;
    const uint8_t *readable = bytes.data + bytes.len;
    size_t from = view->word_count;

    if (bytes.len < AF_BLOCK_SIZE && value.len > 0) {
        uint8_t *copy = view->small + (value.data - bytes.data);
        memcpy(copy, value.data, value.len);
        value.data = copy;
        readable = view->small + sizeof view->small;
    }
    view->word_count += af_words_find(view->index, value, readable, view->words + from, AF_WORDS - from);
    for (size_t i = from; i < view->word_count; i++) {
        note_key(view, view->words[i].key); /* NOLINT(clang-analyzer-core.CallAndMessage): set up to word_count */
    }
}

/* Whether a value that lies in the tag may hold what a bucket by grams asks for: where these are few, two bytes of each are
 * compared with many places at once, some of them beyond the value. */
static inline bool may_hold_pair(const view_t *view, af_slice_t value, const af_pairs_t *pairs)
{
    return pairs->count > AF_PAIRS_MAX || view->decoded != NULL || !af_has_room(view->token, view->readable, value) ||
           af_holds_pair(value, pairs, pairs->count);
}

static void note_grams(view_t *view, uint32_t attribute_key, af_slice_t value)
{
    for (size_t at = 0; at + AF_GRAM <= value.len; at += AF_GRAM_STEP) {
        uint32_t gram = af_gram_load(value.data + at);
        if (af_index_may_have_gram(view->index, gram)) {
            note_key(view, af_key_gram(attribute_key, gram));
        }
    }
}

/* The buckets by name and value. */
static inline __attribute__((always_inline)) void note_value(view_t *view, af_slice_t value, const af_slot_t *slot)
{
    note_entries(view, slot->entries);
    if ((slot->finer & AF_FINER_VALUE) != 0) {
        note_key(view, af_key_value(slot->hash, value));
    }
    const af_pairs_t *pairs = slot == &view->index->class_name ? &view->index->class_pairs : &view->index->other_pairs;
    if ((slot->finer & AF_FINER_GRAM) != 0 && may_hold_pair(view, value, pairs)) {
        note_grams(view, slot->hash, value);
    }
}

static inline __attribute__((always_inline)) void note_class(view_t *view, const af_attribute_t *attribute)
{
    const af_slot_t *slot = &view->index->class_name;
    af_slice_t value = {view->token->bytes.data + attribute->value, attribute->value_len};

    if (!view->index->has_classes || !note_plain_words(view, value)) {
        value = value_of(view, attribute);
        if (view->status != AF_OK) {
            return;
        }
        note_classes(view, value);
    }
    note_value(view, value, slot);
}

static void note_id(view_t *view, const af_attribute_t *attribute)
{
    af_slice_t value = value_of(view, attribute);

    if (view->status != AF_OK) {
        return;
    }
    if (value.len > 0) {
        note_key(view, af_key(AF_KEY_ID, value));
    }
    note_value(view, value, &view->index->id_name);
}

static void note_other(view_t *view, const af_attribute_t *attribute)
{
    uint32_t key = af_key(AF_KEY_ATTRIBUTE, name_of(view, attribute));
    const af_slot_t *slot = af_index_may_have(view->index, key) ? af_index_slot(view->index, key) : NULL;

    if (slot == NULL) {
        return;
    }
    af_slice_t value = slot->finer == 0 ? (af_slice_t){NULL, 0} : value_of(view, attribute);
    if (view->status == AF_OK) {
        note_value(view, value, slot);
    }
}

static inline void note_attribute(view_t *view, const af_attribute_t *attribute)
{
    af_slice_t name = name_of(view, attribute);

    if (view->index->needs.words && af_named_attribute(view->name, name)) {
        note_words(view, (af_slice_t){view->token->bytes.data + attribute->value, attribute->value_len});
    }
    if (af_is_class(name)) {
        note_class(view, attribute);
    } else if (af_is_id(name)) {
        note_id(view, attribute);
    } else {
        note_other(view, attribute);
    }
}

/* Those that buckets may ask for. */
static inline void note_attributes(view_t *view)
{
    const af_token_t *token = view->token;
    uint64_t left = ~token->unasked & (token->attribute_count < 64 ? ((uint64_t) 1 << token->attribute_count) - 1 : UINT64_MAX);

    for (; left != 0 && view->status == AF_OK; left &= left - 1) {
        uint32_t i = (uint32_t) __builtin_ctzll(left);
        note_attribute(view, &token->attributes[i]);
        while (i >= 63 && ++i < token->attribute_count && view->status == AF_OK) {
            note_attribute(view, &token->attributes[i]);
        }
    }
}

/* The tag of a name that is not in the table. */
static void note_unknown(view_t *view)
{
    const af_index_t *index = view->index;

    note_entries(view, index->tags[AF_TAG_UNKNOWN]);
    if (index->needs.names) {
        note_key(view, af_key(AF_KEY_NAME, view->token->name));
    }
    if (index->needs.words) {
        note_words(view, view->token->name);
    }
}

static void test_bucket(view_t *view, uint32_t number)
{
    const af_index_t *index = view->index;
    af_matcher_t *matcher = view->matcher;

    while (number != 0 && view->status == AF_OK) {
        const af_entry_t *entry = AF_AT(af_entry_t, index->entries, number);
        const af_atom_t *atom = AF_AT(af_atom_t, index->atoms, entry->atom);
        const af_test_t *first = AF_AT(af_test_t, index->tests, entry->test);
        bool holds = atom->plain ? !view->camel_case || atom->tests == 0
                                 : (entry->test == 0 || test_holds(view, first)) &&
                                   others_hold(view, atom->tests, first->name.from);
        if (holds && view->status == AF_OK) {
            view->status = insert_sorted(matcher->heap, &matcher->atoms, &matcher->atom_count, &matcher->atom_capacity,
                                         entry->atom);
        }
        number = entry->next;
    }
}

/* What is true of every tag of that name. */
static void take_plain(view_t *view, uint32_t tag)
{
    af_matcher_t *matcher = view->matcher;
    size_t count = view->index->plain[tag].count;

    if (count == 0) {
        return;
    }
    const uint32_t *atoms = AF_AT(uint32_t, view->index->plain_atoms, view->index->plain[tag].from);
    if (matcher->atom_count == 0 && count <= matcher->atom_capacity) {
        matcher->atom_count = af_gate_copy_plain(matcher, tag, matcher->atoms);
        return;
    }
    for (size_t i = 0; i < count && view->status == AF_OK; i++) {
        if (af_gate_is_open(matcher, atoms[i])) {
            view->status = insert_sorted(matcher->heap, &matcher->atoms, &matcher->atom_count, &matcher->atom_capacity, atoms[i]);
        }
    }
}

/* HTML #adjust-svg-tag-name: names that SVG elements have in mixed case. Type selectors are lower case, so none picks them. */
static bool is_camel_case(af_slice_t name)
{
#define NAME(text) {(const uint8_t *) (text), sizeof(text) - 1}
    static const af_slice_t names[] = {
        NAME("altglyph"), NAME("altglyphdef"), NAME("altglyphitem"), NAME("animatecolor"), NAME("animatemotion"),
        NAME("animatetransform"), NAME("clippath"), NAME("feblend"), NAME("fecolormatrix"), NAME("fecomponenttransfer"),
        NAME("fecomposite"), NAME("feconvolvematrix"), NAME("fediffuselighting"), NAME("fedisplacementmap"),
        NAME("fedistantlight"), NAME("fedropshadow"), NAME("feflood"), NAME("fefunca"), NAME("fefuncb"), NAME("fefuncg"),
        NAME("fefuncr"), NAME("fegaussianblur"), NAME("feimage"), NAME("femerge"), NAME("femergenode"), NAME("femorphology"),
        NAME("feoffset"), NAME("fepointlight"), NAME("fespecularlighting"), NAME("fespotlight"), NAME("fetile"),
        NAME("feturbulence"), NAME("foreignobject"), NAME("glyphref"), NAME("lineargradient"), NAME("radialgradient"),
        NAME("textpath")};
#undef NAME

    for (size_t i = 0; name.len >= 6 && i < sizeof names / sizeof *names; i++) { /* which those that icons are made of are not */
        if (names[i].len == name.len && af_slice_same(name, names[i], true)) {
            return true;
        }
    }
    return false;
}

/* What a tag's name asks for; it is known, and not of an SVG element in mixed case. */
static inline void note_name(view_t *view)
{
    note_entries(view, view->index->tags[view->name]);
    take_plain(view, view->name);
    if (view->name == view->index->image) {
        note_entries(view, view->index->tags[view->index->img]);
        take_plain(view, view->index->img);
    }
}

static void test_buckets(view_t *view)
{
    af_matcher_t *matcher = view->matcher;

    test_bucket(view, view->index->universal);
    for (size_t i = 0; i < matcher->hit_count && view->status == AF_OK; i++) {
        test_bucket(view, matcher->hits[i]);
    }
    if (view->status != AF_OK) {
        matcher->atom_count = 0;
    }
}

static af_status_t match_asked(af_matcher_t *matcher, const af_token_t *tag, af_namespace_t space)
{
    view_t view; /* not cleared as a whole: the words are many */

    view.matcher = matcher;
    view.index = matcher->index;
    view.token = tag;
    view.readable = tag == NULL ? NULL : tag->readable == NULL ? tag->bytes.data + tag->bytes.len : tag->readable;
    view.decoded = NULL;
    view.decoded_len = view.word_count = 0;
    view.status = AF_OK;
    view.name = matcher->name;
    /* Type selectors without a prefix ask for any namespace. */
    view.camel_case = space == AF_NS_SVG && tag != NULL && is_camel_case(tag->name);
    if (view.name == AF_TAG_UNKNOWN && tag != NULL) {
        note_unknown(&view);
    }
    if (tag != NULL) {
        note_attributes(&view);
    }
    if (view.name != AF_TAG_UNKNOWN && view.index->asked[view.name] && !view.camel_case) {
        note_name(&view);
    }
    if (matcher->hit_count > 0 || view.index->universal != 0) {
        test_buckets(&view);
    }
    return view.status;
}

af_status_t af_match_tag(af_matcher_t *matcher, const af_token_t *tag, uint32_t name, af_namespace_t space)
{
    const af_index_t *index = matcher->index;

    matcher->name = name < AF_TAG_COUNT ? name : AF_TAG_UNKNOWN;
    matcher->atom_count = matcher->hit_count = 0;
    if (!af_gate_asks(matcher, matcher->name) && index->universal == 0 &&
        (tag == NULL || tag->unasked == UINT64_MAX ||
         (tag->readable != NULL && !index->needs.words && af_index_misses(index, tag)))) {
        return AF_OK;
    }
    return match_asked(matcher, tag, space);
}
