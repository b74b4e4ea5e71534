/*
 * rules/openings.c: the tree of beginnings, by asking the patterns.
 *
 * A node asks the phrases that the one before it left about each character that may follow. One that says yes to nearly all
 * letters, twice, is told by nothing that follows: it stays in the lists, to be asked itself, and the tree does not grow for it.
 */
#include "rules/alphabet.h"
#include "rules/phrases.h"

#define DEPTH_MAX 8u
#define IDLE_SHIFT 14u     /* of a list's entry: how often it told nothing in a row */
#define IDLE_ONE (1u << IDLE_SHIFT)
#define TELLS_MAX 20u      /* letters, or other characters, that a phrase says yes to where it tells something */
#define DEPTH_LEAST 2u     /* from there on, */
#define TELLS_LATER 8u     /* more than so many are too many to grow for */
#define DEPTH_APART 2u     /* from there on the tree does not grow for those that tell cases apart: it would for each case */
#define EDGES_MAX 8u       /* more are a table */
#define NODES_MAX 60000u
#define ASKED_MAX 600000u  /* answers, all in all */
#define MATCH_LIMIT 10000u /* of an answer; over it the pattern stays */

typedef struct {
    uint8_t len, text[DEPTH_MAX];
} beginning_t;

/* The tree while it grows. */
typedef struct {
    af_heap_t *heap;
    af_regex_run_t *run;
    const af_phrase_t **phrases; bool *caseless; af_alphabet_t *alphabets; uint64_t *bits; /* of all, by number */
    uint32_t phrase_count;
    size_t asked;
    uint16_t *lists; size_t list_count, list_capacity;
    af_opening_node_t *nodes; size_t node_count, node_capacity;
    beginning_t *texts; size_t text_capacity; /* of each node */
    uint16_t (*tables)[AF_PHRASE_CHARACTERS]; size_t table_count, table_capacity;
    uint32_t *edges; size_t edge_count, edge_capacity;
} tree_t;

/* What a node's phrases say to what may follow. */
typedef struct {
    af_opening_node_t node;
    beginning_t text;
    bool folds;            /* all that are asked are caseless */
    uint8_t *says;         /* of each phrase, of each kind of character that it does not name: 0: not asked, 1: no, 2: yes */
    uint8_t *yes;          /* of each phrase: to how many small letters, */
    uint8_t *yes_other;    /* and characters that are no letters or digits */
    uint8_t *alive;        /* of each character that was asked about, of each phrase */
    af_alphabet_t named;   /* characters that some phrase names */
    uint16_t map[AF_PHRASE_CHARACTERS];
    uint16_t last[AF_PHRASE_CHARACTERS]; size_t last_count; /* nodes that were made where the tree ends */
} look_t;

static af_status_t add_to_list(tree_t *tree, uint16_t entry)
{
    void *block = tree->lists;
    af_status_t status = af_heap_grow(tree->heap, &block, &tree->list_capacity, tree->list_count + 1, sizeof *tree->lists,
                                      UINT32_MAX / 8);

    tree->lists = block;
    if (status == AF_OK) {
        tree->lists[tree->list_count++] = entry;
    }
    return status;
}

static af_status_t add_node(tree_t *tree, af_opening_node_t node, const beginning_t *text)
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
    for (uint32_t i = 0; i < node.count; i++) {
        node.sets |= tree->bits[tree->lists[node.first + i] & AF_OPENING_PHRASE];
    }
    tree->nodes[tree->node_count] = node;
    tree->texts[tree->node_count++] = *text;
    return AF_OK;
}

static bool is_open(const tree_t *tree, const af_opening_node_t *node, const beginning_t *text)
{
    for (uint32_t i = 0; text->len < DEPTH_MAX && i < node->count; i++) {
        if ((tree->lists[node->first + i] & AF_OPENING_ASK) == 0) {
            return true;
        }
    }
    return false;
}

/* --- Asking -------------------------------------------------------------------------------------------------------------- */

/* Whether the tree need not look at the character by itself. */
static bool is_left_out(const look_t *look, uint8_t c)
{
    return look->folds && af_character_kind(c) == AF_KIND_CAPITAL;
}

static bool ask(tree_t *tree, const look_t *look, uint32_t phrase, uint8_t c)
{
    uint8_t text[DEPTH_MAX];

    memcpy(text, look->text.text, look->text.len);
    text[look->text.len] = c;
    tree->asked++;
    return af_regex_may_match(tree->phrases[phrase]->begins, tree->run, (af_slice_t){text, look->text.len + 1u});
}

