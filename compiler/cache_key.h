/* The key under which an object is kept: all that it was made of. */
#pragma once

#include "compiler/base/hash.h"
#include "compiler/sema/unit.h"

/* `plugin` is the code generator's file. false: there is something that can't be told, so that
 * nothing may be kept. */
bool nt_cache_key(const struct nt_unit *u, const char *plugin, uint8_t ret_key[NT_HASH_BYTES]);
