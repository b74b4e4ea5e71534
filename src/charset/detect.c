/*
 * charset/detect.c: labels, byte order marks and the meta prescan.
 *
 * The prescan reads the standard's way, tag by tag with attributes, so that a charset in a comment or in another attribute's
 * value is not taken. It keeps nothing and never looks past the bytes that it was given.
 */
#include "charset/detect.h"

#include "base/ascii.h"
#include "charset/labels_table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool same_folded(const uint8_t *at, const char *word, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (af_fold(at[i]) != (uint8_t) word[i]) {
            return false;
        }
    }
    return true;
}

static af_slice_t trimmed(af_slice_t text)
{
    while (text.len > 0 && af_is_space(text.data[0])) {
        text.data++;
        text.len--;
    }
    while (text.len > 0 && af_is_space(text.data[text.len - 1])) {
        text.len--;
    }
    return text;
}

static bool in_list(af_slice_t label, const char *list)
{
    while (*list != '\0') {
        size_t len = strcspn(list, " ");
        if (len == label.len && same_folded(label.data, list, len)) {
            return true;
        }
        list += len;
        list += *list == ' ';
    }
    return false;
}

const char *af_charset_canonical(af_slice_t label)
{
    label = trimmed(label);
    if (label.len == 0) {
        return NULL;
    }
    for (const af_charset_labels_t *entry = af_charset_labels; entry->name != NULL; entry++) {
        if (in_list(label, entry->name) || in_list(label, entry->labels)) {
            return entry->name;
        }
    }
    return NULL;
}

bool af_charset_supported(const char *label)
{
    /* Charsets that browsers do not know, in which "<" is not a byte 0x3C alone. */
    static const char *const not_ascii[] = {
        "utf-16", "utf16", "utf-32", "utf32", "ucs-2", "ucs2", "ucs-4", "ucs4", "iso-10646-ucs", "utf-7",
        "utf7", "unicode-1-1-utf-7", "csunicode11utf7", "iso-2022-", "hz-gb", "ebcdic", "cp037", "ibm037",
        "cp500", "ibm500", "cp1047", "ibm1047", "scsu", "bocu-1",
    };
    if (label == NULL) {
        return true;
    }
    af_slice_t text = trimmed(af_slice_of(label));
    const char *name = af_charset_canonical(text);
    if (name != NULL) {
        return strncmp(name, "utf-16", 6) != 0 && strcmp(name, "iso-2022-jp") != 0 && strcmp(name, "replacement") != 0;
    }
    for (size_t i = 0; i < COUNT(not_ascii); i++) {
        size_t len = strlen(not_ascii[i]);
        if (text.len >= len && same_folded(text.data, not_ascii[i], len)) {
            return false;
        }
    }
    return true;
}

const char *af_charset_bom(const uint8_t *data, size_t len, size_t *bom_len)
{
    static const struct {
        const char *name, *bytes;
        size_t len;
    } marks[] = {{"utf-8", "\xEF\xBB\xBF", 3}, {"utf-32le", "\xFF\xFE\0\0", 4}, {"utf-32be", "\0\0\xFE\xFF", 4},
                 {"utf-16le", "\xFF\xFE", 2}, {"utf-16be", "\xFE\xFF", 2}};
    for (size_t i = 0; i < COUNT(marks); i++) {
        if (len >= marks[i].len && memcmp(data, marks[i].bytes, marks[i].len) == 0) {
            *bom_len = marks[i].len;
            return marks[i].name;
        }
    }
    *bom_len = 0;
    return NULL;
}

/* --- the prescan ---------------------------------------------------------------------------------------------------- */

/* What is left of the bytes. */
typedef struct {
    const uint8_t *at, *end;
} cursor_t;

typedef struct {
    af_slice_t name, value;
} attribute_t;

static bool folded_is(af_slice_t text, const char *word)
{
    return text.len == strlen(word) && same_folded(text.data, word, text.len);
}

static void read_value(cursor_t *in, af_slice_t *value)
{
    if (in->at < in->end && (*in->at == '"' || *in->at == '\'')) {
        uint8_t quote = *in->at++;
        value->data = in->at;
        while (in->at < in->end && *in->at != quote) {
            in->at++;
        }
        value->len = (size_t) (in->at - value->data);
        in->at += in->at < in->end;
        return;
    }
    value->data = in->at;
    while (in->at < in->end && !af_is_space(*in->at) && *in->at != '>') {
        in->at++;
    }
    value->len = (size_t) (in->at - value->data);
}

/* HTML #concept-get-attributes-when-sniffing. False: no more. */
static bool read_attribute(cursor_t *in, attribute_t *out)
{
    while (in->at < in->end && (af_is_space(*in->at) || *in->at == '/')) {
        in->at++;
    }
    if (in->at == in->end || *in->at == '>') {
        return false;
    }
    out->name.data = in->at;
    in->at++; /* also a "=" */
    while (in->at < in->end && !af_is_space(*in->at) && *in->at != '/' && *in->at != '>' && *in->at != '=') {
        in->at++;
    }
    out->name.len = (size_t) (in->at - out->name.data);
    out->value = (af_slice_t){in->at, 0};
    const uint8_t *after_name = in->at;
    while (in->at < in->end && af_is_space(*in->at)) {
        in->at++;
    }
    if (in->at == in->end || *in->at != '=') {
        in->at = after_name;
        return true;
    }
    in->at++;
    while (in->at < in->end && af_is_space(*in->at)) {
        in->at++;
    }
    read_value(in, &out->value);
    return in->at < in->end; /* a value that the bytes cut says nothing */
}

