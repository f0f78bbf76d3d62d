/* What a packet is recognised by: a number made of its own headers, the same wherever it is seen.
 * Checksums, TTL, DSCP and lengths of IP stay out, since they change on the way. Not made of the
 * skb either, so a copy, an upcall and another host's packet give the same number. */
#include "compiler/bpf/packet.h"
#include "compiler/bpf/rt.h"

enum { DNS = 53, SYN = 2, ACK = 16 };
enum { ECHO_REPLY = 0, ECHO = 8, ECHO6 = 128, ECHO6_REPLY = 129 };

static inline u64 mix(u64 h, u64 word)
{
    h = (h ^ word) * 0x9e3779b97f4a7c15ull;
    return h ^ h >> 29;
}

/* Two words of a buffer of 8 that are aligned to 4 only. */
static inline u64 pair(const u8 *at)
{
    const u32 *w = (const u32 *)at;

    return w[0] | (u64)w[1] << 32;
}

static inline u64 mix_address(u64 h, const u8 *l3, u64 have, u32 v4, u32 v6)
{
    if (have & NT_HAVE_IP6)
        return mix(mix(h, *(const u64 *)(l3 + v6)), *(const u64 *)(l3 + v6 + 8));
    return mix(h, *(const u32 *)(l3 + v4));
}

/* Of a datagram that stands for several, the length of the first. */
static inline u64 udp_length(const u8 *l4, u32 segment)
{
    u32 len = be16(l4 + 4);

    return segment && len > segment + 8 ? segment + 8 : len;
}

static inline u64 mix_transport(u64 h, const u8 *l4, u64 have, u32 segment)
{
    const u32 *w = (const u32 *)l4;

    if (have & (NT_HAVE_ICMP | NT_HAVE_ICMP6)) /* type, code; id and seq */
        return mix(h, (w[0] & 0xffff) | (u64)w[1] << 32);
    if (have & NT_HAVE_UDP)
        return mix(h, w[0] | udp_length(l4, segment) << 32);
    if (have & NT_HAVE_TCP)
        return mix(mix(h, w[0]), pair(l4 + 4));
    return have & NT_HAVE_SCTP ? mix(h, pair(l4)) : h;
}

/* Of ARP: operation, sender, target. segment: bytes that UDP puts in each datagram when this one
 * is cut, or 0. */
u64 nt_packet_identity(const u8 *l3, u64 l3_have, u64 upper, const u8 *l4, u64 l4_have,
                       u32 segment);
u64 nt_packet_identity(const u8 *l3, u64 l3_have, u64 upper, const u8 *l4, u64 l4_have, u32 segment)
{
    const u32 *w = (const u32 *)l3;
    u64 h = NT_UPPER_PROTO(upper), fragment = NT_UPPER_ID(upper);

    if (l3_have & NT_HAVE_ARP)
        return mix(mix(mix(1, be16(l3 + 6)), pair(l3 + 8)), w[4] | (u64)w[6] << 32);
    if (l3_have & NT_HAVE_IP)
        fragment = (u64)be16(l3 + 4) << 16 | (be16(l3 + 6) & 0x1fff);
    h = mix_address(mix(h, fragment), l3, l3_have, 12, 8);
    h = mix_address(h, l3, l3_have, 16, 24);
    return mix_transport(h, l4, l4_have, segment);
}

/* Which exchange of those that its two ends have: 0, if it can't be told. A SYN's is its sequence
 * number, which the SYN-ACK acknowledges. */
static inline u64 exchange_of(const u8 *l4, u64 have, u64 upper, u64 head, u32 tail)
{
    u32 end = NT_UPPER_OFF(upper) + 10;
    u8 flags = l4[13] & (SYN | ACK);
    u8 id[2];

    if (have & NT_HAVE_TCP && flags & SYN)
        return (1ull << 32) | (flags & ACK ? be32(l4 + 8) - 1 : be32(l4 + 4));
    if ((have & NT_HAVE_ICMP && (l4[0] == ECHO || l4[0] == ECHO_REPLY)) ||
        (have & NT_HAVE_ICMP6 && (l4[0] == ECHO6 || l4[0] == ECHO6_REPLY)))
        return (2ull << 32) | be32(l4 + 4);
    if (have & NT_HAVE_UDP && (be16(l4) == DNS || be16(l4 + 2) == DNS) && end <= tail &&
        probe_read_kernel(id, sizeof(id), (const void *)(head + end - 2)) == 0)
        return (3ull << 32) | be16(id);
    return 0;
}

/* The same in both directions; 0: no request and no reply to one. */
u64 nt_packet_exchange(const u8 *l3, u64 l3_have, u64 upper, const u8 *l4, u64 l4_have, u64 head,
                       u32 tail);
u64 nt_packet_exchange(const u8 *l3, u64 l3_have, u64 upper, const u8 *l4, u64 l4_have, u64 head,
                       u32 tail)
{
    const u32 *w = (const u32 *)l3;
    u64 what, sport = 0, dport = 0;

    if (l3_have & NT_HAVE_ARP)
        return be16(l3 + 6) == 1 || be16(l3 + 6) == 2
                   ? mix(4, mix(4, pair(l3 + 14 - 2) >> 16 & 0xffffffff) + mix(4, w[6])) | 1
                   : 0;
    what = exchange_of(l4, l4_have, upper, head, tail);
    if (!what)
        return 0;
    if (l4_have & (NT_HAVE_TCP | NT_HAVE_UDP)) {
        sport = be16(l4);
        dport = be16(l4 + 2);
    }
    return mix(what, mix_address(mix(0, sport), l3, l3_have, 12, 8) +
                         mix_address(mix(0, dport), l3, l3_have, 16, 24)) |
           1;
}
