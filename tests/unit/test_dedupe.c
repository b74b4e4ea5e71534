/*
 * test_dedupe.c: what counts as seen.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy/dedupe.h"

static af_dedupe_result_t seen(af_dedupe_t *dedupe, uint32_t rule, const char *text, uint32_t node, uint64_t pos, uint32_t *first)
{
    return af_dedupe_seen(dedupe, rule, af_slice_of(text), node, pos, first);
}

static void test_seen(void **state)
{
    af_heap_t heap;
    af_dedupe_t dedupe;
    uint32_t first;
    (void) state;
    af_heap_init(&heap, NULL, 0);
    af_dedupe_init(&dedupe, &heap, 0);
    assert_int_equal(seen(&dedupe, 1, "caption", 10, 100, &first), AF_DEDUPE_FIRST);
    assert_int_equal(seen(&dedupe, 1, "Caption", 11, 200, &first), AF_DEDUPE_FIRST);
    assert_int_equal(seen(&dedupe, 2, "caption", 12, 300, &first), AF_DEDUPE_FIRST);
    assert_int_equal(seen(&dedupe, 1, "caption", 13, 400, &first), AF_DEDUPE_DUPLICATE);
    assert_int_equal(first, 10);
    assert_int_equal(seen(&dedupe, 1, "", 14, 500, &first), AF_DEDUPE_FIRST);
    assert_int_equal(seen(&dedupe, 1, "", 15, 600, &first), AF_DEDUPE_FIRST);
    af_dedupe_destroy(&dedupe);
    assert_int_equal(heap.used, 0);
}

/* <div><p>x</p></div><p>x</p>: div and its p stay, the last p goes. */
static void test_outer(void **state)
{
    af_heap_t heap;
    af_dedupe_t dedupe;
    uint32_t first;
    (void) state;
    af_heap_init(&heap, NULL, 0);
    af_dedupe_init(&dedupe, &heap, 0);
    assert_int_equal(seen(&dedupe, 1, "x", 2, 5, &first), AF_DEDUPE_FIRST);
    assert_int_equal(seen(&dedupe, 1, "x", 1, 0, &first), AF_DEDUPE_OUTER);
    assert_int_equal(seen(&dedupe, 1, "x", 3, 20, &first), AF_DEDUPE_DUPLICATE);
    assert_int_equal(first, 1);
    af_dedupe_destroy(&dedupe);
}

static void test_many_and_full(void **state)
{
    af_heap_t heap;
    af_dedupe_t dedupe;
    (void) state;
    af_heap_init(&heap, NULL, 0);
    af_dedupe_init(&dedupe, &heap, 0);
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < AF_DEDUPE_LIMIT + 100; i++) {
            af_slice_t text = {(const uint8_t *) &i, sizeof(i)};
            af_dedupe_result_t result = af_dedupe_seen(&dedupe, 0, text, i, round * 100000 + i, NULL);
            assert_int_equal(result, round == 1 && i < AF_DEDUPE_LIMIT ? AF_DEDUPE_DUPLICATE : AF_DEDUPE_FIRST);
        }
    }
    assert_true(dedupe.full);
    assert_int_equal(dedupe.unseen, 200);
    af_dedupe_destroy(&dedupe);
    assert_int_equal(heap.used, 0);
}

static void test_no_memory(void **state)
{
    af_heap_t heap;
    af_dedupe_t dedupe;
    (void) state;
    af_heap_init(&heap, NULL, 64);
    af_dedupe_init(&dedupe, &heap, 0);
    assert_int_equal(seen(&dedupe, 1, "x", 2, 5, NULL), AF_DEDUPE_FIRST);
    assert_true(dedupe.full);
    af_dedupe_destroy(&dedupe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seen), cmocka_unit_test(test_outer), cmocka_unit_test(test_many_and_full), cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
