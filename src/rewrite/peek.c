/*
 * rewrite/peek.c: what text an element begins with, read ahead in the chunk, to refute candidates before they are made.
 *
 * Only what is certain is used: white space, then start tags of a few elements that stay inside the candidate's element however
 * they are parsed (no start tag that may close the candidate, no end tag but of what was crossed), then ASCII. Where anything
 * else stands, or the chunk ends, nothing is known and the candidate waits in the queue as ever. So edits do not depend on it,
 * only the work.
 */
#include "base/eight.h"
#include "html/names.h"
#include "rewrite/rewriter_internal.h"

#define PEEK_WINDOW 4096u /* bytes looked at */

/* Which start tags may be crossed inside an element. Blocks: those of INLINE too. */
typedef enum { NEST_NONE, NEST_INLINE, NEST_BLOCKS } nest_t;

typedef struct {
    uint8_t *data;
    size_t len, capacity;
    bool shows; /* some of it does: af_is_shown */
} text_t;

/* A start tag that was crossed and is open. */
typedef struct {
    uint32_t tag;
    af_slice_t name;
    bool in_list; /* what is in front of it is in a list */
    uint16_t end; /* where it ends, from where the walk began */
    nest_t needs; /* what was let in behind it */
} open_t;

typedef struct {
    af_peek_t *peek;
    const uint8_t *end;
    nest_t inside;
    open_t open[AF_PEEK_DEPTH]; /* innermost last */
    size_t count;
    bool in_list;
} walk_t;

/* Inside what of the kind of a div nothing but a p is closed by the start tag of another of that kind. */
static bool is_block(uint32_t tag)
{
    switch (tag) {
    case AF_TAG_ADDRESS: case AF_TAG_ARTICLE: case AF_TAG_ASIDE: case AF_TAG_BLOCKQUOTE: case AF_TAG_CENTER: case AF_TAG_DETAILS:
    case AF_TAG_DIV: case AF_TAG_FIELDSET: case AF_TAG_FIGCAPTION: case AF_TAG_FIGURE: case AF_TAG_FOOTER: case AF_TAG_HEADER:
    case AF_TAG_MAIN: case AF_TAG_MENU: case AF_TAG_NAV: case AF_TAG_OL: case AF_TAG_SECTION: case AF_TAG_SUMMARY: case AF_TAG_UL:
        return true;
    default:
        return false;
    }
}

static bool is_heading(uint32_t tag)
{
    return tag == AF_TAG_H1 || tag == AF_TAG_H2 || tag == AF_TAG_H3 || tag == AF_TAG_H4 || tag == AF_TAG_H5 || tag == AF_TAG_H6;
}

/* What has no say in where others go; an element of a name that nobody knows, too. */
static bool is_inline(uint32_t tag)
{
    switch (tag) {
    case AF_TAG_UNKNOWN: case AF_TAG_A: case AF_TAG_ABBR: case AF_TAG_B: case AF_TAG_CITE: case AF_TAG_DEL: case AF_TAG_EM:
    case AF_TAG_FONT: case AF_TAG_I: case AF_TAG_INS: case AF_TAG_LABEL: case AF_TAG_MARK: case AF_TAG_PICTURE: case AF_TAG_S:
    case AF_TAG_SMALL: case AF_TAG_SPAN: case AF_TAG_STRONG: case AF_TAG_SUB: case AF_TAG_SUP: case AF_TAG_TIME: case AF_TAG_U:
        return true;
    default:
        return false;
    }
}

/* In a p, one of the kind of a div closes it, and with it what is in it. */
static nest_t nest_inside(const af_peek_t *peek)
{
    if (is_block(peek->tag) || peek->tag == AF_TAG_FORM || peek->tag == AF_TAG_LI) {
        return NEST_BLOCKS;
    }
    if (peek->tag == AF_TAG_P || is_heading(peek->tag)) {
        return NEST_INLINE;
    }
    if (is_inline(peek->tag) || peek->tag == AF_TAG_BUTTON) {
        return peek->in_p ? NEST_INLINE : NEST_BLOCKS;
    }
    return NEST_NONE;
}

static bool is_crossed(const walk_t *walk, uint32_t tag)
{
    for (size_t i = 0; i < walk->count; i++) {
        if (walk->open[i].tag == tag) {
            return true;
        }
    }
    return false;
}

/* What a start tag needs to be crossed. An li closes an li that is open outside, unless a list is between; a form or a button in
 * another is none, or ends that; an a ends one, too, and takes out what is between. */
