/*
 * rewrite/settle.c: what becomes of a token's bytes once the fate of all nodes that it made is known.
 *
 * While nothing was dropped the output's parser is the input's and a token is simply written. Afterwards the output's tree is a
 * state of its own. A token that has an effect on what is kept is first tried on a copy of it, as it is: if it makes the same
 * nodes at the same places, it is written. If not, the output's tree is brought to where the input's stood before the token and
 * the token is tried again; and if that does not do either, the token's effect is written as markup of its own.
 *
 * Nodes that the input has by a token that is dropped (an implied tbody, a reconstructed clone) are *pending*: most often the
 * next kept token makes them in the output too, so nothing is written for them before that turns out false.
 */
#include "rewrite/reconcile.h"

void af_settle_fate(af_rewriter_t *rw, af_node_t node)
{
    af_node_record_t *record = node_of(rw, node);
    uint32_t fate = record->fate;

    if ((fate & FATE_SETTLED) != 0) {
        return;
    }
    fate |= FATE_SETTLED;
    if (rw->keep == KEEP_ACTIVE && af_keep_removes(rw, node)) {
        fate |= FATE_REMOVE;
        record->rule = rw->keep_rule;
    }
    if ((fate & FATE_PROTECT) != 0) {
        fate &= ~(FATE_REMOVE | FATE_UNWRAP);
    } else if (node_dead(rw, record->parent)) {
        fate = (fate & ~FATE_UNWRAP) | FATE_DEAD;
    } else if ((fate & FATE_REMOVE) != 0) {
        fate = (fate & ~FATE_UNWRAP) | FATE_DEAD;
    }
    record->fate = (uint8_t) fate;
}

bool af_settle_dead(af_rewriter_t *rw, af_node_t node)
{
    while ((node_of(rw, node)->fate & FATE_SETTLED) == 0) {
        af_node_t top = node;
        for (af_node_t up = node_of(rw, top)->parent; up != 0 && (node_of(rw, up)->fate & FATE_SETTLED) == 0;
             up = node_of(rw, up)->parent) {
            top = up;
        }
        af_settle_fate(rw, top);
    }
    return (node_of(rw, node)->fate & FATE_DEAD) != 0;
}

bool af_settle_drops(const af_rewriter_t *rw, const af_token_t *token)
{
    return (token->flags & TOKEN_STRIPPED) != 0 || ((token->type == AF_TOKEN_TEXT || token->type == AF_TOKEN_COMMENT) &&
                                                    rw->keep == KEEP_ACTIVE && af_keep_drops_text(rw, rw->text_parent));
}

af_status_t af_settle_diverge(af_rewriter_t *rw)
{
    if (rw->diverged) {
        return AF_OK;
    }
    af_status_t status = af_tree_clone(&rw->out, &rw->past);
    rw->out.gone = FATE_GONE;
    rw->diverged = status == AF_OK;
    return status;
}

bool af_settle_any_gone(af_rewriter_t *rw, const af_node_t *nodes, uint32_t node_count)
{
    bool gone = false;

    for (uint32_t i = 0; i < node_count; i++) {
        af_settle_fate(rw, nodes[i]);
        gone = gone || node_gone(rw, nodes[i]);
    }
    return gone;
}

static af_node_t own_node(const af_rewriter_t *rw, const af_token_t *token, const af_node_t *nodes, uint32_t node_count)
{
    if (token->type != AF_TOKEN_START_TAG || node_count == 0) {
        return 0;
    }
    af_node_t last = nodes[node_count - 1];
    return (node_of(rw, last)->flags & (AF_NODE_IMPLIED | AF_NODE_CLONE)) == 0 ? last : 0;
}

static bool context_alive(af_rewriter_t *rw, const af_tree_t *tree)
{
    return tree->depth == 0 || !node_dead(rw, tree->stack[tree->depth - 1]);
}

/* Whether the token is the end tag of a form that is not open any more, and closes nothing: the next form tag counts then. */
static bool lets_go_of_form(const af_rewriter_t *rw, const af_tree_t *tree, const af_token_t *token)
{
    return token->type == AF_TOKEN_END_TAG && token->tag == AF_TAG_FORM && tree->form == 0 && rw->out.form != 0 &&
           tree->event_count == 0;
}

