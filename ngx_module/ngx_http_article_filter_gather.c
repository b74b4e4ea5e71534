/*
 * A proxy hands over a buffer or two at a time, and each hand-over that
 * leaves alone is a system call, a chunk and a packet.  So what leaves waits
 * for more while there is more to read, up to a limit: the posted event is
 * handled when nginx has done what it can do now.
 *
 * The newest input buffer stays where it is, so its owner knows that not all
 * has been sent; what lies in those before it is copied, for they are wanted
 * to read on.  Nothing waits behind a client that does not keep up.
 */

#include "ngx_http_article_filter.h"


#define NGX_HTTP_ARTICLE_FILTER_GATHER  32768

/* milliseconds */
#define NGX_HTTP_ARTICLE_FILTER_AGAIN   200


static size_t ngx_http_article_filter_size(ngx_chain_t *chain);
static ngx_int_t ngx_http_article_filter_begin(
    ngx_http_article_filter_ctx_t *ctx);
static void ngx_http_article_filter_leave(ngx_event_t *ev);


/* whether what leaves of these buffers may wait for the next */

ngx_uint_t
ngx_http_article_filter_gathers(ngx_http_request_t *r,
    ngx_http_article_filter_ctx_t *ctx, ngx_chain_t *in)
{
    ngx_buf_t         *b;
    ngx_chain_t       *cl;
    ngx_event_pipe_t  *pipe;

    if (in == NULL || r != r->main || r->upstream == NULL || ctx->busy
        || ctx->waits || ctx->cut)
    {
        return 0;
    }

    pipe = r->upstream->pipe;

    if (pipe == NULL || pipe->tag == NULL) {
        return 0;
    }

    for (cl = in; cl; cl = cl->next) {
        b = cl->buf;

        /* a cached response is not read by the pipe, and has other tags */

        if (b->tag != pipe->tag || !ngx_buf_in_memory(b) || b->flush
            || b->sync || b->last_buf || b->last_in_chain)
        {
            return 0;
        }
    }

    return ngx_http_article_filter_size(ctx->out)
           + ngx_http_article_filter_size(in)
           < NGX_HTTP_ARTICLE_FILTER_GATHER;
}


static size_t
ngx_http_article_filter_size(ngx_chain_t *chain)
{
    size_t  size;

    for (size = 0; chain; chain = chain->next) {
        size += (size_t) ngx_buf_size(chain->buf);
    }

    return size;
}


/*
 * Copies what waits, before the next buffer is looked at.  NGX_DECLINED: it
 * stays as it is, and has to leave.
 */

ngx_int_t
ngx_http_article_filter_gather(ngx_http_article_filter_ctx_t *ctx)
{
    size_t                            n;
    ngx_buf_t                        *b;
    ngx_chain_t                      *cl, *next;
    ngx_http_article_filter_block_t  *block;

    if (ctx->out == NULL) {
        return NGX_OK;
    }

    /* what was held and is released at once may be any amount */

    n = ngx_http_article_filter_size(ctx->out);

    if (n == 0 || n > NGX_HTTP_ARTICLE_FILTER_GATHER) {
        return NGX_DECLINED;
    }

    if (ctx->gathered == NULL
        && ngx_http_article_filter_begin(ctx) != NGX_OK)
    {
        return NGX_DECLINED;
    }

    b = ctx->gathered;
    block = ((ngx_http_article_filter_piece_t *) b)->block;

    for (cl = ctx->out->next; cl; cl = next) {
        next = cl->next;
        n = cl->buf->last - cl->buf->pos;

        block->last = ngx_cpymem(block->last, cl->buf->pos, n);

        ngx_http_article_filter_free_piece(ctx, cl);
    }

    b->last = block->last;
    b->end = block->last;

    ctx->out->next = NULL;
    ctx->last_out = &ctx->out->next;
    ctx->newest = b;
    ctx->tail = NULL;

    return NGX_OK;
}


/* puts an empty piece with a block of its own before what leaves */

static ngx_int_t
ngx_http_article_filter_begin(ngx_http_article_filter_ctx_t *ctx)
{
    ngx_chain_t                      *out, **last_out;
    ngx_http_article_filter_block_t  *block;
    ngx_http_article_filter_piece_t  *piece;

    block = ngx_http_article_filter_get_block(ctx,
                                              NGX_HTTP_ARTICLE_FILTER_GATHER);
    if (block == NULL) {
        return NGX_DECLINED;
    }

    out = ctx->out;
    last_out = ctx->last_out;
    ctx->last_out = &ctx->out;

    piece = ngx_http_article_filter_add_piece(ctx);

    if (piece == NULL) {
        ctx->last_out = last_out;
        ngx_http_article_filter_release(ctx, block);
        return NGX_DECLINED;
    }

    ctx->out->next = out;
    ctx->last_out = last_out;

    piece->block = block;
    piece->buf.memory = 1;
    piece->buf.start = block->start;
    piece->buf.pos = block->start;
    piece->buf.last = block->start;
    piece->buf.end = block->start;

    ctx->gathered = &piece->buf;

    return NGX_OK;
}


/* what is there leaves when nginx has nothing else to do now */

void
ngx_http_article_filter_leave_soon(ngx_http_article_filter_ctx_t *ctx)
{
    ngx_event_t  *ev;

    ev = &ctx->leave;

    if (ev->handler == NULL) {
        ev->handler = ngx_http_article_filter_leave;
        ev->data = ctx;
        ev->log = ctx->request->connection->log;
        ev->cancelable = 1;
    }

    ngx_post_event(ev, &ngx_posted_events);
}


/*
 * The client did not take all of it.  The pipe does not know of what was
 * copied, and calls us with the origin's next bytes only: until then we look
 * ourselves whether the client takes more.
 */

void
ngx_http_article_filter_leave_later(ngx_http_article_filter_ctx_t *ctx)
{
    if (ctx->leave.handler) {
        ngx_add_timer(&ctx->leave, NGX_HTTP_ARTICLE_FILTER_AGAIN);
    }
}


void
ngx_http_article_filter_leave_cancel(ngx_http_article_filter_ctx_t *ctx)
{
    if (ctx->leave.posted) {
        ngx_delete_posted_event(&ctx->leave);
    }

    if (ctx->leave.timer_set) {
        ngx_del_timer(&ctx->leave);
    }
}


/* an error shows with the next buffer: nginx has marked the connection */

static void
ngx_http_article_filter_leave(ngx_event_t *ev)
{
    ngx_http_article_filter_ctx_t  *ctx = ev->data;

    ngx_http_set_log_request(ctx->request->connection->log, ctx->request);

    ev->timedout = 0;

    (void) ngx_http_article_filter_body(ctx->request, NULL);
}
