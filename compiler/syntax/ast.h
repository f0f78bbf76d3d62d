/* The tree of a script: one shape for all nodes, so that walking and dumping are one function each.
 * Made by grammar/, read and annotated by sema/, lowered by codegen/. ast.def names the kinds. */
#pragma once

#include "compiler/base/cx.h"
#include "compiler/catalog/types.h"

enum nt_node_kind {
#define NT_NODE(kind, name) NT_NODE_##kind,
#include "compiler/syntax/ast.def"
#undef NT_NODE
    NT_NODE_MAX,
};

enum nt_op {
    NT_OP_NONE,
    NT_OP_ADD,
    NT_OP_SUB,
    NT_OP_MUL,
    NT_OP_DIV,
    NT_OP_MOD,
    NT_OP_BAND,
    NT_OP_BOR,
    NT_OP_BXOR,
    NT_OP_SHL,
    NT_OP_SHR,
    NT_OP_EQ,
    NT_OP_NE,
    NT_OP_LT,
    NT_OP_LE,
    NT_OP_GT,
    NT_OP_GE,
    NT_OP_AND,
    NT_OP_OR,
    NT_OP_ELSE, /* a ?? b */
    NT_OP_NOT,
    NT_OP_NEG,
    NT_OP_BNOT,
};

struct nt_node {
    enum nt_node_kind kind;
    enum nt_op op;
    struct nt_span span;    /* all of it */
    struct nt_span name_at; /* of the name, where there is one */
    const char *name;
    const char *text; /* STRING, `at` and `since`: bytes; NUL-terminated */
    uint32_t len;     /* of text */
    bool flag;
    const char *doc; /* `##` lines, joined by newlines; NULL without */
    uint64_t num[3];
    struct nt_node **kid;
    uint32_t nkids, kidcap;
    uint32_t depth; /* of the tree below, at most NT_MAX_DEPTH: every walk may recurse */

    /* Set by sema/. */
    const struct nt_type *type;
    void *sym; /* what a name stands for: sema/scope.h */
};

#define nt_kid_each(it, node)                                                                      \
    for (struct nt_node **it = (node)->kid; it && it < (node)->kid + (node)->nkids; it++)

/* A name where the script has it. */
struct nt_word {
    const char *text;
    struct nt_span at;
};

enum { NT_MAX_DEPTH = 1000 };

/* Constructors: one call per grammar action. Kids that may be NULL are given as NULL. A tree deeper
 * than NT_MAX_DEPTH is an error, and a BAD node takes its place. */
struct nt_node *nt_node_new(struct nt_cx *cx, enum nt_node_kind kind, struct nt_span span);
struct nt_node *nt_node_with(struct nt_cx *cx, enum nt_node_kind kind, struct nt_span span,
                             uint32_t nkids, ...); /* struct nt_node * each */
struct nt_node *nt_node_named(struct nt_cx *cx, enum nt_node_kind kind, struct nt_word name,
                              uint32_t nkids, ...); /* struct nt_node * each */
struct nt_node *nt_node_op(struct nt_cx *cx, enum nt_op op, struct nt_node *left,
                           struct nt_node *right); /* UNARY when there is no right */
struct nt_node *nt_node_number(struct nt_cx *cx, enum nt_node_kind kind, struct nt_span span,
                               uint64_t number);

/* Each returns its node, so that they nest. add, and set when the place is still free, let the
 * node's span reach over the kid; set reports a place that is taken ("where" said twice). */
struct nt_node *nt_node_add(struct nt_cx *cx, struct nt_node *parent, struct nt_node *kid);
struct nt_node *nt_node_set(struct nt_cx *cx, struct nt_node *parent, uint32_t place,
                            struct nt_node *kid);
struct nt_node *nt_node_text_set(struct nt_node *node, struct nt_word text);
struct nt_node *nt_node_name(struct nt_node *node, struct nt_word name);
struct nt_node *nt_node_flag(struct nt_node *node, bool flag);
struct nt_node *nt_node_at(struct nt_node *node, struct nt_span span);
/* A LIST becomes a node of that kind, with the list's elements as its kids. */
struct nt_node *nt_node_of_list(struct nt_node *list, enum nt_node_kind kind, struct nt_span span);

/* A STRING's text as a word. */
struct nt_word nt_node_string(const struct nt_node *node);
/* A node's name; two names with a dot between them. */
struct nt_word nt_node_word(const struct nt_node *node);
struct nt_word nt_word_dotted(struct nt_cx *cx, struct nt_word left, struct nt_word right);

const char *nt_node_kind_name(enum nt_node_kind kind);
const char *nt_op_text(enum nt_op op);

/* Indented tree, one node a line, with types once they are known. */
void nt_ast_dump(const struct nt_node *root, FILE *out);
/* Source text of an expression, for column names: the script's own, white space squeezed. */
const char *nt_node_text(struct nt_cx *cx, const struct nt_node *node);
