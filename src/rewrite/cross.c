/*
 * rewrite/cross.c: names, tags, comments and raw text crossed in the chunk, for who reads ahead of the tokenizer.
 *
 * Only what is plain is crossed, and whole: where anything else stands, or the chunk ends, the answer is NULL and nothing is
 * known. What is crossed the tokenizer would give as one token.
 */
#include "base/ascii.h"
#include "base/block.h"
#include "base/scan.h"
#include "html/names.h"
#include "rewrite/rewriter_internal.h"

/* Where a tag's ">", a "=" or something that is not plain stands; `end` if nowhere. */
static const uint8_t *find_sign(const uint8_t *at, const uint8_t *end)
{
    for (; end - at >= (ptrdiff_t) AF_BLOCK_SIZE; at += AF_BLOCK_SIZE) {
        af_mask_t mask = af_block_tag_sign(at);
        if (mask != 0) {
            return at + af_block_first(mask);
        }
    }
    while (at < end && *at != '>' && *at != '=' && *at != '"' && *at != '\'' && *at != '<' && *at != 0) {
        at++;
    }
    return at;
}

const uint8_t *af_cross_tag(const uint8_t *at, const uint8_t *end)
{
    while ((at = find_sign(at, end)) < end) {
        uint8_t c = *at++;
        if (c != '=') {
            return c == '>' ? at : NULL;
        }
        if (at == end) {
            return NULL;
        }
        if (*at == '"' || *at == '\'') {
            at = memchr(at + 1, *at, (size_t) (end - at) - 1);
            if (at == NULL) {
                return NULL;
            }
            at++;
        } else if (af_is_space(*at) || *at == '>') {
            return NULL;
        }
    }
    return NULL;
}

const uint8_t *af_cross_comment(const uint8_t *at, const uint8_t *end)
{
    if (end - at < 7 || at[2] != '-' || at[3] != '-' || at[4] == '>') {
        return NULL;
    }
    if (at[4] == '-') {
        return at[5] == '-' && at[6] == '>' ? at + 7 : NULL; /* empty; what else begins with "--->" is rare */
    }
    for (at += 4; (at = memmem(at, (size_t) (end - at), "--", 2)) != NULL && end - at > 2; at++) {
        if (at[2] == '>' || at[2] == '!') {
            return at[2] == '>' ? at + 3 : NULL;
        }
    }
    return NULL;
}

const uint8_t *af_cross_name(const uint8_t *at, const uint8_t *end, uint32_t *tag)
{
    const uint8_t *name = at;

    *tag = AF_TAG_UNKNOWN;
    if (end - at >= (ptrdiff_t) AF_BLOCK_SIZE) {
        af_mask_t mask = af_block_name_end(at);
        at += mask != 0 ? af_block_first(mask) : AF_BLOCK_SIZE;
        if (mask != 0 && at - name <= 8) {
            *tag = at == name ? AF_TAG_UNKNOWN : af_tag_lookup_short(name, (size_t) (at - name));
            return *at == '>' || *at == '/' || af_is_space(*at) ? at : NULL;
        }
    }
    while (at < end && *at != '>' && *at != '/' && !af_is_space(*at)) {
        if (*at++ == 0) {
            return NULL;
        }
    }
    *tag = at == end ? AF_TAG_UNKNOWN : af_tag_lookup(name, (size_t) (at - name));
    return at == end ? NULL : at;
}

bool af_cross_is_raw(uint32_t tag)
{
    return tag == AF_TAG_SCRIPT || tag == AF_TAG_STYLE || tag == AF_TAG_NOSCRIPT || tag == AF_TAG_IFRAME || tag == AF_TAG_TITLE;
}

const uint8_t *af_cross_raw_text(const uint8_t *at, const uint8_t *end, uint32_t tag)
{
    const af_scan_t *scan = af_scan_best();

    for (;;) {
        uint32_t found;
        at += scan->raw_end(at, (size_t) (end - at));
        if (end - at < 4 || (at[1] == '!' && tag == AF_TAG_SCRIPT && at[2] == '-' && at[3] == '-')) {
            return NULL;
        }
        const uint8_t *behind = at[1] == '/' ? af_cross_name(at + 2, end, &found) : at;
        if (behind == NULL || (behind != at && found == tag)) {
            return behind;
        }
        at += 2;
    }
}

const uint8_t *af_cross_icon(const uint8_t *at, const uint8_t *end)
{
    uint32_t tag;

    at = at[-2] == '/' ? NULL : at; /* it may have ended itself */
    while (at != NULL && at < end) {
        if (af_is_space(*at)) {
            at++;
            continue;
        }
        if (*at != '<' || end - at < 3) {
            return NULL;
        }
        bool closes = at[1] == '/';
        at = af_cross_name(at + 1 + closes, end, &tag);
        bool over = closes && tag == AF_TAG_SVG;
        bool plain = over || tag == AF_TAG_UNKNOWN || af_tag_is_shape(tag); /* gradients have names that nobody knows */
        at = at == NULL || !plain ? NULL : af_cross_tag(at, end);
        if (over) {
            return at;
        }
    }
    return NULL;
}
