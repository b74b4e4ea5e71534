/*
 * rewrite/page_facts.c: what the page tells of itself, taken from the tokens that may tell it.
 */
#include "rewrite/rewriter_internal.h"

af_status_t af_facts_observe(af_rewriter_t *rw, const af_token_t *token)
{
    af_status_t status = AF_OK;
    const af_tree_t *in = &rw->in;

    if (rw->facts_node == 0 && (token->type != AF_TOKEN_START_TAG || in->template_count > 0 || !af_facts_wanted(rw, token))) {
        return AF_OK; /* what is in a template the page does not say */
    }
    for (uint32_t i = 0; status == AF_OK && i < in->event_count; i++) {
        const af_tree_event_t *event = &in->events[i];
        if (event->kind == AF_EVENT_CLOSED && event->node == rw->facts_node && rw->facts_node != 0) {
            rw->facts_node = 0;
            status = af_facts_end(&rw->facts);
            af_slice_t title = af_facts_title(&rw->facts);
            if (status == AF_OK && title.data != NULL && !rw->condition.title_known) {
                status = af_condition_set_title(&rw->condition, title);
            }
        } else if (event->kind == AF_EVENT_TEXT && event->parent == rw->facts_node && rw->facts_node != 0) {
            status = af_facts_text(&rw->facts, token->bytes, token->from_pos, token->text);
        } else if (event->kind == AF_EVENT_CREATED && token->type == AF_TOKEN_START_TAG && rw->facts_node == 0 &&
                   node_of(rw, event->node)->space == AF_NS_HTML &&
                   (node_of(rw, event->node)->flags & (AF_NODE_IMPLIED | AF_NODE_CLONE)) == 0) {
            status = af_facts_start_tag(&rw->facts, token);
            if (rw->facts.wants_text && (node_of(rw, event->node)->flags & AF_NODE_CLOSED) == 0) {
                rw->facts_node = event->node;
            }
        }
    }
    return status == AF_LIMIT ? AF_OK : status;
}
