#!/usr/bin/env bash
# What stands for many packets is recognised by the first of them, whoever cuts it: TCP over IPv4 and IPv6,
# and UDP.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

own="{$right_ip, $right_ip6}"
right_serves serve "$right_ip" 80 1
right_serves serve "$right_ip6" 80 1
left_sends tso left0 0
start_ntrace --format json --top 100000 -e "
    on qdisc_enqueue where dst in $own and gso_size > 0 { whole = max(gso_segs) by packet, proto, dst max 60000 }
    on tx where dst in $own { cut = count() by packet, proto, gso_size max 60000 }"
left_sends send "$right_ip" 80 300000
left_sends send "$right_ip6" 80 300000
wait "${servers[@]}"
ip -n "$left" link set left0 gso_max_segs 1 # the kernel cuts UDP, too
left_sends udp "$right_ip" 9 2 size=5000 segment=1000 sport=1000
left_sends udp "$right_ip6" 9 1 size=4500 segment=1000 sport=1000
stop_ntrace

expect "exit code" "$status" 0
final_cells whole | sort >"$work/whole"
final_cells cut | sort >"$work/cut"
# TCP and UDP, over both.
expect "what was cut" "$(awk '{ print $2, $3 }' "$work/whole" | sort -u | wc -l)" 4
expect "not recognised" "$(join -v1 "$work/whole" "$work/cut")" ""
expect "left whole" "$(awk '$3 != 0' "$work/cut")" ""
expect "UDP packets" "$(awk '$2 == "udp" { n += $4 } END { print n }' "$work/cut")" 15
(($(wc -l <"$work/cut") > 2 * $(wc -l <"$work/whole"))) || fail "few packets were cut"
