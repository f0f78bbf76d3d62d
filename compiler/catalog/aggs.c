#include "compiler/catalog/aggs.h"
#include "compiler/bpf/slots.h"

#include <string.h>

/* What an absent result ranks: behind everything. */
#define LAST (-((__int128)1 << 126))

static bool is_signed(const struct nt_agg_use *use)
{
    return !use->type || use->type->is_signed;
}

/* A slot's word as a number that compares right. */
static __int128 number_of(const struct nt_agg_use *use, uint64_t word)
{
    return is_signed(use) ? (__int128)(int64_t)word : (__int128)word;
}

/* The type of a sum: truth values count. */
static const struct nt_type *type_of_sum(const struct nt_agg_use *use)
{
    return use->type && use->type->kind != NT_KIND_BOOL ? use->type : &nt_type_int;
}

static struct nt_value absent_value(const struct nt_type *type)
{
    return (struct nt_value){.shape = NT_SHAPE_ABSENT, .type = type};
}

static struct nt_value word_value(const struct nt_type *type, uint64_t word)
{
    return (struct nt_value){.shape = NT_SHAPE_WORDS, .type = type, .w = {word}};
}

static double average(const struct nt_agg_use *use, uint64_t sum, uint64_t n)
{
    return (double)number_of(use, sum) / (double)n;
}

static void merge_add(const struct nt_agg_use *use, uint64_t *into, const uint64_t *from)
{
    for (uint16_t i = 0; i < use->words; i++)
        into[i] += from[i];
}

/* count */

static uint16_t words_count(const struct nt_agg_use *use)
{
    (void)use;
    return NT_SLOT_COUNT_WORDS;
}

static struct nt_value value_count(const struct nt_agg_use *use, const uint64_t *slot,
                                   struct nt_arena *a)
{
    (void)use;
    (void)a;
    return word_value(NULL, slot[NT_SLOT_COUNT_N]);
}

static __int128 rank_count(const struct nt_agg_use *use, const uint64_t *slot)
{
    (void)use;
    return slot[NT_SLOT_COUNT_N];
}

/* sum, avg */

static uint16_t words_sum(const struct nt_agg_use *use)
{
    (void)use;
    return NT_SLOT_SUM_WORDS;
}

static struct nt_value value_sum(const struct nt_agg_use *use, const uint64_t *slot,
                                 struct nt_arena *a)
{
    (void)a;
    if (!slot[NT_SLOT_SUM_N])
        return absent_value(type_of_sum(use));
    return word_value(type_of_sum(use), slot[NT_SLOT_SUM]);
}

static __int128 rank_sum(const struct nt_agg_use *use, const uint64_t *slot)
{
    return slot[NT_SLOT_SUM_N] ? number_of(use, slot[NT_SLOT_SUM]) : LAST;
}

static struct nt_value value_avg(const struct nt_agg_use *use, const uint64_t *slot,
                                 struct nt_arena *a)
{
    bool is_share = use->type && use->type->kind == NT_KIND_BOOL;

    (void)a;
    if (!slot[NT_SLOT_SUM_N])
        return absent_value(use->type);
    return (struct nt_value){
        .shape = is_share ? NT_SHAPE_SHARE : NT_SHAPE_REAL,
        .type = use->type,
        .real = average(use, slot[NT_SLOT_SUM], slot[NT_SLOT_SUM_N]),
    };
}

/* Averages as fractions of 2^60: tells a/m and b/n apart while m * n stays below 2^60. */
static __int128 rank_avg(const struct nt_agg_use *use, const uint64_t *slot)
{
    __int128 sum = number_of(use, slot[NT_SLOT_SUM]);

    return slot[NT_SLOT_SUM_N] ? (sum * ((__int128)1 << 60)) / slot[NT_SLOT_SUM_N] : LAST;
}

/* min, max */

static uint16_t words_best(const struct nt_agg_use *use)
{
    (void)use;
    return NT_SLOT_BEST_WORDS;
}

static void merge_best(const struct nt_agg_use *use, uint64_t *into, const uint64_t *from, bool max)
{
    __int128 a = number_of(use, into[NT_SLOT_BEST]), b = number_of(use, from[NT_SLOT_BEST]);

    if (!from[NT_SLOT_BEST_N])
        return;
    if (!into[NT_SLOT_BEST_N] || (max ? b > a : b < a))
        into[NT_SLOT_BEST] = from[NT_SLOT_BEST];
    into[NT_SLOT_BEST_N] += from[NT_SLOT_BEST_N];
}

static void merge_min(const struct nt_agg_use *use, uint64_t *into, const uint64_t *from)
{
    merge_best(use, into, from, false);
}

