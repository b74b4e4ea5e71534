/*
 * select/match.c: whole selectors on node records.
 *
 * Three answers come from two runs of two answers: one that takes everything unknown as it would have to be for the selector
 * to hold ("hopeful"), one that takes it the other way; :not() turns the hope round. A run goes leftwards from the subject and
 * tells how far a failure reaches (as browsers do), so that no pair of compound and ancestor is tried again in vain and the
 * work is polynomial. Recursion is on the selector, never on the document.
 */
#include "select/selector.h"

#define FEW_STEPS 8u    /* a walk that took no more is not worth a note */
#define SHORT_WALK 64u  /* one that took no more costs nothing */

/* How far a failure reaches: this element only; its siblings too; its ancestors and all before them too. */
typedef enum { FOUND, FAILS_HERE, FAILS_SIBLINGS, FAILS_ALL } outcome_t;

/* In :has(), whose answer depends on its element: the last compound that was looked for in vain above the children of an element,
 * and the last one before a child and all those in front of it. The next child need not look again. */
typedef struct {
    af_node_t parent, row_parent;
    uint32_t left, row_left, row_index;
    bool row_hopeful;
    outcome_t row_outcome;
} climb_t;

typedef struct {
    const af_matcher_t *matcher;
    const af_index_t *index;
    const af_pool_t *pool;
    af_node_t anchor; /* the element of :has() */
    uint64_t *steps;
    climb_t *climb;   /* in :has() */
} run_t;

static outcome_t judge(const run_t *run, uint32_t number, af_node_t node, bool hopeful);
static outcome_t judge_left(const run_t *run, const af_compound_t *compound, af_node_t node, bool hopeful);
static bool judge_compound(const run_t *run, const af_compound_t *compound, af_node_t node, bool hopeful);

static const af_node_record_t *record_of(const run_t *run, af_node_t node) { return af_node_at(run->pool, node); }

static bool answer(af_match_t match, bool hopeful)
{
    return match == AF_MATCH_YES || (match == AF_MATCH_UNKNOWN && hopeful);
}

/* Attributes of the body may still come. */
static bool has_atom(const run_t *run, uint32_t number, af_node_t node, bool hopeful)
{
    const af_atom_t *atom = AF_AT(af_atom_t, run->index->atoms, number);
    const af_node_record_t *record = record_of(run, node);
    size_t from = 0, to = record->atom_count;
    const uint32_t *stored = to == 0 ? NULL : run->pool->atoms + record->atoms; /* of the pool there may be none yet */

    if (atom->tag != 0 && (record->name != atom->tag || (record->space == AF_NS_SVG && record->name == AF_TAG_FOREIGNOBJECT))) {
        return false; /* the latter's name is foreignObject, and type selectors are lower case */
    }
    if (atom->plain) {
        return atom->tag != 0 || atom->tests == 0 || ((record->space != AF_NS_SVG || record->name != AF_TAG_FOREIGNOBJECT) &&
                af_index_has_type(run->index, atom->tests, record->name));
    }
    if (node == run->matcher->late) {
        return hopeful;
    }
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (stored[middle] == number) {
            return true;
        }
        if (stored[middle] < number) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return false;
}

/* An element whose parent may change, with all that lies beyond: it or its parent is open inside a formatting element. */
static bool is_unstable(const run_t *run, af_node_t node)
{
    const af_node_record_t *record = record_of(run, node);

    return ((record->flags | record_of(run, record->parent)->flags) & AF_NODE_UNSTABLE) != 0;
}

/* An element before which others may still be put. */
static bool is_shifting(const run_t *run, af_node_t node)
{
    return is_unstable(run, node) || (record_of(run, node)->flags & AF_NODE_SHIFTING) != 0;
}

/* Whether the types of what is above the node refute the left side already: FAILS_ALL or FAILS_SIBLINGS, else FOUND. */
static outcome_t refute_above(const run_t *run, const af_compound_t *compound, af_node_t node)
{
    const af_node_record_t *record = record_of(run, node);

    if (compound->combinator == AF_COMBINATOR_NONE || compound->combinator > AF_COMBINATOR_CHILD) {
        return FOUND;
    }
    const af_compound_t *left = AF_AT(af_compound_t, run->index->compounds, compound->left);
    uint32_t tag = AF_AT(af_atom_t, run->index->atoms, left->atom)->tag;
    if (tag == 0) {
        return FOUND;
    }
    if ((record->above & af_name_bit(tag)) == 0) {
        return FAILS_ALL;
    }
    return compound->combinator == AF_COMBINATOR_CHILD && record_of(run, record->parent)->name != tag && !is_unstable(run, node)
               ? FAILS_SIBLINGS : FOUND;
}