/* Whether the token does anything that the output has to show. */
static bool token_alive(af_rewriter_t *rw, const af_tree_t *tree, const af_token_t *token, af_node_t own)
{
    bool placed = false, alive = false, gone = false;

    if (af_settle_drops(rw, token)) {
        return false;
    }
    for (uint32_t i = 0; i < tree->event_count; i++) {
        const af_tree_event_t *event = &tree->events[i];
        switch (event->kind) {
        case AF_EVENT_TEXT:
        case AF_EVENT_COMMENT:
            placed = true;
            alive = alive || event->parent == 0 || !node_dead(rw, event->parent);
            break;
        case AF_EVENT_CLOSED:
            gone = gone || node_gone(rw, event->node);
            if (token->type == AF_TOKEN_END_TAG) {
                alive = alive || !node_gone(rw, event->node);
            }
            break;
        case AF_EVENT_CREATED:
            if (token->type == AF_TOKEN_END_TAG) {
                alive = alive || !node_gone(rw, event->node);
            }
            break;
        case AF_EVENT_ATTRIBUTES:
            return !node_dead(rw, event->node);
        case AF_EVENT_MOVED:
        case AF_EVENT_CHILDREN_MOVED:
            break;
        }
    }
    switch (token->type) {
    case AF_TOKEN_TEXT:
    case AF_TOKEN_COMMENT:
        if (rw->text_parent != 0) {
            return !node_dead(rw, rw->text_parent);
        }
        return placed ? alive : context_alive(rw, tree);
    case AF_TOKEN_START_TAG:
        return own != 0 ? !node_gone(rw, own) : context_alive(rw, tree);
    case AF_TOKEN_END_TAG:
        if (af_trial_ends_page(token) && af_tree_past_body(tree)) {
            return true;
        }
        return alive || (!gone && context_alive(rw, tree)) || lets_go_of_form(rw, tree, token);
    case AF_TOKEN_IGNORED:
    case AF_TOKEN_DOCTYPE: /* one that counts for nothing: before the other nothing can be dropped */
        return context_alive(rw, tree);
    case AF_TOKEN_NONE:
    case AF_TOKEN_END:
        break;
    }
    return true;
}

static af_status_t add_nodes(af_rewriter_t *rw, af_vector_t *to, const af_node_t *nodes, size_t count)
{
    af_status_t status = af_vector_reserve(rw, to, to->count + count, sizeof *nodes);

    if (status != AF_OK) {
        return status;
    }
    for (size_t i = 0; i < count; i++) {
        if (!node_gone(rw, nodes[i])) {
            *AF_VECTOR_AT(af_node_t, to, to->count++) = nodes[i];
        }
    }
    return AF_OK;
}

static bool closes_pending(const af_rewriter_t *rw, const af_tree_t *tree)
{
    for (uint32_t i = 0; i < tree->event_count; i++) {
        for (size_t k = 0; tree->events[i].kind == AF_EVENT_CLOSED && k < rw->pending.count; k++) {
            if (*AF_VECTOR_AT(af_node_t, &rw->pending, k) == tree->events[i].node) {
                return true;
            }
        }
    }
    return false;
}

af_status_t af_settle_bring_to(af_rewriter_t *rw, const af_vector_t *want, size_t count)
{
    af_status_t status = af_reconcile(rw, want->items, count);

    rw->pending.count = 0;
    return status;
}

bool af_may_move(const af_tree_t *tree, const af_token_t *token)
{
    return tree->formatting_count > 0 &&
           (token->type == AF_TOKEN_END_TAG ||
            (token->type == AF_TOKEN_START_TAG && (token->tag == AF_TAG_A || token->tag == AF_TAG_NOBR)));
}

/* Whether the token moves elements that stay. */
static bool moves_kept(af_rewriter_t *rw, const af_tree_t *tree)
{
    for (uint32_t i = 0; i < tree->event_count; i++) {
        const af_tree_event_t *event = &tree->events[i];
        if (event->parent != 0 && (event->kind == AF_EVENT_MOVED || event->kind == AF_EVENT_CHILDREN_MOVED) &&
            !node_dead(rw, event->node)) {
            return true;
        }
    }
    return false;
}

