/*
 * The status as a page for people: one file, no script, readable on a phone
 * and in the dark.
 *
 * The policy lets the one style element through by its hash; a test compares
 * them.  Numbers that a row is about stand right, long rules wrap.
 */

#include "ngx_http_article_filter_zone.h"


#define NGX_HTTP_ARTICLE_FILTER_ROWS  100


static void ngx_http_article_filter_html_head(
    ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view);
static void ngx_http_article_filter_html_facts(
    ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view);
static void ngx_http_article_filter_html_fact(
    ngx_http_article_filter_text_t *text, const char *name);
static void ngx_http_article_filter_html_statuses(
    ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view);
static void ngx_http_article_filter_html_events(
    ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view);
static void ngx_http_article_filter_html_rules(
    ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view);
static void ngx_http_article_filter_html_rule(
    ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_rule_t *rule);
static void ngx_http_article_filter_html_pages(
    ngx_http_article_filter_text_t *text, const char *title,
    const char *none, ngx_http_article_filter_page_t *pages);
static void ngx_http_article_filter_html_sets(
    ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view);
static void ngx_http_article_filter_html_bytes(
    ngx_http_article_filter_text_t *text, uint64_t bytes);
static void ngx_http_article_filter_html_spent(
    ngx_http_article_filter_text_t *text, uint64_t spent);
static int ngx_libc_cdecl ngx_http_article_filter_compare_slow(
    const void *one, const void *two);
static int ngx_libc_cdecl ngx_http_article_filter_compare_late(
    const void *one, const void *two);


const char  ngx_http_article_filter_status_policy[] =
    "default-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; style-src "
    "'sha256-taJH2iq2MsorK/p3XwoY09aCdRTg+dKOrMFMJoflsZw='";


static const char  ngx_http_article_filter_style[] =
    ":root{color-scheme:light dark;--back:#fff;--text:#1b1f24;--soft:"
    "#5b6570;--line:#d8dee4;--bar:#0969da}"
    "@media(prefers-color-scheme:dark){:root{--back:#0d1117;--text:"
    "#e6edf3;--soft:#9aa4af;--line:#30363d;--bar:#58a6ff}}"
    "body{background:var(--back);color:var(--text);font:"
    "16px/1.45 system-ui,sans-serif;max-width:64rem;margin:0 auto;"
    "padding:1rem}"
    "h1{font-size:1.4rem;margin:0}"
    "h2{font-size:1.1rem;margin:2rem 0 .5rem}"
    "p{margin:.4rem 0}"
    "a{color:var(--bar)}"
    "small,th,.soft{color:var(--soft)}"
    "section{overflow-x:auto}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;padding:.35rem .8rem .35rem 0;border-bottom:"
    "1px solid var(--line);vertical-align:top;font-weight:400}"
    "td.n,th.n{text-align:right;white-space:nowrap;font-variant-numeric:"
    "tabular-nums}"
    "td.t{overflow-wrap:anywhere;min-width:11rem}"
    "code{font:.875em/1.4 ui-monospace,monospace;overflow-wrap:anywhere}"
    "small{display:block}"
    "meter{width:100%;min-width:3rem;height:.5rem}"
    "dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(9rem,"
    "1fr));gap:.5rem 1rem;margin:1rem 0}"
    "dl div{border-top:3px solid var(--bar);padding-top:.3rem}"
    "dt{color:var(--soft);font-size:.875rem}"
    "dd{margin:0;font-size:1.25rem;font-variant-numeric:tabular-nums}"
    "b{font-weight:600}@media(max-width:36rem){.r tr{display:grid;"
    "grid-template-columns:repeat(3,1fr);border-bottom:"
    "1px solid var(--line)}.r th,.r td{border:0}.r tr>:first-child{"
    "grid-column:1/-1;padding-bottom:0}}";


void
ngx_http_article_filter_status_html(ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view)
{
    ngx_qsort(view->shm.slowest, NGX_HTTP_ARTICLE_FILTER_PAGES,
              sizeof(ngx_http_article_filter_page_t),
              ngx_http_article_filter_compare_slow);

    ngx_qsort(view->shm.errors, NGX_HTTP_ARTICLE_FILTER_PAGES,
              sizeof(ngx_http_article_filter_page_t),
              ngx_http_article_filter_compare_late);

    ngx_http_article_filter_html_head(text, view);
    ngx_http_article_filter_html_facts(text, view);
    ngx_http_article_filter_html_rules(text, view);
    ngx_http_article_filter_html_statuses(text, view);
    ngx_http_article_filter_html_events(text, view);
    ngx_http_article_filter_html_pages(text, "Slowest in the last hour",
                                       "No page was looked at.",
                                       view->shm.slowest);
    ngx_http_article_filter_html_pages(text, "Last that were not filtered "
                                       "as a whole", "None.",
                                       view->shm.errors);
    ngx_http_article_filter_html_sets(text, view);

    ngx_http_article_filter_put_string(text, "</main>\n</html>\n");
}