/* --- Positions --------------------------------------------------------------------------------------------------------- */

static bool parent_is_closed(const run_t *run, const af_node_record_t *record)
{
    return record->parent == 0 || (record_of(run, record->parent)->flags & AF_NODE_CLOSED) != 0;
}

/* Whether what stands last in the parent of `record` is open and may still be taken from there. */
static bool last_may_leave(const run_t *run, const af_node_record_t *record, bool of_type)
{
    af_node_t last = record->parent == 0 ? 0 : record_of(run, record->parent)->last_child;
    const af_node_record_t *end = record_of(run, last);

    return last != 0 && end != record && (end->flags & AF_NODE_UNSTABLE) != 0 && (!of_type || end->name == record->name);
}

/* The element siblings after `node`, of its name only if `of_type`. */
static uint32_t count_later(const run_t *run, af_node_t node, bool of_type)
{
    const af_node_record_t *record = record_of(run, node);
    uint32_t count = 0;

    if (record->parent == 0 || (record->flags & AF_NODE_FOLLOWED) == 0) {
        return 0;
    }
    if (!of_type) {
        uint32_t all = record_of(run, record->parent)->children;
        return all > record->index ? all - record->index : 0;
    }
    for (af_node_t at = record_of(run, record->parent)->last_child; at != 0 && at != node; at = record_of(run, at)->previous) {
        ++*run->steps;
        count += record_of(run, at)->name == record->name;
    }
    return count;
}

static bool is_nth(const af_condition_t *condition, uint32_t position)
{
    int64_t distance = (int64_t) position - condition->b;

    return condition->a == 0 ? distance == 0 : distance % condition->a == 0 && distance / condition->a >= 0;
}

/* Whether a position that is `position` or will be more can be, must be or cannot be one of an+b. */
static af_match_t is_nth_from(const af_condition_t *condition, uint32_t position)
{
    if (condition->a == 1 && condition->b <= (int64_t) position) {
        return AF_MATCH_YES;
    }
    return condition->a > 0 || condition->b >= (int64_t) position ? AF_MATCH_UNKNOWN : AF_MATCH_NO;
}

static af_match_t judge_nth(const run_t *run, const af_condition_t *condition, af_node_t node)
{
    const af_node_record_t *record = record_of(run, node);
    uint32_t position;

    if (is_shifting(run, node)) {
        return AF_MATCH_UNKNOWN;
    }
    if (!condition->last) {
        /* The root has no element siblings, whatever its record says. */
        position = record->parent == 0 ? 1 : condition->of_type ? record->type_index : record->index;
        return is_nth(condition, position) ? AF_MATCH_YES : AF_MATCH_NO;
    }
    if (condition->of_type && run->matcher->hurries && (record->flags & AF_NODE_FOLLOWED) != 0) {
        return AF_MATCH_UNKNOWN;
    }
    position = count_later(run, node, condition->of_type) + 1;
    if (last_may_leave(run, record, condition->of_type)) {
        return is_nth_from(condition, position - (position > 1)) == AF_MATCH_NO ? AF_MATCH_NO : AF_MATCH_UNKNOWN;
    }
    if (parent_is_closed(run, record)) {
        return is_nth(condition, position) ? AF_MATCH_YES : AF_MATCH_NO;
    }
    return is_nth_from(condition, position);
}

static af_match_t judge_only(const run_t *run, const af_condition_t *condition, af_node_t node)
{
    af_condition_t end = *condition;
    af_match_t first, last;

    end.a = 0;
    end.b = 1;
    end.last = false;
    first = judge_nth(run, &end, node);
    end.last = true;
    last = judge_nth(run, &end, node);
    return first == AF_MATCH_NO || last == AF_MATCH_NO ? AF_MATCH_NO : first == AF_MATCH_YES ? last : AF_MATCH_UNKNOWN;
}