/* HTML #algorithm-for-extracting-a-character-encoding-from-a-meta-element. */
static const char *charset_of_content(af_slice_t content)
{
    for (size_t i = 0; i + 7 <= content.len; i++) {
        if (!same_folded(content.data + i, "charset", 7)) {
            continue;
        }
        cursor_t in = {content.data + i + 7, content.data + content.len};
        while (in.at < in.end && af_is_space(*in.at)) {
            in.at++;
        }
        if (in.at == in.end || *in.at != '=') {
            continue;
        }
        in.at++;
        while (in.at < in.end && af_is_space(*in.at)) {
            in.at++;
        }
        if (in.at < in.end && (*in.at == '"' || *in.at == '\'')) {
            const uint8_t *close = memchr(in.at + 1, *in.at, (size_t) (in.end - in.at - 1));
            return close == NULL ? NULL : af_charset_canonical((af_slice_t){in.at + 1, (size_t) (close - in.at - 1)});
        }
        const uint8_t *from = in.at;
        while (in.at < in.end && !af_is_space(*in.at) && *in.at != ';') {
            in.at++;
        }
        return af_charset_canonical((af_slice_t){from, (size_t) (in.at - from)});
    }
    return NULL;
}

/* Reads a meta tag's attributes; the first of a name counts. */
static const char *charset_of_meta(cursor_t *in)
{
    bool seen_http = false, seen_content = false, seen_charset = false, pragma = false, needs_pragma = false;
    const char *charset = NULL;
    attribute_t attribute;
    while (read_attribute(in, &attribute)) {
        if (folded_is(attribute.name, "http-equiv") && !seen_http) {
            seen_http = true;
            pragma = folded_is(attribute.value, "content-type");
        } else if (folded_is(attribute.name, "content") && !seen_content) {
            seen_content = true;
            const char *named = charset_of_content(attribute.value);
            if (named != NULL && charset == NULL && !seen_charset) {
                charset = named;
                needs_pragma = true;
            }
        } else if (folded_is(attribute.name, "charset") && !seen_charset) {
            seen_charset = true;
            charset = af_charset_canonical(attribute.value);
            needs_pragma = false;
        }
    }
    if (in->at == in->end || charset == NULL || (needs_pragma && !pragma)) {
        return NULL;
    }
    /* What could be read so far as ASCII is not UTF-16. */
    if (strncmp(charset, "utf-16", 6) == 0) {
        return "utf-8";
    }
    return strcmp(charset, "x-user-defined") == 0 ? "windows-1252" : charset;
}

static void skip_to(cursor_t *in, uint8_t byte)
{
    while (in->at < in->end && *in->at != byte) {
        in->at++;
    }
}

static void skip_comment(cursor_t *in)
{
    in->at += 2; /* the "--" may be the end's too: "<!-->" */
    while (in->at < in->end && !(in->at[0] == '>' && in->at[-1] == '-' && in->at[-2] == '-')) {
        in->at++;
    }
}

static void skip_tag(cursor_t *in)
{
    attribute_t attribute;
    while (in->at < in->end && !af_is_space(*in->at) && *in->at != '>') {
        in->at++;
    }
    while (read_attribute(in, &attribute)) {
    }
}

/* Begins after "<"; gives the charset if this is a meta tag that names one. */
static const char *scan_markup(cursor_t *in)
{
    size_t left = (size_t) (in->end - in->at);
    if (left >= 3 && memcmp(in->at, "!--", 3) == 0) {
        in->at++;
        skip_comment(in);
    } else if (left >= 5 && same_folded(in->at, "meta", 4) && (af_is_space(in->at[4]) || in->at[4] == '/')) {
        in->at += 4;
        return charset_of_meta(in);
    } else if (left >= 1 && af_is_letter(in->at[0])) {
        skip_tag(in);
    } else if (left >= 2 && in->at[0] == '/' && af_is_letter(in->at[1])) {
        in->at++;
        skip_tag(in);
    } else if (left >= 1 && (in->at[0] == '!' || in->at[0] == '/' || in->at[0] == '?')) {
        skip_to(in, '>');
    }
    return NULL;
}

const char *af_charset_prescan(const uint8_t *data, size_t len)
{
    if (len == 0) {
        return NULL;
    }
    cursor_t in = {data, data + (len < AF_CHARSET_PRESCAN ? len : AF_CHARSET_PRESCAN)};
    for (;;) {
        skip_to(&in, '<');
        if (in.at == in.end) {
            return NULL;
        }
        in.at++;
        const char *charset = scan_markup(&in);
        if (charset != NULL) {
            return charset;
        }
    }
}

const char *af_charset_detect(const char *label, const uint8_t *data, size_t len)
{
    size_t bom_len;
    const char *name = af_charset_bom(data, len, &bom_len);
    if (name != NULL) {
        return name;
    }
    if (label != NULL) {
        name = af_charset_canonical(af_slice_of(label));
        if (name != NULL || !af_charset_supported(label)) {
            return name != NULL ? name : label;
        }
    }
    return af_charset_prescan(data, len);
}
