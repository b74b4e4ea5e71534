/*
 * fuzz_charset.c: any bytes as text of a charset, and as a page that declares one.
 *
 * The first byte chooses the label (the last ones: what the bytes declare themselves), the second the chunks. Checked: what comes out
 * is valid UTF-8 and the same in any chunks; every call goes on.
 */
#include "base/memory.h"
#include "charset/detect.h"
#include "charset/text.h"
#include "fuzz.h"

static const char *const labels[] = {NULL, "utf-8", "windows-1252", "shift_jis", "big5", "gb18030", "euc-kr", "euc-jp", "koi8-r"};
#define LABELS (sizeof labels / sizeof *labels)

static void put(fuzz_bytes_t *text, const uint8_t *out, size_t len)
{
    CHECK(len <= AF_CHARSET_OUT);
    fuzz_put(text, out, len);
}

static fuzz_bytes_t convert(const af_charset_t *charset, const uint8_t *data, size_t len, uint8_t cut)
{
    fuzz_bytes_t text = {0};
    fuzz_chunks_t chunks = {.how = cut};
    af_partial_t partial = {.len = 0};
    uint8_t out[AF_CHARSET_OUT];

    fuzz_put(&text, "", 0);
    for (size_t at = 0; at < len;) {
        size_t give = fuzz_chunk(&chunks, len - at), tries = 0;
        for (size_t end = at + give; at < end;) {
            size_t out_len = 0, used = af_charset_take(charset, &partial, data + at, end - at, out, &out_len);
            CHECK(used <= end - at && (used > 0 || ++tries < 16));
            tries = used > 0 ? 0 : tries;
            put(&text, out, out_len);
            at += used;
        }
    }
    put(&text, out, af_charset_flush(&partial, out));
    return text;
}

static bool is_utf8(const uint8_t *data, size_t len)
{
    for (size_t at = 0, more; at < len; at += more + 1) {
        uint32_t c = data[at];
        more = c < 0x80 ? 0 : c >= 0xc2 && c < 0xe0 ? 1 : c >= 0xe0 && c < 0xf0 ? 2 : c >= 0xf0 && c < 0xf5 ? 3 : SIZE_MAX / 2;
        if (more >= len - at) {
            return false;
        }
        c &= more == 0 ? 0x7fu : 0x3fu >> more;
        for (size_t i = 1; i <= more; i++) {
            if ((data[at + i] & 0xc0) != 0x80) {
                return false;
            }
            c = c << 6 | (data[at + i] & 0x3fu);
        }
        if ((more == 2 && (c < 0x800 || c >> 11 == 0x1b)) || (more == 3 && (c < 0x10000 || c > 0x10ffff))) {
            return false;
        }
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    af_heap_t heap;
    af_charset_t *charset;

    if (len < 2) {
        return 0;
    }
    const uint8_t *text = data + 2;
    size_t text_len = len - 2;
    const char *label = data[0] % 16 < LABELS ? labels[data[0] % 16] : af_charset_detect(NULL, text, text_len);
    (void) af_charset_prescan(text, text_len);
    (void) af_charset_canonical((af_slice_t){text, text_len});
    af_heap_init(&heap, NULL, 0);
    af_status_t status = af_charset_create(&heap, label, &charset);
    CHECK(status == AF_OK || status == AF_UNSUPPORTED);
    if (status == AF_OK) {
        fuzz_bytes_t whole = convert(charset, text, text_len, 0), parts = convert(charset, text, text_len, data[1]);
        CHECK(is_utf8(whole.data, whole.len));
        CHECK(fuzz_same(&whole, &parts));
        free(whole.data);
        free(parts.data);
        af_charset_destroy(charset);
    }
    CHECK(heap.used == 0);
    return 0;
}
