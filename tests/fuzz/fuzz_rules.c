/*
 * fuzz_rules.c: any bytes as a rule file or filter list.
 *
 * The first byte: bit 0, the rest is one selector of a `remove` rule; bit 1, an allocation fails. Checked: errors have a place
 * inside of the text; the same text gives the same digest; all is given back, also where an allocation fails; what compiles can be
 * run on a page, in chunks, with the same bytes; and it takes no longer than a hang is defined to be.
 */
#include "fuzz.h"

typedef struct {
    const uint8_t *text;
    uint32_t lines;
    size_t reports;
} told_t;

static const char page[] =
    "<!doctype html><html lang=en><head><title>A title | Site</title><meta property=article:published_time content=2025-03-04>"
    "</head><body class='a b' id=x><div class=\"c share-bar\" data-a='b c'><p class=c>Join the conversation</p><b>x<i>y</b>z</i></div>"
    "<table><tr><td>1<td class=c>2</table><ul><li><a href=/a>b</a><li>c</ul><svg><a class=c /></svg><form><input></form><h1>News</h1>"
    "<p>From The Example Press, . All rights reserved.</p>\xe2\x82\xac &amp; <!-- c --><script>var a</script></body></html>";

static void on_report(void *opaque, af_severity_t severity, const af_error_t *error)
{
    told_t *told = opaque;

    (void) severity;
    told->reports++;
    CHECK(memchr(error->message, 0, sizeof error->message) != NULL && error->message[0] != '\0');
    CHECK(memchr(error->excerpt, 0, sizeof error->excerpt) != NULL);
    CHECK(error->caret <= strlen(error->excerpt));
    CHECK(strcmp(error->file, "fuzz") != 0 || error->line <= told->lines + 1); /* of a preset: its own lines */
}

static af_ruleset_t *compile(const uint8_t *text, size_t len, const af_memory_t *memory)
{
    told_t told = {.text = text, .lines = 1};
    af_builder_t *builder;
    af_ruleset_t *rules = NULL;
    af_error_t error = {.line = 0};

    for (size_t i = 0; i < len; i++) {
        told.lines += text[i] == '\n';
    }
    if (af_builder_create(memory, &builder) != AF_OK) {
        return NULL;
    }
    af_builder_on_report(builder, on_report, &told);
    af_status_t status = af_builder_add_text(builder, (const char *) text, len, "fuzz", 1, &error);
    CHECK(status == AF_OK || status == AF_SYNTAX || (status == AF_NOMEM && memory != NULL));
    if (status != AF_OK) {
        CHECK(status != AF_SYNTAX || (error.line >= 1 && error.line <= told.lines && told.reports > 0));
        af_builder_destroy(builder);
        return NULL;
    }
    status = af_builder_compile(builder, &rules, &error);
    CHECK(status == AF_OK ? rules != NULL : rules == NULL && (status == AF_SYNTAX || memory != NULL));
    return rules;
}

static af_status_t write_out(void *opaque, const uint8_t *data, size_t len)
{
    fuzz_put(opaque, data, len);
    return AF_OK;
}

static fuzz_bytes_t run_page(const af_ruleset_t *rules, size_t chunk)
{
    fuzz_bytes_t out = {0};
    af_options_t options;
    af_writer_t *writer;

    af_options_init(&options);
    options.type = AF_HTML;
    options.site = "www.example.org";
    options.limits.memory = (size_t) 1 << 30;
    CHECK(af_writer_create(rules, &options, NULL, write_out, &out, NULL, &writer) == AF_OK);
    for (size_t at = 0, left = sizeof page - 1; left > 0; at += chunk, left -= chunk) {
        chunk = chunk < left ? chunk : left;
        CHECK(af_writer_push(writer, (const uint8_t *) page + at, chunk) == AF_OK);
    }
    CHECK(af_writer_finish(writer) == AF_OK);
    af_writer_destroy(writer);
    return out;
}

static void check_page(const af_ruleset_t *rules)
{
    fuzz_bytes_t whole = run_page(rules, sizeof page), parts = run_page(rules, 3);

    if (!fuzz_same(&whole, &parts)) {
        fuzz_show("whole", whole.data, whole.len);
        fuzz_show("parts", parts.data, parts.len);
    }
    CHECK(fuzz_same(&whole, &parts));
    free(whole.data);
    free(parts.data);
}

static void check_failing(const uint8_t *text, size_t len, size_t at)
{
    fuzz_memory_t memory = {.fail_at = at};
    const af_memory_t hooks = {fuzz_alloc, fuzz_release, &memory};

    af_ruleset_destroy(compile(text, len, &hooks));
    CHECK(memory.blocks == 0);
}

/* A preset is compiled as often as it is named, for as long as a hundred rules take: without sanitizers one of 32 is. */
static bool is_left_out(const fuzz_bytes_t *text, uint32_t random)
{
#ifdef FUZZ_SANITIZED
    return text == NULL && random == 0;
#else
    static const char *const words[] = {"preset", "attribution auto"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if ((random >> 8) % 32 != 0 && memmem(text->data, text->len, words[i], strlen(words[i])) != NULL) {
            return true;
        }
    }
    return false;
#endif
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    fuzz_bytes_t text = {0};

    fuzz_keep_code();
    if (len < 1) {
        return 0;
    }
    if ((data[0] & 1) != 0) {
        fuzz_put(&text, "remove ", 7);
    }
    fuzz_put(&text, data + 1, len - 1);
    uint32_t random = fuzz_hash(data, len);
    if (is_left_out(&text, random)) {
        free(text.data);
        return -1;
    }
    af_ruleset_t *rules = NULL;
    /* Twice: patterns are compiled to machine code. */
    IN_TIME(len > 65536 ? 10 : FUZZ_MAX_SECONDS * 2, af_ruleset_destroy(rules); rules = compile(text.data, text.len, NULL));
    if (rules != NULL && random % 4 == 0) { /* a sample: it is a lot of work */
        uint8_t digest[16], other[16];
        af_ruleset_t *again = compile(text.data, text.len, NULL);
        CHECK(again != NULL && af_ruleset_count(again) == af_ruleset_count(rules));
        af_ruleset_digest(rules, digest);
        af_ruleset_digest(again, other);
        CHECK(memcmp(digest, other, sizeof digest) == 0);
        af_ruleset_destroy(again);
        for (uint32_t i = 0; i < af_ruleset_count(rules); i++) {
            uint32_t line;
            CHECK(af_ruleset_text(rules, i) != NULL && af_ruleset_origin(rules, i, &line) != NULL);
        }
        check_page(rules);
    }
    af_ruleset_destroy(rules);
    if ((data[0] & 2) != 0) {
        check_failing(text.data, text.len, random % 64 + 1);
    }
    free(text.data);
    return 0;
}
