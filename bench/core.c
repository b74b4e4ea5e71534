/*
 * bench/core.c: one row of the bench in memory: how fast something crosses a pack of pages, one thread, CPU time.
 *
 *     core PACK WHAT [--chunk N] [--site HOST] [--rules FILE] [--preset NAME]... [--passes N]
 *
 * A pack is u32 count, u32 length[count], the pages' bytes (little endian). Prints one line of JSON; the time is that of the
 * median pass. tools/run-bench runs the rows round after round and makes the table.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "article_filter.h"
#include "base/scan.h"
#include "html/names.h"
#include "html/tokenizer.h"
#include "select/match.h"

#define PASSES_MAX 99
#define PRESETS_MAX 64
#define WARM_STREAMS 2000u

typedef struct {
    const uint8_t *data;
    size_t len;
} page_t;

typedef struct {
    page_t *pages;
    size_t count, bytes, longest;
} pack_t;

typedef struct {
    const char *rules;
    const char *presets[PRESETS_MAX];
    size_t preset_count, chunk;
    const char *site;
    int passes;
} wants_t;

typedef struct {
    const wants_t *wants;
    const pack_t *pack;
    af_ruleset_t *set;
    af_matcher_t *matcher;
    uint8_t *out;      /* a page's output; as long as the longest and some */
    size_t out_len, out_capacity;
    uint64_t result;   /* of a pass: tags, bytes written, whatever keeps the work alive */
} bench_t;

static void stop(const char *what, const char *why)
{
    fprintf(stderr, "core: %s: %s\n", what, why);
    exit(1);
}

static double seconds(void)
{
    struct timespec time;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double) time.tv_sec + (double) time.tv_nsec * 1e-9;
}

static void *memory_of(size_t len)
{
    void *block = malloc(len > 0 ? len : 1);

    if (block == NULL) {
        stop("memory", "none");
    }
    return block;
}

static char *read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    long size;

    if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0 || fseek(file, 0, SEEK_SET) != 0) {
        stop(path, "cannot be read");
        return NULL;
    }
    char *text = memory_of((size_t) size + 1);
    *len = fread(text, 1, (size_t) size, file);
    text[*len] = '\0';
    fclose(file);
    return text;
}

static pack_t read_pack(const char *path)
{
    pack_t pack = {0};
    size_t len;
    char *file = read_file(path, &len);
    uint32_t count = 0, size;

    memcpy(&count, file, len < 4 ? 0 : 4);
    size_t at = 4 + 4 * (size_t) count;
    if (count == 0 || at > len) {
        stop(path, "no pack of pages");
    }
    pack.pages = memory_of(count * sizeof *pack.pages);
    for (pack.count = 0; pack.count < count; pack.count++) {
        memcpy(&size, file + 4 + 4 * pack.count, 4);
        pack.pages[pack.count] = (page_t){(const uint8_t *) file + at, size};
        pack.bytes += size;
        pack.longest = size > pack.longest ? size : pack.longest;
        at += size;
    }
    if (at != len) {
        stop(path, "cut short");
    }
    return pack;
}

/* --- Rules --------------------------------------------------------------------------------------------------------------- */

typedef struct {
    size_t used, peak;
} count_t;

/* Blocks know their length, so that what a ruleset holds can be counted from outside. */
static void *count_alloc(void *opaque, size_t len)
{
    count_t *count = opaque;
    size_t *block = malloc(len + 16);

    if (block == NULL) {
        return NULL;
    }
    *block = len;
    count->used += len;
    count->peak = count->used > count->peak ? count->used : count->peak;
    return (uint8_t *) block + 16;
}

static void count_release(void *opaque, void *block)
{
    if (block != NULL) {
        size_t *start = (size_t *) (void *) ((uint8_t *) block - 16);
        ((count_t *) opaque)->used -= *start;
        free(start);
    }
}

static void check(af_status_t status, const af_error_t *error)
{
    if (status != AF_OK) {
        fprintf(stderr, "core: %s:%u:%u: %s\n", error->file, (unsigned) error->line, (unsigned) error->column, error->message);
        exit(1);
    }
}

