/*
 * Configuration: rules are collected as sources (a line, a file, a preset),
 * add up from http over server to location, and are compiled when a location
 * that may filter is merged.
 *
 * A level that adds nothing shares its parent's list.  Sources live in the
 * temporary pool: they are of no use once the configuration is read.
 */

#include "ngx_http_article_filter.h"


static u_char *ngx_http_article_filter_copy_argument(u_char *p,
    ngx_str_t *value, ngx_uint_t quoted);
static ngx_int_t ngx_http_article_filter_add_source(ngx_conf_t *cf,
    ngx_http_article_filter_loc_conf_t *alcf,
    ngx_http_article_filter_source_t *source);
static char *ngx_http_article_filter_add_file(ngx_conf_t *cf,
    ngx_http_article_filter_loc_conf_t *alcf, ngx_str_t *name);
static ngx_int_t ngx_http_article_filter_read_file(ngx_conf_t *cf,
    ngx_http_article_filter_source_t *source);
static ngx_int_t ngx_http_article_filter_inherit_sources(ngx_conf_t *cf,
    ngx_http_article_filter_loc_conf_t *prev,
    ngx_http_article_filter_loc_conf_t *conf);


ngx_str_t  ngx_http_article_filter_default_types[] = {
    ngx_string("text/html"),
    ngx_string("application/xhtml+xml"),
    ngx_string("application/rss+xml"),
    ngx_string("application/atom+xml"),
    ngx_string("application/rdf+xml"),
    ngx_string("application/feed+json"),
    ngx_null_string
};


void *
ngx_http_article_filter_create_main_conf(ngx_conf_t *cf)
{
    ngx_http_article_filter_main_conf_t  *amcf;

    amcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_article_filter_main_conf_t));
    if (amcf == NULL) {
        return NULL;
    }

    if (ngx_array_init(&amcf->sets, cf->temp_pool, 4,
                       sizeof(ngx_http_article_filter_set_t *))
        != NGX_OK
        || ngx_array_init(&amcf->files, cf->temp_pool, 4,
                          sizeof(ngx_http_article_filter_source_t *))
           != NGX_OK)
    {
        return NULL;
    }

    return amcf;
}


void *
ngx_http_article_filter_create_loc_conf(ngx_conf_t *cf)
{
    ngx_http_article_filter_loc_conf_t  *conf;

    /*
     * set by ngx_pcalloc():
     *
     *     conf->sources = NULL;
     *     conf->set = NULL;
     *     conf->types = { NULL };
     *     conf->types_keys = NULL;
     *     conf->status_zone = NULL;
     *     conf->status = 0;
     *
     * complex values are NULL, or unset where nginx says so (1.21.4)
     */

    conf = ngx_pcalloc(cf->pool, sizeof(ngx_http_article_filter_loc_conf_t));
    if (conf == NULL) {
        return NULL;
    }

    conf->filter = NGX_CONF_UNSET_PTR;
    conf->site = NGX_CONF_UNSET_PTR;
    conf->buffer = NGX_CONF_UNSET_SIZE;
    conf->max_memory = NGX_CONF_UNSET_SIZE;
    conf->max_decoded = NGX_CONF_UNSET;
    conf->zone = NGX_CONF_UNSET_PTR;
    conf->decode = NGX_CONF_UNSET_UINT;
    conf->inherit = NGX_CONF_UNSET_UINT;
    conf->unfilterable = NGX_CONF_UNSET_UINT;
    conf->transform = NGX_CONF_UNSET_UINT;
    conf->subrequests = NGX_CONF_UNSET;
    conf->bypass = NGX_CONF_UNSET_PTR;

    return conf;
}


