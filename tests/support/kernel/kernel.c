/* A kernel for compiler tests: the types, tracepoints and functions that the library asks for, by
 * their names in Linux 6.18. Compiled to BTF, never run. What a test needs and is not here is added
 * here or in the parts: members keep their real order and their neighbours, so that layouts look
 * like the real ones. */

typedef _Bool bool;
typedef unsigned char __u8, u8;
typedef unsigned short __u16, u16;
typedef unsigned int __u32, u32;
typedef unsigned long long __u64, u64;
typedef long long s64, ktime_t;
typedef __u16 __be16;
typedef __u32 __be32, __wsum;
typedef unsigned int sk_buff_data_t;
typedef struct {
    int counter;
} atomic_t;
typedef struct {
    s64 counter;
} atomic64_t;
typedef struct {
    atomic_t refs;
} refcount_t;

struct list_head {
    struct list_head *next, *prev;
};
struct hlist_node {
    struct hlist_node *next, **pprev;
};
struct in6_addr {
    union {
        __u8 u6_addr8[16];
        __be16 u6_addr16[8];
        __be32 u6_addr32[4];
    } in6_u;
};

#include "tests/support/kernel/devices.h"
#include "tests/support/kernel/enums.h"
#include "tests/support/kernel/others.h"
#include "tests/support/kernel/packets.h"
#include "tests/support/kernel/sockets.h"

/* ---- tracepoints ---- */

#define TRACEPOINT(name, ...)                                                                      \
    int __traceiter_##name(void *__data, __VA_ARGS__)                                              \
    {                                                                                              \
        return 0;                                                                                  \
    }

TRACEPOINT(kfree_skb, struct sk_buff *skb, void *location, enum skb_drop_reason reason,
           struct sock *rx_sk)
TRACEPOINT(skb_copy_datagram_iovec, const struct sk_buff *skb, int len)
TRACEPOINT(consume_skb, struct sk_buff *skb, void *location)
TRACEPOINT(netif_receive_skb, struct sk_buff *skb)
TRACEPOINT(netif_receive_skb_entry, const struct sk_buff *skb)
TRACEPOINT(netif_rx, struct sk_buff *skb)
TRACEPOINT(napi_gro_receive_entry, const struct sk_buff *skb)
TRACEPOINT(napi_poll, struct napi_struct *napi, int work, int budget)
TRACEPOINT(net_dev_queue, struct sk_buff *skb)
TRACEPOINT(net_dev_start_xmit, const struct sk_buff *skb, const struct net_device *dev)
TRACEPOINT(net_dev_xmit, struct sk_buff *skb, int rc, struct net_device *dev, unsigned int skb_len)
TRACEPOINT(qdisc_enqueue, struct Qdisc *qdisc, const struct netdev_queue *txq, struct sk_buff *skb)
TRACEPOINT(qdisc_dequeue, struct Qdisc *qdisc, const struct netdev_queue *txq, int packets,
           struct sk_buff *skb)
TRACEPOINT(tcp_retransmit_skb, const struct sock *sk, const struct sk_buff *skb, int err)
TRACEPOINT(tcp_retransmit_synack, const struct sock *sk, const struct request_sock *req)
TRACEPOINT(tcp_send_reset, const struct sock *sk, const struct sk_buff *skb__nullable,
           const enum sk_rst_reason reason)
TRACEPOINT(tcp_receive_reset, struct sock *sk)
TRACEPOINT(tcp_destroy_sock, struct sock *sk)
TRACEPOINT(tcp_rcv_space_adjust, struct sock *sk)
TRACEPOINT(tcp_bad_csum, const struct sk_buff *skb)
TRACEPOINT(tcp_probe, struct sock *sk, const struct sk_buff *skb)
TRACEPOINT(inet_sock_set_state, const struct sock *sk, const int oldstate, const int newstate)
TRACEPOINT(icmp_send, const struct sk_buff *skb, int type, int code)
TRACEPOINT(sock_rcvqueue_full, struct sock *sk, struct sk_buff *skb)
TRACEPOINT(sched_switch, bool preempt, struct task_struct *prev, struct task_struct *next,
           unsigned int prev_state)
TRACEPOINT(sched_wakeup, struct task_struct *p)
TRACEPOINT(sched_wakeup_new, struct task_struct *p)
TRACEPOINT(softirq_raise, unsigned int vec_nr)
TRACEPOINT(softirq_entry, unsigned int vec_nr)
TRACEPOINT(softirq_exit, unsigned int vec_nr)
TRACEPOINT(irq_handler_entry, int irq, struct irqaction *action)
TRACEPOINT(irq_handler_exit, int irq, struct irqaction *action, int ret)
TRACEPOINT(sched_process_exec, struct task_struct *p, int old_pid, void *bprm)

/* ---- functions ---- */

#define FUNCTION(type, name, ...)                                                                  \
    type name(__VA_ARGS__)                                                                         \
    {                                                                                              \
        return (type)0;                                                                            \
    }

FUNCTION(int, ip_rcv, struct sk_buff *skb, struct net_device *dev, void *pt,
         struct net_device *orig_dev)
FUNCTION(int, ipv6_rcv, struct sk_buff *skb, struct net_device *dev, void *pt,
         struct net_device *orig_dev)
FUNCTION(int, arp_rcv, struct sk_buff *skb, struct net_device *dev, void *pt,
         struct net_device *orig_dev)
