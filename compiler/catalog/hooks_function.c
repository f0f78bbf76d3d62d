/* Functions of the kernel: their entry, their return, and both as one call.
 *
 * A trampoline (fentry, fexit) hands over typed arguments, six numbers or pointers at most; a
 * breakpoint (kprobe, kretprobe) hands over the registers. */
#include "compiler/catalog/hooks_find.h"

#include <errno.h>
#include <string.h>

enum { MAX_TRAMPOLINE_ARGS = 6, WORD = 8 };

struct signature {
    bool typed;
    const struct nt_kparam *params;
    uint32_t n, ret; /* ret: type, 0: void */
};

static struct signature signature_of(const struct nt_kernel *k, struct nt_arena *a,
                                     const char *target)
{
    struct signature s = {0};

    s.typed = nt_kernel_func(k, a, target, &s.params, &s.n, &s.ret) == 0;
    return s;
}

/* A small struct that is handed over by value takes as many registers as it has words. */
static uint32_t registers_of(const struct nt_kernel *k, uint32_t type)
{
    uint32_t size = type ? nt_kernel_type(k, type).size : WORD;

    return size > WORD && size <= 2 * WORD ? 2 : 1;
}

struct nt_harg *nt_target_args(const struct nt_kernel *k, struct nt_arena *a,
                               const struct nt_kparam *params, uint32_t n)
{
    struct nt_harg *arg = NT_NEW_N(a, struct nt_harg, n + 1);
    uint32_t index = 0;

    for (uint32_t i = 0; i < n; i++) {
        arg[i] = (struct nt_harg){.name = params[i].name,
                                  .type = params[i].type,
                                  .index = (uint16_t)index,
                                  .nullable = params[i].nullable};
        index += registers_of(k, params[i].type);
    }
    return arg;
}

static bool is_plain(const struct nt_kernel *k, uint32_t type)
{
    return nt_kernel_type(k, type).kind != NT_K_STRUCT;
}

static bool fits_trampoline(const struct nt_kernel *k, const struct signature *s)
{
    if (!s->typed || s->n > MAX_TRAMPOLINE_ARGS || !is_plain(k, s->ret))
        return false;
    for (uint32_t i = 0; i < s->n; i++)
        if (!is_plain(k, s->params[i].type))
            return false;
    return true;
}

/* What a function without types returns is a number. */
static const struct nt_harg *returned(struct nt_arena *a, const struct signature *s)
{
    struct nt_harg *ret = NT_NEW(a, struct nt_harg);

    if (s->typed && !s->ret)
        return NULL;
    *ret = (struct nt_harg){
        .name = NT_RETVAL, .type = s->ret, .index = (uint16_t)s->n, .returned = true};
    return ret;
}

static const char no_function[] = "neither the kernel nor a module loaded now has such a function "
                                  "that can be traced (load its module first)";

/* -- by trampoline ---------------------------------------------------------------------------- */

static int trampoline(const struct nt_kernel *k, struct nt_arena *a, const char *target,
                      bool at_return, struct nt_target *ret_target, const char **ret_why)
{
    struct signature s = signature_of(k, a, target);
    uint32_t namesakes = s.typed ? nt_kernel_traceable(k, target) : 0;

    if (!nt_kernel_has(k, NT_FEATURE_FENTRY)) {
        *ret_why = "this host does not let programs attach to functions by trampoline";
        return -EOPNOTSUPP;
    }
    if (!namesakes) {
        *ret_why = no_function;
        return -ENOENT;
    }
    if (nt_kernel_misplaces(k, target)) {
        *ret_why = "this kernel would place the trampoline elsewhere, behind the function; a "
                   "breakpoint (kprobe, kretprobe) is placed right";
        return -EOPNOTSUPP;
    }
    if (!fits_trampoline(k, &s)) {
        *ret_why = "trampolines take no more than six arguments, and no structs by value";
        return -EOPNOTSUPP;
    }
    *ret_target = (struct nt_target){
        .args = NT_ARGS_BTF,
        .section = nt_sprintf(a, "%s/%s", at_return ? "fexit" : "fentry", target),
        .arg = nt_target_args(k, a, s.params, s.n),
        .nargs = s.n,
        .typed = true,
        .namesakes = namesakes,
        .ret = at_return ? returned(a, &s) : NULL,
    };
    return 0;
}

