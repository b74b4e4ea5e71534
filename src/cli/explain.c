/*
 * cli/explain.c: LINE:COLUMN BYTES WHAT RULE TEXT.
 *
 * Positions are those of the input, columns in bytes from 1. TEXT is the beginning of what a reader would have seen of the
 * range: tags left out, white space joined, control characters never (the page's bytes go to a terminal).
 */
#include "cli/explain.h"

#define SHOWN 60
#define RULE_SHOWN 120u /* bytes of a rule that has a label */

void af_cli_explain_init(af_cli_explain_t *explain, const af_ruleset_t *rules, af_slice_t input)
{
    *explain = (af_cli_explain_t){rules, input, 0, 1, 0, stderr};
}

/* Counts the lines up to `pos`; events come nearly in order, so going back to the start is rare. */
void af_cli_explain_place(af_cli_explain_t *explain, uint64_t pos)
{
    if (pos > explain->input.len) {
        pos = explain->input.len;
    }
    if (pos < explain->pos) {
        explain->pos = explain->line_start = 0;
        explain->line = 1;
    }
    while (explain->pos < pos) {
        const uint8_t *from = explain->input.data + explain->pos;
        const uint8_t *end = memchr(from, '\n', (size_t) (pos - explain->pos));
        if (end == NULL) {
            break;
        }
        explain->pos += (uint64_t) (end - from) + 1;
        explain->line++;
        explain->line_start = explain->pos;
    }
    explain->pos = pos;
}

/* Length of the UTF-8 sequence at `at` if it is whole and no control character, else 0. */
static size_t sequence_length(const uint8_t *at, size_t left)
{
    size_t len = *at >= 0xf0 && *at < 0xf5 ? 4 : *at >= 0xe0 ? 3 : *at >= 0xc2 ? 2 : 0;

    if (*at >= 0xf5 || len == 0 || len > left || (len == 2 && at[0] == 0xc2 && at[1] < 0xa0)) {
        return 0;
    }
    for (size_t i = 1; i < len; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return len;
}

void af_cli_put_text(FILE *out, const uint8_t *data, size_t len)
{
    for (size_t at = 0; at < len;) {
        bool plain = data[at] >= 0x20 && data[at] < 0x7f;
        size_t sequence = plain ? 1 : data[at] < 0x80 ? 0 : sequence_length(data + at, len - at);
        if (sequence == 0) {
            fputc('?', out);
        } else {
            fwrite(data + at, 1, sequence, out);
        }
        at += sequence == 0 ? 1 : sequence;
    }
}

static size_t skip_tag(const uint8_t *data, size_t len, size_t at)
{
    const uint8_t *end = memchr(data + at, '>', len - at);

    return end == NULL ? len : (size_t) (end - data) + 1;
}

/* A space and the text; nothing where there is none. */
static void print_text(FILE *out, const uint8_t *data, size_t len)
{
    int shown = 0;
    int space = 1;

    for (size_t at = 0; at < len && shown < SHOWN;) {
        uint8_t c = data[at];
        if (c == '<' && at + 1 < len && (data[at + 1] == '/' || data[at + 1] == '!' || (data[at + 1] | 0x20) >= 'a')) {
            at = skip_tag(data, len, at);
            space = 1;
            continue;
        }
        size_t sequence = c < 0x80 ? 1 : sequence_length(data + at, len - at);
        if (c <= 0x20 || c == 0x7f) {
            space = 1;
            at++;
            continue;
        }
        if (space) {
            fputc(' ', out);
            shown++;
            space = 0;
        }
        if (sequence == 0) {
            fputc('?', out);
            at++;
        } else {
            fwrite(data + at, 1, sequence, out);
            at += sequence;
        }
        shown++;
    }
}

static void print_markup(FILE *out, const uint8_t *data, size_t len)
{
    fputc(' ', out);
    for (size_t i = 0; i < len; i++) {
        fputc(data[i] < 0x20 || data[i] >= 0x7f ? '?' : data[i], out);
    }
}

/* A rule that would push the text that goes off the screen is cut where it has a label to be found by. */
static void print_rule(FILE *out, const af_ruleset_t *rules, uint32_t rule)
{
    const char *text = af_ruleset_text(rules, rule), *label = af_ruleset_label(rules, rule);
    size_t len = strlen(text);

    if (len <= RULE_SHOWN || label == NULL) {
        fprintf(out, " %s", text);
        return;
    }
    for (len = RULE_SHOWN - RULE_SHOWN / 4; ((uint8_t) text[len] & 0xc0) == 0x80; len--) {
    }
    fprintf(out, " %.*s... label=%s", (int) len, text, label);
}

static void print_line(af_cli_explain_t *explain, uint64_t pos, uint64_t bytes, const char *what, uint32_t rule)
{
    af_cli_explain_place(explain, pos);
    fprintf(explain->out, "%llu:%llu %llu %s", (unsigned long long) explain->line,
            (unsigned long long) (explain->pos - explain->line_start + 1), (unsigned long long) bytes, what);
    if (rule == AF_NO_RULE) {
        fputs(" -", explain->out);
        return;
    }
    uint32_t line = 0;
    const char *file = af_ruleset_origin(explain->rules, rule, &line);
    print_rule(explain->out, explain->rules, rule);
    fprintf(explain->out, " [%s:%u]", file == NULL ? "" : file, line);
}

static const char *name_of(af_event_kind_t kind)
{
    switch (kind) {
    case AF_REMOVED: return "removed";
    case AF_UNWRAPPED: return "unwrapped";
    case AF_STRIPPED: return "stripped";
    case AF_DUPLICATE: return "duplicate";
    case AF_INSERTED: return "inserted";
    case AF_REPAIRED: return "repaired";
    case AF_GUARDED: return "guarded";
    case AF_REFUSED: return "refused";
    case AF_NO_DATE: return "no-date";
    case AF_ILL_FORMED: return "ill-formed";
    case AF_LIMIT_HIT: return "limit";
    }
    return "";
}

void af_cli_explain_event(af_cli_explain_t *explain, const af_event_t *event)
{
    if (event->kind == AF_INSERTED) {
        return; /* told by its edit, which has the text */
    }
    uint64_t to_pos = event->to_pos < explain->input.len ? event->to_pos : explain->input.len;
    uint64_t from_pos = event->from_pos < to_pos ? event->from_pos : to_pos;
    print_line(explain, from_pos, to_pos - from_pos, name_of(event->kind), event->rule);
    if (event->detail != NULL && event->detail[0] != '\0') {
        fprintf(explain->out, " (%s)", event->detail);
    }
    print_text(explain->out, explain->input.data + from_pos, (size_t) (to_pos - from_pos));
    fputc('\n', explain->out);
}

void af_cli_explain_edit(af_cli_explain_t *explain, const af_edit_t *edit)
{
    if (edit->kind != AF_INSERT || edit->len == 0) {
        return;
    }
    print_line(explain, edit->from_pos, edit->len, edit->rule == AF_NO_RULE ? "markup" : "inserted", edit->rule);
    if (edit->rule == AF_NO_RULE) {
        print_markup(explain->out, edit->data, edit->len < SHOWN ? edit->len : SHOWN);
    } else {
        print_text(explain->out, edit->data, edit->len);
    }
    fputc('\n', explain->out);
}
