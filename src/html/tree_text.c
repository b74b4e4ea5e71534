/*
 * html/tree_text.c: characters as tree construction looks at them: white space, NUL, a line feed, each also by reference.
 */
#include "base/ascii.h"
#include "html/charref.h"
#include "html/tree_internal.h"

static bool references_count(const af_token_t *token)
{
    return token->text == AF_TEXT_DATA || token->text == AF_TEXT_RCDATA;
}

static bool is_space(uint32_t c)
{
    return c < 0x80 && af_is_space((uint8_t) c);
}

/* The character at the beginning of `rest`; how many bytes it has, 0: none is left. */
static size_t character(const af_token_t *token, size_t at, uint32_t *c)
{
    const uint8_t *data = token->bytes.data;

    if (at >= token->bytes.len) {
        return 0;
    }
    *c = data[at];
    if (data[at] == '&' && references_count(token)) {
        uint32_t both[2];
        bool more;
        size_t len = af_charref_match((af_slice_t){data + at + 1, token->bytes.len - at - 1}, false, both, &more);
        if (len > 0) {
            *c = both[0];
            return len + 1;
        }
    }
    return 1;
}

size_t af_text_leading_space(const af_token_t *token)
{
    size_t at = 0, len;
    uint32_t c;

    while ((len = character(token, at, &c)) > 0 && is_space(c)) {
        at += len;
    }
    return at;
}

text_class_t af_text_classify(const af_token_t *token)
{
    size_t at = 0, len;
    uint32_t c;
    text_class_t found = TEXT_EMPTY;
    bool nul_counts = token->text != AF_TEXT_DATA && token->text != AF_TEXT_CDATA;

    while ((len = character(token, at, &c)) > 0) {
        if (c == 0 && !nul_counts && len == 1) {
            at++;
            continue;
        }
        if (!is_space(c)) {
            return TEXT_OTHER;
        }
        found = TEXT_SPACE;
        at += len;
    }
    return found;
}

size_t af_text_line_feed(const af_token_t *token)
{
    uint32_t c;
    size_t len = character(token, 0, &c);

    if (len == 1 && token->bytes.data[0] == '\r') {
        return token->bytes.len > 1 && token->bytes.data[1] == '\n' ? 2 : 1;
    }
    return len > 0 && c == '\n' ? len : 0;
}

af_token_t af_text_part(const af_token_t *token, size_t from, size_t to)
{
    af_token_t part = *token;

    part.bytes = (af_slice_t){token->bytes.data + from, to - from};
    part.from_pos = token->from_pos + from;
    part.to_pos = token->from_pos + to;
    return part;
}

bool af_tree_text_whole(const af_tree_t *tree)
{
    const uint32_t whole = 1u << MODE_IN_BODY | 1u << MODE_TEXT | 1u << MODE_IN_CAPTION | 1u << MODE_IN_CELL |
                           1u << MODE_IN_SELECT | 1u << MODE_IN_SELECT_IN_TABLE | 1u << MODE_IN_TEMPLATE;

    return (whole >> tree->mode & 1) != 0;
}

/* Text up to a NUL, or the NULs that it begins with: these mostly become nothing, so their fate is their own, however the text is
 * cut. */
static size_t nul_piece(const af_token_t *token)
{
    const uint8_t *data = token->bytes.data;
    const uint8_t *nul = token->text == AF_TEXT_DATA || token->text == AF_TEXT_CDATA ? memchr(data, 0, token->bytes.len) : NULL;
    size_t at = 0;

    if (nul != data) {
        return nul == NULL ? token->bytes.len : (size_t) (nul - data);
    }
    while (at < token->bytes.len && data[at] == 0) { /* NOLINT(clang-analyzer-core.NullDereference): of length 0 if NULL */
        at++;
    }
    return at;
}

