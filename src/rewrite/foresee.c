/*
 * rewrite/foresee.c: an element that waits for what is in it, decided at its start tag.
 *
 * A preset's rule that picks a box asks what is in it before it takes it, and all that is in the box waits in the queue
 * meanwhile. Where the box stands whole in the chunk, nothing else is held, and what is in it does nothing but push and pop, its
 * text and its counts are run through ahead of their time, by the functions that the general way uses, and then the tokenizer
 * and the tree go back. A rule that holds removes the element at once, and what is in it is passed over unread; rules that are
 * refuted wait no more. Where anything is in the way the answer is not known, everything is as it was, and the element is held
 * as ever; where that is the chunk's end, it waits at its start tag for the next one (carry.c). So edits do not depend on this.
 */
#include "rewrite/ways.h"

#define SHARE 2u            /* of what was pushed: bytes that may be run through */
#define AT_LEAST 65536u     /* and of a stream that has just begun */

typedef enum { GOES_ON, ENDS, REFUTED, NOT_KNOWN } seen_t;

/* What is put back. */
typedef struct {
    af_tree_place_t place;
    af_counts_t counts;
    uint32_t run_text, run_link, limited;
    size_t mark;
} before_t;

static af_candidate_t *candidate_at(const af_rewriter_t *rw, size_t i)
{
    return AF_VECTOR_AT(af_candidate_t, &rw->candidates, i);
}

static bool wants_emptied(const af_rewriter_t *rw, const af_candidate_t *candidate)
{
    return af_wants_emptied(&rw->rules->rules[candidate->rule]);
}

/* Whether all that waits does so for the end of this element, and something of that can be told by what passes. `*open`: a
 * selector asks for something too. */
static bool can_be_asked(const af_rewriter_t *rw, af_node_t node, bool *open)
{
    size_t asked = 0;

    for (size_t i = 0; i < rw->candidates.count; i++) {
        const af_candidate_t *candidate = candidate_at(rw, i);
        if (candidate->done) {
            continue;
        }
        if (candidate->node != node || candidate->escape || candidate->raw || candidate->rule == AF_NO_RULE ||
            !candidate->text_open || rw->rules->rules[candidate->rule].verb != AF_VERB_REMOVE) {
            return false;
        }
        asked += !wants_emptied(rw, candidate);
        *open = *open || candidate->selector_open;
    }
    return asked > 0;
}

/* The element that the start tag made and that nothing but it did: 0 where there is none, or it is not plain. */
static af_node_t element_of(const af_rewriter_t *rw, const af_token_t *token)
{
    const af_tree_t *in = &rw->in;

    if (token->type != AF_TOKEN_START_TAG || in->event_count != 1 || in->events[0].kind != AF_EVENT_CREATED ||
        rw->made.count != 1 || !af_tree_is_plain(in) || in->template_count > 0) {
        return 0;
    }
    af_node_t node = *AF_VECTOR_AT(af_node_t, &rw->made, 0);
    const af_node_record_t *record = node_of(rw, node);
    return in->stack[in->depth - 1] == node && record->name == token->tag && record->name != AF_TAG_UNKNOWN &&
           (record->fate & (FATE_PROTECT | FATE_REMOVE | FATE_UNWRAP)) == 0 ? node : 0;
}

/* What is run through and not taken is read again: of that no more than a share, so that time stays linear. */
static bool may_read_on(const af_rewriter_t *rw)
{
    return rw->may_foresee && rw->foreseen <= SHARE * rw->pushed + AT_LEAST;
}

static bool is_in_chunk(const af_rewriter_t *rw, uint64_t pos)
{
    uint64_t left = rw->pushed - pos;

    return left > 0 && left <= rw->chunk_len;
}

/* Whether a rule may want the element that does something even where what is around it goes, or a selector that waits asks for
 * it. */
static bool is_wanted(af_rewriter_t *rw, const af_token_t *token)
{
    af_namespace_t space = af_tree_in_svg(&rw->in) ? AF_NS_SVG : AF_NS_HTML;

    if (rw->asks_inside && af_index_in_has(rw->rules->index, token->tag) &&
        (af_rewriter_match_tag(rw, token) != AF_OK || af_match_in_has(&rw->matcher))) {
        return true;
    }
    rw->firm.quirks = rw->matcher.quirks;
    return rw->rules->firm != NULL &&
           (af_match_tag(&rw->firm, token, token->tag, space) != AF_OK || af_match_any_subject(&rw->firm));
}

