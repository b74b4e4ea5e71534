/*
 * feed/writeback.c: edits of a field's HTML as changes of the field's own bytes.
 *
 * Limit: an edit that begins or ends inside of one character's reference cannot be written; the field then stays as it is.
 */
#include "feed/writeback.h"

#include <stdio.h>

#define CHANGES_MAX ((size_t) 1 << 22)
#define TEXTS_MAX ((size_t) 1 << 24)

/* --- Changes ------------------------------------------------------------------------------------------------------------ */

void af_changes_init(af_changes_t *changes, af_heap_t *heap)
{
    *changes = (af_changes_t){.heap = heap};
}

void af_changes_destroy(af_changes_t *changes)
{
    if (changes->heap != NULL) {
        af_heap_release(changes->heap, changes->items, changes->capacity * sizeof *changes->items);
        af_heap_release(changes->heap, changes->texts, changes->text_capacity);
    }
}

static af_status_t add(af_changes_t *changes, const af_change_t *change)
{
    void *block = changes->items;
    af_status_t status = af_heap_grow(changes->heap, &block, &changes->capacity, changes->count + 1, sizeof *changes->items,
                                      CHANGES_MAX);

    changes->items = block;
    if (status == AF_OK) {
        changes->items[changes->count++] = *change;
    }
    return status;
}

af_status_t af_changes_drop(af_changes_t *changes, size_t from, size_t to, uint32_t rule)
{
    if (from == to) {
        return AF_OK;
    }
    if (changes->count > 0) {
        af_change_t *before = &changes->items[changes->count - 1];
        if (before->to == from && before->from < before->to && before->rule == rule) {
            before->to = to;
            return AF_OK;
        }
    }
    return add(changes, &(af_change_t){.from = from, .to = to, .rule = rule});
}

af_status_t af_changes_insert(af_changes_t *changes, size_t at, const uint8_t *text, size_t len, uint32_t rule)
{
    void *block = changes->texts;
    size_t text_at = changes->text_len;

    if (len == 0) {
        return AF_OK;
    }
    af_status_t status = af_heap_grow(changes->heap, &block, &changes->text_capacity, text_at + len, 1, TEXTS_MAX);
    changes->texts = block;
    if (status != AF_OK) {
        return status;
    }
    memcpy(changes->texts + text_at, text, len);
    changes->text_len += len;
    if (changes->count > 0) {
        af_change_t *before = &changes->items[changes->count - 1];
        if (before->from == at && before->to == at && before->rule == rule && before->text_at + before->text_len == text_at) {
            before->text_len += len;
            return AF_OK;
        }
    }
    return add(changes, &(af_change_t){at, at, text_at, len, rule});
}

/* --- Walking ------------------------------------------------------------------------------------------------------------ */

void af_writeback_begin(af_writeback_t *writeback, af_changes_t *changes, af_form_t form, af_slice_t field, size_t base,
                        af_character_as_t characters)
{
    *writeback = (af_writeback_t){.changes = changes, .base = base, .characters = characters};
    af_form_begin(&writeback->reader, form, field);
}

size_t af_writeback_place(const af_writeback_t *writeback)
{
    return writeback->base + writeback->piece.from + writeback->used;
}

static af_status_t split_cdata(af_writeback_t *writeback, size_t at)
{
    static const char text[] = "]]><![CDATA[";

    return af_changes_insert(writeback->changes, at, (const uint8_t *) text, sizeof text - 1, AF_NO_RULE);
}

