/*
 * bench/feed.c: a feed of 5 MB, cleaned item by item, and what programs do that read the whole document first.
 *
 *   feed filter|tree|html
 *
 * filter: af_writer with ten rules and 16 KiB chunks. tree: libxml2 reads the document into a tree and writes it, and that is
 * all: the least that xsltproc or lxml do. html: besides, the HTML of each field is parsed, elements are taken out by class, and
 * it is written back, as cleaners do that sit on lxml. Prints MB/s, the bytes that were allocated at the most ("held"), and how
 * much of the feed had come when the first 4 KiB left ("first").
 */
#include "article_filter.h"

#include <libxml/HTMLparser.h>
#include <libxml/HTMLtree.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SIZE ((size_t) 5 * 1024 * 1024)
#define CHUNK ((size_t) 16 * 1024)
#define PASSES 3

static const char rules[] =
    "remove .viafoura\nremove #comments\nremove .comments-area\nremove div.newsletter\nremove [class*=\"disqus\"]\n"
    "remove .related-posts\nremove ul.share\nremove a[rel~=\"sponsored\"]\nremove .promo\n"
    "remove p text=/^Join the conversation/i\n";

/* --- Memory ------------------------------------------------------------------------------------------------------------- */

static size_t held, held_peak;

static void *count(void *block)
{
    held += block == NULL ? 0 : malloc_usable_size(block);
    held_peak = held > held_peak ? held : held_peak;
    return block;
}

static void *take(size_t len)
{
    return count(malloc(len));
}

static void give(void *block)
{
    held -= block == NULL ? 0 : malloc_usable_size(block);
    free(block);
}

static void *resize(void *block, size_t len)
{
    held -= block == NULL ? 0 : malloc_usable_size(block);
    return count(realloc(block, len));
}

static char *copy(const char *text)
{
    char *made = take(strlen(text) + 1);

    return made == NULL ? NULL : strcpy(made, text);
}

static void *alloc(void *opaque, size_t len)
{
    (void) opaque;
    return take(len);
}

static void release(void *opaque, void *block)
{
    (void) opaque;
    give(block);
}

/* --- The feed ----------------------------------------------------------------------------------------------------------- */

static const char item[] =
    "    <item>\n      <title>Story %zu of the river towns &amp; the coast</title>\n"
    "      <link>https://ledger.example/2025/%zu</link>\n      <guid isPermaLink=\"false\">urn:ledger:%zu</guid>\n"
    "      <pubDate>Wed, 17 Sep 2025 13:30:00 GMT</pubDate>\n"
    "      <description>&lt;p&gt;The ferry left at dawn, and the %zu passengers saw nothing of it.&lt;/p&gt;</description>\n"
    "      <content:encoded><![CDATA[<p>The ferry left at dawn, said <a href=\"https://ledger.example/p/%zu\">the master</a>, "
    "and the passengers saw nothing of it.</p><figure><img src=\"https://ledger.example/i/%zu.jpg\" alt=\"The ferry\">"
    "<figcaption>The ferry. Photo: N. Oe</figcaption></figure><p>It carried pianos, apples &amp; a <em>choir</em>, none of "
    "which was insured. The choir sang until the bridge, where the wind took the rest of the song.</p><blockquote><p>We had no "
    "idea, said the choir.</p></blockquote><div class=\"viafoura\"><p>Comments</p></div><p>Join the conversation!</p>"
    "<p>The pianos were tuned on arrival, and the apples were eaten.</p>]]></content:encoded>\n    </item>\n";

