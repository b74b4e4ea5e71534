/*
 * test_phrases.c: the tree of beginnings against the patterns asked one by one: the first that holds is the same, and no beginning
 * of a text that one holds for is refuted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy/condition.h"
#include "rules/builder.h"

static const char own[] = "remove p text=/^(?:stay|Kelvin|\xC3\xA9""crire|[^a-y]end|\\d+ items)/i\n"
                          "remove div text=/^(?i:small) but Large$/\n"
                          "remove li text=/^(?=.*news)\\W*more/i\n"
                          "remove h2 text=/^x?$/\n"
                          "remove h3 text=/^.{2,9}end/\n"
                          "remove h4 text=/^one|two/\n" /* anywhere: no tree */
                          "remove h5 text=/^(.)\\1x/\n" /* from here on: letters are no kinds */
                          "remove h6 text=/^[k-m]ey|^\\x41bc/i\n"
                          "remove ol text=/^(?-i:Up)lift[^a-fk]/i\n"
                          "remove ul text=/^[[:punct:]]x[[:upper:]]/\n"
                          "remove dl text=/^a{2,3}c(?=.*\\p{Lu})/i\n"
                          "remove td text=/^\\Qa.b\\E[.*]?(?:\\w{1,3} ){1,2}end/\n"
                          "remove th text=/^[\\d.,]+ (?:new )?[\\[(]?posts/i\n";

static const char *const texts[] = {
    "Join the conversation", "JOIN THE CONVERSATION!", "join", "Share this", "\xC5\xBFhare this", "\xC5\xBFtay with us",
    "\xE2\x84\xAA""elvin", "kelvin", "\xC3\x89""crire un commentaire", "\xC3\xA9""crire", "12 items", "3 comments", "No comments yet",
    "\xE2\x80\x94 end", "Zend", "zend", "aend", "small but Large", "SMALL but Large", "small but large", "more news", "\xC2\xBB more of the news",
    "", "x", "X", "y", "the end", "end", "a long end of it", "one", "two", "it takes two", "Comments are closed.", "Newsletter",
    "Get our app", "Get it on Google Play", "Back to top", "\xE2\x86\x91 Back to top", "Leave a reply", "\xC3\x9Anete a la conversaci\xC3\xB3n",
    "Les commentaires sont ferm\xC3\xA9s", "Die Kommentarfunktion ist geschlossen", "Tweet", "+1", "\xD0\x9F\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82",
    "\xE4\xB8\xAD\xE6\x96\x87", "\xC2\xA9 2020", "The president said on Monday", "Read more", "Follow us", "\xFF\xFE", "\xC3", "Subscribe Sign In"};

typedef struct {
    af_ruleset_t *rules;
    af_condition_t condition;
    uint32_t asked, held;
} state_t;

/* The first rule of the group that holds, each asked. */
static uint32_t first_by_hand(state_t *state, uint32_t number, af_slice_t text)
{
    const af_rule_t *rules = state->rules->rules;

    for (;; number = rules[number].next) {
        if (af_condition_test(&state->condition, &rules[number], text)) {
            return number;
        }
        if (rules[number].next == 0) {
            return UINT32_MAX;
        }
    }
}

static bool may(state_t *state, const af_rule_t *rule, af_slice_t text)
{
    const af_opening_t opening = af_openings_find(rule->phrases->openings, text);

    return af_condition_may(&state->condition, rule->phrases, &opening);
}

static void ask(state_t *state, uint32_t number, af_slice_t text)
{
    const af_rule_t *rule = &state->rules->rules[number];
    uint32_t expected = first_by_hand(state, number, text);

    assert_int_equal(af_condition_first(&state->condition, state->rules->rules, number, text), expected);
    state->asked++;
    if (expected == UINT32_MAX || rule->phrases == NULL) {
        return;
    }
    state->held++;
    for (size_t len = 1; len <= text.len; len++) {
        if (len == text.len || (text.data[len] & 0xC0) != 0x80) {
            assert_true(may(state, rule, (af_slice_t){text.data, len}));
        }
    }
}

static bool follows(const state_t *state, uint32_t number)
{
    uint32_t i = 0;

    while (i < state->rules->rule_count && state->rules->rules[i].next != number) {
        i++;
    }
    return number != 0 && i < state->rules->rule_count;
}

static void ask_all(state_t *state, af_slice_t text)
{
    for (uint32_t i = 0; i < state->rules->rule_count; i++) {
        const af_rule_t *rule = &state->rules->rules[i];
        if (rule->regex != NULL && rule->verb == AF_VERB_REMOVE && !follows(state, i)) {
            ask(state, i, text);
        }
    }
}

