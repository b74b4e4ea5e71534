/*
 * policy/attribution_repair.c: the least change that makes a notice right.
 *
 * A date goes to the place of the pattern's group, with as much of the template's own punctuation around it as is missing, and
 * only if the notice is good afterwards and found again. A date that stands there already is never replaced, wrong as it may be.
 * A notice that is wrong in another way becomes the template, of which only what differs is written, so that links stay.
 */
#include "policy/attribution_internal.h"

#include "base/ascii.h"

#define ADDED_MAX 256u  /* bytes that a repair puts in */
#define SIGN_WITHIN 24u /* bytes of a notice that its sign is looked for in */

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
    return literal.data == NULL ? literal : af_notice_part(literal, from, literal.len);
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
        memcpy(out + len, text.data, text.len); /* NOLINT(clang-analyzer-core.NonNullParamChecker): of length 0 if NULL */
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
    *repair->out = (af_notice_t){.kind = AF_NOTICE_REPAIR, .from = from, .to = to, .bytes = bytes};
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
    size_t whole_len = put(whole, 0, af_notice_part(repair->text, 0, from));
    whole_len = put(whole, whole_len, bytes);
    whole_len = put(whole, whole_len, af_notice_part(repair->text, repair->to, repair->text.len));
    if (af_notice_characters((af_slice_t){whole, whole_len}) > repair->rule->max ||
        !af_notice_good(repair->attribution, repair->rule, (af_slice_t){whole, whole_len})) {
        return false;
    }
    shorten(repair, from, bytes);
    return true;
}

static bool is_letter(uint8_t c)
{
    return af_is_letter(c) || c >= 0x80;
}

/* A year of our time, or more than one: not ours to judge. A placeholder with the very year of `value` in it is no date. */
static bool is_taken(af_slice_t text, af_slice_t value)
{
    size_t digits = 0;

    for (size_t i = 0; i < text.len; i++) {
        digits += af_is_digit(text.data[i]);
    }
    if (digits == 4 && text.len > 4 && is_letter(text.data[0]) && value.len > 4) {
        return memcmp(text.data + text.len - 4, value.data + value.len - 4, 4) != 0;
    }
    return digits >= 4 && text.len > 0 && (text.data[0] == '1' || text.data[0] == '2' || text.len > 4);
}

/* What has to be between a value and what follows at once. A full stop before the value does not end the sentence any more. */
static af_slice_t gap_before(af_slice_t text, size_t at)
{
    size_t before = at;

    if (at >= text.len || !(is_letter(text.data[at]) || af_is_digit(text.data[at]) || text.data[at] == '-')) {
        return (af_slice_t){NULL, 0};
    }
    while (before > 0 && text.data[before - 1] == ' ') {
        before--;
    }
    return af_slice_of(before > 0 && text.data[before - 1] == '.' ? ". " : " ");
}

/* Tries to put the value at the group's place: alone, then with more and more of the template around it. */
static bool repair_group(repair_t *repair, const af_group_t *group, size_t notice_from, af_part_kind_t kind, af_slice_t value)
{
    static const af_slice_t none = {NULL, 0};
    af_slice_t tail = tail_of(literal_beside(repair->rule, kind, -1));
    af_slice_t lead = lead_of(literal_beside(repair->rule, kind, 1));
    af_slice_t gap = gap_before(repair->text, group->to);
    size_t back = group->from;

    if (is_taken(af_notice_part(repair->text, group->from, group->to), value)) {
        return false;
    }
    while (back > notice_from && is_gap(repair->text.data[back - 1])) {
        back--;
    }
    repair->to = group->to;
    if (group->to + 1 < repair->text.len && repair->text.data[group->to] == '.' && is_letter(repair->text.data[group->to + 1])) {
        gap = af_slice_of(". "); /* ".All" of an empty field */
        repair->to++;
    }
    return propose(repair, group->from, none, value, gap) || propose(repair, group->from, none, value, lead) ||
           propose(repair, back, tail, value, gap) || propose(repair, back, tail, value, lead);
}

static bool is_year_at(af_slice_t text, size_t at, size_t to)
{
    if (to - at < 4 || (at > 0 && af_is_digit(text.data[at - 1])) || (at + 4 < text.len && af_is_digit(text.data[at + 4]))) {
        return false;
    }
    for (size_t i = 0; i < 4; i++) {
        if (!af_is_digit(text.data[at + i])) {
            return false;
        }
    }
    return memcmp(text.data + at, "19", 2) == 0 || memcmp(text.data + at, "20", 2) == 0;
}

