/* --budget: how much of the machine's CPU time the probes take, by the kernel's own account (5.8;
 * it costs each run of a probe some 20 ns), and what is to be done when it is too much:
 *
 *   up to ten times as much   the probes rest, so that over the time they keep to it
 *   more, or a script whose   they are taken away and the run ends
 *   events belong together    (latencies, calls, paths, state)
 *
 * Who calls places and removes the probes. */
#pragma once

#include "compiler/program.h"

struct nt_image;
struct nt_budget;

enum { NT_BUDGET_MS = 500 }; /* how often it is to be asked */

enum nt_budget_answer {
    NT_BUDGET_KEEP, /* as it is */
    NT_BUDGET_REST, /* take the probes away */
    NT_BUDGET_WORK, /* place them again */
    NT_BUDGET_END,  /* take them away, and end */
};

/* most: percent of the time of all CPUs. 0 or -errno: the kernel does not measure. */
int nt_budget_open(const struct nt_program *p, const struct nt_image *image, double most,
                   struct nt_budget **ret_budget);
/* Accepts NULL, sets NULL. */
void nt_budget_close(struct nt_budget **budget);

/* text: what is to be said of it, "": nothing. */
enum nt_budget_answer nt_budget_ask(struct nt_budget *b, char text[256]);
/* At the end: what they took, and how long they rested. */
void nt_budget_say(struct nt_budget *b, char text[256]);
/* Did the probes rest, so that something may not have been seen? */
bool nt_budget_cut(const struct nt_budget *b);

/* How many periods are to be rested after one that took so much; -1: end. */
int nt_budget_rest(double taken, double most, bool may_rest);
