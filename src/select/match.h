/*
 * select/match.h: selectors against nodes.
 *
 * In two steps. At the start tag, from the tag's bytes alone: which atoms (compound selectors' conditions on name and
 * attributes) hold; the index finds them by id, class, attribute name and tag, whatever the number of rules. Then, on node
 * records, whether a whole selector holds, with three answers: what depends on later siblings, children or text is unknown
 * until the node (or its parent) is closed.
 */
#ifndef AF_SELECT_MATCH_H
#define AF_SELECT_MATCH_H

#include "html/node.h"
#include "html/tokenizer.h"

typedef struct af_index af_index_t;                 /* compiled selectors; immutable */
typedef struct af_index_builder af_index_builder_t;

typedef struct {
    size_t at;                 /* byte in the selector's text */
    char message[160];         /* what is wrong and what is expected */
} af_selector_error_t;

/* `heap` outlives the index. */
AF_MUST_USE af_status_t af_index_builder_create(af_heap_t *heap, af_index_builder_t **out);

/* Lets :has-text() and :contains() in from now on (AF_UNSUPPORTED without): matchers must have `has_text` then. */
void af_index_builder_allow_text(af_index_builder_t *builder);

/* Adds a selector list for `owner` (a rule's number, given back by matches). AF_SYNTAX: `error` tells; AF_UNSUPPORTED: no stream
 * can decide it, `error` tells. Nothing was added then. */
AF_MUST_USE af_status_t af_index_add(af_index_builder_t *builder, af_slice_t text, uint32_t owner, af_selector_error_t *error);

/* The same for a group other than 0, whose selectors are asked on pages alone whose index has a layer with that group. Groups are
 * numbered in a row. */
AF_MUST_USE af_status_t af_index_add_to(af_index_builder_t *builder, uint32_t group, af_slice_t text, uint32_t owner,
                                        af_selector_error_t *error);

/* Makes the index; the builder is used up, whatever comes back. */
AF_MUST_USE af_status_t af_index_compile(af_index_builder_t *builder, af_index_t **out);
void af_index_builder_destroy(af_index_builder_t *builder);
void af_index_destroy(af_index_t *index);

/* Tells whether a selector list can pick nothing but html, head, body or frameset, by the type (or :root) of each subject. For a
 * text that af_index_add takes. */
bool af_selector_names_root(af_slice_t text);

/* doubt.c: selectors by number, from 1 to the count; those of a rule follow each other. */
size_t af_index_selectors(const af_index_t *index);
uint32_t af_index_owner(const af_index_t *index, uint32_t selector);
/* Why the selector can pick nothing, or NULL: it may. Static text. */
const char *af_index_never(const af_index_t *index, uint32_t selector);
/* Whether everything that `narrow` picks is picked by `wide`; false: not sure. */
bool af_index_covers(const af_index_t *index, uint32_t wide, uint32_t narrow);

bool af_index_needs_siblings(const af_index_t *index);  /* ~ :first-child :nth-* ... : nodes must retain siblings */
bool af_index_wakes(const af_index_t *index, const uint32_t *atoms, size_t count); /* .a ~ p: from this element on they must */
bool af_index_needs_previous(const af_index_t *index);  /* + :only-child: open nodes the one before them and their last child */
bool af_index_needs_children(const af_index_t *index);  /* :has() of others than the subject: and children, theirs too */
bool af_index_needs_links(const af_index_t *index);     /* any of these, :has() or :empty: siblings must be linked */

/* Whether a selector asks for the siblings of its subject: while its answer is unknown, these must be retained, with :has() all
 * nodes after the subject. */
bool af_index_looks_later(const af_index_t *index, uint32_t selector);
/* Whether an argument of some :has() may ask for more of an element of this name than its name tells. */
bool af_index_in_has(const af_index_t *index, uint32_t tag);
bool af_index_needs_tags(const af_index_t *index, uint32_t tag); /* some type or universal selector may pick this tag without
                                                                    looking at attributes: implied elements count */

