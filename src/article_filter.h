/*
 * article_filter.h: the only public header of the core.
 *
 * The core never copies or writes the document. It reads bytes and tells, in stream order, what happens to each:
 * kept, dropped, or preceded by an insertion. The host owns the bytes and does it. Chunking never changes the edits, nor what is
 * told of them and counted; but how much memory is taken and how much is held at once is a matter of chunks, and so is where
 * af_limits_t.memory is reached.
 *
 * Threads: a ruleset is immutable, usable by any number of streams, threads and forked processes at once. A stream
 * belongs to one thread at a time. There is no global state. Every destroy allows NULL. Strings are UTF-8.
 */
#ifndef ARTICLE_FILTER_H
#define ARTICLE_FILTER_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define AF_MUST_USE __attribute__((warn_unused_result))
#else
#define AF_MUST_USE
#endif

typedef enum {
    AF_OK = 0,
    AF_NOMEM,       /* the host's alloc gave NULL */
    AF_LIMIT,       /* a limit of af_limits_t was reached; an event tells which */
    AF_SYNTAX,      /* a rule, selector or pattern is wrong: see af_error_t */
    AF_NOT_FOUND,   /* no preset of that name */
    AF_UNSUPPORTED, /* a charset, type or coding that cannot be filtered: pass the response as it is */
    AF_CORRUPT,     /* a coding's data is broken or cut short */
    AF_HOST         /* the sink or writer gave a status other than AF_OK */
} af_status_t;

/* Where memory comes from. `release` may do nothing (a pool that goes as a whole); there is no realloc by design. `alloc`
 * gives memory aligned as malloc's, or NULL. `opaque` outlives every object made with it. The struct is copied. Where a
 * function takes one, NULL means malloc and free. */
typedef struct {
    void *(*alloc)(void *opaque, size_t len);
    void (*release)(void *opaque, void *block);
    void *opaque;
} af_memory_t;

/* --- Rules: compiled once, at configuration time ------------------------------------------------------------------- */

typedef struct af_builder af_builder_t; /* collects rules; one thread */
typedef struct af_ruleset af_ruleset_t; /* compiled; immutable */

/* For a person: FILE:LINE:COLUMN (from 1, in bytes), what is wrong and what is expected, the line with a place for a caret. */
typedef struct {
    char file[256], message[256], excerpt[160];
    uint32_t line, column, caret; /* caret: index of `column` in `excerpt` */
} af_error_t;

typedef enum { AF_ERROR, AF_SKIPPED, AF_WARNING } af_severity_t; /* skipped: a list line that no stream can decide */

AF_MUST_USE af_status_t af_builder_create(const af_memory_t *memory, af_builder_t **out);

/* Has `report` called for every error, skipped line and warning from now on (--check wants all, not the first). `error` is valid
 * during the call. */
void af_builder_on_report(af_builder_t *builder, void (*report)(void *opaque, af_severity_t severity, const af_error_t *error),
                          void *opaque);

/* Adds lines of the rule language or cosmetic filters; the core opens no files. `name` and `first_line` are for messages. The
 * text is copied. AF_SYNTAX: `error` (may be NULL) has the first one, and nothing of this text was added. */
AF_MUST_USE af_status_t af_builder_add_text(af_builder_t *builder, const char *text, size_t len, const char *name,
                                            uint32_t first_line, af_error_t *error);
AF_MUST_USE af_status_t af_builder_add_preset(af_builder_t *builder, const char *name, af_error_t *error);
/* Lines of all texts that were added, presets' own left out: each is counted once. rules: at least one rule came of it (some of
 * its hosts may have been skipped, which is reported); blank: with comments and headings. */
typedef struct {
    uint32_t lines, blank, rules, exceptions, skipped, errors;
} af_line_counts_t;
void af_builder_counts(const af_builder_t *builder, af_line_counts_t *out);
const char *af_preset_name(size_t index, const char **summary); /* NULL past the last; static text */

/* Compiles what was added; the builder is used up whatever comes back. The caller owns `*out`. AF_SYNTAX for what only the whole
 * shows (a rule that could match nothing but <body>, say). */
AF_MUST_USE af_status_t af_builder_compile(af_builder_t *builder, af_ruleset_t **out, af_error_t *error);
void af_builder_destroy(af_builder_t *builder);             /* only if it was never compiled */