static void
ngx_http_article_filter_html_head(ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view)
{
    ngx_http_article_filter_put_string(text, "<!DOCTYPE html>\n"
        "<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width\">\n"
        "<meta name=\"robots\" content=\"noindex\">\n<title>");
    ngx_http_article_filter_put_escaped(text, view->name.data,
                                        view->name.len);
    ngx_http_article_filter_put_string(text, " - article-filter</title>\n"
                                             "<style>");
    ngx_http_article_filter_put_string(text, ngx_http_article_filter_style);
    ngx_http_article_filter_put_string(text, "</style>\n</head>\n<body>\n"
                                       "<main>\n<h1>article-filter: ");
    ngx_http_article_filter_put_escaped(text, view->name.data,
                                        view->name.len);
    ngx_http_article_filter_put_string(text, "</h1>\n<p class=\"soft\">");
    ngx_http_article_filter_put_time(text, view->now);
    ngx_http_article_filter_put_string(text, ", counted since ");
    ngx_http_article_filter_put_time(text, view->shm.start);
    ngx_http_article_filter_put_string(text, ". Also as <a href=\"?format="
                                       "json\">JSON</a> and <a href=\"?format"
                                       "=prometheus\">Prometheus text</a>."
                                       "</p>\n");
}


static void
ngx_http_article_filter_html_facts(ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view)
{
    uint64_t                           count;
    ngx_uint_t                         i;
    ngx_http_article_filter_shm_t     *shm;
    ngx_http_article_filter_totals_t  *done, *would;

    shm = &view->shm;
    done = &shm->totals[0];
    would = &shm->totals[1];
    count = 0;

    for (i = 0; i < NGX_HTTP_ARTICLE_FILTER_STATUSES; i++) {
        count += shm->statuses[i];
    }

    ngx_http_article_filter_put_string(text, "<dl>\n");
    ngx_http_article_filter_html_fact(text, "Responses");
    ngx_http_article_filter_put(text, "%uL", count);
    ngx_http_article_filter_html_fact(text, "Looked at");
    ngx_http_article_filter_put(text, "%uL", done->responses
                                             + would->responses);
    ngx_http_article_filter_html_fact(text, "Removed");
    ngx_http_article_filter_html_bytes(text, done->removed);
    ngx_http_article_filter_html_fact(text, "Inserted");
    ngx_http_article_filter_html_bytes(text, done->inserted);

    if (would->responses) {
        ngx_http_article_filter_html_fact(text, "Would be removed");
        ngx_http_article_filter_html_bytes(text, would->removed);
    }

    ngx_http_article_filter_html_fact(text, "Time for a response");
    count = done->responses + would->responses;
    ngx_http_article_filter_html_spent(text, count
                                             ? (done->spent + would->spent)
                                               / count : 0);
    ngx_http_article_filter_html_fact(text, "Held, at most");
    ngx_http_article_filter_html_bytes(text, shm->hold_peak);
    ngx_http_article_filter_html_fact(text, "Memory, at most");
    ngx_http_article_filter_html_bytes(text, shm->memory_peak);
    ngx_http_article_filter_put_string(text, "</dd></div>\n</dl>\n");
}


/* the first stands after <dl> */

static void
ngx_http_article_filter_html_fact(ngx_http_article_filter_text_t *text,
    const char *name)
{
    ngx_http_article_filter_put(text, "%s<div><dt>%s</dt><dd>",
                                ngx_strcmp(name, "Responses") ? "</dd></div>\n"
                                                              : "",
                                name);
}


static void
ngx_http_article_filter_html_statuses(ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view)
{
    uint64_t    *statuses, most;
    ngx_uint_t   i;

    statuses = view->shm.statuses;
    most = 1;

    for (i = 0; i < NGX_HTTP_ARTICLE_FILTER_STATUSES; i++) {
        most = ngx_max(most, statuses[i]);
    }

    ngx_http_article_filter_put_string(text, "<section>\n<h2>Responses by "
                                       "status</h2>\n<table>\n");

    for (i = 0; i < NGX_HTTP_ARTICLE_FILTER_STATUSES; i++) {

        if (statuses[i] == 0) {
            continue;
        }

        ngx_http_article_filter_put(text, "<tr><td>%V<td class=\"n\">%uL"
                                    "<td><meter max=\"%uL\" value=\"%uL\">"
                                    "</meter>\n",
                                    ngx_http_article_filter_status_word(i),
                                    statuses[i], most, statuses[i]);
    }

    ngx_http_article_filter_put_string(text, "</table>\n</section>\n");
}


