#include "compiler/catalog/hooks_find.h"

#include "compiler/kernel/kernel.h"

#include <errno.h>
#include <string.h>

/* Arguments that can be null though their names do not say so (kernel/bpf/btf.c, raw_tp_null_args;
 * include/trace/events): what lies behind them may be absent. */
static const struct {
    const char *tracepoint, *arg;
} null_args[] = {
    {"tcp_send_reset", "sk"},
    {"tcp_send_reset", "skb"},
    {"kfree_skb", "rx_sk"},
};

static bool can_be_null(const char *tracepoint, const char *arg)
{
    for (size_t i = 0; i < sizeof(null_args) / sizeof(*null_args); i++)
        if (strcmp(null_args[i].tracepoint, tracepoint) == 0 && strcmp(null_args[i].arg, arg) == 0)
            return true;
    return false;
}

const struct nt_harg *nt_target_arg(const struct nt_target *t, const char *name)
{
    for (uint32_t i = 0; i < t->nargs; i++)
        if (strcmp(t->arg[i].name, name) == 0)
            return &t->arg[i];
    return t->ret && strcmp(name, NT_RETVAL) == 0 ? t->ret : NULL;
}

static int raw_tracepoint(const struct nt_kernel *k, struct nt_arena *a, const char *target,
                          struct nt_target *ret_target, const char **ret_why)
{
    const struct nt_kparam *params;
    struct nt_harg *arg;
    uint32_t n;

    if (nt_kernel_raw_tracepoint(k, a, target, &params, &n) < 0) {
        *ret_why = "this kernel has no such tracepoint";
        return -ENOENT;
    }
    bool direct = nt_kernel_has(k, NT_FEATURE_TP_BTF);

    arg = nt_target_args(k, a, params, n);
    for (uint32_t i = 0; i < n; i++)
        arg[i].nullable |= can_be_null(target, arg[i].name);
    *ret_target = (struct nt_target){
        .args = direct ? NT_ARGS_BTF : NT_ARGS_RAW,
        .section = nt_sprintf(a, "%s/%s", direct ? "tp_btf" : "raw_tp", target),
        .btf_id = direct ? nt_kernel_attach_id(k, target) : 0,
        .arg = arg,
        .nargs = n,
        .typed = true,
    };
    return 0;
}

static int tracepoint(const struct nt_kernel *k, struct nt_arena *a, const char *target,
                      struct nt_target *ret_target, const char **ret_why)
{
    const char *colon = strchr(target, ':');
    /* Of a record programs may read what is the tracepoint's own. */
    enum { COMMON_BYTES = 8 };
    const struct nt_tpfield *fields;
    struct nt_harg *arg;
    uint32_t n, nargs = 0;

    if (!colon) {
        *ret_why = "a tracepoint is written tracepoint:SYSTEM:NAME";
        return -ENOENT;
    }
    char *sys = nt_strndup(a, target, (size_t)(colon - target));

    if (nt_kernel_tracepoint(k, a, sys, colon + 1, &fields, &n) < 0) {
        *ret_why = "this kernel has no such tracepoint";
        return -ENOENT;
    }
    arg = NT_NEW_N(a, struct nt_harg, n + 1);
    for (uint32_t i = 0; i < n; i++)
        if (fields[i].offset >= COMMON_BYTES && fields[i].size)
            arg[nargs++] = (struct nt_harg){.name = fields[i].name,
                                            .offset = (uint16_t)fields[i].offset,
                                            .size = (uint16_t)fields[i].size,
                                            .is_signed = fields[i].is_signed};
    *ret_target = (struct nt_target){
        .args = NT_ARGS_RECORD,
        .section = nt_sprintf(a, "tp/%s/%s", sys, colon + 1),
        .arg = arg,
        .nargs = nargs,
        .typed = true,
    };
    return 0;
}

const struct nt_hook nt_hooks[] = {
    {"raw_tracepoint", "a tracepoint, with the arguments the kernel's code hands it",
     raw_tracepoint, nt_match_raw_tracepoint, false},
    {"tracepoint", "a tracepoint SYSTEM:NAME, with the fields of its record", tracepoint,
     nt_match_tracepoint, false},
    {"fn", "entry of a kernel function, by the best hook this kernel offers", nt_hook_fn, NULL,
     true},
    {"fentry", "entry of a kernel function, by trampoline", nt_hook_fentry, NULL, true},
    {"kprobe", "entry of a kernel function, by breakpoint", nt_hook_kprobe, NULL, true},
    {"call", "a kernel function from entry to return", nt_hook_call, NULL, true},
    {"fexit", "return of a kernel function, by trampoline", nt_hook_fexit, NULL, true},
    {"kretprobe", "return of a kernel function, by breakpoint", nt_hook_kretprobe, NULL, true},
    {"uprobe", "entry of a user function, LIB:SYMBOL", nt_hook_uprobe, nt_match_user, false},
    {"uretprobe", "return of a user function, LIB:SYMBOL", nt_hook_uretprobe, nt_match_user, false},
    {"ucall", "a user function from entry to return, LIB:SYMBOL", nt_hook_ucall, nt_match_user,
     false},
    {"usdt", "a user statically defined probe, LIB:PROVIDER:NAME", nt_hook_usdt, nt_match_usdt,
     false},
    {"profile", "a timer on every CPU, 99hz", nt_hook_profile, NULL, false},
    {0},
};

const struct nt_hook *nt_hook_of(const char *probe, const char **ret_target)
{
    const char *colon = strchr(probe, ':');

    for (const struct nt_hook *h = nt_hooks; colon && h->name; h++) {
        size_t len = strlen(h->name);

        if (len == (size_t)(colon - probe) && memcmp(h->name, probe, len) == 0) {
            *ret_target = colon + 1;
            return h;
        }
    }
    return NULL;
}
