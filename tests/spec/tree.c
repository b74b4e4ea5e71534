/*
 * tree.c: html5lib's tree construction suite against html/tokenizer and html/tree.
 *
 * The tree keeps no DOM: one is built here from its events, and written in the suite's form. What the events leave to those who
 * listen is done here: decoding, NUL (dropped in HTML, U+FFFD in foreign content), attributes (a tag's, or those of the node
 * that a clone was made of), comments and DOCTYPEs. Each document goes through in chunks of several sizes. Fragments and
 * documents without scripting are skipped: the core reads whole documents as a browser with scripting does. So are, by name, those
 * that want a select's contents parsed as the standard has it since 2025: the core keeps to the mode "in select" before that, as
 * parse5 8 does. One of these that passes is a failure: then the list is out of date.
 */
#include "dom.h"
#include "html/tree_internal.h"

static const size_t chunks[] = {1, 3, SIZE_MAX};

static const char *const free_selects[] = {
    "menuitem-element.dat:161", "tests1.dat:355", "tests1.dat:1533", "tests10.dat:35", "tests10.dat:46", "tests10.dat:259",
    "tests10.dat:284", "tests18.dat:227", "tests18.dat:240", "tests7.dat:443", "tests9.dat:48", "tests9.dat:59", "tests9.dat:299",
    "tests9.dat:324", "webkit02.dat:557", "webkit02.dat:590", "webkit02.dat:611", "webkit02.dat:624", "webkit02.dat:637",
    "webkit02.dat:652", "webkit02.dat:666", "webkit02.dat:692", "webkit02.dat:706", "webkit02.dat:732", "webkit02.dat:748",
};

typedef struct {
    counts_t counts;
    int fragments, script_off, free_selects;
    const char *path;
    int line;
} suite_t;

typedef struct {
    bytes_t input, document;
    bool fragment, script_off;
    int line;
} test_t;

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
    if (af_tokenizer_create(&run->heap, 1 << 16, 64, &run->tokenizer) != AF_OK ||
        af_tree_init(&run->tree, &run->heap, &run->pool, 1024) != AF_OK) {
        abort();
    }
}

static void stop(run_t *run)
{
    af_tree_destroy(&run->tree);
    af_tokenizer_destroy(run->tokenizer);
    af_pool_destroy(&run->pool);
    if (run->wrong == NULL && run->heap.used != 0) {
        run->wrong = "memory is not released";
    }
    dom_free(run->document);
    free(run->elements);
    free(run->waiting.data);
}

/* Writes the document of `input`, read in chunks; gives what is wrong, or NULL. */
static const char *build(const bytes_t *input, size_t chunk, bytes_t *out)
{
    run_t run = {0};

    start(&run);
    for (size_t at = 0; run.wrong == NULL && at < input->len;) {
        size_t left = input->len - at, len = left < chunk ? left : chunk;
        uint8_t *block = must(malloc(len)); /* of its own, so that a sanitizer sees what is read outside or too late */
        memcpy(block, input->data + at, len);
        af_tokenizer_feed(run.tokenizer, block, len);
        take_tokens(&run);
        free(block);
        at += len;
    }
    af_tokenizer_finish(run.tokenizer);
    if (run.wrong == NULL) {
        take_tokens(&run);
    }
    dom_dump(run.document, 0, out);
    stop(&run);
    return run.wrong;
}

/* --- reading the suite ----------------------------------------------------------------------------------------------- */

static bool line_is(const uint8_t *line, size_t len, const char *text)
{
    return len == strlen(text) && memcmp(line, text, len) == 0;
}

static void tell(const suite_t *suite, const test_t *test, size_t chunk, const char *wrong, const bytes_t *got)
{
    printf("not ok %s:%d (chunk %zu)%s%s\n", base_name(suite->path), test->line, chunk == SIZE_MAX ? test->input.len : chunk,
           wrong == NULL ? "" : ": ", wrong == NULL ? "" : wrong);
    show("input", test->input.data, test->input.len);
    show("expected", test->document.data, test->document.len);
    show("came", got->data, got->len);
    printf("  repeat\n    build/tests/spec/tree %s\n", suite->path);
}

/* Runs a test in all chunk sizes; shows the first failure if `loud`. */
static bool passes(const suite_t *suite, const test_t *test, bool loud)
{
    bool good = true;

    for (size_t i = 0; good && i < sizeof chunks / sizeof *chunks; i++) {
        bytes_t got = {0};
        clear(&got);
        const char *wrong = build(&test->input, chunks[i], &got);
        good = wrong == NULL && same_bytes(&got, &test->document);
        if (!good && loud) {
            tell(suite, test, chunks[i], wrong, &got);
        }
        free(got.data);
    }
    return good;
}