static void merge_max(const struct nt_agg_use *use, uint64_t *into, const uint64_t *from)
{
    merge_best(use, into, from, true);
}

static struct nt_value value_best(const struct nt_agg_use *use, const uint64_t *slot,
                                  struct nt_arena *a)
{
    (void)a;
    if (!slot[NT_SLOT_BEST_N])
        return absent_value(use->type);
    return word_value(use->type, slot[NT_SLOT_BEST]);
}

static __int128 rank_best(const struct nt_agg_use *use, const uint64_t *slot)
{
    return slot[NT_SLOT_BEST_N] ? number_of(use, slot[NT_SLOT_BEST]) : LAST;
}

/* stats */

static uint16_t words_stats(const struct nt_agg_use *use)
{
    (void)use;
    return NT_SLOT_STATS_WORDS;
}

static void merge_stats(const struct nt_agg_use *use, uint64_t *into, const uint64_t *from)
{
    bool is_first = !into[NT_SLOT_STATS_N];

    if (!from[NT_SLOT_STATS_N])
        return;
    into[NT_SLOT_STATS_N] += from[NT_SLOT_STATS_N];
    into[NT_SLOT_STATS_SUM] += from[NT_SLOT_STATS_SUM];
    if (is_first ||
        number_of(use, from[NT_SLOT_STATS_MIN]) < number_of(use, into[NT_SLOT_STATS_MIN]))
        into[NT_SLOT_STATS_MIN] = from[NT_SLOT_STATS_MIN];
    if (is_first ||
        number_of(use, from[NT_SLOT_STATS_MAX]) > number_of(use, into[NT_SLOT_STATS_MAX]))
        into[NT_SLOT_STATS_MAX] = from[NT_SLOT_STATS_MAX];
}

static struct nt_value value_stats(const struct nt_agg_use *use, const uint64_t *slot,
                                   struct nt_arena *a)
{
    uint64_t n = slot[NT_SLOT_STATS_N];

    (void)a;
    if (!n)
        return absent_value(type_of_sum(use));
    return (struct nt_value){
        .shape = NT_SHAPE_STATS,
        .type = type_of_sum(use),
        .stats =
            {
                .count = n,
                .sum = (int64_t)slot[NT_SLOT_STATS_SUM],
                .min = (int64_t)slot[NT_SLOT_STATS_MIN],
                .max = (int64_t)slot[NT_SLOT_STATS_MAX],
                .avg = average(use, slot[NT_SLOT_STATS_SUM], n),
            },
    };
}

static __int128 rank_stats(const struct nt_agg_use *use, const uint64_t *slot)
{
    (void)use;
    return slot[NT_SLOT_STATS_N];
}

/* hist, lhist */

static __int128 rank_buckets(const struct nt_agg_use *use, const uint64_t *slot)
{
    __int128 all = 0;

    for (uint16_t i = 0; i < use->words; i++)
        all += slot[i];
    return all;
}

/* The histogram from the first to the last word that is not zero; bounds says what word i holds. */
static struct nt_value
value_buckets(const struct nt_agg_use *use, const uint64_t *slot, struct nt_arena *a,
              struct nt_bucket (*bounds)(const struct nt_agg_use *, uint16_t))
{
    struct nt_value v = {.shape = NT_SHAPE_HIST, .type = use->type};
    uint16_t first = 0, end = use->words;
    struct nt_bucket *bucket;

    while (end && !slot[end - 1])
        end--;
    while (first < end && !slot[first])
        first++;
    bucket = NT_NEW_N(a, struct nt_bucket, end - first);
    for (uint16_t i = first; i < end; i++) {
        bucket[i - first] = bounds(use, i);
        bucket[i - first].count = slot[i];
    }
    v.hist.bucket = bucket;
    v.hist.n = end - first;
    return v;
}

static int64_t smallest(const struct nt_agg_use *use)
{
    return is_signed(use) ? INT64_MIN : 0;
}

static int64_t largest(const struct nt_agg_use *use)
{
    return is_signed(use) ? INT64_MAX : (int64_t)UINT64_MAX;
}

static uint16_t words_hist(const struct nt_agg_use *use)
{
    (void)use;
    return NT_SLOT_HIST_WORDS;
}

static struct nt_bucket bounds_hist(const struct nt_agg_use *use, uint16_t word)
{
    int k = word - NT_SLOT_HIST_ZERO;
    int last = is_signed(use) ? 63 : 64;
    struct nt_bucket b = {.lo = smallest(use), .hi = largest(use)};

    if (word == NT_SLOT_HIST_NEGATIVE) {
        b.open_lo = true;
        b.hi = 0;
        return b;
    }
    b.lo = k ? (int64_t)(1ull << (k - 1)) : 0;
    b.open_hi = k >= last;
    if (!b.open_hi)
        b.hi = (int64_t)(1ull << k);
    return b;
}

