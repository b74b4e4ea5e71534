/*
 * rules/builder.c: collecting rules: texts, presets, and taking a text back that has an error in it.
 *
 * Memory of the store is not given back when a text is refused; it goes with the builder.
 */
#include "rules/builder.h"

#include "rules/parse.h"
#include "rules/template.h"

/* --- Making and giving back -------------------------------------------------------------------------------------------- */

af_status_t af_builder_create(const af_memory_t *memory, af_builder_t **out)
{
    af_heap_t heap;

    *out = NULL;
    af_heap_init(&heap, memory, 0);
    af_ruleset_whole_t *whole = af_heap_alloc(&heap, sizeof *whole);
    if (whole == NULL) {
        return AF_NOMEM;
    }
    *whole = (af_ruleset_whole_t){.set = {.heap = heap}};
    af_store_init(&whole->store, &whole->set.heap);
    af_builder_t *builder = af_heap_alloc(&whole->set.heap, sizeof *builder);
    if (builder == NULL) {
        af_ruleset_destroy(&whole->set);
        return AF_NOMEM;
    }
    *builder = (af_builder_t){.whole = whole, .heap = &whole->set.heap, .store = &whole->store};
    af_status_t status = af_index_builder_create(builder->heap, &builder->index);
    if (status != AF_OK) {
        af_builder_destroy(builder);
        return status;
    }
    *out = builder;
    return AF_OK;
}

void af_rule_release(const af_rule_t *rule)
{
    af_regex_destroy((af_regex_t *) rule->regex);
    af_phrases_release(rule->phrases);
    if (rule->structure != NULL) {
        af_phrases_release(rule->structure->begins);
        af_regex_destroy((af_regex_t *) rule->structure->heading);
    }
    if (rule->attribution != NULL) {
        af_regex_destroy((af_regex_t *) rule->attribution->match);
        af_regex_destroy((af_regex_t *) rule->attribution->good);
        af_regex_destroy((af_regex_t *) rule->attribution->when);
    }
}

void af_builder_destroy(af_builder_t *builder)
{
    if (builder == NULL) {
        return;
    }
    af_ruleset_whole_t *whole = builder->whole;
    af_heap_t *heap = builder->heap;
    for (size_t i = 0; i < builder->draft_count; i++) {
        af_rule_release(&builder->drafts[i].rule);
    }
    af_index_builder_destroy(builder->index);
    af_sites_forget(builder);
    af_heap_release(heap, builder->drafts, builder->draft_capacity * sizeof *builder->drafts);
    af_heap_release(heap, builder->exceptions, builder->exception_capacity * sizeof *builder->exceptions);
    af_heap_release(heap, builder, sizeof *builder);
    af_ruleset_destroy(&whole->set);
}

void af_builder_on_report(af_builder_t *builder, void (*report)(void *opaque, af_severity_t severity, const af_error_t *error),
                          void *opaque)
{
    builder->report = report;
    builder->opaque = opaque;
}

/* --- What the readers of lines ask for --------------------------------------------------------------------------------- */

af_status_t af_builder_select(af_builder_t *builder, af_slice_t selector, af_selector_error_t *error)
{
    return af_index_add(builder->index, selector, (uint32_t) builder->draft_count, error);
}

af_status_t af_builder_add_draft(af_builder_t *builder, const af_draft_t *draft)
{
    void *block = builder->drafts;
    af_status_t status = af_heap_grow(builder->heap, &block, &builder->draft_capacity, builder->draft_count + 1, sizeof *draft,
                                      AF_RULES_MAX);

    builder->drafts = block;
    if (status == AF_LIMIT) {
        return af_builder_tell(builder, AF_LIMIT, "too many rules: expected at most %u", AF_RULES_MAX);
    }
    if (status == AF_OK) {
        builder->drafts[builder->draft_count++] = *draft;
    }
    return status;
}

af_status_t af_builder_variable(void *opaque, af_slice_t name, uint32_t *index)
{
    af_builder_t *builder = opaque;
    af_ruleset_whole_t *whole = builder->whole;
    uint32_t count = whole->set.variable_count;

    for (*index = 0; *index < count; (*index)++) {
        if (af_slice_equal(af_slice_of(whole->variables[*index]), name)) {
            return AF_OK;
        }
    }
    void *block = whole->variables;
    af_status_t status = af_heap_grow(builder->heap, &block, &whole->variable_capacity, (size_t) count + 1,
                                      sizeof *whole->variables, AF_RULES_VARIABLES);
    whole->variables = block;
    whole->set.variables = whole->variables;
    if (status == AF_LIMIT) {
        return af_builder_tell(builder, AF_LIMIT, "too many variables in templates: expected at most %u", AF_RULES_VARIABLES);
    }
    const char *copy = status == AF_OK ? af_store_string(builder->store, name) : NULL;
    if (copy == NULL) {
        return AF_NOMEM;
    }
    whole->variables[whole->set.variable_count++] = copy;
    return AF_OK;
}

/* --- Texts -------------------------------------------------------------------------------------------------------------- */

/* What a builder had before a text. */
typedef struct {
    size_t drafts, exceptions;
    uint32_t variables;
    bool presets[AF_PRESET_COUNT];
} mark_t;

static mark_t mark_of(af_builder_t *builder)
{
    builder->calls++;

    mark_t mark = {.drafts = builder->draft_count, .exceptions = builder->exception_count,
                   .variables = builder->whole->set.variable_count};

    memcpy(mark.presets, builder->presets, sizeof mark.presets);
    return mark;
}

