/*
 * judge_dom.h: rules applied to a DOM of tests/spec, as ../shared/oracle/lib.mjs applies them to parse5's.
 *
 * Only rules that ask for a tag or a class. Nothing of the filter's own code decides here what a rule takes.
 */
#ifndef AF_TESTS_JUDGE_DOM_H
#define AF_TESTS_JUDGE_DOM_H

#include <strings.h>

#include "../spec/dom_build.h"

typedef struct {
    char verb;        /* r: remove, u: unwrap, p: protect, k: keep */
    const char *what; /* a tag, or a class behind a dot */
} judge_rule_t;

static inline void judge_write_rule(const judge_rule_t *rule, char *out, size_t size)
{
    const char *verb = rule->verb == 'r' ? "remove" : rule->verb == 'u' ? "unwrap" : rule->verb == 'p' ? "protect" : "keep";

    snprintf(out, size, "%s %s", verb, rule->what);
}

/* --- what a rule takes ----------------------------------------------------------------------------------------------- */

static inline bool judge_has_class(const dom_t *node, const char *name, bool quirks)
{
    for (size_t i = 0; i < node->attribute_count; i++) {
        if (!is_text(&node->attributes[i].name, "class")) {
            continue;
        }
        const char *at = (char *) node->attributes[i].value.data;
        while (at != NULL && *at != '\0') {
            size_t len = strcspn(at, "\t\n\f\r ");
            if (len == strlen(name) && (quirks ? strncasecmp(at, name, len) : strncmp(at, name, len)) == 0) {
                return true;
            }
            at += len + strspn(at + len, "\t\n\f\r ");
        }
    }
    return false;
}

static inline bool judge_picks(const judge_rule_t *rule, const dom_t *node, bool quirks)
{
    return rule->what[0] == '.' ? judge_has_class(node, rule->what + 1, quirks) : is_text(&node->text, rule->what);
}

