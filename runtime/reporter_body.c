/* What bodies that run in ntrace do: begin, every, end, and those of lost things. */
#include "runtime/body.h"
#include "runtime/commands.h"
#include "runtime/counters.h"
#include "runtime/fail.h"
#include "runtime/limits.h"
#include "runtime/output.h"
#include "runtime/paths.h"
#include "runtime/report.h"
#include "runtime/reporter_private.h"
#include "runtime/states.h"
#include "runtime/tables.h"

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

/* -- what their statements do ------------------------------------------------------------------ */

static uint64_t body_now(void *arg)
{
    (void)arg;
    return nt_clock_read(CLOCK_MONOTONIC);
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
            .time = nt_clock_read(CLOCK_REALTIME),
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

    if (!r->stopped && !nt_reporter_count_row(r))
        return 0;
    return nt_output_event(r->output, &(struct nt_event_row){
                                          .record = record,
                                          .id = (uint32_t)(record - r->program->records),
                                          .time = nt_clock_read(CLOCK_REALTIME),
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

static bool body_passes(void *arg, const struct nt_gate *gate, const uint64_t *key)
{
    struct nt_reporter *r = arg;
    bool passes = nt_limits_pass(r->limits, gate, key, nt_clock_read(CLOCK_MONOTONIC));

    r->own[NT_CNT_HELD] += !passes;
    return passes;
}

static int body_start(void *arg, uint16_t command)
{
    struct nt_reporter *r = arg;
    int error = nt_commands_start(r->commands, command);

    return error < 0 ? nt_fail(r->cx, "start a command", error) : 0;
}

static int body_stop(void *arg, uint16_t command)
{
    struct nt_reporter *r = arg;

    nt_commands_stop(r->commands, command);
    return 0;
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
        .passes = body_passes,
        .start = body_start,
        .stop = body_stop,
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
        error = nt_reporter_paths(r, false);
    if (error == 0 && r->printed && !r->stopped)
        error = nt_reporter_counters(r, false);
    if (result.exited)
        *ret_code = result.code;
    *ret_exited = result.exited;
    return error < 0 ? error : nt_reporter_flush(r);
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
    int error = nt_paths_scan(r->paths, nt_clock_read(CLOCK_MONOTONIC), run_lost, &scan);

    if (scan.result.exited)
        *ret_code = scan.result.code;
    *ret_exited = scan.result.exited;
    if (error < 0 && !r->output->error)
        return nt_fail(r->cx, "follow the paths", error);
    return error < 0 ? error : nt_reporter_flush(r);
}
