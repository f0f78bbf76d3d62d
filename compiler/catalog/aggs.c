#include "compiler/catalog/aggs.h"
#include "compiler/bpf/slots.h"
#include "compiler/catalog/aggs_rows.h"

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

void nt_merge_add(const struct nt_agg_use *use, uint64_t *into, const uint64_t *from)
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

/* rate */

static struct nt_value value_rate(const struct nt_agg_use *use, const uint64_t *slot,
                                  struct nt_arena *a)
{
    bool of_sum = use->type && use->type->kind != NT_KIND_BOOL;

    (void)a;
    return (struct nt_value){
        .shape = NT_SHAPE_RATE,
        .type = of_sum ? use->type : NULL,
        .real = use->type ? (double)number_of(use, slot[NT_SLOT_SUM]) : (double)slot[NT_SLOT_SUM_N],
    };
}

static __int128 rank_rate(const struct nt_agg_use *use, const uint64_t *slot)
{
    return use->type ? number_of(use, slot[NT_SLOT_SUM]) : (__int128)slot[NT_SLOT_SUM_N];
}

#define UPDATE(fn) .rt = #fn, .update = fn

const struct nt_agg nt_aggs[] = {
    {
        .name = "count",
        .params = "",
        UPDATE(nt_agg_count),
        .doc = "How often the statement ran.",
        .words = words_count,
        .merge = nt_merge_add,
        .value = value_count,
        .rank = rank_count,
    },
    {
        .name = "sum",
        .params = "x",
        .has_arg = true,
        UPDATE(nt_agg_sum),
        .doc = "The sum of x; of a truth value how often it was true.",
        .words = words_sum,
        .merge = nt_merge_add,
        .value = value_sum,
        .rank = rank_sum,
    },
    {
        .name = "avg",
        .params = "x",
        .has_arg = true,
        UPDATE(nt_agg_sum),
        .doc = "The average of x; of a truth value the share that was true.",
        .words = words_sum,
        .merge = nt_merge_add,
        .value = value_avg,
        .rank = rank_avg,
    },
    {
        .name = "min",
        .params = "x",
        .has_arg = true,
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
        .has_arg = true,
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
        .has_arg = true,
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
        .has_arg = true,
        UPDATE(nt_agg_hist),
        .doc = "A histogram of x whose buckets double in width.",
        .words = nt_words_hist,
        .merge = nt_merge_add,
        .value = nt_value_hist,
        .rank = nt_rank_buckets,
    },
    {
        .name = "lhist",
        .params = "x, lo, hi, step",
        .has_arg = true,
        .rest = NT_AGG_STEPS,
        UPDATE(nt_agg_lhist),
        .doc = "A histogram of x from lo to hi in steps of one width.",
        .words = nt_words_lhist,
        .merge = nt_merge_add,
        .value = nt_value_lhist,
        .rank = nt_rank_buckets,
    },
    {
        .name = "buckets",
        .params = "x, bound, ...",
        .has_arg = true,
        .rest = NT_AGG_BOUNDS,
        UPDATE(nt_agg_buckets),
        .doc = "A histogram of x whose buckets begin at the bounds; one more is below the first.",
        .words = nt_words_bounds,
        .merge = nt_merge_add,
        .value = nt_value_bounds,
        .rank = nt_rank_buckets,
    },
    {
        .name = "rate",
        .params = "[x]",
        .has_arg = true,
        .arg_optional = true,
        UPDATE(nt_agg_sum),
        .doc = "How often the statement ran a second, or how much of x came a second.",
        .words = words_sum,
        .merge = nt_merge_add,
        .value = value_rate,
        .rank = rank_rate,
    },
    {
        .name = "quantiles",
        .params = "x",
        .has_arg = true,
        .is_large = true,
        UPDATE(nt_agg_quantiles),
        .doc = "What 50, 90, 99 and 99.9 % of x do not exceed, within 2 %.",
        .words = nt_words_quantiles,
        .merge = nt_merge_add,
        .value = nt_value_quantiles,
        .rank = nt_rank_buckets,
    },
    {
        .name = "distinct",
        .params = "x",
        .has_arg = true,
        .of_anything = true,
        UPDATE(nt_agg_distinct),
        .doc = "How many different x there were, estimated: within 2.3 % two times of three.",
        .words = nt_words_distinct,
        .merge = nt_merge_distinct,
        .value = nt_value_distinct,
        .rank = nt_rank_distinct,
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

/* What an update takes of a value: the number itself, its bucket, or a mix of all its words. */
static long long taken(const struct nt_agg_use *use, const uint64_t *value)
{
    uint64_t x = 0;

    if (use->agg->of_anything) {
        for (unsigned i = 0; i < use->type->words; i++)
            x = nt_agg_mix(x, value[i], i);
        return (long long)x;
    }
    if (!use->nbounds)
        return (long long)value[0];
    for (uint16_t i = 0; i < use->nbounds; i++)
        x += number_of(use, value[0]) >= number_of(use, (uint64_t)use->bounds[i]);
    return (long long)x;
}

void nt_agg_update(const struct nt_agg_use *use, uint64_t *slot, const uint64_t *value)
{
    bool has_sign = use->type && use->type->is_signed;

    use->agg->update((unsigned long long *)slot + use->word, value ? taken(use, value) : 0,
                     has_sign, use->lo, use->hi, use->step, false);
}
