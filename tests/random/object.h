/* A compiled script in a file, to be loaded by a kernel other than the one that compiled it: the
 * object, and behind it what the loader has to know of its probes. */
#pragma once

#include "compiler/base/arena.h"
#include "compiler/program.h"

/* 0 or -errno. */
int object_write(const char *path, const struct nt_program *p);
int object_read(const char *path, struct nt_arena *arena, struct nt_program *ret_program);
