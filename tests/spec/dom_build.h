/*
 * dom_build.h: a document's DOM from the events of html/tree.
 *
 * What the events leave to those who listen is done here: decoding, NUL (dropped in HTML, U+FFFD in foreign content), attributes
 * (a tag's, or those of the node that a clone was made of), comments and DOCTYPEs.
 */
#ifndef AF_TESTS_DOM_BUILD_H
#define AF_TESTS_DOM_BUILD_H

#include "dom.h"
#include "html/tree_internal.h"

typedef struct {
    af_heap_t heap;
    af_pool_t pool;
    af_tree_t tree;
    af_tokenizer_t *tokenizer;
    dom_t *document;
    dom_t **elements; /* by af_node_t */
    size_t element_count;
    dom_t *comment;   /* may go on */
    bytes_t waiting;  /* text in a table that is not decided */
    af_token_t waiting_token;
    const char *wrong;
    bool tree_quirks; /* when all is read */
} run_t;

/* --- events to DOM --------------------------------------------------------------------------------------------------- */

static dom_t *element_of(run_t *run, af_node_t node)
{
    if (node == 0) {
        return run->document;
    }
    if (node >= run->element_count || run->elements[node] == NULL) {
        run->wrong = "an event names a node that was never made";
        return run->document;
    }
    return run->elements[node];
}

static dom_t *child_of(run_t *run, af_node_t before, const dom_t *parent)
{
    if (before == 0) {
        return NULL;
    }
    dom_t *child = element_of(run, before);
    if (child->parent != parent) {
        run->wrong = "an event's `before` is no child of its parent";
        return NULL;
    }
    return child;
}

static void add_token_attributes(dom_t *node, const af_token_t *token)
{
    for (uint32_t i = 0; i < token->attribute_count; i++) {
        const af_attribute_t *attribute = &token->attributes[i];
        const af_slice_t raw = {token->bytes.data + attribute->value, attribute->value_len};
        bytes_t name = {0}, value = {0};
        size_t room = 2 * raw.len + 8;
        uint8_t *decoded = must(malloc(room));
        clear(&name);
        put_lower(&name, token->bytes.data + attribute->name, attribute->name_len);
        put(&value, decoded, af_text_decode(raw, true, decoded, room));
        free(decoded);
        dom_add_attribute(node, name, value);
    }
}

static void on_created(run_t *run, const af_token_t *token, const af_tree_event_t *event)
{
    const af_node_record_t *record = af_node_at(&run->pool, event->node);
    af_slice_t name = af_tree_name(&run->tree, event->node);
    dom_t *node = dom_new(run->document, DOM_ELEMENT), *parent = element_of(run, event->parent);

    if (event->node >= run->element_count) {
        size_t count = 2 * ((size_t) event->node + 16);
        run->elements = must(realloc(run->elements, count * sizeof *run->elements));
        memset(run->elements + run->element_count, 0, (count - run->element_count) * sizeof *run->elements);
        run->element_count = count;
    }
    put_normalised(&node->text, name.data, name.len, true);
    node->space = (af_namespace_t) record->space;
    dom_insert(node, parent, child_of(run, event->before, parent));
    if (event->origin != 0) {
        dom_copy_attributes(node, element_of(run, event->origin));
    } else if (token->type == AF_TOKEN_START_TAG && (record->flags & AF_NODE_IMPLIED) == 0) {
        add_token_attributes(node, token);
    }
    run->elements[event->node] = node;
}

static bool is_point(const dom_t *node)
{
    static const char *const names[] = {"mi", "mo", "mn", "ms", "mtext", "annotation-xml", "foreignobject", "desc", "title"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (is_text(&node->text, names[i]) && (node->space == AF_NS_MATHML) == (i < 6)) {
            return true;
        }
    }
    return false;
}

