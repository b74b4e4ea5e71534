/*
 * charset/text.c: the converter.
 *
 * A character is taken at a time, because positions in the document are wanted for each. Charsets of several bytes ask iconv with
 * one byte more until it is content; they have no shift states here (ISO-2022 is not supported), so nothing has to be reset but
 * after an error. Limit: a sequence is at most four bytes long.
 */
#include "charset/text.h"

#include <errno.h>
#include <iconv.h>

#include "charset/detect.h"

typedef enum { KIND_UTF8, KIND_LENIENT, KIND_SINGLE, KIND_SEVERAL } charset_kind_t;

struct af_charset {
    af_heap_t *heap;
    charset_kind_t kind;
    iconv_t iconv;        /* KIND_SEVERAL */
    uint32_t upper[128];  /* KIND_SINGLE, KIND_LENIENT: code points of bytes 0x80 to 0xFF */
};

#define REPLACEMENT 0xFFFDu

static size_t put_utf8(uint32_t point, uint8_t *out)
{
    if (point < 0x80) {
        out[0] = (uint8_t) point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (uint8_t) (0xC0 | point >> 6);
        out[1] = (uint8_t) (0x80 | (point & 0x3F));
        return 2;
    }
    if (point < 0x10000) {
        out[0] = (uint8_t) (0xE0 | point >> 12);
        out[1] = (uint8_t) (0x80 | (point >> 6 & 0x3F));
        out[2] = (uint8_t) (0x80 | (point & 0x3F));
        return 3;
    }
    out[0] = (uint8_t) (0xF0 | point >> 18);
    out[1] = (uint8_t) (0x80 | (point >> 12 & 0x3F));
    out[2] = (uint8_t) (0x80 | (point >> 6 & 0x3F));
    out[3] = (uint8_t) (0x80 | (point & 0x3F));
    return 4;
}

/* --- making ----------------------------------------------------------------------------------------------------------- */

/* The C library's name for a canonical one, where it differs; the Encoding standard's tables are the vendors' larger ones. */
static const char *library_name(const char *name)
{
    static const char *const names[][2] = {
        {"windows-874", "CP874"}, {"shift_jis", "CP932"}, {"euc-kr", "CP949"}, {"big5", "BIG5-HKSCS"}, {"gbk", "GB18030"},
        {"iso-8859-8-i", "ISO-8859-8"}, {"x-mac-cyrillic", "MAC-CYRILLIC"}, {"macintosh", "MACINTOSH"}, {"euc-jp", "EUC-JP"}};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i][0]) == 0) {
            return names[i][1];
        }
    }
    return name;
}

static bool is_several(const char *name)
{
    return strcmp(name, "gbk") == 0 || strcmp(name, "gb18030") == 0 || strcmp(name, "big5") == 0 || strcmp(name, "euc-jp") == 0 ||
           strcmp(name, "shift_jis") == 0 || strcmp(name, "euc-kr") == 0;
}

static uint32_t ask_single(iconv_t converter, uint8_t byte)
{
    char in = (char) byte, out[8];
    char *from = &in, *to = out;
    size_t from_len = 1, to_len = sizeof(out);
    (void) iconv(converter, NULL, NULL, NULL, NULL);
    size_t wrong = iconv(converter, &from, &from_len, &to, &to_len);
    /* Some converters hold a base letter back for a combining mark until they are asked to end. */
    if (wrong == (size_t) -1 || iconv(converter, NULL, NULL, &to, &to_len) == (size_t) -1 || to_len > sizeof(out) - 4) {
        return byte < 0xA0 ? byte : REPLACEMENT; /* unassigned C1 bytes are themselves in the Encoding standard */
    }
    const uint8_t *point = (const uint8_t *) out;
    return (uint32_t) point[0] << 24 | (uint32_t) point[1] << 16 | (uint32_t) point[2] << 8 | point[3];
}

