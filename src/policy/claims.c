/*
 * policy/claims.c: taking claims, settling them.
 *
 * A string of JSON goes to the tape in pieces: runs of it as they are, each escape as the character that it stands for, so that
 * the tape knows where each character is written.
 */
#include "policy/claims.h"

#include "base/ascii.h"

void af_claims_init(af_claims_t *claims, af_heap_t *heap)
{
    *claims = (af_claims_t){.count = 0};
    af_tape_init(&claims->tape, heap, (size_t) AF_CLAIMS * AF_CLAIM_RAW * 3);
    claims->tape.positions = true;
}

void af_claims_destroy(af_claims_t *claims)
{
    af_tape_destroy(&claims->tape);
}

/* The claim that is made next; NULL: there are too many, or it is too long. */
static af_claim_t *next_claim(af_claims_t *claims, af_slice_t raw)
{
    return claims->count == AF_CLAIMS || raw.len > AF_CLAIM_RAW ? NULL : &claims->items[claims->count];
}

static af_status_t finish_claim(af_claims_t *claims, af_claim_t *claim, af_status_t status)
{
    claim->to = af_tape_mark(&claims->tape);
    claims->count += status == AF_OK;
    return status == AF_LIMIT ? AF_OK : status;
}

af_status_t af_claims_attribute(af_claims_t *claims, af_slice_t raw, uint64_t pos, uint8_t quote)
{
    af_claim_t *claim = next_claim(claims, raw);

    if (claim == NULL) {
        return AF_OK;
    }
    *claim = (af_claim_t){AF_CLAIM_META, 0, af_tape_mark(&claims->tape), 0, pos, quote};
    return finish_claim(claims, claim, af_tape_text(&claims->tape, raw, pos, AF_TEXT_DATA));
}

/* --- JSON ------------------------------------------------------------------------------------------------------------------- */

static bool read_unit(af_slice_t raw, size_t at, uint32_t *unit)
{
    *unit = 0;
    if (raw.len - at < 6 || raw.data[at] != '\\' || raw.data[at + 1] != 'u') {
        return false;
    }
    for (size_t i = at + 2; i < at + 6; i++) {
        uint8_t c = raw.data[i] | 0x20;
        *unit = *unit << 4 | (af_is_digit(raw.data[i]) ? raw.data[i] - (uint32_t) '0' : c - (uint32_t) 'a' + 10);
    }
    return true;
}

/* The character that the escape at `at` stands for, and how long it is. The scanner has seen that escapes are whole. */
static uint32_t read_escape(af_slice_t raw, size_t at, size_t *len)
{
    uint32_t unit, low;

    *len = 2;
    if (!read_unit(raw, at, &unit)) {
        uint8_t c = at + 1 < raw.len ? raw.data[at + 1] : ' ';
        return c == 'n' || c == 't' || c == 'r' || c == 'f' || c == 'b' ? ' ' : c;
    }
    *len = 6;
    if (unit >= 0xD800 && unit < 0xDC00 && read_unit(raw, at + 6, &low) && low >= 0xDC00 && low < 0xE000) {
        *len = 12;
        return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    }
    return unit >= 0xD800 && unit < 0xE000 ? 0xFFFD : unit;
}

af_status_t af_claims_json(af_claims_t *claims, af_claim_kind_t kind, af_slice_t raw, uint64_t pos, uint32_t depth)
{
    af_claim_t *claim = next_claim(claims, raw);
    af_status_t status = AF_OK;

    if (claim == NULL) {
        return AF_OK;
    }
    *claim = (af_claim_t){kind, depth, af_tape_mark(&claims->tape), 0, pos, '"'};
    for (size_t i = 0; i < raw.len && status == AF_OK;) {
        const uint8_t *escape = memchr(raw.data + i, '\\', raw.len - i);
        size_t plain = escape == NULL ? raw.len - i : (size_t) (escape - raw.data) - i, len;
        if (plain > 0) {
            status = af_tape_text(&claims->tape, (af_slice_t){raw.data + i, plain}, pos + i, AF_TEXT_RAWTEXT);
        }
        i += plain;
        if (escape != NULL && status == AF_OK) {
            uint32_t point = read_escape(raw, i, &len);
            len = len < raw.len - i ? len : raw.len - i;
            status = af_tape_character(&claims->tape, point, pos + i, (uint32_t) len);
            i += len;
        }
    }
    return finish_claim(claims, claim, status);
}

void af_claims_settle(af_claims_t *claims, uint32_t depth, uint8_t rank, const char *year)
{
    for (uint32_t i = 0; i < claims->count; i++) {
        af_claim_t *claim = &claims->items[i];
        if (claim->depth == depth) {
            claim->depth = 0;
            claim->kind = rank > 0 ? claim->kind : AF_CLAIM_NONE;
        }
    }
    if (rank > claims->year_rank && strlen(year) == 4) {
        memcpy(claims->year, year, sizeof claims->year);
        claims->year_rank = rank;
    }
}

af_slice_t af_claims_text(const af_claims_t *claims, const af_claim_t *claim)
{
    return af_tape_between(&claims->tape, claim->from, claim->to);
}
