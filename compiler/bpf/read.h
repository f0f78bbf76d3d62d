/* How headers are read: bounded, and only what lies in the linear part. */
#pragma once

#include "compiler/bpf/packet.h"
#include "compiler/bpf/rt.h"

enum { ETH_IP = 0x0800, ETH_ARP = 0x0806, ETH_VLAN = 0x8100, ETH_IP6 = 0x86dd, ETH_QINQ = 0x88a8 };
enum { P_ICMP = 1, P_TCP = 6, P_UDP = 17, P_ICMP6 = 58, P_SCTP = 132 };
enum { NO_HEADER = 0xffff };

static inline _Bool read(u8 *to, u32 size, u64 from)
{
    return probe_read_kernel(to, size, (const void *)from) == 0;
}

/* The same into the room of a header, which is whole words. A helper takes 20 to 30 ns, a few loads
 * hardly any time. The optimiser is to take it for a helper all the same: where it follows values
 * through that room, it keeps some that are not there on every way, and the verifier refuses. */
static inline _Bool read_header(u8 *to, u32 size, u64 from)
{
    const u64 *words;

    if (!nt_can_cast())
        return read(to, size, from);
    words = nt_cast(from);
#pragma clang loop unroll(full)
    for (u32 i = 0; i < (size + 7) / 8; i++)
        ((u64 *)to)[i] = words[i];
    asm volatile("" : : "r"(to) : "memory");
    return 1;
}

/* Nothing was read: kernels before 6.3 refuse a program that looks at stack nobody wrote. */
static inline u64 nothing(u8 *h, u32 bytes, u64 result)
{
#pragma clang loop unroll(full)
    for (u32 i = 0; i < bytes; i += 8)
        *(u64 *)(h + i) = 0;
    return result;
}

/* Version 4 and a header of 20 to 60 bytes. */
static inline _Bool is_ipv4(const u8 *h)
{
    return (u8)(h[0] - 0x45) <= 0x4f - 0x45;
}

/* Reads layer 3 at off; false where it does not look like one of this type. */
static inline _Bool l3_at(u8 *h, u64 head, u32 off, u32 tail, u32 type)
{
    u32 need = type == ETH_IP ? 20 : type == ETH_ARP ? 28 : 40;

    if (off + need > tail || !read_header(h, NT_L3_BYTES, head + off))
        return 0;
    if (type == ETH_IP)
        return is_ipv4(h);
    return type == ETH_ARP || h[0] >> 4 == 6;
}

static inline _Bool is_tag(u32 type)
{
    return type == ETH_VLAN || type == ETH_QINQ;
}

/* Tags within the packet: layer 3 and its type lie behind them. */
static inline void skip_tags(u64 head, u32 tail, u32 *off, u32 *type)
{
    u8 tag[4];

#pragma clang loop unroll(full)
    for (int i = 0; i < 2; i++) {
        if (likely(!is_tag(*type)))
            return;
        if (*off + 4 > tail || !read(tag, sizeof(tag), head + *off))
            return;
        *type = be16(tag + 2);
        *off += 4;
    }
}

/* What layer 2 has that was read at off. */
static inline u64 l2_of(const u8 *h, u32 off, u32 tail)
{
    if (likely(!is_tag(be16(h + 12))))
        return NT_HAVE_ETH;
    if (off + 18 > tail)
        return NT_HAVE_ETH | NT_HAVE_UNPARSED;
    if (likely(!is_tag(be16(h + 16))))
        return NT_HAVE_ETH | NT_HAVE_VLAN;
    return NT_HAVE_ETH | NT_HAVE_VLAN | (off + 22 > tail ? NT_HAVE_UNPARSED : NT_HAVE_VLAN2);
}