static seen_t see_start_tag(af_rewriter_t *rw, const af_token_t *token)
{
    bool html = !af_tree_in_foreign(&rw->in) && token->tag != AF_TAG_SVG;

    if ((rw->asks_charset && token->tag == AF_TAG_META) ||
        af_facts_wanted(rw, token) || is_wanted(rw, token) ||
        (rw->in.pool->free == 0 && af_tree_make_room(&rw->in) != AF_OK) || !af_tree_quick(&rw->in, token)) {
        return NOT_KNOWN;
    }
    if (html && af_structure_active(rw)) {
        af_structure_tag_boundary(rw, token->tag);
    }
    if (html) {
        af_structure_tag(rw, token);
    }
    return GOES_ON;
}

static seen_t see_end_tag(af_rewriter_t *rw, const af_token_t *token, af_node_t node)
{
    const af_tree_t *in = &rw->in;
    uint32_t depth = in->depth;
    bool html = !af_tree_in_foreign(in);

    if (in->stack[depth - 1] == node && token->tag == node_of(rw, node)->name) {
        return ENDS;
    }
    if (!af_tree_quick(&rw->in, token)) {
        return NOT_KNOWN;
    }
    if (html && in->depth < depth && af_structure_active(rw)) {
        af_structure_tag_boundary(rw, token->tag);
    }
    return GOES_ON;
}

/* Whether text here is of a run that may go on where the passing over stops. */
static bool is_in_last_run(const af_rewriter_t *rw)
{
    uint32_t i = rw->in.depth;

    while (i > rw->pass_depth && !af_is_block_node(rw, rw->in.stack[i - 1])) {
        i--;
    }
    return rw->pass_depth > 0 && i == rw->pass_depth;
}

/* Whether a rule of attribution may want the text. */
static bool notices_want(af_rewriter_t *rw, af_slice_t raw, uint64_t pos, af_node_t parent)
{
    if (!rw->reads_ahead || pos < rw->block.clear_to || !af_is_taped_text(rw, parent)) {
        return false;
    }
    return !af_text_is_clear(rw->rules->notice_needles, &rw->foreseen_text, raw) ||
           (rw->foreseen_text.shows && is_in_last_run(rw));
}

static seen_t see_text(af_rewriter_t *rw, af_slice_t raw, uint64_t pos, af_text_kind_t kind)
{
    af_node_t parent = rw->in.stack[rw->in.depth - 1];

    if (pos + raw.len > rw->foresee_to || notices_want(rw, raw, pos, parent)) {
        return NOT_KNOWN;
    }
    if (!af_is_normal_text(rw, parent)) {
        return GOES_ON;
    }
    size_t before = af_tape_mark(&rw->tape);
    bool wanted = rw->tape_candidates > 0 || (rw->foreseeing && rw->rules->guard != NULL);
    if (wanted && af_tape_text(&rw->tape, raw, pos, kind) != AF_OK) {
        return NOT_KNOWN;
    }
    if (rw->tape_candidates > 0) {
        af_candidates_text(rw, &rw->tape, before);
    }
    if (af_structure_active(rw)) {
        af_structure_text(rw, raw, parent);
    }
    return GOES_ON;
}

static seen_t see_tag(af_rewriter_t *rw, const af_token_t *token, af_node_t node)
{
    if ((token->flags & AF_TOKEN_OVERLONG) != 0 || (rw->tape.partial.len > 0 && af_tape_break(&rw->tape) != AF_OK)) {
        return NOT_KNOWN;
    }
    return token->type == AF_TOKEN_START_TAG ? see_start_tag(rw, token) : see_end_tag(rw, token, node);
}

static seen_t see(af_rewriter_t *rw, const af_token_t *token, af_node_t node)
{
    switch (token->type) {
    case AF_TOKEN_START_TAG:
    case AF_TOKEN_END_TAG:
        return see_tag(rw, token, node);
    case AF_TOKEN_TEXT:
        return af_tree_quick(&rw->in, token) ? see_text(rw, token->bytes, token->from_pos, token->text) : NOT_KNOWN;
    case AF_TOKEN_COMMENT:
        return (token->flags & (AF_TOKEN_CONTINUED | AF_TOKEN_UNFINISHED)) == 0 && af_tree_quick(&rw->in, token) ? GOES_ON
                                                                                                                 : NOT_KNOWN;
    case AF_TOKEN_NONE: case AF_TOKEN_DOCTYPE: case AF_TOKEN_IGNORED: case AF_TOKEN_END:
        break;
    }
    return NOT_KNOWN;
}

