#include "tests/meaning/evaluate.h"

#include <string.h>

static struct eval_value one(uint64_t word)
{
    return (struct eval_value){.there = true, .w = {word}};
}

static struct eval_value absent(void)
{
    return (struct eval_value){0};
}

/* A word as the number that it stands for: no two numbers share one. */
static __int128 number(const struct nt_type *t, uint64_t w)
{
    return t->is_signed ? (__int128)(int64_t)w : (__int128)w;
}

/* -- arithmetic ------------------------------------------------------------------------------- */

static struct eval_value divide(const struct nt_expr *x, uint64_t a, uint64_t b)
{
    /* Both as the result's type has them; a quotient that it can't hold wraps. */
    __int128 p = number(x->type, a), q = number(x->type, b);

    if (b == 0)
        return absent();
    return one((uint64_t)(x->xop == NT_X_DIV ? p / q : p % q));
}

static struct eval_value compute(const struct nt_expr *x, uint64_t a, uint64_t b)
{
    switch (x->xop) {
    case NT_X_ADD:
        return one(a + b);
    case NT_X_SUB:
        return one(a - b);
    case NT_X_MUL:
        return one(a * b);
    case NT_X_DIV:
    case NT_X_MOD:
        return divide(x, a, b);
    case NT_X_AND:
        return one(a & b);
    case NT_X_OR:
        return one(a | b);
    case NT_X_XOR:
        return one(a ^ b);
    case NT_X_SHL:
        return one(a << (b % 64));
    default: /* SHR: what is signed keeps its sign */
        return one((uint64_t)(number(x->kid[0]->type, a) >> (b % 64)));
    }
}

static struct eval_value arithmetic(struct evaluator *e, const struct nt_expr *x)
{
    struct eval_value a = eval_value(e, x->kid[0]), b = eval_value(e, x->kid[1]);

    return a.there && b.there ? compute(x, a.w[0], b.w[0]) : absent();
}

/* -- conditions ------------------------------------------------------------------------------- */

static bool words_equal(const struct eval_value *a, const struct eval_value *b)
{
    return memcmp(a->w, b->w, sizeof(a->w)) == 0;
}

static bool compare(struct evaluator *e, const struct nt_expr *x)
{
    const struct nt_type *s = x->kid[0]->type, *t = x->kid[1]->type;
    struct eval_value a = eval_value(e, x->kid[0]), b = eval_value(e, x->kid[1]);
    __int128 p = number(s, a.w[0]), q = number(t, b.w[0]);
    bool equal =
        s->words == 1 && t->words == 1 && s->kind != NT_KIND_STRING ? p == q : words_equal(&a, &b);

    if (!a.there || !b.there)
        return false;
    switch (x->xop) {
    case NT_X_EQ:
        return equal;
    case NT_X_NE:
        return !equal;
    case NT_X_LT:
        return p < q;
    case NT_X_LE:
        return p <= q;
    case NT_X_GT:
        return p > q;
    default:
        return p >= q;
    }
}

static bool passes(const struct nt_expr *x, const struct eval_value *v, const struct nt_test *t)
{
    const struct nt_type *type = x->type;

    if (t->kind == NT_TEST_RANGE)
        return number(type, v->w[0]) >= number(type, t->a[0]) &&
               number(type, v->w[0]) <= number(type, t->b[0]);
    for (uint32_t i = 0; i < NT_MAX_WORDS; i++) {
        uint64_t mask = t->kind == NT_TEST_EQ ? ~0ull : t->b[i];

        if ((v->w[i] & mask) != t->a[i])
            return false;
    }
    return true;
}

static bool membership(struct evaluator *e, const struct nt_expr *x)
{
    struct eval_value v = eval_value(e, x->kid[0]);

    for (uint32_t i = 0; i < x->ntests && v.there; i++)
        if (passes(x->kid[0], &v, &x->test[i]))
            return true;
    return false;
}

