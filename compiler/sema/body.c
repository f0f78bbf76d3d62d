/* Bodies of every, begin and end. They run in ntrace: their statements become the actions and
 * expressions of program.h. */
#include "compiler/sema/scope.h"

#include <string.h>

struct body {
    struct nt_scope scope;
    uint32_t nlocals;
};

/* -- expressions ------------------------------------------------------------------------------ */

static enum nt_xop xop_of(struct nt_unit *u, const struct nt_expr *e)
{
    switch (e->op) {
    case NT_E_CONST:
    case NT_E_ABSENT:
        return NT_X_CONST;
    case NT_E_LOCAL:
        return NT_X_LOCAL;
    case NT_E_NOW:
        return NT_X_NOW;
    case NT_E_ARITH:
    case NT_E_CMP:
        return e->xop;
    case NT_E_AND:
        return NT_X_LAND;
    case NT_E_OR:
        return NT_X_LOR;
    case NT_E_NOT:
        return NT_X_LNOT;
    case NT_E_COND:
        return NT_X_COND;
    case NT_E_ELSE:
        return NT_X_ELSE;
    default:
        nt_error(u->cx, e->at, NT_PLACE,
                 "this is known in bodies of events; this one runs in ntrace");
        return NT_X_CONST;
    }
}

static struct nt_expr *compare(struct nt_unit *u, enum nt_xop op, struct nt_expr *l,
                               const uint64_t *words)
{
    struct nt_expr *r = nt_const(u, l->type, l->at, 0);
    struct nt_expr *e;

    memcpy(r->w, words, sizeof(r->w));
    e = nt_expr_with(u, NT_E_CMP, &nt_type_bool, l->at, 2, l, r);
    e->xop = op;
    return e;
}

/* x in {a, lo..hi}: comparisons. NULL: a test that is none. */
static struct nt_expr *membership(struct nt_unit *u, const struct nt_expr *in)
{
    struct nt_expr *x = in->kid[0], *any = nt_const(u, &nt_type_bool, in->at, 0);

    for (uint32_t i = 0; i < in->ntests; i++) {
        const struct nt_test *t = &in->test[i];

        if (t->kind == NT_TEST_EQ)
            any = nt_or(u, any, compare(u, NT_X_EQ, x, t->a));
        else if (t->kind == NT_TEST_RANGE)
            any = nt_or(u, any,
                        nt_and(u, compare(u, NT_X_GE, x, t->a), compare(u, NT_X_LE, x, t->b)));
        else
            return NULL;
    }
    return any;
}

/* What the expressions of program.h have no operation for, in terms of those they have. */
static const struct nt_expr *simpler(struct nt_unit *u, const struct nt_expr *e)
{
    static const uint64_t zero[NT_MAX_WORDS];
    struct nt_expr *r = NULL;

    if (e->op == NT_E_TRUTH) {
        r = compare(u, NT_X_NE, e->kid[0], zero);
    } else if (e->op == NT_E_EXISTS) { /* what is absent does not even equal itself */
        r = nt_expr_with(u, NT_E_CMP, &nt_type_bool, e->at, 2, e->kid[0], e->kid[0]);
        r->xop = NT_X_EQ;
    } else if (e->op == NT_E_IN) {
        r = membership(u, e);
    }
    return r ? r : e;
}

static const struct nt_x *plain(struct nt_unit *u, const struct nt_expr *e)
{
    struct nt_x *x = NT_NEW(u->cx->arena, struct nt_x);

    e = simpler(u, e);
    x->op = xop_of(u, e);
    x->type = e->type;
    x->absent = e->op == NT_E_ABSENT;
    x->slot = (uint16_t)e->index;
    memcpy(x->w, e->w, sizeof(x->w));
    for (uint32_t i = 0; i < e->nkids && i < 3; i++)
        x->kid[i] = plain(u, e->kid[i]);
    return x;
}

static const struct nt_x *const *plain_args(struct nt_unit *u, struct nt_expr **args, uint32_t n)
{
    const struct nt_x **x = NT_NEW_N(u->cx->arena, const struct nt_x *, n + 1);

    for (uint32_t i = 0; i < n; i++)
        x[i] = plain(u, args[i]);
    return x;
}

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

static int aggregation_of(struct nt_unit *u, int table, const struct nt_node *by)
{
    struct nt_table_build *t = table >= 0 ? u->tables.at[table] : NULL;
    struct nt_guess g = nt_guess(by->name);
    struct nt_diag *d;

    for (uint32_t i = 0; t && i < t->aggs.n; i++) {
        if (strcmp(t->aggs.at[i].name, by->name) == 0 ||
            strcmp(t->aggs.at[i].agg->name, by->name) == 0)
            return (int)i;
        nt_guess_try(&g, t->aggs.at[i].agg->name);
    }
    d = nt_error(u->cx, by->span, NT_UNKNOWN_TABLE, "the table has no aggregation '%s'", by->name);
    nt_hint_guess(d, &g);
    if (!d->hint && t)
        nt_hint(d, "it has %s", t->aggs.at[0].name);
    return -1;
}

static struct nt_act *print(struct body *b, const struct nt_node *node)
{
    struct nt_unit *u = b->scope.u;
    struct nt_act *act = new_act(u, NT_ACT_PRINT);
    uint64_t top = 0;

