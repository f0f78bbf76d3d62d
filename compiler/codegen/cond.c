/* Conditions, as control flow: a comparison with something absent is false. */
#include "compiler/codegen/gen.h"

static LLVMValueRef all_equal(struct nt_gen *g, const struct nt_val *a, const struct nt_val *b,
                              uint32_t na, uint32_t nb)
{
    LLVMValueRef equal = NULL;

    for (uint32_t i = 0; i < (na > nb ? na : nb); i++) {
        LLVMValueRef x = i < na ? a->w[i] : nt_i64(g, 0), y = i < nb ? b->w[i] : nt_i64(g, 0);

        equal = nt_both(g, equal, LLVMBuildICmp(g->b, LLVMIntEQ, x, y, ""));
    }
    return equal;
}

static LLVMIntPredicate predicate(enum nt_xop op, bool is_signed)
{
    switch (op) {
    case NT_X_LT:
        return is_signed ? LLVMIntSLT : LLVMIntULT;
    case NT_X_LE:
        return is_signed ? LLVMIntSLE : LLVMIntULE;
    case NT_X_GT:
        return is_signed ? LLVMIntSGT : LLVMIntUGT;
    default:
        return is_signed ? LLVMIntSGE : LLVMIntUGE;
    }
}

static bool is_small_const(const struct nt_expr *e)
{
    return e->op == NT_E_CONST && (int64_t)e->w[0] >= 0;
}

/* Order of two words. Of mixed signs, a negative one is the smaller. */
static LLVMValueRef order(struct nt_gen *g, const struct nt_expr *e, LLVMValueRef a, LLVMValueRef b)
{
    bool sa = e->kid[0]->type->is_signed, sb = e->kid[1]->type->is_signed;
    bool a_less = e->xop == NT_X_LT || e->xop == NT_X_LE;
    LLVMValueRef plain, negative;

    if (sa != sb && is_small_const(e->kid[1]))
        sb = sa;
    if (sa != sb && is_small_const(e->kid[0]))
        sa = sb;
    plain = LLVMBuildICmp(g->b, predicate(e->xop, sa && sb), a, b, "");
    if (sa == sb)
        return plain;
    negative = LLVMBuildICmp(g->b, LLVMIntSLT, sa ? a : b, nt_i64(g, 0), "");
    return LLVMBuildSelect(g->b, negative, sa == a_less ? nt_true(g) : nt_false(g), plain, "");
}

/* Equality of two words likewise: a negative one equals no unsigned one. */
static LLVMValueRef mixed_equal(struct nt_gen *g, const struct nt_expr *e, LLVMValueRef a,
                                LLVMValueRef b, LLVMValueRef equal)
{
    bool sa = e->kid[0]->type->is_signed, sb = e->kid[1]->type->is_signed;
    bool both_numbers =
        e->kid[0]->type->kind == NT_KIND_INT || e->kid[1]->type->kind == NT_KIND_INT;

    if (sa == sb || !both_numbers || is_small_const(e->kid[0]) || is_small_const(e->kid[1]))
        return equal;
    return nt_both(g, equal, LLVMBuildICmp(g->b, LLVMIntSGE, sa ? a : b, nt_i64(g, 0), ""));
}

/* A pointer for the verifier; of a text `direct` says how it is read. */
static bool is_followed(const struct nt_expr *e)
{
    return (e->direct || e->followed) && e->op != NT_E_STRING;
}

static LLVMValueRef compare(struct nt_gen *g, const struct nt_expr *e)
{
    struct nt_val a = nt_lower(g, e->kid[0]), b = nt_lower(g, e->kid[1]);
    LLVMValueRef there = nt_both(g, a.there, b.there), r;

    if (is_followed(e->kid[0]) || is_followed(e->kid[1])) { /* with null: see nt_comparison() */
        r = nt_not_null(g, is_followed(e->kid[0]) ? a.w[0] : b.w[0], true);
        if (e->xop == NT_X_EQ)
            r = LLVMBuildNot(g->b, r, "");
    } else if (e->xop == NT_X_EQ || e->xop == NT_X_NE) {
        r = all_equal(g, &a, &b, e->kid[0]->type->words, e->kid[1]->type->words);
        if (e->kid[0]->type->words == 1)
            r = mixed_equal(g, e, a.w[0], b.w[0], r);
        if (e->xop == NT_X_NE)
            r = LLVMBuildNot(g->b, r, "");
    } else {
        r = order(g, e, a.w[0], b.w[0]);
    }
    return nt_both(g, there, r);
}

