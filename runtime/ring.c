#include "runtime/ring.h"
#include "compiler/catalog/bytes.h"
#include "runtime/cleanup.h"
#include "runtime/load.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

/* One batch: what is read before any of it is written. */
enum { BATCH_ROWS = 512, BATCHES = 16 };

/* Who is woken for each row spends more on waking than on the row, and so does the CPU that wakes.
 * Where rows follow that closely on those before, they are left to gather for so long: even a small
 * ring takes longer to fill. */
enum { GATHER_NS = 300000 };

enum { PERF_PAGES = 64, MAX_RECORD_WORDS = 1280 };

struct nt_rings {
    const struct nt_program *program;
    nt_rows_fn *rows;
    void *arg;
    int epoll;
    struct ring_buffer **ring;
    struct perf_buffer *perf; /* in place of rings, on kernels that have none */
    uint32_t nrings, next;    /* the ring to begin with: each has its turn */
    uint32_t max_columns;     /* of a record */
    /* The batch. */
    struct nt_ring_row *row;
    struct nt_value *values; /* max_columns a row */
    uint64_t *bytes;         /* what rows of the batch have of values of bytes */
    uint32_t max_bytes;      /* words of a row */
    uint32_t nrows;
    uint64_t read; /* when the last were; 0: there were more than a turn takes */
    int error;     /* of the perf record kept last */
};

/* The ring has its memory back before the batch is written: bytes are copied. */
static void keep_bytes(struct nt_rings *r, struct nt_value *values, uint32_t n)
{
    uint64_t *to = r->bytes + (size_t)r->nrows * r->max_bytes;

    for (uint32_t i = 0; r->max_bytes && i < n; i++) {
        uint32_t words = values[i].type ? nt_type_kept_words(values[i].type) : 0;

        if (values[i].shape != NT_SHAPE_BYTES)
            continue;
        memcpy(to, values[i].kept, words * sizeof(*to));
        values[i].kept = to;
        to += words;
    }
}

/* libbpf calls this for each record. An error ends the reading behind it: no room for another. */
static int keep_record(void *arg, void *data, size_t size)
{
    struct nt_rings *r = arg;
    int error = nt_decode_record(r->program, data, size, &r->row[r->nrows],
                                 r->values + (size_t)r->nrows * r->max_columns);

    if (error < 0)
        return error;
    keep_bytes(r, r->values + (size_t)r->nrows * r->max_columns, r->row[r->nrows].nvalues);
    r->nrows++;
    return r->nrows == BATCH_ROWS ? -ENOBUFS : 0;
}

/* The same from a perf buffer. DONE leaves the buffer behind this record. What the kernel lost it
 * has told the program, which counted it. */
static enum bpf_perf_event_ret keep_perf_record(void *arg, int cpu, struct perf_event_header *event)
{
    struct nt_rings *r = arg;
    const struct {
        struct perf_event_header header;
        uint32_t size;
        char data[];
    } *sample = (const void *)event;
    uint64_t words[NT_RECORD_HEADER_WORDS + MAX_RECORD_WORDS]; /* data is not aligned for them */

    (void)cpu;
    if (event->type != PERF_RECORD_SAMPLE || sample->size > sizeof(words))
        return LIBBPF_PERF_EVENT_CONT;
    memcpy(words, sample->data, sample->size);
    r->error = keep_record(r, words, sample->size);
    return r->error ? LIBBPF_PERF_EVENT_DONE : LIBBPF_PERF_EVENT_CONT;
}

static int consume_one(struct nt_rings *r, uint32_t i)
{
    int n;

    if (!r->perf)
        return ring_buffer__consume(r->ring[i]);
    r->error = 0;
    n = perf_buffer__consume_buffer(r->perf, i);
    return r->error ? r->error : n;
}

static int compare_rows(const void *a, const void *b)
{
    const struct nt_ring_row *x = a, *y = b;

    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return x->values < y->values ? -1 : x->values > y->values; /* as they were read */
}

/* Of one ring they come in order, most often. */
static void sort_rows(struct nt_ring_row *row, uint32_t n)
{
    uint32_t i = 1;

    while (i < n && compare_rows(&row[i - 1], &row[i]) <= 0)
        i++;
    if (i < n)
        qsort(row, n, sizeof(row[0]), compare_rows);
}

/* One batch, from all rings in turn; *ret_more: it was full. */
static int consume_batch(struct nt_rings *r, bool *ret_more)
{
    r->nrows = 0;
    for (uint32_t i = 0; i < r->nrings && r->nrows < BATCH_ROWS; i++) {
        int n = consume_one(r, (r->next + i) % r->nrings);

        if (n < 0 && n != -ENOBUFS)
            return n;
    }
    r->next = (r->next + 1) % r->nrings;
    *ret_more = r->nrows == BATCH_ROWS;
    if (r->nrows == 0)
        return 0;
    sort_rows(r->row, r->nrows);
    return r->rows(r->arg, r->row, r->nrows);
}

