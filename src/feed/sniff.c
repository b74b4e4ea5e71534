/*
 * feed/sniff.c: what a document is by its first bytes.
 *
 * Looks for the root element behind white space, a byte order mark, comments, processing instructions and a DOCTYPE. The
 * root's name decides; its namespace is feed/xml's to look at.
 */
#include "feed/feed.h"

#include "charset/detect.h"
#include "feed/lexer.h"
#include "feed/xml_stack.h"

static af_sniff_t root(const uint8_t *data, size_t name_len)
{
    static const char *const feeds[] = {"rss", "feed", "RDF", "entry"};
    af_slice_t local = af_xml_name_cut((af_slice_t){data + 1, name_len}).local;

    for (size_t i = 0; i < sizeof feeds / sizeof feeds[0]; i++) {
        if (af_slice_equal(local, af_slice_of(feeds[i]))) {
            return AF_SNIFF_XML;
        }
    }
    return AF_SNIFF_HTML;
}

static bool only_space(const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!af_xml_space(data[i])) {
            return false;
        }
    }
    return true;
}

/* Length of the name of a start tag whose "<" is data[0], once what ends it is there; else 0. The rest of the tag may be
   long in coming. */
static size_t root_name(const uint8_t *data, size_t len)
{
    bool name = len > 1 && data[1] != '!' && data[1] != '?' && data[1] != '/' && !af_xml_space(data[1]);

    for (size_t i = 1; name && data[0] == '<' && i < len; i++) {
        if (af_xml_space(data[i]) || data[i] == '/' || data[i] == '>') {
            return i - 1;
        }
    }
    return 0;
}

static af_sniff_t sniff_xml(const uint8_t *data, size_t len)
{
    af_xml_lexer_t lexer = {.searched = 0};
    af_xml_token_t token;

    for (size_t at = 0; at < len; at += token.len) {
        size_t name_len = root_name(data + at, len - at);
        if (name_len > 0) {
            return root(data + at, name_len);
        }
        af_xml_next(&lexer, data + at, len - at, false, &token);
        switch (token.kind) {
        case AF_XML_MORE:
            return AF_SNIFF_MORE;
        case AF_XML_START:
            return root(data + at, token.name_len);
        case AF_XML_TEXT:
            if (!only_space(data + at, token.len)) {
                return AF_SNIFF_HTML;
            }
            break;
        case AF_XML_END: case AF_XML_CDATA: case AF_XML_BAD:
            return AF_SNIFF_HTML;
        case AF_XML_COMMENT: case AF_XML_PI: case AF_XML_DOCTYPE:
            break;
        }
    }
    return AF_SNIFF_MORE;
}

static af_sniff_t sniff_json(const uint8_t *data, size_t len)
{
    static const char address[] = "jsonfeed.org";

    return memmem(data, len, address, sizeof address - 1) != NULL ? AF_SNIFF_JSON : AF_SNIFF_MORE;
}

af_sniff_t af_feed_sniff(const uint8_t *data, size_t len)
{
    size_t bom_len = 0, at;
    af_sniff_t found = AF_SNIFF_MORE;

    if (len >= 3) {
        af_charset_bom(data, len, &bom_len);
        for (at = bom_len; at < len && af_xml_space(data[at]); at++) {
        }
        bool json = at < len && data[at] == '{';
        found = json ? sniff_json(data + at, len - at) : sniff_xml(data + at, len - at);
    }
    return found == AF_SNIFF_MORE && len >= AF_SNIFF_LIMIT ? AF_SNIFF_HTML : found;
}
