/*
 * policy/facts.c: which tags tell what.
 *
 * Each fact is taken from the first tag of its best source; a later, better source replaces a date. Values pass through small
 * tapes, which decode references and the charset. What does not fit its bound is unknown: half a title or name would be a false
 * one.
 */
#include "policy/facts.h"

#include "base/ascii.h"
#include "html/names.h"

static const uint8_t no_bytes[1] = {0};

void af_facts_init(af_facts_t *facts, af_heap_t *heap, const af_charset_t *charset)
{
    *facts = (af_facts_t){.heap = heap, .charset = charset};
    af_tape_init(&facts->title, heap, AF_FACTS_TITLE);
    af_tape_init(&facts->author, heap, AF_FACTS_AUTHOR);
    af_tape_init(&facts->canonical, heap, AF_FACTS_ADDRESS);
    af_claims_init(&facts->claims, heap);
    af_facts_charset(facts, charset);
}

void af_facts_charset(af_facts_t *facts, const af_charset_t *charset)
{
    facts->charset = charset;
    facts->title.charset = facts->author.charset = facts->canonical.charset = charset;
    facts->claims.tape.charset = charset;
}

void af_facts_destroy(af_facts_t *facts)
{
    af_tape_destroy(&facts->title);
    af_tape_destroy(&facts->author);
    af_tape_destroy(&facts->canonical);
    af_claims_destroy(&facts->claims);
    af_heap_release(facts->heap, facts->jsonld, sizeof(*facts->jsonld));
    facts->jsonld = NULL;
}

static bool folded_is(af_slice_t text, const char *word)
{
    size_t len = strlen(word);
    if (text.len != len) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (af_fold(text.data[i]) != af_fold((uint8_t) word[i])) {
            return false;
        }
    }
    return true;
}

/* Tells whether the list of words (with white space between) has that one, in any case. */
static bool has_word(af_slice_t list, const char *word)
{
    for (size_t i = 0; i < list.len;) {
        size_t from = i;
        while (i < list.len && !af_is_space(list.data[i])) {
            i++;
        }
        if (folded_is((af_slice_t){list.data + from, i - from}, word)) {
            return true;
        }
        while (i < list.len && af_is_space(list.data[i])) {
            i++;
        }
    }
    return false;
}

static bool is_one_of(af_slice_t text, const char *const *words)
{
    while (*words != NULL && !folded_is(text, *words)) {
        words++;
    }
    return *words != NULL;
}

/* --- values ------------------------------------------------------------------------------------------------------- */

/* Makes `text` the whole of a tape; a value that does not fit leaves it empty. */
static af_status_t set_tape(af_tape_t *tape, af_slice_t text, bool *known)
{
    if (*known || text.len == 0) {
        return AF_OK;
    }
    af_tape_forget(tape, SIZE_MAX);
    size_t mark = af_tape_mark(tape);
    af_status_t status = af_tape_text(tape, text, tape->end_pos + 1, AF_TEXT_DATA);
    *known = status == AF_OK && af_tape_since(tape, mark).len > 0;
    if (!*known) {
        af_tape_forget(tape, SIZE_MAX);
    }
    return status;
}

static void take_date(af_facts_t *facts, af_slice_t text, af_date_source_t source)
{
    char year[5], date[11];
    if (source <= facts->date_source || !af_date_read(text, year, date)) {
        return;
    }
    memcpy(facts->year, year, sizeof(year));
    memcpy(facts->date, date, sizeof(date));
    facts->date_source = source;
}

/* --- tags --------------------------------------------------------------------------------------------------------- */

static const char *const rights_names[] = {"copyright", "dcterms.rights", "dc.rights", NULL};

static af_status_t read_claim(af_facts_t *facts, const af_token_t *tag, af_slice_t content)
{
    size_t at = (size_t) (content.data - tag->bytes.data);
    uint8_t before = at > 0 ? tag->bytes.data[at - 1] : 0;

    return af_claims_attribute(&facts->claims, content, tag->from_pos + at, before == '"' || before == '\'' ? before : 0);
}

typedef enum { META_OTHER, META_PUBLISHED, META_DATE, META_AUTHOR, META_RIGHTS } meta_t;

static meta_t meta_of(af_slice_t name)
{
    static const char *const published[] = {"article:published_time", "og:article:published_time", NULL};
    static const char *const dates[] = {"date", "dc.date", "dc.date.issued", "dcterms.date", "dcterms.issued", "dcterms.created",
                                        "pubdate", "publishdate", "publish-date", "publish_date", "publication_date",
                                        "article.published", "parsely-pub-date", "sailthru.date", "citation_publication_date",
                                        "datepublished", "article_date_original", "originalpublicationdate", NULL};
    static const char *const authors[] = {"author", "dc.creator", "dcterms.creator", "parsely-author", "sailthru.author", NULL};

    return is_one_of(name, published) ? META_PUBLISHED
         : is_one_of(name, dates) ? META_DATE
         : is_one_of(name, authors) ? META_AUTHOR : is_one_of(name, rights_names) ? META_RIGHTS : META_OTHER;
}