FUNCTION(int, ip_local_deliver, struct sk_buff *skb)
FUNCTION(int, ip_forward, struct sk_buff *skb)
FUNCTION(int, ip_output, struct net *net, struct sock *sk, struct sk_buff *skb)
FUNCTION(int, ip_local_out, struct net *net, struct sock *sk, struct sk_buff *skb)
FUNCTION(int, __ip_local_out, struct net *net, struct sock *sk, struct sk_buff *skb)
FUNCTION(int, __ip6_local_out, struct net *net, struct sock *sk, struct sk_buff *skb)
FUNCTION(int, udpv6_rcv, struct sk_buff *skb)
FUNCTION(int, icmp_rcv, struct sk_buff *skb)
FUNCTION(int, icmpv6_rcv, struct sk_buff *skb)
FUNCTION(void, bpf_prog_inc_misses_counter, void *prog)
FUNCTION(int, tcp_v4_rcv, struct sk_buff *skb)
FUNCTION(int, tcp_v6_rcv, struct sk_buff *skb)
FUNCTION(int, udp_rcv, struct sk_buff *skb)
FUNCTION(int, tcp_sendmsg, struct sock *sk, void *msg, unsigned long size)
FUNCTION(int, tcp_retransmit_skb, struct sock *sk, struct sk_buff *skb, int segs)
FUNCTION(void, tcp_close, struct sock *sk, long timeout)
FUNCTION(int, tcp_connect, struct sock *sk)
FUNCTION(int, __dev_queue_xmit, struct sk_buff *skb, struct net_device *sb_dev)
FUNCTION(struct sk_buff *, dev_hard_start_xmit, struct sk_buff *first, struct net_device *dev,
         struct netdev_queue *txq, int *ret)
FUNCTION(void, sk_skb_reason_drop, struct sock *sk, struct sk_buff *skb,
         enum skb_drop_reason reason)
FUNCTION(int, netlink_unicast, struct sock *ssk, struct sk_buff *skb, u32 portid, int nonblock)
FUNCTION(int, tun_net_xmit, struct sk_buff *skb, struct net_device *dev)
FUNCTION(int, ovs_vport_receive, void *vport, struct sk_buff *skb, void *tun_info)
FUNCTION(void, ovs_dp_process_packet, struct sk_buff *skb, void *key)
FUNCTION(int, ovs_dp_upcall, void *dp, struct sk_buff *skb, const void *key,
         const void *upcall_info, u32 cutlen)
FUNCTION(int, ovs_execute_actions, void *dp, struct sk_buff *skb, const void *acts, void *key)
FUNCTION(int, ovs_flow_key_extract_userspace, struct net *net, const void *attr,
         struct sk_buff *skb, void *key, bool log)
FUNCTION(void, ovs_vport_send, void *vport, struct sk_buff *skb, u8 mac_proto)
FUNCTION(int, nf_conntrack_in, struct sk_buff *skb, const struct nf_hook_state *state)
FUNCTION(int, __nf_conntrack_confirm, struct sk_buff *skb)
FUNCTION(int, nf_hook_slow, struct sk_buff *skb, struct nf_hook_state *state, const void *e,
         unsigned int s)

FUNCTION(int, ovs_flow_cmd_new, struct sk_buff *skb, struct genl_info *info)

/* Of the driver of taps, what leads to their rings. */
struct ptr_ring {
    int producer;
    int producer_lock;
    int consumer_head, consumer_tail;
    int consumer_lock;
    int size, batch;
    void **queue;
};
struct socket {
    int state;
    short type;
    unsigned long flags;
};
struct tun_file {
    struct sock sk;
    struct socket socket;
    struct tun_struct *tun;
    struct ptr_ring tx_ring;
    u16 queue_index;
};
struct tun_struct {
    struct tun_file *tfiles[256];
    unsigned int numqueues, flags;
    struct net_device *dev;
};
struct msghdr {
    void *msg_name;
    int msg_namelen;
    union {
        void *msg_control;
        void *msg_control_user;
    };
};
struct eventfd_ctx {
    int kref;
};
struct vhost_dev {
    struct mm_struct *mm;
    struct vhost_virtqueue **vqs;
    int nvqs;
};
struct vhost_virtqueue {
    struct vhost_dev *dev;
    unsigned int num;
    struct {
        struct eventfd_ctx *ctx;
    } call_ctx;
    void *private_data;
};
FUNCTION(int, tun_recvmsg, struct socket *sock, struct msghdr *m, u64 total_len, int flags)
FUNCTION(void, vhost_add_used_and_signal_n, struct vhost_dev *dev, struct vhost_virtqueue *vq,
         void *heads, unsigned int count)
FUNCTION(void, eventfd_signal_mask, struct eventfd_ctx *ctx, u32 mask)

/* ---- what nothing above takes as an argument ---- */

#define KEEP(name) struct name *keep_##name

KEEP(iphdr);
KEEP(ipv6hdr);
KEEP(tcphdr);
KEEP(inet_sock);
KEEP(inet_connection_sock);
KEEP(tcp_sock);
KEEP(tcp_skb_cb);
KEEP(skb_shared_info);
KEEP(Qdisc_ops);
KEEP(proto);
KEEP(nf_conn);
KEEP(dst_entry);
KEEP(mm_struct);
KEEP(nlmsghdr);
KEEP(nlattr);
KEEP(genl_info);
KEEP(tun_struct);
KEEP(rtnl_link_ops);
int keep_tcp_states = TCP_ESTABLISHED;
enum ovs_drop_reason keep_ovs_drop_reason;
