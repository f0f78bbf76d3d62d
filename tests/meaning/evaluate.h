/* The typed tree's meaning, written down a second time, as plainly as it goes: what a body does to
 * rows, tables and state when its probe fires with these arguments. It knows nothing of BPF.
 * Expressions over kernel memory, packets and the machine's own state are beyond it. */
#pragma once

#include "compiler/sema/unit.h"

enum { EVAL_MAX_ARGS = 12, EVAL_MAX_COLUMNS = 32 };

struct eval_value {
    bool there;
    uint64_t w[NT_MAX_WORDS];
};

/* A row of emit or printf. */
struct eval_row {
    uint32_t record, ncolumns;
    struct eval_value column[EVAL_MAX_COLUMNS];
};

/* One update of a table. */
struct eval_update {
    uint32_t table, nkeys, nargs;
    struct eval_value key[NT_MAX_COLUMNS], arg[EVAL_MAX_COLUMNS];
};

struct eval_kept {
    const struct nt_state *state;
    struct eval_value key[NT_MAX_STATE_KEYS], value;
};

struct evaluator {
    struct nt_arena *arena;
    uint64_t arg[EVAL_MAX_ARGS];
    struct eval_value local[NT_MAX_LOCALS];
    NT_VEC(struct eval_row) rows;
    NT_VEC(struct eval_update) updates;
    NT_VEC(struct eval_kept) kept;
    bool unknown; /* met something that is beyond it: nothing can be said */
};

/* Runs the handler once, with e->arg. Rows, updates and state grow from run to run. */
void eval_run(struct evaluator *e, const struct nt_handler *h);
bool eval_truth(struct evaluator *e, const struct nt_expr *x); /* absent is false */
struct eval_value eval_value(struct evaluator *e, const struct nt_expr *x);
