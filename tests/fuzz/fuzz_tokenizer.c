/*
 * fuzz_tokenizer.c: the same tokens in any chunking, with the fast path and without. The first byte chooses the limits.
 */
#include "tokens.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const size_t chunks[] = {1, 7, 33, 64, 0, SIZE_MAX};
    static tokens_log_t wanted, got;

    if (len < 1) {
        return 0;
    }
    tokens_way_t way = {SIZE_MAX, false, data[0] & 1 ? 64 : 4096, data[0] & 2 ? 3 : 1024};
    log_tokens(&wanted, data + 1, len - 1, &way);
    for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
        for (int fast = 0; fast < 2; fast++) {
            way.chunk = chunks[i];
            way.fast = fast != 0;
            log_tokens(&got, data + 1, len - 1, &way);
            if (got.len != wanted.len || memcmp(got.text, wanted.text, got.len) != 0) {
                fprintf(stderr, "chunks of %zu, fast path %d:%s\nwanted:%s\n", way.chunk, fast, got.text, wanted.text);
                abort();
            }
        }
    }
    return 0;
}
