/*
 * spec.h: what the runners of html5lib's suites share: growing bytes, files, where the suites are, counts.
 *
 * The suites are not part of the project: SPEC_DATA names their folder, ../shared/testdata/html5lib is tried without it, and where
 * neither is there the runner skips and says so. Running out of memory ends the test program.
 */
#ifndef AF_TESTS_SPEC_H
#define AF_TESTS_SPEC_H

#include <dirent.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/slice.h"

#define SHOWN_FAILURES 25

typedef struct {
    uint8_t *data; /* NUL behind it */
    size_t len, capacity;
} bytes_t;

typedef struct {
    int passed, failed, skipped;
} counts_t;

static inline void *must(void *block)
{
    if (block == NULL) {
        abort();
    }
    return block;
}

static inline void put(bytes_t *bytes, const void *data, size_t len)
{
    if (bytes->len + len + 1 > bytes->capacity) {
        bytes->capacity = 2 * (bytes->len + len) + 64;
        bytes->data = must(realloc(bytes->data, bytes->capacity));
    }
    if (len > 0) {
        memcpy(bytes->data + bytes->len, data, len);
    }
    bytes->len += len;
    bytes->data[bytes->len] = 0;
}

static inline void put_text(bytes_t *bytes, const char *text)
{
    put(bytes, text, strlen(text));
}

static inline void clear(bytes_t *bytes)
{
    bytes->len = 0;
    put(bytes, "", 0);
}

static inline bool same_bytes(const bytes_t *a, const bytes_t *b)
{
    return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static inline bool is_text(const bytes_t *bytes, const char *text)
{
    return bytes->len == strlen(text) && memcmp(bytes->data, text, bytes->len) == 0;
}

/* UTF-8, and of a lone surrogate the three bytes that it would have. */
static inline void put_character(bytes_t *bytes, uint32_t c)
{
    uint8_t out[4];
    size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const uint8_t first[5] = {0, 0, 0xc0, 0xe0, 0xf0};

    for (size_t i = len; i-- > 1; c >>= 6) {
        out[i] = (uint8_t) (0x80 | (c & 0x3f));
    }
    out[0] = (uint8_t) (first[len] | c);
    put(bytes, out, len);
}

/* HTML #preprocessing-the-input-stream, and U+FFFD for NUL where `replace_nul`. */
static inline void put_normalised(bytes_t *bytes, const uint8_t *data, size_t len, bool replace_nul)
{
    for (size_t i = 0; i < len; i++) {
        if (data[i] == '\r') {
            put(bytes, "\n", 1);
            i += i + 1 < len && data[i + 1] == '\n';
        } else if (data[i] == 0 && replace_nul) {
            put_character(bytes, 0xfffd);
        } else {
            put(bytes, data + i, 1);
        }
    }
}

static inline void put_lower(bytes_t *bytes, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        uint8_t c = data[i] >= 'A' && data[i] <= 'Z' ? data[i] | 0x20 : data[i];
        put_normalised(bytes, &c, 1, true);
    }
}

static inline bool read_file(const char *path, bytes_t *text)
{
    FILE *file = fopen(path, "rb");
    char block[65536];
    size_t got;

    clear(text);
    if (file == NULL) {
        return false;
    }
    while ((got = fread(block, 1, sizeof block, file)) > 0) {
        put(text, block, got);
    }
    fclose(file);
    return true;
}

static inline int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}

/* Calls `run` for each file of `folder` whose name ends in `suffix`, in the order of names. False: there is no such folder. */
static inline bool each_file(const char *folder, const char *suffix, void (*run)(void *opaque, const char *path), void *opaque)
{
    DIR *directory = opendir(folder);
    char **names = NULL;
    size_t count = 0;

    if (directory == NULL) {
        return false;
    }
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        size_t len = strlen(entry->d_name);
        if (len > strlen(suffix) && strcmp(entry->d_name + len - strlen(suffix), suffix) == 0) {
            names = must(realloc(names, (count + 1) * sizeof *names));
            names[count++] = must(strdup(entry->d_name));
        }
    }
    closedir(directory);
    if (count > 0) {
        qsort(names, count, sizeof *names, compare_names);
    }
    for (size_t i = 0; i < count; i++) {
        char path[8192];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        run(opaque, path);
        free(names[i]);
    }
    free(names);
    return true;
}

/* The folder `name` of the suites. */
static inline void suite_folder(const char *name, char *out, size_t size)
{
    const char *root = getenv("SPEC_DATA");

    snprintf(out, size, "%s/%s", root != NULL ? root : "../shared/testdata/html5lib", name);
}

static inline const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

/* Bytes for a person: what is not printable as \xNN, lines as they are. */
static inline void show(const char *title, const uint8_t *data, size_t len)
{
    printf("  %s\n    ", title);
    for (size_t i = 0; i < len; i++) {
        if (data[i] == '\n' && i + 1 < len) {
            fputs("\n    ", stdout);
        } else if (data[i] != '\n' && (data[i] < 0x20 || data[i] >= 0x7f)) {
            printf("\\x%02x", data[i]);
        } else if (data[i] != '\n') {
            putchar(data[i]);
        }
    }
    putchar('\n');
}

static inline int tell_counts(const counts_t *counts)
{
    printf("%d passed, %d failed, %d skipped\n", counts->passed, counts->failed, counts->skipped);
    return counts->failed > 0;
}

#endif
