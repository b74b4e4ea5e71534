/*
 * html/tokenizer_internal.h: what the files of the tokenizer share.
 *
 * A scanner looks at the window: the bytes from the token's first one on, either in the host's chunk or in the carry. It gives
 * the token's length, or 0 where more bytes have to come; then it is called again on a longer window that begins the same, and
 * goes on at `at`. No scanner keeps a pointer.
 */
#ifndef AF_HTML_TOKENIZER_INTERNAL_H
#define AF_HTML_TOKENIZER_INTERNAL_H

#include "base/ascii.h"
#include "base/scan.h"
#include "html/names.h"
#include "html/tokenizer.h"

#define END_NAME_MAX 16u
#define QUICK_ATTRIBUTES 63u /* of a tag that the quick ways take: each has a bit of its own */

typedef enum {
    TAG_NONE, /* not in a tag */
    TAG_NAME, TAG_BEFORE_NAME, TAG_ATTRIBUTE, TAG_AFTER_NAME, TAG_BEFORE_VALUE, TAG_DOUBLE, TAG_SINGLE, TAG_UNQUOTED,
    TAG_AFTER_VALUE, TAG_SLASH
} tag_state_t;

typedef enum { REST_NONE, REST_COMMENT, REST_BOGUS, REST_TAG, REST_DOCTYPE } rest_t;

typedef enum { SCRIPT_PLAIN, SCRIPT_ESCAPED, SCRIPT_DOUBLE } script_state_t;

struct af_tokenizer {
    af_heap_t *heap;
    size_t tag_limit;
    uint32_t attribute_limit;
    const uint8_t *chunk;
    size_t chunk_len, chunk_at;
    bool finished, ended;
    uint64_t pos; /* of the window's first byte */

    uint8_t *carry;
    size_t carry_capacity, carry_at, carry_len;
    bool carry_scanned; /* what is carried was looked at and is not enough */

    const af_scan_t *scan;
    bool fast; /* the quick ways may be tried */
    uint64_t names[AF_ATTRIBUTE_BITS / 64]; /* of attributes that were asked for */

    af_text_kind_t kind;
    bool cdata_allowed;
    rest_t rest; /* the token given last goes on */
    uint8_t end_name[END_NAME_MAX];
    size_t end_name_len; /* 0: no appropriate end tag */
    uint32_t last_tag;   /* of the last start tag, where end_name does not have it yet; AF_TAG_UNKNOWN: it has */
    script_state_t script;
    uint32_t dashes; /* of script data, before the window */

    tag_state_t state;
    size_t at, name_len, name_at;
    bool self_closing, left_out; /* an attribute beyond the limit was passed */
    af_token_cuts_t cuts;
    uint64_t cuts_to; /* tags that begin before it were counted */
    af_attribute_t *attributes;
    size_t attribute_capacity;
    size_t attribute_room; /* of a tag that the quick ways take: as many as there is room for */
    uint32_t attribute_count;
    af_attribute_t attribute; /* the one being read */
    af_status_t status;
};

typedef struct {
    const uint8_t *data;
    size_t len;
    bool last; /* nothing comes after it */
} af_window_t;

static inline bool af_is_alpha(uint8_t c)
{
    return (uint8_t) ((c | 0x20) - 'a') < 26;
}

/* Tells whether `data` begins with `word` (lower case) in any ASCII case; `*more`: it is too short to know. */
bool af_window_begins(const uint8_t *data, size_t len, const char *word, size_t word_len, bool *more);

/* tokenizer_tag: the window begins with "<" or "</" and a letter, or is inside a tag. */
size_t af_scan_tag(af_tokenizer_t *t, const af_window_t *window, af_token_t *out);

/* Notes that the start tag `token` is the one whose end tag is appropriate. */
void af_tokenizer_remember(af_tokenizer_t *t, af_slice_t name);
static inline void af_tokenizer_started(af_tokenizer_t *t, const af_token_t *token)
{
    t->last_tag = token->tag;
    if (token->tag == AF_TAG_UNKNOWN) {
        af_tokenizer_remember(t, token->name);
    }
}

/* tokenizer_fast: takes the next token in the data state; false: it is left to the states. */
bool af_scan_fast(af_tokenizer_t *t, af_token_t *out);

/* tokenizer_text: RCDATA, RAWTEXT, script data, PLAINTEXT, CDATA; sets out->type. */
size_t af_scan_text(af_tokenizer_t *t, const af_window_t *window, af_token_t *out);

/* Of `len` bytes of text at the window's end, those that may be cut off: not within a reference or before the LF of CR. */
size_t af_text_cut(const af_window_t *window, size_t len, bool references);

/* tokenizer_script: how much of the window is script text; `*end`: there an end tag begins; 0 and not end: more is needed. */
size_t af_scan_script(af_tokenizer_t *t, const af_window_t *window, bool *end);

/* Whether an appropriate end tag begins here ("</" seen or not): yes, no or unknown without more bytes. */
typedef enum { END_NO, END_YES, END_UNKNOWN } af_end_tag_t;
af_end_tag_t af_scan_end_tag(const af_tokenizer_t *t, const uint8_t *data, size_t len, bool last);

/* tokenizer_markup: the window begins with "<!", "<?" or "</" without a letter, or is inside a comment. */
size_t af_scan_markup(af_tokenizer_t *t, const af_window_t *window, af_token_t *out);

#endif
