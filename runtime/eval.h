/* Values of the expressions that run in ntrace. */
#pragma once

#include "compiler/program.h"

struct nt_xval {
    bool absent;
    uint64_t w[NT_MAX_WORDS];
};

struct nt_xenv {
    const struct nt_xval *locals;
    uint64_t now, attached; /* ns of CLOCK_MONOTONIC */
};

struct nt_xval nt_eval(const struct nt_xenv *env, const struct nt_x *x);
/* A condition holds when it is there and not 0. */
bool nt_eval_true(const struct nt_xenv *env, const struct nt_x *x);