/* Of a formatting element the only child may still be taken, HTML #adoption-agency-algorithm. */
static bool child_may_leave(const run_t *run, const af_node_record_t *record)
{
    return record->children == 1 && record->last_child != 0 &&
           (record_of(run, record->last_child)->flags & AF_NODE_UNSTABLE) != 0;
}

static af_match_t judge_empty(const run_t *run, const af_node_record_t *record)
{
    if ((record->flags & AF_NODE_UNSTABLE) != 0 || ((record->flags & AF_NODE_HAS_TEXT) == 0 && child_may_leave(run, record))) {
        return AF_MATCH_UNKNOWN;
    }
    if (record->children > 0 || (record->flags & AF_NODE_HAS_TEXT) != 0) {
        return AF_MATCH_NO;
    }
    return (record->flags & AF_NODE_CLOSED) != 0 ? AF_MATCH_YES : AF_MATCH_UNKNOWN;
}

#define MEMO_ASKED 0x3u /* of what a memo says: of two ways to look, was it asked, was it found */
#define MEMO_FOUND 0xCu
#define MEMO_HOPEFUL 0x5u
#define MEMO_DOUBTFUL 0xAu

/* --- Notes ------------------------------------------------------------------------------------------------------------- */

/* Walks that find nothing say the same to whoever comes to their first node later. What the hopeful do not find leftwards or
 * upwards stays so, whatever comes; all else holds while the tree is as it is. */
typedef enum {
    VAIN_BEFORE, VAIN_ABOVE, /* an outcome: of the node and all before it, or above it */
    BARREN_UNDER,            /* in the element is nothing that is the compound by itself */
    BARREN_ROW, BARREN_ROWS  /* and not among its last children, from this one on; and what is in them */
} note_kind_t;

static uint32_t note_key(note_kind_t kind, uint32_t compound, bool hopeful)
{
    return compound << 4 | (uint32_t) kind << 1 | hopeful;
}

static bool stays(uint32_t key)
{
    return (key & 1) != 0 && (key >> 1 & 7) <= VAIN_ABOVE;
}

/* 0: nothing is noted. */
static uint32_t known(const run_t *run, af_node_t node, uint32_t key)
{
    const af_note_t *set = run->matcher->notes;

    if (set == NULL || (record_of(run, node)->flags & AF_NODE_NOTED) == 0) {
        return 0;
    }
    set += node % AF_NOTE_SETS * AF_NOTE_WAYS;
    for (size_t i = 0; i < AF_NOTE_WAYS; i++) {
        if (set[i].node == node && set[i].key == key && (stays(key) || set[i].epoch == run->matcher->epoch)) {
            return set[i].said;
        }
    }
    return 0;
}

/* The oldest of the set goes. */
static void note(const run_t *run, af_node_t node, uint32_t key, uint32_t said)
{
    af_note_t *set = run->matcher->notes;

    if (set == NULL) {
        return;
    }
    set += node % AF_NOTE_SETS * AF_NOTE_WAYS;
    for (size_t i = 0; (record_of(run, node)->flags & AF_NODE_NOTED) == 0 && i < AF_NOTE_WAYS; i++) {
        set[i].node = set[i].node == node ? 0 : set[i].node;
    }
    memmove(set + 1, set, (AF_NOTE_WAYS - 1) * sizeof *set);
    set[0] = (af_note_t){node, key, run->matcher->epoch, said};
    af_node_at(run->pool, node)->flags |= AF_NODE_NOTED;
}

/* --- :has() ------------------------------------------------------------------------------------------------------------ */

/* What is in a template is no descendant of what is around it, HTML #the-template-element. Its own :has() sees it. */
static bool is_template(const run_t *run, af_node_t node)
{
    return record_of(run, node)->name == AF_TAG_TEMPLATE && record_of(run, node)->space == AF_NS_HTML;
}

/* The element after `at` in a walk backwards through what is under `top`, or 0. `deep`: not only its children. */
static af_node_t walk_on(const run_t *run, af_node_t at, af_node_t top, bool deep)
{
    if (deep && record_of(run, at)->last_child != 0 && !is_template(run, at)) {
        return record_of(run, at)->last_child;
    }
    while (at != 0 && at != top) {
        if (record_of(run, at)->previous != 0) {
            return record_of(run, at)->previous;
        }
        at = record_of(run, at)->parent;
    }
    return 0;
}