typedef uint32_t (*af_bit_of_t)(void *opaque, uint32_t owner, uint32_t selector);

/* Once, after compile: `bit_of` gives each owner of a selector that is led by a type alone a bit, or 0. */
AF_MUST_USE af_status_t af_index_classify(af_index_t *index, af_bit_of_t bit_of, void *opaque);

/* layers.c: where selectors are in groups, after compile and classify: makes a layer of some groups over another one (0: over
 * the index alone), and classifies its selectors, unless `bit_of` is NULL. `*layer`: its number; that of `under` where the
 * groups have no selectors. */
AF_MUST_USE af_status_t af_index_add_layer(af_index_t *index, uint32_t under, const uint32_t *groups, size_t count,
                                           af_bit_of_t bit_of, void *opaque, uint32_t *layer);
void af_index_end_layers(af_index_t *index); /* once there are no more to come */

/* Makes an index that has the layer, of those that the index has made. It lives no longer than the index, and is given back by
 * af_index_leave_layer with the same heap. Its cost does not depend on the number of selectors. */
AF_MUST_USE af_status_t af_index_on_layer(const af_index_t *index, uint32_t layer, af_heap_t *heap, const af_index_t **out);
void af_index_leave_layer(af_heap_t *heap, const af_index_t *index);

/* Whether the selector picks only elements that have one with some atom inside that a name alone does not tell. */
bool af_index_wants_inner(const af_index_t *index, uint32_t selector);

/* The patterns of :has-text() and :contains(), numbered from 0. False past the last. `regex`: /pattern/ with `flags` (AF_REGEX_
 * of base/regex.h, not yet compiled), else plain text. `text` lives with the index. */
bool af_index_pattern(const af_index_t *index, uint32_t number, af_slice_t *text, bool *regex, uint32_t *flags);

typedef enum { AF_MATCH_NO, AF_MATCH_YES, AF_MATCH_UNKNOWN } af_match_t;

#define AF_HAS_MEMO 1024u

/* What :has() said of a node. */
typedef struct {
    af_node_t node;
    uint32_t first, epoch, said; /* the first alternative; bits of match.c */
} af_has_memo_t;

#define AF_GATED_MAX 256u /* atoms that wait for a gate */

#define AF_NOTE_SETS 512u
#define AF_NOTE_WAYS 4u

/* What a walk has told of a node. */
typedef struct {
    af_node_t node;
    uint32_t key, epoch, said; /* of match.c */
} af_note_t;

typedef struct af_tag_note af_tag_note_t; /* of a start tag: remember.c */

typedef struct {
    const af_index_t *index;
    af_pool_t *pool;
    af_heap_t *heap;
    bool quirks;
    /* Whether the text of `node` has a pattern, for :has-text(); NULL: never. */
    af_match_t (*has_text)(void *opaque, af_node_t node, uint32_t pattern);
    void *opaque;
    uint32_t name;                                         /* of the last af_match_tag; AF_TAG_UNKNOWN: no known type */
    uint32_t *atoms; size_t atom_count, atom_capacity;  /* of the last af_match_tag */
    uint8_t *scratch; size_t scratch_capacity;             /* a decoded attribute value */
    uint32_t *hits; size_t hit_count, hit_capacity;        /* buckets that the last tag asks for */
    uint64_t steps;                                        /* nodes that answers have walked over, so far */
    af_node_t late;                                        /* the caller's: an element whose tag may come later; 0 */
    bool hurries;                                          /* the caller's: what a walk would have to tell is unknown */
    af_has_memo_t *memo;                              /* what :has() said since `epoch` began; NULL: nothing yet */
    uint32_t epoch;
    af_note_t *notes;                                      /* what walks have told, since one was long; NULL: none was */
    bool gated;                                            /* the caller's: html and body are made, and have their attributes */
    uint64_t gates_open[AF_GATED_MAX / 64];                /* by number of the atom that has a gate */
    bool remembers;                                        /* it costs so much to tell what a tag is that it is noted */
    af_tag_note_t *tags; uint32_t round;                   /* what tags were, since the round began; NULL: nothing yet */
} af_matcher_t;

