/*
 * rewrite/ahead.c: elements that rules may want for what they say, taken in the quiet all the same.
 *
 * A rule of text, or one that wants an emptied element, picks most blocks of a page, and the first words refute it. Such an
 * element is taken quietly and noted with the place where it began, and the quiet goes on: what it says refutes the rules that
 * wait for it, one after the other, and its end those that are left. Where that cannot be told (its text may match, it may begin
 * with a heading, another rule picks something inside, the chunk ends, a token needs the whole tree) everything goes back to
 * where the first element began that is still wanted, and the general way takes it from there. So edits do not depend on this,
 * and no byte is read three times: no element is noted before the place that was reached.
 */
#include "base/eight.h"
#include "rewrite/rewriter_internal.h"

#define RAW_TEXT 256u     /* bytes of a text that are looked at, where it is not plain */
#define REFERENCE 40u     /* of these, where a reference may be cut */

/* --- Elements ------------------------------------------------------------------------------------------------------------ */

static bool can_wait(const af_rewriter_t *rw, const af_token_t *token)
{
    const af_ahead_t *ahead = &rw->ahead;

    return ahead->count < AF_AHEAD_DEPTH && token->from_pos >= ahead->not_before && rw->in.template_count == 0 &&
           !rw->pool.retain_siblings && (uintptr_t) token->bytes.data - (uintptr_t) rw->chunk < rw->chunk_len &&
           af_tree_is_plain(&rw->in);
}

/* Those whose text may stand where the page is by now. */
static uint32_t not_late(const af_rewriter_t *rw, uint32_t wants)
{
    uint32_t late = rw->counts.prose < rw->rules->has.most_after ? wants & rw->rules->ahead_late : 0;
    uint32_t prose = late == 0 ? 0 : af_structure_most_prose(rw);

    for (; late != 0; late &= late - 1) {
        if (rw->rules->rules[rw->rules->ahead[__builtin_ctz(late)]].after > prose) {
            wants &= ~(late & (0 - late));
        }
    }
    return wants;
}

static bool make_waiters(af_rewriter_t *rw)
{
    if (rw->ahead.waiters == NULL) {
        rw->ahead.waiters = af_heap_alloc(rw->heap, AF_AHEAD_DEPTH * sizeof *rw->ahead.waiters);
    }
    return rw->ahead.waiters != NULL;
}

void af_ahead_rest(af_rewriter_t *rw)
{
    if (rw->ahead.count == 0) {
        af_heap_release(rw->heap, rw->ahead.waiters, AF_AHEAD_DEPTH * sizeof *rw->ahead.waiters);
        rw->ahead.waiters = NULL;
    }
}

bool af_ahead_take(af_rewriter_t *rw, const af_token_t *token, uint32_t wants, const af_kept_t *kept)
{
    af_ahead_t *ahead = &rw->ahead;

    if (!can_wait(rw, token) || !make_waiters(rw)) {
        return false;
    }
    if (ahead->count == 0) {
        ahead->text_len = 0;
        ahead->cut = ahead->back = false;
        ahead->shown = 0;
    }
    af_waiter_t *waiter = &ahead->waiters[ahead->count];
    waiter->wants = not_late(rw, wants);
    waiter->text_from = ahead->text_len;
    waiter->shown_from = ahead->shown;
    waiter->pos = token->from_pos;
    waiter->place = af_tree_place(&rw->in);
    waiter->guard = rw->guard;
    waiter->kept_to = kept->to_pos;
    waiter->kept_text = kept->text.bytes;
    waiter->run_text = rw->run_text;
    waiter->run_link = rw->run_link;
    waiter->prose = rw->counts.prose;
    waiter->block = rw->block;
    if ((rw->reads_ahead && !af_notices_allow(rw, token)) || !af_tree_quick_tag(&rw->in, token)) {
        return false;
    }
    if (rw->in.depth == waiter->place.depth) { /* a void element */
        af_tree_go_back(&rw->in, &waiter->place);
        return false;
    }
    ahead->count++;
    return true;
}

void af_ahead_back(af_rewriter_t *rw, af_kept_t *kept, uint64_t reached)
{
    const af_waiter_t *first = &rw->ahead.waiters[0];

    rw->ahead.not_before = reached;
    rw->ahead.count = 0;
    rw->ahead.back = false;
    af_tokenizer_go_back(rw->tokenizer, first->pos);
    af_tree_go_back(&rw->in, &first->place);
    af_tokenizer_allow_cdata(rw->tokenizer, af_tree_in_foreign(&rw->in));
    rw->guard = first->guard;
    rw->block = first->block;
    kept->to_pos = first->kept_to;
    kept->text.bytes = first->kept_text;
    rw->run_text = first->run_text;
    rw->run_link = first->run_link;
    rw->counts.prose = first->prose;
}

/* Lets those go that nothing waits for any more. */
static void let_go(af_ahead_t *ahead)
{
    uint32_t to = 0;

    for (uint32_t i = 0; i < ahead->count; i++) {
        if (ahead->waiters[i].wants != 0) {
            if (to != i) {
                ahead->waiters[to] = ahead->waiters[i];
            }
            to++;
        }
    }
    ahead->count = to;
}

