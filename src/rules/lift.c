/*
 * rules/lift.c: "lift LABEL ..." takes back the rules with these labels that stand before it.
 *
 * Presets and lists are taken as they are, and so are the rules of a level above; a line says which of them do not apply here.
 * What stands behind the line is not touched, so a rule may be lifted and written anew under its own label.
 */
#include "rules/parse.h"

/* The next word of `*rest`, none: its length is 0. */
static af_slice_t cut_word(af_slice_t *rest)
{
    size_t from = 0;

    while (from < rest->len && af_is_blank(rest->data[from])) {
        from++;
    }
    size_t to = from;
    while (to < rest->len && !af_is_blank(rest->data[to])) {
        to++;
    }
    af_slice_t word = {rest->data + from, to - from};
    rest->data += to;
    rest->len -= to;
    return word;
}

static size_t lift(af_builder_t *builder, af_slice_t label)
{
    size_t count = 0;

    for (size_t i = 0; i < builder->draft_count; i++) {
        af_draft_t *draft = &builder->drafts[i];
        if (draft->rule.label == NULL || !af_slice_equal(af_slice_of(draft->rule.label), label)) {
            continue;
        }
        if (!draft->undone) {
            draft->undone = true;
            draft->lifted_by = builder->calls;
        }
        count++;
    }
    builder->stale = builder->stale || count > 0;
    return count;
}

af_status_t af_lift_read(const af_line_t *line, af_slice_t rest)
{
    af_slice_t label = cut_word(&rest);

    if (label.len == 0) {
        return af_line_tell(line, AF_ERROR, line->text.len, "expected labels of rules behind \"lift\"");
    }
    for (; label.len > 0; label = cut_word(&rest)) {
        if (lift(line->builder, label) == 0) {
            return af_line_tell(line, AF_ERROR, (size_t) (label.data - line->text.data),
                                "no rule before this line has the label \"%.*s\"", (int) (label.len < 60 ? label.len : 60),
                                (const char *) label.data);
        }
    }
    return AF_OK;
}

void af_lift_take_back(af_builder_t *builder)
{
    for (size_t i = 0; i < builder->draft_count; i++) {
        if (builder->drafts[i].lifted_by == builder->calls) {
            builder->drafts[i].undone = false;
            builder->drafts[i].lifted_by = 0;
        }
    }
}
