/* Statements of bodies that run in the kernel. */
#include "compiler/sema/scope.h"

#include <string.h>

const char *nt_lone_call(const struct nt_node *result)
{
    const struct nt_node *e = result->kid[0]->nkids == 1 ? result->kid[0]->kid[0] : NULL;

    if (!e || result->name || (e->kind != NT_NODE_CALL && e->kind != NT_NODE_NAME))
        return NULL;
    return e->name;
}

bool nt_bind_local(struct nt_scope *s, const char *name, struct nt_expr *value, struct nt_span at,
                   uint32_t *ret_slot)
{
    struct nt_local *l = NT_NEW(s->u->cx->arena, struct nt_local);
    struct nt_expr *e;

    *l = (struct nt_local){name, value, s->locals};
    s->locals = l;
    if (nt_is_const(value) || value->op == NT_E_ABSENT)
        return false;
    if (*s->nlocals == NT_MAX_LOCALS) {
        nt_error(s->u->cx, at, NT_TOO_MUCH, "a body has at most %d variables", NT_MAX_LOCALS);
        return false;
    }
    *ret_slot = (*s->nlocals)++;
    e = l->value = nt_expr_new(s->u, NT_E_LOCAL, value->type, at);
    e->index = *ret_slot;
    e->maybe = value->maybe;
    e->direct = value->direct;
    e->followed = value->followed;
    e->user = value->user;
    e->btf_array = value->btf_array;
    e->btf_target = value->btf_target;
    return true;
}

bool nt_let(struct nt_scope *s, const struct nt_node *node, struct nt_expr **ret_value,
            uint32_t *ret_slot)
{
    const struct nt_type *type = NULL;
    struct nt_expr *value;

    if (node->kid[0])
        type = nt_type_of_name(s->u, node->kid[0]->name, node->kid[0]->span);
    value = nt_decay(s->u, nt_value(s, node->kid[1], type));
    *ret_value = type ? nt_fit(s, value, type) : value;
    return nt_bind_local(s, node->name, *ret_value, node->span, ret_slot);
}

static struct nt_stmt *new_stmt(struct nt_scope *s, enum nt_stmt_kind kind,
                                const struct nt_node *node)
{
    struct nt_stmt *stmt = NT_NEW(s->u->cx->arena, struct nt_stmt);

    stmt->kind = kind;
    stmt->at = node->span;
    return stmt;
}

static struct nt_stmt *let(struct nt_scope *s, const struct nt_node *node)
{
    struct nt_expr *value;
    uint32_t slot;
    struct nt_stmt *stmt;

    if (!nt_let(s, node, &value, &slot))
        return NULL;
    stmt = new_stmt(s, NT_S_LET, node);
    stmt->expr = value;
    stmt->slot = slot;
    return stmt;
}

static struct nt_stmt *statement(struct nt_scope *s, const struct nt_node *node);

static struct nt_stmt *branch(struct nt_scope *s, const struct nt_node *node)
{
    const struct nt_node *other = node->kid[3];
    struct nt_expr *c = nt_condition(s, node->kid[0]);
    struct nt_guard *guard = nt_guard_of(s, node->kid[1]);
    struct nt_stmt *then = nt_block(s, node->kid[2]);
    struct nt_stmt *otherwise = !other                      ? NULL
                                : other->kind == NT_NODE_IF ? statement(s, other)
                                                            : nt_block(s, other);
    struct nt_stmt *stmt;

    if (c && nt_is_false(c))
        then = NULL;
    if (!guard && (!c || nt_is_true(c)))
        otherwise = NULL;
    stmt = new_stmt(s, NT_S_IF, node);
    stmt->expr = c && !nt_is_true(c) ? c : NULL;
    stmt->guard = guard;
    stmt->then = then;
    stmt->other = otherwise;
    return stmt;
}

static struct nt_stmt *misplaced(struct nt_scope *s, const struct nt_node *node, const char *what)
{
    nt_hint(
        nt_error(s->u->cx, node->span, NT_PLACE, "`%s` can't stand in the body of an event", what),
        "the bodies of every, begin and end run in ntrace and can %s", what);
    return NULL;
}

