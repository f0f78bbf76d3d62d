/* Declarations, and the names that bodies then have. */
#include "tests/random/gen.h"

#include <string.h>

#define PUT(...) nt_str_printf(g->out, __VA_ARGS__)

void put_params(struct generator *g)
{
    static const struct {
        const char *text, *name;
        enum kind kind;
        bool is_set;
    } params[] = {
        {"param p_int: int = 7", "p_int", NUMBER, false},
        {"param p_uint: uint = 0xffffffffffffffff", "p_uint", NUMBER, false},
        {"param p_time: duration = 5ms", "p_time", DURATION, false},
        {"param p_flag: bool", "p_flag", TRUTH, false},
        {"param p_ip: ip = 10.0.0.2", "p_ip", ADDRESS, false},
        {"param p_text: string = \"eth0\"", "p_text", TEXT, false},
        {"param p_nets: {cidr} = {10.0.0.0/8, fd00::/8}", "p_nets", ADDRESS, true},
        {"param p_ports: {port} = {22, 80}", "p_ports", PORT, true},
        {"param p_names: {ifname} = {\"eth*\", \"lo\"}", "p_names", TEXT, true},
        {"param p_numbers: {int} = {1, -1, 7}", "p_numbers", NUMBER, true},
    };

    for (size_t i = 0; i < sizeof(params) / sizeof(*params); i++) {
        if (!chance(g->c, 5))
            continue;
        PUT("%s\n", params[i].text);
        if (!params[i].is_set)
            add_leaf(g, nt_sprintf(g->arena, "$%s", params[i].name), params[i].kind, NULL);
        else if (g->nsets < 4)
            g->set[g->nsets++] = (struct set){params[i].name, params[i].kind};
    }
    if (!g->pure && chance(g->c, 6)) {
        PUT("param p_mode: fast | slow = fast\n");
        add_leaf(g, "($p_mode == slow)", TRUTH, NULL);
    }
    if (!g->pure && chance(g->c, 6)) {
        PUT("param p_any: {ip} = any\n");
        add_leaf(g, "exists($p_any)", TRUTH, NULL);
        g->has_any = true;
    }
}

/* used.nt has one of each. */
static void put_use(struct generator *g)
{
    PUT("use \"" NTRACE_USED "\"\n");
    g->uses = true;
    add_leaf(g, "USED_PAGE", NUMBER, NULL);
    add_leaf(g, "used_twice(cpu)", NUMBER, NULL);
    add_leaf(g, "(cpu as used_size)", ENUM, "small large");
    add_leaf(g, "used_size_of(cpu)", ENUM, "small large");
    add_leaf(g, "(tid as used_wish)", FLAGS, "fast cheap");
    g->of_packets[g->nof_packets++] = (struct leaf){"used_left", NUMBER, NULL};
}

void put_declarations(struct generator *g)
{
    if (!g->pure && chance(g->c, 6))
        put_use(g);
    if (chance(g->c, 4)) {
        PUT("const LIMIT = 4096\n");
        add_leaf(g, "LIMIT", NUMBER, NULL);
    }
    if (chance(g->c, 4)) {
        PUT("enum colour { red, green = 5, blue }\n");
        add_leaf(g, "(cpu as colour)", ENUM, "red green blue");
    }
    if (chance(g->c, 4)) {
        PUT("flags wishes { fast = 1, safe = 2, cheap = 0x8000 }\n");
        add_leaf(g, "(tid as wishes)", FLAGS, "fast safe cheap");
    }
}

static void put_function_body(struct generator *g, enum kind value)
{
    if (value == NKINDS) {
        PUT(") {\n    if ");
        put_condition(g, 2);
        PUT(" { return }\n    count() by (");
        put_value(g, NUMBER, 2);
        PUT(" as int)\n}\n");
    } else if (pick(g->c, 2)) {
        PUT(") {\n    if ");
        put_condition(g, 2);
        PUT(" { return ");
        put_value(g, value, 2);
        PUT(" }\n    return ");
        put_value(g, value, 2);
        PUT("\n}\n");
    } else {
        PUT(") = ");
        put_value(g, value, 3);
        PUT("\n");
    }
}

/* What a function's body has: its parameters, and what every event has. */
void put_functions(struct generator *g)
{
    static const enum kind kinds[] = {NUMBER, DURATION, TRUTH, TEXT, NKINDS};
    uint32_t n = pick(g->c, g->size->functions + 1);

    for (uint32_t i = 0; i < n; i++) {
        struct function f = {pick(g->c, 3), kinds[pick(g->c, 5)]};
        uint32_t leaves = g->nleaves;

        PUT("fn f%u(", i);
        for (uint32_t p = 0; p < f.nparams; p++) {
            PUT("%sa%u", p ? ", " : "", p);
            add_leaf(g, nt_sprintf(g->arena, "a%u", p), NUMBER, NULL);
        }
        put_function_body(g, f.value);
        g->nleaves = leaves;
        g->function[g->nfunctions++] = f;
    }
}

void put_states(struct generator *g)
{
    static const enum kind keys[] = {NUMBER, ADDRESS, TEXT, POINTER};
    static const enum kind values[] = {NUMBER, DURATION, ADDRESS, MAC, TEXT, FLOW};

    g->nstates = pick(g->c, g->size->states + 1);
    for (uint32_t i = 0; i < g->nstates; i++) {
        struct state *s = &g->state[i];

        s->nkeys = pick(g->c, 3);
        for (uint32_t k = 0; k < s->nkeys; k++)
            s->key[k] = keys[pick(g->c, 3)];
        s->value = values[pick(g->c, sizeof(values) / sizeof(*values))];
        if (!chance(g->c, 8))
            PUT("map @s%u: max %u%s\n", i, 1u << pick(g->c, 10),
                !g->pure && chance(g->c, 4) ? ", ttl 5s" : "");
    }
}

/* Each with what packets then have. */
void put_views(struct generator *g)
{
    static const struct {
        const char *text;
        struct leaf has[3];
    } views[] = {
        {"view packet { is_reply = sport < dport }", {{"is_reply", TRUTH, NULL}}},
        {"view packet { hops_left = ip.ttl ?? ip6.hlimit }", {{"hops_left", NUMBER, NULL}}},
        {"view tcp { urgent_ptr: be16 = 18; odd = u8(13) & 1 }",
         {{"tcp.urgent_ptr", NUMBER, NULL}, {"tcp.odd", NUMBER, NULL}}},
        {"view sk_buff { headroom = this.data - this.head }", {{"skb.headroom", NUMBER, NULL}}},
        {"view ports of bytes { sport: port = 0; dport: port = 2; both = be32(0) }",
         {{"((skb.head + skb.transport_header) as ports).dport", PORT, NULL},
          {"((skb.head + skb.transport_header) as ports).both", NUMBER, NULL},
          {"((skb.head + skb.transport_header) as ports)", OPAQUE, NULL}}},
        {"view link of nlattr { address: mac = 1; name: string = 3; mtu: int = 4 }",
         {{"(bytes(skb.data, skb.len, 64) as link).address", MAC, NULL},
          {"(bytes(skb.data, skb.len, 64) as link).name", TEXT, NULL},
          {"(bytes(skb.data, skb.len, 64) as link).mtu", NUMBER, NULL}}},
    };

    for (size_t i = 0; i < sizeof(views) / sizeof(*views); i++) {
        if (!chance(g->c, 12))
            continue;
        PUT("%s\n", views[i].text);
        for (int k = 0; k < 3 && views[i].has[k].text && g->nof_packets < 16; k++)
            g->of_packets[g->nof_packets++] = views[i].has[k];
    }
}
