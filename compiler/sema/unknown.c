/* What is said of a name that is not known where it stands: the one that was meant, or why it is
 * known elsewhere and not here. All of these report and return a broken expression. */
#include "compiler/catalog/aggs.h"
#include "compiler/kernel/kernel.h"
#include "compiler/sema/funcs.h"

#include <linux/btf.h>
#include <string.h>

static void try_name(const char *name, void *arg)
{
    nt_guess_try(arg, name);
}

static bool is_packet_name(struct nt_unit *u, const char *name)
{
    const struct nt_view *view = nt_names_find(&u->views, "packet");

    return nt_header_find(name) || strcmp(name, "chosen") == 0 ||
           (view && nt_names_find(&view->fields, name));
}

static void hint_no_packet(struct nt_diag *d, const struct nt_bound *b)
{
    if (nt_event_member(b->event, NT_NODE_SOCKET))
        nt_hint(d, "'%s' carries no packet: its socket has laddr, lport, raddr and rport", b->name);
    else if (b->event)
        nt_hint(d, "'%s' carries no packet: `ntrace list fields %s` shows what it has", b->name,
                b->name);
    else
        nt_hint(d, "'%s' carries no packet; of an argument that is one say so: %s(skb = ARGUMENT)",
                b->name, b->name);
}

/* Why a name is not known that is a good name elsewhere. */
static void hint_elsewhere(struct nt_scope *s, struct nt_diag *d, const char *name,
                           const struct nt_type *want)
{
    const struct nt_bound *b = s->bound;

    if (want && (want->kind == NT_KIND_STRING || want->kind == NT_KIND_IFNAME))
        nt_hint(d, "a text is written in quotes: \"%s\"", name);
    else if (nt_agg_find(name) || nt_func_find(name))
        nt_hint(d, "a function has brackets: %s(%s)", name,
                nt_agg_find(name) ? nt_agg_find(name)->params : nt_func_find(name)->params);
    else if (b && strcmp(name, "latency") == 0)
        nt_hint(d, "'%s' does not say when it began (`latency since ...` in its declaration)",
                b->name);
    else if (b && b->back && strcmp(name, NT_RETVAL) == 0)
        nt_hint(d, "%s returns nothing", b->hook);
    else if (b && is_packet_name(s->u, name) && !nt_bound_has_packet(b))
        hint_no_packet(d, b);
    else if (nt_names_find(&s->u->params, name))
        nt_hint(d, "a parameter is read with a $: $%s", name);
    else if (!b && s->nlocals)
        nt_hint(d,
                "this body runs in ntrace, between events: it has parameters, constants, its own "
                "variables, and what events have kept (@last = %s)",
                name);
    else if (!b)
        nt_hint(d, "this is computed before the script runs: of numbers, constants and parameters");
}

struct nt_expr *nt_unknown_name(struct nt_scope *s, const struct nt_node *node,
                                const struct nt_type *want)
{
    struct nt_guess g = nt_guess(node->name);
    struct nt_diag *d;

    d = nt_error(s->u->cx, node->span, NT_UNKNOWN_NAME, "'%s' is not known here", node->name);
    if (s->handler && s->handler->shared)
        nt_label(d, s->handler->at, "'%s' does not have it", s->bound->name);
    for (struct nt_local *l = s->locals; l; l = l->outer)
        nt_guess_try(&g, l->name);
    nt_path_each_name(s, try_name, &g);
    nt_event_each_name(s, try_name, &g);
    for (const struct nt_builtin *b = nt_builtins; b->name; b++)
        nt_guess_try(&g, b->name);
    if (!g.best || !s->on_path)
        hint_elsewhere(s, d, node->name, want);
    nt_path_hint(s, d, node->name);
    if (!d->hint || (!s->bound && g.best))
        nt_hint_guess(d, &g);
    if (!d->hint && s->bound && s->bound->event)
        nt_hint(d, "`ntrace list fields %s` shows what it has", s->bound->name);
    return nt_broken(s->u, node->span);
}

struct nt_expr *nt_unknown_enumerator(struct nt_unit *u, const struct nt_type *want,
                                      const struct nt_node *node)
{
    struct nt_diag *d = nt_error(u->cx, node->span, NT_UNKNOWN_ENUMERATOR, "%s has no '%s'",
                                 want->name, node->name);

    nt_hint_enumerator(u, d, want, node->name);
    return nt_broken(u, node->span);
}

struct nt_expr *nt_unknown_member(struct nt_scope *s, const struct nt_node *node,
                                  const struct nt_expr *base)
{
    bool is_struct = base->type->kind == NT_KIND_POINTER;
    struct nt_guess g = nt_guess(node->name);
    const char *said = is_struct ? nt_sprintf(s->u->cx->arena, "a struct %s", base->type->name)
                                 : nt_type_said(s->u, base->type);
    struct nt_diag *d = nt_error(s->u->cx, node->name_at, NT_UNKNOWN_FIELD, "%s has no field '%s'",
                                 said, node->name);
    const struct nt_view *view = nt_names_find(&s->u->views, base->type->name);

    nt_label(d, base->at, "this is %s", said);
    if (is_struct)
        nt_kernel_each_member(s->u->cx->kernel, base->type->btf_id, try_name, &g);
    if (view)
        nt_names_each(f, &view->fields) nt_guess_try(&g, f->name);
    nt_hint_guess(d, &g);
    return nt_broken(s->u, node->span);
}

