/* Bodies of every, begin and end. They run in ntrace: their statements become the actions and
 * expressions of program.h. */
#include "compiler/sema/path.h"

#include <string.h>

struct body {
    struct nt_scope scope;
    uint32_t nlocals;
};

/* -- statements ------------------------------------------------------------------------------- */

static struct nt_act *new_act(struct nt_unit *u, enum nt_act_kind kind)
{
    struct nt_act *act = NT_NEW(u->cx->arena, struct nt_act);

    act->kind = kind;
    act->table = -1;
    act->by = -1;
    return act;
}

static const struct nt_act *block(struct body *b, const struct nt_node *node);

/* Does the script have an aggregation of that name? Then, if there is no table, it is broken and
 * reported. */
static bool is_filled(const struct nt_node *node, const char *name)
{
    if (node->kind == NT_NODE_RESULT && node->name && strcmp(node->name, name) == 0)
        return true;
    nt_kid_each (kid, node)
        if (*kid && is_filled(*kid, name))
            return true;
    return false;
}

static int table_of(struct nt_unit *u, const struct nt_node *node)
{
    struct nt_table_build *table = nt_table_named(u, node->name);
    struct nt_guess g = nt_guess(node->name);
    struct nt_diag *d;

    for (uint32_t i = 0; i < u->tables.n; i++)
        if (u->tables.at[i] == table)
            return (int)i;
    if (u->cx->diags.nerrors && is_filled(u->script, node->name))
        return -1;
    d = nt_error(u->cx, node->name_at, NT_UNKNOWN_TABLE, "nothing fills a table '%s'", node->name);
    if (nt_agg_find(node->name))
        nt_hint(d, "give the aggregation a name: NAME = %s(...) by ...", node->name);
    nt_vec_each (t, &u->tables)
        if ((*t)->t.named)
            nt_guess_try(&g, (*t)->t.name);
    nt_hint_guess(d, &g);
    return -1;
}

/* What rows are sorted by: an aggregation, or behind those a key; -1 when the table has no such
 * column. */
static int find_column(const struct nt_table_build *t, const char *name, struct nt_guess *guess)
{
    for (uint32_t i = 0; i < t->aggs.n; i++) {
        if (strcmp(t->aggs.at[i].name, name) == 0 || strcmp(t->aggs.at[i].agg->name, name) == 0)
            return (int)i;
        nt_guess_try(guess, t->aggs.at[i].agg->name);
    }
    for (uint32_t i = 0; i < t->key.n; i++) {
        if (strcmp(t->key.at[i].name, name) == 0)
            return (int)(t->aggs.n + i);
        nt_guess_try(guess, t->key.at[i].name);
    }
    return -1;
}

static int column_of(struct nt_unit *u, int table, const struct nt_node *by)
{
    struct nt_guess g = nt_guess(by->name);
    int column = find_column(u->tables.at[table], by->name, &g);
    struct nt_diag *d;

    if (column >= 0)
        return column;
    d = nt_error(u->cx, by->span, NT_UNKNOWN_TABLE, "the table has no column '%s'", by->name);
    nt_hint_guess(d, &g);
    if (!d->hint)
        nt_hint(d, "it has %s", u->tables.at[table]->aggs.at[0].name);
    return -1;
}

static struct nt_act *new_print(struct nt_unit *u, int table, uint64_t top)
{
    struct nt_act *act = new_act(u, NT_ACT_PRINT);

    act->table = table;
    act->top = (uint32_t)top;
    return act;
}

/* All tables, those that have the column sorted by it. */
static struct nt_act *print_all_by(struct nt_unit *u, const struct nt_node *by, uint64_t top)
{
    struct nt_guess g = nt_guess(by->name);
    struct nt_act *first = NULL, **end = &first;
    struct nt_diag *d;
    bool found = false;

    for (uint32_t i = 0; i < u->tables.n; i++) {
        *end = new_print(u, (int)i, top);
        (*end)->by = find_column(u->tables.at[i], by->name, &g);
        found |= (*end)->by >= 0;
        end = (struct nt_act **)&(*end)->next;
    }
    if (found || u->cx->diags.nerrors)
        return first;
    d = nt_error(u->cx, by->span, NT_UNKNOWN_TABLE, "no table has a column '%s'", by->name);
    nt_hint_guess(d, &g);
    return NULL;
}

