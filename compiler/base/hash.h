/* SHA-256, by libmd: what has the same sum is the same. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <sha2.h>

enum { NT_HASH_BYTES = SHA256_DIGEST_LENGTH };

struct nt_hash {
    SHA2_CTX sha;
};

void nt_hash_begin(struct nt_hash *h);
void nt_hash_add(struct nt_hash *h, const void *data, size_t len);
/* With their ends marked, so that two parts are never taken for one: a NULL is no empty text. */
void nt_hash_bytes(struct nt_hash *h, const void *data, size_t len);
void nt_hash_text(struct nt_hash *h, const char *text);
void nt_hash_number(struct nt_hash *h, uint64_t n);
void nt_hash_end(struct nt_hash *h, uint8_t ret_sum[NT_HASH_BYTES]);
