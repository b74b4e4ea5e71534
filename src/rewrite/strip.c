/*
 * rewrite/strip.c: `strip`: runs of text inside one text node.
 *
 * A text node may come in several tokens, so text in a rule's scope waits until it ends. Then the patterns are tried on it
 * as it reads (references decoded, UTF-8), and it goes on in pieces, of which those that match are marked to be dropped.
 * Patterns are tried on the text as it was; text directly in a table stays as it is, since there a run is placed as a whole.
 */
#include "html/charref.h"
#include "rewrite/rewriter_internal.h"

typedef struct {
    uint32_t rule;
    af_node_t node;
} scope_t;

/* The text as it reads, and for each of its bytes where its character begins in the raw text; one more at the end. */
typedef struct {
    uint8_t *text;
    uint32_t *from;
    size_t len, capacity;
    bool *gone; /* of raw bytes */
    size_t raw_len;
} reading_t;

af_status_t af_strip_scope(af_rewriter_t *rw, uint32_t rule, af_node_t node)
{
    af_status_t status = AF_OK;
    scope_t *scope = af_vector_add(rw, &rw->strips, sizeof *scope, &status);

    if (scope != NULL) {
        *scope = (scope_t){rule, node};
    }
    return status;
}

void af_strip_closed(af_rewriter_t *rw, af_node_t node)
{
    size_t to = 0;

    for (size_t i = 0; i < rw->strips.count; i++) {
        scope_t scope = *AF_VECTOR_AT(scope_t, &rw->strips, i);
        if (scope.node != node) {
            *AF_VECTOR_AT(scope_t, &rw->strips, to++) = scope;
        }
    }
    rw->strips.count = to;
}

void af_strip_destroy(af_rewriter_t *rw)
{
    af_heap_release(rw->heap, rw->strips.items, rw->strips.capacity * sizeof(scope_t));
}

/* Text that makes the body is in the scope of a rule that only then has one: the body is made before it, by a character that
 * the tree ignores and that counts as stripped. White space in front of it is a text of its own. */
af_status_t af_strip_begin_body(af_rewriter_t *rw, af_token_t *token)
{
    if (!rw->rules->has.strip || !af_tree_before_body(&rw->in)) {
        return AF_OK;
    }
    size_t space = af_text_leading_space(token);
    af_token_t part = *token;
    af_status_t status = AF_OK;

    if (space > 0) {
        part.bytes.len = space;
        part.to_pos = part.from_pos + space;
        status = af_waiting_add(rw, &part);
        token->bytes = (af_slice_t){token->bytes.data + space, token->bytes.len - space};
        token->from_pos += space;
    }
    if (status != AF_OK || token->bytes.len == 0) {
        return status;
    }
    if (rw->waiting.count > 0) {
        status = af_waiting_end(rw, token);
    }
    part = *token;
    part.bytes.len = 0;
    while (part.bytes.len < token->bytes.len && token->bytes.data[part.bytes.len] == '\0') {
        part.bytes.len++; /* these make the body and are ignored without our doing, however the text is cut */
    }
    part.to_pos = part.from_pos + part.bytes.len;
    token->bytes = (af_slice_t){token->bytes.data + part.bytes.len, token->bytes.len - part.bytes.len};
    token->from_pos = part.to_pos;
    if (part.bytes.len == 0) {
        part.bytes = (af_slice_t){(const uint8_t *) "", 1};
        part.flags |= TOKEN_STRIPPED;
    }
    return status == AF_OK ? af_rewriter_observe_text(rw, &part) : status;
}

bool af_strip_applies(const af_rewriter_t *rw, const af_token_t *token)
{
    return rw->strips.count > 0 && rw->in.depth > 0 && (token->text == AF_TEXT_DATA || token->text == AF_TEXT_CDATA) &&
           rw->in.template_count == 0 && rw->in.table_text == AF_TABLE_TEXT_NONE && !af_tree_fosters(&rw->in, rw->in.depth - 1) &&
           af_is_normal_text(rw, rw->in.stack[rw->in.depth - 1]);
}

bool af_strip_waits(af_rewriter_t *rw, const af_token_t *token)
{
    if (!af_strip_applies(rw, token)) {
        return false;
    }
    if (rw->strip_over || rw->waiting.count + token->bytes.len <= rw->options.limits.hold) {
        return !rw->strip_over;
    }
    uint64_t from_pos = rw->waiting.count > 0 ? rw->waiting_pos : token->from_pos;
    af_event_t event = {AF_LIMIT_HIT, af_strip_rule(rw), from_pos, from_pos + rw->options.limits.hold, "hold"};
    rw->strip_over = true;
    rw->stats.limited++;
    rw->stats.reason = "hold";
    af_queue_tell_at(rw, &event, from_pos);
    return false;
}

/* --- reading --------------------------------------------------------------------------------------------------------------- */

static void put(reading_t *reading, const uint8_t *bytes, size_t len, size_t from)
{
    for (size_t i = 0; i < len && reading->len < reading->capacity; i++) {
        reading->text[reading->len] = bytes[i];
        reading->from[reading->len++] = (uint32_t) from;
    }
}

