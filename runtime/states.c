#include "runtime/states.h"
#include "runtime/cleanup.h"
#include "runtime/load.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SECOND = 1000000000 };

struct nt_states {
    const struct nt_program *program;
    uint64_t *value; /* room for any, and for one more */
    uint32_t widest;
    int map[];
};

static uint64_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

int nt_states_open(const struct nt_program *p, const struct nt_image *image,
                   struct nt_states **ret_states)
{
    NT_AUTO(nt_states_close)
    struct nt_states *it = calloc(1, sizeof(*it) + p->nkept * sizeof(it->map[0]));

    if (!it)
        return -ENOMEM;
    it->program = p;
    it->widest = 1;
    for (uint32_t i = 0; i < p->nkept; i++) {
        it->map[i] = nt_image_map(image, p->kept[i].map);
        if (it->map[i] < 0)
            return -ENOENT;
        if (p->kept[i].value_words > it->widest)
            it->widest = p->kept[i].value_words;
    }
    it->value = calloc(it->widest, 2 * sizeof(*it->value));
    if (!it->value)
        return -ENOMEM;
    *ret_states = NT_TAKE(it);
    return 0;
}

void nt_states_close(struct nt_states **states)
{
    if (*states)
        free((*states)->value);
    free(*states);
    *states = NULL;
}

static bool is_older(const struct nt_kept *kept, const uint64_t *value, uint64_t than)
{
    return kept->ttl && (int64_t)(now() - value[kept->value_words - 1]) > (int64_t)than;
}

struct nt_xval nt_states_get(const struct nt_states *s, uint16_t state, const uint64_t *key)
{
    const struct nt_kept *kept = &s->program->kept[state];
    struct nt_xval v = {.absent = true};

    if (bpf_map_lookup_elem(s->map[state], key, s->value) < 0 ||
        is_older(kept, s->value, kept->ttl))
        return v;
    v.absent = false;
    memcpy(v.w, s->value, kept->type->words * sizeof(v.w[0]));
    return v;
}

int nt_states_put(const struct nt_states *s, uint16_t state, const uint64_t *key,
                  const uint64_t *value)
{
    const struct nt_kept *kept = &s->program->kept[state];

    memset(s->value, 0, kept->value_words * sizeof(*value));
    memcpy(s->value, value, kept->type->words * sizeof(*value));
    if (kept->ttl)
        s->value[kept->value_words - 1] = now();
    if (bpf_map_update_elem(s->map[state], key, s->value, BPF_ANY) == 0)
        return 0;
    return errno == E2BIG ? 1 : -errno;
}

int nt_states_delete(const struct nt_states *s, uint16_t state, const uint64_t *key)
{
    return bpf_map_delete_elem(s->map[state], key) == 0 || errno == ENOENT ? 0 : -errno;
}

/* Age. */

uint64_t nt_states_period(const struct nt_states *s)
{
    uint64_t period = 0;

    for (uint32_t i = 0; i < s->program->nkept; i++) {
        uint64_t ttl = s->program->kept[i].ttl;

        if (ttl && (!period || ttl < period))
            period = ttl;
    }
    return period && period < SECOND ? SECOND : period;
}

/* What was written anew since it was looked at goes back, unless there is something newer still.
 * Kernels before 5.14 can't delete and give back at once: there it is lost. */
static void drop_old(const struct nt_states *s, uint32_t state, const uint64_t *key)
{
    const struct nt_kept *kept = &s->program->kept[state];
    uint64_t *taken = s->value + s->widest;

    if (bpf_map_lookup_elem(s->map[state], key, s->value) < 0 ||
        !is_older(kept, s->value, 2 * kept->ttl))
        return;
    if (bpf_map_lookup_and_delete_elem(s->map[state], key, taken) < 0)
        bpf_map_delete_elem(s->map[state], key);
    else if (!is_older(kept, taken, kept->ttl))
        bpf_map_update_elem(s->map[state], key, taken, BPF_NOEXIST);
}

/* The next key is asked for before this one is dropped: behind a dropped key the kernel would begin
 * anew. */
static void sweep(const struct nt_states *s, uint32_t state)
{
    uint64_t keys[2][NT_MAX_KEPT_WORDS], *key = keys[0], *next = keys[1];
    int more = bpf_map_get_next_key(s->map[state], NULL, key);

    while (more == 0) {
        uint64_t *this = key;

        more = bpf_map_get_next_key(s->map[state], key, next);
        drop_old(s, state, this);
        key = next;
        next = this;
    }
}

void nt_states_sweep(const struct nt_states *s)
{
    for (uint32_t i = 0; i < s->program->nkept; i++)
        if (s->program->kept[i].ttl)
            sweep(s, i);
}
