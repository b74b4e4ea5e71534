/*
 * Sources are compiled to a set, once for each distinct list of them.
 *
 * Messages tell the place of a rule as FILE:LINE:COLUMN, its line, and a
 * caret.  All wrong rules of a list are told, not just the first, up to a
 * number that a terminal shows: a list of thousands may have hundreds.
 */

#include "ngx_http_article_filter.h"


#define NGX_HTTP_ARTICLE_FILTER_MAX_TOLD  20


typedef struct {
    ngx_conf_t  *cf;
    ngx_uint_t   errors;      /* of the source at hand */
    ngx_uint_t   all_errors;
    ngx_uint_t   warnings;
    ngx_uint_t   skipped;
} ngx_http_article_filter_report_t;


static void ngx_http_article_filter_set_time(
    ngx_http_article_filter_set_t *set, ngx_array_t *sources);
static ngx_uint_t ngx_http_article_filter_same_sources(ngx_array_t *one,
    ngx_array_t *two);
static ngx_int_t ngx_http_article_filter_compile(ngx_conf_t *cf,
    ngx_http_article_filter_set_t *set);
static ngx_int_t ngx_http_article_filter_compile_sources(ngx_conf_t *cf,
    ngx_http_article_filter_set_t *set,
    ngx_http_article_filter_report_t *report);
static ngx_int_t ngx_http_article_filter_index_variables(ngx_conf_t *cf,
    ngx_http_article_filter_set_t *set);
static void ngx_http_article_filter_report(void *opaque,
    af_severity_t severity, const af_error_t *error);
static void ngx_http_article_filter_untold(ngx_conf_t *cf, ngx_uint_t level,
    ngx_uint_t number, const char *what);
static void ngx_http_article_filter_cleanup_rules(void *data);


ngx_http_article_filter_set_t *
ngx_http_article_filter_get_set(ngx_conf_t *cf, ngx_array_t *sources)
{
    ngx_uint_t                             i;
    ngx_http_article_filter_set_t        **sets, *set;
    ngx_http_article_filter_main_conf_t   *amcf;

    amcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_article_filter_module);
    sets = amcf->sets.elts;

    for (i = 0; i < amcf->sets.nelts; i++) {
        if (ngx_http_article_filter_same_sources(sets[i]->sources, sources)) {
            ngx_http_article_filter_set_time(sets[i], sources);
            return sets[i];
        }
    }

    set = ngx_pcalloc(cf->pool, sizeof(ngx_http_article_filter_set_t));
    if (set == NULL) {
        return NULL;
    }

    set->sources = sources;

    ngx_http_article_filter_set_time(set, sources);

    if (ngx_http_article_filter_compile(cf, set) != NGX_OK) {
        return NULL;
    }

    sets = ngx_array_push(&amcf->sets);
    if (sets == NULL) {
        return NULL;
    }

    *sets = set;

    return set;
}


static void
ngx_http_article_filter_set_time(ngx_http_article_filter_set_t *set,
    ngx_array_t *sources)
{
    ngx_uint_t                          i;
    ngx_http_article_filter_source_t  **source;

    source = sources->elts;

    for (i = 0; i < sources->nelts; i++) {
        set->time = ngx_max(set->time, source[i]->time);
    }
}


static ngx_uint_t
ngx_http_article_filter_same_sources(ngx_array_t *one, ngx_array_t *two)
{
    ngx_uint_t                          i;
    ngx_http_article_filter_source_t  **a, **b;

    if (one == two) {
        return 1;
    }

    if (one->nelts != two->nelts) {
        return 0;
    }

    a = one->elts;
    b = two->elts;

    for (i = 0; i < one->nelts; i++) {
        if (a[i] == b[i]) {
            continue;
        }

        if (a[i]->preset != b[i]->preset
            || a[i]->text.len != b[i]->text.len
            || ngx_memcmp(a[i]->text.data, b[i]->text.data, a[i]->text.len)
               != 0)
        {
            return 0;
        }
    }

    return 1;
}


