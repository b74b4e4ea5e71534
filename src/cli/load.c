/*
 * cli/load.c: rules from files, arguments and presets.
 *
 * A wrong rule does not stop the reading: the next sources are read for their errors too.
 */
#include "cli/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REASONS 24u

/* Skipped lines by reason: the message up to what differs from line to line. */
typedef struct {
    char text[96];
    size_t count;
} af_cli_reason_t;

typedef struct {
    const af_cli_options_t *options;
    size_t errors, skipped, warnings;
    af_cli_reason_t reasons[REASONS]; /* the last one takes what has no place */
} af_cli_report_t;

static void print_error(const char *severity, const af_error_t *error)
{
    fprintf(stderr, "%s:%u:%u: %s%s\n", error->file, error->line, error->column, severity, error->message);
    if (error->excerpt[0] != '\0') {
        fprintf(stderr, "    %s\n    %*s^\n", error->excerpt, (int) error->caret, "");
    }
}

static void count_reason(af_cli_report_t *told, const char *message)
{
    char text[sizeof told->reasons[0].text];
    size_t i = 0;

    snprintf(text, sizeof text, "%.*s", (int) strcspn(message, "\""), message);
    for (; i + 1 < REASONS && told->reasons[i].count > 0 && strcmp(told->reasons[i].text, text) != 0; i++) {
    }
    if (told->reasons[i].count++ == 0) {
        memcpy(told->reasons[i].text, i + 1 < REASONS ? text : "other reasons", i + 1 < REASONS ? sizeof text : 14);
    }
}

static void report(void *opaque, af_severity_t severity, const af_error_t *error)
{
    af_cli_report_t *told = opaque;

    switch (severity) {
    case AF_ERROR:
        told->errors++;
        print_error("", error);
        break;
    case AF_SKIPPED:
        told->skipped++;
        count_reason(told, error->message);
        if (told->options->task == AF_CLI_CHECK && !told->options->quiet) {
            print_error("skipped: ", error);
        }
        break;
    case AF_WARNING:
        told->warnings++;
        print_error("warning: ", error);
        break;
    }
}

char *af_cli_read_file(const char *name, size_t *len)
{
    FILE *file = fopen(name, "rb");
    char *text = NULL;
    size_t capacity = 0;

    *len = 0;
    if (file == NULL) {
        return NULL;
    }
    for (;;) {
        if (*len == capacity) {
            capacity = capacity == 0 ? 65536 : 2 * capacity;
            char *grown = realloc(text, capacity);
            if (grown == NULL) {
                goto fail;
            }
            text = grown;
        }
        size_t got = fread(text + *len, 1, capacity - *len, file);
        *len += got;
        if (got == 0) {
            break;
        }
    }
    if (ferror(file) == 0) {
        fclose(file);
        return text;
    }
fail:
    free(text);
    fclose(file);
    return NULL;
}

static af_status_t add_file(af_builder_t *builder, const char *name, af_cli_report_t *told, af_error_t *error)
{
    size_t len;
    char *text = af_cli_read_file(name, &len);

    if (text == NULL) {
        fprintf(stderr, "article-filter: %s: %s\n", name, strerror(errno));
        told->errors++;
        return AF_OK;
    }
    af_status_t status = af_builder_add_text(builder, text, len, name, 1, error);
    free(text);
    return status;
}

/* --feed-fields NAMES is the rule line "feed-fields NAMES". */
static af_status_t add_fields(af_builder_t *builder, const char *names, af_error_t *error)
{
    static const char verb[] = "feed-fields ";
    size_t len = sizeof verb - 1 + strlen(names);
    char *line = malloc(len + 1);

    if (line == NULL) {
        return AF_NOMEM;
    }
    memcpy(line, verb, sizeof verb - 1);
    memcpy(line + sizeof verb - 1, names, len + 2 - sizeof verb);
    af_status_t status = af_builder_add_text(builder, line, len, "--feed-fields", 1, error);
    free(line);
    return status;
}

static af_status_t add_source(af_builder_t *builder, const af_cli_source_t *source, uint32_t line, af_cli_report_t *told,
                              af_error_t *error)
{
    af_status_t status = AF_OK;

    switch (source->kind) {
    case AF_CLI_FILE:
        return add_file(builder, source->value, told, error);
    case AF_CLI_LINE:
        return af_builder_add_text(builder, source->value, strlen(source->value), "-e", line, error);
    case AF_CLI_FIELDS:
        return add_fields(builder, source->value, error);
    case AF_CLI_PRESET:
        status = af_builder_add_preset(builder, source->value, error);
        if (status == AF_NOT_FOUND) {
            fprintf(stderr, "article-filter: no preset '%s'; --presets lists them\n", source->value);
            told->errors++;
            return AF_OK;
        }
        break;
    }
    return status;
}

/* Tells a failure that the report function did not hear of. */
static void tell_failure(af_cli_report_t *told, size_t errors_before, af_status_t status, const af_error_t *error)
{
    if (status == AF_OK || told->errors > errors_before) {
        return;
    }
    told->errors++;
    if (error->message[0] != '\0') {
        print_error("", error);
    } else {
        fprintf(stderr, "article-filter: the rules cannot be compiled: %s\n",
                status == AF_NOMEM ? "out of memory" : "a limit is reached");
    }
}

static void print_count(size_t count, const char *what)
{
    if (count > 0) {
        fprintf(stderr, ", %zu %s", count, what);
    }
}

/* What became of each line of what was read. */
static void tell_lines(const af_cli_report_t *told, const af_line_counts_t *counts)
{
    fprintf(stderr, "article-filter: %u lines: %u loaded", counts->lines, counts->rules);
    print_count(counts->exceptions, "exceptions");
    print_count(counts->blank, "blank or comments");
    print_count(counts->skipped, "skipped");
    print_count(counts->errors, "wrong");
    fputc('\n', stderr);
    for (size_t i = 0; i < REASONS && told->reasons[i].count > 0; i++) {
        fprintf(stderr, "    %7zu skipped: %s\n", told->reasons[i].count, told->reasons[i].text);
    }
}

af_ruleset_t *af_cli_load(const af_cli_options_t *options)
{
    af_cli_report_t told = {.options = options};
    af_line_counts_t counts = {0};
    af_builder_t *builder = NULL;
    af_ruleset_t *rules = NULL;
    af_error_t error;
    uint32_t line = 0;

    if (af_builder_create(NULL, &builder) != AF_OK) {
        fputs("article-filter: out of memory\n", stderr);
        return NULL;
    }
    af_builder_on_report(builder, report, &told);
    for (size_t i = 0; i < options->source_count; i++) {
        const af_cli_source_t *source = &options->sources[i];
        size_t before = told.errors;
        memset(&error, 0, sizeof error);
        line += source->kind == AF_CLI_LINE;
        tell_failure(&told, before, add_source(builder, source, line, &told, &error), &error);
    }
    size_t before = told.errors;
    af_builder_counts(builder, &counts);
    memset(&error, 0, sizeof error);
    tell_failure(&told, before, af_builder_compile(builder, &rules, &error), &error);
    if (options->task == AF_CLI_CHECK) {
        tell_lines(&told, &counts);
    } else if (told.skipped > 0) {
        fprintf(stderr, "article-filter: %zu rules skipped (--check lists them)\n", told.skipped);
    }
    if (told.errors > 0) {
        af_ruleset_destroy(rules);
        return NULL;
    }
    return rules;
}
