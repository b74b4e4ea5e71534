/*
 * base/regex.c: PCRE2's 8-bit library with our memory and limits.
 *
 * PCRE2's free does not tell a block's length, so each block has it in front. JIT code is the one thing that lies outside of the
 * heap (executable pages). Where the JIT runs out of its 32 KiB of stack, the interpreter tries again, with frames from the heap
 * up to HEAP_LIMIT. Bytes that are no UTF-8 never match; they do no harm either.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "base/regex.h"

#include <pcre2.h>

#define PATTERN_LIMIT 65536u
#define HEAP_LIMIT 128u /* KiB of the interpreter's frames */
#define DEPTH_LIMIT 10000u
#define GROUP_LIMIT 32u
#define BLOCK_HEAD 16u  /* keeps the alignment of malloc */

struct af_regex {
    af_heap_t *heap;
    pcre2_code *code;
};

struct af_regex_run {
    af_heap_t *heap;
    pcre2_match_data *data;
    pcre2_match_context *context;
};

static void *take(size_t len, void *heap)
{
    size_t whole;
    uint8_t *block = af_size_add(len, BLOCK_HEAD, &whole) ? af_heap_alloc(heap, whole) : NULL;

    if (block == NULL) {
        return NULL;
    }
    memcpy(block, &whole, sizeof whole);
    return block + BLOCK_HEAD;
}

static void give_back(void *block, void *heap)
{
    size_t whole;

    if (block != NULL) {
        uint8_t *head = (uint8_t *) block - BLOCK_HEAD;
        memcpy(&whole, head, sizeof whole);
        af_heap_release(heap, head, whole);
    }
}

static uint32_t options_of(uint32_t flags)
{
    uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C;

    options |= (flags & AF_REGEX_CASELESS) != 0 ? PCRE2_CASELESS : 0;
    options |= (flags & AF_REGEX_MULTILINE) != 0 ? PCRE2_MULTILINE : 0;
    options |= (flags & AF_REGEX_DOTALL) != 0 ? PCRE2_DOTALL : 0;
    return options;
}

static void tell(int code, char *message, size_t message_size)
{
    if (message_size > 0) {
        message[0] = '\0';
        (void) pcre2_get_error_message(code, (PCRE2_UCHAR *) message, message_size);
    }
}

static af_status_t compile(af_regex_t *regex, af_slice_t pattern, uint32_t flags, size_t *at, char *message, size_t message_size)
{
    pcre2_general_context *general = pcre2_general_context_create(take, give_back, regex->heap);
    pcre2_compile_context *context = general != NULL ? pcre2_compile_context_create(general) : NULL;
    af_status_t status = AF_NOMEM;
    int code = 0;
    PCRE2_SIZE offset = 0;

    if (context == NULL) {
        goto done;
    }
    pcre2_set_max_pattern_length(context, PATTERN_LIMIT);
    const uint8_t *text = pattern.len > 0 ? pattern.data : (const uint8_t *) "";
    regex->code = pcre2_compile(text, pattern.len, options_of(flags), &code, &offset, context);
    if (regex->code != NULL) {
        /* Without a JIT on this machine the interpreter works. */
        uint32_t modes = PCRE2_JIT_COMPLETE | ((flags & AF_REGEX_PARTIAL) != 0 ? PCRE2_JIT_PARTIAL_HARD : 0);
        (void) pcre2_jit_compile(regex->code, modes);
        status = AF_OK;
    } else if (code != PCRE2_ERROR_HEAP_FAILED) {
        *at = offset <= pattern.len ? offset : pattern.len;
        tell(code, message, message_size);
        status = AF_SYNTAX;
    }
done:
    pcre2_compile_context_free(context);
    pcre2_general_context_free(general);
    return status;
}

af_status_t af_regex_compile(af_heap_t *heap, af_slice_t pattern, uint32_t flags, af_regex_t **out, size_t *at, char *message,
                             size_t message_size)
{
    af_regex_t *regex = af_heap_alloc(heap, sizeof *regex);

    *out = NULL;
    *at = 0;
    if (regex == NULL) {
        return af_heap_why(heap, sizeof *regex);
    }
    *regex = (af_regex_t){.heap = heap};
    af_status_t status = compile(regex, pattern, flags, at, message, message_size);
    if (status != AF_OK) {
        af_regex_destroy(regex);
        return status;
    }
    *out = regex;
    return AF_OK;
}

void af_regex_prepare_partial(af_regex_t *regex)
{
    (void) pcre2_jit_compile(regex->code, PCRE2_JIT_PARTIAL_HARD);
}

void af_regex_destroy(af_regex_t *regex)
{
    if (regex != NULL) {
        pcre2_code_free(regex->code);
        af_heap_release(regex->heap, regex, sizeof *regex);
    }
}

static void note_high(const pcre2_code *code, uint64_t bits[2])
{
    uint32_t type = 0, unit = 0;
    const uint8_t *bitmap = NULL;

    if (pcre2_pattern_info(code, PCRE2_INFO_FIRSTCODETYPE, &type) != 0 || type > 1) {
        return;
    }
    if (type == 1 && pcre2_pattern_info(code, PCRE2_INFO_FIRSTCODEUNIT, &unit) == 0 && unit < 0x80) {
        bits[0] = bits[1] = 0;
    } else if (type == 0 && pcre2_pattern_info(code, PCRE2_INFO_FIRSTBITMAP, &bitmap) == 0 && bitmap != NULL) {
        memcpy(bits, bitmap + 16, 16);
    }
}

