/* The functions of aggregations that are not in aggs.c, for its rows; what they do: aggs.h. */
#pragma once

#include "compiler/catalog/aggs.h"

typedef uint16_t nt_agg_words_fn(const struct nt_agg_use *use);
typedef void nt_agg_merge_fn(const struct nt_agg_use *use, uint64_t *into, const uint64_t *from);
typedef struct nt_value nt_agg_value_fn(const struct nt_agg_use *use, const uint64_t *slot,
                                        struct nt_arena *a);
typedef __int128 nt_agg_rank_fn(const struct nt_agg_use *use, const uint64_t *slot);

nt_agg_merge_fn nt_merge_add; /* word by word */

/* aggs_hist.c */
nt_agg_words_fn nt_words_hist, nt_words_lhist, nt_words_bounds;
nt_agg_value_fn nt_value_hist, nt_value_lhist, nt_value_bounds;
nt_agg_rank_fn nt_rank_buckets; /* all that is in them */

/* aggs_sketch.c */
nt_agg_words_fn nt_words_quantiles, nt_words_distinct;
nt_agg_merge_fn nt_merge_distinct;
nt_agg_value_fn nt_value_quantiles, nt_value_distinct;
nt_agg_rank_fn nt_rank_distinct;