/* An <a> inside an <a> ends the first one, HTML #parsing-main-inbody: where the second goes, an end tag does the same to
 * what stays, but for formatting elements that the start tag opens again: these are pending. */
static af_status_t end_instead(af_rewriter_t *rw, const af_tree_t *tree, const af_token_t *token, const af_node_t *nodes,
                               uint32_t node_count, bool *done)
{
    bool accepted;
    size_t left = 0;

    *done = false;
    if (!moves_kept(rw, tree) || token->type != AF_TOKEN_START_TAG || (token->tag != AF_TAG_A && token->tag != AF_TAG_NOBR)) {
        return AF_OK;
    }
    const char *markup = token->tag == AF_TAG_A ? "</a>" : "</nobr>";
    af_token_t end = {.type = AF_TOKEN_END_TAG, .tag = token->tag, .name = token->name, .from_pos = token->from_pos,
                      .to_pos = token->from_pos};
    af_status_t status = AF_OK;
    for (int attempt = 0; status == AF_OK && attempt < 2 && !*done; attempt++) {
        /* What was dropped may have closed what the output has open. */
        status = attempt == 0 ? AF_OK : af_settle_bring_to(rw, &rw->before, rw->before.count);
        rw->script.count = 0;
        if (status == AF_OK) {
            status = add_nodes(rw, &rw->script, rw->pending.items, rw->pending.count);
        }
        if (status == AF_OK) {
            status = add_nodes(rw, &rw->script, nodes, node_count);
        }
        if (status == AF_OK) {
            status = af_trial_token(rw, tree, &end, &accepted);
        }
        left = status == AF_OK && !accepted ? af_trial_left(rw, tree) : 0;
        *done = status == AF_OK && (accepted || left > 0);
    }
    if (*done) {
        af_trial_take(rw);
        status = add_nodes(rw, &rw->pending, AF_VECTOR_FROM(af_node_t, &rw->script, rw->script.count - left), left);
        af_write_drop(rw, token, rw->drop_rule);
        af_write_markup(rw, (const uint8_t *) markup, strlen(markup), AF_NO_RULE);
    }
    return status;
}

static af_status_t drop_token(af_rewriter_t *rw, const af_tree_t *tree, const af_token_t *token, const af_node_t *nodes,
                              uint32_t node_count)
{
    af_status_t status;

    if (rw->pending.count > 0 && closes_pending(rw, tree)) {
        status = af_settle_bring_to(rw, &rw->before, rw->before.count);
        if (status != AF_OK) {
            return status;
        }
    }
    uint32_t opened = 0;
    status = token->tag == AF_TAG_NOBR ? af_passing_close(rw, tree, token, nodes, node_count, &opened) : AF_OK;
    af_write_drop(rw, token, rw->drop_rule);
    if (status == AF_OK) {
        status = add_nodes(rw, &rw->pending, opened > 0 ? nodes + opened : nodes, node_count - opened); /* it may be NULL */
    }
    bool follows = (token->flags & AF_TOKEN_OVERLONG) != 0; /* its rest, which goes with it */
    if (status == AF_OK && !follows && rw->pending.count == 0 && rw->section != SECTION_ENDED && af_tree_same(tree, &rw->out)) {
        rw->diverged = false;
    }
    return status;
}

/* A body that a frameset replaced is in no document. */
static void forget_replaced(af_rewriter_t *rw, const af_tree_t *tree)
{
    for (uint32_t i = 0; i < tree->event_count; i++) {
        const af_tree_event_t *event = &tree->events[i];
        if (event->kind != AF_EVENT_MOVED || event->parent != 0) {
            continue;
        }
        node_of(rw, event->node)->fate |= FATE_DEAD | FATE_SETTLED;
        size_t to = 0;
        for (size_t k = 0; k < rw->pending.count; k++) {
            af_node_t node = *AF_VECTOR_AT(af_node_t, &rw->pending, k);
            if (!node_gone(rw, node)) {
                *AF_VECTOR_AT(af_node_t, &rw->pending, to++) = node;
            }
        }
        rw->pending.count = to;
    }
}

/* No text has the element where it belongs (a protected td of a removed tr): its tag would make what the input has not;
 * or nothing, and then raw text would be read as markup. What is in it stays, unless that is raw text. */
