/* What `on skb_drop { count() by reason }` is measured against: the same, written by hand, as
 * someone who knows BPF writes it. With -DDST=ADDRESS (a number in network byte order) it counts
 * only what `where dst == ADDRESS` lets through. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct sk_buff {
    __be16 protocol;
    __u16 network_header;
    unsigned char *head;
} __attribute__((preserve_access_index));

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
    __uint(max_entries, 10240);
    __type(key, __u64);
    __type(value, __u64);
} counts SEC(".maps");

#ifdef DST
static __always_inline int is_wanted(struct sk_buff *skb)
{
    struct iphdr ip;

    if (skb->protocol != bpf_htons(ETH_P_IP))
        return 0;
    if (bpf_probe_read_kernel(&ip, sizeof(ip), skb->head + skb->network_header) < 0)
        return 0;
    return ip.daddr == DST;
}
#else
#define is_wanted(skb) 1
#endif

SEC("tp_btf/kfree_skb")
int by_hand(__u64 *ctx)
{
    __u64 key = (__u32)ctx[2], one = 1, *n; /* of skb, location, reason */

    if (!is_wanted((struct sk_buff *)ctx[0]))
        return 0;
    n = bpf_map_lookup_elem(&counts, &key);
    if (n)
        ++*n;
    else
        bpf_map_update_elem(&counts, &key, &one, BPF_NOEXIST);
    return 0;
}

char _license[] SEC("license") = "GPL";
