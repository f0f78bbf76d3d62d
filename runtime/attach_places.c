#include "runtime/attach_places.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

/* -- user code -------------------------------------------------------------------------------- */

static struct bpf_link *attach_site(const struct nt_probe *probe, const struct bpf_program *prog,
                                    const struct nt_site *site)
{
    LIBBPF_OPTS(bpf_uprobe_opts, opts, .retprobe = probe->attach.kind == NT_ATTACH_URETPROBE,
                .ref_ctr_offset = site->semaphore);

    return bpf_program__attach_uprobe_opts(prog, -1, site->path, site->offset, &opts);
}

static int attach_sites(const struct nt_probe *probe, const struct bpf_program *prog,
                        struct bpf_link **ret_links, uint32_t *ret_n)
{
    for (*ret_n = 0; *ret_n < probe->attach.nsites; ++*ret_n) {
        ret_links[*ret_n] = attach_site(probe, prog, &probe->attach.sites[*ret_n]);
        if (!ret_links[*ret_n])
            return -errno;
    }
    return 0;
}

/* -- timers ----------------------------------------------------------------------------------- */

static int open_timer(uint32_t hz, int cpu)
{
    struct perf_event_attr attr = {
        .type = PERF_TYPE_SOFTWARE,
        .size = sizeof(attr),
        .config = PERF_COUNT_SW_CPU_CLOCK,
        .freq = 1,
        .sample_freq = hz,
    };

    return (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

/* A CPU that is offline has none. */
static int attach_timers(const struct nt_probe *probe, const struct bpf_program *prog,
                         struct bpf_link **ret_links, uint32_t *ret_n)
{
    int ncpus = libbpf_num_possible_cpus();

    *ret_n = 0;
    for (int cpu = 0; cpu < ncpus; cpu++) {
        int fd = open_timer(probe->attach.hz, cpu);

        if (fd < 0 && errno == ENODEV)
            continue;
        if (fd < 0)
            return -errno;
        ret_links[*ret_n] = bpf_program__attach_perf_event(prog, fd);
        if (!ret_links[*ret_n]) {
            int error = errno;

            close(fd);
            return -error;
        }
        ++*ret_n;
    }
    return *ret_n ? 0 : -ENODEV;
}

/* -- many functions of the kernel ------------------------------------------------------------- */

static int attach_functions(const struct nt_probe *probe, const struct bpf_program *prog,
                            struct bpf_link **ret_links, uint32_t *ret_n)
{
    LIBBPF_OPTS(bpf_kprobe_multi_opts, opts, .syms = probe->attach.names,
                .cookies = (const __u64 *)probe->attach.cookies, .cnt = probe->attach.nnames);

    *ret_links = bpf_program__attach_kprobe_multi_opts(prog, NULL, &opts);
    *ret_n = *ret_links != NULL;
    return *ret_links ? 0 : -errno;
}

uint32_t nt_attach_places(const struct nt_probe *probe)
{
    int ncpus = libbpf_num_possible_cpus();

    switch (probe->attach.kind) {
    case NT_ATTACH_UPROBE:
    case NT_ATTACH_URETPROBE:
        return probe->attach.nsites;
    case NT_ATTACH_TIMER:
        return ncpus > 0 ? (uint32_t)ncpus : 1;
    default:
        return 1;
    }
}

int nt_attach_at_places(const struct nt_probe *probe, const struct bpf_program *prog,
                        struct bpf_link **ret_links, uint32_t *ret_n)
{
    if (probe->attach.kind == NT_ATTACH_TIMER)
        return attach_timers(probe, prog, ret_links, ret_n);
    if (probe->attach.kind == NT_ATTACH_FUNCTIONS)
        return attach_functions(probe, prog, ret_links, ret_n);
    return attach_sites(probe, prog, ret_links, ret_n);
}
