#include "runtime/output.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Rows are written when this much is waiting, and on nt_output_flush(). */
enum { WAITING_MAX = 64 * 1024 };

const struct nt_format nt_formats[] = {
    {
        .name = "text",
        .doc = "aligned columns and drawn histograms, for people",
        .open = nt_text_open,
        .event = nt_text_event,
        .table = nt_text_table,
        .path = nt_text_path,
        .close = nt_text_close,
    },
    {
        .name = "json",
        .doc = "one JSON object a line, for programs",
        .event = nt_json_event,
        .table = nt_json_table,
        .path = nt_json_path,
        .notice = nt_json_notice,
    },
    {
        .name = "metrics",
        .doc = "tables and counters as Prometheus reads them; a file holds the newest report",
        .is_report = true,
        .event = nt_metrics_event,
        .table = nt_metrics_table,
        .path = nt_metrics_path,
        .notice = nt_metrics_notice,
    },
    {0},
};

const struct nt_format *nt_format_find(const char *name)
{
    for (const struct nt_format *f = nt_formats; f->name; f++)
        if (!strcmp(f->name, name))
            return f;
    return NULL;
}

/* Counters by their number: the name for programs, and what a person is told. */
static const struct {
    const char *name, *text;
} counters[NT_CNT_MAX] = {
    [NT_CNT_RING_FULL] = {"ring_full", "rows lost, the ring was full"},
    [NT_CNT_OTHERS] = {"others", "updates counted under (others), the table was full"},
    [NT_CNT_UNPARSED] = {"unparsed", "packets whose headers could not be read"},
    [NT_CNT_NO_PACKET] = {"no_packet", "calls without a packet"},
    [NT_CNT_NO_START] = {"no_start", "latencies left out, their start was not seen"},
    [NT_CNT_NO_RETURN] = {"no_return", "calls whose return was not seen"},
    [NT_CNT_HELD] = {"held", "held back by limit or sample"},
    [NT_CNT_START_FULL] = {"start_full", "starts of latencies lost, no room to keep them"},
    [NT_CNT_STATE_FULL] = {"state_full", "values of @ lost, their map was full"},
    [NT_CNT_STACK] = {"stack", "stacks that could not be taken"},
    [NT_CNT_MISSED] = {"missed", "runs skipped by the kernel"},
};

const char *nt_counter_name(enum nt_counter counter)
{
    return counters[counter].name;
}

static bool is_file(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

int nt_output_open(struct nt_output **ret_o, const struct nt_format *format,
                   const struct nt_output_options *options)
{
    struct nt_output *o = calloc(1, sizeof(*o));
    int err;

    if (!o)
        return -ENOMEM;
    o->format = format;
    o->options = *options;
    o->is_file = is_file(options->fd);
    err = format->open ? format->open(o) : 0;
    if (err) {
        free(o);
        return err;
    }
    *ret_o = o;
    return 0;
}

/* Until the other side has room. A reader that takes nothing for a second while ntrace is asked to
 * end counts as gone: it must not keep the probes attached. */
static int wait_for_room(const struct nt_output_options *o)
{
    struct pollfd fds[] = {
        {.fd = o->fd, .events = POLLOUT},
        {.fd = o->stop ? o->stop : -1, .events = POLLIN},
    };

    if (poll(fds, 2, -1) < 0)
        return errno == EINTR ? 0 : -errno;
    if (!fds[0].revents && poll(fds, 1, 1000) == 0)
        return -ETIMEDOUT;
    return 0;
}

/* Writes all, waiting where the other side is slow; never more at once than a pipe with room takes.
 */
static int write_all(const struct nt_output *output, const char *text, size_t len)
{
    const struct nt_output_options *o = &output->options;

    while (len) {
        size_t most = output->is_file || len < PIPE_BUF ? len : PIPE_BUF;
        int error = output->is_file ? 0 : wait_for_room(o);
        ssize_t n = error ? 0 : write(o->fd, text, most);

        if (error)
            return error;
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return -errno;
        if (n > 0) {
            text += n;
            len -= (size_t)n;
        }
    }
    return 0;
}

/* Between two reports stands an empty line, but in a file, which holds one. */
static void begin_report(struct nt_output *o)
{
    if (!o->format->is_report || !o->text.len)
        return;
    if (o->is_file && lseek(o->options.fd, 0, SEEK_SET) == 0 && ftruncate(o->options.fd, 0) == 0)
        return;
    nt_str_puts(&o->text, "\n");
}

int nt_output_flush(struct nt_output *o)
{
    begin_report(o);
    if (!o->error)
        o->error = write_all(o, o->text.at, o->text.len);
    nt_str_clear(&o->text);
    return o->error;
}

static int written(struct nt_output *o)
{
    bool full = o->text.len >= WAITING_MAX && !o->format->is_report;

    return o->error || full ? nt_output_flush(o) : 0;
}

int nt_output_event(struct nt_output *o, const struct nt_event_row *row)
{
    o->format->event(o, row);
    return written(o);
}

int nt_output_table(struct nt_output *o, const struct nt_rows *rows)
{
    o->format->table(o, rows);
    return written(o);
}

int nt_output_path(struct nt_output *o, const struct nt_path_counts *counts)
{
    o->format->path(o, counts);
    return written(o);
}

/* Of a pattern each probe by itself. */
static const char *whose(const struct nt_probe *probe)
{
    if (!*probe->event)
        return "begin, every, end";
    return strchr(probe->event, '*') ? probe->hook : probe->event;
}

static void say_counters(FILE *err, const struct nt_notice *notice)
{
    for (uint32_t i = 0; i < notice->ncounts; i++) {
        const struct nt_probe_counts *c = &notice->counts[i];

        for (int k = 0; k < NT_CNT_MAX; k++)
            if (c->n[k])
                fprintf(err, "ntrace: %s: %s: %" PRIu64 "\n", whose(c->probe), counters[k].text,
                        c->n[k]);
    }
}

int nt_output_notice(struct nt_output *o, const struct nt_notice *notice)
{
    FILE *err = o->options.err;

    /* Results and notices may share a terminal: what came first is shown first. */
    if (!o->format->is_report)
        nt_output_flush(o);
    if (err && notice->text)
        fprintf(err, "ntrace: %s\n", notice->text);
    if (err)
        say_counters(err, notice);
    if (err)
        fflush(err);
    if (o->format->notice)
        o->format->notice(o, notice);
    return o->format->is_report ? o->error : nt_output_flush(o);
}

void nt_output_close(struct nt_output **o)
{
    if (!*o)
        return;
    nt_output_flush(*o);
    if ((*o)->format->close)
        (*o)->format->close(*o);
    nt_str_free(&(*o)->text);
    free(*o);
    *o = NULL;
}
