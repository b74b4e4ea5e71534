/*
 * rewrite/run_ahead.c: whether the run of text behind a block boundary can be a notice, read ahead in the chunk.
 *
 * Most runs have none of the words that attribution rules need, and then their blocks need not be held nor their tokens looked
 * at. Only what is certain is used: the run is followed to a tag that will end it however the tree stands, over tags that cannot;
 * where anything else stands, or the chunk ends, nothing is known. What is read may be more than the run (an end tag that is not
 * the block's may end it, too), never less, so that a run without words stays one.
 */
#include "base/ascii.h"
#include "base/block.h"
#include "html/charref.h"
#include "html/names.h"
#include "rewrite/rewriter_internal.h"

typedef struct {
    const af_needles_t *needles;
    af_seen_text_t text;
    const uint8_t *end;
    uint32_t block;      /* what the run is in: its end tag ends it */
    bool own_form;       /* the block is the form that a form's end tag names */
    bool no_form;        /* none is open: one that begins is not ignored */
    bool in_table;       /* cells, rows and their groups that begin are not ignored, nor is a table's end tag */
    uint32_t foreign;    /* SVG elements that are open, perhaps: what is in them may be no block, nor have raw text */
} ahead_t;

/* --- text ------------------------------------------------------------------------------------------------------------------- */

/* Whether references in the text stand for nothing that words have. */
static bool references_are_clear(const uint8_t *at, const uint8_t *end)
{
    while ((at = memchr(at, '&', (size_t) (end - at))) != NULL) {
        uint32_t characters[2] = {0, 0};
        bool more = false;
        at++;
        size_t len = af_charref_match((af_slice_t){at, (size_t) (end - at)}, false, characters, &more);
        if (len > 0 && characters[0] < 0x80 && af_needle_byte((uint8_t) characters[0])) {
            return false;
        }
    }
    return true;
}

/* Words that a tag stands in. */
static bool seam_is_clear(const af_needles_t *needles, af_seen_text_t *seen, const uint8_t *at, size_t len)
{
    size_t count = seen->tail_len;

    for (size_t i = 0; i < len && i < AF_NEEDLE_BYTES && af_needle_byte(at[i]); i++) {
        seen->tail[count++] = at[i];
    }
    return !af_needles_in(needles, (af_slice_t){seen->tail, count});
}

static void note_tail(af_seen_text_t *seen, const uint8_t *at, size_t len)
{
    size_t from = len;

    while (from > 0 && len - from < AF_NEEDLE_BYTES - 1 && af_needle_byte(at[from - 1])) {
        from--;
    }
    size_t keep = from > 0 ? 0 : seen->tail_len, add = len - from;
    if (keep + add >= AF_NEEDLE_BYTES) {
        size_t gone = keep + add - (AF_NEEDLE_BYTES - 1);
        memmove(seen->tail, seen->tail + gone, keep - gone);
        keep -= gone;
    }
    memcpy(seen->tail + keep, at + from, add);
    seen->tail_len = keep + add;
}

/* How many bytes the text begins with that are in no word, nor show. */
static size_t leading_space(const uint8_t *at, size_t len)
{
    size_t i = 0;

    for (; len - i >= AF_BLOCK_SIZE; i += AF_BLOCK_SIZE) {
        af_mask_t mask = af_block_visible(at + i);
        if (mask != 0) {
            return i + af_block_first(mask);
        }
    }
    while (i < len && at[i] <= ' ' && at[i] != 0) {
        i++;
    }
    return i;
}

bool af_text_is_clear(const af_needles_t *needles, af_seen_text_t *seen, af_slice_t text)
{
    size_t space = leading_space(text.data, text.len), len = text.len - space;
    const uint8_t *at = text.data + space;

    seen->tail_len = space > 0 ? 0 : seen->tail_len;
    seen->shows = len > 0;
    if (len == 0) {
        return true;
    }
    if (memchr(at, 0, len) != NULL || !references_are_clear(at, at + len) ||
        (seen->tail_len > 0 && af_needle_byte(*at) && !seam_is_clear(needles, seen, at, len)) ||
        af_needles_in(needles, (af_slice_t){at, len})) {
        return false;
    }
    note_tail(seen, at, len);
    return true;
}

