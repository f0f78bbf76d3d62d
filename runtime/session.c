#include "runtime/session.h"
#include "runtime/attach.h"
#include "runtime/body.h"
#include "runtime/cleanup.h"
#include "runtime/counters.h"
#include "runtime/load.h"
#include "runtime/loop.h"
#include "runtime/options.h"
#include "runtime/output.h"
#include "runtime/report.h"
#include "runtime/ring.h"
#include "runtime/symbols.h"
#include "runtime/tables.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct session {
    struct nt_cx *cx;
    const struct nt_program *program;
    const struct nt_cli *cli;

    int file; /* --output, or -1 */
    struct nt_output *output;
    struct nt_image *image;
    struct nt_symbols *symbols;
    struct nt_tables *tables;
    struct nt_loop *loop;
    struct nt_rings *rings;
    struct nt_links *links;
    uint64_t *counts, *counts_said; /* as nt_counters_read() gives them */

    struct timer *timers; /* one per `every` */
    uint64_t attached;    /* ns of CLOCK_MONOTONIC */
    bool snapshot;        /* taken for the body that runs */
    bool printed;         /* a table, by the body that runs */
    bool hidden_said;
    bool reader_gone;
    int code; /* of exit() */
};

struct timer {
    struct session *session;
    const struct nt_body *body;
};

