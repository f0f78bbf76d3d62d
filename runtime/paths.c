#include "runtime/paths.h"
#include "runtime/cleanup.h"
#include "runtime/drain.h"
#include "runtime/load.h"
#include "runtime/path_sweep.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MS       1000000ull
#define SWEEP_NS (10000 * MS)

enum { LATE_FACTOR = 10 }; /* what is lost is remembered so many times as long */
enum { FULL_PERCENT = 75, ROOM_PERCENT = 50 }; /* from here on, down to here */

struct path {
    const struct nt_path *p;
    int entries, keys, lost;       /* maps; lost -1: nothing ever is */
    uint64_t called_lost, evicted; /* by this side */
};

struct nt_paths {
    uint32_t n, ncpus;
    int counts;
    uint64_t *values;          /* the counters of one path, of all CPUs */
    uint64_t *read;            /* entries of the scan that runs: id, then the entry */
    uint32_t nread, read_room; /* of read: entries, words */
    bool no_memory;
    uint64_t swept; /* when, ns of CLOCK_MONOTONIC */
    struct path at[];
};

/* -- entries ---------------------------------------------------------------------------------- */

struct reading {
    struct nt_paths *paths;
    uint32_t words; /* of an entry */
};

static void add_entry(void *arg, const void *key, const void *value)
{
    const struct reading *r = arg;
    struct nt_paths *ps = r->paths;
    uint32_t at = ps->nread * (r->words + 1), need = at + r->words + 1;

    if (need > ps->read_room) {
        uint32_t room = need * 2;
        uint64_t *grown = realloc(ps->read, room * sizeof(uint64_t));

        ps->no_memory |= !grown;
        if (!grown)
            return;
        ps->read = grown;
        ps->read_room = room;
    }
    memcpy(ps->read + at, key, sizeof(uint64_t));
    memcpy(ps->read + at + 1, value, r->words * sizeof(uint64_t));
    ps->nread++;
}

/* All entries as they are, one behind the other; what moves on meanwhile may be there twice. */
static int read_entries(struct nt_paths *ps, const struct path *path)
{
    struct reading reading = {ps, path->p->words};
    const struct nt_drain drain = {
        .fd = path->entries,
        .key_size = sizeof(uint64_t),
        .value_size = path->p->words * (uint32_t)sizeof(uint64_t),
        .ncpus = 1,
        .each = add_entry,
        .arg = &reading,
    };
    int r;

    ps->nread = 0;
    r = nt_drain(&drain);
    return r < 0 ? r : ps->no_memory ? -ENOMEM : 0;
}

static uint64_t *entry_at(const struct nt_paths *ps, const struct path *path, uint32_t i)
{
    return ps->read + (size_t)i * (path->p->words + 1);
}

static bool take(int map, const uint64_t *id)
{
    return map >= 0 && bpf_map_delete_elem(map, id) == 0;
}

static bool is_lost(const struct path *path, const uint64_t *id)
{
    uint64_t mark;

    return path->lost >= 0 && bpf_map_lookup_elem(path->lost, id, &mark) == 0;
}

/* -- lost ------------------------------------------------------------------------------------- */

/* The mark first, then a look whether the entry is still there and silent: the kernel ends an entry
 * first and takes the mark then, so one of the two sees what the other did. Reads the entry anew.
 */
static bool call_lost(struct path *path, uint64_t *entry)
{
    const uint64_t *id = entry, mark = 1;
    uint64_t last = entry[1 + NT_ENTRY_LAST];
    bool silent;

    if (bpf_map_update_elem(path->lost, id, &mark, BPF_NOEXIST) < 0)
        return false;
    silent =
        bpf_map_lookup_elem(path->entries, id, entry + 1) == 0 && entry[1 + NT_ENTRY_LAST] == last;
    if (!silent && take(path->lost, id))
        return false;
    path->called_lost++; /* and if the kernel has taken the mark, it has counted one as late */
    return silent;
}

