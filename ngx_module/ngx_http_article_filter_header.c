/*
 * The header filter decides, once for a response, whether its body will be
 * filtered, and says why not if it will not.
 *
 * What depends on the body's bytes (length, ranges, digests, a strong ETag)
 * goes only when the bytes may change; HEAD gets the headers of GET.
 */

#include "ngx_http_article_filter.h"


static ngx_int_t ngx_http_article_filter_header(ngx_http_request_t *r);
static ngx_http_article_filter_status_e ngx_http_article_filter_check(
    ngx_http_request_t *r, ngx_http_article_filter_loc_conf_t *alcf);
static ngx_uint_t ngx_http_article_filter_coding(ngx_http_request_t *r,
    ngx_str_t *coding);
static ngx_http_article_filter_status_e ngx_http_article_filter_check_headers(
    ngx_http_request_t *r);
static ngx_int_t ngx_http_article_filter_start(ngx_http_request_t *r,
    ngx_http_article_filter_loc_conf_t *alcf,
    ngx_http_article_filter_ctx_t *ctx);
static ngx_int_t ngx_http_article_filter_options(ngx_http_request_t *r,
    ngx_http_article_filter_loc_conf_t *alcf, af_options_t *options);
static af_type_t ngx_http_article_filter_type(ngx_http_request_t *r);
static char *ngx_http_article_filter_charset(ngx_http_request_t *r);
static char *ngx_http_article_filter_url(ngx_http_request_t *r);
static char *ngx_http_article_filter_cstring(ngx_http_request_t *r,
    ngx_str_t *value);
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
    ctx->last_out = &ctx->out;
    ctx->last_held = &ctx->held;
    ngx_queue_init(&ctx->blocks);

    ngx_http_set_ctx(r, ctx, ngx_http_article_filter_module);

    if (ngx_http_article_filter_count_later(r, ctx, alcf->zone) != NGX_OK) {
        return NGX_ERROR;
    }

    ctx->status = ngx_http_article_filter_check(r, alcf);

    if (r->headers_out.status == NGX_HTTP_NOT_MODIFIED
        && ctx->set && mode != NGX_HTTP_ARTICLE_FILTER_REPORT
        && ngx_http_article_filter_is_mapped(r)
        && ngx_http_article_filter_validators(r, ctx) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ctx->status != NGX_HTTP_ARTICLE_FILTER_S_FILTERED) {
        return ngx_http_next_header_filter(r);
    }

    if (ngx_http_article_filter_start(r, alcf, ctx) != NGX_OK) {

        /* the status tells why */

        return ngx_http_next_header_filter(r);
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

    return ngx_http_next_header_filter(r);
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


ngx_http_article_filter_mode_e
ngx_http_article_filter_get_mode(ngx_http_request_t *r,
    ngx_http_article_filter_loc_conf_t *alcf)
{
    ngx_str_t                       value;
    ngx_http_article_filter_mode_e  mode;

    if (ngx_http_complex_value(r, alcf->filter, &value) != NGX_OK) {
        return NGX_HTTP_ARTICLE_FILTER_OFF;
    }

    mode = ngx_http_article_filter_mode(&value);

    if (mode != NGX_HTTP_ARTICLE_FILTER_UNKNOWN) {
        return mode;
    }

    /* an empty variable is the usual way to say off */

    if (value.len) {
        ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                      "article filter: unknown value \"%V\" of "
                      "\"article_filter\", taken as off", &value);
    }

    return NGX_HTTP_ARTICLE_FILTER_OFF;
}


static ngx_http_article_filter_status_e
ngx_http_article_filter_check(ngx_http_request_t *r,
    ngx_http_article_filter_loc_conf_t *alcf)
{
    ngx_uint_t  status;
    ngx_str_t   coding;

    if (r != r->main) {
        return NGX_HTTP_ARTICLE_FILTER_S_SUBREQUEST;
    }

    status = r->headers_out.status;

    if (status == NGX_HTTP_PARTIAL_CONTENT
        || r->headers_out.content_range)
    {
        return NGX_HTTP_ARTICLE_FILTER_S_RANGE;
    }

    if (status != NGX_HTTP_OK && status != 203
        && status < NGX_HTTP_BAD_REQUEST)
    {
        return NGX_HTTP_ARTICLE_FILTER_S_STATUS;
    }

    if (ngx_http_test_content_type(r, &alcf->types) == NULL) {
        return NGX_HTTP_ARTICLE_FILTER_S_TYPE;
    }

    if (!alcf->decode && ngx_http_article_filter_coding(r, &coding)) {
        return NGX_HTTP_ARTICLE_FILTER_S_CODING;
    }

    if (r->headers_out.content_length_n == 0) {
        return NGX_HTTP_ARTICLE_FILTER_S_EMPTY;
    }

    if (alcf->set == NULL || alcf->set->count == 0) {
        return NGX_HTTP_ARTICLE_FILTER_S_UNCHANGED;
    }

    return ngx_http_article_filter_check_headers(r);
}


