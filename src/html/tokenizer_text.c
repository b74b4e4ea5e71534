/*
 * html/tokenizer_text.c: RCDATA, RAWTEXT, script data, PLAINTEXT and CDATA sections; where text may be cut.
 */
#include "html/charref.h"
#include "html/tokenizer_internal.h"

#define REFERENCE_MAX 4096u /* bytes of a reference that is never cut: longer ones are numbers with zeros in front */

bool af_window_begins(const uint8_t *data, size_t len, const char *word, size_t word_len, bool *more)
{
    size_t count = len < word_len ? len : word_len;

    *more = false;
    for (size_t i = 0; i < count; i++) {
        uint8_t c = data[i];
        if ((uint8_t) (c - 'A') < 26) {
            c |= 0x20;
        }
        if (c != (uint8_t) word[i]) {
            return false;
        }
    }
    *more = len < word_len;
    return !*more;
}

size_t af_text_cut(const af_window_t *window, size_t len, bool references)
{
    if (window->last || len == 0 || len < window->len) {
        return len;
    }
    if (window->data[len - 1] == '\r') {
        return len - 1;
    }
    if (!references) {
        return len;
    }
    size_t from = len > REFERENCE_MAX ? len - REFERENCE_MAX : 0;
    const uint8_t *found = memrchr(window->data + from, '&', len - from);
    if (found == NULL) {
        return len;
    }
    size_t at = (size_t) (found - window->data);
    uint32_t characters[2];
    bool more;
    af_charref_match((af_slice_t){found + 1, len - at - 1}, false, characters, &more);
    return more ? at : len;
}

size_t af_token_cut(const af_token_t *text, size_t most)
{
    const af_window_t window = {text->bytes.data, most, false};

    return af_text_cut(&window, most, text->text == AF_TEXT_DATA || text->text == AF_TEXT_RCDATA);
}

af_end_tag_t af_scan_end_tag(const af_tokenizer_t *t, const uint8_t *data, size_t len, bool last)
{
    size_t need = 2 + t->end_name_len;
    bool more;

    if (t->end_name_len == 0 || !af_window_begins(data, len, "</", 2, &more)) {
        return t->end_name_len != 0 && more && !last ? END_UNKNOWN : END_NO;
    }
    if (!af_window_begins(data + 2, len - 2, (const char *) t->end_name, t->end_name_len, &more)) {
        return more && !last ? END_UNKNOWN : END_NO;
    }
    if (len == need) {
        return last ? END_NO : END_UNKNOWN;
    }
    return af_is_space(data[need]) || data[need] == '/' || data[need] == '>' ? END_YES : END_NO;
}

static size_t scan_raw(const af_tokenizer_t *t, const af_window_t *window, bool *end)
{
    size_t at = 0;

    *end = false;
    for (;;) {
        at += t->scan->raw_end(window->data + at, window->len - at);
        if (at == window->len) {
            return at;
        }
        af_end_tag_t is = af_scan_end_tag(t, window->data + at, window->len - at, window->last);
        if (is != END_NO) {
            *end = is == END_YES;
            return at;
        }
        at++;
    }
}

static size_t scan_cdata(af_tokenizer_t *t, const af_window_t *window, af_token_t *out)
{
    const uint8_t *found = memmem(window->data, window->len, "]]>", 3);
    size_t len = window->len;

    if (found == window->data) {
        out->type = AF_TOKEN_IGNORED;
        t->kind = AF_TEXT_DATA;
        return 3;
    }
    if (found != NULL) {
        return (size_t) (found - window->data);
    }
    if (window->last) {
        return len;
    }
    for (int i = 0; i < 2 && len > 0 && window->data[len - 1] == ']'; i++) {
        len--;
    }
    return len < window->len ? len : af_text_cut(window, len, false);
}

size_t af_scan_text(af_tokenizer_t *t, const af_window_t *window, af_token_t *out)
{
    bool end = false;
    size_t len;

    out->type = AF_TOKEN_TEXT;
    out->text = t->kind;
    switch (t->kind) {
    case AF_TEXT_PLAINTEXT:
        return af_text_cut(window, window->len, false);
    case AF_TEXT_CDATA:
        return scan_cdata(t, window, out);
    case AF_TEXT_SCRIPT:
        len = af_scan_script(t, window, &end);
        break;
    default:
        len = scan_raw(t, window, &end);
        break;
    }
    if (end && len == 0) {
        t->kind = AF_TEXT_DATA;
        return af_scan_tag(t, window, out);
    }
    return t->kind == AF_TEXT_RCDATA ? af_text_cut(window, len, true) : len;
}

af_text_kind_t af_text_after(uint32_t tag)
{
    switch (tag) {
    case AF_TAG_SCRIPT: return AF_TEXT_SCRIPT;
    case AF_TAG_TITLE: case AF_TAG_TEXTAREA: return AF_TEXT_RCDATA;
    case AF_TAG_STYLE: case AF_TAG_IFRAME: case AF_TAG_XMP: case AF_TAG_NOEMBED: case AF_TAG_NOFRAMES: return AF_TEXT_RAWTEXT;
    default: return AF_TEXT_DATA;
    }
}
