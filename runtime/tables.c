#include "runtime/tables.h"
#include "runtime/cleanup.h"
#include "runtime/drain.h"
#include "runtime/load.h"
#include "runtime/tally.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/membarrier.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct table {
    const struct nt_table *table;
    int map[2][2], others[2]; /* of each part, by buffer */
    uint64_t *slot;           /* a whole one, while a part is read */
    uint32_t buffer;          /* which one events write */
    struct nt_tally *recent, *whole;
    uint64_t cleared;     /* when; 0: never */
    struct nt_tally *own; /* what ntrace's bodies put into a table that is never cleared */
};

struct nt_tables {
    uint32_t n, ncpus;
    int generation; /* map of the buffers events write; -1: no table is ever cleared */
    bool any_cleared;
    uint64_t began, taken; /* when counting began, when the last snapshot was taken */
    uint64_t *others;      /* one slot a CPU: (others) as read */
    struct table at[];
};

static bool in_kernel(const struct table *t)
{
    return t->table->nparts != 0;
}

/* Two buffers, one of them for ntrace. */
static bool is_cleared(const struct table *t)
{
    return in_kernel(t) && t->table->buffers == 2;
}

/* Is it read where it is, again and again? */
static bool stays(const struct table *t)
{
    return in_kernel(t) && !is_cleared(t);
}

/* Waits until every program that may have read the old generation has ended. On several CPUs the
 * kernel's membarrier waits for all that runs under RCU; where it does not, a program has ended
 * long before this sleep has. */
static void wait_for_programs(void)
{
    const struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};

    if (sysconf(_SC_NPROCESSORS_ONLN) > 1 &&
        syscall(__NR_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) == 0)
        return;
    nanosleep(&pause, NULL);
}

/* A part of the slot of each CPU, merged under the key. CPUs that never saw the key have zeros; a
 * key that has nothing else is still a row. */
struct reading {
    struct table *table;
    const struct nt_slot_part *part;
    uint32_t ncpus;
};

static bool is_zero(const uint64_t *words, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (words[i])
            return false;
    return true;
}

/* Around a part all is 0: nothing was seen there. */
static const uint64_t *whole_slot(struct table *t, const struct nt_slot_part *part,
                                  const uint64_t *words)
{
    memset(t->slot, 0, t->table->slot_words * sizeof(uint64_t));
    memcpy(t->slot + part->word, words, part->words * sizeof(uint64_t));
    return t->slot;
}

static void add_slots(void *arg, const void *key, const void *values)
{
    const struct reading *r = arg;
    const uint64_t *words = values;

    for (uint32_t cpu = 0; cpu < r->ncpus; cpu++, words += r->part->words)
        if (cpu == 0 || !is_zero(words, r->part->words))
            nt_tally_add(r->table->recent, key, whole_slot(r->table, r->part, words));
}

static int read_map(const struct nt_tables *ts, struct table *t, uint8_t part, uint32_t buffer)
{
    struct reading reading = {t, &t->table->part[part], 1};
    struct nt_drain drain = {
        .fd = t->map[part][buffer],
        .key_size = nt_table_key_words(t->table) * (uint32_t)sizeof(uint64_t),
        .value_size = reading.part->words * (uint32_t)sizeof(uint64_t),
        .take = is_cleared(t),
        .each = add_slots,
        .arg = &reading,
    };

    if (!reading.part->shared)
        reading.ncpus = ts->ncpus;
    drain.ncpus = reading.ncpus;
    return nt_drain(&drain);
}

static int read_others(const struct nt_tables *ts, struct table *t, uint8_t index, uint32_t buffer)
{
    const struct nt_slot_part *part = &t->table->part[index];
    size_t size = (size_t)ts->ncpus * part->words * sizeof(uint64_t);
    int map = t->others[index];

    if (map < 0)
        return 0;
    if (bpf_map_lookup_elem(map, &buffer, ts->others) < 0)
        return -errno;
    for (uint32_t cpu = 0; cpu < ts->ncpus; cpu++)
        nt_tally_add_others(t->recent, whole_slot(t, part, ts->others + (size_t)cpu * part->words));
    if (!is_cleared(t))
        return 0;
    memset(ts->others, 0, size);
    return bpf_map_update_elem(map, &buffer, ts->others, BPF_EXIST) < 0 ? -errno : 0;
}

static int read_buffer(const struct nt_tables *ts, struct table *t, uint32_t buffer)
{
    int r = 0;

    if (stays(t)) {
        nt_tally_clear(t->recent);
        nt_tally_merge(t->recent, t->own);
    }
    for (uint8_t i = 0; i < t->table->nparts && r == 0; i++) {
        r = read_map(ts, t, i, buffer);
        if (r == 0)
            r = read_others(ts, t, i, buffer);
    }
    return r;
}

/* Turns events to the other buffer of table i. */
static int turn(struct nt_tables *ts, uint32_t i)
{
    uint64_t buffer = ts->at[i].buffer ^ 1;

    if (bpf_map_update_elem(ts->generation, &i, &buffer, BPF_EXIST) < 0)
        return -errno;
    ts->at[i].buffer = (uint32_t)buffer;
    return 0;
}

