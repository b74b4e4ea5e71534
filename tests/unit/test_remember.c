/*
 * test_remember.c: a tag that comes again (select/remember.c) is told to be what it is told to be when asked for the first time:
 * from other places, in another round, in quirks mode or not, and where a tag takes its place.
 */
#include "select_page.h"

#include <stdlib.h>

#define TAGS 400u
#define ASKED 20000
#define CHUNK 16384u

static const char *const selectors[] = {":is(p, div):named(share, related*)", "p", "div", ".a.b", "#c", "[title*=\"long\" i]", "p.a",
                                        "div > p", ":is(p, span)", ".A", "[title]", "p[title]:not(.b)", "span#c", ".share-bar"};
static const char *const types[] = {"p", "div", "span", "image", "x-note"};
static const char *const values[] = {"a", "b", "a b", "share", "share-bar", "A B", "related-list a", "none", "a b share-bar x"};

static uint32_t seed = 11;

static uint32_t draw(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

typedef struct {
    char type[16], attributes[128];
} written_t;

static void write_tag(written_t *out)
{
    snprintf(out->type, sizeof out->type, "%s", types[draw(sizeof types / sizeof *types)]);
    switch (draw(4)) {
    case 0:
        snprintf(out->attributes, sizeof out->attributes, "class=%s", values[draw(9)]);
        break;
    case 1:
        snprintf(out->attributes, sizeof out->attributes, "class=%s|id=%s|title=a long one", values[draw(9)], draw(2) ? "c" : "C");
        break;
    case 2:
        snprintf(out->attributes, sizeof out->attributes, "title=%u", draw(3));
        break;
    default:
        out->attributes[0] = '\0';
    }
}

/* The tag as it stands at `at`. */
static af_token_t token_at(const written_t *written, uint8_t *at)
{
    af_token_t token = make_token(written->type, written->attributes);

    memcpy(at, token.bytes.data, token.bytes.len);
    token.bytes.data = at;
    token.name.data = at + 1;
    return token;
}

static void same_again(void **state)
{
    static written_t written[TAGS];
    uint8_t *chunk = malloc(CHUNK);
    size_t at = 0;

    (void) state;
    open_page(selectors, sizeof selectors / sizeof *selectors, false);
    for (uint32_t i = 0; i < TAGS; i++) {
        write_tag(&written[i]);
    }
    for (int i = 0; i < ASKED; i++) {
        uint32_t first[64];
        if (at + 256 > CHUNK || draw(500) == 0) { /* what was there is overwritten */
            at = 0;
            af_match_next_round(&page.matcher);
            if (draw(3) == 0) {
                af_match_forget(&page.matcher);
            }
        }
        page.matcher.quirks = draw(20) == 0 ? !page.matcher.quirks : page.matcher.quirks;
        af_token_t token = token_at(&written[draw(TAGS)], chunk + at);
        af_namespace_t space = draw(10) == 0 ? AF_NS_SVG : AF_NS_HTML;
        at += token.bytes.len;
        assert_int_equal(af_match_tag(&page.matcher, &token, token.tag, space), AF_OK);
        size_t count = page.matcher.atom_count;
        uint32_t name = page.matcher.name;
        assert_true(count <= 64);
        if (count > 0) {
            memcpy(first, page.matcher.atoms, count * sizeof *first);
        }
        assert_int_equal(af_match_tag_again(&page.matcher, &token, token.tag, space), AF_OK);
        assert_int_equal(page.matcher.atom_count, count);
        assert_int_equal(page.matcher.name, name);
        assert_memory_equal(page.matcher.atoms, first, count * sizeof *first);
    }
    close_page();
    free(chunk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(same_again)};

    return cmocka_run_group_tests_name("remember", tests, NULL, NULL);
}
