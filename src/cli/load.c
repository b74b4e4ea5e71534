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

typedef struct {
    const af_cli_options_t *options;
    size_t errors, skipped;
} af_cli_report_t;

static void print_error(const char *severity, const af_error_t *error)
{
    fprintf(stderr, "%s:%u:%u: %s%s\n", error->file, error->line, error->column, severity, error->message);
    if (error->excerpt[0] != '\0') {
        fprintf(stderr, "    %s\n    %*s^\n", error->excerpt, (int) error->caret, "");
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
        if (told->options->task == AF_CLI_CHECK) {
            print_error("skipped: ", error);
        }
        break;
    case AF_WARNING:
        print_error("warning: ", error);
        break;
    }
}

/* The whole file with its length, or NULL. */
static char *read_file(const char *name, size_t *len)
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
    char *text = read_file(name, &len);

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

af_ruleset_t *af_cli_load(const af_cli_options_t *options)
{
    af_cli_report_t told = {options, 0, 0};
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
    memset(&error, 0, sizeof error);
    tell_failure(&told, before, af_builder_compile(builder, &rules, &error), &error);
    if (told.skipped > 0) {
        fprintf(stderr, "article-filter: %zu rules skipped%s\n", told.skipped,
                options->task == AF_CLI_CHECK ? "" : " (--check lists them)");
    }
    if (told.errors > 0) {
        af_ruleset_destroy(rules);
        return NULL;
    }
    return rules;
}
