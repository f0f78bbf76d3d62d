/* What a running program has to say, on its way to the reader: rows of the rings, tables, counters,
 * and the bodies of begin, every and end that ask for them. */
#pragma once

#include "compiler/base/cx.h"
#include "runtime/decode.h"

struct nt_image;
struct nt_links;
struct nt_reporter;

struct nt_reporter_options {
    const char *format; /* as nt_format_find() knows it */
    int fd;             /* results; the caller's */
    int stop;           /* as in struct nt_output_options */
    bool quiet;         /* no notices on stderr */
    const char *write;  /* where captured packets go; NULL: there are none */
    uint64_t max_rows;  /* of emit, printf and capture before the end; 0: as many as come */
};

/* 0, or -errno with a diagnostic in cx. All of the arguments must outlive the reporter. */
int nt_reporter_open(struct nt_cx *cx, const struct nt_program *p, const struct nt_image *image,
                     const struct nt_reporter_options *options, struct nt_reporter **ret_reporter);
/* Accepts NULL, sets NULL. */
void nt_reporter_close(struct nt_reporter **reporter);

/* Each: 0, or -errno with a diagnostic in cx, unless it is nt_reporter_error()'s. */

/* The links of which the kernel counts misses; NULL before they are taken away. Those of one time
 * and the next are added up. */
void nt_reporter_watch(struct nt_reporter *reporter, const struct nt_links *links);
/* Says that all probes are attached, and takes that moment as the start. */
int nt_reporter_ready(struct nt_reporter *reporter);
/* An nt_rows_fn. */
int nt_reporter_rows(void *reporter, const struct nt_ring_row *rows, uint32_t n);
/* Runs a body. *ret_exited: it said exit(); *ret_code is then the exit code. */
int nt_reporter_body(struct nt_reporter *reporter, const struct nt_body *body, bool *ret_exited,
                     int *ret_code);
/* Looks for what is lost on the paths and runs their bodies; to be called every period ns, 0: there
 * are no paths. */
uint64_t nt_reporter_scan_period(const struct nt_reporter *reporter);
int nt_reporter_scan(struct nt_reporter *reporter, bool *ret_exited, int *ret_code);
/* Lets state age, every so many ns; 0: there is none that does. */
uint64_t nt_reporter_age_period(const struct nt_reporter *reporter);
int nt_reporter_age(void *reporter);
/* No event comes any more: reads what is left, for the bodies of end and for the report. */
int nt_reporter_stopped(struct nt_reporter *reporter);
/* The final report: tables as a whole, counters. */
int nt_reporter_final(struct nt_reporter *reporter);

/* Something to know that is no result. */
int nt_reporter_warn(struct nt_reporter *reporter, const char *text);

/* Have as many rows come as are wanted? What comes then is counted and left out, but what bodies of
 * end write. */
bool nt_reporter_enough(const struct nt_reporter *reporter);

/* The error of the output, 0: none. It is not in cx: only the session knows what it means. */
int nt_reporter_error(const struct nt_reporter *reporter);
/* Was anything lost, as of the last counters read? */
bool nt_reporter_lost(const struct nt_reporter *reporter);
