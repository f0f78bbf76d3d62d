#include "runtime/ring.h"
#include "runtime/cleanup.h"
#include "runtime/load.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>

/* One batch: what is read before any of it is written. */
enum { BATCH_ROWS = 512, BATCHES = 16 };

struct nt_rings {
    const struct nt_program *program;
    nt_rows_fn *rows;
    void *arg;
    int epoll;
    struct ring_buffer **ring;
    uint32_t nrings, next; /* the ring to begin with: each has its turn */
    uint32_t max_columns;  /* of a record */
    /* The batch. */
    struct nt_ring_row *row;
    struct nt_value *values; /* max_columns a row */
    uint32_t nrows;
};

/* libbpf calls this for each record. An error ends the reading behind it: no room for another. */
static int keep_record(void *arg, void *data, size_t size)
{
    struct nt_rings *r = arg;
    int error = nt_decode_record(r->program, data, size, &r->row[r->nrows],
                                 r->values + (size_t)r->nrows * r->max_columns);

    if (error < 0)
        return error;
    r->nrows++;
    return r->nrows == BATCH_ROWS ? -ENOBUFS : 0;
}

static int compare_rows(const void *a, const void *b)
{
    const struct nt_ring_row *x = a, *y = b;

    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return x->values < y->values ? -1 : x->values > y->values; /* as they were read */
}

/* One batch, from all rings in turn; *ret_more: it was full. */
static int consume_batch(struct nt_rings *r, bool *ret_more)
{
    r->nrows = 0;
    for (uint32_t i = 0; i < r->nrings && r->nrows < BATCH_ROWS; i++) {
        int n = ring_buffer__consume(r->ring[(r->next + i) % r->nrings]);

        if (n < 0 && n != -ENOBUFS)
            return n;
    }
    r->next = (r->next + 1) % r->nrings;
    *ret_more = r->nrows == BATCH_ROWS;
    if (r->nrows == 0)
        return 0;
    qsort(r->row, r->nrows, sizeof(r->row[0]), compare_rows);
    return r->rows(r->arg, r->row, r->nrows);
}

int nt_rings_consume(struct nt_rings *rings)
{
    bool more = rings != NULL;

    for (int i = 0; more && i < BATCHES; i++) {
        int r = consume_batch(rings, &more);

        if (r < 0)
            return r;
    }
    return more;
}

int nt_rings_fd(const struct nt_rings *rings)
{
    return rings ? rings->epoll : -1;
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

/* Room for a batch of the widest records. */
static int make_batch(struct nt_rings *r)
{
    r->max_columns = 1;
    for (uint32_t i = 0; i < r->program->nrecords; i++)
        if (r->program->records[i].body.ncolumns > r->max_columns)
            r->max_columns = r->program->records[i].body.ncolumns;
    r->row = calloc(BATCH_ROWS, sizeof(r->row[0]));
    r->values = calloc(BATCH_ROWS * (size_t)r->max_columns, sizeof(r->values[0]));
    return r->row && r->values ? 0 : -ENOMEM;
}

int nt_rings_open(const struct nt_program *p, const struct nt_image *image, nt_rows_fn *rows,
                  void *arg, struct nt_rings **ret_rings)
{
    NT_AUTO(nt_rings_close) struct nt_rings *it = calloc(1, sizeof(*it));
    uint32_t n;
    const int *fds = nt_image_rings(image, &n);
    int r;

    if (!it)
        return -ENOMEM;
    *it = (struct nt_rings){.program = p, .rows = rows, .arg = arg};
    it->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (it->epoll < 0)
        return -errno;
    it->ring = calloc(n, sizeof(it->ring[0]));
    r = it->ring ? make_batch(it) : -ENOMEM;
    for (uint32_t i = 0; i < n && r == 0; i++)
        r = add_ring(it, fds[i]);
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
    for (uint32_t i = 0; i < it->nrings; i++)
        ring_buffer__free(it->ring[i]);
    nt_fd_close(&it->epoll);
    free(it->ring);
    free(it->row);
    free(it->values);
    free(it);
    *rings = NULL;
}
