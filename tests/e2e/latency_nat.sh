#!/usr/bin/env bash
# A packet whose address and port are translated on its way is still the same: it has its latency.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

in_right nft -f - <<END || skip "no NAT here"
table inet test {
    chain in {
        type nat hook prerouting priority -100
        udp dport 98 dnat ip to $right_ip:9
        udp dport 99 dnat ip6 to [$right_ip6]:9
    }
    chain out {
        type nat hook input priority 100
        udp dport 9 snat ip to 192.0.2.1
    }
}
END

start_ntrace --format json -e "
    on skb_drop where dst in {$right_ip, $right_ip6} {
        drops = count(), avg(latency > 0ns) by src, dport, exists(latency)
    }"
left_sends udp "$right_ip" 98 5
left_sends udp "$right_ip6" 99 6
stop_ntrace
expect "exit code" "$status" 0
expect "drops" "$(final_cells drops)" "192.0.2.1 9 true 5 1
$left_ip6 9 true 6 1"
