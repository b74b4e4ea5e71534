/*
 * rewrite/fate.c: what a rule does to an element that it picks, and which elements it may not have.
 */
#include "rewrite/rewriter_internal.h"

static bool never_removed(const af_node_record_t *record)
{
    return record->space == AF_NS_HTML && (record->name == AF_TAG_HTML || record->name == AF_TAG_HEAD ||
                                           record->name == AF_TAG_BODY || record->name == AF_TAG_FRAMESET);
}

/* Elements whose children cannot stand in their place: raw text would become markup, table and select parts would move. */
static bool never_unwrapped(const af_node_record_t *record)
{
    if (record->space != AF_NS_HTML || never_removed(record)) {
        return true;
    }
    switch (record->name) {
    case AF_TAG_SCRIPT: case AF_TAG_STYLE: case AF_TAG_TEXTAREA: case AF_TAG_TITLE: case AF_TAG_XMP: case AF_TAG_IFRAME:
    case AF_TAG_NOEMBED: case AF_TAG_NOFRAMES: case AF_TAG_NOSCRIPT: case AF_TAG_PLAINTEXT: case AF_TAG_TEMPLATE:
    case AF_TAG_TABLE: case AF_TAG_CAPTION: case AF_TAG_COLGROUP: case AF_TAG_COL: case AF_TAG_THEAD: case AF_TAG_TBODY:
    case AF_TAG_TFOOT: case AF_TAG_TR: case AF_TAG_TD: case AF_TAG_TH: case AF_TAG_SELECT: case AF_TAG_OPTGROUP:
    case AF_TAG_OPTION: case AF_TAG_FRAME:
        return true;
    default:
        return false;
    }
}

bool af_candidates_refused(af_rewriter_t *rw, const af_rule_t *rule, const af_node_record_t *record)
{
    switch (rule->verb) {
    case AF_VERB_REMOVE:
    case AF_VERB_DEDUPE:
        if (never_removed(record)) {
            rw->stats.refused++;
            return true;
        }
        return false;
    case AF_VERB_UNWRAP:
        return never_unwrapped(record);
    case AF_VERB_PROTECT:
    case AF_VERB_KEEP:
    case AF_VERB_STRIP:
    case AF_VERB_ATTRIBUTION:
    case AF_VERB_FEED_REMOVE: case AF_VERB_FEED_FIELDS: case AF_VERB_FEED_ADD:
        break;
    }
    return false;
}

/* A rule that takes the node: the operator's own go before a preset's, and before what a preset protects. */
static uint32_t take(const af_rewriter_t *rw, af_node_record_t *record, uint32_t rule_number, uint32_t how)
{
    const af_rule_t *rules = rw->rules->rules;
    uint32_t fate = record->fate;
    bool own = !rules[rule_number].from_preset;
    bool first = (fate & (how == FATE_REMOVE ? FATE_REMOVE : FATE_REMOVE | FATE_UNWRAP)) == 0;
    /* What it is goes before that nothing is left of it: whether that is asked depends on what was known first. */
    bool tells = !first && how == FATE_REMOVE && af_wants_emptied(&rules[record->rule]) &&
                 !af_wants_emptied(&rules[rule_number]) && own != rules[record->rule].from_preset;

    if (first || tells || (own && rules[record->rule].from_preset)) {
        record->rule = rule_number;
    }
    if (own && (fate & FATE_DEFAULT) != 0) {
        fate &= ~(FATE_PROTECT | FATE_DEFAULT);
    }
    return fate | how;
}

/* A preset does not protect what the operator's own rule takes. */
static uint32_t protect(const af_rewriter_t *rw, const af_node_record_t *record, bool by_preset)
{
    uint32_t fate = record->fate;

    if (!by_preset) {
        return (fate & ~FATE_DEFAULT) | FATE_PROTECT;
    }
    if ((fate & FATE_PROTECT) != 0 ||
        ((fate & (FATE_REMOVE | FATE_UNWRAP)) != 0 && !rw->rules->rules[record->rule].from_preset)) {
        return fate;
    }
    return fate | FATE_PROTECT | FATE_DEFAULT;
}

void af_candidates_take(af_rewriter_t *rw, af_node_t node, uint32_t rule_number)
{
    const af_rule_t *rule = &rw->rules->rules[rule_number];
    af_node_record_t *record = node_of(rw, node);
    uint32_t fate = record->fate;

    switch (rule->verb) {
    case AF_VERB_REMOVE:
    case AF_VERB_DEDUPE:
    case AF_VERB_ATTRIBUTION: /* a repeated notice */
        fate = take(rw, record, rule_number, FATE_REMOVE);
        break;
    case AF_VERB_UNWRAP:
        fate = take(rw, record, rule_number, FATE_UNWRAP);
        break;
    case AF_VERB_PROTECT:
        fate = protect(rw, record, rule->from_preset);
        break;
    case AF_VERB_KEEP:
        af_keep_found(rw, node);
        return;
    case AF_VERB_STRIP:
    case AF_VERB_FEED_REMOVE: case AF_VERB_FEED_FIELDS: case AF_VERB_FEED_ADD:
        break;
    }
    record->fate = (uint8_t) fate;
    rw->counts.removals += (fate & FATE_REMOVE) != 0;
}
