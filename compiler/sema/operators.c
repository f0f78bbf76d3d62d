/* Operators: arithmetic, casts, choices. What both sides are decides what comes out. */
#include "compiler/sema/scope.h"

#include <string.h>

static const enum nt_xop arith_ops[] = {
    [NT_OP_ADD] = NT_X_ADD, [NT_OP_SUB] = NT_X_SUB,  [NT_OP_MUL] = NT_X_MUL,
    [NT_OP_DIV] = NT_X_DIV, [NT_OP_MOD] = NT_X_MOD,  [NT_OP_BAND] = NT_X_AND,
    [NT_OP_BOR] = NT_X_OR,  [NT_OP_BXOR] = NT_X_XOR, [NT_OP_SHL] = NT_X_SHL,
    [NT_OP_SHR] = NT_X_SHR,
};

enum nt_xop nt_arith_op(enum nt_op op)
{
    return arith_ops[op];
}

static struct nt_expr *operand(struct nt_scope *s, const struct nt_node *node,
                               const struct nt_type *want)
{
    struct nt_expr *e = nt_decay(s->u, nt_value(s, node, want));

    if (nt_is_number(e->type))
        return e;
    nt_error(s->u->cx, node->span, NT_TYPE, "%s can't be computed with",
             nt_type_said(s->u, e->type));
    return nt_broken(s->u, node->span);
}

static struct nt_expr *arithmetic(struct nt_scope *s, const struct nt_node *node,
                                  const struct nt_type *want)
{
    bool flags = want && want->kind == NT_KIND_FLAGS;
    struct nt_expr *a = operand(s, node->kid[0], flags ? want : NULL);
    struct nt_expr *b =
        operand(s, node->kid[1], flags || a->type->kind == NT_KIND_FLAGS ? a->type : NULL);

    if (a->type->kind == NT_KIND_ERROR || b->type->kind == NT_KIND_ERROR)
        return nt_broken(s->u, node->span);
    return nt_arith(s->u, arith_ops[node->op], a, b, node->span);
}

static bool is_plain(const struct nt_expr *e)
{
    return e->type->kind == NT_KIND_INT || e->type->kind == NT_KIND_UINT;
}

/* The branches of ?: and ?? are of one type: what is plain takes that of the other. */
bool nt_unify(struct nt_scope *s, struct nt_expr **a, struct nt_expr **b)
{
    *a = nt_decay(s->u, *a);
    *b = nt_decay(s->u, *b);
    if (is_plain(*a) && is_plain(*b) && (*a)->op == NT_E_ABSENT)
        *b = nt_retyped(s->u, *b, (*a)->type); /* as where it is known only when the script runs */
    if ((*a)->op == NT_E_ABSENT || (*b)->op == NT_E_ABSENT)
        return true;
    if (nt_is_const(*a) && !nt_is_const(*b))
        *a = nt_fit(s, *a, (*b)->type);
    else if ((*a)->type->kind == NT_KIND_STRING && (*b)->type->kind == NT_KIND_STRING)
        *((*a)->type->words < (*b)->type->words ? a : b) =
            nt_retyped(s->u, (*a)->type->words < (*b)->type->words ? *a : *b,
                       (*a)->type->words < (*b)->type->words ? (*b)->type : (*a)->type);
    else
        *b = nt_fit(s, *b, (*a)->type);
    return (*a)->type->kind != NT_KIND_ERROR && (*b)->type->kind != NT_KIND_ERROR;
}

struct nt_expr *nt_choose(struct nt_scope *s, const struct nt_node *node,
                          const struct nt_type *want)
{
    struct nt_expr *c = nt_condition(s, node->kid[0]);
    struct nt_expr *a = nt_value(s, node->kid[1], want);
    struct nt_expr *b = nt_value(s, node->kid[2], want ? want : a->type);

    if (!nt_unify(s, &a, &b))
        return nt_broken(s->u, node->span);
    return c ? nt_cond(s->u, c, a, b, node->span) : a;
}