static nest_t nest_of(const walk_t *walk, uint32_t tag)
{
    if (is_block(tag) || tag == AF_TAG_P || is_heading(tag)) {
        return NEST_BLOCKS;
    }
    switch (tag) {
    case AF_TAG_A:
        return walk->peek->in_a || is_crossed(walk, tag) ? NEST_NONE : NEST_INLINE;
    case AF_TAG_LI:
        return walk->in_list ? NEST_BLOCKS : NEST_NONE;
    case AF_TAG_FORM:
        return walk->peek->in_form || is_crossed(walk, tag) ? NEST_NONE : NEST_BLOCKS;
    case AF_TAG_BUTTON:
        return walk->peek->in_button || is_crossed(walk, tag) ? NEST_NONE : NEST_INLINE;
    case AF_TAG_META:
        return walk->peek->asks_charset ? NEST_NONE : NEST_INLINE;
    case AF_TAG_SVG: case AF_TAG_SCRIPT: case AF_TAG_STYLE: case AF_TAG_NOSCRIPT: case AF_TAG_IFRAME:
    case AF_TAG_IMG: case AF_TAG_BR: case AF_TAG_INPUT: case AF_TAG_LINK: case AF_TAG_SOURCE: case AF_TAG_WBR:
        return NEST_INLINE;
    default:
        return is_inline(tag) ? NEST_INLINE : NEST_NONE;
    }
}

static const uint8_t *cross_content(const walk_t *walk, const uint8_t *at, uint32_t tag)
{
    if (tag == AF_TAG_SVG) {
        return af_cross_icon(at, walk->end);
    }
    at = af_cross_raw_text(at, walk->end, tag);
    return at == NULL ? NULL : af_cross_tag(at, walk->end);
}

static const uint8_t *cross_start_tag(walk_t *walk, const uint8_t *at)
{
    const uint8_t *name = at + 1;
    uint32_t tag = AF_TAG_UNKNOWN;

    at = af_is_letter(*name) ? af_cross_name(name, walk->end, &tag) : NULL;
    nest_t nest = at == NULL ? NEST_NONE : nest_of(walk, tag);
    if (nest == NEST_NONE || nest > walk->inside || walk->count == AF_PEEK_DEPTH) {
        return NULL;
    }
    const af_slice_t whole = {name, (size_t) (at - name)};
    for (size_t i = 0; i < walk->count; i++) {
        walk->open[i].needs = nest > walk->open[i].needs ? nest : walk->open[i].needs;
    }
    at = af_cross_tag(at, walk->end);
    if (at == NULL || af_tag_is_void(tag)) {
        return at;
    }
    if (tag == AF_TAG_SVG || af_cross_is_raw(tag)) {
        return cross_content(walk, at, tag);
    }
    walk->open[walk->count++] = (open_t){tag, whole, walk->in_list, (uint16_t) (at - walk->peek->at), NEST_NONE};
    walk->in_list = tag == AF_TAG_UL || tag == AF_TAG_OL || (walk->in_list && nest == NEST_INLINE);
    return at;
}

/* The end tag of what was crossed last: it closes that and nothing else. That of the element itself: it has no text. Those of
 * void elements are ignored, but for </br>. */
static const uint8_t *cross_end_tag(walk_t *walk, const uint8_t *at)
{
    const uint8_t *name = at + 2;
    uint32_t tag = AF_TAG_UNKNOWN;

    at = af_is_letter(*name) ? af_cross_name(name, walk->end, &tag) : NULL;
    if (at == NULL || *at != '>') {
        return NULL;
    }
    if (af_tag_is_void(tag) && tag != AF_TAG_BR) {
        return at + 1;
    }
    if (walk->count == 0) {
        walk->peek->empty = tag == walk->peek->tag && tag != AF_TAG_UNKNOWN;
        return NULL;
    }
    const open_t *last = &walk->open[walk->count - 1];
    bool same = tag != AF_TAG_UNKNOWN || af_slice_equal(last->name, (af_slice_t){name, (size_t) (at - name)});
    if (tag != last->tag || !same) {
        return NULL;
    }
    walk->count--;
    walk->in_list = last->in_list;
    return at + 1;
}

static const uint8_t *cross(walk_t *walk, const uint8_t *at)
{
    if (walk->end - at < 3) {
        return NULL;
    }
    return at[1] == '/' ? cross_end_tag(walk, at)
         : at[1] == '!' ? af_cross_comment(at, walk->end) : cross_start_tag(walk, at);
}

