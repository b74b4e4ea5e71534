/*
 * html/tree_fragment.c: documents that are a piece of another one: the HTML in a feed's field, or its XHTML.
 *
 * HTML fragments begin as HTML #parsing-html-fragments does with body as the context: html and body are open and no tag
 * made them, so they are on every stack and never written. XHTML is no HTML: a tag opens what it says and its end tag closes
 * it, whatever the names are. The caller has made sure that tags match; where they do not, the end tag does nothing.
 */
#include "html/tree_internal.h"

af_status_t af_tree_begin_fragment(af_tree_t *tree, af_fragment_markup_t markup, af_node_t *body)
{
    tree->status = AF_OK;
    af_insert_implied(tree, AF_TAG_HTML, 0);
    *body = af_insert_implied(tree, AF_TAG_BODY, 0);
    tree->mode = MODE_IN_BODY;
    tree->frameset_ok = false;
    tree->xml = markup == AF_FRAGMENT_XML;
    tree->event_count = 0;
    return tree->status;
}

static void start_tag(af_tree_t *tree, const af_token_t *token)
{
    if ((token->flags & AF_TOKEN_SELF_CLOSING) != 0) {
        af_insert_void(tree, token, af_name_of(tree, token, true));
        return;
    }
    uint32_t name = af_name_of(tree, token, true);
    af_node_t node = af_node_make(tree, name, AF_NS_HTML, 0);
    if (node != 0) {
        af_place_node(tree, node, 0, af_place_for(tree, tree->depth), token->from_pos);
        af_open_push(tree, node, name, CLASS_HTML);
    }
}

static void end_tag(af_tree_t *tree, const af_token_t *token)
{
    uint32_t name = af_name_of(tree, token, false);

    if (tree->depth > 2 && name != 0 && af_current(tree)->name == name) {
        af_open_pop(tree);
    }
}

void af_tree_xml(af_tree_t *tree, const af_token_t *token)
{
    switch (token->type) {
    case AF_TOKEN_TEXT:
        af_insert_text(tree, token);
        break;
    case AF_TOKEN_COMMENT:
        af_insert_comment(tree, token);
        break;
    case AF_TOKEN_START_TAG:
        start_tag(tree, token);
        break;
    case AF_TOKEN_END_TAG:
        end_tag(tree, token);
        break;
    case AF_TOKEN_NONE: case AF_TOKEN_DOCTYPE: case AF_TOKEN_IGNORED: case AF_TOKEN_END:
        break;
    }
}
