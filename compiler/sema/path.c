/* Paths: their bodies are read first, since they say which stages are asked for and what is to be
 * kept of each; then the stages become handlers like the bodies of events, the last stage first.
 *
 * Programs are attached in that order, so that nothing enters a path before its end is watched. */
#include "compiler/sema/path.h"

#include <string.h>

/* -- the handlers of the stages --------------------------------------------------------------- */

static void add_handler(struct nt_unit *u, struct nt_path_build *p, uint32_t k,
                        const struct nt_bound *b, struct nt_span at)
{
    struct nt_handler *h = NT_NEW(u->cx->arena, struct nt_handler);
    struct nt_stage *stage = &p->stage[k];
    struct nt_scope s = {.u = u, .bound = b, .handler = h, .nlocals = &h->nlocals};
    struct nt_expr *where;

    *h = (struct nt_handler){.bound = b, .at = at};
    h->why = nt_sprintf(u->cx->arena, "stage '%s' of path '%s'", stage->name, p->p.name);
    nt_handler_packet(&s, at);
    where = nt_event_where(&s);
    if (k == 0 && !u->says_chosen)
        where = nt_and(u, where, nt_chosen(&s, at));
    if (stage->node->kid[1])
        where = nt_and(u, where, nt_condition(&s, stage->node->kid[1]));
    h->step = NT_NEW(u->cx->arena, struct nt_step);
    *h->step = (struct nt_step){.path = p, .stage = k};
    if (nt_set_where(u, h, where))
        *nt_vec_push(u->cx->arena, &stage->handler) = h;
    else
        *nt_vec_push(u->cx->arena, &stage->never) = h;
}

static void add_handlers(struct nt_unit *u, struct nt_path_build *p, uint32_t k)
{
    struct nt_stage *stage = &p->stage[k];
    uint32_t errors = u->cx->diags.nerrors;
    bool any = false;

    nt_kid_each (ref, stage->node->kid[0]) {
        const struct nt_bounds *bounds = (*ref)->sym;

        for (uint32_t i = 0; bounds && i < bounds->n && errors == u->cx->diags.nerrors; i++) {
            add_handler(u, p, k, bounds->at[i], (*ref)->span);
            any = true;
        }
    }
    if (any && !stage->handler.n && errors == u->cx->diags.nerrors)
        nt_warn(u->cx, stage->node->name_at, NT_NEVER_TRUE,
                "the condition of stage '%s' can never be true here: %s", stage->name,
                k == 0 || k + 1 == p->p.nstages ? "nothing goes along the path"
                                                : "it is not attached");
    if (!stage->handler.n && (k == 0 || k + 1 == p->p.nstages))
        p->dead = true;
}

/* -- bodies ----------------------------------------------------------------------------------- */

/* A body on one probe of a stage. False: its condition can never be true there. */
static bool add_body(struct nt_unit *u, const struct nt_path_on *on, uint32_t k,
                     struct nt_handler *h)
{
    struct nt_on_path here = {
        .path = on->path, .name = on->ref->name, .part = on->part, .stage = k};
    struct nt_scope s = {
        .u = u, .bound = h->bound, .handler = h, .nlocals = &h->nlocals, .on_path = &here};
    struct nt_path_body *body = NT_NEW(u->cx->arena, struct nt_path_body), **end;
    struct nt_expr *where = on->on->kid[1] ? nt_condition(&s, on->on->kid[1]) : NULL;

    if (where && nt_is_false(where))
        return false;
    body->part = on->part;
    body->code = NT_NEW(u->cx->arena, struct nt_stmt);
    *body->code = (struct nt_stmt){.kind = NT_S_IF, .at = on->ref->span};
    body->code->expr = where && !nt_is_true(where) ? where : NULL;
    body->code->guard = nt_guard_of(&s, on->on->kid[2]);
    body->code->then = nt_block(&s, on->on->kid[3]);
    for (end = &h->step->bodies; *end; end = &(*end)->next)
        ;
    *end = body;
    return true;
}

static bool add_to_stage(struct nt_unit *u, const struct nt_path_on *on, uint32_t k)
{
    struct nt_stage *stage = &on->path->stage[k];
    uint32_t errors = u->cx->diags.nerrors;
    bool live = false;

    /* A mistake is said once, not for each probe and stage. */
    for (uint32_t i = 0; i < stage->handler.n && errors == u->cx->diags.nerrors; i++)
        live |= add_body(u, on, k, stage->handler.at[i]);
    /* What never happens fills tables all the same, with nothing: others may print them. */
    for (uint32_t i = 0; i < stage->never.n && errors == u->cx->diags.nerrors; i++)
        add_body(u, on, k, stage->never.at[i]);
    stage->used |= live;
    return live;
}

