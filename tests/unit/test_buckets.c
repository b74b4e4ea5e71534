/*
 * test_buckets.c: whatever way a start tag's atoms are found (words of classes, ids, values, parts of values), they are those that
 * a plain reading of the selector gives. Tags end where their memory ends.
 */
#include "select_page.h"
#include "select/selector.h"

#include <stdlib.h>

#define RULES 120u
#define ROUNDS 6000

typedef enum { EQUALS, WORD, DASH, PREFIX, SUFFIX, INSIDE, CLASS, ID, OPERATIONS } operation_t;

typedef struct {
    operation_t operation;
    const char *name;
    char value[48];
} rule_t;

static rule_t rules[RULES];
static uint32_t seed;

static uint32_t draw(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

/* Letters of few kinds, so that parts are found by chance; the first is a letter, as a selector without escapes wants. */
static void draw_word(char *out, size_t len)
{
    static const char letters[] = "abcab-AB_9";

    for (size_t i = 0; i < len; i++) {
        out[i] = letters[draw(i == 0 ? 5 : (uint32_t) sizeof letters - 1)];
    }
    out[len] = '\0';
}

static size_t draw_length(void)
{
    return draw(3) == 0 ? 1 + draw(30) : 1 + draw(7);
}

static bool has_word(const char *value, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = value; (at = strstr(at, word)) != NULL; at++) {
        if ((at == value || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0')) {
            return true;
        }
    }
    return false;
}

static bool holds(const rule_t *rule, const char *value)
{
    size_t len = strlen(rule->value), have = strlen(value);

    switch (rule->operation) {
    case EQUALS: case ID:
        return strcmp(rule->value, value) == 0;
    case WORD: case CLASS:
        return has_word(value, rule->value);
    case DASH:
        return strncmp(value, rule->value, len) == 0 && (value[len] == '\0' || value[len] == '-');
    case PREFIX:
        return strncmp(value, rule->value, len) == 0;
    case SUFFIX:
        return have >= len && strcmp(value + have - len, rule->value) == 0;
    case INSIDE:
        return strstr(value, rule->value) != NULL;
    case OPERATIONS:
        break;
    }
    return false;
}

static const char *const names[] = {"class", "id", "href", "data-a-name-of-some-length"};
static const char *const spelled[] = {"Class", "ID", "href", "data-a-name-of-SOME-length"};
#define NAMES 4u

static void make_rules(void)
{
    static const char *const signs[] = {"=", "~=", "|=", "^=", "$=", "*="};
    static char texts[RULES][160];
    const char *list[RULES];

    for (uint32_t i = 0; i < RULES; i++) {
        rule_t *rule = &rules[i];
        rule->operation = (operation_t) draw(OPERATIONS);
        rule->name = rule->operation == CLASS ? names[0] : rule->operation == ID ? names[1] : names[draw(NAMES)];
        draw_word(rule->value, draw_length());
        if (rule->operation == CLASS || rule->operation == ID) {
            snprintf(texts[i], sizeof texts[i], "%c%s", rule->operation == CLASS ? '.' : '#', rule->value);
        } else {
            snprintf(texts[i], sizeof texts[i], "[%s%s\"%s\" s]", rule->name, signs[rule->operation], rule->value);
        }
        list[i] = texts[i];
    }
    open_page(list, RULES, false);
}

/* A value: words, some of them or parts of them of the rules. */
static void draw_value(char *out, uint32_t name)
{
    size_t len = 0;

    do {
        char word[48];
        if (draw(2) == 0) {
            memcpy(word, rules[draw(RULES)].value, sizeof word);
        } else {
            draw_word(word, draw_length());
        }
        memcpy(out + len, word, strlen(word));
        len += strlen(word);
        if (name != 1 && draw(3) != 0) {
            out[len++] = ' ';
        }
    } while (len < 200 && draw(3) != 0);
    out[len] = '\0';
}

static bool found(const rule_t *rule)
{
    const af_index_t *index = page.index;

    for (size_t i = 0; i < page.matcher.atom_count; i++) {
        const af_atom_t *atom = AF_AT(af_atom_t, index->atoms, page.matcher.atoms[i]);
        for (uint32_t at = atom->selectors; at != 0; at = AF_AT(af_selector_t, index->selectors, at)->next) {
            if (AF_AT(af_selector_t, index->selectors, at)->owner == (uint32_t) (rule - rules)) {
                return true;
            }
        }
    }
    return false;
}

/* `written`: the value as the tag has it; `value`: what it stands for. */
static void ask(uint32_t name, const char *written, const char *value)
{
    char attributes[2048];

    snprintf(attributes, sizeof attributes, "%s=%s", draw(2) == 0 ? names[name] : spelled[name], written);
    af_token_t token = make_token("p", attributes);
    uint8_t *exact = malloc(token.bytes.len);
    memcpy(exact, token.bytes.data, token.bytes.len);
    token.bytes.data = exact;
    token.name.data = exact + 1;
    assert_int_equal(af_match_tag(&page.matcher, &token, token.tag, AF_NS_HTML), AF_OK);
    for (uint32_t i = 0; i < RULES; i++) {
        bool wanted = strcmp(rules[i].name, names[name]) == 0 && holds(&rules[i], value);
        if (found(&rules[i]) != wanted) {
            fail_msg("rule %u, %s of kind %d with \"%s\": wanted %d for \"%s\"", i, rules[i].name, (int) rules[i].operation,
                     rules[i].value, wanted, value);
        }
    }
    free(exact);
}

static void random_values(void **state)
{
    (void) state;
    seed = 5;
    make_rules();
    for (int round = 0; round < ROUNDS; round++) {
        char value[512], written[2048];
        uint32_t name = draw(NAMES);
        size_t len = 0;
        draw_value(value, name);
        ask(name, value, value);
        for (const char *at = value; *at != '\0'; at++) { /* the same with some letters as references */
            if (draw(20) == 0) {
                len += (size_t) snprintf(written + len, sizeof written - len, "&#%d;", *at);
            } else {
                written[len++] = *at;
            }
        }
        written[len] = '\0';
        ask(name, written, value);
    }
    close_page();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_values),
    };
    return cmocka_run_group_tests_name("buckets", tests, NULL, NULL);
}
