/* How the runtime brings a program to its hook. */
#pragma once

#include <stdint.h>

/* How a program gets to its hook: by its section, or as said here. */
enum nt_attach_kind {
    NT_ATTACH_SECTION,
    NT_ATTACH_UPROBE,    /* at all of sites */
    NT_ATTACH_URETPROBE, /* the same, at the return from there */
    NT_ATTACH_TIMER,     /* hz times a second on every CPU */
    NT_ATTACH_FUNCTIONS, /* at once to all functions of the kernel in names */
};
/* A place in a file of user code. */
struct nt_site {
    const char *path;
    uint64_t offset;
    uint64_t semaphore; /* offset of the counter that enables a USDT probe, 0: none */
};
struct nt_attach {
    enum nt_attach_kind kind;
    const struct nt_site *sites;
    uint32_t nsites;
    uint32_t hz;
    const char **names;
    uint64_t *cookies; /* of each name; the program is told */
    uint32_t nnames;
};
