/*
 * html/tree.c: HTML #tree-construction-dispatcher, insertion of nodes, the insertion mode, copies.
 *
 * Invariant: only a tree that is not scripted writes node records. Scripted trees take the nodes that the input made, in order,
 * and tell by `mismatch` where they would have made others.
 */
#include "html/tree_internal.h"

#include "base/ascii.h"

#define NAMES_MAX 4096u
#define NAME_SLOTS 256u

/* Names that are not in the table, in the order of their first use. */
typedef struct {
    uint32_t at, len, next;
} name_t;

typedef struct af_names {
    name_t *names;
    size_t count, capacity;
    uint8_t *bytes;
    size_t bytes_used, bytes_capacity;
    uint32_t slots[NAME_SLOTS]; /* first of a chain, plus one */
} names_t;

/* --- names ----------------------------------------------------------------------------------------------------------------- */

static uint32_t name_hash(af_slice_t name)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < name.len; i++) {
        hash = (hash ^ af_fold(name.data[i])) * 16777619u;
    }
    return (hash ^ (hash >> 15)) % NAME_SLOTS;
}

static bool name_is(const names_t *names, const name_t *name, af_slice_t written)
{
    if (name->len != written.len) {
        return false;
    }
    for (size_t i = 0; i < written.len; i++) {
        if (names->bytes[name->at + i] != af_fold(written.data[i])) {
            return false;
        }
    }
    return true;
}

static af_status_t add_name(af_heap_t *heap, names_t *names, af_slice_t written, uint32_t slot)
{
    void *block = names->names, *bytes = names->bytes;
    af_status_t status = af_heap_grow(heap, &block, &names->capacity, names->count + 1, sizeof(name_t), NAMES_MAX);

    names->names = block;
    if (status == AF_OK) {
        status = af_heap_grow(heap, &bytes, &names->bytes_capacity, names->bytes_used + written.len, 1, UINT32_MAX / 2);
        names->bytes = bytes;
    }
    if (status != AF_OK) {
        return status;
    }
    for (size_t i = 0; i < written.len; i++) {
        names->bytes[names->bytes_used + i] = af_fold(written.data[i]);
    }
    names->names[names->count++] = (name_t){(uint32_t) names->bytes_used, (uint32_t) written.len, names->slots[slot]};
    names->slots[slot] = (uint32_t) names->count;
    names->bytes_used += written.len;
    return AF_OK;
}

uint32_t af_name_of(af_tree_t *tree, const af_token_t *token, bool add)
{
    names_t *names = tree->names;

    if (token->tag != AF_TAG_UNKNOWN) {
        return token->tag;
    }
    uint32_t slot = name_hash(token->name);
    for (uint32_t i = names->slots[slot]; i != 0; i = names->names[i - 1].next) {
        if (name_is(names, &names->names[i - 1], token->name)) {
            return AF_TAG_COUNT + i - 1;
        }
    }
    if (!add) {
        return 0;
    }
    af_status_t status = add_name(tree->heap, names, token->name, slot);
    if (status != AF_OK) {
        tree->status = status;
        return 0;
    }
    return (uint32_t) (AF_TAG_COUNT + names->count - 1);
}

af_slice_t af_tree_name(const af_tree_t *tree, af_node_t node)
{
    uint32_t name = af_node_at(tree->pool, node)->name;

    if (name < AF_TAG_COUNT) {
        return af_slice_of(af_tag_name(name));
    }
    const name_t *unknown = &tree->names->names[name - AF_TAG_COUNT];
    return (af_slice_t){tree->names->bytes + unknown->at, unknown->len};
}

/* --- places ---------------------------------------------------------------------------------------------------------------- */

/* The parent of a node in this tree's document. */
static af_node_t parent_of(const af_tree_t *tree, af_node_t node)
{
    af_node_t parent = af_node_at(tree->pool, node)->parent;

    while (parent != 0 && (af_node_at(tree->pool, parent)->fate & tree->gone) != 0) {
        parent = af_node_at(tree->pool, parent)->parent;
    }
    return parent;
}

