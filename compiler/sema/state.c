/* State: `@born[skb] = now`, `@n += 1`, `delete @born[skb]`. The types of key and value follow from
 * use: the first key that is written or read, the first value that is assigned, gives the type.
 * Since a body may read what a later one writes, bodies are checked until no type is new (check.c).
 */
#include "compiler/sema/scope.h"

#include <string.h>

enum { DEFAULT_MAX = 10240, LARGEST_MAX = 1 << 24 };

static struct nt_state *find_state(struct nt_unit *u, const char *name, struct nt_span at)
{
    struct nt_state *state;

    nt_vec_each (it, &u->states)
        if (strcmp((*it)->name, name) == 0)
            return *it;
    state = NT_NEW(u->cx->arena, struct nt_state);
    *state = (struct nt_state){.name = name, .max = DEFAULT_MAX, .at = at};
    state->map = nt_sprintf(u->cx->arena, "nt_s%u", u->states.n);
    *nt_vec_push(u->cx->arena, &u->states) = state;
    return state;
}

static void take_max(struct nt_scope *s, const struct nt_node *node, struct nt_state *state)
{
    uint64_t max;

    if (!nt_constant(s, node, &max))
        return;
    if (max < 1 || max > LARGEST_MAX)
        nt_error(s->u->cx, node->span, NT_VALUE, "a map holds 1 to %d keys", LARGEST_MAX);
    else
        state->max = (uint32_t)max;
}

static void take_ttl(struct nt_scope *s, const struct nt_node *node, struct nt_state *state)
{
    struct nt_expr *ttl = nt_fit(s, nt_value(s, node, &nt_type_duration), &nt_type_duration);

    if (ttl->type->kind == NT_KIND_ERROR)
        return;
    if (!nt_is_const(ttl) || ttl->w[0] < 1000000 || ttl->w[0] > INT64_MAX)
        nt_error(s->u->cx, node->span, NT_VALUE, "ttl takes a time of at least 1ms");
    else
        state->ttl = ttl->w[0];
}

/* `map @born: max 4096, ttl 5s` */
void nt_states_declare(struct nt_unit *u)
{
    struct nt_scope s = {.u = u};

    nt_kid_each (it, u->script) {
        const struct nt_node *item = *it;
        struct nt_state *state;

        if (item->kind != NT_NODE_MAP)
            continue;
        state = find_state(u, item->name, item->name_at);
        if (item->kid[0])
            take_max(&s, item->kid[0], state);
        if (item->kid[1])
            take_ttl(&s, item->kid[1], state);
    }
}

void nt_states_drop_unused(struct nt_unit *u)
{
    uint32_t n = 0;

    nt_vec_each (it, &u->states)
        if ((*it)->type || (*it)->keyed || !nt_is_used(u, (*it)->at.source))
            u->states.at[n++] = *it;
    u->states.n = n;
}

static bool key_words_fit(const struct nt_state *state)
{
    uint32_t words = 0;

    for (uint32_t i = 0; i < state->nkeys; i++)
        words += state->key[i]->words;
    return words <= NT_MAX_KEY_WORDS / 2;
}

/* A text that came first leaves no room for a longer one: bodies are checked once more. A text in
 * quotes that is too long for the name of a device is a mistake, though. */
static void widen(struct nt_unit *u, const struct nt_type **type, const struct nt_expr *text)
{
    bool is_longer = text->type->kind == NT_KIND_STRING && text->type->words > (*type)->words;

    if (!nt_is_text(*type) || !is_longer || ((*type)->kind == NT_KIND_IFNAME && nt_is_const(text)))
        return;
    *type = text->type;
    u->learned = true;
}

