/*
 * tokenizer.c: html5lib's tokenizer suite against html/tokenizer.
 *
 * Expected and given tokens are written in one canonical form and compared. Each test runs for each of its initial states and in
 * chunks of several sizes, each chunk in a block of its own so that a sanitizer sees what is read outside or too late. The
 * tokenizer leaves decoding to those who ask: what is done here in its place is NUL to U+FFFD in names, comments and text other
 * than data, a comment's marks, and what a DOCTYPE says (the token's flag tells only that it was cut). Parse errors are not
 * judged: none is told.
 */
#include "html/tokenizer.h"
#include "json.h"
#include "markup.h"

static const size_t chunks[] = {1, 2, 3, 7, SIZE_MAX};

typedef struct {
    bytes_t text, comment; /* what is not whole yet */
    bytes_t out;
} form_t;

typedef struct {
    counts_t counts;
    int surrogates, infoset;
    const char *path;
} suite_t;

typedef struct {
    const char *description;
    const json_t *output;
    bool double_escaped;
    bytes_t input;
    const char *last_start_tag; /* NULL: none */
    af_text_kind_t state;
} test_t;

/* --- the canonical form ---------------------------------------------------------------------------------------------- */

static void flush_text(form_t *form)
{
    if (form->text.len > 0) {
        put_text(&form->out, "Character ");
        put(&form->out, form->text.data, form->text.len);
        put_text(&form->out, "\n");
        clear(&form->text);
    }
}

static void write_value(form_t *form, const char *before, const bytes_t *value)
{
    put_text(&form->out, before);
    put(&form->out, value->data, value->len);
}

typedef struct {
    bytes_t name, value;
} pair_t;

static int compare_pairs(const void *a, const void *b)
{
    return strcmp((const char *) ((const pair_t *) a)->name.data, (const char *) ((const pair_t *) b)->name.data);
}

/* Writes attributes in the order of their names (JSON has none), and frees them. */
static void write_pairs(form_t *form, pair_t *pairs, size_t count)
{
    if (count > 0) {
        qsort(pairs, count, sizeof *pairs, compare_pairs);
    }
    for (size_t i = 0; i < count; i++) {
        write_value(form, " [", &pairs[i].name);
        write_value(form, "]=[", &pairs[i].value);
        put_text(&form->out, "]");
        free(pairs[i].name.data);
        free(pairs[i].value.data);
    }
    free(pairs);
}

static void write_doctype(form_t *form, const bytes_t *name, const bytes_t *public_id, const bytes_t *system_id, bool quirks)
{
    const bytes_t *const values[] = {name, public_id, system_id};

    flush_text(form);
    put_text(&form->out, "DOCTYPE");
    for (size_t i = 0; i < 3; i++) {
        if (values[i] == NULL) {
            put_text(&form->out, " null");
        } else {
            write_value(form, " [", values[i]);
            put_text(&form->out, "]");
        }
    }
    put_text(&form->out, quirks ? " force-quirks\n" : "\n");
}

static void write_tag_name(form_t *form, const char *kind, const bytes_t *name)
{
    flush_text(form);
    write_value(form, kind, name);
}

/* --- what is expected ------------------------------------------------------------------------------------------------ */

/* A string of the suite; where it is escaped twice, "\uXXXX" in it too. */
static bytes_t unescaped(const test_t *test, const bytes_t *text)
{
    bytes_t out = {0};

    put(&out, "", 0);
    for (size_t i = 0; i < text->len; i++) {
        size_t len = 0;
        if (test->double_escaped && text->data[i] == '\\' && i + 1 < text->len && text->data[i + 1] == 'u') {
            len = put_escape(&out, text->data + i + 2, text->data + text->len);
        }
        if (len > 0) {
            i += len + 1;
        } else {
            put(&out, text->data + i, 1);
        }
    }
    return out;
}

