/*
 * html/tokenizer_fast.c: the common tokens of the data state in one go: text up to a "<", and a tag that lies whole in the chunk.
 *
 * Nothing of the tokenizer changes before the token is complete, so that every rarity (a control, "=" without a value, "/" inside
 * a tag, a tag's long name, the chunk's last bytes, a full array) is answered by 0, and the states begin anew. What it gives is
 * what the states would have given.
 *
 * Where a place depends on what stands before it, a jump is better than a sum: the processor foretells it and goes on, and does
 * not wait until the byte is there.
 */
#include "base/block.h"
#include "base/eight.h"
#include "html/tokenizer_internal.h"

#define NEAR static inline __attribute__((always_inline))
#define APART static __attribute__((noinline)) /* rare: what is common has more registers without it */

/* The first byte `c` from `at` on, or NULL. */
APART const uint8_t *find(const af_tokenizer_t *t, const uint8_t *at, uint8_t c)
{
    size_t len = (size_t) (t->chunk + t->chunk_len - at), found = t->scan->byte(at, len, c);

    return found == len ? NULL : at + found;
}

/* The first place from `at` on where a bit of the mask is set, or NULL. */
APART const uint8_t *find_end(const uint8_t *at, const uint8_t *safe, af_mask_t (*mask_of)(const uint8_t *data))
{
    for (; at <= safe; at += AF_BLOCK_SIZE) {
        af_mask_t mask = mask_of(at);
        if (mask != 0) {
            return at + af_block_first(mask);
        }
    }
    return NULL;
}

/* Whether what stands from `at` on is white space and an "=", or may be: then it belongs to the name before. */
APART bool is_equals_sign(const uint8_t *at, const uint8_t *safe)
{
    while (at <= safe && af_is_space(*at)) {
        at++;
    }
    return at > safe || *at == '=';
}

/* Where the value in double quotes ends that begins at `at`, or NULL. Whether it is longer than a block cannot be foretold; that
 * it is shorter than four mostly can. */
NEAR const uint8_t *find_quote(const af_tokenizer_t *t, const uint8_t *at, const uint8_t *safe)
{
    uint64_t mask = 0;

    if (safe - at >= (ptrdiff_t) AF_PAIR_SIZE) {
        mask = af_pair_byte(at, '"') | af_pair_byte(at + AF_PAIR_SIZE, '"') << AF_PAIR_SIZE;
    }
    return mask != 0 ? at + __builtin_ctzll(mask) : find(t, at, '"');
}

NEAR const uint8_t *note_value(af_attribute_t *attribute, const uint8_t *start, const uint8_t *value, const uint8_t *end)
{
    attribute->value = (uint32_t) (value - start);
    attribute->value_len = (uint32_t) (end - value);
    return end;
}

/* A value in single quotes, or without: as read_value. */
APART const uint8_t *read_other_value(const af_tokenizer_t *t, const uint8_t *start, const uint8_t *at, const uint8_t *safe,
                                      af_attribute_t *attribute)
{
    const uint8_t *end;

    if (*at == '\'') {
        end = find(t, ++at, '\'');
        return end == NULL ? NULL : note_value(attribute, start, at, end) + 1;
    }
    end = *at > ' ' && *at != '>' ? find_end(at, safe, af_block_unquoted_end) : NULL;
    return end == NULL ? NULL : note_value(attribute, start, at, end);
}

/* The value at `at`, behind the "=": where what follows it begins, or NULL. */
NEAR const uint8_t *read_value(const af_tokenizer_t *t, const uint8_t *start, const uint8_t *at, const uint8_t *safe,
                                        af_attribute_t *attribute)
{
    if (at >= safe) {
        return NULL;
    }
    if (*at != '"') {
        return read_other_value(t, start, at, safe, attribute);
    }
    const uint8_t *end = find_quote(t, at + 1, safe);
    return end == NULL ? NULL : note_value(attribute, start, at + 1, end) + 1;
}

/* Whether `class="` stands at `at`, in small letters: the most frequent of attributes. What comes then is foretold, and need not
 * wait until the name's end is found. */
NEAR bool begins_class(const uint8_t *at)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return af_eight_load(at) << 8 == (uint64_t) 0x223d7373616c63 << 8;
#else
    (void) at;
    return false;
#endif
}

