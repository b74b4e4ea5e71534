/*
 * cli/main.c: article-filter, the filter as a program.
 *
 * Plain filtering is a stream: memory holds a chunk and what the frontier has not passed. --explain and --diff tell positions
 * and show what goes, so there the whole input is read first. What cannot be filtered is passed on unchanged.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/diff.h"
#include "cli/explain.h"
#include "cli/load.h"
#include "cli/suggest.h"

#define VERSION "0.1.0"

enum { EXIT_FILTERED = 0, EXIT_UNFILTERED = 1, EXIT_WRONG = 2 };

typedef struct {
    const af_cli_options_t *options;
    const af_ruleset_t *rules;
    FILE *in;
    uint8_t *chunk;      /* options->chunk bytes, or the whole input */
    size_t chunk_len;
    af_slice_t input;    /* --explain, --diff: the whole of it */
    af_cli_explain_t explain;
    af_cli_diff_t diff;
    const char *why;     /* not filtered: the reason */
    int written_errno;   /* writing failed */
} af_cli_run_t;

static af_status_t write_out(void *opaque, const uint8_t *data, size_t len)
{
    af_cli_run_t *run = opaque;

    if (fwrite(data, 1, len, stdout) != len) {
        run->written_errno = errno;
        return AF_HOST;
    }
    return AF_OK;
}

static const char *status_text(af_status_t status)
{
    switch (status) {
    case AF_OK: return "";
    case AF_NOMEM: return "out of memory";
    case AF_LIMIT: return "a limit is reached";
    case AF_SYNTAX: return "a rule is wrong";
    case AF_NOT_FOUND: return "not found";
    case AF_UNSUPPORTED: return "its charset or type cannot be filtered";
    case AF_CORRUPT: return "its data is broken";
    case AF_HOST: return "writing failed";
    }
    return "";
}

/* Reads until the chunk is full or the input ends; false: a read error. */
static bool read_chunk(af_cli_run_t *run)
{
    run->chunk_len = fread(run->chunk, 1, run->options->chunk, run->in);
    if (ferror(run->in)) {
        fprintf(stderr, "article-filter: reading: %s\n", strerror(errno));
        return false;
    }
    return true;
}

static void print_json_string(const char *name, const char *text)
{
    fprintf(stderr, ",\"%s\":\"%s\"", name, text == NULL ? "" : text); /* static words: nothing to escape */
}

static void print_stats(const af_cli_run_t *run, const af_stream_t *stream)
{
    af_stats_t stats = {0};

    if (stream != NULL) {
        af_stream_stats(stream, &stats);
    }
    fprintf(stderr, "{\"rules\":%zu,\"pushed\":%llu,\"dropped\":%llu,\"inserted\":%llu", af_ruleset_count(run->rules),
            (unsigned long long) stats.pushed, (unsigned long long) stats.dropped, (unsigned long long) stats.inserted);
    fprintf(stderr, ",\"removed\":%u,\"unwrapped\":%u,\"stripped\":%u,\"duplicates\":%u,\"attributions\":%u", stats.removed,
            stats.unwrapped, stats.stripped, stats.duplicates, stats.attributions);
    fprintf(stderr, ",\"guarded\":%u,\"refused\":%u,\"limited\":%u,\"hold_peak\":%zu,\"memory_peak\":%zu", stats.guarded,
            stats.refused, stats.limited, stats.hold_peak, stats.memory_peak);
    print_json_string("reason", stats.reason);
    print_json_string("attribution", stats.attribution);
    fputs("}\n", stderr);
}

/* Notes what a push or finish gave; false: nothing more can be done. */
static bool take_status(af_cli_run_t *run, af_status_t status)
{
    if (status == AF_UNSUPPORTED || status == AF_CORRUPT) {
        run->why = status_text(status);
    } else if (status != AF_OK && status != AF_HOST) {
        fprintf(stderr, "article-filter: %s: the rest is passed through\n", status_text(status));
    }
    return status != AF_HOST;
}

