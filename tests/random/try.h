/* A run over many scripts: several children at a time, counts, and what does not load made small.
 */
#pragma once

#include "tests/random/constructs.h"
#include "tests/random/load.h"

enum { MAX_KNOWN = 64, MAX_JOBS = 16 };

struct run {
    const struct nt_kernel *kernel;
    const struct offers *offers;
    struct constructs *constructs;
    const char *keep; /* directory: what does not load; with COMPILED the objects too; or NULL */
    struct how how;
    unsigned tries; /* for making one small */
    unsigned jobs;
    bool each;              /* say what each took */
    char *known[MAX_KNOWN]; /* messages that were reported */
    unsigned nknown;
    unsigned counts[NVERDICTS];
    double user, system; /* seconds of CPU */
    uint64_t followed;   /* instructions, by the verifier */
};

void try_seeds(struct run *r, unsigned long count, uint64_t seed);
/* Scripts; or, with `objects`, files NAME.o of scripts NAME.nt beside them. NULL ends them. */
void try_files(struct run *r, char **paths, bool objects);
/* The exit code. */
int summarise(const struct run *r, double seconds);
