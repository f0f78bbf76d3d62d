/* What the running kernel offers: its types (BTF), its tracepoints, its features. Opened once; the
 * compiler asks it, never the version number. A fixture directory can stand in for the kernel, so
 * that compiler tests give the same result everywhere:
 *
 *   DIR/vmlinux          raw BTF
 *   DIR/tracing/events/  a copy of the tracefs tree, as much as is needed
 *   DIR/features         names of enum nt_feature, one a line; "isa v3" */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct nt_arena;
struct nt_kernel;

struct nt_kernel_options {
    const char *fixture; /* directory, or NULL for the running kernel */
    const char *btf;     /* --btf FILE, or NULL */
    const char *profile; /* --profile VERSION: take no more than that kernel does, or NULL */
};

/* 0 or -errno; *ret_why then says what is missing and what to do, in static storage. -ENODATA: the
 * running kernel does not describe its types, and there is no /lib/modules/RELEASE/vmlinux.btf. */
int nt_kernel_open(const struct nt_kernel_options *o, struct nt_kernel **ret_k,
                   const char **ret_why);
/* Accepts NULL, sets NULL. */
void nt_kernel_close(struct nt_kernel **k);

/* Is it of that version ("5.1"), or younger? A fixture is; of a profile, what it stands for. */
bool nt_kernel_at_least(const struct nt_kernel *k, const char *version);
const char *nt_kernel_release(const struct nt_kernel *k); /* "6.18.44", "fixture" */

/* Is there no network device of that name in ntrace's own network namespace? In a fixture there is
 * any. */
bool nt_kernel_lacks_device(const struct nt_kernel *k, const char *name);

/* Mixes into h all that this kernel said until now, its types as a whole: where it is the same, the
 * questions that followed from one another had the same answers. */
struct nt_hash;
void nt_kernel_seen(const struct nt_kernel *k, struct nt_hash *h);

/* Type id by name and BTF_KIND_*, or 0. Indexed: 0.1 ms. Names given back are the kernel's: they
 * live until it is closed. */
uint32_t nt_kernel_find(const struct nt_kernel *k, const char *name, uint32_t kind);
/* The same, of loaded modules too. Reads their types: for what a script names. */
uint32_t nt_kernel_find_anywhere(const struct nt_kernel *k, const char *name, uint32_t kind);
const char *nt_kernel_type_name(const struct nt_kernel *k, uint32_t id); /* "" when anonymous */
/* Names of all types of a BTF_KIND_*: for "did you mean". */
void nt_kernel_each_named(const struct nt_kernel *k, uint32_t kind,
                          void (*each)(const char *name, void *arg), void *arg);
/* Follows typedef, const, volatile, restrict, type tags. */
uint32_t nt_kernel_strip(const struct nt_kernel *k, uint32_t id);
/* "struct sk_buff *", "__be16", ... for messages. */
const char *nt_kernel_type_text(const struct nt_kernel *k, struct nt_arena *a, uint32_t id);

/* What a type is, behind typedefs and qualifiers. Nobody outside this module reads BTF itself. */
enum nt_kkind { NT_K_OTHER, NT_K_INT, NT_K_BOOL, NT_K_POINTER, NT_K_ARRAY, NT_K_STRUCT, NT_K_ENUM };
struct nt_ktype {
    enum nt_kkind kind; /* a union is a STRUCT */
    uint32_t id;        /* stripped */
    uint32_t size;      /* bytes; of the whole array; 8 of a pointer */
    bool is_signed;     /* INT, ENUM */
    uint32_t target;    /* POINTER: what it points to, 0: void. ARRAY: its element. Not stripped. */
    uint32_t count;     /* ARRAY: elements */
};
struct nt_ktype nt_kernel_type(const struct nt_kernel *k, uint32_t id);
/* Names of an enum, in its order; of enum and enum64 alike. */
void nt_kernel_each_enumerator(const struct nt_kernel *k, uint32_t enum_id,
                               void (*each)(const char *name, int64_t value, void *arg), void *arg);

/* A member, looked for through anonymous structs and unions. */
struct nt_member {
    const char *name;
    uint32_t type;       /* not stripped: __be16 matters */
    uint32_t bit_offset; /* from the start of the outer struct */
    uint32_t bits;       /* of a bit field; 0: not one */
    bool shadowed; /* in a union, behind a member that may hold a pointer: the verifier takes it for
                      that */
};
bool nt_kernel_member(const struct nt_kernel *k, uint32_t struct_id, const char *name,
                      struct nt_member *ret_member);
