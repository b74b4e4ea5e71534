/*
 * html/active_formatting.c: HTML #the-list-of-active-formatting-elements.
 *
 * A marker is an entry with node 0. Elements are compared (the Noah's Ark clause) by the start tags that the pool keeps.
 */
#include "html/tree_internal.h"

#include "base/ascii.h"

#define DIGEST_WORDS 32u /* of 32 bits: names of attributes that a digest has seen */

af_status_t af_formatting_make_room(af_tree_t *tree, uint32_t count)
{
    void *block = tree->formatting;
    af_status_t status = af_heap_grow(tree->heap, &block, &tree->formatting_capacity, (size_t) tree->formatting_count + count,
                                      sizeof *tree->formatting, UINT32_MAX / 2);

    tree->formatting = block;
    return status;
}

static af_status_t add_entry(af_tree_t *tree, af_formatting_entry_t entry)
{
    af_status_t status = af_formatting_make_room(tree, 1);

    if (status == AF_OK) {
        tree->formatting[tree->formatting_count++] = entry;
    }
    return status;
}

/* --- Noah's Ark ------------------------------------------------------------------------------------------------------------ */

static size_t skip(af_slice_t tag, size_t at, bool slashes)
{
    while (at < tag.len && (af_is_space(tag.data[at]) || (slashes && tag.data[at] == '/'))) {
        at++;
    }
    return at;
}

/* The next attribute of a start tag as written, from `*at` on. */
static bool next_attribute(af_slice_t tag, size_t *at, af_slice_t *name, af_slice_t *value)
{
    size_t from = skip(tag, *at, true), to = from;

    if (from >= tag.len || tag.data[from] == '>') {
        return false;
    }
    for (to++; to < tag.len && !af_is_space(tag.data[to]) && tag.data[to] != '/' && tag.data[to] != '>' && tag.data[to] != '=';) {
        to++;
    }
    *name = (af_slice_t){tag.data + from, to - from};
    *value = (af_slice_t){tag.data + to, 0};
    size_t equals = skip(tag, to, false);
    *at = to;
    if (equals >= tag.len || tag.data[equals] != '=') {
        return true;
    }
    from = skip(tag, equals + 1, false);
    uint8_t quote = from < tag.len ? tag.data[from] : '>';
    if (quote == '"' || quote == '\'') {
        const uint8_t *end = memchr(tag.data + from + 1, quote, tag.len - from - 1);
        to = end == NULL ? tag.len : (size_t) (end - tag.data);
        *value = (af_slice_t){tag.data + from + 1, to - from - 1};
        *at = to + 1;
        return true;
    }
    for (to = from; to < tag.len && !af_is_space(tag.data[to]) && tag.data[to] != '>';) {
        to++;
    }
    *value = (af_slice_t){tag.data + from, to - from};
    *at = to;
    return true;
}

static bool same_name(af_slice_t a, af_slice_t b)
{
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (af_fold(a.data[i]) != af_fold(b.data[i])) {
            return false;
        }
    }
    return true;
}

/* Whether two values as written are the same once decoded: both are decoded piece by piece. */
static bool same_value(af_slice_t a, af_slice_t b)
{
    if (af_slice_equal(a, b)) {
        return true;
    }
    if (!af_text_needs_decoding(a) && !af_text_needs_decoding(b)) {
        return false;
    }
    uint8_t left[1024], right[1024];
    if (a.len > sizeof left / 4 || b.len > sizeof right / 4) {
        return false;
    }
    size_t left_len = af_text_decode(a, true, left, sizeof left), right_len = af_text_decode(b, true, right, sizeof right);
    return left_len == right_len && memcmp(left, right, left_len) == 0;
}

static size_t after_name(af_slice_t tag)
{
    size_t at = 1;

    while (at < tag.len && !af_is_space(tag.data[at]) && tag.data[at] != '/' && tag.data[at] != '>') {
        at++;
    }
    return at;
}

