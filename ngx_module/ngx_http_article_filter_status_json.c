/*
 * The status as JSON (RFC 8259): one object, counters as numbers, times as
 * RFC 3339 strings, durations in seconds.
 */

#include "ngx_http_article_filter_zone.h"


static void ngx_http_article_filter_json_totals(
    ngx_http_article_filter_text_t *text, const char *name,
    ngx_http_article_filter_totals_t *totals);
static void ngx_http_article_filter_json_rules(
    ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view);
static void ngx_http_article_filter_json_pages(
    ngx_http_article_filter_text_t *text, const char *name,
    ngx_http_article_filter_page_t *page);
static void ngx_http_article_filter_json_string(
    ngx_http_article_filter_text_t *text, const u_char *data, size_t len);


void
ngx_http_article_filter_status_json(ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view)
{
    ngx_uint_t                       i, n;
    ngx_http_article_filter_shm_t   *shm;
    ngx_http_article_filter_sets_t  *set;

    shm = &view->shm;

    ngx_http_article_filter_put(text, "{\"version\":1,\"zone\":");
    ngx_http_article_filter_json_string(text, view->name.data,
                                        view->name.len);
    ngx_http_article_filter_put(text, ",\"zone_bytes\":%uz,"
                                "\"zone_free_bytes\":%uz,\"now\":\"",
                                view->size, view->free);
    ngx_http_article_filter_put_time(text, view->now);
    ngx_http_article_filter_put(text, "\",\"since\":\"");
    ngx_http_article_filter_put_time(text, shm->start);
    ngx_http_article_filter_put(text, "\",\n\"responses\":{");

    for (i = 0, n = 0; i < NGX_HTTP_ARTICLE_FILTER_STATUSES; i++) {
        if (shm->statuses[i]) {
            ngx_http_article_filter_put(text, "%s\"%V\":%uL", n++ ? "," : "",
                                      ngx_http_article_filter_status_word(i),
                                      shm->statuses[i]);
        }
    }

    ngx_http_article_filter_put(text, "},\n");

    ngx_http_article_filter_json_totals(text, "done", &shm->totals[0]);
    ngx_http_article_filter_json_totals(text, "would", &shm->totals[1]);

    ngx_http_article_filter_put(text, "\"hold_peak_bytes\":%uL,"
                                "\"memory_peak_bytes\":%uL,\n\"rule_sets\":[",
                                shm->hold_peak, shm->memory_peak);

    set = view->sets.elts;

    for (i = 0; i < view->sets.nelts; i++) {
        ngx_http_article_filter_put(text, "%s{\"digest\":\"%*s\",\"rules\":%ui,"
                                    "\"newest\":\"", i ? ",\n" : "",
                                    sizeof(set[i].digest), set[i].digest,
                                    set[i].count);
        ngx_http_article_filter_put_time(text, set[i].time);
        ngx_http_article_filter_put(text, "\"}");
    }

    ngx_http_article_filter_put(text, "],\n\"rules_evicted\":%uL,"
                                "\"hits_uncounted\":%uL,\n",
                                shm->evicted, shm->uncounted);

    ngx_http_article_filter_json_rules(text, view);
    ngx_http_article_filter_json_pages(text, "slowest", shm->slowest);
    ngx_http_article_filter_put(text, ",\n");
    ngx_http_article_filter_json_pages(text, "errors", shm->errors);
    ngx_http_article_filter_put(text, "}\n");
}


static void
ngx_http_article_filter_json_totals(ngx_http_article_filter_text_t *text,
    const char *name, ngx_http_article_filter_totals_t *totals)
{
    ngx_uint_t  i;

    ngx_http_article_filter_put(text, "\"%s\":{\"responses\":%uL,"
                                "\"bytes_in\":%uL,\"bytes_out\":%uL,"
                                "\"bytes_removed\":%uL,"
                                "\"bytes_inserted\":%uL,\"seconds\":%.6f,"
                                "\"events\":{",
                                name, totals->responses, totals->in,
                                totals->in - totals->removed
                                + totals->inserted,
                                totals->removed, totals->inserted,
                                (double) totals->spent / 1e9);

    for (i = 0; i < NGX_HTTP_ARTICLE_FILTER_EVENTS; i++) {
        ngx_http_article_filter_put(text, "%s\"%s\":%uL", i ? "," : "",
                                    ngx_http_article_filter_event_name(i),
                                    totals->events[i]);
    }

    ngx_http_article_filter_put(text, "}},\n");
}


static void
ngx_http_article_filter_json_rules(ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view)
{
    ngx_uint_t                       i;
    ngx_http_article_filter_rule_t  *rule;

    ngx_http_article_filter_put(text, "\"rules\":[");

    rule = view->rules.elts;

    for (i = 0; i < view->rules.nelts; i++) {
        ngx_http_article_filter_put(text, "%s{\"rule\":", i ? ",\n" : "");
        ngx_http_article_filter_json_string(text, rule[i].text,
                                            rule[i].text_len);
        ngx_http_article_filter_put(text, ",\"label\":");
        ngx_http_article_filter_json_string(text, rule[i].label,
                                            rule[i].label_len);
        ngx_http_article_filter_put(text, ",\"origin\":");
        ngx_http_article_filter_json_string(text, rule[i].origin,
                                            rule[i].origin_len);
        ngx_http_article_filter_put(text, ",\"hits\":%uL,\"bytes\":%uL,"
                                    "\"would_hits\":%uL,\"would_bytes\":%uL,"
                                    "\"last\":\"",
                                    rule[i].hits[0], rule[i].bytes[0],
                                    rule[i].hits[1], rule[i].bytes[1]);
        ngx_http_article_filter_put_time(text, rule[i].last);
        ngx_http_article_filter_put(text, "\"}");
    }

    ngx_http_article_filter_put(text, "],\n");
}


static void
ngx_http_article_filter_json_pages(ngx_http_article_filter_text_t *text,
    const char *name, ngx_http_article_filter_page_t *page)
{
    ngx_uint_t  i, n;

    ngx_http_article_filter_put(text, "\"%s\":[", name);

    for (i = 0, n = 0; i < NGX_HTTP_ARTICLE_FILTER_PAGES; i++) {

        if (page[i].count == 0) {
            continue;
        }

        ngx_http_article_filter_put(text, "%s{\"page\":", n++ ? ",\n" : "");
        ngx_http_article_filter_json_string(text, page[i].uri,
                                            page[i].uri_len);
        ngx_http_article_filter_put(text, ",\"status\":\"%V\",\"reason\":",
                       ngx_http_article_filter_status_word(page[i].status));
        ngx_http_article_filter_json_string(text, page[i].reason,
                                            page[i].reason_len);
        ngx_http_article_filter_put(text, ",\"bytes\":%uL,\"seconds\":%.6f,"
                                    "\"count\":%ui,\"time\":\"",
                                    page[i].bytes, (double) page[i].spent
                                                   / 1e9,
                                    page[i].count);
        ngx_http_article_filter_put_time(text, page[i].time);
        ngx_http_article_filter_put(text, "\"}");
    }

    ngx_http_article_filter_put(text, "]");
}


static void
ngx_http_article_filter_json_string(ngx_http_article_filter_text_t *text,
    const u_char *data, size_t len)
{
    ngx_http_article_filter_put_string(text, "\"");
    ngx_http_article_filter_put_escaped(text, data, len);
    ngx_http_article_filter_put_string(text, "\"");
}
