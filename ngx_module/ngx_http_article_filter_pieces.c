/*
 * Edits become pieces: buffers of ours over bytes that leave.
 *
 * Kept bytes of the current input buffer leave over its memory, without a
 * copy.  What the core has not decided yet is copied into blocks before the
 * next buffer is looked at: an owner that gets back a buffer only when it is
 * consumed (a proxy without buffering has just one) never waits for us.
 * Inserted bytes lie in blocks, too.  A block is freed with its last
 * reference: a held part, a piece, or being the one that is written to.
 */

#include "ngx_http_article_filter.h"


#define NGX_HTTP_ARTICLE_FILTER_BLOCK  4000


static ngx_int_t ngx_http_article_filter_emit(
    ngx_http_article_filter_ctx_t *ctx, u_char *pos, u_char *last,
    ngx_http_article_filter_block_t *block);
static ngx_int_t ngx_http_article_filter_add_held(
    ngx_http_article_filter_ctx_t *ctx,
    ngx_http_article_filter_block_t *block, u_char *pos, u_char *last);
static ngx_int_t ngx_http_article_filter_reserve(
    ngx_http_article_filter_ctx_t *ctx, size_t len);


/* decides all bytes before "to": first the held, then the buffer's */

ngx_int_t
ngx_http_article_filter_move(ngx_http_article_filter_ctx_t *ctx, uint64_t to,
    ngx_uint_t keep)
{
    u_char                          *pos;
    size_t                           len;
    ngx_http_article_filter_held_t  *held;

    while (ctx->held && ctx->decided < to) {
        held = ctx->held;
        len = (size_t) ngx_min((uint64_t) (held->last - held->pos),
                               to - ctx->decided);

        if (keep
            && ngx_http_article_filter_emit(ctx, held->pos, held->pos + len,
                                            held->block)
               != NGX_OK)
        {
            return NGX_ERROR;
        }

        held->pos += len;
        ctx->decided += len;

        if (held->pos < held->last) {
            return NGX_OK;
        }

        ctx->held = held->next;

        if (ctx->held == NULL) {
            ctx->last_held = &ctx->held;
            ctx->newest_held = NULL;
        }

        ngx_http_article_filter_release(ctx, held->block);

        held->next = ctx->free_held;
        ctx->free_held = held;
    }

    if (ctx->decided < to) {
        pos = ctx->pos + (ctx->decided - ctx->pos_offset);
        len = (size_t) (to - ctx->decided);

        if (keep) {
            if (ngx_http_article_filter_emit(ctx, pos, pos + len,
                                             ctx->decoded)
                != NGX_OK)
            {
                return NGX_ERROR;
            }

            ctx->tail = ctx->newest;
        }

        ctx->decided = to;
    }

    return NGX_OK;
}


/* block: where the bytes are, NULL: in the input buffer */

static ngx_int_t
ngx_http_article_filter_emit(ngx_http_article_filter_ctx_t *ctx, u_char *pos,
    u_char *last, ngx_http_article_filter_block_t *block)
{
    ngx_buf_t                        *b;
    ngx_http_article_filter_piece_t  *piece;

    b = ctx->newest;

    if (b && b->last == pos && ngx_buf_in_memory(b)
        && !b->flush && !b->last_buf && b->shadow == NULL)
    {
        piece = (ngx_http_article_filter_piece_t *) b;

        if (piece->block == block && (block || b == ctx->tail)) {
            b->last = last;
            b->end = last;
            b->recycled |= ctx->buf->recycled;
            return NGX_OK;
        }
    }

    piece = ngx_http_article_filter_add_piece(ctx);
    if (piece == NULL) {
        return NGX_ERROR;
    }

    b = &piece->buf;

    b->memory = 1;
    b->start = pos;
    b->pos = pos;
    b->last = last;
    b->end = last;

    if (block) {
        piece->block = block;
        block->refs++;
    }

    return NGX_OK;
}


ngx_http_article_filter_piece_t *
ngx_http_article_filter_add_piece(ngx_http_article_filter_ctx_t *ctx)
{
    ngx_chain_t                      *cl;
    ngx_http_article_filter_piece_t  *piece;

    cl = ctx->free;

    if (cl) {
        ctx->free = cl->next;
        piece = (ngx_http_article_filter_piece_t *) cl->buf;

    } else {
        piece = ngx_palloc(ctx->request->pool,
                           sizeof(ngx_http_article_filter_piece_t));
        if (piece == NULL) {
            ctx->failed = 1;
            return NULL;
        }

        cl = ngx_alloc_chain_link(ctx->request->pool);
        if (cl == NULL) {
            ctx->failed = 1;
            return NULL;
        }

        cl->buf = &piece->buf;
    }

    ngx_memzero(piece, sizeof(ngx_http_article_filter_piece_t));

    piece->buf.tag = (ngx_buf_tag_t) &ngx_http_article_filter_module;

    /*
     * to the write filter it says "send at once".  Pieces of our own memory
     * say it too: sub_filter with ssi can take it off the others, and what
     * is left unsent would keep an owner's buffer from being consumed.
     */

    piece->buf.recycled = ctx->buf->recycled;

    cl->next = NULL;
    *ctx->last_out = cl;
    ctx->last_out = &cl->next;
    ctx->newest = &piece->buf;
    ctx->flushed = 0;

    return piece;
}


