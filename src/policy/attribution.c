/*
 * policy/attribution.c: finding notices, and proposing the least change that makes one right.
 *
 * A repair puts the date at the place of the pattern's group, with as much of the template's own punctuation around it as is
 * missing, and only if the notice is good afterwards and found again. A date that stands there already is never replaced, wrong
 * as it may be. An inserted notice is tried on the patterns first, too: one that would not be known again would come twice.
 */
#include "policy/attribution.h"

#define GROUPS 32u
#define ADDED_MAX 256u /* bytes that a repair puts in */

/* --- Making ----------------------------------------------------------------------------------------------------------------- */

static const af_attribution_rule_t *rule_of(const af_attribution_t *attribution, size_t number)
{
    return attribution->rules->rules[attribution->rules->attributions[number]].attribution;
}

/* The state of a rule of the set; NULL: it is none of attribution. */
static af_attribution_state_t *state_of(const af_attribution_t *attribution, uint32_t rule)
{
    for (size_t i = 0; i < attribution->rules->attribution_count; i++) {
        if (attribution->rules->attributions[i] == rule) {
            return &attribution->states[i];
        }
    }
    return NULL;
}

af_status_t af_attribution_init(af_attribution_t *attribution, af_heap_t *heap, const af_ruleset_t *rules,
                                 const af_facts_t *facts, af_condition_t *condition)
{
    size_t count = rules->attribution_count;

    *attribution = (af_attribution_t){.heap = heap, .rules = rules, .facts = facts, .condition = condition,
                                      .last_modified = INT64_MIN, .date = INT64_MIN};
    af_tape_init(&attribution->plain, heap, AF_ATTRIBUTION_BYTES);
    if (count == 0) {
        return AF_OK;
    }
    attribution->states = af_heap_alloc(heap, count * sizeof *attribution->states);
    if (attribution->states == NULL) {
        return af_heap_why(heap, count * sizeof *attribution->states);
    }
    memset(attribution->states, 0, count * sizeof *attribution->states);
    for (size_t i = 0; i < count; i++) {
        attribution->states[i].applies = rule_of(attribution, i)->when == NULL;
    }
    attribution->bytes = af_heap_alloc(heap, AF_ATTRIBUTION_BYTES);
    return attribution->bytes != NULL ? AF_OK : af_heap_why(heap, AF_ATTRIBUTION_BYTES);
}

void af_attribution_destroy(af_attribution_t *attribution)
{
    if (attribution->states != NULL) {
        af_heap_release(attribution->heap, attribution->states,
                        attribution->rules->attribution_count * sizeof *attribution->states);
    }
    af_heap_release(attribution->heap, attribution->bytes, AF_ATTRIBUTION_BYTES);
    af_tape_destroy(&attribution->plain);
    attribution->states = NULL;
    attribution->bytes = NULL;
}

/* --- Matching --------------------------------------------------------------------------------------------------------------- */

static bool find(const af_attribution_t *attribution, const af_regex_t *regex, af_slice_t text, af_group_t groups[GROUPS])
{
    af_regex_run_t *run = af_condition_run(attribution->condition);

    if (run == NULL) {
        return false;
    }
    af_status_t status = af_regex_match(regex, run, text, 0, groups, GROUPS);
    attribution->condition->limited += status != AF_OK && status != AF_NOT_FOUND;
    return status == AF_OK;
}

static af_slice_t part_of(af_slice_t text, size_t from, size_t to)
{
    return (af_slice_t){text.data + from, to - from};
}

typedef struct {
    af_group_t groups[GROUPS]; /* of the rule's match */
    size_t to;                 /* where the notice ends: a good one may go on behind its match */
    bool good;
} finding_t;

/* Finds the first notice in `text`. Good is one with a good part in it; or one from whose beginning on the text is good, since
 * a match whose last part may be missing ends as early as it can. */
