#!/usr/bin/env bash
# needs: root module:8021q
# Packets of a VLAN are received once, from the device below it, and sent once by each. Their tag is not
# among their bytes: the kernel keeps it apart.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

vlan_up 5
start_ntrace --format json -e "
    on rx where src == $left_vlan_ip { received = count() by dst, dev, vlan_id, vlan.id }
    on tx where src == $left_vlan_ip { sent = count() by dst, dev, vlan_id, vlan.id }"
left_sends udp "$right_vlan_ip" 9 6 size=100
stop_ntrace

expect "exit code" "$status" 0
expect "received" "$(final_cells received)" "$right_vlan_ip right0 5 null 6"
expect "sent" "$(final_cells sent)" "$right_vlan_ip left0 5 null 6
$right_vlan_ip left0.5 null null 6"
