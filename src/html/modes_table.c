/*
 * html/modes_table.c: HTML #parsing-main-intable to #parsing-main-intd, and #parsing-main-intabletext.
 *
 * A run of text directly in a table is decided by what is in all of it; whoever feeds the tree joins white space with the text that
 * follows it (af_tree_text_waits), so that a token is either white space up to the run's end, or fosters.
 */
#include "html/tree_internal.h"

static void anything_else(af_tree_t *tree, const af_token_t *token)
{
    bool saved = tree->foster;

    tree->foster = true;
    af_mode_in_body(tree, token);
    tree->foster = saved;
}

static void characters(af_tree_t *tree, const af_token_t *token)
{
    if ((af_current(tree)->classes & CLASS_FOSTER) == 0 && !af_current_is(tree, AF_TAG_TEMPLATE)) {
        anything_else(tree, token);
        return;
    }
    text_class_t class = af_text_classify(token);
    if (class == TEXT_EMPTY) {
        return;
    }
    if (class == TEXT_OTHER && tree->table_text == AF_TABLE_TEXT_SPACE) {
        tree->mismatch = true; /* one run in the output of what were two: the white space would go out of the table too */
    }
    if (class == TEXT_OTHER || tree->table_text == AF_TABLE_TEXT_FOSTER) {
        tree->table_text = AF_TABLE_TEXT_FOSTER;
        anything_else(tree, token);
        return;
    }
    tree->table_text = AF_TABLE_TEXT_SPACE;
    af_insert_text(tree, token);
}

static void clear_to_table(af_tree_t *tree)
{
    af_open_clear_to(tree, AF_TAG_TABLE, AF_TAG_TABLE, AF_TAG_TABLE);
}

static void clear_to_body(af_tree_t *tree)
{
    af_open_clear_to(tree, AF_TAG_TBODY, AF_TAG_TFOOT, AF_TAG_THEAD);
}

static void clear_to_row(af_tree_t *tree)
{
    af_open_clear_to(tree, AF_TAG_TR, AF_TAG_TR, AF_TAG_TR);
}

static bool in_table_scope(const af_tree_t *tree, uint32_t tag)
{
    return af_open_in_scope(tree, tag, CLASS_TABLE_SCOPE);
}

static void end_table(af_tree_t *tree)
{
    af_open_pop_until(tree, AF_TAG_TABLE);
    af_tree_reset_mode(tree);
}

static void form_in_table(af_tree_t *tree, const af_token_t *token)
{
    if (tree->form != 0 || af_is_open(tree, AF_TAG_TEMPLATE)) {
        return;
    }
    tree->form = af_insert_element(tree, token, AF_TAG_FORM);
    af_open_pop(tree);
}

static void table_start_tag(af_tree_t *tree, const af_token_t *token)
{
    bool hidden;

    switch (token->tag) {
    case AF_TAG_CAPTION:
        clear_to_table(tree);
        af_formatting_marker(tree);
        af_insert_element(tree, token, AF_TAG_CAPTION);
        tree->mode = MODE_IN_CAPTION;
        break;
    case AF_TAG_COLGROUP:
        clear_to_table(tree);
        af_insert_element(tree, token, AF_TAG_COLGROUP);
        tree->mode = MODE_IN_COLUMN_GROUP;
        break;
    case AF_TAG_COL:
        clear_to_table(tree);
        af_insert_implied(tree, AF_TAG_COLGROUP, token->from_pos);
        tree->mode = MODE_IN_COLUMN_GROUP;
        af_tree_again(tree, token);
        break;
    case AF_TAG_TBODY: case AF_TAG_TFOOT: case AF_TAG_THEAD:
        clear_to_table(tree);
        af_insert_element(tree, token, token->tag);
        tree->mode = MODE_IN_TABLE_BODY;
        break;
    case AF_TAG_TD: case AF_TAG_TH: case AF_TAG_TR:
        clear_to_table(tree);
        af_insert_implied(tree, AF_TAG_TBODY, token->from_pos);
        tree->mode = MODE_IN_TABLE_BODY;
        af_tree_again(tree, token);
        break;
    case AF_TAG_TABLE:
        if (in_table_scope(tree, AF_TAG_TABLE)) {
            end_table(tree);
            af_tree_again(tree, token);
        }
        break;
    case AF_TAG_STYLE: case AF_TAG_SCRIPT: case AF_TAG_TEMPLATE:
        af_mode_in_head(tree, token);
        break;
    case AF_TAG_INPUT:
        af_tree_attribute_is(token, "type", "hidden", &hidden);
        if (hidden) {
            af_insert_void(tree, token, AF_TAG_INPUT);
        } else {
            anything_else(tree, token);
        }
        break;
    case AF_TAG_FORM:
        form_in_table(tree, token);
        break;
    default:
        anything_else(tree, token);
        break;
    }
}

