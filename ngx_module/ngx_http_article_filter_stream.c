/*
 * A stream of the core for a request, and its decoder: their memory, which
 * is given back with the end of the body or of the request, and the sink of
 * the stream's edits.
 */

#include "ngx_http_article_filter.h"


static af_status_t ngx_http_article_filter_edit(void *opaque,
    const af_edit_t *edit);
static void ngx_http_article_filter_event(void *opaque,
    const af_event_t *event);
static const char *ngx_http_article_filter_variable(void *opaque,
    uint32_t index, size_t *len);
static void *ngx_http_article_filter_alloc(void *opaque, size_t len);
static void ngx_http_article_filter_dealloc(void *opaque, void *block);
static void ngx_http_article_filter_cleanup(void *data);


ngx_int_t
ngx_http_article_filter_stream_create(ngx_http_request_t *r,
    ngx_http_article_filter_ctx_t *ctx, af_options_t *options)
{
    af_sink_t            sink;
    af_memory_t          memory;
    af_status_t          status;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(r->pool, 0);
    if (cln == NULL) {
        ctx->status = NGX_HTTP_ARTICLE_FILTER_S_ERROR;
        return NGX_ERROR;
    }

    cln->handler = ngx_http_article_filter_cleanup;
    cln->data = ctx;

    memory.alloc = ngx_http_article_filter_alloc;
    memory.release = ngx_http_article_filter_dealloc;
    memory.opaque = ctx;

    sink.edit = ngx_http_article_filter_edit;
    sink.event = ngx_http_article_filter_event;
    sink.variable = ngx_http_article_filter_variable;
    sink.opaque = ctx;

    status = af_stream_create(ctx->set->rules, options, &sink, &memory,
                              &ctx->stream);

    if (status == AF_OK) {
        ctx->active = 1;
        return NGX_OK;
    }

    ctx->stream = NULL;

    if (status == AF_UNSUPPORTED) {
        ctx->status = NGX_HTTP_ARTICLE_FILTER_S_CHARSET;
        return NGX_DECLINED;
    }

    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "article filter: no stream (%d), the response passes "
                  "unchanged", (int) status);

    ctx->status = NGX_HTTP_ARTICLE_FILTER_S_ERROR;

    return NGX_ERROR;
}


/* counts stay, memory goes */

void
ngx_http_article_filter_stream_close(ngx_http_article_filter_ctx_t *ctx)
{
    if (ctx->stream == NULL) {
        return;
    }

    af_stream_stats(ctx->stream, &ctx->stats);
    af_stream_destroy(ctx->stream);
    ctx->stream = NULL;
}


ngx_int_t
ngx_http_article_filter_decoder_create(ngx_http_request_t *r,
    ngx_http_article_filter_ctx_t *ctx, ngx_str_t *coding, off_t limit)
{
    char         name[16];
    af_memory_t  memory;
    af_status_t  status;

    if (coding->len >= sizeof(name)) {
        return NGX_DECLINED;
    }

    ngx_memcpy(name, coding->data, coding->len);
    name[coding->len] = '\0';

    memory.alloc = ngx_http_article_filter_alloc;
    memory.release = ngx_http_article_filter_dealloc;
    memory.opaque = ctx;

    status = af_decoder_create(name, (uint64_t) limit, &memory,
                               &ctx->decoder);

    if (status == AF_OK) {
        return NGX_OK;
    }

    ctx->decoder = NULL;

    return (status == AF_UNSUPPORTED) ? NGX_DECLINED : NGX_ERROR;
}


void
ngx_http_article_filter_decoder_close(ngx_http_article_filter_ctx_t *ctx)
{
    af_decoder_destroy(ctx->decoder);
    ctx->decoder = NULL;
}


