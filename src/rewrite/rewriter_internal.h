/*
 * rewrite/rewriter_internal.h: what the files of this room share.
 *
 * A token goes through two steps. *Observe*: the input's tree takes it, new nodes are matched, their fate is decided or becomes
 * a candidate. *Settle*: once the fate of all nodes that it made is known, its bytes are kept or dropped, and the output's tree
 * follows. While a candidate is open, tokens wait between the two steps in the queue, and a second copy of the input's tree
 * (`past`) stands where the queue begins.
 */
#ifndef AF_REWRITE_REWRITER_INTERNAL_H
#define AF_REWRITE_REWRITER_INTERNAL_H

#include "html/tree.h"
#include "policy/attribution.h"
#include "policy/condition.h"
#include "policy/dedupe.h"
#include "policy/facts.h"
#include "policy/tape.h"
#include "preview/preview.h"
#include "rewrite/check.h"
#include "rewrite/edits.h"
#include "rewrite/guard.h"
#include "rewrite/peek.h"
#include "rewrite/rewriter.h"

/* Fates of a node, bits of af_node_record_t.fate. */
#define FATE_REMOVE 0x01u
#define FATE_UNWRAP 0x02u
#define FATE_PROTECT 0x04u
#define FATE_DEAD 0x08u    /* settled: it does not reach the output */
#define FATE_SETTLED 0x10u
#define FATE_KEPT 0x20u    /* a `keep` rule picked it */
#define FATE_SHELL 0x40u   /* it holds a picked one */
#define FATE_DEFAULT 0x80u /* protected by a preset alone: a rule of the operator's own that picks it goes before that */
#define FATE_GONE (FATE_DEAD | FATE_UNWRAP)

#define TOKEN_STRIPPED 0x10000u /* flag of text tokens, beside AF_TOKEN_: a `strip` rule takes it */

typedef enum { KEEP_NONE, KEEP_WAITING, KEEP_ACTIVE, KEEP_GIVEN_UP } keep_state_t;

/* A growing array of the stream's heap; what `max` bounds is said where it is used. */
typedef struct {
    void *items;
    size_t count, capacity;
} af_vector_t;

/* What has gone by while something was held for its structure; a candidate keeps what it was when it began. Characters are those
 * that are not white space. */
typedef struct {
    uint32_t text, link_text;  /* characters of normal text; of it in links */
    uint32_t links, controls;
    uint32_t text_links;       /* links with text in them; `text_link` is the last one's number in `links` */
    uint32_t text_link;
    uint32_t pictures;         /* of a size that tells something: figures, photos, videos */
    uint32_t shown;            /* text and things that show without it: pictures, frames, controls */
    uint32_t gone;             /* of `shown`, in removed elements */
    uint32_t removals;
    uint32_t prose;            /* running text that has ended */
    uint32_t runs, row_from;   /* its runs; how many there were when a run of links ended last */
} af_counts_t;

/* A rule that picked a node, but for something that is not known yet. */
typedef struct {
    af_node_t node;
    uint32_t rule, selector;
    bool selector_open; /* the selector's answer is still unknown */
    bool looks;         /* and it looks at what comes after the node */
    bool text_open;     /* the text condition, dedupe or the structure waits for the element's end */
    bool tape;          /* and needs the text itself */
    bool raw;           /* which is that of an element of raw text: on the tape for that */
    bool heading_open, in_link; /* the heading has not been seen; it is in a link, and its rule asks how long those are */
    const char *guarded; /* what is in it for which it is counted, and stays, where the rule holds; NULL: nothing */
    uint64_t guarded_pos; /* where its text was known */
    uint32_t contents;  /* open templates whose contents it is in */
    uint32_t asked, asked_at_tag; /* bytes of text that the group's pattern was last tried on; and behind which a tag stood */
    bool escape;        /* no rule's: held because the adoption agency may still take it out of a removed element */
    bool table;         /* likewise, for AF_TABLE_HOLD bytes: a table; a protected element that may be moved with what goes */
    af_node_t until;    /* what no rule wants is held until this closes: the node; or one around it, and then the node */
    bool done;
    size_t mark;        /* on the tape: where the text begins */
    af_counts_t counts;
    uint64_t from_pos;
} af_candidate_t;

/* A token in the queue, as small as it goes: what is held of a page is mostly these. Its bytes, attributes and nodes are in the
 * queue's stores, which hold less than 4 GiB, at these offsets. */
typedef struct {
    uint64_t from_pos;
    uint32_t span;         /* bytes of the stream */
    uint32_t bytes_at, bytes_len;
    uint32_t name_at, name_len; /* from bytes_at on, where the name is not a part of the bytes behind them */
    uint32_t tag;
    uint32_t attributes_at, attribute_count;
    uint32_t nodes_at, node_count;
    af_node_t text_parent; /* text, comments: where they are in the end, 0 unknown */
    uint8_t type, text;    /* af_token_type_t, af_text_kind_t */
    uint8_t flags;
    bool stripped;         /* TOKEN_STRIPPED */
} af_held_t;

/* Bytes of a table that are held where rules unwrap, and of what goes in a formatting element behind a protected element. */
#define AF_TABLE_HOLD 8192u

/* An element that was put in front of a table, or behind a template's rows, and may be unwrapped there; or something (0) that was
 * put in front of the removed table `gone`, in whose place the protected element `table` stands. */
typedef struct {
    af_node_t node, table, gone;
} af_front_t;

/* Of a token by which the adoption agency moves elements: one of these (origin 0), or one that it clones. */
typedef struct {
    uint64_t pos;
    af_node_t node, origin;
} af_move_t;

