/*
 * html/modes_rest.c: HTML: in select, in template, after body, framesets, after after.
 */
#include "html/tree_internal.h"

/* --- select ---------------------------------------------------------------------------------------------------------------- */

static void pop_if_current(af_tree_t *tree, uint32_t tag)
{
    if (af_current_is(tree, tag)) {
        af_open_pop(tree);
    }
}

static bool end_select(af_tree_t *tree)
{
    if (!af_open_in_select_scope(tree, AF_TAG_SELECT)) {
        return false;
    }
    af_open_pop_until(tree, AF_TAG_SELECT);
    af_tree_reset_mode(tree);
    return true;
}

static void select_start_tag(af_tree_t *tree, const af_token_t *token)
{
    switch (token->tag) {
    case AF_TAG_HTML:
        af_mode_in_body(tree, token);
        break;
    case AF_TAG_OPTION:
        pop_if_current(tree, AF_TAG_OPTION);
        af_insert_element(tree, token, AF_TAG_OPTION);
        break;
    case AF_TAG_OPTGROUP: case AF_TAG_HR:
        pop_if_current(tree, AF_TAG_OPTION);
        pop_if_current(tree, AF_TAG_OPTGROUP);
        if (token->tag == AF_TAG_HR) {
            af_insert_void(tree, token, AF_TAG_HR);
        } else {
            af_insert_element(tree, token, AF_TAG_OPTGROUP);
        }
        break;
    case AF_TAG_SELECT:
        end_select(tree);
        break;
    case AF_TAG_INPUT: case AF_TAG_KEYGEN: case AF_TAG_TEXTAREA:
        if (end_select(tree)) {
            af_tree_again(tree, token);
        }
        break;
    case AF_TAG_SCRIPT: case AF_TAG_TEMPLATE:
        af_mode_in_head(tree, token);
        break;
    default:
        break;
    }
}

static void select_end_tag(af_tree_t *tree, const af_token_t *token)
{
    switch (token->tag) {
    case AF_TAG_OPTGROUP:
        if (af_current_is(tree, AF_TAG_OPTION) && tree->depth > 1 && tree->open[tree->depth - 2].name == AF_TAG_OPTGROUP) {
            af_open_pop(tree);
        }
        pop_if_current(tree, AF_TAG_OPTGROUP);
        break;
    case AF_TAG_OPTION:
        pop_if_current(tree, AF_TAG_OPTION);
        break;
    case AF_TAG_SELECT:
        end_select(tree);
        break;
    case AF_TAG_TEMPLATE:
        af_template_end_tag(tree);
        break;
    default:
        break;
    }
}

void af_mode_in_select(af_tree_t *tree, const af_token_t *token)
{
    switch (token->type) {
    case AF_TOKEN_TEXT:
        if (af_text_classify(token) != TEXT_EMPTY) {
            af_insert_text(tree, token);
        }
        break;
    case AF_TOKEN_COMMENT: af_insert_comment(tree, token); break;
    case AF_TOKEN_START_TAG: select_start_tag(tree, token); break;
    case AF_TOKEN_END_TAG: select_end_tag(tree, token); break;
    case AF_TOKEN_END: af_mode_in_body(tree, token); break;
    case AF_TOKEN_NONE: case AF_TOKEN_DOCTYPE: case AF_TOKEN_IGNORED: break;
    }
}

void af_mode_in_select_in_table(af_tree_t *tree, const af_token_t *token)
{
    bool leaves = false;

    switch (token->tag) {
    case AF_TAG_CAPTION: case AF_TAG_TABLE: case AF_TAG_TBODY: case AF_TAG_TFOOT: case AF_TAG_THEAD: case AF_TAG_TR:
    case AF_TAG_TD: case AF_TAG_TH:
        leaves = token->type == AF_TOKEN_START_TAG || token->type == AF_TOKEN_END_TAG;
        break;
    default:
        break;
    }
    if (!leaves) {
        af_mode_in_select(tree, token);
        return;
    }
    if (token->type == AF_TOKEN_END_TAG && !af_open_in_scope(tree, token->tag, CLASS_TABLE_SCOPE)) {
        return;
    }
    af_open_pop_until(tree, AF_TAG_SELECT);
    af_tree_reset_mode(tree);
    af_tree_again(tree, token);
}

/* --- template -------------------------------------------------------------------------------------------------------------- */

static void template_goes_on_in(af_tree_t *tree, insertion_mode_t mode, const af_token_t *token)
{
    if (tree->template_count > 0) {
        tree->template_modes[tree->template_count - 1] = (uint8_t) mode;
    }
    tree->mode = (uint8_t) mode;
    af_tree_again(tree, token);
}

