/*
 * What a stream is told of its response: the kind of document, its charset,
 * address and site, and the limits.
 */

#include "ngx_http_article_filter.h"


static af_type_t ngx_http_article_filter_type(ngx_http_request_t *r);
static char *ngx_http_article_filter_charset(ngx_http_request_t *r);
static char *ngx_http_article_filter_url(ngx_http_request_t *r);
static char *ngx_http_article_filter_cstring(ngx_http_request_t *r,
    ngx_str_t *value);


ngx_int_t
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
 * tell.  What SSI and addition include is a piece of another page.
 */

static af_type_t
ngx_http_article_filter_type(ngx_http_request_t *r)
{
    u_char     *p, *last;
    af_type_t   html;

    p = r->headers_out.content_type.data;
    last = p + r->headers_out.content_type_len;

    html = (r == r->main) ? AF_HTML : AF_FRAGMENT;

    if (last - p >= 21
        && ngx_strncasecmp(p, (u_char *) "application/xhtml+xml", 21) == 0)
    {
        return html;
    }

    if (last - p > 4
        && (ngx_strncasecmp(last - 3, (u_char *) "xml", 3) == 0
            || ngx_strncasecmp(last - 4, (u_char *) "json", 4) == 0))
    {
        return AF_FEED;
    }

    return (r == r->main) ? AF_AUTO : html;
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
