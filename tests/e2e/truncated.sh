#!/usr/bin/env bash
# alone: unreadable_packets
# Headers that are cut short are absent, and each such packet is counted as unparsed, once.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

ethernet=${right_mac//:/}${left_mac//:/}
v4=$(hex_ip "$left_ip")$(hex_ip "$right_ip")
v6=$(hex_ip6 "$left_ip6")$(hex_ip6 "$right_ip6")

start_ntrace --format json -e "
    on rx where eth.src == $left_mac { packets = count() by eth.type, src, proto, dport, vlan_id }"
left_sends frame left0 "${ethernet}08004500001c000000004011" 1                     # within IPv4
left_sends frame left0 "${ethernet}08004500001c0000000040110000${v4}04d20009" 2    # within UDP
left_sends frame left0 "${ethernet}0800450000280000000040060000${v4}04d2000900000000" 3
left_sends frame left0 "${ethernet}08004500001c0000000040010000${v4}0800" 4
left_sends frame left0 "${ethernet}86dd6000000000081140${v6:0:32}" 5               # within IPv6
left_sends frame left0 "${ethernet}86dd6000000000081140${v6}04d2" 6
left_sends frame left0 "${ethernet}86dd6000000000080040${v6}" 7                    # extension
left_sends frame left0 "${ethernet}0806000108000604" 8                             # ARP
left_sends frame left0 "${ethernet}8100a064" 9                                     # the tag
left_sends frame left0 "${ethernet}080045" 10
stop_ntrace

expect "exit code" "$status" 0
expect "packets" "$(final_cells packets)" "\
arp null null null null 8
ip $left_ip icmp null null 4
ip $left_ip tcp null null 3
ip $left_ip udp null null 2
ip null null null null 11
ip6 $left_ip6 0 null null 7
ip6 $left_ip6 udp null null 6
ip6 null null null null 5
vlan null null null null 9"
expect "unparsed" "$(json 'select(.type == "counters") | .probes[].unparsed')" 55
