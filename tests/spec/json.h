/*
 * json.h: a strict reader of JSON (RFC 8259), for the tokenizer suite's files.
 *
 * The whole text becomes a tree of values; strings are UTF-8, lone surrogates of "\uXXXX" as three bytes. What is wrong ends
 * the reading: json_read gives NULL. Numbers are passed over: the suite needs none.
 */
#ifndef AF_TESTS_JSON_H
#define AF_TESTS_JSON_H

#include "spec.h"

#define JSON_DEPTH 64

typedef enum { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT } json_kind_t;

typedef struct json {
    json_kind_t kind;
    bytes_t text;             /* strings */
    bytes_t name;             /* members of an object */
    struct json *first, *next; /* arrays, objects: the first value; the value after this one */
} json_t;

typedef struct {
    const uint8_t *at, *end;
} json_reader_t;

static inline void json_free(json_t *value)
{
    while (value != NULL) {
        json_t *next = value->next;
        json_free(value->first);
        free(value->text.data);
        free(value->name.data);
        free(value);
        value = next;
    }
}

static inline void json_space(json_reader_t *in)
{
    while (in->at < in->end && (*in->at == ' ' || *in->at == '\n' || *in->at == '\r' || *in->at == '\t')) {
        in->at++;
    }
}

static inline bool json_take(json_reader_t *in, const char *word)
{
    size_t len = strlen(word);

    if ((size_t) (in->end - in->at) < len || memcmp(in->at, word, len) != 0) {
        return false;
    }
    in->at += len;
    return true;
}

/* Four hexadecimal digits at `at`, or -1. */
static inline int32_t hex4(const uint8_t *at, const uint8_t *end)
{
    int32_t value = 0;

    for (int i = 0; i < 4; i++) {
        if (at + i >= end) {
            return -1;
        }
        uint8_t c = at[i], low = c | 0x20;
        if (c >= '0' && c <= '9') {
            value = value * 16 + (c - '0');
        } else if (low >= 'a' && low <= 'f') {
            value = value * 16 + (low - 'a' + 10);
        } else {
            return -1;
        }
    }
    return value;
}

/* XXXX at `at`, and the "\uXXXX" of a low surrogate behind it. Gives how many bytes, 0: wrong. */
static inline size_t put_escape(bytes_t *out, const uint8_t *at, const uint8_t *end)
{
    int32_t high = hex4(at, end);

    if (high < 0) {
        return 0;
    }
    if (high >= 0xd800 && high < 0xdc00 && end - at >= 10 && at[4] == '\\' && at[5] == 'u') {
        int32_t low = hex4(at + 6, end);
        if (low >= 0xdc00 && low < 0xe000) {
            put_character(out, (uint32_t) (0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)));
            return 10;
        }
    }
    put_character(out, (uint32_t) high);
    return 4;
}

static inline bool json_escape(json_reader_t *in, bytes_t *out)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";

    if (in->at >= in->end) {
        return false;
    }
    uint8_t c = *in->at++;
    if (c == 'u') {
        size_t len = put_escape(out, in->at, in->end);
        in->at += len;
        return len > 0;
    }
    const char *found = memchr(names, c, sizeof names - 1);
    if (found == NULL) {
        return false;
    }
    put(out, values + (found - names), 1);
    return true;
}

static inline bool json_string(json_reader_t *in, bytes_t *out)
{
    put(out, "", 0);
    if (!json_take(in, "\"")) {
        return false;
    }
    while (in->at < in->end && *in->at != '"') {
        uint8_t c = *in->at++;
        if (c == '\\') {
            if (!json_escape(in, out)) {
                return false;
            }
        } else if (c < 0x20) {
            return false;
        } else {
            put(out, &c, 1);
        }
    }
    return json_take(in, "\"");
}

static inline json_t *json_value(json_reader_t *in, int depth);

static inline bool json_members(json_reader_t *in, json_t *value, char close, int depth)
{
    json_t **last = &value->first;
    const char end[2] = {close, 0};

    json_space(in);
    if (json_take(in, end)) {
        return true;
    }
    for (;;) {
        bytes_t name = {0};
        json_space(in);
        bool named = value->kind != JSON_OBJECT || json_string(in, &name);
        json_space(in);
        named = named && (value->kind != JSON_OBJECT || json_take(in, ":"));
        *last = named ? json_value(in, depth) : NULL;
        if (*last == NULL) {
            free(name.data);
            return false;
        }
        (*last)->name = name;
        last = &(*last)->next;
        json_space(in);
        if (json_take(in, end)) {
            return true;
        }
        if (!json_take(in, ",")) {
            return false;
        }
    }
}

static inline bool json_number(json_reader_t *in)
{
    const uint8_t *from = in->at;

    while (in->at < in->end && strchr("+-.0123456789eE", *in->at) != NULL && *in->at != 0) {
        in->at++;
    }
    return in->at > from;
}

static inline json_t *json_value(json_reader_t *in, int depth)
{
    static const char *const words[] = {"null", "false", "true"};
    json_t *value = must(calloc(1, sizeof *value));
    bool good = false;

    json_space(in);
    if (depth > JSON_DEPTH || in->at >= in->end) {
        good = false;
    } else if (*in->at == '"') {
        value->kind = JSON_STRING;
        good = json_string(in, &value->text);
    } else if (*in->at == '[' || *in->at == '{') {
        bool object = *in->at++ == '{';
        value->kind = object ? JSON_OBJECT : JSON_ARRAY;
        good = json_members(in, value, object ? '}' : ']', depth + 1);
    } else {
        for (json_kind_t kind = JSON_NULL; kind <= JSON_TRUE && !good; kind++) {
            value->kind = kind;
            good = json_take(in, words[kind]);
        }
        if (!good) {
            value->kind = JSON_NUMBER;
            good = json_number(in);
        }
    }
    if (!good) {
        json_free(value);
        return NULL;
    }
    return value;
}

static inline json_t *json_read(const bytes_t *text)
{
    json_reader_t in = {text->data, text->data + text->len};
    json_t *value = json_value(&in, 0);

    json_space(&in);
    if (value != NULL && in.at != in.end) {
        json_free(value);
        return NULL;
    }
    return value;
}

/* The member `name` of an object, or NULL. */
static inline const json_t *json_member(const json_t *object, const char *name)
{
    const json_t *value = object->kind == JSON_OBJECT ? object->first : NULL;

    while (value != NULL && !is_text(&value->name, name)) {
        value = value->next;
    }
    return value;
}

static inline size_t json_count(const json_t *value)
{
    size_t count = 0;

    for (const json_t *item = value->first; item != NULL; item = item->next) {
        count++;
    }
    return count;
}

static inline const json_t *json_at(const json_t *array, size_t index)
{
    const json_t *item = array->first;

    while (item != NULL && index-- > 0) {
        item = item->next;
    }
    return item;
}

#endif
