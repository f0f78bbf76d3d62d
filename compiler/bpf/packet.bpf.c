/* The bounded parse of a packet, a layer at a time; what is found is told in bits of packet.h.
 *
 * Offsets are from skb->head. Bytes up to tail are the linear part; reading a little beyond it is
 * safe (skb_shared_info lies behind the buffer), but says nothing. Where the headers are depends on
 * the hook: drivers set mac_header, the receive path network_header only after its tracepoint, and
 * a dropped packet may be in any state. So the declared place is tried first and has to look right.
 */
#include "compiler/bpf/packet.h"
#include "compiler/bpf/read.h"

/* Gives what there is, and where it begins. The verifier takes no offset that was never written. */
/* Most packets are IPv4 and where the network header is said to be: these come first, and what the
 * others need (where the data and the link layer begin) is read for them alone. */
u64 nt_packet_l3(u8 *h, u32 *ret_off, u64 head, const u64 *data_at, u32 tail, u32 network,
                 const u16 *mac_at, u32 protocol, u32 place);
u64 nt_packet_l3(u8 *h, u32 *ret_off, u64 head, const u64 *data_at, u32 tail, u32 network,
                 const u16 *mac_at, u32 protocol, u32 place)
{
    u32 off = network, type = protocol, start, mac;
    u8 ethertype[2];
    u64 data;
    _Bool ok;

    if ((place == NT_AT_NETWORK || place == NT_AT_ANY) && likely(type == ETH_IP) &&
        likely(off + 20 <= tail) && likely(read_header(h, NT_L3_BYTES, head + off)) &&
        likely(is_ipv4(h))) {
        *ret_off = off;
        return NT_HAVE_IP;
    }
    data = *data_at;
    mac = *mac_at;
    start = (u32)(data - head);
    *ret_off = 0;
    if (place == NT_AT_DATA) {
        if (!read(ethertype, sizeof(ethertype), data + 12))
            return nothing(h, NT_L3_BYTES, NT_HAVE_UNPARSED);
        type = be16(ethertype);
        off = start + 14;
    } else if (place == NT_AT_MAC) {
        off = start > mac ? start : mac + 14;
    }
    /* Packet sockets set the network header behind the tags, others before them. */
    if (place != NT_AT_DATA && unlikely(is_tag(type)) && mac != NO_HEADER && mac + 14 <= network &&
        read(ethertype, sizeof(ethertype), head + mac + 12)) {
        type = be16(ethertype);
        off = mac + 14;
    }
    skip_tags(head, tail, &off, &type);
    if (type != ETH_IP && type != ETH_IP6 && type != ETH_ARP)
        return nothing(h, NT_L3_BYTES, is_tag(type) ? NT_HAVE_UNPARSED : 0);
    ok = l3_at(h, head, off, tail, type);
    if (place != NT_AT_DATA && unlikely(!ok)) {
        off = start;
        ok = l3_at(h, head, off, tail, type);
    }
    if (place == NT_AT_ANY && unlikely(!ok) && mac != NO_HEADER) {
        off = mac + 14;
        ok = l3_at(h, head, off, tail, type);
    }
    if (unlikely(!ok))
        return nothing(h, NT_L3_BYTES, NT_HAVE_UNPARSED);
    *ret_off = off;
    return type == ETH_IP ? NT_HAVE_IP : type == ETH_IP6 ? NT_HAVE_IP6 : NT_HAVE_ARP;
}

/* The IP header that a socket's segment will have: version, protocol and addresses, as nt_ip has
 * them. start: where layer 4 begins, from head. */
u64 nt_packet_l3_of_socket(u8 *h, u32 *ret_off, u64 start, u64 src_high, u64 src_low, u64 dst_high,
                           u64 dst_low, u64 proto);
u64 nt_packet_l3_of_socket(u8 *h, u32 *ret_off, u64 start, u64 src_high, u64 src_low, u64 dst_high,
                           u64 dst_low, u64 proto)
{
    nothing(h, NT_L3_BYTES, 0);
    *ret_off = (u32)start - 40;
    if (!(dst_high | dst_low))
        return NT_HAVE_UNPARSED;
    if (dst_high == 0 && dst_low >> 32 == 0xffff) {
        h[0] = 0x4a; /* 40 bytes long: what lies behind is not read with it */
        h[9] = (u8)proto;
        *(u32 *)(h + 12) = __builtin_bswap32((u32)src_low);
        *(u32 *)(h + 16) = __builtin_bswap32((u32)dst_low);
        return NT_HAVE_IP;
    }
    h[0] = 0x60;
    h[6] = (u8)proto;
    *(u64 *)(h + 8) = __builtin_bswap64(src_high);
    *(u64 *)(h + 16) = __builtin_bswap64(src_low);
    *(u64 *)(h + 24) = __builtin_bswap64(dst_high);
    *(u64 *)(h + 32) = __builtin_bswap64(dst_low);
    return NT_HAVE_IP6;
}