/* The attribute that begins at `at`, no further than `safe`: where what follows it begins, or NULL. */
NEAR const uint8_t *read_attribute(const af_tokenizer_t *t, const uint8_t *start, const uint8_t *at, const uint8_t *safe,
                                            af_attribute_t *attribute)
{
    if (begins_class(at)) {
        const uint8_t *value = at + sizeof "class=", *end = find_quote(t, value, safe);
        attribute->name = (uint32_t) (at - start);
        attribute->name_len = sizeof "class" - 1;
        return end == NULL ? NULL : note_value(attribute, start, value, end) + 1;
    }
    af_mask_t mask = af_block_attribute_end(at);
    const uint8_t *stop = mask != 0 ? at + af_block_first(mask) : find_end(at + AF_BLOCK_SIZE, safe, af_block_attribute_end);

    if (stop == NULL || stop == at) {
        return NULL;
    }
    attribute->name = (uint32_t) (at - start);
    attribute->name_len = (uint32_t) (stop - at);
    if (*stop == '=') {
        return read_value(t, start, stop + 1, safe, attribute);
    }
    attribute->value = (uint32_t) (stop - start);
    attribute->value_len = 0;
    return is_equals_sign(stop, safe) ? NULL : stop;
}

/* Bit `count`, at most 63, where the attribute whose name begins with `c` was asked for. */
NEAR uint64_t wanted_bit(const af_tokenizer_t *t, uint8_t c, size_t name_len, size_t count)
{
    unsigned bit = af_attribute_bit(c, name_len);

    return (t->names[bit >> 6] >> (bit & 63) & 1) << count;
}

/* From behind the tag's name on: where what follows its ">" begins, or NULL. */
NEAR const uint8_t *read_rest(const af_tokenizer_t *t, const uint8_t *start, const uint8_t *at, const uint8_t *safe,
                                       af_token_t *out)
{
    af_attribute_t *attributes = t->attributes;
    size_t count = 0, room = t->attribute_room;
    uint64_t wanted = 0;

    while (at <= safe) {
        uint8_t c = *at;
        if (c == ' ') { /* a jump is foretold; a sum would have to be waited for */
            c = *++at;
        }
        if (c == '>') {
            out->attribute_count = (uint32_t) count;
            out->unasked = ~wanted;
            return at + 1;
        }
        if (c < '>') {
            if (af_is_space(c)) {
                at++;
                continue;
            }
            if (c == '/') {
                out->flags = AF_TOKEN_SELF_CLOSING;
                if (*++at != '>') {
                    return NULL;
                }
                continue;
            }
        }
        if (count == room || at > safe) {
            return NULL;
        }
        at = read_attribute(t, start, at, safe, &attributes[count]);
        if (at == NULL) {
            return NULL;
        }
        wanted |= wanted_bit(t, c, attributes[count].name_len, count);
        count++;
    }
    return NULL;
}

/* Tells of a tag, as far as it is one without attributes. */
NEAR void fill(const af_tokenizer_t *t, af_slice_t name, uint32_t tag, const uint8_t *safe, af_token_t *out)
{
    out->name = name;
    out->tag = tag;
    out->flags = 0;
    out->text = AF_TEXT_DATA;
    out->attributes = t->attributes;
    out->attribute_count = 0;
    out->unasked = UINT64_MAX;
    out->readable = safe + AF_PAIR_SIZE;
}

/* The tag at `data`, whose name begins at `name`: its length, or 0. */
NEAR size_t read_named(af_tokenizer_t *t, const uint8_t *data, const uint8_t *name, const uint8_t *safe, af_token_t *out)
{
    af_mask_t mask = af_block_name_end(name);

    if (!af_is_alpha(*name) || mask == 0) {
        return 0;
    }
    size_t len = af_block_first(mask);
    uint32_t tag = len <= 8 ? af_tag_lookup_short(name, len) : af_tag_lookup(name, len);
    fill(t, (af_slice_t){name, len}, tag, safe, out);
    if (name[len] == '>') {
        return (size_t) (name + len + 1 - data);
    }
    const uint8_t *next = read_rest(t, data, name + len, safe, out);
    return next == NULL || (size_t) (next - data) > t->tag_limit ? 0 : (size_t) (next - data);
}

/* The end tag of `tag` in small letters, if that is what stands at `data`: its length, or 0. How long it is comes from what is
 * expected and not from the bytes, so that what follows need not wait for them. */
