/* `limit` and `sample` in front of a body, of an event or of ntrace. */
#include "compiler/catalog/bytes.h"
#include "compiler/sema/scope.h"

/* Who counts for a limit. Bodies that share a statement (on a, b; a function called twice) share
 * its limit, so the statement keeps it: one in the kernel, and one in ntrace. */
struct place {
    const char *map;
    uint32_t index;
    uint32_t own; /* 0: not yet; else one more than its number */
};

static struct place *place_of(struct nt_unit *u, struct nt_node *node)
{
    if (!node->sym)
        node->sym = NT_NEW(u->cx->arena, struct place);
    return node->sym;
}

static void count_in_kernel(struct nt_unit *u, struct nt_node *node, struct nt_guard *g)
{
    struct place *p = place_of(u, node);

    if (!p->map && g->key) {
        p->map = nt_sprintf(u->cx->arena, "nt_limit%u", u->limit_maps.n);
        *nt_vec_push(u->cx->arena, &u->limit_maps) = (struct nt_limit_map){.name = p->map};
        p->index = u->limit_maps.n - 1;
    } else if (!p->map) {
        p->map = "nt_limits";
        p->index = u->nlimits++;
    }
    g->map = p->map;
    g->index = p->index;
    if (g->key && u->limit_maps.at[p->index].key_words < g->layout.words)
        u->limit_maps.at[p->index].key_words = g->layout.words;
}

static void count_in_ntrace(struct nt_unit *u, struct nt_node *node, struct nt_guard *g)
{
    struct place *p = place_of(u, node);

    if (!p->own) {
        *nt_vec_push(u->cx->arena, &u->own_limits) = 0;
        p->own = u->own_limits.n;
    }
    g->index = p->own - 1;
    if (g->layout.words > u->own_limits.at[g->index])
        u->own_limits.at[g->index] = g->layout.words;
}

/* Every column has a bit for being absent: the bodies that share a limit may differ there. */
static bool keys(struct nt_scope *s, const struct nt_node *list, struct nt_guard *g)
{
    struct nt_column *columns = NT_NEW_N(s->u->cx->arena, struct nt_column, list->nkids);
    uint16_t words = 0;

    g->key = NT_NEW_N(s->u->cx->arena, struct nt_expr *, list->nkids);
    for (uint32_t i = 0; i < list->nkids; i++) {
        g->key[i] = nt_decay(s->u, nt_value(s, list->kid[i], NULL));
        if (g->key[i]->type->kind == NT_KIND_ERROR)
            return false;
        columns[i] = (struct nt_column){"", g->key[i]->type, words, (int16_t)i};
        words = (uint16_t)(words + nt_type_kept_words(g->key[i]->type));
    }
    g->layout =
        (struct nt_layout){columns, (uint16_t)list->nkids, (uint16_t)(words + 1), (int16_t)words};
    if (list->nkids <= NT_MAX_COLUMNS && words < NT_MAX_KEY_WORDS)
        return true;
    nt_error(s->u->cx, list->span, NT_TOO_MUCH, "the keys of a limit have at most %d bytes",
             (NT_MAX_KEY_WORDS - 1) * 8);
    return false;
}

static bool limit(struct nt_scope *s, struct nt_node *node, struct nt_guard *g)
{
    if (!nt_constant(s, node->kid[0], &g->count) || !nt_constant(s, node->kid[1], &g->per))
        return false;
    if (g->count < 1 || g->count > UINT32_MAX || g->per < 1000000) {
        nt_error(s->u->cx, node->span, NT_VALUE,
                 "a limit is a number of rows, at least one, in a time of at least 1ms");
        return false;
    }
    if (node->kid[2]->nkids && !keys(s, node->kid[2], g))
        return false;
    if (s->bound)
        count_in_kernel(s->u, node, g);
    else
        count_in_ntrace(s->u, node, g);
    return true;
}

static bool sample(struct nt_scope *s, const struct nt_node *node, struct nt_guard *g)
{
    if (!nt_constant(s, node->kid[0], &g->count) || !nt_constant(s, node->kid[1], &g->per))
        return false;
    if (g->count >= 1 && g->count <= g->per && g->per <= UINT32_MAX)
        return true;
    nt_error(s->u->cx, node->span, NT_VALUE, "a sample is 1 or more of as many or more: 1/64");
    return false;
}

struct nt_guard *nt_guard_of(struct nt_scope *s, const struct nt_node *list)
{
    struct nt_guard *first = NULL, **end = &first;

    for (uint32_t i = 0; list && i < list->nkids; i++) {
        struct nt_guard *g = NT_NEW(s->u->cx->arena, struct nt_guard);
        bool is_limit = list->kid[i]->kind == NT_NODE_LIMIT;

        g->kind = is_limit ? NT_GUARD_LIMIT : NT_GUARD_SAMPLE;
        g->at = list->kid[i]->span;
        if (is_limit ? limit(s, list->kid[i], g) : sample(s, list->kid[i], g)) {
            *end = g;
            end = &g->next;
        }
    }
    return first;
}
