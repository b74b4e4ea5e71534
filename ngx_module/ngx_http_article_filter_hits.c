/*
 * What the rules did to a response: counted event by event, told by
 * $article_hits, and in report mode by one line of the error log.
 *
 * Rules beyond a limit are counted together, so that a page cannot make the
 * list long.
 */

#include "ngx_http_article_filter_zone.h"


#define NGX_HTTP_ARTICLE_FILTER_HITS       64
#define NGX_HTTP_ARTICLE_FILTER_HITS_TEXT  1024


static const char  *ngx_http_article_filter_event_names[] = {
    "removed",
    "unwrapped",
    "stripped",
    "duplicate",
    "inserted",
    "repaired",
    "guarded",
    "refused",
    "no-date",
    "ill-formed",
    "limit"
};


const char *
ngx_http_article_filter_event_name(ngx_uint_t kind)
{
    return ngx_http_article_filter_event_names[kind];
}


void
ngx_http_article_filter_count_event(ngx_http_article_filter_ctx_t *ctx,
    const af_event_t *event)
{
    ngx_uint_t                      i;
    ngx_http_article_filter_hit_t  *hit;

    ctx->events[event->kind]++;

    /* what was not done, and who knows why, are no hits */

    if (event->rule == AF_NO_RULE || event->kind > AF_REPAIRED) {
        return;
    }

    if (ctx->hits == NULL) {
        ctx->hits = ngx_array_create(ctx->request->pool, 8,
                                     sizeof(ngx_http_article_filter_hit_t));
        if (ctx->hits == NULL) {
            ctx->hits_lost++;
            return;
        }
    }

    hit = ctx->hits->elts;

    for (i = 0; i < ctx->hits->nelts; i++) {
        if (hit[i].rule == event->rule) {
            hit[i].count++;
            hit[i].bytes += event->to_pos - event->from_pos;
            return;
        }
    }

    if (ctx->hits->nelts == NGX_HTTP_ARTICLE_FILTER_HITS) {
        ctx->hits_lost++;
        return;
    }

    hit = ngx_array_push(ctx->hits);
    if (hit == NULL) {
        ctx->hits_lost++;
        return;
    }

    hit->rule = event->rule;
    hit->count = 1;
    hit->bytes = event->to_pos - event->from_pos;
}


/*
 * LABEL=COUNT or FILE:LINE=COUNT, with a comma between; data NULL on
 * failure, an empty string where no rule was hit.
 */

ngx_str_t
ngx_http_article_filter_hits(ngx_http_request_t *r,
    ngx_http_article_filter_ctx_t *ctx)
{
    u_char                         *p, *last;
    uint32_t                        line;
    ngx_str_t                       text;
    ngx_uint_t                      i;
    const char                     *label, *file, *s;
    ngx_http_article_filter_hit_t  *hit;

    ngx_str_set(&text, "");

    if (ctx->hits == NULL) {
        return text;
    }

    text.data = ngx_pnalloc(r->pool, NGX_HTTP_ARTICLE_FILTER_HITS_TEXT);
    if (text.data == NULL) {
        return text;
    }

    p = text.data;
    last = p + NGX_HTTP_ARTICLE_FILTER_HITS_TEXT - sizeof(",+4294967295");
    hit = ctx->hits->elts;

    for (i = 0; i < ctx->hits->nelts; i++) {
        label = af_ruleset_label(ctx->set->rules, hit[i].rule);
        file = af_ruleset_origin(ctx->set->rules, hit[i].rule, &line);

        /* of a path, the name */

        s = strrchr(file, '/');
        file = s ? s + 1 : file;

        if ((size_t) (last - p)
            < ngx_strlen(label ? label : file) + 2 * NGX_INT32_LEN + 3)
        {
            break;
        }

        p = i ? ngx_cpymem(p, ",", 1) : p;
        p = label ? ngx_sprintf(p, "%s=%uD", label, hit[i].count)
                  : ngx_sprintf(p, "%s:%uD=%uD", file, line, hit[i].count);
    }

    /* the rest in one number */

    if (i < ctx->hits->nelts || ctx->hits_lost) {
        line = ctx->hits_lost;

        for ( /* void */ ; i < ctx->hits->nelts; i++) {
            line += hit[i].count;
        }

        p = ngx_sprintf(p, ",+%uD", line);
    }

    text.len = p - text.data;

    return text;
}


/* in the log phase, so that the line has the request in it */

ngx_int_t
ngx_http_article_filter_log_report(ngx_http_request_t *r)
{
    ngx_str_t                       hits;
    af_stats_t                     *stats;
    ngx_http_article_filter_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_article_filter_module);

    if (ctx == NULL || ctx->mode != NGX_HTTP_ARTICLE_FILTER_REPORT
        || r->connection->log->log_level < NGX_LOG_NOTICE)
    {
        return NGX_OK;
    }

    stats = ngx_http_article_filter_stats(ctx);

    if (stats->pushed == 0) {
        return NGX_OK;
    }

    hits = ngx_http_article_filter_hits(r, ctx);

    ngx_log_error(NGX_LOG_NOTICE, r->connection->log, 0,
                  "article filter: report: of %uL bytes %uL would be removed "
                  "and %uL inserted, notice: %s, rules: %V",
                  stats->pushed, stats->dropped, stats->inserted,
                  stats->attribution && *stats->attribution
                  ? stats->attribution : "-", &hits);

    return NGX_OK;
}


uint64_t
ngx_http_article_filter_clock(void)
{
    struct timespec  now;

    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) {
        return 0;
    }

    return (uint64_t) now.tv_sec * 1000000000 + (uint64_t) now.tv_nsec;
}