static void give_up_element(af_rewriter_t *rw, const af_tree_t *tree, af_node_t own)
{
    if (own != 0) {
        node_of(rw, own)->fate |= tree->next_text == AF_TEXT_DATA ? FATE_UNWRAP : FATE_DEAD;
        rw->stats.refused++;
    }
}

/* What </p> and </br> make, HTML #parsing-main-inbody, behind the formatting elements that they open again; 0. */
static af_node_t made_by_end_tag(const af_rewriter_t *rw, const af_token_t *token, const af_node_t *nodes, uint32_t node_count)
{
    af_node_t last = token->type == AF_TOKEN_END_TAG && node_count > 0 ? nodes[node_count - 1] : 0;

    return last != 0 && (node_of(rw, last)->flags & AF_NODE_CLONE) == 0 && !node_gone(rw, last) ? last : 0;
}

/* Whether the output's parser would open a formatting element again that the input's list has no more, or has behind a marker
 * that a dropped element left there. */
static bool reopens(const af_rewriter_t *rw, const af_tree_t *tree)
{
    const af_tree_t *out = &rw->out;
    af_node_t last = out->formatting_count == 0 ? 0 : out->formatting[out->formatting_count - 1].node;

    for (uint32_t i = tree->formatting_count; i > 0 && tree->formatting[i - 1].node != 0; i--) {
        if (tree->formatting[i - 1].node == last) {
            return false;
        }
    }
    return last != 0;
}

/* The token with the one node that it makes by itself. */
static af_status_t try_own(af_rewriter_t *rw, const af_tree_t *tree, const af_token_t *token, af_node_t made, bool *accepted)
{
    af_status_t status = AF_OK;

    rw->script.count = 0;
    if (made != 0) {
        status = add_nodes(rw, &rw->script, &made, 1);
    }
    return status == AF_OK ? af_trial_token(rw, tree, token, accepted) : status;
}

/* The token's effect by other means: what it opens and closes besides its own node is written as tags, of which one may imply
 * others. */
static af_status_t write_effect(af_rewriter_t *rw, const af_tree_t *tree, const af_token_t *token, const af_node_t *nodes,
                                uint32_t node_count, af_node_t own, bool *write)
{
    size_t count = rw->after.count;
    af_node_t made = own != 0 ? own : made_by_end_tag(rw, token, nodes, node_count);
    bool accepted;

    *write = false;
    if (own != 0 && count > 0 && *AF_VECTOR_AT(af_node_t, &rw->after, count - 1) == own) {
        count--;
    }
    uint32_t opened;
    af_status_t status = af_passing_open(rw, tree, nodes, node_count - (made != 0), &opened);
    if (status == AF_OK) {
        status = add_nodes(rw, &rw->pending, opened > 0 ? nodes + opened : nodes, node_count - (made != 0) - opened);
    }
    if (status == AF_OK) {
        status = af_settle_bring_to(rw, &rw->after, count);
    }
    if (status == AF_OK && own != 0 && token->tag == AF_TAG_FORM) {
        status = af_reconcile_forget_form(rw);
    }
    if (status != AF_OK) {
        return status;
    }
    status = try_own(rw, tree, token, made, &accepted);
    if (status == AF_OK && rw->trial.mismatch && reopens(rw, tree)) { /* what is closed now was in the way of that */
        status = af_reconcile_forget(rw);
        status = status == AF_OK ? try_own(rw, tree, token, made, &accepted) : status;
    }
    if (status != AF_OK) {
        return status;
    }
    uint32_t at = 0;
    bool makes = made != 0 && rw->trial.script_used > 0;
    bool ignored = own != 0 && !makes;
    /* What an end tag makes may come in front of a table, as the element did that it was in and that goes. */
    *write = accepted || own != 0 || makes || af_trial_placed(rw, tree, &at) != NULL;
    if (*write && (rw->trial.mismatch || ignored)) {
        give_up_element(rw, tree, own);
        *write = false;
    }
    if (*write) {
        af_trial_take(rw);
    }
    return AF_OK;
}

/* Whether a dropped tag was the one from which on the contents of the template are read as those of body; or as those of a table,
 * where an end tag makes an element that it would not make in the output. */