char *
ngx_http_article_filter_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child)
{
    ngx_http_article_filter_loc_conf_t  *prev = parent;
    ngx_http_article_filter_loc_conf_t  *conf = child;

    ngx_conf_merge_ptr_value(conf->filter, prev->filter, NULL);
    ngx_conf_merge_ptr_value(conf->site, prev->site, NULL);
    ngx_conf_merge_size_value(conf->buffer, prev->buffer, 256 * 1024);
    ngx_conf_merge_size_value(conf->max_memory, prev->max_memory,
                              1024 * 1024);
    ngx_conf_merge_off_value(conf->max_decoded, prev->max_decoded,
                             32 * 1024 * 1024);
    ngx_conf_merge_uint_value(conf->decode, prev->decode,
                              NGX_HTTP_ARTICLE_FILTER_DECODE_ON);
    ngx_conf_merge_uint_value(conf->inherit, prev->inherit,
                              NGX_HTTP_ARTICLE_FILTER_INHERIT_MERGE);
    ngx_conf_merge_uint_value(conf->unfilterable, prev->unfilterable,
                              NGX_HTTP_ARTICLE_FILTER_ANSWER_PASS);
    ngx_conf_merge_uint_value(conf->transform, prev->transform,
                              NGX_HTTP_ARTICLE_FILTER_TRANSFORM_RESPECT);
    ngx_conf_merge_value(conf->subrequests, prev->subrequests, 0);
    ngx_conf_merge_ptr_value(conf->bypass, prev->bypass, NULL);

    if (ngx_http_merge_types(cf, &conf->types_keys, &conf->types,
                             &prev->types_keys, &prev->types,
                             ngx_http_article_filter_default_types)
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    if (ngx_http_article_filter_inherit_sources(cf, prev, conf) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    ngx_conf_merge_ptr_value(conf->zone, prev->zone, NULL);

    if (conf->status) {

        if (conf->zone == NULL && conf->status_zone == NULL) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "\"article_status\" needs the name of a zone, or "
                          "an \"article_zone\" in its place");
            return NGX_CONF_ERROR;
        }

        /* the status is no page that is filtered, or counted */

        conf->filter = NULL;
    }

    if (conf->filter == NULL
        || (conf->filter->lengths == NULL
            && ngx_http_article_filter_mode(&conf->filter->value)
               == NGX_HTTP_ARTICLE_FILTER_OFF))
    {
        return NGX_CONF_OK;
    }

    if (conf->sources == NULL) {
        return NGX_CONF_OK;
    }

    if (conf->sources == prev->sources && prev->set) {
        conf->set = prev->set;
        return NGX_CONF_OK;
    }

    conf->set = ngx_http_article_filter_get_set(cf, conf->sources);

    return conf->set ? NGX_CONF_OK : NGX_CONF_ERROR;
}


ngx_http_article_filter_mode_e
ngx_http_article_filter_mode(ngx_str_t *value)
{
    ngx_uint_t        i;

    static ngx_str_t  names[] = {
        ngx_string("off"),
        ngx_string("on"),
        ngx_string("report"),
        ngx_string("preview")
    };

    for (i = 0; i < NGX_HTTP_ARTICLE_FILTER_UNKNOWN; i++) {
        if (value->len == names[i].len
            && ngx_strncmp(value->data, names[i].data, names[i].len) == 0)
        {
            return (ngx_http_article_filter_mode_e) i;
        }
    }

    return NGX_HTTP_ARTICLE_FILTER_UNKNOWN;
}


