#include "runtime/path_sweep.h"
#include "runtime/drain.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct sweep {
    uint32_t key_words;
    uint64_t *read; /* id and key, one behind the other */
    uint32_t n, room;
    bool no_memory;
};

static uint64_t *read_at(const struct sweep *s, uint32_t i)
{
    return s->read + (size_t)i * (s->key_words + 1);
}

static void add_key(void *arg, const void *key, const void *id)
{
    struct sweep *s = arg;

    if (s->n == s->room) {
        uint32_t room = s->room ? s->room * 2 : 256;
        uint64_t *grown = realloc(s->read, (size_t)room * (s->key_words + 1) * sizeof(uint64_t));

        s->no_memory |= !grown;
        if (!grown)
            return;
        s->read = grown;
        s->room = room;
    }
    memcpy(read_at(s, s->n), id, sizeof(uint64_t));
    memcpy(read_at(s, s->n) + 1, key, s->key_words * sizeof(uint64_t));
    s->n++;
}

/* An id is never used again, so a key whose entry is gone stays without one until it is written
 * anew. */
static void drop_stale(const struct sweep *s, int keys, int entries, uint64_t *entry)
{
    for (uint32_t i = 0; i < s->n; i++) {
        const uint64_t *id = read_at(s, i), *key = id + 1;
        uint64_t now;

        if (bpf_map_lookup_elem(entries, id, entry) < 0 && errno == ENOENT &&
            bpf_map_lookup_elem(keys, key, &now) == 0 && now == *id)
            bpf_map_delete_elem(keys, key);
    }
}

int nt_path_sweep(const struct nt_path *p, int keys, int entries)
{
    struct sweep s = {.key_words = p->key_words};
    const struct nt_drain drain = {
        .fd = keys,
        .key_size = p->key_words * (uint32_t)sizeof(uint64_t),
        .value_size = sizeof(uint64_t),
        .ncpus = 1,
        .each = add_key,
        .arg = &s,
    };
    uint64_t *entry = calloc(p->words, sizeof(*entry));
    int r = entry ? nt_drain(&drain) : -ENOMEM;

    if (r == 0 && s.no_memory)
        r = -ENOMEM;
    if (r == 0)
        drop_stale(&s, keys, entries, entry);
    free(entry);
    free(s.read);
    return r;
}
