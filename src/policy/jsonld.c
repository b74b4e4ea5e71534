/*
 * policy/jsonld.c: the scanner.
 *
 * A pushdown automaton over bytes. It is lenient where that cannot mislead (white space, HTML comment marks in front), and stops
 * for good at what is not JSON. The encoding does not matter: only ASCII bytes mean something outside of strings.
 */
#include "policy/jsonld.h"

#include "base/ascii.h"

enum { STATE_VALUE, STATE_STRING, STATE_ESCAPE, STATE_UNICODE, STATE_STOPPED };

#define AUTHOR_NONE 0u

void af_jsonld_begin(af_jsonld_t *scan)
{
    for (uint32_t depth = 1; scan->claims != NULL && depth <= AF_JSONLD_DEPTH; depth++) {
        af_claims_settle(scan->claims, depth, 0, ""); /* of a script that was no JSON to its end */
    }
    scan->depth = 0;
    scan->state = STATE_VALUE;
    scan->len = 0;
    scan->high = 0;
    scan->author_depth = AUTHOR_NONE;
    if (!scan->author_sure) {
        scan->author_len = 0;
    }
}

void af_jsonld_clear(af_jsonld_t *scan)
{
    *scan = (af_jsonld_t){.state = STATE_VALUE, .status = AF_OK};
}

static bool text_is(const af_jsonld_t *scan, const char *word)
{
    size_t len = strlen(word);
    return !scan->cut && scan->len == len && memcmp(scan->text, word, len) == 0;
}

static bool text_ends(const af_jsonld_t *scan, const char *word)
{
    size_t len = strlen(word);
    return !scan->cut && scan->len >= len && memcmp(scan->text + scan->len - len, word, len) == 0;
}

static af_jsonld_frame_t *top(af_jsonld_t *scan)
{
    return scan->depth == 0 ? NULL : &scan->frames[scan->depth - 1];
}

/* --- what a string means -------------------------------------------------------------------------------------------------- */

static af_jsonld_key_t key_of(const af_jsonld_t *scan)
{
    static const struct {
        const char *name;
        af_jsonld_key_t key;
    } known[] = {
        {"@type", AF_LD_KEY_TYPE},
        {"datePublished", AF_LD_KEY_DATE},
        {"author", AF_LD_KEY_AUTHOR},
        {"name", AF_LD_KEY_NAME},
        {"copyrightNotice", AF_LD_KEY_NOTICE},
        {"creditText", AF_LD_KEY_CREDIT},
        {"copyrightHolder", AF_LD_KEY_HOLDER},
        {"copyrightYear", AF_LD_KEY_YEAR},
    };
    static const char *const shut[] = {"comment", "review", "reviews", "mentions", "citation", "isBasedOn", "isPartOf", "hasPart",
                                        "about",
                                       "itemListElement", "relatedLink", "subjectOf", "video", "image", "associatedMedia",
                                       "recordedIn", "mainEntityOfPage", "publisher"};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (text_is(scan, known[i].name)) {
            return known[i].key;
        }
    }
    for (size_t i = 0; i < sizeof(shut) / sizeof(shut[0]); i++) {
        if (text_is(scan, shut[i])) {
            return AF_LD_KEY_SHUT;
        }
    }
    return AF_LD_KEY_OTHER;
}

static af_jsonld_type_t type_of(const af_jsonld_t *scan)
{
    if (text_ends(scan, "Article") || text_is(scan, "BlogPosting") || text_is(scan, "LiveBlogPosting") ||
        text_is(scan, "Report") ||
        text_is(scan, "SocialMediaPosting")) {
        return AF_LD_ARTICLE;
    }
    return text_ends(scan, "Page") || text_is(scan, "CreativeWork") ? AF_LD_PAGE : AF_LD_OTHER;
}

/* The depth of the object that an author belongs to which is named in the frame at the top. */
static uint32_t owner_depth(const af_jsonld_t *scan)
{
    uint32_t depth = scan->depth;
    while (depth > 0 && (scan->frames[depth - 1].person || !scan->frames[depth - 1].object)) {
        depth--;
    }
    return depth;
}

/* An author's name: the first object that has one and proves to be no other thing gives all of its names. */
static void take_author(af_jsonld_t *scan)
{
    uint32_t owner = owner_depth(scan);
    if (scan->author_sure || owner == 0 || scan->cut || scan->len == 0) {
        return;
    }
    if (scan->author_depth != AUTHOR_NONE && scan->author_depth != owner) {
        return;
    }
    size_t comma = scan->author_len > 0 ? 2 : 0;
    if (scan->author_len + comma + scan->len > sizeof(scan->author)) {
        return;
    }
    memcpy(scan->author + scan->author_len, ", ", comma);
    memcpy(scan->author + scan->author_len + comma, scan->text, scan->len);
    scan->author_len += comma + scan->len;
    scan->author_depth = owner;
}