static ngx_int_t
ngx_http_article_filter_compile(ngx_conf_t *cf,
    ngx_http_article_filter_set_t *set)
{
    ngx_int_t                          rc;
    ngx_conf_file_t                   *conf_file;
    ngx_pool_cleanup_t                *cln;
    ngx_http_article_filter_report_t   report;

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_http_article_filter_cleanup_rules;
    cln->data = set;

    /*
     * messages tell the place of the rule; nginx would add the place that
     * it has read up to, which is the end of the http block
     */

    conf_file = cf->conf_file;
    cf->conf_file = NULL;

    report.cf = cf;
    report.errors = 0;
    report.all_errors = 0;
    report.warnings = 0;
    report.skipped = 0;

    rc = ngx_http_article_filter_compile_sources(cf, set, &report);

    ngx_http_article_filter_untold(cf, NGX_LOG_EMERG, report.all_errors,
                                   "errors");
    ngx_http_article_filter_untold(cf, NGX_LOG_WARN, report.warnings,
                                   "warnings");

    if (report.skipped) {
        ngx_conf_log_error(NGX_LOG_NOTICE, cf, 0,
                           "article filter: %ui lines of filter lists "
                           "skipped, no stream can decide them",
                           report.skipped);
    }

    cf->conf_file = conf_file;

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    set->count = af_ruleset_count(set->rules);
    af_ruleset_digest(set->rules, set->digest);

    return ngx_http_article_filter_index_variables(cf, set);
}


static ngx_int_t
ngx_http_article_filter_compile_sources(ngx_conf_t *cf,
    ngx_http_article_filter_set_t *set,
    ngx_http_article_filter_report_t *report)
{
    ngx_str_t                          *text;
    af_error_t                          error;
    ngx_uint_t                          i, failed;
    af_status_t                         status;
    af_builder_t                       *builder;
    ngx_http_article_filter_source_t  **sources;

    builder = NULL;
    failed = 0;

    if (af_builder_create(NULL, &builder) != AF_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "article filter: no memory for rules");
        return NGX_ERROR;
    }

    af_builder_on_report(builder, ngx_http_article_filter_report, report);

    sources = set->sources->elts;

    for (i = 0; i < set->sources->nelts; i++) {
        ngx_memzero(&error, sizeof(af_error_t));
        report->errors = 0;
        text = &sources[i]->text;

        if (sources[i]->preset) {
            status = af_builder_add_preset(builder, (char *) text->data,
                                           &error);

        } else {
            status = af_builder_add_text(builder, (char *) text->data,
                                         text->len,
                                         (char *) sources[i]->name.data,
                                         (uint32_t) sources[i]->line, &error);
        }

        if (status == AF_OK) {
            continue;
        }

        /* all wrong lines of all sources are told before giving up */

        failed = 1;

        if (report->errors) {
            continue;
        }

        if (status == AF_SYNTAX || status == AF_NOT_FOUND) {
            ngx_http_article_filter_report(report, AF_ERROR, &error);
            continue;
        }

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "article filter: rules of \"%V\" could not be "
                           "added (%d)", &sources[i]->name, (int) status);
    }

    if (failed) {
        af_builder_destroy(builder);
        return NGX_ERROR;
    }

    ngx_memzero(&error, sizeof(af_error_t));
    report->errors = 0;

    status = af_builder_compile(builder, &set->rules, &error);

    if (status == AF_OK) {
        return NGX_OK;
    }

    set->rules = NULL;

    if (report->errors == 0 && status == AF_SYNTAX) {
        ngx_http_article_filter_report(report, AF_ERROR, &error);

    } else if (report->errors == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "article filter: rules could not be compiled (%d)",
                           (int) status);
    }

    return NGX_ERROR;
}