size_t af_ruleset_count(const af_ruleset_t *rules);
const char *af_ruleset_text(const af_ruleset_t *rules, uint32_t rule);   /* as written; it and the next three live with the set */
const char *af_ruleset_origin(const af_ruleset_t *rules, uint32_t rule, uint32_t *line);    /* file name, for --explain, status */
const char *af_ruleset_label(const af_ruleset_t *rules, uint32_t rule);  /* label=, or NULL */
const char *af_ruleset_variable(const af_ruleset_t *rules, uint32_t index); /* index-th $name of templates; NULL past the end */
void af_ruleset_digest(const af_ruleset_t *rules, uint8_t out[16]);      /* same rules, same order: same digest (validators) */
void af_ruleset_destroy(af_ruleset_t *rules);                            /* after the last of its streams */

/* --- A response ----------------------------------------------------------------------------------------------------- */

typedef struct af_stream af_stream_t;

typedef enum { AF_KEEP, AF_DROP, AF_INSERT } af_edit_kind_t;
#define AF_NO_RULE UINT32_MAX

typedef struct {
    af_edit_kind_t kind;
    uint32_t rule;             /* why, or AF_NO_RULE (kept; markup or guard that no single rule asked for) */
    uint64_t from_pos, to_pos; /* keep, drop: [from_pos, to_pos) of the decoded stream, never empty; insert: equal */
    const uint8_t *data;       /* insert only; valid during the call */
    size_t len;
} af_edit_t;

typedef enum {
    AF_REMOVED, AF_UNWRAPPED, AF_STRIPPED, AF_DUPLICATE, AF_INSERTED, AF_REPAIRED, /* what was done (in report mode: would be) */
    AF_GUARDED, AF_REFUSED, AF_NO_DATE, AF_ILL_FORMED, AF_LIMIT_HIT                /* what was not, and detail says why */
} af_event_kind_t;

typedef struct {
    af_event_kind_t kind;
    uint32_t rule;
    uint64_t from_pos, to_pos; /* of the element or text; a limit of bytes held: what was; another limit: where, both the same */
    const char *detail; /* static word: the limit's, guard's or refusal's name; "" if none */
} af_event_t;

/* What the host gives. Edits come in stream order without gap or overlap, adjacent keeps of a push joined; the end of the last is
 * the frontier: bytes before it may leave, bytes after it must be held. `event` and `variable` may be NULL. No function may call
 * back into the stream, but for af_stream_place. An `edit` that is not AF_OK ends the stream: push or finish gives AF_HOST, only
 * destroy may follow. */
typedef struct {
    af_status_t (*edit)(void *opaque, const af_edit_t *edit);
    void (*event)(void *opaque, const af_event_t *event);
    const char *(*variable)(void *opaque, uint32_t index, size_t *len); /* value of af_ruleset_variable(index); NULL: unknown */
    void *opaque;
} af_sink_t;

/* A limit that is reached keeps bytes as they are (fail open), is counted and reported. In brackets the default of
 * af_options_init. */
typedef struct {
    size_t memory;        /* bytes of all allocations of a stream [256 KiB] */
    size_t hold;          /* bytes between frontier and newest byte [256 KiB] */
    size_t tag;           /* bytes of one tag [256 KiB: data: URIs are long]: a longer one is kept unmatched */
    uint32_t depth;       /* open elements [512] */
    uint32_t attributes;  /* of one tag [1,024] */
    uint32_t match_steps; /* PCRE2's match limit for one text [100,000] */
} af_limits_t;

/* feed: RSS, Atom, RDF or JSON Feed, by its first bytes; fragment: HTML that stands in the body of another page, and takes no
 * notices of its own */
typedef enum { AF_AUTO, AF_HTML, AF_FEED, AF_FRAGMENT } af_type_t;
typedef enum { AF_FILTER, AF_REPORT, AF_PREVIEW } af_mode_t; /* report: keeps, events only; preview: keeps and marks */

typedef struct {
    af_type_t type;
    af_mode_t mode;
    const char *charset;         /* the Content-Type's label, or NULL (HTML #determining-the-character-encoding) */
    const char *site, *url;      /* host for site=; the page's address; or NULL. All strings are read during create only */
    int64_t last_modified, date; /* seconds since 1970, INT64_MIN: unknown; used by rules that name them as fallback */
    af_limits_t limits;
} af_options_t;