static void take_back(af_builder_t *builder, const mark_t *mark)
{
    while (builder->draft_count > mark->drafts) {
        af_rule_release(&builder->drafts[--builder->draft_count].rule);
    }
    af_lift_take_back(builder);
    builder->exception_count = mark->exceptions;
    builder->whole->set.variable_count = mark->variables;
    memcpy(builder->presets, mark->presets, sizeof mark->presets);
    builder->stale = true;
}

/* The next line of `text`, without its end. */
static af_slice_t cut_line(af_slice_t *text)
{
    const uint8_t *end = memchr(text->data, '\n', text->len);
    size_t len = end != NULL ? (size_t) (end - text->data) : text->len;
    size_t whole = end != NULL ? len + 1 : len;
    af_slice_t line = {text->data, len > 0 && text->data[len - 1] == '\r' ? len - 1 : len};

    text->data += whole;
    text->len -= whole;
    return line;
}

/* Counts a line that was read, by what it left. */
static void count_line(af_builder_t *builder, size_t drafts, size_t exceptions, const bool *presets, af_status_t status)
{
    af_line_counts_t *counts = &builder->counts;

    counts->lines++;
    if (status != AF_OK) {
        counts->errors++;
    } else if (builder->draft_count > drafts || memcmp(builder->presets, presets, sizeof builder->presets) != 0) {
        counts->rules++;
    } else if (builder->exception_count > exceptions) {
        counts->exceptions++;
    } else if (builder->skipped) {
        counts->skipped++;
    } else {
        counts->blank++;
    }
}

void af_builder_counts(const af_builder_t *builder, af_line_counts_t *out)
{
    *out = builder->counts;
}

/* Reads all lines, also those behind an error. */
static af_status_t read_text(af_builder_t *builder, af_slice_t text, const char *file, uint32_t first_line, bool from_preset)
{
    bool filter_list = false;
    af_status_t result = AF_OK;
    af_line_t line = {builder, file, first_line, {NULL, 0}, from_preset, &filter_list};

    if (text.len >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0) {
        text.data += 3;
        text.len -= 3;
    }
    for (; text.len > 0; line.number++) {
        size_t drafts = builder->draft_count, exceptions = builder->exception_count;
        bool presets[AF_PRESET_COUNT];
        memcpy(presets, builder->presets, sizeof presets);
        line.text = cut_line(&text);
        builder->skipped = false;
        af_status_t status = af_parse_line(&line);
        if (!from_preset) {
            count_line(builder, drafts, exceptions, presets, status);
        }
        if (status == AF_SYNTAX) {
            result = AF_SYNTAX;
        } else if (status != AF_OK) {
            return status;
        }
    }
    return result;
}

static af_status_t add_file(af_builder_t *builder, af_slice_t text, af_slice_t name, uint32_t first_line, bool from_preset)
{
    const char *file = af_store_string(builder->store, name);

    return file == NULL ? AF_NOMEM : read_text(builder, text, file, first_line, from_preset);
}

static af_status_t finish_call(af_builder_t *builder, af_status_t status, const mark_t *mark, af_error_t *error)
{
    if (status != AF_OK) {
        take_back(builder, mark);
    }
    if (error != NULL) {
        *error = builder->failed ? builder->first : (af_error_t){.line = 0};
    }
    return status;
}

af_status_t af_builder_add_text(af_builder_t *builder, const char *text, size_t len, const char *name, uint32_t first_line,
                                af_error_t *error)
{
    mark_t mark = mark_of(builder);

    builder->failed = false;
    af_status_t status = add_file(builder, (af_slice_t){(const uint8_t *) text, len}, af_slice_of(name == NULL ? "" : name),
                                  first_line, false);
    return finish_call(builder, status, &mark, error);
}

/* --- Presets ------------------------------------------------------------------------------------------------------------ */

const char *af_preset_name(size_t index, const char **summary)
{
    if (index >= AF_PRESET_COUNT) {
        return NULL;
    }
    if (summary != NULL) {
        *summary = af_presets[index].summary;
    }
    return af_presets[index].name;
}

af_status_t af_builder_include(af_builder_t *builder, af_slice_t name)
{
    for (size_t i = 0; i < AF_PRESET_COUNT; i++) {
        if (!af_slice_equal(name, af_slice_of(af_presets[i].name))) {
            continue;
        }
        if (builder->presets[i]) {
            return AF_OK;
        }
        builder->presets[i] = true;
        return add_file(builder, af_slice_of(af_presets[i].text), name, 1, true);
    }
    return AF_NOT_FOUND;
}

af_status_t af_builder_add_preset(af_builder_t *builder, const char *name, af_error_t *error)
{
    mark_t mark = mark_of(builder);

    builder->failed = false;
    af_status_t status = af_builder_include(builder, af_slice_of(name));
    if (status == AF_NOT_FOUND) {
        status = af_builder_tell(builder, AF_NOT_FOUND, "no preset \"%s\"", name);
    }
    return finish_call(builder, status, &mark, error);
}

af_status_t af_builder_index(const af_builder_t *builder, bool (*takes)(const af_draft_t *draft), const af_index_t **out)
{
    af_index_builder_t *some = NULL;
    af_index_t *index = NULL;
    af_status_t status = AF_OK;

    for (size_t i = 0; status == AF_OK && i < builder->draft_count; i++) {
        const af_draft_t *draft = &builder->drafts[i];
        af_selector_error_t error;
        if (draft->selector.len > 0 && !draft->undone && takes(draft)) {
            status = some == NULL ? af_index_builder_create(builder->heap, &some) : AF_OK;
            status = status == AF_OK ? af_index_add_to(some, draft->group, draft->selector, (uint32_t) i, &error) : status;
        }
    }
    if (status == AF_OK && some != NULL) {
        status = af_index_compile(some, &index);
        some = NULL;
    }
    af_index_builder_destroy(some);
    *out = index;
    return status;
}
