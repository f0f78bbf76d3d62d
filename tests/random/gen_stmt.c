/* Statements and bodies. */
#include "tests/random/gen.h"

#include <string.h>

#define PUT(...) nt_str_printf(g->out, __VA_ARGS__)

static void indent(struct generator *g, int depth)
{
    PUT("%*s", depth * 4, "");
}

static void put_let(struct generator *g, int depth)
{
    enum kind kind = pick_kind(g);
    const char *name = nt_sprintf(g->arena, "v%u", g->nnames++), *of = NULL;

    if (kind == ENUM || kind == FLAGS || kind == POINTER) { /* their names go with them */
        const struct leaf *l = pick_leaf(g, kind);

        PUT("let %s = %s", name, l->text);
        of = l->of;
    } else {
        PUT("let %s = ", name);
        put_value(g, kind, depth);
    }
    add_leaf(g, name, kind, of);
}

static void put_columns(struct generator *g, uint32_t most, int depth)
{
    uint32_t n = 1 + pick(g->c, most);

    for (uint32_t i = 0; i < n; i++) {
        PUT("%sc%u = ", i ? ", " : "", g->nnames++);
        put_value(g, pick_kind(g), depth);
    }
}

static void put_emit(struct generator *g, int depth)
{
    PUT("emit ");
    put_columns(g, 6, depth);
}

static void put_printf(struct generator *g, int depth)
{
    static const char *const of_numbers[] = {"%d", "%5u", "%#x", "%-8X", "%08o", "%c", "%p", "%ld"};
    uint32_t n = pick(g->c, 4);
    enum kind kind[4];

    PUT("printf(\"row");
    for (uint32_t i = 0; i < n; i++) {
        kind[i] = pick_kind(g);
        if (kind[i] == NUMBER && chance(g->c, 2))
            PUT(" %s", of_numbers[pick(g->c, sizeof(of_numbers) / sizeof(*of_numbers))]);
        else
            PUT(" %s", pick_word(g, "%s %-16s %8.3s"));
    }
    PUT("\\n\"");
    for (uint32_t i = 0; i < n; i++) {
        PUT(", ");
        put_value(g, kind[i], depth);
    }
    PUT(")");
}

/* What is behind the first argument of those that have more. */
static const struct {
    const char *name, *rest;
} aggregations[] = {
    {"sum", ""},
    {"avg", ""},
    {"min", ""},
    {"max", ""},
    {"stats", ""},
    {"hist", ""},
    {"quantiles", ""},
    {"rate", ""},
    {"lhist", ", 0, 1000, 10"},
    {"lhist", ", -100, 900, 7"},
    {"buckets", ", 64, 512, 2048"},
};

static void put_aggregation(struct generator *g, int depth)
{
    uint32_t i = pick(g->c, sizeof(aggregations) / sizeof(*aggregations) + 3);
    uint32_t of = pick(g->c, 4);

    if (i == 0) {
        PUT("count()");
    } else if (i == 1) {
        PUT("rate()");
    } else if (i == 2) {
        PUT("distinct(");
        put_value(g, pick_kind(g), depth);
        PUT(")");
    } else {
        const char *rest = aggregations[i - 3].rest;

        PUT("%s(", aggregations[i - 3].name);
        if (of == 3)
            put_condition(g, depth);
        else
            put_value(g, of == 2 && !*rest ? DURATION : NUMBER, depth);
        PUT("%s)", rest);
    }
}

static void put_table(struct generator *g, int depth)
{
    uint32_t n = 1 + pick(g->c, 3);

    if (g->in_kernel && pick(g->c, 3) && g->ntables < MAX_TABLES)
        PUT("t%u = ", g->ntables++);
    for (uint32_t i = 0; i < n; i++) {
        PUT("%s", i ? ", " : "");
        put_aggregation(g, depth);
    }
    if (!pick(g->c, 4))
        return;
    PUT(" by ");
    put_columns(g, 3, depth);
    if (!chance(g->c, 8)) /* tables of the usual size take a while to make */
        PUT(" max %u", 1u << pick(g->c, 10));
}

static bool put_keep(struct generator *g, int depth)
{
    uint32_t i = g->nstates ? pick(g->c, g->nstates) : 0;
    const char *ops = "=";

    if (!g->nstates)
        return false;
    if (pick(g->c, 4) == 3) {
        PUT("delete ");
        put_state(g, i, depth);
        return true;
    }
    if (g->state[i].value == NUMBER)
        ops = "= += -= *= |= <<=";
    else if (g->state[i].value == DURATION)
        ops = "= += -=";
    put_state(g, i, depth);
    PUT(" %s ", pick_word(g, ops));
    put_value(g, g->state[i].value, depth);
    return true;
}

void put_guard(struct generator *g)
{
    uint32_t n = pick(g->c, 5);

    if (n == 1 || n == 3)
        PUT(" sample %s", pick_word(g, "1/2 1/64 3/4"));
    if (n == 2 || n == 3) {
        PUT(" limit %s", pick_word(g, "100/s 1/10s 5/100ms"));
        if (pick(g->c, 2)) {
            PUT(" by ");
            put_value(g, pick_kind(g), 1);
        }
    }
}

