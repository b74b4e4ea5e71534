/* The forms of fields: what is decoded, and how edits of the HTML become changes of the field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "feed/writeback.h"

static af_slice_t slice(const char *text)
{
    return (af_slice_t){(const uint8_t *) text, strlen(text)};
}

/* The HTML of a field; "bad" where it cannot be read. */
static const char *decoded(af_form_t form, const char *field, af_character_as_t as)
{
    static char out[512];
    af_form_reader_t reader;
    af_piece_t piece;
    size_t len = 0;

    af_form_begin(&reader, form, slice(field));
    for (;;) {
        af_form_next(&reader, &piece);
        switch (piece.kind) {
        case AF_PIECE_LITERAL:
            memcpy(out + len, field + piece.from, piece.len);
            len += piece.len;
            break;
        case AF_PIECE_CHARACTER:
            len += af_character_write(piece.character, as, (uint8_t *) out + len);
            break;
        case AF_PIECE_MARK: case AF_PIECE_GLUE:
            break;
        case AF_PIECE_END:
            out[len] = '\0';
            return out;
        case AF_PIECE_BAD:
            return "bad";
        }
    }
}

static void test_text(void **state)
{
    (void) state;
    assert_string_equal(decoded(AF_FORM_TEXT, "a&lt;b&#62;&#x26;amp;&quot;&apos;", AF_CHARACTER_UTF8), "a<b>&amp;\"'");
    assert_string_equal(decoded(AF_FORM_TEXT, "&#233;&#x2014;&#x1F600;", AF_CHARACTER_UTF8), "\xc3\xa9\xe2\x80\x94\xf0\x9f\x98\x80");
    assert_string_equal(decoded(AF_FORM_TEXT, "&#233;", AF_CHARACTER_REFERENCE), "&#233;");
    assert_string_equal(decoded(AF_FORM_TEXT, "a<![CDATA[<b>&amp;]]]]><![CDATA[>]]>c", AF_CHARACTER_UTF8), "a<b>&amp;]]>c");
    assert_string_equal(decoded(AF_FORM_TEXT, "a<!-- > --><?p ?>b", AF_CHARACTER_UTF8), "ab");
    assert_string_equal(decoded(AF_FORM_TEXT, "", AF_CHARACTER_UTF8), "");
}

static void test_unreadable_text(void **state)
{
    static const char *const fields[] = {"&nbsp;", "a & b", "&#0;", "&#xD800;", "&#1114112;", "&#99999999999;", "&#;", "&#x;",
                                         "&#12", "<b>x</b>", "<![CDATA[x", "<!-- x", "&#xFFFE;"};

    (void) state;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        assert_string_equal(decoded(AF_FORM_TEXT, fields[i], AF_CHARACTER_UTF8), "bad");
    }
}

static void test_xhtml(void **state)
{
    (void) state;
    assert_string_equal(decoded(AF_FORM_XHTML, "<h:p a='h:b'>x:y &lt;</h:p ><h:br/>", AF_CHARACTER_UTF8),
                        "<p a='h:b'>x:y &lt;</p ><br/>");
    assert_string_equal(decoded(AF_FORM_XHTML, "<p>a<!-- <b> --><?x > ?><![CDATA[<h:i>]]></p>", AF_CHARACTER_UTF8),
                        "<p>a<![CDATA[<h:i>]]></p>");
}

static void test_json(void **state)
{
    (void) state;
    assert_string_equal(decoded(AF_FORM_JSON, "a\\\"\\\\\\/\\n\\u003c\\u00E9\\ud83d\\ude00", AF_CHARACTER_UTF8),
                        "a\"\\/\n<\xc3\xa9\xf0\x9f\x98\x80");
    assert_string_equal(decoded(AF_FORM_JSON, "\\ud83dx\\ude00", AF_CHARACTER_UTF8), "\xef\xbf\xbdx\xef\xbf\xbd");
    assert_string_equal(decoded(AF_FORM_JSON, "\\x", AF_CHARACTER_UTF8), "bad");
    assert_string_equal(decoded(AF_FORM_JSON, "\\u12", AF_CHARACTER_UTF8), "bad");
    assert_string_equal(decoded(AF_FORM_JSON, "\\u12g4", AF_CHARACTER_UTF8), "bad");
}

/* The field after its changes. */
static const char *changed(const af_changes_t *changes, const char *field)
{
    static char out[512];
    size_t len = 0, at = 0;

    for (size_t i = 0; i < changes->count; i++) {
        const af_change_t *change = &changes->items[i];
        assert_true(change->from >= at && change->to >= change->from && change->to <= strlen(field));
        memcpy(out + len, field + at, change->from - at);
        len += change->from - at;
        if (change->text_len > 0) {
            memcpy(out + len, changes->texts + change->text_at, change->text_len);
            len += change->text_len;
        }
        at = change->to;
    }
    strcpy(out + len, field + at);
    return out;
}