static bool find_notice(const af_attribution_t *attribution, const af_attribution_rule_t *rule, af_slice_t text, finding_t *out)
{
    af_group_t good[GROUPS];

    if (!find(attribution, rule->match, text, out->groups) || out->groups[0].to == out->groups[0].from) {
        return false;
    }
    size_t from = out->groups[0].from;
    out->to = out->groups[0].to;
    out->good = find(attribution, rule->good, part_of(text, from, out->to), good);
    if (find(attribution, rule->good, part_of(text, from, text.len), good) && good[0].from == 0) {
        out->good = true;
        out->to = from + good[0].to > out->to ? from + good[0].to : out->to;
    }
    return true;
}

static bool is_good(const af_attribution_t *attribution, const af_attribution_rule_t *rule, af_slice_t text)
{
    finding_t found;

    return find_notice(attribution, rule, text, &found) && found.good;
}

static size_t count_characters(af_slice_t text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.len; i++) {
        count += (text.data[i] & 0xc0) != 0x80;
    }
    return count;
}

static void note_agency(const af_attribution_rule_t *rule, af_slice_t text, const af_group_t groups[GROUPS],
                        af_attribution_state_t *state)
{
    uint32_t group = af_regex_group(rule->when, "agency");

    if (group == 0 || group >= GROUPS || !groups[group].set) {
        return;
    }
    size_t len = groups[group].to - groups[group].from;
    if (len <= sizeof state->agency) {
        memcpy(state->agency, text.data + groups[group].from, len);
        state->agency_len = (uint8_t) len;
    }
}

void af_attribution_page_text(af_attribution_t *attribution, af_slice_t text)
{
    af_group_t groups[GROUPS];

    for (size_t i = 0; text.len > 0 && i < attribution->rules->attribution_count; i++) {
        const af_attribution_rule_t *rule = rule_of(attribution, i);
        af_attribution_state_t *state = &attribution->states[i];
        bool chooses = rule->automatic && rule->place != AF_PLACE_NONE;
        if (!state->applies && !(chooses && attribution->chosen) && find(attribution, rule->when, text, groups)) {
            state->applies = true;
            attribution->chosen |= chooses;
            note_agency(rule, text, groups, state);
        }
    }
}

void af_attribution_scope_begin(af_attribution_t *attribution, uint32_t rule)
{
    af_attribution_state_t *state = state_of(attribution, rule);

    if (state != NULL) {
        state->found = false;
        af_attribution_page_text(attribution, af_facts_author(attribution->facts));
    }
}

/* --- Dates ------------------------------------------------------------------------------------------------------------------ */

typedef struct {
    char year[5], date[11]; /* "": unknown */
} dates_t;

/* The page's own, or the response's where the page has none and the rule allows it; never one of each. */
static dates_t dates_of(const af_attribution_t *attribution, const af_attribution_rule_t *rule)
{
    dates_t dates = {"", ""};
    af_slice_t year = af_facts_year(attribution->facts), date = af_facts_date(attribution->facts);
    int64_t fallback = INT64_MIN;

    if (year.len == 4) {
        memcpy(dates.year, year.data, 4);
        if (date.len == 10) {
            memcpy(dates.date, date.data, 10);
        }
        return dates;
    }
    switch (rule->fallback) {
    case AF_FALLBACK_NONE: break;
    case AF_FALLBACK_LAST_MODIFIED: fallback = attribution->last_modified; break;
    case AF_FALLBACK_RESPONSE: fallback = attribution->date; break;
    }
    if (fallback == INT64_MIN || !af_date_of(fallback, dates.year, dates.date)) {
        dates.year[0] = dates.date[0] = '\0';
    }
    return dates;
}

static af_slice_t known(const char *text)
{
    return text[0] != '\0' ? af_slice_of(text) : (af_slice_t){NULL, 0};
}

/* --- Rendering -------------------------------------------------------------------------------------------------------------- */

