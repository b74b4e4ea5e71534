/*
 * The body filter gives each input buffer to the core, puts what leaves into
 * a chain of its own, and keeps account of what downstream has not sent yet.
 *
 * The last piece over an input buffer carries it as its shadow, and marks it
 * consumed when it has been sent.
 *
 * Only a missing buffer or chain link is an error.  Anything else that goes
 * wrong ends filtering, and the rest of the response passes as it is.
 */

#include "ngx_http_article_filter.h"


static ngx_int_t ngx_http_article_filter_observe(ngx_http_request_t *r,
    ngx_http_article_filter_ctx_t *ctx, ngx_chain_t *in);
static ngx_int_t ngx_http_article_filter_discard(ngx_http_request_t *r,
    ngx_chain_t *in);
static void ngx_http_article_filter_begin_out(
    ngx_http_article_filter_ctx_t *ctx);
static void ngx_http_article_filter_drop(ngx_http_article_filter_ctx_t *ctx,
    ngx_chain_t *in);
static ngx_int_t ngx_http_article_filter_decide(ngx_http_request_t *r,
    ngx_http_article_filter_ctx_t *ctx, ngx_chain_t *in);
static ngx_int_t ngx_http_article_filter_process(
    ngx_http_article_filter_ctx_t *ctx, ngx_buf_t *buf);
static ngx_int_t ngx_http_article_filter_read(
    ngx_http_article_filter_ctx_t *ctx);
static ngx_int_t ngx_http_article_filter_finish(
    ngx_http_article_filter_ctx_t *ctx);
static ngx_int_t ngx_http_article_filter_outcome(
    ngx_http_article_filter_ctx_t *ctx, af_status_t status);
static ngx_int_t ngx_http_article_filter_give_up(
    ngx_http_article_filter_ctx_t *ctx);
static ngx_int_t ngx_http_article_filter_flags(
    ngx_http_article_filter_ctx_t *ctx, ngx_buf_t *buf);
static ngx_int_t ngx_http_article_filter_output(ngx_http_request_t *r,
    ngx_http_article_filter_ctx_t *ctx, ngx_chain_t *in);
static void ngx_http_article_filter_update(ngx_http_request_t *r,
    ngx_http_article_filter_ctx_t *ctx);


static ngx_http_output_body_filter_pt  ngx_http_next_body_filter;


void
ngx_http_article_filter_body_init(void)
{
    ngx_http_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_http_article_filter_body;
}


ngx_int_t
ngx_http_article_filter_body(ngx_http_request_t *r, ngx_chain_t *in)
{
    uint64_t                        began;
    ngx_int_t                       rc;
    ngx_uint_t                      gathers;
    ngx_chain_t                    *cl;
    ngx_http_article_filter_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_article_filter_module);

    if (ctx == NULL || !ctx->active) {
        return ngx_http_next_body_filter(r, in);
    }

    if (ctx->mode == NGX_HTTP_ARTICLE_FILTER_REPORT) {
        return ngx_http_article_filter_observe(r, ctx, in);
    }

    if (ctx->refused) {
        return ngx_http_article_filter_discard(r, in);
    }

    began = in ? ngx_http_article_filter_clock() : 0;
    gathers = ngx_http_article_filter_gathers(r, ctx, in);

    for (cl = in; cl; cl = cl->next) {
        ctx->buf = cl->buf;
        gathers = gathers && ngx_http_article_filter_gather(ctx) == NGX_OK;

        if (ctx->failed
            || ngx_http_article_filter_process(ctx, cl->buf) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    ctx->spent += in ? ngx_http_article_filter_clock() - began : 0;

    if (ctx->waits) {
        rc = ngx_http_article_filter_decide(r, ctx, in);

        if (rc != NGX_OK || ctx->waits || ctx->refused) {
            return rc;
        }
    }

    if (gathers && ctx->out) {
        ngx_http_article_filter_leave_soon(ctx);
        return NGX_OK;
    }

    rc = ngx_http_article_filter_output(r, ctx, in);

    if (ctx->ended) {

        /* makes nginx close the connection; nothing is lost but the end */

        r->connection->error = 1;
    }

    return rc;
}


/* what was put out so far is somebody else's, or nobody's */

static void
ngx_http_article_filter_begin_out(ngx_http_article_filter_ctx_t *ctx)
{
    ctx->out = NULL;
    ctx->last_out = &ctx->out;
    ctx->newest = NULL;
    ctx->gathered = NULL;
    ctx->tail = NULL;
    ctx->buf = NULL;
}


/* nothing of what came leaves */

static void
ngx_http_article_filter_drop(ngx_http_article_filter_ctx_t *ctx,
    ngx_chain_t *in)
{
    ngx_chain_t  *cl;

    ngx_http_article_filter_stream_close(ctx);

    ngx_http_article_filter_begin_out(ctx);

    for (cl = in; cl; cl = cl->next) {
        cl->buf->pos = cl->buf->last;
        cl->buf->file_pos = cl->buf->file_last;
    }
}


/*
 * The header of a feed waits for the first bytes that may leave.  Where they
 * cannot be filtered, or are a part of it that is malformed, an error page
 * takes the feed's place.
 */

static ngx_int_t
ngx_http_article_filter_decide(ngx_http_request_t *r,
    ngx_http_article_filter_ctx_t *ctx, ngx_chain_t *in)
{
    ngx_int_t     rc;
    ngx_chain_t  *cl;

    if (ctx->cut || ctx->malformed) {

        if (!ctx->cut) {
            ctx->status = NGX_HTTP_ARTICLE_FILTER_S_MALFORMED;
        }

        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "article filter: the response cannot be filtered (%V)",
                      ngx_http_article_filter_status_word(ctx->status));

        ngx_http_article_filter_drop(ctx, in);

        return ngx_http_article_filter_refuse(r, ctx);
    }

    for (cl = ctx->out; cl; cl = cl->next) {

        if (ngx_buf_size(cl->buf) != 0 || cl->buf->last_buf) {
            rc = ngx_http_article_filter_send_header(r, ctx);

            if (rc == NGX_ERROR || rc > NGX_OK) {
                return NGX_ERROR;
            }

            if (r->header_only) {

                /* what the client has is still good */

                ctx->refused = 1;
                ngx_http_article_filter_drop(ctx, in);
            }

            return NGX_OK;
        }
    }

    return NGX_OK;
}


