/* Made by tools/gen-charref from the table of HTML 13.5. */
#ifndef AF_HTML_CHARREF_TABLE_H
#define AF_HTML_CHARREF_TABLE_H

#include <stdint.h>

#define AF_CHARREF_COUNT 2231u

/* Names without "&", one after the other, sorted by bytes; where each begins; the one or two characters of each. */
extern const char af_charref_names[];
extern const uint16_t af_charref_offsets[AF_CHARREF_COUNT + 1];
extern const uint32_t af_charref_values[AF_CHARREF_COUNT][2];

#endif