static af_slice_t variable_of(void *opaque, uint32_t index)
{
    const af_attribution_t *attribution = opaque;
    size_t len = 0;

    if (attribution->sink == NULL || attribution->sink->variable == NULL) {
        return (af_slice_t){NULL, 0};
    }
    const char *value = attribution->sink->variable(attribution->sink->opaque, index, &len);
    return (af_slice_t){(const uint8_t *) value, value != NULL ? len : 0};
}

/* Writes the template into the buffer from `at` on. `year`: one that stands there already, before the page's. */
static af_status_t render(const af_attribution_t *attribution, const af_attribution_rule_t *rule,
                          const af_attribution_state_t *state, af_slice_t year, size_t at, size_t *len, af_part_kind_t *missing)
{
    dates_t dates = dates_of(attribution, rule);
    af_template_values_t values = {.variable = variable_of, .opaque = (void *) (uintptr_t) attribution};

    values.part[AF_PART_YEAR] = year.data != NULL ? year : known(dates.year);
    values.part[AF_PART_DATE] = known(dates.date);
    values.part[AF_PART_TITLE] = af_facts_title(attribution->facts);
    values.part[AF_PART_AUTHOR] = af_facts_author(attribution->facts);
    values.part[AF_PART_CANONICAL] = af_facts_canonical(attribution->facts);
    if (state->agency_len > 0) {
        values.part[AF_PART_AGENCY] = (af_slice_t){(const uint8_t *) state->agency, state->agency_len};
    }
    return af_template_render(rule, &values, attribution->bytes + at, AF_ATTRIBUTION_BYTES / 2 - at, len, missing);
}

/* The normal text of markup; data NULL: too long. Lent until the next call. */
static af_slice_t plain_of(af_attribution_t *attribution, af_slice_t markup)
{
    af_tape_forget(&attribution->plain, SIZE_MAX);
    size_t mark = af_tape_mark(&attribution->plain);

    if (af_tape_text(&attribution->plain, markup, 0, AF_TEXT_DATA) != AF_OK) {
        return (af_slice_t){NULL, 0};
    }
    return af_tape_since(&attribution->plain, mark);
}

/* --- Repairing -------------------------------------------------------------------------------------------------------------- */

typedef struct {
    af_attribution_t *attribution;
    const af_attribution_rule_t *rule;
    af_slice_t text;
    size_t to;         /* where what is replaced ends */
    af_notice_t *out;
} repair_t;

static bool is_gap(uint8_t c)
{
    return c == ' ' || c == ',';
}

/* The literal of the template before (`step` -1) or behind the placeholder `kind`; empty: none. */
static af_slice_t literal_beside(const af_attribution_rule_t *rule, af_part_kind_t kind, int step)
{
    for (size_t i = 0; i < rule->part_count; i++) {
        if (rule->parts[i].kind != kind) {
            continue;
        }
        if ((step < 0 && i == 0) || (step > 0 && i + 1 == rule->part_count)) {
            break;
        }
        const af_template_part_t *part = &rule->parts[step < 0 ? i - 1 : i + 1];
        return part->kind == AF_PART_LITERAL ? part->text : (af_slice_t){NULL, 0};
    }
    return (af_slice_t){NULL, 0};
}

/* Spaces and commas at the end of what stands before the placeholder. */
static af_slice_t tail_of(af_slice_t literal)
{
    size_t from = literal.len;

    while (from > 0 && is_gap(literal.data[from - 1])) {
        from--;
    }
    return literal.data == NULL ? literal : part_of(literal, from, literal.len);
}

static af_slice_t lead_of(af_slice_t literal)
{
    size_t len = 0;

    while (len < literal.len && literal.data[len] == ' ') {
        len++;
    }
    return (af_slice_t){literal.data, len};
}

static size_t put(uint8_t *out, size_t len, af_slice_t text)
{
    if (text.len > 0) {
        memcpy(out + len, text.data, text.len);
    }
    return len + text.len;
}