static struct nt_act *print(struct body *b, const struct nt_node *node)
{
    struct nt_unit *u = b->scope.u;
    int table = node->name ? table_of(u, node) : -1;
    struct nt_act *act;
    uint64_t top = 0;

    if (node->kid[0] && nt_constant(&b->scope, node->kid[0], &top) && (top < 1 || top > 1000000))
        nt_error(u->cx, node->kid[0]->span, NT_VALUE, "top takes a number from 1 to 1,000,000");
    if (node->kid[1] && !node->name)
        return print_all_by(u, node->kid[1], top);
    act = new_print(u, table, top);
    if (node->kid[1] && table >= 0)
        act->by = column_of(u, table, node->kid[1]);
    return act;
}

static struct nt_act *clear(struct body *b, const struct nt_node *node)
{
    struct nt_unit *u = b->scope.u;
    struct nt_act *act = new_act(u, NT_ACT_CLEAR);

    if (node->name)
        act->table = table_of(u, node);
    for (uint32_t i = 0; i < u->tables.n; i++)
        if (act->table == (int)i || !node->name)
            u->tables.at[i]->cleared = true;
    return act;
}

static struct nt_act *leave(struct body *b, const struct nt_node *node)
{
    const struct nt_node *call = node->kid[0]->kid[0];
    struct nt_act *act = new_act(b->scope.u, NT_ACT_EXIT);

    if (call->kind == NT_NODE_CALL && call->nkids)
        act->expr = nt_plain(
            b->scope.u, nt_fit(&b->scope, nt_value(&b->scope, call->kid[0], NULL), &nt_type_int));
    return act;
}

static struct nt_act *command(struct body *b, const struct nt_node *node, enum nt_act_kind kind)
{
    struct nt_act *act = new_act(b->scope.u, kind);

    return nt_command(b->scope.u, node->kid[0]->kid[0], &act->slot) ? act : NULL;
}

static struct nt_act *send(struct body *b, struct nt_stmt *stmt)
{
    struct nt_act *act;

    if (!stmt)
        return NULL;
    act = new_act(b->scope.u, NT_ACT_RECORD);
    act->slot = (uint16_t)stmt->record; /* layout turns it into the record */
    act->args = nt_plain_args(b->scope.u, stmt->arg, stmt->narg);
    act->nargs = (uint16_t)stmt->narg;
    return act;
}

static struct nt_act *aggregate(struct body *b, const struct nt_node *node)
{
    struct nt_unit *u = b->scope.u;
    struct nt_stmt *stmt = nt_aggregate(&b->scope, node);
    struct nt_act *act;
    struct nt_expr **args;
    uint32_t n;

    if (!stmt)
        return NULL;
    n = stmt->agg->nkeys + stmt->agg->nargs;
    args = NT_NEW_N(u->cx->arena, struct nt_expr *, n + 1);
    memcpy(args, stmt->agg->key, stmt->agg->nkeys * sizeof(*args));
    memcpy(args + stmt->agg->nkeys, stmt->agg->arg, stmt->agg->nargs * sizeof(*args));
    act = new_act(u, NT_ACT_AGG);
    act->table = (int)stmt->agg->table;
    act->args = nt_plain_args(u, args, n);
    act->nargs = (uint16_t)n;
    return act;
}

/* What changes state: the statement's place gives state and key. */
static struct nt_act *change_state(struct body *b, enum nt_act_kind kind,
                                   const struct nt_stmt *stmt)
{
    struct nt_unit *u = b->scope.u;
    struct nt_act *act;

    if (!stmt)
        return NULL;
    act = new_act(u, kind);
    act->slot = nt_state_index(u, stmt->state->state);
    act->args = nt_plain_args(u, stmt->state->kid, stmt->state->nkids);
    act->nargs = stmt->state->nkids;
    if (stmt->expr)
        act->expr = nt_plain(u, stmt->expr);
    return act;
}

static struct nt_act *let(struct body *b, const struct nt_node *node)
{
    struct nt_expr *value;
    uint32_t slot;
    struct nt_act *act;

    if (!nt_let(&b->scope, node, &value, &slot))
        return NULL;
    act = new_act(b->scope.u, NT_ACT_LET);
    act->slot = (uint16_t)slot;
    act->expr = nt_plain(b->scope.u, value);
    return act;
}