/* Drops [from, to) of the HTML and puts `text` in its place; "failed" where that cannot be written. */
static const char *edit(af_form_t form, const char *field, uint64_t from, uint64_t to, const char *text, uint64_t html_len)
{
    af_heap_t heap;
    af_changes_t changes;
    af_writeback_t writeback;
    static char result[512];

    af_heap_init(&heap, NULL, 0);
    af_changes_init(&changes, &heap);
    af_writeback_begin(&writeback, &changes, form, slice(field), 0, AF_CHARACTER_UTF8);
    writeback.prefix = slice("h:");
    assert_int_equal(af_writeback_walk(&writeback, from, AF_WALK_KEEP, AF_NO_RULE), AF_OK);
    assert_int_equal(af_writeback_walk(&writeback, to, AF_WALK_DROP, 1), AF_OK);
    assert_int_equal(af_writeback_insert(&writeback, (const uint8_t *) text, strlen(text), 2), AF_OK);
    assert_int_equal(af_writeback_walk(&writeback, html_len, AF_WALK_KEEP, AF_NO_RULE), AF_OK);
    snprintf(result, sizeof result, "%s", writeback.failed ? "failed" : changed(&changes, field));
    af_changes_destroy(&changes);
    assert_int_equal(heap.used, 0);
    return result;
}

static void test_changes(void **state)
{
    (void) state;
    assert_string_equal(edit(AF_FORM_TEXT, "a&lt;b&gt;c", 1, 4, "", 5), "ac");
    assert_string_equal(edit(AF_FORM_TEXT, "a&lt;b&gt;c", 1, 1, "<i>&", 5), "a&lt;i&gt;&amp;&lt;b&gt;c");
    assert_string_equal(edit(AF_FORM_TEXT, "<![CDATA[ab]]>", 0, 0, "<i>", 2), "<![CDATA[<i>ab]]>");
    assert_string_equal(edit(AF_FORM_TEXT, "<![CDATA[ab]]>", 2, 2, "<i>", 2), "<![CDATA[ab<i>]]>");
    assert_string_equal(edit(AF_FORM_TEXT, "<![CDATA[ab]]>cd", 1, 3, "", 4), "<![CDATA[a]]>d");
    assert_string_equal(edit(AF_FORM_XHTML, "a<h:i>b</h:i><!-- c --><h:b/>d", 1, 9, "", 14), "a<!-- c --><h:b/>d");
    assert_string_equal(edit(AF_FORM_XHTML, "a<!-- c --><h:i>b<!-- d --></h:i>e", 1, 9, "<p>x</p>", 10), "a<!-- c --><h:p>x</h:p>e");
    assert_string_equal(edit(AF_FORM_JSON, "a\\u003cb\\n", 1, 2, "\"\\\n<", 4), "a\\\"\\\\\\u000a<b\\n");
}

static void test_joins(void **state)
{
    (void) state;
    assert_string_equal(edit(AF_FORM_TEXT, "<![CDATA[]x]>]]>", 1, 2, "", 4), "<![CDATA[]]]]><![CDATA[>]]>");
    assert_string_equal(edit(AF_FORM_TEXT, "<![CDATA[]]x>]]>", 2, 3, "]", 4), "<![CDATA[]]]]]><![CDATA[>]]>");
    assert_string_equal(edit(AF_FORM_TEXT, "<![CDATA[]]x]]>", 3, 3, "]]>", 3), "<![CDATA[]]x]]]]><![CDATA[>]]>");
    assert_string_equal(edit(AF_FORM_TEXT, "]x]>", 1, 2, "", 4), "]]&gt;");
    assert_string_equal(edit(AF_FORM_TEXT, "]]x&gt;", 2, 3, "", 4), "]]&gt;");
    assert_string_equal(edit(AF_FORM_JSON, "]]x>", 2, 3, "", 4), "]]>");
}

static void test_inside_of_a_character(void **state)
{
    (void) state;
    assert_string_equal(edit(AF_FORM_TEXT, "a&#233;b", 2, 3, "", 4), "failed");
    assert_string_equal(edit(AF_FORM_TEXT, "a&nbsp;b", 0, 2, "", 4), "failed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text), cmocka_unit_test(test_unreadable_text), cmocka_unit_test(test_xhtml),
        cmocka_unit_test(test_json), cmocka_unit_test(test_changes), cmocka_unit_test(test_joins),
        cmocka_unit_test(test_inside_of_a_character),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
