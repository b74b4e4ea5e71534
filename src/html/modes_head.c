/*
 * html/modes_head.c: HTML #the-initial-insertion-mode to #the-after-head-insertion-mode, and templates' tags.
 */
#include "html/quirks.h"
#include "html/tree_internal.h"

/* Takes the white space off the front of a text token; false: nothing is left. */
static bool skip_space(const af_token_t *token, af_token_t *rest)
{
    *rest = *token;
    if (token->type != AF_TOKEN_TEXT) {
        return true;
    }
    *rest = af_text_part(token, af_text_leading_space(token), token->bytes.len);
    return rest->bytes.len > 0;
}

/* The same where white space is inserted. */
static bool insert_space(af_tree_t *tree, const af_token_t *token, af_token_t *rest)
{
    bool left = skip_space(token, rest);

    if (token->type == AF_TOKEN_TEXT && rest->from_pos > token->from_pos) {
        af_token_t space = af_text_part(token, 0, (size_t) (rest->from_pos - token->from_pos));
        af_insert_text(tree, &space);
    }
    return left;
}

static void insert_comment_of_document(af_tree_t *tree, const af_token_t *token)
{
    af_tree_event(tree, &(af_tree_event_t){.kind = AF_EVENT_COMMENT, .from_pos = token->from_pos, .to_pos = token->to_pos});
}

void af_mode_initial(af_tree_t *tree, const af_token_t *token)
{
    af_token_t rest;

    if (!skip_space(token, &rest)) {
        return;
    }
    if (token->type == AF_TOKEN_COMMENT) {
        insert_comment_of_document(tree, token);
        return;
    }
    tree->mode = MODE_BEFORE_HTML;
    if (token->type == AF_TOKEN_DOCTYPE) {
        tree->quirks = af_doctype_is_quirks(token);
        return;
    }
    tree->quirks = true;
    af_tree_again(tree, &rest);
}

/* An end tag that begins nothing before the head. */
static bool is_stray_end_tag(const af_token_t *token)
{
    return token->type == AF_TOKEN_END_TAG && token->tag != AF_TAG_HEAD && token->tag != AF_TAG_BODY &&
           token->tag != AF_TAG_HTML && token->tag != AF_TAG_BR;
}

void af_mode_before_html(af_tree_t *tree, const af_token_t *token)
{
    af_token_t rest;

    if (token->type == AF_TOKEN_DOCTYPE || !skip_space(token, &rest)) {
        return;
    }
    if (token->type == AF_TOKEN_COMMENT) {
        insert_comment_of_document(tree, token);
        return;
    }
    if (token->type == AF_TOKEN_START_TAG && token->tag == AF_TAG_HTML) {
        af_insert_element(tree, token, AF_TAG_HTML);
        tree->mode = MODE_BEFORE_HEAD;
        return;
    }
    if (is_stray_end_tag(token)) {
        return;
    }
    af_insert_implied(tree, AF_TAG_HTML, token->from_pos);
    tree->mode = MODE_BEFORE_HEAD;
    af_tree_again(tree, &rest);
}

void af_mode_before_head(af_tree_t *tree, const af_token_t *token)
{
    af_token_t rest;

    if (token->type == AF_TOKEN_DOCTYPE || !skip_space(token, &rest)) {
        return;
    }
    if (token->type == AF_TOKEN_COMMENT) {
        af_insert_comment(tree, token);
        return;
    }
    if (token->type == AF_TOKEN_START_TAG && token->tag == AF_TAG_HTML) {
        af_mode_in_body(tree, token);
        return;
    }
    if (token->type == AF_TOKEN_START_TAG && token->tag == AF_TAG_HEAD) {
        tree->head = af_insert_element(tree, token, AF_TAG_HEAD);
        tree->mode = MODE_IN_HEAD;
        return;
    }
    if (is_stray_end_tag(token)) {
        return;
    }
    tree->head = af_insert_implied(tree, AF_TAG_HEAD, token->from_pos);
    tree->mode = MODE_IN_HEAD;
    af_tree_again(tree, &rest);
}

/* --- templates ------------------------------------------------------------------------------------------------------------- */

static void template_start_tag(af_tree_t *tree, const af_token_t *token)
{
    void *block = tree->template_modes;

    af_insert_element(tree, token, AF_TAG_TEMPLATE);
    af_formatting_marker(tree);
    tree->frameset_ok = false;
    tree->mode = MODE_IN_TEMPLATE;
    af_status_t status = af_heap_grow(tree->heap, &block, &tree->template_capacity, tree->template_count + 1u, 1, UINT32_MAX / 2);
    tree->template_modes = block;
    if (status != AF_OK) {
        tree->status = status;
        return;
    }
    tree->template_modes[tree->template_count++] = MODE_IN_TEMPLATE;
}

void af_template_end_tag(af_tree_t *tree)
{
    if (!af_is_open(tree, AF_TAG_TEMPLATE)) {
        return;
    }
    af_open_pop_until(tree, AF_TAG_TEMPLATE);
    af_formatting_clear(tree);
    tree->template_count -= tree->template_count > 0;
    af_tree_reset_mode(tree);
}

/* --- in head --------------------------------------------------------------------------------------------------------------- */