/* The next token, with the text in front of it where both are plain. */
static seen_t see_next(af_rewriter_t *rw, af_token_t *token, af_node_t node, af_status_t *status)
{
    af_slice_t text = {NULL, 0};
    seen_t seen = GOES_ON;

    if (!af_tree_is_plain(&rw->in) || !af_rewriter_next_tag(rw, token, &text)) {
        *status = af_tokenizer_next(rw->tokenizer, token);
        return *status == AF_OK ? see(rw, token, node) : NOT_KNOWN;
    }
    if (text.len > 0) {
        af_tree_quick_text(&rw->in);
        seen = see_text(rw, text, token->from_pos - text.len, AF_TEXT_DATA);
    }
    return seen == GOES_ON ? see_tag(rw, token, node) : seen;
}

/* What is left to be told by what passes; those that want an emptied element are not. */
static seen_t what_is_left(const af_rewriter_t *rw)
{
    for (size_t i = 0; i < rw->candidates.count; i++) {
        const af_candidate_t *candidate = candidate_at(rw, i);
        if (!candidate->done && !wants_emptied(rw, candidate)) {
            return GOES_ON;
        }
    }
    return rw->open_candidates == 0 ? REFUTED : NOT_KNOWN;
}

/* Up to the element's end tag, which is left to be read. */
static seen_t run_through(af_rewriter_t *rw, af_node_t node, uint64_t most_pos, af_token_t *token, af_status_t *status)
{
    size_t open = rw->open_candidates;
    bool foreign = af_tree_in_foreign(&rw->in);
    seen_t seen = GOES_ON;

    rw->foresee_to = most_pos;
    while (seen == GOES_ON) {
        seen = see_next(rw, token, node, status);
        if (rw->open_candidates != open && (seen == GOES_ON || seen == ENDS)) {
            open = rw->open_candidates;
            seen_t left = what_is_left(rw);
            seen = left == GOES_ON ? seen : left;
        }
        if (seen == GOES_ON) {
            af_tell_tokenizer(rw, token, &foreign);
        }
        if (seen == GOES_ON || seen == ENDS) {
            seen = (seen == GOES_ON ? token->to_pos : token->from_pos) > most_pos ? NOT_KNOWN : seen;
        }
    }
    return seen;
}

/* At its end. */
static seen_t judge(af_rewriter_t *rw, af_node_t node, size_t mark)
{
    if (af_structure_active(rw)) {
        af_structure_boundary(rw, node);
    }
    seen_t left = what_is_left(rw);
    if (left != GOES_ON) {
        return left;
    }
    return af_candidates_foreseen(rw, mark) ? ENDS : rw->open_candidates == 0 ? REFUTED : NOT_KNOWN;
}

static before_t before_now(const af_rewriter_t *rw)
{
    return (before_t){.place = af_tree_place(&rw->in), .counts = rw->counts, .run_text = rw->run_text, .run_link = rw->run_link,
                      .limited = rw->condition.limited, .mark = af_tape_mark(&rw->tape)};
}

static void go_back(af_rewriter_t *rw, const before_t *before, uint64_t pos)
{
    af_tokenizer_go_back(rw->tokenizer, pos);
    af_tree_go_back(&rw->in, &before->place);
    af_tokenizer_allow_cdata(rw->tokenizer, af_tree_in_foreign(&rw->in));
    af_tape_cut(&rw->tape, before->mark);
    rw->tape.partial.len = 0;
    rw->asks_inside = false;
}

static void put_back(af_rewriter_t *rw, const before_t *before)
{
    rw->counts = before->counts;
    rw->run_text = before->run_text;
    rw->run_link = before->run_link;
    rw->condition.limited = before->limited;
    for (size_t i = 0; i < rw->candidates.count; i++) {
        candidate_at(rw, i)->asked = 0;
    }
}

/* How far the element may go. What is behind an element that is no block's has to be of the run that began before it. */
static uint64_t most_of(const af_rewriter_t *rw, const af_token_t *token)
{
    uint64_t most_pos = token->from_pos + rw->options.limits.hold;
    bool in_run = rw->reads_ahead && !af_notices_block(token->tag) && rw->block.clear_to < most_pos;

    return in_run ? rw->block.clear_to : most_pos;
}

/* Whether nothing of the text before it may be wanted together with what is in it. */
static bool begins_clear(const af_rewriter_t *rw)
{
    return !rw->reads_ahead || (rw->block.begun && !rw->block.open);
}

/* Behind the element, or back at its start tag, which is read again: tokens share the memory of their attributes. */
static af_status_t leave(af_rewriter_t *rw, af_token_t *token, const before_t *before, uint64_t end_pos)
{
    if (end_pos > 0) {
        go_back(rw, before, end_pos);
        rw->passed_to = end_pos;
        return AF_OK;
    }
    go_back(rw, before, token->from_pos);
    put_back(rw, before);
    return rw->carries ? AF_OK : af_tokenizer_next(rw->tokenizer, token);
}

