#!/usr/bin/env bash
# needs: root module:sch_netem
# What a slow line takes is in the latency; what it loses is a drop at its door.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

netem_left delay 50ms
start_ntrace --format json -e "
    on rx where dst == $right_ip { slow = count(), avg(latency >= 50ms) }
    on skb_drop where dst == $right_ip and dport == 10 and dev == \"left0\" { lost = count() }"
left_sends udp "$right_ip" 9 5
sleep 0.5
netem_left loss 100%
left_sends udp "$right_ip" 10 7
stop_ntrace

expect "exit code" "$status" 0
expect "slow" "$(final_cells slow)" "5 1"
expect "lost" "$(final_cells lost)" "7"
