#include "tests/random/gen_offers.h"

#include "compiler/compile.h"
#include "compiler/sema/unit.h"

#include <stdlib.h>

static const char proto_names[] = "tcp udp icmp sctp";
static const char ethertype_names[] = "ip ip6 arp vlan";
static const char tcp_flag_names[] = "syn ack fin rst psh";
static const char state_names[] = "established listen close time_wait";
static const char reason_names[] = "NOT_SPECIFIED NO_SOCKET";

const struct leaf packet_leaves[] = {
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
const struct leaf tunnel_leaves[] = {
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

const struct leaf socket_leaves[] = {
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

static const struct event events[] = {
    {"rx", packet_leaves, {{"latency", DURATION, NULL}}},
    {"tx", packet_leaves, {{"latency", DURATION, NULL}}},
    {"skb_drop",
     packet_leaves,
     {{"latency", DURATION, NULL}, {"location", CODE, NULL}, {"reason", ENUM, reason_names}}},
    {"skb_consume", packet_leaves, {{"latency", DURATION, NULL}}},
    {"packet_seen", packet_leaves, {{0}}},
    {"qdisc_enqueue", packet_leaves, {{"latency", DURATION, NULL}}},
    {"qdisc_dequeue",
     packet_leaves,
     {{"latency", DURATION, NULL}, {"packets", NUMBER, NULL}, {"qdisc", POINTER, "Qdisc"}}},
    {"ip_rcv", packet_leaves, {{"latency", DURATION, NULL}}},
    {"tcp_retransmit", socket_leaves, {{"seq", NUMBER, NULL}, {"skb", POINTER, "sk_buff"}}},
    {"tcp_state",
     socket_leaves,
     {{"oldstate", ENUM, state_names}, {"newstate", ENUM, state_names}}},
    {"tcp_reset", socket_leaves, {{"tcp_header", POINTER, "tcphdr"}, {"skb", POINTER, "sk_buff"}}},
};

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
    "usdt:" NTRACE_CALLED ":nt:point(i, byte, minus, seven)",
    "usdt:" NTRACE_CALLED ":nt:guarded(i)",
    "uprobe:" NTRACE_CALLED ":n*",
    "profile:99hz",
};

enum { NEVENTS = sizeof(events) / sizeof(*events), NHOOKS = sizeof(hooks) / sizeof(*hooks) };
_Static_assert((int)NEVENTS <= (int)MAX_EVENTS && (int)NHOOKS <= (int)MAX_HOOKS, "no room");

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