/* What is said of the rights in the object that the frame at the top belongs to. */
static void take_claim(af_jsonld_t *scan, af_claim_kind_t kind)
{
    uint32_t depth = scan->depth;

    while (depth > 0 && (scan->frames[depth - 1].holder || !scan->frames[depth - 1].object)) {
        depth--;
    }
    if (scan->claims == NULL || scan->raw_cut || depth == 0) {
        return;
    }
    af_status_t status = af_claims_json(scan->claims, kind, (af_slice_t){scan->raw, scan->raw_len}, scan->raw_pos, depth);
    scan->status = status != AF_OK ? status : scan->status;
}

static void take_year(af_jsonld_frame_t *frame, uint8_t digit)
{
    if (frame->object && frame->year_len < sizeof frame->year - 1) {
        frame->year[frame->year_len++] = (char) digit;
        frame->year[frame->year_len] = '\0';
    }
}

/* Arrays hand the key of the object that they are in on to their items. */
static af_jsonld_key_t key_here(const af_jsonld_t *scan)
{
    return scan->frames[scan->depth - 1].key;
}

static void take_string(af_jsonld_t *scan)
{
    af_jsonld_frame_t *frame = top(scan);
    if (frame == NULL) {
        return;
    }
    if (frame->object && frame->expects_key) {
        frame->key = key_of(scan);
        return;
    }
    if (frame->shut) {
        return;
    }
    switch (key_here(scan)) {
    case AF_LD_KEY_TYPE: {
        /* Of several types the one that tells most counts. */
        af_jsonld_frame_t *object = frame->object || scan->depth < 2 ? frame : frame - 1;
        af_jsonld_type_t type = type_of(scan);
        if (object->type == AF_LD_UNTYPED || object->type == AF_LD_OTHER || type == AF_LD_ARTICLE) {
            object->type = type;
        }
        break;
    }
    case AF_LD_KEY_DATE:
        if (frame->object && frame->date[0] == '\0' && !scan->cut && scan->len < sizeof(frame->date)) {
            memcpy(frame->date, scan->text, scan->len);
            frame->date[scan->len] = '\0';
        }
        break;
    case AF_LD_KEY_AUTHOR:
        take_author(scan);
        break;
    case AF_LD_KEY_NAME:
        if (frame->person) {
            take_author(scan);
        } else if (frame->holder) {
            take_claim(scan, AF_CLAIM_HOLDER);
        }
        break;
    case AF_LD_KEY_NOTICE:
        take_claim(scan, AF_CLAIM_NOTICE);
        break;
    case AF_LD_KEY_CREDIT:
        take_claim(scan, AF_CLAIM_CREDIT);
        break;
    case AF_LD_KEY_HOLDER:
        take_claim(scan, AF_CLAIM_HOLDER);
        break;
    case AF_LD_KEY_YEAR:
        for (size_t i = 0; i < scan->len; i++) {
            take_year(frame, (uint8_t) scan->text[i]);
        }
        break;
    case AF_LD_KEY_OTHER:
    case AF_LD_KEY_SHUT:
        break;
    }
}

/* --- structure -------------------------------------------------------------------------------------------------------------- */

static void open_frame(af_jsonld_t *scan, uint8_t bracket)
{
    if (scan->depth == AF_JSONLD_DEPTH) {
        scan->state = STATE_STOPPED;
        return;
    }
    const af_jsonld_frame_t *outer = top(scan);
    af_jsonld_key_t key = outer == NULL ? AF_LD_KEY_OTHER : outer->key;
    af_jsonld_frame_t *frame = &scan->frames[scan->depth++];
    bool object = bracket == '{';
    *frame = (af_jsonld_frame_t){.object = object, .expects_key = object};
    bool inside = outer != NULL && (outer->person || outer->holder) && outer->object && object; /* what a person has, not is */
    frame->shut = inside || (outer != NULL && (outer->shut || key == AF_LD_KEY_SHUT));
    frame->person = outer != NULL && (outer->person || (object && key == AF_LD_KEY_AUTHOR));
    frame->holder = outer != NULL && (outer->holder || key == AF_LD_KEY_HOLDER);
    frame->key = object ? AF_LD_KEY_OTHER : key;
}

static void close_object(af_jsonld_t *scan, const af_jsonld_frame_t *frame)
{
    uint8_t rank = frame->type == AF_LD_ARTICLE ? 2 : frame->type == AF_LD_OTHER || frame->shut || frame->person ? 0 : 1;
    if (frame->date[0] != '\0' && rank > scan->date_rank) {
        memcpy(scan->date, frame->date, sizeof(scan->date));
        scan->date_rank = rank;
    }
    if (scan->claims != NULL && !frame->holder) {
        af_claims_settle(scan->claims, scan->depth, rank, frame->year);
    }
    if (scan->author_depth == scan->depth) {
        scan->author_sure = rank > 0;
        scan->author_len = rank > 0 ? scan->author_len : 0;
        scan->author_depth = AUTHOR_NONE;
    }
}

