/* What printers get: a value and its shape. They never see BPF, BTF or scripts. */
#pragma once

#include "compiler/catalog/types.h"

enum nt_shape {
    NT_SHAPE_ABSENT, /* prints as "-", null in JSON */
    NT_SHAPE_WORDS,  /* a value of its type, in w */
    NT_SHAPE_REAL,   /* an average: real, in the unit of type */
    NT_SHAPE_SHARE,  /* an average of a truth value: real, 0..1; prints as 12.5% */
    NT_SHAPE_HIST,
    NT_SHAPE_STATS,
};

/* Holds values v with lo <= v < hi; the first bucket of an lhist has lo == INT64_MIN, the last
 * hi == INT64_MAX. Unsigned types: both bounds are to be read as unsigned. */
struct nt_bucket {
    int64_t lo, hi;
    uint64_t count;
};

struct nt_value {
    enum nt_shape shape;
    const struct nt_type *type; /* of the value, or of what was aggregated; NULL for a plain count */
    union {
        uint64_t w[NT_MAX_WORDS];
        double real;
        struct {
            const struct nt_bucket *bucket; /* from the first to the last that is not empty */
            uint32_t n;
        } hist;
        struct {
            uint64_t count;
            int64_t sum, min, max;
            double avg;
        } stats;
    };
};
