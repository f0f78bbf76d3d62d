/* What the files path*.c share: paths as they are declared, what bodies of them see, and the
 * stages that come out of it. */
#pragma once

#include "compiler/sema/scope.h"

/* Where a body of a path stands. */
struct nt_on_path {
    struct nt_path_build *path;
    const char *name; /* as the script says: "way.done" */
    enum nt_path_part part;
    uint32_t stage; /* that the event passes; AGAIN, LOST: none */
};

/* path_ref.c: what `on PATH.PART` means. False: the name is no path's. */
bool nt_path_ref(struct nt_unit *u, const struct nt_node *ref, struct nt_path_on *ret_on);
uint32_t nt_stage_find(const struct nt_path_build *p, const char *name); /* nstages: none */

/* path_bind.c: says which stages this kernel lacks; a path that the script's options rule out is
 * dead without a word. */
void nt_path_missing(struct nt_unit *u, struct nt_path_build *p);

/* path_value.c: a value that the path keeps of a stage for later. */
struct nt_expr *nt_path_note(struct nt_scope *s, const struct nt_note *note, struct nt_span at);
/* What is kept of a stage, as a handler of the stage knows it. */
struct nt_expr *nt_note_here(struct nt_unit *u, const struct nt_note *note, struct nt_handler *h);

/* path_step.c: the handlers of a path whose bodies have been read: its keys, what it keeps. */
void nt_path_steps(struct nt_unit *u, struct nt_path_build *p);
/* A key as the scope's event has it. False after a report. */
bool nt_path_key(struct nt_scope *s, struct nt_path_build *p, const struct nt_node *node,
                 struct nt_path_key *key);

/* path_freed.c: probes that take away keys that are addresses of packets, where those end. */
void nt_path_freed(struct nt_unit *u, struct nt_path_build *p);

/* body.c: a body of PATH.lost. False: its condition can never be true. */
bool nt_path_lost_body(struct nt_unit *u, const struct nt_path_on *on);