static bool text_is_clear(ahead_t *ahead, const uint8_t *at, const uint8_t *end)
{
    return at == end || af_text_is_clear(ahead->needles, &ahead->text, (af_slice_t){at, (size_t) (end - at)});
}

/* --- tags ------------------------------------------------------------------------------------------------------------------- */

/* Tags behind which tags may do something else than they do in a body, and elements whose text is not looked for here. */
static bool changes_rules(uint32_t tag)
{
    switch (tag) {
    case AF_TAG_HTML: case AF_TAG_HEAD: case AF_TAG_BODY: case AF_TAG_FRAMESET: case AF_TAG_FRAME: case AF_TAG_TEMPLATE:
    case AF_TAG_SELECT: case AF_TAG_OBJECT: case AF_TAG_APPLET: case AF_TAG_MARQUEE: case AF_TAG_MATH:
    case AF_TAG_TEXTAREA: case AF_TAG_XMP: case AF_TAG_NOEMBED: case AF_TAG_NOFRAMES: case AF_TAG_PLAINTEXT:
    case AF_TAG_CAPTION: case AF_TAG_COLGROUP: case AF_TAG_COL: case AF_TAG_TBODY: case AF_TAG_THEAD: case AF_TAG_TFOOT:
    case AF_TAG_TR: case AF_TAG_TD: case AF_TAG_TH: case AF_TAG_FORM: case AF_TAG_FOREIGNOBJECT: case AF_TAG_DESC:
        return true;
    default:
        return false;
    }
}

/* Start tags that make an element of a block wherever they stand in a body, and so end the run. */
static bool starts_block(uint32_t tag)
{
    return af_notices_block(tag) && !changes_rules(tag);
}

/* The same for those that are a block only where they are not ignored. */
static bool starts_block_here(const ahead_t *ahead, uint32_t tag)
{
    switch (tag) {
    case AF_TAG_FORM:
        return ahead->no_form;
    case AF_TAG_TD: case AF_TAG_TH: case AF_TAG_TR: case AF_TAG_TBODY:
        return ahead->in_table;
    default:
        return starts_block(tag);
    }
}

/* End tags that close the block, whatever is open in it, or end all runs. */
static bool ends_block_here(const ahead_t *ahead, uint32_t tag)
{
    if (tag == AF_TAG_BODY || tag == AF_TAG_HTML) {
        return true;
    }
    if (tag == AF_TAG_TABLE || (tag == AF_TAG_TR && (ahead->block == AF_TAG_TD || ahead->block == AF_TAG_TH))) {
        return ahead->in_table;
    }
    return tag == ahead->block && (tag != AF_TAG_FORM || ahead->own_form);
}

/* The title of a picture: whether its text is normal text or raw, what is crossed here is the same. */
static const uint8_t *cross_picture_title(ahead_t *ahead, const uint8_t *at)
{
    uint32_t tag;
    const uint8_t *lt = at == NULL ? NULL : memchr(at, '<', (size_t) (ahead->end - at));

    if (lt == NULL || ahead->end - lt < 2 || lt[1] != '/' || !text_is_clear(ahead, at, lt)) {
        return NULL;
    }
    const uint8_t *behind = af_cross_name(lt + 2, ahead->end, &tag);
    return behind != NULL && tag == AF_TAG_TITLE ? behind : NULL;
}

