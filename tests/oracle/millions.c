/*
 * millions.c: mutated documents by the million, judged in this process.
 *
 *   millions [--seed S] [--from N] [--count N] [--seconds T] [--verbs remove|unwrap|all] FILE.dat…
 *
 * The documents of html5lib's tree construction files are cut into tags and texts, changed, and given to the filter with one or two
 * rules. The DOMs of the page and of the output are built by the core's own tokenizer and tree (which tests/spec holds against
 * html5lib, and sweep.mjs against parse5); the rules are applied to the first one here, by other code than the filter's. Judged:
 * both DOMs are the same, chunks of one byte give the same bytes, a second run changes nothing. In a build with CHECK=1 the
 * second parser reads along, and ends the process where it disagrees: so documents run in a child, which is started again behind
 * the one that ended it. A document is its number and the seed: `--from N --count 1` repeats one.
 */
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../spec/dom_build.h"
#include "article_filter.h"
#include "judge_dom.h"

#define SHOWN 60

typedef struct {
    bytes_t *items;
    size_t count;
} list_t;

/* What the child tells the parent. */
typedef struct {
    uint64_t at, passed, failed, skipped, edited, aborted, runs; /* runs: of the core, over a whole document */
} shared_t;

typedef struct {
    list_t documents;
    uint64_t seed, from, count;
    double seconds;
    size_t rules; /* of the table: the first ones */
    shared_t *shared;
} job_t;

static const job_t *current_job;

/* --- numbers --------------------------------------------------------------------------------------------------------- */

typedef struct {
    uint64_t state;
} numbers_t;

static size_t below(numbers_t *numbers, size_t limit)
{
    numbers->state += 0x9e3779b97f4a7c15u;
    uint64_t x = numbers->state;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return (size_t) ((x ^ (x >> 31)) % limit);
}

/* --- documents ------------------------------------------------------------------------------------------------------- */

static void read_dat(job_t *job, const char *path)
{
    bytes_t text = {0};

    if (!read_file(path, &text)) {
        fprintf(stderr, "%s: not to be read\n", path);
        exit(2);
    }
    for (const char *at = (char *) text.data; (at = strstr(at, "#data\n")) != NULL;) {
        const char *from = at + 6, *end = strstr(from, "\n#errors"), *next = strstr(from, "\n#data\n");
        at = from;
        if (end == NULL || (next != NULL && end > next)) {
            continue;
        }
        job->documents.items = must(realloc(job->documents.items, (job->documents.count + 1) * sizeof(bytes_t)));
        bytes_t *document = &job->documents.items[job->documents.count++];
        *document = (bytes_t){0};
        put(document, from, (size_t) (end - from));
    }
    free(text.data);
}

static const char *const tags[] = {
    "a", "b", "i", "nobr", "font", "p", "div", "span", "table", "tbody", "tr", "td", "th", "caption", "colgroup", "col", "select",
    "option", "optgroup", "template", "svg", "math", "foreignObject", "desc", "title", "mi", "mtext", "annotation-xml", "li", "dd",
    "dt", "ul", "dl", "h1", "h2", "form", "button", "input", "textarea", "pre", "listing", "applet", "object", "body", "html", "head",
    "frameset", "frame", "noscript", "iframe", "xmp", "plaintext", "script", "style", "br", "hr", "img", "ruby", "rt", "rp", "rb",
    "a", "b", "i", "p", "div", "table", "td", "tr", "em", "u",
};
static const char *const texts[] = {
    "x", " ", "\n", "&", "&l", "t;", "<", "/", "\r", "\n\n", "&#", "65;", "", " y ", "]]>", "-->", "&notin", "\xc3\xa9", "<!-- c -->",
    "<![CDATA[d]]>", "\r\n", "<?p>", "<!doctype html>",
};
#define PICK(numbers, array) ((array)[below((numbers), sizeof(array) / sizeof *(array))])

