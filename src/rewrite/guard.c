/*
 * rewrite/guard.c: joins that would become markup.
 *
 * The guard may write a character reference where none was needed (the text is the same); it must never miss one. Only data
 * text can meet data text: elements are not dropped inside RCDATA, RAWTEXT and script data.
 */
#include "rewrite/guard.h"

#include <stdio.h>

#include "base/ascii.h"

void af_guard_wrote(af_guard_t *guard, const af_token_t *token, bool swallows_newline)
{
    if (token->type == AF_TOKEN_IGNORED) {
        return;
    }
    guard->text_last = token->type == AF_TOKEN_TEXT && token->text == AF_TEXT_DATA;
    guard->after_pre = swallows_newline;
    if (!guard->text_last) {
        guard->tail_len = 0;
        return;
    }
    /* Text that follows text directly may continue what the first began. */
    size_t take = token->bytes.len < AF_GUARD_TAIL ? token->bytes.len : AF_GUARD_TAIL;
    size_t keep = AF_GUARD_TAIL - take < guard->tail_len ? AF_GUARD_TAIL - take : guard->tail_len;
    memmove(guard->tail, guard->tail + (guard->tail_len - keep), keep);
    memcpy(guard->tail + keep, token->bytes.data + (token->bytes.len - take), take);
    guard->tail_len = (uint8_t) (keep + take);
}

void af_guard_inserted(af_guard_t *guard)
{
    guard->text_last = false;
    guard->after_pre = false;
    guard->tail_len = 0;
}

static bool is_number(const uint8_t *data, size_t len)
{
    size_t at = 0;

    while (at < len && ((data[at] >= '0' && data[at] <= '9') || ((data[at] | 0x20) >= 'a' && (data[at] | 0x20) <= 'f'))) {
        at++;
    }
    return at == len;
}

/* Whether the tail ends in what could be the beginning of a character reference: also a number that began before it. */
static bool ends_in_reference(const af_guard_t *guard)
{
    size_t at = guard->tail_len;
    while (at > 0 && (af_is_alnum(guard->tail[at - 1]) || guard->tail[at - 1] == '#')) {
        at--;
    }
    if (at > 0) {
        return guard->tail[at - 1] == '&';
    }
    return guard->tail_len == AF_GUARD_TAIL && is_number(guard->tail + 1, AF_GUARD_TAIL - 1);
}

static bool joins(const af_guard_t *guard, uint8_t next)
{
    uint8_t last = guard->tail[guard->tail_len - 1];

    if (last == '<') {
        return af_is_letter(next) || next == '/' || next == '!' || next == '?';
    }
    if (last == '\r') {
        return next == '\n';
    }
    return (af_is_alnum(next) || next == '#' || next == ';') && ends_in_reference(guard);
}

/* Whether the text begins with a reference that may stand for a line feed: "&#10;", "&NewLine;". */
static bool may_be_line_feed(const af_slice_t *text)
{
    return text->len > 1 && text->data[0] == '&' && (text->data[1] == '#' || text->data[1] == 'N');
}

size_t af_guard_join(const af_guard_t *guard, const af_token_t *token, uint8_t *out, size_t *skip)
{
    *skip = 0;
    if (token->text != AF_TEXT_DATA || token->bytes.len == 0) {
        return 0;
    }
    uint8_t next = token->bytes.data[0];
    if (guard->after_pre) {
        if (next != '\n' && next != '\r' && !may_be_line_feed(&token->bytes)) {
            return 0;
        }
        out[0] = '\n';
        return 1;
    }
    if (!guard->text_last || guard->tail_len == 0 || !joins(guard, next)) {
        return 0;
    }
    *skip = 1;
    return (size_t) snprintf((char *) out, 16, "&#%u;", (unsigned) next);
}