void af_regex_high_bytes(af_heap_t *heap, af_slice_t pattern, uint32_t flags, uint64_t bits[2])
{
    int code = 0;
    PCRE2_SIZE offset = 0;
    pcre2_general_context *general = pcre2_general_context_create(take, give_back, heap);
    pcre2_compile_context *context = general != NULL ? pcre2_compile_context_create(general) : NULL;
    pcre2_code *compiled = context == NULL || pattern.len == 0 || pattern.len > PATTERN_LIMIT ? NULL
                         : pcre2_compile(pattern.data, pattern.len, options_of(flags), &code, &offset, context);

    bits[0] = bits[1] = UINT64_MAX;
    if (compiled != NULL) {
        note_high(compiled, bits);
    }
    pcre2_code_free(compiled);
    pcre2_compile_context_free(context);
    pcre2_general_context_free(general);
}

uint32_t af_regex_least(const af_regex_t *regex)
{
    uint32_t least = 0;

    return pcre2_pattern_info(regex->code, PCRE2_INFO_MINLENGTH, &least) == 0 ? least : 0;
}

uint32_t af_regex_group(const af_regex_t *regex, const char *name)
{
    int number = pcre2_substring_number_from_name(regex->code, (PCRE2_SPTR) name);

    return number > 0 ? (uint32_t) number : 0;
}

af_status_t af_regex_run_create(af_heap_t *heap, uint32_t match_limit, af_regex_run_t **out)
{
    af_regex_run_t *run = af_heap_alloc(heap, sizeof *run);

    *out = NULL;
    if (run == NULL) {
        return af_heap_why(heap, sizeof *run);
    }
    *run = (af_regex_run_t){.heap = heap};
    pcre2_general_context *general = pcre2_general_context_create(take, give_back, heap);
    if (general != NULL) {
        run->data = pcre2_match_data_create(GROUP_LIMIT, general);
        run->context = pcre2_match_context_create(general);
    }
    pcre2_general_context_free(general);
    if (run->data == NULL || run->context == NULL) {
        af_regex_run_destroy(run);
        return AF_NOMEM;
    }
    pcre2_set_match_limit(run->context, match_limit);
    pcre2_set_depth_limit(run->context, DEPTH_LIMIT);
    pcre2_set_heap_limit(run->context, HEAP_LIMIT);
    *out = run;
    return AF_OK;
}

void af_regex_run_destroy(af_regex_run_t *run)
{
    if (run != NULL) {
        pcre2_match_data_free(run->data);
        pcre2_match_context_free(run->context);
        af_heap_release(run->heap, run, sizeof *run);
    }
}

static void read_groups(const af_regex_run_t *run, size_t found, af_group_t *groups, size_t count)
{
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(run->data);

    for (size_t i = 0; i < count; i++) {
        bool set = i < found && ends[2 * i] != PCRE2_UNSET;
        groups[i] = (af_group_t){0, 0, set};
        if (set) {
            groups[i].from = ends[2 * i];
            groups[i].to = ends[2 * i + 1] < ends[2 * i] ? ends[2 * i] : ends[2 * i + 1]; /* \K in a lookahead */
        }
    }
}

static bool is_ascii(af_slice_t text)
{
    uint64_t bits = 0, eight;
    size_t i = 0;

    for (; i + sizeof eight <= text.len; i += sizeof eight) {
        memcpy(&eight, text.data + i, sizeof eight);
        bits |= eight;
    }
    for (; i < text.len; i++) {
        bits |= text.data[i];
    }
    return (bits & 0x8080808080808080u) == 0;
}

/* As pcre2_match, without its checks where the text has no character that could be cut. */
static int match(const af_regex_t *regex, af_regex_run_t *run, af_slice_t text, size_t from, uint32_t options)
{
    int found = is_ascii(text) ? pcre2_jit_match(regex->code, text.data, text.len, from, options, run->data, run->context)
                               : PCRE2_ERROR_JIT_BADOPTION;

    return found != PCRE2_ERROR_JIT_BADOPTION
               ? found : pcre2_match(regex->code, text.data, text.len, from, options, run->data, run->context);
}

static af_slice_t text_of(af_slice_t text)
{
    return text.len > 0 ? text : (af_slice_t){(const uint8_t *) "", 0};
}

af_status_t af_regex_match(const af_regex_t *regex, af_regex_run_t *run, af_slice_t text, size_t from, af_group_t *groups,
                           size_t count)
{
    if (from > text.len) {
        return AF_NOT_FOUND;
    }
    text = text_of(text);
    int found = match(regex, run, text, from, 0);
    if (found == PCRE2_ERROR_JIT_STACKLIMIT) {
        found = pcre2_match(regex->code, text.data, text.len, from, PCRE2_NO_JIT, run->data, run->context);
    }
    if (found == PCRE2_ERROR_NOMATCH) {
        return AF_NOT_FOUND;
    }
    if (found < 0) {
        return AF_LIMIT;
    }
    read_groups(run, found == 0 ? GROUP_LIMIT : (size_t) found, groups, count);
    return AF_OK;
}

bool af_regex_is_anchored(const af_regex_t *regex)
{
    uint32_t options = 0;

    return pcre2_pattern_info(regex->code, PCRE2_INFO_ALLOPTIONS, &options) == 0 && (options & PCRE2_ANCHORED) != 0;
}

bool af_regex_may_match(const af_regex_t *regex, af_regex_run_t *run, af_slice_t text)
{
    return match(regex, run, text_of(text), 0, PCRE2_PARTIAL_HARD) != PCRE2_ERROR_NOMATCH;
}