static bool is_silent(const struct path *path, const uint64_t *entry, uint64_t now)
{
    const uint64_t *words = entry + 1;

    return path->p->lost_after && NT_CLAIM_STAGE(words[NT_ENTRY_CLAIM]) &&
           words[NT_ENTRY_LAST] < now && now - words[NT_ENTRY_LAST] >= path->p->lost_after;
}

static int find_lost(struct nt_paths *ps, uint32_t i, uint64_t now, nt_lost_fn *lost, void *arg)
{
    struct path *path = &ps->at[i];
    int r = 0;

    for (uint32_t k = 0; k < ps->nread && r == 0; k++) {
        uint64_t *entry = entry_at(ps, path, k);

        if (is_silent(path, entry, now) && call_lost(path, entry))
            r = lost(arg, i, entry + 1);
    }
    return r;
}

/* -- room ------------------------------------------------------------------------------------- */

static void forget_keys(const struct path *path, const uint64_t *entry)
{
    for (uint32_t i = 0; i < path->p->nrefs; i++) {
        const uint64_t *key = entry + 1 + path->p->refs_word + i * path->p->key_words;
        uint64_t id;

        if (key[0] && bpf_map_lookup_elem(path->keys, key, &id) == 0 && id == entry[0])
            bpf_map_delete_elem(path->keys, key);
    }
}

/* One that is open counts as evicted, one that is lost is that already. */
static void evict(struct path *path, const uint64_t *entry)
{
    if (!take(path->entries, entry))
        return;
    forget_keys(path, entry);
    if (!take(path->lost, entry))
        path->evicted++;
}

static int compare_last(const void *a, const void *b)
{
    const uint64_t *x = *(uint64_t *const *)a, *y = *(uint64_t *const *)b;
    uint64_t left = x[1 + NT_ENTRY_LAST], right = y[1 + NT_ENTRY_LAST];

    return left < right ? -1 : left > right;
}

/* The longest silent give way. */
static int make_room(struct nt_paths *ps, struct path *path)
{
    uint32_t keep = (uint32_t)((uint64_t)path->p->max * ROOM_PERCENT / 100);
    uint64_t **order;

    if ((uint64_t)ps->nread * 100 < (uint64_t)path->p->max * FULL_PERCENT)
        return 0;
    order = calloc(ps->nread, sizeof(*order));
    if (!order)
        return -ENOMEM;
    for (uint32_t i = 0; i < ps->nread; i++)
        order[i] = entry_at(ps, path, i);
    qsort(order, ps->nread, sizeof(*order), compare_last);
    for (uint32_t i = 0; i + keep < ps->nread; i++)
        evict(path, order[i]);
    free(order);
    return 0;
}

/* What has been lost for long is not waited for any more. */
static void drop_old(struct nt_paths *ps, struct path *path, uint64_t now)
{
    for (uint32_t i = 0; i < ps->nread; i++) {
        const uint64_t *entry = entry_at(ps, path, i);
        uint64_t last = entry[1 + NT_ENTRY_LAST];

        if (path->p->lost_after && last < now &&
            now - last > path->p->lost_after * LATE_FACTOR + 1000 * MS && is_lost(path, entry))
            evict(path, entry);
    }
}

static int sweep(struct nt_paths *ps, uint64_t now)
{
    int r = 0;

    if (now - ps->swept < SWEEP_NS)
        return 0;
    for (uint32_t i = 0; i < ps->n && r == 0; i++)
        r = nt_path_sweep(ps->at[i].p, ps->at[i].keys, ps->at[i].entries);
    ps->swept = now;
    return r;
}

int nt_paths_scan(struct nt_paths *ps, uint64_t now, nt_lost_fn *lost, void *arg)
{
    int r = 0;

    for (uint32_t i = 0; i < ps->n && r == 0; i++) {
        r = read_entries(ps, &ps->at[i]);
        if (r == 0)
            r = find_lost(ps, i, now, lost, arg);
        if (r == 0)
            r = make_room(ps, &ps->at[i]);
        if (r == 0)
            drop_old(ps, &ps->at[i], now);
    }
    return r < 0 ? r : sweep(ps, now);
}