void af_matcher_init(af_matcher_t *matcher, const af_index_t *index, af_pool_t *pool, af_heap_t *heap);
void af_matcher_destroy(af_matcher_t *matcher);

/* Adds the bits (af_attribute_bit) of the attributes that may tell something to the index: those must be asked for. */
void af_index_want(const af_index_t *index, uint64_t names[AF_ATTRIBUTE_BITS / 64]);

/* While the matcher is `gated`: an element that these are the atoms of was made. */
void af_match_open_gates(af_matcher_t *matcher, const uint32_t *atoms, size_t count);

/* Finds the atoms that a start tag fulfils, into matcher->atoms, sorted. `tag`: its token; NULL: an implied element without
 * attributes named `name`. Returns AF_OK also where there are none. */
AF_MUST_USE af_status_t af_match_tag(af_matcher_t *matcher, const af_token_t *tag, uint32_t name, af_namespace_t space);

/* The same of a tag that may have been asked about before. Its bytes stay where they are until the next round. */
AF_MUST_USE af_status_t af_match_tag_again(af_matcher_t *matcher, const af_token_t *tag, uint32_t name, af_namespace_t space);

/* The bytes of all tags so far are gone. */
static inline void af_match_next_round(af_matcher_t *matcher) { matcher->round++; }

/* Calls `found` for each selector whose subject `node` is (YES) or may turn out to be (UNKNOWN: ask again when it, a later
 * sibling or its parent was closed), but not for those to whose owner `skip` says yes. The node's atoms must be stored and the
 * node in its place. */
void af_match_node(af_matcher_t *matcher, af_node_t node, bool (*skip)(void *opaque, uint32_t owner),
                   void (*found)(void *opaque, uint32_t owner, uint32_t selector, af_match_t match), void *opaque);

/* Whether the last tag's atoms are all of the kind that a node's name tells, and each selector that may pick its element is
 * refuted by `above`, the names of what is around that (af_name_bit), or by `skip`: then they need not be stored. */
bool af_match_only(const af_matcher_t *matcher, uint64_t above, bool (*skip)(void *opaque, uint32_t owner, uint32_t selector),
                   void *opaque);

/* The same, but for owners that have a bit: what is left of these is in `*bits`. */
bool af_match_classes(const af_matcher_t *matcher, uint64_t above,
                      bool (*skip)(void *opaque, uint32_t owner, uint32_t selector), void *opaque, uint32_t *bits);

/* Whether the element that the last tag makes in `parent`, or in something around that, is refuted by what is around it: all of
 * which is known, and will not change. */
bool af_match_refuted_in(af_matcher_t *matcher, uint32_t selector, af_node_t parent);

/* Whether the last tag's element may be the subject of a selector, or something that an argument of :has() asks for, of which its
 * name alone does not tell. */
bool af_match_any_subject(const af_matcher_t *matcher);
bool af_match_in_has(const af_matcher_t *matcher);

/* From now on what :has() says of a node is remembered until af_match_changed: for who asks many questions about one tree. */
void af_match_remember(af_matcher_t *matcher);

/* Gives back what tags, :has() and walks left to remember (53 KiB): questions after it cost what first ones do. */
void af_match_forget(af_matcher_t *matcher);

/* The tree has changed since the last af_match_again. */
static inline void af_match_changed(af_matcher_t *matcher) { matcher->epoch++; }

/* Asks again about one selector that was unknown. */
af_match_t af_match_again(af_matcher_t *matcher, af_node_t node, uint32_t selector);

#endif