/* `tcp.syn`: a flag of one of its fields. */
static void hint_flag(struct nt_unit *u, struct nt_diag *d, const struct nt_view *view,
                      const char *name)
{
    nt_names_each(f, &view->fields)
    {
        const struct nt_node *type = ((const struct nt_node *)f->value)->kid[0];
        const struct nt_node *decl = type ? nt_names_find(&u->enums, type->name) : NULL;
        const struct nt_type *t =
            decl && decl->kind == NT_NODE_FLAGS ? nt_enum_type(u, decl) : NULL;

        if (t && nt_enum_find(t, name, strlen(name)))
            nt_hint(d, "'%s' is one of its %s: %s.%s & %s", name, f->name, view->name, f->name,
                    name);
    }
}

/* What the fields of headers are called in C and in filters of tcpdump, and here. */
static const struct {
    const char *header, *theirs, *ours; /* NULL: of any header */
} other_names[] = {
    {NULL, "saddr", "src"},     {NULL, "daddr", "dst"},      {NULL, "source", "sport"},
    {NULL, "dest", "dport"},    {NULL, "protocol", "proto"}, {"ip", "tot_len", "len"},
    {"eth", "h_source", "src"}, {"eth", "h_dest", "dst"},    {"eth", "h_proto", "type"},
    {"eth", "proto", "type"},   {"ip6", "ttl", "hlimit"},    {"ip6", "hop_limit", "hlimit"},
    {"ip6", "nexthdr", "next"}, {"tcp", "doff", "hlen"},     {"vlan", "vid", "id"},
};

static bool hint_other_name(struct nt_diag *d, const struct nt_view *view, const char *header,
                            const char *name)
{
    for (size_t i = 0; i < sizeof(other_names) / sizeof(other_names[0]); i++)
        if (strcmp(other_names[i].theirs, name) == 0 &&
            nt_names_find(&view->fields, other_names[i].ours) &&
            (!other_names[i].header || strcmp(other_names[i].header, header) == 0)) {
            nt_hint(d, "it is called %s.%s here", header, other_names[i].ours);
            return true;
        }
    return false;
}

struct nt_expr *nt_unknown_in_header(struct nt_scope *s, const struct nt_node *node,
                                     const struct nt_header *h)
{
    const struct nt_view *view = nt_names_find(&s->u->views, h->name);
    struct nt_guess g = nt_guess(node->name);
    struct nt_diag *d = nt_error(s->u->cx, node->name_at, NT_UNKNOWN_FIELD,
                                 "the %s header has no field '%s'", h->name, node->name);

    if (view && hint_other_name(d, view, h->name, node->name))
        return nt_broken(s->u, node->span);
    if (view)
        nt_names_each(f, &view->fields) nt_guess_try(&g, f->name);
    if (view)
        hint_flag(s->u, d, view, node->name);
    if (!d->hint)
        nt_hint_guess(d, &g);
    if (!d->hint)
        nt_hint(d, "`ntrace list fields %s` shows what it has", s->bound->name);
    return nt_broken(s->u, node->span);
}

struct nt_expr *nt_unknown_call(struct nt_scope *s, const struct nt_node *node)
{
    struct nt_guess g = nt_guess(node->name);
    struct nt_diag *d;

    if (nt_agg_find(node->name)) {
        d = nt_error(s->u->cx, node->span, NT_NOT_A_VALUE,
                     "%s() is an aggregation: it fills a table and has no value", node->name);
        nt_hint(d, "let it stand alone: NAME = %s(...) by ...", node->name);
        return nt_broken(s->u, node->span);
    }
    d = nt_error(s->u->cx, node->span, NT_UNKNOWN_FUNCTION, "there is no function '%s'",
                 node->name);
    for (const struct nt_func *f = nt_funcs; f->name; f++)
        nt_guess_try(&g, f->name);
    for (const struct nt_agg *a = nt_aggs; a->name; a++)
        nt_guess_try(&g, a->name);
    nt_names_each(f, &s->u->fns) nt_guess_try(&g, f->name);
    nt_hint_guess(d, &g);
    if (!d->hint)
        nt_hint(d, "`ntrace list functions` shows what there is");
    return nt_broken(s->u, node->span);
}

/* -- probes ----------------------------------------------------------------------------------- */

/* Names of the kernel are gone when all were tried: the best is kept. */
struct tried {
    struct nt_guess guess;
    struct nt_arena *arena;
};

static void try_kernel_name(const char *name, void *arg)
{
    struct tried *t = arg;
    const char *before = t->guess.best;

    nt_guess_try(&t->guess, name);
    if (t->guess.best != before)
        t->guess.best = nt_strdup(t->arena, name);
}

static void try_function(const struct nt_kfunction *function, void *arg)
{
    try_kernel_name(function->name, arg);
}

/* The kernel's types have a function for each tracepoint. */
static const char traceiter[] = "__traceiter_";

static void try_traceiter(const struct nt_kfunction *function, void *arg)
{
    try_kernel_name(function->name + strlen(traceiter), arg);
}

void nt_hint_probe(struct nt_unit *u, struct nt_diag *d, const char *probe)
{
    const struct nt_kernel *k = u->cx->kernel;
    const char *name;
    const struct nt_hook *hook = nt_hook_of(probe, &name);
    struct tried t = {nt_guess(name), u->cx->arena};

    if (strchr(name, '*') || (!hook->match && nt_kernel_find(k, name, BTF_KIND_FUNC)))
        return; /* the name is right, it is the host that lacks something */
    if (!hook->match)
        nt_kernel_each_function(k, "*", true, try_function, &t);
    else if (strcmp(hook->name, "raw_tracepoint") == 0)
        nt_kernel_each_function(k, "__traceiter_*", true, try_traceiter, &t);
    else if (strcmp(hook->name, "tracepoint") == 0)
        nt_kernel_each_tracepoint(k, try_kernel_name, &t);
    if (t.guess.best)
        nt_hint(d, "did you mean '%s:%s'?", hook->name, t.guess.best);
}
