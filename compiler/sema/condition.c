/* Conditions. A comparison with a parameter that is `any` falls away: it is NULL here. */
#include "compiler/sema/scope.h"

bool nt_is_comparison(enum nt_op op)
{
    return op >= NT_OP_EQ && op <= NT_OP_GE;
}

static struct nt_expr *value_as_condition(struct nt_scope *s, const struct nt_node *node)
{
    struct nt_param *p = nt_param_of(s->u, node);
    struct nt_expr *e;

    if (p && p->any)
        return NULL;
    e = nt_value(s, node, NULL);
    if (e->type->kind == NT_KIND_BOOL || e->type->kind == NT_KIND_ERROR)
        return e;
    if (!nt_is_number(e->type)) {
        nt_hint(nt_error(s->u->cx, node->span, NT_TYPE, "%s is neither true nor false",
                         nt_type_said(s->u, e->type)),
                "compare it with something, or ask exists(...) whether it is there");
        return nt_broken(s->u, node->span);
    }
    if (nt_is_const(e))
        return nt_const(s->u, &nt_type_bool, node->span, e->w[0] != 0);
    e = nt_expr_with(s->u, NT_E_TRUTH, &nt_type_bool, node->span, 1, e);
    e->maybe = false;
    return e;
}

struct nt_expr *nt_condition(struct nt_scope *s, const struct nt_node *node)
{
    struct nt_expr *a, *b;

    if (node->kind == NT_NODE_IN)
        return nt_membership(s, node);
    if (node->kind == NT_NODE_CALL && nt_names_find(&s->u->fns, node->name))
        return nt_fn_condition(s, node);
    if (node->kind == NT_NODE_UNARY && node->op == NT_OP_NOT)
        return nt_not(s->u, nt_condition(s, node->kid[0]), node->span);
    if (node->kind == NT_NODE_BINARY && nt_is_comparison(node->op))
        return nt_compare(s, node);
    if (node->kind == NT_NODE_BINARY && (node->op == NT_OP_AND || node->op == NT_OP_OR)) {
        a = nt_condition(s, node->kid[0]);
        b = nt_condition(s, node->kid[1]);
        return node->op == NT_OP_AND ? nt_and(s->u, a, b) : nt_or(s->u, a, b);
    }
    return value_as_condition(s, node);
}
