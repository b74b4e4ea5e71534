/*
 * rules/cosmetic.c: cosmetic filter lines to drafts, and exceptions to hosts that a draft leaves out.
 */
#include "rules/cosmetic.h"

#include "rules/parse.h"

/* --- The line's parts ----------------------------------------------------------------------------------------------------- */

static bool is_one_of(uint8_t c, const char *set)
{
    return c != 0 && strchr(set, c) != NULL;
}

/* The length of the mark at text[at]: #, then @, then any of ? $ %, then #. 0: none. */
static size_t mark_len(af_slice_t text, size_t at)
{
    size_t end = at + 1;

    end += end < text.len && text.data[end] == '@';
    while (end < text.len && end < at + 4 && is_one_of(text.data[end], "?$%")) {
        end++;
    }
    return end < text.len && text.data[end] == '#' ? end + 1 - at : 0;
}

static bool are_hosts(af_slice_t hosts)
{
    bool pattern = hosts.len > 0 && (hosts.data[0] == '/' || hosts.data[0] == '[');

    for (size_t i = 0; i < hosts.len; i++) {
        if (af_is_blank(hosts.data[i]) || is_one_of(hosts.data[i], "|@\"!") || (!pattern && hosts.data[i] == '/')) {
            return false;
        }
    }
    return true;
}

bool af_cosmetic_split(af_slice_t text, af_cosmetic_t *out)
{
    const uint8_t *sign = memchr(text.data, '#', text.len);
    size_t at = sign != NULL ? (size_t) (sign - text.data) : text.len;
    size_t len = sign != NULL ? mark_len(text, at) : 0;

    if (len == 0) {
        return false;
    }
    out->hosts = (af_slice_t){text.data, at};
    out->mark = (af_slice_t){text.data + at, len};
    out->body = (af_slice_t){text.data + at + len, text.len - at - len};
    bool heading = at == 0 && out->body.len > 0 && af_is_blank(out->body.data[0]); /* "## Words" is a person's */
    out->body = af_trim(out->body);
    return are_hosts(out->hosts) && out->body.len > 0 && !heading;
}

/* --- What is skipped -------------------------------------------------------------------------------------------------------- */

static af_status_t skip(const af_line_t *line, const uint8_t *where, const char *why)
{
    return af_line_tell(line, AF_SKIPPED, (size_t) (where - line->text.data), "%s", why);
}

static bool begins(af_slice_t text, const char *word)
{
    size_t len = strlen(word);

    return text.len >= len && memcmp(text.data, word, len) == 0;
}

/* Why no rule can be made of the line whatever its selector, or NULL. */
static const char *never_a_rule(const af_cosmetic_t *cosmetic)
{
    if (memchr(cosmetic->mark.data, '%', cosmetic->mark.len) != NULL || begins(cosmetic->body, "+js(")) {
        return "a scriptlet: it changes scripts, not elements";
    }
    if (memchr(cosmetic->mark.data, '$', cosmetic->mark.len) != NULL ||
        memmem(cosmetic->body.data, cosmetic->body.len, ":style(", 7) != NULL) {
        return "a rule of style: it changes how elements look";
    }
    if (cosmetic->body.data[0] == '^') {
        return "an HTML filter: write its selector behind the verb remove";
    }
    if (cosmetic->hosts.len > 0 && is_one_of(cosmetic->hosts.data[0], "/[")) {
        return "patterns of hosts and modifiers are not supported: only names of hosts are";
    }
    return NULL;
}

static bool is_exception(const af_cosmetic_t *cosmetic)
{
    return cosmetic->mark.data[1] == '@';
}

/* --- Hosts ------------------------------------------------------------------------------------------------------------------ */

/* Puts the hosts that can be decided into `out`, a comma in front of each, and tells of the others. 0: the line cannot be kept,
 * since nothing is left of its hosts, or what is left would pick more than the list wants. */
static size_t take_hosts(const af_line_t *line, af_slice_t list, bool exception, uint8_t *out)
{
    size_t len = 0;
    const uint8_t *from = list.data;
    bool told = false, lost = false;

    while (list.len > 0) {
        af_slice_t host = af_site_cut(&list);
        bool inverse = host.len > 0 && host.data[0] == '~';
        const char *why = af_site_wrong(host);
        if (host.len == 1 && host.data[0] == '*') {
            continue;
        }
        if (why == NULL && inverse && exception) {
            why = "an exception for all hosts but some is not supported";
        }
        if (why != NULL) {
            lost = lost || inverse;
            told = true;
            (void) skip(line, host.data, why);
            continue;
        }
        out[len++] = ',';
        memcpy(out + len, host.data, host.len);
        len += host.len;
    }
    if (len == 0 && !told) {
        (void) skip(line, from, "no host in front of the mark: expected names, or nothing for all of them");
    }
    return lost ? 0 : len;
}

