/*
 * html/tokenizer_tag.c: tag and attribute states, HTML #tag-open-state to #self-closing-start-tag-state.
 *
 * Invariant: `at` is the next byte to look at and all before it is in `state`, the attributes and `attribute`; offsets are from
 * the window's first byte, which is the "<".
 */
#include "html/tokenizer_internal.h"

static af_status_t end_attribute(af_tokenizer_t *t)
{
    void *block = t->attributes;

    if (t->attribute_count >= t->attribute_limit) {
        t->left_out = true;
        return AF_OK;
    }
    if (t->attribute_count == t->attribute_capacity) {
        af_status_t status = af_heap_grow(t->heap, &block, &t->attribute_capacity, t->attribute_count + 1u, sizeof t->attribute,
                                          t->attribute_limit);
        t->attributes = block;
        if (status != AF_OK) {
            return status;
        }
        t->attribute_room = t->attribute_capacity < t->attribute_limit ? t->attribute_capacity : t->attribute_limit;
        t->attribute_room = t->attribute_room < QUICK_ATTRIBUTES ? t->attribute_room : QUICK_ATTRIBUTES;
    }
    t->attributes[t->attribute_count++] = t->attribute;
    return AF_OK;
}

static inline void begin_attribute(af_tokenizer_t *t, size_t at)
{
    t->attribute = (af_attribute_t){(uint32_t) at, 0, (uint32_t) at, 0};
    t->state = TAG_ATTRIBUTE;
}

static inline void end_value(af_tokenizer_t *t, size_t at, tag_state_t next)
{
    t->attribute.value_len = (uint32_t) at - t->attribute.value;
    t->state = next;
    af_status_t status = end_attribute(t);
    if (status != AF_OK) {
        t->status = status;
    }
}

static void end_name_of_attribute(af_tokenizer_t *t, size_t at)
{
    t->attribute.name_len = (uint32_t) at - t->attribute.name;
    t->attribute.value = (uint32_t) at;
    t->state = TAG_AFTER_NAME;
}

/* The value that "=" promised does not come: the attribute is there with an empty value. */
static inline void attribute_without_value(af_tokenizer_t *t)
{
    t->attribute.value_len = 0;
    af_status_t status = end_attribute(t);
    if (status != AF_OK) {
        t->status = status;
    }
}

static size_t find_name_end(const uint8_t *data, size_t at, size_t len)
{
    while (at < len && !af_is_space(data[at]) && data[at] != '/' && data[at] != '>') {
        at++;
    }
    return at;
}

static size_t find_attribute_end(const uint8_t *data, size_t at, size_t len)
{
    while (at < len && !af_is_space(data[at]) && data[at] != '/' && data[at] != '>' && data[at] != '=') {
        at++;
    }
    return at;
}

static size_t find_unquoted_end(const uint8_t *data, size_t at, size_t len)
{
    while (at < len && !af_is_space(data[at]) && data[at] != '>') {
        at++;
    }
    return at;
}

static size_t find_byte(const uint8_t *data, size_t at, size_t len, int c)
{
    const uint8_t *found = memchr(data + at, c, len - at);
    return found == NULL ? len : (size_t) (found - data);
}

static size_t skip_space(const uint8_t *data, size_t at, size_t len)
{
    while (at < len && af_is_space(data[at])) {
        at++;
    }
    return at;
}

/* One state; gives where the next one begins. The byte at `at` exists. `*done`: the ">" was taken. */
static size_t step(af_tokenizer_t *t, const uint8_t *data, size_t at, size_t len, bool *done)
{
    uint8_t c = data[at];

    switch (t->state) {
    case TAG_NONE:
    case TAG_NAME:
        at = find_name_end(data, at, len);
        if (at < len) {
            t->name_len = at - t->name_at;
            t->state = TAG_BEFORE_NAME;
        }
        return at;
    case TAG_BEFORE_NAME:
        at = skip_space(data, at, len);
        if (at == len) {
            return at;
        }
        if (data[at] == '>') {
            *done = true;
        } else if (data[at] == '/') {
            t->state = TAG_SLASH;
        } else {
            begin_attribute(t, at);
        }
        return at + 1;
    case TAG_ATTRIBUTE:
        at = find_attribute_end(data, at, len);
        if (at < len) {
            end_name_of_attribute(t, at);
        }
        return at;
    case TAG_AFTER_NAME:
        at = skip_space(data, at, len);
        if (at == len) {
            return at;
        }
        if (data[at] == '=') {
            t->state = TAG_BEFORE_VALUE;
            return at + 1;
        }
        attribute_without_value(t);
        t->state = TAG_BEFORE_NAME;
        return at;
    case TAG_BEFORE_VALUE:
        at = skip_space(data, at, len);
        if (at == len) {
            return at;
        }
        c = data[at];
        t->attribute.value = (uint32_t) at;
        if (c == '"' || c == '\'') {
            t->attribute.value = (uint32_t) at + 1;
            t->state = c == '"' ? TAG_DOUBLE : TAG_SINGLE;
            return at + 1;
        }
        if (c == '>') {
            attribute_without_value(t);
            *done = true;
            return at + 1;
        }
        t->state = TAG_UNQUOTED;
        return at;
    case TAG_DOUBLE:
    case TAG_SINGLE:
        at = find_byte(data, at, len, t->state == TAG_DOUBLE ? '"' : '\'');
        if (at < len) {
            end_value(t, at, TAG_AFTER_VALUE);
            at++;
        }
        return at;
    case TAG_UNQUOTED:
        at = find_unquoted_end(data, at, len);
        if (at < len) {
            end_value(t, at, TAG_BEFORE_NAME);
        }
        return at;
    case TAG_AFTER_VALUE:
        t->state = TAG_BEFORE_NAME;
        return at;
    case TAG_SLASH:
        if (c == '>') {
            t->self_closing = true;
            *done = true;
            return at + 1;
        }
        t->state = TAG_BEFORE_NAME;
        return at;
    }
    return at;
}

