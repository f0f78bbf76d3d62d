/* Typed expressions -> those of program.h, which ntrace evaluates in its own bodies. */
#include "compiler/sema/scope.h"

#include <string.h>

static enum nt_xop xop_of(struct nt_unit *u, const struct nt_expr *e)
{
    switch (e->op) {
    case NT_E_CONST:
    case NT_E_ABSENT:
        return NT_X_CONST;
    case NT_E_LOCAL:
        return NT_X_LOCAL;
    case NT_E_NOW:
    case NT_E_SEEN:
        return NT_X_NOW;
    case NT_E_ENTRY:
        return NT_X_ENTRY;
    case NT_E_HOPS:
        return NT_X_HOPS;
    case NT_E_ARITH:
    case NT_E_CMP:
        return e->xop;
    case NT_E_AND:
        return NT_X_LAND;
    case NT_E_OR:
        return NT_X_LOR;
    case NT_E_NOT:
        return NT_X_LNOT;
    case NT_E_IN:
        return NT_X_IN;
    case NT_E_COND:
        return NT_X_COND;
    case NT_E_ELSE:
        return NT_X_ELSE;
    case NT_E_NIC:
        return NT_X_NIC;
    case NT_E_STATE:
        return NT_X_STATE;
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
    }
    return r ? r : e;
}

/* Of bytes that events keep, only whether they are there is known here. */
static void refuse_bytes(struct nt_unit *u, const struct nt_expr *e)
{
    if (e->op == NT_E_STATE && e->type->kind == NT_KIND_HEX)
        nt_error(u->cx, e->at, NT_PLACE,
                 "bytes are known in bodies of events; this one runs in ntrace");
}

static const struct nt_x *build(struct nt_unit *u, const struct nt_expr *e)
{
    struct nt_x *x = NT_NEW(u->cx->arena, struct nt_x);
    bool asks = e->op == NT_E_EXISTS;

    e = simpler(u, e);
    x->op = xop_of(u, e);
    x->type = e->type;
    x->absent = e->op == NT_E_ABSENT;
    x->slot = e->op == NT_E_STATE ? nt_state_index(u, e->state) : (uint16_t)e->index;
    memcpy(x->w, e->w, sizeof(x->w));
    if (e->note && !e->note->has_always) {
        x->w[0] = NT_ENTRY_MARKS + e->note->stage;
        x->w[1] = 1ull << e->note->bit;
    }
    x->path = e->path ? &e->path->p : NULL;
    x->nkids = e->nkids;
    x->test = e->test;
    x->ntests = e->ntests;
    for (uint32_t i = 0; i < e->nkids && i < NT_MAX_STATE_KEYS; i++)
        x->kid[i] = asks ? build(u, e->kid[i]) : nt_plain(u, e->kid[i]);
    return x;
}

const struct nt_x *nt_plain(struct nt_unit *u, const struct nt_expr *e)
{
    refuse_bytes(u, e);
    return build(u, e);
}

const struct nt_x *const *nt_plain_args(struct nt_unit *u, struct nt_expr **args, uint32_t n)
{
    const struct nt_x **x = NT_NEW_N(u->cx->arena, const struct nt_x *, n + 1);

    for (uint32_t i = 0; i < n; i++)
        x[i] = args[i] ? nt_plain(u, args[i]) : NULL;
    return x;
}
