/* Names of addresses in user code: of the process's mappings, then of the file's functions. What a
 * process has mapped is read while it lives; of one that has ended before, nothing can be said. */
#pragma once

#include "compiler/base/str.h"

#include <stdbool.h>
#include <stdint.h>

struct nt_user_symbols;

struct nt_user_symbols *nt_user_symbols_new(void);
/* Accepts NULL, sets NULL. */
void nt_user_symbols_free(struct nt_user_symbols **symbols);

/* "malloc+0x1a [libc.so.6]"; "[libc.so.6+0x2a3b4]" where the file has no name for it; the address
 * in hex where no file is known. False: that was so. */
bool nt_user_symbols_print(struct nt_user_symbols *symbols, uint32_t pid, uint64_t address,
                           struct nt_str *out);
