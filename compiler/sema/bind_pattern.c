/* Probes whose names are patterns: `fn:tcp_v4_*`, `tracepoint:sched:*`, `fn:*(skb)`.
 *
 * A pattern stands for many probes with one body. Of functions, an argument `skb` or `sk`, or one
 * that is given a struct's name for a type, is found by that type, wherever among the arguments it
 * is; functions without are left out, as those are that can't be traced or share their name. Where
 * the kernel takes one program for many functions, those that have their arguments at the same
 * places are one probe; else each is one of its own, and there may be so many. */
#include "compiler/kernel/kernel.h"
#include "compiler/sema/scope.h"

#include <errno.h>
#include <linux/btf.h>
#include <string.h>

enum { MAX_ALONE = 256, MAX_WANTED = 6, MAX_REGISTER = 6 };

/* An argument that the script asks for. */
struct wanted {
    const char *name;
    uint32_t struct_id; /* found by its type; 0: by its name */
};

struct pattern {
    struct nt_unit *u;
    const struct nt_node *probe;
    const struct nt_hook *hook;
    struct wanted wanted[MAX_WANTED];
    uint32_t nwanted;
    NT_VEC(const char *) names; /* targets, without the hook */
    NT_VEC(uint32_t) ids;       /* BTF types of functions, 0: not known */
    bool at_once;
    uint32_t untraceable, shared, misplaced, refused;
};

/* -- arguments by their type ------------------------------------------------------------------ */

static uint32_t struct_of(struct nt_unit *u, const struct nt_node *arg, const char *name)
{
    const char *type = arg->kid[1]                ? arg->kid[1]->name
                       : strcmp(name, "skb") == 0 ? "sk_buff"
                       : strcmp(name, "sk") == 0  ? "sock"
                                                  : "";

    return nt_kernel_find(u->cx->kernel, type, BTF_KIND_STRUCT);
}

static bool read_wanted(struct pattern *p)
{
    const struct nt_node *args = p->probe->kid[0];

    if (args && args->nkids > MAX_WANTED)
        return false;
    if (args)
        nt_kid_each (arg, args) {
            const char *name = (*arg)->kid[0] ? (*arg)->kid[0]->name : (*arg)->name;

            p->wanted[p->nwanted++] =
                (struct wanted){name, p->hook->is_function ? struct_of(p->u, *arg, name) : 0};
        }
    return true;
}

static bool is_wanted(const struct pattern *p, const struct wanted *w, const char *name,
                      uint32_t type)
{
    struct nt_ktype t;

    if (!w->struct_id)
        return strcmp(w->name, name) == 0;
    t = nt_kernel_type(p->u->cx->kernel, type);
    return t.kind == NT_K_POINTER && t.target &&
           nt_kernel_strip(p->u->cx->kernel, t.target) == w->struct_id;
}

/* The arguments wanted, in the script's order and by its names; NULL: some are not there. */
static struct nt_harg *pick(const struct pattern *p, const struct nt_harg *args, uint32_t n)
{
    struct nt_harg *picked = NT_NEW_N(p->u->cx->arena, struct nt_harg, p->nwanted + 1);

    for (uint32_t w = 0; w < p->nwanted; w++) {
        uint32_t i = 0;

        if (strcmp(p->wanted[w].name, NT_RETVAL) == 0) {
            picked[w].name = ""; /* not at entry */
            continue;
        }
        while (i < n && !is_wanted(p, &p->wanted[w], args[i].name, args[i].type))
            i++;
        if (i == n)
            return NULL;
        picked[w] = args[i];
        picked[w].name = p->wanted[w].name;
    }
    return picked;
}

static struct nt_harg *pick_of_function(const struct pattern *p, uint32_t id)
{
    const struct nt_kparam *params;
    uint32_t n, ret;

    if (nt_kernel_func_at(p->u->cx->kernel, p->u->cx->arena, id, &params, &n, &ret) < 0)
        return NULL;
    return pick(p, nt_target_args(p->u->cx->kernel, p->u->cx->arena, params, n), n);
}

/* -- which functions -------------------------------------------------------------------------- */

