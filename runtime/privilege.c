#include "runtime/privilege.h"
#include "compiler/base/cx.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The effective capabilities, as a bit set. */
static uint64_t capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};

    if (syscall(SYS_capget, &header, data) < 0)
        return 0;
    return data[0].effective | (uint64_t)data[1].effective << 32;
}

static bool has(uint64_t set, int capability)
{
    return set >> capability & 1;
}

int nt_privilege_check(struct nt_cx *cx)
{
    uint64_t set = capabilities();
    struct nt_diag *d;

    if (has(set, CAP_SYS_ADMIN) || (has(set, CAP_BPF) && has(set, CAP_PERFMON)))
        return 0;
    if (geteuid() == 0) {
        d = nt_error_at_none(cx, NT_PRIVILEGE,
                             "root without CAP_BPF and CAP_PERFMON can't watch "
                             "the kernel");
        nt_hint(d, "a container? give it both capabilities, or run ntrace on the host");
    } else {
        d = nt_error_at_none(cx, NT_PRIVILEGE, "watching the kernel needs root");
        nt_hint(d, "use sudo; `ntrace check` and `ntrace list` work without");
    }
    return -EPERM;
}