static void
ngx_http_article_filter_html_events(ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view)
{
    ngx_uint_t                         i;
    ngx_http_article_filter_totals_t  *totals;

    totals = view->shm.totals;

    ngx_http_article_filter_put_string(text, "<section>\n<h2>What happened"
                                       "</h2>\n<table>\n<tr><th>Elements, "
                                       "text, notices<th class=\"n\">Done"
                                       "<th class=\"n\">Would be\n");

    for (i = 0; i < NGX_HTTP_ARTICLE_FILTER_EVENTS; i++) {

        if (totals[0].events[i] == 0 && totals[1].events[i] == 0) {
            continue;
        }

        ngx_http_article_filter_put(text, "<tr><td>%s<td class=\"n\">%uL"
                                    "<td class=\"n\">%uL\n",
                                    ngx_http_article_filter_event_name(i),
                                    totals[0].events[i], totals[1].events[i]);
    }

    ngx_http_article_filter_put_string(text, "</table>\n</section>\n");
}


static void
ngx_http_article_filter_html_rules(ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view)
{
    ngx_uint_t                       i;
    ngx_http_article_filter_rule_t  *rule;

    rule = view->rules.elts;

    ngx_http_article_filter_put_string(text, "<section>\n<h2>Rules by hits"
                                       "</h2>\n");

    if (view->rules.nelts == 0) {
        ngx_http_article_filter_put_string(text, "<p>No rule was hit.</p>\n");
    }

    ngx_http_article_filter_put_string(text, "<table class=\"r\">\n"
                                       "<tr><th>Rule"
                                       "<th class=\"n\">Hits"
                                       "<th class=\"n\">Would be"
                                       "<th class=\"n\">Bytes\n");

    for (i = 0; i < view->rules.nelts; i++) {

        if (i == NGX_HTTP_ARTICLE_FILTER_ROWS) {
            break;
        }

        ngx_http_article_filter_html_rule(text, &rule[i]);
    }

    ngx_http_article_filter_put_string(text, "</table>\n");

    if (i < view->rules.nelts) {
        ngx_http_article_filter_put(text, "<p>%ui more have fewer hits: see "
                                    "JSON.</p>\n", view->rules.nelts - i);
    }

    if (view->shm.evicted || view->shm.uncounted) {
        ngx_http_article_filter_put(text, "<p>The zone is full: %uL times a "
                                    "rule made room for another, %uL hits "
                                    "are in no row. Give article_zone more "
                                    "than %uz bytes.</p>\n",
                                    view->shm.evicted, view->shm.uncounted,
                                    view->size);
    }

    ngx_http_article_filter_put_string(text, "</section>\n");
}


static void
ngx_http_article_filter_html_rule(ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_rule_t *rule)
{
    ngx_http_article_filter_put_string(text, "<tr><td class=\"t\">");

    if (rule->label_len) {
        ngx_http_article_filter_put_string(text, "<b>");
        ngx_http_article_filter_put_escaped(text, rule->label,
                                            rule->label_len);
        ngx_http_article_filter_put_string(text, "</b><br>");
    }

    ngx_http_article_filter_put_string(text, "<code>");
    ngx_http_article_filter_put_escaped(text, rule->text, rule->text_len);
    ngx_http_article_filter_put_string(text, "</code><small>");
    ngx_http_article_filter_put_escaped(text, rule->origin, rule->origin_len);
    ngx_http_article_filter_put(text, "</small><td class=\"n\">%uL"
                                "<td class=\"n\">%uL<td class=\"n\">",
                                rule->hits[0], rule->hits[1]);
    ngx_http_article_filter_html_bytes(text, rule->bytes[0]
                                             + rule->bytes[1]);
    ngx_http_article_filter_put_string(text, "\n");
}


