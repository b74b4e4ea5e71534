/*
 * html/modes_body_start.c: HTML #parsing-main-inbody: characters and start tags; #parsing-main-incdata.
 */
#include "html/tree_internal.h"

static void characters(af_tree_t *tree, const af_token_t *token)
{
    text_class_t class = TEXT_OTHER;

    if (tree->frameset_ok || !af_formatting_at_rest(tree)) {
        class = af_text_classify(token);
    } else if (token->bytes.data[0] == 0) {
        class = af_text_classify(token);
    }
    if (class == TEXT_EMPTY) {
        return;
    }
    af_formatting_reconstruct(tree, token->from_pos);
    af_insert_text(tree, token);
    if (class == TEXT_OTHER) {
        tree->frameset_ok = false;
    }
}

/* Attributes of a second html or body tag are added to the element. */
static void add_attributes(af_tree_t *tree, const af_token_t *token, uint32_t at)
{
    tree->late_body = tree->stack[at] == tree->late_body ? 0 : tree->late_body;
    af_tree_event(tree, &(af_tree_event_t){.kind = AF_EVENT_ATTRIBUTES, .node = tree->stack[at], .from_pos = token->from_pos,
                                           .to_pos = token->to_pos});
}

static bool has_body(const af_tree_t *tree)
{
    return tree->depth > 1 && tree->open[1].name == AF_TAG_BODY;
}

static void frameset(af_tree_t *tree, const af_token_t *token)
{
    if (!has_body(tree) || !tree->frameset_ok) {
        return;
    }
    tree->late_body = 0;
    af_node_t body = tree->stack[1];
    af_open_pop_to(tree, 1);
    if (!tree->scripted) {
        af_pool_append(tree->pool, body, 0, 0);
    }
    af_tree_event(tree, &(af_tree_event_t){.kind = AF_EVENT_MOVED, .node = body});
    af_insert_element(tree, token, AF_TAG_FRAMESET);
    tree->mode = MODE_IN_FRAMESET;
}

static void list_item(af_tree_t *tree, const af_token_t *token)
{
    bool is_li = token->tag == AF_TAG_LI;

    tree->frameset_ok = false;
    for (uint32_t i = tree->depth; i > 0; i--) {
        const af_open_t *open = &tree->open[i - 1];
        bool html = (open->classes & CLASS_HTML) != 0;
        if (html && (is_li ? open->name == AF_TAG_LI : open->name == AF_TAG_DD || open->name == AF_TAG_DT)) {
            uint32_t name = open->name;
            af_open_implied(tree, name);
            af_open_pop_until(tree, name);
            break;
        }
        if ((open->classes & CLASS_SPECIAL) != 0 &&
            !(html && (open->name == AF_TAG_ADDRESS || open->name == AF_TAG_DIV || open->name == AF_TAG_P))) {
            break;
        }
    }
    af_open_close_p(tree);
    af_insert_element(tree, token, token->tag);
}

static void form(af_tree_t *tree, const af_token_t *token)
{
    bool in_template = af_is_open(tree, AF_TAG_TEMPLATE);

    if (tree->form != 0 && !in_template) {
        return;
    }
    af_open_close_p(tree);
    af_node_t node = af_insert_element(tree, token, AF_TAG_FORM);
    if (!in_template) {
        tree->form = node;
    }
}

static void anchor(af_tree_t *tree, const af_token_t *token)
{
    uint32_t entry = af_formatting_find(tree, AF_TAG_A);

    if (entry > 0) {
        af_node_t old = tree->formatting[entry - 1].node;
        af_adoption_agency(tree, AF_TAG_A, token);
        entry = af_formatting_place(tree, old);
        if (entry > 0) {
            af_formatting_remove(tree, entry - 1);
        }
        uint32_t at = af_open_place(tree, old);
        if (at > 0) {
            af_open_remove(tree, at - 1);
        }
    }
    af_formatting_reconstruct(tree, token->from_pos);
    af_formatting_push(tree, af_insert_element(tree, token, AF_TAG_A), AF_TAG_A);
}