/* Whether the node's phrase number `i` goes on with the character. */
static bool goes_on(tree_t *tree, look_t *look, uint32_t i, uint8_t c)
{
    uint16_t entry = tree->lists[look->node.first + i];
    uint32_t phrase = entry & AF_OPENING_PHRASE;

    if ((entry & AF_OPENING_ASK) != 0) {
        return true;
    }
    if (af_alphabet_has(&tree->alphabets[phrase], c)) {
        return ask(tree, look, phrase, c);
    }
    uint8_t *said = &look->says[i * AF_KIND_COUNT + af_character_kind(c)];
    *said = *said != 0 ? *said : ask(tree, look, phrase, c) ? 2 : 1;
    return *said == 2;
}

static uint8_t *alive_of(const look_t *look, uint8_t c)
{
    return look->alive + (size_t) (c - AF_PHRASE_FIRST) * look->node.count;
}

/* Asks about all small letters, as they are counted, and of each other kind about those that are named and one that is not. */
static void ask_kind(tree_t *tree, look_t *look, af_character_kind_t kind)
{
    bool asked = false;

    for (uint8_t c = AF_PHRASE_FIRST; c < AF_PHRASE_FIRST + AF_PHRASE_CHARACTERS; c++) {
        bool wanted = af_alphabet_has(&look->named, c) || !asked || kind == AF_KIND_SMALL || kind == AF_KIND_OTHER;
        if (af_character_kind(c) != kind || !wanted) {
            continue;
        }
        asked = asked || !af_alphabet_has(&look->named, c);
        for (uint32_t i = 0; i < look->node.count; i++) {
            bool folds = kind == AF_KIND_CAPITAL && tree->caseless[tree->lists[look->node.first + i] & AF_OPENING_PHRASE];
            bool alive = folds ? alive_of(look, c | 0x20)[i] : goes_on(tree, look, i, c);
            alive_of(look, c)[i] = alive;
            look->yes[i] = (uint8_t) (look->yes[i] + (alive && kind == AF_KIND_SMALL));
            look->yes_other[i] = (uint8_t) (look->yes_other[i] + (alive && kind == AF_KIND_OTHER));
        }
    }
}

static void ask_all(tree_t *tree, look_t *look)
{
    ask_kind(tree, look, AF_KIND_SMALL); /* what caseless phrases say to capitals */
    ask_kind(tree, look, AF_KIND_DIGIT);
    ask_kind(tree, look, AF_KIND_OTHER);
    if (!look->folds) {
        ask_kind(tree, look, AF_KIND_CAPITAL);
    }
}

/* --- Growing ------------------------------------------------------------------------------------------------------------- */

/* How often in a row the entry has told nothing, behind the node. */
static uint16_t entry_behind(const tree_t *tree, const look_t *look, uint32_t i)
{
    uint16_t entry = tree->lists[look->node.first + i];

    if ((entry & AF_OPENING_ASK) != 0) {
        return entry;
    }
    uint32_t most = look->yes[i] > look->yes_other[i] ? look->yes[i] : look->yes_other[i];
    bool apart = !tree->caseless[entry & AF_OPENING_PHRASE] && look->text.len >= DEPTH_APART;
    if (apart || (look->text.len >= DEPTH_LEAST && most > TELLS_LATER)) {
        return (uint16_t) ((entry & AF_OPENING_PHRASE) | AF_OPENING_ASK);
    }
    return most < TELLS_MAX ? entry & AF_OPENING_PHRASE : (uint16_t) (entry + IDLE_ONE);
}

static bool is_same_list(const tree_t *tree, const af_opening_node_t *one, const af_opening_node_t *other)
{
    return one->count == other->count &&
           memcmp(tree->lists + one->first, tree->lists + other->first, one->count * sizeof *tree->lists) == 0;
}

/* A node where the tree ends, with the same list; 0: there is none among the last ones. */
static uint16_t same_as(const tree_t *tree, const look_t *look, const af_opening_node_t *node)
{
    for (size_t k = look->last_count; k > 0; k--) {
        if (is_same_list(tree, &tree->nodes[look->last[k - 1]], node)) {
            return look->last[k - 1];
        }
    }
    return 0;
}

