#!/usr/bin/env bash
# Large TCP segments: as many packets and bytes as the device counts, more of them than a frame holds.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

right_serves serve "$right_ip" 80 1
right_serves serve "$right_ip6" 80 1
sent() {
    ip -n "$left" -s -j link show left0 | jq -r '.[0].stats64.tx | "\(.packets) \(.bytes)"'
}

read -r packets bytes < <(sent)
start_ntrace --format json -e "
    on tx where dst in {$right_ip, $right_ip6} {
        sent = count(), sum(len)
        if gso_size > 0 { large = max(len), max(gso_size), min(gso_segs) by src }
    }"
left_sends send "$right_ip" 80 1000000
left_sends send "$right_ip6" 80 1000000
wait "${servers[@]}"
stop_ntrace

expect "exit code" "$status" 0
read -r packets_now bytes_now < <(sent)
expect "packets and bytes" "$(final_cells sent)" "$((packets_now - packets)) $((bytes_now - bytes))"
while read -r src len gso_size segments; do
    ((len > 1514 && gso_size < 1500 && segments > 1)) || fail "$src: $len bytes in $segments segments of $gso_size"
done < <(final_cells large)
expect "senders of large segments" "$(final_cells large | wc -l)" 2
