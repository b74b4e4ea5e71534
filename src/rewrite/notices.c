/*
 * rewrite/notices.c: attribution rules on the stream: scopes, runs of block text, and the edits that a notice needs.
 *
 * A run is the text between two block boundaries (start and end tags of block elements). While it may still be a notice (it
 * is no longer than the longest rule's max) its block is held back, or the block before it, so that a year can be put in or
 * the block dropped. Text behind a block that was too long to be held is told of and left as it is. A longer run is looked at
 * for the rules' `when`, in windows of twice that length which hang on its characters alone and overlap by half, and its end,
 * as much as a notice may have, for one that stands there already. A notice that is missing is inserted where its scope ends;
 * for at=start the whole scope is held, and where that is more than may be held, the notice comes at its end, too. Where the
 * document ends inside a tag the notice stands before that, and where it ends in raw text (a script, a text area), a comment,
 * a select or a template no notice can stand. What is in a template is not shown: no text of the page, and no place for a notice.
 */
#include "rewrite/notice_cut.h"
#include "rewrite/run_over.h"

typedef struct {
    uint32_t rule;
    af_node_t node;
    bool held;          /* at=start: until it is known whether a notice is in it */
    uint64_t start_pos;
} af_scope_t;

bool af_notices_active(const af_rewriter_t *rw)
{
    return rw->rules->has.attribution;
}

af_status_t af_notices_init(af_rewriter_t *rw)
{
    af_status_t status = af_attribution_init(&rw->attribution, rw->heap, rw->rules, &rw->facts, &rw->condition);

    rw->attribution.last_modified = rw->options.last_modified;
    rw->attribution.date = rw->options.date;
    rw->attribution.sink = rw->edits.sink;
    rw->attribution.tape = &rw->tape;
    rw->facts.wants_claims = true;
    rw->step.wanted = af_in_step_wanted(rw);
    rw->tape.positions = true;
    for (uint32_t i = 0; i < rw->rules->rule_count; i++) {
        const af_rule_t *rule = &rw->rules->rules[i];
        if (rule->verb == AF_VERB_ATTRIBUTION && rule->max > rw->notice_max) {
            rw->notice_max = rule->max < AF_NOTICE_MOST ? rule->max : AF_NOTICE_MOST;
        }
    }
    return status;
}

void af_notices_destroy(af_rewriter_t *rw)
{
    if (af_notices_active(rw)) {
        af_attribution_destroy(&rw->attribution);
        af_in_step_destroy(rw);
    }
    af_heap_release(rw->heap, rw->scopes.items, rw->scopes.capacity * sizeof(af_scope_t));
}

bool af_notices_block(uint32_t tag)
{
    switch (tag) {
    case AF_TAG_P: case AF_TAG_DIV: case AF_TAG_SECTION: case AF_TAG_ARTICLE: case AF_TAG_MAIN: case AF_TAG_ASIDE:
    case AF_TAG_HEADER: case AF_TAG_FOOTER: case AF_TAG_NAV: case AF_TAG_ADDRESS: case AF_TAG_BLOCKQUOTE: case AF_TAG_FIGURE:
    case AF_TAG_FIGCAPTION: case AF_TAG_UL: case AF_TAG_OL: case AF_TAG_LI: case AF_TAG_DL: case AF_TAG_DT: case AF_TAG_DD:
    case AF_TAG_H1: case AF_TAG_H2: case AF_TAG_H3: case AF_TAG_H4: case AF_TAG_H5: case AF_TAG_H6: case AF_TAG_TABLE:
    case AF_TAG_TBODY: case AF_TAG_TR: case AF_TAG_TD: case AF_TAG_TH: case AF_TAG_CAPTION: case AF_TAG_PRE: case AF_TAG_FORM:
    case AF_TAG_HR: case AF_TAG_BODY: case AF_TAG_CENTER: case AF_TAG_DETAILS: case AF_TAG_SUMMARY:
        return true;
    default:
        return false;
    }
}

