/*
 * cli/diff.c: --diff: the words that go and come, with a few around them.
 *
 * Words are those of the page's text: no tags, no script, no style. They are found once, in the input; an edit says which of its
 * bytes go. A hunk is a line, "LINE:COLUMN words", with [-gone-] and {+new+}; on a terminal colours stand for the brackets.
 */
#include "cli/diff.h"

#include <stdlib.h>
#include <unistd.h>

#include "cli/explain.h"
#include "html/names.h"
#include "html/tokenizer.h"

#define AROUND 6u /* words before and after a change */

typedef enum { WORD_KEPT, WORD_GONE, WORD_NEW } word_kind_t;

struct af_cli_word {
    word_kind_t kind;
    uint64_t pos;
    const uint8_t *data; /* of the input, or owned where it is new */
    size_t len;
};

void af_cli_diff_init(af_cli_diff_t *diff, af_slice_t input)
{
    *diff = (af_cli_diff_t){.input = input, .gone = calloc(input.len + 1, 1)};
    diff->failed = diff->gone == NULL;
    diff->coloured = isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL;
}

void af_cli_diff_free(af_cli_diff_t *diff)
{
    for (size_t i = 0; i < diff->new_count; i++) {
        free((uint8_t *) diff->added[i].data);
    }
    free(diff->added);
    free(diff->words);
    free(diff->gone);
}

static void add(af_cli_diff_t *diff, af_cli_word_t **words, size_t *count, size_t *capacity, af_cli_word_t word)
{
    if (*count == *capacity) {
        size_t more = *capacity == 0 ? 256 : 2 * *capacity;
        af_cli_word_t *grown = realloc(*words, more * sizeof *grown);
        if (grown == NULL) {
            diff->failed = true;
            return;
        }
        *words = grown;
        *capacity = more;
    }
    (*words)[(*count)++] = word;
}

void af_cli_diff_edit(af_cli_diff_t *diff, const af_edit_t *edit)
{
    if (diff->failed) {
        return;
    }
    if (edit->kind == AF_DROP) {
        memset(diff->gone + edit->from_pos, 1, (size_t) (edit->to_pos - edit->from_pos));
    }
    if (edit->kind == AF_INSERT && edit->rule != AF_NO_RULE) {
        uint8_t *copy = malloc(edit->len + 1);
        if (copy == NULL) {
            diff->failed = true;
            return;
        }
        memcpy(copy, edit->data, edit->len);
        add(diff, &diff->added, &diff->new_count, &diff->new_capacity,
            (af_cli_word_t){WORD_NEW, edit->from_pos, copy, edit->len});
        if (diff->failed) {
            free(copy);
        }
    }
}

static bool is_blank(uint8_t c)
{
    return c <= 0x20;
}

/* The words of a piece of text; a word is new, gone or kept as its first byte is. */
static void add_words(af_cli_diff_t *diff, const uint8_t *data, size_t len, uint64_t pos, bool is_new)
{
    for (size_t at = 0; at < len;) {
        size_t from = at;
        while (at < len && !is_blank(data[at]) && (is_new || diff->gone[pos + at] == diff->gone[pos + from])) {
            at++;
        }
        if (at > from) {
            word_kind_t kind = is_new ? WORD_NEW : diff->gone[pos + from] ? WORD_GONE : WORD_KEPT;
            add(diff, &diff->words, &diff->count, &diff->capacity,
                (af_cli_word_t){kind, is_new ? pos : pos + from, data + from, at - from});
        }
        while (at < len && is_blank(data[at])) {
            at++;
        }
    }
}

/* The words of markup without its tags. */
static void add_new(af_cli_diff_t *diff, const af_cli_word_t *insert)
{
    for (size_t at = 0; at < insert->len;) {
        const uint8_t *tag = memchr(insert->data + at, '<', insert->len - at);
        size_t to = tag == NULL ? insert->len : (size_t) (tag - insert->data);
        add_words(diff, insert->data + at, to - at, insert->pos, true);
        const uint8_t *end = tag == NULL ? NULL : memchr(tag, '>', insert->len - to);
        at = end == NULL ? insert->len : (size_t) (end - insert->data) + 1;
    }
}


