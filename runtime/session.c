#include "runtime/session.h"
#include "runtime/attach.h"
#include "runtime/budget.h"
#include "runtime/cleanup.h"
#include "runtime/fail.h"
#include "runtime/load.h"
#include "runtime/loop.h"
#include "runtime/options.h"
#include "runtime/reporter.h"
#include "runtime/ring.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>

struct timer {
    struct session *session;
    const struct nt_body *body;
};

struct session {
    struct nt_cx *cx;
    const struct nt_program *program;
    const struct nt_cli *cli;
    int file; /* --output, or -1 */
    struct nt_loop *loop;
    struct nt_image *image;
    struct nt_reporter *reporter;
    struct nt_rings *rings;
    struct nt_links *links;
    struct nt_budget *budget; /* NULL: there is none */
    struct timer *timers;     /* one a body */
    bool reader_gone;         /* nobody reads the results any more */
    int code;                 /* of exit() */
};

/* Open. */

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

static int results_fd(const struct session *s)
{
    return s->file < 0 ? STDOUT_FILENO : s->file;
}

static int open_reporter(struct session *s)
{
    const struct nt_reporter_options options = {
        .format = s->cli->format,
        .fd = results_fd(s),
        .stop = nt_loop_signals(s->loop),
        .quiet = s->cli->quiet,
        .write = s->cli->write,
        .max_rows = s->cli->max_events,
    };

    return nt_reporter_open(s->cx, s->program, s->image, &options, &s->reporter);
}

static int open_rings(struct session *s)
{
    int r;

    if (!s->program->uses_rings)
        return 0;
    r = nt_rings_open(s->program, s->image, nt_reporter_rows, s->reporter, &s->rings);
    return r < 0 ? nt_fail(s->cx, "open the ring buffers", r) : 0;
}

/* Packets need a file, and a file packets. */
static int check_write(struct session *s)
{
    bool captures = false;

    for (uint32_t i = 0; i < s->program->nrecords; i++)
        captures |= s->program->records[i].kind == NT_RECORD_CAPTURE;
    if (captures && !s->cli->write)
        nt_hint(nt_error_at_none(s->cx, NT_USAGE, "the script captures packets: where to?"),
                "--write FILE writes them as pcapng");
    else if (!captures && s->cli->write)
        nt_warn_at_none(s->cx, NT_OPTION_UNUSED,
                        "--write has no effect: the script has no capture");
    return captures && !s->cli->write ? -EINVAL : 0;
}

/* Commands run as whoever runs ntrace, mostly root: not because a script says so. */
static int check_commands(struct session *s)
{
    if (!s->program->ncommands || s->cli->allow_exec)
        return 0;
    nt_hint(nt_error_at_none(s->cx, NT_USAGE, "the script runs commands, such as: %s",
                             s->program->commands[0].text),
            "--allow-exec lets it");
    return -EPERM;
}

static int open_session(struct session *s)
{
    int r = check_write(s);

    if (r == 0)
        r = check_commands(s);
    if (r == 0)
        r = open_file(s);
    if (r == 0 && (r = nt_loop_open(&s->loop)) < 0)
        nt_fail(s->cx, "make ready to wait", r);
    if (r == 0)
        r = nt_image_load(s->cx, s->program, &s->image);
    if (r == 0)
        r = open_reporter(s);
    if (r == 0)
        r = open_rings(s);
    return r;
}

/* Attach. */

static int attach(struct session *s)
{
    int r = nt_attach(s->cx, s->program, s->image, &s->links);

    if (r < 0)
        return r;
    nt_reporter_watch(s->reporter, s->links);
    if (s->cli->budget > 0)
        r = nt_budget_open(s->program, s->image, s->cli->budget, &s->budget);
    if (r < 0)
        return nt_fail(s->cx, "measure the probes for --budget (it takes Linux 5.8)", r);
    malloc_trim(0); /* what loading took is not needed any more */
    return nt_reporter_ready(s->reporter);
}

/* Run. */

static int consume(struct session *s)
{
    int r = nt_rings_consume(s->rings);

    if (nt_reporter_enough(s->reporter))
        nt_loop_stop(s->loop);
    if (r < 0 && !nt_reporter_error(s->reporter))
        return nt_fail(s->cx, "read the rows of the probes", r);
    return r;
}