static uint64_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

void nt_tables_begin(struct nt_tables *ts)
{
    ts->began = now();
}

uint64_t nt_tables_elapsed(const struct nt_tables *ts, uint32_t table, bool whole)
{
    uint64_t cleared = ts->at[table].cleared;

    return ts->taken - (whole || !cleared ? ts->began : cleared);
}

int nt_tables_snapshot(struct nt_tables *ts)
{
    int r = 0;

    ts->taken = now();

    for (uint32_t i = 0; i < ts->n && r == 0; i++)
        if (is_cleared(&ts->at[i]))
            r = turn(ts, i);
    if (r == 0 && ts->any_cleared)
        wait_for_programs();
    for (uint32_t i = 0; i < ts->n && r == 0; i++)
        r = read_buffer(ts, &ts->at[i], is_cleared(&ts->at[i]) ? ts->at[i].buffer ^ 1 : 0);
    return r;
}

int nt_tables_last_snapshot(struct nt_tables *ts)
{
    int r = 0;

    ts->taken = now();
    wait_for_programs();
    for (uint32_t i = 0; i < ts->n && r == 0; i++) {
        r = read_buffer(ts, &ts->at[i], 0);
        if (r == 0 && is_cleared(&ts->at[i]))
            r = read_buffer(ts, &ts->at[i], 1);
    }
    return r;
}

const struct nt_tally *nt_tables_recent(const struct nt_tables *ts, uint32_t table)
{
    return ts->at[table].recent;
}

void nt_tables_clear(struct nt_tables *ts, uint32_t table)
{
    if (stays(&ts->at[table]))
        return;
    nt_tally_move(ts->at[table].whole, ts->at[table].recent);
    ts->at[table].cleared = ts->taken;
}

void nt_tables_add(struct nt_tables *ts, uint32_t table, const uint64_t *key, const uint64_t *slot)
{
    struct table *t = &ts->at[table];

    nt_tally_add(t->recent, key, slot);
    if (stays(t))
        nt_tally_add(t->own, key, slot);
}

const struct nt_tally *nt_tables_whole(struct nt_tables *ts, uint32_t table)
{
    nt_tally_move(ts->at[table].whole, ts->at[table].recent);
    return ts->at[table].whole;
}

static int open_maps(const struct nt_image *image, struct table *t)
{
    for (uint8_t i = 0; i < t->table->nparts; i++) {
        const struct nt_slot_part *part = &t->table->part[i];

        t->others[i] = nt_image_map(image, part->others);
        for (uint8_t buffer = 0; buffer < t->table->buffers; buffer++) {
            t->map[i][buffer] = nt_image_map(image, part->map[buffer]);
            if (t->map[i][buffer] < 0)
                return -ENOENT;
        }
    }
    return 0;
}

static int open_table(const struct nt_image *image, const struct nt_table *table, struct table *t)
{
    *t = (struct table){
        .table = table,
        .recent = nt_tally_new(table),
        .whole = nt_tally_new(table),
        .own = nt_tally_new(table),
        .slot = calloc(table->slot_words + 1u, sizeof(uint64_t)),
    };
    return t->slot ? open_maps(image, t) : -ENOMEM;
}

int nt_tables_open(const struct nt_program *p, const struct nt_image *image,
                   struct nt_tables **ret_tables)
{
    NT_AUTO(nt_tables_close)
    struct nt_tables *ts = calloc(1, sizeof(*ts) + p->ntables * sizeof(ts->at[0]));
    int ncpus = libbpf_num_possible_cpus();
    uint32_t widest = 1;
    int r = 0;

    if (!ts)
        return -ENOMEM;
    if (ncpus < 0)
        return ncpus;
    ts->ncpus = (uint32_t)ncpus;
    ts->generation = nt_image_map(image, NT_MAP_GEN);
    for (; ts->n < p->ntables && r == 0; ts->n++) {
        r = open_table(image, &p->tables[ts->n], &ts->at[ts->n]);
        ts->any_cleared |= is_cleared(&ts->at[ts->n]);
        if (p->tables[ts->n].slot_words > widest)
            widest = p->tables[ts->n].slot_words;
    }
    ts->others = calloc((size_t)widest * ts->ncpus, sizeof(uint64_t));
    if (r == 0 && !ts->others)
        r = -ENOMEM;
    if (r == 0 && ts->any_cleared && ts->generation < 0)
        r = -ENOENT;
    if (r == 0)
        *ret_tables = NT_TAKE(ts);
    return r;
}

void nt_tables_close(struct nt_tables **tables)
{
    struct nt_tables *ts = *tables;

    if (!ts)
        return;
    for (uint32_t i = 0; i < ts->n; i++) {
        nt_tally_free(&ts->at[i].recent);
        nt_tally_free(&ts->at[i].whole);
        nt_tally_free(&ts->at[i].own);
        free(ts->at[i].slot);
    }
    free(ts->others);
    free(ts);
    *tables = NULL;
}
