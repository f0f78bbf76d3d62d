/* The events of a path's stages on this kernel: bound in pass "bind"; what of them can't be had is
 * said in pass "check", when it is known whether the script's options rule the path out. */
#include "compiler/base/str.h"
#include "compiler/sema/path.h"

#include <string.h>

/* -- pass "bind" ------------------------------------------------------------------------------ */

/* The bounds of a stage's event; NULL after a report. */
static const struct nt_bounds *bounds_of(struct nt_unit *u, const struct nt_node *ref)
{
    const struct nt_node *event;
    struct nt_diag *d;

    if (ref->kind == NT_NODE_PROBE)
        return nt_probe_bounds(u, ref);
    event = nt_names_find(&u->events, ref->name);
    if (event)
        return nt_event_bounds(u, event);
    d = nt_error(u->cx, ref->span, NT_UNKNOWN_EVENT, "there is no event '%s'", ref->name);
    nt_hint_event(u, d, ref->name);
    return NULL;
}

/* Leaves in the stage's `sym` why it can't be had, or NULL. */
static void bind_stage(struct nt_unit *u, struct nt_node *stage)
{
    const char *why = NULL;
    uint32_t n = 0;

    nt_kid_each (it, stage->kid[0]) {
        struct nt_node *ref = *it;
        const struct nt_bounds *bounds = bounds_of(u, ref);

        if (!bounds)
            return;
        n += bounds->n;
        ref->sym = bounds->n ? (void *)bounds : NULL;
        if (!bounds->n && !why)
            why = bounds->why;
    }
    if (!n)
        stage->sym = (void *)(why ? why : "it has no event");
}

void nt_path_bind(struct nt_unit *u, const struct nt_node *path)
{
    nt_kid_each (stage, path->kid[1])
        bind_stage(u, *stage);
}

/* -- pass "check" ----------------------------------------------------------------------------- */

/* Whatever the event is: is the condition false by the options and the path's name alone? */
static bool is_false_anyhow(struct nt_scope *s, const struct nt_node *where)
{
    uint32_t said = s->u->cx->diags.list.n, errors = s->u->cx->diags.nerrors;
    const struct nt_expr *e;
    bool is_false;

    if (where->kind == NT_NODE_BINARY && where->op == NT_OP_AND)
        return is_false_anyhow(s, where->kid[0]) || is_false_anyhow(s, where->kid[1]);
    e = nt_condition(s, where); /* NULL: `any` took it out */
    is_false = e && nt_is_false(e) && s->u->cx->diags.nerrors == errors;
    nt_diags_rewind(s->u->cx, said, errors);
    return is_false;
}

static bool is_ruled_out(struct nt_unit *u, const struct nt_path_build *p)
{
    bool any = false;

    nt_vec_each (on, &u->path_ons) {
        struct nt_on_path here = {
            .path = on->path, .name = on->ref->name, .part = on->part, .stage = p->p.nstages};
        struct nt_scope s = {.u = u, .on_path = &here};

        if (on->path != p)
            continue;
        if (!on->on->kid[1] || !is_false_anyhow(&s, on->on->kid[1]))
            return false;
        any = true;
    }
    return any;
}

static void cant_end(struct nt_unit *u, const struct nt_node *stage)
{
    struct nt_diag *d =
        nt_error(u->cx, stage->kid[0]->span, NT_NOT_ON_THIS_KERNEL,
                 "the stage '%s', an end of the path, can't be had on this kernel", stage->name);

    nt_label(d, stage->kid[0]->span, "%s", (const char *)stage->sym);
}

/* "fn:NAME: why": stages that lack for the same reason are spoken of together. */
static const char *reason_of(const struct nt_node *stage)
{
    const char *why = stage->sym ? strstr((const char *)stage->sym, ": ") : NULL;

    return why ? why : (const char *)stage->sym;
}

/* The stages in between that lack for the reason of this one, which is the first of them. */
static void passed_over(struct nt_unit *u, const struct nt_path_build *p, uint32_t first)
{
    const struct nt_node *stage = p->stage[first].node;
    NT_STR_AUTO names = {0};
    uint32_t n = 0;
    struct nt_diag *d;

    for (uint32_t k = first; k + 1 < p->p.nstages; k++) {
        const char *why = reason_of(p->stage[k].node);

        if (why && strcmp(why, reason_of(stage)) == 0)
            nt_str_printf(&names, "%s'%s'", n++ ? ", " : "", p->stage[k].node->name);
    }
    d = nt_warn(u->cx, stage->kid[0]->span, NT_NOT_ON_THIS_KERNEL,
                n == 1 ? "the stage %s can't be had on this kernel: it is passed over"
                       : "the stages %s can't be had on this kernel: they are passed over",
                names.at);
    nt_label(d, stage->kid[0]->span, "%s", (const char *)stage->sym);
}

static bool is_first_of_its_reason(const struct nt_path_build *p, uint32_t k)
{
    for (uint32_t i = 1; i < k; i++)
        if (p->stage[i].node->sym &&
            strcmp(reason_of(p->stage[i].node), reason_of(p->stage[k].node)) == 0)
            return false;
    return true;
}

/* A stage in between may be missing, and a path that nobody asks about. */
void nt_path_missing(struct nt_unit *u, struct nt_path_build *p)
{
    bool misses = false;

    for (uint32_t k = 0; k < p->p.nstages; k++)
        misses |= p->stage[k].node->sym != NULL;
    if (!misses)
        return;
    p->dead = is_ruled_out(u, p);
    for (uint32_t k = 0; k < p->p.nstages && !p->dead; k++) {
        if (!p->stage[k].node->sym)
            continue;
        if (k == 0 || k + 1 == p->p.nstages)
            cant_end(u, p->stage[k].node);
        else if (is_first_of_its_reason(p, k))
            passed_over(u, p, k);
    }
}
