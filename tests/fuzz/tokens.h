/*
 * tokens.h: the tokens of some bytes, two ways of getting them compared; for the fuzz target and the unit test of the tokenizer.
 *
 * Text and comments may be cut anywhere, so neighbours of one kind are joined before they are compared.
 */
#ifndef TOKENS_H
#define TOKENS_H

#include <stdio.h>
#include <stdlib.h>

#include "html/names.h"
#include "html/tokenizer.h"

typedef struct {
    char *text;
    size_t len, capacity;
} tokens_log_t;

typedef struct {
    size_t chunk;      /* bytes fed at a time; 0: of changing size */
    bool fast;
    size_t tag_limit;
    uint32_t attribute_limit;
} tokens_way_t;

static inline void log_bytes(tokens_log_t *log, const void *data, size_t len)
{
    while (log->len + len + 1 > log->capacity) {
        log->capacity = log->capacity == 0 ? 4096 : log->capacity * 2;
        log->text = realloc(log->text, log->capacity);
    }
    if (len > 0) {
        memcpy(log->text + log->len, data, len);
    }
    log->len += len;
    log->text[log->len] = '\0';
}

static inline void log_number(tokens_log_t *log, const char *name, uint64_t number)
{
    char text[64];

    log_bytes(log, text, (size_t) snprintf(text, sizeof text, " %s=%llu", name, (unsigned long long) number));
}

/* As tree construction would ask for it, without a tree. */
static inline af_text_kind_t text_after(uint32_t tag)
{
    switch (tag) {
    case AF_TAG_SCRIPT:
        return AF_TEXT_SCRIPT;
    case AF_TAG_TITLE: case AF_TAG_TEXTAREA:
        return AF_TEXT_RCDATA;
    case AF_TAG_STYLE: case AF_TAG_XMP: case AF_TAG_IFRAME: case AF_TAG_NOEMBED: case AF_TAG_NOFRAMES: case AF_TAG_NOSCRIPT:
        return AF_TEXT_RAWTEXT;
    case AF_TAG_PLAINTEXT:
        return AF_TEXT_PLAINTEXT;
    default:
        return AF_TEXT_DATA;
    }
}

static inline void log_tag(tokens_log_t *log, const af_token_t *token)
{
    log_bytes(log, "\n", 1);
    log_number(log, token->type == AF_TOKEN_END_TAG ? "end" : "start", token->from_pos);
    log_number(log, "to", token->to_pos);
    log_number(log, "flags", token->flags);
    log_number(log, "tag", token->tag);
    log_bytes(log, " ", 1);
    log_bytes(log, token->name.data, token->name.len);
    for (uint32_t i = 0; i < token->attribute_count; i++) {
        const af_attribute_t *attribute = &token->attributes[i];
        log_number(log, "name", attribute->name);
        log_number(log, "len", attribute->name_len);
        log_number(log, "value", attribute->value);
        log_number(log, "len", attribute->value_len);
    }
}

/* One token; `before` is the kind of the one before it, and of what it goes on with. */
static inline void log_token(tokens_log_t *log, const af_token_t *token, uint32_t *before)
{
    uint32_t kind = (uint32_t) token->type * 8u + (token->type == AF_TOKEN_TEXT ? (uint32_t) token->text : 0);
    bool joins = token->type == AF_TOKEN_TEXT || (token->flags & AF_TOKEN_CONTINUED) != 0;

    if (token->type == AF_TOKEN_START_TAG || token->type == AF_TOKEN_END_TAG) {
        log_tag(log, token);
    } else if (!joins || kind != *before) {
        log_bytes(log, "\n", 1);
        log_number(log, "kind", kind);
        log_number(log, "from", token->from_pos);
        log_number(log, "flags", token->type == AF_TOKEN_DOCTYPE ? token->flags : 0);
    }
    if (token->from_pos < token->to_pos) {
        *before = kind;
    }
}

static inline void log_tokens(tokens_log_t *log, const uint8_t *data, size_t len, const tokens_way_t *way)
{
    af_heap_t heap;
    af_tokenizer_t *tokenizer;
    af_token_t token = {.type = AF_TOKEN_NONE};
    uint32_t before = 0, seed = 1;
    uint64_t pos = 0;

    log->len = 0;
    af_heap_init(&heap, NULL, 0);
    if (af_tokenizer_create(&heap, way->tag_limit, way->attribute_limit, &tokenizer) != AF_OK) {
        abort();
    }
    if (!way->fast) {
        af_tokenizer_disable_fast_path(tokenizer);
    }
    for (size_t at = 0; token.type != AF_TOKEN_END;) {
        uint8_t *copy = NULL; /* of exactly the chunk's length, so that a sanitizer sees what is read past it */
        if (at < len) {
            seed = seed * 1664525u + 1013904223u;
            size_t take = way->chunk != 0 ? way->chunk : 1 + (seed >> 24) % 90;
            take = take < len - at ? take : len - at;
            copy = malloc(take);
            memcpy(copy, data + at, take);
            af_tokenizer_feed(tokenizer, copy, take);
            at += take;
        } else {
            af_tokenizer_finish(tokenizer);
        }
        do {
            if (af_tokenizer_next(tokenizer, &token) != AF_OK || (token.type != AF_TOKEN_NONE && token.from_pos != pos)) {
                abort(); /* tokens follow each other without a gap */
            }
            if (token.type != AF_TOKEN_NONE) {
                pos = token.to_pos;
                log_token(log, &token, &before);
            }
            if (token.type == AF_TOKEN_START_TAG && (token.flags & AF_TOKEN_OVERLONG) == 0 && text_after(token.tag) != AF_TEXT_DATA) {
                af_tokenizer_set_text(tokenizer, text_after(token.tag));
            }
        } while (token.type != AF_TOKEN_NONE && token.type != AF_TOKEN_END);
        free(copy);
    }
    log_number(log, "length", pos);
    af_tokenizer_destroy(tokenizer);
    if (heap.used != 0 || pos != len) {
        abort();
    }
}

#endif
