/*
 * policy/attribution.c: finding notices, and what becomes of each.
 *
 * The first notice of a scope counts; a later one goes, unless it says more. An inserted notice is tried on the patterns first:
 * one that would not be known again would come twice.
 */
#include "policy/attribution_internal.h"

#define BY "By " /* what a byline has in front of the author that the head names */
#define AUTHOR_MAX 200u

/* --- Making ----------------------------------------------------------------------------------------------------------------- */

static const af_attribution_rule_t *rule_of(const af_attribution_t *attribution, size_t number)
{
    return attribution->rules->rules[attribution->rules->attributions[number]].attribution;
}

/* The state of a rule of the set; NULL: it is none of attribution. */
af_attribution_state_t *af_attribution_state_of(const af_attribution_t *attribution, uint32_t rule)
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

/* `from`: where a match may begin; "^" is the text's beginning all the same. */
static bool match_from(const af_attribution_t *attribution, const af_regex_t *regex, af_slice_t text, size_t from,
                       af_group_t groups[AF_NOTICE_GROUPS])
{
    af_regex_run_t *run = af_condition_run(attribution->condition);

    if (run == NULL) {
        attribution->condition->notices_lost = true;
        return false;
    }
    af_status_t status = af_regex_match(regex, run, text, from, groups, AF_NOTICE_GROUPS);
    if (status != AF_OK && status != AF_NOT_FOUND) {
        attribution->condition->limited++;
        attribution->condition->notices_lost = true;
    }
    return status == AF_OK;
}

bool af_notice_match(const af_attribution_t *attribution, const af_regex_t *regex, af_slice_t text,
                     af_group_t groups[AF_NOTICE_GROUPS])
{
    return match_from(attribution, regex, text, 0, groups);
}

bool af_notice_find(const af_attribution_t *attribution, const af_attribution_rule_t *rule, af_slice_t text, af_finding_t *out)
{
    af_group_t good[AF_NOTICE_GROUPS];

    if (!af_notice_match(attribution, rule->match, text, out->groups) || out->groups[0].to == out->groups[0].from) {
        return false;
    }
    size_t from = out->groups[0].from;
    out->to = out->groups[0].to;
    out->good = af_notice_match(attribution, rule->good, af_notice_part(text, from, out->to), good);
    if (af_notice_match(attribution, rule->good, af_notice_part(text, from, text.len), good) && good[0].from == 0) {
        out->good = true;
        out->to = from + good[0].to > out->to ? from + good[0].to : out->to;
    }
    return true;
}

bool af_notice_good(const af_attribution_t *attribution, const af_attribution_rule_t *rule, af_slice_t text)
{
    af_finding_t found;

    return af_notice_find(attribution, rule, text, &found) && found.good;
}

size_t af_notice_characters(af_slice_t text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.len; i++) {
        count += (text.data[i] & 0xc0) != 0x80;
    }
    return count;
}

static void note_agency(const af_attribution_rule_t *rule, af_slice_t text, const af_group_t groups[AF_NOTICE_GROUPS],
                        af_attribution_state_t *state)
{
    uint32_t group = af_regex_group(rule->when, "agency");

    if (group == 0 || group >= AF_NOTICE_GROUPS || !groups[group].set) {
        return;
    }
    size_t len = groups[group].to - groups[group].from;
    if (len <= sizeof state->agency) {
        memcpy(state->agency, text.data + groups[group].from, len);
        state->agency_len = (uint8_t) len;
    }
}

void af_attribution_page_text(af_attribution_t *attribution, af_slice_t text, af_page_text_t place)
{
    af_group_t groups[AF_NOTICE_GROUPS];
    size_t from = place == AF_PAGE_TEXT_GOES_ON ? af_utf8_length(text, 0) : 0;

    for (size_t i = 0; text.len > 0 && i < attribution->rules->attribution_count; i++) {
        const af_attribution_rule_t *rule = rule_of(attribution, i);
        af_attribution_state_t *state = &attribution->states[i];
        bool chooses = rule->automatic && rule->place != AF_PLACE_NONE;
        if (!state->applies && !(chooses && attribution->chosen) && match_from(attribution, rule->when, text, from, groups)) {
            state->applies = true;
            attribution->chosen |= chooses;
            note_agency(rule, text, groups, state);
        }
    }
}

void af_attribution_page_author(af_attribution_t *attribution)
{
    af_slice_t author = af_facts_author(attribution->facts);
    uint8_t byline[sizeof BY + AUTHOR_MAX];

    af_attribution_page_text(attribution, author, AF_PAGE_TEXT_BEGINS);
    if (author.len > 0 && author.len <= AUTHOR_MAX) {
        memcpy(byline, BY, sizeof BY - 1);
        memcpy(byline + sizeof BY - 1, author.data, author.len);
        af_attribution_page_text(attribution, (af_slice_t){byline, sizeof BY - 1 + author.len}, AF_PAGE_TEXT_BEGINS);
    }
}

