/* A kernel for compiler tests: the types, tracepoints and functions that the library asks for, by
 * their names in Linux 6.18. Compiled to BTF, never run. What a test needs and is not here is added
 * here: members keep their real order and their neighbours, so that layouts look like the real
 * ones. */

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

/* ---- namespaces, devices, queues ---- */

struct ns_common {
    u32 ns_type;
    void *stashed;
    const void *ops;
    unsigned int inum;
    refcount_t __ns_ref;
};
struct net {
    refcount_t passive;
    int rules_mod_lock;
    unsigned int dev_base_seq;
    u32 ifindex;
    struct list_head list;
    struct ns_common ns;
    struct net_device *loopback_dev;
};
typedef struct {
    struct net *net;
} possible_net_t;

struct net_device {
    unsigned long priv_flags;
    const void *netdev_ops, *header_ops;
    struct netdev_queue *_tx;
    unsigned int real_num_tx_queues;
    unsigned int gso_max_size, gso_ipv4_max_size;
    unsigned short gso_max_segs;
    short num_tc;
    unsigned int mtu;
    unsigned short needed_headroom;
    unsigned long state;
    unsigned int flags;
    unsigned short hard_header_len;
    u64 features;
    int ifindex;
    unsigned int real_num_rx_queues;
    possible_net_t nd_net;
    char name[16];
    unsigned char operstate;
    unsigned short type;
    unsigned char addr_len;
    const unsigned char *dev_addr;
    unsigned int num_tx_queues;
    const struct rtnl_link_ops *rtnl_link_ops;
};
struct rtnl_link_ops {
    struct list_head list;
    const char *kind;
};
struct netdev_queue {
    struct net_device *dev;
    struct Qdisc *qdisc, *qdisc_sleeping;
    unsigned long tx_maxrate;
    atomic64_t trans_timeout;
    struct net_device *sb_dev;
    unsigned long trans_start, state;
};
struct Qdisc_ops {
    struct Qdisc_ops *next;
    const void *cl_ops;
    char id[16];
    int priv_size;
};
struct qdisc_skb_head {
    struct sk_buff *head, *tail;
    __u32 qlen;
    int lock;
};
struct gnet_stats_queue {
    __u32 qlen, backlog, drops, requeues, overlimits;
};
struct Qdisc {
    int (*enqueue)(struct sk_buff *, struct Qdisc *, struct sk_buff **);
    struct sk_buff *(*dequeue)(struct Qdisc *);
    unsigned int flags;
    u32 limit;
    const struct Qdisc_ops *ops;
    void *stab;
    struct hlist_node hash;
    u32 handle, parent;
    struct netdev_queue *dev_queue;
    struct qdisc_skb_head q;
    struct gnet_stats_queue qstats;
    int owner;
    unsigned long state;
};
struct napi_struct {
    unsigned long state;
    struct list_head poll_list;
    int weight;
    struct net_device *dev;
    unsigned int napi_id;
};

/* ---- packets ---- */

