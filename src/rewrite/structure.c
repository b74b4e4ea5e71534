/*
 * rewrite/structure.c: what a held element is like, counted as it passes.
 *
 * One set of running counts for all: a candidate is judged by the difference to what they were when it began. Most are refuted
 * early (their text outgrows max, running text turns up), so that an article's own container is let go within its first
 * lines. A run of text goes from one block boundary to the next; it is *running text* from PROSE characters on, unless it is
 * mostly links, and counts once, and once more for each PROSE_STEP. For after=, text is counted from the document's beginning
 * until no rule asks any more.
 */
#include "base/eight.h"
#include "rewrite/rewriter_internal.h"

#define PROSE 70u      /* characters that are not white space: some 80 with it */
#define PROSE_STEP 200u
#define LINKS 15u      /* characters in links that make a run one of links: a story's headline, no "Reply" */
#define LEFT 200u      /* an element that shows so many characters more than were removed is not emptied */

void af_structure_start(af_rewriter_t *rw)
{
    if (rw->counts.prose >= rw->rules->has.most_after) {
        rw->run_text = rw->run_link = 0;
    }
}

bool af_structure_inline(uint32_t tag)
{
    switch (tag) {
    case AF_TAG_A: case AF_TAG_ABBR: case AF_TAG_B: case AF_TAG_BIG: case AF_TAG_BR: case AF_TAG_CITE: case AF_TAG_CODE:
    case AF_TAG_EM: case AF_TAG_FONT: case AF_TAG_I: case AF_TAG_IMG: case AF_TAG_LABEL: case AF_TAG_MARK: case AF_TAG_Q:
    case AF_TAG_S: case AF_TAG_SCRIPT: case AF_TAG_SMALL: case AF_TAG_SPAN: case AF_TAG_STRIKE: case AF_TAG_STRONG:
    case AF_TAG_SUB:
    case AF_TAG_SUP: case AF_TAG_TIME: case AF_TAG_TT: case AF_TAG_U: case AF_TAG_WBR:
        return true;
    default:
        return false;
    }
}

static bool is_inline(const af_node_record_t *record)
{
    return record->space != AF_NS_HTML || af_structure_inline(record->name);
}

typedef enum { RUN_GOES_ON, RUN_ENDED, ELEMENT_ENDED } run_state_t;

/* Whether a held element's first run of text is not the heading that its rule asks for. An element without text has an empty
 * one, and so has one whose first run is longer than a heading. */
static bool heading_refuted(af_rewriter_t *rw, af_candidate_t *candidate, run_state_t state)
{
    af_slice_t text = af_tape_since(&rw->tape, candidate->mark);
    af_regex_run_t *run;
    af_group_t found;

    if (!candidate->heading_open || (text.len == 0 && state != ELEMENT_ENDED) ||
        (text.len <= AF_HEADING && state == RUN_GOES_ON)) {
        return false;
    }
    bool longer = af_tape_characters(&rw->tape, candidate->mark) > AF_HEADING;
    if (!longer && state == RUN_GOES_ON) {
        return false; /* more may come of it */
    }
    run = af_condition_run(&rw->condition);
    candidate->heading_open = false;
    text = longer ? (af_slice_t){(const uint8_t *) "", 0} : text;
    return run == NULL ||
           af_regex_match(rw->rules->rules[candidate->rule].structure->heading, run, text, 0, &found, 1) != AF_OK;
}

static void end_run(af_rewriter_t *rw)
{
    if (rw->run_text >= PROSE && rw->run_link < rw->run_text / 3) {
        rw->counts.prose += 1 + rw->run_text / PROSE_STEP;
        rw->counts.runs++;
    } else if (rw->run_link >= LINKS) {
        rw->counts.row_from = rw->counts.runs;
    }
    rw->run_text = rw->run_link = 0;
}

uint32_t af_structure_most_prose(const af_rewriter_t *rw)
{
    return rw->counts.prose + (rw->run_text > 0 ? 1 + rw->run_text / PROSE_STEP : 0);
}

void af_structure_boundary(af_rewriter_t *rw, af_node_t node)
{
    if (rw->run_text > 0 && !is_inline(node_of(rw, node))) {
        end_run(rw);
        af_candidates_structure(rw);
    }
}

void af_structure_tag_boundary(af_rewriter_t *rw, uint32_t tag)
{
    if (rw->run_text > 0 && !af_structure_inline(tag)) {
        end_run(rw);
        af_candidates_structure(rw);
    }
}

void af_structure_quiet_boundary(af_rewriter_t *rw, uint32_t tag)
{
    if (!af_structure_inline(tag)) {
        end_run(rw);
    }
}

/* Whether the node is in an element that is removed for certain. */
static bool in_removed(const af_rewriter_t *rw, af_node_t node)
{
    for (; node != 0; node = node_of(rw, node)->parent) {
        if ((node_of(rw, node)->fate & (FATE_REMOVE | FATE_DEAD)) != 0) {
            return true;
        }
    }
    return false;
}

