#!/usr/bin/env bash
# Packets within packets: VXLAN, Geneve, GRE and IP in IP, over IPv4 and IPv6. What is inside has its own
# headers, shorthands and names; one that is cut short counts as unparsed, once.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

words() { # NUMBER BYTES...
    printf '%0*x' $(($1 * 2)) "$2"
}

udp() { # DPORT PAYLOAD
    echo "c000$(words 2 "$1")$(words 2 $((8 + ${#2} / 2)))0000$2"
}

# 10.1.1.1:1000 > 10.1.1.2:53, and the same over IPv6; a frame with a tag around it.
v4=4500001e000100004011000a0a0101010a01010203e80035000a00004142
v6=6000000000090640fd000000000000000000000000000001fd00000000000000000000000000000203e800500000000100000002501003e800000000
ethernet=020000000002020000000001
inner_v4=${ethernet}0800$v4
tagged=${ethernet}810000050800$v4
double=${ethernet}88a80006810000050800$v4
inner_v6=${ethernet}86dd$v6
arp=${ethernet}08060001080006040001${ethernet:12}0a0101010000000000000a010102

vxlan=0800000000004d00 geneve=0200655800004e000101010101010101
send4() {
    left_sends frame left0 "$(frame_v4 "$@")" 1
}
send6() {
    left_sends frame left0 "$(frame_v6 "$@")" 1
}
send_all() {
    send4 11 "$(udp 4789 $vxlan$inner_v4)"
    send4 11 "$(udp 8472 $vxlan$tagged)"
    send6 11 "$(udp 4789 $vxlan$inner_v6)"
    send4 11 "$(udp 4789 $vxlan$double)"
    send4 11 "$(udp 4789 "$vxlan$arp")"
    send4 11 "$(udp 6081 $geneve$inner_v4)"
    send6 11 "$(udp 6081 $geneve$inner_v6)"
    send4 2f "00000800$v4"
    send4 2f "b000080012340000000000630000000a$v4" # checksum, key, sequence number
    send4 2f "2000655800000064$inner_v4"
    send6 2f "100086dd0000000b$v6"
    send4 04 "$v4"
    send4 29 "$v6"
    send6 04 "$v4"
    send6 29 "$v6"
    send4 11 "$(udp 4790 $vxlan$inner_v4)"         # no tunnel's port
    send4 11 "$(udp 4789 0000000000004d00)"        # no identifier
    send4 2f "200188bb00000000"                    # another protocol within
    send4 11 "$(udp 4789 08000000)"                # cut short: VXLAN, GRE, what is inside
    send4 2f "20000800"
    send4 11 "$(udp 4789 $vxlan$ethernet)"
    send4 11 "$(udp 6081 ${geneve/02/3f}$inner_v4)"
    send4 04 "${v4:0:30}"
    send4 04 "${v4:0:44}"
    left_sends frame left0 "${right_mac//:/}${left_mac//:/}0800$v4" 1
}
# Where the packets come in, asked before they are read: what others send unreadable counts with them.
own="netns == $(in_right readlink /proc/self/ns/net | tr -dc 0-9) and src in {$left_ip, $left_ip6} and not icmp and not icmp6"
# Each run has its own program: they take the verifier long enough one by one.
see() { # SCRIPT
    start_ntrace --format json --top 1000 -e "$1"
    send_all
    stop_ntrace
    expect "exit code" "$status" 0
}

see "on rx where $own { how = count() by proto, inner, vxlan.vni, geneve.vni, geneve.olen, gre.type, gre.key, gre.seq }"
expect "tunnels" "$(final_cells how)" "\
gre false null null null 0x88bb 0 null 1
gre false null null null null null null 1
gre true null null null 0x6558 100 null 1
gre true null null null ip 99 10 1
gre true null null null ip null null 1
gre true null null null ip6 null 11 1
ipip true null null null null null null 4
ipv6 true null null null null null null 2
udp false null 78 252 null null null 1
udp false null null null null null null 3
udp true 77 null null null null null 6
udp true null 78 8 null null null 2"

see "on rx where $own { what = count() by inner.eth.src, inner.vlan_id, inner.vlan2.id, inner.proto, inner.flow, inner.len }"
flow4="10.1.1.1:1000 > 10.1.1.2:53 udp" flow6="[fd00::1]:1000 > [fd00::2]:80 tcp" mac=02:00:00:00:00:01
expect "inside" "$(final_cells what)" "\
$mac 5 null udp $flow4 48 1
$mac 6 5 udp $flow4 52 1
$mac null null null $mac > 02:00:00:00:00:02 arp 42 1
$mac null null tcp $flow6 74 2
$mac null null udp $flow4 44 3
null null null null null 12 1
null null null null null 29 1
null null null null null null 6
null null null tcp $flow6 74 3
null null null udp 10.1.1.1 > 10.1.1.2 udp 36 1
null null null udp $flow4 44 4"
expect "unparsed" "$(json 'select(.type == "counters") | .probes[].unparsed')" 6

see "on rx where $own { fields = count() by inner.udp.len, inner.tcp.seq, inner.arp.op, inner.ip.ttl, inner.vlan2 }"
expect "fields inside" "$(final_cells fields)" "\
10 null null 64 false 8
10 null null 64 true 1
null 1 null null false 5
null null null 64 false 1
null null null null false 8
null null request null false 1"

see "
    on rx where $own and inner.dst == 10.1.1.2 and inner.udp { same = count() by inner.packet, inner.exchange }
    on rx where dst == 10.1.1.2 { bare = count() by packet, exchange }"
# The same packet in whatever it is, and in nothing.
read -r packet exchange _ < <(final_cells bare)
expect "one packet" "$(final_cells same)" "$packet $exchange 9"

see "on rx where $own and inner.src == fd00::1 { same6 = count() by inner.packet }"
expect "one packet over IPv6" "$(final_cells same6 | awk '{ print $2 }')" 5
