/* A program that no verifier takes: the runtime has to say at which line. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("raw_tp/sys_enter")
int fine(struct bpf_raw_tracepoint_args *ctx)
{
    return ctx->args[1] == 7;
}

SEC("raw_tp/sys_enter")
int refused(struct bpf_raw_tracepoint_args *ctx)
{
    unsigned long long *task = (void *)bpf_get_current_task();

    if (ctx->args[1] != 7)
        return 0;
    return task[3]; /* not to be read like this */
}

char LICENSE[] SEC("license") = "GPL";
