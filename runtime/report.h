/* A table as a reader gets it: sorted, cut to the first rows, every slot turned into values. */
#pragma once

#include "compiler/program.h"

struct nt_output;
struct nt_symbols;
struct nt_tally;

struct nt_report {
    const struct nt_table *table;
    const struct nt_tally *tally;
    uint32_t top; /* rows; 0: all */
    int by;       /* sort by this aggregation, largest first, or, from naggs on, by this key,
                     smallest first; -1: by the first aggregation */
    bool final;
    uint64_t time;    /* ns since the epoch */
    uint64_t elapsed; /* ns in which it came, for rates */
};

/* 0 or the output's -errno. */
int nt_report_print(const struct nt_report *report, struct nt_symbols *symbols,
                    struct nt_output *out);
