/* Pass "bind": which of an event's alternatives this kernel takes, and what each becomes.
 * Before: declarations in scope. After: every event that a body names has its bounds, or is
 * reported. */
#include "compiler/kernel/kernel.h"
#include "compiler/sema/scope.h"

#include <errno.h>
#include <linux/btf.h>
#include <string.h>

/* `since 5.1`: arguments that are taken in their order had another one before. */
static bool is_too_old(struct nt_unit *u, const struct nt_node *alternative,
                       const struct nt_bounds *found)
{
    bool by_order = false;

    for (uint32_t i = 0; i < found->n; i++)
        by_order |= !found->at[i]->target.typed;
    return by_order && alternative->text && !nt_kernel_at_least(u->cx->kernel, alternative->text);
}

/* All probes of one alternative; those with `?` may be missing, but not all. */
static bool bind_alternative(struct nt_unit *u, const struct nt_node *event,
                             const struct nt_node *alternative, struct nt_bounds *bounds)
{
    struct nt_bounds found = {0};

    nt_kid_each (probe, alternative->kid[0]) {
        const char *why = NULL;

        if (nt_bind_probe(u, event, *probe, &found, &why) < 0 && !(*probe)->flag) {
            if (!bounds->why)
                bounds->why = nt_sprintf(u->cx->arena, "%s: %s", (*probe)->name, why);
            return false;
        }
    }
    if (found.n && is_too_old(u, alternative, &found)) {
        bounds->why =
            nt_sprintf(u->cx->arena,
                       "without the kernel's types its arguments are taken in their order, "
                       "which is so since Linux %s",
                       alternative->text);
        return false;
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

    nt_bind_probe(u, NULL, probe, bounds, &bounds->why);
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

/* A tracepoint or function of the kernel is a probe. */
static void hint_kernel_name(struct nt_unit *u, struct nt_diag *d, const char *name)
{
    const struct nt_kparam *params;
    uint32_t n;

    if (nt_kernel_raw_tracepoint(u->cx->kernel, u->cx->arena, name, &params, &n) == 0)
        nt_hint(d, "the kernel has a tracepoint of this name: raw_tracepoint:%s", name);
    else if (nt_kernel_find(u->cx->kernel, name, BTF_KIND_FUNC))
        nt_hint(d, "the kernel has a function of this name: fn:%s", name);
}

void nt_hint_event(struct nt_unit *u, struct nt_diag *d, const char *name)
{
    struct nt_guess g = nt_guess(name);

    hint_kernel_name(u, d, name);
    if (d->hint)
        return;
    nt_names_each(e, &u->events) nt_guess_try(&g, e->name);
    nt_hint_guess(d, &g);
    if (!d->hint)
        nt_hint(d, "`ntrace list events` shows all");
}

/* -- the events that bodies name -------------------------------------------------------------- */

/* `on PATH`, `on PATH.done`: a path's stages have the events. */
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

    if (is_of_path(u, ref->name))
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
    struct nt_diag *d;

    bounds = nt_probe_bounds(u, probe);
    if (!bounds->n && !probe->flag) {
        d = nt_error(u->cx, probe->span, NT_NOT_ON_THIS_KERNEL, "'%s' can't be had on this kernel",
                     probe->name);
        nt_label(d, probe->span, "%s", bounds->why);
        nt_hint_probe(u, d, probe->name);
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

/* What a view without `of` adds to: packets, sockets, a struct of the kernel. A struct may be
 * lacking here whose fields are used where they are: only a name that resembles another is a
 * mistake. */
static bool is_extended(struct nt_unit *u, const char *name)
{
    struct nt_guess g = nt_guess(name);

    if (strcmp(name, "packet") == 0 || strcmp(name, "sock") == 0 || nt_header_find(name) ||
        nt_kernel_find(u->cx->kernel, name, BTF_KIND_STRUCT) ||
        nt_kernel_find(u->cx->kernel, name, BTF_KIND_UNION))
        return true;
    nt_guess_structs(u, &g);
    return !g.best;
}

static void bind_view(struct nt_unit *u, const struct nt_node *view)
{
    const struct nt_node *of = view->kid[0];

    if (of && (strcmp(of->name, "bytes") == 0 || strcmp(of->name, "nlattr") == 0))
        nt_bytes_type(u, view->name);
    else if (of && strcmp(of->name, "header") != 0)
        nt_hint(nt_error(u->cx, of->span, NT_UNKNOWN_NAME, "no view is laid over '%s'", of->name),
                "header, bytes and nlattr are what a view can be `of`");
    else if (!of && !is_extended(u, view->name))
        nt_type_of_name(u, view->name, view->name_at); /* reports that there is none */
    else if (of && !nt_header_find(view->name))
        nt_error(u->cx, view->name_at, NT_UNKNOWN_NAME, "no packet has a header '%s'", view->name);
}

/* `probe` may be compared with any event of the script. */
static void name_probes(struct nt_unit *u)
{
    nt_kid_each (item, u->script)
        if ((*item)->kind == NT_NODE_ON && u->probe_type)
            nt_kid_each (ref, (*item)->kid[0])
                if ((*ref)->sym && !strchr((*ref)->name, '*'))
                    nt_probe_number(u, (*ref)->name);
}

void nt_bind(struct nt_unit *u)
{
    nt_kid_each (item, u->script) {
        switch ((*item)->kind) {
        case NT_NODE_ON:
            bind_on(u, *item);
            break;
        case NT_NODE_PATH:
            nt_path_bind(u, *item);
            break;
        case NT_NODE_VIEW:
            bind_view(u, *item);
            break;
        default:
            break;
        }
    }
    name_probes(u);
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
