/* Calls: a body runs at the return and sees what was there at the entry. Its handler, written as if
 * all happened at once, is split in two: one at the entry, with the conditions that can be asked
 * there, that keeps what will be needed; and the body, at the return, which reads what was kept.
 *
 * Whatever comes from arguments, memory or packet is of the entry; retval, latency and after(E) are
 * of the return, and so are the builtins. Of an expression that mixes both, the largest parts that
 * are of the entry alone are kept. Where a trampoline hands over the arguments at the return too,
 * and nothing else is asked for, nothing is kept and no probe is at the entry. */
#include "compiler/catalog/bytes.h"
#include "compiler/sema/scope.h"

#include <string.h>

/* When an expression has to be evaluated. */
enum when { EITHER, ENTRY, RETURN };

struct split {
    struct nt_unit *u;
    struct nt_handler *entry, *back;
    struct nt_expr *let[NT_MAX_LOCALS]; /* variables that are of the entry: their values */
    NT_VEC(struct nt_expr *) kept;
    NT_VEC(struct nt_column) columns;
    bool arguments_last; /* the return has the arguments too */
    bool needs_entry;    /* something can be had at the entry only */
    bool keeps;          /* second pass: a frame is written */
    bool is_late;        /* within after(): of the entry are the arguments alone */
};

/* -- which is of when ------------------------------------------------------------------------- */

static enum when when_of(const struct split *s, const struct nt_expr *e)
{
    enum when when = EITHER;

    switch (e->op) {
    case NT_E_RETVAL:
    case NT_E_LATENCY:
    case NT_E_AFTER:
    case NT_E_NOW:
    case NT_E_CPU:
    case NT_E_KSTACK:
    case NT_E_USTACK:
    case NT_E_STATE:
    case NT_E_ENTRY:
    case NT_E_SEEN:
    case NT_E_HOPS:
        return RETURN;
    case NT_E_LOCAL:
        return s->let[e->index] ? when_of(s, s->let[e->index]) : RETURN;
    case NT_E_ARG:
    case NT_E_HEADER:
    case NT_E_SCOPE:
    case NT_E_FRAMELEN:
    case NT_E_L4PROTO:
    case NT_E_IDENTITY:
    case NT_E_EXCHANGE:
    case NT_E_MARK:
    case NT_E_LOAD:
    case NT_E_STRING:
    case NT_E_BYTES16:
        when = ENTRY;
        break;
    default:
        break;
    }
    for (uint32_t i = 0; i < e->nkids; i++) {
        enum when kid = when_of(s, e->kid[i]);

        when = kid > when ? kid : when;
    }
    return when;
}

/* Does it take more than the arguments themselves? */
static bool reads_memory(const struct split *s, const struct nt_expr *e)
{
    if (e->op == NT_E_LOCAL)
        return s->let[e->index] && reads_memory(s, s->let[e->index]);
    if (e->op != NT_E_ARG && e->nkids == 0)
        return when_of(s, e) == ENTRY;
    if (e->op == NT_E_LOAD || e->op == NT_E_STRING || e->op == NT_E_BYTES16 || e->op == NT_E_BYTES)
        return true;
    for (uint32_t i = 0; i < e->nkids; i++)
        if (reads_memory(s, e->kid[i]))
            return true;
    return false;
}

/* -- keeping ---------------------------------------------------------------------------------- */

static bool same_test(const struct nt_expr *a, const struct nt_expr *b)
{
    return a->ntests == b->ntests && a->set == b->set &&
           (!a->ntests || memcmp(a->test, b->test, a->ntests * sizeof(*a->test)) == 0);
}

static bool same(const struct nt_expr *a, const struct nt_expr *b)
{
    if (a == b)
        return true;
    if (a->op != b->op || a->type->kind != b->type->kind || a->type->words != b->type->words ||
        a->nkids != b->nkids || a->offset != b->offset || a->index != b->index ||
        a->size != b->size || a->bits != b->bits || a->shift != b->shift || a->xop != b->xop ||
        a->header != b->header || a->state != b->state || memcmp(a->w, b->w, sizeof(a->w)) != 0 ||
        !same_test(a, b))
        return false;
    for (uint32_t i = 0; i < a->nkids; i++)
        if (!same(a->kid[i], b->kid[i]))
            return false;
    return true;
}

static struct nt_expr *keep(struct split *s, struct nt_expr *e)
{
    struct nt_expr *kept;
    uint32_t i = 0;

    while (i < s->kept.n && !same(s->kept.at[i], e))
        i++;
    if (i == s->kept.n) {
        *nt_vec_push(s->u->cx->arena, &s->kept) = e;
        *nt_vec_push(s->u->cx->arena, &s->columns) = (struct nt_column){"", e->type, 0, -1};
    }
    kept = nt_expr_new(s->u, NT_E_KEPT, e->type, e->at);
    kept->index = i;
    kept->maybe = e->maybe;
    return kept;
}

