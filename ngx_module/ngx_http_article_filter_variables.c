/*
 * Variables.  Before the end of the body (in add_header, say) they tell what
 * is known by then; the last word is in the log and in trailers.
 */

#include "ngx_http_article_filter.h"


static ngx_int_t ngx_http_article_filter_status_variable(
    ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_article_filter_removed_variable(
    ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_article_filter_attribution_variable(
    ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_article_filter_rules_variable(
    ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_article_filter_bytes_variable(
    ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_article_filter_time_variable(
    ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_article_filter_reason_variable(
    ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_article_filter_hits_variable(
    ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_article_filter_csp_hash_variable(
    ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data);


static ngx_str_t  ngx_http_article_filter_status_names[] = {
    ngx_string("off"),
    ngx_string("filtered"),
    ngx_string("unchanged"),
    ngx_string("report"),
    ngx_string("type"),
    ngx_string("status"),
    ngx_string("range"),
    ngx_string("coding"),
    ngx_string("no-transform"),
    ngx_string("charset"),
    ngx_string("limit"),
    ngx_string("error"),
    ngx_string("subrequest"),
    ngx_string("empty"),
    ngx_string("malformed"),
    ngx_string("bypass")
};


static ngx_http_variable_t  ngx_http_article_filter_vars[] = {

    { ngx_string("article_status"), NULL,
      ngx_http_article_filter_status_variable, 0,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("article_removed"), NULL,
      ngx_http_article_filter_removed_variable, 0,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("article_attribution"), NULL,
      ngx_http_article_filter_attribution_variable, 0,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("article_rules"), NULL,
      ngx_http_article_filter_rules_variable, 0,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("article_bytes_in"), NULL,
      ngx_http_article_filter_bytes_variable,
      offsetof(af_stats_t, pushed),
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("article_bytes_removed"), NULL,
      ngx_http_article_filter_bytes_variable,
      offsetof(af_stats_t, dropped),
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("article_bytes_inserted"), NULL,
      ngx_http_article_filter_bytes_variable,
      offsetof(af_stats_t, inserted),
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("article_time"), NULL,
      ngx_http_article_filter_time_variable, 0,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("article_reason"), NULL,
      ngx_http_article_filter_reason_variable, 0,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("article_hits"), NULL,
      ngx_http_article_filter_hits_variable, 0,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("article_csp_hash"), NULL,
      ngx_http_article_filter_csp_hash_variable, 0,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

      ngx_http_null_variable
};


ngx_int_t
ngx_http_article_filter_add_variables(ngx_conf_t *cf)
{
    ngx_http_variable_t  *var, *v;

    for (v = ngx_http_article_filter_vars; v->name.len; v++) {
        var = ngx_http_add_variable(cf, &v->name, v->flags);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
        var->data = v->data;
    }

    return NGX_OK;
}


static void
ngx_http_article_filter_set_value(ngx_http_variable_value_t *v, u_char *data,
    size_t len)
{
    v->len = (unsigned) len & 0xfffffff;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;
    v->data = data;
}


static ngx_int_t
ngx_http_article_filter_set_number(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uint64_t number)
{
    u_char  *p;

    p = ngx_pnalloc(r->pool, NGX_INT64_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_http_article_filter_set_value(v, p,
                                      ngx_sprintf(p, "%uL", number) - p);

    return NGX_OK;
}


/* NULL or of no length: the variable has no value */

static ngx_int_t
ngx_http_article_filter_set_word(ngx_http_variable_value_t *v,
    const char *word)
{
    if (word == NULL || *word == '\0') {
        v->not_found = 1;
        return NGX_OK;
    }

    ngx_http_article_filter_set_value(v, (u_char *) word, ngx_strlen(word));

    return NGX_OK;
}


ngx_str_t *
ngx_http_article_filter_status_word(ngx_uint_t status)
{
    return &ngx_http_article_filter_status_names[status];
}


af_stats_t *
ngx_http_article_filter_stats(ngx_http_article_filter_ctx_t *ctx)
{
    if (ctx->stream) {
        af_stream_stats(ctx->stream, &ctx->stats);
    }

    return &ctx->stats;
}


static ngx_int_t
ngx_http_article_filter_status_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t                      *name;
    ngx_http_article_filter_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_article_filter_module);

    name = ngx_http_article_filter_status_word(ctx ? ctx->status : 0);

    ngx_http_article_filter_set_value(v, name->data, name->len);

    return NGX_OK;
}


static ngx_int_t
ngx_http_article_filter_removed_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    uint64_t                        count;
    af_stats_t                     *stats;
    ngx_http_article_filter_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_article_filter_module);
    count = 0;

    if (ctx) {
        stats = ngx_http_article_filter_stats(ctx);

        count = (uint64_t) stats->removed + stats->unwrapped
                + stats->stripped + stats->duplicates;
    }

    return ngx_http_article_filter_set_number(r, v, count);
}


static ngx_int_t
ngx_http_article_filter_attribution_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    const char                     *word;
    ngx_http_article_filter_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_article_filter_module);

    word = ctx ? ngx_http_article_filter_stats(ctx)->attribution : NULL;

    return ngx_http_article_filter_set_word(v, word);
}


static ngx_int_t
ngx_http_article_filter_rules_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    u_char                              *p;
    ngx_http_article_filter_loc_conf_t  *alcf;

    alcf = ngx_http_get_module_loc_conf(r, ngx_http_article_filter_module);

    if (alcf->set == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, 16);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_hex_dump(p, alcf->set->digest, 8);

    ngx_http_article_filter_set_value(v, p, 16);

    return NGX_OK;
}


/* data is the offset of a count of bytes in the statistics */

static ngx_int_t
ngx_http_article_filter_bytes_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    uint64_t                        bytes;
    ngx_http_article_filter_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_article_filter_module);
    bytes = 0;

    if (ctx) {
        bytes = *(uint64_t *)
                 ((u_char *) ngx_http_article_filter_stats(ctx) + data);
    }

    return ngx_http_article_filter_set_number(r, v, bytes);
}


/* seconds, as of other times in logs, but to the microsecond */

static ngx_int_t
ngx_http_article_filter_time_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    u_char                         *p;
    uint64_t                        spent;
    ngx_http_article_filter_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_article_filter_module);
    spent = ctx ? ctx->spent / 1000 : 0;

    p = ngx_pnalloc(r->pool, NGX_INT64_LEN + sizeof(".000000"));
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_http_article_filter_set_value(v, p,
                                      ngx_sprintf(p, "%uL.%06uL",
                                                  spent / 1000000,
                                                  spent % 1000000)
                                      - p);

    return NGX_OK;
}


static ngx_int_t
ngx_http_article_filter_reason_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    const char                     *word;
    ngx_http_article_filter_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_article_filter_module);

    word = ctx ? ngx_http_article_filter_stats(ctx)->reason : NULL;

    return ngx_http_article_filter_set_word(v, word);
}


static ngx_int_t
ngx_http_article_filter_hits_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t                       hits;
    ngx_http_article_filter_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_article_filter_module);

    if (ctx == NULL || ctx->hits == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    hits = ngx_http_article_filter_hits(r, ctx);

    if (hits.data == NULL) {
        return NGX_ERROR;
    }

    ngx_http_article_filter_set_value(v, hits.data, hits.len);

    return NGX_OK;
}


/* for a policy that nginx.conf writes: what preview needs, and else nothing */

static ngx_int_t
ngx_http_article_filter_csp_hash_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    const char                     *hash;
    ngx_http_article_filter_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_article_filter_module);

    hash = (ctx && ctx->mode == NGX_HTTP_ARTICLE_FILTER_PREVIEW)
           ? af_preview_csp_hash() : "";

    ngx_http_article_filter_set_value(v, (u_char *) hash, ngx_strlen(hash));

    return NGX_OK;
}
