/*
 * feed/json.c: JSON Feed and the posts of WordPress: strings that hold HTML.
 *
 * A strict scanner of our own: no packaged streaming parser tells where in the bytes a string stands, which is all that is
 * needed here. It checks the grammar of RFC 8259 and keeps nothing but the open containers. A unit is a post: an element of
 * "items", of an array that is the whole document, or the whole document. JSON that is broken has no place to go on from:
 * the rest passes.
 */
#include "feed/feed_internal.h"

#define DEPTH_MAX 512u
#define WORD_MAX 64u /* bytes of a number */

typedef enum { ROLE_OTHER, ROLE_ITEMS, ROLE_ITEM, ROLE_HTML, ROLE_TITLE, ROLE_AUTHORS, ROLE_AUTHOR } role_t;

typedef enum {
    EXPECT_VALUE, EXPECT_VALUE_OR_END, EXPECT_KEY, EXPECT_KEY_OR_END, EXPECT_COLON, EXPECT_COMMA_OR_END, EXPECT_NOTHING
} expect_t;

/* What a key's value may be: a field, a fact, a container with a role. */
typedef struct {
    const char *name;
    role_t inside;  /* the object that the key is in */
    uint8_t rank;   /* a string: a field; 0: none. In ROLE_HTML the rank is the container's */
    af_fact_t fact;
    uint8_t fact_rank;
    role_t role;    /* an object or array */
    uint8_t role_rank;
} key_t;

typedef struct {
    uint8_t type; /* '{' or '[' */
    uint8_t role; /* role_t */
    uint8_t rank;
    const char *name; /* ROLE_HTML: the key that it is the value of */
} frame_t;

/* What feed-fields rules say of a key. */
typedef enum { FIELD_USUAL, FIELD_NAMED, FIELD_NOT_NAMED } named_t;

struct af_json {
    size_t at, searched;  /* of the held bytes; of the string that begins at `at` */
    bool started, long_string;
    expect_t expect;
    frame_t *frames;
    size_t depth, capacity;
    const key_t *key;     /* of the value that comes next; NULL: one that means nothing */
    named_t named;        /* by a feed-fields rule */
    bool holding;
    size_t unit_depth;
};

/* A key of an item that a feed-fields rule names and nothing else knows. */
static const key_t named_key = {"", ROLE_ITEM, 1, AF_FACT_NONE, 0, ROLE_OTHER, 0};

static const key_t keys[] = {
    {"content_html", ROLE_ITEM, 3, AF_FACT_NONE, 0, ROLE_OTHER, 0},
    {"summary", ROLE_ITEM, 1, AF_FACT_NONE, 0, ROLE_OTHER, 0},
    {"title", ROLE_ITEM, 0, AF_FACT_TITLE, 3, ROLE_TITLE, 0},
    {"url", ROLE_ITEM, 0, AF_FACT_LINK, 3, ROLE_OTHER, 0},
    {"link", ROLE_ITEM, 0, AF_FACT_LINK, 2, ROLE_OTHER, 0},
    {"date_published", ROLE_ITEM, 0, AF_FACT_DATE, 3, ROLE_OTHER, 0},
    {"date", ROLE_ITEM, 0, AF_FACT_DATE, 2, ROLE_OTHER, 0},
    {"content", ROLE_ITEM, 0, AF_FACT_NONE, 0, ROLE_HTML, 3},
    {"excerpt", ROLE_ITEM, 0, AF_FACT_NONE, 0, ROLE_HTML, 2},
    {"description", ROLE_ITEM, 0, AF_FACT_NONE, 0, ROLE_HTML, 1},
    {"caption", ROLE_ITEM, 0, AF_FACT_NONE, 0, ROLE_HTML, 1},
    {"items", ROLE_ITEM, 0, AF_FACT_NONE, 0, ROLE_ITEMS, 0},
    {"authors", ROLE_ITEM, 0, AF_FACT_NONE, 0, ROLE_AUTHORS, 0},
    {"author", ROLE_ITEM, 0, AF_FACT_NONE, 0, ROLE_AUTHOR, 0},
    {"name", ROLE_AUTHOR, 0, AF_FACT_AUTHOR, 2, ROLE_OTHER, 0},
    {"rendered", ROLE_TITLE, 0, AF_FACT_TITLE, 2, ROLE_OTHER, 0},
    {"rendered", ROLE_HTML, 1, AF_FACT_NONE, 0, ROLE_OTHER, 0},
};