/* Of a capital, the node behind its small letter, if nothing that is asked there tells them apart; 0: that is not so. */
static uint16_t small_like(const tree_t *tree, const look_t *look, const af_opening_node_t *node, uint8_t c)
{
    uint16_t small = af_character_kind(c) == AF_KIND_CAPITAL ? look->map[(c | 0x20) - AF_PHRASE_FIRST] : 0;

    if (small == 0 || !is_same_list(tree, &tree->nodes[small], node)) {
        return 0;
    }
    for (uint32_t i = 0; i < node->count; i++) {
        uint16_t entry = tree->lists[node->first + i];
        if ((entry & AF_OPENING_ASK) == 0 && !tree->caseless[entry & AF_OPENING_PHRASE]) {
            return 0;
        }
    }
    return small;
}

/* The node behind the character. */
static af_status_t put(tree_t *tree, look_t *look, uint8_t c)
{
    const uint8_t *alive = alive_of(look, c);
    uint16_t *out = &look->map[c - AF_PHRASE_FIRST];
    af_opening_node_t node = {.first = (uint32_t) tree->list_count};
    beginning_t text = look->text;
    af_status_t status = AF_OK;

    *out = 0;
    text.text[text.len++] = c;
    for (uint32_t i = 0; status == AF_OK && i < look->node.count; i++) {
        status = alive[i] ? add_to_list(tree, entry_behind(tree, look, i)) : AF_OK;
    }
    node.count = (uint32_t) (tree->list_count - node.first);
    if (status != AF_OK || node.count == 0) {
        return status;
    }
    bool open = is_open(tree, &node, &text);
    *out = open ? small_like(tree, look, &node, c) : same_as(tree, look, &node);
    if (*out != 0) {
        tree->list_count = node.first;
        return AF_OK;
    }
    *out = (uint16_t) tree->node_count;
    if (!open) {
        look->last[look->last_count++] = *out;
    }
    return add_node(tree, node, &text);
}

static af_status_t put_kind(tree_t *tree, look_t *look, af_character_kind_t kind)
{
    uint16_t unnamed = 0;
    bool known = false;
    af_status_t status = AF_OK;

    for (uint8_t c = AF_PHRASE_FIRST; status == AF_OK && c < AF_PHRASE_FIRST + AF_PHRASE_CHARACTERS; c++) {
        bool named = af_alphabet_has(&look->named, c);
        if (af_character_kind(c) != kind) {
            continue;
        }
        if (!named && known) {
            look->map[c - AF_PHRASE_FIRST] = unnamed;
            continue;
        }
        status = put(tree, look, c);
        known = known || !named;
        unnamed = named ? unnamed : look->map[c - AF_PHRASE_FIRST];
    }
    return status;
}

static af_status_t put_all(tree_t *tree, look_t *look)
{
    af_status_t status = put_kind(tree, look, AF_KIND_SMALL);

    status = status == AF_OK ? put_kind(tree, look, AF_KIND_DIGIT) : status;
    status = status == AF_OK ? put_kind(tree, look, AF_KIND_OTHER) : status;
    if (status == AF_OK && !look->folds) {
        return put_kind(tree, look, AF_KIND_CAPITAL);
    }
    for (uint8_t c = 'A'; look->folds && c <= 'Z'; c++) {
        look->map[c - AF_PHRASE_FIRST] = look->map[(c | 0x20) - AF_PHRASE_FIRST];
    }
    return status;
}

/* The node that most characters lead to, as good as: the majority's, if there is one. */
static uint16_t commonest(const look_t *look)
{
    size_t lead = 0;
    uint16_t found = 0;

    for (size_t i = 0; i < AF_PHRASE_CHARACTERS; i++) {
        found = lead == 0 ? look->map[i] : found;
        lead = look->map[i] == found ? lead + 1 : lead - 1;
    }
    return found;
}

static af_status_t keep_table(tree_t *tree, const look_t *look, af_opening_node_t *node)
{
    void *block = tree->tables;
    af_status_t status = af_heap_grow(tree->heap, &block, &tree->table_capacity, tree->table_count + 1, sizeof *tree->tables,
                                      UINT16_MAX);

    tree->tables = block;
    if (status == AF_OK) {
        memcpy(tree->tables[tree->table_count], look->map, sizeof *tree->tables);
        node->next = (uint32_t) tree->table_count++;
        node->edges = AF_OPENING_TABLE;
    }
    return status;
}

