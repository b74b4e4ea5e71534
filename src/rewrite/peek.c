/*
 * rewrite/peek.c: what text an element begins with, read ahead in the chunk, to refute candidates before they are made.
 *
 * Only what is certain is used: white space, then start tags of a few elements that stay inside the candidate's element however
 * they are parsed (no start tag that may close the candidate, no end tag but of what was crossed), then ASCII. Where anything
 * else stands, or the chunk ends, nothing is known and the candidate waits in the queue as ever. So edits do not depend on it,
 * only the work.
 */
#include "base/ascii.h"
#include "base/block.h"
#include "html/names.h"
#include "rewrite/rewriter_internal.h"

#define PEEK_WINDOW 600u /* bytes looked at */
#define PEEK_DEPTH 8u

/* Which start tags may be crossed inside an element. Blocks: those of INLINE too. */
typedef enum { NEST_NONE, NEST_INLINE, NEST_BLOCKS } nest_t;

static nest_t nest_inside(uint32_t tag)
{
    switch (tag) {
    case AF_TAG_DIV: case AF_TAG_SECTION: case AF_TAG_ASIDE: case AF_TAG_HEADER: case AF_TAG_FOOTER: case AF_TAG_ARTICLE:
    case AF_TAG_NAV: case AF_TAG_MAIN: case AF_TAG_FIGURE: case AF_TAG_UL: case AF_TAG_OL: case AF_TAG_FORM:
        return NEST_BLOCKS;
    case AF_TAG_P: case AF_TAG_LI: case AF_TAG_H1: case AF_TAG_H2: case AF_TAG_H3: case AF_TAG_H4: case AF_TAG_H5: case AF_TAG_H6:
    case AF_TAG_FIGCAPTION:
        return NEST_INLINE;
    default:
        return NEST_NONE;
    }
}

/* What a start tag needs to be crossed. An li closes an li that is open outside, unless a list is between. */
static nest_t nest_of(uint32_t tag, bool in_list)
{
    switch (tag) {
    case AF_TAG_A: case AF_TAG_SPAN: case AF_TAG_B: case AF_TAG_STRONG: case AF_TAG_I: case AF_TAG_EM: case AF_TAG_SMALL:
    case AF_TAG_U: case AF_TAG_TIME: case AF_TAG_IMG: case AF_TAG_BR: case AF_TAG_INPUT:
        return NEST_INLINE;
    case AF_TAG_DIV: case AF_TAG_SECTION: case AF_TAG_ASIDE: case AF_TAG_HEADER: case AF_TAG_FOOTER: case AF_TAG_ARTICLE:
    case AF_TAG_NAV: case AF_TAG_MAIN: case AF_TAG_FIGURE: case AF_TAG_UL: case AF_TAG_OL: case AF_TAG_P: case AF_TAG_H1:
    case AF_TAG_H2: case AF_TAG_H3: case AF_TAG_H4: case AF_TAG_H5: case AF_TAG_H6:
        return NEST_BLOCKS;
    case AF_TAG_LI:
        return in_list ? NEST_BLOCKS : NEST_NONE;
    default:
        return NEST_NONE;
    }
}

/* Start tags that were crossed and are open, innermost last. */
typedef struct {
    uint32_t tags[PEEK_DEPTH];
    size_t count;
    bool in_list;
} crossed_t;

/* Where a tag's ">", a "=" or something that is not plain stands; `end` if nowhere. */
static const uint8_t *find_sign(const uint8_t *at, const uint8_t *end)
{
    for (; end - at >= (ptrdiff_t) AF_BLOCK_SIZE; at += AF_BLOCK_SIZE) {
        af_mask_t mask = af_block_tag_sign(at);
        if (mask != 0) {
            return at + af_block_first(mask);
        }
    }
    while (at < end && *at != '>' && *at != '=' && *at != '"' && *at != '\'' && *at != '<' && *at != 0) {
        at++;
    }
    return at;
}

