#include "runtime/missed.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <stddef.h>

/* struct bpf_link_info as 6.7 has it: headers of the machine that builds may be older. */
struct link_info {
    uint32_t type, id, prog_id, pad;
    union {
        struct {
            uint64_t addrs;
            uint32_t count, flags;
            uint64_t missed;
        } multi;
        struct {
            uint32_t type, pad;
            uint64_t name;
            uint32_t name_len, offset;
            uint64_t addr, missed;
        } perf;
        char room[64];
    };
};

enum { LINK_PERF_EVENT = 7, LINK_KPROBE_MULTI = 8 };
enum { PERF_KPROBE = 3, PERF_KRETPROBE = 4 };

uint64_t nt_program_missed(int fd)
{
    struct bpf_prog_info info = {0};
    uint32_t size = sizeof(info);

    return bpf_obj_get_info_by_fd(fd, &info, &size) < 0 ? 0 : info.recursion_misses;
}

uint64_t nt_link_missed(int fd)
{
    struct link_info info = {0};
    uint32_t size = sizeof(info);

    if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
        return 0;
    if (info.type == LINK_KPROBE_MULTI)
        return info.multi.missed;
    if (info.type == LINK_PERF_EVENT &&
        (info.perf.type == PERF_KPROBE || info.perf.type == PERF_KRETPROBE))
        return info.perf.missed;
    return 0;
}

/* Since the kernel that counts, there is more to be told of a link. */
bool nt_link_counts(int fd)
{
    struct link_info info = {0};
    uint32_t size = sizeof(info);

    return bpf_obj_get_info_by_fd(fd, &info, &size) == 0 &&
           size >= offsetof(struct link_info, perf.missed) + sizeof(info.perf.missed);
}
