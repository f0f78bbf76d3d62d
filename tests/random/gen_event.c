/* What a body can stand on, and the names that it then has. */
#include "tests/random/gen.h"

#include "compiler/catalog/hooks.h"
#include "compiler/compile.h"
#include "compiler/sema/unit.h"

#include <stdlib.h>
#include <string.h>

#define PUT(...) nt_str_printf(g->out, __VA_ARGS__)

static const char proto_names[] = "tcp udp icmp sctp";
static const char ethertype_names[] = "ip ip6 arp vlan";
static const char tcp_flag_names[] = "syn ack fin rst psh";
static const char state_names[] = "established listen close time_wait";
static const char reason_names[] = "NOT_SPECIFIED NO_SOCKET";

static const struct leaf packet_leaves[] = {
    {"src", ADDRESS, NULL},
    {"dst", ADDRESS, NULL},
    {"ip.src", ADDRESS, NULL},
    {"ip6.dst", ADDRESS, NULL},
    {"arp.spa", ADDRESS, NULL},
    {"sport", PORT, NULL},
    {"dport", PORT, NULL},
    {"tcp.sport", PORT, NULL},
    {"udp.dport", PORT, NULL},
    {"sctp.dport", PORT, NULL},
    {"len", NUMBER, NULL},
    {"vlan_id", NUMBER, NULL},
    {"ifindex", NUMBER, NULL},
    {"netns", NUMBER, NULL},
    {"mark", NUMBER, NULL},
    {"queue", NUMBER, NULL},
    {"gso_size", NUMBER, NULL},
    {"gso_type", NUMBER, NULL},
    {"gso_segs", NUMBER, NULL},
    {"ip.ttl", NUMBER, NULL},
    {"ip.id", NUMBER, NULL},
    {"ip.hlen", NUMBER, NULL},
    {"ip.tos", NUMBER, NULL},
    {"ip.frag_offset", NUMBER, NULL},
    {"ip6.label", NUMBER, NULL},
    {"ip6.hlimit", NUMBER, NULL},
    {"vlan.id", NUMBER, NULL},
    {"vlan.pcp", NUMBER, NULL},
    {"tcp.seq", NUMBER, NULL},
    {"tcp.ack", NUMBER, NULL},
    {"tcp.window", NUMBER, NULL},
    {"tcp.hlen", NUMBER, NULL},
    {"udp.len", NUMBER, NULL},
    {"icmp.id", NUMBER, NULL},
    {"icmp6.seq", NUMBER, NULL},
    {"sctp.vtag", NUMBER, NULL},
    {"ip.df", TRUTH, NULL},
    {"ip.more_fragments", TRUTH, NULL},
    {"eth", TRUTH, NULL},
    {"vlan", TRUTH, NULL},
    {"ip", TRUTH, NULL},
    {"ip6", TRUTH, NULL},
    {"arp", TRUTH, NULL},
    {"tcp", TRUTH, NULL},
    {"udp", TRUTH, NULL},
    {"icmp6", TRUTH, NULL},
    {"sctp", TRUTH, NULL},
    {"is_group(eth.dst)", TRUTH, NULL},
    {"tcp.flags", FLAGS, tcp_flag_names},
    {"proto", ENUM, proto_names},
    {"ip.proto", ENUM, proto_names},
    {"ip6.proto", ENUM, proto_names},
    {"eth.type", ENUM, ethertype_names},
    {"vlan.type", ENUM, ethertype_names},
    {"arp.op", ENUM, "request reply"},
    {"icmp.type", ENUM, "echo echo_reply unreachable"},
    {"icmp6.type", ENUM, "echo packet_too_big"},
    {"eth.src", MAC, NULL},
    {"eth.dst", MAC, NULL},
    {"arp.sha", MAC, NULL},
    {"dev", TEXT, NULL},
    {"flow", FLOW, NULL},
    {"skb", POINTER, "sk_buff"},
    {"packet", OPAQUE, NULL},
    {"exchange", OPAQUE, NULL},
    {"head", OPAQUE, NULL},
    {"vlan_id2", NUMBER, NULL},
    {"vlan2.id", NUMBER, NULL},
    {"container_of(skb.dev.dev, net_device, dev).ifindex", NUMBER, NULL},
    {"chosen", TRUTH, NULL},
    {0},
};

