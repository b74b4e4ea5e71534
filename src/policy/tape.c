/*
 * policy/tape.c: appending, positions, forgetting.
 *
 * Positions are kept as runs of equal stride (so many tape bytes of so many stream bytes), not a number a byte: plain text is one
 * run. A space that stands for several is a run of its own, which grows. Every byte on the tape is whole UTF-8: an unfinished
 * character waits in `partial`, and is U+FFFD where the text does not go on right behind it.
 */
#include "policy/tape.h"

#include "base/eight.h"
#include "html/charref.h"

#define REFERENCE_MAX 64u    /* bytes of a named reference are fewer */
#define RUNS_OF_LIMIT 4u     /* one run for so many bytes of the limit */
#define FIRST_CAPACITY 1024u

void af_tape_init(af_tape_t *tape, af_heap_t *heap, size_t limit)
{
    *tape = (af_tape_t){.heap = heap, .limit = limit};
}

void af_tape_destroy(af_tape_t *tape)
{
    af_heap_release(tape->heap, tape->data, tape->capacity);
    af_heap_release(tape->heap, tape->runs, tape->run_capacity * sizeof(*tape->runs));
    tape->data = NULL;
    tape->runs = NULL;
    tape->len = tape->capacity = tape->run_count = tape->run_capacity = 0;
}

/* --- appending -------------------------------------------------------------------------------------------------------- */

static af_status_t grow(af_tape_t *tape, size_t more)
{
    size_t need;
    if (!af_size_add(tape->len, more, &need) || need > tape->limit) {
        return AF_LIMIT;
    }
    if (need <= tape->capacity) {
        return AF_OK;
    }
    if (tape->capacity == 0 && need < FIRST_CAPACITY && FIRST_CAPACITY <= tape->limit) {
        need = FIRST_CAPACITY;
    }
    void *block = tape->data;
    af_status_t status = af_heap_grow(tape->heap, &block, &tape->capacity, need, 1, tape->limit);
    tape->data = block;
    return status;
}

/* Notes that the tape's next byte comes from `pos`; the run before goes on if that is where it would be. */
static af_status_t note(af_tape_t *tape, uint64_t pos, uint32_t to, uint32_t from)
{
    if (!tape->positions) {
        return AF_OK;
    }
    size_t at = tape->base + tape->len;
    if (tape->run_count > 0) {
        const af_tape_run_t *last = &tape->runs[tape->run_count - 1];
        size_t steps = (at - last->at) / last->to;
        if (last->to == to && last->from == from && last->pos + (uint64_t) steps * from == pos) {
            return AF_OK;
        }
    }
    void *block = tape->runs;
    af_status_t status = af_heap_grow(tape->heap, &block, &tape->run_capacity, tape->run_count + 1, sizeof(*tape->runs),
                                      tape->limit / RUNS_OF_LIMIT + 16);
    tape->runs = block;
    if (status == AF_OK) {
        tape->runs[tape->run_count++] = (af_tape_run_t){at, pos, to, from};
    }
    return status;
}

static af_status_t put(af_tape_t *tape, const uint8_t *bytes, size_t len, uint64_t pos, uint32_t to, uint32_t from)
{
    af_status_t status = grow(tape, len);
    if (status == AF_OK) {
        status = note(tape, pos, to, from);
    }
    if (status == AF_OK) {
        memcpy(tape->data + tape->len, bytes, len);
        tape->len += len;
    }
    return status;
}

/* White space behind a space: the space grows over it if it is next to it in the stream. */
static af_status_t widen_space(af_tape_t *tape, uint64_t pos, uint32_t from)
{
    if (!tape->positions || tape->run_count == 0) {
        return AF_OK;
    }
    af_tape_run_t *last = &tape->runs[tape->run_count - 1];
    size_t at = tape->base + tape->len - 1;
    size_t steps = (at - last->at) / last->to;
    uint64_t space_pos = last->pos + (uint64_t) steps * last->from;
    if (space_pos + last->from != pos) {
        return AF_OK;
    }
    if (last->at == at) {
        last->from += from;
        return AF_OK;
    }
    uint32_t whole = last->from + from;
    tape->len--;
    af_status_t status = note(tape, space_pos, 1, whole);
    tape->len++;
    return status;
}