/* Variables of the entry in place of their names. */
static struct nt_expr *without_locals(struct split *s, struct nt_expr *e)
{
    struct nt_expr *copy;

    if (e->op == NT_E_LOCAL && s->let[e->index])
        return s->let[e->index];
    if (!e->nkids)
        return e;
    copy = nt_retyped(s->u, e, e->type);
    for (uint32_t i = 0; i < e->nkids; i++)
        copy->kid[i] = without_locals(s, e->kid[i]);
    return copy;
}

static bool is_lazy(enum nt_eop op)
{
    return op == NT_E_AND || op == NT_E_OR || op == NT_E_COND || op == NT_E_ELSE;
}

static bool is_truth(enum nt_eop op)
{
    return op == NT_E_AND || op == NT_E_OR || op == NT_E_NOT || op == NT_E_CMP || op == NT_E_IN ||
           op == NT_E_TRUTH || op == NT_E_EXISTS;
}

static struct nt_expr *at_return(struct split *s, struct nt_expr *e);

/* A node whose kids are those of the return; what it needs parsed follows from them anew. */
static struct nt_expr *with_kids(struct split *s, struct nt_expr *e)
{
    struct nt_expr *copy = nt_retyped(s->u, e, e->type);

    if (e->op == NT_E_LATENCY)
        copy->layers = e->layers & NT_LAYER_LATENCY;
    if (!e->nkids)
        return copy;
    if (e->op != NT_E_IDENTITY)
        copy->layers = 0;
    for (uint32_t i = 0; i < e->nkids; i++) {
        copy->kid[i] = at_return(s, e->kid[i]);
        if (i == 0 || !is_lazy(e->op))
            copy->layers |= copy->kid[i]->layers;
        copy->maybe |= copy->kid[i]->maybe && !is_truth(e->op) && e->op != NT_E_ELSE;
    }
    if (s->is_late && s->keeps) {
        copy->direct = copy->direct_base = copy->followed = false;
        copy->maybe |= e->op == NT_E_LOAD || e->op == NT_E_STRING || e->op == NT_E_BYTES16;
    }
    return copy;
}

static struct nt_expr *after(struct split *s, struct nt_expr *e)
{
    struct split late = *s;

    late.is_late = true;
    e = at_return(&late, e->kid[0]);
    s->kept = late.kept;
    s->columns = late.columns;
    return e;
}

static struct nt_expr *at_return(struct split *s, struct nt_expr *e)
{
    e = without_locals(s, e);
    if (e->op == NT_E_AFTER)
        return after(s, e);
    if (s->keeps && (s->is_late ? e->op == NT_E_ARG : when_of(s, e) == ENTRY))
        return keep(s, e);
    return s->is_late || when_of(s, e) == RETURN ? with_kids(s, e) : e;
}

/* -- every expression of a body --------------------------------------------------------------- */

typedef struct nt_expr *change_fn(struct split *s, struct nt_expr *e);

static struct nt_expr **change_all(struct split *s, struct nt_expr **list, uint32_t n, change_fn *f)
{
    struct nt_expr **changed = NT_NEW_N(s->u->cx->arena, struct nt_expr *, n + 1);

    for (uint32_t i = 0; i < n; i++)
        changed[i] = list[i] ? f(s, list[i]) : NULL;
    return changed;
}

static struct nt_guard *change_guard(struct split *s, const struct nt_guard *g, change_fn *f)
{
    struct nt_guard *copy;

    if (!g)
        return NULL;
    copy = NT_NEW(s->u->cx->arena, struct nt_guard);
    *copy = *g;
    copy->key = g->key ? change_all(s, g->key, g->layout.ncolumns, f) : NULL;
    copy->next = change_guard(s, g->next, f);
    return copy;
}

static struct nt_agg_stmt *change_agg(struct split *s, const struct nt_agg_stmt *agg, change_fn *f)
{
    struct nt_agg_stmt *copy = NT_NEW(s->u->cx->arena, struct nt_agg_stmt);

    *copy = *agg;
    copy->key = change_all(s, agg->key, agg->nkeys, f);
    copy->arg = change_all(s, agg->arg, agg->nargs, f);
    return copy;
}

static struct nt_stmt *change(struct split *s, const struct nt_stmt *from, change_fn *f);

static struct nt_path_key *change_keys(struct split *s, const struct nt_path_key *keys, uint32_t n,
                                       change_fn *f)
{
    struct nt_path_key *copy = NT_NEW_N(s->u->cx->arena, struct nt_path_key, n + 1);

    for (uint32_t i = 0; i < n; i++) {
        copy[i] = keys[i];
        for (uint32_t k = 0; k < keys[i].nparts; k++)
            copy[i].part[k] = f(s, keys[i].part[k]);
    }
    return copy;
}

