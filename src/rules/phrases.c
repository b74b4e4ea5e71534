/*
 * rules/phrases.c: the tree of beginnings, by asking the patterns.
 *
 * Each beginning asks only those that the one before it left. What follows is looked at for two characters, for a third where one
 * of these told something, and for one more where many are left: of the patterns that two characters leave the third refutes
 * half, and asking one costs what ten of its tables' lines do.
 */
#include "rules/phrases.h"

#define DEPTH_MAX 4u
#define DEPTH_LEAST 2u
#define FEW 3u             /* patterns that need not be told apart */
#define IDLE_MAX 2u
#define TABLES_MAX 2048u
#define MATCH_LIMIT 10000u /* of an answer; over it the pattern stays */

typedef struct {
    uint8_t len, text[DEPTH_MAX];
    uint8_t idle;          /* the last places where no character left nothing, and this one left all */
} beginning_t;

/* The tree while it grows. */
typedef struct {
    af_heap_t *heap;
    const af_phrase_t *phrases;
    af_regex_run_t *run;
    bool caseless;
    uint32_t *lists; size_t list_count, list_capacity;
    af_phrase_node_t *nodes; size_t node_count, node_capacity;
    beginning_t *texts; size_t text_capacity; /* of each node */
    uint16_t (*tables)[AF_PHRASE_CHARACTERS]; size_t table_count, table_capacity;
} tree_t;

static af_status_t add_to_list(tree_t *tree, uint32_t phrase)
{
    void *block = tree->lists;
    af_status_t status = af_heap_grow(tree->heap, &block, &tree->list_capacity, tree->list_count + 1, sizeof *tree->lists,
                                      UINT32_MAX / 8);

    tree->lists = block;
    if (status == AF_OK) {
        tree->lists[tree->list_count++] = phrase;
    }
    return status;
}

static af_status_t add_node(tree_t *tree, af_phrase_node_t node, const beginning_t *text)
{
    void *nodes = tree->nodes, *texts = tree->texts;
    af_status_t status = af_heap_grow(tree->heap, &nodes, &tree->node_capacity, tree->node_count + 1, sizeof *tree->nodes,
                                      UINT16_MAX);

    tree->nodes = nodes;
    if (status == AF_OK) {
        status = af_heap_grow(tree->heap, &texts, &tree->text_capacity, tree->node_count + 1, sizeof *tree->texts, UINT16_MAX);
        tree->texts = texts;
    }
    if (status != AF_OK) {
        return status;
    }
    tree->nodes[tree->node_count] = node;
    tree->texts[tree->node_count++] = *text;
    return AF_OK;
}

/* Whether it pays to look at what follows. */
static bool is_open(const af_phrase_node_t *node, const beginning_t *text)
{
    return text->len < DEPTH_LEAST ||
           (text->len < DEPTH_MAX && text->idle < IDLE_MAX && (text->len == DEPTH_LEAST || node->count > FEW));
}

/* What is left of node `from` where `text` is the beginning. */
static af_status_t ask(tree_t *tree, size_t from, const beginning_t *text, af_phrase_node_t *out)
{
    size_t first = tree->list_count;
    const af_phrase_node_t was = tree->nodes[from];
    af_status_t status = AF_OK;

    for (uint32_t i = 0; status == AF_OK && i < was.count; i++) {
        uint32_t phrase = tree->lists[was.first + i];
        if (af_regex_may_match(tree->phrases[phrase].begins, tree->run, (af_slice_t){text->text, text->len})) {
            status = add_to_list(tree, phrase);
        }
    }
    *out = (af_phrase_node_t){(uint32_t) first, (uint32_t) (tree->list_count - first), 0};
    if (out->count == was.count) {
        tree->list_count = first;
        out->first = was.first;
    }
    return status;
}

/* The node of what is left. `told`: some character leaves nothing here. `*same`: one that is like `from`, 0: none yet. */
static af_status_t put(tree_t *tree, size_t from, af_phrase_node_t left, beginning_t text, bool told, uint16_t *same,
                       uint16_t *out)
{
    bool all = left.count == tree->nodes[from].count;

    text.idle = all && !told ? text.idle + 1 : 0;
    bool shared = all && !is_open(&left, &text);
    *out = shared ? *same : 0;
    if (left.count == 0 || *out != 0) {
        return AF_OK;
    }
    *out = (uint16_t) tree->node_count;
    *same = shared ? *out : *same;
    return add_node(tree, left, &text);
}

static bool is_capital(uint8_t c)
{
    return c >= 'A' && c <= 'Z';
}

/* Whether the tree need not look at the character by itself. */
static bool is_left_out(const tree_t *tree, size_t place)
{
    return tree->caseless && is_capital((uint8_t) (place + AF_PHRASE_FIRST));
}

