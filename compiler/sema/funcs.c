#include "compiler/sema/funcs.h"

#include <string.h>

const struct nt_builtin nt_builtins[] = {
    {"now", NT_E_NOW, &nt_type_duration, 1, true, "time since boot (CLOCK_MONOTONIC)"},
    {"cpu", NT_E_CPU, &nt_type_int, 0, false, "number of the CPU"},
    {"pid", NT_E_PID, &nt_type_int, 0, false, "process id of the running task"},
    {"tid", NT_E_TID, &nt_type_int, 0, false, "thread id of the running task"},
    {"comm", NT_E_COMM, &nt_type_string, 1, false, "name of the running task"},
    {"thread", NT_E_THREAD, &nt_type_uint, 0, false,
     "the running task, a key that tid 0 shares not"},
    {"cgroup", NT_E_CGROUP, &nt_type_uint, 0, false, "cgroup v2 id of the running task"},
    {"kstack", NT_E_KSTACK, &nt_type_stack, 3, false, "the kernel's stack"},
    {"ustack", NT_E_USTACK, &nt_type_stack, 3, false, "the user stack of the running task"},
    {0},
};

const struct nt_builtin *nt_builtin_find(const char *name)
{
    for (const struct nt_builtin *b = nt_builtins; b->name; b++)
        if (strcmp(b->name, name) == 0)
            return b;
    return NULL;
}

static struct nt_expr *arg(struct nt_scope *s, const struct nt_node *call, uint32_t i,
                           const struct nt_type *want)
{
    struct nt_expr *e = nt_decay(s->u, nt_value(s, call->kid[i], want));

    return want ? nt_fit(s, e, want) : e;
}

static struct nt_expr *make_exists(struct nt_scope *s, const struct nt_node *call)
{
    struct nt_param *p = nt_param_of(s->u, call->kid[0]);
    struct nt_scope lacking = *s;
    struct nt_expr *e;

    if (p) {
        p->used = true;
        return nt_const(s->u, &nt_type_bool, call->span, !p->any);
    }
    lacking.may_lack = true;
    e = arg(&lacking, call, 0, NULL);
    if (e->type->kind == NT_KIND_ERROR || e->op == NT_E_SCOPE)
        return e; /* a header's scope says by itself whether it is there */
    if (!e->maybe || e->op == NT_E_ABSENT)
        return nt_const(s->u, &nt_type_bool, call->span, !e->maybe);
    e = nt_expr_with(s->u, NT_E_EXISTS, &nt_type_bool, call->span, 1, e);
    e->maybe = false;
    return e;
}

static struct nt_expr *make_only(struct nt_scope *s, const struct nt_node *call)
{
    struct nt_expr *x = arg(s, call, 0, NULL), *c = nt_condition(s, call->kid[1]);

    if (!c || x->type->kind == NT_KIND_ERROR || nt_is_true(c))
        return x;
    return nt_cond(s->u, c, x, nt_absent(s->u, x->type, call->span), call->span);
}

static struct nt_expr *make_ip4(struct nt_scope *s, const struct nt_node *call)
{
    struct nt_expr *e = arg(s, call, 0, &nt_type_int);

    return nt_expr_with(s->u, NT_E_IP4, &nt_type_ip, call->span, 1, e);
}

/* Of the address of 16 bytes: a struct in6_addr. */
static struct nt_expr *make_ip6(struct nt_scope *s, const struct nt_node *call)
{
    struct nt_expr *p = nt_value(s, call->kid[0], NULL), *e;

    if (p->type->kind == NT_KIND_ERROR)
        return p;
    if (p->op == NT_E_ABSENT)
        return nt_absent(s->u, &nt_type_ip, call->span);
    if (p->op != NT_E_ADDR) {
        nt_error(s->u->cx, call->kid[0]->span, NT_ARGUMENTS,
                 "ip6() takes an address of 16 bytes, such as a struct in6_addr");
        return nt_broken(s->u, call->span);
    }
    e = nt_expr_with(s->u, NT_E_BYTES16, &nt_type_ip, call->span, 1, p->kid[0]);
    e->offset = p->offset;
    e->direct = e->direct_base = p->direct;
    e->user = p->user;
    e->maybe = true;
    return e;
}

static struct nt_expr *make_str(struct nt_scope *s, const struct nt_node *call)
{
    struct nt_expr *p = nt_value(s, call->kid[0], NULL), *e;
    uint64_t n = NT_MAX_WORDS * 8;

