/*
 * fuzz.h: what the targets share: a check that tells what it is about, bytes that grow, the fuzzer's bytes as numbers.
 *
 * Targets are built by clang with libFuzzer, or linked with run_files.c to run files without it.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "article_filter.h"

#define CHECK(holds) ((holds) ? (void) 0 : fuzz_failed(#holds, __FILE__, __LINE__))

/* Hanging is more than 100 ms of this process for 64 KiB; sanitizers take about twenty times as long. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FUZZ_SLOW 20
#define FUZZ_SANITIZED 1
#endif
#endif
#ifndef FUZZ_SLOW
#define FUZZ_SLOW 1
#endif
#define FUZZ_MAX_SECONDS (0.1 * FUZZ_SLOW)

/* How often a target that runs each input several times has run the core. */
extern uint64_t fuzz_core_runs;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerInitialize(int *argc, char ***argv);

__attribute__((noreturn)) static inline void fuzz_failed(const char *what, const char *file, int line)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
    abort();
}

typedef struct {
    uint8_t *data;
    size_t len, capacity;
} fuzz_bytes_t;

static inline void fuzz_put(fuzz_bytes_t *bytes, const void *data, size_t len)
{
    if (bytes->len + len + 1 > bytes->capacity) {
        bytes->capacity = 2 * (bytes->len + len) + 256;
        bytes->data = realloc(bytes->data, bytes->capacity);
        CHECK(bytes->data != NULL);
    }
    if (len > 0) {
        memcpy(bytes->data + bytes->len, data, len);
    }
    bytes->len += len;
    bytes->data[bytes->len] = 0;
}

static inline bool fuzz_same(const fuzz_bytes_t *a, const fuzz_bytes_t *b)
{
    return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static inline void fuzz_show(const char *name, const uint8_t *data, size_t len)
{
    fprintf(stderr, "%s (%zu): ", name, len);
    for (size_t i = 0; i < len; i++) {
        if (data[i] >= 0x20 && data[i] < 0x7f && data[i] != '\\') {
            fputc(data[i], stderr);
        } else {
            fprintf(stderr, data[i] == '\n' ? "\\n" : "\\x%02x", data[i]);
        }
    }
    fputc('\n', stderr);
}

static inline double fuzz_seconds(clockid_t which)
{
    struct timespec now;

    clock_gettime(which, &now);
    return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

/* Does `work`, which may be done again, and checks that it takes less than `seconds` of this process. The process's own clock is a
 * system call: it is asked only if the wall's, which is none, says that it may have taken longer. */
#define IN_TIME(seconds, work) \
    do { \
        double began = fuzz_seconds(CLOCK_MONOTONIC); \
        work; \
        if (fuzz_seconds(CLOCK_MONOTONIC) - began > (seconds)) { \
            began = fuzz_seconds(CLOCK_PROCESS_CPUTIME_ID); \
            work; \
            CHECK(fuzz_seconds(CLOCK_PROCESS_CPUTIME_ID) - began < (seconds)); \
        } \
    } while (0)

static inline uint32_t fuzz_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static inline uint32_t fuzz_hash(const uint8_t *data, size_t len)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ data[i]) * 16777619u;
    }
    return hash;
}

/* Without sanitizers: what is freed is kept for the next run, and not mapped anew each time. */
__attribute__((constructor)) static void fuzz_keep_memory(void)
{
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    mallopt(M_TOP_PAD, 16 << 20);
}

/* Rules that stay: PCRE2 gives the pages of its machine code back when little is left, which is slower than making it. */
static inline void fuzz_keep_code(void)
{
    static af_ruleset_t *kept;
    static const char text[] = "preset comments\npreset share\npreset newsletter\n";
    af_builder_t *builder;

    if (kept == NULL) {
        CHECK(af_builder_create(NULL, &builder) == AF_OK);
        CHECK(af_builder_add_text(builder, text, sizeof text - 1, "kept", 1, NULL) == AF_OK);
        CHECK(af_builder_compile(builder, &kept, NULL) == AF_OK);
    }
}

/* --- chunks ------------------------------------------------------------------------------------------------------------ */

/* How an input is cut: 0 whole; 1 to 127 so many bytes at a time; from 128 on of changing size, empty ones too. */
typedef struct {
    uint8_t how;
    uint32_t random;
} fuzz_chunks_t;

static inline size_t fuzz_chunk(fuzz_chunks_t *chunks, size_t left)
{
    size_t len = left;

    if (chunks->how >= 128) {
        chunks->random += chunks->random == 0 ? chunks->how : 0;
        len = fuzz_random(&chunks->random) % (chunks->how < 192 ? 9u : 300u);
    } else if (chunks->how > 0) {
        len = chunks->how;
    }
    return len < left ? len : left;
}

/* Gives a chunk as a block of its own, which is gone after the call that it was for: a sanitizer sees what is read outside or too
 * late; without one the block is one for all and is overwritten. */
static inline uint8_t *fuzz_lend(const uint8_t *data, size_t len)
{
#ifdef FUZZ_SANITIZED
    uint8_t *block = malloc(len + (len == 0));

    CHECK(block != NULL);
    memcpy(block, data, len);
    return block;
#else
    static fuzz_bytes_t block;

    block.len = 0;
    fuzz_put(&block, data, len);
    return block.data;
#endif
}

static inline void fuzz_take_back(uint8_t *block, size_t len)
{
#ifdef FUZZ_SANITIZED
    (void) len;
    free(block);
#else
    memset(block, 0xa5, len);
#endif
}

/* --- memory that is counted and may fail --------------------------------------------------------------------------------- */

typedef struct {
    size_t calls, fail_at, blocks;
} fuzz_memory_t;

static inline void *fuzz_alloc(void *opaque, size_t len)
{
    fuzz_memory_t *memory = opaque;

    if (++memory->calls == memory->fail_at) {
        return NULL;
    }
    memory->blocks++;
    return malloc(len);
}

static inline void fuzz_release(void *opaque, void *block)
{
    fuzz_memory_t *memory = opaque;

    memory->blocks -= block != NULL;
    free(block);
}

#endif
