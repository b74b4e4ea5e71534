/*
 * select/remember.c: what start tags were told to be before: on a page the same tags come again and again, and what a box is run
 * through for is read once more.
 *
 * A tag is remembered by where it lies, not by its bytes, so nothing is copied, and what was remembered is of no use any more
 * when the bytes have gone. An atom that the type alone tells is not noted; a tag with more than a few others is not remembered.
 */
#include "select/gates.h"
#include "select/index.h"

#define TAGS 128u
#define LEAST 8u  /* bytes of a tag: a shorter one has no attributes */
#define ATOMS 3u

struct af_tag_note {
    const uint8_t *bytes;
    uint32_t len, round;
    uint16_t count;
    bool quirks;
    uint32_t atoms[ATOMS];
};

void af_match_forget_tags(af_matcher_t *matcher)
{
    af_heap_release(matcher->heap, matcher->tags, TAGS * sizeof *matcher->tags);
    matcher->tags = NULL;
}

/* Where a tag is noted: by its length and some of its bytes. NULL: no memory. */
static af_tag_note_t *place_of(af_matcher_t *matcher, af_slice_t bytes)
{
    size_t last = bytes.len - LEAST;
    uint64_t hash = bytes.len;

    if (matcher->tags == NULL) {
        matcher->tags = af_heap_alloc(matcher->heap, TAGS * sizeof *matcher->tags);
        if (matcher->tags == NULL) {
            return NULL;
        }
        memset(matcher->tags, 0, TAGS * sizeof *matcher->tags);
    }
    for (size_t i = 1; i <= 4; i++) {
        hash = (hash ^ af_eight_load(bytes.data + last * i / 4)) * 0x9fb21c651e98df25u;
        hash ^= hash >> 32;
    }
    return &matcher->tags[hash % TAGS];
}

static bool is_of(const af_matcher_t *matcher, const af_tag_note_t *note, af_slice_t bytes)
{
    return note->bytes != NULL && note->round == matcher->round && note->len == bytes.len && note->quirks == matcher->quirks &&
           memcmp(note->bytes, bytes.data, bytes.len) == 0;
}

/* Puts an atom in its place among those of the tag, for which there is room. */
static void put(af_matcher_t *matcher, uint32_t atom)
{
    size_t at = matcher->atom_count++;

    for (; at > 0 && matcher->atoms[at - 1] > atom; at--) {
        matcher->atoms[at] = matcher->atoms[at - 1];
    }
    matcher->atoms[at] = atom;
}

/* False: there is no room. */
static bool recall(af_matcher_t *matcher, const af_tag_note_t *note, uint32_t name)
{
    const af_index_t *index = matcher->index;
    size_t plain = index->plain[name].count;

    if (plain + note->count > matcher->atom_capacity) {
        return false;
    }
    matcher->name = name;
    matcher->atom_count = af_gate_copy_plain(matcher, name, matcher->atoms);
    for (uint16_t i = 0; i < note->count; i++) {
        put(matcher, note->atoms[i]);
    }
    return true;
}

static void note_tag(const af_matcher_t *matcher, af_tag_note_t *note, af_slice_t bytes, uint32_t name)
{
    const af_index_t *index = matcher->index;
    size_t plain = index->plain[name].count, next = 0;
    const uint32_t *atoms = plain == 0 ? NULL : AF_AT(uint32_t, index->plain_atoms, index->plain[name].from);

    note->bytes = NULL;
    if (bytes.len > UINT32_MAX) {
        return;
    }
    *note = (af_tag_note_t){.bytes = bytes.data, .len = (uint32_t) bytes.len, .round = matcher->round, .quirks = matcher->quirks};
    for (size_t i = 0; i < matcher->atom_count; i++) {
        while (next < plain && atoms[next] < matcher->atoms[i]) {
            next++; /* it is left out: see gates.h */
        }
        if (next < plain && atoms[next] == matcher->atoms[i]) {
            next++;
        } else if (note->count == ATOMS) {
            note->bytes = NULL;
            return;
        } else {
            note->atoms[note->count++] = matcher->atoms[i];
        }
    }
}

af_status_t af_match_tag_again(af_matcher_t *matcher, const af_token_t *tag, uint32_t name, af_namespace_t space)
{
    const af_index_t *index = matcher->index;

    if (!matcher->remembers || space != AF_NS_HTML || name >= AF_TAG_COUNT || name == index->image || tag->bytes.len < LEAST) {
        return af_match_tag(matcher, tag, name, space);
    }
    af_tag_note_t *note = place_of(matcher, tag->bytes);
    if (note != NULL && is_of(matcher, note, tag->bytes) && recall(matcher, note, name)) {
        return AF_OK;
    }
    af_status_t status = af_match_tag(matcher, tag, name, space);
    if (status == AF_OK && note != NULL) {
        note_tag(matcher, note, tag->bytes, name);
    }
    return status;
}
