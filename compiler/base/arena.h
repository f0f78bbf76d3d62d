/* Memory of one compilation: allocate, never free; the arena's end is the end of all of it.
 * Allocation does not fail: the process ends with a message when memory is out.
 * Nothing allocated here may own a file descriptor or anything else that must be closed. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct nt_arena;

struct nt_arena *nt_arena_new(void);
/* Accepts NULL, sets NULL. */
void nt_arena_free(struct nt_arena **arena);

/* Zeroed, aligned for any type. */
void *nt_alloc(struct nt_arena *arena, size_t size);
char *nt_strndup(struct nt_arena *arena, const char *text, size_t len);
char *nt_strdup(struct nt_arena *arena, const char *text);
char *nt_sprintf(struct nt_arena *arena, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#define NT_NEW(arena, type)      ((type *)nt_alloc((arena), sizeof(type)))
#define NT_NEW_N(arena, type, n) ((type *)nt_alloc((arena), sizeof(type) * (n)))

/* A growing array in an arena: struct { T *at; uint32_t n, cap; }. */
#define NT_VEC(type)                                                                               \
    struct {                                                                                       \
        type *at;                                                                                  \
        uint32_t n, cap;                                                                           \
    }

void *nt_vec_grow(struct nt_arena *arena, void *at, uint32_t *cap, uint32_t n, size_t size);

/* Appends one element and gives its address (valid until the next push). */
#define nt_vec_push(arena, v)                                                                      \
    ((v)->at = nt_vec_grow((arena), (v)->at, &(v)->cap, (v)->n + 1, sizeof(*(v)->at)),             \
     &(v)->at[(v)->n++])

#define nt_vec_each(it, v)                                                                         \
    for (__typeof__(*(v)->at) *it = (v)->at; it && it < (v)->at + (v)->n; it++)
