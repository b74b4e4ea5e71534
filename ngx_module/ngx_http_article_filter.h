/*
 * What the files of the module share.
 *
 * A request has a context only if article_filter is not off for it.  The
 * context holds a stream while the body is filtered; everything that is
 * reported (status, counts) is kept after the stream has gone.
 *
 * The invariant of the body filter: when it returns, no byte that is held
 * lies in a buffer of somebody else.
 */

#ifndef _NGX_HTTP_ARTICLE_FILTER_H_INCLUDED_
#define _NGX_HTTP_ARTICLE_FILTER_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "article_filter.h"


typedef enum {
    NGX_HTTP_ARTICLE_FILTER_OFF = 0,
    NGX_HTTP_ARTICLE_FILTER_ON,
    NGX_HTTP_ARTICLE_FILTER_REPORT,
    NGX_HTTP_ARTICLE_FILTER_PREVIEW,
    NGX_HTTP_ARTICLE_FILTER_UNKNOWN
} ngx_http_article_filter_mode_e;


/* values of directives */

#define NGX_HTTP_ARTICLE_FILTER_INHERIT_MERGE      0
#define NGX_HTTP_ARTICLE_FILTER_INHERIT_REPLACE    1
#define NGX_HTTP_ARTICLE_FILTER_INHERIT_OFF        2

#define NGX_HTTP_ARTICLE_FILTER_DECODE_OFF         0
#define NGX_HTTP_ARTICLE_FILTER_DECODE_ON          1
#define NGX_HTTP_ARTICLE_FILTER_DECODE_IDENTITY    2

#define NGX_HTTP_ARTICLE_FILTER_ANSWER_PASS        0
#define NGX_HTTP_ARTICLE_FILTER_ANSWER_ERROR       1

#define NGX_HTTP_ARTICLE_FILTER_TRANSFORM_RESPECT  0
#define NGX_HTTP_ARTICLE_FILTER_TRANSFORM_IGNORE   1


/* in the order of the names in ngx_http_article_filter_variables.c */

typedef enum {
    NGX_HTTP_ARTICLE_FILTER_S_OFF = 0,
    NGX_HTTP_ARTICLE_FILTER_S_FILTERED,
    NGX_HTTP_ARTICLE_FILTER_S_UNCHANGED,
    NGX_HTTP_ARTICLE_FILTER_S_REPORT,
    NGX_HTTP_ARTICLE_FILTER_S_TYPE,
    NGX_HTTP_ARTICLE_FILTER_S_STATUS,
    NGX_HTTP_ARTICLE_FILTER_S_RANGE,
    NGX_HTTP_ARTICLE_FILTER_S_CODING,
    NGX_HTTP_ARTICLE_FILTER_S_NO_TRANSFORM,
    NGX_HTTP_ARTICLE_FILTER_S_CHARSET,
    NGX_HTTP_ARTICLE_FILTER_S_LIMIT,
    NGX_HTTP_ARTICLE_FILTER_S_ERROR,
    NGX_HTTP_ARTICLE_FILTER_S_SUBREQUEST,
    NGX_HTTP_ARTICLE_FILTER_S_EMPTY,
    NGX_HTTP_ARTICLE_FILTER_S_MALFORMED,
    NGX_HTTP_ARTICLE_FILTER_S_BYPASS,
    NGX_HTTP_ARTICLE_FILTER_STATUSES
} ngx_http_article_filter_status_e;


/* a piece of configuration that has rules: a line, a file or a preset */

typedef struct {
    ngx_str_t                          name;
    ngx_str_t                          text;
    ngx_uint_t                         line;
    time_t                             time;         /* of the file */
    unsigned                           preset:1;
} ngx_http_article_filter_source_t;


/* compiled rules, shared by all locations that have the same sources */

typedef struct {
    ngx_array_t                       *sources;
    ngx_array_t                       *variables;    /* of ngx_int_t */
    af_ruleset_t                      *rules;
    ngx_uint_t                         count;
    time_t                             time;         /* of the newest rule */
    u_char                             digest[16];
} ngx_http_article_filter_set_t;


/* what the status tells of a set */

typedef struct {
    ngx_uint_t                         count;
    time_t                             time;
    u_char                             digest[16];   /* as $article_rules */
} ngx_http_article_filter_sets_t;


typedef struct {
    ngx_array_t                        sets;
    ngx_array_t                        files;
    ngx_array_t                        rule_sets;
} ngx_http_article_filter_main_conf_t;


typedef struct {
    ngx_http_complex_value_t          *filter;
    ngx_http_complex_value_t          *site;
    ngx_array_t                       *sources;
    ngx_http_article_filter_set_t     *set;
    size_t                             buffer;
    size_t                             max_memory;
    off_t                              max_decoded;
    ngx_uint_t                         decode;
    ngx_uint_t                         inherit;
    ngx_uint_t                         unfilterable;
    ngx_uint_t                         transform;
    ngx_flag_t                         subrequests;
    ngx_array_t                       *bypass;
    ngx_hash_t                         types;
    ngx_array_t                       *types_keys;
    ngx_shm_zone_t                    *zone;
    ngx_shm_zone_t                    *status_zone;
    ngx_uint_t                         status;       /* a status page */
} ngx_http_article_filter_loc_conf_t;


