/*
 * rewrite/carry.c: the end of a chunk that is read again with the next one.
 *
 * What foresee.c runs through has to lie in one piece. Where a chunk ends within such an element nothing behind it can be decided
 * anyway: its start tag waits, the rest of the chunk is copied, and the next chunk's first bytes are put behind it. So it is read
 * as if the chunk had ended elsewhere.
 * Limit: AF_CARRY bytes of an element, and as many of what follows; what is longer is held token by token, as where there is no
 * memory for the copy.
 */
#include "rewrite/ways.h"

#define AF_CARRY ((size_t) 32768)

bool af_carry_from(af_rewriter_t *rw, const af_token_t *token)
{
    size_t len = (size_t) (rw->pushed - token->from_pos);

    if (!rw->may_carry || len > AF_CARRY || len > rw->options.limits.hold ||
        af_vector_reserve(rw, &rw->carried, len, 1) != AF_OK) {
        return false;
    }
    memmove(rw->carried.items, rw->chunk + (rw->chunk_len - len), len);
    rw->carried.count = len;
    return true;
}

size_t af_carry_join(af_rewriter_t *rw, const uint8_t *data, size_t len)
{
    size_t take = len < AF_CARRY ? len : AF_CARRY;

    if (rw->carried.count == 0) {
        rw->chunk = data;
        rw->chunk_len = len;
        return len;
    }
    if (af_vector_reserve(rw, &rw->carried, rw->carried.count + take, 1) != AF_OK) {
        rw->may_carry = false;
        take = 0;
    }
    if (take > 0) {
        memcpy((uint8_t *) rw->carried.items + rw->carried.count, data, take);
        rw->carried.count += take;
    }
    rw->chunk = rw->carried.items;
    rw->chunk_len = rw->carried.count;
    return take;
}

void af_carry_release(af_rewriter_t *rw)
{
    af_heap_release(rw->heap, rw->carried.items, rw->carried.capacity);
    rw->carried = (af_vector_t){0};
}
