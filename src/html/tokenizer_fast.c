/*
 * html/tokenizer_fast.c: the common tokens of the data state in one go: text up to a "<", and a tag that lies whole in the chunk.
 *
 * Nothing of the tokenizer changes before the token is complete, so that every rarity (a name longer than a block, a control, "="
 * without a value, "/" inside a tag, the chunk's last bytes, a full array) is answered by 0, and the states begin anew. What it
 * gives is what the states would have given.
 */
#include "base/block.h"
#include "html/tokenizer_internal.h"

/* A place in the tag; `safe` is the last one where a block can be read. */
typedef struct {
    const uint8_t *start, *at, *safe, *end;
} cursor_t;

/* Where the quoted value that begins at `at` ends, or NULL. */
static inline const uint8_t *find_quote(const af_scan_t *scan, const cursor_t *cursor, const uint8_t *at, uint8_t quote)
{
#if AF_BLOCK_STEP == 1
    /* Whether a value is longer than a block cannot be foretold; that it is shorter than four mostly can. */
    if (cursor->safe - at >= (ptrdiff_t) (3 * AF_BLOCK_SIZE)) {
        uint64_t low = af_block_byte(at, quote) | af_block_byte(at + AF_BLOCK_SIZE, quote) << AF_BLOCK_SIZE;
        uint64_t high = af_block_byte(at + 2 * AF_BLOCK_SIZE, quote)
                        | af_block_byte(at + 3 * AF_BLOCK_SIZE, quote) << AF_BLOCK_SIZE;
        uint64_t mask = low | high << 2 * AF_BLOCK_SIZE;
        if (mask != 0) {
            return at + (size_t) __builtin_ctzll(mask);
        }
        at += 4 * AF_BLOCK_SIZE;
    }
#else
    if (at <= cursor->safe) {
        af_mask_t mask = af_block_byte(at, quote);
        if (mask != 0) {
            return at + af_block_first(mask);
        }
        at += AF_BLOCK_SIZE;
    }
#endif
    size_t len = (size_t) (cursor->end - at), found = scan->byte(at, len, quote);
    return found == len ? NULL : at + found;
}

/* Where a run without quotes ends, or NULL: `mask` is that of its first block. */
static inline const uint8_t *end_of(const uint8_t *at, af_mask_t mask)
{
    return mask == 0 ? NULL : at + af_block_first(mask);
}

static const uint8_t *find_unquoted_end(const cursor_t *cursor, const uint8_t *at)
{
    for (; at <= cursor->safe; at += AF_BLOCK_SIZE) {
        af_mask_t mask = af_block_unquoted_end(at);
        if (mask != 0) {
            return at + af_block_first(mask);
        }
    }
    return NULL;
}

static const uint8_t *find_attribute_end(const cursor_t *cursor, const uint8_t *at)
{
    for (; at <= cursor->safe; at += AF_BLOCK_SIZE) {
        af_mask_t mask = af_block_attribute_end(at);
        if (mask != 0) {
            return at + af_block_first(mask);
        }
    }
    return NULL;
}

/* The value behind "=", into `attribute`; false: a rarity. */
static inline bool read_value(const af_scan_t *scan, cursor_t *cursor, const uint8_t *at, af_attribute_t *attribute)
{
    const uint8_t *stop;
    uint8_t c = *at;

    if (c == '"' || c == '\'') {
        stop = find_quote(scan, cursor, ++at, c);
        cursor->at = stop == NULL ? NULL : stop + 1;
    } else {
        stop = c <= ' ' || c == '>' ? NULL : find_unquoted_end(cursor, at);
        cursor->at = stop;
    }
    if (stop == NULL) {
        return false;
    }
    attribute->value = (uint32_t) (at - cursor->start);
    attribute->value_len = (uint32_t) (stop - at);
    return true;
}

/* An attribute without "=" right behind its name; white space before an "=" is a rarity. */
static bool without_value(cursor_t *cursor, const uint8_t *stop, af_attribute_t *attribute)
{
    cursor->at = stop;
    while (stop <= cursor->safe && af_is_space(*stop)) {
        stop++;
    }
    attribute->value = (uint32_t) (cursor->at - cursor->start);
    attribute->value_len = 0;
    return stop <= cursor->safe && *stop != '=';
}

static inline bool read_attribute(const af_scan_t *scan, cursor_t *cursor, af_attribute_t *attribute)
{
    const uint8_t *from = cursor->at, *stop = end_of(from, af_block_attribute_end(from));

    if (stop == NULL) {
        stop = find_attribute_end(cursor, from + AF_BLOCK_SIZE);
    }
    if (stop == NULL || stop == from || stop >= cursor->safe) {
        return false;
    }
    attribute->name = (uint32_t) (from - cursor->start);
    attribute->name_len = (uint32_t) (stop - from);
    return *stop == '=' ? read_value(scan, cursor, stop + 1, attribute) : without_value(cursor, stop, attribute);
}

