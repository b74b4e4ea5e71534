/*
 * rewrite/quiet.c: tokens while nothing is held, dropped or waited for, and no rule has picked anything: the whole of most pages.
 *
 * Then the input's tree is the output's, and a text or a tag that no atom of a rule is true of changes nothing but that tree:
 * its events are not looked at, and what was kept is told to the edits and the guard when the quiet ends, not token by token.
 * The first token that may do more is left to the general way; both give the same edits.
 */
#include "rewrite/ways.h"

static bool is_quiet(af_rewriter_t *rw)
{
    return rw->may_be_quiet && rw->facts_node == 0 && rw->structure_candidates == 0 && !rw->diverged && !rw->past_live &&
           rw->open_candidates == 0 &&
           !af_rewriter_holding(rw) && !rw->dropped_since && !rw->formatting_atoms && rw->removal == 0 && rw->waiting.count
               == 0 && rw->inserts.count == 0 && (!rw->reads_ahead || af_notices_quiet(rw));
}

static void tell_kept(af_rewriter_t *rw, const af_kept_t *kept)
{
    if (kept->to_pos == 0) {
        return;
    }
    af_edits_keep(&rw->edits, kept->to_pos);
    rw->wrote_last = true;
    if (kept->text.bytes.len > 0) {
        af_guard_wrote(&rw->guard, &kept->text, false);
    }
}

/* Notes a token that was kept. */
static inline void keep(af_rewriter_t *rw, af_kept_t *kept, const af_token_t *token)
{
    kept->to_pos = token->to_pos;
    if (token->type != AF_TOKEN_TEXT || token->text != AF_TEXT_DATA) {
        rw->guard.text_last = rw->guard.after_pre = false;
        rw->guard.tail_len = 0;
        kept->text.bytes.len = 0;
        return;
    }
    if (kept->text.bytes.len > 0 || !af_in_chunk(rw, token->bytes.data)) {
        if (kept->text.bytes.len > 0) {
            af_guard_wrote(&rw->guard, &kept->text, false);
            kept->text.bytes.len = 0;
        }
        af_guard_wrote(&rw->guard, token, false);
        return;
    }
    kept->text.bytes = token->bytes;
}

/* Whether the token is of a kind that can be taken here. */
static inline bool is_plain(const af_rewriter_t *rw, const af_token_t *token)
{
    if (token->type == AF_TOKEN_TEXT || token->type == AF_TOKEN_END_TAG) {
        return token->tag != AF_TAG_TEMPLATE || token->type == AF_TOKEN_TEXT; /* whose contents are noted: see waiting.c */
    }
    if (token->type == AF_TOKEN_COMMENT) {
        return (token->flags & AF_TOKEN_CONTINUED) == 0;
    }
    return token->type == AF_TOKEN_START_TAG && (token->flags & AF_TOKEN_OVERLONG) == 0 && token->tag != AF_TAG_PRE &&
           token->tag != AF_TAG_LISTING && token->tag != AF_TAG_TEXTAREA && token->tag != AF_TAG_TEMPLATE &&
           !(rw->asks_charset && token->tag == AF_TAG_META);
}

static inline void count_text(af_rewriter_t *rw, af_slice_t text)
{
    if (af_structure_counting(rw)) {
        af_structure_quiet_text(rw, text, rw->in.stack[rw->in.depth - 1]);
    }
}

/* The element of a tag that was taken begins or ends. */
static inline void count_tag(af_rewriter_t *rw, uint32_t tag)
{
    if (rw->run_text > 0 && af_structure_counting(rw)) {
        af_structure_quiet_boundary(rw, tag);
    }
}

static void count_events(af_rewriter_t *rw, const af_token_t *token)
{
    for (uint32_t i = 0; i < rw->in.event_count; i++) {
        const af_tree_event_t *event = &rw->in.events[i];
        if (event->kind == AF_EVENT_CREATED || event->kind == AF_EVENT_CLOSED) {
            af_structure_boundary(rw, event->node);
        } else if (event->kind == AF_EVENT_TEXT && event->parent != 0 && event->from_pos >= token->from_pos &&
                   event->to_pos <= token->to_pos) {
            af_slice_t text = {token->bytes.data + (event->from_pos - token->from_pos),
                               (size_t) (event->to_pos - event->from_pos)};
            af_structure_quiet_text(rw, text, event->parent);
        }
    }
}

