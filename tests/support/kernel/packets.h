/* Packets. A part of kernel.c. */
#pragma once

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