static void formatting(af_tree_t *tree, const af_token_t *token)
{
    af_formatting_reconstruct(tree, token->from_pos);
    if (token->tag == AF_TAG_NOBR && af_open_in_scope(tree, AF_TAG_NOBR, CLASS_SCOPE)) {
        af_adoption_agency(tree, AF_TAG_NOBR, token);
        af_formatting_reconstruct(tree, token->from_pos);
    }
    af_formatting_push(tree, af_insert_element(tree, token, token->tag), token->tag);
}

static void heading(af_tree_t *tree, const af_token_t *token)
{
    af_open_close_p(tree);
    if ((af_current(tree)->classes & CLASS_HEADING) != 0) {
        af_open_pop(tree);
    }
    af_insert_element(tree, token, token->tag);
}

static void block(af_tree_t *tree, const af_token_t *token)
{
    af_open_close_p(tree);
    af_insert_element(tree, token, token->tag);
}

static void inline_void(af_tree_t *tree, const af_token_t *token, uint32_t tag)
{
    af_formatting_reconstruct(tree, token->from_pos);
    af_insert_void(tree, token, tag);
}

static void button(af_tree_t *tree, const af_token_t *token)
{
    if (af_open_in_scope(tree, AF_TAG_BUTTON, CLASS_SCOPE)) {
        af_open_implied(tree, AF_TAG_UNKNOWN);
        af_open_pop_until(tree, AF_TAG_BUTTON);
    }
    af_formatting_reconstruct(tree, token->from_pos);
    af_insert_element(tree, token, AF_TAG_BUTTON);
    tree->frameset_ok = false;
}

static void marked(af_tree_t *tree, const af_token_t *token)
{
    af_formatting_reconstruct(tree, token->from_pos);
    af_insert_element(tree, token, token->tag);
    af_formatting_marker(tree);
    tree->frameset_ok = false;
}

static void table(af_tree_t *tree, const af_token_t *token)
{
    if (!tree->quirks) {
        af_open_close_p(tree);
    }
    af_insert_element(tree, token, AF_TAG_TABLE);
    tree->frameset_ok = false;
    tree->mode = MODE_IN_TABLE;
}

static void input(af_tree_t *tree, const af_token_t *token)
{
    bool hidden;

    inline_void(tree, token, AF_TAG_INPUT);
    af_tree_attribute_is(token, "type", "hidden", &hidden);
    if (!hidden) {
        tree->frameset_ok = false;
    }
}

static void select_element(af_tree_t *tree, const af_token_t *token)
{
    af_formatting_reconstruct(tree, token->from_pos);
    af_insert_element(tree, token, AF_TAG_SELECT);
    tree->frameset_ok = false;
    switch ((insertion_mode_t) tree->mode) {
    case MODE_IN_TABLE: case MODE_IN_CAPTION: case MODE_IN_TABLE_BODY: case MODE_IN_ROW: case MODE_IN_CELL:
        tree->mode = MODE_IN_SELECT_IN_TABLE;
        break;
    default:
        tree->mode = MODE_IN_SELECT;
        break;
    }
}

/* rb, rtc, rp, rt: HTML has them close each other inside ruby. */
static void ruby_part(af_tree_t *tree, const af_token_t *token)
{
    if (af_open_in_scope(tree, AF_TAG_RUBY, CLASS_SCOPE)) {
        bool keeps_rtc = token->tag == AF_TAG_RP || token->tag == AF_TAG_RT;
        af_open_implied(tree, keeps_rtc ? AF_TAG_RTC : AF_TAG_UNKNOWN);
    }
    af_insert_element(tree, token, token->tag);
}