/* Whether the node is what is looked for, leftwards from it too; `*any`: it is by itself, for who asks from another place. */
static bool is_sought(const run_t *run, uint32_t number, af_node_t node, bool hopeful, bool *any)
{
    const af_compound_t *compound = AF_AT(af_compound_t, run->index->compounds, number);

    ++*run->steps;
    if (refute_above(run, compound, node) != FOUND || !judge_compound(run, compound, node, hopeful)) {
        return false;
    }
    *any = true;
    return judge_left(run, compound, node, hopeful) == FOUND;
}

/* `*any`: something under `top` is what is looked for by itself. Where nothing is, that is noted of `top`. */
static bool has_under(const run_t *run, uint32_t compound, af_node_t top, bool deep, bool hopeful, bool *any)
{
    uint32_t key = note_key(BARREN_UNDER, compound, hopeful);
    bool here = false;

    if (known(run, top, key) != 0) {
        return false;
    }
    for (af_node_t at = record_of(run, top)->last_child; at != 0;) {
        if (is_sought(run, compound, at, hopeful, &here)) {
            return true;
        }
        at = walk_on(run, at, top, deep && known(run, at, key) == 0);
    }
    if (deep && !here) {
        note(run, top, key, top);
    }
    *any = *any || here;
    return false;
}

/* From the last sibling back to the node, or to where it is noted that from there on nothing is what is looked for. */
static bool has_after(const run_t *run, const af_alternative_t *item, af_node_t node, bool hopeful)
{
    uint32_t key = note_key(item->direct ? BARREN_ROW : BARREN_ROWS, item->compound, hopeful);
    af_node_t parent = record_of(run, node)->parent, to = parent == 0 ? 0 : known(run, parent, key), last = to;
    bool any = false;

    if (parent == 0 || (to != 0 && record_of(run, to)->index <= record_of(run, node)->index + 1)) {
        return false;
    }
    for (af_node_t at = to != 0 ? record_of(run, to)->previous : record_of(run, parent)->last_child; at != 0 && at != node;) {
        if (is_sought(run, item->compound, at, hopeful, &any) || /* ":has(+ a + b)" */
            (!item->direct && !is_template(run, at) && has_under(run, item->compound, at, true, hopeful, &any))) {
            return true;
        }
        last = any ? last : at;
        at = record_of(run, at)->previous;
    }
    if (last != to) {
        note(run, parent, key, last);
    }
    return false;
}

/* What may come in later counts for the hopeful. A place that may change keeps the question open in both ways. */
static bool look_for(const run_t *run, uint32_t first, af_node_t node, bool hopeful)
{
    run_t inner = *run;
    climb_t climb = {0};
    const af_node_record_t *record = record_of(run, node);

    inner.anchor = node;
    inner.climb = &climb;
    for (uint32_t i = first; i != 0; i = AF_AT(af_alternative_t, run->index->alternatives, i)->next) {
        const af_alternative_t *item = AF_AT(af_alternative_t, run->index->alternatives, i);
        bool after = item->lead >= AF_COMBINATOR_NEXT;
        bool deep = !(item->direct && item->lead == AF_COMBINATOR_CHILD);
        bool open = after ? !parent_is_closed(run, record) : (record->flags & AF_NODE_CLOSED) == 0;
        if (hopeful && (open || (after && (record->flags & AF_NODE_UNSTABLE) != 0))) {
            return true;
        }
        bool any = false;
        if (after ? has_after(&inner, item, node, hopeful) : has_under(&inner, item->compound, node, deep, hopeful, &any)) {
            return true;
        }
    }
    return false;
}

/* Many ask the same of one element. */
static bool judge_has(const run_t *run, uint32_t first, af_node_t node, bool hopeful)
{
    af_has_memo_t *memo = run->matcher->memo;
    uint32_t bits = hopeful ? MEMO_HOPEFUL : MEMO_DOUBTFUL;

    if (memo == NULL) {
        return run->matcher->hurries ? hopeful : look_for(run, first, node, hopeful);
    }
    memo = &memo[(node ^ first << 4) % AF_HAS_MEMO];
    if (memo->node != node || memo->first != first || memo->epoch != run->matcher->epoch) {
        *memo = (af_has_memo_t){node, first, run->matcher->epoch, 0};
    }
    if ((memo->said & bits & MEMO_ASKED) == 0) {
        if (run->matcher->hurries) {
            return hopeful;
        }
        memo->said |= look_for(run, first, node, hopeful) ? bits : bits & MEMO_ASKED;
    }
    return (memo->said & bits & MEMO_FOUND) != 0;
}

