/* A packet within another: VXLAN and Geneve by their ports, GRE, and IP in IP. What is inside is
 * parsed as its outside is, by the functions here for the layers 2 and 3 and those of packet.bpf.c
 * above. */
#include "compiler/bpf/read.h"

enum { P_IPIP = 4, P_IPV6 = 41, P_GRE = 47 };
enum {
    VXLAN_PORT = 4789,
    VXLAN_OLD_PORT = 8472 /* Linux, if not told otherwise */,
    GENEVE_PORT = 6081
};
enum { ETH_FRAME = 0x6558 }; /* "transparent Ethernet bridging" */
enum { VXLAN_HAS_VNI = 8 };
enum { GRE_CSUM = 0x8000, GRE_ROUTING = 0x4000, GRE_KEY = 0x2000, GRE_SEQ = 0x1000 };

static inline u64 tunnel(u32 have, u32 off, u32 tail, u32 type)
{
    _Bool inner = type == ETH_FRAME || type == ETH_IP || type == ETH_IP6;

    if (inner && off > tail)
        return have | NT_HAVE_UNPARSED;
    return have | (inner ? NT_HAVE_INNER | (u64)(off & 0xffff) << 16 | (u64)type << 32 : 0);
}

static inline _Bool read_at(u8 *to, u32 size, u64 head, u32 off, u32 tail)
{
    return off + size <= tail && read(to, size, head + off);
}

/* Its optional words find their place in h: checksum at 4, key at 8, sequence number at 12. */
static inline u64 gre(u8 *h, u64 head, u32 off, u32 tail)
{
    u32 flags;

    if (!read_at(h, 4, head, off, tail))
        return NT_HAVE_UNPARSED;
    flags = be16(h);
    off += 4;
    if (flags & (GRE_CSUM | GRE_ROUTING)) {
        if (!read_at(h + 4, 4, head, off, tail))
            return NT_HAVE_UNPARSED;
        off += 4;
    }
    if (flags & GRE_KEY) {
        if (!read_at(h + 8, 4, head, off, tail))
            return NT_HAVE_UNPARSED;
        off += 4;
    }
    if (flags & GRE_SEQ) {
        if (!read_at(h + 12, 4, head, off, tail))
            return NT_HAVE_UNPARSED;
        off += 4;
    }
    return flags & GRE_ROUTING ? NT_HAVE_GRE : tunnel(NT_HAVE_GRE, off, tail, be16(h + 2));
}

static inline u64 over_udp(u8 *h, u32 port, u64 head, u32 off, u32 tail)
{
    if (port != VXLAN_PORT && port != VXLAN_OLD_PORT && port != GENEVE_PORT)
        return 0;
    if (!read_at(h, 8, head, off, tail))
        return NT_HAVE_UNPARSED;
    if (port == GENEVE_PORT) /* its options are skipped */
        return tunnel(NT_HAVE_GENEVE, off + 8 + (h[0] & 63) * 4, tail, be16(h + 2));
    return h[0] & VXLAN_HAS_VNI ? tunnel(NT_HAVE_VXLAN, off + 8, tail, ETH_FRAME) : 0;
}

u64 nt_packet_tunnel(u8 *h, u64 upper, const u8 *l4, u64 l4_have, u64 head, u32 tail);
u64 nt_packet_tunnel(u8 *h, u64 upper, const u8 *l4, u64 l4_have, u64 head, u32 tail)
{
    u32 proto = NT_UPPER_PROTO(upper), off = NT_UPPER_OFF(upper);

    nothing(h, NT_TUNNEL_BYTES, 0);
    if (l4_have & NT_HAVE_UDP)
        return over_udp(h, be16(l4 + 2), head, off + 8, tail);
    if (upper & NT_UPPER_FRAGMENT)
        return 0;
    if (proto == P_GRE)
        return gre(h, head, off, tail);
    return proto == P_IPIP   ? tunnel(0, off, tail, ETH_IP)
           : proto == P_IPV6 ? tunnel(0, off, tail, ETH_IP6)
                             : 0;
}

u64 nt_packet_inner_l2(u8 *h, u64 tunnel, u64 head, u32 tail);
u64 nt_packet_inner_l2(u8 *h, u64 tunnel, u64 head, u32 tail)
{
    u32 off = NT_TUNNEL_OFF(tunnel);

    if (NT_TUNNEL_TYPE(tunnel) != ETH_FRAME)
        return nothing(h, NT_L2_BYTES, 0);
    if (off + 14 > tail || !read_header(h, NT_L2_BYTES, head + off))
        return nothing(h, NT_L2_BYTES, NT_HAVE_UNPARSED);
    return l2_of(h, off, tail);
}

u64 nt_packet_inner_l3(u8 *h, u32 *ret_off, u64 tunnel, u64 head, u32 tail);
u64 nt_packet_inner_l3(u8 *h, u32 *ret_off, u64 tunnel, u64 head, u32 tail)
{
    u32 off = NT_TUNNEL_OFF(tunnel), type = NT_TUNNEL_TYPE(tunnel);
    u8 ethertype[2];

    *ret_off = 0;
    if (type == ETH_FRAME) {
        if (!read_at(ethertype, sizeof(ethertype), head, off + 12, tail))
            return nothing(h, NT_L3_BYTES, NT_HAVE_UNPARSED);
        type = be16(ethertype);
        off += 14;
        skip_tags(head, tail, &off, &type);
    }
    if (type != ETH_IP && type != ETH_IP6 && type != ETH_ARP)
        return nothing(h, NT_L3_BYTES, is_tag(type) ? NT_HAVE_UNPARSED : 0);
    if (!l3_at(h, head, off, tail, type))
        return nothing(h, NT_L3_BYTES, NT_HAVE_UNPARSED);
    *ret_off = off;
    return type == ETH_IP ? NT_HAVE_IP : type == ETH_IP6 ? NT_HAVE_IP6 : NT_HAVE_ARP;
}

/* From its Ethernet header; where it has none, as if it had. len: of the skb, from data. */
u64 nt_packet_inner_len(u64 tunnel, u64 head, u64 data, u32 len);
u64 nt_packet_inner_len(u64 tunnel, u64 head, u64 data, u32 len)
{
    u64 rest = len + (data - head) - NT_TUNNEL_OFF(tunnel);

    return NT_TUNNEL_TYPE(tunnel) == ETH_FRAME ? rest : rest + 14;
}
