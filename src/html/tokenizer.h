/*
 * html/tokenizer.h: HTML #tokenization over pushed bytes.
 *
 * Pull style: feed a chunk, then take tokens until AF_TOKEN_NONE. Every byte of the stream belongs to exactly one token and
 * tokens follow each other without a gap, so that tokens are also the unit in which bytes are kept or dropped. The tokens,
 * but for where text and comments are cut, do not depend on the chunking.
 */
#ifndef AF_HTML_TOKENIZER_H
#define AF_HTML_TOKENIZER_H

#include "base/memory.h"
#include "base/slice.h"

typedef enum {
    AF_TOKEN_NONE,      /* nothing complete is left in what was fed */
    AF_TOKEN_TEXT,      /* a run of characters; a reference, CR LF or "</" is never cut in two */
    AF_TOKEN_START_TAG,
    AF_TOKEN_END_TAG,
    AF_TOKEN_COMMENT,   /* may come in pieces: AF_TOKEN_CONTINUED on all but the first */
    AF_TOKEN_DOCTYPE,
    AF_TOKEN_IGNORED,   /* bytes that make nothing: "</>", "<![CDATA[" and "]]>" in foreign content, a tag cut by the end */
    AF_TOKEN_END        /* the end of the document; of no length */
} af_token_type_t;

typedef enum {
    AF_TEXT_DATA,       /* character references count */
    AF_TEXT_RCDATA,     /* character references count */
    AF_TEXT_RAWTEXT,
    AF_TEXT_SCRIPT,
    AF_TEXT_PLAINTEXT,
    AF_TEXT_CDATA
} af_text_kind_t;

/* One attribute as written. Offsets are into the token's bytes (token.bytes.data). A value without quotes or without "=" may
 * be empty. Duplicates are all here: the first of a name is the one that counts. */
typedef struct {
    uint32_t name, name_len, value, value_len;
} af_attribute_t;

#define AF_TOKEN_CONTINUED 1u  /* comment, ignored: a further piece of the token before */
#define AF_TOKEN_SELF_CLOSING 2u
#define AF_TOKEN_OVERLONG 4u   /* tag or doctype longer than the limit: here are its first bytes and the attributes that are whole
                                  in them; the rest follows as AF_TOKEN_IGNORED, AF_TOKEN_CONTINUED; its last "/" is not seen */
#define AF_TOKEN_FORCE_QUIRKS 8u
#define AF_TOKEN_UNFINISHED 16u /* comment: a further piece follows */

typedef struct {
    af_token_type_t type;
    af_text_kind_t text;        /* text */
    uint32_t flags;
    uint64_t from_pos, to_pos;  /* in the stream */
    af_slice_t bytes;           /* the token's bytes [from_pos, to_pos): text, tags, doctype; valid until the next call */
    af_slice_t name;            /* tags: the name as written (any case), within bytes (OVERLONG: a copy) */
    uint32_t tag;               /* tags: af_tag_t of names.h, AF_TAG_UNKNOWN if not in the table */
    const af_attribute_t *attributes;
    uint32_t attribute_count;
    uint64_t unasked;           /* tags: bit n: attribute n is none that was asked for; 63: nor a later one */
    const uint8_t *readable;    /* up to here bytes behind the token's may be read, whatever they are; NULL: none */
} af_token_t;

typedef struct af_tokenizer af_tokenizer_t;

/* Makes a tokenizer in the data state. `tag_limit`: bytes of one tag or doctype (longer: OVERLONG); `attribute_limit`:
 * attributes of one tag (more are not looked at). Memory from `heap`, which outlives it. AF_NOMEM, AF_LIMIT. */
AF_MUST_USE af_status_t af_tokenizer_create(af_heap_t *heap, size_t tag_limit, uint32_t attribute_limit, af_tokenizer_t **out);
void af_tokenizer_destroy(af_tokenizer_t *tokenizer);

/* Start tags so far that were not read whole: longer than the limit, or with more attributes. */
typedef struct {
    uint32_t overlong, attributes;
} af_token_cuts_t;

