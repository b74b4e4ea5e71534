/*
 * rules/opening.c: the table of openings, by asking the pattern.
 */
#include "rules/opening.h"

#define FIRST_CHARACTER 0x21u /* normal text does not begin with white space */
#define LAST_CHARACTER 0x7eu
#define MATCH_LIMIT 10000u

static void ask_second(af_opening_t *opening, const af_regex_t *regex, af_regex_run_t *run, uint8_t first)
{
    uint8_t text[2] = {first, 0};

    for (uint8_t c = 0x20; c <= LAST_CHARACTER; c++) {
        text[1] = c;
        if (af_regex_may_match(regex, run, (af_slice_t){text, 2})) {
            opening->second[first][c >> 6] |= (uint64_t) 1 << (c & 63);
        }
    }
}

af_status_t af_opening_make(af_store_t *store, const af_regex_t *regex, const af_opening_t **out)
{
    af_regex_run_t *run;
    uint32_t possible = 0;

    *out = NULL;
    af_status_t status = af_regex_run_create(store->heap, MATCH_LIMIT, &run);
    if (status != AF_OK) {
        return status;
    }
    af_opening_t *opening = af_store_alloc(store, sizeof *opening);
    if (opening == NULL) {
        af_regex_run_destroy(run);
        return AF_NOMEM;
    }
    memset(opening, 0, sizeof *opening);
    af_group_t found;
    opening->empty = af_regex_match(regex, run, (af_slice_t){(const uint8_t *) "", 0}, 0, &found, 1) != AF_NOT_FOUND;
    for (uint8_t c = FIRST_CHARACTER; c <= LAST_CHARACTER; c++) {
        if (af_regex_may_match(regex, run, (af_slice_t){&c, 1})) {
            opening->first[c >> 6] |= (uint64_t) 1 << (c & 63);
            possible++;
        }
    }
    if (possible <= LAST_CHARACTER - FIRST_CHARACTER) {
        for (uint8_t c = FIRST_CHARACTER; c <= LAST_CHARACTER; c++) {
            if ((opening->first[c >> 6] >> (c & 63) & 1) != 0) {
                ask_second(opening, regex, run, c);
            }
        }
        *out = opening;
    }
    af_regex_run_destroy(run);
    return AF_OK;
}
