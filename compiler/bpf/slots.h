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
