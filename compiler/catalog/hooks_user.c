/* Functions of programs and libraries, and timers. A function is found in its file when the script
 * is compiled, and traced in every process that runs it. */
#include "compiler/catalog/hooks_find.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_HZ = 10000 };

int nt_hook_open(struct nt_arena *a, const char *target, struct nt_elf **ret_elf,
                 const char **ret_path, const char **ret_rest, const char **ret_why)
{
    const char *colon = strchr(target, ':');
    char *path;
    int err;

    if (!colon || !colon[1]) {
        *ret_why = "what is traced in it follows a second colon, as in uprobe:libc:malloc";
        return -ENOENT;
    }
    char *name = nt_strndup(a, target, (size_t)(colon - target));

    path = nt_elf_find(name);
    if (!path) {
        *ret_why = nt_sprintf(a, "there is no program or library '%s' on this host", name);
        return -ENOENT;
    }
    *ret_path = nt_strdup(a, path);
    *ret_rest = colon + 1;
    free(path);
    err = nt_elf_open(*ret_path, ret_elf);
    if (err < 0)
        *ret_why = nt_sprintf(a, "'%s' is no program or library that can be read", name);
    return err < 0 ? -ENOENT : 0;
}

struct search {
    struct nt_arena *a;
    const struct nt_elf *elf;
    const char *path, *symbol;
    NT_VEC(struct nt_site) sites;
};

/* A name that several functions of the file bear stands for all of them. */
static bool add_site(const char *name, uint64_t address, uint64_t size, void *arg)
{
    struct search *s = arg;
    struct nt_site site = {.path = s->path};

    (void)size;
    if (strcmp(name, s->symbol) != 0 || !nt_elf_offset_of(s->elf, address, &site.offset))
        return true;
    nt_vec_each (known, &s->sites)
        if (known->offset == site.offset)
            return true;
    *nt_vec_push(s->a, &s->sites) = site;
    return true;
}

static int find_function(struct nt_arena *a, const char *target, struct nt_attach *ret_attach,
                         const char **ret_why)
{
    struct search s = {.a = a};
    struct nt_elf *elf;
    int err = nt_hook_open(a, target, &elf, &s.path, &s.symbol, ret_why);

    if (err < 0)
        return err;
    s.elf = elf;
    nt_elf_each_function(elf, add_site, &s);
    nt_elf_close(&elf);
    if (!s.sites.n) {
        *ret_why = nt_sprintf(a, "%s names no function '%s'", s.path, s.symbol);
        return -ENOENT;
    }
    *ret_attach = (struct nt_attach){.sites = s.sites.at, .nsites = s.sites.n};
    return 0;
}

static int user_function(struct nt_arena *a, const char *target, enum nt_attach_kind kind,
                         struct nt_target *ret_target, const char **ret_why)
{
    static const struct nt_harg returned = {.name = NT_RETVAL, .returned = true};
    struct nt_attach attach;
    int err = find_function(a, target, &attach, ret_why);

    if (err < 0)
        return err;
    attach.kind = kind;
    *ret_target = (struct nt_target){
        .args = NT_ARGS_REGS,
        .section = kind == NT_ATTACH_UPROBE ? "uprobe" : "uretprobe",
        .typed = kind == NT_ATTACH_URETPROBE, /* no arguments */
        .ret = kind == NT_ATTACH_URETPROBE ? &returned : NULL,
        .user = true,
        .attach = attach,
    };
    return 0;
}

NT_HOOK(uprobe)
{
    (void)k;
    return user_function(a, target, NT_ATTACH_UPROBE, ret_target, ret_why);
}

NT_HOOK(uretprobe)
{
    (void)k;
    return user_function(a, target, NT_ATTACH_URETPROBE, ret_target, ret_why);
}

NT_HOOK(ucall)
{
    struct nt_target *back = NT_NEW(a, struct nt_target);
    int err = nt_hook_uretprobe(k, a, target, back, ret_why);

    if (err == 0)
        err = nt_hook_uprobe(k, a, target, ret_target, ret_why);
    if (err == 0)
        ret_target->back = back;
    return err;
}

NT_HOOK(profile)
{
    char *end;
    unsigned long hz = strtoul(target, &end, 10);

    (void)k;
    if (strcmp(end, "hz") != 0 || hz < 1 || hz > MAX_HZ) {
        *ret_why = nt_sprintf(a, "a timer is written profile:99hz, with 1 to %d hz", MAX_HZ);
        return -ENOENT;
    }
    *ret_target = (struct nt_target){
        .args = NT_ARGS_REGS,
        .section = "perf_event",
        .typed = true,
        .attach = {.kind = NT_ATTACH_TIMER, .hz = (uint32_t)hz},
    };
    return 0;
}