static uint64_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

int nt_rings_consume(struct nt_rings *rings)
{
    bool more = rings != NULL;

    if (more && rings->read && now() - rings->read < GATHER_NS)
        nanosleep(&(struct timespec){.tv_nsec = GATHER_NS}, NULL);
    for (int i = 0; more && i < BATCHES; i++) {
        int r = consume_batch(rings, &more);

        if (r < 0)
            return r;
    }
    if (rings)
        rings->read = more ? 0 : now();
    return more;
}

int nt_rings_fd(const struct nt_rings *rings)
{
    return !rings ? -1 : rings->perf ? perf_buffer__epoll_fd(rings->perf) : rings->epoll;
}

static int add_ring(struct nt_rings *r, int fd)
{
    struct epoll_event event = {.events = EPOLLIN};
    struct ring_buffer *ring = ring_buffer__new(fd, keep_record, r, NULL);

    if (!ring)
        return -errno;
    r->ring[r->nrings++] = ring;
    return epoll_ctl(r->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int open_perf(struct nt_rings *r, const struct nt_image *image)
{
    LIBBPF_OPTS(perf_buffer_raw_opts, opts);
    struct perf_event_attr attr = {
        .size = sizeof(attr),
        .type = PERF_TYPE_SOFTWARE,
        .config = PERF_COUNT_SW_BPF_OUTPUT,
        .sample_type = PERF_SAMPLE_RAW,
        .sample_period = 1,
        .wakeup_events = 1,
    };

    r->perf = perf_buffer__new_raw(nt_image_map(image, NT_MAP_RINGS), PERF_PAGES, &attr,
                                   keep_perf_record, r, &opts);
    if (!r->perf)
        return -errno;
    r->nrings = (uint32_t)perf_buffer__buffer_cnt(r->perf);
    return 0;
}

static int open_rings(struct nt_rings *r, const struct nt_image *image)
{
    uint32_t n;
    const int *fds = nt_image_rings(image, &n);
    int err = 0;

    r->ring = calloc(n, sizeof(r->ring[0]));
    if (!r->ring)
        return -ENOMEM;
    for (uint32_t i = 0; i < n && err == 0; i++)
        err = add_ring(r, fds[i]);
    return err;
}

static uint32_t bytes_words(const struct nt_layout *body)
{
    uint32_t words = 0;

    for (uint32_t i = 0; i < body->ncolumns; i++)
        if (body->columns[i].type->kind == NT_KIND_HEX)
            words += nt_type_kept_words(body->columns[i].type);
    return words;
}

/* Room for a batch of the widest records. */
static int make_batch(struct nt_rings *r)
{
    r->max_columns = 1;
    for (uint32_t i = 0; i < r->program->nrecords; i++) {
        const struct nt_layout *body = &r->program->records[i].body;
        uint32_t bytes = bytes_words(body);

        r->max_columns = body->ncolumns > r->max_columns ? body->ncolumns : r->max_columns;
        r->max_bytes = bytes > r->max_bytes ? bytes : r->max_bytes;
    }
    r->row = calloc(BATCH_ROWS, sizeof(r->row[0]));
    r->values = calloc(BATCH_ROWS * (size_t)r->max_columns, sizeof(r->values[0]));
    r->bytes = calloc(BATCH_ROWS * (size_t)r->max_bytes + 1, sizeof(r->bytes[0]));
    return r->row && r->values && r->bytes ? 0 : -ENOMEM;
}

int nt_rings_open(const struct nt_program *p, const struct nt_image *image, nt_rows_fn *rows,
                  void *arg, struct nt_rings **ret_rings)
{
    NT_AUTO(nt_rings_close) struct nt_rings *it = calloc(1, sizeof(*it));
    int r;

    if (!it)
        return -ENOMEM;
    *it = (struct nt_rings){.program = p, .rows = rows, .arg = arg};
    it->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (it->epoll < 0)
        return -errno;
    r = make_batch(it);
    if (r == 0)
        r = p->uses_perf ? open_perf(it, image) : open_rings(it, image);
    if (r < 0)
        return r;
    *ret_rings = NT_TAKE(it);
    return 0;
}

void nt_rings_close(struct nt_rings **rings)
{
    struct nt_rings *it = *rings;

    if (!it)
        return;
    for (uint32_t i = 0; it->ring && i < it->nrings; i++)
        ring_buffer__free(it->ring[i]);
    perf_buffer__free(it->perf);
    nt_fd_close(&it->epoll);
    free(it->ring);
    free(it->row);
    free(it->values);
    free(it->bytes);
    free(it);
    *rings = NULL;
}