static bool is_hidden_input(const af_token_t *token)
{
    for (uint32_t i = 0; token->type == AF_TOKEN_START_TAG && i < token->attribute_count; i++) {
        const af_attribute_t *attribute = &token->attributes[i];
        const uint8_t *bytes = token->bytes.data;
        if (attribute->name_len == 4 && (bytes[attribute->name] | 0x20) == 't' && (bytes[attribute->name + 3] | 0x20) == 'e' &&
            attribute->value_len == 6 && (bytes[attribute->value] | 0x20) == 'h') {
            return true;
        }
    }
    return false;
}

/* A protected element that is more than a mark of the document's head. */
static bool is_guarding(const af_node_record_t *record)
{
    return (record->fate & FATE_PROTECT) != 0 && record->name != AF_TAG_META && record->name != AF_TAG_LINK &&
           record->name != AF_TAG_SCRIPT && record->name != AF_TAG_IMG;
}

/* Whether the address is that of a photo: what buttons and marks have is drawn. */
static bool is_photo(const af_token_t *token, const char *name)
{
    static const char *const endings[] = {".jpg", ".jpeg", ".webp", ".avif"};
    af_slice_t address;

    if (!af_token_attribute(token, name, &address)) {
        return false;
    }
    for (size_t at = 0; at < address.len; at++) {
        for (size_t i = 0; address.data[at] == '.' && i < sizeof endings / sizeof *endings; i++) {
            if (af_slice_has_at(address, at, af_slice_of(endings[i]))) {
                return true;
            }
        }
    }
    return false;
}

static bool is_picture(const af_token_t *token, uint32_t tag)
{
    if (tag != AF_TAG_IMG) {
        return tag == AF_TAG_FIGURE || tag == AF_TAG_PICTURE || tag == AF_TAG_VIDEO;
    }
    return token->type == AF_TOKEN_START_TAG && (token->flags & AF_TOKEN_OVERLONG) == 0 &&
           (is_photo(token, "src") || is_photo(token, "srcset") || is_photo(token, "data-src") || is_photo(token, "data-srcset"));
}

/* Counts the HTML element; whether it shows without text. */
static bool count_element(af_rewriter_t *rw, const af_token_t *token, uint32_t tag)
{
    bool control;

    rw->counts.pictures += rw->text_candidates > 0 && is_picture(token, tag);
    switch (tag) {
    case AF_TAG_A:
        rw->counts.links++;
        return false;
    case AF_TAG_INPUT: case AF_TAG_TEXTAREA: case AF_TAG_SELECT:
        control = tag != AF_TAG_INPUT || !is_hidden_input(token);
        rw->counts.controls += control;
        rw->counts.shown += control;
        return control;
    case AF_TAG_IMG: case AF_TAG_VIDEO: case AF_TAG_AUDIO: case AF_TAG_IFRAME: case AF_TAG_OBJECT: case AF_TAG_EMBED:
    case AF_TAG_CANVAS:
        rw->counts.shown++;
        return true;
    default:
        return false;
    }
}

void af_structure_tag(af_rewriter_t *rw, const af_token_t *token)
{
    (void) count_element(rw, token, token->tag);
}

void af_structure_created(af_rewriter_t *rw, const af_token_t *token, af_node_t node)
{
    const af_node_record_t *record = node_of(rw, node);

    if (record->space != AF_NS_HTML) {
        return;
    }
    if (count_element(rw, token, record->name)) {
        rw->counts.gone += in_removed(rw, node);
    }
    if (is_guarding(record) && af_structure_active(rw)) {
        af_candidates_guard(rw);
    }
}

bool af_structure_in_link(const af_rewriter_t *rw, af_node_t node)
{
    for (; node != 0; node = node_of(rw, node)->parent) {
        if (node_of(rw, node)->name == AF_TAG_A) {
            return true;
        }
    }
    return false;
}

void af_structure_quiet_text(af_rewriter_t *rw, af_slice_t raw, af_node_t parent)
{
    uint32_t count = af_is_normal_text(rw, parent) ? af_count_shown(raw) : 0;

    rw->run_text += count;
    rw->run_link += count > 0 && af_structure_in_link(rw, parent) ? count : 0;
}

/* Whether what is in `node` stays for certain if the element `top` around it does: nothing between is removed or undecided, but
 * for what is held since it may leave one that goes. */
static bool stays_in(const af_rewriter_t *rw, af_node_t node, af_node_t top)
{
    for (; node != 0 && node != top; node = node_of(rw, node)->parent) {
        const af_node_record_t *record = node_of(rw, node);
        if (record->hold > ((record->flags & AF_NODE_ESCAPES) != 0 ? 1 : 0) || (record->fate & (FATE_REMOVE | FATE_DEAD)) != 0) {
            return false;
        }
    }
    return node != 0;
}

void af_structure_shown(af_rewriter_t *rw, af_node_t node)
{
    rw->shown_in = node;
    af_candidates_structure(rw);
    rw->shown_in = 0;
}