bool af_notice_standing_year(af_slice_t text, size_t from, size_t to, af_slice_t *out)
{
    *out = (af_slice_t){NULL, 0};
    for (size_t at = from; at + 4 <= to; at++) {
        if (!is_year_at(text, at, to)) {
            continue;
        }
        if (out->data != NULL && memcmp(out->data, text.data + at, 4) != 0) {
            return false;
        }
        *out = af_notice_part(text, at, at + 4);
    }
    return true;
}

/* How much of the markup writes the character of the plain text at `at`: itself, or a reference. */
static size_t written(af_slice_t markup, size_t at)
{
    const uint8_t *end = markup.data[at] == '&' ? memchr(markup.data + at, ';', markup.len - at) : NULL;

    return end == NULL ? 1 : (size_t) (end - markup.data) - at + 1;
}

/* Leaves out of a proposal what stands there already, so that tags before and behind what differs stay. */
static void trim(af_slice_t text, af_slice_t plain, af_notice_t *notice)
{
    af_slice_t was = af_notice_part(text, notice->from, notice->to), bytes = notice->bytes;
    size_t ahead = 0, markup = 0, behind = 0;

    while (ahead < was.len && ahead < plain.len && markup < bytes.len) {
        size_t len = af_utf8_length(plain, ahead);
        if (af_utf8_length(was, ahead) != len || memcmp(was.data + ahead, plain.data + ahead, len) != 0) {
            break;
        }
        ahead += len;
        markup += written(bytes, markup);
    }
    while (behind < was.len - ahead && behind < plain.len - ahead && behind < bytes.len - markup) {
        uint8_t c = was.data[was.len - 1 - behind];
        if (c >= 0x80 || c != plain.data[plain.len - 1 - behind] || c != bytes.data[bytes.len - 1 - behind]) {
            break;
        }
        behind++;
    }
    notice->from += ahead;
    notice->to -= behind;
    notice->bytes = af_notice_part(bytes, markup, bytes.len - behind);
}

/* Proposes the template itself for [from, to), which holds a notice in whatever form. */
static bool replace_notice(af_attribution_t *attribution, const af_attribution_rule_t *rule, const af_attribution_state_t *state,
                           af_slice_t text, af_slice_t year, size_t from, size_t to, af_notice_t *out)
{
    uint8_t *bytes = attribution->bytes, *whole = bytes + AF_ATTRIBUTION_BYTES / 2;
    size_t len;

    if (rule->has_date && rule->date_group == 0) {
        return false; /* what stands there is not known */
    }
    if (text.len > AF_ATTRIBUTION_BYTES / 4 || af_notice_render(attribution, rule, state, year, 0, &len, NULL) != AF_OK) {
        return false;
    }
    af_slice_t plain = af_notice_plain(attribution, (af_slice_t){bytes, len});
    if (plain.len == 0 || plain.len > AF_ATTRIBUTION_BYTES / 8) {
        return false;
    }
    size_t whole_len = put(whole, 0, af_notice_part(text, 0, from));
    whole_len = put(whole, whole_len, plain);
    whole_len = put(whole, whole_len, af_notice_part(text, to, text.len));
    if (af_notice_characters((af_slice_t){whole, whole_len}) > rule->max ||
        !af_notice_good(attribution, rule, (af_slice_t){whole, whole_len})) {
        return false;
    }
    *out = (af_notice_t){.kind = AF_NOTICE_REPAIR, .from = from, .to = to, .bytes = {bytes, len}};
    trim(text, plain, out);
    return true;
}

