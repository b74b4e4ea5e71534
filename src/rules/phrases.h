/*
 * rules/phrases.h: patterns that are asked together of one text, and which of them its beginning leaves.
 *
 * Most blocks of a page are none that a preset's phrases want, and their first letters tell. The patterns of all rules are in one
 * tree of beginnings: a text is led through it once, and what is left there, mostly none, is left to ask, of whatever rule. It is
 * made of answers of the patterns themselves (PCRE2's partial matching), so that it is exact whatever they are. Only ASCII leads
 * on; what comes behind anything else is left to the patterns.
 */
#ifndef AF_RULES_PHRASES_H
#define AF_RULES_PHRASES_H

#include "base/regex.h"
#include "rules/store.h"

#define AF_PHRASE_FIRST 0x20u    /* the first character of a table, */
#define AF_PHRASE_CHARACTERS 95u /* and how many there are */
#define AF_OPENING_TABLE 0xffu   /* a node's edges */
#define AF_OPENING_ASK 0x8000u   /* of a phrase in a list: the tree does not tell it on */
#define AF_OPENING_PHRASE 0x3fffu

typedef struct af_openings af_openings_t;

typedef struct {
    const af_regex_t *begins;    /* AF_REGEX_PARTIAL: what tells whether a text may be its beginning */
    const char *text;            /* the pattern as written */
    uint64_t high[2];            /* bytes from 0x80 on that it may begin with */
    uint32_t rule;
    bool owned;                  /* `begins` is not the rule's own pattern */
    bool caseless;               /* both cases of a letter are one to it */
} af_phrase_t;

/* Those of one rule, or of several with the same selector. */
typedef struct {
    af_phrase_t *phrases; uint32_t count; /* in the order of the rules */
    bool empty;                  /* a text of no characters may match */
    bool tells;                  /* there are texts of ASCII that the first character refutes */
    uint32_t base;               /* the number of the first among those of all */
    uint64_t bit;                /* of the set; the last one is that of all beyond 63 */
    const af_openings_t *openings;
} af_phrases_t;

typedef struct {
    uint64_t sets;               /* bits of those that a text which begins so may be of */
    uint32_t first, count;       /* their phrases, into lists */
    uint32_t next;               /* a table; or the first of */
    uint8_t edges;               /* so many edges, and one behind them for any other character; 0: nobody looked further */
    bool folds;                  /* a capital leads where its small letter does, and has no edge */
} af_opening_node_t;

struct af_openings {
    const uint16_t *lists;       /* numbers of phrases, rising in each node, with AF_OPENING_ASK */
    const af_opening_node_t *nodes;                 /* [0]: nothing is left; [1]: the beginning */
    const uint16_t (*tables)[AF_PHRASE_CHARACTERS]; /* the node, by what follows */
    const uint32_t *edges;       /* a character << 24 and its node */
    uint64_t high[128];          /* the sets that are left, by a first byte from 0x80 on */
};

/* A text, and where it leads. */
typedef struct {
    af_slice_t text;
    const af_opening_node_t *node;
    uint64_t sets;               /* that it may be of */
    bool whole;                  /* all of it was looked at */
} af_opening_t;

/* Puts the phrases of a set in order; they are the set's from then on, but the caller's where it fails. AF_NOMEM. */
AF_MUST_USE af_status_t af_phrases_make(af_store_t *store, af_phrase_t *phrases, uint32_t count, af_phrases_t **out);

/* Gives back what lies outside of the store. NULL is allowed. */
void af_phrases_release(const af_phrases_t *phrases);

/* openings.c: makes the tree of all `sets`, which know it from then on, in `store`. AF_NOMEM, AF_LIMIT. */
AF_MUST_USE af_status_t af_openings_make(af_store_t *store, af_phrases_t *const *sets, size_t count, const af_openings_t **out);

static inline const af_opening_node_t *af_opening_step(const af_openings_t *openings, const af_opening_node_t *node, uint8_t c)
{
    if (node->folds && c >= 'A' && c <= 'Z') {
        c |= 0x20;
    }
    if (node->edges == AF_OPENING_TABLE) {
        return &openings->nodes[openings->tables[node->next][c - AF_PHRASE_FIRST]];
    }
    const uint32_t *edge = openings->edges + node->next, *rest = edge + node->edges;
    while (edge < rest && *edge >> 24 != c) {
        edge++;
    }
    return &openings->nodes[*edge & 0xffffffu];
}

/* Where `text` (normal text) leads; it has to stay. `openings` may be NULL where no rule has phrases. */
static inline af_opening_t af_openings_find(const af_openings_t *openings, af_slice_t text)
{
    af_opening_t opening = {.text = text};
    size_t at = 0;

    if (openings == NULL) {
        return opening;
    }
    opening.node = &openings->nodes[1];
    for (; at < text.len && opening.node->edges != 0 && text.data[at] - AF_PHRASE_FIRST < AF_PHRASE_CHARACTERS; at++) {
        opening.node = af_opening_step(openings, opening.node, text.data[at]);
    }
    opening.whole = at == text.len;
    opening.sets = text.len > 0 && text.data[0] >= 0x80 ? openings->high[text.data[0] - 0x80u] : opening.node->sets;
    return opening;
}

/* Whether the text, or one that begins with it, may be of the set. */
static inline bool af_opening_leaves(const af_opening_t *opening, const af_phrases_t *set)
{
    return (opening->sets & set->bit) != 0;
}

#endif
