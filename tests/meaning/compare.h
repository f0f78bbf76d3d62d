/* What the kernel's programs made, against what the evaluator says. Differences are said on
 * standard output. */
#pragma once

#include "runtime/decode.h"
#include "runtime/tally.h"
#include "tests/meaning/evaluate.h"

struct comparison {
    const struct evaluator *evaluator;
    const struct nt_program *program;
    uint32_t nrows; /* compared so far: they come in order */
    bool differs;
};

void compare_row(struct comparison *c, const struct nt_ring_row *row);
void compare_rows_end(struct comparison *c);
void compare_table(struct comparison *c, uint32_t table, const struct nt_tally *tally,
                   struct nt_arena *arena);
/* Two evaluations of one body. */
bool evaluations_agree(const struct evaluator *a, const struct evaluator *b);
