/*
 * fuzz_rewrite.c: any page with any rules, in any chunks.
 *
 * Input: five bytes (chunks, limits, mode, two numbers of rule lines below), rule lines of its own instead of those, a line "%%",
 * the page. Sets of rules are kept: compiling one takes a hundred times as long as a page, one of all presets ten thousand times.
 * Checked:
 * - edits cover the page once, in order; in chunks, and without the fast paths, every byte has the same fate, every event is told
 *   again, in the same order, and every count is the same but those of memory and of bytes held;
 * - the output is not longer than the input allows;
 * - rules that name no place of an element change nothing in their own output (a sample);
 * - with an allocation that fails, everything is given back and nothing else is dropped (a sample);
 * - it takes no longer than a hang is defined to be.
 */
#include "base/memory.h"
#include "fuzz.h"
#include "rewrite/rewriter.h"

uint64_t fuzz_core_runs;

size_t LLVMFuzzerMutate(uint8_t *data, size_t len, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t len, size_t max, unsigned seed);

enum { CHUNKS, LIMITS, MODE, LINE, LINE_TOO, HEAD };

/* Rules that any page may have something for. The first BY_TAG judge an element by its own tag. */
#define BY_TAG 19
static const char *const lines[] = {
    "", "remove b", "remove p", "remove i", "remove div", "remove table", "remove td", "remove a", "remove span", "remove .c", "remove #x",
    "remove select", "remove svg *", "remove template", "remove li", "remove h1", "remove script", "remove style", "remove form",
    "unwrap b", "unwrap div", "unwrap p", "unwrap a", "unwrap span", "unwrap li", "unwrap svg", "unwrap font",
    "remove p:last-child", "remove b:empty", "remove div:has(b)", "remove p + p", "remove i:nth-child(2n+1)", "remove a > b",
    "remove :only-child", "remove p text=/a/", "remove b text=/^$/ max=9", "remove td:first-child", "remove *:nth-of-type(2)",
    "remove div text=/a.*b/s", "remove tr", "remove tbody", "remove nobr:last-of-type", "remove math", "remove head *",
    "keep article", "keep p", "keep td", "keep b", "strip /a/", "strip /<|&/", "strip /[a-c]+ / in=p", "strip /^x/ in=b",
    "dedupe p", "dedupe b", "dedupe li", "dedupe td text=/a/", "protect b", "protect .k", "protect td", "protect p",
    "attribution \"(c) {year} The Press.\" match=/\\(c\\) (?<year>\\d*) ?The Press\\./ when=/a.?b/ date=response max=40",
    "attribution \"(c) {year} The Press.\" when=/^<|[^a]x/ in=div at=after date=response max=20\nremove b text=/^a/",
    "remove div links=50", "remove ul min-links=1", "remove section heading=/^a/i", "remove p text=/{title}/",
    "attribution \"From The Example Press, {year}. All rights reserved.\"",
    "attribution \"From The Example Press, {year}. All rights reserved.\" in=article at=start",
    "attribution \"From The Example Press, {date}, $host.\" in=p at=after date=response", "attribution auto",
    "remove .c text=/x/\nprotect #k\nunwrap i", "remove div > p:nth-last-child(1)", "remove p:not(:has(b))", "remove :named(share*)",
    "remove frameset", "remove frame", "remove caption", "remove colgroup", "remove option", "remove button", "remove ruby > rt",
    "attribution \"(c) {year} Wire Agency. All rights reserved.\" in=.s also=meta,json-ld",
    "attribution \"(c) {year} Wire Agency. All rights reserved.\" in=.s when=/\\(WIRE\\)/",
    "remove section heading=/^(?!.{0,20}timeline)/i max=2000", "keep .k", "remove figure > p:has(~ figcaption)",
    "remove .a links=50% min-links=2", "remove div:has(.ad)\nremove li:has(+ b .ad)\nremove template:has(.off)",
    "unwrap nobr\nunwrap table\nunwrap td", "remove button\nunwrap form\nprotect i", "lift .c\nremove .d", "unwrap select\nunwrap option",
};
#define LINES (sizeof lines / sizeof *lines)

