/* A whole script: declarations, then bodies. */
#include "tests/random/gen.h"

#include <stdlib.h>
#include <string.h>

#define PUT(...) nt_str_printf(g->out, __VA_ARGS__)

/* The verifier's work grows faster than a script: most are small, so that many can be tried. */
static const struct size sizes[] = {
    {6, 36, 8, 2, 1, 2, 3},
    {30, 120, 20, 2, 2, 3, 4},
    {100, 400, 40, 3, 3, 4, 5},
};
enum { SMALL_OF_100 = 85, MEDIUM_OF_100 = 12 };

static const struct leaf builtins[] = {
    {"now", DURATION, NULL}, {"cpu", NUMBER, NULL},    {"pid", NUMBER, NULL},
    {"tid", NUMBER, NULL},   {"thread", NUMBER, NULL}, {"cgroup", NUMBER, NULL},
    {"comm", TEXT, NULL},    {"kstack", STACK, NULL},  {"ustack", STACK, NULL},
};

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
        if (g->has_any && g->has_packet)
            PUT(" %s src in $p_any", pick_word(g, "and or"));
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
    if (chance(g->c, 4))
        add_leaf(g, "nic_counter(\"lo\", \"rx_dropped\")", NUMBER, NULL);
    g->fuel = g->size->ntrace_fuel;
    for (uint32_t i = pick(g->c, 3); i; i--) {
        PUT("%s ", pick(g->c, 2) ? pick_word(g, "begin end") : "every 1s");
        put_ntrace_body(g, 1);
        PUT("\n");
    }
}

static const struct size *pick_size(struct choices *c)
{
    uint32_t of_100 = pick(c, 100);

    return of_100 < SMALL_OF_100                   ? &sizes[0]
           : of_100 < SMALL_OF_100 + MEDIUM_OF_100 ? &sizes[1]
                                                   : &sizes[2];
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
    g->size = pick_size(c);
    g->fuel = g->size->least_fuel;
    g->fuel += (int)pick(c, (uint32_t)(g->size->most_fuel - g->size->least_fuel));
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
    uint32_t n = 1 + pick(c, g->size->bodies);

    put_params(g);
    g->always = g->nleaves;
    for (size_t i = 0; i < sizeof(builtins) / sizeof(*builtins); i++)
        add_leaf(g, builtins[i].text, builtins[i].kind, builtins[i].of);
    put_declarations(g);
    put_views(g);
    if (chance(c, 6))
        put_own_event(g);
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
