/*
 * cli/explain.h: --explain, a line for each edit and event, on stderr.
 */
#ifndef AF_CLI_EXPLAIN_H
#define AF_CLI_EXPLAIN_H

#include <stdio.h>

#include "article_filter.h"
#include "base/slice.h"

typedef struct {
    const af_ruleset_t *rules;
    af_slice_t input;   /* the whole of it */
    uint64_t pos;       /* of the line count below */
    uint64_t line, line_start;
    FILE *out;          /* standard error, unless it is set to another */
} af_cli_explain_t;

/* `rules` and `input` stay while lines are printed. */
void af_cli_explain_init(af_cli_explain_t *explain, const af_ruleset_t *rules, af_slice_t input);

/* Prints what was done at an event, or inserted by an edit; kept and dropped ranges are told by their events. */
void af_cli_explain_event(af_cli_explain_t *explain, const af_event_t *event);
void af_cli_explain_edit(af_cli_explain_t *explain, const af_edit_t *edit);

/* Brings the line count to `pos`. */
void af_cli_explain_place(af_cli_explain_t *explain, uint64_t pos);

/* Writes bytes of a page as text: control characters and what is not UTF-8 as "?". */
void af_cli_put_text(FILE *out, const uint8_t *data, size_t len);

#endif
