/*
 * Whether a response is filtered, and the word for why not.
 *
 * The order of the questions is that of what an operator would call the
 * reason: an image that comes in parts is an image first.
 */

#include "ngx_http_article_filter.h"


static ngx_uint_t ngx_http_article_filter_is_part(ngx_http_request_t *r,
    ngx_http_article_filter_loc_conf_t *alcf);
static ngx_http_article_filter_status_e ngx_http_article_filter_check_headers(
    ngx_http_request_t *r, ngx_http_article_filter_loc_conf_t *alcf);


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


ngx_http_article_filter_status_e
ngx_http_article_filter_check(ngx_http_request_t *r,
    ngx_http_article_filter_loc_conf_t *alcf)
{
    ngx_uint_t  status;
    ngx_str_t   coding;

    if (r != r->main && !ngx_http_article_filter_is_part(r, alcf)) {
        return NGX_HTTP_ARTICLE_FILTER_S_SUBREQUEST;
    }

    if (ngx_http_test_predicates(r, alcf->bypass) == NGX_DECLINED) {
        return NGX_HTTP_ARTICLE_FILTER_S_BYPASS;
    }

    status = r->headers_out.status;

    if (status == NGX_HTTP_RANGE_NOT_SATISFIABLE
        || (status != NGX_HTTP_OK && status != 203
            && status != NGX_HTTP_PARTIAL_CONTENT
            && status < NGX_HTTP_BAD_REQUEST))
    {
        return NGX_HTTP_ARTICLE_FILTER_S_STATUS;
    }

    if (ngx_http_test_content_type(r, &alcf->types) == NULL) {
        return NGX_HTTP_ARTICLE_FILTER_S_TYPE;
    }

    if (alcf->set == NULL || alcf->set->count == 0) {
        return NGX_HTTP_ARTICLE_FILTER_S_UNCHANGED;
    }

    /*
     * the slice filter, which stands above, says 200 for a response of which
     * the body has the first slice only, and lets its subrequests have ranges
     */

    if (status == NGX_HTTP_PARTIAL_CONTENT
        || r->headers_out.content_range
        || r->subrequest_ranges)
    {
        return NGX_HTTP_ARTICLE_FILTER_S_RANGE;
    }

    if (alcf->decode == NGX_HTTP_ARTICLE_FILTER_DECODE_OFF
        && ngx_http_article_filter_coding(r, &coding))
    {
        return NGX_HTTP_ARTICLE_FILTER_S_CODING;
    }

    if (r->headers_out.content_length_n == 0) {
        return NGX_HTTP_ARTICLE_FILTER_S_EMPTY;
    }

    return ngx_http_article_filter_check_headers(r, alcf);
}


/*
 * SSI and addition put their subrequests into the page.  Those of
 * auth_request and mirror have no body that anyone sees, and a script that
 * reads one into memory is to have what the origin said.
 */

static ngx_uint_t
ngx_http_article_filter_is_part(ngx_http_request_t *r,
    ngx_http_article_filter_loc_conf_t *alcf)
{
    return alcf->subrequests && !r->background && !r->header_only
           && !r->subrequest_in_memory;
}


ngx_uint_t
ngx_http_article_filter_coding(ngx_http_request_t *r, ngx_str_t *coding)
{
    ngx_table_elt_t  *ce;

    ce = r->headers_out.content_encoding;

    if (ce == NULL || ce->hash == 0 || ce->value.len == 0) {
        return 0;
    }

    *coding = ce->value;

    /* "none" is no coding that anyone registered; it is sent all the same */

    return !(coding->len == sizeof("identity") - 1
             && ngx_strncasecmp(coding->data, (u_char *) "identity",
                                sizeof("identity") - 1)
                == 0)
           && !(coding->len == sizeof("none") - 1
                && ngx_strncasecmp(coding->data, (u_char *) "none",
                                   sizeof("none") - 1)
                   == 0);
}


static ngx_http_article_filter_status_e
ngx_http_article_filter_check_headers(ngx_http_request_t *r,
    ngx_http_article_filter_loc_conf_t *alcf)
{
    u_char           *p;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    part = &r->headers_out.headers.part;
    i = 0;

    while ((h = ngx_http_article_filter_next_header(&part, &i)) != NULL) {

        if (alcf->transform == NGX_HTTP_ARTICLE_FILTER_TRANSFORM_RESPECT
            && ngx_http_article_filter_is_named(h, "Cache-Control"))
        {
            p = h->value.data;

            if (ngx_strlcasestrn(p, p + h->value.len,
                                 (u_char *) "no-transform",
                                 sizeof("no-transform") - 2)
                != NULL)
            {
                return NGX_HTTP_ARTICLE_FILTER_S_NO_TRANSFORM;
            }
        }

        /* a download is not a page that is read */

        if (ngx_http_article_filter_is_named(h, "Content-Disposition")
            && h->value.len >= sizeof("attachment") - 1
            && ngx_strncasecmp(h->value.data, (u_char *) "attachment",
                               sizeof("attachment") - 1)
               == 0)
        {
            return NGX_HTTP_ARTICLE_FILTER_S_TYPE;
        }
    }

    return NGX_HTTP_ARTICLE_FILTER_S_FILTERED;
}
