/*
 * What is counted in shared memory, and what shows it.
 *
 * A zone is fixed in size: totals, a few pages, and a node of one size for
 * each rule that was hit.  Where no node is left, the rule that was hit
 * longest ago makes room, so a full zone loses detail and never a total.
 */

#ifndef _NGX_HTTP_ARTICLE_FILTER_ZONE_H_INCLUDED_
#define _NGX_HTTP_ARTICLE_FILTER_ZONE_H_INCLUDED_


#include "ngx_http_article_filter.h"


#define NGX_HTTP_ARTICLE_FILTER_EVENTS     (AF_LIMIT_HIT + 1)
#define NGX_HTTP_ARTICLE_FILTER_BUCKETS    12
#define NGX_HTTP_ARTICLE_FILTER_PAGES      10
#define NGX_HTTP_ARTICLE_FILTER_URI        256
#define NGX_HTTP_ARTICLE_FILTER_ORIGIN     112
#define NGX_HTTP_ARTICLE_FILTER_RULE       176
#define NGX_HTTP_ARTICLE_FILTER_LABEL      48
#define NGX_HTTP_ARTICLE_FILTER_WORD       32

/* pages are among the slowest for so long */

#define NGX_HTTP_ARTICLE_FILTER_SLOW_TIME  3600


/* of a response: a rule, and what it did */

typedef struct {
    uint32_t                          rule;
    uint32_t                          count;
    uint64_t                          bytes;
} ngx_http_article_filter_hit_t;


/* what was done, or what would have been */

typedef struct {
    uint64_t                          responses;
    uint64_t                          in;
    uint64_t                          removed;
    uint64_t                          inserted;
    uint64_t                          spent;         /* nanoseconds */
    uint64_t                          events[NGX_HTTP_ARTICLE_FILTER_EVENTS];
    uint64_t                          buckets[NGX_HTTP_ARTICLE_FILTER_BUCKETS
                                              + 1];
} ngx_http_article_filter_totals_t;


typedef struct {
    time_t                            time;
    uint64_t                          spent;
    uint64_t                          bytes;
    ngx_uint_t                        status;
    ngx_uint_t                        count;
    size_t                            uri_len;
    size_t                            reason_len;
    u_char                            uri[NGX_HTTP_ARTICLE_FILTER_URI];
    u_char                            reason[NGX_HTTP_ARTICLE_FILTER_WORD];
} ngx_http_article_filter_page_t;


typedef struct {
    ngx_rbtree_node_t                 node;
    ngx_queue_t                       queue;
    u_char                            digest[16];
    uint64_t                          hits[2];
    uint64_t                          bytes[2];
    time_t                            last;
    size_t                            label_len;
    size_t                            origin_len;
    size_t                            text_len;
    u_char                            label[NGX_HTTP_ARTICLE_FILTER_LABEL];
    u_char                            origin[NGX_HTTP_ARTICLE_FILTER_ORIGIN];
    u_char                            text[NGX_HTTP_ARTICLE_FILTER_RULE];
} ngx_http_article_filter_rule_t;


typedef struct {
    ngx_rbtree_t                      rbtree;
    ngx_rbtree_node_t                 sentinel;
    ngx_queue_t                       queue;         /* newest hit first */

    time_t                            start;
    ngx_uint_t                        rules;
    uint64_t                          evicted;
    uint64_t                          uncounted;     /* hits without a node */

    uint64_t                          statuses[
                                             NGX_HTTP_ARTICLE_FILTER_STATUSES];
    ngx_http_article_filter_totals_t  totals[2];     /* done, would be */
    uint64_t                          hold_peak;
    uint64_t                          memory_peak;

    ngx_http_article_filter_page_t    slowest[NGX_HTTP_ARTICLE_FILTER_PAGES];
    ngx_http_article_filter_page_t    errors[NGX_HTTP_ARTICLE_FILTER_PAGES];
} ngx_http_article_filter_shm_t;


typedef struct {
    ngx_http_article_filter_shm_t    *shm;
    ngx_slab_pool_t                  *pool;
} ngx_http_article_filter_zone_t;


/* a copy of a zone, to be shown */

typedef struct {
    ngx_str_t                         name;
    size_t                            size;
    size_t                            free;
    time_t                            now;
    ngx_http_article_filter_shm_t     shm;
    ngx_array_t                       sets;      /* of the configuration */
    ngx_array_t                       rules;     /* most hits first */
} ngx_http_article_filter_view_t;


typedef enum {
    NGX_HTTP_ARTICLE_FILTER_HTML = 0,
    NGX_HTTP_ARTICLE_FILTER_JSON,
    NGX_HTTP_ARTICLE_FILTER_PROMETHEUS
} ngx_http_article_filter_format_e;


/* text into buffers; a failure is remembered and told at the end */

typedef struct {
    ngx_pool_t                        *pool;
    ngx_chain_t                       *out;
    ngx_chain_t                      **last;
    ngx_buf_t                         *buf;
    off_t                              size;
    ngx_http_article_filter_format_e   format;
    unsigned                           failed:1;
} ngx_http_article_filter_text_t;


/* a zone */

char *ngx_http_article_filter_set_zone(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
ngx_int_t ngx_http_article_filter_view(ngx_pool_t *pool,
    ngx_shm_zone_t *shm_zone, ngx_http_article_filter_view_t *view);
extern const uint64_t  ngx_http_article_filter_buckets[
                                             NGX_HTTP_ARTICLE_FILTER_BUCKETS];

/* the status page */

char *ngx_http_article_filter_set_status(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

void ngx_http_article_filter_put(ngx_http_article_filter_text_t *text,
    const char *fmt, ...);
void ngx_http_article_filter_put_string(ngx_http_article_filter_text_t *text,
    const char *s);
void ngx_http_article_filter_put_escaped(ngx_http_article_filter_text_t *text,
    const u_char *data, size_t len);
void ngx_http_article_filter_put_time(ngx_http_article_filter_text_t *text,
    time_t time);

void ngx_http_article_filter_status_html(ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view);
void ngx_http_article_filter_status_json(ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view);
void ngx_http_article_filter_status_prometheus(
    ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view);

extern const char  ngx_http_article_filter_status_policy[];

ngx_int_t ngx_http_article_filter_add_header(ngx_http_request_t *r,
    const char *name, const char *value);

/* names */

const char *ngx_http_article_filter_event_name(ngx_uint_t kind);


#endif /* _NGX_HTTP_ARTICLE_FILTER_ZONE_H_INCLUDED_ */