/* Where the piece of a document that begins at `at` ends: a tag, a comment, text. */
static size_t piece_end(const bytes_t *text, size_t at)
{
    size_t end = at + 1;

    if (text->data[at] == '<') {
        while (end < text->len && text->data[end] != '>' && text->data[end] != '<') {
            end++;
        }
        return end + (end < text->len && text->data[end] == '>');
    }
    while (end < text->len && text->data[end] != '<') {
        end++;
    }
    return end;
}

static void cut(const bytes_t *text, list_t *pieces)
{
    for (size_t at = 0, end; at < text->len; at = end) {
        end = piece_end(text, at);
        pieces->items = must(realloc(pieces->items, (pieces->count + 1) * sizeof(bytes_t)));
        pieces->items[pieces->count] = (bytes_t){0};
        put(&pieces->items[pieces->count++], text->data + at, end - at);
    }
}

static void release_list(list_t *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].data);
    }
    free(list->items);
    *list = (list_t){0};
}

static void insert_piece(list_t *pieces, size_t at, const bytes_t *piece)
{
    pieces->items = must(realloc(pieces->items, (pieces->count + 1) * sizeof(bytes_t)));
    memmove(pieces->items + at + 1, pieces->items + at, (pieces->count - at) * sizeof(bytes_t));
    pieces->items[at] = (bytes_t){0};
    put(&pieces->items[at], piece->data, piece->len);
    pieces->count++;
}

static void erase_piece(list_t *pieces, size_t at)
{
    free(pieces->items[at].data);
    memmove(pieces->items + at, pieces->items + at + 1, (pieces->count - at - 1) * sizeof(bytes_t));
    pieces->count--;
}

static void put_tag(numbers_t *numbers, bytes_t *out)
{
    static const char *const forms[] = {"<%s>", "<%s>", "</%s>", "</%s>", "<%s class=c>", "<%s class=d>", "<%s class=k>", "<%s/>"};
    char text[64];

    snprintf(text, sizeof text, PICK(numbers, forms), PICK(numbers, tags));
    put_text(out, text);
}

/* One change of a kind that trees care about. */
static void change(numbers_t *numbers, list_t *pieces, const list_t *other)
{
    size_t at = below(numbers, pieces->count + 1), to = below(numbers, pieces->count + 1);
    bytes_t piece = {0};

    switch (below(numbers, 10)) {
    case 0:
        if (at < pieces->count) {
            erase_piece(pieces, at);
        }
        return;
    case 1: case 2:
        if (at < pieces->count) {
            put(&piece, pieces->items[at].data, pieces->items[at].len);
            insert_piece(pieces, to, &piece);
        }
        break;
    case 3:
        if (other->count > 0) {
            insert_piece(pieces, at, &other->items[below(numbers, other->count)]);
        }
        break;
    case 4:
        if (at < pieces->count && pieces->items[at].len > 1) {
            pieces->items[at].len = 1 + below(numbers, pieces->items[at].len - 1);
        }
        break;
    case 5: {
        const char *text = PICK(numbers, texts);
        put(&piece, text, text[0] == 0 ? 1 : strlen(text));
        insert_piece(pieces, at, &piece);
        break;
    }
    default:
        put_tag(numbers, &piece);
        insert_piece(pieces, at, &piece);
        break;
    }
    free(piece.data);
}

/* What a second html or body tag adds to the first is beyond what a stream can judge. */
static void plain_roots(bytes_t *piece)
{
    if (piece->len > 6 && piece->data[0] == '<' && (strncasecmp((char *) piece->data + 1, "html", 4) == 0 ||
                                                   strncasecmp((char *) piece->data + 1, "body", 4) == 0)) {
        piece->len = 5;
        put_text(piece, ">");
    }
}

