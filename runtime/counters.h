/* What the probes counted about themselves, and what the kernel counted about them. */
#pragma once

#include "compiler/program.h"

struct nt_image;
struct nt_output;

/* How many numbers there are: NT_CNT_MAX for each probe, and behind them those of ntrace's own
 * bodies. */
size_t nt_counters_of(const struct nt_program *p);
/* Sums over CPUs into ret_n[probe * NT_CNT_MAX + counter], and own behind them: 0 or -errno.
 * missed: by probe, what its links missed. */
int nt_counters_read(const struct nt_program *p, const struct nt_image *image,
                     const uint64_t *missed, const uint64_t *own, uint64_t *ret_n);

/* Is anything in n a loss? Rows held back by `limit` are not: the script asked for it. */
bool nt_counters_lost(const struct nt_program *p, const uint64_t *n);

/* Hands them to the output: 0 or -errno. ntrace's own stand there only when they are not all 0.
 * unknown: by probe, whether what it missed is not known. */
int nt_counters_print(const struct nt_program *p, const uint64_t *n, const bool *unknown,
                      uint64_t time, struct nt_output *out);
