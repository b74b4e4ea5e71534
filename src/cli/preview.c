/*
 * cli/preview.c: what would go stays, between two comments that name the rule.
 *
 * Comments may stand wherever an edit begins, tables and heads included, so the page keeps its structure. Markup and guards that
 * only mend the output after a removal are left out: nothing is removed here.
 */
#include "cli/preview.h"

#include <stdio.h>
#include <string.h>

/* A rule as it may stand in a comment: without ">" and without two hyphens in a row. */
static void comment_text(const char *text, char *out, size_t size)
{
    size_t len = 0;

    for (; *text != '\0' && len + 2 < size; text++) {
        char c = *text == '>' ? ')' : (unsigned char) *text < 0x20 ? ' ' : *text;
        if (c == '-' && len > 0 && out[len - 1] == '-') {
            out[len++] = ' ';
        }
        out[len++] = c;
    }
    out[len] = '\0';
}

static af_status_t write_comment(const af_ruleset_t *rules, const char *what, uint32_t rule, af_write_t write, void *opaque)
{
    char text[400], comment[480];

    comment_text(af_ruleset_text(rules, rule), text, sizeof text);
    int len = snprintf(comment, sizeof comment, "<!-- article-filter %s: %s -->", what, text);
    return write(opaque, (const uint8_t *) comment, (size_t) len);
}

static af_status_t write_end(af_write_t write, void *opaque)
{
    static const char end[] = "<!-- /article-filter -->";

    return write(opaque, (const uint8_t *) end, sizeof end - 1);
}

af_status_t af_cli_preview_edit(const af_ruleset_t *rules, af_slice_t input, const af_edit_t *edit, af_write_t write,
                                void *opaque)
{
    const uint8_t *range = input.data + edit->from_pos;
    size_t len = (size_t) (edit->to_pos - edit->from_pos);
    af_status_t status = AF_OK;

    if (edit->rule == AF_NO_RULE) {
        return edit->kind == AF_INSERT ? AF_OK : write(opaque, range, len);
    }
    if (edit->kind != AF_KEEP) {
        status = write_comment(rules, edit->kind == AF_DROP ? "drops" : "inserts", edit->rule, write, opaque);
    }
    if (status == AF_OK) {
        status = edit->kind == AF_INSERT ? write(opaque, edit->data, edit->len) : write(opaque, range, len);
    }
    if (status == AF_OK && edit->kind != AF_KEEP) {
        status = write_end(write, opaque);
    }
    return status;
}
