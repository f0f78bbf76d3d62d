/* What printers get: a value and its shape. They never see BPF, BTF or scripts. */
#pragma once

#include "compiler/catalog/types.h"

enum nt_shape {
    NT_SHAPE_ABSENT, /* prints as "-", null in JSON */
    NT_SHAPE_WORDS,  /* a value of its type, in w */
    NT_SHAPE_BYTES,  /* a value of type hex, kept (catalog/bytes.h) at kept */
    NT_SHAPE_REAL,   /* an average: real, in the unit of type */
    NT_SHAPE_SHARE,  /* an average of a truth value: real, 0..1; prints as 12.5% */
    NT_SHAPE_RATE,   /* real a second, in the unit of type; prints as 12.5/s */
    NT_SHAPE_HIST,
    NT_SHAPE_STATS,
    NT_SHAPE_QUANTILES,
};

/* What quantiles() gives. */
enum { NT_QUANTILES = 4 };
extern const struct nt_quantile {
    const char *name; /* "p99.9" */
    uint32_t thousandths;
} nt_quantiles[NT_QUANTILES];

/* Holds values v with lo <= v < hi, save that a bucket without a bound on one side holds all there
 * is on that side. For unsigned types lo and hi are to be read as unsigned. */
struct nt_bucket {
    int64_t lo, hi;
    bool open_lo, open_hi; /* no bound; lo, hi are then the type's smallest and largest value */
    uint64_t count;
};

struct nt_value {
    enum nt_shape shape;
    const struct nt_type
        *type; /* of the value, or of what was aggregated; NULL for a plain count */
    union {
        uint64_t w[NT_MAX_WORDS];
        const uint64_t *kept;
        double real;
        struct {
            const struct nt_bucket *bucket; /* from the first to the last that is not empty */
            uint32_t n;
            bool exact; /* the script chose the bounds: they are printed to the last digit */
        } hist;
        struct {
            uint64_t count;
            int64_t sum, min, max;
            double avg;
        } stats;
        struct {
            uint64_t count;
            int64_t at[NT_QUANTILES];
            bool below[NT_QUANTILES]; /* negative: nothing more is known */
        } quantiles;
    };
};

struct nt_str;

/* Text of a value of one cell: ABSENT, WORDS, REAL, SHARE, RATE. All others are for printers to lay
 * out. Bytes of strings come out as they are. */
void nt_value_format(const struct nt_value *v, struct nt_str *out);
/* A number of v's type: a bound of a bucket, a sum, min or max of stats, a quantile. */
void nt_value_format_number(const struct nt_value *v, int64_t number, struct nt_str *out);
