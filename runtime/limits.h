/* `limit` and `sample` in front of bodies that run in ntrace. As in the kernel, time is cut into
 * windows; in each the first so many pass. */
#pragma once

#include "compiler/program.h"

struct nt_limits;

/* 0 or -errno. */
int nt_limits_open(const struct nt_program *p, struct nt_limits **ret_limits);
/* Accepts NULL, sets NULL. */
void nt_limits_close(struct nt_limits **limits);

/* May the body behind the gate run? The key is as gate->key says; now: ns of CLOCK_MONOTONIC.
 * A key that finds no memory is counted together with others that find none. */
bool nt_limits_pass(struct nt_limits *limits, const struct nt_gate *gate, const uint64_t *key,
                    uint64_t now);
