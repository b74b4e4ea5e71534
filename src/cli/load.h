/*
 * cli/load.h: rules from files, arguments and presets, with their errors told on stderr.
 */
#ifndef AF_CLI_LOAD_H
#define AF_CLI_LOAD_H

#include "cli/options.h"

/* Compiles all sources of `options`. Every error is told, not the first only; skipped lines and warnings one by one with
 * --check, otherwise as a number. NULL: there was an error. The caller owns the ruleset. */
af_ruleset_t *af_cli_load(const af_cli_options_t *options);

/* The whole file with its length, for free(); NULL: errno tells. */
char *af_cli_read_file(const char *name, size_t *len);

#endif