bool eval_truth(struct evaluator *e, const struct nt_expr *x)
{
    struct eval_value v;

    switch (x->op) {
    case NT_E_CMP:
        return compare(e, x);
    case NT_E_AND:
        return eval_truth(e, x->kid[0]) && eval_truth(e, x->kid[1]);
    case NT_E_OR:
        return eval_truth(e, x->kid[0]) || eval_truth(e, x->kid[1]);
    case NT_E_NOT:
        return !eval_truth(e, x->kid[0]);
    case NT_E_IN:
        return membership(e, x);
    case NT_E_EXISTS:
        return eval_value(e, x->kid[0]).there;
    default:
        v = eval_value(e, x->op == NT_E_TRUTH ? x->kid[0] : x);
        return v.there && v.w[0] != 0;
    }
}

/* -- state ------------------------------------------------------------------------------------ */

static bool find_key(struct evaluator *e, const struct nt_expr *place, struct eval_value *ret_key)
{
    bool there = true;

    memset(ret_key, 0, NT_MAX_STATE_KEYS * sizeof(*ret_key));
    for (uint32_t i = 0; i < place->nkids; i++) {
        ret_key[i] = eval_value(e, place->kid[i]);
        there &= ret_key[i].there;
    }
    return there;
}

static struct eval_kept *find_kept(struct evaluator *e, const struct nt_expr *place,
                                   const struct eval_value *key)
{
    nt_vec_each (it, &e->kept) {
        bool same = it->state == place->state;

        for (uint32_t i = 0; i < place->nkids && same; i++)
            same = words_equal(&it->key[i], &key[i]);
        if (same)
            return it;
    }
    return NULL;
}

static struct eval_value read_state(struct evaluator *e, const struct nt_expr *x)
{
    struct eval_value key[NT_MAX_STATE_KEYS];
    bool there = find_key(e, x, key);
    struct eval_kept *kept = there ? find_kept(e, x, key) : NULL;

    return kept ? kept->value : absent();
}

static void keep(struct evaluator *e, const struct nt_stmt *s)
{
    struct eval_value v = eval_value(e, s->expr), key[NT_MAX_STATE_KEYS];
    bool there = find_key(e, s->state, key);
    struct eval_kept *kept;

    if (!there || !v.there)
        return;
    kept = find_kept(e, s->state, key);
    if (!kept) {
        kept = nt_vec_push(e->arena, &e->kept);
        *kept = (struct eval_kept){.state = s->state->state, .value = one(0)};
        memcpy(kept->key, key, sizeof(key));
    }
    if (s->change) {
        struct nt_expr x = {.xop = s->xop, .type = s->state->state->type};

        v = compute(&x, kept->value.w[0], v.w[0]);
    }
    kept->value = v;
}

static void forget(struct evaluator *e, const struct nt_stmt *s)
{
    struct eval_value key[NT_MAX_STATE_KEYS];
    struct eval_kept *kept = find_key(e, s->state, key) ? find_kept(e, s->state, key) : NULL;

    if (kept)
        kept->state = NULL; /* found no more */
}

/* -- values ----------------------------------------------------------------------------------- */

static struct eval_value constant(const struct nt_expr *x)
{
    struct eval_value v = {.there = true};

    memcpy(v.w, x->w, sizeof(v.w));
    return v;
}

static struct eval_value argument(const struct evaluator *e, const struct nt_expr *x)
{
    uint64_t w = e->arg[x->index];
    unsigned unused = 64u - x->size * 8u;

    if (x->size < 8)
        w = x->is_signed ? (uint64_t)((int64_t)(w << unused) >> unused) : w << unused >> unused;
    return one(w);
}

/* Without ports it is a flow still. */
static struct eval_value flow(struct evaluator *e, const struct nt_expr *x)
{
    struct eval_value part[5], v = {0};
    bool is_ip = x->kid[0]->type->kind == NT_KIND_IP;

    for (int i = 0; i < 5; i++)
        part[i] = eval_value(e, x->kid[i]);
    if (!part[0].there || !part[1].there)
        return absent();
    v.there = true;
    v.w[0] = part[0].w[0];
    v.w[1] = part[0].w[1];
    v.w[2] = part[1].w[0];
    v.w[3] = part[1].w[1];
    v.w[4] = is_ip ? NT_FLOW_IP : NT_FLOW_ETH;
    for (int i = 2; i < 5; i++)
        if (part[i].there)
            v.w[4] |= (part[i].w[0] & 0xffff) << (i == 2 ? 16 : i == 3 ? 48 : 32);
    return v;
}