struct sk_buff {
    union {
        struct {
            struct sk_buff *next, *prev;
            union {
                struct net_device *dev;
                unsigned long dev_scratch;
            };
        };
        struct list_head list;
    };
    struct sock *sk;
    union {
        ktime_t tstamp;
        u64 skb_mstamp_ns;
    };
    char cb[48];
    union {
        struct {
            unsigned long _skb_refdst;
            void (*destructor)(struct sk_buff *);
        };
        struct list_head tcp_tsorted_anchor;
        unsigned long _sk_redir;
    };
    unsigned long _nfct;
    unsigned int len, data_len;
    __u16 mac_len, hdr_len, queue_mapping;
    __u8 __cloned_offset[0];
    __u8 cloned : 1, nohdr : 1, fclone : 2, peeked : 1, head_frag : 1, pfmemalloc : 1,
        pp_recycle : 1;
    __u8 active_extensions;
    union {
        struct {
            __u8 __pkt_type_offset[0];
            __u8 pkt_type : 3, ignore_df : 1, dst_pending_confirm : 1, ip_summed : 2, ooo_okay : 1;
            __u8 __mono_tc_offset[0];
            __u8 tstamp_type : 2, tc_at_ingress : 1, tc_skip_classify : 1, remcsum_offload : 1,
                csum_complete_sw : 1, csum_level : 2;
            __u8 inner_protocol_type : 1, l4_hash : 1, sw_hash : 1, no_fcs : 1, encapsulation : 1,
                encap_hdr_csum : 1, csum_valid : 1, nf_trace : 1;
            __u8 redirected : 1, from_ingress : 1, nf_skip_egress : 1, slow_gro : 1, unreadable : 1;
            __u16 tc_index;
            u16 alloc_cpu;
            union {
                __wsum csum;
                struct {
                    __u16 csum_start, csum_offset;
                };
            };
            __u32 priority;
            int skb_iif;
            __u32 hash;
            union {
                u32 vlan_all;
                struct {
                    __be16 vlan_proto;
                    __u16 vlan_tci;
                };
            };
            union {
                unsigned int napi_id, sender_cpu;
            };
            __u32 secmark;
            union {
                __u32 mark, reserved_tailroom;
            };
            union {
                __be16 inner_protocol;
                __u8 inner_ipproto;
            };
            __u16 inner_transport_header, inner_network_header, inner_mac_header;
            __be16 protocol;
            __u16 transport_header, network_header, mac_header;
        };
    };
    sk_buff_data_t tail, end;
    unsigned char *head, *data;
    unsigned int truesize;
    refcount_t users;
    void *extensions;
};
struct skb_shared_info {
    __u8 flags, meta_len, nr_frags, tx_flags;
    unsigned short gso_size, gso_segs;
    struct sk_buff *frag_list;
    ktime_t hwtstamps;
    unsigned int gso_type;
    u32 tskey;
    atomic_t dataref;
};
struct tcp_skb_cb {
    __u32 seq, end_seq;
    union {
        u32 tcp_tw_isn;
        struct {
            u16 tcp_gso_segs, tcp_gso_size;
        };
    };
    __u16 tcp_flags;
    __u8 sacked, ip_dsfield;
    __u8 txstamp_ack : 2, eor : 1, has_rxtstamp : 1, unused : 4;
    __u32 ack_seq;
};

struct dst_entry {
    struct net_device *dev;
    void *ops;
    unsigned long _metrics, expires;
};

/* ---- sockets ---- */

