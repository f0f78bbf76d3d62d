#include "runtime/reporter.h"
#include "runtime/attach.h"
#include "runtime/body.h"
#include "runtime/cleanup.h"
#include "runtime/counters.h"
#include "runtime/fail.h"
#include "runtime/load.h"
#include "runtime/output.h"
#include "runtime/paths.h"
#include "runtime/pcapng.h"
#include "runtime/report.h"
#include "runtime/states.h"
#include "runtime/symbols.h"
#include "runtime/tables.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
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
    uint64_t *counts, *counts_said; /* as nt_counters_read() gives them */
    struct nt_pcapng *packets;      /* NULL: nothing is captured */
    uint64_t *missed;               /* by probe: what its links missed */
    const struct nt_links *links;   /* NULL: there are none any more */
    uint64_t own[NT_CNT_MAX];       /* of ntrace's own bodies */
    uint64_t max_rows;              /* 0: as many as come */
    uint64_t rows, left_out;        /* before the end: written, and beyond max_rows */
    uint64_t attached;              /* ns of CLOCK_MONOTONIC */
    bool snapshot;                  /* taken, for the body that runs */
    bool stopped;                   /* no event comes any more */
    bool printed;                   /* by the body that runs: a table */
    bool hidden_said;
};

static uint64_t read_clock(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static int notice(struct nt_reporter *r, enum nt_notice_kind kind, const char *text)
{
    return nt_output_notice(r->output,
                            &(struct nt_notice){
                                .kind = kind,
                                .time = read_clock(CLOCK_REALTIME),
                                .text = text,
                                .probes = r->program->probes,
                                .nprobes = kind == NT_NOTICE_READY ? r->program->nprobes : 0,
                            });
}

/* Ends a piece of work: what it wrote goes out, and what it could not name is said once. */
static int flush(struct nt_reporter *r)
{
    if (nt_symbols_hidden(r->symbols) && !r->hidden_said) {
        r->hidden_said = true;
        notice(r, NT_NOTICE_WARNING,
               "the kernel hides its addresses, so functions have no names "
               "(sysctl kernel.kptr_restrict)");
    }
    return nt_output_flush(r->output);
}

bool nt_reporter_enough(const struct nt_reporter *r)
{
    return r->max_rows && r->rows >= r->max_rows;
}

/* Is it to be written? What bodies of end write is no event. */
static bool count_row(struct nt_reporter *r)
{
    if (nt_reporter_enough(r)) {
        r->left_out++;
        return false;
    }
    r->rows++;
    return true;
}

/* A packet goes to its file, all else to the output. */
static int put_row(struct nt_reporter *r, const struct nt_ring_row *row, uint64_t to_real)
{
    const struct nt_event_row out = {
        .record = row->record,
        .id = row->id,
        .cpu = row->cpu,
        .time = row->time + to_real,
        .values = row->values,
    };
    int error;

    if (!count_row(r))
        return 0;
    if (row->record->kind != NT_RECORD_CAPTURE)
        return nt_output_event(r->output, &out);
    error = nt_pcapng_packet(r->packets, row, out.time);
    return error < 0 ? nt_fail(r->cx, "write captured packets", error) : 0;
}

int nt_reporter_ready(struct nt_reporter *r)
{
    uint32_t n = r->program->nprobes;
    char text[80];

    r->attached = read_clock(CLOCK_MONOTONIC);
    nt_tables_begin(r->tables);
    snprintf(text, sizeof(text), "ready, %u probe%s (Ctrl-C ends)", n, n == 1 ? "" : "s");
    notice(r, NT_NOTICE_READY, text);
    return flush(r);
}

/* All names of the batch are looked up in one go. */
int nt_reporter_rows(void *reporter, const struct nt_ring_row *rows, uint32_t n)
{
    struct nt_reporter *r = reporter;
    uint64_t to_real = read_clock(CLOCK_REALTIME) - read_clock(CLOCK_MONOTONIC);
    int error = 0;

    for (uint32_t i = 0; i < n; i++)
        for (uint32_t v = 0; v < rows[i].nvalues; v++)
            nt_symbols_want(r->symbols, &rows[i].values[v]);
    for (uint32_t i = 0; i < n && error == 0; i++)
        error = put_row(r, &rows[i], to_real);
    if (error == 0 && r->packets && nt_pcapng_flush(r->packets) < 0)
        error = nt_fail(r->cx, "write captured packets", -errno);
    return error < 0 ? error : flush(r);
}

/* Tables and counters. */

/* One snapshot serves all that a body prints and clears. */
static int take_snapshot(struct nt_reporter *r)
{
    int error;

    if (r->snapshot || r->stopped)
        return 0;
    error = nt_tables_snapshot(r->tables);
    if (error < 0)
        return nt_fail(r->cx, "read the tables of the probes", error);
    r->snapshot = true;
    return 0;
}

int nt_reporter_stopped(struct nt_reporter *r)
{
    int error = nt_tables_last_snapshot(r->tables);

    r->stopped = true;
    return error < 0 ? nt_fail(r->cx, "read the tables of the probes", error) : 0;
}

static void read_misses(struct nt_reporter *r)
{
    if (!r->links)
        return;
    memset(r->missed, 0, r->program->nprobes * sizeof(r->missed[0]));
    nt_links_missed(r->links, r->missed);
}

void nt_reporter_watch(struct nt_reporter *r, const struct nt_links *links)
{
    read_misses(r);
    r->links = links;
}

/* Counters that did not change since are not said again, except at the end. */
static int print_counters(struct nt_reporter *r, bool final)
{
    size_t size = nt_counters_of(r->program) * sizeof(uint64_t);
    int error;

    read_misses(r);
    error = nt_counters_read(r->program, r->image, r->missed, r->own, r->counts);

    if (error < 0)
        return nt_fail(r->cx, "read the counters of the probes", error);
    if (!final && memcmp(r->counts, r->counts_said, size) == 0)
        return 0;
    memcpy(r->counts_said, r->counts, size);
    return nt_counters_print(r->program, r->counts, read_clock(CLOCK_REALTIME), r->output);
}

static int print_paths(struct nt_reporter *r, bool final)
{
    int error = 0;

    for (uint32_t i = 0; i < r->program->npaths && error == 0; i++) {
        struct nt_path_counts counts;

        error = nt_paths_count(r->paths, i, r->stopped, &counts);
        if (error < 0)
            return nt_fail(r->cx, "read the accounts of the paths", error);
        counts.time = read_clock(CLOCK_REALTIME);
        counts.final = final;
        error = nt_output_path(r->output, &counts);
    }
    return error;
}

static int say_unresolved(struct nt_reporter *r)
{
    uint64_t n = nt_symbols_unresolved(r->symbols);
    char text[128];

    snprintf(
        text, sizeof(text),
        "%llu frames of user stacks have no name: their process had ended, or they are of no file",
        (unsigned long long)n);
    return n ? notice(r, NT_NOTICE_WARNING, text) : 0;
}

static int say_enough(struct nt_reporter *r)
{
    char text[128];
    int n = snprintf(text, sizeof(text), "ended after %llu rows (--max-events)",
                     (unsigned long long)r->rows);

    if (r->left_out)
        snprintf(text + n, sizeof(text) - (size_t)n, ", %llu more had come and are left out",
                 (unsigned long long)r->left_out);
    return nt_reporter_enough(r) ? notice(r, NT_NOTICE_WARNING, text) : 0;
}

int nt_reporter_final(struct nt_reporter *r)
{
    int error = 0;

    for (uint32_t i = 0; i < r->program->ntables && error == 0; i++) {
        const struct nt_table *table = &r->program->tables[i];
        const struct nt_report report = {
            .table = table,
            .tally = nt_tables_whole(r->tables, i),
            .top = r->program->top,
            .by = -1,
            .final = true,
            .elapsed = nt_tables_elapsed(r->tables, i, true),
            .time = read_clock(CLOCK_REALTIME),
        };

        if (!table->end_prints)
            error = nt_report_print(&report, r->symbols, r->output);
    }
    if (error == 0)
        error = print_paths(r, true);
    if (error == 0)
        error = print_counters(r, true);
    if (error == 0)
        error = say_unresolved(r);
    if (error == 0)
        error = say_enough(r);
    return error < 0 ? error : flush(r);
}

/* What the statements of a body do. */

static uint64_t body_now(void *arg)
{
    (void)arg;
    return read_clock(CLOCK_MONOTONIC);
}

static bool is_meant(int table, uint32_t i)
{
    return table < 0 || (uint32_t)table == i;
}

static int body_print(void *arg, const struct nt_act *act)
{
    struct nt_reporter *r = arg;
    int error = take_snapshot(r);

    r->printed = true;
    for (uint32_t i = 0; i < r->program->ntables && error == 0; i++) {
        const struct nt_report report = {
            .table = &r->program->tables[i],
            .tally = nt_tables_recent(r->tables, i),
            .top = act->top ? act->top : r->program->top,
            .by = act->by,
            .elapsed = nt_tables_elapsed(r->tables, i, false),
            .time = read_clock(CLOCK_REALTIME),
        };

        if (is_meant(act->table, i))
            error = nt_report_print(&report, r->symbols, r->output);
    }
    return error;
}

static int body_clear(void *arg, int table)
{
    struct nt_reporter *r = arg;
    int error = take_snapshot(r);

    for (uint32_t i = 0; i < r->program->ntables && error == 0; i++)
        if (is_meant(table, i))
            nt_tables_clear(r->tables, i);
    return error;
}

static int body_record(void *arg, const struct nt_record *record, const struct nt_value *values)
{
    struct nt_reporter *r = arg;

    if (!r->stopped && !count_row(r))
        return 0;
    return nt_output_event(r->output, &(struct nt_event_row){
                                          .record = record,
                                          .id = (uint32_t)(record - r->program->records),
                                          .time = read_clock(CLOCK_REALTIME),
                                          .values = values,
                                      });
}

static int body_aggregate(void *arg, uint32_t table, const uint64_t *key, const uint64_t *slot)
{
    struct nt_reporter *r = arg;

    nt_tables_add(r->tables, table, key, slot);
    return 0;
}

static struct nt_xval body_kept(void *arg, uint16_t state, const uint64_t *key)
{
    const struct nt_reporter *r = arg;

    return nt_states_get(r->states, state, key);
}

static int body_keep(void *arg, uint16_t state, const uint64_t *key, const uint64_t *value)
{
    struct nt_reporter *r = arg;
    int error = nt_states_put(r->states, state, key, value);

    if (error < 0)
        return nt_fail(r->cx, "keep a value", error);
    r->own[NT_CNT_STATE_FULL] += (uint64_t)error;
    return 0;
}

static int body_forget(void *arg, uint16_t state, const uint64_t *key)
{
    struct nt_reporter *r = arg;
    int error = nt_states_delete(r->states, state, key);

    return error < 0 ? nt_fail(r->cx, "delete a value", error) : 0;
}

static struct nt_body_ops body_ops(struct nt_reporter *r)
{
    return (struct nt_body_ops){
        .arg = r,
        .now = body_now,
        .attached = r->attached,
        .print = body_print,
        .clear = body_clear,
        .record = body_record,
        .aggregate = body_aggregate,
        .kept = body_kept,
        .keep = body_keep,
        .forget = body_forget,
        .program = r->program,
    };
}

int nt_reporter_body(struct nt_reporter *r, const struct nt_body *body, bool *ret_exited,
                     int *ret_code)
{
    const struct nt_body_ops ops = body_ops(r);
    struct nt_body_result result = {0};
    int error;

    r->snapshot = false;
    r->printed = false;
    error = nt_body_run(body, &ops, &result);
    if (error == 0 && r->printed)
        error = print_paths(r, false);
    if (error == 0 && r->printed && !r->stopped)
        error = print_counters(r, false);
    if (result.exited)
        *ret_code = result.code;
    *ret_exited = result.exited;
    return error < 0 ? error : flush(r);
}

/* What is lost. */

uint64_t nt_reporter_scan_period(const struct nt_reporter *r)
{
    return nt_paths_period(r->paths);
}

struct scan {
    struct nt_reporter *reporter;
    struct nt_body_result result;
};

static int run_lost(void *arg, uint32_t path, const uint64_t *entry)
{
    struct scan *scan = arg;
    struct nt_body_ops ops = body_ops(scan->reporter);
    const struct nt_program *p = scan->reporter->program;
    int error = 0;

    ops.entry = entry;
    for (uint32_t i = 0; i < p->nbodies && error == 0 && !scan->result.exited; i++)
        if (p->bodies[i].when == NT_WHEN_LOST && p->bodies[i].path == path)
            error = nt_body_run(&p->bodies[i], &ops, &scan->result);
    return error;
}

int nt_reporter_scan(struct nt_reporter *r, bool *ret_exited, int *ret_code)
{
    struct scan scan = {.reporter = r};
    int error = nt_paths_scan(r->paths, read_clock(CLOCK_MONOTONIC), run_lost, &scan);

    if (scan.result.exited)
        *ret_code = scan.result.code;
    *ret_exited = scan.result.exited;
    if (error < 0 && !r->output->error)
        return nt_fail(r->cx, "follow the paths", error);
    return error < 0 ? error : flush(r);
}

uint64_t nt_reporter_age_period(const struct nt_reporter *r)
{
    return nt_states_period(r->states);
}

int nt_reporter_age(void *reporter)
{
    const struct nt_reporter *r = reporter;

    nt_states_sweep(r->states);
    return 0;
}

/* Opening and closing. */

static void resolve_symbol(void *ctx, uint64_t address, struct nt_str *out)
{
    nt_symbols_address(ctx, address, out);
}

static void resolve_stack(void *ctx, uint64_t id, struct nt_str *out)
{
    nt_symbols_stack(ctx, id, out);
}

static int open_parts(struct nt_reporter *r, const struct nt_reporter_options *o)
{
    struct nt_output_options output = {
        .fd = o->fd, .stop = o->stop, .err = o->quiet ? NULL : stderr};
    size_t ncounts = nt_counters_of(r->program);
    int error;

    r->symbols = nt_symbols_new(nt_image_map(r->image, NT_MAP_STACKS), "/proc/kallsyms");
    output.resolver = (struct nt_resolver){r->symbols, resolve_symbol, resolve_stack};
    r->counts = calloc(ncounts, sizeof(uint64_t));
    r->counts_said = calloc(ncounts, sizeof(uint64_t));
    r->missed = calloc(r->program->nprobes + 1u, sizeof(uint64_t));
    if (!r->counts || !r->counts_said || !r->missed)
        return -ENOMEM;
    error = nt_output_open(&r->output, nt_format_find(o->format), &output);
    if (error == 0 && o->write)
        error = nt_pcapng_open(o->write, &r->packets);
    if (error == 0)
        error = nt_states_open(r->program, r->image, &r->states);
    if (error == 0)
        error = nt_paths_open(r->program, r->image, &r->paths);
    return error < 0 ? error : nt_tables_open(r->program, r->image, &r->tables);
}

int nt_reporter_open(struct nt_cx *cx, const struct nt_program *p, const struct nt_image *image,
                     const struct nt_reporter_options *options, struct nt_reporter **ret_reporter)
{
    NT_AUTO(nt_reporter_close) struct nt_reporter *r = calloc(1, sizeof(*r));
    int error;

    if (!r)
        return nt_fail(cx, "make ready to report", -ENOMEM);
    *r =
        (struct nt_reporter){.cx = cx, .program = p, .image = image, .max_rows = options->max_rows};
    error = open_parts(r, options);
    if (error < 0)
        return nt_fail(cx, "make ready to report", error);
    *ret_reporter = NT_TAKE(r);
    return 0;
}

void nt_reporter_close(struct nt_reporter **reporter)
{
    struct nt_reporter *r = *reporter;

    if (!r)
        return;
    nt_output_close(&r->output);
    nt_pcapng_close(&r->packets);
    nt_tables_close(&r->tables);
    nt_states_close(&r->states);
    nt_paths_close(&r->paths);
    nt_symbols_free(&r->symbols);
    free(r->counts);
    free(r->counts_said);
    free(r->missed);
    free(r);
    *reporter = NULL;
}

int nt_reporter_error(const struct nt_reporter *r)
{
    return r->output->error;
}

bool nt_reporter_lost(const struct nt_reporter *r)
{
    return nt_counters_lost(r->program, r->counts);
}
