/*
 * tests/cases_runner.c: runs tests/cases/GROUP/NAME.case files; tests/cases/README.md tells their form.
 *
 * Each case is run at chunk sizes 1, 2, 7, 4096 and whole and must give the expected bytes every time; the edit list must cover
 * the input without gap or overlap, and what is told and counted be the same; nothing may be left allocated. And once more for
 * each n with the n-th allocation failing: then the edits must still cover the input and drop nothing else, and everything be
 * given back; and so for the rules. With --no-failures the allocations are left alone. A case has a process and a minute of its
 * own, so that a crash is one failure.
 */
#include <limits.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "case_file.h"

#ifdef AF_COVERAGE
void __gcov_dump(void); /* _exit writes no counts */
#endif

#define MAX_FAILING 400 /* allocations of a case that are made to fail, one after the other */
#define CASE_SECONDS 60u

typedef struct {
    size_t calls, fail_at; /* fail_at: the number of the call that gives NULL, 0: none */
    size_t blocks, bytes, peak;
} af_counter_t;

typedef struct {
    const af_case_t *test;
    af_bytes_t got, told, counts;
    uint64_t pos;
    bool gap;
    uint8_t *dropped; /* NULL, or a byte for each of the input's: whether it is dropped */
} af_collect_t;

static const size_t chunks[] = {1, 2, 7, 4096, SIZE_MAX};
static bool with_failures = true;

/* --- hooks and sinks ------------------------------------------------------------------------------------------------- */

static void *counting_alloc(void *opaque, size_t len)
{
    af_counter_t *counter = opaque;

    if (++counter->calls == counter->fail_at) {
        return NULL;
    }
    size_t *block = malloc(len + 16);
    if (block == NULL) {
        return NULL;
    }
    *block = len;
    counter->blocks++;
    counter->bytes += len;
    counter->peak = counter->bytes > counter->peak ? counter->bytes : counter->peak;
    return (uint8_t *) block + 16;
}

static void counting_release(void *opaque, void *block)
{
    af_counter_t *counter = opaque;

    if (block != NULL) {
        size_t *start = (size_t *) (void *) ((uint8_t *) block - 16);
        counter->blocks--;
        counter->bytes -= *start;
        free(start);
    }
}

static af_status_t collect(void *opaque, const uint8_t *data, size_t len)
{
    af_collect_t *into = opaque;

    append(&into->got, data, len);
    return AF_OK;
}

static af_status_t collect_edit(void *opaque, const af_edit_t *edit)
{
    af_collect_t *into = opaque;
    bool insert = edit->kind == AF_INSERT;

    into->gap = into->gap || edit->from_pos != into->pos || (edit->to_pos <= edit->from_pos) != insert ||
                edit->to_pos > into->test->in.len;
    if (into->gap) {
        return AF_HOST;
    }
    if (insert) {
        append(&into->got, edit->data, edit->len);
    } else if (edit->kind == AF_KEEP) {
        append(&into->got, into->test->in.data + edit->from_pos, (size_t) (edit->to_pos - edit->from_pos));
    }
    if (edit->kind == AF_DROP && into->dropped != NULL) {
        memset(into->dropped + edit->from_pos, 1, (size_t) (edit->to_pos - edit->from_pos));
    }
    into->pos = edit->to_pos;
    return AF_OK;
}

/* A line an event: what, where it begins, what the detail is; with the counts where it ends. A limit's end is a matter of chunks. */
static void collect_event(void *opaque, const af_event_t *event)
{
    static const char *const words[] = {"removed", "unwrapped", "stripped", "duplicate", "inserted", "repaired",
                                        "guarded", "refused", "no-date", "malformed", "limit"};
    af_collect_t *into = opaque;
    char line[128];

    snprintf(line, sizeof line, "%s%s %llu%s%s", into->told.len > 0 ? "\n" : "", words[event->kind],
             (unsigned long long) event->from_pos, event->detail[0] == '\0' ? "" : " ", event->detail);
    append(&into->told, line, strlen(line));
    snprintf(line, sizeof line, "%llu ", (unsigned long long) (event->kind == AF_LIMIT_HIT ? 0 : event->to_pos));
    append(&into->counts, line, strlen(line));
}

/* What of the counts is no matter of chunks, as memory is, and how much is held at once. */
static void collect_counts(const af_stream_t *stream, af_collect_t *into)
{
    af_stats_t stats;
    char line[256];

    af_stream_stats(stream, &stats);
    snprintf(line, sizeof line, "%llu-%llu+%llu %u %u %u %u %u %u %u %u %s %s", (unsigned long long) stats.pushed,
             (unsigned long long) stats.dropped, (unsigned long long) stats.inserted, stats.removed, stats.unwrapped, stats.stripped,
             stats.duplicates, stats.attributions, stats.guarded, stats.refused, stats.limited, stats.reason, stats.attribution);
    append(&into->counts, line, strlen(line));
}