static struct nt_value value_hist(const struct nt_agg_use *use, const uint64_t *slot,
                                  struct nt_arena *a)
{
    return value_buckets(use, slot, a, bounds_hist);
}

/* At most UINT16_MAX: the checker refuses what does not fit long before. */
static uint16_t words_lhist(const struct nt_agg_use *use)
{
    unsigned long long n = nt_slot_lhist_buckets(use->lo, use->hi, use->step);

    return n > UINT16_MAX - 2 ? UINT16_MAX : (uint16_t)(n + 2);
}

static struct nt_bucket bounds_lhist(const struct nt_agg_use *use, uint16_t word)
{
    uint64_t width = (uint64_t)use->hi - (uint64_t)use->lo;
    uint64_t from = (uint64_t)(word - NT_SLOT_LHIST_FIRST) * (uint64_t)use->step;
    struct nt_bucket b = {.lo = smallest(use), .hi = largest(use)};

    if (word == NT_SLOT_LHIST_BELOW) {
        b.open_lo = true;
        b.hi = use->lo;
    } else if (word == use->words - 1) {
        b.open_hi = true;
        b.lo = use->hi;
    } else {
        b.lo = (int64_t)((uint64_t)use->lo + from);
        b.hi = width - from > (uint64_t)use->step ? b.lo + use->step : use->hi;
    }
    return b;
}

static struct nt_value value_lhist(const struct nt_agg_use *use, const uint64_t *slot,
                                   struct nt_arena *a)
{
    struct nt_value v = value_buckets(use, slot, a, bounds_lhist);

    v.hist.exact = true;
    return v;
}

#define UPDATE(fn) .rt = #fn, .update = fn

const struct nt_agg nt_aggs[] = {
    {
        .name = "count",
        .params = "",
        UPDATE(nt_agg_count),
        .doc = "How often the statement ran.",
        .words = words_count,
        .merge = merge_add,
        .value = value_count,
        .rank = rank_count,
    },
    {
        .name = "sum",
        .params = "x",
        .nparams = 1,
        UPDATE(nt_agg_sum),
        .doc = "The sum of x; of a truth value how often it was true.",
        .words = words_sum,
        .merge = merge_add,
        .value = value_sum,
        .rank = rank_sum,
    },
    {
        .name = "avg",
        .params = "x",
        .nparams = 1,
        UPDATE(nt_agg_sum),
        .doc = "The average of x; of a truth value the share that was true.",
        .words = words_sum,
        .merge = merge_add,
        .value = value_avg,
        .rank = rank_avg,
    },
    {
        .name = "min",
        .params = "x",
        .nparams = 1,
        UPDATE(nt_agg_min),
        .doc = "The smallest x.",
        .words = words_best,
        .merge = merge_min,
        .value = value_best,
        .rank = rank_best,
    },
    {
        .name = "max",
        .params = "x",
        .nparams = 1,
        UPDATE(nt_agg_max),
        .doc = "The largest x.",
        .words = words_best,
        .merge = merge_max,
        .value = value_best,
        .rank = rank_best,
    },
    {
        .name = "stats",
        .params = "x",
        .nparams = 1,
        UPDATE(nt_agg_stats),
        .doc = "Count, sum, average, smallest and largest of x.",
        .words = words_stats,
        .merge = merge_stats,
        .value = value_stats,
        .rank = rank_stats,
    },
    {
        .name = "hist",
        .params = "x",
        .nparams = 1,
        UPDATE(nt_agg_hist),
        .doc = "A histogram of x whose buckets double in width.",
        .words = words_hist,
        .merge = merge_add,
        .value = value_hist,
        .rank = rank_buckets,
    },
    {
        .name = "lhist",
        .params = "x, lo, hi, step",
        .nparams = 4,
        UPDATE(nt_agg_lhist),
        .doc = "A histogram of x from lo to hi in steps of one width.",
        .words = words_lhist,
        .merge = merge_add,
        .value = value_lhist,
        .rank = rank_buckets,
    },
    {0},
};

const struct nt_agg *nt_agg_find(const char *name)
{
    for (const struct nt_agg *agg = nt_aggs; agg->name; agg++)
        if (!strcmp(agg->name, name))
            return agg;
    return NULL;
}

void nt_agg_update(const struct nt_agg_use *use, uint64_t *slot, int64_t x)
{
    bool has_sign = use->type && use->type->is_signed;

    use->agg->update((unsigned long long *)slot + use->word, x, has_sign, use->lo, use->hi,
                     use->step);
}