/* From behind the name on to behind the ">"; attributes are noted. False: a rarity. */
static inline bool read_rest(const af_tokenizer_t *t, cursor_t *cursor, uint32_t *count, uint32_t *flags)
{
    uint32_t room = t->attribute_capacity < t->attribute_limit ? (uint32_t) t->attribute_capacity : t->attribute_limit;
    const af_scan_t *scan = t->scan;

    for (;;) {
        uint8_t c = *cursor->at;
        if (c == '>') {
            cursor->at++;
            return true;
        }
        if (c == ' ' || af_is_space(c)) {
            cursor->at++;
            if (cursor->at > cursor->safe) {
                return false;
            }
            continue;
        }
        if (c == '/') {
            *flags = AF_TOKEN_SELF_CLOSING;
            cursor->at += 2;
            return cursor->at[-1] == '>';
        }
        if (*count == room || !read_attribute(scan, cursor, &t->attributes[*count])) {
            return false;
        }
        ++*count;
        if (cursor->at > cursor->safe) {
            return false;
        }
    }
}

static size_t read_tag(af_tokenizer_t *t, const uint8_t *data, size_t len, af_token_t *out)
{
    size_t name_at = data[1] == '/' ? 2 : 1;
    cursor_t cursor = {data, data + name_at, data + len - AF_BLOCK_SIZE, data + len};
    uint32_t count = 0, flags = 0;
    const uint8_t *name_end = end_of(cursor.at, af_block_name_end(cursor.at));

    if (!af_is_alpha(data[name_at]) || name_end == NULL || name_end > cursor.safe) {
        return 0;
    }
    size_t name_len = (size_t) (name_end - cursor.at);
    out->name = (af_slice_t){cursor.at, name_len};
    out->tag = name_len <= 8 ? af_tag_lookup_short(cursor.at, name_len) : af_tag_lookup(cursor.at, name_len);
    cursor.at = name_end;
    if (!read_rest(t, &cursor, &count, &flags)) {
        return 0;
    }
    out->type = name_at == 2 ? AF_TOKEN_END_TAG : AF_TOKEN_START_TAG;
    out->text = AF_TEXT_DATA;
    out->flags = flags;
    out->attributes = t->attributes;
    out->attribute_count = count;
    if (name_at == 1) {
        af_tokenizer_started(t, out);
    }
    return (size_t) (cursor.at - data);
}

/* How much text comes before the next "<": as much as `len` where there is none. */
static inline size_t text_before(const af_tokenizer_t *t, const uint8_t *data, size_t len)
{
    af_mask_t mask = af_block_byte(data, '<');

    return mask != 0 ? af_block_first(mask) : AF_BLOCK_SIZE + t->scan->byte(data + AF_BLOCK_SIZE, len - AF_BLOCK_SIZE, '<');
}

bool af_tokenizer_next_tag(af_tokenizer_t *t, af_token_t *out, af_slice_t *text)
{
    size_t len = t->chunk_len - t->chunk_at, text_len = 0;

    if (!t->fast || t->carry_len > 0 || t->rest != REST_NONE || t->kind != AF_TEXT_DATA || len < 2 * AF_BLOCK_SIZE) {
        return false;
    }
    const uint8_t *data = t->chunk + t->chunk_at;
    if (data[0] != '<') {
        text_len = text_before(t, data, len);
        if (len - text_len < 2 * AF_BLOCK_SIZE || data[0] == 0 || t->pos == 0) {
            return false;
        }
        len -= text_len;
    }
    size_t tag_len = read_tag(t, data + text_len, len < t->tag_limit ? len : t->tag_limit, out);
    if (tag_len == 0) {
        return false;
    }
    *text = (af_slice_t){data, text_len};
    out->bytes = (af_slice_t){data + text_len, tag_len};
    out->from_pos = t->pos + text_len;
    t->pos += text_len + tag_len;
    out->to_pos = t->pos;
    t->chunk_at += text_len + tag_len;
    return true;
}

size_t af_scan_fast(af_tokenizer_t *t, const uint8_t *data, size_t len, af_token_t *out)
{
    if (len < 2 * AF_BLOCK_SIZE) {
        return 0;
    }
    if (data[0] == '<') {
        return read_tag(t, data, len < t->tag_limit ? len : t->tag_limit, out);
    }
    size_t found = text_before(t, data, len);
    if (found == len || (data[0] == 0xef && t->pos == 0)) {
        return 0;
    }
    out->type = AF_TOKEN_TEXT;
    out->text = AF_TEXT_DATA;
    out->flags = 0;
    out->name = (af_slice_t){NULL, 0};
    out->tag = 0;
    out->attributes = NULL;
    out->attribute_count = 0;
    return found;
}