static const uint8_t *cross_start_tag(ahead_t *ahead, const uint8_t *at, uint32_t tag)
{
    if (changes_rules(tag) || (af_cross_is_raw(tag) && ahead->foreign > 0 && tag != AF_TAG_TITLE)) {
        return NULL;
    }
    ahead->foreign += tag == AF_TAG_SVG;
    at = af_cross_tag(at, ahead->end);
    if (at == NULL || !af_cross_is_raw(tag)) {
        return at;
    }
    at = ahead->foreign > 0 ? cross_picture_title(ahead, at) : af_cross_raw_text(at, ahead->end, tag);
    return at == NULL ? NULL : af_cross_tag(at, ahead->end);
}

typedef enum { RUN_GOES_ON, RUN_ENDS, RUN_UNKNOWN } run_t;

/* What the markup at `*at` makes of the run; moves past it where it goes on. */
static run_t read_markup(ahead_t *ahead, const uint8_t **at)
{
    const uint8_t *lt = *at;
    uint32_t tag;

    if (ahead->end - lt < 3) {
        return RUN_UNKNOWN;
    }
    bool closes = lt[1] == '/';
    if (lt[1] == '!') {
        *at = af_cross_comment(lt, ahead->end);
        return *at == NULL ? RUN_UNKNOWN : RUN_GOES_ON;
    }
    if (!af_is_letter(lt[1 + closes])) {
        return RUN_UNKNOWN;
    }
    const uint8_t *behind = af_cross_name(lt + 1 + closes, ahead->end, &tag);
    if (behind == NULL) {
        return RUN_UNKNOWN;
    }
    if (closes && (starts_block(tag) || changes_rules(tag))) {
        return ends_block_here(ahead, tag) ? RUN_ENDS : RUN_UNKNOWN;
    }
    if (!closes && starts_block_here(ahead, tag)) {
        return ahead->foreign == 0 ? RUN_ENDS : RUN_UNKNOWN;
    }
    ahead->foreign -= closes && tag == AF_TAG_SVG && ahead->foreign > 0;
    *at = closes ? af_cross_tag(behind, ahead->end) : cross_start_tag(ahead, behind, tag);
    return *at == NULL ? RUN_UNKNOWN : RUN_GOES_ON;
}

/* Whether no text behind the end tag at `at` is wanted, up to the next block: whatever is closed there. */
static const uint8_t *clear_behind(ahead_t *ahead, const uint8_t *at)
{
    for (;;) {
        uint32_t tag;
        const uint8_t *lt = memchr(at, '<', (size_t) (ahead->end - at));
        if (lt == NULL || ahead->end - lt < 2 || !text_is_clear(ahead, at, lt)) {
            return NULL;
        }
        at = lt;
        if (at[1] != '/') {
            run_t run = read_markup(ahead, &at);
            if (run != RUN_GOES_ON) {
                return run == RUN_ENDS ? at : NULL;
            }
            continue;
        }
        const uint8_t *behind = af_cross_name(at + 2, ahead->end, &tag);
        if (behind != NULL && (tag == AF_TAG_BODY || tag == AF_TAG_HTML)) {
            return at;
        }
        at = behind == NULL ? NULL : af_cross_tag(behind, ahead->end);
        if (at == NULL) {
            return NULL;
        }
        ahead->in_table = ahead->in_table && tag != AF_TAG_TABLE;
    }
}

/* Whether the form that is open, or that the boundary begins, is the block. */
static bool owns_form(const af_rewriter_t *rw, const af_token_t *boundary, af_node_t block)
{
    return rw->in.template_count == 0 &&
           (block == 0 ? boundary->tag == AF_TAG_FORM && rw->in.form == 0 : rw->in.form == block);
}

/* Reads on from `from`, to where the run surely ends; what is held for it would begin at `held`. `behind`: it would be held for
 * the text behind its end tag, too. */