static af_status_t take_quietly(af_rewriter_t *rw, const af_token_t *token)
{
    af_tree_t *in = &rw->in;
    af_status_t status = af_tree_process(in, token);

    if (af_structure_counting(rw)) {
        count_events(rw, token);
    }
    if (status == AF_OK && token->type != AF_TOKEN_TEXT && !rw->pool.retain_siblings) {
        af_tree_free_closed(in);
    } else {
        af_tree_leave_closed(in);
    }
    return status;
}

typedef struct {
    af_rewriter_t *rw;
    const af_token_t *token;
} tag_t;

/* Whether the start tag's element will stand in the current element, or in one around it, and in no other. A col is put into a
 * colgroup that is made for it. */
static bool is_in_place(const af_rewriter_t *rw, const af_token_t *token)
{
    return af_tree_is_plain(&rw->in) && token->tag != AF_TAG_COL;
}

/* The names of what may be around the start tag's element. */
static uint64_t names_above(const af_rewriter_t *rw, const af_token_t *token)
{
    return is_in_place(rw, token) ? af_above_children(node_of(rw, rw->in.stack[rw->in.depth - 1])) : UINT64_MAX;
}

/* Nothing is in it, and nothing around it goes: it need not be told that it stays. */
static bool is_safe(const af_rule_t *rule, const af_token_t *token)
{
    return rule->verb == AF_VERB_PROTECT && rule->before == 0 && af_tag_is_void(token->tag);
}

static bool refuted_rule(void *opaque, uint32_t owner, uint32_t selector)
{
    const tag_t *tag = opaque;
    af_rewriter_t *rw = tag->rw;
    const af_rule_t *rule = &rw->rules->rules[owner];

    if (rule->after > af_structure_most_prose(rw) || is_safe(rule, tag->token)) {
        return true;
    }
    if (rw->in.formatting_count == 0 && rw->in.late_body == 0 && is_in_place(rw, tag->token) &&
        af_match_refuted_in(&rw->matcher, selector, rw->in.stack[rw->in.depth - 1])) {
        return true;
    }
    af_peek_at(rw, tag->token);
    return af_peek_refutes(rw, rule);
}

/* Whether all that rules may want of the start tag's element is refuted by what stands around it or behind it, and its name tells
 * all that may be asked of it later: then it is as if no atom were true of it. */
static bool refuted(af_rewriter_t *rw, const af_token_t *token)
{
    tag_t tag = {rw, token};

    return !af_tree_in_foreign(&rw->in) && af_match_only(&rw->matcher, names_above(rw, token), refuted_rule, &tag);
}

static bool not_refuted(void *opaque, uint32_t owner, uint32_t selector)
{
    (void) opaque;
    (void) owner;
    (void) selector;
    return false;
}

/* Whether the names around a formatting element refute all that rules may want of it. Then it is taken, but the adoption agency
 * may make a clone of it elsewhere, and that is the general way's. */
static bool is_formatting_refuted(af_rewriter_t *rw, const af_token_t *token)
{
    if (!is_in_place(rw, token) || !af_match_only(&rw->matcher, names_above(rw, token), not_refuted, NULL)) {
        return false;
    }
    rw->formatting_plain = true;
    return true;
}

/* Whether the start tag's element stands in a formatting element that was taken so, and is more than a part of a line: the
 * adoption agency may move it into a clone that rules want, and until that is known it is held. */
static bool may_be_cloned_around(af_rewriter_t *rw, const af_token_t *token)
{
    rw->formatting_plain = rw->formatting_plain && rw->in.formatting_count > 0;
    return rw->formatting_plain &&
           (!af_structure_inline(token->tag) || af_tag_is_void(token->tag) || token->tag == AF_TAG_SCRIPT);
}