static bool is_generic(af_slice_t hosts)
{
    return hosts.len == 0 || (hosts.len == 1 && hosts.data[0] == '*');
}

/* Makes the sites; `*lost`: told, and nothing is left. */
static af_status_t make_sites(const af_line_t *line, const af_cosmetic_t *cosmetic, const char *const **sites, size_t *count,
                              bool *lost)
{
    af_slice_t bad;
    const char *why;
    af_store_t *store = line->builder->store;

    *lost = false;
    *count = 0;
    if (is_generic(cosmetic->hosts)) {
        return AF_OK;
    }
    uint8_t *hosts = af_store_alloc(store, cosmetic->hosts.len + 2);
    if (hosts == NULL) {
        return AF_NOMEM;
    }
    size_t len = take_hosts(line, cosmetic->hosts, is_exception(cosmetic), hosts);
    if (len == 0) {
        *lost = true;
        return AF_OK;
    }
    af_status_t status = af_sites_make(store, (af_slice_t){hosts + 1, len - 1}, sites, count, &bad, &why);
    if (status == AF_SYNTAX) {
        *lost = true;
        return skip(line, cosmetic->hosts.data, why);
    }
    return status;
}

/* --- :has-text() at the end ----------------------------------------------------------------------------------------------- */

typedef struct {
    af_slice_t selector; /* what is in front of it */
    af_slice_t argument; /* data NULL: there is none */
} text_split_t;

/* Behind a string or an escape, or the next byte. */
static size_t pass_one(af_slice_t text, size_t at)
{
    uint8_t c = text.data[at++];

    if (c == '\\') {
        return at + 1;
    }
    if (c != '"' && c != '\'') {
        return at;
    }
    while (at < text.len && text.data[at] != c) {
        at += text.data[at] == '\\' ? 2 : 1;
    }
    return at + 1;
}

/* The parenthesis that closes the one in front of `at`; quotes are letters in a text. */
static size_t closing(af_slice_t text, size_t at)
{
    size_t depth = 1;

    while (at < text.len) {
        uint8_t c = text.data[at];
        depth += c == '(';
        depth -= c == ')';
        if (depth == 0) {
            return at;
        }
        at += c == '\\' ? 2 : 1;
    }
    return text.len;
}

static size_t text_name_len(af_slice_t text, size_t at)
{
    static const char *const names[] = {":has-text(", ":contains(", ":-abp-contains("};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (begins((af_slice_t){text.data + at, text.len - at}, names[i])) {
            return strlen(names[i]);
        }
    }
    return 0;
}

/* Splits off a condition on text that is the end of the only selector. */
static text_split_t split_text(af_slice_t body)
{
    size_t depth = 0;

    for (size_t at = 0; at < body.len; at = pass_one(body, at)) {
        uint8_t c = body.data[at];
        size_t len = depth == 0 && c == ':' ? text_name_len(body, at) : 0;
        if (len > 0) {
            size_t end = closing(body, at + len);
            if (end + 1 == body.len) {
                return (text_split_t){{body.data, at}, af_trim((af_slice_t){body.data + at + len, end - at - len})};
            }
            break;
        }
        if (depth == 0 && c == ',') {
            break;
        }
        depth += c == '(' || c == '[';
        depth -= depth > 0 && (c == ')' || c == ']');
    }
    return (text_split_t){body, {NULL, 0}};
}

static bool is_name_byte(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}

/* Plain text as a pattern. */
static af_slice_t quoted(uint8_t *out, af_slice_t text)
{
    size_t len = 0;

    if (text.len >= 2 && is_one_of(text.data[0], "\"'") && text.data[text.len - 1] == text.data[0]) {
        text.data++;
        text.len -= 2;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (!is_name_byte(text.data[i])) {
            out[len++] = '\\';
        }
        out[len++] = text.data[i];
    }
    return (af_slice_t){out, len};
}

/* Reads /pattern/flags. False: it is plain text. JavaScript's "u" is always on here. */
static bool is_pattern(af_slice_t argument, af_slice_t *pattern, uint32_t *flags)
{
    size_t end = argument.len;

    *flags = 0;
    while (end > 1 && is_one_of(argument.data[end - 1], "imsu")) {
        uint8_t c = argument.data[--end];
        *flags |= c == 'i' ? AF_REGEX_CASELESS : c == 'm' ? AF_REGEX_MULTILINE : c == 's' ? AF_REGEX_DOTALL : 0;
    }
    if (end < 3 || argument.data[0] != '/' || argument.data[end - 1] != '/') {
        *flags = 0;
        return false;
    }
    *pattern = (af_slice_t){argument.data + 1, end - 2};
    return true;
}

