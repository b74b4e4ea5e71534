/*
 * policy/attribution_claims.c: what the page says to machines, weighed against a rule's notice.
 *
 * The year of the article's copyright is copyrightYear's, or the one in a notice of the same owner; where they differ there is
 * none. The article's copyrightHolder or copyrightNotice that names somebody else is a claim of another owner. What meta says of
 * others is the site's, as a rule, not the article's.
 */
#include "policy/attribution_internal.h"

#define OWNER_MAX ((size_t) 120)
#define TRIED_MAX ((size_t) 400)

/* Where a copyright sign or word ends in the text; 0: there is none. */
static size_t behind_sign(af_slice_t text)
{
    static const char *const signs[] = {"\xc2\xa9", "(c)", "copyright", "&copy;"};

    for (size_t at = 0; at < text.len; at++) {
        for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
            if (af_slice_has_at(text, at, af_slice_of(signs[i]))) {
                return at + strlen(signs[i]);
            }
        }
    }
    return 0;
}

/* Whom the template names: what follows its sign, up to the first mark. Empty: it has no sign, or no name. */
static af_slice_t owner_of(const af_attribution_rule_t *rule, uint8_t out[OWNER_MAX])
{
    size_t len = 0;

    for (size_t i = 0; i < rule->part_count; i++) {
        af_slice_t text = rule->parts[i].text;
        for (size_t k = 0; rule->parts[i].kind == AF_PART_LITERAL && k < text.len && len < OWNER_MAX; k++) {
            out[len++] = text.data[k];
        }
    }
    size_t from = behind_sign((af_slice_t){out, len}), to;
    while (from > 0 && from < len && (out[from] == ' ' || out[from] == ',')) {
        from++;
    }
    if (from > 0 && af_slice_has_at((af_slice_t){out, len}, from, af_slice_of("the "))) {
        from += 4;
    }
    for (to = from; from > 0 && to < len && strchr(".,|(;", out[to]) == NULL; to++) {
    }
    while (to > from && out[to - 1] == ' ') {
        to--;
    }
    return (af_slice_t){out + from, to - from};
}

/* Whether the name, with a sign and a year before it, is a notice of the rule, or what `when` knows the agency by. */
static bool names_owner(const af_attribution_t *attribution, const af_attribution_rule_t *rule, af_slice_t name)
{
    static const char lead[] = "\xc2\xa9 2000 ";
    uint8_t tried[TRIED_MAX + sizeof lead];
    af_finding_t found;
    af_group_t groups[AF_NOTICE_GROUPS];

    if (name.len > TRIED_MAX) {
        return false;
    }
    memcpy(tried, lead, sizeof lead - 1);
    memcpy(tried + sizeof lead - 1, name.data, name.len);
    af_slice_t text = {tried, sizeof lead - 1 + name.len};
    return af_notice_find(attribution, rule, text, &found) ||
           (rule->when != NULL && af_notice_match(attribution, rule->when, name, groups));
}

static void take_year(af_says_t *says, af_slice_t year)
{
    if (year.len != 4) {
        return;
    }
    says->differ = says->differ || (says->year[0] != '\0' && memcmp(says->year, year.data, 4) != 0);
    memcpy(says->year, year.data, 4);
    says->year[4] = '\0';
}

static void weigh(const af_attribution_t *attribution, const af_attribution_rule_t *rule, af_claim_kind_t kind, af_slice_t text,
                  af_slice_t owner, af_says_t *says)
{
    af_finding_t found;
    af_slice_t year;
    bool ours = af_slice_has(text, owner);

    if (kind == AF_CLAIM_HOLDER) {
        says->other = says->other || (owner.len > 0 && !ours && !names_owner(attribution, rule, text));
        return;
    }
    size_t from = 0, to = text.len;
    if (af_notice_find(attribution, rule, text, &found)) {
        ours = true;
        from = found.groups[0].from;
        to = found.to;
    }
    if (ours && !af_notice_standing_year(text, from, to, &year)) {
        says->differ = true;
    } else if (ours) {
        take_year(says, year);
    }
    says->other = says->other || (kind == AF_CLAIM_NOTICE && owner.len > 0 && !ours && behind_sign(text) > 0);
}

