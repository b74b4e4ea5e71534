/*
 * fuzz_template.c: any bytes as an attribution template, with values that would like to be markup.
 *
 * Checked: an error's place is in the text; what is rendered has no character that could be markup and no byte beyond ASCII, and
 * reads as the parts and values did; the default patterns compile and find the rendered notice.
 */
#include "fuzz.h"
#include "rules/template.h"

static af_status_t number_of(void *opaque, af_slice_t name, uint32_t *index)
{
    CHECK(name.len > 0);
    *index = (*(uint32_t *) opaque)++ % 7;
    return AF_OK;
}

static af_slice_t hostile(void *opaque, uint32_t index)
{
    static const char *const values[] = {"<script>alert(1)</script>", "\"'><b>&lt;", "\xff\xc3", "\xe2\x82\xac", "a\r\nSet-Cookie: b", "", "x"};

    (void) opaque;
    return af_slice_of(values[index]);
}

static af_slice_t plain(void *opaque, uint32_t index)
{
    (void) opaque;
    (void) index;
    return af_slice_of("value");
}

/* Only text and well formed references to characters. */
static void check_markup(const uint8_t *out, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        CHECK(out[i] < 0x80 && strchr("<>\"'", out[i] == 0 ? '<' : out[i]) == NULL);
        if (out[i] == '&') {
            const uint8_t *end = memchr(out + i, ';', len - i);
            CHECK(end != NULL && end - out - (long) i < 12);
        }
    }
}

static bool render(const af_attribution_rule_t *rule, const af_template_values_t *values, uint8_t *out, size_t capacity, size_t *len)
{
    af_part_kind_t missing = AF_PART_LITERAL;
    af_status_t status = af_template_render(rule, values, out, capacity, len, &missing);

    CHECK(status == AF_OK || status == AF_LIMIT || (status == AF_NOT_FOUND && missing != AF_PART_LITERAL));
    CHECK(*len <= capacity || status != AF_OK);
    return status == AF_OK;
}

/* Whether the text is one that its own pattern has to find: printable, no white space but single spaces, no references, and no
 * digit behind the year, with which it would be another number. */
static bool is_tame(const uint8_t *out, size_t len)
{
    const uint8_t *year = out;

    while ((year = memmem(year, len - (size_t) (year - out), "2025", 4)) != NULL) {
        year += 4;
        if (year < out + len && *year >= '0' && *year <= '9') {
            return false;
        }
    }
    for (size_t i = 0; i < len; i++) {
        if (out[i] <= ' ' ? out[i] != ' ' || i == 0 || i + 1 == len || out[i - 1] == ' ' : out[i] >= 0x7f || out[i] == '&') {
            return false;
        }
    }
    return len > 0 && len < 300;
}

static void check_pattern(af_heap_t *heap, af_store_t *store, const af_attribution_rule_t *rule, af_template_pattern_t which,
                          const uint8_t *out, size_t len)
{
    af_slice_t pattern;
    af_regex_t *regex = NULL;
    af_regex_run_t *run = NULL;
    af_group_t found;
    size_t at;
    char message[100];
    af_status_t status = af_template_pattern(store, rule, which, &pattern);

    CHECK(status == AF_OK || status == AF_SYNTAX || status == AF_LIMIT);
    if (status != AF_OK) {
        return;
    }
    status = af_regex_compile(heap, pattern, AF_REGEX_CASELESS, &regex, &at, message, sizeof message);
    CHECK(status == AF_OK || status == AF_SYNTAX); /* SYNTAX: too large for PCRE2 */
    if (status == AF_OK && is_tame(out, len)) {
        CHECK(af_regex_run_create(heap, 1000000, &run) == AF_OK);
        status = af_regex_match(regex, run, (af_slice_t){out, len}, 0, &found, 1);
        if (status == AF_NOT_FOUND) {
            fuzz_show("pattern", pattern.data, pattern.len);
            fuzz_show("notice", out, len);
        }
        CHECK(status == AF_OK || status == AF_LIMIT);
        af_regex_run_destroy(run);
    }
    af_regex_destroy(regex);
}

static void check_rule(af_heap_t *heap, af_store_t *store, const af_attribution_rule_t *rule)
{
    static uint8_t out[8192];
    af_template_values_t values = {.variable = hostile};
    size_t len = 0;

    for (size_t kind = 0; kind < AF_PART_KINDS; kind++) {
        values.part[kind] = af_slice_of("<a href='x'>&amp; \xd0\xb0\xff\"");
    }
    if (render(rule, &values, out, sizeof out, &len)) {
        check_markup(out, len);
        size_t same = 0;
        CHECK(len == 0 || !render(rule, &values, out, len - 1, &same)); /* too little room is told */
    }
    values.variable = plain;
    for (size_t kind = 0; kind < AF_PART_KINDS; kind++) {
        values.part[kind] = af_slice_of("Name");
    }
    values.part[AF_PART_YEAR] = af_slice_of("2025");
    values.part[AF_PART_DATE] = af_slice_of("March 4, 2025");
    values.part[AF_PART_CANONICAL] = af_slice_of("https://www.example.org/a");
    if (render(rule, &values, out, sizeof out, &len)) {
        check_pattern(heap, store, rule, AF_TEMPLATE_MATCH, out, len);
        check_pattern(heap, store, rule, AF_TEMPLATE_GOOD, out, len);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    af_heap_t heap;
    af_store_t store;
    af_attribution_rule_t rule = {.max = 0};
    af_template_error_t error = {.at = 0};
    uint32_t count = 0;

    af_heap_init(&heap, NULL, 0);
    af_store_init(&store, &heap);
    af_status_t status = af_template_parse(&store, (af_slice_t){data, len}, number_of, &count, &rule, &error);
    CHECK(status == AF_OK || status == AF_SYNTAX);
    if (status == AF_SYNTAX) {
        CHECK(error.at <= len && memchr(error.message, 0, sizeof error.message) != NULL);
    } else {
        check_rule(&heap, &store, &rule);
    }
    af_store_destroy(&store);
    CHECK(heap.used == 0);
    return 0;
}
