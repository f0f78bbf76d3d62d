/* `x in S`: values, networks, ranges and patterns as tests of one value. */
#include "compiler/sema/scope.h"

#include <string.h>

/* Network and mask of an address with a prefix length. */
static struct nt_test network(const uint64_t *words)
{
    struct nt_test t = {.kind = NT_TEST_CIDR};
    uint64_t len = words[2] > 128 ? 128 : words[2];

    t.b[0] = len >= 64 ? ~0ull : len ? ~0ull << (64 - len) : 0;
    t.b[1] = len > 64 ? ~0ull << (128 - len) : 0;
    t.a[0] = words[0] & t.b[0];
    t.a[1] = words[1] & t.b[1];
    return t;
}

struct nt_test nt_test_of(const struct nt_type *type, const uint64_t *words)
{
    struct nt_test t = {.kind = NT_TEST_EQ};
    size_t len;

    if (type->kind == NT_KIND_CIDR)
        return network(words);
    memcpy(t.a, words, type->words * 8u);
    if (!nt_is_text(type))
        return t;
    len = strnlen((const char *)t.a, sizeof(t.a));
    if (len && ((char *)t.a)[len - 1] == '*') {
        t.kind = NT_TEST_PREFIX;
        ((char *)t.a)[len - 1] = 0;
        memset(t.b, 0xff, len - 1);
    }
    return t;
}

void nt_test_format(const struct nt_type *type, const struct nt_test *test, struct nt_str *out)
{
    uint64_t w[NT_MAX_WORDS];

    memcpy(w, test->a, sizeof(w));
    if (test->kind == NT_TEST_CIDR) {
        w[2] = 0;
        for (int i = 0; i < 128; i++)
            w[2] += test->b[i / 64] >> (63 - i % 64) & 1;
    }
    type->format(type, w, out);
    if (test->kind == NT_TEST_PREFIX)
        nt_str_puts(out, "*");
}

struct members {
    struct nt_expr *value;
    NT_VEC(struct nt_test) tests;
    struct nt_expr *others; /* members that are not constant: compared one by one */
};

/* A range in x's own words, and whether any can lie in it: of mixed signs, a negative number is
 * less than all others. */
static bool same_sign(const struct nt_type *x, const struct nt_type *lo, const struct nt_type *hi,
                      struct nt_test *t)
{
    bool lo_top = (int64_t)t->a[0] < 0 && lo->is_signed != x->is_signed;
    bool hi_top = (int64_t)t->b[0] < 0 && hi->is_signed != x->is_signed;

    if (x->is_signed ? lo_top : hi_top)
        return false;
    if (lo_top)
        t->a[0] = 0;
    if (hi_top)
        t->b[0] = INT64_MAX;
    return true;
}

static void add_range(struct nt_scope *s, struct members *m, const struct nt_node *node)
{
    const struct nt_type *type = m->value->type;
    struct nt_expr *low = nt_value(s, node->kid[0], type), *high = nt_value(s, node->kid[1], type);
    struct nt_expr *lo = nt_fit(s, low, type), *hi = nt_fit(s, high, type);
    struct nt_test t = {.kind = NT_TEST_RANGE};

    if (!nt_is_const(lo) || !nt_is_const(hi)) {
        nt_error(s->u->cx, node->span, NT_NOT_CONSTANT,
                 "the ends of a range are numbers that are known before the script runs");
        return;
    }
    t.a[0] = lo->w[0];
    t.b[0] = hi->w[0];
    if (same_sign(type, low->type, high->type, &t))
        *nt_vec_push(s->u->cx->arena, &m->tests) = t;
}

/* As ==: of mixed signs, a negative number equals none. */
static bool is_possible(const struct nt_expr *x, const struct nt_type *type, uint64_t word)
{
    bool numbers = nt_is_number(x->type) && nt_is_number(type);
    bool is_int = x->type->kind == NT_KIND_INT || type->kind == NT_KIND_INT;

    return !numbers || x->type->is_signed == type->is_signed || (int64_t)word >= 0 ||
           (!is_int && !nt_is_const(x));
}

