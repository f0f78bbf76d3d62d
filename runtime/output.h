/* Results on their way to a reader. A format (text, JSON lines) is one file and one row of
 * nt_formats: five functions that see values, columns and the plain structs below, never BPF.
 *
 * A format only appends to `text` of its struct nt_output; writing is done in one place (output.c),
 * which keeps the first error: from then on every nt_output_*() gives that -errno (-ENOSPC, -EPIPE:
 * SIGPIPE must be ignored) and the session should end. Rows are buffered: call nt_output_flush()
 * after a batch. All structs given to a format are read during the call only.
 *
 * Times are ns since the epoch (CLOCK_REALTIME); the caller converts the kernel's monotonic ones.
 */
#pragma once

#include "compiler/base/str.h"
#include "compiler/catalog/value.h"
#include "compiler/program.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* A row of `emit` or the arguments of a printf. */
struct nt_event_row {
    const struct nt_record *record;
    uint32_t id; /* of the record */
    uint32_t cpu;
    uint64_t time;
    const struct nt_value *values; /* one per column of record->body */
};

struct nt_row {
    const struct nt_value *key;    /* one per column of table->key; NULL for (others) */
    const struct nt_value *values; /* one per aggregation */
};

/* A table as it is to be shown: sorted and cut by the caller. One without a key always has its row,
 * if need be of a slot of zeros. */
struct nt_rows {
    const struct nt_table *table;
    const struct nt_row *row;
    uint32_t n;
    uint64_t total;              /* keys there are; total - n are said to be left out */
    const struct nt_row *others; /* what found the table full, or NULL: nothing did */
    uint64_t time;
    bool final; /* the report at the end, over the whole run */
};

/* What a probe counted about itself, indexed by enum nt_counter. */
struct nt_probe_counts {
    const struct nt_probe *probe;
    const uint64_t *n;
    bool misses_unknown; /* the kernel does not count the runs that it skips there */
};

/* What became of what a path followed: started is the sum of the others but late. */
struct nt_path_counts {
    const struct nt_path *path;
    uint64_t started, done, lost, again, joined, open, evicted;
    uint64_t late; /* of those that were done, entered again or joined: called lost before */
    uint64_t time;
    bool final; /* the report at the end */
};

enum nt_notice_kind {
    NT_NOTICE_READY,    /* all probes are attached */
    NT_NOTICE_COUNTERS, /* what was lost; its text is made here, from the counts that are not zero
                         */
    NT_NOTICE_WARNING,
};

/* What is not a result. Its text goes to `err` behind "ntrace: ", whatever the format; a format may
 * add its own. */
struct nt_notice {
    enum nt_notice_kind kind;
    uint64_t time;
    const char *text;                     /* READY, WARNING: a line without its newline */
    const struct nt_probe *probes;        /* READY */
    uint32_t nprobes;                     /* READY */
    const struct nt_probe_counts *counts; /* COUNTERS: every probe */
    uint32_t ncounts;                     /* COUNTERS */
};

/* Text of what only the running kernel can name. */
struct nt_resolver {
    void *ctx;
    /* "tcp_v4_rcv+0x1a", or the address in hex. */
    void (*symbol)(void *ctx, uint64_t address, struct nt_str *out);
    /* Frames of the stack, innermost first, each ended by a newline; nothing when it is unknown. */
    void (*stack)(void *ctx, uint64_t id, struct nt_str *out);
};

struct nt_output_options {
    int fd;                      /* results; stays the caller's */
    int stop;                    /* readable once ntrace is asked to end; 0: there is none */
    FILE *err;                   /* notices; NULL: none */
    struct nt_resolver resolver; /* functions may be NULL: addresses and ids are printed */
};

struct nt_format;

/* The second that was shown last: rows come many a second, and to take a time apart costs as much
 * as the rest of a row. */
struct nt_second {
    uint64_t at;
    char text[32];
};

/* An open output. Formats read `options`, append to `text`, own `state`. */
struct nt_output {
    const struct nt_format *format;
    struct nt_output_options options;
    struct nt_str text;
    struct nt_second second;
    bool is_file; /* it always takes all that is written */
    void *state;
    int error; /* 0 or the -errno of the first failed write */
};

struct nt_format {
    const char *name;
    const char *doc;
    bool is_report; /* what is written up to a flush is one, and takes the place of the last in a
                       file */
    int (*open)(struct nt_output *o); /* 0 or -errno; may be NULL, as may notice and close */
    void (*event)(struct nt_output *o, const struct nt_event_row *row);
    void (*table)(struct nt_output *o, const struct nt_rows *rows);
    void (*path)(struct nt_output *o, const struct nt_path_counts *counts);
    void (*notice)(struct nt_output *o, const struct nt_notice *notice);
    void (*close)(struct nt_output *o); /* gives `state` back; writes nothing */
};

extern const struct nt_format nt_formats[]; /* output.c; ends with a row without a name */
const struct nt_format *nt_format_find(const char *name);

/* For the session: 0 or -errno each. */
int nt_output_open(struct nt_output **ret_o, const struct nt_format *format,
                   const struct nt_output_options *options);
int nt_output_event(struct nt_output *o, const struct nt_event_row *row);
int nt_output_table(struct nt_output *o, const struct nt_rows *rows);
int nt_output_path(struct nt_output *o, const struct nt_path_counts *counts);
int nt_output_notice(struct nt_output *o, const struct nt_notice *notice);
int nt_output_flush(struct nt_output *o);
/* Accepts NULL, sets NULL. Flushes; to learn whether that worked, flush before. */
void nt_output_close(struct nt_output **o);

/* For the formats: output_value.c. */

/* A value of one cell (not a histogram, not stats) as a person reads it, symbols resolved, bytes
 * that would upset a terminal escaped. A stack is a newline and an indented line for each frame. */
void nt_output_value(const struct nt_output *o, const struct nt_value *value, struct nt_str *out);
/* Frames of a stack, each on a line of its own behind indent spaces. */
void nt_output_stack(const struct nt_output *o, const struct nt_value *value, int indent,
                     struct nt_str *out);
/* The text a printf record makes of its arguments. */
void nt_output_printf(const struct nt_output *o, const struct nt_event_row *row,
                      struct nt_str *out);
/* Text of the second of a time, by strftime's format: always the same one for an output. */
const char *nt_output_second(struct nt_output *o, uint64_t time, const char *format, bool utc);
/* Name of a counter for programs ("ring_full"). */
const char *nt_counter_name(enum nt_counter counter);

/* output_text.c */
int nt_text_open(struct nt_output *o);
void nt_text_event(struct nt_output *o, const struct nt_event_row *row);
void nt_text_table(struct nt_output *o, const struct nt_rows *rows);
void nt_text_path(struct nt_output *o, const struct nt_path_counts *counts);
void nt_text_close(struct nt_output *o);

/* output_metrics.c */
void nt_metrics_event(struct nt_output *o, const struct nt_event_row *row);
void nt_metrics_table(struct nt_output *o, const struct nt_rows *rows);
void nt_metrics_path(struct nt_output *o, const struct nt_path_counts *counts);
void nt_metrics_notice(struct nt_output *o, const struct nt_notice *notice);

/* output_json.c */
void nt_json_event(struct nt_output *o, const struct nt_event_row *row);
void nt_json_table(struct nt_output *o, const struct nt_rows *rows);
void nt_json_path(struct nt_output *o, const struct nt_path_counts *counts);
void nt_json_notice(struct nt_output *o, const struct nt_notice *notice);
