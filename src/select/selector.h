/*
 * select/selector.h: what a selector is made of, and its parser. Only for the files of this room.
 *
 * All parts lie in lists of the index and refer to each other by number; 0 is none. A compound holds its own-attribute tests
 * (an atom, once the selector is accepted) apart from its conditions on the tree, so that a start tag needs the former only.
 * Compounds are linked from the subject leftwards. A refused selector leaves nothing behind: lists are cut back.
 */
#ifndef AF_SELECT_SELECTOR_H
#define AF_SELECT_SELECTOR_H

#include "base/ascii.h"
#include "html/names.h"
#include "select/match.h"

#define AF_SELECT_NESTING 16u   /* parentheses in parentheses */
#define AF_SELECT_COMPOUNDS 64u /* of one complex selector: matching recurses on them */

typedef struct {
    void *items;
    size_t count, capacity;
} af_list_t;

/* Bytes in the index. */
typedef struct {
    uint32_t from, len;
} af_span_t;

typedef enum {
    AF_TEST_TAG,       /* ref: af_tag_t */
    AF_TEST_NAME,      /* name: a type that the tag table does not hold, lower case */
    AF_TEST_CUSTOM,    /* the type is the name of a custom element */
    AF_TEST_ID,        /* value */
    AF_TEST_CLASS,     /* value */
    AF_TEST_ATTRIBUTE, /* name (lower case), operation, value */
    AF_TEST_WORDS,     /* value: letters of :named(), lower case; ref: its key; operation: AF_VALUE_EQUALS, PREFIX; name.from: the
                          group that it is an alternative of, where a bucket asks for that */
    AF_TEST_ANY,       /* ref: alternatives, of whose subjects the tests alone count */
    AF_TEST_NONE       /* ref: alternatives that are nothing but tests */
} af_test_kind_t;

typedef enum {
    AF_VALUE_PRESENT, AF_VALUE_EQUALS, AF_VALUE_WORD, AF_VALUE_DASH, AF_VALUE_PREFIX, AF_VALUE_SUFFIX, AF_VALUE_INSIDE
} af_value_operation_t;

typedef struct {
    uint8_t kind, operation;
    bool caseless;
    uint32_t ref, next;
    af_span_t name, value;
} af_test_t;

typedef enum {
    AF_CONDITION_NTH,       /* positions an+b, from 1 */
    AF_CONDITION_ONLY,
    AF_CONDITION_EMPTY,
    AF_CONDITION_ROOT,
    AF_CONDITION_ANCHOR,    /* is the element that :has() is asked of */
    AF_CONDITION_ANY,       /* ref: alternatives */
    AF_CONDITION_NONE,
    AF_CONDITION_HAS,
    AF_CONDITION_TEXT       /* ref: pattern */
} af_condition_kind_t;

typedef struct {
    uint8_t kind;
    bool last, of_type;     /* AF_CONDITION_NTH, ONLY: counted from the end; among those of its name */
    int32_t a, b;
    uint32_t ref, next;
    uint64_t above;         /* AF_CONDITION_ANY, NONE: one of these names stands above what any of them picks; 0: not so */
} af_condition_t;

typedef enum {
    AF_COMBINATOR_NONE, AF_COMBINATOR_INSIDE, AF_COMBINATOR_CHILD, AF_COMBINATOR_NEXT, AF_COMBINATOR_AFTER
} af_combinator_t;

typedef struct {
    uint32_t tests, conditions; /* first of each */
    uint32_t left;              /* the compound before the combinator */
    uint32_t atom;
    uint8_t combinator;
    bool relative;              /* of :has(): what is left of it is inside of that element, or behind it */
} af_compound_t;

typedef struct {
    uint32_t compound, next;
    uint8_t lead;               /* :has(): the combinator to the anchor */
    bool direct;                /* :has(): one compound alone */
} af_alternative_t;

typedef struct {
    uint32_t tests;
    uint32_t tag;               /* all tests are this type, or one of them is; 0: none */
    uint32_t selectors;         /* first whose subject it is */
    uint8_t gated;              /* its number among those that have gates, from 1; 0: it has none */
    bool plain : 1;             /* a node record alone tells: no tests, only `tag`, or a group of types */
    bool is_subject : 1;        /* of a whole selector: stored even where plain */
    bool in_has : 1;            /* an argument of :has() asks for it */
    bool wakes : 1;             /* from the first element on that it is true of, siblings are asked for */
    bool is_gate : 1;
} af_atom_t;