/* Takes the character that begins at `at`, which is not ASCII; NULL: it is not whole, there is no room for it, or it is none. */
static const uint8_t *take_character(const af_peek_t *peek, const uint8_t *at, const uint8_t *end, text_t *text)
{
    af_partial_t partial = {.len = 0};
    uint8_t out[AF_CHARSET_OUT];
    /* What a tag or a NUL cuts is not whole, whatever follows. */
    const uint8_t *lt = memchr(at, '<', (size_t) (end - at));
    const uint8_t *nul = memchr(at, 0, (size_t) ((lt == NULL ? end : lt) - at));
    size_t out_len, left = (size_t) ((nul != NULL ? nul : lt == NULL ? end : lt) - at);
    size_t used = af_charset_take(peek->charset, &partial, at, left, out, &out_len);
    bool white = out_len == 2 && out[0] == 0xC2 && out[1] == 0xA0;

    if (used == 0 || out_len == 0 || out[0] < 0x80 || out_len > text->capacity - text->len) {
        return NULL;
    }
    if (!white) {
        memcpy(text->data + text->len, out, out_len);
        text->len += out_len;
        text->shows = text->shows || af_is_shown(*at);
    } else if (text->len > 0 && text->data[text->len - 1] != ' ') {
        text->data[text->len++] = ' ';
    }
    return at + used;
}

/* Takes the text that begins at `at`, as normal text has it, up to a tag, what is not plain, or where there is no more room: NULL
 * unless that is a tag. */
static const uint8_t *take_plain(const af_peek_t *peek, const uint8_t *at, const uint8_t *end, text_t *text)
{
    while (at != NULL && at < end && text->len < text->capacity && *at != '<' && *at != '&') {
        bool space = text->len == 0 || text->data[text->len - 1] == ' ';
        while (end - at >= 8 && text->capacity - text->len >= 8 && af_eight_is_plain(at, &space)) {
            memcpy(text->data + text->len, at, 8);
            text->len += 8;
            text->shows = true;
            at += 8;
        }
        at = space ? af_skip_space(at, end) : at;
        if (at == end || text->len == text->capacity || *at == '<' || *at == '&') {
            break;
        }
        if (*at >= 0x80) {
            at = take_character(peek, at, end, text);
            continue;
        }
        bool white = af_is_space(*at);
        if (!white && (*at <= 0x20 || *at == 0x7f)) {
            break;
        }
        text->shows = text->shows || !white;
        if (!white || (text->len > 0 && text->data[text->len - 1] != ' ')) {
            text->data[text->len++] = white ? ' ' : *at;
        }
        at++;
    }
    return at != NULL && at < end && *at == '<' ? at : NULL;
}

/* Takes the first text. Elements begin one in the other with the same text: what was said of it stays. Tells where to go on where
 * none of it shows. */
static const uint8_t *take_text(af_peek_t *peek, const af_openings_t *openings, const uint8_t *at, const uint8_t *end)
{
    uint8_t text[AF_PEEK_TEXT];
    text_t first = {text, 0, sizeof text, false};

    peek->text_pos = peek->pos + (uint64_t) (at - peek->at);
    at = take_plain(peek, at, end, &first);
    if (first.len == 0) {
        return at;
    }
    size_t len = first.len - (text[first.len - 1] == ' ');
    if (len != peek->said_len || memcmp(text, peek->text, len) != 0) {
        memcpy(peek->text, text, len);
        peek->said_len = (uint8_t) len;
        peek->asked = 0;
        peek->opening = af_openings_find(openings, (af_slice_t){peek->text, len});
    }
    peek->text_len = (uint8_t) len;
    peek->shows = first.shows;
    return NULL;
}

static walk_t walk_from(af_peek_t *peek)
{
    return (walk_t){.peek = peek, .end = peek->at == NULL ? NULL : peek->at + (peek->len < PEEK_WINDOW ? peek->len : PEEK_WINDOW),
                    .inside = nest_inside(peek), .in_list = peek->tag == AF_TAG_UL || peek->tag == AF_TAG_OL};
}

/* Whether the element is one that was crossed on the way to the text that was found last, and begins with it, too. */
static bool is_known(af_peek_t *peek)
{
    uint64_t before = peek->found_pos - peek->pos;
    size_t i = 0;

    while (i < peek->crossed_count && peek->crossed[i] != before) {
        i++;
    }
    if (peek->at == NULL || i == peek->crossed_count || peek->needs[i] > nest_inside(peek)) {
        return false;
    }
    peek->text_len = peek->said_len;
    peek->text_pos = peek->found_pos;
    peek->direct = before == 0;
    return true;
}

static void note_crossed(af_peek_t *peek, const walk_t *walk)
{
    peek->found_pos = peek->text_pos;
    peek->crossed_count = (uint8_t) walk->count;
    for (size_t i = 0; i < walk->count; i++) {
        peek->crossed[i] = (uint16_t) (peek->text_pos - peek->pos - walk->open[i].end);
        peek->needs[i] = (uint8_t) walk->open[i].needs;
    }
}