struct proto {
    void (*close)(struct sock *, long);
    char name[32];
};
struct sock_common {
    union {
        __u64 skc_addrpair;
        struct {
            __be32 skc_daddr, skc_rcv_saddr;
        };
    };
    union {
        unsigned int skc_hash;
        __u16 skc_u16hashes[2];
    };
    union {
        __u32 skc_portpair;
        struct {
            __be16 skc_dport;
            __u16 skc_num;
        };
    };
    unsigned short skc_family;
    volatile unsigned char skc_state;
    unsigned char skc_reuse : 4, skc_reuseport : 1, skc_ipv6only : 1, skc_net_refcnt : 1;
    int skc_bound_dev_if;
    struct hlist_node skc_bind_node;
    struct proto *skc_prot;
    possible_net_t skc_net;
    struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
    atomic64_t skc_cookie;
    unsigned long skc_flags;
    struct hlist_node skc_node;
    unsigned short skc_tx_queue_mapping, skc_rx_queue_mapping;
    refcount_t skc_refcnt;
};
struct sk_buff_head {
    struct sk_buff *next, *prev;
    __u32 qlen;
    int lock;
};
struct sock {
    struct sock_common __sk_common;
    atomic_t sk_drops;
    int sk_rcvlowat;
    struct sk_buff_head sk_error_queue, sk_receive_queue;
    struct {
        atomic_t rmem_alloc;
        int len;
        struct sk_buff *head, *tail;
    } sk_backlog;
    int sk_rcvbuf;
    int sk_forward_alloc;
    int sk_err;
    int sk_wmem_queued, sk_sndbuf;
    struct sk_buff_head sk_write_queue;
    u32 sk_pacing_status;
    unsigned long sk_pacing_rate;
    __u32 sk_priority, sk_mark;
    u16 sk_type, sk_protocol;
    u32 sk_ack_backlog, sk_max_ack_backlog;
    void *sk_socket;
};
struct iphdr {
    __u8 ihl : 4, version : 4;
    __u8 tos;
    __be16 tot_len, id, frag_off;
    __u8 ttl, protocol;
    __be16 check;
    __be32 saddr, daddr;
};
struct ipv6hdr {
    __u8 priority : 4, version : 4;
    __u8 flow_lbl[3];
    __be16 payload_len;
    __u8 nexthdr, hop_limit;
    struct in6_addr saddr, daddr;
};
struct tcphdr {
    __be16 source, dest;
    __be32 seq, ack_seq;
    __u16 flags;
    __be16 window, check, urg_ptr;
};
struct inet_sock {
    struct sock sk;
    void *pinet6;
    unsigned long inet_flags;
    __be32 inet_saddr;
    short uc_ttl;
    __be16 inet_sport;
    __u8 tos, min_ttl;
};
struct inet_connection_sock {
    struct inet_sock icsk_inet;
    struct list_head icsk_accept_queue;
    __u32 icsk_rto, icsk_rto_min, icsk_delack_max, icsk_pmtu_cookie;
    const void *icsk_ca_ops;
    __u8 icsk_ca_state : 5, icsk_ca_initialized : 1, icsk_ca_setsockopt : 1, icsk_ca_dst_locked : 1;
    __u8 icsk_retransmits, icsk_pending, icsk_backoff, icsk_syn_retries;
};
struct tcp_sock {
    struct inet_connection_sock inet_conn;
    u32 max_window, rcv_ssthresh, reordering, notsent_lowat;
    u16 gso_segs;
    u16 tcp_header_len;
    u32 snd_ssthresh, prr_out, lost_out, sacked_out;
    u32 rcv_nxt, copied_seq, snd_una, snd_wnd, write_seq, snd_nxt;
    u32 srtt_us, mdev_us, rttvar_us;
    u32 packets_out, retrans_out;
    u32 snd_cwnd, mss_cache, rcv_wnd;
    u64 bytes_received, bytes_sent, bytes_acked, bytes_retrans;
    u32 total_retrans, segs_in, segs_out, delivered;
};
struct request_sock {
    struct sock_common __req_common;
    struct request_sock *dl_next;
    u16 mss;
    u8 num_retrans, syncookie : 1, num_timeout : 7;
};

/* ---- tasks, netfilter ---- */

struct nlmsghdr {
    __u32 nlmsg_len;
    __u16 nlmsg_type, nlmsg_flags;
    __u32 nlmsg_seq, nlmsg_pid;
};
struct genl_info {
    u32 snd_seq, snd_portid;
    const void *family;
    const struct nlmsghdr *nlhdr;
    struct genlmsghdr *genlhdr;
    struct nlattr **attrs;
};
struct nlattr {
    __u16 nla_len, nla_type;
};
struct mm_struct {
    u64 mmap_base, start_code, end_code;
    unsigned long arg_start, arg_end;
};
struct task_struct {
    unsigned int __state;
    void *stack;
    int on_cpu, prio;
    struct mm_struct *mm, *active_mm;
    int pid, tgid;
    struct task_struct *real_parent, *group_leader;
    char comm[16];
};
struct irqaction {
    void *handler, *dev_id;
    struct irqaction *next;
    unsigned int irq, flags;
    const char *name;
};
struct nf_hook_state {
    u8 hook, pf;
    struct net_device *in, *out;
    struct sock *sk;
    struct net *net;
};
union nf_inet_addr {
    __u32 all[4];
    __be32 ip;
    struct in6_addr in6;
};
struct nf_conntrack_tuple {
    struct {
        union nf_inet_addr u3;
        union {
            __be16 all;
        } u;
        u16 l3num;
    } src;
    struct {
        union nf_inet_addr u3;
        union {
            __be16 all;
        } u;
        u8 protonum, dir;
    } dst;
};
struct nf_conntrack_tuple_hash {
    struct hlist_node hnnode;
    struct nf_conntrack_tuple tuple;
};
struct nf_conn {
    struct {
        refcount_t use;
    } ct_general;
    int lock;
    u32 timeout;
    struct {
        u16 id;
        u8 flags, dir;
    } zone;
    struct nf_conntrack_tuple_hash tuplehash[2];
    unsigned long status;
    possible_net_t ct_net;
    u32 mark;
};

