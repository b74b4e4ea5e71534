/*
 * Validators of a page depend on the page and on the rules.
 *
 * An ETag that leaves is weak and ends in a digest of the rules; when it
 * comes back in If-None-Match the digest is taken off, so that the origin or
 * the cache sees its own.  With other rules it is none that they know.
 * Without an ETag a page is as new as its newest rule.
 *
 * Limit: a copy from before article_filter was turned on has the origin's
 * ETag, and may be confirmed by the origin until it expires.
 */

#include "ngx_http_article_filter.h"


/* the number is the version of what the filter makes of the same rules */

#define NGX_HTTP_ARTICLE_FILTER_TAG      "-af1-"
#define NGX_HTTP_ARTICLE_FILTER_PREVIEW_TAG  "-afp-"
#define NGX_HTTP_ARTICLE_FILTER_TAG_LEN                                       \
    (sizeof(NGX_HTTP_ARTICLE_FILTER_TAG) - 1 + 16)


static void ngx_http_article_filter_tag(u_char *tag,
    ngx_http_article_filter_set_t *set, ngx_http_article_filter_mode_e mode);
static ngx_int_t ngx_http_article_filter_map(ngx_http_request_t *r,
    ngx_table_elt_t *h, u_char *tag);
static ngx_int_t ngx_http_article_filter_set_mapped(ngx_http_request_t *r);
static void ngx_http_article_filter_mapped_cleanup(void *data);


ngx_int_t
ngx_http_article_filter_conditional(ngx_http_request_t *r,
    ngx_http_article_filter_set_t *set, ngx_http_article_filter_mode_e mode)
{
    u_char            tag[NGX_HTTP_ARTICLE_FILTER_TAG_LEN];
    time_t            since;
    ngx_table_elt_t  *h;

    if (r->headers_in.if_none_match == NULL
        && r->headers_in.if_modified_since == NULL)
    {
        return NGX_DECLINED;
    }

    h = r->headers_in.if_none_match;

    if (h == NULL) {
        h = r->headers_in.if_modified_since;
        since = ngx_parse_http_time(h->value.data, h->value.len);

        /* the date of a filtered page is no preview's */

        if (mode == NGX_HTTP_ARTICLE_FILTER_PREVIEW
            || (since != (time_t) NGX_ERROR && since < set->time))
        {

            /* a date that no page is as old as; the header has to stay */

            ngx_str_set(&h->value, "Thu, 01 Jan 1970 00:00:00 GMT");
            return NGX_DECLINED;
        }

        if (since == set->time
            && ngx_http_article_filter_set_mapped(r) != NGX_OK)
        {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        return NGX_DECLINED;
    }

    ngx_http_article_filter_tag(tag, set, mode);

#if (nginx_version >= 1023000)

    for ( /* void */ ; h; h = h->next) {
        if (ngx_http_article_filter_map(r, h, tag) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }

#else

    if (ngx_http_article_filter_map(r, h, tag) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

#endif

    return NGX_DECLINED;
}


static void
ngx_http_article_filter_tag(u_char *tag, ngx_http_article_filter_set_t *set,
    ngx_http_article_filter_mode_e mode)
{
    tag = ngx_cpymem(tag, mode == NGX_HTTP_ARTICLE_FILTER_PREVIEW
                          ? NGX_HTTP_ARTICLE_FILTER_PREVIEW_TAG
                          : NGX_HTTP_ARTICLE_FILTER_TAG,
                     sizeof(NGX_HTTP_ARTICLE_FILTER_TAG) - 1);

    ngx_hex_dump(tag, set->digest, 8);
}


/* takes the tag off each ETag of the list that ends in it */

static ngx_int_t
ngx_http_article_filter_map(ngx_http_request_t *r, ngx_table_elt_t *h,
    u_char *tag)
{
    u_char  *p, *last, *data, *out;

    data = ngx_pnalloc(r->pool, h->value.len + 1);
    if (data == NULL) {
        return NGX_ERROR;
    }

    out = data;
    p = h->value.data;
    last = p + h->value.len;

    while (p < last) {

        if ((size_t) (last - p) > NGX_HTTP_ARTICLE_FILTER_TAG_LEN
            && p[NGX_HTTP_ARTICLE_FILTER_TAG_LEN] == '"'
            && ngx_memcmp(p, tag, NGX_HTTP_ARTICLE_FILTER_TAG_LEN) == 0)
        {
            p += NGX_HTTP_ARTICLE_FILTER_TAG_LEN;
            continue;
        }

        *out++ = *p++;
    }

    *out = '\0';

    if ((size_t) (out - data) == h->value.len) {
        return NGX_OK;
    }

    h->value.data = data;
    h->value.len = out - data;

    return ngx_http_article_filter_set_mapped(r);
}


/*
 * Remembers that a 304 of this request is one for a filtered page.  The
 * context does not outlive an internal redirect, a cleanup handler does.
 */

static ngx_int_t
ngx_http_article_filter_set_mapped(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(r->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_http_article_filter_mapped_cleanup;

    return NGX_OK;
}


ngx_uint_t
ngx_http_article_filter_is_mapped(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t  *cln;

    for (cln = r->pool->cleanup; cln; cln = cln->next) {
        if (cln->handler == ngx_http_article_filter_mapped_cleanup) {
            return 1;
        }
    }

    return 0;
}


static void
ngx_http_article_filter_mapped_cleanup(void *data)
{
    /* void */
}


/* the validators of a response that is filtered, or of a 304 for one */

ngx_int_t
ngx_http_article_filter_validators(ngx_http_request_t *r,
    ngx_http_article_filter_ctx_t *ctx)
{
    u_char           *p;
    ngx_str_t         value;
    ngx_table_elt_t  *etag;

    etag = r->headers_out.etag;

    if (etag == NULL || etag->hash == 0) {

        if (r->headers_out.last_modified_time != -1
            && r->headers_out.last_modified_time < ctx->set->time)
        {
            ngx_http_clear_last_modified(r);
            r->headers_out.last_modified_time = ctx->set->time;
        }

        return NGX_OK;
    }

    value = etag->value;

    if (value.len > 2 && value.data[0] == 'W' && value.data[1] == '/') {
        value.data += 2;
        value.len -= 2;
    }

    if (value.len < 2 || value.data[0] != '"'
        || value.data[value.len - 1] != '"')
    {
        ngx_http_clear_etag(r);
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, value.len + NGX_HTTP_ARTICLE_FILTER_TAG_LEN + 2);
    if (p == NULL) {
        return NGX_ERROR;
    }

    etag->value.data = p;
    etag->value.len = value.len + NGX_HTTP_ARTICLE_FILTER_TAG_LEN + 2;

    p = ngx_cpymem(p, "W/", 2);
    p = ngx_cpymem(p, value.data, value.len - 1);

    ngx_http_article_filter_tag(p, ctx->set, ctx->mode);

    p[NGX_HTTP_ARTICLE_FILTER_TAG_LEN] = '"';

    return NGX_OK;
}