/* Encoding #index-windows-1252, without asking iconv: most pages' streams need it, be it only for broken UTF-8. */
static void fill_windows_1252(af_charset_t *charset)
{
    static const uint16_t low[32] = {
        0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D, 0x017D,
        0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D,
        0x017E, 0x0178};

    for (uint32_t i = 0; i < 128; i++) {
        charset->upper[i] = i < 32 ? low[i] : 0x80 + i;
    }
}

static af_status_t fill_upper(af_charset_t *charset, const char *name)
{
    if (strcmp(name, "windows-1252") == 0) {
        fill_windows_1252(charset);
        return AF_OK;
    }
    if (strcmp(name, "x-user-defined") == 0) {
        for (uint32_t i = 0; i < 128; i++) {
            charset->upper[i] = 0xF780 + i;
        }
        return AF_OK;
    }
    iconv_t converter = iconv_open("UCS-4BE", library_name(name));
    if (converter == (iconv_t) -1) {
        return AF_UNSUPPORTED;
    }
    for (uint32_t i = 0; i < 128; i++) {
        charset->upper[i] = ask_single(converter, (uint8_t) (0x80 + i));
    }
    (void) iconv_close(converter);
    return AF_OK;
}

static af_status_t prepare(af_charset_t *charset, const char *name)
{
    if (name == NULL) {
        charset->kind = KIND_LENIENT;
        fill_windows_1252(charset);
        return AF_OK;
    }
    if (strcmp(name, "utf-8") == 0) {
        charset->kind = KIND_UTF8;
        return AF_OK;
    }
    if (!is_several(name)) {
        charset->kind = KIND_SINGLE;
        return fill_upper(charset, name);
    }
    iconv_t converter = iconv_open("UTF-8", library_name(name));
    if (converter == (iconv_t) -1) {
        return AF_UNSUPPORTED;
    }
    charset->kind = KIND_SEVERAL;
    charset->iconv = converter;
    return AF_OK;
}

af_status_t af_charset_create(af_heap_t *heap, const char *name, af_charset_t **out)
{
    *out = NULL;
    if (!af_charset_supported(name)) {
        return AF_UNSUPPORTED;
    }
    af_charset_t *charset = af_heap_alloc(heap, sizeof(*charset));
    if (charset == NULL) {
        return af_heap_why(heap, sizeof(*charset));
    }
    *charset = (af_charset_t){.heap = heap, .kind = KIND_UTF8};
    af_status_t status = prepare(charset, name == NULL ? NULL : af_charset_canonical(af_slice_of(name)));
    if (status != AF_OK) {
        af_heap_release(heap, charset, sizeof(*charset));
        return status;
    }
    *out = charset;
    return AF_OK;
}

void af_charset_destroy(af_charset_t *charset)
{
    if (charset == NULL) {
        return;
    }
    if (charset->kind == KIND_SEVERAL) {
        (void) iconv_close(charset->iconv);
    }
    af_heap_release(charset->heap, charset, sizeof(*charset));
}

/* --- taking ----------------------------------------------------------------------------------------------------------- */

typedef enum { SEQUENCE_WHOLE, SEQUENCE_MORE, SEQUENCE_BROKEN } sequence_t;

/* How many bytes a UTF-8 sequence that begins with `first` has; 0: none does. */
static size_t utf8_len(uint8_t first)
{
    return first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
}

/* Judges `len` bytes as the beginning of one character; all but the last were judged before (Encoding #utf-8-decoder). */
static sequence_t judge_utf8(const uint8_t *bytes, size_t len)
{
    size_t whole = utf8_len(bytes[0]);
    if (whole == 0) {
        return SEQUENCE_BROKEN;
    }
    if (len == 2) {
        uint8_t low = bytes[0] == 0xE0 ? 0xA0 : bytes[0] == 0xF0 ? 0x90 : 0x80;
        uint8_t high = bytes[0] == 0xED ? 0x9F : bytes[0] == 0xF4 ? 0x8F : 0xBF;
        if (bytes[1] < low || bytes[1] > high) {
            return SEQUENCE_BROKEN;
        }
    } else if (len > 2 && (bytes[len - 1] & 0xC0) != 0x80) {
        return SEQUENCE_BROKEN;
    }
    return len == whole ? SEQUENCE_WHOLE : SEQUENCE_MORE;
}