/* The value of the first attribute of that name. */
static bool find_attribute(af_slice_t tag, af_slice_t wanted, size_t before, af_slice_t *value)
{
    size_t at = after_name(tag);
    af_slice_t name;

    while (next_attribute(tag, &at, &name, value)) {
        if ((size_t) (name.data - tag.data) >= before) {
            return false;
        }
        if (same_name(name, wanted)) {
            return true;
        }
    }
    return false;
}

/* Whether `b` has all attributes of `a`; `*count`: how many there are, duplicates apart. */
static bool attributes_within(af_slice_t a, af_slice_t b, size_t *count)
{
    size_t at = after_name(a);
    af_slice_t name, value, other;

    *count = 0;
    while (next_attribute(a, &at, &name, &value)) {
        if (find_attribute(a, name, (size_t) (name.data - a.data), &other)) {
            continue;
        }
        if (!find_attribute(b, name, SIZE_MAX, &other) || !same_value(value, other)) {
            return false;
        }
        ++*count;
    }
    return true;
}

static bool same_tags(const af_tree_t *tree, af_node_t a, af_node_t b)
{
    const af_node_record_t *left = af_node_at(tree->pool, a), *right = af_node_at(tree->pool, b);
    af_slice_t one = {tree->pool->bytes + left->tag_bytes, left->tag_len};
    af_slice_t two = {tree->pool->bytes + right->tag_bytes, right->tag_len};
    size_t count_one, count_two;

    if (af_slice_equal(one, two)) {
        return true;
    }
    return attributes_within(one, two, &count_one) && attributes_within(two, one, &count_two) && count_one == count_two;
}

static uint32_t hash_bytes(uint32_t hash, af_slice_t bytes, bool folded)
{
    for (size_t i = 0; i < bytes.len; i++) {
        hash = (hash ^ (folded ? af_fold(bytes.data[i]) : bytes.data[i])) * 16777619u;
    }
    return hash;
}

/* The same for any two values that same_value says yes to. */
static uint32_t hash_value(uint32_t hash, af_slice_t value)
{
    uint8_t decoded[1024];

    if (af_text_needs_decoding(value) && value.len <= sizeof decoded / 4) {
        value = (af_slice_t){decoded, af_text_decode(value, true, decoded, sizeof decoded)};
    }
    return hash_bytes(hash, value, false);
}

/* The same for any two start tags that same_tags says yes to, whatever the order of their attributes; not 0. */
static uint32_t digest_of(af_slice_t tag)
{
    uint32_t seen[DIGEST_WORDS] = {0}, digest = 0;
    size_t at = after_name(tag);
    af_slice_t name, value, first;

    while (next_attribute(tag, &at, &name, &value)) {
        uint32_t hash = hash_bytes(2166136261u, name, true), bit = hash % (DIGEST_WORDS * 32u);
        bool maybe_again = (seen[bit / 32] >> bit % 32 & 1u) != 0;
        seen[bit / 32] |= 1u << bit % 32;
        if (!maybe_again || !find_attribute(tag, name, (size_t) (name.data - tag.data), &first)) {
            digest += hash_value(hash, value);
        }
    }
    return digest == 0 ? 1 : digest;
}

static uint32_t entry_digest(af_tree_t *tree, uint32_t at)
{
    af_formatting_entry_t *entry = &tree->formatting[at];

    if (entry->digest == 0) {
        const af_node_record_t *record = af_node_at(tree->pool, entry->node);
        entry->digest = digest_of((af_slice_t){tree->pool->bytes + record->tag_bytes, record->tag_len});
    }
    return entry->digest;
}

/* HTML #push-onto-the-list-of-active-formatting-elements: no more than three of a kind. */
static void limit_to_three(af_tree_t *tree, af_node_t node, uint32_t name)
{
    uint32_t same = 0, earliest = 0, named = 0;

    for (uint32_t i = tree->formatting_count; i > 0 && tree->formatting[i - 1].node != 0; i--) {
        named += tree->formatting[i - 1].name == name;
    }
    if (named < 3) {
        return;
    }
    const af_node_record_t *record = af_node_at(tree->pool, node);
    uint32_t digest = digest_of((af_slice_t){tree->pool->bytes + record->tag_bytes, record->tag_len});
    for (uint32_t i = tree->formatting_count; i > 0 && tree->formatting[i - 1].node != 0; i--) {
        if (tree->formatting[i - 1].name == name && entry_digest(tree, i - 1) == digest &&
            same_tags(tree, tree->formatting[i - 1].node, node)) {
            same++;
            earliest = i - 1;
        }
    }
    if (same >= 3) {
        af_formatting_remove(tree, earliest);
    }
}

