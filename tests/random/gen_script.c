/* A whole script: declarations, then bodies. */
#include "tests/random/gen.h"

#include <stdlib.h>
#include <string.h>

#define PUT(...) nt_str_printf(g->out, __VA_ARGS__)

enum { LEAST_FUEL = 40, MOST_FUEL = 600 };

static const struct leaf builtins[] = {
    {"now", DURATION, NULL}, {"cpu", NUMBER, NULL},    {"pid", NUMBER, NULL},
    {"tid", NUMBER, NULL},   {"thread", NUMBER, NULL}, {"cgroup", NUMBER, NULL},
    {"comm", TEXT, NULL},    {"kstack", STACK, NULL},  {"ustack", STACK, NULL},
};

static void put_params(struct generator *g)
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
}

static void put_declarations(struct generator *g)
{
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
static void put_functions(struct generator *g)
{
    static const enum kind kinds[] = {NUMBER, DURATION, TRUTH, TEXT, NKINDS};
    uint32_t n = pick(g->c, MAX_FUNCTIONS + 1);

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

static void put_states(struct generator *g)
{
    static const enum kind keys[] = {NUMBER, ADDRESS, TEXT, POINTER};
    static const enum kind values[] = {NUMBER, DURATION, ADDRESS, MAC, TEXT, FLOW};

    g->nstates = pick(g->c, MAX_STATES + 1);
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

/* Something has to be kept in each: in the first body. */
static void put_first_use(struct generator *g)
{
    for (uint32_t i = 0; i < g->nstates; i++) {
        PUT("    ");
        put_state(g, i, 0);
        PUT(" = ");
        put_value(g, g->state[i].value, 0);
        PUT("\n");
    }
}

static void put_handler(struct generator *g, bool first)
{
    uint32_t leaves = g->nleaves;
    struct leaf *kept = nt_alloc(g->arena, sizeof(g->leaf));

    memcpy(kept, g->leaf, sizeof(g->leaf));
    g->has_packet = false;
    PUT("on ");
    put_event(g);
    if (!first && chance(g->c, 2)) {
        PUT(" where ");
        put_condition(g, 4);
    }
    if (!first && chance(g->c, 4))
        put_guard(g);
    PUT(" ");
    if (first && g->nstates) {
        PUT("{\n");
        put_first_use(g);
        PUT("}\n");
    } else {
        put_body(g, 1);
        PUT("\n");
    }
    memcpy(g->leaf, kept, sizeof(g->leaf));
    g->nleaves = leaves;
}

static void put_ntrace_bodies(struct generator *g)
{
    g->in_kernel = false;
    g->nleaves = g->always; /* parameters */
    add_leaf(g, "now", DURATION, NULL);
    g->fuel += LEAST_FUEL;
    for (uint32_t i = pick(g->c, 3); i; i--) {
        PUT("%s ", pick(g->c, 2) ? pick_word(g, "begin end") : "every 1s");
        put_ntrace_body(g, 1);
        PUT("\n");
    }
}

static struct generator *open_generator(struct choices *c, const struct offers *offers,
                                        struct nt_str *out)
{
    struct generator *g = calloc(1, sizeof(*g));

    if (!g)
        abort();
    *g = (struct generator){.c = c,
                            .offers = offers,
                            .kernel = offers_kernel(offers),
                            .arena = nt_arena_new(),
                            .out = out,
                            .in_kernel = true};
    g->fuel = LEAST_FUEL + (int)(pick(c, 8) * pick(c, 8)) * (MOST_FUEL - LEAST_FUEL) / 49;
    return g;
}

static void close_generator(struct generator *g)
{
    nt_arena_free(&g->arena);
    free(g);
}

void generate_script(struct choices *c, const struct offers *offers, struct nt_str *out)
{
    struct generator *g = open_generator(c, offers, out);
    uint32_t n = 1 + pick(c, 3);

    put_params(g);
    g->always = g->nleaves;
    for (size_t i = 0; i < sizeof(builtins) / sizeof(*builtins); i++)
        add_leaf(g, builtins[i].text, builtins[i].kind, builtins[i].of);
    put_declarations(g);
    put_functions(g);
    put_states(g);
    if (chance(c, 4))
        put_path(g);
    for (uint32_t i = 0; i < n + (g->nstates > 0); i++)
        put_handler(g, i == 0);
    if (g->npaths)
        put_path_bodies(g, 0);
    put_ntrace_bodies(g);
    close_generator(g);
}

void generate_pure_script(struct choices *c, const struct offers *offers, const char *event,
                          const struct pure_argument *args, struct nt_str *out)
{
    static const enum kind kinds[] = {
        [PURE_NUMBER] = NUMBER, [PURE_DURATION] = DURATION, [PURE_MAC] = MAC, [PURE_PORT] = PORT};
    struct generator *g = open_generator(c, offers, out);

    g->pure = true;
    put_params(g);
    put_functions(g);
    put_states(g);
    for (; args->text; args++)
        add_leaf(g, args->text, kinds[args->kind], NULL);
    PUT("on %s {\n", event);
    if (g->nstates)
        put_first_use(g);
    PUT("    if true ");
    put_body(g, 2);
    PUT("\n}\n");
    close_generator(g);
}
