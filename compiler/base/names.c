#include "compiler/base/names.h"

#include <string.h>

static uint32_t hash_name(const char *name)
{
    uint32_t h = 2166136261u; /* FNV-1a */

    for (; *name; name++)
        h = (h ^ (unsigned char)*name) * 16777619u;
    return h;
}

static struct nt_name *slot_of(const struct nt_names *t, const char *name)
{
    uint32_t i = hash_name(name) & (t->cap - 1);

    while (t->slot[i].name && strcmp(t->slot[i].name, name) != 0)
        i = (i + 1) & (t->cap - 1);
    return &t->slot[i];
}

void *nt_names_find(const struct nt_names *t, const char *name)
{
    return t->cap ? slot_of(t, name)->value : NULL;
}

static void grow(struct nt_arena *arena, struct nt_names *t)
{
    struct nt_names bigger = {.cap = t->cap ? t->cap * 2 : 16};

    bigger.slot = NT_NEW_N(arena, struct nt_name, bigger.cap);
    bigger.n = t->n;
    nt_names_each(it, t) * slot_of(&bigger, it->name) = *it;
    *t = bigger;
}

void *nt_names_set(struct nt_arena *arena, struct nt_names *t, const char *name, void *value)
{
    struct nt_name *slot;
    void *before;

    if ((t->n + 1) * 4 > t->cap * 3)
        grow(arena, t);
    slot = slot_of(t, name);
    before = slot->value;
    if (!slot->name)
        t->n++;
    *slot = (struct nt_name){name, value};
    return before;
}
