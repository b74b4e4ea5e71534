/*
 * The handler of article_status: chooses the form, takes a copy of the zone,
 * and sends what the writers of the forms make of it.
 *
 * All that came from outside (rules, paths) is written escaped for the form
 * and as valid UTF-8.
 */

#include "ngx_http_article_filter_zone.h"


#define NGX_HTTP_ARTICLE_FILTER_TEXT_BUF   16384
#define NGX_HTTP_ARTICLE_FILTER_TEXT_ITEM  2048


typedef struct {
    ngx_str_t                         name;
    ngx_str_t                         type;
    ngx_str_t                         content_type;
    void                            (*write)(
                                        ngx_http_article_filter_text_t *text,
                                        ngx_http_article_filter_view_t *view);
} ngx_http_article_filter_form_t;


static ngx_int_t ngx_http_article_filter_status_handler(
    ngx_http_request_t *r);
static ngx_uint_t ngx_http_article_filter_choose_form(ngx_http_request_t *r);
static ngx_uint_t ngx_http_article_filter_accepted(ngx_str_t *accept,
    ngx_str_t *type);
static ngx_int_t ngx_http_article_filter_status_headers(ngx_http_request_t *r,
    ngx_uint_t form);
static ngx_uint_t ngx_http_article_filter_quality(u_char *p, u_char *end);
static ngx_str_t *ngx_http_article_filter_accept(ngx_http_request_t *r);
static u_char *ngx_http_article_filter_room(
    ngx_http_article_filter_text_t *text, size_t len);
static size_t ngx_http_article_filter_escape(u_char *p, uint32_t c,
    ngx_http_article_filter_format_e format);
static size_t ngx_http_article_filter_encode(u_char *p, uint32_t c);


/* in the order of ngx_http_article_filter_format_e, which is a preference */

static ngx_http_article_filter_form_t  ngx_http_article_filter_forms[] = {

    { ngx_string("html"), ngx_string("text/html"),
      ngx_string("text/html; charset=utf-8"),
      ngx_http_article_filter_status_html },

    { ngx_string("json"), ngx_string("application/json"),
      ngx_string("application/json"),
      ngx_http_article_filter_status_json },

    { ngx_string("prometheus"), ngx_string("text/plain"),
      ngx_string("text/plain; version=0.0.4; charset=utf-8"),
      ngx_http_article_filter_status_prometheus },

    { ngx_null_string, ngx_null_string, ngx_null_string, NULL }
};


