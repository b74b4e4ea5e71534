/*
 * case_file.h: tests/cases/GROUP/NAME.case as it is read; tests/cases/README.md tells the form.
 */
#ifndef CASE_FILE_H
#define CASE_FILE_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "article_filter.h"

typedef struct {
    uint8_t *data;
    size_t len, capacity;
} af_bytes_t;

typedef struct {
    af_bytes_t rules, in, out, told, options, limits;
    bool same, tells;
} af_case_t;
static void append(af_bytes_t *bytes, const void *data, size_t len)
{
    if (bytes->len + len + 1 > bytes->capacity) {
        bytes->capacity = 2 * (bytes->len + len) + 64;
        bytes->data = realloc(bytes->data, bytes->capacity);
        if (bytes->data == NULL) {
            abort();
        }
    }
    if (len > 0) {
        memcpy(bytes->data + bytes->len, data, len);
    }
    bytes->len += len;
    bytes->data[bytes->len] = 0;
}

/* --- reading a case -------------------------------------------------------------------------------------------------- */

static bool read_file(const char *path, af_bytes_t *text)
{
    FILE *file = fopen(path, "rb");
    char block[4096];
    size_t got;

    append(text, "", 0);
    if (file == NULL) {
        return false;
    }
    while ((got = fread(block, 1, sizeof block, file)) > 0) {
        append(text, block, got);
    }
    fclose(file);
    return true;
}

static int hex(uint8_t c)
{
    return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

/* \r \n \t \f \0 \\ \xNN to their bytes. */
static void unescape(af_bytes_t *bytes)
{
    size_t to = 0;

    for (size_t i = 0; i < bytes->len; i++) {
        uint8_t c = bytes->data[i];
        if (c == '\\' && i + 1 < bytes->len) {
            static const char names[] = "rntf0\\", values[] = "\r\n\t\f\0\\";
            const char *found = memchr(names, bytes->data[i + 1], sizeof names - 1);
            if (found != NULL) {
                c = (uint8_t) values[found - names];
                i++;
            } else if (bytes->data[i + 1] == 'x' && i + 3 < bytes->len && hex(bytes->data[i + 2]) >= 0 && hex(bytes->data[i + 3]) >= 0) {
                c = (uint8_t) (hex(bytes->data[i + 2]) * 16 + hex(bytes->data[i + 3]));
                i += 3;
            }
        }
        bytes->data[to++] = c;
    }
    bytes->len = to;
    append(bytes, "", 0);
}

static bool starts(const char *line, size_t len, const char *word)
{
    return len >= strlen(word) && memcmp(line, word, strlen(word)) == 0;
}

static af_bytes_t *section_of(af_case_t *test, const char *name, size_t len)
{
    if (starts(name, len, "rules")) return &test->rules;
    if (starts(name, len, "in")) return &test->in;
    if (starts(name, len, "options")) return &test->options;
    if (starts(name, len, "limits")) return &test->limits;
    if (starts(name, len, "out")) {
        test->same = starts(name, len, "out same");
        return &test->out;
    }
    if (starts(name, len, "told")) {
        test->tells = true;
        return &test->told;
    }
    return NULL;
}

/* The newline before the next header belongs to the header. */
static void end_section(af_bytes_t *section)
{
    if (section != NULL && section->len > 0 && section->data[section->len - 1] == '\n') {
        section->data[--section->len] = 0;
    }
}

static bool parse_case(const af_bytes_t *text, af_case_t *test)
{
    af_bytes_t *sections[] = {&test->rules, &test->in, &test->out, &test->told, &test->options, &test->limits};
    af_bytes_t *section = NULL;
    const char *at = (const char *) text->data, *end = at + text->len;

    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        append(sections[i], "", 0);
    }
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t) (end - at));
        size_t len = stop == NULL ? (size_t) (end - at) : (size_t) (stop - at) + 1;
        if (starts(at, len, "--- ")) {
            end_section(section);
            section = section_of(test, at + 4, len - 4);
            if (section == NULL) {
                return false;
            }
        } else if (section != NULL) {
            append(section, at, len);
        }
        at += len;
    }
    end_section(section);
    if (strstr((const char *) test->options.data, "escapes") != NULL) {
        unescape(&test->in);
        unescape(&test->out);
    }
    if (test->same) {
        append(&test->out, test->in.data, test->in.len);
    }
    return true;
}

/* The value after "NAME " in a section, copied to `out` up to white space; false: not there. */
static bool value_of(const af_bytes_t *section, const char *name, char *out, size_t size)
{
    for (const char *at = (const char *) section->data; (at = strstr(at, name)) != NULL; at++) {
        const char *value = at + strlen(name);
        bool begins = at == (const char *) section->data || at[-1] == ' ' || at[-1] == '\n';
        if (begins && *value == ' ') {
            size_t len = strcspn(value + 1, " \n");
            snprintf(out, size, "%.*s", (int) len, value + 1);
            return true;
        }
    }
    return false;
}

static void read_limits(const af_case_t *test, af_limits_t *limits)
{
    char value[64];

    if (value_of(&test->options, "hold", value, sizeof value)) {
        limits->hold = (size_t) strtoull(value, NULL, 10);
    }
    if (value_of(&test->options, "memory", value, sizeof value)) {
        limits->memory = (size_t) strtoull(value, NULL, 10);
    }
    if (value_of(&test->options, "tag", value, sizeof value)) {
        limits->tag = (size_t) strtoull(value, NULL, 10);
    }
    if (value_of(&test->options, "depth", value, sizeof value)) {
        limits->depth = (uint32_t) strtoul(value, NULL, 10);
    }
    if (value_of(&test->options, "attributes", value, sizeof value)) {
        limits->attributes = (uint32_t) strtoul(value, NULL, 10);
    }
}

static void read_options(const af_case_t *test, af_options_t *options, char text[3][256])
{
    static const char *const names[] = {"charset", "site", "url"};
    const char **fields[] = {&options->charset, &options->site, &options->url};
    char value[256];
    int year, month, day;

    af_options_init(options);
    options->type = AF_HTML;
    for (size_t i = 0; i < 3; i++) {
        if (value_of(&test->options, names[i], text[i], 256)) {
            *fields[i] = text[i];
        }
    }
    if (value_of(&test->options, "type", value, sizeof value)) {
        options->type = strcmp(value, "feed") == 0 ? AF_FEED : strcmp(value, "auto") == 0 ? AF_AUTO
            : strcmp(value, "fragment") == 0 ? AF_FRAGMENT : AF_HTML;
    }
    read_limits(test, &options->limits);
    if (value_of(&test->options, "date", value, sizeof value) && sscanf(value, "%d-%d-%d", &year, &month, &day) == 3) {
        int64_t y = month <= 2 ? year - 1 : year;
        int64_t day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        options->date = (y * 365 + y / 4 - y / 100 + y / 400 + day_of_year - 719468) * 86400;
        options->last_modified = options->date;
    }
}

#endif
