/* Expressions. The first alternative of each kind is its simplest: there shrinking ends. */
#include "tests/random/gen.h"

#include <string.h>

#define PUT(...) nt_str_printf(g->out, __VA_ARGS__)

/* -- leaves ----------------------------------------------------------------------------------- */

void add_leaf(struct generator *g, const char *text, enum kind kind, const char *of)
{
    for (uint32_t i = 0; i < g->nleaves; i++)
        if (strcmp(g->leaf[i].text, text) == 0) { /* the new one hides it */
            g->leaf[i] = (struct leaf){text, kind, of};
            return;
        }
    if (g->nleaves < MAX_LEAVES)
        g->leaf[g->nleaves++] = (struct leaf){text, kind, of};
}

const struct leaf *pick_leaf(struct generator *g, enum kind kind)
{
    uint32_t n = 0, chosen;

    for (uint32_t i = 0; i < g->nleaves; i++)
        n += g->leaf[i].kind == kind;
    if (n == 0)
        return NULL;
    chosen = pick(g->c, n);
    for (uint32_t i = 0; i < g->nleaves; i++)
        if (g->leaf[i].kind == kind && chosen-- == 0)
            return &g->leaf[i];
    return NULL;
}

const char *pick_word(struct generator *g, const char *words)
{
    uint32_t n = 1, chosen;
    const char *end;

    for (const char *p = words; *p; p++)
        n += *p == ' ';
    chosen = pick(g->c, n);
    while (chosen--)
        words = strchr(words, ' ') + 1;
    end = strchr(words, ' ');
    return nt_strndup(g->arena, words, end ? (size_t)(end - words) : strlen(words));
}

bool put_leaf(struct generator *g, enum kind kind)
{
    const struct leaf *l = pick_leaf(g, kind);

    if (l)
        PUT("%s", l->text);
    return l != NULL;
}

enum kind pick_kind(struct generator *g)
{
    enum kind kind = (enum kind)pick(g->c, NKINDS);

    if (kind == TRUTH || kind == NUMBER || kind == DURATION || kind == TEXT || kind == ADDRESS)
        return kind;
    if (kind == MAC)
        return kind;
    if (kind == FLOW || kind == OPAQUE)
        return g->in_kernel && !(g->pure && kind == OPAQUE) ? kind : NUMBER;
    for (uint32_t i = 0; i < g->nleaves; i++)
        if (g->leaf[i].kind == kind)
            return kind;
    return NUMBER;
}

/* -- literals --------------------------------------------------------------------------------- */

static void put_number(struct generator *g)
{
    static const char *const edges[] = {
        "1",
        "0",
        "2",
        "7",
        "255",
        "256",
        "1500",
        "65535",
        "65536",
        "0x7fffffff",
        "0x80000000",
        "0xffffffff",
        "0x100000000",
        "0x7fffffffffffffff",
        "0x8000000000000000",
        "0xffffffffffffffff",
        "-1",
        "-128",
        "-65536",
        "(-9223372036854775807 - 1)",
        "64KiB",
        "1_000_000",
        "0b1011",
        "63",
        "64",
    };
    PUT("%s", edges[pick(g->c, sizeof(edges) / sizeof(*edges))]);
}

static void put_duration(struct generator *g)
{
    PUT("%s", pick_word(g, "1ms 1ns 250ns 10us 1.5s 2m 1h 100d 0ns"));
}

static void put_text(struct generator *g)
{
    PUT("\"%s\"", pick_word(g, "eth0 a lo sshd vnet12"));
}

static void put_address(struct generator *g)
{
    PUT("%s", pick_word(g, "10.0.0.2 127.0.0.1 0.0.0.0 255.255.255.255 fe80::1 ::1 ::ffff:10.0.0.1 "
                           "2001:db8::7"));
}

static void put_mac(struct generator *g)
{
    PUT("%s", pick_word(g, "52:54:00:12:34:56 ff:ff:ff:ff:ff:ff 00:00:00:00:00:00"));
}

static void put_literal(struct generator *g, enum kind kind)
{
    switch (kind) {
    case DURATION:
        put_duration(g);
        break;
    case TRUTH:
        PUT("%s", pick_word(g, "true false"));
        break;
    case ADDRESS:
        put_address(g);
        break;
    case MAC:
        put_mac(g);
        break;
    case TEXT:
        put_text(g);
        break;
    case OPAQUE:
        PUT("bytes(0, 8, 8)");
        break;
    case FLOW:
        PUT("flow(10.0.0.1, 10.0.0.2, 6, 1, 2)");
        break;
    default:
        put_number(g);
        break;
    }
}