static struct nt_step *change_step(struct split *s, const struct nt_step *step, change_fn *f)
{
    struct nt_step *copy = NT_NEW(s->u->cx->arena, struct nt_step);
    struct nt_path_body **end = &copy->bodies;

    *copy = *step;
    copy->key = change_keys(s, step->key, step->nkeys, f);
    copy->also = change_keys(s, step->also, step->nalso, f);
    copy->keep = change_all(s, step->keep, step->nkept, f);
    for (const struct nt_path_body *b = step->bodies; b; b = b->next) {
        *end = NT_NEW(s->u->cx->arena, struct nt_path_body);
        **end = *b;
        (*end)->code = change(s, b->code, f);
        end = &(*end)->next;
    }
    return copy;
}

/* A copy of the statements. A variable of the entry is no statement any more. */
static struct nt_stmt *change(struct split *s, const struct nt_stmt *from, change_fn *f)
{
    struct nt_stmt *first = NULL, **end = &first;

    for (; from; from = from->next) {
        struct nt_stmt *to;

        if (from->kind == NT_S_LET && when_of(s, from->expr) != RETURN) {
            s->let[from->slot] = without_locals(s, from->expr);
            continue;
        }
        to = NT_NEW(s->u->cx->arena, struct nt_stmt);
        *to = *from;
        to->next = NULL;
        to->expr = from->expr ? f(s, from->expr) : NULL;
        to->mark = from->mark ? f(s, from->mark) : NULL;
        to->state = from->state ? f(s, from->state) : NULL;
        to->guard = change_guard(s, from->guard, f);
        to->arg = from->arg ? change_all(s, from->arg, from->narg, f) : NULL;
        to->agg = from->agg ? change_agg(s, from->agg, f) : NULL;
        to->step = from->step ? change_step(s, from->step, f) : NULL;
        to->then = change(s, from->then, f);
        to->other = change(s, from->other, f);
        *end = to;
        end = &to->next;
    }
    return first;
}

/* -- the two halves --------------------------------------------------------------------------- */

/* The first pass: is there anything that the return can't have by itself? */
static struct nt_expr *look(struct split *s, struct nt_expr *e)
{
    if (e->op == NT_E_AFTER)
        s->needs_entry |= !s->arguments_last;
    else if (when_of(s, e) == ENTRY)
        s->needs_entry |= !s->arguments_last || reads_memory(s, e);
    else if (when_of(s, e) == RETURN)
        for (uint32_t i = 0; i < e->nkids; i++)
            look(s, e->kid[i]);
    return e;
}

static bool needs_entry(struct split *s, const struct nt_handler *h)
{
    s->needs_entry = h->timed || (h->latency_key && h->clock);
    for (uint32_t i = 0; i < h->nwhere; i++)
        look(s, h->where[i]);
    change_guard(s, h->guard, look);
    change(s, h->body, look);
    return s->needs_entry;
}

/* Conditions of the entry are asked there: a call that is refused costs no write. */
static void split_where(struct split *s, const struct nt_handler *h)
{
    s->entry->where = NT_NEW_N(s->u->cx->arena, struct nt_expr *, h->nwhere + 1);
    s->back->where = NT_NEW_N(s->u->cx->arena, struct nt_expr *, h->nwhere + 1);
    s->entry->nwhere = s->back->nwhere = 0;
    for (uint32_t i = 0; i < h->nwhere; i++)
        if (s->keeps && when_of(s, h->where[i]) != RETURN)
            s->entry->where[s->entry->nwhere++] = h->where[i];
        else
            s->back->where[s->back->nwhere++] = at_return(s, h->where[i]);
}

static bool uses_after(const struct nt_expr *e)
{
    bool uses = e->op == NT_E_AFTER;

    for (uint32_t i = 0; i < e->nkids; i++)
        uses |= uses_after(e->kid[i]);
    return uses;
}

static struct nt_expr *note_after(struct split *s, struct nt_expr *e)
{
    s->is_late |= uses_after(e);
    return e;
}

static bool has_after(const struct split *of, const struct nt_handler *h)
{
    struct split s = *of;

    for (uint32_t i = 0; i < h->nwhere; i++)
        note_after(&s, h->where[i]);
    change_guard(&s, h->guard, note_after);
    change(&s, h->body, note_after);
    return s.is_late;
}

/* The packet as after(E) finds it. */
static struct nt_packet *late_packet(struct split *s, const struct nt_packet *p)
{
    struct nt_packet *late = NT_NEW(s->u->cx->arena, struct nt_packet);
    struct nt_expr *const *from = &p->skb;
    struct nt_expr **to = &late->skb;
    struct split in = *s;

