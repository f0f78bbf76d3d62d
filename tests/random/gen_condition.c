/* Conditions, and what stands in them. */
#include "tests/random/gen.h"

#include <string.h>

#define PUT(...) nt_str_printf(g->out, __VA_ARGS__)

static void put_set(struct generator *g, const char *words)
{
    uint32_t n = 1 + pick(g->c, 6);

    PUT("{");
    for (uint32_t i = 0; i < n; i++)
        PUT("%s%s", i ? ", " : "", pick_word(g, words));
    PUT("}");
}

/* Of a parameter that is a set. */
static bool put_param_set(struct generator *g, enum kind kind)
{
    for (uint32_t i = 0; i < g->nsets; i++)
        if (g->set[i].kind == kind) {
            PUT("$%s", g->set[i].name);
            return true;
        }
    return false;
}

static void put_membership(struct generator *g, int depth)
{
    static const struct {
        enum kind kind;
        const char *set, *range;
    } sets[] = {
        {NUMBER, "1 0 2 255 65535 0x100000000", "0..7"},
        {DURATION, "1ms 0ns 5us", "1us..1s"},
        {ADDRESS, "10.0.0.0/8 10.0.0.2 fe80::/10 2001:db8::/32 ::1 0.0.0.0/0 192.168.0.0/16", NULL},
        {TEXT, "\"eth0\" \"e*\" \"vnet*\" \"*\" \"kworke*\"", NULL},
        {MAC, "52:54:00:12:34:56 ff:ff:ff:ff:ff:ff", NULL},
        {PORT, "80 443 0 65535", "1..1023"},
    };
    uint32_t i = pick(g->c, sizeof(sets) / sizeof(*sets));

    /* Bodies that run in ntrace know neither networks nor patterns. */
    if ((sets[i].kind == PORT && !pick_leaf(g, PORT)) ||
        (!g->in_kernel && (sets[i].kind == ADDRESS || sets[i].kind == TEXT)))
        i = 0;
    put_value(g, sets[i].kind, depth);
    PUT(" %sin ", chance(g->c, 3) ? "not " : "");
    if (chance(g->c, 4) && put_param_set(g, sets[i].kind))
        return;
    if (sets[i].range && chance(g->c, 2))
        PUT("%s", sets[i].range);
    else
        put_set(g, sets[i].set);
}

static bool put_named(struct generator *g)
{
    const struct leaf *l = pick_leaf(g, pick(g->c, 2) ? FLAGS : ENUM);

    if (!l)
        return false;
    if (l->kind == FLAGS)
        PUT("%s & (%s | %s) %s %s", l->text, pick_word(g, l->of), pick_word(g, l->of),
            pick_word(g, "== !="), pick_word(g, l->of));
    else if (pick(g->c, 2))
        PUT("%s in {%s, %s}", l->text, pick_word(g, l->of), pick_word(g, l->of));
    else
        PUT("%s %s %s", l->text, pick_word(g, "== !="), pick_word(g, l->of));
    return true;
}

static bool put_pointer_test(struct generator *g, int depth)
{
    if (!pick_leaf(g, POINTER))
        return false;
    put_value(g, POINTER, depth);
    PUT(" %s 0", pick_word(g, "!= =="));
    return true;
}

static bool put_in_state(struct generator *g, int depth)
{
    for (uint32_t i = 0; i < g->nstates && g->in_kernel; i++)
        if (g->state[i].nkeys == 1) {
            put_value(g, g->state[i].key[0], depth);
            PUT(" in @s%u", i);
            return true;
        }
    return false;
}

static void put_comparison(struct generator *g, int depth)
{
    static const struct {
        enum kind kind;
        const char *ops;
    } kinds[] = {
        {NUMBER, "== != < <= > >="},
        {DURATION, "> < == >="},
        {ADDRESS, "== !="},
        {TEXT, "== !="},
        {MAC, "== !="},
        {FLOW, "== !="},
    };
    uint32_t i = pick(g->c, sizeof(kinds) / sizeof(*kinds) - !g->in_kernel); /* FLOW is the last */

    put_value(g, kinds[i].kind, depth);
    PUT(" %s ", pick_word(g, kinds[i].ops));
    put_value(g, kinds[i].kind, depth);
}

static void put_exists(struct generator *g, int depth)
{
    PUT("exists(");
    put_value(g, pick_kind(g), depth);
    PUT(")");
}

/* In brackets: what stands around it is not known here. */
void put_condition(struct generator *g, int depth)
{
    uint32_t way = depth > 0 && g->fuel > 0 ? pick(g->c, 12) : pick(g->c, 3);

    g->fuel--;
    if (way == 1 && put_leaf(g, TRUTH))
        return;
    if (way == 2 && put_leaf(g, NUMBER))
        return;
    PUT("(");
    if (way == 3 || way == 4) {
        put_condition(g, depth - 1);
        PUT(way == 3 ? " and " : " or ");
        put_condition(g, depth - 1);
    } else if (way == 5) {
        PUT("not ");
        put_condition(g, depth - 1);
    } else if (way == 6) {
        put_membership(g, depth - 1);
    } else if (way == 7 && g->in_kernel) {
        put_exists(g, depth - 1);
    } else if ((way != 8 || !put_named(g)) && (way != 9 || !put_pointer_test(g, depth - 1)) &&
               (way != 10 || !put_in_state(g, depth - 1))) {
        put_comparison(g, depth - 1);
    }
    PUT(")");
}
