/* The header scopes of a packet and the layers they are read with. A layer is one bounded read of
 * the packet, done by a function of compiler/bpf/packet.bpf.c when the first field of it is needed;
 * the fields of a scope are declared in stdlib/views/headers.nt, as offsets into the header. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum nt_layer {
    NT_LAYER_L2 = 1 << 0,      /* eth, vlan */
    NT_LAYER_L3 = 1 << 1,      /* arp, ip, ip6 */
    NT_LAYER_UPPER = 1 << 2,   /* what stands behind layer 3, and where */
    NT_LAYER_L4 = 1 << 3,      /* icmp, icmp6, tcp, udp, sctp */
    NT_LAYER_LATENCY = 1 << 4, /* not of the packet, but found once per event in the same way */
    NT_LAYER_TUNNEL = 1 << 5,  /* vxlan, geneve, gre, and where the inner packet begins */
    NT_LAYER_OUTER = NT_LAYER_L3 | NT_LAYER_UPPER | NT_LAYER_L4 | NT_LAYER_TUNNEL,
    NT_INNER_SHIFT = 6, /* from a layer to the same of the inner packet */
};

struct nt_header {
    const char *name;
    enum nt_layer layer;
    uint32_t have; /* NT_HAVE_* of compiler/bpf/packet.h: the parser found it */
    uint16_t size; /* bytes of the header that are read; a field must lie within */
    const char *doc;
};

extern const struct nt_header nt_headers[]; /* ends with a row without a name */
const struct nt_header *nt_header_find(const char *name);
uint8_t nt_header_cost(const struct nt_header *h, bool inner); /* see nt_expr.cost */
/* The same layers of the inner packet, and what leads to it. */
uint16_t nt_inner_layers(uint16_t layers);
uint16_t nt_header_layers(const struct nt_header *h, bool inner); /* its own, and those before it */
