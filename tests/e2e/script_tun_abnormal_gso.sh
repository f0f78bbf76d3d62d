#!/usr/bin/env bash
# tun_abnormal_gso: 3 packets with gso_size and no gso_type are seen at every hook, and shown once each, at the first.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

udp() { # BYTES
    printf '0400000900%02x0000%0*d' $(($1 + 8)) $(($1 * 2)) 0
}

start_ntrace tun_abnormal_gso --format json --src "$left_ip"
refused=$(in_left "$(dirname "$TRAFFIC")/abnormal_gso" left0 "$(frame_v4 11 "$(udp 100)")" 3)
left_sends udp "$right_ip" 9 5 # as they should be
stop_ntrace

expect "exit code" "$status" 0
places=$(final_cells places)
first='3 ["skb_drop","lo",500]'
if [[ $refused -eq 3 ]]; then # newer kernels
    expect "places" "$places" "skb_drop lo 3"
elif grep -q "^tx " <<<"$places"; then
    first="3 [\"qdisc_enqueue\",\"left0\",500]"$'\n'"$first"
    expect "places" "$places" "qdisc_enqueue left0 3
rx right0 3
skb_drop lo 3
skb_drop right0 3
tx left0 3"
else
    first="3 [\"qdisc_enqueue\",\"left0\",500]"$'\n'"$first"
    expect "places" "$places" "qdisc_enqueue left0 3
skb_drop left0 3
skb_drop lo 3"
fi
expect "first places" "$(json "select(.type == \"event\") | .data
    | select(.flow == \"$left_ip:1024 > $right_ip:9 udp\") | [.first, .dev, .gso_size]" | sort | uniq -c | sed 's/^ *//')" "$first"
