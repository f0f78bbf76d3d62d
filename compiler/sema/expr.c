/* Constructors of the typed tree: what a node costs and whether it can be absent follows from its
 * kids; what is constant is folded at once. */
#include "compiler/sema/scope.h"

#include <stdarg.h>
#include <string.h>

struct nt_expr *nt_expr_new(struct nt_unit *u, enum nt_eop op, const struct nt_type *type,
                            struct nt_span at)
{
    struct nt_expr *e = NT_NEW(u->cx->arena, struct nt_expr);

    e->op = op;
    e->type = type;
    e->at = at;
    e->is_signed = type->is_signed;
    return e;
}

/* Evaluated only when the first kid asks for it: what it needs is parsed there, not before. */
static bool is_lazy(enum nt_eop op)
{
    return op == NT_E_AND || op == NT_E_OR || op == NT_E_COND || op == NT_E_ELSE;
}

struct nt_expr *nt_expr_with(struct nt_unit *u, enum nt_eop op, const struct nt_type *type,
                             struct nt_span at, uint32_t nkids, ...)
{
    struct nt_expr *e = nt_expr_new(u, op, type, at);
    va_list ap;

    va_start(ap, nkids);
    for (uint32_t i = 0; i < nkids; i++) {
        struct nt_expr *kid = va_arg(ap, struct nt_expr *);

        e->kid[e->nkids++] = kid;
        e->maybe |= kid->maybe;
        if (i == 0 || !is_lazy(op))
            e->layers |= kid->layers;
        e->cost = kid->cost > e->cost ? kid->cost : e->cost;
        if (kid->type->kind == NT_KIND_ERROR)
            e->type = &nt_type_error;
    }
    va_end(ap);
    return e;
}

struct nt_expr *nt_const(struct nt_unit *u, const struct nt_type *type, struct nt_span at,
                         uint64_t word)
{
    struct nt_expr *e = nt_expr_new(u, NT_E_CONST, type, at);

    e->w[0] = word;
    return e;
}

struct nt_expr *nt_absent(struct nt_unit *u, const struct nt_type *type, struct nt_span at)
{
    struct nt_expr *e = nt_expr_new(u, NT_E_ABSENT, type, at);

    e->maybe = true;
    return e;
}

struct nt_expr *nt_broken(struct nt_unit *u, struct nt_span at)
{
    return nt_expr_new(u, NT_E_CONST, &nt_type_error, at);
}

struct nt_expr *nt_retyped(struct nt_unit *u, const struct nt_expr *e, const struct nt_type *type)
{
    struct nt_expr *copy = NT_NEW(u->cx->arena, struct nt_expr);

    *copy = *e;
    copy->type = type;
    return copy;
}

/* -- conditions ------------------------------------------------------------------------------- */

bool nt_is_false(const struct nt_expr *e)
{
    return e->op == NT_E_ABSENT || (nt_is_const(e) && !e->w[0] && e->type->kind != NT_KIND_ERROR);
}

bool nt_is_true(const struct nt_expr *e)
{
    return nt_is_const(e) && e->w[0];
}

static struct nt_expr *truth(struct nt_unit *u, struct nt_span at, bool value)
{
    return nt_const(u, &nt_type_bool, at, value);
}

/* A NULL operand is `any`: a and ANY is a. */
struct nt_expr *nt_and(struct nt_unit *u, struct nt_expr *a, struct nt_expr *b)
{
    if (!a || !b)
        return a ? a : b;
    if (nt_is_false(a) || nt_is_true(b))
        return a;
    if (nt_is_true(a) || nt_is_false(b))
        return b;
    a = nt_expr_with(u, NT_E_AND, &nt_type_bool, nt_span_join(a->at, b->at), 2, a, b);
    a->maybe = false;
    return a;
}

struct nt_expr *nt_or(struct nt_unit *u, struct nt_expr *a, struct nt_expr *b)
{
    if (!a || !b)
        return a ? a : b;
    if (nt_is_true(a) || nt_is_false(b))
        return a;
    if (nt_is_false(a) || nt_is_true(b))
        return b;
    a = nt_expr_with(u, NT_E_OR, &nt_type_bool, nt_span_join(a->at, b->at), 2, a, b);
    a->maybe = false;
    return a;
}

struct nt_expr *nt_not(struct nt_unit *u, struct nt_expr *a, struct nt_span at)
{
    if (!a)
        return NULL;
    if (nt_is_false(a) || nt_is_true(a))
        return truth(u, at, nt_is_false(a));
    a = nt_expr_with(u, NT_E_NOT, &nt_type_bool, at, 1, a);
    a->maybe = false;
    return a;
}

struct nt_expr *nt_cond(struct nt_unit *u, struct nt_expr *c, struct nt_expr *a, struct nt_expr *b,
                        struct nt_span at)
{
    if (nt_is_true(c))
        return a;
    if (nt_is_false(c))
        return b;
    return nt_expr_with(u, NT_E_COND, a->op == NT_E_ABSENT ? b->type : a->type, at, 3, c,
                        nt_number_of(u, a), nt_number_of(u, b));
}