/* --- Text ---------------------------------------------------------------------------------------------------------------- */

static void put(af_ahead_t *ahead, uint8_t c)
{
    bool space = c == ' ';

    if (!(space && ahead->text_len > 0 && ahead->text[ahead->text_len - 1] == ' ')) {
        ahead->text[ahead->text_len++] = c;
    }
}

/* Text with references, in any charset: as the tape has it. */
static void add_any(af_rewriter_t *rw, af_slice_t raw)
{
    af_ahead_t *ahead = &rw->ahead;
    af_tape_t *tape = &ahead->tape;

    if (raw.len > RAW_TEXT) {
        const uint8_t *cut = memrchr(raw.data + RAW_TEXT - REFERENCE, '&', REFERENCE);
        raw.len = cut == NULL ? RAW_TEXT : (size_t) (cut - raw.data);
        ahead->cut = true;
    }
    tape->charset = rw->charset;
    tape->partial.len = 0;
    tape->len = 0;
    if (af_tape_text(tape, raw, tape->end_pos, AF_TEXT_DATA) != AF_OK || tape->partial.len > 0) {
        ahead->cut = true;
    }
    size_t len = tape->len;
    if (len > AF_AHEAD_TEXT - ahead->text_len) {
        len = AF_AHEAD_TEXT - ahead->text_len;
        while (len > 0 && (tape->data[len] & 0xC0) == 0x80) {
            len--;
        }
        ahead->cut = true;
    }
    for (size_t i = 0; i < len; i++) {
        put(ahead, tape->data[i]);
    }
}

/* As much as can be taken at once. */
static size_t add_plain(af_ahead_t *ahead, af_slice_t raw)
{
    bool space = ahead->text_len > 0 && ahead->text[ahead->text_len - 1] == ' ';
    size_t at = 0;

    if (space) {
        at = (size_t) (af_skip_space(raw.data, raw.data + raw.len) - raw.data);
    }
    while (raw.len - at >= 8 && AF_AHEAD_TEXT - ahead->text_len >= 8 && af_eight_is_plain(raw.data + at, &space)) {
        memcpy(ahead->text + ahead->text_len, raw.data + at, 8);
        ahead->text_len += 8;
        at += 8;
    }
    return at;
}

static void add(af_rewriter_t *rw, af_slice_t raw)
{
    af_ahead_t *ahead = &rw->ahead;
    size_t at = 0;

    for (; at < raw.len && !ahead->cut; at++) {
        at += add_plain(ahead, (af_slice_t){raw.data + at, raw.len - at});
        if (at == raw.len) {
            return;
        }
        uint8_t c = raw.data[at];
        bool white = af_is_space(c);
        if (!white && (c <= 0x20 || c > 0x7e || c == '&')) {
            add_any(rw, (af_slice_t){raw.data + at, raw.len - at});
            return;
        }
        if (ahead->text_len == AF_AHEAD_TEXT) {
            ahead->cut = true;
            return;
        }
        put(ahead, white ? ' ' : c);
    }
}

/* What was added since `from`, without space at its ends. */
static af_slice_t text_since(const af_ahead_t *ahead, uint32_t from)
{
    const uint8_t *at = ahead->text + from, *end = ahead->text + ahead->text_len;

    at += at < end && *at == ' ';
    end -= at < end && end[-1] == ' ';
    return (af_slice_t){at, (size_t) (end - at)};
}

/* Whether the rule, or one that is asked with it, wants the text. One that cannot be asked may: the general way counts that. */
static bool fulfils_any(af_rewriter_t *rw, const af_rule_t *rule, af_slice_t text)
{
    const af_rule_t *rules = rw->rules->rules;
    uint32_t limited = rw->condition.limited;
    bool wanted = af_condition_first(&rw->condition, rules, (uint32_t) (rule - rules), text) != UINT32_MAX;

    wanted = wanted || rw->condition.limited > limited;
    rw->condition.limited = limited;
    return wanted;
}

/* Whether a text that begins with that of the opening (of length at least 1) may be what the rule wants; `whole`: it is all. */
static bool may_want(af_rewriter_t *rw, const af_rule_t *rule, const af_opening_t *opening, bool whole)
{
    af_slice_t text = opening->text;

    if (rule->pattern_has_title) {
        size_t len = rw->condition.title_len < text.len ? rw->condition.title_len : text.len;
        if (!rw->condition.title_known) {
            return !whole; /* it matches nothing until there is one */
        }
        return (len == 0 || memcmp(rw->condition.title, text.data, len) == 0) && !(whole && text.len < rw->condition.title_len);
    }
    /* What was said so far is where a heading begins. */
    return whole && rule->structure == NULL ? fulfils_any(rw, rule, text)
                                            : af_condition_may(&rw->condition, af_rule_phrases(rule), opening);
}

