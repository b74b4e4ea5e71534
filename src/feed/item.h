/*
 * feed/item.h: what a feed's item tells of itself: title, author, link, date.
 *
 * UTF-8, references and escapes decoded once. A fact that does not fit is not known: nothing is cut, nothing is guessed.
 */
#ifndef AF_FEED_ITEM_H
#define AF_FEED_ITEM_H

#include "charset/text.h"
#include "feed/form.h"
#include "feed/vocabulary.h"

#define AF_ITEM_FACT 1024u /* bytes of one */

typedef struct {
    uint16_t lens[AF_FACT_DATE + 1];
    uint8_t ranks[AF_FACT_DATE + 1]; /* 0: not known */
    uint8_t bytes[AF_FACT_DATE + 1][AF_ITEM_FACT];
} af_item_t;

/* Forgets all facts. */
void af_item_clear(af_item_t *item);

/* Takes a fact from a field's bytes, if it ranks higher than what is known. `charset`: of its literal bytes; NULL: UTF-8. */
void af_item_take(af_item_t *item, af_fact_t fact, uint8_t rank, af_form_t form, af_slice_t field, const af_charset_t *charset);

/* A fact; {NULL, 0}: not known. Lent until the next clear or take. */
af_slice_t af_item_fact(const af_item_t *item, af_fact_t fact);

#endif
