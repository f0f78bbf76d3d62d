#!/usr/bin/env bash
# Drops of known causes are counted exactly, each under its reason, for IPv4 and IPv6.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

drop_in "$right" input "udp dport 99"

start_ntrace --format json -e "
    on skb_drop where dst in {$right_ip, $right_ip6} { drops = count() by reason, proto, dport }"
left_sends udp "$right_ip" 9 5
left_sends udp "$right_ip6" 9 4
left_sends udp "$right_ip" 99 3
left_sends udp "$right_ip6" 99 2
left_sends udp "$right_ip" 9 6 badsum
left_sends tcp "$right_ip" 80 7 >"$work/stood"
stop_ntrace

expect "exit code" "$status" 0
expect "drops" "$(final_cells drops)" "$(by_reason "NETFILTER_DROP udp 99 5
NO_SOCKET tcp 80 7
NO_SOCKET udp 9 9
UDP_CSUM udp 9 6")"
