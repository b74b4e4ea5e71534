/*
 * feed/vocabulary.c: what the elements of feeds are: RSS 0.9 to 2.0, RSS 1.0, Atom 0.3 and 1.0, and the modules that carry HTML
 * or facts.
 *
 * Rights, copyright and credit elements are left out on purpose: nothing is removed from a notice.
 */
#include "feed/vocabulary.h"

static const struct { const char *address, *custom; af_space_t space; } spaces[] = {
    {"http://www.w3.org/2005/Atom", "atom", AF_SPACE_ATOM},
    {"http://purl.org/atom/ns#", "atom03", AF_SPACE_ATOM03},
    {"http://www.w3.org/1999/02/22-rdf-syntax-ns#", "rdf", AF_SPACE_RDF},
    {"http://purl.org/rss/1.0/", "rss", AF_SPACE_RSS1},
    {"http://my.netscape.com/rdf/simple/0.9/", "rss09", AF_SPACE_RSS1},
    {"http://purl.org/rss/1.0/modules/content/", "content", AF_SPACE_CONTENT},
    {"http://wordpress.org/export/1.2/excerpt/", "excerpt", AF_SPACE_EXCERPT},
    {"http://search.yahoo.com/mrss/", "media", AF_SPACE_MEDIA},
    {"http://search.yahoo.com/mrss", "mrss", AF_SPACE_MEDIA},
    {"http://www.itunes.com/dtds/podcast-1.0.dtd", "itunes", AF_SPACE_ITUNES},
    {"http://purl.org/dc/elements/1.1/", "dc", AF_SPACE_DC},
    {"http://purl.org/dc/terms/", "dcterms", AF_SPACE_DCTERMS},
    {"http://www.w3.org/1999/xhtml", "xhtml", AF_SPACE_XHTML},
    {"http://purl.org/rss/1.0/modules/slash/", "slash", AF_SPACE_SLASH},
    {"http://wellformedweb.org/CommentAPI/", "wfw", AF_SPACE_WFW},
    {"http://purl.org/syndication/thread/1.0", "thr", AF_SPACE_THREAD},
};

#define SPACES (sizeof spaces / sizeof spaces[0])

af_space_t af_space_of(af_slice_t address)
{
    for (size_t i = 0; i < SPACES; i++) {
        if (af_slice_equal(address, af_slice_of(spaces[i].address))) {
            return spaces[i].space;
        }
    }
    return address.len == 0 ? AF_SPACE_NONE : AF_SPACE_OTHER;
}

af_space_t af_space_by_custom(af_slice_t prefix)
{
    for (size_t i = 0; i < SPACES; i++) {
        if (af_slice_equal(prefix, af_slice_of(spaces[i].custom))) {
            return spaces[i].space;
        }
    }
    return prefix.len == 0 ? AF_SPACE_NONE : AF_SPACE_OTHER;
}

const char *af_space_address(af_space_t space)
{
    for (size_t i = 0; i < SPACES; i++) {
        if (spaces[i].space == space) {
            return spaces[i].address;
        }
    }
    return "";
}

const char *af_space_prefix(af_space_t space)
{
    for (size_t i = 0; i < SPACES; i++) {
        if (spaces[i].space == space) {
            return spaces[i].custom;
        }
    }
    return "";
}

/* Sets of namespaces that an element may be in. */
#define IN(space) (1u << (space))
#define RSS (IN(AF_SPACE_NONE) | IN(AF_SPACE_OTHER) | IN(AF_SPACE_RSS1))
#define ATOM (IN(AF_SPACE_NONE) | IN(AF_SPACE_ATOM) | IN(AF_SPACE_ATOM03))
#define DC (IN(AF_SPACE_DC) | IN(AF_SPACE_DCTERMS))