/* Sets that take long to make. They stand alone, behind the pairs of lines in the number of the first. */
static const char *const presets[] = {
    "preset share", "preset comments", "preset related", "preset newsletter\npreset captions", "preset community\npreset app-nag",
    "preset attribution/ap", "preset comments\npreset community\npreset newsletter\npreset share\npreset related\npreset captions\npreset app-nag",
};
#define PRESETS (sizeof presets / sizeof *presets)

typedef struct {
    af_ruleset_t *rules; /* NULL: they do not compile */
    char *text;
    bool by_tag;         /* each rule judges an element by its own tag */
    bool inserts;        /* attribution: what is inserted is not bounded by the page */
} set_t;

/* Neighbours of one kind, rule and, where inserted, place, joined: so that cutting tells nothing. */
typedef struct {
    uint64_t from_pos, to_pos;
    size_t len; /* inserted bytes */
    uint32_t rule;
    af_edit_kind_t kind;
} piece_t;

typedef struct {
    uint64_t from_pos, to_pos;
    uint32_t rule, detail;
    af_event_kind_t kind;
} seen_t;

/* What came out. The three last are kept from run to run. */
typedef struct {
    const uint8_t *in;
    size_t in_len;
    uint64_t pos;
    bool limited;
    fuzz_bytes_t out, pieces, events;
    af_stats_t stats;
} run_t;

typedef struct {
    const set_t *set;
    af_options_t options;
    const af_fragment_t *fragment;
    uint8_t chunks;
    bool plain; /* without the fast paths */
    fuzz_memory_t *memory;
} way_t;

/* --- rules ------------------------------------------------------------------------------------------------------------- */

static af_ruleset_t *compile(const char *text)
{
    af_builder_t *builder;
    af_ruleset_t *rules = NULL;

    CHECK(af_builder_create(NULL, &builder) == AF_OK);
    if (af_builder_add_text(builder, text, strlen(text), "fuzz", 1, NULL) != AF_OK) {
        af_builder_destroy(builder);
        return NULL;
    }
    return af_builder_compile(builder, &rules, NULL) == AF_OK ? rules : NULL;
}

static void fill(set_t *set, char *text, bool by_tag)
{
    free(set->text);
    af_ruleset_destroy(set->rules);
    set->text = text;
    set->rules = compile(text);
    set->by_tag = by_tag;
    set->inserts = strstr(text, "attribution") != NULL || strstr(text, "preset") != NULL;
}

/* The rules of two lines, or of a few presets. */
static const set_t *rules_of_head(const uint8_t *head)
{
    static set_t sets[LINES * LINES + PRESETS];
    size_t first = head[LINE] % (LINES + PRESETS), second = head[LINE_TOO] % LINES;
    set_t *set = &sets[first < LINES ? first * LINES + second : LINES * LINES + first - LINES];
    fuzz_bytes_t all = {0};

    if (set->text == NULL) {
        const char *line = first < LINES ? lines[first] : presets[first - LINES];
        fuzz_put(&all, line, strlen(line));
        fuzz_put(&all, "\n", 1);
        fuzz_put(&all, lines[second], first < LINES ? strlen(lines[second]) : 0);
        fill(set, (char *) all.data, first < BY_TAG && second < BY_TAG);
    }
    return set;
}

/* The rules that an input brings along. */
static const set_t *rules_of_text(const uint8_t *text, size_t len)
{
    static set_t sets[256];
    set_t *set = &sets[fuzz_hash(text, len) % (sizeof sets / sizeof *sets)];

    if (set->text == NULL || strlen(set->text) != len || memcmp(set->text, text, len) != 0) {
        fuzz_bytes_t all = {0};
        fuzz_put(&all, text, len);
        fill(set, (char *) all.data, false);
    }
    return set;
}

