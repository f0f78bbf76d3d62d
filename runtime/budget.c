#include "runtime/budget.h"
#include "runtime/cleanup.h"
#include "runtime/load.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST_TIMES = 10 };

struct nt_budget {
    const struct nt_program *program;
    const struct nt_image *image;
    double most;   /* percent */
    int stats;     /* as long as it is open, the kernel measures */
    long ncpus;    /* online */
    bool may_rest; /* no event needs another one */
    bool resting, said, ended;
    int periods;      /* still to be rested */
    uint64_t ran, at; /* as of the last time: by all probes, and when; ns */
    uint64_t begin, rest_began, rested;
};

static uint64_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t read_ran(const struct nt_budget *b)
{
    uint64_t ns = 0;

    for (uint32_t i = 0; i < b->program->nprobes; i++) {
        struct bpf_prog_info info = {0};
        uint32_t size = sizeof(info);

        if (bpf_obj_get_info_by_fd(nt_image_prog(b->image, i), &info, &size) == 0)
            ns += info.run_time_ns;
    }
    return ns;
}

/* Starts and ends of latencies and of calls, stages of paths, what `@` keeps: with some of the
 * events left out, what is said of the others would be wrong. */
static bool events_stand_alone(const struct nt_program *p)
{
    for (uint32_t i = 0; i < p->nprobes; i++)
        if (strcmp(p->probes[i].why, "body") != 0)
            return false;
    return p->npaths == 0 && p->nkept == 0;
}

int nt_budget_open(const struct nt_program *p, const struct nt_image *image, double most,
                   struct nt_budget **ret_budget)
{
    struct nt_budget *b = calloc(1, sizeof(*b));

    if (!b)
        return -ENOMEM;
    *b = (struct nt_budget){.program = p, .image = image, .most = most};
    b->stats = bpf_enable_stats(BPF_STATS_RUN_TIME);
    if (b->stats < 0) {
        free(b);
        return -errno;
    }
    b->ncpus = sysconf(_SC_NPROCESSORS_ONLN);
    b->may_rest = events_stand_alone(p);
    b->ran = read_ran(b);
    b->begin = b->at = now();
    *ret_budget = b;
    return 0;
}

void nt_budget_close(struct nt_budget **budget)
{
    if (*budget)
        nt_fd_close(&(*budget)->stats);
    free(*budget);
    *budget = NULL;
}

int nt_budget_rest(double taken, double most, bool may_rest)
{
    if (taken <= most)
        return 0;
    return may_rest && taken <= most * MOST_TIMES ? (int)ceil(taken / most) - 1 : -1;
}

static double share(const struct nt_budget *b, uint64_t ran, uint64_t time)
{
    return time ? 100.0 * (double)ran / ((double)time * (double)b->ncpus) : 0;
}

static enum nt_budget_answer rest(struct nt_budget *b, double taken, int periods, char text[256])
{
    b->ended = periods < 0;
    b->resting = periods > 0;
    b->periods = periods;
    b->rest_began = b->at;
    if (b->ended)
        snprintf(text, 256,
                 "the probes took %.3g %% of the CPUs' time, --budget allows %.3g %%: they are "
                 "removed, and the run ends%s",
                 taken, b->most,
                 b->may_rest ? "" : " (what happens on its events belongs together)");
    else if (b->resting && !b->said)
        snprintf(text, 256,
                 "the probes took %.3g %% of the CPUs' time, --budget allows %.3g %%: they rest at "
                 "times, and what happens then is not seen",
                 taken, b->most);
    b->said |= b->resting;
    return b->ended ? NT_BUDGET_END : b->resting ? NT_BUDGET_REST : NT_BUDGET_KEEP;
}

enum nt_budget_answer nt_budget_ask(struct nt_budget *b, char text[256])
{
    uint64_t ran = read_ran(b), at = now();
    double taken = share(b, ran - b->ran, at - b->at);

    text[0] = '\0';
    if (b->resting && --b->periods > 0)
        return NT_BUDGET_KEEP;
    b->ran = ran;
    b->at = at;
    if (!b->resting)
        return rest(b, taken, nt_budget_rest(taken, b->most, b->may_rest), text);
    b->resting = false;
    b->rested += at - b->rest_began;
    return NT_BUDGET_WORK;
}

void nt_budget_say(struct nt_budget *b, char text[256])
{
    uint64_t at = now(), rested = b->rested + (b->resting ? at - b->rest_began : 0);
    int n = snprintf(text, 256, "the probes took %.3g %% of the CPUs' time (--budget %.3g%%)",
                     share(b, read_ran(b), at - b->begin), b->most);

    if (rested)
        snprintf(text + n, 256 - (size_t)n, ", and rested %.1f of %.1f s", (double)rested / 1e9,
                 (double)(at - b->begin) / 1e9);
}

bool nt_budget_cut(const struct nt_budget *b)
{
    return b->rested || b->resting || b->ended;
}