typedef enum { NEXT_UNKNOWN, NEXT_MATCHED, NEXT_UNMATCHED, NEXT_BACK } next_t;

/* What rules have to say about the start tag of an element of `space`. UNKNOWN: no more than what its element says decides. */
static inline next_t match(af_rewriter_t *rw, const af_token_t *token, af_namespace_t space, af_status_t *status)
{
    *status = af_rewriter_match_in(rw, token, space);
    if (*status != AF_OK || af_facts_wanted(rw, token) || af_candidates_table_risk(rw, token) || token->tag == AF_TAG_BODY ||
        may_be_cloned_around(rw, token)) {
        return NEXT_MATCHED;
    }
    if (rw->matcher.atom_count == 0) {
        return NEXT_UNMATCHED;
    }
    if (!af_tag_is_formatting(token->tag)) {
        return NEXT_UNKNOWN;
    }
    return space == AF_NS_HTML && is_formatting_refuted(rw, token) ? NEXT_UNMATCHED : NEXT_MATCHED;
}

/* Whether the tag is nothing to attribution rules, if it does nothing rare to the tree. */
static inline bool notices_allow(af_rewriter_t *rw, const af_token_t *token)
{
    return !rw->reads_ahead || af_notices_allow(rw, token);
}

/* What was taken of a run of tags; the last text is of a length only where a tag that was not taken follows it. */
static void keep_run(af_rewriter_t *rw, af_kept_t *kept, uint64_t tags_to_pos, af_slice_t text, uint64_t text_to_pos)
{
    if (tags_to_pos > 0) {
        keep(rw, kept, &(af_token_t){.type = AF_TOKEN_END_TAG, .to_pos = tags_to_pos});
    }
    if (text.len > 0) {
        keep(rw, kept, &(af_token_t){.type = AF_TOKEN_TEXT, .text = AF_TEXT_DATA, .to_pos = text_to_pos, .bytes = text});
    }
}

/* Takes a tag of a run; MATCHED, UNMATCHED: it was not. */
static inline next_t take_tag(af_rewriter_t *rw, const af_token_t *token)
{
    bool ends = rw->ahead.count > 0 && token->type == AF_TOKEN_END_TAG;

    if (ends && !af_ahead_ends(rw)) {
        return NEXT_BACK;
    }
    uint32_t depth = rw->in.depth;
    if (token->tag == AF_TAG_META || !af_tree_quick_tag(&rw->in, token)) {
        return NEXT_UNMATCHED;
    }
    if (token->type == AF_TOKEN_START_TAG || rw->in.depth < depth) { /* else it is an end tag of nothing */
        count_tag(rw, token->tag);
    }
    if (ends) {
        af_ahead_closed(rw);
    }
    return NEXT_UNKNOWN;
}

static inline void take_text(af_rewriter_t *rw, af_slice_t text, uint64_t to_pos)
{
    af_tree_quick_text(&rw->in);
    count_text(rw, text);
    if (rw->ahead.count > 0) {
        af_ahead_text(rw, text, to_pos);
    }
}

typedef enum { WANTED, TAKEN, REFUTED } wanted_t;

/* A start tag that rules may want for what its element says. TAKEN: it waits. REFUTED: no rule wants it. */
static wanted_t look_at_wanted(af_rewriter_t *rw, const af_token_t *token, const af_kept_t *kept)
{
    tag_t tag = {rw, token};
    uint32_t wants = 0;

    if (!af_tree_in_foreign(&rw->in) &&
        af_match_classes(&rw->matcher, names_above(rw, token), refuted_rule, &tag, &wants)) {
        if (wants == 0) {
            return REFUTED;
        }
        if (af_ahead_take(rw, token, wants, kept)) {
            count_tag(rw, token->tag);
            return TAKEN;
        }
    }
    return refuted(rw, token) ? REFUTED : WANTED;
}

static next_t take_wanted(af_rewriter_t *rw, const af_token_t *token, const af_kept_t *kept)
{
    wanted_t wanted = look_at_wanted(rw, token, kept);

    if (wanted == TAKEN) {
        return NEXT_UNKNOWN;
    }
    return wanted == REFUTED && notices_allow(rw, token) ? take_tag(rw, token) : NEXT_MATCHED;
}

