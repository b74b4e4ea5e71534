/*
 * preview/preview.c: the list of changes, and the markup that shows it.
 *
 * Rules are UTF-8, pages are not always: what comes from rules is written in ASCII, with character references.
 */
#include "preview/preview.h"

#include <stdio.h>

#include "base/ascii.h"
#include "preview/style_table.h"

#define TEXT_SHOWN 96u /* bytes of a change's text */

typedef struct {
    af_mark_kind_t kind;
    uint32_t rule;
    uint64_t bytes;
    uint8_t text_len;
    bool cut;
    uint8_t text[TEXT_SHOWN];
} mark_t;

struct af_preview {
    af_heap_t *heap;
    const af_ruleset_t *rules;
    uint32_t count;      /* all changes */
    char attribute[48];
    mark_t marks[AF_PREVIEW_ANCHORS];
};

typedef struct {
    af_preview_put_t put;
    void *opaque;
} out_t;

af_status_t af_preview_create(const af_ruleset_t *rules, af_heap_t *heap, af_preview_t **out)
{
    *out = af_heap_alloc(heap, sizeof **out);
    if (*out == NULL) {
        return af_heap_why(heap, sizeof **out);
    }
    (*out)->heap = heap;
    (*out)->rules = rules;
    (*out)->count = 0;
    return AF_OK;
}

void af_preview_begin_part(af_preview_t *preview)
{
    preview->count = AF_PREVIEW_ANCHORS;
}

void af_preview_destroy(af_preview_t *preview)
{
    if (preview != NULL) {
        af_heap_release(preview->heap, preview, sizeof *preview);
    }
}

/* --- Noting -------------------------------------------------------------------------------------------------------------- */

static const char *word_of(af_mark_kind_t kind)
{
    switch (kind) {
    case AF_MARK_REMOVE: return "remove";
    case AF_MARK_UNWRAP: return "unwrap";
    case AF_MARK_STRIP: return "strip";
    case AF_MARK_INSERT: return "insert";
    case AF_MARK_REPAIR: return "repair";
    }
    return "";
}

af_slice_t af_preview_mark(af_preview_t *preview, af_mark_kind_t kind, uint32_t rule)
{
    if (preview->count < AF_PREVIEW_ANCHORS) {
        preview->marks[preview->count] = (mark_t){.kind = kind, .rule = rule};
    }
    preview->count += preview->count < UINT32_MAX;
    snprintf(preview->attribute, sizeof preview->attribute, " data-article-filter=\"%s-%u\"", word_of(kind), preview->count);
    return af_slice_of(preview->attribute);
}

void af_preview_add(af_preview_t *preview, uint64_t bytes, af_slice_t text)
{
    if (preview->count == 0 || preview->count > AF_PREVIEW_ANCHORS) {
        return;
    }
    mark_t *mark = &preview->marks[preview->count - 1];
    mark->bytes += bytes;
    for (size_t i = 0; i < text.len && !mark->cut; i++) {
        bool space = af_is_space(text.data[i]);
        if (space && (mark->text_len == 0 || mark->text[mark->text_len - 1] == ' ')) {
            continue;
        }
        if (mark->text_len == TEXT_SHOWN) {
            mark->cut = true;
            break;
        }
        mark->text[mark->text_len++] = space ? ' ' : text.data[i];
    }
}

/* --- Writing ------------------------------------------------------------------------------------------------------------- */

static void put_text(const out_t *out, const char *text)
{
    out->put(out->opaque, (const uint8_t *) text, strlen(text));
}

/* The code point at `*at` of UTF-8 that is well formed; moves behind it. */
static uint32_t next_code(const char **at)
{
    const uint8_t *byte = (const uint8_t *) *at;
    int more = *byte >= 0xf0 ? 3 : *byte >= 0xe0 ? 2 : *byte >= 0xc0 ? 1 : 0;
    uint32_t code = more == 0 ? *byte : *byte & (0x3fu >> more);

    byte++;
    for (; more > 0 && (*byte & 0xc0) == 0x80; more--) {
        code = code << 6 | (*byte++ & 0x3f);
    }
    *at = (const char *) byte;
    return code;
}

/* Text of a rule, UTF-8, so that it is no markup. */
static void put_escaped(const out_t *out, const char *text)
{
    while (*text != '\0') {
        char one[16];
        uint32_t code = next_code(&text);
        bool plain = code >= 0x20 && code < 0x7f && strchr("<>&\"'", (int) code) == NULL;
        snprintf(one, sizeof one, plain ? "%c" : "&#%u;", code < 0x20 ? ' ' : (int) code);
        put_text(out, one);
    }
}

