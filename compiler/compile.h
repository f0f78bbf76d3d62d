/* A script's text -> struct nt_program: the list of passes (compile.c). */
#pragma once

#include "compiler/base/cx.h"
#include "compiler/program.h"

/* Compiles the source added as `source`. 0, or -EINVAL with diagnostics in cx. The program lives as
 * long as cx; it does not need cx.kernel any more. With cx.options.dump set, the pass's result is
 * printed on stdout and the rest of the passes is left out (-ECANCELED). */
int nt_compile(struct nt_cx *cx, uint16_t source, struct nt_program *ret_program);

/* The passes by name, in order, as -d takes them; NULL behind the last. */
const char *nt_pass_name(size_t i);

struct nt_unit;
/* The passes up to `last` only: what a report about a script needs. */
int nt_compile_to(struct nt_cx *cx, uint16_t source, const char *last, struct nt_unit **ret_unit);

/* `ntrace SCRIPT --help`: the script's doc, its own options, the common options. */
int nt_script_help(struct nt_cx *cx, uint16_t source, const char *how_called, FILE *out);

/* `ntrace check FILE`: what each event becomes on this host, sizes, memory. */
int nt_check_report(struct nt_cx *cx, uint16_t source, FILE *out);

/* `ntrace list events|fields EVENT|scripts|functions|aggregations|types`. -ENOENT with a diagnostic
 * when there is no such thing. */
int nt_list(struct nt_cx *cx, const char *what, const char *name, FILE *out);

/* Adds the library script of that name ("drops" -> stdlib/drops.nt) as a source. -ENOENT when there
 * is none; *ret_guess is then the nearest name or NULL. */
int nt_library_script(struct nt_cx *cx, const char *name, uint16_t *ret_source,
                      const char **ret_guess);
