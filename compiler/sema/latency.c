/* `latency`: the time since the thing that an event ends began. Used, it brings probes of its own:
 * one that notes the start and, for packets, one at each end of a packet's life that forgets it.
 * Unused, they do not exist.
 *
 * `since packet.seen` follows a packet by its skb's address. Addresses are used again, and not
 * every free has a tracepoint (tcp_eat_skb's has none), so a start carries a mark made of header
 * fields that stay the same on the way through a host: a start with another mark is another
 * packet's. */
#include "compiler/sema/scope.h"

#include <string.h>

struct origin {
    const char *event;
    bool is_packet;
    const struct nt_node *key; /* NULL: the packet */
};

static struct nt_clock *find_clock(struct nt_unit *u, const char *name)
{
    nt_vec_each (c, &u->clocks)
        if (strcmp((*c)->name, name) == 0)
            return *c;
    return NULL;
}

static struct nt_expr *key_of(struct nt_scope *s, const struct origin *o, struct nt_span at)
{
    return o->key ? nt_decay(s->u, nt_value(s, o->key, NULL)) : nt_event_packet(s, at);
}

static struct nt_expr *mark_of(struct nt_scope *s, struct nt_span at)
{
    struct nt_expr *mark = nt_expr_new(s->u, NT_E_MARK, &nt_type_uint, at);

    mark->layers = NT_LAYER_L3;
    mark->cost = 1;
    return mark;
}

/* A probe of our own that notes or forgets a start. */
static void add_probe(struct nt_unit *u, const struct nt_bound *b, const struct origin *o,
                      struct nt_clock *clock, enum nt_stmt_kind kind, struct nt_span at)
{
    struct nt_handler *h = NT_NEW(u->cx->arena, struct nt_handler);
    struct nt_stmt *stmt = NT_NEW(u->cx->arena, struct nt_stmt);
    struct nt_scope s = {.u = u, .bound = b, .handler = h};

    h->bound = b;
    h->at = at;
    h->why = kind == NT_S_START ? "start of latency" : "end of a packet";
    nt_handler_packet(&s, at);
    stmt->kind = kind;
    stmt->at = at;
    stmt->clock = clock;
    stmt->expr = key_of(&s, o, at);
    if (stmt->expr->type->kind == NT_KIND_HEX)
        nt_error(u->cx, stmt->expr->at, NT_TYPE, "bytes can't be the key of a latency");
    clock->key_words = stmt->expr->type->words;
    if (kind == NT_S_START && o->is_packet)
        stmt->mark = mark_of(&s, at);
    h->body = stmt;
    if (!nt_handler_of_event(&s))
        return;
    h = nt_split_call(u, h);
    if (kind == NT_S_START)
        *nt_vec_push(u->cx->arena, &u->starts) = h;
    else
        *nt_vec_push(u->cx->arena, &u->ends) = h;
}

static bool add_probes(struct nt_unit *u, const char *event_name, const struct origin *o,
                       struct nt_clock *clock, enum nt_stmt_kind kind, struct nt_span at)
{
    const struct nt_node *event = nt_names_find(&u->events, event_name);
    const struct nt_bounds *bounds = event ? nt_event_bounds(u, event) : NULL;

    for (uint32_t i = 0; bounds && i < bounds->n; i++)
        add_probe(u, bounds->at[i], o, clock, kind, at);
    return bounds && bounds->n;
}

static struct nt_clock *make_clock(struct nt_unit *u, const char *name, const struct origin *o,
                                   struct nt_span at)
{
    struct nt_clock *clock = NT_NEW(u->cx->arena, struct nt_clock);

    clock->name = name;
    clock->index = u->clocks.n;
    clock->map = nt_sprintf(u->cx->arena, "nt_start%u", clock->index);
    clock->keep_first = o->is_packet;
    *nt_vec_push(u->cx->arena, &u->clocks) = clock;
    if (!add_probes(u, o->event, o, clock, NT_S_START, at))
        nt_error(u->cx, at, NT_NOT_ON_THIS_KERNEL,
                 "latency can't be had on this kernel: '%s', where it begins, is not there",
                 o->event);
    if (o->is_packet) {
        add_probes(u, "skb_drop", o, clock, NT_S_FORGET, at);
        add_probes(u, "skb_consume", o, clock, NT_S_FORGET, at);
    }
    return clock;
}

/* Of a call: from its entry to its return. */
static struct nt_expr *call_latency(struct nt_scope *s, struct nt_span at)
{
    struct nt_expr *e = nt_expr_new(s->u, NT_E_LATENCY, &nt_type_duration, at);

    s->handler->timed = true;
    e->cost = 1;
    return e;
}

struct nt_expr *nt_latency(struct nt_scope *s, struct nt_span at)
{
    const struct nt_node *since = nt_event_member(s->bound->event, NT_NODE_SINCE);
    struct nt_handler *h = s->handler;
    struct origin o = {0};
    struct nt_expr *e;

    if (!since && h && s->bound->back)
        return call_latency(s, at);
    if (!since || !h)
        return NULL;
    o.is_packet = strcmp(since->kid[0]->name, "packet.seen") == 0;
    o.event = o.is_packet ? "packet_seen" : since->kid[0]->name;
    o.key = since->kid[1];
    if (!h->clock) {
        h->clock = find_clock(s->u, since->kid[0]->name);
        if (!h->clock)
            h->clock = make_clock(s->u, since->kid[0]->name, &o, at);
        h->latency_key = key_of(s, &o, at);
        h->latency_mark = o.is_packet ? mark_of(s, at) : NULL;
    }
    e = nt_expr_new(s->u, NT_E_LATENCY, &nt_type_duration, at);
    e->maybe = true;
    e->layers = (uint16_t)(NT_LAYER_LATENCY | (o.is_packet ? NT_LAYER_L3 : 0));
    e->cost = 3;
    return e;
}