/* Leaves out of the replacement what is there already. */
static void shorten(const repair_t *repair, size_t from, af_slice_t bytes)
{
    size_t to = repair->to;

    while (from < to && bytes.len > 0 && repair->text.data[from] == bytes.data[0]) {
        from++;
        bytes.data++;
        bytes.len--;
    }
    while (from < to && bytes.len > 0 && repair->text.data[to - 1] == bytes.data[bytes.len - 1]) {
        to--;
        bytes.len--;
    }
    *repair->out = (af_notice_t){AF_NOTICE_REPAIR, from, to, bytes};
}

/* Proposes [from, repair->to) to be `before`, `value`, `behind`, if the text is good then. */
static bool propose(const repair_t *repair, size_t from, af_slice_t before, af_slice_t value, af_slice_t behind)
{
    uint8_t *out = repair->attribution->bytes;
    size_t added = before.len + value.len + behind.len; /* stands in the buffer twice: alone, and in the whole text */

    if (added > ADDED_MAX || repair->text.len > AF_ATTRIBUTION_BYTES - 2 * ADDED_MAX) {
        return false;
    }
    size_t len = put(out, put(out, put(out, 0, before), value), behind);
    af_slice_t bytes = {out, len};
    uint8_t *whole = out + len;
    size_t whole_len = put(whole, 0, part_of(repair->text, 0, from));
    whole_len = put(whole, whole_len, bytes);
    whole_len = put(whole, whole_len, part_of(repair->text, repair->to, repair->text.len));
    if (count_characters((af_slice_t){whole, whole_len}) > repair->rule->max ||
        !is_good(repair->attribution, repair->rule, (af_slice_t){whole, whole_len})) {
        return false;
    }
    shorten(repair, from, bytes);
    return true;
}

/* A year of our time, or more than one: not ours to judge. */
static bool is_taken(af_slice_t text)
{
    size_t digits = 0;

    for (size_t i = 0; i < text.len; i++) {
        digits += text.data[i] >= '0' && text.data[i] <= '9';
    }
    return digits >= 4 && text.len > 0 && (text.data[0] == '1' || text.data[0] == '2' || text.len > 4);
}

/* Tries to put the value at the group's place: alone, then with more and more of the template around it. */
static bool repair_group(repair_t *repair, const af_group_t *group, size_t notice_from, af_part_kind_t kind, af_slice_t value)
{
    static const af_slice_t none = {NULL, 0};
    af_slice_t tail = tail_of(literal_beside(repair->rule, kind, -1));
    af_slice_t lead = lead_of(literal_beside(repair->rule, kind, 1));
    size_t back = group->from;

    if (is_taken(part_of(repair->text, group->from, group->to))) {
        return false;
    }
    while (back > notice_from && is_gap(repair->text.data[back - 1])) {
        back--;
    }
    repair->to = group->to;
    return propose(repair, group->from, none, value, none) || propose(repair, group->from, none, value, lead) ||
           propose(repair, back, tail, value, none) || propose(repair, back, tail, value, lead);
}

/* The year that stands at the group's place, if it is one. */
static af_slice_t standing_year(const af_attribution_rule_t *rule, af_slice_t text, const af_group_t groups[GROUPS])
{
    uint32_t group = rule->year_group;

    if (group == 0 || group >= GROUPS || !groups[group].set || groups[group].to - groups[group].from != 4 ||
        !is_taken(part_of(text, groups[group].from, groups[group].to))) {
        return (af_slice_t){NULL, 0};
    }
    return part_of(text, groups[group].from, groups[group].to);
}

static bool is_letter(uint8_t c)
{
    return (uint8_t) ((c | 0x20) - 'a') < 26 || c >= 0x80;
}