/* Those of `wants` that the text does not refute. */
static uint32_t left_of(af_rewriter_t *rw, uint32_t wants, af_slice_t text, bool whole)
{
    uint32_t left = 0;

    if (wants == 0) {
        return 0;
    }
    const af_opening_t opening = af_openings_find(rw->rules->openings, text);
    for (uint32_t rest = wants; rest != 0; rest &= rest - 1) {
        const af_rule_t *rule = &rw->rules->rules[rw->rules->ahead[__builtin_ctz(rest)]];
        if (may_want(rw, rule, &opening, whole)) {
            left |= rest & (0 - rest);
        }
    }
    return left;
}

/* Whether any of it is counted where elements are that want to be empty. */
static bool shows(af_slice_t raw)
{
    size_t i = 0;

    while (i < raw.len && !af_is_shown(raw.data[i])) {
        i++;
    }
    return i < raw.len;
}

/* Of those that want an element inside, the ones that the amount of text does not refute. */
static uint32_t left_inner(const af_rewriter_t *rw, const af_waiter_t *waiter)
{
    uint32_t left = 0;

    for (uint32_t rest = waiter->wants & rw->rules->ahead_inner; rest != 0; rest &= rest - 1) {
        const af_rule_t *rule = &rw->rules->rules[rw->rules->ahead[__builtin_ctz(rest)]];
        if (rw->ahead.shown - waiter->shown_from <= rule->structure->max) {
            left |= rest & (0 - rest);
        }
    }
    return left;
}

/* Whether the general way would hold more than it may, from the first element that waits to there. */
static bool holds_too_much(const af_rewriter_t *rw, uint64_t to_pos)
{
    return rw->ahead.count > 0 && to_pos - rw->ahead.waiters[0].pos > rw->options.limits.hold;
}

void af_ahead_passed(af_rewriter_t *rw, uint64_t to_pos)
{
    rw->ahead.back = rw->ahead.back || holds_too_much(rw, to_pos);
}

/* From the inside: what shows in an element that stays refutes all around it that want to be empty. */
void af_ahead_text(af_rewriter_t *rw, af_slice_t raw, uint64_t to_pos)
{
    af_ahead_t *ahead = &rw->ahead;
    uint32_t emptied = rw->rules->ahead_emptied, inner = rw->rules->ahead_inner, asked = 0, left = 0, from = UINT32_MAX;
    bool stays = shows(raw);

    if (holds_too_much(rw, to_pos)) {
        ahead->back = true;
        return;
    }
    add(rw, raw);
    ahead->shown += inner != 0 ? af_count_shown(raw) : 0;
    for (uint32_t i = ahead->count; i > 0; i--) {
        af_waiter_t *waiter = &ahead->waiters[i - 1];
        af_slice_t text = text_since(ahead, waiter->text_from);
        if (text.len == 0) {
            stays = stays && (waiter->wants & ~emptied) == 0;
            continue;
        }
        uint32_t wants = waiter->wants & ~(emptied | inner);
        if (from != waiter->text_from || (wants & ~asked) != 0) {
            from = waiter->text_from;
            asked = wants;
            left = left_of(rw, wants, text, false);
        }
        uint32_t waits = (wants & left) | left_inner(rw, waiter);
        ahead->back = ahead->back || (waits & rw->rules->ahead_heading) != 0;
        waiter->wants = waits | (stays ? 0 : waiter->wants & emptied);
        stays = stays && waits == 0;
    }
    let_go(ahead);
}

/* Whether an element that ends is refuted by all that it says. */
static bool is_refuted(af_rewriter_t *rw, const af_waiter_t *waiter)
{
    af_ahead_t *ahead = &rw->ahead;
    /* Nothing was taken out of it, and nothing in it was left to the general way. */
    uint32_t wants = waiter->wants & ~(rw->rules->ahead_emptied | rw->rules->ahead_inner);
    af_slice_t text = text_since(ahead, waiter->text_from);

    if (wants == 0) {
        return true;
    }
    if (ahead->cut) {
        return false;
    }
    if (text.len > 0) {
        return left_of(rw, wants, text, true) == 0;
    }
    for (; wants != 0; wants &= wants - 1) {
        const af_rule_t *rule = &rw->rules->rules[rw->rules->ahead[__builtin_ctz(wants)]];
        const af_phrases_t *phrases = af_rule_phrases(rule);
        if (rule->pattern_has_title ? rw->condition.title_known && rw->condition.title_len == 0 : phrases->empty) {
            return false;
        }
    }
    return true;
}

/* Whether the current element is the last one that waits. */
static bool last_is_current(const af_rewriter_t *rw)
{
    return rw->ahead.count > 0 && rw->in.depth == rw->ahead.waiters[rw->ahead.count - 1].place.depth + 1;
}

bool af_ahead_ends(af_rewriter_t *rw)
{
    return !last_is_current(rw) || is_refuted(rw, &rw->ahead.waiters[rw->ahead.count - 1]);
}

void af_ahead_closed(af_rewriter_t *rw)
{
    af_ahead_t *ahead = &rw->ahead;

    ahead->count -= ahead->count > 0 && rw->in.depth == ahead->waiters[ahead->count - 1].place.depth;
}