/* Puts the condition into the rule. AF_SYNTAX: told as skipped. */
static af_status_t take_text(const af_line_t *line, af_slice_t argument, af_rule_t *rule)
{
    af_store_t *store = line->builder->store;
    char message[160];
    size_t at;
    af_slice_t pattern;
    af_regex_t *regex = NULL;

    if (!is_pattern(argument, &pattern, &rule->pattern_flags)) {
        uint8_t *out = af_store_alloc(store, 2 * argument.len + 1);
        if (out == NULL) {
            return AF_NOMEM;
        }
        pattern = quoted(out, argument);
    }
    if (pattern.len == 0) {
        (void) skip(line, argument.data, "the text is empty: every element has it");
        return AF_SYNTAX;
    }
    rule->pattern = af_store_string(store, pattern);
    if (rule->pattern == NULL) {
        return AF_NOMEM;
    }
    af_status_t status = af_regex_compile(line->builder->heap, pattern, rule->pattern_flags, &regex, &at, message,
                                          sizeof message);
    rule->regex = regex;
    if (status == AF_SYNTAX) {
        (void) af_line_tell(line, AF_SKIPPED, (size_t) (argument.data - line->text.data) + 1 + at, "in the pattern: %s", message);
    }
    return status;
}

/* --- Rules ---------------------------------------------------------------------------------------------------------------- */

/* The selector in the store; "*" is added where only a combinator is left of it. */
static af_status_t take_selector(const af_line_t *line, const text_split_t *split, af_slice_t *out)
{
    af_slice_t text = split->selector;
    bool open = split->argument.data != NULL && (text.len == 0 || is_one_of(text.data[text.len - 1], " \t>+~"));
    char *copy = af_store_alloc(line->builder->store, text.len + 2);

    if (copy == NULL) {
        return AF_NOMEM;
    }
    memcpy(copy, text.data, text.len);
    copy[text.len] = '*';
    copy[text.len + open] = '\0';
    *out = (af_slice_t){(const uint8_t *) copy, text.len + open};
    return AF_OK;
}

/* AF_SYNTAX: told as skipped. */
static af_status_t select_draft(const af_line_t *line, const af_cosmetic_t *cosmetic, af_draft_t *draft)
{
    af_selector_error_t error;
    size_t at = (size_t) (cosmetic->body.data - line->text.data);

    if (af_selector_names_root(draft->selector)) {
        (void) skip(line, cosmetic->body.data, "html, head, body and frameset are never removed");
        return AF_SYNTAX;
    }
    af_status_t status = af_builder_select(line->builder, draft->selector, &error);
    if (status == AF_SYNTAX || status == AF_UNSUPPORTED) {
        (void) af_line_tell(line, AF_SKIPPED, at + error.at, "in the selector: %s", error.message);
        return AF_SYNTAX;
    }
    return status;
}

static af_status_t read_rule(const af_line_t *line, af_slice_t text, const af_cosmetic_t *cosmetic, af_draft_t *draft)
{
    text_split_t split = split_text(cosmetic->body);
    af_status_t status = take_selector(line, &split, &draft->selector);

    if (status == AF_OK && split.argument.data != NULL) {
        status = take_text(line, split.argument, &draft->rule);
    }
    if (status == AF_OK) {
        status = select_draft(line, cosmetic, draft);
    }
    if (status != AF_OK) {
        return status;
    }
    const char *copy = af_store_string(line->builder->store, text);
    if (copy == NULL) {
        return AF_NOMEM;
    }
    draft->rule.text = copy;
    draft->body = (af_slice_t){(const uint8_t *) copy + (cosmetic->body.data - text.data), cosmetic->body.len};
    return af_builder_add_draft(line->builder, draft);
}

static af_status_t add_rule(const af_line_t *line, af_slice_t text, const af_cosmetic_t *cosmetic)
{
    af_draft_t draft = {.rule = {.verb = AF_VERB_REMOVE, .file = line->file, .line = line->number,
                                 .from_preset = line->from_preset, .max = AF_RULES_TEXT_MAX}};
    bool lost;
    af_status_t status = make_sites(line, cosmetic, &draft.rule.sites, &draft.rule.site_count, &lost);

    if (status != AF_OK || lost) {
        return status;
    }
    status = read_rule(line, text, cosmetic, &draft);
    if (status != AF_OK) {
        af_rule_release(&draft.rule);
    }
    return status == AF_SYNTAX ? AF_OK : status;
}

/* --- Exceptions ------------------------------------------------------------------------------------------------------------- */

