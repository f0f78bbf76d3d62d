/* What reporter.c and reporter_body.c share. */
#pragma once

#include "compiler/base/cx.h"
#include "compiler/program.h"
#include "runtime/reporter.h"

#include <time.h>

struct nt_reporter {
    struct nt_cx *cx;
    const struct nt_program *program;
    const struct nt_image *image;
    struct nt_output *output;
    struct nt_symbols *symbols;
    struct nt_tables *tables;
    struct nt_paths *paths;
    struct nt_states *states;
    struct nt_limits *limits;
    struct nt_commands *commands;
    uint64_t *counts, *counts_said;   /* as nt_counters_read() gives them */
    struct nt_pcapng *packets;        /* NULL: nothing is captured */
    uint64_t *missed, *missed_before; /* by probe: what its links missed; those there were before */
    bool *uncounted;                  /* by probe: the kernel does not count what it skips there */
    const struct nt_links *links;     /* NULL: there are none any more */
    uint64_t own[NT_CNT_MAX];         /* of ntrace's own bodies */
    uint64_t max_rows;                /* 0: as many as come */
    uint64_t rows, left_out;          /* before the end: written, and beyond max_rows */
    uint64_t attached;                /* ns of CLOCK_MONOTONIC */
    uint64_t to_real; /* ns from CLOCK_MONOTONIC to CLOCK_REALTIME; 0: not asked yet */
    bool snapshot;    /* taken, for the body that runs */
    bool stopped;     /* no event comes any more */
    bool printed;     /* by the body that runs: a table */
    bool hidden_said;
};

uint64_t nt_clock_read(clockid_t clock); /* ns */

/* reporter.c. Each: 0, or -errno with a diagnostic in cx, unless it is nt_reporter_error()'s. */

/* Ends a piece of work: what it wrote goes out, and what it could not name is said once. */
int nt_reporter_flush(struct nt_reporter *r);
/* Counters that did not change since are not said again, except at the end. */
int nt_reporter_counters(struct nt_reporter *r, bool final);
/* Is a row to be written? What bodies of end write is no event. */
bool nt_reporter_count_row(struct nt_reporter *r);
int nt_reporter_paths(struct nt_reporter *r, bool final);