static void template_start_tag(af_tree_t *tree, const af_token_t *token)
{
    switch (token->tag) {
    case AF_TAG_BASE: case AF_TAG_BASEFONT: case AF_TAG_BGSOUND: case AF_TAG_LINK: case AF_TAG_META: case AF_TAG_NOFRAMES:
    case AF_TAG_SCRIPT: case AF_TAG_STYLE: case AF_TAG_TEMPLATE: case AF_TAG_TITLE:
        af_mode_in_head(tree, token);
        break;
    case AF_TAG_CAPTION: case AF_TAG_COLGROUP: case AF_TAG_TBODY: case AF_TAG_TFOOT: case AF_TAG_THEAD:
        template_goes_on_in(tree, MODE_IN_TABLE, token);
        break;
    case AF_TAG_COL:
        template_goes_on_in(tree, MODE_IN_COLUMN_GROUP, token);
        break;
    case AF_TAG_TR:
        template_goes_on_in(tree, MODE_IN_TABLE_BODY, token);
        break;
    case AF_TAG_TD: case AF_TAG_TH:
        template_goes_on_in(tree, MODE_IN_ROW, token);
        break;
    default:
        template_goes_on_in(tree, MODE_IN_BODY, token);
        break;
    }
}

void af_mode_in_template(af_tree_t *tree, const af_token_t *token)
{
    switch (token->type) {
    case AF_TOKEN_TEXT: case AF_TOKEN_COMMENT:
        af_mode_in_body(tree, token);
        break;
    case AF_TOKEN_START_TAG:
        template_start_tag(tree, token);
        break;
    case AF_TOKEN_END_TAG:
        if (token->tag == AF_TAG_TEMPLATE) {
            af_template_end_tag(tree);
        }
        break;
    case AF_TOKEN_END:
        if (af_is_open(tree, AF_TAG_TEMPLATE)) {
            af_template_end_tag(tree);
            af_tree_again(tree, token);
        }
        break;
    case AF_TOKEN_NONE: case AF_TOKEN_DOCTYPE: case AF_TOKEN_IGNORED:
        break;
    }
}

/* --- after body ------------------------------------------------------------------------------------------------------------ */

/* White space goes where it would in the body; anything else goes back there. */
static void back_to_body(af_tree_t *tree, const af_token_t *token)
{
    if (token->type == AF_TOKEN_TEXT) {
        size_t space = af_text_leading_space(token);
        if (space > 0) {
            af_token_t part = af_text_part(token, 0, space);
            af_mode_in_body(tree, &part);
        }
        if (space == token->bytes.len) {
            return;
        }
        af_token_t rest = af_text_part(token, space, token->bytes.len);
        tree->mode = MODE_IN_BODY;
        af_tree_again(tree, &rest);
        return;
    }
    tree->mode = MODE_IN_BODY;
    af_tree_again(tree, token);
}

void af_mode_after_body(af_tree_t *tree, const af_token_t *token)
{
    if (token->type == AF_TOKEN_COMMENT) {
        af_tree_event(tree, &(af_tree_event_t){.kind = AF_EVENT_COMMENT, .parent = tree->stack[0], .from_pos = token->from_pos,
                                               .to_pos = token->to_pos});
    } else if (token->type == AF_TOKEN_START_TAG && token->tag == AF_TAG_HTML) {
        af_mode_in_body(tree, token);
    } else if (token->type == AF_TOKEN_END_TAG && token->tag == AF_TAG_HTML) {
        tree->mode = MODE_AFTER_AFTER_BODY;
    } else if (token->type != AF_TOKEN_DOCTYPE && token->type != AF_TOKEN_END) {
        back_to_body(tree, token);
    }
}

void af_mode_after_after_body(af_tree_t *tree, const af_token_t *token)
{
    if (token->type == AF_TOKEN_COMMENT) {
        af_tree_event(tree, &(af_tree_event_t){.kind = AF_EVENT_COMMENT, .from_pos = token->from_pos, .to_pos = token->to_pos});
    } else if (token->type == AF_TOKEN_START_TAG && token->tag == AF_TAG_HTML) {
        af_mode_in_body(tree, token);
    } else if (token->type != AF_TOKEN_DOCTYPE && token->type != AF_TOKEN_END) {
        back_to_body(tree, token);
    }
}

/* --- framesets ------------------------------------------------------------------------------------------------------------- */

