/*
 * The header filter decides, once for a response, whether its body will be
 * filtered, and says why not if it will not.
 *
 * What depends on the body's bytes (length, ranges, digests, a strong ETag)
 * goes only when the bytes may change; HEAD gets the headers of GET.
 */

#include "ngx_http_article_filter.h"


static ngx_int_t ngx_http_article_filter_header(ngx_http_request_t *r);
static ngx_int_t ngx_http_article_filter_pass(ngx_http_request_t *r,
    ngx_http_article_filter_loc_conf_t *alcf,
    ngx_http_article_filter_ctx_t *ctx);
static ngx_int_t ngx_http_article_filter_start(ngx_http_request_t *r,
    ngx_http_article_filter_loc_conf_t *alcf,
    ngx_http_article_filter_ctx_t *ctx);
static void ngx_http_article_filter_fix_headers(ngx_http_request_t *r,
    ngx_http_article_filter_ctx_t *ctx);


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;


void
ngx_http_article_filter_header_init(void)
{
    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_http_article_filter_header;
}


static ngx_int_t
ngx_http_article_filter_header(ngx_http_request_t *r)
{
    ngx_http_article_filter_ctx_t       *ctx;
    ngx_http_article_filter_mode_e       mode;
    ngx_http_article_filter_loc_conf_t  *alcf;

    ctx = ngx_http_get_module_ctx(r, ngx_http_article_filter_module);

    if (ctx && ctx->refused) {

        /* this is the error page that takes the response's place */

        return ngx_http_next_header_filter(r);
    }

    alcf = ngx_http_get_module_loc_conf(r, ngx_http_article_filter_module);

    if (alcf->filter == NULL) {
        return ngx_http_next_header_filter(r);
    }

    mode = ngx_http_article_filter_get_mode(r, alcf);

    if (mode == NGX_HTTP_ARTICLE_FILTER_OFF) {

        /* an earlier round of this request may have left a context */

        ngx_http_set_ctx(r, NULL, ngx_http_article_filter_module);

        return ngx_http_next_header_filter(r);
    }

    ctx = ngx_pcalloc(r->pool, sizeof(ngx_http_article_filter_ctx_t));
    if (ctx == NULL) {
        return NGX_ERROR;
    }

    ctx->request = r;
    ctx->mode = mode;
    ctx->set = alcf->set;
    ctx->strict = (alcf->unfilterable == NGX_HTTP_ARTICLE_FILTER_ANSWER_ERROR
                   && mode == NGX_HTTP_ARTICLE_FILTER_ON);
    ctx->last_out = &ctx->out;
    ctx->last_held = &ctx->held;
    ngx_queue_init(&ctx->blocks);

    ngx_http_set_ctx(r, ctx, ngx_http_article_filter_module);

    ngx_http_article_filter_count_later(r, ctx, alcf->zone);

    ctx->status = ngx_http_article_filter_check(r, alcf);

    if (r->headers_out.status == NGX_HTTP_NOT_MODIFIED
        && ctx->set && mode != NGX_HTTP_ARTICLE_FILTER_REPORT
        && ngx_http_article_filter_is_mapped(r)
        && ngx_http_article_filter_validators(r, ctx) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ctx->status != NGX_HTTP_ARTICLE_FILTER_S_FILTERED
        || ngx_http_article_filter_start(r, alcf, ctx) != NGX_OK)
    {
        return ngx_http_article_filter_pass(r, alcf, ctx);
    }

    if (r->method == NGX_HTTP_HEAD || r->header_only) {

        /* the headers are GET's, and for these all of it was tried */

        ngx_http_article_filter_stream_close(ctx);
        ngx_http_article_filter_decoder_close(ctx);

        ctx->active = 0;
        ctx->status = NGX_HTTP_ARTICLE_FILTER_S_EMPTY;

    } else {
        r->filter_need_in_memory = 1;
    }

    if (mode == NGX_HTTP_ARTICLE_FILTER_REPORT) {

        if (ctx->stream) {
            ctx->status = NGX_HTTP_ARTICLE_FILTER_S_REPORT;
        }

        return ngx_http_next_header_filter(r);
    }

    ngx_http_article_filter_fix_headers(r, ctx);

    if (mode == NGX_HTTP_ARTICLE_FILTER_PREVIEW
        && ngx_http_article_filter_preview_headers(r, ctx) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ctx->strict && ctx->feed && r == r->main
        && r->method != NGX_HTTP_HEAD)
    {

        /* what is wrong with a feed shows in its first bytes, most often */

        ctx->waits = 1;

        return NGX_OK;
    }

    return ngx_http_next_header_filter(r);
}


/* the header that waited */

ngx_int_t
ngx_http_article_filter_send_header(ngx_http_request_t *r,
    ngx_http_article_filter_ctx_t *ctx)
{
    ctx->waits = 0;

    return ngx_http_next_header_filter(r);
}


