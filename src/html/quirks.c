/*
 * html/quirks.c: which doctypes put a document into quirks mode, HTML #the-initial-insertion-mode.
 *
 * Limited quirks are no quirks here: they change layout alone.
 */
#include "html/quirks.h"

#include "html/tokenizer_internal.h"

static const char *const quirky_public_prefixes[] = {
    "+//silmaril//dtd html pro v0r11 19970101//", "-//as//dtd html 3.0 aswedit + extensions//",
    "-//advasoft ltd//dtd html 3.0 aswedit + extensions//", "-//ietf//dtd html 2.0 level 1//", "-//ietf//dtd html 2.0 level 2//",
    "-//ietf//dtd html 2.0 strict level 1//", "-//ietf//dtd html 2.0 strict level 2//", "-//ietf//dtd html 2.0 strict//",
    "-//ietf//dtd html 2.0//", "-//ietf//dtd html 2.1e//", "-//ietf//dtd html 3.0//", "-//ietf//dtd html 3.2 final//",
    "-//ietf//dtd html 3.2//", "-//ietf//dtd html 3//", "-//ietf//dtd html level 0//", "-//ietf//dtd html level 1//",
    "-//ietf//dtd html level 2//", "-//ietf//dtd html level 3//", "-//ietf//dtd html strict level 0//",
    "-//ietf//dtd html strict level 1//", "-//ietf//dtd html strict level 2//", "-//ietf//dtd html strict level 3//",
    "-//ietf//dtd html strict//", "-//ietf//dtd html//", "-//metrius//dtd metrius presentational//",
    "-//microsoft//dtd internet explorer 2.0 html strict//", "-//microsoft//dtd internet explorer 2.0 html//",
    "-//microsoft//dtd internet explorer 2.0 tables//", "-//microsoft//dtd internet explorer 3.0 html strict//",
    "-//microsoft//dtd internet explorer 3.0 html//", "-//microsoft//dtd internet explorer 3.0 tables//",
    "-//netscape comm. corp.//dtd html//", "-//netscape comm. corp.//dtd strict html//",
    "-//o'reilly and associates//dtd html 2.0//",
    "-//o'reilly and associates//dtd html extended 1.0//", "-//o'reilly and associates//dtd html extended relaxed 1.0//",
    "-//sq//dtd html 2.0 hotmetal + extensions//",
    "-//softquad software//dtd hotmetal pro 6.0::19990601::extensions to html 4.0//",
    "-//softquad//dtd hotmetal pro 4.0::19971010::extensions to html 4.0//", "-//spyglass//dtd html 2.0 extended//",
    "-//sun microsystems corp.//dtd hotjava html//", "-//sun microsystems corp.//dtd hotjava strict html//",
    "-//w3c//dtd html 3 1995-03-24//", "-//w3c//dtd html 3.2 draft//", "-//w3c//dtd html 3.2 final//", "-//w3c//dtd html 3.2//",
    "-//w3c//dtd html 3.2s draft//", "-//w3c//dtd html 4.0 frameset//", "-//w3c//dtd html 4.0 transitional//",
    "-//w3c//dtd html experimental 19960712//", "-//w3c//dtd html experimental 970421//", "-//w3c//dtd w3 html//",
    "-//w3o//dtd w3 html 3.0//", "-//webtechs//dtd mozilla html 2.0//", "-//webtechs//dtd mozilla html//",
};

static bool starts(af_slice_t text, const char *prefix)
{
    bool more;

    return af_window_begins(text.data, text.len, prefix, strlen(prefix), &more);
}

static bool is(af_slice_t text, const char *word)
{
    return text.len == strlen(word) && starts(text, word);
}

typedef struct {
    af_slice_t rest, name, public_id, system_id;
    bool has_public, has_system, quirks;
} doctype_t;

static uint8_t peek(const doctype_t *doctype)
{
    return doctype->rest.len == 0 ? 0 : doctype->rest.data[0];
}