static af_status_t
ngx_http_article_filter_edit(void *opaque, const af_edit_t *edit)
{
    ngx_http_article_filter_ctx_t  *ctx = opaque;

    ngx_int_t  rc;

    if (ctx->mode == NGX_HTTP_ARTICLE_FILTER_REPORT) {
        return AF_OK;
    }

    if (edit->from_pos != ctx->decided || edit->to_pos < edit->from_pos
        || edit->to_pos > ctx->pushed)
    {
        ngx_log_error(NGX_LOG_ALERT, ctx->request->connection->log, 0,
                      "article filter: edit %uL-%uL out of order at %uL",
                      edit->from_pos, edit->to_pos, ctx->decided);
        return AF_CORRUPT;
    }

    if (edit->kind == AF_INSERT) {
        rc = edit->len ? ngx_http_article_filter_insert(ctx, edit->data,
                                                        edit->len)
                       : NGX_OK;

    } else {
        rc = ngx_http_article_filter_move(ctx, edit->to_pos,
                                          edit->kind == AF_KEEP);
    }

    return (rc == NGX_OK) ? AF_OK : AF_NOMEM;
}


static void
ngx_http_article_filter_event(void *opaque, const af_event_t *event)
{
    ngx_http_article_filter_ctx_t  *ctx = opaque;

    uint64_t  line, column;

    ngx_http_article_filter_count_event(ctx, event);

    if (event->kind == AF_ILL_FORMED && event->rule == AF_NO_RULE
        && !ctx->malformed)
    {
        ctx->malformed = 1;

        af_stream_place(ctx->stream, event->from_pos, &line, &column);

        ngx_log_error(NGX_LOG_WARN, ctx->request->connection->log, 0,
                      "article filter: malformed feed at line %uL, "
                      "column %uL (%s), this part of it passes unchanged",
                      line, column, event->detail ? event->detail : "");
        return;
    }

    if (event->kind != AF_LIMIT_HIT || ctx->logged) {
        return;
    }

    ctx->logged = 1;

    ngx_log_error(NGX_LOG_INFO, ctx->request->connection->log, 0,
                  "article filter: limit \"%s\" reached at offset %uL, "
                  "bytes are kept as they are",
                  event->detail ? event->detail : "", event->from_pos);
}


static const char *
ngx_http_article_filter_variable(void *opaque, uint32_t index, size_t *len)
{
    ngx_http_article_filter_ctx_t  *ctx = opaque;

    ngx_int_t                  *indices;
    ngx_http_variable_value_t  *vv;

    if (index >= ctx->set->variables->nelts) {
        return NULL;
    }

    indices = ctx->set->variables->elts;

    vv = ngx_http_get_indexed_variable(ctx->request,
                                       (ngx_uint_t) indices[index]);

    if (vv == NULL || vv->not_found || !vv->valid) {
        return NULL;
    }

    *len = vv->len;

    return (const char *) vv->data;
}


static void *
ngx_http_article_filter_alloc(void *opaque, size_t len)
{
    ngx_http_article_filter_ctx_t  *ctx = opaque;

    void  *p;

    p = ngx_alloc(len, ctx->request->connection->log);

    if (p) {
        ctx->allocated++;
    }

    return p;
}


static void
ngx_http_article_filter_dealloc(void *opaque, void *block)
{
    ngx_http_article_filter_ctx_t  *ctx = opaque;

    if (block) {
        ctx->allocated--;
        ngx_free(block);
    }
}


/* a client that went away, a response that ended: the same */

static void
ngx_http_article_filter_cleanup(void *data)
{
    ngx_http_article_filter_ctx_t  *ctx = data;

    ngx_queue_t  *q;

    ngx_http_article_filter_stream_close(ctx);
    ngx_http_article_filter_decoder_close(ctx);

    ngx_http_article_filter_leave_cancel(ctx);

    if (ctx->allocated) {
        ngx_log_error(NGX_LOG_ALERT, ctx->request->connection->log, 0,
                      "article filter: %ui blocks were not freed",
                      ctx->allocated);
    }

    while (!ngx_queue_empty(&ctx->blocks)) {
        q = ngx_queue_head(&ctx->blocks);
        ngx_queue_remove(q);
        ngx_free(ngx_queue_data(q, ngx_http_article_filter_block_t, queue));
    }
}
