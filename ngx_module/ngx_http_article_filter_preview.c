/*
 * The headers of a preview: a page for the one who asked, so nobody keeps it
 * or finds it, and a policy lets the style of the marks through by its hash.
 *
 * A policy that add_header writes comes after this filter: $article_csp_hash
 * is for it.
 */

#include "ngx_http_article_filter_zone.h"


static ngx_int_t ngx_http_article_filter_preview_policy(ngx_http_request_t *r,
    ngx_table_elt_t *h);


/* what a policy may grow by, for each of the policies in a list */

#define NGX_HTTP_ARTICLE_FILTER_POLICY_ROOM  96


ngx_int_t
ngx_http_article_filter_preview_headers(ngx_http_request_t *r,
    ngx_http_article_filter_ctx_t *ctx)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    part = &r->headers_out.headers.part;
    i = 0;

    while ((h = ngx_http_article_filter_next_header(&part, &i)) != NULL) {

        if (ngx_http_article_filter_is_named(h, "Cache-Control")
            || ngx_http_article_filter_is_named(h, "Expires"))
        {
            h->hash = 0;
            continue;
        }

        if ((ngx_http_article_filter_is_named(h, "Content-Security-Policy")
             || ngx_http_article_filter_is_named(h,
                                        "Content-Security-Policy-Report-Only"))
            && ngx_http_article_filter_preview_policy(r, h) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    /* the preview of a feed is a page */

    if (ctx->feed) {
        ngx_str_set(&r->headers_out.content_type, "text/html");
        r->headers_out.content_type_len = r->headers_out.content_type.len;
        r->headers_out.content_type_lowcase = NULL;
    }

    if (ngx_http_article_filter_add_header(r, "Cache-Control",
                                           "private, no-store")
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_article_filter_add_header(r, "X-Robots-Tag", "noindex");
}


static ngx_int_t
ngx_http_article_filter_preview_policy(ngx_http_request_t *r,
    ngx_table_elt_t *h)
{
    u_char      *p;
    size_t       len, room;
    ngx_uint_t   i;

    room = h->value.len + NGX_HTTP_ARTICLE_FILTER_POLICY_ROOM;

    for (i = 0; i < h->value.len; i++) {
        if (h->value.data[i] == ',') {
            room += NGX_HTTP_ARTICLE_FILTER_POLICY_ROOM;
        }
    }

    p = ngx_pnalloc(r->pool, room);
    if (p == NULL) {
        return NGX_ERROR;
    }

    len = af_preview_csp((char *) h->value.data, h->value.len, (char *) p,
                         room);

    if (len) {
        h->value.data = p;
        h->value.len = len;
    }

    return NGX_OK;
}