/* They multiply the verifier's work: few bodies have them. */
static const struct leaf tunnel_leaves[] = {
    {"vxlan.vni", NUMBER, NULL},
    {"geneve.vni", NUMBER, NULL},
    {"gre.key", NUMBER, NULL},
    {"inner.ip.ttl", NUMBER, NULL},
    {"inner.tcp.seq", NUMBER, NULL},
    {"inner.src", ADDRESS, NULL},
    {"inner.dst", ADDRESS, NULL},
    {"inner.dport", PORT, NULL},
    {"inner.eth.src", MAC, NULL},
    {"inner.udp", TRUTH, NULL},
    {"vxlan", TRUTH, NULL},
    {"inner.flow", FLOW, NULL},
    {"inner.tcp.flags", FLAGS, tcp_flag_names},
    {0},
};

static const struct leaf socket_leaves[] = {
    {"laddr", ADDRESS, NULL},
    {"raddr", ADDRESS, NULL},
    {"lport", PORT, NULL},
    {"rport", PORT, NULL},
    {"family", NUMBER, NULL},
    {"state", ENUM, state_names},
    {"srtt", DURATION, NULL},
    {"sk", POINTER, "sock"},
    {"ip6(sk.__sk_common.skc_v6_daddr)", ADDRESS, NULL},
    {0},
};

/* Declared events: what they have beside packet and socket. */
static const struct event {
    const char *name;
    const struct leaf *has[2];
    struct leaf own[4];
} events[] = {
    {"rx", {packet_leaves}, {{"latency", DURATION, NULL}}},
    {"tx", {packet_leaves}, {{"latency", DURATION, NULL}}},
    {"skb_drop",
     {packet_leaves},
     {{"latency", DURATION, NULL}, {"location", CODE, NULL}, {"reason", ENUM, reason_names}}},
    {"skb_consume", {packet_leaves}, {{"latency", DURATION, NULL}}},
    {"packet_seen", {packet_leaves}, {{0}}},
    {"qdisc_enqueue", {packet_leaves}, {{"latency", DURATION, NULL}}},
    {"qdisc_dequeue",
     {packet_leaves},
     {{"latency", DURATION, NULL}, {"packets", NUMBER, NULL}, {"qdisc", POINTER, "Qdisc"}}},
    {"ip_rcv", {packet_leaves}, {{"latency", DURATION, NULL}}},
    {"tcp_retransmit", {socket_leaves}, {{"seq", NUMBER, NULL}, {"skb", POINTER, "sk_buff"}}},
    {"tcp_state",
     {socket_leaves},
     {{"oldstate", ENUM, state_names}, {"newstate", ENUM, state_names}}},
    {"tcp_reset",
     {socket_leaves},
     {{"tcp_header", POINTER, "tcphdr"}, {"skb", POINTER, "sk_buff"}}},
};

/* Hooks of the kernel itself, those that are there. */
static const char *const hooks[] = {
    "raw_tracepoint:kfree_skb",
    "raw_tracepoint:consume_skb",
    "raw_tracepoint:netif_receive_skb",
    "raw_tracepoint:netif_rx",
    "raw_tracepoint:net_dev_queue",
    "raw_tracepoint:net_dev_xmit",
    "raw_tracepoint:net_dev_start_xmit",
    "raw_tracepoint:napi_poll",
    "raw_tracepoint:napi_gro_receive_entry",
    "raw_tracepoint:qdisc_dequeue",
    "raw_tracepoint:qdisc_enqueue",
    "raw_tracepoint:sock_rcvqueue_full",
    "raw_tracepoint:sock_exceed_buf_limit",
    "raw_tracepoint:inet_sock_set_state",
    "raw_tracepoint:tcp_retransmit_skb",
    "raw_tracepoint:tcp_send_reset",
    "raw_tracepoint:tcp_receive_reset",
    "raw_tracepoint:tcp_probe",
    "raw_tracepoint:tcp_rcv_space_adjust",
    "raw_tracepoint:udp_fail_queue_rcv_skb",
    "raw_tracepoint:fib_table_lookup",
    "raw_tracepoint:neigh_update",
    "raw_tracepoint:br_fdb_update",
    "raw_tracepoint:sched_switch",
    "raw_tracepoint:sched_wakeup",
    "raw_tracepoint:sched_process_exit",
    "raw_tracepoint:sched_process_exec",
    "raw_tracepoint:sched_migrate_task",
    "raw_tracepoint:softirq_entry",
    "raw_tracepoint:irq_handler_entry",
    "raw_tracepoint:timer_start",
    "raw_tracepoint:hrtimer_start",
    "raw_tracepoint:workqueue_queue_work",
    "raw_tracepoint:sys_enter",
    "raw_tracepoint:sys_exit",
    "raw_tracepoint:block_rq_issue",
    "raw_tracepoint:kmem_cache_alloc",
    "raw_tracepoint:mm_page_alloc",
    "raw_tracepoint:signal_generate",
    "raw_tracepoint:task_newtask",
    "raw_tracepoint:xdp_exception",
    "raw_tracepoint:page_pool_release",
    "tracepoint:skb:kfree_skb",
    "tracepoint:skb:consume_skb",
    "tracepoint:net:netif_receive_skb",
    "tracepoint:net:net_dev_start_xmit",
    "tracepoint:net:net_dev_queue",
    "tracepoint:net:napi_gro_receive_entry",
    "tracepoint:sock:inet_sock_set_state",
    "tracepoint:tcp:tcp_probe",
    "tracepoint:tcp:tcp_retransmit_skb",
    "tracepoint:fib:fib_table_lookup",
    "tracepoint:neigh:neigh_update",
    "tracepoint:qdisc:qdisc_dequeue",
    "tracepoint:sched:sched_switch",
    "tracepoint:sched:sched_wakeup",
    "tracepoint:sched:sched_process_fork",
    "tracepoint:task:task_rename",
    "tracepoint:irq:softirq_entry",
    "tracepoint:raw_syscalls:sys_enter",
    "tracepoint:block:block_rq_issue",
    "fn:ip_rcv",
    "fn:ip_local_deliver",
    "fn:tcp_v4_rcv",
    "fn:udp_rcv",
    "fn:dev_hard_start_xmit",
    "kprobe:tcp_v4_rcv",
    "kprobe:tcp_sendmsg",
    "kprobe:icmp_rcv",
    "fentry:ip_rcv",
    "fentry:tcp_recvmsg",
    "fentry:ip_output",
    "kretprobe:tcp_v4_rcv",
    "fexit:ip_rcv",
    "call:tcp_v4_rcv",
    "call:ip_rcv",
    "call:__dev_queue_xmit",
    "call:tcp_sendmsg",
    "call:kfree_skbmem",
    "fn:ip_rcv*(skb)",
    "kprobe:tcp_v4_*",
    "uprobe:libc:malloc(size)",
    "uretprobe:libc:malloc",
    "ucall:libc:getaddrinfo(node, service)",
    "ucall:libc:read(fd, buf, count)",
    "profile:99hz",
};