/* The block, behind all that has to let it pass first. */
static const struct nt_act *behind_gates(struct body *b, const struct nt_node *guards,
                                         const struct nt_node *code)
{
    struct nt_unit *u = b->scope.u;
    const struct nt_act *first = NULL, **end = &first;

    for (const struct nt_guard *g = nt_guard_of(&b->scope, guards); g; g = g->next) {
        struct nt_gate *gate = NT_NEW(u->cx->arena, struct nt_gate);
        struct nt_act *act = new_act(u, NT_ACT_GATE);

        *gate = (struct nt_gate){
            .is_sample = g->kind == NT_GUARD_SAMPLE,
            .count = g->count,
            .per = g->per,
            .key = g->layout,
            .limit = g->index,
        };
        act->gate = gate;
        act->args = nt_plain_args(u, g->key, g->layout.ncolumns);
        act->nargs = g->layout.ncolumns;
        *end = act;
        end = &act->then;
    }
    *end = block(b, code);
    return first;
}

static struct nt_act *branch(struct body *b, const struct nt_node *node)
{
    struct nt_unit *u = b->scope.u;
    struct nt_expr *c = nt_condition(&b->scope, node->kid[0]);
    struct nt_act *act = new_act(u, NT_ACT_IF);
    struct body other = *b;

    act->expr = nt_plain(u, c ? c : nt_const(u, &nt_type_bool, node->span, 1));
    act->then = behind_gates(b, node->kid[1], node->kid[2]);
    if (node->kid[3] && node->kid[3]->kind == NT_NODE_IF)
        act->other = branch(&other, node->kid[3]);
    else if (node->kid[3])
        act->other = block(&other, node->kid[3]);
    return act;
}

static struct nt_act *call_fn(struct body *b, const struct nt_node *call, const struct nt_node *fn)
{
    struct nt_unit *u = b->scope.u;
    struct nt_act *act = new_act(u, NT_ACT_CALL), **end = (struct nt_act **)&act->then;
    struct body inner = *b;
    struct nt_expansion x;
    uint32_t errors = u->cx->diags.nerrors, slot;

    if (!nt_enter_fn(&b->scope, &inner.scope, &x, call, fn))
        return NULL;
    for (uint32_t i = 0; i < call->nkids; i++) {
        struct nt_expr *value = nt_decay(u, nt_value(&b->scope, call->kid[i], NULL));

        if (!nt_bind_local(&inner.scope, fn->kid[0]->kid[i]->name, value, call->kid[i]->span,
                           &slot))
            continue;
        *end = new_act(u, NT_ACT_LET);
        (*end)->slot = (uint16_t)slot;
        (*end)->expr = nt_plain(u, value);
        end = (struct nt_act **)&(*end)->next;
    }
    *end = (struct nt_act *)block(&inner, fn->kid[1]);
    nt_used_here(u, errors, call->span);
    return act;
}

static struct nt_act *result(struct body *b, const struct nt_node *node)
{
    struct nt_unit *u = b->scope.u;
    const char *call = nt_lone_call(node);
    const struct nt_node *fn = nt_called_fn(&b->scope, node);

    if (fn)
        return call_fn(b, node->kid[0]->kid[0], fn);
    if (call && strcmp(call, "printf") == 0)
        return send(b, nt_printf(&b->scope, node));
    if (call && strcmp(call, "exit") == 0)
        return leave(b, node);
    if (call && strcmp(call, "capture") == 0)
        nt_error(u->cx, node->span, NT_PLACE, "there is no packet here to capture");
    else if (call && strcmp(call, "start") == 0)
        return command(b, node, NT_ACT_START);
    else if (call && strcmp(call, "stop") == 0)
        return command(b, node, NT_ACT_STOP);
    else
        return aggregate(b, node);
    return NULL;
}

static struct nt_act *leave_body(struct body *b, const struct nt_node *node)
{
    if (node->kid[0])
        nt_report_return(&b->scope, node);
    return new_act(b->scope.u, NT_ACT_RETURN);
}

static struct nt_act *loop(struct body *b, const struct nt_node *node)
{
    struct nt_unit *u = b->scope.u;
    struct nt_act *act = new_act(u, NT_ACT_FOR);
    struct nt_local *locals = b->scope.locals;
    uint32_t slot = 0;

    if (!nt_loop_bounds(&b->scope, node, &act->first, &act->last))
        return NULL;
    nt_bind_local(&b->scope, node->name, nt_expr_new(u, NT_E_LOCAL, &nt_type_int, node->span),
                  node->span, &slot);
    act->slot = (uint16_t)slot;
    act->then = block(b, node->kid[1]);
    b->scope.locals = locals;
    return act;
}

