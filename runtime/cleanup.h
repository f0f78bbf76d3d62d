/* Locals that own something close it when they go out of scope. */
#pragma once

#include <unistd.h>

static inline void nt_fd_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

#define NT_FD_AUTO __attribute__((cleanup(nt_fd_close))) int

/* NT_AUTO(nt_tables_close) struct nt_tables *t = NULL; */
#define NT_AUTO(close) __attribute__((cleanup(close)))

/* Hands on what a local owns. */
#define NT_TAKE(x)                                                                                 \
    __extension__({                                                                                \
        __typeof__(x) taken_ = (x);                                                                \
        (x) = NULL;                                                                                \
        taken_;                                                                                    \
    })