/* --- Units -------------------------------------------------------------------------------------------------------------- */

static void begin_unit(af_feed_t *feed, af_json_t *json)
{
    json->holding = true;
    json->unit_depth = json->depth;
    af_unit_begin(feed);
}

static af_status_t settle(af_feed_t *feed, size_t to)
{
    af_status_t status = af_unit_change(feed, AF_UNIT_ITEM);

    af_unit_settle(feed, to);
    feed->field_count = 0;
    return status;
}

/* The token [at, to) does not fit into what may be held: what is before it is settled, and the unit goes on with it.
   Depends on the
 * places of tokens alone, not on how the bytes come. */
static af_status_t make_room(af_feed_t *feed, af_json_t *json, size_t to)
{
    if (!json->holding || to - feed->done <= feed->options.limits.hold || json->at == feed->done) {
        return AF_OK;
    }
    feed->stats.limited++;
    feed->stats.reason = "hold";
    af_feed_tell(feed, AF_LIMIT_HIT, json->at, "hold");
    return settle(feed, json->at);
}

/* The token that begins at json->at is wrong, and that shows in its byte before `end`. */
static af_status_t malformed(af_feed_t *feed, af_json_t *json, size_t end)
{
    af_status_t status = make_room(feed, json, end);

    af_feed_tell(feed, AF_ILL_FORMED, json->at, "json");
    af_feed_pass(feed, "malformed");
    return status;
}

/* --- Containers --------------------------------------------------------------------------------------------------------- */

/* What a container is: the key tells, or where it is an element, the array. */
static frame_t frame_of(const af_json_t *json, uint8_t type)
{
    frame_t frame = {type, ROLE_OTHER, 0, ""};
    const frame_t *outer = json->depth == 0 ? NULL : &json->frames[json->depth - 1];

    if (outer == NULL) {
        frame.role = type == '{' ? ROLE_ITEM : ROLE_ITEMS;
    } else if (outer->type == '[' && type == '{') {
        frame.role = outer->role == ROLE_ITEMS ? ROLE_ITEM : outer->role == ROLE_AUTHORS ? ROLE_AUTHOR : ROLE_OTHER;
    } else if (outer->type == '{' && json->key != NULL) {
        bool array = json->key->role == ROLE_ITEMS || json->key->role == ROLE_AUTHORS;
        frame.role = array == (type == '[') ? (uint8_t) json->key->role : ROLE_OTHER;
        frame.rank = json->key->role_rank;
        frame.name = json->key->name;
    }
    if (frame.role == ROLE_ITEMS && json->depth > 1) {
        frame.role = ROLE_OTHER;
    }
    return frame;
}

static af_status_t open_container(af_feed_t *feed, af_json_t *json, uint8_t type)
{
    frame_t frame = frame_of(json, type);
    void *block = json->frames;
    af_status_t status = af_heap_grow(feed->heap, &block, &json->capacity, json->depth + 1, sizeof *json->frames, DEPTH_MAX);

    json->frames = block;
    if (status != AF_OK) {
        feed->stats.limited++;
        af_feed_tell(feed, AF_LIMIT_HIT, json->at, "depth");
        af_feed_pass(feed, "depth");
        return status;
    }
    if (frame.role == ROLE_ITEMS && json->holding) {
        status = settle(feed, json->at); /* the document is a list: its elements are the units */
        json->holding = false;
    }
    json->frames[json->depth++] = frame;
    if (frame.role == ROLE_ITEM) {
        begin_unit(feed, json);
    }
    json->expect = type == '{' ? EXPECT_KEY_OR_END : EXPECT_VALUE_OR_END;
    json->key = NULL;
    return status;
}

static void after_value(af_json_t *json)
{
    json->key = NULL;
    json->expect = json->depth == 0 ? EXPECT_NOTHING : EXPECT_COMMA_OR_END;
}

