/*
 * base/regex.h: PCRE2 behind limits. Patterns are UTF with Unicode properties; "$" means the very end.
 */
#ifndef AF_BASE_REGEX_H
#define AF_BASE_REGEX_H

#include "base/memory.h"

typedef struct af_regex af_regex_t; /* immutable, shared */

#define AF_REGEX_CASELESS 1u  /* i */
#define AF_REGEX_MULTILINE 2u /* m */
#define AF_REGEX_DOTALL 4u    /* s */
#define AF_REGEX_PARTIAL 8u   /* af_regex_may_match will be asked */

/* Compiles with JIT. AF_SYNTAX: `*at` is the byte in `pattern`, `message` (of `message_size` bytes) tells what is wrong. */
AF_MUST_USE af_status_t af_regex_compile(af_heap_t *heap, af_slice_t pattern, uint32_t flags, af_regex_t **out, size_t *at,
                                         char *message, size_t message_size);
void af_regex_destroy(af_regex_t *regex);

/* What AF_REGEX_PARTIAL would have done. Before the pattern is shared. */
void af_regex_prepare_partial(af_regex_t *regex);

/* Which bytes from 0x80 on the texts begin with that `pattern` matches at their first byte: bits of (byte - 0x80). Where that is
 * not known, all. `flags` as for compiling; the pattern is compiled for this alone. */
void af_regex_high_bytes(af_heap_t *heap, af_slice_t pattern, uint32_t flags, uint64_t bits[2]);

/* The number of the capture group of that name; 0: there is none. */
uint32_t af_regex_group(const af_regex_t *regex, const char *name);

/* Characters of the shortest text that matches, at least. */
uint32_t af_regex_least(const af_regex_t *regex);

typedef struct { size_t from, to; bool set; } af_group_t;

/* What a match needs besides the pattern: one a stream. */
typedef struct af_regex_run af_regex_run_t;
AF_MUST_USE af_status_t af_regex_run_create(af_heap_t *heap, uint32_t match_limit, af_regex_run_t **out);
void af_regex_run_destroy(af_regex_run_t *run);

/* Looks for the first match in `text` (UTF-8; invalid bytes are replaced by the caller before) at or after `from`. AF_OK:
 * found, groups[0..count) are filled (those that exist; others unset); AF_NOT_FOUND; AF_LIMIT: over the match limit, which counts
 * as no match. */
AF_MUST_USE af_status_t af_regex_match(const af_regex_t *regex, af_regex_run_t *run, af_slice_t text, size_t from,
                                       af_group_t *groups, size_t count);

/* Whether the pattern can match at a text's beginning only. */
bool af_regex_is_anchored(const af_regex_t *regex);

/* Tells whether `text`, or a text that begins with it, may match; false is certain of a pattern that is anchored. */
bool af_regex_may_match(const af_regex_t *regex, af_regex_run_t *run, af_slice_t text);

#endif