char *
ngx_http_article_filter_set_status(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_article_filter_loc_conf_t  *alcf = conf;

    ngx_str_t                 *value;
    ngx_http_core_loc_conf_t  *clcf;

    if (alcf->status) {
        return "is duplicate";
    }

    alcf->status = 1;

    if (cf->args->nelts == 2) {
        value = cf->args->elts;

        alcf->status_zone = ngx_shared_memory_add(cf, &value[1], 0,
                                            &ngx_http_article_filter_module);
        if (alcf->status_zone == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_article_filter_status_handler;

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_article_filter_status_handler(ngx_http_request_t *r)
{
    ngx_int_t                             rc;
    ngx_uint_t                            form;
    ngx_shm_zone_t                       *zone;
    ngx_http_article_filter_text_t        text;
    ngx_http_article_filter_view_t       *view;
    ngx_http_article_filter_loc_conf_t   *alcf;
    ngx_http_article_filter_main_conf_t  *amcf;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    alcf = ngx_http_get_module_loc_conf(r, ngx_http_article_filter_module);
    amcf = ngx_http_get_module_main_conf(r, ngx_http_article_filter_module);

    zone = alcf->status_zone ? alcf->status_zone : alcf->zone;

    if (zone == NULL) {
        return NGX_HTTP_NOT_FOUND;
    }

    view = ngx_palloc(r->pool, sizeof(ngx_http_article_filter_view_t));

    if (view == NULL
        || ngx_http_article_filter_view(r->pool, zone, view) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    view->sets = amcf->rule_sets;

    form = ngx_http_article_filter_choose_form(r);

    ngx_memzero(&text, sizeof(ngx_http_article_filter_text_t));

    text.pool = r->pool;
    text.last = &text.out;
    text.format = (ngx_http_article_filter_format_e) form;

    ngx_http_article_filter_forms[form].write(&text, view);

    if (text.failed
        || ngx_http_article_filter_status_headers(r, form) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->headers_out.content_length_n = text.size;

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    text.buf->last_buf = (r == r->main) ? 1 : 0;
    text.buf->last_in_chain = 1;

    return ngx_http_output_filter(r, text.out);
}


/* the argument says it, or the client's Accept does */

static ngx_uint_t
ngx_http_article_filter_choose_form(ngx_http_request_t *r)
{
    ngx_str_t                        value, *accept;
    ngx_uint_t                       i, best, quality, q;
    ngx_http_article_filter_form_t  *form;

    form = ngx_http_article_filter_forms;

    if (ngx_http_arg(r, (u_char *) "format", 6, &value) == NGX_OK) {

        for (i = 0; form[i].name.len; i++) {
            if (value.len == form[i].name.len
                && ngx_strncmp(value.data, form[i].name.data, value.len) == 0)
            {
                return i;
            }
        }
    }

    accept = ngx_http_article_filter_accept(r);

    if (accept == NULL) {
        return NGX_HTTP_ARTICLE_FILTER_HTML;
    }

    best = NGX_HTTP_ARTICLE_FILTER_HTML;
    quality = 0;

    for (i = 0; form[i].name.len; i++) {
        q = ngx_http_article_filter_accepted(accept, &form[i].type);

        if (q > quality) {
            quality = q;
            best = i;
        }
    }

    return best;
}


/* RFC 9110 12.5.1: the quality, in thousandths, of the closest range */

static ngx_uint_t
ngx_http_article_filter_accepted(ngx_str_t *accept, ngx_str_t *type)
{
    u_char      *p, *last, *s, *end;
    size_t       len, major;
    ngx_uint_t   close, closest, quality;

    p = accept->data;
    last = p + accept->len;
    major = (u_char *) ngx_strchr(type->data, '/') - type->data + 1;
    closest = 0;
    quality = 0;

    while (p < last) {

        while (p < last && (*p == ' ' || *p == ',' || *p == '\t')) {
            p++;
        }

        end = ngx_strlchr(p, last, ',');
        end = end ? end : last;

        for (s = p; s < end && *s != ';' && *s != ' '; s++) { /* void */ }

        len = s - p;
        close = 0;

        if (len == type->len && ngx_strncasecmp(p, type->data, len) == 0) {
            close = 3;

        } else if (len == major + 1 && p[major] == '*'
                   && ngx_strncasecmp(p, type->data, major) == 0)
        {
            close = 2;

        } else if (len == 3 && ngx_strncmp(p, "*/*", 3) == 0) {
            close = 1;
        }

        if (close > closest) {
            closest = close;
            quality = ngx_http_article_filter_quality(s, end);
        }

        p = end;
    }

    return quality;
}


/* "q=0.25" among the parameters of a range: 250 */

static ngx_uint_t
ngx_http_article_filter_quality(u_char *p, u_char *end)
{
    ngx_uint_t  q, unit;

    p = ngx_strlcasestrn(p, end, (u_char *) "q=", 1);

    if (p == NULL || p + 2 >= end || p[2] < '0' || p[2] > '9') {
        return 1000;
    }

    p += 2;
    q = (*p++ - '0') * 1000;

    if (p == end || *p++ != '.') {
        return ngx_min(q, 1000);
    }

    for (unit = 100; unit && p < end && *p >= '0' && *p <= '9'; p++) {
        q += (*p - '0') * unit;
        unit /= 10;
    }

    return ngx_min(q, 1000);
}


static ngx_str_t *
ngx_http_article_filter_accept(ngx_http_request_t *r)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    part = &r->headers_in.headers.part;
    i = 0;

    while ((h = ngx_http_article_filter_next_header(&part, &i)) != NULL) {

        if (ngx_http_article_filter_is_named(h, "Accept")) {
            return &h->value;
        }
    }

    return NULL;
}


static ngx_int_t
ngx_http_article_filter_status_headers(ngx_http_request_t *r, ngx_uint_t form)
{
    ngx_http_article_filter_form_t  *f;

    f = &ngx_http_article_filter_forms[form];

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_type = f->content_type;
    r->headers_out.content_type_len = f->type.len;

    if (ngx_http_article_filter_add_header(r, "Cache-Control",
                                           "no-store, no-transform")
        != NGX_OK
        || ngx_http_article_filter_add_header(r, "Vary", "Accept") != NGX_OK
        || ngx_http_article_filter_add_header(r, "X-Content-Type-Options",
                                              "nosniff")
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_article_filter_add_header(r, "Content-Security-Policy",
                                       ngx_http_article_filter_status_policy);
}


/* name and value are static */

ngx_int_t
ngx_http_article_filter_add_header(ngx_http_request_t *r, const char *name,
    const char *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(h, sizeof(ngx_table_elt_t));

    h->hash = 1;
    h->key.len = ngx_strlen(name);
    h->key.data = (u_char *) name;
    h->value.len = ngx_strlen(value);
    h->value.data = (u_char *) value;

    return NGX_OK;
}


/* room for an item; NULL after a failure */

static u_char *
ngx_http_article_filter_room(ngx_http_article_filter_text_t *text, size_t len)
{
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    if (text->failed) {
        return NULL;
    }

    if (text->buf && (size_t) (text->buf->end - text->buf->last) >= len) {
        return text->buf->last;
    }

    b = ngx_create_temp_buf(text->pool,
                            ngx_max(len, NGX_HTTP_ARTICLE_FILTER_TEXT_BUF));
    cl = ngx_alloc_chain_link(text->pool);

    if (b == NULL || cl == NULL) {
        text->failed = 1;
        return NULL;
    }

    cl->buf = b;
    cl->next = NULL;

    *text->last = cl;
    text->last = &cl->next;
    text->buf = b;

    return b->last;
}


/* an item of NGX_HTTP_ARTICLE_FILTER_TEXT_ITEM bytes at most */

void
ngx_http_article_filter_put(ngx_http_article_filter_text_t *text,
    const char *fmt, ...)
{
    u_char   *p, *last;
    va_list   args;

    p = ngx_http_article_filter_room(text, NGX_HTTP_ARTICLE_FILTER_TEXT_ITEM);
    if (p == NULL) {
        return;
    }

    va_start(args, fmt);
    last = ngx_vslprintf(p, p + NGX_HTTP_ARTICLE_FILTER_TEXT_ITEM, fmt, args);
    va_end(args);

    text->buf->last = last;
    text->size += last - p;
}


void
ngx_http_article_filter_put_string(ngx_http_article_filter_text_t *text,
    const char *s)
{
    u_char  *p;
    size_t   len;

    len = ngx_strlen(s);

    p = ngx_http_article_filter_room(text, len);
    if (p == NULL) {
        return;
    }

    text->buf->last = ngx_cpymem(p, s, len);
    text->size += (off_t) len;
}


/* what is no UTF-8 becomes U+FFFD, and so does what cannot be seen */

void
ngx_http_article_filter_put_escaped(ngx_http_article_filter_text_t *text,
    const u_char *data, size_t len)
{
    u_char    *p, *s, *next, *last;
    uint32_t   c;

    s = (u_char *) data;
    last = s + len;

    while (s < last) {
        p = ngx_http_article_filter_room(text, sizeof("&quot;"));
        if (p == NULL) {
            return;
        }

        next = s;
        c = (*s < 0x80) ? *next++ : ngx_utf8_decode(&next, last - s);

        if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) {
            next = s + 1;
            c = 0xfffd;
        }

        if (c == '\t') {
            c = ' ';
        }

        /* controls, and what turns the direction of writing */

        if (c < 0x20 || (c >= 0x7f && c < 0xa0)
            || (c >= 0x200e && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e)
            || (c >= 0x2066 && c <= 0x2069))
        {
            c = 0xfffd;
        }

        s = next;
        len = ngx_http_article_filter_escape(p, c, text->format);

        if (len == 0) {
            len = ngx_http_article_filter_encode(p, c);
        }

        text->buf->last = p + len;
        text->size += (off_t) len;
    }
}


/* 0: as it is */

static size_t
ngx_http_article_filter_escape(u_char *p, uint32_t c,
    ngx_http_article_filter_format_e format)
{
    if (format != NGX_HTTP_ARTICLE_FILTER_HTML) {

        if (c == '"' || c == '\\') {
            p[0] = '\\';
            p[1] = (u_char) c;
            return 2;
        }

        return 0;
    }

    switch (c) {

    case '<':
        return ngx_cpymem(p, "&lt;", 4) - p;

    case '>':
        return ngx_cpymem(p, "&gt;", 4) - p;

    case '&':
        return ngx_cpymem(p, "&amp;", 5) - p;

    case '"':
        return ngx_cpymem(p, "&quot;", 6) - p;

    case '\'':
        return ngx_cpymem(p, "&#39;", 5) - p;

    default:
        return 0;
    }
}


static size_t
ngx_http_article_filter_encode(u_char *p, uint32_t c)
{
    if (c < 0x80) {
        p[0] = (u_char) c;
        return 1;
    }

    if (c < 0x800) {
        p[0] = (u_char) (0xc0 | (c >> 6));
        p[1] = (u_char) (0x80 | (c & 0x3f));
        return 2;
    }

    if (c < 0x10000) {
        p[0] = (u_char) (0xe0 | (c >> 12));
        p[1] = (u_char) (0x80 | ((c >> 6) & 0x3f));
        p[2] = (u_char) (0x80 | (c & 0x3f));
        return 3;
    }

    p[0] = (u_char) (0xf0 | (c >> 18));
    p[1] = (u_char) (0x80 | ((c >> 12) & 0x3f));
    p[2] = (u_char) (0x80 | ((c >> 6) & 0x3f));
    p[3] = (u_char) (0x80 | (c & 0x3f));

    return 4;
}


/* 2026-01-31T23:59:59Z */

void
ngx_http_article_filter_put_time(ngx_http_article_filter_text_t *text,
    time_t time)
{
    ngx_tm_t  tm;

    ngx_gmtime(time, &tm);

    ngx_http_article_filter_put(text, "%4d-%02d-%02dT%02d:%02d:%02dZ",
                                tm.ngx_tm_year, tm.ngx_tm_mon,
                                tm.ngx_tm_mday, tm.ngx_tm_hour,
                                tm.ngx_tm_min, tm.ngx_tm_sec);
}