/* What waits for what it says does so no further than it could be held. */
static inline void passed(af_rewriter_t *rw, uint64_t to_pos)
{
    if (rw->ahead.count > 0) {
        af_ahead_passed(rw, to_pos);
    }
}

/* Whether more than the tree has to be told of what is taken: a block that waits, a run of text that is counted, words that are
 * read ahead for. */
static inline bool is_watched(const af_rewriter_t *rw)
{
    return rw->ahead.count > 0 || rw->reads_ahead || af_structure_counting(rw);
}

/* The next tag of a run, and what rules say of it; false: there is none. While nobody watches, those that no rule wants are taken
 * on the way. */
static inline bool next_of_run(af_rewriter_t *rw, af_token_t *token, af_slice_t *text, uint64_t *taken, next_t *next,
                               af_status_t *status)
{
    *next = NEXT_UNKNOWN;
    if (is_watched(rw)) {
        if (!af_rewriter_next_tag(rw, token, text)) {
            return false;
        }
        if (text->len > 0) {
            take_text(rw, *text, token->from_pos);
        }
        bool starts = token->type == AF_TOKEN_START_TAG;
        *next = rw->ahead.back ? NEXT_BACK : starts ? match(rw, token, AF_NS_HTML, status) : NEXT_UNMATCHED;
        return true;
    }
    while (af_rewriter_next_tag(rw, token, text)) {
        if (text->len > 0) {
            af_tree_quick_text(&rw->in);
        }
        *next = token->type == AF_TOKEN_START_TAG ? match(rw, token, AF_NS_HTML, status) : NEXT_UNMATCHED;
        if (*next != NEXT_UNMATCHED || token->tag == AF_TAG_META || !af_tree_quick_tag(&rw->in, token)) {
            return true;
        }
        *next = NEXT_UNKNOWN;
        *taken = token->to_pos;
    }
    return false;
}

/* Takes tags, and the text between them, as long as they do next to nothing to the tree: most of what there is in a body. The one
 * that ends the run, if it was read, is left in `token`: a start tag that no rule wants, or one that was not looked at. */
static next_t take_run(af_rewriter_t *rw, af_kept_t *kept, af_token_t *token, af_status_t *status)
{
    af_slice_t text = {NULL, 0};
    uint64_t taken = 0;
    next_t next = NEXT_UNKNOWN;

    while (next == NEXT_UNKNOWN && next_of_run(rw, token, &text, &taken, &next, status)) {
        if (next == NEXT_UNMATCHED) {
            next = notices_allow(rw, token) ? take_tag(rw, token) : NEXT_MATCHED;
        } else if (next == NEXT_UNKNOWN) {
            keep_run(rw, kept, taken, text, token->from_pos);
            text.len = 0;
            taken = 0;
            next = take_wanted(rw, token, kept);
        }
        if (next == NEXT_UNKNOWN) {
            taken = token->to_pos;
            passed(rw, taken);
        }
    }
    keep_run(rw, kept, taken, next == NEXT_UNKNOWN ? (af_slice_t){NULL, 0} : text, token->from_pos);
    return next;
}

/* The next token: the end of a run, or one of the tokenizer's. */
static next_t take_next(af_rewriter_t *rw, af_kept_t *kept, af_token_t *token, af_status_t *status)
{
    next_t next = NEXT_UNKNOWN;

    if (!rw->pool.retain_siblings && af_tree_is_plain(&rw->in)) {
        next = take_run(rw, kept, token, status);
    }
    if (next == NEXT_UNKNOWN) {
        *status = af_tokenizer_next(rw->tokenizer, token);
    }
    return next;
}