static void free_collected(af_collect_t *into)
{
    free(into->got.data);
    free(into->told.data);
    free(into->counts.data);
    free(into->dropped);
}

/* --- running --------------------------------------------------------------------------------------------------------- */

static af_ruleset_t *compile(const af_case_t *test, const char *path)
{
    af_builder_t *builder = NULL;
    af_ruleset_t *rules = NULL;
    af_error_t error = {0};

    if (af_builder_create(NULL, &builder) != AF_OK) {
        return NULL;
    }
    if (af_builder_add_text(builder, (const char *) test->rules.data, test->rules.len, path, 1, &error) != AF_OK) {
        printf("not ok %s: rules:%u:%u: %s\n", path, error.line, error.column, error.message);
        af_builder_destroy(builder);
        return NULL;
    }
    if (af_builder_compile(builder, &rules, &error) != AF_OK) {
        printf("not ok %s: rules do not compile: %s\n", path, error.message);
        return NULL;
    }
    return rules;
}

static af_status_t run_writer(const af_ruleset_t *rules, const af_case_t *test, size_t chunk, af_counter_t *counter,
                              af_collect_t *into)
{
    const af_memory_t memory = {counting_alloc, counting_release, counter};
    af_options_t options;
    char text[3][256];
    af_writer_t *writer = NULL;

    read_options(test, &options, text);
    af_status_t status = af_writer_create(rules, &options, NULL, collect, into, &memory, &writer);
    if (status != AF_OK) {
        return status;
    }
    for (size_t at = 0; at < test->in.len;) {
        size_t left = test->in.len - at;
        size_t len = left < chunk ? left : chunk;
        /* A block of its own, so that a sanitizer sees what is read outside or too late. */
        uint8_t *block = malloc(len);
        if (block == NULL) {
            abort();
        }
        memcpy(block, test->in.data + at, len);
        af_status_t pushed = af_writer_push(writer, block, len);
        status = pushed != AF_OK ? pushed : status;
        free(block);
        at += len;
    }
    af_status_t finished = af_writer_finish(writer);
    af_writer_destroy(writer);
    return finished != AF_OK ? finished : status;
}

/* Whether the edits cover the input without a gap. A stream that cannot be had is none. */
static bool run_stream(const af_ruleset_t *rules, const af_case_t *test, const af_memory_t *memory, size_t chunk, af_collect_t *into)
{
    const af_sink_t sink = {collect_edit, collect_event, NULL, into};
    af_options_t options;
    char text[3][256];
    af_stream_t *stream = NULL;
    bool told = true;

    read_options(test, &options, text);
    into->test = test;
    append(&into->told, "", 0);
    append(&into->counts, "", 0);
    if (af_stream_create(rules, &options, &sink, memory, &stream) != AF_OK) {
        append(&into->got, test->in.data, test->in.len);
        return true;
    }
    for (size_t at = 0; told && at < test->in.len;) {
        size_t left = test->in.len - at, len = left < chunk ? left : chunk;
        told = af_stream_push(stream, test->in.data + at, len) != AF_HOST;
        at += len;
    }
    told = told && af_stream_finish(stream) != AF_HOST;
    bool whole = told && !into->gap && into->pos == test->in.len;
    collect_counts(stream, into);
    af_stream_destroy(stream);
    return whole;
}

static void show(const char *name, const uint8_t *data, size_t len)
{
    printf("  %-9s", name);
    for (size_t i = 0; i < len; i++) {
        uint8_t c = data[i];
        if (c == '\n') {
            fputs("\\n", stdout);
        } else if (c < 0x20 || c >= 0x7f) {
            printf("\\x%02x", c);
        } else {
            putchar(c);
        }
    }
    putchar('\n');
}

static bool equal(const af_case_t *test, const af_collect_t *into)
{
    return into->got.len == test->out.len && (test->out.len == 0 || memcmp(into->got.data, test->out.data, test->out.len) == 0);
}

static void tell(const char *path, const af_case_t *test, const af_collect_t *into, const char *how)
{
    printf("not ok %s (%s)\n", path, how);
    show("rules", test->rules.data, test->rules.len);
    show("in", test->in.data, test->in.len);
    show("expected", test->out.data, test->out.len);
    show("came", into->got.data, into->got.len);
    printf("  repeat    build/tests/cases_runner %s\n", path);
}

