#include "runtime/counters.h"
#include "runtime/load.h"
#include "runtime/missed.h"
#include "runtime/output.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int read_probe(int map, uint32_t probe, uint32_t ncpus, uint64_t *values, uint64_t *ret_n)
{
    if (bpf_map_lookup_elem(map, &probe, values) < 0)
        return -errno;
    for (uint32_t cpu = 0; cpu < ncpus; cpu++)
        for (int i = 0; i < NT_CNT_MAX; i++)
            ret_n[i] += values[cpu * NT_CNT_MAX + i];
    return 0;
}

size_t nt_counters_of(const struct nt_program *p)
{
    return (p->nprobes + (size_t)1) * NT_CNT_MAX;
}

int nt_counters_read(const struct nt_program *p, const struct nt_image *image,
                     const uint64_t *missed, const uint64_t *own, uint64_t *ret_n)
{
    int map = nt_image_map(image, NT_MAP_COUNTERS);
    int ncpus = libbpf_num_possible_cpus();
    uint64_t *values;
    int r = 0;

    if (ncpus < 0)
        return ncpus;
    values = calloc((size_t)ncpus, NT_CNT_MAX * sizeof(*values));
    if (!values)
        return -ENOMEM;
    for (uint32_t i = 0; i < p->nprobes && r == 0; i++) {
        uint64_t *n = ret_n + (size_t)i * NT_CNT_MAX;

        for (int c = 0; c < NT_CNT_MAX; c++)
            n[c] = 0;
        r = map >= 0 ? read_probe(map, i, (uint32_t)ncpus, values, n) : 0;
        n[NT_CNT_MISSED] += missed[i] + nt_program_missed(nt_image_prog(image, i));
    }
    memcpy(ret_n + (size_t)p->nprobes * NT_CNT_MAX, own, NT_CNT_MAX * sizeof(*own));
    free(values);
    return r;
}

bool nt_counters_lost(const struct nt_program *p, const uint64_t *n)
{
    for (uint32_t i = 0; i < nt_counters_of(p); i++)
        if (n[i] && i % NT_CNT_MAX != NT_CNT_HELD)
            return true;
    return false;
}

/* ntrace's own bodies, in the place of a probe. */
static const struct nt_probe ntrace = {.prog = "", .event = "", .hook = "ntrace", .why = "body"};

static bool any(const uint64_t *n)
{
    for (int i = 0; i < NT_CNT_MAX; i++)
        if (n[i])
            return true;
    return false;
}

int nt_counters_print(const struct nt_program *p, const uint64_t *n, const bool *unknown,
                      uint64_t time, struct nt_output *out)
{
    struct nt_probe_counts *counts = calloc(p->nprobes + 1u, sizeof(*counts));
    const uint64_t *own = n + (size_t)p->nprobes * NT_CNT_MAX;
    struct nt_notice notice = {
        .kind = NT_NOTICE_COUNTERS,
        .time = time,
        .counts = counts,
        .ncounts = p->nprobes + any(own),
    };
    int r;

    if (!counts)
        return -ENOMEM;
    for (uint32_t i = 0; i < p->nprobes; i++)
        counts[i] = (struct nt_probe_counts){&p->probes[i], n + (size_t)i * NT_CNT_MAX, unknown[i]};
    counts[p->nprobes] = (struct nt_probe_counts){&ntrace, own, false};
    r = nt_output_notice(out, &notice);
    free(counts);
    return r;
}