static void skip_space(doctype_t *doctype)
{
    while (doctype->rest.len > 0 && af_is_space(doctype->rest.data[0])) {
        doctype->rest.data++;
        doctype->rest.len--;
    }
}

static af_slice_t take(doctype_t *doctype, size_t len)
{
    af_slice_t taken = {doctype->rest.data, len};

    doctype->rest.data += len;
    doctype->rest.len -= len;
    return taken;
}

/* A quoted identifier. False: there is none. One without its end puts into quirks mode. */
static bool identifier(doctype_t *doctype, af_slice_t *out)
{
    skip_space(doctype);
    uint8_t quote = peek(doctype);
    if (quote != '"' && quote != '\'') {
        return false;
    }
    take(doctype, 1);
    const uint8_t *end = doctype->rest.len == 0 ? NULL : memchr(doctype->rest.data, quote, doctype->rest.len);
    *out = take(doctype, end == NULL ? doctype->rest.len : (size_t) (end - doctype->rest.data));
    if (end == NULL) {
        doctype->quirks = true;
    } else {
        take(doctype, 1);
    }
    return true;
}

/* HTML #after-doctype-name-state */
static void identifiers(doctype_t *doctype)
{
    skip_space(doctype);
    if (doctype->rest.len == 0) {
        return;
    }
    if (starts(doctype->rest, "public")) {
        take(doctype, 6);
        doctype->has_public = identifier(doctype, &doctype->public_id);
        doctype->quirks = doctype->quirks || !doctype->has_public;
        skip_space(doctype);
        if (doctype->has_public && doctype->rest.len > 0) {
            doctype->has_system = identifier(doctype, &doctype->system_id);
            doctype->quirks = doctype->quirks || !doctype->has_system;
        }
    } else if (starts(doctype->rest, "system")) {
        take(doctype, 6);
        doctype->has_system = identifier(doctype, &doctype->system_id);
        doctype->quirks = doctype->quirks || !doctype->has_system;
    } else {
        doctype->quirks = true;
    }
}

static bool quirky_public(const doctype_t *doctype)
{
    if (is(doctype->public_id, "-//w3o//dtd w3 html strict 3.0//en//") ||
        is(doctype->public_id, "-/w3c/dtd html 4.0 transitional/en") ||
        is(doctype->public_id, "html")) {
        return true;
    }
    for (size_t i = 0; i < sizeof quirky_public_prefixes / sizeof *quirky_public_prefixes; i++) {
        if (starts(doctype->public_id, quirky_public_prefixes[i])) {
            return true;
        }
    }
    return !doctype->has_system && (starts(doctype->public_id, "-//w3c//dtd html 4.01 frameset//") ||
                                    starts(doctype->public_id, "-//w3c//dtd html 4.01 transitional//"));
}

bool af_doctype_is_quirks(const af_token_t *token)
{
    static const size_t keyword = 9; /* "<!doctype" */
    doctype_t doctype = {.quirks = (token->flags & AF_TOKEN_FORCE_QUIRKS) != 0};
    size_t len = token->bytes.len;

    if (len > 0 && token->bytes.data[len - 1] == '>') {
        len--;
    }
    if (len < keyword) {
        return true;
    }
    doctype.rest = (af_slice_t){token->bytes.data + keyword, len - keyword};
    skip_space(&doctype);
    size_t name_len = 0;
    while (name_len < doctype.rest.len && !af_is_space(doctype.rest.data[name_len])) {
        name_len++;
    }
    doctype.name = take(&doctype, name_len);
    identifiers(&doctype);
    return doctype.quirks || !is(doctype.name, "html") || (doctype.has_public && quirky_public(&doctype)) ||
           (doctype.has_system && is(doctype.system_id, "http://www.ibm.com/data/dtd/v11/ibmxhtml1-transitional.dtd"));
}