/* -- what all kinds have ---------------------------------------------------------------------- */

static void put_choice(struct generator *g, enum kind kind, int depth)
{
    PUT("(");
    put_condition(g, depth);
    PUT(" ? ");
    put_value(g, kind, depth);
    PUT(" : ");
    put_value(g, kind, depth);
    PUT(")");
}

static void put_else(struct generator *g, enum kind kind, int depth)
{
    PUT("(");
    put_value(g, kind, depth);
    PUT(" ?? ");
    put_value(g, kind, depth);
    PUT(")");
}

static void put_binary(struct generator *g, enum kind a, const char *ops, enum kind b, int depth)
{
    PUT("(");
    put_value(g, a, depth);
    PUT(" %s ", pick_word(g, ops));
    put_value(g, b, depth);
    PUT(")");
}

void put_state(struct generator *g, uint32_t i, int depth)
{
    PUT("@s%u", i);
    if (!g->state[i].nkeys)
        return;
    PUT("[");
    for (uint32_t k = 0; k < g->state[i].nkeys; k++) {
        if (k)
            PUT(", ");
        put_value(g, g->state[i].key[k], depth);
    }
    PUT("]");
}

static bool put_kept(struct generator *g, enum kind kind, int depth)
{
    uint32_t first = g->nstates ? pick(g->c, g->nstates) : 0;

    for (uint32_t i = 0; i < g->nstates; i++) {
        uint32_t at = (first + i) % g->nstates;

        if (g->state[at].value == kind) {
            put_state(g, at, depth);
            return true;
        }
    }
    return false;
}

static bool put_call(struct generator *g, enum kind kind, int depth)
{
    for (uint32_t i = 0; i < g->nfunctions && g->in_kernel; i++) {
        const struct function *f = &g->function[i];

        if (f->value != kind)
            continue;
        PUT("f%u(", i);
        for (uint32_t p = 0; p < f->nparams; p++) {
            if (p)
                PUT(", ");
            put_value(g, NUMBER, depth);
        }
        PUT(")");
        return true;
    }
    return false;
}

/* -- one kind each ---------------------------------------------------------------------------- */

static void put_cast(struct generator *g, int depth)
{
    static const enum kind kinds[] = {PORT, ENUM, FLAGS, DURATION, TRUTH, POINTER, CODE};
    const struct leaf *l = pick_leaf(g, kinds[pick(g->c, sizeof(kinds) / sizeof(*kinds))]);

    PUT("(");
    if (l)
        PUT("%s", l->text);
    else
        put_value(g, NUMBER, depth);
    PUT(" as %s)", pick_word(g, "int uint"));
}

static bool put_number_of(struct generator *g, int depth)
{
    switch (pick(g->c, 10)) {
    case 8:
        PUT("align(");
        put_value(g, NUMBER, depth);
        PUT(", %s)", pick_word(g, "8 1 4096"));
        return true;
    case 9:
        PUT("sizeof(%s)", pick_word(g, "sk_buff sock net_device"));
        return true;
    case 0:
        put_binary(g, NUMBER, "+ - * / % & | ^ << >>", NUMBER, depth);
        return true;
    case 1:
        if (pick(g->c, 2) && pick_leaf(g, NUMBER)) {
            PUT("-");
            put_leaf(g, NUMBER);
            return true;
        }
        PUT("~(");
        put_value(g, NUMBER, depth);
        PUT(")");
        return true;
    case 2:
        put_cast(g, depth);
        return true;
    case 3:
        put_binary(g, DURATION, "/", DURATION, depth);
        return true;
    case 4:
        PUT("((");
        put_condition(g, depth);
        PUT(") as int)");
        return true;
    default:
        return put_kernel_value(g, NUMBER, depth);
    }
}

static bool put_duration_of(struct generator *g, int depth)
{
    switch (pick(g->c, 4)) {
    case 0:
        put_binary(g, DURATION, "+ - %", DURATION, depth);
        break;
    case 1:
        put_binary(g, DURATION, "* / %", NUMBER, depth);
        break;
    case 2:
        PUT("(");
        put_value(g, NUMBER, depth);
        PUT(" * 1us)");
        break;
    default:
        PUT("(");
        put_value(g, NUMBER, depth);
        PUT(" as duration)");
        break;
    }
    return true;
}