static void put_branch(struct generator *g, int depth)
{
    PUT("if ");
    put_condition(g, 3);
    if (g->in_kernel && !g->pure && chance(g->c, 4))
        put_guard(g);
    PUT(" ");
    put_body(g, depth + 1);
    if (chance(g->c, 2)) {
        PUT(" else ");
        if (chance(g->c, 3))
            put_branch(g, depth);
        else
            put_body(g, depth + 1);
    }
}

static void put_loop(struct generator *g, int depth)
{
    const char *name = nt_sprintf(g->arena, "v%u", g->nnames++);
    uint32_t leaves = g->nleaves;

    if (chance(g->c, 12)) { /* the verifier walks each turn: many of little */
        PUT("for %s in 0..30 { if tid >> %s & 1 == 1 { count() by c%u = ", name, name, g->nnames++);
        add_leaf(g, name, NUMBER, NULL);
        put_value(g, NUMBER, 1);
        PUT(" max 32 } }");
        g->nleaves = leaves;
        return;
    }
    PUT("for %s in %s ", name, pick_word(g, "0..1 1..3 -2..2"));
    add_leaf(g, name, NUMBER, NULL);
    put_body(g, depth + 1);
    g->nleaves = leaves;
}

static bool put_call_of_statements(struct generator *g)
{
    if (g->uses && chance(g->c, 2)) {
        PUT("used_count(");
        put_value(g, NUMBER, 2);
        PUT(")");
        return true;
    }
    for (uint32_t i = 0; i < g->nfunctions; i++) {
        if (g->function[i].value != NKINDS)
            continue;
        PUT("f%u(", i);
        for (uint32_t p = 0; p < g->function[i].nparams; p++) {
            PUT("%s", p ? ", " : "");
            put_value(g, NUMBER, 2);
        }
        PUT(")");
        return true;
    }
    return false;
}

static void put_statement(struct generator *g, int depth)
{
    switch (pick(g->c, 11)) {
    case 9:
        if (depth < 4 && chance(g->c, 3)) {
            put_loop(g, depth);
            break;
        }
        put_table(g, 2);
        break;
    case 10:
        if (!put_call_of_statements(g))
            put_table(g, 2);
        break;
    case 1:
    case 2:
        put_let(g, 3);
        break;
    case 3:
        put_emit(g, 3);
        break;
    case 4:
        put_printf(g, 3);
        break;
    case 5:
        if (depth < 5) {
            put_branch(g, depth);
            break;
        }
        put_table(g, 2);
        break;
    case 6:
        if (put_keep(g, 3))
            break;
        put_table(g, 3);
        break;
    case 7:
        if (depth > 1 && chance(g->c, 3)) {
            PUT("return");
            break;
        }
        put_table(g, 3);
        break;
    case 0:
        if (g->has_packet && chance(g->c, 8))
            PUT("%s", pick_word(g, "capture capture(64)"));
        else
            PUT("count()");
        break;
    default:
        put_table(g, 3);
        break;
    }
}

/* Behind the opening bracket's line: statements until fuel or luck ends. */
static void put_statements(struct generator *g, int depth,
                           void (*put)(struct generator *g, int depth))
{
    uint32_t leaves = g->nleaves, n = 1 + pick(g->c, g->size->statements);
    struct leaf *kept = nt_alloc(g->arena, sizeof(g->leaf));

    memcpy(kept, g->leaf, sizeof(g->leaf));
    for (uint32_t i = 0; i < n; i++) {
        indent(g, depth);
        put(g, depth);
        PUT("\n");
        if (g->fuel <= 0)
            break;
    }
    memcpy(g->leaf, kept, sizeof(g->leaf));
    g->nleaves = leaves;
    indent(g, depth - 1);
    PUT("}");
}

void put_body(struct generator *g, int depth)
{
    PUT("{\n");
    put_statements(g, depth, put_statement);
}

/* -- bodies that run in ntrace ---------------------------------------------------------------- */

static void put_ntrace_statement(struct generator *g, int depth);

static void put_ntrace_branch(struct generator *g, int depth)
{
    PUT("if ");
    put_condition(g, 2);
    PUT(" {\n");
    put_statements(g, depth + 1, put_ntrace_statement);
    if (chance(g->c, 2)) {
        PUT(" else {\n");
        put_statements(g, depth + 1, put_ntrace_statement);
    }
}

static void put_print(struct generator *g)
{
    const char *what = pick_word(g, "print clear");
    uint32_t table = g->ntables ? pick(g->c, g->ntables + 1) : 0;

    PUT("%s", what);
    if (table)
        PUT(" t%u", table - 1);
    if (table && strcmp(what, "print") == 0 && chance(g->c, 3))
        PUT(" top 5");
}

static void put_ntrace_statement(struct generator *g, int depth)
{
    switch (pick(g->c, 8)) {
    case 7:
        put_table(g, 2);
        break;
    case 1:
        put_let(g, 2);
        break;
    case 2:
        put_emit(g, 2);
        break;
    case 3:
        put_printf(g, 2);
        break;
    case 4:
        if (depth < 4) {
            put_ntrace_branch(g, depth);
            break;
        }
        put_print(g);
        break;
    case 5:
        PUT("exit(");
        put_value(g, NUMBER, 1);
        PUT(")");
        break;
    default:
        put_print(g);
        break;
    }
}

void put_ntrace_body(struct generator *g, int depth)
{
    PUT("{\n");
    put_statements(g, depth, put_ntrace_statement);
}
