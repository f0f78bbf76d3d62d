#!/usr/bin/env bash
# needs: root module:8021q
# Packets of a VLAN are seen on its own device, without the tag.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

vlan_up 5
start_ntrace --format json -e "
    on rx where src == $left_vlan_ip and dev == \"right0.5\" { received = count(), sum(len) by dst, vlan_id }"
left_sends udp "$right_vlan_ip" 9 6 size=100
stop_ntrace

expect "exit code" "$status" 0
expect "received" "$(final_cells received)" "$right_vlan_ip null 6 852"