static void expect_attributes(form_t *form, const test_t *test, const json_t *attributes)
{
    size_t count = 0;
    pair_t *pairs = must(calloc(json_count(attributes) + 1, sizeof *pairs));

    for (const json_t *item = attributes->first; item != NULL; item = item->next) {
        pairs[count++] = (pair_t){unescaped(test, &item->name), unescaped(test, &item->text)};
    }
    write_pairs(form, pairs, count);
}

static void expect_doctype(form_t *form, const test_t *test, const json_t *token)
{
    bytes_t values[3];
    const bytes_t *given[3];

    for (size_t i = 0; i < 3; i++) {
        const json_t *value = json_at(token, i + 1);
        values[i] = unescaped(test, &value->text);
        given[i] = value->kind == JSON_STRING ? &values[i] : NULL;
    }
    write_doctype(form, given[0], given[1], given[2], json_at(token, 4)->kind == JSON_FALSE);
    for (size_t i = 0; i < 3; i++) {
        free(values[i].data);
    }
}

/* False: a token that the suite's format does not have. */
static bool expect_token(form_t *form, const test_t *test, const json_t *token)
{
    const json_t *kind = token->first, *value = json_at(token, 1);
    bool good = true;

    if (token->kind != JSON_ARRAY || kind == NULL || kind->kind != JSON_STRING || value == NULL) {
        return false;
    }
    bytes_t text = unescaped(test, &value->text);
    if (is_text(&kind->text, "Character")) {
        put(&form->text, text.data, text.len);
    } else if (is_text(&kind->text, "Comment")) {
        write_tag_name(form, "Comment ", &text);
        put_text(&form->out, "\n");
    } else if (is_text(&kind->text, "StartTag") && json_count(token) >= 3) {
        const json_t *closing = json_at(token, 3);
        write_tag_name(form, "StartTag ", &text);
        expect_attributes(form, test, json_at(token, 2));
        put_text(&form->out, closing != NULL && closing->kind == JSON_TRUE ? " /\n" : "\n");
    } else if (is_text(&kind->text, "EndTag")) {
        write_tag_name(form, "EndTag ", &text);
        put_text(&form->out, "\n");
    } else if (is_text(&kind->text, "DOCTYPE") && json_count(token) == 5) {
        expect_doctype(form, test, token);
    } else {
        good = false;
    }
    free(text.data);
    return good;
}

/* --- what is given --------------------------------------------------------------------------------------------------- */

static void put_byte(bytes_t *text, const uint8_t *byte, bool replace_nul)
{
    if (*byte == 0 && replace_nul) {
        put_character(text, 0xfffd);
    } else {
        put(text, byte, 1);
    }
}

static void give_text(form_t *form, const af_token_t *token)
{
    bool references = token->text == AF_TEXT_DATA || token->text == AF_TEXT_RCDATA;
    bool replace_nul = token->text != AF_TEXT_DATA && token->text != AF_TEXT_CDATA;
    size_t room = 2 * token->bytes.len + 8;
    uint8_t *decoded = must(malloc(room));

    if (references && af_text_needs_decoding(token->bytes)) {
        size_t len = af_text_decode(token->bytes, false, decoded, room);
        for (size_t i = 0; i < len; i++) {
            put_byte(&form->text, decoded + i, replace_nul);
        }
    } else {
        put_normalised(&form->text, token->bytes.data, token->bytes.len, replace_nul);
    }
    free(decoded);
}

