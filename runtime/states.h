/* State (`@x`) as ntrace's own bodies see it: they share the kernel's maps with the probes. */
#pragma once

#include "compiler/program.h"
#include "runtime/eval.h"

struct nt_image;
struct nt_states;

/* 0 or -errno. Arguments must outlive the states. */
int nt_states_open(const struct nt_program *p, const struct nt_image *image,
                   struct nt_states **ret_states);
/* Accepts NULL, sets NULL. */
void nt_states_close(struct nt_states **states);

/* `state` is an index of p->kept; a key has its key_words, a value those of its type. */
struct nt_xval nt_states_get(const struct nt_states *states, uint16_t state, const uint64_t *key);
/* 0, 1: there was no room, or -errno. */
int nt_states_put(const struct nt_states *states, uint16_t state, const uint64_t *key,
                  const uint64_t *value);
int nt_states_delete(const struct nt_states *states, uint16_t state, const uint64_t *key);

/* Drops what is twice as old as its ttl allows, to make room: what is too old is absent already,
 * for whoever reads it. To be called every nt_states_period() ns; 0: nothing ages. */
uint64_t nt_states_period(const struct nt_states *states);
void nt_states_sweep(const struct nt_states *states);