/* Bytes that go in at a place of the stream that is not decided yet. */
typedef struct {
    uint64_t pos, drop_to; /* [pos, drop_to) goes; most often nothing */
    uint8_t *data;
    size_t len;
    uint32_t rule;
    bool is_whole, at_start; /* a notice, not a part of one; of an element, with whose start tag it is written */
    af_node_t scope; /* of a whole one: where that is removed, nothing is inserted; 0 */
} af_insert_t;

/* Preview: what was put into the page. */
typedef struct {
    af_preview_t *preview; /* NULL: another mode */
    bool styled, listed;   /* the style, the panel stands */
    bool inside;           /* the last token may not have ended */
} af_marks_t;

/* also=: elements that say something to machines, and are held. */
typedef struct {
    bool wanted, in_body;
    af_vector_t nodes; /* af_node_t */
    uint32_t claims;   /* so many are settled */
} af_in_step_t;

/* The run of text between two block boundaries, which could be a notice. */
typedef struct {
    bool open;
    af_node_t node;   /* the block element that the run is in */
    size_t mark;      /* on the tape */
    bool whole;       /* the run began with the element */
    af_node_t held;   /* the element that is held for the run: it, or the one before the run; 0: none */
    bool shows;       /* there is text in it that stays with it */
    bool begun;       /* the first block was made: text before it is in none */
    bool over;        /* it is too long for a notice, and not held */
    bool goes_on;     /* its beginning was looked at and let go */
    bool credit, quoted; /* in a figure or caption: open in a scope alone; in a quotation: it does not tell whose the page is */
    uint64_t from_pos; /* where the run began; UINT64_MAX: it was looked at */
    uint64_t clear_to; /* up to there, no rule wants the run; 0: one may */
    uint64_t asked_at; /* how much was pushed when its rest was last asked for */
} af_run_t;

/* What was seen of a text: its end, as far as it may be the beginning of a word that rules look for, and room for more. */
typedef struct {
    uint8_t tail[2 * AF_NEEDLE_BYTES];
    size_t tail_len;
    bool shows; /* the last piece was more than white space */
} af_seen_text_t;

/* What was kept in the quiet and not told yet. */
typedef struct {
    uint64_t to_pos;    /* 0: nothing */
    af_token_t text;    /* the last token if it was text, as far as the guard asks; else of no length */
} af_kept_t;

#define AF_AHEAD_DEPTH 24u
#define AF_AHEAD_TEXT 96u

/* An element that was taken in the quiet although rules may still want it, and what stood before it: ahead.c. */
typedef struct {
    uint32_t wants;         /* bits of af_ruleset.ahead */
    uint32_t text_from;     /* in af_ahead_t.text */
    uint32_t shown_from;    /* of af_ahead_t.shown */
    uint64_t pos;           /* of its start tag */
    af_tree_place_t place;
    af_guard_t guard;
    uint64_t kept_to;
    af_slice_t kept_text;
    uint32_t run_text, run_link, prose;
    af_run_t block;
} af_waiter_t;

typedef struct {
    af_waiter_t *waiters;   /* AF_AHEAD_DEPTH; NULL: none was needed since the last long push */
    uint32_t count;
    bool cut;               /* text behind `text_len` is not known */
    bool back;              /* one may begin with its heading: the quiet ends */
    uint32_t shown;         /* characters of text that are not white space, at least; counted where someone asks */
    uint32_t text_len;
    uint64_t not_before;    /* elements before this place have been tried */
    uint8_t text[AF_AHEAD_TEXT]; /* normal text since the first of them began */
    af_tape_t tape;         /* makes text that is not plain normal */
} af_ahead_t;

struct af_rewriter {
    af_heap_t *heap;
    const af_ruleset_t *all_rules, *rules; /* as given; for the site */
    af_options_t options;
    af_stats_t stats;
    af_edits_t edits;
    af_check_t *check; /* debug builds; NULL: none */
    bool passing;      /* a limit was hit: the rest is kept as it is */
    const uint8_t *chunk; size_t chunk_len; /* of the push that is running */
    bool may_carry, carries;  /* carry.c: what stands from a start tag on is read again with the next chunk */
    af_vector_t carried;      /* uint8_t: that */
    bool may_be_quiet;        /* no rule wants to see every token */
    bool reads_ahead;         /* attribution rules want only some of the runs of text */
    bool finishing;           /* attribution rules: what comes is the last token, cut by the end, and the end */
    bool ends_inside;         /* attribution rules: markup at the document's end would be read as something else */
    uint64_t pushed, token_pos, token_end; /* bytes seen; where the token being observed begins and ends */
    const char *site; size_t site_len;

    af_tokenizer_t *tokenizer;
    af_pool_t pool;
    af_tree_t in, past, out;
    bool in_ready;
    bool diverged;     /* `out` is not the input's tree at the settled place */
    af_matcher_t matcher;
    af_vector_t own_atoms;    /* uint32_t: of the token being observed */
    af_vector_t made;         /* af_node_t: nodes of the token being observed */
    af_vector_t before;       /* af_node_t: filtered stack of the input before the token */
    af_vector_t before_list;  /* af_node_t: the same of its list of formatting elements */
    af_vector_t after;
    af_vector_t pending;      /* af_node_t: nodes that the output will have, not made there yet */
    af_vector_t script;
    af_tree_t trial;
    af_vector_t scratch;      /* uint8_t: markup that is being made */

