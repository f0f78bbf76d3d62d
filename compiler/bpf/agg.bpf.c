/* One update of each aggregation; slots are laid out in slots.h. All have the same parameters, so
 * that a row in catalog/aggs.c needs no more than a name. catalog/aggs_update.c compiles them for
 * ntrace itself: its own bodies aggregate by the same code. */
#include "compiler/bpf/agg.h"
#include "compiler/bpf/rt.h"
#include "compiler/bpf/slots.h"

#define NT_AGG(name)                                                                               \
    void nt_agg_##name(u64 *slot, s64 x, _Bool is_signed, s64 lo, s64 hi, s64 step, _Bool contended)

/* Most use a few of their parameters only. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

/* Kernels before 5.12 can do no more than add: in a stricter order LLVM might want the old value
 * back, and of an addition of 0 it would make another operation, so it is not to know the number.
 */
static inline void add_atomically(u64 *word, u64 n)
{
    asm volatile("" : "+r"(n));
    __atomic_fetch_add(word, n, __ATOMIC_RELAXED);
}

static inline void add(u64 *word, u64 n, _Bool contended)
{
    if (contended)
        add_atomically(word, n);
    else
        *word += n;
}

NT_AGG(count)
{
    add(&slot[NT_SLOT_COUNT_N], 1, contended);
}

NT_AGG(sum)
{
    add(&slot[NT_SLOT_SUM], (u64)x, contended);
    add(&slot[NT_SLOT_SUM_N], 1, contended);
}

static inline _Bool less(s64 a, s64 b, _Bool is_signed)
{
    return is_signed ? a < b : (u64)a < (u64)b;
}

NT_AGG(min)
{
    if (!slot[NT_SLOT_BEST_N] || less(x, (s64)slot[NT_SLOT_BEST], is_signed))
        slot[NT_SLOT_BEST] = (u64)x;
    add(&slot[NT_SLOT_BEST_N], 1, contended);
}

NT_AGG(max)
{
    if (!slot[NT_SLOT_BEST_N] || less((s64)slot[NT_SLOT_BEST], x, is_signed))
        slot[NT_SLOT_BEST] = (u64)x;
    add(&slot[NT_SLOT_BEST_N], 1, contended);
}

NT_AGG(stats)
{
    if (!slot[NT_SLOT_STATS_N] || less(x, (s64)slot[NT_SLOT_STATS_MIN], is_signed))
        slot[NT_SLOT_STATS_MIN] = (u64)x;
    if (!slot[NT_SLOT_STATS_N] || less((s64)slot[NT_SLOT_STATS_MAX], x, is_signed))
        slot[NT_SLOT_STATS_MAX] = (u64)x;
    add(&slot[NT_SLOT_STATS_SUM], (u64)x, contended);
    add(&slot[NT_SLOT_STATS_N], 1, contended);
}

/* The verifier sees the bound only when it is asked for where the index is used. */
static inline void bump(u64 *slot, u64 i, u64 words, _Bool contended)
{
    i = forget((u32)i);
    if (i < words)
        add(&slot[i], 1, contended);
}

NT_AGG(hist)
{
    if (is_signed && x < 0)
        add(&slot[NT_SLOT_HIST_NEGATIVE], 1, contended);
    else if (x == 0)
        add(&slot[NT_SLOT_HIST_ZERO], 1, contended);
    else
        bump(slot, NT_SLOT_HIST_ZERO + nt_slot_bits((u64)x), NT_SLOT_HIST_WORDS, contended);
}

/* Bounds are signed whatever x is: nothing unsigned lies below 0. */
NT_AGG(lhist)
{
    u64 n = nt_slot_lhist_buckets(lo, hi, step);
    _Bool is_large = !is_signed && x < 0; /* 2^63 or more */

    if (!is_large && x < lo)
        add(&slot[NT_SLOT_LHIST_BELOW], 1, contended);
    else if (is_large || x >= hi)
        add(&slot[NT_SLOT_LHIST_FIRST + n], 1, contended);
    else
        bump(slot, NT_SLOT_LHIST_FIRST + (u64)(x - lo) / (u64)step, NT_SLOT_LHIST_FIRST + n,
             contended);
}

/* x is the bucket: the caller knows the bounds; hi is how many buckets there are. */
NT_AGG(buckets)
{
    bump(slot, (u64)x, (u64)hi, contended);
}

/* All CPUs may write to one slot. */
NT_AGG(quantiles)
{
    u64 i = is_signed && x < 0 ? NT_SLOT_QUANTILES_NEGATIVE
                               : NT_SLOT_QUANTILES_FIRST + nt_slot_quantile((u64)x);

    i = forget((u32)i);
    if (i < NT_SLOT_QUANTILES_WORDS)
        add_atomically(&slot[i], 1);
}

u64 nt_agg_mix(u64 h, u64 word, u32 i)
{
    return nt_slot_mix(h, word, i);
}

/* The low bits say which register; it keeps the longest run of zeros seen behind them, plus one. */
NT_AGG(distinct)
{
    u64 i = (u64)x & (NT_SLOT_DISTINCT_REGISTERS - 1);
    u64 rest = (u64)x >> NT_SLOT_DISTINCT_BITS | 1ull << (64 - NT_SLOT_DISTINCT_BITS);
    u8 run = (u8)forget(nt_slot_bits(rest & -rest)), *registers = (u8 *)slot;

    asm volatile("" : "+r"(i));
    if (i < NT_SLOT_DISTINCT_REGISTERS && registers[i] < run)
        registers[i] = run;
}
