/* The updates of aggregations, for programs in the kernel and for ntrace itself. Plain C without
 * includes. */
#pragma once

/* Puts x into a slot (slots.h). lo, hi and step are those of the aggregation's use. contended: what
 * interrupts this CPU may write to the slot as well, so counts and sums are added to atomically. */
typedef void nt_agg_fn(unsigned long long *slot, long long x, _Bool is_signed, long long lo,
                       long long hi, long long step, _Bool contended);

nt_agg_fn nt_agg_count, nt_agg_sum, nt_agg_min, nt_agg_max, nt_agg_stats, nt_agg_hist, nt_agg_lhist;
nt_agg_fn nt_agg_buckets, nt_agg_quantiles, nt_agg_distinct;

/* What nt_agg_distinct takes of a value of several words: start with 0, then word i. */
unsigned long long nt_agg_mix(unsigned long long h, unsigned long long word, unsigned i);