static bool is_free_select(const suite_t *suite, const test_t *test)
{
    char name[128];

    snprintf(name, sizeof name, "%.100s:%d", base_name(suite->path), test->line);
    for (size_t i = 0; i < sizeof free_selects / sizeof *free_selects; i++) {
        if (strcmp(free_selects[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void run_test(suite_t *suite, const test_t *test)
{
    if (test->fragment || test->script_off) {
        *(test->fragment ? &suite->fragments : &suite->script_off) += 1;
    } else if (!is_free_select(suite, test)) {
        bool good = passes(suite, test, suite->counts.failed < SHOWN_FAILURES);
        *(good ? &suite->counts.passed : &suite->counts.failed) += 1;
    } else if (passes(suite, test, false)) {
        printf("not ok %s:%d: passes, but is listed as one that cannot\n", base_name(suite->path), test->line);
        suite->counts.failed++;
    } else {
        suite->free_selects++;
    }
}

/* A test ends where the next "#data" or the file does; the line feed before that is not the test's. */
static void end_test(suite_t *suite, test_t *test, bool last)
{
    if (test->line > 0) {
        if (!last && test->document.len > 0) {
            test->document.len--;
        }
        run_test(suite, test);
    }
    clear(&test->input);
    clear(&test->document);
    test->fragment = test->script_off = false;
}

static void run_file(void *opaque, const char *path)
{
    suite_t *suite = opaque;
    bytes_t text = {0}, *section = NULL;
    test_t test = {0};
    int line = 0;

    suite->path = path;
    if (!read_file(path, &text)) {
        printf("not ok %s: not to be read\n", path);
        suite->counts.failed++;
    }
    for (size_t at = 0; at < text.len;) {
        const uint8_t *from = text.data + at, *stop = memchr(from, '\n', text.len - at);
        size_t len = stop == NULL ? text.len - at : (size_t) (stop - from);
        line++;
        at += len + 1;
        if (line_is(from, len, "#data")) {
            end_test(suite, &test, false);
            test.line = line;
            section = &test.input;
        } else if (line_is(from, len, "#errors") || line_is(from, len, "#new-errors") || line_is(from, len, "#script-on")) {
            section = NULL;
        } else if (line_is(from, len, "#document-fragment") || line_is(from, len, "#script-off")) {
            *(len > 12 ? &test.fragment : &test.script_off) = true;
            section = NULL;
        } else if (line_is(from, len, "#document")) {
            section = &test.document;
        } else if (section != NULL) {
            put(section, from, len);
            put(section, "\n", 1);
        }
        if (section == NULL && test.input.len > 0 && line_is(from, len, "#errors")) {
            test.input.len--; /* the line feed before "#errors" */
        }
    }
    end_test(suite, &test, text.len > 1 && text.data[text.len - 2] != '\n');
    free(test.input.data);
    free(test.document.data);
    free(text.data);
}

static void skip_scripted(void *opaque, const char *path)
{
    suite_t *suite = opaque;

    printf("skipped 1: %s wants scripts to run\n", base_name(path));
    suite->counts.skipped++;
}

int main(int argc, char **argv)
{
    suite_t suite = {0};
    char folder[4096], scripted[4096];

    suite_folder("tree-construction", folder, sizeof folder);
    suite_folder("tree-construction/scripted", scripted, sizeof scripted);
    for (int i = 1; i < argc; i++) {
        run_file(&suite, argv[i]);
    }
    if (argc == 1 && !each_file(folder, ".dat", run_file, &suite)) {
        printf("skipped: html5lib's tree construction suite is not here (%s)\n", folder);
        suite.counts.skipped++;
    } else if (argc == 1) {
        each_file(scripted, ".dat", skip_scripted, &suite);
    }
    if (suite.fragments > 0) {
        printf("skipped %d: fragments; the core reads documents\n", suite.fragments);
    }
    if (suite.script_off > 0) {
        printf("skipped %d: without scripting, under which the core does not parse\n", suite.script_off);
    }
    if (suite.free_selects > 0) {
        printf("skipped %d: elements in select as the standard allows them since 2025\n", suite.free_selects);
    }
    suite.counts.skipped += suite.fragments + suite.script_off + suite.free_selects;
    return tell_counts(&suite.counts);
}