/* --- Compounds --------------------------------------------------------------------------------------------------------- */

static bool judge_any(const run_t *run, const af_condition_t *condition, af_node_t node, bool hopeful)
{
    if (condition->above != 0 && (record_of(run, node)->above & condition->above) == 0) {
        return false;
    }
    for (uint32_t i = condition->ref; i != 0; i = AF_AT(af_alternative_t, run->index->alternatives, i)->next) {
        if (judge(run, AF_AT(af_alternative_t, run->index->alternatives, i)->compound, node, hopeful) == FOUND) {
            return true;
        }
    }
    return false;
}

static bool judge_condition(const run_t *run, const af_condition_t *condition, af_node_t node, bool hopeful)
{
    const af_matcher_t *matcher = run->matcher;

    switch ((af_condition_kind_t) condition->kind) {
    case AF_CONDITION_NTH:
        return answer(judge_nth(run, condition, node), hopeful);
    case AF_CONDITION_ONLY:
        return answer(judge_only(run, condition, node), hopeful);
    case AF_CONDITION_EMPTY:
        return answer(judge_empty(run, record_of(run, node)), hopeful);
    case AF_CONDITION_ROOT:
        return record_of(run, node)->parent == 0;
    case AF_CONDITION_ANCHOR:
        return node == run->anchor;
    case AF_CONDITION_ANY:
        return judge_any(run, condition, node, hopeful);
    case AF_CONDITION_NONE:
        return !judge_any(run, condition, node, !hopeful);
    case AF_CONDITION_HAS:
        return judge_has(run, condition->ref, node, hopeful);
    case AF_CONDITION_TEXT:
        return matcher->has_text != NULL && answer(matcher->has_text(matcher->opaque, node, condition->ref), hopeful);
    }
    return false;
}

static bool judge_compound(const run_t *run, const af_compound_t *compound, af_node_t node, bool hopeful)
{
    if (!has_atom(run, compound->atom, node, hopeful)) {
        return false;
    }
    for (uint32_t i = compound->conditions; i != 0; i = AF_AT(af_condition_t, run->index->conditions, i)->next) {
        if (!judge_condition(run, AF_AT(af_condition_t, run->index->conditions, i), node, hopeful)) {
            return false;
        }
    }
    return true;
}

/* --- Combinators ------------------------------------------------------------------------------------------------------- */

static outcome_t unknown(bool hopeful) { return hopeful ? FOUND : FAILS_ALL; }

static uint32_t vain_key(const af_compound_t *compound, bool hopeful)
{
    return note_key(compound->combinator == AF_COMBINATOR_INSIDE ? VAIN_ABOVE : VAIN_BEFORE, compound->left, hopeful);
}

/* FOUND: nothing is known. */
static outcome_t known_vain(const run_t *run, const af_compound_t *compound, af_node_t node, bool hopeful)
{
    return (outcome_t) known(run, node, vain_key(compound, hopeful));
}

static outcome_t note_vain(const run_t *run, const af_compound_t *compound, af_node_t node, bool hopeful, outcome_t outcome)
{
    if (hopeful || !run->matcher->hurries) {
        note(run, node, vain_key(compound, hopeful), (uint32_t) outcome);
    }
    return outcome;
}