static void add_member(struct nt_scope *s, struct members *m, const struct nt_node *node)
{
    struct nt_expr *x = m->value, *e;

    if (node->kind == NT_NODE_SET) {
        nt_kid_each (kid, node)
            add_member(s, m, *kid);
        return;
    }
    if (node->kind == NT_NODE_RANGE && !nt_is_number(x->type)) {
        nt_hint(nt_error(s->u->cx, node->span, NT_TYPE, "values of type %s have no order",
                         x->type->name),
                x->type->kind == NT_KIND_IP ? "addresses from a to b are networks: 10.0.0.0/30"
                                            : "list the values: { a, b, c }");
        return;
    }
    if (node->kind == NT_NODE_RANGE) {
        add_range(s, m, node);
        return;
    }
    e = nt_decay(s->u, nt_value(s, node, x->type));
    if (e->type->kind == NT_KIND_ERROR)
        return;
    if (e->op == NT_E_ABSENT)
        return; /* a name that this kernel's enum lacks */
    if (!nt_comparable(x, e) && !(x->type->kind == NT_KIND_IP && e->type->kind == NT_KIND_CIDR)) {
        nt_report_incomparable(s, NT_X_EQ, x, e, node->span);
        return;
    }
    if (nt_is_beyond(s->u, x, e))
        return;
    if (nt_is_const(e) && is_possible(x, e->type, e->w[0]))
        *nt_vec_push(s->u->cx->arena, &m->tests) = nt_test_of(e->type, e->w);
    else if (!nt_is_const(e))
        m->others = nt_or(s->u, m->others ? m->others : nt_const(s->u, &nt_type_bool, e->at, 0),
                          nt_comparison(s->u, NT_X_EQ, x, e, node->span));
}

static void add_param(struct nt_scope *s, struct members *m, struct nt_param *p,
                      const struct nt_node *node)
{
    struct nt_expr member = {.type = p->type, .at = node->span};

    p->used = true;
    if (m->value->type->kind != NT_KIND_ERROR && !nt_comparable(m->value, &member) &&
        !(m->value->type->kind == NT_KIND_IP && p->type->kind == NT_KIND_CIDR)) {
        nt_report_incomparable(s, NT_X_EQ, m->value, &member, node->span);
        return;
    }
    for (uint32_t i = 0; i < p->nvalues; i++)
        if (is_possible(m->value, p->type, p->value[i].a[0]))
            *nt_vec_push(s->u->cx->arena, &m->tests) = p->value[i];
}

static struct nt_expr *test_all(struct nt_scope *s, const struct members *m, struct nt_span at)
{
    struct nt_unit *u = s->u;
    struct nt_expr *x = m->value, *e;
    bool found = false;

    if (nt_is_const(x) || !m->tests.n) {
        nt_vec_each (t, &m->tests)
            found |= nt_test_passes(t, x->type, x->w);
        return nt_const(u, &nt_type_bool, at, found);
    }
    e = nt_expr_with(u, NT_E_IN, &nt_type_bool, at, 1, x);
    e->test = m->tests.at;
    e->ntests = m->tests.n;
    e->maybe = false;
    nt_look_up_in_set(s, e);
    return e;
}

struct nt_expr *nt_membership(struct nt_scope *s, const struct nt_node *node)
{
    const struct nt_node *right = node->kid[1];
    struct nt_param *p = nt_param_of(s->u, right);
    struct members m = {0};
    struct nt_expr *e;

    if (nt_is_any(s->u, node->kid[0]) || nt_is_any(s->u, right)) {
        if (p)
            p->used = true;
        return NULL;
    }
    if (right->kind == NT_NODE_STATE) {
        e = nt_in_state(s, node->kid[0], right, node->span);
        return node->flag ? nt_not(s->u, e, node->span) : e;
    }
    m.value = nt_number_of(s->u, nt_decay(s->u, nt_value(s, node->kid[0], NULL)));
    if (m.value->type->kind == NT_KIND_ERROR)
        return nt_broken(s->u, node->span);
    if (p)
        add_param(s, &m, p, right);
    else
        add_member(s, &m, right);
    if (m.value->op == NT_E_ABSENT)
        return nt_const(s->u, &nt_type_bool, node->span, 0);
    e = test_all(s, &m, node->span);
    if (m.others)
        e = nt_or(s->u, e, m.others);
    if (!node->flag)
        return e;
    e = nt_not(s->u, e, node->span);
    /* As with !=, what is absent is not "not in". */
    if (m.value->maybe)
        e = nt_and(s->u, nt_expr_with(s->u, NT_E_EXISTS, &nt_type_bool, node->span, 1, m.value), e);
    return e;
}
