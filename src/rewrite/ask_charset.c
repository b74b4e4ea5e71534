/*
 * rewrite/ask_charset.c: the charset that text conditions read in, where the host does not know it: the first meta that tells.
 *
 * HTML #change-the-encoding, for normal text alone: markup is ASCII in every charset that is read. What stands before the meta
 * was read as UTF-8 where it is, and as windows-1252 where it is not.
 */
#include "charset/detect.h"
#include "rewrite/rewriter_internal.h"

af_status_t af_ask_charset(af_rewriter_t *rw, const af_token_t *token)
{
    af_charset_t *charset;

    if (token->type != AF_TOKEN_START_TAG || token->tag != AF_TAG_META) {
        return AF_OK;
    }
    const char *name = af_charset_prescan(token->bytes.data, token->bytes.len);
    if (name == NULL || !af_charset_supported(name)) {
        return AF_OK;
    }
    rw->asks_charset = false;
    af_status_t status = af_charset_create(rw->heap, name, &charset);
    if (status != AF_OK) {
        return status == AF_UNSUPPORTED ? AF_OK : status;
    }
    af_charset_destroy(rw->charset);
    rw->charset = charset;
    rw->tape.charset = charset;
    af_facts_charset(&rw->facts, charset);
    return AF_OK;
}
