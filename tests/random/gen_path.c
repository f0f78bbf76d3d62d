/* Paths of three stages, and bodies on them. */
#include "tests/random/gen_offers.h"

#include <string.h>

#define PUT(...) nt_str_printf(g->out, __VA_ARGS__)

enum { STAGES = 3 };

static void put_stage(struct generator *g, uint32_t i, const char *key)
{
    static const char *const events_of_packets[] = {"rx", "tx", "qdisc_enqueue", "skb_consume",
                                                    "skb_drop"};
    uint32_t leaves = g->nleaves;
    struct leaf *kept = nt_alloc(g->arena, sizeof(g->leaf));

    memcpy(kept, g->leaf, sizeof(g->leaf));
    add_leaves(g, packet_leaves);
    PUT("    s%u: %s", i, events_of_packets[pick(g->c, 5)]);
    if (chance(g->c, 3)) {
        PUT(" where len > ");
        put_value(g, NUMBER, 2);
    }
    if (i && chance(g->c, 3))
        PUT(" key %s", key); /* what an earlier stage is known by */
    if (chance(g->c, 4))
        PUT(" also %s", pick_word(g, "skb head thread flow"));
    PUT("\n");
    memcpy(g->leaf, kept, sizeof(g->leaf));
    g->nleaves = leaves;
}

void put_path(struct generator *g)
{
    const char *key = pick_word(g, "packet skb flow exchange head (src,dst,ip.id)");

    PUT("path w%u%s key %s%s {\n", g->npaths++, chance(g->c, 4) ? " once" : "", key,
        chance(g->c, 3) ? ", mark" : "");
    for (uint32_t i = 0; i < STAGES; i++)
        put_stage(g, i, key);
    PUT("}\n");
}

static void put_path_body(struct generator *g, uint32_t path, const char *when, bool in_kernel)
{
    static const struct leaf stage_leaves[] = {
        {"s0.src", ADDRESS, NULL},
        {"s0.dport", PORT, NULL},
        {"s0.len", NUMBER, NULL},
        {"s0.cpu", NUMBER, NULL},
        {"s1.dev", TEXT, NULL},
        {"s1.hop", DURATION, NULL},
        {"s1.ip.ttl", NUMBER, NULL},
        {"s0.flow", FLOW, NULL},
        {"s2.hop", DURATION, NULL},
        {"s0.comm", TEXT, NULL},
        {"latency", DURATION, NULL},
        {"stage", OPAQUE, NULL},
        {"from", OPAQUE, NULL},
        {"hops", OPAQUE, NULL},
        {"path", OPAQUE, NULL},
        {"joined", NUMBER, NULL},
        {0},
    };
    uint32_t leaves = g->nleaves;
    struct leaf *kept = nt_alloc(g->arena, sizeof(g->leaf));

    memcpy(kept, g->leaf, sizeof(g->leaf));
    PUT("on w%u%s ", path, when);
    if (!in_kernel)
        g->nleaves = g->always;
    g->in_kernel = in_kernel;
    if (in_kernel)
        add_packet_leaves(g);
    add_leaves(g, stage_leaves);
    (in_kernel ? put_body : put_ntrace_body)(g, 1);
    PUT("\n");
    g->in_kernel = true;
    memcpy(g->leaf, kept, sizeof(g->leaf));
    g->nleaves = leaves;
}

void put_path_bodies(struct generator *g, uint32_t path)
{
    put_path_body(g, path, "", true);
    if (chance(g->c, 2))
        put_path_body(g, path, ".done", true);
    if (chance(g->c, 3))
        put_path_body(g, path, ".again", true);
    if (chance(g->c, 3))
        put_path_body(g, path, ".lost 1s", false);
}
