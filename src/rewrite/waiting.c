/*
 * rewrite/waiting.c: which text is normal text, text that waits for what follows it, and which implied elements rules may pick.
 */
#include "rewrite/hold.h"

/* Elements whose text is no part of the normal text. */
static bool is_silent(const af_node_record_t *record)
{
    if (record->space != AF_NS_HTML) {
        return false;
    }
    switch (record->name) {
    case AF_TAG_SCRIPT: case AF_TAG_STYLE: case AF_TAG_TEMPLATE: case AF_TAG_NOSCRIPT: case AF_TAG_IFRAME: case AF_TAG_NOEMBED:
    case AF_TAG_NOFRAMES: case AF_TAG_XMP: case AF_TAG_PLAINTEXT: case AF_TAG_TEXTAREA: case AF_TAG_TITLE:
        return true;
    default:
        return false;
    }
}

/* Elements whose text is none hold no elements, but for template, and plaintext, where formatting elements are opened again. */
static bool is_text_of(const af_rewriter_t *rw, af_node_t parent, bool held_template)
{
    bool looks_up = rw->in.template_count > 0 || af_tree_in_plaintext(&rw->in);

    for (af_node_t node = parent; node != 0; node = node_of(rw, node)->parent) {
        const af_node_record_t *record = node_of(rw, node);
        if (held_template && node_is_template(rw, node)) {
            return record->hold > 0;
        }
        if (is_silent(record)) {
            return false;
        }
        if (!looks_up || (record->hold > 0 && !af_tree_in_plaintext(&rw->in))) {
            return true;
        }
    }
    return true;
}

/* Whether text under `parent` is normal text of the innermost candidate around it. */
bool af_is_normal_text(const af_rewriter_t *rw, af_node_t parent)
{
    return is_text_of(rw, parent, false);
}

/* The same where that may be a template, of which its contents' text is. */
bool af_is_taped_text(const af_rewriter_t *rw, af_node_t parent)
{
    return is_text_of(rw, parent, true);
}

/* --- templates ------------------------------------------------------------------------------------------------------------- */

/* What is in a template is of what waits in it, and of the template, but of nothing around it. It goes to the same tape and the
 * same counts, and is taken off when the template ends. */
typedef struct {
    af_node_t node;
    size_t mark;
    af_counts_t counts;
} contents_t;

/* Whether somebody may wait around a template, or does so for what has gone by before it. */
bool af_contents_count(const af_rewriter_t *rw)
{
    return rw->tape_candidates > 0 || af_structure_active(rw);
}

af_status_t af_contents_begin(af_rewriter_t *rw, af_node_t node)
{
    af_status_t status = AF_OK;

    if (!af_contents_count(rw) || !node_is_template(rw, node)) {
        return AF_OK;
    }
    contents_t *contents = af_vector_add(rw, &rw->contents, sizeof *contents, &status);
    if (contents != NULL) {
        *contents = (contents_t){node, af_tape_mark(&rw->tape), rw->counts};
    }
    return status;
}

void af_contents_end(af_rewriter_t *rw, af_node_t node)
{
    size_t count = rw->contents.count;
    const contents_t *last = count == 0 ? NULL : AF_VECTOR_AT(contents_t, &rw->contents, count - 1);

    if (last != NULL && last->node == node) {
        af_tape_cut(&rw->tape, last->mark);
        rw->counts = last->counts;
        if (rw->block.open && rw->block.mark > last->mark) {
            rw->block.mark = last->mark;
        }
        rw->contents.count--;
    }
}

size_t af_contents_mark(const af_rewriter_t *rw, uint32_t around)
{
    return around < rw->contents.count ? AF_VECTOR_AT(contents_t, &rw->contents, around)->mark : SIZE_MAX;
}

void af_contents_destroy(af_rewriter_t *rw)
{
    af_heap_release(rw->heap, rw->contents.items, rw->contents.capacity * sizeof(contents_t));
}

/* A text condition on an element of raw text asks for its own, which is normal text of nothing else: a tape for that. There is
 * one such element at a time, and nothing else begins in it. */
bool af_raw_has_own_text(const af_rewriter_t *rw, af_node_t node)
{
    return is_silent(node_of(rw, node)) && node_of(rw, node)->name != AF_TAG_TEMPLATE;
}

void af_raw_start(af_rewriter_t *rw)
{
    rw->raw_tape.charset = rw->charset;
    rw->raw_tape.partial.len = 0;
    af_tape_forget(&rw->raw_tape, SIZE_MAX);
}

af_status_t af_raw_text(af_rewriter_t *rw, const af_token_t *token)
{
    size_t before = af_tape_mark(&rw->raw_tape);
    af_status_t status = af_tape_text(&rw->raw_tape, token->bytes, token->from_pos, token->text);

    if (status == AF_LIMIT) {
        af_hold_tape_full(rw, true);
        status = AF_OK;
    }
    af_candidates_text(rw, &rw->raw_tape, before);
    return status;
}

af_status_t af_raw_end(af_rewriter_t *rw)
{
    af_status_t status = rw->raw_tape.partial.len > 0 ? af_tape_break(&rw->raw_tape) : AF_OK;

    return status == AF_LIMIT ? AF_OK : status;
}

static bool any_needed(const af_index_t *index, const uint32_t *tags, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (af_index_needs_tags(index, tags[i])) {
            return true;
        }
    }
    return false;
}

