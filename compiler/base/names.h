/* A table from names to things, in an arena. Names are compared by their bytes, not copied. */
#pragma once

#include "compiler/base/arena.h"

struct nt_names {
    struct nt_name {
        const char *name;
        void *value;
    } * slot;
    uint32_t n, cap;
};

void *nt_names_find(const struct nt_names *t, const char *name); /* NULL: not there */
/* Sets or replaces; returns what was there before, or NULL. */
void *nt_names_set(struct nt_arena *arena, struct nt_names *t, const char *name, void *value);

#define nt_names_each(it, t)                                                                       \
    for (struct nt_name *it = (t)->slot; it < (t)->slot + (t)->cap; it++)                          \
        if (it->name)
