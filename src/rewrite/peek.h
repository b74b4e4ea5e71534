/*
 * rewrite/peek.h: what peek.c knows of the text behind a start tag.
 */
#ifndef AF_REWRITE_PEEK_H
#define AF_REWRITE_PEEK_H

#include "charset/text.h"
#include "rules/phrases.h"

#define AF_PEEK_TEXT 24u
#define AF_PEEK_PHRASES 12u
#define AF_PEEK_DEPTH 16u
#define AF_HEADING 100u       /* characters of the longest heading */
#define AF_PEEK_RUN (4 * AF_HEADING)

#define AF_PEEK_HEADINGS 4u

/* What stands in the chunk behind a start tag: peek.c. */
typedef struct {
    uint64_t pos;          /* where the tag ends in the stream; 0: none was looked at */
    uint32_t tag;
    const uint8_t *at; size_t len; /* what is left of the chunk */
    const af_charset_t *charset;
    bool in_a, in_p, in_form, in_button, asks_charset; /* what is open around it, or is its own */
    bool read;             /* the rest is filled in */
    bool direct;           /* no tag is in front of the text */
    bool reopens;          /* but formatting elements may be opened again around it */
    bool empty;            /* the element ends before any text */
    uint8_t text_len;      /* 0: nothing is known */
    bool shows;            /* a character of it counts */
    uint8_t text[AF_PEEK_TEXT], said_len;
    af_opening_t opening;  /* of what is said */
    uint64_t text_pos;     /* where that text begins */
    uint64_t found_pos;    /* the same of the text that was found last, which `text` has */
    uint16_t crossed[AF_PEEK_DEPTH]; /* of start tags that were crossed and are open there: how far in front of it they end, */
    uint8_t needs[AF_PEEK_DEPTH];    /* and what had to be let in behind them */
    uint8_t crossed_count;
    uint64_t run_pos;      /* where the run does that was read last; 0: none was */
    bool run_by_inline;    /* for an element that does not end runs, but has none behind its end */
    bool run_known;
    uint16_t run_len;
    uint8_t run[AF_PEEK_RUN]; /* the first run of text, up to a block's tag: what headings are asked of */
    uint8_t asked;         /* what was asked about the text; several selectors of a rule may want the element, and those in it */
    bool refuted[AF_PEEK_PHRASES];
    const af_phrases_t *phrases[AF_PEEK_PHRASES];
    uint8_t headings_asked; /* the same of the run */
    bool heading_refuted[AF_PEEK_HEADINGS];
    const af_regex_t *headings[AF_PEEK_HEADINGS];
} af_peek_t;

#endif
