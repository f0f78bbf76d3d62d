/* The packet of an event: where it is, and names as it knows them. */
#include "compiler/bpf/packet.h"
#include "compiler/kernel/kernel.h"
#include "compiler/sema/scope.h"

#include <string.h>

struct nt_expr *nt_event_packet(struct nt_scope *s, struct nt_span at)
{
    const struct nt_node *packet;
    struct nt_expr *e;

    if (!s->bound || !nt_bound_has_packet(s->bound))
        return NULL;
    packet = nt_event_member(s->bound->event, NT_NODE_PACKET);
    if (packet)
        e = nt_event_arg(s, packet->kid[0]->name ? packet->kid[0]->name : "skb", at);
    else
        e = nt_event_arg(s, "skb", at);
    if (e && e->type->kind == NT_KIND_POINTER && strcmp(e->type->name, "sk_buff") == 0)
        return e;
    if (!e || e->type->kind != NT_KIND_ERROR)
        nt_error(s->u->cx, packet ? packet->span : at, NT_TYPE,
                 "the packet of '%s' is no sk_buff that its probe has for an argument",
                 s->bound->name);
    return nt_broken(s->u, at);
}

static enum nt_place place_of(struct nt_scope *s, const struct nt_node *packet)
{
    static const char *const places[] = {[NT_AT_NETWORK] = "network",
                                         [NT_AT_MAC] = "mac",
                                         [NT_AT_DATA] = "data",
                                         [NT_AT_TRANSPORT] = "transport",
                                         [NT_AT_ANY] = "any"};

    if (!packet)
        return NT_AT_ANY;
    for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
        if (strcmp(packet->text, places[i]) == 0)
            return (enum nt_place)i;
    nt_error(s->u->cx, packet->span, NT_VALUE,
             "a packet is at network, mac, data, transport or any, not at '%s'", packet->text);
    return NT_AT_ANY;
}

/* The socket that sends the packet: the probe's `sk`, else the packet's own. */
static struct nt_expr *sender(struct nt_scope *s, struct nt_expr *skb, struct nt_span at)
{
    struct nt_expr *sk = nt_event_arg(s, "sk", at);

    if (sk && sk->type->kind == NT_KIND_POINTER && strcmp(sk->type->name, "sock") == 0)
        return sk;
    return nt_kernel_field(s->u, skb, "sk", at);
}

static struct nt_expr *of_socket(struct nt_scope *s, struct nt_expr *sk, const char *name,
                                 struct nt_span at)
{
    const struct nt_view *view = nt_names_find(&s->u->views, "sock");

    return nt_expand_field(s, nt_names_find(&view->fields, name), sk, NULL, at);
}

/* Its IP header is not made yet: addresses and protocol are the socket's. */
static void take_socket(struct nt_scope *s, struct nt_packet *p, struct nt_span at)
{
    struct nt_expr *sk = sender(s, p->skb, at);

    p->src = of_socket(s, sk, "laddr", at);
    p->dst = of_socket(s, sk, "raddr", at);
    p->proto = nt_kernel_field(s->u, sk, "sk_protocol", at);
}

bool nt_is_at_transport(const struct nt_scope *s)
{
    return s->handler && s->handler->packet && s->handler->packet->place == NT_AT_TRANSPORT;
}

void nt_handler_packet(struct nt_scope *s, struct nt_span at)
{
    struct nt_expr *skb = nt_event_packet(s, at);
    struct nt_packet *p;

    if (!skb || skb->type->kind == NT_KIND_ERROR)
        return;
    p = NT_NEW(s->u->cx->arena, struct nt_packet);
    p->skb = skb;
    p->head = nt_kernel_field(s->u, skb, "head", at);
    p->data = nt_kernel_field(s->u, skb, "data", at);
    p->tail = nt_kernel_field(s->u, skb, "tail", at);
    p->network = nt_kernel_field(s->u, skb, "network_header", at);
    p->mac = nt_kernel_field(s->u, skb, "mac_header", at);
    p->protocol = nt_kernel_field(s->u, skb, "protocol", at);
    p->len = nt_kernel_field(s->u, skb, "len", at);
    p->place = place_of(s, nt_event_member(s->bound->event, NT_NODE_PACKET));
    if (p->place == NT_AT_TRANSPORT)
        take_socket(s, p, at);
    s->handler->packet = p;
}

struct nt_expr *nt_packet_name(struct nt_scope *s, const char *name, struct nt_span at)
{
    const struct nt_header *h = nt_header_find(name);
    const struct nt_view *view = nt_names_find(&s->u->views, "packet");
    const struct nt_node *field = view ? nt_names_find(&view->fields, name) : NULL;

    if (!nt_bound_has_packet(s->bound))
        return NULL;
    if (s->inner && (strcmp(name, "skb") == 0 || (h && h->layer == NT_LAYER_TUNNEL)))
        return nt_absent(s->u, &nt_type_int,
                         at); /* one skb holds both; one tunnel is looked into */
    if (strcmp(name, "skb") == 0)
        return nt_event_packet(s, at);
    if (h) {
        struct nt_expr *e = nt_expr_new(s->u, NT_E_SCOPE, &nt_type_bool, at);

        e->header = h;
        e->inner = s->inner;
        e->layers = nt_header_layers(h, s->inner);
        e->cost = nt_header_cost(h, s->inner);
        return e;
    }
    if (field && s->inner)
        return nt_expand_field(s, field, nt_absent(s->u, &nt_type_int, at), NULL, at);
    return field ? nt_expand_field(s, field, nt_event_packet(s, at), NULL, at) : NULL;
}

static void try_name(const char *name, void *arg)
{
    nt_guess_try(arg, name);
}

/* `inner.NAME` */
struct nt_expr *nt_inner_name(struct nt_scope *outer, const struct nt_node *node)
{
    struct nt_scope s = *outer;
    struct nt_guess g;
    struct nt_expr *e;
    struct nt_diag *d;

    s.inner = true;
    e = nt_packet_name(&s, node->name, node->span);
    if (e && e->op != NT_E_ABSENT)
        return e;
    d = nt_error(s.u->cx, node->name_at, NT_UNKNOWN_FIELD, "the inner packet has no '%s'",
                 node->name);
    g = nt_guess(node->name);
    nt_packet_each_name(s.u, try_name, &g);
    if (!e)
        nt_hint_guess(d, &g);
    else
        nt_hint(d, nt_header_find(node->name)
                       ? "packets are looked into one tunnel deep"
                       : "it is of the packet as a whole: leave out `inner.`");
    return nt_broken(s.u, node->span);
}
