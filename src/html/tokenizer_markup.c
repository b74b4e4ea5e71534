/*
 * html/tokenizer_markup.c: comments, bogus comments, DOCTYPE, the brackets of CDATA sections.
 *
 * Comments are given in pieces; what could be the beginning of their end stays for the next piece.
 */
#include "html/tokenizer_internal.h"

#define COMMENT_START 4u /* "<!--" */

static size_t find_end(const uint8_t *data, size_t from, size_t len)
{
    size_t at = from;

    for (;;) {
        const uint8_t *found = memchr(data + at, '>', len - at);
        if (found == NULL) {
            return 0;
        }
        at = (size_t) (found - data);
        if (at >= from + 2 && data[at - 1] == '-' && data[at - 2] == '-') {
            return at + 1;
        }
        if (at >= from + 3 && data[at - 1] == '!' && data[at - 2] == '-' && data[at - 3] == '-') {
            return at + 1;
        }
        at++;
    }
}

/* How many of the bytes after `from` are no beginning of "-->" or "--!>". */
static size_t safe_length(const uint8_t *data, size_t from, size_t len)
{
    size_t end = len;

    if (end > from && data[end - 1] == '!') {
        end--;
    }
    size_t dashes = end;
    while (dashes > from && end - dashes < 2 && data[dashes - 1] == '-') {
        dashes--;
    }
    if (end < len) {
        return end - dashes == 2 ? dashes : len;
    }
    return dashes;
}

/* HTML #comment-start-state: ">" and "->" end the comment at once. Gives its length, 0: neither; `*more`: not known. */
static size_t abrupt_end(const af_window_t *window, bool *more)
{
    const uint8_t *data = window->data + COMMENT_START;
    size_t len = window->len - COMMENT_START;

    *more = !window->last && (len == 0 || (len == 1 && data[0] == '-'));
    if (len > 0 && data[0] == '>') {
        return COMMENT_START + 1;
    }
    return len > 1 && data[0] == '-' && data[1] == '>' ? COMMENT_START + 2 : 0;
}

static size_t scan_comment(af_tokenizer_t *t, const af_window_t *window, af_token_t *out)
{
    size_t from = t->rest == REST_COMMENT ? 0 : COMMENT_START;
    bool more = false;
    size_t len = from > 0 ? abrupt_end(window, &more) : 0;

    out->type = AF_TOKEN_COMMENT;
    if (more) {
        return 0;
    }
    if (len == 0) {
        len = find_end(window->data, from, window->len);
    }
    if (len == 0 && window->last) {
        len = window->len;
    }
    out->flags |= t->rest == REST_COMMENT ? AF_TOKEN_CONTINUED : 0;
    if (len > 0) {
        t->rest = REST_NONE;
        return len;
    }
    len = safe_length(window->data, from, window->len);
    if (len > 0) {
        out->flags |= AF_TOKEN_UNFINISHED;
        t->rest = REST_COMMENT;
    }
    return len;
}

/* To the next ">": the rest of a bogus comment or of an overlong doctype. */
static size_t scan_bogus(af_tokenizer_t *t, const af_window_t *window, af_token_t *out)
{
    const uint8_t *found = memchr(window->data, '>', window->len);
    rest_t rest = t->rest;

    out->type = rest == REST_DOCTYPE ? AF_TOKEN_IGNORED : AF_TOKEN_COMMENT;
    out->flags |= rest != REST_NONE ? AF_TOKEN_CONTINUED : 0;
    if (found == NULL && !window->last) {
        out->flags |= AF_TOKEN_UNFINISHED;
        t->rest = rest == REST_DOCTYPE ? REST_DOCTYPE : REST_BOGUS;
        return window->len;
    }
    t->rest = REST_NONE;
    return found == NULL ? window->len : (size_t) (found - window->data) + 1;
}

static size_t scan_doctype(af_tokenizer_t *t, const af_window_t *window, af_token_t *out)
{
    size_t len = window->len < t->tag_limit ? window->len : t->tag_limit;
    const uint8_t *found = len > t->at ? memchr(window->data + t->at, '>', len - t->at) : NULL;

    out->type = AF_TOKEN_DOCTYPE;
    t->at = len;
    if (found == NULL && window->len < t->tag_limit && !window->last) {
        return 0;
    }
    t->at = 0;
    if (found != NULL) {
        return (size_t) (found - window->data) + 1;
    }
    out->flags |= AF_TOKEN_FORCE_QUIRKS;
    if (window->len >= t->tag_limit) {
        out->flags |= AF_TOKEN_OVERLONG;
        t->rest = REST_DOCTYPE;
        return len;
    }
    return window->len;
}

size_t af_scan_markup(af_tokenizer_t *t, const af_window_t *window, af_token_t *out)
{
    const uint8_t *data = window->data;
    size_t len = window->len;
    bool comment_more, doctype_more, cdata_more = false;

    if (t->rest == REST_COMMENT) {
        return scan_comment(t, window, out);
    }
    if (t->rest != REST_NONE || data[1] != '!') {
        return scan_bogus(t, window, out);
    }
    if (af_window_begins(data, len, "<!--", COMMENT_START, &comment_more)) {
        return scan_comment(t, window, out);
    }
    if (af_window_begins(data, len, "<!doctype", 9, &doctype_more)) {
        t->at = t->at < 9 ? 9 : t->at;
        return scan_doctype(t, window, out);
    }
    static const char open[] = "<![CDATA[";
    if (t->cdata_allowed) {
        size_t count = len < 9 ? len : 9;
        bool same = memcmp(data, open, count) == 0;
        if (same && len >= 9) {
            out->type = AF_TOKEN_IGNORED;
            t->kind = AF_TEXT_CDATA;
            return 9;
        }
        cdata_more = same;
    }
    if ((comment_more || doctype_more || cdata_more) && !window->last) {
        return 0;
    }
    return scan_bogus(t, window, out);
}