/* Appends one space or nothing for white space of `from` bytes at `pos`. */
static af_status_t put_space(af_tape_t *tape, uint64_t pos, uint32_t from)
{
    if (tape->len > 0 && tape->data[tape->len - 1] == ' ') {
        return widen_space(tape, pos, from);
    }
    return put(tape, (const uint8_t *) " ", 1, pos, 1, from);
}

/* Appends one character (or a reference's two) that came from `from` bytes at `pos`. */
static af_status_t put_character(af_tape_t *tape, const uint8_t *bytes, size_t len, uint64_t pos, uint32_t from)
{
    if ((len == 1 && af_is_space(bytes[0])) || (len == 2 && bytes[0] == 0xC2 && bytes[1] == 0xA0)) {
        return put_space(tape, pos, from);
    }
    if (len == from) {
        return put(tape, bytes, len, pos, 1, 1);
    }
    return put(tape, bytes, len, pos, (uint32_t) len, from);
}

static af_status_t flush_partial(af_tape_t *tape)
{
    uint8_t out[AF_CHARSET_OUT];
    uint32_t from = tape->partial.len;
    size_t len = af_charset_flush(&tape->partial, out);
    return len == 0 ? AF_OK : put_character(tape, out, len, tape->partial_pos, from);
}

af_status_t af_tape_break(af_tape_t *tape)
{
    return flush_partial(tape);
}

/* Copies ASCII as far as each byte gives one of the tape, or none where nobody asks for positions; tells how much that is.
 * `space`: one stands in front of `*out`. */
static size_t copy_ascii(const uint8_t *at, size_t len, bool positions, bool space, uint8_t **out)
{
    size_t i = 0;

    while (i < len) {
        if (len - i >= 8 && af_eight_is_plain(at + i, &space)) {
            memcpy(*out, at + i, 8);
            *out += 8;
            i += 8;
            continue;
        }
        for (size_t end = len - i < 8 ? len : i + 8; i < end; i++) {
            if (at[i] > ' ' && at[i] < 0x80) {
                *(*out)++ = at[i];
                space = false;
            } else if (!af_is_space(at[i]) || (space && positions)) {
                return i;
            } else {
                if (!space) {
                    *(*out)++ = ' ';
                }
                space = true;
                if (!positions) {
                    i = (size_t) (af_skip_space(at + i, at + len) - at) - 1;
                }
            }
        }
    }
    return i;
}

/* The same at the tape's end; `*used`: how much it was. Where there is no room for all of it, nothing: what fits is for the other
 * way to tell. */
static af_status_t put_ascii(af_tape_t *tape, const uint8_t *at, size_t len, uint64_t pos, size_t *used)
{
    *used = 0;
    if (grow(tape, len) != AF_OK) {
        return AF_OK;
    }
    uint8_t *out = tape->data + tape->len;
    size_t copied = copy_ascii(at, len, tape->positions, tape->len > 0 && out[-1] == ' ', &out);
    size_t added = (size_t) (out - (tape->data + tape->len));
    af_status_t status = added > 0 ? note(tape, pos, 1, 1) : AF_OK;
    if (status == AF_OK) {
        tape->len += added;
        *used = copied;
    }
    return status;
}

/* How many bytes may be of the character that begins or goes on there: a NUL, which tree construction drops, cuts it. */
static size_t until_nul(const uint8_t *at, size_t len)
{
    size_t count = 1;

    while (count < len && count < sizeof((af_partial_t *) NULL)->bytes && at[count] != 0) {
        count++;
    }
    return count;
}

