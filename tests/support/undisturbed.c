/* Runs a command while no other task gets the CPUs, so that interrupts and softirqs come in on top
 * of its tasks only.
 *
 *   undisturbed MS COMMAND ARGS...    holds the CPUs that it may run on (taskset) for MS ms more
 *
 * What a probe counts depends on that where a kernel does not run BPF programs while certain tasks
 * have the CPU (docs/language.md, "What is counted"): a packet that a timer takes off a queue then
 * passes unseen, and no counter says so. What a test sends itself, its own tasks carry to the end.
 *
 * All is in real time: the command above a thread on each CPU that spins. After 900 ms they end by
 * themselves: from 950 ms on kernels give time to others. Exit code: that of the command.
 *
 * A guest of the lab ($NTRACE_LAB) hides no tasks, and other tests need its CPUs: there the command
 * runs in one go, too, but no CPU is held, and MS ms more pass. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LONGEST_MS = 900 };
enum { SPINS = 1, RUNS = 2, WATCHES = 3 }; /* priorities */

static void check(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "undisturbed: %s: %s\n", what, strerror(errno));
    exit(125);
}

static bool in_guest(void)
{
    return getenv("NTRACE_LAB") != NULL;
}

static void set_priority(int priority)
{
    const struct sched_param param = {.sched_priority = priority};

    check(sched_setscheduler(0, SCHED_FIFO, &param) == 0, "SCHED_FIFO");
}

static long now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static pid_t start(int priority)
{
    pid_t pid = fork();

    check(pid >= 0, "fork");
    if (pid == 0) {
        check(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0, "prctl");
        set_priority(priority);
    }
    return pid;
}

static pid_t hold(int cpu)
{
    pid_t pid = start(SPINS);
    long end = now_ms() + LONGEST_MS;
    cpu_set_t set;

    if (pid)
        return pid;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    check(sched_setaffinity(0, sizeof(set), &set) == 0, "sched_setaffinity");
    while (now_ms() < end)
        ;
    _exit(0);
}

static pid_t run(char **command)
{
    pid_t pid = start(RUNS);

    if (pid)
        return pid;
    execvp(command[0], command);
    check(false, command[0]);
    return 0;
}

int main(int argc, char **argv)
{
    long ms = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
    const struct timespec rest = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    pid_t holds[CPU_SETSIZE], command;
    int n = 0, status = 0;
    cpu_set_t set;

    if (argc < 3) {
        fputs("usage: undisturbed MS COMMAND ARGS...\n", stderr);
        return 125;
    }
    CPU_ZERO(&set);
    if (!in_guest()) {
        set_priority(WATCHES);
        check(sched_getaffinity(0, sizeof(set), &set) == 0, "sched_getaffinity");
    }
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &set))
            holds[n++] = hold(cpu);
    command = run(argv + 2);
    check(waitpid(command, &status, 0) == command, "waitpid");
    nanosleep(&rest, NULL);
    while (n > 0)
        kill(holds[--n], SIGKILL);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}
