/* The header scopes of a packet and the layers they are read with. A layer is one bounded read of
 * the packet, done by a function of compiler/bpf/packet.bpf.c when the first field of it is needed;
 * the fields of a scope are declared in stdlib/views/headers.nt, as offsets into the header. */
#pragma once

#include <stdint.h>

enum nt_layer {
    NT_LAYER_L2 = 1 << 0,      /* eth, vlan */
    NT_LAYER_L3 = 1 << 1,      /* arp, ip, ip6 */
    NT_LAYER_UPPER = 1 << 2,   /* what stands behind layer 3, and where */
    NT_LAYER_L4 = 1 << 3,      /* icmp, icmp6, tcp, udp, sctp */
    NT_LAYER_LATENCY = 1 << 4, /* not of the packet, but found once per event in the same way */
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
uint16_t nt_header_layers(const struct nt_header *h); /* its own, and those before it */
