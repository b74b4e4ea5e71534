/*
 * html/tree_internal.h: what the files of tree construction share.
 *
 * Functions return nothing where they can only fail for memory or a limit: `tree->status` remembers it, and what follows goes on
 * harmlessly with node 0 until the token is done.
 */
#ifndef AF_HTML_TREE_INTERNAL_H
#define AF_HTML_TREE_INTERNAL_H

#include "html/tree.h"

typedef enum {
    MODE_INITIAL, MODE_BEFORE_HTML, MODE_BEFORE_HEAD, MODE_IN_HEAD, MODE_AFTER_HEAD, MODE_IN_BODY, MODE_TEXT, MODE_IN_TABLE,
    MODE_IN_CAPTION, MODE_IN_COLUMN_GROUP, MODE_IN_TABLE_BODY, MODE_IN_ROW, MODE_IN_CELL, MODE_IN_SELECT, MODE_IN_SELECT_IN_TABLE,
    MODE_IN_TEMPLATE, MODE_AFTER_BODY, MODE_IN_FRAMESET, MODE_AFTER_FRAMESET, MODE_AFTER_AFTER_BODY, MODE_AFTER_AFTER_FRAMESET
} insertion_mode_t;

#define CLASS_HTML 0x0001u            /* in the HTML namespace */
#define CLASS_SPECIAL 0x0002u         /* HTML #special */
#define CLASS_SCOPE 0x0004u           /* HTML #has-an-element-in-scope: ends every scope but the table and select ones */
#define CLASS_LIST_SCOPE 0x0008u
#define CLASS_BUTTON_SCOPE 0x0010u
#define CLASS_TABLE_SCOPE 0x0020u
#define CLASS_IMPLIED 0x0040u         /* HTML #generate-implied-end-tags */
#define CLASS_FORMATTING 0x0100u
#define CLASS_HEADING 0x0200u
#define CLASS_FOSTER 0x0400u          /* table, tbody, tfoot, thead, tr: text does not stay in it */
#define CLASS_MARKER 0x0800u          /* a marker stands in the list of formatting elements while it is open */
#define CLASS_SELECT_TRANSPARENT 0x1000u
#define CLASS_HTML_POINT 0x2000u      /* HTML integration point */
#define CLASS_MATH_POINT 0x4000u      /* MathML text integration point */
#define CLASS_SVG 0x8000u
#define CLASS_TABLE_PART 0x10000u     /* caption col colgroup tbody td tfoot th thead tr */

/* --- open_elements --------------------------------------------------------------------------------------------------------- */

extern const uint32_t af_tag_class_table[AF_TAG_COUNT]; /* but CLASS_HTML */

static inline uint32_t af_tag_classes(uint32_t tag) /* of an HTML element */
{
    return CLASS_HTML | (tag < AF_TAG_COUNT ? af_tag_class_table[tag] : 0);
}

bool af_tree_more_events(af_tree_t *tree); /* makes room for one; false: `status` tells */

static inline void af_tree_event(af_tree_t *tree, const af_tree_event_t *event)
{
    if (tree->event_count < tree->event_capacity || af_tree_more_events(tree)) {
        tree->events[tree->event_count++] = *event;
    }
}

void af_open_push(af_tree_t *tree, af_node_t node, uint32_t name, uint32_t classes);
void af_open_pop(af_tree_t *tree);
void af_open_pop_to(af_tree_t *tree, uint32_t depth);         /* until `depth` are left */
void af_open_remove(af_tree_t *tree, uint32_t at);
uint32_t af_open_find(const af_tree_t *tree, uint32_t tag);   /* place of the topmost HTML element, plus one; 0: none */
uint32_t af_open_place(const af_tree_t *tree, af_node_t node); /* plus one; 0: not open */
void af_open_pop_until(af_tree_t *tree, uint32_t tag);        /* that one is popped too */
bool af_open_in_scope(const af_tree_t *tree, uint32_t tag, uint32_t ends); /* `ends`: CLASS_SCOPE and what ends it besides */
bool af_open_class_in_scope(const af_tree_t *tree, uint32_t wanted, uint32_t ends);
bool af_open_in_select_scope(const af_tree_t *tree, uint32_t tag);
void af_open_implied(af_tree_t *tree, uint32_t but);          /* generates implied end tags, except for `but` */
void af_open_clear_to(af_tree_t *tree, uint32_t a, uint32_t b, uint32_t c); /* pops until one of these tags, template or html */
void af_open_close_p(af_tree_t *tree);                        /* HTML #close-a-p-element, if one is in button scope */

