/*
 * rewrite/escaped.c: text that cannot stand in the output as it is written.
 *
 * Text of a CDATA section in front of which a tag has to be written, or around which nothing foreign stays, or of a <plaintext>
 * that goes while something in it stays: it is read as data in the output, and written so that it is the same text there.
 */
#include "rewrite/reconcile.h"

static bool is_section_end(const af_token_t *token)
{
    return token->type == AF_TOKEN_IGNORED && token->bytes.len == 3 && memcmp(token->bytes.data, "]]>", 3) == 0;
}

void af_escaped_follow(af_rewriter_t *rw, const af_token_t *token)
{
    if (token->type == AF_TOKEN_TEXT && token->text == AF_TEXT_CDATA) {
        rw->section = rw->section == SECTION_NONE ? SECTION_OPEN : rw->section;
    } else if (!is_section_end(token)) {
        rw->section = SECTION_NONE;
    }
}

bool af_escaped_drops(af_rewriter_t *rw, const af_token_t *token)
{
    if (token->type != AF_TOKEN_IGNORED) {
        return false;
    }
    if (token->bytes.len == 9 && memcmp(token->bytes.data, "<![CDATA[", 9) == 0 && !af_tree_in_foreign(&rw->out)) {
        rw->section = SECTION_ENDED;
        return true;
    }
    if (!is_section_end(token)) {
        return false;
    }
    bool ended = rw->section == SECTION_ENDED;
    rw->section = SECTION_NONE;
    return ended;
}

void af_escaped_dropped(af_rewriter_t *rw, const af_token_t *token)
{
    if (is_section_end(token)) {
        rw->section = SECTION_NONE;
    }
}

bool af_escaped_needed(const af_rewriter_t *rw, const af_token_t *token)
{
    if (token->type != AF_TOKEN_TEXT) {
        return false;
    }
    return (token->text == AF_TEXT_CDATA && rw->section == SECTION_ENDED) ||
           (token->text == AF_TEXT_PLAINTEXT && !af_tree_in_plaintext(&rw->out));
}

/* What stands for the byte where it is not itself; of CR LF the LF alone stands for the line. */
static const char *reference(const af_token_t *token, size_t at)
{
    const af_slice_t text = token->bytes;

    switch (text.data[at]) {
    case '<': return "&lt;";
    case '&': return "&amp;";
    case '\r': return at + 1 < text.len && text.data[at + 1] == '\n' ? "" : "\n";
    case 0: return token->text == AF_TEXT_PLAINTEXT ? "&#xFFFD;" : NULL;
    default: return NULL;
    }
}

void af_escaped_write(af_rewriter_t *rw, const af_token_t *token)
{
    const af_slice_t text = token->bytes;
    size_t from = 0;

    af_write_drop(rw, token, AF_NO_RULE);
    for (size_t at = 0; at < text.len; at++) {
        const char *other = reference(token, at);
        if (other != NULL) {
            af_write_markup(rw, text.data + from, at - from, AF_NO_RULE);
            af_write_markup(rw, (const uint8_t *) other, strlen(other), AF_NO_RULE);
            from = at + 1;
        }
    }
    af_write_markup(rw, text.data + from, text.len - from, AF_NO_RULE);
}