static af_ruleset_t *compile(const wants_t *wants, const char *text, size_t len, const af_memory_t *memory)
{
    af_builder_t *builder;
    af_ruleset_t *set;
    af_error_t error = {.message = "no memory"};

    check(af_builder_create(memory, &builder), &error);
    if (text != NULL) {
        check(af_builder_add_text(builder, text, len, wants->rules, 1, &error), &error);
    }
    for (size_t i = 0; i < wants->preset_count; i++) {
        check(af_builder_add_preset(builder, wants->presets[i], &error), &error);
    }
    check(af_builder_compile(builder, &set, &error), &error);
    return set;
}

/* --- Passes: each over all pages -------------------------------------------------------------------------------------------- */

static void pass_memcpy(bench_t *bench)
{
    for (size_t i = 0; i < bench->pack->count; i++) {
        const page_t *page = &bench->pack->pages[i];
        for (size_t at = 0; at < page->len; at += bench->wants->chunk) {
            size_t left = page->len - at;
            memcpy(bench->out + at, page->data + at, left < bench->wants->chunk ? left : bench->wants->chunk);
        }
        bench->result += bench->out[page->len / 2];
    }
}

static void pass_less_than(bench_t *bench)
{
    const af_scan_t *scan = af_scan_best();

    for (size_t i = 0; i < bench->pack->count; i++) {
        const page_t *page = &bench->pack->pages[i];
        for (size_t at = 0; (at += scan->byte(page->data + at, page->len - at, '<')) < page->len; at++) {
            bench->result++;
        }
    }
}

/* What tree construction would ask for in HTML. */
static af_text_kind_t text_after(uint32_t tag)
{
    switch (tag) {
    case AF_TAG_SCRIPT:
        return AF_TEXT_SCRIPT;
    case AF_TAG_TITLE: case AF_TAG_TEXTAREA:
        return AF_TEXT_RCDATA;
    case AF_TAG_STYLE: case AF_TAG_XMP: case AF_TAG_IFRAME: case AF_TAG_NOEMBED: case AF_TAG_NOFRAMES: case AF_TAG_NOSCRIPT:
        return AF_TEXT_RAWTEXT;
    default:
        return AF_TEXT_DATA;
    }
}

static void take_tokens(bench_t *bench, af_tokenizer_t *tokenizer)
{
    af_token_t token;

    do {
        if (af_tokenizer_next(tokenizer, &token) != AF_OK) {
            stop("tokenizer", "failed");
        }
        if (token.type == AF_TOKEN_START_TAG) {
            af_text_kind_t kind = text_after(token.tag);
            bench->result++;
            if (kind != AF_TEXT_DATA) {
                af_tokenizer_set_text(tokenizer, kind);
            }
            if (bench->matcher != NULL && af_match_tag(bench->matcher, &token, token.tag, AF_NS_HTML) != AF_OK) {
                stop("match", "failed");
            }
        } else if (token.type == AF_TOKEN_END_TAG) {
            bench->result++;
        }
    } while (token.type != AF_TOKEN_NONE && token.type != AF_TOKEN_END);
}

static void pass_tokens(bench_t *bench)
{
    af_heap_t heap;
    af_tokenizer_t *tokenizer;

    af_heap_init(&heap, NULL, 0);
    for (size_t i = 0; i < bench->pack->count; i++) {
        const page_t *page = &bench->pack->pages[i];
        if (af_tokenizer_create(&heap, 1 << 18, 1024, &tokenizer) != AF_OK) {
            stop("tokenizer", "no memory");
        }
        for (size_t at = 0; at < page->len; at += bench->wants->chunk) {
            size_t left = page->len - at;
            af_tokenizer_feed(tokenizer, page->data + at, left < bench->wants->chunk ? left : bench->wants->chunk);
            take_tokens(bench, tokenizer);
        }
        af_tokenizer_finish(tokenizer);
        take_tokens(bench, tokenizer);
        af_tokenizer_destroy(tokenizer);
    }
}

