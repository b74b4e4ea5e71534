/*
 * rewrite/run_over.c: a run of text that is too long for a notice, in windows.
 *
 * Text comes in pieces as chunks cut it, so what `when` is asked about is not what has come but a window: so many characters,
 * from a place that hangs on the run alone. Each has the second half of the one before, so that nothing that a notice could
 * have room for lies between two. What is behind the last one is at least as long as a notice, and so has the run's end.
 */
#include "rewrite/run_over.h"

/* The bytes of the first `count` characters; SIZE_MAX: there are fewer. */
static size_t bytes_of(af_slice_t text, size_t count)
{
    size_t at = 0;

    for (; count > 0 && at < text.len; count--) {
        at += af_utf8_length(text, at);
    }
    return count > 0 ? SIZE_MAX : at;
}

bool af_run_window(af_rewriter_t *rw, af_slice_t *window)
{
    af_slice_t text = af_tape_since(&rw->tape, rw->block.mark);
    size_t half = bytes_of(text, rw->notice_max);
    size_t rest = half == SIZE_MAX ? SIZE_MAX : bytes_of((af_slice_t){text.data + half, text.len - half}, rw->notice_max);

    if (rest == SIZE_MAX) {
        return false;
    }
    *window = (af_slice_t){text.data, half + rest};
    rw->block.mark = rw->tape.base + (size_t) (text.data - rw->tape.data) + half;
    return true;
}

af_slice_t af_run_end_of(const af_rewriter_t *rw, uint32_t rule, af_slice_t text)
{
    size_t count = af_utf8_count(text), max = rw->rules->rules[rule].max, most = max < rw->notice_max ? max : rw->notice_max;
    size_t skip = count > most ? bytes_of(text, count - most) : 0;

    return (af_slice_t){text.data + skip, text.len - skip};
}
