/*
 * hangs.c: every selector on every kind of repetition, and how long that takes.
 *
 *   hangs [--depth N] [--only PART] [--list]
 *
 * A document is an opening and a piece that is repeated; it is made of 32 and of 64 KiB. Listed are the pairs of a document and a rule
 * that take longer than 100 ms for 64 KiB (what a hang is defined to be), or that take more than 2.2 times as long for twice the
 * bytes. Times are this process's own, the least of several runs where one is too long: what else runs can only make one longer.
 * tests/linear measures fewer kinds at larger sizes, where this looks for those that nobody thought of. The last line is the count.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "article_filter.h"

#define LARGE 65536u
#define HANG 0.1
#define MOST 2.2
#define SHORT 0.012   /* what takes no longer is mostly set-up, and its ratio tells nothing */
#define RUNS 6

typedef struct {
    const char *name, *once; /* `once` is written `times` times */
    unsigned times;
} opening_t;

static const opening_t openings[] = {
    {"", "", 0},
    {"div.k", "<div class=k>", 1},
    {"300 div.k", "<div class=k>", 300},
    {"formatting", "<b><i><u><s>", 3},
    {"p, formatting", "<p class=k><b class=k><i><u>", 3},
    {"table", "<table><tr><td class=k>", 1},
    {"ul", "<ul class=k>", 1},
    {"svg", "<svg><g class=k>", 1},
};

static const char *const pieces[] = {
    "<p>x", "<p class=z>x</p>", "</p><p>x", "<div class=k>x", "<div class=k><p class=z>x</p></div>", "<div></div>",
    "<b>", "<b class=k>x</b>", "<b><p>", "<b><i><p class=z>x</b></i>", "<i class=z>x</i><p>", "<a><div class=k></a>",
    "<li class=z>x", "<ul><li>x", "<td class=z>x", "<table><tr><td>", "<tr><td>1<td class=z>2", "<span class=k><em class=z>x</em></span>",
    "<template><p class=z></template>", "<em class=z></em>", "<p class=k><b>x</p>", "<g class=k><path class=z /></g>",
    "<span>", "<span class=k>", "<h1>x</h1><h2>y</h2>", "<em>x</em>text ", "x<br>", "<font a=b class=k>x<p>",
};

static const char *const selectors[] = {
    ".z", "p .z", "div p", "div.k .z", ".k .k .z", "* * * .z", "div div div div p", ".k > .z", "* > * > .z", "p + p", ".z + .z", "* + *",
    "p ~ p", ".k ~ .z", "* ~ *", ".k ~ * .z", ".k ~ .k ~ .k", "* ~ * ~ .none", ".none ~ * .z", ":first-child", ":last-child",
    ":only-child", ":empty", ":nth-child(3n+1)", ":nth-last-child(2)", ":nth-last-of-type(3n)", ":nth-of-type(2n)", ":only-of-type",
    ":last-of-type", "p:nth-last-of-type(2)", ".k :nth-last-child(5n+2)",
    ":not(.z)", ":not(.k .z)", ":not(:has(.z))", ":not(:last-child)", "p:not(.k *)", ":is(.k, .z) :is(p, em)", ":is(.k .z, p)",
    "div:has(.z)", "div:has(.none)", "p:has(.none)", "*:has(> .none)", "div:has(p.none .k)", "div:has(.k .k .none)", "*:has(* * .z)",
    "p:has(~ .z)", "p:has(~ .k .z)", "p:has(+ .z)", "div:has(+ div .z)", "*:has(~ * .none)", "*:has(~ .none)", "*:has(.k ~ .none)",
    "*:has(.k + .none)", "*:has(:last-child)", "*:has(:nth-last-child(3))", "*:has(:not(.k) .none)",
    "*:has(:empty)", "*:has(+ *):has(~ .none)", "*:has(.none) *", "*:has(.none) ~ *", ":not(:has(~ .z))", "*:has(.k):not(:has(.none))",
    "*:has(p:nth-last-of-type(2))", "*:not(:has(* .none)):last-child",
};

static const char *const others[] = {
    "remove p text=/x{9}/", "remove div text=/^x/", "remove * text=/none/", "unwrap b", "unwrap p\nremove .z", "dedupe p", "dedupe *",
    "keep .z", "keep p", "strip /x/", "strip /x+y/ in=p", "##*:has-text(none)", "##div:has(:has-text(none))", "remove div links=50",
    "remove div heading=/none/", "protect .z\nremove .k", "protect .z\nremove *:has(.none)", "remove p:has(.none)\nunwrap b\nunwrap i",
    "remove .z\nremove b:empty\nunwrap div", "attribution \"From The Press, {year}.\"", "preset comments\npreset share\npreset newsletter",
    "remove b:last-child\nremove p:has(~ .none)", "remove b\nunwrap i\nremove .k:has(.none)",
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

typedef struct {
    unsigned long depth, pairs, slow, bent;
    const char *only;
    bool list;
} job_t;

typedef struct {
    char data[LARGE];
    size_t len;
} page_t;

static void make_page(page_t *page, const opening_t *opening, const char *piece, size_t len)
{
    size_t open = strlen(opening->once), more = strlen(piece);

    page->len = 0;
    for (unsigned i = 0; i < opening->times && page->len + open <= len; i++, page->len += open) {
        memcpy(page->data + page->len, opening->once, open);
    }
    for (; page->len + more <= len; page->len += more) {
        memcpy(page->data + page->len, piece, more);
    }
}

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double) time.tv_sec + (double) time.tv_nsec / 1e9;
}

