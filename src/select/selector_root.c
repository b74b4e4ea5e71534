/*
 * select/selector_root.c: whether a selector list names nothing but the document's roots, for rules that could do no good.
 *
 * Reads the text only and needs no memory. It is for texts that the parser takes; of others it says something harmless.
 */
#include "select/selector.h"

typedef struct {
    af_slice_t text;
    size_t at, compound; /* where the last compound at depth 0 begins */
    size_t depth;
    bool in_compound, has_root;
} scan_t;

static bool starts_with(const scan_t *scan, size_t at, const char *word)
{
    size_t len = strlen(word);

    return len <= scan->text.len - at && af_slice_same((af_slice_t){scan->text.data + at, len}, af_slice_of(word), true);
}

static bool is_name_byte(const scan_t *scan, size_t at)
{
    uint8_t c = at < scan->text.len ? af_fold(scan->text.data[at]) : 0;

    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '\\' || c >= 0x80;
}

static bool is_word(const scan_t *scan, size_t at, const char *word)
{
    return starts_with(scan, at, word) && !is_name_byte(scan, at + strlen(word));
}

static bool subject_is_root(const scan_t *scan)
{
    static const char *const roots[] = {"html", "head", "body", "frameset"};
    size_t at = scan->compound;

    if (!scan->in_compound) {
        return false;
    }
    at += starts_with(scan, at, "*|") ? 2 : 0;
    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++) {
        if (is_word(scan, at, roots[i])) {
            return true;
        }
    }
    return scan->has_root;
}

static bool is_hex(uint8_t c)
{
    c = af_fold(c);
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* Passes a string, an escape (with the white space that ends it) or one byte. */
static void pass_one(scan_t *scan)
{
    const uint8_t *data = scan->text.data;
    size_t len = scan->text.len;
    uint8_t c = data[scan->at++];

    if (c == '\\' && scan->at < len) {
        size_t from = scan->at;
        while (scan->at < len && scan->at < from + 6 && is_hex(data[scan->at])) {
            scan->at++;
        }
        if (scan->at == from || (scan->at < len && af_is_space(data[scan->at]))) {
            scan->at++;
        }
    } else if (c == '"' || c == '\'') {
        while (scan->at < len && data[scan->at] != c) {
            scan->at += data[scan->at] == '\\' && scan->at + 1 < len ? 2 : 1;
        }
        scan->at += scan->at < len;
    }
}

static bool pass_comment(scan_t *scan)
{
    if (!starts_with(scan, scan->at, "/*")) {
        return false;
    }
    scan->at += 2;
    while (scan->at < scan->text.len && !starts_with(scan, scan->at, "*/")) {
        scan->at++;
    }
    scan->at += scan->at < scan->text.len ? 2 : 0;
    return true;
}

bool af_selector_names_root(af_slice_t text)
{
    scan_t scan = {.text = text};
    bool between = true; /* before the first byte of a compound */

    while (scan.at < text.len) {
        uint8_t c = text.data[scan.at];
        if (pass_comment(&scan)) {
            continue;
        }
        if (scan.depth == 0 && c == ',') {
            if (!subject_is_root(&scan)) {
                return false;
            }
            scan.in_compound = false;
        }
        if (scan.depth == 0 && (c == ',' || c == '>' || c == '+' || c == '~' || af_is_space(c))) {
            between = true;
            scan.at++;
            continue;
        }
        if (between) {
            between = false;
            scan.compound = scan.at;
            scan.in_compound = true;
            scan.has_root = false;
        }
        scan.has_root |= scan.depth == 0 && c == ':' && (is_word(&scan, scan.at, ":root") || is_word(&scan, scan.at, ":scope"));
        scan.depth += c == '(' || c == '[';
        scan.depth -= scan.depth > 0 && (c == ')' || c == ']');
        pass_one(&scan);
    }
    return subject_is_root(&scan);
}