bool af_is_block_node(const af_rewriter_t *rw, af_node_t node)
{
    const af_node_record_t *record = node_of(rw, node);

    return record->space == AF_NS_HTML && af_notices_block(record->name);
}

bool af_notices_risk(const af_rewriter_t *rw, const af_token_t *token)
{
    return af_notices_active(rw) && token->type == AF_TOKEN_START_TAG && rw->in.template_count == 0 &&
           (af_notices_block(token->tag) || (rw->step.wanted && af_facts_may_claim(token)));
}

/* Whether a run ends where the element begins and where it ends. */
static bool is_boundary(const af_rewriter_t *rw, af_node_t node)
{
    return af_is_block_node(rw, node) || node_is_template(rw, node);
}

/* Another hold of the same element is its scope's. */
static void release_block(af_rewriter_t *rw)
{
    af_node_t held = rw->block.held;

    rw->block.held = 0;
    if (held != 0) {
        af_candidates_release(rw, held, AF_NO_RULE, false);
    }
    if (rw->block.shows) {
        rw->block.shows = false;
        af_structure_shown(rw, held);
    }
}

static bool is_scope(const af_rewriter_t *rw, af_node_t node)
{
    for (size_t i = 0; i < rw->scopes.count; i++) {
        if (AF_VECTOR_AT(af_scope_t, &rw->scopes, i)->node == node) {
            return true;
        }
    }
    return false;
}

/* Whether the block is in an element of that name, inside the innermost scope that it is in. */
static bool is_inside(const af_rewriter_t *rw, af_node_t node, uint32_t name)
{
    if (node == 0 || (af_above_children(node_of(rw, node)) & af_name_bit(name)) == 0) {
        return false;
    }
    for (; node != 0 && !is_scope(rw, node); node = node_of(rw, node)->parent) {
        if (node_of(rw, node)->name == name && node_of(rw, node)->space == AF_NS_HTML) {
            return true;
        }
    }
    return false;
}

/* Whether the tag's names have a word for what stands below a picture. */
static bool names_caption(const af_token_t *token)
{
    static const char *const words[] = {"caption", "photo", "picture", "bildunterschrift", "legende", "image"};
    af_slice_t value;

    for (int i = 0; token->type == AF_TOKEN_START_TAG && i < 2; i++) {
        bool has = af_token_attribute(token, i == 0 ? "class" : "id", &value);
        for (size_t k = 0; has && k < sizeof words / sizeof *words; k++) {
            if (af_slice_has(value, af_slice_of(words[k]))) {
                return true;
            }
        }
    }
    return false;
}

/* What stands in a figure is said of the picture: a run there is no notice of the story, nor does it tell whose that is. */
static void open_run(af_rewriter_t *rw, af_node_t node, bool whole)
{
    rw->block.begun = true;
    rw->block.credit = is_inside(rw, node, AF_TAG_FIGURE);
    rw->block.open = !rw->block.credit && rw->in.template_count == 0;
    rw->block.quoted = is_inside(rw, node, AF_TAG_BLOCKQUOTE);
    rw->block.goes_on = rw->block.over = false;
    rw->block.from_pos = UINT64_MAX;
    rw->block.clear_to = rw->block.asked_at = 0;
    rw->block.node = node;
    rw->block.whole = whole;
    rw->block.mark = af_tape_mark(&rw->tape);
}

/* The block element that is open and innermost, the last `skip` open elements left out; 0: none. */
static af_node_t block_around(const af_rewriter_t *rw, uint32_t skip)
{
    for (uint32_t i = rw->in.depth - skip; i > 0; i--) {
        if (af_is_block_node(rw, rw->in.stack[i - 1])) {
            return rw->in.stack[i - 1];
        }
    }
    return 0;
}

void af_notices_passed(af_rewriter_t *rw, uint64_t pos)
{
    open_run(rw, block_around(rw, 0), false);
    rw->block.from_pos = pos;
}

