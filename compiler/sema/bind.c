/* Pass "bind": which of an event's alternatives this kernel takes, and what each becomes.
 * Before: declarations in scope. After: every event that a body names has its bounds, or is
 * reported. */
#include "compiler/kernel/kernel.h"
#include "compiler/sema/scope.h"

#include <errno.h>
#include <string.h>

static const char *kernel_name_of(const struct nt_node *arg)
{
    return arg->kid[0] ? arg->kid[0]->name : arg->name;
}

/* At entry, or on return. */
static bool has_arg(const struct nt_target *t, const char *name)
{
    return nt_target_arg(t, name) || (t->back && nt_target_arg(t->back, name));
}

/* The argument that the kernel lacks, or NULL: all are there. */
static const struct nt_node *missing_arg(const struct nt_target *t, const struct nt_node *probe)
{
    const struct nt_node *args = probe->kid[0];

    if (args && t->typed)
        nt_kid_each (arg, args)
            if (!has_arg(t, kernel_name_of(*arg)))
                return *arg;
    return NULL;
}

static const char *arg_names(struct nt_unit *u, const struct nt_target *t)
{
    const char *all = t->nargs ? "" : "none";

    for (uint32_t i = 0; i < t->nargs; i++)
        all = nt_sprintf(u->cx->arena, "%s%s%s", all, i ? ", " : "", t->arg[i].name);
    return all;
}

/* Where the kernel has no names for the arguments, those asked for are taken in their order. */
static void name_untyped(struct nt_unit *u, struct nt_target *t, const struct nt_node *probe)
{
    uint32_t n = probe->kid[0] ? probe->kid[0]->nkids : 0;
    struct nt_harg *arg = NT_NEW_N(u->cx->arena, struct nt_harg, n + 1);

    for (uint32_t i = 0; i < n; i++)
        arg[i] =
            (struct nt_harg){.name = kernel_name_of(probe->kid[0]->kid[i]), .index = (uint16_t)i};
    t->arg = arg;
    t->nargs = n;
}

/* Where the return of a call is seen. */
static const struct nt_bound *bind_back(struct nt_unit *u, const struct nt_bound *entry)
{
    struct nt_bound *b = NT_NEW(u->cx->arena, struct nt_bound);

    *b = *entry;
    b->target = *entry->target.back;
    b->id = u->nbound++;
    return b;
}

/* One probe on this kernel: 0, or -errno with *ret_why. */
static int bind_probe(struct nt_unit *u, const struct nt_node *event, const struct nt_node *probe,
                      const struct nt_bound **ret_bound, const char **ret_why)
{
    const char *target;
    const struct nt_hook *hook = nt_hook_of(probe->name, &target);
    struct nt_bound *b;
    const struct nt_node *missing;
    int err;

    if (!hook || !hook->resolve) {
        *ret_why =
            nt_sprintf(u->cx->arena, "this version of ntrace can't attach to '%s'", probe->name);
        return -EOPNOTSUPP;
    }
    b = NT_NEW(u->cx->arena, struct nt_bound);
    err = hook->resolve(u->cx->kernel, u->cx->arena, target, &b->target, ret_why);
    if (err < 0)
        return err;
    missing = missing_arg(&b->target, probe);
    if (missing) {
        *ret_why = b->target.ret && !b->target.nargs
                       ? "at a return there are no arguments any more: `call:` keeps them"
                       : nt_sprintf(u->cx->arena, "here it has no argument '%s', but %s",
                                    kernel_name_of(missing), arg_names(u, &b->target));
        return -ENOENT;
    }
    if (!b->target.typed)
        name_untyped(u, &b->target, probe);
    b->event = event;
    b->name = event ? event->name : probe->name;
    b->probe = probe;
    b->hook = probe->name;
    b->id = u->nbound++;
    if (b->target.back)
        b->back = bind_back(u, b);
    *ret_bound = b;
    return 0;
}

/* All probes of one alternative; those with `?` may be missing, but not all. */
static bool bind_alternative(struct nt_unit *u, const struct nt_node *event,
                             const struct nt_node *alternative, struct nt_bounds *bounds)
{
    const struct nt_node *probes = alternative->kid[0];
    NT_VEC(const struct nt_bound *) found = {0};

    nt_kid_each (probe, probes) {
        const struct nt_bound *b;
        const char *why = NULL;

        if (bind_probe(u, event, *probe, &b, &why) == 0) {
            *nt_vec_push(u->cx->arena, &found) = b;
        } else if (!(*probe)->flag) {
            if (!bounds->why)
                bounds->why = nt_sprintf(u->cx->arena, "%s: %s", (*probe)->name, why);
            return false;
        }
    }
    if (!found.n && !bounds->why)
        bounds->why = "none of its probes is in this kernel";
    bounds->at = found.at;
    bounds->n = found.n;
    return found.n > 0;
}

const struct nt_bounds *nt_event_bounds(struct nt_unit *u, const struct nt_node *event)
{
    struct nt_bounds *bounds = nt_names_find(&u->bound, event->name);

    if (bounds)
        return bounds;
    bounds = NT_NEW(u->cx->arena, struct nt_bounds);
    nt_names_set(u->cx->arena, &u->bound, event->name, bounds);
    nt_kid_each (alternative, event->kid[0])
        if (bind_alternative(u, event, *alternative, bounds))
            break;
    return bounds;
}

const struct nt_bounds *nt_probe_bounds(struct nt_unit *u, const struct nt_node *probe)
{
    struct nt_bounds *bounds = NT_NEW(u->cx->arena, struct nt_bounds);
    const struct nt_bound **at = NT_NEW_N(u->cx->arena, const struct nt_bound *, 1);

    if (bind_probe(u, NULL, probe, &at[0], &bounds->why) == 0) {
        bounds->at = at;
        bounds->n = 1;
    }
    return bounds;
}

