/* What a command costs: CPU time of the process and of the children it waited for.
 *
 *   measure CMD...              from exec to its end
 *   measure --ready CMD...      from exec until it writes a line with the word "ready"; then it is
 *                               killed. Nothing of what detaching and reporting cost is in it.
 *
 * One line: CPU microseconds, elapsed microseconds, then VmRSS, RssAnon and VmHWM in KiB at "ready"
 * (without it 0 0 and the peak in all). What the command writes is shown only when it fails. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct memory {
    unsigned long rss, anon, peak;
};

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "measure: %s: %s\n", what, strerror(errno));
    exit(2);
}

static long long now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000ll + t.tv_nsec / 1000;
}

static pid_t start(char **cmd, int *ret_output)
{
    int pipes[2];
    pid_t pid;

    if (pipe(pipes) < 0 || (pid = fork()) < 0)
        die("fork");
    if (pid == 0) {
        dup2(pipes[1], STDOUT_FILENO);
        dup2(pipes[1], STDERR_FILENO);
        close(pipes[0]);
        close(pipes[1]);
        execvp(cmd[0], cmd);
        die(cmd[0]);
    }
    close(pipes[1]);
    *ret_output = pipes[0];
    return pid;
}

/* Reads to the end, or to "ready"; keeps the beginning, which is where errors stand. */
static bool read_until(int fd, bool ready, char text[4096])
{
    char rest[4096];
    size_t len = 0;
    ssize_t n;

    for (text[0] = '\0';; text[len] = '\0') {
        bool full = len == 4095;

        n = full ? read(fd, rest, sizeof(rest)) : read(fd, text + len, 4095 - len);
        if (n <= 0)
            return false;
        len += full ? 0 : (size_t)n;
        text[len] = '\0';
        if (ready && strstr(text, "ready"))
            return true;
    }
}

static struct memory memory_of(pid_t pid)
{
    struct memory m = {0};
    char path[64], line[256];
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    f = fopen(path, "re");
    while (f && fgets(line, sizeof(line), f)) {
        sscanf(line, "VmRSS: %lu", &m.rss);
        sscanf(line, "RssAnon: %lu", &m.anon);
        sscanf(line, "VmHWM: %lu", &m.peak);
    }
    if (f)
        fclose(f);
    return m;
}

static long long cpu_us(const struct rusage *u)
{
    return (u->ru_utime.tv_sec + u->ru_stime.tv_sec) * 1000000ll + u->ru_utime.tv_usec +
           u->ru_stime.tv_usec;
}

int main(int argc, char **argv)
{
    bool ready = argc > 1 && strcmp(argv[1], "--ready") == 0, reached;
    char **cmd = argv + 1 + ready, text[4096];
    struct memory m = {0};
    struct rusage usage;
    long long begin, end;
    int output, status;
    pid_t pid;

    if (!cmd[0]) {
        fprintf(stderr, "usage: measure [--ready] CMD...\n");
        return 2;
    }
    begin = now_us();
    pid = start(cmd, &output);
    reached = read_until(output, ready, text);
    end = now_us();
    if (reached) {
        m = memory_of(pid);
        kill(pid, SIGKILL);
    }
    if (wait4(pid, &status, 0, &usage) < 0)
        die("wait4");
    if (ready ? !reached : !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "measure: '%s' failed\n%s", cmd[0], text);
        return 1;
    }
    if (!ready)
        m.peak = (unsigned long)usage.ru_maxrss;
    printf("%lld %lld %lu %lu %lu\n", cpu_us(&usage), end - begin, m.rss, m.anon, m.peak);
    return 0;
}