static af_status_t add_insert(af_rewriter_t *rw, af_insert_t what, af_slice_t bytes)
{
    af_status_t status = AF_OK;
    uint8_t *copy = af_heap_alloc(rw->heap, bytes.len > 0 ? bytes.len : 1);

    if (copy == NULL) {
        return af_heap_why(rw->heap, bytes.len);
    }
    if (bytes.len > 0) {
        memcpy(copy, bytes.data, bytes.len);
    }
    af_insert_t *insert = af_vector_add(rw, &rw->inserts, sizeof *insert, &status);
    if (insert == NULL) {
        af_heap_release(rw->heap, copy, bytes.len > 0 ? bytes.len : 1);
        return status;
    }
    size_t at = rw->inserts.count - 1;
    for (; at > 0 && AF_VECTOR_AT(af_insert_t, &rw->inserts, at - 1)->pos > what.pos; at--) {
        *AF_VECTOR_AT(af_insert_t, &rw->inserts, at) = *AF_VECTOR_AT(af_insert_t, &rw->inserts, at - 1);
    }
    what.data = copy;
    what.len = bytes.len;
    *AF_VECTOR_AT(af_insert_t, &rw->inserts, at) = what;
    return AF_OK;
}

static void tell(af_rewriter_t *rw, af_event_kind_t kind, uint32_t rule, uint64_t from_pos, uint64_t to_pos, const char *word)
{
    af_event_t event = {kind, rule, from_pos, to_pos, kind == AF_REFUSED ? word : ""};

    rw->stats.attribution = word;
    af_queue_tell(rw, &event);
}

/* Something will be written: the event follows with it. */
static void note(af_rewriter_t *rw, const char *word)
{
    rw->stats.attribution = word;
    rw->stats.attributions++;
}

void af_notices_void(af_rewriter_t *rw)
{
    rw->stats.attributions--;
    rw->stats.attribution = rw->stats.attributions == 0 ? "" : rw->stats.attribution;
}

/* Told in the order of the output: what was held before it is told first, whether or not the notice was held, too. */
void af_notices_written(af_rewriter_t *rw, const af_insert_t *insert)
{
    af_event_t event = {insert->is_whole ? AF_INSERTED : AF_REPAIRED, insert->rule, insert->pos, insert->drop_to, ""};

    af_edits_event(&rw->edits, &event);
}

af_status_t af_notices_edit(af_rewriter_t *rw, uint32_t rule, uint64_t from_pos, uint64_t to_pos, af_slice_t bytes)
{
    note(rw, "repaired");
    return add_insert(rw, (af_insert_t){.pos = from_pos, .drop_to = to_pos, .rule = rule}, bytes);
}

/* What only goes may have tags in it. */
static bool is_cut_out(const af_rewriter_t *rw, af_slice_t text, const af_notice_edit_t *edit)
{
    return edit->bytes.len == 0 && edit->from > 0 &&
           !af_tape_is_piece(&rw->tape, text.data + edit->from - 1, text.data + edit->to);
}

static bool can_edit(af_rewriter_t *rw, af_slice_t text, const af_notice_edit_t *edit)
{
    if (af_tape_position(&rw->tape, text.data + edit->from) < rw->edits.frontier) {
        return false;
    }
    return is_cut_out(rw, text, edit)
               ? af_notice_cut(rw, AF_NO_RULE, af_tape_position_after(&rw->tape, text.data + edit->from),
                               af_tape_position_after(&rw->tape, text.data + edit->to)) == AF_OK
               : af_tape_is_piece(&rw->tape, text.data + edit->from, text.data + edit->to);
}

static af_status_t add_edit(af_rewriter_t *rw, uint32_t rule, af_slice_t text, const af_notice_edit_t *edit)
{
    if (is_cut_out(rw, text, edit)) {
        return af_notice_cut(rw, rule, af_tape_position_after(&rw->tape, text.data + edit->from),
                             af_tape_position_after(&rw->tape, text.data + edit->to));
    }
    uint64_t from_pos = af_tape_position(&rw->tape, text.data + edit->from);
    uint64_t to_pos = from_pos;

    if (edit->to > edit->from) {
        to_pos = af_tape_position_after(&rw->tape, text.data + edit->to);
    }
    return af_notices_edit(rw, rule, from_pos, to_pos, edit->bytes);
}