/* Proposes the template itself for [from, to), which holds a notice in whatever form, with spaces where words are glued to it. */
static bool replace_notice(af_attribution_t *attribution, const af_attribution_rule_t *rule, const af_attribution_state_t *state,
                           af_slice_t text, af_slice_t year, size_t from, size_t to, af_notice_t *out)
{
    uint8_t *bytes = attribution->bytes, *whole = bytes + AF_ATTRIBUTION_BYTES / 2;
    size_t glued = from > 0 && text.data[from - 1] != ' ' && text.data[from - 1] != '(', len;

    bytes[0] = ' ';
    if ((rule->has_year && rule->year_group == 0) || (rule->has_date && rule->date_group == 0)) {
        return false; /* what stands there is not known */
    }
    if (text.len > AF_ATTRIBUTION_BYTES / 4 || render(attribution, rule, state, year, glued, &len, NULL) != AF_OK) {
        return false;
    }
    len += glued;
    if (to < text.len && is_letter(text.data[to]) && len < AF_ATTRIBUTION_BYTES / 2) {
        bytes[len++] = ' ';
    }
    af_slice_t plain = plain_of(attribution, (af_slice_t){bytes, len});
    if (plain.len == 0 || plain.len > AF_ATTRIBUTION_BYTES / 8) {
        return false;
    }
    size_t whole_len = put(whole, 0, part_of(text, 0, from));
    whole_len = put(whole, whole_len, plain);
    whole_len = put(whole, whole_len, part_of(text, to, text.len));
    if (count_characters((af_slice_t){whole, whole_len}) > rule->max ||
        !is_good(attribution, rule, (af_slice_t){whole, whole_len})) {
        return false;
    }
    *out = (af_notice_t){AF_NOTICE_REPAIR, from, to, {bytes, len}};
    return true;
}

static void repair_notice(af_attribution_t *attribution, const af_attribution_rule_t *rule, const af_attribution_state_t *state,
                          af_slice_t text, const finding_t *found, size_t to, af_notice_t *out)
{
    const af_group_t *groups = found->groups;
    repair_t repair = {attribution, rule, text, 0, out};
    dates_t dates = dates_of(attribution, rule);
    bool has_year = rule->year_group > 0 && rule->year_group < GROUPS && groups[rule->year_group].set;
    bool has_date = rule->date_group > 0 && rule->date_group < GROUPS && groups[rule->date_group].set;
    bool alone = to == found->to; /* nothing that is too much follows */
    af_slice_t year = known(dates.year), date = known(dates.date), standing = standing_year(rule, text, groups);

    out->kind = AF_NOTICE_REFUSED;
    if (alone && has_year && year.data != NULL &&
        repair_group(&repair, &groups[rule->year_group], groups[0].from, AF_PART_YEAR, year)) {
        return;
    }
    if (alone && has_date && date.data != NULL &&
        repair_group(&repair, &groups[rule->date_group], groups[0].from, AF_PART_DATE, date)) {
        return;
    }
    if (replace_notice(attribution, rule, state, text, standing, groups[0].from, to, out)) {
        return;
    }
    out->kind = AF_NOTICE_REFUSED;
    if ((rule->has_year && year.data == NULL && standing.data == NULL) || (rule->has_date && date.data == NULL)) {
        out->kind = AF_NOTICE_NO_DATE;
    }
}

/* --- Excess ----------------------------------------------------------------------------------------------------------------- */

/* The last sentence of the template, where it has several: what templates in templates write twice. */
static af_slice_t last_sentence(const af_attribution_rule_t *rule)
{
    const af_template_part_t *part = &rule->parts[rule->part_count - 1];
    af_slice_t text = part->text;

    if (part->kind != AF_PART_LITERAL || text.len < 12 || text.data[text.len - 1] != '.') {
        return (af_slice_t){NULL, 0};
    }
    for (size_t i = text.len - 2; i > 1; i--) {
        if (text.data[i - 1] == ' ' && text.data[i - 2] == '.') {
            return part_of(text, i, text.len);
        }
    }
    return (af_slice_t){NULL, 0};
}