static char *make_feed(size_t *len)
{
    static const char head[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" xmlns:content="
                               "\"http://purl.org/rss/1.0/modules/content/\">\n  <channel>\n    <title>Harbour Ledger</title>\n";
    static const char tail[] = "  </channel>\n</rss>\n";
    char *feed = malloc(SIZE + 4096);

    *len = 0;
    if (feed == NULL) {
        exit(1);
    }
    *len += (size_t) snprintf(feed, SIZE, "%s", head);
    for (size_t i = 0; *len < SIZE; i++) {
        *len += (size_t) snprintf(feed + *len, SIZE + 4096 - *len, item, i, i, i, i, i, i);
    }
    *len += (size_t) snprintf(feed + *len, SIZE + 4096 - *len, "%s", tail);
    return feed;
}

/* --- What is measured --------------------------------------------------------------------------------------------------- */

static size_t written, first_at, pushed;

static af_status_t on_write(void *opaque, const uint8_t *data, size_t len)
{
    (void) opaque;
    (void) data;
    written += len;
    if (first_at == 0 && written > 4096) {
        first_at = pushed;
    }
    return AF_OK;
}

static void filter(const af_ruleset_t *set, const char *feed, size_t len)
{
    const af_memory_t memory = {alloc, release, NULL};
    af_options_t options;
    af_writer_t *writer;

    af_options_init(&options);
    options.type = AF_FEED;
    if (af_writer_create(set, &options, NULL, on_write, NULL, &memory, &writer) != AF_OK) {
        exit(1);
    }
    for (size_t at = 0; at < len; at += CHUNK) {
        size_t part = len - at < CHUNK ? len - at : CHUNK;
        pushed = at + part;
        if (af_writer_push(writer, (const uint8_t *) feed + at, part) != AF_OK) {
            exit(1);
        }
    }
    if (af_writer_finish(writer) != AF_OK) {
        exit(1);
    }
    af_writer_destroy(writer);
}

static void remove_class(xmlNodePtr node, const char *name)
{
    for (xmlNodePtr next; node != NULL; node = next) {
        next = node->next;
        xmlChar *class = node->type == XML_ELEMENT_NODE ? xmlGetProp(node, (const xmlChar *) "class") : NULL;
        if (class != NULL && strstr((const char *) class, name) != NULL) {
            xmlUnlinkNode(node);
            xmlFreeNode(node);
        } else {
            remove_class(node->children, name);
        }
        xmlFree(class);
    }
}

static void clean_field(xmlNodePtr field)
{
    xmlChar *text = xmlNodeGetContent(field), *out = NULL;
    int len = 0;
    htmlDocPtr doc = htmlReadMemory((const char *) text, (int) strlen((const char *) text), NULL, "utf-8",
                                    HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET);

    remove_class(xmlDocGetRootElement(doc), "viafoura");
    htmlDocDumpMemory(doc, &out, &len);
    xmlNodeSetContent(field, NULL);
    xmlAddChild(field, xmlNewCDataBlock(field->doc, out, len));
    xmlFree(out);
    xmlFree(text);
    xmlFreeDoc(doc);
}

static void clean_fields(xmlNodePtr node)
{
    for (; node != NULL; node = node->next) {
        if (node->type != XML_ELEMENT_NODE) {
            continue;
        }
        const char *name = (const char *) node->name;
        if (strcmp(name, "description") == 0 || strcmp(name, "encoded") == 0) {
            clean_field(node);
        } else {
            clean_fields(node->children);
        }
    }
}

static void tree(const char *feed, size_t len, int html)
{
    xmlChar *out = NULL;
    int out_len = 0;
    xmlDocPtr doc = xmlReadMemory(feed, (int) len, NULL, NULL, XML_PARSE_NONET);

    if (doc == NULL) {
        exit(1);
    }
    if (html) {
        clean_fields(xmlDocGetRootElement(doc));
    }
    xmlDocDumpMemory(doc, &out, &out_len);
    written += (size_t) out_len;
    xmlFree(out);
    xmlFreeDoc(doc);
}

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double) time.tv_sec + (double) time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "filter";
    size_t len;
    double best = 0;
    af_builder_t *builder;
    af_ruleset_t *set;

    xmlMemSetup(give, take, resize, copy);
    char *feed = make_feed(&len);
    if (af_builder_create(NULL, &builder) != AF_OK ||
        af_builder_add_text(builder, rules, sizeof rules - 1, "bench", 1, NULL) != AF_OK ||
        af_builder_compile(builder, &set, NULL) != AF_OK) {
        return 1;
    }
    for (int i = 0; i < PASSES; i++) {
        held = held_peak = written = first_at = 0;
        double began = now();
        if (strcmp(what, "filter") == 0) {
            filter(set, feed, len);
        } else {
            tree(feed, len, strcmp(what, "html") == 0);
        }
        double spent = now() - began;
        best = best == 0 || spent < best ? spent : best;
    }
    printf("{\"mbs\": %.2f, \"held\": %zu, \"in\": %zu, \"out\": %zu, \"first\": %zu}\n", (double) len / best / 1e6, held_peak,
           len, written, first_at);
    af_ruleset_destroy(set);
    free(feed);
    return 0;
}
