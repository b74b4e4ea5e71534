/*
 * html/quirks.h: the mode that a doctype chooses.
 */
#ifndef AF_HTML_QUIRKS_H
#define AF_HTML_QUIRKS_H

#include "html/tokenizer.h"

/* Whether the document of a DOCTYPE token is in quirks mode. HTML #the-initial-insertion-mode. */
bool af_doctype_is_quirks(const af_token_t *token);

#endif