static af_status_t close_container(af_feed_t *feed, af_json_t *json, uint8_t c)
{
    bool may_end = json->expect == EXPECT_COMMA_OR_END || json->expect == (c == '}' ? EXPECT_KEY_OR_END : EXPECT_VALUE_OR_END);

    if (!may_end || json->depth == 0 || json->frames[json->depth - 1].type != (c == '}' ? '{' : '[')) {
        return malformed(feed, json, json->at + 1);
    }
    bool ends_unit = json->holding && json->depth == json->unit_depth;
    json->depth--;
    json->at++;
    after_value(json);
    if (ends_unit) {
        json->holding = false;
        return settle(feed, json->at);
    }
    return AF_OK;
}

/* --- Strings ------------------------------------------------------------------------------------------------------------ */

/* Tells whether a rule names the key of an item, or CONTAINER.KEY. */
static bool is_named(const frame_t *inside, af_slice_t key, const char *wanted)
{
    size_t outer = inside->role == ROLE_HTML ? strlen(inside->name) + 1 : 0, len = strlen(wanted);

    if (outer > 0 && (len <= outer || memcmp(wanted, inside->name, outer - 1) != 0 || wanted[outer - 1] != '.')) {
        return false;
    }
    return af_slice_equal(key, af_slice_of(wanted + outer));
}

static named_t named(const af_feed_t *feed, const frame_t *inside, af_slice_t key)
{
    named_t found = FIELD_USUAL;
    bool usual = false;

    for (uint32_t i = 0; i < feed->rules->feed_field_count; i++) {
        const af_rule_t *rule = &feed->rules->rules[feed->rules->feed_fields[i]];
        for (size_t k = 0; k < rule->element_count && af_feed_on_site(feed, rule); k++) {
            usual = usual || strcmp(rule->elements[k], "default") == 0;
            if (found != FIELD_NAMED) {
                found = is_named(inside, key, rule->elements[k]) ? FIELD_NAMED : FIELD_NOT_NAMED;
            }
        }
    }
    return found == FIELD_NOT_NAMED && usual ? FIELD_USUAL : found;
}

static void find_key(const af_feed_t *feed, af_json_t *json, af_slice_t name)
{
    const frame_t *inside = &json->frames[json->depth - 1];

    json->key = NULL;
    json->named = FIELD_USUAL;
    for (size_t i = 0; json->holding && i < sizeof keys / sizeof keys[0]; i++) {
        if (keys[i].inside == (role_t) inside->role && af_slice_equal(name, af_slice_of(keys[i].name))) {
            json->key = &keys[i];
        }
    }
    if (json->holding && feed->rules->feed_field_count > 0 && (inside->role == ROLE_ITEM || inside->role == ROLE_HTML)) {
        json->named = named(feed, inside, name);
        json->key = json->key == NULL && json->named == FIELD_NAMED ? &named_key : json->key;
    }
}

/* A string value between its quotes. */
static af_status_t take_string(af_feed_t *feed, const af_json_t *json, size_t from, size_t to)
{
    const key_t *key = json->key;

    if (key == NULL || !json->holding) {
        return AF_OK;
    }
    if (key->fact != AF_FACT_NONE && feed->wants_facts) {
        af_item_take(&feed->item, key->fact, key->fact_rank, AF_FORM_JSON, (af_slice_t){feed->bytes + from, to - from}, NULL);
    }
    bool is_field = json->named == FIELD_USUAL ? key->rank > 0 : json->named == FIELD_NAMED;
    if (!is_field || from == to) {
        return AF_OK;
    }
    uint8_t outer = json->frames[json->depth - 1].rank;
    af_field_t field = {.form = AF_FORM_JSON, .from = from, .to = to, .rank = outer > 0 ? outer : key->rank,
                        .removed_by = AF_NO_RULE};
    return af_unit_add(feed, &field);
}

typedef enum { STRING_MORE, STRING_WHOLE, STRING_BAD } string_t;

/* Goes on behind what was searched; `searched` is where the closing quote is. */
static string_t scan_string(const af_feed_t *feed, af_json_t *json, size_t from)
{
    size_t i = from + json->searched;

    for (; i < feed->len; i++) {
        uint8_t c = feed->bytes[i];
        if (c == '"') {
            json->searched = i - from;
            return STRING_WHOLE;
        }
        if (c < 0x20) {
            json->searched = i - from;
            return STRING_BAD;
        }
        if (c == '\\') {
            if (i + 1 == feed->len) {
                break;
            }
            i++;
        }
    }
    json->searched = i - from;
    return STRING_MORE;
}