static struct nt_act *statement(struct body *b, const struct nt_node *node)
{
    switch (node->kind) {
    case NT_NODE_PRINT:
        return print(b, node);
    case NT_NODE_CLEAR:
        return clear(b, node);
    case NT_NODE_RESULT:
        return result(b, node);
    case NT_NODE_EMIT:
        return send(b, nt_emit(&b->scope, node));
    case NT_NODE_LET:
        return let(b, node);
    case NT_NODE_IF:
        return branch(b, node);
    case NT_NODE_ASSIGN:
        return change_state(b, NT_ACT_KEEP, nt_keep(&b->scope, node));
    case NT_NODE_DELETE:
        return change_state(b, NT_ACT_DELETE, nt_forget_state(&b->scope, node));
    case NT_NODE_RETURN:
        return leave_body(b, node);
    case NT_NODE_FOR:
        return loop(b, node);
    default: /* BAD: reported already */
        return NULL;
    }
}

static const struct nt_act *block(struct body *b, const struct nt_node *node)
{
    struct nt_local *locals = b->scope.locals;
    struct nt_act *first = NULL, **end = &first;

    nt_kid_each (kid, node) {
        *end = statement(b, *kid);
        while (*end)
            end = (struct nt_act **)&(*end)->next;
    }
    b->scope.locals = locals;
    return first;
}

static void add_body(struct nt_unit *u, const struct nt_node *item)
{
    struct body b = {.scope = {.u = u}};
    struct nt_body body = {.when = NT_WHEN_BEGIN};
    const struct nt_node *code = item->kid[0], *guards = NULL;

    b.scope.nlocals = &b.nlocals;
    if (item->kind == NT_NODE_EVERY) {
        struct nt_expr *period = nt_fit(
            &b.scope, nt_value(&b.scope, item->kid[0], &nt_type_duration), &nt_type_duration);

        guards = item->kid[1];
        code = item->kid[2];
        body.when = NT_WHEN_EVERY;
        body.period = period->w[0];
        if (period->type->kind != NT_KIND_ERROR && (!nt_is_const(period) || period->w[0] < 1000000))
            nt_error(u->cx, item->kid[0]->span, NT_VALUE, "every takes a time of at least 1ms");
    } else if (item->kind == NT_NODE_END) {
        body.when = NT_WHEN_END;
    }
    body.first = behind_gates(&b, guards, code);
    body.nslots = (uint16_t)b.nlocals;
    *nt_vec_push(u->cx->arena, &u->bodies) = body;
}

/* `on PATH.lost T where ... { }` */
bool nt_path_lost_body(struct nt_unit *u, const struct nt_path_on *on)
{
    struct nt_on_path here = {.path = on->path, .name = on->ref->name, .part = NT_PART_LOST};
    struct body b = {.scope = {.u = u, .on_path = &here}};
    struct nt_body body = {.when = NT_WHEN_LOST, .path = on->path->index};
    struct nt_expr *where;
    struct nt_act *act;

    b.scope.nlocals = &b.nlocals;
    where = on->on->kid[1] ? nt_condition(&b.scope, on->on->kid[1]) : NULL;
    if (where && nt_is_false(where))
        return false;
    body.first = behind_gates(&b, on->on->kid[2], on->on->kid[3]);
    if (where && !nt_is_true(where)) {
        act = new_act(u, NT_ACT_IF);
        act->expr = nt_plain(u, where);
        act->then = body.first;
        body.first = act;
    }
    body.nslots = (uint16_t)b.nlocals;
    *nt_vec_push(u->cx->arena, &u->bodies) = body;
    return true;
}

static void add_bodies(struct nt_unit *u)
{
    nt_kid_each (item, u->script)
        if ((*item)->kind == NT_NODE_EVERY || (*item)->kind == NT_NODE_BEGIN ||
            (*item)->kind == NT_NODE_END)
            add_body(u, *item);
}

/* A body may print a table that a later one fills: all are read, without a word, until no table is
 * new. */
void nt_user_bodies(struct nt_unit *u)
{
    uint32_t said = u->cx->diags.list.n, errors = u->cx->diags.nerrors, records = u->records.n;
    uint32_t bodies = u->bodies.n, tables;

    do {
        tables = u->tables.n;
        u->bodies.n = bodies;
        u->records.n = records;
        nt_diags_rewind(u->cx, said, errors);
        add_bodies(u);
    } while (u->tables.n > tables);
}