static void give_attributes(form_t *form, const af_token_t *token)
{
    pair_t *pairs = must(calloc(token->attribute_count + 1u, sizeof *pairs));
    size_t count = 0;

    for (uint32_t i = 0; i < token->attribute_count; i++) {
        const af_attribute_t *attribute = &token->attributes[i];
        bytes_t name = {0}, value = {0};
        bool twice = false;
        put(&name, "", 0);
        put_lower(&name, token->bytes.data + attribute->name, attribute->name_len);
        for (size_t j = 0; j < count; j++) {
            twice = twice || same_bytes(&name, &pairs[j].name);
        }
        if (twice) {
            free(name.data);
            continue;
        }
        const af_slice_t raw = {token->bytes.data + attribute->value, attribute->value_len};
        size_t room = 2 * raw.len + 8;
        uint8_t *decoded = must(malloc(room));
        size_t len = af_text_decode(raw, true, decoded, room);
        put(&value, decoded, len);
        free(decoded);
        pairs[count++] = (pair_t){name, value};
    }
    write_pairs(form, pairs, count);
}

static void give_tag(form_t *form, const af_token_t *token)
{
    bytes_t name = {0};

    put(&name, "", 0);
    put_lower(&name, token->name.data, token->name.len);
    write_tag_name(form, token->type == AF_TOKEN_START_TAG ? "StartTag " : "EndTag ", &name);
    if (token->type == AF_TOKEN_START_TAG) {
        give_attributes(form, token);
        put_text(&form->out, (token->flags & AF_TOKEN_SELF_CLOSING) != 0 ? " /" : "");
    }
    put_text(&form->out, "\n");
    free(name.data);
}

static void give_doctype(form_t *form, const af_token_t *token)
{
    doctype_t doctype = {0};

    doctype_read(token->bytes.data, token->bytes.len, &doctype);
    put(&doctype.public_id, "", 0);
    put(&doctype.system_id, "", 0);
    write_doctype(form, doctype.has_name ? &doctype.name : NULL, doctype.has_public ? &doctype.public_id : NULL,
                  doctype.has_system ? &doctype.system_id : NULL, doctype.force_quirks);
    doctype_free(&doctype);
}

static void end_comment(form_t *form)
{
    if (form->comment.len > 0) {
        af_slice_t data = comment_data(&form->comment);
        flush_text(form);
        put_text(&form->out, "Comment ");
        put_normalised(&form->out, data.data, data.len, true);
        put_text(&form->out, "\n");
        clear(&form->comment);
    }
}

static void give_comment(form_t *form, const af_token_t *token)
{
    put(&form->comment, token->bytes.data, token->bytes.len);
    if ((token->flags & AF_TOKEN_UNFINISHED) == 0) {
        end_comment(form);
    }
}

static void give_token(form_t *form, const af_token_t *token)
{
    switch (token->type) {
    case AF_TOKEN_TEXT: give_text(form, token); break;
    case AF_TOKEN_START_TAG: case AF_TOKEN_END_TAG: give_tag(form, token); break;
    case AF_TOKEN_COMMENT: give_comment(form, token); break;
    case AF_TOKEN_DOCTYPE: give_doctype(form, token); break;
    case AF_TOKEN_END: end_comment(form); break; /* the document may end where a further piece was promised */
    case AF_TOKEN_NONE: case AF_TOKEN_IGNORED: break;
    }
}

/* Takes all tokens there are. `*pos`: where the next one must begin. Null: all is well, else what is wrong. */
static const char *take_tokens(af_tokenizer_t *tokenizer, form_t *form, uint64_t *pos)
{
    af_token_t token;

    for (;;) {
        if (af_tokenizer_next(tokenizer, &token) != AF_OK) {
            return "the tokenizer failed";
        }
        if (token.type == AF_TOKEN_NONE) {
            return NULL;
        }
        if (token.from_pos != *pos || (token.to_pos == *pos) != (token.type == AF_TOKEN_END) ||
            token.to_pos - token.from_pos != token.bytes.len) {
            return "a gap or an overlap between tokens";
        }
        *pos = token.to_pos;
        give_token(form, &token);
        if (token.type == AF_TOKEN_END) {
            return NULL;
        }
    }
}