static af_status_t read_meta(af_facts_t *facts, const af_token_t *tag)
{
    af_slice_t name, content;
    if (!af_token_attribute(tag, "content", &content)) {
        return AF_OK;
    }
    for (int i = 0; i < 2; i++) {
        if (!af_token_attribute(tag, i == 0 ? "property" : "name", &name)) {
            continue;
        }
        meta_t meta = meta_of(name);
        if (meta == META_PUBLISHED || meta == META_DATE) {
            take_date(facts, content, meta == META_DATE ? AF_DATE_META : AF_DATE_ARTICLE);
        } else if (meta == META_AUTHOR) {
            return set_tape(&facts->author, content, &facts->author_known);
        } else if (meta == META_RIGHTS && facts->wants_claims) {
            return read_claim(facts, tag, content);
        }
    }
    return AF_OK;
}

/* Whether the tag is one of microdata that says when the page was published. */
static bool tells_date(const af_token_t *tag)
{
    af_slice_t properties;

    return af_token_attribute(tag, "itemprop", &properties) && has_word(properties, "datePublished");
}

static void read_itemprop(af_facts_t *facts, const af_token_t *tag)
{
    af_slice_t value;
    if (tells_date(tag) && (af_token_attribute(tag, "datetime", &value) || af_token_attribute(tag, "content", &value))) {
        take_date(facts, value, AF_DATE_ITEMPROP);
    }
}

static af_status_t read_link(af_facts_t *facts, const af_token_t *tag)
{
    af_slice_t rel, href;
    if (!af_token_attribute(tag, "rel", &rel) || !has_word(rel, "canonical") || !af_token_attribute(tag, "href", &href)) {
        return AF_OK;
    }
    return set_tape(&facts->canonical, href, &facts->canonical_known);
}

static bool is_jsonld(const af_token_t *tag)
{
    af_slice_t type;
    if (!af_token_attribute(tag, "type", &type)) {
        return false;
    }
    const uint8_t *end = type.len == 0 ? NULL : memchr(type.data, ';', type.len);
    type.len = end == NULL ? type.len : (size_t) (end - type.data);
    return has_word(type, "application/ld+json");
}

static af_status_t begin_script(af_facts_t *facts, const af_token_t *tag)
{
    if (!is_jsonld(tag)) {
        return AF_OK;
    }
    if (facts->jsonld == NULL) {
        facts->jsonld = af_heap_alloc(facts->heap, sizeof(*facts->jsonld));
        if (facts->jsonld == NULL) {
            return af_heap_why(facts->heap, sizeof(*facts->jsonld));
        }
        af_jsonld_clear(facts->jsonld);
        facts->jsonld->claims = facts->wants_claims ? &facts->claims : NULL;
    }
    af_jsonld_begin(facts->jsonld);
    facts->jsonld_read = 0;
    facts->reading = AF_FACTS_IN_JSONLD;
    facts->wants_text = true;
    return AF_OK;
}

bool af_facts_may_claim(const af_token_t *tag)
{
    af_slice_t name;

    if (tag->tag == AF_TAG_SCRIPT) {
        return is_jsonld(tag);
    }
    return tag->tag == AF_TAG_META && ((af_token_attribute(tag, "name", &name) && is_one_of(name, rights_names)) ||
                                       (af_token_attribute(tag, "property", &name) && is_one_of(name, rights_names)));
}

static bool meta_may_tell(const af_token_t *tag)
{
    af_slice_t name;

    return (af_token_attribute(tag, "name", &name) && meta_of(name) != META_OTHER) ||
           (af_token_attribute(tag, "property", &name) && meta_of(name) != META_OTHER);
}

bool af_facts_may_tell(const af_facts_t *facts, const af_token_t *tag)
{
    af_slice_t value;

    switch (tag->tag) {
    case AF_TAG_META:
        return meta_may_tell(tag) || (facts->date_source < AF_DATE_ITEMPROP && tells_date(tag));
    case AF_TAG_LINK:
        return af_token_attribute(tag, "rel", &value) && has_word(value, "canonical");
    case AF_TAG_SCRIPT:
        return is_jsonld(tag);
    case AF_TAG_TITLE:
        return !facts->title_known;
    case AF_TAG_TIME:
        return facts->date_source < AF_DATE_TIME || (facts->date_source < AF_DATE_ITEMPROP && tells_date(tag));
    default:
        return facts->date_source < AF_DATE_ITEMPROP && tells_date(tag);
    }
}

