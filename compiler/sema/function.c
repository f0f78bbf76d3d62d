/* Functions, expanded where they are called. One sees the event's fields and its own parameters and
 * variables, nothing of the caller's. Called for its value, its statements become one expression;
 * called as a statement, they stand in its place. */
#include "compiler/catalog/aggs.h"
#include "compiler/sema/funcs.h"

#include <string.h>

enum { MAX_STEPS = 512, MAX_NODES = 8192 };

/* What the grammar has no word for and is no fn all the same. */
static bool is_statement_name(const char *name)
{
    static const char *const names[] = {"printf", "exit", "start", "stop", "capture"};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

void nt_fn_check(struct nt_unit *u, const struct nt_node *fn)
{
    const struct nt_node *params = fn->kid[0];

    if (nt_agg_find(fn->name) || nt_func_find(fn->name) || is_statement_name(fn->name))
        nt_hint(nt_error(u->cx, fn->name_at, NT_DUPLICATE, "%s() is the language's own", fn->name),
                "give the function another name");
    for (uint32_t i = 0; i < params->nkids; i++)
        for (uint32_t j = 0; j < i; j++)
            if (strcmp(params->kid[i]->name, params->kid[j]->name) == 0)
                nt_label(nt_error(u->cx, params->kid[i]->span, NT_DUPLICATE,
                                  "two parameters have the name '%s'", params->kid[i]->name),
                         params->kid[j]->span, "first here");
}

/* Nodes as the code generator walks them: what is used twice counts twice. No more than most. */
static uint32_t count_nodes(const struct nt_expr *e, uint32_t most)
{
    uint32_t n = 1;

    for (uint32_t i = 0; i < e->nkids && n <= most; i++)
        n += count_nodes(e->kid[i], most - n);
    return n;
}

static void bind_param(struct nt_scope *s, const char *name, struct nt_expr *value)
{
    struct nt_local *l = NT_NEW(s->u->cx->arena, struct nt_local);

    *l = (struct nt_local){name, value, s->locals};
    s->locals = l;
}

bool nt_enter_fn(struct nt_scope *s, struct nt_scope *inner, struct nt_expansion *x,
                 const struct nt_node *call, const struct nt_node *fn)
{
    const struct nt_node *params = fn->kid[0];

    if (params->nkids != call->nkids) {
        struct nt_diag *d =
            nt_error(s->u->cx, call->span, NT_ARGUMENTS, "%s() takes %u argument%s, not %u",
                     call->name, params->nkids, params->nkids == 1 ? "" : "s", call->nkids);
        nt_label(d, fn->name_at, "declared here");
        return false;
    }
    *inner = *s;
    if (!nt_enter(inner, x, fn, call->name, call->span))
        return false;
    inner->locals = NULL;
    inner->in_fn = true;
    return true;
}

/* -- for its value ---------------------------------------------------------------------------- */

/* What comes behind a block: the rest of the one around it, or a loop's next turn. */
struct rest {
    const struct nt_node *block;
    uint32_t at;
    struct nt_scope scope;
    const struct rest *outer;
    uint64_t next, last; /* of a loop, whose FOR is block */
};

struct value {
    struct nt_unit *u;
    const struct nt_node *call;
    const struct nt_type *want;
    uint32_t steps;
};

static struct nt_expr *follow(struct value *v, const struct rest *r);

static struct nt_expr *block_value(struct value *v, const struct nt_scope *s,
                                   const struct nt_node *block, const struct rest *outer)
{
    struct rest r = {.block = block, .scope = *s, .outer = outer};

    return follow(v, &r);
}

static struct nt_expr *next_turn(struct value *v, const struct rest *loop)
{
    struct rest after = *loop;
    struct nt_scope s = loop->scope;

    if ((int64_t)loop->next > (int64_t)loop->last)
        return follow(v, loop->outer);
    after.next++;
    bind_param(&s, loop->block->name, nt_const(s.u, &nt_type_int, loop->block->span, loop->next));
    return block_value(v, &s, loop->block->kid[1], &after);
}

static struct nt_expr *branch_value(struct value *v, const struct nt_scope *s,
                                    const struct nt_node *node, const struct rest *after)
{
    struct nt_scope scope = *s;
    const struct nt_node *other = node->kid[3];
    struct nt_expr *c = nt_condition(&scope, node->kid[0]), *a, *b;

    if (node->kid[1]->nkids) {
        nt_error(s->u->cx, node->kid[1]->span, NT_PLACE, "nothing is limited within a value");
        return nt_broken(s->u, node->span);
    }
    a = block_value(v, s, node->kid[2], after);
    if (!c || nt_is_true(c))
        return a;
    b = !other                      ? follow(v, after)
        : other->kind == NT_NODE_IF ? branch_value(v, s, other, after)
                                    : block_value(v, s, other, after);
    if (nt_is_false(c))
        return b;
    if (!nt_unify(&scope, &a, &b))
        return nt_broken(s->u, node->span);
    return nt_cond(s->u, c, a, b, node->span);
}

static void let_value(struct nt_scope *s, const struct nt_node *node)
{
    const struct nt_type *type =
        node->kid[0] ? nt_type_of_name(s->u, node->kid[0]->name, node->kid[0]->span) : NULL;
    struct nt_expr *value = nt_decay(s->u, nt_value(s, node->kid[1], type));

    bind_param(s, node->name, type ? nt_fit(s, value, type) : value);
}

static struct nt_expr *statement_value(struct value *v, struct rest *r, const struct nt_node *node)
{
    struct nt_scope *s = &r->scope;
    struct rest loop = {.block = node, .scope = *s, .outer = r};

    switch (node->kind) {
    case NT_NODE_LET:
        let_value(s, node);
        return follow(v, r);
    case NT_NODE_RETURN:
        return node->kid[0] ? nt_decay(s->u, nt_value(s, node->kid[0], v->want))
                            : nt_absent(s->u, &nt_type_int, node->span);
    case NT_NODE_IF:
        return branch_value(v, s, node, r);
    case NT_NODE_BLOCK:
        return block_value(v, s, node, r);
    case NT_NODE_FOR:
        return nt_loop_bounds(s, node, &loop.next, &loop.last) ? next_turn(v, &loop)
                                                               : nt_broken(s->u, node->span);
    case NT_NODE_BAD:
        return nt_broken(s->u, node->span);
    default:
        nt_label(nt_error(s->u->cx, node->span, NT_PLACE,
                          "a function that is called for its value only computes: let, if, for, "
                          "return"),
                 v->call->span, "called for its value");
        return nt_broken(s->u, node->span);
    }
}

/* The value of what is left to do; absent where nothing is returned. */
static struct nt_expr *follow(struct value *v, const struct rest *r)
{
    struct rest next;

    if (!r)
        return nt_absent(v->u, &nt_type_int, v->call->span);
    if (r->block->kind == NT_NODE_FOR)
        return next_turn(v, r);
    if (r->at == r->block->nkids)
        return follow(v, r->outer);
    if (++v->steps > MAX_STEPS) {
        if (v->steps == MAX_STEPS + 1)
            nt_error(v->u->cx, v->call->span, NT_TOO_MUCH, "%s() takes too many steps: at most %d",
                     v->call->name, MAX_STEPS);
        return nt_broken(v->u, v->call->span);
    }
    next = *r;
    next.at++;
    return statement_value(v, &next, r->block->kid[r->at]);
}

struct nt_expr *nt_call_value(struct nt_scope *s, const struct nt_node *call,
                              const struct nt_node *fn, const struct nt_type *want,
                              bool as_condition)
{
    struct value v = {.u = s->u, .call = call, .want = want};
    struct nt_scope inner;
    struct nt_expansion x;
    struct nt_expr *e;
    uint32_t errors;

    if (!nt_enter_fn(s, &inner, &x, call, fn))
        return nt_broken(s->u, call->span);
    for (uint32_t i = 0; i < call->nkids; i++)
        bind_param(&inner, fn->kid[0]->kid[i]->name, nt_value(s, call->kid[i], NULL));
    errors = s->u->cx->diags.nerrors;
    e = fn->kid[1]->kind == NT_NODE_BLOCK ? block_value(&v, &inner, fn->kid[1], NULL)
        : as_condition                    ? nt_condition(&inner, fn->kid[1])
                                          : nt_value(&inner, fn->kid[1], want);
    nt_used_here(s->u, errors, call->span);
    if (!e || count_nodes(e, MAX_NODES) <= MAX_NODES)
        return e;
    nt_error(s->u->cx, call->span, NT_TOO_MUCH, "what %s() computes is too large", call->name);
    return nt_broken(s->u, call->span);
}

/* -- as a statement --------------------------------------------------------------------------- */

bool nt_loop_bounds(struct nt_scope *s, const struct nt_node *node, uint64_t *ret_first,
                    uint64_t *ret_last)
{
    const struct nt_node *range = node->kid[0];
    uint64_t first, last;

    if (!nt_constant(s, range->kid[0], &first) || !nt_constant(s, range->kid[1], &last))
        return false;
    if ((int64_t)first > (int64_t)last || last - first >= NT_MAX_TURNS) {
        nt_error(s->u->cx, range->span, NT_VALUE,
                 "a loop runs 1 to %d times: from the lower number "
                 "to the higher, both included",
                 NT_MAX_TURNS);
        return false;
    }
    *ret_first = first;
    *ret_last = last;
    return true;
}

const struct nt_node *nt_called_fn(struct nt_scope *s, const struct nt_node *result)
{
    const char *name = nt_lone_call(result);
    const struct nt_node *fn = name ? nt_names_find(&s->u->fns, name) : NULL;

    return fn && result->kid[0]->kid[0]->kind == NT_NODE_CALL && fn->kid[1]->kind == NT_NODE_BLOCK
               ? fn
               : NULL;
}

void nt_report_return(struct nt_scope *s, const struct nt_node *node)
{
    if (s->in_fn)
        nt_hint(nt_error(s->u->cx, node->span, NT_PLACE,
                         "a value is returned, but the function is called as a statement"),
                "a function has a value or does something, not both");
    else
        nt_hint(nt_error(s->u->cx, node->span, NT_PLACE, "a body returns no value"),
                "emit prints one; a function (fn) returns one");
}
