/* Compiled objects kept between runs, in a directory of the user's own. What is not there, or is
 * there and not beyond doubt, is compiled: nothing here is an error.
 *
 * A file counts only when the directory is the user's own and closed to all others (0700), it is a
 * plain file of theirs with mode 0600 and one name, and has the key it was asked for and the sum of
 * its bytes. It appears whole, by rename. */
#pragma once

#include "compiler/base/hash.h"

struct nt_arena;

/* Kept at once, the least used are removed. */
enum { NT_CACHE_FILES = 256, NT_CACHE_MOST_BYTES = 64 << 20 };

/* 0; *ret_object is the arena's. -ENOENT: it is not there. Others: it is not to be trusted. */
int nt_cache_get(struct nt_arena *a, const char *dir, const uint8_t key[NT_HASH_BYTES],
                 const void **ret_object, size_t *ret_size);
/* 0, or -errno, and then nothing is kept. Makes the directory, but not those above it. */
int nt_cache_put(const char *dir, const uint8_t key[NT_HASH_BYTES], const void *object,
                 size_t size);
