/*
 * test_scan.c: every kernel of base/scan.h, and the blocks of base/block.h, against a loop over bytes: all lengths 0 to 130, all
 * alignments, bytes of interest at every place, and none read outside (the range ends at a page that may not be read).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/block.h"
#include "base/scan.h"

#define LENGTHS 131u
#define ALIGNMENTS 64u

static uint8_t *page; /* one page, with unreadable ones before and after it */
static size_t page_size;

static int open_page(void **state)
{
    (void) state;
    page_size = (size_t) sysconf(_SC_PAGESIZE);
    uint8_t *three = mmap(NULL, 3 * page_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (three == MAP_FAILED) {
        return 1;
    }
    page = three + page_size;
    return mprotect(page, page_size, PROT_READ | PROT_WRITE);
}

static int close_page(void **state)
{
    (void) state;
    return munmap(page - page_size, 3 * page_size);
}

static size_t slow_byte(const uint8_t *data, size_t len, uint8_t c)
{
    size_t at = 0;

    while (at < len && data[at] != c) {
        at++;
    }
    return at;
}

static size_t slow_raw_end(const uint8_t *data, size_t len)
{
    for (size_t at = 0; at < len; at++) {
        if (data[at] == '<' && (at + 1 == len || data[at + 1] == '/' || data[at + 1] == '!')) {
            return at;
        }
    }
    return len;
}

static void compare(const uint8_t *data, size_t len)
{
    const af_scan_t *scan;

    for (size_t i = 0; (scan = af_scan_get(i)) != NULL; i++) {
        size_t byte = slow_byte(data, len, '"'), raw = slow_raw_end(data, len);
        if (scan->byte(data, len, '"') != byte || scan->raw_end(data, len) != raw) {
            fail_msg("%s: length %zu at %p: byte %zu wanted %zu, raw_end %zu wanted %zu", scan->name, len, (const void *) data,
                     scan->byte(data, len, '"'), byte, scan->raw_end(data, len), raw);
        }
    }
}

/* The range at every alignment within the page, and where both its ends touch what may not be read. */
static void compare_everywhere(const uint8_t *bytes, size_t len)
{
    for (size_t at = 0; at < ALIGNMENTS; at++) {
        memcpy(page + at, bytes, len);
        page[at + len] = '"';
        compare(page + at, len);
    }
    memcpy(page + page_size - len, bytes, len);
    compare(page + page_size - len, len);
    memcpy(page, bytes, len);
    compare(page, len);
}

static void one_byte_at_each_place(void **state)
{
    uint8_t bytes[LENGTHS];

    (void) state;
    for (size_t len = 0; len < LENGTHS; len++) {
        memset(bytes, 'x', sizeof bytes);
        compare_everywhere(bytes, len);
        for (size_t at = 0; at < len; at++) {
            memset(bytes, at % 2 ? '<' : '/', sizeof bytes);
            bytes[at] = '"';
            compare(memcpy(page + page_size - len, bytes, len), len);
            memset(bytes, at % 2 ? '<' : 'x', sizeof bytes);
            bytes[at] = '<';
            compare(memcpy(page + page_size - len, bytes, len), len);
            if (at + 1 < len) {
                bytes[at + 1] = at % 3 ? '/' : '!';
                compare(memcpy(page + page_size - len, bytes, len), len);
            }
        }
    }
}

static void random_bytes(void **state)
{
    static const char few[] = "<</!\"x\xbc\x80";
    uint32_t seed = 7;
    uint8_t bytes[LENGTHS];

    (void) state;
    for (size_t round = 0; round < 40; round++) {
        for (size_t len = 0; len < LENGTHS; len++) {
            for (size_t i = 0; i < len; i++) {
                seed = seed * 1664525u + 1013904223u;
                bytes[i] = (seed >> 28) < 14 && round % 2 ? 'x' : (uint8_t) few[(seed >> 24) % (sizeof few - 1)];
            }
            compare_everywhere(bytes, len);
        }
    }
}

static bool is_low(uint8_t c)
{
    return c <= 0x20;
}

static void expect_block(af_mask_t mask, const uint8_t *data, bool (*wanted)(uint8_t))
{
    for (size_t i = 0; i < AF_BLOCK_SIZE; i++) {
        bool set = (mask >> (i * AF_BLOCK_STEP) & 1u) != 0;
        if (set != wanted(data[i])) {
            fail_msg("byte %zu of a block, 0x%02x: %d", i, data[i], set);
        }
        if (set && (mask & (((af_mask_t) 1 << (i * AF_BLOCK_STEP)) - 1)) == 0) {
            assert_int_equal(af_block_first(mask), i);
        }
    }
}

static bool ends_name(uint8_t c)
{
    return is_low(c) || c == '/' || c == '>';
}

static bool ends_attribute(uint8_t c)
{
    return ends_name(c) || c == '=';
}

static bool ends_unquoted(uint8_t c)
{
    return is_low(c) || c == '>';
}

static bool is_quote(uint8_t c)
{
    return c == '"';
}

static void blocks(void **state)
{
    uint8_t *data = page + page_size - AF_BLOCK_SIZE;

    (void) state;
    for (unsigned c = 0; c < 256; c++) {
        for (size_t at = 0; at < AF_BLOCK_SIZE; at++) {
            memset(data, at % 2 ? 'a' : 0xff, AF_BLOCK_SIZE);
            data[at] = (uint8_t) c;
            data[(at + c) % AF_BLOCK_SIZE] = (uint8_t) (c ^ 0x80);
            expect_block(af_block_name_end(data), data, ends_name);
            expect_block(af_block_attribute_end(data), data, ends_attribute);
            expect_block(af_block_unquoted_end(data), data, ends_unquoted);
            expect_block(af_block_byte(data, '"'), data, is_quote);
        }
    }
}

/* The pair that ends where the page does. */
static void pairs(void **state)
{
    uint8_t *data = page + page_size - AF_PAIR_SIZE;

    (void) state;
    for (size_t at = 0; at < AF_PAIR_SIZE; at++) {
        for (size_t other = 0; other < AF_PAIR_SIZE; other++) {
            memset(data, 'a', AF_PAIR_SIZE);
            data[at] = data[other] = '<';
            assert_int_equal(af_pair_byte(data, '<'), (uint64_t) 1 << at | (uint64_t) 1 << other);
            assert_int_equal(af_pair_byte(data, 'b'), 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_byte_at_each_place),
        cmocka_unit_test(random_bytes),
        cmocka_unit_test(blocks),
        cmocka_unit_test(pairs),
    };
    return cmocka_run_group_tests_name("scan", tests, open_page, close_page);
}