static ngx_uint_t
ngx_http_article_filter_coding(ngx_http_request_t *r, ngx_str_t *coding)
{
    ngx_table_elt_t  *ce;

    ce = r->headers_out.content_encoding;

    if (ce == NULL || ce->hash == 0 || ce->value.len == 0) {
        return 0;
    }

    *coding = ce->value;

    return coding->len != sizeof("identity") - 1
           || ngx_strncasecmp(coding->data, (u_char *) "identity",
                              sizeof("identity") - 1)
              != 0;
}


static ngx_http_article_filter_status_e
ngx_http_article_filter_check_headers(ngx_http_request_t *r)
{
    u_char           *p;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    static ngx_str_t  cache_control = ngx_string("Cache-Control");
    static ngx_str_t  disposition = ngx_string("Content-Disposition");

    part = &r->headers_out.headers.part;
    h = part->elts;

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                break;
            }

            part = part->next;
            h = part->elts;
            i = 0;
        }

        if (h[i].hash == 0) {
            continue;
        }

        if (h[i].key.len == cache_control.len
            && ngx_strncasecmp(h[i].key.data, cache_control.data,
                               cache_control.len)
               == 0)
        {
            p = h[i].value.data;

            if (ngx_strlcasestrn(p, p + h[i].value.len,
                                 (u_char *) "no-transform",
                                 sizeof("no-transform") - 2)
                != NULL)
            {
                return NGX_HTTP_ARTICLE_FILTER_S_NO_TRANSFORM;
            }
        }

        /* a download is not a page that is read */

        if (h[i].key.len == disposition.len
            && ngx_strncasecmp(h[i].key.data, disposition.data,
                               disposition.len)
               == 0
            && h[i].value.len >= sizeof("attachment") - 1
            && ngx_strncasecmp(h[i].value.data, (u_char *) "attachment",
                               sizeof("attachment") - 1)
               == 0)
        {
            return NGX_HTTP_ARTICLE_FILTER_S_TYPE;
        }
    }

    return NGX_HTTP_ARTICLE_FILTER_S_FILTERED;
}


static ngx_int_t
ngx_http_article_filter_options(ngx_http_request_t *r,
    ngx_http_article_filter_loc_conf_t *alcf, af_options_t *options)
{
    ngx_str_t                       site;
    ngx_http_core_srv_conf_t       *cscf;
    ngx_http_article_filter_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_article_filter_module);

    af_options_init(options);

    options->type = ngx_http_article_filter_type(r);

    switch (ctx->mode) {

    case NGX_HTTP_ARTICLE_FILTER_REPORT:
        options->mode = AF_REPORT;
        break;

    case NGX_HTTP_ARTICLE_FILTER_PREVIEW:
        options->mode = AF_PREVIEW;
        break;

    default:
        options->mode = AF_FILTER;
    }

    if (alcf->site) {
        if (ngx_http_complex_value(r, alcf->site, &site) != NGX_OK) {
            goto failed;
        }

    } else if (r->headers_in.server.len) {
        site = r->headers_in.server;

    } else {
        cscf = ngx_http_get_module_srv_conf(r, ngx_http_core_module);
        site = cscf->server_name;
    }

    options->site = ngx_http_article_filter_cstring(r, &site);
    options->url = ngx_http_article_filter_url(r);

    if (options->site == NULL || options->url == NULL) {
        goto failed;
    }

    options->charset = ngx_http_article_filter_charset(r);

    options->last_modified = (r->headers_out.last_modified_time == -1)
                             ? INT64_MIN
                             : (int64_t) r->headers_out.last_modified_time;
    options->date = (int64_t) ngx_time();

    options->limits.hold = alcf->buffer;
    options->limits.memory = alcf->max_memory;

    return NGX_OK;