static bool check_limit(const char *path, const af_case_t *test, const char *name, size_t value)
{
    char text[64];

    if (!value_of(&test->limits, name, text, sizeof text) || value <= (size_t) strtoull(text, NULL, 10)) {
        return true;
    }
    printf("not ok %s: %s %zu, at most %s expected\n", path, name, value, text);
    return false;
}

static bool run_chunked(const af_ruleset_t *rules, const af_case_t *test, const char *path, size_t chunk, size_t *calls)
{
    af_collect_t into = {.test = test};
    af_counter_t counter = {0};
    char how[64];

    append(&into.got, "", 0);
    run_writer(rules, test, chunk, &counter, &into);
    snprintf(how, sizeof how, chunk == SIZE_MAX ? "whole" : "chunk %zu", chunk);
    bool ok = equal(test, &into);
    if (!ok) {
        tell(path, test, &into, how);
    } else if (counter.blocks != 0) {
        printf("not ok %s (%s): %zu blocks were not released\n", path, how, counter.blocks);
        ok = false;
    }
    if (chunk == SIZE_MAX) {
        ok = ok && check_limit(path, test, "allocations", counter.calls) && check_limit(path, test, "peak", counter.peak);
    }
    *calls = counter.calls;
    free_collected(&into);
    return ok;
}

