/*
 * test_claims.c: what is said of rights: texts, the places of their characters, whose they are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy/claims.h"

static void expect_text(const af_claims_t *claims, uint32_t number, const char *text)
{
    af_slice_t got = af_claims_text(claims, &claims->items[number]);

    assert_int_equal(got.len, strlen(text));
    assert_memory_equal(got.data, text, got.len);
}

static void test_json_positions(void **state)
{
    static const char raw[] = "a\\u00a9\\/ \\ud83d\\ude00b";
    af_heap_t heap;
    af_claims_t claims;
    (void) state;

    af_heap_init(&heap, NULL, 0);
    af_claims_init(&claims, &heap);
    assert_int_equal(af_claims_json(&claims, AF_CLAIM_NOTICE, af_slice_of(raw), 100, 2), AF_OK);
    expect_text(&claims, 0, "a\xc2\xa9/ \xf0\x9f\x98\x80" "b");
    af_slice_t text = af_claims_text(&claims, &claims.items[0]);
    assert_int_equal(af_tape_position(&claims.tape, text.data + 1), 101);
    assert_int_equal(af_tape_position(&claims.tape, text.data + 3), 107);
    assert_int_equal(af_tape_position(&claims.tape, text.data + 9), 100 + strlen(raw) - 1);
    assert_int_equal(af_tape_position_after(&claims.tape, text.data + 3), 107);
    af_claims_destroy(&claims);
}

static void test_settle(void **state)
{
    af_heap_t heap;
    af_claims_t claims;
    (void) state;

    af_heap_init(&heap, NULL, 0);
    af_claims_init(&claims, &heap);
    assert_int_equal(af_claims_json(&claims, AF_CLAIM_NOTICE, af_slice_of("one"), 0, 1), AF_OK);
    assert_int_equal(af_claims_json(&claims, AF_CLAIM_CREDIT, af_slice_of("two"), 10, 2), AF_OK);
    assert_int_equal(af_claims_attribute(&claims, af_slice_of("&copy; three"), 20, '"'), AF_OK);
    af_claims_settle(&claims, 2, 0, "2020");
    assert_string_equal(claims.year, "");
    af_claims_settle(&claims, 1, 1, "2021");
    assert_int_equal(claims.items[0].kind, AF_CLAIM_NOTICE);
    assert_int_equal(claims.items[0].depth, 0);
    assert_int_equal(claims.items[1].kind, AF_CLAIM_NONE);
    expect_text(&claims, 2, "\xc2\xa9 three");
    assert_string_equal(claims.year, "2021");
    af_claims_settle(&claims, 1, 2, "2022");
    assert_string_equal(claims.year, "2022");
    af_claims_settle(&claims, 1, 2, "20222");
    assert_string_equal(claims.year, "2022");
    af_claims_destroy(&claims);
}

static void test_too_many(void **state)
{
    char text[AF_CLAIM_RAW + 2] = "";
    af_heap_t heap;
    af_claims_t claims;
    (void) state;

    memset(text, 'x', sizeof text - 1);
    af_heap_init(&heap, NULL, 0);
    af_claims_init(&claims, &heap);
    assert_int_equal(af_claims_attribute(&claims, af_slice_of(text), 0, '"'), AF_OK);
    assert_int_equal(claims.count, 0);
    for (size_t i = 0; i < AF_CLAIMS + 3u; i++) {
        assert_int_equal(af_claims_attribute(&claims, (af_slice_t){(const uint8_t *) text, AF_CLAIM_RAW}, i * 1000, '"'), AF_OK);
    }
    assert_int_equal(claims.count, AF_CLAIMS);
    af_claims_destroy(&claims);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_json_positions), cmocka_unit_test(test_settle),
                                       cmocka_unit_test(test_too_many)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