static bool put_address_of(struct generator *g, int depth)
{
    if (!g->in_kernel)
        return false;
    if (pick(g->c, 2))
        return put_kernel_value(g, ADDRESS, depth);
    PUT("ip4(");
    put_value(g, NUMBER, depth);
    PUT(")");
    return true;
}

static bool put_text_of(struct generator *g, int depth)
{
    if (!g->in_kernel || g->pure)
        return false;
    if (pick(g->c, 2))
        return put_kernel_value(g, TEXT, depth);
    if (chance(g->c, 4)) {
        PUT("str(user(");
        put_value(g, NUMBER, depth);
        PUT("), %s)", pick_word(g, "16 7 64"));
        return true;
    }
    PUT("str(");
    put_value(g, pick(g->c, 2) && pick_leaf(g, POINTER) ? POINTER : NUMBER, depth);
    PUT(", %s)", pick_word(g, "16 1 7 8 15 63 64"));
    return true;
}

static bool put_flow_of(struct generator *g, int depth)
{
    enum kind end = pick(g->c, 3) ? ADDRESS : MAC;

    if (!g->in_kernel)
        return false;
    PUT("flow(");
    put_value(g, end, depth);
    PUT(", ");
    put_value(g, end, depth);
    for (int i = 0; i < 3; i++) {
        PUT(", ");
        put_value(g, i && pick_leaf(g, PORT) ? PORT : NUMBER, depth);
    }
    PUT(")");
    return true;
}

static bool put_flags_of(struct generator *g, int depth)
{
    const struct leaf *l = pick_leaf(g, FLAGS);

    (void)depth;
    if (l)
        PUT("(%s %s %s)", l->text, pick_word(g, "& | ^"), pick_word(g, l->of));
    return l != NULL;
}

static bool put_bytes(struct generator *g, int depth)
{
    if (!g->in_kernel || pick(g->c, 2))
        return false;
    PUT("bytes(");
    put_value(g, pick_leaf(g, POINTER) ? POINTER : NUMBER, depth);
    PUT(", ");
    put_value(g, NUMBER, depth);
    PUT(", %s)", pick_word(g, "8 1 64 100"));
    return true;
}

static bool put_ksym(struct generator *g, int depth)
{
    if (!g->in_kernel)
        return false;
    PUT("ksym(");
    put_value(g, NUMBER, depth);
    PUT(")");
    return true;
}

static bool put_own(struct generator *g, enum kind kind, int depth)
{
    switch (kind) {
    case OPAQUE:
        return put_bytes(g, depth);
    case NUMBER:
        return put_number_of(g, depth);
    case DURATION:
        return put_duration_of(g, depth);
    case TRUTH:
        PUT("(");
        put_condition(g, depth);
        PUT(")");
        return true;
    case ADDRESS:
        return put_address_of(g, depth);
    case TEXT:
        return put_text_of(g, depth);
    case FLOW:
        return put_flow_of(g, depth);
    case FLAGS:
        return put_flags_of(g, depth);
    case POINTER:
        return put_kernel_value(g, POINTER, depth);
    case CODE:
        return put_ksym(g, depth);
    default:
        return false;
    }
}

void put_value(struct generator *g, enum kind kind, int depth)
{
    uint32_t way = depth > 0 && g->fuel > 0 ? pick(g->c, 10) : pick(g->c, 2);
    bool mixed = kind == ENUM || kind == POINTER || kind == CODE || kind == STACK || kind == OPAQUE;

    g->fuel--;
    if (way == 0 && !mixed && kind != PORT && kind != FLAGS) {
        put_literal(g, kind);
        return;
    }
    if (way == 6 && !mixed) {
        put_choice(g, kind, depth - 1);
        return;
    }
    if (way == 7 && !mixed) {
        put_else(g, kind, depth - 1);
        return;
    }
    if ((way == 8 && put_kept(g, kind, depth - 1)) || (way == 9 && put_call(g, kind, depth - 1)))
        return;
    if (way >= 3 && put_own(g, kind, depth - 1))
        return;
    if (!put_leaf(g, kind))
        put_literal(g, kind);
}
