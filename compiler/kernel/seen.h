/* What the kernel answered, for the key of what was compiled by it (kernel.h, nt_kernel_seen). Who
 * answers from anything but its types notes it here. */
#pragma once

#include "compiler/base/hash.h"
#include "compiler/kernel/private.h"

struct nt_hash *nt_seen_new(void);

static inline void nt_saw_text(const struct nt_kernel *k, const char *text)
{
    nt_hash_text(k->seen, text);
}

static inline void nt_saw_number(const struct nt_kernel *k, uint64_t n)
{
    nt_hash_number(k->seen, n);
}
