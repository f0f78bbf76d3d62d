/* What a kernel has for bodies to stand on, and the names that it then has. */
#pragma once

#include "tests/random/gen.h"

/* Each list ends with a leaf without a text. */
extern const struct leaf packet_leaves[], tunnel_leaves[], socket_leaves[];

/* A declared event: what it has beside packet or socket. */
struct event {
    const char *name;
    const struct leaf *has;
    struct leaf own[4];
};

enum { MAX_EVENTS = 16, MAX_HOOKS = 128 };

struct offers {
    const struct nt_kernel *kernel;
    const struct event *event[MAX_EVENTS];
    const char *hook[MAX_HOOKS]; /* of the kernel itself */
    uint32_t nevents, nhooks;
};

/* gen_event.c: into scope. */
void add_leaves(struct generator *g, const struct leaf *leaves);
void add_packet_leaves(struct generator *g);