static bool template_differs(const af_rewriter_t *rw, const af_tree_t *tree, const af_token_t *token)
{
    if (rw->out.template_count == 0 || af_tree_template_in_body(&rw->out)) {
        return false;
    }
    bool makes = false;
    for (uint32_t i = 0; token->type == AF_TOKEN_END_TAG && i < tree->event_count; i++) {
        makes = makes || (tree->events[i].kind == AF_EVENT_CREATED && !node_gone(rw, tree->events[i].node));
    }
    return makes || af_tree_template_in_body(tree);
}

/* A comment behind </body>, where the output is back in the body: by a formatting element that white space opened again. */
static bool comment_is_behind(const af_rewriter_t *rw, const af_tree_t *tree, const af_token_t *token)
{
    return token->type == AF_TOKEN_COMMENT && af_tree_past_body(tree) && !af_tree_past_body(&rw->out);
}

/* Whether the token needs a tag in front of it that closes nothing: it is text in a table that what was dropped kept apart from
 * the text before it, or what was dropped, or what was written, went back from behind </body> into the body, or what was dropped
 * decided how a template is read. */
static bool needs_nudge(const af_rewriter_t *rw, const af_tree_t *tree, const af_token_t *token)
{
    if (template_differs(rw, tree, token)) {
        return true;
    }
    if (token->type == AF_TOKEN_TEXT && rw->dropped_since && rw->out.table_text != AF_TABLE_TEXT_NONE) {
        return true;
    }
    return token->type == AF_TOKEN_COMMENT && (af_tree_past_body(&rw->out) || af_tree_past_body(tree));
}

af_status_t af_settle_go_behind(af_rewriter_t *rw, bool document)
{
    static const uint8_t ends[2][8] = {"</body>", "</html>"};
    const uint32_t name = document ? AF_TAG_HTML : AF_TAG_BODY;
    const af_token_t tag = {.type = AF_TOKEN_END_TAG, .tag = name, .name = {ends[document] + 2, 4}};

    af_write_markup(rw, ends[document], 7, AF_NO_RULE);
    return af_tree_process(&rw->out, &tag);
}

/* HTML #parsing-main-intabletext: a run of text is decided as a whole. An end tag that is ignored everywhere in tables ends it,
 * and, ignored in body as well, it leads back there. In a template, HTML #parsing-main-intemplate, a start tag that is ignored in
 * body has the rest read as it is there. */
static af_status_t nudge(af_rewriter_t *rw, const af_tree_t *tree, const af_token_t *token, bool behind)
{
    static const uint8_t markup[] = "</col>", body[] = "<body>";
    af_token_t tag = {.type = AF_TOKEN_END_TAG, .tag = AF_TAG_COL, .name = {markup + 2, 3}};

    if (behind) {
        return af_settle_go_behind(rw, tree->event_count > 0 && tree->events[0].parent == 0);
    }
    if (template_differs(rw, tree, token)) {
        tag = (af_token_t){.type = AF_TOKEN_START_TAG, .tag = AF_TAG_BODY, .name = {body + 1, 4}, .bytes = {body, 6}};
        af_write_markup(rw, body, sizeof body - 1, AF_NO_RULE);
    } else {
        af_write_markup(rw, markup, sizeof markup - 1, AF_NO_RULE);
    }
    return af_tree_process(&rw->out, &tag);
}

/* Brings the output to where the input's stood before the token; or, where formatting elements are all that the token
   makes, behind
 * those: their tags may imply what is pending. */
static af_status_t approach(af_rewriter_t *rw, const af_tree_t *tree, const af_node_t *nodes, uint32_t node_count)
{
    bool clones = node_count > 0 && !closes_pending(rw, tree);

    for (uint32_t i = 0; i < node_count; i++) {
        clones = clones && (node_of(rw, nodes[i])->flags & AF_NODE_CLONE) != 0 && !node_gone(rw, nodes[i]);
    }
    return clones ? af_settle_bring_to(rw, &rw->after, rw->after.count) : af_settle_bring_to(rw, &rw->before, rw->before.count);
}

/* Whether the output's parser opens formatting elements before what the token that was tried makes, and the input's does not: a
 * hidden input in an element in front of a table, white space in a template's rows where the rows have gone. */