af_status_t af_foresee(af_rewriter_t *rw, af_token_t *token)
{
    af_node_t node = element_of(rw, token);
    af_status_t status = AF_OK;
    af_token_t last;
    bool open = false;

    rw->carries = false;
    if (!may_read_on(rw) || node == 0 || !is_in_chunk(rw, token->from_pos) || rw->retains_siblings || rw->removal != 0 ||
        rw->diverged || rw->facts_node != 0 || !begins_clear(rw) || rw->moved_mark != SIZE_MAX || rw->waiting.count > 0 ||
        !can_be_asked(rw, node, &open) || af_tree_make_room(&rw->in) != AF_OK) {
        return AF_OK;
    }
    const before_t before = before_now(rw);
    const uint32_t events = rw->in.event_count;
    rw->foreseeing = true;
    rw->asks_inside = open;
    rw->foreseen_text.tail_len = 0;
    seen_t seen = run_through(rw, node, most_of(rw, token), &last, &status);
    seen = seen == ENDS ? judge(rw, node, before.mark) : seen;
    rw->foreseeing = false;
    if (status != AF_OK) {
        return status;
    }
    rw->foreseen += af_tokenizer_pos(rw->tokenizer) - token->to_pos;
    rw->carries = seen == NOT_KNOWN && last.type == AF_TOKEN_NONE && af_carry_from(rw, token);
    status = leave(rw, token, &before, seen == ENDS ? last.from_pos : 0);
    rw->in.event_count = events;
    return status;
}

static void drop(af_rewriter_t *rw, uint64_t from_pos, uint64_t to_pos)
{
    size_t len = (size_t) (to_pos - from_pos);
    const af_token_t inside = {.type = AF_TOKEN_TEXT, .from_pos = from_pos, .to_pos = to_pos,
                               .bytes = {rw->chunk + (rw->chunk_len - (size_t) (rw->pushed - from_pos)), len}};

    if (len > 0) {
        af_write_drop(rw, &inside, rw->drop_rule);
    }
}

af_status_t af_foresee_pass(af_rewriter_t *rw, const af_token_t *token)
{
    if (rw->passed_to > 0) {
        drop(rw, token->to_pos, rw->passed_to);
        rw->passed_to = 0;
    }
    return AF_OK;
}

/* Whether what comes next goes with the open element: a token of markup, in the chunk. */
static bool can_pass(const af_rewriter_t *rw)
{
    return may_read_on(rw) && rw->open_candidates == 0 && !af_rewriter_holding(rw) && rw->facts_node == 0 &&
           rw->waiting.count == 0 && !rw->pool.retain_siblings && rw->in.template_count == 0 && af_tree_is_plain(&rw->in) &&
           node_known_dead(rw, rw->in.stack[rw->in.depth - 1]) && af_tokenizer_reads_markup(rw->tokenizer) &&
           is_in_chunk(rw, af_tokenizer_pos(rw->tokenizer)) &&
           (!rw->reads_ahead || !rw->block.open || af_tape_since(&rw->tape, rw->block.mark).len == 0);
}


af_status_t af_foresee_removed(af_rewriter_t *rw)
{
    if (!can_pass(rw)) {
        return AF_OK;
    }
    const uint32_t depth = rw->in.depth;
    const af_node_t node = rw->in.stack[depth - 1];
    const uint64_t from_pos = af_tokenizer_pos(rw->tokenizer);
    uint64_t safe_pos = from_pos;
    before_t safe = before_now(rw);
    bool foreign = af_tree_in_foreign(&rw->in);
    seen_t seen = GOES_ON;
    rw->foreseen_text.tail_len = 0;
    rw->pass_depth = depth;
    rw->foresee_to = UINT64_MAX;
    while (seen == GOES_ON) {
        af_token_t token;
        af_status_t status = AF_OK;
        seen = see_next(rw, &token, node, &status);
        if (status != AF_OK) {
            return status;
        }
        if (seen == GOES_ON) {
            af_tell_tokenizer(rw, &token, &foreign);
        }
        if (seen == GOES_ON && rw->in.depth == depth && token.type != AF_TOKEN_TEXT) {
            safe = before_now(rw);
            safe_pos = token.to_pos;
        }
    }
    rw->pass_depth = 0;
    rw->foreseen += af_tokenizer_pos(rw->tokenizer) - safe_pos;
    go_back(rw, &safe, safe_pos);
    put_back(rw, &safe);
    drop(rw, from_pos, safe_pos);
    if (rw->reads_ahead && safe_pos > from_pos) {
        af_notices_passed(rw, safe_pos);
    }
    return AF_OK;
}