static inline bool judge_is_one_of(const dom_t *node, const char *names)
{
    const char *at = node->space == AF_NS_HTML ? strstr(names, (char *) node->text.data) : NULL;

    while (at != NULL) {
        size_t len = node->text.len;
        if ((at == names || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0')) {
            return true;
        }
        at = strstr(at + 1, (char *) node->text.data);
    }
    return false;
}

static inline bool judge_never_removed(const dom_t *node)
{
    return judge_is_one_of(node, "html head body frameset");
}

static inline bool judge_never_unwrapped(const dom_t *node)
{
    return node->space != AF_NS_HTML ||
           judge_is_one_of(node, "script style textarea title xmp iframe noembed noframes noscript plaintext template table caption "
                                 "colgroup col thead tbody tfoot tr td th select optgroup option frameset frame html head body");
}

typedef struct {
    const judge_rule_t *const *rules;
    size_t count;
    bool quirks;
} judge_t;

static inline bool judge_takes(const judge_t *judge, const dom_t *node, char verb)
{
    for (size_t i = 0; i < judge->count; i++) {
        if (judge->rules[i]->verb == verb && judge_picks(judge->rules[i], node, judge->quirks)) {
            return true;
        }
    }
    return false;
}

/* --- what is left ---------------------------------------------------------------------------------------------------- */

static inline dom_t *judge_next(const dom_t *node, const dom_t *root)
{
    if (node->first != NULL) {
        return node->first;
    }
    while (node != root && node->next == NULL) {
        node = node->parent;
    }
    return node == root ? NULL : node->next;
}

/* Puts what stays of the children of `from` under `to`, in order; `dropping`: only what is protected. */
static inline void judge_prune(const judge_t *judge, dom_t *from, dom_t *to, dom_t *before, bool dropping)
{
    for (dom_t *child = from->first, *next; child != NULL; child = next) {
        next = child->next;
        bool element = child->kind == DOM_ELEMENT, stays = element && judge_takes(judge, child, 'p');
        bool drop = !stays && (dropping || (element && judge_takes(judge, child, 'r') && !judge_never_removed(child)));
        bool unwrap = element && !drop && !stays && judge_takes(judge, child, 'u') && !judge_never_unwrapped(child);
        if (!drop && !unwrap) {
            judge_prune(judge, child, child, NULL, false);
            if (from != to) {
                dom_insert(child, to, before);
            }
            continue;
        }
        if (element) {
            judge_prune(judge, child, to, from == to ? child : before, drop);
        }
        dom_remove(child);
    }
}

/* What is protected stays, in the place of what it was in (docs/rules.md; the oracle's keep asks nothing of that). */
static inline void judge_keep(const judge_t *judge, dom_t *document)
{
    dom_t *body = NULL;
    bool any = false;

    for (dom_t *node = document; node != NULL && body == NULL; node = judge_next(node, document)) {
        body = node->kind == DOM_ELEMENT && node->space == AF_NS_HTML && is_text(&node->text, "body") ? node : NULL;
    }
    for (dom_t *node = body; node != NULL; node = judge_next(node, body)) {
        bool kept = node->kind == DOM_ELEMENT && judge_takes(judge, node, 'k') && !judge_never_removed(node);
        node->mark = kept ? 2 : 0;
        for (dom_t *up = node->parent; kept && up != document; up = up->parent) {
            up->mark = up->mark == 2 ? 2 : 1;
        }
        any = any || kept;
    }
    dom_t *next;
    for (dom_t *node = any ? body->first : NULL; node != NULL; node = next) {
        if (node->mark == 1) {
            next = judge_next(node, body);
            continue;
        }
        dom_t *after = node;
        while (after != body && after->next == NULL) {
            after = after->parent;
        }
        next = after == body ? NULL : after->next;
        bool element = node->kind == DOM_ELEMENT;
        if (node->mark == 0 && !(element && judge_takes(judge, node, 'p'))) {
            if (element) {
                judge_prune(judge, node, node->parent, node, true);
            }
            dom_remove(node);
        }
    }
}

static inline void judge_merge_text(dom_t *document)
{
    for (dom_t *node = document; node != NULL;) {
        if (node->kind == DOM_TEXT && node->next != NULL && node->next->kind == DOM_TEXT) {
            put(&node->text, node->next->text.data, node->next->text.len);
            dom_remove(node->next);
        } else {
            node = judge_next(node, document);
        }
    }
}

static inline void judge_apply(dom_t *document, bool quirks, const judge_rule_t *const *rules, size_t count)
{
    const judge_t judge = {rules, count, quirks};

    for (size_t i = 0; i < count; i++) {
        if (rules[i]->verb == 'k') {
            judge_keep(&judge, document);
            break;
        }
    }
    judge_prune(&judge, document, document, NULL, false);
    judge_merge_text(document);
}

static inline void judge_dump(dom_t *document, bool quirks, bytes_t *out)
{
    put_text(out, quirks ? "quirks\n" : "no quirks\n");
    judge_merge_text(document);
    dom_dump(document, 0, out);
}

static inline void judge_show_difference(const bytes_t *want, const bytes_t *got)
{
    size_t at = 0;

    while (at < want->len && at < got->len && want->data[at] == got->data[at]) {
        at++;
    }
    while (at > 0 && want->data[at - 1] != '\n') {
        at--;
    }
    show("wanted from there on", want->data + at, want->len - at < 300 ? want->len - at : 300);
    show("got", got->data + at, got->len - at < 300 ? got->len - at : 300);
}

/* --- whether any text has it ------------------------------------------------------------------------------------------ */

static inline void judge_escape(bytes_t *out, const bytes_t *text, bool attribute)
{
    for (size_t i = 0; i < text->len; i++) {
        switch (text->data[i]) {
        case '&': put_text(out, "&amp;"); break;
        case '<': put_text(out, "&lt;"); break;
        case '\r': put_text(out, "&#13;"); break;
        case '"': put_text(out, attribute ? "&quot;" : "\""); break;
        default: put(out, text->data + i, 1); break;
        }
    }
}

static inline void judge_open(const dom_t *node, bytes_t *out)
{
    put_text(out, "<");
    put(out, node->text.data, node->text.len);
    for (size_t i = 0; i < node->attribute_count; i++) {
        put_text(out, " ");
        put(out, node->attributes[i].name.data, node->attributes[i].name.len);
        put_text(out, "=\"");
        judge_escape(out, &node->attributes[i].value, true);
        put_text(out, "\"");
    }
    put_text(out, ">");
    if (judge_is_one_of(node, "pre listing textarea") && node->first != NULL && node->first->kind == DOM_TEXT &&
        node->first->text.data[0] == '\n') {
        put_text(out, "\n");
    }
}

static inline void judge_close(const dom_t *node, bytes_t *out)
{
    if (node->kind == DOM_ELEMENT &&
        !judge_is_one_of(node, "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr "
                               "plaintext")) {
        put_text(out, "</");
        put(out, node->text.data, node->text.len);
        put_text(out, ">");
    }
}

/* HTML #serialising-html-fragments */
static inline void judge_serialise(const dom_t *document, bytes_t *out)
{
    static const char raw[] = "style script xmp iframe noembed noframes plaintext noscript";

    for (const dom_t *node = document->first; node != NULL;) {
        if (node->kind == DOM_ELEMENT) {
            judge_open(node, out);
        } else if (node->kind == DOM_TEXT && node->parent->kind == DOM_ELEMENT && judge_is_one_of(node->parent, raw)) {
            put(out, node->text.data, node->text.len);
        } else if (node->kind == DOM_TEXT) {
            judge_escape(out, &node->text, false);
        } else if (node->kind == DOM_COMMENT) {
            af_slice_t data = comment_data(&node->text);
            put_text(out, "<!--");
            put(out, data.data, data.len);
            put_text(out, "-->");
        } else {
            put(out, node->text.data, node->text.len);
        }
        if (node->first != NULL) {
            node = node->first;
            continue;
        }
        judge_close(node, out);
        while (node->parent != document && node->next == NULL) {
            node = node->parent;
            judge_close(node, out);
        }
        node = node->next;
    }
}

/* Whether the DOM is the one that its own text has, so that there is a text for it. */
static inline bool judge_reachable(const dom_t *document, bool quirks, const bytes_t *dump)
{
    run_t again = {0};
    bytes_t text = {0}, other = {0};

    clear(&text);
    clear(&other);
    judge_serialise(document, &text);
    dom_build(&again, &text, SIZE_MAX);
    judge_dump(again.document, again.tree_quirks, &other);
    bool same = again.wrong == NULL && again.tree_quirks == quirks && same_bytes(dump, &other);
    dom_free(again.document);
    free(text.data);
    free(other.data);
    return same;
}

#endif
