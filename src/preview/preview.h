/*
 * preview/preview.h: what preview puts into a page: a style, marks on what would change, labels and a panel that list it.
 *
 * Nothing moves: a mark is an attribute of an element that is there, the style draws outlines, and what is added (labels, the
 * panel, notices that would be inserted) is out of the flow. No script, no style attribute: only the one style element, whose
 * text is constant, so that a policy can allow it by its hash. Labels stand at the page's end and are placed by anchors.
 * Limits: changes after the first AF_PREVIEW_ANCHORS are outlined and counted, but have no label and no line; rules on `body`'s
 * last child see the panel.
 */
#ifndef AF_PREVIEW_PREVIEW_H
#define AF_PREVIEW_PREVIEW_H

#include "base/memory.h"
#include "rules/ruleset.h"

typedef enum {
    AF_MARK_REMOVE, AF_MARK_UNWRAP, AF_MARK_STRIP, AF_MARK_INSERT, AF_MARK_REPAIR
} af_mark_kind_t;

typedef struct af_preview af_preview_t;

/* Takes markup, in order; `data` is lent for the call. */
typedef void (*af_preview_put_t)(void *opaque, const uint8_t *data, size_t len);

/* All memory of a preview is taken here. `rules` and `heap` outlive it. AF_NOMEM, AF_LIMIT. */
AF_MUST_USE af_status_t af_preview_create(const af_ruleset_t *rules, af_heap_t *heap, af_preview_t **out);
/* What follows is a part of a page (an SSI include): marks without labels, which are the page's. */
void af_preview_begin_part(af_preview_t *preview);
void af_preview_destroy(af_preview_t *preview);

/* Notes a change and gives the attribute that marks it, a space in front; lent until the next call. */
af_slice_t af_preview_mark(af_preview_t *preview, af_mark_kind_t kind, uint32_t rule);

/* Adds to what the last mark is about: bytes of the page, and text that goes or comes (as in the page: its charset and its
 * references). */
void af_preview_add(af_preview_t *preview, uint64_t bytes, af_slice_t text);

/* What a rule is called on the page: its label, else its text as written. NULL: it has neither. */
const char *af_preview_name(const af_ruleset_t *rules, uint32_t rule);

/* Writes the style element. */
void af_preview_write_style(af_preview_put_t put, void *opaque);

/* Writes labels and panel. */
void af_preview_write_panel(const af_preview_t *preview, af_preview_put_t put, void *opaque);

#endif
