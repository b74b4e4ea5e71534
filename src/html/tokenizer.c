/*
 * html/tokenizer.c: windows over chunks, the data state, decoding.
 *
 * A token that lies within a chunk is a slice of it. One that does not is completed in the carry, to which the next chunk is
 * added a little at a time, twice as much each time, so that a byte is copied once and no token costs more than linear time.
 */
#include "base/block.h"
#include "html/charref.h"
#include "html/tokenizer_internal.h"

#define FIRST_TAKE 64u
#define MUCH_CARRIED 1024u /* bytes: as much room stays, for the next tag that a chunk's end cuts */

af_status_t af_tokenizer_create(af_heap_t *heap, size_t tag_limit, uint32_t attribute_limit, af_tokenizer_t **out)
{
    af_tokenizer_t *t = af_heap_alloc(heap, sizeof *t);

    *out = NULL;
    if (t == NULL) {
        return af_heap_why(heap, sizeof *t);
    }
    memset(t, 0, sizeof *t);
    t->heap = heap;
    t->tag_limit = tag_limit < 64 ? 64 : tag_limit > UINT32_MAX / 2 ? UINT32_MAX / 2 : tag_limit;
    t->attribute_limit = attribute_limit;
    t->scan = af_scan_best();
    memset(t->names, 0xff, sizeof t->names);
#ifndef AF_NO_FAST_PATH
    t->fast = true;
#endif
    *out = t;
    return AF_OK;
}

af_token_cuts_t af_tokenizer_cuts(const af_tokenizer_t *t)
{
    return t->cuts;
}

void af_tokenizer_destroy(af_tokenizer_t *t)
{
    if (t != NULL) {
        af_heap_release(t->heap, t->carry, t->carry_capacity);
        af_heap_release(t->heap, t->attributes, t->attribute_capacity * sizeof *t->attributes);
        af_heap_release(t->heap, t, sizeof *t);
    }
}

void af_tokenizer_disable_fast_path(af_tokenizer_t *t)
{
    t->fast = false;
    t->scan = &af_scan_portable;
}

void af_tokenizer_want(af_tokenizer_t *t, const uint64_t names[AF_ATTRIBUTE_BITS / 64])
{
    memcpy(t->names, names, sizeof t->names);
}

void af_tokenizer_feed(af_tokenizer_t *t, const uint8_t *data, size_t len)
{
    t->chunk = data;
    t->chunk_len = len;
    t->chunk_at = 0;
    if (len > 0) {
        t->carry_scanned = false;
    }
}

void af_tokenizer_finish(af_tokenizer_t *t)
{
    t->chunk_len = t->chunk_at = 0;
    t->finished = true;
    t->carry_scanned = false;
}

bool af_tokenizer_reads_markup(const af_tokenizer_t *t)
{
    return t->kind == AF_TEXT_DATA && t->rest == REST_NONE;
}

void af_tokenizer_set_text(af_tokenizer_t *t, af_text_kind_t kind)
{
    if (t->last_tag != AF_TAG_UNKNOWN) {
        af_tokenizer_remember(t, af_slice_of(af_tag_name(t->last_tag)));
        t->last_tag = AF_TAG_UNKNOWN;
    }
    t->kind = kind;
    t->script = SCRIPT_PLAIN;
    t->dashes = 0;
}

uint64_t af_tokenizer_pos(const af_tokenizer_t *t)
{
    return t->pos;
}

void af_tokenizer_go_back(af_tokenizer_t *t, uint64_t pos)
{
    size_t at = t->chunk_at - (t->carry_len - t->carry_at); /* what was copied stands in front of it */

    t->carry_len = t->carry_at = 0;
    t->carry_scanned = false;
    t->chunk_at = at - (size_t) (t->pos - pos);
    t->pos = pos;
    t->at = 0;
    t->state = TAG_NONE; /* it may have stopped inside an overlong tag */
    t->kind = AF_TEXT_DATA;
    t->rest = REST_NONE;
}

void af_tokenizer_allow_cdata(af_tokenizer_t *t, bool allow)
{
    t->cdata_allowed = allow;
}

/* Text from the window's first byte, which may be a "<" that opens nothing, to the next "<". */
static size_t scan_data(const af_tokenizer_t *t, const af_window_t *window, size_t from, af_token_t *out)
{
    size_t len = from + t->scan->byte(window->data + from, window->len - from, '<');

    out->type = AF_TOKEN_TEXT;
    out->text = AF_TEXT_DATA;
    return af_text_cut(window, len, true);
}

