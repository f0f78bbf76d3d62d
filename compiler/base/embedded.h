/* Files that are part of the program: the library in the language itself. */
#pragma once

#include <stdint.h>

struct nt_embedded {
    const char *path; /* below stdlib/: "events/skb.nt", "drops.nt" */
    const char *text; /* NUL behind the last byte */
    uint32_t len;
};

/* In the order of their paths; the row behind the last has path NULL. */
extern const struct nt_embedded nt_stdlib[];
