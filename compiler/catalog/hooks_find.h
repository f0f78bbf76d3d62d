/* How the targets of each hook are found; see nt_hooks. */
#pragma once

#include "compiler/catalog/hooks.h"
#include "compiler/kernel/elf.h"
#include "compiler/kernel/kernel.h"

/* Parameters of a function or tracepoint as arguments; each knows its place among the registers. */
struct nt_harg *nt_hook_args(const struct nt_kernel *k, struct nt_arena *a,
                             const struct nt_kparam *params, uint32_t n);

#define NT_HOOK(name)                                                                              \
    int nt_hook_##name(const struct nt_kernel *k, struct nt_arena *a, const char *target,          \
                       struct nt_target *ret_target, const char **ret_why)

/* hooks_function.c: functions of the kernel. */
NT_HOOK(fn);
NT_HOOK(fentry);
NT_HOOK(kprobe);
NT_HOOK(call);
NT_HOOK(fexit);
NT_HOOK(kretprobe);

/* hooks_user.c: functions of programs and libraries, timers. usdt.c: their authors' probes. */
NT_HOOK(uprobe);
NT_HOOK(uretprobe);
NT_HOOK(ucall);
NT_HOOK(usdt);
NT_HOOK(profile);
/* The file that stands in front of the first colon of a target; *ret_rest is what follows it. */
int nt_hook_open(struct nt_arena *a, const char *target, struct nt_elf **ret_elf,
                 const char **ret_path, const char **ret_rest, const char **ret_why);
