#!/usr/bin/env bash
# needs: root command:nft
# What left sends to an address that there is not goes to right, translated by conntrack, and the answers
# come back from that address.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

other=203.0.113.$((net_own % 200 + 1))
nat_up "$other"
start_ntrace --format json -e "
    on rx where proto == icmp and dst == $other { asked = count() by dev }
    on tx where proto == icmp and dst == $left_ip { answered = count() by dev, src }
    on skb_consume, skb_drop where proto == icmp and src == $left_ip and dst == $right_ip { translated = count() }"
left_sends ping "$other" 3
all_came_back() {
    [[ $(in_left nstat -asz IcmpInEchoReps | awk '$1 == "IcmpInEchoReps" { print $2 }') -eq 3 ]]
}
wait_until "all answers came" all_came_back
stop_ntrace

expect "exit code" "$status" 0
expect "asked" "$(final_cells asked)" "right0 3"
expect "answered" "$(final_cells answered)" "right0 $other 3"
expect "translated" "$(final_cells translated)" "3"