/* Takes a token that no rule wants; false: the general way has to. */
static inline bool take_one(af_rewriter_t *rw, const af_token_t *token, af_status_t *status)
{
    bool foreign = af_tree_in_foreign(&rw->in), ends = rw->ahead.count > 0 && token->type == AF_TOKEN_END_TAG;
    uint32_t depth = rw->in.depth;

    if (ends && !af_ahead_ends(rw)) {
        return false;
    }
    if (rw->pool.retain_siblings || !af_tree_quick(&rw->in, token)) {
        if (rw->ahead.count > 0 || (token->type == AF_TOKEN_TEXT && !af_tree_text_whole(&rw->in)) || rw->reads_ahead ||
            rw->formatting_plain) {
            return false; /* a node of a block or a scope might be made or closed, or a clone be made that rules want */
        }
        *status = take_quietly(rw, token);
        return true;
    }
    if (token->type == AF_TOKEN_TEXT) {
        count_text(rw, token->bytes);
        if (rw->ahead.count > 0 && token->text == AF_TEXT_DATA) {
            af_ahead_text(rw, token->bytes, token->to_pos);
        }
    } else if (token->type != AF_TOKEN_COMMENT && !foreign && token->tag != AF_TAG_SVG &&
               (token->type == AF_TOKEN_START_TAG || rw->in.depth < depth)) {
        count_tag(rw, token->tag);
    }
    if (ends) {
        af_ahead_closed(rw);
    }
    return true;
}

/* Takes the token that `take_next` gave, if it can be taken here. */
static bool take_quiet(af_rewriter_t *rw, next_t next, const af_token_t *token, af_kept_t *kept, af_status_t *status)
{
    if (next == NEXT_MATCHED || next == NEXT_BACK || rw->ahead.back || !is_plain(rw, token) || af_waiting_implies(rw, token)) {
        return false;
    }
    if (token->type == AF_TOKEN_START_TAG && next == NEXT_UNKNOWN) {
        next = match(rw, token, af_tree_in_svg(&rw->in) ? AF_NS_SVG : AF_NS_HTML, status);
        wanted_t wanted = next == NEXT_UNKNOWN ? look_at_wanted(rw, token, kept) : REFUTED;
        if (wanted == TAKEN) {
            return true;
        }
        if (next == NEXT_MATCHED || wanted == WANTED || !notices_allow(rw, token)) {
            return false;
        }
    } else if (token->type == AF_TOKEN_END_TAG && next == NEXT_UNKNOWN && !notices_allow(rw, token)) {
        return false;
    }
    return take_one(rw, token, status);
}

af_status_t af_rewriter_quiet(af_rewriter_t *rw, af_token_t *token)
{
    af_kept_t kept = {.text = {.type = AF_TOKEN_TEXT, .text = AF_TEXT_DATA}};
    af_status_t status = rw->removal != 0 ? af_foresee_removed(rw) : AF_OK;

    if (status != AF_OK) {
        return status;
    }
    if (!is_quiet(rw) || af_tree_make_room(&rw->in) != AF_OK) {
        return af_tokenizer_next(rw->tokenizer, token);
    }
    bool foreign = af_tree_in_foreign(&rw->in);
    rw->in.fate = FATE_SETTLED;
    rw->in.next_text = AF_TEXT_DATA;
    rw->made.count = 0;
    for (;;) {
        next_t next = take_next(rw, &kept, token, &status);
        if (status != AF_OK || !take_quiet(rw, next, token, &kept, &status)) {
            break;
        }
        af_tell_tokenizer(rw, token, &foreign);
        if (status != AF_OK) {
            break;
        }
        keep(rw, &kept, token);
        passed(rw, token->to_pos);
        if (rw->ahead.back) {
            break;
        }
    }
    if (status == AF_OK && rw->ahead.count > 0) {
        af_ahead_back(rw, &kept, token->type == AF_TOKEN_NONE ? rw->pushed : token->to_pos);
        status = af_tokenizer_next(rw->tokenizer, token);
    }
    rw->in.fate = 0;
    tell_kept(rw, &kept);
    return status;
}

void af_rewriter_disable_fast_paths(af_rewriter_t *rw)
{
    rw->may_be_quiet = rw->reads_ahead = rw->may_foresee = false;
    af_tokenizer_disable_fast_path(rw->tokenizer);
}
