#include "compiler/catalog/headers.h"

#include "compiler/bpf/packet.h"

#include <string.h>

const struct nt_header nt_headers[] = {
    {"eth", NT_LAYER_L2, NT_HAVE_ETH, 14, "Ethernet header"},
    {"vlan", NT_LAYER_L2, NT_HAVE_VLAN, 18, "802.1Q tag within the packet"},
    {"arp", NT_LAYER_L3, NT_HAVE_ARP, 28, "ARP for IPv4 over Ethernet"},
    {"ip", NT_LAYER_L3, NT_HAVE_IP, 20, "IPv4 header"},
    {"ip6", NT_LAYER_L3, NT_HAVE_IP6, 40, "IPv6 header"},
    {"icmp", NT_LAYER_L4, NT_HAVE_ICMP, 8, "ICMP header"},
    {"icmp6", NT_LAYER_L4, NT_HAVE_ICMP6, 8, "ICMPv6 header"},
    {"tcp", NT_LAYER_L4, NT_HAVE_TCP, 20, "TCP header"},
    {"udp", NT_LAYER_L4, NT_HAVE_UDP, 8, "UDP header"},
    {"sctp", NT_LAYER_L4, NT_HAVE_SCTP, 12, "SCTP header"},
    {0},
};

uint16_t nt_header_layers(const struct nt_header *h)
{
    return (uint16_t)(h->layer | (h->layer == NT_LAYER_L4 ? NT_LAYER_L3 | NT_LAYER_UPPER : 0));
}

const struct nt_header *nt_header_find(const char *name)
{
    for (const struct nt_header *h = nt_headers; h->name; h++)
        if (strcmp(h->name, name) == 0)
            return h;
    return NULL;
}
