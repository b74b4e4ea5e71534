/*
 * tree.c: html5lib's tree construction suite against html/tokenizer and html/tree.
 *
 * The tree keeps no DOM: one is built from its events (dom_build.h), and written in the suite's form. Each document goes through
 * in chunks of several sizes. Fragments and
 * documents without scripting are skipped: the core reads whole documents as a browser with scripting does. So are, by name, those
 * that want a select's contents parsed as the standard has it since 2025: the core keeps to the mode "in select" before that, as
 * parse5 8 does. One of these that passes is a failure: then the list is out of date.
 */
#include "dom_build.h"

static const size_t chunks[] = {1, 3, SIZE_MAX};

static const char *const free_selects[] = {
    "menuitem-element.dat:161", "tests1.dat:355", "tests1.dat:1533", "tests10.dat:35", "tests10.dat:46", "tests10.dat:259",
    "tests10.dat:284", "tests18.dat:227", "tests18.dat:240", "tests7.dat:443", "tests9.dat:48", "tests9.dat:59", "tests9.dat:299",
    "tests9.dat:324", "webkit02.dat:557", "webkit02.dat:590", "webkit02.dat:611", "webkit02.dat:624", "webkit02.dat:637",
    "webkit02.dat:652", "webkit02.dat:666", "webkit02.dat:692", "webkit02.dat:706", "webkit02.dat:732", "webkit02.dat:748",
};

typedef struct {
    counts_t counts;
    int fragments, script_off, free_selects;
    const char *path;
    int line;
} suite_t;

typedef struct {
    bytes_t input, document;
    bool fragment, script_off;
    int line;
} test_t;

/* Writes the document of `input`, read in chunks; gives what is wrong, or NULL. */
static const char *build(const bytes_t *input, size_t chunk, bytes_t *out)
{
    run_t run = {0};

    dom_build(&run, input, chunk);
    dom_dump(run.document, 0, out);
    dom_free(run.document);
    return run.wrong;
}

/* --- reading the suite ----------------------------------------------------------------------------------------------- */

static bool line_is(const uint8_t *line, size_t len, const char *text)
{
    return len == strlen(text) && memcmp(line, text, len) == 0;
}

static void tell(const suite_t *suite, const test_t *test, size_t chunk, const char *wrong, const bytes_t *got)
{
    printf("not ok %s:%d (chunk %zu)%s%s\n", base_name(suite->path), test->line, chunk == SIZE_MAX ? test->input.len : chunk,
           wrong == NULL ? "" : ": ", wrong == NULL ? "" : wrong);
    show("input", test->input.data, test->input.len);
    show("expected", test->document.data, test->document.len);
    show("came", got->data, got->len);
    printf("  repeat\n    build/tests/spec/tree %s\n", suite->path);
}

/* Runs a test in all chunk sizes; shows the first failure if `loud`. */
static bool passes(const suite_t *suite, const test_t *test, bool loud)
{
    bool good = true;

    for (size_t i = 0; good && i < sizeof chunks / sizeof *chunks; i++) {
        bytes_t got = {0};
        clear(&got);
        const char *wrong = build(&test->input, chunks[i], &got);
        good = wrong == NULL && same_bytes(&got, &test->document);
        if (!good && loud) {
            tell(suite, test, chunks[i], wrong, &got);
        }
        free(got.data);
    }
    return good;
}

static bool is_free_select(const suite_t *suite, const test_t *test)
{
    char name[128];

    snprintf(name, sizeof name, "%.100s:%d", base_name(suite->path), test->line);
    for (size_t i = 0; i < sizeof free_selects / sizeof *free_selects; i++) {
        if (strcmp(free_selects[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void run_test(suite_t *suite, const test_t *test)
{
    if (test->fragment || test->script_off) {
        *(test->fragment ? &suite->fragments : &suite->script_off) += 1;
    } else if (!is_free_select(suite, test)) {
        bool good = passes(suite, test, suite->counts.failed < SHOWN_FAILURES);
        *(good ? &suite->counts.passed : &suite->counts.failed) += 1;
    } else if (passes(suite, test, false)) {
        printf("not ok %s:%d: passes, but is listed as one that cannot\n", base_name(suite->path), test->line);
        suite->counts.failed++;
    } else {
        suite->free_selects++;
    }
}

/* A test ends where the next "#data" or the file does; the line feed before that is not the test's. */
static void end_test(suite_t *suite, test_t *test, bool last)
{
    if (test->line > 0) {
        if (!last && test->document.len > 0) {
            test->document.len--;
        }
        run_test(suite, test);
    }
    clear(&test->input);
    clear(&test->document);
    test->fragment = test->script_off = false;
}

static void run_file(void *opaque, const char *path)
{
    suite_t *suite = opaque;
    bytes_t text = {0}, *section = NULL;
    test_t test = {0};
    int line = 0;

    suite->path = path;
    if (!read_file(path, &text)) {
        printf("not ok %s: not to be read\n", path);
        suite->counts.failed++;
    }
    for (size_t at = 0; at < text.len;) {
        const uint8_t *from = text.data + at, *stop = memchr(from, '\n', text.len - at);
        size_t len = stop == NULL ? text.len - at : (size_t) (stop - from);
        line++;
        at += len + 1;
        if (line_is(from, len, "#data")) {
            end_test(suite, &test, false);
            test.line = line;
            section = &test.input;
        } else if (line_is(from, len, "#errors") || line_is(from, len, "#new-errors") || line_is(from, len, "#script-on")) {
            section = NULL;
        } else if (line_is(from, len, "#document-fragment") || line_is(from, len, "#script-off")) {
            *(len > 12 ? &test.fragment : &test.script_off) = true;
            section = NULL;
        } else if (line_is(from, len, "#document")) {
            section = &test.document;
        } else if (section != NULL) {
            put(section, from, len);
            put(section, "\n", 1);
        }
        if (section == NULL && test.input.len > 0 && line_is(from, len, "#errors")) {
            test.input.len--; /* the line feed before "#errors" */
        }
    }
    end_test(suite, &test, text.len > 1 && text.data[text.len - 2] != '\n');
    free(test.input.data);
    free(test.document.data);
    free(text.data);
}

static void skip_scripted(void *opaque, const char *path)
{
    suite_t *suite = opaque;

    printf("skipped 1: %s wants scripts to run\n", base_name(path));
    suite->counts.skipped++;
}

int main(int argc, char **argv)
{
    suite_t suite = {0};
    char folder[4096], scripted[4096];

    suite_folder("tree-construction", folder, sizeof folder);
    suite_folder("tree-construction/scripted", scripted, sizeof scripted);
    for (int i = 1; i < argc; i++) {
        run_file(&suite, argv[i]);
    }
    if (argc == 1 && !each_file(folder, ".dat", run_file, &suite)) {
        printf("skipped: html5lib's tree construction suite is not here (%s)\n", folder);
        suite.counts.skipped++;
    } else if (argc == 1) {
        each_file(scripted, ".dat", skip_scripted, &suite);
    }
    if (suite.fragments > 0) {
        printf("skipped %d: fragments; the core reads documents\n", suite.fragments);
    }
    if (suite.script_off > 0) {
        printf("skipped %d: without scripting, under which the core does not parse\n", suite.script_off);
    }
    if (suite.free_selects > 0) {
        printf("skipped %d: elements in select as the standard allows them since 2025\n", suite.free_selects);
    }
    suite.counts.skipped += suite.fragments + suite.script_off + suite.free_selects;
    return tell_counts(&suite.counts);
}