/* Of text, white space alone is kept; each run of it is told. */
static void insert_space_only(af_tree_t *tree, const af_token_t *token)
{
    af_token_t rest = *token;

    while (rest.bytes.len > 0) {
        size_t space = af_text_leading_space(&rest);
        if (space > 0) {
            af_token_t part = af_text_part(&rest, 0, space);
            af_insert_text(tree, &part);
        }
        rest = af_text_part(&rest, space > 0 ? space : 1, rest.bytes.len);
    }
}

void af_mode_in_frameset(af_tree_t *tree, const af_token_t *token)
{
    switch (token->type) {
    case AF_TOKEN_TEXT:
        insert_space_only(tree, token);
        return;
    case AF_TOKEN_COMMENT:
        af_insert_comment(tree, token);
        return;
    case AF_TOKEN_NONE: case AF_TOKEN_DOCTYPE: case AF_TOKEN_IGNORED: case AF_TOKEN_END:
        return;
    case AF_TOKEN_END_TAG:
        if (token->tag == AF_TAG_FRAMESET && tree->depth > 1) {
            af_open_pop(tree);
            if (!af_current_is(tree, AF_TAG_FRAMESET)) {
                tree->mode = MODE_AFTER_FRAMESET;
            }
        }
        return;
    case AF_TOKEN_START_TAG:
        if (token->tag == AF_TAG_HTML) {
            af_mode_in_body(tree, token);
        } else if (token->tag == AF_TAG_FRAMESET) {
            af_insert_element(tree, token, AF_TAG_FRAMESET);
        } else if (token->tag == AF_TAG_FRAME) {
            af_insert_void(tree, token, AF_TAG_FRAME);
        } else if (token->tag == AF_TAG_NOFRAMES) {
            af_mode_in_head(tree, token);
        }
        return;
    }
}

void af_mode_after_frameset(af_tree_t *tree, const af_token_t *token)
{
    if (token->type == AF_TOKEN_TEXT) {
        insert_space_only(tree, token);
    } else if (token->type == AF_TOKEN_COMMENT) {
        af_insert_comment(tree, token);
    } else if (token->type == AF_TOKEN_START_TAG && token->tag == AF_TAG_HTML) {
        af_mode_in_body(tree, token);
    } else if (token->type == AF_TOKEN_START_TAG && token->tag == AF_TAG_NOFRAMES) {
        af_mode_in_head(tree, token);
    } else if (token->type == AF_TOKEN_END_TAG && token->tag == AF_TAG_HTML) {
        tree->mode = MODE_AFTER_AFTER_FRAMESET;
    }
}

void af_mode_after_after_frameset(af_tree_t *tree, const af_token_t *token)
{
    if (token->type == AF_TOKEN_TEXT) {
        insert_space_only(tree, token);
    } else if (token->type == AF_TOKEN_COMMENT) {
        af_tree_event(tree, &(af_tree_event_t){.kind = AF_EVENT_COMMENT, .from_pos = token->from_pos, .to_pos = token->to_pos});
    } else if (token->type == AF_TOKEN_START_TAG && token->tag == AF_TAG_HTML) {
        af_mode_in_body(tree, token);
    } else if (token->type == AF_TOKEN_START_TAG && token->tag == AF_TAG_NOFRAMES) {
        af_mode_in_head(tree, token);
    }
}

bool af_tree_template_in_body(const af_tree_t *tree)
{
    return tree->template_count > 0 && tree->template_modes[tree->template_count - 1] == MODE_IN_BODY;
}

bool af_tree_in_table_part(const af_tree_t *tree)
{
    bool here = tree->mode == MODE_IN_TABLE || tree->mode == MODE_IN_TABLE_BODY || tree->mode == MODE_IN_ROW ||
                tree->mode == MODE_IN_CELL || tree->mode == MODE_IN_CAPTION;

    return here && tree->template_count == 0;
}

bool af_tree_in_plaintext(const af_tree_t *tree)
{
    return tree->open_counts[AF_TAG_PLAINTEXT] > 0;
}

bool af_tree_in_fostered(const af_tree_t *tree)
{
    for (uint32_t i = tree->depth; i > 1 && (tree->open[i - 1].classes & (CLASS_TABLE_SCOPE | CLASS_TABLE_PART)) == 0; i--) {
        if ((tree->open[i - 2].classes & CLASS_FOSTER) != 0) {
            return af_node_at(tree->pool, tree->stack[i - 1])->parent != tree->stack[i - 2];
        }
    }
    return false;
}
