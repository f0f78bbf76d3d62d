#!/usr/bin/env bash
# needs: root module:vxlan
# Packets in a VXLAN are seen once in it and once on the wire, each with the headers that it has there.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

vxlan_up 77
start_ntrace --format json -e "
    on rx where src == $left_vxlan_ip and dev == \"vx0\" { inside = count(), sum(len) by dst, dport }
    on rx where src == $left_ip and dport == 4789 { outside = count(), sum(len) by dst, dev }
    on tx where inner.src == $left_vxlan_ip {
        wrapped = count(), sum(inner.len) by dev, dst, vxlan.vni, inner.dst, inner.dport
        packets = count() by it = inner.packet
    }
    on rx where src == $left_vxlan_ip { packets = count() by it = packet }"
left_sends udp "$right_vxlan_ip" 9 5 size=100
stop_ntrace

expect "exit code" "$status" 0
expect "inside" "$(final_cells inside)" "$right_vxlan_ip 9 5 710"
# Each has 50 bytes more: Ethernet, IPv4, UDP and VXLAN.
expect "outside" "$(final_cells outside)" "$right_ip right0 5 960"
expect "on the wire" "$(final_cells wrapped)" "left0 $right_ip 77 $right_vxlan_ip 9 5 710"
# Each is seen as the same within the tunnel and behind it; some kernels give them all one id.
expect "packets" "$(final_cells packets | awk '{ all += $2; odd += $2 % 2 } END { print all, odd }')" "10 0"