    af_vector_t candidates;   /* af_candidate_t */
    size_t open_candidates, text_candidates; /* those that wait for their end */
    bool text_came, let_go;   /* since they were asked at a tag; it refuted some */
    af_node_t text_at;        /* and where it shows; 0 */
    size_t asking_candidates; /* those that wait for nothing but their selector's answer */
    size_t review_next;       /* the candidates before it are asked next */
    uint64_t review_debt;     /* nodes that answers walked over beyond what the tokens so far allow */
    bool retains_siblings, retains_children; /* whatever waits */
    uint32_t looking_candidates;             /* those that `looks` */
    uint32_t table_candidates, escape_candidates; /* the second without the first */
    bool escapes_stale;       /* something that they may be held for stays */
    uint64_t stale_from;      /* those from there on */
    af_node_t body_held;      /* the body, which a frameset may still replace; 0 */
    size_t tape_candidates, raw_candidates, structure_candidates;
    af_counts_t counts;
    uint32_t run_text, run_link; /* characters since the last block boundary */
    af_node_t shown_in;       /* where the text is that is being counted; 0 */
    uint64_t matched_pos;     /* where the start tag begins whose atoms the matcher has; UINT64_MAX: of none */
    af_peek_t peek;           /* behind the start tag being observed */
    af_node_t peek_node;      /* which it made; 0: `peek` is no one's */
    af_ahead_t ahead;
    af_matcher_t firm;        /* of the rules that ask even for what is in a removed element */
    bool may_foresee, foreseeing; /* foresee.c */
    bool asks_inside;         /* and selectors wait for what is in the element */
    uint64_t foreseen, foresee_to; /* bytes that were run through; what stands behind that could not be held and says nothing */
    af_seen_text_t foreseen_text;
    uint32_t pass_depth;      /* open elements where removed content is being passed over; 0: it is not */
    uint64_t passed_to;       /* what is in the element of the token being observed goes, to there; 0: nothing is known of it */
    af_vector_t held;         /* af_held_t */
    size_t held_first;
    af_vector_t held_bytes, held_attributes, held_nodes;
    af_vector_t told;         /* queue.c: events that wait for what is held in front of them */
    af_vector_t text_marks;   /* text_mark_t of moved.c */
    af_vector_t contents;     /* contents_t of waiting.c: open templates that began while the tape was needed */
    size_t moved_mark;        /* on the tape: where the text begins that the token moves out of what it closes; SIZE_MAX: none */
    bool moved_lost;          /* it moves text that nobody kept */
    af_vector_t strips;       /* scope_t of strip.c */
    bool strip_over;          /* the run of text is too long to be held */
    keep_state_t keep;
    bool keep_ended;          /* the document is over */
    bool keep_hurries;        /* too much was held: nothing waits any more for the end of formatting elements */
    uint32_t keep_rule;
    af_vector_t waiting;      /* uint8_t: white space directly in a table, until it is known what follows it */
    uint64_t waiting_pos;
    bool queue_moved;         /* something was put elsewhere than it was made, or before a table, since the queue was empty */
    bool may_lay_out;         /* the token being settled may be the first of a region: region.c */
    bool lay_out;             /* it is: it moves what it would not move in the output */
    bool region_due;          /* the queue's first token is that of a region */
    uint64_t no_region_to;    /* what begins before it could not be laid out */
    af_tree_t undo;           /* `past` before a token that may begin a region */
    af_vector_t fronts;       /* af_front_t, of what is held */
    af_vector_t moves;        /* af_move_t, of what is held */
    size_t moves_judged;      /* so many of them */
    bool past_live;           /* `past` stands before the token being observed, or where the queue begins */
    bool found_before;        /* a rule with before= has protected something */
    bool doctype_seen;
    bool formatting_atoms;    /* a formatting element with atoms may be cloned */
    bool formatting_plain;    /* one that was taken in the quiet may have some, by its name, which it was not told */
    bool root_atoms;          /* ... html, head or body */
    bool implied_atoms;       /* rules may pick elements that no tag makes */
    bool end_tag_atoms;       /* and those that </p> and </br> make */

    af_node_t text_parent;    /* of the token being settled, where it is not what the tree says; 0 */

    af_guard_t guard;
    bool dropped_since;       /* something was dropped after the guard's tail */
    uint64_t moved_to_pos;    /* where what was last written of a region ended in the stream */
    uint32_t drop_rule;
    enum { SECTION_NONE, SECTION_OPEN, SECTION_ENDED } section; /* of CDATA that the output is in; ended: by markup in it */
    bool bogus_comment;       /* the last token is a comment that is written in another form, and goes on */
    bool wrote_last;          /* the last token was kept: the rest of a comment goes with its beginning */
    bool watches_output;      /* something may be dropped: the guard needs to see what is written */
    af_node_t removal;        /* the outermost removed element that is open; 0 none */
    uint32_t removal_rule;
    uint64_t removal_from;

    const char *charset_label;
    bool asks_charset;        /* nobody told it: the first meta that does */
    af_charset_t *charset;
    af_tape_t tape;
    af_tape_t raw_tape;       /* of the open element of raw text, while raw_candidates want it */
    af_condition_t condition;
    af_dedupe_t dedupe;
    af_facts_t facts;
    bool wants_facts;
    af_node_t facts_node;     /* the element whose text the facts want; 0 none */
    af_attribution_t attribution;
    af_vector_t scopes;       /* af_scope_t of notices.c */
    bool keeps_notices;       /* a fragment that no missing notice is inserted into */
    af_in_step_t step;
    uint32_t notice_max;      /* characters: the longest run that can be a notice */
    af_run_t block;
    af_vector_t inserts;      /* af_insert_t, by position */
    af_marks_t marks;
};

/* Whether a newline is swallowed after the token, HTML #parsing-main-inbody; never in XML. */
static inline bool swallows_newline(const af_tree_t *tree, const af_token_t *token)
{
    return token->type == AF_TOKEN_START_TAG && !tree->xml &&
           (token->tag == AF_TAG_PRE || token->tag == AF_TAG_LISTING || token->tag == AF_TAG_TEXTAREA);
}

