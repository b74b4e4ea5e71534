/*
 * test_eight.c: text eight bytes at a time (base/eight.h) is what a loop over bytes tells of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/eight.h"

#define ROUNDS 200000

static uint32_t seed = 3;

static uint32_t draw(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

/* Letters and spaces most often, and what stands at the edges. */
static uint8_t draw_byte(uint32_t odd)
{
    static const uint8_t edges[] = {0, 1, 9, 10, 12, 13, 0x1f, 0x20, 0x21, '&', '%', '\'', '<', ';', '=', 0x7e, 0x7f, 0x80, 0x9f,
                                    0xa0, 0xbf, 0xc0, 0xc2, 0xe0, 0xfe, 0xff};

    if (draw(odd) == 0) {
        return draw(2) == 0 ? edges[draw(sizeof edges)] : (uint8_t) draw(256);
    }
    return draw(6) == 0 ? ' ' : (uint8_t) ('a' + draw(26));
}

static uint8_t *draw_text(size_t len, uint32_t odd)
{
    uint8_t *text = malloc(len + (len == 0));

    for (size_t i = 0; i < len; i++) {
        text[i] = draw_byte(odd);
    }
    return text;
}

static void counts(void **state)
{
    (void) state;
    for (int round = 0; round < ROUNDS; round++) {
        size_t len = draw(40);
        uint8_t *text = draw_text(len, 1 + draw(20));
        uint32_t count = 0;
        for (size_t i = 0; i < len; i++) {
            count += text[i] > 0x20 && (text[i] & 0xC0) != 0x80;
        }
        assert_int_equal(af_count_shown((af_slice_t){text, len}), count);
        free(text);
    }
}

static void spaces(void **state)
{
    static const uint8_t white[] = {' ', ' ', '\n', '\t', '\r', '\f'};

    (void) state;
    for (int round = 0; round < ROUNDS; round++) {
        size_t len = draw(40), end = 0, runs = draw(40);
        uint8_t *text = draw_text(len, 3);
        for (size_t i = 0; i < len && i < runs; i++) {
            text[i] = white[draw(sizeof white)];
        }
        while (end < len && af_is_space(text[end])) {
            end++;
        }
        assert_ptr_equal(af_skip_space(text, text + len), text + end);
        free(text);
    }
}

/* Where it says no that may be of any reason, but on a machine that has this way it says no to nothing that is plain. */
static void plain(void **state)
{
    (void) state;
    for (int round = 0; round < ROUNDS; round++) {
        uint8_t *text = draw_text(8, 1 + draw(40));
        bool before = draw(2) == 0, space = before, expected = true;
        for (size_t i = 0; i < 8; i++) {
            bool doubled = text[i] == ' ' && (i == 0 ? before : text[i - 1] == ' ');
            expected = expected && !doubled && text[i] >= 0x20 && text[i] <= 0x7e && text[i] != '&' && text[i] != '<';
        }
        bool is_plain = af_eight_is_plain(text, &space);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        assert_int_equal(is_plain, expected);
#endif
        assert_true(expected || !is_plain);
        assert_int_equal(space, is_plain ? text[7] == ' ' : before);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(counts), cmocka_unit_test(spaces), cmocka_unit_test(plain)};

    return cmocka_run_group_tests_name("eight", tests, NULL, NULL);
}
