/* Everything a pass has to say to the person at the keyboard. Diagnostics are collected and printed
 * at the end; what is said already at a place is not said again. Codes and their explanations:
 * diag.def. */
#pragma once

#include "compiler/base/arena.h"
#include "compiler/base/source.h"

#include <stdbool.h>
#include <stdio.h>

struct nt_cx;

enum nt_code {
#define NT_CODE(number, name, text) NT_##name = number,
#include "compiler/base/diag.def"
#undef NT_CODE
};

enum nt_severity { NT_SEV_ERROR, NT_SEV_WARNING, NT_SEV_NOTE };

struct nt_label {
    struct nt_span at;
    const char *text; /* may be NULL: underline only */
};

struct nt_diag {
    enum nt_severity severity;
    enum nt_code code;
    struct nt_span at;
    bool placed; /* false: no place in a script (an option, a file) */
    const char *message;
    NT_VEC(struct nt_label) labels;
    const char *hint; /* what to do, or NULL */
    struct nt_cx *cx;
};

struct nt_diags {
    NT_VEC(struct nt_diag *) list;
    uint32_t nerrors;
};

/* Each returns the diagnostic, so that labels and a hint can follow. After NT_MAX_ERRORS errors
 * further ones are counted, not kept. */
enum { NT_MAX_ERRORS = 20 };
struct nt_diag *nt_error(struct nt_cx *cx, struct nt_span at, enum nt_code code, const char *fmt,
                         ...) __attribute__((format(printf, 4, 5)));
struct nt_diag *nt_warn(struct nt_cx *cx, struct nt_span at, enum nt_code code, const char *fmt,
                        ...) __attribute__((format(printf, 4, 5)));
/* Without a place: the command line, a file. */
struct nt_diag *nt_error_at_none(struct nt_cx *cx, enum nt_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
struct nt_diag *nt_warn_at_none(struct nt_cx *cx, enum nt_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

void nt_label(struct nt_diag *d, struct nt_span at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void nt_hint(struct nt_diag *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Takes back what was said since there were `said` diagnostics, `errors` of them errors: of a pass
 * over what will be read once more. */
void nt_diags_rewind(struct nt_cx *cx, uint32_t said, uint32_t errors);

/* "did you mean": the candidate nearest to name, or NULL when none is near. Feed it candidates one
 * by one: struct nt_guess g = nt_guess(name); nt_guess_try(&g, "..."); use g.best. */
struct nt_guess {
    const char *name, *best;
    unsigned distance;
};
struct nt_guess nt_guess(const char *name);
void nt_guess_try(struct nt_guess *g, const char *candidate);
/* Adds the hint "did you mean 'best'?" when there is a best. */
void nt_hint_guess(struct nt_diag *d, const struct nt_guess *g);

/* Prints all, in the order of their places, with the script's line and a caret. */
void nt_diags_print(struct nt_cx *cx, FILE *out, bool colour);
/* Text of --explain CODE ("E203" or "203"); false when there is no such code. */
bool nt_explain(const char *code, FILE *out);