/* Makes room for one more item and gives it, or NULL: `*status` tells. */
void *af_vector_add(af_rewriter_t *rw, af_vector_t *vector, size_t item, af_status_t *status);
AF_MUST_USE af_status_t af_vector_reserve(af_rewriter_t *rw, af_vector_t *vector, size_t count, size_t item);
#define AF_VECTOR_AT(type, vector, i) (&((type *) (vector)->items)[i])
#define AF_VECTOR_FROM(type, vector, i) ((vector)->items == NULL ? NULL : AF_VECTOR_AT(type, vector, i)) /* i may be its end */

static inline bool af_wants_emptied(const af_rule_t *rule) { return rule->structure != NULL && rule->structure->emptied; }
static inline af_node_record_t *node_of(const af_rewriter_t *rw, af_node_t node) { return af_node_at(&rw->pool, node); }
static inline bool node_gone(const af_rewriter_t *rw, af_node_t node) { return (node_of(rw, node)->fate & FATE_GONE) != 0; }
static inline bool node_is_template(const af_rewriter_t *rw, af_node_t node)
{
    return node_of(rw, node)->space == AF_NS_HTML && node_of(rw, node)->name == AF_TAG_TEMPLATE;
}
/* The node, or the innermost one around it that does not go; 0: none. */
static inline af_node_t node_kept(const af_rewriter_t *rw, af_node_t node)
{
    while (node != 0 && node_gone(rw, node)) {
        node = node_of(rw, node)->parent;
    }
    return node;
}
/* Whether it is settled already that the output will not have the node. */
static inline bool node_known_dead(const af_rewriter_t *rw, af_node_t node)
{
    return node != 0 && (node_of(rw, node)->fate & FATE_DEAD) != 0;
}

/* Whether the output will not have the node; settles its fate and that of its ancestors. */
bool af_settle_dead(af_rewriter_t *rw, af_node_t node);
static inline bool node_dead(af_rewriter_t *rw, af_node_t node)
{
    if (node == 0) {
        return false;
    }
    uint32_t fate = node_of(rw, node)->fate;
    return (fate & FATE_SETTLED) != 0 ? (fate & FATE_DEAD) != 0 : af_settle_dead(rw, node);
}

/* waiting: whether the token may make an element that rules may pick, without being its start tag: </p>, </br>. */
bool af_waiting_implies(const af_rewriter_t *rw, const af_token_t *token);

/* page_facts: what a token tells of the page. Without attribution nothing but its title is asked for. */
static inline bool af_facts_wanted(const af_rewriter_t *rw, const af_token_t *tag)
{
    return rw->wants_facts &&
           (rw->rules->has.attribution ? af_facts_may_tell(&rw->facts, tag) : tag->tag == AF_TAG_TITLE && !rw->facts.title_known);
}
AF_MUST_USE af_status_t af_facts_observe(af_rewriter_t *rw, const af_token_t *token);

/* peek: what is behind a start tag; whether it refutes all that a rule, as the index has it, may want of the tag's element. */
void af_peek_at(af_rewriter_t *rw, const af_token_t *token);
void af_peek_made(af_rewriter_t *rw, const af_token_t *token, const af_tree_event_t *event);
bool af_peek_refutes(af_rewriter_t *rw, const af_rule_t *rule);

/* cross: what is behind something that begins at `at`; NULL: it is not whole, or not plain. */
const uint8_t *af_cross_name(const uint8_t *at, const uint8_t *end, uint32_t *tag); /* a tag's name; `*tag`: whose it is */
const uint8_t *af_cross_tag(const uint8_t *at, const uint8_t *end);                 /* a tag whose name ends there */
const uint8_t *af_cross_comment(const uint8_t *at, const uint8_t *end);
/* The content of an element whose text is raw, with its end tag's name. A script that may hide its end is not crossed. */
const uint8_t *af_cross_raw_text(const uint8_t *at, const uint8_t *end, uint32_t tag);
bool af_cross_is_raw(uint32_t tag); /* it is such an element's */
/* What is in an <svg> whose start tag ends there, with its end tag: shapes and no text. */
const uint8_t *af_cross_icon(const uint8_t *at, const uint8_t *end);

/* run_ahead: whether no rule of attribution can want text with `text` in it, which goes on where `seen` ended. */
bool af_text_is_clear(const af_needles_t *needles, af_seen_text_t *seen, af_slice_t text);

/* Whether no rule of attribution can want the run of text behind `boundary`, a block's tag, in an element `tag`, which
 * is `block`, or 0: only its start tag was read. rw->block.clear_to tells how far it is known. False: one may, or it is not
 * known. */
bool af_run_is_clear(af_rewriter_t *rw, const af_token_t *boundary, uint32_t tag, af_node_t block);

/* The same of the run that is open and that a block waits for, from `token` on, which has not been taken yet. */
bool af_run_rest_is_clear(af_rewriter_t *rw, const af_token_t *token);
/* Whether the tag surely ends the open run, and that was none. */
bool af_run_ends_clear(const af_rewriter_t *rw, const af_token_t *token);

/* ahead: takes a start tag of which rules (`wants`, bits of af_ruleset.ahead) may want no more than what its element says; false:
 * it cannot be. */
bool af_ahead_take(af_rewriter_t *rw, const af_token_t *token, uint32_t wants, const af_kept_t *kept);
void af_ahead_text(af_rewriter_t *rw, af_slice_t text, uint64_t to_pos); /* normal text was taken, up to there */
void af_ahead_passed(af_rewriter_t *rw, uint64_t to_pos);                /* another token was */
bool af_ahead_ends(af_rewriter_t *rw);     /* before an end tag; false: what it closes may be wanted */
void af_ahead_closed(af_rewriter_t *rw);   /* and when it was taken */
/* Back to the first element that may be wanted; `reached`: no other is taken before that place. */
void af_ahead_back(af_rewriter_t *rw, af_kept_t *kept, uint64_t reached);
void af_ahead_rest(af_rewriter_t *rw); /* gives back memory, where nothing waits */