static inline u64 upper(u32 have, u32 off, u32 proto, u64 fragment)
{
    return have | (u64)(off & 0xffff) << 16 | proto | fragment;
}

static inline _Bool is_fragment(const u8 *ipv4)
{
    return (be16(ipv4 + 6) & 0x1fff) != 0;
}

/* Hop-by-hop, routing, destination options and fragment headers, up to four of them. */
static inline u64 behind_ipv6(const u8 *h, u32 off, u64 head, u32 tail)
{
    u32 next = h[6], l4 = off + 40, have = 0;
    u64 fragment = 0;
    u32 ext[2];
    const u8 *e = (const u8 *)ext;

#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) {
        if (likely(next != 0 && next != 43 && next != 44 && next != 60))
            break;
        if (l4 + 8 > tail || !read((u8 *)ext, sizeof(ext), head + l4)) {
            have = NT_HAVE_UNPARSED;
            break;
        }
        if (next == 44 && be16(e + 2) >> 3) /* its offset and its id */
            fragment = NT_UPPER_FRAGMENT | (u64)(ext[0] ^ ext[1]) << 32;
        l4 += next == 44 ? 8 : (e[1] + 1) * 8;
        next = e[0];
        if (fragment)
            break; /* what follows stands in the first fragment */
    }
    return upper(have, l4, next, fragment);
}

/* What stands behind layer 3, where that is IP. */
u64 nt_packet_upper(const u8 *l3, u64 l3_have, u32 off, u64 head, u32 tail);
u64 nt_packet_upper(const u8 *l3, u64 l3_have, u32 off, u64 head, u32 tail)
{
    if (l3_have & NT_HAVE_IP)
        return upper(0, off + (l3[0] & 15) * 4, l3[9], is_fragment(l3) ? NT_UPPER_FRAGMENT : 0);
    return l3_have & NT_HAVE_IP6 ? behind_ipv6(l3, off, head, tail) : 0;
}

static inline u32 have_of(u32 proto)
{
    return proto == P_TCP     ? NT_HAVE_TCP
           : proto == P_UDP   ? NT_HAVE_UDP
           : proto == P_ICMP  ? NT_HAVE_ICMP
           : proto == P_ICMP6 ? NT_HAVE_ICMP6
           : proto == P_SCTP  ? NT_HAVE_SCTP
                              : 0;
}

/* Without options an IPv4 header leaves room for layer 4 in what was read with it. */
static inline void copy_l4(u8 *to, const u8 *l3)
{
#pragma clang loop unroll(full)
    for (u32 i = 0; i < NT_L4_BYTES; i += 4)
        *(u32 *)(to + i) = *(const u32 *)(l3 + 20 + i);
}

u64 nt_packet_l4(u8 *h, const u8 *l3, u64 l3_have, u64 upper, u64 head, u32 tail);
u64 nt_packet_l4(u8 *h, const u8 *l3, u64 l3_have, u64 upper, u64 head, u32 tail)
{
    u32 proto = NT_UPPER_PROTO(upper), off = NT_UPPER_OFF(upper), have = have_of(proto);
    u32 need = proto == P_TCP ? 20 : proto == P_SCTP ? 12 : 8;

    if (!(l3_have & (NT_HAVE_IP | NT_HAVE_IP6)) || upper & NT_UPPER_FRAGMENT || !have)
        return nothing(h, NT_L4_BYTES, 0);
    if (off + need > tail)
        return nothing(h, NT_L4_BYTES, NT_HAVE_UNPARSED);
    if (l3_have & NT_HAVE_IP && (l3[0] & 15) == 5)
        copy_l4(h, l3);
    else if (!read_header(h, NT_L4_BYTES, head + off))
        return NT_HAVE_UNPARSED;
    return have;
}

/* Is there an Ethernet header at the data, in front of the network header? */
static inline _Bool is_pushed(u32 start, u32 network)
{
    return network != NO_HEADER && network - start >= 14 && network - start <= 22;
}

