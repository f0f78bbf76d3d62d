#!/usr/bin/env bash
# No way to the destination: at a router, for IPv4 and IPv6, and at a sender that loses its route.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

in_right sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
ip -n "$left" route add 198.51.100.0/24 via "$right_ip"
ip -n "$left" -6 route add 2001:db8::/32 via "$right_ip6"
right_serves serve "$right_ip" 80 1

start_ntrace --format json -e "
    on skb_drop where src in {$left_ip, $left_ip6} { router = count() by reason, dst, dev }
    # The segment has no headers yet: its socket says where it was to go.
    on skb_drop where ip4(skb.sk.__sk_common.skc_daddr) == $right_ip {
        sender = count() by reason, location
    }"
left_sends udp 198.51.100.7 9 8
left_sends udp 2001:db8::7 9 4
# TCP tries again and again, until there is a route.
in_left bash -c "exec 3<>/dev/tcp/$right_ip/80; ip route flush dev left0; echo hello >&3; sleep 0.3
    ip route add ${right_ip%.2}.0/24 dev left0"
wait "${servers[0]}"
stop_ntrace

expect "exit code" "$status" 0
expect "drops of the router" "$(final_cells router)" "$(by_reason "IP_INNOROUTES 198.51.100.7 right0 8
IP_INNOROUTES 2001:db8::7 right0 4")"
tries=$(in_left nstat -asz IpOutNoRoutes | awk '$1 == "IpOutNoRoutes" { print $2 }')
[[ $tries -gt 0 ]] || fail "the route was not missed"
expect "drops of the sender" "$(final_cells sender | sed -n 's/+0x[0-9a-f]*//; / __ip_queue_xmit /p')" \
    "$(by_reason "IP_OUTNOROUTES __ip_queue_xmit $tries")"
