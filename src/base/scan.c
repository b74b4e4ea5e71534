/*
 * base/scan.c: the portable kernel, and which kernel a machine gets.
 */
#include "base/scan.h"

#if defined(__x86_64__) && !defined(AF_SCAN_PORTABLE)
#define HAVE_X86 1
#elif defined(__aarch64__) && defined(__ARM_NEON) && !defined(AF_SCAN_PORTABLE)
#define HAVE_NEON 1
#endif

static size_t find_byte(const uint8_t *data, size_t len, uint8_t c)
{
    const uint8_t *found = len == 0 ? NULL : memchr(data, c, len);

    return found == NULL ? len : (size_t) (found - data);
}

static size_t find_raw_end(const uint8_t *data, size_t len)
{
    for (size_t at = 0; at < len; at++) {
        at += find_byte(data + at, len - at, '<');
        if (at + 1 >= len || data[at + 1] == '/' || data[at + 1] == '!') {
            return at;
        }
    }
    return len;
}

const af_scan_t af_scan_portable = {"portable", find_byte, find_raw_end};

const af_scan_t *af_scan_get(size_t index)
{
    const af_scan_t *kernels[4] = {&af_scan_portable};
    size_t count = 1;

#if defined(HAVE_X86)
    kernels[count++] = &af_scan_sse2;
    if (__builtin_cpu_supports("avx2")) {
        kernels[count++] = &af_scan_avx2;
    }
#elif defined(HAVE_NEON)
    kernels[count++] = &af_scan_neon;
#endif
    return index < count ? kernels[index] : NULL;
}

const af_scan_t *af_scan_best(void)
{
#if defined(HAVE_X86)
    return __builtin_cpu_supports("avx2") ? &af_scan_avx2 : &af_scan_sse2;
#elif defined(HAVE_NEON)
    return &af_scan_neon;
#else
    return &af_scan_portable;
#endif
}
