/* What may be compared with what, and what fits into what. */
#include "compiler/sema/scope.h"

#include <string.h>

bool nt_is_number(const struct nt_type *t)
{
    switch (t->kind) {
    case NT_KIND_INT:
    case NT_KIND_UINT:
    case NT_KIND_BOOL:
    case NT_KIND_DURATION:
    case NT_KIND_BYTES:
    case NT_KIND_PORT:
    case NT_KIND_ENUM:
    case NT_KIND_FLAGS:
    case NT_KIND_KSYM:
    case NT_KIND_POINTER:
    case NT_KIND_ERROR:
        return true;
    default:
        return false;
    }
}

bool nt_is_text(const struct nt_type *t)
{
    return t->kind == NT_KIND_STRING || t->kind == NT_KIND_IFNAME;
}

static bool is_named(const struct nt_type *t)
{
    return t->kind == NT_KIND_ENUM || t->kind == NT_KIND_FLAGS;
}

/* Identities of different things are never equal. */
static bool is_alike(const struct nt_type *a, const struct nt_type *b)
{
    return a->kind == b->kind && (a->kind != NT_KIND_ID || a == b);
}

/* -- fitting ---------------------------------------------------------------------------------- */

static void hint_units(struct nt_unit *u, struct nt_diag *d, const struct nt_type *want,
                       const struct nt_expr *e)
{
    if (want->kind == NT_KIND_DURATION && e->op == NT_E_CONST && e->type->kind == NT_KIND_INT)
        nt_hint(d, "a duration has a unit: %llums, %lluus", (unsigned long long)e->w[0],
                (unsigned long long)e->w[0]);
    else if (is_named(want) && nt_is_text(e->type))
        nt_hint(d, "the names of %s are written without quotes", nt_type_said(u, want));
    else if (want->kind == NT_KIND_IP && e->type->kind == NT_KIND_CIDR)
        nt_hint(d, "to ask whether an address lies in a network, write `in`");
    else if ((want->kind == NT_KIND_IP || want->kind == NT_KIND_MAC) && nt_is_text(e->type))
        nt_hint(d, "addresses are written without quotes: %s",
                want->kind == NT_KIND_IP ? "10.0.0.2, fe80::1" : "52:54:00:12:34:56");
    else if (want->kind == NT_KIND_PORT && e->type->kind == NT_KIND_IP)
        nt_hint(d, "addresses are src and dst, ports sport and dport");
    else if (nt_is_text(want) && e->type->kind != NT_KIND_STRING)
        nt_hint(d, "texts are written in quotes: \"eth0\"");
}

static bool fits_number(const struct nt_expr *e, const struct nt_type *want)
{
    bool to_duration = want->kind == NT_KIND_DURATION,
         is_duration = e->type->kind == NT_KIND_DURATION;

    if (to_duration != is_duration)
        return to_duration ? nt_is_const(e) && e->w[0] == 0 : want->kind == NT_KIND_UINT;
    if (want->kind == NT_KIND_PORT && nt_is_const(e))
        return e->w[0] <= 0xffff;
    return true;
}

/* A text in as many words as the type has. */
static struct nt_expr *fit_text(struct nt_scope *s, struct nt_expr *e, const struct nt_type *want)
{
    uint8_t words = want->words;

    if (nt_is_const(e)) {
        for (uint32_t i = words; i < NT_MAX_WORDS; i++)
            if (e->w[i]) {
                nt_error(s->u->cx, e->at, NT_VALUE, "the text is longer than %s can be: %u bytes",
                         nt_type_said(s->u, want), words * 8u - 1);
                return nt_broken(s->u, e->at);
            }
        return nt_retyped(s->u, e, want);
    }
    return want->kind == NT_KIND_IFNAME && e->type->words == want->words ? nt_retyped(s->u, e, want)
                                                                         : e;
}

struct nt_expr *nt_fit(struct nt_scope *s, struct nt_expr *e, const struct nt_type *want)
{
    struct nt_diag *d;

