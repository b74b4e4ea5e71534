/*
 * The status in Prometheus' text format (exposition format 0.0.4).
 *
 * mode is "on" for what was done and "report" for what would have been (in
 * report and in preview).  A rule that was evicted from a full zone and
 * comes back begins at 0, which Prometheus takes for a restart.
 */

#include "ngx_http_article_filter_zone.h"


typedef struct {
    const char  *name;
    const char  *help;
    size_t       offset;
} ngx_http_article_filter_metric_t;


static void ngx_http_article_filter_metric(
    ngx_http_article_filter_text_t *text, const char *name, const char *type,
    const char *help);
static void ngx_http_article_filter_sample(
    ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view, const char *name);
static void ngx_http_article_filter_prometheus_totals(
    ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view);
static void ngx_http_article_filter_prometheus_events(
    ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view);
static void ngx_http_article_filter_prometheus_seconds(
    ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view);
static void ngx_http_article_filter_prometheus_rules(
    ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view, ngx_uint_t bytes);
static void ngx_http_article_filter_prometheus_zone(
    ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view);


static const char  *ngx_http_article_filter_modes[] = { "on", "report" };


static ngx_http_article_filter_metric_t  ngx_http_article_filter_metrics[] = {

    { "article_filter_looked_at_total", "Responses whose body was looked at.",
      offsetof(ngx_http_article_filter_totals_t, responses) },

    { "article_filter_in_bytes_total", "Bytes looked at, decoded.",
      offsetof(ngx_http_article_filter_totals_t, in) },

    { "article_filter_removed_bytes_total", "Bytes removed.",
      offsetof(ngx_http_article_filter_totals_t, removed) },

    { "article_filter_inserted_bytes_total", "Bytes inserted.",
      offsetof(ngx_http_article_filter_totals_t, inserted) },

    { NULL, NULL, 0 }
};


void
ngx_http_article_filter_status_prometheus(
    ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view)
{
    ngx_uint_t  i;

    ngx_http_article_filter_metric(text,
                                   "article_filter_responses_total",
                                   "counter",
                                   "Responses by what became of them.");

    for (i = 0; i < NGX_HTTP_ARTICLE_FILTER_STATUSES; i++) {
        ngx_http_article_filter_sample(text, view,
                                       "article_filter_responses_total");
        ngx_http_article_filter_put(text, ",status=\"%V\"} %uL\n",
                                    ngx_http_article_filter_status_word(i),
                                    view->shm.statuses[i]);
    }

    ngx_http_article_filter_prometheus_totals(text, view);
    ngx_http_article_filter_prometheus_events(text, view);
    ngx_http_article_filter_prometheus_seconds(text, view);
    ngx_http_article_filter_prometheus_rules(text, view, 0);
    ngx_http_article_filter_prometheus_rules(text, view, 1);
    ngx_http_article_filter_prometheus_zone(text, view);
}


static void
ngx_http_article_filter_metric(ngx_http_article_filter_text_t *text,
    const char *name, const char *type, const char *help)
{
    ngx_http_article_filter_put(text, "# HELP %s %s\n# TYPE %s %s\n", name,
                                help, name, type);
}


/* a sample begins with the zone; the caller adds labels and the value */

static void
ngx_http_article_filter_sample(ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view, const char *name)
{
    ngx_http_article_filter_put(text, "%s{zone=\"", name);
    ngx_http_article_filter_put_escaped(text, view->name.data,
                                        view->name.len);
    ngx_http_article_filter_put_string(text, "\"");
}


static void
ngx_http_article_filter_prometheus_totals(
    ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view)
{
    ngx_uint_t                         i;
    ngx_http_article_filter_metric_t  *m;

    for (m = ngx_http_article_filter_metrics; m->name; m++) {
        ngx_http_article_filter_metric(text, m->name, "counter",
                                       m->help);

        for (i = 0; i < 2; i++) {
            ngx_http_article_filter_sample(text, view, m->name);
            ngx_http_article_filter_put(text, ",mode=\"%s\"} %uL\n",
                                        ngx_http_article_filter_modes[i],
                                        *(uint64_t *)
                                        ((u_char *) &view->shm.totals[i]
                                         + m->offset));
        }
    }
}


static void
ngx_http_article_filter_prometheus_events(
    ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view)
{
    ngx_uint_t  i, n;

    ngx_http_article_filter_metric(text, "article_filter_events_total",
                                   "counter", "Elements, runs of text and "
                                   "notices, by what happened to them.");

    for (i = 0; i < 2; i++) {
        for (n = 0; n < NGX_HTTP_ARTICLE_FILTER_EVENTS; n++) {
            ngx_http_article_filter_sample(text, view,
                                           "article_filter_events_total");
            ngx_http_article_filter_put(text,
                                        ",mode=\"%s\",event=\"%s\"} %uL\n",
                                        ngx_http_article_filter_modes[i],
                                        ngx_http_article_filter_event_name(n),
                                        view->shm.totals[i].events[n]);
        }
    }
}