static af_status_t write_out(void *opaque, const uint8_t *data, size_t len)
{
    bench_t *bench = opaque;

    if (len > bench->out_capacity - bench->out_len) {
        return AF_LIMIT;
    }
    memcpy(bench->out + bench->out_len, data, len);
    bench->out_len += len;
    return AF_OK;
}

static void filter_page(bench_t *bench, const page_t *page, const af_options_t *options)
{
    af_writer_t *writer;
    af_status_t status = af_writer_create(bench->set, options, NULL, write_out, bench, NULL, &writer);

    if (status != AF_OK) {
        stop("filter", "no stream");
    }
    for (size_t at = 0; status == AF_OK && at < page->len; at += bench->wants->chunk) {
        size_t left = page->len - at;
        status = af_writer_push(writer, page->data + at, left < bench->wants->chunk ? left : bench->wants->chunk);
    }
    if (status != AF_OK || af_writer_finish(writer) != AF_OK) {
        stop("filter", "a limit was hit");
    }
    af_writer_destroy(writer);
}

static void pass_filter(bench_t *bench)
{
    af_options_t options;

    af_options_init(&options);
    options.type = AF_HTML;
    options.site = bench->wants->site;
    for (size_t i = 0; i < bench->pack->count; i++) {
        bench->out_len = 0;
        filter_page(bench, &bench->pack->pages[i], &options);
        bench->result += bench->out_len;
    }
}

/* --- Rows ------------------------------------------------------------------------------------------------------------------ */

static int compare_times(const void *a, const void *b)
{
    double difference = *(const double *) a - *(const double *) b;

    return difference < 0 ? -1 : difference > 0;
}

static double median_of(double *times, int count)
{
    qsort(times, (size_t) count, sizeof *times, compare_times);
    return times[count / 2];
}

static void run_passes(bench_t *bench, void (*pass)(bench_t *))
{
    double times[PASSES_MAX];

    pass(bench);
    for (int i = 0; i < bench->wants->passes; i++) {
        double from = seconds();
        bench->result = 0;
        pass(bench);
        times[i] = seconds() - from;
    }
    double time = median_of(times, bench->wants->passes);
    printf("{\"bytes\":%zu,\"result\":%llu,\"cpu\":%.6f,\"mbs\":%.2f}\n", bench->pack->bytes, (unsigned long long) bench->result,
           time, (double) bench->pack->bytes / time / 1e6);
}

/* Streams made, given a few bytes, and destroyed; without the writer. */
static af_status_t ignore_edit(void *opaque, const af_edit_t *edit)
{
    (void) opaque;
    (void) edit;
    return AF_OK;
}

static void run_setup(bench_t *bench)
{
    const af_sink_t sink = {.edit = ignore_edit};
    double times[PASSES_MAX];
    af_options_t options;
    af_stream_t *stream;

    af_options_init(&options);
    options.type = AF_HTML;
    options.site = bench->wants->site;
    for (int i = 0; i < bench->wants->passes; i++) {
        double from = seconds();
        for (unsigned n = 0; n < WARM_STREAMS; n++) {
            if (af_stream_create(bench->set, &options, &sink, NULL, &stream) != AF_OK) {
                stop("setup", "no stream");
            }
            af_stream_destroy(stream);
        }
        times[i] = (seconds() - from) / WARM_STREAMS;
    }
    printf("{\"ns\":%.1f}\n", median_of(times, bench->wants->passes) * 1e9);
}

static void run_compile(const wants_t *wants)
{
    size_t len = 0;
    char *text = wants->rules != NULL ? read_file(wants->rules, &len) : NULL;
    count_t count = {0};
    const af_memory_t memory = {count_alloc, count_release, &count};
    double times[PASSES_MAX];
    size_t rules = 0, used = 0;

    for (int i = 0; i < wants->passes; i++) {
        double from = seconds();
        af_ruleset_t *set = compile(wants, text, len, &memory);
        times[i] = seconds() - from;
        rules = af_ruleset_count(set);
        used = count.used;
        af_ruleset_destroy(set);
    }
    printf("{\"ms\":%.3f,\"rules\":%zu,\"held\":%zu,\"peak\":%zu}\n", median_of(times, wants->passes) * 1e3, rules, used,
           count.peak);
    free(text);
}

