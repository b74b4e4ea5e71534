/*
 * run_files.c: a target's main function without a fuzzer: runs the files that are named, or that stdin has (one input).
 *
 * For compilers that know no libFuzzer, for AFL++, for time and coverage without sanitizers. Prints a count as tests do.
 */
#include "fuzz.h"

__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void) argc;
    (void) argv;
    return 0;
}

/* A target's own mutator asks for libFuzzer's. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t len, size_t max);

size_t LLVMFuzzerMutate(uint8_t *data, size_t len, size_t max)
{
    (void) data;
    (void) max;
    return len;
}

static bool run_file(FILE *file)
{
    fuzz_bytes_t input = {0};
    uint8_t block[4096];
    size_t got;

    while ((got = fread(block, 1, sizeof block, file)) > 0) {
        fuzz_put(&input, block, got);
    }
    fuzz_put(&input, "", 0);
    bool read = ferror(file) == 0;
    /* A block of its own length, so that a sanitizer sees what is read behind it. */
    uint8_t *exact = malloc(input.len + (input.len == 0));
    CHECK(exact != NULL);
    memcpy(exact, input.data, input.len);
    LLVMFuzzerTestOneInput(exact, input.len);
    free(exact);
    free(input.data);
    return read;
}

int main(int argc, char **argv)
{
    int passed = 0, failed = 0;

    LLVMFuzzerInitialize(&argc, &argv);
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        bool done = file != NULL && run_file(file);
        if (file != NULL) {
            fclose(file);
        }
        passed += done;
        failed += !done;
    }
    if (argc == 1) {
        passed += run_file(stdin);
    }
    printf("%d passed, %d failed, 0 skipped\n", passed, failed);
    return failed > 0;
}
