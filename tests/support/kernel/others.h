/* Tasks, netfilter and what else the library asks for. A part of kernel.c. */
#pragma once

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
    union {
        struct {
            u8 state;
        } tcp;
    } proto;
};
