#include "compiler/kernel/seen.h"

#include "compiler/kernel/btf_private.h"

#include <stdlib.h>
#include <string.h>

struct nt_hash *nt_seen_new(void)
{
    struct nt_hash *h = malloc(sizeof(*h));

    if (h)
        nt_hash_begin(h);
    return h;
}

/* Types are megabytes, and nobody forges those of his own kernel: each word changes one of four
 * sums, in a twentieth of the time that the other hash takes. */
static void add_types(struct nt_hash *h, const struct nt_btf *btf)
{
    uint64_t lane[4] = {1, 2, 3, 4};
    size_t at = 0;

    for (; at + sizeof(lane) <= btf->size; at += sizeof(lane))
        for (int i = 0; i < 4; i++) {
            uint64_t word, mixed;

            memcpy(&word, btf->data + at + (size_t)i * sizeof(word), sizeof(word));
            mixed = (lane[i] ^ word) * 0x9e3779b97f4a7c15;
            lane[i] = mixed << 29 | mixed >> 35;
        }
    nt_hash_add(h, lane, sizeof(lane));
    nt_hash_bytes(h, btf->data + at, btf->size - at);
}

void nt_kernel_seen(const struct nt_kernel *k, struct nt_hash *h)
{
    struct nt_hash answers = *k->seen;
    uint8_t sum[NT_HASH_BYTES];

    for (const struct nt_btf *btf = k->btf; btf; btf = btf->next)
        add_types(h, btf);
    nt_hash_text(h, k->release);
    nt_hash_text(h, k->version);
    nt_hash_text(h, k->features);
    nt_hash_end(&answers, sum);
    nt_hash_add(h, sum, sizeof(sum));
}
