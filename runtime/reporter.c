#include "runtime/attach.h"
#include "runtime/cleanup.h"
#include "runtime/commands.h"
#include "runtime/counters.h"
#include "runtime/fail.h"
#include "runtime/limits.h"
#include "runtime/load.h"
#include "runtime/output.h"
#include "runtime/paths.h"
#include "runtime/pcapng.h"
#include "runtime/report.h"
#include "runtime/reporter_private.h"
#include "runtime/states.h"
#include "runtime/symbols.h"
#include "runtime/tables.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

uint64_t nt_clock_read(clockid_t clock)
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
                                .time = nt_clock_read(CLOCK_REALTIME),
                                .text = text,
                                .probes = r->program->probes,
                                .nprobes = kind == NT_NOTICE_READY ? r->program->nprobes : 0,
                            });
}

/* Ends a piece of work: what it wrote goes out, and what it could not name is said once. */
int nt_reporter_flush(struct nt_reporter *r)
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

bool nt_reporter_count_row(struct nt_reporter *r)
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

    if (!nt_reporter_count_row(r))
        return 0;
    if (row->record->kind != NT_RECORD_CAPTURE)
        return nt_output_event(r->output, &out);
    error = nt_pcapng_packet(r->packets, row, out.time);
    return error < 0 ? nt_fail(r->cx, "write captured packets", error) : 0;
}

int nt_reporter_warn(struct nt_reporter *r, const char *text)
{
    notice(r, NT_NOTICE_WARNING, text);
    return nt_reporter_flush(r);
}

int nt_reporter_ready(struct nt_reporter *r)
{
    uint32_t n = r->program->nprobes;
    char text[80];

    r->attached = nt_clock_read(CLOCK_MONOTONIC);
    nt_tables_begin(r->tables);
    snprintf(text, sizeof(text), "ready, %u probe%s (Ctrl-C ends)", n, n == 1 ? "" : "s");
    notice(r, NT_NOTICE_READY, text);
    return nt_reporter_flush(r);
}

/* What the kernel's times lack to the time of day. Between two readings anything may run: of some
 * tries the shortest counts, and it stays while it is right to a millisecond, so that rows keep
 * their order. */
static uint64_t to_real(struct nt_reporter *r)
{
    enum { TRIES = 3, CLOSE_NS = 2000, SAME_NS = 1000000 };
    uint64_t shortest = UINT64_MAX, offset = 0;

    for (int i = 0; i < TRIES && shortest > CLOSE_NS; i++) {
        uint64_t before = nt_clock_read(CLOCK_MONOTONIC), real = nt_clock_read(CLOCK_REALTIME);
        uint64_t took = nt_clock_read(CLOCK_MONOTONIC) - before;

        if (took < shortest) {
            shortest = took;
            offset = real - before - took / 2;
        }
    }
    if (offset - r->to_real + SAME_NS > 2 * SAME_NS)
        r->to_real = offset;
    return r->to_real;
}

/* All names of the batch are looked up in one go. */
int nt_reporter_rows(void *reporter, const struct nt_ring_row *rows, uint32_t n)
{
    struct nt_reporter *r = reporter;
    uint64_t offset = to_real(r);
    int error = 0;

    for (uint32_t i = 0; i < n; i++)
        for (uint32_t v = 0; v < rows[i].nvalues; v++)
            nt_symbols_want(r->symbols, &rows[i].values[v]);
    for (uint32_t i = 0; i < n && error == 0; i++)
        error = put_row(r, &rows[i], offset);
    if (error == 0 && r->packets && nt_pcapng_flush(r->packets) < 0)
        error = nt_fail(r->cx, "write captured packets", -errno);
    return error < 0 ? error : nt_reporter_flush(r);
}

/* Tables and counters. */

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
    memcpy(r->missed, r->missed_before, r->program->nprobes * sizeof(r->missed[0]));
    nt_links_missed(r->links, r->missed);
}

void nt_reporter_watch(struct nt_reporter *r, const struct nt_links *links)
{
    read_misses(r);
    memcpy(r->missed_before, r->missed, r->program->nprobes * sizeof(r->missed[0]));
    r->links = links;
    if (links)
        nt_links_uncounted(links, r->program, r->uncounted);
}

/* Counters that did not change since are not said again, except at the end. */
int nt_reporter_counters(struct nt_reporter *r, bool final)
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
    return nt_counters_print(r->program, r->counts, r->uncounted, nt_clock_read(CLOCK_REALTIME),
                             r->output);
}

int nt_reporter_paths(struct nt_reporter *r, bool final)
{
    int error = 0;

    for (uint32_t i = 0; i < r->program->npaths && error == 0; i++) {
        struct nt_path_counts counts;

        error = nt_paths_count(r->paths, i, r->stopped, &counts);
        if (error < 0)
            return nt_fail(r->cx, "read the accounts of the paths", error);
        counts.time = nt_clock_read(CLOCK_REALTIME);
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

static int say_uncounted(struct nt_reporter *r)
{
    const char *which = NULL;
    char text[192];
    uint32_t n = 0;

    for (uint32_t i = 0; i < r->program->nprobes; i++)
        if (r->uncounted[i]) {
            which = which ? which : r->program->probes[i].event;
            n++;
        }
    snprintf(text, sizeof(text),
             "%.60s%s: misses unknown: this kernel skips runs there that it "
             "does not count (before 6.7)",
             which ? which : "", n > 1 ? " and others" : "");
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
            .time = nt_clock_read(CLOCK_REALTIME),
        };

        if (!table->end_prints)
            error = nt_report_print(&report, r->symbols, r->output);
    }
    if (error == 0)
        error = nt_reporter_paths(r, true);
    if (error == 0)
        error = nt_reporter_counters(r, true);
    if (error == 0)
        error = say_uncounted(r);
    if (error == 0)
        error = say_unresolved(r);
    if (error == 0)
        error = say_enough(r);
    return error < 0 ? error : nt_reporter_flush(r);
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
    r->missed_before = calloc(r->program->nprobes + 1u, sizeof(uint64_t));
    r->uncounted = calloc(r->program->nprobes + 1u, sizeof(bool));
    if (!r->counts || !r->counts_said || !r->missed || !r->missed_before || !r->uncounted)
        return -ENOMEM;
    error = nt_output_open(&r->output, nt_format_find(o->format), &output);
    if (error == 0 && o->write)
        error = nt_pcapng_open(o->write, &r->packets);
    if (error == 0)
        error = nt_states_open(r->program, r->image, &r->states);
    if (error == 0)
        error = nt_limits_open(r->program, &r->limits);
    if (error == 0)
        error = nt_commands_open(r->program, &r->commands);
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
    nt_limits_close(&r->limits);
    nt_commands_close(&r->commands);
    nt_paths_close(&r->paths);
    nt_symbols_free(&r->symbols);
    free(r->counts);
    free(r->counts_said);
    free(r->missed);
    free(r->missed_before);
    free(r->uncounted);
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
