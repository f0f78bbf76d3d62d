/* One compilation: the first parameter of everything that allocates or complains. */
#pragma once

#include "compiler/base/arena.h"
#include "compiler/base/diag.h"
#include "compiler/base/source.h"

#include <stdbool.h>

struct nt_kernel;

struct nt_options {
    const char *dump;   /* -d PASS, or NULL */
    const char *stdlib; /* --stdlib DIR instead of the embedded library, or NULL */
    const char *where;  /* --where EXPR, and-ed into every packet event, or NULL */
    char **script_argv; /* what the command line holds for the script's own parameters */
    int script_argc;
    const char *cache; /* directory where compiled objects are kept, or NULL: they are not */
    bool verbose;
    bool (*is_own)(const char *word); /* is --word ntrace's own, for every script? NULL: none is */
};

struct nt_cx {
    struct nt_arena *arena;
    NT_VEC(struct nt_source) sources;
    struct nt_diags diags;
    const struct nt_kernel *kernel;
    struct nt_options options;
};

struct nt_cx *nt_cx_new(void);
/* Accepts NULL, sets NULL. The kernel is not closed: it belongs to the caller. */
void nt_cx_free(struct nt_cx **cx);
