#!/usr/bin/env bash
# The one-liners of the first page, the angle brackets among them: a histogram over all drops.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

one_liner() { # SCRIPT
    start_ntrace --format json -e "$1"
    left_sends udp "$right_ip" 9 25
    stop_ntrace
    expect "exit code" "$status" 0
    expect "drops in the histogram" "$(json 'select(.type == "table" and .final)
        | [.rows[].values["hist(latency)"][].count] | add')" 25
}

one_liner "on skb_drop where dst == $right_ip { hist(latency) }"
one_liner "on skb_drop where dst==$right_ip < hist(latency) >"
