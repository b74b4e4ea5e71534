/*
 * A zone: counters of responses and rules in shared memory.
 *
 * A response is counted once, when its request goes, under the zone's lock.
 * On reload the memory is taken over as it is; rules are known by their file
 * and label, or by their text, so their counters go on.  What is kept of an
 * address is its path: arguments may be secrets.
 */

#include "ngx_http_article_filter_zone.h"
#include <ngx_md5.h>


static ngx_int_t ngx_http_article_filter_init_zone(ngx_shm_zone_t *shm_zone,
    void *data);
static void ngx_http_article_filter_count(void *data);
static void ngx_http_article_filter_count_response(
    ngx_http_article_filter_shm_t *shm, ngx_http_article_filter_ctx_t *ctx);
static void ngx_http_article_filter_count_rules(
    ngx_http_article_filter_zone_t *zone, ngx_http_article_filter_ctx_t *ctx);
static ngx_http_article_filter_rule_t *ngx_http_article_filter_get_rule(
    ngx_http_article_filter_zone_t *zone, af_ruleset_t *rules, uint32_t rule);
static ngx_http_article_filter_rule_t *ngx_http_article_filter_find_rule(
    ngx_http_article_filter_shm_t *shm, ngx_rbtree_key_t key, u_char *digest);
static ngx_http_article_filter_rule_t *ngx_http_article_filter_new_rule(
    ngx_http_article_filter_zone_t *zone);
static void ngx_http_article_filter_identify(af_ruleset_t *rules,
    uint32_t rule, u_char *digest);
static void ngx_http_article_filter_describe(
    ngx_http_article_filter_rule_t *node, af_ruleset_t *rules, uint32_t rule);
static void ngx_http_article_filter_count_slow(
    ngx_http_article_filter_shm_t *shm, ngx_http_article_filter_ctx_t *ctx);
static void ngx_http_article_filter_count_error(
    ngx_http_article_filter_shm_t *shm, ngx_http_article_filter_ctx_t *ctx);
static void ngx_http_article_filter_set_page(
    ngx_http_article_filter_page_t *page, ngx_http_article_filter_ctx_t *ctx,
    u_char *uri, size_t len);
static size_t ngx_http_article_filter_path(ngx_http_request_t *r,
    u_char *path);
static void ngx_http_article_filter_insert_rule(ngx_rbtree_node_t *temp,
    ngx_rbtree_node_t *node, ngx_rbtree_node_t *sentinel);
static int ngx_libc_cdecl ngx_http_article_filter_compare_rules(
    const void *one, const void *two);


/* upper bounds, in nanoseconds */

const uint64_t  ngx_http_article_filter_buckets[
                                         NGX_HTTP_ARTICLE_FILTER_BUCKETS] = {
    100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000, 25000000,
    50000000, 100000000, 250000000, 1000000000
};


char *
ngx_http_article_filter_set_zone(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_article_filter_loc_conf_t  *alcf = conf;

    ssize_t                          size;
    ngx_str_t                       *value;
    ngx_http_article_filter_zone_t  *zone;

    if (alcf->zone != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        alcf->zone = NULL;
        return NGX_CONF_OK;
    }

    size = 0;

    if (cf->args->nelts == 3) {
        size = ngx_parse_size(&value[2]);

        if (size == NGX_ERROR || size < (ssize_t) (8 * ngx_pagesize)) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid size \"%V\" of zone \"%V\", it must "
                               "be %uz bytes at least", &value[2], &value[1],
                               8 * ngx_pagesize);
            return NGX_CONF_ERROR;
        }
    }

    alcf->zone = ngx_shared_memory_add(cf, &value[1], (size_t) size,
                                       &ngx_http_article_filter_module);
    if (alcf->zone == NULL) {
        return NGX_CONF_ERROR;
    }

    if (alcf->zone->data) {
        return NGX_CONF_OK;
    }

    zone = ngx_pcalloc(cf->pool, sizeof(ngx_http_article_filter_zone_t));
    if (zone == NULL) {
        return NGX_CONF_ERROR;
    }

    alcf->zone->init = ngx_http_article_filter_init_zone;
    alcf->zone->data = zone;

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_article_filter_init_zone(ngx_shm_zone_t *shm_zone, void *data)
{
    ngx_http_article_filter_zone_t  *old = data;

    ngx_http_article_filter_shm_t   *shm;
    ngx_http_article_filter_zone_t  *zone;

    zone = shm_zone->data;

    if (old) {
        zone->shm = old->shm;
        zone->pool = old->pool;
        return NGX_OK;
    }

    zone->pool = (ngx_slab_pool_t *) shm_zone->shm.addr;

    if (shm_zone->shm.exists) {
        zone->shm = zone->pool->data;
        return NGX_OK;
    }

    shm = ngx_slab_calloc(zone->pool, sizeof(ngx_http_article_filter_shm_t));
    if (shm == NULL) {
        return NGX_ERROR;
    }

    ngx_rbtree_init(&shm->rbtree, &shm->sentinel,
                    ngx_http_article_filter_insert_rule);
    ngx_queue_init(&shm->queue);

    shm->start = ngx_time();

    zone->shm = shm;
    zone->pool->data = shm;

    /* a full zone is none of the log's business */

    zone->pool->log_nomem = 0;

    return NGX_OK;
}