/* The tokenizer is told what the tree, which took the token in a quick way, makes of what follows. `*foreign`: what it was
 * told of CDATA last. */
static inline void af_tell_tokenizer(af_rewriter_t *rw, const af_token_t *token, bool *foreign)
{
    af_tree_t *in = &rw->in;

    if (in->next_text != AF_TEXT_DATA) {
        if (token->type == AF_TOKEN_START_TAG) {
            af_tokenizer_set_text(rw->tokenizer, in->next_text);
        }
        in->next_text = AF_TEXT_DATA;
    }
    if (af_tree_in_foreign(in) != *foreign) { /* text may have opened formatting elements again */
        *foreign = !*foreign;
        af_tokenizer_allow_cdata(rw->tokenizer, *foreign);
    }
}

/* rest: gives back memory at the end of a push of so many bytes, where little is held. */
void af_rewriter_rest(af_rewriter_t *rw, size_t pushed);

void af_rewriter_mark_roots(void *opaque, af_pool_t *pool); /* roots: for the pool's sweep; `opaque` is the rewriter */

/* match: what rules say of new nodes; hold: candidates and the queue. */
AF_MUST_USE af_status_t af_rewriter_match(af_rewriter_t *rw, af_node_t node);

bool af_rewriter_holding(const af_rewriter_t *rw);
/* Before text that was put in front of a table, into `parent`, goes to the tape: elements that are open, and that it is not in,
 * would have it in theirs. They stay. */
void af_candidates_fostered(af_rewriter_t *rw, af_node_t parent);
void af_candidates_replaced(af_rewriter_t *rw, const af_tree_event_t *event); /* something was moved, or taken out */
/* After text: decides what the text so far refutes. Before a token that is none: what is known then leaves. */
void af_candidates_text(af_rewriter_t *rw, const af_tape_t *tape, size_t before); /* the tape's mark before the text */
AF_MUST_USE af_status_t af_candidates_before(af_rewriter_t *rw, const af_token_t *token);
bool af_candidates_ask(af_rewriter_t *rw); /* the same at a limit; whether something was decided */
AF_MUST_USE af_status_t af_candidates_closed(af_rewriter_t *rw, af_node_t node);  /* before the node's flag shows everywhere */
void af_candidates_review(af_rewriter_t *rw); /* the tree has changed: asks unknown selectors again, as many as it may */
void af_candidates_end(af_rewriter_t *rw);    /* the document is over: all is known */
enum { AF_WAITS_TEXT = 1, AF_WAITS_OTHER = 2 }; /* what a candidate waits for: one of the latter may wait for text no more */
void af_candidates_oldest_gives_up(af_rewriter_t *rw, unsigned waits, const char *limit);
void af_candidates_give_up(af_rewriter_t *rw, af_node_t node, const char *limit); /* those of the node */
void af_candidates_forget_text(af_rewriter_t *rw); /* where the tape fills up: what nobody needs */
AF_MUST_USE af_status_t af_queue_add(af_rewriter_t *rw, const af_token_t *token);
AF_MUST_USE af_status_t af_queue_flush(af_rewriter_t *rw);
/* Tells of something that is known at the token that is being taken: when all in front of it has been told of. */
void af_queue_tell(af_rewriter_t *rw, const af_event_t *event);
void af_queue_tell_at(af_rewriter_t *rw, const af_event_t *event, uint64_t pos); /* of the token that begins there */
void af_queue_tell_up_to(af_rewriter_t *rw, uint64_t pos); /* what was known at tokens up to there */
void af_queue_rest(af_rewriter_t *rw); /* gives back what an empty one has */
void af_queue_destroy(af_rewriter_t *rw);
/* Whether something held is unwrapped in front of the table, or stands in front of what stays of a removed one, `gone`. */
bool af_queue_fronted(const af_rewriter_t *rw, af_node_t table, af_node_t *gone);
void af_queue_body_replaced(af_rewriter_t *rw); /* by a frameset, while it is held */
AF_MUST_USE af_status_t af_queue_note_moves(af_rewriter_t *rw); /* those of the token that is observed */
/* Whether an element that will be moved is to be written where it will be then: it leaves a removed one, is unwrapped itself, or
 * what moves it clones something that goes. `place`: what it was made in. */
bool af_queue_recast(af_rewriter_t *rw, const af_tree_t *tree, af_node_t node, af_node_t place);
uint64_t af_queue_last_move(af_rewriter_t *rw, af_node_t node); /* where the token begins that moves it last */
/* Whether something of the queue is undecided; the nodes of the first such token, as many as it has. */
bool af_queue_undecided(const af_rewriter_t *rw, const af_node_t **nodes, uint32_t *count);