static void
ngx_http_article_filter_html_pages(ngx_http_article_filter_text_t *text,
    const char *title, const char *none,
    ngx_http_article_filter_page_t *pages)
{
    ngx_uint_t  i;

    ngx_http_article_filter_put(text, "<section>\n<h2>%s</h2>\n", title);

    if (pages[0].count == 0) {
        ngx_http_article_filter_put(text, "<p>%s</p>\n</section>\n", none);
        return;
    }

    ngx_http_article_filter_put_string(text, "<table class=\"r\">\n"
                                       "<tr><th>Page"
                                       "<th>Status<th class=\"n\">Bytes"
                                       "<th class=\"n\">Time\n");

    for (i = 0; i < NGX_HTTP_ARTICLE_FILTER_PAGES && pages[i].count; i++) {
        ngx_http_article_filter_put_string(text, "<tr><td class=\"t\">");
        ngx_http_article_filter_put_escaped(text, pages[i].uri,
                                            pages[i].uri_len);
        ngx_http_article_filter_put_string(text, "<small>");
        ngx_http_article_filter_put_time(text, pages[i].time);

        if (pages[i].count > 1) {
            ngx_http_article_filter_put(text, ", %ui times", pages[i].count);
        }

        ngx_http_article_filter_put(text, "</small><td>%V",
                       ngx_http_article_filter_status_word(pages[i].status));

        if (pages[i].reason_len) {
            ngx_http_article_filter_put_string(text, "<small>");
            ngx_http_article_filter_put_escaped(text, pages[i].reason,
                                                pages[i].reason_len);
            ngx_http_article_filter_put_string(text, "</small>");
        }

        ngx_http_article_filter_put_string(text, "<td class=\"n\">");
        ngx_http_article_filter_html_bytes(text, pages[i].bytes);
        ngx_http_article_filter_put_string(text, "<td class=\"n\">");
        ngx_http_article_filter_html_spent(text, pages[i].spent);
        ngx_http_article_filter_put_string(text, "\n");
    }

    ngx_http_article_filter_put_string(text, "</table>\n</section>\n");
}


static void
ngx_http_article_filter_html_sets(ngx_http_article_filter_text_t *text,
    ngx_http_article_filter_view_t *view)
{
    ngx_uint_t                       i;
    ngx_http_article_filter_sets_t  *set;

    set = view->sets.elts;

    ngx_http_article_filter_put_string(text, "<section>\n<h2>Rules of the "
                                       "configuration</h2>\n<table>\n"
                                       "<tr><th>Digest (<code>$article_rules"
                                       "</code>)<th class=\"n\">Rules"
                                       "<th>Newest file\n");

    for (i = 0; i < view->sets.nelts; i++) {
        ngx_http_article_filter_put(text, "<tr><td><code>%*s</code>"
                                    "<td class=\"n\">%ui<td>",
                                    sizeof(set[i].digest), set[i].digest,
                                    set[i].count);

        if (set[i].time) {
            ngx_http_article_filter_put_time(text, set[i].time);
        }

        ngx_http_article_filter_put_string(text, "\n");
    }

    ngx_http_article_filter_put_string(text, "</table>\n<p class=\"soft\">"
                                       "Zone: ");
    ngx_http_article_filter_html_bytes(text, view->size);
    ngx_http_article_filter_put_string(text, ", free: ");
    ngx_http_article_filter_html_bytes(text, view->free);
    ngx_http_article_filter_put_string(text, ".</p>\n</section>\n");
}


static void
ngx_http_article_filter_html_bytes(ngx_http_article_filter_text_t *text,
    uint64_t bytes)
{
    double       value;
    ngx_uint_t   i;

    static const char  *units[] = { "KiB", "MiB", "GiB", "TiB" };

    if (bytes < 1024) {
        ngx_http_article_filter_put(text, "%uL B", bytes);
        return;
    }

    value = (double) bytes / 1024;

    for (i = 0; i < 3 && value >= 1024; i++) {
        value /= 1024;
    }

    ngx_http_article_filter_put(text, "%.1f %s", value, units[i]);
}


static void
ngx_http_article_filter_html_spent(ngx_http_article_filter_text_t *text,
    uint64_t spent)
{
    if (spent < 1000000) {
        ngx_http_article_filter_put(text, "%uL &micro;s", spent / 1000);
        return;
    }

    ngx_http_article_filter_put(text, "%.1f ms", (double) spent / 1e6);
}


/* empty ones last */

static int ngx_libc_cdecl
ngx_http_article_filter_compare_slow(const void *one, const void *two)
{
    const ngx_http_article_filter_page_t  *a = one;
    const ngx_http_article_filter_page_t  *b = two;

    return (a->spent < b->spent) - (a->spent > b->spent);
}


static int ngx_libc_cdecl
ngx_http_article_filter_compare_late(const void *one, const void *two)
{
    const ngx_http_article_filter_page_t  *a = one;
    const ngx_http_article_filter_page_t  *b = two;

    return (a->time < b->time) - (a->time > b->time);
}
