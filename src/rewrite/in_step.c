/*
 * rewrite/in_step.c: also=: what the page says of its rights to machines is kept in step with the notice.
 *
 * A meta or JSON-LD element that may say something is held until the body begins, one in the body until its end: what the page's
 * head tells (the date above all) is known then. A value that has the notice in a malformed form is repaired as one in the text
 * is, and an empty one is filled; the rest of the element stays as it is. What is written is ASCII: references in an attribute,
 * escapes in a string of JSON. Limit: over STEP_NODES such elements before the body are not held, and stay as they are.
 */
#include "rewrite/rewriter_internal.h"

#define STEP_NODES 32u
#define STEP_BYTES ((size_t) 2048)

bool af_in_step_wanted(const af_rewriter_t *rw)
{
    const af_ruleset_t *set = rw->rules;

    for (size_t i = 0; rw->options.mode != AF_PREVIEW && i < set->attribution_count; i++) {
        if (set->rules[set->attributions[i]].attribution->also != 0) {
            return true;
        }
    }
    return false;
}

void af_in_step_destroy(af_rewriter_t *rw)
{
    af_heap_release(rw->heap, rw->step.nodes.items, rw->step.nodes.capacity * sizeof(af_node_t));
}

af_status_t af_in_step_created(af_rewriter_t *rw, const af_token_t *token, af_node_t node)
{
    af_status_t status = AF_OK;
    const af_node_record_t *record = node_of(rw, node);

    rw->step.in_body = rw->step.in_body || (record->space == AF_NS_HTML && record->name == AF_TAG_BODY);
    if (token->type != AF_TOKEN_START_TAG || !rw->past_live || record->space != AF_NS_HTML || record->name != token->tag ||
        (record->flags & (AF_NODE_IMPLIED | AF_NODE_CLONE)) != 0 || !af_facts_may_claim(token) ||
        rw->step.nodes.count == STEP_NODES) {
        return AF_OK;
    }
    af_node_t *held = af_vector_add(rw, &rw->step.nodes, sizeof *held, &status);
    if (held == NULL) {
        return status;
    }
    *held = node;
    return af_candidates_hold(rw, node);
}

/* --- Writing -------------------------------------------------------------------------------------------------------------- */

static size_t put_escape(uint8_t *out, size_t at, uint32_t unit)
{
    out[at++] = '\\';
    out[at++] = 'u';
    for (int shift = 12; shift >= 0; shift -= 4) {
        out[at++] = (uint8_t) "0123456789abcdef"[unit >> shift & 15];
    }
    return at;
}

/* The UTF-8 text as it is written in a string of JSON in a script: no quote, no mark that a script's end could begin with. */
static size_t write_json(af_slice_t text, uint8_t *out)
{
    size_t len = 0;

    for (size_t i = 0; i < text.len && len + 12 <= STEP_BYTES;) {
        uint8_t c = text.data[i];
        size_t more = c < 0x80 ? 0 : c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
        uint32_t point = more == 0 ? c : c & (0x3Fu >> more);
        for (size_t k = 1; k <= more && i + k < text.len; k++) {
            point = point << 6 | (text.data[i + k] & 0x3Fu);
        }
        i += more + 1;
        if (point > 0xFFFF) {
            len = put_escape(out, len, 0xD800 + ((point - 0x10000) >> 10));
            len = put_escape(out, len, 0xDC00 + ((point - 0x10000) & 0x3FF));
        } else if (point < ' ' || point > '~' || strchr("\"\\<>&'", (int) point) != NULL) {
            len = put_escape(out, len, point);
        } else {
            out[len++] = (uint8_t) point;
        }
    }
    return len;
}

static af_status_t edit(af_rewriter_t *rw, uint32_t rule, const af_claim_t *claim, const af_notice_edit_t *edit)
{
    const af_tape_t *tape = &rw->facts.claims.tape;
    af_slice_t text = af_claims_text(&rw->facts.claims, claim), bytes = edit->bytes;
    uint8_t decoded[STEP_BYTES], written[STEP_BYTES];
    uint64_t from_pos = text.len == 0 ? claim->from_pos : af_tape_position(tape, text.data + edit->from);
    uint64_t to_pos = edit->to > edit->from ? af_tape_position_after(tape, text.data + edit->to) : from_pos;

    if (claim->kind != AF_CLAIM_META) {
        size_t len = af_text_decode(bytes, false, decoded, sizeof decoded);
        bytes = (af_slice_t){written, write_json((af_slice_t){decoded, len}, written)};
    }
    return af_notices_edit(rw, rule, from_pos, to_pos, bytes);
}

static bool can_edit(const af_rewriter_t *rw, const af_claim_t *claim, const af_notice_t *notice)
{
    return claim->from_pos >= rw->edits.frontier && claim->quote != 0 && notice->bytes.len <= STEP_BYTES / 2;
}

static af_status_t settle_claim(af_rewriter_t *rw, const af_claim_t *claim)
{
    const af_ruleset_t *set = rw->rules;
    unsigned form = claim->kind == AF_CLAIM_META ? AF_ALSO_META : AF_ALSO_JSONLD;
    af_notice_t notice;

    for (size_t i = 0; i < set->attribution_count; i++) {
        uint32_t rule = set->attributions[i];
        if ((set->rules[rule].attribution->also & form) == 0) {
            continue;
        }
        af_attribution_claim(&rw->attribution, rule, claim, &notice);
        if (notice.kind != AF_NOTICE_REPAIR || !can_edit(rw, claim, &notice)) {
            continue;
        }
        af_status_t status = AF_OK;
        for (size_t k = 0; status == AF_OK && k < notice.more_count; k++) {
            status = edit(rw, rule, claim, &notice.more[k]);
        }
        return status == AF_OK ? edit(rw, rule, claim, &(af_notice_edit_t){notice.from, notice.to, notice.bytes}) : status;
    }
    return AF_OK;
}

af_status_t af_in_step_settle(af_rewriter_t *rw, bool at_end)
{
    const af_claims_t *claims = &rw->facts.claims;
    af_status_t status = AF_OK;

    if (rw->step.nodes.count == 0 || (!at_end && (!rw->step.in_body || rw->facts_node != 0))) {
        return AF_OK;
    }
    for (; status == AF_OK && rw->step.claims < claims->count; rw->step.claims++) {
        status = settle_claim(rw, &claims->items[rw->step.claims]);
    }
    for (size_t i = 0; i < rw->step.nodes.count; i++) {
        af_candidates_release(rw, *AF_VECTOR_AT(af_node_t, &rw->step.nodes, i), AF_NO_RULE, false);
    }
    rw->step.nodes.count = 0;
    return status;
}