typedef struct {
    uint32_t compound, owner, next;
} af_selector_t;

typedef struct {
    af_span_t text;
    uint32_t flags;
    bool regex;
} af_pattern_t;

/* A bucket: what has this hash. The keys themselves are not kept, the atoms' tests tell a false hit. */
typedef struct {
    uint32_t hash, entries;
    uint32_t finer;             /* attribute name: AF_FINER_ buckets that there are by its values too */
} af_slot_t;

#define AF_FINER_VALUE 1u       /* by the value's first bytes */
#define AF_FINER_GRAM 2u        /* by four bytes in a row anywhere in the value */

#define AF_DOUBTS 8u            /* of a tag */

/* Selectors of a tag that are led by its type, each with its owner's bit, or 0. */
typedef struct {
    struct { uint32_t selector, bit; } at[AF_DOUBTS];
} af_doubts_t;

#define AF_PAIRS_MAX 6u

/* Two bytes in a row, each with bit 0x20 and sixteen times. */
typedef struct {
    uint8_t bytes[AF_PAIRS_MAX][2][16];
    uint32_t count;             /* more than AF_PAIRS_MAX: too many to be compared one by one */
} af_pairs_t;

typedef struct {
    uint32_t atom, next;
    uint32_t test;              /* what has to hold first: that which brought the atom here; 0: all are tried */
} af_entry_t;

/* What selectors ask of the tree, and kinds of tests that there are. */
typedef struct {
    bool siblings, previous, children, has, empty, wakes;
    bool names, words;          /* types that the tag table does not hold; :named() */
} af_needs_t;

/* Buckets that are added to the index, and to the layers under it, for some pages: layers.c. */
typedef struct {
    uint32_t under;             /* 0: the index alone */
    uint32_t slots, slot_count; /* a power of two, or 0 */
    uint32_t filter, filter_words;
    uint32_t patches, patch_count;
} af_layer_t;

struct af_index {
    af_heap_t *heap;
    af_list_t tests, conditions, compounds, alternatives, atoms, selectors, patterns, bytes, entries;
    af_slot_t *slots;
    size_t slot_count;          /* a power of two */
    uint64_t *filter;           /* a bit for each hash that has a slot, and others: most questions end here */
    size_t filter_words;        /* a power of two */
    af_list_t plain_atoms;      /* uint32_t: of each tag in a row, rising; all are true of it */
    af_list_t gates;            /* af_gate_t, by atom */
    af_list_t doubts;           /* af_doubts_t, from 1 */
    uint64_t *words;            /* AF_WORDS_FILTER bits: one for the four letters that each :named() begins with; NULL: none */
    uint32_t word_letters;      /* of the longest pattern of :named() */
    uint32_t image, img;        /* tags: a start tag "image" makes an img */
    af_list_t layers;           /* from 1 */
    af_list_t layer_slots, layer_filters, patches; /* of the layers */
    af_list_t groups;           /* uint32_t by atom: its group, until all layers are made; empty: all are of group 0 */
    af_list_t group_needs, group_from, group_atoms; /* by group; where the atoms of each begin among all, group by group */

    /* From here on, what a layer may change: an index on a layer is a copy with these words patched. */
    uint32_t layer;             /* 0: none */
    uint32_t universal;         /* entries that every tag has to ask */
    uint64_t grams[64];         /* AF_GRAM_FILTER bits: one for each gram, whatever its attribute */
    af_pairs_t class_pairs, other_pairs; /* of what values must hold */
    uint64_t class_ends[16];    /* a bit for the first and last letter of each class that has a bucket, see af_class_bit */
    uint64_t names[AF_ATTRIBUTE_BITS / 64]; /* the same for attribute names, by af_attribute_bit: the others are not looked at */
    af_slot_t class_name, id_name; /* the slots of these two names */
    uint32_t tags[AF_TAG_COUNT]; /* entries by tag, but those of plain atoms: */
    struct { uint32_t from, count; } plain[AF_TAG_COUNT];
    uint32_t classes[AF_TAG_COUNT]; /* by tag: bits of the owners of its plain atoms, but for those in `doubts` */
    uint32_t doubt[AF_TAG_COUNT]; /* by tag: its doubts: selectors whose owner has no bit, or that names above may refute */
    uint8_t doubt_count[AF_TAG_COUNT]; /* of those; AF_DOUBTS + 1: there are more, nothing is known of the tag's owners */
    bool asked[AF_TAG_COUNT];   /* by tag: its name alone makes it a question */
    bool only_gated[AF_TAG_COUNT]; /* but no more than its plain atoms do, all of which have gates */
    bool in_has[AF_TAG_COUNT];  /* by tag: an argument of :has() may ask for more of its element than its name */
    bool class_by_parts, id_by_parts; /* these have no bucket by the name alone, or by the whole value */
    bool has_classes, has_ids;  /* there are buckets of classes, ids */
    af_needs_t needs;
};