/* Text of the page: its own bytes. Cut at a space, so that no character of several bytes is cut. */
static void put_excerpt(const out_t *out, const mark_t *mark)
{
    size_t len = mark->text_len, from = 0;

    while (mark->cut && len > 0 && mark->text[len - 1] != ' ' && mark->text[len - 1] != '>') {
        len--;
    }
    for (size_t i = 0; i < len; i++) {
        if (mark->text[i] == '<') {
            out->put(out->opaque, mark->text + from, i - from);
            put_text(out, "&lt;");
            from = i + 1;
        }
    }
    out->put(out->opaque, mark->text + from, len - from);
    if (mark->cut) {
        put_text(out, "&#8230;");
    }
}

static const char *class_of(af_mark_kind_t kind)
{
    switch (kind) {
    case AF_MARK_REMOVE: case AF_MARK_STRIP: return "article-filter-bad";
    case AF_MARK_UNWRAP: return "article-filter-unwrap";
    case AF_MARK_INSERT: case AF_MARK_REPAIR: return "article-filter-good";
    }
    return "";
}

const char *af_preview_name(const af_ruleset_t *rules, uint32_t rule)
{
    const char *label = af_ruleset_label(rules, rule);

    return label != NULL ? label : af_ruleset_text(rules, rule);
}

static void put_name(const out_t *out, const af_preview_t *preview, const mark_t *mark)
{
    const char *name = af_preview_name(preview->rules, mark->rule);

    put_escaped(out, name == NULL ? word_of(mark->kind) : name);
}

static void put_label(const out_t *out, const af_preview_t *preview, uint32_t number)
{
    char tag[160];
    const mark_t *mark = &preview->marks[number];

    snprintf(tag, sizeof tag, "<article-filter-label id=\"article-filter-%u\" class=\"article-filter-label %s\">%u ", number + 1,
             class_of(mark->kind), number + 1);
    put_text(out, tag);
    put_name(out, preview, mark);
    put_text(out, "</article-filter-label>");
}

static void put_line(const out_t *out, const af_preview_t *preview, uint32_t number)
{
    char text[120];
    const mark_t *mark = &preview->marks[number];
    uint32_t line = 0;
    const char *file = af_ruleset_origin(preview->rules, mark->rule, &line);

    snprintf(text, sizeof text, "<li><a href=\"#article-filter-%u\" class=\"%s\">", number + 1, class_of(mark->kind));
    put_text(out, text);
    put_name(out, preview, mark);
    put_text(out, "</a><small>");
    if (file != NULL) {
        put_escaped(out, file);
        snprintf(text, sizeof text, ":%u", line);
        put_text(out, text);
    }
    if (mark->bytes > 0) {
        snprintf(text, sizeof text, ", %llu bytes: ", (unsigned long long) mark->bytes);
        put_text(out, text);
        put_excerpt(out, mark);
    }
    if (af_ruleset_label(preview->rules, mark->rule) != NULL) {
        put_text(out, "</small><small>");
        put_escaped(out, af_ruleset_text(preview->rules, mark->rule));
    }
    put_text(out, "</small></li>");
}

void af_preview_write_style(af_preview_put_t put, void *opaque)
{
    const out_t out = {put, opaque};

    put_text(&out, "<style>");
    for (size_t i = 0; af_preview_style[i] != NULL; i++) {
        put_text(&out, af_preview_style[i]);
    }
    put_text(&out, "</style>");
}

void af_preview_write_panel(const af_preview_t *preview, af_preview_put_t put, void *opaque)
{
    const out_t out = {put, opaque};
    char text[160];
    uint32_t shown = preview->count < AF_PREVIEW_ANCHORS ? preview->count : AF_PREVIEW_ANCHORS;

    put_text(&out, "<article-filter-labels>");
    for (uint32_t i = 0; i < shown; i++) {
        put_label(&out, preview, i);
    }
    put_text(&out, "</article-filter-labels><article-filter-panel><details open=\"\">");
    snprintf(text, sizeof text, "<summary>article-filter preview: %u change%s</summary><ol>", preview->count,
             preview->count == 1 ? "" : "s");
    put_text(&out, text);
    for (uint32_t i = 0; i < shown; i++) {
        put_line(&out, preview, i);
    }
    put_text(&out, "</ol>");
    if (shown < preview->count) {
        snprintf(text, sizeof text, "<p>and %u more, outlined</p>", preview->count - shown);
        put_text(&out, text);
    }
    put_text(&out, "</details></article-filter-panel>");
}