static struct eval_value ip4(struct evaluator *e, const struct nt_expr *x)
{
    struct eval_value n = eval_value(e, x->kid[0]);

    return (struct eval_value){n.there, {0, 0xffffull << 32 | (uint32_t)n.w[0]}};
}

struct eval_value eval_value(struct evaluator *e, const struct nt_expr *x)
{
    struct eval_value v;

    switch (x->op) {
    case NT_E_CONST:
        return constant(x);
    case NT_E_ABSENT:
        return absent();
    case NT_E_ARG:
        return argument(e, x);
    case NT_E_LOCAL:
        return e->local[x->index];
    case NT_E_NUMBER:
        return eval_value(e, x->kid[0]);
    case NT_E_ARITH:
        return arithmetic(e, x);
    case NT_E_COND:
        return eval_value(e, x->kid[eval_truth(e, x->kid[0]) ? 1 : 2]);
    case NT_E_ELSE:
        v = eval_value(e, x->kid[0]);
        return v.there ? v : eval_value(e, x->kid[1]);
    case NT_E_IP4:
        return ip4(e, x);
    case NT_E_FLOW:
        return flow(e, x);
    case NT_E_STATE:
        return read_state(e, x);
    case NT_E_CMP:
    case NT_E_AND:
    case NT_E_OR:
    case NT_E_NOT:
    case NT_E_IN:
    case NT_E_TRUTH:
    case NT_E_EXISTS:
        return one(eval_truth(e, x));
    default:
        e->unknown = true;
        return absent();
    }
}

/* -- statements ------------------------------------------------------------------------------- */

static void send_row(struct evaluator *e, const struct nt_stmt *s)
{
    struct eval_row *row = nt_vec_push(e->arena, &e->rows);

    *row = (struct eval_row){.record = s->record, .ncolumns = s->narg};
    for (uint32_t i = 0; i < s->narg; i++)
        row->column[i] = eval_value(e, s->arg[i]);
}

static void update_table(struct evaluator *e, const struct nt_agg_stmt *a)
{
    struct eval_update *u = nt_vec_push(e->arena, &e->updates);

    *u = (struct eval_update){.table = a->table, .nkeys = a->nkeys, .nargs = a->nargs};
    for (uint32_t i = 0; i < a->nkeys; i++)
        u->key[i] = eval_value(e, a->key[i]);
    for (uint32_t i = 0; i < a->nargs; i++)
        u->arg[i] = a->arg[i] ? eval_value(e, a->arg[i]) : one(0);
}

/* False: a return. */
static bool run(struct evaluator *e, const struct nt_stmt *s);

static bool run_loop(struct evaluator *e, const struct nt_stmt *s)
{
    for (int64_t i = (int64_t)s->first; i <= (int64_t)s->last; i++) {
        e->local[s->slot] = one((uint64_t)i);
        if (!run(e, s->then))
            return false;
    }
    return true;
}

static bool run_one(struct evaluator *e, const struct nt_stmt *s)
{
    switch (s->kind) {
    case NT_S_LET:
        e->local[s->slot] = eval_value(e, s->expr);
        return true;
    case NT_S_IF:
        e->unknown |= s->guard != NULL;
        return run(e, !s->expr || eval_truth(e, s->expr) ? s->then : s->other);
    case NT_S_RECORD:
        send_row(e, s);
        return true;
    case NT_S_AGG:
        update_table(e, s->agg);
        return true;
    case NT_S_KEEP:
        keep(e, s);
        return true;
    case NT_S_DELETE:
        forget(e, s);
        return true;
    case NT_S_CALL:
        run(e, s->then);
        return true;
    case NT_S_FOR:
        return run_loop(e, s);
    case NT_S_RETURN:
        return false;
    default:
        e->unknown = true;
        return true;
    }
}

static bool run(struct evaluator *e, const struct nt_stmt *s)
{
    for (; s; s = s->next)
        if (!run_one(e, s))
            return false;
    return true;
}

void eval_run(struct evaluator *e, const struct nt_handler *h)
{
    e->unknown |= h->guard != NULL;
    for (uint32_t i = 0; i < h->nwhere; i++)
        if (!eval_truth(e, h->where[i]))
            return;
    run(e, h->body);
}
