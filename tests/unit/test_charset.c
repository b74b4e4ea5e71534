/*
 * test_charset.c: labels, marks, the meta prescan, and bytes to UTF-8.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "charset/detect.h"
#include "charset/text.h"

static const char *prescan(const char *text)
{
    return af_charset_prescan((const uint8_t *) text, strlen(text));
}

static void test_labels(void **state)
{
    (void) state;
    assert_string_equal(af_charset_canonical(af_slice_of(" Latin1\n")), "windows-1252");
    assert_string_equal(af_charset_canonical(af_slice_of("UTF8")), "utf-8");
    assert_string_equal(af_charset_canonical(af_slice_of("iso-ir-127")), "iso-8859-6");
    assert_string_equal(af_charset_canonical(af_slice_of("Shift_JIS")), "shift_jis");
    assert_null(af_charset_canonical(af_slice_of("utf-9")));
    assert_null(af_charset_canonical(af_slice_of("")));
    assert_null(af_charset_canonical(af_slice_of("iso-8859-6 arabic")));
}

static void test_supported(void **state)
{
    static const char *const yes[] = {"utf-8", "Latin1", "gb18030", "big5", "euc-kr", "koi8-r", "x-user-defined", "unheard-of"};
    static const char *const no[] = {"utf-16", "UTF-16LE", "utf-32", "UTF-32BE", "iso-2022-jp", "ISO-2022-KR", "utf-7", "hz-gb-2312",
                                     "ucs-2", "unicode", "ucs-4"};
    (void) state;
    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
        assert_true(af_charset_supported(yes[i]));
    }
    for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
        assert_false(af_charset_supported(no[i]));
    }
    assert_true(af_charset_supported(NULL));
}

static void test_marks(void **state)
{
    size_t len;
    (void) state;
    assert_string_equal(af_charset_bom((const uint8_t *) "\xEF\xBB\xBFx", 4, &len), "utf-8");
    assert_int_equal(len, 3);
    assert_string_equal(af_charset_bom((const uint8_t *) "\xFF\xFEx", 3, &len), "utf-16le");
    assert_string_equal(af_charset_bom((const uint8_t *) "\xFF\xFE\0\0", 4, &len), "utf-32le");
    assert_null(af_charset_bom((const uint8_t *) "\xEF\xBB", 2, &len));
    assert_int_equal(len, 0);
}

static void test_prescan(void **state)
{
    (void) state;
    assert_string_equal(prescan("<!doctype html><meta charset=koi8-r>"), "koi8-r");
    assert_string_equal(prescan("<META http-equiv='Content-Type' content=\"text/html; charset=windows-1251\">"), "windows-1251");
    assert_string_equal(prescan("<meta content='text/html; charset=\"gbk\"' http-equiv=content-type >"), "gbk");
    assert_null(prescan("<meta content='text/html; charset=gbk'>"));
    assert_null(prescan("<!-- <meta charset=gbk> -->"));
    assert_null(prescan("<div title='<meta charset=gbk>'>"));
    assert_string_equal(prescan("<!--><meta charset=gbk>"), "gbk");
    assert_string_equal(prescan("<meta charset=utf-16>"), "utf-8");
    assert_string_equal(prescan("<meta charset=x-user-defined>"), "windows-1252");
    assert_string_equal(prescan("<a ===\"><meta charset=big5>\" ><meta charset=gbk>"), "big5");
    assert_null(prescan("<meta charset=gb"));
    assert_null(prescan(""));
    assert_null(prescan("<"));
    assert_null(prescan("<!"));
    assert_null(prescan("<!--"));
}

static void test_prescan_looks_at_1024_bytes(void **state)
{
    static const char meta[] = "<meta charset=gbk>";
    uint8_t page[2000];
    (void) state;
    memset(page, 'x', sizeof(page));
    memcpy(page + 1024 - sizeof(meta) + 1, meta, sizeof(meta) - 1);
    assert_string_equal(af_charset_prescan(page, sizeof(page)), "gbk");
    memset(page, 'x', sizeof(page));
    memcpy(page + 1030 - sizeof(meta), meta, sizeof(meta) - 1);
    assert_null(af_charset_prescan(page, sizeof(page)));
}

static void test_order(void **state)
{
    static const char page[] = "\xEF\xBB\xBF<meta charset=gbk>";
    const uint8_t *bytes = (const uint8_t *) page;
    (void) state;
    assert_string_equal(af_charset_detect("koi8-r", bytes, sizeof(page) - 1), "utf-8");
    assert_string_equal(af_charset_detect("koi8-r", bytes + 3, sizeof(page) - 4), "koi8-r");
    assert_string_equal(af_charset_detect("unheard-of", bytes + 3, sizeof(page) - 4), "gbk");
    assert_string_equal(af_charset_detect(NULL, bytes + 3, sizeof(page) - 4), "gbk");
    assert_null(af_charset_detect(NULL, bytes + 5, 3));
    assert_false(af_charset_supported(af_charset_detect("utf-7", bytes + 3, sizeof(page) - 4)));
}

/* Converts in chunks of `chunk` bytes and compares. */
static void convert(const char *name, const char *in, size_t chunk, const char *expected)
{
    af_heap_t heap;
    af_charset_t *charset;
    af_partial_t partial = {{0}, 0};
    uint8_t out[256], *to = out;
    size_t len = strlen(in), out_len;
    af_heap_init(&heap, NULL, 0);
    assert_int_equal(af_charset_create(&heap, name, &charset), AF_OK);
    for (size_t i = 0; i < len;) {
        size_t left = len - i < chunk ? len - i : chunk;
        size_t used = af_charset_take(charset, &partial, (const uint8_t *) in + i, left, to, &out_len);
        assert_true(used <= left && (used > 0 || out_len > 0));
        to += out_len;
        i += used;
    }
    to += af_charset_flush(&partial, to);
    *to = '\0';
    assert_string_equal((char *) out, expected);
    af_charset_destroy(charset);
    assert_int_equal(heap.used, 0);
}