static size_t scan_bom(const af_tokenizer_t *t, const af_window_t *window, af_token_t *out)
{
    static const uint8_t bom[3] = {0xef, 0xbb, 0xbf};

    if (memcmp(window->data, bom, window->len < 3 ? window->len : 3) != 0) {
        return scan_data(t, window, 0, out);
    }
    if (window->len >= 3) {
        out->type = AF_TOKEN_IGNORED;
        return 3;
    }
    return window->last ? scan_data(t, window, 0, out) : 0;
}

/* HTML #tag-open-state, #end-tag-open-state */
static size_t scan_less_than(af_tokenizer_t *t, const af_window_t *window, af_token_t *out)
{
    if (window->len == 1) {
        return window->last ? scan_data(t, window, 1, out) : 0;
    }
    uint8_t c = window->data[1];
    if (af_is_alpha(c)) {
        return af_scan_tag(t, window, out);
    }
    if (c == '!' || c == '?') {
        return af_scan_markup(t, window, out);
    }
    if (c != '/') {
        return scan_data(t, window, 1, out);
    }
    if (window->len == 2) {
        return window->last ? scan_data(t, window, 2, out) : 0;
    }
    if (af_is_alpha(window->data[2])) {
        return af_scan_tag(t, window, out);
    }
    if (window->data[2] == '>') {
        out->type = AF_TOKEN_IGNORED;
        return 3;
    }
    return af_scan_markup(t, window, out);
}

static size_t scan(af_tokenizer_t *t, const af_window_t *window, af_token_t *out)
{
    if (t->state != TAG_NONE) {
        return af_scan_tag(t, window, out);
    }
    if (t->rest != REST_NONE) {
        return af_scan_markup(t, window, out);
    }
    if (t->kind != AF_TEXT_DATA) {
        return af_scan_text(t, window, out);
    }
    if (window->data[0] == '<') {
        return scan_less_than(t, window, out);
    }
    return t->pos == 0 && window->data[0] == 0xef ? scan_bom(t, window, out) : scan_data(t, window, 0, out);
}

static void give(af_tokenizer_t *t, const uint8_t *data, size_t len, af_token_t *out)
{
    out->bytes = (af_slice_t){data, len};
    out->from_pos = t->pos;
    t->pos += len;
    out->to_pos = t->pos;
}

static af_status_t carry_more(af_tokenizer_t *t, const uint8_t *data, size_t len)
{
    void *block = t->carry;
    af_status_t status = af_heap_grow(t->heap, &block, &t->carry_capacity, t->carry_len + len, 1, SIZE_MAX / 2);

    t->carry = block;
    if (status == AF_OK && len > 0) {
        memcpy(t->carry + t->carry_len, data, len);
        t->carry_len += len;
    }
    return status;
}

void af_tokenizer_rest(af_tokenizer_t *t)
{
    size_t capacity = (t->carry_len + FIRST_TAKE) & ~(size_t) (FIRST_TAKE - 1);

    if (t->carry_capacity <= MUCH_CARRIED || t->carry_capacity < 4 * capacity) {
        return;
    }
    uint8_t *carry = t->carry_len == 0 ? NULL : af_heap_alloc(t->heap, capacity);
    if (carry != NULL) {
        memcpy(carry, t->carry, t->carry_len);
    } else if (t->carry_len > 0) {
        return;
    }
    af_heap_release(t->heap, t->carry, t->carry_capacity);
    t->carry = carry;
    t->carry_capacity = carry == NULL ? 0 : capacity;
}

/* Completes a token in the carry. `*more`: the chunk did not suffice. */
static af_status_t next_carried(af_tokenizer_t *t, af_token_t *out, bool *more)
{
    *more = true;
    if (t->carry_at > 0) {
        memmove(t->carry, t->carry + t->carry_at, t->carry_len - t->carry_at);
        t->carry_len -= t->carry_at;
        t->carry_at = 0;
    }
    for (;;) {
        size_t old = t->carry_len, left = t->chunk_len - t->chunk_at;
        size_t take = t->carry_scanned || left < old || left < FIRST_TAKE ? left : old < FIRST_TAKE ? FIRST_TAKE : old;
        if (t->carry_scanned && left == 0) {
            return AF_OK;
        }
        af_status_t status = carry_more(t, t->chunk + t->chunk_at, take);
        if (status != AF_OK) {
            return status;
        }
        af_window_t window = {t->carry, t->carry_len, t->finished && take == left};
        size_t len = scan(t, &window, out);
        if (len > 0) {
            give(t, t->carry, len, out);
            t->chunk_at += len > old ? len - old : 0;
            t->carry_at = len < old ? len : 0;
            t->carry_len = len < old ? old : 0;
            *more = false;
            return t->status;
        }
        t->chunk_at += take;
        t->carry_scanned = take == left;
    }
}