failed:

    ctx->status = NGX_HTTP_ARTICLE_FILTER_S_ERROR;

    return NGX_ERROR;
}


/*
 * XML and JSON are touched only where they are feeds.  A feed may be sent as
 * text/html by mistake: there, as in types that say nothing, the first bytes
 * tell.
 */

static af_type_t
ngx_http_article_filter_type(ngx_http_request_t *r)
{
    u_char  *p, *last;

    p = r->headers_out.content_type.data;
    last = p + r->headers_out.content_type_len;

    if (last - p >= 21
        && ngx_strncasecmp(p, (u_char *) "application/xhtml+xml", 21) == 0)
    {
        return AF_HTML;
    }

    if (last - p > 4
        && (ngx_strncasecmp(last - 3, (u_char *) "xml", 3) == 0
            || ngx_strncasecmp(last - 4, (u_char *) "json", 4) == 0))
    {
        return AF_FEED;
    }

    return AF_AUTO;
}


/*
 * The upstream module parses the charset out of Content-Type; other content
 * handlers may leave it there.
 */

static char *
ngx_http_article_filter_charset(ngx_http_request_t *r)
{
    u_char     *p, *last;
    ngx_str_t   charset, *type;

    charset = r->headers_out.charset;

    if (charset.len == 0) {
        type = &r->headers_out.content_type;

        if (type->len <= r->headers_out.content_type_len) {
            return NULL;
        }

        last = type->data + type->len;

        p = ngx_strlcasestrn(type->data + r->headers_out.content_type_len,
                             last, (u_char *) "charset=",
                             sizeof("charset=") - 2);
        if (p == NULL) {
            return NULL;
        }

        charset.data = p + sizeof("charset=") - 1;

        for (p = charset.data; p < last && *p != ';' && *p != ' '; p++) {
            /* void */
        }

        charset.len = p - charset.data;
    }

    if (charset.len && charset.data[0] == '"') {
        charset.data++;
        charset.len--;
    }

    if (charset.len && charset.data[charset.len - 1] == '"') {
        charset.len--;
    }

    if (charset.len == 0) {
        return NULL;
    }

    return ngx_http_article_filter_cstring(r, &charset);
}


static char *
ngx_http_article_filter_url(ngx_http_request_t *r)
{
    u_char     *p;
    ngx_str_t   url, host, scheme;

    ngx_str_set(&scheme, "http");

#if (NGX_HTTP_SSL)
    if (r->connection->ssl) {
        ngx_str_set(&scheme, "https");
    }
#endif

    host = r->headers_in.host ? r->headers_in.host->value
                              : r->headers_in.server;

    url.len = scheme.len + sizeof("://") - 1 + host.len
              + r->unparsed_uri.len;

    url.data = ngx_pnalloc(r->pool, url.len + 1);
    if (url.data == NULL) {
        return NULL;
    }

    p = ngx_snprintf(url.data, url.len, "%V://%V%V", &scheme, &host,
                     &r->unparsed_uri);
    *p = '\0';

    return (char *) url.data;
}


static char *
ngx_http_article_filter_cstring(ngx_http_request_t *r, ngx_str_t *value)
{
    u_char  *s;

    s = ngx_pnalloc(r->pool, value->len + 1);
    if (s == NULL) {
        return NULL;
    }

    ngx_memcpy(s, value->data, value->len);
    s[value->len] = '\0';

    return (char *) s;
}


static void
ngx_http_article_filter_fix_headers(ngx_http_request_t *r,
    ngx_http_article_filter_ctx_t *ctx)
{
    ngx_str_t         coding;
    ngx_uint_t        i, n;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    static ngx_str_t  digests[] = {
        ngx_string("Content-MD5"),
        ngx_string("Digest"),
        ngx_string("Content-Digest"),
        ngx_string("Repr-Digest"),
        ngx_null_string
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
    h = part->elts;

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                break;
            }

            part = part->next;
            h = part->elts;
            i = 0;
        }

        for (n = 0; digests[n].len; n++) {
            if (h[i].key.len == digests[n].len
                && ngx_strncasecmp(h[i].key.data, digests[n].data,
                                   digests[n].len)
                   == 0)
            {
                h[i].hash = 0;
            }
        }
    }
}