static void mutate(const job_t *job, numbers_t *numbers, bytes_t *out)
{
    list_t pieces = {0}, other = {0};

    cut(&job->documents.items[below(numbers, job->documents.count)], &pieces);
    cut(&job->documents.items[below(numbers, job->documents.count)], &other);
    while (pieces.count > 40) {
        erase_piece(&pieces, below(numbers, pieces.count));
    }
    for (size_t count = 1 + below(numbers, 8); count > 0; count--) {
        change(numbers, &pieces, &other);
    }
    clear(out);
    for (size_t i = 0; i < pieces.count; i++) {
        plain_roots(&pieces.items[i]);
        put(out, pieces.items[i].data, pieces.items[i].len);
    }
    release_list(&pieces);
    release_list(&other);
}

/* --- rules ----------------------------------------------------------------------------------------------------------- */

static const judge_rule_t rules_of_all[] = {
    {'r', "b"}, {'r', "i"}, {'r', "a"}, {'r', "p"}, {'r', "div"}, {'r', "span"}, {'r', "table"}, {'r', "tbody"}, {'r', "tr"},
    {'r', "td"}, {'r', "li"}, {'r', "select"}, {'r', "option"}, {'r', "svg"}, {'r', "math"}, {'r', "template"}, {'r', "nobr"},
    {'r', "font"}, {'r', "form"}, {'r', "button"}, {'r', "br"}, {'r', "desc"}, {'r', "title"}, {'r', "style"}, {'r', "script"},
    {'r', "mi"}, {'r', "caption"}, {'r', "colgroup"}, {'r', "col"}, {'r', "h1"}, {'r', "pre"}, {'r', "object"}, {'r', "frame"},
    {'r', ".c"}, {'r', ".c"}, {'r', ".c"}, {'r', ".c"}, {'r', ".d"}, {'r', "b"}, {'r', "p"}, {'r', "a"}, {'r', "ruby"},
    {'u', ".d"}, {'u', "b"}, {'u', "i"}, {'u', "a"}, {'u', "p"}, {'u', "div"}, {'u', "span"}, {'u', "font"}, {'u', "li"},
    {'u', "nobr"}, {'u', "form"}, {'u', "pre"}, {'u', "h1"},
    {'p', ".k"}, {'p', "b"}, {'p', "td"}, {'p', "p"}, {'p', "tbody"}, {'p', "span"},
    {'k', ".k"}, {'k', "p"}, {'k', "b"}, {'k', "td"}, {'k', "div"},
};
#define RULES (sizeof rules_of_all / sizeof *rules_of_all)
#define REMOVE_RULES 42u
#define UNWRAP_RULES 61u

static af_ruleset_t *compile(const judge_rule_t *const *rules, size_t count)
{
    af_builder_t *builder = NULL;
    af_ruleset_t *set = NULL;
    bool right = af_builder_create(NULL, &builder) == AF_OK;
    char line[64];

    for (size_t i = 0; right && i < count; i++) {
        judge_write_rule(rules[i], line, sizeof line);
        right = af_builder_add_text(builder, line, strlen(line), "-", 1, NULL) == AF_OK;
    }
    if (!right || af_builder_compile(builder, &set, NULL) != AF_OK) {
        abort();
    }
    return set;
}

/* Compiled once for each pair. */
static const af_ruleset_t *ruleset(size_t first, size_t second)
{
    static af_ruleset_t *sets[RULES][RULES];
    const judge_rule_t *const pair[] = {&rules_of_all[first], &rules_of_all[second]};

    if (sets[first][second] == NULL) {
        sets[first][second] = compile(pair, first == second ? 1 : 2);
    }
    return sets[first][second];
}

/* A rule of the first `limit` that has something on the page, most often. */
static size_t draw(numbers_t *numbers, size_t limit, const bytes_t *page)
{
    size_t rule = below(numbers, limit);

    for (int i = 0; i < 8; i++, rule = below(numbers, limit)) {
        const char *what = rules_of_all[rule].what, *at = (char *) page->data;
        const char *found = what[0] == '.' ? strstr(at, "class=") : strcasestr(at, what);
        if (found > at && (what[0] == '.' ? found[6] == what[1] : found[-1] == '<')) {
            break;
        }
    }
    return rule;
}

/* --- the filter ------------------------------------------------------------------------------------------------------ */