static const struct { const char *local; uint32_t in; af_element_t element; } elements[] = {
    {"rss", IN(AF_SPACE_NONE) | IN(AF_SPACE_OTHER), {AF_ELEMENT_ROOT, AF_FACT_NONE, 0, 0}},
    {"RDF", IN(AF_SPACE_RDF), {AF_ELEMENT_ROOT, AF_FACT_NONE, 0, 0}},
    {"feed", ATOM, {AF_ELEMENT_ROOT, AF_FACT_NONE, 0, 0}},
    {"item", RSS, {AF_ELEMENT_ITEM, AF_FACT_NONE, 0, 0}},
    {"entry", ATOM, {AF_ELEMENT_ITEM, AF_FACT_NONE, 0, 0}},
    {"description", RSS, {AF_ELEMENT_HTML, AF_FACT_NONE, 2, 0}},
    {"encoded", IN(AF_SPACE_CONTENT), {AF_ELEMENT_HTML, AF_FACT_NONE, 3, 0}},
    {"encoded", IN(AF_SPACE_EXCERPT), {AF_ELEMENT_HTML, AF_FACT_NONE, 1, 0}},
    {"fullitem", IN(AF_SPACE_NONE), {AF_ELEMENT_HTML, AF_FACT_NONE, 3, 0}},
    {"body", IN(AF_SPACE_XHTML), {AF_ELEMENT_XHTML, AF_FACT_NONE, 3, 0}},
    {"content", IN(AF_SPACE_ATOM) | IN(AF_SPACE_ATOM03), {AF_ELEMENT_TYPED, AF_FACT_NONE, 3, 0}},
    {"summary", IN(AF_SPACE_ATOM) | IN(AF_SPACE_ATOM03), {AF_ELEMENT_TYPED, AF_FACT_NONE, 2, 0}},
    {"title", IN(AF_SPACE_ATOM) | IN(AF_SPACE_ATOM03), {AF_ELEMENT_TYPED, AF_FACT_TITLE, 0, 3}},
    {"subtitle", IN(AF_SPACE_ATOM), {AF_ELEMENT_TYPED, AF_FACT_NONE, 0, 0}},
    {"tagline", IN(AF_SPACE_ATOM03), {AF_ELEMENT_TYPED, AF_FACT_NONE, 0, 0}},
    {"description", IN(AF_SPACE_MEDIA), {AF_ELEMENT_HTML, AF_FACT_NONE, 0, 0}},
    {"title", IN(AF_SPACE_MEDIA), {AF_ELEMENT_TYPED, AF_FACT_NONE, 0, 0}},
    {"text", IN(AF_SPACE_MEDIA), {AF_ELEMENT_TYPED, AF_FACT_NONE, 0, 0}},
    {"summary", IN(AF_SPACE_ITUNES), {AF_ELEMENT_HTML, AF_FACT_NONE, 0, 0}},
    {"subtitle", IN(AF_SPACE_ITUNES), {AF_ELEMENT_HTML, AF_FACT_NONE, 0, 0}},
    {"description", DC, {AF_ELEMENT_HTML, AF_FACT_NONE, 0, 0}},
    {"title", RSS, {AF_ELEMENT_OTHER, AF_FACT_TITLE, 0, 3}},
    {"title", DC, {AF_ELEMENT_OTHER, AF_FACT_TITLE, 0, 1}},
    {"creator", DC, {AF_ELEMENT_OTHER, AF_FACT_AUTHOR, 0, 3}},
    {"author", RSS, {AF_ELEMENT_OTHER, AF_FACT_AUTHOR, 0, 2}},
    {"author", IN(AF_SPACE_ITUNES), {AF_ELEMENT_OTHER, AF_FACT_AUTHOR, 0, 1}},
    {"author", IN(AF_SPACE_ATOM) | IN(AF_SPACE_ATOM03), {AF_ELEMENT_AUTHOR, AF_FACT_NONE, 0, 0}},
    {"link", RSS, {AF_ELEMENT_OTHER, AF_FACT_LINK, 0, 3}},
    {"link", IN(AF_SPACE_ATOM) | IN(AF_SPACE_ATOM03), {AF_ELEMENT_OTHER, AF_FACT_LINK, 0, 2}},
    {"pubDate", RSS, {AF_ELEMENT_OTHER, AF_FACT_DATE, 0, 5}},
    {"published", IN(AF_SPACE_ATOM), {AF_ELEMENT_OTHER, AF_FACT_DATE, 0, 5}},
    {"issued", DC | IN(AF_SPACE_ATOM03), {AF_ELEMENT_OTHER, AF_FACT_DATE, 0, 4}},
    {"date", DC, {AF_ELEMENT_OTHER, AF_FACT_DATE, 0, 3}},
    {"created", DC | IN(AF_SPACE_ATOM03), {AF_ELEMENT_OTHER, AF_FACT_DATE, 0, 2}},
    {"updated", IN(AF_SPACE_ATOM), {AF_ELEMENT_OTHER, AF_FACT_DATE, 0, 1}},
};

af_element_t af_element_of(af_space_t space, af_slice_t local)
{
    for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++) {
        if ((elements[i].in & IN(space)) != 0 && af_slice_equal(local, af_slice_of(elements[i].local))) {
            return elements[i].element;
        }
    }
    return (af_element_t){AF_ELEMENT_OTHER, AF_FACT_NONE, 0, 0};
}