af_place_in_tree_t af_place_foster(const af_tree_t *tree)
{
    uint32_t table = af_open_find(tree, AF_TAG_TABLE), template = af_open_find(tree, AF_TAG_TEMPLATE);

    if (template > table) {
        return (af_place_in_tree_t){tree->stack[template - 1], 0};
    }
    if (table == 0) {
        return (af_place_in_tree_t){tree->stack[0], 0};
    }
    af_node_t parent = parent_of(tree, tree->stack[table - 1]);
    if (parent != 0) {
        return (af_place_in_tree_t){parent, tree->stack[table - 1]};
    }
    return (af_place_in_tree_t){tree->stack[table > 1 ? table - 2 : 0], 0};
}

af_place_in_tree_t af_place_for(const af_tree_t *tree, uint32_t target)
{
    if (target == 0) {
        return (af_place_in_tree_t){0, 0};
    }
    if (tree->foster && (tree->open[target - 1].classes & CLASS_FOSTER) != 0) {
        return af_place_foster(tree);
    }
    return (af_place_in_tree_t){tree->stack[target - 1], 0};
}

/* --- nodes ----------------------------------------------------------------------------------------------------------------- */

static af_node_t next_of_script(af_tree_t *tree, uint32_t name, af_namespace_t space)
{
    if (tree->script_used >= tree->script_count) {
        tree->mismatch = true;
        return 0;
    }
    af_node_t node = tree->script[tree->script_used++];
    const af_node_record_t *record = af_node_at(tree->pool, node);
    tree->mismatch = tree->mismatch || record->name != name || record->space != (uint8_t) space;
    return node;
}

af_node_t af_node_make(af_tree_t *tree, uint32_t name, af_namespace_t space, uint16_t flags)
{
    af_node_t node = 0;

    if (tree->status != AF_OK) {
        return 0;
    }
    if (tree->scripted) {
        return next_of_script(tree, name, space);
    }
    af_status_t status = af_pool_add(tree->pool, &node);
    if (status != AF_OK) {
        tree->status = status;
        return 0;
    }
    af_node_record_t *record = af_node_at(tree->pool, node);
    record->name = name;
    record->space = (uint8_t) space;
    record->flags = flags;
    record->fate = tree->fate;
    return node;
}

void af_place_node(af_tree_t *tree, af_node_t node, af_node_t origin, af_place_in_tree_t place, uint64_t pos)
{
    if (node == 0) {
        return;
    }
    if (!tree->scripted) {
        af_pool_append(tree->pool, node, place.parent, place.before);
    }
    af_tree_event(tree, &(af_tree_event_t){AF_EVENT_CREATED, node, place.parent, place.before, origin, pos, pos});
}

static af_node_t insert(af_tree_t *tree, const af_token_t *token, uint32_t name, af_namespace_t space, uint16_t flags)
{
    af_node_t node = af_node_make(tree, name, space, flags);

    af_place_node(tree, node, 0, af_place_for(tree, tree->depth), token->from_pos);
    return node;
}

af_node_t af_insert_element(af_tree_t *tree, const af_token_t *token, uint32_t tag)
{
    uint32_t name = tag != AF_TAG_UNKNOWN ? tag : af_name_of(tree, token, true);
    uint32_t classes = af_tag_classes(tag);
    af_node_t node = insert(tree, token, name, AF_NS_HTML, name == AF_TAG_TABLE ? AF_NODE_SHIFTING : 0);

    if (node == 0) {
        return 0;
    }
    af_open_push(tree, node, name, classes);
    if ((classes & CLASS_FORMATTING) != 0 && !tree->scripted && tree->status == AF_OK) {
        af_status_t status = af_pool_set_tag(tree->pool, node, token->bytes);
        tree->status = tree->status == AF_OK ? status : tree->status;
    }
    return node;
}