static af_status_t on_output(void *opaque, const uint8_t *data, size_t len)
{
    put(opaque, data, len);
    return AF_OK;
}

/* False: a limit was hit. */
static bool filter(const af_ruleset_t *rules, const bytes_t *in, size_t chunk, bytes_t *out)
{
    af_options_t options;
    af_writer_t *writer = NULL;
    af_stats_t stats;
    bool well = true;

    af_options_init(&options);
    options.type = AF_HTML;
    clear(out);
    if (af_writer_create(rules, &options, NULL, on_output, out, NULL, &writer) != AF_OK) {
        abort();
    }
    current_job->shared->runs++;
    for (size_t at = 0; at < in->len;) {
        size_t len = chunk < in->len - at ? chunk : in->len - at;
        well = af_writer_push(writer, in->data + at, len) == AF_OK && well;
        at += len;
    }
    well = af_writer_finish(writer) == AF_OK && well;
    af_stream_stats(af_writer_stream(writer), &stats);
    af_writer_destroy(writer);
    return well && stats.limited == 0;
}

/* --- judging --------------------------------------------------------------------------------------------------------- */

typedef struct {
    const judge_rule_t *rules[2];
    size_t rule_count;
    bytes_t page, out, other, want, got;
} case_t;

static void tell(const job_t *job, const case_t *c, uint64_t number, const char *why)
{
    char line[64];

    if (job->shared->failed + job->shared->aborted > SHOWN) {
        return;
    }
    printf("FAIL %llu: %s:", (unsigned long long) number, why);
    for (size_t i = 0; i < c->rule_count; i++) {
        judge_write_rule(c->rules[i], line, sizeof line);
        printf(" %s%s", line, i + 1 < c->rule_count ? " ;" : "\n");
    }
    show("page", c->page.data, c->page.len);
    show("out", c->out.data, c->out.len);
    if (strcmp(why, "DOM") == 0) {
        judge_show_difference(&c->want, &c->got);
    } else {
        show("other", c->other.data, c->other.len);
    }
    fflush(stdout);
}

/* The output has changed once more: `out` is its DOM. Where the rules pick something in it, as `keep` does where what it picked was
 * in a removed element, the second output is judged as the first was. */
static const char *judge_second_run(case_t *c, run_t *out)
{
    run_t second = {0};
    const char *why = NULL;

    dom_build(&second, &c->other, SIZE_MAX);
    judge_apply(out->document, out->tree_quirks, c->rules, c->rule_count);
    clear(&c->want);
    judge_dump(out->document, out->tree_quirks, &c->want);
    if (same_bytes(&c->want, &c->got)) {
        why = "second run";
    } else {
        clear(&c->got);
        judge_dump(second.document, second.tree_quirks, &c->got);
        if (!same_bytes(&c->want, &c->got)) {
            why = judge_reachable(out->document, out->tree_quirks, &c->want) ? "second run" : "";
        }
    }
    dom_free(second.document);
    return why;
}

/* NULL: as it should be; "": no HTML text has the DOM. */
static const char *judge(case_t *c, const af_ruleset_t *rules)
{
    run_t page = {0}, out = {0};
    const char *why = NULL;

    if (!filter(rules, &c->page, SIZE_MAX, &c->out)) {
        return "";
    }
    dom_build(&page, &c->page, SIZE_MAX);
    dom_build(&out, &c->out, SIZE_MAX);
    judge_apply(page.document, page.tree_quirks, c->rules, c->rule_count);
    clear(&c->want);
    clear(&c->got);
    judge_dump(page.document, page.tree_quirks, &c->want);
    judge_dump(out.document, out.tree_quirks, &c->got);
    if (page.wrong != NULL || out.wrong != NULL) {
        why = "DOM not built";
    } else if (!same_bytes(&c->want, &c->got)) {
        why = judge_reachable(page.document, page.tree_quirks, &c->want) ? "DOM" : "";
    } else if (filter(rules, &c->page, 1, &c->other) && !same_bytes(&c->out, &c->other)) {
        why = "chunks of one byte";
    } else if (filter(rules, &c->out, SIZE_MAX, &c->other) && !same_bytes(&c->out, &c->other)) {
        why = judge_second_run(c, &out);
    }
    dom_free(page.document);
    dom_free(out.document);
    return why;
}

