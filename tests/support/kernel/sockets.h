/* Sockets. A part of kernel.c. */
#pragma once

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
