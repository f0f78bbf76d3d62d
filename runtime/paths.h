/* Paths of a running program: what is lost on them, what has to give way, and the accounts.
 *
 * The kernel starts, moves on and ends entries; this side only reads them, calls some lost and
 * makes room. Both end an entry by deleting it, which succeeds once, so nothing counts twice. An
 * entry called lost keeps its place for a while: what comes after all is late, not unknown. */
#pragma once

#include "compiler/program.h"
#include "runtime/output.h"

struct nt_image;
struct nt_paths;

/* 0 or -errno. */
int nt_paths_open(const struct nt_program *p, const struct nt_image *image,
                  struct nt_paths **ret_paths);
/* Accepts NULL, sets NULL. */
void nt_paths_close(struct nt_paths **paths);

/* Time between scans, ns; 0: the program has no paths. */
uint64_t nt_paths_period(const struct nt_paths *paths);

/* An entry that has just been found lost: its words, as compiler/bpf/path.h has them. 0 or -errno,
 * which ends the scan. */
typedef int nt_lost_fn(void *arg, uint32_t path, const uint64_t *entry);

/* Finds what was not seen for too long, and makes room where there is little: 0 or -errno. `now` in
 * ns of CLOCK_MONOTONIC. */
int nt_paths_scan(struct nt_paths *paths, uint64_t now, nt_lost_fn *lost, void *arg);

/* What became of what was started: 0 or -errno. While events come, those that are open are the
 * rest; when none can come any more (`stopped`), they are counted. */
int nt_paths_count(const struct nt_paths *paths, uint32_t path, bool stopped,
                   struct nt_path_counts *ret_counts);