static case_t current; /* for the handler of abort() */

static void on_abort(int signal)
{
    (void) signal;
    current_job->shared->aborted++;
    tell(current_job, &current, current_job->shared->at, "aborted");
    _exit(1);
}

static void run_one(job_t *job, uint64_t number)
{
    numbers_t numbers = {job->seed * 0x100000001b3u + number * 0x2545f4914f6cdd1du};
    shared_t *shared = job->shared;

    mutate(job, &numbers, &current.page);
    size_t first = draw(&numbers, job->rules, &current.page);
    size_t second = below(&numbers, 2) == 0 ? first : draw(&numbers, job->rules, &current.page);
    current.rules[0] = &rules_of_all[first];
    current.rules[1] = &rules_of_all[second];
    current.rule_count = first == second ? 1 : 2;
    clear(&current.out);
    const char *why = judge(&current, ruleset(first, second));
    if (why == NULL) {
        shared->passed++;
        shared->edited += !same_bytes(&current.page, &current.out);
    } else if (why[0] == '\0') {
        shared->skipped++;
    } else {
        tell(job, &current, number, why);
        shared->failed++;
    }
}

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

static void run_child(job_t *job, double until)
{
    current_job = job;
    signal(SIGABRT, on_abort);
    signal(SIGSEGV, on_abort);
    while (job->shared->at < job->from + job->count && (job->seconds <= 0 || seconds() < until)) {
        run_one(job, job->shared->at);
        job->shared->at++;
    }
    exit(0);
}

static void read_arguments(job_t *job, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;
        if (strcmp(argv[i], "--seed") == 0 && more) {
            job->seed = strtoull(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "--from") == 0 && more) {
            job->from = strtoull(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "--count") == 0 && more) {
            job->count = strtoull(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "--seconds") == 0 && more) {
            job->seconds = strtod(argv[++i], NULL);
        } else if (strcmp(argv[i], "--verbs") == 0 && more) {
            i++;
            job->rules = strcmp(argv[i], "remove") == 0 ? REMOVE_RULES : strcmp(argv[i], "unwrap") == 0 ? UNWRAP_RULES : RULES;
        } else {
            read_dat(job, argv[i]);
        }
    }
}

int main(int argc, char **argv)
{
    job_t job = {.seed = 1, .count = 10000000, .rules = RULES};
    double began = seconds();

    read_arguments(&job, argc, argv);
    if (job.documents.count == 0) {
        puts("skipped: no documents\n0 passed, 0 failed, 1 skipped");
        return 0;
    }
    job.shared = mmap(NULL, sizeof(shared_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (job.shared == MAP_FAILED) {
        return 2;
    }
    job.shared->at = job.from;
    for (int status = 1; status != 0; job.shared->at += status != 0) {
        fflush(stdout);
        pid_t child = fork();
        if (child == 0) {
            run_child(&job, began + job.seconds);
        }
        if (child < 0 || waitpid(child, &status, 0) < 0) {
            return 2;
        }
    }
    const shared_t *shared = job.shared;
    double took = seconds() - began;
    printf("%llu documents, %llu runs of the core, %llu with edits, %llu ended the process; %.0f a second\n",
           (unsigned long long) (shared->at - job.from), (unsigned long long) shared->runs,
           (unsigned long long) shared->edited, (unsigned long long) shared->aborted,
           (double) (shared->at - job.from) / (took > 0 ? took : 1));
    printf("%llu passed, %llu failed, %llu skipped\n", (unsigned long long) shared->passed,
           (unsigned long long) (shared->failed + shared->aborted), (unsigned long long) shared->skipped);
    return shared->failed + shared->aborted > 0;
}