static void table_end_tag(af_tree_t *tree, const af_token_t *token)
{
    switch (token->tag) {
    case AF_TAG_TABLE:
        if (in_table_scope(tree, AF_TAG_TABLE)) {
            end_table(tree);
        }
        break;
    case AF_TAG_BODY: case AF_TAG_CAPTION: case AF_TAG_COL: case AF_TAG_COLGROUP: case AF_TAG_HTML: case AF_TAG_TBODY:
    case AF_TAG_TD: case AF_TAG_TFOOT: case AF_TAG_TH: case AF_TAG_THEAD: case AF_TAG_TR:
        break;
    case AF_TAG_TEMPLATE:
        af_template_end_tag(tree);
        break;
    default:
        anything_else(tree, token);
        break;
    }
}

void af_mode_in_table(af_tree_t *tree, const af_token_t *token)
{
    switch (token->type) {
    case AF_TOKEN_TEXT: characters(tree, token); break;
    case AF_TOKEN_COMMENT: af_insert_comment(tree, token); break;
    case AF_TOKEN_START_TAG: table_start_tag(tree, token); break;
    case AF_TOKEN_END_TAG: table_end_tag(tree, token); break;
    case AF_TOKEN_END: af_mode_in_body(tree, token); break;
    case AF_TOKEN_NONE: case AF_TOKEN_DOCTYPE: case AF_TOKEN_IGNORED: break;
    }
}

static bool is_table_part(uint32_t tag)
{
    return (af_tag_classes(tag) & CLASS_TABLE_PART) != 0;
}

/* --- caption, column group ------------------------------------------------------------------------------------------------- */

static bool end_caption(af_tree_t *tree)
{
    if (!in_table_scope(tree, AF_TAG_CAPTION)) {
        return false;
    }
    af_open_implied(tree, AF_TAG_UNKNOWN);
    af_open_pop_until(tree, AF_TAG_CAPTION);
    af_formatting_clear(tree);
    tree->mode = MODE_IN_TABLE;
    return true;
}

void af_mode_in_caption(af_tree_t *tree, const af_token_t *token)
{
    if (token->type == AF_TOKEN_START_TAG && is_table_part(token->tag)) {
        if (end_caption(tree)) {
            af_tree_again(tree, token);
        }
        return;
    }
    if (token->type == AF_TOKEN_END_TAG && token->tag == AF_TAG_CAPTION) {
        end_caption(tree);
        return;
    }
    if (token->type == AF_TOKEN_END_TAG && token->tag == AF_TAG_TABLE) {
        if (end_caption(tree)) {
            af_tree_again(tree, token);
        }
        return;
    }
    if (token->type == AF_TOKEN_END_TAG && (is_table_part(token->tag) || token->tag == AF_TAG_BODY || token->tag == AF_TAG_HTML)) {
        return;
    }
    af_mode_in_body(tree, token);
}

static void leave_column_group(af_tree_t *tree, const af_token_t *token)
{
    if (af_current_is(tree, AF_TAG_COLGROUP)) {
        af_open_pop(tree);
        tree->mode = MODE_IN_TABLE;
        af_tree_again(tree, token);
    }
}

