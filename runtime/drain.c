#include "runtime/drain.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>

/* A batch holds so many bytes, but at least so many keys: a bucket must fit in whole. */
enum { BATCH_BYTES = 256 << 10, BATCH_KEYS_LEAST = 32 };

struct batch {
    uint32_t max;
    char *keys, *values;
    uint32_t token[2]; /* where the next batch begins; the kernel writes four bytes */
};

static size_t bytes_of_key(const struct nt_drain *d)
{
    return d->key_size + (size_t)d->value_size * d->ncpus;
}

static int make_batch(const struct nt_drain *d, uint32_t max, struct batch *b)
{
    free(b->keys);
    free(b->values);
    b->max = max;
    b->keys = malloc((size_t)max * d->key_size);
    b->values = malloc((size_t)max * d->value_size * d->ncpus);
    return b->keys && b->values ? 0 : -ENOMEM;
}

static void free_batch(struct batch *b)
{
    free(b->keys);
    free(b->values);
}

static void give_batch(const struct nt_drain *d, const struct batch *b, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        d->each(d->arg, b->keys + (size_t)i * d->key_size,
                b->values + (size_t)i * d->value_size * d->ncpus);
}

/* 1: there may be more, 0: the last one, or -errno. A bucket that is too full for the batch asks
 * for a larger one and is read again. */
static int next_batch(const struct nt_drain *d, struct batch *b, bool first)
{
    uint32_t n = b->max;
    void *in = first ? NULL : &b->token;
    int r = d->take ? bpf_map_lookup_and_delete_batch(d->fd, in, &b->token, b->keys, b->values, &n,
                                                      NULL)
                    : bpf_map_lookup_batch(d->fd, in, &b->token, b->keys, b->values, &n, NULL);
    int error = r < 0 ? errno : 0;

    if (error && error != ENOENT && error != ENOSPC)
        return -error;
    give_batch(d, b, n);
    if (error == ENOSPC) {
        r = make_batch(d, b->max * 2, b);
        return r < 0 ? r : 1;
    }
    return error == ENOENT ? 0 : 1;
}

enum { KERNEL_ENOTSUPP = 524 }; /* the kernel's own, without a name here */

int nt_drain_batches(const struct nt_drain *d)
{
    uint32_t keys = (uint32_t)(BATCH_BYTES / bytes_of_key(d));
    struct batch b = {0};
    bool first = true;
    int r = make_batch(d, keys > BATCH_KEYS_LEAST ? keys : BATCH_KEYS_LEAST, &b);

    while (r == 0 || r == 1) {
        r = next_batch(d, &b, first);
        if (first && (r == -EINVAL || r == -KERNEL_ENOTSUPP))
            r = -EOPNOTSUPP;
        if (r == 0)
            break;
        first = false;
    }
    free_batch(&b);
    return r;
}

static void read_one(const struct nt_drain *d, const void *key, void *values)
{
    if (bpf_map_lookup_elem(d->fd, key, values) < 0)
        return;
    d->each(d->arg, key, values);
    if (d->take)
        bpf_map_delete_elem(d->fd, key);
}

/* The next key is asked for before this one is deleted: behind a deleted key the kernel would begin
 * anew. */
int nt_drain_keys(const struct nt_drain *d)
{
    char *keys = malloc(2 * (size_t)d->key_size);
    void *values = malloc((size_t)d->value_size * d->ncpus);
    int r = keys && values ? 0 : -ENOMEM;
    int more = r == 0 ? bpf_map_get_next_key(d->fd, NULL, keys) : -1;

    for (char *key = keys, *next = keys + d->key_size; more == 0;) {
        char *read = key;

        more = bpf_map_get_next_key(d->fd, key, next);
        read_one(d, read, values);
        key = next;
        next = read;
    }
    free(keys);
    free(values);
    return r;
}

int nt_drain(const struct nt_drain *d)
{
    int r = nt_drain_batches(d);

    return r == -EOPNOTSUPP ? nt_drain_keys(d) : r;
}