static void read_words(af_cli_diff_t *diff)
{
    af_heap_t heap;
    af_tokenizer_t *tokenizer = NULL;
    af_token_t token = {.type = AF_TOKEN_NONE};
    size_t next = 0;

    af_heap_init(&heap, NULL, 0);
    if (af_tokenizer_create(&heap, diff->input.len + 1, 64, &tokenizer) != AF_OK) {
        diff->failed = true;
        return;
    }
    af_tokenizer_feed(tokenizer, diff->input.data, diff->input.len);
    for (bool finished = false; !diff->failed && token.type != AF_TOKEN_END;) {
        if (af_tokenizer_next(tokenizer, &token) != AF_OK) {
            break;
        }
        if (token.type == AF_TOKEN_NONE && !finished) {
            af_tokenizer_finish(tokenizer);
            finished = true;
        }
        if (token.type == AF_TOKEN_START_TAG && af_text_after(token.tag) != AF_TEXT_DATA) {
            af_tokenizer_set_text(tokenizer, af_text_after(token.tag));
        }
        bool shown = token.type == AF_TOKEN_TEXT && token.text == AF_TEXT_DATA;
        size_t at = (size_t) token.from_pos, end = (size_t) token.to_pos;
        for (; next < diff->new_count && (diff->added[next].pos < token.to_pos || token.type == AF_TOKEN_END); next++) {
            size_t pos = (size_t) diff->added[next].pos;
            if (shown && pos > at) {
                add_words(diff, diff->input.data + at, pos - at, at, false);
                at = pos;
            }
            add_new(diff, &diff->added[next]);
        }
        if (shown) {
            add_words(diff, diff->input.data + at, end - at, at, false);
        }
    }
    af_tokenizer_destroy(tokenizer);
}

static void change_kind(const af_cli_diff_t *diff, word_kind_t from, word_kind_t to)
{
    static const char *const ends[] = {"", "-]", "+}"}, *const starts[] = {"", "[-", "{+"};
    static const char *const colours[] = {"\033[0m", "\033[31m", "\033[32m"};

    if (from == to) {
        return;
    }
    fputs(diff->coloured ? colours[WORD_KEPT] : ends[from], stdout);
    if (from != WORD_KEPT && to != WORD_KEPT) {
        fputc(' ', stdout);
    }
    fputs(diff->coloured ? to == WORD_KEPT ? "" : colours[to] : starts[to], stdout);
}

static void print_hunk(af_cli_diff_t *diff, af_cli_explain_t *places, size_t from, size_t to)
{
    word_kind_t kind = WORD_KEPT;

    af_cli_explain_place(places, diff->words[from].pos);
    printf("%llu:%llu", (unsigned long long) places->line, (unsigned long long) (places->pos - places->line_start + 1));
    for (size_t i = from; i < to; i++) {
        const af_cli_word_t *word = &diff->words[i];
        if (i == from || kind == word->kind || kind == WORD_KEPT) {
            fputc(' ', stdout);
        }
        if (i > from && kind != WORD_KEPT && word->kind == WORD_KEPT) {
            change_kind(diff, kind, WORD_KEPT);
            fputc(' ', stdout);
        } else {
            change_kind(diff, kind, word->kind);
        }
        kind = word->kind;
        af_cli_put_text(stdout, word->data, word->len);
    }
    change_kind(diff, kind, WORD_KEPT);
    fputc('\n', stdout);
}

bool af_cli_diff_print(af_cli_diff_t *diff, af_cli_explain_t *places)
{
    if (!diff->failed) {
        read_words(diff);
    }
    if (diff->failed) {
        return false;
    }
    for (size_t i = 0; i < diff->count;) {
        if (diff->words[i].kind == WORD_KEPT) {
            i++;
            continue;
        }
        size_t from = i > AROUND ? i - AROUND : 0, last = i;
        for (; i < diff->count && i <= last + 2 * AROUND; i++) {
            last = diff->words[i].kind == WORD_KEPT ? last : i;
        }
        i = last + 1 + AROUND < diff->count ? last + 1 + AROUND : diff->count;
        print_hunk(diff, places, from, i);
    }
    return true;
}