/* Feeds a copy in a block of its own. */
static const char *feed(af_tokenizer_t *tokenizer, form_t *form, const void *data, size_t len, uint64_t *pos)
{
    uint8_t *block = must(malloc(len > 0 ? len : 1));

    memcpy(block, data, len);
    af_tokenizer_feed(tokenizer, block, len);
    const char *wrong = take_tokens(tokenizer, form, pos);
    free(block);
    return wrong;
}

static const char *tokenize(const test_t *test, size_t chunk, form_t *form)
{
    af_heap_t heap;
    af_tokenizer_t *tokenizer = NULL;
    uint64_t pos = 0;
    char prefix[64] = "";
    const char *wrong = NULL;

    af_heap_init(&heap, NULL, 0);
    if (af_tokenizer_create(&heap, 1 << 16, 64, &tokenizer) != AF_OK) {
        return "no tokenizer";
    }
    if (test->input.len >= 3 && memcmp(test->input.data, "\xef\xbb\xbf", 3) == 0) {
        strcat(prefix, "\xef\xbb\xbf"); /* the suite's input is what is left after the byte order mark was taken off */
    }
    if (test->last_start_tag != NULL) {
        snprintf(prefix + strlen(prefix), sizeof prefix - 4, "<%s>", test->last_start_tag);
    }
    wrong = feed(tokenizer, form, prefix, strlen(prefix), &pos);
    clear(&form->out);
    af_tokenizer_set_text(tokenizer, test->state);
    for (size_t at = 0; wrong == NULL && at < test->input.len;) {
        size_t left = test->input.len - at, len = left < chunk ? left : chunk;
        wrong = feed(tokenizer, form, test->input.data + at, len, &pos);
        at += len;
    }
    af_tokenizer_finish(tokenizer);
    wrong = wrong == NULL ? take_tokens(tokenizer, form, &pos) : wrong;
    flush_text(form);
    size_t all = strlen(prefix) + test->input.len;
    af_tokenizer_destroy(tokenizer);
    return wrong == NULL && pos != all ? "bytes are missing" : wrong == NULL && heap.used != 0 ? "memory is not released" : wrong;
}

/* --- running --------------------------------------------------------------------------------------------------------- */

static void free_form(form_t *form)
{
    free(form->text.data);
    free(form->out.data);
    free(form->comment.data);
}

static void start_form(form_t *form)
{
    clear(&form->text);
    clear(&form->out);
    clear(&form->comment);
}

static void tell(const suite_t *suite, const test_t *test, const char *state, size_t chunk, const char *wrong, const form_t *want,
                 const form_t *got)
{
    printf("not ok %s: %s (%s, chunk %zu)%s%s\n", base_name(suite->path), test->description, state,
           chunk == SIZE_MAX ? test->input.len : chunk, wrong == NULL ? "" : ": ", wrong == NULL ? "" : wrong);
    show("input", test->input.data, test->input.len);
    show("expected", want->out.data, want->out.len);
    show("came", got->out.data, got->out.len);
    printf("  repeat\n    build/tests/spec/tokenizer %s\n", suite->path);
}

static bool run_state(const suite_t *suite, const test_t *test, const char *state)
{
    form_t want = {0};
    bool good = true;

    start_form(&want);
    for (const json_t *token = test->output->first; good && token != NULL; token = token->next) {
        good = expect_token(&want, test, token);
    }
    flush_text(&want);
    for (size_t i = 0; good && i < sizeof chunks / sizeof *chunks; i++) {
        form_t got = {0};
        start_form(&got);
        const char *wrong = tokenize(test, chunks[i], &got);
        good = wrong == NULL && same_bytes(&want.out, &got.out);
        if (!good && suite->counts.failed < SHOWN_FAILURES) {
            tell(suite, test, state, chunks[i], wrong, &want, &got);
        }
        free_form(&got);
    }
    free_form(&want);
    return good;
}

static bool has_surrogate(const bytes_t *text)
{
    for (size_t i = 0; i + 1 < text->len; i++) {
        if (text->data[i] == 0xed && text->data[i + 1] >= 0xa0) {
            return true;
        }
    }
    return false;
}

