/* Histograms: hist, lhist and buckets. */
#include "compiler/bpf/slots.h"
#include "compiler/catalog/aggs_rows.h"

static bool is_signed(const struct nt_agg_use *use)
{
    return !use->type || use->type->is_signed;
}

__int128 nt_rank_buckets(const struct nt_agg_use *use, const uint64_t *slot)
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

uint16_t nt_words_hist(const struct nt_agg_use *use)
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

struct nt_value nt_value_hist(const struct nt_agg_use *use, const uint64_t *slot,
                              struct nt_arena *a)
{
    return value_buckets(use, slot, a, bounds_hist);
}

/* At most UINT16_MAX: the checker refuses what does not fit long before. */
uint16_t nt_words_lhist(const struct nt_agg_use *use)
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

struct nt_value nt_value_lhist(const struct nt_agg_use *use, const uint64_t *slot,
                               struct nt_arena *a)
{
    struct nt_value v = value_buckets(use, slot, a, bounds_lhist);

    v.hist.exact = true;
    return v;
}

uint16_t nt_words_bounds(const struct nt_agg_use *use)
{
    return (uint16_t)(use->nbounds + 1);
}

static struct nt_bucket bounds_between(const struct nt_agg_use *use, uint16_t word)
{
    return (struct nt_bucket){
        .open_lo = word == 0,
        .lo = word ? use->bounds[word - 1] : smallest(use),
        .open_hi = word == use->nbounds,
        .hi = word < use->nbounds ? use->bounds[word] : largest(use),
    };
}

struct nt_value nt_value_bounds(const struct nt_agg_use *use, const uint64_t *slot,
                                struct nt_arena *a)
{
    struct nt_value v = value_buckets(use, slot, a, bounds_between);

    v.hist.exact = true;
    return v;
}