/* memory for held and inserted bytes; freed with its last reference */

typedef struct {
    ngx_queue_t                        queue;
    ngx_uint_t                         refs;
    u_char                            *last;
    u_char                            *end;
    u_char                             start[1];
} ngx_http_article_filter_block_t;


typedef struct ngx_http_article_filter_held_s  ngx_http_article_filter_held_t;

struct ngx_http_article_filter_held_s {
    ngx_http_article_filter_block_t   *block;
    u_char                            *pos;
    u_char                            *last;
    ngx_http_article_filter_held_t    *next;
};


/* the buffer stands first: a chain link of ours leads to the whole */

typedef struct {
    ngx_buf_t                          buf;
    ngx_http_article_filter_block_t   *block;
} ngx_http_article_filter_piece_t;


typedef struct {
    ngx_http_request_t                *request;
    ngx_http_article_filter_set_t     *set;
    af_stream_t                       *stream;
    af_decoder_t                      *decoder;
    af_stats_t                         stats;
    ngx_uint_t                         allocated;

    ngx_chain_t                       *out;
    ngx_chain_t                      **last_out;
    ngx_chain_t                       *busy;
    ngx_chain_t                       *free;
    ngx_buf_t                         *newest;    /* the last of out */
    ngx_buf_t                         *gathered;  /* NULL: none; or its first */
    ngx_event_t                        leave;

    ngx_buf_t                         *buf;       /* the input buffer */
    ngx_buf_t                         *tail;      /* last piece of buf */

    /* the bytes that are looked at, in buf or decoded in a block of ours */

    u_char                            *pos;
    u_char                            *last;
    ngx_http_article_filter_block_t   *decoded;
    uint64_t                           pos_offset;
    uint64_t                           decided;
    uint64_t                           pushed;

    ngx_http_article_filter_held_t    *held;
    ngx_http_article_filter_held_t   **last_held;
    ngx_http_article_filter_held_t    *newest_held;
    ngx_http_article_filter_held_t    *free_held;
    ngx_http_article_filter_block_t   *block;
    ngx_queue_t                        blocks;

    ngx_http_article_filter_status_e   status;
    ngx_http_article_filter_mode_e     mode;

    /* what is counted */

    ngx_shm_zone_t                    *zone;
    uint64_t                           spent;        /* nanoseconds */
    ngx_array_t                       *hits;
    uint32_t                           hits_lost;
    uint32_t                           events[AF_LIMIT_HIT + 1];

    unsigned                           active:1;
    unsigned                           strict:1;     /* unfilterable: error */
    unsigned                           refused:1;    /* and it was */
    unsigned                           waits:1;      /* the header does */
    unsigned                           failed:1;
    unsigned                           flushed:1;    /* nothing new since */
    unsigned                           logged:1;
    unsigned                           feed:1;       /* by its type */
    unsigned                           malformed:1;  /* a part of a feed */
    unsigned                           cut:1;        /* nothing follows */
    unsigned                           ended:1;      /* all of it came */
} ngx_http_article_filter_ctx_t;


/* configuration */