/* --- the list -------------------------------------------------------------------------------------------------------------- */

static void set_listed(af_tree_t *tree, af_node_t node, bool listed)
{
    if (tree->scripted || node == 0) {
        return;
    }
    af_node_record_t *record = af_node_at(tree->pool, node);
    if (listed) {
        record->flags |= AF_NODE_LISTED;
    } else {
        record->flags &= (uint16_t) ~AF_NODE_LISTED;
        tree->loose_dirty = true;
    }
}

void af_formatting_push(af_tree_t *tree, af_node_t node, uint32_t name)
{
    if (node == 0) {
        return;
    }
    limit_to_three(tree, node, name);
    af_status_t status = add_entry(tree, (af_formatting_entry_t){node, name, 0});
    if (status != AF_OK) {
        tree->status = status;
        return;
    }
    set_listed(tree, node, true);
}

void af_formatting_marker(af_tree_t *tree)
{
    af_status_t status = add_entry(tree, (af_formatting_entry_t){0, 0, 0});

    if (status != AF_OK) {
        tree->status = status;
    }
}

void af_formatting_clear(af_tree_t *tree)
{
    while (tree->formatting_count > 0) {
        af_node_t node = tree->formatting[--tree->formatting_count].node;
        if (node == 0) {
            break;
        }
        set_listed(tree, node, false);
    }
}

uint32_t af_formatting_find(const af_tree_t *tree, uint32_t name)
{
    for (uint32_t i = tree->formatting_count; i > 0 && tree->formatting[i - 1].node != 0; i--) {
        if (tree->formatting[i - 1].name == name) {
            return i;
        }
    }
    return 0;
}

uint32_t af_formatting_place(const af_tree_t *tree, af_node_t node)
{
    for (uint32_t i = tree->formatting_count; i > 0; i--) {
        if (tree->formatting[i - 1].node == node) {
            return i;
        }
    }
    return 0;
}

void af_formatting_remove(af_tree_t *tree, uint32_t at)
{
    set_listed(tree, tree->formatting[at].node, false);
    memmove(tree->formatting + at, tree->formatting + at + 1, (tree->formatting_count - at - 1) * sizeof *tree->formatting);
    tree->formatting_count--;
}

void af_formatting_insert(af_tree_t *tree, uint32_t at, af_formatting_entry_t entry)
{
    af_status_t status = add_entry(tree, entry);

    if (status != AF_OK) {
        tree->status = status;
        return;
    }
    memmove(tree->formatting + at + 1, tree->formatting + at, (tree->formatting_count - 1 - at) * sizeof entry);
    tree->formatting[at] = entry;
    set_listed(tree, entry.node, true);
}

void af_formatting_replace(af_tree_t *tree, uint32_t at, af_node_t node)
{
    set_listed(tree, tree->formatting[at].node, false);
    tree->formatting[at].node = node;
    set_listed(tree, node, true);
}

/* HTML #reconstruct-the-active-formatting-elements */
void af_formatting_reconstruct_slow(af_tree_t *tree, uint64_t pos)
{
    uint32_t from = tree->formatting_count;

    while (from > 0 && tree->formatting[from - 1].node != 0 && af_open_place(tree, tree->formatting[from - 1].node) == 0) {
        from--;
    }
    for (uint32_t i = from; i < tree->formatting_count && tree->status == AF_OK; i++) {
        af_formatting_entry_t entry = tree->formatting[i];
        af_node_t clone = af_insert_clone(tree, entry.node, entry.name, af_place_for(tree, tree->depth), pos);
        if (clone != 0) {
            af_open_push(tree, clone, entry.name, af_tag_classes(entry.name));
            af_formatting_replace(tree, i, clone);
        }
    }
}