/* ---- enums ---- */

enum skb_drop_reason {
    SKB_NOT_DROPPED_YET,
    SKB_CONSUMED,
    SKB_DROP_REASON_NOT_SPECIFIED,
    SKB_DROP_REASON_NO_SOCKET,
    SKB_DROP_REASON_SOCKET_CLOSE,
    SKB_DROP_REASON_SOCKET_FILTER,
    SKB_DROP_REASON_SOCKET_RCVBUFF,
    SKB_DROP_REASON_PKT_TOO_SMALL = 9,
    SKB_DROP_REASON_TCP_CSUM,
    SKB_DROP_REASON_UDP_CSUM,
    SKB_DROP_REASON_NETFILTER_DROP,
    SKB_DROP_REASON_OTHERHOST,
    SKB_DROP_REASON_IP_CSUM,
    SKB_DROP_REASON_IP_INHDR,
    SKB_DROP_REASON_IP_NOPROTO = 19,
    SKB_DROP_REASON_SOCKET_BACKLOG = 29,
    SKB_DROP_REASON_TCP_FLAGS,
    SKB_DROP_REASON_TCP_OLD_DATA = 33,
    SKB_DROP_REASON_TCP_CLOSE = 47,
    SKB_DROP_REASON_IP_OUTNOROUTES = 54,
    SKB_DROP_REASON_QDISC_DROP = 64,
    SKB_DROP_REASON_UNHANDLED_PROTO = 74,
    SKB_DROP_REASON_IP_INNOROUTES = 88,
    SKB_DROP_REASON_DUP_FRAG = 94,
    SKB_DROP_REASON_MAX = 128,
};
enum ovs_drop_reason {
    __OVS_DROP_REASON = 3 << 16,
    OVS_DROP_LAST_ACTION,
    OVS_DROP_ACTION_ERROR,
    OVS_DROP_EXPLICIT,
};
enum sk_rst_reason {
    SK_RST_REASON_NOT_SPECIFIED,
    SK_RST_REASON_NO_SOCKET,
    SK_RST_REASON_TCP_INVALID_ACK_SEQUENCE,
    SK_RST_REASON_TCP_RFC7323_PAWS,
    SK_RST_REASON_TCP_TOO_OLD_ACK,
    SK_RST_REASON_TCP_ABORT_ON_CLOSE = 15,
};
enum {
    TCP_ESTABLISHED = 1,
    TCP_SYN_SENT,
    TCP_SYN_RECV,
    TCP_FIN_WAIT1,
    TCP_FIN_WAIT2,
    TCP_TIME_WAIT,
    TCP_CLOSE,
    TCP_CLOSE_WAIT,
    TCP_LAST_ACK,
    TCP_LISTEN,
    TCP_CLOSING,
    TCP_NEW_SYN_RECV,
};

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
};
struct tun_struct {
    struct tun_file *tfiles[256];
    unsigned int numqueues, flags;
};

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