static struct nt_expr *or_else(struct nt_scope *s, const struct nt_node *node,
                               const struct nt_type *want)
{
    struct nt_scope lacking = *s;
    struct nt_expr *a, *b;

    lacking.may_lack = true;
    a = nt_value(&lacking, node->kid[0], want);
    lacking.may_lack = s->may_lack || a->op != NT_E_ABSENT; /* one of them has to be there */
    b = nt_value(&lacking, node->kid[1], want ? want : a->op == NT_E_ABSENT ? NULL : a->type);
    if (!nt_unify(s, &a, &b))
        return nt_broken(s->u, node->span);
    return nt_else(s->u, a, b, node->span);
}

struct nt_expr *nt_cast(struct nt_scope *s, const struct nt_node *node)
{
    struct nt_expr *e = nt_value(s, node->kid[0], NULL);
    const struct nt_type *t = nt_type_of_name(s->u, node->kid[1]->name, node->kid[1]->span);

    if (!t || e->type->kind == NT_KIND_ERROR)
        return nt_broken(s->u, node->span);
    if (t->kind == NT_KIND_HEX)
        return nt_as_bytes(s, e, t, node->span);
    if (t->kind != NT_KIND_POINTER) /* an array is cast as the address that it stands for */
        e = nt_decay(s->u, e);
    if (!nt_is_number(e->type) || !nt_is_number(t)) {
        nt_error(s->u->cx, node->span, NT_TYPE, "%s can't be taken as %s",
                 nt_type_said(s->u, e->type), nt_type_said(s->u, t));
        return nt_broken(s->u, node->span);
    }
    if (t->kind != NT_KIND_POINTER)
        e = nt_number_of(s->u, e);
    e = nt_retyped(s->u, e, t);
    if (t->kind == NT_KIND_POINTER) { /* the verifier does not follow a cast */
        e->followed |= e->direct;
        e->direct = false;
    }
    return e;
}

struct nt_expr *nt_truth_value(struct nt_scope *s, const struct nt_node *node)
{
    struct nt_expr *e = nt_condition(s, node);

    if (e)
        return e;
    nt_hint(nt_error(s->u->cx, node->span, NT_ANY_VALUE,
                     "this compares with a parameter that is `any`: it has no value here"),
            "a comparison with `any` falls away in a condition only");
    return nt_broken(s->u, node->span);
}

struct nt_expr *nt_binary(struct nt_scope *s, const struct nt_node *node,
                          const struct nt_type *want)
{
    if (node->op == NT_OP_AND || node->op == NT_OP_OR || nt_is_comparison(node->op))
        return nt_truth_value(s, node);
    if (node->op == NT_OP_ELSE)
        return or_else(s, node, want);
    return arithmetic(s, node, want);
}

/* What is negated has a sign: -x of an unsigned x is an int. */
static struct nt_expr *negated(struct nt_scope *s, const struct nt_node *node, struct nt_expr *e)
{
    const struct nt_type *type =
        e->type->kind == NT_KIND_DURATION ? &nt_type_duration : &nt_type_int;

    if (node->kid[0]->kind == NT_NODE_NUMBER && e->w[0] > 1ull << 63) {
        nt_error(s->u->cx, node->span, NT_VALUE, "the smallest number is -9223372036854775808");
        return nt_broken(s->u, node->span);
    }
    e = nt_arith(s->u, NT_X_SUB, nt_const(s->u, type, node->span, 0), e, node->span);
    return e->type->kind == NT_KIND_UINT ? nt_retyped(s->u, e, &nt_type_int) : e;
}

struct nt_expr *nt_unary(struct nt_scope *s, const struct nt_node *node, const struct nt_type *want)
{
    struct nt_expr *e;

    if (node->op == NT_OP_NOT)
        return nt_truth_value(s, node);
    e = operand(s, node->kid[0], want && want->kind == NT_KIND_FLAGS ? want : NULL);
    if (e->type->kind == NT_KIND_ERROR)
        return e;
    if (node->op == NT_OP_NEG)
        return negated(s, node, e);
    return nt_arith(s->u, NT_X_XOR, e, nt_const(s->u, &nt_type_int, node->span, ~0ull), node->span);
}