static void close_at_once(af_tree_t *tree, af_node_t node)
{
    if (node == 0) {
        return;
    }
    if (!tree->scripted) {
        af_node_at(tree->pool, node)->flags |= AF_NODE_CLOSED;
    }
    af_tree_event(tree, &(af_tree_event_t){.kind = AF_EVENT_CLOSED, .node = node});
}

void af_insert_void(af_tree_t *tree, const af_token_t *token, uint32_t tag)
{
    close_at_once(tree, insert(tree, token, tag, AF_NS_HTML, 0));
}

af_node_t af_insert_implied(af_tree_t *tree, uint32_t tag, uint64_t pos)
{
    af_node_t node = af_node_make(tree, tag, AF_NS_HTML, AF_NODE_IMPLIED);

    af_place_node(tree, node, 0, af_place_for(tree, tree->depth), pos);
    if (node != 0) {
        af_open_push(tree, node, tag, af_tag_classes(tag));
    }
    return node;
}

af_node_t af_insert_clone(af_tree_t *tree, af_node_t origin, uint32_t name, af_place_in_tree_t place, uint64_t pos)
{
    af_node_t node = af_node_make(tree, name, AF_NS_HTML, AF_NODE_CLONE);

    if (node != 0 && !tree->scripted) {
        af_pool_copy_origin(tree->pool, node, origin);
    } else if (node != 0) {
        tree->mismatch = tree->mismatch || !af_pool_same_tag(tree->pool, node, origin);
    }
    af_place_node(tree, node, origin, place, pos);
    return node;
}

/* --- foreign elements ------------------------------------------------------------------------------------------------------ */

static bool encoding_is_html(const af_token_t *token)
{
    bool html = false, xhtml = false;

    af_tree_attribute_is(token, "encoding", "text/html", &html);
    af_tree_attribute_is(token, "encoding", "application/xhtml+xml", &xhtml);
    return html || xhtml;
}

static uint32_t foreign_classes(const af_token_t *token, uint32_t name, af_namespace_t space)
{
    if (space == AF_NS_SVG) {
        bool point = name == AF_TAG_FOREIGNOBJECT || name == AF_TAG_DESC || name == AF_TAG_TITLE;
        return CLASS_SVG | (point ? CLASS_SPECIAL | CLASS_SCOPE | CLASS_HTML_POINT : 0);
    }
    switch (name) {
    case AF_TAG_MI: case AF_TAG_MO: case AF_TAG_MN: case AF_TAG_MS: case AF_TAG_MTEXT:
        return CLASS_SPECIAL | CLASS_SCOPE | CLASS_MATH_POINT;
    case AF_TAG_ANNOTATION_XML:
        return CLASS_SPECIAL | CLASS_SCOPE | (encoding_is_html(token) ? CLASS_HTML_POINT : 0);
    default:
        return 0;
    }
}

void af_insert_foreign(af_tree_t *tree, const af_token_t *token, af_namespace_t space)
{
    uint32_t name = af_name_of(tree, token, true);
    af_node_t node = insert(tree, token, name, space, 0);

    if ((token->flags & AF_TOKEN_SELF_CLOSING) != 0) {
        close_at_once(tree, node);
    } else if (node != 0) {
        af_open_push(tree, node, name, foreign_classes(token, name, space));
    }
}

/* --- text and comments ----------------------------------------------------------------------------------------------------- */

void af_insert_raw_text(af_tree_t *tree, const af_token_t *token, af_text_kind_t kind)
{
    af_insert_element(tree, token, token->tag);
    tree->next_text = kind;
    tree->original_mode = tree->mode;
    tree->mode = MODE_TEXT;
}

void af_insert_comment(af_tree_t *tree, const af_token_t *token)
{
    af_place_in_tree_t place = af_place_for(tree, tree->depth);

    af_tree_event(tree, &(af_tree_event_t){AF_EVENT_COMMENT, 0, place.parent, place.before, 0, token->from_pos, token->to_pos});
}