void *ngx_http_article_filter_create_main_conf(ngx_conf_t *cf);
void *ngx_http_article_filter_create_loc_conf(ngx_conf_t *cf);
char *ngx_http_article_filter_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);
char *ngx_http_article_filter_set_mode(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_article_filter_set_rule(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_article_filter_set_preset(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_article_filter_set_file(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
ngx_http_article_filter_mode_e ngx_http_article_filter_mode(ngx_str_t *value);

/* rules */

ngx_http_article_filter_set_t *ngx_http_article_filter_get_set(ngx_conf_t *cf,
    ngx_array_t *sources);

/* the request's headers */

ngx_int_t ngx_http_article_filter_preaccess(ngx_http_request_t *r);

/* validators */

ngx_int_t ngx_http_article_filter_conditional(ngx_http_request_t *r,
    ngx_http_article_filter_set_t *set, ngx_http_article_filter_mode_e mode);
ngx_int_t ngx_http_article_filter_validators(ngx_http_request_t *r,
    ngx_http_article_filter_ctx_t *ctx);
ngx_uint_t ngx_http_article_filter_is_mapped(ngx_http_request_t *r);

/* whether a response is filtered, and how */

ngx_http_article_filter_mode_e ngx_http_article_filter_get_mode(
    ngx_http_request_t *r, ngx_http_article_filter_loc_conf_t *alcf);
ngx_http_article_filter_status_e ngx_http_article_filter_check(
    ngx_http_request_t *r, ngx_http_article_filter_loc_conf_t *alcf);
/* the header at place *n of a list's part, and on; NULL: there is no more */
ngx_table_elt_t *ngx_http_article_filter_next_header(ngx_list_part_t **part,
    ngx_uint_t *n);
ngx_uint_t ngx_http_article_filter_is_named(ngx_table_elt_t *h,
    const char *name); /* and not taken out */
ngx_uint_t ngx_http_article_filter_coding(ngx_http_request_t *r,
    ngx_str_t *coding);
ngx_int_t ngx_http_article_filter_options(ngx_http_request_t *r,
    ngx_http_article_filter_loc_conf_t *alcf, af_options_t *options);

/* filters */

void ngx_http_article_filter_header_init(void);
void ngx_http_article_filter_body_init(void);

ngx_int_t ngx_http_article_filter_stream_create(ngx_http_request_t *r,
    ngx_http_article_filter_ctx_t *ctx, af_options_t *options);
ngx_int_t ngx_http_article_filter_decoder_create(ngx_http_request_t *r,
    ngx_http_article_filter_ctx_t *ctx, ngx_str_t *coding, off_t limit);
void ngx_http_article_filter_decoder_close(
    ngx_http_article_filter_ctx_t *ctx);
void ngx_http_article_filter_stream_close(ngx_http_article_filter_ctx_t *ctx);

/* body */

ngx_int_t ngx_http_article_filter_body(ngx_http_request_t *r,
    ngx_chain_t *in);
ngx_int_t ngx_http_article_filter_feed(ngx_http_article_filter_ctx_t *ctx,
    u_char *pos, u_char *last);
ngx_int_t ngx_http_article_filter_send_header(ngx_http_request_t *r,
    ngx_http_article_filter_ctx_t *ctx);
ngx_int_t ngx_http_article_filter_refuse(ngx_http_request_t *r,
    ngx_http_article_filter_ctx_t *ctx);
ngx_int_t ngx_http_article_filter_cut(ngx_http_article_filter_ctx_t *ctx);

/* decoding */

ngx_int_t ngx_http_article_filter_decode(ngx_http_article_filter_ctx_t *ctx,
    ngx_uint_t last);

/* pieces */

ngx_int_t ngx_http_article_filter_move(ngx_http_article_filter_ctx_t *ctx,
    uint64_t to, ngx_uint_t keep);
ngx_http_article_filter_piece_t *ngx_http_article_filter_add_piece(
    ngx_http_article_filter_ctx_t *ctx);
void ngx_http_article_filter_free_piece(ngx_http_article_filter_ctx_t *ctx,
    ngx_chain_t *cl);
ngx_int_t ngx_http_article_filter_insert(ngx_http_article_filter_ctx_t *ctx,
    const u_char *data, size_t len);
ngx_int_t ngx_http_article_filter_hold(ngx_http_article_filter_ctx_t *ctx);
ngx_http_article_filter_block_t *ngx_http_article_filter_get_block(
    ngx_http_article_filter_ctx_t *ctx, size_t size);
void ngx_http_article_filter_release(ngx_http_article_filter_ctx_t *ctx,
    ngx_http_article_filter_block_t *block);

/* gathering */

ngx_uint_t ngx_http_article_filter_gathers(ngx_http_request_t *r,
    ngx_http_article_filter_ctx_t *ctx, ngx_chain_t *in);
ngx_int_t ngx_http_article_filter_gather(ngx_http_article_filter_ctx_t *ctx);
void ngx_http_article_filter_leave_soon(ngx_http_article_filter_ctx_t *ctx);
void ngx_http_article_filter_leave_later(ngx_http_article_filter_ctx_t *ctx);
void ngx_http_article_filter_leave_cancel(ngx_http_article_filter_ctx_t *ctx);

/* counts */

ngx_int_t ngx_http_article_filter_init_sets(ngx_conf_t *cf);
void ngx_http_article_filter_count_later(ngx_http_request_t *r,
    ngx_http_article_filter_ctx_t *ctx, ngx_shm_zone_t *zone);
void ngx_http_article_filter_count_event(ngx_http_article_filter_ctx_t *ctx,
    const af_event_t *event);
ngx_str_t ngx_http_article_filter_hits(ngx_http_request_t *r,
    ngx_http_article_filter_ctx_t *ctx);
ngx_int_t ngx_http_article_filter_log_report(ngx_http_request_t *r);
uint64_t ngx_http_article_filter_clock(void);

/* preview */

ngx_int_t ngx_http_article_filter_preview_headers(ngx_http_request_t *r,
    ngx_http_article_filter_ctx_t *ctx);

/* variables */

ngx_int_t ngx_http_article_filter_add_variables(ngx_conf_t *cf);
ngx_str_t *ngx_http_article_filter_status_word(ngx_uint_t status);
af_stats_t *ngx_http_article_filter_stats(ngx_http_article_filter_ctx_t *ctx);


extern ngx_module_t  ngx_http_article_filter_module;
extern ngx_str_t     ngx_http_article_filter_default_types[];


#endif /* _NGX_HTTP_ARTICLE_FILTER_H_INCLUDED_ */