    if (node->name)
        act->table = table_of(u, node);
    if (node->kid[0] && nt_constant(&b->scope, node->kid[0], &top))
        act->top = (uint32_t)top;
    if (node->kid[0] && (top < 1 || top > 1000000))
        nt_error(u->cx, node->kid[0]->span, NT_VALUE, "top takes a number from 1 to 1,000,000");
    if (node->kid[1] && act->table >= 0)
        act->by = aggregation_of(u, act->table, node->kid[1]);
    else if (node->kid[1] && !node->name)
        nt_error(u->cx, node->kid[1]->span, NT_UNKNOWN_TABLE,
                 "`by` needs the table's name: print TABLE by ...");
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
        act->expr = plain(b->scope.u,
                          nt_fit(&b->scope, nt_value(&b->scope, call->kid[0], NULL), &nt_type_int));
    return act;
}

static struct nt_act *send(struct body *b, struct nt_stmt *stmt)
{
    struct nt_act *act;

    if (!stmt)
        return NULL;
    act = new_act(b->scope.u, NT_ACT_RECORD);
    act->slot = (uint16_t)stmt->record; /* layout turns it into the record */
    act->args = plain_args(b->scope.u, stmt->arg, stmt->narg);
    act->nargs = (uint16_t)stmt->narg;
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
    act->expr = plain(b->scope.u, value);
    return act;
}

static struct nt_act *branch(struct body *b, const struct nt_node *node)
{
    struct nt_unit *u = b->scope.u;
    struct nt_expr *c = nt_condition(&b->scope, node->kid[0]);
    struct nt_act *act = new_act(u, NT_ACT_IF);
    struct body other = *b;

    if (node->kid[1]->nkids)
        nt_error(u->cx, node->kid[1]->span, NT_PLACE, "a limit can stand in bodies of events only");
    act->expr = plain(u, c ? c : nt_const(u, &nt_type_bool, node->span, 1));
    act->then = block(b, node->kid[2]);
    if (node->kid[3] && node->kid[3]->kind == NT_NODE_IF)
        act->other = branch(&other, node->kid[3]);
    else if (node->kid[3])
        act->other = block(&other, node->kid[3]);
    return act;
}

static struct nt_act *result(struct body *b, const struct nt_node *node)
{
    struct nt_unit *u = b->scope.u;
    const char *call = nt_lone_call(node);

    if (call && strcmp(call, "printf") == 0)
        return send(b, nt_printf(&b->scope, node));
    if (call && strcmp(call, "exit") == 0)
        return leave(b, node);
    if (call && strcmp(call, "capture") == 0)
        nt_error(u->cx, node->span, NT_UNSUPPORTED, "this version of ntrace can't capture packets");
    else if (call && (strcmp(call, "start") == 0 || strcmp(call, "stop") == 0))
        nt_error(u->cx, node->span, NT_UNSUPPORTED, "this version of ntrace can't run commands");
    else if (call && !nt_agg_find(call))
        nt_value(&b->scope, node->kid[0]->kid[0], NULL); /* reports what is unknown */
    else
        nt_error(u->cx, node->span, NT_UNSUPPORTED,
                 "this version of ntrace can aggregate in bodies of events only");
    return NULL;
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
    case NT_NODE_BAD:
        return NULL;
    default:
        nt_error(b->scope.u->cx, node->span, NT_UNSUPPORTED, "this version of ntrace can't %s",
                 node->kind == NT_NODE_FOR      ? "run loops"
                 : node->kind == NT_NODE_RETURN ? "return from the bodies of every, begin and end"
                 : node->kind == NT_NODE_BLOCK  ? "nest bodies here"
                                                : "keep state in `@` variables");
        return NULL;
    }
}

static const struct nt_act *block(struct body *b, const struct nt_node *node)
{
    struct nt_local *locals = b->scope.locals;
    struct nt_act *first = NULL, **end = &first;

    nt_kid_each (kid, node) {
        *end = statement(b, *kid);
        if (*end)
            end = (struct nt_act **)&(*end)->next;
    }
    b->scope.locals = locals;
    return first;
}

static void add_body(struct nt_unit *u, const struct nt_node *item)
{
    struct body b = {.scope = {.u = u}};
    struct nt_body body = {.when = NT_WHEN_BEGIN};
    const struct nt_node *code = item->kid[0];

    b.scope.nlocals = &b.nlocals;
    if (item->kind == NT_NODE_EVERY) {
        struct nt_expr *period = nt_fit(
            &b.scope, nt_value(&b.scope, item->kid[0], &nt_type_duration), &nt_type_duration);

        code = item->kid[1];
        body.when = NT_WHEN_EVERY;
        body.period = period->w[0];
        if (period->type->kind != NT_KIND_ERROR && (!nt_is_const(period) || period->w[0] < 1000000))
            nt_error(u->cx, item->kid[0]->span, NT_VALUE, "every takes a time of at least 1ms");
    } else if (item->kind == NT_NODE_END) {
        body.when = NT_WHEN_END;
    }
    body.first = block(&b, code);
    body.nslots = (uint16_t)b.nlocals;
    *nt_vec_push(u->cx->arena, &u->bodies) = body;
}

void nt_user_bodies(struct nt_unit *u)
{
    nt_kid_each (item, u->script)
        if ((*item)->kind == NT_NODE_EVERY || (*item)->kind == NT_NODE_BEGIN ||
            (*item)->kind == NT_NODE_END)
            add_body(u, *item);
}
