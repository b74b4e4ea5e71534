/*
 * preview/feed_page.c: edits of a feed in, edits that make a page of it out.
 *
 * Bytes come in pushes and edits only name them, so those that are not decided yet are kept. An item is shown when it ends.
 */
#include "preview/feed_page.h"

#include <stdio.h>

#include "base/ascii.h"
#include "preview/feed_reader.h"
#include "preview/preview.h"

#define SIDE ((size_t) 32 * 1024) /* bytes of HTML that an item shows at most, on each side */
#define TITLE 512u
#define RULES 8u                  /* named with an item */

struct af_feed_page {
    af_heap_t *heap;
    const af_ruleset_t *rules;
    af_sink_t sink, host;
    af_status_t status;

    uint8_t *held;                /* [held_pos, held_pos + held_len) of the feed */
    size_t held_len, held_capacity;
    uint64_t held_pos;
    const uint8_t *data;          /* lent */
    size_t data_len;
    uint64_t data_pos;
    uint64_t decided;             /* all before it is dropped for the host */

    bool begun;
    uint32_t items, changed;
    char charset[AF_READER_NAME];
    af_reader_t before, after;
    uint32_t item_rules[RULES], item_rule_count;
    uint64_t dropped, inserted;   /* bytes of the item */
    uint8_t sides[2][SIDE], titles[2][TITLE];
};

/* --- Output ---------------------------------------------------------------------------------------------------------------- */

static void hand_over(af_feed_page_t *page, const af_edit_t *edit)
{
    if (page->status == AF_OK) {
        page->status = page->host.edit(page->host.opaque, edit);
    }
}

static void put(void *opaque, const uint8_t *data, size_t len)
{
    af_feed_page_t *page = opaque;
    af_edit_t edit = {AF_INSERT, AF_NO_RULE, page->decided, page->decided, data, len};

    if (len > 0) {
        hand_over(page, &edit);
    }
}

static void put_text(af_feed_page_t *page, const char *text)
{
    put(page, (const uint8_t *) text, strlen(text));
}

static void put_number(af_feed_page_t *page, uint64_t number)
{
    char text[24];

    snprintf(text, sizeof text, "%llu", (unsigned long long) number);
    put_text(page, text);
}

/* The name of a rule: ASCII as text, the rest as question marks, for the page may be in another charset. */
static void put_name(af_feed_page_t *page, const char *text)
{
    uint8_t bytes[400];
    af_column_t column = {bytes, 0, sizeof bytes, false};

    for (; *text != '\0'; text++) {
        uint8_t byte = (uint8_t) *text;
        if (byte < 0x80) {
            af_column_put_byte(&column, byte);
        } else if (byte >= 0xc0) {
            af_column_put_byte(&column, '?');
        }
    }
    put(page, column.bytes, column.len);
}

/* --- The page --------------------------------------------------------------------------------------------------------------- */

static void begin_page(af_feed_page_t *page, uint8_t first)
{
    page->begun = true;
    af_reader_init(&page->before, first == '{' || first == '[', (af_column_t){page->sides[0], 0, SIDE, false},
                   (af_column_t){page->titles[0], 0, TITLE, false});
    af_reader_init(&page->after, first == '{' || first == '[', (af_column_t){page->sides[1], 0, SIDE, false},
                   (af_column_t){page->titles[1], 0, TITLE, false});
    put_text(page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"");
    put_text(page, page->charset);
    put_text(page, "\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"robots\" content=\"noindex\">\n"
                   "<title>Preview of a feed</title>\n");
    af_preview_write_style(put, page);
    put_text(page, "</head>\n<body>\n<article-filter-feed>\n<h1>Preview of a feed</h1>\n");
}

static void put_item_head(af_feed_page_t *page)
{
    put_text(page, "<h2>");
    put_number(page, page->items);
    put_text(page, ". ");
    put(page, page->before.title.bytes, page->before.title.len);
    put_text(page, "</h2>\n");
}

