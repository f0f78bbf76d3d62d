#include "compiler/base/hash.h"

#include <string.h>

void nt_hash_begin(struct nt_hash *h)
{
    SHA256Init(&h->sha);
}

void nt_hash_add(struct nt_hash *h, const void *data, size_t len)
{
    SHA256Update(&h->sha, data, len);
}

void nt_hash_number(struct nt_hash *h, uint64_t n)
{
    nt_hash_add(h, &n, sizeof(n));
}

void nt_hash_bytes(struct nt_hash *h, const void *data, size_t len)
{
    nt_hash_number(h, len);
    nt_hash_add(h, data, len);
}

void nt_hash_text(struct nt_hash *h, const char *text)
{
    if (text)
        nt_hash_bytes(h, text, strlen(text));
    else
        nt_hash_number(h, UINT64_MAX);
}

void nt_hash_end(struct nt_hash *h, uint8_t ret_sum[NT_HASH_BYTES])
{
    SHA256Final(ret_sum, &h->sha);
}
