#!/usr/bin/env bash
# needs: root ovs
# Every packet through an Open vSwitch bridge is seen where it comes in and where it arrives, the first one
# too, which waits for an answer from ovs-vswitchd.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

trap 'topology_down; finish' EXIT
ovs_up
right_sends udp "$left_ovs_ip" 9 1 # the bridge learns where that is
start_ntrace --format json -e "
    on rx where src == $left_ovs_ip and proto == udp { received = count() by dev }"
left_sends udp "$right_ovs_ip" 9 20
wait_until "all packets came" all_came "$right" 20
stop_ntrace

expect "exit code" "$status" 0
expect "received" "$(final_cells received)" "nt-left-p 20
right1 20"
