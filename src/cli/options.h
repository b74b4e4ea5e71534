/*
 * cli/options.h: the command line as a value.
 */
#ifndef AF_CLI_OPTIONS_H
#define AF_CLI_OPTIONS_H

#include <stdbool.h>

#include "article_filter.h"

typedef enum { AF_CLI_FILE, AF_CLI_LINE, AF_CLI_PRESET, AF_CLI_FIELDS } af_cli_kind_t;

/* A -r, -e, -p or --feed-fields and its value; they add up in the order of the command line. */
typedef struct {
    af_cli_kind_t kind;
    const char *value; /* of argv */
} af_cli_source_t;

typedef enum {
    AF_CLI_FILTER, AF_CLI_EXPLAIN, AF_CLI_SUGGEST, AF_CLI_CHECK, AF_CLI_PRESETS, AF_CLI_CSP, AF_CLI_HELP, AF_CLI_VERSION
} af_cli_task_t;

typedef struct {
    af_cli_task_t task;
    af_cli_source_t *sources; /* owned */
    size_t source_count;
    af_options_t stream;
    char site[256];   /* the host of --url where --site is not given */
    size_t chunk;     /* bytes of a push; never 0 */
    bool explain, preview, stats, diff;
    bool quiet;       /* --check: skipped lines are counted, not listed */
    const char *policy; /* of argv: --csp */
    char *const *files; /* of argv: suggest's */
    size_t file_count;
    const char *file; /* of argv; NULL: standard input */
} af_cli_options_t;

/* Reads the command line. False: something is wrong and was told on stderr. `out->stream` borrows from `argv` and from `out`:
 * the struct stays where it is. af_cli_options_free is due either way. */
bool af_cli_options_read(int argc, char **argv, af_cli_options_t *out);
void af_cli_options_free(af_cli_options_t *options);

/* Prints the usage. */
void af_cli_help(void);

#endif
