/*
 * cli/sightings.c: pages read for names of elements that repeat.
 *
 * Elements are followed by their tags, as a person reads them: this only proposes, and the filter, which builds the tree, judges
 * each proposal afterwards.
 */
#include "cli/sightings.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "html/names.h"
#include "html/tokenizer.h"

#define DEPTH 512u
#define NAMES 8u        /* of an element */
#define NAME_MAX 64u    /* bytes; longer ones are hashes of builds */
#define MOST_TEXT 30u   /* per cent of the page's text: an element with more holds the article */

static const char *const phrases[] = {
    "join the conversation", "leave a comment", "post a comment", "view comments", "show comments", "comments", "newsletter",
    "sign up", "in your inbox", "subscribe", "follow us", "share this", "share on", "tweet", "copy link", "related stories",
    "related articles", "read next", "read more", "more from", "recommended for you", "most read", "most popular", "trending",
    "advertisement", "sponsored", "you may also like", "download our app", "support our journalism", "donate"
};

static const char *const vendors[] = {
    "viafoura", "disqus", "coral", "openweb", "spot-im", "spotim", "hyvor", "fb-comments", "commento", "insticator", "taboola",
    "outbrain", "revcontent", "mgid", "addthis", "sharethis", "addtoany", "shareaholic", "mailchimp", "mc4wp", "piano",
    "tinypass", "onesignal", "jetpack", "sharedaddy", "jp-relatedposts"
};

static const char *const rights[] = {"\xc2\xa9", "&copy;", "all rights reserved", "creative commons", "(photo by", "photo:"};

typedef struct {
    uint32_t tag;
    size_t from_pos, text_from;
    size_t names[NAMES];
    uint32_t name_count;
    bool holds_heading;
    const char *vendor;
} open_t;

typedef struct {
    af_sightings_t *all;
    open_t *stack;
    size_t depth;
    char *text;           /* of the page, spaces joined, lower case */
    size_t text_len;
    uint32_t articles;    /* open article and main elements */
} reading_t;

static uint64_t hash_of(const char *text, size_t len)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ (uint8_t) text[i]) * 0x100000001b3u;
    }
    return hash ^ (hash >> 29);
}

static const char *find_any(const char *text, size_t len, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (memmem(text, len, words[i], strlen(words[i])) != NULL) {
            return words[i];
        }
    }
    return NULL;
}

/* --- Names ------------------------------------------------------------------------------------------------------------------ */

static bool grow(af_sightings_t *all)
{
    size_t capacity = all->capacity == 0 ? 256 : 2 * all->capacity;
    af_sighting_t *items = realloc(all->items, capacity * sizeof *items);
    uint32_t *slots = calloc(4 * capacity, sizeof *slots);

    all->items = items != NULL ? items : all->items;
    if (items == NULL || slots == NULL) {
        free(slots);
        all->failed = true;
        return false;
    }
    free(all->slots);
    all->slots = slots;
    all->slot_count = 4 * capacity;
    all->capacity = capacity;
    for (size_t i = 0; i < all->count; i++) {
        size_t at = hash_of(items[i].name, strlen(items[i].name)) & (all->slot_count - 1);
        while (slots[at] != 0) {
            at = (at + 1) & (all->slot_count - 1);
        }
        slots[at] = (uint32_t) i + 1;
    }
    return true;
}

/* The index of a name; SIZE_MAX: no memory. */
static size_t sighting_of(af_sightings_t *all, char sign, af_slice_t name)
{
    char text[NAME_MAX + 2];
    size_t len = name.len + 1;

    text[0] = sign;
    memcpy(text + 1, name.data, name.len);
    text[len] = '\0';
    if (all->count == all->capacity && !grow(all)) {
        return SIZE_MAX;
    }
    size_t at = hash_of(text, len) & (all->slot_count - 1);
    for (; all->slots[at] != 0; at = (at + 1) & (all->slot_count - 1)) {
        if (strcmp(all->items[all->slots[at] - 1].name, text) == 0) {
            return all->slots[at] - 1;
        }
    }
    af_sighting_t sighting = {.name = strdup(text)};
    if (sighting.name == NULL) {
        all->failed = true;
        return SIZE_MAX;
    }
    all->items[all->count] = sighting;
    all->slots[at] = (uint32_t) ++all->count;
    return all->count - 1;
}

