#!/usr/bin/env bash
# Tags within the packet, one or two: what they say, and what they stand in front of. Those that the kernel
# keeps apart are path_vlan's.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

# Behind the addresses of a frame.
tagged() { # TAGS FRAME
    echo "${2:0:24}$1${2:24}"
}

udp=03e80009000a0000abcd
start_ntrace --format json -e "
    on rx where eth.src == $left_mac { received = count() by eth.type, vlan_id, vlan_id2, vlan.id, vlan.pcp, vlan2.id, src, dport, len }
    on tx where eth.src == $left_mac { sent = count() by eth.type, vlan_id, vlan_id2, vlan.id, vlan.pcp, vlan2.id, src, dport, len }"
left_sends frame left0 "$(tagged 8100a005 "$(frame_v4 11 $udp)")" 1
left_sends frame left0 "$(tagged 88a8000681000007 "$(frame_v4 11 $udp)")" 2
left_sends frame left0 "$(tagged 88a800068100e007 "$(frame_v6 11 $udp)")" 3
left_sends frame left0 "$(tagged 81000000 "$(frame_v6 11 $udp)")" 4 # a priority, no VLAN
stop_ntrace

expect "exit code" "$status" 0
expect "received" "$(final_cells received)" "\
qinq 6 7 6 0 7 $left_ip 9 52 2
qinq 6 7 6 0 7 $left_ip6 9 72 3
vlan 0 null 0 0 null $left_ip6 9 68 4
vlan 5 null 5 5 null $left_ip 9 48 1"
expect "sent" "$(final_cells sent)" "$(final_cells received)"
