/*
 * markup.h: what a DOCTYPE token and a comment token say.
 *
 * The core does not keep a DOCTYPE's name and identifiers (it wants the quirks mode only) nor what a comment says; the suites
 * tell them: so the runners read them from the token's bytes. Also a check that the token has the bytes that it should.
 */
#ifndef AF_TESTS_MARKUP_H
#define AF_TESTS_MARKUP_H

#include "spec.h"

/* --- DOCTYPE, HTML #doctype-state and what follows it ---------------------------------------------------------------- */

typedef struct {
    bytes_t name, public_id, system_id;
    bool has_name, has_public, has_system, force_quirks;
} doctype_t;

typedef struct {
    const uint8_t *at, *end; /* end: the ">" or the end of the document */
    bool closed;
} doctype_reader_t;

static inline bool doctype_is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

static inline bool doctype_space(doctype_reader_t *in)
{
    const uint8_t *from = in->at;

    while (in->at < in->end && doctype_is_space(*in->at)) {
        in->at++;
    }
    return in->at > from;
}

static inline bool doctype_word(doctype_reader_t *in, const char *word)
{
    for (size_t i = 0; i < 6; i++) {
        if (in->at + i >= in->end || (in->at[i] | 0x20) != (uint8_t) word[i]) {
            return false;
        }
    }
    in->at += 6;
    return true;
}

/* A quoted identifier; false: none begins here. One that does not end sets `force_quirks`. */
static inline bool doctype_id(doctype_reader_t *in, bytes_t *out, bool *has, bool *force_quirks)
{
    if (in->at >= in->end || (*in->at != '"' && *in->at != '\'')) {
        return false;
    }
    const uint8_t *from = in->at + 1, *close = memchr(from, *in->at, (size_t) (in->end - from));
    *has = true;
    *force_quirks = *force_quirks || close == NULL;
    put_normalised(out, from, (size_t) ((close == NULL ? in->end : close) - from), true);
    in->at = close == NULL ? in->end : close + 1;
    return true;
}

static inline void doctype_ids(doctype_reader_t *in, doctype_t *out)
{
    bool is_public = doctype_word(in, "public");

    if (!is_public && !doctype_word(in, "system")) {
        out->force_quirks = true;
        return;
    }
    doctype_space(in);
    if (is_public) {
        if (!doctype_id(in, &out->public_id, &out->has_public, &out->force_quirks)) {
            out->force_quirks = true;
            return;
        }
        doctype_space(in);
        if (in->at < in->end && !out->force_quirks && !doctype_id(in, &out->system_id, &out->has_system, &out->force_quirks)) {
            out->force_quirks = true;
        }
    } else if (!doctype_id(in, &out->system_id, &out->has_system, &out->force_quirks)) {
        out->force_quirks = true;
    }
}

/* `out` is cleared by the caller and freed with doctype_free. `bytes` begins with "<!doctype". */
static inline void doctype_read(const uint8_t *bytes, size_t len, doctype_t *out)
{
    const uint8_t *close = len > 9 ? memchr(bytes + 9, '>', len - 9) : NULL;
    doctype_reader_t in = {bytes + (len < 9 ? len : 9), close == NULL ? bytes + len : close, close != NULL};

    doctype_space(&in);
    const uint8_t *from = in.at;
    while (in.at < in.end && !doctype_is_space(*in.at)) {
        in.at++;
    }
    out->has_name = in.at > from;
    out->force_quirks = !out->has_name;
    put_lower(&out->name, from, (size_t) (in.at - from));
    doctype_space(&in);
    if (in.at < in.end) {
        doctype_ids(&in, out);
        doctype_space(&in);
    }
    /* At the document's end: what stands behind the identifiers forces nothing, HTML #bogus-doctype-state. */
    out->force_quirks = out->force_quirks || (!in.closed && in.at == in.end);
}

static inline void doctype_free(doctype_t *doctype)
{
    free(doctype->name.data);
    free(doctype->public_id.data);
    free(doctype->system_id.data);
}

/* --- comments -------------------------------------------------------------------------------------------------------- */

static inline bool ends_with(const bytes_t *bytes, const char *word)
{
    size_t len = strlen(word);

    return bytes->len >= len && memcmp(bytes->data + bytes->len - len, word, len) == 0;
}

/* What stands between the marks of a whole comment; it may be cut off by the document's end anywhere. */
static inline af_slice_t comment_data(const bytes_t *comment)
{
    const uint8_t *data = comment->data;
    size_t len = comment->len;

    if (len < 4 || memcmp(data, "<!--", 4) != 0) {
        size_t from = data[1] == '?' ? 1 : 2;
        return (af_slice_t){data + from, len - from - (len > from && data[len - 1] == '>' ? 1 : 0)};
    }
    static const char *const closes[] = {"-->", "--!>", "--!", "--", "-"};
    if (is_text(comment, "<!-->") || is_text(comment, "<!--->")) {
        return (af_slice_t){data, 0};
    }
    for (size_t i = 0; i < sizeof closes / sizeof *closes; i++) {
        if (len - 4 >= strlen(closes[i]) && ends_with(comment, closes[i])) {
            return (af_slice_t){data + 4, len - 4 - strlen(closes[i])};
        }
    }
    return (af_slice_t){data + 4, len - 4};
}

#endif