/* structure: what held elements are like. Counting: running text, for after=. */
static inline bool af_structure_counting(const af_rewriter_t *rw) { return rw->counts.prose < rw->rules->has.most_after; }
static inline bool af_structure_active(const af_rewriter_t *rw)
{
    return rw->structure_candidates > 0 || af_structure_counting(rw);
}
/* The same for what is taken in the quiet, where no element is held: of a text, and of an HTML element that begins or ends. */
void af_structure_quiet_text(af_rewriter_t *rw, af_slice_t raw, af_node_t parent);
void af_structure_quiet_boundary(af_rewriter_t *rw, uint32_t tag);
uint32_t af_structure_most_prose(const af_rewriter_t *rw); /* if the run of text ends here */
void af_structure_start(af_rewriter_t *rw);                          /* the first one is held */
void af_structure_boundary(af_rewriter_t *rw, af_node_t node);      /* the node begins or ends: blocks end a run of text */
void af_structure_tag_boundary(af_rewriter_t *rw, uint32_t tag);    /* the same of an HTML element */
void af_structure_tag(af_rewriter_t *rw, const af_token_t *token);  /* an HTML element that no rule says anything of */
void af_structure_created(af_rewriter_t *rw, const af_token_t *token, af_node_t node); /* after its rules were asked */
void af_structure_text(af_rewriter_t *rw, af_slice_t raw, af_node_t parent); /* of its amount */
void af_structure_shown(af_rewriter_t *rw, af_node_t node); /* something shows in the node, and stays if it does */
void af_structure_amount(af_rewriter_t *rw, const af_token_t *token, const af_tree_event_t *event); /* the same */
void af_structure_removed(af_rewriter_t *rw, const af_candidate_t *candidate); /* it turned out to be removed */
bool af_structure_in_link(const af_rewriter_t *rw, af_node_t node); /* it is one, or in one */
bool af_structure_inline(uint32_t tag); /* its element does not end a run of text */
bool af_structure_refuted(af_rewriter_t *rw, af_candidate_t *candidate); /* what follows cannot make it hold */
bool af_structure_holds(af_rewriter_t *rw, af_candidate_t *candidate);   /* at its end */
bool af_structure_has_picture(const af_rewriter_t *rw, const af_candidate_t *candidate); /* a preset's phrase, and more */
/* Whether the text since `mark` is such that a preset's rule leaves it, unless forced. */
bool af_guarded_text(af_rewriter_t *rw, size_t mark);
bool af_structure_guarded(af_rewriter_t *rw, const af_candidate_t *candidate); /* a preset's, and so */
void af_candidates_structure(af_rewriter_t *rw); /* finishes those that are refuted */
void af_candidates_guard(af_rewriter_t *rw);    /* something that presets may not take: those around it are not removed */

/* settle: what becomes of a token's bytes. `tree` has taken the token; `nodes` are those that it made. */
AF_MUST_USE af_status_t af_settle(af_rewriter_t *rw, const af_tree_t *tree, const af_token_t *token, const af_node_t *nodes,
                                  uint32_t node_count);
AF_MUST_USE af_status_t af_settle_before(af_rewriter_t *rw, const af_tree_t *tree); /* notes the filtered stack */
/* Brings the output's open elements to the first `count` of `want`; nothing is pending then. */
AF_MUST_USE af_status_t af_settle_bring_to(af_rewriter_t *rw, const af_vector_t *want, size_t count);
af_status_t af_settle_continued(af_rewriter_t *rw, const af_token_t *token); /* a comment's further piece */
/* From here on the output's tree is a state of its own; it begins where `past` stands. */
AF_MUST_USE af_status_t af_settle_diverge(af_rewriter_t *rw);
bool af_settle_drops(const af_rewriter_t *rw, const af_token_t *token); /* text that goes though its parent stays */
void af_settle_fate(af_rewriter_t *rw, af_node_t node);
/* Text that ends in "</": where markup is written behind it, its "<" would begin a comment. */
bool af_ends_in_open_tag(const af_token_t *token);
/* Whether the token may move what is open: the end tag of a formatting element, or a start tag that implies one. */
bool af_may_move(const af_tree_t *tree, const af_token_t *token);
bool af_settle_any_gone(af_rewriter_t *rw, const af_node_t *nodes, uint32_t node_count);

/* region: writes what begins with the queue's first token from the tree that it made. `*written` false: it cannot be. */
AF_MUST_USE af_status_t af_region_flush(af_rewriter_t *rw, bool *written);
/* Where the page became too deep: what is held in front of that, as far as it is decided. How much is held hangs on the chunks,
 * and what was decided there should not. Events that wait are told. */
void af_queue_let_go(af_rewriter_t *rw);
af_token_t af_queue_token(const af_rewriter_t *rw, uint32_t number, const af_node_t **nodes, uint32_t *count);

/* output */
void af_write_moved(af_rewriter_t *rw, const af_token_t *token); /* a token whose place in the output is not that in the stream */
void af_write_token(af_rewriter_t *rw, const af_token_t *token, bool swallows_newline);
void af_write_markup(af_rewriter_t *rw, const uint8_t *data, size_t len, uint32_t rule);
void af_write_drop(af_rewriter_t *rw, const af_token_t *token, uint32_t rule);