static af_index_t *index_of(af_heap_t *heap, const char *path)
{
    af_index_builder_t *builder;
    af_index_t *index;
    af_selector_error_t error = {.message = "no memory"};
    size_t len;
    uint32_t owner = 0;
    char *text = read_file(path, &len);

    if (af_index_builder_create(heap, &builder) != AF_OK) {
        stop(path, error.message);
    }
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        line = strncmp(line, "remove ", 7) == 0 ? line + 7 : line;
        if (af_index_add(builder, af_slice_of(line), owner++, &error) != AF_OK) {
            stop(line, error.message);
        }
    }
    if (af_index_compile(builder, &index) != AF_OK) {
        stop(path, "no index");
    }
    free(text);
    return index;
}

static void run_row(const char *what, bench_t *bench)
{
    af_heap_t heap;
    af_pool_t pool = {0};
    af_matcher_t matcher;
    size_t len = 0;

    if (strcmp(what, "memcpy") == 0) {
        run_passes(bench, pass_memcpy);
    } else if (strcmp(what, "less-than") == 0) {
        run_passes(bench, pass_less_than);
    } else if (strcmp(what, "tokens") == 0) {
        run_passes(bench, pass_tokens);
    } else if (strcmp(what, "tags") == 0) {
        af_heap_init(&heap, NULL, 0);
        af_index_t *index = index_of(&heap, bench->wants->rules);
        af_matcher_init(&matcher, index, &pool, &heap);
        bench->matcher = &matcher;
        run_passes(bench, pass_tokens);
        af_matcher_destroy(&matcher);
        af_index_destroy(index);
    } else if (strcmp(what, "compile") == 0) {
        run_compile(bench->wants);
    } else if (strcmp(what, "filter") == 0 || strcmp(what, "setup") == 0) {
        char *text = bench->wants->rules != NULL ? read_file(bench->wants->rules, &len) : NULL;
        bench->set = compile(bench->wants, text, len, NULL);
        if (what[0] == 'f') {
            run_passes(bench, pass_filter);
        } else {
            run_setup(bench);
        }
        af_ruleset_destroy(bench->set);
        free(text);
    } else {
        stop(what, "no such row");
    }
}

static void read_option(wants_t *wants, const char *name, const char *value)
{
    if (strcmp(name, "--chunk") == 0) {
        wants->chunk = strtoul(value, NULL, 10);
    } else if (strcmp(name, "--site") == 0) {
        wants->site = value;
    } else if (strcmp(name, "--rules") == 0) {
        wants->rules = value;
    } else if (strcmp(name, "--preset") == 0 && wants->preset_count < PRESETS_MAX) {
        wants->presets[wants->preset_count++] = value;
    } else if (strcmp(name, "--passes") == 0) {
        wants->passes = (int) strtoul(value, NULL, 10);
    } else {
        stop(name, "no such option");
    }
}

int main(int argc, char **argv)
{
    wants_t wants = {.chunk = 16384, .passes = 5};

    if (argc < 3 || argc % 2 == 0) {
        fprintf(stderr, "usage: core PACK memcpy|less-than|tokens|tags|filter|setup|compile [--chunk N] [--site HOST] "
                        "[--rules FILE] [--preset NAME]... [--passes N]\n");
        return 2;
    }
    for (int i = 3; i + 1 < argc; i += 2) {
        read_option(&wants, argv[i], argv[i + 1]);
    }
    wants.chunk = wants.chunk == 0 ? SIZE_MAX / 4 : wants.chunk;
    wants.passes = wants.passes < 1 ? 1 : wants.passes > PASSES_MAX ? PASSES_MAX : wants.passes;
    pack_t pack = read_pack(argv[1]);
    bench_t bench = {.wants = &wants, .pack = &pack, .out_capacity = 4 * pack.longest + 4096};
    bench.out = memory_of(bench.out_capacity);
    run_row(argv[2], &bench);
    free(bench.out);
    return 0;
}