static void on_text(run_t *run, const af_token_t *token, const af_tree_event_t *event)
{
    if (event->from_pos < token->from_pos || event->to_pos > token->to_pos || event->parent == 0) {
        run->wrong = "text that is not the token's";
        return;
    }
    const uint8_t *data = token->bytes.data + (event->from_pos - token->from_pos);
    size_t len = (size_t) (event->to_pos - event->from_pos), room = 2 * len + 8;
    bool references = token->text == AF_TEXT_DATA || token->text == AF_TEXT_RCDATA;
    bool in_html = token->text == AF_TEXT_DATA || token->text == AF_TEXT_CDATA;
    uint8_t *decoded = must(malloc(room));
    dom_t *parent = element_of(run, event->parent), *before = child_of(run, event->before, parent);
    bytes_t text = {0};

    clear(&text);
    if (references) {
        size_t decoded_len = af_text_decode((af_slice_t){data, len}, false, decoded, room);
        put(&text, decoded, decoded_len);
    } else {
        put_normalised(&text, data, len, false);
    }
    bool drops_nul = in_html && (parent->space == AF_NS_HTML || is_point(parent));
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] != 0) {
            put(dom_text(run->document, parent, before), text.data + i, 1);
        } else if (!drops_nul) {
            put_character(dom_text(run->document, parent, before), 0xfffd);
        }
    }
    free(text.data);
    free(decoded);
}

static void on_children_moved(run_t *run, const af_tree_event_t *event)
{
    dom_t *from = element_of(run, event->node), *to = element_of(run, event->parent);

    /* The clone that takes them stands among them already, as the last. */
    while (from != to && from->first != NULL && from->first != to) {
        dom_insert(from->first, to, NULL);
    }
}

static void on_event(run_t *run, const af_token_t *token, const af_tree_event_t *event)
{
    dom_t *node = event->kind == AF_EVENT_CREATED ? NULL : element_of(run, event->node), *parent = NULL;

    switch (event->kind) {
    case AF_EVENT_CREATED:
        on_created(run, token, event);
        break;
    case AF_EVENT_CLOSED:
        break;
    case AF_EVENT_MOVED:
        dom_remove(node);
        if (event->parent != 0) {
            parent = element_of(run, event->parent);
            dom_insert(node, parent, child_of(run, event->before, parent));
        }
        break;
    case AF_EVENT_CHILDREN_MOVED:
        on_children_moved(run, event);
        break;
    case AF_EVENT_TEXT:
        on_text(run, token, event);
        break;
    case AF_EVENT_COMMENT:
        parent = element_of(run, event->parent);
        run->comment = dom_new(run->document, DOM_COMMENT);
        put(&run->comment->text, token->bytes.data, token->bytes.len);
        dom_insert(run->comment, parent, child_of(run, event->before, parent));
        break;
    case AF_EVENT_ATTRIBUTES:
        add_token_attributes(node, token);
        break;
    }
}

/* --- tokens to the tree ---------------------------------------------------------------------------------------------- */

static void process(run_t *run, const af_token_t *token)
{
    if (token->type == AF_TOKEN_DOCTYPE && run->tree.mode == MODE_INITIAL) {
        dom_t *doctype = dom_new(run->document, DOM_DOCTYPE);
        put(&doctype->text, token->bytes.data, token->bytes.len);
        dom_insert(doctype, run->document, NULL);
    }
    run->tree.next_text = AF_TEXT_DATA;
    if (af_tree_process(&run->tree, token) != AF_OK) {
        run->wrong = "the tree failed";
        return;
    }
    if (token->type == AF_TOKEN_START_TAG && run->tree.next_text != AF_TEXT_DATA) {
        af_tokenizer_set_text(run->tokenizer, run->tree.next_text);
    }
    af_tokenizer_allow_cdata(run->tokenizer, af_tree_in_foreign(&run->tree));
    for (uint32_t i = 0; i < run->tree.event_count; i++) {
        on_event(run, token, &run->tree.events[i]);
    }
}

static void process_pieces(run_t *run, af_token_t token)
{
    while (run->wrong == NULL && token.bytes.len > 0) {
        af_token_t piece = token;
        size_t len = af_tree_text_piece(&run->tree, &token);
        if (len == 0 || len > token.bytes.len) {
            run->wrong = "a piece of text of no length";
            return;
        }
        piece.bytes.len = len;
        piece.to_pos = token.from_pos + len;
        process(run, &piece);
        token.bytes.data += len;
        token.bytes.len -= len;
        token.from_pos += len;
    }
}

