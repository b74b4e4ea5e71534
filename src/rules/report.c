/*
 * rules/report.c: errors, skipped lines and warnings as a person reads them.
 *
 * The excerpt is a window of the line with the column in it; bytes that would move a terminal's caret are shown as spaces.
 */
#include <stdarg.h>
#include <stdio.h>

#include "rules/builder.h"

#define EXCERPT (sizeof ((af_error_t *) 0)->excerpt - 1)
#define BEFORE 100u /* bytes of a long line that stay in front of the column */

static bool is_inside_character(uint8_t c)
{
    return (c & 0xc0) == 0x80;
}

static void put_text(char *out, size_t size, const char *text)
{
    size_t len = strlen(text);

    if (len >= size) {
        len = size - 1;
        while (len > 0 && is_inside_character((uint8_t) text[len])) {
            len--;
        }
    }
    memcpy(out, text, len);
    out[len] = '\0';
}

static void blank_controls(char *text)
{
    for (; *text != '\0'; text++) {
        if ((uint8_t) *text < 0x20 || *text == 0x7f) {
            *text = ' ';
        }
    }
}

static void put_excerpt(af_error_t *error, af_slice_t line, size_t at)
{
    size_t from = 0;

    if (line.len > EXCERPT && at > BEFORE) {
        from = at - BEFORE;
        if (line.len - from < EXCERPT) {
            from = line.len - EXCERPT;
        }
        while (from < at && is_inside_character(line.data[from])) {
            from++;
        }
    }
    size_t len = line.len - from < EXCERPT ? line.len - from : EXCERPT;
    while (len > 0 && from + len < line.len && is_inside_character(line.data[from + len])) {
        len--;
    }
    if (len > 0) {
        memcpy(error->excerpt, line.data + from, len);
    }
    for (size_t i = 0; i < len; i++) {
        error->excerpt[i] = error->excerpt[i] == '\0' ? ' ' : error->excerpt[i];
    }
    error->excerpt[len] = '\0';
    blank_controls(error->excerpt);
    error->caret = (uint32_t) (at - from < len ? at - from : len);
}

static void remember(af_builder_t *builder, const af_error_t *error)
{
    if (!builder->failed) {
        builder->failed = true;
        builder->first = *error;
    }
}

/* A limit of memory leaves a message half written, which is no worse than none. */
static void put_message(af_error_t *error, const char *format, va_list arguments)
{
    char message[1024];
    int len = vsnprintf(message, sizeof message, format, arguments); /* NOLINT(clang-analyzer-valist.Uninitialized): is begun */

    put_text(error->message, sizeof error->message, len < 0 ? "" : message);
    blank_controls(error->message);
}

static void tell(af_builder_t *builder, af_severity_t severity, const af_error_t *error)
{
    if (severity == AF_ERROR) {
        remember(builder, error);
    }
    builder->skipped = builder->skipped || severity == AF_SKIPPED;
    if (builder->report != NULL) {
        builder->report(builder->opaque, severity, error);
    }
}

af_status_t af_line_tell(const af_line_t *line, af_severity_t severity, size_t at, const char *format, ...)
{
    af_error_t error = {.line = line->number};
    va_list arguments;

    at = at < line->text.len ? at : line->text.len;
    error.column = (uint32_t) at + 1;
    put_text(error.file, sizeof error.file, line->file);
    put_excerpt(&error, line->text, at);
    va_start(arguments, format);
    put_message(&error, format, arguments);
    va_end(arguments);
    tell(line->builder, severity, &error);
    return severity == AF_ERROR ? AF_SYNTAX : AF_OK;
}

af_status_t af_builder_tell(af_builder_t *builder, af_status_t status, const char *format, ...)
{
    af_error_t error = {.line = 0};
    va_list arguments;

    va_start(arguments, format);
    put_message(&error, format, arguments);
    va_end(arguments);
    remember(builder, &error);
    return status;
}