static bool opens_more(const af_rewriter_t *rw, const af_token_t *token, const af_node_t *nodes, uint32_t node_count)
{
    bool makes_one = token->type == AF_TOKEN_START_TAG && node_count == 1 && !node_gone(rw, nodes[0]);
    bool text = token->type == AF_TOKEN_TEXT && node_count == 0;

    return rw->trial.mismatch && (makes_one || text) && rw->out.formatting_count > 0;
}

/* Where it stands in the stream: what there is of it stays, the same bytes whatever the chunks. */
static void complete_bogus(af_rewriter_t *rw, const af_token_t *token, size_t skip, bool ends)
{
    static const uint8_t dashes[] = {'-', '-'};

    af_marks_before(rw, token);
    if (skip > 0) {
        af_edits_keep(&rw->edits, token->from_pos + skip);
        af_edits_insert(&rw->edits, dashes, sizeof dashes, AF_NO_RULE);
    }
    af_edits_keep(&rw->edits, token->to_pos - ends);
    if (ends) {
        af_edits_insert(&rw->edits, dashes, sizeof dashes, AF_NO_RULE);
        af_edits_keep(&rw->edits, token->to_pos);
    }
    rw->wrote_last = true;
    rw->dropped_since = false;
    af_guard_wrote(&rw->guard, token, false);
}

/* Where the output is in foreign content and the input was not, "<![CDATA[" is no comment: such a one is written in the form that
 * is a comment everywhere. It ends at the first ">". */
static void write_bogus(af_rewriter_t *rw, const af_token_t *token, size_t skip)
{
    const uint8_t *data = token->bytes.data;
    size_t len = token->bytes.len;
    bool ends = data[len - 1] == '>';

    rw->bogus_comment = !ends;
    if (token->from_pos >= rw->edits.frontier && token->to_pos - token->from_pos == len && rw->inserts.count == 0) {
        complete_bogus(rw, token, skip, ends);
        return;
    }
    af_write_drop(rw, token, AF_NO_RULE);
    if (skip > 0) {
        af_write_markup(rw, (const uint8_t *) "<!--", 4, AF_NO_RULE);
    }
    af_write_markup(rw, data + skip, len - skip - ends, AF_NO_RULE);
    if (ends) {
        af_write_markup(rw, (const uint8_t *) "-->", 3, AF_NO_RULE);
    }
}

static bool is_bogus(const af_rewriter_t *rw, const af_token_t *token)
{
    return token->type == AF_TOKEN_COMMENT && token->bytes.len > 2 && memcmp(token->bytes.data, "<![", 3) == 0 &&
           af_tree_in_foreign(&rw->out);
}

bool af_ends_in_open_tag(const af_token_t *token)
{
    size_t len = token->bytes.len;

    return token->type == AF_TOKEN_TEXT && token->text == AF_TEXT_DATA && len >= 2 &&
           memcmp(token->bytes.data + len - 2, "</", 2) == 0;
}

/* Whether a tag behind the token may be read as a part of it, or it is a comment behind </body>, which the end may cut: what is
 * pending is written in front. */
static bool swallows_tags(const af_rewriter_t *rw, const af_tree_t *tree, const af_token_t *token)
{
    return (token->type == AF_TOKEN_IGNORED && rw->section == SECTION_NONE) || af_ends_in_open_tag(token) ||
           (token->type == AF_TOKEN_COMMENT && af_tree_past_body(tree));
}

