/*
 * rewrite/moved.c: where on the tape the text begins that the adoption agency may take out of an element.
 *
 * What it takes is in a clone, of which rules may want what they did not of the element: its text is that, and what follows. So
 * text goes to the tape while a formatting element is open that a rule of text picks, whether or not it was refuted by what the
 * element begins with. A mark is of an element that is open; MOVED_MOST bytes of text behind it are kept, and a clone of more is
 * not asked: it stays.
 */
#include "rewrite/rewriter_internal.h"

#define MOVED_MOST 32768u

typedef struct {
    af_node_t node;
    size_t mark;
} text_mark_t;

bool af_moved_asks(const af_rewriter_t *rw)
{
    return rw->formatting_atoms && (rw->rules->has.text || rw->rules->has.dedupe);
}

/* Where the text of an element begins that the adoption agency may still move. */
af_status_t af_moved_note(af_rewriter_t *rw, af_node_t node)
{
    af_status_t status = AF_OK;

    if (rw->tape_candidates == 0 && !af_moved_asks(rw)) {
        return AF_OK;
    }
    text_mark_t *mark = af_vector_add(rw, &rw->text_marks, sizeof *mark, &status);
    if (mark != NULL) {
        *mark = (text_mark_t){node, af_tape_mark(&rw->tape)};
    }
    return status;
}

void af_moved_closed(af_rewriter_t *rw, af_node_t node)
{
    size_t to = 0;

    for (size_t i = 0; i < rw->text_marks.count; i++) {
        text_mark_t mark = *AF_VECTOR_AT(text_mark_t, &rw->text_marks, i);
        if (mark.node != node) {
            *AF_VECTOR_AT(text_mark_t, &rw->text_marks, to++) = mark;
        }
    }
    rw->text_marks.count = to;
}

static bool is_kept(const af_rewriter_t *rw, const text_mark_t *mark)
{
    size_t end = af_tape_mark(&rw->tape);

    return mark->mark >= end || end - mark->mark <= MOVED_MOST;
}

size_t af_moved_needs(const af_rewriter_t *rw)
{
    size_t first = SIZE_MAX;

    for (size_t i = 0; i < rw->text_marks.count; i++) {
        const text_mark_t *mark = AF_VECTOR_AT(text_mark_t, &rw->text_marks, i);
        first = mark->mark < first && is_kept(rw, mark) ? mark->mark : first;
    }
    return first;
}

/* Where the text of the node begins; SIZE_MAX: nobody knows. */
static size_t mark_of(const af_rewriter_t *rw, af_node_t node)
{
    for (size_t i = 0; i < rw->text_marks.count; i++) {
        const text_mark_t *mark = AF_VECTOR_AT(text_mark_t, &rw->text_marks, i);
        if (mark->node == node && is_kept(rw, mark)) {
            return mark->mark;
        }
    }
    return SIZE_MAX;
}

void af_moved_find(af_rewriter_t *rw)
{
    size_t found = SIZE_MAX;
    bool moves = false;

    for (uint32_t i = 0; i < rw->in.event_count; i++) {
        const af_tree_event_t *event = &rw->in.events[i];
        if (event->kind == AF_EVENT_MOVED) {
            size_t mark = mark_of(rw, event->node);
            moves = true;
            found = mark < found ? mark : found;
        }
    }
    rw->moved_mark = found;
    rw->moved_lost = moves && found == SIZE_MAX;
}

void af_moved_destroy(af_rewriter_t *rw)
{
    af_heap_release(rw->heap, rw->text_marks.items, rw->text_marks.capacity * sizeof(text_mark_t));
}