enum { NEVENTS = sizeof(events) / sizeof(*events), NHOOKS = sizeof(hooks) / sizeof(*hooks) };

struct offers {
    const struct nt_kernel *kernel;
    const struct event *event[NEVENTS];
    const char *hook[NHOOKS];
    uint32_t nevents, nhooks;
};

static bool compiles(const struct nt_kernel *kernel, const char *name)
{
    struct nt_cx *cx = nt_cx_new();
    NT_STR_AUTO text = {0};
    struct nt_unit *u;
    bool ok;

    cx->kernel = kernel;
    nt_str_printf(&text, "on %s { count() }", name);
    ok =
        nt_compile_to(cx, nt_source_add(cx, "try", text.at, (uint32_t)text.len), "layout", &u) == 0;
    nt_cx_free(&cx);
    return ok;
}

struct offers *offers_new(const struct nt_kernel *kernel)
{
    struct offers *o = calloc(1, sizeof(*o));

    if (!o)
        abort();
    o->kernel = kernel;
    for (size_t i = 0; i < NEVENTS; i++)
        if (compiles(kernel, events[i].name))
            o->event[o->nevents++] = &events[i];
    for (size_t i = 0; i < NHOOKS; i++)
        if (compiles(kernel, hooks[i]))
            o->hook[o->nhooks++] = hooks[i];
    return o;
}

void offers_free(struct offers **offers)
{
    free(*offers);
    *offers = NULL;
}

const struct nt_kernel *offers_kernel(const struct offers *o)
{
    return o->kernel;
}

void offers_each_event(const struct offers *o, void (*each)(const char *name, void *arg), void *arg)
{
    for (uint32_t i = 0; i < o->nevents; i++)
        each(o->event[i]->name, arg);
}

static void add_leaves(struct generator *g, const struct leaf *leaves)
{
    for (; leaves && leaves->text; leaves++)
        add_leaf(g, leaves->text, leaves->kind, leaves->of);
}

static void add_packet_leaves(struct generator *g)
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

static void put_events(struct generator *g)
{
    const struct event *e = g->offers->event[pick(g->c, g->offers->nevents)];
    const struct event *other = g->offers->event[pick(g->c, g->offers->nevents)];

    PUT("%s", e->name);
    g->has_packet = e->has[0] == packet_leaves;
    if (g->has_packet)
        add_packet_leaves(g);
    else
        add_leaves(g, e->has[0]);
    if (chance(g->c, 4) && other != e && other->has[0] == e->has[0]) {
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
    else if (pick(g->c, 3) == 2 && g->offers->nhooks)
        put_hook(g);
    else
        put_events(g);
}

/* -- paths ------------------------------------------------------------------------------------ */

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
