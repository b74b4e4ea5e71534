/*
 * rewrite/rest.c: what a stream gives back before it waits for more bytes.
 *
 * Many streams wait at a time, most of them for long, and hold little then. What was only remembered goes where little is to be
 * asked again; what small pushes leave stays, since it would be made anew for each.
 */
#include "rewrite/rewriter_internal.h"

#define REST_PUSHED ((size_t) 4096)
#define REST_HELD ((size_t) 8192)

void af_rewriter_rest(af_rewriter_t *rw, size_t pushed)
{
    if (pushed >= REST_PUSHED && rw->pushed - rw->edits.frontier <= REST_HELD) {
        af_match_forget(&rw->matcher);
    }
}
