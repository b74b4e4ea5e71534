/*
 * dom.h: a toy DOM for tests, and html5lib's way to write one.
 *
 * Nothing is fast here. Elements live until the document goes; children are a doubly linked list. A template's children stand for
 * the children of its contents. Foreign elements have their names and attributes as the core keeps them, in lower case: what HTML
 * #adjust-foreign-attributes and its like make of them is done in writing.
 */
#ifndef AF_TESTS_DOM_H
#define AF_TESTS_DOM_H

#include "adjusted_names.h"
#include "html/node.h"
#include "markup.h"

typedef enum { DOM_DOCUMENT, DOM_ELEMENT, DOM_TEXT, DOM_COMMENT, DOM_DOCTYPE } dom_kind_t;

typedef struct {
    bytes_t name, value;
} dom_attribute_t;

typedef struct dom {
    dom_kind_t kind;
    bytes_t text;          /* element: its name; text; comment and doctype: as written */
    af_namespace_t space;
    dom_attribute_t *attributes;
    size_t attribute_count;
    struct dom *parent, *first, *last, *previous, *next;
    struct dom *made_before; /* all nodes of a document, for their release */
    int mark;                /* the judge's */
} dom_t;

static inline dom_t *dom_new(dom_t *document, dom_kind_t kind)
{
    dom_t *node = must(calloc(1, sizeof *node));

    node->kind = kind;
    clear(&node->text);
    if (document != NULL) {
        node->made_before = document->made_before;
        document->made_before = node;
    }
    return node;
}

static inline void dom_free(dom_t *document)
{
    while (document != NULL) {
        dom_t *next = document->made_before;
        for (size_t i = 0; i < document->attribute_count; i++) {
            free(document->attributes[i].name.data);
            free(document->attributes[i].value.data);
        }
        free(document->attributes);
        free(document->text.data);
        free(document);
        document = next;
    }
}

static inline void dom_remove(dom_t *node)
{
    dom_t *parent = node->parent;

    if (parent == NULL) {
        return;
    }
    *(node->previous != NULL ? &node->previous->next : &parent->first) = node->next;
    *(node->next != NULL ? &node->next->previous : &parent->last) = node->previous;
    node->parent = node->previous = node->next = NULL;
}

/* Puts `node` under `parent`, in front of `before` or last; out of its old place. */
static inline void dom_insert(dom_t *node, dom_t *parent, dom_t *before)
{
    dom_remove(node);
    node->parent = parent;
    node->next = before;
    node->previous = before != NULL ? before->previous : parent->last;
    *(node->previous != NULL ? &node->previous->next : &parent->first) = node;
    *(before != NULL ? &before->previous : &parent->last) = node;
}

/* The text node that characters at this place go into, HTML #insert-a-character. */
static inline bytes_t *dom_text(dom_t *document, dom_t *parent, dom_t *before)
{
    dom_t *previous = before != NULL ? before->previous : parent->last;

    if (previous == NULL || previous->kind != DOM_TEXT) {
        previous = dom_new(document, DOM_TEXT);
        dom_insert(previous, parent, before);
    }
    return &previous->text;
}

static inline bool dom_has_attribute(const dom_t *node, const bytes_t *name)
{
    for (size_t i = 0; i < node->attribute_count; i++) {
        if (same_bytes(&node->attributes[i].name, name)) {
            return true;
        }
    }
    return false;
}

/* Takes `name` and `value` over. */
static inline void dom_add_attribute(dom_t *node, bytes_t name, bytes_t value)
{
    if (dom_has_attribute(node, &name)) {
        free(name.data);
        free(value.data);
        return;
    }
    node->attributes = must(realloc(node->attributes, (node->attribute_count + 1) * sizeof *node->attributes));
    node->attributes[node->attribute_count++] = (dom_attribute_t){name, value};
}

static inline void dom_copy_attributes(dom_t *to, const dom_t *from)
{
    for (size_t i = 0; i < from->attribute_count; i++) {
        bytes_t name = {0}, value = {0};
        put(&name, from->attributes[i].name.data, from->attributes[i].name.len);
        put(&value, from->attributes[i].value.data, from->attributes[i].value.len);
        dom_add_attribute(to, name, value);
    }
}

/* --- html5lib's format ----------------------------------------------------------------------------------------------- */

static inline void dom_indent(bytes_t *out, int depth)
{
    put_text(out, "| ");
    for (int i = 0; i < depth; i++) {
        put_text(out, "  ");
    }
}

static inline int dom_compare_lines(const void *a, const void *b)
{
    const bytes_t *left = a, *right = b;
    size_t len = left->len < right->len ? left->len : right->len;
    int order = memcmp(left->data, right->data, len);

    return order != 0 ? order : left->len < right->len ? -1 : left->len > right->len;
}

static inline void dom_dump_attributes(const dom_t *node, int depth, bytes_t *out)
{
    size_t count = node->attribute_count;
    bytes_t *lines = must(calloc(count + 1, sizeof *lines));

    for (size_t i = 0; i < count; i++) {
        const dom_attribute_t *attribute = &node->attributes[i];
        put_text(&lines[i], adjusted_attribute((const char *) attribute->name.data, node->space));
        put_text(&lines[i], "=\"");
        put(&lines[i], attribute->value.data, attribute->value.len);
        put_text(&lines[i], "\"\n");
    }
    qsort(lines, count, sizeof *lines, dom_compare_lines);
    for (size_t i = 0; i < count; i++) {
        dom_indent(out, depth + 1);
        put(out, lines[i].data, lines[i].len);
        free(lines[i].data);
    }
    free(lines);
}

static inline void dom_dump_doctype(const dom_t *node, bytes_t *out)
{
    doctype_t doctype = {0};

    doctype_read(node->text.data, node->text.len, &doctype);
    put_text(out, "<!DOCTYPE ");
    put(out, doctype.name.data, doctype.name.len);
    if (doctype.has_public || doctype.has_system) {
        put_text(out, " \"");
        put(out, doctype.public_id.data, doctype.public_id.len);
        put_text(out, "\" \"");
        put(out, doctype.system_id.data, doctype.system_id.len);
        put_text(out, "\"");
    }
    put_text(out, ">\n");
    doctype_free(&doctype);
}

static inline void dom_dump_comment(const dom_t *node, bytes_t *out)
{
    af_slice_t data = comment_data(&node->text);

    put_text(out, "<!-- ");
    put_normalised(out, data.data, data.len, true);
    put_text(out, " -->\n");
}

/* Writes what is under `node`. */
static inline void dom_dump(const dom_t *node, int depth, bytes_t *out)
{
    static const char *const spaces[] = {"", "svg ", "math "};

    if (node->kind == DOM_ELEMENT && node->space == AF_NS_HTML && is_text(&node->text, "template")) {
        dom_indent(out, depth++);
        put_text(out, "content\n");
    }
    for (const dom_t *child = node->first; child != NULL; child = child->next) {
        dom_indent(out, depth);
        if (child->kind == DOM_TEXT) {
            put_text(out, "\"");
            put(out, child->text.data, child->text.len);
            put_text(out, "\"\n");
        } else if (child->kind == DOM_COMMENT) {
            dom_dump_comment(child, out);
        } else if (child->kind == DOM_DOCTYPE) {
            dom_dump_doctype(child, out);
        } else {
            put_text(out, "<");
            put_text(out, spaces[child->space]);
            put_text(out, adjusted_tag((const char *) child->text.data, child->space));
            put_text(out, ">\n");
            dom_dump_attributes(child, depth, out);
            dom_dump(child, depth + 1, out);
        }
    }
}

#endif