const uint8_t *af_peek_past_tag(const uint8_t *at, const uint8_t *end)
{
    while ((at = find_sign(at, end)) < end) {
        uint8_t c = *at++;
        if (c != '=') {
            return c == '>' ? at : NULL;
        }
        if (at == end) {
            return NULL;
        }
        if (*at == '"' || *at == '\'') {
            at = memchr(at + 1, *at, (size_t) (end - at) - 1);
            if (at == NULL) {
                return NULL;
            }
            at++;
        } else if (af_is_space(*at) || *at == '>') {
            return NULL;
        }
    }
    return NULL;
}

/* The end of the name that begins at `at`; `*tag`: whose it is. NULL: it is not whole, or not plain. */
static const uint8_t *read_name(const uint8_t *at, const uint8_t *end, uint32_t *tag)
{
    const uint8_t *name = at;

    while (at < end && (af_is_letter(*at) || (at > name && af_is_digit(*at)))) {
        at++;
    }
    if (at == name || at == end || !(af_is_space(*at) || *at == '>')) {
        return NULL;
    }
    *tag = af_tag_lookup(name, (size_t) (at - name));
    return at;
}

static const uint8_t *cross_start_tag(const uint8_t *at, const uint8_t *end, nest_t inside, crossed_t *crossed)
{
    uint32_t tag;

    at = read_name(at + 1, end, &tag);
    nest_t nest = at == NULL ? NEST_NONE : nest_of(tag, crossed->in_list);
    if (nest == NEST_NONE || nest > inside || crossed->count == PEEK_DEPTH) {
        return NULL;
    }
    crossed->in_list = tag == AF_TAG_UL || tag == AF_TAG_OL || (crossed->in_list && nest == NEST_INLINE);
    if (tag != AF_TAG_IMG && tag != AF_TAG_BR && tag != AF_TAG_INPUT) {
        crossed->tags[crossed->count++] = tag;
    }
    return af_peek_past_tag(at, end);
}

/* The end tag of what was crossed last: it closes that and nothing else. That of the element itself: it has no text. */
static const uint8_t *cross_end_tag(af_peek_t *peek, const uint8_t *at, const uint8_t *end, crossed_t *crossed)
{
    uint32_t tag;

    at = read_name(at + 2, end, &tag);
    if (at == NULL || *at != '>') {
        return NULL;
    }
    if (crossed->count == 0) {
        peek->empty = tag == peek->tag && tag != AF_TAG_UNKNOWN;
        return NULL;
    }
    return tag == crossed->tags[crossed->count - 1] && crossed->count-- > 0 ? at + 1 : NULL;
}

const uint8_t *af_peek_past_comment(const uint8_t *at, const uint8_t *end)
{
    if (end - at < 7 || at[2] != '-' || at[3] != '-' || at[4] == '>') {
        return NULL;
    }
    if (at[4] == '-') {
        return at[5] == '-' && at[6] == '>' ? at + 7 : NULL; /* empty; what else begins with "--->" is rare */
    }
    for (at += 4; (at = memmem(at, (size_t) (end - at), "--", 2)) != NULL && end - at > 2; at++) {
        if (at[2] == '>' || at[2] == '!') {
            return at[2] == '>' ? at + 3 : NULL;
        }
    }
    return NULL;
}

static const uint8_t *cross(af_peek_t *peek, const uint8_t *at, const uint8_t *end, nest_t inside, crossed_t *crossed)
{
    if (end - at < 3) {
        return NULL;
    }
    return at[1] == '/' ? cross_end_tag(peek, at, end, crossed)
         : at[1] == '!' ? af_peek_past_comment(at, end) : cross_start_tag(at, end, inside, crossed);
}

/* Takes the text that begins at `at`, as normal text has it, up to what is not plain. Elements begin one in the other with the
 * same text: what was said of it stays. */