/* Appends text without references, in the document's charset. */
static af_status_t put_plain(af_tape_t *tape, const uint8_t *at, size_t len, uint64_t pos)
{
    af_status_t status = AF_OK;
    for (size_t i = 0; i < len && status == AF_OK;) {
        size_t run = 0;
        if (tape->partial.len == 0 && at[i] < 0x80) {
            status = put_ascii(tape, at + i, len - i, pos + i, &run);
            i += run;
            bool behind = status == AF_OK && tape->len > 0 && tape->data[tape->len - 1] == ' ';
            size_t space = !behind ? 0 : (size_t) (af_skip_space(at + i, at + len) - (at + i));
            if (space > 0) {
                status = widen_space(tape, pos + i, (uint32_t) space);
                i += space;
                run += space;
            }
        }
        if (run > 0 || status != AF_OK) {
            continue;
        }
        uint8_t out[AF_CHARSET_OUT];
        if (at[i] == 0 && tape->partial.len > 0) {
            status = flush_partial(tape);
            continue;
        }
        size_t out_len, pending = tape->partial.len;
        uint64_t from_pos = pending > 0 ? tape->partial_pos : pos + i;
        size_t used = af_charset_take(tape->charset, &tape->partial, at + i, until_nul(at + i, len - i), out, &out_len);
        if (out_len == 0) {
            tape->partial_pos = from_pos;
        } else if (out[0] != 0) {
            status = put_character(tape, out, out_len, from_pos, (uint32_t) (pos + i + used - from_pos));
        }
        i += used;
    }
    return status;
}

/* --- references --------------------------------------------------------------------------------------------------------- */

/* How far what may be a reference goes: "&" (with "#" or not), letters and digits, ";". */
static size_t reference_len(const uint8_t *at, size_t len)
{
    size_t i = 1;
    bool number = i < len && at[i] == '#';
    i += number;
    while (i < len && af_is_alnum(at[i]) && (number || i < REFERENCE_MAX)) {
        i++;
    }
    return i < len && at[i] == ';' ? i + 1 : i;
}

/* Appends what a "&" and the name behind it stand for. The name may be longer than the reference ("&notit"): what the result ends
 * with as the source does is text. */
static af_status_t put_reference(af_tape_t *tape, const uint8_t *at, size_t len, uint64_t pos)
{
    uint8_t out[4 * REFERENCE_MAX];
    size_t out_len = af_text_decode((af_slice_t){at, len}, false, out, sizeof(out));
    if (out_len == 0) {
        return AF_OK;
    }
    if (out[0] == '&' && out_len == len) {
        return put_plain(tape, at, len, pos);
    }
    size_t head = af_utf8_length((af_slice_t){out, out_len}, 0), same = 0;
    while (same < out_len - head && same < len - 1 && out[out_len - 1 - same] == at[len - 1 - same]) {
        same++;
    }
    af_status_t status = put_character(tape, out, out_len - same, pos, (uint32_t) (len - same));
    return status != AF_OK || same == 0 ? status : put_plain(tape, at + len - same, same, pos + len - same);
}

af_status_t af_tape_text(af_tape_t *tape, af_slice_t raw, uint64_t pos, af_text_kind_t kind)
{
    af_status_t status = pos == tape->end_pos ? AF_OK : flush_partial(tape);
    bool references = kind == AF_TEXT_DATA || kind == AF_TEXT_RCDATA;
    tape->end_pos = pos + raw.len;
    for (size_t i = 0; i < raw.len && status == AF_OK;) {
        const uint8_t *mark = references ? memchr(raw.data + i, '&', raw.len - i) : NULL;
        size_t plain = mark == NULL ? raw.len - i : (size_t) (mark - raw.data) - i;
        if (plain > 0) {
            status = put_plain(tape, raw.data + i, plain, pos + i);
        }
        i += plain;
        if (mark != NULL && status == AF_OK) {
            status = flush_partial(tape);
            size_t len = reference_len(raw.data + i, raw.len - i);
            status = status != AF_OK ? status : put_reference(tape, raw.data + i, len, pos + i);
            i += len;
        }
    }
    return status;
}

af_status_t af_tape_character(af_tape_t *tape, uint32_t point, uint64_t pos, uint32_t from)
{
    uint8_t out[AF_CHARSET_OUT];
    af_status_t status = flush_partial(tape);

    tape->end_pos = pos + from;
    return status == AF_OK ? put_character(tape, out, af_utf8_encode(point, out), pos, from) : status;
}

/* --- reading -------------------------------------------------------------------------------------------------------------- */

size_t af_tape_mark(const af_tape_t *tape)
{
    return tape->base + tape->len;
}

af_slice_t af_tape_between(const af_tape_t *tape, size_t mark, size_t end)
{
    size_t from = mark > tape->base ? mark - tape->base : 0;
    size_t to = end > tape->base ? end - tape->base : 0;
    if (to > tape->len) {
        to = tape->len;
    }
    if (from >= to) {
        return (af_slice_t){NULL, 0};
    }
    /* Runs are one space, so there is one at most at each end. */
    from += tape->data[from] == ' ';
    to -= to > from && tape->data[to - 1] == ' ';
    return (af_slice_t){tape->data + from, to - from};
}