static outcome_t judge_ancestors(const run_t *run, const af_compound_t *compound, af_node_t node, bool hopeful)
{
    af_node_t end = compound->relative ? record_of(run, run->anchor)->parent : 0, parent = record_of(run, node)->parent;
    outcome_t outcome = FOUND;

    for (uint32_t walked = 0; outcome != FAILS_ALL; walked++) {
        *run->steps += compound->relative || walked > SHORT_WALK;
        if (is_unstable(run, node) || (walked > SHORT_WALK && run->matcher->hurries)) {
            return unknown(hopeful);
        }
        node = record_of(run, node)->parent;
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): relative ones are asked from :has() alone, which climbs */
        if (compound->relative && run->climb->parent == node && run->climb->left == compound->left) {
            return FAILS_ALL;
        }
        if (node == end || node == 0) {
            if (compound->relative) {
                run->climb->parent = parent;
                run->climb->left = compound->left;
                return FAILS_ALL;
            }
            return walked < FEW_STEPS ? FAILS_ALL : note_vain(run, compound, parent, hopeful, FAILS_ALL);
        }
        outcome = compound->relative ? FOUND : known_vain(run, compound, node, hopeful);
        outcome = outcome != FOUND ? outcome : judge(run, compound->left, node, hopeful);
        if (outcome == FOUND) {
            return FOUND;
        }
        if (outcome == FAILS_ALL && !compound->relative && walked >= FEW_STEPS) {
            return note_vain(run, compound, parent, hopeful, FAILS_ALL);
        }
    }
    return FAILS_ALL;
}

static outcome_t judge_parent(const run_t *run, uint32_t left, af_node_t node, bool hopeful)
{
    af_node_t parent = record_of(run, node)->parent;

    if (is_unstable(run, node)) {
        return unknown(hopeful);
    }
    if (parent == 0) {
        return FAILS_ALL;
    }
    outcome_t outcome = judge(run, left, parent, hopeful);
    return outcome == FOUND || outcome == FAILS_ALL ? outcome : FAILS_SIBLINGS;
}

static outcome_t judge_previous(const run_t *run, uint32_t left, af_node_t node, bool hopeful)
{
    if (is_shifting(run, node)) {
        return unknown(hopeful);
    }
    node = record_of(run, node)->previous;
    return node == 0 ? FAILS_SIBLINGS : judge(run, left, node, hopeful);
}

/* What was found out in vain of a sibling and all those before it: of one behind the node, in :has(). */
static outcome_t known_earlier(const run_t *run, const af_compound_t *compound, af_node_t node, bool hopeful)
{
    const af_node_record_t *record = record_of(run, node);

    if (!compound->relative) {
        return known_vain(run, compound, node, hopeful);
    }
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): relative ones are asked from :has() alone, which climbs */
    return run->climb->row_parent == record->parent && run->climb->row_left == compound->left && record->parent != 0 &&
           run->climb->row_hopeful == hopeful && record->index <= run->climb->row_index ? run->climb->row_outcome : FOUND;
}

static outcome_t note_earlier(const run_t *run, const af_compound_t *compound, af_node_t node, bool hopeful, outcome_t outcome)
{
    const af_node_record_t *record = record_of(run, node);

    if (!compound->relative) {
        return note_vain(run, compound, node, hopeful, outcome);
    }
    run->climb->row_parent = record->parent;
    run->climb->row_left = compound->left;
    run->climb->row_index = record->index;
    run->climb->row_hopeful = hopeful;
    run->climb->row_outcome = outcome;
    return outcome;
}

static outcome_t judge_earlier(const run_t *run, const af_compound_t *compound, af_node_t node, bool hopeful)
{
    af_node_t first = record_of(run, node)->previous;
    outcome_t outcome = FAILS_HERE;

    for (uint32_t walked = 0; outcome == FAILS_HERE; walked++) {
        *run->steps += compound->relative || walked > SHORT_WALK;
        if (is_shifting(run, node) || (walked > SHORT_WALK && run->matcher->hurries)) {
            return unknown(hopeful);
        }
        node = record_of(run, node)->previous;
        outcome = node == 0 ? FAILS_SIBLINGS : known_earlier(run, compound, node, hopeful);
        outcome = outcome != FOUND ? outcome : judge(run, compound->left, node, hopeful);
        if (outcome != FAILS_HERE && outcome != FOUND && walked >= FEW_STEPS) {
            return note_earlier(run, compound, first, hopeful, outcome);
        }
    }
    return outcome;
}

static outcome_t judge_left(const run_t *run, const af_compound_t *compound, af_node_t node, bool hopeful)
{
    switch ((af_combinator_t) compound->combinator) {
    case AF_COMBINATOR_NONE:
        return FOUND;
    case AF_COMBINATOR_INSIDE:
        return judge_ancestors(run, compound, node, hopeful);
    case AF_COMBINATOR_CHILD:
        return judge_parent(run, compound->left, node, hopeful);
    case AF_COMBINATOR_NEXT:
        return judge_previous(run, compound->left, node, hopeful);
    case AF_COMBINATOR_AFTER:
        return judge_earlier(run, compound, node, hopeful);
    }
    return FAILS_HERE;
}

