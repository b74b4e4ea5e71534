/*
 * cli/suggest.h: article-filter suggest: rules for what several pages of one site have in common.
 */
#ifndef AF_CLI_SUGGEST_H
#define AF_CLI_SUGGEST_H

#include "cli/options.h"

/* Reads the pages of `options` and writes a rule file: proposals, each with its evidence and the command that tries it. False: a
 * page cannot be read, or there is no memory; told on stderr. */
bool af_cli_suggest(const af_cli_options_t *options);

#endif
