/*
 * A compressed body is decoded into blocks of our own, which pieces and held
 * bytes refer to.
 *
 * The input buffer is consumed when the last piece that came of it has been
 * sent, so a slow client slows the origin as it does without decoding.
 * Limit: bytes that cannot be decoded are lost, since the headers have said
 * that the body is plain; the response is cut, and says so by its end.
 */

#include "ngx_http_article_filter.h"


#define NGX_HTTP_ARTICLE_FILTER_DECODED  16384
#define NGX_HTTP_ARTICLE_FILTER_LEAST    1024


static ngx_int_t ngx_http_article_filter_decode_space(
    ngx_http_article_filter_ctx_t *ctx);
static ngx_int_t ngx_http_article_filter_decode_failed(
    ngx_http_article_filter_ctx_t *ctx, af_status_t status);


ngx_int_t
ngx_http_article_filter_decode(ngx_http_article_filter_ctx_t *ctx,
    ngx_uint_t last)
{
    size_t                            len, space, n;
    u_char                           *pos;
    ngx_int_t                         rc;
    af_status_t                       status;
    const u_char                     *in;
    ngx_http_article_filter_block_t  *block;

    in = ctx->buf->pos;
    len = ngx_buf_in_memory(ctx->buf) ? ctx->buf->last - ctx->buf->pos : 0;

    for ( ;; ) {

        if (ngx_http_article_filter_decode_space(ctx) != NGX_OK) {
            return ngx_http_article_filter_decode_failed(ctx, AF_NOMEM);
        }

        block = ctx->decoded;
        pos = block->last;
        space = block->end - pos;
        n = space;

        status = af_decoder_run(ctx->decoder, &in, &len, pos, &n,
                                last ? AF_LAST : AF_MORE);

        block->last = pos + n;

        if (n) {
            rc = ngx_http_article_filter_feed(ctx, pos, pos + n);

            if (rc != NGX_OK || ctx->cut) {
                return rc;
            }
        }

        if (status != AF_OK) {
            return ngx_http_article_filter_decode_failed(ctx, status);
        }

        if (len == 0 && n < space) {
            return NGX_OK;
        }
    }
}


static ngx_int_t
ngx_http_article_filter_decode_space(ngx_http_article_filter_ctx_t *ctx)
{
    ngx_http_article_filter_block_t  *block;

    block = ctx->decoded;

    if (block && block->refs == 1) {
        block->last = block->start;
    }

    if (block && block->end - block->last >= NGX_HTTP_ARTICLE_FILTER_LEAST) {
        return NGX_OK;
    }

    if (block) {
        ngx_http_article_filter_release(ctx, block);
    }

    ctx->decoded = ngx_http_article_filter_get_block(ctx,
                                             NGX_HTTP_ARTICLE_FILTER_DECODED);

    return ctx->decoded ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_http_article_filter_decode_failed(ngx_http_article_filter_ctx_t *ctx,
    af_status_t status)
{
    char  *why;

    ctx->status = NGX_HTTP_ARTICLE_FILTER_S_CODING;
    why = "corrupt or cut data";

    if (status == AF_LIMIT) {
        ctx->status = NGX_HTTP_ARTICLE_FILTER_S_LIMIT;
        why = "more data than article_max_decoded, or than any page has";

    } else if (status != AF_CORRUPT) {
        ctx->status = NGX_HTTP_ARTICLE_FILTER_S_ERROR;
        why = "no memory";
    }

    ngx_log_error(NGX_LOG_ERR, ctx->request->connection->log, 0,
                  "article filter: decoding stopped at offset %uL of the "
                  "decoded body: %s%s", ctx->pushed, why,
                  ctx->mode == NGX_HTTP_ARTICLE_FILTER_REPORT
                  ? "" : ", the response is cut");

    return ngx_http_article_filter_cut(ctx);
}
