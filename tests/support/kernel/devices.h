/* Namespaces, devices, queues. A part of kernel.c. */
#pragma once

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
