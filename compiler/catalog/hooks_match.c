/* Which targets a pattern means: names with `*` for any letters. */
#include "compiler/catalog/hooks_find.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

struct match {
    struct nt_arena *a;
    const char *pattern, *file;
    nt_target_fn *each;
    void *arg;
    NT_VEC(const char *) seen;
};

static void offer(struct match *m, const char *name)
{
    if (fnmatch(m->pattern, name, 0) != 0)
        return;
    nt_vec_each (s, &m->seen)
        if (strcmp(*s, name) == 0)
            return;
    name = m->file ? nt_sprintf(m->a, "%s:%s", m->file, name) : nt_strdup(m->a, name);
    *nt_vec_push(m->a, &m->seen) = m->file ? name + strlen(m->file) + 1 : name;
    m->each(name, m->arg);
}

/* -- tracepoints ------------------------------------------------------------------------------ */

static void offer_tracepoint(const char *name, void *arg)
{
    offer(arg, name);
}

static void offer_raw(const char *name, void *arg)
{
    offer(arg, strchr(name, ':') + 1);
}

NT_MATCH(tracepoint)
{
    struct match m = {.a = a, .pattern = pattern, .each = each, .arg = arg};

    (void)ret_why;
    nt_kernel_each_tracepoint(k, offer_tracepoint, &m);
    return 0;
}

NT_MATCH(raw_tracepoint)
{
    struct match m = {.a = a, .pattern = pattern, .each = each, .arg = arg};

    (void)ret_why;
    nt_kernel_each_tracepoint(k, offer_raw, &m);
    return 0;
}

/* -- user code -------------------------------------------------------------------------------- */

static bool offer_function(const char *name, uint64_t address, uint64_t size, void *arg)
{
    (void)address;
    (void)size;
    offer(arg, name);
    return true;
}

static void offer_functions(const struct nt_elf *elf, struct match *m)
{
    nt_elf_each_function(elf, offer_function, m);
}

static bool offer_usdt(const struct nt_elf_usdt *usdt, void *arg)
{
    struct match *m = arg;

    offer(m, nt_sprintf(m->a, "%s:%s", usdt->provider, usdt->name));
    return true;
}

static void offer_usdts(const struct nt_elf *elf, struct match *m)
{
    nt_elf_each_usdt(elf, offer_usdt, m);
}

/* FILE:PATTERN */
static int match_in_file(struct match *m, const char *pattern,
                         void (*offer_all)(const struct nt_elf *elf, struct match *m),
                         const char **ret_why)
{
    const char *path, *rest;
    struct nt_elf *elf;
    int err = nt_hook_open(m->a, pattern, &elf, &path, &rest, ret_why);

    if (err < 0)
        return err;
    m->pattern = rest;
    m->file = nt_strndup(m->a, pattern, (size_t)(rest - pattern - 1));
    offer_all(elf, m);
    nt_elf_close(&elf);
    return 0;
}

NT_MATCH(user)
{
    struct match m = {.a = a, .each = each, .arg = arg};

    (void)k;
    return match_in_file(&m, pattern, offer_functions, ret_why);
}

NT_MATCH(usdt)
{
    struct match m = {.a = a, .each = each, .arg = arg};

    (void)k;
    return match_in_file(&m, pattern, offer_usdts, ret_why);
}