NT_HOOK(fentry)
{
    return trampoline(k, a, target, false, ret_target, ret_why);
}

NT_HOOK(fexit)
{
    return trampoline(k, a, target, true, ret_target, ret_why);
}

/* -- by breakpoint ---------------------------------------------------------------------------- */

/* The compiler may leave only a copy of a function, with other arguments: NAME.isra.0,
 * NAME.constprop.0. Parts that it cut out (NAME.part.0, NAME.cold) are no calls of it. */
static void try_clone(const struct nt_kfunction *f, void *arg)
{
    const char **found = arg;
    const char *suffix = strchr(f->name, '.');

    if (suffix && f->traceable == 1 && !*found &&
        (strncmp(suffix, ".isra.", 6) == 0 || strncmp(suffix, ".constprop.", 11) == 0) &&
        !strstr(suffix, ".part.") && !strstr(suffix, ".cold"))
        *found = f->name;
}

static const char *clone_of(const struct nt_kernel *k, struct nt_arena *a, const char *target)
{
    const char *found = NULL;

    nt_kernel_each_function(k, nt_sprintf(a, "%s.*", target), false, try_clone, &found);
    return found ? nt_strdup(a, found) : NULL;
}

static int breakpoint(const struct nt_kernel *k, struct nt_arena *a, const char *target,
                      const char **ret_clone, const char **ret_why)
{
    *ret_clone = NULL;
    if (!nt_kernel_has(k, NT_FEATURE_KPROBE)) {
        *ret_why = "this kernel has no kprobes";
        return -EOPNOTSUPP;
    }
    if (nt_kernel_traceable(k, target))
        return 0;
    *ret_clone = clone_of(k, a, target);
    if (*ret_clone)
        return 0;
    *ret_why = no_function;
    return -ENOENT;
}

/* The place, without arguments. A copy has none that are known. */
static int at_breakpoint(const struct nt_kernel *k, struct nt_arena *a, const char *kind,
                         const char *target, struct nt_target *ret_target, const char **ret_why)
{
    const char *clone;
    int err = breakpoint(k, a, target, &clone, ret_why);

    if (err < 0)
        return err;
    *ret_target = (struct nt_target){
        .args = NT_ARGS_REGS,
        .section = nt_sprintf(a, "%s/%s", kind, clone ? clone : target),
        .typed = true,
        .clone = clone,
        .namesakes = nt_kernel_traceable(k, clone ? clone : target),
    };
    return 0;
}

NT_HOOK(kprobe)
{
    struct signature s = signature_of(k, a, target);
    int err = at_breakpoint(k, a, "kprobe", target, ret_target, ret_why);

    if (err < 0 || ret_target->clone)
        return err;
    ret_target->arg = s.typed ? nt_target_args(k, a, s.params, s.n) : NULL;
    ret_target->nargs = s.n;
    ret_target->typed = s.typed;
    return 0;
}

NT_HOOK(kretprobe)
{
    struct signature s = signature_of(k, a, target);
    int err = at_breakpoint(k, a, "kretprobe", target, ret_target, ret_why);

    if (err < 0 || ret_target->clone)
        return err;
    ret_target->ret = returned(a, &s);
    return 0;
}

/* -- the best there is ------------------------------------------------------------------------ */

NT_HOOK(fn)
{
    int err = nt_hook_fentry(k, a, target, ret_target, ret_why);

    if (err < 0) {
        err = nt_hook_kprobe(k, a, target, ret_target, ret_why);
        if (err == -EOPNOTSUPP)
            *ret_why = nt_kernel_has(k, NT_FEATURE_FENTRY)
                           ? "it takes a breakpoint, and this host has no kprobes"
                           : "this host has neither fentry nor kprobes";
    }
    return err;
}

NT_HOOK(call)
{
    struct nt_target *back = NT_NEW(a, struct nt_target);
    int err = nt_hook_fn(k, a, target, ret_target, ret_why);

    if (err == 0)
        err = ret_target->args == NT_ARGS_BTF ? nt_hook_fexit(k, a, target, back, ret_why)
                                              : nt_hook_kretprobe(k, a, target, back, ret_why);
    ret_target->back = back;
    return err;
}
