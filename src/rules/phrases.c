/*
 * rules/phrases.c: sets of patterns, and what is asked of each by itself.
 */
#include "rules/phrases.h"

#define MATCH_LIMIT 10000u /* of an answer; over it the pattern stays */

static bool matches_nothing(const af_phrases_t *set, af_regex_run_t *run)
{
    af_group_t found;

    for (uint32_t i = 0; i < set->count; i++) {
        if (af_regex_match(set->phrases[i].begins, run, (af_slice_t){(const uint8_t *) "", 0}, 0, &found, 1) != AF_NOT_FOUND) {
            return true;
        }
    }
    return false;
}

static bool may_begin(const af_phrases_t *set, af_regex_run_t *run, uint8_t c)
{
    for (uint32_t i = 0; i < set->count; i++) {
        if (af_regex_may_match(set->phrases[i].begins, run, (af_slice_t){&c, 1})) {
            return true;
        }
    }
    return false;
}

/* Normal text does not begin with white space. */
static bool tells(const af_phrases_t *set, af_regex_run_t *run)
{
    uint8_t c = AF_PHRASE_FIRST + 1;

    while (c < AF_PHRASE_FIRST + AF_PHRASE_CHARACTERS && may_begin(set, run, c)) {
        c++;
    }
    return c < AF_PHRASE_FIRST + AF_PHRASE_CHARACTERS;
}

af_status_t af_phrases_make(af_store_t *store, af_phrase_t *phrases, uint32_t count, af_phrases_t **out)
{
    af_phrases_t *made = af_store_alloc(store, sizeof *made);
    af_regex_run_t *run;
    af_status_t status = made == NULL ? AF_NOMEM : af_regex_run_create(store->heap, MATCH_LIMIT, &run);

    *out = NULL;
    if (status != AF_OK) {
        return status;
    }
    *made = (af_phrases_t){.phrases = phrases, .count = count};
    made->empty = matches_nothing(made, run);
    made->tells = tells(made, run);
    af_regex_run_destroy(run);
    *out = made;
    return AF_OK;
}

void af_phrases_release(const af_phrases_t *phrases)
{
    for (uint32_t i = 0; phrases != NULL && i < phrases->count; i++) {
        if (phrases->phrases[i].owned) {
            af_regex_destroy((af_regex_t *) phrases->phrases[i].begins);
        }
    }
}
