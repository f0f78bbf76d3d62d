#!/usr/bin/env bash
# The ground all other tests stand on: between the namespaces goes what a test sends, nothing else.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

frames() { # received and sent by the right side since it was made
    ip -n "$right" -s -j link show right0 | jq -c '[.[0].stats64.rx.packets, .[0].stats64.tx.packets]'
}

counter() { # NAME of the right side
    in_right nstat -asz "$1" | awk -v name="$1" '$1 == name { print $2 }'
}

expect "silence" "$(frames)" "[0,0]"
left_sends udp "$right_ip" 9 5
expect "datagrams and ICMP answers" "$(frames)" "[5,5]"
left_sends udp "$right_ip6" 9 5 size=100
expect "the same over IPv6" "$(frames)" "[10,10]"
left_sends udp "$right_ip" 9 3 badsum
left_sends udp "$right_ip6" 9 3 badsum
expect "bad checksums are answered by nobody" "$(frames)" "[16,10]"
expect "bad checksums are seen as such" "$(counter UdpInCsumErrors)" 3
expect "bad checksums are seen as such, IPv6" "$(counter Udp6InCsumErrors)" 3
expect "no connection stands" "$(left_sends tcp "$right_ip" 9 4)" 0
expect "each SYN is answered by one RST" "$(frames)" "[20,14]"
left_sends ping "$right_ip" 2
left_sends ping "$right_ip6" 2
expect "echoes" "$(frames)" "[24,18]"
left_sends frame left0 "${right_mac//:/}${left_mac//:/}88b500112233445566778899" 2
expect "frames" "$(frames)" "[26,18]"

right_serves serve "$right_ip" 80 1
left_sends send "$right_ip" 80 100000
wait "${servers[0]}"
expect "bytes" "$(tail -1 "$work/server.0")" 100000

right_serves hold "$right_ip" 53
left_sends udp "$right_ip" 53 100 size=1000
[[ $(counter UdpRcvbufErrors) -gt 90 ]] || fail "a socket that nobody reads took too much"