/* without memory for that, it is not counted */

void
ngx_http_article_filter_count_later(ngx_http_request_t *r,
    ngx_http_article_filter_ctx_t *ctx, ngx_shm_zone_t *zone)
{
    ngx_pool_cleanup_t  *cln;

    if (zone == NULL) {
        return;
    }

    cln = ngx_pool_cleanup_add(r->pool, 0);
    if (cln == NULL) {
        return;
    }

    cln->handler = ngx_http_article_filter_count;
    cln->data = ctx;

    ctx->zone = zone;
}


static void
ngx_http_article_filter_count(void *data)
{
    ngx_http_article_filter_ctx_t  *ctx = data;

    ngx_http_article_filter_zone_t  *zone;

    zone = ctx->zone->data;

    ngx_shmtx_lock(&zone->pool->mutex);

    ngx_http_article_filter_count_response(zone->shm, ctx);
    ngx_http_article_filter_count_rules(zone, ctx);
    ngx_http_article_filter_count_slow(zone->shm, ctx);
    ngx_http_article_filter_count_error(zone->shm, ctx);

    ngx_shmtx_unlock(&zone->pool->mutex);
}


static void
ngx_http_article_filter_count_response(ngx_http_article_filter_shm_t *shm,
    ngx_http_article_filter_ctx_t *ctx)
{
    ngx_uint_t                         i;
    ngx_http_article_filter_totals_t  *totals;

    shm->statuses[ctx->status]++;

    if (ctx->stats.pushed == 0) {
        return;
    }

    totals = &shm->totals[ctx->mode != NGX_HTTP_ARTICLE_FILTER_ON];

    totals->responses++;
    totals->in += ctx->stats.pushed;
    totals->removed += ctx->stats.dropped;
    totals->inserted += ctx->stats.inserted;
    totals->spent += ctx->spent;

    for (i = 0; i < NGX_HTTP_ARTICLE_FILTER_EVENTS; i++) {
        totals->events[i] += ctx->events[i];
    }

    for (i = 0; i < NGX_HTTP_ARTICLE_FILTER_BUCKETS; i++) {
        if (ctx->spent <= ngx_http_article_filter_buckets[i]) {
            break;
        }
    }

    totals->buckets[i]++;

    shm->hold_peak = ngx_max(shm->hold_peak, ctx->stats.hold_peak);
    shm->memory_peak = ngx_max(shm->memory_peak, ctx->stats.memory_peak);
}


static void
ngx_http_article_filter_count_rules(ngx_http_article_filter_zone_t *zone,
    ngx_http_article_filter_ctx_t *ctx)
{
    ngx_uint_t                       i, dry;
    ngx_http_article_filter_hit_t   *hit;
    ngx_http_article_filter_rule_t  *node;

    zone->shm->uncounted += ctx->hits_lost;

    if (ctx->hits == NULL) {
        return;
    }

    dry = (ctx->mode != NGX_HTTP_ARTICLE_FILTER_ON);
    hit = ctx->hits->elts;

    for (i = 0; i < ctx->hits->nelts; i++) {
        node = ngx_http_article_filter_get_rule(zone, ctx->set->rules,
                                                hit[i].rule);
        if (node == NULL) {
            zone->shm->uncounted += hit[i].count;
            continue;
        }

        node->hits[dry] += hit[i].count;
        node->bytes[dry] += hit[i].bytes;
        node->last = ngx_time();

        ngx_queue_remove(&node->queue);
        ngx_queue_insert_head(&zone->shm->queue, &node->queue);
    }
}


