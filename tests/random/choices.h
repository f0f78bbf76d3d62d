/* What a generator decides, as a row of numbers: drawn from a seed, or played again. A program is
 * made smaller by making its row smaller: whatever the row is, what comes out is well-typed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct choices {
    uint64_t state; /* of the numbers to come */
    bool drawn;     /* false: `row` is played, and 0 behind its end */
    uint32_t *row;
    size_t n, at, cap;
};

void choices_draw(struct choices *c, uint64_t seed);
/* Plays a copy of the row. */
void choices_play(struct choices *c, const uint32_t *row, size_t n);
void choices_free(struct choices *c);

/* 0 to n - 1. 0 has to be the simplest of what there is. */
uint32_t pick(struct choices *c, uint32_t n);
/* True once in `of` times. */
bool chance(struct choices *c, uint32_t of);

/* Does the row still bring about what is looked for? */
typedef bool still_fn(void *arg, const uint32_t *row, size_t n);
/* Makes the row smaller while `still` says yes, in at most `tries` questions; gives its new length.
 */
size_t choices_shrink(uint32_t *row, size_t n, unsigned tries, still_fn *still, void *arg);
