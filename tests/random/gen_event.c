/* Events and hooks that bodies stand on, with the names that they have. */
#include "tests/random/gen_offers.h"

#include "compiler/catalog/hooks.h"
#include "compiler/sema/unit.h"

#include <string.h>

#define PUT(...) nt_str_printf(g->out, __VA_ARGS__)

void add_leaves(struct generator *g, const struct leaf *leaves)
{
    for (; leaves && leaves->text; leaves++)
        add_leaf(g, leaves->text, leaves->kind, leaves->of);
}

void add_packet_leaves(struct generator *g)
{
    add_leaves(g, packet_leaves);
    if (chance(g->c, 6))
        add_leaves(g, tunnel_leaves);
    for (uint32_t i = 0; i < g->nof_packets; i++)
        add_leaf(g, g->of_packets[i].text, g->of_packets[i].kind, g->of_packets[i].of);
}

/* Of packets or of a socket. */
void put_own_event(struct generator *g)
{
    bool of_packets = pick(g->c, 3);

    PUT("event e0 {\n    from %s\n",
        of_packets ? "raw_tracepoint:kfree_skb(skb, location: ksym, reason: drop_reason)\n"
                     "      or raw_tracepoint:consume_skb(skb, location: ksym)\n"
                     "      or raw_tracepoint:consume_skb(skb)"
                   : "raw_tracepoint:inet_sock_set_state(sk, old = oldstate)");
    if (of_packets && chance(g->c, 2))
        PUT("    where skb.len > %s\n", pick_word(g, "0 60 1500"));
    if (of_packets) {
        PUT("    packet skb at %s\n", pick_word(g, "any network mac data any"));
        if (chance(g->c, 3))
            PUT("    latency since %s\n", pick_word(g, "packet.seen rx"));
    } else {
        PUT("    socket sk\n");
    }
    PUT("    owner = comm\n    length: int = %s\n}\n", of_packets ? "skb.len" : "sk.sk_rcvbuf");
    g->own_event = true;
    g->own_of_packets = of_packets;
}

static void put_use_of_own_event(struct generator *g)
{
    PUT("e0");
    g->has_packet = g->own_of_packets;
    if (g->own_of_packets)
        add_packet_leaves(g);
    else
        add_leaves(g, socket_leaves);
    add_leaf(g, "owner", TEXT, NULL);
    add_leaf(g, "length", NUMBER, NULL);
}

static void put_used_event(struct generator *g)
{
    PUT("used_event");
    g->has_packet = true;
    add_packet_leaves(g);
    add_leaf(g, "used_pages", NUMBER, NULL);
}

static void put_events(struct generator *g)
{
    const struct event *e = g->offers->event[pick(g->c, g->offers->nevents)];
    const struct event *other = g->offers->event[pick(g->c, g->offers->nevents)];

    PUT("%s", e->name);
    g->has_packet = e->has == packet_leaves;
    if (g->has_packet)
        add_packet_leaves(g);
    else
        add_leaves(g, e->has);
    if (chance(g->c, 4) && other != e && other->has == e->has) {
        PUT(", %s", other->name); /* one body for both: what both have */
        return;
    }
    for (size_t i = 0; i < 4 && e->own[i].text; i++)
        add_leaf(g, e->own[i].text, e->own[i].kind, e->own[i].of);
}

static void add_argument(struct generator *g, const struct nt_target *t, const struct nt_harg *arg)
{
    const char *of = NULL;
    enum kind kind;

    if (!is_name(arg->name))
        return;
    if (t->args == NT_ARGS_RECORD)
        kind = arg->size == 0                                                         ? NKINDS
               : arg->size == 1 || arg->size == 2 || arg->size == 4 || arg->size == 8 ? NUMBER
                                                                                      : TEXT;
    else
        kind = kind_of_type(g, arg->type, &of);
    if (kind != NKINDS)
        add_leaf(g, arg->name, kind, of);
}

/* "fd, buf)": of a function without types, in its order. */
static void add_listed_arguments(struct generator *g, const char *list)
{
    while (*list) {
        size_t len = strcspn(list, ",)");

        add_leaf(g, nt_strndup(g->arena, list, len), NUMBER, NULL);
        list += len + strspn(list + len, ",) ");
    }
}

static void put_hook(struct generator *g)
{
    const char *hook = g->offers->hook[pick(g->c, g->offers->nhooks)], *target, *why;
    const struct nt_hook *h = nt_hook_of(hook, &target);
    struct nt_target t;

    PUT("%s", hook);
    if (strncmp(hook, "call:", 5) == 0 || strncmp(hook, "ucall:", 6) == 0) {
        add_leaf(g, "latency", DURATION, NULL);
        add_leaf(g, "after(now)", DURATION, NULL);
    }
    if (strchr(hook, '(')) {
        add_listed_arguments(g, strchr(hook, '(') + 1);
        return;
    }
    if (!h || h->resolve(g->kernel, g->arena, target, &t, &why) < 0)
        return;
    for (uint32_t i = 0; i < t.nargs; i++)
        if (t.args != NT_ARGS_RECORD && strcmp(t.arg[i].name, "skb") == 0)
            g->has_packet = true;
    if (g->has_packet)
        add_packet_leaves(g);
    for (uint32_t i = 0; i < t.nargs; i++)
        add_argument(g, &t, &t.arg[i]);
}

void put_event(struct generator *g)
{
    if (g->own_event && chance(g->c, 2))
        put_use_of_own_event(g);
    else if (g->uses && chance(g->c, 3))
        put_used_event(g);
    else if (pick(g->c, 3) == 2 && g->offers->nhooks)
        put_hook(g);
    else
        put_events(g);
}