static ngx_http_article_filter_rule_t *
ngx_http_article_filter_get_rule(ngx_http_article_filter_zone_t *zone,
    af_ruleset_t *rules, uint32_t rule)
{
    u_char                           digest[16];
    ngx_rbtree_key_t                 key;
    ngx_http_article_filter_rule_t  *node;

    ngx_http_article_filter_identify(rules, rule, digest);

    ngx_memcpy(&key, digest, sizeof(ngx_rbtree_key_t));

    node = ngx_http_article_filter_find_rule(zone->shm, key, digest);

    if (node == NULL) {
        node = ngx_http_article_filter_new_rule(zone);

        if (node == NULL) {
            return NULL;
        }

        node->node.key = key;
        ngx_memcpy(node->digest, digest, sizeof(digest));

        ngx_rbtree_insert(&zone->shm->rbtree, &node->node);
        ngx_queue_insert_head(&zone->shm->queue, &node->queue);
        zone->shm->rules++;
    }

    /* after a reload it may stand elsewhere, or a label means another text */

    ngx_http_article_filter_describe(node, rules, rule);

    return node;
}


static ngx_http_article_filter_rule_t *
ngx_http_article_filter_find_rule(ngx_http_article_filter_shm_t *shm,
    ngx_rbtree_key_t key, u_char *digest)
{
    ngx_int_t                        rc;
    ngx_rbtree_node_t               *node;
    ngx_http_article_filter_rule_t  *rule;

    node = shm->rbtree.root;

    while (node != &shm->sentinel) {

        if (key != node->key) {
            node = (key < node->key) ? node->left : node->right;
            continue;
        }

        rule = (ngx_http_article_filter_rule_t *) node;
        rc = ngx_memcmp(digest, rule->digest, sizeof(rule->digest));

        if (rc == 0) {
            return rule;
        }

        node = (rc < 0) ? node->left : node->right;
    }

    return NULL;
}


/* all nodes are of one size, so one that goes makes room for another */

static ngx_http_article_filter_rule_t *
ngx_http_article_filter_new_rule(ngx_http_article_filter_zone_t *zone)
{
    ngx_queue_t                     *q;
    ngx_http_article_filter_rule_t  *node;

    node = ngx_slab_calloc_locked(zone->pool,
                                  sizeof(ngx_http_article_filter_rule_t));

    if (node || ngx_queue_empty(&zone->shm->queue)) {
        return node;
    }

    q = ngx_queue_last(&zone->shm->queue);
    node = ngx_queue_data(q, ngx_http_article_filter_rule_t, queue);

    ngx_queue_remove(q);
    ngx_rbtree_delete(&zone->shm->rbtree, &node->node);

    zone->shm->rules--;
    zone->shm->evicted++;

    ngx_memzero(node, sizeof(ngx_http_article_filter_rule_t));

    return node;
}


static void
ngx_http_article_filter_identify(af_ruleset_t *rules, uint32_t rule,
    u_char *digest)
{
    uint32_t     line;
    ngx_md5_t    md5;
    const char  *label, *text;

    ngx_md5_init(&md5);

    label = af_ruleset_label(rules, rule);

    if (label) {
        text = af_ruleset_origin(rules, rule, &line);
        ngx_md5_update(&md5, text, ngx_strlen(text));
        ngx_md5_update(&md5, ":", 1);
        ngx_md5_update(&md5, label, ngx_strlen(label));

    } else {
        text = af_ruleset_text(rules, rule);
        ngx_md5_update(&md5, text, ngx_strlen(text));
    }

    ngx_md5_final(digest, &md5);
}


