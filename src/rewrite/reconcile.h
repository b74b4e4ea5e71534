/*
 * rewrite/reconcile.h: the output's parser brought to where the input's is: tokens tried on a copy of its tree, and tags written.
 */
#ifndef AF_REWRITE_RECONCILE_H
#define AF_REWRITE_RECONCILE_H

#include "rewrite/rewriter_internal.h"

/* stacks: the tree's open elements that stay, and others that the output has to have open for these. */
AF_MUST_USE af_status_t af_settle_stack(af_rewriter_t *rw, const af_tree_t *tree, af_vector_t *to);

static inline bool same_nodes(const af_node_t *a, size_t a_count, const af_node_t *b, size_t b_count)
{
    return a_count == b_count && (a_count == 0 || memcmp(a, b, a_count * sizeof *a) == 0);
}

bool af_settle_off_stack(const af_node_t *stack, uint32_t at, af_node_t parent); /* it is not among the first `at` */
/* An element that an <a> took off the stack while a table in it, at `at`, stayed open, HTML #parsing-main-inbody, and that the
 * output still has open at `place`: it is open as long as the table is. 0: none. A form is taken off by its own end tag. */
static inline af_node_t af_settle_detached(const af_rewriter_t *rw, const af_node_t *stack, uint32_t at, size_t place)
{
    af_node_t parent = at == 0 || place >= rw->out.depth ? 0 : node_of(rw, stack[at])->parent;

    if (parent == 0 || parent == stack[at - 1] || rw->out.stack[place] != parent || node_of(rw, parent)->name == AF_TAG_FORM) {
        return 0;
    }
    return af_settle_off_stack(stack, at, parent) ? parent : 0;
}

/* settle: ends the output's body, or (`document`) its html, for a comment behind that. */
AF_MUST_USE af_status_t af_settle_go_behind(af_rewriter_t *rw, bool document);

/* passing: opens, behind what was open before the token, formatting elements that it opened again, where it closed some at once,
 * and where they stand each in the one before. `*opened`: so many of the nodes, of which some stay open. */
AF_MUST_USE af_status_t af_passing_open(af_rewriter_t *rw, const af_tree_t *tree, const af_node_t *nodes, uint32_t count,
                                        uint32_t *opened);
/* The same of a <nobr> that goes; then what is not open any more is closed. */
AF_MUST_USE af_status_t af_passing_close(af_rewriter_t *rw, const af_tree_t *tree, const af_token_t *token,
                                         const af_node_t *nodes, uint32_t node_count, uint32_t *opened);

/* trial: a token on a copy of the output's tree with `script`; `accepted`: it has the effect that it has in the input, whose tree
 * is `tree`, and af_trial_take makes the copy the output's tree. */
AF_MUST_USE af_status_t af_trial_token(af_rewriter_t *rw, const af_tree_t *tree, const af_token_t *token, bool *accepted);
/* How many nodes at the end of the script the token that was tried did not make, where it did all else, and these are what is
 * open behind that; 0: it did something else. */
size_t af_trial_left(af_rewriter_t *rw, const af_tree_t *tree);
void af_trial_take(af_rewriter_t *rw);
/* Whether the input's document is the same with the token and without: an end tag of nothing, a NUL, a line feed behind <pre>. */
bool af_trial_nothing(const af_tree_t *tree, const af_token_t *token);
bool af_trial_ends_page(const af_token_t *token); /* </body>, </html> */
bool af_trial_listed(const af_tree_t *tree, af_node_t node); /* among the active formatting elements */
/* The element that stays and that the token took off the list of active formatting elements; 0: none. */
af_node_t af_trial_unlisted(const af_rewriter_t *rw, const af_tree_t *tree);
/* The next event at or after `*at` that puts text or a comment where the output shows it. */
const af_tree_event_t *af_trial_placed(af_rewriter_t *rw, const af_tree_t *tree, uint32_t *at);

/* reconcile: the output's tree made to agree with a list of open nodes. */
AF_MUST_USE af_status_t af_reconcile(af_rewriter_t *rw, const af_node_t *want, size_t count);

/* Opens `node` in the output by a tag of its own. */
AF_MUST_USE af_status_t af_reconcile_open(af_rewriter_t *rw, af_node_t node);

/* Writes an end tag of which the output makes `nodes`, as many as it wants; `*used`: of those that stay. */
AF_MUST_USE af_status_t af_reconcile_end(af_rewriter_t *rw, const af_token_t *token, const af_node_t *nodes, uint32_t count,
                                         uint32_t *used);

/* Takes what is not open off the end of the output's list of formatting elements: it would be opened again. */
AF_MUST_USE af_status_t af_reconcile_forget(af_rewriter_t *rw);
/* The same of a form that the output's parser remembers, whose end tag would close nothing, HTML #form-element-pointer: that
 * was dropped where what is in the form stayed open. Until then another form's tag is ignored. */
AF_MUST_USE af_status_t af_reconcile_forget_form(af_rewriter_t *rw);

/* For the region, which knows all that comes. Of a list of open nodes, those at its end may be implied ones that wait for
 * what makes them: it is reconciled up to these; one more begins to wait, or is opened in those around it where it has a tag. */
bool af_reconcile_is_open(const af_rewriter_t *rw, af_node_t node); /* in the output */
bool af_reconcile_waits(const af_rewriter_t *rw, af_node_t node);
AF_MUST_USE af_status_t af_reconcile_known(af_rewriter_t *rw, const af_node_t *want, size_t count);
/* Has the output's tree take a start tag that makes `node` in `around`; it is not written. */
AF_MUST_USE af_status_t af_reconcile_take(af_rewriter_t *rw, af_node_t node, const af_token_t *token, const af_node_t *around,
                                          size_t count, bool *taken);
AF_MUST_USE af_status_t af_reconcile_later(af_rewriter_t *rw, af_node_t node, const af_node_t *around, size_t count);
/* Has the output's tree take text or a comment in `around`, which it makes, or tags do before it. It is not written. */
AF_MUST_USE af_status_t af_reconcile_content(af_rewriter_t *rw, const af_token_t *token, const af_node_t *around, size_t count);

/* escaped: text of a CDATA section that markup has ended, or of a <plaintext> that is not in the output. */
void af_escaped_follow(af_rewriter_t *rw, const af_token_t *token); /* the token is settled next */
/* Whether it begins a section where there can be none, or is the end of one that has ended before. */
bool af_escaped_drops(af_rewriter_t *rw, const af_token_t *token);
void af_escaped_dropped(af_rewriter_t *rw, const af_token_t *token); /* it was: where it ends a section, that has gone */
bool af_escaped_needed(const af_rewriter_t *rw, const af_token_t *token);
void af_escaped_write(af_rewriter_t *rw, const af_token_t *token);

#endif
