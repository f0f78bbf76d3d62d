#include "compiler/base/cx.h"

struct nt_cx *nt_cx_new(void)
{
    struct nt_arena *arena = nt_arena_new();
    struct nt_cx *cx = NT_NEW(arena, struct nt_cx);

    cx->arena = arena;
    return cx;
}

void nt_cx_free(struct nt_cx **cx)
{
    struct nt_arena *arena;

    if (!*cx)
        return;
    arena = (*cx)->arena; /* cx itself lives in it */
    *cx = NULL;
    nt_arena_free(&arena);
}
