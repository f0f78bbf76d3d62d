/* Builtin values and functions, one row each; docs and `ntrace list` are made from them. */
#pragma once

#include "compiler/sema/scope.h"

struct nt_builtin {
    const char *name;
    enum nt_eop op;
    const struct nt_type *type;
    uint8_t cost;
    bool in_ntrace; /* bodies of every, begin and end have it too */
    const char *doc;
};
extern const struct nt_builtin nt_builtins[]; /* ends with a row without a name */
const struct nt_builtin *nt_builtin_find(const char *name);

struct nt_func {
    const char *name;
    const char *params; /* "p, n" */
    uint8_t min, max;   /* arguments */
    /* NULL: the language has it, this version can't run it. */
    struct nt_expr *(*make)(struct nt_scope *s, const struct nt_node *call);
    const char *doc;
};
extern const struct nt_func nt_funcs[]; /* ends with a row without a name */
struct nt_expr *nt_make_bytes(struct nt_scope *s, const struct nt_node *call); /* bytes.c */
/* pointers.c */
struct nt_expr *nt_make_sizeof(struct nt_scope *s, const struct nt_node *call);
struct nt_expr *nt_make_align(struct nt_scope *s, const struct nt_node *call);
struct nt_expr *nt_make_container_of(struct nt_scope *s, const struct nt_node *call);
struct nt_expr *nt_make_user(struct nt_scope *s, const struct nt_node *call);
const struct nt_func *nt_func_find(const char *name);