static void column_group_text(af_tree_t *tree, const af_token_t *token)
{
    size_t space = af_text_leading_space(token);

    if (space > 0) {
        af_token_t part = af_text_part(token, 0, space);
        af_insert_text(tree, &part);
    }
    if (space < token->bytes.len) {
        af_token_t rest = af_text_part(token, space, token->bytes.len);
        leave_column_group(tree, &rest);
    }
}

void af_mode_in_column_group(af_tree_t *tree, const af_token_t *token)
{
    switch (token->type) {
    case AF_TOKEN_TEXT:
        column_group_text(tree, token);
        return;
    case AF_TOKEN_COMMENT:
        af_insert_comment(tree, token);
        return;
    case AF_TOKEN_END:
        af_mode_in_body(tree, token);
        return;
    case AF_TOKEN_NONE: case AF_TOKEN_DOCTYPE: case AF_TOKEN_IGNORED:
        return;
    case AF_TOKEN_START_TAG:
        if (token->tag == AF_TAG_HTML) {
            af_mode_in_body(tree, token);
        } else if (token->tag == AF_TAG_COL) {
            af_insert_void(tree, token, AF_TAG_COL);
        } else if (token->tag == AF_TAG_TEMPLATE) {
            af_mode_in_head(tree, token);
        } else {
            leave_column_group(tree, token);
        }
        return;
    case AF_TOKEN_END_TAG:
        if (token->tag == AF_TAG_COLGROUP) {
            if (af_current_is(tree, AF_TAG_COLGROUP)) {
                af_open_pop(tree);
                tree->mode = MODE_IN_TABLE;
            }
        } else if (token->tag == AF_TAG_TEMPLATE) {
            af_template_end_tag(tree);
        } else if (token->tag != AF_TAG_COL) {
            leave_column_group(tree, token);
        }
        return;
    }
}

/* --- table body, row, cell ------------------------------------------------------------------------------------------------- */

static bool body_in_scope(const af_tree_t *tree)
{
    return in_table_scope(tree, AF_TAG_TBODY) || in_table_scope(tree, AF_TAG_THEAD) || in_table_scope(tree, AF_TAG_TFOOT);
}

static void leave_table_body(af_tree_t *tree, const af_token_t *token)
{
    if (body_in_scope(tree)) {
        clear_to_body(tree);
        af_open_pop(tree);
        tree->mode = MODE_IN_TABLE;
        af_tree_again(tree, token);
    }
}

static bool table_body_start_tag(af_tree_t *tree, const af_token_t *token)
{
    switch (token->tag) {
    case AF_TAG_TR:
        clear_to_body(tree);
        af_insert_element(tree, token, AF_TAG_TR);
        tree->mode = MODE_IN_ROW;
        return true;
    case AF_TAG_TH: case AF_TAG_TD:
        clear_to_body(tree);
        af_insert_implied(tree, AF_TAG_TR, token->from_pos);
        tree->mode = MODE_IN_ROW;
        af_tree_again(tree, token);
        return true;
    case AF_TAG_CAPTION: case AF_TAG_COL: case AF_TAG_COLGROUP: case AF_TAG_TBODY: case AF_TAG_TFOOT: case AF_TAG_THEAD:
        leave_table_body(tree, token);
        return true;
    default:
        return false;
    }
}

static bool table_body_end_tag(af_tree_t *tree, const af_token_t *token)
{
    switch (token->tag) {
    case AF_TAG_TBODY: case AF_TAG_TFOOT: case AF_TAG_THEAD:
        if (in_table_scope(tree, token->tag)) {
            clear_to_body(tree);
            af_open_pop(tree);
            tree->mode = MODE_IN_TABLE;
        }
        return true;
    case AF_TAG_TABLE:
        leave_table_body(tree, token);
        return true;
    case AF_TAG_BODY: case AF_TAG_CAPTION: case AF_TAG_COL: case AF_TAG_COLGROUP: case AF_TAG_HTML: case AF_TAG_TD:
    case AF_TAG_TH: case AF_TAG_TR:
        return true;
    default:
        return false;
    }
}