/* Puts the missing part in, where its place is one piece of the stream that has not left yet, and takes out what is too much. */
static af_status_t repair(af_rewriter_t *rw, uint32_t rule, af_slice_t text, const af_notice_t *notice)
{
    uint64_t pos = af_tape_position(&rw->tape, text.data + notice->from);
    af_notice_edit_t edit = {notice->from, notice->to, notice->bytes};
    bool possible = can_edit(rw, text, &edit);
    af_status_t status = AF_OK;

    for (size_t i = 0; i < notice->more_count; i++) {
        possible = possible && can_edit(rw, text, &notice->more[i]);
    }
    if (!possible) {
        tell(rw, AF_ILL_FORMED, rule, pos, pos, "malformed");
        return AF_OK;
    }
    for (size_t i = 0; status == AF_OK && i < notice->more_count; i++) {
        status = add_edit(rw, rule, text, &notice->more[i]);
    }
    return status == AF_OK ? add_edit(rw, rule, text, &edit) : status;
}

static af_status_t look_at_run(af_rewriter_t *rw, uint32_t rule, af_slice_t text, bool whole)
{
    af_notice_t notice;
    uint64_t pos = rw->token_pos;

    af_attribution_block(&rw->attribution, rule, text, &notice);
    switch (notice.kind) {
    case AF_NOTICE_NOTHING:
    case AF_NOTICE_INSERT:
        break;
    case AF_NOTICE_GOOD:
        if (rw->stats.attribution[0] == '\0') {
            rw->stats.attribution = "present";
        }
        break;
    case AF_NOTICE_REPEAT:
        if (whole && rw->block.held == rw->block.node) {
            rw->block.held = 0;
            af_candidates_release(rw, rw->block.node, rule, true);
        } else {
            const af_notice_edit_t all = {0, text.len, {text.data, 0}};
            return can_edit(rw, text, &all) ? add_edit(rw, rule, text, &all) : AF_OK;
        }
        break;
    case AF_NOTICE_REPAIR:
        return repair(rw, rule, text, &notice);
    case AF_NOTICE_NO_DATE:
        tell(rw, AF_NO_DATE, rule, pos, pos, "no-date");
        break;
    case AF_NOTICE_REFUSED:
        tell(rw, AF_ILL_FORMED, rule, pos, pos, "malformed");
        break;
    case AF_NOTICE_CONTRADICTED:
        tell(rw, AF_REFUSED, rule, pos, pos, "contradicted");
        break;
    }
    return AF_OK;
}

static void tell_page(af_rewriter_t *rw, af_slice_t text)
{
    if (!rw->block.quoted) {
        af_attribution_page_text(&rw->attribution, text, rw->block.goes_on ? AF_PAGE_TEXT_GOES_ON : AF_PAGE_TEXT_BEGINS);
    }
}

/* The run ends. `whole`: it was all that its block held. */
static af_status_t end_run(af_rewriter_t *rw, bool whole)
{
    af_status_t status = AF_OK;

    if (!rw->block.open) {
        return AF_OK;
    }
    af_slice_t text = af_tape_since(&rw->tape, rw->block.mark);
    if (text.len > 0) {
        tell_page(rw, text);
        for (size_t i = 0; status == AF_OK && i < rw->scopes.count; i++) {
            uint32_t rule = AF_VECTOR_AT(af_scope_t, &rw->scopes, i)->rule;
            status = look_at_run(rw, rule, rw->block.over ? af_run_end_of(rw, rule, text) : text,
                                 whole && rw->block.whole);
        }
    }
    rw->block.open = false;
    return status;
}