/*
 * The response is not filtered, and the status tells why.  Where
 * article_unfilterable says so, an error page takes the place of one that
 * should have been.
 */

static ngx_int_t
ngx_http_article_filter_pass(ngx_http_request_t *r,
    ngx_http_article_filter_loc_conf_t *alcf,
    ngx_http_article_filter_ctx_t *ctx)
{
    if (!ctx->strict) {
        return ngx_http_next_header_filter(r);
    }

    switch (ctx->status) {

    case NGX_HTTP_ARTICLE_FILTER_S_RANGE:
    case NGX_HTTP_ARTICLE_FILTER_S_CODING:
    case NGX_HTTP_ARTICLE_FILTER_S_NO_TRANSFORM:
    case NGX_HTTP_ARTICLE_FILTER_S_CHARSET:
    case NGX_HTTP_ARTICLE_FILTER_S_ERROR:
        break;

    default:
        return ngx_http_next_header_filter(r);
    }

    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "article filter: the response cannot be filtered (%V)",
                  ngx_http_article_filter_status_word(ctx->status));

    if (r != r->main) {

        /* an error would end the page; it goes on without this part */

        ctx->active = 1;
        ctx->cut = 1;

        return ngx_http_next_header_filter(r);
    }

    return ngx_http_article_filter_refuse(r, ctx);
}


/* an error page takes the place of a response whose header was not sent */

ngx_int_t
ngx_http_article_filter_refuse(ngx_http_request_t *r,
    ngx_http_article_filter_ctx_t *ctx)
{
    ngx_int_t  rc;

    ctx->waits = 0;
    ctx->active = 0;
    ctx->refused = 1;

    rc = ngx_http_filter_finalize_request(r, &ngx_http_article_filter_module,
                                          NGX_HTTP_BAD_GATEWAY);

    /* what a caller who takes no notice still sends is not of this page */

    ctx->active = 1;
    ctx->cut = 1;

    return rc;
}


/* makes the stream, and a decoder where the body is encoded */

static ngx_int_t
ngx_http_article_filter_start(ngx_http_request_t *r,
    ngx_http_article_filter_loc_conf_t *alcf,
    ngx_http_article_filter_ctx_t *ctx)
{
    ngx_int_t     rc;
    ngx_str_t     coding;
    af_options_t  options;

    if (ngx_http_article_filter_options(r, alcf, &options) != NGX_OK
        || ngx_http_article_filter_stream_create(r, ctx, &options) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ctx->feed = (options.type == AF_FEED);

    if (!ngx_http_article_filter_coding(r, &coding)) {
        return NGX_OK;
    }

    rc = ngx_http_article_filter_decoder_create(r, ctx, &coding,
                                                alcf->max_decoded);

    if (rc == NGX_OK) {
        return NGX_OK;
    }

    ngx_http_article_filter_stream_close(ctx);

    ctx->active = 0;
    ctx->status = (rc == NGX_DECLINED) ? NGX_HTTP_ARTICLE_FILTER_S_CODING
                                       : NGX_HTTP_ARTICLE_FILTER_S_ERROR;

    return NGX_ERROR;
}


static void
ngx_http_article_filter_fix_headers(ngx_http_request_t *r,
    ngx_http_article_filter_ctx_t *ctx)
{
    ngx_str_t         coding;
    ngx_uint_t        i, n;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    static const char  *digests[] = {
        "Content-MD5", "Digest", "Content-Digest", "Repr-Digest",
        "Signature", "Signature-Input", NULL
    };

    ngx_http_clear_content_length(r);
    ngx_http_clear_accept_ranges(r);

    if (ngx_http_article_filter_validators(r, ctx) != NGX_OK) {

        /* no validator is better than a wrong one */

        ngx_http_clear_etag(r);
    }

    if (ngx_http_article_filter_coding(r, &coding)) {
        r->headers_out.content_encoding->hash = 0;
        r->headers_out.content_encoding = NULL;
        r->gzip_vary = 1;
    }

    part = &r->headers_out.headers.part;
    i = 0;

    while ((h = ngx_http_article_filter_next_header(&part, &i)) != NULL) {

        for (n = 0; digests[n]; n++) {
            if (ngx_http_article_filter_is_named(h, digests[n])) {
                h->hash = 0;
            }
        }
    }
}


ngx_table_elt_t *
ngx_http_article_filter_next_header(ngx_list_part_t **part, ngx_uint_t *n)
{
    while (*n >= (*part)->nelts) {
        if ((*part)->next == NULL) {
            return NULL;
        }

        *part = (*part)->next;
        *n = 0;
    }

    return (ngx_table_elt_t *) (*part)->elts + (*n)++;
}


ngx_uint_t
ngx_http_article_filter_is_named(ngx_table_elt_t *h, const char *name)
{
    return h->hash && h->key.len == ngx_strlen(name)
           && ngx_strncasecmp(h->key.data, (u_char *) name, h->key.len) == 0;
}
