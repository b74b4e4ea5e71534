/*
 * test_tokenizer_fast.c: the tokenizer's fast path gives the tokens that the states give, at any chunking.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../fuzz/tokens.h"

static const size_t chunks[] = {1, 2, 7, 31, 32, 33, 100, 4096, 0, SIZE_MAX};

static void compare(const uint8_t *data, size_t len, size_t tag_limit, uint32_t attribute_limit)
{
    static tokens_log_t wanted, got;
    tokens_way_t way = {SIZE_MAX, false, tag_limit, attribute_limit};

    log_tokens(&wanted, data, len, &way);
    for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
        for (int fast = 0; fast < 2; fast++) {
            way.chunk = chunks[i];
            way.fast = fast != 0;
            log_tokens(&got, data, len, &way);
            if (got.len != wanted.len || memcmp(got.text, wanted.text, got.len) != 0) {
                fail_msg("in chunks of %zu, fast path %d\n%.*s\ngave%s\nwanted%s", way.chunk, fast, (int) len, (const char *) data,
                         got.text, wanted.text);
            }
        }
    }
}

/* Each rarity at which the fast path gives up, and its neighbours, with room behind it. */
static void rarities(void **state)
{
    static const char *const tags[] = {
        "<p>", "</p>", "<P CLASS=A>", "<a href=\"x\">", "<a href='x'>", "<a href=x>", "<a href=>", "<a href= >", "<a href =x>",
        "<a href = \"x\" >", "<a href\n=\n'x'\n>", "<a b c d>", "<a b/c/d>", "<a/>", "<a />", "<a / >", "<a b=c/>", "<a b=\"c\"/>",
        "<a b=\"c\"d='e'f>", "<a =b>", "<a b==c>", "<a b='c\"d'>", "<a b=\"c>d\">", "<a b=c\"d>", "<a <b>", "<a b<c=d<e>", "<a\tb\fc\rd>",
        "<a\001b>", "<a b\001c=d>", "<a b=c\001d e>", "<a b=\001>", "<a-name-of-more-than-one-block b=c>", "<blockquote>", "<FigCaption>",
        "<a an-attribute-name-of-more-than-one-block=\"1\">", "<a an-attribute-name-of-more-than-one-block>",
        "<a b=a-value-of-more-than-one-block-without-quotes/>", "<a b=\"a value of more than one block in quotes, and of two\">",
        "<a b='' c=\"\" d>", "<a b=&amp; c=\"&lt;>\">", "</a b=c>", "</a/>", "</ a>", "</>", "<>", "< a>", "<!-- a --><b>", "<!a><b>", "<?a><b>",
        "<a a1 a2 a3 a4 a5 a6 a7 a8 a9 a10 a11 a12 a13 a14 a15 a16 a17 a18>", "<svg:a xlink:href='x'>", "<\303\244>", "<a\303\244 \303\244=\303\244>",
        "<script><!--<script></script>--></script>", "<p =a-tag-for-the-states that-is-longer-than-what-follows><!doctype html><b>", "<title></title a></TITLE>", "<textarea><b></b></textarea/>", "<script></script >",
        "<style></sty</style", "<xmp><b></xmpx></xmp>", "<plaintext></plaintext>"
    };
    char text[512];

    (void) state;
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        for (size_t padding = 0; padding < 40; padding++) {
            int len = snprintf(text, sizeof text, "%.*s%s%.*s</div>", (int) (padding % 5), "text", tags[i], (int) padding,
                               "and what follows it, <b>more</b> of it..");
            compare((const uint8_t *) text, (size_t) len, 65536, 1024);
            compare((const uint8_t *) text, (size_t) len, 64, 3);
        }
    }
}

static void random_pieces(void **state)
{
    static const char *const pieces[] = {
        "<", ">", "/", "</", "\"", "'", "=", " ", "\n", "\r\n", "a", "p", "div", "script", "style", "title", "textarea", "class", "id",
        "href", "<div ", "</div>", "<!doctype html>", "<a title='a value of some length, longer than a doctype' =>", "<a href=\"", "<script>", "</script>", "<!--", "-->", "-", "!", "&", "&amp;", "text and more text",
        "\001", "", "\303\244", "=\"a b c\" ", "='x'", "=x ", "data-a-longer-name", "https://host.example/a/path/of/some/length?a=b"
    };
    static char text[4096];
    uint32_t seed = 11;

    (void) state;
    for (int round = 0; round < 1500; round++) {
        size_t len = 0;
        while (len < sizeof text - 64 && (seed = seed * 1664525u + 1013904223u) >> 24 != 0) {
            const char *piece = pieces[(seed >> 16) % (sizeof pieces / sizeof *pieces)];
            memcpy(text + len, piece, strlen(piece));
            len += strlen(piece);
        }
        compare((const uint8_t *) text, len, round % 2 ? 65536 : 64, round % 3 ? 1024 : 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rarities),
        cmocka_unit_test(random_pieces),
    };
    return cmocka_run_group_tests_name("tokenizer_fast", tests, NULL, NULL);
}