    if (call->nkids > 1 && !nt_constant(s, call->kid[1], &n))
        return nt_broken(s->u, call->span);
    if (p->type->kind == NT_KIND_ERROR)
        return p;
    if (n < 1 || n > NT_MAX_WORDS * 8 || !nt_is_number(p->type)) {
        nt_error(s->u->cx, call->span, NT_ARGUMENTS, "str(p, n) takes an address and 1 to %u bytes",
                 NT_MAX_WORDS * 8u);
        return nt_broken(s->u, call->span);
    }
    if (p->op == NT_E_ADDR)
        p = nt_number_of(s->u, p);
    e = nt_expr_with(s->u, NT_E_STRING, nt_type_new_string(s->u->cx->arena, (uint8_t)((n + 7) / 8)),
                     call->span, 1, p);
    e->size = (uint8_t)n;
    e->user = p->user;
    e->maybe = true;
    e->cost = 2;
    return e;
}

static struct nt_expr *make_flow(struct nt_scope *s, const struct nt_node *call)
{
    struct nt_expr *src = arg(s, call, 0, NULL), *dst = arg(s, call, 1, NULL);
    struct nt_expr *proto = arg(s, call, 2, NULL);
    struct nt_expr *sport = arg(s, call, 3, NULL), *dport = arg(s, call, 4, NULL), *e;

    if ((src->type->kind != NT_KIND_IP && src->type->kind != NT_KIND_MAC) ||
        src->type->kind != dst->type->kind) {
        if (src->type->kind != NT_KIND_ERROR && dst->type->kind != NT_KIND_ERROR)
            nt_error(s->u->cx, call->span, NT_ARGUMENTS,
                     "a flow is made of two addresses of a kind");
        return nt_broken(s->u, call->span);
    }
    e = nt_expr_with(s->u, NT_E_FLOW, &nt_type_flow, call->span, 5, src, dst, proto, sport, dport);
    e->maybe = src->maybe || dst->maybe; /* without ports it is one still */
    return e;
}

/* Of the packet, or of the one within it: what has to be parsed for it. */
static struct nt_expr *of_packet(struct nt_scope *s, struct nt_expr *e, uint16_t layers)
{
    e->inner = s->inner;
    e->maybe = layers || s->inner;
    e->layers |= s->inner ? nt_inner_layers(layers) : layers;
    e->cost = s->inner ? 2 : e->cost;
    return e;
}

static struct nt_expr *make_frame_len(struct nt_scope *s, const struct nt_node *call)
{
    if (!s->handler || !s->handler->packet) {
        nt_error(s->u->cx, call->span, NT_PLACE, "there is no packet here");
        return nt_broken(s->u, call->span);
    }
    return of_packet(s, nt_expr_new(s->u, NT_E_FRAMELEN, &nt_type_bytes, call->span),
                     nt_is_at_transport(s) ? NT_LAYER_L3 : 0);
}

/* IPv6 names its transport in the last extension header. */
static struct nt_expr *make_l4_proto(struct nt_scope *s, const struct nt_node *call)
{
    struct nt_expr *e = nt_expr_new(s->u, NT_E_L4PROTO, &nt_type_int, call->span);

    e->cost = 1;
    return of_packet(s, e, NT_LAYER_L3 | NT_LAYER_UPPER);
}

static struct nt_expr *identity(struct nt_scope *s, const struct nt_node *call, enum nt_eop op,
                                const struct nt_type *type, struct nt_expr *kid)
{
    struct nt_expr *e = kid ? nt_expr_with(s->u, op, type, call->span, 1, kid)
                            : nt_expr_new(s->u, op, type, call->span);

    e->cost = 2;
    return of_packet(s, e, NT_LAYER_L3 | NT_LAYER_UPPER | NT_LAYER_L4);
}

static struct nt_expr *make_packet_id(struct nt_scope *s, const struct nt_node *call)
{
    struct nt_scope whole = *s;

    whole.inner = false; /* the skb says how both are cut */
    return identity(s, call, NT_E_IDENTITY, &nt_type_packet, arg(&whole, call, 0, &nt_type_int));
}

static struct nt_expr *make_exchange_id(struct nt_scope *s, const struct nt_node *call)
{
    return identity(s, call, NT_E_EXCHANGE, &nt_type_exchange, NULL);
}

static struct nt_expr *make_buffer(struct nt_scope *s, const struct nt_node *call)
{
    return nt_retyped(s->u, arg(s, call, 0, &nt_type_uint), &nt_type_buffer);
}