static void raw_text(af_tree_t *tree, const af_token_t *token)
{
    switch (token->tag) {
    case AF_TAG_TEXTAREA:
        tree->frameset_ok = false;
        af_insert_raw_text(tree, token, AF_TEXT_RCDATA);
        tree->ignore_line_feed = true;
        return;
    case AF_TAG_XMP:
        af_open_close_p(tree);
        af_formatting_reconstruct(tree, token->from_pos);
        tree->frameset_ok = false;
        break;
    case AF_TAG_IFRAME:
        tree->frameset_ok = false;
        break;
    default:
        break;
    }
    af_insert_raw_text(tree, token, AF_TEXT_RAWTEXT);
}

/* Start tags that are not among the commonest. */
static void rare_start_tag(af_tree_t *tree, const af_token_t *token)
{
    switch (token->tag) {
    case AF_TAG_HTML:
        if (!af_is_open(tree, AF_TAG_TEMPLATE)) {
            add_attributes(tree, token, 0);
        }
        break;
    case AF_TAG_BODY:
        if (has_body(tree) && !af_is_open(tree, AF_TAG_TEMPLATE)) {
            tree->frameset_ok = false;
            add_attributes(tree, token, 1);
        }
        break;
    case AF_TAG_FRAMESET:
        frameset(tree, token);
        break;
    case AF_TAG_PRE: case AF_TAG_LISTING:
        block(tree, token);
        tree->ignore_line_feed = true;
        tree->frameset_ok = false;
        break;
    case AF_TAG_PLAINTEXT:
        block(tree, token);
        tree->next_text = AF_TEXT_PLAINTEXT;
        break;
    case AF_TAG_APPLET: case AF_TAG_MARQUEE: case AF_TAG_OBJECT:
        marked(tree, token);
        break;
    case AF_TAG_PARAM: case AF_TAG_SOURCE: case AF_TAG_TRACK:
        af_insert_void(tree, token, token->tag);
        break;
    case AF_TAG_IMAGE:
        inline_void(tree, token, AF_TAG_IMG);
        tree->frameset_ok = false;
        break;
    case AF_TAG_OPTGROUP: case AF_TAG_OPTION:
        if (af_current_is(tree, AF_TAG_OPTION)) {
            af_open_pop(tree);
        }
        af_formatting_reconstruct(tree, token->from_pos);
        af_insert_element(tree, token, token->tag);
        break;
    case AF_TAG_RB: case AF_TAG_RTC: case AF_TAG_RP: case AF_TAG_RT:
        ruby_part(tree, token);
        break;
    case AF_TAG_MATH: case AF_TAG_SVG:
        af_formatting_reconstruct(tree, token->from_pos);
        af_insert_foreign(tree, token, token->tag == AF_TAG_MATH ? AF_NS_MATHML : AF_NS_SVG);
        break;
    case AF_TAG_CAPTION: case AF_TAG_COL: case AF_TAG_COLGROUP: case AF_TAG_FRAME: case AF_TAG_HEAD: case AF_TAG_TBODY:
    case AF_TAG_TD: case AF_TAG_TFOOT: case AF_TAG_TH: case AF_TAG_THEAD: case AF_TAG_TR:
        break;
    default:
        af_formatting_reconstruct(tree, token->from_pos);
        af_insert_element(tree, token, token->tag);
        break;
    }
}

