/* Reading the kernel's per-CPU hash maps: in batches, or key by key where the kernel knows no
 * batches (before 5.6). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct nt_drain {
    int fd;
    uint32_t key_size, value_size; /* bytes; the value is a multiple of 8 */
    uint32_t ncpus;                /* possible ones: values a key has */
    bool take;                     /* delete what was read */
    /* values: ncpus of them, value_size apart. */
    void (*each)(void *arg, const void *key, const void *values);
    void *arg;
};

/* 0 or -errno. With `take`, what is written to the map meanwhile is read or stays, none is lost. */
int nt_drain(const struct nt_drain *d);
/* The two ways, for tests: -EOPNOTSUPP when the kernel has no batches for this map. */
int nt_drain_batches(const struct nt_drain *d);
int nt_drain_keys(const struct nt_drain *d);