/* The first use says how many keys there are and of which types. */
static bool fit_keys(struct nt_scope *s, struct nt_state *state, struct nt_expr **keys, uint32_t n,
                     struct nt_span at)
{
    if (n > NT_MAX_STATE_KEYS || (state->keyed && n != state->nkeys)) {
        struct nt_diag *d = nt_error(s->u->cx, at, NT_ARGUMENTS, "'@%s' is used with %u key%s here",
                                     state->name, n, n == 1 ? "" : "s");
        if (n > NT_MAX_STATE_KEYS)
            nt_hint(d, "%d are the most", NT_MAX_STATE_KEYS);
        else
            nt_label(d, state->at, "with %u here", state->nkeys);
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (keys[i]->type->kind == NT_KIND_ERROR)
            return false;
        if (keys[i]->type->kind == NT_KIND_HEX) {
            nt_error(s->u->cx, keys[i]->at, NT_TYPE, "%s can't be a key of state",
                     nt_type_said(s->u, keys[i]->type));
            return false;
        }
        if (!state->keyed)
            state->key[i] = keys[i]->type;
        widen(s->u, &state->key[i], keys[i]);
        keys[i] = nt_fit(s, keys[i], state->key[i]);
        if (keys[i]->type->kind == NT_KIND_ERROR)
            return false;
    }
    if (!state->keyed) {
        state->keyed = true;
        state->nkeys = (uint8_t)n;
        state->at = at;
        s->u->learned = true;
    }
    if (key_words_fit(state))
        return true;
    nt_error(s->u->cx, at, NT_TOO_MUCH, "the keys of '@%s' have more than %d bytes", state->name,
             NT_MAX_KEY_WORDS / 2 * 8);
    return false;
}

/* @x[a, b] and @x[(a, b)] are the same. */
static const struct nt_node *key_list(const struct nt_node *state)
{
    bool tuple = state->nkids == 1 && state->kid[0]->kind == NT_NODE_TUPLE;

    return tuple ? state->kid[0] : state;
}

/* The place that a STATE node means; NULL after a report. Its type is that of the value, if known.
 */
static struct nt_expr *state_place(struct nt_scope *s, const struct nt_node *node)
{
    struct nt_state *state = find_state(s->u, node->name, node->span);
    const struct nt_node *list = key_list(node);
    struct nt_expr *keys[NT_MAX_STATE_KEYS + 1] = {0}, *e;
    uint32_t n = list->nkids > NT_MAX_STATE_KEYS ? NT_MAX_STATE_KEYS + 1 : list->nkids;

    for (uint32_t i = 0; i < n; i++)
        keys[i] = nt_decay(s->u, nt_value(s, list->kid[i], NULL));
    if (!fit_keys(s, state, keys, n, node->span))
        return NULL;
    if (!s->bound && state->type && state->type->kind == NT_KIND_HEX) {
        nt_error(s->u->cx, node->span, NT_PLACE,
                 "'@%s' holds bytes: only bodies of events read them", state->name);
        return NULL;
    }
    e = nt_expr_new(s->u, NT_E_STATE, state->type ? state->type : &nt_type_error, node->span);
    e->state = state;
    e->maybe = true;
    e->cost = 3;
    for (uint32_t i = 0; i < n; i++) {
        e->kid[e->nkids++] = keys[i];
        e->layers |= keys[i]->layers;
    }
    return e;
}

struct nt_expr *nt_state_value(struct nt_scope *s, const struct nt_node *node)
{
    struct nt_expr *e = state_place(s, node);

    return e ? e : nt_broken(s->u, node->span);
}

struct nt_expr *nt_in_state(struct nt_scope *s, const struct nt_node *key,
                            const struct nt_node *state, struct nt_span at)
{
    struct nt_node *both;
    struct nt_expr *e;

    if (state->nkids) {
        nt_error(s->u->cx, state->span, NT_NOT_A_VALUE, "`in` takes the map: %s in @%s",
                 nt_node_text(s->u->cx, key), state->name);
        return nt_broken(s->u, at);
    }
    both = nt_node_with(s->u->cx, NT_NODE_STATE, at, 1, (struct nt_node *)key);
    both->name = state->name;
    e = state_place(s, both);
    if (!e || e->type->kind == NT_KIND_ERROR)
        return nt_broken(s->u, at);
    e = nt_expr_with(s->u, NT_E_EXISTS, &nt_type_bool, at, 1, e);
    e->maybe = false;
    return e;
}

static struct nt_stmt *new_stmt(struct nt_scope *s, enum nt_stmt_kind kind, struct nt_span at,
                                struct nt_expr *place)
{
    struct nt_stmt *stmt = NT_NEW(s->u->cx->arena, struct nt_stmt);

    *stmt = (struct nt_stmt){.kind = kind, .at = at, .state = place};
    return stmt;
}

/* A text's type has room for what comes later; numbers are numbers. */
static const struct nt_type *kept_type(struct nt_unit *u, const struct nt_expr *value)
{
    if (value->type->kind == NT_KIND_STRING)
        return nt_type_new_string(u->cx->arena, NT_MAX_WORDS);
    return value->type;
}

static bool is_computable(struct nt_scope *s, const struct nt_node *node,
                          const struct nt_state *state)
{
    if (!state->type || (nt_is_number(state->type) && state->type->kind != NT_KIND_POINTER))
        return true;
    nt_error(s->u->cx, node->span, NT_TYPE, "%s can't be computed with",
             nt_type_said(s->u, state->type));
    return false;
}

