/*
 * base/scan.h: runs that hold none of a few bytes, crossed as fast as the machine can.
 *
 * A kernel is a file with a table of these functions; all tables give the same answers. No function reads outside
 * [data, data + len).
 */
#ifndef AF_BASE_SCAN_H
#define AF_BASE_SCAN_H

#include "base/slice.h"

typedef struct {
    const char *name; /* for tests and benches */

    /* Where the first byte `c` is; len if there is none. */
    size_t (*byte)(const uint8_t *data, size_t len, uint8_t c);

    /* Where text of RCDATA, RAWTEXT or script data may end or change its state: the first "<" before "/" or "!", or a "<"
     * that is the last byte; len if there is none. */
    size_t (*raw_end)(const uint8_t *data, size_t len);
} af_scan_t;

/* The fastest kernel that this machine can run. Cheap: asked once a stream. */
const af_scan_t *af_scan_best(void);

/* All kernels that this machine can run, from 0, the portable one first; NULL past the last. */
const af_scan_t *af_scan_get(size_t index);

/* The kernels; only those of the machine's architecture exist. */
extern const af_scan_t af_scan_portable, af_scan_sse2, af_scan_avx2, af_scan_neon;

#endif
