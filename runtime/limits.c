#include "runtime/limits.h"
#include "runtime/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* As many keys as the kernel's limits remember. The index is never more than half full. */
enum { MAX_KEYS = 16384, INDEX = 2 * MAX_KEYS };

/* How many came in the window; with a limit by key, the key's words follow. */
struct count {
    uint64_t window, n;
};

struct limit {
    struct count all; /* without keys, or of those that found no memory */
    uint32_t words;   /* of a key; 0: it has none */
    uint32_t nkeys, room;
    uint64_t *keys;  /* nkeys times a struct count and a key */
    uint32_t *index; /* hash -> one more than the number of its key, 0: none */
};

struct nt_limits {
    uint64_t random;
    uint32_t n;
    struct limit at[];
};

static struct count *entry_at(const struct limit *l, uint32_t i)
{
    return (struct count *)(l->keys + (size_t)i * (2 + l->words));
}

static uint64_t hash(const struct limit *l, const uint64_t *key)
{
    uint64_t h = 0;

    for (uint32_t i = 0; i < l->words; i++) {
        h = (h ^ key[i]) * 0x9e3779b97f4a7c15;
        h ^= h >> 32;
    }
    return h;
}

/* The place in the index where the key is, or where it would be. */
static uint32_t *find(const struct limit *l, const uint64_t *key)
{
    uint32_t at = (uint32_t)hash(l, key) % INDEX;

    while (l->index[at] && memcmp(entry_at(l, l->index[at] - 1) + 1, key, l->words * 8u) != 0)
        at = (at + 1) % INDEX;
    return &l->index[at];
}

/* Room for new keys: those whose window is over tell nothing any more. If there are none, the older
 * half gives way. */
static void forget(struct limit *l, uint64_t window)
{
    uint32_t kept = 0, from = 0;

    for (uint32_t i = 0; i < l->nkeys; i++)
        kept += entry_at(l, i)->window == window;
    if (kept == l->nkeys)
        from = l->nkeys / 2;
    kept = 0;
    memset(l->index, 0, INDEX * sizeof(l->index[0]));
    for (uint32_t i = from; i < l->nkeys; i++) {
        const struct count *c = entry_at(l, i);

        if (c->window != window)
            continue;
        memmove(entry_at(l, kept), c, sizeof(*c) + l->words * 8u);
        *find(l, (const uint64_t *)(entry_at(l, kept) + 1)) = kept + 1;
        kept++;
    }
    l->nkeys = kept;
}

static bool has_room(struct limit *l)
{
    uint32_t room = l->room ? l->room * 2 : 64;
    uint64_t *grown;

    if (!l->index)
        l->index = calloc(INDEX, sizeof(l->index[0]));
    if (!l->index || l->nkeys < l->room)
        return l->index != NULL;
    grown = realloc(l->keys, (size_t)room * (2 + l->words) * sizeof(uint64_t));
    if (!grown)
        return false;
    l->keys = grown;
    l->room = room;
    return true;
}

static struct count *count_of(struct limit *l, const uint64_t *key, uint64_t window)
{
    uint32_t *place;
    struct count *c;

    if (!l->words || !has_room(l))
        return &l->all;
    place = find(l, key);
    if (*place)
        return entry_at(l, *place - 1);
    if (l->nkeys == MAX_KEYS) {
        forget(l, window);
        place = find(l, key);
    }
    c = entry_at(l, l->nkeys++);
    *c = (struct count){.window = window};
    memcpy(c + 1, key, l->words * 8u);
    *place = l->nkeys;
    return c;
}

static bool within_limit(struct limit *l, const struct nt_gate *gate, const uint64_t *key,
                         uint64_t now)
{
    uint64_t window = now / gate->per, padded[l->words + 1];
    struct count *c;

    memset(padded, 0, sizeof(padded));
    if (gate->key.words)
        memcpy(padded, key, gate->key.words * 8u);
    c = count_of(l, padded, window);
    if (c->window != window)
        *c = (struct count){.window = window};
    return c->n++ < gate->count;
}

/* xorshift64: good enough to choose rows by. */
static bool within_sample(struct nt_limits *limits, const struct nt_gate *gate)
{
    uint64_t x = limits->random;

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    limits->random = x;
    return x % gate->per < gate->count;
}

bool nt_limits_pass(struct nt_limits *limits, const struct nt_gate *gate, const uint64_t *key,
                    uint64_t now)
{
    return gate->is_sample ? within_sample(limits, gate)
                           : within_limit(&limits->at[gate->limit], gate, key, now);
}

int nt_limits_open(const struct nt_program *p, struct nt_limits **ret_limits)
{
    struct nt_limits *limits = calloc(1, sizeof(*limits) + p->nlimits * sizeof(limits->at[0]));

    if (!limits)
        return -ENOMEM;
    limits->n = p->nlimits;
    for (uint32_t i = 0; i < p->nlimits; i++)
        limits->at[i].words = p->limit_words[i];
    if (getrandom(&limits->random, sizeof(limits->random), 0) < 0 || !limits->random)
        limits->random = 1;
    *ret_limits = limits;
    return 0;
}

void nt_limits_close(struct nt_limits **limits)
{
    struct nt_limits *l = *limits;

    if (!l)
        return;
    for (uint32_t i = 0; i < l->n; i++) {
        free(l->at[i].keys);
        free(l->at[i].index);
    }
    free(l);
    *limits = NULL;
}