static void put_item_rules(af_feed_page_t *page)
{
    put_text(page, "<p class=\"article-filter-why\">");
    put_number(page, page->dropped);
    put_text(page, " bytes would go, ");
    put_number(page, page->inserted);
    put_text(page, " would come:");
    for (uint32_t i = 0; i < page->item_rule_count; i++) {
        const char *name = af_preview_name(page->rules, page->item_rules[i]);
        put_text(page, i == 0 ? " <code>" : ", <code>");
        put_name(page, name == NULL ? "" : name);
        put_text(page, "</code>");
    }
    put_text(page, "</p>\n");
}

static void put_side(af_feed_page_t *page, const char *name, const af_column_t *column)
{
    put_text(page, "<div><h3>");
    put_text(page, name);
    put_text(page, "</h3>\n");
    put(page, column->bytes, column->len);
    put_text(page, column->cut ? "&#8230;</div>\n" : "</div>\n");
}

static void show_item(af_feed_page_t *page)
{
    page->items++;
    if (page->dropped == 0 && page->inserted == 0) {
        put_text(page, "<section class=\"article-filter-same\">");
        put_item_head(page);
        put_text(page, "<p class=\"article-filter-why\">nothing would change</p>\n</section>\n");
        return;
    }
    page->changed++;
    put_text(page, "<section>");
    put_item_head(page);
    put_item_rules(page);
    put_text(page, "<div class=\"article-filter-sides\">\n");
    put_side(page, "Before", &page->before.column);
    put_side(page, "After", &page->after.column);
    put_text(page, "</div>\n</section>\n");
    page->dropped = page->inserted = 0;
    page->item_rule_count = 0;
}

/* --- Edits in --------------------------------------------------------------------------------------------------------------- */

static void note_rule(af_feed_page_t *page, uint32_t rule)
{
    for (uint32_t i = 0; i < page->item_rule_count; i++) {
        if (page->item_rules[i] == rule) {
            return;
        }
    }
    if (rule != AF_NO_RULE && page->item_rule_count < RULES) {
        page->item_rules[page->item_rule_count++] = rule;
    }
}

static void take_kept(af_feed_page_t *page, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        (void) af_reader_take(&page->after, data[i], AF_READ_KEPT);
        if (af_reader_take(&page->before, data[i], AF_READ_KEPT) == AF_READER_ITEM_ENDS) {
            show_item(page);
        }
    }
}

static void take_dropped(af_feed_page_t *page, const uint8_t *data, size_t len)
{
    page->dropped += len;
    for (size_t i = 0; i < len; i++) {
        if (af_reader_take(&page->before, data[i], AF_READ_DROPPED) == AF_READER_ITEM_ENDS) {
            show_item(page);
        }
    }
}

static void take_range(af_feed_page_t *page, const af_edit_t *edit, af_slice_t bytes)
{
    if (bytes.len == 0) {
        return;
    }
    size_t at = 0;
    while (!page->begun && at < bytes.len && (af_is_space(bytes.data[at]) || bytes.data[at] >= 0x80)) {
        at++;
    }
    if (!page->begun && at < bytes.len) {
        begin_page(page, bytes.data[at]);
    }
    if (!page->begun) {
        return;
    }
    if (edit->kind == AF_KEEP) {
        take_kept(page, bytes.data + at, bytes.len - at);
    } else {
        take_dropped(page, bytes.data + at, bytes.len - at);
    }
}

/* The part of [from_pos, to_pos) that lies in `len` bytes at `pos`. */
static af_slice_t part_of(const uint8_t *data, size_t len, uint64_t pos, uint64_t from_pos, uint64_t to_pos)
{
    uint64_t from = from_pos > pos ? from_pos - pos : 0;
    uint64_t to = to_pos > pos ? to_pos - pos : 0;

    to = to < len ? to : len;
    return from < to ? (af_slice_t){data + from, (size_t) (to - from)} : (af_slice_t){NULL, 0};
}