/* -- in --------------------------------------------------------------------------------------- */

static LLVMValueRef in_range(struct nt_gen *g, const struct nt_expr *x, LLVMValueRef v,
                             const struct nt_test *t)
{
    bool is_signed = x->type->is_signed;
    LLVMValueRef low =
        LLVMBuildICmp(g->b, is_signed ? LLVMIntSGE : LLVMIntUGE, v, nt_i64(g, t->a[0]), "");
    LLVMValueRef high =
        LLVMBuildICmp(g->b, is_signed ? LLVMIntSLE : LLVMIntULE, v, nt_i64(g, t->b[0]), "");

    return nt_both(g, low, high);
}

static LLVMValueRef passes(struct nt_gen *g, const struct nt_expr *x, const struct nt_val *v,
                           const struct nt_test *t)
{
    LLVMValueRef all = NULL;

    if (t->kind == NT_TEST_RANGE)
        return in_range(g, x, v->w[0], t);
    for (uint32_t i = 0; i < x->type->words; i++) {
        LLVMValueRef w = v->w[i];

        if (t->kind != NT_TEST_EQ && !t->b[i])
            continue;
        if (t->kind != NT_TEST_EQ && t->b[i] != ~0ull)
            w = LLVMBuildAnd(g->b, w, nt_i64(g, t->b[i]), "");
        all = nt_both(g, all, LLVMBuildICmp(g->b, LLVMIntEQ, w, nt_i64(g, t->a[i]), ""));
    }
    return all ? all : nt_true(g);
}

static LLVMValueRef is_in_set(struct nt_gen *g, const struct nt_expr *e, const struct nt_val *v)
{
    uint32_t words = e->kid[0]->type->words;
    LLVMValueRef key = nt_scratch(g, e->set->kind == NT_SET_NETWORKS ? 3 : words), found;

    if (e->set->kind == NT_SET_NETWORKS) { /* the address's bytes are aligned, the key is not */
        nt_put(g, nt_i32(g, 128), nt_byte_at(g, key, 4));
        nt_put(g, nt_swap(g, v->w[0]), nt_word_at(g, key, 1));
        nt_put(g, nt_swap(g, v->w[1]), nt_word_at(g, key, 2));
        key = nt_byte_at(g, key, 4);
    }
    for (uint32_t i = 0; e->set->kind == NT_SET_VALUES && i < words; i++)
        nt_put(g, v->w[i], nt_word_at(g, key, i));
    found = nt_map_lookup(g, nt_map(g, e->set->map), key);
    return LLVMBuildNot(g->b, nt_is_null(g, found), "");
}

static void membership(struct nt_gen *g, const struct nt_expr *e, LLVMBasicBlockRef yes,
                       LLVMBasicBlockRef no)
{
    struct nt_val v = nt_lower(g, e->kid[0]);
    LLVMBasicBlockRef next;

    if (v.there) {
        next = nt_block_new(g, "there");
        LLVMBuildCondBr(g->b, v.there, next, no);
        nt_at(g, next);
    }
    if (e->set) {
        next = e->set->n < e->ntests ? nt_block_new(g, "or") : no;
        LLVMBuildCondBr(g->b, is_in_set(g, e, &v), yes, next);
        if (next != no)
            nt_at(g, next);
    }
    for (uint32_t i = e->set ? e->set->n : 0; i < e->ntests; i++) {
        next = i + 1 < e->ntests ? nt_block_new(g, "or") : no;
        LLVMBuildCondBr(g->b, passes(g, e->kid[0], &v, &e->test[i]), yes, next);
        if (next != no)
            nt_at(g, next);
    }
}

