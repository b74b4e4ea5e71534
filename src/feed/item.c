/*
 * feed/item.c: what a feed's item tells of itself.
 */
#include "feed/item.h"

void af_item_clear(af_item_t *item)
{
    memset(item->ranks, 0, sizeof item->ranks);
}

typedef struct {
    uint8_t *bytes;
    size_t len;
    bool full;
} text_t;

static void add(text_t *to, const uint8_t *data, size_t len)
{
    if (len > AF_ITEM_FACT - to->len) {
        to->full = true;
        return;
    }
    memcpy(to->bytes + to->len, data, len);
    to->len += len;
}

static void add_literal(text_t *to, af_slice_t literal, const af_charset_t *charset)
{
    af_partial_t partial = {.len = 0};
    uint8_t out[AF_CHARSET_OUT];
    size_t out_len;

    for (size_t i = 0; i < literal.len && !to->full;) {
        i += af_charset_take(charset, &partial, literal.data + i, literal.len - i, out, &out_len);
        add(to, out, out_len);
    }
    add(to, out, af_charset_flush(&partial, out));
}

static bool decode(text_t *to, af_form_t form, af_slice_t field, const af_charset_t *charset)
{
    af_form_reader_t reader;
    af_piece_t piece;
    uint8_t character[AF_CHARACTER_BYTES];

    af_form_begin(&reader, form, field);
    for (;;) {
        af_form_next(&reader, &piece);
        switch (piece.kind) {
        case AF_PIECE_LITERAL:
            add_literal(to, (af_slice_t){field.data + piece.from, piece.len}, charset);
            break;
        case AF_PIECE_CHARACTER:
            add(to, character, af_character_write(piece.character, AF_CHARACTER_UTF8, character));
            break;
        case AF_PIECE_MARK: case AF_PIECE_GLUE:
            break;
        case AF_PIECE_END:
            return to->len > 0 && !to->full;
        case AF_PIECE_BAD:
            return false;
        }
        if (to->full) {
            return false;
        }
    }
}

static bool is_address(const text_t *text)
{
    return (text->len > 7 && memcmp(text->bytes, "http://", 7) == 0) ||
           (text->len > 8 && memcmp(text->bytes, "https://", 8) == 0);
}

static void trim(text_t *text)
{
    size_t from = 0;

    while (text->len > 0 && text->bytes[text->len - 1] <= ' ') {
        text->len--;
    }
    while (from < text->len && text->bytes[from] <= ' ') {
        from++;
    }
    text->len -= from;
    memmove(text->bytes, text->bytes + from, text->len);
}

void af_item_take(af_item_t *item, af_fact_t fact, uint8_t rank, af_form_t form, af_slice_t field, const af_charset_t *charset)
{
    uint8_t bytes[AF_ITEM_FACT];
    text_t text = {.bytes = bytes};

    if (rank <= item->ranks[fact] || !decode(&text, form, field, charset)) {
        return;
    }
    trim(&text);
    if (text.len == 0 || (fact == AF_FACT_LINK && !is_address(&text))) {
        return;
    }
    memcpy(item->bytes[fact], bytes, text.len);
    item->lens[fact] = (uint16_t) text.len;
    item->ranks[fact] = rank;
}

af_slice_t af_item_fact(const af_item_t *item, af_fact_t fact)
{
    return item->ranks[fact] == 0 ? (af_slice_t){NULL, 0} : (af_slice_t){item->bytes[fact], item->lens[fact]};
}