static void read_ahead(af_peek_t *peek, const af_openings_t *openings)
{
    const uint8_t *at = peek->at;

    peek->read = true;
    if (is_known(peek)) {
        return;
    }
    walk_t walk = walk_from(peek);
    peek->direct = true;
    while (walk.inside != NEST_NONE && at != NULL && at < walk.end) {
        if (*at == '<') {
            at = cross(&walk, at);
            peek->direct = false;
        } else {
            at = take_text(peek, openings, at, walk.end);
        }
    }
    if (peek->text_len > 0) {
        note_crossed(peek, &walk);
    }
}

/* Whether the tag at `at` surely makes or closes an element that ends a run of text, and is read to its end. */
static bool ends_run(const walk_t *walk, const uint8_t *at)
{
    bool closes = walk->end - at >= 3 && at[1] == '/';
    uint32_t tag;
    const uint8_t *name_end = walk->end - at < 3 || !af_is_letter(at[1 + closes])
                                  ? NULL : af_cross_name(at + 1 + closes, walk->end, &tag);
    if (name_end == NULL || af_cross_tag(name_end, walk->end) == NULL) {
        return false;
    }
    if (!closes) {
        return !af_structure_inline(tag) && tag != AF_TAG_SVG && (tag == AF_TAG_LI || nest_of(walk, tag) != NEST_NONE);
    }
    if (walk->count == 0) {
        return tag == walk->peek->tag && tag != AF_TAG_UNKNOWN;
    }
    return tag == walk->open[walk->count - 1].tag && tag != AF_TAG_UNKNOWN && !af_structure_inline(tag);
}

/* Whether the run was read for an element around: what ends runs ends those of all around it. */
static bool is_same_run(const af_peek_t *peek)
{
    return peek->text_pos == peek->run_pos && !peek->run_by_inline && !af_structure_inline(peek->tag);
}

/* Reads the run of text that begins with the element's first text. */
static void read_run(af_peek_t *peek)
{
    const uint8_t *at = peek->at;
    walk_t walk = walk_from(peek);
    text_t text = {peek->run, 0, sizeof peek->run, false};

    peek->run_known = false;
    peek->run_pos = peek->text_pos;
    peek->run_by_inline = af_structure_inline(peek->tag);
    peek->headings_asked = 0;
    while (walk.inside != NEST_NONE && at != NULL && at < walk.end) {
        if (*at != '<') {
            at = take_plain(peek, at, walk.end, &text);
        } else if (text.len > 0 && ends_run(&walk, at)) {
            peek->run_known = true;
            break;
        } else {
            bool leaves = text.len > 0 && walk.count == 0 && walk.end - at >= 2 && at[1] == '/';
            at = leaves ? NULL : cross(&walk, at);
        }
    }
    text.len -= text.len > 0 && text.data[text.len - 1] == ' ';
    if (text.len > AF_HEADING && af_utf8_count((af_slice_t){text.data, text.len}) > AF_HEADING) {
        peek->run_known = true;
        text.len = 0; /* a run that is longer than a heading counts as none: structure.c */
    }
    peek->run_len = (uint16_t) text.len;
}

/* Whether text directly behind the start tag may come into formatting elements that are opened again: HTML
 * #reconstruct-the-active-formatting-elements. The tag may not have been taken, and close them itself. */
static bool may_reopen(const af_rewriter_t *rw, uint32_t tag)
{
    const af_tree_t *in = &rw->in;
    af_node_t last = in->formatting_count == 0 ? 0 : in->formatting[in->formatting_count - 1].node;

    if (last == 0) {
        return false;
    }
    switch (tag) {
    case AF_TAG_LI: case AF_TAG_DD: case AF_TAG_DT: case AF_TAG_A: case AF_TAG_NOBR: case AF_TAG_BUTTON: case AF_TAG_OPTION:
    case AF_TAG_OPTGROUP: case AF_TAG_TD: case AF_TAG_TH: case AF_TAG_TR: case AF_TAG_TBODY: case AF_TAG_THEAD:
    case AF_TAG_TFOOT: case AF_TAG_CAPTION:
        return true;
    default:
        return in->open_counts[AF_TAG_P] > 0 || (node_of(rw, last)->flags & AF_NODE_CLOSED) != 0;
    }
}

