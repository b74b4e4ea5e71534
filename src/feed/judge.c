/*
 * feed/judge.c: libxml2's SAX2 push parser, with no callback but the one for errors.
 *
 * It recovers from errors so that a reference to an entity that the document may declare can be forgiven; whatever else is fatal
 * ends the reading. Without a DOCTYPE such a reference stands for nothing here: its replacement never comes into being.
 */
#include "feed/judge.h"

#include <libxml/parser.h>
#include <libxml/xmlerror.h>

#include <stdio.h>

#define PIECE ((size_t) 1 << 20) /* libxml2 counts in int */

struct af_judge {
    af_heap_t *heap;
    xmlParserCtxtPtr parser;
    const af_entities_t *entities;
    uint64_t ahead; /* bytes that were pushed before the caller's */
    af_verdict_t verdict;
};

static bool forgiven(const af_judge_t *judge, const xmlError *error)
{
    return error->code == XML_ERR_UNDECLARED_ENTITY && error->str1 != NULL && judge->entities->declares != NULL &&
           judge->entities->declares(judge->entities->opaque, error->str1);
}

/* libxml2 2.12 made the error const. */
#if LIBXML_VERSION >= 21200
typedef const xmlError *error_t;
#else
typedef xmlErrorPtr error_t;
#endif

static void on_error(void *opaque, error_t error)
{
    af_judge_t *judge = opaque;

    if (error->domain == XML_FROM_NAMESPACE) {
        judge->verdict.unbound++;
    } else if (error->level == XML_ERR_FATAL && !forgiven(judge, error)) {
        long at = judge->verdict.well_formed ? xmlByteConsumed(judge->parser) : -1;
        judge->verdict.wrong_at = at > 0 && (uint64_t) at > judge->ahead ? (uint64_t) at - judge->ahead : judge->verdict.wrong_at;
        judge->verdict.well_formed = false;
    }
}

af_status_t af_judge_create(af_heap_t *heap, af_judge_t **out)
{
    af_judge_t *judge = af_heap_alloc(heap, sizeof *judge);
    xmlSAXHandler handler;

    *out = NULL;
    if (judge == NULL) {
        return af_heap_why(heap, sizeof *judge);
    }
    memset(judge, 0, sizeof *judge);
    memset(&handler, 0, sizeof handler);
    handler.initialized = XML_SAX2_MAGIC;
    handler.serror = on_error;
    judge->heap = heap;
    judge->parser = xmlCreatePushParserCtxt(&handler, judge, NULL, 0, NULL);
    if (judge->parser == NULL) {
        af_heap_release(heap, judge, sizeof *judge);
        return AF_NOMEM;
    }
    xmlCtxtUseOptions(judge->parser, XML_PARSE_RECOVER | XML_PARSE_NONET);
    *out = judge;
    return AF_OK;
}

void af_judge_destroy(af_judge_t *judge)
{
    if (judge != NULL) {
        xmlFreeParserCtxt(judge->parser);
        xmlResetLastError(); /* the library keeps a copy of a document's error for the process */
        af_heap_release(judge->heap, judge, sizeof *judge);
    }
}

void af_judge_begin(af_judge_t *judge, const char *charset, af_slice_t open_tags, const af_entities_t *entities)
{
    char declaration[128];
    int len = snprintf(declaration, sizeof declaration, "<?xml version=\"1.0\" encoding=\"%s\"?>", charset);

    judge->entities = entities;
    judge->verdict = (af_verdict_t){.well_formed = len > 0 && (size_t) len < sizeof declaration};
    if (xmlCtxtResetPush(judge->parser, NULL, 0, NULL, NULL) != 0) {
        judge->verdict.well_formed = false;
    }
    af_judge_push(judge, (const uint8_t *) declaration, strlen(declaration));
    af_judge_push(judge, open_tags.data, open_tags.len);
    judge->ahead = strlen(declaration) + open_tags.len;
}

void af_judge_push(af_judge_t *judge, const uint8_t *data, size_t len)
{
    while (len > 0 && judge->verdict.well_formed) {
        size_t part = len < PIECE ? len : PIECE;
        xmlParseChunk(judge->parser, (const char *) data, (int) part, 0);
        data += part;
        len -= part;
    }
}

af_verdict_t af_judge_end(af_judge_t *judge)
{
    if (judge->verdict.well_formed) {
        xmlParseChunk(judge->parser, NULL, 0, 1);
    }
    return judge->verdict;
}