static void
ngx_http_article_filter_describe(ngx_http_article_filter_rule_t *node,
    af_ruleset_t *rules, uint32_t rule)
{
    u_char      *p, line[NGX_INT32_LEN + 1];
    size_t       len, room;
    uint32_t     number;
    const char  *text;

    text = af_ruleset_label(rules, rule);
    text = text ? text : "";

    node->label_len = ngx_min(ngx_strlen(text), sizeof(node->label));
    ngx_memcpy(node->label, text, node->label_len);

    text = af_ruleset_text(rules, rule);

    node->text_len = ngx_min(ngx_strlen(text), sizeof(node->text));
    ngx_memcpy(node->text, text, node->text_len);

    text = af_ruleset_origin(rules, rule, &number);
    p = ngx_sprintf(line, ":%uD", number);

    /* of a long path, the end tells more */

    room = sizeof(node->origin) - (p - line);
    len = ngx_strlen(text);

    if (len > room) {
        text += len - room;
        len = room;
    }

    ngx_memcpy(node->origin, text, len);
    ngx_memcpy(node->origin + len, line, p - line);
    node->origin_len = len + (p - line);
}


/* the slowest of the last hour, a path once */

static void
ngx_http_article_filter_count_slow(ngx_http_article_filter_shm_t *shm,
    ngx_http_article_filter_ctx_t *ctx)
{
    u_char                           path[NGX_HTTP_ARTICLE_FILTER_URI];
    size_t                           len;
    time_t                           old;
    ngx_uint_t                       i;
    ngx_http_article_filter_page_t  *page, *worst;

    if (ctx->stats.pushed == 0) {
        return;
    }

    old = ngx_time() - NGX_HTTP_ARTICLE_FILTER_SLOW_TIME;
    worst = &shm->slowest[0];
    len = ngx_http_article_filter_path(ctx->request, path);

    for (i = 0; i < NGX_HTTP_ARTICLE_FILTER_PAGES; i++) {
        page = &shm->slowest[i];

        if (page->time < old) {
            ngx_memzero(page, sizeof(ngx_http_article_filter_page_t));
        }

        if (page->uri_len == len && ngx_memcmp(page->uri, path, len) == 0) {
            worst = page;
            break;
        }

        if (page->spent < worst->spent) {
            worst = page;
        }
    }

    if (ctx->spent > worst->spent) {
        ngx_http_article_filter_set_page(worst, ctx, path, len);
    }
}


/* the last ones; the same thing again is counted */

static void
ngx_http_article_filter_count_error(ngx_http_article_filter_shm_t *shm,
    ngx_http_article_filter_ctx_t *ctx)
{
    u_char                           path[NGX_HTTP_ARTICLE_FILTER_URI];
    size_t                           len;
    ngx_uint_t                       i, count;
    ngx_http_article_filter_page_t  *page, *oldest;

    switch (ctx->status) {

    case NGX_HTTP_ARTICLE_FILTER_S_CODING:
    case NGX_HTTP_ARTICLE_FILTER_S_CHARSET:
    case NGX_HTTP_ARTICLE_FILTER_S_LIMIT:
    case NGX_HTTP_ARTICLE_FILTER_S_ERROR:
    case NGX_HTTP_ARTICLE_FILTER_S_MALFORMED:
        break;

    default:
        if (ctx->stats.limited == 0 && !ctx->malformed) {
            return;
        }
    }

    count = 1;
    oldest = &shm->errors[0];
    len = ngx_http_article_filter_path(ctx->request, path);

    for (i = 0; i < NGX_HTTP_ARTICLE_FILTER_PAGES; i++) {
        page = &shm->errors[i];

        if (page->status == (ngx_uint_t) ctx->status && page->uri_len == len
            && ngx_memcmp(page->uri, path, len) == 0)
        {
            oldest = page;
            count = page->count + 1;
            break;
        }

        if (page->time < oldest->time) {
            oldest = page;
        }
    }

    ngx_http_article_filter_set_page(oldest, ctx, path, len);

    oldest->count = count;
}


static void
ngx_http_article_filter_set_page(ngx_http_article_filter_page_t *page,
    ngx_http_article_filter_ctx_t *ctx, u_char *uri, size_t len)
{
    const char  *reason;

    page->time = ngx_time();
    page->spent = ctx->spent;
    page->bytes = ctx->stats.pushed;
    page->status = ctx->status;
    page->count = 1;

    ngx_memcpy(page->uri, uri, len);
    page->uri_len = len;

    reason = ctx->stats.reason ? ctx->stats.reason : "";

    if (*reason == '\0' && ctx->malformed) {
        reason = "ill-formed";
    }

    page->reason_len = ngx_min(ngx_strlen(reason), sizeof(page->reason));
    ngx_memcpy(page->reason, reason, page->reason_len);
}


/* host and path, as they would stand in an address: ASCII */

