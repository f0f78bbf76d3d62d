#include "runtime/states.h"
#include "runtime/cleanup.h"
#include "runtime/load.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>

struct nt_states {
    const struct nt_program *program;
    int map[];
};

int nt_states_open(const struct nt_program *p, const struct nt_image *image,
                   struct nt_states **ret_states)
{
    NT_AUTO(nt_states_close)
    struct nt_states *it = calloc(1, sizeof(*it) + p->nkept * sizeof(it->map[0]));

    if (!it)
        return -ENOMEM;
    it->program = p;
    for (uint32_t i = 0; i < p->nkept; i++) {
        it->map[i] = nt_image_map(image, p->kept[i].map);
        if (it->map[i] < 0)
            return -ENOENT;
    }
    *ret_states = NT_TAKE(it);
    return 0;
}

void nt_states_close(struct nt_states **states)
{
    free(*states);
    *states = NULL;
}

struct nt_xval nt_states_get(const struct nt_states *s, uint16_t state, const uint64_t *key)
{
    struct nt_xval v = {0};

    v.absent = bpf_map_lookup_elem(s->map[state], key, v.w) < 0;
    return v;
}

int nt_states_put(const struct nt_states *s, uint16_t state, const uint64_t *key,
                  const uint64_t *value)
{
    if (bpf_map_update_elem(s->map[state], key, value, BPF_ANY) == 0)
        return 0;
    return errno == E2BIG ? 1 : -errno;
}

int nt_states_delete(const struct nt_states *s, uint16_t state, const uint64_t *key)
{
    return bpf_map_delete_elem(s->map[state], key) == 0 || errno == ENOENT ? 0 : -errno;
}