AF_MUST_USE af_status_t af_candidates_hold(af_rewriter_t *rw, af_node_t node); /* holds for the notices */
AF_MUST_USE af_status_t af_candidates_escape(af_rewriter_t *rw, af_node_t node); /* holds what may leave a removed element */
/* Whether it is protected in an element that goes: what is in it may go into a clone of a formatting element around it. */
bool af_candidates_hole(const af_rewriter_t *rw, af_node_t node);
bool af_candidates_ends_scope(const af_node_record_t *record); /* the adoption agency looks no further up */
bool af_candidates_escape_risk(const af_rewriter_t *rw, const af_token_t *token);
static inline bool af_is_row(uint32_t tag) /* text does not stay in it */
{
    return tag == AF_TAG_TR || tag == AF_TAG_TBODY || tag == AF_TAG_THEAD || tag == AF_TAG_TFOOT;
}
/* The same of a table, in front of which something may be unwrapped, or of what may be rows directly in a template. */
static inline bool af_candidates_table_risk(const af_rewriter_t *rw, const af_token_t *token)
{
    return rw->rules->has.unwrap && token->type == AF_TOKEN_START_TAG &&
           (token->tag == AF_TAG_TABLE || (rw->in.template_count > 0 && af_is_row(token->tag)));
}
AF_MUST_USE af_status_t af_candidates_table(af_rewriter_t *rw, const af_token_t *token, const af_tree_event_t *made);
/* Some of what was held is known to stay: what is held for that alone is held no more. */
void af_candidates_escapes_again(af_rewriter_t *rw);
void af_candidates_body_goes(af_rewriter_t *rw); /* it is held no more */
AF_MUST_USE af_status_t af_candidates_body(af_rewriter_t *rw, const af_token_t *token);
static inline af_status_t af_candidates_frameset(af_rewriter_t *rw, const af_token_t *token)
{
    return rw->in.frameset_ok || rw->body_held != 0 ? af_candidates_body(rw, token) : AF_OK;
}
void af_candidates_until(af_rewriter_t *rw, af_candidate_t *candidate); /* what it waits for has ended, or is too long */
/* Holds a protected node that stands in a table that goes. */
AF_MUST_USE af_status_t af_candidates_hold_in_table(af_rewriter_t *rw, af_node_t node);
static inline af_status_t af_candidates_in_table(af_rewriter_t *rw, af_node_t node)
{
    const af_node_record_t *record = node_of(rw, node);
    bool may = (record->fate & FATE_PROTECT) != 0 && (record->above & af_name_bit(AF_TAG_TABLE)) != 0 && rw->past_live;

    return may ? af_candidates_hold_in_table(rw, node) : AF_OK;
}
/* Whether af_candidates_table is to be asked of what is made. */
static inline bool af_candidates_tables(const af_rewriter_t *rw)
{
    return rw->rules->has.unwrap || rw->table_candidates > 0;
}
AF_MUST_USE af_status_t af_candidates_in_front(af_rewriter_t *rw, af_node_t table); /* something was put there */
void af_candidates_tables_end(af_rewriter_t *rw, uint64_t before_pos); /* those that began there are not held for that any more */
void af_queue_moved(af_rewriter_t *rw, af_node_t from, af_node_t to); /* the adoption agency moved all children */
/* A candidate is decided; and what is decided leaves the list, and the tape what nobody needs any more. */
void af_candidates_finish(af_rewriter_t *rw, af_candidate_t *candidate, bool holds);
void af_candidates_tidy(af_rewriter_t *rw);
void af_candidates_release(af_rewriter_t *rw, af_node_t node, uint32_t rule, bool removes);
/* fate: what the rule does to the node; whether it may have nothing of its kind, which is counted. */
void af_candidates_take(af_rewriter_t *rw, af_node_t node, uint32_t rule);
bool af_candidates_refused(af_rewriter_t *rw, const af_rule_t *rule, const af_node_record_t *record);

/* marks: what preview adds; nothing in other modes */
void af_marks_part(af_rewriter_t *rw); /* a fragment: style and panel are its page's */
void af_marks_before(af_rewriter_t *rw, const af_token_t *token); /* the token is written or dropped next */
void af_marks_element(af_rewriter_t *rw, af_mark_kind_t kind, const af_token_t *token, const af_node_record_t *record);
void af_marks_dropped(af_rewriter_t *rw, const af_token_t *token);
void af_marks_text(af_rewriter_t *rw, af_mark_kind_t kind, uint32_t rule, uint64_t from_pos, uint64_t to_pos, af_slice_t text);
void af_marks_notice(af_rewriter_t *rw, const af_insert_t *insert); /* the frontier is at its place */

/* ask_charset: of the first meta that tells one, while asks_charset. */
AF_MUST_USE af_status_t af_ask_charset(af_rewriter_t *rw, const af_token_t *token);

/* waiting */
AF_MUST_USE af_status_t af_waiting_add(af_rewriter_t *rw, const af_token_t *token);
AF_MUST_USE af_status_t af_waiting_take(af_rewriter_t *rw, const af_token_t *token); /* text; its end may wait */
AF_MUST_USE af_status_t af_waiting_end(af_rewriter_t *rw, const af_token_t *token); /* `token` comes next */
void af_waiting_note_implied(af_rewriter_t *rw);
AF_MUST_USE af_status_t af_waiting_give_atoms(af_rewriter_t *rw, af_node_t node); /* those that its name tells, without a tag */
/* The same of formatting elements that the quiet took although rules ask for their names, now that they may be cloned. */
AF_MUST_USE af_status_t af_waiting_note_formatting(af_rewriter_t *rw);
AF_MUST_USE af_status_t af_root_attributes(af_rewriter_t *rw, af_node_t node); /* the token adds its own to html, body */
bool af_raw_has_own_text(const af_rewriter_t *rw, af_node_t node); /* script, style, title, textarea, ...: not template */
void af_raw_start(af_rewriter_t *rw);                              /* the first candidate of such an element */
AF_MUST_USE af_status_t af_raw_text(af_rewriter_t *rw, const af_token_t *token);
AF_MUST_USE af_status_t af_raw_end(af_rewriter_t *rw);             /* no more of it comes */

/* moved */
AF_MUST_USE af_status_t af_moved_note(af_rewriter_t *rw, af_node_t node);
void af_moved_find(af_rewriter_t *rw); /* of what the token moves */
void af_moved_closed(af_rewriter_t *rw, af_node_t node);
bool af_moved_asks(const af_rewriter_t *rw);    /* text is wanted for what clones say */
size_t af_moved_needs(const af_rewriter_t *rw); /* the tape's first mark that is; SIZE_MAX: none */
void af_moved_destroy(af_rewriter_t *rw);