/* Keeps `len` bytes of a literal; "]]" and ">" that come together are parted, as neither CDATA nor text may have them. */
static af_status_t keep_literal(af_writeback_t *writeback, size_t len)
{
    size_t at = af_writeback_place(writeback), leading = 0, trailing = 0;
    const uint8_t *data = writeback->reader.field.data + (at - writeback->base);
    af_status_t status = AF_OK;

    while (leading < len && data[leading] == ']') {
        leading++;
    }
    while (trailing < len && trailing < 2 && data[len - 1 - trailing] == ']') {
        trailing++;
    }
    bool parts = writeback->reader.form != AF_FORM_JSON && writeback->joins && writeback->brackets + leading >= 2;
    if (parts && leading < len && data[leading] == '>') {
        if (writeback->reader.cdata) {
            status = split_cdata(writeback, at + leading);
        } else {
            status = af_changes_drop(writeback->changes, at + leading, at + leading + 1, AF_NO_RULE);
            if (status == AF_OK) {
                status = af_changes_insert(writeback->changes, at + leading + 1, (const uint8_t *) "&gt;", 4, AF_NO_RULE);
            }
        }
    }
    bool all = trailing == len || leading == len;
    size_t brackets = all ? writeback->brackets + len : trailing;
    writeback->brackets = (uint8_t) (brackets > 2 ? 2 : brackets);
    writeback->joins = writeback->joins && all;
    return status;
}

/* Gets the next piece; false: there is none. A mark changes what text may be joined with. */
static bool next_piece(af_writeback_t *writeback)
{
    writeback->used = 0;
    af_form_next(&writeback->reader, &writeback->piece);
    switch (writeback->piece.kind) {
    case AF_PIECE_END: case AF_PIECE_BAD:
        writeback->failed = true;
        return false;
    case AF_PIECE_MARK:
        writeback->brackets = 0;
        writeback->joins = false;
        break;
    case AF_PIECE_LITERAL: case AF_PIECE_CHARACTER: case AF_PIECE_GLUE:
        break;
    }
    return true;
}

static af_status_t walk_literal(af_writeback_t *writeback, uint64_t to_pos, af_walk_t walk, uint32_t rule)
{
    uint64_t left = to_pos - writeback->html_pos;
    size_t len = writeback->piece.len - writeback->used;
    size_t from = af_writeback_place(writeback);
    af_status_t status;

    len = len < left ? len : (size_t) left;
    if (walk == AF_WALK_KEEP) {
        status = keep_literal(writeback, len);
    } else {
        status = af_changes_drop(writeback->changes, from, from + len, rule);
        writeback->joins = true;
    }
    writeback->used += len;
    writeback->html_pos += len;
    return status;
}

static af_status_t walk_character(af_writeback_t *writeback, uint64_t to_pos, af_walk_t walk, uint32_t rule)
{
    uint8_t html[AF_CHARACTER_BYTES];
    size_t len = af_character_write(writeback->piece.character, writeback->characters, html);
    size_t from = af_writeback_place(writeback);

    if (writeback->html_pos + len > to_pos) {
        writeback->failed = true;
        return AF_OK;
    }
    writeback->html_pos += len;
    writeback->used = writeback->piece.len;
    if (walk == AF_WALK_DROP) {
        writeback->joins = true;
        return af_changes_drop(writeback->changes, from, from + writeback->piece.len, rule);
    }
    writeback->brackets = 0;
    writeback->joins = false;
    return AF_OK;
}

/* Glue at a drop's beginning was there before what goes; within it, it goes too. */
static af_status_t walk_glue(af_writeback_t *writeback, af_walk_t walk, bool within, uint32_t rule)
{
    size_t from = af_writeback_place(writeback);

    writeback->used = writeback->piece.len;
    return walk == AF_WALK_DROP && within ? af_changes_drop(writeback->changes, from, from + writeback->piece.len, rule) : AF_OK;
}

af_status_t af_writeback_walk(af_writeback_t *writeback, uint64_t to_pos, af_walk_t walk, uint32_t rule)
{
    uint64_t from_pos = writeback->html_pos;
    af_status_t status = AF_OK;

    while (status == AF_OK && !writeback->failed && writeback->html_pos < to_pos) {
        if (writeback->used == writeback->piece.len && !next_piece(writeback)) {
            break;
        }
        writeback->begun = true;
        switch (writeback->piece.kind) {
        case AF_PIECE_LITERAL:
            status = walk_literal(writeback, to_pos, walk, rule);
            break;
        case AF_PIECE_CHARACTER:
            status = walk_character(writeback, to_pos, walk, rule);
            break;
        case AF_PIECE_GLUE:
            status = walk_glue(writeback, walk, writeback->html_pos > from_pos, rule);
            break;
        case AF_PIECE_MARK:
            writeback->used = writeback->piece.len;
            break;
        case AF_PIECE_END: case AF_PIECE_BAD:
            break;
        }
    }
    return status;
}

