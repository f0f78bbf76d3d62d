/* Aggregations: `drops = count(), avg(latency) by reason, dev max 4096`. Bodies that use one name
 * fill one table; one without a name has a table of its own, called by its own text. */
#include "compiler/bpf/slots.h"
#include "compiler/sema/scope.h"

#include <string.h>

enum { DEFAULT_KEYS = 10240, MAX_KEYS = 1 << 24, MAX_BUCKETS = 1000, MAX_BOUNDS = 32 };

/* Where one key takes kilobytes. */
enum { LARGE_DEFAULT_KEYS = 1024, LARGE_WORDS = 128 };

struct nt_table_build *nt_table_named(struct nt_unit *u, const char *name)
{
    nt_vec_each (t, &u->tables)
        if ((*t)->t.named && strcmp((*t)->t.name, name) == 0)
            return *t;
    return NULL;
}

static struct nt_table_build *find_table(struct nt_unit *u, const struct nt_node *node)
{
    if (node->name)
        return nt_table_named(u, node->name);
    nt_vec_each (t, &u->tables)
        if ((*t)->node == node)
            return *t;
    return NULL;
}

static const char *own_text(struct nt_unit *u, const struct nt_node *node)
{
    const char *text = nt_node_text(u->cx, node->kid[0]->kid[0]);

    for (uint32_t i = 1; i < node->kid[0]->nkids; i++)
        text = nt_sprintf(u->cx->arena, "%s, %s", text, nt_node_text(u->cx, node->kid[0]->kid[i]));
    return text;
}

/* -- the aggregations ------------------------------------------------------------------------- */

static bool lhist_bounds(struct nt_scope *s, const struct nt_node *call, struct nt_agg_use *use)
{
    uint64_t v[3];

    for (uint32_t i = 0; i < 3; i++)
        if (!nt_constant(s, call->kid[i + 1], &v[i]))
            return false;
    use->lo = (int64_t)v[0];
    use->hi = (int64_t)v[1];
    use->step = (int64_t)v[2];
    if (use->step > 0 && use->lo < use->hi &&
        nt_slot_lhist_buckets(use->lo, use->hi, use->step) <= MAX_BUCKETS)
        return true;
    nt_error(s->u->cx, call->span, NT_ARGUMENTS,
             "lhist(x, lo, hi, step) needs lo < hi, step > 0 and at most %d buckets", MAX_BUCKETS);
    return false;
}

/* Numbers as the values of a signed or unsigned type compare. */
static bool grows(const struct nt_agg_use *use, int64_t a, int64_t b)
{
    return use->type->is_signed ? a < b : (uint64_t)a < (uint64_t)b;
}

static bool bucket_bounds(struct nt_scope *s, const struct nt_node *call, struct nt_agg_use *use)
{
    uint32_t n = call->nkids - 1;
    int64_t *bounds = NT_NEW_N(s->u->cx->arena, int64_t, n);
    bool ok = n <= MAX_BOUNDS;

    for (uint32_t i = 0; i < n; i++) {
        uint64_t value;

        if (!nt_constant(s, call->kid[i + 1], &value))
            return false;
        bounds[i] = (int64_t)value;
        ok &= i == 0 || grows(use, bounds[i - 1], bounds[i]);
    }
    use->bounds = bounds;
    use->nbounds = (uint16_t)n;
    use->hi = n + 1;
    if (!ok)
        nt_error(s->u->cx, call->span, NT_ARGUMENTS,
                 "buckets(x, bound, ...) needs bounds that grow, and at most %d", MAX_BOUNDS);
    return ok;
}

/* A value for a column; `want`: its type, where another body has made it, or NULL. A plain number
 * fits whatever is one. */
static struct nt_expr *column_value(struct nt_scope *s, const struct nt_node *node,
                                    const struct nt_type *want)
{
    /* Names of an event are its own, not an enum's. */
    struct nt_expr *e = nt_decay(s->u, nt_value(s, node, s->bound ? NULL : want));

    if (want && nt_is_const(e) && e->type->kind == NT_KIND_INT && want->words == 1 &&
        want->kind != NT_KIND_DURATION && nt_is_number(want))
        e = nt_retyped(s->u, e, want);
    return e;
}

