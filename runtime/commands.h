/* Commands that a script starts and stops. Each runs by the shell, in a process group of its own,
 * with nothing to read; what it writes goes where ntrace's messages go. None outlives ntrace. */
#pragma once

#include "compiler/program.h"

struct nt_commands;

/* 0 or -errno. The program must outlive it. */
int nt_commands_open(const struct nt_program *p, struct nt_commands **ret_commands);
/* Ends what still runs, waits for it, and sets NULL. Accepts NULL. */
void nt_commands_close(struct nt_commands **commands);

/* 0 or -errno. One that runs is left alone: it runs once at a time. */
int nt_commands_start(struct nt_commands *commands, uint32_t command);
/* Asks it to end (SIGTERM), makes it end (SIGKILL) when it has not after two seconds. */
void nt_commands_stop(struct nt_commands *commands, uint32_t command);