/* What a tag does is known when it ends. */
static bool is_tag(const af_token_t *token)
{
    return token->type == AF_TOKEN_START_TAG || token->type == AF_TOKEN_END_TAG;
}

/* Whether the run behind a boundary that leaves `node` as the innermost block can be no notice. */
static bool rest_is_clear(af_rewriter_t *rw, const af_token_t *boundary, af_node_t node)
{
    return af_run_is_clear(rw, boundary, node == 0 ? AF_TAG_UNKNOWN : node_of(rw, node)->name, node);
}

bool af_notices_quiet(af_rewriter_t *rw)
{
    af_run_t *block = &rw->block;

    if (block->begun && block->from_pos == rw->token_end && block->from_pos != UINT64_MAX) {
        block->from_pos = UINT64_MAX;
        const af_token_t boundary = {.from_pos = rw->token_end, .to_pos = rw->token_end};
        (void) rest_is_clear(rw, &boundary, block_around(rw, 0));
    }
    if (block->begun && (block->clear_to == 0 || block->clear_to < rw->token_end)) {
        return false;
    }
    block->open = false; /* nodes may go that nobody looks at */
    return true;
}

static bool closes_scope(const af_rewriter_t *rw, const af_token_t *token)
{
    af_node_t current = rw->in.stack[rw->in.depth - 1];

    if (token->type != AF_TOKEN_END_TAG) {
        return false;
    }
    return is_scope(rw, current) || token->tag == AF_TAG_BODY || token->tag == AF_TAG_HTML;
}

bool af_notices_allow(af_rewriter_t *rw, const af_token_t *token)
{
    bool ends = token->type == AF_TOKEN_END_TAG;

    if (rw->in.depth == 0 || closes_scope(rw, token)) {
        return false;
    }
    if (!rw->block.begun || token->from_pos < rw->block.clear_to) {
        return true;
    }
    if (ends && node_of(rw, rw->in.stack[rw->in.depth - 1])->name != token->tag) {
        return false;
    }
    return ends ? rest_is_clear(rw, token, block_around(rw, 1)) : af_run_is_clear(rw, token, token->tag, 0);
}

/* Whether an element is known to go, by itself or with one around it. */
static bool is_known_gone(const af_rewriter_t *rw, af_node_t node)
{
    for (; node != 0; node = node_of(rw, node)->parent) {
        uint32_t fate = node_of(rw, node)->fate;
        if ((fate & (FATE_PROTECT | FATE_REMOVE | FATE_DEAD)) != 0) {
            return (fate & FATE_PROTECT) == 0;
        }
        if ((fate & FATE_SETTLED) != 0) {
            return false;
        }
    }
    return false;
}

static af_status_t hold_block(af_rewriter_t *rw, af_node_t node)
{
    if (!rw->past_live || (node_of(rw, node)->flags & AF_NODE_IMPLIED) != 0 || is_known_gone(rw, node)) {
        return AF_OK;
    }
    af_status_t status = af_candidates_hold(rw, node);
    rw->block.held = status == AF_OK ? node : 0;
    rw->block.shows = false;
    return status;
}

af_status_t af_notices_created(af_rewriter_t *rw, const af_token_t *token, af_node_t node)
{
    if (!is_boundary(rw, node)) {
        return AF_OK;
    }
    af_status_t status = end_run(rw, false);
    release_block(rw);
    open_run(rw, node, true);
    rw->block.credit = rw->block.credit || names_caption(token);
    rw->block.open = rw->block.open && !rw->block.credit;
    if (!rw->block.open || (rw->reads_ahead && is_tag(token) && rest_is_clear(rw, token, node))) {
        rw->block.open = false;
        return status;
    }
    return status == AF_OK ? hold_block(rw, node) : status;
}

void af_notices_finish(af_rewriter_t *rw)
{
    rw->finishing = true;
    rw->ends_inside = !af_tokenizer_reads_markup(rw->tokenizer);
    rw->may_be_quiet = false; /* the last token is looked at */
}