static bool has_right_arguments(const struct nt_agg *agg, uint32_t n)
{
    if (agg->rest == NT_AGG_STEPS)
        return n == 4;
    if (agg->rest == NT_AGG_BOUNDS)
        return n >= 2;
    return n == agg->has_arg || (agg->arg_optional && n == 0);
}

/* NULL after a report. */
static struct nt_expr *argument(struct nt_scope *s, const struct nt_node *call,
                                const struct nt_agg *agg, const struct nt_type *want)
{
    struct nt_expr *e = column_value(s, call->kid[0], want);

    if (e->type->kind == NT_KIND_ERROR)
        return NULL;
    if (!agg->of_anything && !nt_is_number(e->type)) {
        nt_error(s->u->cx, call->kid[0]->span, NT_TYPE, "%s() is of numbers: this is %s", agg->name,
                 nt_type_said(s->u, e->type));
        return NULL;
    }
    return nt_number_of(s->u, e);
}

/* One aggregation with its argument, `want` as above; false after a report. */
static bool aggregation(struct nt_scope *s, const struct nt_node *call, const struct nt_type *want,
                        struct nt_agg_use *ret_use, struct nt_expr **ret_arg)
{
    const struct nt_agg *agg = call->kind == NT_NODE_CALL ? nt_agg_find(call->name) : NULL;
    struct nt_agg_use use = {.agg = agg, .name = nt_node_text(s->u->cx, call)};

    if (!agg) {
        uint32_t before = s->u->cx->diags.nerrors;

        nt_value(s, call, NULL); /* reports what is unknown */
        if (s->u->cx->diags.nerrors == before)
            nt_hint(nt_error(s->u->cx, call->span, NT_ARGUMENTS, "this value goes nowhere"),
                    "`emit` prints a row of values, count() by ... fills a table, `let` keeps a "
                    "value for the body");
        return false;
    }
    if (!has_right_arguments(agg, call->nkids)) {
        nt_hint(nt_error(s->u->cx, call->span, NT_ARGUMENTS, "%s() has other arguments", agg->name),
                "%s(%s): %s", agg->name, agg->params, agg->doc);
        return false;
    }
    if (call->nkids) {
        *ret_arg = argument(s, call, agg, want);
        if (!*ret_arg)
            return false;
        use.type = (*ret_arg)->type;
    }
    if ((agg->rest == NT_AGG_STEPS && !lhist_bounds(s, call, &use)) ||
        (agg->rest == NT_AGG_BOUNDS && !bucket_bounds(s, call, &use)))
        return false;
    *ret_use = use;
    return true;
}

/* -- the table -------------------------------------------------------------------------------- */

static bool key_columns(struct nt_scope *s, const struct nt_node *list,
                        const struct nt_table_build *b, struct nt_agg_stmt *stmt)
{
    bool ok = true;

    stmt->nkeys = list->nkids;
    stmt->key = NT_NEW_N(s->u->cx->arena, struct nt_expr *, list->nkids + 1);
    if (list->nkids > NT_MAX_COLUMNS) {
        nt_error(s->u->cx, list->span, NT_TOO_MUCH, "a table has at most %d keys", NT_MAX_COLUMNS);
        return false;
    }
    for (uint32_t i = 0; i < list->nkids; i++) {
        const struct nt_type *want = b && i < b->key.n ? b->key.at[i].type : NULL;

        stmt->key[i] = column_value(s, list->kid[i]->kid[0], want);
        ok &= stmt->key[i]->type->kind != NT_KIND_ERROR;
    }
    return ok && nt_columns_differ(s->u, list);
}

static bool table_max(struct nt_scope *s, const struct nt_node *node, bool large, uint32_t *ret_max)
{
    uint64_t max = large ? LARGE_DEFAULT_KEYS : DEFAULT_KEYS;

    if (node && !nt_constant(s, node, &max))
        return false;
    if (max < 1 || max > MAX_KEYS) {
        nt_error(s->u->cx, node->span, NT_VALUE, "a table holds 1 to %d keys", MAX_KEYS);
        return false;
    }
    *ret_max = (uint32_t)max;
    return true;
}

