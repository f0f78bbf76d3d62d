#include "compiler/base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 64 * 1024, ALIGN = 16 };

struct chunk {
    struct chunk *next;
    size_t used, size;
    _Alignas(ALIGN) unsigned char data[];
};

struct nt_arena {
    struct chunk *head;
};

static void *must(void *p)
{
    if (p)
        return p;
    fputs("ntrace: out of memory\n", stderr);
    exit(1);
}

struct nt_arena *nt_arena_new(void)
{
    return must(calloc(1, sizeof(struct nt_arena)));
}

void nt_arena_free(struct nt_arena **arena)
{
    if (!*arena)
        return;
    for (struct chunk *c = (*arena)->head, *next; c; c = next) {
        next = c->next;
        free(c);
    }
    free(*arena);
    *arena = NULL;
}

void *nt_alloc(struct nt_arena *arena, size_t size)
{
    struct chunk *c = arena->head;

    size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (!c || c->size - c->used < size) {
        size_t room = size > CHUNK / 4 ? size : CHUNK;

        c = must(calloc(1, sizeof(*c) + room));
        c->size = room;
        /* A large block goes behind the head, so that the head's room is not given up for it. */
        if (arena->head && room == size) {
            c->next = arena->head->next;
            arena->head->next = c;
        } else {
            c->next = arena->head;
            arena->head = c;
        }
    }
    c->used += size;
    return c->data + c->used - size;
}

char *nt_strndup(struct nt_arena *arena, const char *text, size_t len)
{
    char *copy = nt_alloc(arena, len + 1);

    memcpy(copy, text, len);
    return copy;
}

char *nt_strdup(struct nt_arena *arena, const char *text)
{
    return nt_strndup(arena, text, strlen(text));
}

char *nt_sprintf(struct nt_arena *arena, const char *fmt, ...)
{
    va_list ap;
    char *text;
    int len;

    va_start(ap, fmt);
    len = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    text = nt_alloc(arena, (size_t)len + 1);
    va_start(ap, fmt);
    vsnprintf(text, (size_t)len + 1, fmt, ap);
    va_end(ap);
    return text;
}

void *nt_vec_grow(struct nt_arena *arena, void *at, uint32_t *cap, uint32_t n, size_t size)
{
    uint32_t had = *cap;
    void *bigger;

    if (n <= had)
        return at;
    while (*cap < n)
        *cap = *cap ? *cap * 2 : 8;
    bigger = nt_alloc(arena, *cap * size);
    if (at)
        memcpy(bigger, at, had * size);
    return bigger;
}