static uint64_t read_clock(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* From the kernel's clock to the reader's. */
static uint64_t real_time(uint64_t monotonic)
{
    return read_clock(CLOCK_REALTIME) - read_clock(CLOCK_MONOTONIC) + monotonic;
}

static int fail(struct session *s, const char *doing, int error)
{
    nt_error_at_none(s->cx, NT_RUN, "can't %s: %s", doing, strerror(-error));
    return error;
}

static int notice(struct session *s, enum nt_notice_kind kind, const char *text)
{
    return nt_output_notice(s->output, &(struct nt_notice){
                                           .kind = kind,
                                           .time = read_clock(CLOCK_REALTIME),
                                           .text = text,
                                           .probes = s->program->probes,
                                           .nprobes = s->program->nprobes,
                                       });
}

/* Ends a piece of work: what it wrote goes out, and what it could not name is said once. */
static int flush(struct session *s)
{
    if (nt_symbols_hidden(s->symbols) && !s->hidden_said) {
        s->hidden_said = true;
        notice(s, NT_NOTICE_WARNING,
               "the kernel hides its addresses, so functions have no names "
               "(sysctl kernel.kptr_restrict)");
    }
    return nt_output_flush(s->output);
}

/* Rows.
 * -------------------------------------------------------------------------------------------*/

static int write_rows(void *arg, const struct nt_ring_row *rows, uint32_t n)
{
    struct session *s = arg;
    uint64_t offset = real_time(0);
    int r = 0;

    for (uint32_t i = 0; i < n; i++)
        for (uint32_t v = 0; v < rows[i].nvalues; v++)
            nt_symbols_want(s->symbols, &rows[i].values[v]);
    for (uint32_t i = 0; i < n && r == 0; i++)
        r = nt_output_event(s->output, &(struct nt_event_row){
                                           .record = rows[i].record,
                                           .id = rows[i].id,
                                           .cpu = rows[i].cpu,
                                           .time = rows[i].time + offset,
                                           .values = rows[i].values,
                                       });
    return r < 0 ? r : flush(s);
}

static int on_rows(void *arg)
{
    struct session *s = arg;
    int r = nt_rings_consume(s->rings);

    if (r < 0 && !s->output->error)
        return fail(s, "read the rows of the probes", r);
    return r < 0 ? r : 0;
}

/* Tables.
 * -----------------------------------------------------------------------------------------*/

static int take_snapshot(struct session *s)
{
    int r;

    if (s->snapshot)
        return 0;
    r = nt_tables_snapshot(s->tables);
    if (r < 0)
        return fail(s, "read the tables of the probes", r);
    s->snapshot = true;
    return 0;
}

static int print_table(struct session *s, uint32_t table, const struct nt_act *act)
{
    return nt_report_print(
        &(struct nt_report){
            .table = &s->program->tables[table],
            .tally = act ? nt_tables_recent(s->tables, table) : nt_tables_whole(s->tables, table),
            .top = act && act->top ? act->top : s->program->top,
            .by = act ? act->by : -1,
            .final = !act,
            .time = read_clock(CLOCK_REALTIME),
        },
        s->symbols, s->output);
}

static int print_counters(struct session *s, bool final)
{
    size_t size = s->program->nprobes * NT_CNT_MAX * sizeof(uint64_t);
    int r = nt_counters_read(s->program, s->image, s->counts);

    if (r < 0)
        return fail(s, "read the counters of the probes", r);
    if (!final && memcmp(s->counts, s->counts_said, size) == 0)
        return 0;
    memcpy(s->counts_said, s->counts, size);
    return nt_counters_print(s->program, s->counts, read_clock(CLOCK_REALTIME), s->output);
}

/* Bodies of begin, every and end.
 * -----------------------------------------------------------------*/

static uint64_t body_now(void *arg)
{
    (void)arg;
    return read_clock(CLOCK_MONOTONIC);
}

static int body_print(void *arg, const struct nt_act *act)
{
    struct session *s = arg;
    int r = take_snapshot(s);

    s->printed = true;
    for (uint32_t i = 0; i < s->program->ntables && r == 0; i++)
        if (act->table < 0 || (uint32_t)act->table == i)
            r = print_table(s, i, act);
    return r;
}

static int body_clear(void *arg, int table)
{
    struct session *s = arg;
    int r = take_snapshot(s);

    for (uint32_t i = 0; i < s->program->ntables && r == 0; i++)
        if (table < 0 || (uint32_t)table == i)
            nt_tables_clear(s->tables, i);
    return r;
}

static int body_record(void *arg, const struct nt_record *record, const struct nt_value *values)
{
    struct session *s = arg;

    return nt_output_event(s->output, &(struct nt_event_row){
                                          .record = record,
                                          .id = (uint32_t)(record - s->program->records),
                                          .time = read_clock(CLOCK_REALTIME),
                                          .values = values,
                                      });
}

/* One snapshot serves all that the body prints and clears. *ret_exited when it said exit(). */
static int run_body(struct session *s, const struct nt_body *body, bool *ret_exited)
{
    const struct nt_body_ops ops = {
        .arg = s,
        .now = body_now,
        .attached = s->attached,
        .print = body_print,
        .clear = body_clear,
        .record = body_record,
    };
    struct nt_body_result result = {0};
    int r;

    s->snapshot &= body->when == NT_WHEN_END; /* one for all bodies of the end */
    s->printed = false;
    r = nt_body_run(body, &ops, &result);
    if (r == 0 && s->printed && body->when != NT_WHEN_END)
        r = print_counters(s, false);
    if (result.exited)
        s->code = result.code;
    *ret_exited = result.exited;
    return r < 0 ? r : flush(s);
}

static int run_bodies(struct session *s, enum nt_when when)
{
    bool exited = false;
    int r = 0;

    for (uint32_t i = 0; i < s->program->nbodies && r == 0 && !exited; i++)
        if (s->program->bodies[i].when == when)
            r = run_body(s, &s->program->bodies[i], &exited);
    if (exited)
        nt_loop_stop(s->loop);
    return r;
}

/* Rows that came before stand before what the body prints. */
static int on_timer(void *arg)
{
    const struct timer *timer = arg;
    struct session *s = timer->session;
    bool exited = false;
    int r = on_rows(s);

    if (r == 0)
        r = run_body(s, timer->body, &exited);
    if (exited)
        nt_loop_stop(s->loop);
    return r;
}

static int on_end(void *arg)
{
    struct session *s = arg;

    nt_loop_stop(s->loop);
    return 0;
}

static int on_reader_gone(void *arg)
{
    struct session *s = arg;

    s->reader_gone = true;
    return on_end(s);
}

/* The steps.
 * --------------------------------------------------------------------------------------*/

static void resolve_symbol(void *ctx, uint64_t address, struct nt_str *out)
{
    nt_symbols_address(ctx, address, out);
}

static void resolve_stack(void *ctx, uint64_t id, struct nt_str *out)
{
    nt_symbols_stack(ctx, id, out);
}

/* First of all, while signals still end ntrace: a pipe with a name waits for its reader here. */
static int open_file(struct session *s)
{
    const char *path = s->cli->output;

    if (!path)
        return 0;
    s->file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (s->file >= 0)
        return 0;
    nt_error_at_none(s->cx, NT_FILE, "can't write '%s': %s", path, strerror(errno));
    return -EIO;
}

static int open_output(struct session *s)
{
    const struct nt_output_options options = {
        .fd = s->file < 0 ? STDOUT_FILENO : s->file,
        .err = s->cli->quiet ? NULL : stderr,
        .resolver = {s->symbols, resolve_symbol, resolve_stack},
    };
    int r = nt_output_open(&s->output, nt_format_find(s->cli->format), &options);

    return r < 0 ? fail(s, "start the output", r) : 0;
}

static int open_readers(struct session *s)
{
    const struct nt_program *p = s->program;
    int r = nt_tables_open(p, s->image, &s->tables);

    if (r == 0 && p->uses_rings)
        r = nt_rings_open(p, s->image, write_rows, s, &s->rings);
    if (r == 0)
        r = nt_loop_on_input(s->loop, nt_rings_fd(s->rings), on_rows, s);
    if (r == 0)
        r = nt_loop_on_hangup(s->loop, s->file < 0 ? STDOUT_FILENO : s->file, on_reader_gone, s);
    s->counts = calloc(p->nprobes * NT_CNT_MAX + 1u, sizeof(uint64_t));
    s->counts_said = calloc(p->nprobes * NT_CNT_MAX + 1u, sizeof(uint64_t));
    s->timers = calloc(p->nbodies + 1u, sizeof(*s->timers));
    if (r == 0 && !(s->counts && s->counts_said && s->timers))
        r = -ENOMEM;
    return r < 0 ? fail(s, "make ready to read the probes", r) : 0;
}

static int open_session(struct session *s)
{
    int r = open_file(s);

    if (r < 0)
        return r;
    r = nt_loop_open(&s->loop);
    if (r < 0)
        return fail(s, "make ready to wait", r);
    r = nt_image_load(s->cx, s->program, &s->image);
    if (r < 0)
        return r;
    s->symbols = nt_symbols_new(nt_image_map(s->image, NT_MAP_STACKS), "/proc/kallsyms");
    r = open_output(s);
    return r < 0 ? r : open_readers(s);
}

static int start_timers(struct session *s)
{
    int r = 0;

    for (uint32_t i = 0; i < s->program->nbodies && r == 0; i++) {
        const struct nt_body *body = &s->program->bodies[i];

        s->timers[i] = (struct timer){s, body};
        if (body->when == NT_WHEN_EVERY)
            r = nt_loop_every(s->loop, body->period, on_timer, &s->timers[i]);
    }
    if (r == 0 && s->cli->duration)
        r = nt_loop_after(s->loop, s->cli->duration, on_end, s);
    return r < 0 ? fail(s, "set a timer", r) : 0;
}

static int attach(struct session *s)
{
    uint32_t n = s->program->nprobes;
    char text[80];
    int r = nt_attach(s->cx, s->program, s->image, &s->links);

    if (r < 0)
        return r;
    malloc_trim(0); /* what loading took is not needed any more */
    s->attached = read_clock(CLOCK_MONOTONIC);
    snprintf(text, sizeof(text), "ready, %u probe%s (Ctrl-C ends)", n, n == 1 ? "" : "s");
    r = notice(s, NT_NOTICE_READY, text);
    return r < 0 ? r : flush(s);
}

static int run(struct session *s)
{
    int r = start_timers(s);

    if (r == 0)
        r = run_bodies(s, NT_WHEN_BEGIN);
    return r < 0 ? r : nt_loop_run(s->loop);
}

/* All that is still to be said, when no event can come any more. */
static int report(struct session *s)
{
    int r;

    nt_detach(&s->links);
    do {
        r = nt_rings_consume(s->rings);
    } while (r > 0);
    if (r < 0)
        return s->output->error ? r : fail(s, "read the rows of the probes", r);
    r = nt_tables_last_snapshot(s->tables);
    if (r < 0)
        return fail(s, "read the tables of the probes", r);
    s->snapshot = true;
    r = run_bodies(s, NT_WHEN_END);
    for (uint32_t i = 0; i < s->program->ntables && r == 0; i++)
        if (!s->program->tables[i].end_prints)
            r = print_table(s, i, NULL);
    if (r == 0)
        r = print_counters(s, true);
    return r < 0 ? r : flush(s);
}

static void close_session(struct session *s)
{
    nt_detach(&s->links);
    nt_output_close(&s->output);
    nt_rings_close(&s->rings);
    nt_loop_close(&s->loop);
    nt_tables_close(&s->tables);
    nt_symbols_free(&s->symbols);
    nt_image_close(&s->image);
    nt_fd_close(&s->file);
    free(s->timers);
    free(s->counts);
    free(s->counts_said);
}

/* A reader that has seen enough (`| head`) is no error. */
static int exit_code(struct session *s, int r)
{
    int output = s->output ? s->output->error : 0;

    if (s->reader_gone || output == -EPIPE)
        return s->code;
    if (output < 0)
        nt_error_at_none(s->cx, NT_FILE, "can't write the results: %s", strerror(-output));
    if (r < 0)
        return NT_EXIT_ERROR;
    if (s->code == 0 && s->cli->strict && nt_counters_lost(s->program, s->counts))
        return NT_EXIT_LOST;
    return s->code;
}

int nt_session_run(struct nt_cx *cx, const struct nt_program *p, const struct nt_cli *cli)
{
    struct session s = {.cx = cx, .program = p, .cli = cli, .file = -1};
    int r, code;

    r = open_session(&s);
    if (r == 0)
        r = attach(&s);
    if (r == 0)
        r = run(&s);
    if (r == 0 && !s.reader_gone)
        r = report(&s);
    code = exit_code(&s, r);
    close_session(&s);
    return code;
}