/* --- a run ------------------------------------------------------------------------------------------------------------- */

static af_status_t on_edit(void *opaque, const af_edit_t *edit)
{
    run_t *run = opaque;
    bool inserts = edit->kind == AF_INSERT;
    piece_t piece, *last = run->pieces.len == 0 ? NULL : (piece_t *) (void *) (run->pieces.data + run->pieces.len) - 1;

    CHECK(edit->from_pos == run->pos && (inserts ? edit->to_pos == edit->from_pos : edit->to_pos > edit->from_pos));
    CHECK(edit->to_pos <= run->in_len && (!inserts || edit->len > 0));
    memset(&piece, 0, sizeof piece);
    piece.from_pos = edit->from_pos;
    piece.to_pos = edit->to_pos;
    piece.len = inserts ? edit->len : 0;
    piece.rule = edit->kind == AF_KEEP ? 0 : edit->rule;
    piece.kind = edit->kind;
    if (last != NULL && last->kind == piece.kind && last->rule == piece.rule && last->to_pos == piece.from_pos) {
        last->to_pos = piece.to_pos;
        last->len += piece.len;
    } else {
        fuzz_put(&run->pieces, &piece, sizeof piece);
    }
    if (inserts) {
        fuzz_put(&run->out, edit->data, edit->len);
    } else if (edit->kind == AF_KEEP) {
        fuzz_put(&run->out, run->in + edit->from_pos, (size_t) (edit->to_pos - edit->from_pos));
    }
    run->pos = edit->to_pos;
    return AF_OK;
}

static void on_event(void *opaque, const af_event_t *event)
{
    run_t *run = opaque;
    seen_t seen;

    CHECK(event->from_pos <= event->to_pos && event->to_pos <= run->in_len && event->detail != NULL);
    memset(&seen, 0, sizeof seen);
    seen.from_pos = event->from_pos;
    seen.to_pos = event->to_pos;
    seen.rule = event->rule;
    seen.detail = fuzz_hash((const uint8_t *) event->detail, strlen(event->detail));
    seen.kind = event->kind;
    fuzz_put(&run->events, &seen, sizeof seen);
    run->limited = run->limited || event->kind == AF_LIMIT_HIT;
}

static const char *variable(void *opaque, uint32_t index, size_t *len)
{
    static const char value[] = "<h\"&1>";

    (void) opaque;
    *len = sizeof value - 1;
    return index % 2 == 0 ? value : NULL;
}

static void push_all(af_rewriter_t *rewriter, run_t *run, const way_t *way)
{
    fuzz_chunks_t chunks = {.how = way->chunks};
    af_status_t status = AF_OK;

    for (size_t at = 0, len; at < run->in_len; at += len) {
        len = fuzz_chunk(&chunks, run->in_len - at);
        uint8_t *block = fuzz_lend(run->in + at, len);
        status = af_rewriter_push(rewriter, block, len);
        CHECK(status != AF_HOST && (status != AF_NOMEM || way->memory != NULL));
        fuzz_take_back(block, len);
        CHECK(af_rewriter_frontier(rewriter) == run->pos && run->pos <= at + len);
        run->limited = run->limited || status != AF_OK;
    }
    status = af_rewriter_finish(rewriter);
    CHECK(status != AF_HOST && run->pos == run->in_len);
    run->limited = run->limited || status != AF_OK;
}

