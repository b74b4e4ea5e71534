/*
 * feed/xml_stack.c: the open elements of an XML document.
 *
 * Of a start tag the name and the namespaces are kept, as a tag: these are the surroundings in which an item is judged, and
 * names are slices of them. The other attributes say nothing of what is inside, and there may be many.
 */
#include "feed/xml_stack.h"

#include "feed/lexer.h"

#define BINDINGS_MAX ((size_t) 256)
#define TAGS_MAX ((size_t) 64 * 1024)

void af_xml_stack_init(af_xml_stack_t *stack, af_heap_t *heap, size_t depth_limit)
{
    *stack = (af_xml_stack_t){.heap = heap, .depth_limit = depth_limit};
}

void af_xml_stack_destroy(af_xml_stack_t *stack)
{
    af_heap_release(stack->heap, stack->items, stack->capacity * sizeof *stack->items);
    af_heap_release(stack->heap, stack->tags, stack->tags_capacity);
    af_heap_release(stack->heap, stack->bindings, stack->binding_capacity * sizeof *stack->bindings);
}

static af_status_t add(af_xml_stack_t *stack, const void *bytes, size_t len)
{
    void *tags = stack->tags;
    af_status_t status = af_heap_grow(stack->heap, &tags, &stack->tags_capacity, stack->tags_len + len, 1, TAGS_MAX);

    stack->tags = tags;
    if (status == AF_OK) {
        memcpy(stack->tags + stack->tags_len, bytes, len);
        stack->tags_len += len;
    }
    return status;
}

/* Adds an attribute that binds a prefix, with the quotes and all that is written between its name and its value. */
static af_status_t bind(af_xml_stack_t *stack, const af_xml_attribute_t *attribute, size_t prefix_len)
{
    void *block = stack->bindings;
    af_status_t status = af_heap_grow(stack->heap, &block, &stack->binding_capacity, stack->binding_count + 1,
                                      sizeof *stack->bindings, BINDINGS_MAX);

    stack->bindings = block;
    if (status == AF_OK) {
        status = add(stack, " ", 1);
    }
    size_t prefix_at = stack->tags_len + attribute->name.len - prefix_len;
    if (status == AF_OK) {
        const uint8_t *end = attribute->value.data + attribute->value.len + 1;
        status = add(stack, attribute->name.data, (size_t) (end - attribute->name.data));
    }
    if (status == AF_OK) {
        stack->bindings[stack->binding_count++] = (af_binding_t){prefix_at, prefix_len, af_space_of(attribute->value)};
    }
    return status;
}

static af_status_t bind_all(af_xml_stack_t *stack, af_slice_t tag, size_t name_len)
{
    af_xml_attribute_t attribute;
    af_status_t status = AF_OK;
    size_t at = name_len + 1;

    while (status == AF_OK && af_xml_attribute(tag, &at, &attribute)) {
        af_xml_name_t name = af_xml_name_cut(attribute.name);
        if (af_slice_equal(attribute.name, af_slice_of("xmlns"))) {
            status = bind(stack, &attribute, 0);
        } else if (af_slice_equal(name.prefix, af_slice_of("xmlns"))) {
            status = bind(stack, &attribute, name.local.len);
        }
    }
    return status;
}

af_status_t af_xml_stack_push(af_xml_stack_t *stack, af_slice_t tag, size_t name_len)
{
    void *items = stack->items;

    if (stack->depth >= stack->depth_limit) {
        return AF_LIMIT;
    }
    af_status_t status = af_heap_grow(stack->heap, &items, &stack->capacity, stack->depth + 1, sizeof *stack->items,
                                      stack->depth_limit);
    stack->items = items;
    if (status != AF_OK) {
        return status;
    }
    const af_open_element_t element = {stack->tags_len, name_len, stack->binding_count};
    status = add(stack, tag.data, name_len + 1);
    if (status == AF_OK) {
        status = bind_all(stack, tag, name_len);
    }
    if (status == AF_OK) {
        status = add(stack, ">", 1);
    }
    if (status == AF_OK) {
        stack->items[stack->depth++] = element;
    } else {
        stack->tags_len = element.tag_at;
        stack->binding_count = element.bindings;
    }
    return status;
}

void af_xml_stack_pop_to(af_xml_stack_t *stack, size_t depth)
{
    if (depth < stack->depth) {
        stack->tags_len = stack->items[depth].tag_at;
        stack->binding_count = stack->items[depth].bindings;
        stack->depth = depth;
    }
}

af_slice_t af_xml_stack_name(const af_xml_stack_t *stack, size_t at)
{
    return (af_slice_t){stack->tags + stack->items[at].tag_at + 1, stack->items[at].name_len};
}

size_t af_xml_stack_find(const af_xml_stack_t *stack, af_slice_t name, size_t bottom)
{
    for (size_t at = stack->depth; at > bottom; at--) {
        if (af_slice_equal(af_xml_stack_name(stack, at - 1), name)) {
            return at;
        }
    }
    return 0;
}

af_xml_name_t af_xml_name_cut(af_slice_t name)
{
    const uint8_t *colon = name.len == 0 ? NULL : memchr(name.data, ':', name.len);
    size_t len = colon == NULL ? 0 : (size_t) (colon - name.data);

    if (colon == NULL) {
        return (af_xml_name_t){{name.data, 0}, name};
    }
    return (af_xml_name_t){{name.data, len}, {colon + 1, name.len - len - 1}};
}

af_slice_t af_xml_stack_tags(const af_xml_stack_t *stack, size_t depth)
{
    return (af_slice_t){stack->tags, depth < stack->depth ? stack->items[depth].tag_at : stack->tags_len};
}

static bool binds(af_slice_t attribute, af_slice_t prefix)
{
    af_xml_name_t name = af_xml_name_cut(attribute);

    return prefix.len == 0 ? af_slice_equal(attribute, af_slice_of("xmlns"))
                           : af_slice_equal(name.prefix, af_slice_of("xmlns")) && af_slice_equal(name.local, prefix);
}

af_space_t af_xml_stack_space(const af_xml_stack_t *stack, af_slice_t tag, size_t name_len, af_slice_t prefix)
{
    af_xml_attribute_t attribute;
    size_t at = name_len + 1;

    while (af_xml_attribute(tag, &at, &attribute)) {
        if (binds(attribute.name, prefix)) {
            return af_space_of(attribute.value);
        }
    }
    for (size_t i = stack->binding_count; i > 0; i--) {
        const af_binding_t *binding = &stack->bindings[i - 1];
        if (af_slice_equal(prefix, (af_slice_t){stack->tags + binding->prefix_at, binding->prefix_len})) {
            return binding->space;
        }
    }
    return af_space_by_custom(prefix);
}

bool af_xml_stack_prefix(const af_xml_stack_t *stack, af_space_t space, af_slice_t *prefix)
{
    for (size_t i = stack->binding_count; i > 0; i--) {
        const af_binding_t *binding = &stack->bindings[i - 1];
        *prefix = (af_slice_t){stack->tags + binding->prefix_at, binding->prefix_len};
        /* One that is bound to something else farther inside is of no use. */
        if (binding->space == space && af_xml_stack_space(stack, (af_slice_t){NULL, 0}, 0, *prefix) == space) {
            return true;
        }
    }
    return false;
}
