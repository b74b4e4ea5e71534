/*
 * test_tape.c: normal text, marks, positions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy/tape.h"

static void begin(af_heap_t *heap, af_tape_t *tape, size_t limit)
{
    af_heap_init(heap, NULL, 0);
    af_tape_init(tape, heap, limit);
    tape->positions = true;
}

static void end(af_heap_t *heap, af_tape_t *tape)
{
    af_tape_destroy(tape);
    assert_int_equal(heap->used, 0);
}

static void add(af_tape_t *tape, const char *text, uint64_t pos, af_text_kind_t kind)
{
    assert_int_equal(af_tape_text(tape, af_slice_of(text), pos, kind), AF_OK);
}

static void expect(af_slice_t text, const char *expected)
{
    assert_int_equal(text.len, strlen(expected));
    assert_memory_equal(text.data, expected, text.len);
}

static void test_white_space(void **state)
{
    af_heap_t heap;
    af_tape_t tape;
    (void) state;
    begin(&heap, &tape, 4096);
    add(&tape, " \n a\t\r\n", 0, AF_TEXT_DATA);
    size_t mark = af_tape_mark(&tape);
    add(&tape, "\f b&nbsp;\xC2\xA0 &#32;c ", 7, AF_TEXT_DATA);
    expect(af_tape_since(&tape, 0), "a b c");
    expect(af_tape_since(&tape, mark), "b c");
    assert_int_equal(af_tape_characters(&tape, mark), 3);
    expect(af_tape_between(&tape, 0, mark), "a");
    end(&heap, &tape);
}

static void test_references(void **state)
{
    static const struct {
        const char *in, *out;
        af_text_kind_t kind;
    } cases[] = {
        {"a &amp; b &lt;c&gt", "a & b <c>", AF_TEXT_DATA},
        {"&copy 2025", "\xC2\xA9 2025", AF_TEXT_RCDATA},
        {"&notit;", "\xC2\xACit;", AF_TEXT_DATA},
        {"x&semi;y&#59;z", "x;y;z", AF_TEXT_DATA},
        {"&fjlig;", "fj", AF_TEXT_DATA},
        {"& &; &# &unknown; &amp", "& &; &# &unknown; &", AF_TEXT_DATA},
        {"a &amp; b", "a &amp; b", AF_TEXT_RAWTEXT},
        {"a &amp; b", "a &amp; b", AF_TEXT_CDATA},
    };
    (void) state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        af_heap_t heap;
        af_tape_t tape;
        begin(&heap, &tape, 4096);
        add(&tape, cases[i].in, 0, cases[i].kind);
        expect(af_tape_since(&tape, 0), cases[i].out);
        end(&heap, &tape);
    }
}

/* Characters that a chunk's end cuts. */
static void test_pieces(void **state)
{
    static const char text[] = "caf\xC3\xA9 \xE2\x82\xAC\xC2\xA0 x";
    (void) state;
    for (size_t cut = 0; cut < sizeof(text); cut++) {
        af_heap_t heap;
        af_tape_t tape;
        begin(&heap, &tape, 4096);
        assert_int_equal(af_tape_text(&tape, (af_slice_t){(const uint8_t *) text, cut}, 5, AF_TEXT_DATA), AF_OK);
        add(&tape, text + cut, 5 + cut, AF_TEXT_DATA);
        af_slice_t whole = af_tape_since(&tape, 0);
        expect(whole, "caf\xC3\xA9 \xE2\x82\xAC x");
        assert_int_equal(af_tape_position(&tape, whole.data + 3), 8);
        assert_int_equal(af_tape_position(&tape, whole.data + 6), 11);
        assert_int_equal(af_tape_position_after(&tape, whole.data + 9), 14);
        assert_int_equal(af_tape_position(&tape, whole.data + 10), 17);
        end(&heap, &tape);
    }
}

static void test_cut_for_good(void **state)
{
    af_heap_t heap;
    af_tape_t tape;
    (void) state;
    begin(&heap, &tape, 4096);
    add(&tape, "a\xE2\x82", 0, AF_TEXT_DATA);
    add(&tape, "b", 20, AF_TEXT_DATA); /* behind a tag */
    expect(af_tape_since(&tape, 0), "a\xEF\xBF\xBD" "b");
    end(&heap, &tape);
}

