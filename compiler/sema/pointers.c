/* Functions over the kernel's types and pointers: container_of, sizeof, user. */
#include "compiler/kernel/kernel.h"
#include "compiler/sema/funcs.h"

#include <string.h>

/* The kernel type that an argument names; NULL after a report. */
static const struct nt_type *type_argument(struct nt_scope *s, const struct nt_node *node)
{
    const struct nt_type *t;

    if (node->kind != NT_NODE_NAME) {
        nt_error(s->u->cx, node->span, NT_ARGUMENTS, "the name of a kernel struct stands here");
        return NULL;
    }
    t = nt_type_of_name(s->u, node->name, node->span);
    if (t && t->kind != NT_KIND_POINTER) {
        nt_error(s->u->cx, node->span, NT_ARGUMENTS, "'%s' is no struct of the kernel", node->name);
        return NULL;
    }
    return t;
}

struct nt_expr *nt_make_sizeof(struct nt_scope *s, const struct nt_node *call)
{
    const struct nt_type *t = type_argument(s, call->kid[0]);

    if (!t)
        return nt_broken(s->u, call->span);
    return nt_const(s->u, &nt_type_int, call->span,
                    nt_kernel_type(s->u->cx->kernel, t->btf_id).size);
}

struct nt_expr *nt_make_align(struct nt_scope *s, const struct nt_node *call)
{
    struct nt_expr *n = nt_fit(s, nt_value(s, call->kid[0], NULL), &nt_type_int);
    uint64_t to;

    if (!nt_constant(s, call->kid[1], &to) || n->type->kind == NT_KIND_ERROR)
        return nt_broken(s->u, call->span);
    if (!to || to & (to - 1)) {
        nt_error(s->u->cx, call->kid[1]->span, NT_VALUE, "align() rounds up to a power of two");
        return nt_broken(s->u, call->span);
    }
    n = nt_arith(s->u, NT_X_ADD, n, nt_const(s->u, &nt_type_int, call->span, to - 1), call->span);
    return nt_arith(s->u, NT_X_AND, n, nt_const(s->u, &nt_type_int, call->span, ~(to - 1)),
                    call->span);
}

/* `m`, or `m.n`: where it lies in the struct. False after a report. */
static bool member_offset(struct nt_scope *s, const struct nt_node *node, const struct nt_type *of,
                          uint32_t *ret_type, uint32_t *ret_offset)
{
    struct nt_expr base = {.type = of, .at = node->span};
    uint32_t outer = of->btf_id;
    struct nt_member m;

    if (node->kind != NT_NODE_NAME && node->kind != NT_NODE_MEMBER) {
        nt_error(s->u->cx, node->span, NT_ARGUMENTS, "the name of a member stands here");
        return false;
    }
    if (node->kind == NT_NODE_MEMBER) {
        if (!member_offset(s, node->kid[0], of, &outer, ret_offset))
            return false;
        base.type = nt_kernel_pointer(s->u, nt_kernel_strip(s->u->cx->kernel, outer));
        base.at = node->kid[0]->span;
    }
    if (!nt_kernel_member(s->u->cx->kernel, outer, node->name, &m)) {
        nt_unknown_member(s, node, &base);
        return false;
    }
    if (m.bits) {
        nt_error(s->u->cx, node->span, NT_ARGUMENTS, "nothing points to a bit field");
        return false;
    }
    *ret_type = m.type;
    *ret_offset += m.bit_offset / 8;
    return true;
}

struct nt_expr *nt_make_container_of(struct nt_scope *s, const struct nt_node *call)
{
    struct nt_expr *p = nt_value(s, call->kid[0], NULL), *e;
    const struct nt_type *t = type_argument(s, call->kid[1]);
    uint32_t type, offset = 0;

    if (!t || p->type->kind == NT_KIND_ERROR || !member_offset(s, call->kid[2], t, &type, &offset))
        return nt_broken(s->u, call->span);
    if (!nt_is_number(p->type)) {
        nt_error(s->u->cx, call->kid[0]->span, NT_TYPE, "%s is no pointer",
                 nt_type_said(s->u, p->type));
        return nt_broken(s->u, call->span);
    }
    if (p->op == NT_E_ABSENT)
        return nt_absent(s->u, t, call->span);
    /* The verifier lets nobody go back from a pointer that it follows. */
    e = nt_expr_with(s->u, NT_E_ADDR, t, call->span, 1, nt_number_of(s->u, p));
    e->offset = -(int32_t)offset;
    e->user = p->user;
    return e;
}

struct nt_expr *nt_make_user(struct nt_scope *s, const struct nt_node *call)
{
    struct nt_expr *p = nt_value(s, call->kid[0], NULL);

    if (p->type->kind == NT_KIND_ERROR)
        return p;
    if (!nt_is_number(p->type)) {
        nt_error(s->u->cx, call->kid[0]->span, NT_TYPE, "%s is no pointer",
                 nt_type_said(s->u, p->type));
        return nt_broken(s->u, call->span);
    }
    p = nt_retyped(s->u, nt_number_of(s->u, p), p->type);
    p->user = true;
    p->direct = p->followed = false;
    return p;
}