static inline const af_open_t *af_current(const af_tree_t *tree)
{
    static const af_open_t none;
    return tree->depth == 0 ? &none : &tree->open[tree->depth - 1];
}

static inline bool af_current_is(const af_tree_t *tree, uint32_t tag)
{
    const af_open_t *current = af_current(tree);
    return current->name == tag && (current->classes & CLASS_HTML) != 0;
}

static inline bool af_is_open(const af_tree_t *tree, uint32_t tag)
{
    return tree->open_counts[tag] > 0;
}

/* --- active_formatting ----------------------------------------------------------------------------------------------------- */

void af_formatting_push(af_tree_t *tree, af_node_t node, uint32_t name); /* with the Noah's Ark clause */
AF_MUST_USE af_status_t af_formatting_make_room(af_tree_t *tree, uint32_t count); /* for so many more entries */
void af_formatting_marker(af_tree_t *tree);
void af_formatting_clear(af_tree_t *tree);                               /* to the last marker */
uint32_t af_formatting_place(const af_tree_t *tree, af_node_t node);     /* anywhere: place plus one; 0: none */
void af_formatting_remove(af_tree_t *tree, uint32_t at);
void af_formatting_insert(af_tree_t *tree, uint32_t at, af_formatting_entry_t entry);
void af_formatting_replace(af_tree_t *tree, uint32_t at, af_node_t node);
void af_formatting_reconstruct_slow(af_tree_t *tree, uint64_t pos);

static inline bool af_formatting_at_rest(const af_tree_t *tree)
{
    if (tree->formatting_count == 0) {
        return true;
    }
    af_node_t last = tree->formatting[tree->formatting_count - 1].node;
    return last == 0 || (tree->depth > 0 && tree->stack[tree->depth - 1] == last);
}

/* HTML #reconstruct-the-active-formatting-elements; `pos`: of the token. */
static inline void af_formatting_reconstruct(af_tree_t *tree, uint64_t pos)
{
    if (!af_formatting_at_rest(tree)) {
        af_formatting_reconstruct_slow(tree, pos);
    }
}

/* --- adoption -------------------------------------------------------------------------------------------------------------- */

void af_adoption_agency(af_tree_t *tree, uint32_t tag, const af_token_t *token);
void af_any_other_end_tag(af_tree_t *tree, const af_token_t *token); /* in body */

/* --- tree: insertion ------------------------------------------------------------------------------------------------------- */

typedef struct {
    af_node_t parent, before;
} af_place_in_tree_t;

af_place_in_tree_t af_place_for(const af_tree_t *tree, uint32_t target); /* appropriate place; target: place in the stack */
af_place_in_tree_t af_place_foster(const af_tree_t *tree);

/* Makes a node: new, or the script's next. 0: failed. */
af_node_t af_node_make(af_tree_t *tree, uint32_t name, af_namespace_t space, uint16_t flags);

/* Puts a node that was made where `place` says. */
void af_place_node(af_tree_t *tree, af_node_t node, af_node_t origin, af_place_in_tree_t place, uint64_t pos);