/* A name that a person gave: letters, hyphens, a few digits, and no number of an item. */
static bool is_usable(af_slice_t name)
{
    size_t digits = 0, letters = 0;

    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = af_fold(name.data[i]);
        bool letter = c >= 'a' && c <= 'z', digit = c >= '0' && c <= '9';
        if (!letter && !digit && c != '-' && c != '_') {
            return false;
        }
        letters += letter;
        digits += digit;
    }
    return letters >= 3 && digits <= 2 && name.len <= NAME_MAX && !(name.data[0] >= '0' && name.data[0] <= '9') &&
           name.data[0] != '-';
}

static void add_name(reading_t *reading, open_t *element, char sign, af_slice_t name)
{
    if (element->name_count < NAMES && is_usable(name)) {
        size_t index = sighting_of(reading->all, sign, name);
        if (index != SIZE_MAX) {
            element->names[element->name_count++] = index;
        }
    }
}

static void add_names(reading_t *reading, open_t *element, const af_token_t *token)
{
    af_slice_t value;

    if (af_token_attribute(token, "id", &value)) {
        add_name(reading, element, '#', value);
    }
    if (!af_token_attribute(token, "class", &value)) {
        return;
    }
    for (size_t at = 0; at < value.len;) {
        size_t from = at;
        while (at < value.len && !af_is_space(value.data[at])) {
            at++;
        }
        if (at > from) {
            add_name(reading, element, '.', (af_slice_t){value.data + from, at - from});
        }
        at++;
    }
}

/* --- Elements --------------------------------------------------------------------------------------------------------------- */

static bool is_article(uint32_t tag)
{
    return tag == AF_TAG_ARTICLE || tag == AF_TAG_MAIN;
}

static void note(reading_t *reading, const open_t *element, af_sighting_t *seen, size_t to_pos)
{
    const char *text = reading->text + element->text_from;
    size_t len = reading->text_len - element->text_from;
    uint64_t hash = hash_of(text, len);
    const char *phrase = len <= 1000 ? find_any(text, len, phrases, sizeof phrases / sizeof *phrases) : NULL;

    seen->elements++;
    if (seen->pages == 0) {
        seen->text_hash = hash;
        seen->page = reading->all->pages - 1;
        seen->from = element->from_pos;
        seen->to = to_pos;
        snprintf(seen->sample, sizeof seen->sample, "%.*s", (int) (len < 79 ? len : 79), text);
    }
    if (seen->last_page != reading->all->pages) {
        seen->last_page = reading->all->pages;
        seen->pages++;
        seen->same_text += hash == seen->text_hash;
    }
    seen->text_len = len > seen->text_len ? len : seen->text_len;
    seen->phrase = seen->phrase != NULL ? seen->phrase : phrase;
    seen->vendor = seen->vendor != NULL ? seen->vendor : element->vendor;
    seen->vendor = seen->vendor != NULL ? seen->vendor : find_any(seen->name, strlen(seen->name), vendors,
                                                                   sizeof vendors / sizeof *vendors);
    seen->holds_article = seen->holds_article || element->holds_heading;
    seen->holds_rights = seen->holds_rights || find_any(text, len, rights, sizeof rights / sizeof *rights) != NULL;
    seen->in_article = seen->in_article || reading->articles > 0;
}

static void close_top(reading_t *reading, size_t to_pos)
{
    const open_t element = reading->stack[--reading->depth];

    reading->articles -= is_article(element.tag) && reading->articles > 0;
    for (uint32_t i = 0; i < element.name_count; i++) {
        note(reading, &element, &reading->all->items[element.names[i]], to_pos);
    }
    if (reading->depth > 0) {
        open_t *outer = &reading->stack[reading->depth - 1];
        outer->holds_heading = outer->holds_heading || element.holds_heading || element.tag == AF_TAG_H1 ||
                               is_article(element.tag);
        outer->vendor = outer->vendor != NULL ? outer->vendor : element.vendor;
    }
}


