/* Made by tools/gen-presets from rules/. */
#ifndef AF_RULES_PRESET_TABLE_H
#define AF_RULES_PRESET_TABLE_H

#include <stddef.h>

typedef struct {
    const char *name, *summary, *text;
} af_preset_t;

#define AF_PRESET_COUNT 42u

extern const af_preset_t af_presets[AF_PRESET_COUNT];

#endif
