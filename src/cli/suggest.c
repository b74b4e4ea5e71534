/*
 * cli/suggest.c: from names that repeat to rules, each tried on every page before it is proposed.
 *
 * A name is proposed where most pages have it, it holds neither headline nor much of the text, and something tells what it is: a
 * vendor's name, a phrase, or the same text on most pages inside of the article. Of names inside of each other the outermost is
 * taken.
 */
#include "cli/suggest.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/explain.h"
#include "cli/load.h"
#include "cli/sightings.h"

#define MOST_PAGES 60u    /* per cent that have it */
#define PROPOSALS 40u
#define TEXT_MIN 20u      /* bytes of text that say something when they are the same */

typedef struct {
    const af_cli_options_t *options;
    af_slice_t *pages;    /* owned */
    af_sightings_t sightings;
    const af_sighting_t *proposed[PROPOSALS];
    size_t proposed_count;
} af_cli_suggest_t;

typedef struct {
    uint32_t pages, removed;
    uint64_t dropped;
} tried_t;

static bool is_most(const af_cli_suggest_t *suggest, uint32_t count)
{
    return count > 0 && count * 100u >= suggest->sightings.pages * MOST_PAGES;
}

/* Credits and notices are not boilerplate, however often they stand there. */
static bool is_protected(const af_sighting_t *seen)
{
    static const char *const names[] = {"byline", "author", "caption", "credit", "notice", "copyright", "headline", "title",
                                        "date", "license"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcasestr(seen->name, names[i]) != NULL) {
            return true;
        }
    }
    return seen->holds_rights;
}

static bool is_evident(const af_cli_suggest_t *suggest, const af_sighting_t *seen)
{
    bool repeated = suggest->sightings.pages > 1 && is_most(suggest, seen->same_text) && seen->text_len >= TEXT_MIN;

    return is_most(suggest, seen->pages) && !seen->holds_article && !is_protected(seen) &&
           (seen->vendor != NULL || (seen->phrase != NULL && seen->text_len <= 1000) || (repeated && seen->in_article));
}

/* Outer elements first; of one element's names the rarest, then ids. */
static int compare(const void *a, const void *b)
{
    const af_sighting_t *left = *(const af_sighting_t *const *) a, *right = *(const af_sighting_t *const *) b;

    if (left->page != right->page) {
        return left->page < right->page ? -1 : 1;
    }
    if (left->from != right->from) {
        return left->from < right->from ? -1 : 1;
    }
    if (left->to != right->to) {
        return left->to > right->to ? -1 : 1;
    }
    if (left->elements != right->elements) {
        return left->elements < right->elements ? -1 : 1;
    }
    return strcmp(left->name, right->name);
}

static bool is_inside_proposed(const af_cli_suggest_t *suggest, const af_sighting_t *seen)
{
    for (size_t i = 0; i < suggest->proposed_count; i++) {
        const af_sighting_t *outer = suggest->proposed[i];
        if (outer->page == seen->page && outer->from <= seen->from && seen->to <= outer->to) {
            return true;
        }
    }
    return false;
}

static bool choose(af_cli_suggest_t *suggest)
{
    const af_sightings_t *all = &suggest->sightings;
    const af_sighting_t **evident = malloc((all->count + 1) * sizeof *evident);
    size_t count = 0;

    if (evident == NULL) {
        return false;
    }
    for (size_t i = 0; i < all->count; i++) {
        if (is_evident(suggest, &all->items[i])) {
            evident[count++] = &all->items[i];
        }
    }
    qsort(evident, count, sizeof *evident, compare);
    for (size_t i = 0; i < count && suggest->proposed_count < PROPOSALS; i++) {
        if (!is_inside_proposed(suggest, evident[i])) {
            suggest->proposed[suggest->proposed_count++] = evident[i];
        }
    }
    free(evident);
    return true;
}

static af_status_t swallow(void *opaque, const uint8_t *data, size_t len)
{
    (void) opaque;
    (void) data;
    (void) len;
    return AF_OK;
}

