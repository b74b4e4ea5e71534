/*
 * cli/preview.h: --preview, the input with comments around what would go and before what would come.
 */
#ifndef AF_CLI_PREVIEW_H
#define AF_CLI_PREVIEW_H

#include "article_filter.h"
#include "base/slice.h"

/* Writes what stands for `edit` of `input` (the whole document) with `write`. */
AF_MUST_USE af_status_t af_cli_preview_edit(const af_ruleset_t *rules, af_slice_t input, const af_edit_t *edit, af_write_t write,
                                            void *opaque);

#endif
