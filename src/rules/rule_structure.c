/*
 * rules/rule_structure.c: conditions on what a held element is like: length, links, running text, controls, its first words.
 *
 * They are for boxes that no vendor's name tells: what they hold has to look like the job that their name claims. max= belongs to
 * text= where that stands, and is a condition of its own otherwise.
 */
#include "rules/parse.h"

/* © and its spellings, the sentences that go with it, agencies' names as credits have them. What begins with a word is asked
 * where one begins, and nowhere else. */
static const char guard[] =
    "(?:\\x{A9}|\\x{2117}|\\(c\\) ?(?:19|20)\\d\\d|"
    "[(/] ?(?:AP|AFP|Reuters|dpa|EFE|ANSA|EPA|Getty Images)\\b ?(?:Photo|Images)?[)/]|"
    "\\b(?:copyright\\b|all rights? reserved|alle rechte vorbehalten|tous droits r[\\x{E9}e]serv[\\x{E9}e]s|"
    "todos los derechos reservados|tutti i diritti riservati|alle rechten voorbehouden|"
    "associated press\\b|agence france[- ]presse\\b|canadian press\\b|press association\\b|deutsche presse-agentur\\b|"
    "creative commons\\b|(?:photo|foto|image|bild|picture)s?(?: credit)?: ?\\S|(?:re)?published (?:from|with permission|under)))";

static bool any_set(const af_parse_t *parse)
{
    for (uint32_t i = AF_OPTION_LINKS; i <= AF_OPTION_EMPTIED; i++) {
        if (parse->options[i].set) {
            return true;
        }
    }
    return parse->verb == AF_VERB_REMOVE && parse->options[AF_OPTION_MAX].set && !parse->options[AF_OPTION_TEXT].set;
}

static af_status_t number(const af_parse_t *parse, af_option_t option, uint32_t least, uint32_t most, uint32_t *out)
{
    const af_option_value_t *value = &parse->options[option];

    return value->set ? af_rule_number(parse, value, least, most, option == AF_OPTION_LINKS, out) : AF_OK;
}

af_status_t af_rule_structure(af_parse_t *parse)
{
    af_rule_t *rule = &parse->draft.rule;
    const af_option_value_t *heading = &parse->options[AF_OPTION_HEADING];

    rule->force = parse->options[AF_OPTION_FORCE].set;
    if (parse->options[AF_OPTION_AFTER].set) {
        af_status_t told = number(parse, AF_OPTION_AFTER, 1, 1000, &rule->after);
        if (told != AF_OK) {
            return told;
        }
    }
    if (parse->options[AF_OPTION_BEFORE].set) {
        af_status_t told = number(parse, AF_OPTION_BEFORE, 1, 1000, &rule->before);
        if (told != AF_OK) {
            return told;
        }
    }
    if (!any_set(parse)) {
        return AF_OK;
    }
    af_structure_t *structure = af_store_alloc(parse->line->builder->store, sizeof *structure);
    if (structure == NULL) {
        return AF_NOMEM;
    }
    *structure = (af_structure_t){.max = AF_STRUCTURE_ANY, .max_prose = AF_STRUCTURE_ANY, .in_row = AF_STRUCTURE_ANY};
    if (parse->options[AF_OPTION_MAX].set && !parse->options[AF_OPTION_TEXT].set) {
        structure->max = rule->max;
    }
    structure->controls = parse->options[AF_OPTION_CONTROLS].set;
    structure->emptied = parse->options[AF_OPTION_EMPTIED].set;
    rule->structure = structure;
    af_status_t status = number(parse, AF_OPTION_LINKS, 1, 100, &structure->links);
    status = status == AF_OK ? number(parse, AF_OPTION_MIN_LINKS, 1, 1000, &structure->min_links) : status;
    status = status == AF_OK ? number(parse, AF_OPTION_MAX_PROSE, 0, 1000, &structure->max_prose) : status;
    status = status == AF_OK ? number(parse, AF_OPTION_LINK_LENGTH, 1, 1000, &structure->link_length) : status;
    status = status == AF_OK ? number(parse, AF_OPTION_IN_ROW, 0, 1000, &structure->in_row) : status;
    status = status == AF_OK ? number(parse, AF_OPTION_MIN_PICTURES, 1, 1000, &structure->min_pictures) : status;
    if (status != AF_OK || !heading->set) {
        return status;
    }
    structure->heading_flags = heading->flags;
    structure->heading_text = af_store_string(parse->line->builder->store, heading->value);
    return structure->heading_text == NULL ? AF_NOMEM : af_rule_compile(parse, heading, &structure->heading);
}

af_status_t af_guard_compile(af_heap_t *heap, const af_regex_t **out)
{
    size_t at;
    char message[8];
    af_regex_t *regex = NULL;
    af_status_t status = af_regex_compile(heap, af_slice_of(guard), AF_REGEX_CASELESS, &regex, &at, message, sizeof message);

    *out = regex;
    return status;
}