    e = nt_decay(s->u, e);
    if (e->type->kind == NT_KIND_ERROR || want->kind == NT_KIND_ERROR)
        return nt_broken(s->u, e->at);
    if (e->op == NT_E_ABSENT)
        return nt_retyped(s->u, e, want);
    if (nt_is_number(want) && nt_is_number(e->type) && fits_number(e, want)) {
        struct nt_expr *r;

        if (want->kind != NT_KIND_POINTER)
            e = nt_number_of(s->u, e);
        r = nt_retyped(s->u, e, want);
        r->direct = e->direct && e->type->btf_id == want->btf_id;
        r->followed = e->followed || e->direct;
        return r;
    }
    if (nt_is_text(want) && nt_is_text(e->type))
        return fit_text(s, e, want);
    if (want->kind == NT_KIND_CIDR && e->type->kind == NT_KIND_IP && nt_is_const(e)) {
        e = nt_retyped(s->u, e, want);
        e->w[2] = 128;
        return e;
    }
    if (want->kind == NT_KIND_HEX && e->type->kind == NT_KIND_HEX && (want->parts || !want->most))
        return want->parts ? nt_as_bytes(s, e, want, e->at) : e;
    if (is_alike(want, e->type) && want->most >= e->type->most)
        return e;
    if (want->kind == NT_KIND_HEX && e->type->kind == NT_KIND_HEX)
        d = nt_error(s->u->cx, e->at, NT_TYPE,
                     "there is room for %u bytes here, these are up to %u", want->most,
                     e->type->most);
    else if (want->kind == NT_KIND_PORT && nt_is_const(e) && nt_is_number(e->type))
        d = nt_error(s->u->cx, e->at, NT_VALUE, "a port is a number from 0 to 65535");
    else
        d = nt_error(s->u->cx, e->at, NT_TYPE, "this is %s, where %s is needed",
                     nt_type_said(s->u, e->type), nt_type_said(s->u, want));
    hint_units(s->u, d, want, e);
    return nt_broken(s->u, e->at);
}

/* -- comparing -------------------------------------------------------------------------------- */

bool nt_comparable(const struct nt_expr *l, const struct nt_expr *r)
{
    const struct nt_type *a = l->type, *b = r->type;

    if (a->kind == NT_KIND_ERROR || b->kind == NT_KIND_ERROR)
        return true;
    if (nt_is_number(a) && nt_is_number(b)) {
        bool durations = a->kind == NT_KIND_DURATION || b->kind == NT_KIND_DURATION;

        if (durations)
            return fits_number(l, b) && fits_number(r, a);
        return !(is_named(a) && is_named(b) && strcmp(a->name, b->name) != 0);
    }
    if (a->kind == NT_KIND_HEX)
        return false; /* the places they are read from say nothing of what is there */
    return is_alike(a, b) || (nt_is_text(a) && nt_is_text(b));
}

/* Can x never have this value, since its type is too narrow for it? Reports. */
bool nt_is_beyond(struct nt_unit *u, const struct nt_expr *x, const struct nt_expr *value)
{
    uint32_t len = value->type->words * 8u;

    if (!nt_is_const(value) || nt_is_const(x))
        return false;
    if (x->type->kind == NT_KIND_PORT && value->w[0] > 0xffff) {
        nt_error(u->cx, value->at, NT_VALUE, "a port is a number from 0 to 65535");
        return true;
    }
    if (nt_is_text(x->type) && nt_is_text(value->type)) {
        len = (uint32_t)strnlen((const char *)value->w, len);
        if (len >= x->type->words * 8u) {
            nt_error(u->cx, value->at, NT_VALUE, "the text has %u bytes, %s here at most %u", len,
                     nt_type_said(u, x->type), x->type->words * 8u - 1);
            return true;
        }
    }
    return false;
}

void nt_report_incomparable(struct nt_scope *s, enum nt_xop op, const struct nt_expr *l,
                            const struct nt_expr *r, struct nt_span at)
{
    const char *a = nt_type_said(s->u, l->type), *b = nt_type_said(s->u, r->type);
    bool equality = op == NT_X_EQ || op == NT_X_NE;
    bool bytes = l->type->kind == NT_KIND_HEX && r->type->kind == NT_KIND_HEX;
    struct nt_diag *d = nt_error(s->u->cx, at, NT_NEVER_EQUAL, "%s and %s can%s", a, b,
                                 equality && !bytes ? " never be equal" : "'t be compared");

    nt_label(d, l->at, "this is %s", a);
    nt_label(d, r->at, "this is %s", b);
    if (bytes)
        nt_hint(d, "compare what a view reads from the bytes: (bytes(p, n, max) as VIEW).FIELD");
    else
        hint_units(s->u, d, l->type, r);
    if (!d->hint)
        hint_units(s->u, d, r->type, l);
}

