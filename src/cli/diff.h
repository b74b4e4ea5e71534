/*
 * cli/diff.h: --diff, what changed of a page's words.
 */
#ifndef AF_CLI_DIFF_H
#define AF_CLI_DIFF_H

#include "cli/explain.h"

typedef struct af_cli_word af_cli_word_t;

typedef struct {
    af_slice_t input;      /* the whole of it */
    uint8_t *gone;         /* a byte for each of the input's */
    af_cli_word_t *words;  /* of input and output, in order */
    size_t count, capacity;
    af_cli_word_t *added;  /* what was inserted: copies */
    size_t new_count, new_capacity;
    bool coloured, failed; /* failed: no memory */
} af_cli_diff_t;

/* `input` stays while the diff is used. af_cli_diff_free is due in the end. */
void af_cli_diff_init(af_cli_diff_t *diff, af_slice_t input);
void af_cli_diff_edit(af_cli_diff_t *diff, const af_edit_t *edit);

/* Prints all hunks on standard output; `places` tells lines. False: no memory. */
bool af_cli_diff_print(af_cli_diff_t *diff, af_cli_explain_t *places);
void af_cli_diff_free(af_cli_diff_t *diff);

#endif