/* What leads on from the node: few edges, or a table. */
static af_status_t keep_edges(tree_t *tree, const look_t *look, af_opening_node_t *node)
{
    uint16_t rest = commonest(look);
    void *block = tree->edges;
    uint8_t count = 0;

    for (uint8_t c = 0; c < AF_PHRASE_CHARACTERS; c++) {
        count = (uint8_t) (count + (look->map[c] != rest && !is_left_out(look, (uint8_t) (c + AF_PHRASE_FIRST))));
    }
    if (count > EDGES_MAX || count == 0) {
        return keep_table(tree, look, node);
    }
    af_status_t status = af_heap_grow(tree->heap, &block, &tree->edge_capacity, tree->edge_count + count + 1u,
                                      sizeof *tree->edges, UINT32_MAX / 8);
    tree->edges = block;
    if (status != AF_OK) {
        return status;
    }
    node->next = (uint32_t) tree->edge_count;
    node->edges = count;
    for (uint8_t c = 0; c < AF_PHRASE_CHARACTERS; c++) {
        if (look->map[c] != rest && !is_left_out(look, (uint8_t) (c + AF_PHRASE_FIRST))) {
            tree->edges[tree->edge_count++] = (uint32_t) (c + AF_PHRASE_FIRST) << 24 | look->map[c];
        }
    }
    tree->edges[tree->edge_count++] = rest;
    return AF_OK;
}

/* Looks at what follows the node. */
static af_status_t look_behind(tree_t *tree, size_t number, look_t *look)
{
    look->node = tree->nodes[number];
    look->text = tree->texts[number];
    look->named = (af_alphabet_t){{0, 0}};
    look->last_count = 0;
    look->folds = true;
    memset(look->says, 0, look->node.count * AF_KIND_COUNT);
    memset(look->yes, 0, look->node.count);
    memset(look->yes_other, 0, look->node.count);
    for (uint32_t i = 0; i < look->node.count; i++) {
        uint16_t entry = tree->lists[look->node.first + i];
        if ((entry & AF_OPENING_ASK) == 0) {
            look->named.bits[0] |= tree->alphabets[entry & AF_OPENING_PHRASE].bits[0];
            look->named.bits[1] |= tree->alphabets[entry & AF_OPENING_PHRASE].bits[1];
            look->folds = look->folds && tree->caseless[entry & AF_OPENING_PHRASE];
        }
    }
    ask_all(tree, look);
    af_status_t status = put_all(tree, look);
    af_opening_node_t node = tree->nodes[number];
    node.folds = look->folds;
    status = status == AF_OK ? keep_edges(tree, look, &node) : status;
    tree->nodes[number] = node;
    return status;
}

static af_status_t grow(tree_t *tree, look_t *look)
{
    const beginning_t nothing = {0};
    af_status_t status = add_node(tree, (af_opening_node_t){0}, &nothing);

    for (uint32_t i = 0; status == AF_OK && i < tree->phrase_count; i++) {
        status = add_to_list(tree, (uint16_t) i);
    }
    status = status == AF_OK ? add_node(tree, (af_opening_node_t){.count = tree->phrase_count}, &nothing) : status;
    for (size_t i = 1; status == AF_OK && i < tree->node_count && tree->node_count < NODES_MAX && tree->asked < ASKED_MAX; i++) {
        if (is_open(tree, &tree->nodes[i], &tree->texts[i])) {
            status = look_behind(tree, i, look);
        }
    }
    return status;
}

/* --- The whole ----------------------------------------------------------------------------------------------------------- */

static void *copy(af_store_t *store, const void *from, size_t count, size_t item)
{
    void *to = af_store_alloc(store, (count > 0 ? count : 1) * item);

    if (to != NULL && count > 0) {
        memcpy(to, from, count * item);
    }
    return to;
}

/* Moves the tree into the store. */
static af_status_t keep(const tree_t *tree, af_store_t *store, af_openings_t *out)
{
    out->lists = copy(store, tree->lists, tree->list_count, sizeof *tree->lists);
    out->nodes = copy(store, tree->nodes, tree->node_count, sizeof *tree->nodes);
    out->tables = copy(store, tree->tables, tree->table_count, sizeof *tree->tables);
    out->edges = copy(store, tree->edges, tree->edge_count, sizeof *tree->edges);
    return out->lists == NULL || out->nodes == NULL || out->tables == NULL || out->edges == NULL ? AF_NOMEM : AF_OK;
}

static void note_high(af_openings_t *openings, const af_phrases_t *set)
{
    for (size_t byte = 0; byte < 128; byte++) {
        for (uint32_t i = 0; i < set->count; i++) {
            openings->high[byte] |= (set->phrases[i].high[byte / 64] >> byte % 64 & 1) != 0 ? set->bit : 0;
        }
    }
}