/* A tag, comment or doctype that the document's end cuts: what is written behind it would be a part of it. */
static bool is_cut(const af_rewriter_t *rw, const af_token_t *token)
{
    return rw->finishing && (token->type == AF_TOKEN_IGNORED || token->type == AF_TOKEN_COMMENT ||
                             token->type == AF_TOKEN_DOCTYPE);
}

/* Tree construction ignores the tags of a notice in a list of options, and nobody sees what is in a template. */
static bool is_hidden(const af_rewriter_t *rw)
{
    if (rw->in.template_count > 0) {
        return true;
    }
    for (uint32_t i = rw->in.depth; i > 0; i--) {
        const af_node_record_t *record = node_of(rw, rw->in.stack[i - 1]);
        if (record->space == AF_NS_HTML && record->name == AF_TAG_SELECT) {
            return true;
        }
    }
    return false;
}

static af_status_t end_scope(af_rewriter_t *rw, const af_scope_t *scope, const af_token_t *token)
{
    af_notice_t notice;
    const af_rule_t *rule = &rw->rules->rules[scope->rule];

    if (scope->held) {
        af_candidates_release(rw, scope->node, AF_NO_RULE, false);
    }
    if (rw->keeps_notices) {
        return AF_OK;
    }
    af_attribution_scope_end(&rw->attribution, scope->rule, &notice);
    if (notice.kind == AF_NOTICE_NO_DATE) {
        tell(rw, AF_NO_DATE, scope->rule, token->from_pos, token->from_pos, "no-date");
    } else if (notice.kind == AF_NOTICE_CONTRADICTED) {
        tell(rw, AF_REFUSED, scope->rule, token->from_pos, token->from_pos, "contradicted");
    }
    if (notice.kind != AF_NOTICE_INSERT || is_known_gone(rw, scope->node)) {
        return AF_OK;
    }
    bool after = rule->attribution->place == AF_PLACE_AFTER && token->type == AF_TOKEN_END_TAG;
    bool at_start = scope->held && scope->start_pos >= rw->edits.frontier;
    uint64_t pos = at_start ? scope->start_pos : after ? token->to_pos : token->from_pos;
    if (rw->finishing && !at_start && (rw->ends_inside || is_hidden(rw))) {
        tell(rw, AF_ILL_FORMED, scope->rule, pos, pos, "malformed");
        return AF_OK;
    }
    note(rw, "inserted");
    return add_insert(rw, (af_insert_t){.pos = pos, .drop_to = pos, .rule = scope->rule, .is_whole = true, .at_start = at_start,
                                        .scope = scope->node}, notice.bytes);
}

static af_status_t end_scopes(af_rewriter_t *rw, af_node_t node, const af_token_t *token)
{
    af_status_t status = AF_OK;
    size_t to = 0;

    for (size_t i = 0; i < rw->scopes.count; i++) {
        af_scope_t scope = *AF_VECTOR_AT(af_scope_t, &rw->scopes, i);
        if (scope.node == node && status == AF_OK) {
            status = end_scope(rw, &scope, token);
        } else {
            *AF_VECTOR_AT(af_scope_t, &rw->scopes, to++) = scope;
        }
    }
    rw->scopes.count = to;
    return status;
}

af_status_t af_notices_closed(af_rewriter_t *rw, const af_token_t *token, af_node_t node)
{
    af_status_t status = AF_OK;

    if (is_boundary(rw, node)) {
        status = end_run(rw, rw->block.node == node);
        open_run(rw, node_of(rw, node)->parent, false); /* what was held for the element is, for the text behind it */
        rw->block.from_pos = is_tag(token) ? token->to_pos : UINT64_MAX;
    }
    return status == AF_OK ? end_scopes(rw, node, token) : status;
}