static struct nt_expr *make_is_group(struct nt_scope *s, const struct nt_node *call)
{
    struct nt_expr *mac = nt_retyped(s->u, arg(s, call, 0, &nt_type_mac), &nt_type_uint);
    struct nt_expr *bit = nt_arith(
        s->u, NT_X_AND, mac, nt_const(s->u, &nt_type_uint, call->span, 1ull << 40), call->span);

    return nt_expr_with(s->u, NT_E_TRUTH, &nt_type_bool, call->span, 1, bit);
}

static struct nt_expr *make_ksym(struct nt_scope *s, const struct nt_node *call)
{
    return nt_retyped(s->u, arg(s, call, 0, &nt_type_uint), &nt_type_ksym);
}

static struct nt_expr *make_after(struct nt_scope *s, const struct nt_node *call)
{
    struct nt_expr *e;

    if (!s->bound || !s->bound->back) {
        nt_hint(
            nt_error(s->u->cx, call->span, NT_PLACE, "after() is of calls: no other event returns"),
            "`on call:NAME` is from a function's entry to its return");
        return nt_broken(s->u, call->span);
    }
    e = arg(s, call, 0, NULL);
    e = nt_expr_with(s->u, NT_E_AFTER, e->type, call->span, 1, e);
    e->maybe = true;
    return e;
}

static struct nt_expr *make_nic_counter(struct nt_scope *s, const struct nt_node *call)
{
    struct nt_expr *dev = arg(s, call, 0, &nt_type_ifname);
    struct nt_expr *name = arg(s, call, 1, &nt_type_string), *e;

    if (s->bound) {
        nt_error(s->u->cx, call->span, NT_PLACE,
                 "nic_counter() is known in bodies of every, begin and end: they run in ntrace");
        return nt_broken(s->u, call->span);
    }
    e = nt_expr_with(s->u, NT_E_NIC, &nt_type_uint, call->span, 2, dev, name);
    e->maybe = true;
    return e;
}

const struct nt_func nt_funcs[] = {
    {"exists", "x", 1, 1, make_exists, "is x there? Also of a parameter: has it a value?"},
    {"only", "x, condition", 2, 2, make_only, "x where the condition holds, absent elsewhere"},
    {"ip4", "n", 1, 1, make_ip4, "the IPv4 address of a number, such as an __be32 of the kernel"},
    {"ip6", "p", 1, 1, make_ip6, "the IPv6 address in 16 bytes of kernel memory"},
    {"str", "p, n", 1, 2, make_str, "text at p, up to n bytes (64)"},
    {"flow", "src, dst, proto, sport, dport", 5, 5, make_flow, "a flow of its parts"},
    {"ksym", "p", 1, 1, make_ksym, "the kernel's symbol at an address"},
    {"is_group", "mac", 1, 1, make_is_group, "is it a multicast or broadcast address?"},
    {"frame_len", "", 0, 0, make_frame_len, "length of the packet from its Ethernet header on"},
    {"l4_proto", "", 0, 0, make_l4_proto, "the packet's transport protocol, by number"},
    {"packet_id", "segment", 1, 1, make_packet_id,
     "what the packet is recognised by; segment: bytes of each datagram that UDP cuts it into, or "
     "0"},
    {"exchange_id", "", 0, 0, make_exchange_id, "the same for a request and its reply"},
    {"buffer", "p", 1, 1, make_buffer, "the buffer of a packet at an address"},
    {"after", "e", 1, 1, make_after, "e as it is when the call returns"},
    {"user", "p", 1, 1, nt_make_user, "p as an address in the running process's memory"},
    {"bytes", "p, n, max", 3, 3, nt_make_bytes, "n bytes at p, of which at most max are kept"},
    {"container_of", "p, type, member", 3, 3, nt_make_container_of,
     "the struct whose member p points to"},
    {"sizeof", "type", 1, 1, nt_make_sizeof, "size of a kernel struct, bytes"},
    {"align", "n, to", 2, 2, nt_make_align, "n rounded up to a multiple of to, a power of two"},
    {"nic_counter", "dev, name", 2, 2, make_nic_counter,
     "a counter of a network device, as ip -s link and ethtool -S name it"},
    {0},
};

const struct nt_func *nt_func_find(const char *name)
{
    for (const struct nt_func *f = nt_funcs; f->name; f++)
        if (strcmp(f->name, name) == 0)
            return f;
    return NULL;
}
