#include "runtime/tp_btf.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

static const char section[] = "tp_btf/";

static bool is_tp_btf(const struct nt_probe *probe)
{
    return strncmp(probe->section, section, strlen(section)) == 0;
}

static bool knows_all(const struct nt_program *p)
{
    for (uint32_t i = 0; i < p->nprobes; i++)
        if (is_tp_btf(&p->probes[i]) && !p->probes[i].btf_id)
            return false;
    return true;
}

/* Until here libbpf has taken the program for a raw tracepoint, which needs no types. */
static int prepare(struct bpf_program *prog, struct bpf_prog_load_opts *opts, long cookie)
{
    const struct nt_program *p = (const void *)cookie;

    for (uint32_t i = 0; i < p->nprobes; i++)
        if (strcmp(p->probes[i].prog, bpf_program__name(prog)) == 0) {
            opts->attach_btf_id = p->probes[i].btf_id;
            return bpf_program__set_type(prog, BPF_PROG_TYPE_TRACING);
        }
    return -ENOENT;
}

static int attach(const struct bpf_program *prog, long cookie, struct bpf_link **ret_link)
{
    (void)cookie;
    *ret_link = bpf_program__attach_trace(prog);
    return *ret_link ? 0 : -errno;
}

int nt_tp_btf_open(const struct nt_program *p, int *ret_handler)
{
    LIBBPF_OPTS(libbpf_prog_handler_opts, opts, .cookie = (long)p, .prog_prepare_load_fn = prepare,
                .prog_attach_fn = attach);
    int handler = 0;

    if (knows_all(p))
        handler = libbpf_register_prog_handler("tp_btf+", BPF_PROG_TYPE_RAW_TRACEPOINT,
                                               BPF_TRACE_RAW_TP, &opts);
    if (handler < 0)
        return handler;
    *ret_handler = handler;
    return 0;
}

void nt_tp_btf_close(int *handler)
{
    if (*handler > 0)
        libbpf_unregister_prog_handler(*handler);
    *handler = 0;
}