static struct nt_stmt *call_fn(struct nt_scope *s, const struct nt_node *call,
                               const struct nt_node *fn)
{
    struct nt_stmt *stmt = new_stmt(s, NT_S_CALL, call), **end = &stmt->then;
    uint32_t errors = s->u->cx->diags.nerrors, slot;
    struct nt_scope inner;
    struct nt_expansion x;

    if (!nt_enter_fn(s, &inner, &x, call, fn))
        return NULL;
    for (uint32_t i = 0; i < call->nkids; i++) {
        struct nt_expr *value = nt_decay(s->u, nt_value(s, call->kid[i], NULL));

        if (!nt_bind_local(&inner, fn->kid[0]->kid[i]->name, value, call->kid[i]->span, &slot))
            continue;
        *end = new_stmt(s, NT_S_LET, call->kid[i]);
        (*end)->expr = value;
        (*end)->slot = slot;
        end = &(*end)->next;
    }
    *end = nt_block(&inner, fn->kid[1]);
    nt_used_here(s->u, errors, call->span);
    return stmt;
}

/* The turns of a loop one by one: what the body of a call keeps from its entry is of each turn. */
static struct nt_stmt *turns(struct nt_scope *s, const struct nt_node *node, uint64_t first,
                             uint64_t last)
{
    struct nt_stmt *stmt = NULL, **end = &stmt;
    uint32_t slot;

    for (uint64_t i = first; (int64_t)i <= (int64_t)last; i++) {
        struct nt_scope inner = *s;

        nt_bind_local(&inner, node->name, nt_const(s->u, &nt_type_int, node->span, i), node->span,
                      &slot);
        *end = nt_block(&inner, node->kid[1]);
        while (*end)
            end = &(*end)->next;
    }
    return stmt;
}

static struct nt_stmt *loop(struct nt_scope *s, const struct nt_node *node)
{
    struct nt_stmt *stmt = new_stmt(s, NT_S_FOR, node);
    struct nt_scope inner = *s;

    if (!nt_loop_bounds(s, node, &stmt->first, &stmt->last))
        return NULL;
    if (s->bound->back || stmt->first == stmt->last)
        return turns(s, node, stmt->first, stmt->last);
    /* Nobody knows its value before it runs: any number that is not constant. */
    nt_bind_local(&inner, node->name, nt_expr_new(s->u, NT_E_LOCAL, &nt_type_int, node->span),
                  node->span, &stmt->slot);
    stmt->then = nt_block(&inner, node->kid[1]);
    return stmt;
}

static struct nt_stmt *result(struct nt_scope *s, const struct nt_node *node)
{
    const char *call = nt_lone_call(node);
    const struct nt_node *fn = nt_called_fn(s, node);

    if (fn)
        return call_fn(s, node->kid[0]->kid[0], fn);
    if (!call)
        return nt_aggregate(s, node);
    if (strcmp(call, "printf") == 0)
        return nt_printf(s, node);
    if (strcmp(call, "exit") == 0 || strcmp(call, "start") == 0 || strcmp(call, "stop") == 0)
        return misplaced(s, node, call);
    if (strcmp(call, "capture") == 0)
        return nt_capture(s, node);
    return nt_aggregate(s, node);
}

static struct nt_stmt *statement(struct nt_scope *s, const struct nt_node *node)
{
    switch (node->kind) {
    case NT_NODE_LET:
        return let(s, node);
    case NT_NODE_IF:
        return branch(s, node);
    case NT_NODE_EMIT:
        return nt_emit(s, node);
    case NT_NODE_RESULT:
        return result(s, node);
    case NT_NODE_RETURN:
        if (node->kid[0])
            nt_report_return(s, node);
        return new_stmt(s, NT_S_RETURN, node);
    case NT_NODE_BLOCK:
        return nt_block(s, node);
    case NT_NODE_PRINT:
        return misplaced(s, node, "print");
    case NT_NODE_CLEAR:
        return misplaced(s, node, "clear");
    case NT_NODE_FOR:
        return loop(s, node);
    case NT_NODE_ASSIGN:
        return nt_keep(s, node);
    case NT_NODE_DELETE:
        return nt_forget_state(s, node);
    default: /* BAD: reported already */
        return NULL;
    }
}

struct nt_stmt *nt_block(struct nt_scope *s, const struct nt_node *block)
{
    struct nt_scope inner = *s;
    struct nt_stmt *first = NULL, **end = &first;

    nt_kid_each (node, block) {
        *end = statement(&inner, *node);
        while (*end)
            end = &(*end)->next;
    }
    return first;
}
