/*
 * html/modes_body_end.c: HTML #parsing-main-inbody: end tags.
 */
#include "html/tree_internal.h"

static void ordinary(af_tree_t *tree, uint32_t tag)
{
    if (af_open_in_scope(tree, tag, CLASS_SCOPE)) {
        af_open_implied(tree, AF_TAG_UNKNOWN);
        af_open_pop_until(tree, tag);
    }
}

static void form(af_tree_t *tree)
{
    if (af_is_open(tree, AF_TAG_TEMPLATE)) {
        ordinary(tree, AF_TAG_FORM);
        return;
    }
    af_node_t node = tree->form;
    tree->form = 0;
    if (node == 0 || !af_open_in_scope(tree, AF_TAG_FORM, CLASS_SCOPE)) {
        return;
    }
    af_open_implied(tree, AF_TAG_UNKNOWN);
    uint32_t at = af_open_place(tree, node);
    if (at > 0) {
        af_open_remove(tree, at - 1);
    }
}

static void paragraph(af_tree_t *tree, const af_token_t *token)
{
    if (!af_open_in_scope(tree, AF_TAG_P, CLASS_SCOPE | CLASS_BUTTON_SCOPE)) {
        af_insert_implied(tree, AF_TAG_P, token->from_pos);
    }
    af_open_implied(tree, AF_TAG_P);
    af_open_pop_until(tree, AF_TAG_P);
}

static void item(af_tree_t *tree, uint32_t tag)
{
    uint32_t ends = tag == AF_TAG_LI ? CLASS_SCOPE | CLASS_LIST_SCOPE : CLASS_SCOPE;

    if (af_open_in_scope(tree, tag, ends)) {
        af_open_implied(tree, tag);
        af_open_pop_until(tree, tag);
    }
}

static void heading(af_tree_t *tree)
{
    if (!af_open_class_in_scope(tree, CLASS_HEADING, CLASS_SCOPE)) {
        return;
    }
    af_open_implied(tree, AF_TAG_UNKNOWN);
    bool more = true;
    while (more && tree->depth > 0) {
        more = (af_current(tree)->classes & CLASS_HEADING) == 0;
        af_open_pop(tree);
    }
}

static void line_break(af_tree_t *tree, const af_token_t *token)
{
    af_formatting_reconstruct(tree, token->from_pos);
    af_insert_implied(tree, AF_TAG_BR, token->from_pos);
    af_open_pop(tree);
    tree->frameset_ok = false;
}

static void body(af_tree_t *tree, const af_token_t *token)
{
    if (!af_open_in_scope(tree, AF_TAG_BODY, CLASS_SCOPE)) {
        return;
    }
    tree->mode = MODE_AFTER_BODY;
    if (token->tag == AF_TAG_HTML) {
        af_tree_again(tree, token);
    }
}

void af_body_end_tag(af_tree_t *tree, const af_token_t *token)
{
    switch (token->tag) {
    case AF_TAG_ADDRESS: case AF_TAG_ARTICLE: case AF_TAG_ASIDE: case AF_TAG_BLOCKQUOTE: case AF_TAG_BUTTON: case AF_TAG_CENTER:
    case AF_TAG_DETAILS: case AF_TAG_DIALOG: case AF_TAG_DIR: case AF_TAG_DIV: case AF_TAG_DL: case AF_TAG_FIELDSET:
    case AF_TAG_FIGCAPTION: case AF_TAG_FIGURE: case AF_TAG_FOOTER: case AF_TAG_HEADER: case AF_TAG_HGROUP: case AF_TAG_LISTING:
    case AF_TAG_MAIN: case AF_TAG_MENU: case AF_TAG_NAV: case AF_TAG_OL: case AF_TAG_PRE: case AF_TAG_SEARCH: case AF_TAG_SECTION:
    case AF_TAG_SUMMARY: case AF_TAG_UL:
        ordinary(tree, token->tag);
        break;
    case AF_TAG_P:
        paragraph(tree, token);
        break;
    case AF_TAG_LI: case AF_TAG_DD: case AF_TAG_DT:
        item(tree, token->tag);
        break;
    case AF_TAG_A: case AF_TAG_B: case AF_TAG_BIG: case AF_TAG_CODE: case AF_TAG_EM: case AF_TAG_FONT: case AF_TAG_I:
    case AF_TAG_NOBR: case AF_TAG_S: case AF_TAG_SMALL: case AF_TAG_STRIKE: case AF_TAG_STRONG: case AF_TAG_TT: case AF_TAG_U:
        af_adoption_agency(tree, token->tag, token);
        break;
    case AF_TAG_H1: case AF_TAG_H2: case AF_TAG_H3: case AF_TAG_H4: case AF_TAG_H5: case AF_TAG_H6:
        heading(tree);
        break;
    case AF_TAG_FORM:
        form(tree);
        break;
    case AF_TAG_BODY: case AF_TAG_HTML:
        body(tree, token);
        break;
    case AF_TAG_BR:
        line_break(tree, token);
        break;
    case AF_TAG_TEMPLATE:
        af_template_end_tag(tree);
        break;
    case AF_TAG_APPLET: case AF_TAG_MARQUEE: case AF_TAG_OBJECT:
        if (af_open_in_scope(tree, token->tag, CLASS_SCOPE)) {
            ordinary(tree, token->tag);
            af_formatting_clear(tree);
        }
        break;
    default:
        af_any_other_end_tag(tree, token);
        break;
    }
}