/* its bytes have left, or have been copied */

void
ngx_http_article_filter_free_piece(ngx_http_article_filter_ctx_t *ctx,
    ngx_chain_t *cl)
{
    ngx_buf_t                        *shadow;
    ngx_http_article_filter_piece_t  *piece;

    piece = (ngx_http_article_filter_piece_t *) cl->buf;
    shadow = piece->buf.shadow;

    if (shadow) {
        shadow->pos = shadow->last;

        if (shadow->in_file) {
            shadow->file_pos = shadow->file_last;
        }
    }

    if (piece->block) {
        ngx_http_article_filter_release(ctx, piece->block);
        piece->block = NULL;
    }

    cl->next = ctx->free;
    ctx->free = cl;
}


ngx_int_t
ngx_http_article_filter_insert(ngx_http_article_filter_ctx_t *ctx,
    const u_char *data, size_t len)
{
    size_t                            n;
    ngx_int_t                         rc;
    ngx_http_article_filter_block_t  *block;

    while (len) {
        if (ngx_http_article_filter_reserve(ctx, len) != NGX_OK) {
            return NGX_ERROR;
        }

        block = ctx->block;
        n = ngx_min(len, (size_t) (block->end - block->last));

        ngx_memcpy(block->last, data, n);

        rc = ngx_http_article_filter_emit(ctx, block->last, block->last + n,
                                          block);
        if (rc != NGX_OK) {
            return rc;
        }

        block->last += n;
        data += n;
        len -= n;
    }

    return NGX_OK;
}


/*
 * Keeps what the core has not decided: copied out of the input buffer, or as
 * it is where it was decoded.
 */

ngx_int_t
ngx_http_article_filter_hold(ngx_http_article_filter_ctx_t *ctx)
{
    u_char                           *pos;
    size_t                            n;
    uint64_t                          from;
    ngx_http_article_filter_block_t  *block;

    if (ctx->mode == NGX_HTTP_ARTICLE_FILTER_REPORT) {
        return NGX_OK;
    }

    from = ngx_max(ctx->decided, ctx->pos_offset);
    pos = ctx->pos + (from - ctx->pos_offset);

    if (ctx->decoded) {
        return ngx_http_article_filter_add_held(ctx, ctx->decoded, pos,
                                                ctx->last);
    }

    while (pos < ctx->last) {
        if (ngx_http_article_filter_reserve(ctx, (size_t) (ctx->last - pos))
            != NGX_OK)
        {
            return NGX_DECLINED;
        }

        block = ctx->block;
        n = ngx_min((size_t) (ctx->last - pos),
                    (size_t) (block->end - block->last));

        ngx_memcpy(block->last, pos, n);

        if (ngx_http_article_filter_add_held(ctx, block, block->last,
                                             block->last + n)
            != NGX_OK)
        {
            return NGX_DECLINED;
        }

        block->last += n;
        pos += n;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_article_filter_add_held(ngx_http_article_filter_ctx_t *ctx,
    ngx_http_article_filter_block_t *block, u_char *pos, u_char *last)
{
    ngx_http_article_filter_held_t  *held;

    if (pos == last) {
        return NGX_OK;
    }

    held = ctx->newest_held;

    if (held && held->block == block && held->last == pos) {
        held->last = last;
        return NGX_OK;
    }

    held = ctx->free_held;

    if (held) {
        ctx->free_held = held->next;

    } else {
        held = ngx_palloc(ctx->request->pool,
                          sizeof(ngx_http_article_filter_held_t));
        if (held == NULL) {
            return NGX_DECLINED;
        }
    }

    held->block = block;
    held->pos = pos;
    held->last = last;
    held->next = NULL;

    block->refs++;

    *ctx->last_held = held;
    ctx->last_held = &held->next;
    ctx->newest_held = held;

    return NGX_OK;
}


/* has ctx->block with space for a byte at least */

static ngx_int_t
ngx_http_article_filter_reserve(ngx_http_article_filter_ctx_t *ctx,
    size_t len)
{
    ngx_http_article_filter_block_t  *block;

    block = ctx->block;

    if (block) {
        if (block->refs == 1) {
            block->last = block->start;
        }

        if (block->last < block->end) {
            return NGX_OK;
        }

        ctx->block = NULL;
        ngx_http_article_filter_release(ctx, block);
    }

    ctx->block = ngx_http_article_filter_get_block(ctx,
                                   ngx_max(len,
                                           NGX_HTTP_ARTICLE_FILTER_BLOCK));

    return ctx->block ? NGX_OK : NGX_ERROR;
}


ngx_http_article_filter_block_t *
ngx_http_article_filter_get_block(ngx_http_article_filter_ctx_t *ctx,
    size_t size)
{
    ngx_http_article_filter_block_t  *block;

    block = ngx_alloc(size + offsetof(ngx_http_article_filter_block_t, start),
                      ctx->request->connection->log);
    if (block == NULL) {
        return NULL;
    }

    block->refs = 1;
    block->last = block->start;
    block->end = block->start + size;

    ngx_queue_insert_tail(&ctx->blocks, &block->queue);

    return block;
}


void
ngx_http_article_filter_release(ngx_http_article_filter_ctx_t *ctx,
    ngx_http_article_filter_block_t *block)
{
    if (--block->refs == 0) {
        ngx_queue_remove(&block->queue);
        ngx_free(block);
    }
}
