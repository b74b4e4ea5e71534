/*
 * html/tokenizer_script.c: script data, escaped and double escaped, HTML #script-data-state.
 *
 * The state is that at the window's first byte; what is looked at but not given is looked at again.
 */
#include "html/tokenizer_internal.h"

typedef struct {
    script_state_t state;
    uint32_t dashes;
} script_place_t;

static bool ends_word(uint8_t c)
{
    return af_is_space(c) || c == '/' || c == '>';
}

/* "script" and a byte that ends the word, at `data`. */
static af_end_tag_t is_script_word(const uint8_t *data, size_t len)
{
    bool more;

    if (!af_window_begins(data, len, "script", 6, &more)) {
        return more ? END_UNKNOWN : END_NO;
    }
    if (len == 6) {
        return END_UNKNOWN;
    }
    return ends_word(data[6]) ? END_YES : END_NO;
}

/* "<" at data[0]: how many bytes it and what follows take, 0: more is needed. */
static size_t less_than(const af_window_t *rest, script_place_t *place)
{
    const uint8_t *data = rest->data;
    size_t len = rest->len;
    bool more;

    place->dashes = 0;
    if (place->state == SCRIPT_PLAIN) {
        if (af_window_begins(data, len, "<!--", 4, &more)) {
            *place = (script_place_t){SCRIPT_ESCAPED, 2};
            return 4;
        }
        return more && !rest->last ? 0 : 1;
    }
    bool closing = place->state == SCRIPT_DOUBLE;
    size_t word = closing ? 2 : 1;
    if (!af_window_begins(data, len, closing ? "</" : "<", word, &more)) {
        return more && !rest->last ? 0 : 1;
    }
    af_end_tag_t found = is_script_word(data + word, len - word);
    if (found == END_UNKNOWN && !rest->last) {
        return 0;
    }
    if (found != END_YES) {
        return 1;
    }
    place->state = closing ? SCRIPT_ESCAPED : SCRIPT_DOUBLE;
    return word + 7;
}

static size_t next_place(const af_tokenizer_t *t, const uint8_t *data, size_t at, size_t len, script_place_t *place)
{
    if (place->state == SCRIPT_PLAIN) {
        return at + t->scan->raw_end(data + at, len - at);
    }
    for (; at < len && data[at] != '<'; at++) {
        if (data[at] == '-') {
            place->dashes++;
            continue;
        }
        if (data[at] == '>' && place->dashes >= 2) {
            place->state = SCRIPT_PLAIN;
            place->dashes = 0;
            return at + 1;
        }
        place->dashes = 0;
    }
    return at;
}

size_t af_scan_script(af_tokenizer_t *t, const af_window_t *window, bool *end)
{
    script_place_t place = {t->script, t->dashes};
    size_t at = 0;

    *end = false;
    while (at < window->len) {
        at = next_place(t, window->data, at, window->len, &place);
        if (at == window->len) {
            break;
        }
        if (window->data[at] != '<') {
            continue;
        }
        af_window_t rest = {window->data + at, window->len - at, window->last};
        if (place.state != SCRIPT_DOUBLE) {
            af_end_tag_t found = af_scan_end_tag(t, rest.data, rest.len, rest.last);
            if (found != END_NO) {
                *end = found == END_YES;
                break;
            }
        }
        script_place_t after = place;
        size_t taken = less_than(&rest, &after);
        if (taken == 0) {
            break;
        }
        place = after;
        at += taken;
    }
    t->script = place.state;
    t->dashes = place.dashes;
    if (*end) {
        t->script = SCRIPT_PLAIN;
        t->dashes = 0;
    }
    return at;
}
