/* What the lexer (grammar/ntrace.l) and the parser share about one text that is being read.
 *
 *   bytes --ntrace.l--> tokens --lines.c--> tokens and statement ends --ntrace.y--> tree
 *
 * lines.c stands between lexer and grammar: it turns newlines into statement ends, matches
 * brackets, tells the two meanings of '<', and skips what is left of a broken statement. So the
 * grammar sees balanced brackets always and knows nothing of lines. */
#pragma once

#include "compiler/syntax/ast.h"

/* `##` text: goes to the declaration that follows it, or to the one on its line. */
struct nt_doc {
    struct nt_span at;
    const char *text;
    bool own_line;
};

union nt_token_value {
    struct nt_word word;
    struct nt_node *node;
    enum nt_op op;
};

struct nt_token {
    int kind;
    struct nt_span at;
    union nt_token_value value;
    bool after_newline;
};

struct nt_bracket {
    char kind; /* ( [ { < of a body, s the { of a set or type */
    struct nt_span at;
    bool reported; /* as not closed */
};

enum { NT_MAX_BRACKETS = 256, NT_MAX_TOKENS = 500000 };

struct nt_parser {
    struct nt_cx *cx;
    uint16_t source;

    /* The lexer's: the text it scans, the token it has just read. */
    void *scanner;
    char *copy; /* on the heap; as flex wants it, two NULs behind it */
    struct nt_token token;
    NT_VEC(struct nt_doc) docs;
    uint32_t ntokens;

    /* lines.c */
    struct nt_bracket bracket[NT_MAX_BRACKETS];
    uint32_t nbrackets;
    struct nt_token held; /* read, to be given once what belongs before it has been */
    bool has_held;
    int start;                         /* the token that tells the grammar what to parse */
    int prev;                          /* kind of the last token given; 0 before the first */
    struct nt_span prev_at, before_at; /* of that token and of the one before it */
    bool made_up;        /* the last token given closes a bracket that the text does not */
    bool closed_body;    /* the last token given closed a body */
    uint32_t body_depth; /* brackets open around the statement that the last token belongs to */
    bool in_header;      /* between `on` and its body */
    bool may_open;       /* a '<' would open that body */
    bool skipping;       /* over the rest of a broken statement in a body of skip_depth brackets */
    uint32_t skip_depth;
    uint32_t again_end; /* of the `on` that was given twice */
    bool quiet;         /* while it skips: brackets that are not closed go unmentioned */
    bool stopped;       /* gave up: only the end is left to come */

    struct nt_node *root;
};

/* The next token from the text; 0 at its end (ntrace.l). */
int nt_lexer_next(struct nt_parser *p);
void nt_lexer_open(struct nt_parser *p);
void nt_lexer_close(struct nt_parser *p);

/* The next token for the grammar (lines.c). */
struct nt_token nt_lines_next(struct nt_parser *p);
/* After a syntax error: what is left of the statement will be skipped. */
void nt_lines_recover(struct nt_parser *p);
/* No more tokens, and no more complaints about what is open. */
void nt_lines_stop(struct nt_parser *p);

/* Literals (literal.c): token kinds, with the node in p->token.value. Broken ones are reported and
 * read as 0, so that parsing goes on. */
int nt_literal_number(struct nt_parser *p, const char *text, size_t len);
int nt_literal_address(struct nt_parser *p, const char *text, size_t len);
int nt_literal_string(struct nt_parser *p, const char *text, size_t len, bool closed);
/* The `s` of 100/s: a DURATION of one such unit. */
struct nt_node *nt_literal_per(struct nt_parser *p, struct nt_word unit);

/* A syntax error at the last token given (complain.c); `expected` are the grammar's token names. */
void nt_complain(struct nt_parser *p, const char *const *expected, int n);

/* The grammar's names of what could have come, and what came instead. */
struct nt_mishap {
    const char *const *expected;
    int nexpected;
    struct nt_span at;
    int kind;
    const char *text; /* as a person calls it: quoted, or "the end of the line" */
};
bool nt_mishap_expects(const struct nt_mishap *m, const char *name);
/* What people write who come from other tools (habits.c): how it is written here. *ret_message may
 * replace what would be said; false when it is no such habit. */
bool nt_habit(struct nt_parser *p, const struct nt_mishap *m, const char **ret_message,
              const char **ret_hint);

/* Hangs p->docs on the tree (docs.c). */
void nt_docs_attach(struct nt_parser *p, struct nt_node *script);
