#!/usr/bin/env bash
# needs: root ovs kprobe
# A datagram over IPv4, one over IPv6 and one with a tag, each the first of its flow, as the hooks of Open vSwitch's datapath
# have them on their way in, up to ovs-vswitchd, back and out: everywhere the same headers, length and name.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

trap 'topology_down; finish' EXIT
ovs_up
left_ovs_ip6=fd88::1 right_ovs_ip6=fd88::2
left_ovs_mac=02:00:00:03:00:01 right_ovs_mac=02:00:00:03:00:02
ip -n "$left" -6 addr add $left_ovs_ip6/64 dev left1 nodad
ip -n "$right" -6 addr add $right_ovs_ip6/64 dev right1 nodad
ip -n "$left" -6 neigh replace $right_ovs_ip6 lladdr $right_ovs_mac dev left1 nud permanent

hooks=(ovs_receive ovs_process ovs_upcall ovs_packet_execute ovs_execute ovs_output ovs_send rx tx)
own="dport == 9 and sport == 1000 and src in {$left_ovs_ip, $left_ovs_ip6}"
script=""
for hook in "${hooks[@]}"; do
    script+="
        on $hook where $own {
            $hook = count() by flow, vlan_id, eth.src, eth.dst, ip.ttl, ip6.hlimit, udp.len, packet
            lengths = count() by flow, vlan_id, len = len - (vlan ? 4 : 0) # without its tag
        }"
done
tagged=$(left_ip=$left_ovs_ip right_ip=$right_ovs_ip left_mac=$left_ovs_mac right_mac=$right_ovs_mac \
    frame_v4 11 "03e80009000c00000a0b0c0d")
tagged=${tagged:0:24}81000005${tagged:24}

right_sends udp "$left_ovs_ip" 9 1 # the bridge learns where that is
start_ntrace --format json --top 1000 -e "$script"
left_sends udp "$right_ovs_ip" 9 1 size=100 sport=1000
left_sends udp "$right_ovs_ip6" 9 1 size=100 sport=1000
left_sends frame left1 "$tagged" 1
seen() {
    [[ $(in_right nstat -asz UdpNoPorts Udp6NoPorts |
        awk '/NoPorts/ { n += $2 } END { print n }') -ge 2 ]]
}
wait_until "the datagrams came" seen
sleep 1 # the tagged one, too
stop_ntrace
expect "exit code" "$status" 0

mac="$left_ovs_mac $right_ovs_mac"
want="$left_ovs_ip:1000 > $right_ovs_ip:9 udp 5 $mac 64 null 12
$left_ovs_ip:1000 > $right_ovs_ip:9 udp null $mac 64 null 108
[$left_ovs_ip6]:1000 > [$right_ovs_ip6]:9 udp null $mac null 64 108"
all=$(final_tables)
for hook in "${hooks[@]}"; do
    expect "$hook" "$(cells_of "$hook" <<<"$all" | sed 's/ [^ ]* [^ ]*$//')" "$want"
done
expect "packets" "$(grep -v '^lengths ' <<<"$all" | awk '{ print $(NF - 1) }' | sort -u | wc -l)" 3
expect "lengths" "$(cells_of lengths <<<"$all" | awk '{ print $(NF - 2), $(NF - 1) }' | sort -u)" "5 46
null 142
null 162"
