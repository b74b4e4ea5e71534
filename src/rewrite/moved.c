/*
 * rewrite/moved.c: where on the tape the text begins that the adoption agency may take out of an element.
 */
#include "rewrite/rewriter_internal.h"

typedef struct {
    af_node_t node;
    size_t mark;
} text_mark_t;

/* Where the text of an element begins that the adoption agency may still move. */
af_status_t af_moved_note(af_rewriter_t *rw, af_node_t node)
{
    af_status_t status = AF_OK;
    text_mark_t *mark = af_vector_add(rw, &rw->text_marks, sizeof *mark, &status);

    if (mark != NULL) {
        *mark = (text_mark_t){node, af_tape_mark(&rw->tape)};
    }
    return status;
}

/* Where the text begins that this token moves; SIZE_MAX: none does. */
size_t af_moved_find(const af_rewriter_t *rw)
{
    size_t found = SIZE_MAX;

    for (uint32_t i = 0; rw->text_marks.count > 0 && i < rw->in.event_count; i++) {
        for (size_t k = 0; rw->in.events[i].kind == AF_EVENT_MOVED && k < rw->text_marks.count; k++) {
            const text_mark_t *mark = AF_VECTOR_AT(text_mark_t, &rw->text_marks, k);
            found = mark->node == rw->in.events[i].node && mark->mark < found ? mark->mark : found;
        }
    }
    return found;
}

void af_moved_destroy(af_rewriter_t *rw)
{
    af_heap_release(rw->heap, rw->text_marks.items, rw->text_marks.capacity * sizeof(text_mark_t));
}
