/* Aggregations: one row from the kernel's slot to the reader's eye.
 *
 * A key has one slot per CPU: `words` zeroed words of 8 bytes, updated by the BPF function `rt`
 * (compiler/bpf/agg.bpf.c), merged over CPUs and intervals by `merge`, read by `value`. Several
 * aggregations of a table share a slot; each function below gets its own part, at slot + use->word,
 * laid out as compiler/bpf/slots.h says. */
#pragma once

#include "compiler/bpf/agg.h"
#include "compiler/catalog/value.h"

struct nt_agg;

/* One aggregation as a script uses it. */
struct nt_agg_use {
    const struct nt_agg *agg;
    const char *name;           /* of the column: as written, "avg(latency)" */
    const struct nt_type *type; /* of the argument; NULL where there is none */
    int64_t lo, hi, step;       /* lhist; hi of buckets: how many there are */
    const int64_t *bounds;      /* buckets: where they begin, but for the first */
    uint16_t nbounds;
    uint16_t word, words; /* its place in the slot */
};

/* What stands behind the first argument. */
enum nt_agg_rest {
    NT_AGG_NO_MORE,
    NT_AGG_STEPS,  /* lo, hi, step */
    NT_AGG_BOUNDS, /* one number or more, growing */
};

struct nt_agg {
    const char *name;   /* "hist" */
    const char *params; /* "x", "x, lo, hi, step", "" */
    bool has_arg, arg_optional;
    enum nt_agg_rest rest;
    bool of_anything;  /* its argument is any value, not only a number: nt_agg_mix() makes it one */
    bool is_large;     /* a table with keys has one slot for all CPUs, and fewer keys */
    const char *rt;    /* the update, by its name in the kernel's programs */
    nt_agg_fn *update; /* ... and for ntrace itself: nt_agg_update() calls it */
    const char *doc;
    uint16_t (*words)(const struct nt_agg_use *use);
    void (*merge)(const struct nt_agg_use *use, uint64_t *into, const uint64_t *from);
    /* Buckets come from the arena. A RATE is given as a sum: who knows the time divides by it. */
    struct nt_value (*value)(const struct nt_agg_use *use, const uint64_t *slot,
                             struct nt_arena *a);
    /* What rows are sorted by, largest first; comparisons of equal types are exact. */
    __int128 (*rank)(const struct nt_agg_use *use, const uint64_t *slot);
};

extern const struct nt_agg nt_aggs[]; /* ends with a row without a name */
const struct nt_agg *nt_agg_find(const char *name);
/* Puts a value (NULL: there is no argument) into the slot of the table that `use` belongs to, as
 * the kernel's side does. */
void nt_agg_update(const struct nt_agg_use *use, uint64_t *slot, const uint64_t *value);
