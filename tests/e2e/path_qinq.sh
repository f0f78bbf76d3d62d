#!/usr/bin/env bash
# needs: root module:8021q
# A VLAN within a VLAN: the outer tag is kept apart by the kernel, the inner one lies in the packet, and both
# have the same numbers wherever they are.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

ip -n "$left" link add left0.5 link left0 type vlan id 5 proto 802.1ad
ip -n "$right" link add right0.5 link right0 type vlan id 5 proto 802.1ad
ip -n "$left" link set left0.5 up
ip -n "$right" link set right0.5 up
ip -n "$left" link add left0.5.7 link left0.5 type vlan id 7
ip -n "$right" link add right0.5.7 link right0.5 type vlan id 7
join_links left0.5.7 right0.5.7 $left_vlan_ip $right_vlan_ip 1
for link in left0 left0.5; do ip -n "$left" link set $link promisc on; done
for link in right0 right0.5; do ip -n "$right" link set $link promisc on; done

start_ntrace --format json -e "
    on rx where src == $left_vlan_ip { received = count() by dst, dev, vlan_id, vlan_id2, packet }
    on tx where src == $left_vlan_ip { sent = count() by dst, dev, vlan_id, vlan_id2, packet }"
left_sends udp "$right_vlan_ip" 9 1 size=100
stop_ntrace

expect "exit code" "$status" 0
expect "received" "$(final_cells received | cut -d' ' -f1-4,6)" "$right_vlan_ip right0 5 7 1"
expect "sent" "$(final_cells sent | cut -d' ' -f1-4,6)" "\
$right_vlan_ip left0 5 7 1
$right_vlan_ip left0.5 7 null 1
$right_vlan_ip left0.5.7 null null 1"
expect "packets" "$(cat <(final_cells received) <(final_cells sent) | cut -d' ' -f5 | sort -u | wc -l)" 1
