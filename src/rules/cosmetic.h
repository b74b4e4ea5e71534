/*
 * rules/cosmetic.h: cosmetic filter lines, as element-hiding lists have them.
 *
 *   ##SELECTOR    HOSTS##SELECTOR    HOSTS#@#SELECTOR    ##SELECTOR:has-text(TEXT or /re/ims)
 *
 * A rule of such a line removes what the list would hide. `#?#` is read as `##`. An exception takes rules with the same text
 * behind the mark out for its hosts (without hosts: everywhere), earlier or later, whatever file they came from; it never touches
 * lines of the rule language. :has-text() (and :contains(), :-abp-contains()) is taken where it is the last thing of the one
 * selector; its text is looked for in no more than the usual 300 characters. What a stream cannot decide, scripts, style, other
 * procedures, hosts of any top-level domain ("example.*") and selectors that are wrong are told as AF_SKIPPED: no line of a list
 * is an error.
 */
#ifndef AF_RULES_COSMETIC_H
#define AF_RULES_COSMETIC_H

#include "rules/builder.h"

typedef struct {
    af_slice_t hosts, mark, body; /* of the line; the mark is "##", "#@#" ... */
} af_cosmetic_t;

/* Tells whether a line has the form HOSTS MARK BODY. */
bool af_cosmetic_split(af_slice_t text, af_cosmetic_t *out);

/* Adds the line's rule or exception, or tells why it is skipped. */
AF_MUST_USE af_status_t af_cosmetic_read(const af_line_t *line, af_slice_t text, const af_cosmetic_t *cosmetic);

/* Applies all exceptions to all drafts: once, before compiling. */
AF_MUST_USE af_status_t af_cosmetic_settle(af_builder_t *builder);

#endif