static af_status_t write_alive(af_rewriter_t *rw, const af_tree_t *tree, const af_token_t *token, const af_node_t *nodes,
                               uint32_t node_count, af_node_t own, bool *write)
{
    bool accepted;
    af_status_t status;

    *write = true;
    for (int attempt = 0; attempt < 4; attempt++) {
        if (attempt == 0 && rw->pending.count > 0 && swallows_tags(rw, tree, token)) {
            continue;
        }
        bool forgets = attempt == 2 && (reopens(rw, tree) || opens_more(rw, token, nodes, node_count));
        if ((attempt == 2 && !forgets) || (attempt == 3 && !needs_nudge(rw, tree, token))) {
            continue;
        }
        switch (attempt) {
        case 1: status = approach(rw, tree, nodes, node_count); break;
        case 2: status = af_reconcile_forget(rw); break;
        case 3: status = nudge(rw, tree, token, comment_is_behind(rw, tree, token)); break;
        default: status = AF_OK; break;
        }
        if (status != AF_OK) {
            return status;
        }
        rw->script.count = 0;
        status = add_nodes(rw, &rw->script, rw->pending.items, rw->pending.count);
        if (status == AF_OK) {
            status = add_nodes(rw, &rw->script, nodes, node_count);
        }
        if (status == AF_OK) {
            status = af_trial_token(rw, tree, token, &accepted);
        }
        if (status != AF_OK) {
            return status;
        }
        if (accepted) {
            af_trial_take(rw);
            return AF_OK;
        }
        if (af_trial_nothing(tree, token) && af_trial_unlisted(rw, tree) == 0) {
            *write = false;
            return AF_OK;
        }
        if (rw->may_lay_out && moves_kept(rw, tree)) {
            rw->lay_out = true;
            return AF_OK;
        }
    }
    if (own != 0 && node_gone(rw, own)) {
        own = 0;
    }
    return write_effect(rw, tree, token, nodes, node_count, own, write);
}

/* The rest of a tag over the limit goes where its beginning went: by itself it would be markup. */
static void settle_rest(af_rewriter_t *rw, const af_token_t *token)
{
    if (rw->wrote_last) {
        af_write_token(rw, token, false);
    } else {
        af_write_drop(rw, token, rw->drop_rule);
    }
}

af_status_t af_settle(af_rewriter_t *rw, const af_tree_t *tree, const af_token_t *token, const af_node_t *nodes,
                      uint32_t node_count)
{
    bool swallows = swallows_newline(tree, token) && node_count > 0;

    rw->lay_out = false;
    if (!rw->diverged) {
        af_write_token(rw, token, swallows);
        return AF_OK;
    }
    if (token->type == AF_TOKEN_IGNORED && (token->flags & AF_TOKEN_CONTINUED) != 0) {
        settle_rest(rw, token);
        return AF_OK;
    }
    if (rw->section != SECTION_NONE || token->text == AF_TEXT_CDATA) {
        af_escaped_follow(rw, token);
    }
    for (uint32_t i = 0; i < node_count; i++) {
        const af_node_record_t *record = node_of(rw, nodes[i]);
        if ((record->fate & FATE_REMOVE) != 0 && !node_dead(rw, record->parent)) {
            rw->drop_rule = record->rule; /* what is in a removed element goes with it */
        }
    }
    af_status_t status = af_settle_stack(rw, tree, &rw->after);
    if (status != AF_OK) {
        return status;
    }
    af_node_t own = own_node(rw, token, nodes, node_count);
    if (token->type == AF_TOKEN_START_TAG && token->tag == AF_TAG_FRAMESET) {
        forget_replaced(rw, tree);
    }
    af_tell_made(rw, token, nodes, node_count);
    if (!token_alive(rw, tree, token, own)) {
        bool done;
        status = end_instead(rw, tree, token, nodes, node_count, &done);
        if (status == AF_OK && !done) {
            status = drop_token(rw, tree, token, nodes, node_count);
            af_escaped_dropped(rw, token);
        }
        af_tell_closed(rw, tree, token);
        return status;
    }
    bool write;
    status = write_alive(rw, tree, token, nodes, node_count, own, &write);
    if (status != AF_OK) {
        return status;
    }
    if (rw->lay_out) {
        return AF_OK;
    }
    if (write && is_bogus(rw, token)) {
        write_bogus(rw, token, 2);
    } else if (write && token->text != AF_TEXT_DATA && af_escaped_needed(rw, token)) {
        af_escaped_write(rw, token);
    } else if (write && !(token->type == AF_TOKEN_IGNORED && af_escaped_drops(rw, token))) {
        af_write_token(rw, token, swallows && own != 0);
    } else {
        af_write_drop(rw, token, AF_NO_RULE);
    }
    af_tell_closed(rw, tree, token);
    if (rw->pending.count == 0 && rw->section != SECTION_ENDED && af_tree_same(tree, &rw->out)) {
        rw->diverged = false;
    }
    return AF_OK;
}

af_status_t af_settle_continued(af_rewriter_t *rw, const af_token_t *token)
{
    if (rw->bogus_comment) {
        write_bogus(rw, token, 0);
    } else {
        settle_rest(rw, token);
    }
    return AF_OK;
}
