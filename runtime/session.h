/* One run of a script: open -> attach -> run -> report -> close. */
#pragma once

#include "compiler/base/cx.h"
#include "compiler/program.h"

struct nt_cli;

enum nt_exit {
    NT_EXIT_OK = 0,
    NT_EXIT_ERROR = 1,
    NT_EXIT_USAGE = 2,
    NT_EXIT_LOST = 3, /* --strict, and something was lost */
};

/* Runs the program until it ends itself, a signal comes, or --duration is over. The exit code; on
 * NT_EXIT_ERROR there are diagnostics in cx. Nothing stays attached. */
int nt_session_run(struct nt_cx *cx, const struct nt_program *p, const struct nt_cli *cli);