/* The value behind `=` or `op=`, of the state's type: NULL after a report. */
static struct nt_expr *kept_value(struct nt_scope *s, const struct nt_node *node,
                                  struct nt_state *state)
{
    struct nt_expr *value = nt_decay(s->u, nt_value(s, node->kid[1], state->type));

    if (value->type->kind == NT_KIND_ERROR)
        return NULL;
    if (!state->type && value->op != NT_E_ABSENT) {
        state->type = kept_type(s->u, value);
        s->u->learned = true;
    }
    if (state->type)
        widen(s->u, &state->type, value);
    /* A duration is multiplied by a number. */
    if (!state->type || (node->op && node->op != NT_OP_ADD && node->op != NT_OP_SUB))
        return state->type ? value : NULL;
    value = nt_fit(s, value, state->type);
    return value->type->kind == NT_KIND_ERROR ? NULL : value;
}

static bool is_atomic(const struct nt_scope *s, enum nt_op op)
{
    return s->bound && (op == NT_OP_ADD || op == NT_OP_SUB || op == NT_OP_BAND || op == NT_OP_BOR ||
                        op == NT_OP_BXOR);
}

/* @x op= value. What is not there counts as 0. */
static struct nt_expr *changed_value(struct nt_scope *s, const struct nt_node *node,
                                     struct nt_expr *place, struct nt_expr *value,
                                     struct nt_stmt *stmt)
{
    struct nt_expr *zero = nt_const(s->u, place->state->type, node->span, 0);
    bool minus = node->op == NT_OP_SUB;

    if (!is_atomic(s, node->op))
        return nt_arith(s->u, nt_arith_op(node->op), nt_else(s->u, place, zero, node->span), value,
                        node->span);
    stmt->change = true;
    stmt->xop = minus ? NT_X_ADD : nt_arith_op(node->op);
    return minus ? nt_arith(s->u, NT_X_SUB, zero, value, node->span) : value;
}

struct nt_stmt *nt_keep(struct nt_scope *s, const struct nt_node *node)
{
    struct nt_expr *place = state_place(s, node->kid[0]), *value;
    struct nt_state *state;
    struct nt_stmt *stmt;

    if (!place)
        return NULL;
    state = (struct nt_state *)place->state;
    if (node->op && !is_computable(s, node, state))
        return NULL;
    value = kept_value(s, node, state);
    if (!value)
        return NULL;
    stmt = new_stmt(s, NT_S_KEEP, node->span, place);
    if (node->op)
        value = nt_fit(s, changed_value(s, node, nt_retyped(s->u, place, state->type), value, stmt),
                       state->type);
    if (value->type->kind == NT_KIND_ERROR)
        return NULL;
    stmt->expr = value;
    if (s->bound)
        state->by_probe = node->span;
    else if (node->op)
        state->changed_by = node->span;
    return stmt;
}

struct nt_stmt *nt_forget_state(struct nt_scope *s, const struct nt_node *node)
{
    struct nt_expr *place = state_place(s, node->kid[0]);

    return place ? new_stmt(s, NT_S_DELETE, node->span, place) : NULL;
}

uint16_t nt_state_index(const struct nt_unit *u, const struct nt_state *state)
{
    uint16_t i = 0;

    while (u->states.at[i] != state)
        i++;
    return i;
}

/* ntrace changes what is there by reading and writing it: a probe's change in between would be
 * lost. */
static void check_changes(struct nt_unit *u, const struct nt_state *state)
{
    struct nt_diag *d;

    if (!state->by_probe.end || !state->changed_by.end)
        return;
    d = nt_error(u->cx, state->changed_by, NT_PLACE,
                 "'@%s' is written by events as well: what they write in between would be lost",
                 state->name);
    nt_label(d, state->by_probe, "here");
    nt_hint(d, "set it with = here, or keep two and add them up where they are read");
}

void nt_states_check(struct nt_unit *u)
{
    nt_vec_each (it, &u->states) {
        if (!(*it)->type && !u->cx->diags.nerrors)
            nt_hint(nt_error(u->cx, (*it)->at, NT_UNKNOWN_NAME, "nothing is ever kept in '@%s'",
                             (*it)->name),
                    "a body keeps something by @%s = ... or @%s[key] = ...", (*it)->name,
                    (*it)->name);
        check_changes(u, *it);
    }
}
