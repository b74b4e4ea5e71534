/*
 * rewrite/check.c: the parser of the output, beside the rewriter's idea of it.
 */
#include "rewrite/check.h"

#include "rewrite/rewriter_internal.h"

#ifdef AF_CHECK_OUTPUT

#include <stdio.h>
#include <stdlib.h>

#define NODE_LIMIT ((size_t) 1 << 22)

/* A growing run of bytes. */
typedef struct {
    uint8_t *data;
    size_t len, capacity;
} bytes_t;

struct af_check {
    af_rewriter_t *rw;
    const af_sink_t *host;
    af_sink_t sink;
    af_heap_t heap;
    af_pool_t pool;
    af_tree_t tree;
    af_tokenizer_t *tokenizer;
    bytes_t in, out, waiting; /* all that was pushed; all that was emitted; white space in a table */
    uint64_t read_pos;        /* end of the last token of `out` */
    uint64_t waiting_pos;
    bool lost;                /* a tag was over the limit: what follows it is not promised to be read as it was */
};

static void need(bool holds, const af_check_t *check, const char *what)
{
    if (holds) {
        return;
    }
    fprintf(stderr, "output check: %s at %zu of the output (input: %zu)\n", what, check->out.len, check->in.len);
    abort();
}

static void append(af_check_t *check, bytes_t *bytes, const uint8_t *data, size_t len)
{
    void *block = bytes->data;

    need(af_heap_grow(&check->heap, &block, &bytes->capacity, bytes->len + len, 1, SIZE_MAX / 2) == AF_OK, check, "no memory");
    bytes->data = block;
    if (len > 0) {
        memcpy(bytes->data + bytes->len, data, len);
    }
    bytes->len += len;
}

/* --- the parser ------------------------------------------------------------------------------------------------------------ */

static void process(af_check_t *check, const af_token_t *token)
{
    af_tree_t *tree = &check->tree;

    tree->next_text = AF_TEXT_DATA;
    need(af_tree_process(tree, token) == AF_OK, check, "the output's parser failed");
    if (token->type == AF_TOKEN_START_TAG && tree->next_text != AF_TEXT_DATA) {
        af_tokenizer_set_text(check->tokenizer, tree->next_text);
    }
    af_tokenizer_allow_cdata(check->tokenizer, af_tree_in_foreign(tree));
}

static void process_text(af_check_t *check, const af_token_t *token)
{
    for (size_t at = 0; at < token->bytes.len;) {
        af_token_t piece = *token;
        piece.bytes = (af_slice_t){token->bytes.data + at, token->bytes.len - at};
        piece.from_pos = token->from_pos + at;
        piece.bytes.len = af_tree_text_piece(&check->tree, &piece);
        piece.to_pos = piece.from_pos + piece.bytes.len;
        at += piece.bytes.len;
        process(check, &piece);
    }
}

static void end_waiting(af_check_t *check)
{
    bytes_t *waiting = &check->waiting;
    const af_token_t text = {.type = AF_TOKEN_TEXT, .text = AF_TEXT_DATA, .from_pos = check->waiting_pos,
                             .to_pos = check->waiting_pos + waiting->len, .bytes = {waiting->data, waiting->len}};

    process_text(check, &text);
    waiting->len = 0;
}

static void take(af_check_t *check, const af_token_t *token)
{
    bool waits = token->type == AF_TOKEN_TEXT && af_tree_text_waits(&check->tree, token);

    check->lost = check->lost || (token->flags & AF_TOKEN_OVERLONG) != 0;
    if (waits || (check->waiting.len > 0 && token->type == AF_TOKEN_TEXT)) {
        check->waiting_pos = check->waiting.len == 0 ? token->from_pos : check->waiting_pos;
        append(check, &check->waiting, token->bytes.data, token->bytes.len);
        if (!waits) {
            end_waiting(check);
        }
        return;
    }
    if (check->waiting.len > 0) {
        end_waiting(check);
    }
    if (token->type == AF_TOKEN_TEXT) {
        process_text(check, token);
    } else if (token->type != AF_TOKEN_COMMENT || (token->flags & AF_TOKEN_CONTINUED) == 0) {
        process(check, token);
    }
}

static void emit(af_check_t *check, const uint8_t *data, size_t len)
{
    af_token_t token;

    append(check, &check->out, data, len);
    af_tokenizer_feed(check->tokenizer, data, len);
    for (;;) {
        need(af_tokenizer_next(check->tokenizer, &token) == AF_OK, check, "the output's tokenizer failed");
        if (token.type == AF_TOKEN_NONE) {
            return;
        }
        check->read_pos = token.to_pos;
        take(check, &token);
    }
}

static af_status_t on_edit(void *opaque, const af_edit_t *edit)
{
    af_check_t *check = opaque;

    if (!check->rw->passing && edit->kind == AF_INSERT) {
        emit(check, edit->data, edit->len);
    } else if (!check->rw->passing && edit->kind == AF_KEEP) {
        emit(check, check->in.data + edit->from_pos, (size_t) (edit->to_pos - edit->from_pos));
    }
    return check->host->edit(check->host->opaque, edit);
}

static void on_event(void *opaque, const af_event_t *event)
{
    const af_check_t *check = opaque;

    if (check->host->event != NULL) {
        check->host->event(check->host->opaque, event);
    }
}

static const char *on_variable(void *opaque, uint32_t index, size_t *len)
{
    const af_check_t *check = opaque;

    return check->host->variable == NULL ? NULL : check->host->variable(check->host->opaque, index, len);
}

