/*
 * fuzz_tokenizer.c: the same tokens in any chunking, with the fast path and without.
 *
 * The first byte: bits 0 and 1 the limits, the rest the chunks: of the bytes as they come in one piece, each way with two cuts.
 */
#include "fuzz.h"
#include "tokens.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const size_t chunks[] = {1, 7, 33, 64, 0, 2, 3, 5};
    static tokens_log_t wanted, got;

    if (len < 1) {
        return 0;
    }
    tokens_way_t way = {SIZE_MAX, false, data[0] & 1 ? 64 : 4096, data[0] & 2 ? 3 : 1024};
    log_tokens(&wanted, data + 1, len - 1, &way);
    for (size_t i = 0; i < 3; i++) {
        way.chunk = i == 0 ? SIZE_MAX : chunks[(data[0] >> 2) % (sizeof chunks / sizeof *chunks)];
        way.fast = i != 1;
        log_tokens(&got, data + 1, len - 1, &way);
        if (got.len != wanted.len || memcmp(got.text, wanted.text, got.len) != 0) {
            fprintf(stderr, "chunks of %zu, fast path %d:%s\nwanted:%s\n", way.chunk, way.fast, got.text, wanted.text);
            abort();
        }
    }
    return 0;
}