/* Numbers the phrases of all sets. */
static void number(tree_t *tree, af_phrases_t *const *sets, size_t count, af_openings_t *openings)
{
    uint32_t at = 0;

    for (size_t k = 0; k < count; k++) {
        af_phrases_t *set = sets[k];
        set->base = at;
        set->bit = (uint64_t) 1 << (k < 63 ? k : 63);
        set->openings = openings;
        for (uint32_t i = 0; i < set->count; i++, at++) {
            tree->phrases[at] = &set->phrases[i];
            tree->caseless[at] = set->phrases[i].caseless;
            tree->alphabets[at] = af_alphabet_of(set->phrases[i].text);
            tree->bits[at] = set->bit;
        }
        note_high(openings, set);
    }
}

static void destroy(tree_t *tree)
{
    af_heap_release(tree->heap, tree->phrases, tree->phrase_count * sizeof *tree->phrases);
    af_heap_release(tree->heap, tree->caseless, tree->phrase_count * sizeof *tree->caseless);
    af_heap_release(tree->heap, tree->alphabets, tree->phrase_count * sizeof *tree->alphabets);
    af_heap_release(tree->heap, tree->bits, tree->phrase_count * sizeof *tree->bits);
    af_heap_release(tree->heap, tree->lists, tree->list_capacity * sizeof *tree->lists);
    af_heap_release(tree->heap, tree->nodes, tree->node_capacity * sizeof *tree->nodes);
    af_heap_release(tree->heap, tree->texts, tree->text_capacity * sizeof *tree->texts);
    af_heap_release(tree->heap, tree->tables, tree->table_capacity * sizeof *tree->tables);
    af_heap_release(tree->heap, tree->edges, tree->edge_capacity * sizeof *tree->edges);
    af_regex_run_destroy(tree->run);
}

static af_status_t make(tree_t *tree, af_store_t *store, af_phrases_t *const *sets, size_t count, af_openings_t *out)
{
    size_t scratch = tree->phrase_count * (AF_KIND_COUNT + 2 + AF_PHRASE_CHARACTERS);
    uint8_t *room = af_heap_alloc(tree->heap, scratch);
    af_status_t status = room == NULL ? af_heap_why(tree->heap, scratch) : AF_OK;

    tree->phrases = af_heap_alloc(tree->heap, tree->phrase_count * sizeof *tree->phrases);
    tree->caseless = af_heap_alloc(tree->heap, tree->phrase_count * sizeof *tree->caseless);
    tree->alphabets = af_heap_alloc(tree->heap, tree->phrase_count * sizeof *tree->alphabets);
    tree->bits = af_heap_alloc(tree->heap, tree->phrase_count * sizeof *tree->bits);
    if (tree->phrases == NULL || tree->caseless == NULL || tree->alphabets == NULL || tree->bits == NULL) {
        status = AF_NOMEM;
    }
    status = status == AF_OK ? af_regex_run_create(tree->heap, MATCH_LIMIT, &tree->run) : status;
    if (status == AF_OK) {
        look_t look = {.says = room, .yes = room + tree->phrase_count * AF_KIND_COUNT,
                       .yes_other = room + tree->phrase_count * (AF_KIND_COUNT + 1),
                       .alive = room + tree->phrase_count * (AF_KIND_COUNT + 2)};
        number(tree, sets, count, out);
        status = grow(tree, &look);
    }
    af_heap_release(tree->heap, room, scratch);
    return status == AF_OK ? keep(tree, store, out) : status;
}

af_status_t af_openings_make(af_store_t *store, af_phrases_t *const *sets, size_t count, const af_openings_t **out)
{
    tree_t tree = {.heap = store->heap};
    size_t phrases = 0;

    *out = NULL;
    for (size_t i = 0; i < count; i++) {
        phrases += sets[i]->count;
    }
    if (phrases == 0) {
        return AF_OK;
    }
    af_openings_t *made = phrases > AF_OPENING_PHRASE ? NULL : af_store_alloc(store, sizeof *made);
    if (made == NULL) {
        return phrases > AF_OPENING_PHRASE ? AF_LIMIT : AF_NOMEM;
    }
    memset(made, 0, sizeof *made);
    tree.phrase_count = (uint32_t) phrases;
    af_status_t status = make(&tree, store, sets, count, made);
    destroy(&tree);
    *out = status == AF_OK ? made : NULL;
    return status;
}
