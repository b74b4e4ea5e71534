/*
 * select/words.c: the words of names that some :named() may ask for, sixteen bytes at a time.
 *
 * Where words begin is told by the masks of letters and capitals and what stands beside them; a word that begins with four
 * letters in a row is looked up by these at once. Most tags have none that any pattern begins with, and nothing else is done.
 */
#include "base/block.h"
#include "select/index.h"

#define STEP AF_BLOCK_STEP
#define LAST ((AF_BLOCK_SIZE - 1) * STEP)
#define ONE ((af_mask_t) (1u << STEP) - 1)
#define FOUR ((af_mask_t) (1u << 4 * STEP) - 1)

typedef struct {
    af_mask_t letters, capitals;
} masks_t;

/* The place of four letters in index->words. */
static uint32_t word_bit(uint32_t gram)
{
    return gram * 0x9e3779b1u >> 16;
}

static bool asks_for(const af_index_t *index, uint32_t gram)
{
    uint32_t bit = word_bit(gram);

    return (index->words[bit >> 6] >> (bit & 63) & 1) != 0;
}

static bool is_letter(uint8_t c)
{
    return (uint8_t) ((c | 0x20) - 'a') < 26 || c >= 0x80;
}

static bool is_capital(uint8_t c)
{
    return c >= 'A' && c <= 'Z';
}

/* The masks of up to a block from `at` on; bytes behind `end` are no letters. */
static inline masks_t masks_at(const uint8_t *at, const uint8_t *end, const uint8_t *readable)
{
    size_t back = at + AF_BLOCK_SIZE <= readable ? 0 : (size_t) (at + AF_BLOCK_SIZE - readable);
    af_block_t block = af_block_load(at - back);
    af_block_t small = af_block_or(block, af_block_fill(0x20));
    af_block_t letters = af_block_or(af_block_within(small, 'a', 'z'), af_block_within(block, 0x80, 0xff));
    masks_t masks = {af_block_mask(letters) >> back * STEP, af_block_mask(af_block_within(block, 'A', 'Z')) >> back * STEP};

    if ((size_t) (end - at) < AF_BLOCK_SIZE) {
        af_mask_t inside = ((af_mask_t) 1 << (size_t) (end - at) * STEP) - 1;
        masks.letters &= inside;
        masks.capitals &= inside;
    }
    return masks;
}

/* The same of a word whose first four letters do not stand in a row in the block. */
static bool asks_for_word(const af_index_t *index, const uint8_t *at, const uint8_t *end)
{
    uint8_t letters[AF_GRAM];
    size_t count = 0;

    for (; at < end && count < AF_GRAM && !af_is_space(*at); at++) {
        if (is_letter(*at)) {
            letters[count++] = *at;
        }
    }
    return count == AF_GRAM && asks_for(index, af_gram_load(letters));
}

size_t af_words_find(const af_index_t *index, af_slice_t value, const uint8_t *readable, af_word_t *words, size_t room)
{
    const uint8_t *at = value.data, *end = value.data + value.len;
    masks_t before = {0, 0};
    size_t count = 0;

    for (; at < end; at += AF_BLOCK_SIZE) {
        masks_t now = masks_at(at, end, readable);
        bool small_next = end - at > (ptrdiff_t) AF_BLOCK_SIZE && is_letter(at[AF_BLOCK_SIZE]) && !is_capital(at[AF_BLOCK_SIZE]);
        af_mask_t follows_letter = now.letters << STEP | before.letters >> LAST;
        af_mask_t follows_capital = now.capitals << STEP | before.capitals >> LAST;
        af_mask_t before_small = (now.letters & ~now.capitals) >> STEP | (small_next ? ONE << LAST : 0);
        af_mask_t begins = now.letters & (~follows_letter | (now.capitals & (~follows_capital | before_small)));
        while (begins != 0) {
            size_t i = af_block_first(begins);
            begins &= ~(ONE << i * STEP);
            if ((now.letters >> i * STEP & FOUR) == FOUR ? asks_for(index, af_gram_load(at + i))
                                                         : asks_for_word(index, at + i, end)) {
                count += af_named_look_up(index, at + i, end, words + count, room - count);
            }
        }
        before = now;
    }
    return count > 0 ? af_named_keep(value, words, count) : 0;
}

static bool make_bits(af_index_t *index)
{
    index->words = af_heap_alloc(index->heap, AF_WORDS_FILTER / 8);
    if (index->words != NULL) {
        memset(index->words, 0, AF_WORDS_FILTER / 8);
    }
    return index->words != NULL;
}

/* Patterns that no bucket asks for, those of :not(), count too: what no filter knows is not noted. */
af_status_t af_words_prepare(af_index_t *index)
{
    for (uint32_t i = 1; i < index->tests.count; i++) {
        const af_test_t *test = AF_AT(af_test_t, index->tests, i);
        if (test->kind == AF_TEST_WORDS) {
            if (index->words == NULL && !make_bits(index)) {
                return af_heap_why(index->heap, AF_WORDS_FILTER / 8);
            }
            uint32_t bit = word_bit(af_gram_load(af_span_slice(index, test->value).data));
            index->words[bit >> 6] |= (uint64_t) 1 << (bit & 63);
            uint32_t head = af_named_head_key(af_span_slice(index, test->value));
            af_filter_note(index->filter, index->filter_words, test->ref);
            if (head != 0) {
                af_filter_note(index->filter, index->filter_words, head);
            }
            index->word_letters = test->value.len > index->word_letters ? test->value.len : index->word_letters;
        }
    }    return AF_OK;
}
