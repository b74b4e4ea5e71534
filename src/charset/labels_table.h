/*
 * charset/labels_table.h: the Encoding standard's labels; read them with af_charset_canonical.
 */
#ifndef AF_CHARSET_LABELS_TABLE_H
#define AF_CHARSET_LABELS_TABLE_H

#include <stddef.h>

typedef struct {
    const char *name;   /* canonical, lower case */
    const char *labels; /* further ones, with a space between */
} af_charset_labels_t;

extern const af_charset_labels_t af_charset_labels[]; /* name NULL at the end */

#endif
