/* Estimates with a known error: quantiles and distinct. */
#include "compiler/bpf/slots.h"
#include "compiler/catalog/aggs_rows.h"

#include <math.h>

const struct nt_quantile nt_quantiles[NT_QUANTILES] = {
    {"p50", 500}, {"p90", 900}, {"p99", 990}, {"p99.9", 999}};

/* quantiles */

uint16_t nt_words_quantiles(const struct nt_agg_use *use)
{
    (void)use;
    return NT_SLOT_QUANTILES_WORDS;
}

/* The smallest number of the bucket, or of one behind it when it is empty. */
static uint64_t first_of(unsigned bucket)
{
    uint64_t lo = 0, hi = UINT64_MAX;

    while (lo < hi) {
        uint64_t middle = lo + (hi - lo) / 2;

        if (nt_slot_quantile(middle) < bucket)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo;
}

/* As far from the smallest as from the largest number of the bucket, as a share of each. */
static int64_t middle_of(unsigned bucket)
{
    uint64_t first = first_of(bucket), last = UINT64_MAX;
    double a, b;

    if (bucket + 1 < NT_SLOT_QUANTILES_BUCKETS)
        last = first_of(bucket + 1) - 1;
    if (first >= last)
        return (int64_t)first;
    a = (double)first;
    b = (double)last;
    return (int64_t)(first + (uint64_t)((b - a) * a / (a + b) + 0.5));
}

/* The word that holds the n-th of the values, from 1. */
static unsigned word_of(const uint64_t *slot, uint64_t n)
{
    unsigned i = 0;

    for (uint64_t seen = slot[0]; seen < n && i + 1 < NT_SLOT_QUANTILES_WORDS;)
        seen += slot[++i];
    return i;
}

/* How many values a share of them is, at least one. */
static uint64_t share_of(uint64_t count, uint32_t thousandths)
{
    uint64_t n = (uint64_t)(((unsigned __int128)count * thousandths + 999) / 1000);

    return n ? n : 1;
}

struct nt_value nt_value_quantiles(const struct nt_agg_use *use, const uint64_t *slot,
                                   struct nt_arena *a)
{
    struct nt_value v = {.shape = NT_SHAPE_QUANTILES, .type = use->type};

    (void)a;
    v.quantiles.count = (uint64_t)nt_rank_buckets(use, slot);
    if (!v.quantiles.count)
        return (struct nt_value){.shape = NT_SHAPE_ABSENT, .type = use->type};
    for (int i = 0; i < NT_QUANTILES; i++) {
        unsigned word = word_of(slot, share_of(v.quantiles.count, nt_quantiles[i].thousandths));

        v.quantiles.below[i] = word == NT_SLOT_QUANTILES_NEGATIVE;
        if (word >= NT_SLOT_QUANTILES_FIRST)
            v.quantiles.at[i] = middle_of(word - NT_SLOT_QUANTILES_FIRST);
    }
    return v;
}

/* distinct */

uint16_t nt_words_distinct(const struct nt_agg_use *use)
{
    (void)use;
    return NT_SLOT_DISTINCT_WORDS;
}

void nt_merge_distinct(const struct nt_agg_use *use, uint64_t *into, const uint64_t *from)
{
    uint8_t *to = (uint8_t *)into;
    const uint8_t *other = (const uint8_t *)from;

    (void)use;
    for (int i = 0; i < NT_SLOT_DISTINCT_REGISTERS; i++)
        if (to[i] < other[i])
            to[i] = other[i];
}

/* Corrections for registers that saw nothing, and for those that saw all there is. */
static double sigma(double x)
{
    double z = x, y = 1, before;

    if (x == 1)
        return INFINITY;
    do {
        x *= x;
        before = z;
        z += x * y;
        y += y;
    } while (z != before);
    return z;
}

static double tau(double x)
{
    double z = 1 - x, y = 1, before;

    if (x == 0 || x == 1)
        return 0;
    do {
        x = sqrt(x);
        before = z;
        y /= 2;
        z -= (1 - x) * (1 - x) * y;
    } while (z != before);
    return z / 3;
}

/* Ertl, New cardinality estimation algorithms for HyperLogLog sketches (2017), algorithm 6:
 * unbiased from 0 to 2^64 with no tables. The standard error is 1.04 / sqrt(registers). */
static double estimate(const uint64_t *slot)
{
    enum { Q = 64 - NT_SLOT_DISTINCT_BITS, M = NT_SLOT_DISTINCT_REGISTERS };
    const uint8_t *registers = (const uint8_t *)slot;
    unsigned n[Q + 2] = {0};
    double z;

    for (int i = 0; i < M; i++)
        n[registers[i] <= Q + 1 ? registers[i] : Q + 1]++;
    z = M * tau(1 - (double)n[Q + 1] / M);
    for (int k = Q; k >= 1; k--)
        z = (z + n[k]) / 2;
    z += M * sigma((double)n[0] / M);
    return (double)M * M / (2 * M_LN2 * z);
}

struct nt_value nt_value_distinct(const struct nt_agg_use *use, const uint64_t *slot,
                                  struct nt_arena *a)
{
    (void)a;
    return (struct nt_value){.shape = NT_SHAPE_WORDS, .w = {(uint64_t)nt_rank_distinct(use, slot)}};
}

__int128 nt_rank_distinct(const struct nt_agg_use *use, const uint64_t *slot)
{
    (void)use;
    return (__int128)llround(estimate(slot));
}