static af_ruleset_t *compile(const char *text)
{
    af_builder_t *builder;
    af_ruleset_t *rules;
    af_error_t error;

    if (af_builder_create(NULL, &builder) != AF_OK) {
        abort();
    }
    if (af_builder_add_text(builder, text, strlen(text), "hangs", 1, &error) != AF_OK) {
        fprintf(stderr, "%s: %s\n", text, error.message);
        exit(2);
    }
    if (af_builder_compile(builder, &rules, &error) != AF_OK) {
        abort();
    }
    return rules;
}

static af_status_t drop(void *opaque, const uint8_t *data, size_t len)
{
    (void) opaque;
    (void) data;
    (void) len;
    return AF_OK;
}

static double seconds(const af_ruleset_t *rules, const page_t *page, unsigned long depth)
{
    af_options_t options;
    af_writer_t *writer;
    double began = now();

    af_options_init(&options);
    options.type = AF_HTML;
    options.limits.depth = (uint32_t) depth;
    if (depth > 512) {
        options.limits.memory = (size_t) 1 << 30; /* as the program has it */
    }
    if (af_writer_create(rules, &options, NULL, drop, NULL, NULL, &writer) != AF_OK) {
        abort();
    }
    af_status_t status = af_writer_push(writer, (const uint8_t *) page->data, page->len);
    if (af_writer_finish(writer) == AF_HOST || status == AF_HOST) {
        abort(); /* limits may be hit */
    }
    af_writer_destroy(writer);
    return now() - began;
}

static double least(double a, double b)
{
    return a < b ? a : b;
}

static void measure(job_t *job, const af_ruleset_t *rules, const char *rule, const page_t *small, const page_t *large, const char *name)
{
    double first = seconds(rules, small, job->depth), second = seconds(rules, large, job->depth);

    for (int i = 0; i < RUNS && (second > HANG || (second > SHORT && second > MOST * first)) && second < 30 * HANG; i++) {
        first = least(first, seconds(rules, small, job->depth));
        second = least(second, seconds(rules, large, job->depth));
    }
    bool slow = second > HANG, bent = second > SHORT && second > MOST * first;
    job->pairs++;
    job->slow += slow;
    job->bent += bent;
    if (slow || bent || job->list) {
        printf("%7.1f ms %5.2f  %s  |  %s%s\n", second * 1e3, second / (first > 0 ? first : 1e-6), name, rule, slow ? "  hangs" : "");
        fflush(stdout);
    }
}

/* One rule on all documents. */
static void run_rule(job_t *job, const char *rule)
{
    static page_t small, large;
    char name[128];
    af_ruleset_t *rules = compile(rule);

    for (size_t i = 0; i < COUNT(openings); i++) {
        for (size_t k = 0; k < COUNT(pieces); k++) {
            snprintf(name, sizeof name, "%s + %s", openings[i].name, pieces[k]);
            if (job->only != NULL && strstr(name, job->only) == NULL && strstr(rule, job->only) == NULL) {
                continue;
            }
            make_page(&small, &openings[i], pieces[k], LARGE / 2);
            make_page(&large, &openings[i], pieces[k], LARGE);
            measure(job, rules, rule, &small, &large, name);
        }
    }
    af_ruleset_destroy(rules);
}

int main(int argc, char **argv)
{
    job_t job = {.depth = 512};
    char rule[256];

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--depth") == 0 && i + 1 < argc) {
            job.depth = strtoul(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "--only") == 0 && i + 1 < argc) {
            job.only = argv[++i];
        } else if (strcmp(argv[i], "--list") == 0) {
            job.list = true;
        } else {
            fprintf(stderr, "hangs [--depth N] [--only PART] [--list]\n");
            return 2;
        }
    }
    for (size_t i = 0; i < COUNT(selectors); i++) {
        snprintf(rule, sizeof rule, "remove %s", selectors[i]);
        run_rule(&job, rule);
    }
    for (size_t i = 0; i < COUNT(others); i++) {
        run_rule(&job, others[i]);
    }
    printf("%lu passed, %lu failed, 0 skipped\n", job.pairs - (job.slow > job.bent ? job.slow : job.bent),
           job.slow > job.bent ? job.slow : job.bent);
    return job.slow + job.bent > 0;
}