static outcome_t judge(const run_t *run, uint32_t number, af_node_t node, bool hopeful)
{
    const af_compound_t *compound = AF_AT(af_compound_t, run->index->compounds, number);
    outcome_t above = refute_above(run, compound, node);

    if (above != FOUND) {
        return above;
    }
    return judge_compound(run, compound, node, hopeful) ? judge_left(run, compound, node, hopeful) : FAILS_HERE;
}

/* --- Whole selectors --------------------------------------------------------------------------------------------------- */

void af_match_remember(af_matcher_t *matcher)
{
    bool made = matcher->memo == NULL && matcher->index->needs.has;

    if (made) {
        matcher->memo = af_heap_alloc(matcher->heap, AF_HAS_MEMO * sizeof *matcher->memo);
    }
    if (matcher->memo != NULL && (made || matcher->epoch == 0)) {
        memset(matcher->memo, 0, AF_HAS_MEMO * sizeof *matcher->memo);
        matcher->epoch = 1;
    }
}

/* Without memory for it, walks are only longer. */
static void note_from_now_on(af_matcher_t *matcher)
{
    matcher->notes = af_heap_alloc(matcher->heap, AF_NOTE_SETS * AF_NOTE_WAYS * sizeof *matcher->notes);
    if (matcher->notes != NULL) {
        memset(matcher->notes, 0, AF_NOTE_SETS * AF_NOTE_WAYS * sizeof *matcher->notes);
    }
}

af_match_t af_match_again(af_matcher_t *matcher, af_node_t node, uint32_t selector)
{
    const run_t run = {matcher, matcher->index, matcher->pool, 0, &matcher->steps, NULL};
    uint32_t compound = AF_AT(af_selector_t, matcher->index->selectors, selector)->compound;
    uint64_t before = matcher->steps;
    af_match_t match = judge(&run, compound, node, true) != FOUND    ? AF_MATCH_NO
                       : judge(&run, compound, node, false) == FOUND ? AF_MATCH_YES : AF_MATCH_UNKNOWN;

    if (matcher->notes == NULL && matcher->steps - before > SHORT_WALK) {
        note_from_now_on(matcher);
    }
    return match;
}

void af_match_node(af_matcher_t *matcher, af_node_t node, bool (*skip)(void *opaque, uint32_t owner),
                   void (*found)(void *opaque, uint32_t owner, uint32_t selector, af_match_t match), void *opaque)
{
    const af_index_t *index = matcher->index;
    uint32_t count = af_node_at(matcher->pool, node)->atom_count;

    af_match_changed(matcher);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t atom = matcher->pool->atoms[af_node_at(matcher->pool, node)->atoms + i];
        uint32_t at = AF_AT(af_atom_t, index->atoms, atom)->selectors;
        while (at != 0) {
            const af_selector_t *selector = AF_AT(af_selector_t, index->selectors, at);
            af_match_t match = skip(opaque, selector->owner) ? AF_MATCH_NO : af_match_again(matcher, node, at);
            if (match != AF_MATCH_NO) {
                found(opaque, selector->owner, at, match);
            }
            at = selector->next;
        }
    }
}

bool af_match_refuted_in(af_matcher_t *matcher, uint32_t selector, af_node_t parent)
{
    const run_t run = {matcher, matcher->index, matcher->pool, 0, &matcher->steps, NULL};
    const af_compound_t *compound = af_subject_of(run.index, selector);

    if (compound->combinator != AF_COMBINATOR_INSIDE && compound->combinator != AF_COMBINATOR_CHILD) {
        return false;
    }
    bool plain = AF_AT(af_atom_t, run.index->atoms, AF_AT(af_compound_t, run.index->compounds, compound->left)->atom)->plain;
    af_match_changed(matcher);
    for (; parent != 0; parent = record_of(&run, parent)->parent) {
        bool may = plain || record_of(&run, parent)->atom_count > 0;
        if (is_unstable(&run, parent) || (may && judge(&run, compound->left, parent, true) == FOUND)) {
            return false;
        }
    }
    return true;
}
