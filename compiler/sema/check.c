/* Pass "check": bodies -> typed trees. Before: events bound. After: handlers, tables and records of
 * the script, and the probes that latencies need; every expression has a type. */
#include "compiler/sema/scope.h"

#include <stdlib.h>
#include <string.h>

/* -- where ------------------------------------------------------------------------------------ */

static void split(struct nt_unit *u, struct nt_handler *h, struct nt_expr *e)
{
    if (e->op == NT_E_AND) {
        split(u, h, e->kid[0]);
        split(u, h, e->kid[1]);
    } else {
        h->where[h->nwhere++] = e;
    }
}

static uint32_t count_conjuncts(const struct nt_expr *e)
{
    return e->op == NT_E_AND ? count_conjuncts(e->kid[0]) + count_conjuncts(e->kid[1]) : 1;
}

/* The cheapest test runs first; equals stay in the script's order. */
static void sort_by_cost(struct nt_handler *h)
{
    for (uint32_t i = 1; i < h->nwhere; i++)
        for (uint32_t j = i; j > 0 && h->where[j - 1]->cost > h->where[j]->cost; j--) {
            struct nt_expr *e = h->where[j];

            h->where[j] = h->where[j - 1];
            h->where[j - 1] = e;
        }
}

/* False: the condition can never be true here. */
bool nt_set_where(struct nt_unit *u, struct nt_handler *h, struct nt_expr *where)
{
    if (!where || nt_is_true(where))
        return true;
    if (nt_is_false(where))
        return false;
    h->where = NT_NEW_N(u->cx->arena, struct nt_expr *, count_conjuncts(where));
    split(u, h, where);
    sort_by_cost(h);
    return true;
}

/* -- on --------------------------------------------------------------------------------------- */

struct nt_expr *nt_event_where(struct nt_scope *s)
{
    const struct nt_node *event = s->bound->event;

    return event && event->kid[1] ? nt_condition(s, event->kid[1]) : NULL;
}

bool nt_handler_of_event(struct nt_scope *s)
{
    return nt_set_where(s->u, s->handler, nt_event_where(s));
}

static void check_bound(struct nt_unit *u, const struct nt_node *on, const struct nt_bound *b,
                        struct nt_span at)
{
    struct nt_handler *h = NT_NEW(u->cx->arena, struct nt_handler);
    struct nt_scope s = {.u = u, .bound = b, .handler = h, .nlocals = &h->nlocals};
    struct nt_expr *where;

    h->bound = b;
    h->at = at;
    h->why = "body";
    h->shared = on->kid[0]->nkids > 1;
    nt_handler_packet(&s, at);
    where = nt_event_where(&s);
    if (!u->says_chosen)
        where = nt_and(u, where, nt_chosen(&s, at));
    if (on->kid[1])
        where = nt_and(u, where, nt_condition(&s, on->kid[1]));
    h->guard = nt_guard_of(&s, on->kid[2]);
    h->body = nt_block(&s, on->kid[3]);
    if (nt_set_where(u, h, where))
        *nt_vec_push(u->cx->arena, &u->handlers) = u->cx->diags.nerrors ? h : nt_split_call(u, h);
    else if (!u->cx->diags.nerrors)
        nt_warn(u->cx, at, NT_NEVER_TRUE,
                "the condition can never be true here: '%s' is not attached for this body",
                b->name);
}

static void check_on(struct nt_unit *u, const struct nt_node *on)
{
    nt_kid_each (ref, on->kid[0]) {
        bool is_of_path = nt_path_take(u, on, *ref);
        const struct nt_bounds *bounds = is_of_path ? NULL : (*ref)->sym;
        uint32_t errors = u->cx->diags.nerrors;

        /* A mistake in a body is said once, not for each of its probes. */
        for (uint32_t i = 0; bounds && i < bounds->n && errors == u->cx->diags.nerrors; i++)
            check_bound(u, on, bounds->at[i], (*ref)->span);
    }
}

static bool check_bodies(struct nt_unit *u)
{
    bool has_on = false;

    nt_paths_declare(u);
    nt_kid_each (item, u->script)
        if ((*item)->kind == NT_NODE_ON) {
            has_on = true;
            check_on(u, *item);
        }
    nt_paths_check(u);
    return has_on;
}

static bool has_state(const struct nt_unit *u)
{
    for (uint32_t i = 0; i < u->cx->sources.n; i++) {
        const struct nt_source *text = &u->cx->sources.at[i];

        if ((i == u->source || nt_is_used(u, (uint16_t)i)) && memchr(text->text, '@', text->len))
            return true;
    }
    return false;
}

/* The types of state follow from use, and a body may read what a later one writes: bodies are
 * checked, without a word, until no type is new; what came of it is thrown away. */
static void learn_states(struct nt_unit *u)
{
    uint32_t said = u->cx->diags.list.n, errors = u->cx->diags.nerrors;

    if (!has_state(u))
        return;
    nt_states_declare(u);
    said = u->cx->diags.list.n;
    errors = u->cx->diags.nerrors;
    do {
        u->learned = false;
        check_bodies(u);
        nt_user_bodies(u);
        u->entries.n = u->handlers.n = u->starts.n = u->ends.n = u->clocks.n = u->frames.n = 0;
        u->tables.n = u->records.n = u->bodies.n = 0;
        nt_diags_rewind(u->cx, said, errors);
    } while (u->learned);
    nt_states_drop_unused(u);
}

void nt_check(struct nt_unit *u)
{
    bool has_on;

    nt_params_require(u);
    u->says_chosen = nt_says_chosen(u->script);
    learn_states(u);
    has_on = check_bodies(u);
    nt_user_bodies(u);
    nt_states_check(u);
    nt_params_unused(u);
    if (u->where && !u->where_used && !u->cx->diags.nerrors)
        nt_warn(u->cx, u->where->span, NT_OPTION_UNUSED,
                "--where has no effect: no event of the script has a packet");
    if (!has_on && !u->bodies.n && !u->cx->diags.nerrors)
        nt_hint(nt_error_at_none(u->cx, NT_NOTHING_LEFT, "the script has nothing to run"),
                "a body says what to do: on EVENT { ... }");
    if (has_on && !u->handlers.n && !u->cx->diags.nerrors)
        nt_error_at_none(u->cx, NT_NOTHING_LEFT,
                         "nothing of the script can run here: no body has a "
                         "condition that can be true");
}

static void dump_handlers(const char *what, struct nt_handler **at, uint32_t n, FILE *out)
{
    for (uint32_t i = 0; i < n; i++) {
        fprintf(out, "%s %s (%s)\n", what, at[i]->bound->name, at[i]->bound->target.section);
        nt_handler_dump(at[i], out);
    }
}

void nt_check_dump(struct nt_unit *u, FILE *out)
{
    dump_handlers("enter", u->entries.at, u->entries.n, out);
    dump_handlers("start", u->starts.at, u->starts.n, out);
    dump_handlers("on", u->handlers.at, u->handlers.n, out);
    dump_handlers("end", u->ends.at, u->ends.n, out);
}
