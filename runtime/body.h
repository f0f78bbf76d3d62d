/* Bodies that run in ntrace itself: begin, every, end. Expressions follow the language: what is
 * absent makes arithmetic absent and comparisons false. */
#pragma once

#include "compiler/catalog/value.h"
#include "compiler/program.h"
#include "runtime/eval.h"

/* What the statements of a body do; `arg` goes with each call. */
struct nt_body_ops {
    void *arg;
    uint64_t (*now)(void *arg); /* ns of CLOCK_MONOTONIC */
    uint64_t attached;          /* when all probes were; ns of CLOCK_MONOTONIC */
    /* table: index, or -1: all. 0 or -errno, which ends the body. */
    int (*print)(void *arg, const struct nt_act *act);
    int (*clear)(void *arg, int table);
    /* One value per column of record->body. */
    int (*record)(void *arg, const struct nt_record *record, const struct nt_value *values);
    /* One update of the table's slot under the key; slot has what this update alone makes. */
    int (*aggregate)(void *arg, uint32_t table, const uint64_t *key, const uint64_t *slot);
    /* State by its index in the program; a key has as many words as it says. */
    struct nt_xval (*kept)(void *arg, uint16_t state, const uint64_t *key);
    int (*keep)(void *arg, uint16_t state, const uint64_t *key, const uint64_t *value);
    int (*forget)(void *arg, uint16_t state, const uint64_t *key);
    /* May the body behind the gate run? The key as gate->key says. */
    bool (*passes)(void *arg, const struct nt_gate *gate, const uint64_t *key);
    /* A command by its index in the program. */
    int (*start)(void *arg, uint16_t command);
    int (*stop)(void *arg, uint16_t command);
    const struct nt_program *program; /* the body's: its tables and states */
    const uint64_t *entry;            /* of a path, for NT_WHEN_LOST */
};

struct nt_body_result {
    bool exited; /* by exit() */
    int code;
};

/* Runs the body: 0 or the first error of an op. */
int nt_body_run(const struct nt_body *body, const struct nt_body_ops *ops,
                struct nt_body_result *ret_result);