/* A block that a chunk's end made wait: with the next chunk it may be known that no rule wants its run. */
static void ask_again(af_rewriter_t *rw, const af_token_t *token)
{
    uint64_t asked_at = rw->block.asked_at;
    bool is_text = token->type == AF_TOKEN_TEXT && token->text == AF_TEXT_DATA;

    if (rw->block.held != 0 && rw->block.open && asked_at != UINT64_MAX && rw->pushed - token->from_pos <= rw->chunk_len &&
        (asked_at == 0 || asked_at < rw->pushed) && (is_text || is_tag(token)) && af_run_rest_is_clear(rw, token)) {
        release_block(rw);
        rw->block.open = false;
    }
}

bool af_notices_tag(af_rewriter_t *rw, const af_token_t *token)
{
    if (!rw->block.open || rw->rules->notice_needles == NULL || !af_run_ends_clear(rw, token)) {
        return false;
    }
    release_block(rw);
    rw->block.open = false;
    return true;
}

/* The body ends where its end tag, or html's, or the document's end stands, although its element stays open. */
af_status_t af_notices_token(af_rewriter_t *rw, const af_token_t *token)
{
    bool ends_all = token->type == AF_TOKEN_END || is_cut(rw, token);
    bool ends = ends_all || (token->type == AF_TOKEN_END_TAG && (token->tag == AF_TAG_BODY || token->tag == AF_TAG_HTML));

    rw->ends_inside = rw->ends_inside || (rw->finishing && af_ends_in_open_tag(token));
    if (rw->reads_ahead && rw->block.held != 0) {
        ask_again(rw, token);
    }
    if (!ends || (!ends_all && rw->in.template_count > 0)) {
        return AF_OK;
    }
    af_status_t status = end_run(rw, false);
    release_block(rw);
    for (uint32_t i = rw->in.depth; status == AF_OK && i > 0; i--) {
        if (ends_all || node_of(rw, rw->in.stack[i - 1])->name == AF_TAG_BODY) {
            status = end_scopes(rw, rw->in.stack[i - 1], token);
        }
    }
    uint32_t rule;
    if (token->type == AF_TOKEN_END && af_attribution_contradicts(&rw->attribution, &rule)) {
        tell(rw, AF_REFUSED, rule, token->from_pos, token->from_pos, "contradicted");
    }
    return status;
}

af_status_t af_notices_text(af_rewriter_t *rw)
{
    if (!rw->block.open || (!rw->block.over && af_tape_characters(&rw->tape, rw->block.mark) <= rw->notice_max)) {
        return AF_OK;
    }
    if (!rw->block.over) {
        release_block(rw);
        rw->block.over = true;
        rw->block.whole = false;
    }
    for (af_slice_t window; af_run_window(rw, &window);) {
        tell_page(rw, window);
        rw->block.goes_on = true;
    }
    return AF_OK;
}

af_status_t af_notices_scope(af_rewriter_t *rw, uint32_t rule, af_node_t node)
{
    af_status_t status = AF_OK;
    bool none = rw->in.template_count > 0;

    for (size_t i = 0; !none && i < rw->scopes.count; i++) { /* inside a scope of the same rule the outer one decides */
        none = AF_VECTOR_AT(af_scope_t, &rw->scopes, i)->rule == rule;
    }
    af_scope_t *scope = none ? NULL : af_vector_add(rw, &rw->scopes, sizeof *scope, &status);
    if (scope != NULL) {
        bool implied = (node_of(rw, node)->flags & AF_NODE_IMPLIED) != 0;
        bool held = rw->rules->rules[rule].attribution->place == AF_PLACE_START && rw->past_live && !implied;
        *scope = (af_scope_t){rule, node, held, rw->token_end};
        af_attribution_scope_begin(&rw->attribution, rule);
        status = held ? af_candidates_hold(rw, node) : AF_OK;
        if (status == AF_OK && rw->block.credit && rw->block.node == node) { /* the rule wants what is said there */
            rw->block.credit = false;
            rw->block.open = true;
            status = hold_block(rw, node);
        }
    }
    return status;
}

void af_notices_fragment(af_rewriter_t *rw, af_node_t body)
{
    open_run(rw, body, false);
    rw->block.from_pos = 0;
}
