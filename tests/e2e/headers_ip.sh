#!/usr/bin/env bash
# The fields of ip and ip6, as they were sent: with options, behind extension headers.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

ethernet=${right_mac//:/}${left_mac//:/}
v4=$(hex_ip "$left_ip")$(hex_ip "$right_ip")
v6=$(hex_ip6 "$left_ip6")$(hex_ip6 "$right_ip6")
udp=04d2000900080000

start_ntrace --format json -e "
    on rx where src == $left_ip {
        emit ip.hlen, ip.tos, ip.len, ip.id, ip.df, ip.more_fragments, ip.frag_offset, ip.ttl,
             ip.proto, ip.csum, ip.src, ip.dst, dport, len
    }
    on rx where src == $left_ip6 {
        emit ip6.tclass, ip6.label, ip6.len, ip6.next, ip6.hlimit, ip6.proto, ip6.src, ip6.dst,
             dport, len
    }"
# plain, don't fragment, 12 bytes of options
left_sends frame left0 "${ethernet}080045b8001c1234000041110bad$v4$udp" 1
left_sends frame left0 "${ethernet}080045000024ffff40000111ffff$v4${udp}0000000000000000" 1
left_sends frame left0 "${ethernet}080048000028000200000211000a${v4}010101010101010101010100$udp" 1
# plain, behind hop-by-hop options, behind routing header and destination options
left_sends frame left0 "${ethernet}86dd6ab1234500081140$v6$udp" 1
left_sends frame left0 "${ethernet}86dd600000000010003f${v6}1100010400000000$udp" 1
left_sends frame left0 "${ethernet}86dd6000000000182b3e${v6}3c000400000000001100010400000000$udp" 1
stop_ntrace

expect "exit code" "$status" 0
expect "fields" "$(event_cells)" "\
0 0 16 0 63 udp $left_ip6 $right_ip6 9 70
0 0 24 43 62 udp $left_ip6 $right_ip6 9 78
171 74565 8 udp 64 udp $left_ip6 $right_ip6 9 62
20 0 36 65535 true false 0 1 udp 65535 $left_ip $right_ip 9 50
20 184 28 4660 false false 0 65 udp 2989 $left_ip $right_ip 9 42
32 0 40 2 false false 0 2 udp 10 $left_ip $right_ip 9 54"
