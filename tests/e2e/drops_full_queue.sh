#!/usr/bin/env bash
# A queue that is full drops what its own counter says it drops.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

in_left tc qdisc add dev left0 root tbf rate 8kbit burst 1600 limit 4000

start_ntrace --format json -e "
    on skb_drop where dst == $right_ip and dport == 9 and dev == \"left0\" { drops = count() by reason }"
left_sends udp "$right_ip" 9 40 size=1000
stop_ntrace

dropped=$(in_left tc -s -j qdisc show dev left0 | jq '.[0].drops')
[[ $dropped -gt 30 ]] || fail "the queue dropped only $dropped packets"
expect "exit code" "$status" 0
expect "drops" "$(json 'select(.type == "table" and .final) | [.rows[].values["count()"]] | add')" \
    "$dropped"