af_slice_t af_tape_since(const af_tape_t *tape, size_t mark)
{
    return af_tape_between(tape, mark, tape->base + tape->len);
}

size_t af_tape_characters(const af_tape_t *tape, size_t mark)
{
    return af_utf8_count(af_tape_since(tape, mark));
}

bool af_tape_longer(const af_tape_t *tape, size_t mark, size_t max)
{
    size_t len = af_tape_since(tape, mark).len;

    return len > max && (len / 4 > max || af_tape_characters(tape, mark) > max);
}

/* The run that the byte at mark `at` is in. */
static const af_tape_run_t *run_of(const af_tape_t *tape, size_t at)
{
    size_t low = 0, high = tape->run_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (tape->runs[middle].at <= at) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return &tape->runs[low];
}

uint64_t af_tape_position_after(const af_tape_t *tape, const uint8_t *at)
{
    if (tape->run_count == 0) {
        return tape->end_pos;
    }
    size_t mark = tape->base + (size_t) (at - tape->data);
    if (mark <= tape->runs[0].at) {
        return tape->runs[0].pos;
    }
    const af_tape_run_t *run = run_of(tape, mark - 1);
    return run->pos + (uint64_t) ((mark - 1 - run->at) / run->to + 1) * run->from;
}

uint64_t af_tape_position(const af_tape_t *tape, const uint8_t *at)
{
    size_t mark = tape->base + (size_t) (at - tape->data);
    if (tape->run_count == 0 || mark >= tape->base + tape->len) {
        return af_tape_position_after(tape, at);
    }
    const af_tape_run_t *run = run_of(tape, mark);
    return mark < run->at ? run->pos : run->pos + (uint64_t) ((mark - run->at) / run->to) * run->from;
}

bool af_tape_is_piece(const af_tape_t *tape, const uint8_t *from, const uint8_t *to)
{
    size_t mark = tape->base + (size_t) (from - tape->data), end = tape->base + (size_t) (to - tape->data);

    if (tape->run_count == 0 || from >= to) {
        return from == to;
    }
    const af_tape_run_t *last = run_of(tape, end - 1);
    for (const af_tape_run_t *run = run_of(tape, mark); run < last; run++) {
        if (run->pos + (uint64_t) ((run[1].at - run->at) / run->to) * run->from != run[1].pos) {
            return false;
        }
    }
    return true;
}

/* --- forgetting ------------------------------------------------------------------------------------------------------------- */

static void forget_runs(af_tape_t *tape, size_t mark)
{
    size_t first = 0;
    while (first + 1 < tape->run_count && tape->runs[first + 1].at <= mark) {
        first++;
    }
    if (first > 0) {
        memmove(tape->runs, tape->runs + first, (tape->run_count - first) * sizeof(*tape->runs));
        tape->run_count -= first;
    }
}

void af_tape_forget(af_tape_t *tape, size_t mark)
{
    size_t end = tape->base + tape->len;
    if (mark >= end) {
        /* A last space stays: it is what a following one collapses into. */
        mark = tape->len > 0 && tape->data[tape->len - 1] == ' ' ? end - 1 : end;
    }
    /* Moving is put off until half of the tape is free, so that bytes are moved once on average, unless room runs out. */
    size_t gone = mark > tape->base ? mark - tape->base : 0;
    if (gone == 0 || (mark < end && gone < tape->len / 2 && tape->len < tape->limit / 2)) {
        return;
    }
    memmove(tape->data, tape->data + gone, tape->len - gone);
    tape->base += gone;
    tape->len -= gone;
    if (tape->len == 0) {
        tape->run_count = 0;
    } else {
        forget_runs(tape, mark);
    }
}

void af_tape_cut(af_tape_t *tape, size_t mark)
{
    size_t len = mark > tape->base ? mark - tape->base : 0;

    tape->len = len < tape->len ? len : tape->len;
    while (tape->run_count > 0 && (tape->len == 0 || tape->runs[tape->run_count - 1].at >= tape->base + tape->len)) {
        tape->run_count--;
    }
}