static void add_function(const struct nt_kfunction *f, void *arg)
{
    struct pattern *p = arg;

    if (p->nwanted && !pick_of_function(p, f->id))
        return;
    if (f->traceable != 1) {
        p->untraceable += f->traceable == 0;
        p->shared += f->traceable > 1;
        return;
    }
    if (f->misplaced && p->at_once) {
        p->misplaced++;
        return;
    }
    *nt_vec_push(p->u->cx->arena, &p->names) = nt_strdup(p->u->cx->arena, f->name);
    *nt_vec_push(p->u->cx->arena, &p->ids) = f->id;
}

static void count_untraceable(const struct nt_kfunction *f, void *arg)
{
    struct pattern *p = arg;

    p->untraceable += f->traceable == 0;
}

static void add_target(const char *target, void *arg)
{
    struct pattern *p = arg;

    *nt_vec_push(p->u->cx->arena, &p->names) = target;
}

static int find_names(struct pattern *p, const char *pattern, const char **ret_why)
{
    const struct nt_kernel *k = p->u->cx->kernel;

    if (p->hook->match)
        return p->hook->match(k, p->u->cx->arena, pattern, add_target, p, ret_why);
    if (!p->hook->is_function) {
        *ret_why = "this hook takes no patterns";
        return -ENOENT;
    }
    nt_kernel_each_function(k, pattern, p->nwanted > 0, add_function, p);
    if (!p->nwanted)
        nt_kernel_each_function(k, pattern, true, count_untraceable, p);
    return 0;
}

/* -- what `probe` is --------------------------------------------------------------------------- */

uint64_t nt_probe_number(struct nt_unit *u, const char *name)
{
    uintptr_t known = (uintptr_t)nt_names_find(&u->probe_numbers, name);
    uint64_t number = u->probe_names.n;

    if (known)
        return known - 1;
    *nt_vec_push(u->cx->arena, &u->probe_names) =
        (struct nt_enumerator){name, (int64_t)number, true};
    nt_names_set(u->cx->arena, &u->probe_numbers, name, (void *)(uintptr_t)(number + 1));
    if (!u->probe_type)
        u->probe_type = (struct nt_type *)nt_type_new_enum(u->cx->arena, "probe", false, NULL, 0);
    u->probe_type->names = u->probe_names.at;
    u->probe_type->nnames = u->probe_names.n;
    return number;
}

/* -- many functions, one program -------------------------------------------------------------- */

struct group {
    struct nt_harg *args;
    NT_VEC(const char *) names;
    NT_VEC(uint64_t) cookies;
};

static bool same_places(const struct pattern *p, const struct nt_harg *a, const struct nt_harg *b)
{
    const struct nt_kernel *k = p->u->cx->kernel;

    for (uint32_t i = 0; i < p->nwanted; i++)
        if (a[i].index != b[i].index ||
            (!p->wanted[i].struct_id &&
             nt_kernel_strip(k, a[i].type) != nt_kernel_strip(k, b[i].type)))
            return false;
    return true;
}

static bool in_registers(const struct pattern *p, const struct nt_harg *args)
{
    for (uint32_t i = 0; i < p->nwanted; i++)
        if (args[i].index >= MAX_REGISTER)
            return false;
    return true;
}

static int bind_groups(struct pattern *p, struct nt_bound *like, struct nt_bounds *bounds,
                       const char **ret_why)
{
    struct nt_arena *a = p->u->cx->arena;
    NT_VEC(struct group *) groups = {0};

    for (uint32_t i = 0; i < p->names.n; i++) {
        struct nt_harg *args = p->nwanted ? pick_of_function(p, p->ids.at[i]) : NULL;
        struct group *group = NULL;

        if (!in_registers(p, args)) {
            p->refused++;
            continue;
        }
        nt_vec_each (g, &groups)
            if (!group && same_places(p, (*g)->args, args))
                group = *g;
        if (!group) {
            group = *nt_vec_push(a, &groups) = NT_NEW(a, struct group);
            group->args = args;
        }
        *nt_vec_push(a, &group->names) = p->names.at[i];
        *nt_vec_push(a, &group->cookies) = nt_probe_number(p->u, p->names.at[i]);
    }
    like->by_cookie = true;
    nt_vec_each (g, &groups) {
        const struct nt_target target = {
            .args = NT_ARGS_REGS,
            .section = "kprobe.multi",
            .arg = (*g)->args,
            .nargs = p->nwanted,
            .typed = true,
            .attach = {.kind = NT_ATTACH_FUNCTIONS,
                       .names = (*g)->names.at,
                       .cookies = (*g)->cookies.at,
                       .nnames = (*g)->names.n},
        };
        int err = nt_bind_target(p->u, like, &target, bounds, ret_why);

        if (err < 0)
            return err;
    }
    return 0;
}

