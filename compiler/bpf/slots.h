/* How an aggregation's slot is laid out, in words of 8 bytes: written by agg.bpf.c in the kernel,
 * read by catalog/aggs.c. Plain C without includes, for both. A slot of zeros is one that saw
 * nothing. */
#pragma once

/* count: how often. */
enum { NT_SLOT_COUNT_N, NT_SLOT_COUNT_WORDS };

/* sum, avg: n is how many values went into the sum. */
enum { NT_SLOT_SUM, NT_SLOT_SUM_N, NT_SLOT_SUM_WORDS };

/* min, max: the value means nothing while n is 0. */
enum { NT_SLOT_BEST, NT_SLOT_BEST_N, NT_SLOT_BEST_WORDS };

/* stats: min and max mean nothing while n is 0. */
enum {
    NT_SLOT_STATS_N,
    NT_SLOT_STATS_SUM,
    NT_SLOT_STATS_MIN,
    NT_SLOT_STATS_MAX,
    NT_SLOT_STATS_WORDS
};

/* hist: a bucket for negative values, one for 0, then word NT_SLOT_HIST_ZERO + k holds the values
 * 2^(k-1) <= v < 2^k, for k = 1..64 (64: unsigned values from 2^63). */
enum { NT_SLOT_HIST_NEGATIVE, NT_SLOT_HIST_ZERO, NT_SLOT_HIST_WORDS = NT_SLOT_HIST_ZERO + 64 + 1 };

/* lhist: a bucket below lo, those of width step (the last may be narrower), one from hi on. */
enum { NT_SLOT_LHIST_BELOW, NT_SLOT_LHIST_FIRST };

/* Buckets between lo and hi; lo < hi and 0 < step. Differences are right for both signednesses. */
static inline unsigned long long nt_slot_lhist_buckets(long long lo, long long hi, long long step)
{
    unsigned long long width = (unsigned long long)hi - (unsigned long long)lo;
    unsigned long long by = (unsigned long long)step;

    return width / by + (width % by != 0);
}

/* buckets: one below the first bound, then one from each bound on. */

/* Bits that v needs: 0 for 0, 1 for 1, 64 for 2^63. BPF can't count leading zeros. */
static inline unsigned nt_slot_bits(unsigned long long v)
{
    unsigned n = v != 0, s;

    s = (v > 0xffffffff) << 5;
    v >>= s;
    n += s;
    s = (v > 0xffff) << 4;
    v >>= s;
    n += s;
    s = (v > 0xff) << 3;
    v >>= s;
    n += s;
    s = (v > 0xf) << 2;
    v >>= s;
    n += s;
    s = (v > 0x3) << 1;
    v >>= s;
    n += s;
    return n + (v > 1);
}

/* quantiles: one for negative values, one for each of 0..31, then 17.5 for each doubling: numbers
 * of one of them differ from their middle by less than 2 %. Between powers of two a cubic stands in
 * for the logarithm: it needs 1 % more buckets (Masson et al., DDSketch, 2019). */
enum {
    NT_SLOT_QUANTILES_NEGATIVE,
    NT_SLOT_QUANTILES_FIRST,
    NT_SLOT_QUANTILES_EXACT = 128,
    NT_SLOT_QUANTILES_BUCKETS = NT_SLOT_QUANTILES_EXACT + (64 - 7) * 39 / 2 + 1,
    NT_SLOT_QUANTILES_WORDS = NT_SLOT_QUANTILES_FIRST + NT_SLOT_QUANTILES_BUCKETS
};

/* The bucket of v, from 0; grows with v. */
static inline unsigned nt_slot_quantile(unsigned long long v)
{
    /* 6/35, -3/5 and 10/7, in units of 2^-30. */
    const long long a = 184070156, b = -644245094, c = 1533916891;
    unsigned bits = nt_slot_bits(v);
    long long m, log;

    if (v < NT_SLOT_QUANTILES_EXACT)
        return (unsigned)v;
    m = (long long)(v << (64 - bits) << 1 >> 34); /* what stands behind the first bit */
    log = ((a * m >> 30) + b) * m >> 30;
    log = (log + c) * m >> 30;
    log += (long long)(bits - 8) << 30;
    return NT_SLOT_QUANTILES_EXACT + (unsigned)(log * 39 >> 31);
}

/* distinct: HyperLogLog, a byte for each register. */
enum {
    NT_SLOT_DISTINCT_BITS = 11,
    NT_SLOT_DISTINCT_REGISTERS = 1 << NT_SLOT_DISTINCT_BITS,
    NT_SLOT_DISTINCT_WORDS = NT_SLOT_DISTINCT_REGISTERS / 8
};

/* What distinct gets of a value: its words mixed, one after the other. Words of 0 are passed over,
 * so that a text is the same in every width. */
static inline unsigned long long nt_slot_mix(unsigned long long h, unsigned long long word,
                                             unsigned i)
{
    unsigned long long z = (h ^ word) + 0x9e3779b97f4a7c15ull * (i + 1);

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    z ^= z >> 31;
    return word ? z : h;
}
