/*
 * html/foreign.c: HTML #parsing-main-inforeign, and which tokens go there.
 */
#include "html/tree_internal.h"

bool af_foreign_applies(const af_tree_t *tree, const af_token_t *token)
{
    uint32_t classes = af_current(tree)->classes;

    if (tree->depth == 0 || (classes & CLASS_HTML) != 0 || token->type == AF_TOKEN_END) {
        return false;
    }
    if (token->type == AF_TOKEN_START_TAG) {
        if ((classes & CLASS_MATH_POINT) != 0 && token->tag != AF_TAG_MGLYPH && token->tag != AF_TAG_MALIGNMARK) {
            return false;
        }
        if ((classes & CLASS_SVG) == 0 && af_current(tree)->name == AF_TAG_ANNOTATION_XML && token->tag == AF_TAG_SVG) {
            return false;
        }
        return (classes & CLASS_HTML_POINT) == 0;
    }
    if (token->type == AF_TOKEN_TEXT) {
        return (classes & (CLASS_MATH_POINT | CLASS_HTML_POINT)) == 0;
    }
    return true;
}

static bool breaks_out(const af_token_t *token)
{
    af_slice_t ignored;

    switch (token->tag) {
    case AF_TAG_B: case AF_TAG_BIG: case AF_TAG_BLOCKQUOTE: case AF_TAG_BODY: case AF_TAG_BR: case AF_TAG_CENTER:
    case AF_TAG_CODE: case AF_TAG_DD: case AF_TAG_DIV: case AF_TAG_DL: case AF_TAG_DT: case AF_TAG_EM:
    case AF_TAG_EMBED: case AF_TAG_H1: case AF_TAG_H2: case AF_TAG_H3: case AF_TAG_H4: case AF_TAG_H5: case AF_TAG_H6:
    case AF_TAG_HEAD: case AF_TAG_HR: case AF_TAG_I: case AF_TAG_IMG: case AF_TAG_LI: case AF_TAG_LISTING:
    case AF_TAG_MENU: case AF_TAG_META: case AF_TAG_NOBR: case AF_TAG_OL: case AF_TAG_P: case AF_TAG_PRE:
    case AF_TAG_RUBY: case AF_TAG_S: case AF_TAG_SMALL: case AF_TAG_SPAN: case AF_TAG_STRONG: case AF_TAG_STRIKE:
    case AF_TAG_SUB: case AF_TAG_SUP: case AF_TAG_TABLE: case AF_TAG_TT: case AF_TAG_U: case AF_TAG_UL:
    case AF_TAG_VAR:
        return true;
    case AF_TAG_FONT:
        return af_token_attribute(token, "color", &ignored) || af_token_attribute(token, "face", &ignored) ||
               af_token_attribute(token, "size", &ignored);
    default:
        return false;
    }
}

static void break_out(af_tree_t *tree, const af_token_t *token)
{
    while (tree->depth > 0 && (af_current(tree)->classes & (CLASS_HTML | CLASS_MATH_POINT | CLASS_HTML_POINT)) == 0) {
        af_open_pop(tree);
    }
    af_tree_using(tree, (insertion_mode_t) tree->mode, token);
}

static void end_tag(af_tree_t *tree, const af_token_t *token)
{
    if (token->tag == AF_TAG_BR || token->tag == AF_TAG_P) {
        break_out(tree, token);
        return;
    }
    uint32_t name = af_name_of(tree, token, false);
    for (uint32_t i = tree->depth; i > 1; i--) {
        const af_open_t *open = &tree->open[i - 1];
        if ((open->classes & CLASS_HTML) != 0) {
            af_tree_using(tree, (insertion_mode_t) tree->mode, token);
            return;
        }
        if (name != 0 && open->name == name) {
            af_open_pop_to(tree, i - 1);
            return;
        }
    }
}

static void characters(af_tree_t *tree, const af_token_t *token)
{
    af_insert_text(tree, token);
    if (tree->frameset_ok && af_text_classify(token) == TEXT_OTHER) {
        tree->frameset_ok = false;
    }
}

void af_mode_foreign(af_tree_t *tree, const af_token_t *token)
{
    switch (token->type) {
    case AF_TOKEN_TEXT:
        characters(tree, token);
        break;
    case AF_TOKEN_COMMENT:
        af_insert_comment(tree, token);
        break;
    case AF_TOKEN_START_TAG:
        if (breaks_out(token)) {
            break_out(tree, token);
        } else {
            af_insert_foreign(tree, token, (af_current(tree)->classes & CLASS_SVG) != 0 ? AF_NS_SVG : AF_NS_MATHML);
        }
        break;
    case AF_TOKEN_END_TAG:
        end_tag(tree, token);
        break;
    case AF_TOKEN_NONE: case AF_TOKEN_DOCTYPE: case AF_TOKEN_IGNORED: case AF_TOKEN_END:
        break;
    }
}
