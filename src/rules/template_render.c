/*
 * rules/template_render.c: a template and the document's facts to markup.
 *
 * The markup is ASCII, so it is right in every charset that pages have; what is not ASCII is written as decimal references. Bytes
 * that are no UTF-8 become U+FFFD, one for each.
 */
#include <stdio.h>

#include "rules/template.h"

typedef struct {
    uint8_t *data;
    size_t len, capacity;
    bool full;
} markup_t;

static void put(markup_t *out, const void *data, size_t len)
{
    if (len > out->capacity - out->len) {
        out->full = true;
        return;
    }
    memcpy(out->data + out->len, data, len);
    out->len += len;
}

static void put_reference(markup_t *out, uint32_t code)
{
    char text[16];
    int len = snprintf(text, sizeof text, "&#%u;", (unsigned) code);

    put(out, text, (size_t) len);
}

/* Reads the character at text[at]; `*code` is U+FFFD and the length 1 where there is none. */
static size_t read_character(af_slice_t text, size_t at, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t c = text.data[at];
    size_t len = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    uint32_t value = c & (0xffu >> (len + 1));

    *code = 0xfffd;
    if (c < 0xc2 || c > 0xf4 || text.len - at < len) {
        return 1;
    }
    for (size_t i = 1; i < len; i++) {
        if ((text.data[at + i] & 0xc0) != 0x80) {
            return 1;
        }
        value = value << 6 | (text.data[at + i] & 0x3fu);
    }
    if (value < least[len] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) {
        return 1;
    }
    *code = value >= 0x80 && value < 0xa0 ? 0xfffd : value; /* a reference to a C1 control is read as windows-1252 */
    return len;
}

static void put_ascii(markup_t *out, uint8_t c)
{
    switch (c) {
    case '&': put(out, "&amp;", 5); return;
    case '<': put(out, "&lt;", 4); return;
    case '>': put(out, "&gt;", 4); return;
    case '"': put(out, "&quot;", 6); return;
    case '\'': put(out, "&#39;", 5); return;
    default: break;
    }
    if (c >= 0x20 && c != 0x7f) {
        put(out, &c, 1);
    } else {
        put(out, " ", 1);
    }
}

static void put_text(markup_t *out, af_slice_t text)
{
    for (size_t at = 0; at < text.len && !out->full;) {
        uint32_t code;
        if (text.data[at] < 0x80) {
            put_ascii(out, text.data[at++]);
        } else {
            at += read_character(text, at, &code);
            put_reference(out, code);
        }
    }
}

static af_slice_t value_of(const af_template_part_t *part, const af_template_values_t *values)
{
    if (part->kind == AF_PART_LITERAL) {
        return part->text;
    }
    if (part->kind != AF_PART_VARIABLE) {
        return values->part[part->kind];
    }
    return values->variable != NULL ? values->variable(values->opaque, part->variable) : (af_slice_t){NULL, 0};
}

af_status_t af_template_render(const af_attribution_rule_t *rule, const af_template_values_t *values, uint8_t *out,
                               size_t capacity, size_t *len, af_part_kind_t *missing)
{
    markup_t markup = {out, 0, capacity, false};

    *len = 0;
    for (size_t i = 0; i < rule->part_count; i++) {
        af_slice_t value = value_of(&rule->parts[i], values);
        if (value.data == NULL) {
            if (missing != NULL) {
                *missing = rule->parts[i].kind;
            }
            return AF_NOT_FOUND;
        }
        put_text(&markup, value);
    }
    *len = markup.len;
    return markup.full ? AF_LIMIT : AF_OK;
}