/* The first byte that is held, or would be if nothing were read ahead, once the tag's element waits. */
static uint64_t held_from(const af_rewriter_t *rw, const af_token_t *token)
{
    if (af_rewriter_holding(rw)) {
        return rw->edits.frontier;
    }
    return rw->ahead.count > 0 ? rw->ahead.waiters[0].pos : token->from_pos;
}

void af_peek_at(af_rewriter_t *rw, const af_token_t *token)
{
    uint64_t left = rw->pushed - token->to_pos, len = token->to_pos - held_from(rw, token);
    size_t hold = len < rw->options.limits.hold ? rw->options.limits.hold - (size_t) len : 0; /* more would not be */

    if (rw->peek.pos == token->to_pos) {
        return; /* the quiet way looked, and left the tag to the general one */
    }
    rw->peek.pos = token->to_pos;
    rw->peek.tag = token->tag;
    rw->peek.at = NULL;
    rw->peek.len = rw->peek.text_len = 0;
    rw->peek.read = rw->peek.empty = false;
    rw->peek.charset = rw->tape.charset;
    rw->peek.reopens = may_reopen(rw, token->tag);
    rw->peek.in_a = rw->in.open_counts[AF_TAG_A] > 0 || token->tag == AF_TAG_A;
    rw->peek.in_p = rw->in.open_counts[AF_TAG_P] > 0;
    rw->peek.in_form = rw->in.form != 0 || token->tag == AF_TAG_FORM;
    rw->peek.in_button = rw->in.open_counts[AF_TAG_BUTTON] > 0 || token->tag == AF_TAG_BUTTON;
    rw->peek.asks_charset = rw->asks_charset;
    /* In XML any element may close itself or be inside any other one. */
    if (!rw->in.xml && rw->chunk_len > 0 && left > 0 && left <= rw->chunk_len) {
        rw->peek.at = rw->chunk + (rw->chunk_len - left);
        rw->peek.len = left < hold ? (size_t) left : hold;
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
    uint8_t i = 0;

    if (!af_opening_leaves(&peek->opening, phrases)) {
        return true;
    }
    while (i < peek->asked && peek->phrases[i] != phrases) {
        i++;
    }
    if (i < peek->asked) {
        return peek->refuted[i];
    }
    bool refuted = !af_condition_may(&rw->condition, phrases, &peek->opening);
    if (i < AF_PEEK_PHRASES) {
        peek->phrases[i] = phrases;
        peek->refuted[i] = refuted;
        peek->asked++;
    }
    return refuted;
}

static bool is_no_heading(af_rewriter_t *rw, const af_regex_t *heading, af_slice_t text)
{
    af_regex_run_t *run = af_condition_run(&rw->condition);
    af_group_t found;

    return run != NULL && af_regex_match(heading, run, text, 0, &found, 1) != AF_OK;
}

/* A heading whose beginning does not tell is asked of the whole run. */
static bool run_refutes(af_rewriter_t *rw, const af_regex_t *heading)
{
    af_peek_t *peek = &rw->peek;
    uint8_t i = 0;

    if (peek->text_len == 0) {
        return peek->empty && (af_regex_least(heading) > 0 || is_no_heading(rw, heading, (af_slice_t){peek->run, 0}));
    }
    if (!is_same_run(peek)) {
        read_run(peek);
    }
    if (!peek->run_known) {
        return false;
    }
    while (i < peek->headings_asked && peek->headings[i] != heading) {
        i++;
    }
    if (i < peek->headings_asked) {
        return peek->heading_refuted[i];
    }
    bool refuted = is_no_heading(rw, heading, (af_slice_t){peek->run, peek->run_len});
    if (i < AF_PEEK_HEADINGS) {
        peek->headings[i] = heading;
        peek->heading_refuted[i] = refuted;
        peek->headings_asked++;
    }
    return refuted;
}

bool af_peek_refutes(af_rewriter_t *rw, const af_rule_t *rule)
{
    af_peek_t *peek = &rw->peek;
    const af_structure_t *structure = rule->structure;
    const af_phrases_t *phrases = af_rule_phrases(rule);

    if (phrases == NULL && (structure == NULL || (!structure->emptied && structure->heading == NULL))) {
        return false;
    }
    if (!peek->read) {
        read_ahead(peek, rw->rules->openings);
    }
    if (structure != NULL && structure->emptied && peek->direct && !peek->reopens && peek->text_len > 0 && peek->shows) {
        return true; /* something shows that nothing takes out */
    }
    if (phrases == NULL && structure != NULL && structure->heading != NULL) {
        return run_refutes(rw, structure->heading);
    }
    if (phrases == NULL) {
        return false;
    }
    return peek->text_len == 0 ? peek->empty && !phrases->empty : text_refutes(rw, phrases);
}
