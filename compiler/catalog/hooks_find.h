/* How the targets of each hook are found; see nt_hooks. */
#pragma once

#include "compiler/catalog/hooks.h"
#include "compiler/kernel/elf.h"
#include "compiler/kernel/kernel.h"

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

/* hooks_match.c: patterns. */
#define NT_MATCH(name)                                                                             \
    int nt_match_##name(const struct nt_kernel *k, struct nt_arena *a, const char *pattern,        \
                        nt_target_fn *each, void *arg, const char **ret_why)
NT_MATCH(raw_tracepoint);
NT_MATCH(tracepoint);
NT_MATCH(user);
NT_MATCH(usdt);