static void
ngx_http_article_filter_prometheus_seconds(
    ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view)
{
    uint64_t                           count;
    ngx_uint_t                         i, n;
    ngx_http_article_filter_totals_t  *totals;

    ngx_http_article_filter_metric(text, "article_filter_seconds",
                                   "histogram",
                                   "Time spent in the filter for a response.");

    for (i = 0; i < 2; i++) {
        totals = &view->shm.totals[i];
        count = 0;

        for (n = 0; n < NGX_HTTP_ARTICLE_FILTER_BUCKETS; n++) {
            count += totals->buckets[n];

            ngx_http_article_filter_sample(text, view,
                                           "article_filter_seconds_bucket");
            ngx_http_article_filter_put(text,
                                        ",mode=\"%s\",le=\"%.5f\"} %uL\n",
                                        ngx_http_article_filter_modes[i],
                                   (double) ngx_http_article_filter_buckets[n]
                                   / 1e9, count);
        }

        ngx_http_article_filter_sample(text, view,
                                       "article_filter_seconds_bucket");
        ngx_http_article_filter_put(text, ",mode=\"%s\",le=\"+Inf\"} %uL\n",
                                    ngx_http_article_filter_modes[i],
                                    totals->responses);
        ngx_http_article_filter_sample(text, view,
                                       "article_filter_seconds_sum");
        ngx_http_article_filter_put(text, ",mode=\"%s\"} %.9f\n",
                                    ngx_http_article_filter_modes[i],
                                    (double) totals->spent / 1e9);
        ngx_http_article_filter_sample(text, view,
                                       "article_filter_seconds_count");
        ngx_http_article_filter_put(text, ",mode=\"%s\"} %uL\n",
                                    ngx_http_article_filter_modes[i],
                                    totals->responses);
    }
}


/*
 * The id keeps two apart whose texts are cut to the same.  The place of a
 * rule is no label: its series would end with each line above it.
 */

static void
ngx_http_article_filter_prometheus_rules(
    ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view, ngx_uint_t bytes)
{
    u_char                           id[8];
    ngx_uint_t                       i, n;
    const char                      *name;
    ngx_http_article_filter_rule_t  *rule;

    name = bytes ? "article_filter_rule_bytes_total"
                 : "article_filter_rule_hits_total";

    ngx_http_article_filter_metric(text, name, "counter",
                                   bytes ? "Bytes that a rule is about."
                                         : "Hits of a rule.");

    rule = view->rules.elts;

    for (i = 0; i < view->rules.nelts; i++) {
        ngx_hex_dump(id, rule[i].digest, sizeof(id) / 2);

        for (n = 0; n < 2; n++) {

            if (rule[i].hits[n] == 0) {
                continue;
            }

            ngx_http_article_filter_sample(text, view, name);
            ngx_http_article_filter_put(text, ",mode=\"%s\",id=\"%*s\","
                                        "label=\"",
                                        ngx_http_article_filter_modes[n],
                                        sizeof(id), id);
            ngx_http_article_filter_put_escaped(text, rule[i].label,
                                                rule[i].label_len);
            ngx_http_article_filter_put_string(text, "\",rule=\"");
            ngx_http_article_filter_put_escaped(text, rule[i].text,
                                                rule[i].text_len);
            ngx_http_article_filter_put(text, "\"} %uL\n",
                                        bytes ? rule[i].bytes[n]
                                              : rule[i].hits[n]);
        }
    }
}


static void
ngx_http_article_filter_prometheus_zone(ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view)
{
    ngx_uint_t                       i;
    ngx_http_article_filter_sets_t  *set;

    struct {
        const char  *name;
        const char  *type;
        const char  *help;
        uint64_t     value;
    } single[] = {
        { "article_filter_rules_evicted_total", "counter",
          "Rules that made room for others in the full zone.",
          view->shm.evicted },
        { "article_filter_hits_uncounted_total", "counter",
          "Hits that no rule's counter has.", view->shm.uncounted },
        { "article_filter_zone_bytes", "gauge", "Size of the zone.",
          view->size },
        { "article_filter_zone_free_bytes", "gauge", "Free pages of the zone.",
          view->free },
        { "article_filter_hold_peak_bytes", "gauge",
          "Bytes held back of a response, at most.", view->shm.hold_peak },
        { "article_filter_memory_peak_bytes", "gauge",
          "Memory of the core for a response, at most.",
          view->shm.memory_peak },
        { "article_filter_start_time_seconds", "gauge",
          "When the zone began to count.", (uint64_t) view->shm.start }
    };

    for (i = 0; i < sizeof(single) / sizeof(single[0]); i++) {
        ngx_http_article_filter_metric(text, single[i].name,
                                       single[i].type, single[i].help);
        ngx_http_article_filter_sample(text, view, single[i].name);
        ngx_http_article_filter_put(text, "} %uL\n", single[i].value);
    }

    ngx_http_article_filter_metric(text, "article_filter_rules",
                                   "gauge", "Rules of a set, by its digest.");

    set = view->sets.elts;

    for (i = 0; i < view->sets.nelts; i++) {
        ngx_http_article_filter_sample(text, view, "article_filter_rules");
        ngx_http_article_filter_put(text, ",digest=\"%*s\"} %ui\n",
                                    sizeof(set[i].digest), set[i].digest,
                                    set[i].count);
    }
}