/* Looks at what follows the node. */
static af_status_t look(tree_t *tree, size_t number)
{
    void *block = tree->tables;
    af_phrase_node_t left[AF_PHRASE_CHARACTERS];
    beginning_t text = tree->texts[number];
    uint16_t same = 0;
    size_t table = tree->table_count;
    bool told = false;
    af_status_t status = af_heap_grow(tree->heap, &block, &tree->table_capacity, table + 1, sizeof *tree->tables, TABLES_MAX);

    tree->tables = block;
    if (status != AF_OK) {
        return status;
    }
    tree->table_count++;
    uint8_t *last = &text.text[text.len++];
    for (size_t c = 0; status == AF_OK && c < AF_PHRASE_CHARACTERS; c++) {
        *last = (uint8_t) (c + AF_PHRASE_FIRST);
        status = is_left_out(tree, c) ? AF_OK : ask(tree, number, &text, &left[c]);
        told = told || (status == AF_OK && !is_left_out(tree, c) && left[c].count == 0);
    }
    for (size_t c = 0; status == AF_OK && c < AF_PHRASE_CHARACTERS; c++) {
        *last = (uint8_t) (c + AF_PHRASE_FIRST);
        status = is_left_out(tree, c) ? AF_OK : put(tree, number, left[c], text, told, &same, &tree->tables[table][c]);
    }
    for (uint8_t c = 'A'; status == AF_OK && tree->caseless && c <= 'Z'; c++) {
        tree->tables[table][c - AF_PHRASE_FIRST] = tree->tables[table][(c | 0x20) - AF_PHRASE_FIRST];
    }
    tree->nodes[number].next = (uint32_t) table;
    return status;
}

static af_status_t grow(tree_t *tree, uint32_t count)
{
    const beginning_t nothing = {0};
    af_status_t status = add_node(tree, (af_phrase_node_t){0}, &nothing);
    void *block = tree->tables;

    for (uint32_t i = 0; status == AF_OK && i < count; i++) {
        status = add_to_list(tree, i);
    }
    if (status == AF_OK) {
        status = add_node(tree, (af_phrase_node_t){.count = count}, &nothing);
    }
    if (status == AF_OK) {
        status = af_heap_grow(tree->heap, &block, &tree->table_capacity, 1, sizeof *tree->tables, TABLES_MAX);
        tree->tables = block;
        tree->table_count = 1; /* [0]: nobody looked */
    }
    for (size_t i = 1; status == AF_OK && i < tree->node_count && tree->table_count < TABLES_MAX; i++) {
        if (is_open(&tree->nodes[i], &tree->texts[i])) {
            status = look(tree, i);
        }
    }
    return status;
}

static void *copy(af_store_t *store, const void *from, size_t count, size_t item)
{
    void *to = af_store_alloc(store, (count > 0 ? count : 1) * item);

    if (to != NULL && count > 0) {
        memcpy(to, from, count * item);
    }
    return to;
}

/* Moves the tree into the store. */
static af_status_t keep(const tree_t *tree, af_store_t *store, af_phrases_t *out)
{
    uint32_t possible = 0;

    memset(tree->tables[0], 0, sizeof tree->tables[0]);
    out->lists = copy(store, tree->lists, tree->list_count, sizeof *tree->lists);
    out->nodes = copy(store, tree->nodes, tree->node_count, sizeof *tree->nodes);
    out->tables = copy(store, tree->tables, tree->table_count, sizeof *tree->tables);
    if (out->lists == NULL || out->nodes == NULL || out->tables == NULL) {
        return AF_NOMEM;
    }
    for (uint8_t c = 1; c < AF_PHRASE_CHARACTERS; c++) { /* normal text does not begin with white space */
        possible += out->nodes[1].next == 0 || out->tables[out->nodes[1].next][c] != 0;
    }
    out->tells = possible < AF_PHRASE_CHARACTERS - 1;
    return AF_OK;
}

static void destroy(tree_t *tree)
{
    af_heap_release(tree->heap, tree->lists, tree->list_capacity * sizeof *tree->lists);
    af_heap_release(tree->heap, tree->nodes, tree->node_capacity * sizeof *tree->nodes);
    af_heap_release(tree->heap, tree->texts, tree->text_capacity * sizeof *tree->texts);
    af_heap_release(tree->heap, tree->tables, tree->table_capacity * sizeof *tree->tables);
    af_regex_run_destroy(tree->run);
}

static bool matches_nothing(tree_t *tree, uint32_t count)
{
    af_group_t found;

    for (uint32_t i = 0; i < count; i++) {
        if (af_regex_match(tree->phrases[i].begins, tree->run, (af_slice_t){(const uint8_t *) "", 0}, 0, &found, 1) !=
            AF_NOT_FOUND) {
            return true;
        }
    }
    return false;
}

af_status_t af_phrases_make(af_store_t *store, af_phrase_t *phrases, uint32_t count, bool caseless, const af_phrases_t **out)
{
    tree_t tree = {.heap = store->heap, .phrases = phrases, .caseless = caseless};
    af_phrases_t *made = af_store_alloc(store, sizeof *made);
    af_status_t status = made == NULL ? AF_NOMEM : af_regex_run_create(store->heap, MATCH_LIMIT, &tree.run);

    *out = NULL;
    if (status == AF_OK) {
        status = grow(&tree, count);
    }
    if (status == AF_OK) {
        *made = (af_phrases_t){.phrases = phrases, .count = count, .empty = matches_nothing(&tree, count)};
        status = keep(&tree, store, made);
    }
    destroy(&tree);
    *out = status == AF_OK ? made : NULL;
    return status;
}

void af_phrases_release(const af_phrases_t *phrases)
{
    for (uint32_t i = 0; phrases != NULL && i < phrases->count; i++) {
        if (phrases->phrases[i].owned) {
            af_regex_destroy((af_regex_t *) phrases->phrases[i].begins);
        }
    }
}