typedef struct {
    uint64_t pushed, dropped, inserted; /* bytes */
    uint32_t removed, unwrapped, stripped, duplicates, attributions, guarded, refused, limited;
    size_t hold_peak, memory_peak;
    const char *reason, *attribution; /* static words for logs, "" if none: "limit-hold"; "inserted", "repaired", "no-date" */
} af_stats_t;

void af_options_init(af_options_t *out); /* the documented defaults */

/* Starts a response. `rules` and the sink's opaque outlive the stream; the structs are copied. Takes the same time for any number
 * of rules. AF_NOMEM, AF_UNSUPPORTED. */
AF_MUST_USE af_status_t af_stream_create(const af_ruleset_t *rules, const af_options_t *options, const af_sink_t *sink,
                                         const af_memory_t *memory, af_stream_t **out);

/* Feeds the next bytes. `data` is read during the call only; `len` may be 0. What became certain goes to the sink before the call
 * returns. AF_LIMIT, AF_NOMEM: told once; the rest is kept as it is, the stream may still be pushed and finished. */
AF_MUST_USE af_status_t af_stream_push(af_stream_t *stream, const uint8_t *data, size_t len);

/* Ends the document (HTML #the-end): decides all that is held. Called once; then only stats and destroy. Statuses as push. */
AF_MUST_USE af_status_t af_stream_finish(af_stream_t *stream);

/* What AF_PREVIEW inserts needs one style element, whose text never changes. Writes the Content-Security-Policy header value
 * [value, value + len) (one policy or a list) into `out`, with the style's hash let through and nothing else changed; at most
 * len + 96 bytes for each policy in it. Gives the length, or 0 where `capacity` is too small. af_preview_csp_hash: the source
 * expression alone ('sha256-...', static), for policies that others write. */
size_t af_preview_csp(const char *value, size_t len, char *out, size_t capacity);
const char *af_preview_csp_hash(void);

uint64_t af_stream_frontier(const af_stream_t *stream);           /* the host holds [frontier, pushed) */
/* Line and column (from 1, in bytes) of a position in a feed, for an event that was just told. 0: a page's, or it is too late. */
void af_stream_place(const af_stream_t *stream, uint64_t pos, uint64_t *line, uint64_t *column);
void af_stream_stats(const af_stream_t *stream, af_stats_t *out); /* at any time; exact for decided bytes */
void af_stream_destroy(af_stream_t *stream);                      /* at any time, also in the middle */

/* --- Content codings: edits are offsets in decoded bytes, and the host owns those ------------------------------------- */

typedef struct af_decoder af_decoder_t;
typedef enum { AF_MORE, AF_LAST } af_end_t;

/* `coding` is one RFC 9110 8.4.1 coding (gzip, deflate, br, zstd); `limit`: decoded bytes at most. AF_UNSUPPORTED, AF_NOMEM. */
AF_MUST_USE af_status_t af_decoder_create(const char *coding, uint64_t limit, const af_memory_t *memory, af_decoder_t **out);

/* Moves `*in` and lessens `*in_len` by what it read, sets `*out_len` (space on entry) to what it wrote. AF_CORRUPT, AF_LIMIT: the
 * encoded original may pass only if nothing of the response was sent yet; otherwise the response has to be cut. */
AF_MUST_USE af_status_t af_decoder_run(af_decoder_t *decoder, const uint8_t **in, size_t *in_len, uint8_t *out, size_t *out_len,
                                       af_end_t end);
void af_decoder_destroy(af_decoder_t *decoder);

/* --- For hosts that want bytes and not edits (CLI, bench, fuzzing, other servers) --------------------------------------- */

typedef struct af_writer af_writer_t; /* a stream, and the bytes its frontier has not passed */
typedef af_status_t (*af_write_t)(void *opaque, const uint8_t *data, size_t len); /* data: during the call */

/* As af_stream_create with `write` in the place of the sink's edit; `sink` (its edit is ignored) may be NULL. */
AF_MUST_USE af_status_t af_writer_create(const af_ruleset_t *rules, const af_options_t *options, const af_sink_t *sink,
                                         af_write_t write, void *opaque, const af_memory_t *memory, af_writer_t **out);
AF_MUST_USE af_status_t af_writer_push(af_writer_t *writer, const uint8_t *data, size_t len);
AF_MUST_USE af_status_t af_writer_finish(af_writer_t *writer);
const af_stream_t *af_writer_stream(const af_writer_t *writer); /* for stats and frontier */
void af_writer_destroy(af_writer_t *writer);

#endif