void af_attribution_scope_begin(af_attribution_t *attribution, uint32_t rule)
{
    af_attribution_state_t *state = af_attribution_state_of(attribution, rule);

    if (state != NULL) {
        state->found = false;
        af_attribution_page_author(attribution);
    }
}

/* --- Dates ------------------------------------------------------------------------------------------------------------------ */

static af_dates_t published(const af_attribution_t *attribution, const af_attribution_rule_t *rule)
{
    af_dates_t dates = {"", "", ""};
    af_slice_t year = af_facts_year(attribution->facts), date = af_facts_date(attribution->facts);
    int64_t fallback = INT64_MIN;

    if (year.len == 4) {
        memcpy(dates.year, year.data, 4);
        if (date.len == 10) {
            memcpy(dates.date, date.data, 10);
            af_date_short(dates.date, dates.short_date);
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
    } else {
        af_date_short(dates.date, dates.short_date);
    }
    return dates;
}

/* The year of the copyright is what the page says it is; else that of publication. */
af_dates_t af_notice_dates(const af_attribution_t *attribution, const af_attribution_rule_t *rule)
{
    af_dates_t dates = published(attribution, rule);
    af_says_t says = af_notice_says(attribution, rule);

    if (says.year[0] != '\0' && !says.differ) {
        memcpy(dates.year, says.year, sizeof dates.year);
    }
    return dates;
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

af_status_t af_notice_render(const af_attribution_t *attribution, const af_attribution_rule_t *rule,
                          const af_attribution_state_t *state, af_slice_t year, size_t at, size_t *len, af_part_kind_t *missing)
{
    af_dates_t dates = af_notice_dates(attribution, rule);
    af_template_values_t values = {.variable = variable_of, .opaque = (void *) (uintptr_t) attribution};

    values.part[AF_PART_YEAR] = year.data != NULL ? year : af_notice_known(dates.year);
    values.part[AF_PART_DATE] = af_notice_known(rule->has_short_date ? dates.short_date : dates.date);
    values.part[AF_PART_TITLE] = af_facts_title(attribution->facts);
    values.part[AF_PART_AUTHOR] = af_facts_author(attribution->facts);
    values.part[AF_PART_CANONICAL] = af_facts_canonical(attribution->facts);
    if (state->agency_len > 0) {
        values.part[AF_PART_AGENCY] = (af_slice_t){(const uint8_t *) state->agency, state->agency_len};
    }
    return af_template_render(rule, &values, attribution->bytes + at, AF_ATTRIBUTION_BYTES / 2 - at, len, missing);
}

af_slice_t af_notice_plain(af_attribution_t *attribution, af_slice_t markup)
{
    af_tape_forget(&attribution->plain, SIZE_MAX);
    size_t mark = af_tape_mark(&attribution->plain);

    if (af_tape_text(&attribution->plain, markup, 0, AF_TEXT_DATA) != AF_OK) {
        return (af_slice_t){NULL, 0};
    }
    return af_tape_since(&attribution->plain, mark);
}

/* --- Blocks ----------------------------------------------------------------------------------------------------------------- */

/* Letters of a notice, without what repairs change: how much it says. */
static uint32_t count_letters(af_slice_t text)
{
    uint32_t letters = 0;

    for (size_t i = 0; i < text.len; i++) {
        letters += (uint8_t) ((text.data[i] | 0x20) - 'a') < 26;
    }
    return letters;
}

#define SIGN_LETTERS 9u /* "copyright" for a sign says no more */

/* A notice after the first one goes if it is the whole block, or the end of it in the same words. One that says more stays. */
static void judge_repeat(const af_attribution_t *attribution, const af_attribution_state_t *state, af_slice_t text,
                         const af_finding_t *found, af_notice_t *out)
{
    const af_tape_t *tape = attribution->tape;
    size_t from = found->groups[0].from;
    uint32_t letters = count_letters(af_notice_part(text, from, found->to));

    if (letters > state->letters + SIGN_LETTERS) {
        return;
    }
    if (from == 0 && found->to == text.len) {
        out->kind = AF_NOTICE_REPEAT;
    } else if (letters == state->letters && found->to == text.len && from > 1 && text.data[from - 1] == ' ' &&
               text.data[from - 2] == '.' &&
               (tape == NULL || af_tape_is_piece(tape, text.data + from - 2, text.data + from))) {
        *out = (af_notice_t){.kind = AF_NOTICE_REPAIR, .from = from - 1, .to = found->to, .bytes = {text.data, 0}};
    }
}

void af_attribution_block(af_attribution_t *attribution, uint32_t rule_number, af_slice_t text, af_notice_t *out)
{
    af_finding_t found;
    af_attribution_state_t *state = af_attribution_state_of(attribution, rule_number);

    *out = (af_notice_t){.kind = AF_NOTICE_NOTHING};
    if (state == NULL || !state->applies || text.len == 0 || attribution->condition->notices_lost) {
        return;
    }
    const af_attribution_rule_t *rule = attribution->rules->rules[rule_number].attribution;
    if (af_notice_characters(text) > rule->max || !af_notice_find(attribution, rule, text, &found)) {
        return;
    }
    if (state->found) {
        judge_repeat(attribution, state, text, &found, out);
        return;
    }
    state->found = state->done = true;
    size_t to = af_notice_excess(attribution, rule, text, found.to);
    state->letters = count_letters(af_notice_part(text, found.groups[0].from, found.to));
    if (!af_notice_stands(attribution, rule, state, af_notice_part(text, found.groups[0].from, found.to))) {
        out->kind = AF_NOTICE_CONTRADICTED;
        return;
    }
    if (!found.good) {
        af_notice_repair(attribution, rule, state, text, &found, to, out);
        state->letters = out->kind == AF_NOTICE_REPAIR ? state->letters : 0;
        if (rule->has_year && state->year[0] == '\0' && out->kind == AF_NOTICE_REPAIR) {
            memcpy(state->year, af_notice_dates(attribution, rule).year, sizeof state->year);
        }
    } else if (to != found.to) {
        *out = (af_notice_t){.kind = AF_NOTICE_REPAIR, .from = found.to, .to = to, .bytes = {attribution->bytes, 0}};
    } else {
        out->kind = AF_NOTICE_GOOD;
    }
    if (out->kind == AF_NOTICE_GOOD || out->kind == AF_NOTICE_REPAIR) {
        af_notice_unglue(attribution, text, found.groups[0].from, to, out);
    }
}

/* --- Inserting -------------------------------------------------------------------------------------------------------------- */

/* Whether the page has a notice of one of the rules of the same preset: an agency may have two kinds. */
static bool file_is_done(const af_attribution_t *attribution, uint32_t rule)
{
    const af_ruleset_t *set = attribution->rules;

    for (size_t i = 0; i < set->attribution_count; i++) {
        if (attribution->states[i].done && strcmp(set->rules[set->attributions[i]].file, set->rules[rule].file) == 0) {
            return true;
        }
    }
    return false;
}

void af_attribution_scope_end(af_attribution_t *attribution, uint32_t rule_number, af_notice_t *out)
{
    static const char open[] = "<p>", close[] = "</p>";
    const size_t open_len = sizeof open - 1, close_len = sizeof close - 1;
    af_attribution_state_t *state = af_attribution_state_of(attribution, rule_number);
    af_part_kind_t missing = AF_PART_LITERAL;
    size_t len = 0;

    *out = (af_notice_t){.kind = AF_NOTICE_NOTHING};
    if (state == NULL || attribution->condition->notices_lost) {
        return;
    }
    const af_attribution_rule_t *rule = attribution->rules->rules[rule_number].attribution;
    if (!state->applies || state->found || rule->place == AF_PLACE_NONE ||
        (rule->once && file_is_done(attribution, rule_number))) {
        return;
    }
    uint8_t *bytes = attribution->bytes;
    af_status_t status = af_notice_render(attribution, rule, state, (af_slice_t){NULL, 0}, open_len, &len, &missing);
    bool no_date = status == AF_NOT_FOUND && (missing == AF_PART_YEAR || missing == AF_PART_DATE);
    out->kind = no_date ? AF_NOTICE_NO_DATE : AF_NOTICE_REFUSED;
    if (status != AF_OK) {
        return;
    }
    af_slice_t text = af_notice_plain(attribution, (af_slice_t){bytes + open_len, len});
    if (text.len == 0 || af_notice_characters(text) > rule->max || !af_notice_good(attribution, rule, text)) {
        return;
    }
    af_says_t says = af_notice_says(attribution, rule);
    if (!af_notice_stands(attribution, rule, state, text) || says.other) {
        out->kind = AF_NOTICE_CONTRADICTED;
        return;
    }
    memcpy(bytes, open, open_len);
    memcpy(bytes + open_len + len, close, close_len);
    *out = (af_notice_t){.kind = AF_NOTICE_INSERT, .bytes = {bytes, open_len + len + close_len}};
    state->done = state->inserted = true;
}