void af_insert_text(af_tree_t *tree, const af_token_t *token)
{
    af_place_in_tree_t place = af_place_for(tree, tree->depth);

    if (place.parent == 0 || token->from_pos == token->to_pos) {
        return;
    }
    if (!tree->scripted && (af_node_at(tree->pool, place.parent)->flags & AF_NODE_HAS_TEXT) == 0 &&
        af_text_classify(token) == TEXT_OTHER) {
        af_node_at(tree->pool, place.parent)->flags |= AF_NODE_HAS_TEXT;
    }
    af_tree_event(tree, &(af_tree_event_t){AF_EVENT_TEXT, 0, place.parent, place.before, 0, token->from_pos, token->to_pos});
}

void af_tree_attribute_is(const af_token_t *token, const char *name, const char *value, bool *is)
{
    af_slice_t raw;
    uint8_t text[64];

    *is = false;
    if (!af_token_attribute(token, name, &raw) || raw.len > sizeof text * 4) {
        return;
    }
    size_t len = af_text_decode(raw, true, text, sizeof text), want = strlen(value);
    if (len != want) {
        return;
    }
    for (size_t i = 0; i < len; i++) {
        if (af_fold(text[i]) != (uint8_t) value[i]) {
            return;
        }
    }
    *is = true;
}

/* --- the insertion mode ---------------------------------------------------------------------------------------------------- */

static insertion_mode_t mode_of_select(const af_tree_t *tree, uint32_t at)
{
    for (uint32_t i = at; i > 1; i--) {
        const af_open_t *ancestor = &tree->open[i - 2];
        if ((ancestor->classes & CLASS_HTML) != 0 && ancestor->name == AF_TAG_TEMPLATE) {
            break;
        }
        if ((ancestor->classes & CLASS_HTML) != 0 && ancestor->name == AF_TAG_TABLE) {
            return MODE_IN_SELECT_IN_TABLE;
        }
    }
    return MODE_IN_SELECT;
}

/* The mode that an open element at place `at` asks for; false: none. */
static bool mode_of(const af_tree_t *tree, uint32_t at, insertion_mode_t *mode)
{
    switch (tree->open[at - 1].name) {
    case AF_TAG_SELECT: *mode = mode_of_select(tree, at); return true;
    case AF_TAG_TD: case AF_TAG_TH: *mode = MODE_IN_CELL; return at > 1;
    case AF_TAG_TR: *mode = MODE_IN_ROW; return true;
    case AF_TAG_TBODY: case AF_TAG_THEAD: case AF_TAG_TFOOT: *mode = MODE_IN_TABLE_BODY; return true;
    case AF_TAG_CAPTION: *mode = MODE_IN_CAPTION; return true;
    case AF_TAG_COLGROUP: *mode = MODE_IN_COLUMN_GROUP; return true;
    case AF_TAG_TABLE: *mode = MODE_IN_TABLE; return true;
    case AF_TAG_TEMPLATE:
        *mode = tree->template_count > 0 ? (insertion_mode_t) tree->template_modes[tree->template_count - 1] : MODE_IN_BODY;
        return true;
    case AF_TAG_HEAD: *mode = MODE_IN_HEAD; return at > 1;
    case AF_TAG_BODY: *mode = MODE_IN_BODY; return true;
    case AF_TAG_FRAMESET: *mode = MODE_IN_FRAMESET; return true;
    case AF_TAG_HTML: *mode = tree->head == 0 ? MODE_BEFORE_HEAD : MODE_AFTER_HEAD; return true;
    default: return false;
    }
}

void af_tree_reset_mode(af_tree_t *tree)
{
    for (uint32_t i = tree->depth; i > 0; i--) {
        insertion_mode_t mode;
        if ((tree->open[i - 1].classes & CLASS_HTML) != 0 && mode_of(tree, i, &mode)) {
            tree->mode = (uint8_t) mode;
            return;
        }
    }
    tree->mode = MODE_IN_BODY;
}