/* --- Inserting ---------------------------------------------------------------------------------------------------------- */

static const char *escape_text(uint8_t c)
{
    return c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : NULL;
}

static size_t write_json(uint8_t c, uint8_t out[AF_CHARACTER_BYTES])
{
    if (c == '"' || c == '\\') {
        out[0] = '\\';
        out[1] = c;
        return 2;
    }
    if (c < 0x20) {
        return (size_t) snprintf((char *) out, AF_CHARACTER_BYTES, "\\u%04x", (unsigned) c);
    }
    out[0] = c;
    return 1;
}

static af_status_t insert_bytes(af_writeback_t *writeback, const void *bytes, size_t len, uint32_t rule)
{
    return af_changes_insert(writeback->changes, af_writeback_place(writeback), bytes, len, rule);
}

static af_status_t insert_text_byte(af_writeback_t *writeback, uint8_t c, uint32_t rule)
{
    const char *escaped = writeback->reader.cdata ? NULL : escape_text(c);
    af_status_t status = AF_OK;

    if (writeback->reader.cdata && c == '>' && writeback->brackets == 2) {
        status = split_cdata(writeback, af_writeback_place(writeback));
    }
    writeback->brackets = (uint8_t) (c != ']' ? 0 : writeback->brackets == 2 ? 2 : writeback->brackets + 1);
    if (status != AF_OK) {
        return status;
    }
    return escaped == NULL ? insert_bytes(writeback, &c, 1, rule) : insert_bytes(writeback, escaped, strlen(escaped), rule);
}

/* `html` is made of tags and references; a tag's name gets the prefix that the field uses. */
static af_status_t insert_xhtml(af_writeback_t *writeback, const uint8_t *html, size_t len, uint32_t rule)
{
    af_status_t status = AF_OK;

    for (size_t i = 0; status == AF_OK && i < len; i++) {
        status = insert_bytes(writeback, html + i, 1, rule);
        bool name_next = html[i] == '<' || (html[i] == '/' && i > 0 && html[i - 1] == '<');
        if (status == AF_OK && name_next && i + 1 < len && html[i + 1] != '/') {
            status = insert_bytes(writeback, writeback->prefix.data, writeback->prefix.len, rule);
        }
    }
    return status;
}

/* Text that comes first belongs into the CDATA section that the field begins with. */
static void enter_cdata(af_writeback_t *writeback)
{
    static const char opening[] = "<![CDATA[";
    const af_form_reader_t *reader = &writeback->reader;

    if (!writeback->begun && reader->form == AF_FORM_TEXT && reader->field.len >= sizeof opening - 1 &&
        memcmp(reader->field.data, opening, sizeof opening - 1) == 0 && next_piece(writeback)) {
        writeback->used = writeback->piece.len;
        writeback->begun = true;
    }
}

af_status_t af_writeback_insert(af_writeback_t *writeback, const uint8_t *html, size_t len, uint32_t rule)
{
    af_status_t status = AF_OK;
    uint8_t escaped[AF_CHARACTER_BYTES];

    if (writeback->failed || len == 0) {
        return AF_OK;
    }
    if (writeback->piece.kind == AF_PIECE_CHARACTER && writeback->used < writeback->piece.len) {
        writeback->failed = true;
        return AF_OK;
    }
    enter_cdata(writeback);
    writeback->joins = true;
    if (writeback->reader.form == AF_FORM_XHTML) {
        return insert_xhtml(writeback, html, len, rule);
    }
    for (size_t i = 0; status == AF_OK && i < len; i++) {
        if (writeback->reader.form == AF_FORM_JSON) {
            status = insert_bytes(writeback, escaped, write_json(html[i], escaped), rule);
        } else {
            status = insert_text_byte(writeback, html[i], rule);
        }
    }
    return status;
}