static void test_conversion(void **state)
{
    (void) state;
    for (size_t chunk = 1; chunk < 9; chunk++) {
        convert("utf-8", "a\xC3\xA9\xF0\x9F\x98\x80z", chunk, "a\xC3\xA9\xF0\x9F\x98\x80z");
        convert("utf-8", "a\xC3z\xE2\x82z\xFFz\xC0\xAF", chunk, "a\xEF\xBF\xBDz\xEF\xBF\xBDz\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD");
        convert("utf-8", "\xED\xA0\x80", chunk, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
        convert("utf-8", "a\xE2\x82", chunk, "a\xEF\xBF\xBD");
        convert("iso-8859-1", "\xA9 \x93" "a\x94 \x81", chunk, "\xC2\xA9 \xE2\x80\x9C" "a\xE2\x80\x9D \xC2\x81");
        convert("windows-1251", "\xCF\xF0", chunk, "\xD0\x9F\xD1\x80");
        convert("shift_jis", "a\x83" "A\x83\x5C" "b", chunk, "a\xE3\x82\xA2\xE3\x82\xBD" "b");
        convert("gbk", "\xD6\xD0<\x81\x30\x81\x30", chunk, "\xE4\xB8\xAD<\xC2\x80");
        convert("big5", "\xA4\xA4\x88\x62z", chunk, "\xE4\xB8\xAD\xC3\x8A\xCC\x84z");
        convert("euc-kr", "\xB0\xA1\x81" "A", chunk, "\xEA\xB0\x80\xEA\xB0\x82");
        convert("euc-jp", "\x8F\xB0\xA1\xA4\xA2", chunk, "\xE4\xB8\x82\xE3\x81\x82");
        convert("gbk", "\xD6<p", chunk, "\xEF\xBF\xBD<p");
        convert("x-user-defined", "\x80", chunk, "\xEF\x9E\x80");
        convert(NULL, "\xC3\xA9 \xA9 \x92s \xE2\x82", chunk, "\xC3\xA9 \xC2\xA9 \xE2\x80\x99s \xEF\xBF\xBD");
    }
}

static void test_unsupported(void **state)
{
    af_heap_t heap;
    af_charset_t *charset;
    (void) state;
    af_heap_init(&heap, NULL, 0);
    assert_int_equal(af_charset_create(&heap, "utf-16le", &charset), AF_UNSUPPORTED);
    assert_null(charset);
    af_charset_destroy(charset);
}

/* Every single-byte charset of the standard is known to the C library and gives valid code points. */
static void test_all_labels(void **state)
{
    static const char *const names[] = {"ibm866", "iso-8859-2", "iso-8859-3", "iso-8859-4", "iso-8859-5", "iso-8859-6", "iso-8859-7",
                                        "iso-8859-8", "iso-8859-8-i", "iso-8859-10", "iso-8859-13", "iso-8859-14", "iso-8859-15",
                                        "iso-8859-16", "koi8-r", "koi8-u", "macintosh", "windows-874", "windows-1250", "windows-1251",
                                        "windows-1253", "windows-1254", "windows-1255", "windows-1256", "windows-1257", "windows-1258",
                                        "x-mac-cyrillic"};
    (void) state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        af_heap_t heap;
        af_charset_t *charset;
        af_partial_t partial = {{0}, 0};
        uint8_t out[AF_CHARSET_OUT];
        size_t out_len, unassigned = 0;
        af_heap_init(&heap, NULL, 0);
        assert_int_equal(af_charset_create(&heap, names[i], &charset), AF_OK);
        for (unsigned c = 0xA0; c < 0x100; c++) {
            uint8_t byte = (uint8_t) c;
            assert_int_equal(af_charset_take(charset, &partial, &byte, 1, out, &out_len), 1);
            unassigned += out_len == 3 && memcmp(out, "\xEF\xBF\xBD", 3) == 0;
        }
        assert_true(unassigned < 60);
        af_charset_destroy(charset);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels),     cmocka_unit_test(test_supported),
        cmocka_unit_test(test_marks),      cmocka_unit_test(test_prescan),
        cmocka_unit_test(test_order),      cmocka_unit_test(test_prescan_looks_at_1024_bytes),
        cmocka_unit_test(test_conversion), cmocka_unit_test(test_unsupported),
        cmocka_unit_test(test_all_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
