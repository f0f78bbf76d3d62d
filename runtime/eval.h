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
    const uint64_t *entry;  /* of a path: what is lost; NULL in other bodies */
    /* What is kept in state `index` under the key; absent: nothing is. NULL: there is no state. */
    struct nt_xval (*kept)(void *arg, uint16_t index, const uint64_t *key);
    const struct nt_kept *states;
    void *arg;
};

enum { NT_MAX_KEPT_WORDS = NT_MAX_STATE_KEYS * NT_MAX_WORDS };

struct nt_xval nt_eval(const struct nt_xenv *env, const struct nt_x *x);
/* The key of a state from its parts, NT_MAX_KEPT_WORDS words. False: a part is absent. */
bool nt_eval_key(const struct nt_xenv *env, const struct nt_kept *state,
                 const struct nt_x *const *parts, uint64_t *ret_key);
/* A condition holds when it is there and not 0. */
bool nt_eval_true(const struct nt_xenv *env, const struct nt_x *x);