/* -- each alone ------------------------------------------------------------------------------- */

static int bind_alone(struct pattern *p, struct nt_bound *like, struct nt_bounds *bounds,
                      const char **ret_why)
{
    struct nt_arena *a = p->u->cx->arena;

    if (p->names.n > MAX_ALONE) {
        *ret_why =
            nt_sprintf(a,
                       "it stands for %u here, each with a program of its own, and there may be "
                       "%d: narrow the pattern",
                       p->names.n, MAX_ALONE);
        return -E2BIG;
    }
    for (uint32_t i = 0; i < p->names.n; i++) {
        struct nt_target target;
        const struct nt_target *t;
        int err = p->hook->resolve(p->u->cx->kernel, a, p->names.at[i], &target, ret_why);

        like->match = p->names.at[i];
        like->hook = nt_sprintf(a, "%s:%s", p->hook->name, like->match);
        if (!like->event)
            nt_probe_number(p->u, like->match);
        if (err == 0 && p->hook->is_function && target.nargs && p->nwanted) {
            target.arg = pick(p, target.arg, target.nargs);
            target.nargs = p->nwanted;
        }
        for (t = &target; err == 0 && t; t = t->next)
            err = nt_bind_target(p->u, like, t, bounds, ret_why);
        p->refused += err < 0;
    }
    return 0;
}

static void say_left_out(const struct pattern *p, uint32_t probes)
{
    const struct {
        uint32_t n;
        const char *why;
    } lots[] = {
        {p->untraceable, "can't be traced"},
        {p->shared, "share their name with others"},
        {p->misplaced, "would be watched in the wrong place by this kernel"},
        {p->refused, "lack what is asked of them"},
    };
    const char *text = "";

    for (size_t i = 0; i < sizeof(lots) / sizeof(*lots); i++)
        if (lots[i].n)
            text = nt_sprintf(p->u->cx->arena, "%s%s%u (%s)", text, *text ? ", " : "", lots[i].n,
                              lots[i].why);
    if (*text)
        nt_warn(p->u->cx, p->probe->span, NT_LEFT_OUT, "'%s' is %u here; left out: %s",
                p->probe->name, probes, text);
}

int nt_bind_pattern(struct nt_unit *u, const struct nt_bound *of, const char *target,
                    struct nt_bounds *bounds, const char **ret_why)
{
    struct pattern p = {.u = u, .probe = of->probe};
    struct nt_bound like = *of;
    uint32_t before = bounds->n;
    int err;

    p.hook = nt_hook_of(of->probe->name, &target);
    if (!read_wanted(&p)) {
        *ret_why =
            nt_sprintf(u->cx->arena, "of a pattern at most %d arguments are found", MAX_WANTED);
        return -ENOENT;
    }
    p.at_once = (strcmp(p.hook->name, "fn") == 0 || strcmp(p.hook->name, "kprobe") == 0) &&
                nt_kernel_has(u->cx->kernel, NT_FEATURE_KPROBE_MULTI);
    err = find_names(&p, target, ret_why);
    if (err < 0)
        return err;
    err = p.at_once ? bind_groups(&p, &like, bounds, ret_why)
                    : bind_alone(&p, &like, bounds, ret_why);
    if (err == 0 && bounds->n == before && !*ret_why)
        *ret_why = p.nwanted ? "nothing of that name with these arguments is there to be traced"
                             : "nothing of that name is there to be traced";
    if (err == 0 && bounds->n > before)
        say_left_out(&p, p.names.n - p.refused);
    return err < 0 ? err : bounds->n > before ? 0 : -ENOENT;
}