static int on_rows(void *arg)
{
    int r = consume(arg);

    return r < 0 ? r : 0;
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

static int run_body(struct session *s, const struct nt_body *body, bool *ret_exited)
{
    int r = nt_reporter_body(s->reporter, body, ret_exited, &s->code);

    if (*ret_exited || nt_reporter_enough(s->reporter))
        nt_loop_stop(s->loop);
    return r;
}

static int run_bodies(struct session *s, enum nt_when when)
{
    bool exited = false;
    int r = 0;

    for (uint32_t i = 0; i < s->program->nbodies && r == 0 && !exited; i++)
        if (s->program->bodies[i].when == when)
            r = run_body(s, &s->program->bodies[i], &exited);
    return r;
}

/* Rows that came before stand before what the body prints. */
static int on_timer(void *arg)
{
    const struct timer *timer = arg;
    bool exited = false;
    int r = on_rows(timer->session);

    return r < 0 ? r : run_body(timer->session, timer->body, &exited);
}

/* Rows that came before stand before what bodies of lost things say. */
static int on_scan(void *arg)
{
    struct session *s = arg;
    bool exited = false;
    int r = on_rows(s);

    if (r == 0)
        r = nt_reporter_scan(s->reporter, &exited, &s->code);
    if (exited || nt_reporter_enough(s->reporter))
        nt_loop_stop(s->loop);
    return r;
}

static void detach(struct session *s)
{
    nt_reporter_watch(s->reporter, NULL);
    nt_detach(&s->links);
}

static int on_budget(void *arg)
{
    struct session *s = arg;
    enum nt_budget_answer answer;
    char text[256];
    int r = 0;

    answer = nt_budget_ask(s->budget, text);
    if (answer == NT_BUDGET_REST || answer == NT_BUDGET_END)
        detach(s);
    if (answer == NT_BUDGET_END)
        nt_loop_stop(s->loop);
    if (answer == NT_BUDGET_WORK && (r = nt_attach(s->cx, s->program, s->image, &s->links)) == 0)
        nt_reporter_watch(s->reporter, s->links);
    return r < 0 || !*text ? r : nt_reporter_warn(s->reporter, text);
}

static int start_timers(struct session *s)
{
    int r = 0;

    s->timers = calloc(s->program->nbodies + 1u, sizeof(*s->timers));
    if (!s->timers)
        return -ENOMEM;
    for (uint32_t i = 0; i < s->program->nbodies && r == 0; i++) {
        const struct nt_body *body = &s->program->bodies[i];

        s->timers[i] = (struct timer){s, body};
        if (body->when == NT_WHEN_EVERY)
            r = nt_loop_every(s->loop, body->period, on_timer, &s->timers[i]);
    }
    if (r == 0 && nt_reporter_scan_period(s->reporter))
        r = nt_loop_every(s->loop, nt_reporter_scan_period(s->reporter), on_scan, s);
    if (r == 0 && nt_reporter_age_period(s->reporter))
        r = nt_loop_every(s->loop, nt_reporter_age_period(s->reporter), nt_reporter_age,
                          s->reporter);
    if (r == 0 && s->budget)
        r = nt_loop_every(s->loop, NT_BUDGET_MS * 1000000ull, on_budget, s);
    if (r == 0 && s->cli->duration)
        r = nt_loop_after(s->loop, s->cli->duration, on_end, s);
    return r;
}

static int run(struct session *s)
{
    int r = nt_loop_on_input(s->loop, nt_rings_fd(s->rings), on_rows, s);

    if (r == 0)
        r = nt_loop_on_hangup(s->loop, results_fd(s), on_reader_gone, s);
    if (r == 0)
        r = start_timers(s);
    if (r < 0)
        return nt_fail(s->cx, "make ready to wait", r);
    r = run_bodies(s, NT_WHEN_BEGIN);
    return r < 0 ? r : nt_loop_run(s->loop);
}

/* Report: all that is still to be said, when no event can come any more. */

static int report(struct session *s)
{
    char text[256];
    int r;

    detach(s);
    do {
        r = consume(s);
    } while (r > 0);
    if (r == 0)
        r = nt_reporter_stopped(s->reporter);
    if (r == 0 && nt_reporter_scan_period(s->reporter))
        r = on_scan(s);
    if (r == 0)
        r = run_bodies(s, NT_WHEN_END);
    if (r == 0)
        r = nt_reporter_final(s->reporter);
    if (r == 0 && s->budget) {
        nt_budget_say(s->budget, text);
        r = nt_reporter_warn(s->reporter, text);
    }
    return r;
}

/* Close. */

static void close_session(struct session *s)
{
    nt_detach(&s->links);
    nt_budget_close(&s->budget);
    nt_rings_close(&s->rings);
    nt_reporter_close(&s->reporter);
    nt_image_close(&s->image);
    nt_loop_close(&s->loop);
    nt_fd_close(&s->file);
    free(s->timers);
}

/* A reader that has seen enough (`| head`) is no error. */
static int exit_code(struct session *s, int r)
{
    int output = s->reporter ? nt_reporter_error(s->reporter) : 0;

    if (s->reader_gone || output == -EPIPE)
        return s->code;
    if (output < 0)
        nt_error_at_none(s->cx, NT_FILE, "can't write the results: %s",
                         output == -ETIMEDOUT ? "their reader takes nothing" : strerror(-output));
    if (r < 0)
        return NT_EXIT_ERROR;
    if (s->code == 0 && s->cli->strict &&
        (nt_reporter_lost(s->reporter) || (s->budget && nt_budget_cut(s->budget))))
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
