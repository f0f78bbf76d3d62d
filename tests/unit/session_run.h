/* A whole run on this machine's kernel, for unit tests: an object made by hand
 * (support/bpf/session.bpf.c) and the description that would come with it. ntrace runs in a child,
 * as it does in life. Whatever goes wrong here ends the test. */
#pragma once

#include "runtime/options.h"
#include "runtime/session.h"

#include <stdint.h>
#include <sys/types.h>

/* Calls have SESSION_KEYS arguments in turn, more than the table by_key has room for. */
enum { SESSION_KEYS = 100, SESSION_KEYS_MAX = 64 };

struct test_program {
    struct nt_agg_use by_key_aggs[1], whole_aggs[2];
    struct nt_table tables[2];
    struct nt_body bodies[1];
    struct nt_program program;
};

/* Counts getppid() by its argument in by_key, which is printed and cleared every 20 ms, and in
 * whole; makes a row of each getuid(). The program lies in t. */
struct nt_program *session_program(struct test_program *t);

struct run {
    char path[64]; /* of its output, JSON lines */
    pid_t pid;
};

void session_start(struct run *run, struct nt_program *p, struct nt_cli *cli);
void session_wait_until_ready(const struct run *run);
/* Waits for its end, after a signal if that is not 0: its exit code, or -1 where a signal ended it.
 * Its output is the caller's to free. */
int session_end(struct run *run, int signal, char **ret_text);

/* Makes a system call n times on each of two threads. */
void session_load(long number, uint64_t n);

/* The caller's to free, and ends in a NUL; ret_len may be NULL. */
char *session_read_file(const char *path, size_t *ret_len);
/* How often a text stands in another. */
int session_count_of(const char *text, const char *what);