static const char *vendor_of(const af_token_t *token)
{
    static const char *const places[] = {"src", "href", "id", "class"};
    af_slice_t value;

    for (size_t i = 0; i < 4; i++) {
        const char *vendor = af_token_attribute(token, places[i], &value)
            ? find_any((const char *) value.data, value.len, vendors, sizeof vendors / sizeof *vendors) : NULL;
        if (vendor != NULL) {
            return vendor;
        }
    }
    return NULL;
}

static void open_element(reading_t *reading, af_tokenizer_t *tokenizer, const af_token_t *token)
{
    const char *vendor = vendor_of(token);

    if (af_text_after(token->tag) != AF_TEXT_DATA) {
        af_tokenizer_set_text(tokenizer, af_text_after(token->tag));
    }
    if (af_tag_is_void(token->tag) || reading->depth == DEPTH) {
        if (reading->depth > 0 && vendor != NULL) {
            reading->stack[reading->depth - 1].vendor = vendor;
        }
        return;
    }
    open_t *element = &reading->stack[reading->depth++];
    *element = (open_t){.tag = token->tag, .from_pos = (size_t) token->from_pos, .text_from = reading->text_len,
                        .vendor = vendor};
    add_names(reading, element, token);
    reading->articles += is_article(token->tag);
}

static void close_element(reading_t *reading, const af_token_t *token)
{
    size_t at = reading->depth;

    while (at > 0 && reading->stack[at - 1].tag != token->tag) {
        at--;
    }
    while (at > 0 && reading->depth >= at) {
        close_top(reading, (size_t) token->to_pos);
    }
}

static void add_text(reading_t *reading, af_slice_t text)
{
    for (size_t i = 0; i < text.len; i++) {
        bool space = text.data[i] <= 0x20;
        if (!space || (reading->text_len > 0 && reading->text[reading->text_len - 1] != ' ')) {
            reading->text[reading->text_len++] = space ? ' ' : (char) af_fold(text.data[i]);
        }
    }
}

/* Elements with much of the page's text hold the article. */
static void judge_shares(reading_t *reading)
{
    for (size_t i = 0; i < reading->all->count; i++) {
        af_sighting_t *seen = &reading->all->items[i];
        if (seen->last_page == reading->all->pages && seen->text_len * 100 > reading->text_len * MOST_TEXT) {
            seen->holds_article = true;
        }
    }
}

void af_sightings_read(af_sightings_t *sightings, af_slice_t page)
{
    af_heap_t heap;
    af_tokenizer_t *tokenizer = NULL;
    reading_t reading = {.all = sightings, .stack = malloc(DEPTH * sizeof *reading.stack), .text = malloc(page.len + 1)};

    sightings->pages++;
    af_heap_init(&heap, NULL, 0);
    if (reading.stack == NULL || reading.text == NULL ||
        af_tokenizer_create(&heap, page.len + 1, 256, &tokenizer) != AF_OK) {
        sightings->failed = true;
        goto done;
    }
    af_token_t token = {.type = AF_TOKEN_NONE};
    af_tokenizer_feed(tokenizer, page.data, page.len);
    for (bool finished = false; !sightings->failed && token.type != AF_TOKEN_END;) {
        if (af_tokenizer_next(tokenizer, &token) != AF_OK) {
            break;
        }
        if (token.type == AF_TOKEN_NONE && !finished) {
            af_tokenizer_finish(tokenizer);
            finished = true;
        } else if (token.type == AF_TOKEN_START_TAG) {
            open_element(&reading, tokenizer, &token);
        } else if (token.type == AF_TOKEN_END_TAG) {
            close_element(&reading, &token);
        } else if (token.type == AF_TOKEN_TEXT && token.text == AF_TEXT_DATA) {
            add_text(&reading, token.bytes);
        }
    }
    while (reading.depth > 0) {
        close_top(&reading, page.len);
    }
    judge_shares(&reading);
done:
    af_tokenizer_destroy(tokenizer);
    free(reading.stack);
    free(reading.text);
}

void af_sightings_free(af_sightings_t *sightings)
{
    for (size_t i = 0; i < sightings->count; i++) {
        free(sightings->items[i].name);
    }
    free(sightings->items);
    free(sightings->slots);
}