/* -- and, or ---------------------------------------------------------------------------------- */

static void second(struct nt_gen *g, const struct nt_expr *e, LLVMBasicBlockRef yes,
                   LLVMBasicBlockRef no)
{
    uint16_t layers = g->f.layers;

    nt_need_layers(g, e->layers);
    nt_lower_cond(g, e, yes, no);
    g->f.layers = layers;
}

/* `ip.dst ?? ip6.dst == 10.0.0.2`: each alternative is compared by itself, where it is there, so
 * that the common one costs no more than if it stood alone. */
static bool has_alternatives(const struct nt_expr *e)
{
    enum { MANY_TESTS = 4 };

    return (e->op == NT_E_CMP || e->op == NT_E_IN) && e->kid[0]->op == NT_E_ELSE &&
           (e->op == NT_E_IN ? e->ntests <= MANY_TESTS : e->kid[1]->op == NT_E_CONST);
}

static void by_alternatives(struct nt_gen *g, const struct nt_expr *e, LLVMBasicBlockRef yes,
                            LLVMBasicBlockRef no)
{
    LLVMBasicBlockRef one = nt_block_new(g, "one"), other = nt_block_new(g, "other");
    struct nt_expr first = *e, rest = *e;
    struct nt_val v;

    first.kid[0] = e->kid[0]->kid[0];
    rest.kid[0] = e->kid[0]->kid[1];
    rest.layers = rest.kid[0]->layers;
    v = nt_lower(g, first.kid[0]);
    LLVMBuildCondBr(g->b, v.there ? v.there : nt_true(g), one, other);
    nt_at(g, one);
    nt_lower_cond(g, &first, yes, no);
    nt_at(g, other);
    second(g, &rest, yes, no);
}

void nt_lower_cond(struct nt_gen *g, const struct nt_expr *e, LLVMBasicBlockRef yes,
                   LLVMBasicBlockRef no)
{
    LLVMBasicBlockRef next;

    if (has_alternatives(e)) {
        by_alternatives(g, e, yes, no);
    } else if (e->op == NT_E_NOT) {
        nt_lower_cond(g, e->kid[0], no, yes);
    } else if (e->op == NT_E_AND || e->op == NT_E_OR) {
        next = nt_block_new(g, e->op == NT_E_AND ? "and" : "or");
        nt_lower_cond(g, e->kid[0], e->op == NT_E_AND ? next : yes, e->op == NT_E_AND ? no : next);
        nt_at(g, next);
        second(g, e->kid[1], yes, no);
    } else if (e->op == NT_E_IN) {
        membership(g, e, yes, no);
    } else {
        LLVMBuildCondBr(g->b, nt_lower_truth(g, e), yes, no);
    }
}

static LLVMValueRef by_branches(struct nt_gen *g, const struct nt_expr *e)
{
    LLVMBasicBlockRef yes = nt_block_new(g, "true"), no = nt_block_new(g, "false");
    LLVMBasicBlockRef done = nt_block_new(g, "truth");

    nt_lower_cond(g, e, yes, no);
    nt_at(g, yes);
    LLVMBuildBr(g->b, done);
    nt_at(g, no);
    LLVMBuildBr(g->b, done);
    nt_at(g, done);
    return nt_phi(g, g->i1, nt_true(g), yes, nt_false(g), no);
}

LLVMValueRef nt_lower_truth(struct nt_gen *g, const struct nt_expr *e)
{
    struct nt_val v;

    switch (e->op) {
    case NT_E_CMP:
        return compare(g, e);
    case NT_E_SCOPE:
        return nt_has_header(g, e);
    case NT_E_EXISTS:
        v = nt_lower(g, e->kid[0]);
        return v.there ? v.there : nt_true(g);
    case NT_E_AND:
    case NT_E_OR:
    case NT_E_NOT:
    case NT_E_IN:
        return by_branches(g, e);
    case NT_E_TRUTH:
        e = e->kid[0];
        break;
    default:
        break;
    }
    v = nt_lower(g, e);
    return nt_both(g, v.there, nt_not_null(g, v.w[0], is_followed(e)));
}
