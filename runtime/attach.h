/* Probes on their hooks: placed in the program's order (the start of a latency before its end),
 * taken off in reverse. */
#pragma once

#include "compiler/base/cx.h"
#include "compiler/program.h"

struct nt_image;
struct nt_links;

/* All or none: 0, or -errno with a diagnostic in cx. */
int nt_attach(struct nt_cx *cx, const struct nt_program *p, const struct nt_image *image,
              struct nt_links **ret_links);
/* Adds to each probe's number the runs that its links missed: nt_link_missed(). */
void nt_links_missed(const struct nt_links *links, uint64_t *n);
/* Marks the probes at which the kernel skips runs and does not count them: kprobes, their returns
 * and tracepoints before 6.7. There it skips what would run within another program of that kind. */
void nt_links_uncounted(const struct nt_links *links, const struct nt_program *p, bool *unknown);
/* Accepts NULL, sets NULL. */
void nt_detach(struct nt_links **links);