static bool has_part(struct nt_unit *u, const struct nt_path_on *on)
{
    const struct nt_path_build *p = on->path;
    bool needs_two =
        on->part == NT_PART_DONE || (on->part == NT_PART_HOP && on->stage == NT_MAX_STAGES);

    if (on->part == NT_PART_LOST && !on->ref->kid[0]) {
        nt_hint(nt_error(u->cx, on->ref->span, NT_VALUE, "after how long is it lost?"),
                "on %s 1s { ... }", on->ref->name);
        return false;
    }
    if (on->part != NT_PART_LOST && on->ref->kid[0]) {
        nt_error(u->cx, on->ref->kid[0]->span, NT_VALUE, "only `.lost` takes a time");
        return false;
    }
    if (needs_two && p->p.nstages == 1) {
        nt_hint(nt_error(u->cx, on->ref->span, NT_VALUE,
                         "'%s' has one stage: nothing is ever done, there is no way from one to "
                         "another",
                         p->p.name),
                "`on %s.again` and `on %s.lost T` measure silence", p->p.name, p->p.name);
        return false;
    }
    return true;
}

static bool lost_after(struct nt_unit *u, const struct nt_path_on *on)
{
    struct nt_path_build *p = on->path;
    struct nt_scope s = {.u = u};
    struct nt_expr *t =
        nt_fit(&s, nt_value(&s, on->ref->kid[0], &nt_type_duration), &nt_type_duration);

    if (t->type->kind == NT_KIND_ERROR)
        return false;
    if (!nt_is_const(t) || t->w[0] < 1000000) {
        nt_error(u->cx, on->ref->kid[0]->span, NT_VALUE, "`.lost` takes a time of at least 1ms");
        return false;
    }
    if (p->lost_ref && p->p.lost_after != t->w[0]) {
        nt_label(nt_error(u->cx, on->ref->kid[0]->span, NT_VALUE,
                          "the bodies of '%s' say different times", on->ref->name),
                 p->lost_ref->kid[0]->span, "first here");
        return false;
    }
    p->lost_ref = on->ref;
    p->p.lost_after = t->w[0];
    return true;
}

static bool read_body(struct nt_unit *u, const struct nt_path_on *on)
{
    const struct nt_path_build *p = on->path;
    bool live = false;

    if (!has_part(u, on))
        return true;
    if (on->part == NT_PART_LOST)
        return !lost_after(u, on) || nt_path_lost_body(u, on);
    if (on->part == NT_PART_DONE)
        return add_to_stage(u, on, p->p.nstages - 1u);
    if (on->part == NT_PART_AGAIN)
        return add_to_stage(u, on, 0);
    if (on->stage != NT_MAX_STAGES)
        return add_to_stage(u, on, on->stage);
    for (uint32_t k = 1; k < p->p.nstages; k++)
        live |= add_to_stage(u, on, k);
    return live;
}

/* Is some body of the same `on` at work? Then the script chose between paths. */
static bool read_bodies(struct nt_unit *u, struct nt_path_build *p)
{
    bool any = false;

    nt_vec_each (on, &u->path_ons) {
        uint32_t errors = u->cx->diags.nerrors;
        bool live = on->path == p && read_body(u, on);

        any |= live;
        if (on->path == p && !p->dead && !live && on->on->kid[0]->nkids == 1 &&
            errors == u->cx->diags.nerrors)
            nt_warn(u->cx, on->ref->span, NT_NEVER_TRUE,
                    "the condition can never be true here: this body of '%s' never runs",
                    on->ref->name);
    }
    return any;
}

/* -- all of it -------------------------------------------------------------------------------- */

static void check_path(struct nt_unit *u, struct nt_path_build *p)
{
    uint32_t errors = u->cx->diags.nerrors;

    nt_path_missing(u, p);
    for (uint32_t k = 0; k < p->p.nstages; k++)
        add_handlers(u, p, k);
    if (errors != u->cx->diags.nerrors)
        return;
    p->p.words = (uint16_t)(NT_ENTRY_MARKS + p->p.nstages);
    p->dead |= !read_bodies(u, p);
    if (!p->dead && errors == u->cx->diags.nerrors)
        nt_path_steps(u, p);
}

bool nt_path_take(struct nt_unit *u, const struct nt_node *on, const struct nt_node *ref)
{
    struct nt_path_on it;

    if (!nt_path_ref(u, ref, &it))
        return false;
    it.on = on;
    if (it.path)
        *nt_vec_push(u->cx->arena, &u->path_ons) = it;
    return true;
}

/* Of the paths that are left, and of the bodies of what they lose. */
static void number_paths(struct nt_unit *u)
{
    uint32_t n = 0, nbodies = 0;

    nt_vec_each (p, &u->paths)
        if (!(*p)->dead)
            (*p)->index = n++;
    nt_vec_each (body, &u->bodies) {
        const struct nt_path_build *p = u->paths.at[body->path];

        if (p->dead)
            continue;
        u->bodies.at[nbodies] = *body;
        u->bodies.at[nbodies++].path = p->index;
    }
    u->bodies.n = nbodies;
    n = 0;
    nt_vec_each (p, &u->paths)
        if (!(*p)->dead)
            u->paths.at[n++] = *p;
    u->paths.n = n;
}

void nt_paths_check(struct nt_unit *u)
{
    nt_vec_each (p, &u->paths)
        if (!(*p)->dead)
            check_path(u, *p);
    number_paths(u);
}
