/* What this kernel takes, asked by trying: a tiny program or map for each question, once. */
#include "compiler/kernel/private.h"
#include "compiler/kernel/seen.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum answer { NOT_ASKED, NO, YES };

struct nt_probed {
    enum answer has[NT_FEATURE_MAX];
    int isa; /* 0: not asked */
};

static const char *const names[NT_FEATURE_MAX] = {
    [NT_FEATURE_TP_BTF] = "tp_btf",
    [NT_FEATURE_FENTRY] = "fentry",
    [NT_FEATURE_KPROBE] = "kprobe",
    [NT_FEATURE_KPROBE_MULTI] = "kprobe_multi",
    [NT_FEATURE_RINGBUF] = "ringbuf",
    [NT_FEATURE_ATOMIC_FETCH] = "atomic_fetch",
    [NT_FEATURE_READ_KERNEL] = "read_kernel",
    [NT_FEATURE_LONG] = "long",
    [NT_FEATURE_CAST] = "cast",
};

struct nt_probed *nt_probed_new(void)
{
    return calloc(1, sizeof(struct nt_probed));
}

void nt_probed_free(struct nt_probed *p)
{
    free(p);
}

/* ---- programs to try ---- */

#define INSN(c, dst, src, o, i)                                                                    \
    ((struct bpf_insn){.code = (c), .dst_reg = (dst), .src_reg = (src), .off = (o), .imm = (i)})
#define MOV(dst, value) INSN(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, value)
#define EXIT            INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

static bool accepts(const struct bpf_insn *insns, size_t n)
{
    int fd = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, NULL, "GPL", insns, n, NULL);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static bool accepts_v3(void)
{
    const struct bpf_insn insns[] = {
        MOV(BPF_REG_0, 0),
        INSN(BPF_JMP32 | BPF_JEQ | BPF_K, BPF_REG_0, 0, 0, 0),
        EXIT,
    };
    return accepts(insns, sizeof(insns) / sizeof(*insns));
}

static bool accepts_v4(void)
{
    const struct bpf_insn insns[] = {
        MOV(BPF_REG_0, 0),
        INSN(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_0, BPF_REG_0, 8, 0), /* sign extension */
        EXIT,
    };
    return accepts(insns, sizeof(insns) / sizeof(*insns));
}

static bool accepts_anything(void)
{
    const struct bpf_insn insns[] = {MOV(BPF_REG_0, 0), EXIT};

    return accepts(insns, sizeof(insns) / sizeof(*insns));
}

static bool accepts_atomic_fetch(void)
{
    const struct bpf_insn insns[] = {
        MOV(BPF_REG_0, 0),
        INSN(BPF_STX | BPF_MEM | BPF_DW, BPF_REG_10, BPF_REG_0, -8, 0),
        INSN(BPF_STX | BPF_ATOMIC | BPF_DW, BPF_REG_10, BPF_REG_0, -8, BPF_ADD | BPF_FETCH),
        EXIT,
    };
    return accepts(insns, sizeof(insns) / sizeof(*insns));
}

static bool accepts_read_kernel(void)
{
    const struct bpf_insn insns[] = {
        INSN(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1, BPF_REG_10, 0, 0),
        INSN(BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_1, 0, 0, -8),
        MOV(BPF_REG_2, 8),
        MOV(BPF_REG_3, 0),
        INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_probe_read_kernel),
        MOV(BPF_REG_0, 0),
        EXIT,
    };
    int fd = bpf_prog_load(BPF_PROG_TYPE_KPROBE, NULL, "GPL", insns, sizeof(insns) / sizeof(*insns),
                           NULL);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* Of a struct pt_regs, as codegen/cast.c reads it. */
static bool accepts_cast(const struct nt_kernel *k)
{
    uint32_t cast = nt_kernel_find(k, "bpf_rdonly_cast", BTF_KIND_FUNC);
    const struct bpf_insn insns[] = {
        MOV(BPF_REG_1, 0),
        MOV(BPF_REG_2, (int)nt_kernel_find(k, "pt_regs", BTF_KIND_STRUCT)),
        INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_KFUNC_CALL, 0, (int)cast),
        INSN(BPF_LDX | BPF_MEM | BPF_DW, BPF_REG_1, BPF_REG_0, 0, 0),
        INSN(BPF_LDX | BPF_MEM | BPF_DW, BPF_REG_1, BPF_REG_0, 8, 0),
        INSN(BPF_LDX | BPF_MEM | BPF_DW, BPF_REG_1, BPF_REG_0, 16, 0),
        INSN(BPF_LDX | BPF_MEM | BPF_DW, BPF_REG_1, BPF_REG_0, 24, 0),
        INSN(BPF_LDX | BPF_MEM | BPF_DW, BPF_REG_1, BPF_REG_0, 32, 0),
        MOV(BPF_REG_0, 0),
        EXIT,
    };
    int fd = cast == 0 ? -1
                       : bpf_prog_load(BPF_PROG_TYPE_KPROBE, NULL, "GPL", insns,
                                       sizeof(insns) / sizeof(*insns), NULL);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static bool accepts_long(void)
{
    enum { N = BPF_MAXINSNS + 2 };
    struct bpf_insn *insns = calloc(N, sizeof(*insns));
    bool takes;

    for (int i = 0; insns && i < N - 1; i++)
        insns[i] = MOV(BPF_REG_0, 0);
    if (insns)
        insns[N - 1] = EXIT;
    takes = insns && accepts(insns, N);
    free(insns);
    return takes;
}