af_says_t af_notice_says(const af_attribution_t *attribution, const af_attribution_rule_t *rule)
{
    const af_claims_t *claims = &attribution->facts->claims;
    af_says_t says = {"", false, false};
    uint8_t buffer[OWNER_MAX];

    if (rule->has_date || (claims->count == 0 && claims->year[0] == '\0')) {
        return says; /* a date is one of publication */
    }
    af_slice_t owner = owner_of(rule, buffer);
    take_year(&says, af_notice_known(claims->year));
    for (uint32_t i = 0; i < claims->count; i++) {
        const af_claim_t *claim = &claims->items[i];
        af_slice_t text = af_claims_text(claims, claim);
        if (claim->kind != AF_CLAIM_NONE && claim->depth == 0 && text.len > 0) {
            weigh(attribution, rule, claim->kind, text, owner, &says);
        }
    }
    return says;
}

bool af_notice_contradicted(const af_says_t *says, const char year[5])
{
    return says->differ || (says->year[0] != '\0' && year[0] != '\0' && strcmp(says->year, year) != 0);
}

/* Notes the year that stands in a notice of the rule, and tells whether it contradicts what is said. */
bool af_notice_stands(const af_attribution_t *attribution, const af_attribution_rule_t *rule, af_attribution_state_t *state,
                      af_slice_t notice)
{
    af_slice_t year;
    af_says_t says = af_notice_says(attribution, rule);

    state->year[0] = '\0';
    if (af_notice_standing_year(notice, 0, notice.len, &year) && year.len == 4) {
        memcpy(state->year, year.data, 4);
        state->year[4] = '\0';
    }
    state->told = af_notice_contradicted(&says, state->year);
    return !state->told;
}

bool af_attribution_contradicts(const af_attribution_t *attribution, uint32_t *rule)
{
    const af_ruleset_t *set = attribution->rules;

    for (size_t i = 0; i < set->attribution_count; i++) {
        const af_attribution_rule_t *made = set->rules[set->attributions[i]].attribution;
        const af_attribution_state_t *state = &attribution->states[i];
        if (!state->done || state->told) {
            continue;
        }
        af_says_t says = af_notice_says(attribution, made);
        if (af_notice_contradicted(&says, state->year) || (state->inserted && says.other)) {
            *rule = set->attributions[i];
            return true;
        }
    }
    return false;
}

void af_attribution_claim(af_attribution_t *attribution, uint32_t rule_number, const af_claim_t *claim, af_notice_t *out)
{
    const af_attribution_rule_t *rule = attribution->rules->rules[rule_number].attribution;
    af_attribution_state_t *state = af_attribution_state_of(attribution, rule_number);
    af_slice_t text = af_claims_text(&attribution->facts->claims, claim);
    af_says_t says = af_notice_says(attribution, rule);
    af_finding_t found;
    size_t len;

    *out = (af_notice_t){.kind = AF_NOTICE_NOTHING};
    if (claim->kind == AF_CLAIM_NONE || claim->kind == AF_CLAIM_HOLDER || claim->depth != 0 || says.differ) {
        return;
    }
    if (text.len == 0) {
        af_attribution_page_author(attribution);
        bool fills = claim->kind != AF_CLAIM_CREDIT && state->applies && rule->place != AF_PLACE_NONE && !says.other;
        if (fills && af_notice_render(attribution, rule, state, (af_slice_t){NULL, 0}, 0, &len, NULL) == AF_OK) {
            *out = (af_notice_t){.kind = AF_NOTICE_REPAIR, .bytes = {attribution->bytes, len}};
        }
    } else if (af_notice_find(attribution, rule, text, &found) && !found.good) {
        af_slice_t year;
        bool one = af_notice_standing_year(text, found.groups[0].from, found.to, &year);
        if (one && (year.len == 0 || says.year[0] == '\0' || memcmp(year.data, says.year, 4) == 0)) {
            af_notice_repair(attribution, rule, state, text, &found, af_notice_excess(attribution, rule, text, found.to), out);
        }
    }
}