/* One character of the raw text at `at`; gives how many bytes it has there. */
static size_t read_one(const af_rewriter_t *rw, const af_token_t *token, size_t at, af_partial_t *partial, reading_t *reading)
{
    const uint8_t *data = token->bytes.data;
    size_t left = token->bytes.len - at;
    uint8_t out[AF_CHARSET_OUT];

    if (data[at] == '&' && token->text == AF_TEXT_DATA) {
        uint32_t both[2];
        bool more;
        size_t len = af_charref_match((af_slice_t){data + at + 1, left - 1}, false, both, &more);
        if (len > 0) {
            put(reading, out, af_utf8_encode(both[0], out), at);
            if (both[1] != 0) {
                put(reading, out, af_utf8_encode(both[1], out), at);
            }
            return len + 1;
        }
    }
    if (data[at] == '\r') {
        put(reading, (const uint8_t *) "\n", 1, at);
        return left > 1 && data[at + 1] == '\n' ? 2 : 1;
    }
    if (data[at] == 0 && !af_tree_in_foreign(&rw->in)) {
        return 1; /* tree construction ignores it */
    }
    size_t out_len = 0, used = af_charset_take(rw->charset, partial, data + at, left, out, &out_len);
    put(reading, out, out_len, at);
    return used == 0 ? 1 : used;
}

static af_status_t read_text(af_rewriter_t *rw, const af_token_t *token, reading_t *reading)
{
    size_t len = token->bytes.len;
    af_partial_t partial = {.len = 0};

    reading->raw_len = len;
    reading->capacity = len * 4;
    reading->text = af_heap_alloc(rw->heap, reading->capacity);
    reading->from = af_heap_alloc(rw->heap, (reading->capacity + 1) * sizeof *reading->from);
    reading->gone = af_heap_alloc(rw->heap, len);
    if (reading->text == NULL || reading->from == NULL || reading->gone == NULL) {
        return af_heap_why(rw->heap, reading->capacity * 5);
    }
    memset(reading->gone, 0, len * sizeof *reading->gone);
    for (size_t at = 0; at < len;) {
        at += read_one(rw, token, at, &partial, reading);
    }
    reading->from[reading->len] = (uint32_t) len;
    return AF_OK;
}

static void release(af_rewriter_t *rw, reading_t *reading)
{
    af_heap_release(rw->heap, reading->text, reading->capacity);
    af_heap_release(rw->heap, reading->from, (reading->capacity + 1) * sizeof *reading->from);
    af_heap_release(rw->heap, reading->gone, reading->raw_len);
}

static void mark_matches(af_rewriter_t *rw, reading_t *reading, uint32_t rule_number)
{
    const af_rule_t *rule = &rw->rules->rules[rule_number];
    size_t at = 0;
    af_group_t found;

    while (at <= reading->len && af_condition_find(&rw->condition, rule, (af_slice_t){reading->text, reading->len}, at, &found)) {
        for (size_t i = reading->from[found.from]; found.to > found.from && i < reading->from[found.to]; i++) {
            reading->gone[i] = true;
        }
        at = found.to > found.from ? found.to : found.to + 1;
    }
}

uint32_t af_strip_rule(const af_rewriter_t *rw)
{
    if (rw->strips.count > 0) {
        return AF_VECTOR_AT(scope_t, &rw->strips, 0)->rule;
    }
    for (uint32_t i = 0; i < rw->rules->rule_count; i++) {
        if (rw->rules->rules[i].verb == AF_VERB_STRIP) {
            return i;
        }
    }
    return AF_NO_RULE;
}

af_status_t af_strip_text(af_rewriter_t *rw, const af_token_t *token)
{
    reading_t reading = {0};
    af_status_t status = read_text(rw, token, &reading);

    for (size_t i = 0; status == AF_OK && i < rw->strips.count; i++) {
        mark_matches(rw, &reading, AF_VECTOR_AT(scope_t, &rw->strips, i)->rule);
    }
    uint32_t rule = af_strip_rule(rw);
    for (size_t from = 0, to; status == AF_OK && from < token->bytes.len; from = to) {
        for (to = from + 1; to < token->bytes.len && reading.gone[to] == reading.gone[from]; to++) {
        }
        af_token_t piece = *token;
        piece.bytes = (af_slice_t){token->bytes.data + from, to - from};
        piece.from_pos = token->from_pos + from;
        piece.to_pos = token->from_pos + to;
        if (reading.gone[from]) {
            piece.flags |= TOKEN_STRIPPED;
            rw->stats.stripped++;
            af_queue_tell_at(rw, &(af_event_t){AF_STRIPPED, rule, piece.from_pos, piece.to_pos, ""}, piece.from_pos);
        }
        status = af_rewriter_observe_text(rw, &piece);
    }
    release(rw, &reading);
    return status == AF_LIMIT ? af_rewriter_observe_text(rw, token) : status;
}