const struct nt_node *nt_event_member(const struct nt_node *event, enum nt_node_kind kind)
{
    if (event)
        nt_kid_each (m, event->kid[2])
            if ((*m)->kind == kind)
                return *m;
    return NULL;
}

void nt_hint_event(struct nt_unit *u, struct nt_diag *d, const char *name)
{
    struct nt_guess g = nt_guess(name);

    nt_names_each(e, &u->events) nt_guess_try(&g, e->name);
    nt_hint_guess(d, &g);
    if (!d->hint)
        nt_hint(d, "`ntrace list events` shows all");
}

/* -- the events that bodies name -------------------------------------------------------------- */

/* `on PATH`, `on PATH.done`: the path itself is reported. */
static bool is_of_path(struct nt_unit *u, const char *name)
{
    size_t len = strcspn(name, ".");

    nt_kid_each (item, u->script)
        if ((*item)->kind == NT_NODE_PATH && strncmp((*item)->name, name, len) == 0 &&
            !(*item)->name[len])
            return true;
    return false;
}

static void bind_named(struct nt_unit *u, struct nt_node *ref)
{
    const struct nt_node *event = nt_names_find(&u->events, ref->name);
    const struct nt_bounds *bounds;

    if (!event && is_of_path(u, ref->name))
        return;
    if (!event) {
        struct nt_diag *d =
            nt_error(u->cx, ref->span, NT_UNKNOWN_EVENT, "there is no event '%s'", ref->name);
        nt_hint_event(u, d, ref->name);
        return;
    }
    bounds = nt_event_bounds(u, event);
    if (!bounds->n) {
        struct nt_diag *d = nt_error(u->cx, ref->span, NT_NOT_ON_THIS_KERNEL,
                                     "'%s' can't be had on this kernel", ref->name);
        nt_label(d, ref->span, "%s", bounds->why);
        return;
    }
    ref->sym = (void *)bounds;
}

static void bind_raw(struct nt_unit *u, struct nt_node *probe)
{
    const struct nt_bounds *bounds;
    const char *target;
    struct nt_diag *d;

    if (!nt_hook_of(probe->name, &target)->resolve || strchr(probe->name, '*')) {
        nt_error(u->cx, probe->span, NT_UNSUPPORTED, "this version of ntrace can't attach to '%s'",
                 probe->name);
        return;
    }
    bounds = nt_probe_bounds(u, probe);
    if (!bounds->n && !probe->flag) {
        d = nt_error(u->cx, probe->span, NT_NOT_ON_THIS_KERNEL, "'%s' can't be had on this kernel",
                     probe->name);
        nt_label(d, probe->span, "%s", bounds->why);
        return;
    }
    probe->sym = (void *)bounds;
}

static void bind_on(struct nt_unit *u, struct nt_node *on)
{
    nt_kid_each (it, on->kid[0]) {
        struct nt_node *ref = *it;

        if (ref->kind == NT_NODE_PROBE)
            bind_raw(u, ref);
        else if (ref->kind == NT_NODE_EVENTREF)
            bind_named(u, ref);
    }
}

static void bind_view(struct nt_unit *u, const struct nt_node *view)
{
    const struct nt_node *of = view->kid[0];

    if (of && (strcmp(of->name, "bytes") == 0 || strcmp(of->name, "nlattr") == 0))
        nt_bytes_type(u, view->name);
    else if (of && strcmp(of->name, "header") != 0)
        nt_hint(nt_error(u->cx, of->span, NT_UNKNOWN_NAME, "no view is laid over '%s'", of->name),
                "header, bytes and nlattr are what a view can be `of`");
    else if (of && !nt_header_find(view->name))
        nt_error(u->cx, view->name_at, NT_UNKNOWN_NAME, "no packet has a header '%s'", view->name);
}

void nt_bind(struct nt_unit *u)
{
    nt_kid_each (item, u->script) {
        switch ((*item)->kind) {
        case NT_NODE_ON:
            bind_on(u, *item);
            break;
        case NT_NODE_PATH:
            nt_error(u->cx, (*item)->name_at, NT_UNSUPPORTED,
                     "this version of ntrace can't follow a path");
            break;
        case NT_NODE_VIEW:
            bind_view(u, *item);
            break;
        case NT_NODE_USE:
            nt_error(u->cx, (*item)->span, NT_UNSUPPORTED,
                     "this version of ntrace can't read other files with `use`");
            break;
        default:
            break;
        }
    }
}

static void dump_bounds(const struct nt_bounds *bounds, FILE *out)
{
    for (uint32_t i = 0; i < bounds->n; i++)
        fprintf(out, "  %s -> %s%s%s\n", bounds->at[i]->hook, bounds->at[i]->target.section,
                bounds->at[i]->back ? ", " : "",
                bounds->at[i]->back ? bounds->at[i]->back->target.section : "");
}

void nt_bind_dump(struct nt_unit *u, FILE *out)
{
    nt_names_each(it, &u->bound)
    {
        const struct nt_bounds *bounds = it->value;

        fprintf(out, "event %s", it->name);
        if (!bounds->n)
            fprintf(out, " can't be had: %s", bounds->why);
        fputc('\n', out);
        dump_bounds(bounds, out);
    }
    nt_kid_each (item, u->script)
        if ((*item)->kind == NT_NODE_ON)
            nt_kid_each (ref, (*item)->kid[0])
                if ((*ref)->kind == NT_NODE_PROBE && (*ref)->sym)
                    dump_bounds((*ref)->sym, out);
}
