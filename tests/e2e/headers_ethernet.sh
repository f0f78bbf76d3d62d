#!/usr/bin/env bash
# The fields of eth, vlan and arp, as they were sent.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

ethernet=${right_mac//:/}${left_mac//:/}
datagram=4500001c00000000401100000a0000010a00000204d2000900080000
arp=0001080006040002${left_mac//:/}$(hex_ip "$left_ip")${right_mac//:/}$(hex_ip "$right_ip")

start_ntrace --format json -e "
    on rx where eth.src == $left_mac and eth.type == 0x88b5 {
        emit eth.dst, eth.src, eth.type, len, src, proto, flow
    }
    on rx where eth.src == $left_mac and vlan {
        emit eth.type, vlan.id, vlan.pcp, vlan.type, vlan_id, src, proto, dport, len
    }
    on rx where arp and src == $left_ip {
        emit eth.type, arp.op, arp.hlen, arp.plen, arp.sha, arp.spa, arp.tha, arp.tpa, src, dst, dport
    }"
left_sends frame left0 "${ethernet}88b500112233445566778899" 1
left_sends frame left0 "${ethernet}8100a0640800$datagram" 1
left_sends frame left0 "${ethernet}0806$arp" 1
stop_ntrace

expect "exit code" "$status" 0
expect "fields" "$(event_cells)" "\
$right_mac $left_mac 0x88b5 24 null null $left_mac > $right_mac 0x88b5
arp reply 6 4 $left_mac $left_ip $right_mac $right_ip $left_ip $right_ip null
vlan 100 5 ip 100 10.0.0.1 udp 9 46"