/* report: the core sees the bytes, and the chain goes on as it came */

static ngx_int_t
ngx_http_article_filter_observe(ngx_http_request_t *r,
    ngx_http_article_filter_ctx_t *ctx, ngx_chain_t *in)
{
    uint64_t      began;
    ngx_chain_t  *cl;

    if (r->headers_out.status == NGX_HTTP_PARTIAL_CONTENT) {

        /* the range filter has cut the body, and a part is no page */

        ctx->status = NGX_HTTP_ARTICLE_FILTER_S_RANGE;
        ngx_http_article_filter_stream_close(ctx);
    }

    began = ngx_http_article_filter_clock();

    for (cl = in; cl && ctx->stream; cl = cl->next) {
        ctx->buf = cl->buf;

        if (ngx_http_article_filter_read(ctx) != NGX_OK) {
            ngx_http_article_filter_stream_close(ctx);
        }
    }

    ctx->spent += ngx_http_article_filter_clock() - began;

    if (ctx->stream == NULL) {
        ctx->active = 0;
    }

    ctx->buf = NULL;

    return ngx_http_next_body_filter(r, in);
}


/* the body of a response that an error page has taken the place of */

static ngx_int_t
ngx_http_article_filter_discard(ngx_http_request_t *r, ngx_chain_t *in)
{
    for ( /* void */ ; in; in = in->next) {
        in->buf->pos = in->buf->last;

        if (in->buf->in_file) {
            in->buf->file_pos = in->buf->file_last;
        }
    }

    if (r->buffered || r->connection->buffered) {
        return ngx_http_next_body_filter(r, NULL);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_article_filter_process(ngx_http_article_filter_ctx_t *ctx,
    ngx_buf_t *buf)
{
    ngx_int_t                         rc;
    ngx_http_article_filter_piece_t  *piece;

    ctx->buf = buf;
    ctx->tail = NULL;

    rc = ctx->cut ? NGX_OK : ngx_http_article_filter_read(ctx);

    if (rc == NGX_DECLINED) {

        /* a file without memory passes as it is, behind what was held */

        piece = ngx_http_article_filter_add_piece(ctx);
        if (piece == NULL) {
            return NGX_ERROR;
        }

        piece->buf.in_file = 1;
        piece->buf.file = buf->file;
        piece->buf.file_pos = buf->file_pos;
        piece->buf.file_last = buf->file_last;

        ctx->tail = &piece->buf;
        rc = NGX_OK;
    }

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    if (ctx->tail) {
        ctx->tail->shadow = buf;

    } else {
        buf->pos = buf->last;

        if (buf->in_file) {
            buf->file_pos = buf->file_last;
        }
    }

    if (ctx->cut && ctx->request == ctx->request->main) {

        /* without the end the client knows that something is missing */

        ctx->ended |= buf->last_buf;

        return NGX_OK;
    }

    return ngx_http_article_filter_flags(ctx, buf);
}


/* NGX_DECLINED: a file that cannot be read, and is not encoded */

static ngx_int_t
ngx_http_article_filter_read(ngx_http_article_filter_ctx_t *ctx)
{
    ngx_int_t    rc;
    ngx_buf_t   *buf;
    ngx_uint_t   last;

    buf = ctx->buf;
    last = buf->last_buf || buf->last_in_chain;
    rc = NGX_OK;

    if (!ngx_buf_in_memory(buf) && buf->in_file) {

        /* somebody did not heed filter_need_in_memory */

        if (ctx->stream) {
            ngx_log_error(NGX_LOG_ALERT, ctx->request->connection->log, 0,
                          "article filter: a file buffer was not read");
        }

        rc = ngx_http_article_filter_give_up(ctx);

        if (rc != NGX_OK) {
            return rc;
        }

        return (ctx->decoder || ctx->strict)
               ? ngx_http_article_filter_cut(ctx) : NGX_DECLINED;
    }

    if (ctx->decoder) {
        rc = ngx_http_article_filter_decode(ctx, last);

    } else if (ngx_buf_in_memory(buf)) {
        rc = ngx_http_article_filter_feed(ctx, buf->pos, buf->last);
    }

    if (rc != NGX_OK || !last || ctx->cut) {
        return rc;
    }

    ngx_http_article_filter_decoder_close(ctx);

    return ngx_http_article_filter_finish(ctx);
}


/* plain bytes, in the input buffer or decoded */

ngx_int_t
ngx_http_article_filter_feed(ngx_http_article_filter_ctx_t *ctx, u_char *pos,
    u_char *last)
{
    ngx_int_t  rc;

    ctx->pos = pos;
    ctx->last = last;
    ctx->pos_offset = ctx->pushed;
    ctx->pushed += last - pos;

    rc = NGX_OK;

    if (ctx->stream && last > pos) {
        rc = ngx_http_article_filter_outcome(ctx,
                                     af_stream_push(ctx->stream, pos,
                                                    (size_t) (last - pos)));

        if (rc == NGX_OK && !ctx->cut) {
            rc = ngx_http_article_filter_hold(ctx);
        }
    }

    if (ctx->cut) {
        return rc;
    }

    if (rc == NGX_DECLINED || (rc == NGX_OK && ctx->stream == NULL)) {

        /* after the end, and after giving up: all passes */

        return ngx_http_article_filter_give_up(ctx);
    }

    return rc;
}


static ngx_int_t
ngx_http_article_filter_finish(ngx_http_article_filter_ctx_t *ctx)
{
    ngx_int_t  rc;

    if (ctx->stream == NULL) {
        return NGX_OK;
    }

    rc = ngx_http_article_filter_outcome(ctx, af_stream_finish(ctx->stream));

    if (rc == NGX_ERROR || ctx->cut) {
        return rc;
    }

    if (rc == NGX_OK) {
        ngx_http_article_filter_stream_close(ctx);

        if (ctx->status == NGX_HTTP_ARTICLE_FILTER_S_FILTERED
            && ctx->stats.dropped == 0 && ctx->stats.inserted == 0)
        {
            ctx->status = ctx->stats.limited
                          ? NGX_HTTP_ARTICLE_FILTER_S_LIMIT
                          : ctx->malformed
                          ? NGX_HTTP_ARTICLE_FILTER_S_MALFORMED
                          : NGX_HTTP_ARTICLE_FILTER_S_UNCHANGED;
        }
    }

    return ngx_http_article_filter_give_up(ctx);
}


/* NGX_DECLINED: the stream is of no use any more */

static ngx_int_t
ngx_http_article_filter_outcome(ngx_http_article_filter_ctx_t *ctx,
    af_status_t status)
{
    char        *why;
    ngx_uint_t   level;

    why = "internal error";
    level = NGX_LOG_ERR;

    switch (status) {

    case AF_OK:
        return NGX_OK;

    case AF_LIMIT:
        ctx->status = NGX_HTTP_ARTICLE_FILTER_S_LIMIT;
        why = "limit";
        level = NGX_LOG_INFO;
        break;

    case AF_NOMEM:
        ctx->status = NGX_HTTP_ARTICLE_FILTER_S_ERROR;
        why = "no memory";
        break;

    case AF_UNSUPPORTED:
        ctx->status = NGX_HTTP_ARTICLE_FILTER_S_CHARSET;
        why = "charset";
        level = NGX_LOG_INFO;
        break;

    default:
        ctx->status = NGX_HTTP_ARTICLE_FILTER_S_ERROR;
    }

    if (ctx->failed) {
        return NGX_ERROR;
    }

    if (ctx->strict) {
        level = NGX_LOG_ERR;
    }

    ngx_log_error(level, ctx->request->connection->log, 0,
                  "article filter: stopped before offset %uL: %s, "
                  "the rest of the response %s", ctx->pushed, why,
                  ctx->strict ? "is cut" : "passes unchanged");

    if (ctx->strict) {
        return ngx_http_article_filter_cut(ctx);
    }

    /* after these the core itself keeps the rest */

    return (status == AF_LIMIT || status == AF_NOMEM) ? NGX_OK : NGX_DECLINED;
}


/* no stream any more: what is held leaves, and so does what follows */

static ngx_int_t
ngx_http_article_filter_give_up(ngx_http_article_filter_ctx_t *ctx)
{
    if (ctx->stream && ctx->status == NGX_HTTP_ARTICLE_FILTER_S_FILTERED) {
        ctx->status = NGX_HTTP_ARTICLE_FILTER_S_ERROR;
    }

    ngx_http_article_filter_stream_close(ctx);

    if (ctx->mode == NGX_HTTP_ARTICLE_FILTER_REPORT) {
        return NGX_OK;
    }

    return ngx_http_article_filter_move(ctx, ctx->pushed, 1);
}


/*
 * The rest of a body that is encoded cannot be had: the response ends here,
 * in the middle, as it does where an origin has gone.
 */

ngx_int_t
ngx_http_article_filter_cut(ngx_http_article_filter_ctx_t *ctx)
{
    ngx_http_article_filter_stream_close(ctx);

    if (ctx->mode == NGX_HTTP_ARTICLE_FILTER_REPORT) {
        return NGX_OK;
    }

    ctx->cut = 1;
    ctx->request->keepalive = 0;

    if (ctx->newest) {
        ctx->newest->flush = 1;
    }

    return NGX_OK;
}


/*
 * What a buffer said besides its bytes goes with the last bytes that leave,
 * or alone.
 */

static ngx_int_t
ngx_http_article_filter_flags(ngx_http_article_filter_ctx_t *ctx,
    ngx_buf_t *buf)
{
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    if (!buf->flush && !buf->sync && !buf->last_buf && !buf->last_in_chain) {
        return NGX_OK;
    }

    b = ctx->newest;

    if (b == NULL) {

        /* while all is held, an origin's flushes would be buffers each */

        if (ctx->flushed && !buf->last_buf && !buf->last_in_chain) {
            return NGX_OK;
        }

        b = ngx_calloc_buf(ctx->request->pool);
        if (b == NULL) {
            return NGX_ERROR;
        }

        b->tag = (ngx_buf_tag_t) &ngx_http_article_filter_module;

        cl = ngx_alloc_chain_link(ctx->request->pool);
        if (cl == NULL) {
            return NGX_ERROR;
        }

        cl->buf = b;
        cl->next = NULL;

        *ctx->last_out = cl;
        ctx->last_out = &cl->next;
        ctx->newest = b;

        /* last_in_chain alone is no reason for an empty buffer */

        b->sync = buf->sync || (!buf->flush && !buf->last_buf);
    }

    ctx->flushed |= buf->flush;

    b->flush |= buf->flush;
    b->last_buf |= buf->last_buf;
    b->last_in_chain |= buf->last_in_chain;

    return NGX_OK;
}


static ngx_int_t
ngx_http_article_filter_output(ngx_http_request_t *r,
    ngx_http_article_filter_ctx_t *ctx, ngx_chain_t *in)
{
    ngx_int_t      rc;
    ngx_uint_t     more;
    ngx_chain_t   *out, **ll;

    out = ctx->out;

    if (in && out == NULL && ctx->busy == NULL) {
        return NGX_OK;
    }

    for (ll = &ctx->busy; *ll; ll = &(*ll)->next) { /* void */ }

    *ll = out;
    more = ctx->stream != NULL;

    /* addition sends the end of the response from below: we are called again */

    ngx_http_article_filter_begin_out(ctx);

    ngx_http_article_filter_leave_cancel(ctx);

    rc = ngx_http_next_body_filter(r, out);

    ngx_http_article_filter_update(r, ctx);

    if (ctx->busy && more) {
        ngx_http_article_filter_leave_later(ctx);
    }

    return rc;
}


static void
ngx_http_article_filter_update(ngx_http_request_t *r,
    ngx_http_article_filter_ctx_t *ctx)
{
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    while (ctx->busy) {
        cl = ctx->busy;
        b = cl->buf;

        if (ngx_buf_size(b) != 0) {
            break;
        }

        ctx->busy = cl->next;

        if (!ngx_buf_in_memory(b) && !b->in_file) {

            /* an empty buffer may still be referred to below us */

            ngx_free_chain(r->pool, cl);
            continue;
        }

        ngx_http_article_filter_free_piece(ctx, cl);
    }
}