static void take_text(af_peek_t *peek, const uint8_t *at, const uint8_t *end)
{
    uint8_t text[AF_PEEK_TEXT], len = 0;

    for (; at < end && len < AF_PEEK_TEXT; at++) {
        bool white = af_is_space(*at);
        if (!white && (*at <= 0x20 || *at > 0x7e || *at == '<' || *at == '&')) {
            break;
        }
        if (!white || (len > 0 && text[len - 1] != ' ')) {
            text[len++] = white ? ' ' : *at;
        }
    }
    len = len > 0 && text[len - 1] == ' ' ? len - 1 : len;
    if (len != peek->said_len || memcmp(text, peek->text, len) != 0) {
        memcpy(peek->text, text, len);
        peek->said_len = len;
        peek->asked = 0;
    }
    peek->text_len = len;
}

static void read_ahead(af_peek_t *peek)
{
    const uint8_t *at = peek->at, *end = at == NULL ? NULL : at + (peek->len < PEEK_WINDOW ? peek->len : PEEK_WINDOW);
    nest_t inside = nest_inside(peek->tag);
    crossed_t crossed = {.in_list = peek->tag == AF_TAG_UL || peek->tag == AF_TAG_OL};

    peek->read = peek->direct = true;
    while (inside != NEST_NONE && at != NULL && at < end) {
        if (af_is_space(*at)) {
            at++;
        } else if (*at == '<') {
            at = cross(peek, at, end, inside, &crossed);
            peek->direct = false;
        } else {
            take_text(peek, at, end);
            return;
        }
    }
}

void af_peek_at(af_rewriter_t *rw, const af_token_t *token)
{
    uint64_t left = rw->pushed - token->to_pos;

    if (rw->peek.pos == token->to_pos) {
        return; /* the quiet way looked, and left the tag to the general one */
    }
    rw->peek.pos = token->to_pos;
    rw->peek.tag = token->tag;
    rw->peek.at = NULL;
    rw->peek.len = rw->peek.text_len = 0;
    rw->peek.read = rw->peek.empty = false;
    if (rw->chunk_len > 0 && left > 0 && left <= rw->chunk_len) {
        rw->peek.at = rw->chunk + (rw->chunk_len - left);
        rw->peek.len = (size_t) left;
    }
}

void af_peek_made(af_rewriter_t *rw, const af_token_t *token, const af_tree_event_t *event)
{
    const af_node_record_t *record = node_of(rw, event->node);

    rw->peek_node = 0;
    if (event->origin == 0 && token->type == AF_TOKEN_START_TAG && (record->flags & AF_NODE_IMPLIED) == 0 &&
        record->space == AF_NS_HTML) {
        rw->peek_node = event->node;
        af_peek_at(rw, token);
    }
}

static bool text_refutes(af_rewriter_t *rw, const af_phrases_t *phrases)
{
    af_peek_t *peek = &rw->peek;
    af_slice_t text = {peek->text, peek->text_len};
    uint8_t i = 0;

    while (i < peek->asked && peek->phrases[i] != phrases) {
        i++;
    }
    if (i < peek->asked) {
        return peek->refuted[i];
    }
    bool refuted = !af_condition_may(&rw->condition, phrases, text);
    if (i < AF_PEEK_PHRASES) {
        peek->phrases[i] = phrases;
        peek->refuted[i] = refuted;
        peek->asked++;
    }
    return refuted;
}

bool af_peek_refutes(af_rewriter_t *rw, const af_rule_t *rule)
{
    af_peek_t *peek = &rw->peek;
    const af_structure_t *structure = rule->structure;
    const af_phrases_t *phrases = structure != NULL ? structure->begins : rule->phrases;

    if (phrases == NULL && (structure == NULL || !structure->emptied)) {
        return false;
    }
    if (!peek->read) {
        read_ahead(peek);
    }
    if (structure != NULL && structure->emptied && peek->direct && peek->text_len > 0) {
        return true; /* something shows that nothing takes out */
    }
    if (phrases == NULL) {
        return false;
    }
    return peek->text_len == 0 ? peek->empty && !phrases->empty : text_refutes(rw, phrases);
}