static bool pass_through(af_cli_run_t *run)
{
    while (run->chunk_len > 0) {
        if (write_out(run, run->chunk, run->chunk_len) != AF_OK) {
            return true;
        }
        if (!read_chunk(run)) {
            return false;
        }
    }
    return true;
}

static bool filter_stream(af_cli_run_t *run)
{
    af_writer_t *writer = NULL;
    af_status_t status = af_writer_create(run->rules, &run->options->stream, NULL, write_out, run, NULL, &writer);
    bool read_ok = read_chunk(run);

    if (status != AF_OK) {
        run->why = status_text(status);
        return read_ok && pass_through(run);
    }
    bool going = read_ok;
    while (going && run->chunk_len > 0) {
        going = take_status(run, af_writer_push(writer, run->chunk, run->chunk_len));
        if (going) {
            going = read_ok = read_chunk(run);
        }
    }
    if (going) {
        take_status(run, af_writer_finish(writer));
    }
    if (run->options->stats) {
        print_stats(run, af_writer_stream(writer));
    }
    af_writer_destroy(writer);
    return read_ok;
}

static af_status_t on_edit(void *opaque, const af_edit_t *edit)
{
    af_cli_run_t *run = opaque;

    if (run->options->explain && !run->options->preview) {
        af_cli_explain_edit(&run->explain, edit);
    }
    if (run->options->diff) {
        af_cli_diff_edit(&run->diff, edit);
    }
    if (run->options->diff || run->options->task == AF_CLI_EXPLAIN) {
        return AF_OK;
    }
    switch (edit->kind) {
    case AF_KEEP: return write_out(run, run->input.data + edit->from_pos, (size_t) (edit->to_pos - edit->from_pos));
    case AF_INSERT: return write_out(run, edit->data, edit->len);
    case AF_DROP: break;
    }
    return AF_OK;
}

static void on_event(void *opaque, const af_event_t *event)
{
    af_cli_run_t *run = opaque;

    if (run->options->explain) {
        af_cli_explain_event(&run->explain, event);
    }
}

/* Reads all of the input into `chunk`. */
static bool read_all(af_cli_run_t *run)
{
    size_t capacity = run->options->chunk, len = 0;

    for (;;) {
        len += fread(run->chunk + len, 1, capacity - len, run->in);
        if (len < capacity) {
            break;
        }
        uint8_t *grown = realloc(run->chunk, capacity * 2);
        if (grown == NULL) {
            fputs("article-filter: out of memory\n", stderr);
            return false;
        }
        run->chunk = grown;
        capacity *= 2;
    }
    if (ferror(run->in)) {
        fprintf(stderr, "article-filter: reading: %s\n", strerror(errno));
        return false;
    }
    run->input = (af_slice_t){run->chunk, len};
    return true;
}

static bool print_diff(af_cli_run_t *run)
{
    af_cli_explain_t places;

    af_cli_explain_init(&places, run->rules, run->input);
    bool ok = af_cli_diff_print(&run->diff, &places);
    af_cli_diff_free(&run->diff);
    if (!ok) {
        fputs("article-filter: out of memory\n", stderr);
    }
    return ok;
}

static bool filter_whole(af_cli_run_t *run)
{
    af_stream_t *stream = NULL;
    const af_sink_t sink = {on_edit, on_event, NULL, run};

    if (!read_all(run)) {
        return false;
    }
    af_cli_explain_init(&run->explain, run->rules, run->input);
    run->explain.out = run->options->task == AF_CLI_EXPLAIN ? stdout : stderr;
    af_status_t status = af_stream_create(run->rules, &run->options->stream, &sink, NULL, &stream);
    if (status != AF_OK) {
        run->why = status_text(status);
        return run->options->task == AF_CLI_EXPLAIN || write_out(run, run->input.data, run->input.len) == AF_OK;
    }
    if (run->options->diff) {
        af_cli_diff_init(&run->diff, run->input);
    }
    bool going = true;
    for (size_t at = 0; going && at < run->input.len;) {
        size_t left = run->input.len - at;
        size_t len = left < run->options->chunk ? left : run->options->chunk;
        going = take_status(run, af_stream_push(stream, run->input.data + at, len));
        at += len;
    }
    if (going) {
        take_status(run, af_stream_finish(stream));
    }
    if (run->options->stats) {
        print_stats(run, stream);
    }
    af_stream_destroy(stream);
    return !run->options->diff || print_diff(run);
}