#define AF_AT(type, list, number) (&((type *) (list).items)[number])

static inline const af_compound_t *af_subject_of(const af_index_t *index, uint32_t selector)
{
    return AF_AT(af_compound_t, index->compounds, AF_AT(af_selector_t, index->selectors, selector)->compound);
}

/* Whether one of a group's alternatives, which are types alone, is `tag`. */
bool af_index_has_type(const af_index_t *index, uint32_t tests, uint32_t tag);

/* Puts a copy of `item` at the end; `*number` is its place. */
AF_MUST_USE af_status_t af_list_add(af_heap_t *heap, af_list_t *list, const void *item, size_t size, uint32_t *number);

static inline af_slice_t af_span_slice(const af_index_t *index, af_span_t span)
{
    return (af_slice_t){(const uint8_t *) index->bytes.items + span.from, span.len};
}

static inline bool af_slice_same(af_slice_t a, af_slice_t b, bool caseless)
{
    if (!caseless || a.len != b.len) {
        return af_slice_equal(a, b);
    }
    for (size_t i = 0; i < a.len; i++) {
        if (af_fold(a.data[i]) != af_fold(b.data[i])) {
            return false;
        }
    }
    return true;
}

/* --- Parser ------------------------------------------------------------------------------------------------------------ */

typedef struct {
    af_index_t *index;
    af_slice_t text;
    size_t at;
    af_selector_error_t *error;
    uint32_t nesting;
    bool in_has, allow_text;
} af_parser_t;

/* A selector list up to the end of the text. `*first`: its alternatives. */
AF_MUST_USE af_status_t af_parse_list(af_parser_t *parser, uint32_t *first);

/* A list inside parentheses, which it leaves before ")". `relative`: each may begin with a combinator, for :has(). */
AF_MUST_USE af_status_t af_parse_inner_list(af_parser_t *parser, bool relative, uint32_t *first);

/* A pseudo-class from its ":" on, into `compound`. */
AF_MUST_USE af_status_t af_parse_pseudo(af_parser_t *parser, af_compound_t *compound);

/* The arguments of :named(), up to its ")". */
AF_MUST_USE af_status_t af_parse_named(af_parser_t *parser, af_compound_t *compound);

AF_MUST_USE af_status_t af_parse_add_test(af_parser_t *parser, af_compound_t *compound, const af_test_t *test);

/* selector_text.c: CSS Syntax #consume-name, #consume-string-token and errors. */
bool af_parse_end(const af_parser_t *parser);
uint8_t af_parse_peek(const af_parser_t *parser, size_t ahead);  /* 0 past the end */
bool af_parse_take(af_parser_t *parser, char c);
bool af_parse_space(af_parser_t *parser);                        /* white space and comments; tells whether there were any */
bool af_parse_at_name(const af_parser_t *parser);
AF_MUST_USE af_status_t af_parse_name(af_parser_t *parser, bool fold, af_span_t *out); /* at one */
AF_MUST_USE af_status_t af_parse_string(af_parser_t *parser, af_span_t *out);          /* at a quote */
AF_MUST_USE af_status_t af_parse_byte(af_parser_t *parser, uint8_t byte, af_span_t *out);

/* Tells what is wrong at `at`; `word` (may be empty) is quoted after `message`. Returns `status`. */
af_status_t af_parse_fail(af_parser_t *parser, af_status_t status, size_t at, const char *message, af_slice_t word);
/* "expected WHAT, found ..." at the parser's place. */
af_status_t af_parse_expected(af_parser_t *parser, const char *what);

#endif