/* Tries to put the date that is missing in at its place. */
static bool repair_date(af_attribution_t *attribution, const af_attribution_rule_t *rule, af_slice_t text,
                        const af_group_t groups[AF_NOTICE_GROUPS], af_notice_t *out)
{
    repair_t repair = {attribution, rule, text, 0, out};
    af_dates_t dates = af_notice_dates(attribution, rule);
    af_slice_t year = af_notice_known(dates.year);
    af_slice_t date = af_notice_known(rule->has_short_date ? dates.short_date : dates.date);
    bool has_year = rule->year_group > 0 && rule->year_group < AF_NOTICE_GROUPS && groups[rule->year_group].set;
    bool has_date = rule->date_group > 0 && rule->date_group < AF_NOTICE_GROUPS && groups[rule->date_group].set;

    return (has_year && year.data != NULL &&
            repair_group(&repair, &groups[rule->year_group], groups[0].from, AF_PART_YEAR, year)) ||
           (has_date && date.data != NULL &&
            repair_group(&repair, &groups[rule->date_group], groups[0].from, AF_PART_DATE, date));
}

/* A copyright sign that a wrong charset or a second escaping broke, near the notice's beginning. */
static bool broken_sign(af_slice_t text, size_t from, size_t *at, size_t *len)
{
    static const char *const forms[] = {"\xc3\x82\xc2\xa9", "&copy;", "&#169;", "&#xa9;", "\xef\xbf\xbd"};

    for (*at = from; *at < text.len && *at < from + SIGN_WITHIN; ++*at) {
        for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
            *len = strlen(forms[i]);
            if (text.len - *at >= *len && memcmp(text.data + *at, forms[i], *len) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* Rights a broken sign, and puts the date in where it is missing, too. */
static bool repair_sign(af_attribution_t *attribution, const af_attribution_rule_t *rule, af_slice_t text, size_t from,
                        af_notice_t *out)
{
    static const char sign[] = "\xc2\xa9", markup[] = "&#169;";
    uint8_t righted[AF_ATTRIBUTION_BYTES / 4];
    af_finding_t found;
    size_t at, len;

    if (text.len > sizeof righted || !broken_sign(text, from, &at, &len)) {
        return false;
    }
    size_t righted_len = put(righted, 0, af_notice_part(text, 0, at));
    righted_len = put(righted, righted_len, af_slice_of(sign));
    righted_len = put(righted, righted_len, af_notice_part(text, at + len, text.len));
    af_slice_t whole = {righted, righted_len};
    if (!af_notice_find(attribution, rule, whole, &found) || found.groups[0].from != from) {
        return false;
    }
    af_notice_edit_t edit = {at, at + len, af_slice_of(markup)};
    if (found.good) {
        *out = (af_notice_t){.kind = AF_NOTICE_REPAIR, .from = edit.from, .to = edit.to, .bytes = edit.bytes};
        return true;
    }
    if (!repair_date(attribution, rule, whole, found.groups, out) || out->from < at + sizeof sign - 1) {
        return false;
    }
    size_t shift = len - (sizeof sign - 1);
    out->from += shift;
    out->to += shift;
    out->more[out->more_count++] = edit;
    return true;
}

void af_notice_repair(af_attribution_t *attribution, const af_attribution_rule_t *rule, const af_attribution_state_t *state,
                      af_slice_t text, const af_finding_t *found, size_t to, af_notice_t *out)
{
    const af_group_t *groups = found->groups;
    af_dates_t dates = af_notice_dates(attribution, rule);
    bool has_date = rule->date_group > 0 && rule->date_group < AF_NOTICE_GROUPS && groups[rule->date_group].set;
    af_slice_t date = af_notice_known(rule->has_short_date ? dates.short_date : dates.date), standing;

    bool one = af_notice_standing_year(text, groups[0].from, to, &standing);
    /* What follows and is too much goes; a year that only stands there is not the page's to replace. */
    bool alone = to == found->to || (one && (standing.data == NULL || memcmp(standing.data, dates.year, 4) == 0));
    if (alone && (repair_date(attribution, rule, text, groups, out) ||
                  repair_sign(attribution, rule, text, groups[0].from, out))) {
        if (to != found->to) {
            out->more[out->more_count++] = (af_notice_edit_t){found->to, to, {attribution->bytes, 0}};
        }
        return;
    }
    bool taken = has_date && is_taken(af_notice_part(text, groups[rule->date_group].from, groups[rule->date_group].to), date);
    if (one && !taken && replace_notice(attribution, rule, state, text, standing, groups[0].from, to, out)) {
        return;
    }
    *out = (af_notice_t){.kind = AF_NOTICE_REFUSED};
    if ((rule->has_year && dates.year[0] == '\0' && standing.data == NULL) || (rule->has_date && date.data == NULL)) {
        out->kind = AF_NOTICE_NO_DATE;
    }
}

/* --- Glue ------------------------------------------------------------------------------------------------------------------- */

static void add_space(af_notice_t *notice, size_t at)
{
    if (notice->kind == AF_NOTICE_GOOD) {
        *notice = (af_notice_t){.kind = AF_NOTICE_REPAIR, .from = at, .to = at, .bytes = af_slice_of(" ")};
    } else {
        notice->more[notice->more_count++] = (af_notice_edit_t){at, at, af_slice_of(" ")};
    }
}

/* Whether text[at] follows the character before it in the stream, without a tag between. */
static bool joined(const af_attribution_t *attribution, af_slice_t text, size_t at)
{
    const af_tape_t *tape = attribution->tape;

    return tape == NULL || af_tape_is_piece(tape, text.data + at - 1, text.data + at + af_utf8_length(text, at));
}

/* A letter, and no closing quote or other sign: U+0080 to U+00BF, U+2000 to U+207F, U+3000 to U+303F are none. */
static bool begins_word(af_slice_t text, size_t at)
{
    uint8_t lead = text.data[at], next = at + 1 < text.len ? text.data[at + 1] : 0;

    return is_letter(lead) && lead != 0xc2 && !(lead == 0xe2 && next <= 0x81) && !(lead == 0xe3 && next == 0x80);
}

void af_notice_unglue(const af_attribution_t *attribution, af_slice_t text, size_t from, size_t to, af_notice_t *notice)
{
    if (from > 0 && (text.data[from - 1] == '.' || text.data[from - 1] == '!' || text.data[from - 1] == '?') &&
        joined(attribution, text, from)) {
        add_space(notice, from);
    }
    if (to < text.len && begins_word(text, to) && text.data[to - 1] == '.' && joined(attribution, text, to)) {
        add_space(notice, to);
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
            return af_notice_part(text, i, text.len);
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

static bool ends_with(af_slice_t text, af_slice_t part)
{
    while (text.len > 0 && text.data[text.len - 1] == ' ') {
        text.len--;
    }
    return text.len >= part.len && begins_with(af_notice_part(text, text.len - part.len, text.len), part);
}

/* What separates notices in a line: spaces, bars, dots in the middle, dashes. */
static bool is_separator(af_slice_t text)
{
    static const char *const signs[] = {" ", "|", "-", "\xc2\xb7", "\xe2\x80\xa2", "\xe2\x80\x93", "\xe2\x80\x94"};
    size_t at = 0, i;

    do {
        for (i = 0; i < sizeof signs / sizeof *signs && !af_slice_has_at(text, at, af_slice_of(signs[i])); i++) {
        }
        at += i < sizeof signs / sizeof *signs ? strlen(signs[i]) : 0;
    } while (i < sizeof signs / sizeof *signs);
    return at == text.len;
}

/* Where the next notice in `text` ends, if what stands before it only separates, or follows that notice once more: then one
 * of the two goes with what is between, and what follows stays. 0: it does not. */
static size_t repeat_behind(const af_attribution_t *attribution, const af_attribution_rule_t *rule, af_slice_t text)
{
    af_finding_t again;

    if (text.len == 0 || !af_notice_find(attribution, rule, text, &again)) {
        return 0;
    }
    af_slice_t between = af_notice_part(text, 0, again.groups[0].from);
    while (between.len > 0 && between.data[between.len - 1] == ' ') {
        between.len--;
    }
    bool repeats = is_separator(between) || begins_with(af_notice_part(text, again.to, text.len), between);
    return repeats ? again.to : 0;
}

size_t af_notice_excess(const af_attribution_t *attribution, const af_attribution_rule_t *rule, af_slice_t text, size_t to)
{
    af_slice_t last = last_sentence(rule);
    size_t at = to;

    for (;;) {
        size_t next = at + (at < text.len && text.data[at] == ' '), repeat;
        af_slice_t rest = af_notice_part(text, next, text.len);
        if (begins_with(rest, last) && ends_with(af_notice_part(text, 0, at), last)) { /* alone it is the notice's own */
            at = next + last.len;
        } else if ((repeat = repeat_behind(attribution, rule, af_notice_part(text, at, text.len))) > 0) {
            at += repeat;
        } else {
            return at;
        }
    }
}