void af_tree_using(af_tree_t *tree, insertion_mode_t mode, const af_token_t *token)
{
    switch (mode) {
    case MODE_INITIAL: af_mode_initial(tree, token); break;
    case MODE_BEFORE_HTML: af_mode_before_html(tree, token); break;
    case MODE_BEFORE_HEAD: af_mode_before_head(tree, token); break;
    case MODE_IN_HEAD: af_mode_in_head(tree, token); break;
    case MODE_AFTER_HEAD: af_mode_after_head(tree, token); break;
    case MODE_IN_BODY: af_mode_in_body(tree, token); break;
    case MODE_TEXT: af_mode_text(tree, token); break;
    case MODE_IN_TABLE: af_mode_in_table(tree, token); break;
    case MODE_IN_CAPTION: af_mode_in_caption(tree, token); break;
    case MODE_IN_COLUMN_GROUP: af_mode_in_column_group(tree, token); break;
    case MODE_IN_TABLE_BODY: af_mode_in_table_body(tree, token); break;
    case MODE_IN_ROW: af_mode_in_row(tree, token); break;
    case MODE_IN_CELL: af_mode_in_cell(tree, token); break;
    case MODE_IN_SELECT: af_mode_in_select(tree, token); break;
    case MODE_IN_SELECT_IN_TABLE: af_mode_in_select_in_table(tree, token); break;
    case MODE_IN_TEMPLATE: af_mode_in_template(tree, token); break;
    case MODE_AFTER_BODY: af_mode_after_body(tree, token); break;
    case MODE_IN_FRAMESET: af_mode_in_frameset(tree, token); break;
    case MODE_AFTER_FRAMESET: af_mode_after_frameset(tree, token); break;
    case MODE_AFTER_AFTER_BODY: af_mode_after_after_body(tree, token); break;
    case MODE_AFTER_AFTER_FRAMESET: af_mode_after_after_frameset(tree, token); break;
    }
}

void af_tree_again(af_tree_t *tree, const af_token_t *token)
{
    if (tree->status != AF_OK) {
        return;
    }
    if (af_foreign_applies(tree, token)) {
        af_mode_foreign(tree, token);
    } else {
        af_tree_using(tree, (insertion_mode_t) tree->mode, token);
    }
}

/* --- stability ------------------------------------------------------------------------------------------------------------- */

/* Which open elements may still be moved by an end tag of a formatting element: asked again when one of those has gone. */
static void settle_loose(af_tree_t *tree)
{
    bool active = false;

    tree->loose_dirty = false;
    for (uint32_t i = 0; i < tree->depth && tree->loose_count > 0; i++) {
        af_node_record_t *record = af_node_at(tree->pool, tree->stack[i]);
        if ((record->flags & AF_NODE_UNSTABLE) != 0 && !active) {
            record->flags &= (uint16_t) ~AF_NODE_UNSTABLE;
            tree->loose_count--;
        }
        active = (active || (record->flags & AF_NODE_LISTED) != 0) && (tree->open[i].classes & CLASS_MARKER) == 0;
    }
}

/* --- public ---------------------------------------------------------------------------------------------------------------- */

#ifdef AF_NO_FAST_PATH
enum { FAST_PATHS = 0 };
#else
enum { FAST_PATHS = 1 };
#endif

static void process_text(af_tree_t *tree, const af_token_t *token)
{
    if (tree->ignore_line_feed) {
        size_t skip = af_text_line_feed(token);
        if (skip > 0) {
            af_token_t rest = af_text_part(token, skip, token->bytes.len);
            if (rest.bytes.len > 0) {
                af_tree_again(tree, &rest);
            }
            return;
        }
    }
    af_tree_again(tree, token);
}