/* keep */
void af_keep_found(af_rewriter_t *rw, af_node_t node);
void af_keep_moved(af_rewriter_t *rw); /* nodes have other parents: the shells are not known yet */
bool af_keep_undecided(const af_rewriter_t *rw, af_node_t node);
bool af_keep_text_undecided(const af_rewriter_t *rw, af_node_t parent);
bool af_keep_removes(const af_rewriter_t *rw, af_node_t node);
bool af_keep_drops_text(const af_rewriter_t *rw, af_node_t parent);
void af_keep_end(af_rewriter_t *rw);
void af_keep_gives_up(af_rewriter_t *rw, const af_node_t *nodes, uint32_t count); /* of the queue's first token */

/* strip */
AF_MUST_USE af_status_t af_strip_scope(af_rewriter_t *rw, uint32_t rule, af_node_t node);
void af_strip_closed(af_rewriter_t *rw, af_node_t node);
void af_strip_destroy(af_rewriter_t *rw);
uint32_t af_strip_rule(const af_rewriter_t *rw); /* of text that goes now: its scope's, or, behind that, the first one's */
bool af_strip_applies(const af_rewriter_t *rw, const af_token_t *token);
bool af_strip_waits(af_rewriter_t *rw, const af_token_t *token); /* until its run ends: not where that is too long to be held */
/* Before text: where there is no body yet, makes it; takes white space off the text. */
AF_MUST_USE af_status_t af_strip_begin_body(af_rewriter_t *rw, af_token_t *token);
AF_MUST_USE af_status_t af_strip_text(af_rewriter_t *rw, const af_token_t *token); /* a whole text node */
AF_MUST_USE af_status_t af_rewriter_observe_text(af_rewriter_t *rw, const af_token_t *token);
bool af_is_normal_text(const af_rewriter_t *rw, af_node_t parent);
bool af_is_taped_text(const af_rewriter_t *rw, af_node_t parent);
bool af_contents_count(const af_rewriter_t *rw); /* templates are noted */
/* Before the rules are asked about a node, and after what waits for it has had its end: templates have a text of their own. */
AF_MUST_USE af_status_t af_contents_begin(af_rewriter_t *rw, af_node_t node);
void af_contents_end(af_rewriter_t *rw, af_node_t node);
/* Where on the tape the contents begin of the open template that is in `around` others; SIZE_MAX: there is none. */
size_t af_contents_mark(const af_rewriter_t *rw, uint32_t around);
void af_contents_destroy(af_rewriter_t *rw);

/* notices */
bool af_notices_active(const af_rewriter_t *rw);
bool af_notices_block(uint32_t tag); /* its element begins and ends runs of text */
bool af_is_block_node(const af_rewriter_t *rw, af_node_t node);
void af_notices_passed(af_rewriter_t *rw, uint64_t pos); /* blocks were passed over, the last of which ends there */
bool af_notices_risk(const af_rewriter_t *rw, const af_token_t *token); /* its element may have to be held */
AF_MUST_USE af_status_t af_notices_init(af_rewriter_t *rw);
void af_notices_destroy(af_rewriter_t *rw);
AF_MUST_USE af_status_t af_notices_token(af_rewriter_t *rw, const af_token_t *token); /* before the tree takes it */
bool af_notices_tag(af_rewriter_t *rw, const af_token_t *token); /* before that: whether a run that was held for has ended */
void af_notices_finish(af_rewriter_t *rw); /* the document ends, before the tokenizer is told */
AF_MUST_USE af_status_t af_notices_created(af_rewriter_t *rw, const af_token_t *token, af_node_t node);
/* Whether what comes next, and then a tag of it, is nothing to attribution rules if it does nothing rare to the tree. */
bool af_notices_quiet(af_rewriter_t *rw);
bool af_notices_allow(af_rewriter_t *rw, const af_token_t *token);
/* Puts a repair in the place of [from_pos, to_pos), which is told of when it is written. */
AF_MUST_USE af_status_t af_notices_edit(af_rewriter_t *rw, uint32_t rule, uint64_t from_pos, uint64_t to_pos, af_slice_t bytes);
AF_MUST_USE af_status_t af_notices_closed(af_rewriter_t *rw, const af_token_t *token, af_node_t node);
AF_MUST_USE af_status_t af_notices_text(af_rewriter_t *rw);
void af_notices_written(af_rewriter_t *rw, const af_insert_t *insert); /* tells of it */
void af_notices_void(af_rewriter_t *rw); /* one goes with what it was for */
/* Begins a fragment: the tree in body, the facts of its item, its scopes. */
AF_MUST_USE af_status_t af_fragment_start(af_rewriter_t *rw, const af_fragment_t *fragment);
void af_notices_fragment(af_rewriter_t *rw, af_node_t body);       /* its first text is body's */
bool af_rule_here(const af_rewriter_t *rw, const af_rule_t *rule); /* as its site= says */
AF_MUST_USE af_status_t af_notices_scope(af_rewriter_t *rw, uint32_t rule, af_node_t node);

/* in_step: what machines are told. */
bool af_in_step_wanted(const af_rewriter_t *rw);
void af_in_step_destroy(af_rewriter_t *rw);
AF_MUST_USE af_status_t af_in_step_created(af_rewriter_t *rw, const af_token_t *token, af_node_t node);
/* Once the page's head is known, or at its end: repairs, and lets go what was held. */
AF_MUST_USE af_status_t af_in_step_settle(af_rewriter_t *rw, bool at_end);

/* Tells the host, and counts, what was decided of new nodes; and of the outermost removed element when it ends. */
void af_tell_made(af_rewriter_t *rw, const af_token_t *token, const af_node_t *nodes, uint32_t node_count);
void af_tell_closed(af_rewriter_t *rw, const af_tree_t *tree, const af_token_t *token);
/* The same where the events are gone: the token closed that element. */
void af_tell_closed_by(af_rewriter_t *rw, const af_token_t *token);

#endif