static ngx_int_t
ngx_http_article_filter_index_variables(ngx_conf_t *cf,
    ngx_http_article_filter_set_t *set)
{
    uint32_t     n;
    ngx_int_t   *index;
    ngx_str_t    name;
    const char  *s;

    set->variables = ngx_array_create(cf->pool, 1, sizeof(ngx_int_t));
    if (set->variables == NULL) {
        return NGX_ERROR;
    }

    for (n = 0; (s = af_ruleset_variable(set->rules, n)) != NULL; n++) {

        if (*s == '$') {
            s++;
        }

        /* the name stays with the variable, the set may go before it */

        name.len = ngx_strlen(s);
        name.data = ngx_pnalloc(cf->pool, name.len + 1);
        if (name.data == NULL) {
            return NGX_ERROR;
        }

        ngx_memcpy(name.data, s, name.len + 1);

        index = ngx_array_push(set->variables);
        if (index == NULL) {
            return NGX_ERROR;
        }

        /* an unknown one is an error of ngx_http_variables_init_vars() */

        *index = ngx_http_get_variable_index(cf, &name);
        if (*index == NGX_ERROR) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static void
ngx_http_article_filter_report(void *opaque, af_severity_t severity,
    const af_error_t *error)
{
    ngx_http_article_filter_report_t  *report = opaque;

    u_char      caret[sizeof(error->excerpt) + 1];
    ngx_uint_t  i, level, told;

    if (severity == AF_SKIPPED) {
        report->skipped++;
        return;
    }

    if (severity == AF_ERROR) {
        report->errors++;
        level = NGX_LOG_EMERG;
        told = ++report->all_errors;

    } else {
        level = NGX_LOG_WARN;
        told = ++report->warnings;
    }

    if (told > NGX_HTTP_ARTICLE_FILTER_MAX_TOLD) {
        return;
    }

    if (error->excerpt[0] == '\0') {
        ngx_conf_log_error(level, report->cf, 0, "%s:%uD:%uD: %s",
                           error->file, error->line, error->column,
                           error->message);
        return;
    }

    for (i = 0; i < error->caret && i < sizeof(error->excerpt) - 1; i++) {

        /* a tab stays one, so that the caret stands under its column */

        caret[i] = (error->excerpt[i] == '\t') ? '\t' : ' ';
    }

    caret[i++] = '^';
    caret[i] = '\0';

    ngx_conf_log_error(level, report->cf, 0, "%s:%uD:%uD: %s\n    %s\n    %s",
                       error->file, error->line, error->column,
                       error->message, error->excerpt, caret);
}


static void
ngx_http_article_filter_untold(ngx_conf_t *cf, ngx_uint_t level,
    ngx_uint_t number, const char *what)
{
    if (number > NGX_HTTP_ARTICLE_FILTER_MAX_TOLD) {
        ngx_conf_log_error(level, cf, 0,
                           "article filter: %ui more %s of these rules, "
                           "\"article-filter --check\" tells all",
                           number - NGX_HTTP_ARTICLE_FILTER_MAX_TOLD, what);
    }
}


/* sets lie in temporary memory; what the status tells of them stays */

ngx_int_t
ngx_http_article_filter_init_sets(ngx_conf_t *cf)
{
    ngx_uint_t                             i;
    ngx_http_article_filter_set_t        **sets;
    ngx_http_article_filter_sets_t        *told;
    ngx_http_article_filter_main_conf_t   *amcf;

    amcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_article_filter_module);
    sets = amcf->sets.elts;

    if (ngx_array_init(&amcf->rule_sets, cf->pool, amcf->sets.nelts + 1,
                       sizeof(ngx_http_article_filter_sets_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    told = amcf->rule_sets.elts;
    amcf->rule_sets.nelts = amcf->sets.nelts;

    for (i = 0; i < amcf->sets.nelts; i++) {
        told[i].count = sets[i]->count;
        told[i].time = sets[i]->time;
        ngx_hex_dump(told[i].digest, sets[i]->digest, 8);
    }

    return NGX_OK;
}


static void
ngx_http_article_filter_cleanup_rules(void *data)
{
    ngx_http_article_filter_set_t  *set = data;

    af_ruleset_destroy(set->rules);
    set->rules = NULL;
}