af_status_t af_tree_process(af_tree_t *tree, const af_token_t *token)
{
    tree->event_count = 0;
    tree->status = AF_OK;
    if (token->type == AF_TOKEN_IGNORED || token->type == AF_TOKEN_NONE) {
        return AF_OK;
    }
    if (tree->xml) {
        af_tree_xml(tree, token);
    } else if (FAST_PATHS && af_tree_in_body(tree, token)) {
        /* done */
    } else if (token->type == AF_TOKEN_TEXT) {
        process_text(tree, token);
        tree->ignore_line_feed = false;
    } else {
        tree->ignore_line_feed = false;
        tree->table_text = AF_TABLE_TEXT_NONE;
        af_tree_again(tree, token);
    }
    if (tree->loose_dirty) {
        settle_loose(tree);
    }
    return tree->status;
}

bool af_tree_in_foreign(const af_tree_t *tree)
{
    return tree->xml || (tree->depth > 0 && (tree->open[tree->depth - 1].classes & CLASS_HTML) == 0);
}

bool af_tree_fosters(const af_tree_t *tree, uint32_t at)
{
    return (tree->open[at].classes & CLASS_FOSTER) != 0;
}

bool af_tree_past_body(const af_tree_t *tree)
{
    return tree->mode == MODE_AFTER_BODY || tree->mode == MODE_AFTER_AFTER_BODY;
}

bool af_tree_in_svg(const af_tree_t *tree)
{
    return tree->depth > 0 && (tree->open[tree->depth - 1].classes & (CLASS_SVG | CLASS_HTML_POINT)) == CLASS_SVG;
}

af_status_t af_tree_init(af_tree_t *tree, af_heap_t *heap, af_pool_t *pool, uint32_t depth_limit)
{
    memset(tree, 0, sizeof *tree);
    tree->heap = heap;
    tree->pool = pool;
    tree->depth_limit = depth_limit < 4 ? 4 : depth_limit;
    tree->frameset_ok = true;
    tree->names = af_heap_alloc(heap, sizeof(names_t));
    if (tree->names == NULL) {
        return af_heap_why(heap, sizeof(names_t));
    }
    memset(tree->names, 0, sizeof(names_t));
    tree->owns_names = true;
    return AF_OK;
}

static void destroy_names(af_heap_t *heap, names_t *names)
{
    af_heap_release(heap, names->names, names->capacity * sizeof(name_t));
    af_heap_release(heap, names->bytes, names->bytes_capacity);
    af_heap_release(heap, names, sizeof *names);
}

void af_tree_destroy(af_tree_t *tree)
{
    if (tree->heap == NULL) {
        return;
    }
    af_heap_release(tree->heap, tree->open, tree->stack_capacity * (sizeof *tree->stack + sizeof *tree->open));
    af_heap_release(tree->heap, tree->formatting, tree->formatting_capacity * sizeof *tree->formatting);
    af_heap_release(tree->heap, tree->template_modes, tree->template_capacity);
    af_heap_release(tree->heap, tree->events, tree->event_capacity * sizeof *tree->events);
    if (tree->owns_names) {
        destroy_names(tree->heap, tree->names);
    }
    memset(tree, 0, sizeof *tree);
}

static af_status_t reserve_stack(af_tree_t *tree, uint32_t depth)
{
    const size_t item = sizeof *tree->stack + sizeof *tree->open;
    size_t capacity = 0;
    void *block = NULL;

    if (depth <= tree->stack_capacity) {
        return AF_OK;
    }
    af_status_t status = af_heap_grow(tree->heap, &block, &capacity, depth + depth / 2, item, SIZE_MAX / item);
    if (status == AF_OK) {
        af_heap_release(tree->heap, tree->open, tree->stack_capacity * item);
        tree->open = block;
        tree->stack = (af_node_t *) (void *) (tree->open + capacity);
        tree->stack_capacity = capacity;
    }
    return status;
}

static af_status_t reserve_lists(af_tree_t *to, const af_tree_t *from)
{
    void *formatting = to->formatting, *modes = to->template_modes;
    af_status_t status = af_heap_grow(to->heap, &formatting, &to->formatting_capacity, from->formatting_count,
                                      sizeof *to->formatting, UINT32_MAX / 2);

    to->formatting = formatting;
    if (status == AF_OK) {
        status = af_heap_grow(to->heap, &modes, &to->template_capacity, from->template_count, 1, UINT32_MAX / 2);
        to->template_modes = modes;
    }
    return status;
}