static bool state_of(const bytes_t *name, af_text_kind_t *out)
{
    static const struct {
        const char *name;
        af_text_kind_t kind;
    } states[] = {
        {"Data state", AF_TEXT_DATA}, {"RCDATA state", AF_TEXT_RCDATA}, {"RAWTEXT state", AF_TEXT_RAWTEXT},
        {"Script data state", AF_TEXT_SCRIPT}, {"PLAINTEXT state", AF_TEXT_PLAINTEXT}, {"CDATA section state", AF_TEXT_CDATA},
    };

    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        if (is_text(name, states[i].name)) {
            *out = states[i].kind;
            return true;
        }
    }
    return false;
}

static void run_test(suite_t *suite, const json_t *json)
{
    const json_t *description = json_member(json, "description"), *input = json_member(json, "input");
    const json_t *states = json_member(json, "initialStates"), *last = json_member(json, "lastStartTag");
    const json_t *escaped = json_member(json, "doubleEscaped");
    static const json_t data_state = {JSON_STRING, {(uint8_t *) "Data state", 10, 0}, {0}, NULL, NULL};
    test_t test = {.output = json_member(json, "output"), .double_escaped = escaped != NULL && escaped->kind == JSON_TRUE};

    if (description == NULL || input == NULL || test.output == NULL) {
        suite->counts.failed++;
        printf("not ok %s: a test without description, input or output\n", suite->path);
        return;
    }
    test.description = (const char *) description->text.data;
    test.last_start_tag = last == NULL ? NULL : (const char *) last->text.data;
    test.input = unescaped(&test, &input->text);
    for (const json_t *state = states == NULL ? &data_state : states->first; state != NULL; state = state->next) {
        if (has_surrogate(&test.input)) {
            suite->surrogates++;
        } else if (state_of(&state->text, &test.state) && run_state(suite, &test, (const char *) state->text.data)) {
            suite->counts.passed++;
        } else {
            suite->counts.failed++;
        }
    }
    free(test.input.data);
}

static void run_file(void *opaque, const char *path)
{
    suite_t *suite = opaque;
    bytes_t text = {0};

    suite->path = path;
    json_t *json = read_file(path, &text) ? json_read(&text) : NULL;
    const json_t *tests = json == NULL ? NULL : json_member(json, "tests");
    const json_t *infoset = json == NULL ? NULL : json_member(json, "xmlViolationTests");
    if (tests == NULL && infoset == NULL) {
        printf("not ok %s: not to be read\n", path);
        suite->counts.failed++;
    }
    suite->infoset += infoset == NULL ? 0 : (int) json_count(infoset);
    for (const json_t *test = tests == NULL ? NULL : tests->first; test != NULL; test = test->next) {
        run_test(suite, test);
    }
    json_free(json);
    free(text.data);
}

static void tell_skipped(suite_t *suite)
{
    if (suite->surrogates > 0) {
        printf("skipped %d: a lone surrogate in the input, which no UTF-8 has\n", suite->surrogates);
    }
    if (suite->infoset > 0) {
        printf("skipped %d: xmlViolationTests, for parsers that make an XML infoset\n", suite->infoset);
    }
    suite->counts.skipped += suite->surrogates + suite->infoset;
}

int main(int argc, char **argv)
{
    suite_t suite = {0};
    char folder[4096];

    suite_folder("tokenizer", folder, sizeof folder);
    for (int i = 1; i < argc; i++) {
        run_file(&suite, argv[i]);
    }
    if (argc == 1 && !each_file(folder, ".test", run_file, &suite)) {
        printf("skipped: html5lib's tokenizer suite is not here (%s)\n", folder);
        suite.counts.skipped++;
    }
    tell_skipped(&suite);
    return tell_counts(&suite.counts);
}