/* Inserts an HTML element for a start tag and opens it; `tag` is its name where the token has another (image). */
af_node_t af_insert_element(af_tree_t *tree, const af_token_t *token, uint32_t tag);
void af_insert_void(af_tree_t *tree, const af_token_t *token, uint32_t tag); /* inserted and closed at once */
af_node_t af_insert_implied(af_tree_t *tree, uint32_t tag, uint64_t pos);
af_node_t af_insert_clone(af_tree_t *tree, af_node_t origin, uint32_t name, af_place_in_tree_t place, uint64_t pos);
void af_insert_foreign(af_tree_t *tree, const af_token_t *token, af_namespace_t space);
void af_insert_raw_text(af_tree_t *tree, const af_token_t *token, af_text_kind_t kind); /* and goes to the text mode */
void af_insert_comment(af_tree_t *tree, const af_token_t *token);
void af_insert_text(af_tree_t *tree, const af_token_t *token);
uint32_t af_name_of(af_tree_t *tree, const af_token_t *token, bool add); /* tag, or a number past the table; 0: not known */

/* Goes on with `token` under the rules of the present state. */
void af_tree_again(af_tree_t *tree, const af_token_t *token);
void af_tree_using(af_tree_t *tree, insertion_mode_t mode, const af_token_t *token); /* "using the rules for" */
void af_tree_reset_mode(af_tree_t *tree); /* HTML #reset-the-insertion-mode-appropriately */
void af_tree_attribute_is(const af_token_t *token, const char *name, const char *value, bool *is);

/* --- text ------------------------------------------------------------------------------------------------------------------ */

typedef enum { TEXT_EMPTY, TEXT_SPACE, TEXT_OTHER } text_class_t;
text_class_t af_text_classify(const af_token_t *token); /* EMPTY: NULs alone */
size_t af_text_line_feed(const af_token_t *token);      /* length of a line feed at its beginning */
af_token_t af_text_part(const af_token_t *token, size_t from, size_t to);

/* --- modes ----------------------------------------------------------------------------------------------------------------- */

/* tree_quick: the commonest tokens of "in body"; false: not one of them. */
bool af_tree_in_body(af_tree_t *tree, const af_token_t *token);
void af_mode_initial(af_tree_t *tree, const af_token_t *token);
void af_mode_before_html(af_tree_t *tree, const af_token_t *token);
void af_mode_before_head(af_tree_t *tree, const af_token_t *token);
void af_mode_in_head(af_tree_t *tree, const af_token_t *token);
void af_mode_after_head(af_tree_t *tree, const af_token_t *token);
void af_mode_in_body(af_tree_t *tree, const af_token_t *token);
void af_body_start_tag(af_tree_t *tree, const af_token_t *token);
void af_body_end_tag(af_tree_t *tree, const af_token_t *token);
void af_mode_text(af_tree_t *tree, const af_token_t *token);
void af_mode_in_table(af_tree_t *tree, const af_token_t *token);
void af_mode_in_caption(af_tree_t *tree, const af_token_t *token);
void af_mode_in_column_group(af_tree_t *tree, const af_token_t *token);
void af_mode_in_table_body(af_tree_t *tree, const af_token_t *token);
void af_mode_in_row(af_tree_t *tree, const af_token_t *token);
void af_mode_in_cell(af_tree_t *tree, const af_token_t *token);
void af_mode_in_select(af_tree_t *tree, const af_token_t *token);
void af_mode_in_select_in_table(af_tree_t *tree, const af_token_t *token);
void af_mode_in_template(af_tree_t *tree, const af_token_t *token);
void af_mode_after_body(af_tree_t *tree, const af_token_t *token);
void af_mode_in_frameset(af_tree_t *tree, const af_token_t *token);
void af_mode_after_frameset(af_tree_t *tree, const af_token_t *token);
void af_mode_after_after_body(af_tree_t *tree, const af_token_t *token);
void af_mode_after_after_frameset(af_tree_t *tree, const af_token_t *token);
void af_tree_xml(af_tree_t *tree, const af_token_t *token); /* of an XML fragment: tag for tag */
void af_template_end_tag(af_tree_t *tree);
bool af_foreign_applies(const af_tree_t *tree, const af_token_t *token);
void af_mode_foreign(af_tree_t *tree, const af_token_t *token);

#endif
