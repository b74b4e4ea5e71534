/*
 * feed/xml_stack.h: the open elements of an XML document, with their names and namespaces.
 */
#ifndef AF_FEED_XML_STACK_H
#define AF_FEED_XML_STACK_H

#include "base/memory.h"
#include "feed/vocabulary.h"

typedef struct {
    size_t tag_at; /* the start tag, in the tags: its name and namespaces alone */
    size_t name_len;
    size_t bindings;        /* namespaces that were bound before it */
} af_open_element_t;

/* A prefix ("": none) and what it is bound to. */
typedef struct {
    size_t prefix_at, prefix_len; /* in the tags */
    af_space_t space;
} af_binding_t;

typedef struct {
    af_heap_t *heap;
    af_open_element_t *items;
    size_t depth, capacity, depth_limit;
    uint8_t *tags; /* of what is open, one behind the other */
    size_t tags_len, tags_capacity;
    af_binding_t *bindings;
    size_t binding_count, binding_capacity;
} af_xml_stack_t;

void af_xml_stack_init(af_xml_stack_t *stack, af_heap_t *heap, size_t depth_limit);
void af_xml_stack_destroy(af_xml_stack_t *stack);

/* Opens an element. AF_LIMIT: too deep, or its tags too long; AF_NOMEM. */
AF_MUST_USE af_status_t af_xml_stack_push(af_xml_stack_t *stack, af_slice_t tag, size_t name_len);

/* Closes elements until `depth` are open. */
void af_xml_stack_pop_to(af_xml_stack_t *stack, size_t depth);

/* The name of the open element at `at`, as written. Lent until the stack changes. */
af_slice_t af_xml_stack_name(const af_xml_stack_t *stack, size_t at);

/* Place of the innermost open element of that name at or above `bottom`, plus one; 0: none. */
size_t af_xml_stack_find(const af_xml_stack_t *stack, af_slice_t name, size_t bottom);

/* The start tags of the `depth` outermost open elements. Lent until the stack changes. */
af_slice_t af_xml_stack_tags(const af_xml_stack_t *stack, size_t depth);

/* A name as written, cut at its colon. */
typedef struct {
    af_slice_t prefix, local;
} af_xml_name_t;

af_xml_name_t af_xml_name_cut(af_slice_t name);

/* The namespace of the element that `tag` opens, whose name has that prefix, inside of what is open. */
af_space_t af_xml_stack_space(const af_xml_stack_t *stack, af_slice_t tag, size_t name_len, af_slice_t prefix);

/* The prefix that a namespace has where the stack ends; false: none stands for it there. Lent until the stack changes. */
bool af_xml_stack_prefix(const af_xml_stack_t *stack, af_space_t space, af_slice_t *prefix);

#endif
