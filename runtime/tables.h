/* The tables of a running program: what came since the last `clear`, and what was cleared before.
 *
 * A table that is cleared has two buffers in the kernel. A snapshot turns events to the other
 * buffer, waits until no event can still be writing to this one, and empties it; so nothing is lost
 * or counted twice under any load. A table that is never cleared is read where it is. */
#pragma once

#include "compiler/program.h"

#include <stdbool.h>

struct nt_image;
struct nt_tables;
struct nt_tally;

/* 0 or -errno. */
int nt_tables_open(const struct nt_program *p, const struct nt_image *image,
                   struct nt_tables **ret_tables);
/* Accepts NULL, sets NULL. */
void nt_tables_close(struct nt_tables **tables);

/* All probes are attached: counting begins. */
void nt_tables_begin(struct nt_tables *tables);
/* ns in which what is recent, or all there ever was, came up to the last snapshot. */
uint64_t nt_tables_elapsed(const struct nt_tables *tables, uint32_t table, bool whole);

/* Reads every table as it is at this moment: 0 or -errno. One snapshot serves all that a body
 * prints and clears. */
int nt_tables_snapshot(struct nt_tables *tables);
/* The last snapshot, when no event can come any more: reads what is left anywhere. */
int nt_tables_last_snapshot(struct nt_tables *tables);

/* What came since the last clear, as of the last snapshot. */
const struct nt_tally *nt_tables_recent(const struct nt_tables *tables, uint32_t table);
/* `clear`: what is recent goes to the whole. */
void nt_tables_clear(struct nt_tables *tables, uint32_t table);
/* One update by a body of ntrace itself: counted from now on, as if it had come from the kernel. */
void nt_tables_add(struct nt_tables *tables, uint32_t table, const uint64_t *key,
                   const uint64_t *slot);
/* All there ever was, as of the last snapshot; what is recent goes into it. */
const struct nt_tally *nt_tables_whole(struct nt_tables *tables, uint32_t table);
