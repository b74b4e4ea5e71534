/*
 * rewrite/guard.h: joins of kept text that would become markup.
 *
 * When something between two kept runs of text goes, the end of the first and the start of the second may read as one thing:
 * "<" and "b>", "&l" and "t;", CR and LF, the newline after <pre>. The guard remembers how the output ends and tells what
 * must stand in the place of the next text's first character.
 */
#ifndef AF_REWRITE_GUARD_H
#define AF_REWRITE_GUARD_H

#include "html/tokenizer.h"

#define AF_GUARD_TAIL 40 /* a named reference is shorter; a number may have any count of zeros */

typedef struct {
    uint8_t tail[AF_GUARD_TAIL]; /* the end of the output's last text, from the last byte that could begin something */
    uint8_t tail_len;
    bool text_last;    /* the output ends with text */
    bool after_pre;    /* the output ends with a start tag after which a newline is swallowed */
} af_guard_t;

/* Notes that `token` was written as it is. */
void af_guard_wrote(af_guard_t *guard, const af_token_t *token, bool swallows_newline);

/* Notes that markup was inserted. */
void af_guard_inserted(af_guard_t *guard);

/* Text `token` will follow after something was dropped: gives the bytes to insert before it, into `out` (16 bytes), and in
 * `*skip` how many of its first bytes they stand for. Returns their number, 0: nothing to do. */
size_t af_guard_join(const af_guard_t *guard, const af_token_t *token, uint8_t *out, size_t *skip);

#endif