char *
ngx_http_article_filter_set_mode(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_article_filter_loc_conf_t  *alcf = conf;

    ngx_str_t                         *value;
    ngx_http_complex_value_t          *cv;
    ngx_http_compile_complex_value_t   ccv;

    if (alcf->filter != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    cv = ngx_pcalloc(cf->pool, sizeof(ngx_http_complex_value_t));
    if (cv == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(&ccv, sizeof(ngx_http_compile_complex_value_t));

    ccv.cf = cf;
    ccv.value = &value[1];
    ccv.complex_value = cv;

    if (ngx_http_compile_complex_value(&ccv) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (cv->lengths == NULL
        && ngx_http_article_filter_mode(&value[1])
           == NGX_HTTP_ARTICLE_FILTER_UNKNOWN)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value \"%V\" in \"%V\" directive, "
                           "it must be \"on\", \"off\", \"report\", "
                           "\"preview\" or have variables",
                           &value[1], &cmd->name);
        return NGX_CONF_ERROR;
    }

    alcf->filter = cv;

    return NGX_CONF_OK;
}


/*
 * "article_X ARGS" is the rule line "X ARGS".  nginx has taken the quotes
 * off, and a template needs them: the first argument of article_attribution
 * gets its own again.
 */

char *
ngx_http_article_filter_set_rule(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    u_char                            *p;
    size_t                             len;
    ngx_str_t                         *value;
    ngx_uint_t                         i, quote;
    ngx_http_article_filter_source_t  *source;

    value = cf->args->elts;

    /* a template stands in quotes: it may begin with an option's name */

    quote = (ngx_strcmp(cmd->name.data, "article_attribution") == 0)
                ? 1
                : (ngx_strcmp(cmd->name.data, "article_feed_add") == 0) ? 2 : 0;

    len = sizeof("\"\"") - 1;

    for (i = 0; i < cf->args->nelts; i++) {
        len += 2 * value[i].len + 1;
    }

    source = ngx_pcalloc(cf->temp_pool,
                         sizeof(ngx_http_article_filter_source_t));
    if (source == NULL) {
        return NGX_CONF_ERROR;
    }

    p = ngx_pnalloc(cf->temp_pool, len);
    if (p == NULL) {
        return NGX_CONF_ERROR;
    }

    source->name = cf->conf_file->file.name;
    source->line = cf->conf_file->line;
    source->time = ngx_file_mtime(&cf->conf_file->file.info);
    source->text.data = p;

    /* article_feed_remove is the verb feed-remove */

    for (i = sizeof("article_") - 1; i < value[0].len; i++) {
        *p++ = (value[0].data[i] == '_') ? '-' : value[0].data[i];
    }

    for (i = 1; i < cf->args->nelts; i++) {
        *p++ = ' ';

        if (i == quote) {
            *p++ = '"';
        }

        p = ngx_http_article_filter_copy_argument(p, &value[i],
                                                  i == quote);

        if (i == quote) {
            *p++ = '"';
        }
    }

    source->text.len = p - source->text.data;

    if (ngx_http_article_filter_add_source(cf, conf, source) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/*
 * A rule is one line.  In a pattern nginx has made line ends of "\n" and
 * "\r"; elsewhere an argument that goes over several lines has them.
 */

static u_char *
ngx_http_article_filter_copy_argument(u_char *p, ngx_str_t *value,
    ngx_uint_t quoted)
{
    u_char      *s, *end;
    ngx_uint_t   pattern;

    end = value->data + value->len;
    pattern = (value->len && value->data[0] == '/')
              || ngx_strnstr(value->data, "=/", value->len) != NULL;

    for (s = value->data; s < end; s++) {

        if ((*s == LF || *s == CR) && !pattern) {
            *p++ = ' ';
            continue;
        }

        if (*s == LF || *s == CR) {
            *p++ = '\\';
            *p++ = (*s == LF) ? 'n' : 'r';
            continue;
        }

        if (quoted && (*s == '"' || *s == '\\')) {
            *p++ = '\\';
        }

        *p++ = *s;
    }

    return p;
}


char *
ngx_http_article_filter_set_preset(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    size_t                             n;
    ngx_str_t                         *value;
    ngx_uint_t                         i;
    const char                        *name;
    ngx_http_article_filter_source_t  *source;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        for (n = 0; (name = af_preset_name(n, NULL)) != NULL; n++) {
            if (ngx_strcmp(value[i].data, name) == 0) {
                break;
            }
        }

        if (name == NULL) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "unknown article preset \"%V\"", &value[i]);
            return NGX_CONF_ERROR;
        }

        source = ngx_pcalloc(cf->temp_pool,
                             sizeof(ngx_http_article_filter_source_t));
        if (source == NULL) {
            return NGX_CONF_ERROR;
        }

        source->name = cf->conf_file->file.name;
        source->line = cf->conf_file->line;
        source->time = ngx_file_mtime(&cf->conf_file->file.info);
        source->text = value[i];
        source->preset = 1;

        if (ngx_http_article_filter_add_source(cf, conf, source) != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


char *
ngx_http_article_filter_set_file(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    char        *rv;
    ngx_int_t    n;
    ngx_str_t   *value, file, name;
    ngx_glob_t   gl;

    value = cf->args->elts;
    file = value[1];

    if (ngx_conf_full_name(cf->cycle, &file, 1) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (strpbrk((char *) file.data, "*?[") == NULL) {
        return ngx_http_article_filter_add_file(cf, conf, &file);
    }

    ngx_memzero(&gl, sizeof(ngx_glob_t));

    gl.pattern = file.data;
    gl.log = cf->log;
    gl.test = 1;

    if (ngx_open_glob(&gl) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_open_glob_n " \"%s\" failed", file.data);
        return NGX_CONF_ERROR;
    }

    rv = NGX_CONF_OK;

    while (rv == NGX_CONF_OK) {
        n = ngx_read_glob(&gl, &name);

        if (n != NGX_OK) {
            break;
        }

        /* the name belongs to the glob */

        file.len = name.len;
        file.data = ngx_pnalloc(cf->temp_pool, name.len + 1);
        if (file.data == NULL) {
            rv = NGX_CONF_ERROR;
            break;
        }

        ngx_memcpy(file.data, name.data, name.len);
        file.data[name.len] = '\0';

        rv = ngx_http_article_filter_add_file(cf, conf, &file);
    }

    ngx_close_glob(&gl);

    return rv;
}


static ngx_int_t
ngx_http_article_filter_add_source(ngx_conf_t *cf,
    ngx_http_article_filter_loc_conf_t *alcf,
    ngx_http_article_filter_source_t *source)
{
    ngx_http_article_filter_source_t  **sp;

    if (alcf->sources == NULL) {
        alcf->sources = ngx_array_create(cf->temp_pool, 4,
                                  sizeof(ngx_http_article_filter_source_t *));
        if (alcf->sources == NULL) {
            return NGX_ERROR;
        }
    }

    sp = ngx_array_push(alcf->sources);
    if (sp == NULL) {
        return NGX_ERROR;
    }

    *sp = source;

    return NGX_OK;
}


static char *
ngx_http_article_filter_add_file(ngx_conf_t *cf,
    ngx_http_article_filter_loc_conf_t *alcf, ngx_str_t *name)
{
    ngx_uint_t                             i;
    ngx_http_article_filter_source_t     **sp, *source;
    ngx_http_article_filter_main_conf_t   *amcf;

    amcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_article_filter_module);
    source = NULL;
    sp = amcf->files.elts;

    for (i = 0; i < amcf->files.nelts; i++) {
        if (sp[i]->name.len == name->len
            && ngx_strncmp(sp[i]->name.data, name->data, name->len) == 0)
        {
            source = sp[i];
            break;
        }
    }

    if (source == NULL) {
        source = ngx_pcalloc(cf->temp_pool,
                             sizeof(ngx_http_article_filter_source_t));
        if (source == NULL) {
            return NGX_CONF_ERROR;
        }

        source->name = *name;
        source->line = 1;

        if (ngx_http_article_filter_read_file(cf, source) != NGX_OK) {
            return NGX_CONF_ERROR;
        }

        sp = ngx_array_push(&amcf->files);
        if (sp == NULL) {
            return NGX_CONF_ERROR;
        }

        *sp = source;
    }

    if (ngx_http_article_filter_add_source(cf, alcf, source) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_article_filter_read_file(ngx_conf_t *cf,
    ngx_http_article_filter_source_t *source)
{
    size_t      size;
    ssize_t     n;
    ngx_int_t   rc;
    ngx_file_t  file;

    rc = NGX_ERROR;

    ngx_memzero(&file, sizeof(ngx_file_t));

    file.name = source->name;
    file.log = cf->log;

    file.fd = ngx_open_file(source->name.data, NGX_FILE_RDONLY, NGX_FILE_OPEN,
                            0);
    if (file.fd == NGX_INVALID_FILE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_open_file_n " \"%V\" failed", &source->name);
        return NGX_ERROR;
    }

    if (ngx_fd_info(file.fd, &file.info) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_fd_info_n " \"%V\" failed", &source->name);
        goto done;
    }

    if (!ngx_is_file(&file.info)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is not a file", &source->name);
        goto done;
    }

    size = (size_t) ngx_file_size(&file.info);

    source->text.data = ngx_pnalloc(cf->temp_pool, size + 1);
    if (source->text.data == NULL) {
        goto done;
    }

    n = size ? ngx_read_file(&file, source->text.data, size, 0) : 0;

    if (n == NGX_ERROR || (size_t) n != size) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" could not be read as a whole",
                           &source->name);
        goto done;
    }

    source->text.len = size;
    source->time = ngx_file_mtime(&file.info);
    rc = NGX_OK;

done:

    if (ngx_close_file(file.fd) == NGX_FILE_ERROR) {
        ngx_log_error(NGX_LOG_ALERT, cf->log, ngx_errno,
                      ngx_close_file_n " \"%V\" failed", &source->name);
    }

    return rc;
}