static int load_tracing(enum bpf_attach_type type, uint32_t btf_id)
{
    const struct bpf_insn insns[] = {MOV(BPF_REG_0, 0), EXIT};
    LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = type, .attach_btf_id = btf_id);

    if (btf_id == 0)
        return -ENOENT;
    return bpf_prog_load(BPF_PROG_TYPE_TRACING, NULL, "GPL", insns, sizeof(insns) / sizeof(*insns),
                         &opts);
}

static bool has_tp_btf(const struct nt_kernel *k)
{
    /* A tracepoint that every kernel has. */
    int fd = load_tracing(BPF_TRACE_RAW_TP, nt_kernel_attach_id(k, "sched_switch"));

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* Some kernels load it and refuse to attach it. */
static bool has_fentry(const struct nt_kernel *k)
{
    int prog = load_tracing(BPF_TRACE_FENTRY, nt_kernel_find(k, "bpf_fentry_test1", BTF_KIND_FUNC));
    int link = prog < 0 ? -1 : bpf_raw_tracepoint_open(NULL, prog);

    if (prog >= 0)
        close(prog);
    if (link >= 0)
        close(link);
    return link >= 0;
}

static bool has_kprobe(void)
{
    return access("/sys/bus/event_source/devices/kprobe/type", R_OK) == 0 ||
           access("/sys/kernel/tracing/kprobe_events", W_OK) == 0 ||
           access("/sys/kernel/debug/tracing/kprobe_events", W_OK) == 0;
}

/* Nobody calls that function but the kernel's own tests. */
static bool has_kprobe_multi(void)
{
    const struct bpf_insn insns[] = {MOV(BPF_REG_0, 0), EXIT};
    const char *symbol = "bpf_fentry_test1";
    LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_KPROBE_MULTI);
    LIBBPF_OPTS(bpf_link_create_opts, where, .kprobe_multi.syms = &symbol, .kprobe_multi.cnt = 1);
    int prog = bpf_prog_load(BPF_PROG_TYPE_KPROBE, NULL, "GPL", insns,
                             sizeof(insns) / sizeof(*insns), &opts);
    int link = prog < 0 ? -1 : bpf_link_create(prog, 0, BPF_TRACE_KPROBE_MULTI, &where);

    if (prog >= 0)
        close(prog);
    if (link >= 0)
        close(link);
    return link >= 0;
}

static bool has_ringbuf(void)
{
    int fd =
        bpf_map_create(BPF_MAP_TYPE_RINGBUF, NULL, 0, 0, (uint32_t)sysconf(_SC_PAGESIZE), NULL);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static bool try_feature(const struct nt_kernel *k, enum nt_feature f)
{
    switch (f) {
    case NT_FEATURE_TP_BTF:
        return has_tp_btf(k);
    case NT_FEATURE_FENTRY:
        return has_fentry(k);
    case NT_FEATURE_KPROBE:
        return has_kprobe();
    case NT_FEATURE_KPROBE_MULTI:
        return has_kprobe_multi();
    case NT_FEATURE_RINGBUF:
        return has_ringbuf();
    case NT_FEATURE_ATOMIC_FETCH:
        return accepts_atomic_fetch();
    case NT_FEATURE_READ_KERNEL:
        return accepts_read_kernel();
    case NT_FEATURE_LONG: /* what came after it says so too, in a tenth of the time */
        return nt_kernel_has(k, NT_FEATURE_ATOMIC_FETCH) || accepts_long();
    case NT_FEATURE_CAST:
        return accepts_cast(k);
    case NT_FEATURE_MAX:
        break;
    }
    return false;
}

/* ---- answers ---- */

/* Is the word there, with a blank, a newline or an end on both sides? */
static bool has_word(const char *text, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = text; len && (at = strstr(at, word)); at += len) {
        bool begins = at == text || strchr(" \t\n", at[-1]);
        if (begins && strchr(" \t\n", at[len])) /* the text's NUL is found too */
            return true;
    }
    return false;
}

const char *nt_feature_name(enum nt_feature f)
{
    return names[f];
}

bool nt_kernel_has(const struct nt_kernel *k, enum nt_feature f)
{
    if (k->features)
        return has_word(k->features, names[f]);
    if (k->probed->has[f] == NOT_ASKED)
        k->probed->has[f] = try_feature(k, f) ? YES : NO;
    nt_saw_number(k, (uint64_t)f << 2 | k->probed->has[f]);
    return k->probed->has[f] == YES;
}

static int try_isa(void)
{
    if (accepts_v4())
        return 4;
    return accepts_v3() || !accepts_anything() ? 3 : 2;
}

/* What old kernels lack is left out; what they have too (kprobes) is still asked of the kernel
 * itself. */
static const struct profile {
    const char *name, *features;
} profiles[] = {
    {"4.19", "isa v2\n"},
};

char *nt_profile_features(const struct nt_kernel *k, const char *name)
{
    char *text = NULL;

    for (size_t i = 0; i < sizeof(profiles) / sizeof(*profiles); i++)
        if (strcmp(profiles[i].name, name) == 0 &&
            asprintf(&text, "%s%s", profiles[i].features,
                     nt_kernel_has(k, NT_FEATURE_KPROBE) ? "kprobe\n" : "") < 0)
            text = NULL;
    return text;
}

int nt_kernel_isa(const struct nt_kernel *k)
{
    if (k->features) {
        const char *line = strstr(k->features, "isa v");
        return line && line[5] >= '2' && line[5] <= '4' ? line[5] - '0' : 3;
    }
    if (k->probed->isa == 0)
        k->probed->isa = try_isa();
    nt_saw_number(k, (uint64_t)k->probed->isa);
    return k->probed->isa;
}
