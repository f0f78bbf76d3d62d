/* Waiting: rings, timers, signals and the reader's end of the output, in one epoll. Callbacks run
 * one at a time; an error of one ends the loop. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct nt_loop;

typedef int nt_loop_fn(void *arg); /* 0 or -errno */

/* Blocks SIGINT and SIGTERM and ignores SIGPIPE until it is closed: from here on nothing ends
 * ntrace half-way. 0 or -errno. */
int nt_loop_open(struct nt_loop **ret_loop);
/* Accepts NULL, sets NULL. */
void nt_loop_close(struct nt_loop **loop);

/* 0 or -errno. The fd stays the caller's; -1 is passed over. */
int nt_loop_on_input(struct nt_loop *loop, int fd, nt_loop_fn *fn, void *arg);
/* When nobody reads fd any more; an fd that can't tell is passed over. */
int nt_loop_on_hangup(struct nt_loop *loop, int fd, nt_loop_fn *fn, void *arg);
/* Every `period` ns; late runs are left out, not made up for. */
int nt_loop_every(struct nt_loop *loop, uint64_t period, nt_loop_fn *fn, void *arg);
/* Once, `delay` ns from now. */
int nt_loop_after(struct nt_loop *loop, uint64_t delay, nt_loop_fn *fn, void *arg);

/* Until nt_loop_stop(), SIGINT or SIGTERM: 0, or the error of a callback. */
int nt_loop_run(struct nt_loop *loop);
void nt_loop_stop(struct nt_loop *loop);
/* Readable from the first SIGINT or SIGTERM on; the loop's. */
int nt_loop_signals(const struct nt_loop *loop);