/* Start tags that "in head" takes; false: it goes on as anything else. */
static bool head_start_tag(af_tree_t *tree, const af_token_t *token)
{
    switch (token->tag) {
    case AF_TAG_HTML:
        af_mode_in_body(tree, token);
        return true;
    case AF_TAG_BASE: case AF_TAG_BASEFONT: case AF_TAG_BGSOUND: case AF_TAG_LINK: case AF_TAG_META:
        af_insert_void(tree, token, token->tag);
        return true;
    case AF_TAG_TITLE:
        af_insert_raw_text(tree, token, AF_TEXT_RCDATA);
        return true;
    case AF_TAG_NOSCRIPT: case AF_TAG_NOFRAMES: case AF_TAG_STYLE:
        af_insert_raw_text(tree, token, AF_TEXT_RAWTEXT);
        return true;
    case AF_TAG_SCRIPT:
        af_insert_raw_text(tree, token, AF_TEXT_SCRIPT);
        return true;
    case AF_TAG_TEMPLATE:
        template_start_tag(tree, token);
        return true;
    case AF_TAG_HEAD:
        return true;
    default:
        return false;
    }
}

void af_mode_in_head(af_tree_t *tree, const af_token_t *token)
{
    af_token_t rest;

    if (token->type == AF_TOKEN_DOCTYPE || !insert_space(tree, token, &rest)) {
        return;
    }
    if (token->type == AF_TOKEN_COMMENT) {
        af_insert_comment(tree, token);
        return;
    }
    if (token->type == AF_TOKEN_START_TAG && head_start_tag(tree, token)) {
        return;
    }
    if (token->type == AF_TOKEN_END_TAG) {
        switch (token->tag) {
        case AF_TAG_HEAD:
            af_open_pop(tree);
            tree->mode = MODE_AFTER_HEAD;
            return;
        case AF_TAG_TEMPLATE:
            af_template_end_tag(tree);
            return;
        case AF_TAG_BODY: case AF_TAG_HTML: case AF_TAG_BR:
            break;
        default:
            return;
        }
    }
    af_open_pop(tree);
    tree->mode = MODE_AFTER_HEAD;
    af_tree_again(tree, &rest);
}

/* --- after head ------------------------------------------------------------------------------------------------------------ */

/* What belongs into the head is put there although it is closed. */
static void reopen_head(af_tree_t *tree, const af_token_t *token)
{
    af_node_t head = tree->head;

    af_open_push(tree, head, AF_TAG_HEAD, af_tag_classes(AF_TAG_HEAD));
    af_mode_in_head(tree, token);
    uint32_t at = af_open_place(tree, head);
    if (at == 0 || head == 0) {
        return;
    }
    /* No CLOSED event: it was told when the head ended. */
    uint32_t events = tree->event_count;
    af_open_remove(tree, at - 1);
    tree->event_count = events < tree->event_count ? events : tree->event_count;
}

static void end_head(af_tree_t *tree)
{
    if (!tree->scripted && tree->head != 0) {
        af_node_at(tree->pool, tree->head)->flags |= AF_NODE_CLOSED;
    }
}

static bool after_head_start_tag(af_tree_t *tree, const af_token_t *token)
{
    switch (token->tag) {
    case AF_TAG_HTML:
        af_mode_in_body(tree, token);
        return true;
    case AF_TAG_BODY:
        end_head(tree);
        af_insert_element(tree, token, AF_TAG_BODY);
        tree->frameset_ok = false;
        tree->mode = MODE_IN_BODY;
        return true;
    case AF_TAG_FRAMESET:
        end_head(tree);
        af_insert_element(tree, token, AF_TAG_FRAMESET);
        tree->mode = MODE_IN_FRAMESET;
        return true;
    case AF_TAG_BASE: case AF_TAG_BASEFONT: case AF_TAG_BGSOUND: case AF_TAG_LINK: case AF_TAG_META: case AF_TAG_NOFRAMES:
    case AF_TAG_SCRIPT: case AF_TAG_STYLE: case AF_TAG_TEMPLATE: case AF_TAG_TITLE:
        reopen_head(tree, token);
        return true;
    case AF_TAG_HEAD:
        return true;
    default:
        return false;
    }
}

void af_mode_after_head(af_tree_t *tree, const af_token_t *token)
{
    af_token_t rest;

    if (token->type == AF_TOKEN_DOCTYPE || !insert_space(tree, token, &rest)) {
        return;
    }
    if (token->type == AF_TOKEN_COMMENT) {
        af_insert_comment(tree, token);
        return;
    }
    if (token->type == AF_TOKEN_START_TAG && after_head_start_tag(tree, token)) {
        return;
    }
    if (token->type == AF_TOKEN_END_TAG) {
        if (token->tag == AF_TAG_TEMPLATE) {
            af_template_end_tag(tree);
            return;
        }
        if (token->tag != AF_TAG_BODY && token->tag != AF_TAG_HTML && token->tag != AF_TAG_BR) {
            return;
        }
    }
    end_head(tree);
    tree->late_body = af_insert_implied(tree, AF_TAG_BODY, token->from_pos);
    tree->late_pos = token->from_pos;
    tree->mode = MODE_IN_BODY;
    af_tree_again(tree, &rest);
}
