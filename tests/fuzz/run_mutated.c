/*
 * run_mutated.c: a target's main function for numbers: runs inputs of a corpus, mutated blindly, without counting what they reach.
 *
 *     run_mutated RUNS SEED MAX_LEN FOLDER FAILED [DICTIONARY]
 *
 * A run is its number and the seed, so that it can be had again. Without libFuzzer's instrumentation and bookkeeping a run takes a
 * third of the time; the corpus is what libFuzzer found. The input that failed is written to FAILED.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "fuzz.h"

#define MOST 65536u

__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void) argc;
    (void) argv;
    return 0;
}

/* Targets that do not count have none. */
extern uint64_t fuzz_core_runs __attribute__((weak));

/* A target's own mutator, and what it asks of libFuzzer. */
__attribute__((weak)) size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t len, size_t max, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t len, size_t max);

typedef struct {
    fuzz_bytes_t *items;
    size_t count, capacity;
} list_t;

static list_t corpus, words;
static uint64_t state, number, seed;
static uint8_t input[MOST];
static size_t input_len;
static const char *failed_path;

/* SplitMix64. */
static uint64_t next(void)
{
    uint64_t z = state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static size_t below(size_t limit)
{
    return limit == 0 ? 0 : (size_t) (next() % limit);
}

static void add(list_t *list, const void *data, size_t len)
{
    if (list->count == list->capacity) {
        list->capacity = 2 * list->capacity + 64;
        list->items = realloc(list->items, list->capacity * sizeof *list->items);
        CHECK(list->items != NULL);
    }
    list->items[list->count] = (fuzz_bytes_t) {0};
    fuzz_put(&list->items[list->count++], data, len);
}

static size_t read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t len = file == NULL ? 0 : fread(input, 1, sizeof input, file);

    if (file != NULL) {
        fclose(file);
    }
    return len;
}

static int by_bytes(const void *a, const void *b)
{
    const fuzz_bytes_t *is = a, *other = b;
    int order = memcmp(is->data, other->data, is->len < other->len ? is->len : other->len);

    return order != 0 ? order : is->len < other->len ? -1 : is->len > other->len;
}

static void read_corpus(const char *folder, size_t max)
{
    DIR *dir = opendir(folder);
    char path[4096];

    CHECK(dir != NULL);
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        size_t len = read_file(path);
        if (len > 0 && len <= max) {
            add(&corpus, input, len);
        }
    }
    closedir(dir);
    CHECK(corpus.count > 0);
    qsort(corpus.items, corpus.count, sizeof *corpus.items, by_bytes); /* a folder has no order */
}

static void read_words(const char *path)
{
    FILE *file = fopen(path, "r");
    char line[512];
    uint8_t word[512];

    CHECK(file != NULL);
    while (fgets(line, sizeof line, file) != NULL) {
        const char *at = strchr(line, '"'), *end = strrchr(line, '"');
        size_t len = 0;
        for (at = line[0] == '#' || at == NULL ? end : at + 1; at != NULL && at < end; at++) {
            if (*at == '\\' && at[1] == 'x') {
                word[len++] = (uint8_t) strtoul((char[]) {at[2], at[3], 0}, NULL, 16);
                at += 3;
            } else {
                at += *at == '\\';
                word[len++] = (uint8_t) *at;
            }
        }
        if (len > 0) {
            add(&words, word, len);
        }
    }
    fclose(file);
}

/* --- mutations --------------------------------------------------------------------------------------------------------- */

/* Puts `count` bytes of `from` in the place of `gone` ones at `at`. */
static size_t put(uint8_t *data, size_t len, size_t max, size_t at, size_t gone, const uint8_t *from, size_t count)
{
    count = count < max - (len - gone) ? count : max - (len - gone);
    memmove(data + at + count, data + at + gone, len - at - gone);
    memcpy(data + at, from, count);
    return len - gone + count;
}

static size_t put_part(uint8_t *data, size_t len, size_t max, const fuzz_bytes_t *of, size_t at)
{
    uint8_t part[256];
    size_t from = below(of->len), count = 1 + below(of->len - from < 64 ? of->len - from : 64);

    memcpy(part, of->data + from, count);
    return put(data, len, max, at, next() % 2 == 0 ? 0 : below(len - at + 1 < count ? len - at + 1 : count), part, count);
}