static void run_page(run_t *run, const uint8_t *in, size_t len, const way_t *way)
{
    const af_sink_t sink = {on_edit, on_event, variable, run};
    const af_memory_t hooks = {fuzz_alloc, fuzz_release, way->memory};
    af_heap_t heap;
    af_rewriter_t *rewriter;
    af_stats_t stats;

    run->in = in;
    run->in_len = len;
    run->pos = 0;
    run->limited = false;
    run->out.len = run->pieces.len = run->events.len = 0;
    memset(&run->stats, 0, sizeof run->stats);
    run->stats.reason = run->stats.attribution = "";
    fuzz_put(&run->out, "", 0);
    fuzz_put(&run->pieces, "", 0);
    af_heap_init(&heap, way->memory == NULL ? NULL : &hooks, way->options.limits.memory);
    af_status_t status = af_rewriter_create(way->set->rules, &way->options, way->fragment, &sink, &heap, &rewriter);
    CHECK(status == AF_OK || status == AF_NOMEM || status == AF_LIMIT);
    if (status == AF_OK) {
        fuzz_core_runs++;
        if (way->plain) {
            af_rewriter_disable_fast_paths(rewriter);
        }
        push_all(rewriter, run, way);
        af_rewriter_stats(rewriter, &stats);
        CHECK(stats.pushed == len);
        run->limited = run->limited || stats.limited > 0 || stats.reason[0] != '\0';
        run->stats = stats;
        af_rewriter_destroy(rewriter);
    } else {
        run->limited = true;
    }
    CHECK(heap.used == 0);
}

/* --- what must hold ------------------------------------------------------------------------------------------------------ */

static void tell_events(const char *name, const run_t *run)
{
    fprintf(stderr, "events %s:\n", name);
    for (const seen_t *seen = (const seen_t *) (void *) run->events.data; (const uint8_t *) seen < run->events.data + run->events.len; seen++) {
        fprintf(stderr, "%d rule %u [%llu,%llu) %08x\n", (int) seen->kind, (unsigned) seen->rule, (unsigned long long) seen->from_pos,
                (unsigned long long) seen->to_pos, (unsigned) seen->detail);
    }
}

/* Those that only one of the two has. */
static void tell_pieces(const char *what, const run_t *run, const run_t *other)
{
    const piece_t *at = (const piece_t *) (void *) run->pieces.data, *end = at + run->pieces.len / sizeof *at;
    const piece_t *its = (const piece_t *) (void *) other->pieces.data, *its_end = its + other->pieces.len / sizeof *its;

    fprintf(stderr, "pieces %s:\n", what);
    for (; at < end; at++) {
        const piece_t *same = its;
        while (same < its_end && memcmp(same, at, sizeof *at) != 0) {
            same++;
        }
        if (same == its_end) {
            fprintf(stderr, "%d rule %d [%u,%u) %zu\n", (int) at->kind, (int) at->rule, (unsigned) at->from_pos, (unsigned) at->to_pos,
                    at->len);
        }
    }
}

static void tell(const way_t *way, const run_t *wanted, const run_t *got)
{
    fuzz_show("rules", (const uint8_t *) way->set->text, strlen(way->set->text));
    fuzz_show("page", wanted->in, wanted->in_len);
    fprintf(stderr, "chunks %u, plain %d, mode %d, hold %zu, tag %zu, depth %u, attributes %u, fragment %d\n", way->chunks, way->plain,
            (int) way->options.mode, way->options.limits.hold, way->options.limits.tag, (unsigned) way->options.limits.depth,
            (unsigned) way->options.limits.attributes, way->fragment == NULL ? -1 : (int) way->fragment->markup);
    fuzz_show("wanted", wanted->out.data, wanted->out.len);
    fuzz_show("got", got->out.data, got->out.len);
    tell_events("wanted", wanted);
    tell_events("got", got);
    tell_pieces("wanted", wanted, got);
    tell_pieces("got", got, wanted);
}

static void tell_stats(const char *name, const af_stats_t *stats)
{
    fprintf(stderr, "stats %s: dropped %llu, inserted %llu, removed %u, unwrapped %u, stripped %u, duplicates %u, attributions %u, "
            "guarded %u, refused %u, limited %u, reason \"%s\", attribution \"%s\"\n", name, (unsigned long long) stats->dropped,
            (unsigned long long) stats->inserted, stats->removed, stats->unwrapped, stats->stripped, stats->duplicates,
            stats->attributions, stats->guarded, stats->refused, stats->limited, stats->reason, stats->attribution);
}