void af_mode_in_table_body(af_tree_t *tree, const af_token_t *token)
{
    if (token->type == AF_TOKEN_START_TAG && table_body_start_tag(tree, token)) {
        return;
    }
    if (token->type == AF_TOKEN_END_TAG && table_body_end_tag(tree, token)) {
        return;
    }
    af_mode_in_table(tree, token);
}

/* Ends the row; false: none is in table scope. */
static bool end_row(af_tree_t *tree)
{
    if (!in_table_scope(tree, AF_TAG_TR)) {
        return false;
    }
    clear_to_row(tree);
    af_open_pop(tree);
    tree->mode = MODE_IN_TABLE_BODY;
    return true;
}

static bool row_end_tag(af_tree_t *tree, const af_token_t *token)
{
    switch (token->tag) {
    case AF_TAG_TR:
        end_row(tree);
        return true;
    case AF_TAG_TABLE:
        if (end_row(tree)) {
            af_tree_again(tree, token);
        }
        return true;
    case AF_TAG_TBODY: case AF_TAG_TFOOT: case AF_TAG_THEAD:
        if (in_table_scope(tree, token->tag) && end_row(tree)) {
            af_tree_again(tree, token);
        }
        return true;
    case AF_TAG_BODY: case AF_TAG_CAPTION: case AF_TAG_COL: case AF_TAG_COLGROUP: case AF_TAG_HTML: case AF_TAG_TD: case AF_TAG_TH:
        return true;
    default:
        return false;
    }
}

void af_mode_in_row(af_tree_t *tree, const af_token_t *token)
{
    if (token->type == AF_TOKEN_START_TAG) {
        if (token->tag == AF_TAG_TD || token->tag == AF_TAG_TH) {
            clear_to_row(tree);
            af_insert_element(tree, token, token->tag);
            tree->mode = MODE_IN_CELL;
            af_formatting_marker(tree);
            return;
        }
        if (is_table_part(token->tag)) {
            if (end_row(tree)) {
                af_tree_again(tree, token);
            }
            return;
        }
    }
    if (token->type == AF_TOKEN_END_TAG && row_end_tag(tree, token)) {
        return;
    }
    af_mode_in_table(tree, token);
}

static void close_cell(af_tree_t *tree)
{
    af_open_implied(tree, AF_TAG_UNKNOWN);
    while (tree->depth > 0) {
        bool cell = af_current_is(tree, AF_TAG_TD) || af_current_is(tree, AF_TAG_TH);
        af_open_pop(tree);
        if (cell) {
            break;
        }
    }
    af_formatting_clear(tree);
    tree->mode = MODE_IN_ROW;
}

static bool cell_end_tag(af_tree_t *tree, const af_token_t *token)
{
    switch (token->tag) {
    case AF_TAG_TD: case AF_TAG_TH:
        if (in_table_scope(tree, token->tag)) {
            af_open_implied(tree, AF_TAG_UNKNOWN);
            af_open_pop_until(tree, token->tag);
            af_formatting_clear(tree);
            tree->mode = MODE_IN_ROW;
        }
        return true;
    case AF_TAG_BODY: case AF_TAG_CAPTION: case AF_TAG_COL: case AF_TAG_COLGROUP: case AF_TAG_HTML:
        return true;
    case AF_TAG_TABLE: case AF_TAG_TBODY: case AF_TAG_TFOOT: case AF_TAG_THEAD: case AF_TAG_TR:
        if (in_table_scope(tree, token->tag)) {
            close_cell(tree);
            af_tree_again(tree, token);
        }
        return true;
    default:
        return false;
    }
}

void af_mode_in_cell(af_tree_t *tree, const af_token_t *token)
{
    if (token->type == AF_TOKEN_START_TAG && is_table_part(token->tag)) {
        if (in_table_scope(tree, AF_TAG_TD) || in_table_scope(tree, AF_TAG_TH)) {
            close_cell(tree);
            af_tree_again(tree, token);
        }
        return;
    }
    if (token->type == AF_TOKEN_END_TAG && cell_end_tag(tree, token)) {
        return;
    }
    af_mode_in_body(tree, token);
}