/* --- comparing ------------------------------------------------------------------------------------------------------------- */

static bool same_name(const af_tree_t *a, af_node_t in_a, const af_tree_t *b, af_node_t in_b)
{
    if (in_a == 0 || in_b == 0) {
        return in_a == in_b;
    }
    af_slice_t name = af_tree_name(a, in_a), other = af_tree_name(b, in_b);
    return name.len == other.len && memcmp(name.data, other.data, name.len) == 0 &&
           af_node_at(a->pool, in_a)->space == af_node_at(b->pool, in_b)->space;
}

/* Plus one; 0: not open. */
static uint32_t open_at(const af_tree_t *tree, af_node_t node)
{
    uint32_t i = tree->depth;

    while (i > 0 && tree->stack[i - 1] != node) {
        i--;
    }
    return i;
}

static void print_stack(const af_tree_t *tree, const char *whose)
{
    fprintf(stderr, "%s:", whose);
    for (uint32_t i = 0; i < tree->depth; i++) {
        af_slice_t name = af_tree_name(tree, tree->stack[i]);
        fprintf(stderr, " %.*s", (int) name.len, (const char *) name.data);
    }
    fputs("\n", stderr);
}

static void compare(const af_check_t *check, const af_tree_t *want)
{
    const af_tree_t *tree = &check->tree;

    if (tree->depth != want->depth) {
        print_stack(want, "believed");
        print_stack(tree, "output");
    }
    need(tree->depth == want->depth, check, "another number of open elements");
    for (uint32_t i = 0; i < tree->depth; i++) {
        need(same_name(tree, tree->stack[i], want, want->stack[i]), check, "another open element");
    }
    need(tree->formatting_count == want->formatting_count, check, "another number of active formatting elements");
    for (uint32_t i = 0; i < tree->formatting_count; i++) {
        need(same_name(tree, tree->formatting[i].node, want, want->formatting[i].node), check, "another formatting element");
        need(open_at(tree, tree->formatting[i].node) == open_at(want, want->formatting[i].node), check,
             "a formatting element is open at another place");
    }
    need(tree->mode == want->mode, check, "another insertion mode");
    need(tree->template_count == want->template_count, check, "another number of template modes");
    need(tree->template_count == 0 || memcmp(tree->template_modes, want->template_modes, tree->template_count) == 0, check,
         "another template mode");
    need(tree->quirks == want->quirks, check, "another quirks mode");
    need(tree->frameset_ok == want->frameset_ok, check, "another frameset-ok flag");
    need((tree->head == 0) == (want->head == 0), check, "another head pointer");
    need((tree->form == 0) == (want->form == 0), check, "another form pointer");
}

void af_check_settled(af_check_t *check)
{
    if (check == NULL || check->rw->passing || check->rw->edits.status != AF_OK) {
        return;
    }
    af_rewriter_t *rw = check->rw;
    check->lost = check->lost || af_tokenizer_cuts(rw->tokenizer).overlong > 0;
    if (check->lost) {
        return;
    }
    af_edits_flush(&rw->edits);
    /* A tag or a reference may go on, and white space in a table waits on both sides. */
    if (check->read_pos == check->out.len && check->waiting.len == 0) {
        compare(check, rw->diverged ? &rw->out : af_rewriter_holding(rw) ? &rw->past : &rw->in);
    }
}

/* --- life ------------------------------------------------------------------------------------------------------------------ */

static void mark_roots(void *opaque, af_pool_t *pool)
{
    const af_check_t *check = opaque;

    af_tree_mark(&check->tree, pool);
}

void af_check_pushed(af_check_t *check, const uint8_t *data, size_t len)
{
    if (check != NULL) {
        append(check, &check->in, data, len);
    }
}

af_check_t *af_check_create(af_rewriter_t *rw)
{
    if (rw->rules->has.attribution || rw->options.mode != AF_FILTER) {
        return NULL;
    }
    af_heap_t heap;
    af_heap_init(&heap, NULL, 0);
    af_check_t *check = af_heap_alloc(&heap, sizeof *check);
    if (check == NULL) {
        abort();
    }
    memset(check, 0, sizeof *check);
    check->heap = heap;
    check->rw = rw;
    check->host = rw->edits.sink;
    check->sink = (af_sink_t){on_edit, on_event, on_variable, check};
    rw->edits.sink = &check->sink;
    af_pool_init(&check->pool, &check->heap, NODE_LIMIT);
    check->pool.mark_roots = mark_roots;
    check->pool.opaque = check;
    const af_limits_t *limits = &rw->options.limits;
    need(af_tokenizer_create(&check->heap, limits->tag, limits->attributes, &check->tokenizer) == AF_OK &&
             af_tree_init(&check->tree, &check->heap, &check->pool, UINT32_MAX / 4) == AF_OK,
         check, "no memory");
    return check;
}

void af_check_destroy(af_check_t *check)
{
    if (check == NULL) {
        return;
    }
    af_tokenizer_destroy(check->tokenizer);
    af_tree_destroy(&check->tree);
    af_pool_destroy(&check->pool);
    bytes_t *stores[] = {&check->in, &check->out, &check->waiting};
    for (size_t i = 0; i < sizeof stores / sizeof *stores; i++) {
        af_heap_release(&check->heap, stores[i]->data, stores[i]->capacity);
    }
    af_heap_t heap = check->heap;
    af_heap_release(&heap, check, sizeof *check);
}

#endif