/* All of them, those of anonymous ones included: for "did you mean". */
void nt_kernel_each_member(const struct nt_kernel *k, uint32_t struct_id,
                           void (*each)(const char *name, void *arg), void *arg);

/* Parameters of a kernel function, in order; names without "__nullable". -ENOENT when BTF lacks it.
 */
struct nt_kparam {
    const char *name;
    uint32_t type;
    bool nullable;
};
int nt_kernel_func(const struct nt_kernel *k, struct nt_arena *a, const char *name,
                   const struct nt_kparam **ret_params, uint32_t *ret_n, uint32_t *ret_rettype);
/* The same of a function by its BTF type. */
int nt_kernel_func_at(const struct nt_kernel *k, struct nt_arena *a, uint32_t id,
                      const struct nt_kparam **ret_params, uint32_t *ret_n, uint32_t *ret_rettype);
/* Of a raw tracepoint: those of __traceiter_NAME, without the first (void *__data). */
int nt_kernel_raw_tracepoint(const struct nt_kernel *k, struct nt_arena *a, const char *name,
                             const struct nt_kparam **ret_params, uint32_t *ret_n);

/* The type id by which a program is put on the raw tracepoint; 0: not known, or of a module, whose
 * ids alone do not tell whose they are. */
uint32_t nt_kernel_attach_id(const struct nt_kernel *k, const char *tracepoint);

/* A field of a tracefs tracepoint's record (events/SYS/NAME/format). */
struct nt_tpfield {
    const char *name;
    const char *type; /* the C text, "char[16]", "__u8" */
    uint32_t offset, size;
    bool is_signed;
};
int nt_kernel_tracepoint(const struct nt_kernel *k, struct nt_arena *a, const char *sys,
                         const char *name, const struct nt_tpfield **ret_fields, uint32_t *ret_n);
/* Names of tracepoints ("skb:kfree_skb"): for "did you mean" and ntrace list. */
void nt_kernel_each_tracepoint(const struct nt_kernel *k, void (*each)(const char *name, void *arg),
                               void *arg);

enum nt_feature {
    NT_FEATURE_TP_BTF, /* BTF-typed raw tracepoints (5.5) */
    NT_FEATURE_FENTRY, /* trampolines; some hosts refuse them */
    NT_FEATURE_KPROBE,
    NT_FEATURE_KPROBE_MULTI, /* one program on many functions (5.18; a kernel may lack it) */
    NT_FEATURE_RINGBUF,      /* 5.8 */
    NT_FEATURE_ATOMIC_FETCH, /* 5.12 */
    NT_FEATURE_READ_KERNEL,  /* bpf_probe_read_kernel beside bpf_probe_read (5.5) */
    NT_FEATURE_LONG,         /* programs of more than 4,096 instructions (5.2) */
    NT_FEATURE_CAST,         /* bpf_rdonly_cast (6.2) */
    NT_FEATURE_MAX,
};
/* Asked by trying, once. Without the privilege to try, false. */
bool nt_kernel_has(const struct nt_kernel *k, enum nt_feature f);
const char *nt_feature_name(enum nt_feature f); /* as a fixture has it */
/* Highest instruction set it takes: 2, 3 or 4. Asked by trying; 3 when that is not possible. */
int nt_kernel_isa(const struct nt_kernel *k);
/* A function, by its name. */
struct nt_kfunction {
    const char *name;
    uint32_t id;        /* its BTF type; 0: not known */
    uint32_t traceable; /* how many of that name can be traced */
    bool misplaced;     /* see nt_kernel_misplaces() */
};
typedef void nt_kfunction_fn(const struct nt_kfunction *function, void *arg);
/* All whose names match a pattern with `*`, each name once: those that the kernel's types know, or
 * those that can be traced. */
void nt_kernel_each_function(const struct nt_kernel *k, const char *pattern, bool typed,
                             nt_kfunction_fn *each, void *arg);
/* How many functions of that name can be traced (available_filter_functions, or kallsyms). */
uint32_t nt_kernel_traceable(const struct nt_kernel *k, const char *func);
/* Would this kernel place trampolines and kprobe.multi for this function in another, which never
 * runs? Code of weak functions that the linker left out of the symbols still has places to trace.
 * Where a function's own is not its first byte, but behind an ENDBR, the kernel looks for one in
 * all that lies before the next symbol, and may find theirs (ftrace_location()). Single breakpoints
 * are right. */
bool nt_kernel_misplaces(const struct nt_kernel *k, const char *func);
