/*
 * rewrite/marks.c: preview: where in the stream its style, marks and panel go.
 *
 * The edits keep every byte (edits.h); this adds to them. The style stands before whatever could be a policy in the page (a meta
 * element counts for what follows it), but behind the metadata that a browser looks for in the first kilobyte. The panel stands
 * before the first </body>, or at the end unless that is inside a comment, a tag or raw text. A mark follows the name of the
 * start tag, where it can become part of no other attribute.
 */
#include "base/ascii.h"
#include "rewrite/rewriter_internal.h"

static void put(void *opaque, const uint8_t *data, size_t len)
{
    af_rewriter_t *rw = opaque;

    af_edits_mark(&rw->edits, data, len);
}

static void put_text(af_rewriter_t *rw, const char *text)
{
    put(rw, (const uint8_t *) text, strlen(text));
}

static bool is_blank(af_slice_t text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!af_is_space(text.data[i])) {
            return false;
        }
    }
    return true;
}

/* A meta element that may bring a policy: any http-equiv, however it is written. */
static bool is_policy(const af_token_t *token)
{
    af_slice_t value;

    return token->tag == AF_TAG_META && af_token_attribute(token, "http-equiv", &value);
}

static bool wants_style_before(const af_token_t *token)
{
    switch (token->type) {
    case AF_TOKEN_START_TAG:
        if (token->tag == AF_TAG_HTML || token->tag == AF_TAG_HEAD || token->tag == AF_TAG_TITLE || token->tag == AF_TAG_BASE) {
            return false;
        }
        return token->tag != AF_TAG_META || is_policy(token);
    case AF_TOKEN_END_TAG:
        return token->tag == AF_TAG_HEAD || token->tag == AF_TAG_BODY || token->tag == AF_TAG_HTML;
    case AF_TOKEN_TEXT:
        return token->text == AF_TEXT_DATA && !is_blank(token->bytes);
    case AF_TOKEN_END:
        return true;
    case AF_TOKEN_NONE: case AF_TOKEN_COMMENT: case AF_TOKEN_DOCTYPE: case AF_TOKEN_IGNORED:
        break;
    }
    return false;
}

static bool wants_panel_before(const af_rewriter_t *rw, const af_token_t *token)
{
    if (token->type == AF_TOKEN_END) {
        return !rw->marks.inside;
    }
    return token->type == AF_TOKEN_END_TAG && (token->tag == AF_TAG_BODY || token->tag == AF_TAG_HTML) &&
           rw->in.template_count == 0;
}

void af_marks_part(af_rewriter_t *rw)
{
    if (rw->marks.preview != NULL) {
        rw->marks.styled = rw->marks.listed = true;
        af_preview_begin_part(rw->marks.preview);
    }
}

void af_marks_before(af_rewriter_t *rw, const af_token_t *token)
{
    if (rw->marks.preview == NULL || token->from_pos < rw->edits.frontier) {
        return;
    }
    if (!rw->marks.styled && wants_style_before(token)) {
        rw->marks.styled = true;
        af_edits_keep(&rw->edits, token->from_pos);
        af_preview_write_style(put, rw);
    }
    if (!rw->marks.listed && wants_panel_before(rw, token)) {
        rw->marks.listed = true;
        af_edits_keep(&rw->edits, token->from_pos);
        af_preview_write_panel(rw->marks.preview, put, rw);
    }
    rw->marks.inside = token->type == AF_TOKEN_COMMENT || token->type == AF_TOKEN_IGNORED ||
                       (token->type == AF_TOKEN_TEXT && token->text != AF_TEXT_DATA);
}

void af_marks_element(af_rewriter_t *rw, af_mark_kind_t kind, const af_token_t *token, const af_node_record_t *record)
{
    if (rw->marks.preview == NULL) {
        return;
    }
    af_marks_before(rw, token);
    af_slice_t attribute = af_preview_mark(rw->marks.preview, kind, record->rule);
    uint64_t pos = token->from_pos + 1 + token->name.len;
    if (token->type == AF_TOKEN_START_TAG && (record->flags & AF_NODE_IMPLIED) == 0 && pos > rw->edits.frontier) {
        af_edits_keep(&rw->edits, pos);
        put(rw, attribute.data, attribute.len);
    }
}

void af_marks_dropped(af_rewriter_t *rw, const af_token_t *token)
{
    if (rw->marks.preview == NULL || token->type != AF_TOKEN_TEXT || token->text != AF_TEXT_DATA) {
        return;
    }
    if ((token->flags & TOKEN_STRIPPED) != 0 && rw->removal == 0) {
        af_marks_text(rw, AF_MARK_STRIP, af_strip_rule(rw), token->from_pos, token->to_pos, token->bytes);
    } else if (rw->removal != 0) {
        af_preview_add(rw->marks.preview, 0, token->bytes);
    }
}

void af_marks_text(af_rewriter_t *rw, af_mark_kind_t kind, uint32_t rule, uint64_t from_pos, uint64_t to_pos, af_slice_t text)
{
    if (from_pos < rw->edits.frontier) {
        return;
    }
    af_slice_t attribute = af_preview_mark(rw->marks.preview, kind, rule);
    af_edits_keep(&rw->edits, from_pos);
    put_text(rw, "<article-filter-text");
    put(rw, attribute.data, attribute.len);
    put_text(rw, ">");
    af_edits_keep(&rw->edits, to_pos);
    put_text(rw, "</article-filter-text>");
    af_preview_add(rw->marks.preview, to_pos - from_pos, text);
}

/* The text of markup: what is between its tags. */
static void add_markup_text(af_preview_t *preview, af_slice_t markup)
{
    while (markup.len > 0) {
        const uint8_t *tag = memchr(markup.data, '<', markup.len);
        size_t len = tag == NULL ? markup.len : (size_t) (tag - markup.data);
        af_preview_add(preview, 0, (af_slice_t){markup.data, len});
        const uint8_t *end = tag == NULL ? NULL : memchr(tag, '>', markup.len - len);
        len = end == NULL ? markup.len : (size_t) (end + 1 - markup.data);
        markup.data += len;
        markup.len -= len;
    }
}

void af_marks_notice(af_rewriter_t *rw, const af_insert_t *insert)
{
    const af_slice_t bytes = {insert->data, insert->len};

    if (rw->marks.preview == NULL) {
        return;
    }
    if (!insert->is_whole) {
        uint64_t to_pos = insert->drop_to > insert->pos ? insert->drop_to : insert->pos;
        af_marks_text(rw, AF_MARK_REPAIR, insert->rule, insert->pos, to_pos, (af_slice_t){NULL, 0});
        add_markup_text(rw->marks.preview, bytes);
        return;
    }
    af_slice_t attribute = af_preview_mark(rw->marks.preview, AF_MARK_INSERT, insert->rule);
    put_text(rw, "<article-filter-notice");
    put(rw, attribute.data, attribute.len);
    put_text(rw, ">");
    put(rw, bytes.data, bytes.len);
    put_text(rw, "</article-filter-notice>");
    af_preview_add(rw->marks.preview, bytes.len, (af_slice_t){NULL, 0});
    add_markup_text(rw->marks.preview, bytes);
}