af_token_cuts_t af_tokenizer_cuts(const af_tokenizer_t *tokenizer);

/* Leaves every token to the states and the portable scans: for tests, which must see no difference. */
void af_tokenizer_disable_fast_path(af_tokenizer_t *tokenizer);

/* The place of an attribute's name among AF_ATTRIBUTE_BITS. */
#define AF_ATTRIBUTE_BITS 256u
static inline unsigned af_attribute_bit(uint8_t first, size_t len)
{
    return (first & 31u) << 3 | (len & 7u);
}

/* Asks for attributes by the bits of their names; without it for all. */
void af_tokenizer_want(af_tokenizer_t *tokenizer, const uint64_t names[AF_ATTRIBUTE_BITS / 64]);

/* Gives the next bytes; they are read until af_tokenizer_next has told AF_TOKEN_NONE and not after. What is unfinished then
 * is copied inside. */
void af_tokenizer_feed(af_tokenizer_t *tokenizer, const uint8_t *data, size_t len);

/* No more bytes: the following calls of next give what is left and then AF_TOKEN_END. */
void af_tokenizer_finish(af_tokenizer_t *tokenizer);

/* Whether bytes behind what was fed would be read as markup: false in raw text, and inside a comment or tag whose beginning was
 * given. What is carried is not looked at. */
bool af_tokenizer_reads_markup(const af_tokenizer_t *tokenizer);

/* Takes the next token. AF_NOMEM, AF_LIMIT: the carry could not grow; the tokenizer is of no further use. */
AF_MUST_USE af_status_t af_tokenizer_next(af_tokenizer_t *tokenizer, af_token_t *out);

/* Takes character data up to the next tag (`text`; of length 0: none, else it does not begin with NUL) and that tag, where both
 * lie whole in what was fed. `open`: the name of the current node, whose end tag is read at less cost than others if
 * it is in the table. False: nothing was taken; ask af_tokenizer_next. */
bool af_tokenizer_next_tag(af_tokenizer_t *tokenizer, uint32_t open, af_token_t *out, af_slice_t *text);

/* When all of what was fed is taken: gives back memory that what is carried does not need. */
void af_tokenizer_rest(af_tokenizer_t *tokenizer);

/* Where the next token begins. */
uint64_t af_tokenizer_pos(const af_tokenizer_t *tokenizer);

/* Goes back to the place `pos`, where a token began that lies whole in what was fed last, in the data state. */
void af_tokenizer_go_back(af_tokenizer_t *tokenizer, uint64_t pos);

/* After a start tag: which text follows (tree construction decides, HTML #parsing-html-fragments names the states).
 * AF_TEXT_RCDATA, RAWTEXT and SCRIPT end at the appropriate end tag of the last start tag. */
void af_tokenizer_set_text(af_tokenizer_t *tokenizer, af_text_kind_t kind);

/* The text that follows a start tag in HTML content, for those who read tokens without a tree: noscript's is markup to them. */
af_text_kind_t af_text_after(uint32_t tag);

/* Whether "<![CDATA[" opens a section: true while the adjusted current node is not in the HTML namespace. */
void af_tokenizer_allow_cdata(af_tokenizer_t *tokenizer, bool allow);

/* The value of attribute `name` (lower case) as written, first one counts; tells false if absent. */
bool af_token_attribute(const af_token_t *token, const char *name, af_slice_t *raw);

/* Where text may be cut in two, as an end of a chunk would cut it: at `most` bytes (fewer than it has) or as little before that
 * as can be. 0: nowhere. */
size_t af_token_cut(const af_token_t *text, size_t most);

/* Decodes character references in `raw` (attribute rules if `in_attribute`), CR LF to LF and, in attributes, NUL to U+FFFD,
 * into `out` as UTF-8 (other bytes as they are). Never longer than 2 * raw.len + 8... `capacity` bytes at most are written; the
 * length written is returned. Gives `raw` itself back through the return of af_text_needs_decoding being false. */
bool af_text_needs_decoding(af_slice_t raw);
size_t af_text_decode(af_slice_t raw, bool in_attribute, uint8_t *out, size_t capacity);

#endif