/* Between an Ethernet header and the network header stand 14 bytes, and up to three tags. Devices
 * without a link layer (tunnels of IP, tun) have their mac_header at the IP header, or leave it at
 * the tunnel's. */
static inline _Bool is_ethernet(u32 mac, u32 network)
{
    u32 gap = network - mac;

    return gap == 14 || gap == 18 || gap == 22 || gap == 26;
}

u64 nt_packet_l2(u8 *h, u64 head, u64 data, u32 tail, u32 network, u32 mac, u32 place);
u64 nt_packet_l2(u8 *h, u64 head, u64 data, u32 tail, u32 network, u32 mac, u32 place)
{
    u32 start = (u32)(data - head), off = place == NT_AT_DATA ? start : mac;

    if (place != NT_AT_DATA && mac == NO_HEADER && is_pushed(start, network))
        off = mac = start;
    if (place == NT_AT_TRANSPORT)
        return nothing(h, NT_L2_BYTES, 0);
    if (place == NT_AT_MAC ? !is_ethernet(mac, start) && (mac != start || mac == network)
                           : place != NT_AT_DATA && !is_ethernet(mac, network))
        return nothing(h, NT_L2_BYTES, 0);
    if (off + 14 > tail)
        return nothing(h, NT_L2_BYTES, off == NO_HEADER ? 0 : NT_HAVE_UNPARSED);
    if (!read_header(h, NT_L2_BYTES, head + off))
        return NT_HAVE_UNPARSED;
    return l2_of(h, off, tail);
}

u64 nt_packet_frame_len(u64 head, u64 data, u32 network, u32 mac, u32 len);
u64 nt_packet_frame_len(u64 head, u64 data, u32 network, u32 mac, u32 len)
{
    u32 start = (u32)(data - head);

    if (mac != NO_HEADER && mac <= start) {
        if (unlikely(network >= mac && network <= start && !is_ethernet(mac, network)))
            return len + (start - network) + 14; /* as if it had one */
        return len + (start - mac);
    }
    if (is_pushed(start, network)) /* on its way to the device, which sets mac */
        return len;
    /* Not yet at a device: the Ethernet header is still to come. */
    return len + (network != NO_HEADER && network <= start ? start - network : 0) + 14;
}

/* What a packet keeps on its way through a host, address translation included: lengths, IPv4 id,
 * protocol, TCP sequence number, IPv6 flow label. Never 0. */
u64 nt_packet_mark(const u8 *l3, u64 l3_have);
u64 nt_packet_mark(const u8 *l3, u64 l3_have)
{
    const u32 *w = (const u32 *)l3;
    u64 mark = 1;

    if (l3_have & NT_HAVE_IP) {
        mark |= (u64)be16(l3 + 2) << 48 | (u64)be16(l3 + 4) << 32 | (u64)l3[9] << 8;
        if (l3[9] == P_TCP && (l3[0] & 15) == 5 && !is_fragment(l3))
            mark ^= (u64)w[6] << 16;
    } else if (l3_have & NT_HAVE_IP6) {
        mark |= (u64)w[0] << 32 | (u64)be16(l3 + 4) << 16 | (u64)l3[6] << 8;
    }
    return mark;
}

/* What a step of the parse found. Where the verifier is to forget it, each reader reads it anew, so
 * that what one has seen of it keeps no ways apart for the next. */
void nt_packet_keep(u64 *word, u64 found, _Bool forget);
void nt_packet_keep(u64 *word, u64 found, _Bool forget)
{
    if (forget)
        put_unknown((u32 *)word, (u32)found, (u32)(found >> 32));
    else
        *word = found;
}

u64 nt_packet_low(const u64 *word, _Bool forget);
u64 nt_packet_low(const u64 *word, _Bool forget)
{
    return forget ? get_unknown((const u32 *)word, 0) : (u32)*word;
}

u64 nt_packet_high(const u64 *word, _Bool forget);
u64 nt_packet_high(const u64 *word, _Bool forget)
{
    return forget ? get_unknown((const u32 *)word, 1) : *word >> 32;
}

/* True the first time: word is of a number that was 0. */
_Bool nt_packet_count(u64 *word, _Bool forget);
_Bool nt_packet_count(u64 *word, _Bool forget)
{
    if (nt_packet_low(word, forget))
        return 0;
    nt_packet_keep(word, 1, forget);
    return 1;
}
