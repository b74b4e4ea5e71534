/*
 * What the origin is asked: its own validators in the place of ours, and a
 * plain body where article_decode says so.
 */

#include "ngx_http_article_filter.h"


static ngx_int_t ngx_http_article_filter_ask_identity(ngx_http_request_t *r);


/* the location is known, nothing is sent */

ngx_int_t
ngx_http_article_filter_preaccess(ngx_http_request_t *r)
{
    ngx_http_article_filter_mode_e       mode;
    ngx_http_article_filter_loc_conf_t  *alcf;

    alcf = ngx_http_get_module_loc_conf(r, ngx_http_article_filter_module);

    if (alcf->set == NULL || alcf->filter == NULL
        || (r != r->main && !alcf->subrequests)
        || ngx_http_test_predicates(r, alcf->bypass) == NGX_DECLINED)
    {
        return NGX_DECLINED;
    }

    mode = ngx_http_article_filter_get_mode(r, alcf);

    if (mode == NGX_HTTP_ARTICLE_FILTER_OFF) {
        return NGX_DECLINED;
    }

    if (alcf->decode == NGX_HTTP_ARTICLE_FILTER_DECODE_IDENTITY
        && ngx_http_article_filter_ask_identity(r) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (r != r->main || mode == NGX_HTTP_ARTICLE_FILTER_REPORT) {
        return NGX_DECLINED;
    }

    return ngx_http_article_filter_conditional(r, alcf->set, mode);
}


/*
 * gzip below us asks r->headers_in.accept_encoding for what the client can
 * read; an upstream module sends the list on.  So the first gets a copy.
 */

static ngx_int_t
ngx_http_article_filter_ask_identity(ngx_http_request_t *r)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h, *copy;

    static ngx_str_t  identity = ngx_string("identity");

    if (r->headers_in.accept_encoding == NULL) {
        return NGX_OK;
    }

    copy = ngx_palloc(r->pool, sizeof(ngx_table_elt_t));
    if (copy == NULL) {
        return NGX_ERROR;
    }

    *copy = *r->headers_in.accept_encoding;

#if (nginx_version >= 1023000)
    copy->next = NULL;
#endif

    part = &r->headers_in.headers.part;
    i = 0;

    while ((h = ngx_http_article_filter_next_header(&part, &i)) != NULL) {

        if (ngx_http_article_filter_is_named(h, "Accept-Encoding")) {
            h->value = identity;
        }
    }

    r->headers_in.accept_encoding = copy;

    return NGX_OK;
}