/* False: more bytes are needed. */
static bool string(af_feed_t *feed, af_json_t *json, af_status_t *status)
{
    bool is_key = json->expect == EXPECT_KEY || json->expect == EXPECT_KEY_OR_END;
    size_t from = json->at + 1;

    if (!is_key && json->expect != EXPECT_VALUE && json->expect != EXPECT_VALUE_OR_END) {
        *status = malformed(feed, json, from);
        return true;
    }
    switch (scan_string(feed, json, from)) {
    case STRING_MORE:
        return false;
    case STRING_BAD:
        *status = malformed(feed, json, from + json->searched + 1);
        return true;
    case STRING_WHOLE:
        break;
    }
    size_t to = from + json->searched;
    bool fits = to + 1 - json->at <= feed->options.limits.hold;
    *status = make_room(feed, json, to + 1);
    if (is_key && !fits) {
        *status = malformed(feed, json, to + 1);
        return true;
    }
    json->searched = 0;
    json->at = to + 1;
    if (is_key) {
        find_key(feed, json, (af_slice_t){feed->bytes + from, to - from});
        json->expect = EXPECT_COLON;
    } else {
        if (fits) {
            af_status_t taken = take_string(feed, json, from, to);
            *status = *status != AF_OK ? *status : taken;
        } else {
            af_feed_release(feed, json->at);
        }
        after_value(json);
    }
    return true;
}

/* The rest of a string that is too long to be held. False: it goes on. */
static bool long_string(af_feed_t *feed, af_json_t *json, af_status_t *status)
{
    switch (scan_string(feed, json, json->at)) {
    case STRING_MORE:
        json->at += json->searched;
        json->searched = 0;
        return false;
    case STRING_BAD:
        *status = malformed(feed, json, json->at);
        return true;
    case STRING_WHOLE:
        break;
    }
    json->at += json->searched + 1;
    json->searched = 0;
    json->long_string = false;
    af_feed_release(feed, json->at);
    after_value(json);
    return true;
}

/* --- Numbers and words -------------------------------------------------------------------------------------------------- */

static size_t digits(af_slice_t text, size_t at)
{
    size_t to = at;

    while (to < text.len && text.data[to] >= '0' && text.data[to] <= '9') {
        to++;
    }
    return to - at;
}

/* RFC 8259 6. */
static bool is_number(af_slice_t text)
{
    size_t at = text.len > 0 && text.data[0] == '-';
    size_t whole = digits(text, at);

    if (whole == 0 || (whole > 1 && text.data[at] == '0')) {
        return false;
    }
    at += whole;
    if (at < text.len && text.data[at] == '.') {
        size_t part = digits(text, at + 1);
        if (part == 0) {
            return false;
        }
        at += part + 1;
    }
    if (at < text.len && (text.data[at] | 0x20) == 'e') {
        at++;
        at += at < text.len && (text.data[at] == '+' || text.data[at] == '-');
        size_t power = digits(text, at);
        if (power == 0) {
            return false;
        }
        at += power;
    }
    return at == text.len;
}

static bool is_word_byte(uint8_t c)
{
    return (c >= '0' && c <= '9') || (uint8_t) ((c | 0x20) - 'a') < 26 || c == '-' || c == '+' || c == '.';
}

static bool word(af_feed_t *feed, af_json_t *json, bool last, af_status_t *status)
{
    size_t to = json->at;

    while (to < feed->len && to - json->at < WORD_MAX && is_word_byte(feed->bytes[to])) {
        to++;
    }
    if (to == feed->len && !last && to - json->at < WORD_MAX) {
        return false;
    }
    af_slice_t text = {feed->bytes + json->at, to - json->at};
    bool known = af_slice_equal(text, af_slice_of("true")) || af_slice_equal(text, af_slice_of("false")) ||
                 af_slice_equal(text, af_slice_of("null")) || is_number(text);
    if (!known || (json->expect != EXPECT_VALUE && json->expect != EXPECT_VALUE_OR_END)) {
        *status = malformed(feed, json, to > json->at ? to : json->at + 1);
        return true;
    }
    *status = make_room(feed, json, to);
    json->at = to;
    after_value(json);
    return true;
}

/* --- All ---------------------------------------------------------------------------------------------------------------- */