/* Text in a table that waited is decided by what came. */
static void end_waiting(run_t *run)
{
    if (run->waiting.len > 0) {
        bytes_t text = run->waiting;
        af_token_t token = run->waiting_token;
        run->waiting = (bytes_t){0};
        token.bytes = (af_slice_t){text.data, text.len};
        token.to_pos = token.from_pos + text.len;
        process_pieces(run, token);
        free(text.data);
    }
}

static void take_text(run_t *run, const af_token_t *token)
{
    af_token_t whole = *token;

    if (run->waiting.len > 0) {
        put(&run->waiting, token->bytes.data, token->bytes.len);
        whole = run->waiting_token;
        whole.bytes = (af_slice_t){run->waiting.data, run->waiting.len};
    }
    if (!af_tree_text_waits(&run->tree, &whole)) {
        if (run->waiting.len > 0) {
            end_waiting(run);
        } else {
            process_pieces(run, *token);
        }
    } else if (run->waiting.len == 0) {
        put(&run->waiting, token->bytes.data, token->bytes.len);
        run->waiting_token = *token;
    }
}

static void take_token(run_t *run, const af_token_t *token)
{
    if (token->type == AF_TOKEN_COMMENT && (token->flags & AF_TOKEN_CONTINUED) != 0) {
        put(&run->comment->text, token->bytes.data, token->bytes.len);
    } else if (token->type == AF_TOKEN_TEXT) {
        take_text(run, token);
    } else if (token->type != AF_TOKEN_IGNORED) {
        end_waiting(run);
        process(run, token);
    }
}

static void take_tokens(run_t *run)
{
    af_token_t token = {.type = AF_TOKEN_NONE};

    do {
        if (af_tokenizer_next(run->tokenizer, &token) != AF_OK) {
            run->wrong = "the tokenizer failed";
            return;
        }
        if (token.type != AF_TOKEN_NONE) {
            take_token(run, &token);
        }
    } while (run->wrong == NULL && token.type != AF_TOKEN_NONE && token.type != AF_TOKEN_END);
}

static void mark_roots(void *opaque, af_pool_t *pool)
{
    const run_t *run = opaque;

    af_tree_mark(&run->tree, pool);
}

static void start(run_t *run)
{
    af_heap_init(&run->heap, NULL, 0);
    af_pool_init(&run->pool, &run->heap, 1 << 20);
    run->pool.mark_roots = mark_roots;
    run->pool.opaque = run;
    run->document = dom_new(NULL, DOM_DOCUMENT);
    if (af_tokenizer_create(&run->heap, 1 << 16, 1024, &run->tokenizer) != AF_OK ||
        af_tree_init(&run->tree, &run->heap, &run->pool, 1024) != AF_OK) {
        abort();
    }
}

static void stop(run_t *run)
{
    run->tree_quirks = run->tree.quirks;
    af_tree_destroy(&run->tree);
    af_tokenizer_destroy(run->tokenizer);
    af_pool_destroy(&run->pool);
    if (run->wrong == NULL && run->heap.used != 0) {
        run->wrong = "memory is not released";
    }
    free(run->elements);
    free(run->waiting.data);
}

/* Reads `input` in chunks into run->document, which is the caller's to free; `run` is zeroed. run->wrong: NULL, or what is wrong. */
static void dom_build(run_t *run, const bytes_t *input, size_t chunk)
{
    start(run);
    for (size_t at = 0; run->wrong == NULL && at < input->len;) {
        size_t left = input->len - at, len = left < chunk ? left : chunk;
        uint8_t *block = must(malloc(len)); /* of its own, so that a sanitizer sees what is read outside or too late */
        memcpy(block, input->data + at, len);
        af_tokenizer_feed(run->tokenizer, block, len);
        take_tokens(run);
        free(block);
        at += len;
    }
    af_tokenizer_finish(run->tokenizer);
    if (run->wrong == NULL) {
        take_tokens(run);
    }
    stop(run);
}

#endif
