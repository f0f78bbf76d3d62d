#!/usr/bin/env bash
# Latency tells the time in a slow queue: each packet waits for those before it, and all hooks that it
# passes behind the queue show at least that.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

# 1,042 bytes take 33 ms, longer than a slow host needs to send the next; what is saved up is enough for one packet.
in_left tc qdisc add dev left0 root tbf rate 250kbit burst 1600 limit 100000

start_ntrace --format json -e "
    on qdisc_dequeue where dst == $right_ip { emit sport, latency; queue = max(latency), count() }
    on tx where dst == $right_ip { tx = max(latency), count() }
    on rx where dst == $right_ip { rx = max(latency), count() }
    on skb_drop where dst == $right_ip { drop = max(latency), count() }"
left_sends udp "$right_ip" 9 1 size=1000 sport=1000
# All at once, and the last leaves after 367 ms.
left_alone 450 udp "$right_ip" 9 11 size=1000 sport=1001
wait_until "all packets came" all_came "$right" 12
stop_ntrace
expect "exit code" "$status" 0

mapfile -t at < <(jq 'select(.type == "event") | .data | select(.sport == 1001).latency' "$work/out")
expect "packets of the burst" "${#at[@]}" 11
for ((i = 1; i < 11; i++)); do
    ((at[i] > at[i - 1])) || fail "packet $i did not wait longer than the one before: ${at[*]}"
done
((at[10] >= 9 * 33000000)) || fail "the last packet waited for ${at[10]} ns only"
alone=$(jq 'select(.type == "event") | .data | select(.sport == 1000).latency' "$work/out")
((alone > 0 && alone < at[10] / 3)) || fail "the packet that was alone waited for $alone ns"

for hook in queue tx rx drop; do
    read -r max count < <(final_cells $hook)
    expect "packets at $hook" "$count" 12
    ((max >= ${before:=${at[10]}})) || fail "$hook: $max ns, but $before ns at the hook before"
    before=$max
done
expect "packets without a start" "$(jq 'select(.type == "counters") | .probes[].no_start' "$work/out" | sort -u)" 0