    in.is_late = true;
    *late = *p;
    for (size_t i = 0; i < offsetof(struct nt_packet, place) / sizeof(*from); i++)
        if (from[i])
            to[i] = at_return(&in, from[i]);
    s->kept = in.kept;
    s->columns = in.columns;
    return late;
}

static void lay_out(struct split *s, struct nt_frame *f)
{
    uint16_t words = 0, bits = 0;

    for (uint32_t i = 0; i < s->columns.n; i++) {
        struct nt_column *c = &s->columns.at[i];

        c->word = words;
        c->absent_bit = s->kept.at[i]->maybe ? (int16_t)bits++ : (int16_t)-1;
        words = (uint16_t)(words + nt_type_kept_words(c->type));
    }
    f->kept = s->kept.at;
    f->layout =
        (struct nt_layout){s->columns.at, (uint16_t)s->columns.n, (uint16_t)(words + (bits > 0)),
                           bits ? (int16_t)words : (int16_t)-1};
    if (s->columns.n > NT_MAX_KEPT || words >= NT_MAX_RECORD_WORDS)
        nt_error(s->u->cx, s->back->at, NT_TOO_MUCH,
                 "a call keeps at most %d values of %d bytes from its entry: this body needs more",
                 NT_MAX_KEPT, NT_MAX_RECORD_WORDS * 8);
}

static void make_frame(struct split *s, const struct nt_handler *h)
{
    struct nt_frame *f = NT_NEW(s->u->cx->arena, struct nt_frame);
    struct nt_stmt *enter = NT_NEW(s->u->cx->arena, struct nt_stmt);

    f->map = nt_sprintf(s->u->cx->arena, "nt_call%u", s->u->frames.n);
    f->timed = h->timed;
    f->every = !s->entry->nwhere;
    lay_out(s, f);
    *nt_vec_push(s->u->cx->arena, &s->u->frames) = f;
    s->entry->frame = s->back->frame = f;
    enter->kind = NT_S_ENTER;
    enter->at = h->at;
    s->entry->body = enter;
    *nt_vec_push(s->u->cx->arena, &s->u->entries) = s->entry;
}

/* -- the compiler's copies -------------------------------------------------------------------- */

/* Without arguments there is no packet: what would be read of it is absent. */
static struct nt_expr *without_packet(struct split *s, struct nt_expr *e)
{
    struct nt_expr *copy;

    e = without_locals(s, e);
    copy = nt_retyped(s->u, e, e->type);
    switch (e->op) {
    case NT_E_SCOPE:
        return nt_const(s->u, &nt_type_bool, e->at, 0);
    case NT_E_HEADER:
    case NT_E_FRAMELEN:
    case NT_E_L4PROTO:
    case NT_E_IDENTITY:
    case NT_E_EXCHANGE:
    case NT_E_MARK:
        return nt_absent(s->u, e->type, e->at);
    default:
        break;
    }
    copy->layers &= NT_LAYER_LATENCY;
    for (uint32_t i = 0; i < e->nkids; i++)
        copy->kid[i] = without_packet(s, e->kid[i]);
    return copy;
}

static void forget_packet(struct nt_unit *u, struct nt_handler *h)
{
    struct split s = {.u = u};

    h->where = change_all(&s, h->where, h->nwhere, without_packet);
    h->guard = change_guard(&s, h->guard, without_packet);
    h->body = change(&s, h->body, without_packet);
    h->packet = NULL;
}

struct nt_handler *nt_split_call(struct nt_unit *u, struct nt_handler *h)
{
    struct split s = {.u = u};
    bool is_late;

    if (h->bound->target.clone)
        forget_packet(u, h);
    if (!h->bound->back)
        return h;
    s.arguments_last = h->bound->target.args == NT_ARGS_BTF;
    s.keeps = needs_entry(&s, h);
    s.entry = NT_NEW(u->cx->arena, struct nt_handler);
    s.back = NT_NEW(u->cx->arena, struct nt_handler);
    *s.entry = *s.back = *h;
    s.entry->why = "entry of a call";
    s.entry->guard = NULL;
    s.entry->clock = NULL;
    s.entry->latency_key = s.entry->latency_mark = NULL;
    s.back->bound = h->bound->back;
    s.back->returning = true;
    is_late = has_after(&s, h);
    split_where(&s, h);
    s.back->guard = change_guard(&s, h->guard, at_return);
    s.back->body = change(&s, h->body, at_return);
    if (h->latency_key)
        s.back->latency_key = at_return(&s, h->latency_key);
    if (h->latency_mark)
        s.back->latency_mark = at_return(&s, h->latency_mark);
    s.back->packet = !is_late || !h->packet ? NULL
                     : s.keeps              ? late_packet(&s, h->packet)
                                            : h->packet;
    if (s.keeps)
        make_frame(&s, h);
    return s.back;
}
