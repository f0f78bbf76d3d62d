#include "runtime/commands.h"
#include "runtime/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

enum { PATIENCE_MS = 2000, STEP_MS = 5 };

struct nt_commands {
    const struct nt_program *program;
    pid_t pid[]; /* of each command's group; 0: it does not run */
};

/* What ntrace has changed of its signals is not the command's. */
static void reset_signals(void)
{
    sigset_t none;

    sigemptyset(&none);
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* In the child. Never returns. */
static void become(const struct nt_command *command, pid_t tracer)
{
    int null = open("/dev/null", O_RDONLY);

    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* whatever ends ntrace */
    if (getppid() != tracer)
        _exit(1);
    reset_signals();
    for (const char *const *env = command->env; *env; env++)
        putenv((char *)*env);
    if (null >= 0)
        dup2(null, STDIN_FILENO);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    execl("/bin/sh", "sh", "-c", command->text, (char *)NULL);
    _exit(127);
}

static bool is_running(struct nt_commands *commands, uint32_t command)
{
    pid_t *pid = &commands->pid[command];

    if (*pid && waitpid(*pid, NULL, WNOHANG) != 0)
        *pid = 0;
    return *pid != 0;
}

int nt_commands_start(struct nt_commands *commands, uint32_t command)
{
    pid_t tracer = getpid(), pid;

    if (is_running(commands, command))
        return 0;
    pid = fork();
    if (pid == 0)
        become(&commands->program->commands[command], tracer);
    if (pid < 0)
        return -errno;
    setpgid(pid, pid); /* here as well: it may be stopped before it comes to that itself */
    commands->pid[command] = pid;
    return 0;
}

void nt_commands_stop(struct nt_commands *commands, uint32_t command)
{
    const struct timespec step = {.tv_nsec = STEP_MS * 1000000};
    pid_t group = commands->pid[command];

    if (!is_running(commands, command))
        return;
    kill(-group, SIGTERM);
    for (int ms = 0; ms < PATIENCE_MS && is_running(commands, command); ms += STEP_MS)
        nanosleep(&step, NULL);
    if (!is_running(commands, command))
        return;
    kill(-group, SIGKILL);
    waitpid(group, NULL, 0);
    commands->pid[command] = 0;
}

int nt_commands_open(const struct nt_program *p, struct nt_commands **ret_commands)
{
    struct nt_commands *commands =
        calloc(1, sizeof(*commands) + p->ncommands * sizeof(commands->pid[0]));

    if (!commands)
        return -ENOMEM;
    commands->program = p;
    *ret_commands = commands;
    return 0;
}

void nt_commands_close(struct nt_commands **commands)
{
    if (!*commands)
        return;
    for (uint32_t i = 0; i < (*commands)->program->ncommands; i++)
        nt_commands_stop(*commands, i);
    free(*commands);
    *commands = NULL;
}
