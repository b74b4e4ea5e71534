/*
 * cli/sightings.h: names (#id, .class) of elements, and what was seen of them in the pages that were read.
 */
#ifndef AF_CLI_SIGHTINGS_H
#define AF_CLI_SIGHTINGS_H

#include <stdbool.h>

#include "base/slice.h"

/* Of one name. Evidence is that of the elements with this name, whatever page they are in. */
typedef struct {
    char *name;               /* ".class" or "#id" */
    uint32_t pages, elements; /* that have it */
    uint32_t last_page;       /* from 1 */
    uint32_t same_text;       /* pages with the first one's text */
    uint64_t text_hash;
    size_t text_len;          /* the longest */
    bool holds_article;       /* a heading of the page, or most of its text, is in one */
    bool holds_rights;        /* a copyright sign or a sentence of rights */
    bool in_article;          /* one is inside of article or main */
    const char *phrase, *vendor; /* static; NULL: none */
    char sample[80];
    size_t page, from, to;    /* the first one's place */
} af_sighting_t;

typedef struct {
    af_sighting_t *items;
    size_t count, capacity;
    uint32_t *slots;          /* index + 1 by hash; 0: free */
    size_t slot_count;        /* a power of two */
    uint32_t pages;
    bool failed;              /* no memory */
} af_sightings_t;

/* Adds what a page shows. */
void af_sightings_read(af_sightings_t *sightings, af_slice_t page);
void af_sightings_free(af_sightings_t *sightings);

#endif