static int filter(const af_cli_options_t *options, const af_ruleset_t *rules)
{
    af_cli_run_t run = {.options = options, .rules = rules, .in = stdin};
    int code = EXIT_WRONG;

    if (options->file != NULL && (run.in = fopen(options->file, "rb")) == NULL) {
        fprintf(stderr, "article-filter: %s: %s\n", options->file, strerror(errno));
        return code;
    }
    run.chunk = malloc(options->chunk);
    if (run.chunk == NULL) {
        fputs("article-filter: out of memory\n", stderr);
        goto done;
    }
    bool ok = options->explain || options->diff ? filter_whole(&run) : filter_stream(&run);
    if (run.why != NULL) {
        fprintf(stderr, "article-filter: not filtered: %s\n", run.why);
    }
    if (fflush(stdout) != 0 && run.written_errno == 0) {
        run.written_errno = errno;
    }
    if (run.written_errno != 0) {
        fprintf(stderr, "article-filter: writing: %s\n", strerror(run.written_errno));
    }
    code = ok && run.why == NULL && run.written_errno == 0 ? EXIT_FILTERED : EXIT_UNFILTERED;
done:
    free(run.chunk);
    if (run.in != stdin) {
        fclose(run.in);
    }
    return code;
}

static int list_presets(void)
{
    const char *summary = "";
    const char *name;

    for (size_t i = 0; (name = af_preset_name(i, &summary)) != NULL; i++) {
        printf("%-20s %s\n", name, summary == NULL ? "" : summary);
    }
    return EXIT_FILTERED;
}

static int print_policy(const char *policy)
{
    size_t len = strlen(policy);
    size_t capacity = 97 * (len + 1); /* a policy has a byte at least */
    char *out = malloc(capacity);

    if (out == NULL) {
        fputs("article-filter: out of memory\n", stderr);
        return EXIT_WRONG;
    }
    size_t written = af_preview_csp(policy, len, out, capacity);
    printf("%.*s\n", (int) written, out);
    free(out);
    return EXIT_FILTERED;
}

static int run_task(const af_cli_options_t *options)
{
    switch (options->task) {
    case AF_CLI_HELP: af_cli_help(); return EXIT_FILTERED;
    case AF_CLI_VERSION: puts("article-filter " VERSION); return EXIT_FILTERED;
    case AF_CLI_PRESETS: return list_presets();
    case AF_CLI_CSP: return print_policy(options->policy);
    case AF_CLI_SUGGEST: return af_cli_suggest(options) ? EXIT_FILTERED : EXIT_WRONG;
    case AF_CLI_CHECK:
    case AF_CLI_EXPLAIN:
    case AF_CLI_FILTER: break;
    }
    af_ruleset_t *rules = af_cli_load(options);
    if (rules == NULL) {
        return EXIT_WRONG;
    }
    int code = EXIT_FILTERED;
    if (options->task == AF_CLI_CHECK) {
        fprintf(stderr, "article-filter: %zu rules, no error\n", af_ruleset_count(rules));
    } else {
        code = filter(options, rules);
    }
    af_ruleset_destroy(rules);
    return code;
}

int main(int argc, char **argv)
{
    static char name[] = "article-filter"; /* getopt's messages begin with it, whatever the program was called as */
    af_cli_options_t options;

    if (argc > 0) {
        argv[0] = name;
    }
    int code = af_cli_options_read(argc, argv, &options) ? run_task(&options) : EXIT_WRONG;

    af_cli_options_free(&options);
    return code;
}