/* A quarter of the shortest time after which something is lost; often enough to make room. */
uint64_t nt_paths_period(const struct nt_paths *ps)
{
    uint64_t period = 250 * MS;

    for (uint32_t i = 0; i < ps->n; i++)
        if (ps->at[i].p->lost_after && ps->at[i].p->lost_after / 4 < period)
            period = ps->at[i].p->lost_after / 4;
    if (!ps->n)
        return 0;
    return period < 10 * MS ? 10 * MS : period;
}

/* -- accounts --------------------------------------------------------------------------------- */

static int count_open(const struct nt_paths *ps, const struct path *path, uint64_t *ret_open)
{
    uint64_t id = 0, next;
    uint64_t *before = NULL;

    (void)ps;
    *ret_open = 0;
    while (bpf_map_get_next_key(path->entries, before, &next) == 0) {
        id = next;
        before = &id;
        *ret_open += !is_lost(path, &id);
    }
    return errno == ENOENT ? 0 : -errno;
}

int nt_paths_count(const struct nt_paths *ps, uint32_t path, bool stopped,
                   struct nt_path_counts *ret_counts)
{
    uint64_t n[NT_PATH_COUNTERS] = {0}, ended;
    const struct path *it = &ps->at[path];
    struct nt_path_counts *c = ret_counts;

    if (bpf_map_lookup_elem(ps->counts, &path, ps->values) < 0)
        return -errno;
    for (uint32_t cpu = 0; cpu < ps->ncpus; cpu++)
        for (int i = 0; i < NT_PATH_COUNTERS; i++)
            n[i] += ps->values[cpu * NT_PATH_COUNTERS + (uint32_t)i];
    *c = (struct nt_path_counts){
        .path = it->p,
        .started = n[NT_PATH_STARTED],
        .done = n[NT_PATH_DONE],
        .lost = it->called_lost - n[NT_PATH_LATE],
        .again = n[NT_PATH_AGAIN],
        .joined = n[NT_PATH_JOINED],
        .evicted = n[NT_PATH_EVICTED] + it->evicted,
        .late = n[NT_PATH_LATE],
    };
    ended = c->done + c->lost + c->again + c->joined + c->evicted;
    c->open = c->started > ended ? c->started - ended : 0;
    return stopped ? count_open(ps, it, &c->open) : 0;
}

/* -- opening and closing ---------------------------------------------------------------------- */

int nt_paths_open(const struct nt_program *p, const struct nt_image *image,
                  struct nt_paths **ret_paths)
{
    NT_AUTO(nt_paths_close)
    struct nt_paths *ps = calloc(1, sizeof(*ps) + p->npaths * sizeof(ps->at[0]));
    int ncpus = libbpf_num_possible_cpus();

    if (!ps)
        return -ENOMEM;
    if (ncpus < 0)
        return ncpus;
    ps->ncpus = (uint32_t)ncpus;
    ps->counts = nt_image_map(image, NT_MAP_PATHS);
    ps->values = calloc((size_t)ps->ncpus * NT_PATH_COUNTERS, sizeof(uint64_t));
    if (!ps->values)
        return -ENOMEM;
    for (; ps->n < p->npaths; ps->n++) {
        const struct nt_path *path = &p->paths[ps->n];

        ps->at[ps->n] = (struct path){
            .p = path,
            .entries = nt_image_map(image, path->entries),
            .keys = nt_image_map(image, path->keys),
            .lost = nt_image_map(image, path->lost),
        };
        if (ps->counts < 0 || ps->at[ps->n].entries < 0 || ps->at[ps->n].keys < 0)
            return -ENOENT;
    }
    *ret_paths = NT_TAKE(ps);
    return 0;
}

void nt_paths_close(struct nt_paths **paths)
{
    struct nt_paths *ps = *paths;

    if (!ps)
        return;
    free(ps->values);
    free(ps->read);
    free(ps);
    *paths = NULL;
}