static sequence_t judge_several(const af_charset_t *charset, const uint8_t *bytes, size_t len, uint8_t *out, size_t *out_len)
{
    char copy[8];
    memcpy(copy, bytes, len);
    char *from = copy, *to = (char *) out;
    size_t from_len = len, to_len = AF_CHARSET_OUT;
    size_t result = iconv(charset->iconv, &from, &from_len, &to, &to_len);
    int why = errno;
    if (result != (size_t) -1) {
        result = iconv(charset->iconv, NULL, NULL, &to, &to_len); /* what waits for a combining mark */
        *out_len = AF_CHARSET_OUT - to_len;
        return result == (size_t) -1 || *out_len == 0 ? SEQUENCE_BROKEN : SEQUENCE_WHOLE;
    }
    (void) iconv(charset->iconv, NULL, NULL, NULL, NULL);
    return why == EINVAL && len < 4 ? SEQUENCE_MORE : SEQUENCE_BROKEN;
}

static sequence_t judge(const af_charset_t *charset, const uint8_t *bytes, size_t len, uint8_t *out, size_t *out_len)
{
    if (charset != NULL && charset->kind == KIND_SEVERAL) {
        return judge_several(charset, bytes, len, out, out_len);
    }
    sequence_t sequence = judge_utf8(bytes, len);
    if (sequence == SEQUENCE_WHOLE) {
        memcpy(out, bytes, len);
        *out_len = len;
    }
    return sequence;
}

/* A broken sequence is one U+FFFD; its last byte is offered again if others came before it. In lenient text the first byte alone
 * is a character of windows-1252, and the others are few enough to be the same. */
static size_t put_broken(const af_charset_t *charset, const uint8_t *bytes, size_t len, uint8_t *out)
{
    if (charset == NULL || charset->kind != KIND_LENIENT) {
        return put_utf8(REPLACEMENT, out);
    }
    size_t out_len = 0;
    for (size_t i = 0; i < len; i++) {
        out_len += put_utf8(bytes[i] < 0x80 ? bytes[i] : charset->upper[bytes[i] - 0x80], out + out_len);
    }
    return out_len;
}

size_t af_charset_take(const af_charset_t *charset, af_partial_t *partial, const uint8_t *at, size_t len,
                       uint8_t out[AF_CHARSET_OUT], size_t *out_len)
{
    if (partial->len == 0 && *at < 0x80) {
        out[0] = *at;
        *out_len = 1;
        return 1;
    }
    if (charset != NULL && charset->kind == KIND_SINGLE) {
        *out_len = put_utf8(charset->upper[*at - 0x80], out);
        return 1;
    }
    for (size_t used = 0; used < len;) {
        partial->bytes[partial->len++] = at[used++];
        size_t seen = partial->len;
        sequence_t sequence = judge(charset, partial->bytes, seen, out, out_len);
        if (sequence == SEQUENCE_MORE) {
            continue;
        }
        if (sequence == SEQUENCE_BROKEN) {
            size_t kept = seen > 1 ? seen - 1 : 1;
            *out_len = put_broken(charset, partial->bytes, kept, out);
            used -= seen - kept;
        }
        partial->len = 0;
        return used;
    }
    *out_len = 0;
    return len;
}

size_t af_charset_flush(af_partial_t *partial, uint8_t out[AF_CHARSET_OUT])
{
    if (partial->len == 0) {
        return 0;
    }
    partial->len = 0;
    return put_utf8(REPLACEMENT, out);
}
