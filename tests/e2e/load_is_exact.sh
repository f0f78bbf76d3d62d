#!/usr/bin/env bash
# Under load on all CPUs nothing is missed: counts, lengths, latencies of reused packet buffers.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

start_ntrace --format json -e "
    on tx where dst == $right_ip { sent = count() by dport }
    on rx where dst == $right_ip { received = count(), sum(len), avg(latency > 0ns) by dport }
    on skb_drop where dst == $right_ip { dropped = count(), avg(latency > 0ns), hist(latency) by dport }"
left_sends udp "$right_ip" 9 10000 &
left_sends udp "$right_ip" 10 10000 size=100
wait $!
stop_ntrace

expect "exit code" "$status" 0
expect "sent" "$(final_cells sent)" "10 10000
9 10000"
expect "received, with a latency" "$(final_cells received)" "10 10000 1420000 1
9 10000 500000 1"
expect "dropped, with a latency" "$(final_cells dropped | cut -d' ' -f1-3)" "10 10000 1
9 10000 1"
expect "latencies in histograms" "$(jq -c 'select(.name == "dropped") | [.rows[].values["hist(latency)"][].count] | add' \
    "$work/out")" 20000
# Of packets that are unreadable there may be some of others.
expect "nothing is lost" "$(jq 'select(.type == "counters") | .probes[] | .ring_full + .others + .no_start
    + .held + .start_full + .stack + .missed' "$work/out" | sort -u)" 0
