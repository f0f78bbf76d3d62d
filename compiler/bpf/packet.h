/* What the packet parser found, shared by packet.bpf.c and the compiler. Plain C, no includes. */
#pragma once

enum {
    NT_HAVE_ETH = 1 << 0,
    NT_HAVE_VLAN =
        1 << 1, /* a tag in the packet; one that the skb carries apart is the view's business */
    NT_HAVE_ARP = 1 << 2,
    NT_HAVE_IP = 1 << 3,
    NT_HAVE_IP6 = 1 << 4,
    NT_HAVE_ICMP = 1 << 5,
    NT_HAVE_ICMP6 = 1 << 6,
    NT_HAVE_TCP = 1 << 7,
    NT_HAVE_UDP = 1 << 8,
    NT_HAVE_SCTP = 1 << 9,
    NT_HAVE_UNPARSED =
        1 << 10, /* there, but not to be read: outside the linear part, or cut short */
    NT_HAVE_VXLAN = 1 << 11,
    NT_HAVE_GENEVE = 1 << 12,
    NT_HAVE_GRE = 1 << 13,
    NT_HAVE_INNER = 1 << 14, /* a packet within this one */
    NT_HAVE_VLAN2 = 1 << 15, /* a tag behind the first */
};

/* Bytes read per layer. */
enum { NT_L2_BYTES = 22, NT_L3_BYTES = 40, NT_L4_BYTES = 20, NT_TUNNEL_BYTES = 16 };

/* Where an event's packet begins: the `at` of its declaration. */
enum nt_place { NT_AT_NETWORK, NT_AT_MAC, NT_AT_DATA, NT_AT_TRANSPORT, NT_AT_ANY };

/* What nt_packet_upper() returns, besides NT_HAVE_UNPARSED. */
#define NT_UPPER_PROTO(r) ((r)&0xff)           /* behind IPv6's extension headers */
#define NT_UPPER_FRAGMENT (1 << 8)             /* not the first: it has no layer 4 header */
#define NT_UPPER_OFF(r)   ((r) >> 16 & 0xffff) /* where layer 4 begins, from head */
#define NT_UPPER_ID(r)    ((r) >> 32)          /* tells later fragments of IPv6 apart; else 0 */

/* What nt_packet_tunnel() returns, besides bits. */
#define NT_TUNNEL_OFF(r)  ((r) >> 16 & 0xffff) /* where the inner packet begins, from head */
#define NT_TUNNEL_TYPE(r) ((r) >> 32 & 0xffff) /* what it begins with: an ethertype */