static size_t put_own(uint8_t *data, size_t len, size_t max, size_t at)
{
    fuzz_bytes_t own = {data, len, len};

    return len == 0 ? 0 : put_part(data, len, max, &own, at);
}

static size_t mutate_once(uint8_t *data, size_t len, size_t max)
{
    size_t at = below(len + 1), left = len - at;
    uint8_t byte = (uint8_t) next();

    switch (next() % 10) {
    case 0:
        return put(data, len, max, at, left > 0, &byte, 1);
    case 1:
        return put(data, len, max, at, 0, &byte, 1);
    case 2: case 3:
        return put(data, len, max, at, below((left < 32 ? left : 32) + 1), &byte, 0);
    case 4: case 5: case 6:
        if (words.count > 0) {
            const fuzz_bytes_t *word = &words.items[below(words.count)];
            return put(data, len, max, at, next() % 2 == 0 || left < word->len ? 0 : word->len, word->data, word->len);
        }
        return put_own(data, len, max, at);
    case 7:
        return put_own(data, len, max, at);
    default:
        return put_part(data, len, max, &corpus.items[below(corpus.count)], at);
    }
}

size_t LLVMFuzzerMutate(uint8_t *data, size_t len, size_t max)
{
    for (uint64_t times = 1 + next() % 5; times > 0; times--) {
        len = mutate_once(data, len, max);
    }
    return len;
}

static void make_input(size_t max)
{
    const fuzz_bytes_t *item;

    state = seed * 0xd1342543de82ef95u + number;
    item = &corpus.items[below(corpus.count)];
    memcpy(input, item->data, item->len);
    input_len = item->len;
    if (LLVMFuzzerCustomMutator != NULL) {
        input_len = LLVMFuzzerCustomMutator(input, input_len, max, (unsigned) next());
    } else {
        input_len = LLVMFuzzerMutate(input, input_len, max);
    }
}

/* --- runs ---------------------------------------------------------------------------------------------------------------- */

static uint64_t core_runs(void)
{
    return &fuzz_core_runs == NULL ? number : fuzz_core_runs;
}

static void on_signal(int signal_number)
{
    char text[256];
    int file = open(failed_path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    int len = snprintf(text, sizeof text, "failed at run %llu of seed %llu (signal %d), %llu of the core\n",
                       (unsigned long long) number, (unsigned long long) seed, signal_number, (unsigned long long) core_runs());

    if (file < 0 || write(file, input, input_len) < 0 || write(STDOUT_FILENO, text, (size_t) len) < 0) {
        _exit(3);
    }
    _exit(1);
}

int main(int argc, char **argv)
{
    static const int signals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM};

    if (argc < 6) {
        fprintf(stderr, "usage: %s RUNS SEED MAX_LEN FOLDER FAILED [DICTIONARY]\n", argv[0]);
        return 2;
    }
    uint64_t runs = strtoull(argv[1], NULL, 10);
    size_t max = strtoul(argv[3], NULL, 10);
    seed = strtoull(argv[2], NULL, 10);
    max = max < MOST ? max : MOST;
    failed_path = argv[5];
    read_corpus(argv[4], max);
    if (argc > 6) {
        read_words(argv[6]);
    }
    LLVMFuzzerInitialize(&argc, &argv);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        signal(signals[i], on_signal);
    }
    double began = fuzz_seconds(CLOCK_MONOTONIC);
    for (number = 0; number < runs; number++) {
        if (number % 256 == 0) {
            alarm(60);
        }
        make_input(max);
        LLVMFuzzerTestOneInput(input, input_len);
    }
    printf("%llu runs of %zu inputs, %llu of the core, seed %llu, %.0f a second\n", (unsigned long long) runs, corpus.count,
           (unsigned long long) core_runs(), (unsigned long long) seed, (double) runs / (fuzz_seconds(CLOCK_MONOTONIC) - began));
    return 0;
}
