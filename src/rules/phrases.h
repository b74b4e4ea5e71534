/*
 * rules/phrases.h: which of several patterns a text may still match, by the characters that it begins with.
 *
 * Most blocks of a page are none that a preset's phrases want, and their first letters tell: a tree of beginnings leads to the
 * few patterns that are left to ask, mostly none. It is made of answers of the patterns themselves (PCRE2's partial matching), so
 * that it is exact whatever they are. Only ASCII leads on; what comes behind anything else is left to the patterns.
 */
#ifndef AF_RULES_PHRASES_H
#define AF_RULES_PHRASES_H

#include "base/regex.h"
#include "rules/store.h"

#define AF_PHRASE_FIRST 0x20u    /* the first character of a table, */
#define AF_PHRASE_CHARACTERS 95u /* and how many there are */

typedef struct {
    const af_regex_t *begins;    /* AF_REGEX_PARTIAL: what tells whether a text may be its beginning */
    uint64_t high[2];            /* bytes from 0x80 on that it may begin with */
    uint32_t rule;
    bool owned;                  /* `begins` is not the rule's own pattern */
} af_phrase_t;

typedef struct {
    uint32_t first, count;       /* into lists: those that a text which begins so may be of */
    uint32_t next;               /* the table of what may follow; 0: nobody looked */
} af_phrase_node_t;

typedef struct {
    af_phrase_t *phrases; uint32_t count; /* in the order of the rules */
    bool empty;                  /* a text of no characters may match */
    bool tells;                  /* there are texts of ASCII that the first character refutes */
    const uint32_t *lists;       /* numbers of phrases, rising in each node */
    const af_phrase_node_t *nodes;       /* [0]: nothing is left; [1]: the beginning */
    const uint16_t (*tables)[AF_PHRASE_CHARACTERS]; /* the node, by what follows */
} af_phrases_t;

/* Makes the tree of the `count` phrases in `store`. `caseless`: both cases of a letter are one to them. AF_NOMEM, AF_LIMIT. */
AF_MUST_USE af_status_t af_phrases_make(af_store_t *store, af_phrase_t *phrases, uint32_t count, bool caseless,
                                        const af_phrases_t **out);

/* Gives back what lies outside of the store. NULL is allowed. */
void af_phrases_release(const af_phrases_t *phrases);

/* The node that `text` leads to (normal text); `*whole`: all of it was looked at. */
static inline const af_phrase_node_t *af_phrases_find(const af_phrases_t *phrases, af_slice_t text, bool *whole)
{
    const af_phrase_node_t *node = &phrases->nodes[1];
    size_t at = 0;

    for (; at < text.len && node->next != 0; at++) {
        uint8_t place = (uint8_t) (text.data[at] - AF_PHRASE_FIRST);
        if (place >= AF_PHRASE_CHARACTERS) {
            break;
        }
        node = &phrases->nodes[phrases->tables[node->next][place]];
    }
    *whole = at == text.len;
    return node;
}

#endif