af_status_t af_facts_start_tag(af_facts_t *facts, const af_token_t *tag)
{
    if ((tag->flags & AF_TOKEN_OVERLONG) != 0) {
        return AF_OK;
    }
    read_itemprop(facts, tag);
    switch (tag->tag) {
    case AF_TAG_META:
        return read_meta(facts, tag);
    case AF_TAG_LINK:
        return read_link(facts, tag);
    case AF_TAG_SCRIPT:
        return begin_script(facts, tag);
    case AF_TAG_TITLE:
        if (!facts->title_known && facts->reading == AF_FACTS_NOTHING) {
            facts->reading = AF_FACTS_IN_TITLE;
            facts->wants_text = true;
        }
        return AF_OK;
    case AF_TAG_TIME: {
        af_slice_t value;
        if (af_token_attribute(tag, "datetime", &value)) {
            take_date(facts, value, AF_DATE_TIME);
        }
        return AF_OK;
    }
    default:
        return AF_OK;
    }
}

/* --- text --------------------------------------------------------------------------------------------------------- */

af_status_t af_facts_text(af_facts_t *facts, af_slice_t raw, uint64_t pos, af_text_kind_t kind)
{
    if (facts->reading == AF_FACTS_IN_TITLE) {
        af_status_t status = af_tape_text(&facts->title, raw, facts->title.end_pos, kind);
        if (status != AF_OK) {
            /* It exists, and what it is is not known: no later title takes its place. */
            facts->title_lost = true;
            facts->reading = AF_FACTS_NOTHING;
            facts->wants_text = false;
            facts->title_known = true;
        }
        return status;
    }
    if (facts->reading == AF_FACTS_IN_JSONLD) {
        size_t room = AF_FACTS_JSONLD - facts->jsonld_read;
        size_t len = raw.len < room ? raw.len : room;
        af_jsonld_push(facts->jsonld, raw.data, len, pos);
        facts->jsonld_read += len;
        facts->wants_text = len < room;
        return facts->jsonld->status;
    }
    return AF_OK;
}

af_status_t af_facts_end(af_facts_t *facts)
{
    af_facts_reading_t was = facts->reading;
    facts->reading = AF_FACTS_NOTHING;
    facts->wants_text = false;
    if (was == AF_FACTS_IN_TITLE) {
        facts->title_known = true;
    }
    if (was != AF_FACTS_IN_JSONLD) {
        return AF_OK;
    }
    af_jsonld_t *scan = facts->jsonld;
    take_date(facts, (af_slice_t){(const uint8_t *) scan->date, strlen(scan->date)}, AF_DATE_JSONLD);
    if (!scan->author_sure) {
        return AF_OK;
    }
    return set_tape(&facts->author, (af_slice_t){(const uint8_t *) scan->author, scan->author_len}, &facts->author_known);
}

/* As set_tape, of text without references; the charset of the document is not the text's. */
static af_status_t give_tape(af_tape_t *tape, af_slice_t text, bool *known)
{
    const af_charset_t *charset = tape->charset;

    tape->charset = NULL;
    bool before = *known;
    af_tape_forget(tape, SIZE_MAX);
    size_t mark = af_tape_mark(tape);
    af_status_t status = text.len == 0 ? AF_OK : af_tape_text(tape, text, tape->end_pos + 1, AF_TEXT_RAWTEXT);
    tape->charset = charset;
    *known = before || (text.len > 0 && status == AF_OK && af_tape_since(tape, mark).len > 0);
    return status;
}

af_status_t af_facts_give(af_facts_t *facts, af_slice_t title, af_slice_t author, af_slice_t canonical, af_slice_t date)
{
    af_status_t status = give_tape(&facts->title, title, &facts->title_known);

    if (status == AF_OK) {
        status = give_tape(&facts->author, author, &facts->author_known);
    }
    if (status == AF_OK) {
        status = give_tape(&facts->canonical, canonical, &facts->canonical_known);
    }
    take_date(facts, date, AF_DATE_ARTICLE);
    return status;
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static af_slice_t whole(const af_tape_t *tape)
{
    af_slice_t text = af_tape_since(tape, 0);
    return text.data == NULL ? (af_slice_t){no_bytes, 0} : text;
}

static af_slice_t known_or_none(const af_tape_t *tape, bool known)
{
    return known ? whole(tape) : (af_slice_t){NULL, 0};
}

af_slice_t af_facts_title(const af_facts_t *facts)
{
    return known_or_none(&facts->title, facts->title_known && !facts->title_lost);
}

af_slice_t af_facts_author(const af_facts_t *facts)
{
    return known_or_none(&facts->author, facts->author_known);
}

af_slice_t af_facts_canonical(const af_facts_t *facts)
{
    return known_or_none(&facts->canonical, facts->canonical_known);
}

static af_slice_t string_or_none(const char *text)
{
    return text[0] == '\0' ? (af_slice_t){NULL, 0} : af_slice_of(text);
}

af_slice_t af_facts_year(const af_facts_t *facts)
{
    return string_or_none(facts->year);
}

af_slice_t af_facts_date(const af_facts_t *facts)
{
    return string_or_none(facts->date);
}