static bool begins_with(af_slice_t text, af_slice_t part)
{
    if (part.len == 0 || part.len > text.len) {
        return false;
    }
    for (size_t i = 0; i < part.len; i++) {
        uint8_t a = text.data[i], b = part.data[i];
        if (a != b && !(is_letter(a) && (a | 0x20) == (b | 0x20))) {
            return false;
        }
    }
    return true;
}

/* Where what follows the notice at once, and says it again, ends. */
static size_t excess_end(const af_attribution_t *attribution, const af_attribution_rule_t *rule, af_slice_t text, size_t to)
{
    af_slice_t last = last_sentence(rule);
    size_t at = to;

    for (;;) {
        finding_t again;
        size_t next = at + (at < text.len && text.data[at] == ' ');
        af_slice_t rest = part_of(text, next, text.len);
        if (begins_with(rest, last)) {
            at = next + last.len;
        } else if (rest.len > 0 && find_notice(attribution, rule, rest, &again) && again.groups[0].from == 0) {
            at = next + again.to;
        } else {
            return at;
        }
    }
}

/* --- Blocks ----------------------------------------------------------------------------------------------------------------- */

void af_attribution_block(af_attribution_t *attribution, uint32_t rule_number, af_slice_t text, af_notice_t *out)
{
    finding_t found;
    af_attribution_state_t *state = state_of(attribution, rule_number);

    *out = (af_notice_t){.kind = AF_NOTICE_NOTHING};
    if (state == NULL || !state->applies || text.len == 0) {
        return;
    }
    const af_attribution_rule_t *rule = attribution->rules->rules[rule_number].attribution;
    if (count_characters(text) > rule->max || !find_notice(attribution, rule, text, &found)) {
        return;
    }
    if (state->found) {
        bool whole = found.groups[0].from == 0 && found.to == text.len;
        out->kind = whole ? AF_NOTICE_REPEAT : AF_NOTICE_NOTHING;
        return;
    }
    state->found = state->done = true;
    size_t to = excess_end(attribution, rule, text, found.to);
    if (!found.good) {
        repair_notice(attribution, rule, state, text, &found, to, out);
    } else if (to == found.to) {
        out->kind = AF_NOTICE_GOOD;
    } else {
        *out = (af_notice_t){AF_NOTICE_REPAIR, found.to, to, {attribution->bytes, 0}};
    }
}

/* --- Inserting -------------------------------------------------------------------------------------------------------------- */

void af_attribution_scope_end(af_attribution_t *attribution, uint32_t rule_number, af_notice_t *out)
{
    static const char open[] = "<p>", close[] = "</p>";
    const size_t open_len = sizeof open - 1, close_len = sizeof close - 1;
    af_attribution_state_t *state = state_of(attribution, rule_number);
    af_part_kind_t missing = AF_PART_LITERAL;
    size_t len = 0;

    *out = (af_notice_t){.kind = AF_NOTICE_NOTHING};
    if (state == NULL) {
        return;
    }
    const af_attribution_rule_t *rule = attribution->rules->rules[rule_number].attribution;
    if (!state->applies || state->found || rule->place == AF_PLACE_NONE || (rule->once && state->done)) {
        return;
    }
    uint8_t *bytes = attribution->bytes;
    af_status_t status = render(attribution, rule, state, (af_slice_t){NULL, 0}, open_len, &len, &missing);
    bool no_date = status == AF_NOT_FOUND && (missing == AF_PART_YEAR || missing == AF_PART_DATE);
    out->kind = no_date ? AF_NOTICE_NO_DATE : AF_NOTICE_REFUSED;
    if (status != AF_OK) {
        return;
    }
    af_slice_t text = plain_of(attribution, (af_slice_t){bytes + open_len, len});
    if (text.len == 0 || count_characters(text) > rule->max || !is_good(attribution, rule, text)) {
        return;
    }
    memcpy(bytes, open, open_len);
    memcpy(bytes + open_len + len, close, close_len);
    *out = (af_notice_t){AF_NOTICE_INSERT, 0, 0, {bytes, open_len + len + close_len}};
    state->done = true;
}