static void close_frame(af_jsonld_t *scan, uint8_t bracket)
{
    const af_jsonld_frame_t *frame = top(scan);
    if (frame == NULL || frame->object != (bracket == '}')) {
        scan->state = STATE_STOPPED;
        return;
    }
    if (frame->object) {
        close_object(scan, frame);
    }
    scan->depth--;
}

static void take_mark(af_jsonld_t *scan, uint8_t c)
{
    af_jsonld_frame_t *frame = top(scan);
    switch (c) {
    case '"':
        scan->state = STATE_STRING;
        scan->len = 0;
        scan->cut = false;
        scan->high = 0;
        scan->raw_len = 0;
        scan->raw_cut = false;
        break;
    case '{':
    case '[':
        open_frame(scan, c);
        break;
    case '}':
    case ']':
        close_frame(scan, c);
        break;
    case ':':
        if (frame != NULL) {
            frame->expects_key = false;
        }
        break;
    case ',':
        if (frame != NULL && frame->object) {
            frame->expects_key = true;
            frame->key = AF_LD_KEY_OTHER;
        }
        break;
    default: /* white space, numbers, words, and comment marks around the whole */
        if (frame != NULL && frame->key == AF_LD_KEY_YEAR && !frame->expects_key && !frame->shut && af_is_digit(c)) {
            take_year(frame, c);
        }
        if (scan->depth > 0 && (c == '<' || c == '>' || c == '\'')) {
            scan->state = STATE_STOPPED;
        }
        break;
    }
}

/* --- strings ------------------------------------------------------------------------------------------------------ */

static void put(af_jsonld_t *scan, const char *bytes, size_t len)
{
    if (len > sizeof(scan->text) - scan->len) {
        scan->cut = true;
        return;
    }
    memcpy(scan->text + scan->len, bytes, len);
    scan->len += len;
}

static void put_point(af_jsonld_t *scan, uint32_t point)
{
    char reference[] = "&#x00000000;";
    for (size_t i = 10; i > 2; i--) {
        reference[i] = "0123456789ABCDEF"[point & 15];
        point >>= 4;
    }
    put(scan, reference, sizeof(reference) - 1);
}

static void put_byte(af_jsonld_t *scan, uint8_t c)
{
    if (c == '&') {
        put(scan, "&amp;", 5);
    } else {
        char byte = (char) c;
        put(scan, &byte, 1);
    }
}

static void take_escape(af_jsonld_t *scan, uint8_t c)
{
    scan->state = c == 'u' ? STATE_UNICODE : STATE_STRING;
    if (c == 'u') {
        scan->unicode = 0;
        scan->digits = 0;
    } else {
        put_byte(scan, c == 'n' || c == 't' || c == 'r' || c == 'f' || c == 'b' ? ' ' : c);
    }
}

static void take_unicode(af_jsonld_t *scan, uint8_t c)
{
    uint8_t folded = c | 0x20;
    if (!((c >= '0' && c <= '9') || (folded >= 'a' && folded <= 'f'))) {
        scan->state = STATE_STOPPED;
        return;
    }
    scan->unicode = scan->unicode << 4 | (c <= '9' ? c - (uint32_t) '0' : folded - (uint32_t) 'a' + 10);
    if (++scan->digits < 4) {
        return;
    }
    scan->state = STATE_STRING;
    if (scan->unicode >= 0xD800 && scan->unicode < 0xDC00) {
        scan->high = scan->unicode;
        return;
    }
    uint32_t point = scan->unicode;
    if (point >= 0xDC00 && point < 0xE000) {
        point = scan->high == 0 ? 0xFFFD : 0x10000 + ((scan->high - 0xD800) << 10) + (point - 0xDC00);
    }
    scan->high = 0;
    if (point < 0x80 && point >= ' ') {
        put_byte(scan, (uint8_t) point); /* keys and types may be written so */
    } else {
        put_point(scan, point);
    }
}

/* Keeps the string as it is written, for a claim. */
static void note_raw(af_jsonld_t *scan, uint8_t c)
{
    if (scan->raw_len == sizeof scan->raw) {
        scan->raw_cut = true;
        return;
    }
    scan->raw[scan->raw_len++] = c;
}

void af_jsonld_push(af_jsonld_t *scan, const uint8_t *data, size_t len, uint64_t pos)
{
    for (size_t i = 0; i < len && scan->state != STATE_STOPPED; i++) {
        uint8_t c = data[i];
        if (scan->state == STATE_VALUE) {
            take_mark(scan, c);
            scan->raw_pos = pos + i + 1;
            continue;
        }
        if (scan->state == STATE_STRING && c == '"') {
            scan->state = STATE_VALUE;
            take_string(scan);
            continue;
        }
        note_raw(scan, c);
        if (scan->state == STATE_ESCAPE) {
            take_escape(scan, c);
        } else if (scan->state == STATE_UNICODE) {
            take_unicode(scan, c);
        } else if (c == '\\') {
            scan->state = STATE_ESCAPE;
        } else {
            put_byte(scan, c);
        }
    }
}
