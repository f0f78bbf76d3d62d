/* Arrays that grow. Names of symbols are worth no error path: without memory ntrace ends, and the
 * kernel takes its probes away. */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Room for one more than n elements of `size` bytes; the array may move. */
static inline void *nt_grow(void *at, uint32_t n, uint32_t *cap, size_t size)
{
    if (n < *cap)
        return at;
    *cap = *cap ? *cap * 2 : 64;
    at = realloc(at, *cap * size);
    if (at)
        return at;
    fputs("ntrace: out of memory\n", stderr);
    exit(1);
}