void af_body_start_tag(af_tree_t *tree, const af_token_t *token)
{
    switch (token->tag) {
    case AF_TAG_ADDRESS: case AF_TAG_ARTICLE: case AF_TAG_ASIDE: case AF_TAG_BLOCKQUOTE: case AF_TAG_CENTER: case AF_TAG_DETAILS:
    case AF_TAG_DIALOG: case AF_TAG_DIR: case AF_TAG_DIV: case AF_TAG_DL: case AF_TAG_FIELDSET: case AF_TAG_FIGCAPTION:
    case AF_TAG_FIGURE: case AF_TAG_FOOTER: case AF_TAG_HEADER: case AF_TAG_HGROUP: case AF_TAG_MAIN: case AF_TAG_MENU:
    case AF_TAG_NAV: case AF_TAG_OL: case AF_TAG_P: case AF_TAG_SEARCH: case AF_TAG_SECTION: case AF_TAG_SUMMARY: case AF_TAG_UL:
        block(tree, token);
        break;
    case AF_TAG_LI: case AF_TAG_DD: case AF_TAG_DT:
        list_item(tree, token);
        break;
    case AF_TAG_A:
        anchor(tree, token);
        break;
    case AF_TAG_B: case AF_TAG_BIG: case AF_TAG_CODE: case AF_TAG_EM: case AF_TAG_FONT: case AF_TAG_I: case AF_TAG_NOBR:
    case AF_TAG_S: case AF_TAG_SMALL: case AF_TAG_STRIKE: case AF_TAG_STRONG: case AF_TAG_TT: case AF_TAG_U:
        formatting(tree, token);
        break;
    case AF_TAG_H1: case AF_TAG_H2: case AF_TAG_H3: case AF_TAG_H4: case AF_TAG_H5: case AF_TAG_H6:
        heading(tree, token);
        break;
    case AF_TAG_AREA: case AF_TAG_BR: case AF_TAG_EMBED: case AF_TAG_IMG: case AF_TAG_KEYGEN: case AF_TAG_WBR:
        inline_void(tree, token, token->tag);
        tree->frameset_ok = false;
        break;
    case AF_TAG_INPUT:
        input(tree, token);
        break;
    case AF_TAG_BASE: case AF_TAG_BASEFONT: case AF_TAG_BGSOUND: case AF_TAG_LINK: case AF_TAG_META: case AF_TAG_SCRIPT:
    case AF_TAG_STYLE: case AF_TAG_TEMPLATE: case AF_TAG_TITLE:
        af_mode_in_head(tree, token);
        break;
    case AF_TAG_TEXTAREA: case AF_TAG_XMP: case AF_TAG_IFRAME: case AF_TAG_NOEMBED: case AF_TAG_NOFRAMES: case AF_TAG_NOSCRIPT:
        raw_text(tree, token);
        break;
    case AF_TAG_BUTTON:
        button(tree, token);
        break;
    case AF_TAG_FORM:
        form(tree, token);
        break;
    case AF_TAG_HR:
        af_open_close_p(tree);
        af_insert_void(tree, token, AF_TAG_HR);
        tree->frameset_ok = false;
        break;
    case AF_TAG_TABLE:
        table(tree, token);
        break;
    case AF_TAG_SELECT:
        select_element(tree, token);
        break;
    default:
        rare_start_tag(tree, token);
        break;
    }
}

/* The templates that are still open end first; HTML #stop-parsing then changes nothing that anybody asks for. */
static void end_of_file(af_tree_t *tree, const af_token_t *token)
{
    if (tree->template_count > 0) {
        af_mode_in_template(tree, token);
    }
}

void af_mode_in_body(af_tree_t *tree, const af_token_t *token)
{
    switch (token->type) {
    case AF_TOKEN_TEXT:
        characters(tree, token);
        break;
    case AF_TOKEN_COMMENT:
        af_insert_comment(tree, token);
        break;
    case AF_TOKEN_START_TAG:
        af_body_start_tag(tree, token);
        break;
    case AF_TOKEN_END_TAG:
        af_body_end_tag(tree, token);
        break;
    case AF_TOKEN_END:
        end_of_file(tree, token);
        break;
    case AF_TOKEN_NONE: case AF_TOKEN_DOCTYPE: case AF_TOKEN_IGNORED:
        break;
    }
}

void af_mode_text(af_tree_t *tree, const af_token_t *token)
{
    switch (token->type) {
    case AF_TOKEN_TEXT:
        af_insert_text(tree, token);
        break;
    case AF_TOKEN_END_TAG:
        af_open_pop(tree);
        tree->mode = tree->original_mode;
        break;
    case AF_TOKEN_END:
        af_open_pop(tree);
        tree->mode = tree->original_mode;
        af_tree_again(tree, token);
        break;
    default:
        break;
    }
}
