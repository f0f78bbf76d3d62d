#!/usr/bin/env bash
# The fields of tcp, udp, icmp and icmp6, as they were sent, over IPv4 and IPv6.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

tcp=30390050000186a0000186a1601203e8abcd000002040400 # with one option
udp=30390035000c12340a0b0c0d
icmp=0301123400070008
icmp6=0100123400070009
sctp=303900500000002affffffff0100001000000000

start_ntrace --format json -e "
    on rx where src in {$left_ip, $left_ip6} {
        if tcp {
            emit proto, tcp.sport, tcp.dport, tcp.seq, tcp.ack, tcp.hlen, tcp.flags, tcp.window,
                 tcp.csum, sport, dport
        }
        if udp { emit proto, udp.sport, udp.dport, udp.len, udp.csum, sport, dport }
        if icmp { emit proto, icmp.type, icmp.code, icmp.csum, icmp.id, icmp.seq, sport, dport }
        if icmp6 { emit proto, icmp6.type, icmp6.code, icmp6.csum, icmp6.id, icmp6.seq, sport }
        if sctp { emit proto, sctp.sport, sctp.dport, sctp.vtag, sport, dport, ttl }
        flows = count() by flow
    }"
left_sends frame left0 "$(frame_v4 06 $tcp)" 1
left_sends frame left0 "$(frame_v4 11 $udp)" 1
left_sends frame left0 "$(frame_v4 01 $icmp)" 1
left_sends frame left0 "$(frame_v6 06 $tcp)" 1
left_sends frame left0 "$(frame_v6 11 $udp)" 1
left_sends frame left0 "$(frame_v6 3a $icmp6)" 1
left_sends frame left0 "$(frame_v4 84 $sctp)" 1
left_sends frame left0 "$(frame_v6 84 $sctp)" 1
stop_ntrace

expect "exit code" "$status" 0
expect "fields" "$(event_cells)" "\
icmp unreachable 1 4660 7 8 null null
icmp6 unreachable 0 4660 7 9 null
sctp 12345 80 42 12345 80 64
sctp 12345 80 42 12345 80 64
tcp 12345 80 100000 100001 24 syn|ack 1000 43981 12345 80
tcp 12345 80 100000 100001 24 syn|ack 1000 43981 12345 80
udp 12345 53 12 4660 12345 53
udp 12345 53 12 4660 12345 53"
expect "flows" "$(final_cells flows)" "\
$left_ip > $right_ip icmp 1
$left_ip:12345 > $right_ip:53 udp 1
$left_ip:12345 > $right_ip:80 sctp 1
$left_ip:12345 > $right_ip:80 tcp 1
[$left_ip6]:12345 > [$right_ip6]:53 udp 1
[$left_ip6]:12345 > [$right_ip6]:80 sctp 1
[$left_ip6]:12345 > [$right_ip6]:80 tcp 1
$left_ip6 > $right_ip6 icmp6 1"