/* How much memory was taken, and how much was held at once, is a matter of chunks. */
static bool same_stats(const af_stats_t *a, const af_stats_t *b)
{
    return a->dropped == b->dropped && a->inserted == b->inserted && a->removed == b->removed && a->unwrapped == b->unwrapped &&
           a->stripped == b->stripped && a->duplicates == b->duplicates && a->attributions == b->attributions &&
           a->guarded == b->guarded && a->refused == b->refused && a->limited == b->limited && strcmp(a->reason, b->reason) == 0 &&
           strcmp(a->attribution, b->attribution) == 0;
}

static void compare(const way_t *way, const run_t *wanted)
{
    static run_t got;

    run_page(&got, wanted->in, wanted->in_len, way);
    bool same = fuzz_same(&wanted->out, &got.out) && fuzz_same(&wanted->pieces, &got.pieces) && fuzz_same(&wanted->events, &got.events);
    bool counted = same_stats(&wanted->stats, &got.stats);
    if (!same || !counted) {
        tell(way, wanted, &got);
        tell_stats("wanted", &wanted->stats);
        tell_stats("got", &got.stats);
    }
    CHECK(same && counted);
}

static void check_again(const way_t *way, const run_t *first)
{
    static run_t again;

    run_page(&again, first->out.data, first->out.len, way);
    if (!again.limited && !fuzz_same(&first->out, &again.out)) {
        tell(way, first, &again);
        CHECK(fuzz_same(&first->out, &again.out));
    }
}

/* Whether each byte that `run` dropped is one that `whole` dropped. */
static bool drops_no_more(const run_t *run, const run_t *whole)
{
    const piece_t *is = (const piece_t *) (void *) run->pieces.data, *is_end = is + run->pieces.len / sizeof *is;
    const piece_t *was = (const piece_t *) (void *) whole->pieces.data, *was_end = was + whole->pieces.len / sizeof *was;

    for (; is < is_end; is++) {
        while (was < was_end && was->to_pos <= is->from_pos) {
            was++;
        }
        for (const piece_t *at = was; is->kind == AF_DROP && at < was_end && at->from_pos < is->to_pos; at++) {
            if (at->kind == AF_KEEP) {
                return false;
            }
        }
    }
    return true;
}

/* Bytes of markup that was put in. A notice may not come where memory fails, and what it kept from being put elsewhere is. */
static size_t moved(const run_t *run)
{
    size_t len = 0;

    for (size_t at = 0; at < run->pieces.len; at += sizeof(piece_t)) {
        const piece_t *piece = (const piece_t *) (void *) (run->pieces.data + at);
        len += piece->kind == AF_INSERT && piece->rule == AF_NO_RULE ? piece->len : 0;
    }
    return len;
}

static void check_failing(const way_t *way, const run_t *whole, uint32_t random)
{
    static run_t run;
    fuzz_memory_t memory = {0};
    way_t failing = *way;

    failing.memory = &memory;
    run_page(&run, whole->in, whole->in_len, &failing);
    size_t calls = memory.calls;
    CHECK(memory.blocks == 0);
    memory = (fuzz_memory_t) {.fail_at = 1 + random % (calls + 1)};
    run_page(&run, whole->in, whole->in_len, &failing);
    CHECK(memory.blocks == 0);
    if (run.pos > 0 && moved(&run) <= moved(whole) && !drops_no_more(&run, whole)) {
        fprintf(stderr, "allocation %zu of %zu fails\n", memory.fail_at, calls);
        tell(&failing, whole, &run);
        CHECK(drops_no_more(&run, whole));
    }
}