static af_status_t take_edit(void *opaque, const af_edit_t *edit)
{
    af_feed_page_t *page = opaque;

    note_rule(page, edit->rule);
    if (edit->kind == AF_INSERT) {
        page->inserted += edit->len;
        for (size_t i = 0; page->begun && i < edit->len; i++) {
            (void) af_reader_take(&page->after, edit->data[i], AF_READ_INSERTED);
        }
        return page->status;
    }
    af_edit_t drop = {AF_DROP, AF_NO_RULE, edit->from_pos, edit->to_pos, NULL, 0};
    hand_over(page, &drop);
    page->decided = edit->to_pos;
    take_range(page, edit, part_of(page->held, page->held_len, page->held_pos, edit->from_pos, edit->to_pos));
    take_range(page, edit, part_of(page->data, page->data_len, page->data_pos, edit->from_pos, edit->to_pos));
    return page->status;
}

static void take_event(void *opaque, const af_event_t *event)
{
    const af_feed_page_t *page = opaque;

    if (page->host.event != NULL) {
        page->host.event(page->host.opaque, event);
    }
}

static const char *take_variable(void *opaque, uint32_t index, size_t *len)
{
    const af_feed_page_t *page = opaque;

    return page->host.variable == NULL ? NULL : page->host.variable(page->host.opaque, index, len);
}

/* --- Life ------------------------------------------------------------------------------------------------------------------- */

/* A label may stand in the page only if it has nothing of markup. */
static void take_charset(af_feed_page_t *page, const char *charset)
{
    size_t len = 0;

    for (const char *at = charset == NULL ? "" : charset; *at != '\0' && len + 1 < sizeof page->charset; at++) {
        uint8_t c = (uint8_t) *at;
        if ((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' || c == '_' || c == '.') {
            page->charset[len++] = (char) c;
        }
    }
    page->charset[len] = '\0';
    if (len == 0) {
        memcpy(page->charset, "utf-8", sizeof "utf-8");
    }
}

af_status_t af_feed_page_create(const af_ruleset_t *rules, const char *charset, const af_sink_t *sink, af_heap_t *heap,
                                af_feed_page_t **out)
{
    af_feed_page_t *page = af_heap_alloc(heap, sizeof *page);

    *out = page;
    if (page == NULL) {
        return af_heap_why(heap, sizeof *page);
    }
    memset(page, 0, sizeof *page);
    page->heap = heap;
    page->rules = rules;
    page->host = *sink;
    page->sink = (af_sink_t){take_edit, take_event, take_variable, page};
    take_charset(page, charset);
    return AF_OK;
}

void af_feed_page_destroy(af_feed_page_t *page)
{
    if (page != NULL) {
        af_heap_release(page->heap, page->held, page->held_capacity);
        af_heap_release(page->heap, page, sizeof *page);
    }
}

const af_sink_t *af_feed_page_sink(const af_feed_page_t *page)
{
    return &page->sink;
}

void af_feed_page_lend(af_feed_page_t *page, const uint8_t *data, size_t len)
{
    page->data = data;
    page->data_len = len;
}

af_status_t af_feed_page_keep(af_feed_page_t *page)
{
    af_slice_t held = part_of(page->held, page->held_len, page->held_pos, page->decided, UINT64_MAX);
    af_slice_t rest = part_of(page->data, page->data_len, page->data_pos, page->decided, UINT64_MAX);
    void *block = page->held;

    if (held.len > 0) {
        memmove(page->held, held.data, held.len);
    }
    page->held_len = held.len;
    page->held_pos = page->decided;
    page->data_pos += page->data_len;
    page->data = NULL;
    page->data_len = 0;
    if (rest.len == 0) {
        return AF_OK;
    }
    af_status_t status = af_heap_grow(page->heap, &block, &page->held_capacity, page->held_len + rest.len, 1, SIZE_MAX / 4);
    page->held = block;
    if (status == AF_OK) {
        memcpy(page->held + page->held_len, rest.data, rest.len);
        page->held_len += rest.len;
    }
    return status;
}

af_status_t af_feed_page_finish(af_feed_page_t *page)
{
    if (!page->begun) {
        begin_page(page, '<');
    }
    put_text(page, "<p>");
    put_number(page, page->items);
    put_text(page, page->items == 1 ? " item, " : " items, ");
    put_number(page, page->changed);
    put_text(page, " would change.</p>\n</article-filter-feed>\n</body>\n</html>\n");
    return page->status;
}