static bool same_bytes(const af_bytes_t *a, const af_bytes_t *b)
{
    return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

/* What is told and counted is as the case has it, and the same in chunks. */
static bool check_told(const char *path, const af_bytes_t *expected, const af_bytes_t *came, size_t chunk)
{
    if (same_bytes(expected, came)) {
        return true;
    }
    printf("not ok %s (told, chunk %zu)\n", path, chunk == SIZE_MAX ? 0 : chunk);
    show("expected", expected->data, expected->len);
    show("came", came->data, came->len);
    return false;
}

static bool run_edits(const af_ruleset_t *rules, const af_case_t *test, const char *path, size_t chunk, const af_collect_t *whole)
{
    af_collect_t into = {.test = test};

    append(&into.got, "", 0);
    bool covers = run_stream(rules, test, NULL, chunk, &into);
    bool ok = covers && equal(test, &into);
    if (!ok) {
        tell(path, test, &into, covers ? "edits" : "edits: a gap, an overlap, or not to the end");
    }
    ok = ok && (!test->tells || check_told(path, &test->told, &into.told, chunk)) &&
         check_told(path, &whole->told, &into.told, chunk) && check_told(path, &whole->counts, &into.counts, chunk);
    free_collected(&into);
    return ok;
}

static bool run_all_edits(const af_ruleset_t *rules, const af_case_t *test, const char *path)
{
    af_collect_t whole = {.test = test};
    bool ok = true;

    append(&whole.got, "", 0);
    run_stream(rules, test, NULL, SIZE_MAX, &whole);
    for (size_t i = 0; ok && i < sizeof chunks / sizeof *chunks; i++) {
        ok = run_edits(rules, test, path, chunks[i], &whole);
    }
    free_collected(&whole);
    return ok;
}

static bool fail_writer(const af_ruleset_t *rules, const af_case_t *test, const char *path, size_t n)
{
    af_collect_t into = {.test = test};
    af_counter_t counter = {.fail_at = n};

    append(&into.got, "", 0);
    run_writer(rules, test, 7, &counter, &into);
    if (counter.blocks != 0) {
        printf("not ok %s: %zu blocks were not released after allocation %zu failed\n", path, counter.blocks, n);
    }
    free(into.got.data);
    return counter.blocks == 0;
}

static uint8_t *room_for_drops(const af_case_t *test)
{
    uint8_t *room = calloc(test->in.len + 1, 1);

    if (room == NULL) {
        abort();
    }
    return room;
}

/* What the stream drops without a failure: a byte for each of the input's. */
static uint8_t *drops_of(const af_ruleset_t *rules, const af_case_t *test)
{
    af_collect_t into = {.test = test, .dropped = room_for_drops(test)};

    uint8_t *dropped = into.dropped;

    run_stream(rules, test, NULL, 3, &into);
    into.dropped = NULL;
    free_collected(&into);
    return dropped;
}

/* After a failure edits still cover the input, each byte once, and nothing is dropped that would not have been without it. */
static bool fail_stream(const af_ruleset_t *rules, const af_case_t *test, const char *path, size_t n, const uint8_t *drops)
{
    af_collect_t into = {.test = test, .dropped = room_for_drops(test)};
    af_counter_t counter = {.fail_at = n};
    const af_memory_t memory = {counting_alloc, counting_release, &counter};
    const char *wrong = NULL;

    append(&into.got, "", 0);
    if (!run_stream(rules, test, &memory, 3, &into)) {
        wrong = "a gap between edits";
    } else if (counter.blocks != 0) {
        wrong = "blocks were not released";
    }
    for (size_t i = 0; wrong == NULL && i < test->in.len; i++) {
        wrong = into.dropped[i] > drops[i] ? "something else is dropped" : NULL;
    }
    if (wrong != NULL) {
        printf("not ok %s: %s after allocation %zu failed\n", path, wrong, n);
        show("came", into.got.data, into.got.len);
    }
    free_collected(&into);
    return wrong == NULL;
}

static bool run_failing(const af_ruleset_t *rules, const af_case_t *test, const char *path, size_t calls)
{
    uint8_t *drops = drops_of(rules, test);
    bool ok = true;

    for (size_t n = 1; ok && n <= calls + 1 && n <= MAX_FAILING; n++) {
        ok = fail_writer(rules, test, path, n) && fail_stream(rules, test, path, n, drops);
    }
    free(drops);
    return ok;
}

/* The rules once more with the n-th allocation failing: an error, nothing left. */
static bool compile_failing(const af_case_t *test, const char *path)
{
    size_t calls = SIZE_MAX;

    for (size_t n = 1, step = 1; n < calls; n += step, step += n / 50) {
        af_counter_t counter = {.fail_at = n};
        const af_memory_t memory = {counting_alloc, counting_release, &counter};
        af_builder_t *builder = NULL;
        af_ruleset_t *rules = NULL;
        af_status_t status = af_builder_create(&memory, &builder);
        if (status == AF_OK) {
            status = af_builder_add_text(builder, (const char *) test->rules.data, test->rules.len, path, 1, NULL);
            if (status == AF_OK) {
                status = af_builder_compile(builder, &rules, NULL);
            } else {
                af_builder_destroy(builder);
            }
        }
        af_ruleset_destroy(rules);
        if (counter.calls < n) {
            calls = counter.calls;
        } else if (status != AF_NOMEM && status != AF_OK) { /* OK: a thing that is only wanted, such as machine code */
            printf("not ok %s: status %d where allocation %zu of the rules failed\n", path, (int) status, n);
            return false;
        }
        if (counter.blocks != 0) {
            printf("not ok %s: %zu blocks of the rules were not released after allocation %zu failed\n", path, counter.blocks, n);
            return false;
        }
    }
    return true;
}

static bool run_case(const char *path)
{
    af_case_t test = {0};
    af_bytes_t text = {0};
    bool ok = false;

    if (!read_file(path, &text) || !parse_case(&text, &test)) {
        printf("not ok %s: not to be read as a case\n", path);
    } else {
        af_ruleset_t *rules = compile(&test, path);
        size_t calls = 0;
        ok = rules != NULL;
        for (size_t i = 0; ok && i < sizeof chunks / sizeof *chunks; i++) {
            ok = run_chunked(rules, &test, path, chunks[i], &calls);
        }
        ok = ok && run_all_edits(rules, &test, path);
        ok = ok && (!with_failures || (run_failing(rules, &test, path, calls) && compile_failing(&test, path)));
        af_ruleset_destroy(rules);
    }
    free(text.data);
    free(test.rules.data);
    free(test.in.data);
    free(test.out.data);
    free(test.told.data);
    free(test.options.data);
    free(test.limits.data);
    return ok;
}

/* In a process of its own, so that a crash or an endless loop is one failure. */
static bool run_apart(const char *path)
{
    int status = 0;

    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        alarm(CASE_SECONDS);
        bool ok = run_case(path);
        fflush(stdout);
#ifdef AF_COVERAGE
        __gcov_dump();
#endif
        _exit(ok ? 0 : 1);
    }
    if (child < 0 || waitpid(child, &status, 0) != child) {
        printf("not ok %s: no process\n", path);
        return false;
    }
    if (WIFSIGNALED(status)) {
        printf("not ok %s: signal %d\n  repeat    build/tests/cases_runner %s\n", path, WTERMSIG(status), path);
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main(int argc, char **argv)
{
    int passed = 0, failed = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    /* The kernel is not asked for a block, and given it back, for each of a million rule sets. */
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, INT_MAX);
    mallopt(M_TOP_PAD, 1 << 24);
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--no-failures") == 0) {
            with_failures = false;
        } else if (run_apart(argv[i])) {
            passed++;
        } else {
            failed++;
        }
    }
    printf("%d passed, %d failed, 0 skipped\n", passed, failed);
    return failed > 0;
}
