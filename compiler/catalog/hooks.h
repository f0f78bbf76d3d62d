/* Ways into the kernel: what stands before the colon of a probe. A row says how a target is found
 * and where its arguments come from; the section name makes libbpf attach it. */
#pragma once

#include "compiler/base/arena.h"
#include "compiler/catalog/attach.h"

#include <stdbool.h>
#include <stdint.h>

struct nt_kernel;
struct nt_kparam;

/* How argument N is read from the program's context. */
enum nt_args {
    NT_ARGS_BTF,    /* u64 ctx[N], pointers typed: direct loads (tp_btf, fentry) */
    NT_ARGS_RAW,    /* u64 ctx[N], plain numbers: bpf_probe_read_kernel (raw_tp) */
    NT_ARGS_REGS,   /* registers of the calling convention in pt_regs (kprobe) */
    NT_ARGS_RECORD, /* fields of a tracepoint's record, at offsets in the context */
    NT_ARGS_PLACES, /* where the operand says (USDT) */
};

/* Where a value is while a program stops at a USDT probe. Registers are places in pt_regs. */
enum nt_operand_kind { NT_OPERAND_UNKNOWN, NT_OPERAND_CONST, NT_OPERAND_REG, NT_OPERAND_MEMORY };
struct nt_operand {
    enum nt_operand_kind kind;
    uint8_t size; /* bytes */
    bool is_signed;
    bool has_index;
    uint8_t scale;       /* MEMORY: value + reg + index * scale */
    uint16_t reg, index; /* REG, MEMORY */
    int64_t value;       /* CONST; MEMORY: displacement */
};

struct nt_harg {
    const char *name;
    uint32_t type;         /* BTF id as declared, 0: unknown */
    uint16_t index;        /* BTF, RAW, REGS */
    uint16_t offset, size; /* RECORD */
    bool is_signed;        /* RECORD */
    bool nullable;
    const struct nt_operand *operand; /* PLACES */
    bool returned;                    /* not an argument: what the function returned */
};

/* The name by which bodies read what a function returned. */
#define NT_RETVAL "retval"

/* A target found on this kernel. */
struct nt_target {
    enum nt_args args;
    const char *section; /* "tp_btf/kfree_skb" */
    uint32_t btf_id;     /* tp_btf: the kernel's type id of the tracepoint, 0: not known */
    const struct nt_harg *arg;
    uint32_t nargs;
    bool typed; /* false: arguments have no names here; those asked for are taken in their order */
    const struct nt_harg *ret;    /* what the function returned; NULL: nothing, or not known yet */
    const struct nt_target *back; /* call: where its return is seen; this is its entry */
    const struct nt_target *next; /* the same probe at places where its arguments lie elsewhere */
    const char *clone;  /* the compiler's copy that stands for it: its arguments are gone */
    uint32_t namesakes; /* functions of its name, itself included; the kernel picks one of them */
    bool user;          /* user code: nothing of the kernel's is in its arguments */
    struct nt_attach attach;
};
/* A function's parameters as arguments. */
struct nt_harg *nt_target_args(const struct nt_kernel *k, struct nt_arena *a,
                               const struct nt_kparam *params, uint32_t n);
/* An argument by the kernel's name, or what was returned; NULL: it has none of that name. */
const struct nt_harg *nt_target_arg(const struct nt_target *t, const char *name);

typedef void nt_target_fn(const char *target, void *arg);

struct nt_hook {
    const char *name; /* "raw_tracepoint" */
    const char *doc;
    /* NULL: the grammar knows it, this version can't attach it. 0; -ENOENT: the kernel has no such
     * target; -EOPNOTSUPP: this host has no such hook; *ret_why says it in words. */
    int (*resolve)(const struct nt_kernel *k, struct nt_arena *a, const char *target,
                   struct nt_target *ret_target, const char **ret_why);
    /* The targets that match a pattern with `*`, each once. NULL: of kernel functions; of others:
     * there are no patterns. 0 or -errno, as above. */
    int (*match)(const struct nt_kernel *k, struct nt_arena *a, const char *pattern,
                 nt_target_fn *each, void *arg, const char **ret_why);
    bool is_function; /* of the kernel */
};

extern const struct nt_hook nt_hooks[]; /* ends with a row without a name */
/* Of "raw_tracepoint:kfree_skb"; *ret_target is what follows the first colon. NULL: no such hook.
 */
const struct nt_hook *nt_hook_of(const char *probe, const char **ret_target);