/* Runs a rule over all pages. */
static tried_t try_rule(const af_cli_suggest_t *suggest, const char *rule)
{
    tried_t tried = {0};
    af_builder_t *builder = NULL;
    af_ruleset_t *rules = NULL;

    if (af_builder_create(NULL, &builder) != AF_OK) {
        return tried;
    }
    if (af_builder_add_text(builder, rule, strlen(rule), "suggest", 1, NULL) != AF_OK) {
        af_builder_destroy(builder);
        return tried;
    }
    if (af_builder_compile(builder, &rules, NULL) != AF_OK) {
        return tried;
    }
    for (uint32_t i = 0; i < suggest->sightings.pages; i++) {
        af_writer_t *writer = NULL;
        af_stats_t stats = {0};
        if (af_writer_create(rules, &suggest->options->stream, NULL, swallow, NULL, NULL, &writer) != AF_OK) {
            continue;
        }
        if (af_writer_push(writer, suggest->pages[i].data, suggest->pages[i].len) == AF_OK && af_writer_finish(writer) == AF_OK) {
            af_stream_stats(af_writer_stream(writer), &stats);
        }
        af_writer_destroy(writer);
        tried.pages += stats.removed > 0;
        tried.removed += stats.removed;
        tried.dropped += stats.dropped;
    }
    af_ruleset_destroy(rules);
    return tried;
}

static void print_proposal(const af_cli_suggest_t *suggest, const af_sighting_t *seen)
{
    char rule[96];

    snprintf(rule, sizeof rule, "remove %s", seen->name);
    tried_t tried = try_rule(suggest, rule);
    if (tried.pages == 0) {
        return;
    }
    printf("! in %u of %u pages, %u element%s, %llu bytes a page", tried.pages, suggest->sightings.pages, tried.removed,
           tried.removed == 1 ? "" : "s", (unsigned long long) (tried.dropped / tried.pages));
    if (seen->vendor != NULL) {
        printf("; vendor: %s", seen->vendor);
    }
    if (seen->phrase != NULL) {
        printf("; phrase: \"%s\"", seen->phrase);
    }
    if (suggest->sightings.pages > 1 && seen->same_text > 1 && seen->text_len >= TEXT_MIN) {
        printf("; the same text in %u", seen->same_text);
    }
    fputs("\n! text: ", stdout);
    af_cli_put_text(stdout, (const uint8_t *) seen->sample, strlen(seen->sample));
    printf("\n! try: article-filter explain -e '%s' %s\n%s\n\n", rule, suggest->options->files[seen->page], rule);
}

bool af_cli_suggest(const af_cli_options_t *options)
{
    af_cli_suggest_t suggest = {.options = options};
    bool ok = true;

    suggest.pages = calloc(options->file_count + 1, sizeof *suggest.pages);
    for (size_t i = 0; ok && suggest.pages != NULL && i < options->file_count; i++) {
        size_t len = 0;
        suggest.pages[i].data = (const uint8_t *) af_cli_read_file(options->files[i], &len);
        suggest.pages[i].len = len;
        ok = suggest.pages[i].data != NULL;
        if (ok) {
            af_sightings_read(&suggest.sightings, suggest.pages[i]);
        } else {
            perror(options->files[i]);
        }
    }
    if (ok && (suggest.pages == NULL || suggest.sightings.failed || !choose(&suggest))) {
        fputs("article-filter: out of memory\n", stderr);
        ok = false;
    }
    for (size_t i = 0; ok && i < suggest.proposed_count; i++) {
        print_proposal(&suggest, suggest.proposed[i]);
    }
    if (ok && suggest.proposed_count == 0) {
        fputs("article-filter: nothing repeats in these pages that looks like boilerplate\n", stderr);
    }
    for (size_t i = 0; suggest.pages != NULL && i < options->file_count; i++) {
        free((uint8_t *) suggest.pages[i].data);
    }
    free(suggest.pages);
    af_sightings_free(&suggest.sightings);
    return ok;
}