struct nt_expr *nt_else(struct nt_unit *u, struct nt_expr *a, struct nt_expr *b, struct nt_span at)
{
    if (!a->maybe)
        return a;
    if (a->op == NT_E_ABSENT)
        return b;
    a = nt_expr_with(u, NT_E_ELSE, a->type, at, 2, nt_number_of(u, a), nt_number_of(u, b));
    a->maybe = b->maybe;
    return a;
}

/* -- arithmetic ------------------------------------------------------------------------------- */

/* As BPF computes it, but for division: by zero it has no result. */
static bool fold(enum nt_xop op, bool is_signed, uint64_t a, uint64_t b, uint64_t *ret)
{
    int64_t sa = (int64_t)a, sb = (int64_t)b;

    switch (op) {
    case NT_X_ADD:
        *ret = a + b;
        return true;
    case NT_X_SUB:
        *ret = a - b;
        return true;
    case NT_X_MUL:
        *ret = a * b;
        return true;
    case NT_X_DIV:
    case NT_X_MOD:
        if (b == 0)
            return false;
        if (is_signed && sb == -1)
            *ret = op == NT_X_DIV ? 0 - a : 0;
        else if (is_signed)
            *ret = (uint64_t)(op == NT_X_DIV ? sa / sb : sa % sb);
        else
            *ret = op == NT_X_DIV ? a / b : a % b;
        return true;
    case NT_X_AND:
        *ret = a & b;
        return true;
    case NT_X_OR:
        *ret = a | b;
        return true;
    case NT_X_XOR:
        *ret = a ^ b;
        return true;
    case NT_X_SHL:
        *ret = a << (b & 63);
        return true;
    case NT_X_SHR:
        *ret = is_signed ? (uint64_t)(sa >> (b & 63)) : a >> (b & 63);
        return true;
    default:
        return false;
    }
}

static bool is_duration(const struct nt_expr *e)
{
    return e->type->kind == NT_KIND_DURATION;
}

static const struct nt_type *flags_of(const struct nt_expr *a, const struct nt_expr *b)
{
    return a->type->kind == NT_KIND_FLAGS   ? a->type
           : b->type->kind == NT_KIND_FLAGS ? b->type
                                            : NULL;
}

/* The type of a result: durations keep their unit, flags stay flags, u64 stays u64. */
static const struct nt_type *arith_type(enum nt_xop op, const struct nt_expr *a,
                                        const struct nt_expr *b)
{
    bool either = is_duration(a) || is_duration(b), both = is_duration(a) && is_duration(b);

    if (both)
        return op == NT_X_DIV ? &nt_type_int : op == NT_X_MUL ? NULL : &nt_type_duration;
    if (either && (op == NT_X_MUL || (is_duration(a) && (op == NT_X_DIV || op == NT_X_MOD))))
        return &nt_type_duration;
    if (either)
        return NULL;
    if ((op == NT_X_AND || op == NT_X_OR || op == NT_X_XOR) && flags_of(a, b))
        return flags_of(a, b);
    if (a->type->kind == NT_KIND_BYTES || b->type->kind == NT_KIND_BYTES)
        return &nt_type_bytes;
    return a->type->is_signed && b->type->is_signed ? &nt_type_int : &nt_type_uint;
}

struct nt_expr *nt_number_of(struct nt_unit *u, struct nt_expr *e)
{
    if (!e->direct && !e->followed)
        return e;
    if (e->op == NT_E_ADDR) { /* nothing may be added to what can be null */
        e = nt_retyped(u, e, e->type);
        e->kid[0] = nt_number_of(u, e->kid[0]);
        e->direct = e->followed = false;
        return e;
    }
    if (nt_is_number(e->type))
        return nt_expr_with(u, NT_E_NUMBER, &nt_type_uint, e->at, 1, e);
    return e;
}

struct nt_expr *nt_arith(struct nt_unit *u, enum nt_xop op, struct nt_expr *a, struct nt_expr *b,
                         struct nt_span at)
{
    const struct nt_type *type = arith_type(op, a, b);
    struct nt_expr *e;
    uint64_t value;

    if (!type) {
        struct nt_expr *other = is_duration(a) ? b : a;
        struct nt_diag *d = nt_error(u->cx, at, NT_TYPE, "%s and %s don't go together here",
                                     nt_type_said(u, a->type), nt_type_said(u, b->type));

        if (nt_is_const(other) && other->type->kind == NT_KIND_INT)
            nt_hint(d, "give the number a unit: 5us, 10ms, 1s");
        return nt_broken(u, at);
    }
    if (a->op == NT_E_ABSENT || b->op == NT_E_ABSENT)
        return nt_absent(u, type, at);
    bool is_signed = op == NT_X_SHR ? a->type->is_signed : type->is_signed;
    if (nt_is_const(a) && nt_is_const(b) && fold(op, is_signed, a->w[0], b->w[0], &value)) {
        e = nt_const(u, type, at, value);
        if (a->type->kind == NT_KIND_ERROR || b->type->kind == NT_KIND_ERROR)
            e->type = &nt_type_error;
        return e;
    }
    e = nt_expr_with(u, NT_E_ARITH, type, at, 2, nt_number_of(u, a), nt_number_of(u, b));
    e->xop = op;
    e->is_signed = is_signed;
    e->user = a->user || b->user;
    if ((op == NT_X_DIV || op == NT_X_MOD) && !(nt_is_const(b) && b->w[0]))
        e->maybe = true; /* nothing is divided by zero */
    return e;
}
