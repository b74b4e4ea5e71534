/*
 * The module: its directives and where it hooks in.
 *
 * The filters stand in the HTTP_AUX_FILTER slot, right after the copy filter:
 * static and dynamic builds then agree on the order, and what is found in
 * the body can still go out in a trailer.
 */

#include "ngx_http_article_filter_zone.h"


static ngx_int_t ngx_http_article_filter_init(ngx_conf_t *cf);


#define NGX_HTTP_ARTICLE_FILTER_LEVELS                                        \
    NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_HTTP_LIF_CONF


/* the rule line of article_X ARGS is "X ARGS": the verb is in the name */

#define ngx_http_article_filter_rule(name)                                    \
    { ngx_string(name),                                                       \
      NGX_HTTP_ARTICLE_FILTER_LEVELS|NGX_CONF_1MORE,                          \
      ngx_http_article_filter_set_rule,                                       \
      NGX_HTTP_LOC_CONF_OFFSET,                                               \
      0,                                                                      \
      NULL }


static ngx_conf_enum_t  ngx_http_article_filter_inherits[] = {
    { ngx_string("merge"), NGX_HTTP_ARTICLE_FILTER_INHERIT_MERGE },
    { ngx_string("replace"), NGX_HTTP_ARTICLE_FILTER_INHERIT_REPLACE },
    { ngx_string("off"), NGX_HTTP_ARTICLE_FILTER_INHERIT_OFF },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_http_article_filter_decodes[] = {
    { ngx_string("off"), NGX_HTTP_ARTICLE_FILTER_DECODE_OFF },
    { ngx_string("on"), NGX_HTTP_ARTICLE_FILTER_DECODE_ON },
    { ngx_string("identity"), NGX_HTTP_ARTICLE_FILTER_DECODE_IDENTITY },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_http_article_filter_answers[] = {
    { ngx_string("pass"), NGX_HTTP_ARTICLE_FILTER_ANSWER_PASS },
    { ngx_string("error"), NGX_HTTP_ARTICLE_FILTER_ANSWER_ERROR },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_http_article_filter_transforms[] = {
    { ngx_string("respect"), NGX_HTTP_ARTICLE_FILTER_TRANSFORM_RESPECT },
    { ngx_string("ignore"), NGX_HTTP_ARTICLE_FILTER_TRANSFORM_IGNORE },
    { ngx_null_string, 0 }
};


static ngx_command_t  ngx_http_article_filter_commands[] = {

    { ngx_string("article_filter"),
      NGX_HTTP_ARTICLE_FILTER_LEVELS|NGX_CONF_TAKE1,
      ngx_http_article_filter_set_mode,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("article_filter_types"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_types_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_article_filter_loc_conf_t, types_keys),
      &ngx_http_article_filter_default_types[0] },

    { ngx_string("article_preset"),
      NGX_HTTP_ARTICLE_FILTER_LEVELS|NGX_CONF_1MORE,
      ngx_http_article_filter_set_preset,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("article_rules"),
      NGX_HTTP_ARTICLE_FILTER_LEVELS|NGX_CONF_TAKE1,
      ngx_http_article_filter_set_file,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    ngx_http_article_filter_rule("article_remove"),
    ngx_http_article_filter_rule("article_unwrap"),
    ngx_http_article_filter_rule("article_keep"),
    ngx_http_article_filter_rule("article_strip"),
    ngx_http_article_filter_rule("article_dedupe"),
    ngx_http_article_filter_rule("article_protect"),
    ngx_http_article_filter_rule("article_attribution"),
    ngx_http_article_filter_rule("article_feed_remove"),
    ngx_http_article_filter_rule("article_feed_fields"),
    ngx_http_article_filter_rule("article_feed_add"),
    ngx_http_article_filter_rule("article_lift"),

    { ngx_string("article_site"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_set_complex_value_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_article_filter_loc_conf_t, site),
      NULL },

    { ngx_string("article_buffer"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_article_filter_loc_conf_t, buffer),
      NULL },

    { ngx_string("article_max_memory"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_article_filter_loc_conf_t, max_memory),
      NULL },

    { ngx_string("article_decode"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_article_filter_loc_conf_t, decode),
      &ngx_http_article_filter_decodes[0] },

    { ngx_string("article_inherit"),
      NGX_HTTP_ARTICLE_FILTER_LEVELS|NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_article_filter_loc_conf_t, inherit),
      &ngx_http_article_filter_inherits[0] },

    { ngx_string("article_unfilterable"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_article_filter_loc_conf_t, unfilterable),
      &ngx_http_article_filter_answers[0] },

    { ngx_string("article_no_transform"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_article_filter_loc_conf_t, transform),
      &ngx_http_article_filter_transforms[0] },

    { ngx_string("article_subrequests"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_article_filter_loc_conf_t, subrequests),
      NULL },

    { ngx_string("article_bypass"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_set_predicate_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_article_filter_loc_conf_t, bypass),
      NULL },

    { ngx_string("article_max_decoded"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_off_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_article_filter_loc_conf_t, max_decoded),
      NULL },

    { ngx_string("article_zone"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE12,
      ngx_http_article_filter_set_zone,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("article_status"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS|NGX_CONF_TAKE1,
      ngx_http_article_filter_set_status,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_article_filter_module_ctx = {
    ngx_http_article_filter_add_variables,     /* preconfiguration */
    ngx_http_article_filter_init,              /* postconfiguration */

    ngx_http_article_filter_create_main_conf,  /* create main conf */
    NULL,                                      /* init main conf */

    NULL,                                      /* create server conf */
    NULL,                                      /* merge server conf */

    ngx_http_article_filter_create_loc_conf,   /* create location conf */
    ngx_http_article_filter_merge_loc_conf     /* merge location conf */
};


ngx_module_t  ngx_http_article_filter_module = {
    NGX_MODULE_V1,
    &ngx_http_article_filter_module_ctx,       /* module context */
    ngx_http_article_filter_commands,          /* module directives */
    NGX_HTTP_MODULE,                           /* module type */
    NULL,                                      /* init master */
    NULL,                                      /* init module */
    NULL,                                      /* init process */
    NULL,                                      /* init thread */
    NULL,                                      /* exit thread */
    NULL,                                      /* exit process */
    NULL,                                      /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_http_article_filter_init(ngx_conf_t *cf)
{
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_PREACCESS_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_http_article_filter_preaccess;

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_LOG_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_http_article_filter_log_report;

    if (ngx_http_article_filter_init_sets(cf) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_http_article_filter_header_init();
    ngx_http_article_filter_body_init();

    return NGX_OK;
}
