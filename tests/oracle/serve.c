/*
 * serve.c: runs of the core for a judge that wants many, without a process for each.
 *
 * Reads requests from standard input: a line "RULES CHUNK LEN", then RULES lines with a rule each, then LEN bytes of HTML. CHUNK 0
 * is the whole at once. Answers each with a line "STATUS LEN" (0: filtered, 1: a limit was hit or the input was refused,
 * 2: a rule is wrong) and LEN bytes of output. Ends with the input. Limits are so large that none is hit by chance.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "article_filter.h"

#define LINE 4096

typedef struct {
    uint8_t *data;
    size_t len, capacity;
} bytes_t;

static void reserve(bytes_t *bytes, size_t len)
{
    if (len <= bytes->capacity) {
        return;
    }
    bytes->capacity = len * 2;
    bytes->data = realloc(bytes->data, bytes->capacity);
    if (bytes->data == NULL) {
        abort();
    }
}

static af_status_t put(void *opaque, const uint8_t *data, size_t len)
{
    bytes_t *out = opaque;

    reserve(out, out->len + len);
    memcpy(out->data + out->len, data, len);
    out->len += len;
    return AF_OK;
}

/* The rules of a request; NULL: one is wrong. */
static af_ruleset_t *read_rules(unsigned long count)
{
    char line[LINE];
    af_builder_t *builder = NULL;
    af_ruleset_t *rules = NULL;
    af_error_t error;
    bool right = af_builder_create(NULL, &builder) == AF_OK;

    for (unsigned long i = 0; i < count; i++) {
        if (fgets(line, sizeof line, stdin) == NULL) {
            exit(2);
        }
        right = right && af_builder_add_text(builder, line, strlen(line), "-", 1, &error) == AF_OK;
    }
    if (!right) {
        af_builder_destroy(builder);
        return NULL;
    }
    return af_builder_compile(builder, &rules, &error) == AF_OK ? rules : NULL;
}

static int run(const af_ruleset_t *rules, const bytes_t *in, size_t chunk, bytes_t *out)
{
    af_options_t options;
    af_writer_t *writer = NULL;
    af_stats_t stats;
    bool well = true;

    af_options_init(&options);
    options.type = AF_HTML;
    options.limits.memory = options.limits.hold = (size_t) 1 << 30;
    out->len = 0;
    if (af_writer_create(rules, &options, NULL, put, out, NULL, &writer) != AF_OK) {
        return 1;
    }
    for (size_t at = 0; at < in->len;) {
        size_t len = chunk == 0 || chunk > in->len - at ? in->len - at : chunk;
        well = af_writer_push(writer, in->data + at, len) == AF_OK && well;
        at += len;
    }
    well = af_writer_finish(writer) == AF_OK && well;
    af_stream_stats(af_writer_stream(writer), &stats);
    af_writer_destroy(writer);
    return well && stats.limited == 0 ? 0 : 1;
}

int main(void)
{
    char line[LINE];
    bytes_t in = {0}, out = {0};

    reserve(&out, 1);
    while (fgets(line, sizeof line, stdin) != NULL) {
        char *rest;
        unsigned long count = strtoul(line, &rest, 10), chunk = strtoul(rest, &rest, 10), len = strtoul(rest, NULL, 10);
        af_ruleset_t *rules = read_rules(count);
        reserve(&in, len + 1);
        in.len = fread(in.data, 1, len, stdin);
        if (in.len < len) {
            return 2;
        }
        out.len = 0;
        int status = rules == NULL ? 2 : run(rules, &in, chunk, &out);
        af_ruleset_destroy(rules);
        printf("%d %zu\n", status, out.len);
        fwrite(out.data, 1, out.len, stdout);
        fflush(stdout);
    }
    free(in.data);
    free(out.data);
    return 0;
}
