/* Would a 4.19 kernel take this object? Walks it and refuses what that kernel lacks: helpers and
 * map types younger than 4.19 (uapi/linux/bpf.h of that release), instructions beyond set v2,
 * loops, programs of more than 4,096 instructions, global data. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Says why on standard output. */
bool old_kernel_refuses(const void *object, size_t size);