static bool read_on(af_rewriter_t *rw, ahead_t *ahead, uint64_t from, uint64_t held, bool behind)
{
    uint64_t left = rw->pushed - from;
    run_t run = RUN_GOES_ON;

    if (!rw->reads_ahead || left == 0 || left > rw->chunk_len || rw->in.xml || af_tree_in_foreign(&rw->in)) {
        return false;
    }
    ahead->end = rw->chunk + rw->chunk_len;
    const uint8_t *at = ahead->end - left;
    while (run == RUN_GOES_ON) {
        const uint8_t *lt = memchr(at, '<', (size_t) (ahead->end - at));
        if (lt == NULL || !text_is_clear(ahead, at, lt)) {
            return false;
        }
        at = lt;
        run = read_markup(ahead, &at);
    }
    if (run == RUN_ENDS && behind && at[1] == '/') {
        at = clear_behind(ahead, at);
    }
    if (run != RUN_ENDS || at == NULL) {
        return false;
    }
    uint64_t end = rw->pushed - (uint64_t) (ahead->end - at);
    if (end - held > rw->options.limits.hold) {
        return false; /* over that limit, whoever holds it tells so: that must not depend on where chunks end */
    }
    rw->block.clear_to = end;
    return true;
}

bool af_run_is_clear(af_rewriter_t *rw, const af_token_t *boundary, uint32_t tag, af_node_t block)
{
    bool ends_table = boundary->type == AF_TOKEN_END_TAG && boundary->tag == AF_TAG_TABLE;
    ahead_t ahead = {.needles = rw->rules->notice_needles, .block = tag, .own_form = owns_form(rw, boundary, block),
                     .no_form = rw->in.form == 0 && boundary->tag != AF_TAG_FORM,
                     .in_table = !ends_table && af_tree_in_table_part(&rw->in)};

    rw->block.clear_to = 0;
    if ((boundary->flags & AF_TOKEN_OVERLONG) != 0) {
        return false; /* what follows is the rest of the tag */
    }
    return read_on(rw, &ahead, boundary->to_pos, boundary->from_pos, boundary->type == AF_TOKEN_START_TAG);
}

/* Whether tags do here what they do in the block itself. */
static bool is_as_in_block(const af_rewriter_t *rw, af_node_t block)
{
    for (uint32_t i = rw->in.depth; i > 0 && rw->in.stack[i - 1] != block; i--) {
        const af_node_record_t *record = node_of(rw, rw->in.stack[i - 1]);
        if (i == 1 || record->space != AF_NS_HTML || changes_rules(record->name) || af_cross_is_raw(record->name)) {
            return false;
        }
    }
    return true;
}

static ahead_t ahead_of(const af_rewriter_t *rw, const af_token_t *token)
{
    return (ahead_t){.needles = rw->rules->notice_needles, .block = node_of(rw, rw->block.node)->name,
                     .own_form = owns_form(rw, token, rw->block.node), .no_form = rw->in.form == 0,
                     .in_table = af_tree_in_table_part(&rw->in)};
}

bool af_run_ends_clear(const af_rewriter_t *rw, const af_token_t *token)
{
    ahead_t ahead = ahead_of(rw, token);

    return token->type == AF_TOKEN_START_TAG && starts_block_here(&ahead, token->tag) && is_as_in_block(rw, rw->block.node) &&
           !af_needles_in(ahead.needles, af_tape_since(&rw->tape, rw->block.mark));
}

bool af_run_rest_is_clear(af_rewriter_t *rw, const af_token_t *token)
{
    af_run_t *block = &rw->block;
    af_slice_t text = af_tape_since(&rw->tape, block->mark);
    ahead_t ahead = ahead_of(rw, token);

    block->asked_at = rw->pushed;
    if (af_needles_in(ahead.needles, text)) {
        block->asked_at = UINT64_MAX;
        return false;
    }
    if (text.len > 0) {
        note_tail(&ahead.text, text.data, text.len);
    }
    return is_as_in_block(rw, block->node) && read_on(rw, &ahead, token->from_pos, rw->edits.frontier, true);
}