static struct nt_table_build *new_table(struct nt_scope *s, const struct nt_node *node,
                                        const struct nt_agg_stmt *stmt,
                                        const struct nt_agg_use *aggs)
{
    struct nt_arena *a = s->u->cx->arena;
    struct nt_table_build *b = NT_NEW(a, struct nt_table_build);
    bool large = false;

    for (uint32_t i = 0; i < stmt->nargs; i++)
        large |= aggs[i].agg->words(&aggs[i]) > LARGE_WORDS;
    if (!table_max(s, node->kid[2], large, &b->t.max))
        return NULL;
    b->node = node;
    b->t.named = node->name != NULL;
    b->t.name = node->name ? node->name : own_text(s->u, node);
    if (!stmt->nkeys)
        b->t.max = 1;
    for (uint32_t i = 0; i < stmt->nkeys; i++)
        *nt_vec_push(a, &b->key) = (struct nt_column){
            .name = nt_column_name(s->u, node->kid[1]->kid[i]), .type = stmt->key[i]->type};
    for (uint32_t i = 0; i < stmt->nargs; i++)
        *nt_vec_push(a, &b->aggs) = aggs[i];
    *nt_vec_push(a, &s->u->tables) = b;
    return b;
}

/* Texts of a column may differ in length from body to body: the longest has room. */
static bool same_type(struct nt_column *c, const struct nt_type *t)
{
    if (c->type->kind == NT_KIND_STRING && t->kind == NT_KIND_STRING) {
        if (t->words > c->type->words)
            c->type = t;
        return true;
    }
    if (t->kind == NT_KIND_HOPS)
        return c->type == t;
    return c->type->kind == t->kind && c->type->most == t->most;
}

static bool same_use(const struct nt_agg_use *a, const struct nt_agg_use *b)
{
    bool same = a->agg == b->agg && a->lo == b->lo && a->hi == b->hi && a->step == b->step &&
                !a->type == !b->type && a->nbounds == b->nbounds;

    if (same && a->type)
        same = a->type->kind == b->type->kind && a->type->is_signed == b->type->is_signed;
    for (uint16_t i = 0; same && i < a->nbounds; i++)
        same = a->bounds[i] == b->bounds[i];
    return same;
}

static bool same_shape(struct nt_table_build *b, const struct nt_agg_stmt *stmt,
                       const struct nt_agg_use *aggs)
{
    bool same = b->key.n == stmt->nkeys && b->aggs.n == stmt->nargs;

    for (uint32_t i = 0; same && i < stmt->nkeys; i++)
        same = stmt->key[i]->op == NT_E_ABSENT || same_type(&b->key.at[i], stmt->key[i]->type);
    for (uint32_t i = 0; same && i < stmt->nargs; i++) {
        same = same_use(&b->aggs.at[i], &aggs[i]);
    }
    return same;
}

struct nt_stmt *nt_aggregate(struct nt_scope *s, const struct nt_node *node)
{
    struct nt_arena *a = s->u->cx->arena;
    const struct nt_node *calls = node->kid[0];
    struct nt_agg_use *aggs = NT_NEW_N(a, struct nt_agg_use, calls->nkids);
    struct nt_agg_stmt *agg = NT_NEW(a, struct nt_agg_stmt);
    struct nt_table_build *b = find_table(s->u, node);
    struct nt_stmt *stmt;
    bool ok = true;

    agg->arg = NT_NEW_N(a, struct nt_expr *, calls->nkids);
    agg->nargs = calls->nkids;
    for (uint32_t i = 0; i < calls->nkids; i++)
        ok &= aggregation(s, calls->kid[i], b && i < b->aggs.n ? b->aggs.at[i].type : NULL,
                          &aggs[i], &agg->arg[i]);
    ok &= key_columns(s, node->kid[1], b, agg);
    if (!ok)
        return NULL;
    if (b && !same_shape(b, agg, aggs)) {
        nt_label(nt_error(s->u->cx, node->span, NT_TABLE_SHAPE,
                          "the table '%s' is filled with other columns elsewhere", b->t.name),
                 b->node->span, "here");
        return NULL;
    }
    if (!b)
        b = new_table(s, node, agg, aggs);
    if (!b)
        return NULL;
    b->in_kernel |= s->bound != NULL;
    for (uint32_t i = 0; i < agg->nkeys; i++)
        b->maybe[i] |= agg->key[i]->maybe;
    for (agg->table = 0; s->u->tables.at[agg->table] != b; agg->table++)
        ;
    stmt = NT_NEW(a, struct nt_stmt);
    *stmt = (struct nt_stmt){.kind = NT_S_AGG, .at = node->span, .agg = agg};
    return stmt;
}