static af_status_t separator(af_feed_t *feed, af_json_t *json, uint8_t c)
{
    if (c == ':' && json->expect == EXPECT_COLON) {
        json->expect = EXPECT_VALUE;
    } else if (c == ',' && json->expect == EXPECT_COMMA_OR_END && json->depth > 0) {
        json->expect = json->frames[json->depth - 1].type == '{' ? EXPECT_KEY : EXPECT_VALUE;
    } else {
        return malformed(feed, json, json->at + 1);
    }
    json->at++;
    return AF_OK;
}

/* Takes one token; false: more bytes are needed. */
static bool step(af_feed_t *feed, af_json_t *json, bool last, af_status_t *status)
{
    if (json->long_string) {
        return long_string(feed, json, status);
    }
    while (json->at < feed->len && af_xml_space(feed->bytes[json->at])) {
        json->at++;
    }
    if (json->at == feed->len) {
        return false;
    }
    uint8_t c = feed->bytes[json->at];
    if (memchr("{}[]:,", c, 6) != NULL) {
        *status = make_room(feed, json, json->at + 1);
    }
    switch (c) {
    case '{': case '[':
        if (json->expect != EXPECT_VALUE && json->expect != EXPECT_VALUE_OR_END) {
            *status = malformed(feed, json, json->at + 1);
        } else {
            *status = open_container(feed, json, c);
            json->at++;
        }
        return true;
    case '}': case ']':
        *status = close_container(feed, json, c);
        return true;
    case ':': case ',':
        *status = separator(feed, json, c);
        return true;
    case '"':
        return string(feed, json, status);
    default:
        return word(feed, json, last, status);
    }
}

static bool start(af_feed_t *feed, af_json_t *json)
{
    size_t bom_len = 0;
    const char *bom = af_charset_bom(feed->bytes, feed->len, &bom_len);
    bool wide = memchr(feed->bytes, 0, feed->len < 4 ? feed->len : 4) != NULL;

    json->started = true;
    json->at = bom_len;
    if (wide || (bom != NULL && strcmp(bom, "utf-8") != 0)) {
        af_feed_pass(feed, "charset");
        return false;
    }
    feed->characters = AF_CHARACTER_UTF8;
    feed->options.charset = "utf-8"; /* RFC 8259 8.1 */
    return true;
}

af_status_t af_json_run(af_feed_t *feed, af_json_t *json, bool last)
{
    size_t hold = feed->options.limits.hold;
    af_status_t told = AF_OK, status = AF_OK;

    if (!json->started && !start(feed, json)) {
        return AF_UNSUPPORTED;
    }
    while (!feed->passing && step(feed, json, last, &status)) {
        told = status != AF_OK ? status : told;
        status = AF_OK;
        if (!feed->passing && !json->holding) {
            af_feed_release(feed, json->at);
        }
    }
    if (feed->passing) {
        return told;
    }
    if (!json->long_string) {
        status = make_room(feed, json, feed->len);
        told = status != AF_OK ? status : told;
    }
    if (!json->long_string && feed->len - json->at > hold) {
        if (json->expect == EXPECT_KEY || json->expect == EXPECT_KEY_OR_END) {
            return malformed(feed, json, json->at);
        }
        json->long_string = true;
        json->at += json->searched + 1;
        json->searched = 0;
    }
    if (json->long_string) {
        af_feed_release(feed, json->at);
    }
    if (last && json->expect != EXPECT_NOTHING) {
        status = malformed(feed, json, feed->len);
        told = status != AF_OK ? status : told;
    }
    return told;
}

void af_json_moved(af_json_t *json, size_t by)
{
    json->at -= by;
}

af_status_t af_json_create(af_feed_t *feed, af_json_t **out)
{
    af_json_t *json = af_heap_alloc(feed->heap, sizeof *json);

    *out = json;
    if (json == NULL) {
        return af_heap_why(feed->heap, sizeof *json);
    }
    memset(json, 0, sizeof *json);
    json->expect = EXPECT_VALUE;
    return AF_OK;
}

void af_json_destroy(af_feed_t *feed, af_json_t *json)
{
    if (json != NULL) {
        af_heap_release(feed->heap, json->frames, json->capacity * sizeof *json->frames);
        af_heap_release(feed->heap, json, sizeof *json);
    }
}
