/*
 * select_page.h: a document made by hand, for the tests of the room select.
 *
 * It is a tree of nodes put under each other one by one; a line of selectors tells what each must answer.
 */
#ifndef SELECT_PAGE_H
#define SELECT_PAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <time.h>

#include "html/names.h"
#include "select/match.h"

#define NODES 600

typedef struct {
    af_heap_t heap;
    af_index_t *index;
    af_matcher_t matcher;
    af_pool_t pool;
    af_node_record_t records[NODES];
    uint32_t atoms[NODES * 8];
    af_node_t used;
} page_t;

static page_t page;

static inline uint32_t tag_number(const char *name)
{
    return af_tag_lookup((const uint8_t *) name, strlen(name));
}

/* A token of `name` and the attributes "name=value|name=value". */
static inline af_token_t make_token(const char *name, const char *attributes)
{
    static af_attribute_t list[64];
    static char bytes[4096];
    af_token_t token = {.type = AF_TOKEN_START_TAG};
    int len = snprintf(bytes, sizeof bytes, "<%s %s>", name, attributes);
    uint32_t at = (uint32_t) strlen(name) + 2, end = (uint32_t) len - 1;

    token.bytes = (af_slice_t){(const uint8_t *) bytes, (size_t) len};
    token.name = (af_slice_t){(const uint8_t *) bytes + 1, strlen(name)};
    token.tag = tag_number(name);
    token.attributes = list;
    while (at < end) {
        const char *bar = memchr(bytes + at, '|', end - at);
        uint32_t stop = bar == NULL ? end : (uint32_t) (bar - bytes);
        const char *sign = memchr(bytes + at, '=', stop - at);
        uint32_t cut = sign == NULL ? stop : (uint32_t) (sign - bytes);
        uint32_t value = sign == NULL ? stop : cut + 1;
        list[token.attribute_count++] = (af_attribute_t){at, cut - at, value, stop - value};
        at = stop + 1;
    }
    return token;
}

static inline void open_page(const char *const *selectors, uint32_t count, bool quirks)
{
    af_index_builder_t *builder;

    memset(&page, 0, sizeof page);
    af_heap_init(&page.heap, NULL, 0);
    assert_int_equal(af_index_builder_create(&page.heap, &builder), AF_OK);
    af_index_builder_allow_text(builder);
    for (uint32_t i = 0; i < count; i++) {
        af_selector_error_t error;
        af_status_t status = af_index_add(builder, af_slice_of(selectors[i]), i, &error);
        if (status != AF_OK) {
            fail_msg("%s: byte %zu: %s", selectors[i], error.at, error.message);
        }
    }
    assert_int_equal(af_index_compile(builder, &page.index), AF_OK);
    page.pool = (af_pool_t){.heap = &page.heap, .records = page.records, .atoms = page.atoms, .link_siblings = true, .retain_siblings = true};
    page.used = 1;
    af_matcher_init(&page.matcher, page.index, &page.pool, &page.heap);
    page.matcher.quirks = quirks;
}

static inline void close_page(void)
{
    af_matcher_destroy(&page.matcher);
    af_index_destroy(page.index);
    assert_int_equal(page.heap.used, 0);
}

static inline af_node_t add(af_node_t parent, const char *name, const char *attributes)
{
    af_token_t token = make_token(name, attributes);
    af_node_t node = page.used++;
    af_node_record_t *record = &page.records[node], *above = &page.records[parent];

    assert_true(node < NODES);
    assert_int_equal(af_match_tag(&page.matcher, &token, token.tag, AF_NS_HTML), AF_OK);
    assert_true(page.matcher.atom_count <= 8);
    record->parent = parent;
    record->name = token.tag != AF_TAG_UNKNOWN ? token.tag : AF_TAG_COUNT + (uint32_t) name[0];
    record->atoms = node * 8;
    record->atom_count = (uint16_t) page.matcher.atom_count;
    if (page.matcher.atom_count > 0) {
        memcpy(page.atoms + record->atoms, page.matcher.atoms, page.matcher.atom_count * sizeof(uint32_t));
    }
    record->type_index = 1;
    if (parent != 0) {
        record->above = above->above | af_name_bit(above->name);
        record->previous = above->last_child;
        for (af_node_t at = above->last_child; at != 0; at = page.records[at].previous) {
            page.records[at].flags |= AF_NODE_FOLLOWED;
            record->type_index += page.records[at].name == record->name;
        }
        above->last_child = node;
        record->index = ++above->children;
    } else {
        record->index = 1;
    }
    return node;
}

static inline void set(af_node_t node, unsigned flags)
{
    page.records[node].flags = (uint16_t) (page.records[node].flags | flags);
}

static inline void note(void *opaque, uint32_t owner, uint32_t selector, af_match_t match)
{
    af_match_t *out = opaque;

    assert_int_equal(af_match_again(&page.matcher, page.records[0].rule, selector), match);
    if (out[owner] != AF_MATCH_YES) {
        out[owner] = match;
    }
}

static inline bool skip_none(void *opaque, uint32_t owner)
{
    (void) opaque;
    (void) owner;
    return false;
}

/* The answers of all rules for `node`: '0' no, '1' yes, '?' unknown. */
static inline const char *answers(af_node_t node)
{
    static char text[128];
    af_match_t found[sizeof text] = {AF_MATCH_NO};
    size_t i;

    page.records[0].rule = node;
    af_match_node(&page.matcher, node, skip_none, note, found);
    for (i = 0; i < sizeof text - 1; i++) {
        text[i] = "01?"[found[i]];
    }
    text[i] = '\0';
    return text;
}

static inline void expect(af_node_t node, const char *wanted)
{
    char got[128];
    size_t len = strlen(wanted);

    memcpy(got, answers(node), sizeof got);
    got[len] = '\0';
    assert_string_equal(got, wanted);
}

#define OPEN(selectors) open_page(selectors, sizeof selectors / sizeof selectors[0], false)

#endif