static af_status_t add_exception(const af_line_t *line, const af_cosmetic_t *cosmetic)
{
    af_builder_t *builder = line->builder;
    af_exception_t exception = {.next = 0};
    bool lost;
    af_status_t status = make_sites(line, cosmetic, &exception.sites, &exception.site_count, &lost);
    const char **inverse = NULL;

    if (status != AF_OK || lost) {
        return status;
    }
    if (exception.site_count > 0) {
        inverse = af_store_alloc(builder->store, exception.site_count * sizeof *inverse);
    }
    for (size_t i = 0; inverse != NULL && i < exception.site_count; i++) {
        size_t len = strlen(exception.sites[i]);
        char *site = af_store_alloc(builder->store, len + 2);
        if (site == NULL) {
            return AF_NOMEM;
        }
        site[0] = '~';
        memcpy(site + 1, exception.sites[i], len + 1);
        inverse[i] = site;
    }
    const char *body = af_store_string(builder->store, cosmetic->body);
    if (body == NULL || (inverse == NULL && exception.site_count > 0)) {
        return AF_NOMEM;
    }
    exception.sites = inverse;
    exception.body = (af_slice_t){(const uint8_t *) body, cosmetic->body.len};
    void *block = builder->exceptions;
    status = af_heap_grow(builder->heap, &block, &builder->exception_capacity, builder->exception_count + 1, sizeof exception,
                          AF_RULES_MAX);
    builder->exceptions = block;
    if (status == AF_OK) {
        builder->exceptions[builder->exception_count++] = exception;
    }
    return status;
}

af_status_t af_cosmetic_read(const af_line_t *line, af_slice_t text, const af_cosmetic_t *cosmetic)
{
    const char *why = never_a_rule(cosmetic);

    if (why != NULL) {
        return skip(line, cosmetic->mark.data, why);
    }
    return is_exception(cosmetic) ? add_exception(line, cosmetic) : add_rule(line, text, cosmetic);
}

static size_t slot_of(af_slice_t body, size_t slots)
{
    uint64_t hash = af_hash_more(AF_HASH_START, body.data, body.len);

    return (size_t) (hash ^ (hash >> 29)) & (slots - 1);
}

/* Puts the sites of all exceptions in the chain that name the draft's body behind its own. */
static af_status_t settle_draft(af_builder_t *builder, af_draft_t *draft, uint32_t first)
{
    size_t more = 0;

    for (uint32_t i = first; i != 0; i = builder->exceptions[i - 1].next) {
        const af_exception_t *exception = &builder->exceptions[i - 1];
        if (af_slice_equal(exception->body, draft->body)) {
            more += exception->site_count;
            draft->undone = draft->undone || exception->site_count == 0;
        }
    }
    builder->stale = builder->stale || draft->undone;
    if (draft->undone || more == 0) {
        return AF_OK;
    }
    const char **sites = af_store_alloc(builder->store, (draft->rule.site_count + more) * sizeof *sites);
    size_t count = draft->rule.site_count;
    if (sites == NULL) {
        return AF_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        sites[i] = draft->rule.sites[i];
    }
    for (uint32_t i = first; i != 0; i = builder->exceptions[i - 1].next) {
        const af_exception_t *exception = &builder->exceptions[i - 1];
        for (size_t k = 0; af_slice_equal(exception->body, draft->body) && k < exception->site_count; k++) {
            sites[count++] = exception->sites[k];
        }
    }
    af_sites_sort(sites, count);
    draft->rule.sites = sites;
    draft->rule.site_count = count;
    return AF_OK;
}

af_status_t af_cosmetic_settle(af_builder_t *builder)
{
    size_t slots = 64;
    af_status_t status = AF_OK;

    if (builder->exception_count == 0) {
        return AF_OK;
    }
    while (slots < 2 * builder->exception_count) {
        slots *= 2;
    }
    uint32_t *table = af_heap_alloc(builder->heap, slots * sizeof *table);
    if (table == NULL) {
        return AF_NOMEM;
    }
    memset(table, 0, slots * sizeof *table);
    for (size_t i = 0; i < builder->exception_count; i++) {
        size_t slot = slot_of(builder->exceptions[i].body, slots);
        builder->exceptions[i].next = table[slot];
        table[slot] = (uint32_t) i + 1;
    }
    for (size_t i = 0; status == AF_OK && i < builder->draft_count; i++) {
        af_draft_t *draft = &builder->drafts[i];
        if (draft->body.data != NULL) {
            status = settle_draft(builder, draft, table[slot_of(draft->body, slots)]);
        }
    }
    af_heap_release(builder->heap, table, slots * sizeof *table);
    return status;
}