static void open_rules(state_t *state)
{
    static const char *const presets[] = {"comments", "community", "newsletter", "share", "related", "app-nag"};
    af_builder_t *builder = NULL;
    af_error_t error;

    assert_int_equal(af_builder_create(NULL, &builder), AF_OK);
    assert_int_equal(af_builder_add_text(builder, own, sizeof own - 1, "own.rules", 1, &error), AF_OK);
    for (size_t i = 0; i < sizeof presets / sizeof *presets; i++) {
        assert_int_equal(af_builder_add_preset(builder, presets[i], &error), AF_OK);
    }
    assert_int_equal(af_builder_compile(builder, &state->rules, NULL), AF_OK);
    af_condition_init(&state->condition, &state->rules->heap, 100000);
}

static void close_rules(state_t *state)
{
    af_condition_destroy(&state->condition);
    af_ruleset_destroy(state->rules);
}

static void test_as_by_hand(void **opaque)
{
    state_t state = {NULL};
    (void) opaque;

    open_rules(&state);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        ask_all(&state, af_slice_of(texts[i]));
    }
    assert_true(state.asked > 400);
    assert_true(state.held > 30);
    close_rules(&state);
}

/* Every first character below U+250, with what some phrases go on with. */
static void test_first_characters(void **opaque)
{
    static const char *const rest[] = {"", "hare this", "eave a comment", "crire un commentaire", "nete a la conversaci\xC3\xB3n"};
    state_t state = {NULL};
    (void) opaque;

    open_rules(&state);
    for (uint32_t c = 0x21; c < 0x250; c++) {
        for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) {
            uint8_t text[64];
            size_t len = 0, more = strlen(rest[i]);
            if (c >= 0x80) {
                text[len++] = (uint8_t) (0xC0 | c >> 6);
            }
            text[len++] = (uint8_t) (c < 0x80 ? c : 0x80 | (c & 0x3f));
            memcpy(text + len, rest[i], more);
            ask_all(&state, (af_slice_t){text, len + more});
        }
    }
    assert_true(state.held > 10);
    close_rules(&state);
}

/* Whether one of the set's patterns says that the text may go on to what it wants. */
static bool may_by_hand(af_regex_run_t *run, const af_phrases_t *phrases, af_slice_t text)
{
    for (uint32_t i = 0; i < phrases->count; i++) {
        if (af_regex_may_match(phrases->phrases[i].begins, run, text)) {
            return true;
        }
    }
    return false;
}

/* The beginnings of all texts, with each character of ASCII behind them: what the tree says is what the patterns say. */
static void test_next_characters(void **opaque)
{
    static const char *const more[] = {"aax", "kkx", "key", "ley", "mey", "Abc", "abcx", "Uplifts", "Uplifta", "uplift", "!xA", "aaacX",
                                       "AAcx", "a.b* ab cde end", "1.2 new (posts", "10, [posts"};
    state_t state = {NULL};
    uint32_t asked = 0;
    (void) opaque;

    open_rules(&state);
    af_regex_run_t *run = af_condition_run(&state.condition);
    for (size_t k = 0; k < sizeof texts / sizeof *texts + sizeof more / sizeof *more; k++) {
        const char *whole = k < sizeof texts / sizeof *texts ? texts[k] : more[k - sizeof texts / sizeof *texts];
        for (size_t len = 0; len < 10 && len < strlen(whole) && (uint8_t) whole[len] < 0x80; len++) {
            uint8_t text[16];
            memcpy(text, whole, len);
            for (text[len] = 0x21; text[len] < 0x7f; text[len]++) {
                for (uint32_t i = 0; i < state.rules->rule_count; i++) {
                    const af_rule_t *rule = &state.rules->rules[i];
                    const af_phrases_t *phrases = rule->structure != NULL ? rule->structure->begins : rule->phrases;
                    if (phrases != NULL) {
                        const af_opening_t opening = af_openings_find(phrases->openings, (af_slice_t){text, len + 1});
                        assert_int_equal(af_condition_may(&state.condition, phrases, &opening),
                                         may_by_hand(run, phrases, (af_slice_t){text, len + 1}));
                        asked++;
                    }
                }
            }
        }
    }
    assert_true(asked > 400000);
    close_rules(&state);
}

/* What has no tree, and what a tree tells at once. */
static void test_trees(void **opaque)
{
    state_t state = {NULL};
    (void) opaque;

    open_rules(&state);
    const af_rule_t *rules = state.rules->rules;
    assert_non_null(rules[0].phrases);
    assert_true(rules[0].phrases->tells);
    assert_null(rules[5].phrases);
    assert_true(rules[3].phrases->empty);
    assert_false(rules[0].phrases->empty);
    assert_false(rules[4].phrases->tells);
    assert_false(may(&state, &rules[0], af_slice_of("so")));
    assert_true(may(&state, &rules[0], af_slice_of("st")));
    close_rules(&state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_as_by_hand), cmocka_unit_test(test_first_characters),
                                       cmocka_unit_test(test_next_characters), cmocka_unit_test(test_trees)};

    return cmocka_run_group_tests_name("phrases", tests, NULL, NULL);
}
