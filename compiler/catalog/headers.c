#include "compiler/catalog/headers.h"

#include "compiler/bpf/packet.h"

#include <string.h>

const struct nt_header nt_headers[] = {
    {"eth", NT_LAYER_L2, NT_HAVE_ETH, 14, "Ethernet header"},
    {"vlan", NT_LAYER_L2, NT_HAVE_VLAN, 18, "802.1Q tag within the packet"},
    {"vlan2", NT_LAYER_L2, NT_HAVE_VLAN2, 22, "802.1Q tag behind the first"},
    {"arp", NT_LAYER_L3, NT_HAVE_ARP, 28, "ARP for IPv4 over Ethernet"},
    {"ip", NT_LAYER_L3, NT_HAVE_IP, 20, "IPv4 header"},
    {"ip6", NT_LAYER_L3, NT_HAVE_IP6, 40, "IPv6 header"},
    {"icmp", NT_LAYER_L4, NT_HAVE_ICMP, 8, "ICMP header"},
    {"icmp6", NT_LAYER_L4, NT_HAVE_ICMP6, 8, "ICMPv6 header"},
    {"tcp", NT_LAYER_L4, NT_HAVE_TCP, 20, "TCP header"},
    {"udp", NT_LAYER_L4, NT_HAVE_UDP, 8, "UDP header"},
    {"sctp", NT_LAYER_L4, NT_HAVE_SCTP, 12, "SCTP header"},
    {"vxlan", NT_LAYER_TUNNEL, NT_HAVE_VXLAN, 8, "VXLAN header, at ports 4789 and 8472"},
    {"geneve", NT_LAYER_TUNNEL, NT_HAVE_GENEVE, 8, "Geneve header, at port 6081"},
    {"gre", NT_LAYER_TUNNEL, NT_HAVE_GRE, 16, "GRE header"},
    {"inner", NT_LAYER_TUNNEL, NT_HAVE_INNER, 0,
     "the packet in this one: inner.src, inner.tcp.flags"},
    {0},
};

uint16_t nt_inner_layers(uint16_t layers)
{
    return (uint16_t)(layers << NT_INNER_SHIFT | NT_LAYER_OUTER);
}

uint16_t nt_header_layers(const struct nt_header *h, bool inner)
{
    uint16_t layers = (uint16_t)h->layer;

    if (h->layer == NT_LAYER_TUNNEL)
        return NT_LAYER_OUTER;
    if (h->layer == NT_LAYER_L4)
        layers |= NT_LAYER_L3 | NT_LAYER_UPPER;
    return inner ? nt_inner_layers(layers) : layers;
}

uint8_t nt_header_cost(const struct nt_header *h, bool inner)
{
    return inner || h->layer == NT_LAYER_L4 || h->layer == NT_LAYER_TUNNEL ? 2 : 1;
}

const struct nt_header *nt_header_find(const char *name)
{
    for (const struct nt_header *h = nt_headers; h->name; h++)
        if (strcmp(h->name, name) == 0)
            return h;
    return NULL;
}
