/*
 * preview/csp.c: a Content-Security-Policy that lets the style of preview pages through, and nothing else that it did not.
 *
 * CSP3 #directive-style-src-elem: of a policy the first of style-src-elem, style-src, default-src governs a style element. The
 * hash of the style goes there. Where 'unsafe-inline' already lets every style through it stays away: beside a hash that counts
 * for nothing.
 */
#include "article_filter.h"
#include "base/ascii.h"
#include "base/slice.h"
#include "preview/style_table.h"

typedef struct {
    char *data;
    size_t len, capacity;
    bool full;
} out_t;

static void put(out_t *out, af_slice_t text)
{
    if (out->full || text.len > out->capacity - out->len) {
        out->full = true;
        return;
    }
    if (text.len > 0) {
        memcpy(out->data + out->len, text.data, text.len);
    }
    out->len += text.len;
}

/* Cuts off what is in front of the next `sign`. */
static af_slice_t cut(af_slice_t *text, char sign)
{
    const uint8_t *end = text->len > 0 ? memchr(text->data, sign, text->len) : NULL;
    size_t len = end == NULL ? text->len : (size_t) (end - text->data);
    af_slice_t part = {text->data, len};

    text->data += len + (end != NULL);
    text->len -= len + (end != NULL);
    return part;
}

/* Cuts the first word off. */
static af_slice_t word(af_slice_t *text)
{
    while (text->len > 0 && af_is_space(text->data[0])) {
        text->data++;
        text->len--;
    }
    size_t len = 0;
    while (len < text->len && !af_is_space(text->data[len])) {
        len++;
    }
    af_slice_t first = {text->data, len};
    text->data += len;
    text->len -= len;
    return first;
}

static bool begins(af_slice_t text, const char *with)
{
    size_t len = strlen(with);

    for (size_t i = 0; i < len; i++) {
        if (i >= text.len || af_fold(text.data[i]) != (uint8_t) with[i]) {
            return false;
        }
    }
    return true;
}

static bool is(af_slice_t text, const char *name)
{
    return text.len == strlen(name) && begins(text, name);
}

/* Whether the sources let every style element through. */
static bool allows_all(af_slice_t sources)
{
    bool inline_allowed = false;

    for (af_slice_t one = word(&sources); one.len > 0; one = word(&sources)) {
        if (begins(one, "'nonce-") || begins(one, "'sha256-") || begins(one, "'sha384-") || begins(one, "'sha512-")) {
            return false;
        }
        inline_allowed = inline_allowed || is(one, "'unsafe-inline'");
    }
    return inline_allowed;
}

/* The sources without 'none', and the hash. */
static void put_sources(out_t *out, af_slice_t sources)
{
    for (af_slice_t one = word(&sources); one.len > 0; one = word(&sources)) {
        if (!is(one, "'none'")) {
            put(out, af_slice_of(" "));
            put(out, one);
        }
    }
    put(out, af_slice_of(" "));
    put(out, af_slice_of(af_preview_style_hash));
}

/* The directive that governs style elements: its place in the policy from 0, -1: none. */
static int governing(af_slice_t policy, af_slice_t *name, af_slice_t *sources)
{
    static const char *const names[] = {"style-src-elem", "style-src", "default-src"};

    for (size_t i = 0; i < 3; i++) {
        af_slice_t rest = policy;
        for (int at = 0; rest.len > 0; at++) {
            *sources = cut(&rest, ';');
            *name = word(sources);
            if (is(*name, names[i])) {
                return at;
            }
        }
    }
    return -1;
}

static void put_policy(out_t *out, af_slice_t policy)
{
    af_slice_t name, sources;
    int wanted = governing(policy, &name, &sources);

    if (wanted < 0 || allows_all(sources)) {
        put(out, policy);
        return;
    }
    if (is(name, "default-src")) {
        put(out, policy);
        put(out, af_slice_of("; style-src"));
        put_sources(out, sources);
        return;
    }
    af_slice_t rest = policy;
    for (int at = 0; rest.len > 0; at++) {
        put(out, af_slice_of(at > 0 ? ";" : ""));
        af_slice_t directive = cut(&rest, ';');
        if (at != wanted) {
            put(out, directive);
            continue;
        }
        put(out, af_slice_of(at > 0 ? " " : ""));
        put(out, name);
        put_sources(out, sources);
    }
}

size_t af_preview_csp(const char *value, size_t len, char *buffer, size_t capacity)
{
    af_slice_t list = {(const uint8_t *) value, len};
    out_t out = {buffer, 0, capacity, false};

    for (bool first = true; list.len > 0; first = false) {
        put(&out, af_slice_of(first ? "" : ","));
        put_policy(&out, cut(&list, ','));
    }
    return out.full ? 0 : out.len;
}

const char *af_preview_csp_hash(void)
{
    return af_preview_style_hash;
}