static void test_positions(void **state)
{
    af_heap_t heap;
    af_tape_t tape;
    (void) state;
    begin(&heap, &tape, 4096);
    add(&tape, "one  &amp;\n two", 100, AF_TEXT_DATA);
    add(&tape, "three", 119, AF_TEXT_DATA);
    af_slice_t text = af_tape_since(&tape, 0);
    expect(text, "one & twothree");
    assert_int_equal(af_tape_position(&tape, text.data), 100);
    assert_int_equal(af_tape_position(&tape, text.data + 3), 103);
    assert_int_equal(af_tape_position_after(&tape, text.data + 3), 103);
    assert_int_equal(af_tape_position_after(&tape, text.data + 4), 105);
    assert_int_equal(af_tape_position(&tape, text.data + 4), 105);
    assert_int_equal(af_tape_position_after(&tape, text.data + 5), 110);
    assert_int_equal(af_tape_position(&tape, text.data + 6), 112);
    assert_int_equal(af_tape_position_after(&tape, text.data + 9), 115);
    assert_int_equal(af_tape_position(&tape, text.data + 9), 119);
    assert_int_equal(af_tape_position(&tape, text.data + text.len), 124);
    end(&heap, &tape);
}

static void test_charset(void **state)
{
    af_heap_t heap;
    af_tape_t tape;
    af_charset_t *charset;
    (void) state;
    begin(&heap, &tape, 4096);
    assert_int_equal(af_charset_create(&heap, "windows-1251", &charset), AF_OK);
    tape.charset = charset;
    add(&tape, "\xCF\xF0 &eacute;\xA0\xA0\xE8", 10, AF_TEXT_DATA);
    af_slice_t text = af_tape_since(&tape, 0);
    expect(text, "\xD0\x9F\xD1\x80 \xC3\xA9 \xD0\xB8");
    assert_int_equal(af_tape_characters(&tape, 0), 6);
    assert_int_equal(af_tape_position(&tape, text.data + 2), 11);
    assert_int_equal(af_tape_position(&tape, text.data + 5), 13);
    assert_int_equal(af_tape_position_after(&tape, text.data + 7), 21);
    assert_int_equal(af_tape_position(&tape, text.data + 8), 23);
    af_charset_destroy(charset);
    end(&heap, &tape);
}

static void test_forget_and_limit(void **state)
{
    af_heap_t heap;
    af_tape_t tape;
    uint64_t pos = 0;
    (void) state;
    begin(&heap, &tape, 64);
    for (int i = 0; i < 1000; i++) {
        size_t mark = af_tape_mark(&tape);
        add(&tape, "some words here ", pos, AF_TEXT_DATA);
        af_slice_t text = af_tape_since(&tape, mark);
        expect(text, "some words here");
        assert_int_equal(af_tape_position(&tape, text.data + 5), pos + 5);
        pos += 16;
        af_tape_forget(&tape, i % 7 == 0 ? SIZE_MAX : mark);
    }
    assert_true(tape.capacity <= 64 && tape.run_capacity <= 32);
    static const char more[] = "0123456789012345678901234567890123456789012345678901234567890123456789";
    assert_int_equal(af_tape_text(&tape, af_slice_of(more), pos, AF_TEXT_DATA), AF_LIMIT);
    af_tape_forget(&tape, SIZE_MAX);
    size_t mark = af_tape_mark(&tape);
    add(&tape, " x", pos + 100, AF_TEXT_DATA);
    expect(af_tape_since(&tape, mark), "x");
    end(&heap, &tape);
}

static void test_without_positions(void **state)
{
    af_heap_t heap;
    af_tape_t tape;
    (void) state;
    begin(&heap, &tape, 4096);
    tape.positions = false;
    add(&tape, "a  b &amp; c", 0, AF_TEXT_DATA);
    expect(af_tape_since(&tape, 0), "a b & c");
    assert_null(tape.runs);
    assert_int_equal(af_tape_since(&tape, af_tape_mark(&tape)).len, 0);
    end(&heap, &tape);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_white_space), cmocka_unit_test(test_references), cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_cut_for_good), cmocka_unit_test(test_positions), cmocka_unit_test(test_charset),
        cmocka_unit_test(test_forget_and_limit), cmocka_unit_test(test_without_positions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