static size_t
ngx_http_article_filter_path(ngx_http_request_t *r, u_char *path)
{
    u_char  *p, *last, *s, *end;

    static u_char  hex[] = "0123456789ABCDEF";

    p = path;
    last = path + NGX_HTTP_ARTICLE_FILTER_URI;

    p = ngx_cpymem(p, r->headers_in.server.data,
                   ngx_min(r->headers_in.server.len,
                           NGX_HTTP_ARTICLE_FILTER_URI / 2));

    s = r->uri.data;
    end = s + r->uri.len;

    for ( /* void */ ; s < end && last - p >= 3; s++) {

        if (*s > 0x20 && *s < 0x7f && *s != '%') {
            *p++ = *s;
            continue;
        }

        *p++ = '%';
        *p++ = hex[*s >> 4];
        *p++ = hex[*s & 0xf];
    }

    return p - path;
}


static void
ngx_http_article_filter_insert_rule(ngx_rbtree_node_t *temp,
    ngx_rbtree_node_t *node, ngx_rbtree_node_t *sentinel)
{
    ngx_rbtree_node_t               **p;
    ngx_http_article_filter_rule_t   *one, *two;

    for ( ;; ) {

        if (node->key != temp->key) {
            p = (node->key < temp->key) ? &temp->left : &temp->right;

        } else {
            one = (ngx_http_article_filter_rule_t *) node;
            two = (ngx_http_article_filter_rule_t *) temp;

            p = (ngx_memcmp(one->digest, two->digest, sizeof(one->digest)) < 0)
                ? &temp->left : &temp->right;
        }

        if (*p == sentinel) {
            break;
        }

        temp = *p;
    }

    *p = node;
    node->parent = temp;
    node->left = sentinel;
    node->right = sentinel;
    ngx_rbt_red(node);
}


/* the sorting is done without the lock */

ngx_int_t
ngx_http_article_filter_view(ngx_pool_t *pool, ngx_shm_zone_t *shm_zone,
    ngx_http_article_filter_view_t *view)
{
    ngx_uint_t                       n;
    ngx_queue_t                     *q;
    ngx_http_article_filter_page_t  *page;
    ngx_http_article_filter_rule_t  *rule;
    ngx_http_article_filter_zone_t  *zone;

    zone = shm_zone->data;

    view->name = shm_zone->shm.name;
    view->size = shm_zone->shm.size;
    view->now = ngx_time();

    /* no allocation under the lock; what came since is not shown */

    n = zone->shm->rules;

    if (ngx_array_init(&view->rules, pool, n ? n : 1,
                       sizeof(ngx_http_article_filter_rule_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    rule = view->rules.elts;

    ngx_shmtx_lock(&zone->pool->mutex);

    view->shm = *zone->shm;
    view->free = zone->pool->pfree * ngx_pagesize;

    for (q = ngx_queue_head(&zone->shm->queue);
         q != ngx_queue_sentinel(&zone->shm->queue) && view->rules.nelts < n;
         q = ngx_queue_next(q))
    {
        rule[view->rules.nelts++] = *ngx_queue_data(q,
                                      ngx_http_article_filter_rule_t, queue);
    }

    ngx_shmtx_unlock(&zone->pool->mutex);

    for (n = 0; n < NGX_HTTP_ARTICLE_FILTER_PAGES; n++) {
        page = &view->shm.slowest[n];

        if (page->time < view->now - NGX_HTTP_ARTICLE_FILTER_SLOW_TIME) {
            ngx_memzero(page, sizeof(ngx_http_article_filter_page_t));
        }
    }

    if (view->rules.nelts > 1) {
        qsort(rule, view->rules.nelts, sizeof(ngx_http_article_filter_rule_t),
              ngx_http_article_filter_compare_rules);
    }

    return NGX_OK;
}


static int ngx_libc_cdecl
ngx_http_article_filter_compare_rules(const void *one, const void *two)
{
    const ngx_http_article_filter_rule_t  *a = one;
    const ngx_http_article_filter_rule_t  *b = two;

    uint64_t  x, y;

    x = a->hits[0] + a->hits[1];
    y = b->hits[0] + b->hits[1];

    if (x != y) {
        return (x > y) ? -1 : 1;
    }

    return ngx_memcmp(a->digest, b->digest, sizeof(a->digest));
}