void af_waiting_note_implied(af_rewriter_t *rw)
{
    static const uint32_t implied[] = {AF_TAG_TBODY, AF_TAG_TR, AF_TAG_COLGROUP};
    static const uint32_t by_end_tags[] = {AF_TAG_P, AF_TAG_BR};
    static const uint32_t roots[] = {AF_TAG_HTML, AF_TAG_HEAD, AF_TAG_BODY};
    const af_index_t *index = rw->rules->index;

    rw->implied_atoms = any_needed(index, implied, sizeof implied / sizeof *implied);
    rw->end_tag_atoms = any_needed(index, by_end_tags, sizeof by_end_tags / sizeof *by_end_tags);
    rw->root_atoms = any_needed(index, roots, sizeof roots / sizeof *roots);
}

/* HTML #parsing-main-inbody: a second html or body tag adds the attributes that the element has not. Where no tag made that, as
 * where something stands in front of <body>, selectors know them from there on, and of what came before where that waits. */
af_status_t af_root_attributes(af_rewriter_t *rw, af_node_t node)
{
    af_node_record_t *record = node_of(rw, node);

    if ((record->flags & (AF_NODE_IMPLIED | AF_NODE_LATE_TAG)) != AF_NODE_IMPLIED) {
        return AF_OK;
    }
    record->flags |= AF_NODE_LATE_TAG;
    af_match_changed(&rw->matcher);
    record->atom_count = 0;
    return rw->own_atoms.count == 0 ? AF_OK : af_pool_set_atoms(&rw->pool, node, rw->own_atoms.items, rw->own_atoms.count);
}

bool af_waiting_implies(const af_rewriter_t *rw, const af_token_t *token)
{
    const af_tree_t *in = &rw->in;

    if (!rw->end_tag_atoms || token->type != AF_TOKEN_END_TAG) {
        return false;
    }
    return token->tag == AF_TAG_BR || (token->tag == AF_TAG_P && (in->depth == 0 || in->open[in->depth - 1].name != AF_TAG_P));
}

/* White space that waits for what follows it is given to the tree, joined with `token` where that is text. */
af_status_t af_waiting_end(af_rewriter_t *rw, const af_token_t *token)
{
    af_token_t text = {.type = AF_TOKEN_TEXT, .text = AF_TEXT_DATA, .from_pos = rw->waiting_pos};

    text.bytes = (af_slice_t){rw->waiting.items, rw->waiting.count};
    text.to_pos = text.from_pos + text.bytes.len;
    if (token->type == AF_TOKEN_TEXT) {
        text.text = token->text;
    }
    rw->waiting.count = 0;
    if (af_strip_applies(rw, &text) && !rw->strip_over) {
        return af_strip_text(rw, &text);
    }
    return af_rewriter_observe_text(rw, &text);
}

af_status_t af_waiting_take(af_rewriter_t *rw, const af_token_t *token)
{
    const size_t columns = af_tree_text_of_columns(&rw->in, token);
    af_token_t first = *token, rest = *token;

    if (columns == 0 || columns == token->bytes.len) {
        return af_rewriter_observe_text(rw, token);
    }
    first.bytes.len = columns;
    first.to_pos = rest.from_pos = token->from_pos + columns;
    rest.bytes = (af_slice_t){token->bytes.data + columns, token->bytes.len - columns};
    af_status_t status = af_rewriter_observe_text(rw, &first);
    if (status == AF_OK && af_tree_text_waits(&rw->in, &rest)) {
        return af_waiting_add(rw, &rest);
    }
    return status == AF_OK ? af_rewriter_observe_text(rw, &rest) : status;
}

af_status_t af_waiting_add(af_rewriter_t *rw, const af_token_t *token)
{
    af_status_t status = af_vector_reserve(rw, &rw->waiting, rw->waiting.count + token->bytes.len, 1);

    if (status == AF_OK) {
        if (rw->waiting.count == 0) {
            rw->waiting_pos = token->from_pos;
        }
        memcpy((uint8_t *) rw->waiting.items + rw->waiting.count, token->bytes.data, token->bytes.len);
        rw->waiting.count += token->bytes.len;
    }
    return status;
}

af_status_t af_waiting_give_atoms(af_rewriter_t *rw, af_node_t node)
{
    const af_node_record_t *record = node_of(rw, node);

    if (!af_index_needs_tags(rw->rules->index, record->name)) {
        return AF_OK;
    }
    rw->matched_pos = UINT64_MAX;
    af_status_t status = af_match_tag(&rw->matcher, NULL, record->name, (af_namespace_t) record->space);
    return status == AF_OK && rw->matcher.atom_count > 0
               ? af_pool_set_atoms(&rw->pool, node, rw->matcher.atoms, rw->matcher.atom_count)
               : status;
}

af_status_t af_waiting_note_formatting(af_rewriter_t *rw)
{
    af_status_t status = AF_OK;

    rw->formatting_plain = false;
    for (uint32_t i = 0; status == AF_OK && i < rw->in.formatting_count; i++) {
        af_node_t node = rw->in.formatting[i].node;
        if (node == 0 || node_of(rw, node)->atom_count > 0) {
            continue;
        }
        status = af_waiting_give_atoms(rw, node);
        rw->formatting_atoms = rw->formatting_atoms || node_of(rw, node)->atom_count > 0;
    }
    return status;
}
