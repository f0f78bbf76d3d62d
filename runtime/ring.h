/* Rows on their way out of the kernel: one ring a CPU, read in batches, each batch in the order of
 * time. */
#pragma once

#include "runtime/decode.h"

struct nt_image;
struct nt_rings;

/* A batch, sorted by time. 0, or -errno: reading ends there. */
typedef int nt_rows_fn(void *arg, const struct nt_ring_row *rows, uint32_t n);

int nt_rings_open(const struct nt_program *p, const struct nt_image *image, nt_rows_fn *rows,
                  void *arg, struct nt_rings **ret_rings);
/* Accepts NULL, sets NULL. */
void nt_rings_close(struct nt_rings **rings);

/* Readable when one of the rings has rows. -1 when there are no rings. */
int nt_rings_fd(const struct nt_rings *rings);
/* Reads some batches, so that a flood leaves time for signals and timers. 1: there is more, 0, or
 * -errno, the callback's too. Accepts NULL. */
int nt_rings_consume(struct nt_rings *rings);