af_status_t af_tree_clone(af_tree_t *to, const af_tree_t *from)
{
    af_tree_t old;

    to->heap = from->heap;
    af_status_t status = reserve_stack(to, from->depth);
    if (status == AF_OK) {
        status = reserve_lists(to, from);
    }
    if (status != AF_OK) {
        return status;
    }
    old = *to;
    *to = *from;
    to->open = old.open;
    to->stack = old.stack;
    to->stack_capacity = old.stack_capacity;
    to->formatting = old.formatting;
    to->formatting_capacity = old.formatting_capacity;
    to->template_modes = old.template_modes;
    to->template_capacity = old.template_capacity;
    to->events = old.events;
    to->event_capacity = old.event_capacity;
    to->event_count = 0;
    to->owns_names = false;
    to->scripted = true;
    to->script = NULL;
    to->script_count = to->script_used = 0;
    to->mismatch = to->loose_dirty = false;
    to->loose_count = 0;
    if (from->depth > 0) {
        memcpy(to->open, from->open, from->depth * sizeof *to->open);
        memcpy(to->stack, from->stack, from->depth * sizeof *to->stack);
    }
    if (from->formatting_count > 0) {
        memcpy(to->formatting, from->formatting, from->formatting_count * sizeof *to->formatting);
    }
    if (from->template_count > 0) {
        memcpy(to->template_modes, from->template_modes, from->template_count);
    }
    return AF_OK;
}

void af_tree_mark(const af_tree_t *tree, af_pool_t *pool)
{
    for (uint32_t i = 0; i < tree->depth; i++) {
        af_pool_mark(pool, tree->stack[i]);
    }
    for (uint32_t i = 0; i < tree->formatting_count; i++) {
        af_pool_mark(pool, tree->formatting[i].node);
    }
    for (uint32_t i = 0; i < tree->event_count; i++) {
        af_pool_mark(pool, tree->events[i].node);
        af_pool_mark(pool, tree->events[i].parent);
        af_pool_mark(pool, tree->events[i].before);
    }
    af_pool_mark(pool, tree->head);
    af_pool_mark(pool, tree->form);
}

bool af_tree_same(const af_tree_t *a, const af_tree_t *b)
{
    if (a->depth != b->depth || a->formatting_count != b->formatting_count || a->template_count != b->template_count ||
        a->mode != b->mode || (a->mode == MODE_TEXT && a->original_mode != b->original_mode) ||
        a->frameset_ok != b->frameset_ok || a->quirks != b->quirks || a->ignore_line_feed != b->ignore_line_feed ||
        a->head != b->head || a->form != b->form || a->table_text != b->table_text) {
        return false;
    }
    if (a->depth > 0 && memcmp(a->stack, b->stack, a->depth * sizeof *a->stack) != 0) {
        return false;
    }
    for (uint32_t i = 0; i < a->formatting_count; i++) {
        if (a->formatting[i].node != b->formatting[i].node) {
            return false;
        }
    }
    return a->template_count == 0 || memcmp(a->template_modes, b->template_modes, a->template_count) == 0;
}

bool af_tree_agrees(const af_tree_t *tree, const af_node_t *want, size_t count)
{
    size_t i = tree->depth;
    bool scoped = false;

    if (count < i && (count == 0 || memcmp(tree->stack, want, count * sizeof *want) == 0)) {
        return true;
    }
    while (i > 0 && count > 0 && tree->stack[i - 1] == want[count - 1]) {
        i--;
        count--;
        scoped = scoped || (tree->open[i].classes & (CLASS_SCOPE | CLASS_HTML)) == (CLASS_SCOPE | CLASS_HTML);
    }
    while (i > 0 && scoped) {
        i--;
        count -= count > 0 && tree->stack[i] == want[count - 1];
    }
    return i == 0 && count == 0;
}
