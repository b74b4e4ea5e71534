/*
 * rewrite/ways.h: the quick ways through a page, which give the same edits as the general one: quiet, foresee, carry.
 */
#ifndef AF_REWRITE_WAYS_H
#define AF_REWRITE_WAYS_H

#include "rewrite/rewriter_internal.h"

/* Whether the bytes stay until the push is over: those that the tokenizer completed in its own memory do not. */
static inline bool af_in_chunk(const af_rewriter_t *rw, const uint8_t *data)
{
    return (uintptr_t) data - (uintptr_t) rw->chunk < rw->chunk_len;
}

/* The tokenizer's next tag, where the tree is plain: it has a current node. */
static inline bool af_rewriter_next_tag(af_rewriter_t *rw, af_token_t *token, af_slice_t *text)
{
    return af_tokenizer_next_tag(rw->tokenizer, rw->in.open[rw->in.depth - 1].name, token, text);
}

/* Finds the atoms of a start tag, once: the general way need not ask what the quiet one has, before it left the tag. */
static inline af_status_t af_rewriter_match_in(af_rewriter_t *rw, const af_token_t *token, af_namespace_t space)
{
    rw->matcher.quirks = rw->in.quirks || !rw->doctype_seen;
    if (rw->matched_pos == token->from_pos) {
        return AF_OK;
    }
    rw->matched_pos = token->from_pos;
    return rw->matcher.remembers && af_in_chunk(rw, token->bytes.data)
           ? af_match_tag_again(&rw->matcher, token, token->tag, space)
           : af_match_tag(&rw->matcher, token, token->tag, space);
}

static inline af_status_t af_rewriter_match_tag(af_rewriter_t *rw, const af_token_t *token)
{
    return af_rewriter_match_in(rw, token, af_tree_in_svg(&rw->in) ? AF_NS_SVG : AF_NS_HTML);
}

/* carry: keeps what was pushed from the token's beginning on, which lies in the chunk; false: that cannot be. */
bool af_carry_from(af_rewriter_t *rw, const af_token_t *token);
/* The chunk that is read now: what was kept, and behind it as much of what came as the answer tells. */
size_t af_carry_join(af_rewriter_t *rw, const uint8_t *data, size_t len);
void af_carry_release(af_rewriter_t *rw);

/* foresee: decides what waits for the end of the start tag's element, if that stands in the chunk and does nothing rare. `token`
 * is read again; where the chunk ends before that is known it may be put off: `carries` is set, and the tag comes once more, with
 * the next chunk, and is to be asked about again. */
AF_MUST_USE af_status_t af_foresee(af_rewriter_t *rw, af_token_t *token);
/* When the tag was dropped: drops what is in its element, if that is known to go. AF_OK. */
af_status_t af_foresee_pass(af_rewriter_t *rw, const af_token_t *token);
/* In an element that is removed: drops what stands next in it, as far as that is in the chunk and does nothing rare. */
AF_MUST_USE af_status_t af_foresee_removed(af_rewriter_t *rw);
/* At the end of the element, in which no :has() found what it asks for: settles its candidates, but where none holds not those
 * that want it emptied. Whether one holds; where one does whose selector asks for more, or whose text since `mark` is a notice,
 * none is settled that does. */
bool af_candidates_foreseen(af_rewriter_t *rw, size_t mark);

/* quiet: the next token that the general way has to take; those before it were kept. */
AF_MUST_USE af_status_t af_rewriter_quiet(af_rewriter_t *rw, af_token_t *token);

#endif
