/*
 * test_preview.c: policies that let preview's style through: what is added, and what stays as it is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "article_filter.h"

/* `wanted` with the hash where it has an H. */
static void expect(const char *policy, const char *wanted)
{
    char out[1024], full[1024];
    size_t len = af_preview_csp(policy, strlen(policy), out, sizeof out);
    size_t at = 0;

    for (const char *c = wanted; *c != '\0'; c++) {
        at += (size_t) snprintf(full + at, sizeof full - at, *c == 'H' ? "%s" : "%.1s", *c == 'H' ? af_preview_csp_hash() : c);
    }
    full[at] = '\0';
    out[len] = '\0';
    assert_string_equal(out, full);
}

static void test_governing(void **state)
{
    (void) state;
    expect("style-src 'self'", "style-src 'self' H");
    expect("default-src 'self'; style-src a.example; img-src *", "default-src 'self'; style-src a.example H; img-src *");
    expect("style-src b.example; style-src-elem c.example", "style-src b.example; style-src-elem c.example H");
    expect("STYLE-SRC 'self'", "STYLE-SRC 'self' H");
    expect("style-src 'self'; style-src 'none'", "style-src 'self' H; style-src 'none'");
}

static void test_default(void **state)
{
    (void) state;
    expect("default-src 'self' cdn.example", "default-src 'self' cdn.example; style-src 'self' cdn.example H");
    expect("default-src 'none'", "default-src 'none'; style-src H");
    expect("default-src", "default-src; style-src H");
}

static void test_none(void **state)
{
    (void) state;
    expect("style-src 'none'", "style-src H");
    expect("style-src 'None' ; img-src x", "style-src H; img-src x");
    expect("style-src", "style-src H");
}

static void test_nothing_to_do(void **state)
{
    (void) state;
    expect("img-src 'self'", "img-src 'self'");
    expect("frame-ancestors 'none'; ;", "frame-ancestors 'none'; ;");
    expect("style-src 'self' 'unsafe-inline'", "style-src 'self' 'unsafe-inline'");
    expect("default-src * 'unsafe-inline'", "default-src * 'unsafe-inline'");
    expect("", "");
}

/* Beside a nonce or a hash 'unsafe-inline' counts for nothing. */
static void test_unsafe_inline_ignored(void **state)
{
    (void) state;
    expect("style-src 'unsafe-inline' 'nonce-abc'", "style-src 'unsafe-inline' 'nonce-abc' H");
    expect("style-src 'sha384-abc' 'unsafe-inline'", "style-src 'sha384-abc' 'unsafe-inline' H");
}

static void test_list(void **state)
{
    (void) state;
    expect("style-src 'self', default-src 'none', img-src x", "style-src 'self' H, default-src 'none'; style-src H, img-src x");
}

static void test_no_room(void **state)
{
    char out[40];

    (void) state;
    assert_int_equal(af_preview_csp("style-src 'self'", 16, out, sizeof out), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_governing), cmocka_unit_test(test_default), cmocka_unit_test(test_none),
        cmocka_unit_test(test_nothing_to_do), cmocka_unit_test(test_unsafe_inline_ignored), cmocka_unit_test(test_list),
        cmocka_unit_test(test_no_room),
    };

    return cmocka_run_group_tests_name("preview", tests, NULL, NULL);
}