void af_structure_text(af_rewriter_t *rw, af_slice_t raw, af_node_t parent)
{
    uint32_t count = af_count_shown(raw);

    if (count == 0) {
        return;
    }
    rw->counts.text += count;
    rw->counts.shown += count;
    rw->run_text += count;
    if (af_structure_in_link(rw, parent)) {
        rw->counts.link_text += count;
        rw->counts.text_links += rw->counts.text_link != rw->counts.links;
        rw->counts.text_link = rw->counts.links;
        rw->run_link += count;
    }
    if (in_removed(rw, parent)) {
        rw->counts.gone += count;
    }
    af_structure_shown(rw, parent);
    rw->text_at = parent;
    rw->block.shows = rw->block.shows || (rw->block.held != 0 && stays_in(rw, parent, rw->block.held));
}

/* Nothing of the text itself is wanted, only how much there is. */
void af_structure_amount(af_rewriter_t *rw, const af_token_t *token, const af_tree_event_t *event)
{
    if (event->parent != 0 && event->from_pos >= token->from_pos && event->to_pos <= token->to_pos && token->bytes.data != NULL) {
        af_structure_text(rw, (af_slice_t){token->bytes.data + (event->from_pos - token->from_pos),
                                           (size_t) (event->to_pos - event->from_pos)}, event->parent);
    }
}

void af_structure_removed(af_rewriter_t *rw, const af_candidate_t *candidate)
{
    if (af_structure_active(rw) && candidate->rule != AF_NO_RULE && rw->rules->rules[candidate->rule].verb != AF_VERB_UNWRAP) {
        rw->counts.gone += (rw->counts.shown - candidate->counts.shown) - (rw->counts.gone - candidate->counts.gone);
    }
}

bool af_structure_refuted(af_rewriter_t *rw, af_candidate_t *candidate)
{
    const af_structure_t *structure = rw->rules->rules[candidate->rule].structure;
    const af_counts_t *now = &rw->counts, *then = &candidate->counts;

    if (now->text - then->text > structure->max || now->prose - then->prose > structure->max_prose) {
        return true;
    }
    if (now->runs - (now->row_from > then->runs ? now->row_from : then->runs) > structure->in_row) {
        return true;
    }
    if (structure->emptied && !rw->foreseeing &&
        ((now->shown - then->shown) - (now->gone - then->gone) > LEFT || stays_in(rw, rw->shown_in, candidate->node))) {
        return true;
    }
    return heading_refuted(rw, candidate, rw->run_text == 0 ? RUN_ENDED : RUN_GOES_ON);
}

bool af_structure_holds(af_rewriter_t *rw, af_candidate_t *candidate)
{
    const af_structure_t *structure = rw->rules->rules[candidate->rule].structure;
    const af_counts_t *now = &rw->counts, *then = &candidate->counts;
    uint32_t text = now->text - then->text;

    if (af_structure_refuted(rw, candidate) || heading_refuted(rw, candidate, ELEMENT_ENDED)) {
        return false;
    }
    if ((now->shown - then->shown) - text - (now->controls - then->controls) < structure->min_pictures) {
        return false;
    }
    if (now->links - then->links < structure->min_links ||
        (uint64_t) (now->link_text - then->link_text) * 100 < (uint64_t) structure->links * text) {
        return false;
    }
    uint32_t links = candidate->in_link ? now->links - then->links + 1 : now->text_links - then->text_links;
    uint64_t least = (uint64_t) structure->link_length * links;
    if (structure->link_length > 0 && (links == 0 || now->link_text - then->link_text < least)) {
        return false;
    }
    if (structure->emptied && (now->removals == then->removals || now->shown - then->shown != now->gone - then->gone)) {
        return false;
    }
    return !structure->controls || now->controls != then->controls;
}

/* What a phrase stands beside then is no teaser's: a photo with its button to share. */
bool af_structure_has_picture(const af_rewriter_t *rw, const af_candidate_t *candidate)
{
    const af_rule_t *rule = &rw->rules->rules[candidate->rule];

    return rw->counts.pictures != candidate->counts.pictures && rule->from_preset && rule->verb == AF_VERB_REMOVE &&
           rule->pattern != NULL && rule->structure == NULL && !rule->force;
}

bool af_guarded_text(af_rewriter_t *rw, size_t mark)
{
    af_regex_run_t *run = rw->rules->guard != NULL ? af_condition_run(&rw->condition) : NULL;
    af_slice_t text = af_tape_since(&rw->tape, mark);
    af_group_t found;

    return run != NULL && text.len > 0 && af_regex_match(rw->rules->guard, run, text, 0, &found, 1) == AF_OK;
}

bool af_structure_guarded(af_rewriter_t *rw, const af_candidate_t *candidate)
{
    const af_rule_t *rule = &rw->rules->rules[candidate->rule];

    return rule->from_preset && !rule->force && af_guarded_text(rw, candidate->mark);
}