NEAR size_t read_end_of(af_tokenizer_t *t, const uint8_t *data, const uint8_t *safe, uint32_t tag, af_token_t *out)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    size_t len = tag < AF_TAG_COUNT ? af_tag_lengths[tag] : 0;

    if (len == 0 || len > sizeof(uint64_t) || (af_eight_load(data + 2) ^ af_tag_keys[tag]) << (64 - 8 * len) != 0 ||
        data[2 + len] != '>') {
        return 0;
    }
    fill(t, (af_slice_t){data + 2, len}, tag, safe, out);
    return len + 3;
#else
    (void) t, (void) data, (void) safe, (void) tag, (void) out;
    return 0;
#endif
}

/* The tag at `data`: its length, or 0. `open`: of the element that an end tag would most likely be of. */
NEAR size_t read_tag(af_tokenizer_t *t, const uint8_t *data, uint32_t open, af_token_t *out)
{
    const uint8_t *safe = t->chunk + t->chunk_len - AF_PAIR_SIZE;
    size_t len;

    if (data > safe) {
        return 0;
    }
    if (data[1] == '/') {
        len = read_end_of(t, data, safe, open, out);
        len = len > 0 ? len : read_named(t, data, data + 2, safe, out);
        out->type = AF_TOKEN_END_TAG;
        return len;
    }
    len = read_named(t, data, data + 1, safe, out);
    out->type = AF_TOKEN_START_TAG;
    if (len > 0) {
        af_tokenizer_started(t, out);
    }
    return len;
}

/* How much text comes before the next "<": as much as `len`, at least that of a pair of blocks, where there is none. */
NEAR size_t text_before(const af_tokenizer_t *t, const uint8_t *data, size_t len)
{
    uint64_t mask = af_pair_byte(data, '<');

    return mask != 0 ? (size_t) __builtin_ctzll(mask)
                     : AF_PAIR_SIZE + t->scan->byte(data + AF_PAIR_SIZE, len - AF_PAIR_SIZE, '<');
}

/* The token of `len` bytes behind `text_len` bytes is taken. */
NEAR void take(af_tokenizer_t *t, size_t text_len, size_t len, af_token_t *out)
{
    out->bytes = (af_slice_t){t->chunk + t->chunk_at + text_len, len};
    out->from_pos = t->pos + text_len;
    t->pos += text_len + len;
    out->to_pos = t->pos;
    t->chunk_at += text_len + len;
}

/* Whether the quick ways may be tried: a pair of blocks can be looked at. */
NEAR bool is_possible(const af_tokenizer_t *t)
{
    return t->fast && t->carry_len == 0 && t->rest == REST_NONE && t->kind == AF_TEXT_DATA &&
           t->chunk_len - t->chunk_at >= AF_PAIR_SIZE;
}

bool af_tokenizer_next_tag(af_tokenizer_t *t, uint32_t open, af_token_t *out, af_slice_t *text)
{
    size_t len = t->chunk_len - t->chunk_at, text_len = 0;

    if (!is_possible(t)) {
        return false;
    }
    const uint8_t *data = t->chunk + t->chunk_at;
    if (data[0] != '<') {
        text_len = text_before(t, data, len);
        if (text_len == len || data[0] == 0 || t->pos == 0) {
            return false;
        }
    }
    size_t tag_len = read_tag(t, data + text_len, open, out);
    if (tag_len == 0) {
        return false;
    }
    *text = (af_slice_t){data, text_len};
    take(t, text_len, tag_len, out);
    return true;
}

bool af_scan_fast(af_tokenizer_t *t, af_token_t *out)
{
    size_t len = t->chunk_len - t->chunk_at, found;

    if (!is_possible(t)) {
        return false;
    }
    const uint8_t *data = t->chunk + t->chunk_at;
    if (data[0] == '<') {
        found = read_tag(t, data, AF_TAG_UNKNOWN, out);
        if (found > 0) {
            take(t, 0, found, out);
        }
        return found > 0;
    }
    found = text_before(t, data, len);
    if (found == len || (data[0] == 0xef && t->pos == 0)) {
        return false;
    }
    out->type = AF_TOKEN_TEXT;
    out->text = AF_TEXT_DATA;
    out->flags = 0;
    out->name = (af_slice_t){NULL, 0};
    out->tag = 0;
    out->attributes = NULL;
    out->attribute_count = 0;
    out->readable = NULL;
    take(t, 0, found, out);
    return true;
}