static af_status_t next_in_chunk(af_tokenizer_t *t, af_token_t *out, bool *more)
{
    af_window_t window = {t->chunk + t->chunk_at, t->chunk_len - t->chunk_at, t->finished};
    size_t len = scan(t, &window, out);

    *more = len == 0;
    if (len > 0) {
        give(t, window.data, len, out);
        t->chunk_at += len;
        return t->status;
    }
    t->chunk_at = t->chunk_len;
    t->carry_len = t->carry_at = 0;
    t->carry_scanned = true;
    return carry_more(t, window.data, window.len);
}

af_status_t af_tokenizer_next(af_tokenizer_t *t, af_token_t *out)
{
    af_status_t status = AF_OK;
    bool more = true;

    if (af_scan_fast(t, out)) {
        return AF_OK;
    }
    memset(out, 0, sizeof *out);
    if (t->carry_len > 0) {
        status = next_carried(t, out, &more);
    } else if (t->chunk_at < t->chunk_len) {
        status = next_in_chunk(t, out, &more);
    } else if (t->finished && !t->ended) {
        t->ended = true;
        more = false;
        out->type = AF_TOKEN_END;
        out->from_pos = out->to_pos = t->pos;
    }
    if (more) {
        out->type = AF_TOKEN_NONE;
    }
    return status;
}

/* --- decoding -------------------------------------------------------------------------------------------------------------- */

bool af_token_attribute(const af_token_t *token, const char *name, af_slice_t *raw)
{
    size_t len = strlen(name);
    bool more;

    for (uint32_t i = 0; i < token->attribute_count; i++) {
        const af_attribute_t *attribute = &token->attributes[i];
        if (attribute->name_len == len &&
            af_window_begins(token->bytes.data + attribute->name, len, name, len, &more)) {
            *raw = (af_slice_t){token->bytes.data + attribute->value, attribute->value_len};
            return true;
        }
    }
    return false;
}

bool af_text_needs_decoding(af_slice_t raw)
{
    size_t at = 0;

    for (; at + AF_BLOCK_SIZE <= raw.len; at += AF_BLOCK_SIZE) {
        af_block_t block = af_block_load(raw.data + at);
        af_block_t zero = af_block_equal(block, 0), odd = af_block_or(af_block_equal(block, '&'), af_block_equal(block, '\r'));
        if (af_block_mask(af_block_or(odd, zero)) != 0) {
            return true;
        }
    }
    for (; at < raw.len; at++) {
        if (raw.data[at] == '&' || raw.data[at] == '\r' || raw.data[at] == 0) {
            return true;
        }
    }
    return false;
}

/* What stands at raw.data: writes up to 8 bytes to `to`, tells how many of `raw` they stand for. */
static size_t decode_one(af_slice_t raw, bool in_attribute, uint8_t to[8], size_t *to_len)
{
    uint32_t characters[2];
    bool more;
    uint8_t c = raw.data[0];

    if (c == '&') {
        size_t len = af_charref_match((af_slice_t){raw.data + 1, raw.len - 1}, in_attribute, characters, &more);
        if (len > 0) {
            *to_len = af_utf8_encode(characters[0], to);
            if (characters[1] != 0) {
                *to_len += af_utf8_encode(characters[1], to + *to_len);
            }
            return len + 1;
        }
    }
    if (c == 0 && in_attribute) {
        *to_len = af_utf8_encode(0xfffd, to);
        return 1;
    }
    to[0] = c == '\r' ? '\n' : c;
    *to_len = 1;
    return c == '\r' && raw.len > 1 && raw.data[1] == '\n' ? 2 : 1;
}

size_t af_text_decode(af_slice_t raw, bool in_attribute, uint8_t *out, size_t capacity)
{
    size_t used = 0, at = 0;

    while (at < raw.len) {
        uint8_t to[8];
        size_t len, taken = decode_one((af_slice_t){raw.data + at, raw.len - at}, in_attribute, to, &len);
        if (used + len > capacity) {
            break;
        }
        memcpy(out + used, to, len);
        used += len;
        at += taken;
    }
    return used;
}
