/* The judge: what libxml2 takes, in which surroundings, at any chunking. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <libxml/xmlerror.h>

#include "feed/judge.h"

static bool declares(const void *opaque, const char *name)
{
    return strcmp(name, opaque) == 0;
}

static af_verdict_t judge(const char *charset, const char *piece, size_t chunk)
{
    static const char around[] = "<rss xmlns:a='urn:a'><channel>", ends[] = "</channel></rss>";
    const af_entities_t entities = {declares, "nbsp"};
    af_heap_t heap;
    af_judge_t *judge;

    af_heap_init(&heap, NULL, 0);
    assert_int_equal(af_judge_create(&heap, &judge), AF_OK);
    af_verdict_t verdict = {.well_formed = false};
    for (int round = 0; round < 2; round++) { /* a judge is used again */
        af_judge_begin(judge, charset, af_slice_of(around), &entities);
        for (size_t at = 0, len = strlen(piece); at < len; at += chunk) {
            af_judge_push(judge, (const uint8_t *) piece + at, len - at < chunk ? len - at : chunk);
        }
        af_judge_push(judge, (const uint8_t *) ends, sizeof ends - 1);
        verdict = af_judge_end(judge);
    }
    af_judge_destroy(judge);
    assert_int_equal(heap.used, 0);
    assert_null(xmlGetLastError()); /* nothing of a document is left in the process */
    return verdict;
}

static bool takes(const char *charset, const char *piece)
{
    bool whole = judge(charset, piece, SIZE_MAX).well_formed;

    assert_int_equal(judge(charset, piece, 1).well_formed, whole);
    return whole;
}

static void test_well_formed(void **state)
{
    static const char *const pieces[] = {
        "<item>a</item>", "<item/>", "<item><![CDATA[a <b> & c]]></item>", "<item a='1' b=\"2\">&lt;&#x2014;</item>",
        "<item><!-- a --><?b c?></item>", "<item>&nbsp;<x y='&nbsp;'/>z</item>", "<item>caf\xc3\xa9</item>",
    };

    (void) state;
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        assert_true(takes("utf-8", pieces[i]));
    }
}

static void test_ill_formed(void **state)
{
    static const char *const pieces[] = {
        "<item>a", "<item></i></item>", "<item>a & b</item>", "<item>&eacute;</item>", "<item>&nbsp; &eacute;</item>",
        "<item>\x01</item>", "<item>\xff</item>", "<item>]]></item>", "<item>&#0;</item>", "<item a='1' a='2'/>",
        "<item a=1/>", "<item><!-- -- --></item>", "<item><![CDATA[</item>", "</channel>", "<item a='<'/>",
    };

    (void) state;
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        assert_false(takes("utf-8", pieces[i]));
    }
}

static void test_charsets(void **state)
{
    (void) state;
    assert_true(takes("iso-8859-1", "<item>caf\xe9</item>"));
    assert_true(takes("windows-1252", "<item>\x97</item>"));
    assert_false(takes("utf-8", "<item>caf\xe9</item>"));
    assert_false(takes("x-nowhere", "<item>a</item>"));
}

static void test_namespaces(void **state)
{
    (void) state;
    assert_int_equal(judge("utf-8", "<item><a:b/></item>", 7).unbound, 0);
    af_verdict_t verdict = judge("utf-8", "<item><b:c/></item>", 7);
    assert_true(verdict.well_formed);
    assert_int_equal(verdict.unbound, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_well_formed), cmocka_unit_test(test_ill_formed), cmocka_unit_test(test_charsets),
        cmocka_unit_test(test_namespaces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