/* Whether text here is a run that is decided as a whole, HTML #parsing-main-intable. */
static bool is_table_text(const af_tree_t *tree)
{
    return (af_current(tree)->classes & CLASS_FOSTER) != 0 || af_current_is(tree, AF_TAG_TEMPLATE);
}

/* Text that leaves a table, up to a NUL; NULs, which become nothing, by themselves. */
static size_t foster_piece(const af_tree_t *tree, const af_token_t *token)
{
    const uint8_t *data = token->bytes.data;
    size_t at = 0, len = token->bytes.len;

    if (!is_table_text(tree)) {
        return nul_piece(token);
    }
    if (memchr(data, 0, len) == NULL) {
        return len;
    }
    if (tree->table_text == AF_TABLE_TEXT_FOSTER && data[0] == 0) {
        return nul_piece(token);
    }
    while (tree->table_text != AF_TABLE_TEXT_FOSTER && at < len && (data[at] == 0 || is_space(data[at]))) {
        at++;
    }
    while (at < len && data[at] != 0) {
        at++;
    }
    const af_token_t part = af_text_part(token, 0, at);
    return tree->table_text == AF_TABLE_TEXT_FOSTER || af_text_classify(&part) == TEXT_OTHER ? at : len;
}

size_t af_tree_text_of_columns(const af_tree_t *tree, const af_token_t *token)
{
    if (tree->mode != MODE_IN_COLUMN_GROUP || token->bytes.len == 0 || !af_current_is(tree, AF_TAG_COLGROUP)) {
        return 0;
    }
    size_t space = af_text_leading_space(token);
    return space < token->bytes.len && token->bytes.data[space] == 0 ? space + 1 : 0;
}

/* Text up to white space or a NUL. */
static size_t word_piece(const af_token_t *token)
{
    size_t nul = nul_piece(token), at = 0, len;
    uint32_t c;

    while (at < nul && (len = character(token, at, &c)) > 0 && !is_space(c)) {
        at += len;
    }
    return at < nul ? at : nul;
}

size_t af_tree_text_piece(const af_tree_t *tree, const af_token_t *token)
{
    size_t swallowed = tree->ignore_line_feed ? af_text_line_feed(token) : 0;

    if (swallowed > 0) {
        return swallowed;
    }
    switch ((insertion_mode_t) tree->mode) {
    case MODE_INITIAL: case MODE_BEFORE_HTML: case MODE_BEFORE_HEAD: case MODE_IN_HEAD: case MODE_AFTER_HEAD:
    case MODE_IN_COLUMN_GROUP:
        break;
    case MODE_IN_TABLE: case MODE_IN_TABLE_BODY: case MODE_IN_ROW:
        return foster_piece(tree, token);
    default:
        return nul_piece(token);
    }
    size_t space = af_tree_in_foreign(tree) ? 0 : af_text_leading_space(token);
    if (space == 0 && tree->mode == MODE_IN_COLUMN_GROUP) {
        if (!af_current_is(tree, AF_TAG_COLGROUP)) {
            return word_piece(token); /* in a template, a word is ignored, the white space behind it is not */
        }
    }
    if (space == 0 && token->bytes.data[0] == 0) {
        return 1; /* it ends the group, or makes the body: what follows is the table's, or the body's */
    }
    return space == 0 ? nul_piece(token) : space;
}

bool af_tree_before_body(const af_tree_t *tree)
{
    return !tree->xml && tree->mode <= MODE_AFTER_HEAD && !af_tree_in_foreign(tree);
}

bool af_tree_text_waits(const af_tree_t *tree, const af_token_t *token)
{
    switch ((insertion_mode_t) tree->mode) {
    case MODE_IN_TABLE: case MODE_IN_TABLE_BODY: case MODE_IN_ROW:
        break;
    default:
        return false;
    }
    return tree->table_text != AF_TABLE_TEXT_FOSTER && is_table_text(tree) && af_text_classify(token) != TEXT_OTHER;
}
