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
    int map[2], others;
    uint32_t buffer; /* which one events write */
    struct nt_tally *recent, *whole;
    struct nt_tally *own; /* what ntrace's bodies put into a table that is never cleared */
};

struct nt_tables {
    uint32_t n, ncpus;
    int generation; /* map of the buffers events write; -1: no table is ever cleared */
    bool any_cleared;
    uint64_t *others; /* one slot a CPU: (others) as read */
    struct table at[];
};

static bool in_kernel(const struct table *t)
{
    return t->table->map[0] != NULL;
}

/* Two buffers, one of them for ntrace. */
static bool is_cleared(const struct table *t)
{
    return t->table->map[1] != NULL;
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

/* A slot of each CPU, merged under the key. CPUs that never saw the key have zeros; a key that has
 * nothing else is still a row. */
struct reading {
    const struct nt_table *table;
    struct nt_tally *into;
    uint32_t ncpus;
};

static bool is_zero(const uint64_t *words, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (words[i])
            return false;
    return true;
}

static void add_slots(void *arg, const void *key, const void *values)
{
    const struct reading *r = arg;
    const uint64_t *slot = values;

    for (uint32_t cpu = 0; cpu < r->ncpus; cpu++, slot += r->table->slot_words)
        if (cpu == 0 || !is_zero(slot, r->table->slot_words))
            nt_tally_add(r->into, key, slot);
}

static int read_map(const struct nt_tables *ts, struct table *t, uint32_t buffer, bool take)
{
    struct reading reading = {t->table, t->recent, ts->ncpus};
    const struct nt_drain drain = {
        .fd = t->map[buffer],
        .key_size = nt_table_key_words(t->table) * (uint32_t)sizeof(uint64_t),
        .value_size = t->table->slot_words * (uint32_t)sizeof(uint64_t),
        .ncpus = ts->ncpus,
        .take = take,
        .each = add_slots,
        .arg = &reading,
    };

    return nt_drain(&drain);
}

static int read_others(const struct nt_tables *ts, struct table *t, uint32_t buffer, bool take)
{
    size_t size = (size_t)ts->ncpus * t->table->slot_words * sizeof(uint64_t);

    if (t->others < 0)
        return 0;
    if (bpf_map_lookup_elem(t->others, &buffer, ts->others) < 0)
        return -errno;
    for (uint32_t cpu = 0; cpu < ts->ncpus; cpu++)
        nt_tally_add_others(t->recent, ts->others + (size_t)cpu * t->table->slot_words);
    if (!take)
        return 0;
    memset(ts->others, 0, size);
    return bpf_map_update_elem(t->others, &buffer, ts->others, BPF_EXIST) < 0 ? -errno : 0;
}

static int read_buffer(const struct nt_tables *ts, struct table *t, uint32_t buffer)
{
    bool take = is_cleared(t);
    int r;

    if (!in_kernel(t))
        return 0;
    if (!take) {
        nt_tally_clear(t->recent);
        nt_tally_merge(t->recent, t->own);
    }
    r = read_map(ts, t, buffer, take);
    return r < 0 ? r : read_others(ts, t, buffer, take);
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

int nt_tables_snapshot(struct nt_tables *ts)
{
    int r = 0;

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
    if (!stays(&ts->at[table]))
        nt_tally_move(ts->at[table].whole, ts->at[table].recent);
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

static int open_table(const struct nt_image *image, const struct nt_table *table, struct table *t)
{
    *t = (struct table){
        .table = table,
        .map = {nt_image_map(image, table->map[0]), nt_image_map(image, table->map[1])},
        .others = nt_image_map(image, table->others),
        .recent = nt_tally_new(table),
        .whole = nt_tally_new(table),
        .own = nt_tally_new(table),
    };
    return (table->map[0] && t->map[0] < 0) || (table->map[1] && t->map[1] < 0) ? -ENOENT : 0;
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
    }
    free(ts->others);
    free(ts);
    *tables = NULL;
}
