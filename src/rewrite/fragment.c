/*
 * rewrite/fragment.c: the beginning of a document that is a piece of another one.
 */
#include "rewrite/rewriter_internal.h"

/* No tag makes the body, but rules without in= are for it. */
static af_status_t match_body(af_rewriter_t *rw, af_node_t body)
{
    af_status_t status = af_waiting_give_atoms(rw, body);

    return status == AF_OK ? af_rewriter_match(rw, body) : status;
}

af_status_t af_fragment_start(af_rewriter_t *rw, const af_fragment_t *fragment)
{
    af_node_t body = 0;
    af_status_t status = af_tree_begin_fragment(&rw->in, fragment->markup, &body);

    rw->doctype_seen = true; /* no quirks: what the item is shown in is not known */
    rw->keeps_notices = !fragment->takes_notices;
    if (status == AF_OK && rw->wants_facts) {
        status = af_facts_give(&rw->facts, fragment->title, fragment->author, fragment->canonical, fragment->date);
        af_slice_t title = af_facts_title(&rw->facts);
        if (status == AF_OK && title.data != NULL) {
            status = af_condition_set_title(&rw->condition, title);
        }
    }
    if (status == AF_OK && af_notices_active(rw)) {
        af_notices_fragment(rw, body);
    }
    return status == AF_OK ? match_body(rw, body) : status;
}