static void read_limits(const uint8_t *head, af_options_t *options)
{
    static const size_t holds[] = {256u << 10, 256u << 10, 200, 2000}, tags[] = {256u << 10, 256u << 10, 64, 256};

    af_options_init(options);
    options->type = AF_HTML;
    options->date = options->last_modified = 1700000000;
    options->site = "www.example.org";
    options->mode = head[MODE] % 8 == 1 ? AF_REPORT : AF_FILTER;
    options->charset = head[MODE] % 8 == 2 ? "windows-1252" : head[MODE] % 8 == 3 ? "shift_jis" : head[MODE] % 8 == 4 ? "utf-8" : NULL;
    options->limits.memory = (size_t) 1 << 30;
    options->limits.hold = holds[head[LIMITS] & 3];
    options->limits.tag = tags[head[LIMITS] >> 2 & 3];
    options->limits.depth = (head[LIMITS] & 16) != 0 ? 12 : 512;
    options->limits.attributes = (head[LIMITS] & 32) != 0 ? 3 : 1024;
}

static const af_fragment_t *fragment_of(const uint8_t *head)
{
    static const af_fragment_t fragments[] = {{.markup = AF_FRAGMENT_HTML, .takes_notices = true}, {.markup = AF_FRAGMENT_XML}};

    return head[MODE] % 8 >= 6 ? &fragments[head[MODE] % 2] : NULL;
}

/* Without sanitizers an input is compared one way, one of four both: its neighbours are compared the other way. */
enum { CHUNKED = 1, PLAIN = 2 };
static bool chosen(uint32_t random, uint32_t way)
{
#ifdef FUZZ_SANITIZED
    (void) random;
    return way != 0;
#else
    static const uint32_t ways[] = {CHUNKED, CHUNKED, PLAIN, CHUNKED | PLAIN};
    return (ways[random >> 16 & 3] & way) != 0;
#endif
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    fuzz_keep_code();
    if (len < HEAD) {
        return 0;
    }
    const uint8_t *text = data + HEAD, *page = memmem(text, len - HEAD, "\n%%\n", 4), *end = data + len;
    if (memchr(text, 0, page == NULL ? 0 : (size_t) (page - text)) != NULL) {
        return -1;
    }
    size_t text_len = page == NULL ? 0 : (size_t) (page - text);
    page = page == NULL ? text : page + 4;
    way_t way = {.set = text_len == 0 ? rules_of_head(data) : rules_of_text(text, text_len), .fragment = fragment_of(data)};
    if (way.set->rules == NULL) {
        return -1;
    }
    read_limits(data, &way.options);
    size_t page_len = (size_t) (end - page);
    static run_t whole;
    IN_TIME(page_len > 65536 ? 10 : FUZZ_MAX_SECONDS, run_page(&whole, page, page_len, &way));
    CHECK(way.set->inserts || whole.out.len <= 2 * page_len + 64);
    way_t other = way;
    uint32_t random = fuzz_hash(data, len);
    other.chunks = data[CHUNKS] == 0 ? 1 : data[CHUNKS];
    if (chosen(random, CHUNKED)) {
        compare(&other, &whole);
    }
    other.plain = true;
    other.chunks = data[CHUNKS] % 3 == 0 ? 0 : other.chunks;
    if (chosen(random, PLAIN)) {
        compare(&other, &whole);
    }
    if (way.set->by_tag && !whole.limited && way.options.mode == AF_FILTER && random % 4 == 0) {
        check_again(&way, &whole);
    }
    if (random % 8 == 1) {
        check_failing(&other, &whole, random >> 3);
    }
    return 0;
}

/* Mostly the page is changed, and what decides how it is run stays; rules of its own hardly ever. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t len, size_t max, unsigned seed)
{
    if (len < HEAD || max <= HEAD) {
        return LLVMFuzzerMutate(data, len, max);
    }
    if (seed % 8 == 0) {
        data[seed / 8 % HEAD] = (uint8_t) (seed >> 16);
    }
    uint8_t *split = memmem(data + HEAD, len - HEAD, "\n%%\n", 4);
    if (seed % 4096 == 1 && split != NULL) {
        return LLVMFuzzerMutate(data, len, max);
    }
    size_t skip = split == NULL ? HEAD : (size_t) (split + 4 - data);
    return skip >= max ? len : skip + LLVMFuzzerMutate(data + skip, len - skip, max - skip);
}
