#!/usr/bin/env bash
# A packet whose start was not seen has no latency; each is counted, and said.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

# The first of six packets goes at once, the others wait until the queue is made faster.
in_left tc qdisc add dev left0 root tbf rate 100bit burst 1600 limit 100000
left_sends udp "$right_ip" 9 6 size=1000

start_ntrace --format json -e "
    on tx where dst == $right_ip { packets = count(), min(latency) by exists(latency) }"
in_left tc qdisc change dev left0 root tbf rate 1gbit burst 100000 limit 100000
left_sends udp "$right_ip" 9 3 size=1000
stop_ntrace

expect "exit code" "$status" 0
expect "packets" "$(final_cells packets | sed "s,3 [1-9].*,3 some,")" "false 5 null
true 3 some"
expect "counted" "$(json 'select(.type == "counters") | .probes[] | select(.event == "tx").no_start')" 5
grep -q '^ntrace: tx: latencies left out, their start was not seen: 5$' "$work/err" ||
    fail "packets without a start are not said"