/* the rules of the level above, and those of this one */

static ngx_int_t
ngx_http_article_filter_inherit_sources(ngx_conf_t *cf,
    ngx_http_article_filter_loc_conf_t *prev,
    ngx_http_article_filter_loc_conf_t *conf)
{
    void         *p;
    ngx_array_t  *sources;

    if (prev->sources == NULL
        || conf->inherit == NGX_HTTP_ARTICLE_FILTER_INHERIT_OFF)
    {
        return NGX_OK;
    }

    if (conf->sources == NULL) {
        conf->sources = prev->sources;
        return NGX_OK;
    }

    if (conf->inherit == NGX_HTTP_ARTICLE_FILTER_INHERIT_REPLACE) {
        return NGX_OK;
    }

    sources = ngx_array_create(cf->temp_pool,
                               prev->sources->nelts + conf->sources->nelts,
                               sizeof(ngx_http_article_filter_source_t *));
    if (sources == NULL) {
        return NGX_ERROR;
    }

    p = ngx_array_push_n(sources,
                         prev->sources->nelts + conf->sources->nelts);
    if (p == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(p, prev->sources->elts,
                   prev->sources->nelts * prev->sources->size);
    ngx_memcpy(p, conf->sources->elts,
               conf->sources->nelts * conf->sources->size);

    conf->sources = sources;

    return NGX_OK;
}