static bool fold(const struct nt_expr *l, const struct nt_expr *r, enum nt_xop op)
{
    bool l_negative = l->type->is_signed && (int64_t)l->w[0] < 0;
    bool r_negative = r->type->is_signed && (int64_t)r->w[0] < 0;
    bool equal = l_negative == r_negative && memcmp(l->w, r->w, sizeof(l->w)) == 0;
    bool less = l_negative != r_negative ? l_negative : l->w[0] < r->w[0];

    switch (op) {
    case NT_X_EQ:
        return equal;
    case NT_X_NE:
        return !equal;
    case NT_X_LT:
        return less;
    case NT_X_LE:
        return less || equal;
    case NT_X_GT:
        return !less && !equal;
    default:
        return !less;
    }
}

static enum nt_xop xop_of(enum nt_op op)
{
    switch (op) {
    case NT_OP_EQ:
        return NT_X_EQ;
    case NT_OP_NE:
        return NT_X_NE;
    case NT_OP_LT:
        return NT_X_LT;
    case NT_OP_LE:
        return NT_X_LE;
    case NT_OP_GT:
        return NT_X_GT;
    default:
        return NT_X_GE;
    }
}

static bool is_null(const struct nt_expr *e)
{
    return nt_is_const(e) && !e->w[0];
}

/* l op r of values that are comparable. A pointer that the verifier follows may be compared with
 * null, otherwise its number is. */
struct nt_expr *nt_comparison(struct nt_unit *u, enum nt_xop op, struct nt_expr *l,
                              struct nt_expr *r, struct nt_span at)
{
    struct nt_expr *e;

    if (l->op == NT_E_ABSENT || r->op == NT_E_ABSENT) {
        /* A name that this kernel's enum lacks differs from every value. */
        struct nt_expr *other = l->op == NT_E_ABSENT ? r : l;

        if (op == NT_X_NE && (l->index == NT_ABSENT_NAME || r->index == NT_ABSENT_NAME))
            return other->maybe ? nt_expr_with(u, NT_E_EXISTS, &nt_type_bool, at, 1, other)
                                : nt_const(u, &nt_type_bool, at, 1);
        return nt_const(u, &nt_type_bool, at, 0);
    }
    if (nt_is_const(l) && nt_is_const(r))
        return nt_const(u, &nt_type_bool, at, fold(l, r, op));
    if ((op != NT_X_EQ && op != NT_X_NE) || (!is_null(l) && !is_null(r))) {
        l = nt_number_of(u, l);
        r = nt_number_of(u, r);
    }
    e = nt_expr_with(u, NT_E_CMP, &nt_type_bool, at, 2, l, r);
    e->xop = op;
    e->maybe = false;
    return e;
}

bool nt_is_any(struct nt_unit *u, const struct nt_node *node)
{
    struct nt_param *p = nt_param_of(u, node);

    return p && p->any;
}

/* No device and hardly a text has a star at its end. */
static void warn_of_pattern(struct nt_unit *u, const struct nt_node *value)
{
    struct nt_diag *d;

    if (value->kind != NT_NODE_STRING || !value->len || value->text[value->len - 1] != '*')
        return;
    d = nt_warn(u->cx, value->span, NT_PATTERN, "this compares the '*' too");
    nt_hint(d, "patterns are matched with 'in': NAME in \"%s\"", value->text);
}

struct nt_expr *nt_compare(struct nt_scope *s, const struct nt_node *node)
{
    const struct nt_node *left = node->kid[0], *right = node->kid[1];
    enum nt_xop op = xop_of(node->op);
    struct nt_expr *l, *r;

    if (nt_is_any(s->u, left) || nt_is_any(s->u, right))
        return NULL;
    warn_of_pattern(s->u, left);
    warn_of_pattern(s->u, right);
    if (left->kind == NT_NODE_NAME && right->kind != NT_NODE_NAME) {
        r = nt_decay(s->u, nt_value(s, right, NULL));
        l = nt_decay(s->u, nt_value(s, left, r->type));
    } else {
        l = nt_decay(s->u, nt_value(s, left, NULL));
        r = nt_decay(s->u, nt_value(s, right, l->type));
    }
    if (l->type->kind == NT_KIND_ERROR || r->type->kind == NT_KIND_ERROR)
        return nt_broken(s->u, node->span);
    if (!nt_comparable(l, r)) {
        nt_report_incomparable(s, op, l, r, node->span);
        return nt_broken(s->u, node->span);
    }
    if (nt_is_beyond(s->u, l, r) || nt_is_beyond(s->u, r, l))
        return nt_broken(s->u, node->span);
    if (op != NT_X_EQ && op != NT_X_NE && !nt_is_number(l->type)) {
        nt_error(s->u->cx, node->span, NT_TYPE, "values of type %s have no order", l->type->name);
        return nt_broken(s->u, node->span);
    }
    return nt_comparison(s->u, op, l, r, node->span);
}