static void begin_tag(af_tokenizer_t *t, const af_window_t *window)
{
    t->state = TAG_NAME;
    t->name_at = window->data[1] == '/' ? 2 : 1;
    t->at = t->name_at + 1;
    t->name_len = 0;
    t->attribute_count = 0;
    t->self_closing = t->left_out = false;
}

void af_tokenizer_remember(af_tokenizer_t *t, af_slice_t name)
{
    t->end_name_len = name.len <= END_NAME_MAX ? name.len : 0;
    for (size_t i = 0; i < t->end_name_len; i++) {
        uint8_t c = name.data[i];
        t->end_name[i] = (uint8_t) (c - 'A') < 26 ? c | 0x20 : c;
    }
}

/* Once for each tag: it may be gone back to and read again. */
static void count_cuts(af_tokenizer_t *t, bool overlong)
{
    if (t->pos >= t->cuts_to && (overlong || t->left_out)) {
        t->cuts.overlong += overlong;
        t->cuts.attributes += t->left_out;
        t->cuts_to = t->pos + 1;
    }
}

static void give_tag(af_tokenizer_t *t, const af_window_t *window, af_token_t *out, bool overlong)
{
    bool end = t->name_at == 2;

    out->type = end ? AF_TOKEN_END_TAG : AF_TOKEN_START_TAG;
    out->name = (af_slice_t){window->data + t->name_at, t->name_len};
    out->tag = af_tag_lookup(out->name.data, out->name.len);
    out->attributes = t->attributes;
    out->attribute_count = t->attribute_count;
    out->flags |= t->self_closing ? AF_TOKEN_SELF_CLOSING : 0;
    if (!end) {
        count_cuts(t, overlong);
        af_tokenizer_started(t, out);
    }
}

/* The rest of a tag that was given as overlong: nothing of it is kept. */
static size_t scan_rest(af_tokenizer_t *t, const af_window_t *window, af_token_t *out)
{
    size_t at = 0;
    bool done = false;

    t->attribute_count = t->attribute_limit;
    while (at < window->len && !done) {
        at = step(t, window->data, at, window->len, &done);
    }
    out->type = AF_TOKEN_IGNORED;
    out->flags |= AF_TOKEN_CONTINUED;
    if (done || window->last) {
        t->rest = REST_NONE;
        t->state = TAG_NONE;
    }
    return at;
}

size_t af_scan_tag(af_tokenizer_t *t, const af_window_t *window, af_token_t *out)
{
    size_t len = window->len < t->tag_limit ? window->len : t->tag_limit;
    bool done = false;

    if (t->rest == REST_TAG) {
        return scan_rest(t, window, out);
    }
    if (t->state == TAG_NONE) {
        begin_tag(t, window);
    }
    while (t->at < len && !done) {
        t->at = step(t, window->data, t->at, len, &done);
    }
    if (done) {
        size_t taken = t->at;
        give_tag(t, window, out, false);
        t->state = TAG_NONE;
        t->at = 0;
        return taken;
    }
    if (window->len >= t->tag_limit) {
        if (t->state == TAG_NAME) {
            t->name_len = len - t->name_at;
        }
        give_tag(t, window, out, true);
        out->flags |= AF_TOKEN_OVERLONG;
        t->rest = REST_TAG;
        t->at = 0;
        return len;
    }
    if (window->last) {
        out->type = AF_TOKEN_IGNORED;
        t->state = TAG_NONE;
        return window->len;
    }
    return 0;
}
