/* What ntrace's scripts of events.sh are measured against: the same, written by hand, as someone
 * who knows BPF writes it. One program for each question:
 *
 *   (none)      on skb_drop { count() by reason }; with -DDST=ADDRESS (a number in network byte
 *               order) only what `where dst == ADDRESS` lets through
 *   -DEMPTY     on skb_drop { }
 *   -DHIST      on skb_drop { hist(len) by src, dst, sport, dport, proto }
 *   -DEMIT      on skb_drop { emit src, dst, sport, dport, proto, len, dev, reason }
 *   -DKSTACK    on skb_drop { count() by kstack } */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct net_device {
    char name[16];
};
struct sk_buff {
    struct net_device *dev;
    unsigned int len;
    __be16 protocol;
    __u16 network_header;
    unsigned char *head;
};
#pragma clang attribute pop

struct packet {
    struct in6_addr src, dst;
    __be16 sport, dport;
    __u32 proto;
};

struct row {
    struct packet packet;
    __u32 len, reason;
    char dev[16];
    __u64 time;
};

static __always_inline int read_v4(const void *at, struct packet *p, __u32 *ret_len)
{
    struct iphdr ip;

    if (bpf_probe_read_kernel(&ip, sizeof(ip), at) < 0)
        return 0;
    p->src.s6_addr32[2] = p->dst.s6_addr32[2] = bpf_htonl(0xffff);
    p->src.s6_addr32[3] = ip.saddr;
    p->dst.s6_addr32[3] = ip.daddr;
    p->proto = ip.protocol;
    *ret_len = ip.ihl * 4;
    return !(ip.frag_off & bpf_htons(0x1fff));
}

static __always_inline int read_v6(const void *at, struct packet *p, __u32 *ret_len)
{
    struct ipv6hdr ip;

    if (bpf_probe_read_kernel(&ip, sizeof(ip), at) < 0)
        return 0;
    p->src = ip.saddr;
    p->dst = ip.daddr;
    p->proto = ip.nexthdr;
    *ret_len = sizeof(ip);
    return 1;
}

static __always_inline int read_packet(struct sk_buff *skb, struct packet *p)
{
    const unsigned char *at = skb->head + skb->network_header;
    __be16 ports[2];
    __u32 len = 0;
    int first = 0;

    __builtin_memset(p, 0, sizeof(*p));
    if (skb->protocol == bpf_htons(ETH_P_IP))
        first = read_v4(at, p, &len);
    else if (skb->protocol == bpf_htons(ETH_P_IPV6))
        first = read_v6(at, p, &len);
    if (!first || (p->proto != IPPROTO_UDP && p->proto != IPPROTO_TCP))
        return first;
    if (bpf_probe_read_kernel(ports, sizeof(ports), at + len) < 0)
        return 0;
    p->sport = ports[0];
    p->dport = ports[1];
    return 1;
}

static __always_inline int is_wanted(struct sk_buff *skb)
{
#if defined(DST)
    struct iphdr ip;

    return skb->protocol == bpf_htons(ETH_P_IP) &&
           bpf_probe_read_kernel(&ip, sizeof(ip), skb->head + skb->network_header) == 0 &&
           ip.daddr == DST;
#else
    return 1;
#endif
}

#if defined(EMPTY)

static __always_inline int answer(struct sk_buff *skb, __u64 *ctx)
{
    return 0;
}

#elif defined(HIST)

struct hist {
    __u64 slot[65];
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
    __uint(max_entries, 10240);
    __type(key, struct packet);
    __type(value, struct hist);
} hists SEC(".maps");

static const struct hist nothing;

static __always_inline __u32 log2(__u64 v)
{
    __u32 n = 0;

    for (int step = 32; step; step /= 2)
        if (v >> step) {
            v >>= step;
            n += step;
        }
    return n + (v != 0);
}

static __always_inline int answer(struct sk_buff *skb, __u64 *ctx)
{
    struct hist *h;
    struct packet p;

    if (!read_packet(skb, &p))
        return 0;
    h = bpf_map_lookup_elem(&hists, &p);
    if (!h) {
        bpf_map_update_elem(&hists, &p, &nothing, BPF_NOEXIST);
        h = bpf_map_lookup_elem(&hists, &p);
    }
    if (h)
        h->slot[log2(skb->len) & 63]++;
    return 0;
}

#elif defined(EMIT)

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 1 << 20);
} rows SEC(".maps");

static __always_inline int answer(struct sk_buff *skb, __u64 *ctx)
{
    struct row *row = bpf_ringbuf_reserve(&rows, sizeof(*row), 0);

    if (!row)
        return 0;
    read_packet(skb, &row->packet);
    row->time = bpf_ktime_get_ns();
    row->len = skb->len;
    row->reason = (__u32)ctx[2];
    __builtin_memset(row->dev, 0, sizeof(row->dev));
    if (skb->dev)
        bpf_probe_read_kernel(row->dev, sizeof(row->dev), skb->dev->name);
    bpf_ringbuf_submit(row, 0);
    return 0;
}

#else

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
    __uint(max_entries, 10240);
    __type(key, __u64);
    __type(value, __u64);
} counts SEC(".maps");

#if defined(KSTACK)
struct {
    __uint(type, BPF_MAP_TYPE_STACK_TRACE);
    __uint(max_entries, 10240);
    __uint(key_size, sizeof(__u32));
    __uint(value_size, 127 * sizeof(__u64));
} stacks SEC(".maps");
#endif

static __always_inline int answer(struct sk_buff *skb, __u64 *ctx)
{
#if defined(KSTACK)
    __u64 key = bpf_get_stackid(ctx, &stacks, 0);
#else
    __u64 key = (__u32)ctx[2]; /* of skb, location, reason */
#endif
    __u64 one = 1, *n;

    n = bpf_map_lookup_elem(&counts, &key);
    if (n)
        ++*n;
    else
        bpf_map_update_elem(&counts, &key, &one, BPF_NOEXIST);
    return 0;
}

#endif

SEC("tp_btf/kfree_skb")
int by_hand(__u64 *ctx)
{
    struct sk_buff *skb = (struct sk_buff *)ctx[0];

    return is_wanted(skb) ? answer(skb, ctx) : 0;
}

char _license[] SEC("license") = "GPL";
