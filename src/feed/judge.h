/*
 * feed/judge.h: whether a piece of XML is well formed, as libxml2 reads it.
 *
 * The strict parser stands at the door: an item that is to be changed is read by it as it came and as it would leave, and the
 * changes are made only if both are well formed. It gets the item, the start tags around it and a declaration of the charset, and
 * nothing else: no DOCTYPE reaches it, so there is no entity to expand and nothing to fetch. XML_PARSE_HUGE is off.
 */
#ifndef AF_FEED_JUDGE_H
#define AF_FEED_JUDGE_H

#include "base/memory.h"

typedef struct af_judge af_judge_t;

/* Makes a judge; its own memory is `heap`'s, the parser's is libxml2's and bounded by that library's limits. AF_NOMEM. */
AF_MUST_USE af_status_t af_judge_create(af_heap_t *heap, af_judge_t **out);
void af_judge_destroy(af_judge_t *judge);

/* `declares` tells whether the document may declare the entity of that name: then a reference to it is no error. */
typedef struct {
    bool (*declares)(const void *opaque, const char *name);
    const void *opaque;
} af_entities_t;

/* Begins a document in `charset` with the start tags that are open. What is lent is read during the call, `entities` until the
 * end. */
void af_judge_begin(af_judge_t *judge, const char *charset, af_slice_t open_tags, const af_entities_t *entities);
void af_judge_push(af_judge_t *judge, const uint8_t *data, size_t len);

typedef struct {
    bool well_formed;
    uint64_t wrong_at; /* not well formed: about where, in the bytes that were pushed since the beginning */
    uint32_t unbound; /* names whose prefix has no namespace: an error of Namespaces in XML only */
} af_verdict_t;

/* Ends the document; the end tags of what is open have been pushed. */
af_verdict_t af_judge_end(af_judge_t *judge);

#endif
